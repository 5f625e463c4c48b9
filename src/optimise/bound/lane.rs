//! What a lane pays at given prices of the goals: in any case, and for each part that comes too late.

use std::collections::BTreeMap;

use crate::load::Task;
use crate::network::Road;
use crate::optimise::Search;
use crate::scenario::{Limit, Metric, OutletId, RegionId, Scope, Stockout};
use crate::service::{Key, Question, What, installed_in};

/// A goal with its price.
pub(super) struct Goal {
    pub(super) question: Question,
    /// Price by member of the scope.
    pub(super) prices: BTreeMap<Key, f64>,
}

/// When a unit comes too late: it was not on the shelf, or not there within a window.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Lateness {
    pub(super) off_shelf: f64,
    pub(super) beyond_window: f64,
}

impl Lateness {
    pub(super) fn total(self) -> f64 {
        self.off_shelf + self.beyond_window
    }

    pub(super) fn least(self, other: Self) -> Self {
        Self {
            off_shelf: self.off_shelf.min(other.off_shelf),
            beyond_window: self.beyond_window.min(other.beyond_window),
        }
    }

    pub(super) fn most(self, other: Self) -> Self {
        Self {
            off_shelf: self.off_shelf.max(other.off_shelf),
            beyond_window: self.beyond_window.max(other.beyond_window),
        }
    }
}

/// What a lane pays whatever the stock, and the price of a late unit by part.
pub(super) struct LanePrice {
    pub(super) linear: f64,
    pub(super) late: Vec<Lateness>,
    pub(super) window: f64,
    /// The most freight and duty that a unit is charged: what it costs to come too late, expressed and priced.
    pub(super) most: f64,
}

/// The goals that have a price, and Σ_k μ_k·α_k·N_k.
pub(super) fn goals(search: &Search, prices: &BTreeMap<(usize, Key), f64>) -> (Vec<Goal>, f64) {
    let Search { scenario, load, .. } = *search;
    let mut constant = 0.0;
    let mut goals = Vec::new();
    for (number, target) in scenario.targets.iter().enumerate() {
        let own: BTreeMap<Key, f64> = prices
            .range((number, Key::default())..(number + 1, Key::default()))
            .filter(|(_, price)| **price > 0.0)
            .map(|((_, key), price)| (*key, *price))
            .collect();
        // What an outlet serves is decided, so a promise to an outlet has no fixed weight; it is left out.
        if own.is_empty() || target.scope.contains(&Scope::Outlet) {
            continue;
        }
        let question = Question::of(target);
        for (key, price) in &own {
            let jobs = jobs_of(search, &question, key);
            constant += price
                * match target.limit {
                    Limit::AtLeast(least) if target.metric == Metric::Availability => {
                        -(1.0 - least) * installed_in(load, scenario, &question, key)
                    }
                    Limit::AtLeast(least) => least * jobs,
                    Limit::AtMost(most) => -most * jobs,
                    Limit::SpreadAtMost(_) => 0.0,
                };
        }
        if !matches!(target.limit, Limit::SpreadAtMost(_)) {
            goals.push(Goal { question, prices: own });
        }
    }
    (goals, constant)
}

/// N_k: the jobs that a member of a goal is about, whoever serves them.
pub(super) fn jobs_of(search: &Search, question: &Question, key: &Key) -> f64 {
    let Search { scenario, load, .. } = *search;
    let nowhere = Road { hours: 0.0, distance: 0.0, cost_per_job: 0.0, hours_per_job: 0.0 };
    let regions = (0..scenario.regions.len()).map(RegionId::from);
    let tasks = regions.flat_map(|region| question.tasks(load, region).map(move |task| (region, task)));
    tasks
        .filter(|(region, task)| {
            question.ask(scenario, *region, OutletId(0), &nowhere, task).is_some_and(|(own, _)| own == *key)
        })
        .map(|(_, task)| task.rate)
        .sum()
}

