//! What `solve --json` tells of a run.

use std::path::Path;

use serde_json::{Map, Value, json};

use crate::diagnosis::Diagnosis;

/// Adds to the summary of a plan what its files do not hold: how long the run took \[seconds\], where the plan lies, and
/// whether it was known already.
pub fn beside(object: &mut Map<String, Value>, out: &Path, seconds: f64, unchanged: bool) {
    object.insert("solve_seconds".to_owned(), json!(seconds));
    object.insert("threads".to_owned(), json!(rayon::current_num_threads()));
    object.insert("plan".to_owned(), json!(out.display().to_string()));
    object.insert("unchanged".to_owned(), json!(unchanged));
}

/// The object of a scenario that has no plan.
pub fn infeasible(name: &str, diagnosis: &Diagnosis) -> Map<String, Value> {
    let findings: Vec<Value> = diagnosis
        .findings
        .iter()
        .map(|finding| {
            json!({"rule": finding.rule, "message": finding.message, "hint": finding.hint, "members": finding.members})
        })
        .collect();
    fields([("scenario", json!(name)), ("status", json!("infeasible")), ("findings", json!(findings))])
}

/// The object of a scenario for which no plan was found.
pub fn unknown(name: &str, lower_bound: Option<f64>) -> Map<String, Value> {
    fields([("scenario", json!(name)), ("status", json!("unknown")), ("lower_bound", json!(lower_bound))])
}

/// The object of a scenario for which nothing was planned or written; the reason is told elsewhere.
pub fn nothing(folder: &Path, status: &str) -> Map<String, Value> {
    Map::from_iter([("scenario".to_owned(), json!(folder.display().to_string())), ("status".to_owned(), json!(status))])
}

fn fields<const N: usize>(fields: [(&str, Value); N]) -> Map<String, Value> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
