//! What a promise costs, and who gets the least of it.

use super::force::drop_target;
use super::{Direction, Outcome, PromiseLine, Questioned, Reason};
use crate::scenario::Metric;

/// What a region gets of a promise's metric.
#[derive(Debug, Clone, PartialEq)]
pub struct Worst {
    /// The region.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Jobs \[1/year\].
    pub jobs: f64,
    /// The metric.
    pub value: f64,
}

/// A promise explained.
#[derive(Debug, Clone)]
pub struct PromiseExplained {
    /// The number of its target, from 1.
    pub target: usize,
    /// Its members, those that bind first.
    pub members: Vec<PromiseLine>,
    /// How many jobs a year get less than is promised, though the promise is kept over its scope.
    pub jobs_below: f64,
    /// The regions that it speaks of, the worst first.
    pub worst: Vec<Worst>,
    /// Why it costs what it costs.
    pub reasons: Vec<Reason>,
    /// What came of doing without it; what the promise costs is what that saves.
    pub without: Outcome,
}

/// Explains a target, by its place in the scenario, by solving without it.
pub fn explain_promise(questioned: &Questioned, target: usize) -> PromiseExplained {
    let Questioned { scenario, load, plan, .. } = *questioned;
    let own = &scenario.targets[target];
    let mut worst: Vec<Worst> = plan
        .service
        .regions
        .iter()
        .filter(|row| row.metric == own.metric && row.within_hours == own.within.map(|hours| hours.get()))
        .filter(|row| {
            let region = &scenario.regions[row.region.at()];
            own.country.is_none_or(|country| region.country == Some(country))
                && own.policy.is_none_or(|policy| load.tasks(row.region).any(|task| task.policy == Some(policy)))
        })
        .map(|row| {
            let region = &scenario.regions[row.region.at()];
            let jobs = load.jobs[row.region.at()];
            Worst { id: region.id.clone(), name: region.name.clone(), jobs, value: row.value }
        })
        .collect();
    let hours = own.metric == Metric::MeanResponse;
    worst.sort_by(|left, right| {
        let order = if hours { right.value.total_cmp(&left.value) } else { left.value.total_cmp(&right.value) };
        order.then_with(|| right.jobs.total_cmp(&left.jobs)).then_with(|| left.id.cmp(&right.id))
    });
    let below = |row: &&Worst| match own.limit {
        crate::scenario::Limit::AtLeast(least) => row.value < least,
        crate::scenario::Limit::AtMost(most) => row.value > most,
        crate::scenario::Limit::SpreadAtMost(_) => false,
    };
    let jobs_below = worst.iter().filter(below).fold(0.0, |sum, row| sum + row.jobs);
    let members: Vec<PromiseLine> =
        questioned.promises().into_iter().filter(|line| line.target == target + 1).collect();
    let without = questioned.with(drop_target(scenario, target), "without the promise", Direction::Relaxation);
    let nothing = 1e-9 * plan.certificate.objective.abs();
    let costs = matches!(&without, Outcome::Solved(own) if own.change.most.is_some_and(|most| most < -nothing));
    let reasons = if costs { vec![Reason::PromiseBinds] } else { Vec::new() };
    PromiseExplained { target: target + 1, members, jobs_below, worst, reasons, without }
}
