//! The simulation against the exact numbers, against print and against itself.

use std::fmt::Write;
use std::fs;

use serde_json::Value;
use sparenet::load::Load;
use sparenet::network::Network;
use sparenet::plan::{Decisions, Plan};
use sparenet::scenario::{DepotId, OutletId, Scenario, load};
use sparenet::simulation::{Experiment, LeadTimes, Simulation, Verdict, findings, simulate};
use sparenet::verify::evaluate;
use sparenet::watch::Nobody;

/// A scenario of one depot at most per two outlets, with a plan for it.
struct Case {
    scenario: Scenario,
    network: Network,
    load: Load,
    plan: Plan,
}

impl Case {
    /// Loads the files of a scenario and evaluates decisions for it.
    fn of(files: &[(&str, String)], decide: impl FnOnce(&Scenario) -> Decisions) -> Self {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        for (name, text) in files {
            fs::write(folder.path().join(name), text).expect("the folder is ours");
        }
        let scenario = load(folder.path(), &[]).expect("the scenario is sound").scenario;
        let (network, load) = (Network::unlisted(&scenario), Load::of(&scenario));
        let decisions = decide(&scenario);
        let plan = evaluate(&scenario, &network, &load, decisions);
        Self { scenario, network, load, plan }
    }

    fn live(&self, experiment: &Experiment) -> Simulation {
        simulate(&self.scenario, &self.network, &self.load, &self.plan.decisions, experiment, &Nobody)
    }
}

/// What is varied between networks.
#[derive(Debug, Clone, Copy)]
struct Variety {
    depots: usize,
    outlets: usize,
    /// Units a region asks for a year.
    rate: f64,
    variance_to_mean: f64,
    emergency: bool,
    /// Standard deviations of safety stock.
    safety: f64,
}

/// A network of six regions in two countries on a plane, outlets and depots along it, two parts; the second is asked for
/// a tenth as often. Base stocks are the pipeline's mean and some safety.
fn network(variety: Variety, targets: &str) -> Case {
    let Variety { depots, outlets, rate, variance_to_mean, emergency, safety } = variety;
    let table = |header: &str, count: usize, row: &dyn Fn(usize) -> String| {
        (0..count).fold(format!("{header}\n"), |text, number| text + &row(number) + "\n")
    };
    let stockout = if emergency {
        "[stocking]\nstockout = \"emergency\"\nemergency_hours = 20\nemergency_cost_per_unit = 100\n"
    } else {
        ""
    };
    let country = |number: usize| if number.is_multiple_of(2) { "XA" } else { "XB" };
    let mut files = vec![
        (
            "scenario.toml",
            format!(
                "name = \"varied\"\n[travel]\nmetric = \"planar\"\nspeed_kmh = 60\ndispatch_hours = 1\n{stockout}{targets}"
            ),
        ),
        (
            "regions.csv",
            table("region,country,x_km,y_km", 6, &|r| format!("r{r},{},{},{}", country(r), r * 60, r % 3 * 20)),
        ),
        ("parts.csv", "part,unit_cost\nfast,10\nslow,100\n".to_owned()),
        (
            "demand.csv",
            (0..6).fold("region,part,units_per_year,variance_to_mean\n".to_owned(), |mut text, r| {
                let own = rate * (1.0 + f64::from(r % 3));
                let _ = writeln!(text, "r{r},fast,{own},{variance_to_mean}\nr{r},slow,{},1", own / 10.0);
                text
            }),
        ),
        (
            "outlets.csv",
            table("outlet,country,x_km,y_km,fixed_cost_per_year,supplier_lead_time_days", outlets, &|o| {
                format!("o{o},XA,{},10,1,{}", o * 300 / outlets, 10 + 7 * o)
            }),
        ),
    ];
    if depots > 0 {
        let row = |d: usize| format!("d{d},XA,{},0,1,{}", d * 200, 25 + 10 * d);
        files.push((
            "depots.csv",
            table("depot,country,x_km,y_km,fixed_cost_per_year,supplier_lead_time_days", depots, &row),
        ));
    }
    Case::of(&files, |scenario| {
        let mut decisions = Decisions::none(scenario);
        decisions.outlet_open.fill(true);
        decisions.depot_open.fill(true);
        for (region, served) in decisions.served_by.iter_mut().enumerate() {
            served.push((OutletId::from(region * outlets / 6), 1.0));
        }
        let asked = |share: f64| [12.0 * rate * share, 1.2 * rate * share];
        let level = |pipeline: f64| (pipeline + safety * pipeline.sqrt()).round().max(0.0) as u32;
        for outlet in 0..outlets {
            decisions.replenished_by[outlet] = (depots > 0).then(|| DepotId::from(outlet % depots));
            let days = if depots > 0 { 3.0 } else { 10.0 + 7.0 * outlet as f64 };
            decisions.outlet_stock[outlet] =
                asked(1.0 / outlets as f64).map(|units| level(units * days / 365.0)).to_vec();
        }
        for depot in 0..depots {
            decisions.depot_stock[depot] = asked(1.0 / depots as f64).map(|units| level(units * 30.0 / 365.0)).to_vec();
        }
        decisions
    })
}

