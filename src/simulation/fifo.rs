//! Constant lead times: nothing overtakes, so no list of events is needed.
//!
//! With lead times that do not vary, served first come first served, units arrive in the order in which they were ordered,
//! and the n-th request at a site with base stock S is met by the unit that replaced that of request n − S (S. Axsäter
//! 1990, Operations Research 38):
//!
//! ```text
//! (depot)   the order of time t leaves the depot at t' = max(t, t₋S₀ + T0),  t₋S₀: the order S0 orders before
//! (outlet)  it reaches the outlet at t' + O; the job of time t has its part when the unit of the order S orders before
//!           arrives, or at once
//! (express) where stockouts are expressed the job takes the unit of the order S orders before if that has arrived, else
//!           that of another outlet if one there has arrived, else it takes none and orders none
//! (direct)  where depots deliver directly, a job that finds none at the outlets takes the unit of the depot's order S0
//!           orders before if that has arrived, and is one of the depot's orders itself
//! (batch)   a site that orders Q ≤ S units at once learns of the arrivals of Q replacements when the last is asked for
//! ```
//! A site remembers the arrivals of its last S orders in a ring; a job costs a few additions and no search.

use super::arrivals::Clock;
use super::block::{Block, SAME_TIME};
use super::item::{Helper, Item, NO_ITEM};
use super::record::Record;
use super::stream::{Luck, Stream};
use super::{Horizon, LeadTimes};
use crate::scenario::{Scenario, SiteId};

/// A site's last arrivals, in order.
#[derive(Debug, Clone, Copy)]
struct Ring {
    /// Where they begin among the arrivals of all.
    first: usize,
    /// How many.
    length: usize,
    /// The oldest.
    oldest: usize,
    /// The ring of the depot; [`NO_ITEM`] where there is none.
    upstream: u32,
    /// Q of (batch).
    quantity: u32,
    /// Units that the next batch will bring.
    owed: u32,
    /// The lead time, transport or turnaround \[years\].
    lead_time: f64,
}

/// Lives a block whose units never overtake; `None` where they may.
pub(super) fn live(
    scenario: &Scenario,
    block: &Block,
    horizon: &Horizon,
    luck: Luck,
    expresses: bool,
) -> Option<Record> {
    let sources: Vec<(u32, f64)> =
        block.items.iter().map(|item| item.in_order(LeadTimes::Constant)).collect::<Option<_>>()?;
    let part = block.part.map_or("", |part| scenario.parts[part.at()].id.as_str());
    let mut record = Record::of(block);
    let mut clock = Clock::new(&block.arrivals, luck, part);
    if block.items.is_empty() {
        count(block, horizon, &mut clock, &mut record);
        return Some(record);
    }
    let chance = |item: &Item| luck.stream("lead times", &[part, &scenario.site(item.site).id]);
    let mut shelves = Shelves::of(&block.items, &sources, expresses, &chance);
    if expresses {
        shelves.live::<true>(block, horizon, &mut clock, &mut record);
    } else {
        shelves.live::<false>(block, horizon, &mut clock, &mut record);
    }
    Some(record)
}

/// Jobs that need no part are only counted.
fn count(block: &Block, horizon: &Horizon, clock: &mut Clock, record: &mut Record) {
    loop {
        let batch = clock.next();
        if batch.time >= horizon.end() {
            break;
        }
        if let Some(route) = route(block, clock, batch.source)
            && batch.time >= horizon.warm_up
        {
            record.routes[route].asked += batch.size;
        }
    }
}

/// The route of a batch; `None` where nobody serves the region.
#[inline]
pub(super) fn route(block: &Block, clock: &mut Clock, source: u32) -> Option<usize> {
    let first = block.starts[source as usize] as usize;
    let end = block.starts[source as usize + 1] as usize;
    if end - first == 1 {
        return Some(first);
    }
    let choice = clock.choice();
    let routes = &block.routes[first..end];
    let chosen = routes.iter().position(|route| choice <= route.share_up_to);
    (end > first).then(|| first + chosen.unwrap_or(routes.len() - 1))
}

struct Shelves {
    rings: Vec<Ring>,
    arrivals: Vec<f64>,
}

impl Shelves {
    /// Full shelves: all of the base stock arrived before time began, but for what the first batch will bring. Where every
    /// job orders, its own order enters the ring before the oldest is taken from it, and with a base stock of 0 they are
    /// the same.
    fn of(items: &[Item], sources: &[(u32, f64)], expresses: bool, chance: &dyn Fn(&Item) -> Stream) -> Self {
        let mut arrivals = Vec::new();
        let ring = |(item, (upstream, lead_time)): (&Item, &(u32, f64))| {
            // Depots get an order with every unit they are asked for, whatever happens at the outlets.
            let every = matches!(item.site, SiteId::Depot(_)) || !expresses;
            let length = item.base_stock as usize + usize::from(every);
            let owed = if item.quantity > 1 { item.phase(&mut chance(item)) } else { 0 };
            let first = arrivals.len();
            arrivals.resize(first + length, f64::NEG_INFINITY);
            for place in 0..owed as usize {
                arrivals[first + length - 1 - place] = f64::INFINITY;
            }
            // The place of the next order is the one at the front; what is owed stands behind it, at the end.
            Ring { first, length, oldest: 0, upstream: *upstream, quantity: item.quantity, owed, lead_time: *lead_time }
        };
        let rings = items.iter().zip(sources).map(ring).collect();
        Self { rings, arrivals }
    }

