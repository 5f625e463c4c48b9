//! One problem run and told: a line of the table, the peer beside it when asked for.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use sparenet::location::{Problem, Settings, locate};
use sparenet::watch::Watch;

use crate::peer;

/// What the words of the command line ask for.
#[derive(Debug, Clone, Copy)]
pub struct Wish {
    /// The time we get \[seconds\].
    pub limit: f64,
    /// The time the peer gets \[seconds\]; none leaves it out.
    pub peer: Option<f64>,
    /// The relative gap to stop at.
    pub gap: f64,
    /// Whether every report of progress is printed.
    pub trace: bool,
}

/// Stops a run that takes too long; only the bench has a clock.
struct Clock {
    begin: Instant,
    limit: f64,
    over: AtomicBool,
    trace: bool,
    /// When the gap first was 0.1 % or less \[seconds\].
    near: Mutex<Option<f64>>,
}

impl Watch for Clock {
    fn progress(&self, incumbent: Option<f64>, bound: f64) {
        let seconds = self.begin.elapsed().as_secs_f64();
        if let Some(cost) = incumbent
            && cost - bound <= 1e-3 * cost.abs()
            && let Ok(mut near) = self.near.lock()
        {
            near.get_or_insert(seconds);
        }
        if self.trace {
            println!("{seconds:>8.2} s  {:>16.3} {bound:>16.3}", incumbent.unwrap_or(f64::NAN));
        }
    }

    fn stop(&self) -> bool {
        if self.begin.elapsed().as_secs_f64() > self.limit {
            self.over.store(true, Ordering::Relaxed);
        }
        self.over.load(Ordering::Relaxed)
    }
}

/// The peer's time over ours, by library; the flag says that the peer did not finish.
#[derive(Debug, Default)]
pub struct Ratios(BTreeMap<String, Vec<(f64, bool)>>);

impl Ratios {
    /// Prints the median of every library.
    pub fn tell(&mut self) {
        for (library, ratios) in &mut self.0 {
            ratios.sort_by(|a, b| a.0.total_cmp(&b.0));
            let unfinished = ratios.iter().filter(|ratio| ratio.1).count();
            let middle = ratios[ratios.len() / 2].0;
            let least = if unfinished > 0 { "at least " } else { "" };
            println!(
                "{library}: median ratio HiGHS / sparenet {least}{middle:.1} over {} instances, {unfinished} not finished by HiGHS",
                ratios.len()
            );
        }
    }
}

/// The greatest memory used since `forget_memory` \[MB\]; none where the system does not say.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.split_whitespace().next()?.parse::<f64>().ok()? / 1024.0)
}

/// Prints the heading of the table.
pub fn heading(wish: &Wish) {
    print!(
        "{:<44} {:>16} {:>16} {:>16} {:>9} {:>10} {:>8} {:>8} {:>7} {:>6} {:>7}",
        "instance", "optimum", "objective", "bound", "gap %", "away %", "seconds", "to 0.1%", "nodes", "open", "MB"
    );
    match wish.peer {
        None => println!(),
        Some(_) if !peer::BUILT => println!("   HiGHS: not built"),
        Some(_) => {
            println!(" {:>9} {:>16} {:>16} {:>9} {:>8}", "HiGHS s", "HiGHS plan", "HiGHS bound", "gap %", "ratio");
        }
    }
}

/// Runs a problem and prints its line.
pub fn run(library: &str, name: &str, optimum: Option<f64>, problem: &Problem, wish: &Wish, ratios: &mut Ratios) {
    // Where the system lets us, the peak begins anew, so that drawing or reading the problem does not count.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let clock = Clock {
        begin: Instant::now(),
        limit: wish.limit,
        over: AtomicBool::new(false),
        trace: wish.trace,
        near: Mutex::new(None),
    };
    let outcome = locate(problem, &Settings { node_limit: 1_000_000, gap: wish.gap, ..Settings::default() }, &clock);
    let seconds = clock.begin.elapsed().as_secs_f64();
    let memory = peak_memory().map_or("".to_string(), |megabytes| format!("{megabytes:.0}"));
    let known = optimum.map_or("".to_string(), |value| format!("{value:.3}"));
    match &outcome {
        Ok(found) => {
            let away =
                optimum.map_or("".to_string(), |value| format!("{:+.5}", 100.0 * (found.objective / value - 1.0)));
            let near = if found.gap() <= 1e-3 { clock.near.lock().ok().and_then(|near| *near) } else { None };
            let near = near.map_or("".to_string(), |seconds| format!("{seconds:.2}"));
            let open = found.mode.iter().flatten().count();
            print!(
                "{name:<44} {known:>16} {:>16.3} {:>16.3} {:>9.5} {away:>10} {seconds:>8.2} {near:>8} {:>7} {open:>6} {memory:>7}",
                found.objective,
                found.lower_bound,
                100.0 * found.gap(),
                found.nodes
            );
        }
        Err(failure) => print!("{name:<44} {known:>16} {failure} {seconds:.2}"),
    }
    // A list cut short is not a model that a general solver could be given.
    let whole = problem.lanes.beyond.is_empty();
    if let Some(peer) = wish.peer.filter(|_| whole).and_then(|limit| peer::solve(problem, limit)) {
        let ratio = peer.seconds / seconds.max(1e-4);
        let plan = peer.objective.map_or("none".to_string(), |cost| format!("{cost:.3}"));
        print!(
            " {:>9.2} {plan:>16} {:>16.3} {:>9.5} {:>8}",
            peer.seconds,
            peer.bound,
            peer.gap(),
            format!("{}{ratio:.1}", if peer.proven { "" } else { ">" })
        );
        ratios.0.entry(library.to_string()).or_default().push((ratio, !peer.proven));
    }
    println!();
}
