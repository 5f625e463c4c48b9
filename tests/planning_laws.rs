//! Laws of planning: what may never happen to the least cost when a scenario changes, and the least cost itself on
//! scenarios small enough to try everything.

use std::fmt::Write;
use std::fs;

use proptest::prelude::*;
use sparenet::load::Load;
use sparenet::network::Network;
use sparenet::optimise::optimise;
use sparenet::plan::Plan;
use sparenet::scenario::load;
use sparenet::watch::Nobody;

/// Towns and outlets on a straight road, parts with demand in every town, the supplier behind the outlets.
#[derive(Debug, Clone)]
struct Road {
    /// Places of the towns [km].
    towns: Vec<u32>,
    /// Places [km] and fixed costs [1/year] of the outlets.
    outlets: Vec<(u32, u32)>,
    /// Unit costs of the parts.
    parts: Vec<u32>,
    /// Demand of each town for each part [units/year].
    demand: Vec<Vec<u32>>,
    /// The promised fill rate [%].
    promise: u32,
    /// All costs are multiplied by this.
    scale: f64,
    /// Are rows written in the reverse order?
    reversed: bool,
    /// Cost of an order to the supplier.
    order: u32,
    /// Most units of an order, where given.
    quantity: Option<u32>,
}

/// Kilometres cost 2 a job, an hour is 60 km and costs nothing.
const PER_KILOMETRE: f64 = 2.0;
const LEAD_TIME_DAYS: f64 = 14.6;
const HOLDING_RATE: f64 = 0.25;

fn roads(towns: usize, outlets: usize, parts: usize) -> impl Strategy<Value = Road> {
    let town = prop::collection::vec(0..100_u32, 1..=towns);
    let outlet = prop::collection::vec((0..100_u32, 200..3000_u32), 1..=outlets);
    let part = prop::collection::vec(100..3000_u32, 1..=parts);
    (town, outlet, part).prop_flat_map(move |(towns, outlets, parts)| {
        let demand = prop::collection::vec(prop::collection::vec(1..20_u32, parts.len()), towns.len());
        (Just((towns, outlets, parts)), demand, 50..96_u32).prop_map(|((towns, outlets, parts), demand, promise)| {
            Road { towns, outlets, parts, demand, promise, scale: 1.0, reversed: false, order: 0, quantity: None }
        })
    })
}

/// A table with its rows in the order asked for.
fn table(header: &str, mut rows: Vec<String>, reversed: bool) -> String {
    if reversed {
        rows.reverse();
    }
    rows.into_iter().fold(format!("{header}\n"), |mut text, row| {
        let _ = writeln!(text, "{row}");
        text
    })
}

impl Road {
    /// The plan of it, read from tables as a user writes them.
    fn plan(&self) -> Plan {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        let settings = format!(
            "name = \"road\"\n[travel]\nmetric = \"planar\"\ncircuity = 1\nround_trip = false\ncost_per_km = {:?}\n\
             [stocking]\nholding_rate_per_year = {HOLDING_RATE}\n[planning]\ngap = 0\n\
             [[target]]\nmetric = \"fill_rate\"\nat_least = {:?}\n",
            PER_KILOMETRE * self.scale,
            f64::from(self.promise) / 100.0
        );
        let scaled = |cost: u32| f64::from(cost) * self.scale;
        let regions = self.towns.iter().enumerate().map(|(town, at)| format!("r{town},{at},0")).collect();
        let outlet = |(outlet, (at, fixed)): (usize, &(u32, u32))| {
            format!("o{outlet},{at},0,{:?},{LEAD_TIME_DAYS}", scaled(*fixed))
        };
        let outlets = self.outlets.iter().enumerate().map(outlet).collect();
        let (order, quantity) = (scaled(self.order), self.quantity.map_or(String::new(), |units| units.to_string()));
        let part = |(part, cost): (usize, &u32)| format!("p{part},{:?},{order:?},{quantity}", scaled(*cost));
        let parts = self.parts.iter().enumerate().map(part).collect();
        let of_town = |(town, rates): (usize, &Vec<u32>)| -> Vec<String> {
            rates.iter().enumerate().map(|(part, rate)| format!("r{town},p{part},{rate}")).collect()
        };
        let demand = self.demand.iter().enumerate().flat_map(of_town).collect();
        let outlet_columns = "outlet,x_km,y_km,fixed_cost_per_year,supplier_lead_time_days";
        for (file, text) in [
            ("scenario.toml", settings),
            ("regions.csv", table("region,x_km,y_km", regions, self.reversed)),
            ("outlets.csv", table(outlet_columns, outlets, self.reversed)),
            ("parts.csv", table("part,unit_cost,order_cost,order_quantity", parts, self.reversed)),
            ("demand.csv", table("region,part,units_per_year", demand, self.reversed)),
        ] {
            fs::write(folder.path().join(file), text).expect("the folder is ours");
        }
        let scenario = load(folder.path(), &[]).expect("it is sound").scenario;
        let (mut network, load) = (Network::connect(&scenario), Load::of(&scenario));
        let plan = optimise(&scenario, &mut network, &load, &Nobody)
            .expect("every town is within reach and shelves may be full");
        assert!(self.bound(&plan) <= plan.certificate.objective, "the bound is never above the objective");
        plan
    }

