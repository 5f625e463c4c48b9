//! The closing search where few goals join everything: a dynamic programme over labels.
//!
//! A label is what a choice for the first streams costs and gives. It is dropped if another one costs no more and gives
//! every goal no less; if its **excess** (see `enumerate`) reaches the gap; or if a hard goal is out of reach although all that
//! follows gives its most. What a goal cannot lose any more (it is kept though all that follows gives its least) does not
//! count when labels are compared. When no label was dropped for want of room, the best label at the end is the optimum;
//! else it is still a good plan.

use super::block::Block;
use super::enumerate::{Layer, Options};
use super::{Goals, Plan};
use crate::watch::Watch;

/// Most goals a label can carry.
pub(super) const MOST_GOALS: usize = 8;

/// Most labels kept after a stream, where there is one goal.
const WIDTH: usize = 8_192;

/// Labels of several goals are compared pair by pair: so many in all streams together, but not fewer than a few hundred.
const PAIRED: usize = 60_000;

type Service = [f64; MOST_GOALS];

#[derive(Debug, Clone, Copy)]
struct Label {
    cost: f64,
    excess: f64,
    service: Service,
    /// Its last choice, in the trail.
    last: u32,
}

/// One choice and the one before it.
#[derive(Debug, Clone, Copy)]
struct Step {
    before: u32,
    layer: u32,
    row: u32,
}

struct Labelling<'a> {
    goals: &'a Goals,
    gap: f64,
    width: usize,
    trail: Vec<Step>,
    /// No label was dropped for want of room.
    complete: bool,
}

/// Improves the plan, to the optimum if the answer is `true`; needs at most [`MOST_GOALS`] shared goals.
pub(super) fn close(
    goals: &Goals,
    blocks: &[Block],
    options: &Options,
    plan: &mut Plan,
    nodes: usize,
    watch: &dyn Watch,
) -> bool {
    let streams: usize = blocks.iter().map(|block| block.items.len()).sum();
    let width = if goals.rows.len() == 1 { WIDTH } else { (PAIRED / streams.max(1)).clamp(256, 4_096) };
    let gap = options.gap - 1e-12 * plan.cost.abs();
    let trail = vec![Step { before: 0, layer: 0, row: 0 }];
    let mut search = Labelling { goals, gap, width, trail, complete: true };
    let mut labels = vec![Label { cost: 0.0, excess: 0.0, service: [0.0; MOST_GOALS], last: 0 }];
    for (b, block) in blocks.iter().enumerate() {
        let mut next = Vec::new();
        for layer in &options.layers[b] {
            let start = labels.iter().map(|label| Label {
                cost: label.cost + block.depot_cost(layer.layer),
                excess: label.excess + layer.excess,
                ..*label
            });
            let mut own: Vec<Label> = start.filter(|label| label.excess < gap).collect();
            let after = remaining(block, layer, &options.potential[b + 1], &options.least[b + 1]);
            for (k, (most, least)) in after.iter().enumerate() {
                if search.trail.len() > nodes || watch.stop() {
                    return false;
                }
                own = search.extended(block, layer, k, &own, most, least);
                // Comparing pairs is dear, and a proof is out of sight.
                if !search.complete && goals.rows.len() > 1 {
                    return false;
                }
            }
            next.append(&mut own);
        }
        labels = search.kept(next.into_iter().map(|label| (label, 0)).collect(), &options.least[b + 1]).0;
    }
    let price = |label: &Label| label.cost + goals.penalties(&label.service[..goals.rows.len()]);
    let best = labels.iter().min_by(|x, y| price(x).total_cmp(&price(y)));
    if let Some(best) = best.filter(|best| price(best) < plan.cost) {
        let mut step = best.last;
        for (choice, block) in plan.choices.iter_mut().zip(blocks).rev() {
            for k in (0..block.items.len()).rev() {
                let Step { before, layer, row } = search.trail[step as usize];
                choice.layer = layer as usize;
                choice.rows[k] = row;
                step = before;
            }
        }
        (plan.cost, plan.service) = (price(best), best.service[..goals.rows.len()].to_vec());
    }
    search.complete
}

