//! The plan: of every block one of the columns that the passes left.

use std::collections::BTreeMap;

use super::pass::Pass;
use super::pricing::Work;
use super::{Catalogue, shortfall};
use crate::stocking::allocation::Goal;

/// How often all exchanges are looked through.
const ROUNDS: usize = 4;

/// Blocks from whose shelves single units are taken in the end, and how often.
const FINISHED: usize = 64;
const FINISHING_ROUNDS: usize = 4;

/// A pass for every block.
#[derive(Debug, Clone)]
pub(super) struct Choice {
    /// Holding, misses and penalties \[money/year\].
    pub(super) cost: f64,
    pub(super) service: Vec<f64>,
    pub(super) taken: Vec<u16>,
    /// Levels that no pass has: of the depot and the outlets.
    pub(super) changed: BTreeMap<usize, (u32, Vec<u32>)>,
}

/// What penalties a service pays; infinite where a hard goal is short.
fn penalties(goals: &[Goal], ceiling: &[f64], service: &[f64]) -> f64 {
    let price = |((goal, ceiling), service): ((&Goal, &f64), &f64)| match shortfall(goal, *ceiling, *service) {
        0.0 => 0.0,
        short => goal.penalty.map_or(f64::INFINITY, |penalty| penalty * short),
    };
    goals.iter().zip(ceiling).zip(service).map(price).sum()
}

impl Choice {
    /// The cheapest columns found that keep the hard promises; `None` where none was found.
    pub(super) fn of(goals: &[Goal], ceiling: &[f64], kept: &[Pass], multipliers: &[f64]) -> Option<Self> {
        let whole = |pass: &Pass| {
            let own: f64 = (0..pass.blocks()).map(|block| pass.cost(block)).sum();
            own + penalties(goals, ceiling, &pass.service)
        };
        let costs: Vec<f64> = kept.iter().map(whole).collect();
        let (first, cost) = costs.iter().copied().enumerate().min_by(|x, y| x.1.total_cmp(&y.1))?;
        if !cost.is_finite() {
            return None;
        }
        let first_taken = u16::try_from(first).ok()?;
        let taken = vec![first_taken; kept[first].blocks()];
        let mut choice = Self { cost, service: kept[first].service.clone(), taken, changed: BTreeMap::new() };
        for _ in 0..ROUNDS {
            if !choice.exchange(goals, ceiling, kept, multipliers) {
                break;
            }
        }
        choice.sum(goals, ceiling, kept);
        choice.cost.is_finite().then_some(choice)
    }

    /// Exchanges columns for cheaper ones, those first that save most for the service they take. Was anything exchanged?
    fn exchange(&mut self, goals: &[Goal], ceiling: &[f64], kept: &[Pass], multipliers: &[f64]) -> bool {
        let mut exchanges: Vec<(f64, usize, u16)> = Vec::new();
        for (block, &taken) in self.taken.iter().enumerate() {
            let own = &kept[usize::from(taken)];
            let mut best: Option<(f64, u16)> = None;
            for (number, other) in kept.iter().enumerate().filter(|(number, _)| *number != usize::from(taken)) {
                let saving = own.cost(block) - other.cost(block);
                if saving <= 0.0 {
                    continue;
                }
                let lost = own.service_of(block).iter().zip(other.service_of(block)).zip(multipliers);
                let lost: f64 = lost.map(|((own, other), price)| price * (own - other).max(0.0)).sum();
                let ratio = saving / lost.max(1e-300);
                if best.is_none_or(|(most, _)| ratio > most) {
                    best = Some((ratio, number as u16));
                }
            }
            exchanges.extend(best.map(|(ratio, number)| (ratio, block, number)));
        }
        exchanges.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
        let mut any = false;
        let mut paid = penalties(goals, ceiling, &self.service);
        let mut tried = self.service.clone();
        for (_, block, number) in exchanges {
            let (own, other) = (&kept[usize::from(self.taken[block])], &kept[usize::from(number)]);
            tried.clone_from(&self.service);
            for ((sum, own), other) in tried.iter_mut().zip(own.service_of(block)).zip(other.service_of(block)) {
                *sum += other - own;
            }
            let then = penalties(goals, ceiling, &tried);
            if then - paid < own.cost(block) - other.cost(block) {
                paid = then;
                std::mem::swap(&mut self.service, &mut tried);
                self.taken[block] = number;
                any = true;
            }
        }
        any
    }

