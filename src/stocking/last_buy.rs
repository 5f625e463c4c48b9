//! The last-time buy: one order for all the demand of an installed base that fades away.
//!
//! ```text
//! (base)     N(t) = N·e^(−δt)                                 installed units, δ = 0: none are given up
//! (demand)   D = Poisson(N·λ·(1 − e^(−δT))/δ)                 until the horizon T;  N·λ·T for δ = 0
//! (promise)  Q = least Q with P(D ≤ Q) ≥ α
//! (price)    Q = least Q with P(D ≤ Q) ≥ (p − c)/p            unit cost c, p for each unit short: the newsvendor
//! (short)    E[(D−Q)⁺];   (leftover)  E[(Q−D)⁺]
//! ```
//! Failures of many units that each fail rarely are Poisson; a demand whose rate changes in time is Poisson with the
//! integral of its rate.

use super::distribution::Pmf;

/// A product's installed base after its last sale.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LastBuy {
    /// N: installed today \[units\].
    pub installed: f64,
    /// λ: failures of an installed unit that need the part \[1/year\].
    pub failure_rate: f64,
    /// δ: share of the base that is given up, continuously \[1/year\].
    pub decay: f64,
    /// T: years for which the part is promised.
    pub horizon: f64,
}

impl LastBuy {
    /// E\[D\] \[units\].
    pub fn mean_demand(&self) -> f64 {
        let faded = self.decay * self.horizon;
        // (1 − e^(−x))/x without cancellation, 1 at x = 0.
        let share = if faded == 0.0 { 1.0 } else { -(-faded).exp_m1() / faded };
        self.installed * self.failure_rate * self.horizon * share
    }

    /// D, (demand).
    pub fn demand(&self) -> Pmf {
        Pmf::poisson(self.mean_demand())
    }

    /// Q, (promise): the least order that lasts with a chance of at least `at_least`, which is below 1.
    pub fn quantity(&self, at_least: f64) -> u32 {
        let demand = self.demand();
        let lasts = |quantity: usize| demand.more_than(quantity as i64) <= 1.0 - at_least;
        // The chance to run out falls with the order: halves find the first that lasts.
        let (mut short, mut found) = (0, demand.last());
        while short < found {
            let middle = short + (found - short) / 2;
            if lasts(middle) { found = middle } else { short = middle + 1 }
        }
        u32::try_from(found).unwrap_or(u32::MAX)
    }

    /// Q, (price): the order at which the last unit is as likely to be missed as it costs; 0 where a unit costs more than
    /// its shortage.
    pub fn cheapest_quantity(&self, unit_cost: f64, shortage_cost: f64) -> u32 {
        if unit_cost >= shortage_cost { 0 } else { self.quantity((shortage_cost - unit_cost) / shortage_cost) }
    }

    /// (short) \[units\].
    pub fn expected_short(&self, quantity: u32) -> f64 {
        self.demand().expected_over(quantity as usize)
    }

    /// (leftover) \[units\].
    pub fn expected_leftover(&self, quantity: u32) -> f64 {
        let demand = self.demand();
        (0..quantity).map(|x| f64::from(quantity - x) * demand.exactly(x as usize)).sum()
    }
}
