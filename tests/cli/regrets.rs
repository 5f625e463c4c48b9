//! Regrets, by hand: two towns, two outlets, three plans, and worlds that differ in one number.
//!
//! | cost of a job | a | b | open | change |
//! |---|---|---|---|---|
//! | x (candidate) | 1 | 5 | 20 | 100 to open, over 10 years without interest: 10 a year |
//! | y (existing)  | 6 | 1 | 35 | 50 to close: 5 a year |
//!
//! 10 jobs in a and 10 in b (`even`): x alone 20 + 10 + 5 + 10·1 + 10·5 = 95; y alone 35 + 60 + 10 = 105; both 20 + 10 + 35 +
//! 10 + 10 = 85. With one job in b (`fewer`): x alone 20 + 10 + 5 + 10 + 5 = 50; y alone 35 + 60 + 1 = 96; both 65 + 10 + 1 = 76.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::room::{Room, close, figure};

fn worlds() -> Room {
    let room = Room::new();
    let toml = "name = \"even\"\n[travel]\nlanes = \"listed\"\n[finance]\ndiscount_rate = 0\nsite_life_years = 10\n[planning]\ngap = 0\n";
    room.write("even/scenario.toml", toml);
    room.write("even/regions.csv", "region\na\nb\n");
    room.write("even/demand.csv", "region,part,units_per_year\na,,10\nb,,10\n");
    room.write(
        "even/outlets.csv",
        "outlet,status,fixed_cost_per_year,opening_cost,closing_cost\nx,candidate,20,100,\ny,existing,35,,50\n",
    );
    room.write("even/lanes.csv", "from,to,hours,cost_per_job\nx,a,1,1\nx,b,1,5\ny,a,1,6\ny,b,1,1\n");
    let overlay = |name: &str, text: &str| {
        room.write(&format!("{name}/scenario.toml"), &format!("extends = \"../even\"\nname = \"{name}\"\n{text}"));
    };
    overlay("fewer", "[[change]]\ntable = \"demand\"\nwhere = { region = \"b\" }\nset = { units_per_year = 1 }\n");
    let status = |outlet: &str, status: &str| {
        format!(
            "[[change]]\ntable = \"outlets\"\nwhere = {{ outlet = \"{outlet}\" }}\nset = {{ status = \"{status}\" }}\n"
        )
    };
    overlay("x-closed", &status("x", "closed"));
    overlay("x-kept", &status("x", "open"));
    overlay("only-x", &status("y", "closed"));
    overlay("only-y", &status("x", "closed"));
    overlay("both", &(status("x", "open") + &status("y", "open")));
    room.run("solve only-x only-y both -q").code(0);
    room
}

const PLANS: &str = "plans/only-x plans/only-y plans/both";

/// Field of each plan in each future.
fn cells(told: &Value, field: &str) -> BTreeMap<(String, String), Option<f64>> {
    let text = |cell: &Value, field: &str| cell[field].as_str().expect("a name").to_owned();
    let cells = told["cells"].as_array().expect("a list").iter();
    cells.map(|cell| ((text(cell, "plan"), text(cell, "future")), cell[field].as_f64())).collect()
}

#[track_caller]
fn are(told: &Value, field: &str, expected: &[(&str, &str, f64)]) {
    let cells = cells(told, field);
    assert_eq!(cells.len(), expected.len());
    for (plan, future, amount) in expected {
        let own = cells[&((*plan).to_owned(), (*future).to_owned())];
        let own = own.unwrap_or_else(|| panic!("{field} of {plan} in {future} is not known: {told:#}"));
        assert!((own - amount).abs() < 1e-9, "{field} of {plan} in {future} is {own}, not {amount}");
    }
}

