//! Outlets that help each other: who meets the demand for a part where the own shelf does not.
//!
//! For every part the open outlets that lateral supply joins, directly or through others, are a pool of `stocking::lateral`.
//! An outlet that is asked for nothing itself may give all the same. The supplying outlet reorders, so its replenishment is
//! charged to it; a depot is evaluated as if each of its outlets ordered what is asked of itself.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::network::Network;
use crate::plan::Decisions;
use crate::scenario::{DepotId, Lateral, OutletId, PartId, Scenario};
use crate::stocking::lateral::{Member, Method, Shares, shares};
use crate::stocking::{Depot, Upstream};

use super::repair::Shops;
use super::shelf::{Asked, depot_lead_time, outlet_stream};

/// How an outlet's demand for a part is met with the help of others.
#[derive(Debug, Clone, PartialEq)]
pub struct Help {
    /// From its own shelf.
    pub own: f64,
    /// From other outlets, in order of preference.
    pub from: Vec<Helper>,
    /// Expressed from outside.
    pub emergency: f64,
    /// Are the shares exact (for exponential lead times)?
    pub method: Method,
}

/// An outlet that gives.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Helper {
    /// Who gives.
    pub outlet: OutletId,
    /// Time for the part to arrive where it is needed \[hours\].
    pub hours: f64,
    /// Freight of a unit.
    pub cost_per_unit: f64,
    /// Share of the receiver's demand that it meets.
    pub share: f64,
}

/// What is asked of each outlet by part, and the depots that replenish them.
pub(super) struct Supply<'a> {
    pub(super) shops: &'a Shops,
    pub(super) streams: &'a [Vec<(PartId, Asked)>],
    pub(super) upstreams: &'a BTreeMap<(DepotId, PartId), Upstream>,
}

/// The help that every outlet gets, by outlet and part; only those that may be helped, or may help, are in it.
pub(super) fn help(
    scenario: &Scenario,
    network: &Network,
    decisions: &Decisions,
    supply: &Supply,
) -> BTreeMap<(OutletId, PartId), Help> {
    if scenario.laterals.is_empty() {
        return BTreeMap::new();
    }
    let mut rows: BTreeMap<OutletId, Vec<&Lateral>> = BTreeMap::new();
    let open = |outlet: OutletId| decisions.outlet_open[outlet.at()];
    for lateral in scenario.laterals.iter().filter(|lateral| open(lateral.from) && open(lateral.to)) {
        rows.entry(lateral.to).or_default().push(lateral);
    }
    let parts: Vec<PartId> = (0..scenario.parts.len()).map(PartId::from).collect();
    let helped: Vec<Vec<((OutletId, PartId), Help)>> =
        parts.par_iter().map(|&part| of_part(scenario, network, decisions, supply, &rows, part)).collect();
    helped.into_iter().flatten().collect()
}

/// Who helps an outlet with a part: the quickest first, then in the order of rows; a row for the part goes before one for all.
fn helpers<'a>(rows: &[&'a Lateral], part: PartId) -> Vec<&'a Lateral> {
    let own = |from: OutletId| rows.iter().any(|row| row.from == from && row.part == Some(part));
    let mut helpers: Vec<&Lateral> =
        rows.iter().copied().filter(|row| row.part == Some(part) || (row.part.is_none() && !own(row.from))).collect();
    helpers.sort_by(|left, right| left.hours.get().total_cmp(&right.hours.get()));
    helpers
}

fn of_part(
    scenario: &Scenario,
    network: &Network,
    decisions: &Decisions,
    supply: &Supply,
    rows: &BTreeMap<OutletId, Vec<&Lateral>>,
    part: PartId,
) -> Vec<((OutletId, PartId), Help)> {
    let asked = |outlet: OutletId| {
        let streams = &supply.streams[outlet.at()];
        streams.binary_search_by_key(&part, |entry| entry.0).ok().map(|found| streams[found].1)
    };
    // Who asks whom, among those with demand.
    let lists: BTreeMap<OutletId, Vec<&Lateral>> = rows
        .iter()
        .filter(|(to, _)| asked(**to).is_some())
        .map(|(to, rows)| (*to, helpers(rows, part)))
        .filter(|(_, list)| !list.is_empty())
        .collect();
    let mut near: BTreeMap<OutletId, Vec<OutletId>> = BTreeMap::new();
    for (to, list) in &lists {
        for row in list {
            near.entry(*to).or_default().push(row.from);
            near.entry(row.from).or_default().push(*to);
        }
    }
    let mut met = Vec::new();
    let mut seen: BTreeSet<OutletId> = BTreeSet::new();
    for &first in near.keys() {
        if !seen.insert(first) {
            continue;
        }
        let mut pool = vec![first];
        let mut next = 0;
        while next < pool.len() {
            for &outlet in &near[&pool[next]] {
                if seen.insert(outlet) {
                    pool.push(outlet);
                }
            }
            next += 1;
        }
        pool.sort();
        let place = |outlet| pool.binary_search(&outlet).expect("whoever gives is of the pool");
        let members: Vec<Member> = pool
            .iter()
            .map(|&outlet| {
                let asked = asked(outlet).unwrap_or_default();
                let suppliers = lists.get(&outlet).map_or(&[][..], Vec::as_slice);
                let lead_time = lead_time(scenario, network, decisions, supply, outlet, part, &asked);
                // An outlet whose shop is overloaded never has a unit.
                let base_stock = if lead_time.is_finite() { decisions.at_outlet(outlet, part) } else { 0 };
                let suppliers = suppliers.iter().map(|row| place(row.from)).collect();
                Member { rate: asked.rate, base_stock, lead_time, suppliers }
            })
            .collect();
        let (shares, method) = shares(&members);
        for (&outlet, shares) in pool.iter().zip(shares) {
            if asked(outlet).is_some() {
                let list = lists.get(&outlet).map_or(&[][..], Vec::as_slice);
                met.push(((outlet, part), helped(list, &shares, method)));
            }
        }
    }
    met
}

fn helped(list: &[&Lateral], shares: &Shares, method: Method) -> Help {
    let helper = |(row, share): (&&Lateral, &f64)| Helper {
        outlet: row.from,
        hours: row.hours.get(),
        cost_per_unit: row.cost_per_unit.get(),
        share: *share,
    };
    let from = list.iter().zip(&shares.lateral).map(helper).collect();
    Help { own: shares.own, from, emergency: shares.emergency, method }
}

/// Mean time until a unit that an outlet gave is replaced \[years\].
fn lead_time(
    scenario: &Scenario,
    network: &Network,
    decisions: &Decisions,
    supply: &Supply,
    outlet: OutletId,
    part: PartId,
    asked: &Asked,
) -> f64 {
    let depot = decisions.replenished_by[outlet.at()];
    let stream = outlet_stream(scenario, network, supply.shops, outlet, depot, part, asked);
    let idle = |depot: DepotId| {
        // Nobody under the depot asks for the part: an order that comes all the same finds its base stock.
        Depot::new(0.0, 1.0, depot_lead_time(scenario, depot, part))
            .repairing(supply.shops.depot_repair(scenario, depot, part))
    };
    match depot {
        None => stream.mean_lead_time(0.0),
        Some(depot) => match supply.upstreams.get(&(depot, part)) {
            Some(upstream) => stream.mean_lead_time(upstream.mean_wait()),
            None if decisions.at_depot(depot, part) > 0 => stream.mean_lead_time(0.0),
            None => stream.mean_lead_time(idle(depot).mean_time()),
        },
    }
}
