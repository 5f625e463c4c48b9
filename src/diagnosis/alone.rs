//! Regions too large for any outlet that may serve them alone.

use super::{Finding, may_open, regions_with_demand};
use crate::load::{Load, work};
use crate::network::{Network, Road};
use crate::scenario::{OutletId, RegionId, Scenario, Sourcing};

/// What a region would make an outlet do, and what it can do \[hours or jobs a year\].
struct Fit {
    outlet: OutletId,
    needed: f64,
    capacity: f64,
    column: &'static str,
}

/// Regions that have one outlet each, and that are more than each outlet in reach can do by itself.
pub fn too_large(scenario: &Scenario, network: &Network, load: &Load) -> Option<Finding> {
    if scenario.planning.sourcing == Sourcing::Split || !network.is_complete() {
        return None;
    }
    let mut members = Vec::new();
    let mut first: Option<Fit> = None;
    for region in regions_with_demand(load) {
        let lanes = network.roads(region).filter(|(outlet, _)| may_open(scenario.outlets[outlet.at()].status));
        // No lane at all is another finding.
        let fits: Option<Vec<Fit>> = lanes.map(|(outlet, road)| over(scenario, load, region, outlet, &road)).collect();
        let ratio = |fit: &Fit| fit.needed / fit.capacity;
        let nearest = fits.and_then(|fits| fits.into_iter().min_by(|one, two| ratio(one).total_cmp(&ratio(two))));
        if let Some(fit) = nearest {
            members.push(scenario.regions[region.at()].id.clone());
            first.get_or_insert(fit);
        }
    }
    let Fit { outlet, needed, capacity, column } = first?;
    let what = if column == "capacity_jobs_per_year" { "jobs" } else { "hours of work" };
    let outlet = &scenario.outlets[outlet.at()].id;
    let one = members.len() == 1;
    Some(Finding {
        rule: "capacity",
        message: format!(
            "{} {} more than any outlet in reach can do alone: `{outlet}` comes closest to `{}`, which makes {needed:.1} {what} \
             a year there, and can do {capacity:.1}",
            super::named(&members),
            if one { "is" } else { "are each" },
            members[0],
        ),
        hint: format!(
            "raise `{column}` of `{outlet}` to {:.0}, add a candidate nearby, divide the region, or let several outlets serve \
             one: `planning.sourcing = \"split\"`",
            needed.ceil()
        ),
        members,
    })
}

/// By how much a region is too much for an outlet; `None` where it fits.
fn over(scenario: &Scenario, load: &Load, region: RegionId, outlet: OutletId, road: &Road) -> Option<Fit> {
    let site = &scenario.outlets[outlet.at()];
    let fit = |needed: f64, capacity: Option<f64>, column: &'static str| {
        let capacity = capacity.filter(|capacity| needed > capacity * (1.0 + work::SLACK))?;
        Some(Fit { outlet, needed, capacity, column })
    };
    fit(work::hours(scenario, load, region, outlet, road), site.capacity_hours, "capacity_hours_per_year")
        .or_else(|| fit(load.jobs[region.at()], site.capacity_jobs, "capacity_jobs_per_year"))
}