#[test]
fn costs_regrets_and_picks_are_those_found_by_hand() {
    let room = worlds();
    let told = room.run(&format!("regret {PLANS} --future even fewer --json")).code(0).json();
    let costs = [
        ("only-x", "even", 95.0),
        ("only-x", "fewer", 50.0),
        ("only-y", "even", 105.0),
        ("only-y", "fewer", 96.0),
        ("both", "even", 85.0),
        ("both", "fewer", 76.0),
    ];
    are(&told, "objective", &costs);
    are(&told, "lower_bound", &costs);
    let regrets = [
        ("only-x", "even", 10.0),
        ("only-x", "fewer", 0.0),
        ("only-y", "even", 20.0),
        ("only-y", "fewer", 46.0),
        ("both", "even", 0.0),
        ("both", "fewer", 26.0),
    ];
    are(&told, "regret", &regrets);
    are(&told, "regret_at_most", &regrets);
    let best: Vec<f64> = told["futures"].as_array().expect("a list").iter().map(|own| figure(own, "best")).collect();
    assert_eq!(best, [85.0, 50.0]);
    let greatest: Vec<f64> =
        told["plans"].as_array().expect("a list").iter().map(|own| figure(own, "greatest_regret")).collect();
    assert_eq!(greatest, [10.0, 46.0, 26.0]);
    // The mean of 95 and 50 is 72.5, of 85 and 76 it is 80.5.
    assert_eq!((told["min_max"].as_str(), told["expected"].as_str()), (Some("only-x"), Some("only-x")));
    // With nine parts of `even`: (9 · 95 + 50) / 10 = 90.5 against (9 · 85 + 76) / 10 = 84.1; the greatest regret has no weights.
    let told = room.run(&format!("regret {PLANS} --future even fewer --weights 9,1 --json")).code(0).json();
    let mean: Vec<f64> = told["plans"].as_array().expect("a list").iter().map(|own| figure(own, "mean_cost")).collect();
    for (own, by_hand) in mean.into_iter().zip([90.5, 104.1, 84.1]) {
        close(own, by_hand, 1e-12);
    }
    assert_eq!((told["min_max"].as_str(), told["expected"].as_str()), (Some("only-x"), Some("both")));
}

#[test]
fn what_a_future_says_of_a_site_goes_before_the_plan() {
    let room = worlds();
    let told = room.run(&format!("regret {PLANS} --future x-closed x-kept --json --out told")).code(0).json();
    // Without x there is y alone, 105; a plan that has x alone serves nobody.
    let costs = cells(&told, "objective");
    let of = |plan: &str, future: &str| costs[&(plan.to_owned(), future.to_owned())];
    assert_eq!(
        [of("only-x", "x-closed"), of("only-y", "x-closed"), of("both", "x-closed")],
        [None, Some(105.0), Some(105.0)]
    );
    // Where x stays open its opening is no cost: with x kept, x alone 85, both 75, and y alone has x beside it.
    assert_eq!(
        [of("only-x", "x-kept"), of("only-y", "x-kept"), of("both", "x-kept")],
        [Some(85.0), Some(75.0), Some(75.0)]
    );
    let rows = room.rows("told/regret.csv");
    let row = |plan: &str, future: &str| {
        rows.iter().find(|row| row["plan"] == plan && row["future"] == future).expect("every pair has a row")
    };
    assert_eq!(
        (row("only-x", "x-closed")["status"].as_str(), row("only-x", "x-closed")["lost"].as_str()),
        ("infeasible", "x")
    );
    assert_eq!((row("both", "x-closed")["lost"].as_str(), row("only-y", "x-kept")["added"].as_str()), ("x", "x"));
    // A blank plan is the future with free sites.
    assert_eq!((row("", "x-closed")["objective"].as_str(), row("", "x-kept")["objective"].as_str()), ("105", "75"));
    // Only plans that can be kept everywhere are picked; of equals the first.
    assert_eq!((told["min_max"].as_str(), told["expected"].as_str()), (Some("only-y"), Some("only-y")));
    let ran = room.run("regret plans/only-x --future even x-closed").code(0);
    assert!(ran.out.contains("none; no plan can be kept in every future"), "{}", ran.out);
}

