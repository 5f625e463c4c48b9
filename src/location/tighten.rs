//! Lanes that a row rules out, and rows that then say nothing.
//!
//! ```text
//! least_r = Σ_i least l_re over the lanes of i + least of the sites' and uppers' terms
//! x_e = 0  where  l_re − (least l_re of its customer) > b_r − least_r     for undivided service
//! ```
//!
//! For divided service a share may remain, unless the row leaves no room at all. A promise that all regions lie within a
//! window is such a row: what is left of the problem has shorter lanes and no row (bound tightening, Savelsbergh 1994).

use super::primal::slack;
use super::{Lanes, Location, Multipliers, Problem, Row, Start, Status};

/// A problem without the lanes and rows that decide nothing.
pub(super) struct Tightened {
    /// The smaller problem.
    pub problem: Problem,
    /// Which rows it still has.
    kept: Vec<bool>,
}

/// The least and the greatest of an openness term.
fn range(status: Status, value: f64) -> (f64, f64) {
    match status {
        Status::Open => (value, value),
        Status::Closed => (0.0, 0.0),
        Status::Free => (value.min(0.0), value.max(0.0)),
    }
}

/// What sites and uppers add to a row at least and at most.
fn openness(problem: &Problem, row: &Row) -> (f64, f64) {
    let sites = row.site.iter().map(|&(j, value)| range(problem.sites[j as usize].status, value));
    let uppers = row.upper.iter().map(|&(u, value)| range(problem.uppers[u as usize].status, value));
    sites.chain(uppers).fold((0.0, 0.0), |sum, term| (sum.0 + term.0, sum.1 + term.1))
}

/// Leaves out what rows on lanes rule out; none where they rule out nothing.
pub(super) fn tighten(problem: &Problem) -> Option<Tightened> {
    let lanes = &problem.lanes;
    let customers = problem.customers.len();
    let mut ruled_out = vec![false; lanes.site.len()];
    let mut any = false;
    let mut value = vec![0.0; lanes.site.len()];
    let each = |i: usize| lanes.starts[i]..lanes.starts[i + 1];
    for row in problem.rows.iter().filter(|row| !row.lane.is_empty()) {
        row.lane.iter().for_each(|&(e, term)| value[e as usize] += term);
        let least = |i: usize, value: &[f64]| each(i).map(|e| value[e]).fold(f64::INFINITY, f64::min);
        let sum: f64 = (0..customers).map(|i| least(i, &value)).sum();
        let tolerance = slack(row.at_most);
        let room = row.at_most - sum - openness(problem, row).0;
        if room >= -tolerance && (problem.single || room <= tolerance) {
            for i in 0..customers {
                let least = least(i, &value);
                for e in each(i).filter(|&e| value[e] - least > room.max(0.0) + tolerance) {
                    ruled_out[e] = true;
                    any = true;
                }
            }
        }
        row.lane.iter().for_each(|&(e, _)| value[e as usize] = 0.0);
    }
    if !any {
        return None;
    }
    let mut number = vec![u32::MAX; lanes.site.len()];
    let mut left = Lanes { starts: vec![0], ..Lanes::default() };
    for i in 0..customers {
        for e in each(i).filter(|&e| !ruled_out[e]) {
            number[e] = left.site.len() as u32;
            left.site.push(lanes.site[e]);
            left.cost.push(lanes.cost[e]);
            left.work.extend(lanes.work.get(e));
        }
        left.starts.push(left.site.len());
    }
    let mut kept = Vec::with_capacity(problem.rows.len());
    let mut rows = Vec::new();
    for row in &problem.rows {
        let terms = row.lane.iter().filter(|(e, _)| !ruled_out[*e as usize]);
        let lane: Vec<(u32, f64)> = terms.map(|&(e, term)| (number[e as usize], term)).collect();
        let mut greatest = openness(problem, row).1;
        if !row.lane.is_empty() {
            lane.iter().for_each(|&(e, term)| value[e as usize] += term);
            let most = |i: usize| {
                let own = left.starts[i]..left.starts[i + 1];
                own.map(|e| value[e]).fold(f64::NEG_INFINITY, f64::max)
            };
            greatest += (0..customers).map(most).sum::<f64>();
            lane.iter().for_each(|&(e, _)| value[e as usize] = 0.0);
        }
        kept.push(row.lane.is_empty() || greatest > row.at_most + slack(row.at_most));
        if kept.last() == Some(&true) {
            rows.push(Row { lane, ..row.clone() });
        }
    }
    let problem = Problem {
        customers: problem.customers.clone(),
        lanes: left,
        sites: problem.sites.clone(),
        uppers: problem.uppers.clone(),
        counts: problem.counts.clone(),
        rows,
        single: problem.single,
    };
    Some(Tightened { problem, kept })
}

impl Tightened {
    /// A warm start without the prices of rows that are gone.
    pub fn start(&self, start: &Start) -> Start {
        let known = start.multipliers.as_ref().filter(|known| known.row.len() >= self.kept.len());
        let multipliers = known.map(|known| {
            let given = known.row.iter().zip(&self.kept).filter(|(_, kept)| **kept).map(|(price, _)| *price);
            Multipliers { row: given.chain(known.row[self.kept.len()..].iter().copied()).collect(), ..known.clone() }
        });
        Start { multipliers, ..start.clone() }
    }

    /// The answer with a price for every row; one that is gone costs nothing.
    pub fn expand(&self, mut found: Location) -> Location {
        let mut prices = std::mem::take(&mut found.multipliers.row).into_iter();
        let given: Vec<f64> =
            self.kept.iter().map(|kept| if *kept { prices.next().unwrap_or(0.0) } else { 0.0 }).collect();
        found.multipliers.row = given.into_iter().chain(prices).collect();
        found
    }
}
