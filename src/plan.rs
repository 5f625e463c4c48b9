//! The answer: what is decided, what it costs, what service it gives, how close to the best it is.

pub mod figures;
pub mod read;
pub mod sums;
pub mod write;

use std::collections::BTreeMap;

use crate::cost::Costs;
use crate::load::Load;
use crate::network::Network;
use crate::scenario::{DepotId, Objective, OutletId, PartId, RegionId, Scenario};
use crate::service::{Key, Service};

/// What a plan decides; everything else follows from it.
#[derive(Debug, Clone, PartialEq)]
pub struct Decisions {
    /// Is the outlet open?
    pub outlet_open: Vec<bool>,
    /// Is the depot open?
    pub depot_open: Vec<bool>,
    /// The outlets of each region with their shares, in order of outlet; the shares add up to one.
    pub served_by: Vec<Vec<(OutletId, f64)>>,
    /// The depot of each open outlet; `None` where the supplier replenishes it.
    pub replenished_by: Vec<Option<DepotId>>,
    /// Base-stock levels of each outlet by part; empty where nothing is stocked.
    pub outlet_stock: Vec<Vec<u32>>,
    /// Base-stock levels of each depot by part; empty where nothing is stocked.
    pub depot_stock: Vec<Vec<u32>>,
}

impl Decisions {
    /// Nothing is open, nobody is served.
    pub fn none(scenario: &Scenario) -> Self {
        Self {
            outlet_open: vec![false; scenario.outlets.len()],
            depot_open: vec![false; scenario.depots.len()],
            served_by: vec![Vec::new(); scenario.regions.len()],
            replenished_by: vec![None; scenario.outlets.len()],
            outlet_stock: vec![Vec::new(); scenario.outlets.len()],
            depot_stock: vec![Vec::new(); scenario.depots.len()],
        }
    }

    /// The base-stock level of a part at an outlet.
    pub fn at_outlet(&self, outlet: OutletId, part: PartId) -> u32 {
        self.outlet_stock[outlet.at()].get(part.at()).copied().unwrap_or(0)
    }

    /// The base-stock level of a part at a depot.
    pub fn at_depot(&self, depot: DepotId, part: PartId) -> u32 {
        self.depot_stock[depot.at()].get(part.at()).copied().unwrap_or(0)
    }

    /// Every (region, outlet, share), in order of region and outlet.
    pub fn assignments(&self) -> impl Iterator<Item = (RegionId, OutletId, f64)> {
        self.served_by.iter().enumerate().flat_map(|(region, outlets)| {
            outlets.iter().map(move |&(outlet, share)| (RegionId::from(region), outlet, share))
        })
    }

    /// The open outlets, in order.
    pub fn open_outlets(&self) -> impl Iterator<Item = OutletId> {
        self.outlet_open.iter().enumerate().filter(|(_, open)| **open).map(|(outlet, _)| OutletId::from(outlet))
    }

    /// The open depots, in order.
    pub fn open_depots(&self) -> impl Iterator<Item = DepotId> {
        self.depot_open.iter().enumerate().filter(|(_, open)| **open).map(|(depot, _)| DepotId::from(depot))
    }
}

/// How close to the best a plan is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Certificate {
    /// What was sought: cost a year, jobs a year not covered, or hours.
    pub objective: f64,
    /// No plan of the scenario that keeps its promises has a smaller objective, stock included; `None` where nothing was
    /// optimised.
    pub lower_bound: Option<f64>,
}

impl Certificate {
    /// (objective − bound) / objective, never negative; zero for an objective of zero that is proven.
    pub fn gap(&self) -> Option<f64> {
        let bound = self.lower_bound?;
        let short = (self.objective - bound).max(0.0);
        Some(if short == 0.0 { 0.0 } else { short / self.objective.abs().max(f64::MIN_POSITIVE) })
    }
}

/// What one more point of a promise costs \[money/year\], by target and member: a hundredth of a share, or an hour less of a
/// mean. Promises without a known price are not in it.
pub type Points = BTreeMap<(usize, Key), f64>;

/// A priced plan.
#[derive(Debug, Clone)]
pub struct Plan {
    /// What is decided.
    pub decisions: Decisions,
    /// What it costs.
    pub costs: Costs,
    /// What service it gives.
    pub service: Service,
    /// How close to the best it is.
    pub certificate: Certificate,
    /// What one more point of each promise costs at the margin, as far as it is known.
    pub points: Points,
    /// The seed of the search that made it.
    pub seed: u64,
}

/// What a scenario seeks, of decisions and their cost: cost a year, jobs a year beyond the window, or the longest way
/// \[hours\].
pub fn objective(scenario: &Scenario, network: &Network, load: &Load, decisions: &Decisions, cost: f64) -> f64 {
    let ways = decisions.assignments().filter_map(|(region, outlet, share)| {
        let hours = network.road(region, outlet)?.hours;
        Some((load.jobs[region.at()] * share, hours))
    });
    match scenario.planning.objective {
        Objective::Cost => cost,
        Objective::Coverage { within } => {
            ways.filter(|(_, hours)| *hours > within.get() * (1.0 + 1e-12)).map(|(jobs, _)| jobs).sum()
        }
        Objective::Farthest => ways.filter(|(jobs, _)| *jobs > 0.0).fold(0.0, |most, (_, hours)| hours.max(most)),
    }
}
