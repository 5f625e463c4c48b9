//! One outlet of any kind at given prices: whatever `two_echelon` can evaluate.

use super::TOLERANCE;
use super::block::{Block, Costs, Entry, Own};
use crate::scenario::Stockout;
use crate::stocking::allocation::{Goal, Measure, Term};
use crate::stocking::distribution::Pmf;
use crate::stocking::erlang::{Losses, NOTHING_LOST};
use crate::stocking::two_echelon::{Position, Stream, Upstream, Waits};

/// Beyond this many units nothing is looked at.
const MOST_LEVELS: usize = 1 << 22;

/// An outlet with its own promises and the priced terms of the shared goals.
#[derive(Debug)]
pub(super) struct Shelf {
    stream: Stream,
    stockout: Stockout,
    costs: Costs,
    /// (term, its price).
    terms: Vec<(Term, f64)>,
    promises: Vec<(u32, Goal, Vec<Term>)>,
}

/// What lacks by level: a share that is late, or a mean wait \[years\].
#[derive(Debug)]
enum Lacking {
    /// By level from 0 on; the last holds for all higher levels.
    Known(Vec<f64>),
    /// (loss), made as far as it was asked for.
    Loss { losses: Losses, made: Vec<f64> },
}

impl Lacking {
    fn windows(waits: &Waits) -> Self {
        match waits {
            Waits::Never => Self::Known(vec![1.0]),
            Waits::Always => Self::Known(vec![0.0]),
            Waits::Still { pipeline, bare } => {
                let mut tails = tails(pipeline);
                tails[0] = 1.0 - bare;
                Self::Known(tails)
            }
            Waits::Loss { loss } => Self::Loss { losses: loss.levels(), made: Vec::new() },
        }
    }

    /// P(no unit on the shelf).
    fn shelf(position: &Position) -> Self {
        match (position.before_a_unit(), position.waits(0.0)) {
            (Some(before), waits) if !matches!(waits, Waits::Never) => Self::Known(tails(&before)),
            (_, waits) => Self::windows(&waits),
        }
    }

    /// The mean wait: Σ_{n ≥ level} P(X > n) / λ.
    fn wait(position: &Position) -> Self {
        let Some(pipeline) = position.pipeline() else { return Self::Known(vec![0.0]) };
        if matches!(position.waits(0.0), Waits::Never) {
            // An overloaded shop: the wait has no end, whatever the level.
            return Self::Known(vec![f64::INFINITY]);
        }
        let rate = position.stream().rate.max(f64::MIN_POSITIVE);
        // P(X > n) = P(X ≥ n + 1): from the far end each level adds the tail above it.
        let tails = tails(pipeline);
        let mut waits = vec![0.0; tails.len()];
        let mut sum = 0.0;
        for level in (0..tails.len() - 1).rev() {
            sum += tails[level + 1];
            waits[level] = sum / rate;
        }
        Self::Known(waits)
    }

    fn at(&mut self, level: usize) -> f64 {
        match self {
            Self::Known(known) => known[level.min(known.len() - 1)],
            Self::Loss { losses, made } => {
                let more = (level + 1).saturating_sub(made.len());
                made.extend(losses.take(more));
                made[level]
            }
        }
    }

    /// The level from which nothing is gained.
    fn enough(&mut self) -> usize {
        match self {
            Self::Known(known) => known.len() - 1,
            Self::Loss { .. } => (0..MOST_LEVELS).find(|&level| self.at(level) <= NOTHING_LOST).unwrap_or(MOST_LEVELS),
        }
    }
}

/// P(X ≥ level) for level = 0, 1, …, summed from the far end.
fn tails(pipeline: &Pmf) -> Vec<f64> {
    let mut tails = vec![1.0; pipeline.last() + 2];
    let mut sum = 0.0;
    for (level, tail) in tails.iter_mut().enumerate().skip(pipeline.first()).rev() {
        sum += pipeline.exactly(level);
        *tail = sum;
    }
    tails
}

