//! Plans for undivided service within capacities: designs in order of their Lagrangian worth, each served by exchange.
//!
//! At given prices no plan of a design Y costs less than `rest + Σ_{j ∈ Y} v_j`; so the designs that the climb met, and
//! the neighbours of the best plan's own (one site closed, one opened, or both), are served from the least worth up, and
//! those whose worth passes the cutoff not at all.

use rayon::prelude::*;

use super::Status;
use super::allot::Effort;
use super::assign::exchange;
use super::climb::Climb;
use super::dual::{Relaxed, Slopes};
use super::explore::Explorer;
use super::instance::{Instance, NONE};
use super::primal::{Design, Plan, Service, price, site_loads};
use super::state::State;

/// Designs served side by side, whatever the number of threads.
const BATCH: usize = 8;

/// The room to spare that neighbours are asked for, as a part of all work: each in turn.
const ROOM: [f64; 4] = [0.0, 0.0, 0.01, 0.03];

/// The prices' view of the sites.
struct Worth {
    relaxed: Relaxed,
    /// The bound without the sites.
    rest: f64,
    /// Whether `rest + Σ v_j` is a bound for every design.
    binding: bool,
}

impl Worth {
    fn new(instance: &Instance, state: &State, climb: &Climb) -> Self {
        let mut relaxed = Relaxed::default();
        relaxed.thorough = true;
        relaxed.evaluate(instance, state, &climb.prices);
        relaxed.slopes(instance, &climb.prices, &mut Slopes::default());
        let sites: f64 = match instance.needed {
            Some(_) => relaxed.surrogate.value,
            None => (0..instance.sites).filter(|&j| relaxed.open[j]).map(|j| relaxed.item_value[j]).sum(),
        };
        Self { rest: relaxed.value - sites, relaxed, binding: instance.uppers == 0 }
    }

    fn of(&self, design: &Design) -> f64 {
        let values = design.mode.iter().filter(|&&m| m != NONE).map(|&m| self.relaxed.mode_value[m as usize]);
        self.rest + values.sum::<f64>()
    }
}

