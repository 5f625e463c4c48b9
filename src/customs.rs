//! Customs time as a distribution.
//!
//! Clearing customs takes a consignment a time of its own, independent of all others: a gamma variable with the mean m and
//! the standard deviation s of the country entered (`customs_days`, `customs_days_deviation`), or what is left of a
//! measured lane where that is less than m. What else a lane takes is constant:
//!
//! ```text
//! (lane)      L = c + X,   X ~ Gamma(shape k = m²/s², scale s²/m),   E L = c + m
//! (promised)  the time that a share q of consignments keeps = c + G⁻¹(q),   G(x) = P(k, x·k/m)
//! ```
//!
//! P is the regularised lower incomplete gamma function, by its series below k + 1 and by the continued fraction of its
//! complement above (Abramowitz and Stegun, Handbook of Mathematical Functions, 1964, 6.5.29 and 6.5.31).
//!
//! **What depends on more than the mean.** Consignments may overtake one another. Of orders that arrive as a Poisson process
//! and take independent times, the number on order is Poisson with the mean λ·E L whatever the distribution (Palm, C.,
//! Analysis of the Erlang traffic formulae for busy-signal arrangements, Ericsson Technics 4, 1938; for units that are
//! asked for together and travel together, Feeney, G. J. and Sherbrooke, C. C., The (S−1, S) inventory policy under compound
//! Poisson demand, Management Science 12, 1966). So with E L in the place of a constant lead time:
//!
//! * fill rates, expected backorders and mean response times of an outlet are exact where its orders do not wait at the
//!   depot (or all do, its shelf being bare), and so are losses where stockouts are expressed (Erlang's formula knows only the mean);
//! * where orders wait at the depot now and then, means are exact (Little's law) and what depends on the distribution of
//!   the number on order is an approximation: departures from a depot are not quite Poisson;
//! * the share of waits within a window τ (`on_time`) likewise: as long as τ ≤ c nothing ordered later can come sooner, and the orders
//!   of before that are still under way when the window ends are demand(λ·(E L − τ)), as if customs took their mean; for longer windows
//!
//! ```text
//! (late)      E (X − y)⁺ = m·Q(k+1, x) − y·Q(k, x) = (m − y)·Q(k, x) + m·xᵏe⁻ˣ/Γ(k+1),   x = k·y/m,   Q = 1 − P
//! (early)     E (y − X)⁺ = y − m + E (X − y)⁺
//! (window)    P(wait ≤ τ) = P(M + U ≤ S),  M = demand(λ·E (L−τ)⁺) − demand(λ·E (τ−L)⁺),  U = 1 with the chance P(L > τ), else 0
//! ```
//!
//!   (thinned Poisson processes are independent: of the orders before a job's those under way at its window's end, of the orders within the
//!   window those that have overtaken it). Where orders wait at the depot what it owes is taken to be owed still when the window ends.
//!
//! `simulate` draws customs times (the one road that assumes nothing of this) and holds every promise against them.

use crate::stocking::two_echelon::ln_gamma;
use crate::units::DAYS_PER_YEAR;

/// The share of consignments whose lead time is told with a plan.
pub const PROMISED: f64 = 0.9;
/// Narrower distributions than of this shape are as good as normal in the cube root (E. B. Wilson and M. M. Hilferty 1931).
const NARROW: f64 = 1e6;
/// The standard normal variable stays below this with a chance of [`PROMISED`].
const NORMAL: f64 = 1.281_551_565_544_600_5;

/// How long customs take.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Customs {
    /// Mean \[days\].
    pub mean: f64,
    /// Standard deviation \[days\].
    pub deviation: f64,
}

impl Customs {
    /// Do they vary?
    pub fn vary(&self) -> bool {
        self.mean > 0.0 && self.deviation > 0.0
    }

    /// The shape k of the distribution.
    pub fn shape(&self) -> f64 {
        (self.mean / self.deviation).powi(2)
    }

    /// The same law with times in years.
    pub fn in_years(&self) -> Self {
        Self { mean: self.mean / DAYS_PER_YEAR, deviation: self.deviation / DAYS_PER_YEAR }
    }

    /// P(X > y), for a time in the unit of the mean.
    pub fn beyond(&self, time: f64) -> f64 {
        if !self.vary() || self.shape() > NARROW {
            return if time < self.mean { 1.0 } else { 0.0 };
        }
        upper(self.shape(), self.shape() * time / self.mean)
    }

    /// E (X − y)⁺, (late), in the unit of the mean.
    pub fn late(&self, time: f64) -> f64 {
        if time <= 0.0 || !self.vary() || self.shape() > NARROW {
            return (self.mean - time).max(0.0);
        }
        let (shape, x) = (self.shape(), self.shape() * time / self.mean);
        let next = (shape * x.ln() - x - ln_gamma(shape + 1.0)).exp();
        ((self.mean - time) * upper(shape, x) + self.mean * next).max(0.0)
    }

    /// E (y − X)⁺, (early), in the unit of the mean.
    pub fn early(&self, time: f64) -> f64 {
        (time - self.mean + self.late(time)).max(0.0)
    }

    /// The time \[days\] that a share of [`PROMISED`] of consignments keeps.
    pub fn promised(&self) -> f64 {
        if !self.vary() {
            return self.mean;
        }
        let shape = self.shape();
        if shape > NARROW {
            let root = 1.0 - 1.0 / (9.0 * shape) + NORMAL / (3.0 * shape.sqrt());
            return self.mean * root.powi(3);
        }
        // Chebyshev: no more than a tenth of the probability lies further than √10 deviations above the mean.
        let (mut least, mut most) = (0.0, self.mean + 4.0 * self.deviation);
        while most - least > 1e-13 * most {
            let middle = 0.5 * (least + most);
            if middle <= least || middle >= most {
                break;
            }
            if lower(shape, middle / self.mean * shape) < PROMISED { least = middle } else { most = middle }
        }
        0.5 * (least + most)
    }
}

