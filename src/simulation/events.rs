//! Units that overtake one another, and shops that parts share: arrivals are lived in the order in which they happen.
//!
//! A site has units on hand and requests waiting, first come first served. Every unit that leaves a site is replaced:
//!
//! ```text
//! (repair)  with the probability of the repaired share the failed unit is repaired at the site, at once or, where servers
//!           are counted, when one of them is free, first come first served over all parts of the site
//! (order)   else one is asked of the depot, or owed to the supplier's next batch of Q units
//! ```
//! A packaging lets a share of what a depot sends be damaged on the way: found on arrival, it is asked of the depot again, which
//! orders another from the supplier, whatever it repairs.
//! Where depots deliver directly, a job that finds nothing at its outlet and those that help it takes a unit of the depot's
//! shelf, and the depot replaces it as any other.
//!
//! The only events besides the jobs are arrivals of units, kept in a heap by time. Repairs by counted servers take
//! exponential times, however other times vary: that is what `repair_servers` means.

mod queue;

use std::collections::{BTreeMap, VecDeque};

use super::arrivals::{Batch, Clock};
use super::block::{Block, SAME_TIME};
use super::fifo::route;
use super::item::{Item, NO_ITEM};
use super::record::Record;
use super::stream::{Luck, Stream};
use super::{Horizon, LeadTimes};
use crate::scenario::{Scenario, SiteId};
use queue::Queue;

/// Units on their way to an item.
#[derive(Debug, Clone, Copy)]
struct Arrival {
    item: u32,
    units: u32,
    /// The shop that they leave; [`NO_SHOP`] where they come another way.
    shop: u32,
    /// Did a depot send them?
    sent: bool,
}

const NO_SHOP: u32 = u32::MAX;

/// A request that waits at an item: a route's job, or an outlet's order.
#[derive(Debug, Clone, Copy)]
struct Claim {
    since: f64,
    /// The route of a job, the item of an order.
    of: u32,
}

/// An item in the course of time.
struct Shelf<'a> {
    item: &'a Item,
    /// Its block.
    block: usize,
    /// The number of its block's first item.
    first: u32,
    shop: u32,
    on_hand: u32,
    /// Units that the next batch will bring.
    owed: u32,
    waiting: VecDeque<Claim>,
    chance: Stream,
    /// When its last consignment left the depot, and how long it takes: units sent at once clear customs together.
    last: (f64, f64),
}

/// The servers of a site.
struct Shop {
    free: u32,
    line: VecDeque<u32>,
    chance: Stream,
}

struct Life<'a> {
    blocks: &'a [Block],
    horizon: &'a Horizon,
    lead_times: LeadTimes,
    expresses: bool,
    shelves: Vec<Shelf<'a>>,
    shops: Vec<Shop>,
    arrivals: Queue<Arrival>,
    ordered: u64,
    /// Jobs that count and still wait.
    open: u64,
    records: Vec<Record>,
}