/// A maximum of stock with its batches: what lacks is a mean over the inventory positions, (batches) of `two_echelon`.
#[derive(Debug, Clone, Copy)]
struct Stock {
    maximum: u32,
    quantity: u32,
}

impl Stock {
    fn of(position: &Position, maximum: u32) -> Self {
        Self { maximum, quantity: position.batches(maximum).quantity }
    }

    fn lacking(self, lacking: &mut Lacking) -> f64 {
        if self.quantity <= 1 {
            return lacking.at(self.maximum as usize);
        }
        let positions = (0..self.quantity).map(|below| lacking.at(self.maximum.saturating_sub(below) as usize));
        positions.sum::<f64>() / f64::from(self.quantity)
    }
}

/// A goal's terms measured: weight, whether it is a window, what lacks.
type Measured = Vec<(f64, bool, Lacking)>;

/// What terms get at a level, and the most there is.
fn given(measured: &mut Measured, stock: Stock) -> (f64, f64) {
    let (mut given, mut most) = (0.0, 0.0);
    for (weight, window, lacking) in measured {
        if *window {
            given += *weight * (1.0 - stock.lacking(lacking));
            most += *weight;
        } else {
            given -= *weight * stock.lacking(lacking);
        }
    }
    (given, most)
}

impl Shelf {
    pub(super) fn new(block: &Block, entry: &Entry, prices: &[f64]) -> Self {
        let terms = block.terms[entry.terms.clone()].iter().map(|term| (*term, prices[term.goal as usize])).collect();
        let own = |own: &Own| (own.name, own.goal, block.terms[own.terms.clone()].to_vec());
        let promises = block.promises[entry.promises.clone()].iter().map(own).collect();
        let stockout = if block.emergency { Stockout::Emergency } else { Stockout::Backorder };
        let Entry { stream, costs, .. } = *entry;
        Self { stream, stockout, costs, terms, promises }
    }

    /// With emergencies and no promise of its own every term sees the same loss: their prices and the misses together.
    pub(super) fn simple_loss(&self) -> Option<f64> {
        let simple = self.stockout == Stockout::Emergency && self.promises.is_empty() && self.stream.quantity <= 1;
        simple.then(|| {
            let window = |(term, price): &(Term, f64)| match term.measure {
                Measure::Within(_) => term.weight * price,
                Measure::Wait => 0.0,
            };
            self.costs.misses.max(0.0) + self.terms.iter().map(window).sum::<f64>()
        })
    }

    fn measured(position: &Position, term: &Term) -> (f64, bool, Lacking) {
        match term.measure {
            Measure::Within(window) => (term.weight, true, Lacking::windows(&position.waits(window))),
            Measure::Wait => (term.weight, false, Lacking::wait(position)),
        }
    }

    fn promises_measured(&self, position: &Position) -> Vec<Measured> {
        let of = |terms: &Vec<Term>| terms.iter().map(|term| Self::measured(position, term)).collect();
        self.promises.iter().map(|(_, _, terms)| of(terms)).collect()
    }

    /// Misses and own promises at a level; infinite where an own hard promise is broken.
    fn own(&self, missed: Option<&mut Lacking>, promises: &mut [Measured], stock: Stock) -> f64 {
        let mut cost = missed.map_or(0.0, |missed| self.costs.misses * stock.lacking(missed));
        for ((_, goal, _), measured) in self.promises.iter().zip(promises) {
            let (given, most) = given(measured, stock);
            let short = goal.at_least - given;
            if short > TOLERANCE * most.max(goal.at_least.abs()) {
                cost += goal.penalty.map_or(f64::INFINITY, |penalty| penalty * short);
            }
        }
        cost
    }

