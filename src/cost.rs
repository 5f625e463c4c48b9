//! The only place where money is added up.
//!
//! The cost of a plan, a year, is the sum of its lines, one per component and site:
//!
//! | component | amount |
//! |---|---|
//! | outlet_fixed, depot_fixed | fixed cost of an open site |
//! | opening | opening cost of a candidate that opens × capital recovery factor |
//! | closing | closing cost of an existing site that closes × capital recovery factor |
//! | travel | Σ jobs × cost of a job on its lane: trips × (km × cost per km + hours × wage), or the measured cost |
//! | labour | hands-on hours × the wage of the outlet's country (and its format's factors) |
//! | repair | units repaired × repair cost, where they are repaired: at the outlet, or of what it orders at the depot |
//! | freight | units sent from depot to outlet (those the outlet does not repair itself) × (weight × km × cost per kg km + cost per shipment), or the measured cost |
//! | duty | units × unit cost × duty rate of the country entered: from the supplier (new units only) and over a customs border |
//! | emergency | units expressed × emergency cost of the region, and units from other outlets × their freight |
//! | holding | holding rate × unit cost × mean inventory position: the base-stock level, or r + (Q+1)/2 with batches |
//! | ordering | orders sent to the supplier × order cost of the part |
//! | direct | units delivered directly by the depot × direct cost of the region |
//! | penalty | shortfall of soft promises × penalty |
//! | equipment, training | tools and trained staff of an open outlet for the types of job it does |
//! | fee | jobs × fee of the outlet's format |
//! | lost_profit | jobs that a policy does not offer × loss of a job |
//! | contact | contacts over channels × cost of a contact |
//! | desk | agents × open hours × what an hour costs |
//! | option | what the options taken cost, wherever the sites are |
//! | guarantee | claims that are replaced or refunded × what that costs |
//! | contract | contracts for a longer warranty: earned, so negative |
//! | returns | units sold that come back × what that costs less what they are worth |
//! | inspection | units sold × cost of inspecting one |
//! | campaign | visits before a season × cost of one |
//! | new_units | failed units that are not repaired × unit cost, of parts whose repair is decided |
//! | return_freight | defective units sent back to the depot × freight × factor |
//! | packaging | packing of units sent from depot to outlet, and second shipments of what it leaves out |
//! | damage | units damaged on the way from depot to outlet × unit cost |
//!
//! Units sent are those met from the shelf: with `stockout = "backorder"` all, with `"emergency"` the filled share. New units
//! are ordered from the supplier, by the depot or by an outlet without one; a depot's orders are those of all that is asked
//! of its outlets, as its service is. A unit delivered directly pays duty like one sent to the outlet, and no freight but its own.

mod component;
mod unit;

use crate::load::Load;
use crate::network::Network;
use crate::plan::Decisions;
use crate::scenario::{CountryId, DepotId, OutletId, PartId, Scenario, Site, SiteId, Status, Stockout};
use crate::service::{Service, depot_repair, outlet_repair, repaired_shares, resent};

pub use component::Component;
pub(crate) use unit::lane_freight;
pub use unit::{UnitCost, unit_cost};

use unit::direct_cost;

/// One component at one site; penalties and overheads have no site.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CostLine {
    /// Where, if anywhere.
    pub site: Option<SiteId>,
    /// What for.
    pub component: Component,
    /// How much \[a year\].
    pub amount: f64,
}

/// The cost of a plan [a year]: lines in order of site and component, none of them zero.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Costs {
    /// Its lines.
    pub lines: Vec<CostLine>,
}

impl Costs {
    /// All of it.
    pub fn total(&self) -> f64 {
        sum(self.lines.iter())
    }

    /// One component of it.
    pub fn of(&self, component: Component) -> f64 {
        sum(self.lines.iter().filter(|line| line.component == component))
    }

    /// One component at a site.
    pub fn of_at(&self, component: Component, site: SiteId) -> f64 {
        sum(self.lines_at(site).iter().filter(|line| line.component == component))
    }

    /// What is spent at a site.
    pub fn at(&self, site: SiteId) -> f64 {
        sum(self.lines_at(site).iter())
    }

