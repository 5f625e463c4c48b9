//! The engine against enumeration of every design, and against laws.

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

/// Proves a kind of problem right on many seeds.
fn matches_enumeration(kind: Kind, seeds: std::ops::Range<u64>) {
    let mut solved = 0;
    for seed in seeds {
        let problem = random(kind, seed);
        let optimum = enumerate(&problem);
        match (locate(&problem, &Settings::default(), &Nobody), optimum) {
            (Ok(found), Some(optimum)) => {
                assert!(close(found.objective, optimum), "seed {seed}: {} is not {optimum}", found.objective);
                assert!(close(found.lower_bound, optimum), "seed {seed}: bound {}", found.lower_bound);
                assert!(found.lower_bound <= found.objective);
                solved += 1;
            }
            (Err(Failure::Infeasible(_)), None) => {}
            (outcome, optimum) => panic!("seed {seed}: {outcome:?} against {optimum:?}"),
        }
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

#[test]
fn another_candidate_never_raises_the_optimum() {
    for seed in 0..100 {
        let larger = random(Kind { uppers: true, modes: true, ..Kind::default() }, seed);
        let mut smaller = larger.clone();
        smaller.sites[0].status = Status::Closed;
        let cost = |problem: &Problem| locate(problem, &Settings::default(), &Nobody).map(|found| found.objective);
        match (cost(&smaller), cost(&larger)) {
            (Ok(smaller), Ok(larger)) => assert!(larger <= smaller + 1e-9 * smaller.abs().max(1.0), "seed {seed}"),
            (Ok(_), Err(failure)) => panic!("seed {seed}: {failure}"),
            (Err(_), _) => {}
        }
    }
}

#[test]
fn scaling_all_costs_scales_the_optimum() {
    for seed in 0..60 {
        let problem = random(Kind { capacity: true, modes: true, ..Kind::default() }, seed);
        let mut scaled = problem.clone();
        scaled.lanes.cost.iter_mut().for_each(|cost| *cost *= 1000.0);
        for mode in scaled.sites.iter_mut().flat_map(|site| &mut site.modes) {
            mode.fixed *= 1000.0;
            mode.per_load *= 1000.0;
        }
        let solve = |problem: &Problem| locate(problem, &Settings::default(), &Nobody);
        if let (Ok(one), Ok(thousand)) = (solve(&problem), solve(&scaled)) {
            assert!(close(1000.0 * one.objective, thousand.objective), "seed {seed}");
        }
    }
}

#[test]
fn the_order_of_sites_changes_nothing() {
    for seed in 0..60 {
        let problem = random(Kind { capacity: true, single: true, modes: true, ..Kind::default() }, seed);
        let count = problem.sites.len() as u32;
        let mut turned = problem.clone();
        turned.sites.reverse();
        turned.lanes.site.iter_mut().for_each(|site| *site = count - 1 - *site);
        let solve = |problem: &Problem| locate(problem, &Settings::default(), &Nobody);
        match (solve(&problem), solve(&turned)) {
            (Ok(a), Ok(b)) => assert!(close(a.objective, b.objective), "seed {seed}"),
            (Err(_), Err(_)) => {}
            (a, b) => panic!("seed {seed}: {a:?} against {b:?}"),
        }
    }
}

#[test]
fn the_same_problem_gives_the_same_plan() {
    let problem = planar(200, 40, 5);
    let solve =
        || locate(&problem, &Settings { node_limit: 50, ..Settings::default() }, &Nobody).expect("it has a plan");
    let (a, b) = (solve(), solve());
    assert_eq!((a.mode, a.upper_open, a.shares), (b.mode, b.upper_open, b.shares));
    assert_eq!(a.objective.to_bits(), b.objective.to_bits());
    assert_eq!(a.lower_bound.to_bits(), b.lower_bound.to_bits());
    assert_eq!(a.multipliers, b.multipliers);
}

/// Stops after being asked a number of times.
struct Impatient(std::sync::atomic::AtomicUsize);

impl crate::watch::Watch for Impatient {
    fn stop(&self) -> bool {
        let asked = self.0.load(std::sync::atomic::Ordering::Relaxed);
        self.0.store(asked.saturating_sub(1), std::sync::atomic::Ordering::Relaxed);
        asked == 0
    }
}

#[test]
fn a_search_stopped_early_keeps_a_valid_bound() {
    let kinds = [
        Kind { uppers: true, modes: true, ..Kind::default() },
        Kind { capacity: true, ..Kind::default() },
        Kind { capacity: true, single: true, rows: true, ..Kind::default() },
    ];
    for kind in kinds {
        for seed in 0..40 {
            let problem = random(kind, seed);
            let Some(optimum) = enumerate(&problem) else { continue };
            for patience in [0, 1, 2, 5, 20, 100] {
                let bound = match locate(&problem, &Settings::default(), &Impatient(patience.into())) {
                    Ok(found) => {
                        assert!(found.objective >= optimum - 1e-6 * optimum.abs().max(1.0));
                        found.lower_bound
                    }
                    Err(Failure::NothingFound { lower_bound }) => lower_bound,
                    Err(failure) => panic!("seed {seed}: {failure}"),
                };
                assert!(bound <= optimum + 1e-6 * optimum.abs().max(1.0), "seed {seed}, patience {patience}");
            }
        }
    }
}

#[test]
fn a_warm_start_does_not_change_the_optimum() {
    let problem = planar(120, 25, 4);
    let first = locate(&problem, &Settings::default(), &Nobody).expect("it has a plan");
    let start = Start {
        mode: first.mode.clone(),
        upper_open: first.upper_open.clone(),
        multipliers: Some(first.multipliers.clone()),
    };
    let again =
        locate(&problem, &Settings { start: Some(start), ..Settings::default() }, &Nobody).expect("it has a plan");
    assert!(close(first.objective, again.objective));
}

/// A planar two-echelon problem where every customer reaches its ten nearest sites.
fn planar(customers: usize, sites: usize, uppers: usize) -> Problem {
    let mut dice = Dice(42);
    let mut points = |n: usize| -> Vec<(f64, f64)> { (0..n).map(|_| (dice.roll(), dice.roll())).collect() };
    let (from, to, above) = (points(customers), points(sites), points(uppers));
    let distance = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).hypot(a.1 - b.1);
    let mut lanes = Lanes { starts: vec![0], ..Lanes::default() };
    for &customer in &from {
        let mut order: Vec<usize> = (0..sites).collect();
        order.sort_by(|&a, &b| distance(customer, to[a]).total_cmp(&distance(customer, to[b])));
        for &j in order.iter().take(10) {
            lanes.site.push(j as u32);
            lanes.cost.push(100.0 * distance(customer, to[j]));
        }
        lanes.starts.push(lanes.site.len());
    }
    let modes = |j: usize| {
        let near = (0..uppers).flat_map(|u| {
            let freight = distance(to[j], above[u]) * 10.0;
            [(60.0, 2.0), (90.0, 1.0)].map(|(fixed, rate)| Mode {
                upper: Some(u as u32),
                fixed,
                per_load: rate + freight,
            })
        });
        near.collect()
    };
    let sites = (0..sites).map(|j| Site { modes: modes(j), ..Site::default() }).collect();
    let uppers = (0..uppers).map(|_| Upper { fixed: 150.0, ..Upper::default() }).collect();
    Problem { customers: vec![1.0; customers], lanes, sites, uppers, single: true, ..Problem::default() }
}

#[test]
fn edges_of_the_problem_are_answered() {
    let one = |fixed: f64| vec![Mode { fixed, ..Mode::default() }];
    let nobody = Problem::default();
    assert_eq!(locate(&nobody, &Settings::default(), &Nobody).expect("nothing to do costs nothing").objective, 0.0);
    // A forced site pays though it serves nobody; one whose opening saves opens; a site without lanes stays closed.
    let idle = Problem {
        sites: vec![
            Site { status: Status::Open, modes: one(7.0), ..Site::default() },
            Site { modes: one(-2.0), ..Site::default() },
            Site { modes: one(3.0), ..Site::default() },
        ],
        ..Problem::default()
    };
    let found = locate(&idle, &Settings::default(), &Nobody).expect("it has a plan");
    assert_eq!((found.objective, found.mode), (5.0, vec![Some(0), Some(0), None]));
    let lonely =
        Problem { customers: vec![1.0], lanes: Lanes { starts: vec![0, 0], ..Lanes::default() }, ..idle.clone() };
    let failure = locate(&lonely, &Settings::default(), &Nobody).expect_err("nobody serves the customer");
    assert_eq!(failure, Failure::Infeasible(Reason::Unserved { customer: 0 }));
    let contradicted =
        Problem { counts: vec![Count { sites: vec![0, 1, 2], min: 4, max: 9, ..Count::default() }], ..idle.clone() };
    assert!(matches!(
        locate(&contradicted, &Settings::default(), &Nobody),
        Err(Failure::Infeasible(Reason::Count { possible: 3, .. }))
    ));
    let malformed = Problem { customers: vec![f64::NAN], ..lonely };
    assert!(matches!(locate(&malformed, &Settings::default(), &Nobody), Err(Failure::Malformed(_))));
}

/// The OR-Library cap layout: sites with capacity and cost, then each customer's demand and costs.
fn orlib(text: &str) -> Problem {
    let values: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let (sites, customers) = (values[0] as usize, values[1] as usize);
    let mut problem = Problem { lanes: Lanes { starts: vec![0], ..Lanes::default() }, ..Problem::default() };
    for j in 0..sites {
        let modes = vec![Mode { fixed: values[3 + 2 * j], ..Mode::default() }];
        problem.sites.push(Site { capacity: Some(values[2 + 2 * j]), modes, ..Site::default() });
    }
    for i in 0..customers {
        let at = 2 + 2 * sites + i * (sites + 1);
        problem.customers.push(values[at]);
        for j in 0..sites {
            problem.lanes.site.push(j as u32);
            problem.lanes.cost.push(values[at + 1 + j]);
            problem.lanes.work.push(values[at]);
        }
        problem.lanes.starts.push(problem.lanes.site.len());
    }
    problem
}

#[test]
fn published_optima_come_back_proven() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/benchmarks/orlib-cap/");
    // OR-Library, capopt.
    let published = [
        ("cap41", 1_040_444.375),
        ("cap62", 977_799.400),
        ("cap74", 1_034_976.975),
        ("cap84", 1_069_369.525),
        ("cap92", 855_733.500),
        ("cap104", 928_941.750),
        ("cap114", 1_063_356.488),
        ("cap124", 946_051.325),
        ("cap134", 928_941.750),
    ];
    for (name, optimum) in published {
        let Ok(text) = std::fs::read_to_string(format!("{folder}{name}")) else {
            let _ = std::io::Write::write_all(&mut std::io::stderr(), b"skipped: ../shared is absent\n");
            return;
        };
        let found = locate(&orlib(&text), &Settings::default(), &Nobody).expect("it has a plan");
        assert!((found.objective - optimum).abs() <= 1e-6 * optimum, "{name}: {}", found.objective);
        assert!((found.lower_bound - optimum).abs() <= 1e-6 * optimum, "{name}: {}", found.lower_bound);
    }
}
