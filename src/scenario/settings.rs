//! The keys of `scenario.toml` with their places: parsed, checked against the schema, merged over bases.

mod parse;
mod value;

use std::collections::BTreeMap;

pub(crate) use parse::{Entry, Value, parse};
pub(crate) use value::{check_keys, choice, number, wrong_kind};

use super::diagnostic::{Faults, did_you_mean};
use super::schema::{KEYS, KeyKind};
use super::source::Span;

/// A value and where it stands.
#[derive(Debug, Clone)]
pub(crate) struct Setting {
    pub value: Value,
    pub key_span: Span,
    pub span: Span,
}

/// The keys that were given, by their paths.
#[derive(Debug, Default)]
pub(crate) struct Settings {
    given: BTreeMap<String, Setting>,
}

impl Settings {
    /// Takes keys in; a later one beats an earlier one of the same path.
    pub fn take(&mut self, entries: Vec<Entry>, faults: &mut Faults) {
        self.take_under("", entries, faults);
    }

    fn take_under(&mut self, above: &str, entries: Vec<Entry>, faults: &mut Faults) {
        for Entry { key, key_span, value, span } in entries {
            let path = if above.is_empty() { key.clone() } else { format!("{above}.{key}") };
            let is_key = KEYS.iter().any(|known| matches(known.path, &path) == Match::Whole);
            let is_table = KEYS.iter().any(|known| matches(known.path, &path) == Match::Above);
            match value {
                Value::Table(below) if is_table => self.take_under(&path, below, faults),
                value if is_key => {
                    self.given.insert(path, Setting { value, key_span, span });
                }
                value if is_table => {
                    faults
                        .add("E11", span, format!("`{path}` is a table, not {}", value.words()))
                        .hint(format!("its keys are {}", names_under(&path).join(", ")));
                }
                value => unknown(above, &key, matches!(value, Value::Table(_)), key_span, faults),
            }
        }
    }

    /// Forgets a key.
    pub fn forget(&mut self, path: &str) {
        self.given.remove(path);
    }

    /// A key that was given.
    pub fn get(&self, path: &str) -> Option<&Setting> {
        self.given.get(path)
    }

    /// Every key that was given with its value, in order of path.
    pub fn all(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.given.iter().map(|(path, setting)| (path.as_str(), &setting.value))
    }

    /// The names given in the place of the `*` of a path such as `limits.outlets.by_country.*`, in order.
    pub fn names_under(&self, above: &str) -> Vec<(&str, Span)> {
        let mut names: Vec<(&str, Span)> = Vec::new();
        for (path, setting) in &self.given {
            let Some(rest) = path.strip_prefix(above).and_then(|rest| rest.strip_prefix('.')) else { continue };
            let name = rest.rsplit_once('.').map_or(rest, |(name, _)| name);
            if names.last().is_none_or(|(last, _)| *last != name) {
                names.push((name, setting.key_span));
            }
        }
        names
    }

    /// The keys given just under a table, in order, each with its place.
    pub fn keys_under(&self, above: &str) -> impl Iterator<Item = (&str, Span)> {
        let under = move |path: &'_ str| path.strip_prefix(above)?.strip_prefix('.').map(str::len);
        self.given.iter().filter_map(move |(path, setting)| {
            let length = under(path)?;
            Some((&path[path.len() - length..], setting.key_span))
        })
    }

    /// The text of a key.
    pub fn text(&self, path: &str, faults: &mut Faults) -> Option<&str> {
        let setting = self.get(path)?;
        match &setting.value {
            Value::Text(text) => Some(text.trim()),
            other => {
                wrong_kind(path, KeyKind::Text, other, setting.span, faults);
                None
            }
        }
    }

    /// The number of a key.
    pub fn number(&self, path: &str, faults: &mut Faults) -> Option<f64> {
        let setting = self.get(path)?;
        number(schema_of(path), path, &setting.value, setting.span, faults)
    }

    /// The whole number of a key.
    pub fn count(&self, path: &str, faults: &mut Faults) -> Option<usize> {
        self.number(path, faults).map(|number| number as usize)
    }

    /// The switch of a key.
    pub fn switch(&self, path: &str, faults: &mut Faults) -> Option<bool> {
        let setting = self.get(path)?;
        match setting.value {
            Value::Switch(on) => Some(on),
            ref other => {
                wrong_kind(path, KeyKind::Switch, other, setting.span, faults);
                None
            }
        }
    }

    /// The position of a key's word among its choices.
    pub fn choice(&self, path: &str, faults: &mut Faults) -> Option<usize> {
        let setting = self.get(path)?;
        choice(schema_of(path), path, &setting.value, setting.span, faults)
    }
}

/// The kind of a key.
fn schema_of(path: &str) -> KeyKind {
    let key = KEYS.iter().find(|known| matches(known.path, path) == Match::Whole);
    key.expect("only keys of the schema are asked for").kind
}

/// How a path given meets a path known.
#[derive(PartialEq)]
enum Match {
    /// It is that key.
    Whole,
    /// It is a table above that key.
    Above,
    /// Neither.
    No,
}

fn matches(known: &str, given: &str) -> Match {
    let mut known = known.split('.');
    for piece in given.split('.') {
        match known.next() {
            Some(name) if name == "*" || name == piece => {}
            _ => return Match::No,
        }
    }
    if known.next().is_none() { Match::Whole } else { Match::Above }
}

/// The keys and tables just under a table.
fn names_under(above: &str) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    let depth = if above.is_empty() { 0 } else { above.split('.').count() };
    for key in KEYS {
        let under = above.is_empty() || matches(key.path, above) == Match::Above;
        let Some(name) = key.path.split('.').nth(depth).filter(|_| under) else { continue };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if above.is_empty() {
        names.extend(["target", "change"]);
    }
    names
}

fn unknown(above: &str, key: &str, is_table: bool, span: Span, faults: &mut Faults) {
    let names = names_under(above);
    let what = if is_table { "table" } else { "key" };
    let place = if above.is_empty() { String::new() } else { format!(" in [{above}]") };
    let elsewhere: Vec<&str> =
        KEYS.iter().map(|known| known.path).filter(|path| path.rsplit('.').next() == Some(key)).collect();
    let hint = did_you_mean(key, names.iter().copied())
        .or_else(|| elsewhere.first().map(|path| format!("did you mean `{path}`?")))
        .unwrap_or_else(|| format!("known are {}", names.join(", ")));
    faults.add("E10", span, format!("unknown {what} `{key}`{place}")).hint(hint);
}
