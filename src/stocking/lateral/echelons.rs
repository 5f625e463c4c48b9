//! A depot that delivers directly what its outlets lack: own stock, lateral supply, the depot's shelf, and outside.
//!
//! ```text
//! (orders)    who gives a unit orders one from the depot, or repairs it, share 1 − f; the depot orders every unit it
//!             gives from the supplier
//! (state)     x: on order from the supplier, at most as many as there are;  y: on the way to the outlets or in repair there
//!             the depot owes b = (x − S0)⁺;  the outlets hold n = Σ S − y − b
//! (met)       a demand met by an outlet:   f: x + 1, and y + 1 where x < S0;  1 − f: y + 1
//! (direct)    met by the depot itself, where no outlet may give a unit and x < S0:   x + 1
//! (outside)   where neither can:  nothing changes
//! (arrived)   at x/T:  x − 1, and y + 1 where x > S0            (depot) at y/O:  y − 1,  O the mean over outlets
//! (who)       whose the b + y units out are, by pool g:  P(b_1, y_1, b_2, …) ∝ Π q_g^b_g / b_g! · w_g^y_g / y_g!
//!             with Σ b_g = b, Σ y_g = y, b_g + y_g ≤ S_g;  q_g = λ_g·f_g what it orders, w_g = λ_g·O_g what it has on the way
//! (split)     of a pool's n units on hand any are equally likely the ones: the first stops of a walk hold none of them
//!             with chance C(S − s, n)/C(S, n), s what the stops may hold
//! (alone)     with many states y is not followed (`alone`): x is a birth-and-death chain
//! ```
//! A pool is a set of outlets that all help each other, or one outlet alone. With exponential times and one pool which
//! unit is where does not matter to (state): the shares met by outlets, by the depot and from outside are **exact** for any
//! rates and stocks, and (split) is for equal outlets with one unit each. With several pools (who) is exact where they
//! are equal and hold one unit each, else it is the product form that loss systems have alone. With constant times the
//! same numbers are an approximation: on the published structure (four and ten outlets, simulated) no share is off by
//! more than 0.0032, which is little of all demand but 40 % of a small share that the depot delivers.
//!
//! The structure: P. Alfredsson and J. Verrijdt 1999, Management Science 45. (who): the truncated multinomial of several
//! loss systems, e.g. F. P. Kelly 1991, Annals of Applied Probability 1.

mod alone;
mod who;

use super::balance::Balance;
use super::neighbourhood::misses;
use alone::out_alone;
use who::Who;

/// Outlets under one depot that help each other, or one alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pool {
    /// λ of all its outlets \[units/year\].
    pub rate: f64,
    /// Σ S \[units\].
    pub base_stock: u32,
    /// f: share of what it gives that it orders from the depot; it repairs the others.
    pub ordered: f64,
    /// O: from leaving the depot, or from entering repair, to the shelf, on average \[years\].
    pub transport: f64,
}

/// A depot and its outlets, one part.
#[derive(Debug, Clone, PartialEq)]
pub struct Echelons {
    /// The outlets.
    pub pools: Vec<Pool>,
    /// S0 \[units\].
    pub depot_stock: u32,
    /// T: from order to arrival at the depot, on average \[years\].
    pub lead_time: f64,
}

/// How demand is met.
#[derive(Debug, Clone, PartialEq)]
pub struct Supplied {
    /// P(n units on hand) of each pool, as a demand finds them.
    pub on_hand: Vec<Vec<f64>>,
    /// Share of each pool's demand that the depot delivers.
    pub direct: Vec<f64>,
    /// Share of each pool's demand that comes from outside.
    pub outside: Vec<f64>,
    /// What the depot has on its shelf or owes.
    pub depot: Debt,
}

/// What a depot has on its shelf or owes.
#[derive(Debug, Clone, PartialEq)]
pub struct Debt {
    /// Σ q: what all outlets would order \[units/year\].
    asked: f64,
    /// P(a unit is on the shelf).
    pub stocked: f64,
    /// P(none is there and b are owed), by b.
    pub owed: Vec<f64>,
    /// Outlets' orders \[units/year\].
    pub orders: f64,
    /// Those met at once \[units/year\].
    pub met: f64,
}

