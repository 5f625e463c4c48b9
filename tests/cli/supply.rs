//! Batches and lateral supply through the command line: published values, and what `solve` makes of them.

use std::fmt::Write;

use serde_json::Value;

use crate::room::{Room, close, figure, number, shared};

fn vectors(family: &str) -> Vec<Value> {
    let Some(shared) = shared() else { return Vec::new() };
    let text = std::fs::read_to_string(shared.join("oracles").join(family)).expect("the family is there");
    let object: Value = serde_json::from_str(&text).expect("it is JSON");
    object["vectors"].as_array().cloned().expect("a family has vectors")
}

/// Outlets with one region each, at no distance; rates a day, lead times in days.
struct Forced<'a> {
    rates: &'a [f64],
    lead_times: &'a [f64],
    stock: &'a [u32],
    /// `parts.csv`.
    parts: &'a str,
    /// What stands in `scenario.toml` after its name.
    settings: &'a str,
    /// `laterals.csv`, if there is one.
    laterals: &'a str,
}

impl Forced<'_> {
    fn write(&self, room: &Room) {
        let (mut regions, mut demand) = ("region\n".to_owned(), "region,part,units_per_year\n".to_owned());
        let mut outlets = "outlet,fixed_cost_per_year,supplier_lead_time_days,status\n".to_owned();
        let mut lanes = "from,to,hours\n".to_owned();
        let (mut open, mut served) = ("outlet,open\n".to_owned(), "region,outlet\n".to_owned());
        let mut stock = "site,part,base_stock\n".to_owned();
        for (base, rate) in self.rates.iter().enumerate() {
            let _ = writeln!(regions, "r{base}");
            let _ = writeln!(demand, "r{base},unit,{:?}", rate * 365.0);
            let _ = writeln!(outlets, "o{base},0,{:?},open", self.lead_times[base]);
            let _ = writeln!(lanes, "o{base},r{base},0");
            let _ = writeln!(open, "o{base},true");
            let _ = writeln!(served, "r{base},o{base}");
            let _ = writeln!(stock, "o{base},unit,{}", self.stock[base]);
        }
        let settings = format!("name = \"forced\"\n[travel]\nlanes = \"listed\"\n{}", self.settings);
        for (file, text) in [
            ("forced/scenario.toml", settings.as_str()),
            ("forced/regions.csv", &regions),
            ("forced/demand.csv", &demand),
            ("forced/parts.csv", self.parts),
            ("forced/outlets.csv", &outlets),
            ("forced/lanes.csv", &lanes),
            ("forced/laterals.csv", self.laterals),
            ("plan/outlets.csv", &open),
            ("plan/assignments.csv", &served),
            ("plan/stock.csv", &stock),
        ] {
            if !text.is_empty() {
                room.write(file, text);
            }
        }
    }
}

#[test]
fn a_reorder_policy_shows_its_minimum_and_maximum_its_service_and_its_cost() {
    for vector in vectors("Q_reorder_policies.json") {
        let (inputs, outputs) = (&vector["inputs"], &vector["outputs"]);
        if inputs["Q"].is_null() {
            continue; // Optimal policies have no service promise; the library's test covers them.
        }
        let (r, q, rate) = (figure(inputs, "r"), figure(inputs, "Q"), figure(inputs, "lam"));
        let room = Room::new();
        Forced {
            rates: &[rate],
            lead_times: &[figure(inputs, "L")],
            stock: &[(r + q) as u32],
            parts: &format!("part,unit_cost,order_cost,order_quantity\nunit,100,{:?},{q:?}\n", figure(inputs, "K")),
            settings: "[stocking]\nholding_rate_per_year = 0.2\n",
            laterals: "",
        }
        .write(&room);
        let judged = room.run("evaluate forced --plan plan --out judged --json").code(0).json();
        room.run("verify forced --plan judged").code(0);
        let row = &room.rows("judged/stock.csv")[0];
        assert_eq!((number(row, "minimum"), number(row, "maximum")), (r, r + q));
        close(number(row, "fill_rate"), figure(outputs, "fill"), 1e-9);
        close(number(row, "expected_backorders"), figure(outputs, "EBO"), 1e-9);
        // Holding: 0.2 × 100 on the mean inventory position; ordering: K a batch, rates being a day.
        close(figure(&judged["costs"], "holding"), 20.0 * (r + (q + 1.0) / 2.0), 1e-12);
        let orders = 365.0 * figure(outputs, "order_freq");
        close(figure(&judged["costs"], "ordering"), figure(inputs, "K") * orders, 1e-9);
    }
}

/// The lateral supply of a vector: who is asked first is nearest.
fn laterals(inputs: &Value) -> String {
    let mut text = "from,to,hours,cost_per_unit\n".to_owned();
    for (to, list) in inputs["prefs"].as_array().expect("a list").iter().enumerate() {
        for (rank, from) in list.as_array().expect("a list").iter().enumerate() {
            let _ = writeln!(text, "o{from},o{to},{},7", rank + 2);
        }
    }
    text
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().filter_map(Value::as_f64).collect()
}

