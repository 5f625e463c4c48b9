//! What a load costs in stock: the least holding of one part at one outlet as its demand rate grows, and lines below it.
//!
//! ```text
//! (least)     G(λ) = min_S [h·S − μ·λ·P(λ, S)]       P: share of demand served in time with base stock S
//! (required)  h·S(λ),  S(λ) = least S with P(λ, S) ≥ β
//! ```
//! A location engine needs affine functions a + b·λ ≤ G on an interval of loads. They are proven so:
//! for a fixed S the share P falls as λ grows (Poisson and negative binomial demands with one variance-to-mean ratio are
//! stochastically increasing in the mean; Erlang's loss grows with the load). So between neighbouring knots l and r of a
//! partition
//! ```text
//! (cell)      G(λ) ≥ H(λ) = min_S [h·S − μ·λ·P(l, S)]       S(λ) ≥ S(l)
//! ```
//! and H, a minimum of lines, is concave: a line below (l, H(l)) and (r, H(r)) is below H, so below G, on the whole cell. A
//! line below these two points of every cell is a minorant; among all such lines the one highest at the middle of the
//! interval (so with the greatest mean) is an edge of the points' lower convex hull. Only the cells that hold the line down
//! are worth halving, and so they are, until the line rests on the curve itself.

use super::distribution::Pmf;
use super::erlang::Loss;
use super::two_echelon::Waits;

/// Cells of the partition to begin with, and how many may be halved, for (least): many bends, each a little.
const BENDS: (usize, usize) = (64, 16);

/// The same for (required): few steps, each sharp.
const STEPS: (usize, usize) = (12, 48);

/// A cell this narrow (relative) is not halved.
const NARROW: f64 = 1e-7;

/// A point this close to the curve (relative to the highest) rests on it.
const CLOSE: f64 = 1e-5;

/// What rounding may add: lines are lowered by this share of the largest number they were made of.
const ROUNDING: f64 = 1e-12;

/// Who is served in time, as a function of demand rate and base stock.
#[derive(Debug, Clone, PartialEq)]
pub enum Served {
    /// Those for whom at most S−1 units were asked for in a time before, by window.
    Windows {
        /// Variance-to-mean ratio of the demand.
        variance_to_mean: f64,
        /// Shares of the demand, each with what its window leaves of the lead time.
        windows: Vec<Window>,
    },
    /// Those who find the shelf not empty, where the others are expressed: 1 − B(S, λ·lead time) of `erlang`.
    Loss {
        /// Lead time \[years\].
        lead_time: f64,
    },
}

/// A share of the demand and the time that counts for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Window {
    /// Share of the demand; the shares need not add up to 1 (a region too far away is in none).
    pub share: f64,
    /// Lead time minus window \[years\]: 0 or less, and all its demand is in time.
    pub time: f64,
}

/// a + b·λ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Affine {
    /// a \[money/year\].
    pub fixed: f64,
    /// b \[money per unit\].
    pub per_unit: f64,
}

impl Affine {
    /// The value at a rate \[units/year\].
    pub fn at(&self, rate: f64) -> f64 {
        self.fixed + self.per_unit * rate
    }
}

impl Served {
    /// P(λ, S) for S = 0, 1, …, up to where it grows no more.
    pub fn shares(&self, rate: f64) -> Vec<f64> {
        let sum = |waits: &[(f64, Waits)]| {
            let enough = waits.iter().map(|(_, waits)| waits.enough()).max().unwrap_or(0);
            let mut total = vec![0.0; enough as usize + 1];
            for (share, waits) in waits {
                total.iter_mut().zip(waits.shares(enough)).for_each(|(sum, p)| *sum += share * p);
            }
            total
        };
        match self {
            Self::Loss { lead_time } => {
                sum(&[(1.0, Waits::Loss { loss: Loss { offered: rate * lead_time, variance_to_mean: 1.0 } })])
            }
            Self::Windows { variance_to_mean, windows } => {
                let waits = |window: &Window| {
                    // A unit finds its own batch before it, (fill) of `two_echelon`.
                    let batch = Pmf::batch_before(*variance_to_mean);
                    let pipeline = || Pmf::demand(rate * window.time, *variance_to_mean).plus(&batch);
                    let still = window.time > 0.0;
                    let waits = if still { Waits::Still { pipeline: pipeline(), bare: 0.0 } } else { Waits::Always };
                    (window.share, waits)
                };
                sum(&windows.iter().map(waits).collect::<Vec<_>>())
            }
        }
    }