    /// The lines of a site.
    pub fn lines_at(&self, site: SiteId) -> &[CostLine] {
        // Lines stand in order of site, those without one at the end.
        let first = self.lines.partition_point(|line| line.site.is_some_and(|own| own < site));
        let count = self.lines[first..].partition_point(|line| line.site == Some(site));
        &self.lines[first..first + count]
    }

    /// What is spent in each country, the most expensive first; sites without a country are not in it.
    pub fn by_country(&self, scenario: &Scenario) -> Vec<(CountryId, f64)> {
        let mut sums = vec![0.0; scenario.countries.len()];
        for line in &self.lines {
            if let Some(country) = line.site.and_then(|site| scenario.site(site).country) {
                sums[country.at()] += line.amount;
            }
        }
        for overhead in &scenario.overheads {
            if let Some(country) = overhead.country {
                sums[country.at()] += overhead.amount;
            }
        }
        let mut countries: Vec<(CountryId, f64)> =
            sums.into_iter().enumerate().map(|(country, sum)| (CountryId::from(country), sum)).collect();
        countries.retain(|(_, sum)| *sum != 0.0);
        countries.sort_by(|left, right| right.1.total_cmp(&left.1).then(left.0.cmp(&right.0)));
        countries
    }
}

/// Amounts added up by what they are for, in order of it.
pub fn sums<K: Ord>(amounts: impl Iterator<Item = (K, f64)>) -> std::collections::BTreeMap<K, f64> {
    let mut sums = std::collections::BTreeMap::new();
    for (what, amount) in amounts {
        *sums.entry(what).or_insert(0.0) += amount;
    }
    sums
}

/// Adds lines up from zero: an empty sum of floating-point numbers would be −0.
fn sum<'a>(lines: impl Iterator<Item = &'a CostLine>) -> f64 {
    lines.fold(0.0, |sum, line| sum + line.amount)
}

/// The yearly cost of a site being open or not, and of the change from today: (open, closed).
pub fn site_cost(scenario: &Scenario, site: &Site) -> (f64, f64) {
    let recovery = scenario.finance.capital_recovery();
    match site.status {
        Status::Candidate => (site.running_cost() + recovery * site.opening_cost.get(), 0.0),
        Status::Open | Status::Closed => (site.running_cost(), 0.0),
        Status::Existing => (site.running_cost(), recovery * site.closing_cost.get()),
    }
}

/// Yearly holding cost of one unit of base stock of a part at a site.
pub fn holding_cost(scenario: &Scenario, site: SiteId, part: PartId) -> f64 {
    scenario.site(site).holding_rate.get() * scenario.parts[part.at()].unit_cost.get()
}

/// Yearly cost of ordering units of a part from the supplier \[units/year\], each by itself.
pub fn order_cost(scenario: &Scenario, part: PartId, ordered: f64) -> f64 {
    scenario.parts[part.at()].order_cost.get() * ordered
}

/// What an hour of asked-for work costs at an outlet: its country's wage and, by its format, its own and that of visits
/// that are made again.
pub fn wage(scenario: &Scenario, outlet: OutletId) -> f64 {
    let country = scenario.outlets[outlet.at()].country;
    let wage = country.map_or(0.0, |country| scenario.countries[country.at()].labour_cost_per_hour.get());
    scenario.format(outlet).map_or(wage, |format| wage * format.labour_cost_factor * format.visits())
}

/// What an outlet is paid for each job besides, by its format.
pub fn fee(scenario: &Scenario, outlet: OutletId) -> f64 {
    scenario.format(outlet).map_or(0.0, |format| format.fee_per_job.get())
}

/// Yearly cost of holding the stock of a site, by part.
fn held(scenario: &Scenario, service: &Service, site: SiteId, stock: &[u32]) -> f64 {
    let held = |(part, level): (usize, &u32)| {
        let part = PartId::from(part);
        holding_cost(scenario, site, part) * service.mean_position(site, part, *level)
    };
    stock.iter().enumerate().filter(|(_, level)| **level > 0).map(held).sum()
}

