//! The tables of a plan as other programs want them: names and places beside the ids, nothing to look up elsewhere.

use std::collections::BTreeMap;

use super::min_max::min_max;
use super::table::{Cell, Kind, Table};
use crate::cost::{Component, sums};
use crate::plan::figures::{Figures, Map, Mapped, ServiceFigures, SiteFigures, Stated};
use crate::plan::write::{DESK_COLUMNS, GUARANTEE_COLUMNS};

/// All tables of a plan, those for people first.
pub fn tables(figures: &Figures) -> Vec<Table> {
    let map = figures.map.as_ref();
    let mut tables = vec![
        countries(figures),
        regions(figures),
        sites("outlets", &figures.outlets, map.map(|map| &map.outlets)),
        sites("depots", &figures.depots, map.map(|map| &map.depots)),
        assignments(figures),
        replenishment(figures),
        stock(figures),
        costs(figures),
        promises(figures),
        min_max(figures),
    ];
    // Tables of what a scenario need not have.
    tables.extend(stated("desks", &DESK_COLUMNS, &figures.desks));
    tables.extend(stated("guarantees", &GUARANTEE_COLUMNS, &figures.guarantees));
    tables
}

/// A table that is passed on as it is stated; `None` without rows.
fn stated(name: &'static str, columns: &[&str], rows: &[Stated]) -> Option<Table> {
    let names = rows.first()?.names.len();
    let kind = |(number, column): (usize, &&str)| {
        let kind = match *column {
            _ if number < names => Kind::Text,
            "agents" => Kind::Whole,
            "answered_in_time" => Kind::Share,
            own if own.ends_with("_share") => Kind::Share,
            own if own.contains("cost") || own.contains("revenue") => Kind::Money,
            _ => Kind::Measure,
        };
        ((*column).to_owned(), kind)
    };
    let mut table = Table::new(name, columns.iter().enumerate().map(kind));
    for row in rows {
        let names = row.names.iter().map(|name| Cell::from(name.as_str()));
        table.rows.push(names.chain(row.numbers.iter().map(|number| Cell::from(*number))).collect());
    }
    Some(table)
}

fn named(columns: &[(&str, Kind)]) -> Vec<(String, Kind)> {
    columns.iter().map(|(name, kind)| ((*name).to_owned(), *kind)).collect()
}

/// The name of an id, where a map tells it.
fn name(places: Option<&BTreeMap<String, Mapped>>, id: &str) -> Cell {
    places.and_then(|places| places.get(id)).map(|place| place.name.as_str()).into()
}

/// The name of an outlet or a depot.
pub(super) fn site_name(map: Option<&Map>, id: &str) -> Cell {
    let place = map.and_then(|map| map.outlets.get(id).or_else(|| map.depots.get(id)));
    place.map(|place| place.name.as_str()).into()
}

/// Components that cost something, penalties apart, which have no site.
fn components(figures: &[SiteFigures]) -> Vec<(usize, Component)> {
    let spent = |number: usize| figures.iter().any(|site| site.costs.get(number).is_some_and(|cost| *cost != 0.0));
    Component::ALL.into_iter().enumerate().filter(|(number, _)| spent(*number)).collect()
}

fn sites(table: &'static str, sites: &[SiteFigures], places: Option<&BTreeMap<String, Mapped>>) -> Table {
    let outlets = table == "outlets";
    let mut columns = named(&[(if outlets { "outlet" } else { "depot" }, Kind::Text)]);
    if places.is_some() {
        let place = [("name", Kind::Text), ("country", Kind::Text)];
        columns.extend(named(&place));
        columns.extend(named(&[("latitude", Kind::Degrees), ("longitude", Kind::Degrees)]));
    }
    columns.extend(named(&[("open", Kind::Truth)]));
    if outlets {
        columns.extend(named(&[("load_jobs_per_year", Kind::Measure), ("load_hours_per_year", Kind::Measure)]));
    } else {
        columns.extend(named(&[("load_units_per_year", Kind::Measure)]));
    }
    columns.extend(named(&[("utilisation", Kind::Share), ("cost_per_year", Kind::Money)]));
    let spent = components(sites);
    columns.extend(spent.iter().map(|(_, component)| (component.name().to_owned(), Kind::Money)));
    let mut table = Table::new(table, columns);
    for site in sites {
        let mut row: Vec<Cell> = vec![site.id.as_str().into()];
        if let Some(places) = places {
            let place = places.get(&site.id);
            row.push(place.map(|place| place.name.as_str()).into());
            row.push(place.map(|place| place.country.as_str()).into());
            row.push(place.map(|place| place.latitude).into());
            row.push(place.map(|place| place.longitude).into());
        }
        row.extend([site.open.into(), site.load.into()]);
        if outlets {
            row.push(site.hours.into());
        }
        row.extend([site.utilisation.into(), site.cost.into()]);
        row.extend(spent.iter().map(|(number, _)| Cell::from(site.costs[*number])));
        table.rows.push(row);
    }
    table
}

