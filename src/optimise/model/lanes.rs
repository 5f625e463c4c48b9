//! The lanes of a location problem, written side by side by several threads.

use rayon::prelude::*;

use super::promises::may_serve;
use super::supply::Supply;
use super::{Terms, by_hours};
use crate::cost::{fee, wage};
use crate::load::{Load, work};
use crate::location::Lanes;
use crate::network::{Network, Road};
use crate::scenario::{Objective, OutletId, RegionId, Scenario, Site, Sourcing, Status};

/// So many regions are written by one thread at a time.
const STRETCH: usize = 256;

/// What the lanes of a region follow from.
pub(super) struct Served<'a> {
    scenario: &'a Scenario,
    network: &'a Network,
    load: &'a Load,
    terms: &'a Terms<'a>,
    supply: &'a [Supply],
    /// Is capacity counted in hours, not in jobs?
    by_hours: bool,
    /// Of each outlet.
    sites: Vec<Terse>,
    /// Does nothing pay freight, duty or a dearer repair?
    free: bool,
}

/// What a lane to an outlet needs to know of it.
struct Terse {
    /// Can it never open?
    closed: bool,
    /// What an hour of asked-for work costs.
    wage: f64,
    /// What a job is paid besides.
    fee: f64,
}

/// The columns of a stretch of regions, and how many lanes of each region were written.
struct Stretch<'c> {
    regions: &'c [RegionId],
    site: &'c mut [u32],
    cost: &'c mut [f64],
    work: &'c mut [f64],
    spent: &'c mut [f64],
    counts: Vec<usize>,
}

impl<'a> Served<'a> {
    pub(super) fn of(
        scenario: &'a Scenario,
        network: &'a Network,
        load: &'a Load,
        terms: &'a Terms<'a>,
        supply: &'a [Supply],
    ) -> Self {
        let site = |(number, outlet): (usize, &Site)| {
            let id = OutletId::from(number);
            Terse { closed: outlet.status == Status::Closed, wage: wage(scenario, id), fee: fee(scenario, id) }
        };
        Self {
            scenario,
            network,
            load,
            terms,
            supply,
            by_hours: by_hours(scenario),
            sites: scenario.outlets.iter().enumerate().map(site).collect(),
            free: supply.iter().all(Supply::is_free),
        }
    }

    /// The lanes of these regions, and what is spent on each \[a year\] where that is no part of what is sought.
    pub(super) fn lanes(&self, regions: &[RegionId]) -> (Lanes, Vec<f64>) {
        let Self { scenario, network, .. } = *self;
        let most: usize = regions.iter().map(|region| network.road_count_of(*region)).sum();
        let limited = scenario
            .outlets
            .iter()
            .any(|outlet| if self.by_hours { outlet.capacity_hours } else { outlet.capacity_jobs }.is_some());
        let budgeted = scenario.limits.budget.is_some() && scenario.planning.objective != Objective::Cost;
        let (mut site, mut cost) = (vec![0; most], vec![0.0; most]);
        let mut work = vec![0.0; if limited { most } else { 0 }];
        let mut spent = vec![0.0; if budgeted { most } else { 0 }];
        let mut stretches = Vec::new();
        let (mut sites, mut costs) = (site.as_mut_slice(), cost.as_mut_slice());
        let (mut works, mut spents) = (work.as_mut_slice(), spent.as_mut_slice());
        for regions in regions.chunks(STRETCH) {
            let room: usize = regions.iter().map(|region| network.road_count_of(*region)).sum();
            let (site, cost) = (front(&mut sites, room), front(&mut costs, room));
            let (work, spent) = (front(&mut works, room), front(&mut spents, room));
            stretches.push(Stretch { regions, site, cost, work, spent, counts: Vec::new() });
        }
        stretches.par_iter_mut().for_each(|stretch| self.write(stretch));
        let ends: Vec<(usize, Vec<usize>)> =
            stretches.into_iter().map(|stretch| (stretch.site.len(), stretch.counts)).collect();
        // What was left out leaves room at the end of its stretch.
        let mut starts = vec![0];
        let (mut from, mut to) = (0, 0);
        for (room, counts) in ends {
            let count: usize = counts.iter().sum();
            if from > to {
                site.copy_within(from..from + count, to);
                for column in [&mut cost, &mut work, &mut spent].into_iter().filter(|column| !column.is_empty()) {
                    column.copy_within(from..from + count, to);
                }
            }
            for count in counts {
                to += count;
                starts.push(to);
            }
            from += room;
        }
        site.truncate(to);
        for column in [&mut cost, &mut work, &mut spent] {
            column.truncate(to);
        }
        (Lanes { starts, site, cost, work, beyond: self.beyond(regions) }, spent)
    }

