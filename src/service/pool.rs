//! Outlets that help each other, and depots that help them: who meets the demand for a part where the own shelf does not.
//!
//! For every part the open outlets that lateral supply joins, directly or through others, are a pool of `stocking::lateral`.
//! An outlet that is asked for nothing itself may give all the same. The supplying outlet reorders, so its replenishment is
//! charged to it; a depot is evaluated as if each of its outlets ordered what is asked of itself. Where depots deliver
//! directly what is left over, module `direct` evaluates pools and depots together.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use crate::network::Network;
use crate::plan::Decisions;
use crate::scenario::{DepotId, Lateral, OutletId, PartId, Scenario};
use crate::stocking::lateral::{self, Member, Shares, shares};
use crate::stocking::{Depot, Method, Upstream};

use super::direct::{self, Delivering};
use super::repair::Shops;
use super::shelf::{Asked, depot_lead_time, outlet_stream, resent};

/// How an outlet's demand for a part is met with the help of others.
#[derive(Debug, Clone, PartialEq)]
pub struct Help {
    /// From its own shelf.
    pub own: f64,
    /// From other outlets, in order of preference.
    pub from: Vec<Helper>,
    /// Directly from its depot.
    pub direct: f64,
    /// Expressed from outside.
    pub emergency: f64,
    /// How the shares were found; `None`: as the outlet's position is.
    pub method: Option<Method>,
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
    pub(super) scenario: &'a Scenario,
    pub(super) network: &'a Network,
    pub(super) decisions: &'a Decisions,
    pub(super) shops: &'a Shops,
    pub(super) streams: &'a [Vec<(PartId, Asked)>],
    pub(super) upstreams: &'a BTreeMap<(DepotId, PartId), Upstream>,
}

impl Supply<'_> {
    /// What is asked of an outlet for a part, if anything is.
    pub(super) fn asked(&self, outlet: OutletId, part: PartId) -> Option<Asked> {
        let streams = &self.streams[outlet.at()];
        streams.binary_search_by_key(&part, |entry| entry.0).ok().map(|found| streams[found].1)
    }

    /// A depot as far as a part is concerned, though nobody under it should ask for the part.
    pub(super) fn depot(&self, depot: DepotId, part: PartId) -> Depot {
        self.upstreams.get(&(depot, part)).map_or_else(
            || {
                let repair = self.shops.depot_repair(self.scenario, depot, part);
                let lead_time = depot_lead_time(self.scenario, depot, part);
                Depot::new(0.0, 1.0, lead_time).repairing(repair).resending(resent(self.scenario))
            },
            Upstream::depot,
        )
    }
}

/// Who helps whom.
#[derive(Debug, Default)]
pub(super) struct Helped {
    /// The help that every outlet gets, by outlet and part; only those that may be helped, or may help, are in it.
    pub(super) outlets: BTreeMap<(OutletId, PartId), Help>,
    /// The depots that deliver directly, by depot and part.
    pub(super) depots: BTreeMap<(DepotId, PartId), Delivering>,
}

/// The help that outlets and depots give.
pub(super) fn help(supply: &Supply) -> Helped {
    let Supply { scenario, decisions, .. } = *supply;
    if scenario.laterals.is_empty() && !scenario.stocking.direct {
        return Helped::default();
    }
    let mut rows: BTreeMap<OutletId, Vec<&Lateral>> = BTreeMap::new();
    let open = |outlet: OutletId| decisions.outlet_open[outlet.at()];
    for lateral in scenario.laterals.iter().filter(|lateral| open(lateral.from) && open(lateral.to)) {
        rows.entry(lateral.to).or_default().push(lateral);
    }
    let parts: Vec<PartId> = (0..scenario.parts.len()).map(PartId::from).collect();
    let of_part = |part: &PartId| {
        let ties = Ties::of(supply, &rows, *part);
        if scenario.stocking.direct { direct::help(supply, &ties) } else { lateral_help(supply, &ties) }
    };
    let mut helped = Helped::default();
    for own in parts.par_iter().map(of_part).collect::<Vec<_>>() {
        helped.outlets.extend(own.outlets);
        helped.depots.extend(own.depots);
    }
    helped
}

/// Who helps an outlet with a part: the quickest first, then in the order of rows; a row for the part goes before one for all.
fn helpers<'a>(rows: &[&'a Lateral], part: PartId) -> Vec<&'a Lateral> {
    let own = |from: OutletId| rows.iter().any(|row| row.from == from && row.part == Some(part));
    let mut helpers: Vec<&Lateral> =
        rows.iter().copied().filter(|row| row.part == Some(part) || (row.part.is_none() && !own(row.from))).collect();
    helpers.sort_by(|left, right| left.hours.get().total_cmp(&right.hours.get()));
    helpers
}

