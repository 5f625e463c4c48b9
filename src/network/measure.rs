//! How far apart two places are.
//!
//! **In the plane** the straight line. **On the globe** the geodesic of the WGS84 ellipsoid, by the distance:
//!
//! ```text
//! near   s = (2/κ)·asin(κ·c/2),   κ = q / (c²·g)
//!        c² = |d|²,   q = (dx² + dy²)/a² + dz²/b²,   d = p₂ − p₁
//!        g² = ((mx² + my²)/a⁴ + mz²/b⁴) / (1 − q/4),  m = (p₁ + p₂)/2
//! far    Vincenty's inverse formula
//! else   Karney's algorithm
//! ```
//!
//! *Near*, up to 400 km: with the places as geocentric points p, the chord c and the normal curvature κ of the ellipsoid
//! `F(p) = (x² + y²)/a² + z²/b² = 1` in the direction of the chord, halfway (Euler: κ = tᵀ·½∇²F·t / |½∇F|; the chord's
//! middle has F(m) = 1 − q/4 and is lifted to the surface). A curve's chord is, from its middle (do Carmo, Differential
//! Geometry of Curves and Surfaces, 1976, section 1-6, carried two orders on),
//! `c = s − κ²s³/24 + (κ⁴ − 4κκ″ − 3κ′² + κ²τ²)·s⁵/1920 + …`: the circle of curvature κ leaves out
//! κκ″s⁵/480 and terms of the order e⁴, and |κ″| ≤ 3e²/R³, so that the relative error is at most 3e²·(s/R)⁴/480, which is
//! 7·10⁻¹⁰ at 400 km. *Far*, Vincenty (1975) is right to 0.1 mm (Karney 2013, section 8) wherever the two are not
//! nearly antipodal. *Else*, Karney (2013) is right to nanometres. Every distance is thus within 1 mm or 10⁻⁹ of the
//! geodesic, whichever is more; a test holds it to that.
//!
//! Distances are the same both ways, to the last bit.

use geo::{Distance, Geodesic};

use crate::scenario::{DistanceMetric, Place, Travel};

/// The half axes of the WGS84 ellipsoid \[km\].
const EQUATORIAL: f64 = 6378.137;
const FLATTENING: f64 = 1.0 / 298.257_223_563;
const POLAR: f64 = EQUATORIAL * (1.0 - FLATTENING);
/// Chords up to this are near \[km\].
const NEAR: f64 = 400.0;
/// Longer chords may join places that are nearly antipodal \[km\].
const FAR: f64 = 12_600.0;

/// A place, ready to be measured from.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    place: Place,
    /// Where it is in space \[km\]: geocentric, or in the plane with a third coordinate of zero.
    space: [f64; 3],
}

impl Point {
    /// A place of a scenario.
    pub fn of(travel: &Travel, place: Place) -> Self {
        let space = match travel.metric {
            DistanceMetric::Planar => [place.x, place.y, 0.0],
            DistanceMetric::Geodesic => geocentric(place),
        };
        Self { place, space }
    }

    /// Where it is in space \[km\]: straight distances there are never longer than those over ground.
    pub const fn space(&self) -> [f64; 3] {
        self.space
    }

    /// The distance to another place as the crow flies \[km\].
    pub fn kilometres(&self, metric: DistanceMetric, other: &Self) -> f64 {
        match metric {
            DistanceMetric::Geodesic => over_ground(self, other),
            DistanceMetric::Planar => (self.place.x - other.place.x).hypot(self.place.y - other.place.y),
        }
    }
}

/// The distance of two places as the crow flies \[km\].
pub fn kilometres(travel: &Travel, from: Place, to: Place) -> f64 {
    Point::of(travel, from).kilometres(travel.metric, &Point::of(travel, to))
}

/// No two places whose straight distance in space is at least this are nearer over ground \[km\].
///
/// A curve whose curvature is nowhere less than a circle's has a chord no longer than the circle's arc of its length
/// (Schur's comparison theorem), and no normal curvature of the ellipsoid is less than b/a², that at a pole.
pub fn least_over_ground(metric: DistanceMetric, chord: f64) -> f64 {
    match metric {
        DistanceMetric::Planar => chord,
        DistanceMetric::Geodesic => {
            let curvature = POLAR / (EQUATORIAL * EQUATORIAL);
            // What is measured may err by 10⁻⁹, or by a millimetre.
            let arc = 2.0 / curvature * (0.5 * curvature * chord).min(1.0).asin();
            (arc * (1.0 - 2e-9) - 2e-6).max(0.0)
        }
    }
}

/// The geocentric point of a place on the ellipsoid \[km\].
fn geocentric(place: Place) -> [f64; 3] {
    let ((sin_lat, cos_lat), (sin_lon, cos_lon)) = (place.y.to_radians().sin_cos(), place.x.to_radians().sin_cos());
    let squashed = (1.0 - FLATTENING) * (1.0 - FLATTENING);
    let normal = EQUATORIAL / (cos_lat * cos_lat + squashed * sin_lat * sin_lat).sqrt();
    [normal * cos_lat * cos_lon, normal * cos_lat * sin_lon, squashed * normal * sin_lat]
}

