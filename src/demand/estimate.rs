//! Rate and dispersion of a demand from its history, and how far both can be trusted.
//!
//! A series has n periods, m of them with demand of mean size z̄ and squared coefficient of variation CV² (`pattern`); the
//! forecast is f, known as well as the plain mean of T periods (`forecast`).
//! ```text
//! (shrink)     C = ((m−1)·CV² + k·C̄) / (m−1+k)            C̄ = Σ(m−1)·CV² / Σ(m−1) over the series of its pattern
//! (dispersion) v = z̄ · (C + (1 − m/n)·n/(n−1)), at least 1
//! (drift)      δ² = Σ [(q̄₂ − f₁)²/(v·q̄) − 1/T₁ − 1/n₂] / Σ (q̄/v), at least 0, over all series with demand
//! (error)      Var[Λ] = v·f/T + δ²·f²
//! (predictive) v(L) = v·(1 + L/T) + δ²·f·L
//! ```
//! (dispersion) is the variance-to-mean ratio of a demand that comes in a period with chance m/n and then has a size of its
//! own. With few demands the sizes say little about their variation, and the series of the same pattern say the rest, as if
//! they were k = 2 demands more: the sampling error of a CV² estimated from m sizes is about √(2/(m−1)) of it, and the series
//! of a pattern differ by about as much as they are. CV² has no unit, so parts that are counted in ones and in hundreds can
//! share it; a single size has none, and learns from all series that are as seldom.
//!
//! (drift): rates move, and no formula that takes them as fixed keeps its promise. All series are forecast from the first two
//! thirds of their periods (f₁, T₁) and held against the mean q̄₂ of the n₂ others; what they miss beyond chance, as a share of
//! the rate, is δ². One number for the whole history, so that thousands of short series can tell what none of them can alone;
//! with fewer than `ENOUGH` series it is 0.
//!
//! (predictive): demand over a lead time L given its rate Λ has mean ΛL and variance vΛL; the variance of ΛL itself, L²·Var\[Λ\],
//! comes on top, and the sum is divided by f·L. For a Poisson demand with a plain mean it is exactly the negative binomial
//! that a gamma posterior gives (r = number of demands seen, ratio 1 + L/n): see e.g. Gelman et al., Bayesian Data Analysis,
//! 3rd ed. (2013), section 2.6. The rest are two moments of the same idea.

use super::forecast::{Forecaster, Method, Smoothing, fitted};
use super::pattern::{Pattern, Shape};

/// k of (shrink): so many demands the series of the same pattern are worth.
const WORTH: f64 = 2.0;

/// Fewer series with demand cannot tell how rates move, (drift).
const ENOUGH: usize = 20;

/// A history of fewer periods is not cut in two, (drift).
const LONG: usize = 6;

/// How series are forecast.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Forecast {
    /// By which method.
    pub method: Method,
    /// With which weights; `None`: those that err least over each series itself.
    pub smoothing: Option<Smoothing>,
}

/// What estimation needs of one series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Summary {
    /// Its shape.
    pub shape: Shape,
    /// f: forecast \[units/period\].
    pub rate: f64,
    /// T \[periods\].
    pub known_periods: f64,
    /// (q̄₂ − f₁)² \[(units/period)²\] and 1/T₁ + 1/n₂ \[1/periods\]; `None` where it cannot be cut in two.
    missed: Option<(f64, f64)>,
}

impl Summary {
    /// The summary of a series of quantities \[units\].
    pub fn of(series: &[f64], forecast: Forecast) -> Self {
        let after = |series: &[f64]| {
            let smoothing = forecast.smoothing.unwrap_or_else(|| fitted(forecast.method, series));
            Forecaster::after(forecast.method, smoothing, series)
        };
        let whole = after(series);
        let (first, last) = series.split_at(series.len() * 2 / 3);
        let early = after(first);
        let missed = (series.len() >= LONG && early.rate() > 0.0).then(|| {
            let count = last.len() as f64;
            let mean = last.iter().sum::<f64>() / count;
            ((mean - early.rate()).powi(2), 1.0 / early.known_periods() + 1.0 / count)
        });
        Self { shape: Shape::of(series), rate: whole.rate(), known_periods: whole.known_periods(), missed }
    }

