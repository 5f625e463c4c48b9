//! Location and stock decided together: tiny problems whose optimum was proven by complete enumeration elsewhere.
//!
//! A period is a day, a year 365 days. Costs by period stay costs by year, so what a unit pays on its way is divided by 365.

use std::fmt::Write;

use serde_json::Value;

use crate::room::{Room, figure, shared};

fn vectors(file: &str) -> Vec<Value> {
    let Some(shared) = shared() else { return Vec::new() };
    let text = std::fs::read_to_string(shared.join("oracles").join(file)).expect("it is there");
    let object: Value = serde_json::from_str(&text).expect("it is JSON");
    object["vectors"].as_array().cloned().expect("a family has vectors")
}

fn float(value: &Value) -> f64 {
    value.as_f64().expect("a number")
}

fn row(value: &Value) -> Vec<f64> {
    value.as_array().expect("a row").iter().map(float).collect()
}

/// Demand by customer and part: one part where a customer has one number.
fn demand(inputs: &Value) -> Vec<Vec<f64>> {
    let demand = inputs["demand"].as_array().expect("demand");
    match demand[0].is_array() {
        false => demand.iter().map(|rate| vec![float(rate)]).collect(),
        true => {
            let by_part: Vec<Vec<f64>> = demand.iter().map(row).collect();
            (0..by_part[0].len()).map(|customer| by_part.iter().map(|part| part[customer]).collect()).collect()
        }
    }
}

/// Writes a vector as a scenario.
fn write(room: &Room, inputs: &Value) {
    let expressed = inputs["emergency_time"].is_array();
    let stockout = if expressed { "emergency" } else { "backorder" };
    let mut settings = format!(
        "name = \"tiny\"\n[travel]\nlanes = \"listed\"\n[stocking]\nholding_rate_per_year = 0.1\nstockout = \"{stockout}\"\n[planning]\ngap = 1e-9\n"
    );
    let metric = if expressed { "on_time" } else { "fill_rate" };
    let (windows, levels) = match inputs["windows"].is_array() {
        true => (row(&inputs["windows"]), row(&inputs["alpha"])),
        false => {
            let levels = if inputs["alpha"].is_array() { row(&inputs["alpha"]) } else { vec![float(&inputs["alpha"])] };
            (vec![float(&inputs["window"]); levels.len()], levels)
        }
    };
    let several = inputs["alpha"].is_array() && inputs["window"].is_number();
    for (place, (window, level)) in windows.iter().zip(&levels).enumerate() {
        let part = if several { format!("part = \"p{place}\"\n") } else { String::new() };
        let _ = writeln!(
            settings,
            "[[target]]\nmetric = \"{metric}\"\nscope = \"network\"\nwithin_hours = {window:?}\nat_least = {level:?}\n{part}"
        );
    }
    let demand = demand(inputs);
    let fixed = row(&inputs["fixed_cost"]);
    let central = inputs["S0_range"].is_array();
    // Holding by site, for the one part, or by part.
    let holding =
        if inputs["holding"].is_array() { row(&inputs["holding"]) } else { vec![float(&inputs["h"]); fixed.len()] };
    let by_part = several;
    let mut parts = "part,unit_cost\n".to_owned();
    for (part, held) in holding.iter().enumerate().take(demand[0].len()) {
        let _ = writeln!(parts, "p{part},{:?}", if by_part { 10.0 * held } else { 10.0 });
    }
    let mut outlets = "outlet,fixed_cost_per_year,supplier_lead_time_days,holding_rate_per_year\n".to_owned();
    let mut lanes = "from,to,hours,cost_per_job,lead_time_days\n".to_owned();
    for (site, fixed) in fixed.iter().enumerate() {
        let lead_time = if central { String::new() } else { format!("{:?}", float(&inputs["lead_time"][site])) };
        let rate = if by_part { 0.1 } else { 0.1 * holding[site] };
        let _ = writeln!(outlets, "o{site},{fixed:?},{lead_time},{rate:?}");
        for customer in 0..demand.len() {
            let (hours, cost) = (&inputs["travel_time"][site][customer], &inputs["transport_cost"][site][customer]);
            let _ = writeln!(lanes, "o{site},r{customer},{:?},{:?},", float(hours), float(cost) / 365.0);
        }
        if central {
            let _ = writeln!(lanes, "d,o{site},,,{:?}", float(&inputs["O"][site]));
        }
    }
    let mut regions = "region,emergency_hours,emergency_cost_per_unit\n".to_owned();
    let mut units = "region,part,units_per_year\n".to_owned();
    for (customer, rates) in demand.iter().enumerate() {
        let _ = match expressed {
            true => writeln!(
                regions,
                "r{customer},{:?},{:?}",
                float(&inputs["emergency_time"][customer]),
                float(&inputs["emergency_cost"][customer]) / 365.0
            ),
            false => writeln!(regions, "r{customer},,"),
        };
        for (part, rate) in rates.iter().enumerate() {
            let _ = writeln!(units, "r{customer},p{part},{:?}", 365.0 * rate);
        }
    }
    room.write("tiny/scenario.toml", &settings);
    room.write("tiny/parts.csv", &parts);
    room.write("tiny/outlets.csv", &outlets);
    room.write("tiny/lanes.csv", &lanes);
    room.write("tiny/regions.csv", &regions);
    room.write("tiny/demand.csv", &units);
    if central {
        let (lead_time, rate) = (float(&inputs["T0"]), 0.1 * float(&inputs["h0"]));
        room.write(
            "tiny/depots.csv",
            &format!(
                "depot,fixed_cost_per_year,supplier_lead_time_days,holding_rate_per_year\nd,0,{lead_time:?},{rate:?}\n"
            ),
        );
    }
}

