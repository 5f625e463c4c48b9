//! One table as it was written: fields with their places, nothing understood yet beyond the header.

use std::collections::BTreeSet;

use super::diagnostic::{Faults, nearest};
use super::schema::{ColumnSchema, Need, TableSchema};
use super::source::{Cell, Sources, Span};
use super::split::{Field, Quoting, Splitter};

/// A table's fields, column by column in the order of its schema.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub schema: &'static TableSchema,
    /// `None`: the header does not name the column.
    pub columns: Vec<Option<Vec<Cell>>>,
    pub rows: usize,
    /// The file it was first read from.
    pub source: Option<u16>,
    /// Its ids cannot be read, which has been told: nothing that refers to its rows should be called unknown.
    pub broken: bool,
    /// Its header has faults: nothing should be said of columns that seem to lack.
    pub unsure: bool,
}

impl Sheet {
    /// A table whose file is not there.
    pub fn absent(schema: &'static TableSchema) -> Self {
        Self { schema, columns: vec![None; schema.columns.len()], rows: 0, source: None, broken: false, unsure: false }
    }

    /// A field; absent if its column is.
    pub fn cell(&self, column: usize, row: usize) -> Cell {
        self.columns[column].as_ref().map_or(Cell::ABSENT, |cells| cells[row])
    }

    /// A place for what a whole row lacks: where its first field stands.
    pub fn row_start(&self, row: usize) -> Cell {
        let first = self.columns.iter().flatten().map(|cells| cells[row]).find(|cell| *cell != Cell::ABSENT);
        first.unwrap_or(Cell::ABSENT)
    }

    /// The fields of a column, made blank for every row if the header does not name it.
    pub fn column_made(&mut self, column: usize) -> &mut Vec<Cell> {
        if self.columns[column].is_none() {
            let blanks = (0..self.rows).map(|row| self.row_start(row).blanked()).collect();
            self.columns[column] = Some(blanks);
        }
        self.columns[column].get_or_insert_default()
    }

    /// Reads a table from a source. An overlay's table need not have every required column, only its key.
    pub fn read(
        schema: &'static TableSchema,
        source: u16,
        overlay: bool,
        sources: &mut Sources,
        faults: &mut Faults,
    ) -> Self {
        let text = sources.lend(source);
        let mut sheet = Self { source: Some(source), ..Self::absent(schema) };
        sheet.fill(&text, source, overlay, sources, faults);
        sources.give_back(source, text);
        sheet
    }

    fn fill(&mut self, text: &str, source: u16, overlay: bool, sources: &mut Sources, faults: &mut Faults) {
        let (mut splitter, mut fields) = (Splitter::new(text), Vec::new());
        let header = match splitter.next(&mut fields) {
            None => {
                faults
                    .add("E02", Span::whole(source), format!("{} is empty", self.schema.file))
                    .hint(format!("its first line names the columns: {}", needed(self.schema)));
                self.broken = true;
                return;
            }
            Some(Err(trouble)) => {
                quoting(trouble, source, faults);
                self.broken = true;
                return;
            }
            Some(Ok(())) => self.header(text, source, &fields, overlay, faults),
        };
        let width = header.len();
        while let Some(record) = splitter.next(&mut fields) {
            let sound = match record {
                Err(trouble) => {
                    quoting(trouble, source, faults);
                    if let Quoting::Unclosed(_) = trouble {
                        // The field has swallowed the rest of the file.
                        self.broken = true;
                        return;
                    }
                    false
                }
                Ok(()) if fields.len() != width => {
                    wrong_width(text, source, &fields, width, faults);
                    false
                }
                Ok(()) => true,
            };
            for (at, column) in header.iter().enumerate() {
                let Some(cells) = column.and_then(|column| self.columns[column].as_mut()) else { continue };
                let cell = match fields.get(at) {
                    Some(&field) => cell(text, source, field, sources, faults),
                    None => Cell::ABSENT,
                };
                // A field of a row with the wrong shape may stand under the wrong column: only its name is kept.
                cells.push(if sound || column.is_some_and(|column| column < self.schema.keys) {
                    cell
                } else {
                    Cell::ABSENT
                });
            }
            self.rows += 1;
        }
    }

    /// The schema's column of each field of the header.
    fn header(
        &mut self,
        text: &str,
        source: u16,
        fields: &[Field],
        overlay: bool,
        faults: &mut Faults,
    ) -> Vec<Option<usize>> {
        if let [field] = fields
            && text[field.start..field.end].contains([';', '\t'])
        {
            let message = format!("{} is not separated by commas", self.schema.file);
            faults.add("E02", span(source, field), message).hint("save it as CSV with commas and decimal dots");
            self.broken = true;
            return vec![None];
        }
        let faults_before = faults.errors();
        let mut meant = BTreeSet::new();
        let mut columns = Vec::with_capacity(fields.len());
        for field in fields {
            let name = &text[field.start..field.end];
            let span = span(source, field);
            let known = self.schema.column(name);
            let twice = known.is_some_and(|column| self.columns[column].is_some());
            match known {
                Some(_) if twice => {
                    faults.add("E02", span, format!("column `{name}` stands twice"));
                }
                Some(column) => self.columns[column] = Some(Vec::new()),
                None if name.is_empty() => {
                    faults.add("E02", span, "a column has no name").hint("give it a name or take it away");
                }
                None => meant.extend(unknown_column(self.schema, name, span, faults)),
            }
            columns.push(known.filter(|_| !twice));
        }
        let line = Span {
            source,
            start: fields.first().map_or(0, |field| field.start) as u32,
            end: fields.last().map_or(0, |field| field.end) as u32,
        };
        for (at, column) in self.schema.columns.iter().enumerate() {
            let needed = column.need != Need::Optional && (!overlay || at < self.schema.keys);
            if needed && self.columns[at].is_none() {
                self.broken |= at < self.schema.keys;
                if !meant.contains(column.name) {
                    faults
                        .add("E02", line, format!("{} lacks the column `{}`", self.schema.file, column.name))
                        .hint(column.doc);
                }
            }
        }
        self.unsure = faults.errors() > faults_before;
        columns
    }
}