/// Which outlets help each other with a part.
pub(super) struct Ties<'a> {
    /// The part.
    pub(super) part: PartId,
    /// Who helps each outlet with demand, in order; only those that anyone helps are in it.
    pub(super) lists: BTreeMap<OutletId, Vec<&'a Lateral>>,
    /// The outlets that are joined, each pool in order.
    pub(super) pools: Vec<Vec<OutletId>>,
}

impl<'a> Ties<'a> {
    fn of(supply: &Supply, rows: &BTreeMap<OutletId, Vec<&'a Lateral>>, part: PartId) -> Self {
        // Who asks whom, among those with demand.
        let lists: BTreeMap<OutletId, Vec<&Lateral>> = rows
            .iter()
            .filter(|(to, _)| supply.asked(**to, part).is_some())
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
        let mut pools = Vec::new();
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
            pools.push(pool);
        }
        Self { part, lists, pools }
    }

    /// Who helps an outlet, in order.
    pub(super) fn list(&self, outlet: OutletId) -> &[&'a Lateral] {
        self.lists.get(&outlet).map_or(&[], Vec::as_slice)
    }

    /// How the demand of each outlet of a pool is met, where the lead time \[years\] of each is known.
    pub(super) fn shares(
        &self,
        supply: &Supply,
        pool: &[OutletId],
        lead_time: &dyn Fn(OutletId, &Asked) -> f64,
    ) -> (Vec<Shares>, lateral::Method) {
        let place = |outlet| pool.binary_search(&outlet).expect("whoever gives is of the pool");
        let members: Vec<Member> = pool
            .iter()
            .map(|&outlet| {
                let asked = supply.asked(outlet, self.part).unwrap_or_default();
                let lead_time = lead_time(outlet, &asked);
                // An outlet whose shop is overloaded never has a unit.
                let base_stock = if lead_time.is_finite() { supply.decisions.at_outlet(outlet, self.part) } else { 0 };
                let suppliers = self.list(outlet).iter().map(|row| place(row.from)).collect();
                Member { rate: asked.rate, base_stock, lead_time, suppliers }
            })
            .collect();
        shares(&members)
    }
}

/// The help among outlets alone.
fn lateral_help(supply: &Supply, ties: &Ties) -> Helped {
    let mut helped = Helped::default();
    for pool in &ties.pools {
        let lead_time = |outlet: OutletId, asked: &Asked| lead_time(supply, outlet, ties.part, asked);
        let (shares, method) = ties.shares(supply, pool, &lead_time);
        let method = (method == lateral::Method::Neighbourhoods).then_some(Method::Approximate);
        for (&outlet, shares) in pool.iter().zip(shares) {
            if supply.asked(outlet, ties.part).is_some() {
                let from = given(ties.list(outlet), &shares.lateral);
                let help = Help { own: shares.own, from, direct: 0.0, emergency: shares.emergency, method };
                helped.outlets.insert((outlet, ties.part), help);
            }
        }
    }
    helped
}

/// Who gives what share.
pub(super) fn given(list: &[&Lateral], shares: &[f64]) -> Vec<Helper> {
    let helper = |(row, share): (&&Lateral, &f64)| Helper {
        outlet: row.from,
        hours: row.hours.get(),
        cost_per_unit: row.cost_per_unit.get(),
        share: *share,
    };
    list.iter().zip(shares).map(helper).collect()
}

/// Mean time until a unit that an outlet gave is replaced \[years\].
fn lead_time(supply: &Supply, outlet: OutletId, part: PartId, asked: &Asked) -> f64 {
    let Supply { scenario, network, decisions, shops, upstreams, .. } = *supply;
    let depot = decisions.replenished_by[outlet.at()];
    let stream = outlet_stream(scenario, network, shops, outlet, depot, part, asked);
    match depot {
        None => stream.mean_lead_time(0.0),
        Some(depot) => match upstreams.get(&(depot, part)) {
            Some(upstream) => stream.mean_lead_time(upstream.mean_wait()),
            // Nobody under the depot asks for the part: an order that comes all the same finds its base stock.
            None if decisions.at_depot(depot, part) > 0 => stream.mean_lead_time(0.0),
            None => stream.mean_lead_time(supply.depot(depot, part).mean_time()),
        },
    }
}
