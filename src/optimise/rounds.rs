//! Location and stock in turn: what the stock of one round costs is the allowance of the next.

use crate::cost::Component;
use crate::location::{Settings, Start, locate};
use crate::scenario::{Limit, Metric, OutletId, Scenario, Target};

use super::apart::Apart;
use super::decide::{Priced, decide};
use super::model::{Allowance, Terms, depots_drawn, model};
use super::stock::{Stocked, stock};
use super::{Nothing, Quiet, Search};

/// Location and stock are repeated at most so often.
const ROUNDS: usize = 6;
/// A round that changes the cost by less than this share is the last.
const SETTLED: f64 = 2e-4;
/// The location problem of a round is solved to this gap at best: its allowances are estimates.
const ROUND_GAP: f64 = 5e-4;
/// Problems with more lanes than this are not closed by branch and bound within a round.
pub const MANY_LANES: usize = 5_000;
/// Dual iterations of a large location problem, from nothing and from the prices of the round before.
const COLD_ITERATIONS: usize = 800;
const WARM_ITERATIONS: usize = 200;
/// First margin between what a promise asks and what travel alone must give.
const MARGIN: f64 = 0.3;

/// What an outlet's stock costs, as a straight line in its load.
#[derive(Debug, Clone, Copy, Default)]
struct Line {
    fixed: f64,
    per_load: f64,
}

/// The best plan so far.
pub struct Best {
    /// Priced exactly.
    pub priced: Priced,
    /// What is sought.
    pub objective: f64,
    /// Its stock and the prices of its promises.
    pub stocked: Stocked,
    /// The location it came from.
    pub start: Option<Start>,
}

/// The rounds under way.
pub struct Rounds<'s, 'a> {
    search: &'s Search<'a>,
    reach: f64,
    apart: Option<&'s Apart>,
    round: usize,
    line: Line,
    margin: f64,
    targets: Vec<Target>,
    start: Option<Start>,
    /// The best plan so far.
    pub best: Option<Best>,
}

impl<'s, 'a> Rounds<'s, 'a> {
    /// None has been made.
    pub fn new(search: &'s Search<'a>, reach: f64, apart: Option<&'s Apart>) -> Self {
        let targets = search.scenario.targets.clone();
        Self { search, reach, apart, round: 0, line: Line::default(), margin: MARGIN, targets, start: None, best: None }
    }

    /// Rounds until there is a plan.
    pub fn first(&mut self) -> Result<(), Nothing> {
        while self.best.is_none() && self.next()? {}
        if self.best.is_some() { Ok(()) } else { Err(Nothing::Found(None)) }
    }

    /// Rounds until they gain no more.
    pub fn rest(&mut self) -> Result<(), Nothing> {
        while self.next()? {}
        Ok(())
    }

    /// One round; false where it was the last.
    fn next(&mut self) -> Result<bool, Nothing> {
        let Search { scenario, network, load, watch } = *self.search;
        if self.round >= ROUNDS || (self.round > 0 && watch.stop()) {
            return Ok(false);
        }
        self.round += 1;
        watch.stage("placing outlets");
        let line = self.line;
        let drawn = self.apart.map(|apart| apart.drawn.as_slice());
        let allowances = |outlet: OutletId| -> Vec<Allowance> {
            let depots = depots_drawn(self.search, outlet, drawn).into_iter();
            depots.map(|depot| Allowance { depot, fixed: line.fixed, per_load: line.per_load }).collect()
        };
        let (margin, reach) = (self.margin, self.reach);
        let terms = Terms { margin, reach, drawn, ..Terms::of(&allowances) };
        let model = model(scenario, network, load, &terms);
        let settings = round_settings(self.search, model.problem.lanes.site.len(), self.start.take());
        let location = match locate(&model.problem, &settings, &Quiet(watch)) {
            Ok(location) => location,
            Err(failure) if margin == 0.0 => {
                return if self.best.is_some() { Ok(false) } else { Err(super::nothing(&failure)) };
            }
            Err(_) => {
                self.margin = if margin > 0.05 { margin / 3.0 } else { 0.0 };
                return Ok(true);
            }
        };
        self.start = Some(Start {
            mode: location.mode.clone(),
            upper_open: location.upper_open.clone(),
            multipliers: Some(location.multipliers.clone()),
        });
        watch.stage("setting base-stock levels");
        let decisions = decide(scenario, &model, &location);
        let Ok(stocked) = stock(scenario, network, load, &decisions, &self.targets, false, watch) else {
            self.margin = 0.5 * (1.0 + margin);
            return Ok(true);
        };
        let priced = Priced::of(scenario, network, load, stocked.decisions.clone()).with(stocked.points.clone());
        let kept = priced.keeps_promises(scenario);
        if !kept && !tighten(scenario, &priced, &mut self.targets) {
            self.margin = 0.5 * (1.0 + margin);
        }
        self.line = stock_line(self.search, &priced);
        let objective = self.search.objective(&priced);
        let before = self.best.as_ref().map_or(f64::INFINITY, |best| best.objective);
        if kept && objective < before {
            watch.progress(Some(objective), f64::NEG_INFINITY);
            self.best = Some(Best { priced, objective, stocked, start: self.start.clone() });
            return Ok(before - objective >= SETTLED * objective.abs());
        }
        Ok(!before.is_finite())
    }
}

