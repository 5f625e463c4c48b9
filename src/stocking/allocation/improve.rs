//! A plan that keeps its promises, from what the blocks choose at the best prices.
//!
//! Repair: while a hard goal is short, the increment that buys most priced service per money. Trim: any change of one
//! stream that lowers the true cost. Swap: one stream up, others down; one depot item up or down, its streams anew.

use super::block::Block;
use super::dual::{self, Prices};
use super::{Choice, Goals, Plan};
use crate::watch::Watch;

/// How far up or down a stream is tried at once.
const REACH: usize = 4;

/// From so many streams on only repair and trim: a swap moves a vanishing share of the cost.
const SWAPS_UP_TO: usize = 400;

/// How much the prices are raised, one after the other, to find a plan that keeps all promises by itself.
const LIFTS: [f64; 11] = [1.001, 1.01, 1.03, 1.1, 1.25, 1.5, 2.0, 4.0, 16.0, 256.0, 65_536.0];

/// How many lifts are tried between the last that did not and the first that did.
const BETWEEN: usize = 4;

/// The best plan found; always one that keeps the hard promises.
pub(super) fn plan(goals: &Goals, blocks: &mut [Block], prices: &Prices, passes: usize, watch: &dyn Watch) -> Plan {
    let all: Vec<usize> = (0..blocks.len()).collect();
    let mut search = Search { goals, prices, watch };
    let mut best: Option<Plan> = None;
    let mut keep = |plan: Option<Plan>| {
        if let Some(plan) = plan.filter(|plan| best.as_ref().is_none_or(|best| plan.cost < best.cost)) {
            best = Some(plan);
        }
    };
    let choices: Vec<Choice> = prices.priced.iter().map(|priced| priced.choice.clone()).collect();
    keep(search.finished(blocks, choices));
    // Prices that were never raised, since the search was stopped, begin at a guess.
    let hurried = watch.stop();
    let base = |g: usize| if hurried { prices.worth(g) } else { prices.of[g] };
    let (mut short, mut enough) = (1.0, f64::INFINITY);
    let mut lifts = LIFTS.iter().copied();
    let mut between = if passes > 0 { BETWEEN } else { 0 };
    while !goals.rows.is_empty() {
        let lift = match lifts.next().filter(|_| enough == f64::INFINITY) {
            Some(lift) => lift,
            None if enough < f64::INFINITY && between > 0 && !watch.stop() => {
                between -= 1;
                0.5 * (short + enough)
            }
            None => break,
        };
        let lifted: Vec<f64> = (0..goals.rows.len()).map(|g| (base(g) * lift).min(goals.cap(g))).collect();
        let priced = dual::price(blocks, &all, &lifted);
        let choices: Vec<Choice> = priced.into_iter().map(|priced| priced.choice).collect();
        let service = search.service(blocks, &choices);
        let feasible = goals.penalties(&service).is_finite();
        if feasible || enough < f64::INFINITY {
            keep(search.finished(blocks, choices));
        }
        *(if feasible { &mut enough } else { &mut short }) = lift;
    }
    let mut plan = best.unwrap_or_else(|| {
        let choices: Vec<Choice> = blocks.iter_mut().map(Block::fullest).collect();
        let full = search.priced(blocks, choices);
        search.finished(blocks, full.choices.clone()).unwrap_or(full)
    });
    let streams: usize = blocks.iter().map(|block| block.items.len()).sum();
    if streams <= SWAPS_UP_TO && !goals.rows.is_empty() {
        for _ in 0..passes {
            if watch.stop() || plan.cost - prices.bound <= 1e-9 * plan.cost.abs() || !search.swap(blocks, &mut plan) {
                break;
            }
        }
    }
    plan
}

/// Priced service per money, and what is bought: block, stream, row.
type Purchase = (f64, (usize, usize, usize));

struct Search<'a> {
    goals: &'a Goals,
    prices: &'a Prices,
    watch: &'a dyn Watch,
}

