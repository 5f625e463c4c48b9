//! Forecasts of a demand that may be silent in most periods: the expected demand of every period to come.
//!
//! A series has the quantities q₁ … qₙ of n periods. Of them demand periods (q > 0) have a size q and an interval, the
//! number of periods since the demand before, itself included; the first interval counts from the series' beginning.
//! a smooths sizes and levels, b smooths intervals and chances.
//! ```text
//! (mean)     f = Σ qₜ / n
//! (ses)      f ← f + a·(q − f),  from f = q₁
//! (size)     z ← z + a·(q − z)   in demand periods only, from the first size
//! (interval) p ← p + b·(g − p)   in demand periods only, g the interval, from the first interval
//! (croston)  f = z / p
//! (sba)      f = (1 − b/2) · z / p
//! (sbj)      f = (1 − b/(2−b)) · z / p
//! (chance)   c ← c + b·([q > 0] − c)   in every period, from c = [q₁ > 0]
//! (tsb)      f = c · z
//! (begin)    the t-th of the values that are smoothed weighs at least 1/t
//! ```
//! Without (begin) the first value counts as (1−a)ᵗ⁻¹ of all of them, which is most of a short history: the weights are
//! the published ones only from there on, and a series of less than 1/a values is smoothed into their plain mean.
//! [`Begin::First`] leaves (begin) out.
//!
//! A smoothed value is a weighted mean of independent ones; the squares of its weights sum to W, and it is as well known as
//! a plain mean of 1/W of them:
//! ```text
//! (weights)  W ← (1−w)²·W + w²,  from W = 1, w the weight of the newest value
//! (known)    T = n (mean),  1/W (ses),  p/W of the interval (croston, sba, sbj: 1/W intervals of p periods),
//!            1/W of the chance (tsb)
//! ```
//! T \[periods\] is the length of a plain mean that would be known as well as the forecast is. In (tsb) the chance alone
//! counts: it is smoothed in every period and so forgets sooner than the sizes.
//!
//! Sources: Croston, Forecasting and stock control for intermittent demands, Operational Research Quarterly 23 (1972);
//! Syntetos and Boylan, The accuracy of intermittent demand estimates, International Journal of Forecasting 21 (2005) for
//! (sba); Shale, Boylan and Johnston, Forecasting for intermittent demand: the estimation of an unbiased average, Journal of
//! the Operational Research Society 57 (2006) for (sbj); Teunter, Syntetos and Babai, Intermittent demand: linking
//! forecasting to inventory obsolescence, European Journal of Operational Research 214 (2011) for (tsb).

/// A way to forecast a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// The plain mean of all periods.
    Mean,
    /// Simple exponential smoothing.
    Ses,
    /// Croston's ratio of size and interval.
    Croston,
    /// Croston's ratio without its bias, after Syntetos and Boylan.
    Sba,
    /// Croston's ratio without its bias, after Shale, Boylan and Johnston.
    Sbj,
    /// Chance times size, after Teunter, Syntetos and Babai: it falls while demand is silent.
    Tsb,
}

impl Method {
    /// Every method, in the order of its word in `[demand] forecast`.
    pub const ALL: [Self; 6] = [Self::Mean, Self::Ses, Self::Croston, Self::Sba, Self::Sbj, Self::Tsb];

    /// The words of the methods in files.
    pub const NAMES: &'static [&'static str] = &["mean", "ses", "croston", "sba", "sbj", "tsb"];

    /// Its word in files.
    pub const fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

/// What smoothing begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Begin {
    /// The plain mean of the first values, (begin).
    #[default]
    Mean,
    /// The first value alone.
    First,
}

/// How much the newest observation weighs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Smoothing {
    /// a: weight of the newest size or level, above 0 and at most 1.
    pub size: f64,
    /// b: weight of the newest interval or chance, above 0 and at most 1.
    pub interval: f64,
    /// What it begins with.
    pub begin: Begin,
}

impl Smoothing {
    /// One weight for all.
    pub const fn both(weight: f64) -> Self {
        Self { size: weight, interval: weight, begin: Begin::Mean }
    }
}

impl Default for Smoothing {
    /// 0.1, the middle of what the sources try.
    fn default() -> Self {
        Self::both(0.1)
    }
}

/// A smoothed value, and the sum W of its squared weights.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Smoothed {
    values: usize,
    value: f64,
    squares: f64,
}

