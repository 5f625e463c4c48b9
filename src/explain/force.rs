//! A scenario with something forced, such that it costs what it would cost in the scenario itself.
//!
//! A status says more than open or closed: what a candidate pays to open and an existing site to close. With recovery factor
//! ρ, the forced scenario gives the same money another place:
//!
//! ```text
//! (open)  candidate → open:   fixed + ρ·opening;  openings left − 1
//! (close) existing → closed:  a constant ρ·closing; budget − ρ·closing; closings left − 1
//! (lift)  closed → candidate, open → existing, before it is forced the other way
//! ```

use crate::diagnosis::{Diagnosis, Finding};
use crate::network::Network;
use crate::scenario::{Lanes, OutletId, RegionId, Scenario, ServiceLane, SiteId, Status};
use crate::units::{Hours, Money};

/// Far beyond any way on earth \[hours\]: the reach of a scenario that has none, and a lane beyond it.
const NO_REACH: f64 = 1e6;
const BEYOND: f64 = 1e7;

/// A forced scenario and how to read it.
#[derive(Debug, Clone)]
pub struct Forcing {
    /// The scenario in which the forced plan is priced: as given, a status lifted where one forbids what is forced.
    pub world: Scenario,
    /// The scenario that is solved.
    pub forced: Scenario,
    /// What the forced scenario's plans cost more in the world \[a year\].
    pub constant: f64,
}

/// Forces a site open or closed.
///
/// # Errors
/// Where the most openings or closings forbid it without any search.
pub fn force_site(scenario: &Scenario, site: SiteId, open: bool) -> Result<Forcing, Diagnosis> {
    let mut world = scenario.clone();
    let own = site_of(&mut world, site);
    own.status = match (own.status, open) {
        (Status::Closed, true) => Status::Candidate,
        (Status::Open, false) => Status::Existing,
        (status, _) => status,
    };
    let mut forced = world.clone();
    let recovery = scenario.finance.capital_recovery();
    let own = site_of(&mut forced, site);
    let before = own.status;
    own.status = if open { Status::Open } else { Status::Closed };
    let (opening, closing) = (recovery * own.opening_cost.get(), recovery * own.closing_cost.get());
    let mut constant = 0.0;
    match (before, open) {
        (Status::Candidate, true) => {
            own.fixed_cost = money(own.fixed_cost.get() + opening);
            one_less(&mut forced.limits.max_openings, "limits.max_openings")?;
        }
        (Status::Existing, false) => {
            constant = closing;
            let budget = &mut forced.limits.budget;
            *budget = budget.map(|budget| money((budget.get() - closing).max(0.0)));
            one_less(&mut forced.limits.max_closings, "limits.max_closings")?;
        }
        _ => {}
    }
    Ok(Forcing { world, forced, constant })
}

/// Forces a region to be served by one outlet alone: every other lane of it is put beyond reach.
pub fn force_lane(scenario: &Scenario, network: &Network, region: RegionId, outlet: OutletId) -> Forcing {
    let mut forced = scenario.clone();
    forced.service_lanes.retain(|lane| lane.region != region || lane.outlet == outlet);
    if scenario.travel.lanes == Lanes::Estimated {
        let reach = scenario.travel.max_hours.map_or(NO_REACH, Hours::get);
        forced.travel.max_hours = Hours::new(reach);
        let beyond = Hours::new(BEYOND.max(2.0 * reach));
        // Lists may be short, so every outlet is asked.
        let others = (0..scenario.outlets.len()).map(OutletId::from).filter(|other| *other != outlet);
        for other in others.filter(|other| network.road(region, *other).is_some()) {
            let lane = ServiceLane { outlet: other, region, hours: beyond, distance: None, cost_per_job: None };
            forced.service_lanes.push(lane);
        }
    }
    Forcing { world: scenario.clone(), forced, constant: 0.0 }
}

/// Takes a target away.
pub fn drop_target(scenario: &Scenario, number: usize) -> Forcing {
    let mut forced = scenario.clone();
    forced.targets.remove(number);
    Forcing { world: forced.clone(), forced, constant: 0.0 }
}

fn site_of(scenario: &mut Scenario, site: SiteId) -> &mut crate::scenario::Site {
    match site {
        SiteId::Outlet(outlet) => &mut scenario.outlets[outlet.at()],
        SiteId::Depot(depot) => &mut scenario.depots[depot.at()],
    }
}

fn money(amount: f64) -> Money {
    Money::new(amount).expect("a sum of finite amounts that are not negative is one")
}

fn one_less(left: &mut Option<usize>, key: &str) -> Result<(), Diagnosis> {
    let Some(most) = left else { return Ok(()) };
    *most = most.checked_sub(1).ok_or_else(|| {
        let message = format!("`{key}` is 0, and this would be one");
        let hint = format!("raise `{key}`");
        Diagnosis { findings: vec![Finding { rule: "limits", message, hint, members: Vec::new() }] }
    })?;
    Ok(())
}
