//! What a depot owes its plain outlets in batches: (owed) of `two_echelon::debts`, its first terms for one outlet after another.
//!
//! ```text
//! (owed)  t_k = P(B0 = 0)·[k = 0] + Σ_y [(1−q)·W_y·p_y(k) + q·Σ_{o=1}^{k} f(y, o)·p_y(k−o)],   p_y = demand(q·m·(1−y))
//! ```
//! The points y of the rule lie side by side, eight to a group.

use super::plain::{LANES, Terms};
use crate::stocking::two_echelon::Debts;

/// Points of a rule side by side.
#[derive(Debug)]
struct Group {
    /// m·(1−y).
    since: [f64; LANES],
    /// W_y.
    weight: [f64; LANES],
    /// f(y, 1), f(y, 2), …
    overshoot: Vec<[f64; LANES]>,
}

/// A depot's debts with one base stock.
#[derive(Debug, Default)]
pub(super) struct Owing {
    clear: f64,
    /// Variance-to-mean ratio of the depot's demand.
    ratio: f64,
    groups: Vec<Group>,
    /// Room for p_y(0), p_y(1), …
    later: Vec<[f64; LANES]>,
    /// The terms made last.
    made: Vec<f64>,
}

impl Owing {
    /// Of outlets with at most a share of the depot's demand.
    pub(super) fn learn(&mut self, debts: &Debts, share: f64) {
        (self.clear, self.ratio) = (debts.clear(), debts.ratio());
        self.groups.clear();
        for crossings in debts.crossings(share).chunks(LANES) {
            let longest = crossings.iter().map(|crossing| crossing.overshoot.len()).max().unwrap_or(0);
            let mut group = Group { since: [0.0; LANES], weight: [0.0; LANES], overshoot: vec![[0.0; LANES]; longest] };
            for (lane, crossing) in crossings.iter().enumerate() {
                group.since[lane] = crossing.since;
                group.weight[lane] = crossing.weight;
                for (all, own) in group.overshoot.iter_mut().zip(&crossing.overshoot) {
                    all[lane] = *own;
                }
            }
            self.groups.push(group);
        }
    }
}

impl Terms for Owing {
    fn first(&mut self, share: f64, count: usize) -> &[f64] {
        let made = &mut self.made;
        made.clear();
        made.resize(count, 0.0);
        if let Some(none) = made.first_mut() {
            *none = self.clear;
        }
        let ratio = self.ratio;
        let (theta, log) = (1.0 - 1.0 / ratio, ratio.ln());
        for Group { since, weight, overshoot } in &self.groups {
            let size = since.map(|since| share * since / (ratio - 1.0));
            let mut p = size.map(|size| (-size * log).exp());
            self.later.clear();
            for k in 0..count {
                self.later.push(p);
                let scale = theta / (k as f64 + 1.0);
                for lane in 0..LANES {
                    p[lane] *= (size[lane] + k as f64) * scale;
                }
            }
            for (k, sum) in made.iter_mut().enumerate() {
                let mut lanes = [0.0; LANES];
                for (own, later) in overshoot[..k.min(overshoot.len())].iter().zip(self.later[..k].iter().rev()) {
                    for lane in 0..LANES {
                        lanes[lane] += own[lane] * later[lane];
                    }
                }
                let later = &self.later[k];
                for lane in 0..LANES {
                    lanes[lane] = share * lanes[lane] + (1.0 - share) * weight[lane] * later[lane];
                }
                *sum += lanes.iter().sum::<f64>();
            }
        }
        &self.made
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn its_terms_are_the_probabilities_of_what_is_owed() {
        for (mean, ratio, base_stock, share) in [(50.0, 2.5, 45, 0.03), (6.0, 1.4, 3, 0.5), (900.0, 3.0, 930, 0.2)] {
            let debts = Debts::of(mean, ratio, base_stock, 1);
            let owed = debts.owed_to(share);
            let mut owing = Owing::default();
            owing.learn(&debts, share);
            let made = owing.first(share, 30);
            for (k, term) in made.iter().enumerate() {
                assert!((term - owed.exactly(k)).abs() < 1e-13, "{mean} {ratio} {base_stock} {k}");
            }
        }
    }
}
