//! One part with all its sites: what an engine lives through, and what its outcome counts for.
//!
//! A unit of a part never waits for a unit of another, so parts are simulated one by one. (What parts share, such as a
//! repair shop, would join their blocks into one.)

use std::collections::BTreeMap;

use crate::load::Task;
use crate::scenario::{Metric, OutletId, PartId, RegionId, SiteId};
use crate::service::Key;
use crate::units::{DAYS_PER_YEAR, HOURS_PER_YEAR};

use super::arrivals::{Arrivals, Source};
use super::lead_time::LeadTime;
use super::record::Record;
use super::scene::{Keys, Scene, Way};

/// Times closer than this are the same \[years\]: 30 milliseconds, far above the rounding of a clock that shows a
/// thousand years, far below anything that a plan speaks of.
pub(super) const SAME_TIME: f64 = 1e-9;

/// The number of no item.
pub(super) const NO_ITEM: u32 = u32::MAX;

/// The part at one site.
#[derive(Debug, Clone)]
pub(super) struct Item {
    /// Where.
    pub site: SiteId,
    /// S \[units\].
    pub base_stock: u32,
    /// The item that replenishes it; [`NO_ITEM`] where the supplier does.
    pub upstream: u32,
    /// From order (or, with an upstream item, from dispatch) to arrival.
    pub lead_time: LeadTime,
}

/// Where a source's jobs go, and how far that is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Route {
    /// The outlet's item; [`NO_ITEM`] for jobs that need no part.
    pub item: u32,
    /// Its share of the source's jobs, those of the routes before it included; the last is at least 1.
    pub share_up_to: f64,
    /// Dispatch and travel \[hours\].
    pub arrival: f64,
    /// The same for an expressed part \[hours\].
    pub express: f64,
    /// Cost of expressing a part.
    pub express_cost: f64,
}

/// A promise that a route's jobs count for.
#[derive(Debug, Clone, Copy)]
struct Ask {
    route: u32,
    /// The promise's number in the block.
    promise: u32,
    reading: Asked,
}

/// What is read off a job.
#[derive(Debug, Clone, Copy)]
enum Asked {
    /// Always this.
    Constant(f64),
    /// 1 where the part was on the shelf.
    Filled,
    /// 1 where the response was within the window of this number.
    OnTime(u32),
    /// The response time, plus this \[hours\].
    Response(f64),
}

/// One part with all its sites.
#[derive(Debug)]
pub(super) struct Block {
    /// Which; `None`: the jobs without a part.
    pub part: Option<PartId>,
    /// Its jobs.
    pub arrivals: Arrivals,
    /// The first route of each source, and behind them the end of the last.
    pub starts: Vec<u32>,
    /// The routes, in order of source.
    pub routes: Vec<Route>,
    /// The outlets in order, then the depots in order.
    pub items: Vec<Item>,
    /// How long a part may be waited for, by route and window \[years\].
    pub slack: Vec<f64>,
    /// The promises its jobs count for.
    pub keys: Vec<(usize, Key)>,
    /// The shelves behind each of these promises.
    pub shelves: Vec<usize>,
    asks: Vec<Ask>,
    expresses: bool,
    windows: usize,
}

impl Block {
    /// The block of the jobs that need a part, or none.
    pub fn of(scene: &Scene, part: Option<PartId>, tasks: &[(RegionId, &Task)]) -> Self {
        let (items, number_of) = items(scene, part, tasks);
        let sources: Vec<Source> =
            tasks.iter().map(|(_, task)| Source::new(task.rate, task.variance / task.rate)).collect();
        let mut keys = Keys::default();
        let mut block = Self {
            part,
            arrivals: Arrivals::of(&sources),
            starts: vec![0],
            routes: Vec::with_capacity(tasks.len()),
            items,
            slack: Vec::new(),
            keys: Vec::new(),
            shelves: Vec::new(),
            asks: Vec::new(),
            expresses: scene.expresses(),
            windows: scene.windows.len(),
        };
        for (region, task) in tasks {
            let ways = &scene.ways[region.at()];
            let total: f64 = ways.iter().map(|way| way.share).sum();
            let mut share_up_to = 0.0;
            for way in ways {
                share_up_to += way.share / total;
                let item = number_of.get(&way.outlet).copied().unwrap_or(NO_ITEM);
                block.route(scene, *region, task, way, item, share_up_to, &mut keys);
            }
            block.starts.push(block.routes.len() as u32);
        }
        block.keys = keys.in_order();
        let item = |ask: &Ask| block.routes[ask.route as usize].item;
        let mut behind: Vec<(u32, u32)> = block.asks.iter().map(|ask| (ask.promise, item(ask))).collect();
        behind.sort_unstable();
        behind.dedup();
        block.shelves = vec![0; block.keys.len()];
        for (promise, _) in behind {
            block.shelves[promise as usize] += 1;
        }
        block
    }

