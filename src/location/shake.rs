//! Shaking a good plan: uppers toggled one at a time, and a few sites exchanged at random, each followed by local search.

use super::Status;
use super::climb::Climb;
use super::explore::Explorer;
use super::instance::NONE;
use super::local::{Ground, Shaking, polish, serve_nearest};
use super::primal::{Plan, site_loads};
use super::state::State;

/// The most sites exchanged at once.
const STRENGTH: usize = 3;

/// Chance from a splitmix generator (Steele, Lea and Flood 2014).
#[derive(Debug, Clone)]
pub struct Dice(pub u64);

impl Dice {
    /// A whole number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        (self.roll() % n.max(1) as u64) as usize
    }

    /// A whole number of any size.
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }
}

impl Explorer<'_, '_> {
    /// Shakes the incumbent over so many lanes; the climb's average tells which sites are worth it.
    pub fn shaken(&self, state: &State, average: &[f64], hint: &[u32], (seed, work): (u64, u64)) -> Option<Plan> {
        let design = &self.incumbent.as_ref().filter(|_| self.instance.plain)?.design;
        let shaking = Shaking { seed, average, strength: STRENGTH, work };
        let ground = Ground { instance: self.instance, state, hint, extra: None };
        let (better, _) = polish(ground, design, u64::MAX, Some(shaking), self.watch);
        if better == *design { None } else { serve_nearest(self.instance, better) }
    }

    /// Opens, closes and exchanges the uppers about which the incumbent and the climb disagree.
    pub fn toggle_uppers(&mut self, state: &State, climb: &Climb) {
        let instance = self.instance;
        let Some(mut current) = self.incumbent.clone() else { return };
        let average = |u: usize| climb.average[instance.sites + u];
        let free = |u: &usize| state.upper[*u] == Status::Free;
        let is_open = current.design.upper_open.clone();
        let mut closable: Vec<usize> =
            (0..instance.uppers).filter(free).filter(|&u| is_open[u] && average(u) < 0.98).collect();
        let mut openable: Vec<usize> =
            (0..instance.uppers).filter(free).filter(|&u| !is_open[u] && average(u) > 0.02).collect();
        closable.sort_by(|&a, &b| average(a).total_cmp(&average(b)).then(a.cmp(&b)));
        openable.sort_by(|&a, &b| average(b).total_cmp(&average(a)).then(a.cmp(&b)));
        let mut changes: Vec<(Option<usize>, Option<usize>)> = openable.iter().map(|&u| (None, Some(u))).collect();
        changes.extend(closable.iter().map(|&u| (Some(u), None)));
        for &v in openable.iter().take(4) {
            changes.extend(closable.iter().take(4).map(|&u| (Some(u), Some(v))));
        }
        for (close, open) in changes {
            if self.watch.stop() {
                return;
            }
            let mut design = current.design.clone();
            close.into_iter().for_each(|u| design.upper_open[u] = false);
            open.into_iter().for_each(|u| design.upper_open[u] = true);
            let loads = site_loads(instance, &current.service);
            for (j, load) in loads.into_iter().enumerate() {
                if design.mode[j] == NONE {
                    continue;
                }
                let cost = |m: usize| instance.modes[m].fixed + instance.modes[m].per_load * load;
                let usable = |m: &usize| {
                    let upper = instance.modes[*m].upper;
                    !state.mode_off[*m] && (upper == NONE || design.upper_open[upper as usize])
                };
                let best = instance.modes_of(j).filter(usable).min_by(|&a, &b| cost(a).total_cmp(&cost(b)));
                design.mode[j] = match best {
                    Some(m) => m as u32,
                    None if state.site[j] == Status::Open => design.mode[j],
                    None => NONE,
                };
            }
            design.open_needed(instance);
            if !self.is_new(&design) {
                continue;
            }
            self.improve_plain(state, &design, &climb.relaxed.mode);
            if let Some(better) = self.incumbent.as_ref().filter(|plan| plan.cost < current.cost) {
                current = better.clone();
            }
        }
    }
}
