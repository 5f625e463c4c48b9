//! How two scenarios differ as they are read: after bases, overlays and changes, row by row and key by key.
//!
//! Rows are matched by the key of their table, repeated keys by their order. A number written another way is no difference.
//! What happens to many rows at once is told once: every change of a column whose rows share one factor, one amount or
//! one pair of values is said in those words.

use std::collections::BTreeMap;
use std::path::Path;

use super::Refused;
use super::diagnostic::Faults;
use super::draft::{Besides, Draft, draft};
use super::schema::TableSchema;
use super::settings::{Entry, Value};
use super::sheet::Sheet;
use super::source::{Cell, Sources};

/// So many rows of a difference are named.
const NAMED: usize = 5;

/// Two numbers are the same factor or amount within this share of them: a scaled text has few digits.
const SAME: f64 = 1e-6;

/// What differs between two scenarios.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Differences {
    /// Keys of `scenario.toml`.
    pub keys: Vec<Changed>,
    /// Targets that only the first has, in words.
    pub targets_gone: Vec<String>,
    /// Targets that only the second has, in words.
    pub targets_new: Vec<String>,
    /// Columns of tables.
    pub columns: Vec<ColumnDifference>,
    /// Rows of tables.
    pub rows: Vec<RowDifference>,
}

/// A value that differs; blank where it is not given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    /// The key, or the row by the values of its key columns.
    pub what: String,
    /// In the first scenario.
    pub from: String,
    /// In the second.
    pub to: String,
}

/// What has happened to all differing rows of a column.
#[derive(Debug, Clone, PartialEq)]
pub enum Pattern {
    /// Each was multiplied.
    Factor(f64),
    /// Each was raised by an amount.
    Amount(f64),
    /// Each had the same value and has the same other one.
    Same(String, String),
    /// Nothing in common.
    Various,
}

/// A column whose values differ.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDifference {
    /// Its table's file.
    pub file: &'static str,
    /// The column.
    pub column: &'static str,
    /// How many rows differ in it.
    pub rows: usize,
    /// Of how many that both scenarios have.
    pub of: usize,
    /// What has happened to them.
    pub pattern: Pattern,
    /// The first of them.
    pub first: Vec<Changed>,
}

/// Rows that only one of two scenarios has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowDifference {
    /// Their table's file.
    pub file: &'static str,
    /// How many the first alone has.
    pub gone: usize,
    /// The first of them.
    pub first_gone: Vec<String>,
    /// How many the second alone has.
    pub new: usize,
    /// The first of them.
    pub first_new: Vec<String>,
}

impl Differences {
    /// Is there none?
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// What differs between the inputs of two scenario folders.
///
/// # Errors
/// [`Refused`] where one of them cannot be read; whether its values make sense is for `load` to say.
pub fn differences(left: &Path, right: &Path) -> Result<Differences, Refused> {
    let read = |folder: &Path| {
        let mut faults = Faults::default();
        let draft = draft(folder, Besides::default(), &mut faults)?;
        if faults.errors() > 0 { Err(Refused::Invalid(faults.diagnostics(&draft.sources))) } else { Ok(draft) }
    };
    let (left, right) = (read(left)?, read(right)?);
    let mut differences = Differences::default();
    keys(&left, &right, &mut differences);
    for (left_sheet, right_sheet) in left.sheets.iter().zip(&right.sheets) {
        table(&left, left_sheet, &right, right_sheet, &mut differences);
    }
    Ok(differences)
}

fn keys(left: &Draft, right: &Draft, differences: &mut Differences) {
    let given = |draft: &Draft| -> BTreeMap<String, String> {
        // What a scenario is called makes no difference to it.
        let named = ["name", "description", "extends"];
        let settings = draft.settings.all().filter(|(path, _)| !named.contains(path));
        settings.map(|(path, value)| (path.to_owned(), written(value))).collect()
    };
    let (from, to) = (given(left), given(right));
    for key in from.keys().chain(to.keys().filter(|key| !from.contains_key(*key))) {
        let value = |side: &BTreeMap<String, String>| side.get(key).cloned().unwrap_or_default();
        if !same(&value(&from), &value(&to)) {
            differences.keys.push(Changed { what: key.clone(), from: value(&from), to: value(&to) });
        }
    }
    let words = |draft: &Draft| -> Vec<String> { draft.targets.iter().map(|(entries, _)| target(entries)).collect() };
    let (from, to) = (words(left), words(right));
    differences.targets_gone = from.iter().filter(|target| !to.contains(target)).cloned().collect();
    differences.targets_new = to.into_iter().filter(|target| !from.contains(target)).collect();
}

fn target(entries: &[Entry]) -> String {
    let words: Vec<String> = entries.iter().map(|entry| format!("{} = {}", entry.key, written(&entry.value))).collect();
    words.join(", ")
}

/// A value as a person would write it.
fn written(value: &Value) -> String {
    match value {
        Value::Text(text) => text.trim().to_owned(),
        Value::Number(_, text) => text.clone(),
        Value::Switch(on) => on.to_string(),
        Value::List(items) => items.iter().map(|(item, _)| written(item)).collect::<Vec<_>>().join(" "),
        Value::Table(entries) => target(entries),
        Value::Date => "a date".to_owned(),
    }
}

/// Do two texts say the same: as texts, or as numbers?
fn same(left: &str, right: &str) -> bool {
    left == right
        || left.parse::<f64>().ok().zip(right.parse().ok()).is_some_and(|(left, right): (f64, f64)| left == right)
}

/// The rows of a sheet by key; a repeated key is told apart by its number.
fn rows_by_key<'a>(sheet: &Sheet, sources: &'a Sources) -> BTreeMap<(Vec<&'a str>, usize), usize> {
    let mut rows = BTreeMap::new();
    let mut seen: BTreeMap<Vec<&str>, usize> = BTreeMap::new();
    for row in 0..sheet.rows {
        let key: Vec<&str> = (0..sheet.schema.keys).map(|column| text(sheet, column, row, sources)).collect();
        let number = seen.entry(key.clone()).or_default();
        rows.insert((key, *number), row);
        *number += 1;
    }
    rows
}

