//! Periodic review (s, S): at the start of a period whose position is s or less, order up to S.
//!
//! ```text
//! (renewal)  m(0) = 1/(1−p(0)),  m(j) = Σ_{l=1}^{j} p(l)·m(j−l) / (1−p(0));   M(j) = Σ_{i<j} m(i)
//! (cycle)    c(s, S) = [K + Σ_{j=0}^{S−s−1} m(j)·G(S−j)] / M(S−s)
//! ```
//! p is the demand of a period, G the expected holding and shortage cost of a period that starts at a position, lead time
//! 0. The search over s and S ends at the optimum: Y.-S. Zheng and A. Federgruen 1991, Operations Research 39: for a given
//! S the best s is the last with c(s, S) ≥ G(s)'s crossing, and no S with G(S) above the best cost can be better.

use super::Prices;
use crate::stocking::distribution::Pmf;

/// An (s, S) policy and its cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Periodic {
    /// s: order when a period starts here or below.
    pub minimum: i64,
    /// S: order up to here.
    pub maximum: i64,
    /// Cost of a period.
    pub cost: f64,
}

/// (renewal), grown as far as it is asked for.
struct Renewal<'a> {
    demanded: &'a Pmf,
    density: Vec<f64>,
}

impl Renewal<'_> {
    fn density(&mut self, up_to: usize) -> &[f64] {
        let busy = 1.0 - self.demanded.exactly(0);
        while self.density.len() <= up_to {
            let j = self.density.len();
            let sum: f64 = (1..=j).map(|l| self.demanded.exactly(l) * self.density[j - l]).sum();
            self.density.push(sum / busy);
        }
        &self.density[..up_to]
    }
}

/// The (s, S) with the least cost a period for the demand of a period; `prices` are per period, h and b positive, and
/// the demand is not always 0.
pub fn least(prices: &Prices, demanded: &Pmf) -> Periodic {
    let busy = 1.0 - demanded.exactly(0);
    let mut renewal = Renewal { demanded, density: vec![1.0 / busy] };
    let period = |position: i64| prices.at(position, demanded);
    let mut cycle = |minimum: i64, maximum: i64| {
        let steps = usize::try_from(maximum - minimum).unwrap_or(0);
        let density = renewal.density(steps);
        let held: f64 = density.iter().enumerate().map(|(j, m)| m * period(maximum - j as i64)).sum();
        (prices.order + held) / density.iter().sum::<f64>()
    };
    let peak = prices.newsvendor(demanded);
    let mut best = Periodic { minimum: peak - 1, maximum: peak, cost: 0.0 };
    best.cost = cycle(best.minimum, best.maximum);
    while best.cost > period(best.minimum) {
        best.minimum -= 1;
        best.cost = cycle(best.minimum, best.maximum);
    }
    let mut maximum = best.maximum + 1;
    while period(maximum) <= best.cost {
        let cost = cycle(best.minimum, maximum);
        if cost < best.cost {
            best = Periodic { maximum, cost, ..best };
            while best.cost <= period(best.minimum + 1) {
                best.minimum += 1;
                best.cost = cycle(best.minimum, best.maximum);
            }
        }
        maximum += 1;
    }
    best
}
