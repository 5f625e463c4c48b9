//! A lower bound for location and stock together.
//!
//! Every goal k of a share (fill rate, on time) is priced at μ_k ≥ 0, taken from the stock of the best plan (any prices
//! give a bound). With w the rate of a job's demand and 1 − P the chance that its part comes too late,
//!
//! ```text
//! (dual)   cost ≥ Σ_k μ_k·α_k·N_k + min { cost − Σ_k μ_k Σ w·(constant + weight·P) }
//! (split)  − μ·w·(constant + weight·P) = − μ·w·(constant + weight)  +  μ·weight·w·(1 − P)
//!                                         a cost of the lane           a price ρ of each part that comes too late
//! (shelf)  stock of part p at outlet o, and its part of the depot's, ≥ G(ℓ) = min_S [ holding·S + ρ·ℓ·(1 − P(S, ℓ)) ] and more
//! ```
//!
//! Prices of hours (mean response, availability) enter the lanes and the price ρ in the same way, their waits are taken as
//! zero. In (shelf) ℓ is the demand that reaches the outlet over its *priced* lanes and ρ the least price of them; what a lane's
//! own price is above that counts as in `span`. It is a bound because
//!
//! * P falls with the load, so the demand of other lanes only makes more parts late, and their own price is not negative;
//! * lead time is the shortest transport of any depot, the window is the longest of any priced lane: P is never smaller than
//!   in any plan whose depots are never short;
//! * what a depot holds so as to be short less often is charged to its outlets (`shelf`);
//! * a soft promise's price is at most its penalty, so what is priced of a shortfall is at most what is paid for it.
//!
//! G grows with ℓ (for every S late demand does) and is bounded from below on cells of ℓ (`floor`). A promise that every outlet makes for
//! its own shelf needs a least stock whatever is priced (`stairs` of the stocking room), and the greater of both counts. Straight lines below
//! all parts together, one for each interval of an outlet's load (`modes`), are the modes of its site: fixed a_m, per load the mean of σ + τ_m;
//! what a region's own mix pays more or less at σ, its lane pays. Whatever a plan's load is, it lies in one of the intervals and that mode
//! costs no more than the plan's stock; so the location problem with these modes costs no more than the plan, and neither does its own
//! Lagrangian bound. An outlet that need not be open serves a region or is closed, so its intervals begin at the least region's load.

mod bundle;
mod delay;
mod floor;
mod lane;
mod losses;
mod mixes;
mod modes;
mod outlet;
pub mod pool;
mod shelf;
mod span;

pub use floor::Floor;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::cost::unit_cost;
use crate::load::Load;
use crate::location::{Mode, Settings, Start, locate};
use crate::network::Road;
use crate::plan::Decisions;
use crate::scenario::{DepotId, Objective, OutletId, PartId, RegionId, Scenario, Status, Stockout};
use crate::service::{Key, outlet_lead_time};
use crate::stocking::Stairs;
use crate::watch::Watch;

use super::apart::Apart;
use super::closure::{Ends, Ground, close};
use super::decide::{Priced, decide, depots_in_use};
use super::model::{Allowance, Model, Terms, depots_of, model};
use super::rounds::{Best, MANY_LANES};
use super::{Quiet, Search, Shifted};
use bundle::Bundles;
use lane::goals;
use mixes::Mixes;
use outlet::{Known, OutletPrice, ratios, required, typical_load};

/// Dual iterations of a large location problem, from the prices of the rounds.
const ITERATIONS: usize = 600;

/// Its branch and bound looks at no more nodes × lanes than this, and at none where that is but a few nodes.
const NODE_WORK: usize = 6_000_000;
const FEW_NODES: usize = 10;

/// A lower bound on the objective of every plan that keeps its promises.
pub fn bound(search: &Search, reach: f64, best: &Best, apart: Option<&Apart>) -> Proof {
    let Best { priced: plan, objective: incumbent, stocked, start } = best;
    let (incumbent, prices) = (*incumbent, &stocked.prices);
    let large = search.network.road_count() > MANY_LANES;
    // What the problem leaves open adds to what its stock leaves open, so it is asked for a part.
    let part = if large { 0.25 } else { 0.1 };
    let asked = Settings { gap: part * search.scenario.planning.gap, ..search.settings() };
    let settings = if large {
        let nodes = NODE_WORK / search.network.road_count();
        let node_limit = if nodes < FEW_NODES { 0 } else { nodes };
        Settings { node_limit, iteration_limit: ITERATIONS, start: start.clone(), ..asked }
    } else {
        asked
    };
    let bare = || {
        let relaxed = search.bare_model(reach, 0.0, true);
        let found = locate(&relaxed.problem, &settings, &Quiet(search.watch));
        found.map_or(f64::NEG_INFINITY, |location| location.lower_bound + relaxed.constant)
    };
    let own = required(search.scenario).iter().any(|share| *share > 0.0);
    let asks_nothing = !own && prices.values().all(|price| *price <= 0.0);
    if search.scenario.planning.objective != Objective::Cost || asks_nothing {
        let lower_bound = bare();
        search.watch.progress(Some(incumbent), lower_bound);
        return Proof { lower_bound, ..Proof::default() };
    }
    let mut proof = priced_bound(search, reach, prices, plan, &settings, apart).unwrap_or_default();
    search.watch.progress(Some(incumbent), proof.lower_bound);
    let close = incumbent - proof.lower_bound <= search.scenario.planning.gap * incumbent.abs();
    // On a large network the bound without prices is no better and takes as long.
    let enough = close || (large && proof.lower_bound.is_finite());
    if !(enough || search.watch.stop()) {
        proof.lower_bound = proof.lower_bound.max(bare());
    }
    proof
}

