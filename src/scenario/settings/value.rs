//! A value of a key, checked against the key's kind and bounds.

use super::{Entry, Value};
use crate::scenario::diagnostic::{Faults, did_you_mean, nearest};
use crate::scenario::schema::{Bounds, Key, KeyKind};
use crate::scenario::source::Span;

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
        _ => (Bounds { most: MOST, ..Bounds::AMOUNT }, true),
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
    // A choice among numbers is written as a number.
    let numbers = words.iter().any(|word| word.parse::<f64>().is_ok());
    let text = match value {
        Value::Text(text) => text,
        Value::Number(_, written) if numbers => written,
        _ => {
            wrong_kind(name, KeyKind::Text, value, span, faults);
            return None;
        }
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

/// The value of a key in a small table such as a `[\[target\]]`, its keys checked against a list.
pub(crate) fn check_keys(what: &str, entries: &[Entry], known: &[Key], faults: &mut Faults) {
    for entry in entries.iter().filter(|entry| known.iter().all(|key| key.path != entry.key)) {
        let names = || known.iter().map(|key| key.path);
        let hint = did_you_mean(&entry.key, names())
            .unwrap_or_else(|| format!("known are {}", names().collect::<Vec<_>>().join(", ")));
        faults.add("E10", entry.key_span, format!("unknown key `{}` in {what}", entry.key)).hint(hint);
    }
}
