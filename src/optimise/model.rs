//! A scenario as a location problem.
//!
//! Regions with demand are the customers, outlets the sites, depots the uppers. What a plan pays for its stock is not in
//! it, but for an allowance that the caller gives: how much an outlet's stock costs when it is open and by each unit of
//! load it serves.
//!
//! ```text
//! lane      c = jobs × travel + hands-on hours × wage + Σ_p units_p × (cheapest freight, duty and dearer repair of a unit)
//! mode      f = fixed + opening (or − closing) + allowance,  g = dearer freight and duty of this depot + allowance
//! (shop)    Σ repair work · x ≤ 0.999 · servers · y               at outlets; a depot's shop is only checked
//! (promise) Σ w·(limit − best reading) x ≤ 0      for each hard target and member: the best that any stock can give
//! ```
//!
//! A job's *best reading* is what it counts when the part is always on the shelf; a promise that even then is broken by a
//! set of lanes is broken by every stock, so (promise) cuts off no plan that keeps its promises.

mod lanes;
mod mixes;
mod promises;
mod supply;

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::cost::{overhead, site_cost};
use crate::load::Load;
use crate::location::{Count, Mode, Problem, Row, Site, Status as Openness, Upper};
use crate::network::{Network, Road};
use crate::scenario::{CountryId, DepotId, Objective, OutletId, RegionId, Scenario, Sourcing, Status, Stockout};
use crate::service::{Key, outlet_repair};
use crate::stocking::BUSIEST;

use super::Search;
use lanes::Served;
use mixes::mixes;
pub use promises::beyond_helps;
use supply::{Sources, Supply};

/// What an outlet's stock is taken to cost in the location problem [a year]: `fixed + per_load × load`.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Allowance {
    /// The depot that replenishes it, if any.
    pub depot: Option<DepotId>,
    /// When it is open.
    pub fixed: f64,
    /// By each part unit a year that it serves.
    pub per_load: f64,
}

/// How the location problem is written.
pub struct Terms<'a> {
    /// The ways an outlet's stock may be priced; an empty list closes the outlet.
    pub allowances: &'a (dyn Fn(OutletId) -> Vec<Allowance> + Sync),
    /// Added to the cost of serving a region over a lane.
    pub lane: &'a (dyn Fn(RegionId, OutletId, &Road) -> f64 + Sync),
    /// How far beyond a stock-dependent target the best reading has to be: 0 cuts off no plan; a share of the way to 1
    /// leaves room for stock that is not always there.
    pub margin: f64,
    /// Regions mix their parts differently; a depot's dearer freight is charged by its mean over regions, or by its least
    /// where the problem has to stay a relaxation.
    pub relaxed: bool,
    /// No unit of a region pays more freight and duty over a lane than this: in a relaxation of a scenario that expresses
    /// parts, what expressing costs in place of them; else infinite.
    pub most: &'a (dyn Fn(RegionId, OutletId) -> f64 + Sync),
    /// Lanes longer than this are left out \[hours\].
    pub reach: f64,
    /// The depot of each outlet where that is settled elsewhere (`apart`): lanes pay freight and duty from it, and the
    /// problem has no uppers.
    pub drawn: Option<&'a [Option<DepotId>]>,
    /// The depot of each outlet whose freight and duty its lanes pay, each its own; a mode under another depot then pays the least
    /// that any of the outlet's lanes would pay more, which may be less than nothing. Without them lanes pay the least of all
    /// depots.
    pub suppliers: Option<&'a [Option<DepotId>]>,
}

impl<'a> Terms<'a> {
    /// Nothing but what the ways an outlet's stock may be priced say: every lane, and no plan cut off.
    pub fn of(allowances: &'a (dyn Fn(OutletId) -> Vec<Allowance> + Sync)) -> Self {
        Self {
            allowances,
            lane: &|_, _, _| 0.0,
            margin: 0.0,
            relaxed: false,
            most: &|_, _| f64::INFINITY,
            reach: f64::INFINITY,
            drawn: None,
            suppliers: None,
        }
    }
}

/// A location problem and the way back to the scenario.
pub struct Model {
    /// The problem.
    pub problem: Problem,
    /// The region of each customer.
    pub regions: Vec<RegionId>,
    /// The depot of each mode of each site.
    pub depots: Vec<Vec<Option<DepotId>>>,
    /// What every plan pays besides: overheads, repairs, and the closing costs that sites save which stay open.
    pub constant: f64,
    /// What each row stands for: a target and the member of its scope, `None` for capacities and budgets.
    pub promises: Vec<Option<(usize, Key)>>,
}

