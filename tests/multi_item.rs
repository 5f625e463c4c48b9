//! Several parts under one budget or one availability, against optima found by dynamic programming.

use std::io::Write;

use serde_json::Value;
use sparenet::stocking::distribution::Pmf;
use sparenet::stocking::metric::{Evaluation, least_backorders};
use sparenet::stocking::{Depot, Menu, Stream, undominated};

/// The vectors of the family, or none (told once) where they are not beside the project.
fn vectors() -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/oracles/M_multi_item_availability.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        let _ = writeln!(std::io::stderr(), "skipped: ../shared is absent");
        return Vec::new();
    };
    let file: Value = serde_json::from_str(&text).expect("an oracle file is JSON");
    file["vectors"].as_array().expect("a family has vectors").clone()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

fn close(vector: &Value, computed: f64, printed: &Value) {
    let printed = number(printed);
    let tolerance = number(&vector["tolerance"]["abs"]) + number(&vector["tolerance"]["rel"]) * printed.abs();
    assert!((computed - printed).abs() <= tolerance, "{}: computed {computed}, printed {printed}", vector["id"]);
}

/// The parts of one site: pipelines and prices.
fn site(inputs: &Value) -> (Vec<Pmf>, Vec<f64>) {
    let (rates, times) = (numbers(&inputs["lam"]), numbers(&inputs["T"]));
    let pipelines = rates.iter().zip(&times).map(|(rate, time)| Pmf::poisson(rate * time)).collect();
    (pipelines, numbers(&inputs["c"]))
}

#[test]
fn the_least_backorders_for_a_budget_are_those_of_dynamic_programming() {
    for vector in vectors().iter().filter(|vector| !vector["outputs"]["dp"].is_null()) {
        let (pipelines, prices) = site(&vector["inputs"]);
        let rows = vector["outputs"]["dp"].as_array().expect("rows");
        let most = number(&rows.last().expect("a row")["budget"]);
        let menu = |(pipeline, price): (&Pmf, &f64)| -> Menu {
            let levels = 0..=(most / price) as usize;
            levels.map(|level| (price * level as f64, -pipeline.expected_over(level))).collect()
        };
        let menus: Vec<Menu> = pipelines.iter().zip(&prices).map(menu).collect();
        let combinations = undominated(&menus, most, 0.0);
        for row in rows {
            let best = combinations.iter().rfind(|own| own.cost <= number(&row["budget"])).expect("nothing is free");
            close(vector, -best.worth, &row["EBO"]);
            assert_eq!(best.cost, number(&row["cost"]), "{} {row}", vector["id"]);
            let levels: Vec<f64> = best.rows.iter().map(|&level| f64::from(level)).collect();
            assert_eq!(levels, numbers(&row["s"]), "{} {row}", vector["id"]);
        }
    }
}

#[test]
fn marginal_analysis_lies_on_the_frontier_and_leaves_holes_between_its_steps() {
    for vector in vectors().iter().filter(|vector| !vector["outputs"]["greedy"].is_null()) {
        let (pipelines, prices) = site(&vector["inputs"]);
        let mut levels = vec![0_usize; prices.len()];
        for row in vector["outputs"]["greedy"].as_array().expect("rows") {
            let cost: f64 = levels.iter().zip(&prices).map(|(level, price)| *level as f64 * price).sum();
            let backorders: f64 = pipelines.iter().zip(&levels).map(|(x, level)| x.expected_over(*level)).sum();
            assert_eq!(cost, number(&row["cost"]), "{}", vector["id"]);
            close(vector, backorders, &row["EBO"]);
            let worth = |part: &usize| pipelines[*part].more_than(levels[*part] as i64) / prices[*part];
            let next = (0..prices.len()).max_by(|x, y| worth(x).total_cmp(&worth(y))).expect("there are parts");
            levels[next] += 1;
        }
    }
}

#[test]
fn the_cheapest_system_that_is_available_enough_is_found_over_two_echelons() {
    for vector in vectors().iter().filter(|vector| !vector["inputs"]["items"].is_null()) {
        let evaluation = match vector["id"].as_str() {
            Some("M05_exact") => Evaluation::Exact,
            Some("M05_vari") => Evaluation::VariMetric,
            _ => Evaluation::Metric,
        };
        let systems = number(&vector["inputs"]["Nsys"]);
        let outputs = &vector["outputs"];
        let curves = outputs["item_curves"].as_array().expect("curves");
        let items = vector["inputs"]["items"].as_array().expect("items");
        let mut menus: Vec<Menu> = Vec::new();
        for (item, curve) in items.iter().zip(curves) {
            let (rates, transports) = (numbers(&item["lam"]), numbers(&item["O"]));
            let streams: Vec<Stream> =
                rates.iter().zip(&transports).map(|(rate, transport)| Stream::new(*rate, 1.0, *transport)).collect();
            let depot = Depot::new(rates.iter().sum(), 1.0, number(&item["T0"]));
            let splits = least_backorders(depot, &streams, 25, evaluation);
            for (split, printed) in splits.iter().zip(curve.as_array().expect("a curve")) {
                close(vector, split.expected_backorders, printed);
            }
            // ln Π (1 − EBO/N) = Σ ln(1 − EBO/N): worths add.
            let price = number(&item["c"]);
            let menu = splits.iter().enumerate().map(|(units, split)| {
                (price * units as f64, (1.0 - split.expected_backorders / systems).max(1e-300).ln())
            });
            menus.push(menu.collect());
        }
        let targets = outputs["targets"].as_array().expect("targets");
        let most = number(&targets.last().expect("a target")["min_cost"]);
        let combinations = undominated(&menus, most, 0.0);
        for row in targets {
            let wanted = number(&row["target"]).ln();
            let best = combinations.iter().find(|own| own.worth >= wanted).expect("the dearest reaches every target");
            assert_eq!(best.cost, number(&row["min_cost"]), "{} {row}", vector["id"]);
            close(vector, best.worth.exp(), &row["A"]);
            let units: Vec<f64> = best.rows.iter().map(|&units| f64::from(units)).collect();
            assert_eq!(units, numbers(&row["total_units"]), "{}", vector["id"]);
        }
    }
}
