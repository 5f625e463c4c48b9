//! The whole search: the root's climb with plans on the way, then branch and bound until the gap closes.
//!
//! The bound of the whole is the least among the nodes still open (`tree`).

use super::ascent::{Ascent, Scale, ascend};
use super::climb::{Climb, End};
use super::explore::{Explorer, LARGE};
use super::granule::Granule;
use super::instance::Instance;
use super::parts::rounds;
use super::primal::{Plan, answer};
use super::remainder::remainder;
use super::state::State;
use super::{Failure, Location, Multipliers, Reason, Settings};
use crate::watch::Watch;

/// The first stride of a climb from a dual ascent, and from the prices of an earlier run.
const FIRST_STRIDE: f64 = 0.2;
const WARM_STRIDE: f64 = 0.05;

/// The first step of undivided service, relative to the distance from the cutoff.
const VOLUME_STEP: f64 = 1.0;

/// The most ceilings guessed before the search goes without.
const GUESSES: usize = 5;

/// The part of the gap that a round at the root must close for another to follow; branching does better by then.
const WORTHWHILE: f64 = 0.005;

/// A search under way.
pub(super) struct Search<'i, 'a> {
    pub instance: &'i Instance<'a>,
    pub settings: &'i Settings,
    pub watch: &'i dyn Watch,
    /// The reach of every price at the beginning of a climb.
    pub scale: Scale,
    pub explorer: Explorer<'i, 'a>,
    /// The cost of a plan known before, which the instance may no longer contain.
    pub known: f64,
    /// The step of all plans' costs, if they have one.
    granule: Option<Granule>,
    /// Nothing dearer than this is looked for at the moment.
    ceiling: f64,
    /// The least bound of nodes that could be neither closed nor branched.
    pub loose: f64,
    pub nodes: usize,
}

/// What the root leaves to the tree.
struct Root {
    state: State,
    prices: Multipliers,
    bound: f64,
    pruned: bool,
    average: Vec<f64>,
}

/// Searches for the best plan.
pub(super) fn search(instance: &Instance, settings: &Settings, watch: &dyn Watch) -> Result<Location, Failure> {
    let mut state = State::new(instance);
    if !state.propagate(instance) {
        return Err(if instance.lists_all() { Failure::Infeasible(Reason::Proven) } else { Failure::Unlisted });
    }
    watch.stage("placing outlets");
    let mut explorer = Explorer::new(instance, settings.seed, watch);
    explorer.begin(&state, settings.start.as_ref());
    let Ascent { prices, scale, tight } = ascend(instance, &state, explorer.count_price());
    explorer.begin_tight(&state, &tight);
    let (prices, stride) = match warm_prices(instance, settings, &prices) {
        Some(known) => (known, WARM_STRIDE),
        None => (prices, FIRST_STRIDE),
    };
    let mut search = Search::new(instance, settings, watch, explorer, scale);
    let root = search.climb(state, prices, stride);
    if root.pruned {
        return search.finish(f64::INFINITY, root.prices);
    }
    if search.done(root.bound) || settings.node_limit == 0 || watch.stop() {
        return search.finish(root.bound, root.prices);
    }
    if instance.exchangeable {
        for &round in rounds(instance, &root.state) {
            search.explorer.improve_parts(&root.state, &root.prices, round);
            search.tell(root.bound);
            if search.done(root.bound) {
                return search.finish(root.bound, root.prices);
            }
        }
    }
    let multipliers = root.prices.clone();
    // Undivided plans are sought around the best one, which the remainder need not contain.
    let smaller = if instance.exchangeable { None } else { remainder(instance, &root.state) };
    if let Some((problem, lanes_off)) = smaller {
        let smaller = Instance::new(&problem);
        if smaller.rows.len() == instance.rows.len() {
            let lane_off = smaller.lane.iter().filter_map(|&lane| lanes_off.get(lane as usize).copied()).collect();
            let state = State { lane_off, ..root.state };
            let explorer = Explorer::new(&smaller, settings.seed, watch);
            let mut inner = Search::new(&smaller, settings, watch, explorer, search.scale.clone());
            inner.known = search.cost();
            let left = inner.divide(state, root.prices, root.bound, &root.average);
            if inner.explorer.incumbent.as_ref().is_some_and(|plan| plan.cost < inner.known) {
                return inner.finish(left, multipliers);
            }
            (search.nodes, search.loose) = (inner.nodes, inner.loose);
            return search.finish(left, multipliers);
        }
    }
    let left = search.divide(root.state, root.prices, root.bound, &root.average);
    search.finish(left, multipliers)
}

