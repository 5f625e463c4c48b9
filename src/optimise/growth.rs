//! Short lists of lanes that grow while they are too short for the plan or for the proof.
//!
//! With each region's nearest lanes listed, the location engine knows for every region a cost that no lane off its list
//! undercuts; its bound holds for all lanes, and it tells the regions that such lanes may matter to. Their lists are
//! doubled and the search goes on from its plan and its prices, until nobody is pressed, the gap is closed or a limit is
//! met. The plan and the bound of any round are a plan and a bound of the whole.
//!
//! The rows of the problem must not need a lane off a list either: budgets and capacities only count what is used, and
//! lists reach so far that no lane beyond them helps a promise (`beyond_helps`). Where stock matters, lanes have prices
//! that do not grow with their length, and the longest way is sought among the lengths of all lanes: these list them all.

use crate::load::Load;
use crate::location::{Settings, Start};
use crate::network::Network;
use crate::scenario::{Objective, RegionId, Scenario};
use crate::watch::Watch;

use super::model::beyond_helps;
use super::{Found, Nothing, Search, stock_matters};

/// Lists do not grow beyond so many lanes in all, so that memory has an end.
const MOST_LANES: usize = 40_000_000;

/// Is a scenario of a kind that is planned rightly with short lists?
pub fn bears_short_lists(scenario: &Scenario, load: &Load) -> bool {
    scenario.planning.objective != Objective::Farthest && !stock_matters(scenario, load)
}

/// The plan of least cost (or most coverage), with lists that grow as far as they must.
pub fn least(scenario: &Scenario, network: &mut Network, load: &Load, watch: &dyn Watch) -> Result<Found, Nothing> {
    let demanding: Vec<RegionId> =
        (0..scenario.regions.len()).map(RegionId::from).filter(|region| load.jobs[region.at()] > 0.0).collect();
    loop {
        let short = |region: &RegionId| beyond_helps(scenario, network, load, *region);
        let short: Vec<RegionId> = demanding.iter().copied().filter(short).collect();
        if short.is_empty() {
            break;
        }
        network.grow(&short);
    }
    let mut best: Option<Found> = None;
    let mut start: Option<Start> = None;
    // While lists are too short no branching closes the gap: it begins when nobody is pressed at the root.
    let mut settled = false;
    loop {
        let search = Search { scenario, network, load, watch };
        let all = search.settings();
        let node_limit = if settled { all.node_limit } else { 0 };
        let settings = Settings { start: start.take(), node_limit, ..all };
        let pressed = match search.location_alone(f64::INFINITY, &settings) {
            Ok((found, onward)) => {
                start = Some(onward.start);
                best = Some(better(best, found));
                onward.pressed
            }
            // Lanes off the lists may be what a plan lacks.
            Err(_) if best.is_none() && !network.is_complete() => demanding.clone(),
            Err(_) if best.is_none() && !settled => Vec::new(),
            Err(nothing) => return best.ok_or(nothing),
        };
        let closed = best
            .as_ref()
            .is_some_and(|found| found.objective - found.lower_bound <= scenario.planning.gap * found.objective.abs());
        let full = network.road_count() >= MOST_LANES;
        if closed || full || watch.stop() || (settled && pressed.is_empty()) {
            return best.ok_or(Nothing::Found(None));
        }
        settled |= pressed.is_empty();
        network.grow(&pressed);
    }
}

/// The better of two plans with the better of two bounds.
fn better(best: Option<Found>, found: Found) -> Found {
    let Some(best) = best else { return found };
    let lower_bound = best.lower_bound.max(found.lower_bound);
    let (Found { priced, objective, .. }, _) =
        if found.objective < best.objective { (found, best) } else { (best, found) };
    Found { priced, objective, lower_bound }
}
