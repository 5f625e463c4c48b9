//! The condition ledger: rows of `conditions.csv`, one fact of a country each.

use super::{CountryId, ProductId};
use crate::units::Days;

/// What a condition is made of: what can be bought, or what must be lived with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// Product quality, workshop, equipment, staff.
    Hard,
    /// Politics, economy, culture, customs and habits.
    Soft,
}

impl Nature {
    /// Its words, in the order of the variants.
    pub const NAMES: &'static [&'static str] = &["hard", "soft"];
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::Hard, Self::Soft];

    /// Its word in the file.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// What a condition does with the number that it acts on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Puts the value in its place.
    Set,
    /// Multiplies it by the value.
    Scale,
    /// Adds the value to it.
    Add,
}

impl Operation {
    /// Its words, in the order in which they are applied.
    pub const NAMES: &'static [&'static str] = &["set", "scale", "add"];
    /// Each of them, in that order.
    pub const ALL: [Self; 3] = [Self::Set, Self::Scale, Self::Add];

    /// Its word in the file.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

macro_rules! effects {
    ($($(#[$doc:meta])* $name:ident, $word:literal, $unit:literal;)+) => {
        /// What a condition acts on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Effect {
            $($(#[$doc])* $name,)+
        }

        impl Effect {
            /// Their words, in the order of the variants.
            pub const NAMES: &'static [&'static str] = &[$($word),+];
            /// Each of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The unit of what it acts on; empty for what has none.
            pub const fn unit(self) -> &'static str {
                match self {
                    $(Self::$name => $unit,)+
                }
            }
        }
    };
}

effects!(
    /// The wage of an hour of work, in the country's own currency.
    Wage, "wage", "currency/hour";
    /// What its sites cost to be open, in its own currency.
    FixedCost, "fixed_cost", "currency/year";
    /// What its sites cost to open, in its own currency.
    OpeningCost, "opening_cost", "currency";
    /// What its sites cost to close, in its own currency.
    ClosingCost, "closing_cost", "currency";
    /// The mean customs time of what enters it over a customs border.
    CustomsDays, "customs_days", "days";
    /// The standard deviation of that time.
    CustomsDaysDeviation, "customs_days_deviation", "days";
    /// Duty as a share of the value of a part that enters it.
    DutyRate, "duty_rate", "1";
    /// Scenario's currency for one unit of its own.
    ExchangeRate, "exchange_rate", "1";
    /// Value added tax.
    VatRate, "vat_rate", "1";
    /// From order to arrival at its sites, where the supplier replenishes them.
    SupplierLeadTime, "supplier_lead_time_days", "days";
    /// Hands-on work of the jobs of its regions.
    RepairHours, "repair_hours", "hours";
    /// How often what is installed in its regions fails: all their demand.
    Failures, "failures", "jobs/year";
    /// Units that are installed in its regions, and the demand that follows from them.
    Installed, "installed", "units";
    /// Travel time of every lane to its regions, in multiples of what it is elsewhere.
    TravelHours, "travel_hours", "1";
    /// Cost of expressing a part to its regions.
    EmergencyCost, "emergency_cost", "currency";
    /// Time for an expressed part to arrive in its regions.
    EmergencyHours, "emergency_hours", "hours";
    /// Open outlets in it, at most.
    OutletsAtMost, "outlets_at_most", "outlets";
    /// Open outlets in it, at least.
    OutletsAtLeast, "outlets_at_least", "outlets";
    /// Open depots in it, at most.
    DepotsAtMost, "depots_at_most", "depots";
    /// Open depots in it, at least.
    DepotsAtLeast, "depots_at_least", "depots";
    /// May outlets of other countries serve its regions? 0: they may not.
    ForeignService, "foreign_service", "1";
    /// Stoppages of the border: so many a year, each of `days`.
    Stoppage, "stoppage", "1/year";
);

impl Effect {
    /// Its word in the file.
    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// Does it tell products apart?
    pub const fn knows_products(self) -> bool {
        matches!(self, Self::Failures | Self::Installed | Self::RepairHours)
    }

    /// The operations that mean something.
    pub const fn operations(self) -> &'static [Operation] {
        match self {
            Self::Failures | Self::Installed | Self::TravelHours => &[Operation::Scale],
            Self::OutletsAtMost | Self::OutletsAtLeast | Self::DepotsAtMost | Self::DepotsAtLeast => &[Operation::Set],
            Self::ForeignService => &[Operation::Set],
            Self::Stoppage => &[Operation::Add],
            _ => &Operation::ALL,
        }
    }
}

/// A row of `conditions.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// Its id in the file.
    pub id: String,
    /// ISO 3166 alpha-2 code of its country; empty: it holds everywhere.
    pub country: String,
    /// The country, if some table names it.
    pub place: Option<CountryId>,
    /// Hard or soft.
    pub nature: Nature,
    /// What it is about, in a word or two: workshop, staff, politics, habits, …
    pub factor: String,
    /// What it acts on.
    pub effect: Effect,
    /// What it does with that.
    pub operation: Operation,
    /// By how much.
    pub value: f64,
    /// Only for this product.
    pub product: Option<ProductId>,
    /// How long a stoppage lasts \[days\].
    pub days: Days,
    /// Where it is known from.
    pub source: String,
    /// The day of which it is known, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// Does it hold? One that does not stays in the ledger and does nothing.
    pub on: bool,
    /// What it did; `None` where it is off.
    pub done: Option<Done>,
}

impl Condition {
    /// Does it hold for what belongs to a country and a product?
    pub fn holds_for(&self, country: Option<CountryId>, product: Option<ProductId>) -> bool {
        let here = self.country.is_empty() || (self.place.is_some() && self.place == country);
        here && (self.product.is_none() || self.product == product)
    }
}

/// What a condition did: from the least and most of the numbers it acted on to what they became.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Done {
    /// How many numbers it acted on.
    pub numbers: usize,
    /// Their least and most before.
    pub before: (f64, f64),
    /// Their least and most after.
    pub after: (f64, f64),
}

impl Done {
    /// Nothing was there to act on.
    pub const NOTHING: Self = Self { numbers: 0, before: (0.0, 0.0), after: (0.0, 0.0) };

    /// One more number became another.
    pub fn saw(&mut self, before: f64, after: f64) {
        let widen = |range: &mut (f64, f64), number: f64, first: bool| {
            *range = if first { (number, number) } else { (range.0.min(number), range.1.max(number)) };
        };
        widen(&mut self.before, before, self.numbers == 0);
        widen(&mut self.after, after, self.numbers == 0);
        self.numbers += 1;
    }

    /// Is everything as it was?
    pub fn is_idle(&self) -> bool {
        self.before == self.after
    }
}
