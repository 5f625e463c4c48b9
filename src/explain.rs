//! One answer questioned: why this outlet and not that one, who pays for a promise, what one more unit is worth.
//!
//! With z\* the least objective of the scenario and z_F that of the same scenario with something forced, each known between
//! its bound and its plan, LB ≤ z\* ≤ UB and LB_F ≤ z_F ≤ UB_F, what the forcing changes is known between
//!
//! ```text
//! (change)      LB_F − UB ≤ z_F − z* ≤ UB_F − LB
//! (restriction) 0 ≤ z_F − z*   where the scenario already allows what is forced
//! (relaxation)  z_F − z* ≤ 0   where the forcing only takes a promise away
//! ```
//!
//! These are the ends that are told, and nothing is told as proven that they do not prove (a what-if in the sense of
//! Greenberg, H. J., A Functional Description of ANALYZE, ACM TOMS 9, 1983, with bounds in place of a basis). What needs no
//! search (one region moved, one unit more) is priced afresh, exactly, with all else as it stands in the plan.

mod country;
mod force;
mod json;
mod part;
mod promise;
mod reason;
mod region;
mod site;
mod stated;

use std::sync::Arc;

use crate::compare::{Beyond, Comparison, compare};
use crate::cost::{Component, sums};
use crate::diagnosis::Diagnosis;
use crate::load::Load;
use crate::network::Network;
use crate::optimise::{Failure, Other};
use crate::plan::figures::Figures;
use crate::plan::write::{depot_loads, outlet_loads, utilisation};
use crate::plan::{Decisions, Plan};
use crate::resolve::{Begun, From, resolve};
use crate::scenario::{Limit, Objective, Scenario};
use crate::service::Promise;
use crate::verify::{decision_rules, evaluate, rules};
use crate::watch::Watch;

pub use country::{ConditionExplained, CountryExplained, explain_condition, explain_country};
use force::Forcing;
pub use json::json;
pub use part::{PartExplained, PartShelf, UnitChange, explain_part};
pub use promise::{PromiseExplained, Worst, explain_promise};
pub use reason::Reason;
pub use region::{Candidate, RegionExplained, Server, explain_region};
pub use site::{Served, SiteExplained, explain_site};
pub use stated::stated;

/// A promise whose room is at most this share (half a point) or this part of its hours is said to bind.
const TIGHT: f64 = 0.005;

/// A plan that is questioned.
pub struct Questioned<'a> {
    /// What was given.
    pub scenario: &'a Scenario,
    /// Its lanes.
    pub network: &'a Network,
    /// Its load.
    pub load: &'a Load,
    /// The plan.
    pub plan: &'a Plan,
    /// Who watches what is solved again.
    pub watch: &'a dyn Watch,
    /// Does what is solved again begin from the plan, where that can be mended and proven as closely as is asked?
    pub from_plan: bool,
}

/// An answer.
#[derive(Debug, Clone)]
pub enum Explanation {
    /// Of an outlet or a depot.
    Site(Box<SiteExplained>),
    /// Of a region.
    Region(Box<RegionExplained>),
    /// Of a part.
    Part(Box<PartExplained>),
    /// Of a promise.
    Promise(Box<PromiseExplained>),
    /// Of a country.
    Country(Box<CountryExplained>),
    /// Of a condition of the ledger.
    Condition(Box<ConditionExplained>),
}

/// What is known of a change of the least objective; an end that nobody knows is `None`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Interval {
    /// It is no less than this.
    pub least: Option<f64>,
    /// It is no more than this.
    pub most: Option<f64>,
}

/// How the scenario with something forced relates to the scenario itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// It allows less: (restriction).
    Restriction,
    /// It asks less: (relaxation).
    Relaxation,
    /// A status is overruled: neither.
    Other,
}

/// What came of a forced re-solve.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// There is a plan.
    Solved(Box<Changed>),
    /// There is none, and why.
    Impossible(Diagnosis),
    /// None was found, and none was proven not to exist.
    Unknown,
}