impl Search<'_> {
    fn service(&self, blocks: &[Block], choices: &[Choice]) -> Vec<f64> {
        let mut service = vec![0.0; self.goals.rows.len()];
        blocks.iter().zip(choices).for_each(|(block, choice)| block.add_service(choice, 1.0, &mut service));
        service
    }

    /// The choices with their service and cost, summed afresh.
    fn priced(&self, blocks: &[Block], choices: Vec<Choice>) -> Plan {
        let service = self.service(blocks, &choices);
        let own: f64 = blocks.iter().zip(&choices).map(|(block, choice)| block.cost(choice)).sum();
        let cost = own + self.goals.penalties(&service);
        Plan { choices, service, cost }
    }

    /// Choices repaired and trimmed; `None` where repair finds no way.
    fn finished(&mut self, blocks: &[Block], choices: Vec<Choice>) -> Option<Plan> {
        let mut plan = self.priced(blocks, choices);
        for _ in 0..3 {
            // One purchase after the other may take long: not when the time is up.
            if !plan.cost.is_finite() && self.watch.stop() {
                return None;
            }
            self.repair(blocks, &mut plan);
            self.trim(blocks, &mut plan);
            plan = self.priced(blocks, plan.choices);
            // Sums made step by step may differ in the last digit from those made afresh.
            if plan.cost.is_finite() {
                return Some(plan);
            }
        }
        None
    }

    /// Buys service where a hard goal is short; goals of few streams first, since theirs counts for the wide ones too.
    fn repair(&self, blocks: &[Block], plan: &mut Plan) {
        let goals = self.goals;
        let mut order: Vec<usize> = (0..goals.rows.len()).filter(|&g| goals.rows[g].penalty.is_none()).collect();
        order.sort_by_key(|&g| (goals.members[g].len(), g));
        for g in order {
            while goals.shortfall(g, plan.service[g]) > 0.0 {
                if goals.members[g].len() > SWAPS_UP_TO {
                    if !self.purchase_round(blocks, plan, g) {
                        return;
                    }
                    continue;
                }
                let Some((_, (b, k, row))) = self.best_purchase(blocks, plan, g) else { return };
                self.set(blocks, plan, b, k, row);
            }
        }
    }

    /// Buys for a goal of many streams: at most once for each of them, the best value first. Was anything bought?
    fn purchase_round(&self, blocks: &[Block], plan: &mut Plan, goal: usize) -> bool {
        let members = &self.goals.members[goal];
        let mut purchases: Vec<Purchase> =
            members.iter().filter_map(|&(b, k)| self.purchase(blocks, plan, b, k)).collect();
        purchases.sort_by(|x, y| y.0.total_cmp(&x.0).then(x.1.cmp(&y.1)));
        let any = !purchases.is_empty();
        for (_, (b, k, row)) in purchases {
            if self.goals.shortfall(goal, plan.service[goal]) <= 0.0 {
                break;
            }
            self.set(blocks, plan, b, k, row);
        }
        any
    }

    /// The stream and row that buy the most priced service for the money, among those that give to a short goal.
    fn best_purchase(&self, blocks: &[Block], plan: &Plan, goal: usize) -> Option<Purchase> {
        let mut best: Option<Purchase> = None;
        for &(b, k) in &self.goals.members[goal] {
            if let Some(own) = self.purchase(blocks, plan, b, k)
                && best.is_none_or(|(most, _)| own.0 > most)
            {
                best = Some(own);
            }
        }
        best
    }

    /// The higher row of one stream that buys the most priced service for the money.
    fn purchase(&self, blocks: &[Block], plan: &Plan, b: usize, k: usize) -> Option<Purchase> {
        let short = |g: usize| match self.goals.rows[g].penalty {
            None => self.goals.shortfall(g, plan.service[g]),
            Some(_) => 0.0,
        };
        let (shelf, table) = (&blocks[b].shelves[k], &blocks[b].layer(plan.choices[b].layer)[k]);
        let row = plan.choices[b].rows[k] as usize;
        let mut best: Option<Purchase> = None;
        for next in row + 1..table.rows().min(row + 1 + 2 * REACH) {
            let mut gain = 0.0;
            for (slot, (new, old)) in shelf.shared().iter().zip(table.service(next).iter().zip(table.service(row))) {
                gain += (new - old).min(short(slot.goal)).max(0.0) * self.prices.worth(slot.goal);
            }
            let paid = table.cost[next] - table.cost[row];
            let ratio = if paid > 0.0 { gain / paid } else { f64::INFINITY };
            if gain > 0.0 && best.is_none_or(|(most, _)| ratio > most) {
                best = Some((ratio, (b, k, next)));
            }
        }
        best
    }

    /// Puts stream k of block b on a row; the cost is left to be summed afresh.
    fn set(&self, blocks: &[Block], plan: &mut Plan, b: usize, k: usize, row: usize) {
        let table = &blocks[b].layer(plan.choices[b].layer)[k];
        let old = plan.choices[b].rows[k] as usize;
        for (i, slot) in blocks[b].shelves[k].shared().iter().enumerate() {
            plan.service[slot.goal] += table.service(row)[i] - table.service(old)[i];
        }
        plan.choices[b].rows[k] = row as u32;
    }

    /// What the true cost changes by if stream k of block b goes to a row; infinite if a hard goal is then short.
    fn change(&self, blocks: &[Block], plan: &Plan, b: usize, k: usize, row: usize) -> f64 {
        let table = &blocks[b].layer(plan.choices[b].layer)[k];
        let old = plan.choices[b].rows[k] as usize;
        let mut change = table.cost[row] - table.cost[old];
        for (i, slot) in blocks[b].shelves[k].shared().iter().enumerate() {
            let g = slot.goal;
            let (before, gain) = (plan.service[g], table.service(row)[i] - table.service(old)[i]);
            let after = self.goals.shortfall(g, before + gain);
            match self.goals.rows[g].penalty {
                None if after > 0.0 && gain < 0.0 => return f64::INFINITY,
                None => {}
                Some(penalty) => change += penalty * (after - self.goals.shortfall(g, before)),
            }
        }
        change
    }

    /// Changes single streams as long as the cost falls; the largest savings go first.
    fn trim(&self, blocks: &[Block], plan: &mut Plan) {
        let scale = 1e-12 * plan.cost.abs().min(1e300);
        for _ in 0..50 {
            let mut moves: Vec<(f64, usize, usize)> = Vec::new();
            for (b, block) in blocks.iter().enumerate() {
                for k in 0..block.items.len() {
                    if let Some((change, _)) = self.best_change(blocks, plan, b, k, scale) {
                        moves.push((change, b, k));
                    }
                }
            }
            if moves.is_empty() || self.watch.stop() {
                return;
            }
            moves.sort_by(|x, y| x.0.total_cmp(&y.0).then((x.1, x.2).cmp(&(y.1, y.2))));
            for (_, b, k) in moves {
                if let Some((_, row)) = self.best_change(blocks, plan, b, k, scale) {
                    self.set(blocks, plan, b, k, row);
                }
            }
        }
    }

    /// The row of a stream that lowers the true cost most, if one does.
    fn best_change(&self, blocks: &[Block], plan: &Plan, b: usize, k: usize, scale: f64) -> Option<(f64, usize)> {
        let rows = blocks[b].layer(plan.choices[b].layer)[k].rows();
        let row = plan.choices[b].rows[k] as usize;
        let mut best = None;
        for next in row.saturating_sub(REACH)..rows.min(row + REACH + 1) {
            if next != row {
                let change = self.change(blocks, plan, b, k, next);
                if change < -scale && best.is_none_or(|(least, _)| change < least) {
                    best = Some((change, next));
                }
            }
        }
        best
    }

    /// One pass of swaps; whether the plan got cheaper.
    fn swap(&mut self, blocks: &mut [Block], plan: &mut Plan) -> bool {
        let before = plan.cost;
        for b in 0..blocks.len() {
            if self.watch.stop() {
                break;
            }
            let layer = plan.choices[b].layer;
            for other in [layer.wrapping_sub(2), layer.wrapping_sub(1), layer + 1, layer + 2] {
                if other < blocks[b].layers() {
                    let mut choices = plan.choices.clone();
                    choices[b] = blocks[b].priced_layer(other, &self.prices.of).choice;
                    self.keep_better(blocks, plan, choices);
                }
            }
            for k in 0..blocks[b].items.len() {
                let rows = blocks[b].layer(plan.choices[b].layer)[k].rows();
                let row = plan.choices[b].rows[k] as usize;
                for next in [row.wrapping_sub(1), row + 1] {
                    if next < rows {
                        let mut choices = plan.choices.clone();
                        choices[b].rows[k] = next as u32;
                        self.keep_better(blocks, plan, choices);
                    }
                }
            }
        }
        plan.cost < before - 1e-12 * before.abs()
    }

    fn keep_better(&mut self, blocks: &[Block], plan: &mut Plan, choices: Vec<Choice>) {
        if let Some(tried) = self.finished(blocks, choices).filter(|tried| tried.cost < plan.cost) {
            *plan = tried;
        }
    }
}
