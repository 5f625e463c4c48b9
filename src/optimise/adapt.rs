//! A plan of one scenario made to fit another that differs little: what did not change is kept, what did is mended.
//!
//! Sites that may not be open close; their regions go to the outlet that serves them at least cost, and a closed candidate opens
//! where that saves more than it costs. Outlets whose regions changed get the levels that are best at the prices which the plan
//! told for its promises,
//!
//! ```text
//! (level)  min over S of holding·S − Σ_promises μ·Σ rate·weight·P(S)        μ = price of a point / (point·jobs)
//! ```
//!
//! with the prices raised until the promises are kept. The plan is priced exactly; where its bound comes from, says [`restrict`].
//!
//! [`restrict`]: super::restrict

use std::collections::{BTreeMap, BTreeSet, HashMap};

use rayon::prelude::*;

use super::decide::{Priced, depots_in_use};
use super::points::step;
use super::restrict::restricts;
use crate::cost::{holding_cost, site_cost, unit_cost, wage};
use crate::load::Load;
use crate::network::{Network, Road};
use crate::plan::{Certificate, Decisions, Plan};
use crate::scenario::{DepotId, OutletId, PartId, RegionId, Scenario, SiteId, Status, Stockout};
use crate::service::{Key, Question, Reading, Shops, What, depot_streams, outlet_stream, outlet_streams};
use crate::stocking::distribution::Pmf;
use crate::stocking::{Position, Upstream};
use crate::watch::Watch;

/// The prices of promises are raised at most so often, each time by this factor.
const RAISES: usize = 6;
const RAISE: f64 = 1.5;
/// No candidate opens for fewer orphans than this one after another.
const MOST_OPENINGS: usize = 8;

/// A plan of another scenario.
#[derive(Debug)]
pub struct Other {
    /// The scenario it was made for.
    pub scenario: Scenario,
    /// What it decides.
    pub decisions: Decisions,
    /// What one more point of each of its promises costs, in the order of its promises.
    pub points: Vec<Option<f64>>,
    /// No plan of that scenario costs less.
    pub lower_bound: Option<f64>,
}

/// The plan made to fit, with the other's bound where that holds here too.
pub fn mended(scenario: &Scenario, network: &Network, load: &Load, other: &Other, watch: &dyn Watch) -> Option<Plan> {
    let less = restricts(scenario, &other.scenario);
    let Priced { decisions, service, costs, points } = adapted(scenario, network, load, other, watch)?;
    let objective = costs.total();
    let lower_bound = other.lower_bound.zip(less).map(|(bound, less)| (bound - less).min(objective));
    let certificate = Certificate { objective, lower_bound };
    Some(Plan { decisions, costs, service, certificate, points, seed: scenario.planning.seed })
}

/// The decisions made to fit, priced; `None` where it cannot be mended, or not by these means.
fn adapted(scenario: &Scenario, network: &Network, load: &Load, other: &Other, watch: &dyn Watch) -> Option<Priced> {
    if scenario.stocking.stockout != Stockout::Backorder || scenario.help().is_some() {
        return None;
    }
    watch.stage("mending the plan");
    let work = Work { scenario, network, load };
    let (mut decisions, mut touched) = work.carried(other)?;
    work.serve_orphans(&mut decisions, &mut touched)?;
    let asked = work.jobs_asked();
    let sums: Vec<(&(usize, Key), &f64)> = asked.iter().collect();
    if sums.len() != other.points.len() {
        return None;
    }
    let price = |(((target, key), jobs), point): (&(&(usize, Key), &f64), &Option<f64>)| {
        let point = point.filter(|point| *point > 0.0 && **jobs > 0.0)?;
        Some(((*target, *key), point / (step(&scenario.targets[*target]) * **jobs)))
    };
    let mut prices: BTreeMap<(usize, Key), f64> = sums.iter().zip(&other.points).filter_map(price).collect();
    for _ in 0..RAISES {
        work.level(&mut decisions, &touched, &prices);
        let priced = Priced::of(scenario, network, load, decisions.clone());
        if priced.keeps_promises(scenario) {
            return Some(priced);
        }
        if prices.is_empty() || watch.stop() {
            return None;
        }
        prices.values_mut().for_each(|price| *price *= RAISE);
    }
    None
}

/// What is worked on.
struct Work<'a> {
    scenario: &'a Scenario,
    network: &'a Network,
    load: &'a Load,
}

