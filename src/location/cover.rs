//! Covering: problems whose customers know few costs, written by sets of sites and solved by linear relaxations.
//!
//! ```text
//! a customer's cost is  c¹ + Σ_k (c^{k+1} − c^k)·[no site within its k-th cost is open]      c¹ < c² < … < c^K
//! ⇒  min  Σ_j f_j·y_j + Σ_S w_S·z_S   s.t.  Σ_{j∈S} y_j + z_S ≥ 1,  rows and counts on y,  z = 0 where nobody may be left
//! ```
//!
//! The sets S are the sites within some cost of a customer, and customers share them (Elloumi, Labbé and Pochet 2004;
//! García, Labbé and Marín 2011 for the p-median). Set covering has one hard set a region, maximal covering (Church and
//! ReVelle 1974) one soft set; with few sites millions of regions leave a few thousand sets, and the linear relaxation
//! has as few rows as there are sites.

mod core;
mod greedy;
mod simplex;
mod tree;

use std::collections::HashMap;

use self::core::{Bits, Core, Fixed, MOST_SITES, SiteRow, put};
use super::instance::NONE;
use super::{Failure, Location, Multipliers, Problem, Reason, Settings, Status};
use crate::watch::Watch;

/// The most entries of a core's sets.
const MOST_ENTRIES: usize = 150_000;

/// The most entries of a core's sets for each lane; customers who tell many costs apart have more.
const MOST_SPREAD: usize = 3;

/// A problem seen as covering, and the way back.
struct Cover<'a> {
    problem: &'a Problem,
    core: Core,
    /// The site of each column of the core.
    sites: Vec<u32>,
    /// The sets of each customer and their weights in it: (customer, set, weight).
    parts: Vec<(u32, u32, f64)>,
    /// What every plan pays: each customer's least cost, and the sites that must be open.
    constant: f64,
}

/// The cheapest mode of a site, with its number.
fn cheapest(problem: &Problem, site: usize) -> Option<(u32, f64)> {
    let modes = (0u32..).zip(problem.sites[site].modes.iter().map(|mode| mode.fixed));
    modes.min_by(|a, b| a.1.total_cmp(&b.1))
}

impl<'a> Cover<'a> {
    /// Sees a problem as covering; none where it is not, or where its sets are too many.
    fn of(problem: &'a Problem) -> Option<Self> {
        let limited = problem.sites.iter().any(|site| site.capacity.is_some())
            || !problem.uppers.is_empty()
            || problem.rows.iter().any(|row| !row.lane.is_empty());
        let mut modes = problem.sites.iter().flat_map(|site| &site.modes);
        let (lanes, customers) = (&problem.lanes, problem.customers.len());
        if limited || customers == 0 || modes.any(|mode| mode.per_load != 0.0) {
            return None;
        }
        let mut column = vec![NONE; problem.sites.len()];
        let mut sites = Vec::new();
        let mut fixed = Vec::new();
        let mut constant = 0.0;
        for (j, site) in problem.sites.iter().enumerate() {
            match (site.status, cheapest(problem, j)) {
                (Status::Open, Some((_, cost))) => constant += cost,
                (Status::Free, Some((_, cost))) if cost >= 0.0 => {
                    column[j] = sites.len() as u32;
                    sites.push(j as u32);
                    fixed.push(cost);
                }
                // A site that earns by being open is another kind of problem.
                (Status::Free, Some(_)) => return None,
                _ => {}
            }
        }
        if sites.len() > MOST_SITES || sites.is_empty() {
            return None;
        }
        let mut core = Core { fixed, state: vec![Fixed::Free; sites.len()], ..Core::default() };
        let mut parts = Vec::new();
        let mut known: HashMap<Bits, u32> = HashMap::new();
        let mut entries = 0;
        let mut order: Vec<(f64, u32)> = Vec::new();
        for i in 0..customers {
            order.clear();
            let range = lanes.starts[i]..lanes.starts[i + 1];
            order.extend(range.map(|e| (lanes.cost[e], lanes.site[e])));
            order.retain(|&(_, j)| column[j as usize] != NONE || problem.sites[j as usize].status == Status::Open);
            order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
            constant += order.first()?.0;
            let mut set = Bits::default();
            let mut inside = 0;
            for (k, &(cost, j)) in order.iter().enumerate() {
                if column[j as usize] == NONE {
                    // A site that is always open leaves nobody worse off than this; sites of equal cost change nothing.
                    break;
                }
                put(&mut set, column[j as usize] as usize);
                inside += 1;
                let weight = order.get(k + 1).map_or(f64::INFINITY, |next| next.0 - cost);
                if weight > 0.0 {
                    let number = *known.entry(set).or_insert(core.sets.len() as u32);
                    if number as usize == core.sets.len() {
                        core.sets.push(set);
                        core.weight.push(0.0);
                        entries += inside;
                    }
                    core.weight[number as usize] += weight;
                    parts.push((i as u32, number, weight));
                }
            }
            if entries > MOST_ENTRIES.min(MOST_SPREAD * lanes.site.len()) {
                return None;
            }
        }
        let mut cover = Self { problem, core, sites, parts, constant };
        cover.rows(&column);
        Some(cover)
    }

