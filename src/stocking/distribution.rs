//! Distributions on 0, 1, 2, …: what is in a pipeline, what is owed, what waits.
//!
//! ```text
//! (poisson)   P(x+1) = P(x) · m/(x+1)
//! (negbin)    P(x+1) = P(x) · (r+x)/(x+1) · (1−1/v),   r = m/(v−1): mean m, variance-to-mean ratio v
//! (binomial)  P(x+1) = P(x) · (n−x)/(x+1) · q/(1−q)
//! (over)      E[(X−s)⁺] = Σ_{x>s} (x−s)·P(x)           summed over the tail, never mean minus sum
//! (thin)      G(z) = Σ P(n)·(1−q+qz)ⁿ                  by Horner's rule in the polynomial 1−q+qz
//! (line)      Bin(k + Geom(r), q) = Bin(k, q) + Geom(rq / (1 − r + rq))     a long line thinned without Horner's squares
//! (batch)     P(J=j) = P(D>j) / E[D],   P(D=k) = −θᵏ / (k·ln(1−θ)),   θ = 1 − 1/v
//! ```
//! (batch): a demand whose ratio v is the same over every time comes in batches D, logarithmic, at Poisson times: its sum
//! over a time is (negbin). A unit of it finds the pipeline X and, before itself, J units of its own batch, so P(X+J ≤ S−1) of
//! all units are met at once. See e.g. Axsäter, Inventory Control, 3rd ed. (2015), section 5.1.
//!
//! The recursions start at the mode with weight 1 and are scaled at the end, so no exp(−m) can underflow. All terms are
//! positive: nothing cancels. What lies below `NEGLIGIBLE` of the peak is left out on both sides.

mod balance;

pub use balance::Balance;

/// Probabilities smaller than this share of the largest are left out.
const NEGLIGIBLE: f64 = 1e-18;

/// Convolution and thinning drop terms below this probability at the ends.
const DUST: f64 = 1e-22;

/// With fewer terms nobody looks for a geometric tail.
const LONG_LINE: usize = 512;

/// Ratios of a geometric tail differ by no more than this: what rounding makes of equal ones.
const STEADY: f64 = 1e-13;

/// Most terms kept of a distribution; only an absurd variance-to-mean ratio gets there.
const MOST_TERMS: usize = 1 << 22;

/// The probabilities of a random number of units.
#[derive(Debug, Clone, PartialEq)]
pub struct Pmf {
    /// The least value with a probability worth keeping.
    first: usize,
    /// P(first), P(first+1), …; never empty.
    mass: Vec<f64>,
}

impl Pmf {
    /// The number that is always `value`.
    pub fn constant(value: usize) -> Self {
        Self { first: value, mass: vec![1.0] }
    }

    /// The probabilities of 0, 1, 2, …
    pub(super) fn of(mass: Vec<f64>) -> Self {
        if mass.is_empty() { Self::constant(0) } else { Self { first: 0, mass }.trimmed() }
    }

    /// Poisson with a mean \[units\]; a mean that is not positive is 0.
    pub fn poisson(mean: f64) -> Self {
        if !mean.is_finite() || mean <= 0.0 {
            return Self::constant(0);
        }
        Self::from_mode(mean.floor() as usize, |x| mean / (x as f64 + 1.0))
    }

    /// Negative binomial with a mean and a variance-to-mean ratio (two moments); Poisson where the ratio is 1 or less.
    pub fn negative_binomial(mean: f64, variance_to_mean: f64) -> Self {
        let dispersed = variance_to_mean > 1.0 + 1e-12 && variance_to_mean.is_finite();
        if !dispersed || !mean.is_finite() || mean <= 0.0 {
            return Self::poisson(mean);
        }
        let r = mean / (variance_to_mean - 1.0);
        let q = 1.0 - 1.0 / variance_to_mean;
        let mode = if r > 1.0 { ((r - 1.0) * (variance_to_mean - 1.0)).floor() as usize } else { 0 };
        Self::from_mode(mode, |x| (r + x as f64) / (x as f64 + 1.0) * q)
    }

    /// Each of 0 … `count` − 1 with the same probability; a count of 0 is 1.
    pub fn uniform(count: u32) -> Self {
        let count = count.max(1) as usize;
        Self { first: 0, mass: vec![1.0 / count as f64; count] }
    }

