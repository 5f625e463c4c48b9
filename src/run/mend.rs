//! A plan at hand that a what-if begins from.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::load::Load;
use crate::network::Network;
use crate::optimise::Other;
use crate::plan::Plan;
use crate::plan::figures::summary_of;
use crate::plan::read::{Unread, options_of, read};
use crate::plan::sums::decided;
use crate::resolve::{Begun, From, close, mended as mend};
use crate::scenario::{Scenario, base_of, load_taking};
use crate::watch::Watch;

use super::choose::Chosen;
use super::{Solved, verified};

/// A plan with the scenario that it was made for.
#[derive(Debug)]
pub struct Known {
    other: Other,
    /// A lower bound that holds for whatever is begun from it.
    least: Option<f64>,
    digest: String,
}

/// Why a plan cannot be begun from.
#[derive(Debug, thiserror::Error)]
pub enum Unknown {
    /// Its folder cannot be read.
    #[error("the plan cannot be read")]
    Unread(Unread),
    /// Its scenario is not at hand.
    #[error("neither the scenario, nor its bases, nor a folder beside it is `{0}` as it was when the plan was made")]
    NoScenario(String),
}

impl Known {
    /// The plan in a folder; the scenario it was made for is looked for in the folder of the what-if, in its bases, and beside
    /// it, with the keys that the what-if is given elsewhere and without.
    ///
    /// # Errors
    /// [`Unknown`] where the plan or its scenario cannot be had.
    pub fn read(plan: &Path, scenario: &Path, settings: &[String]) -> Result<Self, Unknown> {
        let summary = summary_of(plan).map_err(Unknown::Unread)?;
        let taken = options_of(plan);
        let load = |folder: &Path, settings: &[String]| -> Option<Scenario> {
            let loaded = load_taking(folder, &[], settings, &taken).ok()?.scenario;
            (loaded.input_hash == summary.input_hash).then_some(loaded)
        };
        let made_for = places(scenario, &summary.scenario)
            .iter()
            .find_map(|folder| load(folder, &[]).or_else(|| load(folder, settings).filter(|_| !settings.is_empty())));
        let scenario = made_for.ok_or_else(|| Unknown::NoScenario(summary.scenario.clone()))?;
        let decisions = read(plan, &scenario).map_err(Unknown::Unread)?;
        let points = summary.promises.iter().map(|promise| promise.one_more_point_per_year).collect();
        let other = Other { scenario: Arc::new(scenario), decisions, points, lower_bound: summary.lower_bound };
        Ok(Self { other, least: None, digest: decided(plan) })
    }

    /// A plan that was just made, for a scenario that only asks less than those that begin from it: its bound holds for them.
    pub fn easier(scenario: &Arc<Scenario>, plan: &Plan) -> Self {
        let other = Other { lower_bound: None, ..Other::of(scenario, plan) };
        Self { other, least: plan.certificate.lower_bound, digest: String::new() }
    }

    /// A digest of the files of the plan: what is begun from another is another.
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

/// Where the scenario of a plan may lie: the what-if's own folder, its bases, and the folder of that name beside each of them;
/// those of that name first, since to read a scenario takes longer than all else that is asked of it here.
fn places(scenario: &Path, name: &str) -> Vec<PathBuf> {
    let whole = scenario.canonicalize().unwrap_or_else(|_| scenario.to_path_buf());
    let first = if whole.is_file() { whole.parent().map_or(whole.clone(), Path::to_path_buf) } else { whole };
    let mut chain: Vec<PathBuf> = vec![first];
    while let Some(base) = chain.last().and_then(|last| base_of(last)).filter(|base| !chain.contains(base)) {
        chain.push(base);
    }
    let beside = |folder: &PathBuf| folder.parent().map(|above| above.join(name)).filter(|folder| folder.is_dir());
    let neighbours: Vec<PathBuf> = chain.iter().filter_map(beside).collect();
    for neighbour in neighbours {
        if !chain.contains(&neighbour) {
            chain.push(neighbour);
        }
    }
    chain.sort_by_key(|folder| folder.file_name().is_none_or(|own| own != name));
    chain
}

impl Known {
    /// It as what a search begins from.
    pub(super) fn from(&self) -> From<'_> {
        From { other: &self.other, least: self.least }
    }
}

/// The known plan made to fit a scenario, verified; `None` where it cannot be, or is not proven to be as good as is asked.
pub fn mended(scenario: &Scenario, known: &Known, watch: &dyn Watch) -> Option<Solved> {
    let (network, load) = (Network::connect(scenario), Load::of(scenario));
    let plan = mend(scenario, &network, &load, known.from(), watch).filter(|plan| close(scenario, plan))?;
    let begun = Begun::Plan;
    verified(Chosen { scenario: scenario.clone(), network, load, plan, begun }).ok()
}
