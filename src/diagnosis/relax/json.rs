//! Ways out for programs.

use serde_json::{Map, Value, json};

use super::{Relaxation, Relaxations, Step};

/// The object of the ways out.
pub fn json(relaxations: &Relaxations) -> Value {
    json!({
        "relaxations": relaxations.ways.iter().map(relaxation).collect::<Vec<_>>(),
        "insufficient_alone": relaxations.insufficient,
        "stopped": relaxations.stopped,
    })
}

fn relaxation(own: &Relaxation) -> Value {
    let tables: Map<String, Value> = own.tables.iter().map(|(file, text)| ((*file).to_owned(), json!(text))).collect();
    json!({
        "steps": own.steps.iter().map(step).collect::<Vec<_>>(),
        "objective": own.objective,
        "lower_bound": own.lower_bound,
        "cost_per_year": own.cost,
        "overlay": {"scenario.toml": own.toml, "tables": tables},
    })
}

fn step(own: &Step) -> Value {
    json!({"code": own.code, "words": own.words, "not_enough": own.short, "assumption": own.assumption})
}
