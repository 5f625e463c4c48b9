//! The rules that can be relaxed: how each is lifted and set to an amount.

mod counted;
mod used;

use super::super::Diagnosis;
use super::amount::Amount;
use super::places::added;
use crate::load::Load;
use crate::network::Network;
use crate::scenario::{Lanes, Limit, Objective, Scenario, Site, Sourcing, Status};
use crate::units::{Hours, Money};
use counted::sites_of_mut;
pub use counted::{Capacity, Sites, sites_of};

/// No way on earth and no wait that anyone would promise is longer \[hours\].
const ENDLESS: f64 = 1e6;

/// A rule that can be relaxed.
#[derive(Debug, Clone)]
pub enum Rule {
    /// The level of a hard target.
    Level(usize),
    /// Its window.
    Window(usize),
    /// That it is hard.
    Penalty(usize),
    /// The longest way.
    Reach,
    /// That only listed lanes exist.
    Lanes,
    /// The most open sites.
    Most(Sites),
    /// The fewest open sites.
    Least(Sites),
    /// The most openings.
    Openings,
    /// The most closings.
    Closings,
    /// The budget.
    Budget,
    /// The capacity of every site, scaled.
    Capacity(Capacity),
    /// The repair servers of every site.
    Servers,
    /// That one outlet serves a region.
    Sourcing,
    /// The sites that may not open: outlets or depots.
    Closed {
        /// Depots, not outlets?
        depots: bool,
        /// Their places in the table.
        sites: Vec<usize>,
    },
    /// The sites that may not close.
    Forced {
        /// Depots, not outlets?
        depots: bool,
        /// Their places in the table.
        sites: Vec<usize>,
    },
    /// That there are no other candidates.
    Added(Vec<Site>),
}

/// The rules of a scenario that can be relaxed, in the order in which they are tried.
pub fn rules(scenario: &Scenario, network: &Network, load: &Load, diagnosis: &Diagnosis) -> Vec<Rule> {
    let mut rules = Vec::new();
    for (number, target) in scenario.targets.iter().enumerate().filter(|(_, target)| target.penalty.is_none()) {
        rules.push(Rule::Level(number));
        if target.within.is_some() {
            rules.push(Rule::Window(number));
        }
        if !matches!(target.limit, Limit::SpreadAtMost(_)) && scenario.planning.objective == Objective::Cost {
            rules.push(Rule::Penalty(number));
        }
    }
    if scenario.travel.max_hours.is_some() {
        rules.push(Rule::Reach);
    }
    if scenario.travel.lanes == Lanes::Listed && scenario.outlets.iter().all(|outlet| outlet.place.is_some()) {
        rules.push(Rule::Lanes);
    }
    let limits = &scenario.limits;
    let mut counts = Vec::new();
    for (depots, all, by_country) in
        [(false, limits.outlets, &limits.outlets_by_country), (true, limits.depots, &limits.depots_by_country)]
    {
        counts.push((Sites { depots, country: None }, all));
        counts.extend(by_country.iter().map(|(country, count)| (Sites { depots, country: Some(*country) }, *count)));
    }
    rules.extend(counts.iter().filter(|(_, count)| count.max.is_some()).map(|(sites, _)| Rule::Most(*sites)));
    rules.extend(counts.iter().filter(|(_, count)| count.min > 0).map(|(sites, _)| Rule::Least(*sites)));
    rules.extend(limits.max_openings.map(|_| Rule::Openings));
    rules.extend(limits.max_closings.map(|_| Rule::Closings));
    rules.extend(limits.budget.map(|_| Rule::Budget));
    for kind in [Capacity::Jobs, Capacity::Hours, Capacity::Units] {
        if sites_of(scenario, kind == Capacity::Units).iter().any(|site| kind.of(site).is_some()) {
            rules.push(Rule::Capacity(kind));
        }
    }
    if scenario.outlets.iter().chain(&scenario.depots).any(|site| site.repair_servers.is_some()) {
        rules.push(Rule::Servers);
    }
    if scenario.planning.sourcing == Sourcing::Single {
        rules.push(Rule::Sourcing);
    }
    for depots in [false, true] {
        let with = |status: Status| -> Vec<usize> {
            let sites = sites_of(scenario, depots).iter().enumerate();
            sites.filter(|(_, site)| site.status == status).map(|(number, _)| number).collect()
        };
        let (closed, forced) = (with(Status::Closed), with(Status::Open));
        if !closed.is_empty() {
            rules.push(Rule::Closed { depots, sites: closed });
        }
        if !forced.is_empty() {
            rules.push(Rule::Forced { depots, sites: forced });
        }
    }
    let added = added(scenario, network, load, diagnosis);
    if !added.is_empty() {
        rules.push(Rule::Added(added));
    }
    rules
}

