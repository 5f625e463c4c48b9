//! Regrets as a table, and as an object.

use std::fmt::Display;

use serde_json::{Value, json};

use super::{Cell, Regret};
use crate::plan::write::table::Table;
use crate::run::Outcome;

/// The file of the regrets.
pub const REGRET_FILE: &str = "regret.csv";

/// The files of regrets: name and content.
pub fn files(regret: &Regret) -> Vec<(String, Vec<u8>)> {
    vec![
        (REGRET_FILE.to_owned(), table(regret).into_bytes()),
        ("regret.json".to_owned(), format!("{:#}\n", json(regret)).into_bytes()),
    ]
}

fn optional(number: Option<f64>) -> String {
    number.map_or(String::new(), |number| number.to_string())
}

/// A row a plan and future; a blank plan is the future with its sites free.
fn table(regret: &Regret) -> String {
    let columns = [
        "plan",
        "future",
        "status",
        "objective",
        "lower_bound",
        "gap",
        "regret",
        "regret_at_most",
        "open_outlets",
        "open_depots",
        "stock_value",
        "lost",
        "added",
        "reason",
    ];
    let mut table = Table::with_header(&columns);
    let mut row = |plan: &str, future: &str, outcome: &Outcome, cell: Option<&Cell>| {
        let sites = |sites: fn(&Cell) -> &[String]| cell.map_or(String::new(), |cell| sites(cell).join(" "));
        let mut fields = vec![plan.to_owned(), future.to_owned(), outcome.status.name().to_owned()];
        fields.extend([outcome.objective, outcome.lower_bound, outcome.gap].map(optional));
        fields.extend([cell.and_then(|cell| cell.regret), cell.and_then(|cell| cell.regret_at_most)].map(optional));
        let counts = [outcome.outlets.to_string(), outcome.depots.to_string(), outcome.stock_value.to_string()];
        fields.extend(if outcome.objective.is_some() { counts } else { Default::default() });
        fields.extend([sites(|cell| &cell.lost), sites(|cell| &cell.added), outcome.reason.clone()]);
        let fields: Vec<&dyn Display> = fields.iter().map(|field| field as &dyn Display).collect();
        table.row(&fields);
    };
    for (future, outcome) in regret.futures.iter().zip(&regret.free) {
        row("", future, outcome, None);
    }
    for (plan, cells) in regret.candidates.iter().zip(&regret.cells) {
        for (future, cell) in regret.futures.iter().zip(cells) {
            row(plan, future, &cell.outcome, Some(cell));
        }
    }
    table.0
}

/// Regrets as an object.
pub fn json(regret: &Regret) -> Value {
    let name = |candidate: Option<usize>| candidate.map(|candidate| regret.candidates[candidate].clone());
    let cell = |plan: &str, future: &str, cell: &Cell| {
        let outcome = &cell.outcome;
        json!({
            "plan": plan,
            "future": future,
            "status": outcome.status.name(),
            "objective": outcome.objective,
            "lower_bound": outcome.lower_bound,
            "gap": outcome.gap,
            "regret": cell.regret,
            "regret_at_most": cell.regret_at_most,
            "open_outlets": outcome.outlets,
            "open_depots": outcome.depots,
            "stock_value": outcome.stock_value,
            "lost": cell.lost,
            "added": cell.added,
            "promises": outcome.promises,
            "reason": outcome.reason,
        })
    };
    let futures: Vec<Value> = regret
        .futures
        .iter()
        .enumerate()
        .map(|(number, future)| {
            let own = &regret.free[number];
            json!({"future": future, "weight": regret.weights[number], "status": own.status.name(),
                "objective": own.objective, "lower_bound": own.lower_bound, "gap": own.gap, "best": regret.best[number],
                "reason": own.reason})
        })
        .collect();
    let plans: Vec<Value> = regret
        .candidates
        .iter()
        .enumerate()
        .map(|(number, plan)| {
            json!({"plan": plan, "greatest_regret": regret.greatest(number), "mean_cost": regret.mean_cost(number)})
        })
        .collect();
    let rows = regret.candidates.iter().zip(&regret.cells);
    let cells = rows
        .flat_map(|(plan, cells)| regret.futures.iter().zip(cells).map(move |(future, own)| cell(plan, future, own)));
    json!({
        "currency": regret.currency,
        "futures": futures,
        "plans": plans,
        "cells": cells.collect::<Vec<_>>(),
        "min_max": name(regret.min_max),
        "expected": name(regret.expected),
    })
}
