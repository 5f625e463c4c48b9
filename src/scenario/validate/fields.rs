//! A field's text into a number or a word, checked against its column's kind.

use crate::scenario::diagnostic::Faults;
use crate::scenario::draft::Draft;
use crate::scenario::schema::{Bounds, Kind, Need, Table};
use crate::scenario::sheet::{Column, Sheet};
use crate::scenario::source::Span;

/// Reads the fields of a draft and gathers what is wrong with them.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    pub draft: &'a Draft,
    pub faults: &'a mut Faults,
}

impl<'a> Reader<'a> {
    /// A table as it was written.
    pub fn sheet(&self, table: Table) -> &'a Sheet {
        &self.draft.sheets[table as usize]
    }

    /// A column of a table.
    pub fn column(&self, table: Table, name: &str) -> Column<'a> {
        Column::of(self.sheet(table), name, &self.draft.sources)
    }

    /// Where a row of a table begins.
    pub fn row(&self, table: Table, row: usize) -> Span {
        self.draft.sources.span(self.sheet(table).row_start(row))
    }

    /// `file:line` of a row.
    pub fn line(&self, table: Table, row: usize) -> String {
        let origin = self.draft.sources.origin(self.row(table, row));
        format!("{}:{}", origin.file, origin.line)
    }

    /// E08: every required field is filled.
    pub fn required_fields_are_filled(&mut self) {
        for sheet in &self.draft.sheets {
            for (at, schema) in sheet.schema.columns.iter().enumerate() {
                if schema.need != Need::Filled {
                    continue;
                }
                let blank = |row: &usize| {
                    let cell = sheet.cell(at, *row);
                    cell.is_blank() && cell.source != u16::MAX
                };
                for row in (0..sheet.rows).filter(blank) {
                    let span = self.draft.sources.span(sheet.cell(at, row));
                    self.faults.add("E08", span, format!("`{}` is blank", schema.name)).hint(schema.doc);
                }
            }
        }
    }

    /// The number in a field, within its column's bounds; `None` if it is blank or faulty.
    pub fn number(&mut self, column: &Column<'_>, row: usize) -> Option<f64> {
        let text = column.text(row);
        if text.is_empty() {
            return None;
        }
        let bounds = match column.schema.kind {
            Kind::Number(bounds) => bounds,
            _ => Bounds::ANY,
        };
        match text.parse::<f64>() {
            Ok(number) if bounds.hold(number) => Some(number),
            Ok(number) => {
                self.out_of_bounds(number, bounds, column, row);
                None
            }
            Err(_) => {
                self.no_number(text, column, row);
                None
            }
        }
    }

    /// The whole number in a field; `None` if it is blank or faulty.
    pub fn count(&mut self, column: &Column<'_>, row: usize) -> Option<u32> {
        let number = self.number(column, row)?;
        if number.fract() == 0.0 {
            return Some(number as u32);
        }
        let message = format!("`{}` must be a whole number, not {number}", column.schema.name);
        self.faults.add("E05", column.span(row), message);
        None
    }

    fn out_of_bounds(&mut self, number: f64, bounds: Bounds, column: &Column<'_>, row: usize) {
        let (name, span) = (column.schema.name, column.span(row));
        if !number.is_finite() {
            let message = format!("`{}` is not a finite number", column.text(row));
            self.faults.add("E04", span, message).hint("leave the field blank if there is no value");
            return;
        }
        let fault = self.faults.add("E05", span, format!("`{name}` must be {}, not {number}", bounds.words()));
        if bounds == Bounds::SHARE && number > 1.0 && number <= 100.0 {
            fault.hint(format!("{number} % is written {}", number / 100.0));
        } else if bounds == Bounds::LATITUDE && number.abs() <= 180.0 {
            fault.hint("are latitude and longitude swapped?");
        } else if name == "quantity" && number < 0.0 {
            fault.hint("what came back was asked for all the same: leave returns out");
        } else if number == -1.0 {
            fault.hint("leave the field blank if there is no value");
        }
    }

    fn no_number(&mut self, text: &str, column: &Column<'_>, row: usize) {
        let bare = text.trim_end_matches('%').trim_end();
        let hint = if text.ends_with('%') && bare.parse::<f64>().is_ok() {
            bare.parse::<f64>().ok().map(|percent| format!("{percent} % is written {}", percent / 100.0))
        } else if text.contains(',') && text.replace(',', ".").parse::<f64>().is_ok() {
            let (dotted, bare) = (text.replace(',', "."), text.replace(',', ""));
            let thousands = text.split(',').nth(1).is_some_and(|digits| digits.len() == 3);
            Some(format!(
                "the decimal sign is a dot: {dotted}{}",
                if thousands { format!(", or {bare}") } else { String::new() }
            ))
        } else {
            let digits: String =
                text.chars().filter(|c| !matches!(c, ' ' | ',' | '\'' | '_' | '\u{a0}' | '\u{202f}')).collect();
            digits.parse::<f64>().ok().map(|_| format!("without separators: {digits}"))
        };
        let message = format!("`{text}` is not a number (`{}`)", column.schema.name);
        self.faults.add("E04", column.span(row), message).hint_if(hint);
    }

    /// The position of a field's word among its column's choices; `None` if it is blank or faulty.
    pub fn choice(&mut self, column: &Column<'_>, row: usize) -> Option<usize> {
        let text = column.text(row);
        let Kind::Choice(words) = column.schema.kind else { return None };
        if text.is_empty() {
            return None;
        }
        let position = words.iter().position(|word| *word == text);
        if position.is_none() {
            let meant = crate::scenario::diagnostic::nearest(text, words.iter().copied());
            let all = words.join(", ");
            let hint =
                meant.map_or_else(|| format!("one of {all}"), |word| format!("did you mean `{word}`? (one of {all})"));
            self.faults
                .add("E04", column.span(row), format!("`{text}` is no value of `{}`", column.schema.name))
                .hint(hint);
        }
        position
    }

    /// A text of the row, if it is filled.
    pub fn text(&self, column: &Column<'_>, row: usize) -> Option<String> {
        Some(column.text(row)).filter(|text| !text.is_empty()).map(str::to_string)
    }
}

/// A number that is in its quantity's bounds by the schema, or the default.
macro_rules! quantity {
    ($name:ident, $type:ident) => {
        /// The quantity in a field; `None` if it is blank or faulty.
        pub fn $name(&mut self, column: &Column<'_>, row: usize) -> Option<crate::units::$type> {
            self.number(column, row).and_then(crate::units::$type::new)
        }
    };
}

impl Reader<'_> {
    quantity!(hours, Hours);
    quantity!(days, Days);
    quantity!(kilograms, Kilograms);
    quantity!(money, Money);
    quantity!(rate, Rate);
    quantity!(share, Share);
}