    /// Adds up cost and service afresh: steps leave rounding behind.
    fn sum(&mut self, goals: &[Goal], ceiling: &[f64], kept: &[Pass]) {
        self.service.fill(0.0);
        self.cost = 0.0;
        for (block, &taken) in self.taken.iter().enumerate() {
            let pass = &kept[usize::from(taken)];
            self.cost += pass.cost(block);
            self.service.iter_mut().zip(pass.service_of(block)).for_each(|(sum, own)| *sum += own);
        }
        self.cost += penalties(goals, ceiling, &self.service);
    }
}

/// Takes single units off the shelves of the blocks that an exchange would have made cheaper, had there been the service.
pub(super) fn finish(
    catalogue: &dyn Catalogue,
    ceiling: &[f64],
    kept: &[Pass],
    multipliers: &[f64],
    choice: &mut Choice,
) {
    let goals = catalogue.goals();
    let mut blocks: Vec<(f64, usize)> = Vec::new();
    for (block, &taken) in choice.taken.iter().enumerate() {
        let own = &kept[usize::from(taken)];
        let saving = kept.iter().map(|other| own.cost(block) - other.cost(block)).fold(0.0, f64::max);
        if saving > 0.0 || choice.taken.len() <= FINISHED {
            blocks.push((saving, block));
        }
    }
    blocks.sort_by(|x, y| x.0.total_cmp(&y.0).then(x.1.cmp(&y.1)));
    blocks.truncate(FINISHED);
    let mut work = Work::default();
    let mut levels: BTreeMap<usize, (u32, Vec<u32>)> = BTreeMap::new();
    for &(_, block) in &blocks {
        let pass = &kept[usize::from(choice.taken[block])];
        work.take(catalogue, block);
        let found = work.at(&pass.prices, pass.layers[block]);
        levels.insert(block, (found.layer, work.levels()));
    }
    let mut paid = penalties(goals, ceiling, &choice.service);
    for _ in 0..FINISHING_ROUNDS {
        let mut reductions = Vec::new();
        for (&block, (layer, own)) in &levels {
            work.take(catalogue, block);
            work.prepare(multipliers);
            for reduction in work.reductions(*layer, own, goals.len()) {
                let lost: f64 = reduction.lost.iter().zip(multipliers).map(|(lost, price)| price * lost.max(0.0)).sum();
                reductions.push((reduction.saving / lost.max(1e-300), block, reduction));
            }
        }
        reductions.sort_by(|x, y| y.0.total_cmp(&x.0).then((x.1, x.2.outlet).cmp(&(y.1, y.2.outlet))));
        let mut any = false;
        for (_, block, reduction) in reductions {
            let tried: Vec<f64> = choice.service.iter().zip(&reduction.lost).map(|(own, lost)| own - lost).collect();
            let then = penalties(goals, ceiling, &tried);
            if then - paid < reduction.saving {
                choice.cost += then - paid - reduction.saving;
                paid = then;
                choice.service = tried;
                any = true;
                if let Some((_, own)) = levels.get_mut(&block) {
                    own[reduction.outlet] -= 1;
                }
                choice.changed.insert(block, levels[&block].clone());
            }
        }
        if !any {
            break;
        }
    }
}

/// The hard goal that is furthest from being kept, and the most that any pass gave it.
pub(super) fn shortest(goals: &[Goal], kept: &[Pass]) -> (u32, f64) {
    let best = |g: usize| kept.iter().map(|pass| pass.service[g]).fold(f64::NEG_INFINITY, f64::max);
    let short = |g: usize| (goals[g].at_least - best(g)) / goals[g].at_least.abs().max(f64::MIN_POSITIVE);
    let hard = (0..goals.len()).filter(|&g| goals[g].penalty.is_none());
    let worst = hard.max_by(|&x, &y| short(x).total_cmp(&short(y))).unwrap_or(0);
    (worst as u32, best(worst))
}