/// On-time shares in three windows, the fill rate by country and outlet, the mean response by part.
const POISSON_TARGETS: &str = "\
[[target]]\nmetric = \"on_time\"\nscope = \"country\"\nwithin_hours = 4\nat_least = 0.5\n\
[[target]]\nmetric = \"on_time\"\nwithin_hours = 30\nat_least = 0.5\n\
[[target]]\nmetric = \"on_time\"\nwithin_hours = 150\nat_least = 0.5\n\
[[target]]\nmetric = \"fill_rate\"\nscope = [\"outlet\", \"part\"]\nat_least = 0.5\n\
[[target]]\nmetric = \"fill_rate\"\nscope = \"country\"\nwithin_hours = 2\nat_least = 0.1\n\
[[target]]\nmetric = \"mean_response_hours\"\nscope = \"part\"\nat_most = 99\n\
[[target]]\nmetric = \"coverage\"\nwithin_hours = 1\nat_least = 0.1\n";

/// In batches only the mean wait is exact, by Little's law.
const BATCH_TARGETS: &str = "\
[[target]]\nmetric = \"mean_response_hours\"\nscope = [\"outlet\", \"part\"]\nat_most = 99\n\
[[target]]\nmetric = \"mean_response_hours\"\nscope = \"country\"\nat_most = 99\n";

