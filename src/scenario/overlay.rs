//! An overlay laid over its base: rows by their keys, then edits in order.
//!
//! A table of an overlay speaks of rows by their key (the first columns of the schema). A row whose key the base knows
//! gives the base's row new values in the columns that the overlay's header names, and a blank field blanks; a row with a
//! new key is added behind. `[[change]]` then edits the rows that `where` picks out.

use std::collections::HashMap;

use super::diagnostic::{Faults, did_you_mean};
use super::schema::{CHANGE_KEYS, Kind, TABLES, TableSchema};
use super::settings::{Entry, Value, check_keys, wrong_kind};
use super::sheet::Sheet;
use super::source::{Cell, Sources, Span};

/// Lays an overlay's rows over the base's.
pub(crate) fn lay(base: &mut Sheet, over: Sheet, sources: &Sources) {
    if base.source.is_none() {
        *base = over;
        return;
    }
    base.broken |= over.broken;
    let keys = base.schema.keys;
    let key_of = |sheet: &Sheet, row: usize| -> Vec<String> {
        (0..keys).map(|column| sources.text(sheet.cell(column, row)).to_string()).collect()
    };
    let mut rows_of: HashMap<Vec<String>, Vec<usize>> = HashMap::new();
    for row in 0..base.rows {
        rows_of.entry(key_of(base, row)).or_default().push(row);
    }
    for (column, cells) in over.columns.iter().enumerate() {
        if cells.is_some() {
            base.column_made(column);
        }
    }
    for row in 0..over.rows {
        let key = key_of(&over, row);
        if let Some(known) = rows_of.get(&key) {
            for (column, cells) in over.columns.iter().enumerate() {
                let Some(cell) = cells.as_ref().map(|cells| cells[row]) else { continue };
                for &known in known {
                    base.column_made(column)[known] = cell;
                }
            }
        } else {
            // A field that the overlay does not name is blank at the row's start, so that a rule can say where.
            let blank = over.row_start(row).blanked();
            for column in 0..base.columns.len() {
                let cell = over.columns[column].as_ref().map_or(blank, |cells| cells[row]);
                if let Some(cells) = base.columns[column].as_mut() {
                    cells.push(cell);
                }
            }
            rows_of.insert(key, vec![base.rows]);
            base.rows += 1;
        }
    }
}

/// Applies a `[[change]]` to the tables.
pub(crate) fn change(entries: &[Entry], span: Span, sheets: &mut [Sheet], sources: &mut Sources, faults: &mut Faults) {
    check_keys("[[change]]", entries, CHANGE_KEYS, faults);
    let get = |name: &str| entries.iter().find(|entry| entry.key == name);
    let Some(table) = get("table") else {
        faults.add("E12", span, "a [[change]] names its `table`").hint("table = \"outlets\"");
        return;
    };
    let Some(schema) = table_named(table, faults) else { return };
    let sheet = &mut sheets[schema.table as usize];
    if sheet.broken {
        return;
    }
    if sheet.source.is_none() {
        faults.add("E14", table.span, format!("there is no {} to change", schema.file));
        return;
    }
    let Some(rows) = rows_where(get("where"), sheet, sources, faults) else { return };
    let remove = match get("remove").map(|entry| (&entry.value, entry)) {
        Some((Value::Switch(on), _)) => *on,
        Some((other, entry)) => {
            wrong_kind("remove", super::schema::KeyKind::Switch, other, entry.span, faults);
            return;
        }
        None => false,
    };
    let mut edits = 0;
    for (name, edit) in [("set", Edit::Set), ("scale", Edit::Scale), ("add", Edit::Add)] {
        let Some(entry) = get(name) else { continue };
        edits += 1;
        let Value::Table(columns) = &entry.value else {
            wrong_kind(name, super::schema::KeyKind::Columns, &entry.value, entry.span, faults);
            continue;
        };
        for column in columns {
            edit_column(edit, column, &rows, sheet, sources, faults);
        }
    }
    match (edits, remove) {
        (0, false) => {
            faults.add("E14", span, "the [[change]] changes nothing").hint("give it set, scale, add or remove = true");
        }
        (0, true) => take_away(sheet, &rows),
        (_, true) => {
            faults.add("E14", span, "a row that is removed cannot be edited too").hint("write two [[change]] tables");
        }
        _ => {}
    }
}

fn table_named(entry: &Entry, faults: &mut Faults) -> Option<&'static TableSchema> {
    let Value::Text(name) = &entry.value else {
        wrong_kind("table", super::schema::KeyKind::Text, &entry.value, entry.span, faults);
        return None;
    };
    let found = TABLES.iter().find(|schema| schema.name == name);
    if found.is_none() {
        let names = || TABLES.iter().map(|schema| schema.name);
        let bare = name.strip_suffix(".csv").unwrap_or(name);
        let hint = did_you_mean(bare, names())
            .unwrap_or_else(|| format!("tables are {}", names().collect::<Vec<_>>().join(", ")));
        faults.add("E14", entry.span, format!("unknown table `{name}`")).hint(hint);
    }
    found
}

