//! `markets.csv`, `periods.csv`, `[share]` and `[rollout]`: markets over years.

use std::collections::BTreeMap;

use super::{Ids, Reader};
use crate::scenario::market::{Market, Markets, Period, Response, Years};
use crate::scenario::schema::Table;
use crate::scenario::source::Span;
use crate::scenario::{CountryId, Region};

/// Mean distance to the nearest of points at random, times the root of their density (Clark and Evans 1954).
const AT_RANDOM: f64 = 0.5;
/// The same in a lattice of hexagons: ∫ over a hexagon of area 1 of the distance to its centre.
const IN_HEXAGONS: f64 = 0.377_196;

/// The markets; `None` without `markets.csv`.
pub(super) fn markets<'a>(ids: &Ids<'a>, regions: &[Region], reader: &mut Reader<'a>) -> Option<Markets> {
    let sheet = reader.sheet(Table::Markets);
    let source = sheet.source?;
    let rows = rows(ids, reader);
    let periods = periods(reader);
    let years = years(&rows, source, reader);
    known_regions(&rows, regions, reader);
    let response = response(ids, regions, source, reader)?;
    let mut key = |name: &str| reader.draft.settings.number(&format!("rollout.{name}"), reader.faults);
    let at_least = key("obligation_at_least").unwrap_or(0.95);
    let obligation = key("obligation_years").map(|years| (years, at_least));
    Some(Markets { rows, periods, response, years, obligation })
}

fn rows<'a>(ids: &Ids<'a>, reader: &mut Reader<'a>) -> Vec<Market> {
    let column = |name: &str| reader.column(Table::Markets, name);
    let (country, from_year) = (column("country"), column("from_year"));
    let (sales, margin) = (column("sales_per_year"), column("margin_per_unit"));
    let (service, jobs) = (column("service_margin_per_unit_year"), column("jobs_per_unit_year"));
    let (fixed, opening) = (column("outlet_cost_per_year"), column("opening_cost"));
    let (closing, quota) = (column("closing_cost"), column("quota_share"));
    let (promise, competitor) = (column("promise_utility"), column("competitor_utility"));
    let (outlets, share) = (column("outlets_today"), column("share_today"));
    let installed = column("installed_today");
    let mut first: BTreeMap<(CountryId, u32), usize> = BTreeMap::new();
    let mut list = Vec::new();
    for row in 0..reader.sheet(Table::Markets).rows {
        let from_year = reader.count(&from_year, row).unwrap_or(0);
        let mut number = |column, otherwise: f64| reader.number(column, row).unwrap_or(otherwise);
        let market = Market {
            country: CountryId(0),
            from_year,
            sales_per_year: number(&sales, 0.0),
            margin_per_unit: number(&margin, 0.0),
            service_margin_per_unit_year: number(&service, 0.0),
            jobs_per_unit_year: number(&jobs, 0.0),
            outlet_cost_per_year: number(&fixed, 0.0),
            opening_cost: number(&opening, 0.0),
            closing_cost: number(&closing, 0.0),
            promise_utility: number(&promise, 0.0),
            competitor_utility: number(&competitor, 0.0),
            outlets_today: number(&outlets, 0.0),
            installed_today: number(&installed, 0.0),
            quota_share: reader.number(&quota, row),
            share_today: reader.number(&share, row),
        };
        let Some(id) = ids.countries.get(country.text(row)).copied() else { continue };
        if let Some(before) = first.insert((id, from_year), row) {
            let place = reader.line(Table::Markets, before);
            let message = format!("the market of `{}` stands twice for the same year", country.text(row));
            reader.faults.add("E06", country.span(row), message).hint(format!("first at {place}"));
            continue;
        }
        list.push(Market { country: id, ..market });
    }
    list.sort_by_key(|market| (market.country, market.from_year));
    list
}

fn periods(reader: &mut Reader<'_>) -> Vec<Period> {
    let column = |name: &str| reader.column(Table::Periods, name);
    let (year, budget) = (column("year"), column("opening_budget"));
    let (openings, technicians) = (column("openings_at_most"), column("technicians_at_most"));
    let mut first: BTreeMap<u32, usize> = BTreeMap::new();
    let mut list = Vec::new();
    for row in 0..reader.sheet(Table::Periods).rows {
        let Some(own) = reader.count(&year, row) else { continue };
        let period = Period {
            year: own,
            opening_budget: reader.number(&budget, row),
            openings_at_most: reader.number(&openings, row),
            technicians_at_most: reader.number(&technicians, row),
        };
        if let Some(before) = first.insert(own, row) {
            let place = reader.line(Table::Periods, before);
            reader
                .faults
                .add("E06", year.span(row), format!("the year {own} stands twice"))
                .hint(format!("first at {place}"));
            continue;
        }
        list.push(period);
    }
    list.sort_by_key(|period| period.year);
    list
}

