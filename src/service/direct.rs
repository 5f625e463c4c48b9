//! Depots that deliver directly what their outlets, and those that help them, lack.
//!
//! ```text
//! (pools)     for each depot and part the outlets it replenishes; those that lateral supply joins are one pool
//! (depot)     with all its pools: `stocking::lateral::echelons`
//! (walk)      where (depot) is exact: (split) of what a pool has on hand, in the order of each outlet's list
//! (chain)     where everyone of a pool helps everyone under one depot: what the pool meets and what is direct and outside
//!             from (depot); who of the pool meets it in the proportions of the pool's own chain (`pool`), in which orders
//!             wait at the depot as long as they do on average
//! (lists)     where help goes other ways, or over depots: all from that chain, and of what finds nothing the depot
//!             delivers the share that (alone) gives for the outlet and its list together
//! (batches)   a depot that orders Q at a time: the mean over depots that hold S0, S0 − 1, … S0 − Q + 1
//! ```
//! Exact (for exponential lead times) where (depot) says so: Poisson demand, no repairs, no batches, equal outlets with at
//! most one unit each, all or none of which help each other; else approximate. Simulated on random depots with 2 to 30
//! outlets of 1 to 3 units, exponential and constant times: without lateral supply own is off by at most 0.01 of all demand
//! (0.02 at an outlet), direct by 0.007, outside by 0.005; with it what the own shelf and what others meet is told apart to
//! 0.07 (0.12 at an outlet), and outside, where not everyone helps everyone, is off by up to 0.02. A variance-to-mean ratio
//! above 1 is left out: units are taken to be asked for one by one.

use std::collections::BTreeMap;

use crate::scenario::{DepotId, OutletId, PartId};
use crate::stocking::lateral::Shares;
use crate::stocking::lateral::echelons::{Echelons, Pool, Supplied, split};
use crate::stocking::{Method, Stream};

use super::pool::{Help, Helped, Supply, Ties, given};
use super::shelf::outlet_stream;

/// Chains of more states are not solved as a whole.
const MOST_STATES: usize = 2_000;

/// So many units of a batch are looked at one by one.
const MOST_POSITIONS: u32 = 8;

/// A depot that delivers directly, one part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Delivering {
    /// Share of the outlets' orders met at once.
    pub(super) fill_rate: f64,
    /// Expected units owed to outlets \[units\].
    pub(super) expected_backorders: f64,
    /// How they were found.
    pub(super) method: Method,
}

/// An outlet under a depot.
#[derive(Debug, Clone, Copy)]
struct Outlet {
    id: OutletId,
    stream: Stream,
    base_stock: u32,
}

impl Outlet {
    fn of(supply: &Supply, id: OutletId, part: PartId) -> Self {
        let asked = supply.asked(id, part).unwrap_or_default();
        let depot = supply.decisions.replenished_by[id.at()];
        let stream = outlet_stream(supply.scenario, supply.network, supply.shops, id, depot, part, &asked);
        // An outlet whose shop is overloaded never has a unit.
        let supplied = stream.mean_lead_time(0.0).is_finite();
        let base_stock = if supplied { supply.decisions.at_outlet(id, part) } else { 0 };
        Self { id, stream, base_stock }
    }
}

/// Outlets taken together.
fn together<'o>(outlets: impl Iterator<Item = &'o Outlet>) -> Pool {
    let mut pool = Pool { rate: 0.0, base_stock: 0, ordered: 0.0, transport: 0.0 };
    for Outlet { stream, base_stock, .. } in outlets {
        pool.rate += stream.rate;
        pool.base_stock += base_stock;
        if *base_stock > 0 {
            pool.ordered += stream.ordered();
            pool.transport += stream.rate * stream.mean_lead_time(0.0);
        } else {
            // What an empty shelf would order or be sent does not matter, as long as it is a number.
            pool.ordered += stream.rate;
        }
    }
    if pool.rate > 0.0 {
        pool.ordered /= pool.rate;
        pool.transport /= pool.rate;
    }
    pool
}

/// A depot with its outlets in pools, one part.
struct Center {
    pools: Vec<Vec<Outlet>>,
    supplied: Supplied,
    method: Method,
}

