//! What serving a region makes an outlet do.

use super::Load;
use crate::network::Road;
use crate::scenario::{Format, OutletId, RegionId, Scenario};

/// By which share of it a capacity may be exceeded: no one can plan a millionth of it.
pub const SLACK: f64 = 1e-6;

/// Work and journeys of all jobs of a region at an outlet \[hours/year\].
pub fn hours(scenario: &Scenario, load: &Load, region: RegionId, outlet: OutletId, road: &Road) -> f64 {
    let visits = scenario.format(outlet).map_or(1.0, Format::visits);
    load.repair_hours[region.at()] * visits + load.journeys[region.at()] * road.hours_per_job
}

/// Is a region too much for an outlet by itself?
pub fn too_much(scenario: &Scenario, load: &Load, region: RegionId, outlet: OutletId, road: &Road) -> bool {
    let site = &scenario.outlets[outlet.at()];
    let above = |done: f64, capacity: Option<f64>| capacity.is_some_and(|capacity| done > capacity * (1.0 + SLACK));
    above(load.jobs[region.at()], site.capacity_jobs)
        || (site.capacity_hours.is_some() && above(hours(scenario, load, region, outlet, road), site.capacity_hours))
}
