//! How much of a rule a plan uses, and the written values between a rule and its end.

use super::super::super::may_open;
use super::super::amount::{down, up};
use super::{Capacity, Rule, Sites, sites_of};
use crate::load::Load;
use crate::network::Network;
use crate::plan::write::{depot_loads, outlet_loads};
use crate::resolve::Solved;
use crate::scenario::{Limit, Metric, Scenario, Site, Status};

impl Rule {
    /// How much of a rule of numbers a plan uses, as a written value that the plan keeps; `None` where that is not told.
    pub fn used(&self, given: &Scenario, solved: &Solved, load: &Load) -> Option<f64> {
        let Solved { scenario, network, plan, .. } = solved;
        let decisions = &plan.decisions;
        let open = |depots: bool| if depots { &decisions.depot_open } else { &decisions.outlet_open };
        let everywhere = |meets: fn(&Site, bool) -> bool| {
            let number = |depots| Sites { depots, country: None }.number(scenario, open(depots), meets);
            (number(false) + number(true)) as f64
        };
        match self {
            Self::Level(number) => {
                let values = plan.service.promises.iter().filter(|own| own.target == *number).map(|own| own.computed);
                match scenario.targets[*number].limit {
                    Limit::AtLeast(_) => values.reduce(f64::min).map(|value| down(value, 6)),
                    _ => values.reduce(f64::max).filter(|value| value.is_finite()).map(|value| up(value, 6)),
                }
            }
            Self::Reach => {
                let ways = decisions.assignments().filter(|(region, ..)| load.jobs[region.at()] > 0.0);
                let hours = ways.filter_map(|(region, outlet, _)| Some(network.road(region, outlet)?.hours));
                hours.reduce(f64::max).map(|hours| up(hours, 4))
            }
            Self::Most(sites) | Self::Least(sites) => {
                Some(sites.number(scenario, open(sites.depots), |_, open| open) as f64)
            }
            Self::Openings => Some(everywhere(|site, open| open && site.status == Status::Candidate)),
            Self::Closings => Some(everywhere(|site, open| !open && site.status == Status::Existing)),
            Self::Budget => Some(up(plan.costs.total(), 2)),
            Self::Capacity(kind) => {
                let loads: Vec<f64> = match kind {
                    Capacity::Units => depot_loads(scenario, load, decisions),
                    Capacity::Jobs => {
                        outlet_loads(scenario, network, load, decisions).iter().map(|own| own.jobs).collect()
                    }
                    Capacity::Hours => {
                        outlet_loads(scenario, network, load, decisions).iter().map(|own| own.hours).collect()
                    }
                };
                let sites = sites_of(given, *kind == Capacity::Units).iter().zip(loads);
                let fullness = sites.filter_map(|(site, load)| Some(load / kind.of(site)?));
                fullness.reduce(f64::max).filter(|factor| factor.is_finite()).map(|factor| up(factor, 4))
            }
            _ => None,
        }
    }

    /// The places in the rule's list that a plan opens, or closes.
    pub fn sites_used(&self, given: &Scenario, solved: &Solved) -> Vec<usize> {
        let decisions = &solved.plan.decisions;
        let open = |depots: bool| if depots { &decisions.depot_open } else { &decisions.outlet_open };
        match self {
            Self::Closed { depots, sites } => (0..sites.len()).filter(|own| open(*depots)[sites[*own]]).collect(),
            Self::Forced { depots, sites } => (0..sites.len()).filter(|own| !open(*depots)[sites[*own]]).collect(),
            Self::Added(sites) => {
                let first = given.outlets.len();
                (0..sites.len()).filter(|own| open(false).get(first + own).copied().unwrap_or(false)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Are these all the sites of a rule of sites?
    pub fn takes_all(&self, sites: &[usize]) -> bool {
        match self {
            Self::Closed { sites: all, .. } | Self::Forced { sites: all, .. } => all.len() == sites.len(),
            Self::Added(all) => all.len() == sites.len(),
            _ => false,
        }
    }

    /// The written values between what a rule of numbers says and its end, the least relaxed first; `end` is known to
    /// suffice, if it is known.
    pub fn grid(&self, scenario: &Scenario, network: &Network, end: Option<f64>) -> Vec<f64> {
        let (Some(now), falls) = (self.value(scenario), self.falls(scenario)) else { return Vec::new() };
        let mut grid: Vec<f64> = match self {
            Self::Most(sites) | Self::Least(sites) => {
                let number = sites_of(scenario, sites.depots).iter().filter(|site| may_open(site.status)).count();
                if falls { (0..now as usize).rev().map(|own| own as f64).collect() } else { whole(now, number) }
            }
            Self::Openings | Self::Closings => whole(now, scenario.outlets.len() + scenario.depots.len()),
            Self::Servers => whole(now, 1000),
            Self::Level(number) if falls => {
                let finest = if scenario.targets[*number].metric == Metric::Availability { 0.0001 } else { 0.001 };
                let steps = (now / finest) as usize;
                (1..=steps).map(|step| up((now - finest * step as f64).max(0.0), 6)).collect()
            }
            Self::Window(number) if scenario.targets[*number].metric != Metric::OnTime => {
                let dispatch = match scenario.targets[*number].metric {
                    Metric::Coverage => 0.0,
                    _ => scenario.travel.dispatch.get(),
                };
                ways(scenario, network).map(|hours| up(hours + dispatch, 4)).collect()
            }
            Self::Reach => {
                let mut far = scenario.clone();
                far.travel.max_hours = None;
                let network = Network::connect(&far);
                match network.is_complete() {
                    true => ways(&far, &network).map(|hours| up(hours, 4)).collect(),
                    false => rising(now, 0.02, end.unwrap_or(100.0 * now)),
                }
            }
            Self::Budget => Vec::new(),
            _ => rising(now, 0.01, end.unwrap_or(100.0 * now)),
        };
        let beyond = |value: &f64| if falls { *value < now } else { *value > now };
        let before = |value: &f64| end.is_none_or(|end| if falls { *value > end } else { *value < end });
        grid.retain(|value| beyond(value) && before(value));
        grid.extend(end.filter(beyond));
        grid.sort_by(|left, right| if falls { right.total_cmp(left) } else { left.total_cmp(right) });
        grid.dedup();
        grid
    }
}

fn whole(now: f64, most: usize) -> Vec<f64> {
    (now as usize + 1..=most).map(|own| own as f64).collect()
}

/// Values that rise by a share from step to step, as long as they are.
fn rising(now: f64, share: f64, end: f64) -> Vec<f64> {
    let from = if now > 0.0 { now } else { 0.01 };
    let values = (1..=4000).map(|step| up(from * (1.0 + share).powi(step), 4));
    values.take_while(|value| *value < end).collect()
}

/// The hours of all lanes of regions.
fn ways<'a>(scenario: &'a Scenario, network: &'a Network) -> impl Iterator<Item = f64> + 'a {
    let regions = (0..scenario.regions.len()).map(crate::scenario::RegionId::from);
    regions.flat_map(|region| network.roads(region).map(|(_, road)| road.hours))
}