const EXPRESS: &str = "[stocking]\nstockout = \"emergency\"\nemergency_hours = 30\nemergency_cost_per_unit = 100\n";

#[test]
fn pools_agree_with_the_exact_chain_and_pay_for_what_they_send() {
    for vector in vectors("L_lateral_emergency_single_echelon.json") {
        let (inputs, outputs) = (&vector["inputs"], &vector["outputs"]);
        let (rates, stock) = (numbers(&inputs["lam"]), numbers(&inputs["S"]));
        let room = Room::new();
        let window = "[[target]]\nmetric = \"on_time\"\nwithin_hours = 10\nat_least = 0.01\n\
                      [[target]]\nmetric = \"mean_response_hours\"\nat_most = 100\n";
        Forced {
            rates: &rates,
            lead_times: &numbers(&inputs["L"]),
            stock: &stock.iter().map(|s| *s as u32).collect::<Vec<_>>(),
            parts: "part,unit_cost\nunit,100\n",
            settings: &format!("{EXPRESS}{window}"),
            laterals: &laterals(inputs),
        }
        .write(&room);
        let judged = room.run("evaluate forced --plan plan --out judged --json").code(0).json();
        room.run("verify forced --plan judged").code(0);
        let (own, lateral, emergency) =
            (numbers(&outputs["own_fill"]), numbers(&outputs["lateral"]), numbers(&outputs["emergency"]));
        let (mut sent, mut expressed, mut all) = (0.0, 0.0, 0.0);
        for (base, row) in room.rows("judged/stock.csv").iter().enumerate() {
            close(number(row, "fill_rate"), own[base], 1e-8);
            close(number(row, "lateral_share") + 1.0, lateral[base] + 1.0, 1e-9);
            sent += 365.0 * rates[base] * lateral[base];
            expressed += 365.0 * rates[base] * emergency[base];
            all += 365.0 * rates[base];
        }
        close(figure(&judged["costs"], "emergency"), 7.0 * sent + 100.0 * expressed, 1e-8);
        // No journey: whoever has a unit helps within 10 hours, and outside takes 30.
        close(figure(&judged["promises"][0], "computed"), 1.0 - expressed / all, 1e-8);
        let response = figure(&judged["promises"][1], "computed");
        let (least, most) = ((2.0 * sent + 30.0 * expressed) / all, (4.0 * sent + 30.0 * expressed) / all);
        assert!((least - 1e-9..=most + 1e-9).contains(&response), "{least} {response} {most}");
    }
}

#[test]
fn a_plan_with_lateral_supply_needs_less_and_has_a_bound_of_its_own() {
    let promise = "[[target]]\nmetric = \"on_time\"\nwithin_hours = 10\nat_least = 0.97\n";
    let forced = |laterals| Forced {
        rates: &[0.02, 0.03, 0.02],
        lead_times: &[14.0, 14.0, 14.0],
        stock: &[0, 0, 0],
        parts: "part,unit_cost\nunit,4000\n",
        settings: EXPRESS,
        laterals,
    };
    let settings = format!("{EXPRESS}{promise}");
    let alone = Room::new();
    Forced { settings: &settings, ..forced("") }.write(&alone);
    let apart = alone.run("solve forced --json --out best").code(0).json();
    let room = Room::new();
    let ring = "from,to,hours\no0,o1,4\no1,o2,4\no2,o0,4\no1,o0,5\no2,o1,5\no0,o2,5\n";
    Forced { settings: &settings, ..forced(ring) }.write(&room);
    let pooled = room.run("solve forced --json --out best").json();
    // The bound of the scenario without help is none of this one: here less stock keeps the promise.
    assert!(figure(&pooled, "lower_bound") > 0.0 && figure(&pooled, "lower_bound") <= figure(&pooled, "objective"));
    assert!(figure(&pooled, "lower_bound") < figure(&apart, "lower_bound"), "{pooled:#} {apart:#}");
    assert!(pooled["promises"][0]["kept"].as_bool().expect("a flag"));
    assert!(figure(&pooled, "objective") < figure(&apart, "objective"), "{pooled:#} {apart:#}");
    room.run("verify forced --plan best").code(0);
    // No less stock keeps the promise: one unit fewer anywhere breaks it or costs more.
    let rows = room.rows("best/stock.csv");
    for row in rows.iter().filter(|row| number(row, "base_stock") > 0.0) {
        let stock: String = rows
            .iter()
            .map(|other| {
                let less = if other["site"] == row["site"] { 1.0 } else { 0.0 };
                format!("{},unit,{}\n", other["site"], number(other, "base_stock") - less)
            })
            .collect();
        room.write("plan/stock.csv", &format!("site,part,base_stock\n{stock}"));
        let judged = room.run("evaluate forced --plan plan --out judged --json").json();
        let kept = judged["promises"][0]["kept"].as_bool().expect("a flag");
        assert!(!kept || figure(&judged, "objective") >= figure(&pooled, "objective"), "{row:?}");
    }
}