impl Center {
    fn of(supply: &Supply, depot: DepotId, part: PartId, pools: Vec<Vec<Outlet>>) -> Option<Self> {
        let orders = supply.depot(depot, part);
        let lead_time = orders.mean_time();
        if !lead_time.is_finite() {
            return None;
        }
        let base_stock = supply.decisions.at_depot(depot, part);
        let joined: Vec<Pool> = pools.iter().map(|pool| together(pool.iter())).collect();
        let quantity = orders.batches(base_stock).quantity;
        let positions = quantity.min(MOST_POSITIONS);
        let mut whole = true;
        let solved = (0..positions).map(|position| {
            // Evenly over 0 … Q−1.
            let short = (2 * u64::from(position) + 1) * u64::from(quantity) / (2 * u64::from(positions));
            let depot_stock = base_stock - u32::try_from(short).unwrap_or(base_stock).min(base_stock);
            let echelons = Echelons { pools: joined.clone(), depot_stock, lead_time };
            echelons.whole(MOST_STATES).unwrap_or_else(|| {
                whole = false;
                echelons.alone()
            })
        });
        let supplied = Supplied::mean(solved.collect());
        let plain = whole && quantity == 1 && orders.repair.share <= 0.0 && alike(&pools);
        Some(Self { pools, supplied, method: if plain { Method::Exact } else { Method::Approximate } })
    }
}

/// Are all outlets equal, Poisson, without repairs and with one unit at most, and together or each alone?
fn alike(pools: &[Vec<Outlet>]) -> bool {
    let mut outlets = pools.iter().flatten();
    let Some(first) = outlets.next() else { return true };
    let like = |outlet: &Outlet| outlet.stream == first.stream && outlet.base_stock == first.base_stock;
    let plain = first.stream.variance_to_mean <= 1.0 + 1e-12 && first.stream.repair.share <= 0.0;
    let ways = pools.len() == 1 || pools.iter().all(|pool| pool.len() == 1);
    first.base_stock <= 1 && plain && ways && outlets.all(like)
}

/// Does everyone with demand in a pool ask everyone else of it?
fn complete(ties: &Ties, pool: &[Outlet]) -> bool {
    pool.iter().filter(|outlet| outlet.stream.rate > 0.0).all(|outlet| ties.list(outlet.id).len() + 1 == pool.len())
}

/// The outlets of a depot by their pool's number; those alone stand behind the pools.
type Joined = BTreeMap<(usize, Option<OutletId>), Vec<Outlet>>;

/// The help that outlets get with a part, from each other and from their depots.
pub(super) fn help(supply: &Supply, ties: &Ties) -> Helped {
    let part = ties.part;
    let above = |outlet: OutletId| supply.decisions.replenished_by[outlet.at()];
    let mut joined: BTreeMap<OutletId, usize> = BTreeMap::new();
    for (number, pool) in ties.pools.iter().enumerate() {
        joined.extend(pool.iter().map(|outlet| (*outlet, number)));
    }
    let mut under: BTreeMap<DepotId, Joined> = BTreeMap::new();
    for id in (0..supply.streams.len()).map(OutletId::from) {
        let pool = joined.get(&id);
        let (Some(depot), true) = (above(id), pool.is_some() || supply.asked(id, part).is_some()) else { continue };
        let key = pool.map_or((usize::MAX, Some(id)), |pool| (*pool, None));
        under.entry(depot).or_default().entry(key).or_default().push(Outlet::of(supply, id, part));
    }
    let mut helped = Helped::default();
    let mut centers: BTreeMap<DepotId, Center> = BTreeMap::new();
    for (depot, pools) in under {
        let Some(center) = Center::of(supply, depot, part, pools.into_values().collect()) else { continue };
        helped.depots.insert((depot, part), center.delivering());
        centers.insert(depot, center);
    }
    // What walks over lists that are not the whole pool: found pool by pool.
    let mut listed = vec![false; ties.pools.len()];
    for center in centers.values() {
        for (number, pool) in center.pools.iter().enumerate() {
            let own = joined.get(&pool[0].id).copied();
            let whole = own.is_none_or(|own| ties.pools[own].len() == pool.len());
            if whole && complete(ties, pool) {
                let shares = center.chained(supply, ties, pool);
                for (outlet, place) in pool.iter().zip(0..).filter(|(outlet, _)| outlet.stream.rate > 0.0) {
                    let help = center.walk(ties, number, outlet, shares.as_ref().map(|shares| &shares[place]));
                    helped.outlets.insert((outlet.id, part), help);
                }
            } else if let Some(own) = own {
                listed[own] = true;
            }
        }
    }
    for (pool, _) in ties.pools.iter().zip(&listed).filter(|(_, listed)| **listed) {
        over_lists(supply, ties, pool, &centers, &mut helped);
    }
    helped
}

