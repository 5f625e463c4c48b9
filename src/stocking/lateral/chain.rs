//! The Markov chain of the units on hand at a few outlets.
//!
//! ```text
//! state       n = (n_1 … n_J),  0 ≤ n_j ≤ S_j
//! (taken)     n → n − e_j  at d_j(n): the rate of the walks that take their unit at j
//! (arrived)   n → n + e_j  at (S_j − n_j)/L_j: each unit on order has its own exponential lead time
//! ```
//! solved by [`balance`](super::balance). An outlet that holds nothing is always empty, and one whose lead time is 0 never
//! is; such outlets add no states.

use super::Member;
use super::balance::Balance;

/// A walk of demands through the outlets of a chain.
#[derive(Debug, Clone, Default)]
pub(super) struct Walk {
    /// What it comes by, in order.
    pub(super) steps: Vec<Step>,
}

/// One stop of a walk.
#[derive(Debug, Clone)]
pub(super) struct Step {
    /// The outlet's position in the chain.
    pub(super) outlet: usize,
    /// Rate at which the walk takes a unit here, if there is one and none before \[units/year\].
    pub(super) takes: f64,
    /// P(no unit for this walk), by units on hand: 1, 0, 0, … for an outlet; less simple for several taken together.
    pub(super) misses: Vec<f64>,
}

/// An outlet of a chain, or several taken together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shelf {
    /// S \[units\].
    pub(super) stock: usize,
    /// L \[years\].
    pub(super) lead_time: f64,
}

impl Shelf {
    /// The shelf of an outlet.
    pub(super) fn of(member: &Member) -> Self {
        Self { stock: member.base_stock as usize, lead_time: member.lead_time }
    }

    /// How many on-hand levels it may have.
    pub(super) fn levels(&self) -> usize {
        if self.lead_time > 0.0 { self.stock + 1 } else { 1 }
    }
}

/// A chain and its stationary probabilities.
#[derive(Debug, Clone)]
pub(super) struct Chain {
    shelves: Vec<Shelf>,
    /// How far apart n and n + e_j are.
    stride: Vec<usize>,
    /// π, in order of state.
    probability: Vec<f64>,
}

impl Chain {
    /// The chain of some shelves, not yet solved.
    pub(super) fn new(shelves: Vec<Shelf>) -> Self {
        let mut stride = Vec::with_capacity(shelves.len());
        let mut states = 1;
        for shelf in &shelves {
            stride.push(states);
            states *= shelf.levels();
        }
        Self { shelves, stride, probability: vec![1.0 / states as f64; states] }
    }

    /// Changes a lead time \[years\] that was not 0 to another.
    pub(super) fn set_lead_time(&mut self, shelf: usize, lead_time: f64) {
        self.shelves[shelf].lead_time = lead_time;
    }

    /// Units on hand at an outlet in a state.
    pub(super) fn on_hand(&self, state: usize, outlet: usize) -> usize {
        let shelf = &self.shelves[outlet];
        if shelf.lead_time > 0.0 { state / self.stride[outlet] % (shelf.stock + 1) } else { shelf.stock }
    }

    /// π.
    pub(super) fn probability(&self) -> &[f64] {
        &self.probability
    }

    /// Finds the stationary probabilities under the walks, from those it has.
    pub(super) fn solve(&mut self, walks: &[Walk]) {
        let mut transitions = Vec::new();
        let mut taken = vec![0.0; self.shelves.len()];
        for state in 0..self.probability.len() {
            taken.fill(0.0);
            for walk in walks {
                let mut left = 1.0;
                for step in &walk.steps {
                    let misses = step.misses[self.on_hand(state, step.outlet)];
                    taken[step.outlet] += left * (1.0 - misses) * step.takes;
                    left *= misses;
                    if left <= 0.0 {
                        break;
                    }
                }
            }
            for (j, shelf) in self.shelves.iter().enumerate().filter(|(_, shelf)| shelf.levels() > 1) {
                let on_hand = self.on_hand(state, j);
                if on_hand > 0 {
                    transitions.push((state, state - self.stride[j], taken[j]));
                }
                if on_hand < shelf.stock {
                    let arrived = (shelf.stock - on_hand) as f64 / shelf.lead_time;
                    transitions.push((state, state + self.stride[j], arrived));
                }
            }
        }
        Balance::new(self.probability.len(), &transitions).settle(&mut self.probability);
    }
}