impl Smoothed {
    /// (ses), (size), (interval), (chance) with (begin) and (weights).
    fn observe(&mut self, weight: f64, begin: Begin, newest: f64) {
        self.values += 1;
        let weight = match (self.values, begin) {
            (1, _) => 1.0,
            (_, Begin::First) => weight,
            (values, Begin::Mean) => weight.max(1.0 / values as f64),
        };
        self.value += weight * (newest - self.value);
        self.squares = (1.0 - weight).powi(2) * self.squares + weight * weight;
    }

    /// 1/W: how many values a plain mean would need to be known as well; 0 before any.
    fn worth(&self) -> f64 {
        if self.values == 0 { 0.0 } else { 1.0 / self.squares }
    }
}

/// A forecast that takes in one period after the other.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecaster {
    method: Method,
    smoothing: Smoothing,
    periods: usize,
    sum: f64,
    level: Smoothed,
    size: Smoothed,
    interval: Smoothed,
    chance: Smoothed,
    since_demand: usize,
}

impl Forecaster {
    /// Before the first period.
    pub fn new(method: Method, smoothing: Smoothing) -> Self {
        let none = Smoothed::default();
        let (level, size, interval, chance) = (none, none, none, none);
        Self { method, smoothing, periods: 0, sum: 0.0, level, size, interval, chance, since_demand: 0 }
    }

    /// After all periods of a series.
    pub fn after(method: Method, smoothing: Smoothing, series: &[f64]) -> Self {
        let mut forecaster = Self::new(method, smoothing);
        series.iter().for_each(|&quantity| forecaster.observe(quantity));
        forecaster
    }

    /// Takes in the quantity of the next period \[units\].
    pub fn observe(&mut self, quantity: f64) {
        let Smoothing { size, interval, begin } = self.smoothing;
        let demanded = quantity > 0.0;
        self.periods += 1;
        self.sum += quantity;
        self.since_demand += 1;
        self.level.observe(size, begin, quantity);
        self.chance.observe(interval, begin, f64::from(demanded));
        if demanded {
            self.size.observe(size, begin, quantity);
            self.interval.observe(interval, begin, self.since_demand as f64);
            self.since_demand = 0;
        }
    }

    /// The expected demand of each period to come \[units/period\]; 0 before any demand.
    pub fn rate(&self) -> f64 {
        let b = self.smoothing.interval;
        let ratio = if self.size.values > 0 { self.size.value / self.interval.value } else { 0.0 };
        match self.method {
            Method::Mean if self.periods == 0 => 0.0,
            Method::Mean => self.sum / self.periods as f64,
            Method::Ses => self.level.value,
            Method::Croston => ratio,
            Method::Sba => (1.0 - b / 2.0) * ratio,
            Method::Sbj => (1.0 - b / (2.0 - b)) * ratio,
            Method::Tsb => self.chance.value * self.size.value,
        }
    }

    /// T, (known): the length of a plain mean that would be known as well \[periods\]; at most the length of the series.
    pub fn known_periods(&self) -> f64 {
        let length = self.periods as f64;
        let known = match self.method {
            Method::Mean => length,
            Method::Ses => self.level.worth(),
            Method::Croston | Method::Sba | Method::Sbj => self.interval.worth() * self.interval.value,
            Method::Tsb => self.chance.worth(),
        };
        known.min(length)
    }
}

/// The weights that [`fitted`] tries.
const WEIGHTS: [f64; 5] = [0.05, 0.1, 0.15, 0.2, 0.3];

/// The one weight, of 0.05, 0.1, 0.15, 0.2 and 0.3, whose forecasts of the next period erred least over the series itself
/// (mean squared error from the second period on; the smaller weight where two err alike).
pub fn fitted(method: Method, series: &[f64]) -> Smoothing {
    let error = |weight: f64| {
        let mut forecaster = Forecaster::new(method, Smoothing::both(weight));
        let mut squares = 0.0;
        for (before, &quantity) in series.iter().enumerate() {
            if before > 0 {
                squares += (quantity - forecaster.rate()).powi(2);
            }
            forecaster.observe(quantity);
        }
        squares
    };
    let mut best = (WEIGHTS[0], error(WEIGHTS[0]));
    for weight in WEIGHTS.into_iter().skip(1) {
        let squares = error(weight);
        if squares < best.1 {
            best = (weight, squares);
        }
    }
    Smoothing::both(best.0)
}