/// Prices decisions whose service is known.
pub fn price(scenario: &Scenario, network: &Network, load: &Load, decisions: &Decisions, service: &Service) -> Costs {
    let recovery = scenario.finance.capital_recovery();
    let mut outlets = vec![[0.0; Component::ALL.len()]; scenario.outlets.len()];
    let mut depots = vec![[0.0; Component::ALL.len()]; scenario.depots.len()];
    let sites = [
        (&scenario.outlets, &decisions.outlet_open, &mut outlets, Component::OutletFixed),
        (&scenario.depots, &decisions.depot_open, &mut depots, Component::DepotFixed),
    ];
    for (sites, open, lines, fixed) in sites {
        for ((site, open), line) in sites.iter().zip(open).zip(lines) {
            if *open {
                line[fixed as usize] += site.fixed_cost.get();
                line[Component::Equipment as usize] += site.equipment_cost.get();
                line[Component::Training as usize] += site.training_cost.get();
            }
            match (open, site.status) {
                (true, Status::Candidate) => line[Component::Opening as usize] += recovery * site.opening_cost.get(),
                (false, Status::Existing) => line[Component::Closing as usize] += recovery * site.closing_cost.get(),
                _ => {}
            }
        }
    }
    for (region, outlet, share) in decisions.assignments() {
        let Some(road) = network.road(region, outlet) else { continue };
        let line = &mut outlets[outlet.at()];
        line[Component::Travel as usize] += share * load.journeys[region.at()] * road.cost_per_job;
        line[Component::Labour as usize] += share * load.repair_hours[region.at()] * wage(scenario, outlet);
        line[Component::Fee as usize] += share * load.jobs[region.at()] * fee(scenario, outlet);
        if scenario.stocking.stockout == Stockout::Emergency {
            let express = scenario.regions[region.at()].emergency_cost_per_unit.get();
            let direct = scenario.regions[region.at()].direct_cost_per_unit.get();
            for task in load.tasks(region) {
                let Some(part) = task.part else { continue };
                let missed = service.emergency(outlet, part);
                line[Component::Emergency as usize] += share * task.rate * missed * express;
                line[Component::Direct as usize] += share * task.rate * service.direct(outlet, part) * direct;
            }
        }
    }
    for shelf in &service.shelves {
        let part = &scenario.parts[shelf.part.at()];
        let outlet = shelf.outlet;
        let depot = decisions.replenished_by[outlet.at()];
        let sent = match scenario.stocking.stockout {
            Stockout::Backorder => shelf.rate,
            Stockout::Emergency => shelf.rate * shelf.fill_rate,
        };
        let unit = unit_cost(scenario, network, outlet, depot, shelf.part);
        let line = &mut outlets[outlet.at()];
        sent_to(line, &unit, sent);
        let (at_outlet, at_depot) = repaired_shares(scenario, outlet, depot, shelf.part);
        line[Component::Repair as usize] += shelf.rate * at_outlet * part.repair_cost.get();
        match depot {
            Some(depot) => {
                let line = &mut depots[depot.at()];
                line[Component::Duty as usize] += sent * unit.duty_at_depot;
                line[Component::Repair as usize] += shelf.rate * at_depot * part.repair_cost.get();
            }
            None => {
                let orders = order_cost(scenario, shelf.part, sent * (1.0 - at_outlet));
                line[Component::Ordering as usize] += orders / f64::from(shelf.batches.quantity);
            }
        }
    }
    for shelf in service.shelves.iter().filter(|shelf| shelf.direct > 0.0) {
        let Some(depot) = decisions.replenished_by[shelf.outlet.at()] else { continue };
        let unit = direct_cost(scenario, network, shelf.outlet, depot, shelf.part);
        let units = shelf.rate * shelf.direct;
        outlets[shelf.outlet.at()][Component::Duty as usize] += units * unit.duty_at_outlet;
        depots[depot.at()][Component::Duty as usize] += units * unit.duty_at_depot;
    }
    for (outlet, stock) in decisions.outlet_stock.iter().enumerate() {
        let site = SiteId::Outlet(OutletId::from(outlet));
        outlets[outlet][Component::Holding as usize] = held(scenario, service, site, stock);
    }
    for (depot, stock) in decisions.depot_stock.iter().enumerate() {
        let site = SiteId::Depot(DepotId::from(depot));
        depots[depot][Component::Holding as usize] = held(scenario, service, site, stock);
    }
    for flow in &service.laterals {
        outlets[flow.to.at()][Component::Emergency as usize] += flow.units * flow.cost_per_unit;
        // The giver's unit is replaced like one that was asked of itself.
        let depot = decisions.replenished_by[flow.from.at()];
        let unit = unit_cost(scenario, network, flow.from, depot, flow.part);
        let line = &mut outlets[flow.from.at()];
        sent_to(line, &unit, flow.units);
        match depot {
            Some(depot) => depots[depot.at()][Component::Duty as usize] += flow.units * unit.duty_at_depot,
            None => {
                let ordered = flow.units * (1.0 - outlet_repair(scenario, flow.from, None, flow.part).share);
                line[Component::Ordering as usize] += order_cost(scenario, flow.part, ordered);
            }
        }
    }
    for shelf in &service.depot_shelves {
        // What it sends again it orders anew.
        let anew = 1.0 - depot_repair(scenario, shelf.depot, shelf.part).share + resent(scenario);
        let ordered = shelf.rate * anew;
        let orders = order_cost(scenario, shelf.part, ordered) / f64::from(shelf.batches.quantity);
        depots[shelf.depot.at()][Component::Ordering as usize] += orders;
    }
    let outlets = outlets.iter().enumerate().map(|(outlet, line)| (SiteId::Outlet(OutletId::from(outlet)), line));
    let depots = depots.iter().enumerate().map(|(depot, line)| (SiteId::Depot(DepotId::from(depot)), line));
    let mut costs = Costs::default();
    for (site, line) in outlets.chain(depots) {
        for component in Component::ALL {
            let amount = line[component as usize];
            if amount != 0.0 {
                costs.lines.push(CostLine { site: Some(site), component, amount });
            }
        }
    }
    let penalty: f64 = service.promises.iter().map(|promise| promise.penalty_cost(scenario)).sum();
    if penalty != 0.0 {
        costs.lines.push(CostLine { site: None, component: Component::Penalty, amount: penalty });
    }
    costs.lines.extend(overhead_lines(scenario));
    costs
}

