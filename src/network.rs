//! What reaches what, how far, how long.
//!
//! The network is a graph of three layers. A lane leads from a region to each outlet within its reach and from an outlet
//! to each depot that can replenish it:
//!
//! ```text
//! region ──(hours, km, cost of a job)──> outlet ──(days, km)──> depot
//! ```
//!
//! Lanes are found through a spatial index, so that memory grows with the lanes that exist and never with regions ×
//! outlets. A measured lane of the scenario goes before an estimated one:
//! kilometres = distance of the coordinates × circuity, hours = kilometres / speed.

mod measure;
mod reach;

use petgraph::Directed;
use petgraph::csr::Csr;
use rayon::prelude::*;

use crate::scenario::{CountryId, DepotId, Lanes, OutletId, RegionId, Scenario, ServiceLane, Site};
use crate::units::Days;

pub use measure::kilometres;
use reach::Reach;

/// A lane between a region and an outlet that may serve it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Road {
    /// Travel time, one way \[hours\].
    pub hours: f64,
    /// Distance, one way \[km\].
    pub distance: f64,
    /// Travel cost of one job, return trip included where the scenario says so.
    pub cost_per_job: f64,
    /// Travel time that one job takes of the outlet's capacity, return trip included \[hours\].
    pub hours_per_job: f64,
}

/// A lane between an outlet and a depot that may replenish it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Supply {
    /// Transport time, customs included \[days\].
    pub lead_time: Days,
    /// Distance, one way \[km\].
    pub distance: f64,
    /// Freight of one unit where it was measured, else by weight and distance.
    pub cost_per_unit: Option<f64>,
    /// Does it cross a customs border?
    pub border: bool,
}

/// The graph of regions, outlets and depots.
#[derive(Debug)]
pub struct Network {
    roads: Csr<(), Road, Directed, u32>,
    supplies: Csr<(), Supply, Directed, u32>,
}

impl Network {
    /// Connects a scenario's regions, outlets and depots.
    pub fn connect(scenario: &Scenario) -> Self {
        Self { roads: connect_regions(scenario), supplies: connect_outlets(scenario) }
    }

    /// The outlets that may serve a region, in order of outlet.
    pub fn roads(&self, region: RegionId) -> impl ExactSizeIterator<Item = (OutletId, &Road)> {
        let outlets = self.roads.neighbors_slice(region.0);
        outlets.iter().map(|&outlet| OutletId(outlet)).zip(self.roads.edges_slice(region.0))
    }

    /// The lane between a region and an outlet, if there is one.
    pub fn road(&self, region: RegionId, outlet: OutletId) -> Option<&Road> {
        let found = self.roads.neighbors_slice(region.0).binary_search(&outlet.0).ok()?;
        Some(&self.roads.edges_slice(region.0)[found])
    }

    /// The number of lanes between regions and outlets.
    pub fn road_count(&self) -> usize {
        self.roads.edge_count()
    }

    /// The depots that may replenish an outlet, in order of depot.
    pub fn supplies(&self, outlet: OutletId) -> impl ExactSizeIterator<Item = (DepotId, &Supply)> {
        let depots = self.supplies.neighbors_slice(outlet.0);
        depots.iter().map(|&depot| DepotId(depot)).zip(self.supplies.edges_slice(outlet.0))
    }

    /// The lane between an outlet and a depot, if there is one.
    pub fn supply(&self, outlet: OutletId, depot: DepotId) -> Option<&Supply> {
        let found = self.supplies.neighbors_slice(outlet.0).binary_search(&depot.0).ok()?;
        Some(&self.supplies.edges_slice(outlet.0)[found])
    }
}

/// Must goods pay duty and wait for customs between two countries? An unknown country has no border.
pub fn customs_border(scenario: &Scenario, from: Option<CountryId>, to: Option<CountryId>) -> bool {
    let (Some(from), Some(to)) = (from, to) else { return false };
    let union = |country: CountryId| scenario.countries[country.at()].customs_union.as_deref();
    from != to && (union(from).is_none() || union(from) != union(to))
}