    /// Demand over a time: `mean` = rate × time \[units\], Poisson or, with a ratio above 1, negative binomial.
    pub fn demand(mean: f64, variance_to_mean: f64) -> Self {
        Self::negative_binomial(mean, variance_to_mean)
    }

    /// J, (batch): units of its own batch before a unit of a demand with a variance-to-mean ratio; 0 where that is 1 or less.
    pub fn batch_before(variance_to_mean: f64) -> Self {
        let dispersed = variance_to_mean > 1.0 + 1e-12 && variance_to_mean.is_finite();
        if !dispersed {
            return Self::constant(0);
        }
        let theta = 1.0 - 1.0 / variance_to_mean;
        // P(D=k) without its factor, as far as it counts; then P(D>j) summed from the far end.
        let mut sizes = Vec::new();
        let mut power = theta;
        while power > NEGLIGIBLE && sizes.len() < MOST_TERMS {
            sizes.push(power / (sizes.len() + 1) as f64);
            power *= theta;
        }
        let mut above = 0.0;
        for size in sizes.iter_mut().rev() {
            above += *size;
            *size = above;
        }
        let total: f64 = sizes.iter().rev().sum();
        sizes.iter_mut().for_each(|p| *p /= total);
        Self { first: 0, mass: sizes }
    }

    /// Successes among `trials`, each with chance `q`.
    pub fn binomial(trials: usize, q: f64) -> Self {
        if q.is_nan() || q <= 0.0 || trials == 0 {
            return Self::constant(0);
        }
        if q >= 1.0 {
            return Self::constant(trials);
        }
        let odds = q / (1.0 - q);
        let mode = (((trials as f64 + 1.0) * q).floor() as usize).min(trials);
        Self::from_mode(mode, |x| (trials as f64 - x as f64).max(0.0) / (x as f64 + 1.0) * odds)
    }

    /// Failures before the first success, each failure with chance `ratio` below 1.
    pub fn geometric(ratio: f64) -> Self {
        if ratio.is_nan() || ratio <= 0.0 {
            return Self::constant(0);
        }
        Self::from_mode(0, |_| ratio)
    }

    /// A draw from each with its weight; the weights add up to 1.
    pub fn mixed(weighted: &[(f64, Self)]) -> Self {
        let last = weighted.iter().map(|(_, pmf)| pmf.last()).max().unwrap_or(0);
        let mut mass = vec![0.0; last + 1];
        for (weight, pmf) in weighted {
            mass[pmf.first..].iter_mut().zip(&pmf.mass).for_each(|(sum, p)| *sum += weight * p);
        }
        Self { first: 0, mass }.trimmed()
    }

    /// The values below n alone, and the probability that they leave out.
    pub fn below(&self, n: usize) -> (Self, f64) {
        let terms = n.saturating_sub(self.first).min(self.mass.len());
        let left_out = self.mass[terms..].iter().rev().sum();
        let mut mass = self.mass[..terms].to_vec();
        if mass.is_empty() {
            mass.push(0.0);
        }
        (Self { first: if terms == 0 { 0 } else { self.first }, mass }, left_out)
    }

    /// The distribution with its largest probability at `mode` and P(x+1) = P(x) · `ratio(x)`.
    pub(super) fn from_mode(mode: usize, ratio: impl Fn(usize) -> f64) -> Self {
        // Most distributions are this short.
        let mut below = Vec::with_capacity(32);
        let mut weight = 1.0;
        for x in (0..mode).rev() {
            weight /= ratio(x);
            if weight < NEGLIGIBLE || below.len() >= MOST_TERMS {
                break;
            }
            below.push(weight);
        }
        let first = mode - below.len();
        let mut mass = below;
        mass.reverse();
        mass.push(1.0);
        let mut x = mode;
        weight = 1.0;
        loop {
            weight *= ratio(x);
            if weight < NEGLIGIBLE || mass.len() >= MOST_TERMS {
                break;
            }
            mass.push(weight);
            x += 1;
        }
        let total: f64 = mass.iter().sum();
        mass.iter_mut().for_each(|p| *p /= total);
        Self { first, mass }
    }

    /// The least value with a probability worth keeping.
    pub fn first(&self) -> usize {
        self.first
    }

