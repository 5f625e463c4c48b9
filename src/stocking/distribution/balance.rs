//! Signed numbers of units: what is still out of the orders up to a moment, less what has come of later ones.

use super::Pmf;

/// The probabilities of a number of units that may be negative.
#[derive(Debug, Clone, PartialEq)]
pub struct Balance {
    /// The distribution of the number plus `shift`.
    shifted: Pmf,
    shift: usize,
}

impl From<Pmf> for Balance {
    fn from(units: Pmf) -> Self {
        Self { shifted: units, shift: 0 }
    }
}

impl Balance {
    /// The sum with an independent number of units.
    pub fn plus(&self, units: &Pmf) -> Self {
        Self { shifted: self.shifted.plus(units), shift: self.shift }
    }

    /// The difference to an independent number of units.
    pub fn minus(&self, units: &Pmf) -> Self {
        let mut mass = units.mass.clone();
        mass.reverse();
        let turned = Pmf { first: 0, mass };
        Self { shifted: self.shifted.plus(&turned), shift: self.shift + units.last() }
    }

    /// The sum with an independent balance.
    pub fn add(&self, other: &Self) -> Self {
        Self { shifted: self.shifted.plus(&other.shifted), shift: self.shift + other.shift }
    }

    /// The same, `count` units higher.
    pub fn raised(mut self, count: usize) -> Self {
        self.shifted.first += count;
        self
    }

    /// The same, `count` units lower.
    pub fn lowered(mut self, count: usize) -> Self {
        self.shift += count;
        self
    }

    /// The least value with a probability worth keeping.
    fn least(&self) -> i64 {
        self.shifted.first as i64 - self.shift as i64
    }

    /// The largest value with a probability worth keeping.
    pub fn most(&self) -> i64 {
        self.shifted.last() as i64 - self.shift as i64
    }

    /// P(Z ≤ n).
    pub fn at_most(&self, n: i64) -> f64 {
        self.shifted.at_most(n + self.shift as i64)
    }

    /// The distribution of (Z−n)⁺.
    pub fn over(&self, n: usize) -> Pmf {
        self.shifted.over(n + self.shift)
    }

    /// A draw from each with its weight; the weights add up to 1.
    pub fn mixed(weighted: &[(f64, Self)]) -> Self {
        let shift = weighted.iter().map(|(_, balance)| balance.shift).max().unwrap_or(0);
        let ends = |(_, balance): &(f64, Self)| shift - balance.shift + balance.shifted.last() + 1;
        let mut mass = vec![0.0; weighted.iter().map(ends).max().unwrap_or(1)];
        for (weight, balance) in weighted {
            let first = shift - balance.shift + balance.shifted.first;
            mass[first..].iter_mut().zip(&balance.shifted.mass).for_each(|(sum, p)| *sum += weight * p);
        }
        Self { shifted: Pmf { first: 0, mass }.trimmed(), shift }
    }

    /// max(Z, −K) with an independent number of units K.
    pub fn not_below_minus(&self, units: &Pmf) -> Self {
        let least = self.least().max(-(units.last() as i64));
        let most = self.most().max(-(units.first as i64));
        let exactly = |n: i64| usize::try_from(n + self.shift as i64).map_or(0.0, |n| self.shifted.exactly(n));
        let mass = (least..=most).map(|n| match usize::try_from(-n) {
            // Z = n with K ≥ −n, or K = −n with Z < n.
            Ok(k) => exactly(n) * units.more_than(k as i64 - 1) + units.exactly(k) * self.at_most(n - 1),
            Err(_) => exactly(n),
        });
        let mass: Vec<f64> = mass.collect();
        Self { shifted: Pmf { first: 0, mass }.trimmed(), shift: 0 }.moved(least)
    }

    fn moved(self, by: i64) -> Self {
        let count = by.unsigned_abs() as usize;
        if by < 0 { self.lowered(count) } else { self.raised(count) }
    }

    /// Of the units on either side of zero each is ours with chance q, independently; with `own` the first of the units
    /// above zero is ours for sure.
    pub fn thin(&self, q: f64, own: bool) -> Self {
        let mut above = vec![0.0];
        let mut below = vec![0.0];
        for (i, &p) in self.shifted.mass.iter().enumerate() {
            let value = self.least() + i as i64;
            let (side, count) = if value > 0 { (&mut above, value) } else { (&mut below, -value) };
            let count = count as usize - usize::from(own && value > 0);
            side.resize(side.len().max(count + 1), 0.0);
            side[count] += p;
        }
        let thinned = |mass: Vec<f64>| {
            // Each side has less than all the probability, and keeps what it has.
            if q > 0.0 { Pmf { first: 0, mass }.thin(q) } else { Pmf { first: 0, mass: vec![mass.iter().sum()] } }
        };
        let (above, below) = (thinned(above), thinned(below));
        let mut turned = below.mass.clone();
        turned.reverse();
        let parts = [
            (1.0, Self { shifted: Pmf { first: 0, mass: turned }, shift: below.last() }),
            (1.0, Self::from(above).raised(usize::from(own))),
        ];
        Self::mixed(&parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_balance_of_two_poisson_numbers_has_their_moments() {
        // Skellam: mean 2.0 − 3.5, and P(Z ≤ n) against the double sum.
        let (come, gone) = (Pmf::poisson(2.0), Pmf::poisson(3.5));
        let balance = Balance::from(come.clone()).minus(&gone);
        for n in -8..=8_i64 {
            let sum: f64 = (0..60).map(|k| gone.exactly(k) * come.at_most(n + k as i64)).sum();
            assert!((balance.at_most(n) - sum).abs() < 1e-14);
        }
    }

    #[test]
    fn a_floor_lifts_what_lies_below_it() {
        let balance = Balance::from(Pmf::poisson(1.0)).lowered(3);
        let floor = Pmf::poisson(1.5);
        let lifted = balance.not_below_minus(&floor);
        for n in -4..=4_i64 {
            // P(max(Z, −K) ≤ n) = P(Z ≤ n)·P(K ≥ −n).
            let law = balance.at_most(n) * floor.more_than(-n - 1);
            assert!((lifted.at_most(n) - law).abs() < 1e-14, "{n}");
        }
    }

    #[test]
    fn thinning_by_all_and_by_none_leaves_all_and_none() {
        let balance = Balance::from(Pmf::poisson(2.0)).lowered(2);
        let all = balance.thin(1.0, true);
        let none = balance.thin(0.0, false);
        for n in -3..=5_i64 {
            assert!((all.at_most(n) - balance.at_most(n)).abs() < 1e-14);
            assert!((none.at_most(n) - f64::from(u8::from(n >= 0))).abs() < 1e-14);
        }
    }
}
