//! A lower bound for location and stock together.
//!
//! Every goal k of a share (fill rate, on time) is priced at μ_k ≥ 0, taken from the stock of the best plan (any prices
//! give a bound). With w the rate of a job's demand and 1 − P the chance that its part comes too late,
//!
//! ```text
//! (dual)   cost ≥ Σ_k μ_k·α_k·N_k + min { cost − Σ_k μ_k Σ w·(constant + weight·P) }
//! (split)  − μ·w·(constant + weight·P) = − μ·w·(constant + weight)  +  μ·weight·w·(1 − P)
//!                                         a cost of the lane           a price ρ of each part that comes too late
//! (shelf)  stock of part p at outlet o ≥ G(ℓ) = min_S [ holding·S + ρ·ℓ·(1 − P(S, ℓ)) ]
//! ```
//!
//! Prices of hours (mean response, availability) enter the lanes and the price ρ in the same way, their waits are taken as
//! zero. In (shelf) ℓ is the demand that reaches the outlet over its *priced* lanes, those whose ρ is at least the
//! outlet's. It is a bound because
//!
//! * P falls with the load, so the demand of other lanes only makes more parts late, and their own price is not negative;
//! * lead time is the shortest transport of any depot and the depot is taken to be never short, the window is the longest
//!   of any priced lane: P is never smaller than in any plan;
//! * a depot's own stock costs nothing or more;
//! * a soft promise's price is at most its penalty, so what is priced of a shortfall is at most what is paid for it.
//!
//! G grows with ℓ (for every S late demand does), so on a partition ℓ_0 < ℓ_1 < … of an interval a straight line with
//! `a + b·ℓ_{i+1} ≤ G(ℓ_i)` for every i lies below G on all of it. Each interval of an outlet's load is a mode of its site:
//! fixed Σ_p a_p, per load the least over regions of Σ_p b_p·(share of p). Whatever a plan's load is, it lies in one of
//! the intervals and that mode costs no more than the plan's stock; so the location problem with these modes costs no
//! more than the plan, and neither does its own Lagrangian bound.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::cost::{holding_cost, unit_cost};
use crate::load::Task;
use crate::location::{Settings, Start, locate};
use crate::network::Road;
use crate::scenario::{DepotId, Limit, Metric, Objective, OutletId, PartId, RegionId, Scope, SiteId, Stockout};
use crate::service::{Key, Question, What, installed_in, outlet_lead_time};
use crate::stocking::{distribution::Pmf, erlang::erlang_b};

use super::decide::{Priced, decide};
use super::model::{Allowance, Model, Terms, depots_of, model};
use super::rounds::{Best, MANY_LANES};
use super::{Quiet, Search, Shifted};
use crate::plan::Decisions;

/// The ends of the load intervals, in multiples of the typical load of an open outlet; the last one is all there is.
const INTERVALS: [f64; 4] = [0.0, 0.6, 1.1, 2.0];
/// Dual iterations of a large location problem, from the prices of the rounds.
const ITERATIONS: usize = 800;
/// Points at which G is evaluated in an interval.
const POINTS: usize = 12;

/// A lower bound on the objective of every plan that keeps its promises.
pub fn bound(search: &Search, reach: f64, relaxed: &Model, best: &Best) -> Proof {
    let Best { priced: plan, objective: incumbent, stocked, start } = best;
    let (incumbent, prices) = (*incumbent, &stocked.prices);
    let watch = Shifted { watch: search.watch, constant: relaxed.constant };
    let large = relaxed.problem.lanes.site.len() > MANY_LANES;
    // What the problem leaves open adds to what its stock leaves open, so it is asked for a tenth.
    let asked = Settings { gap: 0.1 * search.scenario.planning.gap, ..search.settings() };
    let settings = if large {
        // The modes differ from those of a round, so only the prices can be taken over.
        let start = start.clone().map(|start| Start { mode: Vec::new(), ..start });
        Settings { node_limit: 0, iteration_limit: ITERATIONS, start, ..asked }
    } else {
        asked
    };
    let bare = || match locate(&relaxed.problem, &settings, &Quiet(&watch)) {
        Ok(location) => location.lower_bound + relaxed.constant,
        Err(_) => f64::NEG_INFINITY,
    };
    if search.scenario.planning.objective != Objective::Cost || prices.values().all(|price| *price <= 0.0) {
        let lower_bound = bare();
        search.watch.progress(Some(incumbent), lower_bound);
        return Proof { lower_bound, decisions: None };
    }
    let mut proof = priced_bound(search, reach, prices, plan, &settings).unwrap_or_default();
    search.watch.progress(Some(incumbent), proof.lower_bound);
    let close = incumbent - proof.lower_bound <= search.scenario.planning.gap * incumbent.abs();
    // On a large network the bound without prices is no better and takes as long.
    let enough = close || (large && proof.lower_bound.is_finite());
    if !(enough || search.watch.stop()) {
        proof.lower_bound = proof.lower_bound.max(bare());
    }
    proof
}

