//! Promises against what real demand then did: forecasts and distributions on published series of spare parts.
//!
//! `cargo bench --bench backtest` reads `../shared/data/demand` and says so when that folder is absent. Each series is cut in
//! two: the first part is the history, from which rate, dispersion and a base-stock level are made; the other part then
//! asks for units, one-for-one replenishment brings them back a constant lead time later, and the share of units met at
//! once is held against the promise.
//!
//! ```text
//! (level)   S = least S with P(X ≤ S−1) ≥ β      the share of time with stock on the shelf: the rule of a single unit asked for
//!           S = least S with P(X+J ≤ S−1) ≥ β    the share of units met at once where units come in batches
//! (met)     a period's demand q comes at once and is met from S − (the demand of the L periods before); or, with the word
//!           `spread`, its units come evenly over the period, each met if fewer than S came in the time L before it
//! (equal)   parts compete for one budget: S grows where ΔP · rate / price is largest, until its value is spent
//! ```
//! Of the two, all units of a period at once is harder than life, and evenly spread ones are easier. Periods are months; values are at the price of the part, 1 where
//! the source has none.
#![allow(clippy::print_stdout, reason = "a bench program prints its table")]

use rayon::prelude::*;
use sparenet::demand::Distribution;
use sparenet::demand::estimate::{Estimate, Forecast, Summary, estimates};
use sparenet::demand::forecast::{Method, Smoothing};
use sparenet::stocking::distribution::Pmf;

const PROMISES: [f64; 3] = [0.90, 0.95, 0.98];
const LEAD_TIMES: [usize; 2] = [1, 3];

/// A published set of series.
struct Set {
    name: &'static str,
    series: Vec<Vec<f64>>,
    prices: Vec<f64>,
    /// So many periods are the history.
    known: usize,
}

/// Reads a set: its file, how many columns stand before the series, whether the first of them is a price.
fn read(name: &'static str, file: &str, before: usize, priced: bool, known: usize) -> Option<Set> {
    let path = format!("{}/../shared/data/demand/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(path).ok()?;
    let mut set = Set { name, series: Vec::new(), prices: Vec::new(), known };
    for line in text.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        // A series with missing months or returns is left out.
        let series: Option<Vec<f64>> =
            fields[before..].iter().map(|text| text.parse().ok().filter(|quantity| *quantity >= 0.0)).collect();
        if let Some(series) = series.filter(|series| series.len() > known) {
            set.prices.push(if priced { fields[0].parse().unwrap_or(1.0) } else { 1.0 });
            set.series.push(series);
        }
    }
    Some(set)
}

/// Which share a level is chosen by, (level).
#[derive(Clone, Copy, PartialEq)]
enum Rule {
    Time,
    Units,
}

/// Probabilities are followed up to this much short of 1: no promise here asks for more.
const REST: f64 = 1e-7;

/// The probabilities of 0, 1, …, without the far tail.
fn near(pmf: &Pmf) -> Vec<f64> {
    let (mut sum, mut list) = (0.0, vec![0.0; pmf.first()]);
    for p in pmf.mass() {
        list.push(*p);
        sum += p;
        if sum > 1.0 - REST {
            break;
        }
    }
    list
}

/// P(a unit is met) for S = 0, 1, …, as far as it is worth asking.
fn shares(mean: f64, ratio: f64, rule: Rule) -> Vec<f64> {
    let pipeline = near(&Pmf::demand(mean, ratio));
    let mut seen = pipeline.clone();
    if rule == Rule::Units {
        let before = near(&Pmf::batch_before(ratio));
        seen = vec![0.0; pipeline.len() + before.len() - 1];
        for (at, p) in pipeline.iter().enumerate() {
            seen[at..].iter_mut().zip(&before).for_each(|(sum, q)| *sum += p * q);
        }
    }
    let mut sum = 0.0;
    let grows = seen.iter().map(|p| {
        sum += p;
        sum
    });
    std::iter::once(0.0).chain(grows).collect()
}

/// One part: its rate, its price, its shares.
struct Shelf {
    rate: f64,
    price: f64,
    shares: Vec<f64>,
    /// The best gain per value of any unit from a level on: a budget stops where it falls short, (equal).
    gains: Vec<f64>,
}

