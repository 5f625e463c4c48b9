//! What an outlet's lanes and stock pay at least: its modes in the location problem.

use std::collections::BTreeMap;

use super::floor::Floor;
use super::lane::{Goal, LanePrice, Lateness, lane_price};
use super::losses::LossFloor;
use super::mixes::{Mixes, Reach};
use super::modes::{Lane, Stock};
use super::shelf::{Behind, Shelf};
use super::span::{Offer, Span, Spans, together};
use crate::cost::{holding_cost, unit_cost};
use crate::network::{Road, Supply};
use crate::optimise::Search;
use crate::optimise::decide::Priced;
use crate::optimise::model::{Allowance, depots_drawn, depots_of};
use crate::scenario::{
    DepotId, Limit, Metric, OutletId, PartId, RegionId, Scenario, Scope, SiteId, Sourcing, Status, Stockout,
};
use crate::service::{depot_lead_time, depot_repair, order_quantity, outlet_lead_time, outlet_repair, resent};
use crate::stocking::{Repair, Stairs};

/// The ends of the load intervals, in multiples of the typical load of an open outlet; the last one is all there is.
const INTERVALS: [f64; 5] = [0.0, 0.2, 0.6, 1.1, 2.0];

/// The same where there are few modes of sites.
const FINE_INTERVALS: [f64; 19] =
    [0.0, 0.01, 0.03, 0.06, 0.1, 0.15, 0.22, 0.3, 0.4, 0.5, 0.6, 0.75, 0.9, 1.05, 1.2, 1.4, 1.7, 2.1, 3.0];

/// Cells of an interval in which the cost of a part's stock is bounded.
const CELLS: usize = 16;

/// Steps in which the prices of parts are sought where the intervals are fine.
const STEPS: usize = 25;
const FEW_STEPS: usize = 0;

/// Where service may be split, an outlet serves at least this share of a region.
const LEAST_SHARE: f64 = 1e-9;

/// An outlet's usual load is the typical one, or this share of all that it can be asked for.
pub(super) const USUAL: f64 = 0.7;

/// With so many outlets × depots the intervals are not fine.
const MANY_MODES: usize = 500;

/// The variance-to-mean ratio of each part where all regions share it; `None` leaves the part out of the bound.
pub(super) fn ratios(search: &Search) -> Vec<Option<f64>> {
    let Search { scenario, load, .. } = *search;
    let mut ratios: Vec<Option<Option<f64>>> = vec![None; scenario.parts.len()];
    for basket in 0..load.baskets() {
        for task in load.basket(basket) {
            let Some(part) = task.part else { continue };
            let own = task.variance / task.rate;
            let seen = &mut ratios[part.at()];
            *seen = match *seen {
                None => Some(Some(own)),
                Some(Some(ratio)) if (ratio - own).abs() <= 1e-9 * ratio => Some(Some(ratio)),
                Some(_) => Some(None),
            };
        }
    }
    ratios.into_iter().map(Option::flatten).collect()
}

/// A constant lead time \[years\] under which no job waits longer than a window with a greater chance than in the model, where
/// a share is repaired at the outlet: what is out at the window's end is then at least demand(λ·(time − window)). Where something
/// ordered later can come sooner nobody is taken to wait, and a shop's units are not counted.
pub(super) fn least_time(lead_time: f64, repair: &Repair, servers: bool, window: f64) -> f64 {
    let share = repair.share;
    if share <= 0.0 {
        return lead_time;
    }
    let repaired = if servers { 0.0 } else { share * (repair.time - window) };
    let out = (1.0 - share) * (lead_time - window) + repaired;
    let sooner = (share < 1.0 && window >= lead_time) || (!servers && window >= repair.time);
    window + if sooner { 0.0 } else { out.max(0.0) }
}