/// A bound, and the network of the problem that gave it.
pub struct Proof {
    /// No plan that keeps its promises has a smaller objective.
    pub lower_bound: f64,
    /// Sites and assignments, without stock; they may break promises.
    pub decisions: Option<Decisions>,
}

impl Default for Proof {
    fn default() -> Self {
        Self { lower_bound: f64::NEG_INFINITY, decisions: None }
    }
}

/// A goal with its price.
struct Goal {
    question: Question,
    /// Price by member of the scope.
    prices: BTreeMap<Key, f64>,
}

/// What a lane pays whatever the stock, and the price of a late unit by part.
struct LanePrice {
    linear: f64,
    late: Vec<f64>,
    window: f64,
    /// The most freight and duty that a unit is charged: what it costs to come too late, expressed and priced.
    most: f64,
}

fn priced_bound(
    search: &Search,
    reach: f64,
    prices: &BTreeMap<(usize, Key), f64>,
    best: &Priced,
    settings: &Settings,
) -> Option<Proof> {
    let Search { scenario, network, load, watch } = *search;
    let (goals, constant) = goals(search, prices);
    let same_ratio = ratios(search);
    let mixes = Mixes::of(search);
    let typical = typical_load(search, best);
    let mut served: Vec<Vec<(RegionId, Road)>> = vec![Vec::new(); scenario.outlets.len()];
    for region in (0..scenario.regions.len()).map(RegionId::from).filter(|region| load.jobs[region.at()] > 0.0) {
        for (outlet, road) in network.roads(region).filter(|(_, road)| road.hours <= reach) {
            served[outlet.at()].push((region, *road));
        }
    }
    let outlets: Vec<OutletPrice> = served
        .par_iter()
        .enumerate()
        .map(|(outlet, lanes)| {
            OutletPrice::of(search, &goals, &mixes, &same_ratio, OutletId::from(outlet), lanes, typical)
        })
        .collect();
    if watch.stop() {
        return None;
    }
    let allowances = |outlet: OutletId| -> Vec<Allowance> { outlets[outlet.at()].modes.clone() };
    let lane = |region: RegionId, outlet: OutletId, _: &Road| outlets[outlet.at()].lane(region);
    let most = |region: RegionId, outlet: OutletId| outlets[outlet.at()].most(region);
    let terms = Terms { allowances: &allowances, lane: &lane, margin: 0.0, relaxed: true, most: &most, reach };
    let model = model(scenario, network, load, &terms);
    let location = locate(&model.problem, settings, &Quiet(watch)).ok()?;
    Some(Proof {
        lower_bound: location.lower_bound + model.constant + constant,
        decisions: Some(decide(scenario, &model, &location)),
    })
}

