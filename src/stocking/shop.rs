//! Repair at a site: how many units are in it, with ample servers or with few.
//!
//! ```text
//! (ample)      units in repair = demand(λr·T)                    constant turnaround T (Poisson: any turnaround, Palm 1938)
//! (queue)      P(n) ∝ aⁿ/n!  (n ≤ c),  P(n) ∝ P(c)·ρⁿ⁻ᶜ  (n > c),   a = Σλp·tp,  ρ = a/c < 1       M/M/c, A. K. Erlang 1917
//! (class)      units of part p = Bin(N, wp),  wp = λp·(Wq + tp) / Σ λ·(Wq + t)
//! (geometric)  Bin(Geom(ρ), w) = Geom(wρ / (1 − ρ + wρ))
//! (finite)     P(n+1)·μ·min(n+1, c) = P(n)·λ·min(N, N+S−n)       N installed units, S spares: birth and death
//! ```
//! A shop with c servers repairs all parts of its site first come first served, with exponential repair times. With one mean
//! repair time for all its parts (queue) and (class) are exact: who stands where in the line does not depend on how long
//! the line is, so each unit in the shop is of part p with chance wp = λp/Λ, independently. With unequal means the shop is
//! taken for an M/M/c of their mean; each part keeps its mean time Wq + tp, the distribution is an approximation.
//!
//! What is repaired and what is ordered are independent Poisson streams, so the shop's count is independent of what is
//! ordered. An M/M/c shop's departures are Poisson and independent of what it still holds (P. J. Burke 1956), so transport
//! behind it adds an independent demand(λ·O).

use super::distribution::Pmf;

/// The repair of one part at the site that stocks it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Repair {
    /// Share of the demand whose failed units are repaired here, 0 to 1.
    pub share: f64,
    /// Mean time from failure to repaired, waiting for a server not counted \[years\].
    pub time: f64,
    /// The shop; `None`: a server is always free and the time is constant.
    pub shop: Option<Shop>,
}

impl Repair {
    /// Repair by ample servers.
    pub const fn ample(share: f64, time: f64) -> Self {
        Self { share, time, shop: None }
    }

    /// Units in repair, (ample) or (class), for a demand rate \[units/year\] of the part.
    pub fn units(&self, rate: f64, variance_to_mean: f64) -> Pmf {
        let repaired = self.share * rate;
        match self.shop {
            None => Pmf::demand(repaired * self.time, variance_to_mean),
            Some(shop) => shop.units_of(repaired, self.time),
        }
    }

    /// Mean time from failure to repaired, waiting included \[years\]; infinite in an overloaded shop.
    pub fn mean_time(&self) -> f64 {
        self.time + self.shop.map_or(0.0, |shop| shop.mean_wait())
    }

    /// Is something repaired here that the servers cannot keep up with?
    pub fn overloaded(&self) -> bool {
        self.share > 0.0 && self.shop.is_some_and(|shop| shop.overloaded())
    }

    /// Is the distribution of the units in repair exact for Poisson demand? False where parts with unequal repair times
    /// share the servers.
    pub fn exact(&self) -> bool {
        let same = |shop: Shop| (shop.time - self.time).abs() <= 1e-9 * self.time;
        self.share <= 0.0 || self.shop.is_none_or(same)
    }
}

/// The servers of a site and all the work that is brought to them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shop {
    /// c.
    pub servers: u32,
    /// Λ: repairs of all parts \[1/year\].
    pub rate: f64,
    /// Mean repair time over all repairs \[years\].
    pub time: f64,
}

/// The greatest utilisation that is reckoned with: beyond it a line is a thousand units long, and takes longer to settle
/// than any part is sold.
pub const BUSIEST: f64 = 0.999;

/// Units that stand for a line without end: large, yet harmless to reckon with.
const ENDLESS: usize = 1 << 16;

impl Shop {
    /// a = Λ·t: servers that would be busy if there were enough \[servers\].
    pub fn offered(&self) -> f64 {
        self.rate * self.time
    }

    /// ρ = a/c.
    pub fn utilisation(&self) -> f64 {
        self.offered() / f64::from(self.servers.max(1))
    }

    /// Does more work arrive than the servers can do? Then the line grows without end and no formula here holds. A shop
    /// busier than [`BUSIEST`] is counted among them.
    pub fn overloaded(&self) -> bool {
        self.utilisation() > BUSIEST
    }

    /// N: units in the shop, (queue); a very long line in an overloaded shop.
    pub fn units(&self) -> Pmf {
        if self.overloaded() {
            return Pmf::constant(ENDLESS);
        }
        let (offered, servers) = (self.offered(), self.servers.max(1) as usize);
        if offered <= 0.0 {
            return Pmf::constant(0);
        }
        Pmf::from_mode(offered.floor() as usize, |n| offered / (n + 1).min(servers) as f64)
    }

    /// Wq: the mean time before a server is free \[years\]; infinite in an overloaded shop.
    pub fn mean_wait(&self) -> f64 {
        if self.overloaded() {
            return f64::INFINITY;
        }
        // Those in line by Little's law.
        let waiting = self.units().expected_over(self.servers.max(1) as usize);
        if self.rate > 0.0 { waiting / self.rate } else { 0.0 }
    }

