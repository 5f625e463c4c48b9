//! The contract of a scenario folder, written once: every table and column, every key of `scenario.toml`.
//!
//! The loader checks headers, kinds and bounds against it, and `sparenet schema` prints it, so the two cannot disagree.

mod keys;
mod show;
mod tables;

pub use keys::{CHANGE_KEYS, KEYS, Key, KeyKind, MONTHS, OPTION_KEYS, TARGET_KEYS};
pub use show::{schema_json, schema_text};
pub use tables::{HEMISPHERES, STATUSES, TABLES};

/// A table of a scenario, in the order in which files are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Table {
    /// `countries.csv`
    Countries,
    /// `regions.csv`
    Regions,
    /// `products.csv`
    Products,
    /// `parts.csv`
    Parts,
    /// `outlets.csv`
    Outlets,
    /// `depots.csv`
    Depots,
    /// `demand.csv`
    Demand,
    /// `installed_base.csv`
    InstalledBase,
    /// `failures.csv`
    Failures,
    /// `demand_history.csv`
    DemandHistory,
    /// `lanes.csv`
    Lanes,
    /// `repairs.csv`
    Repairs,
    /// `laterals.csv`
    Laterals,
    /// `markets.csv`
    Markets,
    /// `periods.csv`
    Periods,
    /// `jobs.csv`
    Jobs,
    /// `policies.csv`
    Policies,
    /// `channels.csv`
    Channels,
    /// `formats.csv`
    Formats,
    /// `desks.csv`
    Desks,
    /// `guarantees.csv`
    Guarantees,
    /// `packaging.csv`
    Packaging,
    /// `inspection.csv`
    Inspection,
    /// `seasons.csv`
    Seasons,
    /// `campaigns.csv`
    Campaigns,
    /// `conditions.csv`
    Conditions,
    /// `spill_over.csv`
    SpillOver,
    /// `tiers.csv`
    Tiers,
}

impl Table {
    /// Its description.
    pub fn schema(self) -> &'static TableSchema {
        &TABLES[self as usize]
    }
}

/// What a table holds.
#[derive(Debug)]
pub struct TableSchema {
    /// Which table it is.
    pub table: Table,
    /// Its name in a `[\[change\]]`; the file is the name with `.csv`.
    pub name: &'static str,
    /// Its file.
    pub file: &'static str,
    /// Must the file be there?
    pub required: bool,
    /// What a row is.
    pub doc: &'static str,
    /// The first so many columns say what a row speaks of: an overlay's row replaces the base's row with the same key.
    pub keys: usize,
    /// Its columns, the key first.
    pub columns: &'static [ColumnSchema],
}

impl TableSchema {
    /// The position of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }
}

/// What a column holds.
#[derive(Debug)]
pub struct ColumnSchema {
    /// Its name in the header.
    pub name: &'static str,
    /// Must it be there, and filled?
    pub need: Need,
    /// What its values are.
    pub kind: Kind,
    /// What they mean, with unit and default.
    pub doc: &'static str,
}

/// Must a column be there?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It must, and each row must fill it.
    Filled,
    /// It must, but may be blank.
    Named,
    /// It need not.
    Optional,
}

/// What a column's values are.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kind {
    /// A name of its own.
    Id,
    /// A name that another table defines.
    Of(Table),
    /// A name defined by one table or another.
    Either(Table, Table),
    /// Any text.
    Text,
    /// Two capital letters, ISO 3166 alpha-2.
    Country,
    /// A year, month, week or running number.
    Period,
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// A number.
    Number(Bounds),
}

/// Between what a number must lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Not below this…
    pub least: f64,
    /// …and, if so, not even at it.
    pub above: bool,
    /// Not above this.
    pub most: f64,
}

impl Bounds {
    /// Any finite number.
    pub const ANY: Self = Self { least: f64::NEG_INFINITY, above: false, most: f64::INFINITY };
    /// Never negative.
    pub const AMOUNT: Self = Self { least: 0.0, ..Self::ANY };
    /// Greater than nothing.
    pub const POSITIVE: Self = Self { least: 0.0, above: true, ..Self::ANY };
    /// A part of a whole.
    pub const SHARE: Self = Self { least: 0.0, above: false, most: 1.0 };
    /// A whole number from one upwards; that it is whole is checked where it is read.
    pub const COUNTED: Self = Self { least: 1.0, above: false, most: 1e6 };
    /// At least one.
    pub const RATIO: Self = Self { least: 1.0, ..Self::ANY };
    /// A share of visits that are made again: not so large that hardly any succeeds.
    pub const REPEATED: Self = Self { least: 0.0, above: false, most: 0.9 };
    /// An hour of the day.
    pub const HOUR: Self = Self { least: 0.0, above: false, most: 24.0 };
    /// A latitude.
    pub const LATITUDE: Self = Self { least: -90.0, above: false, most: 90.0 };
    /// A longitude.
    pub const LONGITUDE: Self = Self { least: -180.0, above: false, most: 180.0 };
    /// Hours by which a clock is ahead of universal time.
    pub const CLOCK: Self = Self { least: -12.0, above: false, most: 14.0 };
    /// A part of a whole that is never all of it.
    pub const LOSS: Self = Self { least: 0.0, above: false, most: 0.99 };
    /// A month of the year; that it is whole is checked where it is read.
    pub const MONTH: Self = Self { least: 1.0, above: false, most: 12.0 };
    /// Months of a year.
    pub const MONTHS: Self = Self { least: 0.0, above: false, most: 12.0 };
    /// A share of value that may be more than the value, but not absurdly.
    pub const DUTY: Self = Self { least: 0.0, above: false, most: 10.0 };

    /// Is a number within them?
    pub fn hold(self, value: f64) -> bool {
        value.is_finite() && value >= self.least && value <= self.most && !(self.above && value <= self.least)
    }

    /// Them in words.
    pub fn words(self) -> String {
        match (self.least.is_finite(), self.most.is_finite()) {
            (true, true) if self.above => format!("greater than {} and at most {}", self.least, self.most),
            (true, true) => format!("between {} and {}", self.least, self.most),
            (true, false) if self.above => format!("greater than {}", self.least),
            (true, false) => format!("at least {}", self.least),
            _ => "a finite number".into(),
        }
    }
}
