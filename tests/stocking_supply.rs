//! Lateral supply and batch ordering against vectors computed elsewhere, against each other, and against their laws.

use std::io::Write;

use proptest::prelude::*;
use serde_json::Value;
use sparenet::scenario::Stockout;
use sparenet::stocking::distribution::Pmf;
use sparenet::stocking::erlang::erlang_b;
use sparenet::stocking::lateral::echelons::{Echelons, Pool, Supplied, split};
use sparenet::stocking::lateral::{self, Member, Shares};
use sparenet::stocking::reorder::{Batches, Prices, economic_quantity, periodic};
use sparenet::stocking::{Depot, Position, Stream, Upstream};

/// The vectors of a family, or none (told) where they are not beside the project.
fn vectors(family: &str) -> Vec<Value> {
    let path = format!("{}/../shared/oracles/{family}.json", env!("CARGO_MANIFEST_DIR"));
    let Ok(text) = std::fs::read_to_string(path) else {
        let _ = writeln!(std::io::stderr(), "skipped: ../shared is absent");
        return Vec::new();
    };
    let file: Value = serde_json::from_str(&text).expect("an oracle file is JSON");
    file["vectors"].as_array().expect("a family has vectors").clone()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

fn close(vector: &Value, name: &str, computed: f64, printed: &Value) {
    let printed = number(printed);
    let tolerance = number(&vector["tolerance"]["abs"]) + number(&vector["tolerance"]["rel"]) * printed.abs();
    let id = &vector["id"];
    assert!((computed - printed).abs() <= tolerance, "{id} {name}: computed {computed}, printed {printed}");
}

/// The pool of a vector of family L.
fn pool(inputs: &Value) -> Vec<Member> {
    let (rates, stock, lead_times) = (numbers(&inputs["lam"]), numbers(&inputs["S"]), numbers(&inputs["L"]));
    let member = |j: usize| Member {
        rate: rates[j],
        base_stock: stock[j] as u32,
        lead_time: lead_times[j],
        suppliers: numbers(&inputs["prefs"][j]).into_iter().map(|supplier| supplier as usize).collect(),
    };
    (0..rates.len()).map(member).collect()
}

#[test]
fn pools_agree_with_the_exact_chain() {
    for vector in vectors("L_lateral_emergency_single_echelon") {
        let outputs = &vector["outputs"];
        let pool = pool(&vector["inputs"]);
        let (shares, method) = lateral::shares(&pool);
        assert_eq!(method, lateral::Method::Exact);
        for (j, shares) in shares.iter().enumerate() {
            close(&vector, "own", shares.own, &outputs["own_fill"][j]);
            close(&vector, "lateral", shares.lateral.iter().sum(), &outputs["lateral"][j]);
            close(&vector, "emergency", shares.emergency, &outputs["emergency"][j]);
            close(&vector, "on hand", shares.on_hand, &outputs["on_hand"][j]);
        }
    }
}

/// Outlets under a depot, each a pool, all numbers small.
fn echelons(outlets: std::ops::Range<usize>) -> impl Strategy<Value = Echelons> {
    let pool = (5.0..60.0, 1..4_u32, 1.0..5.0).prop_map(|(rate, base_stock, days)| Pool {
        rate,
        base_stock,
        ordered: 1.0,
        transport: days / 365.0,
    });
    (prop::collection::vec(pool, outlets), 10.0..50.0, 0.2..1.4).prop_map(|(pools, days, stocked)| {
        let lead_time = days / 365.0;
        let on_order = pools.iter().map(|pool| pool.rate).sum::<f64>() * lead_time;
        Echelons { pools, depot_stock: (stocked * on_order) as u32, lead_time }
    })
}

/// Shares of all demand: direct and from outside.
fn of_all(echelons: &Echelons, supplied: &Supplied) -> (f64, f64) {
    let rate: f64 = echelons.pools.iter().map(|pool| pool.rate).sum();
    let sum =
        |shares: &[f64]| echelons.pools.iter().zip(shares).map(|(pool, share)| pool.rate * share).sum::<f64>() / rate;
    (sum(&supplied.direct), sum(&supplied.outside))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn outlets_followed_alone_are_near_those_followed_together(echelons in echelons(6..10)) {
        let whole = echelons.whole(20_000).expect("it is small");
        let (direct, outside) = of_all(&echelons, &whole);
        let (alone_direct, alone_outside) = of_all(&echelons, &echelons.alone());
        prop_assert!((direct - alone_direct).abs() <= 0.05, "direct {direct}, alone {alone_direct}");
        prop_assert!((outside - alone_outside).abs() <= 0.05, "outside {outside}, alone {alone_outside}");
    }

    #[test]
    fn whatever_is_asked_is_met_somewhere(echelons in echelons(1..9), repaired in 0.0..1.0) {
        let pools = echelons.pools.iter().map(|pool| Pool { ordered: 1.0 - repaired, ..*pool }).collect();
        let echelons = Echelons { pools, ..echelons };
        for supplied in [echelons.supplied(2_000), echelons.alone()] {
            for ((on_hand, direct), outside) in supplied.on_hand.iter().zip(&supplied.direct).zip(&supplied.outside) {
                let met: f64 = on_hand[1..].iter().sum();
                prop_assert!((met + direct + outside - 1.0).abs() <= 1e-9 && direct.min(*outside) >= 0.0);
            }
            prop_assert!((supplied.depot.stocked + supplied.depot.owed.iter().sum::<f64>() - 1.0).abs() <= 1e-9);
            prop_assert!((0.0..=1.0 + 1e-12).contains(&supplied.depot.fill_rate()));
        }
    }
}

#[test]
fn a_centre_behind_a_pool_agrees_with_simulation() {
    for vector in vectors("E_two_echelon_emergency") {
        let inputs = &vector["inputs"];
        let (rates, stock) = (numbers(&inputs["lam"]), numbers(&inputs["S"]));
        let transport = number(&inputs["O"]);
        let pool = |rate: f64, base_stock: f64| Pool { rate, base_stock: base_stock as u32, ordered: 1.0, transport };
        let alone = rates.iter().zip(&stock).map(|(rate, stock)| pool(*rate, *stock));
        let pools = if inputs["lateral"].as_bool().expect("a flag") {
            vec![pool(rates.iter().sum(), stock.iter().sum())]
        } else {
            alone.collect()
        };
        let count = pools.len() as f64;
        let depot_stock = number(&inputs["S0"]) as u32;
        let supplied = Echelons { pools, depot_stock, lead_time: number(&inputs["T0"]) }
            .whole(10_000)
            .expect("the vectors are small");
        // All outlets are alike, and so is what each of them finds.
        let stops = || stock[..stock.len() / count as usize].iter().map(|stock| *stock as u32);
        let taken = split(&supplied.on_hand[0], stops());
        let parts = [
            ("own", taken[0]),
            ("lateral", taken[1..].iter().sum()),
            ("central", supplied.direct.iter().sum::<f64>() / count),
            ("outside", supplied.outside.iter().sum::<f64>() / count),
        ];
        for (name, share) in parts {
            let id = &vector["id"];
            // [mean, 95 % half-width]: exact for exponential times, and within the stated 0.0032 for constant ones.
            let simulated = &vector["outputs"]["exponential"]["aggregate"][name];
            let (mean, half) = (number(&simulated[0]), number(&simulated[1]));
            // No occurrence in 6 million demands is a share below a millionth.
            assert!((share - mean).abs() <= (2.0 * half).max(1e-6), "{id} {name}: {share}, simulated {mean} ± {half}");
            let constant = number(&vector["outputs"]["deterministic"]["aggregate"][name][0]);
            assert!((share - constant).abs() <= 0.0032, "{id} {name}: {share}, constant times {constant}");
        }
    }
}

#[test]
fn batches_agree_with_the_exact_reorder_policy_and_its_optimum() {
    for vector in vectors("Q_reorder_policies") {
        let (inputs, outputs) = (&vector["inputs"], &vector["outputs"]);
        if !inputs["demand_mean"].is_null() {
            let prices = Prices {
                holding: number(&inputs["holding_cost"]),
                backorder: number(&inputs["stockout_cost"]),
                order: number(&inputs["fixed_cost"]),
            };
            let best = periodic::least(&prices, &Pmf::poisson(number(&inputs["demand_mean"])));
            assert_eq!((Some(best.minimum), Some(best.maximum)), (outputs["s"].as_i64(), outputs["S"].as_i64()));
            close(&vector, "cost", best.cost, &outputs["cost"]);
            continue;
        }
        let rate = number(&inputs["lam"]);
        let demanded = Pmf::poisson(rate * number(&inputs["L"]));
        let prices =
            Prices { holding: number(&inputs["h"]), backorder: number(&inputs["b"]), order: number(&inputs["K"]) };
        if inputs["Q"].is_null() {
            let (best, cost) = prices.least(rate, &demanded);
            assert_eq!(Some(best.reorder_point), outputs["r"].as_i64());
            assert_eq!(Some(u64::from(best.quantity)), outputs["Q"].as_u64());
            close(&vector, "cost", cost, &outputs["cost"]);
            close(&vector, "cost", prices.cost(best, rate, &demanded), &outputs["cost"]);
            continue;
        }
        let batches = Batches {
            reorder_point: inputs["r"].as_i64().expect("whole"),
            quantity: inputs["Q"].as_u64().expect("whole") as u32,
        };
        close(&vector, "EBO", batches.expected_backorders(&demanded), &outputs["EBO"]);
        close(&vector, "fill", batches.fill_rate(&demanded), &outputs["fill"]);
        close(&vector, "on hand", batches.on_hand(&demanded), &outputs["on_hand"]);
        close(&vector, "orders", batches.orders(rate), &outputs["order_freq"]);
        close(&vector, "cost", prices.cost(batches, rate, &demanded), &outputs["cost"]);
    }
}

/// Pools of many shapes: everyone helps everyone in a ring, two neighbours, main outlets, and lists of any length.
fn shape(kind: u8, outlets: usize, i: usize) -> Vec<usize> {
    let around = |d: usize| (i + d) % outlets;
    match kind {
        0 => (1..outlets).map(around).collect(),
        1 => vec![around(1), around(outlets - 1)],
        2 => [0, 1].into_iter().filter(|main| *main != i).collect(),
        _ => (1..=i % (outlets - 1)).map(|d| around(2 * d)).filter(|o| *o != i).fold(Vec::new(), |mut list, o| {
            if !list.contains(&o) {
                list.push(o);
            }
            list
        }),
    }
}

/// Share of all demand that is expressed.
fn emergency(pool: &[Member], shares: &[Shares]) -> f64 {
    let rate: f64 = pool.iter().map(|member| member.rate).sum();
    pool.iter().zip(shares).map(|(member, shares)| member.rate * shares.emergency).sum::<f64>() / rate
}

#[test]
fn neighbourhoods_keep_their_stated_error() {
    let mut worst: f64 = 0.0;
    for kind in 0..4 {
        for load in [0.3, 0.6, 1.0] {
            let member = |i: usize| Member {
                rate: load * [0.6, 1.4, 1.0][i % 3],
                base_stock: [1, 2, 1, 1, 2, 0][i],
                lead_time: [1.0, 0.7, 1.5, 1.0][i % 4],
                suppliers: shape(kind, 6, i),
            };
            let pool: Vec<Member> = (0..6).map(member).collect();
            let exact = lateral::exactly(&pool, lateral::EXACT_STATES).expect("a small pool");
            // 16 states of 72 leave each neighbourhood two or three outlets of six: a harder cut than 256 states make.
            let near = lateral::approximately(&pool, 16);
            for (exact, near) in exact.iter().zip(&near) {
                assert!((exact.own - near.own).abs() < 0.05, "{kind} {load}: {exact:?} {near:?}");
            }
            worst = worst.max((emergency(&pool, &near) / emergency(&pool, &exact) - 1.0).abs());
        }
    }
    assert!(worst < 0.12, "{worst}");
}

#[test]
fn a_pool_where_everyone_helps_everyone_loses_as_one_shelf_whatever_its_size() {
    // 30 outlets with a unit each: 2^30 states. Emergency = B(30, 30·0.7) for every outlet.
    let member = |i: usize| Member {
        rate: 0.7 / 0.02,
        base_stock: 1,
        lead_time: 0.02,
        suppliers: (1..30).map(|d| (i + d) % 30).collect(),
    };
    let pool: Vec<Member> = (0..30).map(member).collect();
    let (shares, method) = lateral::shares(&pool);
    assert_eq!(method, lateral::Method::Neighbourhoods);
    let lost = erlang_b(30, 21.0);
    // Equal outlets: each unit is out as often as every other, Little's law.
    let own = 1.0 - 0.7 * (1.0 - lost);
    for shares in shares {
        assert!((shares.emergency - lost).abs() < 1e-12);
        assert!((shares.own - own).abs() < 0.01, "{} {own}", shares.own);
        assert!((shares.own + shares.lateral.iter().sum::<f64>() + shares.emergency - 1.0).abs() < 1e-12);
    }
}

fn pools() -> impl Strategy<Value = Vec<Member>> {
    let member = (0.05..2.0_f64, 0..3_u32, 0.1..2.0_f64);
    (prop::collection::vec(member, 2..5), 0..4_u8).prop_map(|(members, kind)| {
        let count = members.len();
        let supplied = |i| {
            let mut list = shape(kind, count.max(3), i);
            list.retain(|o| *o < count && *o != i);
            list.dedup();
            list
        };
        let member =
            |(i, (rate, base_stock, lead_time))| Member { rate, base_stock, lead_time, suppliers: supplied(i) };
        members.into_iter().enumerate().map(member).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn pooling_never_expresses_more_at_equal_stock(pool in pools()) {
        // A unit given to another outlet is at worst missed once by its own: memoryless lead times couple the two.
        let (shares, _) = lateral::shares(&pool);
        let alone: Vec<Member> = pool.iter().map(|member| Member { suppliers: Vec::new(), ..member.clone() }).collect();
        let (apart, _) = lateral::shares(&alone);
        prop_assert!(emergency(&pool, &shares) <= emergency(&alone, &apart) + 1e-12);
        for (member, shares) in alone.iter().zip(&apart) {
            let lost = erlang_b(member.base_stock, member.rate * member.lead_time);
            prop_assert!((shares.emergency - lost).abs() < 1e-11);
        }
    }

    #[test]
    fn what_a_pool_gives_is_what_is_on_order_over_its_lead_time(pool in pools()) {
        let (shares, _) = lateral::shares(&pool);
        let given: f64 = pool.iter().zip(&shares).map(|(member, shares)| member.rate * (1.0 - shares.emergency)).sum();
        let ordered: f64 = pool
            .iter()
            .zip(&shares)
            .map(|(member, shares)| (f64::from(member.base_stock) - shares.on_hand) / member.lead_time)
            .sum();
        prop_assert!((given - ordered).abs() < 1e-10 * given.max(1.0), "{given} {ordered}");
        for shares in &shares {
            prop_assert!((shares.own + shares.lateral.iter().sum::<f64>() + shares.emergency - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_batch_of_one_is_base_stock_and_more_stock_never_means_more_backorders(
        mean in 0.0..30.0_f64, ratio in 1.0..3.0_f64, quantity in 1..20_u32,
    ) {
        let demanded = Pmf::negative_binomial(mean, ratio);
        for maximum in 0..40 {
            let one = Batches::up_to(maximum, 1);
            prop_assert_eq!(one.reorder_point, i64::from(maximum) - 1);
            prop_assert!((one.expected_backorders(&demanded) - demanded.expected_over(maximum as usize)).abs() < 1e-13);
            prop_assert!((one.fill_rate(&demanded) - demanded.at_most(i64::from(maximum) - 1)).abs() < 1e-13);
            prop_assert!((one.mean_position() - f64::from(maximum)).abs() < 1e-13);
            let (less, more) = (Batches::up_to(maximum, quantity), Batches::up_to(maximum + 1, quantity));
            prop_assert!(more.expected_backorders(&demanded) <= less.expected_backorders(&demanded) + 1e-12);
            prop_assert!(more.fill_rate(&demanded) >= less.fill_rate(&demanded) - 1e-12);
            prop_assert!(less.expected_backorders(&demanded) >= one.expected_backorders(&demanded) - 1e-12);
        }
    }

    #[test]
    fn batches_are_a_mean_over_positions_at_outlets_and_behind_depots(
        rate in 0.5..20.0_f64, others in 0.0..30.0_f64, transport in 0.0..0.2_f64, t0 in 0.01..0.4_f64,
        maximum in 1..12_u32, quantity in 1..6_u32, window in 0.0..0.7_f64,
    ) {
        let batches = Batches::up_to(maximum, quantity);
        let positions: Vec<u32> = (batches.reorder_point + 1..=i64::from(maximum)).map(|y| y as u32).collect();
        let mean = |f: &dyn Fn(u32) -> f64| positions.iter().map(|y| f(*y)).sum::<f64>() / positions.len() as f64;
        let close = |left: f64, right: f64| (left - right).abs() <= 1e-11 * (1.0 + right.abs());
        // The supplier behind the outlet.
        let single = Position::new(Stream::new(rate, 1.0, t0), None, Stockout::Backorder);
        let orders = Position::new(Stream::new(rate, 1.0, t0).in_batches(quantity), None, Stockout::Backorder);
        prop_assert!(close(orders.fill_rate(maximum), mean(&|y| single.fill_rate(y))));
        prop_assert!(close(orders.expected_backorders(maximum), mean(&|y| single.expected_backorders(y))));
        prop_assert!(close(orders.within(maximum, window), mean(&|y| single.within(y, window))));
        // A depot that orders batches, an outlet that does not; windows within and beyond the transport.
        let depot = Depot::new(rate + others, 1.0, t0);
        let stream = Stream::new(rate, 1.0, transport);
        let upstream = depot.in_batches(quantity).holding(maximum);
        let singles: Vec<Upstream> = (0..=maximum).map(|y| depot.holding(y)).collect();
        let under = Position::new(stream, Some(&upstream), Stockout::Backorder);
        let each = |y: u32| Position::new(stream, Some(&singles[y as usize]), Stockout::Backorder);
        prop_assert!(close(upstream.expected_backorders(), mean(&|y| singles[y as usize].expected_backorders())));
        prop_assert!(close(upstream.fill_rate(), mean(&|y| singles[y as usize].fill_rate())));
        for level in [0, 1, 3] {
            prop_assert!(close(under.fill_rate(level), mean(&|y| each(y).fill_rate(level))));
            prop_assert!(close(under.expected_backorders(level), mean(&|y| each(y).expected_backorders(level))));
            prop_assert!(close(under.within(level, window), mean(&|y| each(y).within(level, window))));
        }
    }

    #[test]
    fn the_economic_quantity_costs_no_more_than_its_neighbours(
        rate in 0.0..500.0_f64, order in 0.0..200.0_f64, holding in 0.01..100.0_f64,
    ) {
        let quantity = economic_quantity(rate, order, holding);
        let cost = |q: f64| order * rate / q + holding * (q - 1.0) / 2.0;
        let own = cost(f64::from(quantity));
        prop_assert!(own <= cost(f64::from(quantity) + 1.0) * (1.0 + 1e-12));
        prop_assert!(quantity == 1 || own <= cost(f64::from(quantity) - 1.0) * (1.0 + 1e-12));
    }
}
