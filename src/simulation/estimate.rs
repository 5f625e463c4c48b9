//! What replications say of a number, and how sure they are.
//!
//! ```text
//! (ratio)    R = Σ Y_i / Σ N_i over n replications: Y_i what the jobs of replication i count, N_i the jobs
//! (error)    s² = Σ (Y_i − R N_i)² / (n−1),   standard error = s / (√n · N̄)
//! (interval) R ± t(n−1) · standard error, t the quantile of Student's distribution
//! (three)    where all or none of N jobs count, at least −ln(1−confidence) / N: the rule of three; jobs that meet the
//!            same shelf within a lead time fail together, so N is no more than shelves × time / longest lead time
//! ```
//! W. G. Cochran, Sampling Techniques, 3rd ed. 1977, chapter 6; the quantile from the finite sums of Abramowitz and
//! Stegun 26.7.3 and 26.7.4; the rule of three J. A. Hanley and A. Lippman-Hand 1983 (JAMA 249).

use std::f64::consts::{FRAC_2_PI, FRAC_PI_2};

/// The confidence of the intervals that are shown.
pub const CONFIDENCE: f64 = 0.95;

/// A number as replications estimate it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The estimate, (ratio).
    pub mean: f64,
    /// Its standard error, (error).
    pub standard_error: f64,
    /// Replications.
    pub replications: u32,
    /// Jobs (or years) that it was taken over in all replications together.
    pub weight: f64,
    /// The N of (three), where it holds.
    unanimous: Option<f64>,
}

impl Estimate {
    /// The estimate of Σ Y / Σ N from the pairs (Y, N) of at least two replications; `None` where N is zero in all.
    pub(super) fn of(pairs: &[(f64, f64)]) -> Option<Self> {
        let count = pairs.len() as f64;
        let sum: f64 = pairs.iter().map(|pair| pair.0).sum();
        let weight: f64 = pairs.iter().map(|pair| pair.1).sum();
        if weight <= 0.0 {
            return None;
        }
        let mean = sum / weight;
        let squares: f64 = pairs.iter().map(|(own, jobs)| (own - mean * jobs).powi(2)).sum();
        let standard_error = (squares / (count - 1.0) / count).sqrt() / (weight / count);
        Some(Self { mean, standard_error, replications: pairs.len() as u32, weight, unanimous: None })
    }

    /// The same of a share of jobs that chance decides, to which (three) applies; `chances`: shelves × time / longest
    /// lead time.
    pub(super) fn of_chances(pairs: &[(f64, f64)], chances: f64) -> Option<Self> {
        let estimate = Self::of(pairs)?;
        let decided = |share: f64| pairs.iter().all(|(own, jobs)| *own == share * jobs);
        let unanimous = (decided(0.0) || decided(1.0)).then(|| estimate.weight.min(chances.max(1.0)));
        Some(Self { unanimous, ..estimate })
    }

    /// The difference of two ratios over the same replications.
    pub(super) fn of_difference(most: &[(f64, f64)], least: &[(f64, f64)]) -> Option<Self> {
        let (above, below) = (Self::of(most)?, Self::of(least)?);
        let count = most.len() as f64;
        let residual = |own: &Self, pair: &(f64, f64)| (pair.0 - own.mean * pair.1) / (own.weight / count);
        let pairs = most.iter().zip(least);
        let squares: f64 = pairs.map(|(most, least)| (residual(&above, most) - residual(&below, least)).powi(2)).sum();
        Some(Self {
            mean: above.mean - below.mean,
            standard_error: (squares / (count - 1.0) / count).sqrt(),
            weight: above.weight.min(below.weight),
            ..above
        })
    }

    /// Half the width of the interval that holds the truth with this confidence, (interval) and (three).
    pub fn half_width(&self, confidence: f64) -> f64 {
        let degrees = self.replications.saturating_sub(1);
        let least = self.unanimous.map_or(0.0, |chances| -(1.0 - confidence).ln() / chances);
        if degrees == 0 { f64::INFINITY } else { (student(degrees, confidence) * self.standard_error).max(least) }
    }
}

/// The t for which Student's variable with these degrees of freedom lies within ± t with this probability.
pub(super) fn student(degrees: u32, probability: f64) -> f64 {
    let (mut low, mut high) = (0.0, FRAC_PI_2);
    for _ in 0..80 {
        let middle = f64::midpoint(low, high);
        if within(degrees, middle) < probability { low = middle } else { high = middle }
    }
    f64::from(degrees).sqrt() * low.tan()
}

/// P(|T| ≤ √degrees · tan θ).
fn within(degrees: u32, angle: f64) -> f64 {
    let (sine, cosine) = angle.sin_cos();
    // 26.7.3 (odd): 2/π (θ + sin θ (cos θ + 2/3 cos³θ + …)); 26.7.4 (even): sin θ (1 + 1/2 cos²θ + 3/8 cos⁴θ + …).
    let odd = degrees % 2 == 1;
    let mut term = if odd { cosine } else { 1.0 };
    let mut power = if odd { 1 } else { 0 };
    let mut sum = 0.0;
    while power + 2 <= degrees {
        sum += term;
        term *= f64::from(power + 1) / f64::from(power + 2) * cosine * cosine;
        power += 2;
    }
    if odd { FRAC_2_PI * (angle + sine * sum) } else { sine * sum }
}

#[cfg(test)]
mod tests {
    use super::{Estimate, student};

    #[test]
    fn quantiles_of_student_are_those_of_print() {
        // Two-sided 95 % and 99 %, any table of the t distribution.
        for (degrees, probability, printed) in [
            (1, 0.95, 12.706),
            (2, 0.95, 4.303),
            (3, 0.95, 3.182),
            (10, 0.95, 2.228),
            (19, 0.95, 2.093),
            (30, 0.95, 2.042),
            (120, 0.95, 1.980),
            (1, 0.99, 63.657),
            (9, 0.99, 3.250),
        ] {
            assert!((student(degrees, probability) - printed).abs() < 6e-4, "{degrees} {probability}");
        }
    }

    #[test]
    fn a_ratio_and_its_error_follow_the_formula() {
        // R = 24 / 30 = 0.8; residuals 9 − 8, 7 − 8, 8 − 8: s² = 2 / 2 = 1, error = 1 / (√3 · 10).
        let estimate = Estimate::of(&[(9.0, 10.0), (7.0, 10.0), (8.0, 10.0)]).expect("there are jobs");
        assert!((estimate.mean - 0.8).abs() < 1e-15);
        assert!((estimate.standard_error - 0.1 / 3.0_f64.sqrt()).abs() < 1e-15);
        assert_eq!(Estimate::of(&[(0.0, 0.0), (0.0, 0.0)]), None);
    }

    #[test]
    fn a_share_that_never_failed_is_known_to_three_chances() {
        let estimate = Estimate::of_chances(&[(50.0, 50.0), (50.0, 50.0)], 1e9).expect("there are jobs");
        assert!((estimate.half_width(0.95) - 0.029_957).abs() < 1e-5);
        let estimate = Estimate::of_chances(&[(50.0, 50.0), (50.0, 50.0)], 30.0).expect("there are jobs");
        assert!((estimate.half_width(0.95) - 0.099_858).abs() < 1e-5);
    }
}
