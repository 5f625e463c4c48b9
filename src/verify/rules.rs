//! The scenario's rules, one by one.

use super::{Breach, TOLERANCE};
use crate::load::Load;
use crate::load::work::SLACK;
use crate::network::Network;
use crate::plan::write::{depot_loads, outlet_loads};
use crate::plan::{Decisions, Plan};
use crate::scenario::{Count, RegionId, Scenario, Site, Sourcing, Status};

/// The scenario's rules that a plan breaks, promises included.
pub fn rules(scenario: &Scenario, network: &Network, load: &Load, plan: &Plan) -> Vec<Breach> {
    let mut breaches = decision_rules(scenario, network, load, plan);
    for promise in &plan.service.promises {
        if !promise.kept && promise.target(scenario).penalty.is_none() {
            let message = format!("the promise {} is broken: it is {}", promise.describe(scenario), promise.computed);
            breaches.push(Breach::rule(message));
        }
    }
    breaches
}

/// The scenario's rules that a plan breaks, promises apart.
pub fn decision_rules(scenario: &Scenario, network: &Network, load: &Load, plan: &Plan) -> Vec<Breach> {
    let mut breaches = Vec::new();
    let mut tell = |message: String| breaches.push(Breach::rule(message));
    let decisions = &plan.decisions;
    sites(&scenario.outlets, &decisions.outlet_open, &mut tell);
    sites(&scenario.depots, &decisions.depot_open, &mut tell);
    served(scenario, network, load, decisions, &mut tell);
    replenished(scenario, network, decisions, &mut tell);
    capacities(scenario, network, load, decisions, &mut tell);
    overloaded(scenario, plan, &mut tell);
    limits(scenario, plan, &mut tell);
    breaches
}

fn sites(sites: &[Site], open: &[bool], tell: &mut dyn FnMut(String)) {
    for (site, open) in sites.iter().zip(open) {
        match (site.status, open) {
            (Status::Open, false) => tell(format!("`{}` has the status open and is closed", site.id)),
            (Status::Closed, true) => tell(format!("`{}` has the status closed and is open", site.id)),
            _ => {}
        }
    }
}

fn served(scenario: &Scenario, network: &Network, load: &Load, decisions: &Decisions, tell: &mut dyn FnMut(String)) {
    for (number, shares) in decisions.served_by.iter().enumerate() {
        let region = RegionId::from(number);
        let id = &scenario.regions[number].id;
        let total: f64 = shares.iter().map(|(_, share)| share).sum();
        if load.jobs[number] > 0.0 && (total - 1.0).abs() > TOLERANCE {
            tell(format!("the shares of region `{id}` add up to {total}, not to 1"));
        }
        if scenario.planning.sourcing == Sourcing::Single && shares.len() > 1 {
            tell(format!("region `{id}` is served by {} outlets, but sourcing is single", shares.len()));
        }
        for (outlet, _) in shares {
            let there = &scenario.outlets[outlet.at()].id;
            if !decisions.outlet_open[outlet.at()] {
                tell(format!("region `{id}` is served by outlet `{there}`, which is closed"));
            }
            let own = scenario.regions[number].served_from;
            if let Some(country) = own.filter(|_| scenario.outlets[outlet.at()].country != own) {
                let code = &scenario.countries[country.at()].code;
                tell(format!("region `{id}` is served by outlet `{there}`, but only outlets in {code} may serve it"));
            } else if network.road(region, *outlet).is_none() {
                tell(format!("there is no lane between region `{id}` and outlet `{there}`"));
            }
        }
    }
}

fn replenished(scenario: &Scenario, network: &Network, decisions: &Decisions, tell: &mut dyn FnMut(String)) {
    if scenario.depots.is_empty() {
        return;
    }
    for outlet in decisions.open_outlets() {
        let id = &scenario.outlets[outlet.at()].id;
        match decisions.replenished_by[outlet.at()] {
            None => tell(format!("no depot replenishes outlet `{id}`")),
            Some(depot) => {
                let there = &scenario.depots[depot.at()].id;
                if !decisions.depot_open[depot.at()] {
                    tell(format!("outlet `{id}` is replenished by depot `{there}`, which is closed"));
                }
                if network.supply(outlet, depot).is_none() {
                    tell(format!("there is no lane between depot `{there}` and outlet `{id}`"));
                }
            }
        }
    }
    let stocked = |stock: &[u32]| stock.iter().any(|level| *level > 0);
    for (number, stock) in decisions.outlet_stock.iter().enumerate() {
        if stocked(stock) && !decisions.outlet_open[number] {
            tell(format!("outlet `{}` is closed and holds stock", scenario.outlets[number].id));
        }
    }
    for (number, stock) in decisions.depot_stock.iter().enumerate() {
        if stocked(stock) && !decisions.depot_open[number] {
            tell(format!("depot `{}` is closed and holds stock", scenario.depots[number].id));
        }
    }
}

