//! The cheapest open sites whose capacities together do all the work: a covering knapsack.
//!
//! ```text
//! min Σ v_j·y_j   s.t.  Σ capacity_j·y_j ≥ work,   y ∈ {0, 1}
//! ```
//!
//! It follows from (serve) and (capacity), so the relaxed plan may keep it; kept whole it is worth more than its price
//! (Klose and Görtz 2007). The sites left closed fill the capacity that is not needed, an ordinary knapsack.

use super::Status;
use super::instance::Instance;
use super::knapsack::{Item, fill};
use super::state::State;

/// The cover that the relaxed plan opens, in values.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Surrogate {
    /// The value of all open sites.
    pub value: f64,
    /// The same if free sites could open in part.
    pub divided: f64,
    /// The price of a unit of capacity when sites open in part, at least 0.
    pub price: f64,
    /// The capacity beyond what is needed if all that may be open is; a site with more has to be open \[work/year\].
    pub spare: f64,
}

/// The work that open sites must be able to do, and what each can do of it.
#[derive(Debug, Clone)]
pub(super) struct Needed {
    /// The work \[work/year\].
    pub work: f64,
    /// The capacity of each site, no more than all the work \[work/year\].
    pub capacity: Vec<f64>,
}

impl Needed {
    /// The change of the divided cover when the value of a site becomes another, given the price.
    pub fn rise(&self, surrogate: &Surrogate, site: usize, status: Status, from: f64, to: f64) -> f64 {
        let paid = surrogate.price * self.capacity[site];
        match status {
            Status::Free if self.capacity[site] <= surrogate.spare => (to - paid).min(0.0) - (from - paid).min(0.0),
            _ => to - from,
        }
    }

    /// The rise of the divided cover when a site has to be open, at another value than its own.
    pub fn opening(&self, surrogate: &Surrogate, site: usize, status: Status, from: f64, to: f64) -> f64 {
        let paid = surrogate.price * self.capacity[site];
        match status {
            Status::Free if self.capacity[site] <= surrogate.spare => to - paid - (from - paid).min(0.0),
            _ => to - from,
        }
    }

    /// The rise of the divided cover when a free site of some value has to be closed.
    pub fn closing(&self, surrogate: &Surrogate, site: usize, value: f64) -> f64 {
        if self.capacity[site] > surrogate.spare {
            return f64::INFINITY;
        }
        (surrogate.price * self.capacity[site] - value).max(0.0)
    }
}

/// Opens the best cover: sets `open` for every site.
pub(super) fn choose(
    instance: &Instance,
    needed: &Needed,
    state: &State,
    value: &[f64],
    open: &mut [bool],
    items: &mut Vec<Item>,
) -> Surrogate {
    items.clear();
    let mut cover = Surrogate::default();
    let mut spare = -needed.work;
    for j in 0..instance.sites {
        open[j] = match state.site[j] {
            Status::Closed => continue,
            Status::Open => true,
            Status::Free => value[j].is_finite(),
        };
        if !open[j] {
            continue;
        }
        spare += needed.capacity[j];
        cover.value += value[j];
        if state.site[j] == Status::Free && value[j] > 0.0 {
            let (number, work) = (j as u32, needed.capacity[j]);
            items.push(Item { value: -value[j], work, position: number, customer: number, share: 0.0 });
        }
    }
    cover.spare = spare.max(0.0);
    let filling = fill(items, cover.spare, true);
    cover.divided = cover.value + filling.divided;
    cover.value += filling.value;
    cover.price = -filling.density;
    for item in items.iter() {
        open[item.position as usize] = item.share < 0.5;
    }
    cover
}

#[cfg(test)]
mod tests {
    use super::super::primal::Design;
    use super::super::shake::Dice;
    use super::super::{Count, Lanes, Mode, Problem, Site};
    use super::*;

