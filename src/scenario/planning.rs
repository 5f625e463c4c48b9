//! What is sought and how money is spread over years: `[planning]` and `[finance]`.

use super::Month;
use crate::units::Hours;

/// What is sought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Objective {
    /// The least cost a year.
    Cost,
    /// The fewest jobs farther than the window, given a budget or a count \[jobs/year not covered\].
    Coverage {
        /// The window, one way \[hours\].
        within: Hours,
    },
    /// The least greatest travel time of a region with demand, given a count or a budget \[hours\].
    Farthest,
}

/// From how many outlets may a region be served?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sourcing {
    /// From one.
    Single,
    /// From several, in shares.
    Split,
}

/// `\[planning\]`.
#[derive(Debug, Clone)]
pub struct Planning {
    /// What is sought, default cost.
    pub objective: Objective,
    /// From how many outlets, default single.
    pub sourcing: Sourcing,
    /// (objective − bound) / objective at which the search may end, default 1e-6.
    pub gap: f64,
    /// The search stops after so many seconds; `None`: work limits alone.
    pub time_limit_seconds: Option<f64>,
    /// Seed of every random choice, default 1.
    pub seed: u64,
    /// At whose rates a year is planned, default the mean.
    pub month: Month,
}

/// `\[finance\]`.
#[derive(Debug, Clone)]
pub struct Finance {
    /// Interest \[1/year\], default 0.08.
    pub discount_rate: f64,
    /// Years over which opening and closing are spread, default 10.
    pub site_life_years: f64,
}

impl Finance {
    /// The share of a one-time cost that a year bears: i(1+i)ⁿ / ((1+i)ⁿ − 1), the capital recovery factor; 1/n without
    /// interest (any textbook of engineering economy).
    pub fn capital_recovery(&self) -> f64 {
        let growth = (1.0 + self.discount_rate).powf(self.site_life_years);
        if growth - 1.0 < 1e-12 { 1.0 / self.site_life_years } else { self.discount_rate * growth / (growth - 1.0) }
    }
}
