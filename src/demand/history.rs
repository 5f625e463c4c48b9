//! Rates and dispersions from a history of demand.
//!
//! The history runs from the first period that any row names to the last, and a period that a series does not list had no
//! demand: files of sparse demand list what happened. A series without a region is shared over the regions by population
//! and keeps its variance-to-mean ratio: independent streams with one ratio add up to a stream with the same ratio.

use std::collections::BTreeMap;

use crate::scenario::schema::Table;
use crate::scenario::validate::{Ids, Reader};
use crate::scenario::{Demand, PartId, Region, RegionId};
use crate::units::{DAYS_PER_YEAR, Hours, Rate};

/// What a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Calendar {
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
    fn periods_per_year(self) -> f64 {
        match self {
            Self::Months | Self::Running => 12.0,
            Self::Weeks => DAYS_PER_YEAR / 7.0,
            Self::Years => 1.0,
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Self::Months => "a month (YYYY-MM)",
            Self::Weeks => "a week (YYYY-Www)",
            Self::Years => "a year (YYYY)",
            Self::Running => "a running number",
        }
    }
}

/// A period's calendar and its number in it.
fn period(text: &str) -> Option<(Calendar, i64)> {
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

/// Adds the streams of `demand_history.csv`, in order of region and part.
pub(super) fn from_history<'a>(ids: &Ids<'a>, regions: &[Region], list: &mut Vec<Demand>, reader: &mut Reader<'a>) {
    let table = Table::DemandHistory;
    let (region, part) = (reader.column(table, "region"), reader.column(table, "part"));
    let (period_column, quantity) = (reader.column(table, "period"), reader.column(table, "quantity"));
    let mut series: BTreeMap<(Option<u32>, u32), BTreeMap<i64, f64>> = BTreeMap::new();
    let mut calendar: Option<(Calendar, usize)> = None;
    let (mut first, mut last) = (i64::MAX, i64::MIN);
    for row in 0..reader.sheet(table).rows {
        let place = ids.regions.find(&region, row, reader);
        let part = ids.parts.find(&part, row, reader);
        let quantity = reader.number(&quantity, row);
        let text = period_column.text(row);
        let Some((kind, number)) = period(text) else {
            if !text.is_empty() {
                let message = format!("`{text}` is not a period");
                reader
                    .faults
                    .add("E04", period_column.span(row), message)
                    .hint("2024-03, 2024-W09, 2024 or a running number");
            }
            continue;
        };
        let (expected, row_of_first) = *calendar.get_or_insert((kind, row));
        if expected != kind {
            let message = format!(
                "`{text}` is {}, but {} is {}",
                kind.words(),
                period_column.text(row_of_first),
                expected.words()
            );
            reader.faults.add("E04", period_column.span(row), message).hint("all periods are of one kind");
            continue;
        }
        (first, last) = (first.min(number), last.max(number));
        let (Some(part), Some(quantity)) = (part, quantity) else { continue };
        if place.is_some() || region.text(row).is_empty() {
            *series.entry((place, part)).or_default().entry(number).or_insert(0.0) += quantity;
        }
    }
    let Some((calendar, row)) = calendar else { return };
    let periods = (last - first + 1) as f64;
    let shared = series.keys().any(|(region, _)| region.is_none());
    let population: f64 = regions.iter().filter_map(|region| region.population).sum();
    if shared && population <= 0.0 {
        let span = reader.row(table, row);
        reader
            .faults
            .add("E08", span, "a history without regions is shared by population, and no region has one")
            .hint("fill the column population of regions.csv, or the column region here");
        return;
    }
    for ((region, part), quantities) in series {
        let (mean, variance_to_mean) = moments(&quantities, periods);
        let yearly = mean * calendar.periods_per_year();
        let mut push = |region: u32, rate: f64| {
            let Some(rate) = Rate::new(rate).filter(|rate| rate.get() > 0.0) else { return };
            let (region, part, repair) = (RegionId(region), Some(PartId(part)), Hours::ZERO);
            list.push(Demand { region, part, product: None, rate, variance_to_mean, repair });
        };
        match region {
            Some(region) => push(region, yearly),
            None => {
                for (at, region) in regions.iter().enumerate() {
                    push(at as u32, yearly * region.population.unwrap_or(0.0) / population);
                }
            }
        }
    }
}

/// The mean of a period and the variance-to-mean ratio, at least 1, over all periods, those without a row being zero.
fn moments(quantities: &BTreeMap<i64, f64>, periods: f64) -> (f64, f64) {
    let mean = quantities.values().sum::<f64>() / periods;
    if periods < 2.0 || mean <= 0.0 {
        return (mean, 1.0);
    }
    let squares: f64 = quantities.values().map(|quantity| (quantity - mean).powi(2)).sum();
    let silent = periods - quantities.len() as f64;
    let variance = (squares + silent * mean * mean) / (periods - 1.0);
    (mean, (variance / mean).max(1.0))
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

    #[test]
    fn a_silent_period_counts_as_zero() {
        // 0, 4, 0, 4: mean 2, sample variance 16/3, ratio 8/3.
        let quantities = BTreeMap::from([(2, 4.0), (4, 4.0)]);
        let (mean, ratio) = moments(&quantities, 4.0);
        assert_eq!(mean, 2.0);
        assert!((ratio - 8.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn a_steady_history_is_no_steadier_than_poisson() {
        let quantities = BTreeMap::from([(1, 3.0), (2, 3.0)]);
        assert_eq!(moments(&quantities, 2.0), (3.0, 1.0));
    }
}