/// The least share of its base stock S that a site holds in inventory position, where it orders batches of at most Q: with
/// q = min(Q, S) the mean position is S − (q−1)/2 ≥ S·(Q+1)/(2Q), with equality at S = Q. Its service with S is at most that
/// of ordering one for one. What it pays for orders is left out.
fn least_held(quantity: u32) -> f64 {
    let quantity = f64::from(quantity.max(1));
    (quantity + 1.0) / (2.0 * quantity)
}

/// What stands behind an outlet's shelf at a depot. What a depot's shop holds is left out.
pub(super) fn stands_behind(scenario: &Scenario, outlet: OutletId, depot: Option<DepotId>, part: PartId) -> Behind {
    let Some(depot) = depot.filter(|depot| scenario.depots[depot.at()].repair_servers.is_none()) else {
        return Behind::default();
    };
    let ordered = 1.0 - outlet_repair(scenario, outlet, Some(depot), part).share;
    let repair = depot_repair(scenario, depot, part);
    let anew = 1.0 - repair.share + resent(scenario);
    let time = anew * depot_lead_time(scenario, depot, part) + repair.share * repair.time;
    Behind { holding: holding_cost(scenario, SiteId::Depot(depot), part), time: ordered * time }
}

pub(super) fn typical_load(search: &Search, best: &Priced) -> f64 {
    let total: f64 = search.load.units.iter().sum();
    let open = best.decisions.open_outlets().count().max(1);
    total / open as f64
}

/// The share of the demand for each part that every outlet promises to meet from its own shelf; 0 where none is promised.
pub(in crate::optimise) fn required(scenario: &Scenario) -> Vec<f64> {
    let mut required = vec![0.0; scenario.parts.len()];
    let alone = scenario.parts.len() == 1;
    for target in &scenario.targets {
        let Limit::AtLeast(least) = target.limit else { continue };
        let every_demand = target.country.is_none() && target.policy.is_none() && target.within.is_none();
        let by_shelf = target.scope.contains(&Scope::Outlet)
            && (target.scope.contains(&Scope::Part) || target.part.is_some() || alone);
        if target.metric != Metric::FillRate || target.penalty.is_some() || !every_demand || !by_shelf {
            continue;
        }
        for (part, own) in required.iter_mut().enumerate() {
            let in_class = target.class.is_none_or(|class| scenario.parts[part].class == Some(class));
            if in_class && target.part.is_none_or(|asked| asked.at() == part) {
                *own = least.max(*own);
            }
        }
    }
    required
}

/// May a plan of least cost have the outlet open with nobody to serve?
pub(super) fn may_idle(scenario: &Scenario, outlet: OutletId) -> bool {
    let limits = &scenario.limits;
    let candidate = scenario.outlets[outlet.at()].status == Status::Candidate;
    let asked = limits.outlets.min > 0 || limits.outlets_by_country.iter().any(|(_, count)| count.min > 0);
    !candidate || asked
}

/// The least that an open outlet serves, whose smallest region asks for so much \[units/year\].
pub(super) fn least_load(scenario: &Scenario, smallest: f64) -> f64 {
    if scenario.planning.sourcing == Sourcing::Single { smallest } else { LEAST_SHARE * smallest }
}

/// A line as a mode under a depot.
pub(super) fn allowance(depot: Option<DepotId>, (fixed, per_load): (f64, f64)) -> Allowance {
    Allowance { depot, fixed, per_load }
}

/// What is known of every part, wherever it is stocked.
#[derive(Clone, Copy)]
pub(super) struct Known<'a> {
    /// Its variance-to-mean ratio; `None` leaves it out.
    pub(super) ratios: &'a [Option<f64>],
    /// Lost shares by ratio, where stockouts are expressed.
    pub(super) losses: &'a BTreeMap<u64, LossFloor>,
    /// What every outlet promises of its own shelf.
    pub(super) required: &'a [Option<Stairs>],
    /// The depot of each outlet, where depots are placed apart.
    pub(super) drawn: Option<&'a [Option<DepotId>]>,
    /// The depot that each outlet is likely to draw from, open or not.
    pub(super) suppliers: &'a [Option<DepotId>],
}

