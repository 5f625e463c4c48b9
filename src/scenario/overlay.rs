//! An overlay laid over its base: rows by their keys.
//!
//! A table of an overlay speaks of rows by their key (the first columns of the schema). A row whose key the base knows
//! gives the base's row new values in the columns that the overlay's header names, and a blank field blanks; a row with a
//! new key is added behind.

use std::collections::HashMap;

use super::diagnostic::Faults;
use super::sheet::Sheet;
use super::source::Sources;

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