    /// For each region what no lane off its list undercuts \[as the cost of a lane\]; empty where all are listed.
    ///
    /// A lane off the list is no shorter than the list says, and at the least wage, travel factor and fee of all outlets and
    /// without freight or duty it costs no more than at its own.
    fn beyond(&self, regions: &[RegionId]) -> Vec<f64> {
        if self.network.is_complete() {
            return Vec::new();
        }
        let open = || self.sites.iter().filter(|site| !site.closed);
        let wage = open().map(|site| site.wage).fold(f64::INFINITY, f64::min);
        let fee = open().map(|site| site.fee).fold(f64::INFINITY, f64::min);
        let of = |region: &RegionId| {
            let nearest = self.network.beyond(*region, wage).filter(|road| road.hours <= self.terms.reach);
            let Some(road) = nearest else { return f64::INFINITY };
            let jobs = self.load.jobs[region.at()];
            match self.scenario.planning.objective {
                Objective::Cost => self.spent(*region, &road, wage, fee),
                Objective::Coverage { within } if road.hours > within.get() * (1.0 + 1e-12) => jobs,
                Objective::Coverage { .. } | Objective::Farthest => 0.0,
            }
        };
        regions.iter().map(of).collect()
    }

    fn write(&self, stretch: &mut Stretch) {
        let Self { scenario, network, load, terms, .. } = *self;
        // A region that has one outlet goes to none that it is too much for.
        let alone = scenario.planning.sourcing == Sourcing::Single;
        let mut at = 0;
        for &region in stretch.regions {
            let before = at;
            for (outlet, road) in network.roads(region) {
                if self.sites[outlet.at()].closed
                    || road.hours > terms.reach
                    || !may_serve(scenario, load, region, outlet, &road, terms)
                    || (alone && work::too_much(scenario, load, region, outlet, &road))
                {
                    continue;
                }
                stretch.site[at] = outlet.0;
                let money = self.money(region, outlet, &road);
                let jobs = load.jobs[region.at()];
                stretch.cost[at] = match scenario.planning.objective {
                    Objective::Cost => money + (terms.lane)(region, outlet, &road),
                    Objective::Coverage { within } if road.hours > within.get() * (1.0 + 1e-12) => jobs,
                    Objective::Coverage { .. } | Objective::Farthest => 0.0,
                };
                if let Some(work) = stretch.work.get_mut(at) {
                    *work = if self.by_hours { work::hours(scenario, load, region, outlet, &road) } else { jobs };
                }
                if let Some(spent) = stretch.spent.get_mut(at) {
                    *spent = money;
                }
                at += 1;
            }
            stretch.counts.push(at - before);
        }
    }

    /// Journeys, work and fees of a region over a lane \[a year\].
    fn spent(&self, region: RegionId, road: &Road, wage: f64, fee: f64) -> f64 {
        let Self { load, .. } = *self;
        load.journeys[region.at()] * road.cost_per_job
            + load.repair_hours[region.at()] * wage
            + load.jobs[region.at()] * fee
    }

    /// What serving a region over a lane costs \[a year\].
    fn money(&self, region: RegionId, outlet: OutletId, road: &Road) -> f64 {
        let (load, site) = (self.load, &self.sites[outlet.at()]);
        let own = self.spent(region, road, site.wage, site.fee);
        if self.free {
            return own;
        }
        own + self.supply[outlet.at()].least_of((self.terms.most)(region, outlet), load, region)
    }
}

/// Takes so many entries off the front of a column, as far as it has any.
fn front<'c, T>(column: &mut &'c mut [T], count: usize) -> &'c mut [T] {
    let count = count.min(column.len());
    column.split_off_mut(..count).expect("no more is taken than there is")
}
