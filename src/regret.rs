//! Regret: plans made now, lived in futures that may come.
//!
//! A plan's *sites* are what is hard to undo. In each future they are as the plan has them, and the rest (who serves whom, who
//! replenishes whom, the stock) is decided anew for that future. With sites s and future f
//!
//! (cost)    C(s, f) = least cost of f with the sites s,  C*(f) = min { least cost of f with any sites, C(s, f) for every s }
//! (regret)  R(s, f) = C(s, f) − C*(f) ≥ 0
//! (min-max) the plan whose greatest regret is smallest, min_s max_f R(s, f) (Savage, L. J., The theory of statistical
//!           decision, Journal of the American Statistical Association 46, 1951)
//! (expected) the plan whose weighted mean cost is smallest, min_s Σ_f w_f C(s, f) / Σ_f w_f; its mean regret is smallest too.
//!
//! Costs are those the searches found. Against the true optimum of a future, which is not below its bound B(f), a plan's regret
//! is at most C(s, f) − B(f): that is told beside it.
//!
//! What a future itself says of a site goes before the plan: a site that it closes, or does not know, is *lost*; one that it
//! keeps open is *added*. A plan for which no plan of the future with these sites exists cannot be kept there, and is never picked.

mod candidate;
mod forced;
mod write;

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::jobs::side_by_side;
use crate::load::Load;
use crate::network::Network;
use crate::plan::{Certificate, Plan};
use crate::run::{Ending, Outcome, Overseer, Status, settled};
use crate::scenario::Scenario;
use crate::verify::{evaluate, rules};
use forced::{Forced, forced};

pub use candidate::{Candidate, NoCandidate, candidates};
pub use write::{REGRET_FILE, files, json};

/// A world that may come.
#[derive(Debug, Clone)]
pub struct Future {
    /// Its name.
    pub name: String,
    /// The world.
    pub scenario: Scenario,
    /// How much it counts beside the others.
    pub weight: f64,
}

/// A plan's sites in a future.
#[derive(Debug, Clone)]
pub struct Cell {
    /// What comes of it there.
    pub outcome: Outcome,
    /// R(s, f).
    pub regret: Option<f64>,
    /// C(s, f) − B(f): what the regret against the true optimum is at most.
    pub regret_at_most: Option<f64>,
    /// Sites of the plan that the future closes or does not know.
    pub lost: Vec<String>,
    /// Sites that the future keeps open and the plan does not have.
    pub added: Vec<String>,
}

/// Plans by futures.
#[derive(Debug, Clone)]
pub struct Regret {
    /// The plans' names.
    pub candidates: Vec<String>,
    /// The futures' names.
    pub futures: Vec<String>,
    /// The futures' weights.
    pub weights: Vec<f64>,
    /// The currency of all.
    pub currency: String,
    /// Each future with its sites free.
    pub free: Vec<Outcome>,
    /// C*(f), where a plan is known.
    pub best: Vec<Option<f64>>,
    /// Each plan in each future.
    pub cells: Vec<Vec<Cell>>,
    /// The plan whose greatest regret is smallest.
    pub min_max: Option<usize>,
    /// The plan whose weighted mean cost is smallest.
    pub expected: Option<usize>,
}

impl Regret {
    /// The greatest regret of a plan; `None` where it cannot be kept in every future.
    pub fn greatest(&self, candidate: usize) -> Option<f64> {
        self.cells[candidate].iter().try_fold(0.0, |most: f64, cell| Some(most.max(cell.regret?)))
    }

    /// The weighted mean cost of a plan; `None` where it cannot be kept in every future.
    pub fn mean_cost(&self, candidate: usize) -> Option<f64> {
        let weighted = self.cells[candidate].iter().zip(&self.weights);
        let sum = weighted.map(|(cell, weight)| Some(cell.outcome.objective? * weight)).sum::<Option<f64>>()?;
        Some(sum / self.weights.iter().sum::<f64>())
    }
}

/// Why plans and futures cannot be set against each other.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Incomparable {
    /// Money is counted in different currencies.
    #[error("the future `{0}` counts in {1}, the first one in {2}")]
    Currency(String, String, String),
    /// Different things are sought.
    #[error("the future `{0}` seeks another objective than the first one")]
    Objective(String),
    /// A plan is of another world.
    #[error("the future `{future}` knows no open site of the plan `{plan}`")]
    World {
        /// The plan.
        plan: String,
        /// The future.
        future: String,
    },
}

/// Can these plans be lived in these futures?
///
/// # Errors
/// [`Incomparable`] where a sum or a difference over them would mean nothing.
pub fn check(candidates: &[Candidate], futures: &[Future]) -> Result<(), Incomparable> {
    let Some((first, others)) = futures.split_first() else { return Ok(()) };
    for Future { name, scenario, .. } in others {
        if scenario.currency != first.scenario.currency {
            let (own, other) = (scenario.currency.clone(), first.scenario.currency.clone());
            return Err(Incomparable::Currency(name.clone(), own, other));
        }
        if scenario.planning.objective != first.scenario.planning.objective {
            return Err(Incomparable::Objective(name.clone()));
        }
    }
    for candidate in candidates {
        for Future { name, scenario, .. } in futures {
            let mut sites = scenario.outlets.iter().chain(&scenario.depots);
            if !sites.any(|site| candidate.open.contains(&site.id)) {
                return Err(Incomparable::World { plan: candidate.name.clone(), future: name.clone() });
            }
        }
    }
    Ok(())
}

