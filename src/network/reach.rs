//! Which outlets are near enough to a place: a spatial index.

use rstar::RTree;
use rstar::primitives::GeomWithData;

use super::measure::kilometres;
use crate::scenario::{DistanceMetric, OutletId, Place, Scenario, Status, Travel};

/// A little more than the greatest radius of the WGS84 ellipsoid [km]: a chord on this sphere is never longer than the
/// geodesic it stands for by more than the margin below.
const EARTH_RADIUS: f64 = 6378.2;
/// The sphere's distances differ from the ellipsoid's by up to 0.6 %; the search looks a little farther and measures.
const MARGIN: f64 = 1.01;

type Entry = GeomWithData<[f64; 3], OutletId>;

/// The outlets that may open, by place.
pub struct Reach<'a> {
    travel: &'a Travel,
    places: Vec<Option<Place>>,
    index: RTree<Entry>,
}

impl<'a> Reach<'a> {
    /// Indexes the outlets of a scenario that are not closed and have a place.
    pub fn of_outlets(scenario: &'a Scenario) -> Self {
        let entries =
            scenario.outlets.iter().enumerate().filter(|(_, outlet)| outlet.status != Status::Closed).filter_map(
                |(position, outlet)| Some(Entry::new(point(&scenario.travel, outlet.place?), OutletId::from(position))),
            );
        Self {
            travel: &scenario.travel,
            places: scenario.outlets.iter().map(|outlet| outlet.place).collect(),
            index: RTree::bulk_load(entries.collect()),
        }
    }

    /// The outlets within `max_hours` of a place with their distances on the road \[km\]; all of them without a limit.
    pub fn around(&self, place: Place) -> Vec<(OutletId, f64)> {
        let measured = |outlet: OutletId| {
            let there = self.places[outlet.at()].expect("only outlets with a place are indexed");
            (outlet, kilometres(self.travel, place, there) * self.travel.circuity)
        };
        match self.travel.max_hours {
            None => self.index.iter().map(|entry| measured(entry.data)).collect(),
            Some(hours) => {
                let road = hours.get() * self.travel.speed_kmh;
                let radius = road / self.travel.circuity * MARGIN + 1e-6;
                let chord = match self.travel.metric {
                    DistanceMetric::Planar => radius,
                    DistanceMetric::Geodesic => {
                        2.0 * EARTH_RADIUS * (radius / (2.0 * EARTH_RADIUS)).min(std::f64::consts::FRAC_PI_2).sin()
                    }
                };
                self.index
                    .locate_within_distance(point(self.travel, place), chord * chord)
                    .map(|entry| measured(entry.data))
                    .collect()
            }
        }
    }
}

/// A place as a point of space, so that straight distances order places as distances over ground do.
fn point(travel: &Travel, place: Place) -> [f64; 3] {
    match travel.metric {
        DistanceMetric::Planar => [place.x, place.y, 0.0],
        DistanceMetric::Geodesic => {
            let (longitude, latitude) = (place.x.to_radians(), place.y.to_radians());
            [
                EARTH_RADIUS * latitude.cos() * longitude.cos(),
                EARTH_RADIUS * latitude.cos() * longitude.sin(),
                EARTH_RADIUS * latitude.sin(),
            ]
        }
    }
}
