//! The prices of the goals: L(μ) of `allocation` raised one goal at a time.
//!
//! L is concave and piecewise linear; with the other prices fixed its slope in μ_g is at_least_g − service_g(μ), so its top
//! lies where the tangents of a bracket meet. Only the blocks that give to g are priced again. A goal alone is thereby
//! solved to the end; several are taken in rounds, and what the rounds leave at a kink a few subgradient steps take up.

use rayon::prelude::*;

use super::block::{Block, Priced};
use super::{Goals, Plan};
use crate::watch::Watch;

/// From so many blocks on the work is shared among threads.
const PARALLEL: usize = 48;

/// Precision of the prices that are raised where another was let go.
const RELIEF: f64 = 1e-9;
/// With more shared goals than this the depots' levels stand still while prices are set.
const MANY: usize = 12;

/// After so many steps it is asked whether they help.
const PATIENCE: usize = 15;

/// How often every price is set before the depots' levels follow.
const SWEEPS: i32 = 4;

/// Prices with the bound they prove.
#[derive(Debug, Clone)]
pub(super) struct Prices {
    /// μ of every shared goal.
    pub(super) of: Vec<f64>,
    /// L(μ).
    pub(super) bound: f64,
    /// What every block chooses at these prices.
    pub(super) priced: Vec<Priced>,
    /// A first guess of every price: the holding of one unit everywhere over all the service there is.
    guess: Vec<f64>,
}

/// One price tried: L there and its slope.
#[derive(Debug, Clone, Copy)]
struct Point {
    price: f64,
    value: f64,
    slope: f64,
}

/// What the given blocks (in ascending order) choose at given prices.
pub(super) fn price(blocks: &mut [Block], which: &[usize], prices: &[f64]) -> Vec<Priced> {
    if which.len() < PARALLEL {
        return which.iter().map(|&b| blocks[b].cheapest(prices)).collect();
    }
    let mut chosen: Vec<&mut Block> = Vec::with_capacity(which.len());
    let mut next = which.iter().copied().peekable();
    for (b, block) in blocks.iter_mut().enumerate() {
        if next.next_if_eq(&b).is_some() {
            chosen.push(block);
        }
    }
    chosen.par_iter_mut().with_min_len(8).map(|block| block.cheapest(prices)).collect()
}

impl Prices {
    /// No prices yet.
    pub(super) fn new(goals: &Goals, blocks: &[Block]) -> Self {
        let guess = (0..goals.rows.len()).map(|g| {
            let shelves = goals.touched[g].iter().flat_map(|&b| &blocks[b].shelves);
            let holding: f64 = shelves.map(|shelf| shelf.holding()).sum();
            let scale = goals.ceiling[g].abs().max(goals.rows[g].at_least.abs());
            if holding > 0.0 && scale > 0.0 { holding / scale } else { 1.0 }
        });
        Self { of: vec![0.0; goals.rows.len()], bound: f64::NEG_INFINITY, priced: Vec::new(), guess: guess.collect() }
    }

    /// Raises the bound from no prices at all.
    pub(super) fn raise(&mut self, goals: &Goals, blocks: &mut [Block], rounds: usize, watch: &dyn Watch) {
        let all: Vec<usize> = (0..blocks.len()).collect();
        let starts: Vec<usize> = blocks.iter().map(Block::start).collect();
        self.priced = all.iter().map(|&b| blocks[b].cheapest(&self.of)).collect();
        self.bound = self.value(goals, &self.of, &self.priced);
        let several = goals.rows.len() > 1;
        if several {
            self.raise_by_layers(goals, blocks, starts, rounds, watch);
        }
        if goals.rows.len() > MANY {
            return;
        }
        for round in 0..rounds {
            let before = self.bound;
            let digits = if several { (5 + 2 * round).min(11) } else { 12 };
            for g in 0..goals.rows.len() {
                if watch.stop() {
                    return;
                }
                self.climb(goals, blocks, g, 0.1_f64.powi(digits as i32));
            }
            watch.progress(None, self.bound);
            if !several || self.bound - before <= 1e-6 * self.bound.abs() {
                break;
            }
        }
    }