/// What units sent to an outlet cost there.
fn sent_to(line: &mut [f64; Component::ALL.len()], unit: &UnitCost, sent: f64) {
    for (component, cost) in [
        (Component::Freight, unit.freight),
        (Component::Duty, unit.duty_at_outlet),
        (Component::ReturnFreight, unit.return_freight),
        (Component::Packaging, unit.packaging),
        (Component::Damage, unit.damage),
    ] {
        line[component as usize] += sent * cost;
    }
}

/// What every plan pays, by component.
fn overhead_lines(scenario: &Scenario) -> impl Iterator<Item = CostLine> {
    let amounts = scenario.overheads.iter().map(|overhead| (Component::of(overhead.cause), overhead.amount));
    let lines = sums(amounts).into_iter().filter(|(_, amount)| *amount != 0.0);
    lines.map(|(component, amount)| CostLine { site: None, component, amount })
}

/// What every plan pays, wherever its sites are \[a year\].
pub fn overhead(scenario: &Scenario) -> f64 {
    overhead_lines(scenario).fold(0.0, |sum, line| sum + line.amount)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::{Cause, Overhead};

    #[test]
    fn what_every_plan_pays_shifts_cost_and_bound_alike() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/small");
        let plain = crate::scenario::load(&folder, &[]).expect("the scenario is sound").scenario;
        let mut laden = plain.clone();
        laden.overheads.push(Overhead { cause: Cause::Option, country: None, amount: 1_000.0 });
        let solved = |scenario: &Scenario| {
            let load = Load::of(scenario);
            let mut network = Network::connect(scenario);
            crate::optimise::optimise(scenario, &mut network, &load, &crate::watch::Nobody).expect("there is a plan")
        };
        let (plain, laden) = (solved(&plain), solved(&laden));
        let bound = |plan: &crate::plan::Plan| plan.certificate.lower_bound.expect("the bound is printed");
        assert_eq!(laden.costs.of(Component::Option), 1_000.0);
        assert!((laden.costs.total() - plain.costs.total() - 1_000.0).abs() < 1e-6);
        assert!((bound(&laden) - bound(&plain) - 1_000.0).abs() < 1e-6);
    }
}
