//! Readers of the published instances under `../shared/benchmarks`, each into a location problem.

use std::path::{Path, PathBuf};

use sparenet::location::{Count, Lanes, Mode, Problem, Site, Status};

/// The folder of the published instances; it may be absent.
pub fn shared() -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")).join("benchmarks")
}

fn numbers(text: &str) -> Vec<f64> {
    text.split_whitespace().filter_map(|word| word.parse().ok()).collect()
}

/// Every site serves every customer; `cost(j, i)` is for the whole customer.
pub fn complete(
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
pub fn median(n: usize, p: usize, distance: impl Fn(usize, usize) -> f64) -> Problem {
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

/// Reads a published instance; none when its file is absent or not understood.
pub fn build(library: &str, instance: &str, format: &str, arguments: &str) -> Option<Problem> {
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
