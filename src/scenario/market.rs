//! Markets over years: what a roll-out is planned from.

use super::CountryId;

/// Conditions of a country's market from a year on: a row of `markets.csv`. Money is in the scenario's currency, whatever the country's.
#[derive(Debug, Clone, PartialEq)]
pub struct Market {
    /// The country.
    pub country: CountryId,
    /// The first year that it holds in; the next row of the country ends it.
    pub from_year: u32,
    /// Units that all makers together sell in the country \[units/year\].
    pub sales_per_year: f64,
    /// What a unit sold leaves before service \[currency/unit\]; it may be a loss.
    pub margin_per_unit: f64,
    /// What an installed unit leaves in parts, labour and contracts \[currency/unit/year\].
    pub service_margin_per_unit_year: f64,
    /// Jobs of an installed unit \[1/year\].
    pub jobs_per_unit_year: f64,
    /// Cost of an outlet being open \[currency/year\].
    pub outlet_cost_per_year: f64,
    /// Cost of opening an outlet, once \[currency\].
    pub opening_cost: f64,
    /// Cost of closing an outlet, once \[currency\].
    pub closing_cost: f64,
    /// No greater share of the market may be sold, whatever its wish.
    pub quota_share: Option<f64>,
    /// Utility that the service promise adds, such as that of a policy \[log-odds\].
    pub promise_utility: f64,
    /// Utility of what competitors offer \[log-odds\].
    pub competitor_utility: f64,
    /// Outlets before the first year, spread over the regions by area.
    pub outlets_today: f64,
    /// Share of the market before the first year; `None`: what the outlets of today draw.
    pub share_today: Option<f64>,
    /// Installed units before the first year.
    pub installed_today: f64,
}

/// What a year allows: a row of `periods.csv`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Period {
    /// The year.
    pub year: u32,
    /// Most money for opening outlets \[currency\].
    pub opening_budget: Option<f64>,
    /// Most outlets that may open.
    pub openings_at_most: Option<f64>,
    /// Most technicians at work.
    pub technicians_at_most: Option<f64>,
}

/// How the share of a market answers to access: `[share]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Response {
    /// Log-odds of the share with an outlet next door and no competitor's utility.
    pub utility: f64,
    /// Log-odds lost with a kilometre to the nearest outlet \[1/km\].
    pub per_km: f64,
    /// Mean distance to the nearest of outlets of density 1/km²: 0.5 where they lie at random, 0.377 in a lattice of hexagons.
    pub spread: f64,
    /// Share of the way from the present to the wished share that a year goes.
    pub adjustment: f64,
}

/// The years of a roll-out: `[rollout]`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Years {
    /// The first.
    pub first: u32,
    /// How many.
    pub count: usize,
    /// Years after them that count too, with the outlets of the last.
    pub tail: usize,
    /// Mean life of an installed unit \[years\].
    pub life: f64,
    /// Jobs that a technician does \[1/year\]; `None`: technicians are not counted.
    pub jobs_per_technician: Option<f64>,
}

/// All that a roll-out is planned from.
#[derive(Debug, Clone, PartialEq)]
pub struct Markets {
    /// Rows of `markets.csv`, in order of country and year.
    pub rows: Vec<Market>,
    /// Rows of `periods.csv`, in order of year.
    pub periods: Vec<Period>,
    /// `[share]`.
    pub response: Response,
    /// `[rollout]`.
    pub years: Years,
    /// For how many years after the last parts are promised, and with what chance the last order must last.
    pub obligation: Option<(f64, f64)>,
}

/// Trouble in one country's market that is heard in another's: `spill_over.csv`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpillOver {
    /// Where customers are ill served.
    pub from: CountryId,
    /// Where it is heard.
    pub to: CountryId,
    /// Share of its wishes that the country `to` loses where the whole market of `from` bought and is ill served.
    pub weight: f64,
}
