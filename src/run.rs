//! One scenario solved and proved: what `solve` writes, and what a sweep, a frontier and a regret are made of.
//!
//! A plan is handed out only with its files and only after [`Recomputed`] held every figure of them.

mod choose;
mod exit;
mod folder;
mod mend;
pub mod object;
mod outcome;

use crate::load::Load;
use crate::network::Network;
use crate::optimise::Failure;
use crate::plan::Plan;
use crate::plan::write::files;
use crate::resolve::Begun;
use crate::scenario::{Refused, Scenario};
use crate::verify::{Breach, Recomputed, Verdict};
use crate::watch::Watch;

pub use choose::{Again, MOST_COMBINATIONS};
pub use exit::Exit;
pub use folder::{Came, Done, Request};
pub use mend::{Known, Unknown, mended};
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
    /// The scenario, with the options taken that are best.
    pub scenario: Scenario,
    /// Its lanes.
    pub network: Network,
    /// What its regions ask for.
    pub load: Load,
    /// The plan.
    pub plan: Plan,
    /// The files of its folder: name and content.
    pub files: Vec<(&'static str, String)>,
    /// What the verification recomputed.
    pub verdict: Verdict,
    /// What the plan was begun from.
    pub begun: Begun,
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
    /// The scenario is faulty with other options taken.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The choices have too many combinations.
    #[error(
        "the choices have more than {MOST_COMBINATIONS} combinations; settle some of them: [choice] NAME = \"OPTION\""
    )]
    TooManyChoices,
}

/// Solves a scenario and verifies its plan: the one place where the runs of a sweep, a frontier or a regret, and `solve`, ask
/// for a plan. It is begun from the plan at hand where one is given ([`crate::resolve::planned`]). `again` reads the scenario with other options taken; it is not asked where nothing is to be chosen.
///
/// # Errors
/// [`Unsolved`] where there is no plan, none was found, or the one found is not right.
pub fn solved(
    scenario: Scenario,
    from: Option<&Known>,
    again: &Again<'_>,
    watch: &dyn Watch,
) -> Result<Solved, Box<Unsolved>> {
    verified(choose::chosen(scenario, from, again, watch)?)
}

/// A plan with its files, recomputed from them.
fn verified(chosen: choose::Chosen) -> Result<Solved, Box<Unsolved>> {
    let choose::Chosen { scenario, network, load, plan, begun } = chosen;
    let (files, recomputed) = rayon::join(
        || files(&scenario, &network, &load, &plan),
        || Recomputed::of(&scenario, &network, &load, &plan.decisions),
    );
    let verdict = recomputed.against(&scenario, &network, &load, &files);
    if verdict.holds() {
        Ok(Solved { scenario, network, load, plan, files, verdict, begun })
    } else {
        Err(Box::new(Unsolved::Broken(verdict.breaches)))
    }
}

/// The same for a scenario whose options are settled.
///
/// # Errors
/// As [`solved`].
pub fn settled(scenario: Scenario, watch: &dyn Watch) -> Result<Solved, Box<Unsolved>> {
    let mut scenario = scenario;
    scenario.choices.iter_mut().for_each(|choice| choice.given = true);
    let never = |_: &[(String, String)]| Err(Refused::Invalid(crate::scenario::Diagnostics::default()));
    solved(scenario, None, &never, watch)
}
