//! What came of a run, in figures: a row of a table, and all that is kept of a run whose plan is not.

use serde::{Deserialize, Serialize};

use super::{Solved, Unsolved};
use crate::cost::Component;
use crate::optimise::Failure;
use crate::plan::{Decisions, Plan};
use crate::resolve::Begun;
use crate::scenario::{Limit, PartId, Scenario};

/// Is there a plan, and how close to the best is it?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Its gap is no greater than the one asked.
    Optimal,
    /// Its gap is greater, or not known.
    Feasible,
    /// No plan keeps every promise within the limits.
    Infeasible,
    /// The search ended before it found a plan.
    Unknown,
}

impl Status {
    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Optimal => "optimal",
            Self::Feasible => "feasible",
            Self::Infeasible => "infeasible",
            Self::Unknown => "unknown",
        }
    }
}

/// What ended a search.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It was done: the gap is small enough, there is no plan, or its work limit was reached.
    Itself,
    /// The clock: with more time it might have found another plan.
    TimeLimit,
}

/// A target of a plan: of all its members the one with the least room.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Promised {
    /// The metric: `on_time`.
    pub metric: String,
    /// What was promised, in words.
    pub target: String,
    /// The metric of the member with the least room; `None` where it is infinite.
    pub computed: Option<f64>,
    /// Do all members keep it?
    pub kept: bool,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    /// Is there a plan?
    pub status: Status,
    /// What ended the search.
    pub ending: Ending,
    /// What was sought: cost a year, jobs a year not covered, or hours.
    pub objective: Option<f64>,
    /// No plan has a smaller objective.
    pub lower_bound: Option<f64>,
    /// (objective − bound) / objective.
    pub gap: Option<f64>,
    /// All costs together \[a year\].
    pub cost: Option<f64>,
    /// Cost by component, in the order of [`Component::ALL`]; empty without a plan.
    pub costs: Vec<f64>,
    /// How many outlets are open.
    pub outlets: usize,
    /// How many depots are open.
    pub depots: usize,
    /// What the base-stock levels are worth.
    pub stock_value: f64,
    /// Every target, in their order.
    pub promises: Vec<Promised>,
    /// Why there is no plan; empty where there is one.
    pub reason: String,
    /// What its plan was begun from.
    #[serde(default)]
    pub begun: Begun,
}

impl Outcome {
    /// What a plan comes to, its search ended so.
    pub fn of_plan(scenario: &Scenario, plan: &Plan, ending: Ending) -> Self {
        let gap = plan.certificate.gap();
        let proven = gap.is_some_and(|gap| gap <= scenario.planning.gap);
        Self {
            status: if proven { Status::Optimal } else { Status::Feasible },
            ending: if proven { Ending::Itself } else { ending },
            objective: Some(plan.certificate.objective),
            lower_bound: plan.certificate.lower_bound,
            gap,
            cost: Some(plan.costs.total()),
            costs: Component::ALL.iter().map(|component| plan.costs.of(*component)).collect(),
            outlets: plan.decisions.open_outlets().count(),
            depots: plan.decisions.open_depots().count(),
            stock_value: stock_value(scenario, &plan.decisions),
            promises: (0..scenario.targets.len()).filter_map(|target| promised(scenario, plan, target)).collect(),
            reason: String::new(),
            begun: Begun::Nothing,
        }
    }

    /// What came of a search that ended so.
    pub fn of(found: &Result<Solved, Box<Unsolved>>, ending: Ending) -> Self {
        match found {
            Ok(Solved { scenario, plan, begun, .. }) => Self { begun: *begun, ..Self::of_plan(scenario, plan, ending) },
            Err(unsolved) => Self::without_plan(unsolved, ending),
        }
    }

    /// What is known without a plan.
    pub fn without_plan(unsolved: &Unsolved, ending: Ending) -> Self {
        let (status, lower_bound, reason) = match unsolved {
            Unsolved::Failure(Failure::Infeasible(diagnosis)) => {
                let reason = diagnosis.findings.first().map(|finding| finding.message.clone());
                (Status::Infeasible, None, reason.unwrap_or_else(|| unsolved.to_string()))
            }
            Unsolved::Failure(Failure::NothingFound { lower_bound }) => {
                (Status::Unknown, *lower_bound, unsolved.to_string())
            }
            Unsolved::Broken(_) | Unsolved::Refused(_) | Unsolved::TooManyChoices => {
                (Status::Unknown, None, unsolved.to_string())
            }
        };
        let ending = if status == Status::Infeasible { Ending::Itself } else { ending };
        Self { lower_bound, ..Self::nothing(status, ending, reason) }
    }

    /// No plan, and why.
    pub fn nothing(status: Status, ending: Ending, reason: String) -> Self {
        Self {
            status,
            ending,
            objective: None,
            lower_bound: None,
            gap: None,
            cost: None,
            costs: Vec::new(),
            outlets: 0,
            depots: 0,
            stock_value: 0.0,
            promises: Vec::new(),
            reason,
            begun: Begun::Nothing,
        }
    }
}

/// What the base-stock levels of a plan are worth.
pub fn stock_value(scenario: &Scenario, decisions: &Decisions) -> f64 {
    let shelves = decisions.outlet_stock.iter().chain(&decisions.depot_stock);
    let units = shelves.flat_map(|levels| levels.iter().enumerate());
    units.fold(0.0, |value, (part, level)| {
        value + f64::from(*level) * scenario.parts[PartId::from(part).at()].unit_cost.get()
    })
}

/// The member of a target that has the least room left.
fn promised(scenario: &Scenario, plan: &Plan, target: usize) -> Option<Promised> {
    let given = &scenario.targets[target];
    let room = |computed: f64| match given.limit {
        Limit::AtLeast(least) => computed - least,
        Limit::AtMost(most) | Limit::SpreadAtMost(most) => most - computed,
    };
    let members = || plan.service.promises.iter().filter(|promise| promise.target == target);
    let tightest = members().min_by(|left, right| room(left.computed).total_cmp(&room(right.computed)))?;
    Some(Promised {
        metric: given.metric.name().to_owned(),
        target: tightest.describe(scenario),
        computed: Some(tightest.computed).filter(|computed| computed.is_finite()),
        kept: members().all(|promise| promise.kept),
    })
}
