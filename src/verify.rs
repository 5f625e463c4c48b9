//! The plan proved by another road: everything is recomputed from the scenario and the plan's files.
//!
//! Decisions are read from the files; the rules of the scenario are checked one by one; service and cost are computed
//! afresh, and every figure of every file is held against them. No decision code is called.

use std::fs;
use std::path::Path;

use crate::load::Load;
use crate::network::Network;
use crate::plan::read::{Unread, read};
use crate::plan::write::{PLAN_FILE, depot_loads, files, outlet_loads};
use crate::plan::{Certificate, Decisions, Plan, objective};
use crate::scenario::{Count, RegionId, Scenario, Site, Sourcing, Status};
use crate::service::assess;

/// Figures may differ by this share: files may hold rounded or foreign floating-point numbers.
const TOLERANCE: f64 = 1e-9;
/// The most disagreements that are told.
const TOLD: usize = 50;

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Breach {
    /// The file it is in, if it is in one.
    pub file: Option<String>,
    /// The line of the file.
    pub line: Option<usize>,
    /// What does not hold.
    pub message: String,
}

impl Breach {
    fn rule(message: String) -> Self {
        Self { file: None, line: None, message }
    }

    fn at(file: &str, line: usize, message: String) -> Self {
        Self { file: Some(file.to_owned()), line: Some(line), message }
    }
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{file}:{line}: {}", self.message),
            (Some(file), None) => write!(f, "{file}: {}", self.message),
            _ => write!(f, "{}", self.message),
        }
    }
}

/// What a verification found.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Everything that does not hold, in the order it was found; empty: the plan is right.
    pub breaches: Vec<Breach>,
    /// How many figures agreed.
    pub figures: usize,
    /// How many promises were recomputed.
    pub promises: usize,
}

impl Verdict {
    /// Does everything hold?
    pub fn holds(&self) -> bool {
        self.breaches.is_empty()
    }
}

/// Evaluates given decisions: service and cost, nothing optimised.
pub fn evaluate(scenario: &Scenario, network: &Network, load: &Load, decisions: Decisions) -> Plan {
    let service = assess(scenario, network, load, &decisions);
    let costs = crate::cost::price(scenario, network, load, &decisions, &service);
    let objective = objective(scenario, network, load, &decisions, costs.total());
    let certificate = Certificate { objective, lower_bound: None };
    Plan { decisions, costs, service, certificate, seed: scenario.planning.seed }
}

/// Verifies a plan folder.
///
/// # Errors
/// [`Unread`] where the folder's files cannot be read at all; faulty tables are breaches.
pub fn verify(scenario: &Scenario, network: &Network, load: &Load, folder: &Path) -> Result<Verdict, Unread> {
    let decisions = match read(folder, scenario) {
        Ok(decisions) => decisions,
        Err(Unread::Faulty(faults)) => {
            let breaches =
                faults.iter().map(|fault| Breach::at(&fault.origin.file, fault.origin.line, fault.message.clone()));
            return Ok(Verdict { breaches: breaches.collect(), ..Verdict::default() });
        }
        Err(unreadable) => return Err(unreadable),
    };
    let contents = |name: &'static str| -> Result<(&'static str, String), Unread> {
        let path = folder.join(name);
        let text = fs::read_to_string(&path).map_err(|error| Unread::Unreadable(path.display().to_string(), error))?;
        Ok((name, text))
    };
    let plan = evaluate(scenario, network, load, decisions);
    let expected = files(scenario, network, load, &plan);
    let actual = expected.iter().map(|(name, _)| contents(name)).collect::<Result<Vec<_>, _>>()?;
    Ok(compare(scenario, network, load, &plan, &expected, &actual))
}

