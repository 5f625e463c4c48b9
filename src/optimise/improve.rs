//! A local search over sites and assignments that prices stock shelf by shelf.
//!
//! ```text
//! min  Σ_o [f_m(o) + g_m(o)·L_o + Σ_p G_op(ℓ_op)] + Σ_u F_u + Σ_i c_i,lane(i)        over open sites, their modes and lanes
//! ```
//! G is the cost of a part's stock by what it is asked for (`floor`): exact where every shelf keeps a promise of its own, what
//! the shelf costs at the prices of the promises otherwise. Every customer is served over one lane.
//!
//! Sets of open sites are tried by opening, closing and exchanging one site at a time, with customers put where they cost
//! least; the best few sets are then annealed: customers are moved and exchanged one by one, dearer ones with a chance that
//! falls (Kirkpatrick, Gelatt and Vecchi 1983). Work is counted in moves, so that a run can be repeated.

mod state;

use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::location::{Dice, Problem, Site, Status};
use crate::watch::Watch;

use super::bound::Floor;
use state::State;

/// Times that neighbours are sought, and the designs from which they are after the first.
const PASSES: usize = 2;
const RESTARTS: usize = 3;

/// So many of the best sets of open sites are annealed, with so many moves each, and the best of those again and again.
const SHORT: (usize, usize) = (48, 20_000);
const LONG: [(usize, usize); 2] = [(8, 150_000), (2, 1_500_000)];

/// Times that all customers are asked whether they would rather go elsewhere.
const SWEEPS: usize = 4;

/// No annealing makes more moves than so many by pair of customers.
const MOVES_BY_PAIR: usize = 200;

/// Sets of open sites are looked at as long as there are fewer customers × sets than this.
const LOOKS: usize = 6_000_000;

/// The first temperature of an annealing, as a share of the mean cost of a customer.
const HOT: f64 = 0.3;

/// What is searched.
pub struct Ground<'a> {
    /// Sites, modes, lanes without any allowance for stock.
    pub problem: &'a Problem,
    /// G by site and part.
    pub floors: Vec<&'a [Option<Floor>]>,
    /// Part units of each customer \[a year\].
    pub demands: Vec<Vec<(usize, f64)>>,
    /// Rows and coefficients of each lane; empty where no row has any.
    pub terms: Vec<Vec<(usize, f64)>>,
}

/// A plan of the ground: the lane of each customer and the mode of each open site.
#[derive(Debug, Clone, PartialEq)]
pub struct Design {
    /// The lane of each customer, as its place among all lanes.
    pub lanes: Vec<usize>,
    /// The mode of each site.
    pub modes: Vec<Option<u32>>,
}

/// A design with what it costs.
#[derive(Clone)]
struct Costed {
    cost: f64,
    design: Design,
}

/// Rows and coefficients by lane.
pub fn terms(problem: &Problem) -> Vec<Vec<(usize, f64)>> {
    if problem.rows.iter().all(|row| row.lane.is_empty()) {
        return Vec::new();
    }
    let mut terms = vec![Vec::new(); problem.lanes.site.len()];
    for (number, row) in problem.rows.iter().enumerate() {
        row.lane.iter().for_each(|(lane, coefficient)| terms[*lane as usize].push((number, *coefficient)));
    }
    terms
}

/// Can the search keep everything that the problem asks for?
pub fn bears(problem: &Problem) -> bool {
    problem.single
        && problem.lanes.beyond.is_empty()
        && problem.uppers.iter().all(|upper| upper.capacity.is_none())
        && problem.rows.iter().all(|row| row.site.is_empty() && row.upper.is_empty())
}

/// The cheapest design found from some given ones.
pub fn improve(ground: &Ground, starts: &[Design], seed: u64, watch: &dyn Watch) -> Option<Design> {
    let looks = LOOKS / PASSES / ground.problem.customers.len().max(1);
    let mut pool = Pool { ground, seed, watch, best: Vec::new() };
    // From given designs little may be closed; from all sites open, much.
    let mut starts: Vec<Design> = starts.iter().cloned().chain(all_open(ground, starts.first()?)).collect();
    for _ in 0..PASSES {
        let mut known = BTreeSet::new();
        let mut left = looks;
        starts.iter().for_each(|start| pool.descend(start, &mut known, &mut left));
        let (count, moves) = SHORT;
        pool.anneal(count, moves);
        // What annealing made of a set of sites has other neighbours that look good.
        starts = pool.best.iter().take(RESTARTS).map(|costed| costed.design.clone()).collect();
    }
    for (count, moves) in LONG {
        pool.anneal(count, moves);
    }
    pool.best.into_iter().next().map(|costed| costed.design)
}

