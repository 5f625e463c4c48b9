//! Repairs that no servers can keep up with.

use super::{Finding, may_open, regions_with_demand};
use crate::load::Load;
use crate::network::Network;
use crate::optimise::model::depots_of;
use crate::scenario::{DepotId, OutletId, PartId, Scenario, Site};
use crate::service::{depot_repair, outlet_repair};
use crate::stocking::BUSIEST;

/// Repairs above all that the servers of all sites can do, even if every failed part came to where it makes the least work.
pub fn shops(scenario: &Scenario, network: &Network, load: &Load) -> Option<Finding> {
    let sites = || scenario.outlets.iter().chain(&scenario.depots).filter(|site| may_open(site.status));
    if sites().all(|site| site.repair_servers.is_none()) {
        return None;
    }
    let work = |outlet: OutletId, depot: Option<DepotId>, part: PartId| {
        let busy = |site: &Site, repair: crate::stocking::Repair| match site.repair_servers {
            Some(_) => repair.share * repair.time,
            None => 0.0,
        };
        let own = outlet_repair(scenario, outlet, depot, part);
        let at_depot = depot.map_or(0.0, |depot| {
            (1.0 - own.share) * busy(&scenario.depots[depot.at()], depot_repair(scenario, depot, part))
        });
        busy(&scenario.outlets[outlet.at()], own) + at_depot
    };
    let mut needed = 0.0;
    for region in regions_with_demand(load) {
        let open = |outlet: &OutletId| may_open(scenario.outlets[outlet.at()].status);
        let outlets: Vec<OutletId> = network.roads(region).map(|(outlet, _)| outlet).filter(open).collect();
        for task in load.tasks(region) {
            let Some(part) = task.part else { continue };
            let least = |outlet: &OutletId| {
                let depots = depots_of(scenario, network, *outlet).into_iter();
                depots.map(|depot| work(*outlet, depot, part)).fold(f64::INFINITY, f64::min)
            };
            let least = outlets.iter().map(least).fold(f64::INFINITY, f64::min);
            needed += if least.is_finite() { task.rate * least } else { 0.0 };
        }
    }
    let servers: u32 = sites().filter_map(|site| site.repair_servers).sum();
    let capacity = BUSIEST * f64::from(servers);
    (needed > capacity * (1.0 + 1e-9)).then(|| Finding {
        rule: "capacity",
        message: format!(
            "all sites together have {servers} {}, but repairs keep at least {needed:.2} busy: lines of failed parts would \
             grow without end",
            if servers == 1 { "server" } else { "servers" }
        ),
        hint: format!(
            "raise `repair_servers` to more than {needed:.2} in all, leave some room, or shorten `repair_turnaround_days`"
        ),
        members: Vec::new(),
    })
}
