//! A heap of anything: the item of greatest rank comes out first, among equals the one of the greatest number.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// An item that waits with its rank.
struct Ranked<T> {
    rank: f64,
    number: usize,
    item: T,
}

impl<T> PartialEq for Ranked<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<T> Eq for Ranked<T> {}

impl<T> PartialOrd for Ranked<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> Ord for Ranked<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        self.rank.total_cmp(&other.rank).then(self.number.cmp(&other.number))
    }
}

/// The items that wait.
pub(super) struct Heap<T>(BinaryHeap<Ranked<T>>);

impl<T> Heap<T> {
    /// A heap without items.
    pub fn new() -> Self {
        Self(BinaryHeap::new())
    }

    /// Puts an item in; the number decides between equal ranks.
    pub fn push(&mut self, rank: f64, number: usize, item: T) {
        self.0.push(Ranked { rank, number, item });
    }

    /// Takes the item of greatest rank out.
    pub fn pop(&mut self) -> Option<T> {
        self.0.pop().map(|ranked| ranked.item)
    }

    /// The item of greatest rank.
    pub fn first(&self) -> Option<&T> {
        self.0.peek().map(|ranked| &ranked.item)
    }

    /// The greatest rank.
    pub fn greatest(&self) -> Option<f64> {
        self.0.peek().map(|ranked| ranked.rank)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_greatest_rank_comes_out_first_and_among_equals_the_greatest_number() {
        let mut heap = Heap::new();
        for (rank, number, item) in [(1.0, 5, 'c'), (2.0, 1, 'b'), (-3.0, 9, 'd'), (2.0, 7, 'a')] {
            heap.push(rank, number, item);
        }
        assert_eq!((heap.first(), heap.greatest()), (Some(&'a'), Some(2.0)));
        let order: String = std::iter::from_fn(|| heap.pop()).collect();
        assert_eq!(order, "abcd");
    }
}