impl Rule {
    /// Its code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Level(_) => "target-level",
            Self::Window(_) => "target-window",
            Self::Penalty(_) => "target-penalty",
            Self::Reach => "max-hours",
            Self::Lanes => "lanes",
            Self::Most(_) => "most",
            Self::Least(_) => "least",
            Self::Openings => "openings",
            Self::Closings => "closings",
            Self::Budget => "budget",
            Self::Capacity(_) => "capacity",
            Self::Servers => "repair-servers",
            Self::Sourcing => "sourcing",
            Self::Closed { .. } => "closed-sites",
            Self::Forced { .. } => "forced-sites",
            Self::Added(_) => "new-outlets",
        }
    }

    /// Does lifting it lift what others of its target only loosen?
    pub const fn is_another_form(&self) -> bool {
        matches!(self, Self::Window(_) | Self::Penalty(_))
    }

    /// Lifts it.
    pub fn lift(&self, scenario: &mut Scenario) {
        match self {
            Self::Level(number) | Self::Penalty(number) => {
                let limit = &mut scenario.targets[*number].limit;
                *limit = match limit {
                    Limit::AtLeast(_) => Limit::AtLeast(0.0),
                    Limit::AtMost(_) => Limit::AtMost(ENDLESS),
                    Limit::SpreadAtMost(_) => Limit::SpreadAtMost(ENDLESS),
                };
            }
            Self::Window(_) => self.set(scenario, &Amount::Number(ENDLESS)),
            Self::Reach => scenario.travel.max_hours = None,
            Self::Most(sites) => {
                if let Some(count) = sites.count_mut(scenario) {
                    count.max = None;
                }
            }
            Self::Least(_) => self.set(scenario, &Amount::Number(0.0)),
            Self::Openings => scenario.limits.max_openings = None,
            Self::Closings => scenario.limits.max_closings = None,
            Self::Budget => scenario.limits.budget = None,
            Self::Capacity(kind) => {
                let sites = sites_of_mut(scenario, *kind == Capacity::Units);
                sites.iter_mut().for_each(|site| *kind.of_mut(site) = None);
            }
            Self::Servers => {
                let sites = scenario.outlets.iter_mut().chain(&mut scenario.depots);
                sites.for_each(|site| site.repair_servers = None);
            }
            Self::Lanes | Self::Sourcing => self.set(scenario, &Amount::Whole),
            Self::Closed { sites, .. } | Self::Forced { sites, .. } => {
                self.set(scenario, &Amount::Sites((0..sites.len()).collect()));
            }
            Self::Added(sites) => self.set(scenario, &Amount::Sites((0..sites.len()).collect())),
        }
    }

    /// The promise that it is a rule of, by its place among the targets.
    pub fn promise(&self) -> Option<usize> {
        match self {
            Self::Level(number) | Self::Window(number) | Self::Penalty(number) => Some(*number),
            _ => None,
        }
    }

    /// Relaxes it by an amount.
    pub fn set(&self, scenario: &mut Scenario, amount: &Amount) {
        match (self, amount) {
            (Self::Level(number), Amount::Number(level)) => {
                let limit = &mut scenario.targets[*number].limit;
                *limit = match limit {
                    Limit::AtLeast(_) => Limit::AtLeast(*level),
                    Limit::AtMost(_) => Limit::AtMost(*level),
                    Limit::SpreadAtMost(_) => Limit::SpreadAtMost(*level),
                };
            }
            (Self::Window(number), Amount::Number(hours)) => scenario.targets[*number].within = Hours::new(*hours),
            (Self::Penalty(number), Amount::Number(price)) => scenario.targets[*number].penalty = Money::new(*price),
            (Self::Reach, Amount::Number(hours)) => scenario.travel.max_hours = Hours::new(*hours),
            (Self::Most(sites), Amount::Number(most)) => {
                if let Some(count) = sites.count_mut(scenario) {
                    count.max = Some(*most as usize);
                }
            }
            (Self::Least(sites), Amount::Number(least)) => {
                if let Some(count) = sites.count_mut(scenario) {
                    count.min = *least as usize;
                }
            }
            (Self::Openings, Amount::Number(most)) => scenario.limits.max_openings = Some(*most as usize),
            (Self::Closings, Amount::Number(most)) => scenario.limits.max_closings = Some(*most as usize),
            (Self::Budget, Amount::Number(budget)) => scenario.limits.budget = Money::new(*budget),
            (Self::Capacity(kind), Amount::Number(factor)) => {
                for site in sites_of_mut(scenario, *kind == Capacity::Units) {
                    let own = kind.of_mut(site);
                    *own = own.map(|capacity| capacity * factor);
                }
            }
            (Self::Servers, Amount::Number(more)) => {
                for site in scenario.outlets.iter_mut().chain(&mut scenario.depots) {
                    site.repair_servers = site.repair_servers.map(|servers| servers + *more as u32);
                }
            }
            (Self::Lanes, _) => scenario.travel.lanes = Lanes::Estimated,
            (Self::Sourcing, _) => scenario.planning.sourcing = Sourcing::Split,
            (Self::Closed { depots, sites }, Amount::Sites(chosen)) => {
                let table = sites_of_mut(scenario, *depots);
                chosen.iter().for_each(|place| table[sites[*place]].status = Status::Candidate);
            }
            (Self::Forced { depots, sites }, Amount::Sites(chosen)) => {
                let table = sites_of_mut(scenario, *depots);
                chosen.iter().for_each(|place| table[sites[*place]].status = Status::Existing);
            }
            (Self::Added(sites), Amount::Sites(chosen)) => {
                scenario.outlets.extend(chosen.iter().map(|place| sites[*place].clone()));
            }
            // Each rule is given amounts of its own kind alone.
            _ => {}
        }
    }

    /// What a rule of numbers says now; `None` for the others.
    pub fn value(&self, scenario: &Scenario) -> Option<f64> {
        let target = |number: usize| &scenario.targets[number];
        match self {
            Self::Level(number) => match target(*number).limit {
                Limit::AtLeast(level) | Limit::AtMost(level) | Limit::SpreadAtMost(level) => Some(level),
            },
            Self::Window(number) => target(*number).within.map(Hours::get),
            Self::Reach => scenario.travel.max_hours.map(Hours::get),
            Self::Most(sites) => sites.count(scenario).max.map(|most| most as f64),
            Self::Least(sites) => Some(sites.count(scenario).min as f64),
            Self::Openings => scenario.limits.max_openings.map(|most| most as f64),
            Self::Closings => scenario.limits.max_closings.map(|most| most as f64),
            Self::Budget => scenario.limits.budget.map(Money::get),
            Self::Capacity(_) => Some(1.0),
            Self::Servers => Some(0.0),
            _ => None,
        }
    }

    /// Is less of it asked by a smaller number?
    pub fn falls(&self, scenario: &Scenario) -> bool {
        match self {
            Self::Level(number) => matches!(scenario.targets[*number].limit, Limit::AtLeast(_)),
            Self::Least(_) => true,
            _ => false,
        }
    }
}
