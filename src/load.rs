//! What each region asks of its outlet: jobs, parts and hours of work a year.
//!
//! The rows of demand (one per region, product and failure) are added up per region, part and policy: no cost and no
//! promise asks for more detail than that.

use crate::scenario::{JobId, PartId, PolicyId, RegionId, Scenario};

/// Jobs of one region that need the same part (or none) under the same policy.
#[derive(Debug, Clone, Copy)]
pub struct Task {
    /// The part each job needs; `None`: a job without a part.
    pub part: Option<PartId>,
    /// The product's policy, else the region's.
    pub policy: Option<PolicyId>,
    /// Jobs \[1/year\].
    pub rate: f64,
    /// Rate × variance-to-mean ratio [1/year]: variances add where demands do.
    pub variance: f64,
    /// Hands-on work \[hours/year\].
    pub repair_hours: f64,
    /// Journeys: jobs to which a technician travels \[1/year\].
    pub journeys: f64,
}

/// The load of every region.
#[derive(Debug, Clone)]
pub struct Load {
    starts: Vec<usize>,
    tasks: Vec<Task>,
    group_starts: Vec<usize>,
    groups: Vec<Task>,
    /// Jobs of a region \[1/year\].
    pub jobs: Vec<f64>,
    /// Part demands of a region \[units/year\].
    pub units: Vec<f64>,
    /// Hands-on work of a region \[hours/year\].
    pub repair_hours: Vec<f64>,
    /// Installed units of a region by policy, in order of policy (regions without installed base: none).
    pub installed: Vec<Vec<(Option<PolicyId>, f64)>>,
    /// Journeys to a region: its jobs but for those that need none \[1/year\].
    pub journeys: Vec<f64>,
}

impl Load {
    /// Adds up the demand of a scenario.
    pub fn of(scenario: &Scenario) -> Self {
        let regions = scenario.regions.len();
        let policy_of = |region, product| scenario.policy_of(region, product);
        let travels = |job: Option<JobId>| job.is_none_or(|job| scenario.jobs[job.at()].travel);
        let mut by_region: Vec<Vec<Task>> = vec![Vec::new(); regions];
        for demand in &scenario.demands {
            let rate = demand.rate.get();
            if rate > 0.0 {
                by_region[demand.region.at()].push(Task {
                    part: demand.part,
                    policy: policy_of(demand.region, demand.product),
                    rate,
                    variance: rate * demand.variance_to_mean,
                    repair_hours: rate * demand.repair.get(),
                    journeys: if travels(demand.job) { rate } else { 0.0 },
                });
            }
        }
        let mut load = Self {
            starts: vec![0],
            tasks: Vec::new(),
            group_starts: vec![0],
            groups: Vec::new(),
            jobs: Vec::with_capacity(regions),
            units: Vec::with_capacity(regions),
            repair_hours: Vec::with_capacity(regions),
            installed: vec![Vec::new(); regions],
            journeys: Vec::with_capacity(regions),
        };
        for mut tasks in by_region {
            tasks.sort_by_key(|task| (task.part, task.policy));
            let first = load.tasks.len();
            for task in tasks {
                match load.tasks[first..].last_mut() {
                    Some(last) if (last.part, last.policy) == (task.part, task.policy) => {
                        last.rate += task.rate;
                        last.variance += task.variance;
                        last.repair_hours += task.repair_hours;
                        last.journeys += task.journeys;
                    }
                    _ => load.tasks.push(task),
                }
            }
            let own = &load.tasks[first..];
            load.jobs.push(own.iter().map(|task| task.rate).sum());
            load.units.push(own.iter().filter(|task| task.part.is_some()).map(|task| task.rate).sum());
            load.journeys.push(own.iter().map(|task| task.journeys).sum());
            load.repair_hours.push(own.iter().map(|task| task.repair_hours).sum());
            load.starts.push(load.tasks.len());
            load.groups.extend(grouped(&load.tasks[first..]));
            load.group_starts.push(load.groups.len());
        }
        for row in &scenario.installed {
            let policy = policy_of(row.region, Some(row.product));
            let rows = &mut load.installed[row.region.at()];
            match rows.binary_search_by_key(&policy, |entry| entry.0) {
                Ok(found) => rows[found].1 += row.units,
                Err(gap) => rows.insert(gap, (policy, row.units)),
            }
        }
        load
    }

    /// The tasks of a region added up over parts: those that need one (the first of them stands for all) and those that
    /// need none, by policy. Whatever does not depend on which part it is can be asked of these few.
    pub fn groups(&self, region: RegionId) -> &[Task] {
        &self.groups[self.group_starts[region.at()]..self.group_starts[region.at() + 1]]
    }

    /// The tasks of a region, in order of part and policy.
    pub fn tasks(&self, region: RegionId) -> &[Task] {
        &self.tasks[self.starts[region.at()]..self.starts[region.at() + 1]]
    }
}

fn grouped(tasks: &[Task]) -> Vec<Task> {
    let mut groups: Vec<Task> = Vec::new();
    for task in tasks {
        let same = |group: &&mut Task| group.part.is_some() == task.part.is_some() && group.policy == task.policy;
        match groups.iter_mut().find(same) {
            Some(group) => {
                group.rate += task.rate;
                group.variance += task.variance;
                group.repair_hours += task.repair_hours;
                group.journeys += task.journeys;
            }
            None => groups.push(*task),
        }
    }
    groups
}