/// Lives every plan in every future; `None`: it was interrupted.
pub fn regret(candidates: &[Candidate], futures: &[Future], jobs: usize, overseer: &dyn Overseer) -> Option<Regret> {
    // The futures with free sites come first, then the plans, each in every future.
    let whose = std::iter::once(None).chain(candidates.iter().map(Some));
    let tasks: Vec<(Option<&Candidate>, &Future)> =
        whose.flat_map(|candidate| futures.iter().map(move |future| (candidate, future))).collect();
    let done = AtomicUsize::new(0);
    let work = |_: usize, (candidate, future): &(Option<&Candidate>, &Future)| {
        let cell = match candidate {
            Some(candidate) => kept(candidate, future, overseer),
            None => Cell::without_regret(free(future, overseer)),
        };
        overseer.done(done.fetch_add(1, Ordering::SeqCst) + 1, tasks.len());
        cell
    };
    let cells = side_by_side(&tasks, jobs, &|| overseer.stop(), work, |_, _| ());
    let mut cells: Vec<Cell> = cells.into_iter().collect::<Option<_>>()?;
    if overseer.stop() && cells.iter().any(|cell| cell.outcome.status == Status::Unknown) {
        return None;
    }
    let plans = cells.split_off(futures.len());
    let free: Vec<Outcome> = cells.into_iter().map(|cell| cell.outcome).collect();
    let mut rows: Vec<Vec<Cell>> = plans.chunks(futures.len()).map(<[Cell]>::to_vec).collect();
    let best = |future: usize| {
        let found = rows.iter().map(|row| &row[future].outcome).chain([&free[future]]);
        found.filter_map(|outcome| outcome.objective).min_by(f64::total_cmp)
    };
    let best: Vec<Option<f64>> = (0..futures.len()).map(best).collect();
    for row in &mut rows {
        for (future, cell) in row.iter_mut().enumerate() {
            let less = |from: Option<f64>| Some((cell.outcome.objective? - from?).max(0.0));
            (cell.regret, cell.regret_at_most) = (less(best[future]), less(free[future].lower_bound));
        }
    }
    let mut regret = Regret {
        candidates: candidates.iter().map(|candidate| candidate.name.clone()).collect(),
        futures: futures.iter().map(|future| future.name.clone()).collect(),
        weights: futures.iter().map(|future| future.weight).collect(),
        currency: futures.first().map_or(String::new(), |future| future.scenario.currency.clone()),
        free,
        best,
        cells: rows,
        min_max: None,
        expected: None,
    };
    let least = |of: &dyn Fn(usize) -> Option<f64>| {
        let known = (0..candidates.len()).filter_map(|candidate| Some((candidate, of(candidate)?)));
        // Of equals the one that was named first.
        known.min_by(|left, right| left.1.total_cmp(&right.1)).map(|(candidate, _)| candidate)
    };
    (regret.min_max, regret.expected) =
        (least(&|candidate| regret.greatest(candidate)), least(&|candidate| regret.mean_cost(candidate)));
    Some(regret)
}

impl Cell {
    fn without_regret(outcome: Outcome) -> Self {
        Self { outcome, regret: None, regret_at_most: None, lost: Vec::new(), added: Vec::new() }
    }
}

/// A future with its sites free.
fn free(future: &Future, overseer: &dyn Overseer) -> Outcome {
    let scenario = &future.scenario;
    let watch = overseer.watch(&future.name, scenario.planning.time_limit_seconds);
    let found = settled(scenario.clone(), watch.as_ref());
    let ending = if watch.stop() { Ending::TimeLimit } else { Ending::Itself };
    match found {
        Ok(solved) => Outcome::of_plan(scenario, &solved.plan, ending),
        Err(unsolved) => Outcome::without_plan(&unsolved, ending),
    }
}

/// A plan's sites in a future, the rest decided anew.
fn kept(candidate: &Candidate, future: &Future, overseer: &dyn Overseer) -> Cell {
    let Forced { scenario, lost, added, impossible } = forced(&future.scenario, &candidate.open);
    let cell = |outcome: Outcome| Cell { lost, added, ..Cell::without_regret(outcome) };
    if let Some(reason) = impossible {
        return cell(Outcome::nothing(Status::Infeasible, Ending::Itself, reason));
    }
    let load = Load::of(&scenario);
    let name = format!("{} in {}", candidate.name, future.name);
    let watch = overseer.watch(&name, scenario.planning.time_limit_seconds);
    let found = settled(scenario, watch.as_ref());
    let ending = if watch.stop() { Ending::TimeLimit } else { Ending::Itself };
    let made = match found {
        Ok(solved) => solved.plan,
        Err(unsolved) => return cell(Outcome::without_plan(&unsolved, ending)),
    };
    // The plan is priced, and its rules are checked, in the future itself: opening and closing are paid there. With the sites
    // given, that is the same amount for every plan, so it is added to the bound too.
    let network = Network::unlisted(&future.scenario);
    let plan = evaluate(&future.scenario, &network, &load, made.decisions);
    if let Some(breach) = rules(&future.scenario, &network, &load, &plan).first() {
        return cell(Outcome::nothing(Status::Unknown, ending, breach.to_string()));
    }
    let objective = plan.certificate.objective;
    let paid = objective - made.certificate.objective;
    let lower_bound = made.certificate.lower_bound.map(|bound| (bound + paid).min(objective));
    let plan = Plan { certificate: Certificate { objective, lower_bound }, ..plan };
    cell(Outcome::of_plan(&future.scenario, &plan, ending))
}