    /// Rounds in which the depots' levels stand still while the prices are set, and then follow the prices.
    ///
    /// With the layers fixed a price concerns its goal's own streams alone, so thousands of goals are no trouble; the bound
    /// is L(μ) over all layers, and the best round is kept.
    fn raise_by_layers(
        &mut self,
        goals: &Goals,
        blocks: &mut [Block],
        mut layers: Vec<usize>,
        rounds: usize,
        watch: &dyn Watch,
    ) {
        let all: Vec<usize> = (0..blocks.len()).collect();
        let mut prices = self.of.clone();
        for round in 0..rounds {
            let before = self.bound;
            blocks.par_iter_mut().zip(&layers).with_min_len(8).for_each(|(block, &layer)| {
                block.make(layer);
            });
            for sweep in 0..SWEEPS {
                if watch.stop() {
                    return;
                }
                let mut moved = false;
                for g in 0..goals.rows.len() {
                    let old = prices[g];
                    self.climb_in_layers(goals, blocks, &layers, g, &mut prices, 0.1_f64.powi(5 + 2 * sweep));
                    moved |= (prices[g] - old).abs() > 1e-4 * old;
                }
                if !moved {
                    break;
                }
            }
            let priced = price(blocks, &all, &prices);
            let value = self.value(goals, &prices, &priced);
            let next: Vec<usize> = priced.iter().map(|priced| priced.choice.layer).collect();
            let still = next == layers;
            layers = next;
            if value > self.bound {
                (self.bound, self.of, self.priced) = (value, prices.clone(), priced);
            }
            watch.progress(None, self.bound);
            if still || (round > 1 && self.bound - before <= 1e-6 * self.bound.abs()) {
                break;
            }
        }
    }

    /// Sets the price of one goal where (dual) is highest with the other prices and all layers fixed.
    fn climb_in_layers(
        &self,
        goals: &Goals,
        blocks: &[Block],
        layers: &[usize],
        g: usize,
        prices: &mut [f64],
        precision: f64,
    ) {
        let start = prices[g];
        let mut visit = |price_of_g: f64| {
            prices[g] = price_of_g;
            let (mut value, mut service) = (0.0, 0.0);
            for &(b, k) in &goals.members[g] {
                let (least, row) = blocks[b].priced_stream(layers[b], k, prices);
                value += least;
                service += blocks[b].given(layers[b], k, row as usize, g);
            }
            let value = value + price_of_g * goals.rows[g].at_least;
            Point { price: price_of_g, value, slope: goals.slope(g, service) }
        };
        let first = visit(start);
        let best = highest(first, goals.cap(g), self.guess[g], precision, &mut visit);
        prices[g] = best.price;
    }

    /// What a unit of service to a goal is worth: its price, or the guess where it has none.
    pub(super) fn worth(&self, g: usize) -> f64 {
        if self.of[g] > 0.0 { self.of[g] } else { self.guess[g] }
    }

    /// L(μ) from the blocks' values.
    fn value(&self, goals: &Goals, prices: &[f64], priced: &[Priced]) -> f64 {
        let constant: f64 = goals.rows.iter().zip(prices).map(|(goal, price)| goal.at_least * price).sum();
        priced.iter().map(|priced| priced.value).sum::<f64>() + constant
    }

    /// Sets the price of one goal where L is highest, the others fixed.
    fn climb(&mut self, goals: &Goals, blocks: &mut [Block], g: usize, precision: f64) {
        let which = &goals.touched[g];
        let known: f64 = which.iter().map(|&b| self.priced[b].value).sum();
        let rest = self.bound - known - self.of[g] * goals.rows[g].at_least;
        let mut prices = self.of.clone();
        let slope = |blocks: &[Block], priced: &[Priced]| {
            let mut service = vec![0.0; goals.rows.len()];
            which.iter().zip(priced).for_each(|(&b, priced)| blocks[b].add_service(&priced.choice, 1.0, &mut service));
            goals.slope(g, service[g])
        };
        let here: Vec<Priced> = which.iter().map(|&b| self.priced[b].clone()).collect();
        let mut best = (self.bound, self.of[g], None);
        let first = Point { price: self.of[g], value: self.bound, slope: slope(blocks, &here) };
        let mut visit = |price_of_g: f64| {
            prices[g] = price_of_g;
            let priced = price(blocks, which, &prices);
            let slope = slope(blocks, &priced);
            let value = rest + priced.iter().map(|p| p.value).sum::<f64>() + price_of_g * goals.rows[g].at_least;
            if value > best.0 {
                best = (value, price_of_g, Some(priced));
            }
            Point { price: price_of_g, value, slope }
        };
        highest(first, goals.cap(g), self.guess[g], precision, &mut visit);
        let (value, price_of_g, priced) = best;
        if let Some(priced) = priced {
            self.bound = value;
            self.of[g] = price_of_g;
            which.iter().zip(priced).for_each(|(&b, priced)| self.priced[b] = priced);
        }
    }

    /// Sets each price that there is to nothing in its turn and raises the others from there: where goals ask for nearly the same
    /// stock, one price at a time comes to rest on the ridge where the wrong one pays for all. Did it help?
    pub(super) fn relieve(&mut self, goals: &Goals, blocks: &mut [Block], watch: &dyn Watch) -> bool {
        let before = self.bound;
        let all: Vec<usize> = (0..blocks.len()).collect();
        for g in 0..goals.rows.len() {
            if self.of[g] <= 0.0 || watch.stop() {
                continue;
            }
            let mut other = Self { of: self.of.clone(), bound: 0.0, priced: Vec::new(), guess: self.guess.clone() };
            other.of[g] = 0.0;
            other.priced = price(blocks, &all, &other.of);
            other.bound = other.value(goals, &other.of, &other.priced);
            for next in (g + 1..goals.rows.len()).chain(0..g) {
                other.climb(goals, blocks, next, RELIEF);
            }
            if other.bound > self.bound {
                *self = other;
            }
        }
        self.bound > before
    }

