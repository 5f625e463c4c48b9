//! What the supply of an outlet costs: freight and duty by depot, over the ways in which regions mix their parts.

use std::collections::{BTreeMap, BTreeSet};

use super::depots_of;
use crate::cost::unit_cost;
use crate::load::Load;
use crate::network::Network;
use crate::scenario::{DepotId, OutletId, Packaging, Part, PartId, RegionId, Scenario};
use crate::service::repaired_shares;

/// Freight and duty of all part demands of a region \[a year\], drawn by an outlet from a depot; no unit pays more than
/// the cap.
fn supply_cost(prices: &[f64], cap: f64, load: &Load, region: RegionId) -> f64 {
    load.tasks(region).iter().filter_map(|task| Some(task.rate * prices[task.part?.at()].min(cap))).sum()
}

fn unit_prices(scenario: &Scenario, network: &Network, outlet: OutletId, depot: Option<DepotId>) -> Vec<f64> {
    let parts = (0..scenario.parts.len()).map(PartId::from);
    parts.map(|part| unit_cost(scenario, network, outlet, depot, part).total()).collect()
}

/// Does any part pay freight or duty?
fn supply_is_free(prices: &[f64]) -> bool {
    prices.iter().all(|price| *price == 0.0)
}

/// Freight and duty by depot, for one outlet.
pub(super) struct Supply {
    least: Vec<f64>,
    /// Does no part pay freight or duty?
    pub(super) free: bool,
    /// What a unit costs more from a depot than at the cheapest, over the mixes of parts: their least or their mean.
    dearer: Vec<(Option<DepotId>, f64)>,
    /// The least repair cost of a unit of demand by part, over the depots; then, what it is above the least of all outlets.
    /// Empty where every site repairs alike.
    repair: Vec<f64>,
}

impl Supply {
    pub(super) fn of(
        scenario: &Scenario,
        network: &Network,
        mixes: &[Mix],
        outlet: OutletId,
        relaxed: bool,
        cap: f64,
    ) -> Self {
        let by_depot: Vec<(Option<DepotId>, Vec<f64>)> = depots_of(scenario, network, outlet)
            .into_iter()
            .map(|depot| (depot, unit_prices(scenario, network, outlet, depot)))
            .collect();
        let least: Vec<f64> = (0..scenario.parts.len())
            .map(|part| by_depot.iter().map(|(_, prices)| prices[part]).fold(f64::INFINITY, f64::min))
            .map(|price| if price.is_finite() { price } else { 0.0 })
            .collect();
        let free = by_depot.iter().all(|(_, prices)| supply_is_free(prices));
        let mut dearer: Vec<(Option<DepotId>, f64)> =
            by_depot.iter().map(|(depot, prices)| (*depot, dearer(prices, &least, mixes, relaxed, cap))).collect();
        let mut repair = Vec::new();
        if !scenario.repairs.is_empty() {
            let prices: Vec<Vec<f64>> =
                by_depot.iter().map(|(depot, _)| repair_prices(scenario, outlet, *depot)).collect();
            let least_of = |part: usize| prices.iter().map(|prices| prices[part]).fold(f64::INFINITY, f64::min);
            repair = (0..scenario.parts.len()).map(least_of).collect();
            for (entry, prices) in dearer.iter_mut().zip(&prices) {
                // Expressed or not, a failed unit is repaired: no cap.
                entry.1 += self::dearer(prices, &repair, mixes, relaxed, f64::INFINITY);
            }
        }
        Self { least, free, dearer, repair }
    }

    pub(super) fn least_of(&self, cap: f64, load: &Load, region: RegionId) -> f64 {
        let supply = if self.free { 0.0 } else { supply_cost(&self.least, cap, load, region) };
        if self.repair.is_empty() { supply } else { supply + supply_cost(&self.repair, f64::INFINITY, load, region) }
    }

    /// Does no lane pay freight, duty or a dearer repair?
    pub(super) fn is_free(&self) -> bool {
        self.free && self.repair.is_empty()
    }

    pub(super) fn dearer(&self, depot: Option<DepotId>) -> f64 {
        self.dearer.iter().find(|entry| entry.0 == depot).map_or(0.0, |entry| entry.1)
    }
}

/// What repairing costs of a unit of demand, by part: at the outlet, and at the depot what the outlet orders.
fn repair_prices(scenario: &Scenario, outlet: OutletId, depot: Option<DepotId>) -> Vec<f64> {
    let price = |(number, part): (usize, &Part)| {
        let (at_outlet, at_depot) = repaired_shares(scenario, outlet, depot, PartId::from(number));
        (at_outlet + at_depot) * part.repair_cost.get()
    };
    scenario.parts.iter().enumerate().map(price).collect()
}

