//! Rates and dispersions from a history of demand.
//!
//! The history runs from the first period that any row names to the last, and a period that a series does not list had no
//! demand: files of sparse demand list what happened. Rows of one series and period add up. A series that is silent
//! throughout gives no demand. A quantity is never negative: what came back is not demand that did not arise.
//!
//! Each series, a part in a region, is forecast (`forecast`) and gets its dispersion (`estimate`). A series without a region
//! is shared over the regions by population and keeps its variance-to-mean ratio: independent streams with one ratio add
//! up to a stream with the same ratio.
//!
//! `[demand] distribution` says what of the dispersion counts. `predictive`, the default, adds what the rate itself may be
//! off. That grows with the lead time, and a stream of demand has one ratio: it is taken at the longest time that a
//! unit takes to come back to a site that the supplier replenishes, so that no such site has too little. A site behind a depot waits less, and its ratio
//! is then a little high; so it is where a series is shared over regions and the rate's drift is put on each share as on
//! the whole.

use rayon::prelude::*;

use super::calendar::{Calendar, period};
use super::estimate::{Estimate, Forecast, Summary, estimates};
use super::pattern::Pattern;
use crate::scenario::schema::Table;
use crate::scenario::validate::{Ids, Reader};
use crate::scenario::{Demand, PartId, RegionId, Scenario, Site, SiteId, Status};
use crate::units::{Hours, Rate};

/// More periods are refused: a century of weeks, and no history is longer.
const MOST_PERIODS: i64 = 5_200;

/// With fewer periods a history is told to be short.
const SHORT: usize = 6;

/// What the stream of a series is taken for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distribution {
    /// Poisson, whatever the history shows.
    Poisson,
    /// Negative binomial with the dispersion that the history shows.
    NegativeBinomial,
    /// Negative binomial with that dispersion and the uncertainty of the rate.
    Predictive,
}

impl Distribution {
    /// Every distribution, in the order of its word in `[demand] distribution`.
    pub const ALL: [Self; 3] = [Self::Poisson, Self::NegativeBinomial, Self::Predictive];

    /// The words of the distributions in files.
    pub const NAMES: &'static [&'static str] = &["poisson", "negative_binomial", "predictive"];

    /// Its word in files.
    pub const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    /// The variance-to-mean ratio of an estimated demand over a lead time \[periods\].
    pub fn variance_to_mean(self, estimate: &Estimate, lead_time: f64) -> f64 {
        match self {
            Self::Poisson => 1.0,
            Self::NegativeBinomial => estimate.variance_to_mean,
            Self::Predictive => estimate.predictive(lead_time),
        }
    }
}

/// `\[demand\]`: how a history becomes rates and dispersions.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// How series are forecast.
    pub forecast: Forecast,
    /// What their streams are taken for.
    pub distribution: Distribution,
}

/// What was made of a history, for the planner to see.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// How it was read.
    pub reading: Reading,
    /// How many periods it has.
    pub periods: usize,
    /// What a period is called: month, week or year.
    pub period: &'static str,
    /// How many series have each pattern, in the order of [`Pattern::ALL`].
    pub patterns: [usize; Pattern::ALL.len()],
    /// δ²: variance of the rates' drift as a share of the rate's square.
    pub drift: f64,
}

/// A row: its region (none: shared), part, period and quantity.
type Row = (Option<u32>, u32, i64, f64);

/// What the file holds, checked.
struct Rows {
    calendar: Calendar,
    first: i64,
    periods: usize,
    /// A row of the last period.
    last_row: usize,
    /// In order of region, part and period.
    list: Vec<Row>,
}

/// Adds the streams of `demand_history.csv`, if there is one, in order of region and part, to a scenario that is complete
/// but for them. W14: the history is not too short.
pub(crate) fn read_history<'a>(ids: &Ids<'a>, scenario: &mut Scenario, reading: Reading, reader: &mut Reader<'a>) {
    let mut list = Vec::new();
    let history = from_history(ids, scenario, reading, &mut list, reader);
    scenario.demands.extend(list);
    scenario.history = history;
}

