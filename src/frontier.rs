//! The frontier: the least cost at every level of one target.
//!
//! **Levels.** Each is a scenario of its own, solved like any other. A level is *harder* than another where a plan that keeps it
//! keeps the other too: a greater share that is promised, a smaller mean or spread.
//!
//! **Monotone by construction.** Every plan that keeps a harder level serves at each easier one, so the better of the two is
//! taken there; a plan made for an easier level that happens to keep the harder one, too. A lower bound of an easier level holds
//! for the harder ones, whose plans are among its own. Hence with levels ℓ₁ … ℓₙ from the easiest to the hardest
//!
//! (cost)  C(ℓ₁) ≤ C(ℓ₂) ≤ … ≤ C(ℓₙ)      (bound)  B(ℓ₁) ≤ B(ℓ₂) ≤ … ≤ B(ℓₙ),  B(ℓ) ≤ least cost at ℓ ≤ C(ℓ).
//!
//! **Breakpoints.** Where the sites that are open at two neighbouring levels differ, the level half way between them is solved
//! too, until the two are no farther apart than the tolerance: the sites change between them. The same is done between the
//! hardest level that has a plan and the easiest that has none.
//!
//! **From one level to the next.** A level that is wanted begins from the plan of the nearest easier level that is solved, whose
//! bound holds for it: what can be mended and proven as closely as is asked is not searched for. Of the levels where that fails
//! every third, from the easiest on, is solved from nothing, all at once; then the others are tried from those. Which level begins
//! from which follows from the levels alone, so results do not depend on the number of jobs.
//!
//! **Price.** (price) p = [C(ℓᵢ₊₁) − C(ℓᵢ)] / |ℓᵢ₊₁ − ℓᵢ| between neighbours, told for one point (a hundredth of a share, or an
//! hour). Costs are known up to their gaps, so the price of a short step is known up to the gaps of its two ends.

mod settle;
mod write;

use std::path::Path;
use std::sync::Arc;

use crate::jobs::side_by_side;
use crate::plan::Plan;
use crate::run::{Ending, Known, Outcome, Overseer, Status, mended, solved};
use crate::scenario::{Limit, Loaded, Metric, Refused, Scenario, SiteId, load, load_taking};
use crate::service::{Key, Promise};
use settle::settle;

pub use write::{BREAKPOINTS_FILE, FRONTIER_FILE, files, json};

/// Of the levels that no plan at hand could be mended for, every so many is solved from nothing.
const STRIDE: usize = 3;

/// The level of which target varies, and how finely.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The target, by its place in the scenario.
    pub target: usize,
    /// Levels that are solved in any case.
    pub levels: Vec<f64>,
    /// Neighbours whose sites differ are no farther apart than this in the end.
    pub tolerance: f64,
    /// No more levels are solved than this, whatever the sites do.
    pub most: usize,
}

/// A level and its plan.
#[derive(Debug, Clone)]
pub struct Point {
    /// The level.
    pub level: f64,
    /// What its plan comes to.
    pub outcome: Outcome,
    /// The level whose search found the plan; another one's plan may be better.
    pub found_at: Option<f64>,
    /// The sites that are open, in order.
    pub open: Vec<SiteId>,
    /// What one more point costs from the next easier level on \[a year\].
    pub price: Option<f64>,
}

/// Two neighbouring levels between which sites change.
#[derive(Debug, Clone)]
pub struct Breakpoint {
    /// The easier level.
    pub from: f64,
    /// The harder level.
    pub to: f64,
    /// Sites that are open at the harder level only, in order.
    pub opened: Vec<SiteId>,
    /// Sites that are open at the easier level only, in order.
    pub closed: Vec<SiteId>,
    /// Why there is no plan at the harder level, where there is none: `Infeasible`, or `Unknown` where none was found.
    pub ends: Option<Status>,
}

