//! A scenario as a location problem.
//!
//! Regions with demand are the customers, outlets the sites, depots the uppers. What a plan pays for its stock is not in
//! it, but for an allowance that the caller gives: how much an outlet's stock costs when it is open and by each unit of
//! load it serves.
//!
//! ```text
//! lane      c = jobs × travel + hands-on hours × wage + Σ_p units_p × (cheapest freight and duty of a unit)
//! mode      f = fixed + opening (or − closing) + allowance,  g = dearer freight and duty of this depot + allowance
//! (promise) Σ w·(limit − best reading) x ≤ 0      for each hard target and member: the best that any stock can give
//! ```
//!
//! A job's *best reading* is what it counts when the part is always on the shelf; a promise that even then is broken by a
//! set of lanes is broken by every stock, so (promise) cuts off no plan that keeps its promises.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::cost::{site_cost, unit_cost, wage};
use crate::load::Load;
use crate::location::{Count, Lanes, Mode, Problem, Row, Site, Status as Openness, Upper};
use crate::network::{Network, Road};
use crate::scenario::{
    CountryId, DepotId, Limit, Metric, Objective, OutletId, PartId, RegionId, Scenario, Scope, Sourcing, Status,
    Stockout,
};
use crate::service::{Key, Question, Reading, What, installed_in};

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
    pub allowances: &'a dyn Fn(OutletId) -> Vec<Allowance>,
    /// Added to the cost of serving a region over a lane.
    pub lane: &'a dyn Fn(RegionId, OutletId, &Road) -> f64,
    /// How far beyond a stock-dependent target the best reading has to be: 0 cuts off no plan; a share of the way to 1
    /// leaves room for stock that is not always there.
    pub margin: f64,
    /// Regions mix their parts differently; a depot's dearer freight is charged by its mean over regions, or by its least
    /// where the problem has to stay a relaxation.
    pub relaxed: bool,
    /// No unit of a region pays more freight and duty over a lane than this: in a relaxation of a scenario that expresses
    /// parts, what expressing costs in place of them; else infinite.
    pub most: &'a dyn Fn(RegionId, OutletId) -> f64,
    /// Lanes longer than this are left out \[hours\].
    pub reach: f64,
}

