//! Runs: scenarios that are solved one after another, each heard of while it goes on and stopped when asked.

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::wire::Answer;
use crate::optimise::Failure;
use crate::run::{Came, Done, Exit, Request, Unsolved, object};
use crate::scenario::{Refused, Scenario};
use crate::watch::Watch;

/// No more runs may wait.
const MOST_WAITING: usize = 32;
/// Of older runs so many are remembered.
const MOST_KEPT: usize = 200;

/// What is asked of a run.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// The scenario.
    pub scenario: String,
    /// The gap at which the search may end, as a share.
    gap: Option<f64>,
    /// When it ends at the latest \[seconds\].
    time_limit_seconds: Option<f64>,
    /// The seed of every random choice.
    seed: Option<u64>,
    /// Solve also what an unchanged plan answers?
    #[serde(default)]
    force: bool,
    /// The scenario whose plan it begins from, where that can be mended and proven as closely as is asked.
    #[serde(default)]
    pub from: Option<String>,
}

impl Asked {
    /// What it says as keys of `scenario.toml`.
    fn settings(&self) -> Vec<String> {
        let gap = self.gap.map(|gap| format!("planning.gap={gap}"));
        let limit = self.time_limit_seconds.map(|limit| format!("planning.time_limit_seconds={limit}"));
        let seed = self.seed.map(|seed| format!("planning.seed={seed}"));
        [gap, limit, seed].into_iter().flatten().collect()
    }
}

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Waiting,
    Running,
    Done,
}

/// What is known of a run.
#[derive(Debug)]
struct Known {
    phase: Phase,
    stage: String,
    incumbent: Option<f64>,
    bound: Option<f64>,
    begun: Option<Instant>,
    seconds: f64,
    /// The exit code that `solve` has for what came of it.
    exit: Option<Exit>,
    /// The object of `solve --json`.
    summary: Map<String, Value>,
    /// What `solve` says on stderr.
    message: String,
    faults: Value,
}

/// A run.
#[derive(Debug)]
pub(super) struct Run {
    id: u64,
    asked: Asked,
    folder: PathBuf,
    plan: PathBuf,
    /// The folder of the plan it begins from.
    from: Option<PathBuf>,
    stop: AtomicBool,
    known: Mutex<Known>,
}

impl Run {
    /// The scenario it solves.
    pub fn scenario(&self) -> &str {
        &self.asked.scenario
    }

    /// Was a plan written or found unchanged?
    pub fn has_plan(&self) -> bool {
        self.known().summary.contains_key("plan")
    }

