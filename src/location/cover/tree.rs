//! Branch and bound on a core: linear relaxations, reduced-cost fixing, strong branching, plunging.
//!
//! The site to branch on is the one whose two children's bounds rise most (Applegate et al. 1995, the product rule of
//! Achterberg 2007). The better child is dived into with the basis at hand; the other waits in a heap, least bound first.

use std::cmp::Ordering;
use std::collections::BinaryHeap;

use super::core::{Core, Fixed};
use super::greedy::choose;
use super::simplex::{Basis, Simplex};
use crate::watch::Watch;

/// Sites tried before each branching.
const TRIED: usize = 8;

/// Pivots of such a trial.
const TRIAL_PIVOTS: usize = 40;

/// An answer of the tree.
pub struct Found {
    /// Which sites are open.
    pub open: Vec<bool>,
    /// What they cost.
    pub cost: f64,
    /// No choice costs less.
    pub bound: f64,
    /// u_S of every set and λ_r of every row at the root.
    pub dual: Vec<f64>,
    /// The nodes explored.
    pub nodes: usize,
}

/// When to end.
pub struct Limits<'w> {
    /// The gap at which to end \[currency/year\], of a cost.
    pub enough: &'w dyn Fn(f64) -> f64,
    /// The most nodes.
    pub nodes: usize,
    /// Who watches.
    pub watch: &'w dyn Watch,
    /// What all plans pay besides.
    pub constant: f64,
}

struct Node {
    bound: f64,
    number: usize,
    state: Vec<Fixed>,
    basis: Basis,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Node {}

impl PartialOrd for Node {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Node {
    /// The least bound comes first out of the heap; among equals the youngest.
    fn cmp(&self, other: &Self) -> Ordering {
        other.bound.total_cmp(&self.bound).then(self.number.cmp(&other.number))
    }
}

struct Tree<'c, 'w> {
    core: &'c Core,
    limits: &'w Limits<'w>,
    grain: f64,
    /// No choice at all costs more than this.
    most: f64,
    best: Option<(Vec<bool>, f64)>,
    nodes: usize,
}

/// Finds the least cost of a core; none when it has no choice that keeps its rows.
pub fn solve(core: &Core, limits: &Limits) -> Result<Option<Found>, f64> {
    let soft = core.weight.iter().filter(|weight| weight.is_finite());
    let most = 1.0 + core.fixed.iter().chain(soft).map(|cost| cost.abs()).sum::<f64>();
    let mut tree = Tree { core, limits, grain: core.grain(), most, best: None, nodes: 0 };
    tree.run()
}

impl<'c> Tree<'c, '_> {
    /// A choice is worth finding only below this: it must be better by a whole grain.
    fn cutoff(&self) -> f64 {
        self.best
            .as_ref()
            .map_or(self.most, |(_, cost)| (cost - self.grain * (1.0 - 1e-6)).min(cost - 1e-9 * cost.abs()))
    }

    fn offer(&mut self, choice: Option<(Vec<bool>, f64)>) {
        if let Some((open, cost)) = choice
            && self.best.as_ref().is_none_or(|(_, known)| cost < *known)
        {
            self.best = Some((open, cost));
        }
    }

    /// What a bound proves where costs are whole multiples of the grain.
    fn lifted(&self, bound: f64) -> f64 {
        if self.grain > 0.0 && bound.is_finite() {
            ((bound / self.grain - 1e-6).ceil() * self.grain).max(bound)
        } else {
            bound
        }
    }

    fn run(&mut self) -> Result<Option<Found>, f64> {
        let n = self.core.fixed.len();
        self.offer(choose(self.core, &self.core.state, &vec![1.0; n]));
        let mut simplex = Simplex::new(self.core);
        let state = self.core.state.clone();
        let mut bound = simplex.improve(&state, self.cutoff(), 100 * n + 4 * self.core.sets.len() + 1000);
        let dual = simplex.dual.clone();
        self.offer(choose(self.core, &state, &simplex.price));
        let mut heap: BinaryHeap<Node> = BinaryHeap::new();
        let mut current = Some((state, bound));
        // The least bound of what is left unexplored when the search ends early.
        let mut left = f64::INFINITY;
        loop {
            let (state, own) = match current.take() {
                Some(node) => node,
                None => match heap.pop() {
                    Some(node) if node.bound < self.cutoff() => {
                        simplex.restore(&node.basis);
                        (node.state, node.bound)
                    }
                    _ => break,
                },
            };
            bound = heap.peek().map_or(own, |node| node.bound.min(own));
            if self.nodes.is_multiple_of(32) {
                let constant = self.limits.constant;
                let bound = self.lifted(bound).min(self.best.as_ref().map_or(f64::INFINITY, |best| best.1));
                self.limits.watch.progress(self.best.as_ref().map(|best| best.1 + constant), bound + constant);
            }
            let enough =
                self.best.as_ref().is_some_and(|(_, cost)| cost - self.lifted(bound) <= (self.limits.enough)(*cost));
            if enough || self.nodes >= self.limits.nodes || self.limits.watch.stop() {
                left = heap.peek().map_or(own, |node| node.bound.min(own));
                break;
            }
            self.nodes += 1;
            current = self.explore(&mut simplex, state, own, &mut heap);
        }
        let left = self.lifted(left);
        match self.best.take() {
            Some((open, cost)) => Ok(Some(Found { open, cost, bound: left.min(cost), dual, nodes: self.nodes })),
            None if left == f64::INFINITY => Ok(None),
            None => Err(left),
        }
    }