/// Every site open that may be, with the uppers of another design, every customer where its lane costs least.
fn all_open(ground: &Ground, like: &Design) -> Option<Design> {
    let problem = ground.problem;
    let uppers = uppers_of(problem, &like.modes);
    let mode = |site: usize| {
        let fits = |mode: &usize| problem.sites[site].modes[*mode].upper.is_none_or(|upper| uppers.contains(&upper));
        let own = (0..problem.sites[site].modes.len()).find(fits);
        own.filter(|_| problem.sites[site].status != Status::Closed).map(|mode| mode as u32)
    };
    let modes: Vec<Option<u32>> = (0..problem.sites.len()).map(mode).collect();
    let lane = |ends: &[usize]| {
        let open = (ends[0]..ends[1]).filter(|lane| modes[problem.lanes.site[*lane] as usize].is_some());
        open.min_by(|one, two| problem.lanes.cost[*one].total_cmp(&problem.lanes.cost[*two]))
    };
    let lanes: Vec<usize> = problem.lanes.starts.windows(2).map(lane).collect::<Option<_>>()?;
    allowed(problem, &modes).then_some(Design { lanes, modes })
}

/// The uppers that modes need.
fn uppers_of(problem: &Problem, modes: &[Option<u32>]) -> BTreeSet<u32> {
    let upper = |(mode, site): (&Option<u32>, &Site)| site.modes[(*mode)? as usize].upper;
    modes.iter().zip(&problem.sites).filter_map(upper).collect()
}

/// The best designs so far, cheapest first, each with a set of sites of its own.
struct Pool<'a> {
    ground: &'a Ground<'a>,
    seed: u64,
    watch: &'a dyn Watch,
    best: Vec<Costed>,
}

impl Pool<'_> {
    /// Goes from a design to its best neighbour for as long as there is a better one; sets that are known are passed over.
    fn descend(&mut self, start: &Design, known: &mut BTreeSet<Vec<Option<u32>>>, left: &mut usize) {
        let (ground, watch) = (self.ground, self.watch);
        let Some(state) = State::of(ground, start) else { return };
        let mut best = Costed { cost: state.cost(), design: start.clone() };
        self.best.push(best.clone());
        let mut exchanging = false;
        while *left > 0 && !watch.stop() {
            let sets = neighbours(ground.problem, &best.design.modes, exchanging);
            let fresh: Vec<Vec<Option<u32>>> =
                sets.into_iter().filter(|set| known.insert(set.clone())).take(*left).collect();
            *left -= fresh.len();
            let from = &best.design;
            let tried: Vec<Costed> = fresh.into_par_iter().filter_map(|set| served(ground, from, set, watch)).collect();
            let before = best.cost;
            for costed in tried {
                if costed.cost < best.cost {
                    best = costed.clone();
                }
                self.best.push(costed);
            }
            self.keep(4 * SHORT.0);
            // Exchanges are many, so they are tried where nothing else helps.
            if best.cost >= before && exchanging {
                break;
            }
            exchanging = best.cost >= before;
        }
    }

    /// Anneals the best designs.
    fn anneal(&mut self, count: usize, moves: usize) {
        let (ground, seed, watch) = (self.ground, self.seed, self.watch);
        let customers = ground.problem.customers.len();
        let moves = moves.min(MOVES_BY_PAIR * customers * customers);
        self.keep(count);
        let anneal = |(number, costed): (usize, Costed)| {
            let mut dice = Dice(seed.wrapping_add(number as u64).wrapping_mul(0x9E37_79B9));
            annealed(ground, &costed, moves, &mut dice, watch)
        };
        self.best = std::mem::take(&mut self.best).into_par_iter().enumerate().map(anneal).collect();
        self.keep(count);
    }

    /// The cheapest, each set of sites once.
    fn keep(&mut self, count: usize) {
        let mut sets: BTreeSet<Vec<Option<u32>>> = BTreeSet::new();
        self.best.sort_by(|one, two| one.cost.total_cmp(&two.cost));
        self.best.retain(|costed| sets.insert(costed.design.modes.clone()));
        self.best.truncate(count);
    }
}

