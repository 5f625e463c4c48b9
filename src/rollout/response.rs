//! Density → access → share.
//!
//! ```text
//! access    D(n) = spread · √(A / n)                     n outlets on the area A [km]
//! wish      σ(n) = 1 / (1 + e^{−(u + promise − competitor − β·D(n))}),  σ(0) = 0
//! ```
//!
//! The mean distance to the nearest of points at random is 1/(2√density): P. J. Clark and F. C. Evans, "Distance to nearest
//! neighbor as a measure of spatial relationships in populations", Ecology 35 (1954), 445–453. The logit of a share that is
//! linear in the distance to the nearest dealer is the usual form of demand models of car markets, where the distance is the
//! expected one under a spatial Poisson distribution of outlets.

use crate::scenario::{Market, Response};

/// The mean distance to the nearest of so many outlets on an area \[km\]; infinite without outlets.
pub fn access(response: &Response, area_km2: f64, outlets: f64) -> f64 {
    response.spread * (area_km2 / outlets).sqrt()
}

/// The share that a market wishes to buy with so many outlets on an area.
pub fn wish(response: &Response, market: &Market, area_km2: f64, outlets: f64) -> f64 {
    if outlets <= 0.0 {
        return 0.0;
    }
    1.0 / (1.0 + (response.per_km * access(response, area_km2, outlets) - utility(response, market)).exp())
}

/// The share that a market wishes to buy with an outlet next door to everybody: no number of outlets draws more.
pub fn next_door(response: &Response, market: &Market) -> f64 {
    1.0 / (1.0 + (-utility(response, market)).exp())
}

/// u + promise − competitor.
fn utility(response: &Response, market: &Market) -> f64 {
    response.utility + market.promise_utility - market.competitor_utility
}
