//! Lost shares from below, looked up.
//!
//! The share lost grows with the offered load, so the share at the next smaller load of a grid is a bound. Loads of the grid
//! grow by [`STEP`], which lowers a bound on stock by less than half a per cent.
//!
//! ```text
//! (corner)  min_S holding·S + all·lost(S)  is met at a corner of the greatest convex function below the share lost
//! ```
//! where its slope comes to holding/all, so no other levels are kept and the corner is found by halving.

use std::collections::BTreeMap;

use crate::stocking::erlang::Loss;

/// The least and the greatest load of the grid \[units\]; below nothing is lost with any stock, beyond it is computed.
const LOADS: (f64, f64) = (1e-3, 300.0);

/// Each load of the grid is so many times the one before.
const STEP: f64 = 1.01;

/// Shares below this are none.
const NOTHING: f64 = 1e-7;

/// The shares of one variance-to-mean ratio.
#[derive(Debug)]
pub(super) struct LossFloor {
    ratio: f64,
    /// Row after row: (corner) by level, from level 0 to the first at which nothing is lost.
    rows: Vec<Vec<(f64, f64)>>,
}

impl LossFloor {
    pub(super) fn of(ratio: f64) -> Self {
        let count = ((LOADS.1 / LOADS.0).ln() / STEP.ln()).ceil() as i32;
        let row = |number: i32| {
            let loss = Loss { offered: LOADS.0 * STEP.powi(number), variance_to_mean: ratio };
            corners(loss.levels().take_while(|lost| *lost > NOTHING))
        };
        Self { ratio, rows: (0..count).map(row).collect() }
    }

    /// min over S of holding·S + all·lost(S), from below.
    pub(super) fn least(&self, holding: f64, all: f64, offered: f64) -> f64 {
        // Rounding must not reach the next load.
        let place = ((offered / LOADS.0).ln() / STEP.ln() - 1e-9).floor();
        if place.is_nan() || place < 0.0 {
            return all.min(holding);
        }
        let Some(row) = self.rows.get(place as usize) else {
            return least(holding, all, Loss { offered, variance_to_mean: self.ratio }.levels());
        };
        // On from a corner as long as a unit more costs less than it saves.
        let gains = |pair: &[(f64, f64)]| holding * (pair[1].0 - pair[0].0) < all * (pair[0].1 - pair[1].1);
        let (mut low, mut high) = (0, row.len() - 1);
        while low < high {
            let middle = (low + high) / 2;
            if gains(&row[middle..middle + 2]) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        let (level, lost) = row[low];
        holding * level + all * lost
    }
}

/// min over S of holding·S + all·lost(S), level by level.
fn least(holding: f64, all: f64, losses: impl Iterator<Item = f64>) -> f64 {
    let mut least = f64::INFINITY;
    for (level, lost) in (0..).zip(losses) {
        let held = holding * f64::from(level);
        if held >= least {
            break;
        }
        least = least.min(held + all * lost);
    }
    least
}

/// (corner) of the shares lost level by level, and nothing lost from the level after these on.
fn corners(losses: impl Iterator<Item = f64>) -> Vec<(f64, f64)> {
    let mut corners: Vec<(f64, f64)> = Vec::new();
    for (level, lost) in losses.chain([0.0]).enumerate() {
        let level = level as f64;
        // A corner on or above the line from the one before it to the next is none.
        while let [.., (x, y), (u, v)] = corners[..]
            && (v - y) * (level - x) >= (lost - y) * (u - x)
        {
            corners.pop();
        }
        corners.push((level, lost));
    }
    corners
}

/// Those of every ratio among parts.
pub(super) fn floors(ratios: &[Option<f64>]) -> BTreeMap<u64, LossFloor> {
    ratios
        .iter()
        .flatten()
        .map(|ratio| ratio.to_bits())
        .map(|bits| (bits, LossFloor::of(f64::from_bits(bits))))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_floor_is_below_the_least_cost_and_close_to_it() {
        for ratio in [1.0, 1.7, 3.0] {
            let floor = LossFloor::of(ratio);
            for offered in [1e-4, 0.02, 0.6, 3.0, 40.0, 500.0] {
                for (holding, all) in [(1.0, 0.5), (1.0, 10.0), (3.0, 400.0)] {
                    let loss = Loss { offered, variance_to_mean: ratio };
                    let costs =
                        (0..2_000).zip(loss.levels()).map(|(level, lost)| holding * f64::from(level) + all * lost);
                    let least = costs.fold(f64::INFINITY, f64::min);
                    let bound = floor.least(holding, all, offered);
                    assert!(bound <= least * (1.0 + 1e-12), "{ratio} {offered} {holding} {all}");
                    assert!(
                        bound >= 0.98 * least || offered < 1e-3,
                        "{ratio} {offered} {holding} {all}: {bound} {least}"
                    );
                }
            }
        }
    }
}
