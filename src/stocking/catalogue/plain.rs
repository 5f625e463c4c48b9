//! The frequent case in a few operations: an outlet that waits for its depot's backlog and its own transport, no more.
//!
//! ```text
//! (owed)    t_k = P(Bin(B0, q) = k)     (`owed`)
//! (mixture) D_x = Σ_terms μ·w·P(demand(λ(O−τ)) + J = x),   J the units of its own batch before a unit (`two_echelon`)
//! (late)    late(S) = total − Σ_{k+x < S} t_k·D_x,  total = Σ_terms μ·w
//! (least)   min_S h·S + late(S), looked for up to the first S with h·S no less than the best
//! ```
//! Where the depot's demand comes in batches (owed) is that of `owing`. Lateness is never negative, so beyond that S nothing is cheaper. No more terms are made than levels that holding alone
//! does not rule out, so a stream that wants no stock costs one comparison; and no more terms of (owed) than there are.

/// Lateness below this share of all is rounding.
const SETTLED: f64 = 1e-13;

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

/// (owed) of one stream after another.
pub(super) trait Terms {
    /// The first terms for a share of the depot's demand: so many, or all there are to speak of.
    fn first(&mut self, share: f64, count: usize) -> &[f64];
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

    /// (least) over as many levels as it takes, `count` at first.
    pub(super) fn least(&self, owed: &mut dyn Terms, parts: &[Part], mixture: &mut Mixture, count: usize) -> Chosen {
        let mut count = count.min(self.most());
        loop {
            let mixture = mixture.up_to(parts, count);
            let made = owed.first(self.share, count);
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