/// The depots that may replenish an outlet: those that may open, or `None` alone where the scenario has no depots.
pub fn depots_of(scenario: &Scenario, network: &Network, outlet: OutletId) -> Vec<Option<DepotId>> {
    if scenario.depots.is_empty() {
        return vec![None];
    }
    let lanes = network.supplies(outlet).map(|(depot, _)| depot);
    lanes.filter(|depot| scenario.depots[depot.at()].status != Status::Closed).map(Some).collect()
}

/// The depots that may replenish an outlet, or the one that it is settled elsewhere to draw from.
pub(super) fn depots_drawn(
    search: &Search,
    outlet: OutletId,
    drawn: Option<&[Option<DepotId>]>,
) -> Vec<Option<DepotId>> {
    match drawn {
        Some(drawn) => drawn[outlet.at()].into_iter().map(Some).collect(),
        None => depots_of(search.scenario, search.network, outlet),
    }
}

/// Writes the location problem of a scenario.
pub fn model(scenario: &Scenario, network: &Network, load: &Load, terms: &Terms) -> Model {
    let regions: Vec<RegionId> =
        (0..scenario.regions.len()).map(RegionId::from).filter(|region| load.jobs[region.at()] > 0.0).collect();
    let by_cost = matches!(scenario.planning.objective, Objective::Cost);
    let by_hours = by_hours(scenario);
    let mixes = mixes(load, &regions, scenario.parts.len());
    let relaxed = terms.relaxed;
    // min(dearer, E) − min(least, E) grows with E, so the least cost of expressing bounds every region's.
    let cap = match scenario.stocking.stockout {
        Stockout::Emergency if relaxed => {
            let express = regions.iter().map(|region| scenario.regions[region.at()].emergency_cost_per_unit.get());
            express.fold(f64::INFINITY, f64::min)
        }
        _ => f64::INFINITY,
    };
    let capped = if cap.is_finite() && terms.suppliers.is_some() {
        capped_lanes(scenario, network, &regions, terms)
    } else {
        vec![Vec::new(); scenario.outlets.len()]
    };
    let mut supply: Vec<Supply> = (0..scenario.outlets.len())
        .into_par_iter()
        .map(|number| {
            let outlet = OutletId::from(number);
            let drawn = terms.drawn.map(|drawn| drawn[number].into_iter().map(Some).collect());
            let depots = drawn.unwrap_or_else(|| depots_of(scenario, network, outlet));
            let supplier = terms.suppliers.and_then(|suppliers| suppliers[number]);
            let sources = Sources { depots, supplier, lanes: &capped[number], relaxed, cap };
            Supply::of(scenario, network, load, &mixes, outlet, sources)
        })
        .collect();
    let cheapest = supply::cheapest_repairs(scenario, &mut supply);

    let (lanes, spent) = Served::of(scenario, network, load, terms, &supply).lanes(&regions);

    // What repairs cost at the least, wherever failed parts come to; lanes and modes charge what is dearer.
    let mut constant = if by_cost { repairs(load, &regions, &cheapest) + overhead(scenario) } else { 0.0 };
    let mut sites = Vec::with_capacity(scenario.outlets.len());
    let mut depots = Vec::with_capacity(scenario.outlets.len());
    for (number, outlet) in scenario.outlets.iter().enumerate() {
        let (open, closed) = site_cost(scenario, outlet);
        let mut modes = Vec::new();
        let mut own_depots = Vec::new();
        for allowance in (terms.allowances)(OutletId::from(number)) {
            let dearer = supply[number].dearer(allowance.depot);
            let money = Mode {
                upper: allowance.depot.map(|depot| depot.0).filter(|_| terms.drawn.is_none()),
                fixed: open - closed + allowance.fixed,
                per_load: dearer + allowance.per_load,
            };
            modes.push(if by_cost { money } else { Mode { fixed: 0.0, per_load: 0.0, ..money } });
            own_depots.push(allowance.depot);
        }
        constant += if by_cost && outlet.status != Status::Closed { closed } else { 0.0 };
        let capacity = if by_hours { outlet.capacity_hours } else { outlet.capacity_jobs };
        sites.push(Site { status: openness(outlet.status), capacity, modes });
        depots.push(own_depots);
    }
    // A depot sends what its outlets do not repair themselves: as many units may be served as at the least share of it.
    let sent = supply::least_sent(scenario, &mixes);
    let most_served = |capacity: f64| (sent > 0.0).then(|| capacity / sent);
    let uppers = scenario.depots.iter().map(|depot| {
        let (open, closed) = site_cost(scenario, depot);
        constant += if by_cost && depot.status != Status::Closed { closed } else { 0.0 };
        let fixed = if by_cost { open - closed } else { 0.0 };
        Upper { status: openness(depot.status), fixed, capacity: depot.capacity_units.and_then(most_served) }
    });
    let uppers: Vec<Upper> = uppers.collect();
    let apart = terms.drawn.is_some();
    let mut counts = counts(scenario);
    counts.retain(|count| !apart || count.uppers.is_empty());

    let mut model = Model {
        problem: Problem {
            customers: regions.iter().map(|region| load.units[region.at()]).collect(),
            lanes,
            sites,
            uppers: if apart { Vec::new() } else { uppers },
            counts,
            rows: Vec::new(),
            single: scenario.planning.sourcing == Sourcing::Single,
        },
        regions,
        depots,
        constant,
        promises: Vec::new(),
    };
    if apart {
        model.fold_per_load();
    }
    if by_hours {
        model.second_capacity(scenario, load);
    }
    model.shops(scenario, load);
    model.budget(scenario, by_cost, &spent);
    model.promise_rows(scenario, network, load, terms);
    model
}

