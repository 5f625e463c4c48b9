//! What each region asks of its outlet: jobs, parts and hours of work a year.
//!
//! The rows of demand (one per region, product and failure) are added up per region, part and policy: no cost and no
//! promise asks for more detail than that.
//!
//! ```text
//! (basket)  tasks of a region = Σ over the baskets it holds of scale × what a unit of the basket asks for
//! ```
//! Where installed base × failures are kept apart in the scenario, a product under a policy is a basket that regions share,
//! its scale in a region the installed units: regions + products × parts numbers in place of regions × parts. Every other
//! demand of a region is a basket of its own with scale 1.

pub mod work;

use std::collections::BTreeMap;

use crate::scenario::{Demand, JobId, PartId, PolicyId, ProductId, RegionId, Scenario};

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

impl Task {
    /// The task of a demand \[jobs/year\] under a policy.
    fn of(scenario: &Scenario, demand: &Demand, policy: Option<PolicyId>) -> Self {
        let rate = demand.rate.get();
        let travels = |job: Option<JobId>| job.is_none_or(|job| scenario.jobs[job.at()].travel);
        Self {
            part: demand.part,
            policy,
            rate,
            variance: rate * demand.variance_to_mean,
            repair_hours: rate * demand.repair.get(),
            journeys: if travels(demand.job) { rate } else { 0.0 },
        }
    }

    fn add(&mut self, other: &Self) {
        self.rate += other.rate;
        self.variance += other.variance;
        self.repair_hours += other.repair_hours;
        self.journeys += other.journeys;
    }

    /// So many times a task.
    pub fn scaled(self, scale: f64) -> Self {
        Self {
            rate: scale * self.rate,
            variance: scale * self.variance,
            repair_hours: scale * self.repair_hours,
            journeys: scale * self.journeys,
            ..self
        }
    }
}

/// A basket in a region.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Held {
    /// Which.
    pub basket: usize,
    /// How many units of it: installed units of a product, 1 of a basket of the region's own.
    pub scale: f64,
}

/// The load of every region.
#[derive(Debug, Clone)]
pub struct Load {
    /// The tasks of a unit of every basket, in order of part and policy.
    basket_starts: Vec<usize>,
    tasks: Vec<Task>,
    /// The first baskets are shared by regions.
    shared: usize,
    /// What regions hold.
    held_starts: Vec<usize>,
    held: Vec<Held>,
    group_starts: Vec<usize>,
    groups: Vec<Task>,
    /// The tasks of a unit of every shared basket, added up over parts.
    basket_groups: Vec<Vec<Task>>,
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

/// Tasks one after the other, scaled to a region.
#[derive(Debug, Clone)]
pub struct Tasks<'a> {
    load: &'a Load,
    held: std::slice::Iter<'a, Held>,
    own: std::slice::Iter<'a, Task>,
    scale: f64,
}

impl Iterator for Tasks<'_> {
    type Item = Task;

    fn next(&mut self) -> Option<Task> {
        loop {
            if let Some(task) = self.own.next() {
                return Some(task.scaled(self.scale));
            }
            let held = self.held.next()?;
            (self.own, self.scale) = (self.load.basket(held.basket).iter(), held.scale);
        }
    }
}

