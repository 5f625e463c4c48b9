//! What-ifs that begin from a plan at hand.

use crate::room::{Room, close, figure, number};

/// `small` with its plan, and an overlay in which East is closed: 21,400 a year (`overlays`), where `small` costs 20,000.
fn room() -> Room {
    let room = Room::with("scenarios/small");
    room.run("solve small").code(0);
    room.write(
        "closed/scenario.toml",
        "extends = \"../small\"\n[[change]]\ntable = \"outlets\"\nwhere = { outlet = \"east\" }\n\
         set = { status = \"closed\" }\n",
    );
    room
}

#[test]
fn a_plan_at_hand_is_mended_and_its_bound_carried_over_where_that_is_close_enough() {
    let room = room();
    let told = room.run("solve closed --from plans/small --gap 25% --json").code(0).json();
    // Whatever is planned without East could be planned with it: no plan costs less than 20,000. The best one costs 21,400.
    close(figure(&told, "lower_bound"), 20_000.0, 1e-9);
    assert!(figure(&told, "objective") >= 21_400.0 - 1e-6, "{told}");
    room.run("verify closed --plan plans/closed").code(0);
}

#[test]
fn a_plan_that_cannot_be_proven_as_closely_as_is_asked_is_solved_from_nothing() {
    let room = room();
    let told = room.run("solve closed --from plans/small --json").code(0);
    assert!(told.err.contains("solved from nothing"), "{told:?}");
    close(figure(&told.json(), "objective"), 21_400.0, 1e-9);
    // More demand is no restriction: the bound of the plan at hand says nothing.
    room.write(
        "busier/scenario.toml",
        "extends = \"../small\"\n[[change]]\ntable = \"demand\"\nscale = { units_per_year = 0.5 }\n",
    );
    let told = room.run("solve busier --from plans/small --gap 90%").code(0);
    assert!(told.err.contains("solved from nothing"), "{told:?}");
}

#[test]
fn a_plan_without_its_scenario_is_told_of() {
    let room = room();
    room.edit("small/scenario.toml", "holding_rate_per_year = 0.25", "holding_rate_per_year = 0.26");
    let told = room.run("solve closed --from plans/small").code(0);
    assert!(told.err.contains("is `small` as it was when the plan was made"), "{told:?}");
}

/// An overlay that closes one site.
const CLOSE: &str = "[[change]]\ntable = \"outlets\"\nwhere = { outlet = \"$site\" }\nset = { status = \"closed\" }\n";

#[test]
fn a_sweep_mends_what_is_near_its_plan_solves_the_rest_from_nothing_and_says_which() {
    let room = room();
    room.write("close.toml", CLOSE);
    let words = "sweep small --from plans/small --change close.toml --vary site=west,middle,east --gap 4% --plans";
    room.run(words).code(0);
    let rows = room.rows("sweeps/small/runs.csv");
    let told = |column: &str| rows.iter().map(|row| row[column].as_str()).collect::<Vec<_>>();
    // Without West 20,600 is possible and without East 21,400, 7 % above what is proven; Middle is closed anyway.
    assert_eq!((told("begun_from")[1], told("begun_from")[2]), ("plan", "nothing"), "{rows:?}");
    close(number(&rows[1], "objective"), 20_000.0, 1e-9);
    close(number(&rows[2], "objective"), 21_400.0, 1e-9);
    for row in &rows {
        let folder = format!("without-{}", row["site"]);
        let text = CLOSE.replace("$site", &row["site"]);
        room.write(&format!("{folder}/scenario.toml"), &format!("extends = \"../small\"\nname = \"small\"\n{text}"));
        room.run(&format!("solve {folder} --from plans/small --gap 4%")).code(0);
        let own = room.bytes(&format!("plans/{folder}"));
        assert!(room.bytes(&format!("sweeps/small/{}", row["plan"])) == own, "the same as solved alone: {row:?}");
    }
    // What was begun from a plan is another answer than what was not: neither takes the other's place.
    let again = room.run(&format!("{words} --json")).code(0).json();
    assert_eq!(again["known_before"], 3);
    let fresh = words.replace("--from plans/small ", "");
    assert_eq!(room.run(&format!("{fresh} --json")).code(0).json()["known_before"], 0);
    room.run("sweep small --from plans/none --change close.toml --vary site=west").code(3);
}

