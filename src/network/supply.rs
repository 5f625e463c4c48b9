//! The lanes between outlets and depots.

use petgraph::Directed;
use petgraph::csr::Csr;

use super::measure::Point;
use super::{Supply, customs_border};
use crate::customs::Customs;
use crate::scenario::{DepotId, Lanes, OutletId, Packaging, Scenario, Site};
use crate::units::Days;

/// The graph of outlets and depots: an edge leads from an outlet to each depot that can replenish it.
pub type Supplies = Csr<(), Supply, Directed, u32>;

/// Connects the outlets of a scenario with its depots.
pub fn connect_outlets(scenario: &Scenario) -> Supplies {
    let mut lanes = Vec::new();
    let mut measured: Vec<_> = scenario.supply_lanes.iter().collect();
    measured.sort_by_key(|lane| (lane.outlet, lane.depot));
    let point = |site: &Site| site.place.map(|place| Point::of(&scenario.travel, place));
    let depots: Vec<Option<Point>> = scenario.depots.iter().map(point).collect();
    for (position, outlet) in scenario.outlets.iter().enumerate() {
        let id = OutletId::from(position);
        let here = point(outlet);
        for (number, depot) in scenario.depots.iter().enumerate() {
            let depot_id = DepotId::from(number);
            let lane = measured.binary_search_by_key(&(id, depot_id), |lane| (lane.outlet, lane.depot));
            let lane = lane.ok().map(|found| measured[found]);
            if lane.is_none() && scenario.travel.lanes == Lanes::Listed {
                continue;
            }
            let estimated = depots[number]
                .zip(here)
                .map(|(from, to)| from.kilometres(scenario.travel.metric, &to) * scenario.travel.circuity);
            let Some(distance) =
                lane.and_then(|lane| lane.distance).map(|km| km.get()).or(estimated).or(lane.map(|_| 0.0))
            else {
                continue;
            };
            let border = customs_border(scenario, depot.country, outlet.country);
            let customs = match outlet.country {
                Some(country) if border => scenario.countries[country.at()].customs.get(),
                _ => 0.0,
            };
            let replenishment = &scenario.replenishment;
            let estimate = replenishment.handling.get() + distance / replenishment.speed_km_per_day + customs;
            let once = lane.and_then(|lane| lane.lead_time).map_or(estimate, |days| days.get());
            let sendings = scenario.packaging.as_ref().map_or(1.0, Packaging::sendings);
            let lead_time = Days::new(once * sendings).unwrap_or(Days::ZERO);
            let deviation = outlet.country.map_or(0.0, |own| scenario.countries[own.at()].customs_deviation.get());
            // A measured lane may take less than customs do on average.
            let mean = customs.min(lead_time.get());
            let customs = Customs { mean, deviation: if mean > 0.0 { deviation } else { 0.0 } };
            let cost_per_unit = lane.and_then(|lane| lane.cost_per_unit).map(|cost| cost.get());
            lanes.push((id.0, depot_id.0, Supply { lead_time, distance, cost_per_unit, border, customs }));
        }
    }
    // An edge list cannot say how many nodes stand without an edge, so the missing ones are added behind it.
    let mut graph = Csr::from_sorted_edges(&lanes).expect("lanes are sorted by their ends and no pair occurs twice");
    while graph.node_count() < scenario.outlets.len().max(scenario.depots.len()) {
        graph.add_node(());
    }
    graph
}
