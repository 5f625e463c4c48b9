//! Local search over open sites when the cheapest open site serves: open, close and swap, with the best and second-best
//! site of every customer at hand (Resende and Werneck 2007).
//!
//! Opening j gains Σ_i (d1_i − c_ij)⁺ − fee_j; closing k loses Σ_{i at k} (d2_i − d1_i) − fee_k; swapping adds back what
//! both counted: for customers at k with c_ij < d2_i, d2_i − max(c_ij, d1_i). One walk over the cheap ends of the lanes
//! evaluates every move at once.

mod moves;

use super::Status;
use super::instance::{Instance, NONE};
use super::primal::{Design, Plan, Service, price, site_loads};
use super::state::State;
use crate::watch::Watch;

/// Extra costs of lanes, by position, or none: how capacities and rows are priced into a search that ignores them.
pub(super) type LanePrices<'p> = Option<&'p [f64]>;

/// A search in progress.
struct Local<'s, 'a> {
    instance: &'s Instance<'a>,
    state: &'s State,
    extra: LanePrices<'s>,
    /// The flat mode every site has or would open in; [`NONE`] when it cannot open.
    candidate: Vec<u32>,
    rate: Vec<f64>,
    fee: Vec<f64>,
    open: Vec<bool>,
    group_open: Vec<usize>,
    first: Vec<u32>,
    first_cost: Vec<f64>,
    second: Vec<u32>,
    second_cost: Vec<f64>,
    /// The cost of leaving a customer unserved: beyond any service.
    unserved: f64,
    gain: Vec<f64>,
    loss: Vec<f64>,
    passes: usize,
    /// How many swaps are made at once.
    batch: usize,
}

/// Improves a design by moves of sites, then of modes and uppers, until neither helps.
pub(super) fn improve(
    instance: &Instance,
    state: &State,
    start: &Design,
    hint: &[u32],
    extra: LanePrices,
    passes: usize,
    watch: &dyn Watch,
) -> Design {
    let mut design = start.clone();
    let mut best = f64::INFINITY;
    let mut best_design = design.clone();
    for _ in 0..8 {
        let mut local = Local::new(instance, state, &design, hint, extra, passes);
        local.search(watch);
        local.write(&mut design);
        let service = local.service();
        if let Some(service) = &service {
            let loads = site_loads(instance, service);
            super::uppers::reselect(instance, state, &mut design, &loads, watch);
        }
        let cost = local.cost_of(&design);
        if cost < best - 1e-9 * best.abs().min(1e300) || best == f64::INFINITY {
            best = cost;
            best_design.clone_from(&design);
        } else {
            break;
        }
        if service.is_none() || watch.stop() || instance.modes.len() == instance.sites && instance.uppers == 0 {
            break;
        }
    }
    best_design
}

/// Serves every customer over its cheapest open lane and prices the plan.
pub(super) fn serve_nearest(instance: &Instance, mut design: Design) -> Option<Plan> {
    let mut positions = Vec::with_capacity(instance.customers);
    for i in 0..instance.customers {
        positions.push(nearest(instance, &design, i, None)?);
    }
    // A site that serves nobody and only costs is closed, where the counts allow.
    let mut busy = vec![false; instance.sites];
    for &p in &positions {
        busy[instance.site[p as usize] as usize] = true;
    }
    for (j, busy) in busy.into_iter().enumerate() {
        let idle = design.is_open(j) && !busy && instance.problem.sites[j].status == Status::Free;
        if idle && instance.modes[design.mode[j] as usize].fixed >= 0.0 {
            let mode = std::mem::replace(&mut design.mode[j], NONE);
            if !design.keeps_counts(instance) {
                design.mode[j] = mode;
            }
        }
    }
    price(instance, design, Service::whole(&positions))
}

/// The position of a customer's cheapest lane from an open site.
pub(super) fn nearest(instance: &Instance, design: &Design, customer: usize, extra: LanePrices) -> Option<u32> {
    let load = instance.load(customer);
    let mut best = None;
    let mut best_cost = f64::INFINITY;
    for p in instance.lanes(customer) {
        if extra.is_none() && instance.cost[p] + instance.least_per_load * load >= best_cost {
            break;
        }
        let j = instance.site[p] as usize;
        if design.is_open(j) {
            let rate = instance.modes[design.mode[j] as usize].per_load;
            let cost = instance.cost[p] + rate * load + extra.map_or(0.0, |extra| extra[p]);
            if cost < best_cost {
                best_cost = cost;
                best = Some(p as u32);
            }
        }
    }
    best
}

