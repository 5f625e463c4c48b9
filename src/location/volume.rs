//! The climb of the prices: the volume algorithm (Barahona and Anbil 2000) in scaled coordinates.
//!
//! Steps are taken from the best prices along the slopes of a running average of relaxed plans,
//! `λ·(target − best) / |slopes|²` long; the average itself tends to a solution of the linear relaxation and tells where
//! to round and to branch.

use super::ascent::Scale;
use super::dual::{Relaxed, Slopes};
use super::fixing::fix;
use super::instance::Instance;
use super::state::State;
use super::{Multipliers, Status};
use crate::watch::Watch;

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
    scale: &'i Scale,
    /// The best bound so far.
    pub best: f64,
    /// The prices of the best bound.
    pub prices: Multipliers,
    /// How far each item was open, on average.
    pub average: Vec<f64>,
    /// The last relaxed plan.
    pub relaxed: Relaxed,
    /// The violation of the averaged plan.
    pub violation: Slopes,
    /// How far each lane position was used, on average; only where undivided service is limited by capacities.
    pub lane_average: Vec<f64>,
    /// The sites open in the last relaxed plans, where undivided service is limited by capacities.
    pub recent: Vec<Vec<bool>>,
    trial: Multipliers,
    slopes: Slopes,
    step: f64,
    blend: f64,
    reds: usize,
    started: bool,
}

impl<'i, 'a> Climb<'i, 'a> {
    pub fn new(instance: &'i Instance<'a>, scale: &'i Scale, prices: Multipliers, step: f64) -> Self {
        Self {
            instance,
            scale,
            best: f64::NEG_INFINITY,
            trial: prices.clone(),
            prices,
            average: Vec::new(),
            relaxed: Relaxed::default(),
            violation: Slopes::default(),
            lane_average: Vec::new(),
            recent: Vec::new(),
            slopes: Slopes::default(),
            step,
            blend: 0.1,
            reds: 0,
            started: false,
        }
    }

