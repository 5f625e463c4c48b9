//! A scenario folder solved into a plan folder: what `solve` and the page of `serve` have in common.

use std::io;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::{Exit, Known, Solved, Unknown, Unsolved, object, solved};
use crate::optimise::Failure;
use crate::plan::read::options_of;
use crate::plan::sums::unchanged;
use crate::plan::write::{summary, write};
use crate::scenario::{Refused, Scenario, load_taking};
use crate::watch::Watch;

/// What is to be solved, and where its plan goes.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The scenario's folder.
    pub folder: &'a Path,
    /// Keys that go before those of its `scenario.toml`.
    pub settings: &'a [String],
    /// The plan's folder.
    pub plan: &'a Path,
    /// The folder of the plan it begins from, where that can be mended and proven as closely as is asked.
    pub from: Option<&'a Path>,
    /// Solve also what an unchanged plan answers?
    pub force: bool,
}

/// What came of it.
#[derive(Debug)]
pub enum Came {
    /// The plan in the folder answers just what is asked.
    Unchanged {
        /// The scenario's name.
        name: String,
    },
    /// A plan was written.
    Written(Box<Solved>),
    /// There is no plan, or none that may be written.
    Unsolved {
        /// The scenario's name.
        name: String,
        /// Why.
        unsolved: Box<Unsolved>,
    },
    /// The folder is no scenario.
    Refused(Refused),
    /// The plan could not be written.
    Unwritten(io::Error),
}

/// A request that was dealt with.
#[derive(Debug)]
pub struct Done<W> {
    /// What came of it.
    pub came: Came,
    /// The code that says so.
    pub exit: Exit,
    /// The object that says so.
    pub object: Map<String, Value>,
    /// How many warnings the scenario has.
    pub warnings: usize,
    /// Why the plan to begin from is no help.
    pub unknown: Option<Unknown>,
    /// Who watched the search, if there was one.
    pub watch: Option<W>,
}

impl Request<'_> {
    /// Deals with it. `watch` is asked for who watches the search; `stopped` tells afterwards whether somebody ended it early,
    /// `elapsed` how long it all took \[seconds\].
    pub fn solve<W: Watch>(
        &self,
        watch: impl FnOnce(&Scenario) -> W,
        stopped: impl Fn() -> bool,
        elapsed: impl Fn() -> f64,
    ) -> Done<W> {
        let loaded = match load_taking(self.folder, &[], self.settings, &options_of(self.plan)) {
            Ok(loaded) => loaded,
            Err(refused) => return self.done(Came::Refused(refused)),
        };
        let (scenario, warnings) = (loaded.scenario, loaded.warnings.len());
        if !self.force
            && let Some(mut object) = unchanged(self.plan, &scenario)
        {
            // The plan may have been found for another gap.
            object.insert("status".to_owned(), json!("optimal"));
            object.insert("gap_asked".to_owned(), json!(scenario.planning.gap));
            object::beside(&mut object, self.plan, elapsed(), true);
            let came = Came::Unchanged { name: scenario.name };
            return Done { object, warnings, ..self.done(came) };
        }
        let watch = watch(&scenario);
        let known = self.from.map(|plan| Known::read(plan, self.folder, self.settings));
        let (known, unknown) = match known {
            Some(Ok(known)) => (Some(known), None),
            Some(Err(unknown)) => (None, Some(unknown)),
            None => (None, None),
        };
        let name = scenario.name.clone();
        let again = |taken: &[(String, String)]| load_taking(self.folder, &[], self.settings, taken);
        let came = match solved(scenario, known.as_ref(), &again, &watch) {
            Ok(solved) => match write(self.plan, &solved.files) {
                Ok(()) => Came::Written(Box::new(solved)),
                Err(error) => Came::Unwritten(error),
            },
            Err(unsolved) => Came::Unsolved { name, unsolved },
        };
        let mut done = Done { warnings, unknown, watch: Some(watch), ..self.done(came) };
        if let Came::Written(solved) = &done.came {
            done.object = summary(&solved.scenario, &solved.plan);
            object::beside(&mut done.object, self.plan, elapsed(), false);
            let gap = solved.plan.certificate.gap();
            done.exit = match gap.is_some_and(|gap| gap <= solved.scenario.planning.gap) {
                true => Exit::Ok,
                false if stopped() => Exit::Interrupted,
                false => Exit::GapLeft,
            };
        }
        done
    }

    /// What came of it with its code, and what is told where there is no plan to tell of.
    fn done<W>(&self, came: Came) -> Done<W> {
        let exit = came.exit();
        let status = match exit {
            Exit::Invalid => "invalid",
            Exit::FileSystem => "file_system",
            _ => "failed",
        };
        let object = match &came {
            Came::Unsolved { name, unsolved } => match unsolved.as_ref() {
                Unsolved::Failure(Failure::Infeasible(diagnosis)) => object::infeasible(name, diagnosis),
                Unsolved::Failure(Failure::NothingFound { lower_bound }) => object::unknown(name, *lower_bound),
                _ => object::nothing(self.folder, status),
            },
            _ => object::nothing(self.folder, status),
        };
        Done { came, exit, object, warnings: 0, unknown: None, watch: None }
    }
}

impl Came {
    /// Its code, the gap of a plan apart.
    fn exit(&self) -> Exit {
        let refused = |refused: &Refused| match refused {
            Refused::Invalid(_) => Exit::Invalid,
            Refused::Unreadable { .. } => Exit::FileSystem,
        };
        match self {
            Self::Unchanged { .. } | Self::Written(_) => Exit::Ok,
            Self::Refused(own) => refused(own),
            Self::Unwritten(_) => Exit::FileSystem,
            Self::Unsolved { unsolved, .. } => match unsolved.as_ref() {
                Unsolved::Failure(Failure::Infeasible(_)) => Exit::Infeasible,
                Unsolved::Failure(Failure::NothingFound { .. }) => Exit::NoPlan,
                Unsolved::Refused(own) => refused(own),
                Unsolved::TooManyChoices => Exit::Invalid,
                Unsolved::Broken(_) => Exit::Broken,
            },
        }
    }
}
