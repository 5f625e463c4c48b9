//! The share of demands that find every unit out, where such demands go elsewhere.
//!
//! ```text
//! (erlang)  B(0) = 1,  B(s) = a·B(s−1) / (s + a·B(s−1))      A. K. Erlang 1917; the recursion is stable
//! ```
//! With one-for-one replenishment and lost (or expressed) demands the units on order behave like busy servers: s units,
//! offered load a = rate × mean lead time, whatever the distribution of the lead time (Palm; Sevastyanov 1957).
//!
//! With a variance-to-mean ratio v above 1 demands come in logarithmic batches (`distribution`), a batch that finds too few
//! units takes those there are, and the units of a batch come back together:
//!
//! ```text
//! (out)     g(0) = 1,  n·g(n) = Σ_k k·ρ_k·g(n−k) = (a/(v−1) + n−1)·θ·g(n−1)         n < s, in proportion to (negbin)
//! (all out) s·g(s) = Σ_{n<s} (s−n)·g(n)·Σ_{k≥s−n} ρ_k                           those that take what there is
//! (lost)    [Σ_{n<s} g(n)·P(J ≥ s−n) + g(s)] / Σ_{n≤s} g(n)
//! ```
//! with ρ_k = a/(v−1)·θᵏ/k the offered batches of k units and J as in (batch). (out) is the recursion of J. S. Kaufman 1981
//! (IEEE Transactions on Communications 29) and J. W. Roberts for batches that are refused whole, exact whatever the lead
//! times; (all out) lets them be refused in part, so that what is out is the accepted load: Σ n·g(n) = a·(1 − lost)·Σ g(n). For
//! v = 1 this is (erlang). It is an approximation: against simulations with constant lead times (v from 1.5 to 3, 1 to 40
//! units, loads from 0.1 to 35) it was within 2 % of the lost share, which (erlang) missed by factors of up to 100.
//! That it falls with stock and grows with load, as bounds ask of it, is held by a test on a grid, not by a proof.

/// Lost shares below this are none.
pub const NOTHING_LOST: f64 = 1e-16;

/// The share of demands lost with `servers` units and an `offered` load \[units\].
pub fn erlang_b(servers: u32, offered: f64) -> f64 {
    (1..=servers).fold(1.0, |loss, s| next_erlang_b(loss, s, offered))
}

/// B(s) from B(s−1) = `loss`, (erlang).
pub fn next_erlang_b(loss: f64, servers: u32, offered: f64) -> f64 {
    let busy = offered.max(0.0) * loss;
    busy / (f64::from(servers) + busy)
}

/// Demands that are lost (or expressed) where they find no unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loss {
    /// a: rate × mean lead time \[units\].
    pub offered: f64,
    /// v, at least 1.
    pub variance_to_mean: f64,
}

impl Loss {
    /// The share lost with a base stock, (lost).
    pub fn with(self, base_stock: u32) -> f64 {
        let mut levels = self.levels();
        (0..base_stock).for_each(|_| {
            levels.next();
        });
        levels.next().unwrap_or(0.0)
    }

    /// The shares lost with base stocks 0, 1, 2, …; it does not end.
    pub fn levels(self) -> Losses {
        Losses { of: self, level: 0, lost: 1.0, out: Vec::new(), total: 0.0, taking: Vec::new(), behind: Vec::new() }
    }

    fn dispersed(&self) -> bool {
        self.variance_to_mean > 1.0 + 1e-12 && self.variance_to_mean.is_finite()
    }
}

/// See [`Loss::levels`].
#[derive(Debug, Clone)]
pub struct Losses {
    of: Loss,
    /// The level told next.
    level: u32,
    lost: f64,
    /// g(0), g(1), … as far as they were asked for, all scaled alike, and their sum.
    out: Vec<f64>,
    total: f64,
    /// k·Σ_{i≥k} θⁱ/i for k = 1, 2, …
    taking: Vec<f64>,
    /// P(J ≥ k) for k = 1, 2, …, as many.
    behind: Vec<f64>,
}

