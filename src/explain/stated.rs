//! A plan folder as a plan that can be questioned.

use std::path::Path;

use crate::load::Load;
use crate::network::Network;
use crate::plan::Plan;
use crate::plan::figures::summary_of;
use crate::plan::read::{Unread, read};
use crate::plan::write::PLAN_FILE;
use crate::scenario::Scenario;
use crate::verify::evaluate;

/// Reads a plan's decisions and prices them afresh. What only its search knew, the bound and the prices of points, is taken
/// from its `plan.json` where that speaks of just this input; a bound holds for the scenario, whatever became of the
/// decisions since.
///
/// # Errors
/// [`Unread`] with all faults at once.
pub fn stated(scenario: &Scenario, network: &Network, load: &Load, folder: &Path) -> Result<Plan, Unread> {
    let mut plan = evaluate(scenario, network, load, read(folder, scenario)?);
    if !folder.join(PLAN_FILE).exists() {
        return Ok(plan);
    }
    let summary = summary_of(folder)?;
    if summary.input_hash == scenario.input_hash {
        plan.certificate.lower_bound = summary.lower_bound;
        for promise in &plan.service.promises {
            let words = promise.describe(scenario);
            let found = summary.promises.iter().find(|own| own.target == words);
            if let Some(point) = found.and_then(|own| own.one_more_point_per_year) {
                plan.points.insert((promise.target, promise.key), point);
            }
        }
    }
    Ok(plan)
}