fn over_ground(from: &Point, to: &Point) -> f64 {
    let ([x1, y1, z1], [x2, y2, z2]) = (from.space, to.space);
    let (dx, dy, dz) = (x2 - x1, y2 - y1, z2 - z1);
    let flat = dx * dx + dy * dy;
    let chord_squared = flat + dz * dz;
    if chord_squared <= NEAR * NEAR {
        return near(chord_squared, flat, dz, [x1 + x2, y1 + y2, z1 + z2]);
    }
    // The same order for both ways, so that rounding is the same too.
    let swap = from.place.y.total_cmp(&to.place.y).then(from.place.x.total_cmp(&to.place.x)).is_gt();
    let (from, to) = if swap { (to, from) } else { (from, to) };
    let vincenty = if chord_squared <= FAR * FAR { vincenty(from, to) } else { None };
    vincenty.unwrap_or_else(|| karney(from.place, to.place))
}

/// The arc over a chord from the curvature halfway; `twice` is twice the chord's middle.
fn near(chord_squared: f64, flat: f64, dz: f64, twice: [f64; 3]) -> f64 {
    const EQUATORIAL_2: f64 = EQUATORIAL * EQUATORIAL;
    const POLAR_2: f64 = POLAR * POLAR;
    if chord_squared == 0.0 {
        return 0.0;
    }
    let q = flat / EQUATORIAL_2 + dz * dz / POLAR_2;
    let [x, y, z] = twice;
    let slope = (x * x + y * y) / (EQUATORIAL_2 * EQUATORIAL_2) + z * z / (POLAR_2 * POLAR_2);
    // (κ·c/2)² with κ² = q²/(c⁴·g²) and g² = slope / 4 / (1 − q/4).
    let h = q * q * (1.0 - 0.25 * q) / (slope * chord_squared);
    // asin(√h)/√h, of which the next term is below 10⁻¹⁵ for a chord of 400 km.
    let arc = 1.0 + h * (1.0 / 6.0 + h * (3.0 / 40.0 + h * (15.0 / 336.0 + h * (105.0 / 3456.0))));
    chord_squared.sqrt() * arc
}

/// Vincenty's inverse formula \[km\]; `None` where it does not converge.
fn vincenty(from: &Point, to: &Point) -> Option<f64> {
    // The reduced latitude is the one on the auxiliary sphere: z = b·sin, √(x² + y²) = a·cos.
    let reduced = |[x, y, z]: [f64; 3]| (z / POLAR, (x * x + y * y).sqrt() / EQUATORIAL);
    let ((sin_1, cos_1), (sin_2, cos_2)) = (reduced(from.space), reduced(to.space));
    let longitude = (to.place.x - from.place.x).to_radians();
    let mut lambda = longitude;
    for _ in 0..20 {
        let (sin_lambda, cos_lambda) = lambda.sin_cos();
        let across = cos_2 * sin_lambda;
        let along = cos_1 * sin_2 - sin_1 * cos_2 * cos_lambda;
        let sin_sigma = (across * across + along * along).sqrt();
        let cos_sigma = sin_1 * sin_2 + cos_1 * cos_2 * cos_lambda;
        let sigma = sin_sigma.atan2(cos_sigma);
        let sin_alpha = if sin_sigma > 0.0 { cos_1 * cos_2 * sin_lambda / sin_sigma } else { 0.0 };
        let cos_2_alpha = 1.0 - sin_alpha * sin_alpha;
        // Along the equator there is no middle to speak of.
        let middle = if cos_2_alpha > 1e-12 { cos_sigma - 2.0 * sin_1 * sin_2 / cos_2_alpha } else { 0.0 };
        let c = FLATTENING / 16.0 * cos_2_alpha * (4.0 + FLATTENING * (4.0 - 3.0 * cos_2_alpha));
        let turn = sigma + c * sin_sigma * (middle + c * cos_sigma * (2.0 * middle * middle - 1.0));
        let next = longitude + (1.0 - c) * FLATTENING * sin_alpha * turn;
        let settled = (next - lambda).abs() < 1e-12;
        lambda = next;
        if settled {
            let u = cos_2_alpha * (EQUATORIAL * EQUATORIAL - POLAR * POLAR) / (POLAR * POLAR);
            let a = 1.0 + u / 16384.0 * (4096.0 + u * (u * (320.0 - 175.0 * u) - 768.0));
            let b = u / 1024.0 * (256.0 + u * (u * (74.0 - 47.0 * u) - 128.0));
            let square = middle * middle;
            let third = b / 6.0 * middle * (4.0 * sin_sigma * sin_sigma - 3.0) * (4.0 * square - 3.0);
            let less = b * sin_sigma * (middle + b / 4.0 * (cos_sigma * (2.0 * square - 1.0) - third));
            return Some(POLAR * a * (sigma - less));
        }
    }
    None
}

/// Karney's algorithm \[km\].
fn karney(from: Place, to: Place) -> f64 {
    // The `geo` crate has the longitude first and metres.
    Geodesic.distance(geo::Point::new(from.x, from.y), geo::Point::new(to.x, to.y)) / 1000.0
}

#[cfg(test)]
mod tests;
