//! From a location to decisions, and from decisions to their cost.

use crate::cost::{Costs, price};
use crate::load::Load;
use crate::location::Location;
use crate::network::Network;
use crate::plan::{Decisions, Points};
use crate::scenario::{DepotId, OutletId, Packaging, Scenario, Site};
use crate::service::{Service, assess};

use super::model::Model;

/// The decisions of a location, without stock: shares of less than a millionth are rounding and are given to the others.
pub fn decide(scenario: &Scenario, model: &Model, location: &Location) -> Decisions {
    let mut decisions = Decisions::none(scenario);
    for (site, mode) in location.mode.iter().enumerate() {
        if let Some(mode) = mode {
            decisions.outlet_open[site] = true;
            decisions.replenished_by[site] = model.depots[site][*mode as usize];
        }
    }
    if model.problem.uppers.is_empty() {
        // Which depots are open follows from who draws from them.
        for depot in depots_in_use(scenario, &decisions) {
            decisions.depot_open[depot.at()] = true;
        }
    } else {
        decisions.depot_open.clone_from(&location.upper_open);
    }
    for (region, shares) in model.regions.iter().zip(&location.shares) {
        let mut served: Vec<(OutletId, f64)> =
            shares.iter().filter(|(_, share)| *share > 1e-6).map(|(site, share)| (OutletId(*site), *share)).collect();
        served.sort_by_key(|entry| entry.0);
        let total: f64 = served.iter().map(|entry| entry.1).sum();
        served.iter_mut().for_each(|entry| entry.1 /= total);
        decisions.served_by[region.at()] = served;
    }
    decisions
}

/// Decisions with everything that follows from them.
#[derive(Debug, Clone)]
pub struct Priced {
    /// The decisions.
    pub decisions: Decisions,
    /// Their service.
    pub service: Service,
    /// Their cost.
    pub costs: Costs,
    /// What one more point of their promises costs, as far as it is known.
    pub points: Points,
}

impl Priced {
    /// Assesses and prices decisions.
    pub fn of(scenario: &Scenario, network: &Network, load: &Load, decisions: Decisions) -> Self {
        let service = assess(scenario, network, load, &decisions);
        let costs = price(scenario, network, load, &decisions, &service);
        Self { decisions, service, costs, points: Points::new() }
    }

    /// The same with the prices of its promises.
    pub fn with(self, points: Points) -> Self {
        Self { points, ..self }
    }

    /// Are all hard promises kept, and can every site do the repairs and send the units that it is asked for?
    pub fn keeps_promises(&self, scenario: &Scenario) -> bool {
        self.service.all_kept(scenario) && self.service.overloaded.is_empty() && self.depots_can_send(scenario)
    }

    /// Only where outlets repair a share themselves does the location problem not know what depots send.
    fn depots_can_send(&self, scenario: &Scenario) -> bool {
        if scenario.repairs.is_empty() {
            return true;
        }
        let sendings = scenario.packaging.as_ref().map_or(1.0, Packaging::sendings);
        let mut sent = vec![0.0; scenario.depots.len()];
        for shelf in &self.service.depot_shelves {
            sent[shelf.depot.at()] += sendings * shelf.rate;
        }
        let fits = |(depot, sent): (&Site, f64)| depot.capacity_units.is_none_or(|most| sent <= most * (1.0 + 1e-6));
        scenario.depots.iter().zip(sent).all(fits)
    }
}

/// The depots that open outlets draw from, forced ones included.
pub fn depots_in_use(scenario: &Scenario, decisions: &Decisions) -> Vec<DepotId> {
    let used = |depot: DepotId| {
        scenario.depots[depot.at()].status == crate::scenario::Status::Open
            || decisions.replenished_by.contains(&Some(depot))
    };
    (0..scenario.depots.len()).map(DepotId::from).filter(|depot| used(*depot)).collect()
}
