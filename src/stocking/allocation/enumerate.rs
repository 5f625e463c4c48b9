//! The closing enumeration: every plan that could still be cheaper than the one in hand.
//!
//! A plan costs at least L(μ) plus its **excess**, the sum over its blocks of how much its priced value lies above the
//! block's least. The search chooses block after block, layer then rows, each in order of excess, and turns back where the
//! excess reaches the gap, or where a hard goal is out of reach even if all that follows gives its most. When it ends, the
//! plan in hand is the optimum.

use super::block::{Block, Priced};
use super::dual::Prices;
use super::{Choice, Goals, Plan, SMALL, labels};
use crate::watch::Watch;

/// Most steps a dynamic programme may remember.
const MOST_LABELS: usize = 4_000_000;

/// One base stock of a block's depot with the rows of its streams, each with its excess.
#[derive(Debug)]
pub(super) struct Layer {
    pub(super) layer: usize,
    pub(super) excess: f64,
    pub(super) rows: Vec<Vec<(f64, u32)>>,
}

/// Everything that may be chosen.
#[derive(Debug)]
pub(super) struct Options {
    /// Per block.
    pub(super) layers: Vec<Vec<Layer>>,
    /// The most that block b and all after it can give to every goal.
    pub(super) potential: Vec<Vec<f64>>,
    /// The least.
    pub(super) least: Vec<Vec<f64>>,
    /// Cost of the plan in hand minus L(μ).
    pub(super) gap: f64,
}

struct Enumeration<'a> {
    goals: &'a Goals,
    blocks: &'a [Block],
    options: Options,
    bound: f64,
    plan: &'a mut Plan,
    choices: Vec<Choice>,
    nodes: usize,
    watch: &'a dyn Watch,
}

/// Improves the plan to the optimum; `false` if the nodes ran out or the watch said stop.
pub(super) fn close(
    goals: &Goals,
    blocks: &mut [Block],
    prices: &Prices,
    plan: &mut Plan,
    nodes: usize,
    watch: &dyn Watch,
) -> bool {
    let gap = plan.cost - prices.bound;
    let mut options = Vec::with_capacity(blocks.len());
    let mut work = 0;
    for (b, block) in blocks.iter_mut().enumerate() {
        let least = prices.priced[b].value;
        let layers = layers(block, &prices.of, least, gap);
        work += layers.iter().map(|layer| layer.rows.iter().map(Vec::len).sum::<usize>()).sum::<usize>();
        options.push(layers);
        if work > nodes || watch.stop() {
            return false;
        }
    }
    let (potential, least) = reach(goals, blocks, &options);
    let options = Options { layers: options, potential, least, gap };
    let streams: usize = blocks.iter().map(|block| block.items.len()).sum();
    // Labels may run out of room, the enumeration of a small problem does not.
    let few = goals.rows.len() == 1 || (goals.rows.len() <= labels::MOST_GOALS && streams > SMALL);
    if few {
        return labels::close(goals, blocks, &options, plan, nodes.min(MOST_LABELS), watch);
    }
    let choices = plan.choices.clone();
    let mut search = Enumeration { goals, blocks, options, bound: prices.bound, plan, choices, nodes, watch };
    let service = vec![0.0; goals.rows.len()];
    search.block(0, 0.0, 0.0, &service)
}

/// The most and the least that block b and all after it can give to every goal.
fn reach(goals: &Goals, blocks: &[Block], options: &[Vec<Layer>]) -> (Vec<Vec<f64>>, Vec<Vec<f64>>) {
    let none = vec![0.0; goals.rows.len()];
    let mut most = vec![none.clone(); blocks.len() + 1];
    let mut least = most.clone();
    for b in (0..blocks.len()).rev() {
        let mut range: Option<(Vec<f64>, Vec<f64>)> = None;
        for layer in &options[b] {
            let (mut high, mut low) = (none.clone(), none.clone());
            let tables = blocks[b].layer(layer.layer);
            for ((shelf, table), rows) in blocks[b].shelves.iter().zip(tables).zip(&layer.rows) {
                // Service grows with the row.
                let open = || rows.iter().map(|&(_, row)| row as usize);
                let (first, last) = (open().min().unwrap_or(0), open().max().unwrap_or(0));
                for (i, slot) in shelf.shared().iter().enumerate() {
                    high[slot.goal] += table.service(last)[i];
                    low[slot.goal] += table.service(first)[i];
                }
            }
            range = Some(match range {
                None => (high, low),
                Some((highs, lows)) => (
                    highs.iter().zip(&high).map(|(x, y)| x.max(*y)).collect(),
                    lows.iter().zip(&low).map(|(x, y)| x.min(*y)).collect(),
                ),
            });
        }
        let (high, low) = range.unwrap_or_else(|| (none.clone(), none.clone()));
        most[b] = most[b + 1].iter().zip(&high).map(|(after, own)| after + own).collect();
        least[b] = least[b + 1].iter().zip(&low).map(|(after, own)| after + own).collect();
    }
    (most, least)
}

