//! Customers that rank their lanes alike become one.
//!
//! ```text
//! c_ij = s_i + t_i·d_j  and  a_i = t_i·α,  t_i ≥ 0, for all customers i of a group and all sites j they reach
//! ⇒  Σ_i c_ij + g_m·a_i = Σ s_i + (Σ t_i)·(d_j + g_m·α)
//! ```
//!
//! Where nothing but openness limits service, each of them is best served by the open site and mode of least
//! `d_j + g_m·α`, the same for all; so the group is one customer with the sum of their costs and loads, and its plan is
//! theirs. With `s_i` a customer's least and `s_i + t_i` its greatest cost the `d_j` are a normal form, and groups are
//! found by comparing normal forms, exactly. Regions covered by the same sites are the classic case (Church and ReVelle
//! 1974): millions of them have no more covers than the radii cut the map into faces.

use std::collections::HashMap;

use rayon::prelude::*;

use super::instance::{MOST_THROUGH, NONE};
use super::{Lanes, Location, Multipliers, Problem, Start, Status};

/// Customers of one piece of work; the pieces, not the threads, decide the order of sums.
const PIECE: usize = 65_536;

/// Customers looked at to judge whether merging is worth while.
const SAMPLE: usize = 4_096;

/// A lane in normal form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Ranked {
    site: u32,
    /// d_j by its bits.
    rank: u64,
}

/// A customer in normal form, with room for the next.
#[derive(Debug, Default)]
struct Form {
    lanes: Vec<(Ranked, f64)>,
    /// α by its bits, where loads matter.
    ratio: u64,
    shift: f64,
    scale: f64,
    hash: u64,
}

impl Form {
    /// Brings a customer into normal form.
    fn write(&mut self, problem: &Problem, rated: bool, customer: usize) {
        let range = problem.lanes.starts[customer]..problem.lanes.starts[customer + 1];
        let (sites, costs) = (&problem.lanes.site[range.clone()], &problem.lanes.cost[range]);
        let (mut least, mut most) = (f64::INFINITY, f64::NEG_INFINITY);
        self.lanes.clear();
        for (&site, &cost) in sites.iter().zip(costs) {
            if problem.sites[site as usize].status != Status::Closed {
                least = least.min(cost);
                most = most.max(cost);
                self.lanes.push((Ranked { site, rank: 0 }, cost));
            }
        }
        self.shift = if least.is_finite() { least } else { 0.0 };
        self.scale = if most > least { most - least } else { 0.0 };
        let load = problem.customers[customer];
        self.ratio = match (rated, self.scale > 0.0) {
            (false, _) => 0,
            (true, true) => (load / self.scale).to_bits(),
            // Without a preference for lanes the load itself is the scale, unless that is nothing too.
            (true, false) => u64::from(load > 0.0),
        };
        // A sum does not depend on the order of the lanes, so only equal sums need the lanes in order.
        self.hash = mixed(self.ratio);
        for (lane, cost) in &mut self.lanes {
            lane.rank = if self.scale > 0.0 { ((*cost - self.shift) / self.scale).to_bits() } else { 0 };
            self.hash = self.hash.wrapping_add(mixed(lane.rank ^ mixed(u64::from(lane.site))));
        }
        self.lanes.sort_unstable_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    }
}

