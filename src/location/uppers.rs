//! Modes and uppers for given site loads: itself a small location problem, whose customers are the open sites.

use super::instance::{Instance, NONE};
use super::local::{Ground, improve};
use super::primal::Design;
use super::state::State;
use super::{Count, Lanes, Mode, Problem, Site, Status};
use crate::watch::Watch;

/// Chooses the mode of every open site, and the open uppers, anew for the loads the sites carry \[units/year\].
pub(super) fn reselect(instance: &Instance, state: &State, design: &mut Design, loads: &[f64], watch: &dyn Watch) {
    let cost = |j: usize, m: usize| instance.modes[m].fixed + instance.modes[m].per_load * loads[j];
    let allowed = |m: usize| {
        let upper = instance.modes[m].upper;
        !state.mode_off[m] && (upper == NONE || state.upper[upper as usize] != Status::Closed)
    };
    if instance.uppers > 0 {
        choose_uppers(instance, state, design, &cost, &allowed, watch);
    }
    for j in 0..instance.sites {
        if design.mode[j] == NONE {
            continue;
        }
        let upper_open = |m: usize| {
            let upper = instance.modes[m].upper;
            upper == NONE || design.upper_open[upper as usize]
        };
        let current = design.mode[j] as usize;
        let best = instance
            .modes_of(j)
            .filter(|&m| allowed(m) && upper_open(m))
            .min_by(|&a, &b| cost(j, a).total_cmp(&cost(j, b)).then(a.cmp(&b)));
        design.mode[j] = best.unwrap_or(current) as u32;
    }
    design.open_needed(instance);
}

fn choose_uppers(
    instance: &Instance,
    state: &State,
    design: &mut Design,
    cost: &dyn Fn(usize, usize) -> f64,
    allowed: &dyn Fn(usize) -> bool,
    watch: &dyn Watch,
) {
    // The last site of the small problem stands for "no upper needed"; it is always open and free of charge.
    let direct = instance.uppers as u32;
    let one = |fixed: f64| vec![Mode { upper: None, fixed, per_load: 0.0 }];
    let mut sites: Vec<Site> = instance
        .problem
        .uppers
        .iter()
        .enumerate()
        .map(|(u, upper)| Site { status: state.upper[u], capacity: None, modes: one(upper.fixed) })
        .collect();
    sites.push(Site { status: Status::Open, capacity: None, modes: one(0.0) });
    let mut lanes = Lanes { starts: vec![0], ..Lanes::default() };
    let open: Vec<usize> = (0..instance.sites).filter(|&j| design.mode[j] != NONE).collect();
    for &j in &open {
        let begin = lanes.site.len();
        for m in instance.modes_of(j).filter(|&m| allowed(m)) {
            let upper = instance.modes[m].upper;
            let site = if upper == NONE { direct } else { upper };
            match lanes.site[begin..].iter().position(|&known| known == site) {
                Some(k) => lanes.cost[begin + k] = lanes.cost[begin + k].min(cost(j, m)),
                None => {
                    lanes.site.push(site);
                    lanes.cost.push(cost(j, m));
                }
            }
        }
        lanes.starts.push(lanes.site.len());
    }
    let counts = instance.problem.counts.iter().filter(|count| !count.uppers.is_empty()).map(|count| {
        let others = count.sites.iter().filter(|&&j| design.mode[j as usize] != NONE).count();
        let (min, max) = (count.min.saturating_sub(others), count.max.saturating_sub(others));
        Count { sites: count.uppers.clone(), uppers: Vec::new(), min, max }
    });
    let counts = counts.collect();
    let problem = Problem {
        customers: vec![0.0; open.len()],
        lanes,
        sites,
        uppers: Vec::new(),
        counts,
        rows: Vec::new(),
        single: true,
    };
    let small = Instance::new(&problem);
    let mut start = Design::forced(&small);
    for u in (0..instance.uppers).filter(|&u| design.upper_open[u]) {
        start.mode[u] = u as u32;
    }
    let ground = Ground { instance: &small, state: &State::new(&small), hint: &[], extra: None };
    let chosen = improve(ground, &start, u64::MAX, watch);
    for u in 0..instance.uppers {
        design.upper_open[u] = chosen.mode[u] != NONE && state.upper[u] != Status::Closed;
    }
}
