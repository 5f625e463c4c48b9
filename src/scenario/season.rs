//! The year's course: rows of `seasons.csv` and `campaigns.csv`, and the month that is planned for.

use super::{CountryId, ProductId};

/// The names of the months.
pub const MONTH_NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// At whose rates a year is planned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Month {
    /// The mean of the months: the year as it is.
    Mean,
    /// The greatest month of each stream.
    Peak,
    /// One month, from 0.
    Of(usize),
}

impl Month {
    /// Its name in files: `mean`, `peak`, or the number of the month.
    pub fn name(self) -> String {
        match self {
            Self::Mean => "mean".to_owned(),
            Self::Peak => "peak".to_owned(),
            Self::Of(month) => (month + 1).to_string(),
        }
    }
}

/// North or south of the tropics, or in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Hemisphere {
    /// North of the tropic of Cancer.
    North,
    /// South of the tropic of Capricorn.
    South,
    /// Between the two.
    Tropics,
}

/// Which regions a season speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Climate {
    /// Those of a country.
    Country(CountryId),
    /// Those of a hemisphere.
    Hemisphere(Hemisphere),
    /// All.
    Everywhere,
}

/// Rows of `seasons.csv` that speak of the same.
#[derive(Debug, Clone)]
pub struct Season {
    /// Whose jobs follow it; `None`: all.
    pub product: Option<ProductId>,
    /// Where.
    pub climate: Climate,
    /// Demand of each month as a multiple of the year's mean; their mean is 1.
    pub factors: [f64; 12],
}

/// A row of `campaigns.csv` that is held.
#[derive(Debug, Clone)]
pub struct Campaign {
    /// Its id in the files.
    pub id: String,
    /// What is checked.
    pub product: ProductId,
    /// Where; `None`: everywhere.
    pub country: Option<CountryId>,
    /// The month of the visits, from 0.
    pub month: usize,
    /// Visits to an installed unit \[1/year\].
    pub visits: f64,
    /// What a visit costs \[currency\].
    pub cost: f64,
    /// Hands-on work of a visit \[hours\]; `None`: nobody travels for it.
    pub hours: Option<f64>,
    /// Share of failures that do not happen in the months after.
    pub reduction: f64,
    /// So many months after.
    pub months: usize,
}

/// What the year's course makes of a scenario.
#[derive(Debug, Clone, PartialEq)]
pub struct Seasonal {
    /// What is planned for.
    pub month: Month,
    /// The jobs of each month, without visits of campaigns, as a multiple of the mean before campaigns.
    pub relative: [f64; 12],
    /// The same at the rates planned for.
    pub planned: f64,
}
