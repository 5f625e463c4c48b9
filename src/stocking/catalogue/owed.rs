//! What a depot owes its plain outlets in units: (owed) of `plain`, its first terms, for one outlet or for several side by side.
//!
//! ```text
//! (owed)   t_k = P(Bin(B0, q) = k):  t(z) = Σ_n P(B0 = n)·(1−q+qz)ⁿ cut after z^K, by Horner's rule from the largest n
//! (rule)   t_k = P(B0 = 0)·[k = 0] + Σ_i w_i·C(x_i, k)·qᵏ·(1−q)^(x_i−k)
//! (moment) P(Bin(B0, q) ≥ k) ≤ E[C(B0, k)]·qᵏ     Markov's inequality for binomial moments
//! ```
//! (rule) is by a Gauss rule of the measure P(B0 = n), n ≥ 1 (`quadrature`). C(x, k)·qᵏ·(1−q)^(x−k) is an entire function of x
//! that hardly turns while x moves by 1/q, so a few points stand for a backlog of thousands of values: how many depends on the
//! deviation of q·B0 alone, and is taken so that no term is wrong by more than about 1e-13.

use super::plain::{LANES, Terms};
use crate::stocking::quadrature::{Node, condensed};

/// Probabilities below this are not told apart from none.
const LEFT_OUT: f64 = 1e-16;

/// Units owed for certain are thinned apart from this multiple of the terms wanted on.
const FEW: usize = 4;

/// Numbers of terms for which outlets are looked at side by side.
pub(super) const CLASSES: [usize; 11] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48];

/// The points of a rule, and the greatest deviation of q·B0, given that the depot owes anything, for which they are enough.
const RULES: [(usize, f64); 6] = [(8, 0.2), (12, 0.6), (16, 1.0), (24, 2.5), (32, 4.0), (48, 9.0)];

/// A rule is used for outlets with no more than this share.
const LARGEST_SHARE: f64 = 0.3;

/// With more units owed on average terms are made from the likeliest on, for (1−q)^x is too small to begin with.
const MOST_FROM_NONE: f64 = 500.0;

/// Terms that are this much smaller than the likeliest are none.
const DUST: f64 = 1e-20;

/// (owed) of several outlets: the first terms of each.
pub(super) type SideBySide = [[f64; LANES]; CLASSES[CLASSES.len() - 1]];

/// A depot's backlog, for one outlet after another.
#[derive(Debug)]
pub(super) struct Owed {
    /// P(B0 = 0), P(B0 = 1), …
    backlog: Vec<f64>,
    /// E\[C(B0, k)\].
    moments: [f64; CLASSES[CLASSES.len() - 1] + 1],
    /// The deviation of B0 where it is not 0.
    deviation: f64,
    /// P(B0 = n), n ≥ 1, and the rules made of it so far.
    measure: Vec<Node>,
    rules: [Vec<Node>; RULES.len()],
    /// The terms made last.
    side_by_side: Box<SideBySide>,
    terms: Vec<f64>,
}

impl Default for Owed {
    fn default() -> Self {
        Self {
            backlog: Vec::new(),
            moments: [0.0; CLASSES[CLASSES.len() - 1] + 1],
            deviation: 0.0,
            measure: Vec::new(),
            rules: Default::default(),
            side_by_side: Box::new([[0.0; LANES]; CLASSES[CLASSES.len() - 1]]),
            terms: Vec::new(),
        }
    }
}

impl Owed {
    /// Of a backlog that `fill` writes into an empty list.
    pub(super) fn learn(&mut self, fill: impl FnOnce(&mut Vec<f64>)) {
        self.backlog.clear();
        fill(&mut self.backlog);
        self.measure.clear();
        self.rules.iter_mut().for_each(Vec::clear);
        self.moments.fill(0.0);
        let (mut sum, mut first, mut second) = (0.0, 0.0, 0.0);
        for (n, p) in self.backlog.iter().enumerate().filter(|(_, p)| **p > 0.0) {
            let mut ways = *p;
            for (k, moment) in self.moments.iter_mut().enumerate().take(n + 1) {
                if k > 0 {
                    ways *= (n + 1 - k) as f64 / k as f64;
                }
                *moment += ways;
            }
            if n > 0 {
                let x = n as f64;
                (sum, first, second) = (sum + p, first + p * x, second + p * x * x);
            }
        }
        self.deviation = if sum > 0.0 { (second / sum - (first / sum).powi(2)).max(0.0).sqrt() } else { 0.0 };
    }

