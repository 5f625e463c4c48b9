//! `explain`: what is told of a site, a region, a part or a promise is what solving by hand gives.

use serde_json::Value;

use crate::room::{Room, close, figure};

/// The interval of a change, and what the plan found that way costs.
fn change(outcome: &Value) -> (f64, f64, f64) {
    assert_eq!(outcome["status"], "solved", "{outcome:#}");
    (figure(&outcome["change"], "at_least"), figure(&outcome["change"], "at_most"), figure(outcome, "objective"))
}

#[track_caller]
fn exactly(outcome: &Value, amount: f64) {
    let (least, most, objective) = change(outcome);
    assert!((least - amount).abs() < 1e-6 && (most - amount).abs() < 1e-6, "{least} to {most}, not {amount}");
    close(objective, 20_000.0 + amount, 1e-9);
}

#[test]
fn what_another_choice_of_outlets_costs_is_what_the_readme_works_out() {
    let room = Room::with("scenarios/small");
    let explain = |words: &str| room.run(&format!("explain small {words} --json")).code(0).json();
    // Middle open: at best Middle and East, 20,600. East closed: at best Middle alone, 21,400. West closed: 20,600.
    let middle = explain("--outlet middle");
    assert_eq!((middle["open"].as_bool(), &middle["reasons"][0]), (Some(false), &"dearer".into()));
    exactly(&middle["otherwise"], 600.0);
    let comparison = &middle["otherwise"]["comparison"];
    assert_eq!(
        (&comparison["outlets"]["opened"][0]["id"], &comparison["outlets"]["closed"][0]["id"]),
        (&"middle".into(), &"west".into())
    );
    let split: f64 =
        comparison["cost_by_component"].as_array().into_iter().flatten().map(|own| figure(own, "change")).sum();
    close(split, 600.0, 1e-9);
    exactly(&explain("--outlet east")["otherwise"], 1_400.0);
    exactly(&explain("--outlet west")["otherwise"], 600.0);
    // Without the promise nobody keeps stock, and all three outlets are cheapest: 14,800.
    let promise = explain("--promise 1");
    exactly(&promise["without"], -5_200.0);
    assert_eq!(promise["worst"][0]["region"], "derby");
}

#[test]
fn a_site_that_is_forced_pays_its_opening_and_closing_in_the_answer() {
    let room = Room::with("scenarios/small");
    room.write(
        "other/scenario.toml",
        "name = \"other\"\nextends = \"../small\"\n[finance]\ndiscount_rate = 0\nsite_life_years = 10\n[[change]]\ntable = \
         \"outlets\"\nwhere = { outlet = \"east\" }\nset = { status = \"existing\", closing_cost = 1000 }\n[[change]]\ntable = \
         \"outlets\"\nwhere = { outlet = \"middle\" }\nset = { opening_cost = 1000 }\n",
    );
    let explain = |words: &str| room.run(&format!("explain other {words} --json")).code(0).json();
    // A tenth of 1,000 a year: opening Middle costs 600 + 100, closing East 1,400 and both Middle's opening and its own closing.
    exactly(&explain("--outlet middle")["otherwise"], 700.0);
    exactly(&explain("--outlet east")["otherwise"], 1_600.0);
}

#[test]
fn an_overruled_status_is_priced_as_if_it_were_none() {
    let room = Room::with("scenarios/small");
    room.append(
        "small/scenario.toml",
        "[[change]]\ntable = \"outlets\"\nwhere = { outlet = \"west\" }\nset = { status = \"closed\" }\n",
    );
    let west = room.run("explain small --outlet west --json").code(0).json();
    assert_eq!((&west["reasons"][0], &west["reasons"][1]), (&"closed-by-status".into(), &"cheaper".into()));
    // Without West 20,600 is the best, with it 20,000: 600 less.
    let (least, most, objective) = change(&west["otherwise"]);
    assert!((least + 600.0).abs() < 1e-6 && (most + 600.0).abs() < 1e-6, "{least} to {most}");
    close(objective, 20_000.0, 1e-9);
}

#[test]
fn a_site_that_cannot_close_is_told_which_rule_forbids_it() {
    let room = Room::with("scenarios/small");
    // Within 0.9 h Derby is reached from East alone.
    let east = room.run("explain small --outlet east --set travel.max_hours=0.9 --json").code(0).json();
    assert_eq!(
        (&east["otherwise"]["status"], &east["reasons"][0]),
        (&"infeasible".into(), &"no-candidate-within-reach".into())
    );
    let told = room.run("explain small --outlet middle --set limits.max_openings=0 --set limits.outlets.min=0").code(4);
    assert!(told.err.contains("limits"), "{told:?}");
}