/// The least cost at every level of a target.
#[derive(Debug, Clone)]
pub struct Frontier {
    /// The scenario as it is given.
    pub scenario: Scenario,
    /// The target, by its place in the scenario.
    pub target: usize,
    /// The levels, from the easiest to the hardest.
    pub points: Vec<Point>,
    /// Where sites change, from the easiest to the hardest.
    pub breakpoints: Vec<Breakpoint>,
    /// How far apart the ends of a breakpoint are at most.
    pub tolerance: f64,
    /// Were all levels solved that were asked for?
    pub complete: bool,
}

impl Frontier {
    /// The target without its level, in words.
    pub fn title(&self) -> String {
        title(&self.scenario, self.target)
    }

    /// Is the level an hour's, or a share?
    pub fn in_hours(&self) -> bool {
        in_hours(&self.scenario, self.target)
    }
}

/// A level that was solved.
struct Trial {
    level: f64,
    plan: Option<Plan>,
    outcome: Outcome,
    found_at: f64,
    /// What its own search found, from which harder levels may begin.
    known: Option<Known>,
}

impl Trial {
    fn open(&self) -> Option<(&[bool], &[bool])> {
        let decisions = &self.plan.as_ref()?.decisions;
        Some((&decisions.outlet_open, &decisions.depot_open))
    }
}

/// A target without its level, in words: `on_time within 24 h, country SE`.
pub fn title(scenario: &Scenario, target: usize) -> String {
    let promise = Promise { target, key: Key::default(), computed: 0.0, shortfall: 0.0, kept: true, foremost: None };
    let words = promise.describe(scenario);
    words.split_once(": ").map_or(words.clone(), |(what, _)| what.to_owned())
}

fn in_hours(scenario: &Scenario, target: usize) -> bool {
    scenario.targets[target].metric == Metric::MeanResponse
}

/// The key of a target's level.
fn key(limit: Limit) -> &'static str {
    match limit {
        Limit::AtLeast(_) => "at_least",
        Limit::AtMost(_) => "at_most",
        Limit::SpreadAtMost(_) => "spread_at_most",
    }
}

/// A limit of the same kind at another level.
fn at(limit: Limit, level: f64) -> Limit {
    match limit {
        Limit::AtLeast(_) => Limit::AtLeast(level),
        Limit::AtMost(_) => Limit::AtMost(level),
        Limit::SpreadAtMost(_) => Limit::SpreadAtMost(level),
    }
}

/// Evenly spaced levels, both ends included.
pub fn levels(from: f64, to: f64, steps: usize) -> Vec<f64> {
    let step = |number: usize| from + (to - from) * number as f64 / (steps.max(2) - 1) as f64;
    (0..steps.max(2)).map(|number| plain(step(number))).collect()
}

/// A level with no more digits than anyone writes.
fn plain(level: f64) -> f64 {
    (level * 1e9).round() / 1e9
}

/// The levels of one scenario.
struct Levels<'a> {
    folder: &'a Path,
    settings: &'a [String],
    /// It as it is given.
    scenario: Arc<Scenario>,
    target: usize,
    limit: Limit,
}