    /// How many terms there are to speak of for a share, (moment); no limit where they are beyond the largest class.
    pub(super) fn limit(&self, share: f64) -> usize {
        let mut power = 1.0;
        for (k, moment) in self.moments.iter().enumerate() {
            if moment * power < LEFT_OUT {
                return k.max(1);
            }
            power *= share;
        }
        usize::MAX
    }

    /// The rule that is enough for shares up to this, made if it has not been; `None` where (owed) is no longer.
    fn rule(&mut self, share: f64) -> Option<usize> {
        if share > LARGEST_SHARE {
            return None;
        }
        let number = RULES.iter().position(|(_, most)| share * self.deviation <= *most)?;
        let count = RULES[number].0;
        if self.backlog.len() <= 2 * count {
            return None;
        }
        if self.rules[number].is_empty() {
            if self.measure.is_empty() {
                let nodes = self.backlog.iter().enumerate().skip(1).filter(|(_, p)| **p > 0.0);
                self.measure.extend(nodes.map(|(n, p)| Node { point: n as f64, weight: *p }));
            }
            self.rules[number] = condensed(&self.measure, count);
        }
        Some(number)
    }

    /// The terms of a class for several outlets with these shares, by number and outlet.
    pub(super) fn several(&mut self, class: usize, shares: &[f64; LANES]) -> &SideBySide {
        match class {
            0 => self.made::<{ CLASSES[0] }>(shares),
            1 => self.made::<{ CLASSES[1] }>(shares),
            2 => self.made::<{ CLASSES[2] }>(shares),
            3 => self.made::<{ CLASSES[3] }>(shares),
            4 => self.made::<{ CLASSES[4] }>(shares),
            5 => self.made::<{ CLASSES[5] }>(shares),
            6 => self.made::<{ CLASSES[6] }>(shares),
            7 => self.made::<{ CLASSES[7] }>(shares),
            8 => self.made::<{ CLASSES[8] }>(shares),
            9 => self.made::<{ CLASSES[9] }>(shares),
            _ => self.made::<{ CLASSES[10] }>(shares),
        }
        &self.side_by_side
    }

    fn made<const COUNT: usize>(&mut self, shares: &[f64; LANES]) {
        let made = match self.rule(shares.iter().copied().fold(0.0, f64::max)) {
            Some(number) => by_rule::<COUNT>(&self.rules[number], self.none(), shares),
            None => by_recursion::<COUNT>(&self.backlog, shares),
        };
        self.side_by_side[..COUNT].copy_from_slice(&made);
    }

    fn none(&self) -> f64 {
        self.backlog.first().copied().unwrap_or(0.0)
    }

    /// The first `count` terms for an outlet with a share.
    fn terms(&mut self, share: f64, count: usize) -> &[f64] {
        match self.rule(share) {
            Some(number) => {
                self.terms.clear();
                self.terms.resize(count, 0.0);
                let (log_keep, odds) = ((-share).ln_1p(), share / (1.0 - share));
                for node in &self.rules[number] {
                    if node.point * share > MOST_FROM_NONE {
                        from_the_likeliest(*node, share, &mut self.terms);
                        continue;
                    }
                    let mut p = node.weight * (node.point * log_keep).exp();
                    for (k, sum) in self.terms.iter_mut().enumerate() {
                        *sum += p;
                        p *= odds * (node.point - k as f64) / (k as f64 + 1.0);
                    }
                }
                let none = self.none();
                self.terms.first_mut().into_iter().for_each(|first| *first += none);
            }
            None => thinned(&self.backlog, share, count, &mut self.terms),
        }
        &self.terms
    }
}

