//! Numbers that know their unit.
//!
//! A number enters the program through a constructor that refuses NaN, infinities and nonsense signs; behind it every
//! quantity is finite and never negative. Time has two units on purpose, as the field has: **hours** for travel and
//! response, **days** for lead and turnaround times; a year has 365 days.

use serde::Serialize;

/// Hours in a day.
pub const HOURS_PER_DAY: f64 = 24.0;
/// Days in a year.
pub const DAYS_PER_YEAR: f64 = 365.0;
/// Hours in a year.
pub const HOURS_PER_YEAR: f64 = HOURS_PER_DAY * DAYS_PER_YEAR;

macro_rules! quantity {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Default, Serialize)]
        pub struct $name(f64);

        impl $name {
            /// Nothing of it.
            pub const ZERO: Self = Self(0.0);

            /// The quantity, or `None` where the number is NaN, infinite or negative.
            pub fn new(value: f64) -> Option<Self> {
                (value.is_finite() && value >= 0.0).then_some(Self(value))
            }

            /// The bare number in the unit of the type.
            pub const fn get(self) -> f64 {
                self.0
            }
        }
    };
}

quantity!(
    /// Travel or response time \[hours\].
    Hours
);
quantity!(
    /// Lead or turnaround time \[days\].
    Days
);
quantity!(
    /// A distance over ground \[km\].
    Kilometres
);
quantity!(
    /// A mass \[kg\].
    Kilograms
);
quantity!(
    /// An amount of the scenario's currency; a column or field says whether it is a year's.
    Money
);
quantity!(
    /// A demand rate \[units/year\].
    Rate
);
quantity!(
    /// A part of a whole or a yearly rate of money \[1 or 1/year\].
    Share
);

impl Hours {
    /// The same time in days.
    pub fn in_days(self) -> f64 {
        self.0 / HOURS_PER_DAY
    }
}

impl Days {
    /// The same time in years, the unit of demand rates: rate × lead time is the pipeline (Little's law).
    pub fn in_years(self) -> f64 {
        self.0 / DAYS_PER_YEAR
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nan_infinity_and_negative_numbers_stop_at_the_constructor() {
        for nonsense in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, -1e-300] {
            assert_eq!(Days::new(nonsense), None);
        }
        assert_eq!(Days::new(0.0), Some(Days::ZERO));
    }

    #[test]
    fn seventy_three_days_are_a_fifth_of_a_year() {
        assert_eq!(Days::new(73.0).map(Days::in_years), Some(0.2));
        assert_eq!(Hours::new(36.0).map(Hours::in_days), Some(1.5));
    }
}
