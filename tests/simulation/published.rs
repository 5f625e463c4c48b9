//! The simulation against print.

use std::fs;

use serde_json::Value;
use sparenet::plan::Decisions;
use sparenet::scenario::{DepotId, OutletId};
use sparenet::simulation::Experiment;

use crate::case::Case;

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().map(|values| values.iter().filter_map(Value::as_f64).collect()).unwrap_or_default()
}

#[test]
fn waits_of_two_echelons_are_those_of_print() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/oracles/W_time_based_service.json");
    let Ok(text) = fs::read_to_string(path) else {
        let _ = std::io::Write::write_all(&mut std::io::stderr(), b"skipped: ../shared is absent\n");
        return;
    };
    let family: Value = serde_json::from_str(&text).expect("it is JSON");
    let mut count = 0;
    for vector in family["vectors"].as_array().expect("a family has vectors") {
        let inputs = &vector["inputs"];
        let Some(by_window) = vector["outputs"]["by_tau"].as_object() else { continue };
        let rates = numbers(&inputs["lam"]);
        let (stock, transports) = (numbers(&inputs["S"]), numbers(&inputs["O"]));
        if stock.len() != rates.len() || transports.len() != rates.len() {
            continue;
        }
        let row = |text: String, header: &str| format!("{header}\n{text}");
        let all = |line: &dyn Fn(usize) -> String| (0..rates.len()).map(line).collect::<String>();
        let targets = by_window.keys().fold(String::new(), |text, days| {
            let hours = days.parse::<f64>().expect("a window is a number") * 24.0;
            text + &format!(
                "[[target]]\nmetric = \"on_time\"\nscope = \"region\"\nwithin_hours = {hours:?}\nat_least = 0.5\n"
            )
        });
        let files = [
            ("scenario.toml", format!("name = \"waits\"\n[travel]\nlanes = \"listed\"\n{targets}")),
            ("regions.csv", row(all(&|base| format!("r{base}\n")), "region")),
            ("parts.csv", "part,unit_cost\nunit,1\n".to_owned()),
            (
                "demand.csv",
                row(all(&|base| format!("r{base},unit,{}\n", rates[base] * 365.0)), "region,part,units_per_year"),
            ),
            ("outlets.csv", row(all(&|base| format!("o{base},0\n")), "outlet,fixed_cost_per_year")),
            ("depots.csv", format!("depot,fixed_cost_per_year,supplier_lead_time_days\nd,0,{}\n", inputs["T0"])),
            (
                "lanes.csv",
                row(
                    all(&|base| format!("o{base},r{base},0,\nd,o{base},,{}\n", transports[base])),
                    "from,to,hours,lead_time_days",
                ),
            ),
        ];
        let case = Case::of(&files, |scenario| {
            let mut decisions = Decisions::none(scenario);
            decisions.outlet_open.fill(true);
            decisions.depot_open.fill(true);
            for (base, level) in stock.iter().enumerate() {
                decisions.served_by[base].push((OutletId::from(base), 1.0));
                decisions.replenished_by[base] = Some(DepotId(0));
                decisions.outlet_stock[base] = vec![*level as u32];
            }
            decisions.depot_stock[0] = vec![inputs["S0"].as_u64().expect("a number") as u32];
            decisions
        });
        let years = 3000.0 / case.load.jobs.iter().sum::<f64>();
        let simulation = case.live(&Experiment { years: Some(years), ..Experiment::default() });
        for ((target, key), estimate) in &simulation.promises {
            let hours = case.scenario.targets[*target].within.expect("it has a window").get();
            let (_, shares) = by_window
                .iter()
                .find(|(days, _)| days.parse::<f64>().is_ok_and(|days| (days * 24.0 - hours).abs() < 1e-9))
                .expect("every window is one of the family's");
            let exact = numbers(shares)[key.region.expect("the scope is the region").at()];
            let off = (estimate.mean - exact).abs();
            assert!(
                off <= 1.2 * estimate.half_width(0.999) + 1e-9,
                "{} within {hours} h: {exact}, {estimate:?}",
                vector["id"]
            );
        }
        count += 1;
    }
    assert!(count > 0, "the family has such vectors");
}