    /// Customers and sites in whole numbers, everyone in reach of every site; with a count on the sites or without.
    fn random(dice: &mut Dice, single: bool, counted: bool) -> Problem {
        let (customers, sites) = (1 + dice.below(5), 2 + dice.below(4));
        let loads: Vec<f64> = (0..customers).map(|_| 1.0 + dice.below(9) as f64).collect();
        let total = loads.iter().sum::<f64>() as usize;
        let mut lanes = Lanes { starts: vec![0], ..Lanes::default() };
        for &load in &loads {
            lanes.site.extend(0..sites as u32);
            lanes.cost.extend((0..sites).map(|_| dice.below(20) as f64));
            lanes.work.extend((0..sites).map(|_| load));
            lanes.starts.push(lanes.site.len());
        }
        let mut site = || Site {
            capacity: Some((1 + total / 4 + dice.below(total)) as f64),
            modes: vec![Mode { fixed: 5.0, ..Mode::default() }],
            ..Site::default()
        };
        let places = (0..sites).map(|_| site()).collect();
        let limit = Count { sites: (0..sites as u32).collect(), uppers: Vec::new(), min: 0, max: sites - 1 };
        let counts = if counted { vec![limit] } else { Vec::new() };
        Problem { customers: loads, lanes, sites: places, counts, single, ..Problem::default() }
    }

    /// Whether the open sites can serve the customers from the first given one on, whole or in shares.
    fn serves(problem: &Problem, room: &mut [f64], customer: usize) -> bool {
        if !problem.single {
            return room.iter().sum::<f64>() >= problem.customers.iter().sum();
        }
        let Some(&load) = problem.customers.get(customer) else { return true };
        (0..room.len()).any(|j| {
            room[j] -= load;
            let served = room[j] >= 0.0 && serves(problem, room, customer + 1);
            room[j] += load;
            served
        })
    }

    /// The sets of sites that can serve everybody and that the counts allow.
    fn feasible_sets(problem: &Problem) -> Vec<Vec<bool>> {
        let sites = problem.sites.len();
        let sets = (0..1u32 << sites).map(|mask| (0..sites).map(|j| mask >> j & 1 == 1).collect());
        sets.filter(|open: &Vec<bool>| {
            let room = problem.sites.iter().zip(open).filter(|(_, open)| **open).filter_map(|(site, _)| site.capacity);
            let count = open.iter().filter(|open| **open).count();
            let allowed = problem.counts.iter().all(|limit| (limit.min..=limit.max).contains(&count));
            allowed && serves(problem, &mut room.collect::<Vec<f64>>(), 0)
        })
        .collect()
    }

    #[test]
    fn no_set_of_sites_that_can_serve_everybody_is_cut_off() {
        let mut dice = Dice(3);
        let mut sets = 0;
        for round in 0..600 {
            let problem = random(&mut dice, round % 2 == 0, round % 3 == 0);
            let instance = Instance::new(&problem);
            assert!(!instance.rows.is_empty(), "capacities that bind make a row");
            for open in feasible_sets(&problem) {
                let mode = (0..).zip(&open).map(|(m, &open)| if open { m } else { super::super::instance::NONE });
                let design = Design { mode: mode.collect(), upper_open: Vec::new() };
                assert!(design.keeps_counts(&instance), "round {round}: {open:?}");
                sets += 1;
            }
        }
        assert!(sets > 2_000);
    }

    #[test]
    fn no_set_that_can_serve_everybody_is_worth_less_than_the_cover_says() {
        let mut dice = Dice(4);
        for round in 0..400 {
            let problem = random(&mut dice, true, false);
            let instance = Instance::new(&problem);
            let needed = instance.needed.as_ref().expect("capacities and undivided service without counts");
            let value: Vec<f64> = (0..instance.sites).map(|_| dice.below(60) as f64 - 20.0).collect();
            let mut open = vec![false; instance.sites];
            let cover = choose(&instance, needed, &State::new(&instance), &value, &mut open, &mut Vec::new());
            assert!(cover.divided <= cover.value + 1e-9);
            for set in feasible_sets(&problem) {
                let worth: f64 = value.iter().zip(&set).filter(|(_, open)| **open).map(|(value, _)| value).sum();
                assert!(cover.value <= worth + 1e-9, "round {round}: {set:?}");
                for j in 0..instance.sites {
                    let forced = if set[j] {
                        needed.opening(&cover, j, Status::Free, value[j], value[j])
                    } else {
                        needed.closing(&cover, j, value[j])
                    };
                    assert!(cover.divided + forced <= worth + 1e-9, "round {round}: {set:?}, site {j}");
                }
            }
        }
    }
}