/// A plan with something forced, beside the plan that is questioned.
#[derive(Debug, Clone)]
pub struct Changed {
    /// (change).
    pub change: Interval,
    /// What is sought, of the plan with the forcing.
    pub objective: f64,
    /// No plan with the forcing has a smaller objective.
    pub lower_bound: Option<f64>,
    /// From the questioned plan to this one, both priced alike.
    pub comparison: Comparison,
    /// Its promises.
    pub promises: Vec<PromiseLine>,
    /// What it was begun from.
    pub begun: Begun,
}

/// A promise in words and numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct PromiseLine {
    /// The number of its target, from 1.
    pub target: usize,
    /// What was promised.
    pub words: String,
    /// The level promised.
    pub level: f64,
    /// The metric, or its spread.
    pub computed: f64,
    /// Is it kept?
    pub kept: bool,
    /// Must it be kept?
    pub hard: bool,
    /// Has it no room to speak of (half a point), or a price?
    pub binds: bool,
    /// What one more point costs at the margin \[a year\], as far as it is known.
    pub point: Option<f64>,
}

/// What follows from a small change of the plan, all else as it stands: priced and assessed afresh, nothing optimised.
#[derive(Debug, Clone, PartialEq)]
pub struct Repriced {
    /// What it costs more a year.
    pub change: f64,
    /// The same by component, those that change.
    pub components: Vec<(Component, f64)>,
    /// The rules and hard promises that it breaks and the plan does not.
    pub broken: Vec<String>,
    /// Of which kinds they are.
    pub reasons: Vec<Reason>,
}

impl Questioned<'_> {
    /// The promises of the plan, those that bind first, each group in the order of the scenario.
    pub fn promises(&self) -> Vec<PromiseLine> {
        promise_lines(self.scenario, self.plan)
    }

    /// Solves again with something forced.
    pub(crate) fn with(&self, forcing: Forcing, name: &str, direction: Direction) -> Outcome {
        self.solved(forcing, self.load, name, direction)
    }

    /// Solves a scenario that differs from the one questioned in what was given, its own load included.
    pub(crate) fn beside(&self, other: Scenario, load: &Load, name: &str, direction: Direction) -> Outcome {
        self.solved(Forcing { world: other.clone(), forced: other, constant: 0.0 }, load, name, direction)
    }

    fn solved(&self, forcing: Forcing, load: &Load, name: &str, direction: Direction) -> Outcome {
        let Forcing { world, forced, constant } = forcing;
        let constant = if world.planning.objective == Objective::Cost { constant } else { 0.0 };
        let own = self.plan.certificate.lower_bound;
        // What only forbids costs no less than the scenario itself.
        let inherited = own.filter(|_| direction == Direction::Restriction);
        let other = self.from_plan.then(|| Other::of(&Arc::new(self.scenario.clone()), self.plan));
        let from = other.as_ref().map(|other| From { other, least: inherited.map(|bound| bound - constant) });
        let solved = match resolve(forced, load, from, self.watch) {
            Ok(solved) => solved,
            Err(Failure::Infeasible(diagnosis)) => return Outcome::Impossible(diagnosis),
            Err(Failure::NothingFound { .. }) => return Outcome::Unknown,
        };
        let mut plan = evaluate(&world, &solved.network, load, solved.plan.decisions);
        if !rules(&world, &solved.network, load, &plan).is_empty() {
            return Outcome::Unknown;
        }
        plan.points = solved.plan.points;
        let begun = solved.begun;
        let objective = plan.certificate.objective;
        let found = solved.plan.certificate.lower_bound.map(|bound| bound + constant);
        let lower_bound = found.into_iter().chain(inherited).max_by(f64::total_cmp).map(|bound| bound.min(objective));
        plan.certificate.lower_bound = lower_bound;
        let here = self.plan.certificate.objective;
        // Only a plan that keeps every rule is an upper end of the least objective.
        let keeps = rules(self.scenario, self.network, self.load, self.plan).is_empty();
        let least = lower_bound.filter(|_| keeps).map(|bound| bound - here);
        let mut change = Interval { least, most: own.map(|bound| objective - bound) };
        match direction {
            Direction::Restriction => change.least = Some(change.least.map_or(0.0, |least| least.max(0.0))),
            Direction::Relaxation => change.most = Some(change.most.map_or(0.0, |most| most.min(0.0))),
            Direction::Other => {}
        }
        let from = Figures::made("the plan", self.scenario, self.network, self.load, self.plan);
        let to = Figures::made(name, &world, &solved.network, load, &plan);
        let unit_costs = world.parts.iter().map(|part| (part.id.clone(), part.unit_cost.get())).collect();
        let beyond = Beyond { unit_costs, ..Beyond::default() };
        let comparison = compare(&from, &to, beyond).expect("both plans count in the currency of one scenario");
        let promises = promise_lines(&world, &plan);
        Outcome::Solved(Box::new(Changed { change, objective, lower_bound, comparison, promises, begun }))
    }

    /// Prices other decisions beside the plan's.
    pub(crate) fn repriced(&self, decisions: Decisions) -> Repriced {
        let Self { scenario, network, load, plan, .. } = *self;
        let other = evaluate(scenario, network, load, decisions);
        let mut components = sums(other.costs.lines.iter().map(|line| (line.component, line.amount)));
        for line in &plan.costs.lines {
            *components.entry(line.component).or_insert(0.0) -= line.amount;
        }
        let total = plan.costs.total().abs();
        components.retain(|_, amount| amount.abs() > 1e-12 * total);
        let messages = |plan: &Plan| -> Vec<String> {
            rules(scenario, network, load, plan).into_iter().map(|breach| breach.message).collect()
        };
        let before = messages(plan);
        let broken: Vec<String> = messages(&other).into_iter().filter(|message| !before.contains(message)).collect();
        let reasons = if broken.is_empty() { Vec::new() } else { self.kinds(&other) };
        let change = other.costs.total() - plan.costs.total();
        Repriced { change, components: components.into_iter().collect(), broken, reasons }
    }

    /// Which kinds of rules a plan breaks.
    fn kinds(&self, other: &Plan) -> Vec<Reason> {
        let Self { scenario, network, load, .. } = *self;
        let beyond = |used: f64| used > 1.0 + 1e-6;
        let loads = outlet_loads(scenario, network, load, &other.decisions);
        let sent = depot_loads(scenario, load, &other.decisions);
        let outlet_full = scenario.outlets.iter().zip(&loads).any(|(site, own)| beyond(utilisation(site, own)));
        let depots = scenario.depots.iter().zip(&sent);
        let depot_full = depots.filter_map(|(site, sent)| Some(sent / site.capacity_units?)).any(beyond);
        let full = outlet_full || depot_full || !other.service.overloaded.is_empty();
        let dear = scenario.limits.budget.is_some_and(|budget| beyond(other.costs.total() / budget.get()));
        let missed = !other.service.all_kept(scenario);
        let others = decision_rules(scenario, network, load, other).len() > usize::from(full) + usize::from(dear);
        let kinds = [
            (full, Reason::CapacityFull),
            (dear, Reason::BudgetBinds),
            (missed, Reason::PromiseBinds),
            (others && !full, Reason::CountFull),
        ];
        kinds.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason).collect()
    }
}