impl Load {
    /// Adds up the demand of a scenario.
    pub fn of(scenario: &Scenario) -> Self {
        let regions = scenario.regions.len();
        let policy_of = |region, product| scenario.policy_of(region, product);
        let mut load = Self {
            basket_starts: vec![0],
            tasks: Vec::new(),
            shared: 0,
            held_starts: vec![0],
            held: Vec::new(),
            group_starts: vec![0],
            groups: Vec::new(),
            basket_groups: Vec::new(),
            jobs: Vec::with_capacity(regions),
            units: Vec::with_capacity(regions),
            repair_hours: Vec::with_capacity(regions),
            installed: vec![Vec::new(); regions],
            journeys: Vec::with_capacity(regions),
        };
        let shared = load.share(scenario);
        let mut by_region: Vec<Vec<Task>> = vec![Vec::new(); regions];
        for demand in scenario.demands.iter().filter(|demand| demand.rate.get() > 0.0) {
            let policy = policy_of(demand.region, demand.product);
            by_region[demand.region.at()].push(Task::of(scenario, demand, policy));
        }
        for (region, tasks) in by_region.into_iter().enumerate() {
            let mut held = shared.get(region).cloned().unwrap_or_default();
            if !tasks.is_empty() {
                held.push(Held { basket: load.put(tasks), scale: 1.0 });
            }
            load.hold(&held);
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

    /// Makes the baskets of products; gives what each region holds of them, in order of basket.
    fn share(&mut self, scenario: &Scenario) -> Vec<Vec<Held>> {
        if scenario.failures.is_empty() {
            return Vec::new();
        }
        let mut baskets: BTreeMap<(ProductId, Option<PolicyId>), Option<usize>> = BTreeMap::new();
        let mut held: Vec<Vec<Held>> = vec![Vec::new(); scenario.regions.len()];
        for row in scenario.installed.iter().filter(|row| row.units > 0.0) {
            let policy = scenario.policy_of(row.region, Some(row.product));
            let basket = *baskets.entry((row.product, policy)).or_insert_with(|| {
                let asked =
                    scenario.failures_of(row.product).iter().filter_map(|failure| failure.demand(row.region, 1.0));
                let tasks: Vec<Task> = asked.map(|demand| Task::of(scenario, &demand, policy)).collect();
                (!tasks.is_empty()).then(|| self.put(tasks))
            });
            let Some(basket) = basket else { continue };
            let own = &mut held[row.region.at()];
            match own.binary_search_by_key(&basket, |held| held.basket) {
                Ok(found) => own[found].scale += row.units,
                Err(gap) => own.insert(gap, Held { basket, scale: row.units }),
            }
        }
        self.shared = self.basket_starts.len() - 1;
        self.basket_groups = (0..self.shared).map(|basket| grouped(self.basket(basket).iter().copied())).collect();
        held
    }

    /// Puts tasks into a basket of their own, those of a part and policy together.
    fn put(&mut self, mut tasks: Vec<Task>) -> usize {
        tasks.sort_by_key(|task| (task.part, task.policy));
        let first = self.tasks.len();
        for task in tasks {
            match self.tasks[first..].last_mut() {
                Some(last) if (last.part, last.policy) == (task.part, task.policy) => last.add(&task),
                _ => self.tasks.push(task),
            }
        }
        self.basket_starts.push(self.tasks.len());
        self.basket_starts.len() - 2
    }

    /// Gives the next region its baskets.
    fn hold(&mut self, held: &[Held]) {
        self.held.extend_from_slice(held);
        self.held_starts.push(self.held.len());
        let region = RegionId::from(self.held_starts.len() - 2);
        let sum = |of: fn(&Task) -> f64| self.tasks(region).map(|task| of(&task)).sum::<f64>();
        let (jobs, journeys) = (sum(|task| task.rate), sum(|task| task.journeys));
        let units = self.tasks(region).filter(|task| task.part.is_some()).map(|task| task.rate).sum();
        let hours = sum(|task| task.repair_hours);
        let groups = grouped(self.tasks(region));
        self.jobs.push(jobs);
        self.units.push(units);
        self.journeys.push(journeys);
        self.repair_hours.push(hours);
        self.groups.extend(groups);
        self.group_starts.push(self.groups.len());
    }

    /// The tasks of a region added up over parts: those that need one (the first of them stands for all) and those that
    /// need none, by policy. Whatever does not depend on which part it is can be asked of these few.
    pub fn groups(&self, region: RegionId) -> Tasks<'_> {
        let own = &self.groups[self.group_starts[region.at()]..self.group_starts[region.at() + 1]];
        Tasks { load: self, held: [].iter(), own: own.iter(), scale: 1.0 }
    }

    /// The tasks of a region; of each basket in order of part and policy.
    pub fn tasks(&self, region: RegionId) -> Tasks<'_> {
        Tasks { load: self, held: self.held(region).iter(), own: [].iter(), scale: 1.0 }
    }

    /// The baskets of a region, those that others share first.
    pub fn held(&self, region: RegionId) -> &[Held] {
        &self.held[self.held_starts[region.at()]..self.held_starts[region.at() + 1]]
    }

    /// The tasks of a unit of a basket, in order of part and policy.
    pub fn basket(&self, basket: usize) -> &[Task] {
        &self.tasks[self.basket_starts[basket]..self.basket_starts[basket + 1]]
    }

    /// The tasks of a unit of a shared basket, added up over parts as those of a region are ([`Load::groups`]).
    pub fn groups_of(&self, basket: usize) -> &[Task] {
        &self.basket_groups[basket]
    }

    /// How many baskets there are.
    pub fn baskets(&self) -> usize {
        self.basket_starts.len() - 1
    }

    /// So many baskets, the first, are shared by regions.
    pub fn shared(&self) -> usize {
        self.shared
    }

    /// Is all that regions ask for in baskets that they share?
    pub fn is_shared(&self) -> bool {
        self.shared > 0 && self.basket_starts.len() == self.shared + 1
    }
}

fn grouped(tasks: impl Iterator<Item = Task>) -> Vec<Task> {
    let mut groups: Vec<Task> = Vec::new();
    for task in tasks {
        let same = |group: &&mut Task| group.part.is_some() == task.part.is_some() && group.policy == task.policy;
        match groups.iter_mut().find(same) {
            Some(group) => group.add(&task),
            None => groups.push(task),
        }
    }
    groups
}