fn column_named(entry: &Entry, schema: &TableSchema, faults: &mut Faults) -> Option<usize> {
    let found = schema.column(&entry.key);
    if found.is_none() {
        let names = || schema.columns.iter().map(|column| column.name);
        let hint = did_you_mean(&entry.key, names())
            .unwrap_or_else(|| format!("{} knows {}", schema.file, names().collect::<Vec<_>>().join(", ")));
        faults.add("E14", entry.key_span, format!("unknown column `{}` of {}", entry.key, schema.file)).hint(hint);
    }
    found
}

/// The rows that a `where` picks out, each of its values matched by some row; `None` if it is faulty.
fn rows_where(entry: Option<&Entry>, sheet: &Sheet, sources: &Sources, faults: &mut Faults) -> Option<Vec<usize>> {
    let mut rows: Vec<usize> = (0..sheet.rows).collect();
    let Some(entry) = entry else { return Some(rows) };
    let Value::Table(conditions) = &entry.value else {
        wrong_kind("where", super::schema::KeyKind::Columns, &entry.value, entry.span, faults);
        return None;
    };
    let before = faults.errors();
    for condition in conditions {
        let Some(column) = column_named(condition, sheet.schema, faults) else { continue };
        let one = [(condition.value.clone(), condition.span)];
        let values = match &condition.value {
            Value::List(values) => values.as_slice(),
            _ => one.as_slice(),
        };
        let mut wanted = Vec::new();
        for (value, span) in values {
            let Some(text) = plain(value) else {
                faults.add("E11", *span, format!("a condition is text or a number, not {}", value.words()));
                continue;
            };
            let number =
                text.parse::<f64>().ok().filter(|_| matches!(sheet.schema.columns[column].kind, Kind::Number(_)));
            let is = |row: usize| {
                let field = sources.text(sheet.cell(column, row));
                field == text || (number.is_some() && field.parse::<f64>().ok() == number)
            };
            if !(0..sheet.rows).any(is) {
                let known = (0..sheet.rows).map(|row| sources.text(sheet.cell(column, row)));
                let hint = did_you_mean(&text, known);
                let message = format!("no row of {} has `{text}` as its {}", sheet.schema.file, condition.key);
                faults.add("E14", *span, message).hint_if(hint);
            }
            wanted.push((text, number));
        }
        rows.retain(|&row| {
            let field = sources.text(sheet.cell(column, row));
            let parsed = field.parse::<f64>().ok();
            wanted.iter().any(|(text, number)| field == text || (number.is_some() && parsed == *number))
        });
    }
    if faults.errors() > before {
        return None;
    }
    if rows.is_empty() {
        faults.add("E14", entry.span, format!("no row of {} meets all of these conditions", sheet.schema.file));
        return None;
    }
    Some(rows)
}

/// A value as a field's text.
fn plain(value: &Value) -> Option<String> {
    match value {
        Value::Text(text) => Some(text.trim().to_string()),
        Value::Number(_, written) => Some(written.replace('_', "")),
        _ => None,
    }
}

#[derive(Clone, Copy)]
enum Edit {
    Set,
    Scale,
    Add,
}

fn edit_column(
    edit: Edit,
    entry: &Entry,
    rows: &[usize],
    sheet: &mut Sheet,
    sources: &mut Sources,
    faults: &mut Faults,
) {
    let Some(column) = column_named(entry, sheet.schema, faults) else { return };
    let Some(text) = plain(&entry.value) else {
        faults.add("E11", entry.span, format!("a field is text or a number, not {}", entry.value.words()));
        return;
    };
    if let Edit::Set = edit {
        match sources.make(&text, entry.span) {
            Some(cell) => {
                let cells = sheet.column_made(column);
                rows.iter().for_each(|&row| cells[row] = cell);
            }
            None => too_much(entry, faults),
        }
        return;
    }
    let amount = match (&entry.value, sheet.schema.columns[column].kind) {
        (_, kind) if !matches!(kind, Kind::Number(_)) => {
            faults.add("E14", entry.key_span, format!("`{}` is not a number: only `set` can change it", entry.key));
            return;
        }
        (Value::Number(amount, _), _) if amount.is_finite() => *amount,
        _ => {
            faults.add("E11", entry.span, "a factor or an amount is a finite number");
            return;
        }
    };
    let mut edited = 0;
    for &row in rows {
        // A blank field keeps its default, and what is no number is told of by the check of its column.
        let Ok(number) = sources.text(sheet.cell(column, row)).parse::<f64>() else { continue };
        let changed = if let Edit::Scale = edit { number * amount } else { number + amount };
        edited += 1;
        match sources.make(&changed.to_string(), entry.span) {
            Some(cell) => sheet.column_made(column)[row] = cell,
            None => return too_much(entry, faults),
        }
    }
    if edited == 0 {
        faults
            .add("E14", entry.key_span, format!("`{}` is blank in every row that this would change", entry.key))
            .hint("give it a value with `set`");
    }
}

fn too_much(entry: &Entry, faults: &mut Faults) {
    faults
        .add("E14", entry.span, "the changes make more than 4 GiB of new text")
        .hint("change the base's file instead");
}

fn take_away(sheet: &mut Sheet, rows: &[usize]) {
    let mut stays = vec![true; sheet.rows];
    rows.iter().for_each(|&row| stays[row] = false);
    for cells in sheet.columns.iter_mut().flatten() {
        let mut row = 0;
        cells.retain(|_: &Cell| {
            row += 1;
            stays[row - 1]
        });
    }
    sheet.rows -= rows.len();
}
