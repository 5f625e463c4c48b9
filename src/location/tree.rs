//! Branch and bound: what the root leaves undecided is divided until nothing better than the best plan can be left.
//!
//! Nodes are explored several at a time, least bound first; undivided service is hard to round, so there one node at a
//! time is followed down to the likelier child until the dive ends in a plan or in nothing. A node's prices climb in
//! strides, those of undivided service and of counted sites by volume. It branches on the place whose averaged openness
//! is most undecided, then on the mode of an open site, then (undivided service within limits only) on a lane; a node
//! with nothing left to decide is answered exactly.

use std::sync::Arc;

use rayon::prelude::*;

use super::allot::{Allotment, Effort, allot};
use super::ascent::Scale;
use super::climb::{Climb, End};
use super::heap::Heap;
use super::instance::Instance;
use super::search::Search;
use super::state::State;
use super::{Multipliers, Status};

/// The dual iterations of a node, in parts.
const ITERATIONS: [usize; 2] = [40, 20];

/// The first stride of a node's climb; its parent's prices are nearly right.
const STRIDE: f64 = 0.05;

/// The iterations of a node of undivided service.
const WHOLE_ITERATIONS: [usize; 3] = [20; 3];

/// The first step of a node's climb by volume.
const STEP: f64 = 0.2;

/// The nodes explored at a time; fixed, because the order of exploration follows from it.
const BATCH: usize = 4;

/// Batches in which the best plan is shaken every time; later it is shaken once in `REST`.
const RESTLESS: usize = 64;
const REST: usize = 4;

/// What a node branches on.
#[derive(Debug, Clone, Copy)]
enum Branch {
    /// A site or an upper: open or closed.
    Item(usize),
    /// A flat mode: taken by its site, or ruled out.
    Mode(usize),
    /// A lane position: serves its customer, or ruled out.
    Lane(usize, usize),
}

/// An open node.
struct Node {
    bound: f64,
    number: usize,
    state: State,
    prices: Arc<Multipliers>,
    branch: Branch,
}

impl<'i, 'a> Search<'i, 'a> {
    /// Explores the tree below a root; returns the least bound of what was not explored, infinite when all was.
    pub fn tree(&mut self, mut root: State, prices: Multipliers, bound: f64, average: &[f64]) -> f64 {
        let mut heap = Heap::new();
        let mut climb = node_climb(self.instance, &self.scale, prices);
        if !root.propagate(self.instance)
            || climb.run(&mut root, self.cutoff(), ITERATIONS[0], self.watch) == End::Pruned
        {
            return f64::INFINITY;
        }
        let hint = climb.relaxed.mode.clone();
        self.judge(root.clone(), climb, bound, 0).into_iter().for_each(|node| wait(&mut heap, node));
        let dives = self.instance.exchangeable;
        let mut diving: Vec<Node> = Vec::new();
        let mut batch = 0;
        // Dives side by side would be late for what the first of them finds.
        let width = if dives { 1 } else { BATCH };
        loop {
            let least =
                heap.first().into_iter().chain(&diving).map(|node: &Node| node.bound).fold(f64::INFINITY, f64::min);
            if least >= self.cutoff() {
                break;
            }
            self.tell(least.min(self.loose));
            if self.done(least.min(self.loose)) || self.nodes >= self.settings.node_limit || self.watch.stop() {
                return least;
            }
            let mut nodes = std::mem::take(&mut diving);
            nodes.extend((nodes.len()..width).map_while(|_| heap.pop()));
            let cutoff = self.cutoff();
            nodes.retain(|node| node.bound < cutoff);
            let children: Vec<(State, &Node)> = nodes
                .iter()
                .flat_map(|node| [true, false].map(|side| (divided(self.instance, node, side), node)))
                .collect();
            let effort = (self.explorer.dice.roll(), self.explorer.short());
            let shaking = batch < RESTLESS || batch % REST == 0;
            let (climbs, plan) = rayon::join(
                || self.climbs(children, cutoff),
                // What a node has decided is not to bind the best plan.
                || if shaking { self.explorer.shaken(&root, average, &hint, effort) } else { None },
            );
            plan.into_iter().for_each(|plan| self.explorer.offer(plan));
            let mut siblings: Vec<Node> = Vec::with_capacity(2);
            for (k, (child, bound)) in climbs.into_iter().enumerate() {
                self.nodes += 1;
                if let Some((state, climb)) = child {
                    siblings.extend(self.judge(state, climb, bound, self.nodes));
                }
                if k % 2 == 1 {
                    siblings.sort_by(|a, b| a.bound.total_cmp(&b.bound));
                    diving.extend(siblings.drain(..usize::from(dives && !siblings.is_empty())));
                    siblings.drain(..).for_each(|node| wait(&mut heap, node));
                }
            }
            batch += 1;
        }
        f64::INFINITY
    }

