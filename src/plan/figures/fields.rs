//! The fields of a row, read one after the other in the order of the columns asked for.

use std::path::Path;
use std::str::FromStr;

use super::super::read::{Reader, Row, Table, Unread};
use crate::cost::Component;

/// A row in reading.
pub(super) struct Fields<'a> {
    reader: &'a mut Reader,
    table: &'a Table,
    row: &'a Row,
    next: usize,
}

/// The rows of a table, each made of its fields.
pub(super) fn rows<T>(
    reader: &mut Reader,
    folder: &Path,
    file: &'static str,
    columns: &[String],
    needed: bool,
    make: impl Fn(&mut Fields) -> T,
) -> Result<Vec<T>, Unread> {
    let names: Vec<&str> = columns.iter().map(String::as_str).collect();
    let Some(table) = reader.table(folder, file, &names, needed)? else { return Ok(Vec::new()) };
    Ok(table.rows.iter().map(|row| make(&mut Fields { reader, table: &table, row, next: 0 })).collect())
}

impl Fields<'_> {
    fn field(&mut self) -> usize {
        self.next += 1;
        self.next - 1
    }

    /// A text as it stands.
    pub fn text(&mut self) -> String {
        let field = self.field();
        self.row.fields[field].clone()
    }

    /// A truth.
    pub fn truth(&mut self) -> bool {
        let field = self.field();
        self.reader.truth(self.table, self.row, field).unwrap_or_default()
    }

    /// A base-stock level.
    pub fn level(&mut self) -> u32 {
        let field = self.field();
        self.reader.level(self.table, self.row, field).unwrap_or_default()
    }

    /// A finite number.
    pub fn number(&mut self) -> f64 {
        let field = self.field();
        self.finite(field)
    }

    /// A finite number, or what a blank field stands for.
    pub fn number_or(&mut self, blank: f64) -> f64 {
        self.optional().unwrap_or(blank)
    }

    /// A finite number where there is one.
    pub fn optional(&mut self) -> Option<f64> {
        let field = self.field();
        if self.row.fields[field].is_empty() { None } else { Some(self.finite(field)) }
    }

    /// A number that may be infinite, such as a wait where servers cannot keep up, or what a blank field stands for.
    pub fn wait_or(&mut self, blank: f64) -> f64 {
        let field = self.field();
        match self.row.fields[field].as_str() {
            "" => blank,
            "inf" => f64::INFINITY,
            "-inf" => f64::NEG_INFINITY,
            _ => self.finite(field),
        }
    }

    /// A whole number, or what a blank field stands for.
    pub fn whole_or(&mut self, blank: i64) -> i64 {
        let field = self.field();
        let text = &self.row.fields[field];
        if text.is_empty() { blank } else { self.parsed(field, "a whole number", |_: &i64| true).unwrap_or(blank) }
    }

    /// A component of cost.
    pub fn component(&mut self) -> Component {
        let field = self.field();
        let text = self.row.fields[field].as_str();
        let found = Component::ALL.into_iter().find(|component| component.name() == text);
        found.unwrap_or_else(|| {
            let names: Vec<&str> = Component::ALL.iter().map(|component| component.name()).collect();
            let (message, hint) =
                (format!("`{text}` is not a component of cost"), format!("one of {}", names.join(", ")));
            self.reader.fault(self.table, self.row, field, "E24", &message, Some(&hint));
            Component::Penalty
        })
    }

    fn finite(&mut self, field: usize) -> f64 {
        self.parsed(field, "a number", |number: &f64| number.is_finite()).unwrap_or_default()
    }

    fn parsed<T: FromStr>(&mut self, field: usize, what: &str, sound: impl Fn(&T) -> bool) -> Option<T> {
        let text = self.row.fields[field].as_str();
        let number = text.parse::<T>().ok().filter(sound);
        if number.is_none() {
            self.reader.fault(self.table, self.row, field, "E24", &format!("`{text}` is not {what}"), None);
        }
        number
    }
}
