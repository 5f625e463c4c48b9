//! Whether a problem is well formed, and whether arithmetic alone shows that it has no plan.

use super::{Failure, Problem, Reason, Status};

/// The noise of adding up a row, as a share of what is added.
const NOISE: f64 = 1e-7;

/// Refuses a problem whose parts do not fit together.
pub(super) fn shape(problem: &Problem) -> Result<(), Failure> {
    let malformed = |what: String| Err(Failure::Malformed(what));
    let (customers, sites, uppers) = (problem.customers.len(), problem.sites.len(), problem.uppers.len());
    let lanes = &problem.lanes;
    let count = lanes.site.len();
    // An empty problem may leave the starts out altogether.
    let starts_fit = match lanes.starts.split_last() {
        None => customers == 0 && count == 0,
        Some((&last, _)) => {
            lanes.starts.len() == customers + 1
                && lanes.starts[0] == 0
                && last == count
                && lanes.starts.windows(2).all(|pair| pair[0] <= pair[1])
        }
    };
    if !starts_fit {
        return malformed("the lanes' starts do not fit the customers".into());
    }
    if count >= u32::MAX as usize || sites >= u32::MAX as usize || customers >= u32::MAX as usize {
        return malformed("more lanes, sites or customers than can be numbered".into());
    }
    if lanes.cost.len() != count || !(lanes.work.len() == count || lanes.work.is_empty()) {
        return malformed("the lanes' columns differ in length".into());
    }
    if !(lanes.beyond.is_empty() || lanes.beyond.len() == customers) || lanes.beyond.iter().any(|cost| cost.is_nan()) {
        return malformed("the costs beyond the lists do not fit the customers".into());
    }
    if let Some(i) = problem.customers.iter().position(|load| !(load.is_finite() && *load >= 0.0)) {
        return malformed(format!("the load of customer {i} is not a finite number of at least 0"));
    }
    if let Some(e) = lanes.site.iter().position(|&j| j as usize >= sites) {
        return malformed(format!("lane {e} names a site that does not exist"));
    }
    if let Some(e) = lanes.cost.iter().position(|cost| !cost.is_finite()) {
        return malformed(format!("the cost of lane {e} is not finite"));
    }
    if let Some(e) = lanes.work.iter().position(|work| !(work.is_finite() && *work >= 0.0)) {
        return malformed(format!("the work of lane {e} is not a finite number of at least 0"));
    }
    for (j, site) in problem.sites.iter().enumerate() {
        if !site.capacity.is_none_or(|capacity| capacity.is_finite() && capacity >= 0.0) {
            return malformed(format!("the capacity of site {j} is not a finite number of at least 0"));
        }
        if site.capacity.is_some() && lanes.work.is_empty() && count > 0 {
            return malformed(format!("site {j} has a capacity but the lanes have no work"));
        }
        for mode in &site.modes {
            if !(mode.fixed.is_finite() && mode.per_load.is_finite()) {
                return malformed(format!("a mode of site {j} has a cost that is not finite"));
            }
            if mode.upper.is_some_and(|u| u as usize >= uppers) {
                return malformed(format!("a mode of site {j} names an upper that does not exist"));
            }
        }
    }
    for (u, upper) in problem.uppers.iter().enumerate() {
        if !upper.fixed.is_finite() || !upper.capacity.is_none_or(|c| c.is_finite() && c >= 0.0) {
            return malformed(format!("upper {u} has a cost or a capacity that is not fit"));
        }
    }
    for (k, limit) in problem.counts.iter().enumerate() {
        if limit.sites.iter().any(|&j| j as usize >= sites) || limit.uppers.iter().any(|&u| u as usize >= uppers) {
            return malformed(format!("count {k} names a place that does not exist"));
        }
    }
    for (r, row) in problem.rows.iter().enumerate() {
        let fits = |terms: &[(u32, f64)], size: usize| {
            terms.iter().all(|&(index, value)| (index as usize) < size && value.is_finite())
        };
        if !fits(&row.lane, count) || !fits(&row.site, sites) || !fits(&row.upper, uppers) || !row.at_most.is_finite() {
            return malformed(format!("row {r} has a term that does not fit"));
        }
    }
    Ok(())
}