    /// Climbs for some iterations; settles by reduced cost what cannot be better than the cutoff.
    pub fn run(&mut self, state: &mut State, cutoff: f64, iterations: usize, watch: &dyn Watch) -> End {
        let mut at_check = self.best;
        for round in 0..iterations {
            if self.started {
                let Some(length) = self.length(cutoff) else { return End::Spent };
                self.move_trial(length);
            }
            let value = self.relaxed.evaluate(self.instance, state, &self.trial);
            self.relaxed.slopes(self.instance, &self.trial, &mut self.slopes);
            if self.instance.exchangeable {
                self.remember(round);
            }
            let first = !self.started;
            self.started = true;
            if value > self.best || first {
                if !first {
                    self.encourage();
                }
                self.best = self.best.max(value);
                std::mem::swap(&mut self.prices, &mut self.trial);
            } else {
                self.discourage();
            }
            self.blend_in(first);
            if self.best > cutoff {
                return End::Pruned;
            }
            // Fixing is cheap beside an evaluation, yet seldom finds something new at poor prices.
            let settled = if value >= self.best || round % 10 == 0 {
                fix(self.instance, state, &self.relaxed, self.trial_or_best(value), cutoff)
            } else {
                0
            };
            if settled > 0 && !state.propagate(self.instance) {
                self.best = self.best.max(cutoff);
                return End::Pruned;
            }
            if round % 50 == 49 {
                let gain = self.best - at_check;
                at_check = self.best;
                if gain < 1e-3 * (cutoff - self.best) {
                    self.blend = (self.blend * 0.7).max(0.005);
                }
                if gain <= 1e-10 * self.best.abs() && self.step < 1e-3 {
                    return End::Spent;
                }
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

    /// The prices of the last evaluation: after an improvement they have become the best.
    fn trial_or_best(&self, value: f64) -> &Multipliers {
        if value >= self.best { &self.prices } else { &self.trial }
    }

    fn encourage(&mut self) {
        self.reds = 0;
        let along: f64 = self.slopes.serve.iter().zip(&self.violation.serve).map(|(a, b)| a * b).sum();
        if along > 0.0 {
            self.step = (self.step * 1.1).min(2.0);
        }
    }

    fn discourage(&mut self) {
        self.reds += 1;
        if self.reds >= 10 {
            self.step = (self.step * 0.7).max(1e-5);
            self.reds = 0;
        }
    }

    /// The length of the next step; none when the averaged plan keeps every priced row.
    fn length(&self, cutoff: f64) -> Option<f64> {
        let square =
            |slope: &[f64], scale: &[f64]| -> f64 { slope.iter().zip(scale).map(|(g, s)| (g * s) * (g * s)).sum() };
        // A price at its bound of zero cannot fall: such a slope asks for nothing.
        let squares = |slope: &[f64], scale: &[f64], price: &[f64]| -> f64 {
            slope
                .iter()
                .zip(scale)
                .zip(price)
                .map(|((g, s), price)| if *price <= 0.0 && *g < 0.0 { 0.0 } else { (g * s) * (g * s) })
                .sum()
        };
        let v = &self.violation;
        let norm = square(&v.serve, &self.scale.serve)
            + squares(&v.link, &self.scale.link, &self.prices.link)
            + squares(&v.through, &self.scale.through, &self.prices.through)
            + squares(&v.upper_load, &self.scale.upper_load, &self.prices.upper_load)
            + squares(&v.row, &self.scale.row, &self.prices.row);
        // A distant incumbent must not drive the steps; the bound's own size says how far is far.
        let hope = cutoff.min(self.best + 0.05 * self.best.abs() + 1e-6);
        let distance = (hope - self.best).max(1e-9 * self.best.abs());
        (norm > 1e-24 * (1.0 + self.best * self.best)).then(|| self.step * distance / norm)
    }

    fn move_trial(&mut self, length: f64) {
        let free = |trial: &mut Vec<f64>, price: &[f64], slope: &[f64], scale: &[f64]| {
            trial.clear();
            trial.extend(price.iter().zip(slope).zip(scale).map(|((p, g), s)| p + length * s * s * g));
        };
        free(&mut self.trial.serve, &self.prices.serve, &self.violation.serve, &self.scale.serve);
        free(&mut self.trial.link, &self.prices.link, &self.violation.link, &self.scale.link);
        free(&mut self.trial.through, &self.prices.through, &self.violation.through, &self.scale.through);
        free(&mut self.trial.upper_load, &self.prices.upper_load, &self.violation.upper_load, &self.scale.upper_load);
        free(&mut self.trial.row, &self.prices.row, &self.violation.row, &self.scale.row);
        let trial = &mut self.trial;
        for price in trial.link.iter_mut().chain(&mut trial.through).chain(&mut trial.upper_load).chain(&mut trial.row)
        {
            *price = price.max(0.0);
        }
    }

    /// Blends the last relaxed plan into the average.
    fn blend_in(&mut self, first: bool) {
        if first {
            self.average.clear();
            self.average.extend(self.relaxed.open.iter().map(|&open| f64::from(u8::from(open))));
            self.violation.clone_from(&self.slopes);
            if self.instance.exchangeable {
                self.lane_average.clear();
                self.lane_average.resize(self.instance.site.len(), 0.0);
                self.relaxed.served.iter().for_each(|&(_, p, share)| self.lane_average[p as usize] += share);
            }
            return;
        }
        let weight = self.weight();
        if self.instance.exchangeable {
            self.lane_average.iter_mut().for_each(|average| *average *= 1.0 - weight);
            self.relaxed.served.iter().for_each(|&(_, p, share)| self.lane_average[p as usize] += weight * share);
        }
        for (average, &open) in self.average.iter_mut().zip(&self.relaxed.open) {
            *average += weight * (f64::from(u8::from(open)) - *average);
        }
        let blend = |average: &mut [f64], slopes: &[f64]| {
            for (average, slope) in average.iter_mut().zip(slopes) {
                *average += weight * (slope - *average);
            }
        };
        blend(&mut self.violation.serve, &self.slopes.serve);
        blend(&mut self.violation.link, &self.slopes.link);
        blend(&mut self.violation.through, &self.slopes.through);
        blend(&mut self.violation.upper_load, &self.slopes.upper_load);
        blend(&mut self.violation.row, &self.slopes.row);
    }

    /// The weight that makes the averaged violation shortest, within what the blend allows.
    fn weight(&self) -> f64 {
        let (mut square, mut along) = (0.0, 0.0);
        let mut add = |average: &[f64], slopes: &[f64], scale: &[f64]| {
            for ((average, slope), scale) in average.iter().zip(slopes).zip(scale) {
                let difference = (slope - average) * scale;
                square += difference * difference;
                along -= difference * average * scale;
            }
        };
        add(&self.violation.serve, &self.slopes.serve, &self.scale.serve);
        add(&self.violation.link, &self.slopes.link, &self.scale.link);
        add(&self.violation.through, &self.slopes.through, &self.scale.through);
        add(&self.violation.upper_load, &self.slopes.upper_load, &self.scale.upper_load);
        add(&self.violation.row, &self.slopes.row, &self.scale.row);
        let shortest = if square > 0.0 { along / square } else { self.blend };
        if shortest.is_finite() { shortest.clamp(self.blend / 10.0, self.blend) } else { self.blend }
    }

    /// Whether further iterations would hardly move the bound.
    pub fn is_exhausted(&self) -> bool {
        self.step <= 1e-4 && self.blend <= 0.01
    }

    /// The lane to branch on where undivided service is limited by capacities: that of a customer of much work who is
    /// served half here, half there; none when none is.
    pub fn contested(&self, state: &State) -> Option<(usize, usize)> {
        let average = |p: usize| self.lane_average.get(p).copied().unwrap_or(0.0);
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
        let doubt = |k: usize| self.doubt(k);
        (0..self.instance.sites + self.instance.uppers)
            .filter(|&k| state.item(k) == Status::Free)
            .max_by(|&a, &b| doubt(a).total_cmp(&doubt(b)).then(b.cmp(&a)))
    }
}
