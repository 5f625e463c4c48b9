//! The least base stock that keeps a share of the demand met from the shelf, and how far each level carries.
//!
//! ```text
//! (level)   S(ρ) = min { s : missed(s, ρ) ≤ 1 − share }
//! (corner)  c(s) = max { ρ : missed(s, ρ) ≤ 1 − share },   so that S(ρ) ≥ s + 1 for ρ > c(s)
//! ```
//! with ρ the mean number of units on order, demand × lead time, and missed(s, ρ) = P(Y + J ≥ s) where jobs wait (the chance
//! that a unit of a batch finds nothing; `one echelon`), the lost share where they are expressed (`erlang`). Both grow with ρ.

use super::distribution::Pmf;
use super::erlang::Loss;
use crate::scenario::Stockout;

/// A promise short by less than this is kept.
const KEPT: f64 = 1e-9;

/// Levels are looked at one by one up to twice this one, then in steps of such a part of the level.
const PART: u32 = 50;

/// Halvings of the interval in which a corner lies.
const HALVINGS: usize = 48;

/// (level) as stairs in the mean number of units on order.
#[derive(Debug, Clone)]
pub struct Stairs {
    share: f64,
    ratio: f64,
    stockout: Stockout,
    /// Means on order in order, and a level that anything above the mean before needs at least; it keeps the mean itself where
    /// levels are looked at one by one.
    corners: Vec<(f64, u32)>,
}

impl Stairs {
    /// Those of demand with a variance-to-mean ratio, up to a mean number of units on order.
    #[must_use]
    pub fn of(share: f64, ratio: f64, stockout: Stockout, most: f64) -> Self {
        let mut stairs = Self { share, ratio, stockout, corners: Vec::new() };
        let (mut level, mut before, mut from) = (1_u32, 0_u32, 0.0_f64);
        while from < most {
            from = stairs.corner(level, from);
            stairs.corners.push((from, before + 1));
            before = level;
            level += (level / PART).max(1);
        }
        stairs
    }

    /// (level), looked up: no less than it, and no more than it up to the last corner where levels are looked at one by one.
    #[must_use]
    pub fn level(&self, on_order: f64) -> u32 {
        if on_order <= 0.0 {
            return 0;
        }
        let place = self.corners.partition_point(|corner| corner.0 < on_order);
        self.corners.get(place).or(self.corners.last()).map_or(0, |corner| corner.1)
    }

    /// Means on order and levels: from the mean before on up to its own, each level is no more than (level).
    #[must_use]
    pub fn corners(&self) -> &[(f64, u32)] {
        &self.corners
    }

    /// (corner), from above, no less than a mean that the level is known to keep.
    fn corner(&self, level: u32, kept: f64) -> f64 {
        let (mut low, mut high) = (kept, f64::from(level).max(kept * 2.0) + 1.0);
        while self.keeps(level, high) {
            (low, high) = (high, 2.0 * high);
        }
        for _ in 0..HALVINGS {
            let middle = 0.5 * (low + high);
            if self.keeps(level, middle) { low = middle } else { high = middle }
        }
        high
    }

    /// Is no more than is allowed missed with this level?
    fn keeps(&self, level: u32, on_order: f64) -> bool {
        let missed = match self.stockout {
            Stockout::Backorder => {
                let before = Pmf::demand(on_order, self.ratio).plus(&Pmf::batch_before(self.ratio));
                before.more_than(i64::from(level) - 1)
            }
            Stockout::Emergency => {
                Loss { offered: on_order, variance_to_mean: self.ratio }.levels().nth(level as usize).unwrap_or(0.0)
            }
        };
        missed <= 1.0 - self.share + KEPT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_level_carries_as_far_as_its_fill_rate_holds() {
        let stairs = Stairs::of(0.95, 1.0, Stockout::Backorder, 20.0);
        // P(Poisson(ρ) = 0) = 0.95 at ρ = −ln 0.95.
        assert!((stairs.corners()[0].0 - -(0.95_f64.ln())).abs() < 1e-7);
        for on_order in [0.01, 0.3, 1.0, 2.7, 9.0, 19.0] {
            let level = stairs.level(on_order);
            assert!(stairs.keeps(level, on_order) && !stairs.keeps(level - 1, on_order), "{on_order}");
        }
        assert_eq!(stairs.level(0.0), 0);
    }

    #[test]
    fn the_corners_lie_below_the_levels() {
        for (share, ratio, stockout) in
            [(0.95, 1.0, Stockout::Backorder), (0.7, 3.0, Stockout::Backorder), (0.9, 1.0, Stockout::Emergency)]
        {
            let stairs = Stairs::of(share, ratio, stockout, 150.0);
            for step in 1..=60 {
                let at = 2.5 * f64::from(step);
                let least = (0..400).find(|level| stairs.keeps(*level, at)).unwrap_or(u32::MAX);
                let level = stairs.level(at);
                assert!(level <= least && level + 1 + least / PART >= least, "{share} {ratio} {at}: {level} {least}");
            }
        }
    }
}
