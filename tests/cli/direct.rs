//! Direct delivery from the depot through the command line: published simulations, what it costs, and what `solve` makes of it.

use std::fmt::Write;

use serde_json::Value;

use crate::room::{Room, close, figure, number, shared};

fn vectors() -> Vec<Value> {
    let Some(shared) = shared() else { return Vec::new() };
    let path = shared.join("oracles").join("E_two_echelon_emergency.json");
    let object: Value = serde_json::from_str(&std::fs::read_to_string(path).expect("it is there")).expect("it is JSON");
    object["vectors"].as_array().cloned().expect("a family has vectors")
}

/// A depot and its outlets, each with one region at no distance; rates a day, times in days.
struct Star<'a> {
    rates: &'a [f64],
    stock: &'a [u32],
    depot_stock: u32,
    lead_time: f64,
    transport: f64,
    /// Do the outlets help each other, the next in the circle first?
    lateral: bool,
    /// What stands in `scenario.toml` after its name.
    settings: &'a str,
}

/// Expressing takes 30 hours and 100, a delivery from the depot 12 hours and 40.
const EXPRESS: &str = "[stocking]\nstockout = \"emergency\"\nemergency_hours = 30\nemergency_cost_per_unit = 100\n";
const DIRECT: &str = "direct_hours = 12\ndirect_cost_per_unit = 40\n";
const TARGETS: &str = "[[target]]\nmetric = \"on_time\"\nwithin_hours = 20\nat_least = 0.01\n\
                       [[target]]\nmetric = \"mean_response_hours\"\nat_most = 100\n";

impl Star<'_> {
    fn write(&self, room: &Room) {
        let (mut regions, mut demand) = ("region\n".to_owned(), "region,part,units_per_year\n".to_owned());
        let mut outlets = "outlet,country,fixed_cost_per_year,status\n".to_owned();
        let mut lanes = "from,to,hours,cost_per_unit,lead_time_days\n".to_owned();
        let mut laterals = "from,to,hours,cost_per_unit\n".to_owned();
        let (mut open, mut served) = ("outlet,open\n".to_owned(), "region,outlet\n".to_owned());
        let mut above = "outlet,depot\n".to_owned();
        let mut stock = format!("site,part,base_stock\nd,unit,{}\n", self.depot_stock);
        let count = self.rates.len();
        for (base, rate) in self.rates.iter().enumerate() {
            let _ = writeln!(regions, "r{base}");
            let _ = writeln!(demand, "r{base},unit,{:?}", rate * 365.0);
            let _ = writeln!(outlets, "o{base},XB,0,open");
            let _ = writeln!(lanes, "o{base},r{base},0,,\nd,o{base},,3,{:?}", self.transport);
            for step in 1..count {
                let _ = writeln!(laterals, "o{},o{base},{step},7", (base + step) % count);
            }
            let _ = writeln!(open, "o{base},true");
            let _ = writeln!(served, "r{base},o{base}");
            let _ = writeln!(above, "o{base},d");
            let _ = writeln!(stock, "o{base},unit,{}", self.stock[base]);
        }
        let settings = format!("name = \"star\"\n[travel]\nlanes = \"listed\"\n{}", self.settings);
        let depots = format!(
            "depot,country,fixed_cost_per_year,supplier_lead_time_days,status\nd,XA,0,{:?},open\n",
            self.lead_time
        );
        for (file, text) in [
            ("star/scenario.toml", settings.as_str()),
            ("star/regions.csv", &regions),
            ("star/demand.csv", &demand),
            ("star/parts.csv", "part,unit_cost\nunit,1000\n"),
            ("star/countries.csv", "country,duty_rate\nXA,0.1\nXB,0.2\n"),
            ("star/outlets.csv", &outlets),
            ("star/depots.csv", &depots),
            ("star/lanes.csv", &lanes),
            ("plan/outlets.csv", &open),
            ("plan/depots.csv", "depot,open\nd,true\n"),
            ("plan/assignments.csv", &served),
            ("plan/replenishment.csv", &above),
            ("plan/stock.csv", &stock),
        ] {
            room.write(file, text);
        }
        if self.lateral {
            room.write("star/laterals.csv", &laterals);
        }
    }
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().filter_map(Value::as_f64).collect()
}

