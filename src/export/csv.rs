//! A table as CSV: UTF-8, comma, dot, numbers with the fewest digits that read back to the same number.

use std::fmt::Display;

use super::table::Table;
use crate::plan::write::table::Table as Text;

/// The text of a table.
pub fn csv(table: &Table) -> String {
    let header: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let mut text = Text::with_header(&header);
    for row in &table.rows {
        text.row(&row.iter().map(|cell| cell as &dyn Display).collect::<Vec<_>>());
    }
    text.0
}
