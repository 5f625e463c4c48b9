//! What one stream gives and costs at every base stock, for one base stock of its depot.
//!
//! All windows shorter than the transport meet the same backlog, and a convolution is linear: their demand distributions
//! are mixed first, weighted as the goal weighs them, and convolved with the backlog once per goal, not once per window.

use super::{Goal, Item, Measure, TOLERANCE, Term};
use crate::scenario::Stockout;
use crate::stocking::distribution::Pmf;
use crate::stocking::erlang::{Loss, NOTHING_LOST};
use crate::stocking::reorder::Batches;
use crate::stocking::two_echelon::{Position, Stream, Upstream, Waits};

/// One stream, ready to be tabulated under any base stock of its depot.
#[derive(Debug, Clone)]
pub(super) struct Shelf {
    item: Item,
    stockout: Stockout,
    /// The shared goals first, then its own.
    slots: Vec<Slot>,
    /// How many slots are shared.
    shared: usize,
    /// (window \[years\], slot, weight) of the windows in which something ordered later can come sooner, in order of time.
    late: Vec<(f64, usize, f64)>,
}

/// What the stream gives to one goal.
#[derive(Debug, Clone)]
pub(super) struct Slot {
    /// The row among the shared goals, or in the problem for an own goal.
    pub(super) goal: usize,
    /// The promise itself, for own goals.
    own: Option<Goal>,
    /// Σ weight · P(units still out at the window's end = x), what the depot owes apart, over the other windows.
    mixture: Vec<f64>,
    /// Weight of the windows that hold all waits.
    always: f64,
    /// Weight of the windows of any length, for (loss).
    windows: f64,
    /// Weight of the mean wait.
    wait: f64,
    /// The most it can give.
    pub(super) ceiling: f64,
}

/// Cost and service of a stream at its useful base stocks.
#[derive(Debug, Clone, Default)]
pub(super) struct Table {
    /// Row 0 is base stock 0, row r is base stock offset + r: between them no service is added.
    offset: u32,
    /// Holding, misses and own penalties of every row; infinite where an own hard goal is missed.
    pub(super) cost: Vec<f64>,
    /// Row after row, what every shared slot gets.
    service: Vec<f64>,
    /// Row after row, what every own slot gets.
    own: Vec<f64>,
    slots: usize,
    own_slots: usize,
    /// Most units of an order.
    quantity: u32,
    /// Row after row, what misses cost where they save money; empty where they do not.
    saved: Vec<f64>,
}

impl Table {
    /// The base stock of a row.
    pub(super) fn level(&self, row: usize) -> u32 {
        if row == 0 { 0 } else { self.offset + row as u32 }
    }

    /// What the shared slots get in a row.
    pub(super) fn service(&self, row: usize) -> &[f64] {
        &self.service[row * self.slots..(row + 1) * self.slots]
    }

    /// What the own slots get in a row.
    pub(super) fn own(&self, row: usize) -> &[f64] {
        &self.own[row * self.own_slots..(row + 1) * self.own_slots]
    }

    /// How many rows there are.
    pub(super) fn rows(&self) -> usize {
        self.cost.len()
    }

    /// The least of cost minus priced service, and its first row; `prices` are those of the slots.
    pub(super) fn cheapest(&self, holding: f64, prices: &[f64], slots: &[Slot]) -> (f64, u32) {
        let all = slots.iter().zip(prices).map(|(slot, price)| slot.ceiling * price).sum::<f64>() + self.most_saved();
        let mut best = (f64::INFINITY, 0);
        for row in 0..self.rows() {
            // Holding alone exceeds the best by all the service there is and all that misses save: no later row can win.
            if holding * Batches::up_to(self.level(row), self.quantity).mean_position() - all >= best.0 {
                break;
            }
            let value = self.priced(row, prices);
            if value < best.0 {
                best = (value, row as u32);
            }
        }
        best
    }

    /// The most that misses save: those of an empty shelf.
    fn most_saved(&self) -> f64 {
        self.saved.first().map_or(0.0, |saved| -saved)
    }

