//! Who serves whom when the open sites and their modes are given.
//!
//! Without capacities and rows the cheapest lane wins. Divided service within site capacities is a transportation
//! problem; with rows or upper capacities it is a linear program. Both are exact. Undivided service is a generalised
//! assignment, answered here by a heuristic; the search makes it exact by branching on lanes.

use super::instance::{Instance, NONE};
use super::local::{LanePrices, serve_nearest};
use super::primal::{Design, Plan, Service, price};
use super::state::State;
use super::transport::{Demand, transport};
use crate::mip::{Column, Program, Sense, Trouble};

/// The most lanes of open sites for which a linear program is solved outside a leaf of the search.
const SMALL: usize = 3_000;

/// What is known of the best service of a design.
pub(super) enum Allotment {
    /// The best service, or none when there is none at all.
    Exact(Option<Plan>),
    /// A service that may not be the best, or none found.
    Found(Option<Plan>),
}

impl Allotment {
    /// The plan, whether proven best or not.
    pub fn plan(self) -> Option<Plan> {
        match self {
            Self::Exact(plan) | Self::Found(plan) => plan,
        }
    }
}

/// Serves all customers by the sites of a design; `must` asks for the exact answer even where it takes long.
pub(super) fn allot(instance: &Instance, state: &State, design: &Design, extra: LanePrices, must: bool) -> Allotment {
    if instance.plain {
        return Allotment::Exact(serve_nearest(instance, design.clone()));
    }
    if instance.problem.single {
        return Allotment::Found(super::assign::assign(instance, state, design, extra));
    }
    let uppers_limited = instance.problem.uppers.iter().any(|upper| upper.capacity.is_some());
    if instance.same_work && !instance.has_lane_rows && !uppers_limited {
        return match flows(instance, design) {
            Some(service) => Allotment::Exact(price(instance, design.clone(), service)),
            None => Allotment::Exact(None),
        };
    }
    let lanes = (0..instance.site.len()).filter(|&p| design.is_open(instance.site[p] as usize)).count();
    if must || lanes <= SMALL {
        match program(instance, design) {
            Ok(service) => {
                if let Some(plan) = price(instance, design.clone(), service) {
                    return Allotment::Exact(Some(plan));
                }
            }
            Err(Trouble::Infeasible) => return Allotment::Exact(None),
            Err(_) => {}
        }
    }
    Allotment::Found(super::assign::assign(instance, state, design, extra))
}

/// The cost of serving a whole customer over a lane in the design's mode.
pub(super) fn lane_cost(instance: &Instance, design: &Design, customer: usize, position: usize) -> f64 {
    let mode = design.mode[instance.site[position] as usize];
    instance.cost[position] + instance.modes[mode as usize].per_load * instance.load(customer)
}

/// Divided service by the transportation problem.
fn flows(instance: &Instance, design: &Design) -> Option<Service> {
    let open: Vec<usize> = (0..instance.sites).filter(|&j| design.is_open(j)).collect();
    let mut place = vec![NONE; instance.sites];
    for (k, &j) in open.iter().enumerate() {
        place[j] = k as u32;
    }
    let total: f64 = (0..instance.customers).map(|i| instance.lanes(i).next().map_or(0.0, |p| instance.work(p))).sum();
    let capacity: Vec<f64> =
        open.iter().map(|&j| instance.problem.sites[j].capacity.unwrap_or(2.0 * total + 1.0)).collect();
    // Customers who ask for no work cannot crowd a site: they take their cheapest lane.
    let mut demands = Vec::new();
    let mut of_customer = vec![NONE; instance.customers];
    let mut idle = Vec::new();
    for i in 0..instance.customers {
        let mut reach = Vec::new();
        let mut work = 0.0;
        for p in instance.lanes(i).filter(|&p| design.is_open(instance.site[p] as usize)) {
            work = instance.work(p);
            let unit = if work > 0.0 { work } else { 1.0 };
            reach.push((place[instance.site[p] as usize], lane_cost(instance, design, i, p) / unit, p as u32));
        }
        if work > 0.0 {
            of_customer[i] = demands.len() as u32;
            demands.push(Demand { work, reach });
        } else {
            idle.push((i, reach.into_iter().min_by(|a, b| a.1.total_cmp(&b.1))?.2));
        }
    }
    let flows = transport(&demands, &capacity)?;
    let mut service = Service { starts: vec![0], parts: Vec::new() };
    let mut idle = idle.into_iter();
    for i in 0..instance.customers {
        match of_customer[i] {
            NONE => service.parts.extend(idle.next().map(|(_, p)| (p, 1.0))),
            k => {
                let demand = &demands[k as usize];
                let parts = flows[k as usize].iter().map(|&(e, work)| (demand.reach[e as usize].2, work / demand.work));
                push_clean(&mut service.parts, parts);
            }
        }
        service.starts.push(service.parts.len());
    }
    Some(service)
}