    /// Climbs at every child; a child in which nothing better is left has no climb. The bounds are their parents'.
    fn climbs(&self, children: Vec<(State, &Node)>, cutoff: f64) -> Vec<(Option<(State, Climb<'i, 'a>)>, f64)> {
        let (instance, scale, watch) = (self.instance, &self.scale, self.watch);
        children
            .into_par_iter()
            .map(|(mut state, parent)| {
                if !state.propagate(instance) {
                    return (None, parent.bound);
                }
                let mut climb = node_climb(instance, scale, (*parent.prices).clone());
                let mut before = parent.bound;
                let iterations: &[usize] = if instance.exchangeable { &WHOLE_ITERATIONS } else { &ITERATIONS };
                for &chunk in iterations {
                    if climb.run(&mut state, cutoff, chunk, watch) == End::Pruned {
                        return (None, parent.bound);
                    }
                    // Where this is far from enough to close the node, branching does better.
                    if climb.best - before < 0.1 * (cutoff - climb.best) {
                        break;
                    }
                    before = before.max(climb.best);
                }
                (Some((state, climb)), parent.bound)
            })
            .collect()
    }

    /// Looks for plans at a node; none when nothing better than the best plan is left in it, or it was answered.
    fn judge(&mut self, state: State, mut climb: Climb, bound: f64, number: usize) -> Option<Node> {
        let bound = climb.best.max(bound);
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

    /// What to branch on; none when all is decided.
    fn branch(&self, state: &State, climb: &Climb) -> Option<Branch> {
        let item = climb.undecided(state);
        // Where the sites are as good as decided the customers are not.
        if item.is_none_or(|item| climb.doubt(item) < 0.1)
            && let Some((customer, lane)) = climb.contested(state)
        {
            return Some(Branch::Lane(customer, lane));
        }
        if let Some(item) = item {
            return Some(Branch::Item(item));
        }
        let instance = self.instance;
        let live = |j: usize| instance.modes_of(j).filter(|&m| !state.mode_off[m]);
        for j in (0..instance.sites).filter(|&j| state.site[j] == Status::Open) {
            if live(j).nth(1).is_some() {
                let value = |m: usize| climb.relaxed.mode_value[m];
                return live(j).min_by(|&a, &b| value(a).total_cmp(&value(b)).then(a.cmp(&b))).map(Branch::Mode);
            }
        }
        if state.lane_off.is_empty() {
            return None;
        }
        let choices = |i: usize| instance.lanes(i).filter(|&p| state.allows(instance, p));
        let contested = (0..instance.customers).filter(|&i| choices(i).nth(1).is_some()).max_by(|&a, &b| {
            let doubt = |i: usize| climb.violation.serve[i].abs();
            doubt(a).total_cmp(&doubt(b)).then(b.cmp(&a))
        })?;
        let used = climb.relaxed.served.iter().find(|served| served.0 as usize == contested).map(|s| s.1 as usize);
        let lane = used.filter(|&p| state.allows(instance, p)).or_else(|| choices(contested).next())?;
        Some(Branch::Lane(contested, lane))
    }

    /// Answers a node with nothing left to decide.
    fn close(&mut self, state: &State, bound: f64) {
        let design = self.explorer.settled_design(state);
        let found = allot(self.instance, state, &design, None, &[], Effort::Exact);
        let exact = matches!(found, Allotment::Exact(_)) || !state.lane_off.is_empty();
        if let Some(plan) = found.plan() {
            self.explorer.offer(plan);
        }
        if !exact || !self.instance.lists_all() {
            self.loose = self.loose.min(bound);
        }
    }
}

/// Puts a node among those that wait: the least bound comes first; among equals the youngest.
fn wait(heap: &mut Heap<Node>, node: Node) {
    heap.push(-node.bound, node.number, node);
}

/// The climb of a node from its parent's prices.
fn node_climb<'i, 'a>(instance: &'i Instance<'a>, scale: &Scale, prices: Multipliers) -> Climb<'i, 'a> {
    if instance.exchangeable || instance.is_median() {
        return Climb::by_volume(instance, scale.clone(), prices, STEP);
    }
    Climb::new(instance, scale.clone(), prices, STRIDE)
}

/// A node's state with one side of its branching taken.
fn divided(instance: &Instance, node: &Node, side: bool) -> State {
    let mut state = node.state.clone();
    match node.branch {
        Branch::Item(item) => state.set_item(item, if side { Status::Open } else { Status::Closed }),
        Branch::Mode(mode) if side => {
            let site = instance.mode_starts.partition_point(|&start| start <= mode) - 1;
            for other in instance.modes_of(site) {
                state.mode_off[other] |= other != mode;
            }
        }
        Branch::Mode(mode) => state.mode_off[mode] = true,
        Branch::Lane(customer, lane) if side => {
            for other in instance.lanes(customer) {
                state.lane_off[other] |= other != lane;
            }
        }
        Branch::Lane(_, lane) => state.lane_off[lane] = true,
    }
    state
}