impl<'s, 'a> Local<'s, 'a> {
    fn new(
        instance: &'s Instance<'a>,
        state: &'s State,
        design: &Design,
        hint: &[u32],
        extra: LanePrices<'s>,
        passes: usize,
    ) -> Self {
        let sites = instance.sites;
        let opened = design.mode.iter().filter(|&&m| m != NONE).count().max(1);
        let typical = instance.problem.customers.iter().sum::<f64>() / opened as f64;
        let works = |m: usize| {
            let upper = instance.modes[m].upper;
            !state.mode_off[m] && (upper == NONE || design.upper_open[upper as usize])
        };
        let at_load = |m: usize| instance.modes[m].fixed + instance.modes[m].per_load * typical;
        let candidate: Vec<u32> = (0..sites)
            .map(|j| {
                if design.is_open(j) {
                    design.mode[j]
                } else if state.site[j] == Status::Closed {
                    NONE
                } else if let Some(&m) = hint.get(j).filter(|&&m| m != NONE && works(m as usize)) {
                    m
                } else {
                    let mut usable = instance.modes_of(j).filter(|&m| works(m));
                    let first = usable.next();
                    first.map_or(NONE, |first| {
                        usable.fold(first, |best, m| if at_load(m) < at_load(best) { m } else { best }) as u32
                    })
                }
            })
            .collect();
        let of_mode = |m: u32, value: fn(&super::instance::FlatMode) -> f64| {
            if m == NONE { 0.0 } else { value(&instance.modes[m as usize]) }
        };
        let rate: Vec<f64> = candidate.iter().map(|&m| of_mode(m, |mode| mode.per_load)).collect();
        let fee: Vec<f64> = candidate.iter().map(|&m| of_mode(m, |mode| mode.fixed)).collect();
        let open: Vec<bool> = (0..sites).map(|j| design.is_open(j)).collect();
        let group_open = instance
            .groups
            .iter()
            .map(|group| {
                let is_open = |k: usize| if k < sites { open[k] } else { design.upper_open[k - sites] };
                group.items.iter().filter(|&&k| is_open(k as usize)).count()
            })
            .collect();
        let heaviest = instance.problem.customers.iter().fold(0.0, |a: f64, &b| a.max(b));
        let steepest = rate.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        let dearest = instance.cost.iter().fold(0.0, |a: f64, b| a.max(b.abs()))
            + extra.map_or(0.0, |extra| extra.iter().fold(0.0, |a: f64, b| a.max(b.abs())));
        let greatest_fee = fee.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        let customers = instance.customers;
        Self {
            instance,
            state,
            extra,
            candidate,
            rate,
            fee,
            open,
            group_open,
            first: vec![NONE; customers],
            first_cost: vec![0.0; customers],
            second: vec![NONE; customers],
            second_cost: vec![0.0; customers],
            unserved: 2.0 * (dearest + steepest * heaviest) + 10.0 * greatest_fee + 1.0,
            gain: Vec::new(),
            loss: Vec::new(),
            passes,
            batch: 64,
        }
    }

    fn cost(&self, customer: usize, position: usize) -> f64 {
        let rate = self.rate[self.instance.site[position] as usize];
        let extra = self.extra.map_or(0.0, |extra| extra[position]);
        self.instance.cost[position] + rate * self.instance.load(customer) + extra
    }

    /// No lane from this position on costs less (none when prices have disturbed the order).
    fn floor(&self, customer: usize, position: usize) -> f64 {
        match self.extra {
            None => self.instance.cost[position] + self.instance.least_per_load * self.instance.load(customer),
            Some(_) => f64::NEG_INFINITY,
        }
    }

    fn search(&mut self, watch: &dyn Watch) {
        self.find_two();
        while self.passes > 0 && !watch.stop() {
            self.passes -= 1;
            self.weigh();
            if self.open_pass() || self.close_pass() || self.swap_pass() {
                self.find_two();
            } else {
                break;
            }
        }
    }

