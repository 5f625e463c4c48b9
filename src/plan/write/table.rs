//! A CSV table in the making.

use std::fmt::{Display, Write};

/// The text of a table that grows row by row.
pub(crate) struct Table(pub(crate) String);

impl Table {
    /// A table without rows.
    pub(crate) fn with_header(columns: &[&str]) -> Self {
        Self(format!("{}\n", columns.join(",")))
    }

    /// Adds a row; a field that needs quotes gets them.
    pub(crate) fn row(&mut self, fields: &[&dyn Display]) {
        for (number, field) in fields.iter().enumerate() {
            if number > 0 {
                self.0.push(',');
            }
            let start = self.0.len();
            write!(self.0, "{field}").expect("a text takes any text");
            if self.0[start..].contains([',', '"', '\n', '\r']) {
                let quoted = format!("\"{}\"", self.0[start..].replace('"', "\"\""));
                self.0.truncate(start);
                self.0.push_str(&quoted);
            }
        }
        self.0.push('\n');
    }
}