/// What an outlet's lanes and stock pay at least.
pub(super) struct OutletPrice {
    /// One for each depot and interval of its load.
    pub(super) modes: Vec<Allowance>,
    /// What its parts' stock costs by what it is asked for, whichever depot replenishes it; empty on a large network.
    pub(super) floors: Vec<Option<Floor>>,
    /// By region in order.
    pub(super) lanes: Vec<PricedLane>,
}

/// What a lane pays.
pub(super) struct PricedLane {
    pub(super) region: RegionId,
    /// In the modes of the outlet.
    pub(super) cost: f64,
    /// Whatever the stock.
    pub(super) linear: f64,
    /// The most freight and duty of a unit over it.
    pub(super) most: f64,
    /// Is its demand in the modes and floors?
    pub(super) inside: bool,
}

impl OutletPrice {
    fn to(&self, region: RegionId) -> Option<&PricedLane> {
        self.lanes.binary_search_by_key(&region, |lane| lane.region).ok().map(|found| &self.lanes[found])
    }

    pub(super) fn lane(&self, region: RegionId) -> f64 {
        self.to(region).map_or(0.0, |lane| lane.cost)
    }

    pub(super) fn linear(&self, region: RegionId) -> f64 {
        self.to(region).map_or(0.0, |lane| lane.linear)
    }

    pub(super) fn most(&self, region: RegionId) -> f64 {
        self.to(region).map_or(0.0, |lane| lane.most)
    }

    /// Is what a region asks for over its lane in the modes and floors?
    pub(super) fn asks(&self, region: RegionId) -> bool {
        self.to(region).is_some_and(|lane| lane.inside)
    }