fn assignments(figures: &Figures) -> Table {
    let map = figures.map.as_ref();
    let mut columns = named(&[("region", Kind::Text), ("outlet", Kind::Text), ("share", Kind::Share)]);
    columns.extend(named(&[("hours", Kind::Measure), ("distance_km", Kind::Measure)]));
    if map.is_some() {
        let about = [("region_name", Kind::Text), ("outlet_name", Kind::Text), ("country", Kind::Text)];
        columns.extend(named(&about));
        columns.extend(named(&[("region_jobs_per_year", Kind::Measure)]));
    }
    let mut table = Table::new("assignments", columns);
    for row in &figures.assignments {
        let mut cells: Vec<Cell> = vec![row.region.as_str().into(), row.outlet.as_str().into()];
        cells.extend([row.share.into(), row.hours.into(), row.distance.into()]);
        if let Some(map) = map {
            let region = map.regions.get(&row.region);
            cells.push(name(Some(&map.regions), &row.region));
            cells.push(name(Some(&map.outlets), &row.outlet));
            cells.push(region.map(|region| region.country.as_str()).into());
            cells.push(region.map(|region| region.load).into());
        }
        table.rows.push(cells);
    }
    table
}

fn replenishment(figures: &Figures) -> Table {
    let map = figures.map.as_ref();
    let mut columns = named(&[("outlet", Kind::Text), ("depot", Kind::Text), ("lead_time_days", Kind::Measure)]);
    let promised = figures.replenishment.iter().any(|row| row.promised.is_some());
    if promised {
        columns.extend(named(&[("lead_time_days_p90", Kind::Measure)]));
    }
    if map.is_some() {
        columns.extend(named(&[("outlet_name", Kind::Text), ("depot_name", Kind::Text)]));
    }
    let mut table = Table::new("replenishment", columns);
    for row in &figures.replenishment {
        let mut cells: Vec<Cell> = vec![row.outlet.as_str().into(), row.depot.as_str().into(), row.lead_time.into()];
        if promised {
            cells.push(row.promised.unwrap_or(row.lead_time).into());
        }
        if map.is_some() {
            cells.extend([site_name(map, &row.outlet), site_name(map, &row.depot)]);
        }
        table.rows.push(cells);
    }
    table
}

fn stock(figures: &Figures) -> Table {
    let map = figures.map.as_ref();
    let mut columns = named(&[("site", Kind::Text), ("part", Kind::Text), ("base_stock", Kind::Whole)]);
    columns.extend(named(&[("minimum", Kind::Whole), ("maximum", Kind::Whole), ("fill_rate", Kind::Share)]));
    columns.extend(named(&[("expected_backorders", Kind::Measure), ("holding_cost_per_year", Kind::Money)]));
    columns.extend(named(&[("method", Kind::Text), ("lateral_share", Kind::Share)]));
    columns.extend(named(&[("direct_share", Kind::Share)]));
    if map.is_some() {
        columns.extend(named(&[("site_name", Kind::Text)]));
    }
    let mut table = Table::new("stock", columns);
    for row in &figures.stock {
        let mut cells: Vec<Cell> = vec![row.site.as_str().into(), row.part.as_str().into()];
        cells.extend([i64::from(row.base_stock).into(), row.minimum.into(), row.maximum.into()]);
        cells.extend([row.fill_rate.into(), row.expected_backorders.into(), row.holding_cost.into()]);
        cells.extend([row.method.as_str().into(), row.lateral.into(), row.direct.into()]);
        if map.is_some() {
            cells.push(site_name(map, &row.site));
        }
        table.rows.push(cells);
    }
    table
}

