//! Undivided service within capacities and rows: regret first (Martello and Toth 1990, chapter 7), then shifts and swaps.

use super::allot::{Effort, lane_cost};
use super::instance::{Instance, NONE};
use super::local::LanePrices;
use super::primal::{Design, Plan, Service, price};
use super::state::State;

mod tabu;
pub(super) use tabu::exchange;

/// What is used of every limit.
struct Load<'s, 'a> {
    instance: &'s Instance<'a>,
    design: &'s Design,
    site: Vec<f64>,
    upper: Vec<f64>,
    row: Vec<f64>,
}

impl<'s, 'a> Load<'s, 'a> {
    fn new(instance: &'s Instance<'a>, design: &'s Design) -> Self {
        let mut row = vec![0.0; instance.problem.rows.len()];
        for (r, given) in instance.problem.rows.iter().enumerate() {
            let sites = given.site.iter().filter(|(j, _)| design.is_open(*j as usize));
            let uppers = given.upper.iter().filter(|(u, _)| design.upper_open[*u as usize]);
            row[r] = sites.chain(uppers).map(|(_, value)| value).sum();
        }
        Self { instance, design, site: vec![0.0; instance.sites], upper: vec![0.0; instance.uppers], row }
    }

    fn upper_of(&self, position: u32) -> u32 {
        let j = self.instance.site[position as usize] as usize;
        self.instance.modes[self.design.mode[j] as usize].upper
    }

    fn put(&mut self, customer: usize, position: u32, sign: f64) {
        let j = self.instance.site[position as usize] as usize;
        self.site[j] += sign * self.instance.work(position as usize);
        let upper = self.upper_of(position);
        if upper != NONE {
            self.upper[upper as usize] += sign * self.instance.load(customer);
        }
        for &(r, value) in self.instance.lane_rows.of(self.instance.lane[position as usize] as usize) {
            if let Some(used) = self.row.get_mut(r as usize) {
                *used += sign * value;
            }
        }
    }

    /// How far the limits that a lane touches are passed now, each relative to its limit.
    fn excess_at(&self, position: u32, rows: bool) -> f64 {
        let over = |used: f64, limit: f64| (used - limit - 1e-9 * limit.abs().max(1.0)).max(0.0) / limit.abs().max(1.0);
        let problem = self.instance.problem;
        let j = self.instance.site[position as usize] as usize;
        let mut excess = problem.sites[j].capacity.map_or(0.0, |limit| over(self.site[j], limit));
        let upper = self.upper_of(position);
        if upper != NONE {
            let limit = problem.uppers[upper as usize].capacity;
            excess += limit.map_or(0.0, |limit| over(self.upper[upper as usize], limit));
        }
        if rows {
            excess += problem.rows.iter().zip(&self.row).map(|(row, &used)| over(used, row.at_most)).sum::<f64>();
        }
        excess
    }
}

/// Assigns every customer to one open site; none when no way is found to keep all limits.
///
/// `seed` names a lane position to try first for each customer, or [`NONE`]; it may be empty.
pub(super) fn assign(
    instance: &Instance,
    state: &State,
    design: &Design,
    extra: LanePrices,
    seed: &[u32],
    effort: Effort,
) -> Option<Plan> {
    if instance.exchangeable
        && let Some(positions) = exchange(instance, state, design, seed, effort)
        && let Some(plan) = price(instance, design.clone(), Service::whole(&positions))
    {
        return Some(plan);
    }
    let mut best: Option<Plan> = None;
    let mut options: Vec<Vec<(f64, u32)>> = Vec::with_capacity(instance.customers);
    for i in 0..instance.customers {
        let mut list: Vec<(f64, u32)> = instance
            .lanes(i)
            .filter(|&p| design.is_open(instance.site[p] as usize) && !state.lane_off.get(p).is_some_and(|off| *off))
            .map(|p| (lane_cost(instance, design, i, p) + extra.map_or(0.0, |extra| extra[p]), p as u32))
            .collect();
        list.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        if list.is_empty() {
            return None;
        }
        options.push(list);
    }
    let orders: &[usize] = match (effort, seed.is_empty()) {
        (Effort::Quick, true) => &[0],
        (Effort::Quick, false) => &[2],
        (_, true) => &[0, 1],
        (_, false) => &[0, 1, 2],
    };
    for &order in orders {
        let seed = if order == 2 { seed } else { &[] };
        let Some(mut positions) = greedy(instance, design, &options, order, seed) else { continue };
        polish(instance, design, &options, &mut positions, effort);
        if let Some(plan) = price(instance, design.clone(), Service::whole(&positions))
            && best.as_ref().is_none_or(|known| plan.cost < known.cost)
        {
            best = Some(plan);
        }
    }
    best
}