    #[expect(clippy::too_many_arguments, reason = "a route is where all of these meet")]
    fn route(
        &mut self,
        scene: &Scene,
        region: RegionId,
        task: &Task,
        way: &Way,
        item: u32,
        share_up_to: f64,
        keys: &mut Keys,
    ) {
        let scenario = scene.scenario;
        let there = &scenario.regions[region.at()];
        let dispatch = scenario.travel.dispatch.get();
        let arrival = dispatch + way.road.hours;
        let express = dispatch + way.road.hours.max(there.emergency_hours.get());
        let express_cost = there.emergency_cost_per_unit.get();
        let number = self.routes.len() as u32;
        self.routes.push(Route { item, share_up_to, arrival, express, express_cost });
        let slack = |window: f64| (window - arrival) / HOURS_PER_YEAR + SAME_TIME;
        self.slack.extend(scene.windows.iter().map(|window| slack(*window)));
        let in_time =
            |hours: f64, window: Option<f64>| window.is_none_or(|window| hours <= window + SAME_TIME * HOURS_PER_YEAR);
        for (target, question) in scene.questions.iter().enumerate() {
            let Some((key, _)) = question.ask(scenario, region, way.outlet, &way.road, task) else { continue };
            let within = question.within.map(|hours| hours.get());
            let reading = match question.metric {
                Metric::Coverage => Asked::Constant(f64::from(u8::from(in_time(way.road.hours, within)))),
                Metric::FillRate if in_time(arrival, within) => Asked::Filled,
                Metric::FillRate => Asked::Constant(0.0),
                Metric::OnTime => {
                    let window = scene.windows.iter().position(|window| Some(*window) == within);
                    Asked::OnTime(window.expect("every window of a promise is in the list") as u32)
                }
                Metric::MeanResponse => Asked::Response(0.0),
                Metric::Availability => Asked::Response(task.repair_hours / task.rate),
            };
            self.asks.push(Ask { route: number, promise: keys.number(target, key), reading });
        }
    }

    /// What a life of the block counts for each of its promises: (Σ of what its jobs count, jobs).
    pub fn counts(&self, record: &Record) -> Vec<(f64, f64)> {
        let mut counts = vec![(0.0, 0.0); self.keys.len()];
        for ask in &self.asks {
            let route = &self.routes[ask.route as usize];
            let own = &record.routes[ask.route as usize];
            let (jobs, missed) = (own.asked as f64, own.missed as f64);
            let sum = match ask.reading {
                Asked::Constant(value) => value * jobs,
                Asked::Filled => jobs - missed,
                Asked::OnTime(window) => {
                    let place = ask.route as usize * self.windows + window as usize;
                    let in_time = |time: f64| time - route.arrival <= self.slack[place] * HOURS_PER_YEAR;
                    if !in_time(route.arrival) {
                        0.0
                    } else if self.expresses {
                        jobs - if in_time(route.express) { 0.0 } else { missed }
                    } else {
                        jobs - record.late[place] as f64
                    }
                }
                Asked::Response(more) if self.expresses => {
                    (jobs - missed) * route.arrival + missed * route.express + jobs * more
                }
                Asked::Response(more) => jobs * (route.arrival + more) + own.waited * HOURS_PER_YEAR,
            };
            let count = &mut counts[ask.promise as usize];
            count.0 += sum;
            count.1 += jobs;
        }
        counts
    }

    /// What was spent on expressed parts.
    pub fn express_cost(&self, record: &Record) -> f64 {
        let costs = self.routes.iter().zip(&record.routes).map(|(route, own)| route.express_cost * own.missed as f64);
        if self.expresses { costs.sum() } else { 0.0 }
    }
}

/// The sites where the part is asked for, outlets before depots, and the outlets' numbers among them.
fn items(scene: &Scene, part: Option<PartId>, tasks: &[(RegionId, &Task)]) -> (Vec<Item>, BTreeMap<OutletId, u32>) {
    let Some(part) = part else { return (Vec::new(), BTreeMap::new()) };
    let mut outlets: Vec<OutletId> =
        tasks.iter().flat_map(|(region, _)| scene.ways[region.at()].iter().map(|way| way.outlet)).collect();
    outlets.sort_unstable();
    outlets.dedup();
    let number_of: BTreeMap<OutletId, u32> = outlets.iter().copied().zip(0..).collect();
    let mut depots: Vec<_> = outlets.iter().filter_map(|outlet| scene.decisions.replenished_by[outlet.at()]).collect();
    depots.sort_unstable();
    depots.dedup();
    let given = &scene.scenario.parts[part.at()];
    let from_supplier = |site: SiteId| LeadTime {
        supplier: given.supplier_lead_time.unwrap_or(scene.scenario.site(site).supplier_lead_time).in_years(),
        turnaround: given.repair_turnaround.in_years(),
        repaired: given.repair_share.get(),
    };
    let mut items = Vec::with_capacity(outlets.len() + depots.len());
    for outlet in &outlets {
        let depot = scene.decisions.replenished_by[outlet.at()];
        let site = SiteId::Outlet(*outlet);
        let (upstream, lead_time) = match depot {
            Some(depot) => {
                let number = outlets.len() + depots.binary_search(&depot).expect("it was put there above");
                let transport = scene.network.supply(*outlet, depot).map_or(0.0, |lane| lane.lead_time.get());
                (number as u32, LeadTime::of(transport / DAYS_PER_YEAR))
            }
            None => (NO_ITEM, from_supplier(site)),
        };
        items.push(Item { site, base_stock: scene.decisions.at_outlet(*outlet, part), upstream, lead_time });
    }
    for depot in &depots {
        let site = SiteId::Depot(*depot);
        let base_stock = scene.decisions.at_depot(*depot, part);
        items.push(Item { site, base_stock, upstream: NO_ITEM, lead_time: from_supplier(site) });
    }
    (items, number_of)
}
