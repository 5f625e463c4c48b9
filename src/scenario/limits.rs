//! What is allowed: `[limits]`.

use super::CountryId;
use crate::units::Money;

/// Least and most of something that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// At least, default 0.
    pub min: usize,
    /// At most; `None`: any number.
    pub max: Option<usize>,
}

/// `\[limits\]`.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// Open outlets.
    pub outlets: Count,
    /// Open outlets of a country, in order of country.
    pub outlets_by_country: Vec<(CountryId, Count)>,
    /// Open depots.
    pub depots: Count,
    /// Open depots of a country, in order of country.
    pub depots_by_country: Vec<(CountryId, Count)>,
    /// Most cost a year.
    pub budget: Option<Money>,
    /// Most candidates (outlets and depots together) that may open.
    pub max_openings: Option<usize>,
    /// Most existing sites (outlets and depots together) that may close.
    pub max_closings: Option<usize>,
}