/// The goals that have a price, and Σ_k μ_k·α_k·N_k.
fn goals(search: &Search, prices: &BTreeMap<(usize, Key), f64>) -> (Vec<Goal>, f64) {
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
fn jobs_of(search: &Search, question: &Question, key: &Key) -> f64 {
    let Search { scenario, load, .. } = *search;
    let nowhere = Road { hours: 0.0, distance: 0.0, cost_per_job: 0.0, hours_per_job: 0.0 };
    let regions = (0..scenario.regions.len()).map(RegionId::from);
    let tasks = regions.flat_map(|region| load.tasks(region).iter().map(move |task| (region, task)));
    tasks
        .filter(|(region, task)| {
            question.ask(scenario, *region, OutletId(0), &nowhere, task).is_some_and(|(own, _)| own == *key)
        })
        .map(|(_, task)| task.rate)
        .sum()
}

/// The variance-to-mean ratio of each part where all regions share it; `None` leaves the part out of the bound.
fn ratios(search: &Search) -> Vec<Option<f64>> {
    let Search { scenario, load, .. } = *search;
    let mut ratios: Vec<Option<Option<f64>>> = vec![None; scenario.parts.len()];
    for region in (0..scenario.regions.len()).map(RegionId::from) {
        for task in load.tasks(region) {
            let Some(part) = task.part else { continue };
            let own = task.variance / task.rate;
            let seen = &mut ratios[part.at()];
            *seen = match *seen {
                None => Some(Some(own)),
                Some(Some(ratio)) if (ratio - own).abs() <= 1e-9 * ratio => Some(Some(ratio)),
                Some(_) => Some(None),
            };
        }
    }
    ratios.into_iter().map(Option::flatten).collect()
}

/// Each region's demand by part, as shares of its part demand, and their least and greatest.
struct Mixes {
    least: Vec<f64>,
    most: Vec<f64>,
    shares: Vec<Vec<(PartId, f64)>>,
}

impl Mixes {
    fn of(search: &Search) -> Self {
        let Search { scenario, load, .. } = *search;
        let parts = scenario.parts.len();
        let mut mixes = Self { least: vec![f64::INFINITY; parts], most: vec![0.0; parts], shares: Vec::new() };
        for region in (0..scenario.regions.len()).map(RegionId::from) {
            let units = load.units[region.at()];
            let mut own: BTreeMap<PartId, f64> = BTreeMap::new();
            for task in load.tasks(region) {
                if let Some(part) = task.part {
                    *own.entry(part).or_default() += task.rate / units;
                }
            }
            if units > 0.0 {
                for part in 0..parts {
                    let share = own.get(&PartId::from(part)).copied().unwrap_or(0.0);
                    mixes.least[part] = mixes.least[part].min(share);
                    mixes.most[part] = mixes.most[part].max(share);
                }
            }
            mixes.shares.push(own.into_iter().collect());
        }
        mixes
    }
}

fn typical_load(search: &Search, best: &Priced) -> f64 {
    let total: f64 = search.load.units.iter().sum();
    let open = best.decisions.open_outlets().count().max(1);
    total / open as f64
}

/// What an outlet's lanes and stock pay at least.
struct OutletPrice {
    /// One for each depot and interval of its load.
    modes: Vec<Allowance>,
    /// What a lane pays, and the most freight and duty of a unit over it, by region in order.
    lanes: Vec<(RegionId, f64, f64)>,
}

impl OutletPrice {
    fn lane(&self, region: RegionId) -> f64 {
        self.lanes.binary_search_by_key(&region, |lane| lane.0).map_or(0.0, |found| self.lanes[found].1)
    }

    fn most(&self, region: RegionId) -> f64 {
        self.lanes.binary_search_by_key(&region, |lane| lane.0).map_or(0.0, |found| self.lanes[found].2)
    }

    fn of(
        search: &Search,
        goals: &[Goal],
        mixes: &Mixes,
        ratios: &[Option<f64>],
        outlet: OutletId,
        roads: &[(RegionId, Road)],
        typical: f64,
    ) -> Self {
        let Search { scenario, network, load, .. } = *search;
        let parts = scenario.parts.len();
        let depots = depots_of(scenario, network, outlet);
        let prices: Vec<LanePrice> =
            roads.iter().map(|(region, road)| lane_price(search, goals, outlet, *region, road)).collect();
        // Lanes are priced together from the best threshold on: price × load they bring.
        let mean_price = |number: usize| -> f64 {
            let shares = &mixes.shares[roads[number].0.at()];
            shares.iter().map(|(part, share)| share * prices[number].late[part.at()]).sum()
        };
        let units = |number: usize| load.units[roads[number].0.at()];
        let mut order: Vec<usize> = (0..roads.len()).filter(|number| units(*number) > 0.0).collect();
        order.sort_by(|left, right| mean_price(*right).total_cmp(&mean_price(*left)).then(left.cmp(right)));
        let (mut sum, mut best, mut priced) = (0.0, 0.0, 0);
        for (count, &number) in order.iter().enumerate() {
            sum += units(number);
            let value = mean_price(number) * sum;
            if value >= best && value > 0.0 {
                (best, priced) = (value, count + 1);
            }
        }
        let mut inside = vec![false; roads.len()];
        for &number in &order[..priced] {
            inside[number] = true;
        }
        let most: f64 = order[..priced].iter().map(|number| units(*number)).sum();
        let mut late = vec![f64::INFINITY; parts];
        let mut window: f64 = 0.0;
        for &number in &order[..priced] {
            window = window.max(prices[number].window);
            for (part, _) in &mixes.shares[roads[number].0.at()] {
                late[part.at()] = late[part.at()].min(prices[number].late[part.at()]);
            }
        }
        let ends: Vec<(f64, f64)> = INTERVALS
            .iter()
            .enumerate()
            .map(|(number, start)| {
                let end = INTERVALS.get(number + 1).map_or(f64::INFINITY, |end| end * typical);
                (start * typical, end.min(most))
            })
            .take_while(|(from, _)| *from == 0.0 || *from < most)
            .collect();
        let lines = |shelves: &[Shelf]| -> Vec<(f64, f64)> {
            let line = |&(from, to): &(f64, f64)| {
                let mut fixed = 0.0;
                let mut slopes = vec![0.0; parts];
                for shelf in shelves {
                    let part = shelf.part.at();
                    let (rest, slope) = shelf.line(mixes.least[part] * from, mixes.most[part] * to);
                    fixed += rest;
                    slopes[part] = slope;
                }
                let by_mix = |number: &usize| -> f64 {
                    mixes.shares[roads[*number].0.at()].iter().map(|(part, share)| share * slopes[part.at()]).sum()
                };
                let per_load = order[..priced].iter().map(by_mix).fold(f64::INFINITY, f64::min);
                (fixed, if per_load.is_finite() { per_load } else { 0.0 })
            };
            ends.iter().map(line).collect()
        };
        let part_at = |part: usize, saved: f64, lead_time: f64| -> Option<Shelf> {
            let (price, ratio, id) = (late[part] - saved, ratios[part]?, PartId::from(part));
            (price.is_finite() && price > 0.0 && lead_time.is_finite()).then(|| Shelf {
                part: id,
                price,
                holding: holding_cost(scenario, SiteId::Outlet(outlet), id),
                lead_time,
                window,
                ratio,
                stockout: scenario.stocking.stockout,
            })
        };
        let lead_time = |depot: Option<DepotId>, part: usize| {
            outlet_lead_time(scenario, network, outlet, depot, PartId::from(part))
        };
        let mut modes = Vec::new();
        let mut push = |depot: Option<DepotId>, lines: &[(f64, f64)]| {
            modes.extend(lines.iter().map(|&(fixed, per_load)| Allowance { depot, fixed, per_load }));
        };
        if scenario.stocking.stockout == Stockout::Emergency {
            // What a late unit saves of freight and duty depends on the depot, and so does its price.
            for &depot in &depots {
                let saved = |part: usize| unit_cost(scenario, network, outlet, depot, PartId::from(part)).total();
                let shelves: Vec<Shelf> =
                    (0..parts).filter_map(|part| part_at(part, saved(part), lead_time(depot, part))).collect();
                push(depot, &lines(&shelves));
            }
        } else {
            let shortest =
                |part: usize| depots.iter().map(|depot| lead_time(*depot, part)).fold(f64::INFINITY, f64::min);
            let shelves: Vec<Shelf> = (0..parts).filter_map(|part| part_at(part, 0.0, shortest(part))).collect();
            let shared = lines(&shelves);
            depots.iter().for_each(|depot| push(*depot, &shared));
        }
        let dearest_load = modes.iter().map(|mode| mode.per_load).fold(0.0, f64::max);
        let lanes = roads.iter().zip(&prices).enumerate().map(|(number, ((region, _), price))| {
            // A lane outside is charged by the mode like the others; what it may be charged at most is given back.
            let back = if inside[number] { 0.0 } else { dearest_load * load.units[region.at()] };
            (*region, price.linear - back, price.most)
        });
        let lanes = lanes.collect();
        Self { modes, lanes }
    }
}

fn lane_price(search: &Search, goals: &[Goal], outlet: OutletId, region: RegionId, road: &Road) -> LanePrice {
    let Search { scenario, load, .. } = *search;
    if let Some(price) = lane_price_of_any_part(search, goals, outlet, region, road) {
        return price;
    }
    let mut price = LanePrice { linear: 0.0, late: vec![0.0; scenario.parts.len()], window: 0.0, most: f64::INFINITY };
    let parts = scenario.parts.len();
    let mut rates = vec![0.0; parts];
    let mut late_cost = vec![0.0; parts];
    for task in load.tasks(region) {
        let mut late = task_price(search, goals, outlet, region, road, task, &mut price);
        let Some(part) = task.part else { continue };
        if scenario.stocking.stockout == Stockout::Emergency {
            // A unit u that is expressed pays E + price in its place, so that u + (1 − P)·(E + price − u) is at least
            // min(u, E + price), and more where the price of a late unit is positive.
            late += search.express(region);
            price.most = price.most.min(late.max(0.0));
        }
        rates[part.at()] += task.rate;
        late_cost[part.at()] += task.rate * late;
    }
    for (part, rate) in rates.iter().enumerate().filter(|(_, rate)| **rate > 0.0) {
        price.late[part] = (late_cost[part] / rate).max(0.0);
    }
    price
}

/// The same where all parts are priced alike: no goal tells them apart, none is expressed, policies agree.
fn lane_price_of_any_part(
    search: &Search,
    goals: &[Goal],
    outlet: OutletId,
    region: RegionId,
    road: &Road,
) -> Option<LanePrice> {
    let Search { scenario, load, .. } = *search;
    let told_apart = goals.iter().any(|goal| goal.question.tells_parts_apart());
    if told_apart || scenario.stocking.stockout == Stockout::Emergency {
        return None;
    }
    let mut price = LanePrice { linear: 0.0, late: vec![0.0; scenario.parts.len()], window: 0.0, most: f64::INFINITY };
    let mut common: Option<f64> = None;
    for task in load.groups(region) {
        let late = task_price(search, goals, outlet, region, road, task, &mut price);
        if task.part.is_some() && common.replace(late).is_some_and(|other| other != late) {
            return None;
        }
    }
    if let Some(late) = common.filter(|late| *late >= 0.0) {
        price.late.fill(late);
        return Some(price);
    }
    common.is_none().then_some(price)
}

/// Adds what a task's jobs count whatever the stock to a lane's price; gives the price of a late unit.
fn task_price(
    search: &Search,
    goals: &[Goal],
    outlet: OutletId,
    region: RegionId,
    road: &Road,
    task: &Task,
    price: &mut LanePrice,
) -> f64 {
    let mut late = 0.0;
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
                late -= sign * value * reading.weight;
                if let What::Within(wait) = reading.what {
                    price.window = price.window.max(wait);
                }
            }
        }
    }
    late
}