/// The prices of an earlier run, when they fit.
fn warm_prices(instance: &Instance, settings: &Settings, fresh: &Multipliers) -> Option<Multipliers> {
    let known = settings.start.as_ref()?.multipliers.as_ref()?;
    let lists = |prices: &'_ Multipliers| {
        [&prices.serve, &prices.link, &prices.through, &prices.upper_load, &prices.row].map(Vec::len)
    };
    let finite = |list: &Vec<f64>| list.iter().all(|price| price.is_finite());
    let all = [&known.serve, &known.link, &known.through, &known.upper_load, &known.row];
    if lists(known) != lists(fresh) || !all.into_iter().all(finite) {
        return None;
    }
    let mut prices = known.clone();
    instance.cap(&mut prices.serve);
    let signed = prices.link.iter_mut().chain(&mut prices.through).chain(&mut prices.upper_load).chain(&mut prices.row);
    signed.for_each(|price| *price = price.max(0.0));
    Some(prices)
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
    let mut search = Search::new(instance, &settings, watch, explorer, scale);
    search.ceiling = ceiling;
    search.tree(root, prices, f64::NEG_INFINITY, &[]);
    search.explorer.incumbent.filter(|plan| plan.cost < ceiling)
}

impl<'i, 'a> Search<'i, 'a> {
    fn new(
        instance: &'i Instance<'a>,
        settings: &'i Settings,
        watch: &'i dyn Watch,
        explorer: Explorer<'i, 'a>,
        scale: Scale,
    ) -> Self {
        Search {
            instance,
            settings,
            watch,
            scale,
            explorer,
            known: f64::INFINITY,
            granule: Granule::of(instance),
            ceiling: f64::INFINITY,
            loose: f64::INFINITY,
            nodes: 0,
        }
    }

    /// Climbs at the root, round by round; while the prices climb, the best plan is shaken.
    fn climb(&mut self, mut state: State, prices: Multipliers, stride: f64) -> Root {
        let mut climb = if self.instance.exchangeable {
            Climb::by_volume(self.instance, self.scale.clone(), prices, VOLUME_STEP)
        } else {
            Climb::new(self.instance, self.scale.clone(), prices, stride)
        };
        let limit = self.settings.iteration_limit.max(1);
        let large = self.instance.site.len() >= LARGE;
        let (mut spent, mut chunk) = (0, if large { 90 } else { 30 });
        let mut shaken = (4 * self.instance.site.len() as u64).max(self.explorer.short());
        // Where no branching follows, the root is given more chances, above all where plans are hard to round to.
        let patience = match (self.settings.node_limit, self.instance.plain) {
            (0, true) => 1,
            (0, false) => 3,
            _ => 0,
        };
        let mut idle = 0;
        let pruned = loop {
            let (before, cost, cutoff) = (climb.best, self.cost(), self.cutoff());
            let iterations = chunk.min(limit - spent);
            let (then, average, hint) = (state.clone(), climb.average.clone(), climb.relaxed.mode.clone());
            let effort = (self.explorer.dice.roll(), shaken);
            let (worked, watch) = (climb.work, self.watch);
            let (end, plan) = rayon::join(
                || climb.run(&mut state, cutoff, iterations, watch),
                || self.settings.shakes.then(|| self.explorer.shaken(&then, &average, &hint, effort)).flatten(),
            );
            shaken = (climb.work - worked).max(self.explorer.short());
            spent += iterations;
            plan.into_iter().for_each(|plan| self.explorer.offer(plan));
            if end == End::Pruned {
                break true;
            }
            if !self.watch.stop() || self.explorer.incumbent.is_none() {
                self.explorer.explore(&state, &climb, self.known_cutoff(), !large);
            }
            self.tell(climb.best);
            if self.done(climb.best) || spent >= limit || self.watch.stop() {
                break false;
            }
            let gained = (climb.best - before) + (cost - self.cost());
            let settled = climb.is_exhausted() || chunk == 200;
            idle = if settled && gained < WORTHWHILE * (self.cutoff() - climb.best) { idle + 1 } else { 0 };
            if idle > patience {
                break false;
            }
            if climb.is_exhausted() {
                climb.rekindle();
            }
            chunk = (chunk * 2).min(200);
        };
        if !pruned {
            self.shake_long(&state, &climb);
        }
        Root { state, pruned, bound: climb.best, average: std::mem::take(&mut climb.average), prices: climb.prices }
    }

