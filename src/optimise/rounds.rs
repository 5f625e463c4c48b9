//! Location and stock in turn: what the stock of one round costs is the allowance of the next.

use crate::cost::Component;
use crate::location::{Settings, Start, locate};
use crate::network::Road;
use crate::plan::Decisions;
use crate::scenario::{Limit, Metric, Objective, OutletId, RegionId, Scenario, Scope, Target};

use super::bound::{self, Shelves};
use super::decide::{Priced, decide, depots_in_use};
use super::enumerate::enumerate;
use super::improve::{self, Design, Ground};
use super::model::{Allowance, Model, Terms, depots_of, model};
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
/// The bound is proven at most so often, each time from a better plan.
const PROOFS: usize = 4;
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
    approach(search, reach)
}

/// The best plan and bound that are come to without trying every plan.
pub fn approach(search: &Search, reach: f64) -> Result<Found, Nothing> {
    let Search { scenario, network, watch, .. } = *search;
    let mut best = rounds(search, reach)?;
    watch.stage("proving the bound");
    watch.progress(Some(best.objective), f64::NEG_INFINITY);
    let mut lower_bound = f64::NEG_INFINITY;
    for _ in 0..PROOFS {
        let proof = bound::bound(search, reach, &best);
        lower_bound = lower_bound.max(proof.lower_bound);
        let close = |best: &Best| best.objective - lower_bound <= scenario.planning.gap * best.objective.abs();
        let before = best.objective;
        // The problem that proves the bound has prices for service, so its own network is often the better one.
        proof.decisions.iter().for_each(|decisions| better(search, decisions, lower_bound, &mut best));
        if let Some(shelves) = proof.shelves.filter(|_| !close(&best)) {
            let starts = [Some(best.priced.decisions.clone()), proof.decisions];
            let found = improved(search, &shelves, &starts);
            found.iter().for_each(|decisions| better(search, decisions, lower_bound, &mut best));
        }
        // Another plan has other prices of service, and with them there is another bound.
        if close(&best) || best.objective >= before || watch.stop() || network.road_count() > MANY_LANES {
            break;
        }
    }
    let Best { priced, objective, .. } = best;
    Ok(Found { priced, objective, lower_bound })
}

/// Takes a network with the stock that is right for it, if that is better.
fn better(search: &Search, decisions: &Decisions, lower_bound: f64, best: &mut Best) {
    let Search { scenario, network, load, watch } = *search;
    if watch.stop() {
        return;
    }
    watch.stage("setting base-stock levels");
    let Ok(stocked) = stock(scenario, network, load, decisions, &scenario.targets, false, watch) else { return };
    let priced = Priced::of(scenario, network, load, stocked.decisions.clone()).with(stocked.points.clone());
    let objective = search.objective(&priced);
    if priced.keeps_promises(scenario) && objective < best.objective {
        watch.progress(Some(objective), lower_bound);
        *best = Best { priced, objective, stocked, start: best.start.take() };
    }
}

/// The network that a search finds which prices stock shelf by shelf.
fn improved(search: &Search, shelves: &Shelves, starts: &[Option<Decisions>]) -> Option<Decisions> {
    let Shelves { model, floors } = shelves;
    if !improve::bears(&model.problem) || search.watch.stop() {
        return None;
    }
    search.watch.stage("improving the network");
    let demand = |region: &RegionId| -> Vec<(usize, f64)> {
        let tasks = search.load.tasks(*region).iter();
        tasks.filter_map(|task| Some((task.part?.at(), task.rate))).collect()
    };
    let ground = Ground {
        problem: &model.problem,
        floors: floors.iter().map(Vec::as_slice).collect(),
        demands: model.regions.iter().map(demand).collect(),
    };
    let starts: Vec<Design> = starts.iter().flatten().filter_map(|decisions| design(model, decisions)).collect();
    let design = improve::improve(&ground, &starts, search.scenario.planning.seed, search.watch)?;
    Some(decided(search.scenario, model, &design))
}

/// Decisions as a design of a model; `None` where the model lacks a lane of theirs.
fn design(model: &Model, decisions: &Decisions) -> Option<Design> {
    let lanes = &model.problem.lanes;
    let lane = |(region, ends): (&RegionId, &[usize])| {
        let served = decisions.served_by[region.at()].iter();
        let outlet = served.max_by(|one, two| one.1.total_cmp(&two.1).then(two.0.cmp(&one.0)))?.0;
        (ends[0]..ends[1]).find(|lane| lanes.site[*lane] == outlet.0)
    };
    let own = model.regions.iter().zip(lanes.starts.windows(2)).map(lane);
    let mode = |outlet: usize| {
        let depot = decisions.replenished_by[outlet];
        let found = model.depots[outlet].iter().position(|own| *own == depot);
        found.filter(|_| decisions.outlet_open[outlet]).map(|mode| mode as u32)
    };
    Some(Design { lanes: own.collect::<Option<Vec<usize>>>()?, modes: (0..model.depots.len()).map(mode).collect() })
}

/// A design as decisions, without stock.
fn decided(scenario: &Scenario, model: &Model, design: &Design) -> Decisions {
    let mut decisions = Decisions::none(scenario);
    for (site, mode) in design.modes.iter().enumerate() {
        if let Some(mode) = mode {
            decisions.outlet_open[site] = true;
            decisions.replenished_by[site] = model.depots[site][*mode as usize];
        }
    }
    for depot in depots_in_use(scenario, &decisions) {
        decisions.depot_open[depot.at()] = true;
    }
    for (region, lane) in model.regions.iter().zip(&design.lanes) {
        decisions.served_by[region.at()] = vec![(OutletId(model.problem.lanes.site[*lane]), 1.0)];
    }
    decisions
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
