//! One scenario solved and proved: what `solve` writes, and what a sweep, a frontier and a regret are made of.
//!
//! A plan is handed out only with its files and only after [`verify_files`] recomputed every figure of them.

pub mod object;
mod outcome;

use crate::load::Load;
use crate::network::Network;
use crate::optimise::{Failure, optimise};
use crate::plan::Plan;
use crate::plan::write::files;
use crate::scenario::Scenario;
use crate::verify::{Breach, Verdict, verify_files};
use crate::watch::Watch;

pub use outcome::{Ending, Outcome, Promised, Status};

/// Hears of runs and may end them: what [`Watch`] is to one search, this is to many.
pub trait Overseer: Sync {
    /// A watch over the run of that name, which may take so long \[seconds\].
    fn watch(&self, name: &str, time_limit: Option<f64>) -> Box<dyn Watch + '_>;

    /// Should no more runs begin?
    fn stop(&self) -> bool {
        false
    }

    /// So many of all runs are done.
    fn done(&self, _done: usize, _all: usize) {}
}

/// Nobody oversees: every run goes to its own end.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unseen;

impl Overseer for Unseen {
    fn watch(&self, _name: &str, _time_limit: Option<f64>) -> Box<dyn Watch + '_> {
        Box::new(crate::watch::Nobody)
    }
}

/// A plan that was verified, with its files.
#[derive(Debug)]
pub struct Solved {
    /// The plan.
    pub plan: Plan,
    /// The files of its folder: name and content.
    pub files: Vec<(&'static str, String)>,
    /// What the verification recomputed.
    pub verdict: Verdict,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum Unsolved {
    /// There is none, or none was found.
    #[error(transparent)]
    Failure(#[from] Failure),
    /// The plan that was found did not pass its own verification.
    #[error("the plan did not pass its own verification")]
    Broken(Vec<Breach>),
}

/// Solves a scenario and verifies its plan: the one place where the runs of a sweep, a frontier or a regret, and `solve`, ask
/// for a plan.
///
/// # Errors
/// [`Unsolved`] where there is no plan, none was found, or the one found is not right.
pub fn solved(
    scenario: &Scenario,
    network: &mut Network,
    load: &Load,
    watch: &dyn Watch,
) -> Result<Solved, Box<Unsolved>> {
    let plan = optimise(scenario, network, load, watch).map_err(|failure| Box::new(failure.into()))?;
    let files = files(scenario, network, load, &plan);
    let verdict = verify_files(scenario, network, load, &plan.decisions, &files);
    if verdict.holds() {
        Ok(Solved { plan, files, verdict })
    } else {
        Err(Box::new(Unsolved::Broken(verdict.breaches)))
    }
}
