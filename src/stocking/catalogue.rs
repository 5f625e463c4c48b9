//! Allocation at the scale of a catalogue: base-stock levels of any number of parts that keep the promises at least cost.
//!
//! A **block** is one part with one depot (or with the supplier) and the outlets below it. Blocks meet only in the goals, so
//! they are told one at a time and forgotten: what is kept of a block is its cost and its service at a few prices.
//!
//! ```text
//! min  Σ_b [H0_b(S0_b) + Σ_{o∈b} (H_o(S_o) + m_o·(1 − fill_o))] + Σ_g penalty_g·short_g
//! s.t. Σ_b Σ_{o∈b} Σ_{terms of o for g} w·service(S0_b, S_o) + short_g ≥ at_least_g    (goal g; short_g = 0 where it is hard)
//!
//! (dual)  L(μ) = Σ_g μ_g·(at_least_g − all_g) + Σ_b min_{S0} V_b(S0),    all_g = Σ w: everything in time
//! (block) V_b(S0) = H0(S0) + Σ_o min_S [H_o(S) + m_o·(1 − fill) + Σ_g μ_g·w·late(S0, S)]
//! (left)  V_b(s) ≥ V_b(a) + Σ_{a≤i<s} (h0 − G·P(X0 > i))  for s > a,     G = Σ_o q_o·(m_o + Σ_g μ_g·w)
//! (right) V_b(s) ≥ V_b(e) − H0(e) + H0(s)                 for s < e, first of all for the level e that owes nothing
//! ```
//! where late = 1 − P(wait ≤ τ), or the mean wait \[years\], 0 ≤ μ_g ≤ penalty_g, and H(S) = h·S is what holding S units costs
//! (with batches: h times the mean inventory position, and the orders; `reorder`).
//!
//! **Bound.** L(μ) is at most the cost of every plan that keeps its promises (weak duality; see `allocation`). (block) is not
//! convex in S0, so its least value is proven: whatever level of the depot is not evaluated is excluded by (left) or (right).
//! (right) holds because service grows with the depot's stock. (left) holds because one more unit at the
//! depot takes away at most one unit owed, P(X0 > i) of the time, and that unit is owed to outlet o with chance q_o; so
//! lateness at o falls by at most q_o·P(X0 > i) at any S. With emergencies the outlet's offered load falls by as much, and
//! ∂B(S, a)/∂a = S·x'/(S+x)² ≤ 1/S with x = a·B(S−1, a), whose slope is at most 1: the carried load grows with a. Where
//! expressed demands come in batches, an outlet repairs itself, has a promise of its own, or a window beyond its transport, or the depot orders batches, (right)
//! does the work alone.
//!
//! **Prices.** The share that is late is about inversely proportional to the price of lateness (the newsvendor's ratio), so a
//! price is multiplied by late/allowed, and then found by regula falsi in the logarithms of both. A large catalogue finds its
//! prices on a sample of the blocks, and on some outlets of a block that stand for all, and only then looks at all of them. Prices need no proof: while they are sought a depot's
//! level is looked for near where it was, and one pass at the best prices proves the bound.
//!
//! **Plan.** Every pass over the blocks leaves one column a block: the cost and the service of its least value. Columns are
//! exchanged block by block as long as the promises hold, then single units are taken off the shelves of the last few blocks
//! (`choose`). Dantzig and Wolfe 1960 for the columns; H. Everett 1963 for the prices; C. C. Sherbrooke 1968 for the system
//! approach.

mod block;
mod choose;
mod owed;
mod owing;
mod pass;
mod plain;
mod prices;
mod pricing;
mod shelf;

use std::collections::BTreeMap;

use super::allocation::Goal;
use crate::watch::Watch;
pub use block::{Block, Costs};
use choose::Choice;
use pass::{Pass, pass};
use prices::Prices;
use pricing::{Search, Work};

/// Most passes that prove a bound.
const MOST_PROOFS: usize = 4;

/// The share of the gap that the depots' levels may leave open.
const SLACK: f64 = 0.2;

/// Prices found on a sample are good to this share.
const SAMPLED: f64 = 1e-2;

/// From this pass on, with no plan yet, prices insist.
const PATIENCE: usize = 12;

/// Passes beyond those allowed, as long as no plan keeps the promises.
const URGENT: usize = 30;

/// Promises are compared with this relative tolerance.
const TOLERANCE: f64 = 1e-12;

/// Blocks, told one at a time, and the promises that join them.
pub trait Catalogue: Sync {
    /// The promises; a block's terms name their rows.
    fn goals(&self) -> &[Goal];

