//! Plans: a design (what is open, and how), who serves whom, and their cost summed afresh.

use super::Status;
use super::instance::{Instance, NONE};
use super::{Location, Multipliers};

/// What is open, and in which mode.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Design {
    /// The flat mode of every open site, [`NONE`] for a closed one.
    pub mode: Vec<u32>,
    /// Which uppers are open.
    pub upper_open: Vec<bool>,
}

impl Design {
    /// Only what must be open, each site in its first mode.
    pub fn forced(instance: &Instance) -> Self {
        let mode = (0..instance.sites).map(|j| match instance.problem.sites[j].status {
            Status::Open => instance.mode_starts[j] as u32,
            _ => NONE,
        });
        let upper_open = instance.problem.uppers.iter().map(|upper| upper.status == Status::Open).collect();
        Self { mode: mode.collect(), upper_open }
    }

    /// Whether a site is open.
    pub fn is_open(&self, site: usize) -> bool {
        self.mode[site] != NONE
    }

    /// Opens the uppers that the modes in use need.
    pub fn open_needed(&mut self, instance: &Instance) {
        for &m in self.mode.iter().filter(|&&m| m != NONE) {
            let upper = instance.modes[m as usize].upper;
            if upper != NONE {
                self.upper_open[upper as usize] = true;
            }
        }
    }

    /// Whether the counts and the rows on sites and uppers alone hold.
    pub fn keeps_counts(&self, instance: &Instance) -> bool {
        let is_open = |k: usize| {
            if k < instance.sites { self.is_open(k) } else { self.upper_open[k - instance.sites] }
        };
        let counts = instance.groups.iter().all(|group| {
            let open = group.items.iter().filter(|&&k| is_open(k as usize)).count();
            (group.min..=group.max).contains(&open)
        });
        counts
            && instance.rows.iter().filter(|row| row.lane.is_empty()).all(|row| {
                let sites = row.site.iter().filter(|(j, _)| self.is_open(*j as usize));
                let uppers = row.upper.iter().filter(|(u, _)| self.upper_open[*u as usize]);
                sites.chain(uppers).map(|(_, value)| value).sum::<f64>() <= row.at_most + slack(row.at_most)
            })
    }
}

/// Who serves whom: lane positions and shares, grouped by customer.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Service {
    pub starts: Vec<usize>,
    pub parts: Vec<(u32, f64)>,
}

impl Service {
    /// Each customer served over one lane.
    pub fn whole(positions: &[u32]) -> Self {
        Self { starts: (0..=positions.len()).collect(), parts: positions.iter().map(|&p| (p, 1.0)).collect() }
    }

    /// The parts of a customer.
    pub fn of(&self, customer: usize) -> &[(u32, f64)] {
        &self.parts[self.starts[customer]..self.starts[customer + 1]]
    }
}

/// A complete plan, priced.
#[derive(Debug, Clone)]
pub(super) struct Plan {
    pub design: Design,
    pub service: Service,
    /// Its cost \[currency/year\].
    pub cost: f64,
}

/// The rounding allowed on a limit.
pub(super) fn slack(limit: f64) -> f64 {
    1e-8 * limit.abs().max(1.0)
}

/// The load of every site under a service \[units/year\].
pub(super) fn site_loads(instance: &Instance, service: &Service) -> Vec<f64> {
    let mut loads = vec![0.0; instance.sites];
    for i in 0..instance.customers {
        for &(p, share) in service.of(i) {
            loads[instance.site[p as usize] as usize] += share * instance.load(i);
        }
    }
    loads
}