/// One part at one outlet, priced.
struct Shelf {
    part: PartId,
    price: f64,
    holding: f64,
    lead_time: f64,
    window: f64,
    ratio: f64,
    stockout: Stockout,
}

impl Shelf {
    /// G at a load \[units/year\].
    fn least(&self, load: f64) -> f64 {
        let late: Box<dyn Fn(u32) -> f64> = match self.stockout {
            Stockout::Emergency => Box::new(move |level| erlang_b(level, load * self.lead_time)),
            Stockout::Backorder => {
                let pipeline = Pmf::demand(load * (self.lead_time - self.window).max(0.0), self.ratio);
                let always = self.window >= self.lead_time * (1.0 - 1e-12);
                Box::new(move |level| if always { 0.0 } else { pipeline.more_than(i64::from(level) - 1) })
            }
        };
        let mut least = f64::INFINITY;
        let mut level = 0;
        while f64::from(level) * self.holding < least {
            let cost = f64::from(level) * self.holding + self.price * load * late(level);
            least = least.min(cost);
            if self.holding <= 0.0 {
                // Stock that costs nothing makes nobody wait.
                return 0.0;
            }
            level += 1;
        }
        least
    }

    /// A straight line (at rest, per unit of load) below G on an interval of loads.
    fn line(&self, from: f64, to: f64) -> (f64, f64) {
        let from = from.min(to);
        let at = |number: usize| from + (to - from) * number as f64 / POINTS as f64;
        let values: Vec<f64> = (0..=POINTS).map(|number| self.least(at(number))).collect();
        let width = to - from;
        let slope = if width > 0.0 { ((values[POINTS] - values[0]) / width).max(0.0) } else { 0.0 };
        let rest = (0..POINTS).map(|number| values[number] - slope * at(number + 1)).fold(f64::INFINITY, f64::min);
        // Rounding must not lift the line above G.
        (rest - 1e-9 * rest.abs() - 1e-12 * slope * to, slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf(price: f64) -> Shelf {
        Shelf {
            part: PartId(0),
            price,
            holding: 25.0,
            lead_time: 0.02,
            window: 0.0,
            ratio: 1.0,
            stockout: Stockout::Backorder,
        }
    }

    #[test]
    fn the_line_of_an_interval_lies_below_the_least_cost_of_stock() {
        for price in [1.0, 30.0, 400.0] {
            let shelf = shelf(price);
            for (from, to) in [(0.0, 5.0), (5.0, 40.0), (40.0, 41.0), (100.0, 1000.0)] {
                let (rest, slope) = shelf.line(from, to);
                for step in 0..=200 {
                    let load = from + (to - from) * f64::from(step) / 200.0;
                    assert!(
                        rest + slope * load <= shelf.least(load) * (1.0 + 1e-9) + 1e-9,
                        "{price} {from} {to} {load}"
                    );
                }
            }
        }
    }

    #[test]
    fn more_load_never_needs_less_stock_and_lateness() {
        let shelf = shelf(60.0);
        let costs: Vec<f64> = (0..300).map(|load| shelf.least(f64::from(load))).collect();
        assert!(costs.windows(2).all(|pair| pair[0] <= pair[1] + 1e-9));
    }
}