impl Work<'_> {
    /// The other plan's decisions in this scenario, by the names of sites, regions and parts; and the outlets whose levels have
    /// to be found anew. Regions of outlets that are closed are served by nobody yet.
    fn carried(&self, other: &Other) -> Option<(Decisions, BTreeSet<OutletId>)> {
        let Work { scenario, network, .. } = *self;
        fn places<'s>(ids: impl Iterator<Item = &'s String>) -> HashMap<&'s str, usize> {
            ids.enumerate().map(|(place, id)| (id.as_str(), place)).collect()
        }
        let outlets = places(other.scenario.outlets.iter().map(|site| &site.id));
        let depots = places(other.scenario.depots.iter().map(|site| &site.id));
        let regions = places(other.scenario.regions.iter().map(|region| &region.id));
        let parts = places(other.scenario.parts.iter().map(|part| &part.id));
        let own_outlet: HashMap<&str, usize> = places(scenario.outlets.iter().map(|site| &site.id));
        let own_depot: HashMap<&str, usize> = places(scenario.depots.iter().map(|site| &site.id));
        let from = &other.decisions;
        let levels = |stock: &[u32]| -> Vec<u32> {
            if stock.is_empty() {
                return Vec::new();
            }
            let level = |part: &crate::scenario::Part| {
                parts.get(part.id.as_str()).and_then(|place| stock.get(*place)).copied().unwrap_or(0)
            };
            scenario.parts.iter().map(level).collect()
        };
        let mut decisions = Decisions::none(scenario);
        let mut touched = BTreeSet::new();
        for (number, site) in scenario.depots.iter().enumerate() {
            let before = depots.get(site.id.as_str()).copied();
            let open = before.is_some_and(|before| from.depot_open[before]);
            decisions.depot_open[number] = site.status == Status::Open || (open && site.status != Status::Closed);
            if open && !decisions.depot_open[number] {
                // The stock of every other depot would be another.
                return None;
            }
            decisions.depot_stock[number] = before.map_or(Vec::new(), |before| levels(&from.depot_stock[before]));
        }
        for (number, site) in scenario.outlets.iter().enumerate() {
            let (outlet, before) = (OutletId::from(number), outlets.get(site.id.as_str()).copied());
            let open = before.is_some_and(|before| from.outlet_open[before]);
            decisions.outlet_open[number] = site.status == Status::Open || (open && site.status != Status::Closed);
            if !decisions.outlet_open[number] {
                continue;
            }
            decisions.outlet_stock[number] = before.map_or(Vec::new(), |before| levels(&from.outlet_stock[before]));
            if scenario.depots.is_empty() {
                continue;
            }
            let depot = before.and_then(|before| from.replenished_by[before]);
            let depot = depot.and_then(|depot| own_depot.get(other.scenario.depots[depot.at()].id.as_str()));
            let depot = depot
                .map(|place| DepotId::from(*place))
                .filter(|depot| decisions.depot_open[depot.at()] && network.supply(outlet, *depot).is_some());
            decisions.replenished_by[number] = Some(match depot {
                Some(depot) => depot,
                None => {
                    touched.insert(outlet);
                    self.nearest_depot(&decisions, outlet)?
                }
            });
        }
        for (number, region) in scenario.regions.iter().enumerate() {
            let Some(before) = regions.get(region.id.as_str()) else { continue };
            let mut served = Vec::new();
            for (outlet, share) in &from.served_by[*before] {
                let own = own_outlet.get(other.scenario.outlets[outlet.at()].id.as_str());
                let own = own.map(|place| OutletId::from(*place)).filter(|own| {
                    decisions.outlet_open[own.at()] && network.road(RegionId::from(number), *own).is_some()
                });
                match own {
                    Some(own) => served.push((own, *share)),
                    None => touched.extend(served.drain(..).map(|(outlet, _): (OutletId, f64)| outlet)),
                }
            }
            // A region that keeps only some of its outlets is served anew.
            if (served.iter().map(|(_, share)| share).sum::<f64>() - 1.0).abs() < 1e-9 {
                decisions.served_by[number] = served;
            }
        }
        Some((decisions, touched))
    }

    /// The open depot from which an outlet has its parts first.
    fn nearest_depot(&self, decisions: &Decisions, outlet: OutletId) -> Option<DepotId> {
        let open = self.network.supplies(outlet).filter(|(depot, _)| decisions.depot_open[depot.at()]);
        let least =
            open.min_by(|one, two| one.1.lead_time.get().total_cmp(&two.1.lead_time.get()).then(one.0.cmp(&two.0)));
        least.map(|(depot, _)| depot)
    }

    /// What a region costs over a lane, its stock apart.
    fn lane_cost(&self, region: RegionId, outlet: OutletId, road: &Road, depot: Option<DepotId>) -> f64 {
        let Work { scenario, network, load } = *self;
        let units = load.tasks(region).filter_map(|task| Some((task.part?, task.rate)));
        let sent: f64 =
            units.map(|(part, rate)| rate * unit_cost(scenario, network, outlet, depot, part).total()).sum();
        let journeys = load.jobs[region.at()] * road.cost_per_job;
        journeys + load.repair_hours[region.at()] * wage(scenario, outlet) + sent
    }

    /// Gives every region without an outlet the cheapest open one, and opens candidates that save more than they cost.
    fn serve_orphans(&self, decisions: &mut Decisions, touched: &mut BTreeSet<OutletId>) -> Option<()> {
        let Work { scenario, network, load } = *self;
        let orphans: Vec<RegionId> = (0..scenario.regions.len())
            .map(RegionId::from)
            .filter(|region| load.jobs[region.at()] > 0.0 && decisions.served_by[region.at()].is_empty())
            .collect();
        let depot_of = |decisions: &Decisions, outlet: OutletId| {
            decisions.replenished_by[outlet.at()].or_else(|| self.nearest_depot(decisions, outlet))
        };
        let mut costs: Vec<BTreeMap<OutletId, f64>> = Vec::with_capacity(orphans.len());
        for region in &orphans {
            let lanes = network.roads(*region).filter(|(outlet, _)| {
                scenario.outlets[outlet.at()].status != Status::Closed
                    && (scenario.depots.is_empty() || depot_of(decisions, *outlet).is_some())
            });
            let cost = |(outlet, road): (OutletId, Road)| {
                (outlet, self.lane_cost(*region, outlet, &road, depot_of(decisions, outlet)))
            };
            costs.push(lanes.map(cost).collect());
        }
        let mut best: Vec<Option<(f64, OutletId)>> = costs
            .iter()
            .map(|costs| {
                let open = costs.iter().filter(|(outlet, _)| decisions.outlet_open[outlet.at()]);
                open.map(|(outlet, cost)| (*cost, *outlet)).min_by(|one, two| one.0.total_cmp(&two.0))
            })
            .collect();
        for _ in 0..MOST_OPENINGS {
            let candidates: BTreeSet<OutletId> = costs
                .iter()
                .flat_map(|costs| costs.keys().copied())
                .filter(|outlet| !decisions.outlet_open[outlet.at()])
                .collect();
            let saved = |outlet: &OutletId| -> (f64, OutletId) {
                let (open, closed) = site_cost(scenario, &scenario.outlets[outlet.at()]);
                let gain = |(costs, best): (&BTreeMap<OutletId, f64>, &Option<(f64, OutletId)>)| {
                    let own = costs.get(outlet).copied()?;
                    // A region that nobody serves is worth any opening.
                    Some(best.map_or(1e15, |(cost, _)| (cost - own).max(0.0)))
                };
                (costs.iter().zip(&best).filter_map(gain).sum::<f64>() - (open - closed), *outlet)
            };
            let most = candidates.iter().map(saved).max_by(|one, two| one.0.total_cmp(&two.0).then(two.1.cmp(&one.1)));
            let Some((_, outlet)) = most.filter(|(gain, _)| *gain > 0.0) else { break };
            decisions.outlet_open[outlet.at()] = true;
            if !scenario.depots.is_empty() {
                decisions.replenished_by[outlet.at()] = Some(self.nearest_depot(decisions, outlet)?);
            }
            for (costs, best) in costs.iter().zip(&mut best) {
                if let Some(own) = costs.get(&outlet)
                    && best.is_none_or(|(cost, _)| *own < cost)
                {
                    *best = Some((*own, outlet));
                }
            }
        }
        for (region, best) in orphans.iter().zip(best) {
            let (_, outlet) = best?;
            decisions.served_by[region.at()] = vec![(outlet, 1.0)];
            touched.insert(outlet);
        }
        for depot in depots_in_use(scenario, decisions) {
            decisions.depot_open[depot.at()] = true;
        }
        Some(())
    }

    /// The jobs (or installed units' hours) that each promise speaks of.
    fn jobs_asked(&self) -> BTreeMap<(usize, Key), f64> {
        let Work { scenario, network, load } = *self;
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

    /// Sets the levels of the touched outlets, (level).
    fn level(&self, decisions: &mut Decisions, touched: &BTreeSet<OutletId>, prices: &BTreeMap<(usize, Key), f64>) {
        let Work { scenario, network, load } = *self;
        let streams = outlet_streams(scenario, load, decisions);
        let shops = Shops::of_streams(scenario, decisions, &streams);
        let depots = depot_streams(scenario, decisions, &shops, &streams);
        let upstreams: BTreeMap<(DepotId, PartId), Upstream> = depots
            .par_iter()
            .filter(|((depot, _), _)| {
                touched.iter().any(|outlet| decisions.replenished_by[outlet.at()] == Some(*depot))
            })
            .map(|(site, asked)| (*site, asked.holding(decisions.at_depot(site.0, site.1))))
            .collect::<Vec<_>>()
            .into_iter()
            .collect();
        let mut served: BTreeMap<OutletId, Vec<(RegionId, f64)>> = BTreeMap::new();
        for (region, outlet, share) in decisions.assignments() {
            if touched.contains(&outlet) {
                served.entry(outlet).or_default().push((region, share));
            }
        }
        let questions: Vec<Question> = scenario.targets.iter().map(Question::of).collect();
        let levels: Vec<(OutletId, Vec<u32>)> = served
            .par_iter()
            .map(|(outlet, served)| {
                let mut worth: BTreeMap<PartId, Vec<(What, f64)>> = BTreeMap::new();
                for &(region, share) in served {
                    let Some(road) = network.road(region, *outlet) else { continue };
                    for task in load.tasks(region) {
                        let Some(part) = task.part else { continue };
                        for (number, question) in questions.iter().enumerate() {
                            let asked = question.ask(scenario, region, *outlet, &road, &task);
                            let Some((key, Reading { weight, what, .. })) = asked else { continue };
                            let Some(price) = prices.get(&(number, key)) else { continue };
                            add(worth.entry(part).or_default(), what, price * share * task.rate * weight);
                        }
                    }
                }
                let depot = decisions.replenished_by[outlet.at()];
                let mut levels = vec![0; scenario.parts.len()];
                for (part, asked) in &streams[outlet.at()] {
                    let stream = outlet_stream(scenario, network, &shops, *outlet, depot, *part, asked);
                    let upstream = depot.and_then(|depot| upstreams.get(&(depot, *part)));
                    let position = Position::new(stream, upstream, scenario.stocking.stockout);
                    let holding = holding_cost(scenario, SiteId::Outlet(*outlet), *part);
                    let terms = worth.get(part).map_or(&[] as &[_], Vec::as_slice);
                    levels[part.at()] = best_level(&position, holding, terms);
                }
                (*outlet, levels)
            })
            .collect();
        for (outlet, levels) in levels {
            decisions.outlet_stock[outlet.at()] = levels;
        }
    }
}

