//! Improves an undivided plan part by part (POPMUSIC: Taillard and Voß 2002).
//!
//! A part is an open site, the open sites nearest to it in cost, all their customers, and the closed sites worth most to
//! those customers. It is a small problem of its own, searched with its present cost as the ceiling, so that most parts
//! are done with in a moment. A part that changes makes its sites centres again; when no centre is left, the plan is the
//! best in every one of its parts that the search could close.
//!
//! Where much is left undecided the best plans of many designs are improved so, in small parts at first; the better half
//! goes on to larger ones, and the best two to the largest.

use rayon::prelude::*;

use super::explore::Explorer;
use super::instance::{Instance, NONE};
use super::knapsack::{Item, fill};
use super::primal::{Design, Plan, Service, price};
use super::search::below;
use super::state::State;
use super::{Lanes, Multipliers, Problem, Site, Status};
use crate::watch::Watch;

/// Parts searched side by side, whatever the number of threads.
const BATCH: usize = 4;

/// The plans of different designs that are kept.
const KEPT: usize = 16;

/// With fewer lanes left by reduced costs the tree closes a problem soon.
const FEW: usize = 10_000;

/// Plans with fewer customers are small enough to be searched whole.
const LEAST_CUSTOMERS: usize = 100;

/// The closed sites in a part, for every open one.
const CLOSED: f64 = 1.5;

/// Nodes of branch and bound in a part.
const NODES: usize = 60;

/// A round of improvement.
#[derive(Debug, Clone, Copy)]
pub(super) struct Round {
    /// The open sites of a part.
    pub sites: usize,
    /// The most customers in a part.
    pub customers: usize,
    /// The plans improved, each of another design, the best first.
    pub plans: usize,
}

/// How plans are improved: the best, where the tree will close what is left soon; else many. How dear a design is shows
/// only when its service has been improved, so many begin, and the larger parts are for the best of them.
pub(super) fn rounds(instance: &Instance, state: &State) -> &'static [Round] {
    const ONE: [Round; 2] = [Round { sites: 6, customers: 60, plans: 1 }, Round { sites: 10, customers: 60, plans: 1 }];
    const MANY: [Round; 3] = [
        Round { sites: 4, customers: 60, plans: KEPT },
        Round { sites: 6, customers: 90, plans: KEPT / 2 },
        Round { sites: 10, customers: 90, plans: 2 },
    ];
    let left = (0..instance.site.len()).filter(|&p| state.allows(instance, p)).count();
    if left < FEW { &ONE } else { &MANY }
}

/// A part of a plan.
struct Part {
    sites: Vec<u32>,
    customers: Vec<u32>,
    /// What the plan pays for it \[currency/year\].
    cost: f64,
}

/// The best found for a part: the mode of each of its sites, the lane position of each of its customers.
struct Better {
    part: Part,
    mode: Vec<u32>,
    positions: Vec<u32>,
}

/// Lets a part search hear when to stop, and say nothing.
struct Quiet<'w>(&'w dyn Watch);

impl Watch for Quiet<'_> {
    fn stop(&self) -> bool {
        self.0.stop()
    }
}

impl Explorer<'_, '_> {
    /// Whether plans are improved in parts.
    pub fn has_parts(&self) -> bool {
        let instance = self.instance;
        let simple = instance.uppers == 0 && instance.problem.counts.is_empty() && instance.problem.rows.is_empty();
        instance.exchangeable && simple && instance.customers >= LEAST_CUSTOMERS
    }

    /// Keeps a plan among the best of different designs.
    pub fn keep(&mut self, plan: &Plan) {
        match self.pool.iter().position(|known| known.design == plan.design) {
            Some(k) if plan.cost < self.pool[k].cost => drop(self.pool.remove(k)),
            Some(_) => return,
            None => {}
        }
        let place = self.pool.partition_point(|known| known.cost <= plan.cost);
        if place < KEPT {
            self.pool.truncate(KEPT - 1);
            self.pool.insert(place, plan.clone());
        }
    }

