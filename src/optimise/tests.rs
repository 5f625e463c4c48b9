//! The bound and the plans of large scenarios, held against enumeration on small ones.

use std::fs;

use super::approach::approach;
use super::enumerate::enumerate;
use super::{Failure, Search, optimise};
use crate::load::Load;
use crate::network::Network;
use crate::scenario::{Scenario, load};
use crate::watch::Nobody;

/// A stream of numbers that is the same on every machine (Knuth's multiplier, upper bits).
struct Numbers(u64);

impl Numbers {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }

    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.below(1000) as f64 / 1000.0
    }
}

/// A scenario of 4–5 regions, 2–3 outlets, up to 2 depots and 1–2 parts.
pub(super) fn random_scenario(seed: u64) -> Scenario {
    random_with(seed, Twist::None)
}

/// What a random scenario has besides.
#[derive(Clone, Copy, PartialEq)]
enum Twist {
    /// Nothing.
    None,
    /// Outlets and depots repair a share of their parts, some with one or two servers.
    Repairs,
    /// Promises by class of parts, in place of the network's.
    Classes,
    /// Every outlet promises a share of the demand for each part from its own shelf.
    Shelves,
    /// The same, and an outlet reaches few regions.
    Far,
}

/// The same with a twist.
fn random_with(seed: u64, twist: Twist) -> Scenario {
    let mut numbers = Numbers(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).expect("it can be written");
    let (regions, outlets) = (4 + numbers.below(2), 2 + numbers.below(2));
    let (depots, parts) = (numbers.below(3), 1 + numbers.below(2));
    // One part alone has no second class.
    let parts = if twist == Twist::Classes { 2 } else { parts };
    let place = |numbers: &mut Numbers| format!("{:.1},{:.1}", numbers.between(0.0, 200.0), numbers.between(0.0, 90.0));
    let emergency = numbers.below(3) == 0;
    let target = match numbers.below(5) {
        0 => "[[target]]\nmetric = \"on_time\"\nwithin_hours = 24\nat_least = 0.9\n".to_owned(),
        1 if !emergency => "[[target]]\nmetric = \"mean_response_hours\"\nat_most = 9\n".to_owned(),
        2 => "[[target]]\nmetric = \"fill_rate\"\nat_least = 0.9\npenalty = 4000\n".to_owned(),
        _ => format!("[[target]]\nmetric = \"fill_rate\"\nat_least = {}\n", 0.8 + 0.05 * numbers.below(4) as f64),
    };
    let coverage = if numbers.below(2) == 0 {
        "[[target]]\nmetric = \"coverage\"\nwithin_hours = 2\nat_least = 0.5\n"
    } else {
        ""
    };
    let stocking = if emergency {
        format!("stockout = \"emergency\"\nemergency_cost_per_unit = {}\n", 5 + numbers.below(80))
    } else {
        String::new()
    };
    write(
        "scenario.toml",
        format!(
            "name = \"random\"\n[travel]\nmetric = \"planar\"\nspeed_kmh = 60\ncost_per_km = 0.5\n[stocking]\n{stocking}\
             [replenishment]\ncost_per_kg_km = 0.01\n{target}{coverage}"
        ),
    );
    let rows = |header: &str, count: u64, row: &mut dyn FnMut(u64) -> String| {
        (0..count).fold(format!("{header}\n"), |text, number| text + &row(number) + "\n")
    };
    write("regions.csv", rows("region,x_km,y_km", regions, &mut |r| format!("r{r},{}", place(&mut numbers))));
    write(
        "outlets.csv",
        rows("outlet,x_km,y_km,fixed_cost_per_year,supplier_lead_time_days", outlets, &mut |o| {
            let at = place(&mut numbers);
            format!("o{o},{at},{},{}", 100 + numbers.below(3000), 5 + numbers.below(30))
        }),
    );
    if depots > 0 {
        write(
            "depots.csv",
            rows("depot,x_km,y_km,fixed_cost_per_year,supplier_lead_time_days", depots, &mut |d| {
                let at = place(&mut numbers);
                format!("d{d},{at},{},{}", 100 + numbers.below(1000), 5 + numbers.below(40))
            }),
        );
    }
    write(
        "parts.csv",
        rows("part,unit_cost,weight_kg", parts, &mut |p| {
            format!("p{p},{},{}", 50 + numbers.below(2000), numbers.below(20))
        }),
    );
    write(
        "demand.csv",
        rows("region,part,units_per_year,variance_to_mean", regions * parts, &mut |n| {
            let (region, part) = (n / parts, n % parts);
            format!("r{region},p{part},{:.2},{}", numbers.between(0.5, 25.0), 1.0 + 0.5 * part as f64)
        }),
    );
    if twist == Twist::Classes {
        let text = fs::read_to_string(folder.path().join("scenario.toml")).expect("it was just written");
        let by_class = match numbers.below(5) {
            0 => [("class = \"A\"", 0.95), ("class = \"C\"", 0.6)],
            1 => [("scope = \"class\"", 0.9), ("class = \"A\"", 0.97)],
            2 => [("scope = [\"outlet\", \"class\"]", 0.7), ("class = \"C\"", 0.92)],
            // A shelf's promise that binds the parts of one class alone.
            3 => [("class = \"A\"\nscope = [\"outlet\", \"part\"]", 0.9), ("class = \"C\"", 0.7)],
            _ => [("scope = [\"region\", \"class\"]", 0.7), ("class = \"A\"", 0.9)],
        };
        let asked =
            |(keys, least): (&str, f64)| format!("[[target]]\nmetric = \"fill_rate\"\n{keys}\nat_least = {least}\n");
        // The network's promise stays in a third of them, so that both kinds of price meet.
        let rest = if seed.is_multiple_of(3) { text } else { text.replace(&target, "") };
        write("scenario.toml", rest + &by_class.map(asked).concat());
        let parts = fs::read_to_string(folder.path().join("parts.csv")).expect("it was just written");
        write(
            "parts.csv",
            parts.lines().zip(["class", "A", "C"]).map(|(row, word)| format!("{row},{word}\n")).collect(),
        );
    }
    if matches!(twist, Twist::Shelves | Twist::Far) {
        let text = fs::read_to_string(folder.path().join("scenario.toml")).expect("it was just written");
        let least = 0.7 + 0.05 * numbers.below(6) as f64;
        let own = format!("[[target]]\nmetric = \"fill_rate\"\nscope = [\"outlet\", \"part\"]\nat_least = {least}\n");
        // The other promise stays in half of them.
        let rest = if seed.is_multiple_of(2) { text } else { text.replace(&target, "") };
        let reach = if twist == Twist::Far { "cost_per_km = 0.5\nmax_hours = 1.6\n" } else { "cost_per_km = 0.5\n" };
        write("scenario.toml", (rest + &own).replace("cost_per_km = 0.5\n", reach));
    }
    if twist == Twist::Far && seed.is_multiple_of(3) {
        // One region asks for visits alone.
        let text = fs::read_to_string(folder.path().join("demand.csv")).expect("it was just written");
        let rows = text.lines().filter(|row| !row.starts_with("r0,p1"));
        write("demand.csv", rows.map(|row| row.replace("r0,p0", "r0,") + "\n").collect());
    }
    if twist == Twist::Repairs {
        // Drawn last, so that all else is as it is without repairs.
        let mut repaired = |file: &str, column: &str| {
            let text = fs::read_to_string(folder.path().join(file)).expect("it was just written");
            let mut rows = text.lines().map(str::to_owned);
            let mut spoilt = format!("{},{column}\n", rows.next().expect("a header"));
            for row in rows {
                let value = match column {
                    "repair_servers" if numbers.below(3) > 0 => String::new(),
                    "repair_servers" => (1 + numbers.below(3)).to_string(),
                    "capacity_units_per_year" if numbers.below(2) == 0 => (60 + numbers.below(90)).to_string(),
                    "capacity_units_per_year" => String::new(),
                    _ => format!("{:.2},{},{}", numbers.between(0.0, 1.0), 1 + numbers.below(15), numbers.below(100)),
                };
                spoilt += &format!("{row},{value}\n");
            }
            write(file, spoilt);
        };
        repaired("parts.csv", "repair_share,repair_turnaround_days,repair_cost");
        repaired("outlets.csv", "repair_servers");
        if depots > 0 {
            repaired("depots.csv", "repair_servers");
            repaired("depots.csv", "capacity_units_per_year");
        }
        let mut rows = String::from("site,part,repair_share,repair_turnaround_days\n");
        for (letter, count) in [("o", outlets), ("d", depots)] {
            for site in (0..count).filter(|_| !seed.is_multiple_of(3)) {
                let part = if numbers.below(2) == 0 { "p0" } else { "" };
                let share = [0.0, 0.3, 0.8, 1.0][numbers.below(4) as usize];
                rows += &format!("{letter}{site},{part},{share},{}\n", 1 + numbers.below(20));
            }
        }
        write("repairs.csv", rows);
    }
    load(folder.path(), &[]).unwrap_or_else(|refused| panic!("seed {seed}: {refused}")).scenario
}

