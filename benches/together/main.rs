//! Location and stock together on generated continents: seconds, gap and peak memory as regions, candidates and parts grow.
//!
//! ```text
//! cargo bench --bench together -- 2000x400x10x50 10000x2000x20x100      regions × outlets × depots × parts [× products, else 3]
//! hours=1.5       the longest lane [hours]
//! within=24       the window of the promise [hours]
//! at_least=0.95   its level
//! gap=1%          stop at this relative gap
//! limit=300       or after so many seconds
//! keep=FOLDER     write the scenarios there and leave them
//! trace           tell every stage and report of progress
//! ```
//! Each continent is written as a scenario folder, then read, checked, connected and planned as the program does, in a process
//! of its own so that its peak memory is its own.
#![allow(clippy::print_stdout, reason = "a bench program prints its table")]

mod generate;

use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use generate::{Size, Wish, write};
use sparenet::cost::Component;
use sparenet::load::Load;
use sparenet::network::Network;
use sparenet::optimise::optimise;
use sparenet::scenario::{Loaded, load};
use sparenet::watch::Watch;

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let is_size = |word: &&String| Size::of(word).is_some();
    let sizes: Vec<&String> = words.iter().filter(is_size).collect();
    let wish = Wish::of(&words);
    match sizes[..] {
        [] => println!("regions x outlets x depots x parts, such as 2000x400x10x50, say what is generated"),
        [size] => one(size, &wish),
        _ => {
            let program = std::env::current_exe().expect("a running program has a path");
            let settings = || words.iter().filter(|word| Size::of(word).is_none());
            for size in sizes {
                let status = Command::new(&program).arg(size).args(settings()).status();
                if !status.is_ok_and(|status| status.success()) {
                    println!("{size}: it did not end well");
                }
            }
        }
    }
}

/// A clock that stops the search at a limit, and tells what it hears if asked.
struct Clock {
    begin: Instant,
    limit: Duration,
    trace: bool,
    stage: Mutex<String>,
}

impl Watch for Clock {
    fn stage(&self, name: &str) {
        let mut stage = self.stage.lock().expect("nobody panics while it is held");
        if self.trace {
            println!("  {:7.1} s  {:6.0} MB  {name}", self.begin.elapsed().as_secs_f64(), peak_memory());
        }
        *stage = name.to_owned();
    }

    fn progress(&self, incumbent: Option<f64>, bound: f64) {
        if self.trace {
            let cost = incumbent.unwrap_or(f64::INFINITY);
            println!("  {:7.1} s  cost {cost:.0}  bound {bound:.0}", self.begin.elapsed().as_secs_f64());
        }
    }

    fn stop(&self) -> bool {
        self.begin.elapsed() >= self.limit
    }
}

/// The most memory that this process has held \[MB\]; 0 where the system does not tell.
fn peak_memory() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kilobytes.unwrap_or(0.0) / 1024.0
}

/// Writes one continent, plans it and prints a line.
fn one(word: &str, wish: &Wish) {
    let size = Size::of(word).expect("it was told apart by this");
    let folder = tempfile::tempdir().expect("a folder for the scenario");
    let path = wish.keep.as_ref().map_or(folder.path().to_owned(), |keep| Path::new(keep).join(word));
    write(&path, &size, wish).expect("the scenario is written");
    let begin = Instant::now();
    let clock = Clock { begin, limit: Duration::from_secs_f64(wish.limit), trace: wish.trace, stage: Mutex::default() };
    let Ok(Loaded { scenario, .. }) = load(&path, &[]) else {
        println!("{word}: the scenario is refused");
        return;
    };
    let read = begin.elapsed().as_secs_f64();
    let mut network = Network::connect(&scenario);
    let load = Load::of(&scenario);
    let connected = begin.elapsed().as_secs_f64();
    if wish.trace {
        println!(
            "  read {read:.1} s, connected {connected:.1} s, {} lanes, {:.0} MB",
            network.road_count(),
            peak_memory()
        );
    }
    match optimise(&scenario, &mut network, &load, &clock) {
        Err(failure) => println!("{word}: {failure} after {:.1} s", begin.elapsed().as_secs_f64()),
        Ok(plan) => {
            let objective = plan.certificate.objective;
            if wish.trace {
                let lines = Component::ALL.iter().map(|component| (component.name(), plan.costs.of(*component)));
                lines.filter(|(_, cost)| *cost != 0.0).for_each(|(name, cost)| println!("  {name:14} {cost:14.0}"));
            }
            let bound = plan.certificate.lower_bound.unwrap_or(f64::NEG_INFINITY);
            println!(
                "{word}: {:.1} s ({read:.1} read, {:.1} connected), {:.2} % gap, {:.0} MB, {} lanes, cost {objective:.0}, bound \
                 {bound:.0}, {} outlets and {} depots open",
                begin.elapsed().as_secs_f64(),
                connected - read,
                100.0 * (objective - bound) / objective,
                peak_memory(),
                network.road_count(),
                plan.decisions.open_outlets().count(),
                plan.decisions.open_depots().count(),
            );
        }
    }
}