    /// Improves the best plans in parts.
    pub fn improve_parts(&mut self, state: &State, prices: &Multipliers, round: Round) {
        let mut pool = std::mem::take(&mut self.pool);
        pool.truncate(round.plans);
        for plan in pool {
            let plan = self.improved(plan, state, prices, round);
            self.offer(plan);
        }
    }

    /// A plan improved in parts around each of its open sites.
    fn improved(&self, mut plan: Plan, state: &State, prices: &Multipliers, round: Round) -> Plan {
        let instance = self.instance;
        let mut due: Vec<bool> = (0..instance.sites).map(|j| plan.design.is_open(j)).collect();
        while !self.watch.stop() {
            let mut centres: Vec<usize> = Vec::new();
            let mut touched = vec![false; instance.sites];
            let mut parts: Vec<Part> = Vec::new();
            for j in 0..instance.sites {
                if parts.len() == BATCH {
                    break;
                }
                if !due[j] || !plan.design.is_open(j) || touched[j] {
                    due[j] &= plan.design.is_open(j);
                    continue;
                }
                // Parts searched side by side share no site, so that all their changes can be made.
                let part = part_around(instance, state, prices, &plan, (j, round), &touched);
                part.sites.iter().for_each(|&k| touched[k as usize] = true);
                centres.push(j);
                parts.push(part);
            }
            if parts.is_empty() {
                break;
            }
            centres.iter().for_each(|&j| due[j] = false);
            let watch = Quiet(self.watch);
            let found: Vec<Option<Better>> = parts
                .into_par_iter()
                .with_max_len(1)
                .map(|part| search_part(instance, state, prices, &plan, part, &watch))
                .collect();
            for better in found.into_iter().flatten() {
                if let Some(improved) = put_back(instance, &plan, &better)
                    && improved.cost < plan.cost
                {
                    plan = improved;
                    better.part.sites.iter().for_each(|&j| due[j as usize] = plan.design.is_open(j as usize));
                }
            }
        }
        plan
    }
}

/// The lane position of a customer.
fn position_of(plan: &Plan, customer: usize) -> u32 {
    plan.service.of(customer).first().map_or(NONE, |part| part.0)
}

