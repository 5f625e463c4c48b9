//! What sets cost at least that hold a customer, and what those do that do without it.

use super::node::Node;

/// The least over the boxes met so far; infinite where no set is left.
#[derive(Debug, Clone, Copy)]
pub struct Forced {
    pub with: f64,
    pub without: f64,
}

/// (forced) by customer, over the boxes that were left.
pub(super) struct Left {
    pub(super) forced: Vec<Forced>,
    /// Who may be in the sets of the box at hand.
    inside: Vec<bool>,
}

impl Left {
    pub(super) fn new(customers: usize) -> Self {
        let none = Forced { with: f64::INFINITY, without: f64::INFINITY };
        Self { forced: vec![none; customers], inside: vec![false; customers] }
    }

    /// Some sets of a box are not looked at any more. `priced` is Σ λ·d − v of its free customers; in each of these sets one of
    /// those for whom it is `more` or beyond, up or down, is as (box) would not have it, if it is more than 0.
    pub(super) fn leave(&mut self, node: &Node, priced: &[f64], more: f64) {
        let least = node.bound.max(node.seen + more);
        self.inside.fill(false);
        for customer in &node.taken {
            self.inside[*customer as usize] = true;
            self.forced[*customer as usize].is_in(least);
        }
        for (customer, priced) in node.free.iter().zip(priced) {
            self.inside[*customer as usize] = true;
            // The one for whom it is more may be this one.
            let other = if priced.abs() >= more { priced.abs() } else { more + priced.abs() };
            let other = node.bound.max(node.seen + other);
            let (with, without) = if *priced > 0.0 { (other, least) } else { (least, other) };
            let forced = &mut self.forced[*customer as usize];
            forced.is_in(with);
            forced.is_out(without);
        }
        let out = self.forced.iter_mut().zip(&self.inside).filter(|(_, inside)| !**inside);
        out.for_each(|(forced, _)| forced.is_out(least));
    }
}

impl Forced {
    /// Sets of a box hold it, for no less than this.
    fn is_in(&mut self, bound: f64) {
        self.with = self.with.min(bound);
    }

    /// Sets of a box do without it, for no less than this.
    fn is_out(&mut self, bound: f64) {
        self.without = self.without.min(bound);
    }
}
