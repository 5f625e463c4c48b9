//! The levels of shelves at given prices of promises, (level).

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::Work;
use crate::cost::holding_cost;
use crate::plan::Decisions;
use crate::scenario::{DepotId, Limit, OutletId, PartId, RegionId, SiteId, Target};
use crate::service::{Key, Question, Reading, Shops, What, depot_streams, outlet_stream, outlet_streams};
use crate::stocking::distribution::Pmf;
use crate::stocking::{Position, Upstream};

/// So many windows of a promise are asked of a shelf at most.
const MOST_WINDOWS: usize = 4;

/// A promise: the number of its target and the member it speaks of.
pub(super) type Promised = (usize, Key);

/// Shelves whose levels are to be found, each with what its levels do for promises.
pub(super) struct Shelves {
    outlets: BTreeSet<OutletId>,
    list: Vec<Shelf>,
}

/// A shelf: what a unit of it costs, and what every level of it adds to the sums of promises \[jobs/year\].
struct Shelf {
    outlet: OutletId,
    part: PartId,
    holding: f64,
    most: u32,
    worth: Vec<(Promised, Vec<f64>)>,
}

impl Shelf {
    /// The level of (level); the least where several are as good.
    fn level(&self, prices: &BTreeMap<Promised, f64>) -> u32 {
        let terms: Vec<(f64, &[f64])> =
            self.worth.iter().filter_map(|(promised, sums)| Some((*prices.get(promised)?, sums.as_slice()))).collect();
        let cost = |level: u32| {
            let worth = |&(price, sums): &(f64, &[f64])| price * sums[level as usize];
            self.holding * f64::from(level) - terms.iter().map(worth).sum::<f64>()
        };
        let costs = (0..=self.most).map(|level| (cost(level), level));
        let least = costs.min_by(|one, two| one.0.total_cmp(&two.0).then(one.1.cmp(&two.1)));
        least.map_or(0, |(_, level)| level)
    }
}

impl Shelves {
    /// Sets the levels of the outlets' shelves at these prices \[money per job\].
    pub(super) fn level(&self, decisions: &mut Decisions, parts: usize, prices: &BTreeMap<Promised, f64>) {
        for outlet in &self.outlets {
            decisions.outlet_stock[outlet.at()] = vec![0; parts];
        }
        let levels: Vec<u32> = self.list.par_iter().map(|shelf| shelf.level(prices)).collect();
        for (shelf, level) in self.list.iter().zip(levels) {
            decisions.outlet_stock[shelf.outlet.at()][shelf.part.at()] = level;
        }
    }
}

impl Work<'_> {
    /// The jobs (or installed units' hours) that each promise speaks of.
    pub(super) fn jobs_asked(&self) -> BTreeMap<Promised, f64> {
        let Work { scenario, network, load, .. } = *self;
        let questions: Vec<Question> = scenario.targets.iter().map(Question::of).collect();
        let mut asked = BTreeMap::new();
        for region in (0..scenario.regions.len()).map(RegionId::from) {
            let Some((outlet, road)) = network.roads(region).next() else { continue };
            for (number, question) in questions.iter().enumerate() {
                for task in question.tasks(load, region) {
                    if let Some((key, _)) = question.ask(scenario, region, outlet, &road, &task) {
                        *asked.entry((number, key)).or_insert(0.0) += task.rate;
                    }
                }
            }
        }
        asked
    }

    /// The shelves of outlets, of which those promises count that have a price.
    pub(super) fn shelves(
        &self,
        decisions: &Decisions,
        outlets: &BTreeSet<OutletId>,
        prices: &BTreeMap<Promised, f64>,
    ) -> Shelves {
        let Work { scenario, network, load, .. } = *self;
        let streams = outlet_streams(scenario, load, decisions);
        let shops = Shops::of_streams(scenario, decisions, &streams);
        let depots = depot_streams(scenario, decisions, &shops, &streams);
        let asks = |depot: DepotId| outlets.iter().any(|own| decisions.replenished_by[own.at()] == Some(depot));
        let upstreams: Vec<((DepotId, PartId), Upstream)> = depots
            .par_iter()
            .filter(|((depot, _), _)| asks(*depot))
            .map(|(site, asked)| (*site, asked.holding(decisions.at_depot(site.0, site.1))))
            .collect();
        let upstreams: BTreeMap<(DepotId, PartId), Upstream> = upstreams.into_iter().collect();
        let mut served: BTreeMap<OutletId, Vec<(RegionId, f64)>> = BTreeMap::new();
        for (region, outlet, share) in decisions.assignments() {
            if outlets.contains(&outlet) {
                served.entry(outlet).or_default().push((region, share));
            }
        }
        let questions: Vec<Question> = scenario.targets.iter().map(Question::of).collect();
        let of_outlet = |(outlet, served): (&OutletId, &Vec<(RegionId, f64)>)| -> Vec<Shelf> {
            let mut asked: BTreeMap<PartId, Vec<Term>> = BTreeMap::new();
            for &(region, share) in served {
                let Some(road) = network.road(region, *outlet) else { continue };
                for task in load.tasks(region) {
                    let Some(part) = task.part else { continue };
                    for (number, question) in questions.iter().enumerate() {
                        let reading = question.ask(scenario, region, *outlet, &road, &task);
                        let Some((key, Reading { weight, what, .. })) = reading else { continue };
                        if what != What::Nothing && prices.contains_key(&(number, key)) {
                            let jobs = share * task.rate * weight * sign(&scenario.targets[number]);
                            add(asked.entry(part).or_default(), Term { promised: (number, key), what, jobs });
                        }
                    }
                }
            }
            let depot = decisions.replenished_by[outlet.at()];
            let shelf = |(part, stream): &(PartId, _)| {
                let own = outlet_stream(scenario, network, &shops, *outlet, depot, *part, stream);
                let upstream = depot.and_then(|depot| upstreams.get(&(depot, *part)));
                let position = Position::new(own, upstream, scenario.stocking.stockout);
                let most = position.pipeline().map_or(0, Pmf::last) as u32 + 1;
                let terms = asked.get(part).map_or(&[] as &[_], Vec::as_slice);
                let worth = worth(&position, most, terms);
                let holding = holding_cost(scenario, SiteId::Outlet(*outlet), *part);
                Shelf { outlet: *outlet, part: *part, holding, most, worth }
            };
            streams[outlet.at()].iter().map(shelf).collect()
        };
        let list: Vec<Vec<Shelf>> = served.par_iter().map(of_outlet).collect();
        Shelves { outlets: outlets.clone(), list: list.into_iter().flatten().collect() }
    }
}

