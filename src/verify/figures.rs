//! Figures of files against recomputed ones.

use std::collections::BTreeMap;

use super::{Breach, TOLERANCE, Verdict};
use crate::plan::Certificate;
use crate::plan::write::PLAN_FILE;

/// The columns that name a row of a table.
fn keys(name: &str) -> usize {
    match name {
        "outlets.csv" | "depots.csv" | "desks.csv" => 1,
        "service.csv" | "service_by_country.csv" => 3,
        _ => 2,
    }
}

fn same(expected: &str, actual: &str) -> bool {
    if expected == actual {
        return true;
    }
    match (expected.parse::<f64>(), actual.parse::<f64>()) {
        (Ok(expected), Ok(actual)) => (expected - actual).abs() <= TOLERANCE * expected.abs().max(1e-3),
        _ => false,
    }
}

pub(super) fn compare_table(name: &str, expected_text: &str, actual_text: &str, verdict: &mut Verdict) {
    let records = |text: &str| -> Vec<csv::StringRecord> {
        let reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        reader.into_records().filter_map(Result::ok).collect()
    };
    let expected = records(expected_text);
    if expected_text == actual_text {
        verdict.figures += expected.iter().skip(1).map(csv::StringRecord::len).sum::<usize>();
        return;
    }
    let actual = records(actual_text);
    let (Some(header), Some(own_header)) = (expected.first(), actual.first()) else {
        verdict.breaches.push(Breach::at(name, 1, "the table has no header".to_owned()));
        return;
    };
    let places: Vec<Option<usize>> =
        header.iter().map(|column| own_header.iter().position(|own| own == column)).collect();
    for (column, place) in header.iter().zip(&places) {
        if place.is_none() {
            verdict.breaches.push(Breach::at(name, 1, format!("the column `{column}` is missing")));
        }
    }
    let count = keys(name);
    let own_key = |row: &'_ csv::StringRecord| -> Vec<String> {
        let fields = places.iter().take(count).map(|place| place.and_then(|place| row.get(place)).unwrap_or_default());
        fields.map(str::to_owned).collect()
    };
    let mut rows: BTreeMap<Vec<String>, &csv::StringRecord> =
        expected.iter().skip(1).map(|row| (row.iter().take(count).map(str::to_owned).collect(), row)).collect();
    for (number, row) in actual.iter().enumerate().skip(1) {
        let line = number + 1;
        let Some(wanted) = rows.remove(&own_key(row)) else {
            let message = format!("the row `{}` does not follow from the decisions", own_key(row).join(","));
            verdict.breaches.push(Breach::at(name, line, message));
            continue;
        };
        for (column, (wanted, place)) in header.iter().zip(wanted.iter().zip(&places)) {
            let own = place.and_then(|place| row.get(place)).unwrap_or_default();
            if same(wanted, own) {
                verdict.figures += 1;
            } else if place.is_some() {
                let message = format!("`{column}` of `{}` is {own}, recomputed {wanted}", own_key(row).join(","));
                verdict.breaches.push(Breach::at(name, line, message));
            }
        }
    }
    for key in rows.keys() {
        let message = format!("the row `{}` is missing", key.join(","));
        verdict.breaches.push(Breach::at(name, actual.len(), message));
    }
}

pub(super) fn compare_summary(expected: &str, actual: &str, verdict: &mut Verdict) {
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    let (Some(mut expected), Some(mut actual)) = (parse(expected), parse(actual)) else {
        verdict.breaches.push(Breach {
            file: Some(PLAN_FILE.to_owned()),
            line: None,
            message: "it is not JSON".to_owned(),
        });
        return;
    };
    let mut tell = |message: String| {
        verdict.breaches.push(Breach { file: Some(PLAN_FILE.to_owned()), line: None, message });
    };
    // A price is a slope of the search and cannot be recomputed from a plan; a nonsensical one is told all the same.
    prices(&mut expected);
    for price in prices(&mut actual) {
        if !price.is_null() && price.as_f64().is_none_or(|price| price < 0.0) {
            tell(format!("`{PRICE}` is {price}: it is 0 or more, or null"));
        }
    }
    for field in [
        "scenario",
        "currency",
        "objective",
        "cost_per_year",
        "costs",
        "open_outlets",
        "open_depots",
        "promises",
        "input_hash",
        "satisfaction",
    ] {
        differences(field, &expected[field], &actual[field], &mut tell);
    }
    let number = |field: &str| actual[field].as_f64();
    if let (Some(objective), Some(bound)) = (number("objective"), number("lower_bound")) {
        if bound > objective + TOLERANCE * objective.abs() {
            tell(format!("`lower_bound` {bound} is above `objective` {objective}"));
        }
        let gap = Certificate { objective, lower_bound: Some(bound) }.gap();
        let claimed = actual["status"].as_str();
        let proven = gap.zip(number("gap_asked")).map(|(gap, asked)| gap <= asked);
        if claimed == Some("optimal") && proven == Some(false) {
            tell("`status` is optimal, but `gap` is above `gap_asked`".to_owned());
        }
        if let (Some(gap), Some(told)) = (gap, number("gap"))
            && (gap - told).abs() > 1e-9
        {
            tell(format!("`gap` is {told}, recomputed {gap}"));
        }
    }
}

/// What one more point of a promise costs, in `plan.json`.
const PRICE: &str = "one_more_point_per_year";

/// Takes the prices out of the promises.
fn prices(summary: &mut serde_json::Value) -> Vec<serde_json::Value> {
    let promises = summary["promises"].as_array_mut().into_iter().flatten();
    promises.filter_map(|promise| promise.as_object_mut()?.remove(PRICE)).collect()
}

/// Tells where two values differ, by their path.
fn differences(path: &str, expected: &serde_json::Value, actual: &serde_json::Value, tell: &mut dyn FnMut(String)) {
    use serde_json::Value;
    match (expected, actual) {
        (Value::Object(expected), Value::Object(actual)) => {
            for (name, value) in expected {
                differences(&format!("{path}.{name}"), value, actual.get(name).unwrap_or(&Value::Null), tell);
            }
        }
        (Value::Array(expected), Value::Array(actual)) if expected.len() == actual.len() => {
            for (number, (expected, actual)) in expected.iter().zip(actual).enumerate() {
                differences(&format!("{path}[{number}]"), expected, actual, tell);
            }
        }
        (Value::Number(_), Value::Number(_)) if same(&expected.to_string(), &actual.to_string()) => {}
        _ if expected == actual => {}
        (Value::Array(expected), Value::Array(actual)) => {
            tell(format!("`{path}` has {} entries, recomputed {}", actual.len(), expected.len()));
        }
        _ => tell(format!("`{path}` is {actual}, recomputed {expected}")),
    }
}