    fn bound(&self, plan: &Plan) -> f64 {
        plan.certificate.lower_bound.expect("it was optimised")
    }

    /// The least cost, by trying every assignment and, for each, every choice of base-stock levels that may be cheaper.
    fn least_cost_by_trial(&self) -> f64 {
        let mut best = f64::INFINITY;
        let mut served_by = vec![0; self.towns.len()];
        loop {
            best = best.min(self.least_cost_of(&served_by, best));
            // The next assignment, counting in base "number of outlets".
            let Some(next) = served_by.iter().position(|outlet| outlet + 1 < self.outlets.len()) else { return best };
            served_by[..next].fill(0);
            served_by[next] += 1;
        }
    }

    /// The least cost of an assignment that is below `best`; infinity if there is none.
    fn least_cost_of(&self, served_by: &[usize], best: f64) -> f64 {
        let mut cost = 0.0;
        for (outlet, (_, fixed)) in self.outlets.iter().enumerate() {
            if served_by.contains(&outlet) {
                cost += f64::from(*fixed);
            }
        }
        let mut load = vec![vec![0.0; self.parts.len()]; self.outlets.len()];
        let mut asked = 0.0;
        for (town, &outlet) in served_by.iter().enumerate() {
            let jobs: u32 = self.demand[town].iter().sum();
            let kilometres = self.towns[town].abs_diff(self.outlets[outlet].0);
            cost += PER_KILOMETRE * f64::from(kilometres) * f64::from(jobs);
            for (part, &rate) in self.demand[town].iter().enumerate() {
                load[outlet][part] += f64::from(rate);
                asked += f64::from(rate);
            }
        }
        let mut shelves = Vec::new();
        for parts in &load {
            for (part, &rate) in parts.iter().enumerate().filter(|(_, rate)| **rate > 0.0) {
                shelves.push(self.shelf(rate, HOLDING_RATE * f64::from(self.parts[part])));
            }
        }
        let wanted = f64::from(self.promise) / 100.0 * asked;
        let mut least = f64::INFINITY;
        levels(&shelves, cost, wanted, asked, best, &mut least);
        least
    }

    /// A shelf with a demand rate and the cost of a unit on it.
    fn shelf(&self, rate: f64, holding: f64) -> Shelf {
        let order = f64::from(self.order);
        // The least q·(q+1) above 2Kλ/h.
        let economic = (1..).find(|q| f64::from(q * (q + 1)) > 2.0 * order * rate / holding);
        Shelf { rate, holding, order, quantity: self.quantity.or(economic).expect("counting goes on") }
    }
}

/// A part at an outlet.
#[derive(Debug, Clone, Copy)]
struct Shelf {
    rate: f64,
    holding: f64,
    order: f64,
    quantity: u32,
}

