//! The simulation against the exact numbers, against print and against itself.

mod case;
mod direct;
mod published;

use sparenet::plan::Decisions;
use sparenet::scenario::OutletId;
use sparenet::simulation::{Experiment, LeadTimes, Verdict, findings};

use case::{Case, PLAIN, Variety, network};

/// On-time shares in three windows, the fill rate by country and outlet, the mean response by part.
const POISSON_TARGETS: &str = "\
[[target]]\nmetric = \"on_time\"\nscope = \"country\"\nwithin_hours = 4\nat_least = 0.5\n\
[[target]]\nmetric = \"on_time\"\nwithin_hours = 30\nat_least = 0.5\n\
[[target]]\nmetric = \"on_time\"\nwithin_hours = 150\nat_least = 0.5\n\
[[target]]\nmetric = \"fill_rate\"\nscope = [\"outlet\", \"part\"]\nat_least = 0.5\n\
[[target]]\nmetric = \"fill_rate\"\nscope = \"country\"\nwithin_hours = 2\nat_least = 0.1\n\
[[target]]\nmetric = \"mean_response_hours\"\nscope = \"part\"\nat_most = 99\n\
[[target]]\nmetric = \"coverage\"\nwithin_hours = 1\nat_least = 0.1\n";

/// Demand in batches, at outlets that the supplier replenishes.
const BATCH_TARGETS: &str = "\
[[target]]\nmetric = \"fill_rate\"\nscope = [\"outlet\", \"part\"]\nat_least = 0.01\n\
[[target]]\nmetric = \"fill_rate\"\nat_least = 0.01\n\
[[target]]\nmetric = \"on_time\"\nwithin_hours = 30\nat_least = 0.01\n\
[[target]]\nmetric = \"mean_response_hours\"\nscope = [\"outlet\", \"part\"]\nat_most = 99\n\
[[target]]\nmetric = \"mean_response_hours\"\nscope = \"country\"\nat_most = 99\n";

fn twenty() -> Vec<Case> {
    let plain = Variety { safety: 1.0, ..PLAIN };
    let mut cases = Vec::new();
    for (depots, outlets) in [(0, 1), (0, 3), (1, 2), (1, 3), (2, 3)] {
        for (rate, safety) in [(0.5, 0.5), (15.0, 0.3), (200.0, 0.1)] {
            let variety = Variety { depots, outlets, rate, safety, ..plain };
            // With one echelon two in three of the networks express what is missing.
            let variety = Variety { emergency: depots == 0 && rate > 1.0, ..variety };
            cases.push(network(variety, POISSON_TARGETS));
        }
    }
    for (rate, safety) in [(2.0, 1.0), (30.0, 0.0)] {
        cases.push(network(Variety { rate, safety, ..plain }, POISSON_TARGETS));
    }
    for (variance_to_mean, rate) in [(1.5, 10.0), (3.0, 40.0), (6.0, 5.0)] {
        cases.push(network(Variety { variance_to_mean, rate, ..plain }, BATCH_TARGETS));
    }
    cases
}

#[test]
fn simulation_agrees_with_the_exact_numbers_within_its_intervals_on_20_varied_networks() {
    let cases = twenty();
    assert_eq!(cases.len(), 20);
    let mut total = 0;
    let mut outside = 0;
    for (number, case) in cases.iter().enumerate() {
        // About 40,000 jobs a network.
        let years = 2000.0 / case.load.jobs.iter().sum::<f64>();
        let experiment = Experiment { years: Some(years), ..Experiment::default() };
        let simulation = case.live(&experiment);
        for finding in findings(&case.scenario, &simulation, &case.plan.service.promises) {
            let what = format!("network {number}: {}", finding.promise.describe(&case.scenario));
            let estimate = finding.estimate.unwrap_or_else(|| panic!("{what} was not lived"));
            let off = (estimate.mean - finding.promise.computed).abs();
            // 999 in 1000 lie within; of some 300 numbers one may lie a little beyond.
            assert!(
                off <= 1.2 * estimate.half_width(0.999) + 1e-9,
                "{what}: computed {}, lived {} ± {}",
                finding.promise.computed,
                estimate.mean,
                estimate.half_width(0.95)
            );
            total += 1;
            outside += usize::from(off > estimate.half_width(0.95) + 1e-9);
        }
    }
    // Of n independent 95 % intervals n/20 miss, with a standard deviation of √(n · 0.05 · 0.95); these are correlated.
    assert!(total > 200 && outside * 10 < total, "{outside} of {total} intervals miss");
}

