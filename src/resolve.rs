//! A changed scenario, solved afresh and checked: the one door through which explanations and diagnoses plan.

use crate::load::Load;
use crate::network::Network;
use crate::optimise::{Failure, optimise};
use crate::plan::Plan;
use crate::scenario::Scenario;
use crate::verify::rules;
use crate::watch::Watch;

/// A scenario with its network and the plan that was found for it.
#[derive(Debug)]
pub struct Solved {
    /// The scenario as it was changed.
    pub scenario: Scenario,
    /// Its lanes.
    pub network: Network,
    /// Its plan, which keeps every rule of the scenario.
    pub plan: Plan,
}

/// Connects and plans a scenario; a plan that breaks a rule of it counts as none.
///
/// # Errors
/// [`Failure`] where there is no plan or none was found.
pub fn resolve(scenario: Scenario, load: &Load, watch: &dyn Watch) -> Result<Solved, Failure> {
    let mut network = Network::connect(&scenario);
    let plan = optimise(&scenario, &mut network, load, watch)?;
    if rules(&scenario, &network, load, &plan).is_empty() {
        Ok(Solved { scenario, network, plan })
    } else {
        Err(Failure::NothingFound { lower_bound: plan.certificate.lower_bound })
    }
}
