//! A changed scenario, solved afresh or from a plan at hand, and checked: the one door through which explanations, diagnoses and
//! runs plan what differs little from something known.

use serde::{Deserialize, Serialize};

use crate::load::Load;
use crate::network::Network;
use crate::optimise::{self, Failure, Other, optimise};
use crate::plan::Plan;
use crate::scenario::Scenario;
use crate::verify::rules;
use crate::watch::Watch;

/// What a plan was begun from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Begun {
    /// From nothing: the whole search was made.
    #[default]
    Nothing,
    /// From a plan at hand, of which everything that did not change was kept.
    Plan,
}

impl Begun {
    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Plan => "plan",
        }
    }
}

/// A plan at hand that a search may begin from.
#[derive(Debug, Clone, Copy)]
pub struct From<'a> {
    /// The plan and its scenario.
    pub other: &'a Other,
    /// A lower bound of the scenario to be planned that is known whatever the two scenarios say.
    pub least: Option<f64>,
}

/// A scenario with its network and the plan that was found for it.
#[derive(Debug)]
pub struct Solved {
    /// The scenario as it was changed.
    pub scenario: Scenario,
    /// Its lanes.
    pub network: Network,
    /// Its plan, which keeps every rule of the scenario.
    pub plan: Plan,
    /// What the plan was begun from.
    pub begun: Begun,
}

/// Connects and plans a scenario, from a plan at hand where one is given; a plan that breaks a rule of it counts as none.
///
/// # Errors
/// [`Failure`] where there is no plan or none was found.
pub fn resolve(scenario: Scenario, load: &Load, from: Option<From>, watch: &dyn Watch) -> Result<Solved, Failure> {
    let mut network = Network::connect(&scenario);
    let (plan, begun) = planned(&scenario, &mut network, load, from, watch)?;
    if rules(&scenario, &network, load, &plan).is_empty() {
        Ok(Solved { scenario, network, plan, begun })
    } else {
        Err(Failure::NothingFound { lower_bound: plan.certificate.lower_bound })
    }
}

/// Plans a scenario: from a plan at hand where that can be mended and is proven as closely as is asked, else from nothing, and
/// then takes the better of the two and the greater of their bounds.
///
/// # Errors
/// [`Failure`] where there is no plan or none was found.
pub fn planned(
    scenario: &Scenario,
    network: &mut Network,
    load: &Load,
    from: Option<From>,
    watch: &dyn Watch,
) -> Result<(Plan, Begun), Failure> {
    let near = from.and_then(|from| mended(scenario, network, load, from, watch));
    let greater = |own: Option<f64>, other: Option<f64>| own.into_iter().chain(other).max_by(f64::total_cmp);
    let Some(mut near) = near else {
        let mut plan = optimise(scenario, network, load, watch)?;
        // A plan at hand that cannot be mended still says what no plan undercuts.
        let bound = from.and_then(|from| optimise::carried(scenario, from.other, from.least));
        let bound = greater(plan.certificate.lower_bound, bound);
        plan.certificate.lower_bound = bound.map(|bound| bound.min(plan.certificate.objective));
        return Ok((plan, Begun::Nothing));
    };
    if close(scenario, &near) {
        return Ok((near, Begun::Plan));
    }
    let certificate = &mut near.certificate;
    match optimise(scenario, network, load, watch) {
        Ok(mut plan) if plan.certificate.objective <= certificate.objective => {
            let bound = greater(plan.certificate.lower_bound, certificate.lower_bound);
            plan.certificate.lower_bound = bound.map(|bound| bound.min(plan.certificate.objective));
            return Ok((plan, Begun::Nothing));
        }
        Ok(plan) => certificate.lower_bound = greater(plan.certificate.lower_bound, certificate.lower_bound),
        Err(Failure::NothingFound { lower_bound }) => {
            certificate.lower_bound = greater(lower_bound, certificate.lower_bound);
        }
        // A plan that keeps every rule is at hand.
        Err(Failure::Infeasible(_)) => {}
    }
    certificate.lower_bound = certificate.lower_bound.map(|bound| bound.min(certificate.objective));
    Ok((near, Begun::Plan))
}

/// Is a plan proven as closely as is asked?
pub fn close(scenario: &Scenario, plan: &Plan) -> bool {
    plan.certificate.gap().is_some_and(|gap| gap <= scenario.planning.gap)
}

/// The plan at hand made to fit a scenario; `None` where it cannot be, or breaks a rule.
pub fn mended(scenario: &Scenario, network: &Network, load: &Load, from: From, watch: &dyn Watch) -> Option<Plan> {
    // That one combination of options only restricts the other scenario says nothing of the other combinations.
    if scenario.choices.iter().any(|choice| !choice.given) {
        return None;
    }
    let plan = optimise::mended(scenario, network, load, from.other, from.least, watch)?;
    rules(scenario, network, load, &plan).is_empty().then_some(plan)
}