    /// By how much misses save more here than under a depot with more stock, on any one base stock, at most.
    pub(super) fn saves_beyond(&self, fuller: &Self) -> f64 {
        let saved = |table: &Self, row: usize| table.saved.get(row).copied().unwrap_or(0.0);
        (0..self.saved.len()).map(|row| saved(fuller, row) - saved(self, row)).fold(0.0, f64::max)
    }

    /// Cost minus priced service of a row.
    pub(super) fn priced(&self, row: usize, prices: &[f64]) -> f64 {
        self.cost[row] - self.service(row).iter().zip(prices).map(|(s, p)| s * p).sum::<f64>()
    }
}

impl Shelf {
    /// The stream of an item. `roles` says of each goal of the problem: its row among the shared ones, or own.
    pub(super) fn new(
        item: &Item,
        terms: &[Term],
        goals: &[Goal],
        roles: &[Option<usize>],
        stockout: Stockout,
    ) -> Self {
        let mut terms: Vec<Term> = terms.iter().copied().filter(|term| term.weight > 0.0).collect();
        let mut touched: Vec<usize> = terms.iter().map(|term| term.goal as usize).collect();
        touched.sort_unstable_by_key(|&g| (roles[g].is_none(), g));
        touched.dedup();
        let slot = |&g: &usize| Slot {
            goal: roles[g].unwrap_or(g),
            own: roles[g].is_none().then_some(goals[g]),
            mixture: Vec::new(),
            always: 0.0,
            windows: 0.0,
            wait: 0.0,
            ceiling: 0.0,
        };
        let mut slots: Vec<Slot> = touched.iter().map(slot).collect();
        let place = |g: u32| touched.iter().position(|&t| t == g as usize).expect("every term's goal has a slot");
        let time = |term: &Term| match term.measure {
            Measure::Within(window) => window,
            Measure::Wait => f64::NEG_INFINITY,
        };
        terms.sort_by(|a, b| time(a).total_cmp(&time(b)));
        let stream = item.stream;
        let mut late = Vec::new();
        let mut latest: Option<(f64, Option<Pmf>)> = None;
        for term in &terms {
            let s = place(term.goal);
            let Measure::Within(window) = term.measure else {
                slots[s].wait += term.weight;
                continue;
            };
            if window.is_nan() || window < 0.0 {
                continue;
            }
            slots[s].ceiling += term.weight;
            slots[s].windows += term.weight;
            if latest.as_ref().is_none_or(|(known, _)| *known != window) {
                latest = Some((window, stream.still_out(window)));
            }
            if let Some((_, Some(demand))) = &latest {
                let mixture = &mut slots[s].mixture;
                mixture.resize(mixture.len().max(demand.last() + 1), 0.0);
                for (sum, p) in mixture[demand.first()..].iter_mut().zip(demand.mass()) {
                    *sum += term.weight * p;
                }
            } else if item.depot.is_some() || stream.repair.share > 0.0 {
                late.push((window, s, term.weight));
            } else {
                slots[s].always += term.weight;
            }
        }
        let shared = slots.iter().filter(|slot| slot.own.is_none()).count();
        Self { item: item.clone(), stockout, slots, shared, late }
    }

    /// What it gives to the shared goals.
    pub(super) fn shared(&self) -> &[Slot] {
        &self.slots[..self.shared]
    }

    /// What it gives to its own goals.
    pub(super) fn own(&self) -> &[Slot] {
        &self.slots[self.shared..]
    }

    /// Cost of a unit of base stock.
    pub(super) fn holding(&self) -> f64 {
        self.item.holding
    }

    /// The table under a depot's base stock, or under the supplier.
    pub(super) fn table(&self, upstream: Option<&Upstream>) -> Table {
        match self.stockout {
            Stockout::Emergency => self.loss_table(upstream),
            Stockout::Backorder => self.backorder_table(upstream),
        }
    }

