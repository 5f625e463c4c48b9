//! Who serves a region, and why not another.
//!
//! Every outlet that reaches the region is tried: the plan with this one region served from there, all else and all stock as
//! it stands, priced and assessed afresh. That is exact for the plan at hand and says nothing of what else would follow; for
//! one outlet, the nearest that is not the one, the scenario is solved again with the region bound to it, and what that
//! changes is proven as (change).

use rayon::prelude::*;

use super::force::force_lane;
use super::site::reasons_of;
use super::{Direction, Outcome, PromiseLine, Questioned, Reason, Repriced};
use crate::cost::Component;
use crate::network::Road;
use crate::plan::Decisions;
use crate::scenario::{DepotId, OutletId, RegionId, Site, Status};
use crate::service::RegionService;

/// The most outlets that are tried, the nearest first.
const TRIED: usize = 12;

/// An outlet that serves the region.
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    /// The outlet.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its share of the region's jobs.
    pub share: f64,
    /// Travel, one way \[hours\].
    pub hours: f64,
    /// Distance, one way \[km\].
    pub distance: f64,
}

/// An outlet that reaches the region.
#[derive(Debug, Clone)]
pub struct Candidate {
    /// The outlet.
    pub outlet: OutletId,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Is it open in the plan?
    pub open: bool,
    /// Travel, one way \[hours\].
    pub hours: f64,
    /// Distance, one way \[km\].
    pub distance: f64,
    /// Why it is the one, or why not.
    pub reasons: Vec<Reason>,
    /// The plan with the region served from here; `None` for the one that serves it, and where nothing was tried.
    pub moved: Option<Repriced>,
}

/// A region explained.
#[derive(Debug, Clone)]
pub struct RegionExplained {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Jobs \[1/year\].
    pub jobs: f64,
    /// Who serves it.
    pub served_by: Vec<Server>,
    /// What the plan would cost less without its demand, stock and sites as they stand, by component \[a year\].
    pub costs: Vec<(Component, f64)>,
    /// What it gets.
    pub service: Vec<RegionService>,
    /// Why nobody serves it, if nobody does.
    pub reasons: Vec<Reason>,
    /// The outlets that reach it, the nearest first; those behind the first few are not tried.
    pub candidates: Vec<Candidate>,
    /// The promises of the plan, those that bind first.
    pub promises: Vec<PromiseLine>,
    /// The outlet that it was bound to, and what came of it.
    pub bound: Option<(Candidate, Outcome)>,
}

/// Explains a region; it is bound to the outlet named, else to the nearest that does not serve it and may open.
pub fn explain_region(questioned: &Questioned, region: RegionId, to: Option<OutletId>) -> RegionExplained {
    let Questioned { scenario, network, load, plan, .. } = *questioned;
    let row = &scenario.regions[region.at()];
    let serving = &plan.decisions.served_by[region.at()];
    let served_by = serving.iter().map(|&(outlet, share)| {
        let (site, road) = (&scenario.outlets[outlet.at()], network.road(region, outlet));
        let (hours, distance) = road.map_or((0.0, 0.0), |road| (road.hours, road.distance));
        Server { id: site.id.clone(), name: site.name.clone(), share, hours, distance }
    });
    let mut absent = plan.decisions.clone();
    absent.served_by[region.at()].clear();
    let costs = questioned.repriced(absent).components.into_iter().map(|(component, amount)| (component, -amount));
    let mut ways: Vec<(OutletId, Road)> = network.roads(region).collect();
    ways.sort_by(|left, right| left.1.hours.total_cmp(&right.1.hours).then(left.0.cmp(&right.0)));
    let serves = |outlet: OutletId| serving.iter().any(|own| own.0 == outlet);
    let tried: Vec<OutletId> = ways.iter().map(|way| way.0).filter(|outlet| !serves(*outlet)).take(TRIED).collect();
    let longest = serving.iter().filter_map(|own| Some(network.road(region, own.0)?.hours)).fold(0.0, f64::max);
    let mut candidates: Vec<Candidate> = ways
        .par_iter()
        .map(|&(outlet, road)| {
            let try_it = tried.contains(&outlet) || to == Some(outlet) && !serves(outlet);
            candidate(questioned, region, (outlet, road), try_it, longest)
        })
        .collect();
    candidates.extend(refusing(questioned, region));
    let demand = load.jobs[region.at()] > 0.0;
    let reasons = match (demand, ways.is_empty(), candidates.is_empty()) {
        (false, ..) => vec![Reason::NoDemand],
        (true, true, true) => vec![Reason::NoCandidateWithinReach],
        (true, true, false) => vec![Reason::JobNotInFormat],
        (true, false, _) => Vec::new(),
    };
    let may_open = |own: &&Candidate| {
        scenario.outlets[own.outlet.at()].status != Status::Closed && !own.reasons.contains(&Reason::JobNotInFormat)
    };
    let other = candidates.iter().filter(may_open).find(|own| match to {
        Some(outlet) => own.outlet == outlet,
        None => !serves(own.outlet),
    });
    let bound = other.filter(|own| demand && !serves(own.outlet)).map(|own| {
        let forcing = force_lane(scenario, network, region, own.outlet);
        let name = format!("with {} served by {}", row.id, own.id);
        (own.clone(), questioned.with(forcing, &name, Direction::Restriction))
    });
    RegionExplained {
        id: row.id.clone(),
        name: row.name.clone(),
        jobs: load.jobs[region.at()],
        served_by: served_by.collect(),
        costs: costs.collect(),
        service: plan.service.regions.iter().filter(|own| own.region == region).cloned().collect(),
        reasons,
        candidates,
        promises: questioned.promises(),
        bound,
    }
}

