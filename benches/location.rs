//! The location engine against published instances: instance, optimum, objective, bound, seconds.
//!
//! `cargo bench --bench location [-- WORD...]` runs the instances whose name holds one of the words; it reads
//! `../shared/benchmarks` and says so when that folder is absent. `large` names the generated two-echelon instance.
#![allow(clippy::print_stdout, reason = "a bench program prints its table")]

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use sparenet::location::{Count, Lanes, Mode, Problem, Settings, Site, Status, Upper, locate};
use sparenet::watch::Watch;

/// Stops a run that takes too long; only the bench has a clock.
struct Clock {
    begin: Instant,
    limit: f64,
    over: AtomicBool,
    trace: bool,
}

impl Watch for Clock {
    fn progress(&self, incumbent: Option<f64>, bound: f64) {
        if self.trace {
            println!(
                "{:>8.2} s  {:>16.3} {bound:>16.3}",
                self.begin.elapsed().as_secs_f64(),
                incumbent.unwrap_or(f64::NAN)
            );
        }
    }

    fn stop(&self) -> bool {
        if self.begin.elapsed().as_secs_f64() > self.limit {
            self.over.store(true, Ordering::Relaxed);
        }
        self.over.load(Ordering::Relaxed)
    }
}

fn shared() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join("benchmarks")
}

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

/// Every site serves every customer; `cost(j, i)` is for the whole customer.
fn complete(
    loads: Vec<f64>,
    sites: Vec<(f64, Option<f64>)>,
    cost: impl Fn(usize, usize) -> f64,
    single: bool,
) -> Problem {
    let mut lanes = Lanes { starts: vec![0], ..Lanes::default() };
    for (i, load) in loads.iter().enumerate() {
        for j in 0..sites.len() {
            lanes.site.push(j as u32);
            lanes.cost.push(cost(j, i));
            lanes.work.push(*load);
        }
        lanes.starts.push(lanes.site.len());
    }
    let mode = |fixed: f64| vec![Mode { upper: None, fixed, per_load: 0.0 }];
    let sites = sites
        .into_iter()
        .map(|(fixed, capacity)| Site { status: Status::Free, capacity, modes: mode(fixed) })
        .collect();
    Problem { customers: loads, lanes, sites, single, ..Problem::default() }
}

fn orlib_cap(text: &str, capacity: Option<f64>, capacitated: bool) -> Option<Problem> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let number = |k: usize| words.get(k).and_then(|word| word.parse::<f64>().ok());
    let (n, m) = (number(0)? as usize, number(1)? as usize);
    let mut sites = Vec::new();
    for j in 0..n {
        let own = number(2 + 2 * j);
        sites.push((number(3 + 2 * j)?, if capacitated { Some(own.or(capacity)?) } else { None }));
    }
    let mut at = 2 + 2 * n;
    let (mut loads, mut costs) = (Vec::new(), Vec::new());
    for _ in 0..m {
        loads.push(number(at)?);
        costs.push((0..n).filter_map(|j| number(at + 1 + j)).collect::<Vec<f64>>());
        at += n + 1;
    }
    Some(complete(loads, sites, |j, i| costs[i][j], false))
}

fn ufllib(text: &str) -> Option<Problem> {
    let body = text.split_once('\n')?.1;
    let values = numbers(body);
    let (n, m) = (*values.first()? as usize, *values.get(1)? as usize);
    let at = |j: usize| 3 + j * (m + 2);
    if values.len() < at(n) {
        return None;
    }
    let sites = (0..n).map(|j| (values[at(j) + 1], None)).collect();
    Some(complete(vec![1.0; m], sites, |j, i| values[at(j) + 2 + i], true))
}

fn sscflp(text: &str) -> Option<Problem> {
    let v = numbers(text);
    let (n, m) = (*v.first()? as usize, *v.get(1)? as usize);
    let sites = (0..n).map(|j| (v[3 + 2 * j], Some(v[2 + 2 * j]))).collect();
    let at = 2 + 2 * n;
    let loads: Vec<f64> = v[at..at + m].to_vec();
    Some(complete(loads, sites, |j, i| v[at + m + j * m + i], true))
}