    /// The largest value with a probability worth keeping.
    pub fn last(&self) -> usize {
        self.first + self.mass.len() - 1
    }

    /// The kept probabilities, of [`first`](Self::first) and upwards.
    pub fn mass(&self) -> &[f64] {
        &self.mass
    }

    /// P(X = n).
    pub fn exactly(&self, n: usize) -> f64 {
        n.checked_sub(self.first).and_then(|i| self.mass.get(i)).copied().unwrap_or(0.0)
    }

    /// P(X ≤ n); 0 for n < 0.
    pub fn at_most(&self, n: i64) -> f64 {
        let Some(terms) = self.terms_up_to(n) else { return 0.0 };
        // The shorter side is summed: 1 minus a short tail keeps the digits of a probability near 1.
        if terms * 2 <= self.mass.len() {
            self.mass[..terms].iter().sum()
        } else {
            1.0 - self.mass[terms..].iter().rev().sum::<f64>()
        }
    }

    /// P(X > n), summed over the tail.
    pub fn more_than(&self, n: i64) -> f64 {
        match self.terms_up_to(n) {
            None => 1.0,
            Some(terms) => self.mass[terms..].iter().rev().sum(),
        }
    }

    /// How many of the kept terms are of values ≤ n; `None` for n below the first.
    fn terms_up_to(&self, n: i64) -> Option<usize> {
        let n = usize::try_from(n).ok()?;
        let position = n.checked_sub(self.first)?;
        Some((position + 1).min(self.mass.len()))
    }

    /// E\[(X−s)⁺\], (over): expected backorders of a site with pipeline X and base stock s \[units\].
    pub fn expected_over(&self, s: usize) -> f64 {
        self.over_moment(s, |excess| excess)
    }

    /// Σ_{x>s} f(x−s)·P(x), from the far end, so that small terms are added first.
    fn over_moment(&self, s: usize, f: impl Fn(f64) -> f64) -> f64 {
        let from = (s + 1).saturating_sub(self.first).min(self.mass.len());
        let shift = self.first as f64 - s as f64;
        self.mass[from..].iter().enumerate().rev().map(|(i, p)| f((from + i) as f64 + shift) * p).sum()
    }

    /// E\[X\].
    pub fn mean(&self) -> f64 {
        self.expected_over(0)
    }