/// P(k, x).
fn lower(shape: f64, x: f64) -> f64 {
    match shares(shape, x) {
        (true, lower) => lower,
        (false, upper) => 1.0 - upper,
    }
}

/// Q(k, x): far out summed for itself.
fn upper(shape: f64, x: f64) -> f64 {
    match shares(shape, x) {
        (true, lower) => 1.0 - lower,
        (false, upper) => upper,
    }
}

/// The lesser of P(k, x) and Q(k, x), or nearly, and whether it is P.
fn shares(shape: f64, x: f64) -> (bool, f64) {
    if x <= 0.0 {
        return (true, 0.0);
    }
    let front = (shape * x.ln() - x - ln_gamma(shape)).exp();
    if x < shape + 1.0 {
        // 6.5.29: Σ xⁿ / (k(k+1)…(k+n)).
        let (mut term, mut sum, mut of) = (1.0 / shape, 1.0 / shape, shape);
        while term > 1e-17 * sum {
            of += 1.0;
            term *= x / of;
            sum += term;
        }
        return (true, front * sum);
    }
    // 6.5.31 in its even form, by the modified method of Lentz.
    let mut b = x + 1.0 - shape;
    let mut c = 1.0 / f64::MIN_POSITIVE;
    let mut d = 1.0 / b;
    let mut fraction = d;
    for n in 1..100_000 {
        let a = -f64::from(n) * (f64::from(n) - shape);
        b += 2.0;
        d = 1.0 / nonzero(a * d + b);
        c = nonzero(b + a / c);
        fraction *= d * c;
        if (d * c - 1.0).abs() < 1e-16 {
            break;
        }
    }
    (false, front * fraction)
}

fn nonzero(number: f64) -> f64 {
    if number.abs() < f64::MIN_POSITIVE { f64::MIN_POSITIVE } else { number }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn promised(mean: f64, deviation: f64) -> f64 {
        Customs { mean, deviation }.promised()
    }

    #[test]
    fn nine_of_ten_consignments_keep_the_time_that_closed_forms_give() {
        // As spread as its mean it is exponential: −ln 0.1 = 2.302585093 means.
        assert!((promised(5.0, 5.0) - 5.0 * 10.0_f64.ln()).abs() < 1e-9);
        // Of shape 2 (Erlang): 1 − (1 + x)·e⁻ˣ = 0.9 at x = 3.889720170 (half the 0.9 quantile 7.779440340 of chi-squared with
        // four degrees of freedom), in units of the scale 1.
        assert!((promised(2.0, 2.0_f64.sqrt()) - 3.889_720_170).abs() < 1e-8);
        // Of shape 1/2: half of chi-squared with one degree of freedom, 2.705543454 / 2.
        assert!((promised(0.5, 0.5_f64.sqrt()) - 1.352_771_727).abs() < 1e-8);
        // Of shape 50: half of chi-squared with a hundred degrees of freedom, 118.4980038 / 2.
        assert!((promised(50.0, 50.0_f64.sqrt()) - 59.249_001_9).abs() < 1e-7);
    }

    #[test]
    fn what_is_late_and_early_is_what_closed_forms_give() {
        // Exponential: P(X > y) = e^(−y/m), E (X − y)⁺ = m·e^(−y/m).
        let customs = Customs { mean: 5.0, deviation: 5.0 };
        for time in [0.5_f64, 3.0, 7.0, 40.0, 200.0] {
            let left = (-time / 5.0).exp();
            assert!((customs.beyond(time) / left - 1.0).abs() < 1e-10, "{time}");
            assert!((customs.late(time) / (5.0 * left) - 1.0).abs() < 1e-10, "{time}");
            assert!((customs.early(time) - (time - 5.0 + 5.0 * left)).abs() < 1e-10, "{time}");
        }
        // Of shape 2 (Erlang) and mean 2: P(X > y) = (1 + y)·e⁻ʸ, E (X − y)⁺ = (2 + y)·e⁻ʸ.
        let customs = Customs { mean: 2.0, deviation: 2.0_f64.sqrt() };
        for time in [0.1_f64, 2.0, 9.0] {
            let left = (-time).exp();
            assert!((customs.beyond(time) - (1.0 + time) * left).abs() < 1e-12, "{time}");
            assert!((customs.late(time) - (2.0 + time) * left).abs() < 1e-12, "{time}");
        }
    }

    #[test]
    fn what_hardly_varies_takes_hardly_more_than_its_mean() {
        assert_eq!(promised(3.0, 0.0), 3.0);
        assert_eq!(promised(0.0, 1.0), 0.0);
        // Just below and above the shape where the cube root takes over: the normal quantile of the mean.
        for shape in [0.999e6_f64, 1.001e6] {
            let deviation = 10.0 / shape.sqrt();
            let wanted = 10.0 + NORMAL * deviation + deviation * deviation / 10.0 * (NORMAL * NORMAL - 1.0) / 3.0;
            assert!((promised(10.0, deviation) - wanted).abs() < 1e-8, "{shape}");
        }
    }

    #[test]
    fn more_deviation_promises_later_while_it_is_less_than_the_mean() {
        let times: Vec<f64> = (1..=10).map(|tenth| promised(4.0, 0.4 * f64::from(tenth))).collect();
        assert!(times.is_sorted_by(|one, next| one < next), "{times:?}");
    }
}
