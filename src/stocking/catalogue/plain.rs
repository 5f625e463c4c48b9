//! The frequent case in a few operations: an outlet that waits for its depot's backlog and its own transport, no more.
//!
//! ```text
//! (owed)    t_k = P(Bin(B0, q) = k):  t(z) = Σ_n P(B0 = n)·(1−q+qz)ⁿ cut after z^K, by Horner's rule from the largest n
//! (mixture) D_x = Σ_terms μ·w·P(demand(λ(O−τ)) + J = x),   J the units of its own batch before a unit (`two_echelon`)
//! (late)    late(S) = total − Σ_{k+x < S} t_k·D_x,  total = Σ_terms μ·w
//! (least)   min_S h·S + late(S), looked for up to the first S with h·S no less than the best
//! ```
//! Where the depot's demand comes in batches (owed) is that of `owing`. Lateness is never negative, so beyond that S nothing is cheaper. No more terms are made than levels that holding alone
//! does not rule out, so a stream that wants no stock costs one comparison; and no more terms of (owed) than there are.

/// Lateness below this share of all is rounding.
const SETTLED: f64 = 1e-13;

/// Probabilities below this are not told apart from none.
const LEFT_OUT: f64 = 1e-16;

/// Units owed for certain are thinned apart from this multiple of the terms wanted on.
const FEW: usize = 4;

/// Beyond this mean the first term of a demand is too small to begin with.
pub(super) const LARGEST_MEAN: f64 = 600.0;

/// The demand during what remains of a transport after a window, priced.
#[derive(Debug, Clone, Copy)]
pub(super) struct Part {
    /// μ·w \[money/year\].
    pub(super) weight: f64,
    /// λ·(O−τ) \[units\], at most `LARGEST_MEAN`.
    pub(super) mean: f64,
    /// Variance-to-mean ratio.
    pub(super) ratio: f64,
}

impl Part {
    fn add_poisson(&self, sums: &mut [f64]) {
        let mut p = self.weight * (-self.mean).exp();
        for (x, sum) in sums.iter_mut().enumerate() {
            *sum += p;
            p *= self.mean / (x as f64 + 1.0);
        }
    }

    /// Negative binomial demand, P(0) = v^(−r), P(x+1) = P(x)·(r+x)/(x+1)·θ with r = m/(v−1), θ = 1 − 1/v, behind its batch,
    /// P(J = j) = (ln v − Σ_{k≤j} θᵏ/k)/(v−1).
    fn add_dispersed(&self, sums: &mut [f64]) {
        let (size, theta) = (self.mean / (self.ratio - 1.0), 1.0 - 1.0 / self.ratio);
        let mut above = self.ratio.ln();
        let mut power = theta;
        let mut before = Vec::with_capacity(sums.len());
        for j in 1..=sums.len() {
            before.push(above.max(0.0) / (self.ratio - 1.0));
            above -= power / j as f64;
            power *= theta;
        }
        let mut p = self.weight * (-size * self.ratio.ln()).exp();
        for x in 0..sums.len() {
            for (sum, before) in sums[x..].iter_mut().zip(&before) {
                *sum += p * before;
            }
            p *= (size + x as f64) * theta / (x as f64 + 1.0);
        }
    }
}

/// (mixture), made as far as it was asked for.
#[derive(Debug, Default)]
pub(super) struct Mixture {
    made: Vec<f64>,
}

impl Mixture {
    /// Nothing made yet.
    pub(super) fn clear(&mut self) {
        self.made.clear();
    }

    /// The first `count` terms.
    pub(super) fn up_to(&mut self, parts: &[Part], count: usize) -> &[f64] {
        if self.made.len() < count {
            self.made.clear();
            self.made.resize(count, 0.0);
            for part in parts {
                if part.ratio > 1.0 + 1e-12 && part.ratio.is_finite() {
                    part.add_dispersed(&mut self.made);
                } else {
                    part.add_poisson(&mut self.made);
                }
            }
        }
        &self.made[..count]
    }
}

/// How many streams are looked at side by side: one recursion waits for itself, eight do not.
pub(super) const LANES: usize = 8;

/// Numbers of terms for which streams are looked at side by side.
pub(super) const CLASSES: [usize; 11] = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48];

/// (owed) of several streams: the first terms of each.
pub(super) type OwedMany = [[f64; LANES]; CLASSES[CLASSES.len() - 1]];

/// (owed) of several streams for the number of terms of a class.
pub(super) fn owed_many(class: usize, backlog: &[f64], shares: &[f64; LANES], owed: &mut OwedMany) {
    match class {
        0 => recursion::<{ CLASSES[0] }>(backlog, shares, owed),
        1 => recursion::<{ CLASSES[1] }>(backlog, shares, owed),
        2 => recursion::<{ CLASSES[2] }>(backlog, shares, owed),
        3 => recursion::<{ CLASSES[3] }>(backlog, shares, owed),
        4 => recursion::<{ CLASSES[4] }>(backlog, shares, owed),
        5 => recursion::<{ CLASSES[5] }>(backlog, shares, owed),
        6 => recursion::<{ CLASSES[6] }>(backlog, shares, owed),
        7 => recursion::<{ CLASSES[7] }>(backlog, shares, owed),
        8 => recursion::<{ CLASSES[8] }>(backlog, shares, owed),
        9 => recursion::<{ CLASSES[9] }>(backlog, shares, owed),
        _ => recursion::<{ CLASSES[10] }>(backlog, shares, owed),
    }
}