fn span(source: u16, field: &Field) -> Span {
    Span { source, start: field.start as u32, end: field.end as u32 }
}

/// A field as a cell; one with doubled quotes gets a text of its own.
fn cell(text: &str, source: u16, field: Field, sources: &mut Sources, faults: &mut Faults) -> Cell {
    let place = span(source, &field);
    let kept = if field.doubled {
        sources.make(&text[field.start..field.end].replace("\"\"", "\""), place)
    } else {
        u16::try_from(field.end - field.start).ok().map(|length| Cell { source, length, start: place.start })
    };
    kept.unwrap_or_else(|| {
        faults
            .add("E03", Span { end: place.start + 1, ..place }, "the field is longer than 65,535 bytes")
            .hint("is a quote missing?");
        Cell::ABSENT
    })
}

/// The columns a file must have, as a header.
fn needed(schema: &TableSchema) -> String {
    let names = schema.columns.iter().filter(|column| column.need != Need::Optional).map(|column| column.name);
    names.collect::<Vec<_>>().join(",")
}

fn quoting(trouble: Quoting, source: u16, faults: &mut Faults) {
    let (at, message, hint) = match trouble {
        Quoting::Unclosed(at) => {
            (at, "the quote is never closed", "close it, or double it (`\"\"`) if it is part of the text")
        }
        Quoting::TextAfter(at) => {
            (at, "text after a closing quote", "a quote inside a quoted field is doubled: `\"\"`")
        }
    };
    faults.add("E03", Span { source, start: at as u32, end: at as u32 + 1 }, message).hint(hint);
}

fn wrong_width(text: &str, source: u16, fields: &[Field], width: usize, faults: &mut Faults) {
    let (Some(first), Some(last)) = (fields.first(), fields.last()) else { return };
    let place = Span { source, start: first.start as u32, end: last.end as u32 };
    let plural = if fields.len() == 1 { "" } else { "s" };
    let message = format!("{} field{plural}, but the header names {width}", fields.len());
    let line = &text[first.start..last.end];
    let hint = if fields.len() > width {
        "a text with a comma stands in quotes, and the decimal sign is a dot"
    } else if line.contains(';') {
        "fields are separated by commas, not by `;`"
    } else {
        "a blank field still needs its comma"
    };
    faults.add("E03", place, message).hint(hint);
}

/// Tells of an unknown column; returns the column that was meant, if that can be guessed.
fn unknown_column(schema: &TableSchema, name: &str, place: Span, faults: &mut Faults) -> Option<&'static str> {
    let names = || schema.columns.iter().map(|column: &'static ColumnSchema| column.name);
    let meant = nearest(name, names()).and_then(|meant| names().find(|name| *name == meant));
    // `lat` for `latitude`: the beginning of exactly one column's name.
    let folded = name.to_lowercase();
    let mut longer = names().filter(|name| folded.len() >= 3 && name.starts_with(&folded));
    let meant = meant.or_else(|| longer.next().filter(|_| longer.next().is_none()));
    let hint = match meant {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("{} knows {}", schema.file, names().collect::<Vec<_>>().join(", ")),
    };
    faults.add("E02", place, format!("unknown column `{name}`")).hint(hint);
    meant
}

/// The columns of a table under their names, for a reader of its rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Column<'a> {
    pub schema: &'static ColumnSchema,
    cells: Option<&'a [Cell]>,
    sources: &'a Sources,
}

impl<'a> Column<'a> {
    /// A column of a sheet by its name.
    pub fn of(sheet: &'a Sheet, name: &str, sources: &'a Sources) -> Self {
        let at = sheet.schema.column(name).expect("only columns of the schema are asked for");
        Self { schema: &sheet.schema.columns[at], cells: sheet.columns[at].as_deref(), sources }
    }

    /// The field in a row.
    pub fn cell(&self, row: usize) -> Cell {
        self.cells.map_or(Cell::ABSENT, |cells| cells[row])
    }

    /// The text in a row; empty if there is none.
    pub fn text(&self, row: usize) -> &'a str {
        match self.cells {
            Some(cells) if !cells[row].is_blank() => self.sources.text(cells[row]),
            _ => "",
        }
    }

    /// Where the field of a row stands.
    pub fn span(&self, row: usize) -> Span {
        self.sources.span(self.cell(row))
    }

    /// Does the header name it?
    pub fn is_there(&self) -> bool {
        self.cells.is_some()
    }

    /// Does any row fill it?
    pub fn is_used(&self) -> bool {
        self.cells.is_some_and(|cells| cells.iter().any(|cell| !cell.is_blank()))
    }
}