impl Debt {
    /// E\[b\] \[units\].
    pub fn mean(&self) -> f64 {
        self.owed.iter().enumerate().map(|(owed, p)| owed as f64 * p).sum()
    }

    /// Mean wait of an order at the depot \[years\], Little's law.
    pub fn mean_wait(&self) -> f64 {
        if self.orders > 0.0 { self.mean() / self.orders } else { 0.0 }
    }

    /// Share of the outlets' orders met at once.
    pub fn fill_rate(&self) -> f64 {
        if self.orders > 0.0 { self.met / self.orders } else { self.stocked }
    }

    /// Of the demand that finds nothing in a pool, the share that the depot delivers, by (alone).
    pub fn rescues(&self, pool: &Pool) -> f64 {
        let empty = |owed: usize| out_alone(pool, self.asked, owed).last().copied().unwrap_or(1.0);
        let direct = self.stocked * empty(0);
        let outside: f64 = self.owed.iter().enumerate().map(|(owed, p)| p * empty(owed)).sum();
        if direct > 0.0 { direct / (direct + outside) } else { self.stocked }
    }
}

impl Supplied {
    /// The mean of several of the same pools, at least one.
    pub fn mean(mut all: Vec<Self>) -> Self {
        let count = all.len() as f64;
        let mut sum = all.swap_remove(0);
        for other in all {
            for (sum, other) in sum.on_hand.iter_mut().zip(&other.on_hand) {
                add(sum, other);
            }
            add(&mut sum.direct, &other.direct);
            add(&mut sum.outside, &other.outside);
            sum.depot.owed.resize(sum.depot.owed.len().max(other.depot.owed.len()), 0.0);
            add(&mut sum.depot.owed, &other.depot.owed);
            sum.depot.stocked += other.depot.stocked;
            sum.depot.orders += other.depot.orders;
            sum.depot.met += other.depot.met;
        }
        let shares = sum.on_hand.iter_mut().flatten().chain(&mut sum.direct).chain(&mut sum.outside);
        let Debt { stocked, owed, orders, met, .. } = &mut sum.depot;
        shares.chain(owed).chain([stocked, orders, met]).for_each(|share| *share /= count);
        sum
    }
}

/// Adds to each of some numbers the other that stands at its place.
fn add(sums: &mut [f64], others: &[f64]) {
    sums.iter_mut().zip(others).for_each(|(sum, other)| *sum += other);
}

/// Where a walk that stops at shelves of a pool takes its unit, (split): a share for each stop, by what it may hold.
pub fn split(on_hand: &[f64], stops: impl Iterator<Item = u32>) -> Vec<f64> {
    let all = on_hand.len() - 1;
    let nothing = |come_by: usize| -> f64 {
        misses(all, come_by.min(all)).iter().zip(on_hand).map(|(misses, p)| misses * p).sum()
    };
    let (mut come_by, mut left) = (0, 1.0);
    let stop = |stock: u32| {
        come_by += stock as usize;
        let next = nothing(come_by).min(left);
        let taken = left - next;
        left = next;
        taken
    };
    stops.map(stop).collect()
}

impl Echelons {
    /// The shares by (who) where the chain has at most `most_states` states; else by (alone).
    pub fn supplied(&self, most_states: usize) -> Supplied {
        self.whole(most_states).unwrap_or_else(|| self.alone())
    }

    fn asked(&self) -> f64 {
        self.pools.iter().map(|pool| pool.rate * pool.ordered).sum()
    }

    /// Can an order wait at the depot? One that the supplier meets at once never does.
    fn waits(&self) -> bool {
        self.lead_time > 0.0
    }