#[test]
fn published_stars_are_evaluated_within_their_simulated_intervals() {
    for vector in vectors() {
        let inputs = &vector["inputs"];
        let (rates, stock) = (numbers(&inputs["lam"]), numbers(&inputs["S"]));
        let room = Room::new();
        Star {
            rates: &rates,
            stock: &stock.iter().map(|units| *units as u32).collect::<Vec<_>>(),
            depot_stock: figure(inputs, "S0") as u32,
            lead_time: figure(inputs, "T0"),
            transport: figure(inputs, "O"),
            lateral: inputs["lateral"].as_bool().expect("a flag"),
            settings: &format!("{EXPRESS}{DIRECT}{TARGETS}"),
        }
        .write(&room);
        let judged = room.run("evaluate star --plan plan --out judged --json").code(0).json();
        room.run("verify star --plan judged").code(0);
        let rows = room.rows("judged/stock.csv");
        let (outlets, depot) = (&rows[..rates.len()], &rows[rates.len()]);
        // All outlets are alike, so a mean of theirs is each one's.
        let mean = |column: &str| outlets.iter().map(|row| number(row, column)).sum::<f64>() / outlets.len() as f64;
        let (own, lateral, direct) = (mean("fill_rate"), mean("lateral_share"), mean("direct_share"));
        let outside = 1.0 - own - lateral - direct;
        for (name, share) in [("own", own), ("lateral", lateral), ("central", direct), ("outside", outside)] {
            let at = |times: &str| numbers(&vector["outputs"][times]["aggregate"][name]);
            let (exponential, constant) = (at("exponential"), at("deterministic"));
            let id = &vector["id"];
            // No occurrence in 6 million demands is a share below a millionth.
            let most = (2.0 * exponential[1]).max(1e-6);
            assert!((share - exponential[0]).abs() <= most, "{id} {name}: {share}, simulated {exponential:?}");
            assert!((share - constant[0]).abs() <= 0.0032, "{id} {name}: {share}, constant times {constant:?}");
        }
        assert!(outlets.iter().chain([depot]).all(|row| row["method"] == "exact"), "{rows:?}");
        // Money and service follow from the shares: 12 hours from the depot count within 20, 30 from outside do not.
        let units = 365.0 * rates.iter().sum::<f64>();
        let costs = &judged["costs"];
        close(figure(costs, "direct") + 1.0, 40.0 * units * direct + 1.0, 1e-9);
        close(figure(costs, "emergency"), units * (100.0 * outside + 7.0 * lateral), 1e-9);
        close(figure(costs, "freight"), 3.0 * units * (own + lateral), 1e-9);
        // Duty of a tenth where a unit enters the depot's country, of two tenths where it goes on to the outlets'.
        close(figure(costs, "duty"), 300.0 * units * (own + lateral + direct), 1e-9);
        close(figure(&judged["promises"][0], "computed"), 1.0 - outside, 1e-9);
        if lateral == 0.0 {
            close(figure(&judged["promises"][1], "computed"), 12.0 * direct + 30.0 * outside, 1e-9);
        }
    }
}

const THREE: Star = Star {
    rates: &[0.03, 0.05, 0.08],
    stock: &[1, 1, 2],
    depot_stock: 3,
    lead_time: 20.0,
    transport: 3.0,
    lateral: false,
    settings: "",
};

