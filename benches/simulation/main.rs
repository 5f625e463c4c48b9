//! How many demands a second a plan is lived with.
//!
//! `cargo bench --bench simulation [-- WORD...]` lives an invented network with depots, once with each engine and once in the
//! plain way: one heap that holds the next job of every region and part and every unit on its way. Words set sizes:
//! `regions=1000`, `outlets=100`, `depots=4`, `parts=20`, `demands=20e6` (in all replications), `threads=2`.
#![allow(clippy::print_stdout, reason = "a bench program prints its table")]

mod plain;

use std::fmt::Write;
use std::fs;
use std::time::Instant;

use sparenet::load::Load;
use sparenet::network::Network;
use sparenet::plan::Decisions;
use sparenet::scenario::{DepotId, OutletId, RegionId, Scenario, load};
use sparenet::simulation::{Experiment, Horizon, LeadTimes, simulate};
use sparenet::watch::Nobody;

/// The network that is lived.
struct Sizes {
    regions: usize,
    outlets: usize,
    depots: usize,
    parts: usize,
}

fn scenario(sizes: &Sizes, more: &str) -> Scenario {
    let folder = tempfile::tempdir().expect("there is a place for temporary files");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("the folder is ours");
    let table = |header: &str, count: usize, row: &dyn Fn(usize) -> String| {
        (0..count).fold(format!("{header}\n"), |text, number| text + &row(number) + "\n")
    };
    let place = |number: usize| format!("{},{}", number * 7919 % 1000, number * 104_729 % 800);
    let site = "x_km,y_km,fixed_cost_per_year,supplier_lead_time_days";
    write(
        "scenario.toml",
        &format!(
            "name = \"lived\"\n[travel]\nmetric = \"planar\"\ndispatch_hours = 1\n{more}\
             [[target]]\nmetric = \"fill_rate\"\nat_least = 0.9\n\
             [[target]]\nmetric = \"on_time\"\nwithin_hours = 24\nat_least = 0.5\n\
             [[target]]\nmetric = \"on_time\"\nscope = \"outlet\"\nwithin_hours = 72\nat_least = 0.5\n"
        ),
    );
    write("regions.csv", &table("region,x_km,y_km", sizes.regions, &|r| format!("r{r},{}", place(r))));
    write("parts.csv", &table("part,unit_cost", sizes.parts, &|p| format!("p{p},{}", 10 + p)));
    let mut demand = "region,part,units_per_year\n".to_owned();
    for region in 0..sizes.regions {
        for part in 0..sizes.parts {
            let _ = writeln!(demand, "r{region},p{part},{}", 1 + (region * 31 + part * 17) % 9);
        }
    }
    write("demand.csv", &demand);
    write("outlets.csv", &table(&format!("outlet,{site}"), sizes.outlets, &|o| format!("o{o},{},1,20", place(10 * o))));
    write("depots.csv", &table(&format!("depot,{site}"), sizes.depots, &|d| format!("d{d},{},1,30", place(97 * d))));
    load(folder.path(), &[]).expect("the scenario is sound").scenario
}

