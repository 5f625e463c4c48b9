//! The climb of the prices: deflected subgradient steps (Camerini, Fratta and Maffioli 1975), each price with a reach of
//! its own that grows while its slope keeps its sign and shrinks when it turns (Riedmiller and Braun 1993).
//!
//! ```text
//! d ← (1 − w)·d + w·g        the slope g of the relaxed plan blended into the direction d
//! s ← s·(1 ± r)              by the sign of d·g, price by price
//! u ← u + α·s·d              prices of inequalities stay at least zero
//! ```
//!
//! The stride α falls when the values of a few iterations no longer rise; no target value is needed. Where the relaxed
//! plan changes by leaps the climb steps by `volume` instead: undivided service within capacities from the start, sites
//! limited by a count from where the strides come to rest, and at the nodes of the tree. The average of the relaxed
//! plans' open places tells where to round and where to branch.

mod volume;

use self::volume::Volume;
use super::ascent::Scale;
use super::dual::{Relaxed, Slopes};
use super::fixing::fix;
use super::instance::Instance;
use super::state::State;
use super::{Multipliers, Status};
use crate::watch::Watch;

/// The share of a new slope in the direction.
const DEFLECTION: f64 = 0.3;
/// By how much a price's reach grows or shrinks.
const RESILIENCE: f64 = 0.04;
/// Iterations whose mean value is compared with that of those before.
const WINDOW: usize = 3;
/// What the stride is multiplied by when the values no longer rise.
const SHORTER: f64 = 0.7;
/// The rise of the mean value, relative to it and to the stride, below which the stride is shortened.
const RISE: f64 = 1e-3;
/// A stride below this moves nothing that matters.
const SHORTEST: f64 = 1e-5;
/// The stride from where a climb came to rest, and the step of counted sites, which go on by volume.
const AGAIN_STRIDE: f64 = 0.02;
const AGAIN_STEP: f64 = 0.5;
/// The share of the last relaxed plan in the average.
const BLEND: f64 = 0.05;

/// The relaxed plans remembered.
const RECENT: usize = 40;

/// How a climb ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// The bound has passed the cutoff, or the decisions contradict each other: nothing better is here.
    Pruned,
    /// The iterations ran out, or nothing more is to be gained.
    Spent,
}

/// A climb in progress.
pub(super) struct Climb<'i, 'a> {
    instance: &'i Instance<'a>,
    /// How far each price moves at a stride of one.
    scale: Scale,
    /// The same when the climb began.
    first_scale: Scale,
    /// The best bound so far.
    pub best: f64,
    /// The prices of the best bound.
    pub prices: Multipliers,
    /// How far each item was open, on average.
    pub average: Vec<f64>,
    /// The last relaxed plan.
    pub relaxed: Relaxed,
    /// The direction of the climb: the violation of the relaxed plans of late.
    pub violation: Slopes,
    /// How far each lane position was used, on average; only where undivided service is limited by capacities.
    pub lane_average: Vec<f64>,
    /// The sites open in the last relaxed plans, where undivided service is limited by capacities.
    pub recent: Vec<Vec<bool>>,
    /// The lanes walked so far.
    pub work: u64,
    trial: Multipliers,
    slopes: Slopes,
    stride: f64,
    seen: usize,
    window: Window,
    /// Steps by volume in place of strides.
    volume: Option<Volume>,
}

/// The values of the last few iterations, and the mean of those before.
#[derive(Debug, Clone, Copy)]
struct Window {
    sum: f64,
    count: usize,
    before: f64,
}

impl<'i, 'a> Climb<'i, 'a> {
    /// Begins a climb at some prices with a stride: 0.2 from an ascent, less from prices that are nearly right.
    pub fn new(instance: &'i Instance<'a>, scale: Scale, prices: Multipliers, stride: f64) -> Self {
        Self {
            instance,
            first_scale: scale.clone(),
            scale,
            best: f64::NEG_INFINITY,
            trial: prices.clone(),
            prices,
            average: Vec::new(),
            relaxed: Relaxed::default(),
            violation: Slopes::default(),
            lane_average: Vec::new(),
            recent: Vec::new(),
            work: 0,
            slopes: Slopes::default(),
            stride,
            seen: 0,
            window: Window { sum: 0.0, count: 0, before: f64::NEG_INFINITY },
            volume: None,
        }
    }

    /// Begins a climb at prices that are nearly right by volume, with a step relative to the distance that is left.
    pub fn by_volume(instance: &'i Instance<'a>, scale: Scale, prices: Multipliers, step: f64) -> Self {
        Self { volume: Some(Volume::new(step)), ..Self::new(instance, scale, prices, 0.0) }
    }

