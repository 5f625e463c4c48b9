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
//! (cell)      G(λ) ≥ H(λ) = min_S [h·S − μ·λ·P(l, S)]
//! ```
//! and H, a minimum of lines, is concave: a line below (l, H(l)) and (r, H(r)) is below H on the whole cell. A line below
//! these two points of every cell is a minorant; among all such lines the one highest at the middle of the interval (so
//! with the greatest mean) is an edge of the points' lower convex hull. (required) is a staircase that rises only: a line
//! that rises and is below the right end of every step is below all of it.

use super::distribution::Pmf;
use super::two_echelon::Waits;

/// Cells of the partition.
const CELLS: usize = 96;

/// Steps of a staircase that are found one by one; a longer one is partitioned.
const STEPS: u32 = 256;

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
            Self::Loss { lead_time } => sum(&[(1.0, Waits::Loss { offered: rate * lead_time })]),
            Self::Windows { variance_to_mean, windows } => {
                let waits = |window: &Window| {
                    let pipeline = || Pmf::demand(rate * window.time, *variance_to_mean);
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
        let knots = partition(low, high);
        let mut points = Vec::with_capacity(2 * knots.len());
        for cell in knots.windows(2) {
            let shares = self.shares(cell[0]);
            points.push((cell[0], cheapest(&shares, cell[0], holding, price).0));
            points.push((cell[1], cheapest(&shares, cell[1], holding, price).0));
        }
        if let Some(&end) = knots.last() {
            points.push((end, self.least_holding(end, holding, price).0));
        }
        below(points)
    }

    /// A line below (required) for all rates from `low` to `high`; `None` where no stock serves such a share.
    pub fn required_minorant(&self, holding: f64, at_least: f64, low: f64, high: f64) -> Option<Affine> {
        let cost = |s: u32| holding * f64::from(s);
        let (first, last) = (self.least_stock(low, at_least)?, self.least_stock(high, at_least)?);
        let mut points = vec![(low, cost(first))];
        if last.saturating_sub(first) <= STEPS {
            let mut left = low;
            for s in first..last {
                // The end of step s, from the right: at `right` more than s is needed.
                let mut right = high;
                for _ in 0..60 {
                    let middle = 0.5 * (left + right);
                    if self.least_stock(middle, at_least)? > s {
                        right = middle;
                    } else {
                        left = middle;
                    }
                    if right - left <= 1e-9 * right {
                        break;
                    }
                }
                points.push((right, cost(s)));
            }
        } else {
            for cell in partition(low, high).windows(2) {
                points.push((cell[1], cost(self.least_stock(cell[0], at_least)?)));
            }
        }
        points.push((high, cost(last)));
        let line = below(points);
        // A falling line could not be below the left ends of the steps' insides; holding is never negative, so none falls
        // but by rounding.
        Some(if line.per_unit < 0.0 { Affine { fixed: cost(first).min(line.at(high)), per_unit: 0.0 } } else { line })
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

/// Knots from `low` to `high`, closer together where rates are small: the curve bends like a square root.
fn partition(low: f64, high: f64) -> Vec<f64> {
    let (from, to) = (low.max(0.0).sqrt(), high.max(low).max(0.0).sqrt());
    let inside = (1..CELLS).map(|i| (from + (to - from) * i as f64 / CELLS as f64).powi(2));
    let mut knots = vec![low.max(0.0)];
    knots.extend(inside.filter(|&knot| knot > low && knot < high));
    knots.push(high.max(low).max(0.0));
    knots
}

/// The line below all points that is highest at the middle of their range.
fn below(mut points: Vec<(f64, f64)>) -> Affine {
    points.sort_by(|p, q| p.0.total_cmp(&q.0).then(p.1.total_cmp(&q.1)));
    points.dedup_by(|next, kept| next.0 == kept.0);
    let (Some(&left), Some(&right)) = (points.first(), points.last()) else {
        return Affine { fixed: 0.0, per_unit: 0.0 };
    };
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
    let middle = 0.5 * (left.0 + right.0);
    let edge = hull.windows(2).find(|edge| edge[1].0 >= middle);
    let per_unit = edge.map_or(0.0, |edge| (edge[1].1 - edge[0].1) / (edge[1].0 - edge[0].0));
    // Whatever the rounding of the hull: the line is put below every point.
    let fixed = points.iter().map(|p| p.1 - per_unit * p.0).fold(f64::INFINITY, f64::min);
    let scale = points.iter().map(|p| p.1.abs().max((per_unit * p.0).abs())).fold(0.0, f64::max);
    Affine { fixed: fixed - ROUNDING * scale, per_unit }
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