fn costs(figures: &Figures) -> Table {
    let mut columns = named(&[("component", Kind::Text), ("site", Kind::Text), ("country", Kind::Text)]);
    columns.extend(named(&[("cost_per_year", Kind::Money)]));
    let mut table = Table::new("costs", columns);
    for row in &figures.costs {
        let (site, country) = (row.site.as_str(), row.country.as_str());
        table.rows.push(vec![row.component.name().into(), site.into(), country.into(), row.amount.into()]);
    }
    table
}

/// The metrics that a list of service tells, in its order, without repetition.
fn measured(service: &[ServiceFigures]) -> Vec<&ServiceFigures> {
    let mut measures: Vec<&ServiceFigures> = Vec::new();
    for row in service {
        if !measures.iter().any(|known| known.same_measure(row)) {
            measures.push(row);
        }
    }
    measures
}

/// The columns of metrics: `on_time_within_24_h`.
fn measure_columns(measures: &[&ServiceFigures]) -> Vec<(String, Kind)> {
    let column = |measure: &&ServiceFigures| {
        let hours = measure.metric == "mean_response_hours";
        (measure.measure().replace(' ', "_"), if hours { Kind::Measure } else { Kind::Share })
    };
    measures.iter().map(column).collect()
}

/// A row a region, a column a metric.
fn regions(figures: &Figures) -> Table {
    let map = figures.map.as_ref();
    let measures = measured(&figures.service);
    let mut columns = named(&[("region", Kind::Text)]);
    if map.is_some() {
        columns.extend(named(&[("name", Kind::Text), ("country", Kind::Text)]));
        columns.extend(named(&[("latitude", Kind::Degrees), ("longitude", Kind::Degrees)]));
        columns.extend(named(&[("jobs_per_year", Kind::Measure)]));
    }
    columns.extend(measure_columns(&measures));
    let mut table = Table::new("regions", columns);
    let mut place_of: BTreeMap<&str, usize> = BTreeMap::new();
    let mut ids: Vec<&str> = Vec::new();
    let told = figures.service.iter().map(|row| row.of.as_str());
    let served = figures.assignments.iter().map(|row| row.region.as_str());
    let drawn = map.into_iter().flat_map(|map| map.regions.keys().map(String::as_str));
    for id in told.chain(served).chain(drawn) {
        place_of.entry(id).or_insert_with(|| {
            ids.push(id);
            ids.len() - 1
        });
    }
    let mut values = vec![vec![None; measures.len()]; ids.len()];
    for row in &figures.service {
        let measure = measures.iter().position(|known| known.same_measure(row));
        if let (Some(measure), Some(place)) = (measure, place_of.get(row.of.as_str())) {
            values[*place][measure] = Some(row.value);
        }
    }
    for (id, values) in ids.iter().zip(values) {
        let mut row: Vec<Cell> = vec![(*id).into()];
        if let Some(map) = map {
            let place = map.regions.get(*id);
            row.push(place.map(|place| place.name.as_str()).into());
            row.push(place.map(|place| place.country.as_str()).into());
            row.extend([place.map(|place| place.latitude).into(), place.map(|place| place.longitude).into()]);
            row.push(place.map(|place| place.load).into());
        }
        row.extend(values.into_iter().map(Cell::from));
        table.rows.push(row);
    }
    table
}

fn promises(figures: &Figures) -> Table {
    let mut columns = named(&[("target", Kind::Text), ("computed", Kind::Measure), ("kept", Kind::Truth)]);
    columns.extend(named(&[("hard", Kind::Truth), ("one_more_point_per_year", Kind::Money)]));
    let mut table = Table::new("promises", columns);
    for promise in &figures.summary.promises {
        let row: [Cell; 3] = [promise.target.as_str().into(), promise.computed.into(), promise.kept.into()];
        let more = [promise.hard.into(), promise.one_more_point_per_year.into()];
        table.rows.push(row.into_iter().chain(more).collect());
    }
    table
}

