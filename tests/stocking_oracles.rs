//! The stocking room against inventory-theory vectors computed elsewhere with 40 digits or by closed forms.

use std::io::Write;

use serde_json::Value;
use sparenet::scenario::Stockout;
use sparenet::stocking::distribution::Pmf;
use sparenet::stocking::erlang::erlang_b;
use sparenet::stocking::indenture::{Assembly, Base, DeepAssembly, DeepModule, Indenture, Module};
use sparenet::stocking::last_buy::LastBuy;
use sparenet::stocking::metric::{Evaluation, Split, least_backorders};
use sparenet::stocking::shop::{FinitePopulation, Repair, Shop};
use sparenet::stocking::two_echelon::{Depot, Position, Stream};
use sparenet::stocking::{Menu, undominated};

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
            continue; // Last-time buys have a test of their own.
        }
        let servers = number(&inputs["S"]) as u32;
        close(&vector, "blocking", erlang_b(servers, number(&inputs["a"])), &vector["outputs"]["blocking"]);
    }
}

/// The depot and the streams of a two-echelon vector.
fn network(inputs: &Value) -> (Depot, Vec<Stream>) {
    let rates = numbers(&inputs["lam"]);
    let count = rates.len();
    let or = |name: &str, default: f64| match inputs[name].is_null() {
        true => vec![default; count],
        false => spread(&inputs[name], count),
    };
    let (transport, ordered, times) = (or("O", 0.0), or("f", 1.0), or("Tb", 0.0));
    let stream =
        |j: usize| Stream::new(rates[j], 1.0, transport[j]).repairing(Repair::ample(1.0 - ordered[j], times[j]));
    let streams: Vec<Stream> = (0..count).map(stream).collect();
    let depot = Depot::new(streams.iter().map(Stream::ordered).sum(), 1.0, number(&inputs["T0"]));
    (depot, streams)
}