/// Tries the levels of the first shelf and, for each, those of the others. `left` is the demand of these shelves: no
/// more than that can still be met.
fn levels(shelves: &[Shelf], cost: f64, wanted: f64, left: f64, best: f64, least: &mut f64) {
    if cost >= best.min(*least) || wanted > left {
        return;
    }
    let Some((&Shelf { rate, holding, order, quantity }, others)) = shelves.split_first() else {
        if wanted <= 0.0 {
            *least = cost;
        }
        return;
    };
    // Fill rate = P(Poisson(rate × lead time) ≤ y − 1), summed term by term, as a mean over the positions y of a batch:
    // those from S − q + 1 to S, q = the quantity or S if that is less.
    let mean = rate * LEAD_TIME_DAYS / 365.0;
    let (mut fills, mut term) = (vec![0.0], (-mean).exp());
    for level in 0..80_u32 {
        let batch = quantity.min(level).max(1);
        let held = holding * (f64::from(level) - f64::from(batch - 1) / 2.0);
        if cost + held >= best.min(*least) {
            return;
        }
        let positions = &fills[(level + 1 - batch) as usize..];
        let fill = positions.iter().sum::<f64>() / f64::from(batch);
        let ordered = order * rate / f64::from(batch);
        levels(others, cost + held + ordered, wanted - rate * fill, left - rate, best, least);
        if 1.0 - positions[0] < 1e-12 && level >= quantity {
            return;
        }
        fills.push(fills[level as usize] + term);
        term *= mean / f64::from(level + 1);
    }
}

fn cost(plan: &Plan) -> f64 {
    plan.certificate.objective
}

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-6 * left.abs().max(right.abs())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_least_cost_of_a_tiny_scenario_is_that_of_trying_everything(road in roads(4, 3, 2)) {
        let plan = road.plan();
        let least = road.least_cost_by_trial();
        prop_assert!(near(cost(&plan), least), "{} is not the least cost {least}", cost(&plan));
        prop_assert!(road.bound(&plan) <= least * (1.0 + 1e-9), "the bound {} is above {least}", road.bound(&plan));
    }

    #[test]
    fn the_least_cost_with_orders_to_pay_is_that_of_trying_everything(
        road in roads(3, 2, 2), order in 1..60_u32, quantity in prop::option::of(1..7_u32),
    ) {
        let road = Road { order, quantity, ..road };
        let plan = road.plan();
        let least = road.least_cost_by_trial();
        prop_assert!(near(cost(&plan), least), "{} is not the least cost {least}", cost(&plan));
        prop_assert!(road.bound(&plan) <= least * (1.0 + 1e-9), "the bound {} is above {least}", road.bound(&plan));
    }

    #[test]
    fn another_candidate_never_costs_more(road in roads(5, 3, 2), at in 0..100_u32, fixed in 200..3000_u32) {
        let mut more = road.clone();
        more.outlets.push((at, fixed));
        let (few, many) = (road.plan(), more.plan());
        prop_assert!(many.certificate.objective <= cost(&few) * (1.0 + 1e-6), "{} > {}", cost(&many), cost(&few));
        prop_assert!(more.bound(&many) <= cost(&few) * (1.0 + 1e-9));
    }

    #[test]
    fn costs_ten_times_as_high_make_objective_and_bound_ten_times_as_high(road in roads(5, 4, 2)) {
        let dear = Road { scale: 10.0, ..road.clone() };
        let (plan, tenfold) = (road.plan(), dear.plan());
        prop_assert!(near(10.0 * cost(&plan), cost(&tenfold)));
        prop_assert!(near(10.0 * road.bound(&plan), dear.bound(&tenfold)));
    }

    #[test]
    fn the_order_of_rows_makes_no_difference_to_the_cost(road in roads(5, 4, 2)) {
        let reversed = Road { reversed: true, ..road.clone() };
        let (plan, turned) = (road.plan(), reversed.plan());
        prop_assert!(near(cost(&plan), cost(&turned)), "{} is not {}", cost(&plan), cost(&turned));
    }

    #[test]
    fn a_higher_promise_never_costs_less(road in roads(5, 4, 2), more in 1..4_u32) {
        let higher = Road { promise: road.promise + more, ..road.clone() };
        let (plan, dearer) = (road.plan(), higher.plan());
        prop_assert!(cost(&dearer) >= cost(&plan) * (1.0 - 1e-6), "{} < {}", cost(&dearer), cost(&plan));
        prop_assert!(road.bound(&plan) <= cost(&dearer) * (1.0 + 1e-9));
    }
}
