//! What one unit costs on its way: from the supplier to an outlet's shelf, or directly from a depot.

use crate::network::Network;
use crate::scenario::{DepotId, OutletId, PartId, Scenario, Site};
use crate::service::{depot_repair, repaired_shares};

/// What follows one unit of demand for a part from the supplier to an outlet's shelf; a unit that the outlet repairs
/// itself is not sent.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct UnitCost {
    /// Depot → outlet freight.
    pub freight: f64,
    /// Duty paid in the outlet's country.
    pub duty_at_outlet: f64,
    /// Duty paid in the depot's country.
    pub duty_at_depot: f64,
}

impl UnitCost {
    /// All of it.
    pub fn total(&self) -> f64 {
        self.freight + self.duty_at_outlet + self.duty_at_depot
    }
}

/// Freight and duty of one unit of demand for a part at an outlet that draws on a depot, or on the supplier.
pub fn unit_cost(
    scenario: &Scenario,
    network: &Network,
    outlet: OutletId,
    depot: Option<DepotId>,
    part: PartId,
) -> UnitCost {
    let (at_outlet, at_depot) = repaired_shares(scenario, outlet, depot, part);
    let (sent, new) = (1.0 - at_outlet, 1.0 - at_outlet - at_depot);
    let part = &scenario.parts[part.at()];
    let duty_rate = |site: &Site| site.country.map_or(0.0, |country| scenario.countries[country.at()].duty_rate.get());
    let value = part.unit_cost.get();
    let there = &scenario.outlets[outlet.at()];
    let Some(depot) = depot else {
        return UnitCost { duty_at_outlet: new * value * duty_rate(there), ..UnitCost::default() };
    };
    let Some(lane) = network.supply(outlet, depot) else { return UnitCost::default() };
    let replenishment = &scenario.replenishment;
    let by_weight = part.weight.get() * lane.distance * replenishment.cost_per_kg_km.get();
    UnitCost {
        freight: sent * lane.cost_per_unit.unwrap_or(by_weight + replenishment.cost_per_shipment.get()),
        duty_at_outlet: if lane.border { sent * value * duty_rate(there) } else { 0.0 },
        duty_at_depot: new * value * duty_rate(&scenario.depots[depot.at()]),
    }
}

/// Duty of one unit that a depot delivers directly in place of an outlet, which repairs nothing of it; its way is paid by
/// the region's direct cost.
pub(super) fn direct_cost(
    scenario: &Scenario,
    network: &Network,
    outlet: OutletId,
    depot: DepotId,
    part: PartId,
) -> UnitCost {
    let Some(lane) = network.supply(outlet, depot) else { return UnitCost::default() };
    let duty_rate = |site: &Site| site.country.map_or(0.0, |country| scenario.countries[country.at()].duty_rate.get());
    let new = 1.0 - depot_repair(scenario, depot, part).share;
    let value = scenario.parts[part.at()].unit_cost.get();
    UnitCost {
        freight: 0.0,
        duty_at_outlet: if lane.border { value * duty_rate(&scenario.outlets[outlet.at()]) } else { 0.0 },
        duty_at_depot: new * value * duty_rate(&scenario.depots[depot.at()]),
    }
}