/// Lives blocks together, event by event.
pub(super) fn live(
    scenario: &Scenario,
    blocks: &[Block],
    horizon: &Horizon,
    luck: Luck,
    expresses: bool,
    lead_times: LeadTimes,
) -> Vec<Record> {
    let part = |block: &Block| block.part.map_or("", |part| scenario.parts[part.at()].id.as_str());
    let mut life = Life {
        blocks,
        horizon,
        lead_times,
        expresses,
        shelves: Vec::new(),
        shops: Vec::new(),
        arrivals: Queue::new(),
        ordered: 0,
        open: 0,
        records: blocks.iter().map(Record::of).collect(),
    };
    let mut shops: BTreeMap<SiteId, u32> = BTreeMap::new();
    let mut firsts = Vec::with_capacity(blocks.len());
    for (number, block) in blocks.iter().enumerate() {
        let first = life.shelves.len() as u32;
        firsts.push(first);
        for item in &block.items {
            let site = scenario.site(item.site);
            let shop = if item.in_shop {
                *shops.entry(item.site).or_insert_with(|| {
                    let free = site.repair_servers.unwrap_or(1);
                    life.shops.push(Shop { free, line: VecDeque::new(), chance: luck.stream("repairs", &[&site.id]) });
                    life.shops.len() as u32 - 1
                })
            } else {
                NO_SHOP
            };
            let mut chance = luck.stream("lead times", &[part(block), &site.id]);
            let owed = item.phase(&mut chance);
            let on_hand = item.base_stock - owed;
            life.shelves.push(Shelf {
                item,
                block: number,
                first,
                shop,
                on_hand,
                owed,
                waiting: VecDeque::new(),
                chance,
                last: (f64::NEG_INFINITY, 0.0),
            });
        }
    }
    let mut clocks: Vec<Clock> = blocks.iter().map(|block| Clock::new(&block.arrivals, luck, part(block))).collect();
    let mut jobs: Queue<(usize, Batch)> = Queue::new();
    let call = |block: usize, clock: &mut Clock, jobs: &mut Queue<(usize, Batch)>| {
        let batch = clock.next();
        jobs.push(batch.time, block as u64, (block, batch));
    };
    for (block, clock) in clocks.iter_mut().enumerate() {
        call(block, clock, &mut jobs);
    }
    // Jobs that arrive after the end count no more, but what they order may still serve those that came before.
    let last = horizon.end() + horizon.years.max(horizon.warm_up);
    while let Some((time, (block, batch))) = jobs.pop() {
        if time >= last || time >= horizon.end() && life.open == 0 {
            break;
        }
        if let Some(route) = route(&blocks[block], &mut clocks[block], batch.source) {
            for _ in 0..batch.size {
                life.until(time);
                life.job(block, firsts[block], route, time);
            }
        }
        call(block, &mut clocks[block], &mut jobs);
    }
    life.until(f64::INFINITY);
    life.records
}

