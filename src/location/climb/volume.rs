//! The steps of undivided service and of counted sites: the volume algorithm (Barahona and Anbil 2000) in scaled
//! coordinates.
//!
//! ```text
//! u ← u* + λ·(target − L(u*)) / |s·v|² · s²·v     from the best prices u* along the averaged slopes v
//! v ← (1 − w)·v + w·g                           w makes |s·v| shortest, within the blend allowed
//! ```
//!
//! Whole fillings, and the choice of as many sites as a count allows, change by leaps, so that long strides from good
//! prices lose what their parents had climbed; a step measured by the distance that is left does not. The average tends to a solution of the linear relaxation, which tells
//! where to round and where to branch.

use super::super::Multipliers;
use super::super::ascent::Scale;
use super::super::dual::Slopes;

/// The greatest blend of a new relaxed plan into the average, and the least.
const BLEND: [f64; 2] = [0.1, 0.005];
/// Iterations without a better value after which the step is shortened.
const REDS: usize = 10;
/// Iterations after which the gain is looked at.
const PERIOD: usize = 50;
/// A distant cutoff must not drive the steps: the target is no farther than this part of the bound itself.
const FARTHEST: f64 = 0.05;

/// The step and the blend of a climb by volume.
#[derive(Debug, Clone, Copy)]
pub(super) struct Volume {
    step: f64,
    blend: f64,
    reds: usize,
    seen: usize,
    /// The best bound when the gain was last looked at.
    before: f64,
    at_rest: bool,
}

/// The lists of two slopes and of their scales, side by side.
fn lists<'s>(a: &'s Slopes, b: &'s Slopes, scale: &'s Scale) -> [(&'s [f64], &'s [f64], &'s [f64]); 5] {
    [
        (&a.serve, &b.serve, &scale.serve),
        (&a.link, &b.link, &scale.link),
        (&a.through, &b.through, &scale.through),
        (&a.upper_load, &b.upper_load, &scale.upper_load),
        (&a.row, &b.row, &scale.row),
    ]
}

impl Volume {
    pub fn new(step: f64) -> Self {
        Self { step, blend: BLEND[0], reds: 0, seen: 0, before: f64::NEG_INFINITY, at_rest: false }
    }

    /// Whether further iterations would hardly move the bound.
    pub fn is_exhausted(&self) -> bool {
        self.at_rest || self.step <= 1e-4 && self.blend <= 0.01
    }

    /// Goes on with a new step.
    pub fn rekindle(&mut self, step: f64) {
        *self = Self { seen: self.seen, before: self.before, ..Self::new(step) };
    }

    /// Lengthens the step after a better value that the average foretold, shortens it after many worse.
    pub fn pace(&mut self, better: bool, best: f64, cutoff: f64, slopes: &Slopes, violation: &Slopes) {
        if better {
            self.reds = 0;
            let along: f64 = slopes.serve.iter().zip(&violation.serve).map(|(a, b)| a * b).sum();
            if self.seen > 0 && along > 0.0 {
                self.step = (self.step * 1.1).min(2.0);
            }
        } else {
            self.reds += 1;
            if self.reds >= REDS {
                self.step = (self.step * 0.7).max(1e-5);
                self.reds = 0;
            }
        }
        self.seen += 1;
        if self.seen.is_multiple_of(PERIOD) {
            let gain = best - self.before;
            self.before = best;
            if gain < 1e-3 * (cutoff - best) {
                self.blend = (self.blend * 0.7).max(BLEND[1]);
            }
            self.at_rest = gain <= 1e-10 * best.abs() && self.step < 1e-3;
        }
    }

    /// Moves from the best prices along the averaged slopes; false where the average keeps every priced row.
    pub fn move_trial(
        &self,
        trial: &mut Multipliers,
        prices: &Multipliers,
        violation: &Slopes,
        scale: &Scale,
        (best, cutoff): (f64, f64),
    ) -> bool {
        let square =
            |slope: &[f64], scale: &[f64]| -> f64 { slope.iter().zip(scale).map(|(g, s)| (g * s) * (g * s)).sum() };
        // A price at its bound of zero cannot fall: such a slope asks for nothing.
        let squares = |slope: &[f64], scale: &[f64], price: &[f64]| -> f64 {
            let all = slope.iter().zip(scale).zip(price);
            all.map(|((g, s), &price)| if price <= 0.0 && *g < 0.0 { 0.0 } else { (g * s) * (g * s) }).sum()
        };
        let norm = square(&violation.serve, &scale.serve)
            + squares(&violation.link, &scale.link, &prices.link)
            + squares(&violation.through, &scale.through, &prices.through)
            + squares(&violation.upper_load, &scale.upper_load, &prices.upper_load)
            + squares(&violation.row, &scale.row, &prices.row);
        if norm <= 1e-24 * (1.0 + best * best) {
            return false;
        }
        let target = cutoff.min(best + FARTHEST * best.abs() + 1e-6);
        let length = self.step * (target - best).max(1e-9 * best.abs()) / norm;
        let go = |trial: &mut [f64], price: &[f64], slope: &[f64], scale: &[f64], least: f64| {
            for (((trial, price), slope), scale) in trial.iter_mut().zip(price).zip(slope).zip(scale) {
                *trial = (price + length * scale * scale * slope).max(least);
            }
        };
        go(&mut trial.serve, &prices.serve, &violation.serve, &scale.serve, f64::NEG_INFINITY);
        go(&mut trial.link, &prices.link, &violation.link, &scale.link, 0.0);
        go(&mut trial.through, &prices.through, &violation.through, &scale.through, 0.0);
        go(&mut trial.upper_load, &prices.upper_load, &violation.upper_load, &scale.upper_load, 0.0);
        go(&mut trial.row, &prices.row, &violation.row, &scale.row, 0.0);
        true
    }

    /// The weight of the last slopes that makes the averaged violation shortest, within what the blend allows.
    pub fn weight(&self, violation: &Slopes, slopes: &Slopes, scale: &Scale) -> f64 {
        let (mut square, mut along) = (0.0, 0.0);
        for (average, slopes, scale) in lists(violation, slopes, scale) {
            for ((average, slope), scale) in average.iter().zip(slopes).zip(scale) {
                let difference = (slope - average) * scale;
                square += difference * difference;
                along -= difference * average * scale;
            }
        }
        let shortest = if square > 0.0 { along / square } else { self.blend };
        if shortest.is_finite() { shortest.clamp(self.blend / 10.0, self.blend) } else { self.blend }
    }
}
