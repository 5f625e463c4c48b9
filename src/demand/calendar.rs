//! The calendar of a history: which period a text names.

use crate::units::DAYS_PER_YEAR;

/// What a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calendar {
    /// `2024-03`
    Months,
    /// `2024-W09`
    Weeks,
    /// `2024`
    Years,
    /// A running number of months.
    Running,
}

impl Calendar {
    /// How many periods a year has.
    pub(super) fn periods_per_year(self) -> f64 {
        match self {
            Self::Months | Self::Running => 12.0,
            Self::Weeks => DAYS_PER_YEAR / 7.0,
            Self::Years => 1.0,
        }
    }

    /// What a period looks like.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Months => "a month (YYYY-MM)",
            Self::Weeks => "a week (YYYY-Www)",
            Self::Years => "a year (YYYY)",
            Self::Running => "a running number",
        }
    }

    /// What a period is called.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Months | Self::Running => "month",
            Self::Weeks => "week",
            Self::Years => "year",
        }
    }
}

/// A period's calendar and its number in it.
pub(super) fn period(text: &str) -> Option<(Calendar, i64)> {
    let number =
        |text: &str| text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse::<i64>().ok()).flatten();
    if let Some((year, rest)) = text.split_once('-') {
        let year = number(year).filter(|_| year.len() == 4)?;
        if let Some(week) = rest.strip_prefix(['W', 'w']) {
            let week = number(week).filter(|week| (1..=53).contains(week))?;
            return Some((Calendar::Weeks, (monday_of_first_week(year) + 7 * (week - 1)).div_euclid(7)));
        }
        let month = number(rest).filter(|month| rest.len() <= 2 && (1..=12).contains(month))?;
        return Some((Calendar::Months, year * 12 + month - 1));
    }
    let running = number(text).filter(|_| text.len() <= 9)?;
    // Four digits are a year; nobody counts to 1900 months.
    let calendar = if (1900..=2200).contains(&running) { Calendar::Years } else { Calendar::Running };
    Some((calendar, running))
}

/// Days from 0000-03-01 to the Monday of a year's first ISO week, the one with the 4th of January.
fn monday_of_first_week(year: i64) -> i64 {
    let before = year - 1;
    // Days from 0000-03-01 to the 4th of January: 306 days from March to the new year, and 365.2425 a year before.
    let fourth = 365 * before + before.div_euclid(4) - before.div_euclid(100) + before.div_euclid(400) + 306 + 3;
    // 0000-03-01 was a Wednesday (proleptic Gregorian): day 5 is a Monday.
    fourth - (fourth - 5).rem_euclid(7)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_are_months_weeks_years_or_running_numbers() {
        assert_eq!(period("2024-03"), Some((Calendar::Months, 2024 * 12 + 2)));
        assert_eq!(period("2024"), Some((Calendar::Years, 2024)));
        assert_eq!(period("17"), Some((Calendar::Running, 17)));
        for nonsense in
            ["2024-13", "2024-W54", "24-01", "March", "2024-3-1", "-1", "", "2024-W", "12345678901234567890"]
        {
            assert_eq!(period(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn weeks_follow_one_another_over_the_turn_of_the_year() {
        // 2020 had 53 ISO weeks, 2021 had 52.
        let week = |text: &str| period(text).map(|(_, number)| number);
        assert_eq!(week("2021-W01"), week("2020-W53").map(|week| week + 1));
        assert_eq!(week("2022-W01"), week("2021-W52").map(|week| week + 1));
        assert_eq!(week("2025-W01"), week("2024-W52").map(|week| week + 1));
    }
}