impl Losses {
    /// (lost) with the next level.
    fn batches(&mut self) -> f64 {
        let (load, ratio) = (self.of.offered, self.of.variance_to_mean);
        let (size, theta) = (load / (ratio - 1.0), 1.0 - 1.0 / ratio);
        let s = self.level as usize;
        if s == 1 {
            self.make_tails(theta);
            self.out.push(1.0);
        } else {
            let n = s as f64 - 1.0;
            self.out.push(self.out[s - 2] * (size + n - 1.0) / n * theta);
        }
        self.total += self.out[s - 1];
        if self.out[s - 1] > 1e200 {
            self.out.iter_mut().for_each(|g| *g *= 1e-200);
            self.total *= 1e-200;
        }
        let kept = s.min(self.taking.len());
        let (mut all_out, mut lost) = (0.0, 0.0);
        for ((g, taking), behind) in self.out[s - kept..].iter().rev().zip(&self.taking).zip(&self.behind) {
            all_out += g * taking;
            lost += g * behind;
        }
        all_out *= size / s as f64;
        (lost + all_out) / (self.total + all_out)
    }

    /// Σ_{i≥k} θⁱ/i, and P(J ≥ k) = Σ_{j≥k} P(D > j)/E\[D\], both from the far end.
    fn make_tails(&mut self, theta: f64) {
        let mut power = theta;
        while power > 1e-18 && self.taking.len() < 1 << 20 {
            self.taking.push(power / (self.taking.len() + 1) as f64);
            power *= theta;
        }
        // P(D > j) is in proportion to the tail from j + 1 on; J ≥ k sums them from j = k on.
        self.behind.resize(self.taking.len(), 0.0);
        let (mut tail, mut beyond) = (0.0, 0.0);
        for (place, (taking, behind)) in self.taking.iter_mut().zip(&mut self.behind).enumerate().rev() {
            *behind = beyond;
            tail += *taking;
            beyond += tail;
            *taking = tail * (place + 1) as f64;
        }
        self.behind.iter_mut().for_each(|behind| *behind /= beyond);
    }
}

impl Iterator for Losses {
    type Item = f64;

    fn next(&mut self) -> Option<f64> {
        if self.level > 0 && self.lost > 0.0 {
            self.lost = match self.of {
                Loss { offered, .. } if offered.is_nan() || offered <= 0.0 => 0.0,
                of if of.dispersed() => self.batches(),
                of => next_erlang_b(self.lost, self.level, of.offered),
            };
        }
        self.level += 1;
        Some(self.lost)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_batches_it_is_the_formula_of_erlang() {
        // 10 servers, 7 erlang: 0.0787, the tables' value.
        assert!((Loss { offered: 7.0, variance_to_mean: 1.0 }.with(10) - 0.0787).abs() < 5e-5);
        for s in [0, 1, 3, 12] {
            let batches = Loss { offered: 5.0, variance_to_mean: 1.0 + 1e-9 }.with(s);
            assert!((batches - erlang_b(s, 5.0)).abs() < 1e-8, "{s}: {batches}");
        }
    }

    #[test]
    fn it_keeps_to_simulated_shares_with_constant_lead_times() {
        // 400,000 batches each: units, load, ratio, lost share.
        let simulated = [
            (2, 0.3, 3.0, 0.2994),
            (3, 1.0, 3.0, 0.2776),
            (5, 1.0, 3.0, 0.1204),
            (5, 3.0, 1.5, 0.1663),
            (10, 5.0, 3.0, 0.1301),
            (20, 15.0, 3.0, 0.1430),
            (40, 35.0, 2.0, 0.0984),
            (12, 4.0, 2.0, 0.0196),
        ];
        for (units, offered, variance_to_mean, share) in simulated {
            let lost = Loss { offered, variance_to_mean }.with(units);
            assert!((lost - share).abs() <= 0.02 * share, "{units} {offered} {variance_to_mean}: {lost}");
        }
    }

    #[test]
    fn more_stock_loses_less_and_more_load_loses_more() {
        for variance_to_mean in [1.0, 1.05, 1.5, 3.0, 20.0] {
            let mut before: Option<Vec<f64>> = None;
            for offered in [0.01, 0.1, 0.5, 1.0, 3.0, 10.0, 60.0] {
                let lost: Vec<f64> = Loss { offered, variance_to_mean }.levels().take(120).collect();
                assert!(lost.windows(2).all(|pair| pair[1] <= pair[0]), "{variance_to_mean} {offered}");
                if let Some(less) = before {
                    assert!(
                        less.iter().zip(&lost).all(|(less, more)| *less <= more + 1e-15),
                        "{variance_to_mean} {offered}"
                    );
                }
                before = Some(lost);
            }
        }
    }
}
