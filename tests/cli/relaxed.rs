//! `diagnose`: every way out is pasted into an overlay and solved, and costs what it was said to.

use serde_json::Value;

use crate::room::{Ran, Room, close, figure};

/// A room with the small scenario and an infeasible one that extends it.
fn room(name: &str) -> Room {
    let room = Room::with("scenarios/small");
    room.bring(&format!("tests/infeasible/{name}"));
    room.edit(&format!("{name}/scenario.toml"), "../../../scenarios/small", "../small");
    room
}

fn ways(ran: &Ran) -> Vec<Value> {
    ran.json()["relaxations"].as_array().cloned().unwrap_or_default()
}

fn codes(way: &Value) -> Vec<String> {
    let steps = way["steps"].as_array().cloned().unwrap_or_default();
    steps.iter().map(|step| step["code"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Writes a way out as an overlay beside the scenario.
fn paste(room: &Room, name: &str, way: &Value, overlay: &str) {
    let toml = way["overlay"]["scenario.toml"].as_str().unwrap_or_default();
    room.write(&format!("{overlay}/scenario.toml"), &format!("name = \"out\"\nextends = \"../{name}\"\n{toml}"));
    for (file, text) in way["overlay"]["tables"].as_object().into_iter().flatten() {
        room.write(&format!("{overlay}/{file}"), text.as_str().unwrap_or_default());
    }
}

/// The ways out of a scenario; each has been solved as an overlay and costs what it was said to.
fn confirmed(room: &Room, name: &str) -> Vec<Value> {
    let ways = ways(&room.run(&format!("diagnose {name} --json")).code(4));
    for (number, way) in ways.iter().enumerate() {
        let overlay = format!("out-{number}");
        paste(room, name, way, &overlay);
        let ran = room.run(&format!("solve {overlay} --json"));
        assert!(ran.code == 0 || ran.code == 5, "{way:#}\n{ran:?}");
        close(figure(&ran.json(), "cost_per_year"), figure(way, "cost_per_year"), 1e-9);
    }
    let costs: Vec<f64> = ways.iter().map(|way| figure(way, "cost_per_year")).collect();
    assert!(costs.is_sorted(), "the cheapest comes first: {costs:?}");
    ways
}

/// The way out that relaxes this rule alone.
#[track_caller]
fn alone<'a>(ways: &'a [Value], code: &str) -> &'a Value {
    ways.iter().find(|way| codes(way) == [code]).unwrap_or_else(|| panic!("no `{code}` in {ways:#?}"))
}

#[track_caller]
fn says(way: &Value, words: &str) {
    let told = way["steps"][0]["words"].as_str().unwrap_or_default();
    assert!(told.contains(words), "`{told}` does not say `{words}`");
}

#[test]
fn a_budget_below_the_least_cost_is_raised_to_it() {
    let ways = confirmed(&room("budget-below-the-least-cost"), "budget-below-the-least-cost");
    // The least cost is 20,000 by the README of the small scenario.
    says(alone(&ways, "budget"), "19000 → 20000");
    close(figure(alone(&ways, "budget"), "cost_per_year"), 20_000.0, 1e-9);
}

#[test]
fn capacity_that_is_short_is_scaled_until_two_towns_fit_into_one_outlet() {
    let ways = confirmed(&room("capacity-short"), "capacity-short");
    // Three outlets, towns of 40, 30, 30 and 50 jobs: two of 30 share one, 60 / 40 = 1.5.
    says(alone(&ways, "capacity"), "× 1.5 ");
}

#[test]
fn capacity_that_does_not_divide_is_scaled_or_its_towns_are_split() {
    let ways = confirmed(&room("capacity-does-not-divide"), "capacity-does-not-divide");
    // Two towns of 30 jobs fit into East's 55 × 60/55 = 60: 60 / 55 = 1.0909…, rounded up.
    says(alone(&ways, "capacity"), "× 1.091");
    alone(&ways, "sourcing");
}

#[test]
fn a_region_too_large_for_its_outlet_gets_capacity_another_outlet_or_a_longer_reach() {
    let ways = confirmed(&room("region-too-large"), "region-too-large");
    // 50 jobs in an outlet of 45: 50 / 45 = 1.1111…, rounded up.
    says(alone(&ways, "capacity"), "× 1.1112");
    says(alone(&ways, "new-outlets"), "`new-derby`");
    // Middle is 50 km = 1 h from Derby.
    says(alone(&ways, "max-hours"), "0.7 h → 1 h");
}

#[test]
fn a_closed_depot_is_let_be_a_candidate() {
    let ways = confirmed(&room("no-depot"), "no-depot");
    says(alone(&ways, "closed-sites"), "`hub`");
}

#[test]
fn a_region_out_of_reach_gets_a_candidate_a_longer_reach_or_its_closed_outlet() {
    let ways = confirmed(&room("out-of-reach"), "out-of-reach");
    says(alone(&ways, "closed-sites"), "`middle`");
    // Barrow is 40 km = 0.8 h from West.
    says(alone(&ways, "max-hours"), "0.7 h → 0.8 h");
    close(figure(alone(&ways, "max-hours"), "cost_per_year"), 20_000.0, 1e-9);
    let added = alone(&ways, "new-outlets");
    says(added, "`new-barrow`");
    // 3,000 is the median of the two outlets that may open; told as an assumption.
    assert!(added["steps"][0]["assumption"].as_str().is_some_and(|words| words.contains("3000")), "{added:#}");
}

#[test]
fn repairs_beyond_the_servers_get_servers() {
    let ways = confirmed(&room("repairs-beyond-the-servers"), "repairs-beyond-the-servers");
    // 6.16 servers are busy at least: 3 × 2 = 6 are too few, 3 × 3 = 9 are not.
    says(alone(&ways, "repair-servers"), "+ 2");
    assert_eq!(alone(&ways, "repair-servers")["steps"][0]["not_enough"], "+ 1");
}

#[test]
fn a_response_that_nobody_can_give_is_promised_as_it_can_be_given() {
    let ways = confirmed(&room("response-impossible"), "response-impossible");
    let told = alone(&ways, "target-level")["steps"][0]["words"].as_str().unwrap_or_default().to_owned();
    let level: f64 = told.rsplit(' ').next().and_then(|word| word.parse().ok()).expect("it ends with the level");
    // 0.12 h is what full shelves would give, and shelves are full to a share only: a step of the grid is 1 %.
    assert!((0.12..=0.12 * 1.02).contains(&level), "{told}");
}

#[test]
fn a_coverage_that_no_outlet_gives_is_lowered_its_window_widened_or_an_outlet_added() {
    let ways = confirmed(&room("target-impossible"), "target-impossible");
    // 90 of 150 jobs have an outlet within 5 km; Corby's 30 are 20 km = 0.4 h from the nearest, and 0.9 needs them.
    says(alone(&ways, "target-level"), "0.9 → 0.6");
    says(alone(&ways, "target-window"), "0.1 h → 0.4 h");
    says(alone(&ways, "new-outlets"), "`new-barrow`");
    alone(&ways, "target-penalty");
}

#[test]
fn too_few_outlets_are_let_be_more_or_reach_farther() {
    let ways = confirmed(&room("too-few-outlets"), "too-few-outlets");
    says(alone(&ways, "most"), "1 → 2");
    close(figure(alone(&ways, "most"), "cost_per_year"), 20_000.0, 1e-9);
    // From Middle all four towns are within 50 km = 1 h; Middle alone costs 21,400 by the README.
    says(alone(&ways, "max-hours"), "0.9 h → 1 h");
    close(figure(alone(&ways, "max-hours"), "cost_per_year"), 21_400.0, 1e-9);
}

#[test]
fn where_no_rule_suffices_alone_a_set_is_told_of_which_none_can_be_left_out() {
    let room = room("too-few-outlets");
    // Three outlets of 40 jobs are short of 150, and one outlet does not reach all: no rule is to blame alone.
    room.append(
        "too-few-outlets/scenario.toml",
        "[[change]]\ntable = \"outlets\"\nset = { capacity_jobs_per_year = 40 }\n",
    );
    let ways = confirmed(&room, "too-few-outlets");
    assert!(!ways.is_empty());
    for (number, way) in ways.iter().enumerate() {
        let steps = codes(way);
        assert!(steps.len() >= 2, "{way:#}");
        // Without one of its lines the overlay has no plan.
        let toml = room.read(&format!("out-{number}/scenario.toml"));
        for line in toml.lines().filter(|line| line.starts_with("limits") || line.starts_with("travel")) {
            room.write("less/scenario.toml", &toml.replace(line, ""));
            room.run("solve less").code(4);
        }
    }
}

#[test]
fn a_scenario_with_a_plan_is_told_so_with_its_cost() {
    let room = Room::with("scenarios/small");
    let ran = room.run("diagnose small").code(0);
    assert!(ran.out.contains("has a plan") && ran.out.contains("20,000"), "{ran:?}");
    close(figure(&room.run("diagnose small --json").code(0).json(), "cost_per_year"), 20_000.0, 1e-9);
}

#[test]
fn a_way_out_is_told_with_its_price_and_its_overlay() {
    let room = room("out-of-reach");
    let ran = room.run("diagnose out-of-reach").code(4);
    for words in
        ["`travel.max_hours` 0.7 h → 0.8 h", "20,000 EUR", "extends = \"../out-of-reach\"", "travel.max_hours = 0.8"]
    {
        assert!(ran.out.contains(words), "without `{words}`:\n{}", ran.out);
    }
}
