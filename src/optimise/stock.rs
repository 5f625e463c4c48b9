//! The base-stock levels of a network whose sites and assignments are given, as an allocation problem.
//!
//! Every hard or soft target becomes one goal per member of its scope. With N = Σ rate over the jobs the goal is about,
//!
//! ```text
//! shares at least α:      Σ rate × (constant + weight × P)          ≥ α·N
//! hours at most H:      − Σ rate × (constant + weight × mean wait)  ≥ − H·N
//! availability at least α: − Σ rate × hours ≥ − (1 − α) × 8760 × installed units
//! ```
//!
//! where constants move to the right-hand side and what is left is a sum over the shelves.

use std::collections::BTreeMap;

use crate::cost::{holding_cost, order_cost, unit_cost};
use crate::load::{Load, Task};
use crate::network::Network;
use crate::plan::{Decisions, Points};
use crate::scenario::{DepotId, Limit, Metric, OutletId, PartId, Scenario, SiteId, Stockout, Target};
use crate::service::{Key, Question, Shops, What, depot_streams, installed_in, outlet_stream, outlet_streams};
use crate::stocking::{
    Allocation, AllocationProblem, Depot, DepotItem, Effort, Goal, Item, Measure, Term, Unreachable, allocate_with,
};
use crate::watch::Watch;

use super::points::step;

/// Windows of an item are gathered into steps of this many hours when there are many of them; rounding down keeps every
/// promise that the gathered windows keep.
const STEP_HOURS: f64 = 1.0;
/// An item with more windows than this for one goal has them gathered.
const MANY_WINDOWS: usize = 6;

/// Stock for given sites and assignments.
#[derive(Debug, Clone)]
pub struct Stocked {
    /// The decisions with their base-stock levels.
    pub decisions: Decisions,
    /// Holding, emergency freight and penalties \[a year\].
    pub cost: f64,
    /// No stock for these sites and assignments that keeps the hard promises costs less; `None` where windows were
    /// gathered, so that the bound is not one of the stated model.
    pub lower_bound: Option<f64>,
    /// The price of each promise's goal \[money/year per job/year\], by target and member.
    pub prices: BTreeMap<(usize, Key), f64>,
    /// What one more point of each promise costs at these prices.
    pub points: Points,
}

/// Why no stock is right for the given sites and assignments.
#[derive(Debug, Clone, PartialEq)]
pub enum Missed {
    /// A promise that no stock can keep.
    Promise {
        /// The target.
        target: usize,
        /// The member of its scope.
        key: Key,
    },
    /// A site whose servers cannot keep up with its repairs.
    Overloaded(SiteId),
}

/// A goal in the making: what is asked less what is constant, and the jobs it is about.
#[derive(Default)]
struct Asked {
    number: usize,
    sum: f64,
    jobs: f64,
}