    /// Climbs for some iterations; settles by reduced cost what cannot be better than the cutoff.
    pub fn run(&mut self, state: &mut State, cutoff: f64, iterations: usize, watch: &dyn Watch) -> End {
        for round in 0..iterations {
            if self.is_exhausted() {
                return End::Spent;
            }
            if self.seen > 0 && !self.move_trial(cutoff) {
                return End::Spent;
            }
            let value = self.relaxed.evaluate(self.instance, state, &self.trial);
            self.relaxed.slopes(self.instance, &self.trial, &mut self.slopes);
            self.work += self.relaxed.walked();
            if self.instance.exchangeable {
                self.remember(round);
            }
            let better = value > self.best;
            if better || self.seen == 0 {
                self.best = self.best.max(value);
                self.prices.clone_from(&self.trial);
            }
            // Whether the average foretold the gain is asked before the new slopes are part of it.
            if let Some(volume) = &mut self.volume {
                volume.pace(better, self.best, cutoff, &self.slopes, &self.violation);
            }
            let weight = self.direct();
            self.average_in(weight);
            self.seen += 1;
            if self.best > cutoff {
                return End::Pruned;
            }
            // Fixing is cheap beside an evaluation, yet seldom finds something new at poor prices.
            let settled = if better || round % 10 == 0 {
                fix(self.instance, state, &self.relaxed, &self.trial, cutoff)
            } else {
                0
            };
            if settled > 0 && !state.propagate(self.instance) {
                self.best = self.best.max(cutoff);
                return End::Pruned;
            }
            if self.volume.is_none() {
                self.pace(value);
            }
            if watch.stop() {
                return End::Spent;
            }
        }
        End::Spent
    }

    /// Keeps the sites that the last relaxed plan opens, in place of the oldest kept.
    fn remember(&mut self, round: usize) {
        let open = &self.relaxed.open[..self.instance.sites];
        if self.recent.iter().any(|known| known == open) {
            return;
        }
        if self.recent.len() < RECENT {
            self.recent.push(open.to_vec());
        } else {
            self.recent[round % RECENT].copy_from_slice(open);
        }
    }

    /// Shortens the stride when the values no longer rise.
    fn pace(&mut self, value: f64) {
        let window = &mut self.window;
        window.sum += value;
        window.count += 1;
        if window.count < WINDOW {
            return;
        }
        let mean = window.sum / window.count as f64;
        if mean < window.before + RISE * self.stride * mean.abs() {
            self.stride *= SHORTER;
        }
        *window = Window { sum: 0.0, count: 0, before: mean };
    }

    /// Blends the slopes into the direction and adapts the reach of every price; the weight for the averages.
    fn direct(&mut self) -> f64 {
        let weight = BLEND.max(1.0 / (self.seen + 1) as f64);
        if self.seen == 0 {
            self.violation.clone_from(&self.slopes);
            return weight;
        }
        if let Some(volume) = &self.volume {
            let weight = volume.weight(&self.violation, &self.slopes, &self.scale);
            self.violation.blend(&self.slopes, weight);
            return weight;
        }
        let blend = |direction: &mut [f64], slopes: &[f64], scale: &mut [f64]| {
            for ((direction, &slope), scale) in direction.iter_mut().zip(slopes).zip(scale) {
                let along = *direction * slope;
                if along > 0.0 {
                    *scale *= 1.0 + RESILIENCE;
                } else if along < 0.0 {
                    *scale *= 1.0 - RESILIENCE;
                }
                *direction += DEFLECTION * (slope - *direction);
            }
        };
        let (violation, slopes, scale) = (&mut self.violation, &self.slopes, &mut self.scale);
        blend(&mut violation.serve, &slopes.serve, &mut scale.serve);
        blend(&mut violation.link, &slopes.link, &mut scale.link);
        blend(&mut violation.through, &slopes.through, &mut scale.through);
        blend(&mut violation.upper_load, &slopes.upper_load, &mut scale.upper_load);
        blend(&mut violation.row, &slopes.row, &mut scale.row);
        weight
    }

