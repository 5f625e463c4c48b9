//! Branch and bound on a core: linear relaxations, reduced-cost fixing, strong branching, plunging.
//!
//! Branched on is a site, or the number of open sites, where the two children's bounds rise most: tried at first, then
//! taken from what was learnt (reliability branching and its product rule: Achterberg, Koch and Martin 2005). The better
//! child is dived into with the basis at hand; the other waits in a heap, least bound first.

mod branching;

use super::super::heap::Heap;
use super::core::{Core, Domain, Fixed};
use super::greedy::choose;
use super::simplex::{Basis, Simplex};
use crate::watch::Watch;
use branching::{Rise, distance};

/// Branchings weighed at a node.
const TRIED: usize = 16;

/// Branchings in a row that bring nothing better before the weighing ends.
const PATIENCE: usize = 4;

/// Observations of each side after which a site's rise is no longer tried but taken from what was learnt.
const RELIABLE: usize = 4;

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
    /// A choice known before, and its cost.
    pub known: Option<(Vec<bool>, f64)>,
}

/// Where a node comes from: what was branched on, to which side, how far that moved it, and the bound before.
#[derive(Debug, Clone, Copy)]
struct Origin {
    pick: usize,
    side: usize,
    distance: f64,
    bound: f64,
}

/// An unexplored node.
struct Open {
    domain: Domain,
    bound: f64,
    origin: Option<Origin>,
}

/// An unexplored node that waits, with the basis to begin from.
struct Node {
    open: Open,
    basis: Basis,
}

/// A branching that was weighed.
struct Branching {
    score: f64,
    pick: usize,
    part: f64,
    bounds: [f64; 2],
    hopes: [f64; 2],
}

struct Tree<'c, 'w> {
    core: &'c Core,
    limits: &'w Limits<'w>,
    grain: f64,
    /// No choice at all costs more than this.
    most: f64,
    best: Option<(Vec<bool>, f64)>,
    nodes: usize,
    /// The rise of each site and of their sum, up and down.
    known: Vec<[Rise; 2]>,
    usual: [Rise; 2],
}

