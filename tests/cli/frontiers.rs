//! Frontiers: what every level of a target costs, and where sites change.

use serde_json::Value;

use crate::room::{Room, close, figure, invented, number};

fn list<'a>(object: &'a Value, field: &str) -> &'a [Value] {
    object[field].as_array().map(Vec::as_slice).unwrap_or_else(|| panic!("no list `{field}` in {object:#}"))
}

#[test]
fn each_level_costs_what_the_scenario_with_that_level_costs_and_prices_are_differences() {
    let room = Room::with("scenarios/small");
    let told = room.run("frontier small --from 90% --to 0.99 --steps 4 --tolerance 1 --json").code(0).json();
    let points = list(&told, "points");
    let levels: Vec<f64> = points.iter().map(|point| figure(point, "level")).collect();
    assert_eq!(levels, [0.9, 0.93, 0.96, 0.99]);
    for (place, point) in points.iter().enumerate() {
        let level = levels[place];
        let alone = room.run(&format!("solve small --json --set target.1.at_least={level}")).code(0).json();
        for field in ["objective", "lower_bound"] {
            close(figure(&alone, field), figure(point, field), 1e-9);
        }
        assert!(figure(point, "computed") >= level - 1e-9);
        if place > 0 {
            // 3 points lie between two levels.
            let step = figure(point, "objective") - figure(&points[place - 1], "objective");
            close(figure(point, "price_per_point"), step / 3.0, 1e-6);
        }
    }
    let rows = room.rows("frontiers/small/frontier.csv");
    assert_eq!(rows.len(), 4);
    assert_eq!(number(&rows[3], "objective"), figure(&points[3], "objective"));
    let page = room.read("frontiers/small/frontier.html");
    assert!(page.contains("Where sites change") && page.contains("\"frontier\":"));
}

#[test]
fn sites_change_between_the_two_levels_that_are_told_and_these_are_as_close_as_asked() {
    let room = Room::with("scenarios/small");
    let told = room.run("frontier small --from 0.9 --to 0.999999 --steps 3 --tolerance 0.002 --json").code(0).json();
    let breakpoints = list(&told, "breakpoints");
    assert!(!breakpoints.is_empty() && told["complete"] == true, "{told:#}");
    for own in breakpoints {
        let (from, to) = (figure(own, "from"), figure(own, "to"));
        assert!(from < to && to - from <= 0.002 * (1.0 + 1e-9), "{from} to {to}");
        let open = |level: f64| {
            let alone = room.run(&format!("solve small --json --set target.1.at_least={level}")).code(0).json();
            alone["open_outlets"].clone()
        };
        let (before, after) = (open(from), open(to));
        assert_ne!(before, after);
        let gone = |one: &Value, other: &Value| -> Vec<Value> {
            let other = other.as_array().expect("a list");
            one.as_array().expect("a list").iter().filter(|site| !other.contains(site)).cloned().collect()
        };
        assert_eq!(own["opened"].as_array(), Some(&gone(&after, &before)));
        assert_eq!(own["closed"].as_array(), Some(&gone(&before, &after)));
    }
    assert_eq!(room.rows("frontiers/small/breakpoints.csv").len(), breakpoints.len());
}

#[test]
fn with_wide_gaps_costs_and_bounds_still_rise_with_the_level_whatever_the_number_of_jobs() {
    let room = Room::new();
    invented(&room, "loose", 30, "gap = 0.2");
    let words = "frontier loose --from 0.8 --to 0.98 --steps 7 --tolerance 0.01 --most 12";
    let told = room.run(&format!("{words} --json --jobs 1 --out one")).code(0).json();
    let points = list(&told, "points");
    for pair in points.windows(2) {
        for field in ["level", "objective", "lower_bound"] {
            assert!(figure(&pair[0], field) <= figure(&pair[1], field), "{field}: {pair:#?}");
        }
    }
    for point in points {
        assert!(figure(point, "lower_bound") <= figure(point, "objective"));
        assert!(figure(point, "computed") >= figure(point, "level") - 1e-9, "the promise is kept: {point:#}");
        assert!(figure(point, "gap") <= 0.2);
    }
    room.run(&format!("{words} -q --jobs 4 --threads 3 --out many")).code(0);
    assert!(room.bytes("one") == room.bytes("many"));
}