/// The part around an open site, without the sites already touched.
fn part_around(
    instance: &Instance,
    state: &State,
    prices: &Multipliers,
    plan: &Plan,
    (centre, round): (usize, Round),
    touched: &[bool],
) -> Part {
    let mut members: Vec<Vec<u32>> = vec![Vec::new(); instance.sites];
    for i in 0..instance.customers {
        members[instance.site[position_of(plan, i) as usize] as usize].push(i as u32);
    }
    // How near a site is: what moving a customer of the centre there costs, or one of its own to the centre, at least.
    let mut near = vec![f64::INFINITY; instance.sites];
    for i in 0..instance.customers {
        let own = position_of(plan, i) as usize;
        let home = instance.site[own] as usize;
        for p in instance.lanes(i) {
            let j = instance.site[p] as usize;
            let dearer = instance.cost[p] - instance.cost[own];
            if home == centre {
                near[j] = near[j].min(dearer);
            } else if j == centre {
                near[home] = near[home].min(dearer);
            }
        }
    }
    near[centre] = f64::NEG_INFINITY;
    let mut open: Vec<usize> = (0..instance.sites).filter(|&j| plan.design.is_open(j) && !touched[j]).collect();
    open.sort_by(|&a, &b| near[a].total_cmp(&near[b]).then(a.cmp(&b)));
    let mut sites: Vec<u32> = Vec::new();
    let mut customers: Vec<u32> = Vec::new();
    for j in open.into_iter().take(round.sites) {
        if !sites.is_empty() && customers.len() + members[j].len() > round.customers {
            break;
        }
        sites.push(j as u32);
        customers.extend(&members[j]);
    }
    customers.sort_unstable();
    let mut cost: f64 = sites.iter().map(|&j| instance.modes[plan.design.mode[j as usize] as usize].fixed).sum();
    for &i in &customers {
        let p = position_of(plan, i as usize) as usize;
        let mode = plan.design.mode[instance.site[p] as usize] as usize;
        cost += instance.cost[p] + instance.modes[mode].per_load * instance.load(i as usize);
    }
    // What a closed site could collect from these customers at the prices.
    let mut items: Vec<Vec<Item>> = vec![Vec::new(); instance.sites];
    for &i in &customers {
        for p in instance.lanes(i as usize) {
            let value = instance.cost[p] - prices.serve[i as usize];
            if value < 0.0 && state.allows(instance, p) {
                let work = instance.work(p);
                let item = Item { value, work, position: p as u32, customer: i, share: 0.0 };
                items[instance.site[p] as usize].push(item);
            }
        }
    }
    let mut closed: Vec<(f64, u32)> = Vec::new();
    for j in (0..instance.sites).filter(|&j| !plan.design.is_open(j) && state.site[j] == Status::Free && !touched[j]) {
        let capacity = instance.problem.sites[j].capacity.unwrap_or(f64::INFINITY);
        let fixed = instance.modes_of(j).map(|m| instance.modes[m].fixed).fold(f64::INFINITY, f64::min);
        let value = fixed + fill(&mut items[j], capacity, false).value;
        if value.is_finite() {
            closed.push((value, j as u32));
        }
    }
    closed.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let most = (CLOSED * sites.len() as f64).ceil() as usize;
    sites.extend(closed.into_iter().take(most).map(|(_, j)| j));
    sites.sort_unstable();
    Part { sites, customers, cost }
}

/// Searches a part for something cheaper.
fn search_part(
    instance: &Instance,
    state: &State,
    prices: &Multipliers,
    plan: &Plan,
    part: Part,
    watch: &dyn Watch,
) -> Option<Better> {
    let mut place = vec![NONE; instance.sites];
    for (k, &j) in part.sites.iter().enumerate() {
        place[j as usize] = k as u32;
    }
    let mut lanes = Lanes { starts: vec![0], ..Lanes::default() };
    let mut origin: Vec<u32> = Vec::new();
    for &i in &part.customers {
        for p in instance.lanes(i as usize) {
            let k = place[instance.site[p] as usize];
            if k != NONE && state.allows(instance, p) {
                lanes.site.push(k);
                lanes.cost.push(instance.cost[p]);
                lanes.work.push(instance.work(p));
                origin.push(p as u32);
            }
        }
        lanes.starts.push(lanes.site.len());
    }
    let sites = part.sites.iter().map(|&j| {
        let site = &instance.problem.sites[j as usize];
        Site { status: state.site[j as usize], capacity: site.capacity, modes: site.modes.clone() }
    });
    let customers = part.customers.iter().map(|&i| instance.load(i as usize)).collect();
    let problem = Problem { customers, lanes, sites: sites.collect(), single: true, ..Problem::default() };
    let small = Instance::new(&problem);
    let serve: Vec<f64> = part.customers.iter().map(|&i| prices.serve[i as usize]).collect();
    let ceiling = part.cost - 1e-8 * plan.cost.abs();
    let found = below(&small, &serve, ceiling, NODES, watch)?;
    let mode = part
        .sites
        .iter()
        .zip(&found.design.mode)
        .map(|(&j, &m)| match m {
            NONE => NONE,
            m => instance.mode_starts[j as usize] as u32 + small.modes[m as usize].number,
        })
        .collect();
    let positions =
        (0..part.customers.len()).map(|k| origin[small.lane[position_of(&found, k) as usize] as usize]).collect();
    Some(Better { part, mode, positions })
}