#[test]
fn the_bound_of_large_scenarios_is_never_above_the_enumerated_optimum_of_small_ones() {
    compare_with_enumeration(0..120, 80, random_scenario);
}

#[test]
fn the_bound_holds_and_plans_are_found_where_sites_repair_with_few_servers() {
    compare_with_enumeration(0..60, 30, |seed| random_with(seed, Twist::Repairs));
}

#[test]
fn the_bound_holds_where_prices_tell_classes_of_parts_apart() {
    compare_with_enumeration(0..60, 30, |seed| random_with(seed, Twist::Classes));
}

#[test]
fn the_bound_holds_where_every_outlet_promises_its_own_shelves() {
    compare_with_enumeration(0..60, 30, |seed| random_with(seed, Twist::Shelves));
}

#[test]
fn the_bound_holds_where_outlets_reach_few_regions() {
    compare_with_enumeration(0..200, 30, |seed| random_with(seed, Twist::Far));
}

/// Holds plans and bounds of scenarios against what trying everything finds; so many have to be compared.
fn compare_with_enumeration(seeds: std::ops::Range<u64>, enough: usize, make: fn(u64) -> Scenario) {
    let mut proved = 0;
    let mut found = 0;
    for seed in seeds {
        let scenario = make(seed);
        let (network, load) = (Network::connect(&scenario), Load::of(&scenario));
        let search = Search { scenario: &scenario, network: &network, load: &load, watch: &Nobody };
        let relaxed = search.bare_model(f64::INFINITY, 0.0, true);
        let Some(tried) = enumerate(&scenario, &network, &load, &relaxed, &Nobody) else { continue };
        let Some(best) = tried.best else { continue };
        let optimum = best.costs.total();
        assert!(tried.lower_bound <= optimum * (1.0 + 1e-9), "seed {seed}");
        let Ok(plan) = approach(&search, f64::INFINITY) else { continue };
        assert!(plan.objective >= tried.lower_bound * (1.0 - 1e-9), "seed {seed}: {} below the bound", plan.objective);
        assert!(plan.lower_bound <= optimum * (1.0 + 1e-9), "seed {seed}: {} > {optimum}", plan.lower_bound);
        proved += 1;
        found += usize::from(plan.objective <= optimum * (1.0 + 1e-9));
    }
    assert!(proved >= enough, "only {proved} scenarios could be compared");
    assert!(4 * found >= 3 * proved, "only {found} of {proved} met the optimum");
}

