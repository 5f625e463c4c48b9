//! Shaking: a few sites near a random customer exchanged, the surroundings searched again, and all taken back unless the
//! plan became cheaper (iterated local search; Lourenço, Martin and Stützle 2003).

use rayon::prelude::*;

use super::super::instance::NONE;
use super::super::shake::Dice;
use super::Local;
use crate::watch::Watch;

/// Walks shorter than this are not worth sharing \[lanes\].
const SHARED: u64 = 20_000_000;

/// What an exchange costs besides its walks, in lanes.
const STEP: u64 = 100;

/// The streams of a shared shaking; fixed, because the plan follows from it.
const STREAMS: u64 = 4;

/// How to shake, and how much.
#[derive(Debug, Clone, Copy)]
pub(in super::super) struct Shaking<'s> {
    /// Where chance begins.
    pub seed: u64,
    /// How far each site was open on average in the climb; the likelier of two is opened.
    pub average: &'s [f64],
    /// The most exchanges at once.
    pub strength: usize,
    /// The lanes it may walk.
    pub work: u64,
}

/// Moves made together: (site closed, site opened).
type Moves = Vec<(u32, u32)>;

impl Local<'_, '_> {
    /// Shakes until the work is done; much work is shared among streams, whose gains are then brought together.
    pub(super) fn shake(&mut self, shaking: Shaking, watch: &dyn Watch) {
        if self.instance.customers == 0 {
            return;
        }
        if shaking.work < SHARED {
            self.shake_alone(shaking, watch);
            return;
        }
        let gains: Vec<(Vec<Moves>, u64)> = (0..STREAMS)
            .into_par_iter()
            .map(|stream| {
                let mut local = self.clone();
                local.work = 0;
                let seed = Dice(shaking.seed.wrapping_add(stream)).roll();
                let gains = local.shake_alone(Shaking { seed, work: shaking.work / STREAMS, ..shaking }, watch);
                (gains, local.work)
            })
            .collect();
        for (gains, work) in gains {
            self.work += work;
            for moves in gains {
                self.try_moves(&moves);
            }
        }
        self.rest();
    }

    /// Shakes in one stream; returns the moves that paid.
    fn shake_alone(&mut self, shaking: Shaking, watch: &dyn Watch) -> Vec<Moves> {
        let mut dice = Dice(shaking.seed);
        let until = self.work.saturating_add(shaking.work);
        let mut gains = Vec::new();
        let mut idle = 0;
        while self.work < until && idle < 1_000 && !watch.stop() {
            let mark = self.journal.len();
            let before = self.total;
            self.work += STEP;
            self.exchange(&shaking, &mut dice);
            if self.journal.len() == mark {
                idle += 1;
                continue;
            }
            idle = 0;
            self.settle(until, watch);
            self.rest();
            if self.total >= before - self.threshold() {
                self.take_back(mark);
            } else {
                gains.push(self.journal.split_off(mark));
            }
        }
        gains
    }

    /// Makes moves that paid elsewhere, if they can all be made and still pay.
    fn try_moves(&mut self, moves: &[(u32, u32)]) {
        let mark = self.journal.len();
        let before = self.total;
        for &(close, open) in moves {
            let possible = match (close, open) {
                (NONE, open) => self.may_open(open as usize),
                (close, NONE) => self.may_close(close as usize),
                (close, open) => {
                    self.open[close as usize]
                        && self.can_be_opened(open as usize)
                        && self.may_swap(open as usize, close as usize)
                }
            };
            if !possible {
                self.take_back(mark);
                return;
            }
            self.apply(close, open);
        }
        if self.total >= before - self.threshold() {
            self.take_back(mark);
        }
    }

    /// Exchanges a few sites near one random customer.
    fn exchange(&mut self, shaking: &Shaking, dice: &mut Dice) {
        let instance = self.instance;
        let centre = dice.below(instance.customers);
        let strength = 1 + dice.below(shaking.strength);
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
            let (a, b) = (closed[dice.below(closed.len())], closed[dice.below(closed.len())]);
            let j = if likely(a) >= likely(b) { a } else { b };
            let k = if open.is_empty() { NONE } else { open[dice.below(open.len())] };
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