/// The layers and rows whose excess is below the gap, in order of excess.
fn layers(block: &mut Block, prices: &[f64], least: f64, gap: f64) -> Vec<Layer> {
    let mut found: Vec<Priced> = Vec::new();
    block.layers_within(prices, gap, &mut found);
    found.retain(|priced| priced.value - least < gap);
    found.sort_by(|x, y| x.value.total_cmp(&y.value).then(x.choice.layer.cmp(&y.choice.layer)));
    found.dedup_by_key(|priced| priced.choice.layer);
    let mut layers = Vec::with_capacity(found.len());
    for priced in found {
        let layer = priced.choice.layer;
        let excess = (priced.value - least).max(0.0);
        let mut rows = Vec::with_capacity(block.items.len());
        for ((shelf, table), &chosen) in block.shelves.iter().zip(block.layer(layer)).zip(&priced.choice.rows) {
            let local: Vec<f64> = shelf.shared().iter().map(|slot| prices[slot.goal]).collect();
            let least = table.priced(chosen as usize, &local);
            let mut open: Vec<(f64, u32)> = (0..table.rows())
                .map(|row| ((table.priced(row, &local) - least).max(0.0), row as u32))
                .filter(|&(more, _)| excess + more < gap)
                .collect();
            open.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
            rows.push(open);
        }
        layers.push(Layer { layer, excess, rows });
    }
    layers
}

impl Enumeration<'_> {
    /// An excess from which on no plan is cheaper than the one in hand.
    fn gap(&self) -> f64 {
        self.plan.cost - self.bound - 1e-12 * self.plan.cost.abs()
    }

    fn block(&mut self, b: usize, excess: f64, cost: f64, service: &[f64]) -> bool {
        for (g, (given, potential)) in service.iter().zip(&self.options.potential[b]).enumerate() {
            if self.goals.rows[g].penalty.is_none() && self.goals.shortfall(g, given + potential) > 0.0 {
                return true;
            }
        }
        if b == self.blocks.len() {
            let cost = cost + self.goals.penalties(service);
            if cost < self.plan.cost {
                *self.plan = Plan { choices: self.choices.clone(), service: service.to_vec(), cost };
            }
            return true;
        }
        for i in 0..self.options.layers[b].len() {
            let (layer, more) = (self.options.layers[b][i].layer, self.options.layers[b][i].excess);
            if excess + more >= self.gap() {
                break;
            }
            self.choices[b].layer = layer;
            if !self.stream(b, i, 0, excess + more, cost + self.blocks[b].depot_cost(layer), service) {
                return false;
            }
        }
        true
    }

    fn stream(&mut self, b: usize, i: usize, k: usize, excess: f64, cost: f64, service: &[f64]) -> bool {
        if k == self.blocks[b].items.len() {
            return self.block(b + 1, excess, cost, service);
        }
        let layer = self.options.layers[b][i].layer;
        for o in 0..self.options.layers[b][i].rows[k].len() {
            let (more, row) = self.options.layers[b][i].rows[k][o];
            if excess + more >= self.gap() {
                break;
            }
            if self.nodes == 0 || (self.nodes.is_multiple_of(1024) && self.watch.stop()) {
                return false;
            }
            self.nodes -= 1;
            self.choices[b].layer = layer;
            self.choices[b].rows[k] = row;
            let table = &self.blocks[b].layer(layer)[k];
            let mut service = service.to_vec();
            for (slot, given) in self.blocks[b].shelves[k].shared().iter().zip(table.service(row as usize)) {
                service[slot.goal] += given;
            }
            let cost = cost + table.cost[row as usize];
            if !self.stream(b, i, k + 1, excess + more, cost, &service) {
                return false;
            }
        }
        true
    }
}
