//! A plan of what outlets bid: each customer goes where it was taken most often of late, then where it costs least.

use super::ground::Ground;
use super::tree::Node;
use crate::location::Status;

/// All customers are asked so many times whether they would rather go elsewhere.
const SWEEPS: usize = 6;

/// A change is worth it if it saves more than this share.
const WORTH: f64 = 1e-9;

/// A row may be exceeded by this.
const SLACK: f64 = 1e-9;

/// Customers with the sites that serve them.
#[derive(Debug, Clone)]
pub struct Served {
    /// What it costs in (problem).
    pub cost: f64,
    /// The site of each customer.
    pub sites: Vec<usize>,
}

/// The plan that a node's bids suggest; `None` where it breaks a limit.
pub(super) fn rounded(ground: &Ground, node: &Node) -> Option<Served> {
    let mut best: Vec<Option<(f64, usize)>> = vec![None; ground.customers];
    for (site, place) in ground.places.iter().enumerate().filter(|(site, _)| node.sites[*site] != Some(false)) {
        for (number, lane) in place.lanes.iter().enumerate() {
            let share = match node.lanes[site][number] {
                Some(true) => 2.0,
                Some(false) => continue,
                None => node.shares[site][number],
            };
            if best[lane.customer].is_none_or(|best| share > best.0) {
                best[lane.customer] = Some((share, site));
            }
        }
    }
    let sites: Option<Vec<usize>> = best.iter().map(|best| best.map(|best| best.1)).collect();
    let mut plan = Plan::of(ground, sites?);
    for _ in 0..SWEEPS {
        if !(0..ground.customers).fold(false, |moved, customer| plan.settle(customer) || moved) {
            break;
        }
    }
    let cost = plan.cost();
    (cost.is_finite() && plan.keeps_rows()).then_some(Served { cost, sites: plan.sites })
}

/// What the plan costs at least where all is decided; infinite where it breaks a limit.
pub(super) fn decided(ground: &Ground, node: &Node) -> f64 {
    let mut sites = vec![None; ground.customers];
    for (site, place) in ground.places.iter().enumerate().filter(|(site, _)| node.sites[*site] == Some(true)) {
        let taken = place.lanes.iter().zip(&node.lanes[site]).filter(|(_, taken)| **taken == Some(true));
        taken.for_each(|(lane, _)| sites[lane.customer] = Some(site));
    }
    let Some(sites) = sites.into_iter().collect::<Option<Vec<usize>>>() else { return f64::INFINITY };
    let mut plan = Plan::of(ground, sites);
    // Rows count who is open and serves nobody.
    for (site, place) in ground.places.iter().enumerate().filter(|(site, _)| node.sites[*site] == Some(true)) {
        if plan.served[site] == 0 && place.status != Status::Open {
            place.terms.iter().for_each(|(row, own)| plan.over[*row] += own);
        }
    }
    if plan.keeps_rows() { plan.cost() } else { f64::INFINITY }
}

/// A plan with what each site is asked for.
struct Plan<'a> {
    ground: &'a Ground,
    sites: Vec<usize>,
    /// By customer: site and number of each of its lanes.
    ways: Vec<Vec<(usize, usize)>>,
    loads: Vec<Vec<f64>>,
    served: Vec<usize>,
    /// By how much each row is exceeded.
    over: Vec<f64>,
}

impl<'a> Plan<'a> {
    fn of(ground: &'a Ground, sites: Vec<usize>) -> Self {
        let mut ways = vec![Vec::new(); ground.customers];
        for (site, place) in ground.places.iter().enumerate() {
            place.lanes.iter().enumerate().for_each(|(number, lane)| ways[lane.customer].push((site, number)));
        }
        let loads = ground.places.iter().map(|place| vec![0.0; place.steps.len()]).collect();
        let over = ground.rows.iter().map(|limit| -limit).collect();
        let mut plan = Self { ground, ways, loads, served: vec![0; ground.places.len()], sites, over };
        // A site that must be open is counted by its rows from the start.
        for place in ground.places.iter().filter(|place| place.status == Status::Open) {
            place.terms.iter().for_each(|(row, own)| plan.over[*row] += own);
        }
        for customer in 0..ground.customers {
            let way = plan.way(customer, plan.sites[customer]);
            way.into_iter().for_each(|way| plan.put(way, 1.0));
        }
        plan
    }

