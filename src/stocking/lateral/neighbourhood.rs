//! A large pool by overlapping neighbourhoods.
//!
//! ```text
//! (neighbours)  C_k: outlet k, its first suppliers one by one, the rest of its list R together as one shelf, and then who
//!               asks k most and whom those ask, as far as the states go
//! (together)    with n of the S_R units of R on hand, any n are equally likely the ones: an outlet with S of them has none
//!               with chance C(S_R−S, n)/C(S_R, n);  units of R return after Σ on order / Σ (on order / L)
//! (inside)      the walk of an outlet of C_k is followed through C_k; where it comes by an outlet o elsewhere, a unit is
//!               there with the probability that C_i (i: whose walk it is) found for a walk that got so far
//! (outside)     a walk of i ∉ C_k enters where it first comes by an outlet o of C_k. Its rate depends on o's stock: C_i
//!               says how often i's walk gets to o and finds a unit, and how often it finds none, so that it
//!               takes at λ_i·P(gets there, o has one)/P(o has one),  passes at λ_i·P(gets there, o empty)/P(o empty)
//! (round)       every C_k is solved anew with what the others say, in order of k, until no share moves
//! ```
//! (together) and (outside) are the correction. The usual approximation takes the walks from outside for Poisson streams
//! that do not care whether o is empty, and one outlet's stock for independent of another's. But an outlet is short when
//! its neighbours are, so a request finds a unit less often than an average glance does. A neighbourhood follows that
//! outlet by outlet as long as there is room and in total beyond. A pool that is a single neighbourhood is exact.

use super::chain::{Chain, Shelf, Step, Walk};
use super::{Member, Shares};

/// States of a neighbourhood where the caller names no number.
pub(super) const STATES: usize = 256;

/// A rest that is taken together may have this many units on the shelf; what comes later on the list is left out.
const MOST_TOGETHER: usize = 64;

/// So many outlets near k are looked at for its neighbourhood.
const MOST_NEAR: usize = 32;

/// Rounds end when no share moves by more than this.
const SETTLED: f64 = 1e-11;

/// Most rounds.
const MOST_ROUNDS: usize = 200;

/// What is known of one outlet's walk and its neighbourhood.
#[derive(Debug, Clone)]
struct Known {
    /// Probability that the walk gets to the m-th outlet of its list: its own, then its suppliers.
    gets_to: Vec<f64>,
    /// Probability that it takes its unit there.
    takes_at: Vec<f64>,
    /// Probability that the m-th outlet of its list has a unit, at any time.
    in_stock: Vec<f64>,
    /// Probability that it finds no unit at all.
    nowhere: f64,
    /// Mean units on its own shelf.
    on_hand: f64,
}

/// The outlets of a chain: each shelf is one outlet, or several taken together.
#[derive(Debug, Clone, Default)]
struct Neighbours {
    shelves: Vec<Vec<usize>>,
}

impl Neighbours {
    fn place(&self, outlet: usize) -> Option<usize> {
        self.shelves.iter().position(|shelf| shelf.contains(&outlet))
    }

    fn states(&self, pool: &[Member]) -> usize {
        self.shelves.iter().fold(1, |states, shelf| states.saturating_mul(joint(pool, shelf).levels()))
    }

    fn chain(&self, pool: &[Member]) -> Chain {
        Chain::new(self.shelves.iter().map(|shelf| joint(pool, shelf)).collect())
    }
}

/// Outlets as one shelf; the lead time is a first guess where they are several.
fn joint(pool: &[Member], outlets: &[usize]) -> Shelf {
    match outlets {
        [outlet] => Shelf::of(&pool[*outlet]),
        _ => {
            let stock: usize = outlets.iter().map(|&o| pool[o].base_stock as usize).sum();
            let units: f64 = outlets.iter().map(|&o| pool[o].rate * pool[o].lead_time).sum();
            let rate: f64 = outlets.iter().map(|&o| pool[o].rate).sum();
            let plain = || outlets.iter().map(|&o| pool[o].lead_time).sum::<f64>() / outlets.len().max(1) as f64;
            Shelf { stock, lead_time: if units > 0.0 { units / rate } else { plain() } }
        }
    }
}

/// The exact shares of a pool that is one chain of at most `most_states` states.
pub(super) fn whole(pool: &[Member], most_states: usize) -> Option<Vec<Shares>> {
    let everyone = Neighbours { shelves: (0..pool.len()).map(|i| vec![i]).collect() };
    if everyone.states(pool) > most_states {
        return None;
    }
    let unknown: Vec<Known> = (0..pool.len()).map(|i| alone(pool, i)).collect();
    let walks: Vec<Walk> = (0..pool.len()).map(|i| walk(pool, i, &everyone, &unknown[i])).collect();
    let mut chain = everyone.chain(pool);
    chain.solve(&walks);
    Some((0..pool.len()).map(|i| shared(read(pool, i, &everyone, &chain, &unknown))).collect())
}