/// Every promise within the interval that 999 in 1000 lie within, widened a little for their number.
#[track_caller]
fn agrees(case: &Case, experiment: &Experiment) {
    let simulation = case.live(experiment);
    for finding in findings(&case.scenario, &simulation, &case.plan.service.promises) {
        let estimate = finding.estimate.expect("it was lived");
        let off = (estimate.mean - finding.promise.computed).abs();
        let what = finding.promise.describe(&case.scenario);
        let computed = finding.promise.computed;
        assert!(off <= 1.2 * estimate.half_width(0.999) + 1e-9, "{what}: computed {computed}, {estimate:?}");
    }
}

#[test]
fn batches_are_lived_as_they_are_computed() {
    for (depots, outlets, rate) in [(0, 2, 20.0), (1, 3, 20.0), (2, 3, 3.0)] {
        let case = network(Variety { depots, outlets, rate, quantity: 4, ..PLAIN }, POISSON_TARGETS);
        let years = 3000.0 / case.load.jobs.iter().sum::<f64>();
        agrees(&case, &Experiment { years: Some(years), ..Experiment::default() });
    }
}

#[test]
fn repair_at_outlets_and_depots_is_lived_as_it_is_computed() {
    for (depots, outlets, rate) in [(0, 2, 20.0), (1, 3, 20.0), (2, 3, 3.0)] {
        let case = network(Variety { depots, outlets, rate, repaired: 0.4, ..PLAIN }, POISSON_TARGETS);
        let years = 1500.0 / case.load.jobs.iter().sum::<f64>();
        agrees(&case, &Experiment { years: Some(years), ..Experiment::default() });
    }
}

/// What does not ask for a window, which only bounds a shop.
const SHOP_TARGETS: &str = "\
[[target]]\nmetric = \"fill_rate\"\nscope = [\"outlet\", \"part\"]\nat_least = 0.5\n\
[[target]]\nmetric = \"mean_response_hours\"\nscope = \"part\"\nat_most = 99\n";

#[test]
fn shops_with_few_servers_are_lived_as_they_are_computed() {
    // An outlet is asked for 132 units a year. Of these 0.9 in 6 days each keep 1.95 servers busy, 0.45 half as many; the
    // two parts share them.
    for (depots, repaired, servers) in [(0, 0.9, 3), (1, 0.45, 2)] {
        let case = network(Variety { depots, repaired, servers: Some(servers), ..PLAIN }, SHOP_TARGETS);
        assert!(case.plan.service.overloaded.is_empty());
        agrees(&case, &Experiment { years: Some(12.0), warm_up: Some(2.0), ..Experiment::default() });
    }
}

#[test]
fn outlets_that_help_each_other_are_lived_as_the_exact_chain_has_it() {
    // The chain is that of exponential lead times.
    let case = network(Variety { outlets: 3, emergency: true, laterals: true, safety: -0.5, ..PLAIN }, POISSON_TARGETS);
    let lead_times = LeadTimes::Exponential;
    agrees(&case, &Experiment { years: Some(12.0), lead_times, ..Experiment::default() });
    let simulation = case.live(&Experiment { years: Some(12.0), lead_times, ..Experiment::default() });
    let cost = simulation.express_cost.expect("stockouts are expressed");
    let computed = case.plan.costs.of(sparenet::cost::Component::Emergency);
    assert!((cost.mean - computed).abs() <= cost.half_width(0.999), "{computed} {cost:?}");
}