impl Shelf {
    fn new(rate: f64, price: f64, shares: Vec<f64>) -> Self {
        let mut gains: Vec<f64> = shares.windows(2).map(|pair| rate * (pair[1] - pair[0]) / price).collect();
        let mut best = 0.0_f64;
        for gain in gains.iter_mut().rev() {
            best = best.max(*gain);
            *gain = best;
        }
        Self { rate, price, shares, gains }
    }

    fn level_for(&self, promise: f64) -> usize {
        let level = self.shares.iter().position(|share| *share >= promise);
        if self.rate <= 0.0 { 0 } else { level.unwrap_or(self.shares.len()) }
    }
}

/// How the units of a period come.
#[derive(Clone, Copy, PartialEq)]
enum Coming {
    AtOnce,
    Spread,
}

/// Units met at once and asked for, (met).
fn lived(series: &[f64], known: usize, lead_time: usize, level: usize, coming: Coming) -> (f64, f64) {
    let mut met = 0.0;
    for at in known..series.len() {
        let (asked, oldest) = (series[at], series[at - lead_time]);
        let since: f64 = series[at - lead_time + 1..at].iter().sum();
        let level = level as f64;
        met += match coming {
            Coming::AtOnce => asked.min((level - since - oldest).max(0.0)),
            Coming::Spread => {
                // Unit j of n comes at (j − ½)/n of the period.
                let units = (1..=asked.round() as u64).map(|unit| unit as f64);
                let back = |unit: f64| (oldest * (unit - 0.5) / asked + 0.5).floor();
                let seen = |unit: f64| unit - 1.0 + since + oldest - back(unit);
                units.filter(|unit| seen(*unit) < level).count() as f64
            }
        };
    }
    (met, series[known..].iter().sum())
}

/// Met, asked for and the stock's value, over all parts.
fn outcome(set: &Set, lead_time: usize, levels: &[usize], coming: Coming) -> (f64, f64) {
    let (mut met, mut asked, mut value) = (0.0, 0.0, 0.0);
    for ((series, price), level) in set.series.iter().zip(&set.prices).zip(levels) {
        let one = lived(series, set.known, lead_time, *level, coming);
        (met, asked, value) = (met + one.0, asked + one.1, value + *level as f64 * price);
    }
    (met / asked, value)
}

/// The levels of a budget, (equal): the marginal share per value at which it is spent, by halving.
fn spent(shelves: &[Shelf], budget: f64) -> Vec<usize> {
    let levels = |least: f64| -> Vec<usize> {
        shelves.iter().map(|shelf| shelf.gains.partition_point(|gain| *gain >= least)).collect()
    };
    let value = |levels: &[usize]| -> f64 {
        shelves.iter().zip(levels).map(|(shelf, level)| *level as f64 * shelf.price).sum()
    };
    let (mut low, mut high) = (1e-12_f64, 1e6_f64);
    for _ in 0..60 {
        let middle = (low * high).sqrt();
        if value(&levels(middle)) > budget { low = middle } else { high = middle }
    }
    levels(high)
}

fn estimated(set: &Set, forecast: Forecast) -> Vec<Estimate> {
    let summaries: Vec<Summary> =
        set.series.par_iter().map(|series| Summary::of(&series[..set.known], forecast)).collect();
    estimates(&summaries)
}

fn shelves(set: &Set, estimates: &[Estimate], distribution: Distribution, lead_time: usize, rule: Rule) -> Vec<Shelf> {
    let shelf = |(estimate, price): (&Estimate, &f64)| {
        let time = lead_time as f64;
        let ratio = distribution.variance_to_mean(estimate, time);
        Shelf::new(estimate.rate, *price, shares(estimate.rate * time, ratio, rule))
    };
    estimates.par_iter().zip(&set.prices).map(shelf).collect()
}

/// Every forecast that is tried.
fn forecasts() -> Vec<(&'static str, Forecast)> {
    let tenth = |method: Method| (method.name(), Forecast { method, smoothing: Some(Smoothing::both(0.1)) });
    // SBJ differs from SBA in the third digit.
    let mut list: Vec<_> = Method::ALL.into_iter().filter(|method| *method != Method::Sbj).map(tenth).collect();
    list.push(("tsb, fitted", Forecast { method: Method::Tsb, smoothing: None }));
    list
}

