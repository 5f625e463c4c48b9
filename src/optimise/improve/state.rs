//! A design under way: what every site is asked for, and what a change of lanes costs.

use super::{Design, Ground};

/// Sums that are this close to a limit keep it.
const SLACK: f64 = 1e-9;

/// A design with the sums that its cost is made of.
pub(super) struct State<'a> {
    ground: &'a Ground<'a>,
    lanes: Vec<usize>,
    modes: Vec<Option<u32>>,
    /// Part units by site \[a year\].
    load: Vec<f64>,
    /// The same by part.
    parts: Vec<Vec<f64>>,
    /// Capacity used by site.
    work: Vec<f64>,
    /// What each row has used up.
    rows: Vec<f64>,
    cost: f64,
}

impl<'a> State<'a> {
    /// Of a design; `None` where it breaks a limit.
    pub(super) fn of(ground: &'a Ground<'a>, design: &Design) -> Option<Self> {
        let problem = ground.problem;
        let sites = problem.sites.len();
        let parts = ground.floors.first().map_or(0, |floors| floors.len());
        let mut state = Self {
            ground,
            lanes: design.lanes.clone(),
            modes: design.modes.clone(),
            load: vec![0.0; sites],
            parts: vec![vec![0.0; parts]; sites],
            work: vec![0.0; sites],
            rows: vec![0.0; problem.rows.len()],
            cost: 0.0,
        };
        for (customer, &lane) in design.lanes.iter().enumerate() {
            state.add(customer, lane, 1.0);
        }
        let open = |site: usize| design.modes[site].is_some();
        let fits = |site: usize| state.fits(site, state.work[site]);
        let kept = (0..problem.rows.len()).all(|row| state.keeps(row, state.rows[row]));
        if !kept || !(0..sites).all(fits) || !design.lanes.iter().all(|lane| open(problem.lanes.site[*lane] as usize)) {
            return None;
        }
        let mut uppers: Vec<bool> =
            problem.uppers.iter().map(|upper| upper.status == crate::location::Status::Open).collect();
        let mut cost: f64 = design.lanes.iter().map(|lane| problem.lanes.cost[*lane]).sum();
        for site in 0..sites {
            if let Some(mode) = design.modes[site] {
                let mode = problem.sites[site].modes[mode as usize];
                cost += mode.fixed + mode.per_load * state.load[site] + state.stock(site);
                if let Some(upper) = mode.upper {
                    uppers[upper as usize] = true;
                }
            }
        }
        cost +=
            problem.uppers.iter().zip(&uppers).filter(|(_, open)| **open).map(|(upper, _)| upper.fixed).sum::<f64>();
        state.cost = cost;
        Some(state)
    }

    pub(super) fn cost(&self) -> f64 {
        self.cost
    }

    pub(super) fn lane(&self, customer: usize) -> usize {
        self.lanes[customer]
    }

    pub(super) fn design(&self) -> Design {
        Design { lanes: self.lanes.clone(), modes: self.modes.clone() }
    }

    /// A customer's lanes from open sites.
    pub(super) fn open_lanes(&self, customer: usize) -> Vec<usize> {
        let lanes = &self.ground.problem.lanes;
        let own = lanes.starts[customer]..lanes.starts[customer + 1];
        own.filter(|lane| self.modes[lanes.site[*lane] as usize].is_some()).collect()
    }

    /// Puts a customer where it costs least; true if it moved.
    pub(super) fn settle(&mut self, customer: usize) -> bool {
        let mut best = (-SLACK * self.cost.abs(), None);
        for lane in self.open_lanes(customer) {
            if let Some(more) = self.change(&[(customer, lane)]).filter(|more| *more < best.0) {
                best = (more, Some(lane));
            }
        }
        if let Some(lane) = best.1 {
            self.take(&[(customer, lane)], best.0);
        }
        best.1.is_some()
    }