fn twenty() -> Vec<Case> {
    let plain = Variety { depots: 0, outlets: 2, rate: 20.0, variance_to_mean: 1.0, emergency: false, safety: 1.0 };
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

#[test]
fn both_engines_live_the_same_life() {
    let plain = Variety { depots: 2, outlets: 3, rate: 20.0, variance_to_mean: 1.0, emergency: false, safety: 0.3 };
    for variety in [
        plain,
        Variety { variance_to_mean: 2.5, ..plain },
        Variety { depots: 0, ..plain },
        Variety { emergency: true, ..plain },
        Variety { emergency: true, depots: 0, variance_to_mean: 1.7, ..plain },
        Variety { rate: 1.0, safety: -1.0, ..plain },
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
        let plain = Variety { depots: 0, outlets: 2, rate: 20.0, variance_to_mean: 1.0, emergency, safety: 0.5 };
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
    let plain = Variety { depots: 0, outlets: 1, rate: 1.0, variance_to_mean: 2.0, emergency: false, safety: 0.0 };
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

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().map(|values| values.iter().filter_map(Value::as_f64).collect()).unwrap_or_default()
}

#[test]
fn waits_of_two_echelons_are_those_of_print() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/oracles/W_time_based_service.json");
    let Ok(text) = fs::read_to_string(path) else {
        let _ = std::io::Write::write_all(&mut std::io::stderr(), b"skipped: ../shared is absent\n");
        return;
    };
    let family: Value = serde_json::from_str(&text).expect("it is JSON");
    let mut count = 0;
    for vector in family["vectors"].as_array().expect("a family has vectors") {
        let inputs = &vector["inputs"];
        let Some(by_window) = vector["outputs"]["by_tau"].as_object() else { continue };
        let rates = numbers(&inputs["lam"]);
        let (stock, transports) = (numbers(&inputs["S"]), numbers(&inputs["O"]));
        if stock.len() != rates.len() || transports.len() != rates.len() {
            continue;
        }
        let row = |text: String, header: &str| format!("{header}\n{text}");
        let all = |line: &dyn Fn(usize) -> String| (0..rates.len()).map(line).collect::<String>();
        let targets = by_window.keys().fold(String::new(), |text, days| {
            let hours = days.parse::<f64>().expect("a window is a number") * 24.0;
            text + &format!(
                "[[target]]\nmetric = \"on_time\"\nscope = \"region\"\nwithin_hours = {hours:?}\nat_least = 0.5\n"
            )
        });
        let files = [
            ("scenario.toml", format!("name = \"waits\"\n[travel]\nlanes = \"listed\"\n{targets}")),
            ("regions.csv", row(all(&|base| format!("r{base}\n")), "region")),
            ("parts.csv", "part,unit_cost\nunit,1\n".to_owned()),
            (
                "demand.csv",
                row(all(&|base| format!("r{base},unit,{}\n", rates[base] * 365.0)), "region,part,units_per_year"),
            ),
            ("outlets.csv", row(all(&|base| format!("o{base},0\n")), "outlet,fixed_cost_per_year")),
            ("depots.csv", format!("depot,fixed_cost_per_year,supplier_lead_time_days\nd,0,{}\n", inputs["T0"])),
            (
                "lanes.csv",
                row(
                    all(&|base| format!("o{base},r{base},0,\nd,o{base},,{}\n", transports[base])),
                    "from,to,hours,lead_time_days",
                ),
            ),
        ];
        let case = Case::of(&files, |scenario| {
            let mut decisions = Decisions::none(scenario);
            decisions.outlet_open.fill(true);
            decisions.depot_open.fill(true);
            for base in 0..rates.len() {
                decisions.served_by[base].push((OutletId::from(base), 1.0));
                decisions.replenished_by[base] = Some(DepotId(0));
                decisions.outlet_stock[base] = vec![stock[base] as u32];
            }
            decisions.depot_stock[0] = vec![inputs["S0"].as_u64().expect("a number") as u32];
            decisions
        });
        let years = 3000.0 / case.load.jobs.iter().sum::<f64>();
        let simulation = case.live(&Experiment { years: Some(years), ..Experiment::default() });
        for ((target, key), estimate) in &simulation.promises {
            let hours = case.scenario.targets[*target].within.expect("it has a window").get();
            let (_, shares) = by_window
                .iter()
                .find(|(days, _)| days.parse::<f64>().is_ok_and(|days| (days * 24.0 - hours).abs() < 1e-9))
                .expect("every window is one of the family's");
            let exact = numbers(shares)[key.region.expect("the scope is the region").at()];
            let off = (estimate.mean - exact).abs();
            assert!(
                off <= 1.2 * estimate.half_width(0.999) + 1e-9,
                "{} within {hours} h: {exact}, {estimate:?}",
                vector["id"]
            );
        }
        count += 1;
    }
    assert!(count > 0, "the family has such vectors");
}

#[test]
fn any_number_of_threads_lives_the_same() {
    let plain = Variety { depots: 2, outlets: 3, rate: 20.0, variance_to_mean: 2.0, emergency: false, safety: 0.3 };
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
    let plain = Variety { depots: 2, outlets: 3, rate: 20.0, variance_to_mean: 2.0, emergency: false, safety: 0.3 };
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
    let plain = Variety { depots: 0, outlets: 1, rate: 20.0, variance_to_mean: 1.0, emergency: false, safety: 0.0 };
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
