//! What each site repairs, and how busy that keeps its servers.
//!
//! ```text
//! (outlet)   u = repair_share of repairs.csv for the outlet and part; without a row: 0 under a depot, parts.csv's without
//! (ordered)  an outlet orders λ·(1 − u) from its depot, or from the supplier where it has none
//! (depot)    r = repair_share of repairs.csv for the depot and part; without a row: parts.csv's.
//!            Of what its outlets order a depot repairs the share r and orders the rest from the supplier
//! (shop)     repairs of all parts at a site with c `repair_servers`: Λ = Σ λ·u (or λ0·r),  mean time Σ λ·u·T / Λ;
//!            repair times are exponential with their part's turnaround T as mean, first come first served
//! (busy)     Λ·mean time ≤ 0.999·c, else the shop is overloaded and the plan breaks a rule
//! ```
//! Without `repair_servers` a server is always free and T is constant. Whether a failed unit is repaired is drawn for each
//! unit alone. Under `stockout = "emergency"` shops and depots are loaded as if every demand reached them.

use crate::load::Load;
use crate::plan::Decisions;
use crate::scenario::{DepotId, OutletId, PartId, Scenario, SiteId};
use crate::stocking::{Repair, Shop};

use super::shelf::{Asked, outlet_streams};

/// The servers of every site that has any, with the work that decisions bring to them.
#[derive(Debug, Clone, Default)]
pub struct Shops {
    outlets: Vec<Option<Shop>>,
    depots: Vec<Option<Shop>>,
}

/// What an outlet repairs of a part itself, servers apart.
pub fn outlet_repair(scenario: &Scenario, outlet: OutletId, depot: Option<DepotId>, part: PartId) -> Repair {
    let by_default = depot.is_none();
    repair(scenario, SiteId::Outlet(outlet), part, by_default)
}

/// What a depot repairs of a part, servers apart.
pub fn depot_repair(scenario: &Scenario, depot: DepotId, part: PartId) -> Repair {
    repair(scenario, SiteId::Depot(depot), part, true)
}

fn repair(scenario: &Scenario, site: SiteId, part: PartId, by_default: bool) -> Repair {
    let row = &scenario.parts[part.at()];
    let default = by_default.then_some((row.repair_share, row.repair_turnaround));
    match scenario.repair_at(site, part).or(default) {
        Some((share, turnaround)) => Repair::ample(share.get(), turnaround.in_years()),
        None => Repair::default(),
    }
}

/// The shares of an outlet's demand for a part that are repaired at the outlet, and at its depot.
pub fn repaired_shares(scenario: &Scenario, outlet: OutletId, depot: Option<DepotId>, part: PartId) -> (f64, f64) {
    let own = outlet_repair(scenario, outlet, depot, part).share;
    (own, depot.map_or(0.0, |depot| (1.0 - own) * depot_repair(scenario, depot, part).share))
}

impl Shops {
    /// The shops of decisions.
    pub fn of(scenario: &Scenario, load: &Load, decisions: &Decisions) -> Self {
        let served = |site: &crate::scenario::Site| site.repair_servers.is_some();
        if !scenario.outlets.iter().chain(&scenario.depots).any(served) {
            return Self::default();
        }
        Self::of_streams(scenario, decisions, &outlet_streams(scenario, load, decisions))
    }

    /// The same for streams that are known.
    pub fn of_streams(scenario: &Scenario, decisions: &Decisions, streams: &[Vec<(PartId, Asked)>]) -> Self {
        let shop =
            |site: &crate::scenario::Site| site.repair_servers.map(|servers| Shop { servers, rate: 0.0, time: 0.0 });
        let mut shops = Self {
            outlets: scenario.outlets.iter().map(shop).collect(),
            depots: scenario.depots.iter().map(shop).collect(),
        };
        // While work is added up `time` holds Σ rate × time.
        let add = |shop: &mut Option<Shop>, rate: f64, repair: Repair| {
            if let Some(shop) = shop {
                shop.rate += rate * repair.share;
                shop.time += rate * repair.share * repair.time;
            }
        };
        for (number, parts) in streams.iter().enumerate() {
            let (outlet, depot) = (OutletId::from(number), decisions.replenished_by[number]);
            let at_depot = depot.filter(|depot| shops.depots[depot.at()].is_some());
            if shops.outlets[number].is_none() && at_depot.is_none() {
                continue;
            }
            for (part, asked) in parts {
                let own = outlet_repair(scenario, outlet, depot, *part);
                add(&mut shops.outlets[number], asked.rate, own);
                if let Some(depot) = at_depot {
                    let ordered = asked.rate * (1.0 - own.share);
                    add(&mut shops.depots[depot.at()], ordered, depot_repair(scenario, depot, *part));
                }
            }
        }
        for shop in shops.outlets.iter_mut().chain(&mut shops.depots).flatten() {
            shop.time = if shop.rate > 0.0 { shop.time / shop.rate } else { 0.0 };
        }
        shops
    }

    /// What an outlet repairs of a part itself.
    pub fn outlet_repair(&self, scenario: &Scenario, outlet: OutletId, depot: Option<DepotId>, part: PartId) -> Repair {
        let shop = self.outlets.get(outlet.at()).copied().flatten();
        Repair { shop, ..outlet_repair(scenario, outlet, depot, part) }
    }

    /// What a depot repairs of a part.
    pub fn depot_repair(&self, scenario: &Scenario, depot: DepotId, part: PartId) -> Repair {
        let shop = self.depots.get(depot.at()).copied().flatten();
        Repair { shop, ..depot_repair(scenario, depot, part) }
    }

    /// The shop of a site, if it has servers of its own.
    pub fn at(&self, site: SiteId) -> Option<Shop> {
        match site {
            SiteId::Outlet(outlet) => self.outlets.get(outlet.at()),
            SiteId::Depot(depot) => self.depots.get(depot.at()),
        }
        .copied()
        .flatten()
    }

    /// The sites whose servers cannot keep up, outlets first.
    pub fn overloaded(&self) -> Vec<(SiteId, Shop)> {
        let outlets = self.outlets.iter().enumerate().map(|(row, shop)| (SiteId::Outlet(OutletId::from(row)), shop));
        let depots = self.depots.iter().enumerate().map(|(row, shop)| (SiteId::Depot(DepotId::from(row)), shop));
        let busy = |(site, shop): (SiteId, &Option<Shop>)| Some((site, shop.filter(|shop| shop.overloaded())?));
        outlets.chain(depots).filter_map(busy).collect()
    }
}
