//! What the supply of an outlet costs: freight and duty by depot, over the ways in which regions mix their parts.

use super::mixes::Mixes;
use crate::cost::unit_cost;
use crate::load::Load;
use crate::network::Network;
use crate::scenario::{DepotId, OutletId, Packaging, Part, PartId, RegionId, Scenario, Stockout};
use crate::service::repaired_shares;

/// Freight and duty of all part demands of a region \[a year\], drawn by an outlet from a depot; no unit pays more than
/// the cap.
fn supply_cost(prices: &[f64], cap: f64, load: &Load, region: RegionId) -> f64 {
    load.tasks(region).filter_map(|task| Some(task.rate * prices[task.part?.at()].min(cap))).sum()
}

fn unit_prices(scenario: &Scenario, network: &Network, outlet: OutletId, depot: Option<DepotId>) -> Vec<f64> {
    let parts = (0..scenario.parts.len()).map(PartId::from);
    parts.map(|part| unit_cost(scenario, network, outlet, depot, part).total()).collect()
}

/// Does any part pay freight or duty?
fn supply_is_free(prices: &[f64]) -> bool {
    prices.iter().all(|price| *price == 0.0)
}

/// Where an outlet may draw its parts from, and what its lanes pay of that.
pub(super) struct Sources<'a> {
    pub(super) depots: Vec<Option<DepotId>>,
    /// Whose freight and duty its lanes pay, if not the least.
    pub(super) supplier: Option<DepotId>,
    /// The regions it may serve and the most that a unit to them pays; empty where nothing is capped.
    pub(super) lanes: &'a [(RegionId, f64)],
    /// Is what is dearer to be the least over all mixes of parts?
    pub(super) relaxed: bool,
    /// No unit of any region pays more.
    pub(super) cap: f64,
}

/// What a unit pays more at prices than is charged, at the least over these lanes, none of it above the lane's cap.
fn least_more(prices: &[f64], charged: &[f64], lanes: &[(RegionId, f64)], load: &Load) -> f64 {
    let more = |&(region, cap): &(RegionId, f64)| {
        let units = load.units[region.at()];
        let (paid, charged) = (supply_cost(prices, cap, load, region), supply_cost(charged, cap, load, region));
        // Rounding must not lift it.
        (units > 0.0).then(|| (paid - charged - 1e-12 * (paid + charged)) / units)
    };
    let least = lanes.iter().filter_map(more).fold(f64::INFINITY, f64::min);
    if least.is_finite() { least } else { 0.0 }
}

/// Freight and duty by depot, for one outlet.
pub(super) struct Supply {
    /// What lanes pay of a unit of each part, or of each shared basket: at the supplier, or the least of all depots.
    charged: Vec<f64>,
    by_basket: bool,
    /// Does no part pay freight or duty?
    pub(super) free: bool,
    /// What a unit costs more from a depot than lanes pay, over the mixes of parts: their least or their mean.
    dearer: Vec<(Option<DepotId>, f64)>,
    /// The least repair cost of a unit of demand by part, over the depots; then, what it is above the least of all outlets.
    /// Empty where every site repairs alike.
    repair: Vec<f64>,
}

impl Supply {
    pub(super) fn of(
        scenario: &Scenario,
        network: &Network,
        load: &Load,
        mixes: &Mixes,
        outlet: OutletId,
        sources: Sources,
    ) -> Self {
        let Sources { depots, supplier, lanes, relaxed, cap } = sources;
        let by_depot: Vec<(Option<DepotId>, Vec<f64>)> =
            depots.into_iter().map(|depot| (depot, unit_prices(scenario, network, outlet, depot))).collect();
        let least_of = |part: usize| by_depot.iter().map(|(_, prices)| prices[part]).fold(f64::INFINITY, f64::min);
        let own = by_depot.iter().find(|(depot, _)| depot.is_some() && *depot == supplier).map(|(_, prices)| prices);
        let charged = |part: usize| own.map_or_else(|| least_of(part), |own| own[part]);
        let charged: Vec<f64> =
            (0..scenario.parts.len()).map(charged).map(|price| if price.is_finite() { price } else { 0.0 }).collect();
        let free = by_depot.iter().all(|(_, prices)| supply_is_free(prices));
        let more = |prices: &Vec<f64>| match own {
            Some(own) if own == prices => 0.0,
            Some(_) if !lanes.is_empty() => least_more(prices, &charged, lanes, load),
            _ => mixes.dearer(prices, &charged, relaxed, cap),
        };
        let mut dearer: Vec<(Option<DepotId>, f64)> =
            by_depot.iter().map(|(depot, prices)| (*depot, more(prices))).collect();
        let mut repair = Vec::new();
        if !scenario.repairs.is_empty() {
            let prices: Vec<Vec<f64>> =
                by_depot.iter().map(|(depot, _)| repair_prices(scenario, outlet, *depot)).collect();
            let least_of = |part: usize| prices.iter().map(|prices| prices[part]).fold(f64::INFINITY, f64::min);
            repair = (0..scenario.parts.len()).map(least_of).collect();
            for (entry, prices) in dearer.iter_mut().zip(&prices) {
                // Expressed or not, a failed unit is repaired: no cap.
                entry.1 += mixes.dearer(prices, &repair, relaxed, f64::INFINITY);
            }
        }
        // A unit that may be expressed is capped part by part and region by region.
        let baskets = if scenario.stocking.stockout == Stockout::Backorder { mixes.by_basket(&charged) } else { None };
        let by_basket = baskets.is_some();
        let charged = if free { Vec::new() } else { baskets.unwrap_or(charged) };
        Self { charged, by_basket, free, dearer, repair }
    }

    pub(super) fn least_of(&self, cap: f64, load: &Load, region: RegionId) -> f64 {
        let supply = match self.free {
            true => 0.0,
            false if self.by_basket => {
                load.held(region).iter().map(|held| held.scale * self.charged[held.basket]).sum()
            }
            false => supply_cost(&self.charged, cap, load, region),
        };
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
pub(super) fn least_sent(scenario: &Scenario, mixes: &Mixes) -> f64 {
    let sendings = scenario.packaging.as_ref().map_or(1.0, Packaging::sendings);
    if scenario.repairs.is_empty() {
        return sendings;
    }
    let asked = mixes.parts();
    let outlets = (0..scenario.outlets.len()).map(OutletId::from);
    let sent = |outlet: OutletId| {
        let own = |part: &PartId| 1.0 - repaired_shares(scenario, outlet, Some(DepotId(0)), *part).0;
        asked.iter().map(own).fold(1.0, f64::min)
    };
    let ordered = if scenario.depots.is_empty() { 1.0 } else { outlets.map(sent).fold(1.0, f64::min) };
    sendings * ordered
}