/// Adds to what a shelf is worth; the same question is kept once.
fn add(terms: &mut Vec<(What, f64)>, what: What, worth: f64) {
    if what == What::Nothing {
        return;
    }
    match terms.iter_mut().find(|(own, _)| *own == what) {
        Some((_, own)) => *own += worth,
        None => terms.push((what, worth)),
    }
}

/// The level of (level); the least where several are as good.
fn best_level(position: &Position<'_>, holding: f64, terms: &[(What, f64)]) -> u32 {
    let most = position.pipeline().map_or(0, Pmf::last) as u32 + 1;
    let mut worth = vec![0.0; most as usize + 1];
    for (what, price) in terms {
        let shares: Vec<f64> = match what {
            What::Nothing => continue,
            What::Within(window) => position.waits(*window).shares(most),
            What::Filled => {
                let before = position.before_a_unit();
                let filled = |level: u32| before.as_ref().map_or(0.0, |before| before.at_most(i64::from(level) - 1));
                (0..=most).map(filled).collect()
            }
            What::Wait => (0..=most).map(|level| position.mean_wait(level)).collect(),
        };
        worth.iter_mut().zip(shares).for_each(|(worth, share)| *worth += price * share);
    }
    let cost = |(level, worth): (usize, &f64)| holding * level as f64 - worth;
    let costs = worth.iter().enumerate().map(cost);
    let least = costs.enumerate().min_by(|one, two| one.1.total_cmp(&two.1).then(one.0.cmp(&two.0)));
    least.map_or(0, |(level, _)| level as u32)
}
