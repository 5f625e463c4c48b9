//! The stocking engine on generated catalogues, beside a straightforward exact implementation and stockpyl.
//!
//! `cargo bench --bench stocking [-- WORD...]`; without a word `1000x100`, `10000x300` and `peer` are run.
//!
//! ```text
//! 1000x100            parts × outlets under one depot, 95 % of demand with its part within four hours
//! gap=0.005           stop at this relative gap (default 1e-4)
//! passes=40           most passes over the catalogue
//! peer                evaluations a second beside the same sums written down without thought, and beside stockpyl
//! practice=DIR        a plan folder: what equal fill rates everywhere would cost for the same service
//! scenario=DIR        the scenario of that plan
//! ```
#![allow(clippy::print_stdout, reason = "a bench program prints its table")]

mod generate;
mod peer;
mod practice;

use std::time::Instant;

use generate::Generated;
use sparenet::stocking::catalogue::{Effort, allocate_catalogue};
use sparenet::watch::Nobody;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let setting = |name: &str| words.iter().find_map(|word| word.strip_prefix(name));
    let number = |name: &str| setting(name).and_then(|text| text.parse::<f64>().ok());
    let gap = number("gap=").unwrap_or(1e-4);
    let passes = number("passes=").map_or(Effort::default().passes, |passes| passes as usize);
    let mut jobs: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.contains('=')).collect();
    let practice = setting("practice=").zip(setting("scenario="));
    if jobs.is_empty() && practice.is_none() {
        jobs = vec!["1000x100", "10000x300", "peer"];
    }
    for job in jobs {
        let sizes = job.split_once('x').and_then(|(parts, outlets)| parts.parse().ok().zip(outlets.parse().ok()));
        match sizes {
            Some((parts, outlets)) => allocate(parts, outlets, Effort { gap, passes, ..Effort::default() }),
            None if job == "peer" => peer::compare(),
            None => println!("`{job}` is not understood"),
        }
    }
    if let Some((plan, scenario)) = practice {
        practice::compare(scenario, plan);
    }
}

/// Allocates a generated catalogue and tells how it went.
fn allocate(parts: usize, outlets: usize, effort: Effort) {
    let catalogue = Generated::new(parts, outlets, 0.95);
    let begin = Instant::now();
    let found = match allocate_catalogue(&catalogue, &effort, &Nobody) {
        Ok(found) => found,
        Err(missed) => return println!("{parts} x {outlets}: {missed}"),
    };
    let seconds = begin.elapsed().as_secs_f64();
    let evaluated = found.evaluations as f64 * outlets as f64;
    println!(
        "{parts} parts x {outlets} outlets: cost {:.0} bound {:.0} gap {:.1e} on time {:.6} in {seconds:.1} s; \
         {:.0} million evaluations of an outlet, {:.1} a second; {} MB",
        found.cost,
        found.lower_bound,
        found.gap(),
        found.service[0] / catalogue.demand(),
        evaluated / 1e6,
        evaluated / 1e6 / seconds,
        peak_megabytes(),
    );
}

/// The most memory this process has held \[MB\], where the system tells.
fn peak_megabytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}
