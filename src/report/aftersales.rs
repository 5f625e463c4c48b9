//! What the conditions of after-sales service come to, in sentences for terminal and page.

use super::terminal::{counted, grouped};
use crate::scenario::{MONTH_NAMES, Month, Scenario, Seasonal};

/// What the month, the guarantees and the decisions on repair come to, a sentence each; empty without them.
pub fn sentences(scenario: &Scenario) -> Vec<String> {
    let mut lines = Vec::new();
    lines.extend(scenario.seasonal.as_ref().map(month));
    lines.extend(guarantees(scenario));
    lines.extend(repairs(scenario));
    if let Some(packaging) = &scenario.packaging {
        lines.push(format!("Packaging: {}, {:.4} sendings of each unit", packaging.id, packaging.sendings()));
    }
    lines
}

/// At whose rates a year is planned, and how the months differ.
fn month(seasonal: &Seasonal) -> String {
    let planned = match seasonal.month {
        Month::Mean => "the year as it is".to_owned(),
        Month::Peak => "a year at the greatest month of each stream".to_owned(),
        Month::Of(month) => format!("a year at the rates of {}", MONTH_NAMES[month]),
    };
    let of = |month: &usize| seasonal.relative[*month];
    let least = (0..12).min_by(|left, right| of(left).total_cmp(&of(right))).unwrap_or(0);
    // The first of equals.
    let most = (0..12).rev().max_by(|left, right| of(left).total_cmp(&of(right))).unwrap_or(0);
    format!(
        "Month: {planned}, {:.3} times the jobs of the mean; {} has {:.3} times, {} {:.3} times",
        seasonal.planned,
        MONTH_NAMES[least],
        of(&least),
        MONTH_NAMES[most],
        of(&most)
    )
}

/// Claims and their split, over all products and countries.
fn guarantees(scenario: &Scenario) -> Option<String> {
    let rows = &scenario.guaranteed;
    if rows.is_empty() {
        return None;
    }
    let sum = |of: &dyn Fn(&crate::scenario::Guaranteed) -> f64| rows.iter().fold(0.0, |sum, row| sum + of(row));
    let claims = sum(&|row| row.claims());
    let share = |of: &dyn Fn(&crate::scenario::Guaranteed) -> f64| {
        if claims > 0.0 { 100.0 * sum(&|row| row.claims() * of(row)) / claims } else { 0.0 }
    };
    let units = sum(&|row| row.units);
    let cost = sum(&|row| row.cost + row.returns - row.revenue);
    let per_unit = if units > 0.0 {
        format!(", {:.2} {} a year for each of {}", cost / units, scenario.currency, counted(units as usize, "unit"))
    } else {
        String::new()
    };
    Some(format!(
        "Guarantees: {} claims a year, {:.1} % repaired, {:.1} % replaced, {:.1} % refunded; less what contracts earn {} {} a \
         year{per_unit}",
        grouped(claims),
        share(&|row| row.split.repaired),
        share(&|row| row.split.replaced),
        share(&|row| row.split.refunded),
        grouped(cost),
        scenario.currency,
    ))
}

/// The parts of which it was decided whether they are repaired.
fn repairs(scenario: &Scenario) -> Option<String> {
    let of = |repaired: bool| -> Vec<&str> {
        let ways = scenario.ways_back.iter().filter(|way| way.repaired == Some(repaired));
        ways.map(|way| scenario.parts[way.part.at()].id.as_str()).collect()
    };
    let words = [(of(true), "repaired"), (of(false), "discarded")];
    let told: Vec<String> = words
        .into_iter()
        .filter(|(parts, _)| !parts.is_empty())
        .map(|(parts, word)| match parts.len() {
            few if few <= 6 => format!("{} {word}", parts.join(", ")),
            many => format!("{} {word}", counted(many, "part")),
        })
        .collect();
    (!told.is_empty()).then(|| format!("Repair or discard: {}", told.join("; ")))
}