    /// q̄ \[units/period\].
    fn mean(&self) -> f64 {
        self.shape.mean_size * self.shape.demands as f64 / self.shape.periods as f64
    }
}

/// Rate and dispersion of one series.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// How its demand comes.
    pub pattern: Pattern,
    /// f: expected demand \[units/period\].
    pub rate: f64,
    /// v: variance-to-mean ratio of the demand if its rate were known, at least 1.
    pub variance_to_mean: f64,
    /// T: the rate is known as well as the plain mean of so many periods.
    pub known_periods: f64,
    /// δ²: variance of the rate's drift as a share of the rate's square.
    pub drift: f64,
}

impl Estimate {
    /// v(L), (predictive): variance-to-mean ratio of the demand over a lead time \[periods\], the rate being what was estimated.
    pub fn predictive(&self, lead_time: f64) -> f64 {
        if self.known_periods <= 0.0 {
            return self.variance_to_mean;
        }
        let error = self.variance_to_mean * lead_time / self.known_periods;
        self.variance_to_mean + error + self.drift * self.rate * lead_time
    }
}

/// The estimates of all series of a history, in their order: each learns from the others.
pub fn estimates(summaries: &[Summary]) -> Vec<Estimate> {
    let variation = Pool::of(summaries);
    let ratios: Vec<f64> = summaries.iter().map(|summary| dispersion(&summary.shape, &variation)).collect();
    let drift = drift(summaries, &ratios);
    let estimate = |(summary, &variance_to_mean): (&Summary, &f64)| Estimate {
        pattern: summary.shape.pattern(),
        rate: summary.rate,
        variance_to_mean,
        known_periods: summary.known_periods,
        drift,
    };
    summaries.iter().zip(&ratios).map(estimate).collect()
}

/// C̄ of each pattern, and of all seldom series together.
struct Pool {
    of: [f64; Pattern::ALL.len()],
    seldom: f64,
}

impl Pool {
    fn of(summaries: &[Summary]) -> Self {
        let mean = |within: &dyn Fn(Pattern) -> bool| {
            let (mut sum, mut weight) = (0.0, 0.0);
            for shape in summaries.iter().map(|summary| &summary.shape).filter(|shape| shape.demands > 1) {
                if within(shape.pattern()) {
                    let freedom = shape.demands as f64 - 1.0;
                    sum += freedom * shape.size_variation;
                    weight += freedom;
                }
            }
            if weight > 0.0 { sum / weight } else { 0.0 }
        };
        Self {
            of: Pattern::ALL.map(|pattern| mean(&|own| own == pattern)),
            seldom: mean(&|own| matches!(own, Pattern::Intermittent | Pattern::Lumpy)),
        }
    }
}

/// v, (shrink) and (dispersion).
fn dispersion(shape: &Shape, pool: &Pool) -> f64 {
    if shape.demands == 0 || shape.periods < 2 {
        return 1.0;
    }
    let (count, periods) = (shape.demands as f64, shape.periods as f64);
    let common = if shape.demands == 1 { pool.seldom } else { pool.of[shape.pattern() as usize] };
    let variation = ((count - 1.0) * shape.size_variation + WORTH * common) / (count - 1.0 + WORTH);
    let silence = (1.0 - count / periods) * periods / (periods - 1.0);
    (shape.mean_size * (variation + silence)).max(1.0)
}

/// δ², (drift).
fn drift(summaries: &[Summary], ratios: &[f64]) -> f64 {
    let (mut beyond, mut weight, mut series) = (0.0, 0.0, 0);
    for (summary, ratio) in summaries.iter().zip(ratios) {
        let Some((squared, chance)) = summary.missed else { continue };
        beyond += squared / (ratio * summary.mean()) - chance;
        weight += summary.mean() / ratio;
        series += 1;
    }
    if series < ENOUGH { 0.0 } else { (beyond / weight).max(0.0) }
}
