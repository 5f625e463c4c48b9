//! The network of a plan as GeoJSON: open sites as points, who serves and who replenishes whom as lines.
//!
//! Positions are longitude and latitude (RFC 7946), so a scenario with planar coordinates has no such file. A region that
//! is served from where it is has no line.

use geojson::{Feature, Geometry, JsonObject};
use rayon::prelude::*;
use serde_json::{Value, json};

use super::table::Cell;
use super::tables::{spots, tables};
use crate::load::Load;
use crate::network::Network;
use crate::plan::Plan;
use crate::plan::figures::{Figures, Map};
use crate::plan::write::{depot_loads, outlet_loads, utilisation};
use crate::scenario::{CountryId, DepotId, OutletId, Place, RegionId, Scenario, SiteId};

/// So many places are written by one thread at a time.
const STRETCH: usize = 1024;

/// The network of a plan as the text of a feature collection, one feature a line.
pub fn network(scenario: &Scenario, network: &Network, load: &Load, plan: &Plan) -> String {
    let decisions = &plan.decisions;
    let regions: Vec<RegionId> = (0..scenario.regions.len()).map(RegionId::from).collect();
    let outlets: Vec<OutletId> = (0..scenario.outlets.len()).map(OutletId::from).collect();
    let depots: Vec<DepotId> = (0..scenario.depots.len()).map(DepotId::from).collect();
    let mut text = String::from("{\"type\":\"FeatureCollection\",\"features\":[\n");
    let mut any = false;
    let mut push = |lines: String| {
        if !lines.is_empty() {
            text.push_str(if std::mem::replace(&mut any, true) { ",\n" } else { "" });
            text.push_str(&lines);
        }
    };
    let assignments = lines(&regions, |region| {
        let served = decisions.served_by[region.at()].iter();
        let feature = |&(outlet, share): &(OutletId, f64)| {
            let (from, to) = (&scenario.regions[region.at()], &scenario.outlets[outlet.at()]);
            let hours = network.road(region, outlet).map(|road| road.hours);
            let about = json!({"kind": "assignment", "region": from.id, "outlet": to.id, "share": share,
                "hours": hours, "jobs_per_year": load.jobs[region.at()]});
            line(from.place, to.place, about)
        };
        served.filter_map(feature).collect()
    });
    assignments.into_iter().for_each(&mut push);
    let replenishments = lines(&outlets, |outlet| {
        let depot = decisions.replenished_by[outlet.at()].filter(|_| decisions.outlet_open[outlet.at()]);
        let feature = |depot: DepotId| {
            let (from, to) = (&scenario.depots[depot.at()], &scenario.outlets[outlet.at()]);
            let days = network.supply(outlet, depot).map(|lane| lane.lead_time.get());
            let about = json!({"kind": "replenishment", "depot": from.id, "outlet": to.id, "lead_time_days": days});
            line(from.place, to.place, about)
        };
        depot.and_then(feature).into_iter().collect()
    });
    replenishments.into_iter().for_each(&mut push);
    let points = lines(&regions, |region| {
        let (own, jobs) = (&scenario.regions[region.at()], load.jobs[region.at()]);
        let about = json!({"kind": "region", "region": own.id, "name": own.name,
            "country": code(scenario, own.country), "jobs_per_year": jobs});
        point(own.place, about).into_iter().collect()
    });
    points.into_iter().for_each(&mut push);
    let loads = outlet_loads(scenario, network, load, decisions);
    let points = lines(&outlets, |outlet| {
        let (own, done) = (&scenario.outlets[outlet.at()], &loads[outlet.at()]);
        let about = json!({"kind": "outlet", "outlet": own.id, "name": own.name,
            "country": code(scenario, own.country), "open": decisions.outlet_open[outlet.at()],
            "jobs_per_year": done.jobs, "utilisation": utilisation(own, done),
            "cost_per_year": plan.costs.at(SiteId::Outlet(outlet))});
        point(own.place, about).into_iter().collect()
    });
    points.into_iter().for_each(&mut push);
    let units = depot_loads(scenario, load, decisions);
    let points = lines(&depots, |depot| {
        let own = &scenario.depots[depot.at()];
        let about = json!({"kind": "depot", "depot": own.id, "name": own.name,
            "country": code(scenario, own.country), "open": decisions.depot_open[depot.at()],
            "units_per_year": units[depot.at()], "cost_per_year": plan.costs.at(SiteId::Depot(depot))});
        point(own.place, about).into_iter().collect()
    });
    points.into_iter().for_each(&mut push);
    text.push_str("\n]}\n");
    text
}

/// The features of each of these, one a line, in stretches that are written side by side.
fn lines<Id: Copy + Sync>(all: &[Id], features: impl Fn(Id) -> Vec<Feature> + Sync) -> Vec<String> {
    let stretch = |ids: &[Id]| {
        let mut text = String::new();
        for feature in ids.iter().flat_map(|id| features(*id)) {
            text.push_str(if text.is_empty() { "" } else { ",\n" });
            text.push_str(&feature.to_string());
        }
        text
    };
    all.par_chunks(STRETCH).map(stretch).collect()
}

fn code(scenario: &Scenario, country: Option<CountryId>) -> Option<&str> {
    country.map(|country| scenario.countries[country.at()].code.as_str())
}

fn point(place: Option<Place>, about: Value) -> Option<Feature> {
    let place = place?;
    Some(feature(Geometry::new_point([place.x, place.y]), about))
}

fn line(from: Option<Place>, to: Option<Place>, about: Value) -> Option<Feature> {
    let (from, to) = (from?, to?);
    if from == to {
        return None;
    }
    Some(feature(Geometry::new_line_string([[from.x, from.y], [to.x, to.y]]), about))
}

fn feature(geometry: Geometry, about: Value) -> Feature {
    let properties: JsonObject = match about {
        Value::Object(fields) => fields,
        _ => JsonObject::new(),
    };
    Feature { bbox: None, geometry: Some(geometry), id: None, properties: Some(properties), foreign_members: None }
}

/// The layers of a plan folder as a feature collection, one feature a line: regions with every metric of theirs, open
/// sites with their costs, and the lines between them.
pub fn layers(figures: &Figures, map: &Map) -> String {
    let mut features = Vec::new();
    for table in tables(figures) {
        let open = table.column("open");
        let shown = table.rows.iter().filter(|row| open.is_none_or(|column| row[column] == Cell::Truth(true)));
        for row in shown {
            let points = spots(table.name, row, map);
            let geometry = match points[..] {
                [point] => Geometry::new_point(point),
                [from, to] => Geometry::new_line_string([from, to]),
                _ => continue,
            };
            let mut about = JsonObject::from_iter([("layer".to_owned(), json!(table.name))]);
            for (column, cell) in table.columns.iter().zip(row) {
                about.insert(column.name.clone(), value(cell));
            }
            features.push(feature(geometry, Value::Object(about)).to_string());
        }
    }
    format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{}\n]}}\n", features.join(",\n"))
}

fn value(cell: &Cell) -> Value {
    match cell {
        Cell::Blank => Value::Null,
        Cell::Text(text) => json!(text),
        Cell::Truth(truth) => json!(truth),
        Cell::Whole(whole) => json!(whole),
        Cell::Number(number) => json!(number),
    }
}
