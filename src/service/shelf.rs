//! What is asked of each shelf, how long its replenishment takes, and how well it does.

use std::collections::BTreeMap;

use crate::load::Load;
use crate::network::Network;
use crate::plan::Decisions;
use crate::scenario::{DepotId, OutletId, PartId, Scenario, Site, Stockout};
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
}

impl Shelf {
    /// Reads a position at its base-stock level.
    pub fn new(outlet: OutletId, part: PartId, position: &Position, base_stock: u32) -> Self {
        Self {
            outlet,
            part,
            rate: position.stream().rate,
            base_stock,
            fill_rate: position.fill_rate(base_stock),
            expected_backorders: position.expected_backorders(base_stock),
            mean_wait: position.mean_wait(base_stock),
            method: position.method(),
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
}

impl DepotShelf {
    /// Reads a depot's position.
    pub fn new(depot: DepotId, part: PartId, upstream: &Upstream, stockout: Stockout) -> Self {
        Self {
            depot,
            part,
            rate: upstream.depot().rate,
            base_stock: upstream.base_stock(),
            fill_rate: upstream.fill_rate(),
            expected_backorders: upstream.expected_backorders(),
            method: upstream.method(stockout),
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

/// What is asked of each outlet by part, in order of part.
pub fn outlet_streams(scenario: &Scenario, load: &Load, decisions: &Decisions) -> Vec<Vec<(PartId, Asked)>> {
    let mut sums: Vec<BTreeMap<PartId, Asked>> = vec![BTreeMap::new(); scenario.outlets.len()];
    for (region, outlet, share) in decisions.assignments() {
        for task in load.tasks(region) {
            if let Some(part) = task.part {
                let asked = sums[outlet.at()].entry(part).or_default();
                asked.rate += share * task.rate;
                asked.variance += share * task.variance;
            }
        }
    }
    sums.into_iter().map(|parts| parts.into_iter().filter(|(_, asked)| asked.rate > 0.0).collect()).collect()
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
        ((depot, part), Depot::new(asked.rate, asked.variance_to_mean(), lead_time).repairing(repair))
    };
    sums.into_iter().filter(|(_, asked)| asked.rate > 0.0).map(stream).collect()
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
