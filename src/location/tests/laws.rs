//! The engine against laws that need no enumeration, edges of the problem, and published optima.

use super::*;

/// Kinds of which the laws are asked.
fn kinds() -> [Kind; 7] {
    let plain = Kind { statuses: true, ..Kind::default() };
    [
        plain,
        Kind { uppers: true, modes: true, ..plain },
        Kind { capacity: true, modes: true, ..plain },
        Kind { capacity: true, single: true, ..plain },
        Kind { uppers: true, upper_capacity: true, single: true, ..plain },
        Kind { counts: true, uppers: true, ..plain },
        Kind { rows: true, single: true, ..plain },
    ]
}

fn solve(problem: &Problem) -> Result<Location, Failure> {
    locate(problem, &Settings::default(), &Nobody)
}

/// Both have plans of this ratio, or neither has one.
fn same(one: &Problem, other: &Problem, ratio: f64, seed: u64) {
    match (solve(one), solve(other)) {
        (Ok(a), Ok(b)) => assert!(close(ratio * a.objective, b.objective), "{seed}: {} {}", a.objective, b.objective),
        (Err(Failure::Infeasible(_)), Err(Failure::Infeasible(_))) => {}
        (a, b) => panic!("seed {seed}: {a:?} against {b:?}"),
    }
}

#[test]
fn another_candidate_never_raises_the_optimum() {
    for kind in kinds() {
        for seed in 0..40 {
            let mut larger = random(kind, seed);
            larger.sites[0].status = Status::Free;
            let mut smaller = larger.clone();
            smaller.sites[0].status = Status::Closed;
            match (solve(&smaller), solve(&larger)) {
                (Ok(small), Ok(large)) => {
                    let hair = 1e-9 * small.objective.abs().max(1.0);
                    assert!(large.objective <= small.objective + hair, "seed {seed}");
                }
                (Ok(_), Err(failure)) => panic!("seed {seed}: {failure}"),
                (Err(_), _) => {}
            }
        }
    }
}

#[test]
fn scaling_all_costs_scales_the_optimum() {
    for kind in kinds() {
        for seed in 0..25 {
            let problem = random(kind, seed);
            let mut scaled = problem.clone();
            scaled.lanes.cost.iter_mut().for_each(|cost| *cost *= 1000.0);
            for mode in scaled.sites.iter_mut().flat_map(|site| &mut site.modes) {
                mode.fixed *= 1000.0;
                mode.per_load *= 1000.0;
            }
            scaled.uppers.iter_mut().for_each(|upper| upper.fixed *= 1000.0);
            same(&problem, &scaled, 1000.0, seed);
        }
    }
}

#[test]
fn the_order_of_sites_changes_nothing() {
    for kind in kinds() {
        for seed in 0..25 {
            let problem = random(kind, seed);
            let last = problem.sites.len() as u32 - 1;
            let mut turned = problem.clone();
            turned.sites.reverse();
            turned.lanes.site.iter_mut().for_each(|site| *site = last - *site);
            turned.counts.iter_mut().flat_map(|count| &mut count.sites).for_each(|site| *site = last - *site);
            turned.rows.iter_mut().flat_map(|row| &mut row.site).for_each(|term| term.0 = last - term.0);
            same(&problem, &turned, 1.0, seed);
        }
    }
}

#[test]
fn the_order_of_customers_changes_nothing() {
    for kind in kinds() {
        for seed in 0..25 {
            let problem = random(kind, seed);
            let old = &problem.lanes;
            let mut turned = problem.clone();
            turned.customers.reverse();
            turned.lanes = Lanes { starts: vec![0], ..Lanes::default() };
            let mut number = vec![0; old.site.len()];
            for i in (0..problem.customers.len()).rev() {
                for (e, number) in number.iter_mut().enumerate().take(old.starts[i + 1]).skip(old.starts[i]) {
                    *number = turned.lanes.site.len() as u32;
                    turned.lanes.site.push(old.site[e]);
                    turned.lanes.cost.push(old.cost[e]);
                    turned.lanes.work.push(old.work[e]);
                }
                turned.lanes.starts.push(turned.lanes.site.len());
            }
            turned.rows.iter_mut().flat_map(|row| &mut row.lane).for_each(|term| term.0 = number[term.0 as usize]);
            same(&problem, &turned, 1.0, seed);
        }
    }
}

#[test]
fn the_same_problem_gives_the_same_plan() {
    let problem = planar(200, 40, 5);
    let once =
        || locate(&problem, &Settings { node_limit: 50, ..Settings::default() }, &Nobody).expect("it has a plan");
    let (a, b) = (once(), once());
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
        Kind { counts: true, uppers: true, upper_capacity: true, ..Kind::default() },
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
    // Two customers of one lane each add 1 and 2 to a row that allows 2.5; an opening would add no less.
    let row = Row { lane: vec![(0, 1.0), (1, 2.0)], site: vec![(1, 0.5)], at_most: 2.5, ..Row::default() };
    let lanes = Lanes { starts: vec![0, 1, 2], site: vec![0, 0], cost: vec![1.0, 1.0], ..Lanes::default() };
    let pressed = Problem { customers: vec![1.0, 1.0], lanes, rows: vec![row.clone()], ..idle.clone() };
    let failure = locate(&pressed, &Settings::default(), &Nobody).expect_err("the row is too much");
    assert_eq!(failure, Failure::Infeasible(Reason::Row { row: 0 }));
    let eased = Problem { rows: vec![Row { at_most: 3.0, ..row }], ..pressed };
    assert!(locate(&eased, &Settings::default(), &Nobody).is_ok());
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

#[test]
fn a_list_cut_short_keeps_the_bound_and_names_whom_it_presses() {
    for seed in 0..200 {
        let problem = random(Kind { counts: seed % 3 == 0, modes: seed % 2 == 0, ..Kind::default() }, 7_000 + seed);
        let Some(optimum) = enumerate(&problem) else { continue };
        let mut cut = problem.clone();
        cut.lanes = Lanes { starts: vec![0], ..Lanes::default() };
        for i in 0..problem.customers.len() {
            let mut lanes: Vec<usize> = (problem.lanes.starts[i]..problem.lanes.starts[i + 1]).collect();
            lanes.sort_by(|&a, &b| problem.lanes.cost[a].total_cmp(&problem.lanes.cost[b]));
            let kept = lanes.len().min(1 + (seed as usize + i) % 2);
            for &e in &lanes[..kept] {
                cut.lanes.site.push(problem.lanes.site[e]);
                cut.lanes.cost.push(problem.lanes.cost[e]);
                cut.lanes.work.push(problem.lanes.work[e]);
            }
            cut.lanes.beyond.push(lanes.get(kept).map_or(f64::INFINITY, |&e| problem.lanes.cost[e]));
            cut.lanes.starts.push(cut.lanes.site.len());
        }
        match locate(&cut, &Settings::default(), &Nobody) {
            Ok(found) => {
                assert!(found.lower_bound <= optimum + 1e-9 * optimum.abs().max(1.0), "seed {seed}");
                assert!(found.objective >= optimum - 1e-9 * optimum.abs().max(1.0), "seed {seed}");
                if found.pressed.is_empty() {
                    assert!((found.objective - optimum).abs() <= 1e-9 * optimum.abs().max(1.0), "seed {seed}");
                }
            }
            Err(Failure::Unlisted | Failure::NothingFound { .. }) => {}
            Err(failure) => panic!("seed {seed}: {failure}"),
        }
    }
}
