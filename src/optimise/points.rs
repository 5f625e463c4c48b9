//! The price of service: what one more point of a promise costs at the margin.
//!
//! A promise that the plan just keeps has a multiplier μ, the money a year that one more job a year of its sum costs. One more
//! **point** is a hundredth of a share, or one hour less of a mean; of a promise about N jobs (or installed units) a year that
//! is 0.01·N, or N, jobs: the price is μ·0.01·N, or μ·N. It is the slope at the plan, for these sites and assignments, of what
//! stock costs, and for coverage of what the places cost; whole units of stock and whole sites make true costs go in steps
//! about it. A promise with room to spare has the price 0.

use crate::location::Location;
use crate::plan::Points;
use crate::scenario::{Metric, Scenario, Target};
use crate::service::{Key, Question};

use super::Search;
use super::bound::jobs_of;
use super::model::Model;

/// A point of a target, in units of its metric.
pub fn step(target: &Target) -> f64 {
    if target.metric == Metric::MeanResponse { 1.0 } else { 0.01 }
}

/// The prices of the promises that do not depend on stock, from the multipliers of the location problem.
pub fn of_places(search: &Search, model: &Model, location: &Location) -> Points {
    let scenario: &Scenario = search.scenario;
    let rows = model.promises.iter().zip(&location.multipliers.row);
    let priced = rows.filter_map(|(promise, price)| promise.map(|id| (id, *price)));
    let coverage = priced.filter(|((target, _), _)| scenario.targets[*target].metric == Metric::Coverage);
    let point = |((target, key), price): ((usize, Key), f64)| {
        let asked = &scenario.targets[target];
        ((target, key), price.abs() * jobs_of(search, &Question::of(asked), &key) * step(asked))
    };
    coverage.map(point).collect()
}