    /// Puts an order's arrival into a ring that is full but for it and gives the arrival of the oldest.
    #[inline]
    fn turn(&mut self, item: usize, arrival: f64) -> f64 {
        let ring = &mut self.rings[item];
        let own = ring.first + ring.oldest;
        ring.oldest += 1;
        if ring.oldest == ring.length {
            ring.oldest = 0;
        }
        let oldest = ring.first + ring.oldest;
        self.arrivals[own] = arrival;
        if ring.quantity > 1 {
            self.batch(item, arrival);
        }
        self.arrivals[oldest]
    }

    /// (batch): the arrival just put into a ring is that of the whole batch if this unit completes it, else it is not known
    /// yet.
    fn batch(&mut self, item: usize, arrival: f64) {
        let Ring { first, length, oldest, quantity, .. } = self.rings[item];
        self.rings[item].owed += 1;
        let complete = self.rings[item].owed == quantity;
        let (count, known) = if complete { (quantity as usize, arrival) } else { (1, f64::INFINITY) };
        for back in 1..=count {
            self.arrivals[first + (oldest + length - back) % length] = known;
        }
        if complete {
            self.rings[item].owed = 0;
        }
    }

    /// When an order of an outlet arrives there, (depot) and (outlet).
    #[inline]
    fn order(&mut self, outlet: usize, time: f64, record: &mut Record) -> f64 {
        let Ring { upstream, lead_time, .. } = self.rings[outlet];
        if upstream == NO_ITEM {
            return time + lead_time;
        }
        let depot = upstream as usize;
        let stocked = self.rings[depot].length > 1;
        let at_depot = self.turn(depot, time + self.rings[depot].lead_time);
        let orders = &mut record.orders[depot];
        orders.asked += 1;
        if at_depot > time + SAME_TIME || !stocked {
            orders.missed += 1;
            orders.waited += at_depot - time;
        }
        at_depot.max(time) + lead_time
    }

    /// Takes a unit from an outlet's shelf if one is there, and orders another, (express).
    #[inline]
    fn take(&mut self, outlet: usize, time: f64, record: &mut Record) -> bool {
        let Ring { first, length, oldest, .. } = self.rings[outlet];
        let own = first + oldest;
        if length == 0 || self.arrivals[own] > time + SAME_TIME {
            return false;
        }
        self.arrivals[own] = self.order(outlet, time, record);
        self.rings[outlet].oldest = if oldest + 1 == length { 0 } else { oldest + 1 };
        true
    }

    /// Takes a unit from a depot's shelf if one is there, (direct).
    fn deliver(&mut self, depot: u32, time: f64) -> bool {
        let Some(&Ring { first, length, oldest, lead_time, .. }) = self.rings.get(depot as usize) else { return false };
        // The order that is put in goes before the oldest.
        let next = if oldest + 1 == length { 0 } else { oldest + 1 };
        if length <= 1 || self.arrivals[first + next] > time + SAME_TIME {
            return false;
        }
        self.turn(depot as usize, time + lead_time);
        true
    }

    fn live<const EXPRESSES: bool>(
        &mut self,
        block: &Block,
        horizon: &Horizon,
        clock: &mut Clock,
        record: &mut Record,
    ) {
        let mut warm = false;
        loop {
            let batch = clock.next();
            let time = batch.time;
            if !warm && time >= horizon.warm_up {
                record.clear();
                warm = true;
            }
            if time >= horizon.end() {
                break;
            }
            let Some(route) = route(block, clock, batch.source) else { continue };
            let outlet = block.routes[route].item as usize;
            record.routes[route].asked += batch.size;
            for _ in 0..batch.size {
                if EXPRESSES {
                    if self.take(outlet, time, record) {
                        continue;
                    }
                    record.routes[route].missed += 1;
                    let gives = |helper: &Helper| self.take(helper.item as usize, time, record);
                    if let Some(helper) = block.items[outlet].helpers.iter().position(gives) {
                        record.helped[block.routes[route].helpers as usize + helper] += 1;
                    } else if block.delivers && self.deliver(block.items[outlet].depot, time) {
                        record.direct[route] += 1;
                    }
                } else {
                    let arrival = self.order(outlet, time, record);
                    let at_hand = self.turn(outlet, arrival);
                    if at_hand > time + SAME_TIME || self.rings[outlet].length == 1 {
                        record.waited(&block.slack, route, (at_hand - time).max(0.0));
                    }
                }
            }
        }
    }
}