    /// The first own hard promise that no level keeps, and the most it can get.
    pub(super) fn broken(&self, upstream: Option<&Upstream>) -> Option<(u32, f64)> {
        let position = Position::new(self.stream, upstream, self.stockout);
        for ((name, goal, _), mut measured) in self.promises.iter().zip(self.promises_measured(&position)) {
            let enough = measured.iter_mut().map(|(_, _, lacking)| lacking.enough()).max().unwrap_or(0);
            let stock = Stock::of(&position, (enough + self.stream.quantity as usize) as u32);
            let (given, most) = given(&mut measured, stock);
            if goal.penalty.is_none() && goal.at_least - given > TOLERANCE * most.max(goal.at_least.abs()) {
                return Some((*name, given));
            }
        }
        None
    }

    /// min_S of holding, misses, own promises and priced lateness; its level. Infinite where no level keeps them.
    pub(super) fn least(&self, upstream: Option<&Upstream>) -> (f64, u32) {
        let position = Position::new(self.stream, upstream, self.stockout);
        if let Some(total) = self.simple_loss() {
            return self.least_loss(&position, total);
        }
        let mut promises = self.promises_measured(&position);
        let mut priced: Measured = self
            .terms
            .iter()
            .filter(|(_, price)| *price > 0.0)
            .map(|(term, price)| {
                let (weight, window, lacking) = Self::measured(&position, term);
                (weight * price, window, lacking)
            })
            .collect();
        let mut missed = (self.costs.misses > 0.0).then(|| Lacking::shelf(&position));
        let mut enough = 0;
        for (_, _, lacking) in priced.iter_mut().chain(promises.iter_mut().flatten()) {
            enough = lacking.enough().max(enough);
        }
        enough = missed.as_mut().map_or(0, Lacking::enough).max(enough);
        let mut best = (f64::INFINITY, 0);
        // Beyond what is enough nothing is gained; holding alone mostly ends the search before that.
        for level in 0..=enough + self.stream.quantity as usize - 1 {
            let stock = Stock::of(&position, level as u32);
            let held = self.costs.of(stock.maximum, stock.quantity);
            // Orders get no dearer with stock, but cheaper: only holding is sure to be paid at all higher levels.
            if held - self.costs.ordering / f64::from(stock.quantity) >= best.0 {
                break;
            }
            let late: f64 = priced.iter_mut().map(|(weight, _, lacking)| *weight * stock.lacking(lacking)).sum();
            let value = held + self.own(missed.as_mut(), &mut promises, stock) + late;
            if value < best.0 {
                best = (value, level as u32);
            }
        }
        best
    }

    /// min_S h·S + total·B(S), (loss).
    fn least_loss(&self, position: &Position, total: f64) -> (f64, u32) {
        let Waits::Loss { loss } = position.waits(0.0) else { return (self.costs.ordering + total, 0) };
        let holding = self.costs.holding;
        let mut best = (self.costs.ordering + total, 0);
        for (level, lost) in (1..).zip(loss.levels().skip(1)) {
            if holding * f64::from(level) >= best.0 {
                break;
            }
            let value = self.costs.of(level, 1) + total * lost;
            if value < best.0 {
                best = (value, level);
            }
            if lost <= NOTHING_LOST {
                break;
            }
        }
        best
    }

    /// The true cost of a level, penalties of shared goals apart; adds its service to the goals.
    pub(super) fn account(&self, level: u32, upstream: Option<&Upstream>, service: &mut [f64]) -> f64 {
        let position = Position::new(self.stream, upstream, self.stockout);
        let stock = Stock::of(&position, level);
        for (term, _) in &self.terms {
            let (weight, window, mut lacking) = Self::measured(&position, term);
            let lacking = stock.lacking(&mut lacking);
            service[term.goal as usize] += weight * if window { 1.0 - lacking } else { -lacking };
        }
        let mut promises = self.promises_measured(&position);
        let mut missed = (self.costs.misses > 0.0).then(|| Lacking::shelf(&position));
        self.costs.of(stock.maximum, stock.quantity) + self.own(missed.as_mut(), &mut promises, stock)
    }
}
