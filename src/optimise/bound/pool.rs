//! A lower bound where outlets help each other: all of them as one shelf.
//!
//! With lateral supply a unit that one outlet lacks may come from another, so no outlet has a shelf of its own whose shortage could
//! be priced. But whoever helps whom, a unit of demand for part p is expressed only when it meets no stock, and all outlets together
//! hold S = Σ_o S_o units. Let λ be the demand for the part of all regions, ℓ_o the chance that an outlet's demand is expressed,
//! L the shortest lead time of any outlet and B Erlang's loss. Then
//!
//! ```text
//! (pool)    Σ_o λ_o·ℓ_o ≥ λ·B(S, λ·L)
//! ```
//!
//! *Proof.* Let n be the units on order. Wherever demand is met, n grows by one, so it grows at a rate of at most λ, and not at all when n
//! = S, for then every shelf is empty. Each order comes in at a rate of at most 1/L (later where it waits at a depot), so n falls at a
//! rate of at most n/L. Let V_k(n) be the most units of demand that k events, λ + S/L a year of them and each with its share of the rates, can meet from n on if
//! one may refuse demand and hold orders back. By induction on k: 0 ≤ V_k(n) − V_k(n+1) ≤ 1, since both hold for a met demand (which is worth one and
//! leads from n to n+1) and for an order that comes in (which leads from n to n−1, both ends of the difference alike or one of them staying). So it is
//! best to refuse nothing and to hold nothing back, and what then is met is what Erlang's system with S servers and the load λ·L meets: λ·(1 − B). ∎
//!
//! The times are exponential as in the chain by which pools are evaluated ([`crate::stocking::lateral`]); where pools are cut into neighbourhoods
//! the cost of a plan is an approximation, and this the bound of what it approximates.
//!
//! Goals are priced by μ ≥ 0 as in (dual) and (split) of the parent, a unit that is not expressed being as good as one from the own shelf: a
//! neighbour's comes no sooner. Let K be no more than freight and duty of any unit to any outlet, nor than any region's express; ρ_i the price of an expressed unit on the
//! lane i, that is express − K + μ·weight. For any ρ̄_p ≥ 0
//!
//! ```text
//! (lane)    linear_i + ρ_i·ℓ_o ≥ linear_i − (ρ̄_p − ρ_i)⁺ + ρ̄_p·ℓ_o               by unit, because 0 ≤ ℓ_o ≤ 1
//! (shelf)   Σ_o h_o·S_o + ρ̄_p·Σ_o λ_o·ℓ_o ≥ min_S [ h·S + ρ̄_p·λ·B(S, λ·L) ]      h the least holding cost, by (pool)
//! (bound)   cost ≥ location(lanes by (lane), K a unit) + Σ_p (shelf) + Σ_k μ_k·α_k·N_k
//! ```
//!
//! What depots hold, what help costs and who is too far to help are left out: each of them only costs more. Parts whose demand comes in batches, or that are ordered in
//! batches, have ρ̄ = 0.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use super::ITERATIONS;
use super::lane::{LanePrice, goals, lane_price};
use super::outlet::{least_time, ratios};
use crate::cost::{holding_cost, unit_cost};
use crate::location::{Settings, locate};
use crate::network::Road;
use crate::optimise::model::{Terms, depots_of, model};
use crate::optimise::stock::stock;
use crate::optimise::{Quiet, Search};
use crate::plan::Decisions;
use crate::scenario::{DepotId, Objective, OutletId, PartId, RegionId, Scenario, SiteId, Status};
use crate::service::{Key, outlet_lead_time, outlet_repair};
use crate::stocking::erlang::Loss;
use crate::units::Money;

/// Prices of goals that are tried, as shares of those of the plan without help: with help a promise costs less.
const SCALES: [f64; 7] = [1.0, 0.75, 0.5, 0.3, 0.15, 0.05, 0.0];

/// A variance-to-mean ratio no further from 1 is that of single units.
const SINGLE: f64 = 1e-9;

/// What the units of one part pay at least, wherever they are.
#[derive(Debug, Clone, Copy)]
struct Pooled {
    /// λ \[units/year\].
    rate: f64,
    /// λ·L \[units\].
    offered: f64,
    /// h \[a year\].
    holding: f64,
}

impl Pooled {
    /// (shelf) at a price ρ̄.
    fn least(&self, price: f64) -> f64 {
        if self.holding <= 0.0 || price <= 0.0 {
            return 0.0;
        }
        let all = price * self.rate;
        let mut least = all;
        for (level, lost) in (0..).zip(Loss { offered: self.offered, variance_to_mean: 1.0 }.levels()) {
            let held = self.holding * f64::from(level);
            if held >= least {
                break;
            }
            least = least.min(held + all * lost);
        }
        least
    }
}

