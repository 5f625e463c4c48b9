//! Planning with lateral supply and direct delivery: sites, assignments and stock as if nobody helped, and then less stock
//! where the help allows it.
//!
//! A plan is made of the scenario without its lateral supply and without deliveries from depots; its promises are kept by
//! each outlet's own stock. Then the help is counted: a promise that breaks because an outlet or a depot gives its stock
//! away gets units back, one by one, where the most demand misses the shelf; then units whose going saves money and breaks no
//! promise go, the dearest to hold first. Where depots deliver directly, a unit more at a depot is tried with the units at
//! its outlets that may go for it. All end at a number of trials that depends on the scenario alone.
//!
//! The lower bound of the scenario without help is not one with it, since help can replace stock. With lateral supply alone all
//! outlets are taken as one shelf (`bound::pool`); where depots deliver directly no bound is known and none is given.

use crate::cost::overhead;
use crate::load::Load;
use crate::network::Network;
use crate::plan::{Certificate, Decisions, Plan, objective};
use crate::scenario::{DepotId, OutletId, PartId, RegionId, Scenario, SiteId};
use crate::watch::Watch;

use super::bound::pool;
use super::decide::Priced;
use super::{Failure, Quiet, Search, optimise};

/// A plan's shelves are evaluated so many times in all, and the plan at most [`MOST_TRIALS`] times.
const MOST_SHELVES: usize = 400_000;
/// See [`MOST_SHELVES`].
const MOST_TRIALS: usize = 2_000;

/// A trial with direct delivery takes about as long as so many without: chains of depots are solved for it.
const CHAINS: usize = 4;

/// Plans a scenario with lateral supply or direct delivery.
///
/// # Errors
/// [`Failure`] where there is no plan or none was found; a budget is not said to be too small, since help may save more.
pub fn plan(scenario: &Scenario, network: &mut Network, load: &Load, watch: &dyn Watch) -> Result<Plan, Failure> {
    let apart = pool::apart(scenario);
    let found = optimise(&apart, network, load, &Quiet(watch)).map_err(|failure| match failure {
        Failure::Infeasible(_) if scenario.limits.budget.is_some() => Failure::NothingFound { lower_bound: None },
        Failure::NothingFound { .. } => Failure::NothingFound { lower_bound: None },
        infeasible => infeasible,
    })?;
    watch.stage("counting the help of others");
    let mut trials = Trials { scenario, network, load, watch, left: MOST_TRIALS };
    let unaided = found.decisions.clone();
    let mut best = Priced::of(scenario, network, load, found.decisions);
    let shelves = best.service.shelves.len().max(1) * if scenario.stocking.direct { CHAINS } else { 1 };
    trials.left = (MOST_SHELVES / shelves).min(MOST_TRIALS);
    trials.mend(&mut best);
    if !best.keeps_promises(scenario) {
        return Err(Failure::NothingFound { lower_bound: None });
    }
    let held = trials.held(&best, &|_, _| true);
    trials.trim(&mut best, &held);
    if scenario.stocking.direct {
        trials.exchange(&mut best);
    }
    let Priced { decisions, service, costs, points } = best;
    if scenario.limits.budget.is_some_and(|budget| costs.total() > budget.get() * (1.0 + 1e-9)) {
        return Err(Failure::NothingFound { lower_bound: None });
    }
    let objective = objective(scenario, network, load, &decisions, costs.total());
    let mut lower_bound = None;
    if !scenario.stocking.direct {
        watch.stage("proving the bound");
        let search = Search { scenario: &apart, network, load, watch };
        lower_bound = pool::bound(&search, &unaided).map(|bound| bound.max(overhead(scenario)).min(objective));
    }
    let certificate = Certificate { objective, lower_bound };
    Ok(Plan { decisions, costs, service, certificate, points, seed: scenario.planning.seed })
}

struct Trials<'a> {
    scenario: &'a Scenario,
    network: &'a Network,
    load: &'a Load,
    watch: &'a dyn Watch,
    /// How many more plans may be evaluated.
    left: usize,
}