    /// Subgradient steps towards the cost of a plan: B. T. Polyak's step, each price in its own measure. Did it help?
    pub(super) fn polish(
        &mut self,
        goals: &Goals,
        blocks: &mut [Block],
        plan: &Plan,
        steps: usize,
        watch: &dyn Watch,
    ) -> bool {
        let before = self.bound;
        let all: Vec<usize> = (0..blocks.len()).collect();
        let measure: Vec<f64> = self.of.iter().zip(&self.guess).map(|(mu, guess)| mu.max(0.01 * guess)).collect();
        let mut point = self.of.clone();
        let mut priced = self.priced.clone();
        let mut value = self.bound;
        let mut direction = vec![0.0; point.len()];
        let (mut theta, mut idle) = (1.0, 0);
        let mut mark = self.bound;
        for turn in 1..=steps {
            if watch.stop() || plan.cost - self.bound <= 1e-6 * plan.cost.abs() {
                break;
            }
            if turn % PATIENCE == 0 {
                // Steps that close less than a hundredth of the gap are not worth their time.
                if self.bound - mark < 0.01 * (plan.cost - self.bound) {
                    break;
                }
                mark = self.bound;
            }
            let mut service = vec![0.0; point.len()];
            all.iter().zip(&priced).for_each(|(&b, p)| blocks[b].add_service(&p.choice, 1.0, &mut service));
            for g in 0..point.len() {
                let slope = goals.slope(g, service[g]) * measure[g];
                // At a zero price a falling slope leads nowhere.
                let slope = if point[g] <= 0.0 && slope < 0.0 { 0.0 } else { slope };
                direction[g] = 0.5 * direction[g] + 0.5 * slope;
            }
            let length: f64 = direction.iter().map(|d| d * d).sum();
            if length <= 0.0 {
                break;
            }
            let step = theta * (plan.cost - value).max(0.0) / length;
            for g in 0..point.len() {
                point[g] = (point[g] + step * direction[g] * measure[g]).clamp(0.0, goals.cap(g));
            }
            priced = price(blocks, &all, &point);
            value = self.value(goals, &point, &priced);
            if value > self.bound {
                (self.bound, self.of, self.priced) = (value, point.clone(), priced.clone());
                idle = 0;
            } else {
                idle += 1;
                if idle % 5 == 0 {
                    theta *= 0.5;
                    (point, priced, value) = (self.of.clone(), self.priced.clone(), self.bound);
                    direction.fill(0.0);
                }
            }
        }
        self.bound > before
    }
}

/// The top of a concave function of one price, from `first` on, where tangents of a bracket meet.
fn highest(first: Point, cap: f64, guess: f64, precision: f64, visit: &mut impl FnMut(f64) -> Point) -> Point {
    let mut best = first;
    let mut visit = |price: f64| {
        let point = visit(price);
        if point.value > best.value {
            best = point;
        }
        point
    };
    // A bracket: the function rises at its low end and does not at its high end.
    let (mut low, mut high) = (first, first);
    if first.slope > 0.0 {
        let mut step = if first.price > 0.0 { 0.1 * first.price } else { guess };
        for _ in 0..60 {
            if low.price >= cap {
                break;
            }
            high = visit((low.price + step).min(cap));
            if high.slope <= 0.0 {
                break;
            }
            low = high;
            step *= 4.0;
        }
    } else if first.slope < 0.0 {
        let mut step = 0.1 * first.price;
        while high.price > 0.0 {
            low = visit(if step < high.price { high.price - step } else { 0.0 });
            if low.slope >= 0.0 {
                break;
            }
            high = low;
            step *= 4.0;
        }
    }
    for turn in 0..60 {
        if low.slope <= 0.0 || high.slope >= 0.0 {
            break;
        }
        let meet =
            (high.value - high.slope * high.price - low.value + low.slope * low.price) / (low.slope - high.slope);
        let top = low.value + low.slope * (meet - low.price);
        if top - low.value.max(high.value) <= precision * top.abs() {
            break;
        }
        let inside = meet > low.price && meet < high.price;
        let middle = 0.5 * (low.price + high.price);
        let next = visit(if inside && turn % 3 != 2 { meet } else { middle });
        if next.slope > 0.0 {
            low = next;
        } else {
            high = next;
        }
    }
    best
}
