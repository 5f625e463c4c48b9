//! A plan of one scenario made to fit another that differs little: what did not change is kept, what did is mended.
//!
//! Sites that may not be open close, those that have to be open do; who is served by none of them, what they draw, and what a
//! promise of coverage then lacks, is placed anew ([`place`]). Outlets whose regions changed get the levels that are best at
//! the prices which the plan told for its promises,
//!
//! ```text
//! (level)  min over S of holding·S − Σ_promises μ·Σ rate·weight·P(S)        μ = price of a point / (point·jobs)
//! ```
//!
//! with the prices of broken promises raised until they are kept; where that is not enough, because the promise itself is harder
//! or something changed everywhere, all outlets get the levels of (level). Depots keep theirs. The plan is priced exactly; where
//! its bound comes from, says [`restrict`].
//!
//! [`restrict`]: super::restrict

mod carry;
mod level;
mod place;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::decide::Priced;
use super::points::step;
use super::restrict::restricts;
use crate::load::Load;
use crate::network::Network;
use crate::plan::{Certificate, Decisions, Plan, Points};
use crate::scenario::{Metric, Objective, OutletId, Scenario, Stockout};
use crate::service::Promise;
use crate::watch::Watch;

use carry::Carried;
use level::Promised;

/// The prices of broken promises are raised at most so often, where only some outlets get new levels and where all do.
const RAISES: [usize; 2] = [3, 6];
/// Each time by this factor.
const RAISE: f64 = 1.5;
/// Between the last prices that were too low and the first that were not, so many others are tried.
const HALVINGS: usize = 3;
/// A promise without a price begins with this share of the least one of the others.
const FIRST: f64 = 0.1;

/// A plan of another scenario.
#[derive(Debug)]
pub struct Other {
    /// The scenario it was made for.
    pub scenario: Arc<Scenario>,
    /// What it decides.
    pub decisions: Decisions,
    /// What one more point of each of its promises costs, in the order of its promises.
    pub points: Vec<Option<f64>>,
    /// No plan of that scenario costs less.
    pub lower_bound: Option<f64>,
}

impl Other {
    /// A plan with its scenario.
    pub fn of(scenario: &Arc<Scenario>, plan: &Plan) -> Self {
        let point = |promise: &Promise| plan.points.get(&(promise.target, promise.key)).copied();
        Self {
            scenario: Arc::clone(scenario),
            decisions: plan.decisions.clone(),
            points: plan.service.promises.iter().map(point).collect(),
            lower_bound: plan.certificate.lower_bound,
        }
    }
}

/// What no plan of the scenario undercuts, by the other's bound where that holds here too; `least` is a bound that is known
/// besides.
pub fn carried(scenario: &Scenario, other: &Other, least: Option<f64>) -> Option<f64> {
    let carried = restricts(scenario, &other.scenario).and_then(|less| Some(other.lower_bound? - less));
    // The choices that are still open are no part of what was bounded.
    let settled = scenario.choices.iter().all(|choice| choice.given);
    let bound = carried.into_iter().chain(least).max_by(f64::total_cmp);
    bound.filter(|_| settled && scenario.planning.objective == Objective::Cost)
}

/// The plan made to fit, with the other's bound where that holds here too; `least` is a bound that is known besides.
pub fn mended(
    scenario: &Scenario,
    network: &Network,
    load: &Load,
    other: &Other,
    least: Option<f64>,
    watch: &dyn Watch,
) -> Option<Plan> {
    // A plan of which nothing is proven is not asked for.
    let bound = carried(scenario, other, least)?;
    let Priced { decisions, service, costs, points } = adapted(scenario, network, load, other, watch)?;
    let objective = costs.total();
    let certificate = Certificate { objective, lower_bound: Some(bound.min(objective)) };
    Some(Plan { decisions, costs, service, certificate, points, seed: scenario.planning.seed })
}