/// Places customers in order of regret (or of work), the seeded before all others.
fn greedy(
    instance: &Instance,
    design: &Design,
    options: &[Vec<(f64, u32)>],
    order: usize,
    seed: &[u32],
) -> Option<Vec<u32>> {
    let weight = |i: usize| match order {
        0 | 2 => options[i].get(1).map_or(f64::INFINITY, |second| second.0 - options[i][0].0),
        _ => instance.work(options[i][0].1 as usize),
    };
    let mut queue: Vec<usize> = (0..options.len()).collect();
    queue.sort_by(|&a, &b| weight(b).total_cmp(&weight(a)).then(a.cmp(&b)));
    let mut load = Load::new(instance, design);
    let mut chosen = vec![NONE; options.len()];
    for (i, &p) in seed.iter().enumerate() {
        if p != NONE && options[i].iter().any(|option| option.1 == p) {
            load.put(i, p, 1.0);
            if load.excess_at(p, false) > 0.0 {
                load.put(i, p, -1.0);
            } else {
                chosen[i] = p;
            }
        }
    }
    for &i in &queue {
        if chosen[i] != NONE {
            continue;
        }
        let mut least: Option<(f64, u32)> = None;
        for &(_, p) in &options[i] {
            load.put(i, p, 1.0);
            let excess = load.excess_at(p, false);
            load.put(i, p, -1.0);
            if least.is_none_or(|(known, _)| excess < known) {
                least = Some((excess, p));
            }
            if excess == 0.0 {
                break;
            }
        }
        let (_, p) = least?;
        load.put(i, p, 1.0);
        chosen[i] = p;
    }
    Some(chosen)
}

/// Shifts and swaps customers while that lowers first the excess over the limits, then the cost.
fn polish(instance: &Instance, design: &Design, options: &[Vec<(f64, u32)>], chosen: &mut [u32], effort: Effort) {
    let mut load = Load::new(instance, design);
    for (i, &p) in chosen.iter().enumerate() {
        load.put(i, p, 1.0);
    }
    let load = &mut load;
    let mut paid: Vec<f64> = options
        .iter()
        .zip(chosen.iter())
        .map(|(options, &p)| options.iter().find(|option| option.1 == p).map_or(f64::INFINITY, |option| option.0))
        .collect();
    // Swaps look at all pairs through a table, so only small problems can afford them, the smallest at every trial.
    let sites = load.instance.sites;
    let table: Option<Vec<u32>> = (options.len() <= if effort == Effort::Quick { 200 } else { 1_000 }
        && options.len() * sites <= 1_000_000)
        .then(|| {
            let mut table = vec![NONE; options.len() * sites];
            for (i, options) in options.iter().enumerate() {
                for (k, option) in options.iter().enumerate().rev() {
                    table[i * sites + load.instance.site[option.1 as usize] as usize] = k as u32;
                }
            }
            table
        });
    for _ in 0..50 {
        let mut moved = false;
        for i in 0..options.len() {
            for &(new_cost, p) in &options[i] {
                let old = chosen[i];
                if p == old {
                    continue;
                }
                let saving = paid[i] - new_cost;
                let before = load.excess_at(old, true) + load.excess_at(p, false);
                if before == 0.0 && saving <= 1e-9 * new_cost.abs().max(1e-9) {
                    break;
                }
                load.put(i, old, -1.0);
                load.put(i, p, 1.0);
                let after = load.excess_at(old, true) + load.excess_at(p, false);
                let better = after < before - 1e-12 || (after <= before && saving > 1e-9 * new_cost.abs().max(1e-9));
                if better {
                    chosen[i] = p;
                    paid[i] = new_cost;
                    moved = true;
                } else {
                    load.put(i, p, -1.0);
                    load.put(i, old, 1.0);
                }
            }
        }
        if let Some(table) = table.as_ref().filter(|_| !moved) {
            moved = swap(load, options, table, chosen, &mut paid);
        }
        if !moved {
            break;
        }
    }
}

/// Makes every exchange of two customers' sites that helps.
fn swap(load: &mut Load, options: &[Vec<(f64, u32)>], table: &[u32], chosen: &mut [u32], paid: &mut [f64]) -> bool {
    let sites = load.instance.sites;
    let mut moved = false;
    for a in 0..options.len() {
        for b in a + 1..options.len() {
            let (pa, pb) = (chosen[a], chosen[b]);
            let (ja, jb) = (load.instance.site[pa as usize] as usize, load.instance.site[pb as usize] as usize);
            let (ka, kb) = (table[a * sites + jb], table[b * sites + ja]);
            if ja == jb || ka == NONE || kb == NONE {
                continue;
            }
            let (qa, qb) = (options[a][ka as usize], options[b][kb as usize]);
            let saving = paid[a] + paid[b] - qa.0 - qb.0;
            let least = 1e-9 * (qa.0 + qb.0).abs().max(1e-9);
            let before = load.excess_at(pa, true) + load.excess_at(pb, false);
            if saving <= least && before == 0.0 {
                continue;
            }
            load.put(a, pa, -1.0);
            load.put(b, pb, -1.0);
            load.put(a, qa.1, 1.0);
            load.put(b, qb.1, 1.0);
            let after = load.excess_at(pa, true) + load.excess_at(pb, false);
            if after < before - 1e-12 || (after <= before && saving > least) {
                (chosen[a], paid[a]) = (qa.1, qa.0);
                (chosen[b], paid[b]) = (qb.1, qb.0);
                moved = true;
            } else {
                load.put(a, qa.1, -1.0);
                load.put(b, qb.1, -1.0);
                load.put(a, pa, 1.0);
                load.put(b, pb, 1.0);
            }
        }
    }
    moved
}