/// The promises of a plan, those that bind first.
fn promise_lines(scenario: &Scenario, plan: &Plan) -> Vec<PromiseLine> {
    let mut lines: Vec<PromiseLine> =
        plan.service.promises.iter().map(|promise| promise_line(scenario, plan, promise)).collect();
    lines.sort_by_key(|line| !line.binds);
    lines
}

fn promise_line(scenario: &Scenario, plan: &Plan, promise: &Promise) -> PromiseLine {
    let target = promise.target(scenario);
    let point = plan.points.get(&(promise.target, promise.key)).copied();
    let (level, room) = match target.limit {
        Limit::AtLeast(least) => (least, promise.computed - least),
        Limit::AtMost(most) => (most, (most - promise.computed) / most.max(f64::MIN_POSITIVE)),
        Limit::SpreadAtMost(most) => (most, most - promise.computed),
    };
    PromiseLine {
        target: promise.target + 1,
        words: promise.describe(scenario),
        level,
        computed: promise.computed,
        kept: promise.kept,
        hard: target.penalty.is_none(),
        binds: room <= TIGHT || point.is_some_and(|price| price > 0.0),
        point,
    }
}

/// Amounts by component, those that are not zero.
fn components(lines: impl Iterator<Item = (Component, f64)>) -> Vec<(Component, f64)> {
    sums(lines).into_iter().filter(|(_, amount)| *amount != 0.0).collect()
}
