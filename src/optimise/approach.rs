//! A plan and its bound: rounds of location and stock, the problem that proves the bound, a search that prices stock
//! shelf by shelf, and the closing of what is still open.

use crate::plan::Decisions;
use crate::scenario::{Objective, OutletId, RegionId, Scenario};

use super::apart::Apart;
use super::bound::{self, Shelves};
use super::closure::Ends;
use super::decide::{Priced, depots_in_use};
use super::enumerate::enumerate;
use super::improve::{self, Design, Ground};
use super::model::Model;
use super::rounds::{Best, MANY_LANES, Rounds};
use super::stock::stock;
use super::{Found, Nothing, Search};

/// With more lanes than this nobody tries every plan.
const FEW_LANES: usize = 200;
/// The bound is proven at most so often, each time from a better plan.
const PROOFS: usize = 4;

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
    // A large network is not placed again before it is known that its first plan is not good enough.
    let large = network.road_count() > MANY_LANES;
    let apart = Apart::of(search, reach);
    let mut rounds = Rounds::new(search, reach, apart.as_ref());
    rounds.first()?;
    if !large {
        rounds.rest()?;
    }
    let mut best = rounds.best.take().ok_or(Nothing::Found(None))?;
    let mut lower_bound = f64::NEG_INFINITY;
    let mut gap = None;
    for _ in 0..PROOFS {
        watch.stage("proving the bound");
        watch.progress(Some(best.objective), lower_bound);
        let proof = bound::bound(search, reach, &best, apart.as_ref());
        if proof.lower_bound > lower_bound {
            (lower_bound, gap) = (proof.lower_bound, proof.gap);
        }
        let close = |best: &Best| best.objective - lower_bound <= scenario.planning.gap * best.objective.abs();
        let before = best.objective;
        // With depots apart the bound's network knows what stock costs, which the first round did not.
        if apart.is_some() && !close(&best) {
            proof.decisions.iter().for_each(|decisions| better(search, decisions, lower_bound, &mut best));
        }
        if large && !close(&best) {
            rounds.best = Some(best);
            rounds.rest()?;
            best = rounds.best.take().ok_or(Nothing::Found(None))?;
        }
        // The problem that proves the bound has prices for service, so its own network is often the better one.
        if apart.is_none() && !close(&best) {
            proof.decisions.iter().for_each(|decisions| better(search, decisions, lower_bound, &mut best));
        }
        if let Some(shelves) = proof.shelves.filter(|_| !close(&best)) {
            let starts = [Some(best.priced.decisions.clone()), proof.decisions];
            let found = improved(search, &shelves, &starts);
            found.iter().for_each(|decisions| better(search, decisions, lower_bound, &mut best));
        }
        // Another plan has other prices of service, and with them there is another bound.
        if close(&best) || best.objective >= before || watch.stop() || large {
            break;
        }
    }
    let target = best.objective - scenario.planning.gap * best.objective.abs();
    if let Some(gap) = gap.filter(|_| lower_bound < target && !watch.stop()) {
        watch.stage("closing the gap");
        let ends = Ends { incumbent: best.objective, target, bound: lower_bound };
        let (bound, decisions) = gap.close(scenario, ends, watch);
        lower_bound = lower_bound.max(bound);
        decisions.iter().for_each(|decisions| better(search, decisions, lower_bound, &mut best));
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
        search.load.tasks(*region).filter_map(|task| Some((task.part?.at(), task.rate))).collect()
    };
    let ground = Ground {
        problem: &model.problem,
        floors: floors.iter().map(Vec::as_slice).collect(),
        demands: model.regions.iter().map(demand).collect(),
        terms: improve::terms(&model.problem),
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
