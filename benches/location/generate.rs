//! Generated problems: two echelons in the plane, clustered continents, planar medians, covering.
//!
//! Everything is drawn from one fixed seed a kind, so that two machines see the same problem.

use rayon::prelude::*;

use sparenet::location::{Count, Lanes, Mode, Problem, Site, Status, Upper};

type Point = (f64, f64);

/// A small deterministic generator (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    /// A generator of its own for the `k`-th of many, well mixed (the finaliser of SplitMix64, Steele et al. 2014).
    fn of(seed: u64, k: usize) -> Self {
        let mut mixed = seed.wrapping_add((k as u64 + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        Self(mixed ^ (mixed >> 31))
    }

    /// Uniform from 0 to 1, never 1.
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Two independent standard normal numbers (Box and Muller).
    fn normal(&mut self) -> (f64, f64) {
        let (length, angle) = ((-2.0 * self.roll().max(1e-300).ln()).sqrt(), std::f64::consts::TAU * self.roll());
        (length * angle.cos(), length * angle.sin())
    }

    fn uniform(&mut self, count: usize) -> Vec<Point> {
        (0..count).map(|_| (self.roll(), self.roll())).collect()
    }
}

fn distance(a: Point, b: Point) -> f64 {
    (a.0 - b.0).hypot(a.1 - b.1)
}

/// Points of the unit square in cells, for neighbours nearest first.
struct Grid<'a> {
    points: &'a [Point],
    side: usize,
    starts: Vec<usize>,
    order: Vec<u32>,
}

impl<'a> Grid<'a> {
    fn new(points: &'a [Point]) -> Self {
        let side = ((points.len() as f64 / 3.0).sqrt() as usize).max(1);
        let mut grid = Self { points, side, starts: vec![0; side * side + 1], order: Vec::new() };
        points.iter().for_each(|&point| {
            let cell = grid.cell(point);
            grid.starts[cell.1 * side + cell.0 + 1] += 1;
        });
        (0..side * side).for_each(|k| grid.starts[k + 1] += grid.starts[k]);
        let mut next = grid.starts.clone();
        grid.order = vec![0; points.len()];
        for (k, &point) in (0u32..).zip(points) {
            let cell = grid.cell(point);
            let at = &mut next[cell.1 * side + cell.0];
            grid.order[*at] = k;
            *at += 1;
        }
        grid
    }

    fn cell(&self, point: Point) -> (usize, usize) {
        let along = |x: f64| ((x * self.side as f64) as usize).min(self.side - 1);
        (along(point.0), along(point.1))
    }

    /// The nearest points and their distances, nearest first; all within `radius` when that is given.
    fn nearest(&self, from: Point, count: usize, radius: Option<f64>) -> Vec<(f64, u32)> {
        let (column, row) = self.cell(from);
        let mut found: Vec<(f64, u32)> = Vec::new();
        for ring in 0..self.side {
            let columns = column.saturating_sub(ring)..=(column + ring).min(self.side - 1);
            for y in row.saturating_sub(ring)..=(row + ring).min(self.side - 1) {
                for x in columns.clone() {
                    if x.abs_diff(column).max(y.abs_diff(row)) == ring {
                        let cell = y * self.side + x;
                        let inside = &self.order[self.starts[cell]..self.starts[cell + 1]];
                        found.extend(inside.iter().map(|&k| (distance(from, self.points[k as usize]), k)));
                    }
                }
            }
            // Whatever lies in the next ring is at least this far.
            let safe = ring as f64 / self.side as f64;
            let done = match radius {
                Some(radius) => safe >= radius,
                None => found.len() >= count && found.iter().filter(|entry| entry.0 <= safe).count() >= count,
            };
            if done {
                break;
            }
        }
        if let Some(radius) = radius {
            found.retain(|entry| entry.0 <= radius);
        }
        found.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        found.truncate(count);
        found
    }
}

/// Where each customer's lanes end, and the lanes.
type Piece = (Vec<usize>, Vec<(u32, f64)>);

/// Lanes of the customers side by side; the pieces are computed in parallel and joined in order.
fn lanes_of(customers: usize, of: impl Fn(usize, &mut Vec<(u32, f64)>) + Sync) -> Lanes {
    let pieces: Vec<Piece> = (0..customers.div_ceil(4096))
        .into_par_iter()
        .map(|piece| {
            let (mut ends, mut lanes) = (Vec::new(), Vec::new());
            for i in piece * 4096..customers.min((piece + 1) * 4096) {
                of(i, &mut lanes);
                ends.push(lanes.len());
            }
            (ends, lanes)
        })
        .collect();
    let total = pieces.iter().map(|piece| piece.1.len()).sum();
    let mut lanes = Lanes { starts: Vec::with_capacity(customers + 1), ..Lanes::default() };
    lanes.site.reserve_exact(total);
    lanes.cost.reserve_exact(total);
    lanes.starts.push(0);
    for (ends, piece) in pieces {
        let base = lanes.site.len();
        lanes.starts.extend(ends.iter().map(|end| base + end));
        lanes.site.extend(piece.iter().map(|lane| lane.0));
        lanes.cost.extend(piece.iter().map(|lane| lane.1));
    }
    lanes
}

