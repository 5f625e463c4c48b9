//! The tree: nodes bounded, searched for plans and branched on, least bound first or diving, under guessed ceilings.

use std::collections::BinaryHeap;
use std::sync::Arc;

use super::super::ascent::Scale;
use super::super::state::State;
use super::super::volume::{Climb, End};
use super::super::{Failure, Location, Multipliers};
use super::{Branch, Node, Search, apply};

/// The dual iterations of a node.
const NODE_ITERATIONS: usize = 60;

/// The parts in which they are spent.
const NODE_CHUNKS: usize = 3;

/// The most ceilings guessed before the search goes without.
const GUESSES: usize = 5;

impl<'i, 'a> Search<'i, 'a> {
    /// Branches as if a plan not far above the bound were known, then farther, until one is.
    ///
    /// Where a guess rules out everything, it is a bound; where it is too low, its tree is small, for reduced costs
    /// settle more the nearer the cutoff is.
    pub(super) fn guess(
        &mut self,
        root: &State,
        bound: f64,
        prices: &Arc<Multipliers>,
        multipliers: Multipliers,
    ) -> Result<Location, Failure> {
        let mut floor = self.raised(bound);
        let distance = self.incumbent().map_or(f64::INFINITY, |plan| plan.cost - floor);
        let mut step = (0.1 * distance).clamp(2e-4 * floor.abs(), 5e-3 * floor.abs());
        let mut guesses = 0;
        loop {
            let guess = floor + step;
            self.ceiling = if step > 0.0 && guess < self.cutoff() { guess } else { f64::INFINITY };
            self.loose = f64::INFINITY;
            let node =
                Node { bound: floor, number: 0, state: root.clone(), prices: prices.clone(), branch: Branch::Item(0) };
            let first = self.explore_node(root.clone(), &node);
            let left = self.grow(first);
            let ceiling = std::mem::replace(&mut self.ceiling, f64::INFINITY);
            let known = self.incumbent().map_or(f64::INFINITY, |plan| plan.cost);
            if left < f64::INFINITY || ceiling == f64::INFINITY || (known <= ceiling && self.loose == f64::INFINITY) {
                return self.finish(left.min(if known <= ceiling { f64::INFINITY } else { ceiling }), multipliers);
            }
            floor = floor.max(ceiling.min(self.loose));
            guesses += 1;
            step = if guesses < GUESSES { 4.0 * step } else { f64::INFINITY };
        }
    }

    /// Branches until nothing is left, or until a limit; the least bound left, infinite when all is explored.
    pub(super) fn grow(&mut self, first: Option<Node>) -> f64 {
        // Undivided service is hard to round: the search follows the likelier child down until a dive ends in a plan
        // or in nothing, and only then returns to the least bound.
        let dives = self.instance.exchangeable;
        let scale = self.scale.clone();
        let mut heap = BinaryHeap::new();
        let mut next = first;
        while let Some(node) = next.take().or_else(|| heap.pop()) {
            if node.bound >= self.cutoff() {
                continue;
            }
            let bound = node.bound.min(heap.peek().map_or(f64::INFINITY, |node: &Node| node.bound)).min(self.loose);
            self.tell(bound);
            if self.done(bound) || self.nodes >= self.settings.node_limit || self.watch.stop() {
                return bound;
            }
            // The two sides climb side by side; what they find is taken in order.
            let climb = |side: bool| {
                let mut state = node.state.clone();
                apply(self.instance, &mut state, node.branch, side);
                self.climb_node(&scale, state, &node)
            };
            let (taken, ruled_out) = rayon::join(|| climb(true), || climb(false));
            for climbed in [taken, ruled_out] {
                let Some(child) = self.settle_node(climbed, &node) else { continue };
                match &next {
                    None if dives => next = Some(child),
                    Some(other) if child.bound < other.bound => heap.extend(next.replace(child)),
                    _ => heap.push(child),
                }
            }
        }
        f64::INFINITY
    }

    /// Bounds a node; none when nothing better than the incumbent is left in it.
    pub(super) fn explore_node(&mut self, state: State, parent: &Node) -> Option<Node> {
        let scale = self.scale.clone();
        let climbed = self.climb_node(&scale, state, parent);
        self.settle_node(climbed, parent)
    }

    /// Climbs at a node from its parent's prices; none when nothing better than the incumbent is left in it.
    fn climb_node<'s>(&self, scale: &'s Scale, mut state: State, parent: &Node) -> Option<(State, Climb<'s, 'a>)>
    where
        'i: 's,
    {
        if !state.propagate(self.instance) {
            return None;
        }
        let mut climb = Climb::new(self.instance, scale, (*parent.prices).clone(), 0.2);
        let mut before = parent.bound;
        for _ in 0..NODE_CHUNKS {
            if climb.run(&mut state, self.cutoff(), NODE_ITERATIONS / NODE_CHUNKS, self.watch) == End::Pruned {
                return None;
            }
            // Where this is far from enough to close the node, branching does better.
            if climb.best - before < 0.1 * (self.cutoff() - climb.best) {
                break;
            }
            before = before.max(climb.best);
        }
        Some((state, climb))
    }

    /// Looks for plans where a node has climbed to, and finds what to branch on.
    fn settle_node(&mut self, climbed: Option<(State, Climb)>, parent: &Node) -> Option<Node> {
        self.nodes += 1;
        let number = self.nodes;
        let (state, mut climb) = climbed?;
        let bound = climb.best.max(parent.bound);
        if bound >= self.cutoff() {
            return None;
        }
        self.explorer.explore(&state, &climb, self.known_cutoff(), number < 20 || number.is_multiple_of(10));
        if bound >= self.cutoff() {
            return None;
        }
        match self.branch(&state, &climb) {
            Some(branch) => {
                let prices = Arc::new(std::mem::take(&mut climb.prices));
                Some(Node { bound, number, state, prices, branch })
            }
            None => {
                self.close(&state, bound);
                None
            }
        }
    }
}
