//! Undivided service within site capacities: shifts and swaps under a price on excess work (tabu search).
//!
//! ```text
//! min Σ_i c_i,s(i) + α·Σ_s (work at s − capacity_s)⁺
//! ```
//!
//! The best move that is not forbidden is made even when it costs (Glover 1989); α rises while capacities are passed and
//! falls while they are kept, so that the search crosses the border again and again (Díaz and Fernández 2001, for the
//! generalised assignment problem).

use super::super::allot::{Effort, lane_cost};
use super::super::instance::{Instance, NONE};
use super::super::primal::{Design, slack};
use super::super::state::State;

/// The most pairs of customer and open site that a table may hold.
const MOST_PAIRS: usize = 4_000_000;

/// The cheapest sites that a customer is moved between, when there are more.
const NEAR: usize = 20;

/// The costs and works of a design: open sites are numbered anew, customers come row by row.
struct Table {
    sites: usize,
    cost: Vec<f64>,
    work: Vec<f64>,
    position: Vec<u32>,
    capacity: Vec<f64>,
    /// The sites near each customer, cheapest first: those of `i` are `near[near_starts[i]..near_starts[i + 1]]`.
    near: Vec<(f64, u32)>,
    near_starts: Vec<usize>,
}

impl Table {
    fn new(instance: &Instance, state: &State, design: &Design) -> Option<Self> {
        let open: Vec<usize> = (0..instance.sites).filter(|&j| design.is_open(j)).collect();
        let sites = open.len();
        if sites == 0 || instance.customers.saturating_mul(sites) > MOST_PAIRS {
            return None;
        }
        let mut place = vec![NONE; instance.sites];
        let mut capacity = Vec::with_capacity(sites);
        for (s, &j) in open.iter().enumerate() {
            place[j] = s as u32;
            // Plans may pass a capacity by the rounding allowed.
            let limit = instance.problem.sites[j].capacity;
            capacity.push(limit.map_or(f64::INFINITY, |limit| limit + 0.5 * slack(limit)));
        }
        let size = instance.customers * sites;
        let mut table = Self {
            sites,
            cost: vec![f64::INFINITY; size],
            work: vec![0.0; size],
            position: vec![NONE; size],
            capacity,
            near: Vec::with_capacity(instance.customers * sites.min(NEAR)),
            near_starts: vec![0],
        };
        let mut order: Vec<(f64, u32)> = Vec::with_capacity(sites);
        for i in 0..instance.customers {
            order.clear();
            for p in instance.lanes(i) {
                let s = place[instance.site[p] as usize];
                if s == NONE || state.lane_off.get(p).is_some_and(|off| *off) {
                    continue;
                }
                let at = i * sites + s as usize;
                let (cost, work) = (lane_cost(instance, design, i, p), instance.work(p));
                if cost < table.cost[at] && work <= table.capacity[s as usize] {
                    (table.cost[at], table.work[at], table.position[at]) = (cost, work, p as u32);
                    order.push((cost, s));
                }
            }
            if order.is_empty() {
                return None;
            }
            order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            order.truncate(NEAR);
            table.near.extend(&order);
            table.near_starts.push(table.near.len());
        }
        Some(table)
    }

    fn of(&self, customer: usize) -> &[f64] {
        &self.cost[customer * self.sites..(customer + 1) * self.sites]
    }

    fn near(&self, customer: usize) -> &[(f64, u32)] {
        &self.near[self.near_starts[customer]..self.near_starts[customer + 1]]
    }
}

/// A service under change.
struct Service<'t> {
    table: &'t Table,
    /// The site of every customer.
    at: Vec<u32>,
    /// The work at each site beyond its capacity; negative where room is left.
    over: Vec<f64>,
    /// The customers at each site.
    members: Vec<Vec<u32>>,
    cost: f64,
}