    /// Finds the best and second-best open site of every customer.
    fn find_two(&mut self) {
        for i in 0..self.instance.customers {
            let (mut first, mut first_cost) = (NONE, self.unserved);
            let (mut second, mut second_cost) = (NONE, self.unserved);
            for p in self.instance.lanes(i) {
                if self.floor(i, p) >= second_cost {
                    break;
                }
                let j = self.instance.site[p];
                if !self.open[j as usize] {
                    continue;
                }
                let cost = self.cost(i, p);
                if cost < first_cost {
                    if first != j {
                        (second, second_cost) = (first, first_cost);
                    }
                    (first, first_cost) = (j, cost);
                } else if cost < second_cost && j != first {
                    (second, second_cost) = (j, cost);
                }
            }
            (self.first[i], self.first_cost[i]) = (first, first_cost);
            (self.second[i], self.second_cost[i]) = (second, second_cost);
        }
    }

    /// Weighs every opening and every closing.
    fn weigh(&mut self) {
        self.gain.clear();
        self.gain.extend(self.fee.iter().map(|fee| -fee));
        self.loss.clear();
        self.loss.extend(self.fee.iter().map(|fee| -fee));
        for i in 0..self.instance.customers {
            if self.first[i] != NONE {
                self.loss[self.first[i] as usize] += self.second_cost[i] - self.first_cost[i];
            }
            for p in self.instance.lanes(i) {
                if self.floor(i, p) >= self.first_cost[i] {
                    break;
                }
                let saving = self.first_cost[i] - self.cost(i, p);
                if saving > 0.0 {
                    self.gain[self.instance.site[p] as usize] += saving;
                }
            }
        }
    }

    fn threshold(&self) -> f64 {
        1e-9 * self.unserved
    }

    fn may_open(&self, site: usize) -> bool {
        let group = self.instance.group_of[site];
        self.can_be_opened(site)
            && (group == NONE || self.group_open[group as usize] < self.instance.groups[group as usize].max)
    }

    fn can_be_opened(&self, site: usize) -> bool {
        !self.open[site] && self.candidate[site] != NONE && self.state.site[site] != Status::Closed
    }

    fn may_close(&self, site: usize) -> bool {
        let group = self.instance.group_of[site];
        self.open[site]
            && self.state.site[site] == Status::Free
            && (group == NONE || self.group_open[group as usize] > self.instance.groups[group as usize].min)
    }

    fn set_open(&mut self, site: usize, open: bool) {
        self.open[site] = open;
        let group = self.instance.group_of[site];
        if group != NONE {
            let count = &mut self.group_open[group as usize];
            *count = if open { *count + 1 } else { *count - 1 };
        }
    }

    fn write(&self, design: &mut Design) {
        for j in 0..self.instance.sites {
            design.mode[j] = if self.open[j] { self.candidate[j] } else { NONE };
        }
    }

    /// Who serves whom, when everyone is served.
    fn service(&self) -> Option<Service> {
        let mut design = Design { mode: vec![NONE; self.instance.sites], upper_open: vec![true; self.instance.uppers] };
        self.write(&mut design);
        let positions: Option<Vec<u32>> =
            (0..self.instance.customers).map(|i| nearest(self.instance, &design, i, self.extra)).collect();
        Some(Service::whole(&positions?))
    }

    /// The cost of a design under the search's own lane prices; unserved customers at their penalty.
    fn cost_of(&self, design: &Design) -> f64 {
        let mut cost = 0.0;
        for i in 0..self.instance.customers {
            cost += match nearest(self.instance, design, i, self.extra) {
                None => self.unserved,
                Some(p) => {
                    let p = p as usize;
                    let rate = self.instance.modes[design.mode[self.instance.site[p] as usize] as usize].per_load;
                    self.instance.cost[p] + rate * self.instance.load(i) + self.extra.map_or(0.0, |extra| extra[p])
                }
            };
        }
        let fees = design.mode.iter().filter(|&&m| m != NONE).map(|&m| self.instance.modes[m as usize].fixed);
        let uppers = self.instance.problem.uppers.iter().zip(&design.upper_open).filter(|(_, open)| **open);
        cost + fees.sum::<f64>() + uppers.map(|(upper, _)| upper.fixed).sum::<f64>()
    }
}
