//! Allocation against complete enumeration on small problems, and against published optima.

use std::io::Write;

use proptest::prelude::*;
use sparenet::scenario::Stockout;
use sparenet::stocking::Repair;
use sparenet::stocking::allocation::{
    Allocation, AllocationProblem, DepotItem, Effort, Goal, Item, Measure, Term, allocate, allocate_with,
};
use sparenet::stocking::two_echelon::{Depot, Position, Stream};
use sparenet::watch::{Nobody, Watch};

/// Levels tried by the enumeration: 0 to CAP − 1.
const CAP: u32 = 9;

/// What the levels cost and give, from the two-echelon evaluation alone.
fn evaluate(problem: &AllocationProblem, levels: &[u32], depot_levels: &[u32]) -> (f64, Vec<f64>) {
    let mut service = vec![0.0; problem.goals.len()];
    let mut cost = 0.0;
    let upstreams: Vec<_> = (0..problem.depots.len())
        .map(|d| {
            let under =
                || problem.items.iter().filter(move |item| item.depot == Some(d as u32)).map(|item| item.stream);
            let rate: f64 = under().map(|s| s.rate).sum();
            let variance: f64 = under().map(|s| s.rate * s.variance_to_mean).sum();
            let variance_to_mean = if rate > 0.0 { variance / rate } else { 1.0 };
            let own = &problem.depots[d];
            let depot = Depot::new(rate, variance_to_mean, own.lead_time).in_batches(own.quantity);
            let batches = depot.batches(depot_levels[d]);
            cost += own.holding * batches.mean_position() + own.ordering / f64::from(batches.quantity);
            depot.holding(depot_levels[d])
        })
        .collect();
    for (item, &s) in problem.items.iter().zip(levels) {
        let position = Position::new(item.stream, item.depot.map(|d| &upstreams[d as usize]), problem.stockout);
        let batches = position.batches(s);
        cost += item.holding * batches.mean_position() + item.ordering / f64::from(batches.quantity);
        cost += item.miss_cost * (1.0 - position.fill_rate(s));
        for term in &problem.terms[item.terms.clone()] {
            service[term.goal as usize] += term.weight
                * match term.measure {
                    Measure::Within(window) => position.within(s, window),
                    Measure::Wait => -position.mean_wait(s),
                };
        }
    }
    for (goal, given) in problem.goals.iter().zip(&service) {
        let short = goal.at_least - given;
        if short > 1e-11 * goal.at_least.abs().max(1.0) {
            cost += goal.penalty.map_or(f64::INFINITY, |penalty| penalty * short);
        }
    }
    (cost, service)
}

/// The least cost over all levels below CAP.
fn enumerated(problem: &AllocationProblem) -> f64 {
    let count = problem.items.len();
    let depots = problem.depots.len();
    let mut best = f64::INFINITY;
    for code in 0..CAP.pow(depots as u32) {
        let depot_levels: Vec<u32> = (0..depots as u32).map(|d| code / CAP.pow(d) % CAP).collect();
        let single = |i: usize, s: u32| {
            let mut levels = vec![0; count];
            levels[i] = s;
            levels
        };
        // Cost and service are sums over the items: differences to level 0 are tabulated once per depot level.
        let bare = AllocationProblem { goals: problem.goals.iter().map(free).collect(), ..problem.clone() };
        let (base_cost, base_service) = evaluate(&bare, &vec![0; count], &depot_levels);
        let tables: Vec<Vec<(f64, Vec<f64>)>> = (0..count)
            .map(|i| {
                let at = |s| evaluate(&bare, &single(i, s), &depot_levels);
                let less = |(cost, service): (f64, Vec<f64>)| {
                    (cost - base_cost, service.iter().zip(&base_service).map(|(x, y)| x - y).collect())
                };
                (0..CAP).map(|s| less(at(s))).collect()
            })
            .collect();
        for plan in 0..CAP.pow(count as u32) {
            let mut cost = base_cost;
            let mut service = base_service.clone();
            for (i, table) in tables.iter().enumerate() {
                let (more, given) = &table[(plan / CAP.pow(i as u32) % CAP) as usize];
                cost += more;
                service.iter_mut().zip(given).for_each(|(sum, g)| *sum += g);
            }
            for (goal, given) in problem.goals.iter().zip(&service) {
                let short = goal.at_least - given;
                if short > 1e-12 {
                    cost += goal.penalty.map_or(f64::INFINITY, |penalty| penalty * short);
                }
            }
            best = best.min(cost);
        }
    }
    best
}