fn plain_sites(fixed: impl Iterator<Item = f64>) -> Vec<Site> {
    let site = |fixed: f64| Site { modes: vec![Mode { fixed, ..Mode::default() }], ..Site::default() };
    fixed.map(site).collect()
}

/// A planar two-echelon problem: lanes to the nearest sites, three modes at each of the nearest uppers.
pub fn two_echelon(customers: usize, sites: usize, uppers: usize, lanes_each: usize) -> Problem {
    let mut dice = Dice(0x9E37_79B9_7F4A_7C15);
    let (at_customers, at_sites, at_uppers) = (dice.uniform(customers), dice.uniform(sites), dice.uniform(uppers));
    let loads: Vec<f64> = (0..customers).map(|_| (-dice.roll().max(1e-9).ln()) * 20.0).collect();
    let grid = Grid::new(&at_sites);
    let lanes = lanes_of(customers, |i, lanes| {
        let near = grid.nearest(at_customers[i], lanes_each, None);
        lanes.extend(near.into_iter().map(|(distance, j)| (j, loads[i] * distance * 100.0)));
    });
    let above = Grid::new(&at_uppers);
    let mut places = Vec::with_capacity(sites);
    for (j, &at) in at_sites.iter().enumerate() {
        let near = if uppers == 0 { Vec::new() } else { above.nearest(at, 2 + j % 4, None) };
        let mut modes = Vec::new();
        let base = 3_000.0 * (0.5 + dice.roll());
        for (distance, u) in near {
            let freight = distance * 10.0;
            for (fixed, per_load) in [(1.0, 4.0), (1.5, 2.0), (2.5, 1.0)] {
                modes.push(Mode { upper: Some(u), fixed: base * fixed, per_load: per_load + freight });
            }
        }
        if modes.is_empty() {
            modes.push(Mode { upper: None, fixed: base, per_load: 0.0 });
        }
        places.push(Site { modes, ..Site::default() });
    }
    let upper = |fixed: f64| Upper { fixed: 15_000.0 * (0.5 + fixed), ..Upper::default() };
    let uppers = (0..uppers).map(|_| upper(dice.roll())).collect();
    Problem { customers: loads, lanes, sites: places, uppers, single: true, ..Problem::default() }
}

/// Cities by Zipf's law with Gaussian spreads, and a countryside.
struct Land {
    cities: Vec<(Point, f64)>,
    /// The running share of each city.
    shares: Vec<f64>,
}

impl Land {
    fn new(dice: &mut Dice, cities: usize) -> Self {
        let mut total = 0.0;
        let shares: Vec<f64> = (1..=cities)
            .map(|rank| {
                total += 1.0 / rank as f64;
                total
            })
            .collect();
        // A city of twice the size covers twice the ground.
        let cities = (1..=cities).map(|rank| ((dice.roll(), dice.roll()), 0.04 / (rank as f64).sqrt())).collect();
        Self { cities, shares: shares.iter().map(|share| share / total).collect() }
    }

    fn points(&self, dice: &mut Dice, count: usize, rural: f64) -> Vec<Point> {
        let mut points = Vec::with_capacity(count);
        while points.len() < count {
            let point = if dice.roll() < rural {
                (dice.roll(), dice.roll())
            } else {
                let size = dice.roll();
                let city = self.shares.partition_point(|&share| share < size).min(self.cities.len() - 1);
                let ((x, y), spread) = self.cities[city];
                let (east, north) = dice.normal();
                (x + spread * east, y + spread * north)
            };
            if (0.0..1.0).contains(&point.0) && (0.0..1.0).contains(&point.1) {
                points.push(point);
            }
        }
        points
    }
}

