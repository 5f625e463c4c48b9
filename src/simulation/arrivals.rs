//! When jobs arrive, where, and how many at once.
//!
//! ```text
//! (merge)    the jobs of all regions for one part are one Poisson stream; each arrival belongs to a source (a region's
//!            jobs under one policy) with the probability of that source's share of it
//! (batches)  variance-to-mean V > 1: Poisson(λ ln V / (V−1)) batches of N units, P(N = n) = −θⁿ / (n ln(1−θ)) with
//!            θ = 1 − 1/V, E[N] = (V−1) / ln V: the demand of any period is negative binomial with mean λt, variance Vλt
//! (split)    where several outlets serve a region, a whole batch goes to one of them, with the probability of its share
//! ```
//! (merge) is the colouring theorem of Poisson processes, (batches) M. H. Quenouille 1949 (Biometrics 5). The stream knows
//! nothing of the plan: two plans of one scenario meet the same jobs.

use super::stream::{Luck, Stream};

/// A region's jobs for one part under one policy.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source {
    /// Batches \[1/year\].
    pub rate: f64,
    /// ln(1−θ) of their size; 0 where jobs come one by one.
    pub log_rest: f64,
}

impl Source {
    /// The source of jobs with a rate \[1/year\] and a variance-to-mean ratio, (batches).
    pub fn new(rate: f64, variance_to_mean: f64) -> Self {
        // Closer to 1 than this a batch of two is too rare to matter, and the quotient below loses its digits.
        if variance_to_mean < 1.0 + 1e-9 {
            return Self { rate, log_rest: 0.0 };
        }
        let log = variance_to_mean.ln();
        Self { rate: rate * log / (variance_to_mean - 1.0), log_rest: -log }
    }
}

/// A column of the alias table: its own number below the coin, the other above it.
#[derive(Debug, Clone, Copy)]
struct Column {
    coin: u64,
    other: u32,
}

/// The merged stream of all sources.
#[derive(Debug, Clone)]
pub(super) struct Arrivals {
    /// Mean time between batches \[years\]; infinite where nothing ever comes.
    gap: f64,
    columns: Vec<Column>,
    log_rests: Vec<f64>,
}

impl Arrivals {
    /// Merges sources, (merge). An alias table finds the source of an arrival in constant time (A. J. Walker 1977, M. D.
    /// Vose 1991).
    pub fn of(sources: &[Source]) -> Self {
        let total: f64 = sources.iter().map(|source| source.rate).sum();
        let count = sources.len() as f64;
        let mut shares: Vec<f64> = sources.iter().map(|source| source.rate / total * count).collect();
        let mut columns: Vec<Column> =
            (0..sources.len()).map(|own| Column { coin: u64::MAX, other: index(own) }).collect();
        let (mut small, mut large): (Vec<usize>, Vec<usize>) = (0..sources.len()).partition(|own| shares[*own] < 1.0);
        while let (Some(own), Some(other)) = (small.pop(), large.last().copied()) {
            columns[own] = Column { coin: (shares[own] * 2.0_f64.powi(64)) as u64, other: index(other) };
            shares[other] -= 1.0 - shares[own];
            if shares[other] < 1.0 {
                large.pop();
                small.push(other);
            }
        }
        let log_rests = sources.iter().map(|source| source.log_rest).collect();
        Self { gap: if total > 0.0 { 1.0 / total } else { f64::INFINITY }, columns, log_rests }
    }
}

fn index(position: usize) -> u32 {
    u32::try_from(position).expect("a scenario has fewer than 2^32 rows of demand")
}

/// Jobs of one source that arrive together.
#[derive(Debug, Clone, Copy)]
pub(super) struct Batch {
    /// When \[years\].
    pub time: f64,
    /// Whose.
    pub source: u32,
    /// How many.
    pub size: u64,
}

/// One life of a stream of arrivals.
#[derive(Debug)]
pub(super) struct Clock<'a> {
    arrivals: &'a Arrivals,
    time: f64,
    chance: Stream,
    sizes: Stream,
    choices: Stream,
}

impl<'a> Clock<'a> {
    /// The arrivals of a replication, told apart by the part's id.
    pub fn new(arrivals: &'a Arrivals, luck: Luck, part: &str) -> Self {
        let stream = |source| luck.stream(source, &[part]);
        Self { arrivals, time: 0.0, chance: stream("arrivals"), sizes: stream("batches"), choices: stream("choices") }
    }

    /// The next batch.
    #[inline]
    pub fn next(&mut self) -> Batch {
        self.time += self.arrivals.gap * self.chance.exponential();
        let columns = &self.arrivals.columns;
        if columns.is_empty() {
            return Batch { time: f64::INFINITY, source: 0, size: 0 };
        }
        // The upper half of the product is a column, the lower half what is left of the random number: the coin.
        let wide = u128::from(self.chance.bits()) * columns.len() as u128;
        let own = (wide >> 64) as usize;
        let column = columns[own];
        let source = if (wide as u64) < column.coin { own as u32 } else { column.other };
        let log_rest = self.arrivals.log_rests[source as usize];
        let size = if log_rest == 0.0 { 1 } else { self.sizes.logarithmic(log_rest) };
        Batch { time: self.time, source, size }
    }

    /// The number that chooses an outlet for the batch, (split); asked once a batch or never.
    #[inline]
    pub fn choice(&mut self) -> f64 {
        self.choices.uniform()
    }
}

#[cfg(test)]
mod tests {
    use super::{Arrivals, Clock, Source};
    use crate::simulation::stream::Luck;

    #[test]
    fn every_source_gets_its_jobs_and_its_variance() {
        // Three sources of 4, 1 and 2 jobs a year with variance-to-mean 1, 3 and 1.5, observed over 40,000 years.
        let given = [(4.0, 1.0), (1.0, 3.0), (2.0, 1.5)];
        let sources = given.map(|(rate, ratio)| Source::new(rate, ratio));
        let arrivals = Arrivals::of(&sources);
        let mut clock = Clock::new(&arrivals, Luck { seed: 7, replication: 0 }, "pump");
        let years = 40_000;
        let mut counts = vec![[0.0_f64; 3]; years];
        loop {
            let batch = clock.next();
            let year = batch.time as usize;
            let Some(counts) = counts.get_mut(year) else { break };
            counts[batch.source as usize] += batch.size as f64;
        }
        for (source, (rate, ratio)) in given.iter().enumerate() {
            let own = || counts.iter().map(|year| year[source]);
            let mean = own().sum::<f64>() / years as f64;
            let variance = own().map(|count| (count - mean).powi(2)).sum::<f64>() / years as f64;
            // Four standard errors of the mean are 4 · √(3 · 1 / 40,000) = 0.035 at most; of the ratio about 4 %.
            assert!((mean - rate).abs() < 0.04, "{mean} is not {rate}");
            assert!((variance / mean - ratio).abs() < 0.05 * ratio, "{} is not {ratio}", variance / mean);
        }
    }
}
