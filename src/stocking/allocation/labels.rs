//! The closing search where one goal joins everything: a dynamic programme over labels.
//!
//! A label is what a choice for the first streams costs and gives. One that costs no less and gives no more than another
//! is dropped, as is one whose **excess** (see `enumerate`) reaches the gap, or from which a hard goal is out of reach. When
//! no label was dropped for want of room, the best label at the end is the optimum; else it is still a good plan.

use super::block::Block;
use super::enumerate::{Layer, Options};
use super::{Goals, Plan};
use crate::watch::Watch;

/// Most labels kept after a stream.
const WIDTH: usize = 8_192;

#[derive(Debug, Clone, Copy)]
struct Label {
    cost: f64,
    service: f64,
    excess: f64,
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

/// Improves the plan, to the optimum if the answer is `true`; needs exactly one shared goal.
pub(super) fn close(
    goals: &Goals,
    blocks: &[Block],
    options: &Options,
    plan: &mut Plan,
    nodes: usize,
    watch: &dyn Watch,
) -> bool {
    let gap = options.gap - 1e-12 * plan.cost.abs();
    let mut trail = vec![Step { before: 0, layer: 0, row: 0 }];
    let mut labels = vec![Label { cost: 0.0, service: 0.0, excess: 0.0, last: 0 }];
    let mut complete = true;
    for (b, block) in blocks.iter().enumerate() {
        let mut next = Vec::new();
        for layer in &options.layers[b] {
            if trail.len() > nodes || watch.stop() {
                return false;
            }
            let start = labels.iter().map(|label| Label {
                cost: label.cost + block.depot_cost(layer.layer),
                excess: label.excess + layer.excess,
                ..*label
            });
            let mut own: Vec<Label> = start.filter(|label| label.excess < gap).collect();
            for k in 0..block.items.len() {
                own = extended(block, layer, k, &own, gap, &mut trail);
                complete &= thinned(&mut own);
            }
            next.append(&mut own);
        }
        undominated(&mut next);
        complete &= thinned(&mut next);
        if goals.rows[0].penalty.is_none() {
            let after = options.potential[b + 1][0];
            next.retain(|label| goals.shortfall(0, label.service + after) == 0.0);
        }
        labels = next;
    }
    let price = |label: &Label| label.cost + goals.penalties(&[label.service]);
    let best = labels.iter().min_by(|x, y| price(x).total_cmp(&price(y)));
    if let Some(best) = best.filter(|best| price(best) < plan.cost) {
        let mut step = best.last;
        for (choice, block) in plan.choices.iter_mut().zip(blocks).rev() {
            for k in (0..block.items.len()).rev() {
                let Step { before, layer, row } = trail[step as usize];
                choice.layer = layer as usize;
                choice.rows[k] = row;
                step = before;
            }
        }
        (plan.cost, plan.service) = (price(best), vec![best.service]);
    }
    complete
}

/// The labels with every open row of stream k.
fn extended(block: &Block, layer: &Layer, k: usize, labels: &[Label], gap: f64, trail: &mut Vec<Step>) -> Vec<Label> {
    let table = &block.layer(layer.layer)[k];
    let mut next = Vec::with_capacity(labels.len() * layer.rows[k].len());
    for (from, label) in labels.iter().enumerate() {
        for &(more, row) in &layer.rows[k] {
            let excess = label.excess + more;
            if excess >= gap {
                break;
            }
            let service = label.service + table.service(row as usize).first().copied().unwrap_or(0.0);
            // Until it is known to stay, a label remembers where it comes from and its row.
            next.push((Label { cost: label.cost + table.cost[row as usize], service, excess, last: from as u32 }, row));
        }
    }
    next.sort_by(|(x, _), (y, _)| x.cost.total_cmp(&y.cost).then(y.service.total_cmp(&x.service)));
    let mut most = f64::NEG_INFINITY;
    next.retain(|(label, _)| {
        let stays = label.service > most;
        most = most.max(label.service);
        stays
    });
    let kept = next.into_iter().map(|(label, row)| {
        let before = labels[label.last as usize].last;
        trail.push(Step { before, layer: layer.layer as u32, row });
        Label { last: trail.len() as u32 - 1, ..label }
    });
    kept.collect()
}

/// Drops every label that another one beats in cost and service.
fn undominated(labels: &mut Vec<Label>) {
    labels.sort_by(|x, y| x.cost.total_cmp(&y.cost).then(y.service.total_cmp(&x.service)));
    let mut most = f64::NEG_INFINITY;
    labels.retain(|label| {
        let stays = label.service > most;
        most = most.max(label.service);
        stays
    });
}

/// Keeps the labels of least excess if there are too many; whether none had to go.
fn thinned(labels: &mut Vec<Label>) -> bool {
    if labels.len() <= WIDTH {
        return true;
    }
    labels.sort_by(|x, y| x.excess.total_cmp(&y.excess).then(x.cost.total_cmp(&y.cost)));
    labels.truncate(WIDTH);
    false
}