#[test]
fn limits_and_budgets_of_a_future_count_what_the_sites_cost_there() {
    let room = worlds();
    let world = |name: &str, limits: &str| {
        room.write(&format!("{name}/scenario.toml"), &format!("extends = \"../even\"\n[limits]\n{limits}\n"));
    };
    world("poor", "budget_per_year = 84.9");
    world("just", "budget_per_year = 85");
    world("settled", "max_openings = 0");
    world("loyal", "max_closings = 0");
    let told = room.run(&format!("regret {PLANS} --future poor just settled loyal --json")).code(0).json();
    let costs = cells(&told, "objective");
    let of = |plan: &str| -> Vec<Option<f64>> {
        let futures = ["poor", "just", "settled", "loyal"];
        futures.iter().map(|future| costs[&(plan.to_owned(), (*future).to_owned())]).collect()
    };
    assert_eq!(of("both"), [None, Some(85.0), None, Some(85.0)], "85 with the 10 a year of opening x");
    assert_eq!(of("only-x"), [None, None, None, None], "95, and it opens x and closes y");
    assert_eq!(of("only-y"), [None, None, Some(105.0), Some(105.0)]);
}

#[test]
fn a_scenario_among_the_plans_is_planned_first_and_jobs_change_nothing() {
    let room = worlds();
    let one = room.run("regret even fewer --future even fewer --jobs 1 --json").code(0);
    let many = room.run("regret even fewer --future even fewer --jobs 8 --threads 3 --json").code(0);
    assert_eq!(one.out, many.out);
    let told = one.json();
    // The best of `even` opens both, the best of `fewer` x alone.
    are(
        &told,
        "regret",
        &[("even", "even", 0.0), ("even", "fewer", 26.0), ("fewer", "even", 10.0), ("fewer", "fewer", 0.0)],
    );
    assert!(!room.has("plans/even"), "nothing is written that was not asked for");
}

#[test]
fn the_rest_of_a_plan_is_decided_anew_with_its_stock() {
    let room = Room::with("scenarios/small");
    room.write(
        "dear/scenario.toml",
        "extends = \"../small\"\n[[target]]\nmetric = \"fill_rate\"\nscope = \"network\"\nat_least = 0.999999\n",
    );
    let told = room.run("regret small --future small dear --json").code(0).json();
    // With a promise as hard as that one outlet pools what two hold; the plan of small keeps its two and fills both.
    assert_eq!(cells(&told, "regret")[&("small".to_owned(), "small".to_owned())], Some(0.0));
    let dear = &told["cells"][1];
    assert_eq!(dear["open_outlets"], 2);
    let free = room.run("solve dear --json").code(0).json();
    let status = |outlet: &str, status: &str| {
        format!(
            "[[change]]\ntable = \"outlets\"\nwhere = {{ outlet = \"{outlet}\" }}\nset = {{ status = \"{status}\" }}\n"
        )
    };
    let sites = [status("west", "open"), status("middle", "closed"), status("east", "open")].concat();
    room.write("forced/scenario.toml", &format!("extends = \"../dear\"\n{sites}"));
    let forced = room.run("solve forced --json").code(0).json();
    close(figure(&forced, "objective"), figure(dear, "objective"), 1e-9);
    close(figure(dear, "regret"), figure(dear, "objective") - figure(&free, "objective"), 1e-9);
}

#[test]
fn plans_and_futures_that_cannot_be_set_against_each_other_are_refused() {
    let room = worlds();
    room.write("dollars/scenario.toml", "extends = \"../even\"\ncurrency = \"USD\"\n");
    room.write(
        "far/scenario.toml",
        "extends = \"../even\"\n[planning]\nobjective = \"farthest\"\n[limits]\noutlets = { max = 1 }\n",
    );
    room.bring("scenarios/small");
    room.write("poor/scenario.toml", "extends = \"../even\"\n[limits]\nbudget_per_year = 1\n");
    for (words, code, told) in [
        ("plans/both --future even dollars", 3, "counts in USD"),
        ("plans/both --future even far", 3, "another objective"),
        ("plans/both --future small", 3, "knows no open site"),
        ("plans/both --future even fewer --weights 1", 2, "1 weights for 2 futures"),
        ("plans/both --future even --weights 0", 2, "greater than zero"),
        ("plans/both", 2, "--future"),
        ("plans/n* --future even", 2, "plans/n*"),
        ("plans/both --future ev[z]n", 2, "ev[z]n"),
        ("nowhere --future even", 8, "nowhere"),
        ("plans/both --future nowhere", 8, "nowhere"),
        ("poor --future even", 4, "no plan of `poor`"),
    ] {
        let ran = room.run(&format!("regret {words}")).code(code);
        assert!(ran.err.contains(told) && ran.out.is_empty(), "{words}: {ran:?}");
    }
}