    /// (least) at a rate: the cost and the base stock that has it, with `holding` h and `price` μ per unit served in time.
    pub fn least_holding(&self, rate: f64, holding: f64, price: f64) -> (f64, u32) {
        cheapest(&self.shares(rate), rate, holding, price)
    }

    /// (required) at a rate: the least base stock that serves a share of at least `at_least`; `None`: none does.
    pub fn least_stock(&self, rate: f64, at_least: f64) -> Option<u32> {
        let reached = |share: &f64| at_least - share <= ROUNDING * at_least.abs().max(1.0);
        self.shares(rate).iter().position(reached).map(|s| s as u32)
    }

    /// A line below (least) for all rates from `low` to `high`.
    pub fn minorant(&self, holding: f64, price: f64, low: f64, high: f64) -> Affine {
        let at = |rate: f64| Some(self.shares(rate));
        let line = below(BENDS, low, high, at, |shares, rate| cheapest(shares, rate, holding, price).0);
        line.expect("every rate has its shares")
    }

    /// A line below (required) for all rates from `low` to `high`; `None` where no stock serves such a share.
    pub fn required_minorant(&self, holding: f64, at_least: f64, low: f64, high: f64) -> Option<Affine> {
        below(STEPS, low, high, |rate| self.least_stock(rate, at_least), |&stock, _| holding * f64::from(stock))
    }
}

/// min over S of h·S − μ·λ·P(S), and its first S.
fn cheapest(shares: &[f64], rate: f64, holding: f64, price: f64) -> (f64, u32) {
    let reward = price.max(0.0) * rate;
    let most = reward * shares.last().copied().unwrap_or(0.0);
    let mut best = (f64::INFINITY, 0);
    for (s, share) in shares.iter().enumerate() {
        let cost = holding * s as f64;
        // No further unit can earn back its own holding.
        if cost - most >= best.0 {
            break;
        }
        if cost - reward * share < best.0 {
            best = (cost - reward * share, s as u32);
        }
    }
    best
}

/// A stretch of rates: what is known at its left end bounds the curve on all of it.
struct Cell<T> {
    left: f64,
    right: f64,
    known: T,
    /// The curve at the left end, and the bound of (cell) at the right end.
    ends: [f64; 2],
}

/// The line below a curve from `low` to `high`, highest at the middle: `known` at a rate l makes `bound` ≤ the curve for
/// all rates above l, exact at l and concave in the rate.
fn below<T>(
    (start, halvings): (usize, usize),
    low: f64,
    high: f64,
    known: impl Fn(f64) -> Option<T>,
    bound: impl Fn(&T, f64) -> f64,
) -> Option<Affine> {
    let low = low.max(0.0);
    let high = high.max(low);
    let cell = |left: f64, right: f64| {
        let known = known(left)?;
        let ends = [bound(&known, left), bound(&known, right)];
        Some(Cell { left, right, known, ends })
    };
    // Knots are closer together where rates are small: the curve bends like a square root.
    let (from, to) = (low.sqrt(), high.sqrt());
    let inside = (1..start).map(|i| (from + (to - from) * i as f64 / start as f64).powi(2));
    let mut knots = vec![low];
    knots.extend(inside.filter(|&knot| knot > low && knot < high));
    knots.push(high);
    let mut cells = knots.windows(2).map(|knots| cell(knots[0], knots[1])).collect::<Option<Vec<_>>>()?;
    let end = (high, bound(&known(high)?, high));
    let mut halved = 0;
    loop {
        let mut points: Vec<(f64, f64)> =
            cells.iter().flat_map(|c| [(c.left, c.ends[0]), (c.right, c.ends[1])]).collect();
        points.push(end);
        let (line, supports) = hull_line(points);
        let scale = cells.iter().map(|c| c.ends[0].abs()).fold(end.1.abs(), f64::max);
        // The cell is halved whose right end holds the line down although the curve is highest above it there.
        let above = |i: usize| {
            let c = &cells[i];
            let curve = cells.get(i + 1).map_or(end.1, |next| next.ends[0]);
            let holds = supports.iter().any(|s| s.0 == c.right && s.1 == c.ends[1]);
            let worth = holds && curve - c.ends[1] > CLOSE * scale && c.right - c.left > NARROW * c.right;
            worth.then_some((curve - c.ends[1], i))
        };
        let most = (0..cells.len()).filter_map(above).max_by(|x, y| x.0.total_cmp(&y.0));
        let Some((_, i)) = most.filter(|_| halved < halvings) else { return Some(line) };
        halved += 1;
        let middle = 0.5 * (cells[i].left + cells[i].right);
        let right = cell(middle, cells[i].right)?;
        let left = &mut cells[i];
        (left.right, left.ends[1]) = (middle, bound(&left.known, middle));
        cells.insert(i + 1, right);
    }
}