fn text<'a>(sheet: &Sheet, column: usize, row: usize, sources: &'a Sources) -> &'a str {
    let cell = sheet.cell(column, row);
    if cell == Cell::ABSENT { "" } else { sources.text(cell) }
}

fn table(left: &Draft, from: &Sheet, right: &Draft, to: &Sheet, differences: &mut Differences) {
    let schema: &'static TableSchema = from.schema;
    let (from_rows, to_rows) = (rows_by_key(from, &left.sources), rows_by_key(to, &right.sources));
    let name =
        |key: &(Vec<&str>, usize)| key.0.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join(" ");
    let gone: Vec<String> = from_rows.keys().filter(|key| !to_rows.contains_key(*key)).map(name).collect();
    let new: Vec<String> = to_rows.keys().filter(|key| !from_rows.contains_key(*key)).map(name).collect();
    if !gone.is_empty() || !new.is_empty() {
        let first = |names: &[String]| names.iter().take(NAMED).cloned().collect();
        differences.rows.push(RowDifference {
            file: schema.file,
            gone: gone.len(),
            first_gone: first(&gone),
            new: new.len(),
            first_new: first(&new),
        });
    }
    // Both are in the order of their first scenario's rows, which is the one a reader knows.
    let mut shared: Vec<(usize, usize, String)> =
        from_rows.iter().filter_map(|(key, row)| Some((*row, *to_rows.get(key)?, name(key)))).collect();
    shared.sort_by_key(|pair| pair.0);
    for (column, about) in schema.columns.iter().enumerate().skip(schema.keys) {
        let changed: Vec<Changed> = shared
            .iter()
            .filter_map(|(from_row, to_row, name)| {
                let (was, is) =
                    (text(from, column, *from_row, &left.sources), text(to, column, *to_row, &right.sources));
                let change = || Changed { what: name.clone(), from: was.to_owned(), to: is.to_owned() };
                (!same(was, is)).then(change)
            })
            .collect();
        if !changed.is_empty() {
            differences.columns.push(ColumnDifference {
                file: schema.file,
                column: about.name,
                rows: changed.len(),
                of: shared.len(),
                pattern: pattern(&changed),
                first: changed.into_iter().take(NAMED).collect(),
            });
        }
    }
}

/// What the changes of a column have in common.
fn pattern(changed: &[Changed]) -> Pattern {
    let first = &changed[0];
    if changed.iter().all(|change| change.from == first.from && change.to == first.to) {
        return Pattern::Same(first.from.clone(), first.to.clone());
    }
    let numbers: Option<Vec<(f64, f64)>> =
        changed.iter().map(|change| Some((change.from.parse().ok()?, change.to.parse().ok()?))).collect();
    let Some(numbers) = numbers else { return Pattern::Various };
    let common = |measure: &dyn Fn(f64, f64) -> f64| {
        let one = measure(numbers[0].0, numbers[0].1);
        let alike = numbers.iter().all(|(from, to)| (measure(*from, *to) - one).abs() <= SAME * one.abs());
        (one.is_finite() && alike).then_some(one)
    };
    if let Some(factor) = common(&|from, to| to / from) {
        return Pattern::Factor(factor);
    }
    common(&|from, to| to - from).map_or(Pattern::Various, Pattern::Amount)
}
