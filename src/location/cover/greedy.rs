//! Choices of open sites for a core: greedy opening, then dropping, adding and exchanging while that lowers the cost.

use super::core::{Core, Fixed};

/// A choice of open sites, with how often each set is covered.
struct Choice<'c> {
    core: &'c Core,
    open: Vec<bool>,
    covered: Vec<u32>,
    used: Vec<f64>,
}

impl<'c> Choice<'c> {
    fn new(core: &'c Core) -> Self {
        Self {
            core,
            open: vec![false; core.fixed.len()],
            covered: vec![0; core.sets.len()],
            used: vec![0.0; core.rows.len()],
        }
    }

    fn set(&mut self, site: usize, open: bool) {
        let sign = if open { 1.0 } else { -1.0 };
        self.open[site] = open;
        for &set in &self.core.site_sets[site] {
            let covered = &mut self.covered[set as usize];
            *covered = if open { *covered + 1 } else { *covered - 1 };
        }
        self.used.iter_mut().zip(&self.core.rows).for_each(|(used, row)| *used += sign * row.of[site]);
    }

    /// What opening a closed site saves.
    fn gain(&self, site: usize, hard: f64) -> f64 {
        let worth = |&&set: &&u32| self.covered[set as usize] == 0;
        let weight = |&set: &u32| self.core.weight[set as usize].min(hard);
        self.core.site_sets[site].iter().filter(worth).map(weight).sum::<f64>() - self.core.fixed[site]
    }

    /// What closing an open site saves.
    fn loss(&self, site: usize, hard: f64) -> f64 {
        let worth = |&&set: &&u32| self.covered[set as usize] == 1;
        let weight = |&set: &u32| self.core.weight[set as usize].min(hard);
        self.core.fixed[site] - self.core.site_sets[site].iter().filter(worth).map(weight).sum::<f64>()
    }

    /// Whether the rows are kept when a site opens and another closes.
    fn fits(&self, opens: Option<usize>, closes: Option<usize>) -> bool {
        self.core.rows.iter().zip(&self.used).all(|(row, used)| {
            let after = used + opens.map_or(0.0, |j| row.of[j]) - closes.map_or(0.0, |j| row.of[j]);
            // A row that was broken may stay so while it gets no worse.
            after <= row.at_most + super::super::primal::slack(row.at_most) || after < *used
        })
    }
}

/// A good choice near the prices y of a relaxation, and its cost; none when none was found.
pub fn choose(core: &Core, state: &[Fixed], price: &[f64]) -> Option<(Vec<bool>, f64)> {
    let n = core.fixed.len();
    let soft: f64 = core.weight.iter().filter(|weight| weight.is_finite()).sum();
    let hard = 1.0 + soft + core.fixed.iter().map(|fixed| fixed.abs()).sum::<f64>();
    let mut choice = Choice::new(core);
    (0..n).filter(|&j| state[j] == Fixed::Open).for_each(|j| choice.set(j, true));
    let may_open = |choice: &Choice, j: usize| !choice.open[j] && state[j] != Fixed::Closed;
    // Worth is weighted by the relaxation's openness, so that its whole part is taken first.
    loop {
        let mut best: Option<(f64, usize)> = None;
        for j in (0..n).filter(|&j| may_open(&choice, j) && choice.fits(Some(j), None)) {
            let gain = choice.gain(j, hard);
            let short = core.rows.iter().zip(&choice.used).any(|(row, used)| *used > row.at_most && row.of[j] < 0.0);
            if gain > 0.0 || short {
                let lured = gain.max(0.0) * (0.05 + price[j]) + price[j] * 1e-9;
                if best.is_none_or(|(known, _)| lured > known) {
                    best = Some((lured, j));
                }
            }
        }
        match best {
            Some((_, j)) => choice.set(j, true),
            None => break,
        }
    }
    for _ in 0..200 {
        let least = 1e-9 * hard.min(1e6);
        let mut best: Option<(f64, Option<usize>, Option<usize>)> = None;
        let mut offer = |saving: f64, opens: Option<usize>, closes: Option<usize>| {
            if saving > least && best.is_none_or(|(known, _, _)| saving > known) {
                best = Some((saving, opens, closes));
            }
        };
        for j in (0..n).filter(|&j| may_open(&choice, j) && choice.fits(Some(j), None)) {
            offer(choice.gain(j, hard), Some(j), None);
        }
        let closable: Vec<usize> = (0..n).filter(|&k| choice.open[k] && state[k] != Fixed::Open).collect();
        for k in closable {
            let loss = choice.loss(k, hard);
            if choice.fits(None, Some(k)) {
                offer(loss, None, Some(k));
            }
            choice.set(k, false);
            for j in (0..n).filter(|&j| j != k && !choice.open[j] && state[j] != Fixed::Closed) {
                let gain = choice.gain(j, hard);
                if gain + loss > least && choice.fits(Some(j), None) {
                    offer(gain + loss, Some(j), Some(k));
                }
            }
            choice.set(k, true);
        }
        let Some((_, opens, closes)) = best else { break };
        closes.into_iter().for_each(|k| choice.set(k, false));
        opens.into_iter().for_each(|j| choice.set(j, true));
    }
    core.cost(&choice.open).map(|cost| (choice.open, cost))
}