#[test]
fn the_optimum_of_location_and_stock_is_found_and_proven() {
    let vectors = vectors("X_integrated_location_stocking.json");
    if vectors.is_empty() {
        return;
    }
    let mut solved = Vec::new();
    for vector in &vectors {
        let name = vector["id"].as_str().expect("a name");
        // A repair shop's servers are given in the model, not decided.
        if name == "X10" {
            continue;
        }
        let room = Room::new();
        write(&room, &vector["inputs"]);
        let plan = room.run("solve tiny --json").code(0).json();
        let cost = float(&vector["outputs"]["cost"]);
        for found in ["objective", "lower_bound"] {
            let found = figure(&plan, found);
            assert!((found - cost).abs() <= 1e-7 * cost.max(1.0), "{name}: {found} {cost}");
        }
        room.run("verify tiny --plan plans/tiny").code(0);
        solved.push(name);
    }
    assert_eq!(solved, ["X01", "X02", "X04", "X05", "X07", "X08"]);
}

/// Writes a vector in which every shelf promises a fill rate.
fn write_shelves(room: &Room, inputs: &Value) {
    let window = float(&inputs["window"]);
    let settings = format!(
        "name = \"shelves\"\n[travel]\nlanes = \"listed\"\n[stocking]\nholding_rate_per_year = 1.0\n[planning]\ngap = 1e-6\n\
         [[target]]\nmetric = \"fill_rate\"\nscope = [\"outlet\", \"part\"]\nat_least = {:?}\n",
        float(&inputs["beta"])
    );
    let demand: Vec<Vec<f64>> = inputs["demand"].as_array().expect("demand").iter().map(row).collect();
    let lead_times = row(&inputs["L"]);
    let mut parts = "part,unit_cost\n".to_owned();
    for (part, held) in row(&inputs["h"]).iter().enumerate() {
        let _ = writeln!(parts, "p{part},{held:?}");
    }
    let mut outlets = "outlet,fixed_cost_per_year,supplier_lead_time_days\n".to_owned();
    let mut lanes = "from,to,hours,cost_per_job\n".to_owned();
    for (site, fixed) in row(&inputs["F"]).iter().enumerate() {
        let _ = writeln!(outlets, "o{site},{fixed:?},{:?}", lead_times[site]);
        let near = row(&inputs["dist"][site]).into_iter().enumerate().filter(|(_, distance)| *distance <= window);
        for (customer, distance) in near {
            let cost = float(&inputs["transport"]) * distance / 365.0;
            let _ = writeln!(lanes, "o{site},r{customer},{distance:?},{cost:?}");
        }
    }
    let mut regions = "region\n".to_owned();
    let mut units = "region,part,units_per_year\n".to_owned();
    for (customer, rates) in demand.iter().enumerate() {
        let _ = writeln!(regions, "r{customer}");
        for (part, rate) in rates.iter().enumerate() {
            let _ = writeln!(units, "r{customer},p{part},{:?}", 365.0 * rate);
        }
    }
    let tables = [("parts", parts), ("outlets", outlets), ("lanes", lanes), ("regions", regions), ("demand", units)];
    room.write("shelves/scenario.toml", &settings);
    tables.iter().for_each(|(table, text)| room.write(&format!("shelves/{table}.csv"), text));
}

#[test]
fn the_optimum_is_found_and_proven_where_every_shelf_promises_a_fill_rate() {
    // The proven ones that take seconds; the larger stand in the README.
    for vector in vectors("Y_integrated_medium.json").iter().take(3) {
        let name = vector["id"].as_str().expect("a name");
        let room = Room::new();
        write_shelves(&room, &vector["inputs"]);
        let plan = room.run("solve shelves --json").code(0).json();
        let (optimum, found) = (float(&vector["outputs"]["cost"]), figure(&plan, "objective"));
        assert!((found - optimum).abs() <= 1e-6 * optimum, "{name}: {found} {optimum}");
        let bound = figure(&plan, "lower_bound");
        assert!(bound <= optimum * (1.0 + 1e-9) && bound >= (1.0 - 2e-6) * optimum, "{name}: {bound} {optimum}");
    }
}
