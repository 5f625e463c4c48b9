//! The three guarantees of a product: rows of `guarantees.csv`.

use super::{CountryId, ProductId};

/// A row of `guarantees.csv`.
#[derive(Debug, Clone)]
pub struct Guarantee {
    /// What is guaranteed.
    pub product: ProductId,
    /// Where; `None`: in every country without a row of its own.
    pub country: Option<CountryId>,
    /// Warranty from the sale on \[years\].
    pub warranty: f64,
    /// Life of a unit \[years\].
    pub life: f64,
    /// Warranty of a contract, after the first \[years\].
    pub extension: f64,
    /// Share of units sold with a contract.
    pub take_up: f64,
    /// Price of a contract, once \[currency\].
    pub price: f64,
    /// What a claim costs.
    pub costs: ClaimCosts,
    /// What the law asks of the split of claims.
    pub statute: Statute,
    /// Share of units sold that come back as goods.
    pub returned: f64,
    /// What a unit that comes back costs, less what it is worth \[currency\].
    pub return_loss: f64,
    /// Units sold a year for each installed one \[1/year\].
    pub sales: f64,
}

/// What a claim costs in each of its ways \[currency\]; infinite: the way is not known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ClaimCosts {
    /// A repair, as a planning figure: what repairs cost the plan tells.
    pub repair: f64,
    /// A replacement.
    pub replacement: f64,
    /// A refund.
    pub refund: f64,
}

/// Bounds on the shares of claims.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Statute {
    /// Greatest share repaired.
    pub repair_at_most: f64,
    /// Least share replaced.
    pub replace_at_least: f64,
    /// Least share refunded.
    pub refund_at_least: f64,
}

/// How claims are met: shares that add up to 1.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Split {
    /// Repaired.
    pub repaired: f64,
    /// Replaced by a new unit.
    pub replaced: f64,
    /// Given back for money.
    pub refunded: f64,
}

/// What the guarantees of a product come to in a country.
#[derive(Debug, Clone, PartialEq)]
pub struct Guaranteed {
    /// What.
    pub product: ProductId,
    /// The country of the regions; `None`: they name none.
    pub country: Option<CountryId>,
    /// Installed units.
    pub units: f64,
    /// Failures \[1/year\].
    pub failures: f64,
    /// Share of them in warranty, first or extended.
    pub in_warranty: f64,
    /// How those are met.
    pub split: Split,
    /// Replacements and refunds \[currency/year\].
    pub cost: f64,
    /// Contracts \[currency/year\].
    pub revenue: f64,
    /// Returned goods \[currency/year\].
    pub returns: f64,
}

impl Guaranteed {
    /// Failures in warranty \[1/year\].
    pub fn claims(&self) -> f64 {
        self.failures * self.in_warranty
    }

    /// All that it costs less what it earns, of an installed unit \[currency/year\]; `None`: nothing is installed.
    pub fn cost_per_unit(&self) -> Option<f64> {
        (self.units > 0.0).then(|| (self.cost + self.returns - self.revenue) / self.units)
    }
}
