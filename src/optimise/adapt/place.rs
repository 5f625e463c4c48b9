//! The part of a network that a change touches, placed anew: a location problem of few regions and outlets.
//!
//! Regions without an outlet, those that an outlet which has to be open can reach, and those of a promise that lanes alone break
//! are free, and so are the regions of the outlets that they reach. Everybody else stays where they are, outlets keep their
//! depots, and what stock costs is left out: it is told by the levels that are found afterwards, and by the exact price.

use std::collections::BTreeSet;

use super::Work;
use crate::location::{Lanes, Problem, Row, Settings, Start, Status as Openness, locate};
use crate::optimise::Quiet;
use crate::optimise::decide::depots_in_use;
use crate::optimise::model::{Allowance, Model, Terms, model};
use crate::plan::Decisions;
use crate::scenario::{DepotId, OutletId, RegionId};

/// The search may end at this gap, or after so many iterations.
const GAP: f64 = 1e-4;
const ITERATIONS: usize = 150;

/// By how much of its coefficients' size a row may be exceeded by the noise of adding.
const NOISE: f64 = 1e-9;

impl Work<'_> {
    /// Places anew what the change touches; tells nothing where no plan was found.
    pub(super) fn place(
        &self,
        decisions: &mut Decisions,
        opened: &[OutletId],
        touched: &mut BTreeSet<OutletId>,
    ) -> Option<()> {
        let Work { scenario, watch, .. } = *self;
        let drawn: Vec<Option<DepotId>> = (0..scenario.outlets.len())
            .map(|outlet| decisions.replenished_by[outlet].or_else(|| self.nearest_depot(decisions, outlet.into())))
            .collect();
        let model = self.model_drawing(&drawn);
        let own = own_lanes(&model, decisions);
        let free = Free::of(&model, &own, opened);
        if free.is_none() {
            return Some(());
        }
        let problem = free.problem(&model, &own, decisions);
        let start =
            Start { mode: decisions.outlet_open.iter().map(|open| open.then_some(0)).collect(), ..Start::default() };
        let settings = Settings {
            gap: GAP,
            seed: scenario.planning.seed,
            node_limit: 0,
            iteration_limit: ITERATIONS,
            start: Some(start),
            shakes: true,
        };
        let found = locate(&problem, &settings, &Quiet(watch)).ok()?;
        for (outlet, mode) in found.mode.iter().enumerate() {
            if mode.is_some() != decisions.outlet_open[outlet] {
                touched.insert(OutletId::from(outlet));
                decisions.outlet_open[outlet] = mode.is_some();
                decisions.replenished_by[outlet] = mode.and(drawn[outlet]);
                decisions.outlet_stock[outlet].clear();
            }
        }
        for (customer, shares) in found.shares.iter().enumerate().filter(|(customer, _)| free.customers[*customer]) {
            let served = &mut decisions.served_by[model.regions[customer].at()];
            let now: Vec<(OutletId, f64)> = shares.iter().map(|(site, share)| (OutletId(*site), *share)).collect();
            if now != *served {
                touched.extend(now.iter().chain(served.iter()).map(|(outlet, _)| *outlet));
                *served = now;
            }
        }
        touched.retain(|outlet| decisions.outlet_open[outlet.at()]);
        for depot in depots_in_use(scenario, decisions) {
            decisions.depot_open[depot.at()] = true;
        }
        Some(())
    }

    /// The whole location problem with every outlet's depot settled and nothing paid for stock.
    fn model_drawing(&self, drawn: &[Option<DepotId>]) -> Model {
        let Work { scenario, network, load, .. } = *self;
        let without_depots = scenario.depots.is_empty();
        let allowances = |outlet: OutletId| -> Vec<Allowance> {
            let depot = drawn[outlet.at()];
            let may_open = without_depots || depot.is_some();
            may_open.then(|| Allowance { depot, ..Allowance::default() }).into_iter().collect()
        };
        let terms = Terms { drawn: (!without_depots).then_some(drawn), ..Terms::of(&allowances) };
        model(scenario, network, load, &terms)
    }
}

