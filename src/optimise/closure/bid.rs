//! What one outlet takes at given prices of customers.
//!
//! ```text
//! (bid)    min { F + Σ_p g_p(Σ_r d_rp·x_r) − Σ_r v_r·x_r : x ∈ {0, 1} }        v_r the customer's price less what its lane costs
//! (box)    of the sets with from_p < ℓ_p ≤ to_p for every part p, for every λ, none costs less than
//!          F + Σ_p min { g_p(ℓ) − λ_p·ℓ : from_p < ℓ ≤ to_p } + Σ_r min { 0, Σ_p λ_p·d_rp − v_r }
//! (fixed)  where x_r other than in (box) lifts it to what is not sought any more, x_r stays
//! (forced) no set with r (without r) costs less than the least over all boxes of (box) with x_r = 1 (x_r = 0)
//! ```
//! A branch and bound over boxes of loads and, where these say no more, over customers; the least bound first. λ climbs by subgradients.
//! Work is counted in boxes: when there may be no more, the least bound that is left is the answer.

mod forced;
mod free;
mod node;
#[cfg(test)]
mod tests;

use super::queue::Queue;
use super::steps::Steps;
pub use forced::Forced;
use forced::Left;
use free::{Free, product, sum};
use node::{Node, Split};

/// Steps of λ in the first box and in every other.
const FIRST_STEPS: usize = 60;
const STEPS: usize = 8;

/// The share of what is missing that a step goes for, and how it shrinks where nothing is gained.
const STRIDE: f64 = 0.3;
const SHRINK: f64 = 0.7;

/// A step goes for no less than this share of the bound, and of one unit of money.
const LEAST_STRIDE: f64 = 1e-3;
const UNIT: f64 = 0.1;

/// A set is priced once in so many steps.
const PRICED: usize = 6;

/// A part whose bound is closer than this to what its load costs is split by the width of its box.
const SEEN: f64 = 1e-9;

/// What an outlet is asked.
pub struct Question<'a> {
    /// F.
    pub fixed: f64,
    /// v by customer.
    pub values: Vec<f64>,
    /// d, all parts of a customer after those of the one before.
    pub demands: Vec<f64>,
    /// Must a customer be taken?
    pub must: Vec<bool>,
    /// g by part.
    pub steps: &'a [Steps],
    /// Nothing above this is sought.
    pub limit: f64,
    /// A bound this close to the best is as good as it.
    pub tolerance: f64,
    /// Boxes that may be looked at.
    pub boxes: usize,
}

/// What an outlet answers.
pub struct Bid {
    /// (bid) is no less, unless it is above the limit; then this is the limit.
    pub least: f64,
    /// What the set below costs.
    pub value: f64,
    /// By customer: is it taken?
    pub taken: Vec<bool>,
    /// (forced) by customer.
    pub forced: Vec<Forced>,
    /// What it took \[boxes\].
    pub work: f64,
}

/// Answers a question, from the λ of an earlier one and a set that may still be good; leaves the λ of the first box.
pub fn bid(asked: &Question, lambda: &mut Vec<f64>, guess: &[bool]) -> Bid {
    let mut search = Search::of(asked, guess);
    let mut root = search.root(lambda);
    search.bound(&mut root, FIRST_STEPS);
    lambda.clone_from(&root.lambda);
    let mut queue = Queue::new();
    queue.push(root.bound, root);
    let (mut boxes, mut least) = (1_usize, f64::INFINITY);
    while let Some(node) = queue.pop() {
        if node.bound >= search.sought() || boxes >= asked.boxes {
            least = least.min(node.bound);
            search.end(&node);
            break;
        }
        for mut child in search.children(node) {
            boxes += 1;
            search.bound(&mut child, STEPS);
            if child.bound < search.sought() {
                queue.push(child.bound, child);
            } else {
                least = least.min(child.bound);
                search.end(&child);
            }
        }
    }
    while let Some(node) = queue.pop() {
        search.end(&node);
    }
    let least = least.min(search.value).min(asked.limit);
    Bid { least, value: search.value, taken: search.taken, forced: search.left.forced, work: boxes as f64 }
}

struct Search<'a> {
    asked: &'a Question<'a>,
    parts: usize,
    /// The best set met, and what it costs.
    value: f64,
    taken: Vec<bool>,
    /// The boxes that were left.
    left: Left,
    /// The set being priced, and what it asks for.
    set: Vec<bool>,
    load: Vec<f64>,
}

impl<'a> Search<'a> {
    fn of(asked: &'a Question<'a>, guess: &[bool]) -> Self {
        let set: Vec<bool> = guess.iter().zip(&asked.must).map(|(guess, must)| *guess || *must).collect();
        let parts = asked.steps.len();
        let taken = vec![false; set.len()];
        let left = Left::new(set.len());
        let mut search = Self { asked, parts, value: f64::INFINITY, taken, left, set, load: vec![0.0; parts] };
        search.offer();
        search
    }

