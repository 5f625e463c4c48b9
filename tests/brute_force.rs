//! Random small scenarios with all features mixed: nothing that can be decided in them costs less than the plan, and the bound is
//! below whatever can.
//!
//! Every way to serve the regions, to replenish the outlets and to stock every shelf is tried whose sites, ways and stock alone cost less
//! than the plan; what it costs and whether it keeps every rule is told by `evaluate` and `verify`, which know nothing of any search.
#![allow(clippy::print_stdout, reason = "how many plans are best is told to who asks with --nocapture")]

use std::fmt::Write;
use std::fs;

use sparenet::cost::Component;
use sparenet::load::Load;
use sparenet::network::Network;
use sparenet::optimise::{Failure, optimise};
use sparenet::plan::{Decisions, Plan};
use sparenet::scenario::{DepotId, OutletId, RegionId, Scenario, Stockout, load};
use sparenet::verify::{Recomputed, evaluate};
use sparenet::watch::Nobody;

/// A scenario for which more would have to be tried is left out.
const MOST_TRIALS: usize = 15_000;

/// A stream of numbers that is the same on every machine (Knuth's multiplier, upper bits).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn one_in(&mut self, count: u64) -> bool {
        self.below(count) == 0
    }

    fn place(&mut self) -> String {
        format!("{},{}", self.below(200), self.below(90))
    }
}

/// A promise, hard or soft.
fn target(numbers: &mut Numbers, expressed: bool, parts: u64) -> String {
    let level = 0.7 + 0.05 * numbers.below(6) as f64;
    let scopes = ["network", "country", "policy", "region", if parts > 1 { "part" } else { "network" }];
    let scope = scopes[numbers.below(5) as usize];
    let what = match numbers.below(8) {
        0 => format!(
            "metric = \"on_time\"\nwithin_hours = {}\nscope = \"{scope}\"\nat_least = {level}",
            8 + numbers.below(40)
        ),
        1 => format!(
            "metric = \"coverage\"\nwithin_hours = 2\nscope = \"country\"\nat_least = {}",
            0.3 + 0.1 * numbers.below(5) as f64
        ),
        2 if !expressed => {
            format!("metric = \"mean_response_hours\"\nscope = \"network\"\nat_most = {}", 6 + numbers.below(30))
        }
        3 => format!(
            "metric = \"fill_rate\"\nscope = \"country\"\nspread_at_most = {}",
            0.05 + 0.05 * numbers.below(4) as f64
        ),
        4 => format!("metric = \"fill_rate\"\nscope = [\"outlet\", \"part\"]\nat_least = {level}"),
        5 => format!(
            "metric = \"fill_rate\"\nscope = \"network\"\nat_least = {level}\npenalty = {}",
            500 + numbers.below(5000)
        ),
        _ => format!("metric = \"fill_rate\"\nscope = \"{scope}\"\nat_least = {level}"),
    };
    format!("[[target]]\n{what}\n")
}

/// 3–4 regions in two countries, 2–3 outlets, up to 2 depots, 1–2 parts, and one or two promises; some with capacities, counts, sites that
/// have to be open, repairs, dispersed demand and expressed parts.
fn random(seed: u64) -> Scenario {
    let mut numbers = Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).expect("it can be written");
    let (regions, outlets) = (3 + numbers.below(2), 2 + numbers.below(2));
    let (depots, parts) = (numbers.below(3), 1 + numbers.below(2));
    let expressed = numbers.one_in(3);
    let mut settings = String::from(
        "name = \"random\"\n[travel]\nmetric = \"planar\"\nspeed_kmh = 60\ncost_per_km = 0.5\n[planning]\ngap = 0\n\
         [replenishment]\ncost_per_kg_km = 0.01\n[stocking]\nholding_rate_per_year = 0.25\n",
    );
    if expressed {
        let _ = writeln!(settings, "stockout = \"emergency\"\nemergency_cost_per_unit = {}", 5 + numbers.below(80));
    }
    match numbers.below(5) {
        0 => settings += "[limits]\noutlets = { max = 2 }\n",
        1 if depots > 1 => settings += "[limits]\ndepots = { max = 1 }\n",
        _ => {}
    }
    for _ in 0..1 + numbers.below(2) {
        settings += &target(&mut numbers, expressed, parts);
    }
    let country = |number: u64| ["DE", "PL"][number as usize % 2];
    let mut tables = String::from("region,x_km,y_km,country,policy\n");
    for region in 0..regions {
        let policy = ["quick", "plain"][numbers.below(2) as usize];
        let _ = writeln!(tables, "r{region},{},{},{policy}", numbers.place(), country(region));
    }
    write("regions.csv", &tables);
    let limited = numbers.one_in(4);
    let mut tables = String::from(
        "outlet,x_km,y_km,country,fixed_cost_per_year,supplier_lead_time_days,capacity_jobs_per_year,status\n",
    );
    for outlet in 0..outlets {
        let (fixed, days) = (100 + numbers.below(2000), 5 + numbers.below(30));
        let capacity = if limited { (25 + numbers.below(60)).to_string() } else { String::new() };
        let status = if numbers.one_in(8) { "open" } else { "candidate" };
        let _ =
            writeln!(tables, "o{outlet},{},{},{fixed},{days},{capacity},{status}", numbers.place(), country(outlet));
    }
    write("outlets.csv", &tables);
    write("countries.csv", "country,labour_cost_per_hour,customs_days,duty_rate\nDE,40,0,0\nPL,12,2,0.02\n");
    if depots > 0 {
        let mut tables = String::from("depot,x_km,y_km,country,fixed_cost_per_year,supplier_lead_time_days\n");
        for depot in 0..depots {
            let (fixed, days) = (100 + numbers.below(800), 5 + numbers.below(30));
            let _ = writeln!(tables, "d{depot},{},{},{fixed},{days}", numbers.place(), country(depot));
        }
        write("depots.csv", &tables);
    }
    let repaired = numbers.one_in(4);
    let mut tables = String::from("part,unit_cost,weight_kg,repair_share,repair_turnaround_days\n");
    for part in 0..parts {
        let (cost, weight) = (400 + numbers.below(2000), numbers.below(20));
        let repair =
            if repaired { format!("0.{},{}", numbers.below(10), 1 + numbers.below(15)) } else { ",".to_owned() };
        let _ = writeln!(tables, "p{part},{cost},{weight},{repair}");
    }
    write("parts.csv", &tables);
    let mut tables = String::from("region,part,units_per_year,variance_to_mean\n");
    for number in 0..regions * parts {
        let (region, part) = (number / parts, number % parts);
        let ratio = 1.0 + 0.5 * part as f64;
        let _ = writeln!(tables, "r{region},p{part},{},{ratio}", 1 + numbers.below(12));
    }
    write("demand.csv", &tables);
    write("scenario.toml", &settings);
    load(folder.path(), &[]).unwrap_or_else(|refused| panic!("seed {seed}: {refused}")).scenario
}

