//! What the format of an outlet makes of its lanes: what journeys cost, and which types of job it does.

use crate::scenario::{OutletId, Scenario};

/// What journeys from an outlet cost.
#[derive(Debug, Clone, Copy)]
pub(super) struct Charge {
    /// An hour, visits that are made again included.
    pub(super) wage: f64,
    /// On all of it.
    pub(super) factor: f64,
    /// Visits until a job is done.
    pub(super) visits: f64,
}

impl Charge {
    /// (travel) of `format`.
    pub(super) fn of(scenario: &Scenario, outlet: OutletId) -> Self {
        let country = scenario.outlets[outlet.at()].country;
        let wage = country.map_or(0.0, |country| scenario.countries[country.at()].labour_cost_per_hour.get());
        let plain = Self { wage, factor: 1.0, visits: 1.0 };
        scenario.format(outlet).map_or(plain, |format| {
            let visits = format.visits();
            Self { wage: wage * format.labour_cost_factor * visits, factor: format.travel_cost_factor, visits }
        })
    }
}

/// The types of job that regions ask for and outlets do, (does) of `format`; empty where every outlet does all.
pub(super) fn types_of_job(scenario: &Scenario) -> (Vec<u64>, Vec<u64>) {
    if scenario.formats.iter().all(|format| format.jobs.is_none()) {
        return (Vec::new(), Vec::new());
    }
    let mut asked = vec![0; scenario.regions.len()];
    for demand in scenario.demands.iter().filter(|demand| demand.rate.get() > 0.0) {
        asked[demand.region.at()] |= demand.job.map_or(0, |job| 1 << job.0);
    }
    let done = |outlet: usize| {
        let jobs = scenario.format(OutletId::from(outlet)).and_then(|format| format.jobs.as_ref());
        jobs.map_or(u64::MAX, |jobs| jobs.iter().fold(0, |mask, job| mask | 1 << job.0))
    };
    (asked, (0..scenario.outlets.len()).map(done).collect())
}
