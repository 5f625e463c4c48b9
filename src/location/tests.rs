//! The engine against enumeration of every design; `laws` holds it against laws and published optima.

mod covering;
mod laws;

use super::*;
use crate::mip::{Column, Program, Sense};
use crate::watch::Nobody;

/// A small deterministic generator (Knuth's MMIX constants).
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn below(&mut self, n: usize) -> usize {
        ((self.roll() * n as f64) as usize).min(n - 1)
    }
}

/// What a random problem is made of.
#[derive(Debug, Clone, Copy, Default)]
struct Kind {
    capacity: bool,
    single: bool,
    counts: bool,
    uppers: bool,
    upper_capacity: bool,
    modes: bool,
    rows: bool,
    statuses: bool,
}

fn random(kind: Kind, seed: u64) -> Problem {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0xD1B5_4A32_D192_ED03);
    let (customers, sites) = (1 + dice.below(5), 2 + dice.below(3));
    let uppers = if kind.uppers { 1 + dice.below(2) } else { 0 };
    let loads: Vec<f64> =
        (0..customers).map(|_| if dice.roll() < 0.1 { 0.0 } else { 1.0 + dice.below(9) as f64 }).collect();
    let total: f64 = loads.iter().sum();
    let mut lanes = Lanes { starts: vec![0], ..Lanes::default() };
    let differing = dice.roll() < 0.3;
    for &load in &loads {
        for j in 0..sites {
            if dice.roll() < 0.85 {
                lanes.site.push(j as u32);
                lanes.cost.push(dice.below(40) as f64 - 2.0);
                lanes.work.push(if differing { load * (0.5 + dice.roll()) } else { load });
            }
        }
        lanes.starts.push(lanes.site.len());
    }
    let places: Vec<Site> = (0..sites)
        .map(|_| {
            let count = if kind.modes { 1 + dice.below(2) } else { 1 };
            let modes = (0..count)
                .map(|_| Mode {
                    upper: (uppers > 0 && dice.roll() < 0.8).then(|| dice.below(uppers) as u32),
                    fixed: dice.below(30) as f64 - 3.0,
                    per_load: if kind.modes { dice.below(4) as f64 } else { 0.0 },
                })
                .collect();
            let status = match dice.below(8) {
                0 if kind.statuses => Status::Open,
                1 if kind.statuses => Status::Closed,
                _ => Status::Free,
            };
            let capacity = (kind.capacity && dice.roll() < 0.9).then(|| (total * (0.3 + 0.5 * dice.roll())).round());
            Site { status, capacity, modes }
        })
        .collect();
    let upper_list = (0..uppers)
        .map(|_| Upper {
            status: if kind.statuses && dice.roll() < 0.2 { Status::Open } else { Status::Free },
            fixed: dice.below(25) as f64 - 2.0,
            capacity: kind.upper_capacity.then(|| (total * (0.4 + 0.6 * dice.roll())).round()),
        })
        .collect();
    let mut counts = Vec::new();
    if kind.counts {
        let min = dice.below(3);
        counts.push(Count {
            sites: (0..sites as u32).collect(),
            uppers: Vec::new(),
            min,
            max: min.max(1 + dice.below(2)),
        });
        counts.push(Count { sites: vec![0, 1], uppers: (0..uppers as u32).collect(), min: 0, max: 1 + dice.below(2) });
    }
    let mut rows = Vec::new();
    if kind.rows {
        let near: Vec<(u32, f64)> = (0..lanes.site.len()).map(|e| (e as u32, dice.below(5) as f64)).collect();
        rows.push(Row { lane: near, at_most: customers as f64 * (1.0 + 1.5 * dice.roll()), ..Row::default() });
        let budget = (0..sites as u32).map(|j| (j, 1.0 + dice.below(9) as f64)).collect();
        rows.push(Row { site: budget, at_most: 6.0 + 12.0 * dice.roll(), ..Row::default() });
    }
    Problem { customers: loads, lanes, sites: places, uppers: upper_list, counts, rows, single: kind.single }
}

/// The optimum by trying every design; none when there is no plan.
fn enumerate(problem: &Problem) -> Option<f64> {
    let mut best = None;
    let mut modes: Vec<Option<usize>> = vec![None; problem.sites.len()];
    each_design(problem, 0, &mut modes, &mut |modes| {
        for mask in 0..1u32 << problem.uppers.len() {
            let open: Vec<bool> = (0..problem.uppers.len()).map(|u| mask >> u & 1 == 1).collect();
            if let Some(cost) = design_cost(problem, modes, &open)
                && best.is_none_or(|known| cost < known)
            {
                best = Some(cost);
            }
        }
    });
    best
}

fn each_design(
    problem: &Problem,
    site: usize,
    modes: &mut Vec<Option<usize>>,
    visit: &mut dyn FnMut(&[Option<usize>]),
) {
    if site == problem.sites.len() {
        return visit(modes);
    }
    if problem.sites[site].status != Status::Open {
        modes[site] = None;
        each_design(problem, site + 1, modes, visit);
    }
    if problem.sites[site].status != Status::Closed {
        for m in 0..problem.sites[site].modes.len() {
            modes[site] = Some(m);
            each_design(problem, site + 1, modes, visit);
        }
    }
    modes[site] = None;
}

