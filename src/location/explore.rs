//! Plans on the way: designs rounded from the climb's average, repaired, improved, and served.

use super::allot::allot;
use super::instance::{Instance, NONE};
use super::local::{LanePrices, improve};
use super::primal::{Design, Plan, site_loads};
use super::state::State;
use super::volume::Climb;
use super::{Start, Status};
use crate::watch::Watch;

/// The maker and keeper of plans.
pub(super) struct Explorer<'i, 'a> {
    instance: &'i Instance<'a>,
    watch: &'i dyn Watch,
    /// The best plan so far.
    pub incumbent: Option<Plan>,
    /// Designs tried of late, which need not be tried again.
    tried: Vec<Design>,
}

impl<'i, 'a> Explorer<'i, 'a> {
    pub fn new(instance: &'i Instance<'a>, watch: &'i dyn Watch) -> Self {
        Self { instance, watch, incumbent: None, tried: Vec::new() }
    }

    /// Keeps a plan when it is the best.
    pub fn offer(&mut self, plan: Plan) {
        if self.incumbent.as_ref().is_none_or(|known| plan.cost < known.cost) {
            self.incumbent = Some(plan);
        }
    }

    /// Finds the first plans: from a warm start, and by opening greedily from nothing.
    pub fn begin(&mut self, state: &State, start: Option<&Start>) {
        let instance = self.instance;
        let fits = |start: &&Start| start.mode.len() == instance.sites && start.upper_open.len() == instance.uppers;
        if let Some(start) = start.filter(fits) {
            let mut design = Design::forced(instance);
            for (j, mode) in start.mode.iter().enumerate() {
                let modes = instance.modes_of(j);
                if let Some(mode) = mode.filter(|&m| (m as usize) < modes.len() && state.site[j] != Status::Closed) {
                    design.mode[j] = (modes.start + mode as usize) as u32;
                }
            }
            for (u, &open) in start.upper_open.iter().enumerate() {
                design.upper_open[u] |= open && state.upper[u] != Status::Closed;
            }
            design.open_needed(instance);
            self.refine(state, design, &[], None);
        }
        let mut design = Design::forced(instance);
        for u in 0..instance.uppers {
            design.upper_open[u] = state.upper[u] != Status::Closed;
        }
        self.refine(state, design, &[], None);
    }

    /// What opening a site is worth beyond its own cost where a count binds: the saving an open site brings on average.
    pub fn count_price(&self) -> f64 {
        let binds = self.instance.groups.iter().any(|group| group.max < group.items.len());
        let Some(plan) = self.incumbent.as_ref().filter(|_| binds && self.instance.plain) else { return 0.0 };
        let mut saving = 0.0;
        for i in 0..self.instance.customers {
            let mut open = self.instance.lanes(i).filter(|&p| plan.design.is_open(self.instance.site[p] as usize));
            if let (Some(first), Some(second)) = (open.next(), open.next()) {
                saving += self.instance.cost[second] - self.instance.cost[first];
            }
        }
        0.7 * saving / plan.design.mode.iter().filter(|&&m| m != NONE).count().max(1) as f64
    }

    /// Rounds the climb's average and its last relaxed plan into designs, and refines them.
    pub fn explore(&mut self, state: &State, climb: &Climb, thorough: bool) {
        let extra: Option<Vec<f64>> = self.instance.has_lane_rows.then(|| {
            let price = |p: usize| self.instance.lane_rows.priced(self.instance.lane[p] as usize, &climb.prices.row);
            (0..self.instance.site.len()).map(price).collect()
        });
        let hint = &climb.relaxed.mode;
        let rounded = self.rounded(state, climb, 0.5);
        self.refine(state, rounded, hint, extra.as_deref());
        if thorough && !self.watch.stop() {
            let wide = self.rounded(state, climb, 0.15);
            self.refine(state, wide, hint, extra.as_deref());
        }
    }

    /// The design of the items that are open on average at least so far.
    fn rounded(&self, state: &State, climb: &Climb, level: f64) -> Design {
        let instance = self.instance;
        let open = |k: usize| match state.item(k) {
            Status::Open => true,
            Status::Closed => false,
            Status::Free => climb.average[k] >= level,
        };
        let mut design = Design::forced(instance);
        for j in 0..instance.sites {
            design.mode[j] = if open(j) { climb.relaxed.mode[j] } else { NONE };
        }
        for u in 0..instance.uppers {
            design.upper_open[u] = open(instance.sites + u);
        }
        design.open_needed(instance);
        self.widen(state, climb, &mut design);
        design
    }

    /// Opens further sites, likeliest first, until counts and capacities suffice.
    fn widen(&self, state: &State, climb: &Climb, design: &mut Design) {
        let instance = self.instance;
        let least = |i: usize| instance.lanes(i).map(|p| instance.work(p)).fold(f64::INFINITY, f64::min);
        let needed: f64 =
            if instance.capacitated { (0..instance.customers).map(least).sum::<f64>() * 1.001 } else { 0.0 };
        let capacity = |j: usize| instance.problem.sites[j].capacity.unwrap_or(f64::INFINITY);
        let mut order: Vec<usize> =
            (0..instance.sites).filter(|&j| !design.is_open(j) && state.site[j] == Status::Free).collect();
        let key = |j: usize| (climb.average[j], -climb.relaxed.item_value[j]);
        order.sort_by(|&a, &b| {
            let (ka, kb) = (key(a), key(b));
            kb.0.total_cmp(&ka.0).then(kb.1.total_cmp(&ka.1)).then(a.cmp(&b))
        });
        let mut open: f64 = (0..instance.sites).filter(|&j| design.is_open(j)).map(capacity).sum();
        let mut counts: Vec<usize> = instance
            .groups
            .iter()
            .map(|group| {
                group.items.iter().filter(|&&k| (k as usize) < instance.sites && design.is_open(k as usize)).count()
            })
            .collect();
        for j in order {
            let group = instance.group_of[j];
            let (short, full) = match group {
                NONE => (false, false),
                g => {
                    let limits = &instance.groups[g as usize];
                    (counts[g as usize] < limits.min, counts[g as usize] >= limits.max)
                }
            };
            if full || climb.relaxed.mode[j] == NONE || !(short || open < needed) {
                continue;
            }
            design.mode[j] = climb.relaxed.mode[j];
            open += capacity(j);
            if group != NONE {
                counts[group as usize] += 1;
            }
        }
        design.open_needed(instance);
    }