/// A clustered continent of 4,000 km: every customer reaches its nearest `mean_lanes · 2/3` to `· 4/3` sites.
///
/// The fixed cost is what makes about `open` sites worth while: a site of cost f that serves load of density ρ at unit
/// cost per distance serves best an area A = (2f / 0.377 ρ)^(2/3) (hexagons), so the number open is ∫ dA / A.
pub fn continent(customers: usize, sites: usize, open: usize, mean_lanes: usize) -> Problem {
    const SIDE: f64 = 4_000.0;
    let mut dice = Dice(0x0C0F_FEE0_0DD5_EED1);
    let land = Land::new(&mut dice, 300);
    let at_customers = land.points(&mut dice, customers, 0.2);
    let at_sites = land.points(&mut dice, sites, 0.3);
    let loads: Vec<f64> = (0..customers).map(|_| dice.normal().0.exp()).collect();
    let counts: Vec<usize> =
        (0..customers).map(|_| (mean_lanes as f64 * (2.0 + 2.0 * dice.roll()) / 3.0) as usize).collect();
    let grid = Grid::new(&at_sites);
    let lanes = lanes_of(customers, |i, lanes| {
        let near = grid.nearest(at_customers[i], counts[i].max(1), None);
        lanes.extend(near.into_iter().map(|(distance, j)| (j, loads[i] * distance * SIDE)));
    });
    let cells = 60;
    let mut load_of = vec![0.0; cells * cells];
    let along = |x: f64| ((x * cells as f64) as usize).min(cells - 1);
    for (point, load) in at_customers.iter().zip(&loads) {
        load_of[along(point.1) * cells + along(point.0)] += load;
    }
    let area = (SIDE / cells as f64) * (SIDE / cells as f64);
    let sum: f64 = load_of.iter().map(|load| (0.377 / 2.0 * load / area).powf(2.0 / 3.0) * area).sum();
    let fixed = (sum / open as f64).powf(1.5);
    let sites = plain_sites((0..sites).map(|_| fixed * (0.7 + 0.6 * dice.roll())));
    Problem { customers: loads, lanes, sites, single: true, ..Problem::default() }
}

/// A planar p-median of clustered points, from coordinates alone: lanes to the nearest `lanes_each` points, and how far
/// all others are at least, so that plan and bound are those of the whole plane.
pub fn planar_median(points: usize, p: usize, lanes_each: usize) -> Problem {
    const SIDE: f64 = 100_000.0;
    let mut dice = Dice(0x5EED_0F13_5000_0001);
    let land = Land::new(&mut dice, 100);
    let at = land.points(&mut dice, points, 0.4);
    let grid = Grid::new(&at);
    let mut lanes = lanes_of(points, |i, lanes| {
        let near = grid.nearest(at[i], lanes_each, None);
        lanes.extend(near.into_iter().map(|(distance, j)| (j, distance * SIDE)));
    });
    if lanes_each < points {
        lanes.beyond = lanes.starts[1..].iter().map(|&end| lanes.cost[end - 1]).collect();
    }
    let count = Count { sites: (0..points as u32).collect(), uppers: Vec::new(), min: p, max: p };
    let sites = plain_sites((0..points).map(|_| 0.0));
    Problem { customers: vec![1.0; points], lanes, sites, counts: vec![count], single: true, ..Problem::default() }
}

/// What a covering problem asks for.
#[derive(Debug, Clone, Copy)]
pub enum Cover {
    /// All regions within the radius of an open site, by as few sites as possible.
    Fewest,
    /// The same at least cost.
    Cheapest,
    /// As much weight as possible within the radius of so many sites.
    Most(usize),
}

/// Regions and sites in the plane, each region within the radius of 12 sites on average (away from the border).
///
/// A region that nobody reaches is drawn again, or a covering of all would not exist. Maximal covering has one more
/// site, always open, that serves whom nobody covers, at the region's weight.
pub fn covering(regions: usize, sites: usize, cover: Cover) -> Problem {
    let mut dice = Dice(0x00C0_7E12_0000_0005);
    let at_sites = dice.uniform(sites);
    let radius = (12.0 / (std::f64::consts::PI * sites as f64)).sqrt();
    let grid = Grid::new(&at_sites);
    let most = matches!(cover, Cover::Most(_));
    let lanes = lanes_of(regions, |i, lanes| {
        let mut own = Dice::of(0xC07E_5EED, i);
        loop {
            let near = grid.nearest((own.roll(), own.roll()), sites, Some(radius));
            if !near.is_empty() {
                lanes.extend(near.into_iter().map(|(_, j)| (j, 0.0)));
                break;
            }
        }
        if most {
            lanes.push((sites as u32, (1.0 + 99.0 * own.roll()).floor()));
        }
    });
    let (mut counts, fixed): (Vec<Count>, Vec<f64>) = match cover {
        Cover::Fewest => (Vec::new(), vec![1.0; sites]),
        Cover::Cheapest => (Vec::new(), (0..sites).map(|_| (50.0 + 100.0 * dice.roll()).floor()).collect()),
        Cover::Most(_) => (Vec::new(), vec![0.0; sites]),
    };
    let mut places = plain_sites(fixed.into_iter());
    if let Cover::Most(p) = cover {
        counts.push(Count { sites: (0..sites as u32).collect(), uppers: Vec::new(), min: 0, max: p });
        places.push(Site { status: Status::Open, modes: vec![Mode::default()], ..Site::default() });
    }
    Problem { customers: vec![1.0; regions], lanes, sites: places, counts, single: true, ..Problem::default() }
}