#[test]
fn two_echelon_backorders_and_fill_rates_agree_with_exact_convolution() {
    for vector in vectors("T_two_echelon").unwrap_or_default() {
        let inputs = &vector["inputs"];
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
            for (name, evaluation) in [("metric", Evaluation::Metric), ("vari", Evaluation::VariMetric)] {
                let (pipeline, printed) = (evaluation.pipeline(*stream, &upstream), &vector["outputs"][name]);
                let backorders = pipeline.expected_over(s as usize);
                close(&vector, name, backorders, &printed["base_EBO"][j]);
                close(&vector, name, pipeline.at_most(i64::from(s) - 1), &printed["base_fill"][j]);
                close(&vector, name, backorders / stream.rate, &printed["base_wait"][j]);
                if evaluation == Evaluation::Metric {
                    assert!(position.expected_backorders(s) >= backorders - 1e-12, "exact is never below METRIC");
                }
            }
            let pipeline = position.pipeline().expect("jobs that wait have a pipeline");
            close(&vector, "mean", pipeline.mean(), &vector["outputs"]["base_pipeline_mean"][j]);
            close(&vector, "variance", pipeline.variance(), &vector["outputs"]["base_pipeline_var"][j]);
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

#[test]
fn last_time_buys_agree_with_the_newsvendor() {
    for vector in vectors("B_erlang_and_last_time_buy").unwrap_or_default() {
        let (inputs, outputs) = (&vector["inputs"], &vector["outputs"]);
        if inputs["decay"].is_null() {
            continue; // Erlang's loss has a test of its own.
        }
        let buy = LastBuy {
            installed: number(&inputs["N"]),
            failure_rate: number(&inputs["lam"]),
            decay: number(&inputs["decay"]),
            horizon: number(&inputs["T"]),
        };
        close(&vector, "mean", buy.mean_demand(), &outputs["mean"]);
        let promised = buy.quantity(0.95);
        assert_eq!(f64::from(promised), number(&outputs["Q95"]), "{}", vector["id"]);
        assert_eq!(
            f64::from(buy.cheapest_quantity(number(&inputs["c"]), number(&inputs["p"]))),
            number(&outputs["Qcost"]),
            "{}",
            vector["id"]
        );
        close(&vector, "short", buy.expected_short(promised), &outputs["expected_short_at_Q95"]);
        close(&vector, "leftover", buy.expected_leftover(promised), &outputs["expected_leftover_at_Q95"]);
    }
}

#[test]
fn shops_with_few_servers_agree_with_the_closed_form() {
    for vector in vectors("C_capacity_and_finite_population").unwrap_or_default() {
        let (inputs, outputs) = (&vector["inputs"], &vector["outputs"]);
        if inputs["R"].is_null() {
            continue; // Finite installed bases have a test of their own.
        }
        let (rate, time) = (number(&inputs["lam"]), number(&inputs["R"]));
        let shop = Shop { servers: number(&inputs["c"]) as u32, rate, time };
        let base_stock = number(&inputs["S"]) as u32;
        // A depot's transport behind its shop is a lead time before it: what is on the way is Poisson either way.
        let transport = number(&inputs["transport"]);
        let pipeline = shop.units().plus(&Pmf::poisson(rate * transport));
        close(
            &vector,
            "mean",
            shop.units().mean() + rate * transport,
            &outputs["in_shop_mean"].as_f64().map(|mean| Value::from(mean + rate * transport)).expect("a number"),
        );
        close(&vector, "EBO", pipeline.expected_over(base_stock as usize), &outputs["EBO"]);
        close(&vector, "fill", pipeline.at_most(i64::from(base_stock) - 1), &outputs["fill"]);
        let ample = Stream::new(rate, 1.0, 0.0).repairing(Repair::ample(1.0, time + transport));
        let ample = Position::new(ample, None, Stockout::Backorder);
        close(&vector, "ample EBO", ample.expected_backorders(base_stock), &outputs["EBO_infinite_capacity"]);
        close(&vector, "ample fill", ample.fill_rate(base_stock), &outputs["fill_infinite_capacity"]);
        let own = Stream::new(rate, 1.0, 0.0).repairing(Repair { share: 1.0, time, shop: Some(shop) });
        let own = Position::new(own, None, Stockout::Backorder);
        if transport == 0.0 {
            close(&vector, "shelf EBO", own.expected_backorders(base_stock), &outputs["EBO"]);
            close(&vector, "shelf fill", own.fill_rate(base_stock), &outputs["fill"]);
        }
        // The same shop at a depot without stock whose only outlet is a transport away.
        let depot = Depot::new(rate, 1.0, 0.0).repairing(Repair { share: 1.0, time, shop: Some(shop) }).holding(0);
        let outlet = Position::new(Stream::new(rate, 1.0, transport), Some(&depot), Stockout::Backorder);
        close(&vector, "outlet EBO", outlet.expected_backorders(base_stock), &outputs["EBO"]);
        close(&vector, "outlet fill", outlet.fill_rate(base_stock), &outputs["fill"]);
    }
}

#[test]
fn finite_installed_bases_agree_with_birth_and_death() {
    for vector in vectors("C_capacity_and_finite_population").unwrap_or_default() {
        let (inputs, outputs) = (&vector["inputs"], &vector["outputs"]);
        if inputs["N"].is_null() {
            continue; // Open shops have a test of their own.
        }
        let population = FinitePopulation {
            installed: number(&inputs["N"]) as u32,
            spares: number(&inputs["S"]) as u32,
            failure_rate: number(&inputs["lam"]),
            time: 1.0 / number(&inputs["mu"]),
            servers: inputs["c"].as_u64().map(|servers| servers as u32),
        };
        close(&vector, "EBO", population.expected_backorders(), &outputs["EBO"]);
        close(&vector, "availability", population.availability(), &outputs["availability"]);
        close(&vector, "mean", population.units_in_repair().mean(), &outputs["mean_in_repair"]);
        close(&vector, "all up", population.all_working(), &outputs["P_all_up"]);
    }
}

#[test]
fn assemblies_and_modules_of_one_site_agree_with_convolution() {
    for vector in vectors("I_indenture").unwrap_or_default() {
        let inputs = &vector["inputs"];
        let (shares, times) = (numbers(&inputs["q"]), numbers(&inputs["Ti"]));
        let stocks = numbers(&inputs["Si"]);
        let module = |i: usize| Module { share: shares[i], time: times[i], base_stock: stocks[i] as u32 };
        let modules: Vec<Module> = (0..shares.len()).map(module).collect();
        let assembly = Assembly { rate: number(&inputs["lam"]), time: number(&inputs["T"]), modules };
        let base_stock = number(&inputs["S"]) as usize;
        for (name, by) in
            [("exact", Indenture::Exact), ("vari", Indenture::VariMetric), ("modmetric", Indenture::ModMetric)]
        {
            let (pipeline, printed) = (assembly.pipeline(by), &vector["outputs"][name]);
            close(&vector, "mean", pipeline.mean(), &printed["mean"]);
            if by != Indenture::ModMetric {
                close(&vector, "variance", pipeline.variance(), &printed["var"]);
            }
            close(&vector, "EBO", pipeline.expected_over(base_stock), &printed["EBO"]);
            close(&vector, "fill", pipeline.at_most(base_stock as i64 - 1), &printed["fill"]);
            for (i, module) in assembly.modules.iter().enumerate() {
                close(&vector, "module EBO", assembly.waiting_for(module).mean(), &printed["sru_EBO"][i]);
            }
        }
    }
}

#[test]
fn assemblies_and_modules_of_two_echelons_agree_with_two_moments() {
    for vector in vectors("J_two_echelon_two_indenture").unwrap_or_default() {
        let inputs = &vector["inputs"];
        let list = |name: &str| numbers(&inputs[name]);
        let (rates, repaired, times, transports) = (list("lam"), list("r"), list("Tb"), list("O"));
        let stocks = list("Sj");
        let base = |j: usize| Base {
            rate: rates[j],
            repair_share: repaired[j],
            time: times[j],
            transport: transports[j],
            base_stock: stocks[j] as u32,
        };
        let bases: Vec<Base> = (0..rates.len()).map(base).collect();
        let module = |k: usize| {
            let (transports, stocks) = (numbers(&inputs["OS"][k]), numbers(&inputs["SjS"][k]));
            DeepModule {
                share: list("q")[k],
                base_repair_share: list("rS")[k],
                base_time: list("TbS")[k],
                depot_time: list("T0S")[k],
                depot_base_stock: list("S0S")[k] as u32,
                bases: transports.into_iter().zip(stocks).map(|(time, stock)| (time, stock as u32)).collect(),
            }
        };
        let assembly = DeepAssembly {
            depot_time: number(&inputs["T0"]),
            depot_base_stock: number(&inputs["S0"]) as u32,
            bases,
            modules: (0..list("q").len()).map(module).collect(),
        };
        // What the vectors print of the approximations they hold to 1e-8.
        let near = |what: &str, computed: f64, printed: &Value| {
            let printed = number(printed);
            assert!((computed - printed).abs() <= 1e-8 * printed, "{} {what}: {computed} {printed}", vector["id"]);
        };
        for (name, by) in [("vari_metric", Indenture::VariMetric), ("mod_metric", Indenture::ModMetric)] {
            let (pipelines, printed) = (assembly.pipelines(by), &vector["outputs"][name]);
            near("depot mean", pipelines.depot.mean, &printed["depot"]["mean"]);
            near("depot variance", pipelines.depot.variance, &printed["depot"]["var"]);
            let at_depot = pipelines.depot.units(by).expected_over(assembly.depot_base_stock as usize);
            near("depot EBO", at_depot, &printed["depot"]["EBO"]);
            let mut total = 0.0;
            for (j, (moments, base)) in pipelines.bases.iter().zip(&assembly.bases).enumerate() {
                let (units, printed) = (moments.units(by), &printed["bases"][j]);
                near("mean", moments.mean, &printed["mean"]);
                near("variance", moments.variance, &printed["var"]);
                near("EBO", units.expected_over(base.base_stock as usize), &printed["EBO"]);
                near("fill", units.at_most(i64::from(base.base_stock) - 1), &printed["fill"]);
                total += units.expected_over(base.base_stock as usize);
            }
            near("total EBO", total, &printed["total_EBO"]);
        }
    }
}

#[test]
fn the_least_backorders_of_a_part_agree_with_published_allocations() {
    for vector in vectors("S_published_data_allocations").unwrap_or_default() {
        let inputs = &vector["inputs"];
        let evaluation = match inputs["method"].as_str() {
            Some("metric") => Evaluation::Metric,
            Some("vari") => Evaluation::VariMetric,
            Some("exact") => Evaluation::Exact,
            _ => continue, // Several items, or one site: tests of their own.
        };
        let (depot, streams) = network(inputs);
        let rows = vector["outputs"].as_array().expect("rows");
        let splits = least_backorders(depot, &streams, rows.len() as u32 - 1, evaluation);
        for (row, split) in rows.iter().zip(&splits) {
            close(&vector, "EBO", split.expected_backorders, &row["total_EBO"]);
            assert_eq!(f64::from(split.depot), number(&row["S0"]), "{} {row}", vector["id"]);
            let outlets: Vec<f64> = split.outlets.iter().map(|&level| f64::from(level)).collect();
            assert_eq!(outlets, numbers(&row["S"]), "{} {row}", vector["id"]);
        }
    }
}

#[test]
fn undominated_plans_of_two_items_agree_with_published_data() {
    for vector in vectors("S_published_data_allocations").unwrap_or_default() {
        let Some(items) = vector["inputs"]["items"].as_array() else { continue };
        let rows = vector["outputs"].as_array().expect("rows");
        let most = number(&rows.last().expect("a row")["cost"]);
        let splits: Vec<(f64, Vec<Split>)> = items
            .iter()
            .map(|item| {
                let (rates, repaired) = (numbers(&item["lam"]), numbers(&item["r"]));
                let (times, transports) = (numbers(&item["Tb"]), numbers(&item["O"]));
                let stream = |j: usize| {
                    Stream::new(rates[j], 1.0, transports[j]).repairing(Repair::ample(repaired[j], times[j]))
                };
                let streams: Vec<Stream> = (0..rates.len()).map(stream).collect();
                let depot = Depot::new(streams.iter().map(Stream::ordered).sum(), 1.0, number(&item["T0"]));
                let cost = number(&item["c"]);
                (cost, least_backorders(depot, &streams, (most / cost) as u32, Evaluation::Metric))
            })
            .collect();
        let menu = |(cost, splits): &(f64, Vec<Split>)| -> Menu {
            splits.iter().enumerate().map(|(n, split)| (cost * n as f64, -split.expected_backorders)).collect()
        };
        let menus: Vec<Menu> = splits.iter().map(menu).collect();
        let pairs = undominated(&menus, most, 1e-12);
        assert_eq!(pairs.len(), rows.len(), "{}", vector["id"]);
        for (row, pair) in rows.iter().zip(pairs) {
            assert_eq!(pair.cost, number(&row["cost"]));
            close(&vector, "EBO", -pair.worth, &row["total_EBO"]);
        }
    }
}

#[test]
fn undominated_allocations_of_one_site_agree_with_published_data() {
    for vector in vectors("S_published_data_allocations").unwrap_or_default() {
        let inputs = &vector["inputs"];
        if inputs["TAT"].is_null() {
            continue; // Two echelons have tests of their own.
        }
        let (rates, times) = (numbers(&inputs["lam"]), numbers(&inputs["TAT"]));
        let prices = numbers(&inputs["C"]);
        let rows = vector["outputs"].as_array().expect("rows");
        let most = number(&rows.last().expect("a row")["cost"]);
        let mut menus: Vec<Menu> = Vec::new();
        for ((rate, time), price) in rates.iter().zip(&times).zip(&prices) {
            let position = Position::new(Stream::new(*rate, 1.0, *time), None, Stockout::Backorder);
            let levels = 0..=(most / price) as u32;
            menus.push(levels.map(|n| (price * f64::from(n), rate * position.fill_rate(n))).collect());
        }
        let frontier = undominated(&menus, most, 1e-13);
        assert_eq!(frontier.len(), rows.len(), "{}", vector["id"]);
        let total: f64 = rates.iter().sum();
        for (row, combination) in rows.iter().zip(frontier) {
            assert_eq!(combination.cost, number(&row["cost"]), "{}", vector["id"]);
            close(&vector, "FRN", combination.worth, &row["FRN"]);
            close(&vector, "fill", combination.worth / total, &row["fill_rate"]);
        }
    }
}