/// The shares by neighbourhoods, (round).
pub(super) fn shares(pool: &[Member], most_states: usize) -> Vec<Shares> {
    let mut known: Vec<Known> = (0..pool.len()).map(|i| alone(pool, i)).collect();
    let asked_by = asked_by(pool);
    let neighbours: Vec<Neighbours> = (0..pool.len()).map(|k| gather(pool, k, &asked_by, most_states)).collect();
    let mut chains: Vec<Chain> = neighbours.iter().map(|own| own.chain(pool)).collect();
    for _ in 0..MOST_ROUNDS {
        let mut moved: f64 = 0.0;
        for (k, own) in neighbours.iter().enumerate() {
            for (place, shelf) in own.shelves.iter().enumerate().filter(|(_, shelf)| shelf.len() > 1) {
                let on_order = |&o: &usize| f64::from(pool[o].base_stock) - known[o].on_hand;
                let units: f64 = shelf.iter().map(on_order).sum();
                let rate: f64 = shelf.iter().map(|o| on_order(o) / pool[*o].lead_time).sum();
                if units > 0.0 && rate > 0.0 {
                    chains[k].set_lead_time(place, units / rate);
                }
            }
            let walks: Vec<Walk> =
                (0..pool.len()).map(|i| walk(pool, i, own, &known[i])).filter(|walk| !walk.steps.is_empty()).collect();
            chains[k].solve(&walks);
            let next = read(pool, k, own, &chains[k], &known);
            let change = next.takes_at.iter().zip(&known[k].takes_at).map(|(new, old)| (new - old).abs());
            moved = change.fold(moved, f64::max);
            known[k] = next;
        }
        if moved <= SETTLED {
            break;
        }
    }
    known.into_iter().map(shared).collect()
}

/// An outlet and those it asks, in order.
fn list(pool: &[Member], i: usize) -> impl Iterator<Item = usize> + '_ {
    std::iter::once(i).chain(pool[i].suppliers.iter().copied())
}

/// Who asks each outlet, those first who ask the most: the greater the demand and the higher the outlet on the list.
fn asked_by(pool: &[Member]) -> Vec<Vec<usize>> {
    let mut asking: Vec<Vec<(usize, f64)>> = vec![Vec::new(); pool.len()];
    for (i, member) in pool.iter().enumerate() {
        for (rank, &supplier) in member.suppliers.iter().enumerate() {
            asking[supplier].push((i, member.rate / (rank as f64 + 1.0)));
        }
    }
    let order = |mut asking: Vec<(usize, f64)>| {
        asking.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
        asking.into_iter().map(|(i, _)| i).collect()
    };
    asking.into_iter().map(order).collect()
}

/// (neighbours) of an outlet.
fn gather(pool: &[Member], k: usize, asked_by: &[Vec<usize>], most_states: usize) -> Neighbours {
    let mut neighbours = Neighbours { shelves: vec![vec![k]] };
    // Outlets that are always or never empty cost nothing; the others stand in line.
    let (line, free): (Vec<usize>, Vec<usize>) =
        pool[k].suppliers.iter().partition(|&&o| Shelf::of(&pool[o]).levels() > 1);
    neighbours.shelves.extend(free.into_iter().map(|o| vec![o]));
    for single in (0..=line.len()).rev() {
        let (alone, rest) = line.split_at(single);
        let mut together = Vec::new();
        let mut units = 0;
        for &o in rest {
            units += pool[o].base_stock as usize;
            if units > MOST_TOGETHER {
                break;
            }
            together.push(o);
        }
        let mut tried = neighbours.clone();
        tried.shelves.extend(alone.iter().map(|&o| vec![o]));
        if !together.is_empty() {
            tried.shelves.push(together);
        }
        if tried.states(pool) <= most_states || single == 0 {
            neighbours = tried;
            break;
        }
    }
    // Then whoever asks k, and on from there: those who ask and supply them.
    let mut near = vec![k];
    let mut next = 0;
    while next < near.len() && near.len() < MOST_NEAR {
        let around = asked_by[near[next]].iter().chain(&pool[near[next]].suppliers);
        for &outlet in around {
            if near.contains(&outlet) {
                continue;
            }
            near.push(outlet);
            let levels = Shelf::of(&pool[outlet]).levels();
            let room = neighbours.states(pool).saturating_mul(levels) <= most_states;
            if room && neighbours.place(outlet).is_none() {
                neighbours.shelves.push(vec![outlet]);
            }
        }
        next += 1;
    }
    neighbours
}

/// The first guess: every outlet alone with its own demand.
fn alone(pool: &[Member], i: usize) -> Known {
    let offered = |o: usize| pool[o].rate * pool[o].lead_time;
    let in_stock: Vec<f64> = list(pool, i).map(|o| 1.0 - super::erlang_b(pool[o].base_stock, offered(o))).collect();
    let mut gets_to = Vec::with_capacity(in_stock.len());
    let mut left = 1.0;
    for p in &in_stock {
        gets_to.push(left);
        left *= 1.0 - p;
    }
    let takes_at = gets_to.iter().zip(&in_stock).map(|(gets, p)| gets * p).collect();
    let on_hand = f64::from(pool[i].base_stock) - offered(i) * in_stock[0];
    Known { gets_to, takes_at, in_stock, nowhere: left, on_hand }
}