impl Center {
    fn delivering(&self) -> Delivering {
        let depot = &self.supplied.depot;
        Delivering { fill_rate: depot.fill_rate(), expected_backorders: depot.mean(), method: self.method }
    }

    /// Mean time until a unit of an outlet is replaced \[years\].
    fn replaced_in(&self, outlet: &Outlet) -> f64 {
        outlet.stream.mean_lead_time(self.supplied.depot.mean_wait())
    }

    /// The shares of a pool's own chain, (chain); `None` where there is nothing to share out, or (walk) is exact.
    fn chained(&self, supply: &Supply, ties: &Ties, pool: &[Outlet]) -> Option<Vec<Shares>> {
        if pool.len() == 1 || self.method == Method::Exact {
            return None;
        }
        let ids: Vec<OutletId> = pool.iter().map(|outlet| outlet.id).collect();
        let of = |id: OutletId| &pool[ids.binary_search(&id).expect("it is asked about its own outlets")];
        Some(ties.shares(supply, &ids, &|id, _| self.replaced_in(of(id))).0)
    }

    /// (walk) or (chain) of an outlet of a pool.
    fn walk(&self, ties: &Ties, pool: usize, outlet: &Outlet, chained: Option<&Shares>) -> Help {
        let stock_of = |id: OutletId| self.pools[pool].iter().find(|own| own.id == id).map_or(0, |own| own.base_stock);
        let list = ties.list(outlet.id);
        let (direct, emergency) = (self.supplied.direct[pool], self.supplied.outside[pool]);
        let taken = match chained {
            Some(shares) => {
                let met = 1.0 - direct - emergency;
                let sum = shares.own + shares.lateral.iter().sum::<f64>();
                let of_all = if sum > 0.0 { met / sum } else { 0.0 };
                std::iter::once(&shares.own).chain(&shares.lateral).map(|share| share * of_all).collect()
            }
            None => {
                let stops = std::iter::once(outlet.base_stock).chain(list.iter().map(|row| stock_of(row.from)));
                split(&self.supplied.on_hand[pool], stops)
            }
        };
        Help { own: taken[0], from: given(list, &taken[1..]), direct, emergency, method: Some(self.method) }
    }
}

/// (lists): the outlets of a pool in which not everyone helps everyone, or not under one depot.
fn over_lists(
    supply: &Supply,
    ties: &Ties,
    pool: &[OutletId],
    centers: &BTreeMap<DepotId, Center>,
    helped: &mut Helped,
) {
    let outlets: Vec<Outlet> = pool.iter().map(|id| Outlet::of(supply, *id, ties.part)).collect();
    let above = |id: OutletId| supply.decisions.replenished_by[id.at()].and_then(|depot| centers.get(&depot));
    let of = |id: OutletId| &outlets[pool.binary_search(&id).expect("whoever gives is of the pool")];
    let lead_time = |id: OutletId, _: &super::shelf::Asked| {
        // A depot that is overloaded brings nothing any more.
        above(id).map_or(f64::INFINITY, |center| center.replaced_in(of(id)))
    };
    let (shares, _) = ties.shares(supply, pool, &lead_time);
    for (outlet, shares) in outlets.iter().zip(shares).filter(|(outlet, _)| outlet.stream.rate > 0.0) {
        let list = ties.list(outlet.id);
        let depot = supply.decisions.replenished_by[outlet.id.at()];
        let near = list.iter().map(|row| of(row.from));
        let near = near.filter(|giver| supply.decisions.replenished_by[giver.id.at()] == depot);
        let rescued = above(outlet.id)
            .map_or(0.0, |center| center.supplied.depot.rescues(&together(std::iter::once(outlet).chain(near))));
        let help = Help {
            own: shares.own,
            from: given(list, &shares.lateral),
            direct: shares.emergency * rescued,
            emergency: shares.emergency * (1.0 - rescued),
            method: Some(Method::Approximate),
        };
        helped.outlets.insert((outlet.id, ties.part), help);
    }
}
