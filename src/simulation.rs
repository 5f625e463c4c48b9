//! The plan lived event by event: the second road of proof.
//!
//! No formula of [`stocking`](crate::stocking) is called and no distribution is computed. Jobs arrive by chance
//! (`arrivals`), take parts from the outlets' shelves, wait or have them expressed; every site orders one for one, is served
//! first come first served, and its orders take their time (`lead_time`). Each job's response follows:
//!
//! ```text
//! (response)  dispatch + travel + wait for the part
//! (express)   dispatch + max(travel, emergency hours), where stockouts are expressed and the shelf is empty
//! ```
//! A plan is lived in independent replications; each begins with full shelves, is lived through a warm-up that counts for
//! nothing, then through the years that count. Two engines live it: with lead times that do not vary nothing overtakes
//! and a job costs a few additions (`fifo`); else arrivals are lived in order of time (`events`). Both give the
//! same life to the same plan. What jobs count is added up by promise, replications give the interval (`estimate`), and
//! promises are held against it (`verdict`).
//!
//! A unit's lead time is what the scenario says of it: where a share of failed units is repaired, each unit is repaired or
//! not by chance, and its own time decides, whereas the formulas use the mean of the two.

mod arrivals;
mod block;
mod estimate;
mod events;
mod fifo;
mod lead_time;
mod record;
mod scene;
mod stream;
mod verdict;
pub mod write;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::load::{Load, Task};
use crate::network::Network;
use crate::plan::Decisions;
use crate::scenario::{Limit, Metric, OutletId, PartId, RegionId, Scenario, SiteId};
use crate::service::{Key, installed_in};
use crate::units::DAYS_PER_YEAR;
use crate::watch::Watch;

use block::Block;
pub use estimate::{CONFIDENCE, Estimate};
pub use lead_time::LeadTimes;
use record::{Count, Record};
use scene::{Scene, tasks_by_part};
use stream::Luck;
pub use verdict::{Finding, Verdict, findings};

/// Jobs that the default number of years aims at, all replications together.
const JOBS: f64 = 2e7;
/// The longest default \[years\].
const MOST_YEARS: f64 = 1000.0;
/// Parts that are simulated at once; their outcomes are in memory together.
const AT_ONCE: usize = 64;

/// How a plan is lived.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Experiment {
    /// Independent lives, at least two.
    pub replications: u32,
    /// Years of each that count; `None`: enough for 20 million jobs in all.
    pub years: Option<f64>,
    /// Years before them; `None`: a multiple of the longest lead time.
    pub warm_up: Option<f64>,
    /// The seed of all chance.
    pub seed: u64,
    /// How lead times vary.
    pub lead_times: LeadTimes,
    /// Live event by event even where nothing overtakes: the same lives, only slower (for tests and measurements).
    pub event_by_event: bool,
}

impl Experiment {
    /// How often a shelf can run empty anew: the time that counts in all replications / the longest lead time.
    fn chances(&self, horizon: &Horizon, scenario: &Scenario, network: &Network) -> f64 {
        let longest = longest_lead_time(scenario, network).max(f64::MIN_POSITIVE);
        f64::from(self.replications) * horizon.years / longest
    }
}

impl Default for Experiment {
    fn default() -> Self {
        Self {
            replications: 20,
            years: None,
            warm_up: None,
            seed: 1,
            lead_times: LeadTimes::Constant,
            event_by_event: false,
        }
    }
}

/// The times of a life.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Horizon {
    /// Until then nothing counts \[years\].
    pub warm_up: f64,
    /// For so long everything counts \[years\].
    pub years: f64,
}

impl Horizon {
    /// The times of an experiment. Defaults depend on the scenario and on no plan, so that two plans meet the same jobs.
    pub fn of(scenario: &Scenario, network: &Network, load: &Load, experiment: &Experiment) -> Self {
        let longest = longest_lead_time(scenario, network);
        // With constant lead times and jobs that wait, the past is forgotten after one lead time; where stockouts are
        // expressed or lead times vary it fades, by a factor e a lead time or faster.
        let fading = if experiment.lead_times == LeadTimes::Constant { 5.0 } else { 10.0 };
        let warm_up = experiment.warm_up.unwrap_or(fading * longest);
        let jobs: f64 = load.jobs.iter().sum();
        let enough = JOBS / (f64::from(experiment.replications) * jobs.max(f64::MIN_POSITIVE));
        let years = experiment.years.unwrap_or(enough.min(MOST_YEARS).max(1.0).max(fading * longest));
        Self { warm_up, years }
    }

