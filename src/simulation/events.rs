//! Lead times that vary: units overtake one another, so arrivals are lived in the order in which they happen.
//!
//! A site has units on hand and requests waiting, first come first served; every unit that leaves a site or is promised by
//! it is ordered anew, at the depot or at the supplier. The only events besides the jobs are arrivals of units, kept in a
//! heap by time.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, VecDeque};

use super::arrivals::Clock;
use super::block::{Block, NO_ITEM, SAME_TIME};
use super::fifo::route;
use super::record::Record;
use super::stream::{Luck, Stream};
use super::{Horizon, LeadTimes};
use crate::scenario::SiteId;

/// A unit on its way to an item.
#[derive(Debug, Clone, Copy)]
struct Arrival {
    time: f64,
    /// Orders have numbers, so that of two arrivals at one time the earlier order's comes first.
    number: u64,
    item: u32,
}

impl PartialEq for Arrival {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Arrival {}

impl PartialOrd for Arrival {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Arrival {
    /// The greatest is the earliest: the standard heap gives the greatest first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.time.total_cmp(&self.time).then(other.number.cmp(&self.number))
    }
}

/// A request that waits at an item: a route's job, or an outlet's order.
#[derive(Debug, Clone, Copy)]
struct Claim {
    since: f64,
    /// The route of a job, the item of an order.
    of: u32,
}

/// An item in the course of time.
#[derive(Debug)]
struct Shelf {
    on_hand: u32,
    waiting: VecDeque<Claim>,
    chance: Stream,
}

struct Life<'a> {
    block: &'a Block,
    horizon: &'a Horizon,
    lead_times: LeadTimes,
    shelves: Vec<Shelf>,
    heap: BinaryHeap<Arrival>,
    ordered: u64,
    /// Jobs that count and still wait.
    open: u64,
    record: Record,
}

/// Lives a block event by event.
pub(super) fn live(
    block: &Block,
    horizon: &Horizon,
    luck: Luck,
    names: &dyn Fn(SiteId) -> String,
    part: &str,
    expresses: bool,
    lead_times: LeadTimes,
) -> Record {
    let shelf = |item: &super::block::Item| {
        let chance = luck.stream("lead times", &[part, &names(item.site)]);
        Shelf { on_hand: item.base_stock, waiting: VecDeque::new(), chance }
    };
    let shelves = block.items.iter().map(shelf).collect();
    let (heap, record) = (BinaryHeap::new(), Record::of(block));
    let mut life = Life { block, horizon, lead_times, shelves, heap, ordered: 0, open: 0, record };
    let mut clock = Clock::new(&block.arrivals, luck, part);
    // Jobs that arrive after the end count no more, but their orders may still serve those that came before.
    let last = horizon.end() + horizon.years.max(horizon.warm_up);
    loop {
        let batch = clock.next();
        if batch.time >= last || batch.time >= horizon.end() && life.open == 0 {
            break;
        }
        let Some(route) = route(block, &mut clock, batch.source) else { continue };
        for _ in 0..batch.size {
            life.until(batch.time);
            life.job(route, batch.time, expresses);
        }
    }
    life.until(f64::INFINITY);
    life.record
}

impl Life<'_> {
    /// Lives all arrivals up to a time.
    fn until(&mut self, time: f64) {
        while let Some(arrival) = self.heap.peek().copied().filter(|arrival| arrival.time <= time + SAME_TIME) {
            self.heap.pop();
            self.arrive(arrival.item as usize, arrival.time);
        }
    }

    fn counts(&self, time: f64) -> bool {
        time >= self.horizon.warm_up && time < self.horizon.end()
    }

    fn job(&mut self, route: usize, time: f64, expresses: bool) {
        let item = self.block.routes[route].item;
        let counts = self.counts(time);
        if counts {
            self.record.routes[route].asked += 1;
        }
        if item == NO_ITEM {
            return;
        }
        let shelf = &mut self.shelves[item as usize];
        if shelf.on_hand > 0 {
            shelf.on_hand -= 1;
        } else if expresses {
            self.record.routes[route].missed += u64::from(counts);
            return;
        } else {
            shelf.waiting.push_back(Claim { since: time, of: route as u32 });
            self.open += u64::from(counts);
        }
        self.order(item as usize, time);
    }

    /// Orders a unit for an item.
    fn order(&mut self, item: usize, time: f64) {
        let upstream = self.block.items[item].upstream;
        if upstream == NO_ITEM {
            self.dispatch(item, time);
            return;
        }
        let counts = self.counts(time);
        let depot = &mut self.shelves[upstream as usize];
        let orders = &mut self.record.orders[upstream as usize];
        orders.asked += u64::from(counts);
        if depot.on_hand > 0 {
            depot.on_hand -= 1;
            self.dispatch(item, time);
        } else {
            orders.missed += u64::from(counts);
            depot.waiting.push_back(Claim { since: time, of: item as u32 });
        }
        self.order(upstream as usize, time);
    }

    /// Sends a unit on its way to an item.
    fn dispatch(&mut self, item: usize, time: f64) {
        let lead_time = self.block.items[item].lead_time;
        let taken = match lead_time.constant(self.lead_times) {
            Some(constant) => constant,
            None => lead_time.draw(self.lead_times, &mut self.shelves[item].chance),
        };
        self.ordered += 1;
        self.heap.push(Arrival { time: time + taken, number: self.ordered, item: item as u32 });
    }

    /// A unit arrives at an item: for the request that has waited longest, or for the shelf.
    fn arrive(&mut self, item: usize, time: f64) {
        let Some(claim) = self.shelves[item].waiting.pop_front() else {
            self.shelves[item].on_hand += 1;
            return;
        };
        let counts = self.counts(claim.since);
        let wait = (time - claim.since).max(0.0);
        match self.block.items[item].site {
            SiteId::Outlet(_) if counts => {
                self.record.waited(&self.block.slack, claim.of as usize, wait);
                self.open -= 1;
            }
            SiteId::Outlet(_) => {}
            SiteId::Depot(_) => {
                if counts {
                    self.record.orders[item].waited += wait;
                }
                self.dispatch(claim.of as usize, time);
            }
        }
    }
}
