//! The promises of a plan held against what was lived.
//!
//! A promise is **confirmed** where its 95 % interval lies wholly on its right side. With many promises some interval lies
//! wholly on the wrong side by chance alone, so **broken** asks more: the interval that holds for all m promises at
//! once with 95 % (each with a confidence of 1 − 0.05 / m: Bonferroni) must lie there. Else it is not decided. Likewise the
//! computed number agrees where it lies within the interval that holds for all.

use crate::scenario::{Limit, Scenario};
use crate::service::Promise;

use super::Simulation;
use super::estimate::{CONFIDENCE, Estimate};

/// What a simulation says of a promise.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is kept.
    Confirmed,
    /// It is not kept.
    Broken,
    /// Its limit lies within the interval, or no job told of it.
    NotDecided,
}

impl Verdict {
    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Confirmed => "confirmed",
            Self::Broken => "broken",
            Self::NotDecided => "not decided",
        }
    }
}

/// A promise, computed and lived.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The promise with its computed number.
    pub promise: Promise,
    /// The number as it was lived; `None` where no job told of it.
    pub estimate: Option<Estimate>,
    /// Is it kept?
    pub verdict: Verdict,
    /// Does the computed number lie within the interval that holds for all promises?
    pub agrees: bool,
}

/// Holds computed promises against a simulation of the same plan.
pub fn findings(scenario: &Scenario, simulation: &Simulation, promises: &[Promise]) -> Vec<Finding> {
    let joint = 1.0 - (1.0 - CONFIDENCE) / promises.len().max(1) as f64;
    let finding = |promise: &Promise| {
        let estimate = simulation.promises.get(&(promise.target, promise.key)).copied();
        let limit = promise.target(scenario).limit;
        let verdict = estimate.map_or(Verdict::NotDecided, |estimate| verdict(limit, &estimate, joint));
        let agrees = estimate.is_none_or(|estimate| {
            // A number that does not vary is reached by another order of additions here than there.
            let rounding = 1e-9 * estimate.mean.abs().max(1.0);
            (promise.computed - estimate.mean).abs() <= estimate.half_width(joint) + rounding
        });
        Finding { promise: promise.clone(), estimate, verdict, agrees }
    };
    promises.iter().map(finding).collect()
}

fn verdict(limit: Limit, estimate: &Estimate, joint: f64) -> Verdict {
    // Distance to the limit, greater than zero on the right side.
    let (room, asked) = match limit {
        Limit::AtLeast(least) => (estimate.mean - least, least),
        Limit::AtMost(most) | Limit::SpreadAtMost(most) => (most - estimate.mean, most),
    };
    let rounding = crate::service::TOLERANCE * asked.max(crate::service::TOLERANCE);
    if room + rounding >= estimate.half_width(CONFIDENCE) {
        Verdict::Confirmed
    } else if -room > estimate.half_width(joint) + rounding {
        Verdict::Broken
    } else {
        Verdict::NotDecided
    }
}
