//! Covering, merged customers and ruled-out lanes, each against enumeration.

use super::*;

/// A random problem of few costs: regions covered or not, counts, budgets, sites that are open or closed already.
fn covers(seed: u64) -> Problem {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x0C07_E12A_11D5_0001);
    let (sites, customers) = (3 + dice.below(7), 1 + dice.below(40));
    let maximal = dice.roll() < 0.5;
    let points: Vec<(f64, f64)> = (0..sites).map(|_| (dice.roll(), dice.roll())).collect();
    let mut lanes = Lanes { starts: vec![0], ..Lanes::default() };
    for _ in 0..customers {
        let (x, y) = (dice.roll(), dice.roll());
        let weight = 1.0 + dice.below(9) as f64;
        let mut reached = false;
        for (j, &(east, north)) in points.iter().enumerate() {
            let distance = (x - east).hypot(y - north);
            if distance < 0.4 {
                lanes.site.push(j as u32);
                // Two rings, so that some customers know three costs.
                lanes.cost.push(if distance < 0.25 || !maximal { 0.0 } else { 0.5 * weight });
                reached = true;
            }
        }
        if maximal || !reached {
            lanes.site.push(sites as u32);
            lanes.cost.push(weight);
        }
        lanes.starts.push(lanes.site.len());
    }
    let places = (0..sites).map(|_| {
        let fixed = if maximal { 0.0 } else { 1.0 + dice.below(4) as f64 };
        let status = match dice.below(12) {
            0 => Status::Open,
            1 if maximal => Status::Closed,
            _ => Status::Free,
        };
        Site { status, capacity: None, modes: vec![Mode { fixed, ..Mode::default() }] }
    });
    let mut places: Vec<Site> = places.collect();
    places.push(Site { status: Status::Open, capacity: None, modes: vec![Mode::default()] });
    let mut counts = Vec::new();
    let mut rows = Vec::new();
    if maximal || dice.roll() < 0.3 {
        let max = 1 + dice.below(3);
        counts.push(Count { sites: (0..sites as u32).collect(), uppers: Vec::new(), min: dice.below(2), max });
    }
    if dice.roll() < 0.4 {
        let site = (0..sites as u32).map(|j| (j, 1.0 + dice.below(9) as f64)).collect();
        rows.push(Row { site, at_most: 5.0 + 15.0 * dice.roll(), ..Row::default() });
    }
    Problem { customers: vec![1.0; customers], lanes, sites: places, counts, rows, single: true, ..Problem::default() }
}

/// The optimum where the cheapest open site serves and every site has one mode; none when there is no plan.
fn nearest_optimum(problem: &Problem) -> Option<f64> {
    let n = problem.sites.len();
    let cost = |mask: u32| -> Option<f64> {
        let open = |j: u32| mask >> j & 1 == 1;
        let count = |list: &[u32]| list.iter().filter(|&&j| open(j)).count();
        let spent = |row: &Row| row.site.iter().filter(|term| open(term.0)).map(|term| term.1).sum::<f64>();
        let allowed = (0u32..).zip(&problem.sites).all(|(j, site)| match site.status {
            Status::Free => true,
            Status::Open => open(j),
            Status::Closed => !open(j),
        }) && problem.counts.iter().all(|limit| (limit.min..=limit.max).contains(&count(&limit.sites)))
            && problem.rows.iter().all(|row| spent(row) <= row.at_most + 1e-9);
        let mut sum: f64 = (0u32..).zip(&problem.sites).filter(|(j, _)| open(*j)).map(|(_, s)| s.modes[0].fixed).sum();
        for i in 0..problem.customers.len() {
            let lanes = problem.lanes.starts[i]..problem.lanes.starts[i + 1];
            let own = lanes.filter(|&e| open(problem.lanes.site[e])).map(|e| problem.lanes.cost[e]);
            sum += own.fold(f64::INFINITY, f64::min);
        }
        (allowed && sum.is_finite()).then_some(sum)
    };
    (0..1u32 << n).filter_map(cost).min_by(f64::total_cmp)
}

