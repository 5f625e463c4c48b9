//! The depot's level: near where it was, or proven by the floors that (left) and (right) of `catalogue` put under every level.

use super::{Looked, Work};

/// So many units further a search near a level looks before it rests.
const RIPPLE: usize = 3;

/// So many steps of one length in one direction; then they grow.
const LONG: usize = 3;

/// How the depot's level is looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) enum Search {
    /// Near where it was, with some outlets standing for all; the level found is evaluated with all of them.
    Near,
    /// The same, but what is found is an estimate from those outlets.
    Sampled,
    /// Everywhere: what is found is proven up to a slack \[money/year\].
    Proven { slack: f64 },
}

/// The least that a block costs at given prices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct Least {
    /// min V_b.
    pub(in super::super) value: f64,
    /// The depot's level.
    pub(in super::super) layer: u32,
}

impl Work {
    /// The least value of (block); the search begins at a layer. The value is a bound for every layer where it is proven.
    pub(in super::super) fn least(&mut self, prices: &[f64], start: Option<u32>, search: Search) -> Least {
        let slope = self.prepare(prices);
        if self.block.depot.is_none() {
            return self.settle(0);
        }
        match search {
            Search::Near => {
                let (looked, all) = self.look_at_some();
                let found = self.least_near(start);
                if looked == all {
                    return found;
                }
                self.looked = Looked::default();
                self.settle(found.layer as usize)
            }
            Search::Sampled => {
                self.look_at_some();
                self.least_near(start)
            }
            Search::Proven { slack } => self.least_proven(start, slope, slack),
        }
    }

    /// The value of a layer and the outlets' levels in it.
    pub(in super::super) fn at(&mut self, prices: &[f64], layer: u32) -> Least {
        self.prepare(prices);
        self.settle(layer as usize)
    }

    fn settle(&mut self, layer: usize) -> Least {
        let value = self.evaluate(layer);
        std::mem::swap(&mut self.chosen, &mut self.tried);
        Least { value, layer: layer as u32 }
    }

    /// The layer of the depot's mean pipeline, where nothing better is known.
    fn first(&self, start: Option<u32>) -> usize {
        let mean = self.tail.iter().sum::<f64>() as usize;
        start.map_or(mean, |start| start as usize).min(self.pipeline.len() - 1)
    }

    /// Steps up and down, halved where they do not help: a good layer, seldom not the best, that proves nothing.
    fn least_near(&mut self, start: Option<u32>) -> Least {
        let top = self.pipeline.len() - 1;
        let mut best = self.settle(self.first(start));
        // Between keeping a part and not keeping it there is a ridge, where it is kept and late all the same.
        for layer in [0, self.first(None)] {
            if layer.abs_diff(best.layer as usize) <= RIPPLE {
                continue;
            }
            let value = self.evaluate(layer);
            if value < best.value {
                best = Least { value, layer: layer as u32 };
                std::mem::swap(&mut self.chosen, &mut self.tried);
            }
        }
        // A share of the pipeline's deviation, smaller where a good layer is known.
        let deviation = (self.tail.iter().sum::<f64>() + 1.0).sqrt();
        let mut step = (deviation * if start.is_some() { 0.25 } else { 0.5 }).max(1.0) as usize;
        // How often in a row the level went up, or down.
        let (mut up, mut run) = (true, 0);
        loop {
            let here = best.layer as usize;
            let mut moved = false;
            // Whole units make ripples: before the search rests it looks a little further than one unit.
            let farthest = if step == 1 { RIPPLE } else { 1 };
            let steps = (1..=farthest)
                .flat_map(|times| [(true, here + times * step), (false, here.wrapping_sub(times * step))]);
            for (higher, layer) in steps {
                // Who went far one way does not turn at once.
                if layer > top || (run > LONG && farthest == 1 && higher != up) {
                    continue;
                }
                let value = self.evaluate(layer);
                if value < best.value {
                    best = Least { value, layer: layer as u32 };
                    std::mem::swap(&mut self.chosen, &mut self.tried);
                    run = if higher == up { run + 1 } else { 1 };
                    (up, moved) = (higher, true);
                    break;
                }
            }
            if moved && run > LONG {
                // A level that is far off is come to in longer and longer steps.
                step *= 2;
            } else if !moved {
                if step == 1 {
                    return best;
                }
                (step, run) = (step / 2, 0);
            }
        }
    }

    /// Every layer evaluated or excluded by (left) or (right), up to a slack.
    fn least_proven(&mut self, start: Option<u32>, slope: Option<f64>, slack: f64) -> Least {
        let top = self.pipeline.len() - 1;
        self.floor.clear();
        self.floor.resize(top + 1, f64::NEG_INFINITY);
        let first = self.first(start);
        let mut best = Least { value: f64::INFINITY, layer: 0 };
        let mut next = top;
        loop {
            let value = self.evaluate(next);
            if value < best.value || (value == best.value && (next as u32) < best.layer) {
                best = Least { value, layer: next as u32 };
                std::mem::swap(&mut self.chosen, &mut self.tried);
            }
            self.learn(next, value, slope);
            if self.floor[first] < f64::INFINITY {
                next = first;
                continue;
            }
            let (layer, floor) =
                self.floor.iter().copied().enumerate().min_by(|x, y| x.1.total_cmp(&y.1)).unwrap_or((0, f64::INFINITY));
            if floor >= best.value - slack {
                return Least { value: best.value.min(floor), ..best };
            }
            next = layer;
        }
    }

    /// Raises the floor under every layer by what one layer's value proves: (left) and (right).
    fn learn(&mut self, at: usize, value: f64, slope: Option<f64>) {
        self.floor[at] = f64::INFINITY;
        let Some((depot, costs)) = self.block.depot else { return };
        let own = |layer: usize| costs.of(layer as u32, depot.quantity);
        let others = value - own(at);
        for (layer, floor) in self.floor[..at].iter_mut().enumerate() {
            *floor = floor.max(others + own(layer));
        }
        let Some(slope) = slope else { return };
        let mut bound = value;
        for (floor, tail) in self.floor[at + 1..].iter_mut().zip(&self.tail[at..]) {
            bound += costs.holding - slope * tail;
            *floor = floor.max(bound);
        }
    }
}
