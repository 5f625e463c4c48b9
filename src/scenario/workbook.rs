//! `tables.xlsx`: tables as sheets of one workbook, each under the table's name.
//!
//! Cells are read as they stand: numbers with all their digits whatever their format shows, truths as `true` and `false`, dates as
//! `2026-01-31`, formulas by the value that was saved with them. Sheets are read cell by cell, so that one cell at the far end of a
//! sheet costs no more than any other.

use std::io::Cursor;
use std::path::Path;

use calamine::{DataRef, Reader, Xlsx, XlsxError};

use super::grid::{Cell, Cells, Grid, number};

/// The workbook's file.
pub(crate) const WORKBOOK_FILE: &str = "tables.xlsx";

/// No honest workbook is larger \[bytes\].
const LARGEST_WORKBOOK: u64 = 1 << 28;
/// Text that is read from a sheet ends at four-byte offsets; so many cells come nowhere near that \[cells\].
const MOST_CELLS: usize = 40_000_000;

/// What was found where a workbook was looked for.
#[derive(Debug)]
pub(crate) enum Workbook {
    /// Its sheets: names and cells, in their order.
    Sheets(Vec<(String, Grid)>),
    /// It cannot be read: what is wrong, and how to mend it.
    Unusable(String, &'static str),
    /// There is none.
    Nothing,
}

/// Reads the sheets of a folder's workbook that are wanted; of the others the names only, with nothing in them.
pub(crate) fn workbook(folder: &Path, wanted: impl Fn(&str) -> bool) -> std::io::Result<Workbook> {
    let path = folder.join(WORKBOOK_FILE);
    let kind = match std::fs::metadata(&path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Workbook::Nothing),
        other => other?,
    };
    if !kind.is_file() || kind.len() > LARGEST_WORKBOOK {
        let message = "this is no workbook of tables, or larger than 256 MiB".to_owned();
        return Ok(Workbook::Unusable(message, "large tables are read from CSV"));
    }
    let bytes = std::fs::read(&path)?;
    Ok(match sheets(bytes, wanted) {
        Ok(sheets) => Workbook::Sheets(sheets),
        Err(error) => Workbook::Unusable(
            format!("this is no workbook that can be read: {error}"),
            "save it as .xlsx, without a password",
        ),
    })
}

fn sheets(bytes: Vec<u8>, wanted: impl Fn(&str) -> bool) -> Result<Vec<(String, Grid)>, XlsxError> {
    let mut workbook: Xlsx<_> = Xlsx::new(Cursor::new(bytes))?;
    let mut sheets = Vec::new();
    for name in workbook.sheet_names() {
        let grid = if wanted(&name) { Grid::of(cells(&mut workbook, &name)?) } else { Grid::default() };
        sheets.push((name, grid));
    }
    Ok(sheets)
}

fn cells(workbook: &mut Xlsx<Cursor<Vec<u8>>>, sheet: &str) -> Result<Cells, XlsxError> {
    let mut reader = workbook.worksheet_cells_reader(sheet)?;
    let mut cells = Cells::new();
    while let Some(own) = reader.next_cell_with_formula_metadata()? {
        if let Some(cell) = cell(&own.value, own.formula.is_some()) {
            cells.push((own.pos, cell));
        }
        if cells.len() > MOST_CELLS {
            return Err(XlsxError::Unexpected("a sheet has more than 40 million cells"));
        }
    }
    Ok(cells)
}

/// What stands in a cell, if anything does.
fn cell(value: &DataRef<'_>, formula: bool) -> Option<Cell> {
    let text = match value {
        DataRef::Empty if formula => {
            let message = "the formula in this cell was saved without its value".to_owned();
            let hint = "open the workbook in a spreadsheet program and save it, or put the value in its place";
            return Some(Cell::Unusable(String::new(), message, hint));
        }
        DataRef::Empty => return None,
        DataRef::Int(whole) => whole.to_string(),
        DataRef::Float(value) => number(*value),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(truth) => truth.to_string(),
        DataRef::DateTime(time) if time.is_duration() => number(time.as_f64()),
        DataRef::DateTime(time) => {
            let (year, month, day, ..) = time.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02}")
        }
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.split('T').next().unwrap_or(text).to_owned(),
        DataRef::Error(error) => {
            let message = format!("the cell says {error}");
            return Some(Cell::Unusable(error.to_string(), message, "mend the formula, or put the value in its place"));
        }
    };
    (!text.trim().is_empty()).then_some(Cell::Value(text))
}

#[cfg(test)]
mod tests {
    use calamine::CellErrorType;

    use super::*;

    #[test]
    fn cells_are_read_as_they_stand_and_a_formula_without_its_value_is_told() {
        let value = |value: DataRef<'_>, formula: bool| match cell(&value, formula) {
            None => "blank".to_owned(),
            Some(Cell::Value(text)) => text,
            Some(Cell::Unusable(shown, message, _)) => format!("{shown}: {message}"),
        };
        assert_eq!(value(DataRef::Float(0.1 + 0.2), false), "0.30000000000000004");
        assert_eq!(value(DataRef::Float(12.0), true), "12");
        assert_eq!(value(DataRef::Bool(true), false), "true");
        assert_eq!(value(DataRef::String("00017".to_owned()), false), "00017");
        assert_eq!(
            (value(DataRef::SharedString("  "), false), value(DataRef::Empty, false)),
            ("blank".into(), "blank".into())
        );
        assert_eq!(value(DataRef::Empty, true), ": the formula in this cell was saved without its value");
        assert_eq!(value(DataRef::Error(CellErrorType::Ref), true), "#REF!: the cell says #REF!");
        assert_eq!(value(DataRef::DateTimeIso("2026-01-31T00:00:00".to_owned()), false), "2026-01-31");
    }
}