/// Finds base-stock levels for the sites and assignments of `decisions`, its own levels apart; `proving` asks for a bound
/// and, on a small network, for the least cost.
///
/// # Errors
/// What no stock can mend.
pub fn stock(
    scenario: &Scenario,
    network: &Network,
    load: &Load,
    decisions: &Decisions,
    targets: &[Target],
    proving: bool,
    watch: &dyn Watch,
) -> Result<Stocked, Missed> {
    let streams = outlet_streams(scenario, load, decisions);
    let shops = Shops::of_streams(scenario, decisions, &streams);
    if let Some((site, _)) = shops.overloaded().first() {
        return Err(Missed::Overloaded(*site));
    }
    let upstream: BTreeMap<(DepotId, PartId), Depot> =
        depot_streams(scenario, decisions, &shops, &streams).into_iter().collect();
    let mut items: Vec<Item> = Vec::new();
    let mut depots: Vec<DepotItem> = Vec::new();
    let mut depot_rows: BTreeMap<(DepotId, PartId), u32> = BTreeMap::new();
    let mut item_of: BTreeMap<(OutletId, PartId), usize> = BTreeMap::new();
    for (number, parts) in streams.iter().enumerate() {
        let outlet = OutletId::from(number);
        let depot = decisions.replenished_by[number];
        for (part, asked) in parts {
            // A depot that is asked for nothing, since all is repaired at its outlets, has nothing to decide.
            let asked_of = depot.filter(|depot| upstream.contains_key(&(*depot, *part)));
            let row = asked_of.map(|depot| {
                *depot_rows.entry((depot, *part)).or_insert_with(|| {
                    let orders = upstream[&(depot, *part)];
                    depots.push(DepotItem {
                        part: part.0,
                        depot: depot.0,
                        lead_time: orders.lead_time,
                        holding: holding_cost(scenario, SiteId::Depot(depot), *part),
                        repair: orders.repair,
                        quantity: orders.quantity,
                        ordering: order_cost(scenario, *part, orders.rate * orders.anew()),
                        resent: orders.resent,
                    });
                    u32::try_from(depots.len() - 1).expect("depots × parts fit an index of 32 bits")
                })
            });
            item_of.insert((outlet, *part), items.len());
            let stream = outlet_stream(scenario, network, &shops, outlet, depot, *part, asked);
            items.push(Item {
                part: part.0,
                outlet: outlet.0,
                depot: row,
                stream,
                holding: holding_cost(scenario, SiteId::Outlet(outlet), *part),
                ordering: if depot.is_some() { 0.0 } else { order_cost(scenario, *part, stream.ordered()) },
                miss_cost: 0.0,
                terms: 0..0,
            });
        }
    }
    let mut own_terms: Vec<Vec<Term>> = vec![Vec::new(); items.len()];
    let mut goals: BTreeMap<(usize, Key), Asked> = BTreeMap::new();
    let questions: Vec<Question> = targets.iter().map(Question::of).collect();
    // Coverage does not depend on stock, and a spread is no sum over shelves.
    let left_out = |target: usize| {
        matches!(targets[target].limit, Limit::SpreadAtMost(_)) || targets[target].metric == Metric::Coverage
    };
    // Where parts are not told apart, a basket's windows are gathered once for all of its parts.
    let by_basket = load.is_shared()
        && scenario.stocking.stockout == Stockout::Backorder
        && questions.iter().all(|question| !question.tells_parts_apart());
    let mut gathered = false;
    let mut of_baskets: BTreeMap<(OutletId, usize), Vec<Term>> = BTreeMap::new();
    for (region, outlet, share) in decisions.assignments() {
        let Some(road) = network.road(region, outlet) else { continue };
        let depot = decisions.replenished_by[outlet.at()];
        let mut count = |task: &Task, rate: f64, asked: usize, terms: &mut Vec<Term>| {
            let question = &questions[asked];
            let Some((key, reading)) = question.ask(scenario, region, outlet, &road, task) else { return };
            let next = goals.len();
            let goal = goals.entry((asked, key)).or_insert_with(|| Asked { number: next, ..Asked::default() });
            goal.sum += rate * reading.constant;
            goal.jobs += rate;
            if task.part.is_none() {
                return;
            }
            let hours = matches!(question.metric, Metric::MeanResponse | Metric::Availability);
            let sign = if hours { -1.0 } else { 1.0 };
            let (weight, measure) = match reading.what {
                What::Nothing => return,
                What::Filled => (sign * reading.weight, Measure::Within(0.0)),
                What::Within(wait) => (sign * reading.weight, Measure::Within(wait)),
                What::Wait => (reading.weight, Measure::Wait),
            };
            let goal = u32::try_from(goal.number).expect("promises fit an index of 32 bits");
            terms.push(Term { goal, weight: rate * weight, measure });
        };
        let asked = (0..questions.len()).filter(|number| !left_out(*number));
        if by_basket {
            for held in load.held(region) {
                let own = of_baskets.entry((outlet, held.basket)).or_default();
                for task in load.groups_of(held.basket) {
                    let first = own.len();
                    asked.clone().for_each(|number| count(task, share * held.scale * task.rate, number, own));
                    // By unit of the basket: each part weighs its own rate.
                    own[first..].iter_mut().for_each(|term| term.weight /= task.rate);
                }
            }
            continue;
        }
        for task in load.tasks(region) {
            let item = task.part.map(|part| item_of[&(outlet, part)]);
            let rate = share * task.rate;
            if let (Stockout::Emergency, Some(item), Some(part)) = (scenario.stocking.stockout, item, task.part) {
                // What is expressed pays its emergency cost and saves the order and the way through depot and shelf.
                let express = scenario.regions[region.at()].emergency_cost_per_unit.get();
                let saved = unit_cost(scenario, network, outlet, depot, part).total()
                    + if depot.is_some() { 0.0 } else { items[item].ordering / items[item].stream.rate };
                items[item].miss_cost += rate * (express - saved);
            }
            let mut none = Vec::new();
            let own = item.map_or(&mut none, |item| &mut own_terms[item]);
            asked.clone().for_each(|number| count(&task, rate, number, own));
        }
    }
    for ((outlet, basket), mut own) in of_baskets {
        gathered |= gather(&mut own);
        let tasks = load.basket(basket).iter().filter_map(|task| Some((task.part?, task.rate)));
        for (item, rate) in tasks.filter_map(|(part, rate)| Some((*item_of.get(&(outlet, part))?, rate))) {
            own_terms[item].extend(own.iter().map(|term| Term { weight: rate * term.weight, ..*term }));
        }
    }
    let mut terms = Vec::new();
    for (item, mut own) in items.iter_mut().zip(own_terms) {
        gathered |= gather(&mut own);
        item.terms = terms.len()..terms.len() + own.len();
        terms.extend(own);
    }
    let mut ordered: Vec<(&(usize, Key), &Asked)> = goals.iter().collect();
    ordered.sort_by_key(|(_, asked)| asked.number);
    let wanted = ordered.iter().map(|((target, key), asked)| {
        let target = &targets[*target];
        let at_least = match target.limit {
            Limit::AtLeast(least) if target.metric == Metric::Availability => {
                let installed = installed_in(load, scenario, &Question::of(target), key);
                asked.sum - (1.0 - least) * installed
            }
            Limit::AtLeast(least) => least * asked.jobs - asked.sum,
            Limit::AtMost(most) | Limit::SpreadAtMost(most) => asked.sum - most * asked.jobs,
        };
        // A soft target's penalty is for a whole unit of its mean, a goal's for a whole unit of its sum.
        let unit = weight(load, scenario, target, key, asked.jobs);
        Goal { at_least, penalty: target.penalty.map(|penalty| penalty.get() / unit.max(f64::MIN_POSITIVE)) }
    });
    let goal_list: Vec<Goal> = wanted.collect();
    let problem = AllocationProblem { items, depots, terms, goals: goal_list, stockout: scenario.stocking.stockout };
    // What a round needs is the plan and its prices, not that nothing is cheaper to the last unit.
    let effort = if proving { Effort::FULL } else { Effort::ROUND };
    let allocation =
        allocate_with(&problem, &effort, &super::Quiet(watch)).map_err(|Unreachable { goal, .. }| {
            let ((target, key), _) = ordered[goal as usize];
            Missed::Promise { target: *target, key: *key }
        })?;
    let prices = ordered.iter().map(|(id, asked)| (**id, allocation.multipliers[asked.number])).collect();
    let points = ordered.iter().filter(|((target, _), _)| *target < scenario.targets.len()).map(|(id, asked)| {
        let unit = weight(load, scenario, &targets[id.0], &id.1, asked.jobs);
        (**id, allocation.multipliers[asked.number] * unit * step(&targets[id.0]))
    });
    let points = points.collect();
    let lower_bound = allocation.lower_bound;
    Ok(Stocked {
        decisions: filled(scenario, decisions, &problem, &allocation),
        cost: allocation.cost,
        lower_bound: (!gathered && lower_bound.is_finite()).then_some(lower_bound),
        prices,
        points,
    })
}