/// A bound, and the network of the problem that gave it.
pub struct Proof {
    /// No plan that keeps its promises has a smaller objective.
    pub lower_bound: f64,
    /// Sites and assignments, without stock; they may break promises.
    pub decisions: Option<Decisions>,
    /// The scenario with its stock priced shelf by shelf, where it is small enough for that.
    pub shelves: Option<Shelves>,
    /// The same, relaxed, for closing what the bound leaves open.
    pub gap: Option<Gap>,
}

/// A scenario whose stock is priced shelf by shelf.
pub struct Shelves {
    /// Without any allowance for stock.
    pub model: Model,
    /// What a part's stock costs at an outlet by what it is asked for.
    pub floors: Vec<Vec<Option<Floor>>>,
}

impl Default for Proof {
    fn default() -> Self {
        Self { lower_bound: f64::NEG_INFINITY, decisions: None, shelves: None, gap: None }
    }
}

/// What is to be closed: no plan that keeps its promises costs less than the ground and the constant.
pub struct Gap {
    ground: Ground,
    /// What each customer pays where lines below stock give their best bound.
    prices: Vec<f64>,
    /// The model that the ground is of.
    model: Model,
    constant: f64,
}

impl Gap {
    /// A lower bound on the objective by branch and bound, and a network that may be better than the plan at hand.
    pub fn close(&self, scenario: &Scenario, ends: Ends, watch: &dyn Watch) -> (f64, Option<Decisions>) {
        let told = Shifted { watch, constant: self.constant };
        let less = |value: f64| value - self.constant;
        let ends = Ends { incumbent: less(ends.incumbent), target: less(ends.target), bound: less(ends.bound) };
        let closed = close(&self.ground, &self.prices, ends, &told);
        let one_mode = self.model.depots.iter().all(|depots| depots.len() <= 1);
        let served = closed.served.filter(|_| one_mode).map(|served| self.decided(scenario, &served.sites));
        (closed.bound + self.constant, served)
    }

    fn decided(&self, scenario: &Scenario, sites: &[usize]) -> Decisions {
        let mut decisions = Decisions::none(scenario);
        for (region, site) in self.model.regions.iter().zip(sites) {
            decisions.served_by[region.at()] = vec![(OutletId::from(*site), 1.0)];
            decisions.outlet_open[*site] = true;
        }
        for (site, outlet) in scenario.outlets.iter().enumerate() {
            decisions.outlet_open[site] |= outlet.status == Status::Open;
            if decisions.outlet_open[site] {
                decisions.replenished_by[site] = self.model.depots[site].first().copied().flatten();
            }
        }
        for depot in depots_in_use(scenario, &decisions) {
            decisions.depot_open[depot.at()] = true;
        }
        decisions
    }
}

/// The modes in which a plan's outlets cost least.
fn modes_of(search: &Search, model: &Model, plan: &Priced) -> Vec<Option<u32>> {
    let mut loads = vec![0.0; model.problem.sites.len()];
    for (region, outlet, share) in plan.decisions.assignments() {
        loads[outlet.at()] += share * search.load.units[region.at()];
    }
    let least = |outlet: usize| -> Option<u32> {
        let own = plan.decisions.replenished_by[outlet];
        let modes = model.problem.sites[outlet].modes.iter().zip(&model.depots[outlet]).enumerate();
        let cost = |mode: &Mode| mode.fixed + mode.per_load * loads[outlet];
        let fitting = modes.filter(|(_, (_, depot))| **depot == own).map(|(number, (mode, _))| (number, cost(mode)));
        fitting.min_by(|left, right| left.1.total_cmp(&right.1)).map(|(number, _)| number as u32)
    };
    let open = plan.decisions.outlet_open.iter().enumerate();
    open.map(|(outlet, open)| if *open { least(outlet) } else { None }).collect()
}

