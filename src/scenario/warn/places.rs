//! Coordinates that are probably not what was meant.

use std::collections::HashMap;

use super::super::schema::Table;
use super::super::{CountryId, DistanceMetric, Place, Scenario};
use super::and_more;
use crate::scenario::validate::Reader;

/// A row with coordinates.
struct Placed<'a> {
    table: Table,
    row: usize,
    id: &'a str,
    name: &'a str,
    country: Option<CountryId>,
    place: Place,
}

/// W01 to W04.
pub(super) fn places(scenario: &Scenario, reader: &mut Reader<'_>) {
    let rows = placed(scenario);
    let of = |table: Table| -> Vec<&Placed<'_>> { rows.iter().filter(|placed| placed.table == table).collect() };
    for table in [Table::Regions, Table::Outlets, Table::Depots] {
        same_place_twice(&of(table), reader);
        if scenario.travel.metric == DistanceMetric::Geodesic {
            coarse_grid(table, &of(table), reader);
        }
    }
    if scenario.travel.metric == DistanceMetric::Geodesic {
        for zero in rows.iter().filter(|placed| placed.place == Place::at(0.0, 0.0)) {
            let span = reader.column(zero.table, "latitude").span(zero.row);
            let message = format!("`{}` lies at 0, 0, in the Gulf of Guinea", zero.id);
            reader.faults.add("W03", span, message).hint("leave unknown coordinates blank and list the lanes");
        }
        far_from_its_country(scenario, &rows, reader);
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

/// W02: far from the other places of its country, or nearer to them with latitude and longitude swapped.
///
/// The middle of a country is the median of its places, its breadth the median distance from there: a few wrong places
/// move neither. Places beyond eight breadths and twenty degrees are far: no inhabited island of a country that is
/// listed with its mainland's others is, but an overseas one may be, and then the warning is right to ask.
fn far_from_its_country(scenario: &Scenario, rows: &[Placed<'_>], reader: &mut Reader<'_>) {
    const FEWEST: usize = 4;
    let mut of: Vec<Vec<&Placed<'_>>> = vec![Vec::new(); scenario.countries.len()];
    for placed in rows {
        if let Some(country) = placed.country {
            of[country.at()].push(placed);
        }
    }
    for (country, rows) in of.iter().enumerate().filter(|(_, rows)| rows.len() >= FEWEST) {
        let middle = Place {
            x: median(rows.iter().map(|placed| placed.place.x).collect()),
            y: median(rows.iter().map(|placed| placed.place.y).collect()),
        };
        let breadth = median(rows.iter().map(|placed| degrees(placed.place, middle)).collect());
        for placed in rows {
            let distance = degrees(placed.place, middle);
            let swapped = degrees(Place { x: placed.place.y, y: placed.place.x }, middle);
            let span = reader.column(placed.table, "latitude").span(placed.row);
            let code = &scenario.countries[country].code;
            if distance > 5.0 && distance > 4.0 * swapped && distance > 3.0 * breadth {
                let message = format!("`{}` lies far from the other places of {code}", placed.id);
                reader.faults.add("W02", span, message).hint("are latitude and longitude swapped?");
            } else if distance > 20.0 && distance > 8.0 * breadth && placed.place != Place::at(0.0, 0.0) {
                let message = format!("`{}` lies far from the other places of {code}", placed.id);
                reader.faults.add("W02", span, message).hint("is it the right country, are the coordinates right?");
            }
        }
    }
}

/// How far two places are apart, roughly [degrees]: longitudes over the date line are near.
fn degrees(one: Place, other: Place) -> f64 {
    let x = (one.x - other.x).abs();
    x.min(360.0 - x).hypot(one.y - other.y)
}

fn median(mut numbers: Vec<f64>) -> f64 {
    numbers.sort_by(f64::total_cmp);
    numbers.get(numbers.len() / 2).copied().unwrap_or_default()
}