/// Spreads the bits of a number (the finaliser of SplitMix64, Steele, Lea and Flood 2014).
fn mixed(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

/// What a group adds up to.
#[derive(Debug, Clone, Copy, Default)]
struct Sum {
    load: f64,
    shift: f64,
    scale: f64,
    count: f64,
}

/// Groups found so far: their normal forms, side by side, and their sums.
#[derive(Debug, Default)]
struct Groups {
    /// The first group of a hash; the others of the same hash follow by `next`.
    first: HashMap<u64, u32>,
    next: Vec<u32>,
    hash: Vec<u64>,
    ratio: Vec<u64>,
    starts: Vec<usize>,
    lanes: Vec<Ranked>,
    /// The summed cost of each lane.
    cost: Vec<f64>,
    sum: Vec<Sum>,
}

impl Groups {
    fn len(&self) -> usize {
        self.sum.len()
    }

    fn range(&self, group: usize) -> std::ops::Range<usize> {
        self.starts.get(group).copied().unwrap_or(0)..self.starts.get(group + 1).copied().unwrap_or(self.lanes.len())
    }

    /// The group of a normal form, made when it is the first of its kind.
    fn place(&mut self, hash: u64, ratio: u64, lanes: impl ExactSizeIterator<Item = Ranked> + Clone) -> usize {
        let known = self.first.get(&hash).copied();
        let mut group = known.unwrap_or(NONE);
        while group != NONE {
            let g = group as usize;
            let own = &self.lanes[self.range(g)];
            if self.ratio[g] == ratio && own.len() == lanes.len() && own.iter().copied().eq(lanes.clone()) {
                return g;
            }
            group = self.next[g];
        }
        let new = self.len();
        self.next.push(known.unwrap_or(NONE));
        self.first.insert(hash, new as u32);
        self.hash.push(hash);
        self.ratio.push(ratio);
        self.starts.push(self.lanes.len());
        self.cost.extend(lanes.clone().map(|_| 0.0));
        self.lanes.extend(lanes);
        self.sum.push(Sum::default());
        new
    }

    fn add(&mut self, group: usize, costs: impl Iterator<Item = f64>, sum: Sum) {
        let range = self.range(group);
        self.cost[range].iter_mut().zip(costs).for_each(|(own, cost)| *own += cost);
        let own = &mut self.sum[group];
        own.load += sum.load;
        own.shift += sum.shift;
        own.scale += sum.scale;
        own.count += sum.count;
    }

    /// Groups some customers; returns the group of each.
    fn gather(&mut self, problem: &Problem, rated: bool, customers: impl Iterator<Item = usize>) -> Vec<u32> {
        let mut form = Form::default();
        customers
            .map(|i| {
                form.write(problem, rated, i);
                let group = self.place(form.hash, form.ratio, form.lanes.iter().map(|lane| lane.0));
                let sum = Sum { load: problem.customers[i], shift: form.shift, scale: form.scale, count: 1.0 };
                self.add(group, form.lanes.iter().map(|lane| lane.1), sum);
                group as u32
            })
            .collect()
    }

    /// Takes in the groups of a piece; returns what each is called here.
    fn join(&mut self, piece: &Self) -> Vec<u32> {
        (0..piece.len())
            .map(|g| {
                let range = piece.range(g);
                let group = self.place(piece.hash[g], piece.ratio[g], piece.lanes[range.clone()].iter().copied());
                self.add(group, piece.cost[range].iter().copied(), piece.sum[g]);
                group as u32
            })
            .collect()
    }
}

/// A smaller problem with the same optimum, and the way back.
pub(super) struct Merged<'a> {
    /// The problem of the groups.
    pub problem: Problem,
    whole: &'a Problem,
    rated: bool,
    group_of: Vec<u32>,
    sum: Vec<Sum>,
}

/// Merges the customers of a problem; none where that is not sound or not worth while.
pub(super) fn merge(problem: &Problem) -> Option<Merged<'_>> {
    let limited = problem.sites.iter().any(|site| site.capacity.is_some())
        || problem.uppers.iter().any(|upper| upper.capacity.is_some())
        || problem.rows.iter().any(|row| !row.lane.is_empty());
    let customers = problem.customers.len();
    if limited || customers < 2 {
        return None;
    }
    let mut rates = problem.sites.iter().flat_map(|site| &site.modes).map(|mode| mode.per_load);
    let rated = rates.next().is_some_and(|first| rates.any(|rate| rate != first));
    if customers > 2 * SAMPLE {
        let mut sample = Groups::default();
        sample.gather(problem, rated, (0..SAMPLE).map(|k| k * (customers / SAMPLE)));
        if sample.len() * 10 > SAMPLE * 9 {
            return None;
        }
    }
    let pieces: Vec<(Groups, Vec<u32>)> = (0..customers.div_ceil(PIECE))
        .into_par_iter()
        .map(|piece| {
            let mut groups = Groups::default();
            let of = groups.gather(problem, rated, piece * PIECE..customers.min((piece + 1) * PIECE));
            (groups, of)
        })
        .collect();
    let mut groups = Groups::default();
    let mut group_of = Vec::with_capacity(customers);
    for (piece, of) in pieces {
        let name = groups.join(&piece);
        group_of.extend(of.into_iter().map(|g| name[g as usize]));
    }
    if groups.len() * 20 > customers * 19 {
        return None;
    }
    groups.starts.push(groups.lanes.len());
    let lanes = Lanes {
        beyond: Vec::new(),
        starts: groups.starts,
        site: groups.lanes.iter().map(|lane| lane.site).collect(),
        cost: groups.cost,
        work: Vec::new(),
    };
    let smaller = Problem {
        customers: groups.sum.iter().map(|sum| sum.load).collect(),
        lanes,
        sites: problem.sites.clone(),
        uppers: problem.uppers.clone(),
        counts: problem.counts.clone(),
        rows: problem.rows.clone(),
        single: problem.single,
    };
    Some(Merged { problem: smaller, whole: problem, rated, group_of, sum: groups.sum })
}