    /// Goes to the next prices; false when there is no way to go.
    fn move_trial(&mut self, cutoff: f64) -> bool {
        if let Some(volume) = &self.volume {
            let reach = (self.best, cutoff);
            let moved = volume.move_trial(&mut self.trial, &self.prices, &self.violation, &self.scale, reach);
            self.instance.cap(&mut self.trial.serve);
            return moved;
        }
        let stride = self.stride;
        let free = |price: &mut [f64], direction: &[f64], scale: &[f64]| {
            for ((price, direction), scale) in price.iter_mut().zip(direction).zip(scale) {
                *price += stride * scale * direction;
            }
        };
        let signed = |price: &mut [f64], direction: &mut [f64], scale: &[f64]| {
            for ((price, direction), scale) in price.iter_mut().zip(direction).zip(scale) {
                *price += stride * scale * *direction;
                if *price <= 0.0 {
                    *price = 0.0;
                    // At its bound a price has nowhere to fall, and should not have to climb out of an old direction.
                    *direction = direction.max(0.0);
                }
            }
        };
        let (trial, violation, scale) = (&mut self.trial, &mut self.violation, &self.scale);
        free(&mut trial.serve, &violation.serve, &scale.serve);
        signed(&mut trial.link, &mut violation.link, &scale.link);
        signed(&mut trial.through, &mut violation.through, &scale.through);
        signed(&mut trial.upper_load, &mut violation.upper_load, &scale.upper_load);
        signed(&mut trial.row, &mut violation.row, &scale.row);
        self.instance.cap(&mut trial.serve);
        true
    }

    /// Blends the last relaxed plan into the averages.
    fn average_in(&mut self, weight: f64) {
        if self.seen == 0 {
            self.average.resize(self.relaxed.open.len(), 0.0);
            self.lane_average.resize(if self.instance.exchangeable { self.instance.site.len() } else { 0 }, 0.0);
        }
        for (average, &open) in self.average.iter_mut().zip(&self.relaxed.open) {
            *average += weight * (f64::from(u8::from(open)) - *average);
        }
        if self.instance.exchangeable {
            self.lane_average.iter_mut().for_each(|average| *average *= 1.0 - weight);
            self.relaxed.served.iter().for_each(|&(_, p, share)| self.lane_average[p as usize] += weight * share);
        }
    }

    /// Goes on from the best prices where the climb has come to rest, each price with its first reach.
    ///
    /// Counted sites go on by volume, with averages of its own.
    pub fn rekindle(&mut self) {
        if self.instance.is_median() {
            let (scale, prices) = (self.first_scale.clone(), std::mem::take(&mut self.prices));
            let fresh = Self::by_volume(self.instance, scale, prices, AGAIN_STEP);
            *self = Self { best: self.best, work: self.work, ..fresh };
            return;
        }
        self.stride = AGAIN_STRIDE;
        self.volume.iter_mut().for_each(|volume| volume.rekindle(AGAIN_STRIDE));
        self.scale.clone_from(&self.first_scale);
        self.trial.clone_from(&self.prices);
        self.window.before = f64::NEG_INFINITY;
    }

    /// Whether further iterations would hardly move the bound.
    pub fn is_exhausted(&self) -> bool {
        self.volume.map_or(self.stride < SHORTEST, |volume| volume.is_exhausted())
    }

    /// The lane to branch on where undivided service is limited by capacities: that of a customer of much work who is
    /// served half here, half there; none when none is.
    pub fn contested(&self, state: &State) -> Option<(usize, usize)> {
        if self.lane_average.is_empty() {
            return None;
        }
        let average = |p: usize| self.lane_average[p];
        let candidates = (0..self.instance.customers).filter_map(|i| {
            let live = || self.instance.lanes(i).filter(|&p| state.allows(self.instance, p));
            live().nth(1)?;
            let p = live().max_by(|&a, &b| average(a).total_cmp(&average(b)).then(b.cmp(&a)))?;
            let doubt = 1.0 - average(p);
            (doubt > 0.05).then(|| (doubt.min(0.5) * self.instance.work(p), i, p))
        });
        candidates.max_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1))).map(|(_, i, p)| (i, p))
    }

    /// How undecided an item is on average: 0 when it is always open or never, 0.5 at most.
    pub fn doubt(&self, item: usize) -> f64 {
        let average = self.average.get(item).copied().unwrap_or(0.5);
        0.5 - (average - 0.5).abs()
    }

    /// The item to branch on: free, and on average the most undecided; none when all are settled.
    pub fn undecided(&self, state: &State) -> Option<usize> {
        (0..self.instance.sites + self.instance.uppers)
            .filter(|&k| state.item(k) == Status::Free)
            .max_by(|&a, &b| self.doubt(a).total_cmp(&self.doubt(b)).then(b.cmp(&a)))
    }
}