fn diaz(text: &str) -> Option<Problem> {
    let v = numbers(text);
    let (m, n) = (*v.first()? as usize, *v.get(1)? as usize);
    let at = 2 + n * m;
    let sites = (0..n).map(|j| (v[at + m + j], Some(v[at + m + n + j]))).collect();
    Some(complete(v[at..at + m].to_vec(), sites, |j, i| v[2 + i * n + j], true))
}

fn sscflp_unit(text: &str, single: bool) -> Option<Problem> {
    let v = numbers(text);
    let (n, m) = (*v.first()? as usize, *v.get(1)? as usize);
    let loads: Vec<f64> = v[2..2 + m].to_vec();
    let sites = (0..n).map(|j| (v[2 + m + n + j], Some(v[2 + m + j]))).collect();
    let at = 2 + m + 2 * n;
    Some(complete(loads.clone(), sites, |j, i| v[at + j * m + i] * loads[i], single))
}

/// A p-median problem from distances between its points.
fn median(n: usize, p: usize, distance: impl Fn(usize, usize) -> f64) -> Problem {
    let mut problem = complete(vec![1.0; n], vec![(0.0, None); n], distance, true);
    problem.counts.push(Count { sites: (0..n as u32).collect(), uppers: Vec::new(), min: p, max: p });
    problem
}

fn pmed(text: &str) -> Option<Problem> {
    let v = numbers(text);
    let (n, edges, p) = (*v.first()? as usize, *v.get(1)? as usize, *v.get(2)? as usize);
    let mut d = vec![1e9; n * n];
    (0..n).for_each(|i| d[i * n + i] = 0.0);
    for edge in 0..edges {
        let (i, j) = (v[3 + 3 * edge] as usize - 1, v[4 + 3 * edge] as usize - 1);
        d[i * n + j] = v[5 + 3 * edge];
        d[j * n + i] = v[5 + 3 * edge];
    }
    for k in 0..n {
        for i in 0..n {
            for j in 0..n {
                d[i * n + j] = d[i * n + j].min(d[i * n + k] + d[k * n + j]);
            }
        }
    }
    Some(median(n, p, |j, i| d[j * n + i]))
}

fn tsp(text: &str, p: usize) -> Problem {
    let points: Vec<(f64, f64)> = text
        .lines()
        .skip_while(|line| !line.starts_with("NODE_COORD_SECTION"))
        .filter_map(|line| {
            let words = numbers(line);
            (words.len() == 3).then(|| (words[1], words[2]))
        })
        .collect();
    let distance = |j: usize, i: usize| (points[i].0 - points[j].0).hypot(points[i].1 - points[j].1).floor();
    median(points.len(), p, distance)
}

/// A planar two-echelon problem: lanes to the nearest sites, three modes at each of the nearest uppers.
fn planar(customers: usize, sites: usize, uppers: usize, lanes_each: usize) -> Problem {
    let mut seed: u64 = 0x9E37_79B9_7F4A_7C15;
    let mut random = || {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 11) as f64 / (1u64 << 53) as f64
    };
    let mut points = |n: usize| -> Vec<(f64, f64)> { (0..n).map(|_| (random(), random())).collect() };
    let (at_customers, at_sites, at_uppers) = (points(customers), points(sites), points(uppers));
    let distance = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).hypot(a.1 - b.1);
    let nearest = |from: (f64, f64), to: &[(f64, f64)], count: usize| -> Vec<usize> {
        let mut order: Vec<usize> = (0..to.len()).collect();
        order.sort_by(|&a, &b| distance(from, to[a]).total_cmp(&distance(from, to[b])));
        order.truncate(count);
        order
    };
    let loads: Vec<f64> = (0..customers).map(|_| (-random().max(1e-9).ln()) * 20.0).collect();
    let mut lanes = Lanes { starts: vec![0], ..Lanes::default() };
    for i in 0..customers {
        for j in nearest(at_customers[i], &at_sites, lanes_each) {
            lanes.site.push(j as u32);
            lanes.cost.push(loads[i] * distance(at_customers[i], at_sites[j]) * 100.0);
        }
        lanes.starts.push(lanes.site.len());
    }
    let places = (0..sites)
        .map(|j| {
            let near = if uppers == 0 { Vec::new() } else { nearest(at_sites[j], &at_uppers, 2 + j % 4) };
            let mut modes = Vec::new();
            let base = 3_000.0 * (0.5 + random());
            for u in near {
                let freight = distance(at_sites[j], at_uppers[u]) * 10.0;
                for (fixed, per_load) in [(1.0, 4.0), (1.5, 2.0), (2.5, 1.0)] {
                    modes.push(Mode { upper: Some(u as u32), fixed: base * fixed, per_load: per_load + freight });
                }
            }
            if modes.is_empty() {
                modes.push(Mode { upper: None, fixed: base, per_load: 0.0 });
            }
            Site { status: Status::Free, capacity: None, modes }
        })
        .collect();
    let uppers = (0..uppers)
        .map(|_| Upper { status: Status::Free, fixed: 15_000.0 * (0.5 + random()), capacity: None })
        .collect();
    Problem { customers: loads, lanes, sites: places, uppers, single: true, ..Problem::default() }
}