    /// Writes rows and counts on the columns of the core.
    fn rows(&mut self, column: &[u32]) {
        let open = |j: u32| self.problem.sites[j as usize].status == Status::Open;
        let n = self.sites.len();
        let write = |terms: &[(u32, f64)], at_most: f64| {
            let mut row = SiteRow { of: vec![0.0; n], at_most };
            for &(j, value) in terms {
                match column[j as usize] {
                    NONE if open(j) => row.at_most -= value,
                    NONE => {}
                    k => row.of[k as usize] += value,
                }
            }
            row
        };
        let mut rows: Vec<SiteRow> = self.problem.rows.iter().map(|row| write(&row.site, row.at_most)).collect();
        for count in &self.problem.counts {
            let mut sites = count.sites.clone();
            sites.sort_unstable();
            sites.dedup();
            let terms = |sign: f64| sites.iter().map(|&j| (j, sign)).collect::<Vec<_>>();
            if count.max < sites.len() {
                rows.push(write(&terms(1.0), count.max as f64));
            }
            if count.min > 0 {
                let row = write(&terms(-1.0), -(count.min as f64));
                if row.at_most < 0.0 {
                    rows.push(row);
                }
            }
        }
        self.core.rows = rows;
    }

    /// The plan of a choice, in the problem's own terms.
    fn plan(&self, open: &[bool], bound: f64, multipliers: Multipliers, nodes: usize) -> Location {
        let mut mode: Vec<Option<u32>> = vec![None; self.problem.sites.len()];
        for (j, site) in self.problem.sites.iter().enumerate() {
            if site.status == Status::Open {
                mode[j] = cheapest(self.problem, j).map(|cheapest| cheapest.0);
            }
        }
        for (&j, _) in self.sites.iter().zip(open).filter(|(_, open)| **open) {
            mode[j as usize] = cheapest(self.problem, j as usize).map(|cheapest| cheapest.0);
        }
        let lanes = &self.problem.lanes;
        let mut objective = 0.0;
        let shares = (0..self.problem.customers.len())
            .map(|i| {
                let of = (lanes.starts[i]..lanes.starts[i + 1]).filter(|&e| mode[lanes.site[e] as usize].is_some());
                let best = of.min_by(|&a, &b| lanes.cost[a].total_cmp(&lanes.cost[b]).then(a.cmp(&b)));
                let best = best.expect("every hard set is covered");
                objective += lanes.cost[best];
                vec![(lanes.site[best], 1.0)]
            })
            .collect();
        let fixed = mode.iter().zip(&self.problem.sites).filter_map(|(m, site)| Some(site.modes[(*m)? as usize].fixed));
        objective += fixed.sum::<f64>();
        Location {
            pressed: Vec::new(),
            mode,
            upper_open: Vec::new(),
            shares,
            objective,
            lower_bound: bound.min(objective),
            multipliers,
            nodes,
        }
    }

    /// The prices of customers and rows that the sets' and rows' prices amount to.
    fn prices(&self, went: &[u32], core: &Core, dual: &[f64]) -> Multipliers {
        let lanes = &self.problem.lanes;
        let mut serve: Vec<f64> = (0..self.problem.customers.len())
            .map(|i| lanes.cost[lanes.starts[i]..lanes.starts[i + 1]].iter().copied().fold(f64::INFINITY, f64::min))
            .collect();
        // A set's price is shared by its customers as they share its weight, a hard set's in equal parts.
        let mut members = vec![0.0; core.sets.len()];
        let part = |weight: f64| if weight.is_finite() { weight } else { 1.0 };
        for &(_, set, weight) in &self.parts {
            if let Some(sum) = members.get_mut(went[set as usize] as usize) {
                *sum += part(weight);
            }
        }
        for &(i, set, weight) in &self.parts {
            let set = went[set as usize] as usize;
            if let (Some(sum), Some(price)) = (members.get(set), dual.get(set)) {
                serve[i as usize] += price * part(weight) / sum;
            }
        }
        let given = self.problem.rows.len();
        let row = dual[core.sets.len()..][..given].to_vec();
        Multipliers { serve, row, ..Multipliers::default() }
    }
}

/// Solves a problem that is covering at heart; none where it is not, and the general search has to do it.
///
/// `first` finds a plan to begin from, which may already be good enough.
pub(super) fn cover(
    problem: &Problem,
    settings: &Settings,
    watch: &dyn Watch,
    first: impl FnOnce() -> Option<Location>,
) -> Option<Result<Location, Failure>> {
    let cover = Cover::of(problem)?;
    let first = first();
    if let Some(plan) =
        first.as_ref().filter(|plan| plan.objective - plan.lower_bound <= settings.gap * plan.objective.abs())
    {
        return Some(Ok(plan.clone()));
    }
    let known = first.map(|plan| {
        let open = cover.sites.iter().map(|&j| plan.mode[j as usize].is_some()).collect();
        (open, plan.objective - cover.constant)
    });
    let mut core = cover.core.clone();
    watch.stage("placing outlets");
    let Some(went) = core.reduce() else { return Some(Err(Failure::Infeasible(Reason::Proven))) };
    let enough = |cost: f64| settings.gap * (cost + cover.constant).abs();
    let limits = tree::Limits { enough: &enough, nodes: settings.node_limit, watch, constant: cover.constant, known };
    Some(match tree::solve(&core, &limits) {
        Ok(Some(found)) => {
            let multipliers = cover.prices(&went, &core, &found.dual);
            let proven = found.bound >= found.cost;
            let bound = if proven { f64::INFINITY } else { found.bound + cover.constant };
            let location = cover.plan(&found.open, bound, multipliers, found.nodes);
            watch.progress(Some(location.objective), location.lower_bound);
            Ok(location)
        }
        Ok(None) => Err(Failure::Infeasible(Reason::Proven)),
        Err(bound) => Err(Failure::NothingFound { lower_bound: bound + cover.constant }),
    })
}