impl RegionExplained {
    /// Why the region is not served by the outlet that it was bound to, as far as that is proven.
    pub fn proven(&self, objective: f64) -> Vec<Reason> {
        self.bound.as_ref().map_or(Vec::new(), |(_, outcome)| reasons_of(outcome, objective))
    }
}

fn candidate(
    questioned: &Questioned,
    region: RegionId,
    way: (OutletId, Road),
    try_it: bool,
    longest: f64,
) -> Candidate {
    let Questioned { scenario, plan, .. } = *questioned;
    let (outlet, road) = way;
    let site = &scenario.outlets[outlet.at()];
    let open = plan.decisions.outlet_open[outlet.at()];
    let mut reasons = Vec::new();
    let mut moved = None;
    if plan.decisions.served_by[region.at()].iter().any(|own| own.0 == outlet) {
        reasons.push(Reason::Serves);
    } else {
        match (open, site.status) {
            (false, Status::Closed) => reasons.push(Reason::ClosedByStatus),
            (false, _) => reasons.push(Reason::NotOpen),
            (true, _) => {}
        }
        if try_it && site.status != Status::Closed {
            match decisions(questioned, region, outlet) {
                Some(decisions) => {
                    let repriced = questioned.repriced(decisions);
                    let nothing = 1e-9 * plan.costs.total().abs();
                    reasons.extend(&repriced.reasons);
                    if repriced.change > nothing {
                        reasons.push(Reason::DearerAsFound);
                    } else if repriced.change < -nothing && repriced.broken.is_empty() {
                        reasons.push(Reason::Cheaper);
                    }
                    moved = Some(repriced);
                }
                None => reasons.push(Reason::NoDepot),
            }
        }
        if road.hours > longest * (1.0 + 1e-12) {
            reasons.push(Reason::Farther);
        }
    }
    let (id, name) = (site.id.clone(), site.name.clone());
    Candidate { outlet, id, name, open, hours: road.hours, distance: road.distance, reasons, moved }
}

/// The outlets within reach of a region whose formats do not do every type of job that it asks for, the nearest first.
fn refusing(questioned: &Questioned, region: RegionId) -> Vec<Candidate> {
    let Questioned { scenario, network, plan, .. } = *questioned;
    let refused = |(number, site): (usize, &Site)| {
        let outlet = OutletId::from(number);
        let road = network.refused(region, outlet)?;
        Some(Candidate {
            outlet,
            id: site.id.clone(),
            name: site.name.clone(),
            open: plan.decisions.outlet_open[number],
            hours: road.hours,
            distance: road.distance,
            reasons: vec![Reason::JobNotInFormat],
            moved: None,
        })
    };
    let mut list: Vec<Candidate> = scenario.outlets.iter().enumerate().filter_map(refused).collect();
    list.sort_by(|left, right| left.hours.total_cmp(&right.hours).then(left.outlet.cmp(&right.outlet)));
    list
}

/// The plan's decisions with a region served by another outlet, which opens for it where it is not open and is then
/// replenished by the open depot with the shortest way; `None` where there is no such depot.
fn decisions(questioned: &Questioned, region: RegionId, outlet: OutletId) -> Option<Decisions> {
    let Questioned { scenario, network, plan, .. } = *questioned;
    let mut decisions = plan.decisions.clone();
    decisions.served_by[region.at()] = vec![(outlet, 1.0)];
    if !decisions.outlet_open[outlet.at()] {
        decisions.outlet_open[outlet.at()] = true;
        if !scenario.depots.is_empty() {
            let open = |depot: &DepotId| decisions.depot_open[depot.at()];
            let ways = network.supplies(outlet).filter(|(depot, _)| open(depot));
            let nearest = ways.min_by(|left, right| left.1.lead_time.get().total_cmp(&right.1.lead_time.get()));
            decisions.replenished_by[outlet.at()] = Some(nearest?.0);
        }
    }
    Some(decisions)
}
