//! What the options that are taken cost.

use super::{Ids, Reader};
use crate::scenario::diagnostic::did_you_mean;
use crate::scenario::schema::{KeyKind, OPTION_KEYS};
use crate::scenario::settings::{Value, number, wrong_kind};
use crate::scenario::{Cause, Overhead};

/// An overhead for each option that says what it costs.
pub(super) fn overheads(ids: &Ids<'_>, reader: &mut Reader<'_>) -> Vec<Overhead> {
    let kind = |name: &str| OPTION_KEYS.iter().find(|key| key.path == name).map_or(KeyKind::Text, |key| key.kind);
    let mut list = Vec::new();
    for taking in &reader.draft.taking {
        let entry = |name: &str| taking.entries.iter().find(|entry| entry.key == name);
        let amount = entry("cost_per_year")
            .and_then(|entry| number(kind("cost_per_year"), "cost_per_year", &entry.value, entry.span, reader.faults));
        let country = entry("country").and_then(|entry| match &entry.value {
            Value::Text(code) => {
                let found = ids.countries.get(code.trim()).copied();
                if found.is_none() {
                    let hint = did_you_mean(code, ids.countries.keys().copied());
                    let message = format!("no table names the country `{code}`");
                    reader.faults.add("E07", entry.span, message).hint_if(hint);
                }
                found
            }
            other => {
                wrong_kind("country", KeyKind::Text, other, entry.span, reader.faults);
                None
            }
        });
        if let Some(amount) = amount.filter(|amount| *amount != 0.0) {
            list.push(Overhead { cause: Cause::Option, country, amount });
        }
    }
    list
}
