//! What is asked of each shelf, how long its replenishment takes, and how well it does.

use std::collections::BTreeMap;

use crate::load::Load;
use crate::network::Network;
use crate::plan::Decisions;
use crate::scenario::{DepotId, OutletId, PartId, Scenario, Site};
use crate::stocking::{Depot, Position, Stream, Upstream};
use crate::units::{DAYS_PER_YEAR, Days};

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
}

impl DepotShelf {
    /// Reads a depot's position.
    pub fn new(depot: DepotId, part: PartId, upstream: &Upstream) -> Self {
        Self {
            depot,
            part,
            rate: upstream.depot().rate,
            base_stock: upstream.base_stock(),
            fill_rate: upstream.fill_rate(),
            expected_backorders: upstream.expected_backorders(),
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
    /// The stream of this demand with a lead time \[years\].
    pub fn stream(&self, lead_time: f64) -> Stream {
        Stream { rate: self.rate, variance_to_mean: self.variance_to_mean(), lead_time }
    }

    /// The ratio of the two, at least 1.
    pub fn variance_to_mean(&self) -> f64 {
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

/// What is asked of each depot by part, in order of depot and part.
pub fn depot_streams(
    scenario: &Scenario,
    decisions: &Decisions,
    outlets: &[Vec<(PartId, Asked)>],
) -> Vec<((DepotId, PartId), Depot)> {
    let mut sums: BTreeMap<(DepotId, PartId), Asked> = BTreeMap::new();
    for (outlet, parts) in outlets.iter().enumerate() {
        let Some(depot) = decisions.replenished_by[outlet] else { continue };
        for (part, own) in parts {
            let asked = sums.entry((depot, *part)).or_default();
            asked.rate += own.rate;
            asked.variance += own.variance;
        }
    }
    let stream = |((depot, part), asked): ((DepotId, PartId), Asked)| {
        let lead_time = depot_lead_time(scenario, depot, part);
        ((depot, part), Depot { rate: asked.rate, variance_to_mean: asked.variance_to_mean(), lead_time })
    };
    sums.into_iter().map(stream).collect()
}

/// From order to arrival of a part at the site that the supplier replenishes \[years\].
fn supplier_lead_time(scenario: &Scenario, site: &Site, part: PartId) -> f64 {
    scenario.parts[part.at()].lead_time_at(site).get() / DAYS_PER_YEAR
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
