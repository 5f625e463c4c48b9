//! Coordinates that are probably not what was meant.

use std::collections::HashMap;

use super::and_more;
use crate::scenario::schema::Table;
use crate::scenario::validate::Reader;
use crate::scenario::{CountryId, DistanceMetric, Place, Scenario};

/// A row with coordinates.
struct Placed<'a> {
    table: Table,
    row: usize,
    id: &'a str,
    name: &'a str,
    country: Option<CountryId>,
    place: Place,
}

/// W01 to W04, W13.
pub(super) fn places(scenario: &Scenario, reader: &mut Reader<'_>) {
    let rows = placed(scenario);
    let of = |table: Table| -> Vec<&Placed<'_>> { rows.iter().filter(|placed| placed.table == table).collect() };
    for table in [Table::Regions, Table::Outlets, Table::Depots] {
        same_place_twice(&of(table), reader);
        if scenario.travel.metric == DistanceMetric::Geodesic {
            coarse_grid(table, &of(table), reader);
            outside_its_country(scenario, &of(table), reader);
        }
    }
    if scenario.travel.metric == DistanceMetric::Geodesic {
        for zero in rows.iter().filter(|placed| placed.place == Place::at(0.0, 0.0)) {
            let span = reader.column(zero.table, "latitude").span(zero.row);
            let message = format!("`{}` lies at 0, 0, in the Gulf of Guinea", zero.id);
            reader.faults.add("W03", span, message).hint("leave unknown coordinates blank and list the lanes");
        }
        countries_exist(scenario, reader);
    }
}

fn placed(scenario: &Scenario) -> Vec<Placed<'_>> {
    let regions = scenario.regions.iter().enumerate().filter_map(|(row, region)| {
        let (id, name, country) = (region.id.as_str(), region.name.as_str(), region.country);
        region.place.map(|place| Placed { table: Table::Regions, row, id, name, country, place })
    });
    let sites = [(Table::Outlets, &scenario.outlets), (Table::Depots, &scenario.depots)];
    let sites = sites.into_iter().flat_map(|(table, sites)| {
        sites.iter().enumerate().filter_map(move |(row, site)| {
            let (id, name, country) = (site.id.as_str(), site.name.as_str(), site.country);
            site.place.map(|place| Placed { table, row, id, name, country, place })
        })
    });
    regions.chain(sites).collect()
}

/// W01: so few decimals that a place may be kilometres away.
fn coarse_grid(table: Table, rows: &[&Placed<'_>], reader: &mut Reader<'_>) {
    const FEWEST: usize = 10;
    if rows.len() < FEWEST {
        return;
    }
    let (latitude, longitude) = (reader.column(table, "latitude"), reader.column(table, "longitude"));
    let decimals = |text: &str| text.split_once('.').map_or(0, |(_, decimals)| decimals.trim_end_matches('0').len());
    let coarse = |places: usize| {
        let few = |placed: &&&Placed<'_>| {
            decimals(latitude.text(placed.row)) <= places && decimals(longitude.text(placed.row)) <= places
        };
        rows.iter().filter(few).count() * 10 >= rows.len() * 9
    };
    let Some(places) = (0..=2).find(|&places| coarse(places)) else { return };
    let (words, off) = [("whole degrees", "55 km"), ("0.1°", "5.5 km"), ("0.01°", "0.6 km")][places];
    let span = reader.row(table, rows[0].row);
    let message = format!("the coordinates of {} are rounded to {words}", table.schema().file);
    reader
        .faults
        .add("W01", span, message)
        .hint(format!("a place may lie {off} away from where it is; travel times inherit that"));
}

/// W04: one place under two ids, or one name twice within a few kilometres.
fn same_place_twice(rows: &[&Placed<'_>], reader: &mut Reader<'_>) {
    let mut at: HashMap<(u64, u64), usize> = HashMap::with_capacity(rows.len());
    let mut named: HashMap<(&str, Option<CountryId>), usize> = HashMap::with_capacity(rows.len());
    let (mut places, mut names) = (Vec::new(), Vec::new());
    for (position, placed) in rows.iter().enumerate() {
        let first = *at.entry((placed.place.x.to_bits(), placed.place.y.to_bits())).or_insert(position);
        let namesake = *named.entry((placed.name, placed.country)).or_insert(position);
        let near = |other: &Placed<'_>| {
            (other.place.x - placed.place.x).abs() < 0.1 && (other.place.y - placed.place.y).abs() < 0.1
        };
        if first != position {
            places.push((rows[first], *placed));
        } else if namesake != position && near(rows[namesake]) {
            names.push((rows[namesake], *placed));
        }
    }
    for (pairs, what) in [(places, "lies exactly where"), (names, "has the name of and lies beside")] {
        let Some((first, second)) = pairs.first() else { continue };
        let line = reader.line(first.table, first.row);
        let does = if what.ends_with("where") { " does" } else { "" };
        let message = format!("`{}` {what} `{}`{does}{}", second.id, first.id, and_more(pairs.len() - 1));
        let span = reader.row(second.table, second.row);
        reader.faults.add("W04", span, message).hint(format!("is it the same place twice? ({line})"));
    }
}

