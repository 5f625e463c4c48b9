//! The core of a covering problem: sites, sets of sites that want one open among them, and rows on sites.
//!
//! ```text
//! min  Σ f_j·y_j + Σ_S w_S·z_S
//! s.t. Σ_{j∈S} y_j + z_S ≥ 1   (cover)  z_S = 0 where w_S is infinite
//!      Σ s_rj·y_j ≤ b_r        (row)
//! ```
//!
//! Reductions, repeated while they find something (Caprara, Toth and Fischetti 2000 tell of them all): equal sets add
//! their weights; a set that holds a hard set is covered whenever that one is; a site is closed when a cheaper one covers
//! all that it covers; the only site of a hard set is open.

use std::collections::HashMap;

use super::super::instance::NONE;

/// The most sites of a core.
pub const MOST_SITES: usize = 512;

/// Sites as bits.
pub type Bits = [u64; MOST_SITES / 64];

/// Whether all of `a` is in `b`.
fn inside(a: &Bits, b: &Bits) -> bool {
    a.iter().zip(b).all(|(a, b)| a & !b == 0)
}

/// Whether a site is in a set.
pub fn holds(set: &Bits, site: usize) -> bool {
    set[site / 64] >> (site % 64) & 1 == 1
}

/// Puts a site into a set.
pub fn put(set: &mut Bits, site: usize) {
    set[site / 64] |= 1 << (site % 64);
}

fn take(set: &mut Bits, site: usize) {
    set[site / 64] &= !(1 << (site % 64));
}

fn size(set: &Bits) -> u32 {
    set.iter().map(|word| word.count_ones()).sum()
}

/// A row `Σ s_j·y_j ≤ b`.
#[derive(Debug, Clone)]
pub struct SiteRow {
    /// s_j of every site.
    pub of: Vec<f64>,
    /// b.
    pub at_most: f64,
}

/// What is known of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fixed {
    /// Nothing yet.
    Free,
    /// It is open.
    Open,
    /// It is closed.
    Closed,
}

/// What is decided in a node: sites, and between which numbers of open ones it lies.
#[derive(Debug, Clone)]
pub struct Domain {
    /// What is known of each site.
    pub state: Vec<Fixed>,
    /// The least number of open sites.
    pub least: f64,
    /// The greatest number of open sites.
    pub most: f64,
}

/// A covering problem.
#[derive(Debug, Clone, Default)]
pub struct Core {
    /// The cost of opening each site.
    pub fixed: Vec<f64>,
    /// The sets.
    pub sets: Vec<Bits>,
    /// What each set costs uncovered; infinite where it must be covered.
    pub weight: Vec<f64>,
    /// The rows on sites.
    pub rows: Vec<SiteRow>,
    /// What is known of each site.
    pub state: Vec<Fixed>,
    /// The sites of each set, flat.
    pub set_starts: Vec<usize>,
    /// The sites of each set.
    pub set_sites: Vec<u32>,
    /// The sets of each site.
    pub site_sets: Vec<Vec<u32>>,
}

impl Core {
    /// The sites of a set.
    pub fn sites_of(&self, set: usize) -> &[u32] {
        &self.set_sites[self.set_starts[set]..self.set_starts[set + 1]]
    }

    /// Reduces the core; returns where each set went, or none when a set that must be covered cannot be.
    pub fn reduce(&mut self) -> Option<Vec<u32>> {
        let mut went: Vec<u32> = (0..self.sets.len() as u32).collect();
        loop {
            let name = self.settle_sets()?;
            went.iter_mut().filter(|set| **set != NONE).for_each(|set| *set = name[*set as usize]);
            self.list();
            if !self.close_dominated() {
                return Some(went);
            }
        }
    }

    /// Applies what is known of sites to the sets, and keeps of them only what matters.
    fn settle_sets(&mut self) -> Option<Vec<u32>> {
        loop {
            let (mut open, mut closed) = (Bits::default(), Bits::default());
            for (j, state) in self.state.iter().enumerate() {
                match state {
                    Fixed::Open => put(&mut open, j),
                    Fixed::Closed => put(&mut closed, j),
                    Fixed::Free => {}
                }
            }
            let mut forced = false;
            for (set, weight) in self.sets.iter_mut().zip(&self.weight) {
                if set.iter().zip(&open).any(|(set, open)| set & open != 0) {
                    continue;
                }
                set.iter_mut().zip(&closed).for_each(|(set, closed)| *set &= !closed);
                if *weight == f64::INFINITY {
                    match size(set) {
                        0 => return None,
                        1 => {
                            let only = (0..self.state.len()).find(|&j| holds(set, j))?;
                            self.state[only] = Fixed::Open;
                            forced = true;
                        }
                        _ => {}
                    }
                }
            }
            if !forced {
                return Some(self.keep(&open));
            }
        }
    }

