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
    /// ISO 4217 code of its currency, if given.
    pub currency: Option<String>,
    /// Scenario's currency for one unit of the country's, if given: its wage and the costs of being open, opening and closing
    /// of its sites are written in its own currency, and behind the border stand in the scenario's.
    pub exchange_rate: Option<f64>,
    /// Value added tax as a share of a price before tax.
    pub vat_rate: Share,
    /// Its clock ahead of universal time, if given \[hours\].
    pub utc_offset_hours: Option<f64>,
    /// ISO 639-1 codes of the languages that are spoken in it, in the order given.
    pub languages: Vec<String>,
    /// Standard deviation of the customs time, whose mean is `customs` \[days\].
    pub customs_deviation: Days,
}