    /// Var\[X\].
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        let spread = |(i, p): (usize, &f64)| ((self.first + i) as f64 - mean).powi(2) * p;
        self.mass.iter().enumerate().map(spread).sum()
    }

    /// Var\[(X−s)⁺\].
    pub fn variance_over(&self, s: usize) -> f64 {
        let mean = self.expected_over(s);
        self.over_moment(s, |excess| (excess - mean).powi(2)) + mean * mean * self.at_most(s as i64)
    }

    /// The distribution of (X−s)⁺: what s units on the shelf leave uncovered.
    pub fn over(&self, s: usize) -> Self {
        if s <= self.first {
            return Self { first: self.first - s, mass: self.mass.clone() };
        }
        let covered = (s - self.first + 1).min(self.mass.len());
        let mut mass = Vec::with_capacity(self.mass.len() - covered + 1);
        mass.push(self.at_most(s as i64));
        mass.extend_from_slice(&self.mass[covered..]);
        Self { first: 0, mass }
    }

    /// Bin(X, q), (thin): of X units each is ours with chance q, independently.
    pub fn thin(&self, q: f64) -> Self {
        if q.is_nan() || q <= 0.0 {
            return Self::constant(0);
        }
        if q >= 1.0 {
            return self.clone();
        }
        if let Some((from, ratio)) = self.geometric_from() {
            let (few, many) = self.below(from);
            let line = Self::geometric(ratio * q / (1.0 - ratio + ratio * q));
            return Self::mixed(&[(1.0, few.thin(q)), (many, Self::binomial(from, q).plus(&line))]);
        }
        let stay = 1.0 - q;
        // polynomial ← polynomial · (stay + q·z) + p, from one buffer into the other, so that the loop has no dependence.
        let mut polynomial: Vec<f64> = vec![0.0; self.mass.len() + 1];
        let mut next = polynomial.clone();
        let mut terms = 0;
        for &p in self.mass.iter().rev() {
            if terms == 0 {
                polynomial[0] = p;
                terms = 1;
                continue;
            }
            next[0] = stay * polynomial[0] + p;
            for (new, pair) in next[1..terms].iter_mut().zip(polynomial[..terms].windows(2)) {
                *new = stay * pair[1] + q * pair[0];
            }
            let top = polynomial[terms - 1] * q;
            if top > DUST {
                next[terms] = top;
                terms += 1;
            }
            std::mem::swap(&mut polynomial, &mut next);
        }
        polynomial.truncate(terms);
        let thinned = Self { first: 0, mass: polynomial }.trimmed();
        if self.first == 0 { thinned } else { thinned.plus(&Self::binomial(self.first, q)) }
    }

    /// Where a long tail begins in which every term is the same share of the one before, and that share, (line): the line
    /// of a busy shop. No other distribution here has one.
    pub(super) fn geometric_from(&self) -> Option<(usize, f64)> {
        let count = self.mass.len();
        let (left, right) = (count / 2, count / 4 * 3);
        if count < LONG_LINE {
            return None;
        }
        let ratio = (self.mass[right] / self.mass[left]).powf(1.0 / (right - left) as f64);
        let unsteady = |pair: &[f64]| (pair[1] - ratio * pair[0]).abs() > STEADY * pair[0];
        let from = self.mass[..=right].windows(2).rposition(unsteady).map_or(0, |unsteady| unsteady + 1);
        // A sum's last terms lack what was cut off of the longer summand; they weigh nothing.
        let to = self.mass[right..].windows(2).position(unsteady).map_or(count - 1, |unsteady| right + unsteady);
        let cut = self.mass[to] * (count - to) as f64;
        let found = from < left && ratio < 1.0 && cut <= 1e-14 * self.mass[from];
        found.then(|| (self.first + from, ratio))
    }

    /// Adds to the masses of 0, 1, 2, … those of the sum of this and an independent number with masses of 0, 1, 2, …, which
    /// need not add up to 1: a term of a mixture, without a distribution of its own.
    pub(super) fn add_with(&self, other: &[f64], masses: &mut Vec<f64>) {
        let count = self.first + self.mass.len() + other.len() - 1;
        if masses.len() < count {
            masses.resize(count, 0.0);
        }
        let (long, short) =
            if self.mass.len() >= other.len() { (&self.mass[..], other) } else { (other, &self.mass[..]) };
        for (i, &p) in short.iter().enumerate() {
            for (sum, &l) in masses[self.first + i..].iter_mut().zip(long) {
                *sum += p * l;
            }
        }
    }

    /// The distribution of the sum of two independent numbers.
    pub fn plus(&self, other: &Self) -> Self {
        let (long, short) =
            if self.mass.len() >= other.mass.len() { (&self.mass, &other.mass) } else { (&other.mass, &self.mass) };
        let mut mass = vec![0.0; long.len() + short.len() - 1];
        for (i, &p) in short.iter().enumerate() {
            for (sum, &l) in mass[i..].iter_mut().zip(long) {
                *sum += p * l;
            }
        }
        Self { first: self.first + other.first, mass }.trimmed()
    }

    /// P(X + Y ≤ n) for an independent Y, without their whole convolution.
    pub fn sum_at_most(&self, other: &Self, n: i64) -> f64 {
        let mut sum = 0.0;
        // P(Y ≤ n−x) grows as x falls: one pass over both.
        let (mut below, mut next) = (0.0, 0);
        for (i, p) in self.mass.iter().enumerate().rev() {
            let terms = n - (self.first + other.first + i) as i64 + 1;
            let terms = usize::try_from(terms).unwrap_or(0).min(other.mass.len());
            while next < terms {
                below += other.mass[next];
                next += 1;
            }
            sum += p * below;
        }
        sum.min(1.0)
    }

    /// The same without the dust at its ends.
    fn trimmed(mut self) -> Self {
        let end = self.mass.iter().rposition(|&p| p > DUST).map_or(1, |last| last + 1);
        self.mass.truncate(end);
        let dust = self.mass.iter().position(|&p| p > DUST).unwrap_or(0);
        if dust > 0 {
            self.mass.drain(..dust);
            self.first += dust;
        }
        self
    }
}
