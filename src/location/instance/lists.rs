//! The lanes in lists: those of each customer, and those of each site, cheapest first.

use rayon::prelude::*;

use super::super::{Problem, Status};
use super::Instance;

/// The customers, or sites, whose lanes one thread puts in order at a time.
const BLOCK: usize = 512;

/// Where each customer's lanes begin, and the lanes, cheapest first; those of closed sites are left out.
pub(super) fn by_customer(problem: &Problem, bare: bool) -> (Vec<usize>, Vec<u32>) {
    let (customers, lanes) = (problem.customers.len(), &problem.lanes);
    let usable = |j: u32| problem.sites[j as usize].status != Status::Closed;
    let order = |i: usize| {
        let mut list: Vec<u32> =
            (lanes.starts[i]..lanes.starts[i + 1]).filter(|&e| usable(lanes.site[e])).map(|e| e as u32).collect();
        // Ties fall to the lane named first, so that the order is one.
        let less = |a: &u32, b: &u32| lanes.cost[*a as usize].total_cmp(&lanes.cost[*b as usize]).then(a.cmp(b));
        if !list.is_sorted_by(|a, b| less(a, b).is_lt()) {
            list.sort_unstable_by(less);
        }
        // Who has a site that is always open is never served at more than its cost.
        let always = |e: &u32| bare && problem.sites[lanes.site[*e as usize] as usize].status == Status::Open;
        if let Some(k) = list.iter().position(always) {
            list.truncate(k + 1);
        }
        list
    };
    let blocks: Vec<Vec<Vec<u32>>> = (0..customers.div_ceil(BLOCK))
        .into_par_iter()
        .map(|block| (block * BLOCK..((block + 1) * BLOCK).min(customers)).map(order).collect())
        .collect();
    let mut starts = Vec::with_capacity(customers + 1);
    starts.push(0);
    let mut lane: Vec<u32> = Vec::with_capacity(lanes.site.len());
    for list in blocks.into_iter().flatten() {
        lane.extend(list);
        starts.push(lane.len());
    }
    (starts, lane)
}

impl Instance<'_> {
    /// Lists the lanes of each site, where plans are searched that way: not where capacities limit service.
    pub(super) fn list_by_site(&mut self) {
        self.dearest = self.cost.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        if self.capacitated {
            return;
        }
        let mut starts = vec![0; self.sites + 1];
        for &j in &self.site {
            starts[j as usize + 1] += 1;
        }
        for j in 0..self.sites {
            starts[j + 1] += starts[j];
        }
        let mut next = starts.clone();
        let mut lanes = vec![(0.0, 0, 0); self.site.len()];
        for i in 0..self.customers {
            for p in self.lanes(i) {
                let place = &mut next[self.site[p] as usize];
                lanes[*place] = (self.cost[p], i as u32, p as u32);
                *place += 1;
            }
        }
        let mut rest = lanes.as_mut_slice();
        let mut lists = Vec::with_capacity(self.sites);
        for j in 0..self.sites {
            let (own, others) = rest.split_at_mut(starts[j + 1] - starts[j]);
            lists.push(own);
            rest = others;
        }
        let less =
            |a: &(f64, u32, u32), b: &(f64, u32, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2));
        lists.into_par_iter().with_min_len(BLOCK).for_each(|list| list.sort_unstable_by(less));
        self.at_starts = starts;
        self.at_cost = lanes.iter().map(|lane| lane.0).collect();
        self.at_customer = lanes.iter().map(|lane| lane.1).collect();
        if self.has_lane_rows {
            self.at_position = lanes.iter().map(|lane| lane.2).collect();
        }
    }
}
