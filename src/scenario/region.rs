//! Where demand arises: rows of `regions.csv`.

use super::{CountryId, PolicyId};
use crate::units::{Hours, Money};

/// A place: degrees (WGS84) or, with `\[travel\] metric = "planar"`, kilometres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Longitude \[degrees east\], or the first coordinate \[km\].
    pub x: f64,
    /// Latitude \[degrees north\], or the second coordinate \[km\].
    pub y: f64,
}

impl Place {
    /// The place at a latitude and a longitude \[degrees\]: the one spot where the order of the two is written.
    pub const fn at(latitude: f64, longitude: f64) -> Self {
        Self { x: longitude, y: latitude }
    }
}

/// A row of `regions.csv`.
#[derive(Debug, Clone)]
pub struct Region {
    /// Its id in the files.
    pub id: String,
    /// Its name; the id if none was given.
    pub name: String,
    /// Its country, if given.
    pub country: Option<CountryId>,
    /// Its coordinates, if given.
    pub place: Option<Place>,
    /// Its inhabitants, if given.
    pub population: Option<f64>,
    /// Its service policy, if given.
    pub policy: Option<PolicyId>,
    /// Time for an expressed part to reach it (the region's, else the scenario's) \[hours\].
    pub emergency_hours: Hours,
    /// Cost of one expressed part (the region's, else the scenario's).
    pub emergency_cost_per_unit: Money,
    /// Time for a part to reach it directly from a depot (the region's, else the scenario's) \[hours\].
    pub direct_hours: Hours,
    /// Cost of delivering one part directly from a depot (the region's, else the scenario's).
    pub direct_cost_per_unit: Money,
    /// Its area, if given \[km²\].
    pub area_km2: Option<f64>,
    /// Hours of a lane to it in multiples of what they are measured or estimated to be, 1 where no condition says otherwise.
    pub travel_factor: f64,
    /// The country whose outlets alone may serve it; `None`: any outlet may.
    pub served_from: Option<CountryId>,
}
