//! What a depot owes one of its outlets where demand comes in batches.
//!
//! The depot owes its last B0 units, and units of one batch go to one outlet. Count the depot's demand from the beginning of
//! a lead time T on, as a share y of it: the batch that takes it beyond S0, at the time y, is the first of which anything is
//! owed; whatever came later is owed whole.
//!
//! ```text
//! (crossing)  f(y, o) = Σ_{x≤S0} P(demand(m·y) = x)·ρ(S0−x+o),   ρ(c) = m/(v−1)·θᶜ/c,   θ = 1 − 1/v,   m = λ0·T
//!             the density of crossing at y with o ≥ 1 units beyond S0;  P(B0 = 0) + Σ_o ∫ f dy = 1
//! (owed)      owed = 1[the batch is ours: q]·o + demand(q·m·(1−y))
//! (rule)      ∫ … dy by a Gauss rule of the measure Σ_o f(y, o) dy (`quadrature`)
//! (quantity)  a depot that orders Q units at a time: S0 − U for S0, U uniform on 0 … Q−1 (`reorder`)
//! ```
//! ρ(c) are the batches of c units of a negative binomial demand as a compound Poisson process (`distribution`). For outlets
//! of one variance-to-mean ratio (owed) is exact but for the rule, whose error is below 1e-7 (mostly below 1e-10); where ratios differ what
//! is owed is taken to have the depot's, which keeps the mean and is an approximation. Either way it falls with S0, by one unit
//! with chance q·P(X0 > S0) for each.

use std::sync::{LazyLock, OnceLock};

use crate::stocking::distribution::Pmf;
use crate::stocking::quadrature::{Node, condensed, legendre};

/// Points of the measure before it is condensed.
const POINTS: usize = 96;

/// Points of the rules, how many deviations of its own an outlet's debt may swing, and the least base stock, for each. Below,
/// the first batches of a lead time matter, whose overshoot changes quickly.
const RULES: [(usize, f64, usize); 5] =
    [(8, 0.5, 32), (16, 0.9, 8), (24, 1.7, 0), (48, 4.0, 0), (POINTS, f64::INFINITY, 0)];

/// Points of an interval.
static EVERY_TIME: LazyLock<Vec<Node>> = LazyLock::new(|| legendre(POINTS));

/// Deviations of the depot's demand within which it crosses its base stock.
const DEVIATIONS: f64 = 9.0;

/// Batches and overshoots less likely than this are left out.
const DUST: f64 = 1e-18;

/// Debts that occur with less than this probability are none.
const NO_DEBT: f64 = 1e-15;

/// A time of crossing, standing for those about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossing {
    /// m·(1−y): mean demand at the depot since \[units\].
    pub since: f64,
    /// How likely it is.
    pub weight: f64,
    /// f(y, 1), f(y, 2), …: they add up to the weight.
    pub overshoot: Vec<f64>,
}

/// When a depot began to owe.
#[derive(Debug, Clone)]
pub struct Debts {
    mean: f64,
    ratio: f64,
    /// S0 − U.
    levels: std::ops::RangeInclusive<usize>,
    clear: f64,
    /// Σ_o f over y.
    measure: Vec<Node>,
    /// ρ(1), ρ(2), …, for m = v − 1.
    batches: Vec<f64>,
    /// Mean and deviation of m·(1−y).
    since: (f64, f64),
    rules: [OnceLock<Vec<Crossing>>; RULES.len()],
}

impl Debts {
    /// Of a depot with a mean pipeline \[units\] and a ratio above 1 of its demand that orders `quantity` units at a time.
    pub fn of(mean: f64, ratio: f64, base_stock: u32, quantity: u32) -> Self {
        let theta = 1.0 - 1.0 / ratio;
        let mut batches = Vec::new();
        let mut power = theta;
        while power > DUST && batches.len() < POINTS * POINTS {
            batches.push(power / (batches.len() + 1) as f64);
            power *= theta;
        }
        let last = base_stock as usize;
        let levels = (last + 1).saturating_sub(quantity.max(1) as usize)..=last;
        let mut debts = Self {
            mean,
            ratio,
            levels,
            clear: 1.0,
            measure: Vec::new(),
            batches,
            since: (0.0, 0.0),
            rules: Default::default(),
        };
        debts.measure();
        debts
    }

    /// v of the depot's demand.
    pub fn ratio(&self) -> f64 {
        self.ratio
    }

    /// P(B0 = 0).
    pub fn clear(&self) -> f64 {
        self.clear
    }