fn round_settings(search: &Search, lanes: usize, start: Option<Start>) -> Settings {
    let asked = search.settings();
    let gap = (0.1 * asked.gap).max(ROUND_GAP);
    if lanes <= MANY_LANES {
        return Settings { gap, start, ..asked };
    }
    let iteration_limit = if start.is_some() { WARM_ITERATIONS } else { COLD_ITERATIONS };
    Settings { gap, node_limit: 0, iteration_limit, start, ..asked }
}

/// A parity promise that is broken is turned into floors: no member of its scope, of the demand that it speaks of, may be worse than
/// the best, or home, by more than the limit. False where nothing could be tightened.
pub fn tighten(scenario: &Scenario, priced: &Priced, targets: &mut Vec<Target>) -> bool {
    let before = targets.len();
    for promise in priced.service.promises.iter().filter(|promise| !promise.kept) {
        let target = promise.target(scenario);
        let (Limit::SpreadAtMost(spread), Some(foremost)) = (target.limit, promise.foremost) else { continue };
        let limit = match target.metric {
            Metric::MeanResponse => Limit::AtMost(foremost + spread),
            _ => Limit::AtLeast(foremost - spread),
        };
        targets.push(Target { limit, home: None, ..target.clone() });
    }
    targets.len() > before
}

/// The straight line through what the stock of the open outlets costs over their load: least squares, never sloping down
/// and never below zero at rest.
fn stock_line(search: &Search, priced: &Priced) -> Line {
    let Search { scenario, load, .. } = *search;
    let mut units = vec![0.0; scenario.outlets.len()];
    for (region, outlet, share) in priced.decisions.assignments() {
        units[outlet.at()] += share * load.units[region.at()];
    }
    let mut cost = vec![0.0; scenario.outlets.len()];
    for line in &priced.costs.lines {
        if let (Some(crate::scenario::SiteId::Outlet(outlet)), Component::Holding | Component::Emergency) =
            (line.site, line.component)
        {
            cost[outlet.at()] += line.amount;
        }
    }
    let points: Vec<(f64, f64)> = units.into_iter().zip(cost).filter(|(units, _)| *units > 0.0).collect();
    let count = points.len() as f64;
    let total_units: f64 = points.iter().map(|point| point.0).sum();
    let total_cost: f64 = points.iter().map(|point| point.1).sum();
    if points.is_empty() || total_units <= 0.0 {
        return Line::default();
    }
    let (mean_units, mean_cost) = (total_units / count, total_cost / count);
    let spread: f64 = points.iter().map(|(units, _)| (units - mean_units).powi(2)).sum();
    let joint: f64 = points.iter().map(|(units, cost)| (units - mean_units) * (cost - mean_cost)).sum();
    let slope = if spread > 0.0 { (joint / spread).max(0.0) } else { 0.0 };
    let rest = mean_cost - slope * mean_units;
    if rest < 0.0 {
        return Line { fixed: 0.0, per_load: total_cost / total_units };
    }
    Line { fixed: rest, per_load: slope }
}
