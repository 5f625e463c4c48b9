//! The walk over the lanes, shared among threads: each section of the customers adds up for itself, and the sections are
//! then added in their order, so that the sums are the same for any number of threads.

use std::ops::Range;

use rayon::prelude::*;

use super::super::Multipliers;
use super::super::instance::Instance;
use super::super::state::State;

/// From so many lanes on the walk is shared.
const SHARED: usize = 100_000;

/// The number of sections of a shared walk; fixed, because the order of additions follows from it.
const SECTIONS: usize = 16;

/// A lane with a negative reduced cost under the cheapest rate.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Entry {
    pub site: u32,
    pub customer: u32,
    pub position: u32,
    /// Its cost less the price of its customer, before any per-load cost.
    pub value: f64,
}

/// Some of the customers, and what was found on their lanes.
#[derive(Debug, Clone, Default)]
pub(super) struct Section {
    pub customers: Range<usize>,
    /// The lanes with a negative reduced cost; not kept when the instance is direct.
    pub entries: Vec<Entry>,
    /// What each flat mode collects from these customers.
    pub collected: Vec<f64>,
    /// The customers and lane positions that the relaxed plan uses; not kept when the instance is direct.
    pub served: Vec<(u32, u32, f64)>,
    /// How many lanes were walked.
    pub walked: u64,
}

/// Cuts the customers into sections with about as many lanes each.
pub(super) fn sections(instance: &Instance) -> Vec<Section> {
    let lanes = instance.site.len();
    let count = if lanes < SHARED { 1 } else { SECTIONS };
    let mut sections = Vec::with_capacity(count);
    let mut begin = 0;
    for k in 1..=count {
        let end = if k == count {
            instance.customers
        } else {
            instance.starts.partition_point(|&start| start < lanes * k / count).clamp(begin, instance.customers)
        };
        sections.push(Section { customers: begin..end, ..Section::default() });
        begin = end;
    }
    sections
}

/// Does something to every section, on as many threads as there are.
pub(super) fn each(sections: &mut [Section], work: impl Fn(&mut Section) + Sync + Send) {
    if sections.len() == 1 {
        sections.iter_mut().for_each(work);
    } else {
        sections.par_iter_mut().for_each(work);
    }
}

impl Section {
    /// Finds the lanes with a negative reduced cost, and what uncapacitated sites collect by them.
    pub fn gather(&mut self, instance: &Instance, state: &State, prices: &Multipliers, rate: &[f64]) {
        self.entries.clear();
        self.collected.clear();
        self.walked = 0;
        if !instance.capacitated {
            self.collected.resize(instance.modes.len(), 0.0);
        }
        if instance.bare {
            self.gather_bare(instance, prices);
            return;
        }
        let keep = !instance.direct;
        for i in self.customers.clone() {
            let load = instance.load(i);
            let bar = prices.serve[i] - instance.least_per_load * load;
            for p in instance.lanes(i) {
                self.walked += 1;
                let mut cost = instance.cost[p];
                if instance.has_lane_rows {
                    cost += instance.lane_rows.priced(instance.lane[p] as usize, &prices.row);
                }
                if cost >= bar {
                    if instance.has_lane_rows {
                        continue;
                    }
                    break;
                }
                if !state.allows(instance, p) {
                    continue;
                }
                let site = instance.site[p];
                let value = cost - prices.serve[i];
                if keep {
                    self.entries.push(Entry { site, customer: i as u32, position: p as u32, value });
                }
                if !instance.capacitated {
                    for m in instance.modes_of(site as usize) {
                        let through = instance.through_price(&prices.through, i, instance.modes[m].upper);
                        self.collected[m] += (value + rate[m] * load + through).min(0.0);
                    }
                }
            }
        }
    }

    /// The same for sites with one mode and no cost per load.
    fn gather_bare(&mut self, instance: &Instance, prices: &Multipliers) {
        let collected = self.collected.as_mut_slice();
        for i in self.customers.clone() {
            let price = prices.serve[i];
            let lanes = instance.lanes(i);
            let profitable =
                instance.cost[lanes.clone()].iter().zip(&instance.site[lanes]).take_while(|lane| *lane.0 < price);
            for (cost, &site) in profitable {
                collected[site as usize] += cost - price;
                self.walked += 1;
            }
        }
    }

    /// Finds who is served by the open sites in the chosen modes: adds shares up where the instance is direct, else lists
    /// them.
    pub fn serve(
        &mut self,
        instance: &Instance,
        prices: &Multipliers,
        (open, mode, rate): (&[bool], &[u32], &[f64]),
        serve: &mut [f64],
    ) {
        self.served.clear();
        if instance.direct {
            for (slope, i) in serve.iter_mut().zip(self.customers.clone()) {
                let (price, load) = (prices.serve[i], instance.load(i));
                let lanes = instance.lanes(i);
                let bar = price - instance.least_per_load * load;
                let mut used = 0u32;
                for (&cost, &site) in instance.cost[lanes.clone()].iter().zip(&instance.site[lanes]) {
                    if cost >= bar {
                        break;
                    }
                    let j = site as usize;
                    used += u32::from(open[j] && (instance.bare || cost - price + rate[mode[j] as usize] * load < 0.0));
                }
                *slope = 1.0 - f64::from(used);
            }
            return;
        }
        for entry in &self.entries {
            let j = entry.site as usize;
            if !open[j] {
                continue;
            }
            let (mode, customer) = (mode[j] as usize, entry.customer as usize);
            let through = instance.through_price(&prices.through, customer, instance.modes[mode].upper);
            if entry.value + rate[mode] * instance.load(customer) + through < 0.0 {
                self.served.push((entry.customer, entry.position, 1.0));
            }
        }
    }
}