    /// Drops the sets that are covered anyway and joins equal ones; returns the new number of each.
    fn keep(&mut self, open: &Bits) -> Vec<u32> {
        let covered = |set: &Bits| set.iter().zip(open).any(|(set, open)| set & open != 0);
        let mut name = vec![NONE; self.sets.len()];
        let mut known: HashMap<Bits, u32> = HashMap::new();
        let (mut sets, mut weight): (Vec<Bits>, Vec<f64>) = (Vec::new(), Vec::new());
        for (k, set) in self.sets.iter().enumerate() {
            // A soft set without sites costs what it costs; the owner of the core counts that.
            if covered(set) || size(set) == 0 {
                continue;
            }
            let number = *known.entry(*set).or_insert(sets.len() as u32);
            if number as usize == sets.len() {
                sets.push(*set);
                weight.push(0.0);
            }
            weight[number as usize] += self.weight[k];
            name[k] = number;
        }
        let mut hard: Vec<usize> = (0..sets.len()).filter(|&k| weight[k] == f64::INFINITY).collect();
        hard.sort_by_key(|&k| (size(&sets[k]), sets[k]));
        let mut least: Vec<usize> = Vec::new();
        for k in hard {
            if !least.iter().any(|&small| inside(&sets[small], &sets[k])) {
                least.push(k);
            }
        }
        let mut kept = vec![NONE; sets.len()];
        least.sort_unstable();
        let mut next = 0;
        for k in 0..sets.len() {
            let stays = if weight[k] == f64::INFINITY {
                least.binary_search(&k).is_ok()
            } else {
                !least.iter().any(|&small| inside(&sets[small], &sets[k]))
            };
            if stays {
                kept[k] = next as u32;
                (sets[next], weight[next]) = (sets[k], weight[k]);
                next += 1;
            }
        }
        sets.truncate(next);
        weight.truncate(next);
        (self.sets, self.weight) = (sets, weight);
        name.iter().map(|&k| if k == NONE { NONE } else { kept[k as usize] }).collect()
    }

    /// Lists sites by set and sets by site.
    fn list(&mut self) {
        self.set_starts = vec![0];
        self.set_sites.clear();
        self.site_sets = vec![Vec::new(); self.fixed.len()];
        for (k, set) in self.sets.iter().enumerate() {
            for j in (0..self.fixed.len()).filter(|&j| holds(set, j)) {
                self.set_sites.push(j as u32);
                self.site_sets[j].push(k as u32);
            }
            self.set_starts.push(self.set_sites.len());
        }
    }

    /// Closes sites that a cheaper one replaces; says whether it closed any.
    fn close_dominated(&mut self) -> bool {
        // Where a row asks for open sites, two may be wanted though one covers as much.
        if self.rows.iter().any(|row| row.of.iter().any(|value| *value < 0.0)) {
            return false;
        }
        let mut closed = false;
        for j in 0..self.fixed.len() {
            if self.state[j] != Fixed::Free {
                continue;
            }
            // Candidates share its first set; a free site that covers nothing is replaced by closing it.
            let all: Bits = self.site_sets[j].iter().fold([u64::MAX; MOST_SITES / 64], |mut all, &set| {
                all.iter_mut().zip(&self.sets[set as usize]).for_each(|(all, set)| *all &= set);
                all
            });
            let better = |k: usize| {
                let cheaper = self.fixed[k] <= self.fixed[j] && self.rows.iter().all(|row| row.of[k] <= row.of[j]);
                let same = self.fixed[k] == self.fixed[j]
                    && self.site_sets[k].len() == self.site_sets[j].len()
                    && self.rows.iter().all(|row| row.of[k] == row.of[j]);
                cheaper && (!same || k < j)
            };
            let replaced =
                (0..self.fixed.len()).any(|k| k != j && self.state[k] == Fixed::Free && holds(&all, k) && better(k));
            if replaced || self.site_sets[j].is_empty() {
                self.state[j] = Fixed::Closed;
                closed = true;
            }
        }
        if closed {
            let gone: Vec<usize> = (0..self.state.len()).filter(|&j| self.state[j] == Fixed::Closed).collect();
            self.sets.iter_mut().for_each(|set| gone.iter().for_each(|&j| take(set, j)));
        }
        closed
    }

    /// Adds the rows `Σ y ≤ most` and `−Σ y ≤ −least` that a [`Domain`] tightens; they come last.
    pub fn count_all(&mut self) -> Domain {
        let n = self.fixed.len();
        let rows = [(1.0, n as f64), (-1.0, 0.0)];
        self.rows.extend(rows.map(|(sign, at_most)| SiteRow { of: vec![sign; n], at_most }));
        Domain { state: self.state.clone(), least: 0.0, most: n as f64 }
    }

    /// The cost of a choice of open sites; none when it breaks a row or leaves a hard set uncovered.
    pub fn cost(&self, open: &[bool]) -> Option<f64> {
        let keeps = |row: &SiteRow| {
            let sum: f64 = row.of.iter().zip(open).filter(|(_, open)| **open).map(|(value, _)| value).sum();
            sum <= row.at_most + super::super::primal::slack(row.at_most)
        };
        if !self.rows.iter().all(keeps) {
            return None;
        }
        let mut cost: f64 = self.fixed.iter().zip(open).filter(|(_, open)| **open).map(|(fixed, _)| fixed).sum();
        for (k, weight) in self.weight.iter().enumerate() {
            if !self.sites_of(k).iter().any(|&j| open[j as usize]) {
                if *weight == f64::INFINITY {
                    return None;
                }
                cost += weight;
            }
        }
        Some(cost)
    }

    /// The greatest number of which all costs are whole multiples; 0 where there is none that helps.
    pub fn grain(&self) -> f64 {
        let soft = self.weight.iter().filter(|weight| weight.is_finite());
        let mut grain: u64 = 0;
        for cost in self.fixed.iter().chain(soft) {
            if cost.fract() != 0.0 || cost.abs() > 1e12 {
                return 0.0;
            }
            let (mut a, mut b) = (grain, cost.abs() as u64);
            while b > 0 {
                (a, b) = (b, a % b);
            }
            grain = a;
        }
        grain as f64
    }
}
