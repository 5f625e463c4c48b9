//! A lower bound for location and stock together.
//!
//! Every goal k of a share (fill rate, on time) is priced at μ_k ≥ 0, taken from the stock of the best plan (any prices
//! give a bound). With w the rate of a job's demand and 1 − P the chance that its part comes too late,
//!
//! ```text
//! (dual)   cost ≥ Σ_k μ_k·α_k·N_k + min { cost − Σ_k μ_k Σ w·(constant + weight·P) }
//! (split)  − μ·w·(constant + weight·P) = − μ·w·(constant + weight)  +  μ·weight·w·(1 − P)
//!                                         a cost of the lane           a price ρ of each part that comes too late
//! (shelf)  stock of part p at outlet o ≥ G(ℓ) = min_S [ holding·S + ρ·ℓ·(1 − P(S, ℓ)) ]
//! ```
//!
//! Prices of hours (mean response, availability) enter the lanes and the price ρ in the same way, their waits are taken as
//! zero. In (shelf) ℓ is the demand that reaches the outlet over its *priced* lanes, those whose ρ is at least the
//! outlet's. It is a bound because
//!
//! * P falls with the load, so the demand of other lanes only makes more parts late, and their own price is not negative;
//! * lead time is the shortest transport of any depot and the depot is taken to be never short, the window is the longest
//!   of any priced lane: P is never smaller than in any plan;
//! * a depot's own stock costs nothing or more;
//! * a soft promise's price is at most its penalty, so what is priced of a shortfall is at most what is paid for it.
//!
//! G grows with ℓ (for every S late demand does), so on a partition ℓ_0 < ℓ_1 < … of an interval a straight line with
//! `a + b·ℓ_{i+1} ≤ G(ℓ_i)` for every i lies below G on all of it. Each interval of an outlet's load is a mode of its site:
//! fixed Σ_p a_p, per load the least over regions of Σ_p b_p·(share of p). Whatever a plan's load is, it lies in one of
//! the intervals and that mode costs no more than the plan's stock; so the location problem with these modes costs no
//! more than the plan, and neither does its own Lagrangian bound.

mod lane;
mod outlet;
mod shelf;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::location::{Settings, Start, locate};
use crate::network::Road;
use crate::plan::Decisions;
use crate::scenario::{Objective, OutletId, RegionId};
use crate::service::Key;

use super::decide::{Priced, decide};
use super::model::{Allowance, Terms, model};
use super::rounds::{Best, MANY_LANES};
use super::{Quiet, Search};
use lane::goals;
use outlet::{Mixes, OutletPrice, ratios, typical_load};

/// Dual iterations of a large location problem, from the prices of the rounds.
const ITERATIONS: usize = 600;

/// A lower bound on the objective of every plan that keeps its promises.
pub fn bound(search: &Search, reach: f64, best: &Best) -> Proof {
    let Best { priced: plan, objective: incumbent, stocked, start } = best;
    let (incumbent, prices) = (*incumbent, &stocked.prices);
    let large = search.network.road_count() > MANY_LANES;
    // What the problem leaves open adds to what its stock leaves open, so it is asked for a tenth.
    let asked = Settings { gap: 0.1 * search.scenario.planning.gap, ..search.settings() };
    let settings = if large {
        // The modes differ from those of a round, so only the prices can be taken over.
        let start = start.clone().map(|start| Start { mode: Vec::new(), ..start });
        Settings { node_limit: 0, iteration_limit: ITERATIONS, start, ..asked }
    } else {
        asked
    };
    let bare = || {
        let relaxed = search.bare_model(reach, 0.0, true);
        let found = locate(&relaxed.problem, &settings, &Quiet(search.watch));
        found.map_or(f64::NEG_INFINITY, |location| location.lower_bound + relaxed.constant)
    };
    if search.scenario.planning.objective != Objective::Cost || prices.values().all(|price| *price <= 0.0) {
        let lower_bound = bare();
        search.watch.progress(Some(incumbent), lower_bound);
        return Proof { lower_bound, decisions: None };
    }
    let mut proof = priced_bound(search, reach, prices, plan, &settings).unwrap_or_default();
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
}

impl Default for Proof {
    fn default() -> Self {
        Self { lower_bound: f64::NEG_INFINITY, decisions: None }
    }
}

fn priced_bound(
    search: &Search,
    reach: f64,
    prices: &BTreeMap<(usize, Key), f64>,
    best: &Priced,
    settings: &Settings,
) -> Option<Proof> {
    let Search { scenario, network, load, watch } = *search;
    let (goals, constant) = goals(search, prices);
    let same_ratio = ratios(search);
    let mixes = Mixes::of(search);
    let typical = typical_load(search, best);
    let mut served: Vec<Vec<(RegionId, Road)>> = vec![Vec::new(); scenario.outlets.len()];
    for region in (0..scenario.regions.len()).map(RegionId::from).filter(|region| load.jobs[region.at()] > 0.0) {
        for (outlet, road) in network.roads(region).filter(|(_, road)| road.hours <= reach) {
            served[outlet.at()].push((region, road));
        }
    }
    let outlets: Vec<OutletPrice> = served
        .par_iter()
        .enumerate()
        .map(|(outlet, lanes)| {
            OutletPrice::of(search, &goals, &mixes, &same_ratio, OutletId::from(outlet), lanes, typical)
        })
        .collect();
    let allowances = |outlet: OutletId| -> Vec<Allowance> { outlets[outlet.at()].modes.clone() };
    let lane = |region: RegionId, outlet: OutletId, _: &Road| outlets[outlet.at()].lane(region);
    let most = |region: RegionId, outlet: OutletId| outlets[outlet.at()].most(region);
    let terms = Terms { allowances: &allowances, lane: &lane, margin: 0.0, relaxed: true, most: &most, reach };
    let model = model(scenario, network, load, &terms);
    let location = locate(&model.problem, settings, &Quiet(watch)).ok()?;
    Some(Proof {
        lower_bound: location.lower_bound + model.constant + constant,
        decisions: Some(decide(scenario, &model, &location)),
    })
}