    /// The measure of the times of crossing.
    fn measure(&mut self) {
        let spread = |level: f64| DEVIATIONS * (self.ratio * level).sqrt();
        let (low, high) = (*self.levels.start() as f64, *self.levels.end() as f64);
        let from = ((low - spread(low)) / self.mean).max(0.0);
        // The time to the first batch is exponential.
        let first = -DUST.ln() * (self.ratio - 1.0) / self.ratio.ln();
        let to = ((high + spread(high) + first) / self.mean).min(1.0);
        if self.mean.is_nan() || self.mean <= 0.0 || from >= to {
            return;
        }
        let mut tails = self.batches.clone();
        let mut sum = 0.0;
        for tail in tails.iter_mut().rev() {
            sum += *tail;
            *tail = sum;
        }
        let mut measure: Vec<Node> = EVERY_TIME.iter().map(|node| node.between(from, to)).collect();
        for node in &mut measure {
            let mut density = 0.0;
            self.before(node.point, |short, p| density += p * tails.get(short).copied().unwrap_or(0.0));
            node.weight *= density;
        }
        let owed: f64 = measure.iter().map(|node| node.weight).sum();
        self.clear = (1.0 - owed).max(0.0);
        if owed <= NO_DEBT {
            self.clear = 1.0;
            return;
        }
        let since = |node: &Node| self.mean * (1.0 - node.point);
        let centre = measure.iter().map(|node| node.weight * since(node)).sum::<f64>() / owed;
        let variance = measure.iter().map(|node| node.weight * (since(node) - centre).powi(2)).sum::<f64>() / owed;
        self.since = (centre, variance.sqrt());
        self.measure = measure;
    }

    /// P(demand(m·y) = x)·m/(v−1) with S0 − x, for every x from which one batch reaches beyond S0.
    fn before(&self, y: f64, mut add: impl FnMut(usize, f64)) {
        let (mean, theta) = (self.mean * y, 1.0 - 1.0 / self.ratio);
        let size = mean / (self.ratio - 1.0);
        let share = self.mean / (self.ratio - 1.0) / self.levels.clone().count() as f64;
        for level in self.levels.clone() {
            let x = level as f64;
            let log = ln_gamma(size + x) - ln_gamma(size) - ln_gamma(x + 1.0) + x * theta.ln() - size * self.ratio.ln();
            let mut p = share * if mean > 0.0 { log.exp() } else { f64::from(u8::from(level == 0)) };
            for short in 0..=level.min(self.batches.len()) {
                add(short, p);
                let x = (level - short) as f64;
                p *= x / ((size + x - 1.0) * theta);
                if p.is_nan() || p <= 0.0 {
                    break;
                }
            }
        }
    }

    /// The rule that is fine enough for outlets with at most a share q of the depot's demand.
    pub fn crossings(&self, share: f64) -> &[Crossing] {
        let (centre, deviation) = self.since;
        let swing = share * deviation / (self.ratio * (1.0 + share * centre)).sqrt();
        let fine = |(_, most, least): &(usize, f64, usize)| swing <= *most && *self.levels.start() >= *least;
        let rule = RULES.iter().position(fine).unwrap_or(RULES.len() - 1);
        self.rules[rule].get_or_init(|| self.rule(RULES[rule].0))
    }

    fn rule(&self, count: usize) -> Vec<Crossing> {
        let crossing = |Node { point, weight }: Node| {
            let mut overshoot = vec![0.0; self.batches.len()];
            self.before(point, |short, p| {
                for (sum, batch) in overshoot.iter_mut().zip(self.batches.iter().skip(short)) {
                    *sum += p * batch;
                }
            });
            let total: f64 = overshoot.iter().sum();
            overshoot.iter_mut().for_each(|p| *p *= weight / total.max(f64::MIN_POSITIVE));
            let kept = overshoot.iter().rposition(|p| *p > DUST).map_or(1, |last| last + 1);
            overshoot.truncate(kept);
            Crossing { since: self.mean * (1.0 - point), weight, overshoot }
        };
        condensed(&self.measure, count).into_iter().filter(|node| node.weight > DUST).map(crossing).collect()
    }

    /// (owed): units owed to an outlet with a share q of the depot's demand.
    pub fn owed_to(&self, share: f64) -> Pmf {
        let owing = 1.0 - self.clear;
        if share.is_nan() || share <= 0.0 || owing <= 0.0 {
            return Pmf::constant(0);
        }
        Pmf::mixed(&[(self.clear, Pmf::constant(0)), (owing, self.owed_when_short(share))])
    }

    /// The same where it owes anything at all.
    pub fn owed_when_short(&self, share: f64) -> Pmf {
        let crossings = self.crossings(share);
        let owing: f64 = crossings.iter().map(|crossing| crossing.weight).sum();
        let (mut batch, mut owed) = (Vec::new(), Vec::new());
        for Crossing { since, weight, overshoot } in crossings {
            // The batch is ours, or it is not.
            batch.clear();
            batch.push((1.0 - share) * weight / owing);
            batch.extend(overshoot.iter().map(|p| share * p / owing));
            Pmf::demand(share * since, self.ratio).add_with(&batch, &mut owed);
        }
        Pmf::of(owed)
    }
}

