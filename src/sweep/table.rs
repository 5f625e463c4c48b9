//! The runs of a sweep as a table, and as an object.

use std::fmt::Display;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::{Run, Runs};
use crate::cost::Component;
use crate::plan::write::table::Table;
use crate::run::Outcome;

/// The columns of a run's figures before those of its promises.
fn figures() -> Vec<String> {
    let money = Component::ALL.iter().map(|component| component.name().to_owned());
    let before = ["status", "objective", "lower_bound", "gap", "cost_per_year"].map(str::to_owned);
    let after = ["open_outlets", "open_depots", "stock_value"].map(str::to_owned);
    before.into_iter().chain(money).chain(after).collect()
}

/// The names that a column of the table has already.
pub(super) fn taken(name: &str) -> bool {
    ["run", "reason", "input_hash", "plan", "begun_from"].contains(&name) || figures().iter().any(|own| own == name)
}

/// One column a target, named by its number and metric, which variants may change.
fn promise_columns(runs: &Runs) -> Vec<String> {
    let outcomes = || runs.runs.iter().filter_map(|run| run.outcome.as_ref());
    let most = outcomes().map(|outcome| outcome.promises.len()).max().unwrap_or(0);
    let column = |number: usize| {
        let mut metrics = outcomes().filter_map(|outcome| outcome.promises.get(number)).map(|own| own.metric.as_str());
        let first = metrics.next().unwrap_or_default();
        let alike = metrics.all(|metric| metric == first);
        if alike { format!("promise_{}_{first}", number + 1) } else { format!("promise_{}", number + 1) }
    };
    (0..most).map(column).collect()
}

fn optional(number: Option<f64>) -> String {
    number.map_or(String::new(), |number| number.to_string())
}

fn status(outcome: Option<&Outcome>) -> &'static str {
    outcome.map_or("not_run", |outcome| outcome.status.name())
}

/// What the plan of a run was begun from; `None` where there is no plan.
fn begun(outcome: Option<&Outcome>) -> Option<&'static str> {
    outcome.filter(|outcome| outcome.objective.is_some()).map(|outcome| outcome.begun.name())
}

/// The table of a sweep, in the grid's order. Without a clock in it, its bytes follow from the input alone.
pub fn table(runs: &Runs, out: &Path) -> String {
    let promises = promise_columns(runs);
    let columns: Vec<String> = std::iter::once("run".to_owned())
        .chain(runs.names.iter().cloned())
        .chain(figures())
        .chain(promises.iter().cloned())
        .chain(["reason", "input_hash", "plan", "begun_from"].map(str::to_owned))
        .collect();
    let mut table = Table(String::new());
    let row = |table: &mut Table, fields: &[String]| {
        let fields: Vec<&dyn Display> = fields.iter().map(|field| field as &dyn Display).collect();
        table.row(&fields);
    };
    row(&mut table, &columns);
    for (number, run) in runs.runs.iter().enumerate() {
        let mut fields = vec![(number + 1).to_string()];
        fields.extend(run.values.iter().cloned());
        fields.extend(shown(run.outcome.as_ref(), promises.len()));
        fields.push(run.outcome.as_ref().map_or(String::new(), |outcome| outcome.reason.clone()));
        fields.push(run.asked.input_hash.clone());
        let plan = run.plan.as_ref().map(|plan| plan.strip_prefix(out).unwrap_or(plan).display().to_string());
        fields.push(plan.unwrap_or_default());
        fields.push(begun(run.outcome.as_ref()).unwrap_or_default().to_owned());
        row(&mut table, &fields);
    }
    table.0
}

/// The figures of a run, blank where there is no plan.
fn shown(outcome: Option<&Outcome>, promises: usize) -> Vec<String> {
    let mut fields = vec![status(outcome).to_owned()];
    let Some(outcome) = outcome else {
        fields.resize(figures().len() + promises, String::new());
        return fields;
    };
    fields.extend([outcome.objective, outcome.lower_bound, outcome.gap, outcome.cost].map(optional));
    fields.extend((0..Component::ALL.len()).map(|component| optional(outcome.costs.get(component).copied())));
    let counts = [outcome.outlets.to_string(), outcome.depots.to_string(), outcome.stock_value.to_string()];
    fields.extend(if outcome.objective.is_some() { counts } else { Default::default() });
    fields.extend((0..promises).map(|number| match outcome.promises.get(number) {
        Some(promise) => promise.computed.map_or("inf".to_owned(), |computed| computed.to_string()),
        None => String::new(),
    }));
    fields
}

/// The runs of a sweep as an object.
pub fn json(scenario: &str, runs: &Runs) -> Value {
    let object = |(number, run): (usize, &Run)| {
        let values: Map<String, Value> =
            runs.names.iter().zip(&run.values).map(|(name, value)| (name.clone(), json!(value))).collect();
        let outcome = run.outcome.as_ref();
        let costs: Map<String, Value> = Component::ALL
            .iter()
            .zip(outcome.map_or(&[][..], |outcome| outcome.costs.as_slice()))
            .map(|(component, amount)| (component.name().to_owned(), json!(amount)))
            .collect();
        json!({
            "run": number + 1,
            "values": values,
            "status": status(outcome),
            "objective": outcome.and_then(|outcome| outcome.objective),
            "lower_bound": outcome.and_then(|outcome| outcome.lower_bound),
            "gap": outcome.and_then(|outcome| outcome.gap),
            "cost_per_year": outcome.and_then(|outcome| outcome.cost),
            "costs": costs,
            "open_outlets": outcome.map(|outcome| outcome.outlets),
            "open_depots": outcome.map(|outcome| outcome.depots),
            "stock_value": outcome.map(|outcome| outcome.stock_value),
            "promises": outcome.map(|outcome| &outcome.promises),
            "reason": outcome.map_or("", |outcome| &outcome.reason),
            "input_hash": run.asked.input_hash,
            "plan": run.plan,
            "begun_from": begun(outcome),
        })
    };
    let solved: Vec<Value> = runs.runs.iter().enumerate().map(object).collect();
    json!({"scenario": scenario, "runs": solved, "known_before": runs.known})
}
