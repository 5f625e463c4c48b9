//! Shaking a good plan: uppers toggled one at a time, and a few sites exchanged at random, each followed by local search.

use super::Status;
use super::explore::Explorer;
use super::instance::NONE;
use super::primal::{Design, site_loads};
use super::state::State;
use super::volume::Climb;

/// Lanes that perturbations may walk for each look at a climb.
const WALK: usize = 4_000_000;

impl Explorer<'_, '_> {
    /// Shakes the incumbent; the climb tells which uppers and sites are worth it.
    pub fn shake(&mut self, state: &State, climb: &Climb) {
        if self.instance.uppers > 0 {
            self.toggle_uppers(state, climb);
        }
        let rounds = (WALK / self.instance.site.len().max(1)).min(20);
        for _ in 0..rounds {
            if self.watch.stop() {
                return;
            }
            self.exchange_some(state, climb);
        }
    }

    /// Opens, closes and exchanges the uppers about which the incumbent and the climb disagree.
    fn toggle_uppers(&mut self, state: &State, climb: &Climb) {
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

    /// Exchanges a few sites near one random customer, then searches again.
    fn exchange_some(&mut self, state: &State, climb: &Climb) {
        let instance = self.instance;
        let Some(current) = self.incumbent.as_ref().filter(|_| instance.customers > 0) else { return };
        let mut design: Design = current.design.clone();
        let centre = self.roll(instance.customers);
        let strength = 1 + self.roll(3);
        for _ in 0..strength {
            // The neighbourhood: what serves, or could well serve, those whom the centre's own sites could serve.
            let lanes = instance.lanes(centre);
            let reach = lanes.len().min(4 + 4 * strength);
            let near: Vec<usize> = lanes.take(reach).map(|p| instance.site[p] as usize).collect();
            let free = |j: &&usize| state.site[**j] == Status::Free;
            let open: Vec<usize> = near.iter().filter(free).copied().filter(|&j| design.is_open(j)).collect();
            let closed: Vec<usize> = near.iter().filter(free).copied().filter(|&j| !design.is_open(j)).collect();
            if !open.is_empty() {
                design.mode[open[self.roll(open.len())]] = NONE;
            }
            if !closed.is_empty() {
                // The likelier of two at random: chance stays, yet the climb is heard.
                let (a, b) = (closed[self.roll(closed.len())], closed[self.roll(closed.len())]);
                let j = if climb.average[a] >= climb.average[b] { a } else { b };
                let mode = climb.relaxed.mode[j];
                let upper = if mode == NONE { NONE } else { instance.modes[mode as usize].upper };
                if mode != NONE && (upper == NONE || design.upper_open[upper as usize]) {
                    design.mode[j] = mode;
                }
            }
        }
        if self.is_new(&design) {
            self.improve_plain(state, &design, &climb.relaxed.mode);
        }
    }

    /// A whole number below `n`, from a splitmix generator (Steele, Lea and Flood 2014).
    fn roll(&mut self, n: usize) -> usize {
        self.dice = self.dice.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.dice;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % n.max(1) as u64) as usize
    }
}
