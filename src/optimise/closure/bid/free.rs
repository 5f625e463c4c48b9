//! Customers that a box does not decide, priced side by side.

use super::Search;
use super::node::Node;

/// Those not decided in a box, part by part, so that they lie side by side.
pub(super) struct Free {
    pub(super) count: usize,
    pub(super) values: Vec<f64>,
    demands: Vec<f64>,
}

impl Free {
    pub(super) fn of(search: &Search, node: &Node) -> Self {
        let count = node.free.len();
        let mut demands = vec![0.0; count * search.parts];
        for (number, customer) in node.free.iter().enumerate() {
            let own = search.demand(*customer).iter().enumerate();
            own.for_each(|(part, units)| demands[part * count + number] = *units);
        }
        let values = node.free.iter().map(|customer| search.asked.values[*customer as usize]).collect();
        Self { count, values, demands }
    }

    pub(super) fn of_part(&self, part: usize) -> &[f64] {
        &self.demands[part * self.count..(part + 1) * self.count]
    }

    /// Σ λ·d − v of each.
    pub(super) fn price(&self, lambda: &[f64], priced: &mut [f64]) {
        priced.iter_mut().zip(&self.values).for_each(|(priced, value)| *priced = -value);
        for (price, demands) in lambda.iter().zip(self.demands.chunks_exact(self.count.max(1))) {
            priced.iter_mut().zip(demands).for_each(|(priced, units)| *priced += price * units);
        }
    }
}

/// Sums run side by side, always in the same order.
const LANES: usize = 8;

pub(super) fn product(left: &[f64], right: &[f64]) -> f64 {
    let (ours, left) = left.as_chunks::<LANES>();
    let (theirs, right) = right.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for (left, right) in ours.iter().zip(theirs) {
        for lane in 0..LANES {
            sums[lane] += left[lane] * right[lane];
        }
    }
    let rest: f64 = left.iter().zip(right).map(|(left, right)| left * right).sum();
    sums.iter().sum::<f64>() + rest
}

pub(super) fn sum(of: &[f64]) -> f64 {
    let (chunks, rest) = of.as_chunks::<LANES>();
    let mut sums = [0.0; LANES];
    for own in chunks {
        for lane in 0..LANES {
            sums[lane] += own[lane];
        }
    }
    sums.iter().sum::<f64>() + rest.iter().sum::<f64>()
}