    fn root(&self, lambda: &[f64]) -> Node {
        let mut root = Node {
            bound: f64::NEG_INFINITY,
            seen: f64::NEG_INFINITY,
            ranges: self.asked.steps.iter().map(|steps| (0, steps.count() - 1)).collect(),
            free: Vec::new(),
            taken: Vec::new(),
            base: vec![0.0; self.parts],
            gained: 0.0,
            lambda: lambda.to_vec(),
            split: Split::Nowhere,
        };
        for (customer, must) in (0u32..).zip(&self.asked.must) {
            if *must {
                root.take(customer, self.asked.values[customer as usize], self.demand(customer));
            } else {
                root.free.push(customer);
            }
        }
        root
    }

    /// Bounds from here on are of no interest.
    fn sought(&self) -> f64 {
        self.value.min(self.asked.limit) - self.asked.tolerance
    }

    fn demand(&self, customer: u32) -> &'a [f64] {
        let from = customer as usize * self.parts;
        &self.asked.demands[from..from + self.parts]
    }

    /// Prices the set being looked at and keeps it if it is the best.
    fn offer(&mut self) {
        let asked = self.asked;
        self.load.fill(0.0);
        let mut value = asked.fixed;
        for (customer, _) in (0u32..).zip(&self.set).filter(|(_, inside)| **inside) {
            value -= asked.values[customer as usize];
            let own = self.demand(customer);
            self.load.iter_mut().zip(own).for_each(|(sum, own)| *sum += own);
        }
        value += asked.steps.iter().zip(&self.load).map(|(steps, load)| steps.at(*load)).sum::<f64>();
        if value < self.value {
            self.value = value;
            self.taken.copy_from_slice(&self.set);
        }
    }

    /// (box) at its best λ, (fixed), and where to split.
    fn bound(&mut self, node: &mut Node, steps: usize) {
        let free = Free::of(self, node);
        let most: Vec<f64> = (0..self.parts).map(|part| node.base[part] + sum(free.of_part(part))).collect();
        if !self.narrow(node, &most) {
            node.bound = f64::INFINITY;
            return;
        }
        let least = self.climb(node, &free, &most, steps);
        node.bound = node.bound.max(least);
        node.seen = least;
        let missing = self.sought() - least;
        if missing > 0.0 {
            let mut priced = vec![0.0; free.count];
            free.price(&node.lambda, &mut priced);
            let priced = self.fix(node, &priced, missing);
            node.split = self.split(node, &priced, &most);
        }
    }

    /// Customers taken end the lower steps, those left end the upper ones; false where no step is left.
    fn narrow(&self, node: &mut Node, most: &[f64]) -> bool {
        let mut parts = self.asked.steps.iter().zip(&mut node.ranges).zip(node.base.iter().zip(most));
        parts.all(|((steps, (first, last)), (base, most))| {
            *first = (*first).max(steps.place(*base));
            *last = (*last).min(steps.place(*most));
            first <= last
        })
    }

    /// (box) at the best λ met, which the box keeps. With T_p what those taken and those inside ask for, all together
    ///
    /// ```text
    /// (box)    F − Σ v + Σ_p [ λ_p·T_p + min { g_p(ℓ) − λ_p·ℓ } ]       the set itself  F − Σ v + Σ_p g_p(T_p)
    /// ```
    fn climb(&mut self, node: &mut Node, free: &Free, most: &[f64], steps: usize) -> f64 {
        let asked = self.asked;
        let (mut priced, mut inside) = (vec![0.0; free.count], vec![0.0; free.count]);
        let mut lambda = node.lambda.clone();
        let mut best = f64::NEG_INFINITY;
        let mut stride = STRIDE;
        let mut ahead = vec![0.0; self.parts];
        for step in 0..steps {
            free.price(&lambda, &mut priced);
            let choice = inside.iter_mut().zip(&priced);
            choice.for_each(|(inside, priced)| *inside = if *priced < 0.0 { 1.0 } else { 0.0 });
            let rest = asked.fixed - node.gained - product(&free.values, &inside);
            let (mut value, mut set) = (rest, rest);
            for part in 0..self.parts {
                let (price, base) = (lambda[part], node.base[part]);
                let (least, at) = asked.steps[part].least(price, node.ranges[part], (base, most[part]));
                let load = base + product(free.of_part(part), &inside);
                value += least + price * load;
                ahead[part] = load - at;
                if step % PRICED == 0 {
                    set += asked.steps[part].at(load);
                }
            }
            if value > best {
                best = value;
                node.lambda.copy_from_slice(&lambda);
            } else {
                stride *= SHRINK;
            }
            if step % PRICED == 0 && set < self.value {
                self.value = set;
                self.taken.fill(false);
                node.taken.iter().for_each(|customer| self.taken[*customer as usize] = true);
                let free = node.free.iter().zip(&inside);
                free.for_each(|(customer, inside)| self.taken[*customer as usize] = *inside > 0.0);
            }
            let square: f64 = ahead.iter().map(|own| own * own).sum();
            if best >= self.sought() || square <= 0.0 {
                break;
            }
            let scale = value.abs() + UNIT;
            let missing = Some(self.value.min(asked.limit) - value).filter(|missing| missing.is_finite());
            let length = stride * missing.unwrap_or(scale).max(LEAST_STRIDE * scale) / square;
            lambda.iter_mut().zip(&ahead).for_each(|(price, own)| *price += length * own);
        }
        best
    }

    /// (fixed), at Σ λ·d − v of those free; gives those of them that stay free.
    fn fix(&mut self, node: &mut Node, priced: &[f64], missing: f64) -> Vec<f64> {
        let fixed = priced.iter().map(|priced| priced.abs()).filter(|priced| *priced > missing);
        let nearest = fixed.fold(f64::INFINITY, f64::min);
        if nearest.is_infinite() {
            return priced.to_vec();
        }
        // The sets in which one of them is as it will not be.
        self.left.leave(node, priced, nearest);
        let (mut free, mut stay) = (Vec::with_capacity(node.free.len()), Vec::with_capacity(node.free.len()));
        for (customer, &priced) in std::mem::take(&mut node.free).into_iter().zip(priced) {
            if priced < -missing {
                node.take(customer, self.asked.values[customer as usize], self.demand(customer));
            } else if priced <= missing {
                free.push(customer);
                stay.push(priced);
            }
        }
        node.free = free;
        stay
    }

    /// All that is left of a box is not looked at any more.
    fn end(&mut self, node: &Node) {
        if node.bound < f64::INFINITY {
            let free = Free::of(self, node);
            let mut priced = vec![0.0; free.count];
            free.price(&node.lambda, &mut priced);
            self.left.leave(node, &priced, 0.0);
        }
    }

    /// At the part of whose steps the bound sees least, else at the customer who is nearest to indifferent.
    fn split(&self, node: &Node, priced: &[f64], most: &[f64]) -> Split {
        let mut load = node.base.clone();
        let mut nearest: Option<(f64, u32)> = None;
        for (&customer, &priced) in node.free.iter().zip(priced) {
            if priced < 0.0 {
                load.iter_mut().zip(self.demand(customer)).for_each(|(sum, own)| *sum += own);
            }
            if nearest.is_none_or(|nearest| priced.abs() < nearest.0) {
                nearest = Some((priced.abs(), customer));
            }
        }
        let mut worst: Option<(f64, Split)> = None;
        for (part, steps) in self.asked.steps.iter().enumerate() {
            let (first, last) = node.ranges[part];
            if first >= last {
                continue;
            }
            let price = node.lambda[part];
            let (least, _) = steps.least(price, (first, last), (node.base[part], most[part]));
            let unseen = steps.at(load[part]) - price * load[part] - least;
            let weight = if unseen > SEEN { unseen } else { SEEN * SEEN * steps.span((first, last)) };
            if worst.is_none_or(|worst| weight > worst.0) {
                // The step that the load lies in begins the upper box, unless it is the first.
                let place = steps.place(load[part]).clamp(first, last);
                let place = if place > first { place - 1 } else { first };
                worst = Some((weight, Split::Part(part, place)));
            }
        }
        match (worst, nearest) {
            (Some((unseen, split)), nearest) if unseen > SEEN || nearest.is_none() => split,
            (_, Some((_, customer))) => Split::Customer(customer),
            _ => Split::Nowhere,
        }
    }

    /// The two halves of a box; none where one set is left, which is priced.
    fn children(&mut self, node: Node) -> Vec<Node> {
        match node.split {
            Split::Part(part, place) => {
                let (mut below, mut above) = (node.clone(), node);
                below.ranges[part].1 = place;
                above.ranges[part].0 = place + 1;
                vec![below, above]
            }
            Split::Customer(customer) => {
                let mut without = node;
                without.free.retain(|own| *own != customer);
                let mut with = without.clone();
                with.take(customer, self.asked.values[customer as usize], self.demand(customer));
                vec![without, with]
            }
            Split::Nowhere => {
                self.end(&node);
                self.set.fill(false);
                node.taken.iter().for_each(|customer| self.set[*customer as usize] = true);
                self.offer();
                Vec::new()
            }
        }
    }
}
