//! What is still open, the least bound first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Open nodes.
pub(super) struct Queue<N>(BinaryHeap<Open<N>>);

struct Open<N> {
    bound: f64,
    node: N,
}

impl<N> Queue<N> {
    pub(super) fn new() -> Self {
        Self(BinaryHeap::new())
    }

    pub(super) fn push(&mut self, bound: f64, node: N) {
        self.0.push(Open { bound, node });
    }

    /// The node with the least bound.
    pub(super) fn pop(&mut self) -> Option<N> {
        self.0.pop().map(|open| open.node)
    }
}

impl<N> PartialEq for Open<N> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<N> Eq for Open<N> {}

impl<N> PartialOrd for Open<N> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<N> Ord for Open<N> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.bound.total_cmp(&self.bound)
    }
}