#[test]
fn both_engines_live_the_same_life() {
    let plain = Variety { depots: 2, outlets: 3, safety: 0.3, ..PLAIN };
    for variety in [
        plain,
        Variety { variance_to_mean: 2.5, ..plain },
        Variety { depots: 0, ..plain },
        Variety { emergency: true, ..plain },
        Variety { emergency: true, depots: 0, variance_to_mean: 1.7, ..plain },
        Variety { rate: 1.0, safety: -1.0, ..plain },
        Variety { quantity: 5, ..plain },
        Variety { quantity: 3, depots: 0, variance_to_mean: 1.7, ..plain },
        Variety { emergency: true, laterals: true, ..plain },
        Variety { emergency: true, laterals: true, depots: 0, safety: -0.5, ..plain },
        Variety { repaired: 0.5, depots: 0, ..plain },
        Variety { emergency: true, direct: true, safety: -0.3, ..plain },
        Variety { emergency: true, direct: true, laterals: true, safety: -0.5, quantity: 3, ..plain },
    ] {
        let case = network(variety, POISSON_TARGETS);
        let experiment = Experiment { replications: 3, years: Some(20.0), ..Experiment::default() };
        let fast = case.live(&experiment);
        let slow = case.live(&Experiment { event_by_event: true, ..experiment });
        assert_eq!(fast.jobs, slow.jobs);
        assert_eq!(fast.promises.len(), slow.promises.len());
        for (left, right) in fast.promises.values().zip(slow.promises.values()) {
            // Waits are added up in another order.
            assert!((left.mean - right.mean).abs() <= 1e-9 * left.mean.abs(), "{variety:?}: {left:?} {right:?}");
        }
        for (left, right) in fast.stock.iter().zip(&slow.stock) {
            let fill = |row: &sparenet::simulation::StockEstimate| row.fill_rate.map(|estimate| estimate.mean);
            assert_eq!((left.site, left.part, fill(left)), (right.site, right.part, fill(right)), "{variety:?}");
        }
    }
}

#[test]
fn with_one_echelon_the_fill_rate_does_not_depend_on_how_lead_times_vary() {
    // Palm's theorem for jobs that wait, Sevast'yanov's for jobs that are expressed.
    for emergency in [false, true] {
        let plain = Variety { emergency, ..PLAIN };
        let case =
            network(plain, "[[target]]\nmetric = \"fill_rate\"\nscope = [\"outlet\", \"part\"]\nat_least = 0.5\n");
        for lead_times in [LeadTimes::Exponential, LeadTimes::Uniform] {
            let simulation = case.live(&Experiment { years: Some(10.0), lead_times, ..Experiment::default() });
            for finding in findings(&case.scenario, &simulation, &case.plan.service.promises) {
                let estimate = finding.estimate.expect("it was lived");
                let off = (estimate.mean - finding.promise.computed).abs();
                assert!(
                    off <= estimate.half_width(0.9999),
                    "{} {estimate:?}",
                    finding.promise.describe(&case.scenario)
                );
            }
        }
    }
}

#[test]
fn repair_is_lived_unit_by_unit_and_only_its_mean_decides_who_waits() {
    // Half of the units are back after 4 days, half come from the supplier after 24: 14 days on average.
    let demand = "region,part,units_per_year\nr,unit,100\n".to_owned();
    let files = [
        (
            "scenario.toml",
            "name = \"repair\"\n[travel]\nmetric = \"planar\"\n[[target]]\nmetric = \"fill_rate\"\nat_least = 0.5\n\
             [[target]]\nmetric = \"mean_response_hours\"\nat_most = 99\n"
                .to_owned(),
        ),
        ("regions.csv", "region,x_km,y_km\nr,0,0\n".to_owned()),
        (
            "parts.csv",
            "part,unit_cost,supplier_lead_time_days,repair_turnaround_days,repair_share\nunit,1,24,4,0.5\n".to_owned(),
        ),
        ("demand.csv", demand),
        ("outlets.csv", "outlet,x_km,y_km,fixed_cost_per_year\no,0,0,0\n".to_owned()),
    ];
    let case = Case::of(&files, |scenario| {
        let mut decisions = Decisions::none(scenario);
        decisions.outlet_open[0] = true;
        decisions.served_by[0].push((OutletId(0), 1.0));
        decisions.outlet_stock[0] = vec![5];
        decisions
    });
    let simulation = case.live(&Experiment { years: Some(20.0), ..Experiment::default() });
    for finding in findings(&case.scenario, &simulation, &case.plan.service.promises) {
        let estimate = finding.estimate.expect("it was lived");
        let off = (estimate.mean - finding.promise.computed).abs();
        assert!(off <= estimate.half_width(0.999), "{} {estimate:?}", finding.promise.describe(&case.scenario));
    }
}