/// Every set of modes with one site more or one less, or with one in place of another.
fn neighbours(problem: &Problem, modes: &[Option<u32>], exchanging: bool) -> Vec<Vec<Option<u32>>> {
    let sites = &problem.sites;
    let uppers = uppers_of(problem, modes);
    let opening = |site: usize| -> Vec<u32> {
        let own = sites[site].modes.iter().enumerate();
        let fits = own.filter(|(_, mode)| mode.upper.is_none_or(|upper| uppers.contains(&upper)));
        fits.map(|(number, _)| number as u32).collect()
    };
    let closed: Vec<usize> =
        (0..sites.len()).filter(|&site| modes[site].is_none() && sites[site].status != Status::Closed).collect();
    let open: Vec<usize> =
        (0..sites.len()).filter(|&site| modes[site].is_some() && sites[site].status != Status::Open).collect();
    let mut sets = Vec::new();
    let mut put = |changes: &[(usize, Option<u32>)]| {
        let mut set = modes.to_vec();
        changes.iter().for_each(|(site, mode)| set[*site] = *mode);
        if allowed(problem, &set) {
            sets.push(set);
        }
    };
    if !exchanging {
        open.iter().for_each(|&site| put(&[(site, None)]));
    }
    for &site in &closed {
        for mode in opening(site) {
            if exchanging {
                open.iter().for_each(|&other| put(&[(site, Some(mode)), (other, None)]));
            } else {
                put(&[(site, Some(mode))]);
            }
        }
    }
    sets
}

/// Are the counts kept?
fn allowed(problem: &Problem, modes: &[Option<u32>]) -> bool {
    let open = |site: &u32| modes[*site as usize].is_some();
    let forced = (0_u32..).zip(&problem.uppers).filter(|(_, upper)| upper.status == Status::Open);
    let mut uppers = uppers_of(problem, modes);
    uppers.extend(forced.map(|(own, _)| own));
    problem.counts.iter().all(|count| {
        let own = count.sites.iter().filter(|site| open(site)).count()
            + count.uppers.iter().filter(|upper| uppers.contains(upper)).count();
        own >= count.min && own <= count.max
    })
}

/// A design with a set of open sites: customers stay where they are if they can, then go one by one where they cost least.
fn served(ground: &Ground, from: &Design, modes: Vec<Option<u32>>, watch: &dyn Watch) -> Option<Costed> {
    let problem = ground.problem;
    let mut lanes = from.lanes.clone();
    for (customer, lane) in lanes.iter_mut().enumerate() {
        let options = problem.lanes.starts[customer]..problem.lanes.starts[customer + 1];
        if modes[problem.lanes.site[*lane] as usize].is_none() {
            let open = options.filter(|lane| modes[problem.lanes.site[*lane] as usize].is_some());
            *lane = open.min_by(|one, two| problem.lanes.cost[*one].total_cmp(&problem.lanes.cost[*two]))?;
        }
    }
    let mut state = State::of(ground, &Design { lanes, modes })?;
    let mut moved = true;
    for _ in 0..SWEEPS {
        if !std::mem::take(&mut moved) || watch.stop() {
            break;
        }
        for customer in 0..problem.customers.len() {
            moved |= state.settle(customer);
        }
    }
    Some(Costed { cost: state.cost(), design: state.design() })
}

/// The best design met while customers are moved and exchanged between the open sites.
fn annealed(ground: &Ground, from: &Costed, moves: usize, dice: &mut Dice, watch: &dyn Watch) -> Costed {
    let Some(mut state) = State::of(ground, &from.design) else { return from.clone() };
    let free: Vec<(usize, Vec<usize>)> = (0..ground.problem.customers.len())
        .map(|customer| (customer, state.open_lanes(customer)))
        .filter(|(_, lanes)| lanes.len() > 1)
        .collect();
    if free.is_empty() {
        return from.clone();
    }
    let mut best = from.clone();
    let hot = HOT * from.cost.abs() / ground.problem.customers.len() as f64;
    for step in 0..moves {
        if step % 4096 == 0 && watch.stop() {
            break;
        }
        let left = 1.0 - step as f64 / moves as f64;
        let warmth = hot * left * left;
        let (customer, lanes) = &free[dice.below(free.len())];
        let lane = lanes[dice.below(lanes.len())];
        if lane == state.lane(*customer) {
            continue;
        }
        let mut change = vec![(*customer, lane)];
        if dice.roll().is_multiple_of(2) {
            let (other, others) = &free[dice.below(free.len())];
            let there = ground.problem.lanes.site[lane];
            let here = ground.problem.lanes.site[state.lane(*customer)];
            if ground.problem.lanes.site[state.lane(*other)] == there
                && let Some(back) = others.iter().find(|lane| ground.problem.lanes.site[**lane] == here)
            {
                change.push((*other, *back));
            }
        }
        let Some(more) = state.change(&change) else { continue };
        let chance = (dice.roll() >> 11) as f64 / (1_u64 << 53) as f64;
        if more <= 0.0 || chance < (-more / warmth.max(f64::MIN_POSITIVE)).exp() {
            state.take(&change, more);
            if state.cost() < best.cost - 1e-9 * best.cost.abs() {
                best = Costed { cost: state.cost(), design: state.design() };
            }
        }
    }
    best
}