pub(super) fn lane_price(
    search: &Search,
    goals: &[Goal],
    outlet: OutletId,
    region: RegionId,
    road: &Road,
) -> LanePrice {
    let Search { scenario, load, .. } = *search;
    if let Some(price) = lane_price_of_any_part(search, goals, outlet, region, road, scenario.parts.len()) {
        return price;
    }
    let mut price = LanePrice {
        linear: 0.0,
        late: vec![Lateness::default(); scenario.parts.len()],
        window: 0.0,
        most: f64::INFINITY,
    };
    let parts = scenario.parts.len();
    let mut rates = vec![0.0; parts];
    let mut late_cost = vec![Lateness::default(); parts];
    for task in load.tasks(region) {
        let mut late = task_price(search, goals, outlet, region, road, &task, &mut price);
        let Some(part) = task.part else { continue };
        if scenario.stocking.stockout == Stockout::Emergency {
            // A unit u that is expressed pays E + price in its place, so that u + (1 − P)·(E + price − u) is at least
            // min(u, E + price), and more where the price of a late unit is positive.
            late.off_shelf += search.express(region);
            price.most = price.most.min(late.total().max(0.0));
        }
        rates[part.at()] += task.rate;
        late_cost[part.at()].off_shelf += task.rate * late.off_shelf;
        late_cost[part.at()].beyond_window += task.rate * late.beyond_window;
    }
    for (part, rate) in rates.iter().enumerate().filter(|(_, rate)| **rate > 0.0) {
        let Lateness { off_shelf, beyond_window } = late_cost[part];
        // A prize for late units is at most that of all of them being late.
        price.linear += off_shelf.min(0.0) + beyond_window.min(0.0);
        price.late[part] =
            Lateness { off_shelf: (off_shelf / rate).max(0.0), beyond_window: (beyond_window / rate).max(0.0) };
    }
    price
}

/// The same where all parts are priced alike: no goal tells them apart, none is expressed, policies agree.
pub(super) fn lane_price_of_any_part(
    search: &Search,
    goals: &[Goal],
    outlet: OutletId,
    region: RegionId,
    road: &Road,
    parts: usize,
) -> Option<LanePrice> {
    let load = search.load;
    let told_apart = goals.iter().any(|goal| goal.question.tells_parts_apart());
    if told_apart || search.scenario.stocking.stockout == Stockout::Emergency {
        return None;
    }
    let mut price = LanePrice { linear: 0.0, late: vec![Lateness::default(); parts], window: 0.0, most: f64::INFINITY };
    let mut common: Option<Lateness> = None;
    for task in load.groups(region) {
        let late = task_price(search, goals, outlet, region, road, &task, &mut price);
        if task.part.is_some() && common.replace(late).is_some_and(|other| other != late) {
            return None;
        }
    }
    if let Some(late) = common.filter(|late| late.off_shelf >= 0.0 && late.beyond_window >= 0.0) {
        price.late.fill(late);
        return Some(price);
    }
    common.is_none().then_some(price)
}

/// Adds what a task's jobs count whatever the stock to a lane's price; gives the price of a late unit.
pub(super) fn task_price(
    search: &Search,
    goals: &[Goal],
    outlet: OutletId,
    region: RegionId,
    road: &Road,
    task: &Task,
    price: &mut LanePrice,
) -> Lateness {
    let mut late = Lateness::default();
    for goal in goals {
        let Some((key, reading)) = goal.question.ask(search.scenario, region, outlet, road, task) else { continue };
        let Some(value) = goal.prices.get(&key) else { continue };
        let hours = matches!(goal.question.metric, Metric::MeanResponse | Metric::Availability);
        // A share is a gain, an hour is a loss.
        let sign = if hours { 1.0 } else { -1.0 };
        match reading.what {
            What::Nothing | What::Wait => price.linear += sign * value * task.rate * reading.constant,
            What::Filled | What::Within(_) => {
                price.linear += sign * value * task.rate * (reading.constant + reading.weight);
                let worth = -sign * value * reading.weight;
                match reading.what {
                    What::Within(wait) => {
                        late.beyond_window += worth;
                        price.window = price.window.max(wait);
                    }
                    _ => late.off_shelf += worth,
                }
            }
        }
    }
    late
}
