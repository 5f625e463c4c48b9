//! `compare`: what was given otherwise, what is decided otherwise, what comes of it.

use serde_json::Value;

use crate::room::{Room, close, figure};

/// `small` and an overlay of it, both solved.
fn pair(name: &str, overlay: &str) -> Room {
    let room = Room::with("scenarios/small");
    room.run("solve small -q").code(0);
    room.write(&format!("{name}/scenario.toml"), &format!("extends = \"../small\"\n{overlay}"));
    room.run(&format!("solve {name} -q")).code(0);
    room
}

const DEAR: &str = "[[change]]\ntable = \"countries\"\nscale = { labour_cost_per_hour = 1.1 }\n";
const CLOSED: &str = "[[change]]\ntable = \"outlets\"\nwhere = { outlet = \"east\" }\nset = { status = \"closed\" }\n";

#[track_caller]
fn row<'a>(object: &'a Value, list: &str, field: &str, name: &str) -> &'a Value {
    let found = object[list].as_array().and_then(|rows| rows.iter().find(|row| row[field] == name));
    found.unwrap_or_else(|| panic!("no {name} in {list} of {object:#}"))
}

#[test]
fn a_dearer_hour_is_charged_to_what_was_given() {
    let room = pair("dear", DEAR);
    let told = room.run("compare small dear --json").code(0).json();
    // The plan stays. 250 h cost 2 more each; of the 2,100 km both ways the technician's share rises by 0.04 each: 168.
    close(figure(&told["cost"], "change"), 668.0, 1e-9);
    for (component, change) in [("labour", 500.0), ("travel", 168.0)] {
        let step = row(&told, "cost_by_component", "component", component);
        close(figure(step, "change"), change, 1e-9);
        close(figure(step, "given"), change, 1e-9);
        assert!(figure(step, "decided").abs() < 1e-6);
    }
    let column = &told["inputs"]["columns"][0];
    assert_eq!(
        (&column["file"], &column["column"]),
        (&Value::from("countries.csv"), &Value::from("labour_cost_per_hour"))
    );
    assert_eq!(column["all"], serde_json::json!({"from": "20", "to": "22"}));
    assert_eq!(told["served"], serde_json::json!([]));
    assert_eq!(told["kept"]["broken"], 0);
    close(figure(&told["kept"], "cost"), 20_668.0, 1e-9);
    assert_eq!((&told["same_input"], &told["differs"]), (&Value::from(false), &Value::from(true)));
}

#[test]
fn a_forbidden_site_is_charged_to_what_is_decided() {
    let room = pair("shut", CLOSED);
    let told = room.run("compare small shut --json").code(0).json();
    // The README of small: 20,000 with West and East, 21,400 with Middle alone; nothing has another price.
    close(figure(&told["cost"], "change"), 1_400.0, 1e-9);
    assert!(figure(&told["cost"], "given").abs() < 1e-6);
    close(figure(&told["cost"], "decided"), 1_400.0, 1e-9);
    assert_eq!(told["outlets"]["opened"][0]["id"], "middle");
    let closed: Vec<&Value> =
        told["outlets"]["closed"].as_array().expect("a list").iter().map(|site| &site["id"]).collect();
    assert_eq!(closed, ["west", "east"]);
    assert_eq!(told["served"].as_array().map(Vec::len), Some(4));
}

#[test]
fn two_causes_share_what_neither_has_alone() {
    let room = pair("both", &format!("{DEAR}{CLOSED}"));
    let told = room.run("compare small both --json").code(0).json();
    // Middle alone with the dearer hour: 2,000 + 5,400 km × 2.08 + 250 h × 22 + 3,600 = 22,332. In the old world it costs
    // 21,400, and the old plan in the new world 20,668: given ½ (668 + 932), decided ½ (1,400 + 1,664).
    close(figure(&told["cost"], "to"), 22_332.0, 1e-9);
    close(figure(&told["cost"], "given"), 800.0, 1e-9);
    close(figure(&told["cost"], "decided"), 1_532.0, 1e-9);
    // The old plan opens East, which is forbidden now.
    close(figure(&told["kept"], "cost"), 20_668.0, 1e-9);
    assert_eq!(told["kept"]["broken"], 1);
    let back = room.run("compare both small --json").code(0).json();
    // The way back is the way there, step by step with the other sign: no order has a say.
    let steps = |object: &Value| object["cost_steps"].as_array().expect("a list").clone();
    let (there, back) = (steps(&told), steps(&back));
    assert_eq!(there.len(), back.len());
    for (there, back) in there.iter().zip(&back) {
        assert_eq!((&there["component"], &there["country"]), (&back["component"], &back["country"]));
        for part in ["change", "given", "decided"] {
            assert!((figure(there, part) + figure(back, part)).abs() < 1e-6, "{there} {back}");
        }
    }
    let total: f64 = there.iter().map(|step| figure(step, "change")).sum();
    close(total, 2_332.0, 1e-9);
}

#[test]
fn a_stock_order_moves_what_one_shelf_loses_and_another_needs() {
    let room = pair("shut", CLOSED);
    let told = room.run("compare small shut --json").code(0).json();
    // West and East held 4 + 4 pumps and 2 + 2 boards, Middle holds 6 and 3: all of it comes from the two that close.
    let order = &told["stock"];
    assert_eq!(
        (&order["buy"]["units"], &order["move"]["units"], &order["surplus"]["units"]),
        (&0.into(), &9.into(), &3.into())
    );
    // 6 × 800 + 3 × 3,200 are moved, 2 × 800 + 1 × 3,200 are left.
    close(figure(&order["move"], "value"), 14_400.0, 1e-9);
    close(figure(&order["surplus"], "value"), 4_800.0, 1e-9);
    let back = room.run("compare shut small --json").code(0).json();
    assert_eq!((&back["stock"]["buy"]["units"], &back["stock"]["move"]["units"]), (&3.into(), &9.into()));
}