fn connect_regions(scenario: &Scenario) -> Csr<(), Road, Directed, u32> {
    let mut listed: Vec<&ServiceLane> = scenario.service_lanes.iter().collect();
    listed.sort_by_key(|lane| (lane.region, lane.outlet));
    let listed_of = |region: RegionId| {
        let first = listed.partition_point(|lane| lane.region < region);
        let last = listed.partition_point(|lane| lane.region <= region);
        &listed[first..last]
    };
    let reach = (scenario.travel.lanes == Lanes::Estimated).then(|| Reach::of_outlets(scenario));
    let lanes: Vec<Vec<(u32, u32, Road)>> = (0..scenario.regions.len())
        .into_par_iter()
        .map(|position| {
            let region = RegionId::from(position);
            let measured = listed_of(region);
            let mut lanes: Vec<(u32, u32, Road)> = measured
                .iter()
                .filter_map(|lane| Some((region.0, lane.outlet.0, measured_road(scenario, lane)?)))
                .collect();
            if let (Some(reach), Some(place)) = (&reach, scenario.regions[position].place) {
                for (outlet, distance) in reach.around(place) {
                    if measured.binary_search_by_key(&outlet, |lane| lane.outlet).is_err() {
                        let hours = distance / scenario.travel.speed_kmh;
                        let road = road(scenario, outlet, hours, distance, None);
                        lanes.extend(road.map(|road| (region.0, outlet.0, road)));
                    }
                }
                lanes.sort_by_key(|lane| lane.1);
            }
            lanes
        })
        .collect();
    let nodes = scenario.regions.len().max(scenario.outlets.len());
    graph(nodes, lanes.concat())
}

fn measured_road(scenario: &Scenario, lane: &ServiceLane) -> Option<Road> {
    let speed = scenario.travel.speed_kmh;
    let places = (scenario.regions[lane.region.at()].place, scenario.outlets[lane.outlet.at()].place);
    let estimated = || match places {
        (Some(from), Some(to)) => kilometres(&scenario.travel, from, to) * scenario.travel.circuity,
        _ => 0.0,
    };
    let (hours, distance) = match (lane.hours, lane.distance) {
        (Some(hours), Some(distance)) => (hours.get(), distance.get()),
        (Some(hours), None) => (hours.get(), hours.get() * speed),
        (None, Some(distance)) => (distance.get() / speed, distance.get()),
        (None, None) => {
            let distance = estimated();
            (distance / speed, distance)
        }
    };
    road(scenario, lane.outlet, hours, distance, lane.cost_per_job.map(|cost| cost.get()))
}

fn road(scenario: &Scenario, outlet: OutletId, hours: f64, distance: f64, cost_per_job: Option<f64>) -> Option<Road> {
    let travel = &scenario.travel;
    if travel.max_hours.is_some_and(|most| hours > most.get()) {
        return None;
    }
    let trips = if travel.round_trip { 2.0 } else { 1.0 };
    let wage = scenario.outlets[outlet.at()]
        .country
        .map_or(0.0, |country| scenario.countries[country.at()].labour_cost_per_hour.get());
    let estimated = trips * (distance * travel.cost_per_km.get() + hours * wage);
    Some(Road { hours, distance, cost_per_job: cost_per_job.unwrap_or(estimated), hours_per_job: trips * hours })
}

fn connect_outlets(scenario: &Scenario) -> Csr<(), Supply, Directed, u32> {
    let mut lanes = Vec::new();
    let mut measured: Vec<_> = scenario.supply_lanes.iter().collect();
    measured.sort_by_key(|lane| (lane.outlet, lane.depot));
    for (position, outlet) in scenario.outlets.iter().enumerate() {
        let id = OutletId::from(position);
        for (number, depot) in scenario.depots.iter().enumerate() {
            let depot_id = DepotId::from(number);
            let lane = measured.binary_search_by_key(&(id, depot_id), |lane| (lane.outlet, lane.depot));
            let lane = lane.ok().map(|found| measured[found]);
            if lane.is_none() && scenario.travel.lanes == Lanes::Listed {
                continue;
            }
            let estimated = distance_between(scenario, depot, outlet);
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
            let lead_time = lane.and_then(|lane| lane.lead_time).or_else(|| Days::new(estimate)).unwrap_or(Days::ZERO);
            let cost_per_unit = lane.and_then(|lane| lane.cost_per_unit).map(|cost| cost.get());
            lanes.push((id.0, depot_id.0, Supply { lead_time, distance, cost_per_unit, border }));
        }
    }
    graph(scenario.outlets.len().max(scenario.depots.len()), lanes)
}

fn distance_between(scenario: &Scenario, depot: &Site, outlet: &Site) -> Option<f64> {
    Some(kilometres(&scenario.travel, depot.place?, outlet.place?) * scenario.travel.circuity)
}

fn graph<Lane: Clone>(nodes: usize, lanes: Vec<(u32, u32, Lane)>) -> Csr<(), Lane, Directed, u32> {
    // An edge list cannot say how many nodes stand without an edge, so the missing ones are added behind it.
    let mut graph = Csr::from_sorted_edges(&lanes).expect("lanes are sorted by their ends and no pair occurs twice");
    while graph.node_count() < nodes {
        graph.add_node(());
    }
    graph
}