/// Verifies a plan's files before they are written.
pub fn verify_files(
    scenario: &Scenario,
    network: &Network,
    load: &Load,
    decisions: &Decisions,
    actual: &[(&'static str, String)],
) -> Verdict {
    let plan = evaluate(scenario, network, load, decisions.clone());
    let expected = files(scenario, network, load, &plan);
    compare(scenario, network, load, &plan, &expected, actual)
}

fn compare(
    scenario: &Scenario,
    network: &Network,
    load: &Load,
    plan: &Plan,
    expected: &[(&'static str, String)],
    actual: &[(&'static str, String)],
) -> Verdict {
    let mut verdict = Verdict { breaches: rules(scenario, network, load, plan), ..Verdict::default() };
    verdict.promises = plan.service.promises.len();
    for ((name, expected), (_, actual)) in expected.iter().zip(actual) {
        if *name == PLAN_FILE {
            compare_summary(expected, actual, &mut verdict);
        } else if name.ends_with(".csv") {
            compare_table(name, expected, actual, &mut verdict);
        }
    }
    verdict.breaches.truncate(TOLD);
    verdict
}

/// The columns that name a row of a table.
fn keys(name: &str) -> usize {
    match name {
        "outlets.csv" | "depots.csv" => 1,
        "service.csv" => 3,
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

fn compare_table(name: &str, expected: &str, actual: &str, verdict: &mut Verdict) {
    let parse = |text: &str| -> Vec<Vec<String>> {
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
        let records = reader.records().filter_map(Result::ok);
        records.map(|record| record.iter().map(str::to_owned).collect()).collect()
    };
    let (expected, actual) = (parse(expected), parse(actual));
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
    let key = |row: &[String]| row.iter().take(count).cloned().collect::<Vec<_>>();
    let own_key = |row: &[String]| {
        places
            .iter()
            .take(count)
            .map(|place| place.and_then(|place| row.get(place)).cloned().unwrap_or_default())
            .collect::<Vec<_>>()
    };
    let mut rows: std::collections::BTreeMap<Vec<String>, &Vec<String>> =
        expected.iter().skip(1).map(|row| (key(row), row)).collect();
    for (number, row) in actual.iter().enumerate().skip(1) {
        let line = number + 1;
        let Some(wanted) = rows.remove(&own_key(row)) else {
            let message = format!("the row `{}` does not follow from the decisions", own_key(row).join(","));
            verdict.breaches.push(Breach::at(name, line, message));
            continue;
        };
        for (column, (wanted, place)) in header.iter().zip(wanted.iter().zip(&places)) {
            let own = place.and_then(|place| row.get(place)).map_or("", String::as_str);
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

fn compare_summary(expected: &str, actual: &str, verdict: &mut Verdict) {
    let parse = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    let (Some(expected), Some(actual)) = (parse(expected), parse(actual)) else {
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
    ] {
        differences(field, &expected[field], &actual[field], &mut tell);
    }
    let number = |field: &str| actual[field].as_f64();
    if let (Some(objective), Some(bound)) = (number("objective"), number("lower_bound")) {
        if bound > objective + TOLERANCE * objective.abs() {
            tell(format!("`lower_bound` {bound} is above `objective` {objective}"));
        }
        let gap = Certificate { objective, lower_bound: Some(bound) }.gap();
        if let (Some(gap), Some(told)) = (gap, number("gap"))
            && (gap - told).abs() > 1e-9
        {
            tell(format!("`gap` is {told}, recomputed {gap}"));
        }
    }
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

/// The scenario's rules that a plan breaks, promises included.
pub fn rules(scenario: &Scenario, network: &Network, load: &Load, plan: &Plan) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut tell = |message: String| breaches.push(Breach::rule(message));
    let decisions = &plan.decisions;
    sites(&scenario.outlets, &decisions.outlet_open, &mut tell);
    sites(&scenario.depots, &decisions.depot_open, &mut tell);
    served(scenario, network, load, decisions, &mut tell);
    replenished(scenario, network, decisions, &mut tell);
    capacities(scenario, network, load, decisions, &mut tell);
    limits(scenario, plan, &mut tell);
    for promise in &plan.service.promises {
        if !promise.kept && promise.target(scenario).penalty.is_none() {
            tell(format!("the promise {} is broken: it is {}", promise.describe(scenario), promise.computed));
        }
    }
    breaches
}

fn sites(sites: &[Site], open: &[bool], tell: &mut dyn FnMut(String)) {
    for (site, open) in sites.iter().zip(open) {
        match (site.status, open) {
            (Status::Open, false) => tell(format!("`{}` has the status open and is closed", site.id)),
            (Status::Closed, true) => tell(format!("`{}` has the status closed and is open", site.id)),
            _ => {}
        }
    }
}

fn served(scenario: &Scenario, network: &Network, load: &Load, decisions: &Decisions, tell: &mut dyn FnMut(String)) {
    for (number, shares) in decisions.served_by.iter().enumerate() {
        let region = RegionId::from(number);
        let id = &scenario.regions[number].id;
        let total: f64 = shares.iter().map(|(_, share)| share).sum();
        if load.jobs[number] > 0.0 && (total - 1.0).abs() > TOLERANCE {
            tell(format!("the shares of region `{id}` add up to {total}, not to 1"));
        }
        if scenario.planning.sourcing == Sourcing::Single && shares.len() > 1 {
            tell(format!("region `{id}` is served by {} outlets, but sourcing is single", shares.len()));
        }
        for (outlet, _) in shares {
            let there = &scenario.outlets[outlet.at()].id;
            if !decisions.outlet_open[outlet.at()] {
                tell(format!("region `{id}` is served by outlet `{there}`, which is closed"));
            }
            if network.road(region, *outlet).is_none() {
                tell(format!("there is no lane between region `{id}` and outlet `{there}`"));
            }
        }
    }
}

fn replenished(scenario: &Scenario, network: &Network, decisions: &Decisions, tell: &mut dyn FnMut(String)) {
    if scenario.depots.is_empty() {
        return;
    }
    for outlet in decisions.open_outlets() {
        let id = &scenario.outlets[outlet.at()].id;
        match decisions.replenished_by[outlet.at()] {
            None => tell(format!("no depot replenishes outlet `{id}`")),
            Some(depot) => {
                let there = &scenario.depots[depot.at()].id;
                if !decisions.depot_open[depot.at()] {
                    tell(format!("outlet `{id}` is replenished by depot `{there}`, which is closed"));
                }
                if network.supply(outlet, depot).is_none() {
                    tell(format!("there is no lane between depot `{there}` and outlet `{id}`"));
                }
            }
        }
    }
    let stocked = |stock: &[u32]| stock.iter().any(|level| *level > 0);
    for (number, stock) in decisions.outlet_stock.iter().enumerate() {
        if stocked(stock) && !decisions.outlet_open[number] {
            tell(format!("outlet `{}` is closed and holds stock", scenario.outlets[number].id));
        }
    }
    for (number, stock) in decisions.depot_stock.iter().enumerate() {
        if stocked(stock) && !decisions.depot_open[number] {
            tell(format!("depot `{}` is closed and holds stock", scenario.depots[number].id));
        }
    }
}

fn capacities(
    scenario: &Scenario,
    network: &Network,
    load: &Load,
    decisions: &Decisions,
    tell: &mut dyn FnMut(String),
) {
    // The engine splits shares in floating point; a millionth of a capacity is beyond what anyone can plan.
    let over = |used: f64, capacity: Option<f64>| capacity.filter(|capacity| used > capacity * (1.0 + 1e-6));
    for (outlet, own) in scenario.outlets.iter().zip(outlet_loads(network, load, decisions)) {
        if let Some(capacity) = over(own.jobs, outlet.capacity_jobs) {
            tell(format!("outlet `{}` has {} jobs a year, its capacity is {capacity}", outlet.id, own.jobs));
        }
        if let Some(capacity) = over(own.hours, outlet.capacity_hours) {
            tell(format!("outlet `{}` has {} hours of work a year, its capacity is {capacity}", outlet.id, own.hours));
        }
    }
    for (depot, units) in scenario.depots.iter().zip(depot_loads(scenario, load, decisions)) {
        if let Some(capacity) = over(units, depot.capacity_units) {
            tell(format!("depot `{}` sends {units} units a year, its capacity is {capacity}", depot.id));
        }
    }
}

fn limits(scenario: &Scenario, plan: &Plan, tell: &mut dyn FnMut(String)) {
    let decisions = &plan.decisions;
    let limits = &scenario.limits;
    let outlets = || scenario.outlets.iter().zip(&decisions.outlet_open);
    let depots = || scenario.depots.iter().zip(&decisions.depot_open);
    let open = |sites: &mut dyn Iterator<Item = (&Site, &bool)>, inside: &dyn Fn(&Site) -> bool| {
        sites.filter(|(site, open)| **open && inside(site)).count()
    };
    let mut check = |what: String, number: usize, count: Count| {
        if number < count.min {
            tell(format!("{number} {what} are open, at least {} must be", count.min));
        }
        if let Some(most) = count.max.filter(|most| number > *most) {
            tell(format!("{number} {what} are open, at most {most} may be"));
        }
    };
    check("outlets".to_owned(), open(&mut outlets(), &|_| true), limits.outlets);
    check("depots".to_owned(), open(&mut depots(), &|_| true), limits.depots);
    for (country, count) in &limits.outlets_by_country {
        let number = open(&mut outlets(), &|site| site.country == Some(*country));
        check(format!("outlets in {}", scenario.countries[country.at()].code), number, *count);
    }
    for (country, count) in &limits.depots_by_country {
        let number = open(&mut depots(), &|site| site.country == Some(*country));
        check(format!("depots in {}", scenario.countries[country.at()].code), number, *count);
    }
    let changed = |status: Status, now: bool| {
        outlets().chain(depots()).filter(|(site, open)| site.status == status && **open == now).count()
    };
    let most = |max: Option<usize>| Count { min: 0, max };
    check("candidates".to_owned(), changed(Status::Candidate, true), most(limits.max_openings));
    let closings = changed(Status::Existing, false);
    if let Some(most) = limits.max_closings.filter(|most| closings > *most) {
        tell(format!("{closings} existing sites close, at most {most} may"));
    }
    let cost = plan.costs.total();
    if let Some(budget) = limits.budget.filter(|budget| cost > budget.get() * (1.0 + TOLERANCE)) {
        tell(format!("the plan costs {cost} a year, the budget is {}", budget.get()));
    }
}