/// All ways to choose one of so many for each place.
fn choices(options: &[usize]) -> impl Iterator<Item = Vec<usize>> + '_ {
    let count: usize = options.iter().product();
    (0..count).map(move |mut number| {
        let digit = |options: &usize| {
            let own = number % options;
            number /= options;
            own
        };
        options.iter().map(digit).collect()
    })
}

/// Sites and ways without stock: every region at one outlet, every open outlet at one depot where there are any. A site is open if it is
/// used, or has to be.
fn networks(scenario: &Scenario) -> Vec<Decisions> {
    use sparenet::scenario::Status;
    let mut all = Vec::new();
    let depots = scenario.depots.len();
    for served in choices(&vec![scenario.outlets.len(); scenario.regions.len()]) {
        let forced = scenario.outlets.iter().map(|outlet| outlet.status == Status::Open);
        let open: Vec<bool> = forced.enumerate().map(|(outlet, forced)| forced || served.contains(&outlet)).collect();
        let behind: Vec<usize> = open.iter().map(|open| if *open { depots.max(1) } else { 1 }).collect();
        for drawn in choices(&behind) {
            let mut decisions = Decisions::none(scenario);
            decisions.served_by = served.iter().map(|outlet| vec![(OutletId::from(*outlet), 1.0)]).collect();
            decisions.outlet_open.clone_from(&open);
            if depots > 0 {
                let depot = |(drawn, open): (&usize, &bool)| open.then(|| DepotId::from(*drawn));
                decisions.replenished_by = drawn.iter().zip(&open).map(depot).collect();
                let used = |depot: usize| decisions.replenished_by.contains(&Some(DepotId::from(depot)));
                decisions.depot_open = (0..depots).map(used).collect();
            }
            all.push(decisions);
        }
    }
    all
}

/// A shelf of a network, and what a unit on it costs a year.
struct Shelf {
    outlet: Option<usize>,
    depot: Option<usize>,
    part: usize,
    held: f64,
}

impl Shelf {
    fn set(&self, decisions: &mut Decisions, parts: usize, level: u32) {
        let stock = match (self.outlet, self.depot) {
            (Some(outlet), _) => &mut decisions.outlet_stock[outlet],
            (_, Some(depot)) => &mut decisions.depot_stock[depot],
            _ => return,
        };
        stock.resize(parts, 0);
        stock[self.part] = level;
    }
}

/// The shelves that somebody draws from.
fn shelves(scenario: &Scenario, load: &Load, decisions: &Decisions) -> Vec<Shelf> {
    let parts = scenario.parts.len();
    let mut asked = vec![vec![false; parts]; scenario.outlets.len()];
    for (region, outlet, _) in decisions.assignments() {
        let own = load.tasks(region).filter_map(|task| task.part);
        own.for_each(|part| asked[outlet.at()][part.at()] = true);
    }
    let mut shelves = Vec::new();
    for (part, own) in scenario.parts.iter().enumerate() {
        let held = 0.25 * own.unit_cost.get();
        let drawing = (0..scenario.outlets.len()).filter(|outlet| asked[*outlet][part]);
        shelves.extend(drawing.clone().map(|outlet| Shelf { outlet: Some(outlet), depot: None, part, held }));
        let sends = |depot: &usize| drawing.clone().any(|o| decisions.replenished_by[o] == Some(DepotId::from(*depot)));
        let depots = (0..scenario.depots.len()).filter(sends);
        shelves.extend(depots.map(|depot| Shelf { outlet: None, depot: Some(depot), part, held }));
    }
    shelves
}

