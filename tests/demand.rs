//! Demand from its history: forecasts, patterns, dispersion and what is not known of them.

use std::io::Write;
use std::path::Path;

use proptest::prelude::*;
use serde_json::Value;
use sparenet::demand::estimate::{Estimate, Forecast, Summary, estimates};
use sparenet::demand::forecast::{Begin, Forecaster, Method, Smoothing, fitted};
use sparenet::demand::pattern::{Pattern, Shape};
use sparenet::scenario::{Loaded, Refused, Scenario, load};
use sparenet::stocking::distribution::Pmf;

const PLAIN: Forecast = Forecast { method: Method::Mean, smoothing: None };

fn smoothed(method: Method, weight: f64) -> Forecast {
    Forecast { method, smoothing: Some(Smoothing::both(weight)) }
}

fn estimated(series: &[Vec<f64>], forecast: Forecast) -> Vec<Estimate> {
    let summaries: Vec<Summary> = series.iter().map(|series| Summary::of(series, forecast)).collect();
    estimates(&summaries)
}

#[test]
fn forecasts_and_shapes_agree_with_the_vectors_of_real_series() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/oracles/F_intermittent_forecasts.json");
    let Ok(text) = std::fs::read_to_string(path) else {
        let _ = writeln!(std::io::stderr(), "skipped: ../shared is absent");
        return;
    };
    let file: Value = serde_json::from_str(&text).expect("an oracle file is JSON");
    let vectors = file["vectors"].as_array().expect("a family has vectors");
    assert!(!vectors.is_empty());
    for vector in vectors {
        let series: Vec<f64> = vector["inputs"]["y"]
            .as_array()
            .expect("a series")
            .iter()
            .map(|quantity| quantity.as_f64().expect("a number"))
            .collect();
        let smoothing = Smoothing { begin: Begin::First, ..Smoothing::both(0.1) };
        let shape = Shape::of(&series);
        let mut computed: Vec<(&str, f64)> =
            Method::ALL.map(|method| (method.name(), Forecaster::after(method, smoothing, &series).rate())).to_vec();
        computed.extend([("adi", shape.average_interval()), ("cv2", shape.size_variation)]);
        for (name, value) in computed {
            let printed = vector["outputs"][name].as_f64().unwrap_or_else(|| panic!("{} has no {name}", vector["id"]));
            let tolerance = &vector["tolerance"];
            let allowed = tolerance["abs"].as_f64().expect("a tolerance")
                + tolerance["rel"].as_f64().expect("a tolerance") * printed.abs();
            assert!((value - printed).abs() <= allowed, "{} {name}: {value}, printed {printed}", vector["id"]);
        }
    }
}

#[test]
fn the_four_patterns_part_where_the_source_parts_them() {
    let pattern =
        |periods, demands, size_variation| Shape { periods, demands, mean_size: 1.0, size_variation }.pattern();
    assert_eq!(pattern(131, 100, 0.48), Pattern::Smooth);
    assert_eq!(pattern(132, 100, 0.48), Pattern::Intermittent);
    assert_eq!(pattern(131, 100, 0.49), Pattern::Erratic);
    assert_eq!(pattern(132, 100, 0.49), Pattern::Lumpy);
    assert_eq!(pattern(50, 0, 0.0), Pattern::Silent);
}

#[test]
fn a_silent_demand_is_forecast_to_fade_by_tsb_and_not_by_croston() {
    let mut series = vec![2.0; 20];
    series.extend([0.0; 20]);
    let rate = |method| Forecaster::after(method, Smoothing::both(0.1), &series).rate();
    assert_eq!(rate(Method::Croston), 2.0);
    assert_eq!(rate(Method::Mean), 1.0);
    // The chance falls by a tenth in each of the silent periods.
    assert!((rate(Method::Tsb) - 2.0 * 0.9_f64.powi(20)).abs() < 1e-12);
}

#[test]
fn smoothing_begins_as_a_plain_mean() {
    let series = [5.0, 1.0, 0.0, 2.0];
    let ses = Forecaster::after(Method::Ses, Smoothing::both(0.1), &series);
    assert!((ses.rate() - 2.0).abs() < 1e-12);
    assert!((ses.known_periods() - 4.0).abs() < 1e-12);
}

