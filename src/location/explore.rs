//! Plans on the way: designs rounded from the climb's average, repaired, improved, and served.

use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::climb::Climb;
use super::instance::{Instance, NONE};
use super::local::{Ground, LanePrices, improve, serve_nearest};
use super::primal::{Design, Plan};
use super::shake::Dice;
use super::state::State;
use super::{Start, Status};
use crate::watch::Watch;

/// More lanes than this make a problem large.
pub(super) const LARGE: usize = 1_000_000;

/// How often a local search may walk all lanes.
const WALKS: u64 = 40;

/// Lanes that a shaking may always walk.
const SHAKEN: u64 = 8_000_000;

/// The maker and keeper of plans.
pub(super) struct Explorer<'i, 'a> {
    pub instance: &'i Instance<'a>,
    pub watch: &'i dyn Watch,
    /// The best plan so far.
    pub incumbent: Option<Plan>,
    /// The best plans of different designs, cheapest first; only where plans are improved in parts.
    pub pool: Vec<Plan>,
    /// Fingerprints of the designs tried, which need not be tried again.
    tried: BTreeSet<u64>,
    /// The lane that the last relaxed plan used for each customer, when service is undivided and limited.
    pub seed: Vec<u32>,
    /// Where the perturbations have got to.
    pub dice: Dice,
}

impl<'i, 'a> Explorer<'i, 'a> {
    pub fn new(instance: &'i Instance<'a>, seed: u64, watch: &'i dyn Watch) -> Self {
        Self {
            instance,
            watch,
            incumbent: None,
            pool: Vec::new(),
            tried: BTreeSet::new(),
            seed: Vec::new(),
            dice: Dice(seed),
        }
    }

    /// Whether a design is tried for the first time; says so once.
    pub fn is_new(&mut self, design: &Design) -> bool {
        let mut hasher = DefaultHasher::new();
        (&design.mode, &design.upper_open).hash(&mut hasher);
        self.tried.insert(hasher.finish())
    }

    /// Keeps a plan when it is the best, or among the best of different designs.
    pub fn offer(&mut self, plan: Plan) {
        if self.has_parts() {
            self.keep(&plan);
        }
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
            self.refine(state, design, None, None);
        }
        // Undivided service waits for the climb to tell where to begin.
        if instance.exchangeable {
            return;
        }
        // Opening from nothing walks all lanes many times; large problems rather begin from the dual ascent.
        let counted = instance.groups.iter().any(|group| group.max < group.items.len());
        if instance.site.len() > LARGE && instance.plain && !counted {
            return;
        }
        let mut design = Design::forced(instance);
        for u in 0..instance.uppers {
            design.upper_open[u] = state.upper[u] != Status::Closed;
        }
        self.refine(state, design, None, None);
    }

    /// Finds a plan by thinning out the sites that recover their cost in the dual ascent.
    pub fn begin_tight(&mut self, state: &State, tight: &[u32]) {
        if !self.instance.plain || self.watch.stop() && self.incumbent.is_some() {
            return;
        }
        let mut design = Design::forced(self.instance);
        for (mode, &tight) in design.mode.iter_mut().zip(tight) {
            *mode = if tight != NONE { tight } else { *mode };
        }
        for (open, status) in design.upper_open.iter_mut().zip(&state.upper) {
            *open = *status != Status::Closed;
        }
        self.refine(state, design, None, None);
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
    pub fn explore(&mut self, state: &State, climb: &Climb, cutoff: f64, thorough: bool) {
        let extra: Option<Vec<f64>> = self.instance.has_lane_rows.then(|| {
            let price = |p: usize| self.instance.lane_rows.priced(self.instance.lane[p] as usize, &climb.prices.row);
            (0..self.instance.site.len()).map(price).collect()
        });
        if !state.lane_off.is_empty() {
            self.seed.clear();
            self.seed.resize(self.instance.customers, NONE);
            for &(i, p, _) in &climb.relaxed.served {
                self.seed[i as usize] = p;
            }
        }
        if self.instance.exchangeable {
            self.explore_undivided(
                state,
                climb,
                cutoff,
                match (thorough, self.instance.site.len()) {
                    (true, ..=10_000) => 96,
                    (true, _) => 24,
                    _ => 4,
                },
            );
            if self.incumbent.is_none() {
                // Capacity may be short where few are open; all sites together are the widest start.
                let all = self.all_open(state, &climb.relaxed.mode);
                if self.is_new(&all) {
                    self.serve_batch(state, &[all], &[]);
                }
            }
            return;
        }
        let rounded = self.rounded(state, climb, 0.5);
        self.refine(state, rounded, Some(climb), extra.as_deref());
        if thorough && !self.watch.stop() {
            let wide = self.rounded(state, climb, 0.15);
            self.refine(state, wide, Some(climb), extra.as_deref());
            if self.instance.plain && self.instance.uppers > 0 {
                self.toggle_uppers(state, climb);
            }
        }
    }

    /// The design of the items that are open on average at least so far.
    pub fn rounded(&self, state: &State, climb: &Climb, level: f64) -> Design {
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
    fn refine(&mut self, state: &State, design: Design, climb: Option<&Climb>, extra: LanePrices) {
        let instance = self.instance;
        let hint: &[u32] = climb.map_or(&[], |climb| &climb.relaxed.mode);
        if !self.is_new(&design) {
            return;
        }
        if instance.plain {
            self.improve_plain(state, &design, hint);
            return;
        }
        if instance.exchangeable {
            self.serve_batch(state, &[design], &[]);
            return;
        }
        let mut start = design;
        if !instance.capacitated {
            start = improve(Ground { instance, state, hint, extra }, &start, self.work(), self.watch);
        } else if self.incumbent.is_none() {
            // Capacity may be short where few are open; all sites together are the widest start.
            self.refine_served(state, self.all_open(state, hint), climb, extra, 10);
        }
        let trials = if climb.is_some() { 100 } else { 8 };
        self.refine_served(state, start, climb, extra, trials);
    }

    /// Local search where the cheapest open site serves; returns the cost of the plan.
    pub fn improve_plain(&mut self, state: &State, design: &Design, hint: &[u32]) -> Option<f64> {
        let ground = Ground { instance: self.instance, state, hint, extra: None };
        let improved = improve(ground, design, self.work(), self.watch);
        let plan = serve_nearest(self.instance, improved)?;
        let cost = plan.cost;
        self.offer(plan);
        Some(cost)
    }

    /// The work of a short shaking \[lanes\].
    pub fn short(&self) -> u64 {
        (20 * self.instance.site.len() as u64).min(SHAKEN)
    }

    /// The work of one local search \[lanes\].
    fn work(&self) -> u64 {
        WALKS * (self.instance.site.len() as u64).max(SHAKEN)
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
}
