//! What the supply of an outlet costs: freight and duty by depot, over the ways in which regions mix their parts.

use std::collections::{BTreeMap, BTreeSet};

use super::depots_of;
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

/// Freight and duty by depot, for one outlet.
pub(super) struct Supply {
    /// The least of a unit of each part, or of each shared basket.
    least: Vec<f64>,
    by_basket: bool,
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
        mixes: &Mixes,
        outlet: OutletId,
        relaxed: bool,
        cap: f64,
        drawn: Option<Vec<Option<DepotId>>>,
    ) -> Self {
        let depots = drawn.unwrap_or_else(|| depots_of(scenario, network, outlet));
        let by_depot: Vec<(Option<DepotId>, Vec<f64>)> =
            depots.into_iter().map(|depot| (depot, unit_prices(scenario, network, outlet, depot))).collect();
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
        // A unit that may be expressed is capped part by part and region by region.
        let baskets = if scenario.stocking.stockout == Stockout::Backorder { mixes.by_basket(&least) } else { None };
        let by_basket = baskets.is_some();
        let least = if free { Vec::new() } else { baskets.unwrap_or(least) };
        Self { least, by_basket, free, dearer, repair }
    }

    pub(super) fn least_of(&self, cap: f64, load: &Load, region: RegionId) -> f64 {
        let supply = match self.free {
            true => 0.0,
            false if self.by_basket => load.held(region).iter().map(|held| held.scale * self.least[held.basket]).sum(),
            false => supply_cost(&self.least, cap, load, region),
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

fn dearer(prices: &[f64], least: &[f64], mixes: &Mixes, relaxed: bool, cap: f64) -> f64 {
    let more: Vec<f64> = prices.iter().zip(least).map(|(price, least)| price.min(cap) - least.min(cap)).collect();
    match mixes {
        Mixes::Own(mixes) => dearer_by_mix(&more, mixes, relaxed),
        Mixes::Shared(shared) => shared.dearer(&more, relaxed),
    }
}

fn dearer_by_mix(more: &[f64], mixes: &[Mix], relaxed: bool) -> f64 {
    let of = |mix: &Mix| -> f64 { mix.shares.iter().map(|(part, share)| share * more[part.at()]).sum() };
    if relaxed {
        let least = mixes.iter().map(of).fold(f64::INFINITY, f64::min);
        // Mixes are told apart to a billionth; the bound gives that away.
        return if least.is_finite() { least * (1.0 - 1e-7) } else { 0.0 };
    }
    let units: f64 = mixes.iter().map(|mix| mix.units).sum();
    if units > 0.0 { mixes.iter().map(|mix| mix.units * of(mix)).sum::<f64>() / units } else { 0.0 }
}

/// How regions mix their parts.
pub enum Mixes<'a> {
    /// Each mix that there is.
    Own(Vec<Mix>),
    /// Between which shares of baskets.
    Shared(Shared<'a>),
}

/// How regions mix their parts: shares of part demand, and the demand of the regions that share them \[units/year\].
pub struct Mix {
    /// Shares by part, in order of part.
    pub shares: Vec<(PartId, f64)>,
    /// The demand.
    pub units: f64,
}

/// How regions mix baskets that they share: what share of a region's part demand is in a basket.
pub struct Shared<'a> {
    load: &'a Load,
    /// Part demand of a unit of each basket \[units/year\].
    units: Vec<f64>,
    /// The least and the greatest share of each basket in any region, and that in all demand.
    least: Vec<f64>,
    most: Vec<f64>,
    mean: Vec<f64>,
    /// The shares of each mix that there is; empty where these are too many.
    mixes: Vec<Vec<f64>>,
}

/// With more mixes than this only the range of each share is known.
const MANY_MIXES: usize = 6_000;

impl Mixes<'_> {
    /// Prices of a unit of each part as prices of a unit of each shared basket; `None` where none are shared.
    fn by_basket(&self, prices: &[f64]) -> Option<Vec<f64>> {
        match self {
            Self::Own(_) => None,
            Self::Shared(shared) => Some((0..shared.units.len()).map(|basket| shared.price(basket, prices)).collect()),
        }
    }

    /// The parts that are asked for.
    fn parts(&self) -> BTreeSet<PartId> {
        match self {
            Self::Own(mixes) => mixes.iter().flat_map(|mix| mix.shares.iter().map(|(part, _)| *part)).collect(),
            Self::Shared(Shared { load, units, .. }) => {
                (0..units.len()).flat_map(|basket| load.basket(basket).iter().filter_map(|task| task.part)).collect()
            }
        }
    }
}

