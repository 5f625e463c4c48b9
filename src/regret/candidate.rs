//! The plans that are lived in futures: plan folders, and scenarios that are planned first.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use crate::jobs::side_by_side;
use crate::plan::Plan;
use crate::plan::figures::{Figures, figures};
use crate::plan::read::{Unread, options_of};
use crate::plan::sums::unchanged;
use crate::run::{Overseer, Unsolved, solved};
use crate::scenario::{Refused, Scenario, Site, load_taking};

/// The open sites of a plan, under its name.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The plan's name.
    pub name: String,
    /// The ids of its open outlets and depots.
    pub open: BTreeSet<String>,
}

/// Why a folder gives no plan.
#[derive(Debug)]
pub enum NoCandidate {
    /// It is a scenario that cannot be used.
    Refused(Refused),
    /// It is a plan that cannot be read.
    Unread(Unread),
    /// The scenario of that name has no plan.
    Unsolved(String, Box<Unsolved>),
}

impl Candidate {
    /// The open sites of a plan of a scenario.
    pub fn of_plan(name: String, scenario: &Scenario, plan: &Plan) -> Self {
        let open = |sites: &[Site], open: &[bool]| -> Vec<String> {
            sites.iter().zip(open).filter(|(_, open)| **open).map(|(site, _)| site.id.clone()).collect()
        };
        let outlets = open(&scenario.outlets, &plan.decisions.outlet_open);
        let depots = open(&scenario.depots, &plan.decisions.depot_open);
        Self { name, open: outlets.into_iter().chain(depots).collect() }
    }

    /// The open sites of a plan folder.
    fn of_figures(name: String, figures: &Figures) -> Self {
        let sites = figures.outlets.iter().chain(&figures.depots);
        Self { name, open: sites.filter(|site| site.open).map(|site| site.id.clone()).collect() }
    }
}

/// Reads plan folders and plans scenarios, several at once; a scenario whose plan lies unchanged in `plans` is not planned
/// again. A folder that was not begun when it was stopped has no candidate.
pub fn candidates(
    named: &[(String, PathBuf)],
    settings: &[String],
    plans: &Path,
    jobs: usize,
    overseer: &dyn Overseer,
) -> Vec<Option<Result<Candidate, NoCandidate>>> {
    let work = |_: usize, (name, folder): &(String, PathBuf)| one(name, folder, settings, plans, overseer);
    side_by_side(named, jobs, &|| overseer.stop(), work, |_, _| ())
}

fn one(
    name: &str,
    folder: &Path,
    settings: &[String],
    plans: &Path,
    overseer: &dyn Overseer,
) -> Result<Candidate, NoCandidate> {
    let of_plan = |folder: &Path| {
        let figures = figures(folder).map_err(NoCandidate::Unread)?;
        Ok(Candidate::of_figures(name.to_owned(), &figures))
    };
    if !folder.join("scenario.toml").is_file() && folder.is_dir() {
        return of_plan(folder);
    }
    let made = plans.join(name);
    let again = |taken: &[(String, String)]| load_taking(folder, &[], settings, taken);
    let scenario = again(&options_of(&made)).map_err(NoCandidate::Refused)?.scenario;
    if unchanged(&made, &scenario).is_some() {
        return of_plan(&made);
    }
    let watch = overseer.watch(name, scenario.planning.time_limit_seconds);
    let own = scenario.name.clone();
    match solved(scenario, None, &again, watch.as_ref()) {
        Ok(solved) => Ok(Candidate::of_plan(name.to_owned(), &solved.scenario, &solved.plan)),
        Err(unsolved) => Err(NoCandidate::Unsolved(own, unsolved)),
    }
}