    /// How many blocks there are.
    fn blocks(&self) -> usize;

    /// Tells a block: `block` comes empty.
    fn tell(&self, number: usize, block: &mut Block);
}

/// How much work the allocation of a catalogue may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort {
    /// The gap at which to stop, as a share of the cost.
    pub gap: f64,
    /// Most passes over all blocks.
    pub passes: usize,
    /// Is a bound wanted? It takes one more pass, in which every level of every depot is evaluated or excluded.
    pub prove: bool,
    /// Blocks of the sample on which prices are found first; a catalogue of fewer than twice as many has no sample.
    pub sample: usize,
}

impl Default for Effort {
    fn default() -> Self {
        Self { gap: 1e-4, passes: 40, prove: true, sample: 2_000 }
    }
}

/// A hard promise that no levels keep.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum Missed {
    /// One of the goals.
    #[error("no base stock reaches goal {goal}: at best {best}")]
    Shared {
        /// Its row.
        goal: u32,
        /// The most its terms can add up to.
        best: f64,
    },
    /// An outlet's own promise.
    #[error("no base stock reaches promise {name}: at best {best}")]
    Own {
        /// Its name.
        name: u32,
        /// The most its terms can add up to.
        best: f64,
    },
}

/// Base-stock levels of a catalogue, told again block by block when asked for.
#[derive(Debug, Clone)]
pub struct CatalogueAllocation {
    /// Holding, misses and penalties \[money/year\].
    pub cost: f64,
    /// No levels that keep the hard promises cost less \[money/year\]; minus infinity where no bound was wanted.
    pub lower_bound: f64,
    /// The price of a unit of each goal at the bound \[money/year\].
    pub multipliers: Vec<f64>,
    /// What each goal's terms add up to.
    pub service: Vec<f64>,
    /// Layers of depots evaluated on the way, each with all its outlets.
    pub evaluations: u64,
    /// Of each pass its prices and every depot's level.
    passes: Vec<(Vec<f64>, Vec<u32>)>,
    /// The pass whose levels each block takes.
    taken: Vec<u16>,
    /// The levels of blocks that no pass has.
    changed: BTreeMap<usize, (u32, Vec<u32>)>,
}

impl CatalogueAllocation {
    /// (objective − bound) / objective.
    pub fn gap(&self) -> f64 {
        let short = (self.cost - self.lower_bound).max(0.0);
        if short > 0.0 { short / self.cost.abs().max(f64::MIN_POSITIVE) } else { 0.0 }
    }

    /// The levels of a block: its depot's \[units\] (0 without a depot) and, in the order they were told, its outlets'.
    pub fn levels(&self, catalogue: &dyn Catalogue, number: usize) -> (u32, Vec<u32>) {
        if let Some(levels) = self.changed.get(&number) {
            return levels.clone();
        }
        let (prices, layers) = &self.passes[usize::from(self.taken[number])];
        let mut work = Work::default();
        work.take(catalogue, number);
        let found = work.at(prices, layers[number]);
        (found.layer, work.levels())
    }
}

