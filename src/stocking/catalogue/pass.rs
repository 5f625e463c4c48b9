//! One pass over the blocks at given prices: L(μ), and of every block a column.

use rayon::prelude::*;

use super::pricing::{Search, Work};
use super::{Catalogue, Missed};

/// Blocks of one piece of work. Pieces do not depend on the number of threads, and are put together in order.
const PIECE: usize = 32;

/// What a pass leaves.
#[derive(Debug, Clone)]
pub(super) struct Pass {
    /// μ.
    pub(super) prices: Vec<f64>,
    /// L(μ), of the blocks looked at; an estimate where nothing was proven.
    pub(super) value: f64,
    /// What each goal gets.
    pub(super) service: Vec<f64>,
    /// What each goal lacks, and may lack, of everything in time.
    pub(super) late: Vec<f64>,
    pub(super) allowed: Vec<f64>,
    /// Row after row, a block's cost and its service to every goal.
    columns: Vec<f64>,
    /// The depots' levels.
    pub(super) layers: Vec<u32>,
    /// Layers evaluated.
    pub(super) evaluations: u64,
}

impl Pass {
    fn width(&self) -> usize {
        self.prices.len() + 1
    }

    /// Cost of a block, penalties of shared goals apart \[money/year\].
    pub(super) fn cost(&self, block: usize) -> f64 {
        self.columns[block * self.width()]
    }

    /// What a block gives to every goal.
    pub(super) fn service_of(&self, block: usize) -> &[f64] {
        &self.columns[block * self.width() + 1..(block + 1) * self.width()]
    }

    /// How many blocks were looked at.
    pub(super) fn blocks(&self) -> usize {
        self.layers.len()
    }
}

/// What each goal would get with everything in time: all_g of (dual); of every `stride`-th block, and where it is sampled of the
/// outlets that stand for all of one.
pub(super) fn ceilings(catalogue: &dyn Catalogue, stride: usize, sampled: bool) -> Vec<f64> {
    let goals = catalogue.goals().len();
    let count = catalogue.blocks().div_ceil(stride);
    let pieces: Vec<usize> = (0..count).step_by(PIECE).collect();
    let made: Vec<Vec<f64>> = pieces
        .into_par_iter()
        .map_init(Work::default, |work, first| {
            let mut ceiling = vec![0.0; goals];
            for row in first..(first + PIECE).min(count) {
                work.take(catalogue, row * stride);
                if sampled {
                    work.look_at_some();
                }
                work.add_ceiling(&mut ceiling);
            }
            ceiling
        })
        .collect();
    let mut ceiling = vec![0.0; goals];
    made.iter().for_each(|own| ceiling.iter_mut().zip(own).for_each(|(sum, own)| *sum += own));
    ceiling
}

/// Looks at every `stride`-th block at given prices; `starts` are depots' levels where searches begin, `ceiling` is what the
/// goals would get of all blocks with everything in time, and of those that are looked at.
pub(super) fn pass(
    catalogue: &dyn Catalogue,
    prices: &[f64],
    (ceiling, sampled): (&[f64], &[f64]),
    stride: usize,
    starts: Option<&[u32]>,
    search: Search,
) -> Pass {
    let goals = catalogue.goals();
    let count = catalogue.blocks().div_ceil(stride);
    let pieces: Vec<usize> = (0..count).step_by(PIECE).collect();
    let made: Vec<Piece> = pieces
        .into_par_iter()
        .map_init(Work::default, |work, first| {
            let mut piece = Piece::default();
            for row in first..(first + PIECE).min(count) {
                work.take(catalogue, row * stride);
                let start = starts.and_then(|starts| starts.get(row)).copied();
                let least = work.least(prices, start, search);
                let mut service = vec![0.0; goals.len()];
                let cost = work.account_found(least.layer, &mut service);
                piece.value += least.value;
                piece.columns.push(cost);
                piece.columns.extend(service);
                piece.layers.push(least.layer);
            }
            piece.evaluations = std::mem::take(&mut work.evaluations);
            piece
        })
        .collect();
    let mut pass = Pass {
        prices: prices.to_vec(),
        value: 0.0,
        service: vec![0.0; goals.len()],
        late: Vec::new(),
        allowed: Vec::new(),
        columns: Vec::with_capacity(count * (goals.len() + 1)),
        layers: Vec::with_capacity(count),
        evaluations: 0,
    };
    for piece in made {
        pass.value += piece.value;
        for row in piece.columns.chunks_exact(goals.len() + 1) {
            pass.service.iter_mut().zip(&row[1..]).for_each(|(sum, own)| *sum += own);
        }
        pass.columns.extend(piece.columns);
        pass.layers.extend(piece.layers);
        pass.evaluations += piece.evaluations;
    }
    for (g, goal) in goals.iter().enumerate() {
        // A sample is asked for its share of what is promised, by its share of what there is to give.
        let share = match ceiling[g] > 0.0 {
            true => sampled[g] / ceiling[g],
            false => count as f64 / catalogue.blocks().max(1) as f64,
        };
        let allowed = (ceiling[g] - goal.at_least) * share;
        pass.late.push((sampled[g] - pass.service[g]).max(0.0));
        pass.allowed.push(allowed);
        if prices[g] > 0.0 {
            pass.value -= prices[g] * allowed;
        }
    }
    pass
}

#[derive(Debug, Default)]
struct Piece {
    value: f64,
    columns: Vec<f64>,
    layers: Vec<u32>,
    evaluations: u64,
}

/// The cost of one unit of base stock at every outlet, for a first guess of the prices \[money/year\].
pub(super) fn holding(catalogue: &dyn Catalogue) -> f64 {
    // A few blocks tell enough.
    let stride = (catalogue.blocks() / 256).max(1);
    let mut work = Work::default();
    let mut sum = 0.0;
    for number in (0..catalogue.blocks()).step_by(stride) {
        work.take(catalogue, number);
        sum += work.holding();
    }
    sum * stride as f64
}

/// How many outlets there are in all blocks, and how many stand for them; of every `stride`-th block.
pub(super) fn outlets(catalogue: &dyn Catalogue, stride: usize) -> (usize, usize) {
    let mut work = Work::default();
    let counts = (0..catalogue.blocks()).step_by(stride).map(|number| {
        work.take(catalogue, number);
        work.look_at_some()
    });
    counts.fold((0, 0), |(all, some), (looked, own)| (all + own, some + looked))
}

/// Why a pass has no finite value: an outlet's own promise that no stock keeps.
pub(super) fn impossible(catalogue: &dyn Catalogue, pass: &Pass) -> Missed {
    let mut work = Work::default();
    for number in (0..pass.blocks()).filter(|&block| !pass.cost(block).is_finite()) {
        work.take(catalogue, number);
        work.prepare(&pass.prices);
        if let Some((name, best)) = work.broken() {
            return Missed::Own { name, best };
        }
    }
    // Only an own promise makes a value infinite; were it kept after all, the first goal is as good a name as any.
    Missed::Shared { goal: 0, best: f64::NEG_INFINITY }
}
