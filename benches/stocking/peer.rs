//! Evaluations a second: ours, the same sums written down without thought, and stockpyl's.

use std::process::Command;
use std::time::Instant;

use super::generate::Generated;
use sparenet::scenario::Stockout;
use sparenet::stocking::catalogue::{Effort, allocate_catalogue};
use sparenet::stocking::{Depot, Position, Stream};
use sparenet::watch::Nobody;

/// Parts and outlets on which the evaluations are counted.
const PARTS: usize = 400;
const OUTLETS: usize = 200;

/// What stockpyl evaluates: one site, Poisson demand during the lead time, base stock r + 1 as an (r, 1) policy.
const STOCKPYL: &str = "\
import time
from stockpyl.rq import r_q_cost_poisson
begin = time.perf_counter()
count = 0
while time.perf_counter() - begin < 2.0:
    for mean in (0.05, 0.4, 1.5, 6.0):
        for level in range(4):
            r_q_cost_poisson(level - 1, 1, 1.0, 20.0, 1e-9, 365.0 * mean, 1.0 / 365.0)
            count += 1
print(count / (time.perf_counter() - begin))
";

/// Prints evaluations a second and their ratios.
pub fn compare() {
    let catalogue = Generated::new(PARTS, OUTLETS, 0.95);
    let begin = Instant::now();
    let Ok(found) = allocate_catalogue(&catalogue, &Effort { gap: 1e-3, ..Effort::default() }, &Nobody) else {
        return println!("the generated catalogue cannot keep its promise");
    };
    let ours = found.evaluations as f64 * OUTLETS as f64 / begin.elapsed().as_secs_f64();
    println!("two echelons, an outlet's best level under one level of its depot, every outlet of {PARTS} x {OUTLETS}:");
    println!("  sparenet            {ours:>14.0} a second");
    let plain = straightforward(&catalogue);
    println!("  convolutions        {plain:>14.0} a second, ratio {:.0}", ours / plain);
    let ready = positions(&catalogue);
    println!("  one by one          {ready:>14.0} a second, ratio {:.0} (sparenet's own `Position`)", ours / ready);
    let own = one_echelon();
    println!("one echelon, expected cost of one level of one site:");
    println!("  sparenet            {own:>14.0} a second");
    match stockpyl() {
        Some(peer) => println!("  stockpyl            {peer:>14.0} a second, ratio {:.0}", own / peer),
        None => println!("  stockpyl is absent (pip install stockpyl)"),
    }
}

/// Levels tried by the peers at every outlet.
const LEVELS: usize = 4;

/// The two-echelon sums as a textbook states them: every probability by its formula, the backlog thinned term by term.
fn straightforward(catalogue: &Generated) -> f64 {
    let begin = Instant::now();
    let (mut count, mut check) = (0_usize, 0.0);
    'all: for number in 0..PARTS {
        let part = catalogue.part(number);
        let mean = part.rate * part.lead_time;
        let base_stock = mean as usize;
        let longest = (mean + 8.0 * mean.sqrt()) as usize + 8;
        let pipeline: Vec<f64> = (0..=longest).map(|x| poisson(mean, x)).collect();
        for &(share, transport) in catalogue.outlets() {
            let own = part.rate * share * transport;
            for level in 0..LEVELS {
                let mut in_time = 0.0;
                for on_order in 0..level {
                    for (x, p) in pipeline.iter().enumerate() {
                        let owed = x.saturating_sub(base_stock);
                        for ours in 0..=owed.min(on_order) {
                            in_time += p * binomial(owed, share, ours) * poisson(own, on_order - ours);
                        }
                    }
                }
                check += in_time;
            }
            count += 1;
            if begin.elapsed().as_secs_f64() > 5.0 {
                break 'all;
            }
        }
    }
    assert!(check.is_finite());
    count as f64 / begin.elapsed().as_secs_f64()
}

fn poisson(mean: f64, x: usize) -> f64 {
    (1..=x).fold((-mean).exp(), |p, k| p * mean / k as f64)
}

fn binomial(trials: usize, share: f64, hits: usize) -> f64 {
    let ways = (0..hits).fold(1.0, |ways, k| ways * (trials - k) as f64 / (k + 1) as f64);
    ways * share.powi(hits as i32) * (1.0 - share).powi((trials - hits) as i32)
}

/// Outlet after outlet by the library's own position, as `evaluate` does it.
fn positions(catalogue: &Generated) -> f64 {
    let begin = Instant::now();
    let (mut count, mut check) = (0_usize, 0.0);
    'all: for number in 0..PARTS {
        let part = catalogue.part(number);
        let upstream = Depot::new(part.rate, 1.0, part.lead_time).holding((part.rate * part.lead_time) as u32);
        for &(share, transport) in catalogue.outlets() {
            let stream = Stream::new(part.rate * share, 1.0, transport);
            let position = Position::new(stream, Some(&upstream), Stockout::Backorder);
            check += (0..LEVELS as u32).map(|level| position.fill_rate(level)).sum::<f64>();
            count += 1;
            if begin.elapsed().as_secs_f64() > 5.0 {
                break 'all;
            }
        }
    }
    assert!(check.is_finite());
    count as f64 / begin.elapsed().as_secs_f64()
}

/// One site's expected holding and backorder cost at a level.
fn one_echelon() -> f64 {
    let begin = Instant::now();
    let (mut count, mut check) = (0_usize, 0.0);
    while begin.elapsed().as_secs_f64() < 2.0 {
        for mean in [0.05, 0.4, 1.5, 6.0] {
            for level in 0..4_u32 {
                let position = Position::new(Stream::new(365.0 * mean, 1.0, 1.0 / 365.0), None, Stockout::Backorder);
                let backorders = position.expected_backorders(level);
                check += f64::from(level) - mean + 21.0 * backorders;
                count += 1;
            }
        }
    }
    assert!(check.is_finite());
    count as f64 / begin.elapsed().as_secs_f64()
}

/// The same by stockpyl, where Python has it.
fn stockpyl() -> Option<f64> {
    let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let output = Command::new(python).args(["-c", STOCKPYL]).output().ok()?;
    String::from_utf8(output.stdout).ok()?.trim().parse().ok()
}