impl Explorer<'_, '_> {
    /// Serves likely designs, and keeps the best plan.
    pub fn explore_undivided(&mut self, state: &State, climb: &Climb, cutoff: f64, most: usize) {
        let instance = self.instance;
        let worth = Worth::new(instance, state, climb);
        let average = |p: usize| climb.lane_average[p];
        let likeliest = |i: usize| instance.lanes(i).max_by(|&a, &b| average(a).total_cmp(&average(b)).then(b.cmp(&a)));
        let seed: Vec<u32> = (0..instance.customers)
            .map(|i| likeliest(i).filter(|&p| average(p) > 0.5).map_or(NONE, |p| p as u32))
            .collect();
        let mut met: Vec<(f64, Design)> = Vec::new();
        let designs = climb.recent.iter().map(|open| self.design_of(state, &worth, open));
        for design in designs.chain([self.rounded(state, climb, 0.5)]) {
            let value = worth.of(&design);
            if (value < cutoff || !worth.binding) && design.keeps_counts(instance) {
                met.push((value, design));
            }
        }
        met.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.mode.cmp(&b.1.mode)));
        met.dedup_by(|a, b| a.1 == b.1);
        let mut left = most;
        let mut met = met.into_iter().map(|(_, design)| design).filter(|design| self.is_new(design)).take(most / 2);
        let batches: Vec<Vec<Design>> =
            std::iter::from_fn(|| Some(met.by_ref().take(BATCH).collect()).filter(|b: &Vec<Design>| !b.is_empty()))
                .collect();
        for batch in batches {
            left = left.saturating_sub(batch.len());
            let (_, failed) = self.serve_batch(state, &batch, &seed);
            // Where nothing was found the design may be too tight: one site more makes room.
            let wider = failed.into_iter().filter_map(|k| widened(state, &worth, &batch[k]));
            let wider: Vec<Design> = wider.filter(|design| self.is_new(design)).collect();
            left = left.saturating_sub(wider.len());
            self.serve_batch(state, &wider, &seed);
        }
        self.serve_again(state, climb, &seed);
        self.search_neighbours(state, &worth, cutoff, left);
    }

    /// Serves the best plan's design and the rounded one from where this climb would serve them, known as they are: what
    /// a design costs depends on where its service begins.
    fn serve_again(&mut self, state: &State, climb: &Climb, seed: &[u32]) {
        let fits = |design: &Design| {
            (0..self.instance.sites).all(|j| match state.site[j] {
                Status::Free => true,
                Status::Open => design.is_open(j),
                Status::Closed => !design.is_open(j),
            })
        };
        let best = self.incumbent.as_ref().map(|plan| plan.design.clone()).filter(fits);
        let rounded = Some(self.rounded(state, climb, 0.5)).filter(|design| design.keeps_counts(self.instance));
        let mut designs: Vec<Design> = best.into_iter().chain(rounded).collect();
        designs.dedup();
        self.serve_batch(state, &designs, seed);
    }

    /// Serves neighbours of the best plan's design, again from every better plan, while trials are left.
    fn search_neighbours(&mut self, state: &State, worth: &Worth, cutoff: f64, most: usize) {
        let instance = self.instance;
        let mut left = most;
        while left > 0 && !self.watch.stop() {
            let Some(best) = self.incumbent.clone() else { return };
            let seed = positions(&best);
            let moves = self.neighbours(state, worth, &best.design, cutoff.min(best.cost));
            // The least worth belongs to the tightest designs, which are the hardest to serve; so some are chosen
            // among those with room to spare.
            let spare = |design: &Design| match &instance.needed {
                Some(needed) => {
                    let open = needed.capacity.iter().zip(&design.mode).filter(|(_, m)| **m != NONE);
                    open.map(|(capacity, _)| capacity).sum::<f64>() / needed.work - 1.0
                }
                None => f64::INFINITY,
            };
            let mut walks = ROOM.map(|room| (room, moves.iter()));
            let mut improved = false;
            while left > 0 && !improved && !self.watch.stop() {
                let mut batch: Vec<Design> = Vec::new();
                for (room, walk) in &mut walks {
                    let goal = batch.len() + BATCH / ROOM.len();
                    while batch.len() < goal
                        && let Some((_, close, open)) = walk.next()
                    {
                        let mut design = best.design.clone();
                        close.iter().for_each(|&j| design.mode[j as usize] = NONE);
                        open.iter().for_each(|&j| design.mode[j as usize] = worth.relaxed.mode[j as usize]);
                        if spare(&design) >= *room && design.keeps_counts(instance) && self.is_new(&design) {
                            batch.push(design);
                        }
                    }
                }
                if batch.is_empty() {
                    return;
                }
                left = left.saturating_sub(batch.len());
                improved = self.serve_batch(state, &batch, &seed).0;
            }
            if improved {
                left = most;
            }
        }
    }

    /// The sites to close, to open or to exchange, with the worth of the design, least first.
    fn neighbours(
        &self,
        state: &State,
        worth: &Worth,
        design: &Design,
        cutoff: f64,
    ) -> Vec<(f64, Option<u32>, Option<u32>)> {
        let instance = self.instance;
        let whole = worth.of(design);
        let value = |j: u32| worth.relaxed.item_value[j as usize];
        let own = |j: u32| worth.relaxed.mode_value[design.mode[j as usize] as usize];
        let usable = |j: u32| {
            let mode = worth.relaxed.mode[j as usize];
            mode != NONE && value(j).is_finite() && {
                let upper = instance.modes[mode as usize].upper;
                upper == NONE || design.upper_open[upper as usize]
            }
        };
        let free = (0..instance.sites as u32).filter(|&j| state.site[j as usize] == Status::Free);
        let (closable, closed): (Vec<u32>, Vec<u32>) = free.partition(|&j| design.is_open(j as usize));
        let openable: Vec<u32> = closed.into_iter().filter(|&j| usable(j)).collect();
        let mut moves: Vec<(f64, Option<u32>, Option<u32>)> = Vec::new();
        moves.extend(closable.iter().map(|&k| (whole - own(k), Some(k), None)));
        moves.extend(openable.iter().map(|&j| (whole + value(j), None, Some(j))));
        for &k in &closable {
            moves.extend(openable.iter().map(|&j| (whole - own(k) + value(j), Some(k), Some(j))));
        }
        if worth.binding {
            moves.retain(|entry| entry.0 < cutoff);
        }
        moves.sort_by(|a, b| a.0.total_cmp(&b.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        moves
    }

    /// Serves designs side by side; whether the best plan got better, and which designs nobody could serve.
    pub fn serve_batch(&mut self, state: &State, batch: &[Design], seed: &[u32]) -> (bool, Vec<usize>) {
        let instance = self.instance;
        let known = self.incumbent.as_ref().map_or(f64::INFINITY, |plan| plan.cost);
        let plans: Vec<Option<Plan>> = batch
            .par_iter()
            .with_max_len(1)
            .map(|design| {
                let plan = serve(instance, state, design, seed, Effort::Quick)?;
                // What comes near the best is worth a second look.
                if known == f64::INFINITY || plan.cost > known + 0.01 * known.abs() {
                    return Some(plan);
                }
                let again = serve(instance, state, &plan.design, &positions(&plan), Effort::Full);
                Some(again.filter(|again| again.cost < plan.cost).unwrap_or(plan))
            })
            .collect();
        let mut failed = Vec::new();
        for (k, plan) in plans.into_iter().enumerate() {
            match plan {
                Some(plan) => {
                    let plan = self.reselected(state, plan);
                    self.offer(plan);
                }
                None => failed.push(k),
            }
        }
        (self.incumbent.as_ref().is_some_and(|plan| plan.cost < known), failed)
    }

    /// The plan with its modes adapted to the loads, where there is a choice and that helps.
    fn reselected(&self, state: &State, plan: Plan) -> Plan {
        let instance = self.instance;
        if instance.modes.len() <= instance.sites && instance.uppers == 0 {
            return plan;
        }
        let mut design = plan.design.clone();
        super::uppers::reselect(instance, state, &mut design, &site_loads(instance, &plan.service), self.watch);
        match price(instance, design, plan.service.clone()) {
            Some(better) if better.cost < plan.cost => better,
            _ => plan,
        }
    }

    fn design_of(&self, state: &State, worth: &Worth, open: &[bool]) -> Design {
        let instance = self.instance;
        let mut design = Design::forced(instance);
        for (j, &open) in open.iter().enumerate() {
            if open && state.site[j] != Status::Closed {
                design.mode[j] = worth.relaxed.mode[j];
            }
        }
        for u in 0..instance.uppers {
            design.upper_open[u] |= worth.relaxed.open[instance.sites + u];
        }
        design.open_needed(instance);
        design
    }
}

/// The design with one site more, the one of least value; none when all are open.
fn widened(state: &State, worth: &Worth, design: &Design) -> Option<Design> {
    let value = |j: usize| worth.relaxed.item_value[j];
    let closed = (0..design.mode.len()).filter(|&j| !design.is_open(j) && state.site[j] == Status::Free);
    let site = closed
        .filter(|&j| worth.relaxed.mode[j] != NONE && value(j).is_finite())
        .min_by(|&a, &b| value(a).total_cmp(&value(b)).then(a.cmp(&b)))?;
    let mut wider = design.clone();
    wider.mode[site] = worth.relaxed.mode[site];
    Some(wider)
}

/// Serves one design; closes what it leaves without customers.
fn serve(instance: &Instance, state: &State, design: &Design, seed: &[u32], effort: Effort) -> Option<Plan> {
    let positions = exchange(instance, state, design, seed, effort)?;
    let mut used = vec![false; instance.sites];
    positions.iter().for_each(|&p| used[instance.site[p as usize] as usize] = true);
    let mut lean = design.clone();
    for (j, &used) in used.iter().enumerate() {
        let dear = design.is_open(j) && instance.modes[design.mode[j] as usize].fixed > 0.0;
        if !used && dear && state.site[j] == Status::Free {
            lean.mode[j] = NONE;
        }
    }
    let service = Service::whole(&positions);
    if lean != *design
        && let Some(plan) = price(instance, lean, service.clone())
    {
        return Some(plan);
    }
    price(instance, design.clone(), service)
}

/// The lane position that serves each customer.
fn positions(plan: &Plan) -> Vec<u32> {
    (0..plan.service.starts.len() - 1).map(|i| plan.service.of(i).first().map_or(NONE, |part| part.0)).collect()
}
