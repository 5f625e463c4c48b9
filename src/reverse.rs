//! Repair or discard: what becomes of a defective unit, where it is decided.
//!
//! ```text
//! (repair)    repair cost + factor × freight from outlet to depot          of a unit, over the lanes there may be
//! (new)       unit cost + duty where it enters (+ an order, at the most)   of a unit, over the sites there may be
//! (repaired)  greatest (repair) < least (new)  and  turnaround ≤ supplier lead time at every such site
//! (discarded) least (repair) ≥ greatest (new)  and  turnaround ≥ supplier lead time at every such site
//! (units)     new units are bought: failed units × (1 − share repaired) × unit cost
//! ```
//! The rule decides only what it proves. Where repair is cheaper and no slower, every pipeline is no greater with it
//! (Little's law; its units come sooner), so every promise is kept by no more stock, at less cost a unit: no plan is better
//! with discarding. The other way round alike. Where one is cheaper and the other quicker, holding has a say, which depends on the
//! plan; where lanes make now the one and now the other cheaper, the network has. Both are told as a fault: the share is
//! then given, and two scenarios are compared. So it is with servers, whose line of failed parts depends on the plan too.
//!
//! Of a part that is decided new units are in the cost, or the choice would not be seen in it. (units) is the same for
//! every plan, since shares of single sites are refused for such a part.

use crate::aftersales::Ledger;
use crate::cost::lane_freight;
use crate::network::connect_outlets;
use crate::scenario::{Cause, PartId, Scenario, Site, Status};
use crate::units::Share;

/// Why it does not follow whether a part is repaired.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Undecided {
    /// Repair costs from the first to the second, a new unit from the third to the fourth.
    Cost([f64; 4]),
    /// The cheaper of both is slower: the turnaround and the lead time there \[days\].
    Pace(f64, f64),
    /// Repairs at a site share servers.
    Servers(String),
}

/// Decides whether parts are repaired, and enters the new units that are bought for them.
pub(crate) fn decide(parts: &[PartId], scenario: &mut Scenario, ledger: &mut Ledger) -> Vec<(PartId, Undecided)> {
    if parts.is_empty() {
        return Vec::new();
    }
    let lanes = connect_outlets(scenario);
    let decided: Vec<Result<bool, Undecided>> = parts.iter().map(|part| repaired(scenario, &lanes, *part)).collect();
    let mut undecided = Vec::new();
    for (part, decided) in parts.iter().zip(decided) {
        let row = &mut scenario.parts[part.at()];
        match decided {
            Ok(repaired) => {
                if !repaired {
                    row.repair_share = Share::ZERO;
                }
                if let Ok(found) = scenario.ways_back.binary_search_by_key(part, |way| way.part) {
                    let way = &mut scenario.ways_back[found];
                    (way.share, way.repaired) = (row.repair_share.get(), Some(repaired));
                }
            }
            Err(why) => undecided.push((*part, why)),
        }
    }
    for demand in scenario.streams() {
        let Some(part) = demand.part.filter(|part| parts.contains(part)) else { continue };
        let row = &scenario.parts[part.at()];
        let bought = demand.rate.get() * (1.0 - row.repair_share.get());
        ledger.add(Cause::NewUnits, scenario.regions[demand.region.at()].country, bought * row.unit_cost.get());
    }
    undecided
}

/// (repaired) or (discarded).
fn repaired(scenario: &Scenario, lanes: &crate::network::Supplies, part: PartId) -> Result<bool, Undecided> {
    let row = &scenario.parts[part.at()];
    let factor = scenario.way_back(part).map_or(1.0, |way| way.cost_factor);
    let may_open = |site: &&Site| site.status != Status::Closed;
    let repairing = if scenario.depots.is_empty() { &scenario.outlets } else { &scenario.depots };
    let sites = || repairing.iter().filter(may_open);
    if let Some(site) = sites().find(|site| site.repair_servers.is_some()) {
        return Err(Undecided::Servers(site.id.clone()));
    }
    // Without depots the outlets repair, and nothing goes back.
    let mut freights = Vec::new();
    for (number, outlet) in (0u32..).zip(&scenario.outlets) {
        let ends = lanes.neighbors_slice(number).iter().zip(lanes.edges_slice(number));
        let may = |depot: &u32| may_open(&outlet) && scenario.depots[*depot as usize].status != Status::Closed;
        freights
            .extend(ends.filter(|(depot, _)| may(depot)).map(|(_, lane)| factor * lane_freight(scenario, row, lane)));
    }
    let duty = |site: &Site| site.country.map_or(0.0, |country| scenario.countries[country.at()].duty_rate.get());
    let (least_back, most_back) = ends(freights.into_iter());
    let (least_duty, most_duty) = ends(sites().map(|site| duty(site) * row.unit_cost.get()));
    let (least_pace, most_pace) =
        ends(sites().map(|site| row.supplier_lead_time.unwrap_or(site.supplier_lead_time).get()));
    let (repair, new) = (row.repair_cost.get(), row.unit_cost.get());
    let costs = [repair + least_back, repair + most_back, new + least_duty, new + most_duty + row.order_cost.get()];
    let turnaround = row.repair_turnaround.get();
    if costs[1] < costs[2] {
        return if turnaround <= least_pace { Ok(true) } else { Err(Undecided::Pace(turnaround, least_pace)) };
    }
    if costs[0] >= costs[3] {
        return if turnaround >= most_pace { Ok(false) } else { Err(Undecided::Pace(turnaround, most_pace)) };
    }
    Err(Undecided::Cost(costs))
}

/// The least and the greatest of numbers; nothing of nothing.
fn ends(numbers: impl Iterator<Item = f64>) -> (f64, f64) {
    let (least, most) =
        numbers.fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), own| (least.min(own), most.max(own)));
    if least <= most { (least, most) } else { (0.0, 0.0) }
}