/// The lanes of each customer that are in use, with their shares.
fn own_lanes(model: &Model, decisions: &Decisions) -> Vec<Vec<(usize, f64)>> {
    let lanes = &model.problem.lanes;
    let of = |(region, ends): (&RegionId, &[usize])| {
        let served = decisions.served_by[region.at()].iter();
        let lane = |(outlet, share): &(OutletId, f64)| {
            Some(((ends[0]..ends[1]).find(|lane| lanes.site[*lane] == outlet.0)?, *share))
        };
        served.map(lane).collect::<Option<Vec<_>>>().unwrap_or_default()
    };
    model.regions.iter().zip(lanes.starts.windows(2)).map(of).collect()
}

/// What may change: customers, and the sites that they may go to.
struct Free {
    customers: Vec<bool>,
    sites: Vec<bool>,
}

impl Free {
    fn of(model: &Model, own: &[Vec<(usize, f64)>], opened: &[OutletId]) -> Self {
        let Problem { lanes, rows, .. } = &model.problem;
        let (mut customers, mut sites) = (vec![false; own.len()], vec![false; model.problem.sites.len()]);
        opened.iter().for_each(|outlet| sites[outlet.at()] = true);
        let mut share = vec![0.0; lanes.site.len()];
        own.iter().flatten().for_each(|(lane, own)| share[*lane] = *own);
        // A promise that is broken by lanes alone: all that count for it are free.
        let mut pressed = vec![false; lanes.site.len()];
        for (row, promised) in rows.iter().zip(&model.promises) {
            let (mut sum, mut size) = (0.0, 0.0);
            for (lane, coefficient) in &row.lane {
                sum += coefficient * share[*lane as usize];
                size += (coefficient * share[*lane as usize]).abs();
            }
            if promised.is_some() && sum > row.at_most + NOISE * size {
                row.lane.iter().for_each(|(lane, _)| pressed[*lane as usize] = true);
            }
        }
        let list = |customer: usize| lanes.starts[customer]..lanes.starts[customer + 1];
        for customer in 0..own.len() {
            if own[customer].is_empty() || list(customer).any(|lane| pressed[lane]) {
                customers[customer] = true;
                list(customer).for_each(|lane| sites[lanes.site[lane] as usize] = true);
            }
        }
        for customer in 0..own.len() {
            let reaches_opened = || list(customer).any(|lane| opened.contains(&OutletId(lanes.site[lane])));
            let near = own[customer].iter().any(|(lane, _)| sites[lanes.site[*lane] as usize]);
            customers[customer] |= near || reaches_opened();
        }
        Self { customers, sites }
    }

    fn is_none(&self) -> bool {
        !self.customers.iter().any(|free| *free)
    }

    /// The problem with the lanes and the choices that are left.
    fn problem(&self, model: &Model, own: &[Vec<(usize, f64)>], decisions: &Decisions) -> Problem {
        let Problem { lanes, rows, .. } = &model.problem;
        let mut kept = Lanes { starts: vec![0], ..Lanes::default() };
        let mut places: Vec<Option<u32>> = vec![None; lanes.site.len()];
        for (customer, own) in own.iter().enumerate() {
            for (lane, place) in
                places.iter_mut().enumerate().take(lanes.starts[customer + 1]).skip(lanes.starts[customer])
            {
                let may = self.customers[customer] && self.sites[lanes.site[lane] as usize];
                if may || own.iter().any(|(used, _)| *used == lane) {
                    *place = Some(kept.site.len() as u32);
                    kept.site.push(lanes.site[lane]);
                    kept.cost.push(lanes.cost[lane]);
                    kept.work.extend(lanes.work.get(lane));
                }
            }
            kept.starts.push(kept.site.len());
        }
        let row = |row: &Row| Row {
            lane: row.lane.iter().filter_map(|(lane, value)| Some((places[*lane as usize]?, *value))).collect(),
            ..row.clone()
        };
        let mut problem = Problem { rows: rows.iter().map(row).collect(), lanes: kept, ..model.problem.clone() };
        for (outlet, site) in problem.sites.iter_mut().enumerate().filter(|(outlet, _)| !self.sites[*outlet]) {
            site.status = if decisions.outlet_open[outlet] { Openness::Open } else { Openness::Closed };
        }
        problem
    }
}