    fn way(&self, customer: usize, site: usize) -> Option<(usize, usize)> {
        self.ways[customer].iter().copied().find(|way| way.0 == site)
    }

    fn demand(&self, (site, number): (usize, usize)) -> &'a [f64] {
        let place = &self.ground.places[site];
        &place.demands[number * place.steps.len()..(number + 1) * place.steps.len()]
    }

    fn put(&mut self, way: (usize, usize), sign: f64) {
        let demand = self.demand(way);
        self.loads[way.0].iter_mut().zip(demand).for_each(|(load, own)| *load += sign * own);
        let place = &self.ground.places[way.0];
        place.lanes[way.1].terms.iter().for_each(|(row, own)| self.over[*row] += sign * own);
        let before = self.served[way.0];
        if sign > 0.0 {
            self.served[way.0] += 1
        } else {
            self.served[way.0] -= 1
        }
        if place.status != Status::Open && (before == 0 || self.served[way.0] == 0) {
            place.terms.iter().for_each(|(row, own)| self.over[*row] += sign * own);
        }
    }

    /// Does a customer over this lane keep the rows that are kept with another lane?
    fn bears(&self, way: (usize, usize), instead: (usize, usize)) -> bool {
        let lane = |way: (usize, usize)| &self.ground.places[way.0].lanes[way.1].terms;
        let before = |row: usize| lane(instead).iter().find(|term| term.0 == row).map_or(0.0, |term| term.1);
        lane(way).iter().all(|(row, own)| *own <= before(*row) || self.over[*row] + own <= SLACK)
    }

    /// Stock and being open of a site with more (or less) of a customer.
    fn held(&self, (site, number): (usize, usize), sign: f64) -> f64 {
        let place = &self.ground.places[site];
        let served = self.served[site] as f64 + sign;
        let fixed = if served > 0.0 || place.status == Status::Open { place.fixed } else { place.fixed.min(0.0) };
        let loads = self.loads[site].iter().zip(self.demand((site, number)));
        let stock = place.steps.iter().zip(loads).map(|(steps, (load, own))| steps.at((load + sign * own).max(0.0)));
        fixed + stock.sum::<f64>()
    }

    /// Moves a customer to an open site where it costs less; true if it moved.
    fn settle(&mut self, customer: usize) -> bool {
        let Some(own) = self.way(customer, self.sites[customer]) else { return false };
        self.put(own, -1.0);
        let cost = |way: (usize, usize)| {
            let lane = &self.ground.places[way.0].lanes[way.1];
            lane.cost + self.held(way, 1.0) - self.held(way, 0.0)
        };
        let stays = cost(own);
        let mut best = (stays - WORTH * (1.0 + stays.abs()), own);
        for &way in self.ways[customer].iter().filter(|way| self.served[way.0] > 0) {
            let value = cost(way);
            if value < best.0 && self.bears(way, own) {
                best = (value, way);
            }
        }
        self.put(best.1, 1.0);
        self.sites[customer] = best.1.0;
        best.1 != own
    }

    fn cost(&self) -> f64 {
        let ground = self.ground;
        let places = ground.places.iter().enumerate().map(|(site, place)| {
            let pays = self.served[site] > 0 || place.status == Status::Open;
            let fixed = if place.status == Status::Closed {
                0.0
            } else if pays {
                place.fixed
            } else {
                place.fixed.min(0.0)
            };
            fixed + place.steps.iter().zip(&self.loads[site]).map(|(steps, load)| steps.at(load.max(0.0))).sum::<f64>()
        });
        let lanes = (0..ground.customers).map(|customer| {
            let way = self.way(customer, self.sites[customer]);
            way.map_or(f64::INFINITY, |(site, number)| ground.places[site].lanes[number].cost)
        });
        places.sum::<f64>() + lanes.sum::<f64>()
    }

    fn keeps_rows(&self) -> bool {
        self.over.iter().all(|over| *over <= SLACK)
    }
}