fn capacities(
    scenario: &Scenario,
    network: &Network,
    load: &Load,
    decisions: &Decisions,
    tell: &mut dyn FnMut(String),
) {
    // The engine splits shares in floating point.
    let over = |used: f64, capacity: Option<f64>| capacity.filter(|capacity| used > capacity * (1.0 + SLACK));
    for (outlet, own) in scenario.outlets.iter().zip(outlet_loads(scenario, network, load, decisions)) {
        if let Some(capacity) = over(own.jobs, outlet.capacity_jobs) {
            tell(format!("outlet `{}` has {} jobs a year, its capacity is {capacity}", outlet.id, own.jobs));
        }
        if let Some(capacity) = over(own.hours, outlet.capacity_hours) {
            tell(format!("outlet `{}` has {} hours of work a year, its capacity is {capacity}", outlet.id, own.hours));
        }
    }
    for (depot, units) in scenario.depots.iter().zip(depot_loads(scenario, load, decisions)) {
        if let Some(capacity) = over(units, depot.capacity_units) {
            tell(format!("depot `{}` sends {units} units a year, its capacity is {capacity}", depot.id));
        }
    }
}

fn overloaded(scenario: &Scenario, plan: &Plan, tell: &mut dyn FnMut(String)) {
    for (site, shop) in &plan.service.overloaded {
        let (id, servers) = (&scenario.site(*site).id, shop.servers);
        tell(format!(
            "the repairs at `{id}` would keep {:.2} servers busy, it has {servers}: its line of failed parts grows without \
             end",
            shop.offered()
        ));
    }
}

fn limits(scenario: &Scenario, plan: &Plan, tell: &mut dyn FnMut(String)) {
    let decisions = &plan.decisions;
    let limits = &scenario.limits;
    let outlets = || scenario.outlets.iter().zip(&decisions.outlet_open);
    let depots = || scenario.depots.iter().zip(&decisions.depot_open);
    let open = |sites: &mut dyn Iterator<Item = (&Site, &bool)>, inside: &dyn Fn(&Site) -> bool| {
        sites.filter(|(site, open)| **open && inside(site)).count()
    };
    let mut check = |what: String, number: usize, count: Count| {
        if number < count.min {
            tell(format!("{number} {what} are open, at least {} must be", count.min));
        }
        if let Some(most) = count.max.filter(|most| number > *most) {
            tell(format!("{number} {what} are open, at most {most} may be"));
        }
    };
    check("outlets".to_owned(), open(&mut outlets(), &|_| true), limits.outlets);
    check("depots".to_owned(), open(&mut depots(), &|_| true), limits.depots);
    for (country, count) in &limits.outlets_by_country {
        let number = open(&mut outlets(), &|site| site.country == Some(*country));
        check(format!("outlets in {}", scenario.countries[country.at()].code), number, *count);
    }
    for (country, count) in &limits.depots_by_country {
        let number = open(&mut depots(), &|site| site.country == Some(*country));
        check(format!("depots in {}", scenario.countries[country.at()].code), number, *count);
    }
    let changed = |status: Status, now: bool| {
        outlets().chain(depots()).filter(|(site, open)| site.status == status && **open == now).count()
    };
    let most = |max: Option<usize>| Count { min: 0, max };
    check("candidates".to_owned(), changed(Status::Candidate, true), most(limits.max_openings));
    let closings = changed(Status::Existing, false);
    if let Some(most) = limits.max_closings.filter(|most| closings > *most) {
        tell(format!("{closings} existing sites close, at most {most} may"));
    }
    for place in &scenario.formats_of_place {
        let open: Vec<&str> = place
            .iter()
            .filter(|outlet| decisions.outlet_open[outlet.at()])
            .map(|outlet| scenario.outlets[outlet.at()].id.as_str())
            .collect();
        if open.len() > 1 {
            tell(format!("{} are formats of one place, and only one of them may be open", open.join(", ")));
        }
    }
    let cost = plan.costs.total();
    if let Some(budget) = limits.budget.filter(|budget| cost > budget.get() * (1.0 + TOLERANCE)) {
        tell(format!("the plan costs {cost} a year, the budget is {}", budget.get()));
    }
}
