//! Conditions of a country: rows of `countries.csv`.

use crate::units::{Days, Money, Share};

/// A country: its row of `countries.csv`, or only its code.
#[derive(Debug, Clone)]
pub struct Country {
    /// ISO 3166 alpha-2 code.
    pub code: String,
    /// Wage of an hour of work in it.
    pub labour_cost_per_hour: Money,
    /// Added to the lead time of a lane that enters it over a customs border \[days\].
    pub customs: Days,
    /// Share of the value that a part pays when it enters over a customs border.
    pub duty_rate: Share,
    /// Countries that name the same union have no customs border between them.
    pub customs_union: Option<String>,
}