/// What a shelf is asked by the jobs of a promise \[1/year\].
#[derive(Debug, Clone, Copy)]
struct Term {
    promised: Promised,
    what: What,
    jobs: f64,
}

/// Is more of the metric better, or less?
fn sign(target: &Target) -> f64 {
    if matches!(target.limit, Limit::AtLeast(_)) { 1.0 } else { -1.0 }
}

/// Adds to what a shelf is asked; the same question is kept once.
fn add(terms: &mut Vec<Term>, term: Term) {
    match terms.iter_mut().find(|own| own.promised == term.promised && own.what == term.what) {
        Some(own) => own.jobs += term.jobs,
        None => terms.push(term),
    }
}

/// Every region of an outlet has a window of its own. Neighbouring ones of a promise are taken together at their mean, so that
/// no more than [`MOST_WINDOWS`] are asked; the plan is priced exactly afterwards.
fn condensed(terms: &[Term]) -> Vec<Term> {
    let mut kept: Vec<Term> = Vec::new();
    let mut windows: BTreeMap<Promised, Vec<(f64, f64)>> = BTreeMap::new();
    for term in terms {
        match term.what {
            What::Within(window) => windows.entry(term.promised).or_default().push((window, term.jobs)),
            _ => kept.push(*term),
        }
    }
    for (promised, mut windows) in windows {
        windows.sort_by(|one, two| one.0.total_cmp(&two.0).then(one.1.total_cmp(&two.1)));
        let (all, mut before) = (windows.iter().map(|(_, jobs)| jobs).sum::<f64>(), 0.0);
        let mut groups = [(0.0, 0.0); MOST_WINDOWS];
        for (window, jobs) in windows {
            let place = (before + 0.5 * jobs) / all * MOST_WINDOWS as f64;
            let group = &mut groups[(place as usize).min(MOST_WINDOWS - 1)];
            *group = (group.0 + window * jobs, group.1 + jobs);
            before += jobs;
        }
        let term = |(sum, jobs): (f64, f64)| Term { promised, what: What::Within(sum / jobs), jobs };
        kept.extend(groups.into_iter().filter(|(_, jobs)| *jobs != 0.0).map(term));
    }
    kept
}

/// What each level up to the most adds to the sums of promises.
fn worth(position: &Position<'_>, most: u32, terms: &[Term]) -> Vec<(Promised, Vec<f64>)> {
    let mut worth: Vec<(Promised, Vec<f64>)> = Vec::new();
    for Term { promised, what, jobs } in condensed(terms) {
        let shares: Vec<f64> = match what {
            What::Nothing => continue,
            What::Within(window) => position.waits(window).shares(most),
            What::Filled => {
                let before = position.before_a_unit();
                let filled = |level: u32| before.as_ref().map_or(0.0, |before| before.at_most(i64::from(level) - 1));
                (0..=most).map(filled).collect()
            }
            What::Wait => (0..=most).map(|level| position.mean_wait(level)).collect(),
        };
        let place = worth.iter().position(|own| own.0 == promised).unwrap_or_else(|| {
            worth.push((promised, vec![0.0; most as usize + 1]));
            worth.len() - 1
        });
        worth[place].1.iter_mut().zip(shares).for_each(|(sum, share)| *sum += jobs * share);
    }
    worth
}