fn recursion<const COUNT: usize>(backlog: &[f64], shares: &[f64; LANES], owed: &mut OwedMany) {
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
    owed[..COUNT].copy_from_slice(&made);
}

/// (owed) of one stream for the first `count` numbers; `backlog` is P(B0 = 0), P(B0 = 1), …
///
/// A depot with far too little stock owes at least so many units, N, for certain. Their thinning is the binomial distribution
/// itself, t(z) = (1−q+qz)^N · Σ_n P(B0 = N+n)·(1−q+qz)ⁿ, which takes `count`² steps in place of N·`count`.
pub(super) fn owed(backlog: &[f64], share: f64, count: usize, made: &mut Vec<f64>) {
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

/// One stream at given prices.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plain {
    /// q: the chance that a unit owed by the depot is owed to this stream.
    pub(super) share: f64,
    /// h \[money/year\].
    pub(super) holding: f64,
    /// Σ μ·w over its terms \[money/year\].
    pub(super) total: f64,
}

/// A level, its value and what is late of the total.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Chosen {
    pub(super) value: f64,
    pub(super) late: f64,
    pub(super) level: u32,
}

impl Plain {
    /// Levels that holding alone does not rule out.
    pub(super) fn most(&self) -> usize {
        if self.holding > 0.0 { (self.total / self.holding).ceil() as usize } else { usize::MAX }
    }

    /// Nothing on the shelf.
    pub(super) fn bare(&self) -> Chosen {
        Chosen { value: self.total, late: self.total, level: 0 }
    }

    /// (least) as far as the mixture reaches, with `terms` terms of (owed); `Err` where more levels are needed.
    pub(super) fn scan(&self, owed: impl Fn(usize) -> f64, terms: usize, mixture: &[f64]) -> Result<Chosen, ()> {
        let Self { holding, total, .. } = *self;
        let mut late = total;
        let mut best = self.bare();
        for level in 1..=mixture.len() {
            let held = holding * level as f64;
            if held >= best.value {
                return Ok(best);
            }
            if late <= SETTLED * total {
                // What is still late is lost in rounding: no level beyond costs less than holding it.
                return Ok(Chosen { value: best.value.min(held), ..best });
            }
            for (k, demand) in mixture[..level].iter().rev().take(terms).enumerate() {
                late -= owed(k) * demand;
            }
            let value = held + late.max(0.0);
            if value < best.value {
                best = Chosen { value, late: late.max(0.0), level: level as u32 };
            }
        }
        if mixture.len() >= self.most() { Ok(best) } else { Err(()) }
    }

    /// (least) over as many levels as it takes, `count` at first; `owe` makes the first terms of (owed).
    pub(super) fn least(
        &self,
        mut owe: impl FnMut(usize, &mut Vec<f64>),
        parts: &[Part],
        (mixture, made): (&mut Mixture, &mut Vec<f64>),
        count: usize,
    ) -> Chosen {
        let mut count = count.min(self.most());
        loop {
            let mixture = mixture.up_to(parts, count);
            owe(count, made);
            if let Ok(chosen) = self.scan(|k| made[k], made.len(), mixture) {
                return chosen;
            }
            count = (2 * count).min(self.most());
        }
    }
}

/// Σ_{k+x < level} t_k·D_x: what is in time with a level, for the mixture's length.
pub(super) fn in_time(owed: &[f64], mixture: &[f64]) -> f64 {
    let joint = |x: usize| owed.iter().zip(mixture[..=x].iter().rev()).map(|(t, d)| t * d).sum::<f64>();
    (0..mixture.len()).map(joint).sum()
}

/// How many terms of (owed) there are to speak of, for any share of one backlog.
///
/// P(Bin(B0, q) ≥ k) ≤ E\[C(B0, k)\]·q^k (Markov's inequality for binomial moments); from the first k where that is less
/// than rounding on, no more terms are made.
#[derive(Debug)]
pub(super) struct Moments([f64; CLASSES[CLASSES.len() - 1] + 1]);

impl Moments {
    /// Of no backlog yet.
    pub(super) fn none() -> Self {
        Self([0.0; CLASSES[CLASSES.len() - 1] + 1])
    }

    /// E\[C(B0, k)\] of a backlog.
    pub(super) fn of(backlog: &[f64]) -> Self {
        let mut moments = Self::none();
        for (n, p) in backlog.iter().enumerate() {
            let mut ways = *p;
            for (k, sum) in moments.0.iter_mut().enumerate().take(n + 1) {
                if k > 0 {
                    ways *= (n + 1 - k) as f64 / k as f64;
                }
                *sum += ways;
            }
        }
        moments
    }

    /// The number of terms for a share; no limit where it is beyond the largest class.
    pub(super) fn limit(&self, share: f64) -> usize {
        let mut power = 1.0;
        for (k, moment) in self.0.iter().enumerate() {
            if moment * power < LEFT_OUT {
                return k.max(1);
            }
            power *= share;
        }
        usize::MAX
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_that_are_owed_for_certain_are_thinned_like_all_others() {
        for (certain, share, count) in [(0, 0.1, 8), (50, 0.02, 9), (700, 0.01, 40), (3_000, 0.002, 30)] {
            // P(B0 = N + n) ∝ n + 1 for n < 60.
            let tail = (0..60).map(|n| f64::from(n + 1) / 1_830.0);
            let backlog: Vec<f64> = std::iter::repeat_n(0.0, certain).chain(tail).collect();
            let mut made = Vec::new();
            owed(&backlog, share, count, &mut made);
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
}
