//! The plan lived event by event: the second road of proof.
//!
//! No formula of [`stocking`](crate::stocking) is called and no distribution is computed. Jobs arrive by chance
//! (`arrivals`), take parts from the outlets' shelves, wait or have them expressed; every site replaces each unit that leaves
//! it (`item`): by repair, from its depot or from the supplier, which takes its time (`lead_time`); everyone is served
//! first come first served. Each job's response follows:
//!
//! ```text
//! (response)  dispatch + travel + wait for the part
//! (express)   dispatch + max(travel, emergency hours), where stockouts are expressed and no shelf has the part;
//!             the hours of the lateral supply in their place, where another outlet helps
//! ```
//! A plan is lived in independent replications; each begins with full shelves, is lived through a warm-up that counts for
//! nothing, then through the years that count. Two engines live it: where nothing overtakes a job costs a few
//! additions (`fifo`); else arrivals are lived in order of time (`events`), parts that share a repair shop together
//! (`cluster`). Both give the same life to the same plan. What jobs count is added up by promise, replications give the
//! interval (`estimate`), and promises are held against it (`verdict`).
//!
//! Where the formulas use a mean, a unit's own luck decides: each failed unit is repaired or not by itself, an order waits
//! its own time at the depot, and of units that are asked for together the later find what the earlier left. Where customs
//! times vary each consignment draws its own ([`crate::customs`]); units that leave a depot together clear them together.

mod arrivals;
mod block;
mod cluster;
mod estimate;
mod events;
mod experiment;
mod fifo;
mod item;
mod lead_time;
mod record;
mod scene;
mod stream;
mod verdict;
pub mod write;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::load::Load;
use crate::network::Network;
use crate::plan::Decisions;
use crate::scenario::{Limit, Metric, PartId, Scenario, SiteId};
use crate::service::{Key, installed_in};
use crate::watch::Watch;

use block::Block;
use cluster::{Tasks, clusters};
pub use estimate::{CONFIDENCE, Estimate};
pub use experiment::{Experiment, Horizon};
use item::Item;
pub use lead_time::LeadTimes;
use record::{Count, Record};
use scene::{Scene, tasks_by_part};
use stream::Luck;
pub use verdict::{Finding, Verdict, findings};

/// Parts that are simulated at once; their outcomes are in memory together.
const AT_ONCE: usize = 64;

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
    /// Cost of parts that depots delivered directly \[a year\], where they do.
    pub direct_cost: Option<Estimate>,
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
    direct_costs: Vec<f64>,
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
    let scene = Scene::of(scenario, network, decisions);
    let replications = experiment.replications as usize;
    let mut counts: BTreeMap<(usize, Key), Counted> = BTreeMap::new();
    let chances = experiment.chances(&horizon, scenario, network);
    let mut express_costs = vec![(0.0, horizon.years); replications];
    let mut direct_costs = express_costs.clone();
    let (mut jobs, mut stock) = (0, Vec::new());
    let tasks: Vec<Tasks> = tasks_by_part(scenario, load).into_iter().collect();
    let live = |blocks: &[Block]| live(&scene, &horizon, experiment, chances, blocks);
    // Where servers are shared all blocks are made first, to see who shares them; else only a few are in memory.
    let sites = || scenario.outlets.iter().chain(&scenario.depots);
    let shared = if sites().any(|site| site.repair_servers.is_some()) { clusters(&scene, &tasks) } else { Vec::new() };
    let count = if shared.is_empty() { tasks.len() } else { shared.len() };
    for first in (0..count).step_by(AT_ONCE) {
        watch.stage(&format!("living part {} of {count}", first + 1));
        let end = (first + AT_ONCE).min(count);
        let outcomes: Vec<Outcome> = if shared.is_empty() {
            let alone = |(part, tasks): &Tasks| live(&[Block::of(&scene, *part, tasks)]);
            tasks[first..end].par_iter().map(alone).collect::<Vec<_>>().into_iter().flatten().collect()
        } else {
            let together = |blocks: &Vec<Block>| live(blocks);
            shared[first..end].par_iter().map(together).collect::<Vec<_>>().into_iter().flatten().collect()
        };
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
            for (sum, own) in direct_costs.iter_mut().zip(&outcome.direct_costs) {
                sum.0 += own;
            }
            jobs += outcome.jobs;
            stock.extend(outcome.stock);
        }
    }
    stock.sort_by_key(|row: &StockEstimate| (row.site, row.part));
    let express_cost = scene.expresses().then(|| Estimate::of(&express_costs)).flatten();
    let direct_cost = scenario.stocking.direct.then(|| Estimate::of(&direct_costs)).flatten();
    let promises = promises(&scene, load, &horizon, chances, &counts);
    Simulation { horizon, jobs, promises, stock, express_cost, direct_cost }
}

