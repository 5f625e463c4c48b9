//! Candidates that nobody has thought of yet, where a region has none within reach.
//!
//! A candidate stands at a region's own place. Of the regions without an outlet, each next candidate stands at the one that
//! reaches the most of those still without (the greedy rule for covering; Chvátal, A Greedy Heuristic for the Set-Covering
//! Problem, Mathematics of Operations Research 4, 1979). What it would cost nobody knows: fixed cost, lead time and holding rate
//! are the medians of the scenario's outlets.

use super::super::{Diagnosis, may_open, out_of_reach, too_large};
use crate::load::Load;
use crate::network::{Network, kilometres};
use crate::scenario::{Lanes, Metric, RegionId, Scenario, Site, Status};
use crate::units::{Days, Money, Share};

/// With more regions than this to cover, places are too many to be told one by one.
const MOST_REGIONS: usize = 2000;
/// The most candidates that are added.
const MOST_PLACES: usize = 50;

/// Candidates at the places of regions that have none within reach or within a promise's window.
pub fn added(scenario: &Scenario, network: &Network, load: &Load, diagnosis: &Diagnosis) -> Vec<Site> {
    if scenario.travel.lanes == Lanes::Listed || scenario.outlets.is_empty() {
        return Vec::new();
    }
    let ids = |members: &[String]| -> Vec<RegionId> {
        let place = |id: &String| scenario.regions.iter().position(|region| region.id == *id);
        members.iter().filter_map(place).map(RegionId::from).collect()
    };
    let mut wanted: Vec<(RegionId, f64)> = Vec::new();
    let reach = scenario.travel.max_hours.map_or(f64::INFINITY, |hours| hours.get());
    if let Some(finding) = out_of_reach(scenario, network, load) {
        wanted.extend(ids(&finding.members).into_iter().map(|region| (region, reach)));
    } else {
        let windows = scenario.targets.iter().filter(|target| target.penalty.is_none()).filter_map(|target| {
            let dispatch = if target.metric == Metric::Coverage { 0.0 } else { scenario.travel.dispatch.get() };
            Some((target.within?.get() - dispatch).max(0.0))
        });
        let window = windows.fold(reach, f64::min);
        let targets = diagnosis.findings.iter().filter(|finding| finding.rule == "target");
        let targets = targets.flat_map(|finding| ids(&finding.members));
        let alone = too_large(scenario, network, load).map_or(Vec::new(), |finding| ids(&finding.members));
        wanted.extend(targets.chain(alone).map(|region| (region, window)));
    }
    wanted.sort_by_key(|own| own.0);
    wanted.dedup_by_key(|own| own.0);
    wanted.retain(|own| scenario.regions[own.0.at()].place.is_some());
    if wanted.len() > MOST_REGIONS {
        return Vec::new();
    }
    greedy(scenario, wanted).into_iter().filter_map(|region| candidate(scenario, region)).collect()
}

/// The regions at which candidates stand.
fn greedy(scenario: &Scenario, mut wanted: Vec<(RegionId, f64)>) -> Vec<RegionId> {
    let travel = &scenario.travel;
    let reaches = |from: RegionId, to: &(RegionId, f64)| {
        let place = |region: RegionId| scenario.regions[region.at()].place;
        let (Some(here), Some(there)) = (place(from), place(to.0)) else { return false };
        kilometres(travel, here, there) * travel.circuity / travel.speed_kmh <= to.1
    };
    let mut places = Vec::new();
    while !wanted.is_empty() && places.len() < MOST_PLACES {
        let covered = |own: &(RegionId, f64)| wanted.iter().filter(|other| reaches(own.0, other)).count();
        // Of equals the first: the greatest is sought from behind.
        let Some(best) = wanted.iter().rev().max_by_key(|own| covered(own)).map(|own| own.0) else { break };
        places.push(best);
        wanted.retain(|own| own.0 != best && !reaches(best, own));
    }
    places
}

/// A candidate at a region's place.
fn candidate(scenario: &Scenario, region: RegionId) -> Option<Site> {
    let region = &scenario.regions[region.at()];
    let known: Vec<&Site> = scenario.outlets.iter().filter(|site| may_open(site.status)).collect();
    let known = if known.is_empty() { scenario.outlets.iter().collect() } else { known };
    let median = |of: fn(&Site) -> f64| -> f64 {
        let mut values: Vec<f64> = known.iter().map(|site| of(site)).collect();
        values.sort_by(f64::total_cmp);
        // Of an even number the lower: a value that an outlet really has.
        values[(values.len() - 1) / 2]
    };
    let mut id = format!("new-{}", region.id);
    while scenario.outlets.iter().chain(&scenario.depots).any(|site| site.id == id) {
        id.push('x');
    }
    Some(Site {
        id,
        name: format!("New outlet at {}", region.name),
        country: region.country,
        place: region.place,
        status: Status::Candidate,
        fixed_cost: Money::new(median(|site| site.fixed_cost.get()))?,
        opening_cost: Money::ZERO,
        closing_cost: Money::ZERO,
        capacity_hours: None,
        capacity_jobs: None,
        capacity_units: None,
        supplier_lead_time: Days::new(median(|site| site.supplier_lead_time.get()))?,
        holding_rate: Share::new(median(|site| site.holding_rate.get()))?,
        repair_servers: None,
        equipment_cost: Money::new(median(|site| site.equipment_cost.get()))?,
        training_cost: Money::new(median(|site| site.training_cost.get()))?,
        format: None,
    })
}
