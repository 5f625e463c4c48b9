//! Inventory theory through the command line: published exact values of two echelons, read from `stock.csv` and `service.csv`.

use std::fmt::Write;

use serde_json::Value;

use crate::room::{Room, number, shared};

fn numbers(value: &Value, count: usize) -> Vec<f64> {
    match value {
        Value::Array(values) => values.iter().filter_map(Value::as_f64).collect(),
        other => vec![other.as_f64().expect("a number"); count],
    }
}

fn vectors(family: &str) -> Vec<Value> {
    let Some(shared) = shared() else { return Vec::new() };
    let text = std::fs::read_to_string(shared.join("oracles").join(family)).expect("the family is there");
    let object: Value = serde_json::from_str(&text).expect("it is JSON");
    object["vectors"].as_array().cloned().expect("a family has vectors")
}

/// Writes a network in which nothing is left to decide: a depot, an outlet a base with one region each, periods as
/// days; evaluates the given base stocks.
fn evaluate(room: &Room, inputs: &Value, windows: &[f64]) {
    let rates = numbers(&inputs["lam"], 0);
    let transports = numbers(&inputs["O"], rates.len());
    let levels = numbers(&inputs["S"], rates.len());
    let (ordered, times) = match inputs["f"].is_null() {
        true => (vec![1.0; rates.len()], vec![0.0; rates.len()]),
        false => (numbers(&inputs["f"], rates.len()), numbers(&inputs["Tb"], rates.len())),
    };
    let mut settings = "name = \"forced\"\n[travel]\nlanes = \"listed\"\n".to_owned();
    for days in windows {
        let _ = write!(
            settings,
            "[[target]]\nmetric = \"on_time\"\nscope = \"region\"\nwithin_hours = {:?}\nat_least = 0.5\npenalty = 0\n",
            days * 24.0
        );
    }
    let header = |columns: &str| format!("{columns}\n");
    let (mut regions, mut demand) = (header("region"), header("region,part,units_per_year"));
    let (mut outlets, mut lanes) = (header("outlet,fixed_cost_per_year"), header("from,to,hours,lead_time_days"));
    let (mut open, mut served) = (header("outlet,open"), header("region,outlet"));
    let mut repairs = header("site,part,repair_share,repair_turnaround_days");
    let (mut replenished, mut stock) = (header("outlet,depot"), header("site,part,base_stock"));
    let _ = writeln!(stock, "depot,unit,{}", inputs["S0"]);
    for (base, rate) in rates.iter().enumerate() {
        let _ = writeln!(regions, "r{base}");
        let _ = writeln!(demand, "r{base},unit,{:?}", rate * 365.0);
        let _ = writeln!(outlets, "o{base},0");
        let _ = writeln!(lanes, "o{base},r{base},0,");
        let _ = writeln!(lanes, "depot,o{base},,{:?}", transports[base]);
        let _ = writeln!(open, "o{base},true");
        let _ = writeln!(served, "r{base},o{base}");
        let _ = writeln!(replenished, "o{base},depot");
        let _ = writeln!(stock, "o{base},unit,{}", levels[base]);
        if ordered[base] < 1.0 {
            let _ = writeln!(repairs, "o{base},unit,{:?},{:?}", 1.0 - ordered[base], times[base]);
        }
    }
    let depot = format!("depot,fixed_cost_per_year,supplier_lead_time_days\ndepot,0,{}\n", inputs["T0"]);
    for (file, text) in [
        ("forced/scenario.toml", settings.as_str()),
        ("forced/regions.csv", &regions),
        ("forced/demand.csv", &demand),
        ("forced/parts.csv", "part,unit_cost\nunit,1\n"),
        ("forced/outlets.csv", &outlets),
        ("forced/lanes.csv", &lanes),
        ("forced/depots.csv", &depot),
        ("forced/repairs.csv", &repairs),
        ("plan/outlets.csv", &open),
        ("plan/depots.csv", "depot,open\ndepot,true\n"),
        ("plan/assignments.csv", &served),
        ("plan/replenishment.csv", &replenished),
        ("plan/stock.csv", &stock),
    ] {
        room.write(file, text);
    }
    room.run("evaluate forced --plan plan --out judged --json").code(0);
    room.run("verify forced --plan judged").code(0);
}

