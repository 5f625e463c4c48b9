//! A `[\[change\]]`: an edit of the rows of a table that `where` picks out.
//!
//! What a change writes has a text of its own whose place is the change's, so that a rule which the new value breaks
//! points there and not at the base's file.

use std::collections::HashMap;

use super::diagnostic::{Faults, did_you_mean};
use super::overlay::add_candidate;
use super::schema::{CHANGE_KEYS, KeyKind, Kind, TABLES, Table, TableSchema};
use super::settings::{Entry, Value, check_keys, wrong_kind};
use super::sheet::Sheet;
use super::source::{Cell, Sources, Span};

/// Applies a `[\[change\]]` to the tables.
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
    if let (Table::Outlets, Some(Value::Table(conditions))) = (schema.table, get("where").map(|entry| &entry.value)) {
        for (value, span) in conditions.iter().filter(|entry| entry.key == "outlet").flat_map(values) {
            if let Value::Text(id) = value {
                add_candidate(sheet, id.trim(), span, sources);
            }
        }
    }
    let Some(rows) = rows_where(get("where"), sheet, sources, faults) else { return };
    let remove = match get("remove").map(|entry| (&entry.value, entry)) {
        Some((Value::Switch(on), _)) => *on,
        Some((other, entry)) => {
            wrong_kind("remove", KeyKind::Switch, other, entry.span, faults);
            return;
        }
        None => false,
    };
    let mut edits = 0;
    for (name, edit) in [("set", Edit::Set), ("scale", Edit::Scale), ("add", Edit::Add)] {
        let Some(entry) = get(name) else { continue };
        edits += 1;
        let Value::Table(columns) = &entry.value else {
            wrong_kind(name, KeyKind::Columns, &entry.value, entry.span, faults);
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

/// The values of a condition, each with its place.
fn values(condition: &Entry) -> Vec<(&Value, Span)> {
    match &condition.value {
        Value::List(values) => values.iter().map(|(value, span)| (value, *span)).collect(),
        one => vec![(one, condition.span)],
    }
}

fn table_named(entry: &Entry, faults: &mut Faults) -> Option<&'static TableSchema> {
    let Value::Text(name) = &entry.value else {
        wrong_kind("table", KeyKind::Text, &entry.value, entry.span, faults);
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
        wrong_kind("where", KeyKind::Columns, &entry.value, entry.span, faults);
        return None;
    };
    let before = faults.errors();
    for condition in conditions {
        let Some(column) = column_named(condition, sheet.schema, faults) else { continue };
        let mut wanted = Wanted::of(condition, sheet.schema.columns[column].kind, faults);
        let mut meets = vec![false; sheet.rows];
        for (row, meets) in meets.iter_mut().enumerate() {
            *meets = wanted.holds(sources.text(sheet.cell(column, row)));
        }
        for (text, span, _) in wanted.values.iter().filter(|(_, _, met)| !met) {
            let known = (0..sheet.rows).map(|row| sources.text(sheet.cell(column, row)));
            let hint = if faults.deserve_hints() { did_you_mean(text, known) } else { None };
            let message = format!("no row of {} has `{text}` as its {}", sheet.schema.file, condition.key);
            faults.add("E14", *span, message).hint_if(hint);
        }
        rows.retain(|&row| meets[row]);
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

/// The values that a condition lets through: as texts, and in a column of numbers as numbers too.
struct Wanted {
    /// The value, where it stands, and whether a row has it.
    values: Vec<(String, Span, bool)>,
    texts: HashMap<String, usize>,
    numbers: HashMap<u64, usize>,
}

impl Wanted {
    fn of(condition: &Entry, kind: Kind, faults: &mut Faults) -> Self {
        let mut wanted = Self { values: Vec::new(), texts: HashMap::new(), numbers: HashMap::new() };
        let one = [(condition.value.clone(), condition.span)];
        let values = match &condition.value {
            Value::List(values) => values.as_slice(),
            _ => one.as_slice(),
        };
        for (value, span) in values {
            let Some(text) = plain(value) else {
                faults.add("E11", *span, format!("a condition is text or a number, not {}", value.words()));
                continue;
            };
            if let (Kind::Number(_), Ok(number)) = (kind, text.parse::<f64>()) {
                wanted.numbers.insert((number + 0.0).to_bits(), wanted.values.len());
            }
            wanted.texts.insert(text.clone(), wanted.values.len());
            wanted.values.push((text, *span, false));
        }
        wanted
    }

    fn holds(&mut self, field: &str) -> bool {
        let as_number = || field.parse::<f64>().ok().and_then(|number| self.numbers.get(&(number + 0.0).to_bits()));
        let found = self.texts.get(field).or_else(|| if self.numbers.is_empty() { None } else { as_number() });
        let Some(&position) = found else { return false };
        self.values[position].2 = true;
        true
    }
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
