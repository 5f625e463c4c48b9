//! Local search over open sites when the cheapest open site serves: open, close and swap, with the best and second-best
//! site of every customer at hand (Resende and Werneck 2007), each move made as soon as it is found to pay (Schubert and
//! Rousseeuw 2021).
//!
//! Opening j gains Σ_i (d1_i − c_ij)⁺ − fee_j; closing k loses Σ_{i at k} (d2_i − d1_i) − fee_k; a swap adds back what
//! both counted: for customers at k with c_ij < d2_i, d2_i − max(c_ij, d1_i). One walk over the customers near j weighs
//! opening it and every swap that opens it. After a move only sites near the customers it touched are weighed again.

mod moves;
mod shake;

use std::collections::VecDeque;

use super::Status;
use super::instance::{Instance, NONE};
use super::primal::{Design, Plan, Service, price, site_loads};
use super::state::State;
use crate::watch::Watch;

pub(super) use self::shake::Shaking;

/// Extra costs of lanes, by position, or none: how capacities and rows are priced into a search that ignores them.
pub(super) type LanePrices<'p> = Option<&'p [f64]>;

/// The ground a search moves on.
#[derive(Clone, Copy)]
pub(super) struct Ground<'s, 'a> {
    pub instance: &'s Instance<'a>,
    /// What is decided.
    pub state: &'s State,
    /// The flat modes that closed sites would rather open in, by site; it may be empty.
    pub hint: &'s [u32],
    /// The extra costs of lanes.
    pub extra: LanePrices<'s>,
}

/// A search in progress.
#[derive(Clone)]
pub(super) struct Local<'s, 'a> {
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
    /// For every open site the customers of which it is the best or second best, and some of which it once was.
    near: Vec<Vec<u32>>,
    /// The length at which such a list is cleaned.
    near_most: Vec<usize>,
    /// For every site a cost at least that of each of its lanes that undercuts a second-best one \[before rates\].
    far: Vec<f64>,
    /// What closing an open site loses, its fee deducted.
    loss: Vec<f64>,
    /// The cost of all customers and fees.
    total: f64,
    /// The cost of leaving a customer unserved: beyond any service.
    unserved: f64,
    /// Sites to weigh.
    queue: VecDeque<u32>,
    queued: Vec<bool>,
    /// The moves made: (site closed, site opened).
    journal: Vec<(u32, u32)>,
    /// What swaps with each open site add back, and which sites have such an entry.
    back: Vec<f64>,
    touched: Vec<u32>,
    /// The cheapest site to close in every group, and outside all groups; unknown when a move was made since.
    cheapest: Option<Vec<u32>>,
    /// Lanes walked.
    pub work: u64,
}

/// Improves a design by moves of sites, then of modes and uppers, until neither helps or the work is done \[lanes\].
pub(super) fn improve(ground: Ground, start: &Design, work: u64, watch: &dyn Watch) -> Design {
    polish(ground, start, work, None, watch).0
}

/// Improves a design and then shakes it; returns also the lanes walked.
pub(super) fn polish(
    ground: Ground,
    start: &Design,
    work: u64,
    shaking: Option<Shaking>,
    watch: &dyn Watch,
) -> (Design, u64) {
    let Ground { instance, state, .. } = ground;
    let mut design = start.clone();
    let mut best = f64::INFINITY;
    let mut best_design = design.clone();
    let mut walked = 0;
    for _ in 0..8 {
        let mut local = Local::new(ground, &design);
        local.search(work, watch);
        if let Some(shaking) = shaking {
            local.shake(shaking, watch);
        }
        local.write(&mut design);
        walked += local.work;
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
    (best_design, walked)
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
    fn new(ground: Ground<'s, 'a>, design: &Design) -> Self {
        let Ground { instance, state, hint, extra } = ground;
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
        let dearest = instance.dearest + extra.map_or(0.0, |extra| extra.iter().fold(0.0, |a: f64, b| a.max(b.abs())));
        let greatest_fee = fee.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        let customers = instance.customers;
        let mut local = Self {
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
            near: vec![Vec::new(); sites],
            near_most: vec![64; sites],
            far: vec![f64::NEG_INFINITY; sites],
            loss: Vec::new(),
            total: 0.0,
            unserved: 2.0 * (dearest + steepest * heaviest) + 10.0 * greatest_fee + 1.0,
            queue: VecDeque::new(),
            queued: vec![false; sites],
            journal: Vec::new(),
            back: vec![0.0; sites],
            touched: Vec::new(),
            cheapest: None,
            work: 0,
        };
        local.find_all();
        local
    }

    /// Finds the best and second-best open site of every customer.
    fn find_all(&mut self) {
        self.loss = self.fee.iter().map(|fee| -fee).collect();
        self.total = self.fee.iter().zip(&self.open).filter(|(_, open)| **open).map(|(fee, _)| fee).sum();
        for i in 0..self.instance.customers {
            self.find_two(i);
            self.enter(i);
            self.reach_out(i);
            self.total += self.first_cost[i];
        }
    }

    /// Finds the best and second-best open site of a customer.
    fn find_two(&mut self, i: usize) {
        let (mut first, mut first_cost) = (NONE, self.unserved);
        let (mut second, mut second_cost) = (NONE, self.unserved);
        let lanes = self.instance.lanes(i);
        let begin = lanes.start;
        for p in lanes {
            if second != NONE && self.floor(i, p) >= second_cost {
                self.work += (p - begin) as u64;
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

    /// Enters a customer at its best and second-best site.
    fn enter(&mut self, i: usize) {
        let (first, second) = (self.first[i], self.second[i]);
        if first != NONE {
            self.note(first, i);
            self.loss[first as usize] += self.second_cost[i] - self.first_cost[i];
        }
        if second != NONE {
            self.note(second, i);
        }
    }

    /// Tells the sites near a customer how far they have to look for it.
    fn reach_out(&mut self, i: usize) {
        for p in self.instance.lanes(i) {
            if self.floor(i, p) >= self.second_cost[i] {
                break;
            }
            let far = &mut self.far[self.instance.site[p] as usize];
            *far = far.max(self.instance.cost[p]);
        }
    }

    /// Lists a customer at a site; drops those that have left when the list has doubled.
    fn note(&mut self, site: u32, i: usize) {
        let list = &mut self.near[site as usize];
        if list.len() >= self.near_most[site as usize] {
            list.retain(|&i| self.first[i as usize] == site || self.second[i as usize] == site);
            list.sort_unstable();
            list.dedup();
            self.near_most[site as usize] = 2 * list.len() + 64;
        }
        list.push(i as u32);
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
