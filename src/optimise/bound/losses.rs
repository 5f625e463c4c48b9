//! Lost shares from below, looked up.
//!
//! The share lost grows with the offered load, so the share at the next smaller load of a grid is a bound. Loads of the grid
//! grow by [`STEP`], which lowers a bound on stock by less than half a per cent.

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
    /// Row after row by level, from level 0 on.
    rows: Vec<Vec<f64>>,
}

impl LossFloor {
    pub(super) fn of(ratio: f64) -> Self {
        let count = ((LOADS.1 / LOADS.0).ln() / STEP.ln()).ceil() as i32;
        let row = |number: i32| -> Vec<f64> {
            let loss = Loss { offered: LOADS.0 * STEP.powi(number), variance_to_mean: ratio };
            loss.levels().take_while(|lost| *lost > NOTHING).collect()
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
        let least = |losses: &mut dyn Iterator<Item = f64>| {
            let mut least = f64::INFINITY;
            for (level, lost) in (0..).zip(losses.chain(std::iter::repeat(0.0))) {
                let held = holding * f64::from(level);
                if held >= least {
                    break;
                }
                least = least.min(held + all * lost);
            }
            least
        };
        match self.rows.get(place as usize) {
            Some(row) => least(&mut row.iter().copied()),
            None => least(&mut Loss { offered, variance_to_mean: self.ratio }.levels()),
        }
    }
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
