//! Shaking: a few sites near a random customer exchanged, the surroundings searched again, and all taken back unless the
//! plan became cheaper (iterated local search; Lourenço, Martin and Stützle 2003).

use super::super::instance::NONE;
use super::super::shake::Dice;
use super::Local;
use crate::watch::Watch;

/// How to shake, and how much.
pub(in super::super) struct Shaking<'s> {
    /// Where chance has got to.
    pub dice: &'s mut Dice,
    /// How far each site was open on average in the climb; the likelier of two is opened.
    pub average: &'s [f64],
    /// The most exchanges at once.
    pub strength: usize,
    /// The lanes it may walk.
    pub work: u64,
}

impl Local<'_, '_> {
    /// Shakes until the work is done.
    pub(super) fn shake(&mut self, shaking: &mut Shaking, watch: &dyn Watch) {
        if self.instance.customers == 0 {
            return;
        }
        let until = self.work.saturating_add(shaking.work);
        let mut idle = 0;
        while self.work < until && idle < 1_000 && !watch.stop() {
            let mark = self.journal.len();
            let before = self.total;
            self.exchange(shaking);
            if self.journal.len() == mark {
                idle += 1;
                self.work += 1;
                continue;
            }
            idle = 0;
            self.settle(until, watch);
            self.rest();
            if self.total >= before - self.threshold() {
                self.take_back(mark);
            } else {
                self.journal.truncate(mark);
            }
        }
    }

    /// Exchanges a few sites near one random customer.
    fn exchange(&mut self, shaking: &mut Shaking) {
        let instance = self.instance;
        let centre = shaking.dice.below(instance.customers);
        let strength = 1 + shaking.dice.below(shaking.strength);
        let lanes = instance.lanes(centre);
        // The neighbourhood: what serves, or could well serve, the centre.
        let mut reach = 0;
        let mut seen = 0;
        for p in lanes.clone() {
            reach += 1;
            seen += usize::from(self.open[instance.site[p] as usize]);
            if seen > strength && reach >= 4 + 4 * strength {
                break;
            }
        }
        let near: Vec<u32> = lanes.take(reach).map(|p| instance.site[p]).collect();
        for _ in 0..strength {
            let (open, closed): (Vec<u32>, Vec<u32>) = near.iter().partition(|&&j| self.open[j as usize]);
            let closed: Vec<u32> = closed.into_iter().filter(|&j| self.can_be_opened(j as usize)).collect();
            if closed.is_empty() {
                return;
            }
            let likely = |j: u32| shaking.average.get(j as usize).copied().unwrap_or(0.0);
            let (a, b) = (closed[shaking.dice.below(closed.len())], closed[shaking.dice.below(closed.len())]);
            let j = if likely(a) >= likely(b) { a } else { b };
            let k = if open.is_empty() { NONE } else { open[shaking.dice.below(open.len())] };
            if k != NONE && self.may_swap(j as usize, k as usize) {
                self.apply(k, j);
            }
        }
    }

    /// Takes back the moves made since a mark, the last first.
    fn take_back(&mut self, mark: usize) {
        while self.journal.len() > mark {
            if let Some((closed, opened)) = self.journal.pop() {
                self.apply(opened, closed);
                self.journal.pop();
            }
        }
        self.rest();
    }
}