/// A lower bound on the cost of every plan of a scenario with lateral supply that keeps its promises. The search is of the scenario
/// without it, the decisions are a plan of that; `None` where nothing is proven.
pub fn bound(search: &Search, decisions: &Decisions) -> Option<f64> {
    let Search { scenario, network, load, watch } = *search;
    if scenario.planning.objective != Objective::Cost || !network.is_complete() {
        return None;
    }
    let stocked = stock(scenario, network, load, decisions, &scenario.targets, false, watch).ok()?;
    let supplies = supplies(search);
    let cap = cap(search, &supplies);
    if !cap.is_finite() {
        return None;
    }
    let pools = pools(search, &supplies);
    let mut capped = scenario.clone();
    let express = Money::new(cap)?;
    capped.regions.iter_mut().for_each(|region| region.emergency_cost_per_unit = express);
    let capped = Search { scenario: &capped, network, load, watch };
    let quick = Settings { node_limit: 0, iteration_limit: ITERATIONS, ..search.settings() };
    let mut best: Option<(f64, f64, Level)> = None;
    for scale in SCALES {
        let own: BTreeMap<(usize, Key), f64> =
            stocked.prices.iter().map(|(key, price)| (*key, scale * price)).collect();
        for level in [Level::Mean, Level::Least] {
            if watch.stop() {
                break;
            }
            let found = priced(search, &capped, &own, cap, &pools, level, &quick);
            if let Some(found) = found.filter(|found| best.is_none_or(|(best, ..)| *found > best)) {
                best = Some((found, scale, level));
            }
        }
    }
    let (bound, scale, level) = best?;
    if watch.stop() {
        return Some(bound);
    }
    let own: BTreeMap<(usize, Key), f64> = stocked.prices.iter().map(|(key, price)| (*key, scale * price)).collect();
    let fine = Settings { gap: 0.1 * scenario.planning.gap, ..search.settings() };
    Some(priced(search, &capped, &own, cap, &pools, level, &fine).map_or(bound, |found| found.max(bound)))
}

/// Who may replenish whom: the outlets that may be open, each with its depots.
fn supplies(search: &Search) -> Vec<(OutletId, Option<DepotId>)> {
    let Search { scenario, network, .. } = *search;
    let outlets = scenario.outlets.iter().enumerate().filter(|(_, site)| site.status != Status::Closed);
    let outlets = outlets.map(|(number, _)| OutletId::from(number));
    outlets
        .flat_map(|outlet| depots_of(scenario, network, outlet).into_iter().map(move |depot| (outlet, depot)))
        .collect()
}

/// The parts that are asked for.
fn asked(search: &Search) -> impl Iterator<Item = (PartId, f64)> {
    let mut rates = vec![0.0; search.scenario.parts.len()];
    for region in (0..search.scenario.regions.len()).map(RegionId::from) {
        for task in search.load.tasks(region) {
            if let Some(part) = task.part {
                rates[part.at()] += task.rate;
            }
        }
    }
    let rates = rates.into_iter().enumerate().filter(|(_, rate)| *rate > 0.0);
    rates.map(|(part, rate)| (PartId::from(part), rate))
}

/// K; infinite where nothing can be supplied.
fn cap(search: &Search, supplies: &[(OutletId, Option<DepotId>)]) -> f64 {
    let Search { scenario, network, .. } = *search;
    let price = |part: PartId| {
        let own = supplies.iter().map(|(outlet, depot)| unit_cost(scenario, network, *outlet, *depot, part).total());
        own.fold(f64::INFINITY, f64::min)
    };
    let supplied = asked(search).map(|(part, _)| price(part)).fold(f64::INFINITY, f64::min);
    let express = scenario.regions.iter().map(|region| region.emergency_cost_per_unit.get());
    express.fold(supplied, f64::min)
}

