//! Land and borders of countries for the background of a map.
//!
//! `borders.txt` is derived from Natural Earth (public domain); its head says how. A border that two countries share stands
//! in it once.

/// The file: arcs as steps in hundredths of a degree, rings as numbers of arcs.
const BORDERS: &str = include_str!("borders.txt");

/// A window on the globe \[degrees\].
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Window {
    pub west: f64,
    pub south: f64,
    pub east: f64,
    pub north: f64,
}

/// The rings of land that meet a window, each a closed line of longitudes and latitudes. A ring over the antimeridian goes
/// on beyond 180 degrees and stands there a second time, 360 degrees to the west.
pub(super) fn land(window: Window) -> Vec<Vec<(f64, f64)>> {
    let west = |ring: &[(f64, f64)]| ring.iter().map(|(x, y)| (x - 360.0, *y)).collect::<Vec<_>>();
    let both = rings().into_iter().flat_map(|ring| [west(&ring), ring]);
    both.filter(|ring| meets(ring, window)).collect()
}

/// Every ring of the file.
fn rings() -> Vec<Vec<(f64, f64)>> {
    let (arcs, rings) = BORDERS.split_once("rings\n").unwrap_or((BORDERS, ""));
    let arcs: Vec<Vec<(f64, f64)>> = arcs.lines().skip_while(|line| *line != "arcs").skip(1).map(arc).collect();
    rings.lines().map(|line| unbroken(ring(line, &arcs))).collect()
}

/// A ring that goes over the antimeridian without a leap back.
fn unbroken(mut ring: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    for at in 1..ring.len() {
        let leap = ring[at].0 - ring[at - 1].0;
        ring[at].0 -= 360.0 * (leap / 360.0).round();
    }
    let most_west = ring.iter().map(|(x, _)| *x).fold(f64::INFINITY, f64::min);
    if most_west < -180.0 {
        ring.iter_mut().for_each(|(x, _)| *x += 360.0);
    }
    ring
}

fn arc(line: &str) -> Vec<(f64, f64)> {
    let mut at = (0_i32, 0_i32);
    let steps = line.split(' ').filter_map(|step| {
        let (x, y) = step.split_once(',')?;
        Some((x.parse::<i32>().ok()?, y.parse::<i32>().ok()?))
    });
    steps
        .map(|(x, y)| {
            at = (at.0 + x, at.1 + y);
            (f64::from(at.0) / 100.0, f64::from(at.1) / 100.0)
        })
        .collect()
}

fn ring(line: &str, arcs: &[Vec<(f64, f64)>]) -> Vec<(f64, f64)> {
    let mut ring: Vec<(f64, f64)> = Vec::new();
    for number in line.split(' ').filter_map(|number| number.parse::<i64>().ok()) {
        let Some(arc) = arcs.get(usize::try_from(number.abs() - 1).unwrap_or(usize::MAX)) else { continue };
        // The end of one arc is the beginning of the next.
        let joint = usize::from(!ring.is_empty());
        if number > 0 {
            ring.extend(arc.iter().skip(joint));
        } else {
            ring.extend(arc.iter().rev().skip(joint));
        }
    }
    ring
}

fn meets(ring: &[(f64, f64)], window: Window) -> bool {
    let none = (f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY);
    let (west, south, east, north) =
        ring.iter().fold(none, |box_, &(x, y)| (box_.0.min(x), box_.1.min(y), box_.2.max(x), box_.3.max(y)));
    west <= window.east && east >= window.west && south <= window.north && north >= window.south
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The area of a ring in square degrees, by the shoelace formula.
    fn area(ring: &[(f64, f64)]) -> f64 {
        let next = ring.iter().skip(1).chain(&ring[..1]);
        0.5 * ring.iter().zip(next).map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>().abs()
    }

    #[test]
    fn every_ring_is_closed_and_goes_round_its_land_without_a_leap() {
        let rings = rings();
        // There are about 195 countries, and many have islands.
        assert!(rings.len() > 300, "{}", rings.len());
        for ring in &rings {
            assert!(ring.len() >= 4 && ring.first() == ring.last(), "{ring:?}");
            let leap = ring.windows(2).map(|pair| (pair[1].0 - pair[0].0).abs()).fold(0.0, f64::max);
            assert!(leap < 30.0 && ring.iter().all(|(x, y)| (-180.0..=540.0).contains(x) && y.abs() <= 90.0), "{leap}");
        }
        // Land without Antarctica in degrees: Natural Earth's own rings at 1:110m have about 15,600 square degrees of it.
        let whole: f64 = rings.iter().map(|ring| area(ring)).sum();
        assert!((14_500.0..17_000.0).contains(&whole), "{whole}");
    }

    #[test]
    fn a_window_shows_the_land_that_it_meets_and_no_other() {
        // Madrid lies in one ring; the middle of the Atlantic in none.
        let madrid = Window { west: -3.8, south: 40.3, east: -3.6, north: 40.5 };
        assert!(!land(madrid).is_empty() && land(madrid).len() < 10);
        assert!(land(Window { west: -35.0, south: 35.0, east: -34.0, north: 36.0 }).is_empty());
    }
}
