//! The only place where service is added up.
//!
//! Every metric is a weighted mean over the jobs of a scope; jobs are weighted by their rate and by the share of the
//! outlet that serves them. With dispatch d, travel t of the lane and the wait W of the outlet for the part, one job
//! counts ([`Reading`]):
//!
//! | metric | a job counts | over |
//! |---|---|---|
//! | fill_rate \[within T\] | P(part on the shelf), 0 where d + t > T | part demands |
//! | on_time(T) | P(W ≤ T − d − t); without a part 1 where d + t ≤ T | jobs |
//! | coverage(T) | 1 where t ≤ T | jobs |
//! | mean_response_hours | d + t + E\[W\] | jobs |
//! | availability | 1 − Σ rate × (response + repair hours) / (8760 × installed units) | installed units |
//!
//! Under `stockout = "emergency"` a job whose part is not on the shelf (probability 1 − fill rate) gets it expressed while
//! the technician travels: its response is d + max(t, emergency_hours). With lateral supply (module `pool`) it first asks other
//! outlets, and where one of them has a unit the response is d + max(t, hours of that supply); where the depot delivers
//! directly (module `direct`) it then asks the depot, and the response is d + max(t, direct_hours). The fill rate remains
//! the share from the own shelf.

mod baskets;
mod country;
mod direct;
mod pool;
mod promise;
mod repair;
mod satisfaction;
mod shelf;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::load::Load;
use crate::network::Network;
use crate::plan::Decisions;
use crate::scenario::{Format, Metric, OutletId, PartId, RegionId, Scenario, Scope, SiteId, Target};
use crate::stocking::{Position, Shop, Upstream};
use crate::units::HOURS_PER_YEAR;

pub use country::CountryService;
pub use pool::{Help, Helper};
use promise::Shelved;
pub use promise::{Key, Promise, Question, Reading, TOLERANCE, Tally, What};
pub use repair::{Shops, depot_repair, outlet_repair, repaired_shares};
pub use satisfaction::Satisfaction;
pub use shelf::{
    Asked, DepotShelf, Shelf, depot_lead_time, depot_streams, order_quantity, outlet_lead_time, outlet_stream,
    outlet_streams, resent,
};

/// Units of a part that one outlet gives another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LateralFlow {
    /// Who gives.
    pub from: OutletId,
    /// Who receives.
    pub to: OutletId,
    /// What.
    pub part: PartId,
    /// How much \[units/year\].
    pub units: f64,
    /// Freight of a unit.
    pub cost_per_unit: f64,
}

/// The service of a plan.
#[derive(Debug, Clone, Default)]
pub struct Service {
    /// Every part asked of an outlet, in order of outlet and part.
    pub shelves: Vec<Shelf>,
    /// Every part asked of a depot, in order of depot and part.
    pub depot_shelves: Vec<DepotShelf>,
    /// What each region gets, in order of question and region.
    pub regions: Vec<RegionService>,
    /// The promises, in order of target and scope.
    pub promises: Vec<Promise>,
    /// The sites whose servers cannot keep up with their repairs, outlets first.
    pub overloaded: Vec<(SiteId, Shop)>,
    /// What outlets give each other, in order of receiver and part.
    pub laterals: Vec<LateralFlow>,
    /// What each country and the network get, in order of question, the network first.
    pub countries: Vec<CountryService>,
    /// How satisfied all customers are, and then those of each country, where the scenario says what satisfies them.
    pub satisfaction: Vec<Satisfaction>,
}

/// One metric of one region.
#[derive(Debug, Clone, PartialEq)]
pub struct RegionService {
    /// Whose.
    pub region: RegionId,
    /// What.
    pub metric: Metric,
    /// The window \[hours\], where the metric has one.
    pub within_hours: Option<f64>,
    /// How much.
    pub value: f64,
}

impl Service {
    /// A part at an outlet, if anyone asks for it there.
    pub fn shelf(&self, outlet: OutletId, part: PartId) -> Option<&Shelf> {
        let found = self.shelves.binary_search_by_key(&(outlet, part), |shelf| (shelf.outlet, shelf.part));
        found.ok().map(|found| &self.shelves[found])
    }

    /// The fill rate of a part at an outlet; 0 where nobody asks for it.
    pub fn fill_rate(&self, outlet: OutletId, part: PartId) -> f64 {
        self.shelf(outlet, part).map_or(0.0, |shelf| shelf.fill_rate)
    }

    /// The share of an outlet's demand for a part that is expressed from outside; all of it where the part is unknown there.
    pub fn emergency(&self, outlet: OutletId, part: PartId) -> f64 {
        self.shelf(outlet, part).map_or(1.0, |shelf| shelf.emergency)
    }

