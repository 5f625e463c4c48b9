//! An overlay laid over its base: rows by their keys.
//!
//! A table of an overlay speaks of rows by their key (the first columns of the schema). A row whose key the base knows
//! gives the base's row new values in the columns that the overlay's header names, and a blank field blanks; a row with a
//! new key is added behind.
//!
//! An outlet with a choice of formats has a candidate for each, `X:own` and `X:partner` of `X`. A row of outlets.csv that is
//! called so speaks of that candidate alone: what it leaves blank is the outlet's.

use std::collections::HashMap;

use super::diagnostic::Faults;
use super::schema::Table;
use super::sheet::Sheet;
use super::source::{Cell, Sources, Span};

/// No table has more key columns.
const MOST_KEYS: usize = 4;

/// Lays an overlay's rows over the base's; E06: an overlay speaks of a row of the base only once.
pub(crate) fn lay(base: &mut Sheet, over: Sheet, sources: &Sources, faults: &mut Faults) {
    if base.source.is_none() {
        *base = over;
        return;
    }
    base.broken |= over.broken;
    base.unsure |= over.unsure;
    let keys = base.schema.keys;
    let key_of = |sheet: &Sheet, row: usize| -> [&str; MOST_KEYS] {
        std::array::from_fn(|at| if at < keys { sources.text(sheet.cell(at, row)) } else { "" })
    };
    // The base may be long and the overlay is short: only the overlay's keys are remembered.
    let mut rows_of: HashMap<[&str; MOST_KEYS], (Vec<usize>, bool)> =
        (0..over.rows).map(|row| (key_of(&over, row), Default::default())).collect();
    for row in 0..base.rows {
        if let Some((rows, _)) = rows_of.get_mut(&key_of(base, row)) {
            rows.push(row);
        }
    }
    for (column, cells) in over.columns.iter().enumerate() {
        if cells.is_some() {
            base.column_made(column);
        }
    }
    for row in 0..over.rows {
        let Some((known, spoken_of)) = rows_of.get_mut(&key_of(&over, row)) else { continue };
        if known.is_empty() {
            add_row(base, &over, row);
            continue;
        }
        if std::mem::replace(spoken_of, true) {
            let span = sources.span(over.row_start(row));
            faults.add("E06", span, "this overlay speaks of the same row twice");
        }
        for (column, cells) in over.columns.iter().enumerate() {
            let Some(cell) = cells.as_ref().map(|cells| cells[row]) else { continue };
            let target = base.column_made(column);
            known.iter().for_each(|&known| target[known] = cell);
        }
    }
}

/// The row of the outlet that has a candidate of this name, if there is one.
fn place_of(outlets: &Sheet, id: &str, sources: &Sources) -> Option<usize> {
    let (place, format) = id.rsplit_once(':')?;
    let (ids, formats) = (outlets.schema.column("outlet")?, outlets.schema.column("format")?);
    let row = (0..outlets.rows).find(|row| sources.text(outlets.cell(ids, *row)) == place)?;
    let cell = outlets.cell(formats, row);
    let words = if cell == Cell::ABSENT { "" } else { sources.text(cell) };
    let mut words = words.split(';').map(str::trim);
    (words.clone().count() > 1 && words.any(|word| word == format)).then_some(row)
}

/// Gives the rows of candidates what they leave blank.
pub(crate) fn fill_candidates(outlets: &mut Sheet, sources: &Sources) {
    if outlets.schema.table != Table::Outlets || outlets.source.is_none() || outlets.columns[0].is_none() {
        return;
    }
    for row in 0..outlets.rows {
        let id = sources.text(outlets.cell(0, row));
        let Some(place) = Some(id).filter(|id| id.contains(':')).and_then(|id| place_of(outlets, id, sources)) else {
            continue;
        };
        take_over(outlets, place, row);
    }
}

/// A row takes over another's fields where its own are blank, but for what it is called and the choice of formats.
fn take_over(outlets: &mut Sheet, from: usize, row: usize) {
    let format = outlets.schema.column("format");
    for (column, cells) in outlets.columns.iter_mut().enumerate().skip(1) {
        if let Some(cells) = cells.as_mut().filter(|cells| Some(column) != format && cells[row].is_blank()) {
            cells[row] = cells[from];
        }
    }
}

/// Adds a row of its own for a candidate, as its outlet's is now; nothing where there is no such candidate, or has one.
pub(crate) fn add_candidate(outlets: &mut Sheet, id: &str, span: Span, sources: &mut Sources) {
    if outlets.columns[0].is_none() || (0..outlets.rows).any(|row| sources.text(outlets.cell(0, row)) == id) {
        return;
    }
    let (Some(place), Some(cell)) = (place_of(outlets, id, sources), sources.make(id, span)) else { return };
    for (column, cells) in outlets.columns.iter_mut().enumerate() {
        if let Some(cells) = cells {
            cells.push(if column == 0 { cell } else { cell.blanked() });
        }
    }
    outlets.rows += 1;
    take_over(outlets, place, outlets.rows - 1);
}

/// Adds a row of the overlay behind the base's. A field that the overlay does not name is blank at the row's start, so
/// that a rule can say where.
fn add_row(base: &mut Sheet, over: &Sheet, row: usize) {
    let blank = over.row_start(row).blanked();
    for (column, cells) in base.columns.iter_mut().enumerate() {
        if let Some(cells) = cells {
            cells.push(over.columns[column].as_ref().map_or(blank, |cells| cells[row]));
        }
    }
    base.rows += 1;
}
