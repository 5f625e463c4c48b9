//! Progress on a terminal, the clock and Ctrl-C.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use sparenet::report::terminal::grouped;
use sparenet::run::Overseer;
use sparenet::watch::Watch;

static INTERRUPTED: AtomicBool = AtomicBool::new(false);

/// Lets the first Ctrl-C end the search with the best plan, and a second one end the process.
pub fn catch_interrupts() {
    let _ = ctrlc::set_handler(|| {
        if INTERRUPTED.swap(true, Ordering::SeqCst) {
            std::process::exit(130);
        }
    });
}

/// Has Ctrl-C been pressed?
pub fn interrupted() -> bool {
    INTERRUPTED.load(Ordering::SeqCst)
}

/// Bars of several solves, one under another; none where nobody sees them.
pub struct Bars {
    bars: MultiProgress,
    whole: ProgressBar,
}

impl Bars {
    /// Bars on a terminal, unless it shall be quiet.
    pub fn new(quiet: bool) -> Self {
        let hidden = quiet || !io::stderr().is_terminal();
        let target = if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() };
        let bars = MultiProgress::with_draw_target(target);
        let whole = bars.add(ProgressBar::no_length());
        if let Ok(style) = ProgressStyle::with_template("{elapsed} {bar:30} {pos}/{len}") {
            whole.set_style(style);
        }
        Self { bars, whole }
    }

    /// A bar for one solve.
    pub fn add(&self, name: &str, time_limit: Option<f64>) -> Progress {
        Progress::on(self.bars.add(ProgressBar::new_spinner()), name, time_limit)
    }

    /// Prints while no bar is in the way.
    pub fn apart(&self, print: impl FnOnce()) {
        self.bars.suspend(print);
    }

    /// Takes the bars away.
    pub fn finish(&self) {
        self.whole.finish_and_clear();
    }
}

impl Overseer for Bars {
    fn watch(&self, name: &str, time_limit: Option<f64>) -> Box<dyn Watch + '_> {
        Box::new(self.add(name, time_limit))
    }

    fn stop(&self) -> bool {
        interrupted()
    }

    fn done(&self, done: usize, all: usize) {
        self.whole.set_length(all as u64);
        self.whole.set_position(done as u64);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.finish();
    }
}

/// Shows the search on a terminal and ends it at the time limit or at Ctrl-C.
pub struct Progress {
    bar: ProgressBar,
    deadline: Option<Instant>,
    late: AtomicBool,
    shown: Mutex<Shown>,
}

#[derive(Default)]
struct Shown {
    stage: String,
    incumbent: Option<f64>,
    bound: Option<f64>,
}

impl Progress {
    /// A watch over one solve.
    pub fn new(name: &str, time_limit: Option<f64>, quiet: bool) -> Self {
        let hidden = quiet || !io::stderr().is_terminal();
        Self::on(if hidden { ProgressBar::hidden() } else { ProgressBar::new_spinner() }, name, time_limit)
    }

    fn on(bar: ProgressBar, name: &str, time_limit: Option<f64>) -> Self {
        if let Ok(style) = ProgressStyle::with_template("{spinner} {prefix} {elapsed} {msg}") {
            bar.set_style(style);
        }
        bar.set_prefix(name.to_owned());
        bar.enable_steady_tick(Duration::from_millis(120));
        let deadline = time_limit.map(|seconds| Instant::now() + Duration::from_secs_f64(seconds.min(1e9)));
        Self { bar, deadline, late: AtomicBool::new(false), shown: Mutex::default() }
    }

    /// Was the search ended by the clock?
    pub fn out_of_time(&self) -> bool {
        self.late.load(Ordering::SeqCst)
    }

    /// Takes the bar away.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn show(&self, change: impl FnOnce(&mut Shown)) {
        let mut shown = self.shown.lock().unwrap_or_else(PoisonError::into_inner);
        change(&mut shown);
        let mut text = shown.stage.clone();
        if let Some(incumbent) = shown.incumbent {
            text.push_str(&format!(" · best {}", grouped(incumbent)));
        }
        if let Some(bound) = shown.bound {
            text.push_str(&format!(" · bound {}", grouped(bound)));
            if let Some(incumbent) = shown.incumbent.filter(|incumbent| *incumbent != 0.0) {
                text.push_str(&format!(" · gap {:.2} %", 100.0 * ((incumbent - bound) / incumbent.abs()).max(0.0)));
            }
        }
        self.bar.set_message(text);
    }
}

impl Watch for Progress {
    fn stage(&self, name: &str) {
        self.show(|shown| name.clone_into(&mut shown.stage));
    }

    fn progress(&self, incumbent: Option<f64>, bound: f64) {
        self.show(|shown| {
            shown.incumbent = incumbent.or(shown.incumbent);
            if bound.is_finite() {
                shown.bound = Some(bound);
            }
        });
    }

    fn stop(&self) -> bool {
        let late = self.deadline.is_some_and(|deadline| Instant::now() >= deadline);
        if late {
            self.late.store(true, Ordering::SeqCst);
        }
        late || interrupted()
    }
}
