//! What of another plan holds in a scenario: sites, assignments and levels by the names of sites, regions and parts.

use std::collections::{BTreeSet, HashMap};

use super::{Other, Work};
use crate::plan::Decisions;
use crate::scenario::{DepotId, OutletId, Part, RegionId, Status};

/// What is carried over.
pub(super) struct Carried {
    /// The decisions; regions of outlets that are closed are served by nobody yet.
    pub decisions: Decisions,
    /// The outlets whose levels have to be found anew.
    pub touched: BTreeSet<OutletId>,
    /// The outlets that are open now and were not.
    pub opened: Vec<OutletId>,
}

impl Work<'_> {
    /// The other plan's decisions in this scenario; `None` where a depot of it is closed.
    pub(super) fn carried(&self, other: &Other) -> Option<Carried> {
        let Work { scenario, network, .. } = *self;
        fn places<'s>(ids: impl Iterator<Item = &'s String>) -> HashMap<&'s str, usize> {
            ids.enumerate().map(|(place, id)| (id.as_str(), place)).collect()
        }
        let outlets = places(other.scenario.outlets.iter().map(|site| &site.id));
        let depots = places(other.scenario.depots.iter().map(|site| &site.id));
        let regions = places(other.scenario.regions.iter().map(|region| &region.id));
        let parts = places(other.scenario.parts.iter().map(|part| &part.id));
        let own_outlet: HashMap<&str, usize> = places(scenario.outlets.iter().map(|site| &site.id));
        let own_depot: HashMap<&str, usize> = places(scenario.depots.iter().map(|site| &site.id));
        let from = &other.decisions;
        let levels = |stock: &[u32]| -> Vec<u32> {
            if stock.is_empty() {
                return Vec::new();
            }
            let level =
                |part: &Part| parts.get(part.id.as_str()).and_then(|place| stock.get(*place)).copied().unwrap_or(0);
            scenario.parts.iter().map(level).collect()
        };
        let mut decisions = Decisions::none(scenario);
        let (mut touched, mut opened) = (BTreeSet::new(), Vec::new());
        for (number, site) in scenario.depots.iter().enumerate() {
            let before = depots.get(site.id.as_str()).copied();
            let open = before.is_some_and(|before| from.depot_open[before]);
            decisions.depot_open[number] = site.status == Status::Open || (open && site.status != Status::Closed);
            if open && !decisions.depot_open[number] {
                // The stock of every other depot would be another.
                return None;
            }
            decisions.depot_stock[number] = before.map_or(Vec::new(), |before| levels(&from.depot_stock[before]));
        }
        for (number, site) in scenario.outlets.iter().enumerate() {
            let (outlet, before) = (OutletId::from(number), outlets.get(site.id.as_str()).copied());
            let open = before.is_some_and(|before| from.outlet_open[before]);
            decisions.outlet_open[number] = site.status == Status::Open || (open && site.status != Status::Closed);
            if !decisions.outlet_open[number] {
                continue;
            }
            if !open {
                opened.push(outlet);
            }
            decisions.outlet_stock[number] = before.map_or(Vec::new(), |before| levels(&from.outlet_stock[before]));
            if scenario.depots.is_empty() {
                continue;
            }
            let depot = before.and_then(|before| from.replenished_by[before]);
            let depot = depot.and_then(|depot| own_depot.get(other.scenario.depots[depot.at()].id.as_str()));
            let depot = depot
                .map(|place| DepotId::from(*place))
                .filter(|depot| decisions.depot_open[depot.at()] && network.supply(outlet, *depot).is_some());
            decisions.replenished_by[number] = Some(match depot {
                Some(depot) => depot,
                None => {
                    touched.insert(outlet);
                    self.nearest_depot(&decisions, outlet)?
                }
            });
        }
        for (number, region) in scenario.regions.iter().enumerate() {
            let Some(before) = regions.get(region.id.as_str()) else { continue };
            let own = |outlet: OutletId| -> Option<OutletId> {
                let place = own_outlet.get(other.scenario.outlets[outlet.at()].id.as_str())?;
                Some(OutletId::from(*place)).filter(|own| decisions.outlet_open[own.at()])
            };
            let before: Vec<(OutletId, f64)> =
                from.served_by[*before].iter().filter_map(|(outlet, share)| Some((own(*outlet)?, *share))).collect();
            let reached = |outlet: OutletId| network.road(RegionId::from(number), outlet).is_some();
            let all = before.iter().map(|(_, share)| share).sum::<f64>();
            if (all - 1.0).abs() < 1e-9 && before.iter().all(|(outlet, _)| reached(*outlet)) {
                decisions.served_by[number] = before;
            } else {
                // A region that keeps only some of its outlets is served anew, and those have less to do.
                touched.extend(before.into_iter().map(|(outlet, _)| outlet));
            }
        }
        Some(Carried { decisions, touched, opened })
    }

    /// The open depot from which an outlet has its parts first.
    pub(super) fn nearest_depot(&self, decisions: &Decisions, outlet: OutletId) -> Option<DepotId> {
        let open = self.network.supplies(outlet).filter(|(depot, _)| decisions.depot_open[depot.at()]);
        let least =
            open.min_by(|one, two| one.1.lead_time.get().total_cmp(&two.1.lead_time.get()).then(one.0.cmp(&two.0)));
        least.map(|(depot, _)| depot)
    }
}