impl Trials<'_> {
    /// The plan with other base-stock levels, while there are trials left.
    fn of(&mut self, decisions: Decisions) -> Option<Priced> {
        if self.left == 0 || self.watch.stop() {
            return None;
        }
        self.left -= 1;
        Some(Priced::of(self.scenario, self.network, self.load, decisions))
    }

    /// Gives units back until every promise is kept.
    fn mend(&mut self, best: &mut Priced) {
        while let Some((outlet, part)) = self.lacking(best) {
            let mut decisions = best.decisions.clone();
            let levels = &mut decisions.outlet_stock[outlet.at()];
            levels.resize(self.scenario.parts.len(), 0);
            levels[part.at()] += 1;
            let Some(next) = self.of(decisions) else { return };
            *best = next;
        }
    }

    /// Of the shelves that the first broken promise speaks of, the one that most demand misses.
    fn lacking(&self, plan: &Priced) -> Option<(OutletId, PartId)> {
        let hard = |target: usize| self.scenario.targets[target].penalty.is_none();
        let broken = plan.service.promises.iter().find(|promise| !promise.kept && hard(promise.target))?;
        let target = broken.target(self.scenario);
        let country = broken.key.country.or(target.country);
        let speaks_of = |region: RegionId| {
            broken.key.region.is_none_or(|own| own == region)
                && country.is_none_or(|own| self.scenario.regions[region.at()].country == Some(own))
        };
        let mut serves = vec![false; self.scenario.outlets.len()];
        for (region, outlet, _) in plan.decisions.assignments() {
            serves[outlet.at()] |= speaks_of(region);
        }
        let part = broken.key.part.or(target.part);
        let class = broken.key.class.or(target.class);
        let shelves = plan.service.shelves.iter().filter(|shelf| {
            serves[shelf.outlet.at()]
                && broken.key.outlet.is_none_or(|own| own == shelf.outlet)
                && part.is_none_or(|own| own == shelf.part)
                && class.is_none_or(|own| self.scenario.parts[shelf.part.at()].class == Some(own))
        });
        let missed = shelves.map(|shelf| (shelf.rate * (1.0 - shelf.fill_rate), shelf));
        let most = missed.max_by(|left, right| left.0.total_cmp(&right.0))?;
        Some((most.1.outlet, most.1.part))
    }

    /// What is held where it may be asked for less, the dearest to hold first.
    fn held(&self, plan: &Priced, chosen: &dyn Fn(SiteId, PartId) -> bool) -> Vec<(SiteId, PartId)> {
        let mut held: Vec<(f64, SiteId, PartId)> = Vec::new();
        let mut add = |site: SiteId, levels: &[u32]| {
            for (part, _) in levels.iter().enumerate().filter(|(_, level)| **level > 0) {
                let part = PartId::from(part);
                if chosen(site, part) {
                    held.push((crate::cost::holding_cost(self.scenario, site, part), site, part));
                }
            }
        };
        for (number, levels) in plan.decisions.outlet_stock.iter().enumerate() {
            add(SiteId::Outlet(OutletId::from(number)), levels);
        }
        for (number, levels) in plan.decisions.depot_stock.iter().enumerate() {
            add(SiteId::Depot(DepotId::from(number)), levels);
        }
        held.sort_by(|left, right| right.0.total_cmp(&left.0).then((left.1, left.2).cmp(&(right.1, right.2))));
        held.into_iter().map(|(_, site, part)| (site, part)).collect()
    }

    /// Takes units away in an order where that saves money and breaks no promise.
    fn trim(&mut self, best: &mut Priced, held: &[(SiteId, PartId)]) {
        let mut saved = true;
        while saved {
            saved = false;
            for &(site, part) in held {
                loop {
                    let mut decisions = best.decisions.clone();
                    let levels = match site {
                        SiteId::Outlet(outlet) => &mut decisions.outlet_stock[outlet.at()],
                        SiteId::Depot(depot) => &mut decisions.depot_stock[depot.at()],
                    };
                    if levels[part.at()] == 0 {
                        break;
                    }
                    levels[part.at()] -= 1;
                    let Some(next) = self.of(decisions) else { return };
                    if !next.keeps_promises(self.scenario) || next.costs.total() >= best.costs.total() {
                        break;
                    }
                    *best = next;
                    saved = true;
                }
            }
        }
    }

    /// Gives depots units, one by one, where what then may go from their outlets saves money.
    fn exchange(&mut self, best: &mut Priced) {
        let asked: Vec<(DepotId, PartId)> =
            best.service.depot_shelves.iter().map(|shelf| (shelf.depot, shelf.part)).collect();
        for (depot, part) in asked {
            loop {
                let mut decisions = best.decisions.clone();
                let levels = &mut decisions.depot_stock[depot.at()];
                levels.resize(self.scenario.parts.len(), 0);
                levels[part.at()] += 1;
                let Some(mut next) = self.of(decisions) else { return };
                let above = best.decisions.replenished_by.clone();
                let under = |site: SiteId, own: PartId| match site {
                    SiteId::Outlet(outlet) => own == part && above[outlet.at()] == Some(depot),
                    SiteId::Depot(_) => false,
                };
                let held = self.held(&next, &under);
                self.trim(&mut next, &held);
                if !next.keeps_promises(self.scenario) || next.costs.total() >= best.costs.total() {
                    break;
                }
                *best = next;
            }
        }
    }
}
