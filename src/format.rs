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
//!
//! A row of outlets.csv that is called like a candidate (`X:own`) speaks of that candidate alone, before (fixed); what other tables say
//! of it goes before what they say of its outlet.

use std::collections::{BTreeMap, BTreeSet};

use crate::scenario::{
    FormatId, Lateral, OutletId, Scenario, ServiceLane, Site, SiteId, SiteRepair, Status, SupplyLane, candidate_id,
};
use crate::units::Money;

/// The formats that outlets may have.
#[derive(Debug, Default)]
pub(crate) struct Chosen {
    /// Those of each outlet as it was given, in the order given.
    pub formats: Vec<Vec<FormatId>>,
    /// The rows that speak of one candidate, by the row of its outlet and its format.
    pub rows: BTreeMap<(usize, FormatId), usize>,
}

/// Of what was said of outlets and of single candidates, by what it is about: what was said of a candidate holds alone.
fn own_first<Key: Ord, T>(rows: Vec<(Key, bool, T)>) -> Vec<T> {
    let mut own: BTreeSet<Key> = BTreeSet::new();
    let mut list: Vec<(Option<Key>, T)> = Vec::with_capacity(rows.len());
    for (key, is_own, row) in rows {
        let key = if is_own {
            own.insert(key);
            None
        } else {
            Some(key)
        };
        list.push((key, row));
    }
    list.retain(|(key, _)| key.as_ref().is_none_or(|key| !own.contains(key)));
    list.into_iter().map(|(_, row)| row).collect()
}

/// Lays outlets out in their formats, (fixed); whatever speaks of an outlet then speaks of each of its candidates.
pub(crate) fn lay_out(scenario: &mut Scenario, chosen: &Chosen) {
    if scenario.formats.is_empty() {
        return;
    }
    let of_candidates: BTreeSet<usize> = chosen.rows.values().copied().collect();
    let is_own = |outlet: OutletId| of_candidates.contains(&outlet.at());
    let mut outlets: Vec<Site> = Vec::with_capacity(scenario.outlets.len());
    let mut candidates: Vec<Vec<OutletId>> = vec![Vec::new(); scenario.outlets.len()];
    for (number, (outlet, formats)) in scenario.outlets.iter().zip(&chosen.formats).enumerate() {
        if is_own(OutletId::from(number)) {
            continue;
        }
        if formats.is_empty() {
            candidates[number].push(OutletId::from(outlets.len()));
            outlets.push(outlet.clone());
        }
        for (rank, format) in formats.iter().enumerate() {
            let candidate = OutletId::from(outlets.len());
            candidates[number].push(candidate);
            let row = chosen.rows.get(&(number, *format)).copied();
            let said = row.map_or(outlet, |row| &scenario.outlets[row]);
            outlets.push(dressed(scenario, outlet, said, *format, rank, formats.len()));
            if let Some(row) = row {
                candidates[row].push(candidate);
            }
        }
    }
    scenario.outlets = outlets;
    let of = |outlet: OutletId| candidates[outlet.at()].iter().copied();
    let service_lanes = std::mem::take(&mut scenario.service_lanes).into_iter().flat_map(|lane| {
        let own = is_own(lane.outlet);
        of(lane.outlet).map(move |outlet| ((outlet, lane.region), own, ServiceLane { outlet, ..lane.clone() }))
    });
    scenario.service_lanes = own_first(service_lanes.collect());
    let supply_lanes = std::mem::take(&mut scenario.supply_lanes).into_iter().flat_map(|lane| {
        let own = is_own(lane.outlet);
        of(lane.outlet).map(move |outlet| ((outlet, lane.depot), own, SupplyLane { outlet, ..lane.clone() }))
    });
    scenario.supply_lanes = own_first(supply_lanes.collect());
    let mut laterals = Vec::new();
    for lateral in std::mem::take(&mut scenario.laterals) {
        let own = is_own(lateral.from) || is_own(lateral.to);
        for from in of(lateral.from) {
            let row = |to: OutletId| ((from, to, lateral.part), own, Lateral { from, to, ..lateral.clone() });
            laterals.extend(of(lateral.to).map(row));
        }
    }
    scenario.laterals = own_first(laterals);
    let mut repairs = Vec::new();
    for repair in std::mem::take(&mut scenario.repairs) {
        match repair.site {
            SiteId::Outlet(outlet) => repairs.extend(of(outlet).map(|candidate| {
                let site = SiteId::Outlet(candidate);
                ((site, repair.part), is_own(outlet), SiteRepair { site, ..repair.clone() })
            })),
            SiteId::Depot(_) => repairs.push(((repair.site, repair.part), false, repair)),
        }
    }
    let mut repairs = own_first(repairs);
    repairs.sort_by_key(|repair| (repair.site, repair.part));
    scenario.repairs = repairs;
    // A candidate's own row has no choice: it stands for the one candidate that its outlet has already.
    scenario.formats_of_place = candidates.into_iter().filter(|own| own.len() > 1).collect();
}

/// An outlet in one of its formats, as is said of that candidate; where there is a choice, with an id of its own.
fn dressed(scenario: &Scenario, outlet: &Site, said: &Site, format: FormatId, rank: usize, choice: usize) -> Site {
    let own = &scenario.formats[format.at()];
    let times = |cost: Money, factor: f64| {
        Money::new((cost.get() * factor).min(f64::MAX)).expect("an amount times a factor is an amount")
    };
    let mut site = Site {
        fixed_cost: times(said.fixed_cost, own.fixed_cost_factor),
        opening_cost: times(said.opening_cost, own.opening_cost_factor),
        format: Some(format),
        ..said.clone()
    };
    if choice > 1 {
        site.id = candidate_id(&outlet.id, &own.id);
        site.name = format!("{}, {}", outlet.name, own.name);
        if rank > 0 && said.status == Status::Existing {
            // Today it has its first format; another one would have to be opened.
            site.status = Status::Candidate;
        }
    }
    site
}