impl Terms for Owed {
    fn first(&mut self, share: f64, count: usize) -> &[f64] {
        self.terms(share, count.min(self.limit(share)))
    }
}

/// (rule) of several outlets.
fn by_rule<const COUNT: usize>(rule: &[Node], none: f64, shares: &[f64; LANES]) -> [[f64; LANES]; COUNT] {
    let log_keep = shares.map(|share| (-share).ln_1p());
    let odds = shares.map(|share| share / (1.0 - share));
    let mut made = [[0.0; LANES]; COUNT];
    for node in rule {
        let mut p = log_keep.map(|log| node.weight * (node.point * log).exp());
        for (k, sums) in made.iter_mut().enumerate() {
            let factor = (node.point - k as f64) / (k as f64 + 1.0);
            for lane in 0..LANES {
                sums[lane] += p[lane];
                p[lane] *= factor * odds[lane];
            }
        }
    }
    made[0].iter_mut().for_each(|first| *first += none);
    made
}

/// Adds the terms of a point, made from the likeliest up and down and normed: C(x, k)·qᵏ·(1−q)^(x−k) adds up to 1 for any x, for
/// it is the binomial series.
fn from_the_likeliest(Node { point, weight }: Node, share: f64, terms: &mut [f64]) {
    let odds = share / (1.0 - share);
    let likeliest = (point * share).floor();
    let (mut sum, mut p, mut k) = (1.0, 1.0, likeliest);
    // Upwards by the ratio of a term to the one before.
    while p > DUST {
        p *= odds * (point - k) / (k + 1.0);
        k += 1.0;
        sum += p;
    }
    (p, k) = (1.0, likeliest);
    while p > DUST && k > 0.0 {
        p *= k / (odds * (point - k + 1.0));
        k -= 1.0;
        sum += p;
    }
    let norm = weight / sum;
    let mut add = |k: f64, p: f64| {
        if let Some(term) = terms.get_mut(k as usize) {
            *term += norm * p;
        }
    };
    (p, k) = (1.0, likeliest);
    while p > DUST {
        add(k, p);
        p *= odds * (point - k) / (k + 1.0);
        k += 1.0;
    }
    (p, k) = (1.0, likeliest);
    while p > DUST && k > 0.0 {
        p *= k / (odds * (point - k + 1.0));
        k -= 1.0;
        add(k, p);
    }
}

/// (owed) of several outlets.
fn by_recursion<const COUNT: usize>(backlog: &[f64], shares: &[f64; LANES]) -> [[f64; LANES]; COUNT] {
    let keep = shares.map(|share| 1.0 - share);
    let mut made = [[0.0; LANES]; COUNT];
    for &p in backlog.iter().rev() {
        for k in (1..COUNT).rev() {
            for lane in 0..LANES {
                made[k][lane] = made[k][lane] * keep[lane] + made[k - 1][lane] * shares[lane];
            }
        }
        for lane in 0..LANES {
            made[0][lane] = made[0][lane] * keep[lane] + p;
        }
    }
    made
}

