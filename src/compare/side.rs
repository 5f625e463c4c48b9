//! Scenarios and plans by their folders: what is at hand of each, and one compared with another.

use std::io;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use super::attribution::{Crossed, complete, lifted, priced};
use super::{Beyond, Comparison, Incomparable, compare, inputs_json, json as object};
use crate::load::Load;
use crate::network::Network;
use crate::plan::figures::{Figures, figures};
use crate::plan::read::{Unread, read};
use crate::plan::write::PLAN_FILE;
use crate::scenario::{Differences, Refused, Scenario, differences, load};
use crate::verify::{evaluate, rules};

/// A scenario or a plan that was named, with what belongs to it.
#[derive(Debug)]
pub struct Side {
    /// The name of its folder.
    pub name: String,
    /// Its plan, with the plan's folder.
    pub plan: Option<(PathBuf, Figures)>,
    /// Its scenario, with the scenario's folder.
    pub scenario: Option<(PathBuf, Scenario)>,
}

/// Why folders cannot be compared.
#[derive(Debug)]
pub enum Trouble {
    /// A folder is not there.
    Missing(PathBuf, io::Error),
    /// A scenario is not to be used.
    Refused(Refused),
    /// A plan is not to be read.
    Unread(Unread),
    /// The plans count in different currencies.
    Incomparable(Incomparable),
    /// Neither both plans nor both scenarios are at hand.
    Nothing,
}

/// Two sides compared.
#[derive(Debug)]
pub enum Beside {
    /// Only what was given: a plan is wanting.
    Given {
        /// The name of the first.
        from: String,
        /// The name of the second.
        to: String,
        /// How they differ.
        inputs: Differences,
    },
    /// Both plans.
    Planned(Box<Comparison>),
}

impl Side {
    /// What is at hand of a folder: a scenario with its plan, looked for in `plans`, or a plan with its scenario, looked for in
    /// `scenarios`.
    ///
    /// # Errors
    /// [`Trouble`] where the folder is neither.
    pub fn of(folder: &Path, plans: &Path, scenarios: &Path) -> Result<Self, Trouble> {
        let whole = folder.canonicalize().map_err(|error| Trouble::Missing(folder.to_path_buf(), error))?;
        let whole = if whole.is_file() { whole.parent().map_or(whole.clone(), Path::to_path_buf) } else { whole };
        let name = whole.file_name().map_or_else(|| "plan".to_owned(), |name| name.to_string_lossy().into_owned());
        if whole.join("scenario.toml").exists() {
            let scenario = load(&whole, &[]).map_err(Trouble::Refused)?.scenario;
            let plan = plans.join(&name);
            let plan = if plan.join(PLAN_FILE).exists() { Some(read_plan(&plan)?) } else { None };
            return Ok(Self { name, plan, scenario: Some((whole, scenario)) });
        }
        let plan = read_plan(&whole)?;
        let scenario = scenario_of(&plan.1, &name, scenarios);
        Ok(Self { name, plan: Some(plan), scenario })
    }

    /// Was its plan made of another input than its scenario is now?
    pub fn stale(&self) -> bool {
        let both = self.plan.as_ref().zip(self.scenario.as_ref());
        both.is_some_and(|((_, figures), (_, scenario))| figures.summary.input_hash != scenario.input_hash)
    }
}

impl Beside {
    /// Does anything differ?
    pub fn differs(&self) -> bool {
        match self {
            Self::Given { inputs, .. } => !inputs.is_empty(),
            Self::Planned(comparison) => comparison.differs(),
        }
    }

    /// It for programs.
    pub fn json(&self) -> Value {
        match self {
            Self::Given { from, to, inputs } => {
                json!({"from": from, "to": to, "differs": self.differs(), "inputs": inputs_json(inputs)})
            }
            Self::Planned(comparison) => object(comparison),
        }
    }
}

/// Compares two sides: their plans with what was given, or only what was given where a plan is wanting.
///
/// # Errors
/// [`Trouble`] where too little is at hand, or the plans do not compare.
pub fn beside(first: &Side, other: &Side) -> Result<Beside, Trouble> {
    let inputs = match (&first.scenario, &other.scenario) {
        (Some((left, _)), Some((right, _))) => Some(differences(left, right).map_err(Trouble::Refused)?),
        _ => None,
    };
    let (from, to) = (first.name.clone(), other.name.clone());
    let (Some(left), Some(right)) = (&first.plan, &other.plan) else {
        return inputs.map(|inputs| Beside::Given { from, to, inputs }).ok_or(Trouble::Nothing);
    };
    let crossed = crossed(first, other);
    let parts = [&first.scenario, &other.scenario].into_iter().flatten().flat_map(|(_, scenario)| &scenario.parts);
    let unit_costs = parts.map(|part| (part.id.clone(), part.unit_cost.get())).collect();
    let beyond = Beyond { inputs, crossed, unit_costs };
    let mut comparison = compare(&left.1, &right.1, beyond).map_err(Trouble::Incomparable)?;
    (comparison.from, comparison.to) = (from, to);
    Ok(Beside::Planned(Box::new(comparison)))
}

fn read_plan(folder: &Path) -> Result<(PathBuf, Figures), Trouble> {
    let figures = figures(folder).map_err(Trouble::Unread)?;
    Ok((folder.to_path_buf(), figures))
}

/// The scenario that a plan was made of, where a folder of its name holds just that input.
fn scenario_of(plan: &Figures, name: &str, scenarios: &Path) -> Option<(PathBuf, Scenario)> {
    [name, plan.summary.scenario.as_str()].into_iter().find_map(|name| {
        let folder = scenarios.join(name);
        let scenario = folder.join("scenario.toml").exists().then(|| load(&folder, &[]).ok()).flatten()?.scenario;
        (scenario.input_hash == plan.summary.input_hash).then_some((folder, scenario))
    })
}

/// The costs of each plan's decisions under the other's conditions, where both can be had.
fn crossed(first: &Side, other: &Side) -> Option<Crossed> {
    let (left, right) = (first.scenario.as_ref()?, other.scenario.as_ref()?);
    let (from, to) = (first.plan.as_ref()?, other.plan.as_ref()?);
    if first.stale() || other.stale() {
        return None;
    }
    let price = |scenario: &Scenario, own: &Scenario, plan: &Path| {
        let decisions = read(plan, scenario).ok()?;
        let lifted = lifted(scenario, own, &decisions);
        let (network, load) = (Network::unlisted(&lifted), Load::of(&lifted));
        if !complete(&lifted, &network, &load, &decisions) {
            return None;
        }
        let plan = evaluate(&lifted, &network, &load, decisions);
        Some((priced(&lifted, &plan.costs), rules(scenario, &network, &load, &plan).len()))
    };
    let (first_in_second, broken) = price(&right.1, &left.1, &from.0)?;
    let (second_in_first, _) = price(&left.1, &right.1, &to.0)?;
    Some(Crossed { first_in_second, second_in_first, broken })
}
