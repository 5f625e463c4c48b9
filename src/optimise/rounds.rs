//! Location and stock in turn: what the stock of one round costs is the allowance of the next.

use crate::cost::Component;
use crate::location::{Settings, Start, locate};
use crate::network::Road;
use crate::scenario::{Limit, Metric, Objective, OutletId, RegionId, Scope, Target};

use super::bound::{self, Proof};
use super::decide::{Priced, decide};
use super::enumerate::enumerate;
use super::model::{Allowance, Terms, depots_of, model};
use super::stock::{Stocked, stock};
use super::{Found, Nothing, Quiet, Search};

/// Location and stock are repeated at most so often.
const ROUNDS: usize = 6;
/// A round that changes the cost by less than this share is the last.
const SETTLED: f64 = 2e-4;
/// The location problem of a round is solved to this gap at best: its allowances are estimates.
const ROUND_GAP: f64 = 5e-4;
/// With more lanes than this nobody tries every plan.
const FEW_LANES: usize = 200;
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

/// Plans a scenario whose stock matters.
pub fn plan(search: &Search, reach: f64) -> Result<Found, Nothing> {
    let Search { scenario, network, load, watch } = *search;
    if scenario.planning.objective == Objective::Cost && network.road_count() <= FEW_LANES {
        watch.stage("trying every plan");
        let relaxed = search.bare_model(reach, 0.0, true);
        if let Some(found) = enumerate(scenario, network, load, &relaxed, watch) {
            let bound = found.lower_bound;
            let Some(priced) = found.best else {
                return Err(if bound.is_finite() { Nothing::Found(Some(bound)) } else { Nothing::Infeasible });
            };
            let objective = search.objective(&priced);
            return Ok(Found { priced, objective, lower_bound: bound });
        }
    }
    let best = rounds(search, reach)?;
    watch.stage("proving the bound");
    watch.progress(Some(best.objective), f64::NEG_INFINITY);
    let Proof { lower_bound, decisions } = bound::bound(search, reach, &best);
    let Best { mut priced, mut objective, .. } = best;
    if let Some(decisions) = decisions.filter(|_| !watch.stop()) {
        // The problem that proves the bound has prices for service, so its own network is often the better one.
        watch.stage("setting base-stock levels");
        if let Ok(stocked) = stock(scenario, network, load, &decisions, &scenario.targets, false, watch) {
            let other = Priced::of(scenario, network, load, stocked.decisions).with(stocked.points);
            let value = search.objective(&other);
            if other.keeps_promises(scenario) && value < objective {
                (priced, objective) = (other, value);
                watch.progress(Some(objective), lower_bound);
            }
        }
    }
    Ok(Found { priced, objective, lower_bound })
}

/// The best plan that location and stock in turn come to.
pub fn rounds(search: &Search, reach: f64) -> Result<Best, Nothing> {
    let Search { scenario, network, load, watch } = *search;
    let mut line = Line::default();
    let mut margin = MARGIN;
    let mut best: Option<Best> = None;
    let mut targets = scenario.targets.clone();
    let mut start: Option<Start> = None;
    for round in 0..ROUNDS {
        if round > 0 && watch.stop() {
            break;
        }
        watch.stage("placing outlets");
        let allowances = |outlet: OutletId| -> Vec<Allowance> {
            let depots = depots_of(scenario, network, outlet).into_iter();
            depots.map(|depot| Allowance { depot, fixed: line.fixed, per_load: line.per_load }).collect()
        };
        let lane = |_: RegionId, _: OutletId, _: &Road| 0.0;
        let most = |_: RegionId, _: OutletId| f64::INFINITY;
        let terms = Terms { allowances: &allowances, lane: &lane, margin, relaxed: false, most: &most, reach };
        let model = model(scenario, network, load, &terms);
        let settings = round_settings(search, model.problem.lanes.site.len(), start.take());
        let located = locate(&model.problem, &settings, &Quiet(watch));
        let location = match located {
            Ok(location) => location,
            Err(failure) if margin == 0.0 => {
                return best.ok_or_else(|| super::nothing(&failure));
            }
            Err(_) => {
                margin = if margin > 0.05 { margin / 3.0 } else { 0.0 };
                continue;
            }
        };
        start = Some(Start {
            mode: location.mode.clone(),
            upper_open: location.upper_open.clone(),
            multipliers: Some(location.multipliers.clone()),
        });
        watch.stage("setting base-stock levels");
        let decisions = decide(scenario, &model, &location);
        let Ok(stocked) = stock(scenario, network, load, &decisions, &targets, false, watch) else {
            margin = 0.5 * (1.0 + margin);
            continue;
        };
        let priced = Priced::of(scenario, network, load, stocked.decisions.clone()).with(stocked.points.clone());
        if !priced.keeps_promises(scenario) && !tighten(search, &priced, &mut targets) {
            margin = 0.5 * (1.0 + margin);
        }
        line = stock_line(search, &priced);
        let objective = search.objective(&priced);
        let before = best.as_ref().map_or(f64::INFINITY, |best| best.objective);
        if priced.keeps_promises(scenario) && objective < before {
            watch.progress(Some(objective), f64::NEG_INFINITY);
            best = Some(Best { priced, objective, stocked, start: start.clone() });
            if before - objective < SETTLED * objective.abs() {
                break;
            }
        } else if before.is_finite() {
            break;
        }
    }
    best.ok_or(Nothing::Found(None))
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

/// A parity promise that is broken is turned into floors: no member may be worse than the best by more than the limit.
/// False where nothing could be tightened.
fn tighten(search: &Search, priced: &Priced, targets: &mut Vec<Target>) -> bool {
    let scenario = search.scenario;
    let mut tightened = false;
    for promise in priced.service.promises.iter().filter(|promise| !promise.kept) {
        let target = promise.target(scenario);
        let Limit::SpreadAtMost(spread) = target.limit else { continue };
        let own = |row: &&crate::service::RegionService| {
            row.metric == target.metric && row.within_hours == target.within.map(|hours| hours.get())
        };
        if !target.scope.contains(&Scope::Country) && !target.scope.contains(&Scope::Region) {
            continue;
        }
        let values = priced.service.regions.iter().filter(own).map(|row| row.value);
        let (least, most) =
            values.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
        let lower_is_better = matches!(target.metric, Metric::MeanResponse);
        let limit = if lower_is_better { Limit::AtMost(least + spread) } else { Limit::AtLeast(most - spread) };
        targets.push(Target { limit, ..target.clone() });
        tightened = true;
    }
    tightened
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
