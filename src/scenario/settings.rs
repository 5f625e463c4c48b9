//! The keys of `scenario.toml` with their places: parsed, checked against the schema, merged over bases.

use std::collections::BTreeMap;

use toml::de::{DeTable, DeValue};

use super::diagnostic::{Faults, did_you_mean, nearest};
use super::schema::{KEYS, Key, KeyKind};
use super::source::Span;

/// A value of a TOML text.
#[derive(Debug, Clone)]
pub(crate) enum Value {
    Text(String),
    /// The number and how it was written.
    Number(f64, String),
    Switch(bool),
    List(Vec<(Value, Span)>),
    Table(Vec<Entry>),
    /// A date or time: no key wants one.
    Date,
}

impl Value {
    /// What it is, in a planner's words.
    pub const fn words(&self) -> &'static str {
        match self {
            Self::Text(_) => "text",
            Self::Number(..) => "a number",
            Self::Switch(_) => "true or false",
            Self::List(_) => "a list",
            Self::Table(_) => "a table",
            Self::Date => "a date",
        }
    }
}

/// A key with its value.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub key: String,
    pub key_span: Span,
    pub value: Value,
    pub span: Span,
}

/// Parses a TOML text that begins at an offset of a source; its entries stand in the order of the text.
pub(crate) fn parse(text: &str, source: u16, offset: usize, faults: &mut Faults) -> Option<Vec<Entry>> {
    let at = |range: std::ops::Range<usize>| Span {
        source,
        start: (offset + range.start) as u32,
        end: (offset + range.end) as u32,
    };
    let (table, errors) = DeTable::parse_recoverable(text);
    for error in &errors {
        let mut message = error.message().lines().next().unwrap_or_default().to_string();
        if let Some(more) = error.message().lines().nth(1) {
            message = format!("{message}, {more}");
        }
        faults.add("E09", at(error.span().unwrap_or(0..0)), message);
    }
    errors.is_empty().then(|| entries(table.get_ref(), &at))
}

fn entries(table: &DeTable<'_>, at: &impl Fn(std::ops::Range<usize>) -> Span) -> Vec<Entry> {
    let mut list: Vec<Entry> = table
        .iter()
        .map(|(key, value)| Entry {
            key: key.get_ref().to_string(),
            key_span: at(key.span()),
            value: self::value(value.get_ref(), at),
            span: at(value.span()),
        })
        .collect();
    list.sort_by_key(|entry| entry.key_span);
    list
}

fn value(value: &DeValue<'_>, at: &impl Fn(std::ops::Range<usize>) -> Span) -> Value {
    match value {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => {
            let whole = i64::from_str_radix(number.as_str(), number.radix());
            Value::Number(whole.map_or(f64::NAN, |whole| whole as f64), number.to_string())
        }
        DeValue::Float(number) => {
            Value::Number(number.as_str().parse().unwrap_or(f64::NAN), number.as_str().to_string())
        }
        DeValue::Boolean(switch) => Value::Switch(*switch),
        DeValue::Datetime(_) => Value::Date,
        DeValue::Array(list) => {
            Value::List(list.iter().map(|item| (self::value(item.get_ref(), at), at(item.span()))).collect())
        }
        DeValue::Table(table) => Value::Table(entries(table, at)),
    }
}

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

/// A number of any key, checked against its kind.
pub(crate) fn number(kind: KeyKind, name: &str, value: &Value, span: Span, faults: &mut Faults) -> Option<f64> {
    let (number, percent) = match (kind, value) {
        (_, Value::Number(number, _)) => (*number, false),
        (KeyKind::Share(_), Value::Text(text)) => {
            let bare = text.trim().strip_suffix('%').and_then(|number| number.trim().parse::<f64>().ok());
            let Some(percent) = bare else {
                faults
                    .add("E11", span, format!("`{name}` is neither a number nor a percentage"))
                    .hint("0.95 or \"95%\"");
                return None;
            };
            (percent / 100.0, true)
        }
        (_, other) => {
            wrong_kind(name, kind, other, span, faults);
            return None;
        }
    };
    // 2^53: up to here every whole number is a number of its own.
    const MOST: f64 = 9_007_199_254_740_992.0;
    let (bounds, whole) = match kind {
        KeyKind::Number(bounds) | KeyKind::Share(bounds) => (bounds, false),
        _ => (super::schema::Bounds { most: MOST, ..super::schema::Bounds::AMOUNT }, true),
    };
    if !number.is_finite() {
        faults.add("E04", span, format!("`{name}` is not a finite number"));
        return None;
    }
    if whole && number.fract() != 0.0 {
        faults.add("E04", span, format!("`{name}` must be a whole number"));
        return None;
    }
    if !bounds.hold(number) {
        let words = if whole { "at least 0".into() } else { bounds.words() };
        let fault = faults.add("E05", span, format!("`{name}` must be {words}, not {number}"));
        if bounds.most == 1.0 && number > 1.0 && number <= 100.0 && !percent {
            fault.hint(format!("{number} % is written {} or \"{number}%\"", number / 100.0));
        }
        return None;
    }
    Some(number)
}

/// A word of any key, as its position among the choices.
pub(crate) fn choice(kind: KeyKind, name: &str, value: &Value, span: Span, faults: &mut Faults) -> Option<usize> {
    let (KeyKind::Choice(words) | KeyKind::Choices(words)) = kind else { return None };
    let Value::Text(text) = value else {
        wrong_kind(name, KeyKind::Text, value, span, faults);
        return None;
    };
    let position = words.iter().position(|word| *word == text.trim());
    if position.is_none() {
        let hint = nearest(text, words.iter().copied()).map_or(format!("one of {}", words.join(", ")), |word| {
            format!("did you mean `{word}`? (one of {})", words.join(", "))
        });
        faults.add("E04", span, format!("`{text}` is no value of `{name}`")).hint(hint);
    }
    position
}

/// Tells that a value is of the wrong kind.
pub(crate) fn wrong_kind(name: &str, wanted: KeyKind, value: &Value, span: Span, faults: &mut Faults) {
    let words = match wanted {
        KeyKind::Text | KeyKind::Choice(_) => "text in quotes",
        KeyKind::Switch => "true or false",
        KeyKind::Number(_) => "a number",
        KeyKind::Share(_) => "a number or a percentage in quotes",
        KeyKind::Count => "a whole number",
        KeyKind::Choices(_) => "text in quotes or a list of texts",
        KeyKind::Columns => "a table { column = value }",
    };
    let fault = faults.add("E11", span, format!("`{name}` is {words}, not {}", value.words()));
    match value {
        Value::Text(text) if text.trim().parse::<f64>().is_ok() => {
            fault.hint(format!("without quotes: {}", text.trim()))
        }
        Value::Text(text) if text == "true" || text == "false" => fault.hint(format!("without quotes: {text}")),
        _ => {}
    }
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

/// The value of a key in a small table such as a `[[target]]`, its keys checked against a list.
pub(crate) fn check_keys(what: &str, entries: &[Entry], known: &[Key], faults: &mut Faults) {
    for entry in entries.iter().filter(|entry| known.iter().all(|key| key.path != entry.key)) {
        let names = || known.iter().map(|key| key.path);
        let hint = did_you_mean(&entry.key, names())
            .unwrap_or_else(|| format!("known are {}", names().collect::<Vec<_>>().join(", ")));
        faults.add("E10", entry.key_span, format!("unknown key `{}` in {what}", entry.key)).hint(hint);
    }
}
