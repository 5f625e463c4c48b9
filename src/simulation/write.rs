//! What a simulation says, as one object and as tables.

use std::fs;
use std::io;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::{CONFIDENCE, Estimate, Experiment, Finding, Simulation, StockEstimate, Verdict};
use crate::cost::Component;
use crate::plan::Plan;
use crate::plan::write::table::Table;
use crate::scenario::{Scenario, SiteId};

/// The object.
pub const SIMULATION_FILE: &str = "simulation.json";

/// Is no hard promise broken?
pub fn holds(scenario: &Scenario, findings: &[Finding]) -> bool {
    let broken =
        |finding: &Finding| finding.verdict == Verdict::Broken && finding.promise.target(scenario).penalty.is_none();
    !findings.iter().any(broken)
}

/// The computed fill rate and expected backorders of a part at a site; `None` where the plan knows of no demand for it.
fn computed(plan: &Plan, row: &StockEstimate) -> Option<(f64, f64)> {
    match row.site {
        SiteId::Outlet(outlet) => {
            let shelves = &plan.service.shelves;
            let found = shelves.binary_search_by_key(&(outlet, row.part), |shelf| (shelf.outlet, shelf.part)).ok()?;
            Some((shelves[found].fill_rate, shelves[found].expected_backorders))
        }
        SiteId::Depot(depot) => {
            let shelves = &plan.service.depot_shelves;
            let found = shelves.binary_search_by_key(&(depot, row.part), |shelf| (shelf.depot, shelf.part)).ok()?;
            Some((shelves[found].fill_rate, shelves[found].expected_backorders))
        }
    }
}

/// How many stock rows were asked for anything, and of how many the computed fill rate lies within the interval that
/// holds for all of them.
pub fn stock_rows(plan: &Plan, simulation: &Simulation) -> (usize, usize) {
    let joint = 1.0 - (1.0 - CONFIDENCE) / simulation.stock.len().max(1) as f64;
    let rows = simulation.stock.iter().filter_map(|row| row.fill_rate.zip(computed(plan, row)));
    rows.fold((0, 0), |(rows, agreeing), (lived, (fill_rate, _))| {
        let agrees = (lived.mean - fill_rate).abs() <= lived.half_width(joint) + 1e-9;
        (rows + 1, agreeing + usize::from(agrees))
    })
}

/// The object: what was done, every promise, the sums over stock.
pub fn summary(
    scenario: &Scenario,
    plan: &Plan,
    experiment: &Experiment,
    simulation: &Simulation,
    findings: &[Finding],
) -> Map<String, Value> {
    let (rows, agreeing) = stock_rows(plan, simulation);
    let object = json!({
        "scenario": scenario.name,
        "holds": holds(scenario, findings),
        "replications": experiment.replications,
        "warm_up_years": simulation.horizon.warm_up,
        "years": simulation.horizon.years,
        "lead_times": experiment.lead_times.name(),
        "seed": experiment.seed,
        "jobs": simulation.jobs,
        "promises": findings.iter().map(|finding| promised(scenario, finding)).collect::<Vec<_>>(),
        "stock": {"rows": rows, "agreeing": agreeing},
        "emergency_cost_per_year": simulation.express_cost.map(|estimate| spent(plan, Component::Emergency, estimate)),
        "direct_cost_per_year": simulation.direct_cost.map(|estimate| spent(plan, Component::Direct, estimate)),
        "version": env!("CARGO_PKG_VERSION"),
        "input_hash": scenario.input_hash,
    });
    match object {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// A component of the costs, computed and lived.
fn spent(plan: &Plan, component: Component, estimate: Estimate) -> Value {
    json!({
        "computed": plan.costs.of(component),
        "simulated": estimate.mean,
        "half_width": estimate.half_width(CONFIDENCE),
    })
}

fn promised(scenario: &Scenario, finding: &Finding) -> Value {
    let width = finding.estimate.map(|estimate| estimate.half_width(CONFIDENCE));
    let mean = finding.estimate.map(|estimate| estimate.mean);
    json!({
        "target": finding.promise.describe(scenario),
        "hard": finding.promise.target(scenario).penalty.is_none(),
        "computed": finding.promise.computed,
        "simulated": mean,
        "half_width": width,
        "low": mean.zip(width).map(|(mean, width)| mean - width),
        "high": mean.zip(width).map(|(mean, width)| mean + width),
        "verdict": finding.verdict.name(),
        "agrees": finding.agrees,
    })
}

/// The files: name and content.
pub fn files(
    scenario: &Scenario,
    plan: &Plan,
    experiment: &Experiment,
    simulation: &Simulation,
    findings: &[Finding],
) -> Vec<(&'static str, String)> {
    let object = summary(scenario, plan, experiment, simulation, findings);
    vec![
        (SIMULATION_FILE, format!("{:#}\n", Value::Object(object))),
        ("simulation.csv", promises(scenario, findings)),
        ("simulation_stock.csv", stock(scenario, plan, simulation)),
    ]
}

fn shown(number: Option<f64>) -> String {
    number.map_or_else(String::new, |number| number.to_string())
}

fn width(estimate: Option<Estimate>) -> Option<f64> {
    estimate.map(|estimate| estimate.half_width(CONFIDENCE))
}

fn promises(scenario: &Scenario, findings: &[Finding]) -> String {
    let columns = ["promise", "hard", "computed", "simulated", "half_width", "jobs", "verdict", "agrees"];
    let mut table = Table::with_header(&columns);
    for finding in findings {
        let promise = &finding.promise;
        let hard = promise.target(scenario).penalty.is_none();
        table.row(&[
            &promise.describe(scenario),
            &hard,
            &promise.computed,
            &shown(finding.estimate.map(|estimate| estimate.mean)),
            &shown(width(finding.estimate)),
            &shown(finding.estimate.map(|estimate| estimate.weight)),
            &finding.verdict.name(),
            &finding.agrees,
        ]);
    }
    table.0
}

fn stock(scenario: &Scenario, plan: &Plan, simulation: &Simulation) -> String {
    let columns = [
        "site",
        "part",
        "base_stock",
        "units_per_year",
        "computed_fill_rate",
        "fill_rate",
        "fill_rate_half_width",
        "computed_expected_backorders",
        "expected_backorders",
        "expected_backorders_half_width",
    ];
    let mut table = Table::with_header(&columns);
    for row in &simulation.stock {
        let computed = computed(plan, row);
        table.row(&[
            &scenario.site(row.site).id,
            &scenario.parts[row.part.at()].id,
            &row.base_stock,
            &row.asked,
            &shown(computed.map(|pair| pair.0)),
            &shown(row.fill_rate.map(|estimate| estimate.mean)),
            &shown(width(row.fill_rate)),
            &shown(computed.map(|pair| pair.1)),
            &shown(row.backorders.map(|estimate| estimate.mean)),
            &shown(width(row.backorders)),
        ]);
    }
    table.0
}

/// Writes files into a folder beside whatever it holds; each appears whole.
///
/// # Errors
/// What the file system refused.
pub fn write(folder: &Path, files: &[(&'static str, String)]) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    for (name, content) in files {
        let fresh = folder.join(format!(".{name}.{}.new", std::process::id()));
        let written = fs::write(&fresh, content).and_then(|()| fs::rename(&fresh, folder.join(name)));
        if written.is_err() {
            let _ = fs::remove_file(&fresh);
        }
        written?;
    }
    Ok(())
}