/// How many ways there are to spend no more than so much on shelves; no more than `most` are counted.
fn count(shelves: &[Shelf], money: f64, most: usize) -> usize {
    let Some((first, rest)) = shelves.split_first() else { return 1 };
    let mut sum = 0;
    let mut left = money;
    while left >= 0.0 && sum < most {
        sum += count(rest, left, most - sum);
        left -= first.held;
    }
    sum
}

/// What a plan costs whatever is on its shelves, or less.
fn without_stock(scenario: &Scenario, plan: &Plan) -> f64 {
    let stocked = |component: &Component| match component {
        Component::Holding | Component::Penalty => true,
        Component::Emergency | Component::Freight | Component::Duty | Component::Repair => {
            scenario.stocking.stockout == Stockout::Emergency
        }
        _ => false,
    };
    Component::ALL.iter().filter(|component| !stocked(component)).map(|component| plan.costs.of(*component)).sum()
}

/// What is tried.
struct Trial<'a> {
    scenario: &'a Scenario,
    network: &'a Network,
    load: &'a Load,
    /// The least cost of what keeps every rule.
    least: f64,
}

impl Trial<'_> {
    /// Every stock of the shelves that costs no more than the money.
    fn stock(&mut self, decisions: &mut Decisions, shelves: &[Shelf], money: f64) {
        let Some((first, rest)) = shelves.split_first() else { return self.judge(decisions) };
        let (mut left, mut level) = (money, 0);
        while left >= 0.0 {
            first.set(decisions, self.scenario.parts.len(), level);
            self.stock(decisions, rest, left);
            left -= first.held;
            level += 1;
        }
        first.set(decisions, self.scenario.parts.len(), 0);
    }

    fn judge(&mut self, decisions: &Decisions) {
        let Trial { scenario, network, load, least } = *self;
        let plan = evaluate(scenario, network, load, decisions.clone());
        let cost = plan.costs.total();
        let kept = plan.service.promises.iter().all(|own| own.kept || own.target(scenario).penalty.is_some());
        if cost < least && kept {
            let verdict = Recomputed::of(scenario, network, load, decisions).against(scenario, network, load, &[]);
            if verdict.holds() {
                self.least = cost;
            }
        }
    }
}

/// The least cost below the plan's, or the plan's; `None` where too much would have to be tried.
fn least(scenario: &Scenario, network: &Network, load: &Load, objective: f64) -> Option<f64> {
    let mut tried = Vec::new();
    let mut trials = 0;
    for decisions in networks(scenario) {
        let reached = |(region, outlet, _): (RegionId, OutletId, f64)| network.road(region, outlet).is_some();
        if !decisions.assignments().all(reached) {
            continue;
        }
        let bare = evaluate(scenario, network, load, decisions.clone());
        let money = objective - without_stock(scenario, &bare);
        if money >= 0.0 {
            let shelves = shelves(scenario, load, &decisions);
            trials += count(&shelves, money, MOST_TRIALS);
            tried.push((decisions, shelves, money));
        }
        if trials >= MOST_TRIALS {
            return None;
        }
    }
    let mut trial = Trial { scenario, network, load, least: objective };
    tried.iter_mut().for_each(|(decisions, shelves, money)| trial.stock(decisions, shelves, *money));
    Some(trial.least)
}

/// So many scenarios are tried, or as many as the variable SEEDS says.
const SEEDS: u64 = 60;

#[test]
fn nothing_costs_less_than_the_plan_and_the_bound_is_no_greater() {
    let seeds = std::env::var("SEEDS").ok().and_then(|count| count.parse().ok()).unwrap_or(SEEDS);
    let (mut compared, mut met) = (0, 0);
    for seed in 0..seeds {
        let scenario = random(seed);
        let (mut network, load) = (Network::connect(&scenario), Load::of(&scenario));
        let plan = match optimise(&scenario, &mut network, &load, &Nobody) {
            Ok(plan) => plan,
            Err(Failure::Infeasible(_)) => continue,
            Err(failure) => panic!("seed {seed}: {failure}"),
        };
        let objective = plan.certificate.objective;
        let Some(least) = least(&scenario, &network, &load, objective) else { continue };
        let bound = plan.certificate.lower_bound.expect("costs have a bound");
        assert!(bound <= least * (1.0 + 1e-9), "seed {seed}: the bound {bound} is above {least}");
        compared += 1;
        if objective <= least * (1.0 + 1e-9) {
            met += 1;
        } else {
            println!("seed {seed}: {objective}, but {least} is possible");
        }
    }
    println!("{met} of {compared} plans cost the least there is");
    assert!(4 * compared >= 3 * seeds, "only {compared} of {seeds} could be compared");
    assert!(100 * met >= 99 * compared, "only {met} of {compared} plans cost the least there is");
}