/// (owed) of one outlet for the first `count` numbers; `backlog` is P(B0 = 0), P(B0 = 1), …
///
/// A depot with far too little stock owes at least so many units, N, for certain. Their thinning is the binomial distribution
/// itself, t(z) = (1−q+qz)^N · Σ_n P(B0 = N+n)·(1−q+qz)ⁿ, which takes `count`² steps in place of N·`count`.
fn thinned(backlog: &[f64], share: f64, count: usize, made: &mut Vec<f64>) {
    let keep = 1.0 - share;
    made.clear();
    made.resize(count, 0.0);
    let certain = backlog.iter().take_while(|p| **p <= 0.0).count();
    // (1−q)^N must not be too small to begin with.
    let none = keep.powf(certain as f64);
    let apart = certain > FEW * count && none > f64::MIN_POSITIVE / LEFT_OUT;
    let certain = if apart { certain } else { 0 };
    for (step, &p) in backlog[certain..].iter().rev().enumerate() {
        for k in (1..count.min(step + 1)).rev() {
            made[k] = made[k] * keep + made[k - 1] * share;
        }
        made[0] = made[0] * keep + p;
    }
    if !apart {
        return;
    }
    let odds = share / keep;
    let mut p = none;
    let binomial: Vec<f64> = (0..count)
        .map(|k| {
            let own = p;
            p *= odds * (certain as f64 - k as f64).max(0.0) / (k as f64 + 1.0);
            own
        })
        .collect();
    for k in (0..count).rev() {
        made[k] = made[..=k].iter().rev().zip(&binomial).map(|(rest, sure)| rest * sure).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stocking::distribution::Pmf;

    #[test]
    fn units_that_are_owed_for_certain_are_thinned_like_all_others() {
        for (certain, share, count) in [(0, 0.1, 8), (50, 0.02, 9), (700, 0.01, 40), (3_000, 0.002, 30)] {
            // P(B0 = N + n) ∝ n + 1 for n < 60.
            let tail = (0..60).map(|n| f64::from(n + 1) / 1_830.0);
            let backlog: Vec<f64> = std::iter::repeat_n(0.0, certain).chain(tail).collect();
            let mut made = Vec::new();
            thinned(&backlog, share, count, &mut made);
            for (k, own) in made.iter().enumerate() {
                // P(Bin(n, q) = k) from the logarithms of its factors, for each n by itself.
                let choose = |n: usize| (0..k).map(|i| ((n - i) as f64 / (i + 1) as f64).ln()).sum::<f64>();
                let chance = |n: usize| {
                    if n < k {
                        return 0.0;
                    }
                    (choose(n) + k as f64 * share.ln() + (n - k) as f64 * (1.0 - share).ln()).exp()
                };
                let sum: f64 = backlog.iter().enumerate().map(|(n, p)| p * chance(n)).sum();
                assert!((own - sum).abs() <= 1e-12, "{certain} {share} {k}: {own} {sum}");
            }
        }
    }

    #[test]
    fn a_few_points_stand_for_a_long_backlog_whatever_the_base_stock_and_the_share() {
        let mut by_rule = 0;
        for (mean, base_stock) in
            [(100.0, 95), (300.0, 250), (300.0, 330), (3_000.0, 2_800), (20_000.0, 19_500), (20_000.0, 20_300)]
        {
            let over = Pmf::demand(mean, 1.0).over(base_stock);
            let mut owed = Owed::default();
            owed.learn(|backlog| {
                backlog.resize(over.first(), 0.0);
                backlog.extend_from_slice(over.mass());
            });
            for share in [0.3, 0.1, 0.03, 0.011, 0.004, 0.001, 0.0002] {
                let used = owed.rule(share).is_some();
                by_rule += usize::from(used);
                let mut plain = Vec::new();
                thinned(&owed.backlog, share, 48, &mut plain);
                let several = *owed.several(10, &[share; LANES]);
                let single = owed.terms(share, 48).to_vec();
                for k in 0..48 {
                    let (wrong, other) = ((several[k][3] - plain[k]).abs(), (single[k] - plain[k]).abs());
                    assert!(wrong < 1e-13 && other < 1e-13, "{mean} {base_stock} {share} {k}: {wrong:e} {other:e}");
                }
            }
        }
        // A depot that keeps nothing owes some outlets more than they could be owed by luck.
        let over = Pmf::demand(40_000.0, 1.0).over(0);
        let mut owed = Owed::default();
        owed.learn(|backlog| {
            backlog.resize(over.first(), 0.0);
            backlog.extend_from_slice(over.mass());
        });
        let share = 0.02;
        // What is thinned of a Poisson number is a Poisson number.
        let plain = Pmf::demand(800.0, 1.0);
        for (k, term) in owed.terms(share, 1_200).iter().enumerate() {
            assert!((term - plain.exactly(k)).abs() < 1e-12, "{k}: {term} {}", plain.exactly(k));
        }
        // Of six backlogs and seven shares all but the few with the largest swings.
        assert!(by_rule > 30, "{by_rule}");
    }
}
