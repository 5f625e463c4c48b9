//! The price of service: what one more point of a promise costs at the margin.
//!
//! A promise has a multiplier μ, the money a year that one more job a year of its sum costs. One more **point** is a hundredth of a
//! share, or one hour less of a mean; of a promise about N jobs (or installed units) a year that is 0.01·N, or N, jobs: the
//! price is μ·0.01·N, or μ·N. It is the slope at the plan, for these sites and assignments, of what stock costs; whole units of
//! stock make true costs go in steps about it. A promise with room to spare has a price near 0. Coverage does not depend on
//! stock: it goes by whole sites, its multiplier in the location problem is no price that a re-solve confirms, and it has none.

use crate::scenario::{Metric, Target};

/// A point of a target, in units of its metric.
pub fn step(target: &Target) -> f64 {
    if target.metric == Metric::MeanResponse { 1.0 } else { 0.01 }
}