/// The line below all points that is highest at the middle of their range, and the points it rests on.
fn hull_line(mut points: Vec<(f64, f64)>) -> (Affine, [(f64, f64); 2]) {
    points.sort_by(|p, q| p.0.total_cmp(&q.0).then(p.1.total_cmp(&q.1)));
    points.dedup_by(|next, kept| next.0 == kept.0);
    // The lower hull, by A. M. Andrew's monotone chain (1979).
    let mut hull: Vec<(f64, f64)> = Vec::new();
    for &point in &points {
        while let [.., p, q] = hull[..] {
            if (q.0 - p.0) * (point.1 - p.1) > (q.1 - p.1) * (point.0 - p.0) {
                break;
            }
            hull.pop();
        }
        hull.push(point);
    }
    let (first, last) = (points[0], points[points.len() - 1]);
    let middle = 0.5 * (first.0 + last.0);
    let supports = hull.windows(2).find(|edge| edge[1].0 >= middle).map_or([first, first], |edge| [edge[0], edge[1]]);
    let run = supports[1].0 - supports[0].0;
    let per_unit = if run > 0.0 { (supports[1].1 - supports[0].1) / run } else { 0.0 };
    // Whatever the rounding of the hull: the line is put below every point.
    let fixed = points.iter().map(|p| p.1 - per_unit * p.0).fold(f64::INFINITY, f64::min);
    let scale = points.iter().map(|p| p.1.abs().max((per_unit * p.0).abs())).fold(0.0, f64::max);
    (Affine { fixed: fixed - ROUNDING * scale, per_unit }, supports)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn served() -> impl Strategy<Value = Served> {
        let window = (0.05..0.6_f64, -0.01..0.3_f64).prop_map(|(share, time)| Window { share, time });
        let windows = (prop::sample::select(vec![1.0, 1.5, 4.0]), prop::collection::vec(window, 1..4))
            .prop_map(|(variance_to_mean, windows)| Served::Windows { variance_to_mean, windows });
        prop_oneof![windows, (0.01..0.3_f64).prop_map(|lead_time| Served::Loss { lead_time })]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_minorant_is_never_above_the_least_holding(
            served in served(), holding in 0.1..5.0_f64, price in 0.0..20.0_f64, low in 0.0..20.0_f64, width in 0.0..60.0_f64,
        ) {
            let line = served.minorant(holding, price, low, low + width);
            for i in 0..=50 {
                let rate = low + width * f64::from(i) / 50.0;
                let (cost, _) = served.least_holding(rate, holding, price);
                prop_assert!(line.at(rate) <= cost + 1e-12, "{} above {cost} at {rate}", line.at(rate));
            }
        }

        #[test]
        fn a_minorant_of_the_required_stock_is_never_above_it(
            served in served(), holding in 0.1..5.0_f64, share in 0.1..0.999_f64, low in 0.0..20.0_f64, width in 0.0..60.0_f64,
        ) {
            let all = served.shares(low.max(0.1)).last().copied().expect("there is a level");
            let line = served.required_minorant(holding, share * all, low, low + width).expect("it is within reach");
            for i in 0..=50 {
                let rate = low + width * f64::from(i) / 50.0;
                let stock = served.least_stock(rate, share * all).expect("it is within reach");
                prop_assert!(line.at(rate) <= holding * f64::from(stock) + 1e-12);
            }
        }
    }

    #[test]
    fn a_minorant_over_a_narrow_interval_touches_the_curve() {
        let served = Served::Windows { variance_to_mean: 1.0, windows: vec![Window { share: 1.0, time: 0.1 }] };
        for rate in [1.0, 10.0, 200.0] {
            let line = served.minorant(1.0, 5.0, rate, 1.05 * rate);
            let (cost, _) = served.least_holding(1.025 * rate, 1.0, 5.0);
            assert!(cost - line.at(1.025 * rate) < 0.02 * cost.abs(), "{} under {cost}", line.at(1.025 * rate));
        }
    }

    #[test]
    fn without_demand_nothing_is_held() {
        let served = Served::Loss { lead_time: 0.1 };
        assert_eq!(served.least_holding(0.0, 1.0, 100.0), (0.0, 0));
    }
}
