//! What is asked of each shelf, how long its replenishment takes, and how well it does.

use std::collections::BTreeMap;

use super::direct::Delivering;
use super::pool::Help;
use crate::load::Load;
use crate::network::Network;
use crate::plan::Decisions;
use crate::scenario::{DepotId, OutletId, PartId, Scenario, Site, SiteId, Stockout};
use crate::stocking::reorder::{Batches, economic_quantity};
use crate::stocking::{Depot, Method, Position, Repair, Stream, Upstream};
use crate::units::Days;

use super::repair::{Shops, outlet_repair};

/// One part at one outlet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shelf {
    /// Where.
    pub outlet: OutletId,
    /// What.
    pub part: PartId,
    /// Demand \[units/year\].
    pub rate: f64,
    /// Base-stock level \[units\].
    pub base_stock: u32,
    /// Share of demand met at once.
    pub fill_rate: f64,
    /// Expected jobs waiting \[units\].
    pub expected_backorders: f64,
    /// Mean wait over all demands \[years\].
    pub mean_wait: f64,
    /// How the numbers were found.
    pub method: Method,
    /// How it orders.
    pub batches: Batches,
    /// Share of demand met by other outlets.
    pub lateral: f64,
    /// Share of demand expressed from outside.
    pub emergency: f64,
    /// Share of demand delivered directly by the depot.
    pub direct: f64,
}

impl Shelf {
    /// Reads a position at its base-stock level, and the help that it gets.
    pub fn new(outlet: OutletId, part: PartId, position: &Position, base_stock: u32, help: Option<&Help>) -> Self {
        let (fill_rate, lateral, direct, emergency) = match help {
            Some(help) => (help.own, help.from.iter().map(|helper| helper.share).sum(), help.direct, help.emergency),
            None => (position.fill_rate(base_stock), 0.0, 0.0, position.emergency(base_stock)),
        };
        let method = help.and_then(|help| help.method).unwrap_or_else(|| position.method());
        Self {
            outlet,
            part,
            rate: position.stream().rate,
            base_stock,
            fill_rate,
            lateral,
            direct,
            emergency,
            expected_backorders: position.expected_backorders(base_stock),
            mean_wait: position.mean_wait(base_stock),
            method,
            batches: position.batches(base_stock),
        }
    }
}

/// One part at one depot.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DepotShelf {
    /// Where.
    pub depot: DepotId,
    /// What.
    pub part: PartId,
    /// Demand of its outlets \[units/year\].
    pub rate: f64,
    /// Base-stock level \[units\].
    pub base_stock: u32,
    /// Share of the outlets' orders met at once.
    pub fill_rate: f64,
    /// Expected units owed to outlets \[units\].
    pub expected_backorders: f64,
    /// How the numbers were found.
    pub method: Method,
    /// How it orders.
    pub batches: Batches,
}

impl DepotShelf {
    /// Reads a depot's position, or where it delivers directly what that leaves of it.
    pub(super) fn new(
        depot: DepotId,
        part: PartId,
        upstream: &Upstream,
        stockout: Stockout,
        delivering: Option<&Delivering>,
    ) -> Self {
        let (fill_rate, expected_backorders, method) = match delivering {
            Some(own) => (own.fill_rate, own.expected_backorders, own.method),
            None => (upstream.fill_rate(), upstream.expected_backorders(), upstream.method(stockout)),
        };
        Self {
            depot,
            part,
            rate: upstream.depot().rate,
            base_stock: upstream.base_stock(),
            fill_rate,
            expected_backorders,
            method,
            batches: upstream.depot().batches(upstream.base_stock()),
        }
    }
}

/// A demand rate and the variance it brings \[units/year\].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Asked {
    /// Demand \[units/year\].
    pub rate: f64,
    /// Rate × variance-to-mean ratio \[units/year\].
    pub variance: f64,
}

impl Asked {
    /// The stream of this demand with a lead time \[years\] and repair at the outlet.
    pub fn stream(&self, lead_time: f64, repair: Repair) -> Stream {
        Stream::new(self.rate, self.variance_to_mean(), lead_time).repairing(repair)
    }

    /// The ratio of the two, at least 1.
    pub fn variance_to_mean(&self) -> f64 {
        // Of a rate of nothing the ratio is no number, and 1 is as good as any.
        (self.variance / self.rate).max(1.0)
    }
}

/// The units of baskets that each outlet serves, in order of basket.
pub fn outlet_baskets(scenario: &Scenario, load: &Load, decisions: &Decisions) -> Vec<BTreeMap<usize, f64>> {
    let mut held: Vec<BTreeMap<usize, f64>> = vec![BTreeMap::new(); scenario.outlets.len()];
    for (region, outlet, share) in decisions.assignments() {
        for own in load.held(region) {
            *held[outlet.at()].entry(own.basket).or_insert(0.0) += share * own.scale;
        }
    }
    held
}