/// The head of a table with a column for each set and lead time.
fn heading(sets: &[Set], last: &[&str]) {
    let mut columns = vec!["forecast".to_string(), "distribution".into()];
    columns.extend(sets.iter().flat_map(|set| LEAD_TIMES.map(|lead| format!("{} L={lead}", set.name))));
    columns.extend(last.iter().map(|word| word.to_string()));
    println!("| {} |\n|{}", columns.join(" | "), "---|".repeat(columns.len()));
}

/// Prints what was achieved for each promise, then what was achieved with the stock value that a Poisson plan takes.
fn tables(sets: &[Set], rule: Rule, coming: Coming) {
    heading(sets, &["stock", "distance"]);
    let mut equal = Vec::new();
    // The values and the budgets of the first row, Poisson with plain means.
    let mut first: Option<(Vec<f64>, Vec<f64>)> = None;
    for (name, forecast) in forecasts() {
        let estimates: Vec<Vec<Estimate>> = sets.iter().map(|set| estimated(set, forecast)).collect();
        for distribution in Distribution::ALL {
            let (mut distance, mut values, mut cells) = (0.0, Vec::new(), Vec::new());
            let mut all = Vec::new();
            for (set, estimates) in sets.iter().zip(&estimates) {
                for lead_time in LEAD_TIMES {
                    let shelves = shelves(set, estimates, distribution, lead_time, rule);
                    let kept = PROMISES.map(|promise| {
                        let levels: Vec<usize> = shelves.iter().map(|shelf| shelf.level_for(promise)).collect();
                        let (met, value) = outcome(set, lead_time, &levels, coming);
                        distance += (met - promise).abs();
                        values.push(value);
                        format!("{met:.3}")
                    });
                    cells.push(kept.join(" "));
                    all.push((set, lead_time, shelves));
                }
            }
            let count = values.len() as f64;
            let (usual, budgets) = first.get_or_insert_with(|| {
                (values.clone(), values.chunks(PROMISES.len()).map(|values| values[1]).collect())
            });
            let stock: f64 = values.iter().zip(usual.iter()).map(|(one, other)| one / other).sum::<f64>() / count;
            println!(
                "| {name} | {} | {} | {stock:.2} | {:.3} |",
                distribution.name(),
                cells.join(" | "),
                distance / count
            );
            let met: Vec<f64> = all
                .iter()
                .zip(budgets.iter())
                .map(|((set, lead_time, shelves), budget)| outcome(set, *lead_time, &spent(shelves, *budget), coming).0)
                .collect();
            equal.push((name, distribution, met));
        }
    }
    println!("\nAt equal stock value, that of the first row's promise of 0.95:\n");
    heading(sets, &["mean"]);
    for (name, distribution, met) in equal {
        let mean = met.iter().sum::<f64>() / met.len() as f64;
        let cells: Vec<String> = met.iter().map(|met| format!("{met:.3}")).collect();
        println!("| {name} | {} | {} | {mean:.3} |", distribution.name(), cells.join(" | "));
    }
}

fn main() {
    let sets: Vec<Set> = [
        read("carparts", "carparts_items_x_months_1998-01_2002-03.csv", 1, false, 36),
        read("Auto", "Auto.csv", 0, false, 16),
        read("RAF", "BRAF_price_84months.csv", 1, true, 60),
    ]
    .into_iter()
    .flatten()
    .collect();
    if sets.is_empty() {
        println!("skipped: ../shared is absent");
        return;
    }
    for set in &sets {
        let (history, rest) = (set.known, set.series[0].len() - set.known);
        println!("{}: {} series, history of {history} months, lived for {rest} months", set.name, set.series.len());
    }
    let spread = std::env::args().any(|word| word == "spread");
    let (coming, words) = if spread { (Coming::Spread, "evenly spread") } else { (Coming::AtOnce, "all at once") };
    println!("The units of a month come {words}.");
    println!(
        "\nAchieved unit fill for promises of 0.90, 0.95 and 0.98 after lead times of L months; stock: value as a"
    );
    println!("multiple of the first row's; distance: mean of |achieved − promised|.");
    for (rule, words) in [(Rule::Time, "P(X ≤ S−1)"), (Rule::Units, "P(X+J ≤ S−1)")] {
        println!("\n## Levels by {words}\n");
        tables(&sets, rule, coming);
    }
}
