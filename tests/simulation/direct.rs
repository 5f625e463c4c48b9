//! Depots that deliver directly what their outlets lack, computed and lived.

use std::fmt::Write;

use sparenet::plan::Decisions;
use sparenet::scenario::{DepotId, OutletId, RegionId, Scenario, SiteId};
use sparenet::service::Shelf;
use sparenet::simulation::{Estimate, Experiment, LeadTimes};
use sparenet::stocking::Method;

use crate::case::Case;

/// A depot and its outlets, each with a region of its own at no distance; expresses and deliveries cost 1 a unit, so that
/// what is spent on them counts them.
struct Star {
    /// Units asked of each outlet a year.
    rates: Vec<f64>,
    stock: Vec<u32>,
    /// Days from the depot.
    transport: Vec<f64>,
    depot_stock: u32,
    /// Days from the supplier.
    lead_time: f64,
    /// Who helps whom, the first choice first.
    lists: Vec<Vec<usize>>,
}

impl Star {
    fn case(&self) -> Case {
        let (mut regions, mut demand) = ("region\n".to_owned(), "region,part,units_per_year\n".to_owned());
        let mut outlets = "outlet,fixed_cost_per_year\n".to_owned();
        let mut lanes = "from,to,hours,lead_time_days\n".to_owned();
        let mut laterals = "from,to,hours\n".to_owned();
        for (number, rate) in self.rates.iter().enumerate() {
            let _ = writeln!(regions, "r{number}");
            let _ = writeln!(demand, "r{number},p,{rate:?}");
            let _ = writeln!(outlets, "o{number},0");
            let _ = writeln!(lanes, "o{number},r{number},0,\nd,o{number},,{:?}", self.transport[number]);
            for (rank, giver) in self.lists.get(number).into_iter().flatten().enumerate() {
                let _ = writeln!(laterals, "o{giver},o{number},{}", rank + 1);
            }
        }
        let settings = "name = \"star\"\n[travel]\nlanes = \"listed\"\n[stocking]\nstockout = \"emergency\"\n\
                        emergency_hours = 48\nemergency_cost_per_unit = 1\ndirect_hours = 24\ndirect_cost_per_unit = 1\n\
                        [[target]]\nmetric = \"fill_rate\"\nscope = \"outlet\"\nat_least = 0.01\n";
        let mut files = vec![
            ("scenario.toml", settings.to_owned()),
            ("regions.csv", regions),
            ("demand.csv", demand),
            ("parts.csv", "part,unit_cost\np,0\n".to_owned()),
            ("outlets.csv", outlets),
            ("depots.csv", format!("depot,fixed_cost_per_year,supplier_lead_time_days\nd,0,{:?}\n", self.lead_time)),
            ("lanes.csv", lanes),
        ];
        if !self.lists.is_empty() {
            files.push(("laterals.csv", laterals));
        }
        Case::of(&files, |scenario| self.decisions(scenario))
    }

    fn decisions(&self, scenario: &Scenario) -> Decisions {
        let mut decisions = Decisions::none(scenario);
        decisions.depot_open[0] = true;
        decisions.depot_stock[0] = vec![self.depot_stock];
        for number in 0..self.rates.len() {
            decisions.outlet_open[number] = true;
            decisions.replenished_by[number] = Some(DepotId(0));
            decisions.outlet_stock[number] = vec![self.stock[number]];
            decisions.served_by[RegionId::from(number).at()] = vec![(OutletId::from(number), 1.0)];
        }
        decisions
    }
}

/// Shares of all demand, computed less lived, and the half-width of what was lived.
struct Apart {
    /// From the own shelf.
    own: (f64, f64),
    /// From the own shelf of the outlet where they are farthest apart.
    own_at_worst: (f64, f64),
    /// Directly from the depot.
    direct: (f64, f64),
    /// Expressed from outside.
    outside: (f64, f64),
}

fn apart(case: &Case, experiment: &Experiment) -> Apart {
    let lived = case.live(experiment);
    let jobs: f64 = case.load.jobs.iter().sum();
    let shelves = &case.plan.service.shelves;
    let share = |read: &dyn Fn(&Shelf) -> f64| shelves.iter().map(|shelf| shelf.rate * read(shelf)).sum::<f64>() / jobs;
    // An express and a delivery cost 1 each.
    let spent = |computed: f64, estimate: Option<Estimate>| {
        let estimate = estimate.expect("parts are expressed");
        (computed - estimate.mean / jobs, estimate.half_width(0.95) / jobs)
    };
    let mut apart = Apart {
        own: (0.0, 0.0),
        own_at_worst: (0.0, 0.0),
        direct: spent(share(&|shelf| shelf.direct), lived.direct_cost),
        outside: spent(share(&|shelf| shelf.emergency), lived.express_cost),
    };
    for shelf in shelves {
        let row = lived.stock.iter().find(|row| row.site == SiteId::Outlet(shelf.outlet));
        let estimate = row.and_then(|row| row.fill_rate).expect("each outlet is asked");
        let (own, half) = (shelf.fill_rate - estimate.mean, estimate.half_width(0.95));
        apart.own.0 += own * shelf.rate / jobs;
        apart.own.1 += half * shelf.rate / jobs;
        if own.abs() > apart.own_at_worst.0.abs() {
            apart.own_at_worst = (own, half);
        }
    }
    apart
}

