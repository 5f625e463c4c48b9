//! The modes of an outlet: straight lines below what all its parts' stock costs, one for each interval of its load.
//!
//! ```text
//! (mode)   cost of stock ≥ a_m + Σ_p (σ_p + τ_m)·ℓ_p      for every load L = Σ_p ℓ_p in the interval m
//! (rest)   a_m = max_λ Σ_p min { g_p(ℓ) − (σ_p + τ_m + λ)·ℓ : least_p(from) ≤ ℓ ≤ most_p(to) } + min(λ·from, λ·to)
//! ```
//! σ_p, the same in all modes, is what a lane's own mix of parts pays; τ_m is by unit of load. Every choice of σ, τ and λ gives a
//! bound: with λ priced for the load, the parts fall apart (`floor`), each within what an outlet can be asked for with such a
//! load (`mixes`). σ_p is the slope of g_p around a typical load, τ_m that of the whole along the mean mix less σ, both of the
//! least concave function above g, for the slopes of stairs are none.

use super::floor::{Floor, Roof};
use super::mixes::Reach;

/// Between so much less and so much more than the typical load σ is the slope.
const AROUND: f64 = 0.35;

/// Slopes of a mode that are tried, as shares of the chord's.
const SLOPES: [f64; 6] = [1.0, 0.85, 0.7, 0.55, 0.4, 0.3];

/// λ that are tried, as shares of the chord's slope.
const PRICES: [f64; 9] = [0.0, -0.4, -0.2, -0.1, -0.05, 0.05, 0.1, 0.2, 0.4];

/// The parts of an outlet that its stock is bounded by.
pub(super) struct Stock<'a> {
    /// Parts with their floors.
    floors: Vec<(usize, Floor, Roof)>,
    /// What it can be asked for, by part.
    reach: &'a [Reach],
    /// The share of each part in all that it can be asked for.
    shares: &'a [f64],
}

impl<'a> Stock<'a> {
    pub(super) fn of(floors: Vec<(usize, Floor)>, reach: &'a [Reach], shares: &'a [f64]) -> Self {
        let roofed = |(part, floor): (usize, Floor)| {
            let roof = floor.roof();
            (part, floor, roof)
        };
        Self { floors: floors.into_iter().map(roofed).collect(), reach, shares }
    }

    /// σ by part, around a load.
    pub(super) fn slopes(&self, typical: f64) -> Vec<f64> {
        let mut slopes = vec![0.0; self.shares.len()];
        for (part, _, roof) in &self.floors {
            let load = self.shares[*part] * typical;
            let (from, to) = (load * (1.0 - AROUND), load * (1.0 + AROUND));
            if to > from {
                slopes[*part] = ((roof.at(to) - roof.at(from)) / (to - from)).max(0.0);
            }
        }
        slopes
    }

    /// (mode) of an interval: a and σ + τ by unit of the mean mix, of those tried the best in the interval's middle or, below
    /// the usual load, towards that, for the mode is on offer to every load.
    pub(super) fn mode(&self, slopes: &[f64], usual: f64, from: f64, to: f64) -> (f64, f64) {
        let along =
            |load: f64| -> f64 { self.floors.iter().map(|(part, _, roof)| roof.at(self.shares[*part] * load)).sum() };
        let chord = if to > from { ((along(to) - along(from)) / (to - from)).max(0.0) } else { 0.0 };
        let mean: f64 = slopes.iter().zip(self.shares).map(|(slope, share)| slope * share).sum();
        let middle = 0.5 * (from + to);
        let judged = f64::min(2.0 * middle, 0.5 * (middle + usual)).max(middle);
        let value = |(fixed, per_load): (f64, f64)| fixed + per_load * judged;
        let tried = SLOPES.iter().map(|part| {
            let per_load = part * chord;
            let rests = PRICES.iter().map(|price| self.rest(slopes, per_load - mean, price * chord, (from, to)));
            (rests.fold(f64::NEG_INFINITY, f64::max), per_load)
        });
        tried.max_by(|one, two| value(*one).total_cmp(&value(*two))).unwrap_or_default()
    }

    /// (rest) for one λ, at slopes σ + τ.
    fn rest(&self, slopes: &[f64], tau: f64, price: f64, (from, to): (f64, f64)) -> f64 {
        let own: f64 = (0..self.shares.len())
            .map(|part| {
                let slope = slopes[part] + tau + price;
                let (least, most) = (self.reach[part].least(from), self.reach[part].most(to));
                match self.floors.iter().find(|(own, ..)| *own == part) {
                    Some((_, floor, _)) => floor.least(slope, least, most),
                    None => f64::min(-slope * least, -slope * most),
                }
            })
            .sum();
        own + f64::min(price * from, price * to)
    }
}