/// Prices a plan afresh; none when it breaks a rule of the problem.
pub(super) fn price(instance: &Instance, design: Design, service: Service) -> Option<Plan> {
    let problem = instance.problem;
    let mut cost = 0.0;
    let mut work = vec![0.0; instance.sites];
    let mut load = vec![0.0; instance.sites];
    let mut rows = vec![0.0; instance.rows.len()];
    for i in 0..instance.customers {
        let parts = service.of(i);
        let served: f64 = parts.iter().map(|part| part.1).sum();
        let divided = parts.len() > 1 && problem.single;
        if (served - 1.0).abs() > 1e-9 || divided {
            return None;
        }
        for &(p, share) in parts {
            let p = p as usize;
            let j = instance.site[p] as usize;
            if !design.is_open(j) || share < 0.0 {
                return None;
            }
            cost += share * instance.cost[p];
            work[j] += share * instance.work(p);
            load[j] += share * instance.load(i);
            for &(r, value) in instance.lane_rows.of(instance.lane[p] as usize) {
                rows[r as usize] += share * value;
            }
        }
    }
    let mut through = vec![0.0; instance.uppers];
    for j in 0..instance.sites {
        if problem.sites[j].status == Status::Open && !design.is_open(j) {
            return None;
        }
        if !design.is_open(j) {
            continue;
        }
        let mode = &instance.modes[design.mode[j] as usize];
        cost += mode.fixed + mode.per_load * load[j];
        if problem.sites[j].status == Status::Closed
            || problem.sites[j].capacity.is_some_and(|capacity| work[j] > capacity + slack(capacity))
        {
            return None;
        }
        if mode.upper != NONE {
            if !design.upper_open[mode.upper as usize] {
                return None;
            }
            through[mode.upper as usize] += load[j];
        }
        for &(r, value) in instance.site_rows.of(j) {
            rows[r as usize] += value;
        }
    }
    for (u, upper) in problem.uppers.iter().enumerate() {
        let open = design.upper_open[u];
        if (upper.status == Status::Open && !open) || (upper.status == Status::Closed && open) {
            return None;
        }
        if open {
            cost += upper.fixed;
            if upper.capacity.is_some_and(|capacity| through[u] > capacity + slack(capacity)) {
                return None;
            }
            for &(r, value) in instance.upper_rows.of(u) {
                rows[r as usize] += value;
            }
        }
    }
    // The surrogate row follows from the capacities, so its own rounding must not refuse a plan.
    let given = problem.rows.len();
    let kept = |r: usize| rows[r] <= instance.rows[r].at_most + slack(instance.rows[r].at_most);
    if !(0..given).all(kept) || !keeps_problem_counts(instance, &design) {
        return None;
    }
    Some(Plan { design, service, cost })
}

fn keeps_problem_counts(instance: &Instance, design: &Design) -> bool {
    instance.problem.counts.iter().all(|count| {
        let mut sites: Vec<u32> = count.sites.iter().copied().filter(|&j| design.is_open(j as usize)).collect();
        let mut uppers: Vec<u32> = count.uppers.iter().copied().filter(|&u| design.upper_open[u as usize]).collect();
        sites.sort_unstable();
        sites.dedup();
        uppers.sort_unstable();
        uppers.dedup();
        (count.min..=count.max).contains(&(sites.len() + uppers.len()))
    })
}

/// Turns a plan into the answer, in the problem's own terms.
pub(super) fn answer(instance: &Instance, plan: &Plan, bound: f64, multipliers: Multipliers, nodes: usize) -> Location {
    let shares = (0..instance.customers)
        .map(|i| plan.service.of(i).iter().map(|&(p, share)| (instance.site[p as usize], share)).collect())
        .collect();
    let pressed = (0..instance.customers)
        .filter(|&i| {
            let cap = instance.cap_of(i);
            let paid = || {
                plan.service.of(i).iter().map(|&(p, share)| {
                    let mode = plan.design.mode[instance.site[p as usize] as usize];
                    share * (instance.cost[p as usize] + instance.modes[mode as usize].per_load * instance.load(i))
                })
            };
            cap < f64::INFINITY && (multipliers.serve[i] >= cap || paid().sum::<f64>() > cap)
        })
        .map(|i| i as u32)
        .collect();
    Location {
        mode: plan.design.mode.iter().map(|&m| (m != NONE).then(|| instance.modes[m as usize].number)).collect(),
        upper_open: plan.design.upper_open.clone(),
        shares,
        objective: plan.cost,
        lower_bound: bound.min(plan.cost),
        multipliers,
        pressed,
        nodes,
    }
}
