//! Location and stock together, and the certificate.
//!
//! **What is solved.** Of all plans of the scenario that keep its hard promises, one whose objective ([`crate::cost`]) is
//! as small as the search finds: which outlets and depots are open, who serves whom, who replenishes whom, and integer
//! base-stock levels whose service is evaluated exactly ([`crate::service`]).
//!
//! **How.** A location problem (`model`) with an allowance for stock gives sites and assignments; the stocking room
//! gives the base-stock levels that keep the promises; what that stock costs corrects the allowance, and the round is
//! repeated where its plan is not proven good enough. Smaller networks are then improved by a search that prices stock shelf by
//! shelf (`improve`), and what the bound leaves open there is closed by branch and bound over what outlets bid (`closure`). The best
//! plan met is kept, and it is priced afresh, exactly. Small scenarios are tried through (`enumerate`); on a continent depots are
//! placed apart from outlets (`apart`).
//!
//! **The certificate.** `lower_bound` is the greatest of bounds that each hold for the whole stated model (`bound`). With
//! lateral supply (`pooled`) all outlets are taken as one shelf; with direct delivery none is known and none is given.

mod adapt;
mod apart;
mod approach;
mod bound;
mod closure;
mod decide;
mod enumerate;
mod farthest;
mod growth;
mod improve;
pub mod model;
mod points;
mod pooled;
mod restrict;
mod rounds;
pub mod stock;
#[cfg(test)]
mod tests;

pub use adapt::{Other, carried, mended};

use crate::cost::overhead;
use crate::diagnosis::{Diagnosis, diagnose, shops};
use crate::load::Load;
use crate::location::{Failure as LocationFailure, Settings, Start, locate};
use crate::network::Network;
use crate::plan::{Certificate, Plan, objective};
use crate::scenario::{Metric, Objective, OutletId, RegionId, Scenario, Stockout};
use crate::watch::Watch;

use decide::{Priced, decide};
use model::{Allowance, Model, Terms, depots_of, model};

/// Why a scenario has no plan.
#[derive(Debug, Clone, thiserror::Error)]
pub enum Failure {
    /// No plan keeps the promises within the limits.
    #[error("no plan keeps every promise within the limits")]
    Infeasible(Diagnosis),
    /// The search ended at a limit, or was stopped, before it found a plan.
    #[error("the search ended before it found a plan")]
    NothingFound {
        /// No plan has a smaller objective, if that is known.
        lower_bound: Option<f64>,
    },
}

/// Plans a scenario; lists of lanes grow where they are too short for it.
///
/// # Errors
/// [`Failure`] where there is no plan or none was found.
pub fn optimise(scenario: &Scenario, network: &mut Network, load: &Load, watch: &dyn Watch) -> Result<Plan, Failure> {
    if shops(scenario, network, load).is_some() {
        return Err(Failure::Infeasible(diagnose(scenario, network, load, watch)));
    }
    if scenario.help().is_some() {
        return pooled::plan(scenario, network, load, watch);
    }
    let found = if !network.is_complete() && growth::bears_short_lists(scenario, load) {
        growth::least(scenario, network, load, watch)
    } else {
        network.complete();
        let search = Search { scenario, network, load, watch };
        match scenario.planning.objective {
            Objective::Farthest => farthest::farthest(&search),
            Objective::Cost | Objective::Coverage { .. } => search.least(f64::INFINITY),
        }
    };
    let Found { priced, objective, lower_bound } = match found {
        Ok(found) => found,
        Err(Nothing::Infeasible) => return Err(Failure::Infeasible(diagnose(scenario, network, load, watch))),
        Err(Nothing::Found(lower_bound)) => return Err(Failure::NothingFound { lower_bound }),
    };
    if let Some(budget) = scenario.limits.budget {
        let by_cost = scenario.planning.objective == Objective::Cost;
        if by_cost && lower_bound > budget.get() * (1.0 + 1e-9) {
            return Err(Failure::Infeasible(Diagnosis::budget(scenario, budget.get(), objective, lower_bound)));
        }
        if priced.costs.total() > budget.get() * (1.0 + 1e-9) {
            return Err(Failure::NothingFound { lower_bound: Some(lower_bound) });
        }
    }
    // No cost but an overhead is negative, nor is a number of jobs or an hour: what is left without them is a bound where the
    // search had no time for a better.
    let least = if scenario.planning.objective == Objective::Cost { overhead(scenario) } else { 0.0 };
    let certificate = Certificate { objective, lower_bound: Some(lower_bound.max(least).min(objective)) };
    let Priced { decisions, service, costs, points } = priced;
    Ok(Plan { decisions, costs, service, certificate, points, seed: scenario.planning.seed })
}

/// A scenario being planned.
struct Search<'a> {
    scenario: &'a Scenario,
    network: &'a Network,
    load: &'a Load,
    watch: &'a dyn Watch,
}

/// A plan and its bound.
struct Found {
    priced: Priced,
    objective: f64,
    lower_bound: f64,
}

/// From where to go on with longer lists.
struct Onward {
    /// The regions whose lanes off the list may matter.
    pressed: Vec<RegionId>,
    /// The plan and the prices.
    start: Start,
}