    fn end(&self) -> f64 {
        self.warm_up + self.years
    }
}

/// From the supplier to the farthest shelf, at most \[years\].
fn longest_lead_time(scenario: &Scenario, network: &Network) -> f64 {
    let sites = scenario.outlets.iter().chain(&scenario.depots).map(|site| site.supplier_lead_time.get());
    let parts = scenario.parts.iter().map(|part| {
        let repair = if part.repair_share.get() > 0.0 { part.repair_turnaround.get() } else { 0.0 };
        part.supplier_lead_time.map_or(0.0, |days| days.get()).max(repair)
    });
    let outlets = (0..scenario.outlets.len()).map(OutletId::from);
    let transports = outlets.flat_map(|outlet| network.supplies(outlet).map(|(_, lane)| lane.lead_time.get()));
    (sites.chain(parts).fold(0.0, f64::max) + transports.fold(0.0, f64::max)) / DAYS_PER_YEAR
}

/// A part at a site as it was lived.
#[derive(Debug, Clone, PartialEq)]
pub struct StockEstimate {
    /// Where.
    pub site: SiteId,
    /// What.
    pub part: PartId,
    /// S \[units\].
    pub base_stock: u32,
    /// Units asked of it \[1/year\].
    pub asked: f64,
    /// Share of them met at once; `None` where none was asked for.
    pub fill_rate: Option<Estimate>,
    /// Units or jobs waiting, on average over time \[units\].
    pub backorders: Option<Estimate>,
}

/// A plan as it was lived.
#[derive(Debug, Clone, PartialEq)]
pub struct Simulation {
    /// The times of each life.
    pub horizon: Horizon,
    /// Jobs that counted, in all replications.
    pub jobs: u64,
    /// Each promise that any job told of, by target and member of its scope.
    pub promises: BTreeMap<(usize, Key), Estimate>,
    /// Each part at each site that was asked for it, in order of site and part.
    pub stock: Vec<StockEstimate>,
    /// Cost of expressed parts \[a year\].
    pub express_cost: Option<Estimate>,
}

/// What all lives counted for a promise.
struct Counted {
    /// By replication: (Σ of what jobs count, jobs).
    pairs: Vec<(f64, f64)>,
    /// The shelves behind it.
    shelves: usize,
}

/// What the lives of a block came to.
struct Outcome {
    keys: Vec<(usize, Key)>,
    /// By key.
    shelves: Vec<usize>,
    /// By replication, then by key.
    counts: Vec<Vec<(f64, f64)>>,
    express_costs: Vec<f64>,
    jobs: u64,
    stock: Vec<StockEstimate>,
}

/// Lives a plan.
pub fn simulate(
    scenario: &Scenario,
    network: &Network,
    load: &Load,
    decisions: &Decisions,
    experiment: &Experiment,
    watch: &dyn Watch,
) -> Simulation {
    let horizon = Horizon::of(scenario, network, load, experiment);
    let scene = Scene::of(scenario, network, decisions, experiment.lead_times);
    let replications = experiment.replications as usize;
    let mut counts: BTreeMap<(usize, Key), Counted> = BTreeMap::new();
    let chances = experiment.chances(&horizon, scenario, network);
    let mut express_costs = vec![(0.0, horizon.years); replications];
    let (mut jobs, mut stock) = (0, Vec::new());
    let tasks: Vec<(Option<PartId>, Vec<(RegionId, &Task)>)> = tasks_by_part(scenario, load).into_iter().collect();
    for (number, some) in tasks.chunks(AT_ONCE).enumerate() {
        watch.stage(&format!("living part {} of {}", number * AT_ONCE + 1, tasks.len()));
        let outcomes: Vec<Outcome> = some
            .par_iter()
            .map(|(part, tasks)| live(&scene, &horizon, experiment, chances, &Block::of(&scene, *part, tasks)))
            .collect();
        for outcome in outcomes {
            for (number, (key, shelves)) in outcome.keys.iter().zip(&outcome.shelves).enumerate() {
                let none = || Counted { pairs: vec![(0.0, 0.0); replications], shelves: 0 };
                let counted = counts.entry(*key).or_insert_with(none);
                counted.shelves += shelves;
                for (pair, own) in counted.pairs.iter_mut().zip(&outcome.counts) {
                    pair.0 += own[number].0;
                    pair.1 += own[number].1;
                }
            }
            for (sum, own) in express_costs.iter_mut().zip(&outcome.express_costs) {
                sum.0 += own;
            }
            jobs += outcome.jobs;
            stock.extend(outcome.stock);
        }
    }
    stock.sort_by_key(|row: &StockEstimate| (row.site, row.part));
    let express_cost = scene.expresses().then(|| Estimate::of(&express_costs)).flatten();
    Simulation { horizon, jobs, promises: promises(&scene, load, &horizon, chances, &counts), stock, express_cost }
}