/// A location problem and the way back to the scenario.
pub struct Model {
    /// The problem.
    pub problem: Problem,
    /// The region of each customer.
    pub regions: Vec<RegionId>,
    /// The depot of each mode of each site.
    pub depots: Vec<Vec<Option<DepotId>>>,
    /// What every plan pays besides: repairs, and the closing costs that sites save which stay open.
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

/// Freight and duty of all part demands of a region \[a year\], drawn by an outlet from a depot; no unit pays more than
/// the cap.
fn supply_cost(prices: &[f64], cap: f64, load: &Load, region: RegionId) -> f64 {
    load.tasks(region).iter().filter_map(|task| Some(task.rate * prices[task.part?.at()].min(cap))).sum()
}

fn unit_prices(scenario: &Scenario, network: &Network, outlet: OutletId, depot: Option<DepotId>) -> Vec<f64> {
    let parts = (0..scenario.parts.len()).map(PartId::from);
    parts.map(|part| unit_cost(scenario, network, outlet, depot, part).total()).collect()
}

/// Does any part pay freight or duty?
fn supply_is_free(prices: &[f64]) -> bool {
    prices.iter().all(|price| *price == 0.0)
}

/// Writes the location problem of a scenario.
pub fn model(scenario: &Scenario, network: &Network, load: &Load, terms: &Terms) -> Model {
    let regions: Vec<RegionId> =
        (0..scenario.regions.len()).map(RegionId::from).filter(|region| load.jobs[region.at()] > 0.0).collect();
    let by_cost = matches!(scenario.planning.objective, Objective::Cost);
    let by_hours = scenario.outlets.iter().any(|outlet| outlet.capacity_hours.is_some());
    let mixes = mixes(load, &regions);
    let relaxed = terms.relaxed;
    // min(dearer, E) − min(least, E) grows with E, so the least cost of expressing bounds every region's.
    let cap = match scenario.stocking.stockout {
        Stockout::Emergency if relaxed => {
            let express = regions.iter().map(|region| scenario.regions[region.at()].emergency_cost_per_unit.get());
            express.fold(f64::INFINITY, f64::min)
        }
        _ => f64::INFINITY,
    };
    let supply: Vec<Supply> = (0..scenario.outlets.len())
        .into_par_iter()
        .map(|outlet| Supply::of(scenario, network, &mixes, OutletId::from(outlet), relaxed, cap))
        .collect();

    let mut lanes = Lanes { starts: vec![0], ..Lanes::default() };
    let mut ends: Vec<(RegionId, OutletId)> = Vec::new();
    let mut jobs_of_lane: Vec<f64> = Vec::new();
    let mut spent: Vec<f64> = Vec::new();
    for &region in &regions {
        let jobs = load.jobs[region.at()];
        for (outlet, road) in network.roads(region) {
            let closed = scenario.outlets[outlet.at()].status == Status::Closed;
            if closed || road.hours > terms.reach || !may_serve(scenario, load, region, outlet, road, terms) {
                continue;
            }
            let hands_on = load.repair_hours[region.at()];
            let own = jobs * road.cost_per_job + hands_on * wage(scenario, outlet);
            let money = own + supply[outlet.at()].least_of((terms.most)(region, outlet), load, region);
            spent.push(money);
            lanes.site.push(outlet.0);
            lanes.cost.push(match scenario.planning.objective {
                Objective::Cost => money + (terms.lane)(region, outlet, road),
                Objective::Coverage { within } if road.hours > within.get() * (1.0 + 1e-12) => jobs,
                Objective::Coverage { .. } | Objective::Farthest => 0.0,
            });
            lanes.work.push(if by_hours { hands_on + jobs * road.hours_per_job } else { jobs });
            jobs_of_lane.push(jobs);
            ends.push((region, outlet));
        }
        lanes.starts.push(lanes.site.len());
    }

    // Whoever serves them, failed parts are repaired in the same share.
    let mut constant = if by_cost { repairs(scenario, load, &regions) } else { 0.0 };
    let mut sites = Vec::with_capacity(scenario.outlets.len());
    let mut depots = Vec::with_capacity(scenario.outlets.len());
    for (number, outlet) in scenario.outlets.iter().enumerate() {
        let (open, closed) = site_cost(scenario, outlet);
        let mut modes = Vec::new();
        let mut own_depots = Vec::new();
        for allowance in (terms.allowances)(OutletId::from(number)) {
            let dearer = supply[number].dearer(allowance.depot);
            let money = Mode {
                upper: allowance.depot.map(|depot| depot.0),
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
    let uppers = scenario.depots.iter().map(|depot| {
        let (open, closed) = site_cost(scenario, depot);
        constant += if by_cost && depot.status != Status::Closed { closed } else { 0.0 };
        let fixed = if by_cost { open - closed } else { 0.0 };
        Upper { status: openness(depot.status), fixed, capacity: depot.capacity_units }
    });
    let uppers = uppers.collect();

    let mut model = Model {
        problem: Problem {
            customers: regions.iter().map(|region| load.units[region.at()]).collect(),
            lanes,
            sites,
            uppers,
            counts: counts(scenario),
            rows: Vec::new(),
            single: scenario.planning.sourcing == Sourcing::Single,
        },
        regions,
        depots,
        constant,
        promises: Vec::new(),
    };
    if by_hours {
        model.second_capacity(scenario, &jobs_of_lane);
    }
    model.budget(scenario, by_cost, &spent);
    model.promise_rows(scenario, network, load, terms, &ends);
    model
}

fn repairs(scenario: &Scenario, load: &Load, regions: &[RegionId]) -> f64 {
    let tasks = regions.iter().flat_map(|region| load.tasks(*region));
    tasks
        .filter_map(|task| {
            let part = &scenario.parts[task.part?.at()];
            Some(task.rate * part.repair_share.get() * part.repair_cost.get())
        })
        .fold(0.0, |sum, cost| sum + cost)
}

fn openness(status: Status) -> Openness {
    match status {
        Status::Candidate | Status::Existing => Openness::Free,
        Status::Open => Openness::Open,
        Status::Closed => Openness::Closed,
    }
}

/// Freight and duty by depot, for one outlet.
struct Supply {
    least: Vec<f64>,
    free: bool,
    /// What a unit costs more from a depot than at the cheapest, over the mixes of parts: their least or their mean.
    dearer: Vec<(Option<DepotId>, f64)>,
}

impl Supply {
    fn of(scenario: &Scenario, network: &Network, mixes: &[Mix], outlet: OutletId, relaxed: bool, cap: f64) -> Self {
        let by_depot: Vec<(Option<DepotId>, Vec<f64>)> = depots_of(scenario, network, outlet)
            .into_iter()
            .map(|depot| (depot, unit_prices(scenario, network, outlet, depot)))
            .collect();
        let least: Vec<f64> = (0..scenario.parts.len())
            .map(|part| by_depot.iter().map(|(_, prices)| prices[part]).fold(f64::INFINITY, f64::min))
            .map(|price| if price.is_finite() { price } else { 0.0 })
            .collect();
        let free = by_depot.iter().all(|(_, prices)| supply_is_free(prices));
        let dearer =
            by_depot.iter().map(|(depot, prices)| (*depot, dearer(prices, &least, mixes, relaxed, cap))).collect();
        Self { least, free, dearer }
    }

    fn least_of(&self, cap: f64, load: &Load, region: RegionId) -> f64 {
        if self.free { 0.0 } else { supply_cost(&self.least, cap, load, region) }
    }

    fn dearer(&self, depot: Option<DepotId>) -> f64 {
        self.dearer.iter().find(|entry| entry.0 == depot).map_or(0.0, |entry| entry.1)
    }
}

fn dearer(prices: &[f64], least: &[f64], mixes: &[Mix], relaxed: bool, cap: f64) -> f64 {
    let more: Vec<f64> = prices.iter().zip(least).map(|(price, least)| price.min(cap) - least.min(cap)).collect();
    let of = |mix: &Mix| -> f64 { mix.shares.iter().map(|(part, share)| share * more[part.at()]).sum() };
    if relaxed {
        let least = mixes.iter().map(of).fold(f64::INFINITY, f64::min);
        // Mixes are told apart to a billionth; the bound gives that away.
        return if least.is_finite() { least * (1.0 - 1e-7) } else { 0.0 };
    }
    let units: f64 = mixes.iter().map(|mix| mix.units).sum();
    if units > 0.0 { mixes.iter().map(|mix| mix.units * of(mix)).sum::<f64>() / units } else { 0.0 }
}

/// How regions mix their parts: shares of part demand, and the demand of the regions that share them \[units/year\].
pub struct Mix {
    /// Shares by part, in order of part.
    pub shares: Vec<(PartId, f64)>,
    /// The demand.
    pub units: f64,
}

/// The mixes that are told apart to a billionth, in the order in which regions first show them.
pub fn mixes(load: &Load, regions: &[RegionId]) -> Vec<Mix> {
    let mut seen: BTreeMap<Vec<(PartId, u64)>, usize> = BTreeMap::new();
    let mut mixes: Vec<Mix> = Vec::new();
    for &region in regions {
        let units = load.units[region.at()];
        if units <= 0.0 {
            continue;
        }
        let mut shares: Vec<(PartId, f64)> = Vec::new();
        for task in load.tasks(region) {
            let Some(part) = task.part else { continue };
            match shares.last_mut() {
                Some(last) if last.0 == part => last.1 += task.rate / units,
                _ => shares.push((part, task.rate / units)),
            }
        }
        let key = shares.iter().map(|(part, share)| (*part, (share * 1e9).round() as u64)).collect();
        let number = *seen.entry(key).or_insert_with(|| {
            mixes.push(Mix { shares, units: 0.0 });
            mixes.len() - 1
        });
        mixes[number].units += units;
    }
    mixes
}

fn counts(scenario: &Scenario) -> Vec<Count> {
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

/// The best that any stock can give: stock-dependent parts of a reading at their best.
fn best(metric: Metric, reading: &Reading) -> f64 {
    match reading.what {
        What::Nothing => reading.constant,
        What::Filled | What::Within(_) => {
            let filled = reading.constant + reading.weight;
            if lower_is_better(metric) { filled.min(reading.constant) } else { filled.max(reading.constant) }
        }
        What::Wait => reading.constant,
    }
}

/// Do jobs count by hours (fewer are better) or by shares?
const fn lower_is_better(metric: Metric) -> bool {
    matches!(metric, Metric::MeanResponse | Metric::Availability)
}

/// What a job may count at most \[hours\], or must count at least \[share\], for the target to be kept on the mean; with a
/// margin where stock decides.
fn asked(limit: Limit, metric: Metric, margin: f64) -> Option<f64> {
    let stock_decides = matches!(metric, Metric::FillRate | Metric::OnTime);
    match limit {
        Limit::AtLeast(least) if metric == Metric::Availability => Some(least),
        Limit::AtLeast(least) => Some(if stock_decides { least + margin * (1.0 - least) } else { least }),
        Limit::AtMost(most) => Some(most * (1.0 - 0.5 * margin)),
        Limit::SpreadAtMost(_) => None,
    }
}

/// May a region be served over this lane at all? A promise to the region alone can rule a lane out.
fn may_serve(scenario: &Scenario, load: &Load, region: RegionId, outlet: OutletId, road: &Road, terms: &Terms) -> bool {
    if scenario.planning.sourcing == Sourcing::Split {
        return true;
    }
    let alone = scenario.targets.iter().filter(|target| {
        target.penalty.is_none() && target.scope.contains(&Scope::Region) && target.metric != Metric::Availability
    });
    alone.into_iter().all(|target| {
        let question = Question::of(target);
        let Some(limit) = asked(target.limit, target.metric, terms.margin) else { return true };
        let mut sums: BTreeMap<Key, f64> = BTreeMap::new();
        for task in question.tasks(load, region) {
            if let Some((key, reading)) = question.ask(scenario, region, outlet, road, task) {
                *sums.entry(key).or_default() += task.rate * missing(target.metric, limit, &reading);
            }
        }
        sums.values().all(|missed| *missed <= 1e-9)
    })
}

/// By how much the best reading misses what is asked.
fn missing(metric: Metric, limit: f64, reading: &Reading) -> f64 {
    let best = best(metric, reading);
    if lower_is_better(metric) { best - limit } else { limit - best }
}

impl Model {
    fn second_capacity(&mut self, scenario: &Scenario, jobs: &[f64]) {
        let mut rows: BTreeMap<u32, Row> = BTreeMap::new();
        for (number, outlet) in (0u32..).zip(&scenario.outlets) {
            if let Some(capacity) = outlet.capacity_jobs {
                rows.insert(number, Row { site: vec![(number, -capacity)], ..Row::default() });
            }
        }
        for (lane, site) in (0u32..).zip(&self.problem.lanes.site) {
            if let Some(row) = rows.get_mut(site) {
                row.lane.push((lane, jobs[lane as usize]));
            }
        }
        self.promises.extend(rows.iter().map(|_| None));
        self.problem.rows.extend(rows.into_values());
    }

    /// The budget as a row, where money is not what is sought: what location alone spends has to fit.
    fn budget(&mut self, scenario: &Scenario, by_cost: bool, spent: &[f64]) {
        let Some(budget) = scenario.limits.budget.filter(|_| !by_cost) else { return };
        let mut row = Row { at_most: budget.get(), ..Row::default() };
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

    fn promise_rows(
        &mut self,
        scenario: &Scenario,
        network: &Network,
        load: &Load,
        terms: &Terms,
        ends: &[(RegionId, OutletId)],
    ) {
        for (number, target) in scenario.targets.iter().enumerate() {
            let alone =
                target.scope.contains(&Scope::Region) && self.problem.single && target.metric != Metric::Availability;
            let Some(limit) = asked(target.limit, target.metric, terms.margin) else { continue };
            if target.penalty.is_some() || alone {
                continue;
            }
            let question = Question::of(target);
            let mut rows: BTreeMap<Key, (Row, bool)> = BTreeMap::new();
            for (lane, &(region, outlet)) in (0u32..).zip(ends) {
                let Some(road) = network.road(region, outlet) else { continue };
                let mut own: BTreeMap<Key, f64> = BTreeMap::new();
                for task in question.tasks(load, region) {
                    if let Some((key, reading)) = question.ask(scenario, region, outlet, road, task) {
                        let missed = match target.metric {
                            Metric::Availability => best(target.metric, &reading),
                            metric => missing(metric, limit, &reading),
                        };
                        *own.entry(key).or_default() += task.rate * missed;
                    }
                }
                for (key, missed) in own {
                    let (row, binds) = rows.entry(key).or_default();
                    row.lane.push((lane, missed));
                    *binds |= missed > 0.0;
                }
            }
            for (key, (mut row, binds)) in rows {
                if target.metric == Metric::Availability {
                    row.at_most = (1.0 - limit) * installed_in(load, scenario, &question, &key);
                }
                if binds {
                    // Rows in units of the largest coefficient keep tolerances meaningful.
                    let scale = row.lane.iter().fold(0.0, |most: f64, (_, missed)| most.max(missed.abs()));
                    row.lane.iter_mut().for_each(|(_, missed)| *missed /= scale);
                    row.at_most /= scale;
                    self.problem.rows.push(row);
                    self.promises.push(Some((number, key)));
                }
            }
        }
    }
}