#[test]
fn an_explanation_is_what_the_forced_scenario_solved_from_the_same_plan_costs() {
    let room = room();
    for (site, status) in [("east", "closed"), ("middle", "open")] {
        let told = room.run(&format!("explain small --outlet {site} --set planning.gap=25% --json")).code(0).json();
        assert_eq!(told["otherwise"]["begun_from"], "plan", "{told:#}");
        let folder = format!("forced-{site}");
        let change = CLOSE.replace("$site", site).replace("closed", status);
        room.write(&format!("{folder}/scenario.toml"), &format!("extends = \"../small\"\n{change}"));
        let own = room.run(&format!("solve {folder} --from plans/small --gap 25% --json")).code(0).json();
        close(figure(&told["otherwise"], "objective"), figure(&own, "objective"), 1e-12);
        // It is a restriction: it costs no less than the plan's own bound, and the forced optimum lies between the ends.
        let (least, most) = (&told["otherwise"]["change"]["at_least"], &told["otherwise"]["change"]["at_most"]);
        let exact = if site == "east" { 1_400.0 } else { 600.0 };
        let (least, most) = (least.as_f64().unwrap_or(-1.0), most.as_f64().unwrap_or(-1.0));
        assert!(least >= 0.0 && least <= exact + 1e-6 && most >= exact - 1e-6, "{told:#}");
        let afresh = format!("explain small --outlet {site} --set planning.gap=25% --afresh --json");
        assert_eq!(room.run(&afresh).code(0).json()["otherwise"]["begun_from"], "nothing");
    }
}

#[test]
fn a_harder_promise_is_kept_by_new_levels_everywhere() {
    let room = room();
    room.edit("small/scenario.toml", "at_least = 0.95", "at_least = 0.9");
    room.run("solve small --force").code(0);
    let easy = figure(&room.run("solve small --json").code(0).json(), "objective");
    let told = room.run("solve small --from plans/small --out harder --set target.1.at_least=0.99 --gap 25% --json");
    let told = told.code(0);
    assert!(!told.err.contains("from nothing"), "{told:?}");
    let told = told.json();
    close(figure(&told, "lower_bound"), easy, 1e-6);
    assert!(figure(&told, "objective") >= easy, "{told:#}");
    room.run("verify small --plan harder --set target.1.at_least=0.99").code(0);
}

#[test]
fn a_frontier_goes_from_level_to_level_where_that_is_close_enough_and_is_the_same_for_any_number_of_jobs() {
    let room = room();
    let words = "frontier small --from 0.8 --to 0.98 --steps 5 --tolerance 1 --gap 15% --json";
    let told = room.run(&format!("{words} --jobs 1")).code(0).json();
    let points = told["points"].as_array().cloned().unwrap_or_default();
    let begun: Vec<&str> = points.iter().filter_map(|point| point["begun_from"].as_str()).collect();
    assert_eq!(begun[0], "nothing", "{told:#}");
    assert!(begun[1..].contains(&"plan"), "{told:#}");
    for pair in points.windows(2) {
        assert!(figure(&pair[0], "objective") <= figure(&pair[1], "objective") + 1e-9, "{told:#}");
        assert!(figure(&pair[0], "lower_bound") <= figure(&pair[1], "lower_bound") + 1e-9, "{told:#}");
    }
    assert_eq!(room.run(&format!("{words} --jobs 3")).code(0).json(), told);
}

#[test]
fn a_site_that_must_be_open_is_no_restriction_where_openings_are_counted_unless_one_less_is_left() {
    let room = room();
    room.append("small/scenario.toml", "[limits]\nmax_openings = 3\n");
    room.run("solve small").code(0);
    let forced = |most: u32| {
        let open = CLOSE.replace("$site", "middle").replace("closed", "open");
        let text = format!("extends = \"../small\"\n[limits]\nmax_openings = {most}\n{open}");
        room.write("forced/scenario.toml", &text);
        room.run("solve forced --from plans/small --gap 25% --force --json").code(0)
    };
    // Three may open, and Middle is open besides: four in all, of which the plan's bound knows nothing.
    assert!(forced(3).err.contains("solved from nothing"));
    // Middle and two more are three.
    let told = forced(2);
    assert!(!told.err.contains("solved from nothing"), "{told:?}");
    let told = told.json();
    close(figure(&told, "lower_bound"), 20_000.0, 1e-9);
    // The best of them is Middle and East.
    assert!(figure(&told, "objective") >= 20_600.0 - 1e-6, "{told:#}");
}