    /// Branches below the root; returns the least bound of what was not explored, infinite when all was.
    ///
    /// Undivided service branches as if a plan not far above the bound were known, then farther, until one is. Where a
    /// guess rules out everything, it is a bound; where it is too low, its tree is small, for reduced costs settle more
    /// the nearer the cutoff is.
    fn divide(&mut self, root: State, prices: Multipliers, bound: f64, average: &[f64]) -> f64 {
        if !self.instance.exchangeable {
            return self.tree(root, prices, bound, average);
        }
        let mut floor = self.raised(bound);
        let mut step = (0.1 * (self.cost() - floor)).clamp(2e-4 * floor.abs(), 5e-3 * floor.abs());
        for guesses in 1.. {
            let guess = floor + step;
            let guessing = step > 0.0 && guess < self.known_cutoff();
            self.ceiling = if guessing { guess } else { f64::INFINITY };
            self.loose = f64::INFINITY;
            let left = self.tree(root.clone(), prices.clone(), floor, average);
            let ceiling = std::mem::replace(&mut self.ceiling, f64::INFINITY);
            let known = self.cost();
            if left < f64::INFINITY || ceiling == f64::INFINITY || (known <= ceiling && self.loose == f64::INFINITY) {
                return left.min(if known <= ceiling { f64::INFINITY } else { ceiling });
            }
            floor = floor.max(ceiling.min(self.loose));
            step = if guesses < GUESSES { 4.0 * step } else { f64::INFINITY };
        }
        floor
    }

    /// Shakes the best plan of a large problem for as long as that closes the gap faster than branching would.
    fn shake_long(&mut self, state: &State, climb: &Climb) {
        let lanes = self.instance.site.len();
        let mut idle = 0;
        while self.settings.shakes
            && lanes >= LARGE
            && self.instance.plain
            && idle < 2
            && !self.done(climb.best)
            && !self.watch.stop()
        {
            let before = self.cost();
            let effort = (self.explorer.dice.roll(), 20 * lanes as u64);
            let plan = self.explorer.shaken(state, &climb.average, &climb.relaxed.mode, effort);
            plan.into_iter().for_each(|plan| self.explorer.offer(plan));
            self.tell(climb.best);
            let worthwhile = before - self.cost() >= WORTHWHILE * (self.cost() - climb.best);
            idle = if worthwhile { 0 } else { idle + 1 };
        }
    }

    /// The cost of the best plan known.
    pub fn cost(&self) -> f64 {
        self.explorer.incumbent.as_ref().map_or(f64::INFINITY, |plan| plan.cost).min(self.known)
    }

    /// A plan is worth finding only below this.
    pub fn cutoff(&self) -> f64 {
        self.ceiling.min(self.known_cutoff())
    }

    /// A plan better than the best known costs less than this.
    pub fn known_cutoff(&self) -> f64 {
        let cost = self.cost();
        if cost == f64::INFINITY {
            return cost;
        }
        let better = cost - 1e-9 * cost.abs();
        self.granule.map_or(better, |granule| granule.below(cost).min(better))
    }

    /// The bound raised to what a plan can cost.
    fn raised(&self, bound: f64) -> f64 {
        self.granule.map_or(bound, |granule| granule.raise(bound))
    }

    /// Whether the gap asked for is reached.
    pub fn done(&self, bound: f64) -> bool {
        let cost = self.cost();
        cost.is_finite() && cost - self.raised(bound) <= self.settings.gap * cost.abs()
    }

    /// Tells the watch where the search stands.
    pub fn tell(&self, bound: f64) {
        let cost = self.cost();
        self.watch.progress(cost.is_finite().then_some(cost), self.raised(bound).min(cost));
    }

    /// `left` is the least bound of what was not explored, infinite when all was.
    fn finish(&mut self, left: f64, multipliers: Multipliers) -> Result<Location, Failure> {
        let lower_bound = self.raised(left.min(self.loose));
        match self.explorer.incumbent.take() {
            Some(plan) => {
                let plan: Plan = plan;
                let location = answer(self.instance, &plan, lower_bound, multipliers, self.nodes);
                self.watch.progress(Some(location.objective), location.lower_bound);
                Ok(location)
            }
            None if lower_bound == f64::INFINITY && !self.instance.lists_all() => Err(Failure::Unlisted),
            None if lower_bound == f64::INFINITY => Err(Failure::Infeasible(Reason::Proven)),
            None => Err(Failure::NothingFound { lower_bound }),
        }
    }
}
