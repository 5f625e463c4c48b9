//! How far apart two places are.

use geo::{Distance, Geodesic, Point};

use crate::scenario::{DistanceMetric, Place, Travel};

/// The distance of two places as the crow flies \[km\]: over the WGS84 ellipsoid (Karney 2013) or in the plane.
pub fn kilometres(travel: &Travel, from: Place, to: Place) -> f64 {
    match travel.metric {
        DistanceMetric::Geodesic => Geodesic.distance(Point::new(from.x, from.y), Point::new(to.x, to.y)) / 1000.0,
        DistanceMetric::Planar => (from.x - to.x).hypot(from.y - to.y),
    }
}