/// The longest lead time of a part at any outlet, whichever depot replenishes it \[years\].
fn longest(search: &Search, part: PartId) -> f64 {
    let Search { scenario, network, .. } = *search;
    let outlets = (0..scenario.outlets.len()).map(OutletId::from);
    let depots = |outlet| depots_of(scenario, network, outlet).into_iter().map(move |depot| (outlet, depot));
    let times =
        outlets.flat_map(depots).map(|(outlet, depot)| outlet_lead_time(scenario, network, outlet, depot, part));
    times.filter(|time| time.is_finite()).fold(0.0, f64::max)
}

/// All demand for each part \[units/year\].
fn totals(search: &Search) -> Vec<f64> {
    let Search { scenario, load, .. } = *search;
    let mut scales = vec![0.0; load.baskets()];
    for region in (0..scenario.regions.len()).map(RegionId::from) {
        load.held(region).iter().for_each(|held| scales[held.basket] += held.scale);
    }
    let mut totals = vec![0.0; scenario.parts.len()];
    for (basket, scale) in scales.into_iter().enumerate() {
        for task in load.basket(basket) {
            if let Some(part) = task.part {
                totals[part.at()] += scale * task.rate;
            }
        }
    }
    totals
}

/// The depot that each outlet draws from in a plan, or would: of those open the one with the least freight and duty of all demand.
fn suppliers(search: &Search, plan: &Priced, totals: &[f64]) -> Vec<Option<DepotId>> {
    let Search { scenario, network, .. } = *search;
    let supplier = |number: usize| {
        let outlet = OutletId::from(number);
        let paid = |depot: Option<DepotId>| -> f64 {
            let of = |(part, total): (usize, &f64)| {
                total * unit_cost(scenario, network, outlet, depot, PartId::from(part)).total()
            };
            totals.iter().enumerate().filter(|(_, total)| **total > 0.0).map(of).sum()
        };
        let depots = depots_of(scenario, network, outlet).into_iter().flatten();
        let open = depots.filter(|depot| plan.decisions.depot_open[depot.at()]);
        let nearest = open.map(|depot| (paid(Some(depot)), depot)).min_by(|one, two| one.0.total_cmp(&two.0));
        plan.decisions.replenished_by[number].or(nearest.map(|(_, depot)| depot))
    };
    (0..scenario.outlets.len()).into_par_iter().map(supplier).collect()
}

/// How stock is told apart.
enum Stocked {
    /// Parts of a basket together.
    Bundles(Bundles),
    /// Part by part.
    Parts(Mixes),
}

fn priced_bound(
    search: &Search,
    reach: f64,
    prices: &BTreeMap<(usize, Key), f64>,
    best: &Priced,
    settings: &Settings,
    apart: Option<&Apart>,
) -> Option<Proof> {
    let Search { scenario, network, load, watch } = *search;
    let (goals, constant) = goals(search, prices);
    let same_ratio = ratios(search);
    let expressed = scenario.stocking.stockout == Stockout::Emergency;
    let losses = if expressed { losses::floors(&same_ratio) } else { BTreeMap::new() };
    let totals = totals(search);
    let shares = required(scenario).into_iter().zip(&same_ratio).enumerate();
    let stairs = |(part, (share, ratio)): (usize, (f64, &Option<f64>))| {
        let part = PartId::from(part);
        ratio.filter(|_| share > 0.0).map(|ratio| {
            let most = totals[part.at()] * longest(search, part);
            Stairs::of(share, ratio, scenario.stocking.stockout, most)
        })
    };
    let required: Vec<Option<Stairs>> = shares.map(stairs).collect();
    let typical = typical_load(search, best);
    let drawn = apart.map(|apart| apart.drawn.as_slice());
    // What is settled apart needs no guess.
    let suppliers = drawn.map_or_else(|| suppliers(search, best, &totals), <[_]>::to_vec);
    let known = Known { ratios: &same_ratio, losses: &losses, required: &required, drawn, suppliers: &suppliers };
    let mut served: Vec<Vec<RegionId>> = vec![Vec::new(); scenario.outlets.len()];
    for region in (0..scenario.regions.len()).map(RegionId::from).filter(|region| load.jobs[region.at()] > 0.0) {
        for (outlet, _) in network.roads(region).filter(|(_, road)| road.hours <= reach) {
            served[outlet.at()].push(region);
        }
    }
    let stocked = match Bundles::of(search, &goals, known, &served, typical) {
        Some(bundles) => Stocked::Bundles(bundles),
        None => Stocked::Parts(Mixes::of(search)),
    };
    // Pricing an outlet with many depots and parts takes a while: who is asked to stop between two of them proves nothing.
    let priced = |(outlet, regions): (usize, &Vec<RegionId>)| -> Option<OutletPrice> {
        let outlet = OutletId::from(outlet);
        let measured = regions.iter().filter_map(|region| Some((*region, network.road(*region, outlet)?)));
        let lanes: Vec<(RegionId, Road)> = measured.collect();
        if watch.stop() {
            return None;
        }
        Some(match &stocked {
            Stocked::Bundles(bundles) => bundles.priced(search, &goals, outlet, &lanes, typical, drawn),
            Stocked::Parts(mixes) => OutletPrice::of(search, &goals, mixes, known, outlet, &lanes, typical),
        })
    };
    let outlets: Option<Vec<OutletPrice>> = served.par_iter().enumerate().map(priced).collect();
    let outlets = outlets?;
    drop(served);
    let allowances = |outlet: OutletId| -> Vec<Allowance> { outlets[outlet.at()].modes.clone() };
    let lane = |region: RegionId, outlet: OutletId, _: &Road| outlets[outlet.at()].lane(region);
    let most = |region: RegionId, outlet: OutletId| outlets[outlet.at()].most(region);
    let terms = Terms {
        lane: &lane,
        relaxed: true,
        most: &most,
        reach,
        drawn,
        suppliers: Some(&suppliers),
        ..Terms::of(&allowances)
    };
    let model = model(scenario, network, load, &terms);
    let start = Start { mode: modes_of(search, &model, best), ..settings.start.clone().unwrap_or_default() };
    let settings = Settings { start: Some(start), ..settings.clone() };
    let location = locate(&model.problem, &settings, &Quiet(watch)).ok()?;
    let depots = apart.map_or(0.0, |apart| apart.lower_bound(search, reach));
    Some(Proof {
        lower_bound: location.lower_bound + model.constant + constant + depots,
        decisions: Some(decide(scenario, &model, &location)),
        gap: if apart.is_none() {
            gap(search, reach, &outlets, location.multipliers.serve.clone(), constant)
        } else {
            None
        },
        shelves: shelves(search, reach, outlets),
    })
}

