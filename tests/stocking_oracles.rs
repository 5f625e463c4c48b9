//! The stocking room against inventory-theory vectors computed elsewhere with 40 digits or by closed forms.

use std::io::Write;

use serde_json::Value;
use sparenet::scenario::Stockout;
use sparenet::stocking::distribution::Pmf;
use sparenet::stocking::erlang::erlang_b;
use sparenet::stocking::two_echelon::{Depot, Position, Stream};

/// The vectors of a family, or `None` (told once) where they are not beside the project.
fn vectors(family: &str) -> Option<Vec<Value>> {
    let path = format!("{}/../shared/oracles/{family}.json", env!("CARGO_MANIFEST_DIR"));
    let Ok(text) = std::fs::read_to_string(path) else {
        let _ = writeln!(std::io::stderr(), "skipped: ../shared is absent");
        return None;
    };
    let file: Value = serde_json::from_str(&text).expect("an oracle file is JSON");
    Some(file["vectors"].as_array().expect("a family has vectors").clone())
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is not a number"))
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().expect("a list").iter().map(number).collect()
}

/// A list, or one number for all.
fn spread(value: &Value, count: usize) -> Vec<f64> {
    if value.is_array() { numbers(value) } else { vec![number(value); count] }
}

fn close(vector: &Value, name: &str, computed: f64, printed: &Value) {
    let printed = number(printed);
    let tolerance = number(&vector["tolerance"]["abs"]) + number(&vector["tolerance"]["rel"]) * printed.abs();
    let id = &vector["id"];
    assert!((computed - printed).abs() <= tolerance, "{id} {name}: computed {computed}, printed {printed}");
}

#[test]
fn poisson_pipelines_agree_with_forty_digits_over_five_decades() {
    for vector in vectors("P_poisson_single_site").unwrap_or_default() {
        let pipeline = Pmf::poisson(number(&vector["inputs"]["mu"]));
        for row in vector["outputs"].as_array().expect("rows") {
            let s = number(&row["s"]) as usize;
            close(&vector, "EBO", pipeline.expected_over(s), &row["EBO"]);
            close(&vector, "fill", pipeline.at_most(s as i64 - 1), &row["fill"]);
            close(&vector, "ready", pipeline.at_most(s as i64), &row["ready"]);
            close(&vector, "VBO", pipeline.variance_over(s), &row["VBO"]);
            close(&vector, "pmf", pipeline.exactly(s), &row["pmf"]);
        }
    }
}

#[test]
fn a_unit_of_a_batch_is_met_as_compound_poisson_demand_says() {
    for vector in vectors("N_negative_binomial_and_compound").unwrap_or_default() {
        let Some(theta) = vector["inputs"]["theta"].as_f64() else { continue };
        let mean = number(&vector["outputs"]["pipeline_mean"]);
        let ratio = 1.0 / (1.0 - theta);
        let seen = Pmf::demand(mean, ratio).plus(&Pmf::batch_before(ratio));
        let level = number(&vector["inputs"]["S"]) as i64;
        close(&vector, "unit_fill", seen.at_most(level - 1), &vector["outputs"]["unit_fill"]);
    }
}

#[test]
fn negative_binomial_pipelines_agree_with_the_closed_form() {
    for vector in vectors("N_negative_binomial_and_compound").unwrap_or_default() {
        let inputs = &vector["inputs"];
        if inputs["mean"].is_null() {
            continue; // Compound Poisson with batches is not in the model.
        }
        let mean = number(&inputs["mean"]);
        let pipeline = Pmf::negative_binomial(mean, number(&inputs["variance"]) / mean);
        for row in vector["outputs"].as_array().expect("rows") {
            let s = number(&row["s"]) as usize;
            close(&vector, "EBO", pipeline.expected_over(s), &row["EBO"]);
            close(&vector, "fill", pipeline.at_most(s as i64 - 1), &row["fill_pipeline"]);
            close(&vector, "ready", pipeline.at_most(s as i64), &row["ready"]);
        }
    }
}

#[test]
fn erlang_loss_agrees_with_the_closed_form() {
    for vector in vectors("B_erlang_and_last_time_buy").unwrap_or_default() {
        let inputs = &vector["inputs"];
        if inputs["a"].is_null() {
            continue; // Last-time buys are not in the model.
        }
        let servers = number(&inputs["S"]) as u32;
        close(&vector, "blocking", erlang_b(servers, number(&inputs["a"])), &vector["outputs"]["blocking"]);
    }
}