/// Can stock change cost or promises? Without promises that speak of it nobody keeps any, unless it saves orders.
fn stock_matters(scenario: &Scenario, load: &Load) -> bool {
    let speaks_of_stock = |metric: Metric| metric != Metric::Coverage;
    let asked = load.units.iter().any(|units| *units > 0.0);
    let ordering = scenario.parts.iter().any(|part| part.order_cost.get() > 0.0);
    asked
        && (ordering
            || scenario.stocking.stockout == Stockout::Emergency
            || scenario.targets.iter().any(|target| speaks_of_stock(target.metric)))
}

/// Why a search found nothing.
enum Nothing {
    /// There is no plan.
    Infeasible,
    /// None was met; nothing is below the bound, if it is known.
    Found(Option<f64>),
}

impl Search<'_> {
    /// The plan of least cost (or most coverage) whose lanes are no longer than `reach` \[hours\].
    fn least(&self, reach: f64) -> Result<Found, Nothing> {
        if stock_matters(self.scenario, self.load) {
            return approach::plan(self, reach);
        }
        self.location_alone(reach, &self.settings()).map(|(found, _)| found)
    }

    /// The problem without any allowance for stock.
    fn bare_model(&self, reach: f64, margin: f64, relaxed: bool) -> Model {
        let allowances = |outlet: OutletId| self.free_allowances(outlet);
        let most = |region: RegionId, _: OutletId| if relaxed { self.express(region) } else { f64::INFINITY };
        let terms = Terms { margin, relaxed, most: &most, reach, ..Terms::of(&allowances) };
        model(self.scenario, self.network, self.load, &terms)
    }

    /// What expressing a unit to a region costs in place of its freight and duty; infinite where nothing is expressed.
    fn express(&self, region: RegionId) -> f64 {
        match self.scenario.stocking.stockout {
            Stockout::Backorder => f64::INFINITY,
            Stockout::Emergency => self.scenario.regions[region.at()].emergency_cost_per_unit.get(),
        }
    }

    fn free_allowances(&self, outlet: OutletId) -> Vec<Allowance> {
        let depots = depots_of(self.scenario, self.network, outlet);
        depots.into_iter().map(|depot| Allowance { depot, ..Allowance::default() }).collect()
    }

    fn settings(&self) -> Settings {
        Settings { gap: self.scenario.planning.gap, seed: self.scenario.planning.seed, ..Settings::default() }
    }

    /// A scenario in which stock costs nothing and changes nothing: the location engine's plan and bound are the whole
    /// model's, up to depots whose freight the problem charges by a mean or a least over regions.
    fn location_alone(&self, reach: f64, settings: &Settings) -> Result<(Found, Onward), Nothing> {
        let relaxed = self.bare_model(reach, 0.0, true);
        self.watch.stage("placing outlets");
        let watch = Shifted { watch: self.watch, constant: relaxed.constant };
        let location = locate(&relaxed.problem, settings, &watch).map_err(|failure| nothing(&failure))?;
        let lower_bound = location.lower_bound + relaxed.constant;
        let mut best = self.priced(&relaxed, &location);
        let proven = best.costs.total() - lower_bound <= self.scenario.planning.gap * best.costs.total().abs();
        // Without depots nothing is charged by a mean, and the other problem would be the same.
        let differs = !self.scenario.depots.is_empty();
        if self.scenario.planning.objective == Objective::Cost && differs && !proven && !self.watch.stop() {
            let mean = self.bare_model(reach, 0.0, false);
            if let Ok(location) = locate(&mean.problem, &self.settings(), &Quiet(self.watch)) {
                let other = self.priced(&mean, &location);
                if other.costs.total() < best.costs.total() {
                    best = other;
                }
            }
        }
        if !best.keeps_promises(self.scenario) {
            return Err(Nothing::Found(Some(lower_bound)));
        }
        let objective = self.objective(&best);
        let pressed = location.pressed.iter().map(|customer| relaxed.regions[*customer as usize]).collect();
        let (mode, upper_open, multipliers) = (location.mode, location.upper_open, Some(location.multipliers));
        let onward = Onward { pressed, start: Start { mode, upper_open, multipliers } };
        Ok((Found { priced: best, objective, lower_bound }, onward))
    }

    fn priced(&self, model: &Model, location: &crate::location::Location) -> Priced {
        Priced::of(self.scenario, self.network, self.load, decide(self.scenario, model, location))
    }

    /// What is sought, of a priced plan.
    fn objective(&self, priced: &Priced) -> f64 {
        objective(self.scenario, self.network, self.load, &priced.decisions, priced.costs.total())
    }
}

fn nothing(failure: &LocationFailure) -> Nothing {
    match failure {
        LocationFailure::Infeasible(_) => Nothing::Infeasible,
        LocationFailure::Malformed(_) | LocationFailure::Unlisted | LocationFailure::NothingFound { .. } => {
            Nothing::Found(None)
        }
    }
}

/// A watch whose numbers lack a constant that every plan pays.
struct Shifted<'a> {
    watch: &'a dyn Watch,
    constant: f64,
}

impl Watch for Shifted<'_> {
    fn progress(&self, incumbent: Option<f64>, bound: f64) {
        self.watch.progress(incumbent.map(|cost| cost + self.constant), bound + self.constant);
    }

    fn stop(&self) -> bool {
        self.watch.stop()
    }
}

/// A watch that hears nothing of a sub-problem's numbers, which are not those of the whole.
struct Quiet<'a>(&'a dyn Watch);

impl Watch for Quiet<'_> {
    fn stop(&self) -> bool {
        self.0.stop()
    }
}