/// Refuses a problem that plain counting shows to have no plan.
pub(super) fn possible(problem: &Problem) -> Result<(), Failure> {
    let usable: Vec<bool> = problem
        .sites
        .iter()
        .map(|site| {
            let works = |upper: Option<u32>| upper.is_none_or(|u| problem.uppers[u as usize].status != Status::Closed);
            site.status != Status::Closed && site.modes.iter().any(|mode| works(mode.upper))
        })
        .collect();
    if let Some(site) = (0..usable.len()).find(|&j| problem.sites[j].status == Status::Open && !usable[j]) {
        return Err(Failure::Infeasible(Reason::NoMode { site }));
    }
    let lanes = &problem.lanes;
    let reach = |i: usize| (lanes.starts[i]..lanes.starts[i + 1]).filter(|&e| usable[lanes.site[e] as usize]);
    let beyond = |i: usize| lanes.beyond.get(i).copied().unwrap_or(f64::INFINITY);
    let unserved = |i: &usize| beyond(*i) == f64::INFINITY && reach(*i).next().is_none();
    if let Some(customer) = (0..problem.customers.len()).find(unserved) {
        return Err(Failure::Infeasible(Reason::Unserved { customer }));
    }
    let capacities: Option<Vec<f64>> =
        (0..usable.len()).filter(|&j| usable[j]).map(|j| problem.sites[j].capacity).collect();
    if let Some(capacities) = capacities.filter(|_| !lanes.work.is_empty() && lanes.beyond.is_empty()) {
        let least = |i: usize| reach(i).map(|e| lanes.work[e]).fold(f64::INFINITY, f64::min);
        let needed: f64 = (0..problem.customers.len()).map(least).sum();
        let short = needed - capacities.iter().sum::<f64>();
        if short > 1e-7 * needed {
            return Err(Failure::Infeasible(Reason::CapacityShort { short }));
        }
    }
    for (count, limit) in problem.counts.iter().enumerate() {
        let mut sites = limit.sites.clone();
        let mut uppers = limit.uppers.clone();
        sites.sort_unstable();
        sites.dedup();
        uppers.sort_unstable();
        uppers.dedup();
        let upper_status = |u: &u32| problem.uppers[*u as usize].status;
        let forced = sites.iter().filter(|&&j| problem.sites[j as usize].status == Status::Open).count()
            + uppers.iter().filter(|u| upper_status(u) == Status::Open).count();
        let possible = sites.iter().filter(|&&j| usable[j as usize]).count()
            + uppers.iter().filter(|u| upper_status(u) != Status::Closed).count();
        if forced > limit.max || possible < limit.min || limit.min > limit.max {
            let (min, max) = (limit.min, limit.max);
            return Err(Failure::Infeasible(Reason::Count { count, min, max, forced, possible }));
        }
    }
    if lanes.beyond.iter().all(|cost| *cost == f64::INFINITY)
        && let Some(row) = (0..problem.rows.len()).find(|&row| is_beyond(problem, &usable, row))
    {
        return Err(Failure::Infeasible(Reason::Row { row }));
    }
    Ok(())
}

/// Is a row too much even where every customer takes the lane that adds least to it?
fn is_beyond(problem: &Problem, usable: &[bool], row: usize) -> bool {
    let Problem { lanes, sites, uppers, rows, .. } = problem;
    let row = &rows[row];
    let (mut least, mut size) = (0.0, row.at_most.abs());
    let mut add = |own: f64| {
        least += own;
        size += own.abs();
    };
    let mut on_lane = vec![0.0; lanes.site.len()];
    row.lane.iter().for_each(|(lane, value)| on_lane[*lane as usize] += value);
    for ends in lanes.starts.windows(2) {
        let reached = (ends[0]..ends[1]).filter(|&lane| usable[lanes.site[lane] as usize]);
        let own = reached.map(|lane| on_lane[lane]).fold(f64::INFINITY, f64::min);
        add(if own.is_finite() { own } else { 0.0 });
    }
    let places = row.site.iter().map(|(site, value)| (sites[*site as usize].status, usable[*site as usize], *value));
    let uppers = row.upper.iter().map(|(upper, value)| (uppers[*upper as usize].status, true, *value));
    for (status, usable, value) in places.chain(uppers) {
        add(match status {
            Status::Open => value,
            Status::Free if usable => value.min(0.0),
            _ => 0.0,
        });
    }
    least > row.at_most + NOISE * size
}
