//! A plan at hand that a what-if begins from.

use std::path::Path;

use crate::load::Load;
use crate::network::Network;
use crate::optimise::{Other, mended as mend};
use crate::plan::figures::figures;
use crate::plan::read::{Unread, options_of, read};
use crate::plan::write::files;
use crate::scenario::{Scenario, load_taking};
use crate::verify::{rules, verify_files};
use crate::watch::Watch;

use super::Solved;

/// A plan with the scenario that it was made for.
#[derive(Debug)]
pub struct Known {
    other: Other,
}

/// Why a plan cannot be begun from.
#[derive(Debug, thiserror::Error)]
pub enum Unknown {
    /// Its folder cannot be read.
    #[error("the plan cannot be read")]
    Unread(Unread),
    /// Its scenario is not at hand.
    #[error("no folder beside the scenario holds `{0}` as it was when the plan was made")]
    NoScenario(String),
}

impl Known {
    /// The plan in a folder; its scenario is looked for beside `scenario`.
    ///
    /// # Errors
    /// [`Unknown`] where the plan or its scenario cannot be had.
    pub fn read(plan: &Path, scenario: &Path) -> Result<Self, Unknown> {
        let summary = figures(plan).map_err(Unknown::Unread)?.summary;
        let whole = scenario.canonicalize().unwrap_or_else(|_| scenario.to_path_buf());
        let whole = if whole.is_file() { whole.parent().map_or(whole.clone(), Path::to_path_buf) } else { whole };
        let missing = || Unknown::NoScenario(summary.scenario.clone());
        let beside = whole.parent().map(|above| above.join(&summary.scenario)).filter(|folder| folder.is_dir());
        let loaded = load_taking(&beside.ok_or_else(missing)?, &[], &[], &options_of(plan)).map_err(|_| missing())?;
        let scenario = loaded.scenario;
        if scenario.input_hash != summary.input_hash {
            return Err(missing());
        }
        let decisions = read(plan, &scenario).map_err(Unknown::Unread)?;
        let points = summary.promises.iter().map(|promise| promise.one_more_point_per_year).collect();
        Ok(Self { other: Other { scenario, decisions, points, lower_bound: summary.lower_bound } })
    }
}

/// The known plan made to fit a scenario, verified; `None` where it cannot be, or is not proven to be as good as is asked.
pub fn mended(scenario: &Scenario, known: &Known, watch: &dyn Watch) -> Option<Solved> {
    // That one combination of options only restricts the other scenario says nothing of the other combinations.
    if scenario.choices.iter().any(|choice| !choice.given) {
        return None;
    }
    let (network, load) = (Network::connect(scenario), Load::of(scenario));
    let plan = mend(scenario, &network, &load, &known.other, watch)?;
    let close = plan.certificate.gap().is_some_and(|gap| gap <= scenario.planning.gap);
    if !close || !rules(scenario, &network, &load, &plan).is_empty() {
        return None;
    }
    let files = files(scenario, &network, &load, &plan);
    let verdict = verify_files(scenario, &network, &load, &plan.decisions, &files);
    verdict.holds().then(|| Solved { scenario: scenario.clone(), network, load, plan, files, verdict })
}
