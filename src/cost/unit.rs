//! What one unit costs on its way: from the supplier to an outlet's shelf, or directly from a depot.
//!
//! A packaging lets a share δ of the units be damaged on the way from depot to outlet. Damage is found on arrival and the
//! unit is sent again, so the number of sendings until one arrives undamaged is geometric:
//!
//! ```text
//! (sendings)  k = 1 + δ + δ² + … = 1 / (1 − δ)         units sent for each that arrives undamaged
//! (out)       freight and packing of a unit × k;        (weight) freight by weight × the packed weight's factor
//! (lost)      (k − 1) × unit cost = δ/(1−δ) × unit cost, and its duty: it is ordered anew
//! (lead time) transport × k: the mean time of the sendings of a unit, one after the other
//! (omission)  share without an accessory × the second shipment
//! (back)      return share × factor × freight of sending a unit once, for each unit that was sent
//! ```
//! A unit that is sent again is asked of the depot as the first was, and waits there as long. With T the lane's time of one sending,
//! v = k − 1 the units sent again for each that is ordered and λ0 what the outlets order, W the mean wait of a sending:
//!
//! ```text
//! (depot)     X0 = demand(λ0·(f0 + v)·Ts) + R0           what is sent again comes from the supplier: nothing comes back to repair
//! (owed)      λ·k·W = q·E[B0],  q = λf/λ0                Little's law with k·λ0 sendings a year: W = E[B0] / (k·λ0)
//! (transport) λ·k·T                                      the lane's time is k·T
//! ```
//!
//! So the pipelines of depot and outlets are those of the parent with f0 + v in place of f0 (`stocking::two_echelon`), and their means
//! are exact. By Palm's theorem the units in transport of a Poisson stream depend on the mean alone. What is approximate: sendings of one
//! unit follow one another, so that the depot's orders are not quite Poisson, and a window (`on_time`) knows k·T only. The simulation sends each
//! damaged unit again. Load and capacity of the depot count every sending.
//! What is expressed or delivered directly travels otherwise: its own cost covers packing and the way back.

use crate::network::{Network, Supply};
use crate::scenario::{DepotId, OutletId, Packaging, Part, PartId, Scenario, Site};
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
    /// Outlet → depot freight of the defective unit.
    pub return_freight: f64,
    /// Packing, and sending what packing left out.
    pub packaging: f64,
    /// Value of the units damaged on the way.
    pub damage: f64,
}

impl UnitCost {
    /// All of it.
    pub fn total(&self) -> f64 {
        self.freight + self.duty_at_outlet + self.duty_at_depot + self.return_freight + self.packaging + self.damage
    }
}

/// Freight, duty, packaging and way back of one unit of demand for a part at an outlet that draws on a depot, or on the
/// supplier; a packaging acts on the way from the depot.
pub fn unit_cost(
    scenario: &Scenario,
    network: &Network,
    outlet: OutletId,
    depot: Option<DepotId>,
    part: PartId,
) -> UnitCost {
    let (at_outlet, at_depot) = repaired_shares(scenario, outlet, depot, part);
    let (sent, new) = (1.0 - at_outlet, 1.0 - at_outlet - at_depot);
    let way_back = scenario.way_back(part).map_or(0.0, |way| way.share * way.cost_factor);
    let part = &scenario.parts[part.at()];
    let duty_rate = |site: &Site| site.country.map_or(0.0, |country| scenario.countries[country.at()].duty_rate.get());
    let value = part.unit_cost.get();
    let there = &scenario.outlets[outlet.at()];
    let Some(depot) = depot else {
        return UnitCost { duty_at_outlet: new * value * duty_rate(there), ..UnitCost::default() };
    };
    let Some(lane) = network.supply(outlet, depot) else { return UnitCost::default() };
    let once = lane_freight(scenario, part, lane);
    // k of (sendings): what is damaged is ordered, packed, sent and paid duty for again.
    let sendings = scenario.packaging.as_ref().map_or(1.0, Packaging::sendings);
    let (out, lost) = (sent * sendings, sent * (sendings - 1.0));
    let packed = |packaging: &Packaging| {
        out * packaging.cost + sent * packaging.omission * packaging.second_shipment.unwrap_or(once)
    };
    UnitCost {
        freight: out * once,
        duty_at_outlet: if lane.border { out * value * duty_rate(there) } else { 0.0 },
        duty_at_depot: (new + lost) * value * duty_rate(&scenario.depots[depot.at()]),
        return_freight: sent * way_back * once,
        packaging: scenario.packaging.as_ref().map_or(0.0, packed),
        damage: lost * value,
    }
}

/// Freight of sending a unit once from a depot to an outlet: as measured, or by its packed weight.
pub(crate) fn lane_freight(scenario: &Scenario, part: &Part, lane: &Supply) -> f64 {
    let replenishment = &scenario.replenishment;
    let heavier = scenario.packaging.as_ref().map_or(1.0, |packaging| packaging.weight_factor);
    let by_weight = part.weight.get() * heavier * lane.distance * replenishment.cost_per_kg_km.get();
    lane.cost_per_unit.unwrap_or(by_weight + replenishment.cost_per_shipment.get())
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
        duty_at_outlet: if lane.border { value * duty_rate(&scenario.outlets[outlet.at()]) } else { 0.0 },
        duty_at_depot: new * value * duty_rate(&scenario.depots[depot.at()]),
        ..UnitCost::default()
    }
}