#[track_caller]
fn agree(what: &str, ours: f64, published: f64) {
    assert!((ours - published).abs() <= 1e-9 + 1e-8 * published.abs(), "{what}: {ours} is not {published}");
}

#[test]
fn fill_rates_and_backorders_of_two_echelons_are_the_exact_ones() {
    let mut count = 0;
    for vector in vectors("T_two_echelon.json") {
        let exact = &vector["outputs"]["exact"];
        let room = Room::new();
        evaluate(&room, &vector["inputs"], &[]);
        let rows = room.rows("judged/stock.csv");
        let (fills, backorders) = (numbers(&exact["base_fill"], 0), numbers(&exact["base_EBO"], 0));
        for (base, (fill, backorder)) in fills.iter().zip(&backorders).enumerate() {
            let what = format!("{} o{base}", vector["id"]);
            let row = rows.iter().find(|row| row["site"] == format!("o{base}")).expect("the outlet is asked for it");
            agree(&what, number(row, "fill_rate"), *fill);
            agree(&what, number(row, "expected_backorders"), *backorder);
            assert_eq!(row["method"], "exact", "{what}");
        }
        let depot = rows.iter().find(|row| row["site"] == "depot").expect("the depot is asked for it");
        if let Some(backorder) = vector["outputs"]["depot"]["EBO"].as_f64() {
            agree("depot", number(depot, "expected_backorders"), backorder);
        }
        count += 1;
    }
    assert!(count > 0 || shared().is_none(), "the family has such vectors");
}

#[test]
fn on_time_shares_of_two_echelons_are_the_exact_ones() {
    let mut count = 0;
    for vector in vectors("W_time_based_service.json") {
        let Some(by_window) = vector["outputs"]["by_tau"].as_object() else { continue };
        let windows = numbers(&vector["inputs"]["taus"], 0);
        let room = Room::new();
        evaluate(&room, &vector["inputs"], &windows);
        let rows = room.rows("judged/service.csv");
        for (days, shares) in by_window {
            let hours = days.parse::<f64>().expect("a window is a number") * 24.0;
            for (base, share) in numbers(shares, 0).iter().enumerate() {
                let row = rows.iter().find(|row| {
                    row["region"] == format!("r{base}")
                        && row["metric"] == "on_time"
                        && row["within_hours"].parse() == Ok(hours)
                });
                let row = row.unwrap_or_else(|| panic!("no row for r{base} within {hours} h"));
                agree(&format!("{} r{base} within {days} days", vector["id"]), number(row, "value"), *share);
            }
        }
        count += 1;
    }
    assert!(count > 0 || shared().is_none(), "the family has such vectors");
}