/// What one life of a block came to.
struct Life {
    /// By key.
    counts: Vec<(f64, f64)>,
    express_cost: f64,
    direct_cost: f64,
    items: Vec<Count>,
    jobs: u64,
}

/// A member of a parity's scope: its mean, and the pairs of its replications.
type Member = (Key, f64, Vec<(f64, f64)>);

/// Lives blocks together in all replications.
fn live(scene: &Scene, horizon: &Horizon, experiment: &Experiment, chances: f64, blocks: &[Block]) -> Vec<Outcome> {
    let scenario = scene.scenario;
    let (expresses, lead_times) = (scene.expresses(), experiment.lead_times);
    let in_order = lead_times == LeadTimes::Constant && !experiment.event_by_event;
    let lives: Vec<Vec<Life>> = (0..experiment.replications)
        .into_par_iter()
        .map(|replication| {
            let luck = Luck { seed: experiment.seed, replication };
            let quick = match blocks {
                [block] if in_order => fifo::live(scenario, block, horizon, luck, expresses).map(|record| vec![record]),
                _ => None,
            };
            let records = quick.unwrap_or_else(|| events::live(scenario, blocks, horizon, luck, expresses, lead_times));
            let life = |(block, record): (&Block, Record)| Life {
                counts: block.counts(&record),
                express_cost: block.express_cost(&record),
                direct_cost: block.direct_cost(&record),
                items: record.by_item(block),
                jobs: record.routes.iter().map(|route| route.asked).sum(),
            };
            blocks.iter().zip(records).map(life).collect()
        })
        .collect();
    blocks.iter().enumerate().map(|(number, block)| outcome(number, block, &lives, horizon, chances)).collect()
}

/// What the lives of a block came to, from those of all that it was lived with.
fn outcome(number: usize, block: &Block, lives: &[Vec<Life>], horizon: &Horizon, chances: f64) -> Outcome {
    let own = || lives.iter().map(|life| &life[number]);
    let stock = block.part.map_or_else(Vec::new, |part| {
        let row = |(number, item): (usize, &Item)| {
            let of = |read: &dyn Fn(&Count) -> (f64, f64)| -> Vec<(f64, f64)> {
                own().map(|life| read(&life.items[number])).collect()
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
        express_costs: own().map(|life| life.express_cost).collect(),
        direct_costs: own().map(|life| life.direct_cost).collect(),
        jobs: own().map(|life| life.jobs).sum(),
        counts: own().map(|life| life.counts.clone()).collect(),
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
            let mut known: Vec<Member> =
                members.filter_map(|(key, pairs, _)| Some((key, Estimate::of(&pairs)?.mean, pairs))).collect();
            known.sort_by(|left, right| left.1.total_cmp(&right.1));
            // The spread is taken between the two that came out best and worst, or from home to the worst.
            let home = known.iter().find(|(key, ..)| target.home.is_some() && key.country == target.home);
            let (least, most) = match (target.home, target.metric) {
                (None, _) => (known.first(), known.last()),
                (Some(_), Metric::MeanResponse) => (home, known.last()),
                (Some(_), _) => (known.first(), home),
            };
            if let (Some((.., least)), Some((.., most))) = (least, most)
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