/// Lives a block in all replications.
fn live(scene: &Scene, horizon: &Horizon, experiment: &Experiment, chances: f64, block: &Block) -> Outcome {
    let scenario = scene.scenario;
    let part = block.part.map_or("", |part| scenario.parts[part.at()].id.as_str());
    let names = |site: SiteId| scenario.site(site).id.clone();
    let fifo = experiment.lead_times == LeadTimes::Constant && !experiment.event_by_event;
    let lives: Vec<(Vec<(f64, f64)>, f64, Vec<Count>, u64)> = (0..experiment.replications)
        .into_par_iter()
        .map(|replication| {
            let luck = Luck { seed: experiment.seed, replication };
            let record: Record =
                fifo.then(|| fifo::live(block, horizon, luck, part, scene.expresses())).flatten().unwrap_or_else(
                    || events::live(block, horizon, luck, &names, part, scene.expresses(), scene.lead_times),
                );
            let jobs = record.routes.iter().map(|route| route.asked).sum();
            (block.counts(&record), block.express_cost(&record), record.by_item(block), jobs)
        })
        .collect();
    let stock = block.part.map_or_else(Vec::new, |part| {
        let row = |(number, item): (usize, &block::Item)| {
            let of = |read: &dyn Fn(&Count) -> (f64, f64)| -> Vec<(f64, f64)> {
                lives.iter().map(|(_, _, items, _)| read(&items[number])).collect()
            };
            let fills = of(&|count| ((count.asked - count.missed) as f64, count.asked as f64));
            let asked = fills.iter().map(|pair| pair.1).sum::<f64>() / (lives.len() as f64 * horizon.years);
            StockEstimate {
                site: item.site,
                part,
                base_stock: item.base_stock,
                asked,
                fill_rate: Estimate::of_chances(&fills, chances),
                backorders: Estimate::of(&of(&|count| (count.waited, horizon.years))),
            }
        };
        block.items.iter().enumerate().map(row).collect()
    });
    Outcome {
        keys: block.keys.clone(),
        shelves: block.shelves.clone(),
        express_costs: lives.iter().map(|life| life.1).collect(),
        jobs: lives.iter().map(|life| life.3).sum(),
        counts: lives.into_iter().map(|life| life.0).collect(),
        stock,
    }
}

/// The promises from what each replication counted for them.
fn promises(
    scene: &Scene,
    load: &Load,
    horizon: &Horizon,
    chances: f64,
    counts: &BTreeMap<(usize, Key), Counted>,
) -> BTreeMap<(usize, Key), Estimate> {
    let mut promises = BTreeMap::new();
    for (number, target) in scene.scenario.targets.iter().enumerate() {
        let own = counts.range((number, Key::default())..(number + 1, Key::default()));
        let members = own.map(|((_, key), counted)| match target.metric {
            Metric::Availability => {
                // What is up is what is installed less what is down.
                let hours = installed_in(load, scene.scenario, &scene.questions[number], key) * horizon.years;
                (*key, counted.pairs.iter().map(|(down, _)| (hours - down, hours)).collect(), counted.shelves)
            }
            _ => (*key, counted.pairs.clone(), counted.shelves),
        });
        if let Limit::SpreadAtMost(_) = target.limit {
            let mut known: Vec<(f64, Vec<(f64, f64)>)> =
                members.filter_map(|(_, pairs, _)| Some((Estimate::of(&pairs)?.mean, pairs))).collect();
            known.sort_by(|left, right| left.0.total_cmp(&right.0));
            // The spread is taken between the two that came out best and worst.
            if let (Some((_, least)), Some((_, most))) = (known.first(), known.last())
                && let Some(estimate) = Estimate::of_difference(most, least)
            {
                promises.insert((number, Key::default()), estimate);
            }
            continue;
        }
        for (key, pairs, shelves) in members {
            let estimate = match target.metric {
                Metric::FillRate | Metric::OnTime => Estimate::of_chances(&pairs, shelves as f64 * chances),
                Metric::Coverage | Metric::MeanResponse | Metric::Availability => Estimate::of(&pairs),
            };
            if let Some(estimate) = estimate {
                promises.insert((number, key), estimate);
            }
        }
    }
    promises
}