#[test]
fn a_region_is_priced_at_every_outlet_and_bound_to_the_nearest_other() {
    let room = Room::with("scenarios/small");
    let barrow = room.run("explain small --region barrow --json").code(0).json();
    assert_eq!(barrow["served_by"][0]["outlet"].as_str().or(barrow["served_by"][0]["id"].as_str()), Some("west"));
    // 30 jobs over 40 km at 2 a kilometre, and (20 × 2 + 10 × 1) hours at 20.
    close(figure(&barrow["costs"], "travel"), 2_400.0, 1e-9);
    close(figure(&barrow["costs"], "labour"), 1_000.0, 1e-9);
    let candidate = |id: &str| {
        let found = barrow["candidates"].as_array().into_iter().flatten().find(|own| own["id"] == id);
        found.cloned().unwrap_or_default()
    };
    // East is 60 km away: 30 × 20 km × 2 more. Its shelf stays as it is, so the promise breaks.
    close(figure(&candidate("east")["moved"], "change"), 1_200.0, 1e-9);
    assert_eq!(candidate("east")["reasons"], serde_json::json!(["promise-binds", "dearer-as-found", "farther"]));
    assert_eq!(candidate("west")["reasons"], serde_json::json!(["serves"]));
    // Middle is open at best with East: 20,600 serves Barrow from it.
    assert_eq!(barrow["bound_to"]["to"], "middle");
    exactly(&barrow["bound_to"]["outcome"], 600.0);
}

#[test]
fn a_region_is_told_which_outlet_is_full_and_which_may_not_open() {
    let room = Room::with("scenarios/small");
    room.append(
        "small/scenario.toml",
        "[[change]]\ntable = \"outlets\"\nset = { capacity_jobs_per_year = 90 }\n[[change]]\ntable = \"outlets\"\nwhere = { \
         outlet = \"middle\" }\nset = { status = \"closed\" }\n",
    );
    // East does 80 of 90 jobs: Barrow's 30 do not fit. Middle has no lane that a closed outlet could use.
    let barrow = room.run("explain small --region barrow --json").code(0).json();
    let east = barrow["candidates"].as_array().into_iter().flatten().find(|own| own["id"] == "east").cloned();
    let reasons = east.unwrap_or_default()["reasons"].clone();
    assert_eq!(reasons, serde_json::json!(["capacity-full", "promise-binds", "dearer-as-found", "farther"]));
    assert_eq!(barrow["bound_to"]["to"], "east");
}

#[test]
fn a_unit_less_breaks_the_promise_and_a_unit_more_costs_its_holding() {
    let room = Room::with("scenarios/small");
    let pump = room.run("explain small --part pump --json").code(0).json();
    close(figure(&pump, "units_per_year"), 100.0, 1e-12);
    // 8 pumps at 200 a year; 100 jobs of 2 h at 20; Barrow's 20 pumps over 40 km and Corby's 20 over 30 km at 2.
    close(figure(&pump["costs"], "holding"), 1_600.0, 1e-9);
    close(figure(&pump["costs"], "labour"), 4_000.0, 1e-9);
    close(figure(&pump["costs"], "travel"), 2_800.0, 1e-9);
    let units = pump["units"].as_array().cloned().unwrap_or_default();
    assert_eq!(units.len(), 4, "two shelves, one more and one less");
    for unit in units {
        let more = unit["base_stock"] == 5;
        close(figure(&unit["repriced"], "change"), if more { 200.0 } else { -200.0 }, 1e-9);
        assert_eq!(unit["reason"], if more { "dearer-as-found" } else { "promise-binds" });
    }
}

#[test]
fn a_plan_folder_is_explained_with_the_bound_of_its_own_input_only() {
    let room = Room::with("scenarios/small");
    room.run("solve small -q").code(0);
    exactly(&room.run("explain small --plan plans/small --outlet middle --json").code(0).json()["otherwise"], 600.0);
    let other =
        room.run("explain small --plan plans/small --outlet middle --set travel.cost_per_km=0.7 --json").code(0);
    assert!(other.err.contains("no bound"), "{other:?}");
    assert!(other.json()["otherwise"]["change"]["at_most"].is_null());
}

#[test]
fn a_plan_that_breaks_a_promise_proves_nothing_dearer() {
    let room = Room::with("scenarios/small");
    room.run("solve small -q").code(0);
    // One pump less at West breaks the promise and costs 200 less: closing East would look 200 dearer than it is.
    room.edit("plans/small/stock.csv", "west,pump,4", "west,pump,3");
    let east = room.run("explain small --plan plans/small --outlet east --json").code(0);
    assert!(east.err.contains("broken") && east.err.contains("nothing is proven"), "{east:?}");
    close(figure(&east.json()["otherwise"]["change"], "at_least") + 1.0, 1.0, 1e-12);
    close(figure(&east.json()["otherwise"]["change"], "at_most"), 1_400.0, 1e-9);
}

#[test]
fn what_does_not_exist_is_a_wrong_use_and_what_was_asked_is_told_in_words() {
    let room = Room::with("scenarios/small");
    for words in ["--outlet nowhere", "--depot hub", "--region Barrow", "--part nut", "--promise 0", "--promise 2"] {
        assert!(room.run(&format!("explain small {words}")).code(2).err.contains("there is no"), "{words}");
    }
    room.run("explain small").code(2);
    room.run("explain small --outlet west --part pump").code(2);
    let told = room.run("explain small --outlet middle").code(0);
    assert!(told.out.contains("Opening it costs exactly 600.00 EUR a year, proven"), "{told:?}");
}