/// What each part's pool pays; `None` for a part that is not asked for, or not unit by unit.
fn pools(search: &Search, supplies: &[(OutletId, Option<DepotId>)]) -> Vec<Option<Pooled>> {
    let Search { scenario, network, .. } = *search;
    let ratios = ratios(search);
    let mut pools = vec![None; scenario.parts.len()];
    for (part, rate) in asked(search) {
        let single = ratios[part.at()].is_some_and(|ratio| ratio <= 1.0 + SINGLE);
        if !single || scenario.parts[part.at()].order_cost.get() > 0.0 {
            continue;
        }
        let time = |(outlet, depot): &(OutletId, Option<DepotId>)| {
            let repair = outlet_repair(scenario, *outlet, *depot, part);
            let servers = scenario.outlets[outlet.at()].repair_servers.is_some();
            least_time(outlet_lead_time(scenario, network, *outlet, *depot, part), &repair, servers, 0.0)
        };
        let shortest = supplies.iter().map(time).fold(f64::INFINITY, f64::min);
        let held = supplies.iter().map(|(outlet, _)| holding_cost(scenario, SiteId::Outlet(*outlet), part));
        let holding = held.fold(f64::INFINITY, f64::min);
        if shortest.is_finite() && holding.is_finite() {
            pools[part.at()] = Some(Pooled { rate, offered: rate * shortest.max(0.0), holding });
        }
    }
    pools
}

/// Which ρ̄ of a part is tried.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Level {
    /// The mean over demand of the dearest lane of each region: cheaper lanes are paid back.
    Mean,
    /// The least of all lanes: nothing is paid back.
    Least,
}

/// (bound) at prices of the goals.
fn priced(
    search: &Search,
    capped: &Search,
    prices: &BTreeMap<(usize, Key), f64>,
    cap: f64,
    pools: &[Option<Pooled>],
    level: Level,
    settings: &Settings,
) -> Option<f64> {
    let Search { scenario, network, load, watch } = *search;
    let (goals, constant) = goals(search, prices);
    let priced: Vec<Vec<(OutletId, LanePrice)>> = (0..scenario.regions.len())
        .map(RegionId::from)
        .map(|region| {
            let roads = network.roads(region);
            roads.map(|(outlet, road)| (outlet, lane_price(search, &goals, outlet, region, &road))).collect()
        })
        .collect();
    // No goal counts an expressed unit for more than one that is there, so it costs no less than its express.
    let rates = |region: usize| load.tasks(RegionId::from(region)).filter_map(|task| Some((task.part?, task.rate)));
    let late = |price: &LanePrice, part: PartId| (price.late[part.at()].total() - cap).max(0.0);
    let cheap = |(region, lanes): (usize, &Vec<(OutletId, LanePrice)>)| {
        rates(region).any(|(part, _)| lanes.iter().any(|(_, price)| price.late[part.at()].total() < cap))
    };
    if priced.iter().enumerate().any(cheap) {
        return None;
    }
    let mut levels: Vec<(f64, f64, f64)> = vec![(0.0, 0.0, f64::INFINITY); scenario.parts.len()];
    for (region, lanes) in priced.iter().enumerate().filter(|(_, lanes)| !lanes.is_empty()) {
        for (part, rate) in rates(region) {
            let own = || lanes.iter().map(|(_, price)| late(price, part));
            let (sum, whole, least) = &mut levels[part.at()];
            *sum += rate * own().fold(0.0, f64::max);
            *whole += rate;
            *least = least.min(own().fold(f64::INFINITY, f64::min));
        }
    }
    let level = |(part, (sum, whole, least)): (usize, &(f64, f64, f64))| match level {
        _ if pools[part].is_none() || *whole <= 0.0 => 0.0,
        Level::Mean => sum / whole,
        Level::Least => *least,
    };
    let levels: Vec<f64> = levels.iter().enumerate().map(level).collect();
    let shelves: f64 = pools.iter().zip(&levels).filter_map(|(pool, price)| Some(pool.as_ref()?.least(*price))).sum();
    let lane = |region: RegionId, outlet: OutletId, _: &Road| {
        let found = priced[region.at()].iter().find(|(own, _)| *own == outlet);
        found.map_or(0.0, |(_, price)| {
            let back = rates(region.at()).map(|(part, rate)| rate * (levels[part.at()] - late(price, part)).max(0.0));
            price.linear - back.sum::<f64>()
        })
    };
    let allowances = |outlet: OutletId| search.free_allowances(outlet);
    let most = |_: RegionId, _: OutletId| cap;
    let terms = Terms { lane: &lane, relaxed: true, most: &most, ..Terms::of(&allowances) };
    let model = model(capped.scenario, network, load, &terms);
    let location = locate(&model.problem, settings, &Quiet(watch)).ok()?;
    Some(location.lower_bound + model.constant + constant + shelves)
}

/// The scenario where nobody helps.
pub fn apart(scenario: &Scenario) -> Scenario {
    let mut apart = Scenario { laterals: Vec::new(), ..scenario.clone() };
    apart.stocking.direct = false;
    apart
}