/// The regions that each outlet may serve, with the most freight and duty of a unit to them.
fn capped_lanes(
    scenario: &Scenario,
    network: &Network,
    regions: &[RegionId],
    terms: &Terms,
) -> Vec<Vec<(RegionId, f64)>> {
    let mut lanes = vec![Vec::new(); scenario.outlets.len()];
    for &region in regions {
        for (outlet, _) in network.roads(region).filter(|(_, road)| road.hours <= terms.reach) {
            lanes[outlet.at()].push((region, (terms.most)(region, outlet)));
        }
    }
    lanes
}

/// Is the capacity of outlets counted in hours of work? Else it is in jobs.
fn by_hours(scenario: &Scenario) -> bool {
    scenario.outlets.iter().any(|outlet| outlet.capacity_hours.is_some())
}

fn repairs(load: &Load, regions: &[RegionId], cheapest: &[f64]) -> f64 {
    let priced = |basket: usize| -> f64 {
        let tasks = load.basket(basket).iter();
        tasks.filter_map(|task| Some(task.rate * cheapest[task.part?.at()])).fold(0.0, |sum, cost| sum + cost)
    };
    if load.is_shared() {
        let prices: Vec<f64> = (0..load.shared()).map(priced).collect();
        let held = regions.iter().flat_map(|region| load.held(*region));
        return held.map(|held| held.scale * prices[held.basket]).fold(0.0, |sum, cost| sum + cost);
    }
    let tasks = regions.iter().flat_map(|region| load.tasks(*region));
    tasks.filter_map(|task| Some(task.rate * cheapest[task.part?.at()])).fold(0.0, |sum, cost| sum + cost)
}

pub(super) fn openness(status: Status) -> Openness {
    match status {
        Status::Candidate | Status::Existing => Openness::Free,
        Status::Open => Openness::Open,
        Status::Closed => Openness::Closed,
    }
}

/// The limits on how many sites are open.
pub(super) fn counts(scenario: &Scenario) -> Vec<Count> {
    let limits = &scenario.limits;
    let numbers = |sites: &[crate::scenario::Site], chosen: &dyn Fn(&crate::scenario::Site) -> bool| -> Vec<u32> {
        (0u32..).zip(sites).filter(|(_, site)| chosen(site)).map(|(number, _)| number).collect()
    };
    let outlets = |chosen: &dyn Fn(&crate::scenario::Site) -> bool| numbers(&scenario.outlets, chosen);
    let depots = |chosen: &dyn Fn(&crate::scenario::Site) -> bool| numbers(&scenario.depots, chosen);
    let count = |sites: Vec<u32>, uppers: Vec<u32>, count: crate::scenario::Count| {
        let most = sites.len() + uppers.len();
        Count { sites, uppers, min: count.min, max: count.max.unwrap_or(most) }
    };
    let free = crate::scenario::Count::default();
    let inside = |country: CountryId| move |site: &crate::scenario::Site| site.country == Some(country);
    let mut all = Vec::new();
    if limits.outlets != free {
        all.push(count(outlets(&|_| true), Vec::new(), limits.outlets));
    }
    if limits.depots != free {
        all.push(count(Vec::new(), depots(&|_| true), limits.depots));
    }
    for &(country, limit) in &limits.outlets_by_country {
        all.push(count(outlets(&inside(country)), Vec::new(), limit));
    }
    for &(country, limit) in &limits.depots_by_country {
        all.push(count(Vec::new(), depots(&inside(country)), limit));
    }
    // Of the formats of one place one may be open at most.
    for place in &scenario.formats_of_place {
        let sites = place.iter().map(|outlet| outlet.0).collect();
        all.push(Count { sites, uppers: Vec::new(), min: 0, max: 1 });
    }
    if let Some(most) = limits.max_openings {
        let candidate = |site: &crate::scenario::Site| site.status == Status::Candidate;
        let limit = crate::scenario::Count { min: 0, max: Some(most) };
        all.push(count(outlets(&candidate), depots(&candidate), limit));
    }
    if let Some(most) = limits.max_closings {
        let existing = |site: &crate::scenario::Site| site.status == Status::Existing;
        let (sites, uppers) = (outlets(&existing), depots(&existing));
        let min = (sites.len() + uppers.len()).saturating_sub(most);
        all.push(count(sites, uppers, crate::scenario::Count { min, max: None }));
    }
    all
}