impl Service<'_> {
    fn excess(&self) -> f64 {
        self.over.iter().map(|over| over.max(0.0)).sum()
    }

    /// What the excess at a site becomes more when its work changes.
    fn more(&self, site: usize, change: f64) -> f64 {
        let over = self.over[site];
        (over + change).max(0.0) - over.max(0.0)
    }

    fn put(&mut self, customer: usize, site: usize) {
        let at = customer * self.table.sites + site;
        self.at[customer] = site as u32;
        self.over[site] += self.table.work[at];
        self.cost += self.table.cost[at];
        self.members[site].push(customer as u32);
    }

    fn take(&mut self, customer: usize) {
        let site = self.at[customer] as usize;
        let at = customer * self.table.sites + site;
        self.over[site] -= self.table.work[at];
        self.cost -= self.table.cost[at];
        self.at[customer] = NONE;
        self.members[site].retain(|&other| other as usize != customer);
    }
}

/// A change of the service.
#[derive(Debug, Clone, Copy)]
enum Move {
    Shift(usize, usize),
    Swap(usize, usize),
}

/// Serves every customer over one lane, beginning from the seed where it fits; lane positions by customer.
///
/// None when no way within the capacities is found. Problems with rows on lanes or limited uppers are not for this.
pub(in crate::location) fn exchange(
    instance: &Instance,
    state: &State,
    design: &Design,
    seed: &[u32],
    effort: Effort,
) -> Option<Vec<u32>> {
    let table = Table::new(instance, state, design)?;
    let mut service = begin(instance, &table, seed);
    let (patience, most) = match effort {
        Effort::Quick => (30, 200),
        Effort::Full => (150, 1_500),
        Effort::Exact => (600, 6_000),
    };
    let best = search(&table, &mut service, patience, most)?;
    Some(best.iter().enumerate().map(|(i, &s)| table.position[i * table.sites + s as usize]).collect())
}

/// Places the seeded customers, then the others in order of regret, each where it fits or where it passes least.
fn begin<'t>(instance: &Instance, table: &'t Table, seed: &[u32]) -> Service<'t> {
    let customers = instance.customers;
    let over = table.capacity.iter().map(|capacity| -capacity).collect();
    let members = vec![Vec::new(); table.sites];
    let mut service = Service { table, at: vec![NONE; customers], over, members, cost: 0.0 };
    for (i, &p) in seed.iter().enumerate() {
        let row = &table.position[i * table.sites..(i + 1) * table.sites];
        if p != NONE
            && let Some(s) = row.iter().position(|&known| known == p)
        {
            service.put(i, s);
        }
    }
    let regret = |i: usize| match table.near(i) {
        [first, second, ..] => second.0 - first.0,
        _ => f64::INFINITY,
    };
    let mut queue: Vec<(f64, usize)> =
        (0..customers).filter(|&i| service.at[i] == NONE).map(|i| (regret(i), i)).collect();
    queue.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, i) in queue {
        let mut best: Option<(f64, f64, usize)> = None;
        for (s, &cost) in table.of(i).iter().enumerate().filter(|(_, cost)| cost.is_finite()) {
            let more = service.more(s, table.work[i * table.sites + s]);
            if best.is_none_or(|(excess, known, _)| (more, cost) < (excess, known)) {
                best = Some((more, cost, s));
            }
        }
        if let Some((_, _, s)) = best {
            service.put(i, s);
        }
    }
    service
}

/// Searches on while better services keep coming; the best that keeps all capacities.
fn search(table: &Table, service: &mut Service, patience: usize, most: usize) -> Option<Vec<u32>> {
    let customers = service.at.len();
    let mut best: Option<(f64, Vec<u32>)> = None;
    let mut forbidden = vec![0u32; customers * table.sites];
    // At first a unit of excess costs what an average unit of work does.
    let works: f64 = (0..customers).map(|i| table.work[i * table.sites + service.at[i] as usize]).sum();
    let mean = service.cost.abs() / works.max(1e-9);
    let mut alpha = if mean > 0.0 { mean } else { 1.0 };
    let mut idle = 0;
    let mut dice: u32 = 1;
    for round in 1..=most as u32 {
        let excess = service.excess();
        let known = best.as_ref().map_or(f64::INFINITY, |best| best.0);
        if excess <= 0.0 && service.cost < known - 1e-12 * known.abs().min(1e300) {
            best = Some((service.cost, service.at.clone()));
            idle = 0;
        } else {
            idle += 1;
        }
        // The first service within the capacities is waited for longer.
        if idle > if best.is_some() { patience } else { 4 * patience } {
            break;
        }
        alpha = (alpha * if excess > 0.0 { 1.15 } else { 0.9 }).clamp(1e-3 * mean, 1e6 * mean.max(1e-9));
        let known = best.as_ref().map_or(f64::INFINITY, |best| best.0);
        let Some(change) = choose(table, service, &forbidden, round, alpha, excess, known) else { break };
        dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let until = round + 5 + (dice >> 16) % 8;
        match change {
            Move::Shift(i, s) => {
                forbidden[i * table.sites + service.at[i] as usize] = until;
                service.take(i);
                service.put(i, s);
            }
            Move::Swap(i, k) => {
                let (a, b) = (service.at[i] as usize, service.at[k] as usize);
                forbidden[i * table.sites + a] = until;
                forbidden[k * table.sites + b] = until;
                service.take(i);
                service.take(k);
                service.put(i, b);
                service.put(k, a);
            }
        }
    }
    best.map(|best| best.1)
}