#[test]
fn a_long_smoothed_series_is_known_as_well_as_so_many_periods() {
    // (2 − a)/a = 19 of weight 0.1.
    let series: Vec<f64> = (0..2_000).map(|period| f64::from(period % 3)).collect();
    let known = |method| Forecaster::after(method, Smoothing::both(0.1), &series).known_periods();
    assert!((known(Method::Ses) - 19.0).abs() < 1e-9);
    assert!((known(Method::Tsb) - 19.0).abs() < 1e-9);
    // Two of three periods have demand, so 19 intervals take 28.5 periods; a smoothed interval is near 1.5, not at it.
    assert!((known(Method::Croston) / 28.5 - 1.0).abs() < 0.05);
    assert_eq!(known(Method::Mean), 2_000.0);
}

#[test]
fn the_fitted_weight_is_small_for_noise_about_a_level_and_large_for_a_step() {
    // A fixed, unordered pattern about 10, and a step from 2 to 30.
    let noise: Vec<f64> = (0..60).map(|period: i32| f64::from(8 + (period * 7919) % 5)).collect();
    let step: Vec<f64> = (0..60).map(|period| if period < 30 { 2.0 } else { 30.0 }).collect();
    assert_eq!(fitted(Method::Ses, &noise).size, 0.05);
    assert_eq!(fitted(Method::Ses, &step).size, 0.3);
}

#[test]
fn the_dispersion_of_a_series_alone_is_that_of_its_chance_and_its_sizes() {
    // 0, 4, 0, 4: size 4 always, chance 1/2: 4 · (0 + 1/2 · 4/3) = 8/3, which is s²/mean too.
    let estimate = estimated(&[vec![0.0, 4.0, 0.0, 4.0]], PLAIN)[0];
    assert_eq!(estimate.rate, 2.0);
    assert!((estimate.variance_to_mean - 8.0 / 3.0).abs() < 1e-15);
    // Steadier than Poisson counts as Poisson.
    assert_eq!(estimated(&[vec![3.0, 3.0, 3.0]], PLAIN)[0].variance_to_mean, 1.0);
}

#[test]
fn a_series_with_one_demand_learns_its_dispersion_from_the_others() {
    let mut single = vec![0.0; 20];
    single[3] = 10.0;
    let alone = estimated(std::slice::from_ref(&single), PLAIN)[0].variance_to_mean;
    // Sizes 1 and 9, mean 5: CV² = 32/25.
    let mut lumpy = vec![0.0; 20];
    (lumpy[2], lumpy[9]) = (1.0, 9.0);
    let together = estimated(&[single, lumpy], PLAIN)[0].variance_to_mean;
    assert!((alone - 10.0).abs() < 1e-12, "no variation of size is known: 10 · 19/20 · 20/19");
    assert!((together - 10.0 * (1.0 + 32.0 / 25.0)).abs() < 1e-12);
}

#[test]
fn the_predictive_of_a_poisson_demand_is_the_gamma_mixture_of_poissons() {
    // 7 units in 12 periods, one at a time; the lead time is 3 periods. Λ ~ Gamma(7, rate 12), by Simpson's rule.
    let mut series = vec![0.0; 12];
    (0..7).for_each(|period| series[period] = 1.0);
    let estimate = estimated(&[series], PLAIN)[0];
    let (rate, ratio) = (estimate.rate, estimate.predictive(3.0));
    assert_eq!(estimate.variance_to_mean, 1.0);
    assert!((ratio - 1.25).abs() < 1e-15, "1 + 3/12");
    let predicted = Pmf::demand(rate * 3.0, ratio);
    let (steps, width) = (4_000, 6.0 / 4_000.0);
    for demand in 0..12_usize {
        let mixed: f64 = (1..=steps)
            .map(|step| {
                let lambda = f64::from(step) * width;
                // Γ(7) = 720.
                let gamma = 12.0_f64.powi(7) * lambda.powi(6) * (-12.0 * lambda).exp() / 720.0;
                let weight = if step == steps {
                    1.0
                } else if step % 2 == 1 {
                    4.0
                } else {
                    2.0
                };
                weight * gamma * Pmf::poisson(3.0 * lambda).exactly(demand)
            })
            .sum::<f64>()
            * width
            / 3.0;
        assert!((mixed - predicted.exactly(demand)).abs() < 1e-9, "{demand}: {mixed}");
    }
}