/// What a country costs and gets.
#[derive(Debug, Clone, Default)]
pub(super) struct CountryFigures {
    pub outlets: usize,
    pub depots: usize,
    pub cost: f64,
    /// By position in [`measured`].
    pub service: BTreeMap<usize, f64>,
}

/// What every country costs and gets, in order of code; `None` is the whole network, a blank code what has no country.
pub(super) fn by_country(figures: &Figures) -> BTreeMap<Option<&str>, CountryFigures> {
    let mut countries: BTreeMap<Option<&str>, CountryFigures> = BTreeMap::new();
    let mut country_of: BTreeMap<&str, &str> = BTreeMap::new();
    country_of.extend(figures.costs.iter().map(|row| (row.site.as_str(), row.country.as_str())));
    if let Some(map) = &figures.map {
        let places = map.outlets.iter().chain(&map.depots);
        country_of.extend(places.map(|(id, place)| (id.as_str(), place.country.as_str())));
    }
    let spent = figures.costs.iter().flat_map(|row| [(None, row.amount), (Some(row.country.as_str()), row.amount)]);
    for (country, cost) in sums(spent) {
        countries.entry(country).or_default().cost = cost;
    }
    for (sites, outlets) in [(&figures.outlets, true), (&figures.depots, false)] {
        for site in sites.iter().filter(|site| site.open) {
            let country = country_of.get(site.id.as_str()).copied().unwrap_or_default();
            for own in [None, Some(country)] {
                let own = countries.entry(own).or_default();
                *(if outlets { &mut own.outlets } else { &mut own.depots }) += 1;
            }
        }
    }
    let measures = measured(&figures.countries);
    for row in &figures.countries {
        let country = (!row.of.is_empty()).then_some(row.of.as_str());
        if let Some(place) = measures.iter().position(|known| known.same_measure(row)) {
            countries.entry(country).or_default().service.insert(place, row.value);
        }
    }
    countries
}

/// What the whole network is called among the countries.
const NETWORK: &str = "network";

fn countries(figures: &Figures) -> Table {
    let measures = measured(&figures.countries);
    let mut columns = named(&[("country", Kind::Text), ("open_outlets", Kind::Whole), ("open_depots", Kind::Whole)]);
    columns.extend(named(&[("cost_per_year", Kind::Money)]));
    columns.extend(measure_columns(&measures));
    let mut table = Table::new("countries", columns);
    for (country, own) in by_country(figures) {
        let counted = |number: usize| Cell::from(i64::try_from(number).unwrap_or(i64::MAX));
        let mut row: Vec<Cell> =
            vec![country.unwrap_or(NETWORK).into(), counted(own.outlets), counted(own.depots), own.cost.into()];
        row.extend((0..measures.len()).map(|place| Cell::from(own.service.get(&place).copied())));
        table.rows.push(row);
    }
    table
}

/// Where a row of a layer lies, longitude before latitude: a point, the two ends of a line that is longer than a point, or
/// nothing where the table is no layer or the map does not know its places.
pub(super) fn spots(layer: &str, row: &[Cell], map: &Map) -> Vec<[f64; 2]> {
    let at = |places: &BTreeMap<String, Mapped>, cell: &Cell| match cell {
        Cell::Text(id) => places.get(id).map(|place| [place.longitude, place.latitude]),
        _ => None,
    };
    let ends = match layer {
        "regions" => vec![at(&map.regions, &row[0])],
        "outlets" => vec![at(&map.outlets, &row[0])],
        "depots" => vec![at(&map.depots, &row[0])],
        "assignments" => vec![at(&map.regions, &row[0]), at(&map.outlets, &row[1])],
        "replenishment" => vec![at(&map.outlets, &row[0]), at(&map.depots, &row[1])],
        _ => Vec::new(),
    };
    let points: Option<Vec<[f64; 2]>> = ends.into_iter().collect();
    points.filter(|points| points.len() < 2 || points[0] != points[1]).unwrap_or_default()
}