/// The best move that is not forbidden, or that leads to a service better than any before.
fn choose(
    table: &Table,
    service: &Service,
    forbidden: &[u32],
    round: u32,
    alpha: f64,
    excess: f64,
    known: f64,
) -> Option<Move> {
    let sites = table.sites;
    let customers = service.at.len();
    let mut best: Option<Move> = None;
    let mut least = f64::INFINITY;
    let better = |cost: f64| cost < known - 1e-9 * known.abs().min(1e300);
    for i in 0..customers {
        let a = service.at[i] as usize;
        let row = i * sites;
        let paid = table.cost[row + a];
        let relief = service.more(a, -table.work[row + a]);
        for &(cost, s) in table.near(i) {
            let (dearer, s) = (cost - paid, s as usize);
            // The sites come cheapest first, and no shift relieves more than the site that is left.
            if dearer + alpha * relief >= least {
                break;
            }
            if s == a {
                continue;
            }
            let more = relief + service.more(s, table.work[row + s]);
            let change = dearer + alpha * more;
            let aspires = excess + more <= 1e-12 && better(service.cost + dearer);
            if change < least && (forbidden[row + s] < round || aspires) {
                least = change;
                best = Some(Move::Shift(i, s));
            }
        }
    }
    // Swaps are many: they are looked at when no shift helps.
    if least < -1e-9 * alpha.max(1e-9) {
        return best;
    }
    // The most that any swap can save at the other end.
    let saves = |k: usize| {
        let paid = table.cost[k * sites + service.at[k] as usize];
        paid - table.near(k).first().map_or(paid, |first| first.0)
    };
    let most_saved: Vec<f64> = service
        .members
        .iter()
        .zip(&service.over)
        .map(|(members, over)| members.iter().map(|&k| saves(k as usize)).fold(0.0, f64::max) + alpha * over.max(0.0))
        .collect();
    let top = most_saved.iter().copied().fold(0.0, f64::max);
    for i in 0..customers {
        let a = service.at[i] as usize;
        let row = i * sites;
        let paid = table.cost[row + a];
        let relief = alpha * service.over[a].max(0.0);
        for &(cost, b) in table.near(i) {
            let b = b as usize;
            let own = cost - paid - relief;
            if own - top >= least {
                break;
            }
            if a == b || own - most_saved[b] >= least {
                continue;
            }
            for &k in &service.members[b] {
                let k = k as usize;
                let other = k * sites;
                let dearer = cost - paid + table.cost[other + a] - table.cost[other + b];
                if dearer - relief - alpha * service.over[b].max(0.0) >= least {
                    continue;
                }
                let more = service.more(a, table.work[other + a] - table.work[row + a])
                    + service.more(b, table.work[row + b] - table.work[other + b]);
                let change = dearer + alpha * more;
                let aspires = excess + more <= 1e-12 && better(service.cost + dearer);
                let free = forbidden[row + b] < round && forbidden[other + a] < round;
                if change < least && (free || aspires) {
                    least = change;
                    best = Some(Move::Swap(i, k));
                }
            }
        }
    }
    best
}
