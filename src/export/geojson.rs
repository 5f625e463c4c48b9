//! The network of a plan as GeoJSON: open sites as points, who serves and who replenishes whom as lines.
//!
//! Positions are longitude and latitude (RFC 7946), so a scenario with planar coordinates has no such file. A region that
//! is served from where it is has no line.

use geojson::{Feature, FeatureCollection, Geometry, JsonObject};
use serde_json::{Value, json};

use crate::load::Load;
use crate::network::Network;
use crate::plan::Plan;
use crate::plan::write::{depot_loads, outlet_loads, utilisation};
use crate::scenario::{CountryId, DepotId, OutletId, Place, Scenario, SiteId};

/// The network of a plan as the text of a feature collection, one feature a line.
pub fn network(scenario: &Scenario, network: &Network, load: &Load, plan: &Plan) -> String {
    let decisions = &plan.decisions;
    let mut features = Vec::new();
    for (region, outlet, share) in decisions.assignments() {
        let (from, to) = (&scenario.regions[region.at()], &scenario.outlets[outlet.at()]);
        let hours = network.road(region, outlet).map(|road| road.hours);
        let about = json!({"kind": "assignment", "region": from.id, "outlet": to.id, "share": share, "hours": hours,
            "jobs_per_year": load.jobs[region.at()]});
        features.extend(line(from.place, to.place, about));
    }
    for outlet in decisions.open_outlets() {
        let Some(depot) = decisions.replenished_by[outlet.at()] else { continue };
        let (from, to) = (&scenario.depots[depot.at()], &scenario.outlets[outlet.at()]);
        let days = network.supply(outlet, depot).map(|lane| lane.lead_time.get());
        let about = json!({"kind": "replenishment", "depot": from.id, "outlet": to.id, "lead_time_days": days});
        features.extend(line(from.place, to.place, about));
    }
    for (number, region) in scenario.regions.iter().enumerate() {
        let about = json!({"kind": "region", "region": region.id, "name": region.name,
            "country": code(scenario, region.country), "jobs_per_year": load.jobs[number]});
        features.extend(point(region.place, about));
    }
    let loads = outlet_loads(network, load, decisions);
    for (number, outlet) in scenario.outlets.iter().enumerate() {
        let about = json!({"kind": "outlet", "outlet": outlet.id, "name": outlet.name,
            "country": code(scenario, outlet.country), "open": decisions.outlet_open[number],
            "jobs_per_year": loads[number].jobs, "utilisation": utilisation(outlet, &loads[number]),
            "cost_per_year": plan.costs.at(SiteId::Outlet(OutletId::from(number)))});
        features.extend(point(outlet.place, about));
    }
    let units = depot_loads(scenario, load, decisions);
    for (number, depot) in scenario.depots.iter().enumerate() {
        let about = json!({"kind": "depot", "depot": depot.id, "name": depot.name,
            "country": code(scenario, depot.country), "open": decisions.depot_open[number],
            "units_per_year": units[number],
            "cost_per_year": plan.costs.at(SiteId::Depot(DepotId::from(number)))});
        features.extend(point(depot.place, about));
    }
    text(&FeatureCollection { bbox: None, features, foreign_members: None })
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

fn text(collection: &FeatureCollection) -> String {
    let lines: Vec<String> = collection.features.iter().map(Feature::to_string).collect();
    format!("{{\"type\":\"FeatureCollection\",\"features\":[\n{}\n]}}\n", lines.join(",\n"))
}
