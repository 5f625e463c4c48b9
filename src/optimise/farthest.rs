//! The least greatest travel time: a search over the lengths of lanes, each tried as a plan that uses no longer lane.
//!
//! A length is too short when no plan exists with the lanes up to it, and long enough when a plan was found; the answer
//! is the shortest that is long enough, and the bound is the shortest that is not known to be too short.

use crate::scenario::{Objective, RegionId, Scenario};

use super::{Found, Nothing, Search};

/// Finds the plan whose longest lane is the shortest.
pub fn farthest(search: &Search) -> Result<Found, Nothing> {
    let mut lengths: Vec<f64> = (0..search.scenario.regions.len())
        .map(RegionId::from)
        .filter(|region| search.load.jobs[region.at()] > 0.0)
        .flat_map(|region| search.network.roads(region).map(|(_, road)| road.hours))
        .collect();
    lengths.sort_by(f64::total_cmp);
    lengths.dedup();
    let mut by_cost: Scenario = search.scenario.clone();
    by_cost.planning.objective = Objective::Cost;
    by_cost.planning.gap = by_cost.planning.gap.max(0.5);
    let budget = by_cost.limits.budget.map_or(f64::INFINITY, |budget| budget.get());
    if budget.is_finite() {
        // Only the cheapest plan tells whether the budget can be kept.
        by_cost.planning.gap = search.scenario.planning.gap;
    }
    let tried = Search { scenario: &by_cost, ..*search };
    let mut found: Option<Found> = None;
    // Lengths before `open` are proven too short; those before `short` were not found long enough.
    let (mut open, mut short, mut long) = (0, 0, lengths.len());
    while short < long {
        let middle = (short + long) / 2;
        match tried.least(lengths[middle]) {
            Ok(plan) if plan.priced.costs.total() <= budget * (1.0 + 1e-9) => {
                long = middle;
                found = Some(plan);
            }
            Ok(plan) => {
                short = middle + 1;
                if plan.lower_bound > budget {
                    open = short;
                }
            }
            Err(Nothing::Infeasible) => {
                short = middle + 1;
                open = open.max(short);
            }
            Err(Nothing::Found(_)) => short = middle + 1,
        }
        if search.watch.stop() {
            break;
        }
    }
    let Some(plan) = found else {
        return Err(if open >= lengths.len() { Nothing::Infeasible } else { Nothing::Found(None) });
    };
    let objective = search.objective(&plan.priced);
    let bound = lengths.get(open).copied().unwrap_or(objective);
    Ok(Found { objective, lower_bound: bound.min(objective), ..plan })
}
