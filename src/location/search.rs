//! The whole search: the root's climb with plans on the way, then branch and bound until the gap closes.
//!
//! Nodes are explored least bound first. A node branches on the place whose averaged openness is most undecided, then
//! on the mode of an open site, then (undivided service within limits only) on a lane; a node with nothing left to
//! decide is answered exactly. The bound of the whole is the least among the nodes still open.

mod tree;

use std::cmp::Ordering;
use std::sync::Arc;

use super::allot::{Allotment, Effort, allot};
use super::ascent::{Ascent, Scale, ascend};
use super::explore::Explorer;
use super::granule::Granule;
use super::instance::Instance;
use super::primal::{Plan, answer};
use super::state::State;
use super::volume::{Climb, End};
use super::{Failure, Location, Multipliers, Reason, Settings, Status};
use crate::watch::Watch;

/// The open sites of the parts in which undivided plans are improved, in turn.
const WIDTHS: [usize; 2] = [6, 10];

/// The part of the gap that a round at the root must close for another to follow; branching does better by then.
const WORTHWHILE: f64 = 0.005;

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

/// A search under way.
struct Search<'i, 'a> {
    instance: &'i Instance<'a>,
    settings: &'i Settings,
    watch: &'i dyn Watch,
    scale: Scale,
    explorer: Explorer<'i, 'a>,
    /// The step of all plans' costs, if they have one.
    granule: Option<Granule>,
    /// Nothing dearer than this is looked for at the moment.
    ceiling: f64,
    /// The least bound of nodes that could be neither closed nor branched.
    loose: f64,
    nodes: usize,
}

/// Searches for the best plan.
pub(super) fn search(instance: &Instance, settings: &Settings, watch: &dyn Watch) -> Result<Location, Failure> {
    let mut root = State::new(instance);
    if !root.propagate(instance) {
        return Err(Failure::Infeasible(Reason::Proven));
    }
    watch.stage("placing outlets");
    let mut explorer = Explorer::new(instance, settings.seed, watch);
    explorer.begin(&root, settings.start.as_ref());
    let Ascent { mut prices, scale, tight } = ascend(instance, &root, explorer.count_price());
    explorer.begin_tight(&root, &tight);
    let fitting = |known: &&Multipliers| {
        known.serve.len() == prices.serve.len()
            && known.link.len() == prices.link.len()
            && known.through.len() == prices.through.len()
            && known.upper_load.len() == prices.upper_load.len()
            && known.row.len() == prices.row.len()
            && [&known.serve, &known.link, &known.through, &known.upper_load, &known.row]
                .iter()
                .all(|list| list.iter().all(|price| price.is_finite()))
    };
    if let Some(known) = settings.start.as_ref().and_then(|start| start.multipliers.as_ref()).filter(fitting) {
        prices = known.clone();
        let signed =
            prices.link.iter_mut().chain(&mut prices.through).chain(&mut prices.upper_load).chain(&mut prices.row);
        signed.for_each(|price| *price = price.max(0.0));
    }
    let mut search = Search {
        instance,
        settings,
        watch,
        scale,
        explorer,
        granule: Granule::of(instance),
        ceiling: f64::INFINITY,
        loose: f64::INFINITY,
        nodes: 0,
    };
    search.run(root, prices)
}

/// A plan cheaper than a ceiling, searched for from given prices of (serve) with few nodes; none when none was found.
pub(super) fn below(
    instance: &Instance,
    serve: &[f64],
    ceiling: f64,
    node_limit: usize,
    watch: &dyn Watch,
) -> Option<Plan> {
    let mut root = State::new(instance);
    if !root.propagate(instance) {
        return None;
    }
    let Ascent { mut prices, scale, .. } = ascend(instance, &root, 0.0);
    prices.serve.copy_from_slice(serve);
    let settings = Settings { node_limit, ..Settings::default() };
    let explorer = Explorer::new(instance, settings.seed, watch);
    let granule = Granule::of(instance);
    let loose = f64::INFINITY;
    let mut search =
        Search { instance, settings: &settings, watch, scale, explorer, granule, ceiling, loose, nodes: 0 };
    let prices = Arc::new(prices);
    let bound = f64::NEG_INFINITY;
    let node = Node { bound, number: 0, state: root.clone(), prices, branch: Branch::Item(0) };
    let first = search.explore_node(root, &node);
    search.grow(first);
    search.explorer.incumbent.filter(|plan| plan.cost < ceiling)
}