    /// The share of an outlet's demand for a part that its depot delivers directly.
    pub fn direct(&self, outlet: OutletId, part: PartId) -> f64 {
        self.shelf(outlet, part).map_or(0.0, |shelf| shelf.direct)
    }

    /// The mean inventory position of a part at a site with a base stock \[units\], which is the base stock where nobody asks
    /// for the part.
    pub fn mean_position(&self, site: SiteId, part: PartId, base_stock: u32) -> f64 {
        let batches = match site {
            SiteId::Outlet(outlet) => self.shelf(outlet, part).map(|shelf| shelf.batches),
            SiteId::Depot(depot) => {
                let found = self.depot_shelves.binary_search_by_key(&(depot, part), |shelf| (shelf.depot, shelf.part));
                found.ok().map(|found| self.depot_shelves[found].batches)
            }
        };
        batches.map_or(f64::from(base_stock), |batches| batches.mean_position())
    }

    /// Are all hard promises kept?
    pub fn all_kept(&self, scenario: &Scenario) -> bool {
        self.promises.iter().all(|promise| promise.kept || promise.target(scenario).penalty.is_some())
    }
}

/// The sums behind every metric asked for, by question and member of its scope.
type Tallies = BTreeMap<(usize, Key), Tally>;

/// Assesses the service of decisions, exactly.
pub fn assess(scenario: &Scenario, network: &Network, load: &Load, decisions: &Decisions) -> Service {
    let streams = outlet_streams(scenario, load, decisions);
    let shops = Shops::of_streams(scenario, decisions, &streams);
    let depots = depot_streams(scenario, decisions, &shops, &streams);
    let upstreams: BTreeMap<_, Upstream> = depots
        .par_iter()
        .map(|entry| (entry.0, entry.1.holding(decisions.at_depot(entry.0.0, entry.0.1))))
        .collect::<Vec<_>>()
        .into_iter()
        .collect();
    let supply = pool::Supply { scenario, network, decisions, shops: &shops, streams: &streams, upstreams: &upstreams };
    let pool::Helped { outlets: help, depots: delivering } = pool::help(&supply);
    let questions = questions(scenario);
    // Among the questions that are asked of every region the fill rate is the first.
    let filled_from = scenario.satisfaction.map(|_| scenario.targets.len());
    let mut served: Vec<Vec<(RegionId, f64)>> = vec![Vec::new(); scenario.outlets.len()];
    for (region, outlet, share) in decisions.assignments() {
        served[outlet.at()].push((region, share));
    }
    let outlets: Vec<OutletId> = (0..scenario.outlets.len()).map(OutletId::from).collect();
    let assessed: Vec<(Vec<Shelf>, Tallies)> = outlets
        .par_iter()
        .map(|&outlet| {
            let depot = decisions.replenished_by[outlet.at()];
            let positions: Vec<(PartId, Position)> = streams[outlet.at()]
                .iter()
                .map(|(part, rate)| {
                    let stream = outlet_stream(scenario, network, &shops, outlet, depot, *part, rate);
                    let upstream = depot.and_then(|depot| upstreams.get(&(depot, *part)));
                    (*part, Position::new(stream, upstream, scenario.stocking.stockout))
                })
                .collect();
            let shelves: Vec<Shelf> = positions
                .iter()
                .map(|(part, position)| {
                    let (level, help) = (decisions.at_outlet(outlet, *part), help.get(&(outlet, *part)));
                    Shelf::new(outlet, *part, position, level, help)
                })
                .collect();
            let mut stocked: Vec<Shelved> =
                positions.iter().zip(&shelves).map(|((_, position), shelf)| Shelved::new(position, *shelf)).collect();
            let mut tallies = BTreeMap::new();
            let by_basket = load.is_shared()
                && scenario.help().is_none()
                && filled_from.is_none()
                && questions.iter().all(|question| !question.tells_parts_apart());
            if by_basket {
                let asked = (scenario, network, load, outlet);
                baskets::assess(asked, &served[outlet.at()], &questions, &mut stocked, &mut tallies);
                return (shelves, tallies);
            }
            for &(region, share) in &served[outlet.at()] {
                let Some(road) = network.road(region, outlet) else { continue };
                for task in load.tasks(region) {
                    let found = task.part.map(|part| {
                        let found = positions.binary_search_by_key(&part, |entry| entry.0);
                        found.expect("every part that a served region asks for has a position")
                    });
                    let help = task.part.and_then(|part| help.get(&(outlet, part)));
                    let mut filled = 1.0;
                    for (number, question) in questions.iter().enumerate() {
                        if let Some((key, reading)) = question.ask(scenario, region, outlet, &road, &task) {
                            let tally: &mut Tally = tallies.entry((number, key)).or_default();
                            let value = match help {
                                Some(help) => {
                                    let direct = scenario.regions[region.at()].direct_hours.get();
                                    let supplied = |hours: f64| question.supplied(scenario, &road, &task, hours);
                                    reading.with_help(help, direct, supplied)
                                }
                                None => reading.value(found.map(|found| &mut stocked[found])),
                            };
                            tally.add(share * task.rate, value);
                            if filled_from == Some(number) {
                                filled = value;
                            }
                        }
                    }
                    if filled_from.is_some() {
                        let key = Key { region: Some(region), ..Key::default() };
                        let visits = scenario.format(outlet).map_or(1.0, Format::visits);
                        let tally: &mut Tally = tallies.entry((questions.len(), key)).or_default();
                        tally.add(share * task.rate, filled / visits);
                    }
                }
            }
            (shelves, tallies)
        })
        .collect();
    let mut tallies = Tallies::new();
    let mut service = Service::default();
    for (shelves, own) in assessed {
        service.shelves.extend(shelves);
        for (key, tally) in own {
            tallies.entry(key).or_default().merge(&tally);
        }
    }
    for ((to, part), help) in &help {
        let rate = service.shelf(*to, *part).map_or(0.0, |shelf| shelf.rate);
        let flow = |helper: &Helper| LateralFlow {
            from: helper.outlet,
            to: *to,
            part: *part,
            units: rate * helper.share,
            cost_per_unit: helper.cost_per_unit,
        };
        service.laterals.extend(help.from.iter().map(flow));
    }
    let stockout = scenario.stocking.stockout;
    service.overloaded = shops.overloaded();
    service.depot_shelves = upstreams
        .iter()
        .map(|(site, upstream)| DepotShelf::new(site.0, site.1, upstream, stockout, delivering.get(site)))
        .collect();
    add_installed(load, scenario, &questions, &mut tallies);
    let promised = scenario.targets.len();
    for ((number, key), tally) in tallies.range((promised, Key::default())..) {
        let (Some(question), Some(region)) = (questions.get(*number), key.region) else { continue };
        if let Some(value) = tally.result(question.metric) {
            let within_hours = question.within.map(|hours| hours.get());
            service.regions.push(RegionService { region, metric: question.metric, within_hours, value });
        }
    }
    service.countries = country::by_country(scenario, load, &questions, promised, &tallies);
    service.satisfaction = satisfaction::satisfaction(scenario, &questions, promised, &tallies);
    for (number, target) in scenario.targets.iter().enumerate() {
        let own = tallies.range((number, Key::default())..(number + 1, Key::default()));
        service.promises.extend(promise::promises(number, target, own.map(|((_, key), tally)| (*key, tally))));
    }
    service
}

