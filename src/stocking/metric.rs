//! The classic approximations of two echelons, for comparison with the exact pipelines of `two_echelon`.
//!
//! ```text
//! (metric)  X ≈ Poisson(m),  m = λuTb + λf·(O + E[B0]/λ0)        C. C. Sherbrooke 1968, METRIC (Operations Research 16)
//! (vari)    X ≈ negative binomial with mean m and variance       F. M. Slay 1984, S. C. Graves 1985: VARI-METRIC
//!           λuTb + λfO + q²·Var[B0] + q(1−q)·E[B0]
//! ```
//! Both take the depot's backlog B0 exactly and lose what its thinning does to the outlet's pipeline: (metric) all but its
//! mean, (vari) all but two moments.

use super::distribution::Pmf;
use super::two_echelon::{Depot, Position, Stream, Upstream};
use crate::scenario::Stockout;

/// How an outlet's pipeline is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evaluation {
    /// By convolution, (echelons) of `two_echelon`.
    Exact,
    /// By two moments, (vari).
    VariMetric,
    /// By its mean, (metric).
    Metric,
}

impl Evaluation {
    /// The units on order of a stream under a depot.
    pub fn pipeline(self, stream: Stream, upstream: &Upstream) -> Pmf {
        let repaired = stream.rate * stream.repair.share * stream.repair.mean_time();
        let own = repaired + stream.ordered() * stream.lead_time;
        let q = upstream.share_of(&stream);
        let owed = q * upstream.expected_backorders();
        match self {
            Self::Exact => {
                let position = Position::new(stream, Some(upstream), Stockout::Backorder);
                position.pipeline().cloned().expect("jobs that wait have a pipeline")
            }
            Self::VariMetric => {
                let spread = q * q * upstream.backlog().variance() + (1.0 - q) * owed;
                by_moments(own + owed, own + spread)
            }
            Self::Metric => Pmf::poisson(own + owed),
        }
    }
}

/// Negative binomial with a mean and a variance; Poisson where the variance is no greater.
pub fn by_moments(mean: f64, variance: f64) -> Pmf {
    Pmf::negative_binomial(mean, if mean > 0.0 { variance / mean } else { 1.0 })
}

/// Where the units of a part are: at the depot, and at each outlet.
#[derive(Debug, Clone, PartialEq)]
pub struct Split {
    /// S0 \[units\].
    pub depot: u32,
    /// S by outlet \[units\].
    pub outlets: Vec<u32>,
    /// Expected backorders of all outlets \[units\].
    pub expected_backorders: f64,
}

/// The least expected backorders of all outlets for 0, 1, … `most` units of a part in the whole system.
///
/// Every S0 is tried. For a fixed S0 an outlet's backorders are convex in its stock (each unit saves P(X > S), which falls),
/// so giving each unit where it saves most is optimal. Of equals the least S0 is taken, and the first outlet.
pub fn least_backorders(depot: Depot, streams: &[Stream], most: u32, evaluation: Evaluation) -> Vec<Split> {
    let mut best: Vec<Option<Split>> = vec![None; most as usize + 1];
    for base_stock in 0..=most {
        let upstream = depot.holding(base_stock);
        let pipelines: Vec<Pmf> = streams.iter().map(|stream| evaluation.pipeline(*stream, &upstream)).collect();
        let mut levels = vec![0_u32; streams.len()];
        let mut saved: Vec<f64> = pipelines.iter().map(|pipeline| pipeline.more_than(0)).collect();
        for total in base_stock..=most {
            if total > base_stock {
                let mut place = 0;
                for (outlet, saving) in saved.iter().enumerate() {
                    // Equal outlets may differ by their last digits.
                    if *saving > saved[place] * (1.0 + 1e-12) {
                        place = outlet;
                    }
                }
                let Some(level) = levels.get_mut(place) else { continue };
                *level += 1;
                saved[place] = pipelines[place].more_than(i64::from(*level));
            }
            let backorders = pipelines.iter().zip(&levels).map(|(x, level)| x.expected_over(*level as usize)).sum();
            let known = &mut best[total as usize];
            if known.as_ref().is_none_or(|known| backorders < known.expected_backorders * (1.0 - 1e-12)) {
                *known = Some(Split { depot: base_stock, outlets: levels.clone(), expected_backorders: backorders });
            }
        }
    }
    best.into_iter().map(|split| split.expect("every total has at least all its units at the depot")).collect()
}
