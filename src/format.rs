//! Outlets in their formats.
//!
//! An outlet of one format is that outlet at other costs. An outlet with a choice becomes one candidate a format, all at its
//! place and on its lanes, of which one may be open at most ([`Scenario::formats_of_place`]), so that whoever decides which
//! outlets are open decides the formats too.
//!
//! ```text
//! (fixed)    fixed cost × its factor;  opening cost × its factor
//! (visits)   n = 1 / (1 − repeat share): a visit fails and is made again with the same chance each time
//! (labour)   hour of asked-for work: wage × labour factor × n
//! (travel)   job on a lane: travel factor × n × (what the journey costs at wage × labour factor)
//! (hours)    hands-on hours × n + journeys × n × travel time
//! (fee)      jobs × fee
//! (does)     a region is served only by outlets that do every type of job it asks for
//! ```
//! A visit that is made again needs no other part, and promises count the first.

use crate::scenario::{
    FormatId, Lateral, OutletId, Scenario, ServiceLane, Site, SiteId, SiteRepair, Status, SupplyLane, candidate_id,
};
use crate::units::Money;

/// Lays outlets out in their formats, (fixed); whatever speaks of an outlet then speaks of each of its candidates.
pub(crate) fn lay_out(scenario: &mut Scenario, formats: &[Vec<FormatId>]) {
    if scenario.formats.is_empty() {
        return;
    }
    let mut outlets: Vec<Site> = Vec::with_capacity(scenario.outlets.len());
    let mut candidates: Vec<Vec<OutletId>> = Vec::with_capacity(scenario.outlets.len());
    for (outlet, formats) in scenario.outlets.iter().zip(formats) {
        let first = outlets.len();
        if formats.is_empty() {
            outlets.push(outlet.clone());
        }
        outlets.extend(
            formats.iter().enumerate().map(|(rank, format)| dressed(scenario, outlet, *format, rank, formats.len())),
        );
        candidates.push((first..outlets.len()).map(OutletId::from).collect());
    }
    scenario.outlets = outlets;
    let of = |outlet: OutletId| candidates[outlet.at()].iter().copied();
    scenario.service_lanes = std::mem::take(&mut scenario.service_lanes)
        .into_iter()
        .flat_map(|lane| of(lane.outlet).map(move |outlet| ServiceLane { outlet, ..lane.clone() }))
        .collect();
    let mut supply_lanes = Vec::new();
    for lane in std::mem::take(&mut scenario.supply_lanes) {
        supply_lanes.extend(of(lane.outlet).map(|outlet| SupplyLane { outlet, ..lane.clone() }));
    }
    scenario.supply_lanes = supply_lanes;
    let mut laterals = Vec::new();
    for lateral in std::mem::take(&mut scenario.laterals) {
        for from in of(lateral.from) {
            laterals.extend(of(lateral.to).map(|to| Lateral { from, to, ..lateral.clone() }));
        }
    }
    scenario.laterals = laterals;
    let mut repairs = Vec::new();
    for repair in std::mem::take(&mut scenario.repairs) {
        match repair.site {
            SiteId::Outlet(outlet) => {
                repairs.extend(of(outlet).map(|outlet| SiteRepair { site: SiteId::Outlet(outlet), ..repair.clone() }))
            }
            SiteId::Depot(_) => repairs.push(repair),
        }
    }
    repairs.sort_by_key(|repair| (repair.site, repair.part));
    scenario.repairs = repairs;
    scenario.formats_of_place = candidates.into_iter().filter(|own| own.len() > 1).collect();
}

/// An outlet in one of its formats; where there is a choice, with an id of its own.
fn dressed(scenario: &Scenario, outlet: &Site, format: FormatId, rank: usize, choice: usize) -> Site {
    let own = &scenario.formats[format.at()];
    let times = |cost: Money, factor: f64| {
        Money::new((cost.get() * factor).min(f64::MAX)).expect("an amount times a factor is an amount")
    };
    let mut site = Site {
        fixed_cost: times(outlet.fixed_cost, own.fixed_cost_factor),
        opening_cost: times(outlet.opening_cost, own.opening_cost_factor),
        format: Some(format),
        ..outlet.clone()
    };
    if choice > 1 {
        site.id = candidate_id(&outlet.id, &own.id);
        site.name = format!("{}, {}", outlet.name, own.name);
        if rank > 0 && outlet.status == Status::Existing {
            // Today it has its first format; another one would have to be opened.
            site.status = Status::Candidate;
        }
    }
    site
}