/// ln Γ(x) for x > 0: Stirling's series beyond 16, the recurrence below.
pub(crate) fn ln_gamma(x: f64) -> f64 {
    let (mut x, mut product) = (x, 1.0);
    while x < 16.0 {
        product *= x;
        x += 1.0;
    }
    let square = 1.0 / (x * x);
    let series =
        (1.0 / 12.0 - square * (1.0 / 360.0 - square * (1.0 / 1260.0 - square * (1.0 / 1680.0 - square / 1188.0)))) / x;
    (x - 0.5) * x.ln() - x + 0.5 * std::f64::consts::TAU.ln() + series - product.ln()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The largest difference of two distributions' probabilities of at most n.
    fn apart(left: &Pmf, right: &Pmf) -> f64 {
        let last = left.last().max(right.last()) as i64;
        (0..=last).map(|n| (left.at_most(n) - right.at_most(n)).abs()).fold(0.0, f64::max)
    }

    const DEPOTS: [(f64, f64, u32); 9] = [
        (0.3, 1.5, 0),
        (0.3, 3.0, 2),
        (5.0, 1.3, 4),
        (10.0, 2.5, 0),
        (50.0, 2.5, 40),
        (50.0, 2.5, 70),
        (200.0, 4.0, 180),
        (2_000.0, 3.0, 2_050),
        (12_000.0, 1.2, 12_000),
    ];

    #[test]
    fn an_outlet_with_all_the_demand_is_owed_all_the_depot_owes() {
        for (mean, ratio, base_stock) in DEPOTS {
            let backlog = Pmf::demand(mean, ratio).over(base_stock as usize);
            let owed = Debts::of(mean, ratio, base_stock, 1).owed_to(1.0);
            assert!(apart(&owed, &backlog) < 1e-7, "{mean} {ratio} {base_stock}: {}", apart(&owed, &backlog));
        }
    }

    #[test]
    fn an_outlet_is_owed_its_share_on_average() {
        for (mean, ratio, base_stock) in DEPOTS {
            let backlog = Pmf::demand(mean, ratio).over(base_stock as usize).mean();
            for share in [0.001, 0.02, 0.3] {
                let owed = Debts::of(mean, ratio, base_stock, 1).owed_to(share).mean();
                assert!((owed - share * backlog).abs() < 1e-8 * share * backlog + 1e-14, "{mean} {base_stock} {share}");
            }
        }
    }

    #[test]
    fn a_depot_without_stock_owes_what_was_demanded() {
        let (mean, ratio, share) = (10.0, 2.5, 0.3);
        let owed = Debts::of(mean, ratio, 0, 1).owed_to(share);
        assert!(apart(&owed, &Pmf::demand(share * mean, ratio)) < 1e-10);
    }

    #[test]
    fn with_batches_of_hardly_more_than_one_unit_each_owed_unit_is_ours_independently() {
        let (mean, ratio, base_stock, share) = (20.0, 1.0 + 1e-7, 21, 0.2);
        let owed = Debts::of(mean, ratio, base_stock, 1).owed_to(share);
        let thinned = Pmf::poisson(mean).over(base_stock as usize).thin(share);
        assert!(apart(&owed, &thinned) < 1e-6, "{}", apart(&owed, &thinned));
    }

    #[test]
    fn a_coarse_rule_is_as_good_as_all_points() {
        for (mean, ratio, base_stock) in DEPOTS {
            let debts = Debts::of(mean, ratio, base_stock, 1);
            for share in [0.001, 0.01, 0.05, 0.2, 0.6] {
                let fine =
                    Debts { rules: std::array::from_fn(|_| OnceLock::from(debts.rule(POINTS))), ..debts.clone() };
                let (coarse, fine) = (debts.owed_to(share), fine.owed_to(share));
                assert!(apart(&coarse, &fine) < 1e-7, "{mean} {ratio} {base_stock} {share}: {}", apart(&coarse, &fine));
            }
        }
    }

    #[test]
    fn a_depot_that_orders_batches_is_a_mean_over_its_levels() {
        let (mean, ratio, share) = (8.0, 2.0, 0.4);
        let owed = Debts::of(mean, ratio, 9, 3).owed_to(share);
        let levels: Vec<(f64, Pmf)> =
            (7..=9).map(|level| (1.0 / 3.0, Debts::of(mean, ratio, level, 1).owed_to(share))).collect();
        assert!(apart(&owed, &Pmf::mixed(&levels)) < 1e-8);
    }

    #[test]
    fn the_logarithm_of_gamma_is_that_of_factorials() {
        let mut factorial: f64 = 1.0;
        for n in 1..30 {
            assert!((ln_gamma(f64::from(n)) - factorial.ln()).abs() < 1e-13 * factorial.ln().max(1.0), "{n}");
            factorial *= f64::from(n);
        }
        assert!((ln_gamma(0.5) - 0.5 * std::f64::consts::PI.ln()).abs() < 1e-14);
    }
}