    /// Ends its search; the best plan is kept.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    /// What is known of it.
    pub fn json(&self) -> Value {
        let known = self.known();
        let phase = match known.phase {
            Phase::Waiting => "waiting",
            Phase::Running => "running",
            Phase::Done => "done",
        };
        let gap = known.incumbent.zip(known.bound).filter(|(incumbent, _)| *incumbent != 0.0);
        let gap = gap.map(|(incumbent, bound)| ((incumbent - bound) / incumbent.abs()).max(0.0));
        let seconds = if known.phase == Phase::Running {
            known.begun.map_or(0.0, |begun| begun.elapsed().as_secs_f64())
        } else {
            known.seconds
        };
        json!({
            "id": self.id.to_string(),
            "scenario": self.asked.scenario,
            "phase": phase,
            "done": known.phase == Phase::Done,
            "stage": known.stage,
            "incumbent": known.incumbent,
            "bound": known.bound,
            "gap": gap,
            "seconds": seconds,
            "stopped": self.stop.load(Ordering::SeqCst),
            "exit": known.exit,
            "summary": (known.phase == Phase::Done).then_some(&known.summary),
            "message": known.message,
            "faults": known.faults,
        })
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn end(&self, exit: Exit, summary: Map<String, Value>, message: String) {
        let mut known = self.known();
        known.phase = Phase::Done;
        known.seconds = known.begun.map_or(0.0, |begun| begun.elapsed().as_secs_f64());
        (known.exit, known.summary, known.message) = (Some(exit), summary, message);
    }

    /// Solves it, as `solve` does.
    fn go(&self, closed: &AtomicBool) {
        let begun = Instant::now();
        {
            let mut known = self.known();
            (known.phase, known.begun, known.stage) = (Phase::Running, Some(begun), "reading".to_owned());
        }
        let settings = self.asked.settings();
        let request = Request {
            folder: &self.folder,
            settings: &settings,
            plan: &self.plan,
            from: self.from.as_deref(),
            force: self.asked.force,
        };
        let watch = |scenario: &Scenario| {
            let limit = scenario.planning.time_limit_seconds;
            let deadline = limit.map(|seconds| Instant::now() + Duration::from_secs_f64(seconds.min(1e9)));
            Watching { run: self, closed, deadline }
        };
        let stopped = || self.stop.load(Ordering::SeqCst) || closed.load(Ordering::SeqCst);
        let Done { came, exit, object, watch, .. } = request.solve(watch, stopped, || begun.elapsed().as_secs_f64());
        let why = if stopped() {
            "stopped"
        } else if watch.as_ref().is_some_and(Watching::late) {
            "stopped at the time limit"
        } else {
            "stopped at the work limit"
        };
        if let Came::Refused(Refused::Invalid(faults)) = &came {
            self.known().faults = faults.json();
        }
        if let Came::Written(solved) = &came {
            let certificate = &solved.plan.certificate;
            let mut known = self.known();
            known.incumbent = Some(certificate.objective);
            known.bound = certificate.lower_bound.or(known.bound);
        }
        self.end(exit, object, self.words(&came, exit, why));
    }

    /// What `solve` says of it on stderr.
    fn words(&self, came: &Came, exit: Exit, why: &str) -> String {
        let refusal = |refused: &Refused| match refused {
            Refused::Invalid(faults) => faults.human(false),
            Refused::Unreadable { path, error } => format!("cannot read `{}`: {error}", path.display()),
        };
        match came {
            Came::Unchanged { .. } => "unchanged since its plan was made".to_owned(),
            Came::Written(solved) => match exit {
                Exit::Ok => String::new(),
                Exit::Interrupted => "stopped: the best plan is kept".to_owned(),
                _ if solved.plan.certificate.lower_bound.is_none() => {
                    "the plan is kept; no lower bound is known with these rules".to_owned()
                }
                _ => format!("{why}: the plan is kept, its gap is above the one asked"),
            },
            Came::Refused(refused) => refusal(refused),
            Came::Unwritten(error) => format!("cannot write `{}`: {error}", self.plan.display()),
            Came::Unsolved { unsolved, .. } => match unsolved.as_ref() {
                Unsolved::Failure(Failure::Infeasible(diagnosis)) => {
                    let findings = diagnosis.findings.iter().map(|finding| finding.message.as_str());
                    findings.collect::<Vec<_>>().join("\n")
                }
                Unsolved::Failure(Failure::NothingFound { .. }) => format!("no plan was found: {why}"),
                Unsolved::Refused(refused) => refusal(refused),
                Unsolved::TooManyChoices => unsolved.to_string(),
                Unsolved::Broken(breaches) => {
                    let mut words = "the plan did not pass its own verification and was not written".to_owned();
                    breaches.iter().for_each(|breach| words.push_str(&format!("\n{breach}")));
                    words
                }
            },
        }
    }
}

/// Hears of a run's search and ends it in time.
struct Watching<'w> {
    run: &'w Run,
    closed: &'w AtomicBool,
    deadline: Option<Instant>,
}

impl Watching<'_> {
    fn late(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }
}