    /// The shares by (who); `None` where the chain has more than `most_states` states.
    pub fn whole(&self, most_states: usize) -> Option<Supplied> {
        let all: usize = self.pools.iter().map(|pool| pool.base_stock as usize).sum();
        let rate: f64 = self.pools.iter().map(|pool| pool.rate).sum();
        let way: f64 = self.pools.iter().map(|pool| pool.rate * pool.transport).sum::<f64>() / rate;
        let depot = self.depot_stock as usize;
        let (on_the_way, on_order) = (if way > 0.0 { all } else { 0 }, if self.waits() { depot + all } else { 0 });
        // A row for each x, as long as what is not owed could be on the way.
        let width = on_the_way + 1;
        let states = (on_order + 1).checked_mul(width)?;
        if states > most_states || rate <= 0.0 {
            return None;
        }
        let who = Who::of(&self.pools, all, on_the_way);
        let is_stocked = |x: usize| if self.waits() { x < depot } else { depot > 0 };
        let at = |state: usize| (state / width, state % width);
        let owed = |x: usize| x.saturating_sub(depot);
        let mut transitions = Vec::new();
        for state in 0..states {
            let (x, y) = at(state);
            let b = owed(x);
            if b + y > all {
                continue;
            }
            for (number, pool) in self.pools.iter().enumerate().filter(|(_, pool)| pool.rate > 0.0) {
                let empty = who.empty(number, b, y);
                let sent = usize::from(on_the_way > 0);
                if empty < 1.0 {
                    let met = pool.rate * (1.0 - empty);
                    let ships = if x < depot || !self.waits() { sent } else { 0 };
                    let ordered = if self.waits() { width } else { 0 };
                    if pool.ordered > 0.0 {
                        transitions.push((state, state + ordered + ships, met * pool.ordered));
                    }
                    if pool.ordered < 1.0 {
                        transitions.push((state, state + sent, met * (1.0 - pool.ordered)));
                    }
                }
                if empty > 0.0 && self.waits() && x < depot {
                    transitions.push((state, state + width, pool.rate * empty));
                }
            }
            if x > 0 {
                let ships = if x > depot { usize::from(on_the_way > 0) } else { 0 };
                transitions.push((state, state - width + ships, x as f64 / self.lead_time));
            }
            if y > 0 {
                transitions.push((state, state - 1, y as f64 / way));
            }
        }
        // What leads back to its own state changes nothing.
        transitions.retain(|(from, to, _)| from != to);
        let mut probability: Vec<f64> = (0..states)
            .map(|state| {
                let (x, y) = at(state);
                f64::from(u8::from(owed(x) + y <= all))
            })
            .collect();
        let total: f64 = probability.iter().sum();
        probability.iter_mut().for_each(|p| *p /= total);
        Balance::new(states, &transitions).settle(&mut probability);
        // Summed by (b, y): only whether the depot has a unit tells the states apart that own the same.
        let mut supplied = self.nothing();
        for (state, &p) in probability.iter().enumerate().filter(|(_, p)| **p > 0.0) {
            let (x, y) = at(state);
            if owed(x) + y <= all {
                let spread = |number: usize| who.on_hand(number, owed(x), y);
                self.add(&mut supplied, p, is_stocked(x), owed(x), &spread);
            }
        }
        Some(supplied)
    }

    fn nothing(&self) -> Supplied {
        Supplied {
            on_hand: self.pools.iter().map(|pool| vec![0.0; pool.base_stock as usize + 1]).collect(),
            direct: vec![0.0; self.pools.len()],
            outside: vec![0.0; self.pools.len()],
            depot: Debt { asked: self.asked(), stocked: 0.0, owed: Vec::new(), orders: 0.0, met: 0.0 },
        }
    }

    /// Counts a state of the depot with a probability; `spread` gives P(n on hand) of a pool in it.
    fn add(&self, to: &mut Supplied, p: f64, stocked: bool, owed: usize, spread: &dyn Fn(usize) -> Vec<f64>) {
        for (number, pool) in self.pools.iter().enumerate() {
            let spread = spread(number);
            for (sum, share) in to.on_hand[number].iter_mut().zip(&spread) {
                *sum += p * share;
            }
            let orders = p * pool.rate * pool.ordered * (1.0 - spread[0]);
            to.depot.orders += orders;
            if stocked {
                to.depot.met += orders;
                to.direct[number] += p * spread[0];
            } else {
                to.outside[number] += p * spread[0];
            }
        }
        if stocked {
            to.depot.stocked += p;
        } else {
            if to.depot.owed.len() <= owed {
                to.depot.owed.resize(owed + 1, 0.0);
            }
            to.depot.owed[owed] += p;
        }
    }
}