/// Within a stated error, but for three half-widths of what was lived.
#[track_caller]
fn within((apart, half): (f64, f64), error: f64, what: &str) {
    assert!(apart.abs() <= error + 3.0 * half, "{what}: {apart} ± {half}");
}

fn years(star: &Star, jobs: f64) -> Option<f64> {
    Some(jobs / star.rates.iter().sum::<f64>())
}

#[test]
fn equal_outlets_with_a_unit_each_are_lived_as_the_exact_chain_has_it() {
    for lists in [Vec::new(), (0..4).map(|own| (1..4).map(|step| (own + step) % 4).collect()).collect()] {
        let star = Star {
            rates: vec![36.5; 4],
            stock: vec![1; 4],
            transport: vec![2.0; 4],
            depot_stock: 3,
            lead_time: 12.0,
            lists,
        };
        let case = star.case();
        let service = &case.plan.service;
        assert!(service.shelves.iter().all(|shelf| shelf.method == Method::Exact));
        let (years, lead_times) = (years(&star, 10_000.0), LeadTimes::Exponential);
        let experiment = Experiment { years, lead_times, ..Experiment::default() };
        let apart = apart(&case, &experiment);
        within(apart.own_at_worst, 0.0, "own");
        within(apart.direct, 0.0, "direct");
        within(apart.outside, 0.0, "outside");
        let lived = case.live(&experiment);
        let depot = lived.stock.iter().find(|row| row.site == SiteId::Depot(DepotId(0))).expect("it is asked");
        let (fill_rate, owed) = depot.fill_rate.zip(depot.backorders).expect("it is asked");
        let computed = &service.depot_shelves[0];
        within((computed.fill_rate - fill_rate.mean, fill_rate.half_width(0.95)), 0.0, "the depot's fill rate");
        within((computed.expected_backorders - owed.mean, owed.half_width(0.95)), 0.0, "what it owes");
    }
}

#[test]
fn any_outlets_are_lived_within_the_stated_errors() {
    let mut seed = 7_u64;
    let mut below = |end: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % end
    };
    // Each third network has thirty outlets, too many states for a whole chain.
    for trial in 0..9 {
        let count = if trial % 3 == 2 { 30 } else { 2 + below(6) as usize };
        let rates: Vec<f64> = (0..count).map(|_| 5.0 + below(60) as f64).collect();
        let stock: Vec<u32> = (0..count).map(|_| 1 + below(3) as u32).collect();
        let transport: Vec<f64> = (0..count).map(|_| 1.0 + below(5) as f64).collect();
        let lead_time = 10.0 + below(40) as f64;
        let on_order = rates.iter().sum::<f64>() * lead_time / 365.0;
        let depot_stock = (on_order * (0.2 + 0.1 * below(12) as f64)) as u32;
        let around =
            move |steps: usize| (0..count).map(move |own| (1..=steps).map(move |step| (own + step) % count).collect());
        let lists: Vec<Vec<usize>> = match trial % 4 {
            1 => around(count - 1).collect(),
            3 => around(1).collect(),
            _ => Vec::new(),
        };
        let helped = !lists.is_empty();
        let star = Star { rates, stock, transport, depot_stock, lead_time, lists };
        let case = star.case();
        for lead_times in [LeadTimes::Exponential, LeadTimes::Constant] {
            let experiment = Experiment { years: years(&star, 2_000.0), lead_times, ..Experiment::default() };
            let apart = apart(&case, &experiment);
            let what = format!("{trial}, {lead_times:?}");
            // The errors that `stocking::lateral::echelons` and `service::direct` state.
            let (own, at_worst, outside) = if helped { (0.07, 0.12, 0.02) } else { (0.01, 0.02, 0.005) };
            within(apart.own, own, &what);
            within(apart.own_at_worst, at_worst, &what);
            within(apart.direct, 0.007, &what);
            within(apart.outside, outside, &what);
        }
    }
}

#[test]
fn published_shares_for_constant_times_are_lived() {
    // Vector E02: direct 0.00805 ± 0.00007, own 0.6068 ± 0.0004, outside 0.38515 ± 0.0004 (simulated).
    let star = Star {
        rates: vec![36.5; 4],
        stock: vec![1; 4],
        transport: vec![2.0; 4],
        depot_stock: 2,
        lead_time: 12.0,
        lists: Vec::new(),
    };
    let case = star.case();
    let lived = case.live(&Experiment { years: years(&star, 20_000.0), ..Experiment::default() });
    for (estimate, published, half) in
        [(lived.direct_cost, 0.008_054, 0.000_074), (lived.express_cost, 0.385_151, 0.000_378)]
    {
        let estimate = estimate.expect("parts are expressed");
        let (mean, own_half) = (estimate.mean / 146.0, estimate.half_width(0.95) / 146.0);
        assert!((mean - published).abs() <= 2.0 * (own_half + half), "{mean} ± {own_half}, published {published}");
    }
}