#[test]
fn units_in_batches_are_filled_less_often_than_the_shelf_is_ready() {
    // N05 of the published values: unit fill rate 0.69864 with theta = 0.5 (variance-to-mean 2), 0.2 batches a day of
    // 1 / ln 2 units on average, a lead time of 5 days and a base stock of 3.
    let plain = Variety { outlets: 1, rate: 1.0, variance_to_mean: 2.0, ..PLAIN };
    let mut case = network(plain, "[[target]]\nmetric = \"fill_rate\"\npart = \"fast\"\nat_least = 0.5\n");
    // The network asks for 12 a year and waits 10 days; asked for 0.2 / ln 2 a day, 10 days are 2.885 in the pipeline.
    // r = 12 · 10 / 365 = 0.32877: P(X = n) = (1 − θ)^r Γ(r+n) / (Γ(r) n!) θⁿ; a unit is the j-th of its batch with
    // P(J = j) = P(N ≥ j) / E[N]. With S = 2: ½^r (P(J=1) (1 + r/2) + P(J=2)), E[N] = 1/ln 2, P(N = 1) = 1 / (2 ln 2).
    case.plan.decisions.outlet_stock[0] = vec![2, 0];
    let (r, mean) = (12.0_f64 * 10.0 / 365.0, 1.0 / 2.0_f64.ln());
    let first = 1.0 / mean;
    let second = (1.0 - 0.5 * mean) / mean;
    let exact = 0.5_f64.powf(r) * (first * (1.0 + r / 2.0) + second);
    let simulation = case.live(&Experiment { years: Some(400.0), ..Experiment::default() });
    let estimate = simulation.promises.values().next().expect("it was lived");
    assert!((estimate.mean - exact).abs() <= estimate.half_width(0.99), "{exact} {estimate:?}");
}

#[test]
fn any_number_of_threads_lives_the_same() {
    let plain = Variety { depots: 2, outlets: 3, variance_to_mean: 2.0, safety: 0.3, ..PLAIN };
    let case = network(plain, POISSON_TARGETS);
    for lead_times in [LeadTimes::Constant, LeadTimes::Exponential] {
        let experiment = Experiment { replications: 5, years: Some(5.0), lead_times, ..Experiment::default() };
        let on = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be had");
            pool.install(|| case.live(&experiment))
        };
        assert_eq!(on(1), on(3));
        assert_ne!(on(1), case.live(&Experiment { seed: 2, ..experiment }));
    }
}

#[test]
fn two_plans_of_one_scenario_meet_the_same_jobs_and_more_stock_never_makes_more_of_them_late() {
    let plain = Variety { depots: 2, outlets: 3, variance_to_mean: 2.0, safety: 0.3, ..PLAIN };
    let mut case = network(plain, POISSON_TARGETS);
    for seed in 0..4 {
        // Two replications are the fewest; of each seed's two lives neither may get worse, so neither may their sum.
        let experiment = Experiment { replications: 2, years: Some(3.0), seed, ..Experiment::default() };
        let before = case.live(&experiment);
        let former = case.plan.decisions.clone();
        for site in 0..5 {
            let levels = match site {
                0..3 => &mut case.plan.decisions.outlet_stock[site],
                _ => &mut case.plan.decisions.depot_stock[site - 3],
            };
            levels[0] += 1;
            let after = case.live(&experiment);
            assert_eq!(before.jobs, after.jobs);
            for (number, ((left, less), more)) in before.promises.iter().zip(after.promises.values()).enumerate() {
                let rises = case.scenario.targets[left.0].metric.name() != "mean_response_hours";
                let change = if rises { more.mean - less.mean } else { less.mean - more.mean };
                assert_eq!(less.weight, more.weight);
                assert!(change >= -1e-12, "promise {number} got worse: {less:?} {more:?}");
            }
            case.plan.decisions = former.clone();
        }
    }
}

#[test]
fn verdicts_need_the_whole_interval_on_one_side() {
    let plain = Variety { outlets: 1, safety: 0.0, ..PLAIN };
    let exact =
        network(plain, "[[target]]\nmetric = \"fill_rate\"\nat_least = 0.5\n").plan.service.promises[0].computed;
    let experiment = Experiment { years: Some(10.0), ..Experiment::default() };
    for (limit, verdict) in
        [(exact - 0.1, Verdict::Confirmed), (exact, Verdict::NotDecided), (exact + 0.1, Verdict::Broken)]
    {
        let case = network(plain, &format!("[[target]]\nmetric = \"fill_rate\"\nat_least = {limit}\n"));
        let simulation = case.live(&experiment);
        let found = findings(&case.scenario, &simulation, &case.plan.service.promises);
        assert_eq!(found[0].verdict, verdict, "{limit} {:?}", found[0]);
        assert!(found[0].agrees);
    }
}