impl<'a> Shared<'a> {
    fn of(load: &'a Load, regions: &[RegionId]) -> Self {
        let count = load.shared();
        let units = |basket: usize| -> f64 {
            load.basket(basket).iter().filter(|task| task.part.is_some()).map(|task| task.rate).sum()
        };
        let units: Vec<f64> = (0..count).map(units).collect();
        let (least, most, mean) = (vec![f64::INFINITY; count], vec![0.0; count], vec![0.0; count]);
        let mut shared = Self { load, units, least, most, mean, mixes: Vec::new() };
        let mut told: BTreeSet<Vec<u64>> = BTreeSet::new();
        let mut all = 0.0;
        let mut shares = vec![0.0; count];
        for &region in regions.iter().filter(|region| load.units[region.at()] > 0.0) {
            shares.fill(0.0);
            for held in load.held(region) {
                let asked = held.scale * shared.units[held.basket];
                shares[held.basket] = asked / load.units[region.at()];
                shared.mean[held.basket] += asked;
                all += asked;
            }
            for (basket, share) in shares.iter().enumerate() {
                shared.least[basket] = shared.least[basket].min(*share);
                shared.most[basket] = shared.most[basket].max(*share);
            }
            let key = || shares.iter().map(|share| (share * 1e9).round() as u64).collect();
            if told.len() <= MANY_MIXES && told.insert(key()) {
                shared.mixes.push(shares.clone());
            }
        }
        if told.len() > MANY_MIXES {
            shared.mixes.clear();
        }
        shared.mean.iter_mut().for_each(|mean| *mean /= f64::max(all, f64::MIN_POSITIVE));
        shared
    }

    /// What a unit of a basket pays at prices of its parts.
    fn price(&self, basket: usize, prices: &[f64]) -> f64 {
        let tasks = self.load.basket(basket).iter();
        tasks.filter_map(|task| Some(task.rate * prices[task.part?.at()])).fold(0.0, |sum, price| sum + price)
    }

    /// What a unit of part demand pays more: its mean, or its least over all mixes, or where these are too many over all shares s
    /// between those of the regions,
    ///
    /// ```text
    /// (least)  min { Σ_b more_b·s_b : Σ_b s_b = 1, least_b ≤ s_b ≤ most_b }
    /// ```
    /// a continuous knapsack, filled from what is least dear (Dantzig 1957).
    fn dearer(&self, more: &[f64], relaxed: bool) -> f64 {
        let asked: Vec<usize> = (0..self.units.len()).filter(|&basket| self.units[basket] > 0.0).collect();
        let mut more: Vec<(f64, usize)> =
            asked.into_iter().map(|basket| (self.price(basket, more) / self.units[basket], basket)).collect();
        if !relaxed {
            return more.iter().map(|(more, basket)| more * self.mean[*basket]).fold(0.0, |sum, own| sum + own);
        }
        if !self.mixes.is_empty() {
            let of = |mix: &Vec<f64>| more.iter().map(|(more, basket)| more * mix[*basket]).sum::<f64>();
            let least = self.mixes.iter().map(of).fold(f64::INFINITY, f64::min);
            // Mixes are told apart to a billionth of each share.
            return least - 1e-9 * more.iter().map(|(more, _)| more.abs()).sum::<f64>();
        }
        more.sort_by(|one, two| one.0.total_cmp(&two.0).then(one.1.cmp(&two.1)));
        // Shares are rounded; the bound gives that away.
        let (least, most) = (
            |basket: usize| self.least[basket].min(1.0) * (1.0 - 1e-9),
            |basket: usize| self.most[basket] * (1.0 + 1e-9),
        );
        let mut left = 1.0 - more.iter().map(|(_, basket)| least(*basket)).sum::<f64>();
        let mut sum = 0.0;
        for (more, basket) in more {
            let taken = (most(basket) - least(basket)).min(left).max(0.0);
            left -= taken;
            sum += more * (least(basket) + taken);
        }
        sum - 1e-7 * sum.abs()
    }
}

/// The mixes that are told apart to a billionth, in the order in which regions first show them; where all regions share
/// their baskets, between which shares they mix those.
pub fn mixes<'a>(load: &'a Load, regions: &[RegionId]) -> Mixes<'a> {
    if load.is_shared() {
        return Mixes::Shared(Shared::of(load, regions));
    }
    let mut seen: BTreeMap<Vec<(PartId, u64)>, usize> = BTreeMap::new();
    let mut mixes: Vec<Mix> = Vec::new();
    for &region in regions {
        let units = load.units[region.at()];
        if units <= 0.0 {
            continue;
        }
        let mut asked: BTreeMap<PartId, f64> = BTreeMap::new();
        for task in load.tasks(region) {
            if let Some(part) = task.part {
                *asked.entry(part).or_default() += task.rate / units;
            }
        }
        let key = asked.iter().map(|(part, share)| (*part, (share * 1e9).round() as u64)).collect();
        let number = *seen.entry(key).or_insert_with(|| {
            mixes.push(Mix { shares: asked.into_iter().collect(), units: 0.0 });
            mixes.len() - 1
        });
        mixes[number].units += units;
    }
    Mixes::Own(mixes)
}
