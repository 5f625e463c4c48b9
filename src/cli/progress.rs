//! Progress on a terminal, the clock and Ctrl-C.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use sparenet::report::terminal::grouped;
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
pub fn bars(quiet: bool) -> MultiProgress {
    let hidden = quiet || !io::stderr().is_terminal();
    MultiProgress::with_draw_target(if hidden { ProgressDrawTarget::hidden() } else { ProgressDrawTarget::stderr() })
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

    /// A watch over one of several solves, its bar among theirs.
    pub fn among(bars: &MultiProgress, name: &str, time_limit: Option<f64>) -> Self {
        Self::on(bars.add(ProgressBar::new_spinner()), name, time_limit)
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
