//! The transportation problem: divided service of all customers by open sites within their capacities, exactly.
//!
//! Shortest augmenting paths over the open sites (Tomizawa; Ahuja, Magnanti and Orlin 1993, chapter 9): each customer's
//! work goes to the site it reaches most cheaply, possibly pushing others' work on; weight (a → b) is the least extra
//! cost of moving a unit of work now at a to b.

use std::collections::VecDeque;

/// A customer of the transportation problem.
#[derive(Debug, Clone, Default)]
pub(super) struct Demand {
    /// The work to place, greater than 0.
    pub work: f64,
    /// The sites in reach: (site, cost of a unit of work, tag).
    pub reach: Vec<(u32, f64, u32)>,
}

/// Finds the cheapest flows as (entry of `reach`, work) for every customer; none when the capacities do not suffice.
pub(super) fn transport(demands: &[Demand], capacity: &[f64]) -> Option<Vec<Vec<(u32, f64)>>> {
    let sites = capacity.len();
    let total: f64 = demands.iter().map(|demand| demand.work).sum();
    let hair = 1e-12 * total;
    let mut net = Net {
        demands,
        flows: vec![Vec::new(); demands.len()],
        at: vec![Vec::new(); sites],
        weight: vec![f64::INFINITY; sites * sites],
        carrier: vec![(u32::MAX, 0, 0); sites * sites],
    };
    let mut room = capacity.to_vec();
    let mut distance = vec![f64::INFINITY; sites];
    let mut before: Vec<u32> = vec![u32::MAX; sites];
    for (i, demand) in demands.iter().enumerate() {
        let mut left = demand.work;
        while left > hair {
            distance.fill(f64::INFINITY);
            before.fill(u32::MAX);
            let mut entry = vec![u32::MAX; sites];
            let mut queue: VecDeque<u32> = VecDeque::new();
            let mut queued = vec![false; sites];
            for (e, &(j, cost, _)) in demand.reach.iter().enumerate() {
                if cost < distance[j as usize] {
                    distance[j as usize] = cost;
                    entry[j as usize] = e as u32;
                    if !std::mem::replace(&mut queued[j as usize], true) {
                        queue.push_back(j);
                    }
                }
            }
            let nearest =
                queue.iter().copied().min_by(|&a, &b| distance[a as usize].total_cmp(&distance[b as usize]))?;
            // Where the cheapest site has room no detour is cheaper: a negative one would mean the flow was not optimal.
            if room[nearest as usize] <= hair {
                let mut steps = 0;
                while let Some(a) = queue.pop_front() {
                    let a = a as usize;
                    queued[a] = false;
                    steps += 1;
                    if steps > 50 * sites * sites + 1000 {
                        // Only rounding could keep labels falling for so long.
                        return None;
                    }
                    for b in 0..sites {
                        let through = distance[a] + net.weight[a * sites + b];
                        if through < distance[b] - 1e-12 * distance[b].abs().min(1e300) {
                            distance[b] = through;
                            before[b] = a as u32;
                            if !std::mem::replace(&mut queued[b], true) {
                                queue.push_back(b as u32);
                            }
                        }
                    }
                }
            }
            let goal = (0..sites)
                .filter(|&j| room[j] > hair && distance[j].is_finite())
                .min_by(|&a, &b| distance[a].total_cmp(&distance[b]))?;
            let mut path = vec![goal];
            while before[path[path.len() - 1]] != u32::MAX {
                path.push(before[path[path.len() - 1]] as usize);
                if path.len() > sites {
                    return None;
                }
            }
            let mut amount = left.min(room[goal]);
            for step in path.windows(2) {
                amount = amount.min(net.movable(step[1], step[0]));
            }
            for step in path.windows(2) {
                net.shift(step[1], step[0], amount);
            }
            let source = path[path.len() - 1];
            net.add(i as u32, entry[source], amount);
            path.iter().for_each(|&j| net.reweigh(j, sites));
            room[goal] -= amount;
            left -= amount;
        }
    }
    Some(net.flows)
}

/// The flows so far, and the cheapest way to move a unit of work between any two sites.
struct Net<'d> {
    demands: &'d [Demand],
    /// For every customer, (entry of its reach, work).
    flows: Vec<Vec<(u32, f64)>>,
    /// The customers with work at each site.
    at: Vec<Vec<u32>>,
    weight: Vec<f64>,
    /// The customer, and its entries of reach, behind each weight.
    carrier: Vec<(u32, u32, u32)>,
}

impl Net<'_> {
    fn movable(&self, from: usize, to: usize) -> f64 {
        let (customer, entry, _) = self.carrier[from * self.at.len() + to];
        let flows = &self.flows[customer as usize];
        flows.iter().find(|flow| flow.0 == entry).map_or(0.0, |flow| flow.1)
    }

    fn shift(&mut self, from: usize, to: usize, amount: f64) {
        let (customer, old, new) = self.carrier[from * self.at.len() + to];
        let flows = &mut self.flows[customer as usize];
        if let Some(flow) = flows.iter_mut().find(|flow| flow.0 == old) {
            flow.1 -= amount;
        }
        let gone = flows.iter().any(|flow| flow.0 == old && flow.1 <= 0.0);
        if gone {
            flows.retain(|flow| flow.0 != old);
            self.at[from].retain(|&other| other != customer);
        }
        self.add(customer, new, amount);
    }

    fn add(&mut self, customer: u32, entry: u32, amount: f64) {
        let flows = &mut self.flows[customer as usize];
        match flows.iter_mut().find(|flow| flow.0 == entry) {
            Some(flow) => flow.1 += amount,
            None => {
                flows.push((entry, amount));
                let site = self.demands[customer as usize].reach[entry as usize].0;
                self.at[site as usize].push(customer);
            }
        }
    }

    /// Finds the cheapest moves away from a site again.
    fn reweigh(&mut self, from: usize, sites: usize) {
        let row = from * sites..(from + 1) * sites;
        self.weight[row].fill(f64::INFINITY);
        for &customer in &self.at[from] {
            let reach = &self.demands[customer as usize].reach;
            for &(old, work) in &self.flows[customer as usize] {
                if reach[old as usize].0 as usize != from || work <= 0.0 {
                    continue;
                }
                for (new, &(to, cost, _)) in reach.iter().enumerate() {
                    let weight = cost - reach[old as usize].1;
                    let at = from * sites + to as usize;
                    if to as usize != from && weight < self.weight[at] {
                        self.weight[at] = weight;
                        self.carrier[at] = (customer, old, new as u32);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_site_pushes_the_cheapest_mover_on() {
        // Two sites of capacity 10; both customers prefer site 0; moving the second costs 2 a unit, the first 5.
        let demand = |costs: [f64; 2]| Demand { work: 8.0, reach: vec![(0, costs[0], 0), (1, costs[1], 1)] };
        let demands = [demand([1.0, 3.0]), demand([1.0, 6.0])];
        let flows = transport(&demands, &[10.0, 10.0]).expect("the capacities suffice");
        let cost: f64 = flows
            .iter()
            .zip(&demands)
            .flat_map(|(flows, demand)| flows.iter().map(|&(e, work)| work * demand.reach[e as usize].1))
            .sum();
        // 16 units at 1, of which 6 move at +2: 16 + 12.
        assert!((cost - 28.0).abs() < 1e-9);
    }

    #[test]
    fn too_little_capacity_has_no_flow() {
        let demands = [Demand { work: 8.0, reach: vec![(0, 1.0, 0)] }];
        assert!(transport(&demands, &[5.0]).is_none());
    }
}
