//! What a plan folder held when it was written, and whether it still answers what is asked.
//!
//! `SHA256SUMS` names the digest of every file of the plan in the form that `sha256sum -c` reads. A plan is *unchanged* where
//! its files are those that were written and it answers just what is asked now: the same input, version and seed, and a gap
//! no greater than the one asked. A plan edited by hand is another plan, however well its figures fit. The time limit plays no
//! part: a plan whose gap is small enough needed no more time than it had.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value};

use super::write::PLAN_FILE;
use crate::scenario::{Scenario, hexadecimal_digest};

/// The file of the digests of a plan's files.
pub const SUMS_FILE: &str = "SHA256SUMS";

/// The digests of files, a line each, in the form that `sha256sum -c` reads.
pub(super) fn sums(files: &[(&'static str, String)]) -> String {
    files.iter().map(|(name, content)| format!("{}  {name}\n", hexadecimal_digest(content.as_bytes()))).collect()
}

/// A digest of what a plan folder decides and states: of `plan.json` and the tables of decisions, in order.
pub fn decided(folder: &Path) -> String {
    let names = [PLAN_FILE, "outlets.csv", "depots.csv", "assignments.csv", "replenishment.csv", "stock.csv"];
    let mut all = String::new();
    for name in names {
        let content = fs::read(folder.join(name)).unwrap_or_default();
        all.push_str(&format!("{}  {name}\n", hexadecimal_digest(&content)));
    }
    hexadecimal_digest(all.as_bytes())
}

/// What `plan.json` says of the plan in a folder, where it is the unchanged answer to what a scenario asks.
pub fn unchanged(folder: &Path, scenario: &Scenario) -> Option<Map<String, Value>> {
    let sums = fs::read_to_string(folder.join(SUMS_FILE)).ok()?;
    let mut summary = None;
    for line in sums.lines() {
        let (digest, name) = line.split_once("  ")?;
        let content = fs::read(folder.join(name)).ok()?;
        if hexadecimal_digest(&content) != digest {
            return None;
        }
        if name == PLAN_FILE {
            summary = serde_json::from_slice::<Map<String, Value>>(&content).ok();
        }
    }
    let summary = summary?;
    let text = |field: &str| summary.get(field).and_then(Value::as_str);
    let same = text("input_hash") == Some(scenario.input_hash.as_str())
        && text("version") == Some(env!("CARGO_PKG_VERSION"))
        && summary.get("seed").and_then(Value::as_u64) == Some(scenario.planning.seed);
    let close = summary.get("gap").and_then(Value::as_f64).is_some_and(|gap| gap <= scenario.planning.gap);
    (same && close).then_some(summary)
}