impl Life<'_> {
    /// Lives all arrivals up to a time.
    fn until(&mut self, time: f64) {
        while let Some((time, Arrival { item, units, shop, sent })) = self.arrivals.pop_until(time + SAME_TIME) {
            if shop != NO_SHOP {
                self.leave(shop, time);
            }
            if sent && self.is_damaged(item) {
                let shelf = &self.shelves[item as usize];
                self.request(shelf.first + shelf.item.upstream, item, time, true);
                continue;
            }
            for _ in 0..units {
                self.arrive(item, time);
            }
        }
    }

    /// Is a unit that a depot sent found damaged?
    fn is_damaged(&mut self, item: u32) -> bool {
        let shelf = &mut self.shelves[item as usize];
        shelf.item.damaged > 0.0 && shelf.chance.uniform() <= shelf.item.damaged
    }

    fn counts(&self, time: f64) -> bool {
        time >= self.horizon.warm_up && time < self.horizon.end()
    }

    fn job(&mut self, block: usize, first: u32, route: usize, time: f64) {
        let counts = self.counts(time);
        let blocks = self.blocks;
        let of = &blocks[block].routes[route];
        if counts {
            self.records[block].routes[route].asked += 1;
        }
        if of.item == NO_ITEM {
            return;
        }
        let item = first + of.item;
        let shelf = &mut self.shelves[item as usize];
        if shelf.on_hand > 0 {
            shelf.on_hand -= 1;
            self.replace(item, time);
        } else if self.expresses {
            let helpers = &blocks[block].items[of.item as usize].helpers;
            let helper = helpers.iter().position(|helper| self.shelves[(first + helper.item) as usize].on_hand > 0);
            if counts {
                self.records[block].routes[route].missed += 1;
                if let Some(helper) = helper {
                    self.records[block].helped[of.helpers as usize + helper] += 1;
                }
            }
            if let Some(helper) = helper {
                let giver = first + helpers[helper].item;
                self.shelves[giver as usize].on_hand -= 1;
                self.replace(giver, time);
            } else if blocks[block].delivers {
                self.deliver(block, first, route, time);
            }
        } else {
            shelf.waiting.push_back(Claim { since: time, of: route as u32 });
            self.open += u64::from(counts);
            self.replace(item, time);
        }
    }

    /// The depot delivers a unit directly, if it has one on its shelf.
    fn deliver(&mut self, block: usize, first: u32, route: usize, time: f64) {
        let item = &self.blocks[block].items[self.blocks[block].routes[route].item as usize];
        if item.depot == NO_ITEM {
            return;
        }
        let depot = first + item.depot;
        let shelf = &mut self.shelves[depot as usize];
        if shelf.on_hand == 0 {
            return;
        }
        shelf.on_hand -= 1;
        if self.counts(time) {
            self.records[block].direct[route] += 1;
        }
        self.replace(depot, time);
    }

    /// A unit left an item, or was promised by it: (repair) and (order).
    fn replace(&mut self, number: u32, time: f64) {
        let shelf = &mut self.shelves[number as usize];
        let item = shelf.item;
        if item.repaired >= 1.0 || item.repaired > 0.0 && shelf.chance.uniform() <= item.repaired {
            let shop = shelf.shop;
            if shop != NO_SHOP {
                self.enter(shop, number, time);
            } else {
                let taken = self.lead_times.draw(item.turnaround, &mut shelf.chance);
                self.send(number, 1, time + taken, NO_SHOP);
            }
        } else if item.upstream != NO_ITEM {
            let depot = shelf.first + item.upstream;
            self.request(depot, number, time, false);
        } else {
            self.order(number, time);
        }
    }

    /// A unit more is owed to the supplier's next batch.
    fn order(&mut self, number: u32, time: f64) {
        let shelf = &mut self.shelves[number as usize];
        let item = shelf.item;
        shelf.owed += 1;
        if shelf.owed == item.quantity {
            shelf.owed = 0;
            let taken = self.lead_times.draw(item.lead_time, &mut shelf.chance);
            self.send(number, item.quantity, time + taken, NO_SHOP);
        }
    }

    /// An outlet's order reaches its depot, the first time or `again`, when nothing comes back to be repaired.
    fn request(&mut self, depot: u32, from: u32, time: f64, again: bool) {
        let counts = self.counts(time);
        let shelf = &mut self.shelves[depot as usize];
        let orders = &mut self.records[shelf.block].orders[(depot - shelf.first) as usize];
        orders.asked += u64::from(counts);
        if shelf.on_hand > 0 {
            shelf.on_hand -= 1;
            self.dispatch(from, time);
        } else {
            orders.missed += u64::from(counts);
            shelf.waiting.push_back(Claim { since: time, of: from });
        }
        if again {
            self.order(depot, time);
        } else {
            self.replace(depot, time);
        }
    }

    /// A depot sends a unit to an outlet.
    fn dispatch(&mut self, outlet: u32, time: f64) {
        let shelf = &mut self.shelves[outlet as usize];
        if !shelf.item.customs.vary() || shelf.last.0 != time {
            shelf.last = (time, shelf.item.travels(self.lead_times, &mut shelf.chance));
        }
        let taken = shelf.last.1;
        self.ordered += 1;
        self.arrivals.push(time + taken, self.ordered, Arrival { item: outlet, units: 1, shop: NO_SHOP, sent: true });
    }

    fn send(&mut self, item: u32, units: u32, time: f64, shop: u32) {
        self.ordered += 1;
        self.arrivals.push(time, self.ordered, Arrival { item, units, shop, sent: false });
    }

    /// A failed unit of an item enters a shop.
    fn enter(&mut self, shop: u32, item: u32, time: f64) {
        let servers = &mut self.shops[shop as usize];
        if servers.free == 0 {
            servers.line.push_back(item);
            return;
        }
        servers.free -= 1;
        let taken = self.shelves[item as usize].item.turnaround * servers.chance.exponential();
        self.send(item, 1, time + taken, shop);
    }

    /// A repaired unit leaves a shop, and its server turns to the next.
    fn leave(&mut self, shop: u32, time: f64) {
        let servers = &mut self.shops[shop as usize];
        servers.free += 1;
        if let Some(item) = servers.line.pop_front() {
            self.enter(shop, item, time);
        }
    }

    /// A unit arrives at an item: for the request that has waited longest, or for the shelf.
    fn arrive(&mut self, item: u32, time: f64) {
        let shelf = &mut self.shelves[item as usize];
        let Some(claim) = shelf.waiting.pop_front() else {
            shelf.on_hand += 1;
            return;
        };
        let (block, own, site) = (shelf.block, item - shelf.first, shelf.item.site);
        let counts = self.counts(claim.since);
        let wait = (time - claim.since).max(0.0);
        let record = &mut self.records[block];
        match site {
            SiteId::Outlet(_) if counts => {
                record.waited(&self.blocks[block].slack, claim.of as usize, wait);
                self.open -= 1;
            }
            SiteId::Outlet(_) => {}
            SiteId::Depot(_) => {
                if counts {
                    record.orders[own as usize].waited += wait;
                }
                self.dispatch(claim.of, time);
            }
        }
    }
}