/// Availability is measured against the units that are installed, whoever serves them.
fn add_installed(
    load: &Load,
    scenario: &Scenario,
    questions: &[Question],
    tallies: &mut BTreeMap<(usize, Key), Tally>,
) {
    for (number, question) in questions.iter().enumerate().filter(|(_, asked)| asked.metric == Metric::Availability) {
        let first = (number, Key::default());
        for (key, tally) in tallies.range_mut(first..(number + 1, Key::default())) {
            tally.installed = installed_in(load, scenario, question, &key.1);
        }
    }
}

/// The installed units that a promise of availability speaks of.
pub fn installed_in(load: &Load, scenario: &Scenario, question: &Question, key: &Key) -> f64 {
    let policy = key.policy.or(question.policy);
    let regions = scenario.regions.iter().enumerate().filter(|(position, region)| {
        key.region.is_none_or(|own| own.at() == *position)
            && key.country.or(question.country).is_none_or(|country| region.country == Some(country))
    });
    let units = regions.flat_map(|(position, _)| &load.installed[position]);
    units.filter(|entry| policy.is_none() || entry.0 == policy).map(|entry| entry.1).sum::<f64>() * HOURS_PER_YEAR
}

/// What is asked of every plan: its targets, and what each region gets.
fn questions(scenario: &Scenario) -> Vec<Question> {
    let mut questions: Vec<Question> = scenario.targets.iter().map(Question::of).collect();
    let mut asked: Vec<(Metric, Option<crate::units::Hours>)> =
        vec![(Metric::FillRate, None), (Metric::MeanResponse, None)];
    if !scenario.installed.is_empty() {
        asked.push((Metric::Availability, None));
    }
    let judged = scenario.satisfaction.and_then(|weights| weights.within).map(|within| (Metric::OnTime, Some(within)));
    asked.extend(judged);
    for Target { metric, within, .. } in &scenario.targets {
        if within.is_some() && !asked.contains(&(*metric, *within)) {
            asked.push((*metric, *within));
        }
    }
    questions.extend(asked.into_iter().map(|(metric, within)| Question {
        metric,
        within,
        scope: vec![Scope::Region],
        country: None,
        part: None,
        policy: None,
        class: None,
    }));
    questions
}
