//! Parts owed after the last sale: one last order for all that the fading base will ask for.
//!
//! After the last year that is decided nothing is sold any more; the base fades by e^(−t/life), and for `obligation_years` parts
//! are promised. Each part's demand until then and the least order that lasts with the chance promised are those of a
//! [last-time buy](crate::stocking::last_buy); how often an installed unit needs a part is read off the scenario's own demand
//! and installed base.

use std::collections::BTreeMap;

use super::{Ground, Rollout, together};
use crate::scenario::{PartId, Scenario};
use crate::stocking::last_buy::LastBuy;

/// The last order of a part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Obligation {
    /// The part.
    pub part: PartId,
    /// Mean demand until the end of the obligation \[units\].
    pub mean_demand: f64,
    /// The least order that lasts with the chance promised \[units\].
    pub quantity: u32,
    /// What it costs \[currency\].
    pub cost: f64,
}

/// The last orders, in order of part; none without an obligation or an installed base.
pub fn obligations(scenario: &Scenario, ground: &Ground, rollout: &Rollout) -> Vec<Obligation> {
    let Some((years, at_least)) = scenario.markets.as_ref().and_then(|markets| markets.obligation) else {
        return Vec::new();
    };
    let units: f64 = scenario.installed.iter().map(|row| row.units).sum();
    if units <= 0.0 {
        return Vec::new();
    }
    let mut rates: BTreeMap<PartId, f64> = BTreeMap::new();
    for demand in scenario.streams().filter(|demand| demand.product.is_some()) {
        if let Some(part) = demand.part {
            *rates.entry(part).or_insert(0.0) += demand.rate.get();
        }
    }
    let installed = together(ground, &rollout.books)[ground.decided - 1].installed;
    let order = |(part, rate): (PartId, f64)| {
        let buy = LastBuy { installed, failure_rate: rate / units, decay: -ground.survival.ln(), horizon: years };
        let quantity = buy.quantity(at_least);
        let cost = f64::from(quantity) * scenario.parts[part.at()].unit_cost.get();
        Obligation { part, mean_demand: buy.mean_demand(), quantity, cost }
    };
    rates.into_iter().map(order).collect()
}