fn design_cost(problem: &Problem, modes: &[Option<usize>], upper_open: &[bool]) -> Option<f64> {
    let mut fixed = 0.0;
    for (u, upper) in problem.uppers.iter().enumerate() {
        if upper.status == Status::Open && !upper_open[u] || upper.status == Status::Closed && upper_open[u] {
            return None;
        }
        fixed += if upper_open[u] { upper.fixed } else { 0.0 };
    }
    for (site, mode) in problem.sites.iter().zip(modes) {
        if let Some(m) = mode {
            let mode = &site.modes[*m];
            if mode.upper.is_some_and(|u| !upper_open[u as usize]) {
                return None;
            }
            fixed += mode.fixed;
        }
    }
    for count in &problem.counts {
        let open = count.sites.iter().filter(|&&j| modes[j as usize].is_some()).count()
            + count.uppers.iter().filter(|&&u| upper_open[u as usize]).count();
        if !(count.min..=count.max).contains(&open) {
            return None;
        }
    }
    // What remains is the assignment, given to the generic solver.
    let mut program = Program::default();
    let mut at_site = vec![Vec::new(); problem.sites.len()];
    let mut at_upper = vec![Vec::new(); problem.uppers.len()];
    let mut column_of = vec![usize::MAX; problem.lanes.site.len()];
    for (i, load) in problem.customers.iter().enumerate() {
        let mut serve = Vec::new();
        let lanes = problem.lanes.starts[i]..problem.lanes.starts[i + 1];
        for (e, column) in column_of.iter_mut().enumerate().take(lanes.end).skip(lanes.start) {
            let j = problem.lanes.site[e] as usize;
            let Some(m) = modes[j] else { continue };
            let mode = &problem.sites[j].modes[m];
            let cost = problem.lanes.cost[e] + mode.per_load * load;
            let x = program.add(Column { cost, lower: 0.0, upper: 1.0, integer: problem.single });
            *column = x;
            serve.push((x, 1.0));
            at_site[j].push((x, problem.lanes.work[e]));
            if let Some(u) = mode.upper {
                at_upper[u as usize].push((x, *load));
            }
        }
        if serve.is_empty() {
            return None;
        }
        program.require(serve, Sense::Equal, 1.0);
    }
    for (j, terms) in at_site.into_iter().enumerate() {
        if let Some(capacity) = problem.sites[j].capacity {
            program.require(terms, Sense::AtMost, capacity);
        }
    }
    for (u, terms) in at_upper.into_iter().enumerate() {
        if let Some(capacity) = problem.uppers[u].capacity {
            program.require(terms, Sense::AtMost, capacity);
        }
    }
    for row in &problem.rows {
        let mut right = row.at_most;
        right -= row.site.iter().filter(|(j, _)| modes[*j as usize].is_some()).map(|t| t.1).sum::<f64>();
        right -= row.upper.iter().filter(|(u, _)| upper_open[*u as usize]).map(|t| t.1).sum::<f64>();
        let terms: Vec<(usize, f64)> = row
            .lane
            .iter()
            .filter(|(e, _)| column_of[*e as usize] != usize::MAX)
            .map(|(e, value)| (column_of[*e as usize], *value))
            .collect();
        if terms.is_empty() {
            if right < -1e-9 {
                return None;
            }
        } else {
            program.require(terms, Sense::AtMost, right);
        }
    }
    program.solve().ok().map(|answer| answer.objective + fixed)
}

fn close(a: f64, b: f64) -> bool {
    (a - b).abs() <= 1e-6 * a.abs().max(b.abs()).max(1.0)
}

/// Solves a problem, whose optimum must come back proven; none where it rightly has no plan.
fn solved_rightly(problem: &Problem, optimum: Option<f64>, seed: u64) -> Option<Location> {
    match (locate(problem, &Settings::default(), &Nobody), optimum) {
        (Ok(found), Some(optimum)) => {
            assert!(close(found.objective, optimum), "seed {seed}: {} is not {optimum}", found.objective);
            assert!(close(found.lower_bound, optimum), "seed {seed}: bound {}", found.lower_bound);
            assert!(found.lower_bound <= found.objective, "seed {seed}");
            Some(found)
        }
        (Err(Failure::Infeasible(_)), None) => None,
        (outcome, optimum) => panic!("seed {seed}: {outcome:?} against {optimum:?}"),
    }
}

/// Proves a kind of problem right on many seeds.
fn matches_enumeration(kind: Kind, seeds: std::ops::Range<u64>) {
    let mut solved = 0;
    for seed in seeds {
        let problem = random(kind, seed);
        solved += usize::from(solved_rightly(&problem, enumerate(&problem), seed).is_some());
    }
    assert!(solved > 0);
}

#[test]
fn uncapacitated_plans_are_optimal() {
    matches_enumeration(Kind { statuses: true, ..Kind::default() }, 0..300);
}

#[test]
fn counted_plans_are_optimal() {
    matches_enumeration(Kind { counts: true, uppers: true, statuses: true, ..Kind::default() }, 0..300);
}

#[test]
fn two_echelon_plans_with_modes_are_optimal() {
    matches_enumeration(Kind { uppers: true, modes: true, statuses: true, ..Kind::default() }, 0..300);
}

#[test]
fn divided_capacitated_plans_are_optimal() {
    matches_enumeration(Kind { capacity: true, statuses: true, ..Kind::default() }, 0..200);
}

#[test]
fn undivided_capacitated_plans_are_optimal() {
    matches_enumeration(Kind { capacity: true, single: true, statuses: true, ..Kind::default() }, 0..200);
}

#[test]
fn plans_with_rows_are_optimal() {
    matches_enumeration(Kind { rows: true, single: true, ..Kind::default() }, 0..150);
    matches_enumeration(Kind { rows: true, ..Kind::default() }, 200..350);
}

#[test]
fn plans_of_every_kind_at_once_are_optimal() {
    let kind = Kind {
        capacity: true,
        single: true,
        counts: true,
        uppers: true,
        upper_capacity: true,
        modes: true,
        rows: true,
        statuses: true,
    };
    matches_enumeration(kind, 0..100);
    matches_enumeration(Kind { single: false, ..kind }, 0..100);
}
