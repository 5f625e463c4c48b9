//! Why an outlet or a depot is open or closed.

use super::force::force_site;
use super::{Direction, Outcome, PromiseLine, Questioned, Reason, components};
use crate::cost::Component;
use crate::plan::write::{depot_loads, outlet_loads, utilisation};
use crate::scenario::{SiteId, Status};

/// Who is served or replenished by a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Served {
    /// The region or the outlet.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Jobs of a region, units of an outlet's load \[1/year\].
    pub load: f64,
    /// Travel \[hours\] to a region, transport \[days\] to an outlet.
    pub time: f64,
}

/// An outlet or a depot explained.
#[derive(Debug, Clone)]
pub struct SiteExplained {
    /// The site.
    pub site: SiteId,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Is it open in the plan?
    pub open: bool,
    /// What the scenario says of it.
    pub status: Status,
    /// Why it is so.
    pub reasons: Vec<Reason>,
    /// Jobs of an outlet, units of a depot \[1/year\].
    pub load: f64,
    /// The fuller of its capacities.
    pub utilisation: f64,
    /// What it costs, by component \[a year\].
    pub costs: Vec<(Component, f64)>,
    /// Whom it serves or replenishes, the busiest first.
    pub serves: Vec<Served>,
    /// Units on its shelves.
    pub stock_units: u64,
    /// What they are worth.
    pub stock_value: f64,
    /// The promises of the plan, those that bind first.
    pub promises: Vec<PromiseLine>,
    /// What came of forcing it the other way.
    pub otherwise: Outcome,
}

/// Explains an outlet or a depot by forcing it the other way.
pub fn explain_site(questioned: &Questioned, site: SiteId) -> SiteExplained {
    let Questioned { scenario, plan, .. } = *questioned;
    let decisions = &plan.decisions;
    let own = scenario.site(site);
    let (open, stock) = match site {
        SiteId::Outlet(outlet) => (decisions.outlet_open[outlet.at()], &decisions.outlet_stock[outlet.at()]),
        SiteId::Depot(depot) => (decisions.depot_open[depot.at()], &decisions.depot_stock[depot.at()]),
    };
    let direction = match (own.status, open) {
        (Status::Closed, false) | (Status::Open, true) => Direction::Other,
        _ => Direction::Restriction,
    };
    let name = format!("with {} {}", own.id, if open { "closed" } else { "open" });
    let otherwise = match force_site(scenario, site, !open) {
        Ok(forcing) => questioned.with(forcing, &name, direction),
        Err(diagnosis) => Outcome::Impossible(diagnosis),
    };
    let mut reasons = match own.status {
        Status::Open if open => vec![Reason::OpenByStatus],
        Status::Closed if !open => vec![Reason::ClosedByStatus],
        _ => Vec::new(),
    };
    reasons.extend(reasons_of(&otherwise, plan.certificate.objective));
    let (loads, serves) = loads(questioned, site);
    let costs = components(plan.costs.lines_at(site).iter().map(|line| (line.component, line.amount)));
    let value = |(part, level): (usize, &u32)| f64::from(*level) * scenario.parts[part].unit_cost.get();
    SiteExplained {
        site,
        id: own.id.clone(),
        name: own.name.clone(),
        open,
        status: own.status,
        reasons,
        load: loads.0,
        utilisation: loads.1,
        costs,
        serves,
        stock_units: stock.iter().map(|level| u64::from(*level)).sum(),
        stock_value: stock.iter().enumerate().map(value).fold(0.0, |sum, value| sum + value),
        promises: questioned.promises(),
        otherwise,
    }
}

/// Why the plan is as it is, given what came of the other way.
pub(super) fn reasons_of(otherwise: &Outcome, objective: f64) -> Vec<Reason> {
    // Rounding of sums is no difference.
    let nothing = 1e-9 * objective.abs();
    match otherwise {
        Outcome::Solved(changed) if changed.change.least.is_some_and(|least| least > nothing) => vec![Reason::Dearer],
        Outcome::Solved(changed) if changed.objective > objective + nothing => vec![Reason::DearerAsFound],
        Outcome::Solved(_) => vec![Reason::Cheaper],
        Outcome::Impossible(diagnosis) => Reason::of(diagnosis),
        Outcome::Unknown => vec![Reason::Unknown],
    }
}

/// The load and utilisation of a site, and whom it serves.
fn loads(questioned: &Questioned, site: SiteId) -> ((f64, f64), Vec<Served>) {
    let Questioned { scenario, network, load, plan, .. } = *questioned;
    let decisions = &plan.decisions;
    let mut serves: Vec<Served> = Vec::new();
    let own = match site {
        SiteId::Outlet(outlet) => {
            for (region, _, share) in decisions.assignments().filter(|entry| entry.1 == outlet) {
                let (jobs, row) = (share * load.jobs[region.at()], &scenario.regions[region.at()]);
                let time = network.road(region, outlet).map_or(0.0, |road| road.hours);
                serves.push(Served { id: row.id.clone(), name: row.name.clone(), load: jobs, time });
            }
            let own = outlet_loads(scenario, network, load, decisions)[outlet.at()];
            (own.jobs, utilisation(scenario.site(site), &own))
        }
        SiteId::Depot(depot) => {
            let mut units = vec![0.0; scenario.outlets.len()];
            for (region, outlet, share) in decisions.assignments() {
                units[outlet.at()] += share * load.units[region.at()];
            }
            for outlet in decisions.open_outlets().filter(|outlet| decisions.replenished_by[outlet.at()] == Some(depot))
            {
                let row = &scenario.outlets[outlet.at()];
                let time = network.supply(outlet, depot).map_or(0.0, |lane| lane.lead_time.get());
                serves.push(Served { id: row.id.clone(), name: row.name.clone(), load: units[outlet.at()], time });
            }
            let sent = depot_loads(scenario, load, decisions)[depot.at()];
            (sent, scenario.depots[depot.at()].capacity_units.map_or(0.0, |capacity| sent / capacity))
        }
    };
    serves.sort_by(|left, right| right.load.total_cmp(&left.load).then_with(|| left.id.cmp(&right.id)));
    (own, serves)
}