    /// The units of one part in the shop, (class), given its repairs \[1/year\] and their mean time \[years\].
    pub fn units_of(&self, rate: f64, time: f64) -> Pmf {
        if rate <= 0.0 {
            return Pmf::constant(0);
        }
        if self.overloaded() {
            return Pmf::constant(ENDLESS);
        }
        let wait = self.mean_wait();
        let all = self.rate * (wait + self.time);
        let share = if all > 0.0 { (rate * (wait + time) / all).min(1.0) } else { 0.0 };
        if share <= 0.0 {
            return Pmf::constant(0);
        }
        let servers = self.servers.max(1) as usize;
        let (few, many) = self.units().below(servers);
        // (geometric): from c upwards the line is c and a geometric number.
        let busy = self.utilisation();
        let line = Pmf::geometric(share * busy / (1.0 - busy + share * busy));
        Pmf::mixed(&[(1.0, few.thin(share)), (many, Pmf::binomial(servers, share).plus(&line))])
    }
}

/// A finite installed base with its own spares and repairers: a unit that waits for a spare does not fail.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FinitePopulation {
    /// N: units that should work.
    pub installed: u32,
    /// S: spares.
    pub spares: u32,
    /// λ: failures of a working unit \[1/year\].
    pub failure_rate: f64,
    /// Mean repair time \[years\].
    pub time: f64,
    /// c: repairers; `None`: one for each unit.
    pub servers: Option<u32>,
}

impl FinitePopulation {
    /// Units in repair, (finite).
    pub fn units_in_repair(&self) -> Pmf {
        let (installed, all) = (self.installed as usize, (self.installed + self.spares) as usize);
        if self.failure_rate <= 0.0 || self.time <= 0.0 {
            return Pmf::constant(0);
        }
        let servers = self.servers.map_or(all, |servers| servers as usize).max(1);
        let ratio = |n: usize| {
            let working = installed.min(all.saturating_sub(n)) as f64;
            self.failure_rate * self.time * working / (n + 1).min(servers) as f64
        };
        // The ratio never grows, so the mode is where it first falls below 1.
        let mode = (0..all).find(|&n| ratio(n) < 1.0).unwrap_or(all);
        Pmf::from_mode(mode, ratio)
    }

    /// Expected units that should work and wait for a spare \[units\].
    pub fn expected_backorders(&self) -> f64 {
        self.units_in_repair().expected_over(self.spares as usize)
    }

    /// Share of the installed units that work.
    pub fn availability(&self) -> f64 {
        1.0 - self.expected_backorders() / f64::from(self.installed.max(1))
    }

    /// The chance that every installed unit works.
    pub fn all_working(&self) -> f64 {
        self.units_in_repair().at_most(i64::from(self.spares))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_one_repair_time_share_the_line_by_their_rates() {
        // Bin(N, w) by the long road, term by term.
        let shop = Shop { servers: 3, rate: 100.0, time: 0.027 };
        let share = 0.3;
        let short = shop.units_of(share * shop.rate, shop.time);
        let long = shop.units().thin(share);
        for n in 0..40 {
            assert!((short.exactly(n) - long.exactly(n)).abs() < 1e-15, "{n}");
        }
    }

    #[test]
    fn parts_of_unequal_repair_times_keep_their_mean_times() {
        let shop = Shop { servers: 2, rate: 50.0, time: 0.03 };
        let units = shop.units_of(20.0, 0.05);
        // Little's law: 20 a year, each there for the wait and its own 0.05 years.
        assert!((units.mean() - 20.0 * (shop.mean_wait() + 0.05)).abs() < 1e-12);
    }

    #[test]
    fn a_long_line_is_thinned_as_its_parts_would_be() {
        // A depot's shop, 98 % busy, behind it what the supplier owes; thinned twice or at once by the product.
        let shop = Shop { servers: 4, rate: 98.0, time: 0.04 };
        let lacking = shop.units().plus(&Pmf::poisson(3.0)).over(5);
        assert!(lacking.last() > 1500 && lacking.geometric_from().is_some());
        assert!(Pmf::poisson(1e6).geometric_from().is_none() && Pmf::demand(5e3, 9.0).geometric_from().is_none());
        let (twice, once) = (lacking.thin(0.6).thin(0.5), lacking.thin(0.3));
        let short: Vec<f64> = (0..60).map(|n| once.exactly(n)).collect();
        for (n, p) in short.iter().enumerate() {
            assert!((twice.exactly(n) - p).abs() < 1e-13, "{n}: {} {p}", twice.exactly(n));
            // Term by term: Σ P(x)·C(x, n)·qⁿ·(1−q)ˣ⁻ⁿ.
            let sum: f64 = (n..=lacking.last()).map(|x| lacking.exactly(x) * Pmf::binomial(x, 0.3).exactly(n)).sum();
            assert!((sum - p).abs() < 1e-12, "{n}: {sum} {p}");
        }
        assert!((once.mean() - 0.3 * lacking.mean()).abs() < 1e-10 * lacking.mean());
        assert!((once.mass().iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn many_servers_are_ample() {
        let shop = Shop { servers: 200, rate: 40.0, time: 0.1 };
        let (few, ample) = (shop.units_of(30.0, 0.1), Pmf::poisson(3.0));
        for n in 0..20 {
            assert!((few.exactly(n) - ample.exactly(n)).abs() < 1e-14);
        }
    }

    #[test]
    fn an_overloaded_shop_is_told_and_reckons_on() {
        let repair = Repair { share: 0.5, time: 0.1, shop: Some(Shop { servers: 1, rate: 10.0, time: 0.1 }) };
        assert!(repair.overloaded());
        assert_eq!(repair.mean_time(), f64::INFINITY);
        assert!(repair.units(4.0, 1.0).first() > 1000);
    }
}