    /// Bounds a node and branches; returns the child to dive into.
    fn explore(
        &mut self,
        simplex: &mut Simplex<'c>,
        mut state: Vec<Fixed>,
        inherited: f64,
        heap: &mut BinaryHeap<Node>,
    ) -> Option<(Vec<Fixed>, f64)> {
        let n = self.core.fixed.len();
        let pivots = 20 * n + 200;
        let mut bound;
        loop {
            bound = simplex.improve(&state, self.cutoff(), pivots).max(inherited);
            if bound > self.cutoff() {
                return None;
            }
            if self.nodes < 50 || self.nodes.is_multiple_of(8) {
                self.offer(choose(self.core, &state, &simplex.price));
            }
            if self.fix(simplex, &mut state) == 0 {
                break;
            }
        }
        let doubt = |j: usize| (simplex.price[j] - 0.5).abs();
        let mut undecided: Vec<usize> = (0..n)
            .filter(|&j| state[j] == Fixed::Free && simplex.price[j] > 1e-6 && simplex.price[j] < 1.0 - 1e-6)
            .collect();
        undecided.sort_by(|&a, &b| doubt(a).total_cmp(&doubt(b)).then(a.cmp(&b)));
        if undecided.is_empty() {
            // A whole solution: it is the best of the node when its cost is the bound; else what is free decides on.
            let whole = |j: usize| state[j] == Fixed::Open || state[j] == Fixed::Free && simplex.price[j] > 0.5;
            let open: Vec<bool> = (0..n).map(whole).collect();
            let cost = self.core.cost(&open);
            self.offer(cost.map(|cost| (open, cost)));
            if bound > self.cutoff() {
                return None;
            }
            undecided = (0..n).filter(|&j| state[j] == Fixed::Free).take(1).collect();
            if undecided.is_empty() {
                return None;
            }
        }
        let basis = simplex.basis();
        let trial = simplex.clone();
        let mut best: Option<(f64, usize, f64, f64)> = None;
        for &site in undecided.iter().take(TRIED) {
            let mut sides = [0.0; 2];
            for (side, fixed) in sides.iter_mut().zip([Fixed::Open, Fixed::Closed]) {
                state[site] = fixed;
                let mut child = trial.clone();
                *side = child.improve(&state, self.cutoff(), TRIAL_PIVOTS).max(bound);
                state[site] = Fixed::Free;
            }
            let [open, closed] = sides;
            match (open > self.cutoff(), closed > self.cutoff()) {
                (true, true) => return None,
                (true, false) => {
                    state[site] = Fixed::Closed;
                    return Some((state, bound.max(closed)));
                }
                (false, true) => {
                    state[site] = Fixed::Open;
                    return Some((state, bound.max(open)));
                }
                (false, false) => {}
            }
            let least = 1e-6 * (1.0 + bound.abs());
            let score = (open - bound).max(least) * (closed - bound).max(least);
            if best.is_none_or(|(known, ..)| score > known) {
                best = Some((score, site, open, closed));
            }
        }
        let (_, site, open, closed) = best?;
        let dive = if open <= closed { Fixed::Open } else { Fixed::Closed };
        let (own, other) = if dive == Fixed::Open { (open, closed) } else { (closed, open) };
        let mut waiting = state.clone();
        waiting[site] = if dive == Fixed::Open { Fixed::Closed } else { Fixed::Open };
        heap.push(Node { bound: other, number: self.nodes, state: waiting, basis });
        state[site] = dive;
        Some((state, own))
    }

    /// Settles what the reduced costs decide; returns how many sites that are.
    fn fix(&self, simplex: &Simplex, state: &mut [Fixed]) -> usize {
        let room = self.cutoff() - simplex.bound;
        let mut settled = 0;
        for (state, reduced) in state.iter_mut().zip(&simplex.reduced).filter(|(state, _)| **state == Fixed::Free) {
            if reduced.abs() > room {
                *state = if *reduced > 0.0 { Fixed::Closed } else { Fixed::Open };
                settled += 1;
            }
        }
        settled
    }
}