impl Model {
    /// Where every site has one mode at most, what it charges by load is a cost of its lanes, and the problem is plainer.
    fn fold_per_load(&mut self) {
        let Problem { customers, lanes, sites, .. } = &mut self.problem;
        if sites.iter().any(|site| site.modes.len() > 1) {
            return;
        }
        let per_load: Vec<f64> =
            sites.iter().map(|site| site.modes.first().map_or(0.0, |mode| mode.per_load)).collect();
        for (load, ends) in customers.iter().zip(lanes.starts.windows(2)) {
            let own = lanes.site[ends[0]..ends[1]].iter().zip(&mut lanes.cost[ends[0]..ends[1]]);
            own.for_each(|(site, cost)| *cost += per_load[*site as usize] * load);
        }
        sites.iter_mut().flat_map(|site| &mut site.modes).for_each(|mode| mode.per_load = 0.0);
    }

    fn second_capacity(&mut self, scenario: &Scenario, load: &Load) {
        let mut rows: BTreeMap<u32, Row> = BTreeMap::new();
        for (number, outlet) in (0u32..).zip(&scenario.outlets) {
            if let Some(capacity) = outlet.capacity_jobs {
                rows.insert(number, Row { site: vec![(number, -capacity)], ..Row::default() });
            }
        }
        if rows.is_empty() {
            return;
        }
        let lanes = &self.problem.lanes;
        for (region, ends) in self.regions.iter().zip(lanes.starts.windows(2)) {
            for lane in ends[0]..ends[1] {
                if let Some(row) = rows.get_mut(&lanes.site[lane]) {
                    row.lane.push((lane as u32, load.jobs[region.at()]));
                }
            }
        }
        self.promises.extend(rows.iter().map(|_| None));
        self.problem.rows.extend(rows.into_values());
    }

    /// (shop): the repairs at an outlet fit its servers.
    fn shops(&mut self, scenario: &Scenario, load: &Load) {
        let mut rows: BTreeMap<u32, Row> = BTreeMap::new();
        for (number, outlet) in (0u32..).zip(&scenario.outlets) {
            if let Some(servers) = outlet.repair_servers {
                rows.insert(number, Row { site: vec![(number, -BUSIEST * f64::from(servers))], ..Row::default() });
            }
        }
        if rows.is_empty() {
            return;
        }
        // Which depot it is makes no difference to what an outlet repairs.
        let depot = (!scenario.depots.is_empty()).then_some(DepotId(0));
        let lanes = &self.problem.lanes;
        for (region, ends) in self.regions.iter().zip(lanes.starts.windows(2)) {
            for lane in ends[0]..ends[1] {
                let Some(row) = rows.get_mut(&lanes.site[lane]) else { continue };
                let outlet = OutletId(lanes.site[lane]);
                let work = load.tasks(*region).filter_map(|task| {
                    let repair = outlet_repair(scenario, outlet, depot, task.part?);
                    Some(task.rate * repair.share * repair.time)
                });
                row.lane.push((lane as u32, work.fold(0.0, |sum, work| sum + work)));
            }
        }
        rows.retain(|_, row| row.lane.iter().any(|(_, work)| *work > 0.0));
        self.promises.extend(rows.iter().map(|_| None));
        self.problem.rows.extend(rows.into_values());
    }

    /// The budget as a row, where money is not what is sought: what location alone spends has to fit.
    fn budget(&mut self, scenario: &Scenario, by_cost: bool, spent: &[f64]) {
        let Some(budget) = scenario.limits.budget.filter(|_| !by_cost) else { return };
        let mut row = Row { at_most: budget.get() - overhead(scenario), ..Row::default() };
        row.lane = (0u32..).zip(spent.iter().copied()).collect();
        let cost = |site: &crate::scenario::Site| site_cost(scenario, site);
        row.site =
            (0u32..).zip(&scenario.outlets).map(|(number, site)| (number, cost(site).0 - cost(site).1)).collect();
        row.upper =
            (0u32..).zip(&scenario.depots).map(|(number, site)| (number, cost(site).0 - cost(site).1)).collect();
        let staying = scenario.outlets.iter().chain(&scenario.depots).map(|site| cost(site).1);
        row.at_most -= staying.sum::<f64>();
        self.problem.rows.push(row);
        self.promises.push(None);
    }
}
