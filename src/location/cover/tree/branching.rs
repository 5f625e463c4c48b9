//! What to branch on: sites and the number of open ones, ranked by what was learnt of them.

use super::super::core::{Domain, Fixed};
use super::super::simplex::Simplex;
use super::Tree;

/// By how much the bound rises with a unit of branching, as learnt so far.
#[derive(Debug, Clone, Copy, Default)]
pub struct Rise {
    sum: f64,
    /// How often it was seen.
    pub count: usize,
}

impl Rise {
    /// Takes in what a branching did to the bound.
    pub fn learn(&mut self, rise: f64) {
        self.sum += rise;
        self.count += 1;
    }

    /// What is usual where nothing is known.
    pub fn mean(&self, usual: Self) -> f64 {
        match (self.count, usual.count) {
            (0, 0) => 1.0,
            (0, count) => usual.sum / count as f64,
            (count, _) => self.sum / count as f64,
        }
    }
}

/// How far a side moves what is open by a part.
pub fn distance(part: f64, side: usize) -> f64 {
    if side == 0 { 1.0 - part } else { part }
}

impl Tree<'_, '_> {
    /// What may be branched on, with the part that is open, the most promising first: sites, and behind them their sum.
    pub fn picks(&self, domain: &Domain, price: &[f64]) -> Vec<(f64, usize, f64)> {
        let n = self.core.fixed.len();
        let whole = |part: f64| !(1e-6..=1.0 - 1e-6).contains(&part);
        let score = |pick: usize, part: f64| {
            let hope = |side: usize| (self.known[pick][side].mean(self.usual[side]) * distance(part, side)).max(1e-9);
            hope(0) * hope(1)
        };
        let free = (0..n).filter(|&j| domain.state[j] == Fixed::Free && !whole(price[j]));
        let mut picks: Vec<(f64, usize, f64)> = free.map(|j| (score(j, price[j]), j, price[j])).collect();
        let sum = price.iter().sum::<f64>();
        let part = sum - sum.floor();
        if (0.05..0.95).contains(&part) && !picks.is_empty() {
            picks.push((score(n, part), n, part));
        }
        picks.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        picks
    }

    /// The domain of a side: 0 is up (the site open, more sites), 1 down.
    pub fn child(&self, domain: &Domain, pick: usize, part: f64, side: usize, simplex: &Simplex) -> Domain {
        let mut child = domain.clone();
        if pick < self.core.fixed.len() {
            child.state[pick] = if side == 0 { Fixed::Open } else { Fixed::Closed };
        } else {
            let below = (simplex.price.iter().sum::<f64>() - part).round();
            if side == 0 { child.least = below + 1.0 } else { child.most = below }
        }
        child
    }
}