/// The same scenario for a search that prices its stock shelf by shelf; `None` on a large network.
fn shelves(search: &Search, reach: f64, outlets: Vec<OutletPrice>) -> Option<Shelves> {
    let Search { scenario, network, load, .. } = *search;
    if outlets.iter().any(|outlet| outlet.floors.is_empty()) {
        return None;
    }
    let allowances = |outlet: OutletId| search.free_allowances(outlet);
    let lane = |region: RegionId, outlet: OutletId, _: &Road| outlets[outlet.at()].linear(region);
    let terms = Terms { lane: &lane, reach, ..Terms::of(&allowances) };
    let model = model(scenario, network, load, &terms);
    Some(Shelves { model, floors: outlets.into_iter().map(|outlet| outlet.floors).collect() })
}

/// What is closed where lines below stock leave a gap; `None` on a large network and where customers are split.
fn gap(search: &Search, reach: f64, outlets: &[OutletPrice], prices: Vec<f64>, constant: f64) -> Option<Gap> {
    let Search { scenario, network, load, .. } = *search;
    if outlets.iter().any(|outlet| outlet.floors.is_empty()) {
        return None;
    }
    let allowances = |outlet: OutletId| search.free_allowances(outlet);
    let lane = |region: RegionId, outlet: OutletId, _: &Road| outlets[outlet.at()].linear(region);
    let most = |region: RegionId, outlet: OutletId| outlets[outlet.at()].most(region);
    let terms = Terms { lane: &lane, relaxed: true, most: &most, reach, ..Terms::of(&allowances) };
    let relaxed = model(scenario, network, load, &terms);
    let asked: Vec<BTreeMap<PartId, f64>> = relaxed.regions.iter().map(|region| by_part(load, *region)).collect();
    let asks = |customer: usize, site: usize, part: usize| {
        let units = asked[customer].get(&PartId::from(part)).copied().unwrap_or(0.0);
        if outlets[site].asks(relaxed.regions[customer]) { units } else { 0.0 }
    };
    let floors: Vec<&[Option<Floor>]> = outlets.iter().map(|outlet| outlet.floors.as_slice()).collect();
    let ground = Ground::of(&relaxed.problem, &floors, &asks)?;
    let constant = relaxed.constant + constant;
    let prices = if prices.len() == ground.customers { prices } else { vec![0.0; ground.customers] };
    Some(Gap { ground, prices, model: relaxed, constant })
}

/// What a region asks for \[units a year\].
fn by_part(load: &Load, region: RegionId) -> BTreeMap<PartId, f64> {
    let mut units = BTreeMap::new();
    for task in load.tasks(region) {
        task.part.into_iter().for_each(|part| *units.entry(part).or_default() += task.rate);
    }
    units
}