#[test]
fn a_plan_beside_itself_differs_in_nothing() {
    let room = pair("dear", DEAR);
    let ran = room.run("compare small small --exit-code").code(0);
    assert!(ran.out.contains("Nothing differs"), "{}", ran.out);
    room.run("compare small dear --exit-code").code(1);
    room.run("compare small dear").code(0);
    assert_eq!(room.run("compare plans/small plans/small --json").code(0).json()["differs"], false);
}

#[test]
fn plans_without_their_scenarios_are_compared_by_their_own_figures() {
    let room = pair("dear", DEAR);
    let told = room.run("compare plans/small plans/dear --json").code(0).json();
    close(figure(&told["cost"], "change"), 668.0, 1e-9);
    assert_eq!((&told["inputs"], &told["cost"]["given"]), (&Value::Null, &Value::Null));
    // With the folder of scenarios named, both are found by their input.
    let told = room.run("compare plans/small plans/dear --scenarios . --json").code(0).json();
    close(figure(&told["cost"], "given"), 668.0, 1e-9);
    assert!(!told["inputs"].is_null());
    // A plan made with a setting of the command line has the input of no folder.
    room.run("solve small -q --set stocking.holding_rate_per_year=0.26 --out plans/held").code(0);
    let told = room.run("compare small plans/held --scenarios . --json").code(0).json();
    assert_eq!((&told["inputs"], &told["same_input"]), (&Value::Null, &Value::from(false)));
    close(figure(&told["cost"], "change"), 192.0, 1e-9);
}

#[test]
fn scenarios_that_are_not_solved_yet_are_compared_by_what_was_given() {
    let room = Room::with("scenarios/small");
    room.write("cheap/scenario.toml", "extends = \"../small\"\n[stocking]\nholding_rate_per_year = 0.20\n");
    let ran = room.run("compare small cheap --exit-code").code(1);
    assert!(ran.out.contains("stocking.holding_rate_per_year: 0.25 → 0.20"), "{}", ran.out);
    assert!(ran.err.contains("`cheap` has no plan yet"), "{}", ran.err);
}

#[test]
fn what_was_given_is_told_once_however_many_rows_it_touches() {
    let room = Room::with("scenarios/small");
    room.write(
        "other/scenario.toml",
        "extends = \"../small\"\n[[target]]\nmetric = \"fill_rate\"\nat_least = 0.9\n\
         [[change]]\ntable = \"outlets\"\nadd = { fixed_cost_per_year = 100 }\n\
         [[change]]\ntable = \"demand\"\nwhere = { part = \"board\" }\nscale = { units_per_year = 1.5 }\n\
         [[change]]\ntable = \"parts\"\nwhere = { part = \"pump\" }\nset = { unit_cost = 800.0 }\n\
         [[change]]\ntable = \"outlets\"\nwhere = { outlet = \"west\" }\nremove = true\n",
    );
    room.write("other/regions.csv", "region,name,x_km,y_km\nelton,Elton,50,5\n");
    let told = room.run("compare small other --json").code(0).json();
    let columns = told["inputs"]["columns"].as_array().expect("a list");
    assert_eq!(columns.len(), 2, "a price written another way is the same price: {columns:#?}");
    let of = |file: &str| columns.iter().find(|column| column["file"] == file).unwrap_or_else(|| panic!("no {file}"));
    // Two outlets are left of three, 2,000 and 3,000, and both cost 100 more; the four rows of boards have half as many again.
    assert_eq!((&of("outlets.csv")["rows"], &of("outlets.csv")["all"]["add"]), (&2.into(), &Value::from(100.0)));
    assert_eq!((&of("demand.csv")["rows"], &of("demand.csv")["of"]), (&4.into(), &8.into()));
    assert_eq!(of("demand.csv")["all"]["scale"], 1.5);
    let rows = told["inputs"]["rows"].as_array().expect("a list");
    let named: Vec<(&Value, &Value)> = rows.iter().map(|row| (&row["first_gone"], &row["first_new"])).collect();
    let (none, elton, west) = (serde_json::json!([]), serde_json::json!(["elton"]), serde_json::json!(["west"]));
    assert_eq!(named, [(&none, &elton), (&west, &none)]);
    assert_eq!(told["inputs"]["targets_new"], serde_json::json!(["metric = fill_rate, at_least = 0.9"]));
}

#[test]
fn several_plans_are_each_compared_with_the_first() {
    let room = pair("dear", DEAR);
    room.run("solve small -q --out plans/third").code(0);
    let told = room.run("compare small dear plans/third --json").code(0).json();
    let names: Vec<&Value> = told["comparisons"].as_array().expect("a list").iter().map(|own| &own["to"]).collect();
    assert_eq!(names, ["dear", "third"]);
}

#[test]
fn a_plan_older_than_its_scenario_and_folders_of_nothing_are_told() {
    let room = pair("dear", DEAR);
    room.edit("small/parts.csv", "800", "900");
    let ran = room.run("compare small dear").code(0);
    assert!(ran.err.contains("made of another input"), "{}", ran.err);
    room.run("compare small").code(2);
    assert!(room.run("compare small nowhere").code(8).err.contains("nowhere"));
    room.edit("plans/dear/plan.json", "EUR", "USD");
    assert!(room.run("compare plans/small plans/dear").code(3).err.contains("different currencies"));
}