#[test]
fn rates_that_move_together_are_told_by_many_series_and_not_by_few() {
    // Steady through two thirds, thrice as much after; and its steady twin.
    let moved: Vec<f64> = (0..30).map(|period| if period < 20 { 4.0 } else { 12.0 }).collect();
    let drift = |series: &[f64], count: usize| estimated(&vec![series.to_vec(); count], PLAIN)[0].drift;
    assert!(drift(&moved, 40) > 0.5);
    assert_eq!(drift(&moved, 5), 0.0);
    assert_eq!(drift(&[4.0; 30], 40), 0.0);
}

#[test]
fn a_history_of_one_period_has_a_rate_and_no_dispersion_of_its_own() {
    let estimate = estimated(&[vec![6.0], vec![0.0]], smoothed(Method::Tsb, 0.1));
    assert_eq!((estimate[0].rate, estimate[0].variance_to_mean, estimate[0].known_periods), (6.0, 1.0, 1.0));
    assert_eq!((estimate[1].rate, estimate[1].pattern), (0.0, Pattern::Silent));
    assert!((estimate[0].predictive(2.0) - 3.0).abs() < 1e-15, "1 + 2/1");
}

fn quantities() -> impl Strategy<Value = Vec<f64>> {
    proptest::collection::vec(prop_oneof![2 => Just(0_u32), 1 => 1_u32..40], 1..40)
        .prop_map(|series| series.into_iter().map(f64::from).collect())
}

fn methods() -> impl Strategy<Value = Method> {
    proptest::sample::select(Method::ALL.to_vec())
}

proptest! {
    #[test]
    fn the_forecast_of_a_constant_series_is_the_constant(
        constant in 0.1_f64..500.0, periods in 1_usize..50, method in methods(), weight in 0.01_f64..1.0, first in any::<bool>()
    ) {
        let begin = if first { Begin::First } else { Begin::Mean };
        let smoothing = Smoothing { begin, ..Smoothing::both(weight) };
        let rate = Forecaster::after(method, smoothing, &vec![constant; periods]).rate();
        // The corrections take off what they always take off: here there is no bias to correct.
        let corrected = match method {
            Method::Sba => 1.0 - weight / 2.0,
            Method::Sbj => 1.0 - weight / (2.0 - weight),
            _ => 1.0,
        };
        prop_assert!((rate - corrected * constant).abs() <= 1e-9 * constant);
    }

    #[test]
    fn a_forecast_is_never_negative_nor_above_the_largest_quantity(
        series in quantities(), method in methods(), weight in 0.01_f64..1.0
    ) {
        let forecaster = Forecaster::after(method, Smoothing::both(weight), &series);
        let largest = series.iter().copied().fold(0.0, f64::max);
        prop_assert!(forecaster.rate() >= 0.0 && forecaster.rate() <= largest * (1.0 + 1e-12));
        prop_assert!(forecaster.known_periods() >= 0.0 && forecaster.known_periods() <= series.len() as f64);
    }

    #[test]
    fn scaling_a_history_scales_its_rate_and_its_ratio_and_keeps_its_pattern(
        series in quantities(), method in methods(), factor in 1.0_f64..50.0
    ) {
        let scaled: Vec<f64> = series.iter().map(|quantity| quantity * factor).collect();
        let forecast = smoothed(method, 0.1);
        let (one, other) = (estimated(&[series], forecast)[0], estimated(&[scaled], forecast)[0]);
        prop_assert_eq!(one.pattern, other.pattern);
        prop_assert!((other.rate - factor * one.rate).abs() <= 1e-9 * other.rate);
        prop_assert!((other.known_periods - one.known_periods).abs() <= 1e-9 * one.known_periods);
        if one.variance_to_mean > 1.0 {
            prop_assert!((other.variance_to_mean / (factor * one.variance_to_mean) - 1.0).abs() <= 1e-9);
        }
    }

    #[test]
    fn more_uncertainty_never_lowers_the_ratio(
        series in proptest::collection::vec(quantities(), 1..30), method in methods(), lead_time in 0.0_f64..12.0
    ) {
        for estimate in estimated(&series, smoothed(method, 0.1)) {
            let ratio = estimate.predictive(lead_time);
            prop_assert!(estimate.variance_to_mean >= 1.0 && ratio >= estimate.variance_to_mean);
            prop_assert!(estimate.predictive(lead_time + 1.0) >= ratio);
            let vaguer = Estimate { known_periods: estimate.known_periods / 2.0, ..estimate };
            let moving = Estimate { drift: estimate.drift + 0.1, ..estimate };
            prop_assert!(vaguer.predictive(lead_time) >= ratio && moving.predictive(lead_time) >= ratio);
        }
    }

    #[test]
    fn shrinking_stays_between_a_series_and_its_fellows(
        series in proptest::collection::vec(quantities(), 2..20)
    ) {
        let alone: Vec<f64> = series.iter().map(|series| Shape::of(series).size_variation).collect();
        let most = alone.iter().copied().fold(0.0, f64::max);
        for (estimate, series) in estimated(&series, PLAIN).iter().zip(&series) {
            let shape = Shape::of(series);
            if shape.demands > 0 && series.len() > 1 {
                let (count, periods) = (shape.demands as f64, series.len() as f64);
                let silence = (1.0 - count / periods) * periods / (periods - 1.0);
                let bound = (shape.mean_size * (most + silence)).max(1.0);
                prop_assert!(estimate.variance_to_mean <= bound * (1.0 + 1e-12));
            }
        }
    }
}

