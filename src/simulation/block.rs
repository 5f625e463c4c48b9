//! One part with all its sites: what an engine lives through, and what its outcome counts for.
//!
//! A unit of a part never waits for a unit of another, so parts are lived one by one; only the servers of a repair shop
//! make their parts live together (`cluster`).

use crate::load::Task;
use crate::scenario::{Metric, PartId, RegionId};
use crate::service::Key;
use crate::units::HOURS_PER_YEAR;

use super::arrivals::{Arrivals, Source};
use super::item::{Helper, Item, NO_ITEM, items};
use super::record::{Count, Record};
use super::scene::{Keys, Scene, Way};

/// Times closer than this are the same \[years\]: 30 milliseconds, far above the rounding of a clock that shows a
/// thousand years, far below anything that a plan speaks of.
pub(super) const SAME_TIME: f64 = 1e-9;

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
    /// The place of its first helper among the helpers of all routes.
    pub helpers: u32,
    /// Dispatch and travel where the depot delivers directly \[hours\].
    pub direct: f64,
    /// Cost of delivering a part directly.
    pub direct_cost: f64,
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
    /// Responses with the help of another outlet, by route and helper \[hours\].
    pub helped: Vec<f64>,
    /// The promises its jobs count for.
    pub keys: Vec<(usize, Key)>,
    /// The shelves behind each of these promises.
    pub shelves: Vec<usize>,
    asks: Vec<Ask>,
    expresses: bool,
    /// Do depots deliver directly what outlets lack?
    pub delivers: bool,
    windows: usize,
}

impl Block {
    /// The block of the jobs that need a part, or none.
    pub fn of(scene: &Scene, part: Option<PartId>, tasks: &[(RegionId, Task)]) -> Self {
        let (items, number_of) = part.map_or_else(Default::default, |part| items(scene, part, tasks));
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
            helped: Vec::new(),
            keys: Vec::new(),
            shelves: Vec::new(),
            asks: Vec::new(),
            expresses: scene.expresses(),
            delivers: scene.scenario.stocking.direct,
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
        let helpers = self.helped.len() as u32;
        let direct = dispatch + way.road.hours.max(there.direct_hours.get());
        let direct_cost = there.direct_cost_per_unit.get();
        self.routes.push(Route { item, share_up_to, arrival, express, express_cost, helpers, direct, direct_cost });
        let responses = self.helpers(item).iter().map(|helper| dispatch + way.road.hours.max(helper.hours));
        let responses: Vec<f64> = responses.collect();
        self.helped.extend(responses);
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

    /// Who helps a route's outlet.
    pub fn helpers(&self, item: u32) -> &[Helper] {
        self.items.get(item as usize).map_or(&[], |item| &item.helpers)
    }

    /// What a life of the block counts for each of its promises: (Σ of what its jobs count, jobs).
    pub fn counts(&self, record: &Record) -> Vec<(f64, f64)> {
        let mut counts = vec![(0.0, 0.0); self.keys.len()];
        for ask in &self.asks {
            let number = ask.route as usize;
            let route = &self.routes[number];
            let own = &record.routes[number];
            let (jobs, missed) = (own.asked as f64, own.missed as f64);
            let sum = match ask.reading {
                Asked::Constant(value) => value * jobs,
                Asked::Filled => jobs - missed,
                Asked::OnTime(window) => {
                    let place = number * self.windows + window as usize;
                    let in_time =
                        |time: f64| f64::from(u8::from(time - route.arrival <= self.slack[place] * HOURS_PER_YEAR));
                    if self.expresses {
                        self.sum(record, number, in_time)
                    } else {
                        (jobs - record.late[place] as f64) * in_time(route.arrival)
                    }
                }
                Asked::Response(more) if self.expresses => self.sum(record, number, |time| time + more),
                Asked::Response(more) => jobs * (route.arrival + more) + own.waited * HOURS_PER_YEAR,
            };
            let count = &mut counts[ask.promise as usize];
            count.0 += sum;
            count.1 += jobs;
        }
        counts
    }

    /// Σ over the jobs of a route of what their response times \[hours\] count, where stockouts are expressed: from the
    /// outlet's shelf, from helpers, from the depot, from outside.
    fn sum(&self, record: &Record, number: usize, counts: impl Fn(f64) -> f64) -> f64 {
        let route = &self.routes[number];
        let own = &record.routes[number];
        let first = route.helpers as usize;
        let end = first + self.helpers(route.item).len();
        let helped = self.helped[first..end].iter().zip(&record.helped[first..end]);
        let (mut sum, mut expressed) = ((own.asked - own.missed) as f64 * counts(route.arrival), own.missed);
        for (response, jobs) in helped {
            sum += *jobs as f64 * counts(*response);
            expressed -= jobs;
        }
        let direct = record.direct[number];
        sum + direct as f64 * counts(route.direct) + (expressed - direct) as f64 * counts(route.express)
    }

    /// What was spent on expressed parts and on those of other outlets.
    pub fn express_cost(&self, record: &Record) -> f64 {
        if !self.expresses {
            return 0.0;
        }
        let cost = |((route, own), direct): ((&Route, &Count), &u64)| {
            let helpers = self.helpers(route.item);
            let given = &record.helped[route.helpers as usize..][..helpers.len()];
            let freight: f64 = helpers.iter().zip(given).map(|(helper, jobs)| helper.cost * *jobs as f64).sum();
            let expressed = own.missed - given.iter().sum::<u64>() - direct;
            freight + route.express_cost * if route.item == NO_ITEM { 0.0 } else { expressed as f64 }
        };
        self.routes.iter().zip(&record.routes).zip(&record.direct).map(cost).sum()
    }

    /// What was spent on parts that depots delivered directly.
    pub fn direct_cost(&self, record: &Record) -> f64 {
        self.routes.iter().zip(&record.direct).map(|(route, jobs)| route.direct_cost * *jobs as f64).sum()
    }
}
