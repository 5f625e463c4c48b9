//! Constant lead times: nothing overtakes, so no list of events is needed.
//!
//! Under one-for-one orders, served first come first served, with lead times that do not vary, units arrive in the order in
//! which they were ordered, and the n-th request at a site with base stock S is met by the unit ordered with request
//! n − S (S. Axsäter 1990, Operations Research 38):
//!
//! ```text
//! (depot)   the order of time t leaves the depot at t' = max(t, t₋S₀ + T0),  t₋S₀: the order S0 orders before
//! (outlet)  it reaches the outlet at t' + O; the job of time t has its part when the unit of the order S orders before
//!           arrives, or at once
//! (express) where stockouts are expressed the job takes the unit of the order S orders before if that has arrived,
//!           else it takes none and orders none
//! ```
//! A site remembers the arrivals of its last S orders in a ring; a job costs a few additions and no search.

use super::arrivals::Clock;
use super::block::{Block, Item, NO_ITEM, SAME_TIME};
use super::record::Record;
use super::stream::Luck;
use super::{Horizon, LeadTimes};

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
    /// The lead time or transport \[years\].
    lead_time: f64,
}

/// Lives a block whose lead times are constant; `None` where they are not.
pub(super) fn live(block: &Block, horizon: &Horizon, luck: Luck, part: &str, expresses: bool) -> Option<Record> {
    let lead_times: Vec<f64> =
        block.items.iter().map(|item| item.lead_time.constant(LeadTimes::Constant)).collect::<Option<_>>()?;
    let mut record = Record::of(block);
    let mut clock = Clock::new(&block.arrivals, luck, part);
    if block.items.is_empty() {
        count(block, horizon, &mut clock, &mut record);
    } else if expresses {
        Shelves::of(&block.items, &lead_times, true).live::<true>(block, horizon, &mut clock, &mut record);
    } else {
        Shelves::of(&block.items, &lead_times, false).live::<false>(block, horizon, &mut clock, &mut record);
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
        if batch.time >= horizon.warm_up
            && let Some(route) = route(block, clock, batch.source)
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
    /// Full shelves: all of the base stock arrived before time began. Where every job orders, its own order enters the
    /// ring before the oldest is taken from it, and with a base stock of 0 they are the same.
    fn of(items: &[Item], lead_times: &[f64], expresses: bool) -> Self {
        let mut first = 0;
        let ring = |(item, lead_time): (&Item, &f64)| {
            // Depots get an order with every unit they are asked for, whatever happens at the outlets.
            let is_depot = matches!(item.site, crate::scenario::SiteId::Depot(_));
            let length = item.base_stock as usize + usize::from(is_depot || !expresses);
            let ring = Ring { first, length, oldest: 0, upstream: item.upstream, lead_time: *lead_time };
            first += length;
            ring
        };
        let rings: Vec<Ring> = items.iter().zip(lead_times).map(ring).collect();
        Self { rings, arrivals: vec![f64::NEG_INFINITY; first] }
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
        self.arrivals[oldest]
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
                    let Ring { first, length, oldest, .. } = self.rings[outlet];
                    let own = first + oldest;
                    if length == 0 || self.arrivals[own] > time + SAME_TIME {
                        record.routes[route].missed += 1;
                        continue;
                    }
                    self.arrivals[own] = self.order(outlet, time, record);
                    self.rings[outlet].oldest = if oldest + 1 == length { 0 } else { oldest + 1 };
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