/// Base-stock levels that keep every hard promise, with a bound.
///
/// # Errors
/// The promise that no stock can keep.
pub fn allocate_catalogue(
    catalogue: &dyn Catalogue,
    effort: &Effort,
    watch: &dyn Watch,
) -> Result<CatalogueAllocation, Missed> {
    let goals = catalogue.goals();
    let blocks = catalogue.blocks();
    let ceiling = pass::ceilings(catalogue, 1, false);
    reachable(goals, &ceiling)?;
    let mut prices = Prices::new(goals, &ceiling, pass::holding(catalogue));
    let stride = if blocks >= 2 * effort.sample.max(1) { blocks / effort.sample.max(1) } else { 1 };
    let (all, some) = pass::outlets(catalogue, stride);
    let mut starts: Option<Vec<u32>> = None;
    if stride > 1 || all >= 2 * some {
        let sampled = pass::ceilings(catalogue, stride, true);
        for _ in 0..effort.passes {
            let tried = pass(catalogue, prices.of(), (&ceiling, &sampled), stride, starts.as_deref(), Search::Sampled);
            let found = prices.learn(&tried, SAMPLED);
            starts = Some(tried.layers);
            if found || watch.stop() {
                break;
            }
        }
        prices.forget();
    }
    // Of some blocks the levels say nothing of the others'.
    let starts = starts.filter(|_| stride == 1);
    let mut search = Progress { kept: Vec::new(), best: None, estimate: f64::NEG_INFINITY, multipliers: Vec::new() };
    let mut bound = f64::NEG_INFINITY;
    let mut proofs = 0;
    for turn in 1..=effort.passes + URGENT {
        let starts = search.starts().or(starts.as_deref());
        let tried = pass(catalogue, prices.of(), (&ceiling, &ceiling), 1, starts, Search::Near);
        if !tried.value.is_finite() {
            // An outlet's own promise: no level of any depot keeps it.
            return Err(pass::impossible(catalogue, &tried));
        }
        let patient = search.best.is_some() || turn < PATIENCE;
        let settled = if patient { prices.learn(&tried, 0.0) } else { false };
        if !patient {
            prices.insist(&tried);
        }
        search.keep(tried, goals, &ceiling);
        let Some(cost) = search.cost() else { continue };
        watch.progress(Some(cost), bound);
        let close = cost - search.estimate <= 0.5 * effort.gap * cost.abs();
        let over = turn >= effort.passes || watch.stop();
        if !(close || settled || over) {
            continue;
        }
        if !effort.prove {
            break;
        }
        let slack = SLACK * effort.gap * cost.abs() / blocks.max(1) as f64;
        let starts = search.starts_at_multipliers();
        let proven = pass(catalogue, &search.multipliers, (&ceiling, &ceiling), 1, starts, Search::Proven { slack });
        bound = bound.max(proven.value);
        // What was estimated without proof may have been too much.
        search.estimate = proven.value;
        search.keep(proven, goals, &ceiling);
        proofs += 1;
        let left = search.cost().map_or(0.0, |cost| cost - bound - effort.gap * cost.abs());
        if left <= 0.0 || over || proofs >= MOST_PROOFS {
            break;
        }
    }
    let Progress { kept, best, multipliers, .. } = search;
    let Some(mut best) = best else {
        let (goal, best) = choose::shortest(goals, &kept);
        return Err(Missed::Shared { goal, best });
    };
    if best.cost - bound > 0.5 * effort.gap * best.cost.abs() {
        choose::finish(catalogue, &ceiling, &kept, &multipliers, &mut best);
    }
    watch.progress(Some(best.cost), bound);
    Ok(CatalogueAllocation {
        // An empty sum is −0: adding 0 makes it 0.
        cost: best.cost + 0.0,
        lower_bound: bound.min(best.cost) + 0.0,
        multipliers,
        service: best.service,
        evaluations: kept.iter().map(|pass| pass.evaluations).sum(),
        taken: best.taken,
        changed: best.changed,
        passes: kept.into_iter().map(|pass| (pass.prices, pass.layers)).collect(),
    })
}

/// What passes have come to.
struct Progress {
    kept: Vec<Pass>,
    best: Option<Choice>,
    /// The greatest L(μ), not always proven, and the prices that have it.
    estimate: f64,
    multipliers: Vec<f64>,
}

impl Progress {
    /// Keeps a pass and chooses anew.
    fn keep(&mut self, tried: Pass, goals: &[Goal], ceiling: &[f64]) {
        if tried.value > self.estimate || self.multipliers.is_empty() {
            self.estimate = tried.value;
            self.multipliers.clone_from(&tried.prices);
        }
        self.kept.push(tried);
        self.best = Choice::of(goals, ceiling, &self.kept, &self.multipliers).or(self.best.take());
    }

    fn cost(&self) -> Option<f64> {
        self.best.as_ref().map(|best| best.cost)
    }

    /// The depots' levels of the last pass.
    fn starts(&self) -> Option<&[u32]> {
        self.kept.last().map(|pass| pass.layers.as_slice())
    }

    fn starts_at_multipliers(&self) -> Option<&[u32]> {
        self.kept.iter().find(|pass| pass.prices == self.multipliers).map(|pass| pass.layers.as_slice())
    }
}

/// A hard promise must be within reach of everything in time.
fn reachable(goals: &[Goal], ceiling: &[f64]) -> Result<(), Missed> {
    for (number, (goal, &best)) in goals.iter().zip(ceiling).enumerate() {
        if goal.penalty.is_none() && shortfall(goal, best, best) > 0.0 {
            return Err(Missed::Shared { goal: number as u32, best });
        }
    }
    Ok(())
}

/// How far a service falls short of a goal; 0 within the tolerance.
fn shortfall(goal: &Goal, ceiling: f64, service: f64) -> f64 {
    let short = goal.at_least - service;
    if short > TOLERANCE * goal.at_least.abs().max(ceiling.abs()) { short } else { 0.0 }
}
