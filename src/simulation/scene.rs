//! What all parts of a simulation share: who serves whom over which way, and what is asked of the outcome.

use std::collections::BTreeMap;

use crate::load::{Load, Task};
use crate::network::{Network, Road};
use crate::plan::Decisions;
use crate::scenario::{Lateral, Metric, OutletId, PartId, RegionId, Scenario, Stockout};
use crate::service::{Key, Question};

use super::item::laterals;

/// The way from an outlet to a region that it serves.
#[derive(Debug, Clone, Copy)]
pub(super) struct Way {
    /// The outlet.
    pub outlet: OutletId,
    /// Its share of the region's jobs.
    pub share: f64,
    /// The lane.
    pub road: Road,
}

/// The plan as the simulation sees it.
#[derive(Debug)]
pub(super) struct Scene<'a> {
    /// What was given.
    pub scenario: &'a Scenario,
    /// What reaches what.
    pub network: &'a Network,
    /// What was decided.
    pub decisions: &'a Decisions,
    /// What every target asks, in order of target.
    pub questions: Vec<Question>,
    /// The windows of the promises of on-time service \[hours\], each once.
    pub windows: Vec<f64>,
    /// The outlets of each region that can reach it; none where nobody serves it.
    pub ways: Vec<Vec<Way>>,
    /// The rows of lateral supply to each outlet.
    pub laterals: Vec<Vec<&'a Lateral>>,
}

impl<'a> Scene<'a> {
    /// Measures the ways of a plan.
    pub fn of(scenario: &'a Scenario, network: &'a Network, decisions: &'a Decisions) -> Self {
        let mut windows: Vec<f64> = scenario
            .targets
            .iter()
            .filter(|target| target.metric == Metric::OnTime)
            .filter_map(|target| target.within.map(|hours| hours.get()))
            .collect();
        windows.sort_by(f64::total_cmp);
        windows.dedup();
        let mut ways = vec![Vec::new(); scenario.regions.len()];
        for (region, outlet, share) in decisions.assignments() {
            if let Some(road) = network.road(region, outlet) {
                ways[region.at()].push(Way { outlet, share, road });
            }
        }
        let questions = scenario.targets.iter().map(Question::of).collect();
        let laterals = laterals(scenario, &decisions.outlet_open);
        Self { scenario, network, decisions, questions, windows, ways, laterals }
    }

    /// Are parts expressed that are not on the shelf?
    pub fn expresses(&self) -> bool {
        self.scenario.stocking.stockout == Stockout::Emergency
    }
}

/// The jobs of every part, and those without one, in order of part and region.
pub(super) fn tasks_by_part(scenario: &Scenario, load: &Load) -> BTreeMap<Option<PartId>, Vec<(RegionId, Task)>> {
    let mut tasks: BTreeMap<Option<PartId>, Vec<(RegionId, Task)>> = BTreeMap::new();
    for region in (0..scenario.regions.len()).map(RegionId::from) {
        for task in load.tasks(region) {
            tasks.entry(task.part).or_default().push((region, task));
        }
    }
    tasks
}

/// The promises that a block's jobs count for, each with a number of its own.
#[derive(Debug, Default)]
pub(super) struct Keys {
    numbers: BTreeMap<(usize, Key), u32>,
}

impl Keys {
    /// The number of a promise, a new one where it is seen for the first time.
    pub fn number(&mut self, target: usize, key: Key) -> u32 {
        let next = u32::try_from(self.numbers.len()).expect("a block has fewer than 2^32 promises");
        *self.numbers.entry((target, key)).or_insert(next)
    }

    /// The promises in order of their numbers.
    pub fn in_order(self) -> Vec<(usize, Key)> {
        let mut keys: Vec<_> = self.numbers.into_iter().collect();
        keys.sort_by_key(|(_, number)| *number);
        keys.into_iter().map(|(key, _)| key).collect()
    }
}