/// A scenario of 14 regions and 9 outlets without parts: towns in the plane, some with a promise, a count or capacities.
fn random_location(seed: u64) -> Scenario {
    let mut numbers = Numbers(seed.wrapping_mul(0xD1B5_4A32_D192_ED03) | 1);
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).expect("it can be written");
    let rule = match seed % 6 {
        0 => "[limits]\noutlets = { min = 3, max = 3 }\n",
        1 => "[[target]]\nmetric = \"coverage\"\nwithin_hours = 0.8\nat_least = 0.7\n",
        2 => "[[target]]\nmetric = \"mean_response_hours\"\nat_most = 0.7\n",
        3 => "[planning]\nobjective = \"coverage\"\ncoverage_within_hours = 0.8\n[limits]\noutlets = { max = 2 }\n",
        _ => "",
    };
    let reach = if seed.is_multiple_of(4) { "max_hours = 2.5\n" } else { "" };
    let limited = seed % 6 == 4;
    let head = format!("name = \"random\"\n[travel]\nmetric = \"planar\"\ncost_per_km = 0.5\n{reach}{rule}");
    write("scenario.toml", head);
    let mut place = || format!("{},{}", numbers.below(100), numbers.below(60));
    let regions = (0..14).fold(String::from("region,x_km,y_km\n"), |text, r| text + &format!("r{r},{}\n", place()));
    write("regions.csv", regions);
    let places: Vec<String> = (0..9).map(|_| place()).collect();
    let mut outlets = String::from("outlet,x_km,y_km,country,fixed_cost_per_year,capacity_jobs_per_year\n");
    for (number, place) in places.iter().enumerate() {
        let capacity = if limited { (90 + numbers.below(60)).to_string() } else { String::new() };
        let country = ["DE", "PL"][number % 2];
        outlets += &format!("o{number},{place},{country},{},{capacity}\n", 500 + numbers.below(2500));
    }
    write("outlets.csv", outlets);
    write("countries.csv", "country,labour_cost_per_hour\nDE,40\nPL,12\n".into());
    let demand = |text: String, r: u64, numbers: &mut Numbers| text + &format!("r{r},{}\n", 5 + numbers.below(30));
    let head = String::from("region,units_per_year\n");
    write("demand.csv", (0..14).fold(head, |text, r| demand(text, r, &mut numbers)));
    load(folder.path(), &[]).unwrap_or_else(|refused| panic!("seed {seed}: {refused}")).scenario
}

#[test]
fn lists_that_grow_come_to_the_plan_of_all_lanes() {
    let mut compared = 0;
    for seed in 0..60 {
        let scenario = random_location(seed);
        let load = Load::of(&scenario);
        let mut whole = Network::connect(&scenario);
        let full = optimise(&scenario, &mut whole, &load, &Nobody);
        for most in 1..4 {
            let mut short = Network::connect_nearest(&scenario, most);
            let grown = optimise(&scenario, &mut short, &load, &Nobody);
            match (&full, grown) {
                (Ok(full), Ok(grown)) => {
                    let (one, other) = (full.certificate.objective, grown.certificate.objective);
                    let asked = scenario.planning.gap * one.abs() + 1e-9;
                    let bound = grown.certificate.lower_bound.unwrap_or(f64::NEG_INFINITY);
                    assert!(bound <= one + asked, "seed {seed}, {most}: bound {bound} above {one}");
                    assert!((one - other).abs() <= 2.0 * asked, "seed {seed}, {most}: {one} is not {other}");
                    compared += 1;
                }
                (Err(Failure::Infeasible(_)), Err(Failure::Infeasible(_))) => {}
                (full, grown) => panic!("seed {seed}, {most}: {full:?} and {grown:?}"),
            }
        }
    }
    assert!(compared >= 120, "only {compared} plans could be compared");
}
