//! How far the numbers of a position are those of the stated model.

use crate::stocking::shop::Repair;

/// How a position's fill rate and expected backorders were found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Method {
    /// They are those of the stated model.
    Exact,
    /// Demand is more variable than Poisson, and parts of it are repaired, or outlets differ in how variable it is: pipelines
    /// have the right two moments.
    TwoMoment,
    /// Parts with unequal repair times share servers, or a depot or a shop is taken to see demands that are expressed.
    Approximate,
}

impl Method {
    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::TwoMoment => "two-moment",
            Self::Approximate => "approximate",
        }
    }

    pub(super) fn of(repair: &Repair, variance_to_mean: f64) -> Self {
        let dispersed = variance_to_mean > 1.0 + 1e-12;
        match repair.exact() {
            false => Self::Approximate,
            true if dispersed && repair.share > 0.0 => Self::TwoMoment,
            true => Self::Exact,
        }
    }
}
