//! What a simulation says, for a terminal.

use comfy_table::{CellAlignment, Table, presets};

use super::terminal::{counted, grouped};
use crate::cost::Component;
use crate::plan::Plan;
use crate::scenario::Scenario;
use crate::simulation::write::stock_rows;
use crate::simulation::{CONFIDENCE, Experiment, Finding, LeadTimes, Simulation, Verdict};

/// The most promises that are shown.
const SHOWN_PROMISES: usize = 20;

/// The summary: what was lived, every promise with its interval, and how far the computed numbers agree.
pub fn summary(
    scenario: &Scenario,
    plan: &Plan,
    experiment: &Experiment,
    simulation: &Simulation,
    findings: &[Finding],
) -> String {
    let horizon = &simulation.horizon;
    let mut text = format!(
        "{}: {} jobs in {} of {} years (after {} of warm-up){}\n\n",
        scenario.name,
        grouped(simulation.jobs as f64),
        counted(experiment.replications as usize, "replication"),
        years(horizon.years),
        years(horizon.warm_up),
        match experiment.lead_times {
            LeadTimes::Constant => String::new(),
            other => format!(", lead times {}", other.name()),
        }
    );
    text.push_str(&promises(scenario, findings));
    let (rows, agreeing) = stock_rows(plan, simulation);
    if rows > 0 {
        text.push_str(&format!(
            "Stock: the computed fill rate of {} of {} lies within its interval\n",
            grouped(agreeing as f64),
            counted(rows, "shelf").replace("shelfs", "shelves")
        ));
    }
    let spent = [
        ("Emergency", simulation.express_cost, Component::Emergency),
        ("Direct", simulation.direct_cost, Component::Direct),
    ];
    for (name, cost, component) in spent {
        let Some(cost) = cost else { continue };
        text.push_str(&format!(
            "{name}: {} ± {} a year, computed {}\n",
            grouped(cost.mean),
            grouped(cost.half_width(CONFIDENCE)),
            grouped(plan.costs.of(component))
        ));
    }
    text
}

/// Years with the digits they deserve.
fn years(years: f64) -> String {
    if years >= 100.0 { grouped(years) } else { format!("{years:.2}") }
}

fn promises(scenario: &Scenario, findings: &[Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    // What is in doubt comes first where not all can be shown.
    let urgency = |finding: &&Finding| match (finding.verdict, finding.agrees) {
        (Verdict::Broken, _) => 0,
        (_, false) => 1,
        (Verdict::NotDecided, _) => 2,
        (Verdict::Confirmed, _) => 3,
    };
    let mut chosen: Vec<&Finding> = findings.iter().collect();
    if findings.len() > SHOWN_PROMISES {
        chosen.sort_by_key(urgency);
        chosen.truncate(SHOWN_PROMISES);
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(vec!["promise", "computed", "simulated", "± 95 %", ""]);
    for finding in chosen {
        let soft = finding.promise.target(scenario).penalty.is_some();
        let verdict = match (finding.verdict, soft) {
            (Verdict::Broken, false) => "BROKEN",
            (Verdict::Broken, true) => "missed, penalty paid",
            (other, _) => other.name(),
        };
        let agrees = if finding.agrees { "" } else { ", computed number outside" };
        let number = |number: Option<f64>| number.map_or_else(|| "-".to_owned(), |number| format!("{number:.5}"));
        table.add_row(vec![
            finding.promise.describe(scenario),
            format!("{:.5}", finding.promise.computed),
            number(finding.estimate.map(|estimate| estimate.mean)),
            number(finding.estimate.map(|estimate| estimate.half_width(CONFIDENCE))),
            format!("{verdict}{agrees}"),
        ]);
    }
    for column in 1..4 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let of = |verdict: Verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    let sums = format!(
        "{}: {} confirmed, {} not decided, {} broken",
        counted(findings.len(), "promise"),
        of(Verdict::Confirmed),
        of(Verdict::NotDecided),
        of(Verdict::Broken)
    );
    format!("{}\n\n{sums}\n", table.trim_fmt())
}