    /// (loss) of `two_echelon`: all windows see the fill rate.
    fn loss_table(&self, upstream: Option<&Upstream>) -> Table {
        let Stream { rate, lead_time, repair, variance_to_mean, .. } = self.item.stream;
        let lead_time = (1.0 - repair.share) * (lead_time + upstream.map_or(0.0, Upstream::mean_wait));
        let repaired = if repair.share > 0.0 { repair.share * repair.mean_time() } else { 0.0 };
        let offered = rate * (lead_time + repaired);
        let useful = self.item.miss_cost > 0.0 || self.slots.iter().any(|slot| slot.windows > 0.0);
        let mut table = Table { slots: self.shared, own_slots: self.slots.len() - self.shared, ..Table::default() };
        let mut service = vec![0.0; self.slots.len()];
        let loss = Loss { offered, variance_to_mean };
        for (level, loss) in (0..).zip(loss.levels()) {
            for (sum, slot) in service.iter_mut().zip(&self.slots) {
                *sum = slot.windows * (1.0 - loss);
            }
            self.push(&mut table, level, 1.0 - loss, &service);
            if !useful || loss < NOTHING_LOST {
                break;
            }
        }
        table
    }

    /// (wait) of `two_echelon`, for all windows at once.
    fn backorder_table(&self, upstream: Option<&Upstream>) -> Table {
        let stream = self.item.stream;
        let owed = upstream.map(|upstream| upstream.owed_to(&stream));
        // missing[slot][x]: weight of what is late exactly while x units or fewer are on the shelf.
        let mut missing: Vec<Vec<f64>> = self.slots.iter().map(|slot| convolve(owed.as_ref(), &slot.mixture)).collect();
        let mut bare: Vec<f64> = self.slots.iter().map(|slot| slot.always).collect();
        let needs_pipeline = self.item.miss_cost != 0.0 || self.slots.iter().any(|slot| slot.wait > 0.0);
        let position =
            (needs_pipeline || !self.late.is_empty()).then(|| Position::new(stream, upstream, Stockout::Backorder));
        let mut known: Option<(f64, Waits)> = None;
        for &(window, s, weight) in &self.late {
            let position = position.as_ref().expect("a late window has a position");
            if known.as_ref().is_none_or(|(time, _)| *time != window) {
                known = Some((window, position.waits(window)));
            }
            match &known.as_ref().expect("it was just made").1 {
                Waits::Still { pipeline: still, bare: without } => {
                    bare[s] += weight * without;
                    // No unit still owed is no one late: only the values from 1 upwards can be missing, with S ≥ 1.
                    let missing = &mut missing[s];
                    missing.resize(missing.len().max(still.last() + 1), 0.0);
                    for (sum, p) in missing[still.first()..].iter_mut().zip(still.mass()) {
                        *sum += weight * p;
                    }
                }
                waits => bare[s] += weight * waits.within(0),
            }
        }
        let pipelines = position.filter(|_| needs_pipeline).map(|position| {
            let nothing = || Pmf::constant(0);
            (position.pipeline().cloned().unwrap_or_else(nothing), position.before_a_unit().unwrap_or_else(nothing))
        });
        let longest = missing.iter().map(Vec::len).max().unwrap_or(0);
        let last = longest.max(pipelines.as_ref().map_or(0, |(_, before)| before.last() + 1));
        let first = missing.iter().filter_map(|m| m.iter().position(|&p| p > 0.0)).min().unwrap_or(0);
        let offset = if needs_pipeline || stream.quantity > 1 { 0 } else { first };
        let last = if stream.quantity > 1 { last.max(1) + stream.quantity as usize - 1 } else { last };
        self.tabulate(&missing, &bare, pipelines.as_ref(), offset, last)
    }

