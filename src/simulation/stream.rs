//! Random streams: every source of chance has its own.
//!
//! The state and the sequence of a stream are the two halves of SHA-256(seed ‖ replication ‖ source ‖ ids), so a stream
//! depends on what it is for and on nothing else: two plans of one scenario meet the same jobs at the same times (common
//! random numbers; A. M. Law, Simulation Modeling and Analysis, 5th ed. 2015, section 11.2), and the order or the thread in
//! which parts are simulated makes no difference. The generator is PCG64-DXSM (M. E. O'Neill 2014; 128 bits of state, a
//! 127-bit sequence number, 1 to 2 ns a draw); it comes with the crates that the project has anyway.

use rand_pcg::Pcg64Dxsm;
use rand_pcg::rand_core::Rng;
use sha2::{Digest, Sha256};

/// The luck of one replication: where its streams come from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Luck {
    /// The seed of the whole experiment.
    pub seed: u64,
    /// Which replication.
    pub replication: u32,
}

impl Luck {
    /// The stream of a source of chance that is told apart by ids.
    pub fn stream(&self, source: &str, ids: &[&str]) -> Stream {
        let mut digest = Sha256::new();
        digest.update(self.seed.to_le_bytes());
        digest.update(self.replication.to_le_bytes());
        for text in std::iter::once(&source).chain(ids) {
            // With its length before it no two lists of ids look the same.
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text.as_bytes());
        }
        let bytes: [u8; 32] = digest.finalize().into();
        let half = |first: usize| {
            let mut bytes_of_half = [0; 16];
            bytes_of_half.copy_from_slice(&bytes[first..first + 16]);
            u128::from_le_bytes(bytes_of_half)
        };
        Stream(Pcg64Dxsm::new(half(0), half(16)))
    }
}

/// An endless sequence of random numbers.
#[derive(Debug, Clone)]
pub(super) struct Stream(Pcg64Dxsm);

impl Stream {
    /// 64 random bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        self.0.next_u64()
    }

    /// Uniform on (0, 1\]: never zero, so that its logarithm is finite.
    #[inline]
    pub fn uniform(&mut self) -> f64 {
        // 53 bits are what a floating-point number between 1/2 and 1 holds.
        ((self.bits() >> 11) + 1) as f64 * (1.0 / (1_u64 << 53) as f64)
    }

    /// Exponential with mean 1.
    #[inline]
    pub fn exponential(&mut self) -> f64 {
        -self.uniform().ln()
    }

    /// Standard normal (G. Marsaglia and T. A. Bray, SIAM Review 6, 1964: the polar method, of whose pair the second is let
    /// go, so that a stream has no memory).
    pub fn normal(&mut self) -> f64 {
        loop {
            let (u, v) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = u * u + v * v;
            if square > 0.0 && square < 1.0 {
                return u * (-2.0 * square.ln() / square).sqrt();
            }
        }
    }

    /// Gamma with a shape and the scale 1 (G. Marsaglia and W. W. Tsang, ACM TOMS 26, 2000); a shape below 1 is drawn one higher
    /// and taken by a power of a uniform number, as they say in section 6.
    pub fn gamma(&mut self, shape: f64) -> f64 {
        if shape < 1.0 {
            return self.gamma(shape + 1.0) * self.uniform().powf(1.0 / shape);
        }
        let d = shape - 1.0 / 3.0;
        let c = 1.0 / (9.0 * d).sqrt();
        loop {
            let x = self.normal();
            let v = (1.0 + c * x).powi(3);
            if v > 0.0 && self.uniform().ln() < 0.5 * x * x + d - d * v + d * v.ln() {
                return d * v;
            }
        }
    }

    /// Logarithmic with parameter θ, P(N = n) = −θⁿ / (n ln(1−θ)), given ln(1−θ): geometric with a ratio q that is itself
    /// random, q = 1 − (1−θ)^U (A. W. Kemp, Applied Statistics 30, 1981, algorithm LK).
    #[inline]
    pub fn logarithmic(&mut self, log_rest: f64) -> u64 {
        let ratio = -(log_rest * self.uniform()).exp_m1();
        // A quotient beyond 2⁶⁴ saturates; it would take a θ within 1e-18 of 1.
        1 + (self.uniform().ln() / ratio.ln()) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::Luck;

    #[test]
    fn streams_of_different_sources_replications_and_seeds_differ_and_are_the_same_every_time() {
        let first = |seed, replication, ids: &[&str]| Luck { seed, replication }.stream("arrivals", ids).bits();
        assert_eq!(first(1, 0, &["pump"]), first(1, 0, &["pump"]));
        let others =
            [first(2, 0, &["pump"]), first(1, 1, &["pump"]), first(1, 0, &["board"]), first(1, 0, &["pu", "mp"])];
        assert!(others.iter().all(|other| *other != first(1, 0, &["pump"])));
        assert_ne!(first(1, 0, &["ab", "c"]), first(1, 0, &["a", "bc"]));
    }

    #[test]
    fn exponential_numbers_have_mean_and_variance_one() {
        let mut stream = Luck { seed: 1, replication: 0 }.stream("test", &[]);
        let count = 200_000;
        let (mut sum, mut squares) = (0.0, 0.0);
        for _ in 0..count {
            let number = stream.exponential();
            sum += number;
            squares += number * number;
        }
        // Standard errors: 1/√n = 0.0022 of the mean, √20/√n = 0.01 of the second moment, which is 2.
        assert!((sum / f64::from(count) - 1.0).abs() < 0.007);
        assert!((squares / f64::from(count) - 2.0).abs() < 0.03);
    }

    #[test]
    fn gamma_numbers_have_their_mean_and_variance() {
        for shape in [0.3, 1.0, 4.5] {
            let mut stream = Luck { seed: 1, replication: 0 }.stream("test", &[]);
            let count = 200_000;
            let (mut sum, mut squares) = (0.0, 0.0);
            for _ in 0..count {
                let number = stream.gamma(shape);
                sum += number;
                squares += number * number;
            }
            let (mean, square) = (sum / f64::from(count), squares / f64::from(count));
            // Standard errors: √(k/n) of the mean; of the second moment √((m4 − m2²)/n) with m2 = k(k+1), m4 = k(k+1)(k+2)(k+3).
            let (second, fourth) = (shape * (shape + 1.0), shape * (shape + 1.0) * (shape + 2.0) * (shape + 3.0));
            assert!((mean - shape).abs() < 3.0 * (shape / f64::from(count)).sqrt(), "{shape}: {mean}");
            let error = ((fourth - second * second) / f64::from(count)).sqrt();
            assert!((square - second).abs() < 3.0 * error, "{shape}: {square}");
        }
    }

    #[test]
    fn logarithmic_numbers_have_their_probabilities() {
        // θ = 0.6: P(1) = −0.6 / ln 0.4 = 0.65481, P(2) = 0.3 · P(1) = 0.19644, P(3) = 0.12 · P(1) = 0.07858.
        let mut stream = Luck { seed: 1, replication: 0 }.stream("test", &[]);
        let mut counts = [0_u32; 4];
        let count = 200_000;
        for _ in 0..count {
            let number = stream.logarithmic(0.4_f64.ln());
            counts[usize::try_from(number.min(4)).expect("it is at most 4") - 1] += 1;
        }
        for (number, share) in [(0, 0.654_81), (1, 0.196_44), (2, 0.078_58)] {
            // Three standard errors are at most 3 · 0.5 / √n = 0.0034.
            assert!((f64::from(counts[number]) / f64::from(count) - share).abs() < 0.0034, "{counts:?}");
        }
    }
}
