//! What a node of the search has decided, and what follows from it.

use super::Status;
use super::instance::{Instance, NONE};

/// The decisions in force at a node.
#[derive(Debug, Clone)]
pub(super) struct State {
    pub site: Vec<Status>,
    pub upper: Vec<Status>,
    /// Which flat modes are ruled out.
    pub mode_off: Vec<bool>,
    /// Which lane positions are ruled out; empty unless the search branches on lanes.
    pub lane_off: Vec<bool>,
}

impl State {
    /// The decisions that the problem itself brings.
    pub fn new(instance: &Instance) -> Self {
        Self {
            site: instance.problem.sites.iter().map(|site| site.status).collect(),
            upper: instance.problem.uppers.iter().map(|upper| upper.status).collect(),
            mode_off: vec![false; instance.modes.len()],
            lane_off: if instance.plain || !instance.problem.single {
                Vec::new()
            } else {
                vec![false; instance.site.len()]
            },
        }
    }

    /// Whether the lane at a position may be used.
    pub fn allows(&self, instance: &Instance, position: usize) -> bool {
        self.site[instance.site[position] as usize] != Status::Closed
            && !self.lane_off.get(position).copied().unwrap_or(false)
    }

    /// The status of an item: a site, or an upper behind the sites.
    pub fn item(&self, item: usize) -> Status {
        if item < self.site.len() { self.site[item] } else { self.upper[item - self.site.len()] }
    }

    /// Sets the status of an item.
    pub fn set_item(&mut self, item: usize, status: Status) {
        let sites = self.site.len();
        if item < sites { self.site[item] = status } else { self.upper[item - sites] = status }
    }

    /// Draws the conclusions of the decisions; false when they contradict each other.
    pub fn propagate(&mut self, instance: &Instance) -> bool {
        loop {
            let mut changed = false;
            for j in 0..instance.sites {
                if self.site[j] == Status::Closed {
                    continue;
                }
                let mut live = 0;
                let mut only = None;
                let mut shared = true;
                for m in instance.modes_of(j) {
                    let upper = instance.modes[m].upper;
                    if upper != NONE && self.upper[upper as usize] == Status::Closed {
                        self.mode_off[m] = true;
                    }
                    if !self.mode_off[m] {
                        live += 1;
                        shared &= only.is_none_or(|known| known == upper);
                        only = Some(upper);
                    }
                }
                if live == 0 {
                    if self.site[j] == Status::Open {
                        return false;
                    }
                    self.site[j] = Status::Closed;
                    changed = true;
                } else if self.site[j] == Status::Open
                    && shared
                    && let Some(upper) = only.filter(|&upper| upper != NONE)
                    && self.upper[upper as usize] != Status::Open
                {
                    self.upper[upper as usize] = Status::Open;
                    changed = true;
                }
            }
            for group in &instance.groups {
                let count = |status| group.items.iter().filter(|&&k| self.item(k as usize) == status).count();
                let (open, free) = (count(Status::Open), count(Status::Free));
                if open > group.max || open + free < group.min {
                    return false;
                }
                let settle = match (open == group.max, open + free == group.min) {
                    (true, _) => Status::Closed,
                    (_, true) => Status::Open,
                    _ => continue,
                };
                if free > 0 {
                    for &k in &group.items {
                        if self.item(k as usize) == Status::Free {
                            self.set_item(k as usize, settle);
                        }
                    }
                    changed = true;
                }
            }
            if !changed {
                match (self.keep_served(instance), self.keep_capacities(instance)) {
                    (None, _) | (_, None) => return false,
                    (Some(false), Some(false)) => return self.site_rows_possible(instance),
                    _ => {}
                }
            }
        }
    }

    /// Opens a site that some customer cannot do without; none when a customer has nobody left.
    fn keep_served(&mut self, instance: &Instance) -> Option<bool> {
        let mut changed = false;
        for i in 0..instance.customers {
            if instance.cap_of(i) < f64::INFINITY {
                // Somebody who is not listed may serve it.
                continue;
            }
            let mut live = instance.lanes(i).filter(|&p| self.allows(instance, p));
            let first = instance.site[live.next()?] as usize;
            if self.site[first] == Status::Free && live.all(|p| instance.site[p] as usize == first) {
                self.site[first] = Status::Open;
                changed = true;
            }
        }
        Some(changed)
    }

    /// Rules out lanes that do not fit beside the customers who have no other; none when those alone do not fit.
    fn keep_capacities(&mut self, instance: &Instance) -> Option<bool> {
        if !instance.exchangeable {
            return Some(false);
        }
        let mut room: Vec<f64> = instance
            .problem
            .sites
            .iter()
            .map(|site| site.capacity.map_or(f64::INFINITY, |capacity| capacity + super::primal::slack(capacity)))
            .collect();
        let mut bound = vec![false; instance.customers];
        for (i, bound) in bound.iter_mut().enumerate() {
            if instance.cap_of(i) < f64::INFINITY {
                // Somebody who is not listed may serve it.
                continue;
            }
            let mut live = instance.lanes(i).filter(|&p| self.allows(instance, p));
            if let (Some(p), None) = (live.next(), live.next()) {
                *bound = true;
                room[instance.site[p] as usize] -= instance.work(p);
            }
        }
        if room.iter().any(|&room| room < 0.0) {
            return None;
        }
        let mut changed = false;
        for i in (0..instance.customers).filter(|&i| !bound[i]) {
            for p in instance.lanes(i) {
                if !self.lane_off[p] && instance.work(p) > room[instance.site[p] as usize] {
                    self.lane_off[p] = true;
                    changed = true;
                }
            }
        }
        Some(changed)
    }

    /// Whether rows on sites and uppers alone (budgets, the capacity surrogate) can still be kept.
    fn site_rows_possible(&self, instance: &Instance) -> bool {
        instance.rows.iter().filter(|row| row.lane.is_empty()).all(|row| {
            let least = |status: Status, value: f64| match status {
                Status::Open => value,
                Status::Closed => 0.0,
                Status::Free => value.min(0.0),
            };
            let sum: f64 = row.site.iter().map(|&(j, value)| least(self.site[j as usize], value)).sum::<f64>()
                + row.upper.iter().map(|&(u, value)| least(self.upper[u as usize], value)).sum::<f64>();
            sum <= row.at_most + super::primal::slack(row.at_most)
        })
    }
}
