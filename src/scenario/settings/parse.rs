//! A TOML text into keys and values with their places.

use toml::de::{DeTable, DeValue};

use crate::scenario::diagnostic::Faults;
use crate::scenario::source::Span;

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
    /// It as it stands in a TOML text.
    pub fn toml(&self) -> String {
        match self {
            Self::Text(text) => toml::Value::String(text.clone()).to_string(),
            Self::Number(_, written) => written.clone(),
            Self::Switch(on) => on.to_string(),
            Self::List(items) => {
                format!("[{}]", items.iter().map(|(item, _)| item.toml()).collect::<Vec<_>>().join(", "))
            }
            Self::Table(entries) => {
                let own = |entry: &Entry| {
                    let key = toml::Value::String(entry.key.clone());
                    format!("{key} = {}", entry.value.toml())
                };
                format!("{{ {} }}", entries.iter().map(own).collect::<Vec<_>>().join(", "))
            }
            // No key wants one, so no scenario without faults holds one.
            Self::Date => "\"\"".to_owned(),
        }
    }

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
