//! Who has waited no longer than one window, for every base stock at once.

use crate::stocking::distribution::Pmf;
use crate::stocking::erlang::{Loss, NOTHING_LOST};

/// Who has waited no longer than one window, as a function of the base stock.
#[derive(Debug, Clone)]
pub enum Waits {
    /// No one can: the window is negative.
    Never,
    /// Everyone has.
    Always,
    /// Those for whom what is still on order when the window ends is at most S−1; `bare` is the share with S = 0.
    Still {
        /// Units still on order.
        pipeline: Pmf,
        /// The share without any base stock.
        bare: f64,
    },
    /// Those who found the part on the shelf, (loss).
    Loss {
        /// Load and ratio.
        loss: Loss,
    },
}

impl Waits {
    /// The share with a base stock.
    pub fn within(&self, base_stock: u32) -> f64 {
        match self {
            Self::Never => 0.0,
            Self::Always => 1.0,
            Self::Still { bare, .. } if base_stock == 0 => *bare,
            Self::Still { pipeline, .. } => pipeline.at_most(i64::from(base_stock) - 1),
            Self::Loss { loss } => 1.0 - loss.with(base_stock),
        }
    }

    /// The shares with base stocks 0, 1, 2, … `up_to`.
    pub fn shares(&self, up_to: u32) -> Vec<f64> {
        let levels = up_to as usize + 1;
        match self {
            Self::Never => vec![0.0; levels],
            Self::Always => vec![1.0; levels],
            Self::Still { pipeline, bare } => {
                let mut shares = vec![1.0; levels];
                // Above the middle the tail is subtracted from 1, so that shares near 1 keep their digits.
                let mut tail = 0.0;
                for (i, p) in pipeline.mass().iter().enumerate().rev() {
                    let level = pipeline.first() + i;
                    if level + 1 < levels {
                        shares[level + 1] = 1.0 - tail;
                    }
                    tail += p;
                }
                let known = levels.min(pipeline.first() + 1);
                shares[..known].fill(0.0);
                shares[0] = *bare;
                shares
            }
            Self::Loss { loss } => loss.levels().take(levels).map(|lost| 1.0 - lost).collect(),
        }
    }

    /// The least base stock from which the share no longer grows: everything kept of the distribution is covered.
    pub fn enough(&self) -> u32 {
        match self {
            Self::Never | Self::Always => 0,
            Self::Still { pipeline, .. } => u32::try_from(pipeline.last() + 1).unwrap_or(u32::MAX),
            Self::Loss { loss } => {
                (0..).zip(loss.levels()).find(|(_, lost)| *lost <= NOTHING_LOST).map_or(0, |found| found.0)
            }
        }
    }
}