    /// What customers on other lanes cost more, `None` where they break a limit.
    pub(super) fn change(&self, change: &[(usize, usize)]) -> Option<f64> {
        let problem = self.ground.problem;
        let mut more = 0.0;
        let mut sites: Vec<usize> = Vec::with_capacity(4);
        for &(customer, lane) in change {
            let before = self.lanes[customer];
            more += problem.lanes.cost[lane] - problem.lanes.cost[before];
            sites.extend([problem.lanes.site[before] as usize, problem.lanes.site[lane] as usize]);
        }
        sites.sort_unstable();
        sites.dedup();
        for &site in &sites {
            more += self.site_change(site, change)?;
        }
        if !self.ground.terms.is_empty() && !self.rows_bear(change) {
            return None;
        }
        Some(more)
    }

    fn site_change(&self, site: usize, change: &[(usize, usize)]) -> Option<f64> {
        let problem = self.ground.problem;
        let (mut load, mut work) = (0.0, self.work[site]);
        let mut demand: Vec<(usize, f64)> = Vec::with_capacity(16);
        for &(customer, lane) in change {
            for (lane, sign) in [(self.lanes[customer], -1.0), (lane, 1.0)] {
                if problem.lanes.site[lane] as usize != site {
                    continue;
                }
                load += sign * problem.customers[customer];
                work += sign * problem.lanes.work.get(lane).copied().unwrap_or(0.0);
                for &(part, units) in &self.ground.demands[customer] {
                    match demand.iter_mut().find(|entry| entry.0 == part) {
                        Some(entry) => entry.1 += sign * units,
                        None => demand.push((part, sign * units)),
                    }
                }
            }
        }
        if work > self.work[site] && !self.fits(site, work) {
            return None;
        }
        let mode = problem.sites[site].modes[self.modes[site]? as usize];
        let mut more = mode.per_load * load;
        for (part, units) in demand {
            if let Some(floor) = &self.ground.floors[site][part] {
                let before = self.parts[site][part];
                more += floor.at(settled(before + units)) - floor.at(settled(before));
            }
        }
        Some(more)
    }

    fn rows_bear(&self, change: &[(usize, usize)]) -> bool {
        let mut rows: Vec<(usize, f64)> = Vec::new();
        for &(customer, lane) in change {
            for (lane, sign) in [(self.lanes[customer], -1.0), (lane, 1.0)] {
                rows.extend(self.ground.terms[lane].iter().map(|(row, coefficient)| (*row, sign * coefficient)));
            }
        }
        rows.sort_by_key(|entry| entry.0);
        rows.chunk_by(|one, two| one.0 == two.0).all(|own| {
            let more: f64 = own.iter().map(|entry| entry.1).sum();
            more <= 0.0 || self.keeps(own[0].0, self.rows[own[0].0] + more)
        })
    }

    /// Makes a change that breaks no limit and costs so much more.
    pub(super) fn take(&mut self, change: &[(usize, usize)], more: f64) {
        self.cost += more;
        for &(customer, lane) in change {
            self.add(customer, self.lanes[customer], -1.0);
            self.add(customer, lane, 1.0);
            self.lanes[customer] = lane;
        }
    }

    fn add(&mut self, customer: usize, lane: usize, sign: f64) {
        let problem = self.ground.problem;
        let site = problem.lanes.site[lane] as usize;
        self.load[site] += sign * problem.customers[customer];
        self.work[site] += sign * problem.lanes.work.get(lane).copied().unwrap_or(0.0);
        for &(part, units) in &self.ground.demands[customer] {
            self.parts[site][part] += sign * units;
        }
        if let Some(terms) = self.ground.terms.get(lane) {
            terms.iter().for_each(|(row, coefficient)| self.rows[*row] += sign * coefficient);
        }
    }

    fn stock(&self, site: usize) -> f64 {
        let floors = self.ground.floors[site].iter().zip(&self.parts[site]);
        floors.filter_map(|(floor, units)| Some(floor.as_ref()?.at(settled(*units)))).sum()
    }

    fn fits(&self, site: usize, work: f64) -> bool {
        self.ground.problem.sites[site].capacity.is_none_or(|most| work <= most * (1.0 + SLACK))
    }

    fn keeps(&self, row: usize, used: f64) -> bool {
        let most = self.ground.problem.rows[row].at_most;
        used <= most + SLACK * (1.0 + most.abs())
    }
}

/// What is left of a sum after as much was taken away as had been added is nothing.
fn settled(units: f64) -> f64 {
    if units < SLACK { 0.0 } else { units }
}
