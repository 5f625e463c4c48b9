//! The best of all plans at every level: what makes a frontier monotone.

use super::{Trial, at};
use crate::load::Load;
use crate::network::Network;
use crate::plan::{Certificate, Plan};
use crate::run::Outcome;
use crate::scenario::Scenario;
use crate::verify::{evaluate, rules};

/// Gives every level, from the easiest to the hardest, the better of its own plan and its neighbours', and the greatest bound
/// that holds for it.
pub(super) fn settle(scenario: &Scenario, target: usize, trials: &mut [Trial]) {
    let mut world = World { scenario: scenario.clone(), target, network: None, load: Load::of(scenario) };
    // A plan made for an easier level may happen to keep a harder one.
    for harder in 1..trials.len() {
        world.adopt(trials, harder - 1, harder);
    }
    // A plan that keeps a harder level keeps every easier one.
    for easier in (1..trials.len()).rev() {
        world.adopt(trials, easier, easier - 1);
    }
    let mut bound: Option<f64> = None;
    for trial in trials {
        bound = match (bound, trial.outcome.lower_bound) {
            (Some(easier), Some(own)) => Some(easier.max(own)),
            (easier, own) => easier.or(own),
        };
        let Some(plan) = &mut trial.plan else { continue };
        // The bound of a plan is never above its own objective: the two may be one number added up in two orders.
        plan.certificate.lower_bound = bound.map(|bound| bound.min(plan.certificate.objective));
        world.limit(trial.level);
        // What the level's own search began from is told whoever's plan is better in the end.
        let begun = trial.outcome.begun;
        trial.outcome = Outcome { begun, ..Outcome::of_plan(&world.scenario, plan, trial.outcome.ending) };
    }
}

/// The scenario at whichever level is looked at.
struct World {
    scenario: Scenario,
    target: usize,
    /// Lanes of given plans are measured; none is searched.
    network: Option<Network>,
    load: Load,
}

impl World {
    fn limit(&mut self, level: f64) {
        let limit = &mut self.scenario.targets[self.target].limit;
        *limit = at(*limit, level);
    }

    /// Gives a level the plan of another where that is better and keeps all rules.
    fn adopt(&mut self, trials: &mut [Trial], from: usize, to: usize) {
        let Some(plan) = &trials[from].plan else { return };
        let own = trials[to].outcome.objective.unwrap_or(f64::INFINITY);
        let hard = self.scenario.targets[self.target].penalty.is_none();
        // Of equals the harder level's sites are taken, so that sites do not seem to change where nothing is gained. A plan costs
        // the same at every level of a hard target; a soft one's penalty grows with the level.
        let better = |objective: f64| {
            objective < own || (to < from && objective == own && trials[from].open() != trials[to].open())
        };
        let known = hard || to > from;
        if trials[from].found_at == trials[to].found_at || (known && !better(plan.certificate.objective)) {
            return;
        }
        let (found_at, decisions) = (trials[from].found_at, plan.decisions.clone());
        self.limit(trials[to].level);
        let network = self.network.get_or_insert_with(|| Network::unlisted(&self.scenario));
        let taken = evaluate(&self.scenario, network, &self.load, decisions);
        if !better(taken.certificate.objective) || !rules(&self.scenario, network, &self.load, &taken).is_empty() {
            return;
        }
        let lower_bound = trials[to].outcome.lower_bound;
        let certificate = Certificate { objective: taken.certificate.objective, lower_bound };
        let trial = &mut trials[to];
        trial.plan = Some(Plan { certificate, ..taken });
        trial.outcome.objective = Some(certificate.objective);
        trial.found_at = found_at;
    }
}
