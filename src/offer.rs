//! What a policy offers, and what an outlet needs to do it.
//!
//! ```text
//! (withdrawn)  a stream of jobs of a type that its policy does not include is not served; with λ jobs a year it costs
//!              λ × loss_per_job, the profit of those who buy elsewhere
//! (equipment)  an open outlet pays Σ_j (equipment_j + training_j) over the types j that it does and anybody asks for
//! ```
//! A plain repair (a job without a type) belongs to every policy and to every outlet. (withdrawn) comes before anything else
//! is made of the demand: nobody writes or rings for what is not offered.

use crate::scenario::{Cause, Demand, JobId, OutletId, Overhead, Scenario};
use crate::units::Money;

/// Takes the demand away that no policy offers to serve, (withdrawn).
pub(crate) fn withdraw(scenario: &mut Scenario) {
    if scenario.offers.is_empty() {
        return;
    }
    let mut overheads = Vec::new();
    let mut lost = 0.0;
    let mut demands = std::mem::take(&mut scenario.demands);
    demands.retain(|demand| {
        let Some(loss) = loss_of(scenario, demand) else { return true };
        let (rate, country) = (demand.rate.get(), scenario.regions[demand.region.at()].country);
        lost += rate;
        overheads.push((country, rate * loss.get()));
        false
    });
    scenario.demands = demands;
    scenario.jobs_not_offered = lost;
    for (country, amount) in crate::cost::sums(overheads.into_iter()) {
        if amount > 0.0 {
            scenario.overheads.push(Overhead { cause: Cause::LostProfit, country, amount });
        }
    }
}

/// What a job is lost at that its policy does not offer; `None`: it is offered.
fn loss_of(scenario: &Scenario, demand: &Demand) -> Option<Money> {
    let job = demand.job?;
    let offer = scenario.offer(scenario.policy_of(demand.region, demand.product))?;
    let included = offer.jobs.as_ref().is_none_or(|jobs| jobs.binary_search(&job).is_ok());
    (!included).then_some(offer.loss_per_job)
}

/// Charges outlets with what they need for the types of job they do, (equipment).
pub(crate) fn equip(scenario: &mut Scenario) {
    let mut asked = vec![false; scenario.jobs.len()];
    for job in scenario.demands.iter().filter(|demand| demand.rate.get() > 0.0).filter_map(|demand| demand.job) {
        asked[job.at()] = true;
    }
    let needed: Vec<JobId> = (0..asked.len()).filter(|&job| asked[job]).map(JobId::from).collect();
    for outlet in 0..scenario.outlets.len() {
        let format = scenario.format(OutletId::from(outlet));
        let does = |job: &&JobId| format.is_none_or(|format| format.does(**job));
        let done = || needed.iter().filter(does).map(|job| &scenario.jobs[job.at()]);
        // No amount that anyone pays leaves the range of numbers; one that does stays the largest of them.
        let sum = |amounts: f64| Money::new(amounts.min(f64::MAX)).expect("a sum of amounts is an amount");
        let equipment = sum(done().map(|job| job.equipment_cost.get()).fold(0.0, |sum, cost| sum + cost));
        let training = sum(done().map(|job| job.training_cost.get()).fold(0.0, |sum, cost| sum + cost));
        let site = &mut scenario.outlets[outlet];
        (site.equipment_cost, site.training_cost) = (equipment, training);
    }
}