    /// The one design that a settled node allows.
    pub fn settled_design(&self, state: &State) -> Design {
        let instance = self.instance;
        let mode = (0..instance.sites).map(|j| match state.site[j] {
            Status::Open => instance.modes_of(j).find(|&m| !state.mode_off[m]).map_or(NONE, |m| m as u32),
            _ => NONE,
        });
        let upper_open = state.upper.iter().map(|&status| status == Status::Open).collect();
        Design { mode: mode.collect(), upper_open }
    }

    /// Improves a design as its class allows, and offers the plans that come of it.
    fn refine(&mut self, state: &State, design: Design, hint: &[u32], extra: LanePrices) {
        if self.tried.contains(&design) {
            return;
        }
        if self.tried.len() >= 16 {
            self.tried.remove(0);
        }
        self.tried.push(design.clone());
        let instance = self.instance;
        if instance.plain {
            let passes = 2_000;
            let improved = improve(instance, state, &design, hint, None, passes, self.watch);
            if let Some(plan) = super::local::serve_nearest(instance, improved) {
                self.offer(plan);
            }
            return;
        }
        let mut start = design;
        if !instance.capacitated {
            start = improve(instance, state, &start, hint, extra, 500, self.watch);
        } else if self.incumbent.is_none() {
            // Capacity may be short where few are open; all sites together are the widest start.
            self.refine_served(state, self.all_open(state, hint), extra, 30);
        }
        self.refine_served(state, start, extra, 60);
    }

    fn all_open(&self, state: &State, hint: &[u32]) -> Design {
        let instance = self.instance;
        let mut design = Design::forced(instance);
        for u in 0..instance.uppers {
            design.upper_open[u] = state.upper[u] != Status::Closed;
        }
        for j in (0..instance.sites).filter(|&j| state.site[j] != Status::Closed) {
            let hinted = hint.get(j).copied().filter(|&m| m != NONE && !state.mode_off[m as usize]);
            let usable = instance.modes_of(j).find(|&m| !state.mode_off[m]).map(|m| m as u32);
            design.mode[j] = hinted.or(usable).unwrap_or(NONE);
        }
        design
    }

    /// Serves a design, adapts modes to loads, and tries closing, opening and swapping sites one at a time.
    fn refine_served(&mut self, state: &State, design: Design, extra: LanePrices, trials: usize) {
        let instance = self.instance;
        let Some(mut best) = self.serve(state, design, extra) else { return };
        let lanes_open: usize = instance.site.iter().filter(|&&j| best.design.is_open(j as usize)).count().max(1);
        let mut left = (2_000_000 / lanes_open).clamp(3, trials * 4);
        loop {
            let loads = site_loads(instance, &best.service);
            let mut closable: Vec<usize> =
                (0..instance.sites).filter(|&j| best.design.is_open(j) && state.site[j] == Status::Free).collect();
            closable.sort_by(|&a, &b| loads[a].total_cmp(&loads[b]).then(a.cmp(&b)));
            let openable: Vec<usize> =
                (0..instance.sites).filter(|&j| !best.design.is_open(j) && state.site[j] == Status::Free).collect();
            let mut moves: Vec<(Option<usize>, Option<usize>)> = closable.iter().map(|&j| (Some(j), None)).collect();
            moves.extend(openable.iter().map(|&j| (None, Some(j))));
            for &k in &closable {
                moves.extend(openable.iter().map(|&j| (Some(k), Some(j))));
            }
            let mut improved = false;
            for (close, open) in moves {
                if left == 0 || self.watch.stop() {
                    break;
                }
                let mut trial = best.design.clone();
                if let Some(k) = close {
                    trial.mode[k] = NONE;
                }
                if let Some(j) = open {
                    let usable = |m: &usize| {
                        let upper = instance.modes[*m].upper;
                        !state.mode_off[*m] && (upper == NONE || trial.upper_open[upper as usize])
                    };
                    let Some(m) = instance.modes_of(j).find(usable) else { continue };
                    trial.mode[j] = m as u32;
                }
                if !self.worth_trying(&trial) {
                    continue;
                }
                left -= 1;
                if let Some(plan) = self.serve(state, trial, extra)
                    && plan.cost < best.cost - 1e-9 * best.cost.abs()
                {
                    best = plan;
                    improved = true;
                    break;
                }
            }
            if !improved {
                break;
            }
        }
    }

    fn worth_trying(&self, design: &Design) -> bool {
        // The capacity surrogate is among the rows, so this also refuses designs short of capacity.
        design.keeps_counts(self.instance)
    }

    /// Serves a design and adapts its modes to the loads while that helps; offers and returns the best plan.
    fn serve(&mut self, state: &State, design: Design, extra: LanePrices) -> Option<Plan> {
        let instance = self.instance;
        let mut best = match allot(instance, state, &design, extra, false).plan() {
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
                match allot(instance, state, &design, extra, false).plan() {
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
            if let Some(plan) = allot(self.instance, state, design, Some(&prices), false).plan() {
                return Some(plan);
            }
        }
        None
    }
}