fn free(_: &Goal) -> Goal {
    Goal { at_least: f64::NEG_INFINITY, penalty: None }
}

/// The plan is what it says it is, and its bound holds.
fn checked(problem: &AllocationProblem, allocation: &Allocation) {
    let (cost, service) = evaluate(problem, &allocation.base_stock, &allocation.depot_base_stock);
    assert!((cost - allocation.cost).abs() <= 1e-9 * cost.abs().max(1.0), "{cost} is told as {}", allocation.cost);
    for (told, computed) in allocation.service.iter().zip(&service) {
        assert!((told - computed).abs() <= 1e-9 * computed.abs().max(1.0), "{computed} is told as {told}");
    }
    assert!(allocation.lower_bound <= allocation.cost);
}

/// Small problems: some items alone, some under a depot, goals over random subsets.
fn small(items: usize, depots: usize) -> impl Strategy<Value = AllocationProblem> {
    let item = (0.2..4.0_f64, 0.05..0.4_f64, 1.0..10.0_f64, 0..=depots, prop::sample::select(vec![1.0, 1.0, 1.6]));
    let term = (0..3_u32, 0.2..2.0_f64, -0.02..0.5_f64, 0..12_u32);
    let goal = (0.3..0.93_f64, prop::option::weighted(0.3, 1.0..60.0_f64));
    (
        prop::collection::vec((item, prop::collection::vec(term, 0..5)), items),
        prop::collection::vec((0.05..0.5_f64, 0.3..6.0_f64), depots),
        prop::collection::vec(goal, 3),
        prop::bool::weighted(0.25),
        0.0..8.0_f64,
    )
        .prop_map(|(rows, depot_rows, goal_rows, emergency, miss)| {
            let mut terms = Vec::new();
            let mut items = Vec::new();
            for (i, ((rate, lead_time, holding, depot, variance_to_mean), own)) in rows.into_iter().enumerate() {
                let from = terms.len();
                for (goal, weight, window, kind) in own {
                    let measure = if kind == 0 && !emergency { Measure::Wait } else { Measure::Within(window) };
                    terms.push(Term { goal, weight, measure });
                }
                items.push(Item {
                    part: 0,
                    outlet: i as u32,
                    depot: (depot > 0).then(|| depot as u32 - 1),
                    stream: Stream::new(rate, variance_to_mean, lead_time),
                    holding,
                    ordering: 0.0,
                    miss_cost: if emergency { miss } else { 0.0 },
                    terms: from..terms.len(),
                });
            }
            let depots = depot_rows.into_iter().map(|(lead_time, holding)| DepotItem {
                part: 0,
                depot: 0,
                lead_time,
                holding,
                repair: Repair::default(),
                quantity: 1,
                ordering: 0.0,
                resent: 0.0,
            });
            // A goal asks for a share of all there is to have; waits are allowed a little.
            let all = |g: u32| {
                let windows =
                    terms.iter().filter(|t| t.goal == g && matches!(t.measure, Measure::Within(w) if w >= 0.0));
                windows.map(|t| t.weight).sum::<f64>()
            };
            let waits = |g: u32| terms.iter().any(|t| t.goal == g && t.measure == Measure::Wait);
            let goals = goal_rows.into_iter().enumerate().map(|(g, (share, penalty))| {
                let g = g as u32;
                Goal { at_least: share * all(g) - if waits(g) { 0.05 } else { 0.0 }, penalty }
            });
            let (goals, depots) = (goals.collect(), depots.collect());
            let stockout = if emergency { Stockout::Emergency } else { Stockout::Backorder };
            AllocationProblem { items, depots, terms, goals, stockout }
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_small_network_under_the_supplier_gets_its_enumerated_optimum(problem in small(4, 0)) {
        let allocation = allocate(&problem, &Nobody).expect("every goal is within reach");
        checked(&problem, &allocation);
        let optimum = enumerated(&problem);
        prop_assert!((allocation.cost - optimum).abs() <= 1e-9 * optimum.max(1.0), "{} against {optimum}", allocation.cost);
        prop_assert!((allocation.lower_bound - optimum).abs() <= 1e-8 * optimum.max(1.0));
        let quick = allocate_with(&problem, &Effort::QUICK, &Nobody).expect("as before");
        checked(&problem, &quick);
        prop_assert!(quick.lower_bound <= optimum * (1.0 + 1e-9) + 1e-9 && quick.cost >= optimum - 1e-9);
    }

    #[test]
    fn a_small_network_under_a_depot_gets_its_enumerated_optimum(problem in small(3, 1)) {
        let allocation = allocate(&problem, &Nobody).expect("every goal is within reach");
        checked(&problem, &allocation);
        let optimum = enumerated(&problem);
        prop_assert!((allocation.cost - optimum).abs() <= 1e-9 * optimum.max(1.0), "{} against {optimum}", allocation.cost);
        prop_assert!((allocation.lower_bound - optimum).abs() <= 1e-8 * optimum.max(1.0));
        let quick = allocate_with(&problem, &Effort::QUICK, &Nobody).expect("as before");
        checked(&problem, &quick);
        prop_assert!(quick.lower_bound <= optimum * (1.0 + 1e-9) + 1e-9 && quick.cost >= optimum - 1e-9);
    }
}

/// The same with orders to the supplier of several units, and their cost.
fn ordering(problem: AllocationProblem, quantities: &[u32], ordering: &[f64]) -> AllocationProblem {
    let mut problem = problem;
    let batches = problem.stockout == Stockout::Backorder;
    let mut next = quantities.iter().zip(ordering).cycle();
    let mut own = || next.next().map_or((1, 0.0), |(quantity, cost)| (*quantity, *cost));
    for item in problem.items.iter_mut().filter(|item| item.depot.is_none()) {
        let (quantity, cost) = own();
        item.ordering = cost;
        item.stream = item.stream.in_batches(if batches { quantity } else { 1 });
    }
    for (row, depot) in problem.depots.iter_mut().enumerate() {
        // A depot that nobody asks sends no orders.
        if problem.items.iter().any(|item| item.depot == Some(row as u32)) {
            (depot.quantity, depot.ordering) = own();
        }
    }
    problem
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_small_network_that_orders_batches_gets_its_enumerated_optimum(
        problem in small(3, 1),
        quantities in prop::collection::vec(1..5_u32, 4),
        costs in prop::collection::vec(0.0..12.0_f64, 4),
    ) {
        let problem = ordering(problem, &quantities, &costs);
        let allocation = allocate(&problem, &Nobody).expect("every goal is within reach");
        checked(&problem, &allocation);
        let optimum = enumerated(&problem);
        // Levels beyond those enumerated may be cheaper still.
        prop_assert!(allocation.cost <= optimum + 1e-9 * optimum.max(1.0), "{} against {optimum}", allocation.cost);
        prop_assert!((allocation.lower_bound - allocation.cost).abs() <= 1e-8 * optimum.max(1.0));
        let mut levels = allocation.base_stock.iter().chain(&allocation.depot_base_stock);
        if levels.all(|level| *level < CAP) {
            prop_assert!(allocation.cost >= optimum - 1e-9 * optimum.max(1.0), "{} against {optimum}", allocation.cost);
        }
    }
}

/// Whoever wants it over at once.
struct Impatient;

impl Watch for Impatient {
    fn stop(&self) -> bool {
        true
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_search_stopped_at_once_still_keeps_every_promise_and_its_bound(problem in small(3, 1)) {
        let allocation = allocate(&problem, &Impatient).expect("every goal is within reach");
        checked(&problem, &allocation);
        let optimum = enumerated(&problem);
        prop_assert!(allocation.lower_bound <= optimum * (1.0 + 1e-9) + 1e-9 && allocation.cost >= optimum - 1e-9);
    }

    #[test]
    fn two_networks_that_nothing_joins_cost_what_each_costs(one in small(3, 1), other in small(3, 1)) {
        let mut both = one.clone();
        let (terms, goals) = (one.terms.len(), one.goals.len() as u32);
        let stockout = one.stockout;
        let other = AllocationProblem { stockout, ..other };
        both.depots.extend(other.depots.iter().cloned());
        both.goals.extend(other.goals.iter().copied());
        both.terms.extend(other.terms.iter().map(|term| Term { goal: term.goal + goals, ..*term }));
        both.items.extend(other.items.iter().cloned().map(|mut item| {
            item.depot = item.depot.map(|depot| depot + one.depots.len() as u32);
            item.terms = item.terms.start + terms..item.terms.end + terms;
            item
        }));
        let answers = [&one, &other, &both].map(|problem| allocate(problem, &Nobody).expect("every goal is within reach"));
        checked(&both, &answers[2]);
        prop_assert!((answers[0].cost + answers[1].cost - answers[2].cost).abs() <= 1e-8 * answers[2].cost.max(1.0));
    }

    #[test]
    fn dearer_holding_never_makes_a_network_cheaper_and_scaling_money_scales_it(problem in small(4, 1), factor in 1.1..3.0_f64) {
        let cost = |problem: &AllocationProblem| allocate(problem, &Nobody).expect("every goal is within reach").cost;
        let before = cost(&problem);
        let mut dearer = problem.clone();
        dearer.items[0].holding *= factor;
        prop_assert!(cost(&dearer) >= before - 1e-9 * before);
        let mut scaled = problem.clone();
        scaled.items.iter_mut().for_each(|item| (item.holding, item.miss_cost) = (item.holding * factor, item.miss_cost * factor));
        scaled.depots.iter_mut().for_each(|depot| depot.holding *= factor);
        scaled.goals.iter_mut().for_each(|goal| goal.penalty = goal.penalty.map(|penalty| penalty * factor));
        prop_assert!((cost(&scaled) - factor * before).abs() <= 1e-8 * factor * before.max(1.0));
    }
}

#[test]
fn a_promise_beyond_all_stock_is_named_with_the_best_there_is() {
    let item = |outlet: u32, terms| Item {
        part: 0,
        outlet,
        depot: None,
        stream: Stream::new(2.0, 1.0, 0.1),
        holding: 1.0,
        ordering: 0.0,
        miss_cost: 0.0,
        terms,
    };
    let term = |weight| Term { goal: 0, weight, measure: Measure::Within(0.0) };
    let problem = AllocationProblem {
        items: vec![item(0, 0..1), item(1, 1..2)],
        depots: Vec::new(),
        terms: vec![term(0.5), term(0.25)],
        goals: vec![Goal { at_least: 0.8, penalty: None }],
        stockout: Stockout::Backorder,
    };
    let trouble = allocate(&problem, &Nobody).expect_err("0.75 is all there is");
    assert_eq!((trouble.goal, trouble.best), (0, 0.75));
}

#[test]
fn the_least_backorders_for_a_budget_cost_no_more_than_the_budget() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/oracles/M_multi_item_availability.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        let _ = writeln!(std::io::stderr(), "skipped: ../shared is absent");
        return;
    };
    let file: serde_json::Value = serde_json::from_str(&text).expect("an oracle file is JSON");
    for vector in file["vectors"].as_array().expect("vectors") {
        let inputs = &vector["inputs"];
        let Some(rows) = vector["outputs"]["dp"].as_array() else { continue };
        let list = |name: &str| -> Vec<f64> {
            inputs[name].as_array().expect("a list").iter().map(|x| x.as_f64().expect("a number")).collect()
        };
        let (rates, times, costs) = (list("lam"), list("T"), list("c"));
        for row in rows {
            let backorders = row["EBO"].as_f64().expect("a number");
            let cost = row["cost"].as_f64().expect("a number");
            let items = (0..rates.len()).map(|i| Item {
                part: i as u32,
                outlet: 0,
                depot: None,
                stream: Stream::new(rates[i], 1.0, times[i]),
                holding: costs[i],
                ordering: 0.0,
                miss_cost: 0.0,
                terms: i..i + 1,
            });
            // Σ rate × mean wait = Σ expected backorders; printed with 12 digits.
            let terms = rates.iter().map(|&rate| Term { goal: 0, weight: rate, measure: Measure::Wait });
            let problem = AllocationProblem {
                items: items.collect(),
                depots: Vec::new(),
                terms: terms.collect(),
                goals: vec![Goal { at_least: -backorders * (1.0 + 1e-10), penalty: None }],
                stockout: Stockout::Backorder,
            };
            let allocation = allocate(&problem, &Nobody).expect("it was reached before");
            checked(&problem, &allocation);
            assert!((allocation.cost - cost).abs() < 1e-6, "{}: {} against {cost}", vector["id"], allocation.cost);
            assert!((allocation.lower_bound - cost).abs() < 1e-6);
        }
    }
}