#[test]
fn covering_plans_are_optimal() {
    let mut solved = 0;
    for seed in 0..400 {
        let problem = covers(seed);
        solved += usize::from(solved_rightly(&problem, nearest_optimum(&problem), seed).is_some());
    }
    assert!(solved > 200);
}

#[test]
fn covering_stopped_early_keeps_a_valid_bound() {
    for seed in 0..60 {
        let problem = covers(seed);
        let Some(optimum) = nearest_optimum(&problem) else { continue };
        for node_limit in [0, 1, 2] {
            let bound = match locate(&problem, &Settings { node_limit, ..Settings::default() }, &Nobody) {
                Ok(found) => {
                    assert!(found.objective >= optimum - 1e-9);
                    found.lower_bound
                }
                Err(Failure::NothingFound { lower_bound }) => lower_bound,
                Err(failure) => panic!("seed {seed}: {failure}"),
            };
            assert!(bound <= optimum + 1e-6 * optimum.abs().max(1.0), "seed {seed}: {bound} above {optimum}");
        }
    }
}

/// Adds to every customer some that rank their lanes as it does.
fn with_twins(problem: &Problem, seed: u64) -> Problem {
    let mut dice = Dice(seed ^ 0x7A12);
    let mut larger = Problem { customers: Vec::new(), lanes: Lanes::default(), ..problem.clone() };
    larger.lanes.starts.push(0);
    for (i, load) in problem.customers.iter().enumerate() {
        for _ in 0..1 + dice.below(3) {
            // Powers of two scale a number without rounding, so that the ranks stay equal to the bit.
            let (scale, shift) = ([0.5, 1.0, 2.0, 4.0][dice.below(4)], 8.0 * dice.below(3) as f64);
            larger.customers.push(scale * load);
            for e in problem.lanes.starts[i]..problem.lanes.starts[i + 1] {
                larger.lanes.site.push(problem.lanes.site[e]);
                larger.lanes.cost.push(scale * problem.lanes.cost[e] + shift);
                larger.lanes.work.push(scale * problem.lanes.work[e]);
            }
            larger.lanes.starts.push(larger.lanes.site.len());
        }
    }
    larger
}

#[test]
fn customers_that_rank_their_lanes_alike_are_served_as_one() {
    let kinds = [
        Kind { statuses: true, ..Kind::default() },
        Kind { uppers: true, modes: true, statuses: true, ..Kind::default() },
        Kind { counts: true, uppers: true, modes: true, ..Kind::default() },
    ];
    for kind in kinds {
        let mut solved = 0;
        for seed in 0..80 {
            let problem = with_twins(&random(kind, seed), seed);
            let Some(found) = solved_rightly(&problem, enumerate(&problem), seed) else { continue };
            assert_eq!(found.multipliers.serve.len(), problem.customers.len());
            let start = Start {
                mode: found.mode.clone(),
                upper_open: found.upper_open.clone(),
                multipliers: Some(found.multipliers.clone()),
            };
            let again = locate(&problem, &Settings { start: Some(start), ..Settings::default() }, &Nobody);
            assert!(close(again.expect("it has a plan").objective, found.objective), "seed {seed}");
            solved += 1;
        }
        assert!(solved > 40);
    }
}

#[test]
fn lanes_that_a_row_rules_out_are_left_out_without_harm() {
    for single in [true, false] {
        let mut solved = 0;
        for seed in 0..120 {
            let mut problem = random(Kind { single, statuses: true, ..Kind::default() }, seed);
            let mut dice = Dice(seed ^ 0x5EED);
            // Either no far lane at all, or one beside a site that makes room for it.
            let far = (0..problem.lanes.site.len() as u32).map(|e| (e, f64::from(u8::from(dice.roll() < 0.3))));
            let lane = far.collect();
            let at_most = if dice.roll() < 0.5 { 0.0 } else { 0.5 };
            let site = if dice.roll() < 0.3 { vec![(0, -1.0)] } else { Vec::new() };
            problem.rows.push(Row { lane, site, at_most, ..Row::default() });
            solved += usize::from(solved_rightly(&problem, enumerate(&problem), seed).is_some());
        }
        assert!(solved > 30);
    }
}