/// W02, W13: a place outside the land that its row names, as it stands or swapped or with a sign lost.
fn outside_its_country(scenario: &Scenario, rows: &[&Placed<'_>], reader: &mut Reader<'_>) {
    let frames = frames();
    let mut strays: [Vec<&Placed<'_>>; 3] = Default::default();
    for placed in rows {
        let Some(code) = placed.country.map(|country| scenario.countries[country.at()].code.as_str()) else { continue };
        let Some(Some(frame)) = frames.get(code) else { continue };
        let Place { x, y } = placed.place;
        if frame.holds(y, x) || placed.place == Place::at(0.0, 0.0) {
            continue;
        }
        let reason = if frame.holds(x, y) {
            0
        } else if frame.holds(y, -x) || frame.holds(-y, x) || frame.holds(-y, -x) {
            1
        } else {
            2
        };
        strays[reason].push(placed);
    }
    let hints = [
        "are latitude and longitude swapped?",
        "is a minus sign missing? West and south are negative",
        "is it the right country, are the coordinates right?",
    ];
    for (strays, hint) in strays.iter().zip(hints) {
        let Some(first) = strays.first() else { continue };
        let code = first.country.map_or("", |country| scenario.countries[country.at()].code.as_str());
        let message = format!("`{}` does not lie in {code}{}", first.id, and_more(strays.len() - 1));
        let span = reader.column(first.table, "latitude").span(first.row);
        reader.faults.add("W02", span, message).hint(hint);
    }
}

/// W13: a code that ISO 3166 does not list.
fn countries_exist(scenario: &Scenario, reader: &mut Reader<'_>) {
    let frames = frames();
    for country in scenario.countries.iter().filter(|country| !frames.contains_key(country.code.as_str())) {
        let Some(span) = super::first_naming(&country.code, reader) else { continue };
        reader.faults.add("W13", span, format!("no country has the code `{}`", country.code));
    }
}

/// Between which degrees a country lies.
struct Frame {
    south: f64,
    north: f64,
    west: f64,
    east: f64,
}

impl Frame {
    fn holds(&self, latitude: f64, longitude: f64) -> bool {
        (self.south..=self.north).contains(&latitude) && (self.west..=self.east).contains(&longitude)
    }
}

/// The countries with their frames, where they have cities: the cities of GeoNames above 15,000 people (CC BY 4.0,
/// www.geonames.org) with a margin of half the root of the country's area, at least 1° and at most 6°, in whole degrees.
fn frames() -> HashMap<&'static str, Option<Frame>> {
    let lines = include_str!("countries.csv").lines().skip(1);
    lines
        .filter_map(|line| {
            let mut fields = line.split(',');
            let code = fields.next()?;
            let mut number = || fields.next().and_then(|field| field.parse::<f64>().ok());
            let (south, north, west, east) = (number(), number(), number(), number());
            let frame = south.zip(north).zip(west.zip(east));
            Some((code, frame.map(|((south, north), (west, east))| Frame { south, north, west, east })))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capitals_lie_in_their_countries_and_not_in_others() {
        let frames = frames();
        let holds = |code: &str, latitude, longitude| {
            frames.get(code).and_then(Option::as_ref).is_some_and(|frame| frame.holds(latitude, longitude))
        };
        assert!(holds("DE", 52.52, 13.41) && holds("NO", 69.65, 18.96) && holds("US", 21.31, -157.86));
        assert!(holds("ES", 28.12, -15.44) && holds("FJ", -18.14, 178.44) && holds("SG", 1.29, 103.85));
        assert!(!holds("DE", 13.41, 52.52) && !holds("US", 40.71, 74.0) && !holds("FR", 52.23, 21.01));
        assert!(frames.contains_key("AQ") && !frames.contains_key("DX"));
    }
}