impl Watch for Watching<'_> {
    fn stage(&self, name: &str) {
        name.clone_into(&mut self.run.known().stage);
    }

    fn progress(&self, incumbent: Option<f64>, bound: f64) {
        let mut known = self.run.known();
        known.incumbent = incumbent.or(known.incumbent);
        if bound.is_finite() {
            known.bound = Some(bound);
        }
    }

    fn stop(&self) -> bool {
        self.late() || self.run.stop.load(Ordering::SeqCst) || self.closed.load(Ordering::SeqCst)
    }
}

/// All runs, and those that wait for their turn.
#[derive(Debug, Default)]
pub(super) struct Runs {
    book: Mutex<Book>,
    called: Condvar,
    closed: AtomicBool,
}

#[derive(Debug, Default)]
struct Book {
    runs: VecDeque<Arc<Run>>,
    waiting: VecDeque<Arc<Run>>,
    last: u64,
}

impl Runs {
    /// Lines a run up.
    pub fn begin(&self, asked: Asked, folder: PathBuf, plan: &Path, from: Option<PathBuf>) -> Result<Arc<Run>, Answer> {
        let positive = |number: Option<f64>| number.is_none_or(|number| number.is_finite() && number > 0.0);
        if asked.gap.is_some_and(|gap| !(0.0..1.0).contains(&gap)) || !positive(asked.time_limit_seconds) {
            return Err(Answer::refusal(422, "a gap is a share from 0 to 1, a time limit greater than zero"));
        }
        let mut book = self.book();
        if book.waiting.len() >= MOST_WAITING {
            return Err(Answer::refusal(503, "too many runs wait for their turn"));
        }
        book.last += 1;
        let known = Known {
            phase: Phase::Waiting,
            stage: String::new(),
            incumbent: None,
            bound: None,
            begun: None,
            seconds: 0.0,
            exit: None,
            summary: Map::new(),
            message: String::new(),
            faults: Value::Null,
        };
        let (id, plan, stop) = (book.last, plan.to_path_buf(), AtomicBool::new(false));
        let run = Arc::new(Run { id, asked, folder, plan, from, stop, known: Mutex::new(known) });
        book.runs.push_back(Arc::clone(&run));
        book.waiting.push_back(Arc::clone(&run));
        if book.runs.len() > MOST_KEPT {
            book.runs.pop_front();
        }
        self.called.notify_all();
        Ok(run)
    }

    /// A run by its id.
    pub fn find(&self, id: &str) -> Result<Arc<Run>, Answer> {
        let found = id.parse::<u64>().ok().and_then(|id| self.book().runs.iter().find(|run| run.id == id).cloned());
        found.ok_or_else(|| Answer::refusal(404, "there is no run of that id"))
    }

    /// Every run that is remembered.
    pub fn list(&self) -> Value {
        json!({"runs": self.book().runs.iter().map(|run| run.json()).collect::<Vec<_>>()})
    }

    /// Solves what is lined up until the book is closed.
    pub fn work(&self) {
        loop {
            let mut book = self.book();
            while book.waiting.is_empty() && !self.closed.load(Ordering::SeqCst) {
                book = self.called.wait(book).unwrap_or_else(PoisonError::into_inner);
            }
            if self.closed.load(Ordering::SeqCst) {
                return;
            }
            let Some(run) = book.waiting.pop_front() else { continue };
            drop(book);
            if run.stop.load(Ordering::SeqCst) {
                run.end(
                    Exit::Interrupted,
                    object::nothing(&run.folder, "failed"),
                    "stopped before it began".to_owned(),
                );
                continue;
            }
            // A bug in one run is no reason to give up the others.
            if catch_unwind(AssertUnwindSafe(|| run.go(&self.closed))).is_err() {
                run.end(
                    Exit::Internal,
                    object::nothing(&run.folder, "failed"),
                    "the search had to stop: this is a bug".to_owned(),
                );
            }
        }
    }

    /// Ends the run that goes on, with its best plan, and begins no other.
    pub fn close(&self) {
        let book = self.book();
        self.closed.store(true, Ordering::SeqCst);
        drop(book);
        self.called.notify_all();
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
