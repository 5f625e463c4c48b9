//! Ids: each stands once, and a name that refers to one exists.

use std::collections::HashMap;

use super::{Ids, Reader};
use crate::scenario::diagnostic::nearest;
use crate::scenario::schema::Table;
use crate::scenario::sheet::{Column, Sheet};
use crate::scenario::source::Span;

/// The ids of a table.
#[derive(Debug)]
pub(crate) struct Names<'a> {
    pub table: Table,
    /// In the order of rows.
    pub list: Vec<&'a str>,
    row_of: HashMap<&'a str, u32>,
    /// Its ids are not known because its file could not be read.
    pub broken: bool,
}

impl<'a> Names<'a> {
    /// E06: the ids of a table, each once.
    pub fn of(table: Table, column: &str, reader: &mut Reader<'a>) -> Self {
        let sheet: &Sheet = reader.sheet(table);
        let column: Column<'a> = reader.column(table, column);
        let mut names = Self {
            table,
            list: Vec::with_capacity(sheet.rows),
            row_of: HashMap::with_capacity(sheet.rows),
            broken: sheet.broken,
        };
        for row in 0..sheet.rows {
            let id = column.text(row);
            names.list.push(id);
            if id.is_empty() {
                continue;
            }
            let first = *names.row_of.entry(id).or_insert(row as u32);
            if first as usize != row {
                let hint =
                    reader.faults.deserve_hints().then(|| format!("first at {}", reader.line(table, first as usize)));
                reader
                    .faults
                    .add("E06", column.span(row), format!("`{id}` stands twice in {}", sheet.schema.file))
                    .hint_if(hint);
            }
        }
        names
    }

    /// The row of an id.
    pub fn row(&self, id: &str) -> Option<u32> {
        self.row_of.get(id).copied()
    }

    /// E07: the row that a field names; `None` if it is blank or faulty.
    pub fn find(&self, column: &Column<'_>, row: usize, reader: &mut Reader<'a>) -> Option<u32> {
        let id = column.text(row);
        let found = self.row(id);
        if found.is_none() && !id.is_empty() && !self.broken {
            self.unknown(id, column.span(row), reader);
        }
        found
    }

    /// Tells of a name that the table does not know.
    pub fn unknown(&self, id: &str, span: Span, reader: &mut Reader<'a>) {
        let schema = self.table.schema();
        let what = schema.columns[0].name;
        let hint = self
            .hint(id, reader)
            .or_else(|| (reader.sheet(self.table).source.is_none()).then(|| format!("there is no {}", schema.file)));
        reader.faults.add("E07", span, format!("unknown {what} `{id}`")).hint_if(hint);
    }

    /// The id that was probably meant, and where it stands.
    pub fn hint(&self, id: &str, reader: &Reader<'a>) -> Option<String> {
        if !reader.faults.deserve_hints() {
            return None;
        }
        let meant = nearest(id, self.list.iter().copied().filter(|name| !name.is_empty()))?;
        let row = self.row(meant)?;
        Some(format!("did you mean `{meant}`? ({})", reader.line(self.table, row as usize)))
    }
}

/// E06: outlets and depots share one space of ids, because a lane or a stock may speak of either.
pub(crate) fn sites_share_one_space<'a>(ids: &Ids<'a>, reader: &mut Reader<'a>) {
    let column = reader.column(Table::Depots, "depot");
    for (row, id) in ids.depots.list.iter().enumerate() {
        if let Some(outlet) = ids.outlets.row(id) {
            let place = reader.line(Table::Outlets, outlet as usize);
            reader
                .faults
                .add("E06", column.span(row), format!("`{id}` is the id of an outlet too"))
                .hint(format!("outlets and depots share one space of ids ({place})"));
        }
    }
}