/// E12: the years of the roll-out are given, and each market is known from the first of them.
fn years(rows: &[Market], source: u16, reader: &mut Reader<'_>) -> Years {
    let first = reader.draft.settings.count("rollout.first_year", reader.faults);
    let count = reader.draft.settings.count("rollout.years", reader.faults);
    if first.is_none() || count.is_none_or(|count| count == 0) {
        let fault = reader.faults.add("E12", Span::whole(source), "markets need the years of a roll-out");
        fault.hint("[rollout] with first_year = 1970 and years = 10");
    }
    let first = first.unwrap_or(0) as u32;
    let mut country = None;
    for market in rows {
        if country.replace(market.country) != Some(market.country) && market.from_year > first {
            let message = format!("a market is known from {} only, the roll-out begins in {first}", market.from_year);
            reader.faults.add("E12", Span::whole(source), message).hint("give its row an earlier `from_year`");
        }
    }
    let jobs_per_technician = reader.draft.settings.number("rollout.jobs_per_technician_year", reader.faults);
    if jobs_per_technician.is_none()
        && (0..reader.sheet(Table::Periods).rows)
            .any(|row| !reader.column(Table::Periods, "technicians_at_most").text(row).is_empty())
    {
        let message = "technicians are limited, but nothing says how many jobs one does";
        reader.faults.add("E12", Span::whole(source), message).hint("[rollout] jobs_per_technician_year = 800");
    }
    let tail = reader.draft.settings.count("rollout.tail_years", reader.faults).unwrap_or(0);
    let life = reader.draft.settings.number("rollout.life_years", reader.faults).unwrap_or(10.0);
    Years { first, count: count.unwrap_or(1).max(1), tail, life, jobs_per_technician }
}

/// `[share]`: given outright, or by two networks whose shares were seen: with N outlets on the area A the mean distance to the
/// nearest is spread·√(A/N), and logit share is linear in it.
fn response(ids: &Ids<'_>, regions: &[Region], source: u16, reader: &mut Reader<'_>) -> Option<Response> {
    let settings = &reader.draft.settings;
    let mut key = |name: &str| settings.number(&format!("share.{name}"), reader.faults);
    let adjustment = key("adjustment").unwrap_or(1.0);
    let (utility, per_km) = (key("utility"), key("per_km"));
    let few = key("few_outlets").zip(key("few_share"));
    let many = key("many_outlets").zip(key("many_share"));
    let spread = match settings.choice("share.spread", reader.faults) {
        Some(1) => IN_HEXAGONS,
        _ => AT_RANDOM,
    };
    let made = |utility, per_km| Some(Response { utility, per_km, spread, adjustment });
    match (utility.zip(per_km), few.zip(many)) {
        (Some((utility, per_km)), None) => made(utility, per_km),
        (None, Some(((few, low), (many, high)))) => {
            let inside = |share: f64| share > 0.0 && share < 1.0;
            if !(few > 0.0 && many > few && inside(low) && high > low && inside(high)) {
                let message =
                    "the two networks of [share] are not a small one with less and a large one with more share";
                reader.faults.add("E05", Span::whole(source), message);
                return None;
            }
            let with_market = reader.column(Table::Markets, "country");
            let has = |region: &&Region| {
                let code = region.country.and_then(|own| ids.countries.iter().find(|(_, id)| **id == own));
                code.is_some_and(|(code, _)| {
                    (0..reader.sheet(Table::Markets).rows).any(|row| with_market.text(row) == *code)
                })
            };
            let area: f64 = regions.iter().filter(has).filter_map(|region| region.area_km2).sum();
            let distance = |outlets: f64| spread * (area / outlets).sqrt();
            let logit = |share: f64| (share / (1.0 - share)).ln();
            let per_km = (logit(high) - logit(low)) / (distance(few) - distance(many));
            made(logit(low) + per_km * distance(few), per_km)
        }
        _ => {
            let fault =
                reader.faults.add("E12", Span::whole(source), "markets need [share]: how access draws customers");
            fault.hint(
                "utility and per_km, or few_outlets, few_share, many_outlets and many_share of two networks that were seen",
            );
            None
        }
    }
}

/// E08: a region of a market has an area and inhabitants.
fn known_regions(rows: &[Market], regions: &[Region], reader: &mut Reader<'_>) {
    for (row, region) in regions.iter().enumerate() {
        let Some(country) = region.country else { continue };
        if rows.binary_search_by(|market| market.country.cmp(&country)).is_err() {
            continue;
        }
        for (name, known) in [("area_km2", region.area_km2.is_some()), ("population", region.population.is_some())] {
            if !known {
                let span = reader.row(Table::Regions, row);
                let message = format!("region `{}` of a market has no {name}", region.id);
                reader.faults.add("E08", span, message);
            }
        }
    }
}