/// The depot and the streams of a two-echelon vector.
fn network(inputs: &Value) -> (Depot, Vec<Stream>) {
    let rates = numbers(&inputs["lam"]);
    let transport = spread(&inputs["O"], rates.len());
    let depot = Depot { rate: rates.iter().sum(), variance_to_mean: 1.0, lead_time: number(&inputs["T0"]) };
    let stream = |(rate, lead_time)| Stream { rate, variance_to_mean: 1.0, lead_time };
    (depot, rates.into_iter().zip(transport).map(stream).collect())
}

#[test]
fn two_echelon_backorders_and_fill_rates_agree_with_exact_convolution() {
    for vector in vectors("T_two_echelon").unwrap_or_default() {
        let inputs = &vector["inputs"];
        if !inputs["f"].is_null() {
            continue; // Repair at the base is not in the model.
        }
        let (depot, streams) = network(inputs);
        let upstream = depot.holding(number(&inputs["S0"]) as u32);
        let exact = &vector["outputs"]["exact"];
        let printed = &vector["outputs"]["depot"];
        close(&vector, "depot EBO", upstream.expected_backorders(), &printed["EBO"]);
        close(&vector, "depot VBO", upstream.backlog().variance(), &printed["VBO"]);
        for (j, stream) in streams.iter().enumerate() {
            let position = Position::new(*stream, Some(&upstream), Stockout::Backorder);
            let s = number(&inputs["S"][j]) as u32;
            close(&vector, "EBO", position.expected_backorders(s), &exact["base_EBO"][j]);
            close(&vector, "fill", position.fill_rate(s), &exact["base_fill"][j]);
            close(&vector, "wait", position.mean_wait(s), &exact["base_wait"][j]);
            let metric =
                Pmf::poisson(stream.rate * (stream.lead_time + upstream.mean_wait())).expected_over(s as usize);
            assert!(position.expected_backorders(s) >= metric - 1e-12, "exact is never below METRIC");
        }
    }
}

#[test]
fn shares_served_within_a_window_agree_with_the_exact_waiting_time() {
    for vector in vectors("W_time_based_service").unwrap_or_default() {
        let inputs = &vector["inputs"];
        let (depot, streams) = network(inputs);
        let upstream = depot.holding(number(&inputs["S0"]) as u32);
        let levels = spread(&inputs["S"], streams.len());
        for (window, printed) in vector["outputs"]["by_tau"].as_object().expect("rows by window") {
            let window: f64 = window.parse().expect("a window is a number");
            for (j, stream) in streams.iter().enumerate() {
                let position = Position::new(*stream, Some(&upstream), Stockout::Backorder);
                let s = levels[j] as u32;
                close(&vector, &format!("within {window}"), position.within(s, window), &printed[j]);
                let shares = position.waits(window).shares(s);
                assert!((shares[s as usize] - position.within(s, window)).abs() < 1e-14);
            }
        }
    }
}

#[test]
fn the_cost_optimum_of_two_echelons_is_found_by_enumeration() {
    // Cost a period: h0 and h on units on hand at the depot and the outlets, b on units backordered at the outlets.
    for vector in vectors("A_axsater_cost_optimum").unwrap_or_default() {
        let inputs = &vector["inputs"];
        let (depot, streams) = network(inputs);
        let (h0, h, b) = (number(&inputs["h0"]), number(&inputs["h"]), number(&inputs["b"]));
        for row in vector["outputs"]["cost_by_S0"].as_array().expect("rows") {
            let base_stock = number(&row["S0"]) as u32;
            let upstream = depot.holding(base_stock);
            let on_hand = f64::from(base_stock) - depot.rate * depot.lead_time + upstream.expected_backorders();
            let mut cost = h0 * on_hand;
            for (j, stream) in streams.iter().enumerate() {
                let position = Position::new(*stream, Some(&upstream), Stockout::Backorder);
                let pipeline = position.pipeline().expect("backorders have a pipeline").mean();
                let price = |s: u32| {
                    let backorders = position.expected_backorders(s);
                    h * (f64::from(s) - pipeline + backorders) + b * backorders
                };
                let best = (0..60).min_by(|&x, &y| price(x).total_cmp(&price(y))).expect("levels");
                assert_eq!(
                    f64::from(best),
                    number(&row["S"][j]),
                    "{} S of outlet {j} at S0 {base_stock}",
                    vector["id"]
                );
                cost += price(best);
            }
            close(&vector, "cost", cost, &row["cost"]);
        }
    }
}