/// How much a whole unit of a promise's mean is of its sum: the jobs it is about, or the units installed.
fn weight(load: &Load, scenario: &Scenario, target: &Target, key: &Key, jobs: f64) -> f64 {
    match target.metric {
        Metric::Availability => installed_in(load, scenario, &Question::of(target), key),
        _ => jobs,
    }
}

/// Adds up terms of the same goal and window; many windows are gathered into steps. True if a window was changed.
fn gather(terms: &mut Vec<Term>) -> bool {
    let mut per_goal: BTreeMap<u32, usize> = BTreeMap::new();
    for term in terms.iter() {
        *per_goal.entry(term.goal).or_default() += 1;
    }
    let step = STEP_HOURS / crate::units::HOURS_PER_YEAR;
    let mut changed = false;
    for term in terms.iter_mut() {
        if let Measure::Within(wait) = term.measure
            && wait > 0.0
            && per_goal[&term.goal] > MANY_WINDOWS
        {
            term.measure = Measure::Within((wait / step).floor() * step);
            changed = true;
        }
    }
    let order = |measure: Measure| match measure {
        Measure::Within(wait) => wait,
        Measure::Wait => -1.0,
    };
    terms.sort_by(|left, right| left.goal.cmp(&right.goal).then(order(left.measure).total_cmp(&order(right.measure))));
    terms.dedup_by(|next, kept| {
        let same = next.goal == kept.goal && next.measure == kept.measure;
        if same {
            kept.weight += next.weight;
        }
        same
    });
    changed
}

fn filled(
    scenario: &Scenario,
    decisions: &Decisions,
    problem: &AllocationProblem,
    allocation: &Allocation,
) -> Decisions {
    let mut filled = decisions.clone();
    filled.outlet_stock = vec![Vec::new(); scenario.outlets.len()];
    filled.depot_stock = vec![Vec::new(); scenario.depots.len()];
    let parts = scenario.parts.len();
    let put = |stock: &mut Vec<Vec<u32>>, site: u32, part: u32, level: u32| {
        if level > 0 {
            let levels = &mut stock[site as usize];
            levels.resize(parts, 0);
            levels[part as usize] = level;
        }
    };
    for (item, level) in problem.items.iter().zip(&allocation.base_stock) {
        put(&mut filled.outlet_stock, item.outlet, item.part, *level);
    }
    for (item, level) in problem.depots.iter().zip(&allocation.depot_base_stock) {
        put(&mut filled.depot_stock, item.depot, item.part, *level);
    }
    filled
}