/// The decisions made to fit, priced; `None` where it cannot be mended, or not by these means.
fn adapted(scenario: &Scenario, network: &Network, load: &Load, other: &Other, watch: &dyn Watch) -> Option<Priced> {
    if scenario.stocking.stockout != Stockout::Backorder || scenario.help().is_some() {
        return None;
    }
    watch.stage("mending the plan");
    let work = Work { scenario, network, load, watch };
    let Carried { mut decisions, mut touched, opened } = work.carried(other)?;
    work.place(&mut decisions, &opened, &mut touched)?;
    let asked = work.jobs_asked();
    if asked.len() != other.points.len() {
        return None;
    }
    let price = |((promised, jobs), point): ((&Promised, &f64), &Option<f64>)| {
        let point = point.filter(|point| *point > 0.0 && *jobs > 0.0)?;
        Some((*promised, point / (step(&scenario.targets[promised.0]) * jobs)))
    };
    let prices: BTreeMap<Promised, f64> = asked.iter().zip(&other.points).filter_map(price).collect();
    let everywhere: BTreeSet<OutletId> = decisions.open_outlets().collect();
    let some = work.kept(&decisions, &touched, prices.clone(), RAISES[0]);
    let (priced, prices) = some.or_else(|| work.kept(&decisions, &everywhere, prices, RAISES[1]))?;
    let point = |(promised, price): (Promised, f64)| {
        (promised, price * step(&scenario.targets[promised.0]) * asked.get(&promised).copied().unwrap_or(0.0))
    };
    Some(priced.with(prices.into_iter().map(point).collect::<Points>()))
}

/// What is worked on.
struct Work<'a> {
    scenario: &'a Scenario,
    network: &'a Network,
    load: &'a Load,
    watch: &'a dyn Watch,
}

impl Work<'_> {
    /// Levels of some outlets that keep the promises, and the prices that led to them.
    fn kept(
        &self,
        decisions: &Decisions,
        outlets: &BTreeSet<OutletId>,
        mut prices: BTreeMap<Promised, f64>,
        raises: usize,
    ) -> Option<(Priced, BTreeMap<Promised, f64>)> {
        let Work { scenario, watch, .. } = *self;
        let mut shelves = self.shelves(decisions, outlets, &prices);
        let mut priced = self.priced(decisions, &shelves, &prices);
        let mut low = None;
        for _ in 0..raises {
            if priced.keeps_promises(scenario) {
                break;
            }
            let broken: Vec<Promised> = broken(scenario, &priced);
            let stock_helps = |promised: &Promised| scenario.targets[promised.0].metric != Metric::Coverage;
            let least = prices.values().copied().min_by(f64::total_cmp)?;
            if outlets.is_empty() || broken.is_empty() || !broken.iter().all(stock_helps) || watch.stop() {
                return None;
            }
            let unpriced = broken.iter().any(|promised| !prices.contains_key(promised));
            low = Some(prices.clone());
            for promised in broken {
                prices.entry(promised).and_modify(|price| *price *= RAISE).or_insert(FIRST * least);
            }
            if unpriced {
                shelves = self.shelves(decisions, outlets, &prices);
            }
            priced = self.priced(decisions, &shelves, &prices);
        }
        if !priced.keeps_promises(scenario) {
            return None;
        }
        // Where only some outlets got new levels, the last raise costs too little for a search.
        let everywhere = outlets.len() == decisions.open_outlets().count();
        let Some(mut low) = low.filter(|_| everywhere) else { return Some((priced, prices)) };
        for _ in 0..HALVINGS {
            let half = |(promised, high): (&Promised, &f64)| {
                (*promised, 0.5 * (high + low.get(promised).copied().unwrap_or(0.0)))
            };
            let middle: BTreeMap<Promised, f64> = prices.iter().map(half).collect();
            let other = self.priced(decisions, &shelves, &middle);
            if other.keeps_promises(scenario) && other.costs.total() <= priced.costs.total() {
                (priced, prices) = (other, middle);
            } else {
                low = middle;
            }
        }
        Some((priced, prices))
    }

    fn priced(&self, decisions: &Decisions, shelves: &level::Shelves, prices: &BTreeMap<Promised, f64>) -> Priced {
        let mut decisions = decisions.clone();
        shelves.level(&mut decisions, self.scenario.parts.len(), prices);
        Priced::of(self.scenario, self.network, self.load, decisions)
    }
}

/// The hard promises that are not kept.
fn broken(scenario: &Scenario, priced: &Priced) -> Vec<Promised> {
    let promises = priced.service.promises.iter();
    let hard = promises.filter(|own| !own.kept && own.target(scenario).penalty.is_none());
    hard.map(|own| (own.target, own.key)).collect()
}