    /// The rows from what is missing, summed from the far end; `pipelines` are X and X + J of `two_echelon`.
    fn tabulate(
        &self,
        missing: &[Vec<f64>],
        bare: &[f64],
        pipelines: Option<&(Pmf, Pmf)>,
        offset: usize,
        last: usize,
    ) -> Table {
        let count = self.slots.len();
        let levels: Vec<usize> = std::iter::once(0).chain(offset + 1..=last).collect();
        let mut services = vec![0.0; levels.len() * count];
        let mut fills = vec![0.0; levels.len()];
        let mut tails = vec![0.0; count];
        let (mut above, mut empty, mut backorders) = (0.0, 0.0, 0.0);
        for (row, &level) in levels.iter().enumerate().rev() {
            // Now tails = what x ≥ level leaves missing, above = P(X ≥ level), empty = P(X + J ≥ level), backorders =
            // E[(X−level)⁺].
            for (s, slot) in self.slots.iter().enumerate() {
                let windows = if level == 0 { bare[s] } else { (slot.ceiling - tails[s]).max(0.0) };
                let wait = if slot.wait > 0.0 {
                    slot.wait * backorders / self.item.stream.rate.max(f64::MIN_POSITIVE)
                } else {
                    0.0
                };
                services[row * count + s] = windows - wait;
            }
            fills[row] = if level == 0 { 0.0 } else { 1.0 - empty };
            if level > 0 {
                for (tail, missing) in tails.iter_mut().zip(missing) {
                    *tail += missing.get(level - 1).copied().unwrap_or(0.0);
                }
                backorders += above;
                above += pipelines.map_or(0.0, |(pipeline, _)| pipeline.exactly(level - 1));
                empty += pipelines.map_or(0.0, |(_, before)| before.exactly(level - 1));
            }
        }
        self.in_batches(&mut services, count);
        self.in_batches(&mut fills, 1);
        let (own_slots, quantity) = (count - self.shared, self.item.stream.quantity);
        let mut table = Table { offset: offset as u32, slots: self.shared, own_slots, quantity, ..Table::default() };
        for (row, &level) in levels.iter().enumerate() {
            self.push(&mut table, level as u32, fills[row], &services[row * count..(row + 1) * count]);
        }
        table
    }

    /// Replaces what each base stock gives, rows of `width` numbers from base stock 0 on, by the mean over the inventory
    /// positions of its batches, (position) of `reorder`: service is linear in probabilities.
    fn in_batches(&self, rows: &mut [f64], width: usize) {
        let quantity = self.item.stream.quantity;
        if quantity <= 1 {
            return;
        }
        let single = rows.to_vec();
        for s in 0..width {
            // Sums are carried from row to row; the first is of base stock 1.
            let mut sum = 0.0;
            for level in 1..rows.len() / width {
                let batches = Batches::up_to(level as u32, quantity);
                sum += single[level * width + s];
                if let Ok(left @ 1..) = usize::try_from(batches.reorder_point) {
                    sum -= single[left * width + s];
                }
                rows[level * width + s] = sum / f64::from(batches.quantity);
            }
        }
    }

    /// Adds the row of a base stock.
    fn push(&self, table: &mut Table, level: u32, fill: f64, service: &[f64]) {
        let batches = Batches::up_to(level, table.quantity);
        let mut cost = self.item.holding * batches.mean_position() + self.item.ordering / f64::from(batches.quantity);
        if self.item.miss_cost != 0.0 {
            let missed = self.item.miss_cost * (1.0 - fill);
            cost += missed;
            if missed < 0.0 || !table.saved.is_empty() {
                table.saved.push(missed);
            }
        }
        for (slot, given) in self.own().iter().zip(&service[self.shared..]) {
            let goal = slot.own.expect("own slots carry their goal");
            let short = goal.at_least - given;
            if short > TOLERANCE * goal.at_least.abs().max(slot.ceiling.abs()) {
                cost += goal.penalty.map_or(f64::INFINITY, |penalty| penalty * short);
            }
        }
        table.cost.push(cost);
        table.service.extend_from_slice(&service[..self.shared]);
        table.own.extend_from_slice(&service[self.shared..]);
    }
}

/// The mixture shifted by what the depot owes.
fn convolve(owed: Option<&Pmf>, mixture: &[f64]) -> Vec<f64> {
    let Some(owed) = owed else { return mixture.to_vec() };
    if mixture.is_empty() {
        return Vec::new();
    }
    let mut sum = vec![0.0; owed.last() + mixture.len()];
    for (i, p) in owed.mass().iter().enumerate() {
        for (sum, m) in sum[owed.first() + i..].iter_mut().zip(mixture) {
            *sum += p * m;
        }
    }
    sum
}