#[test]
fn a_region_may_have_its_own_delivery_time_and_cost() {
    let room = Room::new();
    Star { settings: &format!("{EXPRESS}{DIRECT}{TARGETS}"), ..THREE }.write(&room);
    let before = room.run("evaluate star --plan plan --out judged --json").code(0).json();
    let rows = room.rows("judged/stock.csv");
    let direct = |row: usize| 365.0 * THREE.rates[row] * number(&rows[row], "direct_share");
    // r1 waits 25 hours, too long for the window of 20, and pays 90.
    room.write("star/regions.csv", "region,direct_hours,direct_cost_per_unit\nr0,,\nr1,25,90\nr2,,\n");
    let after = room.run("evaluate star --plan plan --out judged --json").code(0).json();
    let cost = |told: &Value| figure(&told["costs"], "direct");
    close(cost(&after) - cost(&before), 50.0 * direct(1), 1e-9);
    let computed = |told: &Value, promise: usize| figure(&told["promises"][promise], "computed");
    let jobs = 365.0 * 0.16;
    close(computed(&before, 0) - computed(&after, 0), direct(1) / jobs, 1e-9);
    close(computed(&after, 1) - computed(&before, 1), 13.0 * direct(1) / jobs, 1e-9);
}

#[test]
fn a_depot_that_holds_nothing_delivers_nothing() {
    let costs = |depot_stock: u32, direct: &str| {
        let room = Room::new();
        Star { depot_stock, settings: &format!("{EXPRESS}{direct}"), ..THREE }.write(&room);
        let told = room.run("evaluate star --plan plan --out judged --json").code(0).json();
        let shares: f64 = room.rows("judged/stock.csv").iter().map(|row| number(row, "direct_share")).sum();
        (shares, figure(&told["costs"], "direct"), figure(&told["costs"], "emergency"))
    };
    assert_eq!((costs(0, DIRECT).0, costs(0, DIRECT).1), (0.0, 0.0));
    assert_eq!((costs(3, "").0, costs(3, "").1), (0.0, 0.0));
    // With units there it does, and fewer are expressed from outside.
    let (with, without) = (costs(3, DIRECT), costs(3, ""));
    assert!(with.0 > 0.0 && with.1 > 0.0 && with.2 < without.2, "{with:?} {without:?}");
}

#[test]
fn a_plan_with_direct_delivery_needs_less_and_claims_no_bound() {
    let promise = "[[target]]\nmetric = \"on_time\"\nwithin_hours = 20\nat_least = 0.95\n";
    // Dearer than freight and duty, so that no miss saves money.
    let express = EXPRESS.replace("per_unit = 100", "per_unit = 400");
    let alone = Room::new();
    Star { settings: &format!("{express}{promise}"), ..THREE }.write(&alone);
    let apart = alone.run("solve star --json --out best").json();
    let room = Room::new();
    Star { settings: &format!("{express}{DIRECT}{promise}"), ..THREE }.write(&room);
    let ran = room.run("solve star --json --out best").code(5);
    assert!(ran.err.contains("no lower bound is known with direct delivery"), "{}", ran.err);
    let told = ran.json();
    assert!(told["lower_bound"].is_null() && told["gap"].is_null());
    assert_eq!((&told["status"], &told["promises"][0]["kept"]), (&"feasible".into(), &true.into()));
    assert!(figure(&told, "objective") < figure(&apart, "objective"), "{told:#} {apart:#}");
    room.run("verify star --plan best").code(0);
    // With exponential lead times what is lived agrees: 1 point of the promise, a tenth of what deliveries cost. With
    // constant ones the promise does.
    for (lead_times, share) in [("exponential", 0.1), ("constant", f64::INFINITY)] {
        let words = format!("simulate star --plan best --years 500 --json --lead-times {lead_times}");
        let lived = room.run(&words).json();
        let (promise, direct) = (&lived["promises"][0], &lived["direct_cost_per_year"]);
        assert!((figure(promise, "computed") - figure(promise, "simulated")).abs() < 0.01, "{lived:#}");
        let (computed, simulated) = (figure(direct, "computed"), figure(direct, "simulated"));
        assert!((computed - simulated).abs() < share * simulated, "{lead_times}: {lived:#}");
    }
}
