//! Distances against Karney's algorithm, at all latitudes and over all distances.

use super::*;

/// Numbers that look random, from a counter (splitmix64), in [0, 1).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn point(place: Place) -> Point {
    Point { place, space: geocentric(place) }
}

/// Pairs at all latitudes, in all directions, from a hand's breadth to half the earth; every scale as often.
fn pairs(count: usize) -> impl Iterator<Item = (Place, Place)> {
    let mut numbers = Numbers(7);
    (0..count).map(move |number| {
        let from = Place::at((2.0 * numbers.next() - 1.0).asin().to_degrees(), 360.0 * numbers.next() - 180.0);
        let away = 180.0 * 10f64.powf(-8.0 * numbers.next());
        let turn = std::f64::consts::TAU * numbers.next();
        let to = if number.is_multiple_of(4) {
            Place::at((2.0 * numbers.next() - 1.0).asin().to_degrees(), 360.0 * numbers.next() - 180.0)
        } else {
            let latitude = (from.y + away * turn.cos()).clamp(-90.0, 90.0);
            let stretch = latitude.to_radians().cos().max(1e-3);
            let longitude = from.x + (away * turn.sin() / stretch).clamp(-180.0, 180.0);
            Place::at(latitude, (longitude + 540.0).rem_euclid(360.0) - 180.0)
        };
        (from, to)
    })
}

#[test]
fn every_distance_is_the_geodesic_to_a_millimetre_or_a_billionth() {
    let mut near = 0;
    for (from, to) in pairs(40_000) {
        let (own, true_one) = (over_ground(&point(from), &point(to)), karney(from, to));
        near += usize::from(true_one < 300.0);
        assert!((own - true_one).abs() <= (1e-9 * true_one).max(1e-6), "{from:?} {to:?} {own} {true_one}");
    }
    assert!(near > 10_000);
}

#[test]
fn poles_equator_date_line_and_antipodes_are_no_exceptions() {
    let places = [(90.0, 0.0), (-90.0, 12.0), (0.0, 0.0), (0.0, 2.0), (0.0, 179.9), (0.0, -179.9), (0.1, 180.0)];
    let more = [(89.9, 30.0), (89.9, -150.0), (45.0, 7.0), (-45.0, -173.0), (0.0, 3.7), (-0.3, 179.5), (0.5, -179.7)];
    let places: Vec<Place> = places.iter().chain(&more).map(|&(lat, lon)| Place::at(lat, lon)).collect();
    for &from in &places {
        for &to in &places {
            let (own, true_one) = (over_ground(&point(from), &point(to)), karney(from, to));
            assert!((own - true_one).abs() <= (1e-9 * true_one).max(1e-6), "{from:?} {to:?} {own} {true_one}");
        }
    }
}

#[test]
fn there_and_back_are_the_same_to_the_last_bit() {
    for (from, to) in pairs(5_000) {
        let (there, back) = (over_ground(&point(from), &point(to)), over_ground(&point(to), &point(from)));
        assert_eq!(there.to_bits(), back.to_bits(), "{from:?} {to:?}");
    }
}

#[test]
fn no_distance_over_ground_is_below_the_least_that_its_chord_allows() {
    for (from, to) in pairs(20_000) {
        let (from, to) = (point(from), point(to));
        let [x, y, z]: [f64; 3] = std::array::from_fn(|axis| from.space[axis] - to.space[axis]);
        let chord = (x * x + y * y + z * z).sqrt();
        let least = least_over_ground(DistanceMetric::Geodesic, chord);
        assert!(least <= over_ground(&from, &to) && least >= 0.99 * chord - 1e-5);
    }
}