/// The plan with a part replaced.
fn put_back(instance: &Instance, plan: &Plan, better: &Better) -> Option<Plan> {
    let mut design: Design = plan.design.clone();
    for (&j, &m) in better.part.sites.iter().zip(&better.mode) {
        design.mode[j as usize] = m;
    }
    let mut positions: Vec<u32> = (0..instance.customers).map(|i| position_of(plan, i)).collect();
    for (&i, &p) in better.part.customers.iter().zip(&better.positions) {
        positions[i as usize] = p;
    }
    price(instance, design, Service::whole(&positions))
}

#[cfg(test)]
mod tests {
    use super::super::ascent::ascend;
    use super::super::shake::Dice;
    use super::super::{Mode, Settings};
    use super::*;
    use crate::watch::Nobody;

    /// Customers and sites on a plane, with capacities of which about half are needed.
    fn planar(dice: &mut Dice, customers: usize, sites: usize) -> Problem {
        let mut point = || (dice.below(100) as f64, dice.below(100) as f64);
        let (from, to): (Vec<_>, Vec<_>) =
            ((0..customers).map(|_| point()).collect(), (0..sites).map(|_| point()).collect());
        let loads: Vec<f64> = (0..customers).map(|_| 5.0 + dice.below(30) as f64).collect();
        let capacity = 2.0 * loads.iter().sum::<f64>() / sites as f64;
        let mut lanes = Lanes { starts: vec![0], ..Lanes::default() };
        for (&(x, y), &load) in from.iter().zip(&loads) {
            for (j, &(east, north)) in (0..).zip(&to) {
                lanes.site.push(j);
                lanes.cost.push(f64::hypot(x - east, y - north));
                lanes.work.push(load);
            }
            lanes.starts.push(lanes.site.len());
        }
        let modes = vec![Mode { fixed: 200.0, ..Mode::default() }];
        let place = Site { capacity: Some(capacity.round()), modes, ..Site::default() };
        Problem { customers: loads, lanes, sites: vec![place; sites], single: true, ..Problem::default() }
    }

    #[test]
    fn improving_parts_never_makes_a_plan_dearer_and_breaks_no_capacity() {
        let mut dice = Dice(5);
        let problem = planar(&mut dice, LEAST_CUSTOMERS, 14);
        let instance = Instance::new(&problem);
        let state = State::new(&instance);
        let prices = ascend(&instance, &state, 0.0).prices;
        let round = |sites: usize| Round { sites, customers: 60, plans: KEPT };
        let mut explorer = Explorer::new(&instance, Settings::default().seed, &Nobody);
        let all = Design { mode: (0..instance.sites as u32).collect(), upper_open: Vec::new() };
        explorer.serve_batch(&state, &[all], &[]);
        let start = explorer.incumbent.clone().expect("all sites together have room");
        // What the plan pays is what a part of it pays, and the rest.
        let part = part_around(&instance, &state, &prices, &start, (0, round(4)), &[false; 14]);
        let outside = |j: u32| !part.sites.contains(&j);
        let others = (0..instance.customers).filter(|&i| !part.customers.contains(&(i as u32)));
        let served: f64 = others.map(|i| instance.cost[position_of(&start, i) as usize]).sum();
        let open = (0..instance.sites).filter(|&j| start.design.is_open(j) && outside(j as u32)).count();
        let rest = served + 200.0 * open as f64;
        assert!((part.cost + rest - start.cost).abs() < 1e-6);
        let mut before = start.cost;
        for sites in [1, 2] {
            explorer.improve_parts(&state, &prices, round(sites));
            let plan = explorer.incumbent.clone().expect("it had a plan before");
            assert!(plan.cost <= before);
            let afresh = price(&instance, plan.design, plan.service).expect("it keeps every rule");
            assert_eq!(afresh.cost.to_bits(), plan.cost.to_bits());
            before = plan.cost;
        }
        assert!(before < start.cost, "twice the room needed is open");
    }
}