impl Levels<'_> {
    /// Reads the scenario with the target at a level.
    fn load(&self, level: f64, taken: &[(String, String)]) -> Result<Loaded, Refused> {
        let mut settings = self.settings.to_vec();
        settings.push(format!("target.{}.{}={level}", self.target + 1, key(self.limit)));
        load_taking(self.folder, &[], &settings, taken)
    }

    /// Solves a level: from the plan of an easier one, which may fail, or from nothing.
    fn solve(&self, level: f64, easier: Option<&Known>, overseer: &dyn Overseer) -> Result<Option<Trial>, Refused> {
        let again = |taken: &[(String, String)]| self.load(level, taken);
        let scenario = again(&[])?.scenario;
        let watch = overseer.watch(&format!("{} at {level}", scenario.name), scenario.planning.time_limit_seconds);
        let found = match easier {
            Some(known) => match mended(&scenario, known, watch.as_ref()) {
                Some(solved) => Ok(solved),
                None => return Ok(None),
            },
            None => solved(scenario, None, &again, watch.as_ref()),
        };
        let ending = if watch.stop() { Ending::TimeLimit } else { Ending::Itself };
        let outcome = Outcome::of(&found, ending);
        let plan = found.ok().map(|solved| solved.plan);
        let known = plan.as_ref().map(|plan| Known::easier(&self.scenario, plan));
        Ok(Some(Trial { level, plan, outcome, found_at: level, known }))
    }

    /// Solves all these levels, given in order, beside those that are solved.
    fn all(
        &self,
        wanted: &[f64],
        trials: &mut Vec<Trial>,
        jobs: usize,
        overseer: &dyn Overseer,
    ) -> Result<bool, Refused> {
        let (mut wanted, all) = (wanted.to_vec(), trials.len() + wanted.len());
        let easier = |trials: &[Trial], level: f64| {
            trials.iter().rposition(|own| own.known.is_some() && harder(self.limit, own.level, level).is_lt())
        };
        // Each level is tried from a plan once: only a nearer one may do better.
        let mut tried: Vec<(f64, f64)> = Vec::new();
        while !wanted.is_empty() && !overseer.stop() {
            let from = |level: &f64| easier(trials, *level).map(|place| (*level, place));
            let new = |(level, place): &(f64, usize)| !tried.contains(&(*level, trials[*place].level));
            let near: Vec<(f64, usize)> = wanted.iter().filter_map(from).filter(new).collect();
            let tasks: Vec<(f64, Option<usize>)> = if near.is_empty() {
                wanted.iter().step_by(STRIDE).map(|level| (*level, None)).collect()
            } else {
                near.into_iter().map(|(level, place)| (level, Some(place))).collect()
            };
            let known = |place: usize| trials[place].known.as_ref();
            let work =
                |_: usize, (level, place): &(f64, Option<usize>)| self.solve(*level, place.and_then(known), overseer);
            let before = trials.len();
            let found = side_by_side(&tasks, jobs, &|| overseer.stop(), work, |number, _| {
                overseer.done((before + number + 1).min(all), all);
            });
            tried.extend(tasks.iter().filter_map(|(level, place)| Some((*level, trials[(*place)?].level))));
            for trial in found.into_iter().flatten() {
                let Some(trial) = trial? else { continue };
                wanted.retain(|level| *level != trial.level);
                trials.push(trial);
            }
            trials.sort_by(|left, right| harder(self.limit, left.level, right.level));
        }
        Ok(wanted.is_empty())
    }
}

/// Solves the levels of a target and those between which sites change.
///
/// # Errors
/// Why a level gives no scenario, before anything is solved.
pub fn frontier(
    folder: &Path,
    settings: &[String],
    asked: &Asked,
    jobs: usize,
    overseer: &dyn Overseer,
) -> Result<Frontier, Refused> {
    let scenario = load(folder, settings)?.scenario;
    let limit = scenario.targets[asked.target].limit;
    let levels = Levels { folder, settings, scenario: Arc::new(scenario.clone()), target: asked.target, limit };
    let mut wanted: Vec<f64> = asked.levels.iter().map(|level| plain(*level)).collect();
    wanted.sort_by(|left, right| harder(limit, *left, *right));
    wanted.dedup();
    // Between the easiest and the hardest level every other is as sound as they are.
    for level in [wanted.first(), wanted.last()].into_iter().flatten() {
        levels.load(*level, &[])?;
    }
    let mut trials: Vec<Trial> = Vec::new();
    let mut complete = true;
    while !wanted.is_empty() && !overseer.stop() {
        complete &= levels.all(&wanted, &mut trials, jobs, overseer)?;
        settle(&scenario, asked.target, &mut trials);
        wanted = between(&trials, asked.tolerance);
        let room = asked.most.saturating_sub(trials.len());
        complete &= wanted.len() <= room;
        wanted.truncate(room);
    }
    complete &= wanted.is_empty();
    let breakpoints = trials.windows(2).filter_map(breakpoint).collect();
    let points = points(trials, in_hours(&scenario, asked.target));
    Ok(Frontier { scenario, target: asked.target, points, breakpoints, tolerance: asked.tolerance, complete })
}