fn from_history<'a>(
    ids: &Ids<'a>,
    scenario: &Scenario,
    reading: Reading,
    list: &mut Vec<Demand>,
    reader: &mut Reader<'a>,
) -> Option<History> {
    let regions = &scenario.regions;
    let Rows { calendar, first, periods, last_row, list: rows } = rows(ids, reader)?;
    let shared = rows.first().is_some_and(|row| row.0.is_none());
    let population: f64 = regions.iter().filter_map(|region| region.population).sum();
    if shared && population <= 0.0 {
        let span = reader.row(Table::DemandHistory, 0);
        reader
            .faults
            .add("E08", span, "a history without regions is shared by population, and no region has one")
            .hint("fill the column population of regions.csv, or the column region here");
        return None;
    }
    if periods < SHORT && reader.faults.errors() == 0 {
        let plural = if periods == 1 { "" } else { "s" };
        let message =
            format!("a history of {periods} {}{plural} says little about rates and dispersion", calendar.name());
        let span = reader.column(Table::DemandHistory, "period").span(last_row);
        let hint = format!("{SHORT} or more are better; demand.csv takes rates and dispersion as given");
        reader.faults.add("W14", span, message).hint(hint);
    }
    let series: Vec<&[Row]> = rows.chunk_by(|one, next| (one.0, one.1) == (next.0, next.1)).collect();
    let summarise = |quantities: &mut Vec<f64>, rows: &&[Row]| {
        quantities.fill(0.0);
        for &(_, _, period, quantity) in *rows {
            quantities[(period - first) as usize] += quantity;
        }
        Summary::of(quantities, reading.forecast)
    };
    let summaries: Vec<Summary> = series.par_iter().map_init(|| vec![0.0; periods], summarise).collect();
    let estimates = estimates(&summaries);
    let mut times: Vec<Option<f64>> = vec![None; scenario.parts.len()];
    for (rows, estimate) in series.iter().zip(&estimates) {
        let (region, part, ..) = rows[0];
        let yearly = estimate.rate * calendar.periods_per_year();
        let time = times[part as usize].get_or_insert_with(|| longest(scenario, PartId(part)));
        let lead_time = *time * calendar.periods_per_year();
        let variance_to_mean = reading.distribution.variance_to_mean(estimate, lead_time);
        let mut push = |region: u32, rate: f64| {
            let Some(rate) = Rate::new(rate).filter(|rate| rate.get() > 0.0) else { return };
            let (region, part, repair) = (RegionId(region), Some(PartId(part)), Hours::ZERO);
            list.push(Demand { region, part, product: None, rate, variance_to_mean, repair, job: None });
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
    let count = |pattern| estimates.iter().filter(|estimate| estimate.pattern == pattern).count();
    Some(History {
        reading,
        periods,
        period: calendar.name(),
        patterns: Pattern::ALL.map(count),
        drift: estimates.first().map_or(0.0, |estimate| estimate.drift),
    })
}

/// The longest time that a unit asked for takes to come back to a site that the supplier replenishes \[years\]: the repaired
/// share after its turnaround, the rest from the supplier.
fn longest(scenario: &Scenario, id: PartId) -> f64 {
    let part = &scenario.parts[id.at()];
    let time = |(site, row): (SiteId, &Site)| {
        let (share, turnaround) = scenario.repair_at(site, id).unwrap_or((part.repair_share, part.repair_turnaround));
        let supplier = part.supplier_lead_time.unwrap_or(row.supplier_lead_time);
        share.get() * turnaround.in_years() + (1.0 - share.get()) * supplier.in_years()
    };
    // The supplier replenishes the depots, and the outlets only where there are none.
    let depots = scenario.depots.iter().enumerate().map(|(at, site)| (SiteId::Depot(at.into()), site));
    let outlets = scenario.outlets.iter().enumerate().map(|(at, site)| (SiteId::Outlet(at.into()), site));
    let outlets = outlets.filter(|_| scenario.depots.is_empty());
    let sites = depots.chain(outlets).filter(|(_, site)| site.status != Status::Closed);
    sites.map(time).fold(0.0, f64::max)
}

/// Reads the rows. E04: all periods are of one kind; E05: there are not absurdly many of them.
fn rows<'a>(ids: &Ids<'a>, reader: &mut Reader<'a>) -> Option<Rows> {
    let table = Table::DemandHistory;
    let (region, part) = (reader.column(table, "region"), reader.column(table, "part"));
    let (period_column, quantity) = (reader.column(table, "period"), reader.column(table, "quantity"));
    let mut list: Vec<Row> = Vec::with_capacity(reader.sheet(table).rows);
    let mut calendar: Option<(Calendar, usize)> = None;
    let (mut first, mut last) = ((i64::MAX, 0), (i64::MIN, 0));
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
        if number < first.0 {
            first = (number, row);
        }
        if number > last.0 {
            last = (number, row);
        }
        let (Some(part), Some(quantity)) = (part, quantity) else { continue };
        if place.is_some() || region.text(row).is_empty() {
            list.push((place, part, number, quantity));
        }
    }
    let (calendar, _) = calendar?;
    let periods = last.0 - first.0 + 1;
    let (from, to) = (period_column.text(first.1), period_column.text(last.1));
    if periods > MOST_PERIODS {
        let message = format!("the history runs over {periods} {}s, from {from} to {to}", calendar.name());
        reader
            .faults
            .add("E05", period_column.span(last.1), message)
            .hint(format!("at most {MOST_PERIODS}; a running number counts months"));
        return None;
    }
    // A stable sort: rows of one series and period add up in the order of the file.
    list.sort_by_key(|row| (row.0, row.1, row.2));
    Some(Rows { calendar, first: first.0, periods: periods as usize, last_row: last.1, list })
}