/// The chance that a walk which got to the m-th outlet of its list finds a unit there.
fn found(known: &Known, m: usize) -> f64 {
    if known.gets_to[m] > 0.0 { (known.takes_at[m] / known.gets_to[m]).clamp(0.0, 1.0) } else { known.in_stock[m] }
}

/// (together): no unit among `own` of `all` units, by how many of all are on hand.
pub(super) fn misses(all: usize, own: usize) -> Vec<f64> {
    let mut misses = Vec::with_capacity(all + 1);
    let mut chance = 1.0;
    for n in 0..=all {
        misses.push(chance);
        chance *= all.saturating_sub(own + n) as f64 / (all - n).max(1) as f64;
    }
    misses
}

/// How a walk that comes by outlets of one chain misses them, one after the other.
struct Stops<'a> {
    pool: &'a [Member],
    neighbours: &'a Neighbours,
    /// Units of each shelf that the walk has already come by in vain.
    seen: Vec<usize>,
}

impl<'a> Stops<'a> {
    fn new(pool: &'a [Member], neighbours: &'a Neighbours) -> Self {
        Self { pool, neighbours, seen: vec![0; neighbours.shelves.len()] }
    }

    /// The shelf of an outlet and the chance of finding nothing there, by the shelf's units on hand.
    fn at(&mut self, outlet: usize) -> Option<(usize, Vec<f64>)> {
        let place = self.neighbours.place(outlet)?;
        let all = joint(self.pool, &self.neighbours.shelves[place]).stock;
        let own = self.pool[outlet].base_stock as usize;
        // Of the units not yet seen any n are equally likely to be there; more than those cannot be missed.
        let mut misses = misses(all - self.seen[place], own);
        misses.resize(all + 1, 0.0);
        self.seen[place] += own;
        Some((place, misses))
    }
}

/// (inside) and (outside): the walk of an outlet as a neighbourhood sees it.
fn walk(pool: &[Member], i: usize, neighbours: &Neighbours, known: &Known) -> Walk {
    let mut walk = Walk::default();
    let mut stops = Stops::new(pool, neighbours);
    let mut rate = pool[i].rate;
    for (m, o) in list(pool, i).enumerate() {
        match stops.at(o) {
            Some((outlet, misses)) if m > 0 && walk.steps.is_empty() => {
                let (gets, takes, stocked) = (known.gets_to[m], known.takes_at[m], known.in_stock[m]);
                let ratio = |part: f64, whole: f64| if whole > 0.0 { (part / whole).clamp(0.0, 1.0) } else { gets };
                walk.steps.push(Step { outlet, takes: rate * ratio(takes, stocked), misses });
                rate *= ratio(gets - takes, 1.0 - stocked);
            }
            Some((outlet, misses)) => walk.steps.push(Step { outlet, takes: rate, misses }),
            None if walk.steps.is_empty() => {}
            None => rate *= 1.0 - found(known, m),
        }
    }
    walk
}

/// What a solved chain says of the walk of outlet i; `others` say whether outlets elsewhere have a unit.
fn read(pool: &[Member], i: usize, neighbours: &Neighbours, chain: &Chain, others: &[Known]) -> Known {
    enum Stop {
        Here { shelf: usize, misses: Vec<f64>, misses_at_all: Vec<f64> },
        Elsewhere { misses: f64 },
    }
    let mut stops = Stops::new(pool, neighbours);
    let stop = |o: usize| match stops.at(o) {
        Some((shelf, misses)) => {
            let at_all = Stops::new(pool, neighbours).at(o).map(|(_, misses)| misses);
            Stop::Here { shelf, misses, misses_at_all: at_all.expect("it has just been found") }
        }
        None => Stop::Elsewhere { misses: 1.0 - others[o].in_stock[0] },
    };
    let stops: Vec<Stop> = list(pool, i).map(stop).collect();
    let mut known = Known {
        gets_to: vec![0.0; stops.len()],
        takes_at: vec![0.0; stops.len()],
        in_stock: vec![0.0; stops.len()],
        nowhere: 0.0,
        on_hand: 0.0,
    };
    let own = neighbours.place(i).expect("a neighbourhood holds its own outlet");
    for (state, &p) in chain.probability().iter().enumerate() {
        known.on_hand += p * chain.on_hand(state, own) as f64;
        let mut left = p;
        for (m, stop) in stops.iter().enumerate() {
            let (misses, at_all) = match stop {
                Stop::Here { shelf, misses, misses_at_all } => {
                    let on_hand = chain.on_hand(state, *shelf);
                    (misses[on_hand], misses_at_all[on_hand])
                }
                Stop::Elsewhere { misses } => (*misses, *misses),
            };
            known.in_stock[m] += p * (1.0 - at_all);
            known.gets_to[m] += left;
            known.takes_at[m] += left * (1.0 - misses);
            left *= misses;
        }
        known.nowhere += left;
    }
    known
}

/// The shares that a walk's probabilities are.
fn shared(known: Known) -> Shares {
    Shares {
        own: known.takes_at[0],
        lateral: known.takes_at[1..].to_vec(),
        emergency: known.nowhere,
        on_hand: known.on_hand,
    }
}