    pub(super) fn of<'m>(
        search: &Search,
        goals: &[Goal],
        mixes: &'m Mixes,
        Known { ratios, losses, required, drawn, suppliers }: Known,
        outlet: OutletId,
        roads: &[(RegionId, Road)],
        typical: f64,
    ) -> Self {
        let Search { scenario, network, load, .. } = *search;
        let parts = scenario.parts.len();
        let supplier = suppliers[outlet.at()];
        // Whatever is settled of depots, the stock's bound holds for all of them.
        let depots = depots_of(scenario, network, outlet);
        let taken = depots_drawn(search, outlet, drawn);
        let prices: Vec<LanePrice> =
            roads.iter().map(|(region, road)| lane_price(search, goals, outlet, *region, road)).collect();
        // Lanes are priced together, dearest first.
        let mean_price = |number: usize| -> f64 {
            let shares = &mixes.shares[roads[number].0.at()];
            shares.iter().map(|(part, share)| share * prices[number].late[part.at()].total()).sum()
        };
        let units = |number: usize| load.units[roads[number].0.at()];
        let mut order: Vec<usize> = (0..roads.len()).filter(|number| units(*number) > 0.0).collect();
        order.sort_by(|left, right| mean_price(*right).total_cmp(&mean_price(*left)).then(left.cmp(right)));
        let mut priced = together(order.iter().map(|&number| (mean_price(number), units(number))));
        // What an outlet promises of its own shelf, it promises whoever is served.
        if required.iter().any(Option::is_some) {
            priced = order.len();
        }
        let mut inside = vec![false; roads.len()];
        for &number in &order[..priced] {
            inside[number] = true;
        }
        let most: f64 = order[..priced].iter().map(|number| units(*number)).sum();
        let window = order[..priced].iter().map(|&number| prices[number].window).fold(0.0, f64::max);
        let shares_of = |number: usize| mixes.shares[roads[number].0.at()].as_slice();
        let offer = |&number: &usize| (units(number), shares_of(number), &prices[number]);
        let offers: Vec<Offer> = order[..priced].iter().map(offer).collect();
        let fine = scenario.outlets.len() * depots.len() <= MANY_MODES;
        let intervals: &[f64] = if fine { &FINE_INTERVALS } else { &INTERVALS };
        let mut ends: Vec<(f64, f64)> = intervals
            .iter()
            .enumerate()
            .map(|(number, start)| {
                let end = intervals.get(number + 1).map_or(f64::INFINITY, |end| end * typical);
                (start * typical, end.min(most))
            })
            .take_while(|(from, _)| *from == 0.0 || *from < most)
            .collect();
        let cells: Vec<f64> = ends
            .iter()
            .flat_map(|&(from, to)| (1..=CELLS).map(move |end| from + (to - from) * end as f64 / CELLS as f64))
            .collect();
        // Whoever need not stay open serves a region, all of it where nobody is split, if all lanes are inside and all ask for parts.
        let served = order.iter().map(|number| units(*number)).fold(f64::INFINITY, f64::min);
        if priced == roads.len() && !may_idle(scenario, outlet) {
            let least = least_load(scenario, served);
            ends.retain(|(_, to)| *to >= least);
            ends.iter_mut().for_each(|(from, _)| *from = from.max(least));
        }
        let regions: Vec<(RegionId, f64)> =
            order[..priced].iter().map(|&number| (roads[number].0, units(number))).collect();
        let reach: Vec<Reach> = (0..parts).map(|part| Reach::of(mixes, part, &regions)).collect();
        let shares: Vec<f64> = reach.iter().map(|reach| if most > 0.0 { reach.all() / most } else { 0.0 }).collect();
        let steps = if fine { STEPS } else { FEW_STEPS };
        let stock = |shelves: Vec<(Shelf, Option<Lateness>)>, lanes: Vec<Lane<'m>>| {
            let floor = |(shelf, dearer): (Shelf, Option<Lateness>)| {
                let part = shelf.part.at();
                let own: Vec<f64> = cells.iter().map(|load| load * shares[part]).collect();
                (part, shelf.floor(&own), dearer.map(|late| Shelf { late, ..shelf }.floor(&own)))
            };
            Stock::of(shelves.into_iter().map(floor).collect(), &reach, &shares, lanes, steps)
        };
        // Only an outlet that the supplier replenishes orders batches, of no more than all the demand there is asks for.
        let most_ordered = |part: usize, id: PartId| {
            let batches = depots.contains(&None);
            if batches { order_quantity(scenario, SiteId::Outlet(outlet), id, mixes.total[part]) } else { 1 }
        };
        let part_at = |part: usize, span: Option<Span>, (lead_time, left): (f64, f64), behind: Behind| {
            let (span, ratio, id) = (span?, ratios[part]?, PartId::from(part));
            let required = required[part].as_ref();
            let priced = span.most.total() > 0.0;
            if !(priced || required.is_some()) || !lead_time.is_finite() {
                return None;
            }
            let shelf = Shelf {
                part: id,
                late: span.least,
                required,
                holding: holding_cost(scenario, SiteId::Outlet(outlet), id) * least_held(most_ordered(part, id)),
                lead_time,
                left,
                ratio,
                stockout: scenario.stocking.stockout,
                behind,
                losses: losses.get(&ratio.to_bits()),
            };
            Some((shelf, span.dearer()))
        };
        // The whole lead time, and what the window leaves of it.
        let times = |depot: Option<DepotId>, part: usize| {
            let part = PartId::from(part);
            let repair = outlet_repair(scenario, outlet, depot, part);
            let servers = scenario.outlets[outlet.at()].repair_servers.is_some();
            let lead_time = outlet_lead_time(scenario, network, outlet, depot, part);
            let after = |window: f64| {
                // Beyond what is constant of a lane whose customs vary something ordered later can come sooner.
                let lane = depot.and_then(|depot| network.supply(outlet, depot));
                let soonest = lane.map_or(f64::INFINITY, Supply::soonest);
                if window >= soonest {
                    0.0
                } else {
                    (least_time(lead_time, &repair, servers, window) - window).max(0.0)
                }
            };
            (after(0.0), after(window))
        };
        let behind = |depots: &[Option<DepotId>], part: usize| {
            let part = PartId::from(part);
            let least = depots.iter().map(|depot| stands_behind(scenario, outlet, *depot, part)).reduce(Behind::least);
            least.unwrap_or_default()
        };
        // What a lane's own mix pays around a usual load, the lane pays; a mode charges every lane's units alike.
        let usual = typical.min(USUAL * most);
        let around = ends.iter().copied().find(|(_, to)| *to >= usual).unwrap_or((0.0, most));
        let mut modes = Vec::new();
        let (slopes, charged, mut floors) = if scenario.stocking.stockout == Stockout::Emergency {
            // What a late unit saves of freight and duty depends on the depot, and so does its price.
            let stocks = depots.iter().map(|&depot| {
                let saved =
                    (0..parts).map(|part| unit_cost(scenario, network, outlet, depot, PartId::from(part)).total());
                let Spans { parts: spans, lanes } = Spans::of(&offers, &saved.collect::<Vec<_>>());
                let shelf = |part| part_at(part, spans[part], times(depot, part), behind(&[depot], part));
                stock((0..parts).filter_map(shelf).collect(), lanes)
            });
            let stocks: Vec<Stock> = stocks.collect();
            let own = stocks.get(depots.iter().position(|depot| *depot == supplier).unwrap_or(0));
            let slopes = own.map_or_else(|| vec![0.0; parts], |stock| stock.slopes(around));
            let charged = own.map_or_else(|| vec![0.0; priced], |stock| stock.beside(around));
            // Whichever depot it is, stock costs no less than the least that any would make of it.
            let least = |one: Vec<Option<Floor>>, two: Vec<Option<Floor>>| {
                let pairs = one.into_iter().zip(two);
                pairs.map(|(one, two)| one.zip(two).map(|(one, two)| one.and(&two))).collect()
            };
            let floors = stocks.iter().map(Stock::floors).reduce(least).unwrap_or_default();
            for (depot, stock) in depots.iter().zip(&stocks) {
                modes.extend(ends.iter().map(|ends| allowance(*depot, stock.mode(&slopes, &charged, usual, *ends))));
            }
            (slopes, charged, floors)
        } else {
            let shortest = |part: usize| {
                let all = depots.iter().map(|depot| times(*depot, part));
                all.fold((f64::INFINITY, f64::INFINITY), |least, own| (least.0.min(own.0), least.1.min(own.1)))
            };
            let Spans { parts: spans, lanes } = Spans::of(&offers, &vec![0.0; parts]);
            let shelf = |part| part_at(part, spans[part], shortest(part), behind(&depots, part));
            let stock = stock((0..parts).filter_map(shelf).collect(), lanes);
            let (slopes, charged, floors) = (stock.slopes(around), stock.beside(around), stock.floors());
            let lines: Vec<(f64, f64)> = ends.iter().map(|ends| stock.mode(&slopes, &charged, usual, *ends)).collect();
            for depot in &taken {
                modes.extend(lines.iter().map(|line| allowance(*depot, *line)));
            }
            (slopes, charged, floors)
        };
        if !fine {
            floors.clear();
        }
        let mean: f64 = slopes.iter().zip(&shares).map(|(slope, share)| slope * share).sum();
        let mut beside = vec![0.0; roads.len()];
        order[..priced].iter().zip(&charged).for_each(|(&number, charged)| beside[number] = *charged);
        let mixed = |number: usize| {
            let own = shares_of(number).iter().map(|(part, share)| share * slopes[part.at()]);
            own.sum::<f64>() - mean + beside[number]
        };
        let dearest_load = modes.iter().map(|mode| mode.per_load).fold(0.0, f64::max);
        let lanes = roads.iter().zip(&prices).enumerate().map(|(number, ((region, _), price))| {
            // A lane outside is charged by the mode like the others; what it may be charged at most is given back.
            let own = if inside[number] { mixed(number) } else { -dearest_load };
            let cost = price.linear + own * load.units[region.at()];
            PricedLane { region: *region, cost, linear: price.linear, most: price.most, inside: inside[number] }
        });
        let lanes = lanes.collect();
        Self { modes, floors, lanes }
    }
}