impl Merged<'_> {
    /// A warm start for the groups.
    pub fn start(&self, start: &Start) -> Start {
        let multipliers = start.multipliers.as_ref().filter(|known| known.serve.len() == self.group_of.len());
        let multipliers = multipliers.map(|known| {
            let groups = self.sum.len();
            let uppers = self.whole.uppers.len();
            let mut serve = vec![0.0; groups];
            let through = if groups * uppers <= MOST_THROUGH { uppers } else { 0 };
            let mut prices = vec![0.0; groups * through];
            let priced = known.through.len() == self.group_of.len() * uppers && through > 0;
            for (i, &group) in self.group_of.iter().enumerate() {
                serve[group as usize] += known.serve[i];
                for u in 0..if priced { uppers } else { 0 } {
                    prices[group as usize * uppers + u] += known.through[i * uppers + u];
                }
            }
            Multipliers { serve, through: prices, ..known.clone() }
        });
        Start { multipliers, ..start.clone() }
    }

    /// The plan and the prices of all customers from those of their groups.
    pub fn expand(&self, found: Location) -> Location {
        let shares: Vec<Vec<(u32, f64)>> =
            self.group_of.par_iter().map(|&group| found.shares[group as usize].clone()).collect();
        let multipliers = self.prices(&found.multipliers);
        let objective = self.cost(&found, &shares);
        // What was proven of the groups is proven of the customers, whose sum may be rounded otherwise.
        let lower_bound = if found.gap() == 0.0 { objective } else { found.lower_bound.min(objective) };
        Location { shares, multipliers, objective, lower_bound, ..found }
    }

    /// Splits each group's prices so that all its members want the same lanes.
    fn prices(&self, known: &Multipliers) -> Multipliers {
        let uppers = self.whole.uppers.len();
        let customers = self.group_of.len();
        let part_of = |form: &mut Form, i: usize| {
            form.write(self.whole, self.rated, i);
            let sum = &self.sum[self.group_of[i] as usize];
            if sum.scale > 0.0 {
                form.scale / sum.scale
            } else if sum.load > 0.0 {
                self.whole.customers[i] / sum.load
            } else {
                1.0 / sum.count
            }
        };
        let serve = (0..customers)
            .into_par_iter()
            .map_init(Form::default, |form, i| {
                let group = self.group_of[i] as usize;
                let part = part_of(form, i);
                form.shift + part * (known.serve[group] - self.sum[group].shift)
            })
            .collect();
        let fits = customers.saturating_mul(uppers) <= MOST_THROUGH && known.through.len() == self.sum.len() * uppers;
        let mut through = Vec::new();
        if fits {
            let mut form = Form::default();
            for i in 0..customers {
                let part = part_of(&mut form, i);
                let group = self.group_of[i] as usize;
                through.extend(known.through[group * uppers..(group + 1) * uppers].iter().map(|price| part * price));
            }
        }
        Multipliers { serve, through, ..known.clone() }
    }

    /// The cost of a plan, summed afresh over all customers.
    fn cost(&self, found: &Location, shares: &[Vec<(u32, f64)>]) -> f64 {
        let whole = self.whole;
        let own = |i: usize| -> f64 {
            let lanes = whole.lanes.starts[i]..whole.lanes.starts[i + 1];
            let cost = |&(j, share): &(u32, f64)| {
                let over = |e: usize| whole.lanes.cost[e];
                let best = lanes.clone().filter(|&e| whole.lanes.site[e] == j).map(over).fold(f64::INFINITY, f64::min);
                let mode = found.mode[j as usize].map(|m| whole.sites[j as usize].modes[m as usize]);
                share * (best + mode.map_or(0.0, |mode| mode.per_load) * whole.customers[i])
            };
            shares[i].iter().map(cost).sum()
        };
        let pieces: Vec<f64> = (0..shares.len().div_ceil(PIECE))
            .into_par_iter()
            .map(|piece| (piece * PIECE..shares.len().min((piece + 1) * PIECE)).map(own).sum())
            .collect();
        let modes = found.mode.iter().zip(&whole.sites).filter_map(|(m, site)| Some(site.modes[(*m)? as usize].fixed));
        let uppers = found.upper_open.iter().zip(&whole.uppers).filter(|(open, _)| **open).map(|(_, u)| u.fixed);
        pieces.iter().sum::<f64>() + modes.sum::<f64>() + uppers.sum::<f64>()
    }
}