/// The order of two levels: the harder one is the greater.
fn harder(limit: Limit, left: f64, right: f64) -> std::cmp::Ordering {
    match limit {
        Limit::AtLeast(_) => left.total_cmp(&right),
        Limit::AtMost(_) | Limit::SpreadAtMost(_) => right.total_cmp(&left),
    }
}

/// The levels half way between neighbours whose sites differ.
fn between(trials: &[Trial], tolerance: f64) -> Vec<f64> {
    let apart = |pair: &&[Trial]| (pair[1].level - pair[0].level).abs() > tolerance * (1.0 + 1e-9);
    let differ = |pair: &&[Trial]| pair[0].open() != pair[1].open();
    let half = |pair: &[Trial]| plain(0.5 * (pair[0].level + pair[1].level));
    let halves = trials.windows(2).filter(apart).filter(differ).map(half);
    halves.filter(|half| trials.iter().all(|trial| trial.level != *half)).collect()
}

fn breakpoint(pair: &[Trial]) -> Option<Breakpoint> {
    let (from, to) = (pair[0].open()?, pair[1].open());
    let Some(to) = to else {
        let (from, to) = (pair[0].level, pair[1].level);
        let ends = Some(pair[1].outcome.status);
        return Some(Breakpoint { from, to, opened: Vec::new(), closed: Vec::new(), ends });
    };
    let only = |one: (&[bool], &[bool]), other: (&[bool], &[bool])| -> Vec<SiteId> {
        let outlets = (0..one.0.len()).filter(|site| one.0[*site] && !other.0[*site]);
        let depots = (0..one.1.len()).filter(|site| one.1[*site] && !other.1[*site]);
        outlets.map(|site| SiteId::Outlet(site.into())).chain(depots.map(|site| SiteId::Depot(site.into()))).collect()
    };
    let (opened, closed) = (only(to, from), only(from, to));
    let some = !opened.is_empty() || !closed.is_empty();
    some.then(|| Breakpoint { from: pair[0].level, to: pair[1].level, opened, closed, ends: None })
}

fn points(trials: Vec<Trial>, in_hours: bool) -> Vec<Point> {
    // A point is a hundredth of a share, or an hour.
    let unit = if in_hours { 1.0 } else { 0.01 };
    let price = |pair: &[Trial]| {
        let step = pair[1].outcome.objective? - pair[0].outcome.objective?;
        Some(unit * step / (pair[1].level - pair[0].level).abs())
    };
    let prices: Vec<Option<f64>> = std::iter::once(None).chain(trials.windows(2).map(price)).collect();
    let point = |(trial, price): (Trial, Option<f64>)| {
        let open = trial.plan.as_ref().map_or(Vec::new(), |plan| {
            let outlets = plan.decisions.open_outlets().map(SiteId::Outlet);
            outlets.chain(plan.decisions.open_depots().map(SiteId::Depot)).collect()
        });
        let found_at = trial.plan.is_some().then_some(trial.found_at);
        Point { level: trial.level, outcome: trial.outcome, found_at, open, price }
    };
    trials.into_iter().zip(prices).map(point).collect()
}

/// The worst that is to be said of a frontier's levels; those that are infeasible are answered.
pub fn worst(frontier: &Frontier) -> Option<Status> {
    let order = |status: &Status| match status {
        Status::Optimal | Status::Infeasible => 0,
        Status::Feasible => 1,
        Status::Unknown => 2,
    };
    frontier.points.iter().map(|point| point.outcome.status).max_by_key(order)
}