/// What is asked of each outlet by part, in order of part.
pub fn outlet_streams(scenario: &Scenario, load: &Load, decisions: &Decisions) -> Vec<Vec<(PartId, Asked)>> {
    let held = outlet_baskets(scenario, load, decisions);
    let sums = held.into_iter().map(|held| {
        let mut sums: BTreeMap<PartId, Asked> = BTreeMap::new();
        for (basket, scale) in held {
            for task in load.basket(basket) {
                if let Some(part) = task.part {
                    let asked = sums.entry(part).or_default();
                    asked.rate += scale * task.rate;
                    asked.variance += scale * task.variance;
                }
            }
        }
        sums
    });
    sums.map(|parts| parts.into_iter().filter(|(_, asked)| asked.rate > 0.0).collect()).collect()
}

/// What is asked of each depot by part, in order of depot and part: what its outlets do not repair themselves.
pub fn depot_streams(
    scenario: &Scenario,
    decisions: &Decisions,
    shops: &Shops,
    outlets: &[Vec<(PartId, Asked)>],
) -> Vec<((DepotId, PartId), Depot)> {
    let mut sums: BTreeMap<(DepotId, PartId), Asked> = BTreeMap::new();
    for (outlet, parts) in outlets.iter().enumerate() {
        let Some(depot) = decisions.replenished_by[outlet] else { continue };
        for (part, own) in parts {
            let ordered = 1.0 - outlet_repair(scenario, OutletId::from(outlet), Some(depot), *part).share;
            let asked = sums.entry((depot, *part)).or_default();
            asked.rate += ordered * own.rate;
            asked.variance += ordered * own.variance;
        }
    }
    let stream = |((depot, part), asked): ((DepotId, PartId), Asked)| {
        let (lead_time, repair) = (depot_lead_time(scenario, depot, part), shops.depot_repair(scenario, depot, part));
        let orders =
            Depot::new(asked.rate, asked.variance_to_mean(), lead_time).repairing(repair).resending(resent(scenario));
        let quantity = order_quantity(scenario, SiteId::Depot(depot), part, asked.rate * orders.anew());
        ((depot, part), orders.in_batches(quantity))
    };
    sums.into_iter().filter(|(_, asked)| asked.rate > 0.0).map(stream).collect()
}

/// Units that a depot sends again for each that is ordered from it, because a packaging lets units be damaged on the way.
pub fn resent(scenario: &Scenario) -> f64 {
    scenario.packaging.as_ref().map_or(0.0, |packaging| packaging.sendings() - 1.0)
}

/// From order to arrival of a part at the site that the supplier replenishes \[years\].
fn supplier_lead_time(scenario: &Scenario, site: &Site, part: PartId) -> f64 {
    scenario.parts[part.at()].supplier_lead_time.unwrap_or(site.supplier_lead_time).in_years()
}

/// The lead time of a part at a depot \[years\].
pub fn depot_lead_time(scenario: &Scenario, depot: DepotId, part: PartId) -> f64 {
    supplier_lead_time(scenario, &scenario.depots[depot.at()], part)
}

/// The lead time of a part at an outlet \[years\]: transport from its depot, or the supplier's where it has none.
pub fn outlet_lead_time(
    scenario: &Scenario,
    network: &Network,
    outlet: OutletId,
    depot: Option<DepotId>,
    part: PartId,
) -> f64 {
    match depot {
        Some(depot) => network.supply(outlet, depot).map_or(0.0, |lane| Days::in_years(lane.lead_time)),
        None => supplier_lead_time(scenario, &scenario.outlets[outlet.at()], part),
    }
}

/// Most units of an order that a site sends to the supplier, where `ordered` units of a part are ordered a year: the part's
/// own quantity, or what its order cost and its holding ask for. An outlet that expresses what it lacks orders one for one,
/// and so does an outlet under a depot, whose orders the depot meets one by one.
pub fn order_quantity(scenario: &Scenario, site: SiteId, part: PartId, ordered: f64) -> u32 {
    if matches!(site, SiteId::Outlet(_)) && scenario.stocking.stockout == Stockout::Emergency {
        return 1;
    }
    let part = &scenario.parts[part.at()];
    let holding = scenario.site(site).holding_rate.get() * part.unit_cost.get();
    part.order_quantity.unwrap_or_else(|| economic_quantity(ordered, part.order_cost.get(), holding))
}

/// The stream of a part at an outlet, from what is asked of it.
pub fn outlet_stream(
    scenario: &Scenario,
    network: &Network,
    shops: &Shops,
    outlet: OutletId,
    depot: Option<DepotId>,
    part: PartId,
    asked: &Asked,
) -> Stream {
    let lead_time = outlet_lead_time(scenario, network, outlet, depot, part);
    let stream = asked.stream(lead_time, shops.outlet_repair(scenario, outlet, depot, part));
    match depot {
        Some(depot) => {
            let lane = network.supply(outlet, depot);
            stream.clearing(lane.map_or_else(Default::default, |lane| lane.customs.in_years()))
        }
        None => stream.in_batches(order_quantity(scenario, SiteId::Outlet(outlet), part, stream.ordered())),
    }
}