/// For every stream of a layer: the most and the least that all after it can give.
fn remaining(block: &Block, layer: &Layer, most: &[f64], least: &[f64]) -> Vec<(Vec<f64>, Vec<f64>)> {
    let mut after = vec![(most.to_vec(), least.to_vec()); block.items.len()];
    for k in (1..block.items.len()).rev() {
        let (mut most, mut least) = after[k].clone();
        let table = &block.layer(layer.layer)[k];
        let rows = || layer.rows[k].iter().map(|&(_, row)| row as usize);
        let (low, high) = (rows().min().unwrap_or(0), rows().max().unwrap_or(0));
        for (i, slot) in block.shelves[k].shared().iter().enumerate() {
            most[slot.goal] += table.service(high)[i];
            least[slot.goal] += table.service(low)[i];
        }
        after[k - 1] = (most, least);
    }
    after
}

impl Labelling<'_> {
    /// The labels with every open row of stream k, the useless ones left out.
    fn extended(
        &mut self,
        block: &Block,
        layer: &Layer,
        k: usize,
        labels: &[Label],
        most: &[f64],
        least: &[f64],
    ) -> Vec<Label> {
        let table = &block.layer(layer.layer)[k];
        let slots = block.shelves[k].shared();
        let mut next = Vec::with_capacity(labels.len() * layer.rows[k].len());
        for label in labels {
            for &(more, row) in &layer.rows[k] {
                let excess = label.excess + more;
                if excess >= self.gap {
                    break;
                }
                let mut service = label.service;
                for (slot, given) in slots.iter().zip(table.service(row as usize)) {
                    service[slot.goal] += given;
                }
                let lost = |g: usize| {
                    self.goals.rows[g].penalty.is_none() && self.goals.shortfall(g, service[g] + most[g]) > 0.0
                };
                if !(0..self.goals.rows.len()).any(lost) {
                    // Until it is known to stay, a label remembers where it comes from, and its row beside it.
                    next.push((Label { cost: label.cost + table.cost[row as usize], excess, service, ..*label }, row));
                }
            }
        }
        let (mut labels, rows) = self.kept(next, least);
        for (label, row) in labels.iter_mut().zip(rows) {
            self.trail.push(Step { before: label.last, layer: layer.layer as u32, row });
            label.last = self.trail.len() as u32 - 1;
        }
        labels
    }

    /// Drops the labels that others beat, and those of most excess where there are too many.
    fn kept(&mut self, labels: Vec<(Label, u32)>, least: &[f64]) -> (Vec<Label>, Vec<u32>) {
        let count = self.goals.rows.len();
        // What counts of a goal's service: no more than it can still lose.
        let counted = |label: &Label| {
            let mut service = label.service;
            for g in 0..count {
                service[g] = service[g].min(self.goals.rows[g].at_least - least[g]);
            }
            service
        };
        let mut order: Vec<(Service, usize)> =
            labels.iter().enumerate().map(|(i, (label, _))| (counted(label), i)).collect();
        order.sort_by(|(x, i), (y, j)| {
            let cost = labels[*i].0.cost.total_cmp(&labels[*j].0.cost);
            let service = || (0..count).map(|g| y[g].total_cmp(&x[g])).find(|order| order.is_ne());
            cost.then_with(|| service().unwrap_or(std::cmp::Ordering::Equal)).then(i.cmp(j))
        });
        let mut stay: Vec<(Service, usize)> = Vec::new();
        for (service, i) in order {
            // All before it cost no more; with one goal the last one gives the most.
            let beats = |(other, _): &(Service, usize)| (0..count).all(|g| other[g] >= service[g]);
            let beaten = if count == 1 { stay.last().is_some_and(beats) } else { stay.iter().rev().any(beats) };
            if !beaten {
                stay.push((service, i));
            }
        }
        let mut stay: Vec<usize> = stay.into_iter().map(|(_, i)| i).collect();
        if stay.len() > self.width {
            stay.sort_by(|&i, &j| labels[i].0.excess.total_cmp(&labels[j].0.excess).then(i.cmp(&j)));
            stay.truncate(self.width);
            self.complete = false;
        }
        stay.into_iter().map(|i| labels[i]).unzip()
    }
}