#[test]
fn the_frontier_ends_where_there_is_no_plan_any_more() {
    let room = Room::with("scenarios/small");
    let ran = room.run("frontier small --levels 0.9,0.999 --tolerance 0.01 --set limits.budget_per_year=20500").code(0);
    assert!(ran.out.contains("no plan any more"), "{}", ran.out);
    let rows = room.rows("frontiers/small/frontier.csv");
    let last = rows.iter().rposition(|row| row["status"] == "optimal").expect("0.9 can be paid");
    assert!(rows[last + 1..].iter().all(|row| row["status"] == "infeasible" && row["objective"].is_empty()));
    // What a budget of 20,500 reaches follows from the levels solved alone.
    for (place, code) in [(last, 0), (last + 1, 4)] {
        let level = &rows[place]["level"];
        let words = format!("--set limits.budget_per_year=20500 --set target.1.at_least={level}");
        room.run(&format!("solve small -q {words}")).code(code);
    }
    let ends = room.rows("frontiers/small/breakpoints.csv");
    let end = ends.last().expect("it ends");
    assert_eq!(
        (&end["from"], &end["to"], end["ends"].as_str()),
        (&rows[last]["level"], &rows[last + 1]["level"], "infeasible")
    );
}

#[test]
fn a_smaller_spread_and_a_shorter_mean_are_the_harder_levels() {
    let room = Room::with("scenarios/small");
    room.append("small/scenario.toml", "[[target]]\nmetric = \"mean_response_hours\"\nat_most = 9\n");
    let told = room.run("frontier small --target mean --levels 0.5,2,1 --tolerance 9 --json").code(0).json();
    let points = list(&told, "points");
    let levels: Vec<f64> = points.iter().map(|point| figure(point, "level")).collect();
    assert_eq!(levels, [2.0, 1.0, 0.5], "from the easiest to the hardest");
    assert!(points.windows(2).all(|pair| figure(&pair[0], "objective") <= figure(&pair[1], "objective")));
    assert_eq!((&told["target"], told["title"].as_str()), (&2.into(), Some("mean_response_hours")));
}

#[test]
fn a_frontier_that_means_nothing_is_refused_with_the_targets_there_are() {
    let room = Room::with("scenarios/small");
    room.append("small/scenario.toml", "[[target]]\nmetric = \"fill_rate\"\npart = \"pump\"\nat_least = 0.5\n");
    for (words, code, told) in [
        ("--from 0.9 --to 0.95", 2, "2: fill_rate, part pump"),
        ("--target 3 --from 0.9 --to 0.95", 2, "there is no target 3"),
        ("--target fill_rate --from 0.9 --to 0.95", 2, "several targets"),
        ("--target on_time --from 0.9 --to 0.95", 2, "1: fill_rate"),
        ("--target 1 --from 0.9", 2, "--to"),
        ("--target 1", 2, "--from"),
        ("--target 1 --from low --to 0.95", 2, "0.95 or 95%"),
        ("--target 1 --from 0.9 --to 1.2", 3, "at_least"),
    ] {
        let ran = room.run(&format!("frontier small {words}")).code(code);
        assert!(ran.err.contains(told) && ran.out.is_empty(), "{words}: {ran:?}");
    }
    room.write("frontiers/small/thesis.txt", "years of work");
    room.run("frontier small --target 1 --levels 0.9").code(8);
    assert_eq!(room.read("frontiers/small/thesis.txt"), "years of work");
    assert!(room.run("frontier nowhere --levels 0.9").code(8).err.contains("nowhere"));
}