/// Regions go to outlets and outlets to depots in turn; stock is the pipeline and a standard deviation.
fn decide(scenario: &Scenario, network: &Network, load: &Load) -> Decisions {
    let mut decisions = Decisions::none(scenario);
    let (outlets, depots) = (scenario.outlets.len(), scenario.depots.len());
    decisions.outlet_open.fill(true);
    decisions.depot_open.fill(true);
    let mut asked = vec![vec![0.0; scenario.parts.len()]; outlets + depots];
    for region in 0..scenario.regions.len() {
        let outlet = region % outlets;
        decisions.served_by[region].push((OutletId::from(outlet), 1.0));
        for task in load.tasks(RegionId::from(region)) {
            let Some(part) = task.part else { continue };
            asked[outlet][part.at()] += task.rate;
            asked[outlets + outlet % depots][part.at()] += task.rate;
        }
    }
    let levels = |rates: &[f64], years: f64| -> Vec<u32> {
        rates.iter().map(|rate| (rate * years + (rate * years).sqrt()).round() as u32).collect()
    };
    for (outlet, rates) in asked[..outlets].iter().enumerate() {
        let depot = DepotId::from(outlet % depots);
        decisions.replenished_by[outlet] = Some(depot);
        let lane = network.supply(OutletId::from(outlet), depot).expect("every lane is estimated");
        decisions.outlet_stock[outlet] = levels(rates, lane.lead_time.in_years());
    }
    for depot in 0..depots {
        decisions.depot_stock[depot] = levels(&asked[outlets + depot], 30.0 / 365.0);
    }
    decisions
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let number = |name: &str, default: f64| {
        words.iter().find_map(|word| word.strip_prefix(name)?.strip_prefix('=')?.parse::<f64>().ok()).unwrap_or(default)
    };
    let count = |name: &str, default: f64| number(name, default) as usize;
    let sizes = Sizes {
        regions: count("regions", 1000.0),
        outlets: count("outlets", 100.0),
        depots: count("depots", 4.0),
        parts: count("parts", 20.0),
    };
    let threads = count("threads", 0.0);
    // Without a word all cores; a pool that exists already keeps its size.
    let _ = rayon::ThreadPoolBuilder::new().num_threads(threads).build_global();
    let demands = number("demands", 2e7);
    println!(
        "{} regions, {} outlets, {} depots, {} parts; {} threads",
        sizes.regions,
        sizes.outlets,
        sizes.depots,
        sizes.parts,
        rayon::current_num_threads()
    );
    println!("{:<44} {:>12} {:>8} {:>16} {:>8}", "", "demands", "seconds", "demands a second", "fill");
    let waiting = scenario(&sizes, "");
    let expressing = scenario(&sizes, "[stocking]\nstockout = \"emergency\"\nemergency_cost_per_unit = 100\n");
    let constant = LeadTimes::Constant;
    let mut rates = Vec::new();
    for (name, scenario, lead_times, event_by_event) in [
        ("in order, jobs wait", &waiting, constant, false),
        ("in order, stockouts expressed", &expressing, constant, false),
        ("event by event, jobs wait", &waiting, constant, true),
        ("event by event, exponential lead times", &waiting, LeadTimes::Exponential, false),
    ] {
        let (network, load) = (Network::unlisted(scenario), Load::of(scenario));
        let decisions = decide(scenario, &network, &load);
        let experiment = Experiment { lead_times, event_by_event, warm_up: Some(0.5), ..Experiment::default() };
        let yearly: f64 = load.jobs.iter().sum();
        let years = (demands / (f64::from(experiment.replications) * yearly)).max(0.01);
        let experiment = Experiment { years: Some(years), ..experiment };
        let horizon = Horizon::of(scenario, &network, &load, &experiment);
        let start = Instant::now();
        let simulation = simulate(scenario, &network, &load, &decisions, &experiment, &Nobody);
        let seconds = start.elapsed().as_secs_f64();
        // Warm-up demands are lived too.
        let lived = simulation.jobs as f64 * (horizon.warm_up + horizon.years) / horizon.years;
        let fill = simulation.promises.values().next().map_or(f64::NAN, |estimate| estimate.mean);
        rates.push(show(name, lived, seconds, fill));
    }
    let (network, load) = (Network::unlisted(&waiting), Load::of(&waiting));
    let decisions = decide(&waiting, &network, &load);
    let start = Instant::now();
    let (lived, fill) = plain::live(&waiting, &network, &load, &decisions, demands / 10.0);
    let plain = show("plain, one thread", lived, start.elapsed().as_secs_f64(), fill);
    println!(
        "in order against plain: {:.1} times; event by event against plain: {:.1} times",
        rates[0] / plain,
        rates[2] / plain
    );
}

/// Prints a row and gives the demands a second.
fn show(name: &str, demands: f64, seconds: f64, fill: f64) -> f64 {
    println!("{name:<44} {demands:>12.0} {seconds:>8.2} {:>16.0} {fill:>8.4}", demands / seconds);
    demands / seconds
}
