//! How jobs and parts move: `[travel]` and `[replenishment]`.

use crate::units::{Days, Hours, Money};

/// How distance is taken from coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DistanceMetric {
    /// Over the ellipsoid, from latitude and longitude.
    Geodesic,
    /// Straight, from `x_km` and `y_km`.
    Planar,
}

/// Which lanes exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lanes {
    /// All within reach, estimated unless listed.
    Estimated,
    /// Only those of `lanes.csv`.
    Listed,
}

/// `\[travel\]`: how an outlet reaches its regions.
#[derive(Debug, Clone)]
pub struct Travel {
    /// Speed on the road \[km/h\], default 60.
    pub speed_kmh: f64,
    /// Road kilometres per kilometre of distance, default 1.3.
    pub circuity: f64,
    /// Cost of a kilometre driven, default 0.
    pub cost_per_km: Money,
    /// Does a job pay both ways? Default yes.
    pub round_trip: bool,
    /// A lane may not take longer, one way \[hours\]; default no limit.
    pub max_hours: Option<Hours>,
    /// Which lanes exist.
    pub lanes: Lanes,
    /// From request to departure \[hours\], default 0.
    pub dispatch: Hours,
    /// How distance is taken.
    pub metric: DistanceMetric,
}

/// `\[replenishment\]`: how a depot reaches its outlets.
#[derive(Debug, Clone)]
pub struct Replenishment {
    /// Kilometres a consignment makes in a day, default 500.
    pub speed_km_per_day: f64,
    /// Added to each depot → outlet transport \[days\], default 1.
    pub handling: Days,
    /// Freight of a kilogram over a kilometre, default 0.
    pub cost_per_kg_km: Money,
    /// Freight of a consignment (one unit under one-for-one replenishment), default 0.
    pub cost_per_shipment: Money,
}