/// Finds the least cost of a core; none when it has no choice that keeps its rows.
pub fn solve(core: &Core, limits: &Limits) -> Result<Option<Found>, f64> {
    let soft = core.weight.iter().filter(|weight| weight.is_finite());
    let most = 1.0 + core.fixed.iter().chain(soft).map(|cost| cost.abs()).sum::<f64>();
    let mut core = core.clone();
    let domain = core.count_all();
    let known = vec![[Rise::default(); 2]; core.fixed.len() + 1];
    let usual = [Rise::default(); 2];
    let mut tree = Tree { core: &core, limits, grain: core.grain(), most, best: None, nodes: 0, known, usual };
    tree.run(domain)
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

    fn run(&mut self, domain: Domain) -> Result<Option<Found>, f64> {
        let n = self.core.fixed.len();
        self.offer(self.limits.known.clone());
        self.offer(choose(self.core, &domain.state, &vec![1.0; n]));
        let mut simplex = Simplex::new(self.core);
        let mut bound = simplex.improve(&domain, self.cutoff(), 100 * n + 4 * self.core.sets.len() + 1000);
        let dual = simplex.dual.clone();
        self.offer(choose(self.core, &domain.state, &simplex.price));
        let mut heap: Heap<Node> = Heap::new();
        let mut current = Some(Open { domain, bound, origin: None });
        // The least bound of what is left unexplored when the search ends early.
        let mut left = f64::INFINITY;
        loop {
            let open = match current.take() {
                Some(open) => open,
                None => match heap.pop() {
                    Some(node) if node.open.bound < self.cutoff() => {
                        simplex.restore(&node.basis);
                        node.open
                    }
                    _ => break,
                },
            };
            bound = heap.first().map_or(open.bound, |node| node.open.bound.min(open.bound));
            if self.nodes.is_multiple_of(32) {
                let constant = self.limits.constant;
                let proven = self.lifted(bound).min(self.best.as_ref().map_or(f64::INFINITY, |best| best.1));
                self.limits.watch.progress(self.best.as_ref().map(|best| best.1 + constant), proven + constant);
            }
            let enough =
                self.best.as_ref().is_some_and(|(_, cost)| cost - self.lifted(bound) <= (self.limits.enough)(*cost));
            if enough || self.nodes >= self.limits.nodes || self.limits.watch.stop() {
                left = bound;
                break;
            }
            self.nodes += 1;
            current = self.explore(&mut simplex, open, &mut heap);
        }
        let left = self.lifted(left);
        match self.best.take() {
            Some((open, cost)) => Ok(Some(Found { open, cost, bound: left.min(cost), dual, nodes: self.nodes })),
            None if left == f64::INFINITY => Ok(None),
            None => Err(left),
        }
    }

    /// Bounds a node and branches; returns the child to dive into.
    fn explore(&mut self, simplex: &mut Simplex<'c>, node: Open, heap: &mut Heap<Node>) -> Option<Open> {
        let n = self.core.fixed.len();
        let Open { mut domain, bound: inherited, origin } = node;
        let mut bound;
        let mut first = true;
        loop {
            bound = simplex.improve(&domain, self.cutoff(), 20 * n + 200).max(inherited);
            if let Some(Origin { pick, side, distance, bound: before }) = origin.filter(|_| first) {
                self.known[pick][side].learn((bound - before).max(0.0) / distance);
            }
            first = false;
            if bound > self.cutoff() {
                return None;
            }
            if self.nodes < 50 || self.nodes.is_multiple_of(16) {
                self.offer(choose(self.core, &domain.state, &simplex.price));
            }
            if self.fix(simplex, &mut domain.state) == 0 {
                break;
            }
        }
        let picks = self.picks(&domain, &simplex.price);
        if picks.is_empty() {
            return self.settle(simplex, domain, bound, heap);
        }
        let mut best: Option<Branching> = None;
        let mut misses = 0;
        for (_, pick, part) in picks.into_iter().take(TRIED) {
            let mut bounds = [bound; 2];
            let mut hopes = [0, 1].map(|side| self.known[pick][side].mean(self.usual[side]) * distance(part, side));
            if self.known[pick].iter().any(|known| known.count < RELIABLE) {
                for side in [0, 1] {
                    let child = self.child(&domain, pick, part, side, simplex);
                    bounds[side] = simplex.clone().improve(&child, self.cutoff(), TRIAL_PIVOTS).max(bound);
                    hopes[side] = bounds[side] - bound;
                    self.known[pick][side].learn(hopes[side] / distance(part, side));
                    self.usual[side].learn(hopes[side] / distance(part, side));
                }
                let closed = bounds.map(|bound| bound > self.cutoff());
                match closed {
                    [true, true] => return None,
                    [true, false] | [false, true] => {
                        let side = usize::from(closed[0]);
                        let domain = self.child(&domain, pick, part, side, simplex);
                        return Some(Open { domain, bound: bounds[side], origin: None });
                    }
                    [false, false] => {}
                }
            }
            let least = 1e-6 * (1.0 + bound.abs());
            let score = hopes[0].max(least) * hopes[1].max(least);
            misses += 1;
            if best.as_ref().is_none_or(|known| score > known.score) {
                best = Some(Branching { score, pick, part, bounds, hopes });
                misses = 0;
            }
            if misses >= PATIENCE {
                break;
            }
        }
        let Branching { pick, part, bounds, hopes, .. } = best?;
        let dive = usize::from(hopes[1] < hopes[0]);
        let open = |tree: &Self, side: usize| Open {
            domain: tree.child(&domain, pick, part, side, simplex),
            bound: bounds[side],
            origin: Some(Origin { pick, side, distance: distance(part, side), bound }),
        };
        heap.push(-bounds[1 - dive], self.nodes, Node { basis: simplex.basis(), open: open(self, 1 - dive) });
        Some(open(self, dive))
    }

    /// Answers a node whose relaxation is whole; while rounding keeps its bound below its cost, both sides of a free site
    /// are looked at.
    fn settle(&mut self, simplex: &Simplex, mut domain: Domain, bound: f64, heap: &mut Heap<Node>) -> Option<Open> {
        let n = self.core.fixed.len();
        let state = &domain.state;
        let whole = |j: usize| state[j] == Fixed::Open || state[j] == Fixed::Free && simplex.price[j] > 0.5;
        let open: Vec<bool> = (0..n).map(whole).collect();
        let cost = self.core.cost(&open);
        self.offer(cost.map(|cost| (open.clone(), cost)));
        if bound > self.cutoff() {
            return None;
        }
        let site = (0..n).find(|&j| domain.state[j] == Fixed::Free)?;
        let mut other = domain.clone();
        let sides = if open[site] { [Fixed::Open, Fixed::Closed] } else { [Fixed::Closed, Fixed::Open] };
        (domain.state[site], other.state[site]) = (sides[0], sides[1]);
        let waiting = Open { domain: other, bound, origin: None };
        heap.push(-bound, self.nodes, Node { basis: simplex.basis(), open: waiting });
        Some(Open { domain, bound, origin: None })
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