const REGIONS: &str = "region,latitude,longitude,population\nA,53.5511,9.9937,300\nB,48.1374,11.5755,100\n";
const OUTLETS: &str = "outlet,latitude,longitude,fixed_cost_per_year,supplier_lead_time_days\nO,50.1109,8.6821,1000,7\nP,50.2,8.7,1000,73\n";

/// A scenario with a history: the keys of `[demand]`, and the rows.
fn scenario(keys: &str, rows: &str) -> Scenario {
    match loaded(keys, rows) {
        Ok(Loaded { scenario, .. }) => scenario,
        Err(Refused::Invalid(faults)) => panic!("{}", faults.human(false)),
        Err(other) => panic!("{other}"),
    }
}

fn loaded(keys: &str, rows: &str) -> Result<Loaded, Refused> {
    loaded_with(keys, rows, "part,unit_cost,supplier_lead_time_days\npump,100,\nvalve,10,14.6\n")
}

fn loaded_with(keys: &str, rows: &str, parts: &str) -> Result<Loaded, Refused> {
    let folder = tempfile::tempdir().expect("a folder for the test");
    let files = [
        ("scenario.toml", format!("name = \"history\"\n[demand]\n{keys}")),
        ("regions.csv", REGIONS.into()),
        ("outlets.csv", OUTLETS.into()),
        ("parts.csv", parts.into()),
        ("demand_history.csv", format!("region,part,period,quantity\n{rows}")),
    ];
    for (name, text) in files {
        std::fs::write(Path::new(folder.path()).join(name), text).expect("the test writes");
    }
    load(folder.path(), &[])
}

/// Quantities 0, 4, 0, 4, 0, 4 of two parts over six months.
const ROWS: &str = ",pump,2024-02,4\n,pump,2024-04,4\n,pump,2024-06,4\n,pump,2024-01,0\n\
                    B,valve,2024-02,4\nB,valve,2024-04,1\nB,valve,2024-04,3\nB,valve,2024-06,4\n";

