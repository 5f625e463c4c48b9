//! Promises as rows of the location problem: what no stock can mend.

use std::collections::BTreeMap;

use super::{Model, Terms};
use crate::load::Load;
use crate::location::Row;
use crate::network::{Network, Road};
use crate::scenario::{Limit, Metric, OutletId, RegionId, Scenario, Scope, Sourcing};
use crate::service::{Key, Question, Reading, What, installed_in};

/// The best that any stock can give: stock-dependent parts of a reading at their best.
fn best(metric: Metric, reading: &Reading) -> f64 {
    match reading.what {
        What::Nothing => reading.constant,
        What::Filled | What::Within(_) => {
            let filled = reading.constant + reading.weight;
            if lower_is_better(metric) { filled.min(reading.constant) } else { filled.max(reading.constant) }
        }
        What::Wait => reading.constant,
    }
}

/// Do jobs count by hours (fewer are better) or by shares?
const fn lower_is_better(metric: Metric) -> bool {
    matches!(metric, Metric::MeanResponse | Metric::Availability)
}

/// What a job may count at most \[hours\], or must count at least \[share\], for the target to be kept on the mean; with a
/// margin where stock decides.
fn asked(limit: Limit, metric: Metric, margin: f64) -> Option<f64> {
    let stock_decides = matches!(metric, Metric::FillRate | Metric::OnTime);
    match limit {
        Limit::AtLeast(least) if metric == Metric::Availability => Some(least),
        Limit::AtLeast(least) => Some(if stock_decides { least + margin * (1.0 - least) } else { least }),
        Limit::AtMost(most) => Some(most * (1.0 - 0.5 * margin)),
        Limit::SpreadAtMost(_) => None,
    }
}

/// May a region be served over this lane at all? A promise to the region alone can rule a lane out.
pub(super) fn may_serve(
    scenario: &Scenario,
    load: &Load,
    region: RegionId,
    outlet: OutletId,
    road: &Road,
    terms: &Terms,
) -> bool {
    if scenario.planning.sourcing == Sourcing::Split {
        return true;
    }
    let alone = scenario.targets.iter().filter(|target| {
        target.penalty.is_none() && target.scope.contains(&Scope::Region) && target.metric != Metric::Availability
    });
    alone.into_iter().all(|target| {
        let question = Question::of(target);
        let Some(limit) = asked(target.limit, target.metric, terms.margin) else { return true };
        let mut sums: BTreeMap<Key, f64> = BTreeMap::new();
        for task in question.tasks(load, region) {
            if let Some((key, reading)) = question.ask(scenario, region, outlet, road, &task) {
                *sums.entry(key).or_default() += task.rate * missing(target.metric, limit, &reading);
            }
        }
        sums.values().all(|missed| *missed <= 1e-9)
    })
}

/// May a lane off the list of a region bring a promise nearer than what is asked? Then the rows of the problem would need
/// it.
///
/// No metric counts a longer way for more than a shorter one, so a lane off the list has no better reading than one at
/// the distance where the list ends; if that one misses what is asked, or only meets it, so do all.
pub fn beyond_helps(scenario: &Scenario, network: &Network, load: &Load, region: RegionId) -> bool {
    let Some(road) = network.beyond(region, 0.0) else { return false };
    let hard = scenario.targets.iter().filter(|target| target.penalty.is_none());
    hard.into_iter().filter(|target| target.metric != Metric::Availability).any(|target| {
        let question = Question::of(target);
        let Some(limit) = asked(target.limit, target.metric, 0.0) else { return false };
        question.tasks(load, region).any(|task| {
            let reading = question.read(scenario, region, &road, &task);
            missing(target.metric, limit, &reading) < 0.0
        })
    })
}

/// By how much the best reading misses what is asked.
fn missing(metric: Metric, limit: f64, reading: &Reading) -> f64 {
    let best = best(metric, reading);
    if lower_is_better(metric) { best - limit } else { limit - best }
}

impl Model {
    pub(super) fn promise_rows(&mut self, scenario: &Scenario, network: &Network, load: &Load, terms: &Terms) {
        for (number, target) in scenario.targets.iter().enumerate() {
            let alone =
                target.scope.contains(&Scope::Region) && self.problem.single && target.metric != Metric::Availability;
            let Some(limit) = asked(target.limit, target.metric, terms.margin) else { continue };
            if target.penalty.is_some() || alone {
                continue;
            }
            let question = Question::of(target);
            let mut rows: BTreeMap<Key, (Row, bool)> = BTreeMap::new();
            let lanes = &self.problem.lanes;
            for (&region, ends) in self.regions.iter().zip(lanes.starts.windows(2)) {
                // A region's lanes are some of its roads, in the same order.
                let mut roads = network.roads(region);
                for lane in ends[0]..ends[1] {
                    let Some((outlet, road)) = roads.find(|(outlet, _)| outlet.0 == lanes.site[lane]) else { break };
                    let mut own: Vec<(Key, f64)> = Vec::new();
                    for task in question.tasks(load, region) {
                        if let Some((key, reading)) = question.ask(scenario, region, outlet, &road, &task) {
                            let missed = task.rate
                                * match target.metric {
                                    Metric::Availability => best(target.metric, &reading),
                                    metric => missing(metric, limit, &reading),
                                };
                            match own.iter_mut().find(|entry| entry.0 == key) {
                                Some(entry) => entry.1 += missed,
                                None => own.push((key, missed)),
                            }
                        }
                    }
                    for (key, missed) in own {
                        let (row, binds) = rows.entry(key).or_default();
                        row.lane.push((lane as u32, missed));
                        *binds |= missed > 0.0;
                    }
                }
            }
            for (key, (mut row, binds)) in rows {
                if target.metric == Metric::Availability {
                    row.at_most = (1.0 - limit) * installed_in(load, scenario, &question, &key);
                }
                if binds {
                    // Rows in units of the largest coefficient keep tolerances meaningful.
                    let scale = row.lane.iter().fold(0.0, |most: f64, (_, missed)| most.max(missed.abs()));
                    row.lane.iter_mut().for_each(|(_, missed)| *missed /= scale);
                    row.at_most /= scale;
                    self.problem.rows.push(row);
                    self.promises.push(Some((number, key)));
                }
            }
        }
    }
}
