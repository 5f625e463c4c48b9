//! Who serves the regions that a mended plan leaves to nobody, and those that a new outlet serves at less cost.

use std::collections::{BTreeMap, BTreeSet};

use super::Work;
use crate::cost::{site_cost, unit_cost, wage};
use crate::network::Road;
use crate::optimise::decide::depots_in_use;
use crate::plan::Decisions;
use crate::scenario::{DepotId, OutletId, RegionId, Status};

/// No candidate opens for fewer orphans than this one after another.
const MOST_OPENINGS: usize = 8;

impl Work<'_> {
    /// What a region costs over a lane, its stock apart.
    fn lane_cost(&self, region: RegionId, outlet: OutletId, road: &Road, depot: Option<DepotId>) -> f64 {
        let Work { scenario, network, load, .. } = *self;
        let units = load.tasks(region).filter_map(|task| Some((task.part?, task.rate)));
        let sent: f64 =
            units.map(|(part, rate)| rate * unit_cost(scenario, network, outlet, depot, part).total()).sum();
        let journeys = load.jobs[region.at()] * road.cost_per_job;
        journeys + load.repair_hours[region.at()] * wage(scenario, outlet) + sent
    }

    /// Gives every region without an outlet the cheapest open one, and opens candidates that save more than they cost.
    pub(super) fn serve_orphans(&self, decisions: &mut Decisions, touched: &mut BTreeSet<OutletId>) -> Option<()> {
        let Work { scenario, network, load, .. } = *self;
        let orphans: Vec<RegionId> = (0..scenario.regions.len())
            .map(RegionId::from)
            .filter(|region| load.jobs[region.at()] > 0.0 && decisions.served_by[region.at()].is_empty())
            .collect();
        let depot_of = |decisions: &Decisions, outlet: OutletId| {
            decisions.replenished_by[outlet.at()].or_else(|| self.nearest_depot(decisions, outlet))
        };
        let mut costs: Vec<BTreeMap<OutletId, f64>> = Vec::with_capacity(orphans.len());
        for region in &orphans {
            let lanes = network.roads(*region).filter(|(outlet, _)| {
                scenario.outlets[outlet.at()].status != Status::Closed
                    && (scenario.depots.is_empty() || depot_of(decisions, *outlet).is_some())
            });
            let cost = |(outlet, road): (OutletId, Road)| {
                (outlet, self.lane_cost(*region, outlet, &road, depot_of(decisions, outlet)))
            };
            costs.push(lanes.map(cost).collect());
        }
        let mut best: Vec<Option<(f64, OutletId)>> = costs
            .iter()
            .map(|costs| {
                let open = costs.iter().filter(|(outlet, _)| decisions.outlet_open[outlet.at()]);
                open.map(|(outlet, cost)| (*cost, *outlet)).min_by(|one, two| one.0.total_cmp(&two.0))
            })
            .collect();
        for _ in 0..MOST_OPENINGS {
            let candidates: BTreeSet<OutletId> = costs
                .iter()
                .flat_map(|costs| costs.keys().copied())
                .filter(|outlet| !decisions.outlet_open[outlet.at()])
                .collect();
            let saved = |outlet: &OutletId| -> (f64, OutletId) {
                let (open, closed) = site_cost(scenario, &scenario.outlets[outlet.at()]);
                let gain = |(costs, best): (&BTreeMap<OutletId, f64>, &Option<(f64, OutletId)>)| {
                    let own = costs.get(outlet).copied()?;
                    // A region that nobody serves is worth any opening.
                    Some(best.map_or(1e15, |(cost, _)| (cost - own).max(0.0)))
                };
                (costs.iter().zip(&best).filter_map(gain).sum::<f64>() - (open - closed), *outlet)
            };
            let most = candidates.iter().map(saved).max_by(|one, two| one.0.total_cmp(&two.0).then(two.1.cmp(&one.1)));
            let Some((_, outlet)) = most.filter(|(gain, _)| *gain > 0.0) else { break };
            decisions.outlet_open[outlet.at()] = true;
            if !scenario.depots.is_empty() {
                decisions.replenished_by[outlet.at()] = Some(self.nearest_depot(decisions, outlet)?);
            }
            for (costs, best) in costs.iter().zip(&mut best) {
                if let Some(own) = costs.get(&outlet)
                    && best.is_none_or(|(cost, _)| *own < cost)
                {
                    *best = Some((*own, outlet));
                }
            }
        }
        for (region, best) in orphans.iter().zip(best) {
            let (_, outlet) = best?;
            decisions.served_by[region.at()] = vec![(outlet, 1.0)];
            touched.insert(outlet);
        }
        for depot in depots_in_use(scenario, decisions) {
            decisions.depot_open[depot.at()] = true;
        }
        Some(())
    }

    /// Gives outlets that were opened the regions that cost less over their lanes.
    pub(super) fn attract(&self, decisions: &mut Decisions, opened: &[OutletId], touched: &mut BTreeSet<OutletId>) {
        let Work { scenario, network, load, .. } = *self;
        for outlet in opened {
            touched.insert(*outlet);
            let depot = decisions.replenished_by[outlet.at()];
            for region in (0..scenario.regions.len()).map(RegionId::from) {
                let [(own, _)] = decisions.served_by[region.at()][..] else { continue };
                let roads = network.road(region, *outlet).zip(network.road(region, own));
                let Some((road, own_road)) = roads.filter(|_| own != *outlet && load.jobs[region.at()] > 0.0) else {
                    continue;
                };
                let before = self.lane_cost(region, own, &own_road, decisions.replenished_by[own.at()]);
                if self.lane_cost(region, *outlet, &road, depot) < before {
                    decisions.served_by[region.at()] = vec![(*outlet, 1.0)];
                    touched.insert(own);
                }
            }
        }
    }
}