/// Adds parts that matter, scaled to sum to one.
fn push_clean(parts: &mut Vec<(u32, f64)>, found: impl Iterator<Item = (u32, f64)>) {
    let mut kept: Vec<(u32, f64)> = found.filter(|part| part.1 > 1e-10).collect();
    kept.sort_unstable_by_key(|part| part.0);
    let sum: f64 = kept.iter().map(|part| part.1).sum();
    parts.extend(kept.into_iter().map(|(p, share)| (p, share / sum)));
}

/// Divided service by linear programming, with every limit there is.
fn program(instance: &Instance, design: &Design) -> Result<Service, Trouble> {
    let problem = instance.problem;
    let mut program = Program::default();
    let mut positions: Vec<(usize, usize)> = Vec::new();
    let mut columns_of: Vec<std::ops::Range<usize>> = Vec::new();
    let mut at_site: Vec<Vec<(usize, f64)>> = vec![Vec::new(); instance.sites];
    let mut at_upper: Vec<Vec<(usize, f64)>> = vec![Vec::new(); instance.uppers];
    let mut in_row: Vec<Vec<(usize, f64)>> = vec![Vec::new(); problem.rows.len()];
    for i in 0..instance.customers {
        let begin = positions.len();
        for p in instance.lanes(i) {
            let j = instance.site[p] as usize;
            if !design.is_open(j) {
                continue;
            }
            let cost = lane_cost(instance, design, i, p);
            let x = program.add(Column { cost, lower: 0.0, upper: 1.0, integer: false });
            positions.push((i, p));
            at_site[j].push((x, instance.work(p)));
            let upper = instance.modes[design.mode[j] as usize].upper;
            if upper != NONE {
                at_upper[upper as usize].push((x, instance.load(i)));
            }
            for &(r, value) in instance.lane_rows.of(instance.lane[p] as usize) {
                in_row[r as usize].push((x, value));
            }
        }
        columns_of.push(begin..positions.len());
        program.require((begin..positions.len()).map(|x| (x, 1.0)).collect(), Sense::Equal, 1.0);
    }
    for (j, terms) in at_site.into_iter().enumerate() {
        if let Some(capacity) = problem.sites[j].capacity.filter(|_| !terms.is_empty()) {
            program.require(terms, Sense::AtMost, capacity);
        }
    }
    for (u, terms) in at_upper.into_iter().enumerate() {
        if let Some(capacity) = problem.uppers[u].capacity.filter(|_| !terms.is_empty()) {
            program.require(terms, Sense::AtMost, capacity);
        }
    }
    for (row, terms) in problem.rows.iter().zip(in_row) {
        let sites = row.site.iter().filter(|(j, _)| design.is_open(*j as usize));
        let uppers = row.upper.iter().filter(|(u, _)| design.upper_open[*u as usize]);
        let constant: f64 = sites.chain(uppers).map(|(_, value)| value).sum();
        if terms.is_empty() {
            if constant > row.at_most + super::primal::slack(row.at_most) {
                return Err(Trouble::Infeasible);
            }
        } else {
            program.require(terms, Sense::AtMost, row.at_most - constant);
        }
    }
    let answer = program.solve()?;
    let mut service = Service { starts: vec![0], parts: Vec::new() };
    for columns in columns_of {
        push_clean(&mut service.parts, columns.map(|x| (positions[x].1 as u32, answer.values[x])));
        service.starts.push(service.parts.len());
    }
    Ok(service)
}