impl Search<'_, '_> {
    fn run(&mut self, mut root: State, prices: Multipliers) -> Result<Location, Failure> {
        let scale = self.scale.clone();
        let mut climb = Climb::new(self.instance, &scale, prices, 1.0);
        let mut spent = 0;
        let mut before = f64::NEG_INFINITY;
        let mut chunk = 30;
        let mut end = End::Spent;
        loop {
            let iterations = chunk.min(self.settings.iteration_limit.max(1) - spent);
            end = match climb.run(&mut root, self.cutoff(), iterations, self.watch) {
                End::Pruned => End::Pruned,
                End::Spent => end,
            };
            spent += iterations;
            if end == End::Pruned {
                break;
            }
            if !self.watch.stop() || self.incumbent().is_none() {
                self.explorer.explore(&root, &climb, self.known_cutoff(), true);
            }
            self.tell(climb.best);
            if self.done(climb.best)
                || spent >= self.settings.iteration_limit.max(1)
                || climb.is_exhausted()
                || (chunk == 200 && climb.best - before < WORTHWHILE * (self.cutoff() - climb.best))
                || self.watch.stop()
            {
                break;
            }
            before = climb.best;
            chunk = (chunk * 2).min(200);
        }
        let multipliers = climb.prices.clone();
        let bound = climb.best;
        if end == End::Pruned {
            return self.finish(f64::INFINITY, multipliers);
        }
        if self.done(bound) || self.settings.node_limit == 0 || self.watch.stop() {
            return self.finish(bound, multipliers);
        }
        let prices = Arc::new(climb.prices.clone());
        if self.instance.exchangeable {
            drop(climb);
            for width in WIDTHS {
                self.explorer.improve_parts(&root, &prices, width);
                self.tell(bound);
            }
            if self.done(bound) {
                return self.finish(bound, multipliers);
            }
            return self.guess(&root, bound, &prices, multipliers);
        }
        // Settle with the last incumbent before the first branching.
        let first = match self.branch(&root, &climb) {
            Some(branch) => Some(Node { bound, number: 0, state: root, prices, branch }),
            None => {
                self.close(&root, bound);
                None
            }
        };
        drop(climb);
        let left = self.grow(first);
        self.finish(left, multipliers)
    }

    /// What to branch on; none when all is decided.
    fn branch(&self, state: &State, climb: &Climb) -> Option<Branch> {
        let item = climb.undecided(state);
        // Where the sites are as good as decided the customers are not.
        if self.instance.exchangeable
            && item.is_none_or(|item| climb.doubt(item) < 0.1)
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
        if !exact {
            self.loose = self.loose.min(bound);
        }
    }

    fn incumbent(&self) -> Option<&Plan> {
        self.explorer.incumbent.as_ref()
    }

    /// A plan is worth finding only below this.
    fn cutoff(&self) -> f64 {
        self.ceiling.min(self.known_cutoff())
    }

    /// A plan better than the best known costs less than this.
    fn known_cutoff(&self) -> f64 {
        self.incumbent().map_or(f64::INFINITY, |plan| {
            let better = plan.cost - 1e-9 * plan.cost.abs();
            self.granule.map_or(better, |granule| granule.below(plan.cost).min(better))
        })
    }

    fn done(&self, bound: f64) -> bool {
        let bound = self.raised(bound);
        self.incumbent().is_some_and(|plan| plan.cost - bound <= self.settings.gap * plan.cost.abs())
    }

    /// The bound raised to what a plan can cost.
    fn raised(&self, bound: f64) -> f64 {
        self.granule.map_or(bound, |granule| granule.raise(bound))
    }

    fn tell(&self, bound: f64) {
        self.watch.progress(self.incumbent().map(|plan| plan.cost), self.raised(bound));
    }

    /// `left` is the least bound of what was not explored, infinite when all was.
    fn finish(&mut self, left: f64, multipliers: Multipliers) -> Result<Location, Failure> {
        let lower_bound = self.raised(left.min(self.loose));
        match self.explorer.incumbent.take() {
            Some(plan) => {
                let location = answer(self.instance, &plan, lower_bound, multipliers, self.nodes);
                self.watch.progress(Some(location.objective), location.lower_bound);
                Ok(location)
            }
            None if lower_bound == f64::INFINITY => Err(Failure::Infeasible(Reason::Proven)),
            None => Err(Failure::NothingFound { lower_bound }),
        }
    }
}

/// Takes one side of a branching.
fn apply(instance: &Instance, state: &mut State, branch: Branch, side: bool) {
    match branch {
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
}