/// Writes a shop of few servers in a network in which nothing is left to decide: at an outlet under the supplier, or at a
/// depot without stock a transport away; evaluates it.
fn evaluate_shop(room: &Room, inputs: &Value, at_depot: bool) {
    let servers = format!("fixed_cost_per_year,repair_servers\nSITE,0,{}\n", inputs["c"]);
    let parts = format!("part,unit_cost,repair_share,repair_turnaround_days\nunit,1,1,{}\n", inputs["R"]);
    let demand = number_of(&inputs["lam"]) * 365.0;
    let transport = number_of(&inputs["transport"]);
    room.write("forced/scenario.toml", "name = \"forced\"\n[travel]\nlanes = \"listed\"\n");
    room.write("forced/regions.csv", "region\nr\n");
    room.write("forced/demand.csv", &format!("region,part,units_per_year\nr,unit,{demand:?}\n"));
    room.write("forced/parts.csv", &parts);
    room.write("plan/outlets.csv", "outlet,open\no,true\n");
    room.write("plan/assignments.csv", "region,outlet\nr,o\n");
    room.write("plan/stock.csv", &format!("site,part,base_stock\no,unit,{}\n", inputs["S"]));
    if at_depot {
        room.write("forced/outlets.csv", "outlet,fixed_cost_per_year\no,0\n");
        room.write("forced/depots.csv", &format!("depot,{}", servers.replace("SITE", "d")));
        let lanes = format!("from,to,hours,lead_time_days\no,r,0,\nd,o,,{transport:?}\n");
        room.write("forced/lanes.csv", &lanes);
        room.write("plan/depots.csv", "depot,open\nd,true\n");
        room.write("plan/replenishment.csv", "outlet,depot\no,d\n");
    } else {
        room.write("forced/outlets.csv", &format!("outlet,{}", servers.replace("SITE", "o")));
        room.write("forced/lanes.csv", "from,to,hours\no,r,0\n");
    }
    room.run("evaluate forced --plan plan --out judged --json").code(0);
    room.run("verify forced --plan judged").code(0);
}

fn number_of(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

#[test]
fn shops_with_few_servers_have_the_backorders_of_the_closed_form() {
    let mut count = 0;
    for vector in vectors("C_capacity_and_finite_population.json") {
        let (inputs, outputs) = (&vector["inputs"], &vector["outputs"]);
        if inputs["R"].is_null() {
            continue; // A finite installed base is no scenario: demand does not fall while units wait.
        }
        for at_depot in [false, true] {
            if !at_depot && number_of(&inputs["transport"]) > 0.0 {
                continue;
            }
            let room = Room::new();
            evaluate_shop(&room, inputs, at_depot);
            let rows = room.rows("judged/stock.csv");
            let row = rows.iter().find(|row| row["site"] == "o").expect("the outlet is asked for it");
            let what = format!("{} at depot: {at_depot}", vector["id"]);
            agree(&what, number(row, "fill_rate"), number_of(&outputs["fill"]));
            agree(&what, number(row, "expected_backorders"), number_of(&outputs["EBO"]));
            assert_eq!(row["method"], "exact", "{what}");
            count += 1;
        }
    }
    assert!(count > 0 || shared().is_none(), "the family has such vectors");
}

#[test]
fn an_overloaded_shop_is_named_and_its_backorders_are_infinite() {
    let room = Room::new();
    let inputs = serde_json::json!({"lam": 0.5, "R": 4, "c": 2, "S": 3, "transport": 1.0});
    room.write("forced/scenario.toml", "name = \"forced\"\n[travel]\nlanes = \"listed\"\n");
    evaluate_overloaded(&room, &inputs);
    let rows = room.rows("judged/stock.csv");
    let row = rows.iter().find(|row| row["site"] == "o").expect("the outlet is asked for it");
    assert_eq!((row["fill_rate"].as_str(), row["expected_backorders"].as_str()), ("0", "inf"));
    let ran = room.run("solve forced").code(4);
    assert!(ran.err.contains("2 servers") && ran.err.contains("2.00"), "{ran:?}");
}

/// A shop at a depot whose two servers would have to be busy all the time.
fn evaluate_overloaded(room: &Room, inputs: &Value) {
    let fine = serde_json::json!({"lam": 0.1, "R": 4, "c": 2, "S": 3, "transport": 1.0});
    evaluate_shop(room, &fine, true);
    let demand = number_of(&inputs["lam"]) * 365.0;
    room.write("forced/demand.csv", &format!("region,part,units_per_year\nr,unit,{demand:?}\n"));
    let ran = room.run("evaluate forced --plan plan --out judged").code(7);
    assert!(ran.err.contains("`d`") && ran.err.contains("2.00 servers"), "{ran:?}");
    let ran = room.run("verify forced --plan judged").code(7);
    assert!(ran.err.contains("without end"), "{ran:?}");
}
