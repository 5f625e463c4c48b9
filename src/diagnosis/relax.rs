//! Ways out of a scenario without a plan: the least that has to be relaxed, and what the plan costs then.
//!
//! A rule R of a scenario S is *lifted* where it no longer binds anything, S∖R. Feasible means that a plan was found which
//! keeps every rule and promise; nothing less is called a way out.
//!
//! ```text
//! (alone)       S∖R feasible: R suffices alone; its least amount is sought on a grid of written values
//! (irreducible) where none suffices alone: F ⊂ rules with S∖F feasible and S∖(F − R) not, for every R in F, by deletion
//! (least)       amounts a along the grid are nested, so feasible amounts are an upper set: bisection
//! (used)        what a plan uses of a lifted rule (its longest way, its fullest site, its worst promise) suffices too
//! ```
//!
//! (irreducible) is the deletion filter of Chinneck and Dravnieks, Locating Minimal Infeasible Constraint Sets in Linear
//! Programs, ORSA Journal on Computing 3, 1991, turned round: it deletes relaxations and not constraints. A cheap test, the
//! location problem with every shelf full (`network_exists`), rules amounts out; every amount that is told has been solved
//! in full, in just the form that its overlay has.

mod amount;
mod json;
mod least;
mod overlay;
mod places;
mod rule;
mod sets;

use std::collections::BTreeSet;

use crate::load::Load;
use crate::network::Network;
use crate::resolve::{Solved, resolve};
use crate::scenario::Scenario;
use crate::watch::Watch;

use super::{Diagnosis, network_exists};
use amount::Amount;
pub use json::json;
use least::{Settled, settle};
use rule::{Rule, rules};
use sets::sets;

/// A gap at which a plan is a plan.
const ANY: f64 = 0.5;

/// One rule relaxed by an amount.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Which rule, in a word that never changes: `target-level`, `target-window`, `target-penalty`, `max-hours`, `lanes`,
    /// `most`, `least`, `openings`, `closings`, `budget`, `capacity`, `repair-servers`, `sourcing`, `closed-sites`,
    /// `forced-sites`, `new-outlets`.
    pub code: &'static str,
    /// What is relaxed from what to what.
    pub words: String,
    /// The greatest amount that was tried and gave no plan, in words; `None` where the amount is the first there is.
    pub short: Option<String>,
    /// What is assumed and not taken from the scenario.
    pub assumption: Option<String>,
}

/// A way out: what is relaxed, and the plan that makes possible.
#[derive(Debug, Clone, PartialEq)]
pub struct Relaxation {
    /// What is relaxed; several only where nothing suffices alone, and then none of them can be left out.
    pub steps: Vec<Step>,
    /// What is sought, of the plan that was found.
    pub objective: f64,
    /// No plan of the relaxed scenario has a smaller objective.
    pub lower_bound: Option<f64>,
    /// What the plan costs \[a year\].
    pub cost: f64,
    /// The lines of an overlay's `scenario.toml`, behind its name and what it extends.
    pub toml: String,
    /// Its tables: file and content.
    pub tables: Vec<(&'static str, String)>,
}

/// All ways out that were found, the cheapest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Relaxations {
    /// The ways.
    pub ways: Vec<Relaxation>,
    /// The codes of the rules that were lifted alone and did not suffice.
    pub insufficient: Vec<&'static str>,
    /// Was the search stopped before it had tried everything?
    pub stopped: bool,
}

/// Where relaxed scenarios are tried.
pub(super) struct Laboratory<'a> {
    load: &'a Load,
    watch: &'a dyn Watch,
    /// Will what is settled be solved once more, in company?
    drafting: bool,
}

impl Laboratory<'_> {
    /// May a network exist, stock apart? Cheap beside a solve; `true` proves nothing.
    fn may_exist(&self, scenario: &Scenario) -> bool {
        let network = Network::connect(scenario);
        // A network may need lanes that are not on short lists.
        !network.is_complete() || network_exists(scenario, &network, self.load, self.watch)
    }

    /// Some plan of the scenario, if one is found: any will do, so that little is proven of it.
    fn any(&self, scenario: &Scenario) -> Option<Solved> {
        let mut loose = scenario.clone();
        // Within a budget only a good plan is one.
        if loose.limits.budget.is_none() {
            loose.planning.gap = loose.planning.gap.max(ANY);
        }
        self.solve(&loose)
    }

    /// The plan that goes with an amount: any while drafting, else one with its proof.
    fn settled(&self, scenario: &Scenario) -> Option<Solved> {
        if self.drafting { self.any(scenario) } else { self.solve(scenario) }
    }

    /// A plan of the scenario, if one is found.
    fn solve(&self, scenario: &Scenario) -> Option<Solved> {
        resolve(scenario.clone(), self.load, None, self.watch).ok()
    }
}

/// Seeks the ways out of a scenario that has no plan, for the reasons given.
pub fn relax(
    scenario: &Scenario,
    network: &Network,
    load: &Load,
    diagnosis: &Diagnosis,
    watch: &dyn Watch,
) -> Relaxations {
    let laboratory = Laboratory { load, watch, drafting: false };
    let rules = rules(scenario, network, load, diagnosis);
    let mut found = Relaxations::default();
    // Where a promise dropped altogether gives no plan, neither does less of it.
    let mut idle: BTreeSet<usize> = BTreeSet::new();
    for rule in &rules {
        if rule.promise().is_some_and(|promise| idle.contains(&promise)) {
            if !found.insufficient.contains(&rule.code()) {
                found.insufficient.push(rule.code());
            }
            continue;
        }
        if watch.stop() {
            found.stopped = true;
            break;
        }
        watch.stage(&format!("relaxing {}", rule.code()));
        let settled = settle(&laboratory, scenario, rule);
        // A rule that was not tried to the end is not told to be too little.
        found.stopped = settled.is_none() && watch.stop();
        match settled {
            None if found.stopped => break,
            Some(settled) => found.ways.push(way(scenario, &[(rule, &settled)], &settled.solved)),
            None => {
                idle.extend(rule.promise());
                if !found.insufficient.contains(&rule.code()) {
                    found.insufficient.push(rule.code());
                }
            }
        }
    }
    if found.ways.is_empty() && !found.stopped {
        watch.stage("relaxing several rules");
        found.ways = sets(&laboratory, scenario, &rules);
        found.stopped = watch.stop();
    }
    found.ways.sort_by(|left, right| left.objective.total_cmp(&right.objective));
    found
}

/// What is told of rules that were settled, the last of them with the plan.
fn way(scenario: &Scenario, settled: &[(&Rule, &Settled)], solved: &Solved) -> Relaxation {
    let steps = settled.iter().map(|(rule, own)| Step {
        code: rule.code(),
        words: overlay::words(scenario, rule, &own.amount),
        short: own.short.map(|short| overlay::value(rule, short)),
        assumption: overlay::assumption(scenario, rule, &own.amount),
    });
    let parts: Vec<(&Rule, &Amount)> = settled.iter().map(|(rule, own)| (*rule, &own.amount)).collect();
    let (toml, tables) = overlay::overlay(scenario, &solved.scenario, &parts);
    Relaxation {
        steps: steps.collect(),
        objective: solved.plan.certificate.objective,
        lower_bound: solved.plan.certificate.lower_bound,
        cost: solved.plan.costs.total(),
        toml,
        tables,
    }
}
