//! The plain way: one heap of all events of the whole network.

use std::cmp::{Ordering, Reverse};
use std::collections::{BinaryHeap, VecDeque};

use sparenet::load::Load;
use sparenet::network::Network;
use sparenet::plan::Decisions;
use sparenet::scenario::{RegionId, Scenario};

#[derive(PartialEq)]
struct Event {
    time: f64,
    what: What,
}

#[derive(Clone, Copy, PartialEq)]
enum What {
    /// A job of a stream.
    Job(usize),
    /// A unit arrives at an outlet's shelf.
    AtOutlet(usize),
    /// A unit arrives at a depot's shelf.
    AtDepot(usize),
}

impl Eq for Event {}

impl PartialOrd for Event {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Event {
    fn cmp(&self, other: &Self) -> Ordering {
        self.time.total_cmp(&other.time)
    }
}

#[derive(Default, Clone)]
struct Shelf {
    on_hand: u32,
    waiting: VecDeque<usize>,
}

/// Lives so many demands and gives their number and the share met at once.
pub fn live(scenario: &Scenario, network: &Network, load: &Load, decisions: &Decisions, demands: f64) -> (f64, f64) {
    let parts = scenario.parts.len();
    let shelf = |stock: &Vec<u32>, part: usize| Shelf { on_hand: stock[part], waiting: VecDeque::new() };
    let mut outlets: Vec<Shelf> = Vec::new();
    let mut supplies: Vec<(usize, f64)> = Vec::new();
    for (outlet, stock) in decisions.outlet_stock.iter().enumerate() {
        let depot = decisions.replenished_by[outlet].expect("every outlet has one");
        let lane = network.supply(outlet.into(), depot).expect("every lane is estimated");
        for part in 0..parts {
            outlets.push(shelf(stock, part));
            supplies.push((depot.at() * parts + part, lane.lead_time.in_years()));
        }
    }
    let mut depots: Vec<Shelf> =
        decisions.depot_stock.iter().flat_map(|stock| (0..parts).map(move |part| shelf(stock, part))).collect();
    let lead_time = scenario.depots[0].supplier_lead_time.in_years();
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut exponential = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        -(((state >> 11) + 1) as f64 / (1_u64 << 53) as f64).ln()
    };
    let mut heap = BinaryHeap::new();
    let mut streams: Vec<(f64, usize)> = Vec::new();
    for region in 0..scenario.regions.len() {
        let outlet = decisions.served_by[region][0].0.at();
        for task in load.tasks(RegionId::from(region)) {
            let part = task.part.expect("every job needs a part").at();
            heap.push(Reverse(Event { time: exponential() / task.rate, what: What::Job(streams.len()) }));
            streams.push((task.rate, outlet * parts + part));
        }
    }
    let (mut lived, mut met) = (0_u64, 0_u64);
    while let Some(Reverse(Event { time, what })) = heap.pop() {
        match what {
            What::Job(stream) => {
                let (rate, outlet) = streams[stream];
                heap.push(Reverse(Event { time: time + exponential() / rate, what }));
                lived += 1;
                if outlets[outlet].on_hand > 0 {
                    outlets[outlet].on_hand -= 1;
                    met += 1;
                } else {
                    outlets[outlet].waiting.push_back(stream);
                }
                let (depot, transport) = supplies[outlet];
                heap.push(Reverse(Event { time: time + lead_time, what: What::AtDepot(depot) }));
                if depots[depot].on_hand > 0 {
                    depots[depot].on_hand -= 1;
                    heap.push(Reverse(Event { time: time + transport, what: What::AtOutlet(outlet) }));
                } else {
                    depots[depot].waiting.push_back(outlet);
                }
                if lived as f64 >= demands {
                    break;
                }
            }
            What::AtDepot(depot) => match depots[depot].waiting.pop_front() {
                Some(outlet) => {
                    let transport = supplies[outlet].1;
                    heap.push(Reverse(Event { time: time + transport, what: What::AtOutlet(outlet) }));
                }
                None => depots[depot].on_hand += 1,
            },
            What::AtOutlet(outlet) => {
                if outlets[outlet].waiting.pop_front().is_none() {
                    outlets[outlet].on_hand += 1;
                }
            }
        }
    }
    (lived as f64, met as f64 / lived as f64)
}