fn build(library: &str, instance: &str, format: &str, arguments: &str) -> Option<Problem> {
    let path = shared().join(library).join(instance);
    let path = if path.exists() { path } else { shared().join(library).join(format!("{instance}.tsp")) };
    let text = std::fs::read_to_string(path).ok()?;
    let words: Vec<&str> = arguments.split_whitespace().collect();
    let value = |name: &str| {
        let at = words.iter().position(|word| *word == name)?;
        words.get(at + 1)?.parse::<f64>().ok()
    };
    match format {
        "orlib-cap" => orlib_cap(&text, value("--capacity"), words.contains(&"--capacitated")),
        "ufllib" => ufllib(&text),
        "sscflp" => sscflp(&text),
        "sscflp-diaz" => diaz(&text),
        "sscflp-unit" => sscflp_unit(&text, !words.contains(&"--split")),
        "pmed" => pmed(&text),
        "tsp" => Some(tsp(&text, value("--p")? as usize)),
        _ => None,
    }
}

fn run(name: &str, optimum: Option<f64>, problem: &Problem, (limit, trace): (f64, bool)) {
    let clock = Clock { begin: Instant::now(), limit, over: AtomicBool::new(false), trace };
    let outcome = locate(problem, &Settings { node_limit: 1_000_000, ..Settings::default() }, &clock);
    let seconds = clock.begin.elapsed().as_secs_f64();
    let known = optimum.map_or("".to_string(), |value| format!("{value:.3}"));
    match outcome {
        Ok(found) => {
            let away =
                optimum.map_or("".to_string(), |value| format!("{:+.5}", 100.0 * (found.objective / value - 1.0)));
            println!(
                "{name:<44} {known:>16} {:>16.3} {:>16.3} {:>9.5} {away:>10} {seconds:>8.2} {:>7}",
                found.objective,
                found.lower_bound,
                100.0 * found.gap(),
                found.nodes
            );
        }
        Err(failure) => println!("{name:<44} {known:>16} {failure} {seconds:.2}"),
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let limit: f64 = words.iter().find_map(|word| word.strip_prefix("limit=")?.parse().ok()).unwrap_or(30.0);
    let words: Vec<&String> = words.iter().filter(|word| !word.starts_with("limit=")).collect();
    let trace = words.iter().any(|word| *word == "trace");
    let limit = (limit, trace);
    let words: Vec<&String> = words.into_iter().filter(|word| *word != "trace").collect();
    let chosen = |name: &str| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    println!(
        "{:<44} {:>16} {:>16} {:>16} {:>9} {:>10} {:>8} {:>7}",
        "instance", "optimum", "objective", "bound", "gap %", "away %", "seconds", "nodes"
    );
    if chosen("large two-echelon") {
        run("large two-echelon 6000x400x30", None, &planar(6_000, 400, 30, 100), limit);
    }
    if words.iter().any(|word| *word == "huge") {
        run("huge 100000x20000", None, &planar(100_000, 20_000, 0, 40), limit);
    }
    let Ok(table) = std::fs::read_to_string(shared().join("optima.csv")) else {
        println!("skipped: ../shared is absent");
        return;
    };
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [library, instance, format, arguments, kind, value, ..] = fields[..] else { continue };
        let name = format!("{library} {instance} {kind} {}", arguments.replace("--capacitated", "").trim());
        if chosen(&name)
            && let Some(problem) = build(library, instance, format, arguments)
        {
            run(name.trim(), value.parse().ok(), &problem, limit);
        }
    }
}
