//! What a catalogue tells of one part under one depot, or under the supplier.

use std::ops::Range;

use super::plain::LARGEST_MEAN;
use crate::scenario::Stockout;
use crate::stocking::allocation::{Goal, Measure, Term};
use crate::stocking::reorder::Batches;
use crate::stocking::two_echelon::{Depot, Stream};

/// Windows this close to the lead time (relative) equal it, as in `two_echelon`.
const SAME_TIME: f64 = 1e-12;

/// What a site pays for a part.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Costs {
    /// A unit of mean inventory position, which one-for-one is the base stock \[money/year\].
    pub holding: f64,
    /// Its orders to the supplier, if each were for one unit \[money/year\].
    pub ordering: f64,
    /// All its demands missing the shelf; a plan pays it × (1 − fill rate) \[money/year\].
    pub misses: f64,
}

impl Costs {
    /// Holding and ordering with a maximum of stock, in batches of at most `quantity`.
    pub(super) fn of(&self, maximum: u32, quantity: u32) -> f64 {
        let batches = Batches::up_to(maximum, quantity);
        self.holding * batches.mean_position() + self.ordering / f64::from(batches.quantity)
    }
}

/// One part under one depot, or under the supplier.
#[derive(Debug, Default)]
pub struct Block {
    pub(super) depot: Option<(Depot, Costs)>,
    pub(super) entries: Vec<Entry>,
    pub(super) terms: Vec<Term>,
    pub(super) promises: Vec<Own>,
    pub(super) emergency: bool,
}

/// A promise of one outlet alone.
#[derive(Debug, Clone)]
pub(super) struct Own {
    /// What the caller calls it.
    pub(super) name: u32,
    pub(super) goal: Goal,
    pub(super) terms: Range<usize>,
}

/// One outlet of a block.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) stream: Stream,
    pub(super) costs: Costs,
    /// Its terms for shared goals.
    pub(super) terms: Range<usize>,
    /// Its own promises.
    pub(super) promises: Range<usize>,
}

impl Block {
    /// The depot that replenishes the block; its rate is the sum of what its outlets order.
    pub fn under(&mut self, depot: Depot, costs: Costs) {
        self.depot = Some((depot, costs));
    }

    /// What becomes of a demand that finds no stock; `Backorder` unless told.
    pub fn stockout(&mut self, stockout: Stockout) {
        self.emergency = stockout == Stockout::Emergency;
    }

    /// Adds an outlet: its demand, its costs, and what it gives to the shared goals (terms without weight are left out).
    pub fn add(&mut self, stream: Stream, costs: Costs, terms: &[Term]) {
        let (first, promises) = (self.terms.len(), self.promises.len());
        self.terms.extend(terms.iter().filter(|term| useful(term)));
        let terms = first..self.terms.len();
        self.entries.push(Entry { stream, costs, terms, promises: promises..promises });
    }

    /// Adds a promise of the outlet added last, over terms of its own; errors call it by its name.
    pub fn promise(&mut self, name: u32, goal: Goal, terms: &[Term]) {
        let Some(entry) = self.entries.last_mut() else { return };
        let first = self.terms.len();
        self.terms.extend(terms.iter().filter(|term| useful(term)));
        self.promises.push(Own { name, goal, terms: first..self.terms.len() });
        entry.promises.end = self.promises.len();
    }

    pub(super) fn clear(&mut self) {
        self.depot = None;
        self.emergency = false;
        self.entries.clear();
        self.terms.clear();
        self.promises.clear();
    }

    /// Does the depot owe whole batches?
    pub(super) fn owes_batches(&self) -> bool {
        let batches = |depot: &Depot| depot.variance_to_mean > 1.0 + 1e-12 && depot.repair.shop.is_none();
        self.depot.as_ref().is_some_and(|(depot, _)| batches(depot))
    }

    /// Can it be evaluated in a few operations?
    pub(super) fn is_plain(&self, entry: &Entry) -> bool {
        let Stream { rate, lead_time, .. } = entry.stream;
        let in_transport = |term: &Term| match term.measure {
            Measure::Within(window) => {
                window < lead_time * (1.0 - SAME_TIME)
                    && entry.stream.beyond_constant(window).is_none()
                    && rate * (lead_time - window) <= LARGEST_MEAN
            }
            Measure::Wait => false,
        };
        // Probabilities of what is owed in batches begin with that of nothing, which must not be too small.
        let many = |depot: &Depot| {
            self.owes_batches() && entry.stream.rate / depot.rate * depot.mean_pipeline() > LARGEST_MEAN
        };
        let many = self.depot.as_ref().is_some_and(|(depot, _)| many(depot));
        let overloaded = self.depot.as_ref().is_some_and(|(depot, _)| depot.repair.overloaded());
        let apart = self.emergency || overloaded || many;
        !apart
            && entry.stream.repair.share <= 0.0
            && entry.stream.quantity <= 1
            && entry.costs.misses <= 0.0
            && entry.promises.is_empty()
            && self.terms[entry.terms.clone()].iter().all(in_transport)
    }
}

fn useful(term: &Term) -> bool {
    let window = matches!(term.measure, Measure::Within(window) if window.is_nan() || window < 0.0);
    term.weight > 0.0 && !window
}
