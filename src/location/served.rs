//! Moves of sites one at a time where service is limited, so that every move must be served anew to be judged.

use super::Status;
use super::allot::{Effort, allot};
use super::climb::Climb;
use super::explore::Explorer;
use super::instance::NONE;
use super::local::LanePrices;
use super::primal::{Design, Plan, site_loads};
use super::state::State;

/// The most sites considered for closing, and for opening, in swaps.
const SWAP_WIDTH: usize = 8;

impl Explorer<'_, '_> {
    /// Serves a design, adapts modes to loads, and tries closing, opening and swapping sites one at a time.
    ///
    /// The climb tells the likely moves: closing what was seldom open on average, opening what was often.
    pub fn refine_served(
        &mut self,
        state: &State,
        design: Design,
        climb: Option<&Climb>,
        extra: LanePrices,
        mut trials: usize,
    ) {
        let instance = self.instance;
        let Some(best) = self.serve(state, design, extra) else { return };
        let best = self.move_sites(state, best, climb, extra, &mut trials);
        // Only the best design is worth the full assignment search.
        if instance.problem.single
            && let Some(plan) = allot(instance, state, &best.design, extra, &self.seed, Effort::Full).plan()
        {
            self.offer(plan);
        }
    }

    /// Closes, opens and swaps sites while that helps and trials are left.
    fn move_sites(
        &mut self,
        state: &State,
        mut best: Plan,
        climb: Option<&Climb>,
        extra: LanePrices,
        trials: &mut usize,
    ) -> Plan {
        let instance = self.instance;
        let likely = |j: usize| climb.map_or(0.0, |climb| climb.average[j]);
        let value = |j: usize| climb.map_or(0.0, |climb| climb.relaxed.item_value[j]);
        loop {
            let loads = site_loads(instance, &best.service);
            let mut closable: Vec<usize> = (0..instance.sites)
                .filter(|&j| best.design.is_open(j) && state.site[j] == Status::Free && likely(j) < 0.98)
                .collect();
            closable
                .sort_by(|&a, &b| likely(a).total_cmp(&likely(b)).then(loads[a].total_cmp(&loads[b])).then(a.cmp(&b)));
            let mut openable: Vec<usize> = (0..instance.sites)
                .filter(|&j| !best.design.is_open(j) && state.site[j] == Status::Free)
                .filter(|&j| climb.is_none() || likely(j) > 0.02)
                .collect();
            openable
                .sort_by(|&a, &b| likely(b).total_cmp(&likely(a)).then(value(a).total_cmp(&value(b))).then(a.cmp(&b)));
            let mut moves: Vec<(Option<usize>, Option<usize>)> = closable.iter().map(|&j| (Some(j), None)).collect();
            moves.extend(openable.iter().map(|&j| (None, Some(j))));
            for &k in closable.iter().take(SWAP_WIDTH) {
                moves.extend(openable.iter().take(SWAP_WIDTH).map(|&j| (Some(k), Some(j))));
            }
            let mut improved = false;
            for (close, open) in moves {
                if *trials == 0 || self.watch.stop() {
                    return best;
                }
                let Some(trial) = self.moved(state, &best.design, close, open) else { continue };
                if !self.is_new(&trial) {
                    continue;
                }
                *trials -= 1;
                if let Some(plan) = self.serve(state, trial, extra)
                    && plan.cost < best.cost - 1e-9 * best.cost.abs()
                {
                    best = plan;
                    improved = true;
                    break;
                }
            }
            if !improved {
                return best;
            }
        }
    }

    /// A design with one site closed, one opened, or both; none when the counts or the capacities forbid it.
    fn moved(&self, state: &State, from: &Design, close: Option<usize>, open: Option<usize>) -> Option<Design> {
        let instance = self.instance;
        let mut design = from.clone();
        if let Some(k) = close {
            design.mode[k] = NONE;
        }
        if let Some(j) = open {
            let usable = |m: &usize| {
                let upper = instance.modes[*m].upper;
                !state.mode_off[*m] && (upper == NONE || from.upper_open[upper as usize])
            };
            design.mode[j] = instance.modes_of(j).find(usable)? as u32;
        }
        // The capacity surrogate is among the rows, so this also refuses designs short of capacity.
        design.keeps_counts(instance).then_some(design)
    }

    /// Serves a design and adapts its modes to the loads while that helps; offers and returns the best plan.
    fn serve(&mut self, state: &State, design: Design, extra: LanePrices) -> Option<Plan> {
        let instance = self.instance;
        let mut best = match allot(instance, state, &design, extra, &self.seed, Effort::Quick).plan() {
            Some(plan) => plan,
            None if extra.is_some() => self.serve_dearer(state, &design, extra)?,
            None => return None,
        };
        if instance.modes.len() > instance.sites || instance.uppers > 0 {
            for _ in 0..3 {
                let loads = site_loads(instance, &best.service);
                let mut design = best.design.clone();
                super::uppers::reselect(instance, state, &mut design, &loads, self.watch);
                if design == best.design {
                    break;
                }
                match allot(instance, state, &design, extra, &self.seed, Effort::Quick).plan() {
                    Some(plan) if plan.cost < best.cost => best = plan,
                    _ => break,
                }
            }
        }
        self.offer(best.clone());
        Some(best)
    }

    /// Raises the prices of the rows until the service keeps them.
    fn serve_dearer(&self, state: &State, design: &Design, extra: LanePrices) -> Option<Plan> {
        let mut prices = extra?.to_vec();
        for _ in 0..6 {
            prices.iter_mut().for_each(|price| *price *= 2.0);
            if let Some(plan) = allot(self.instance, state, design, Some(&prices), &self.seed, Effort::Quick).plan() {
                return Some(plan);
            }
        }
        None
    }
}