/// The least repair cost of a unit of demand anywhere, by part; from now on the supplies hold what is above it.
pub(super) fn cheapest_repairs(scenario: &Scenario, supplies: &mut [Supply]) -> Vec<f64> {
    if scenario.repairs.is_empty() {
        return scenario.parts.iter().map(|part| part.repair_share.get() * part.repair_cost.get()).collect();
    }
    let mut cheapest = vec![f64::INFINITY; scenario.parts.len()];
    for supply in supplies.iter() {
        cheapest.iter_mut().zip(&supply.repair).for_each(|(least, own)| *least = least.min(*own));
    }
    // Where no outlet has a depot there is no plan, and nothing to charge.
    cheapest.iter_mut().filter(|least| !least.is_finite()).for_each(|least| *least = 0.0);
    for supply in supplies {
        for (own, least) in supply.repair.iter_mut().zip(&cheapest) {
            *own = if own.is_finite() { *own - least } else { 0.0 };
        }
    }
    cheapest
}

/// The fewest units that a depot sends for a unit of demand: the least share that any outlet orders, over the parts that are asked
/// for, and what replaces units damaged on the way.
pub(super) fn least_sent(scenario: &Scenario, mixes: &[Mix]) -> f64 {
    let sendings = scenario.packaging.as_ref().map_or(1.0, Packaging::sendings);
    if scenario.repairs.is_empty() {
        return sendings;
    }
    let asked: BTreeSet<PartId> = mixes.iter().flat_map(|mix| mix.shares.iter().map(|(part, _)| *part)).collect();
    let outlets = (0..scenario.outlets.len()).map(OutletId::from);
    let sent = |outlet: OutletId| {
        let own = |part: &PartId| 1.0 - repaired_shares(scenario, outlet, Some(DepotId(0)), *part).0;
        asked.iter().map(own).fold(1.0, f64::min)
    };
    let ordered = if scenario.depots.is_empty() { 1.0 } else { outlets.map(sent).fold(1.0, f64::min) };
    sendings * ordered
}

fn dearer(prices: &[f64], least: &[f64], mixes: &[Mix], relaxed: bool, cap: f64) -> f64 {
    let more: Vec<f64> = prices.iter().zip(least).map(|(price, least)| price.min(cap) - least.min(cap)).collect();
    let of = |mix: &Mix| -> f64 { mix.shares.iter().map(|(part, share)| share * more[part.at()]).sum() };
    if relaxed {
        let least = mixes.iter().map(of).fold(f64::INFINITY, f64::min);
        // Mixes are told apart to a billionth; the bound gives that away.
        return if least.is_finite() { least * (1.0 - 1e-7) } else { 0.0 };
    }
    let units: f64 = mixes.iter().map(|mix| mix.units).sum();
    if units > 0.0 { mixes.iter().map(|mix| mix.units * of(mix)).sum::<f64>() / units } else { 0.0 }
}

/// How regions mix their parts: shares of part demand, and the demand of the regions that share them \[units/year\].
pub struct Mix {
    /// Shares by part, in order of part.
    pub shares: Vec<(PartId, f64)>,
    /// The demand.
    pub units: f64,
}

/// The mixes that are told apart to a billionth, in the order in which regions first show them.
pub fn mixes(load: &Load, regions: &[RegionId]) -> Vec<Mix> {
    let mut seen: BTreeMap<Vec<(PartId, u64)>, usize> = BTreeMap::new();
    let mut mixes: Vec<Mix> = Vec::new();
    for &region in regions {
        let units = load.units[region.at()];
        if units <= 0.0 {
            continue;
        }
        let mut shares: Vec<(PartId, f64)> = Vec::new();
        for task in load.tasks(region) {
            let Some(part) = task.part else { continue };
            match shares.last_mut() {
                Some(last) if last.0 == part => last.1 += task.rate / units,
                _ => shares.push((part, task.rate / units)),
            }
        }
        let key = shares.iter().map(|(part, share)| (*part, (share * 1e9).round() as u64)).collect();
        let number = *seen.entry(key).or_insert_with(|| {
            mixes.push(Mix { shares, units: 0.0 });
            mixes.len() - 1
        });
        mixes[number].units += units;
    }
    mixes
}