#[test]
fn the_distribution_says_how_much_of_the_dispersion_counts() {
    // Alone and known: 4 · 1/2 · 6/5 = 2.4. Six periods tell the rate; pump comes from the farther outlet, 73 days or 2.4
    // months, valve has its own 14.6 days or 0.48 months.
    let ratios = |keys: &str| -> Vec<f64> {
        scenario(&format!("forecast = \"mean\"\n{keys}"), ROWS).demands.iter().map(|d| d.variance_to_mean).collect()
    };
    assert_eq!(ratios("distribution = \"poisson\""), [1.0, 1.0, 1.0]);
    let close = |found: Vec<f64>, expected: [f64; 3]| {
        assert!(found.iter().zip(expected).all(|(one, other)| (one - other).abs() < 1e-12), "{found:?}");
    };
    close(ratios("distribution = \"negative_binomial\""), [2.4; 3]);
    close(ratios(""), [2.4 * 1.4, 2.4 * 1.4, 2.4 * 1.08]);
}

#[test]
fn what_is_repaired_is_away_for_its_turnaround() {
    // Half of the pumps are back after 14.6 days, the others come after 73: 43.8 days or 1.44 months.
    let parts = "part,unit_cost,repair_share,repair_turnaround_days\npump,100,0.5,14.6\nvalve,10,,\n";
    let loaded = loaded_with("forecast = \"mean\"", ROWS, parts).expect("it is sound");
    let ratios: Vec<f64> = loaded.scenario.demands.iter().map(|demand| demand.variance_to_mean).collect();
    let expected = [2.4 * 1.24, 2.4 * 1.24, 2.4 * 1.4];
    assert!(ratios.iter().zip(expected).all(|(one, other)| (one - other).abs() < 1e-12), "{ratios:?}");
}

#[test]
fn the_forecast_says_the_rate_and_a_shared_series_keeps_it() {
    let rates =
        |keys: &str| -> Vec<f64> { scenario(keys, ROWS).demands.iter().map(|demand| demand.rate.get()).collect() };
    // Two a month; A has three quarters of the people.
    assert_eq!(rates("forecast = \"mean\""), [18.0, 6.0, 24.0]);
    // Interval 2, size 4, and the corrections of the schema's 0.1.
    assert_eq!(rates("forecast = \"croston\""), [18.0, 6.0, 24.0]);
    let close = |found: Vec<f64>, last: f64| assert!((found[2] - last).abs() < 1e-12, "{found:?}");
    close(rates("forecast = \"sba\""), 24.0 * 0.95);
    close(rates("forecast = \"sba\"\nsmoothing = 0.4\ninterval_smoothing = 0.2"), 24.0 * 0.9);
    // Weights 1, 1/2, …: half of the last level and half of 4.
    close(rates("forecast = \"ses\"\nsmoothing = 1"), 48.0);
}

#[test]
fn the_order_of_rows_changes_nothing() {
    let mut rows: Vec<&str> = ROWS.lines().collect();
    let one = scenario("", ROWS);
    rows.reverse();
    let other = scenario("", &rows.join("\n"));
    assert_eq!(one.input_hash, other.input_hash);
    assert_eq!(one.history, other.history);
}

#[test]
fn another_reading_of_a_history_is_another_input() {
    let hashes = ["", "forecast = \"ses\"", "distribution = \"poisson\"", "smoothing = 0.2", "fit_smoothing = true"]
        .map(|keys| scenario(keys, ROWS).input_hash);
    for (at, hash) in hashes.iter().enumerate() {
        assert!(!hashes[..at].contains(hash), "{at}");
    }
    assert_eq!(hashes[0], scenario("forecast = \"tsb\"\ndistribution = \"predictive\"", ROWS).input_hash);
}

#[test]
fn a_history_is_counted_by_pattern() {
    let rows = format!("{ROWS}A,valve,2024-03,0\n");
    let history = scenario("", &rows).history.expect("there is a history");
    assert_eq!((history.periods, history.period), (6, "month"));
    // Smooth, intermittent, erratic, lumpy, silent.
    assert_eq!(history.patterns, [0, 2, 0, 0, 1]);
}

#[test]
fn a_history_without_any_demand_is_told() {
    let Err(Refused::Invalid(faults)) = loaded("", "A,pump,2024-01,0\nA,pump,2024-09,0\n") else {
        panic!("there is no demand")
    };
    assert!(faults.human(false).contains("there is no demand"), "{}", faults.human(false));
}
