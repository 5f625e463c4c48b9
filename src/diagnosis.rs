//! Why a scenario has no plan, in the planner's words.
//!
//! First what arithmetic alone can tell: regions out of reach, capacity that is short, counts that contradict each other,
//! promises that even every candidate open and every shelf full could not keep. Where each rule could be kept alone, the
//! rules are lifted one at a time until a network exists; those are named. What it takes to have a plan, and what that plan
//! costs, is the matter of `relax`.

mod alone;
mod lifted;
mod relax;
mod shops;

use std::collections::BTreeMap;

use crate::load::{Load, work};
use crate::network::Network;
use crate::optimise::model::depots_of;
use crate::scenario::{Count, JobId, Limit, Metric, OutletId, RegionId, Scenario, Scope, Sourcing, Status, Target};
use crate::service::{Key, Question, Reading, Tally, What, installed_in};
use crate::watch::Watch;

pub use alone::too_large;
use lifted::{lifted, network_exists};
pub use relax::{Relaxation, Relaxations, Step, json as relaxations_json, relax};
pub use shops::shops;

/// The most members of one finding that are named one by one.
const NAMED: usize = 10;

/// One reason, with its numbers.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// Which rule: `reach`, `capacity`, `limits`, `target`, `budget`, `replenishment`, `format`; `together` where it is
    /// several.
    pub rule: &'static str,
    /// What is wrong.
    pub message: String,
    /// What would mend it.
    pub hint: String,
    /// The ids of regions, outlets or depots it is about.
    pub members: Vec<String>,
}

/// All the reasons that were found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Diagnosis {
    /// In the order of the rules.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// The cheapest plan is above the budget.
    pub fn budget(scenario: &Scenario, budget: f64, objective: f64, lower_bound: f64) -> Self {
        let currency = &scenario.currency;
        let message = format!(
            "the budget is {budget:.0} {currency} a year, but no plan costs less than {lower_bound:.0} {currency}"
        );
        let hint = format!("a plan of {objective:.0} {currency} a year exists: raise `limits.budget_per_year` to it");
        Self { findings: vec![Finding { rule: "budget", message, hint, members: Vec::new() }] }
    }
}

/// Finds out why a scenario has no plan.
pub fn diagnose(scenario: &Scenario, network: &Network, load: &Load, watch: &dyn Watch) -> Diagnosis {
    let mut diagnosis = Diagnosis::default();
    let findings = &mut diagnosis.findings;
    findings.extend(out_of_reach(scenario, network, load));
    findings.extend(without_format(scenario, network, load));
    findings.extend(without_depot(scenario, network));
    findings.extend(capacity(scenario, network, load));
    findings.extend(too_large(scenario, network, load));
    findings.extend(shops(scenario, network, load));
    findings.extend(contradicting_counts(scenario));
    findings.extend(impossible_targets(scenario, network, load));
    if findings.is_empty() {
        findings.extend(lifted(scenario, network, load, watch));
    }
    diagnosis
}

fn may_open(status: Status) -> bool {
    status != Status::Closed
}

fn regions_with_demand(load: &Load) -> impl Iterator<Item = RegionId> {
    load.jobs.iter().enumerate().filter(|(_, jobs)| **jobs > 0.0).map(|(region, _)| RegionId::from(region))
}

fn named(ids: &[String]) -> String {
    let mut text = ids.iter().take(NAMED).map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ");
    if ids.len() > NAMED {
        text.push_str(&format!(" and {} more", ids.len() - NAMED));
    }
    text
}

/// Regions with demand that no outlet which may open can reach.
pub fn out_of_reach(scenario: &Scenario, network: &Network, load: &Load) -> Option<Finding> {
    let reached =
        |region: RegionId| network.roads(region).any(|(outlet, _)| may_open(scenario.outlets[outlet.at()].status));
    let lost = |region: &RegionId| !reached(*region) && refusing(scenario, network, *region).is_empty();
    let lost: Vec<RegionId> = regions_with_demand(load).filter(lost).collect();
    let first = *lost.first()?;
    let members: Vec<String> = lost.iter().map(|region| scenario.regions[region.at()].id.clone()).collect();
    let mut far = scenario.clone();
    far.travel.max_hours = None;
    let wide = Network::connect(&far);
    let nearest = |region: RegionId| -> Option<(f64, RegionId, OutletId)> {
        let candidates = wide.roads(region).filter(|(outlet, _)| may_open(scenario.outlets[outlet.at()].status));
        let ways = candidates.map(|(outlet, road)| (road.hours, region, outlet));
        ways.min_by(|left, right| left.0.total_cmp(&right.0))
    };
    let worst = lost.iter().filter_map(|region| nearest(*region)).max_by(|left, right| left.0.total_cmp(&right.0));
    let limit = scenario.travel.max_hours.map(|hours| format!(" within {} h", hours.get())).unwrap_or_default();
    let message = format!(
        "{} of the regions with demand {} no candidate outlet{limit}: {}",
        lost.len(),
        if lost.len() == 1 { "has" } else { "have" },
        named(&members)
    );
    let hint = match worst {
        Some((hours, region, outlet)) if scenario.travel.max_hours.is_some() => {
            let region = &scenario.regions[region.at()];
            let outlet = &scenario.outlets[outlet.at()];
            format!(
                "add a candidate near `{}` ({}), or raise `travel.max_hours` to {:.1}: its nearest candidate is `{}`",
                region.id,
                region.name,
                (hours * 10.0).ceil() / 10.0,
                outlet.id
            )
        }
        _ => match scenario.regions[first.at()].served_from {
            Some(country) => format!(
                "only outlets in {} may serve `{}`: add a candidate there, or switch the condition off",
                scenario.countries[country.at()].code,
                scenario.regions[first.at()].id
            ),
            None => format!("add a lane from an outlet to `{}` to lanes.csv", scenario.regions[first.at()].id),
        },
    };
    Some(Finding { rule: "reach", message, hint, members })
}

/// The outlets in reach of a region that may open but do not do all its types of job.
fn refusing(scenario: &Scenario, network: &Network, region: RegionId) -> Vec<OutletId> {
    if scenario.formats.iter().all(|format| format.jobs.is_none()) {
        return Vec::new();
    }
    let outlets = (0..scenario.outlets.len()).map(OutletId::from);
    let may = outlets.filter(|outlet| may_open(scenario.outlets[outlet.at()].status));
    may.filter(|outlet| network.refused(region, *outlet).is_some()).collect()
}

/// Regions with demand that outlets reach, of which none does every type of job that is asked for.
pub fn without_format(scenario: &Scenario, network: &Network, load: &Load) -> Option<Finding> {
    let mut lacking: BTreeMap<JobId, Vec<String>> = BTreeMap::new();
    let mut members = Vec::new();
    for region in regions_with_demand(load) {
        let refusing = refusing(scenario, network, region);
        let reached = network.roads(region).any(|(outlet, _)| may_open(scenario.outlets[outlet.at()].status));
        if refusing.is_empty() || reached {
            continue;
        }
        let id = &scenario.regions[region.at()].id;
        members.push(id.clone());
        let asks = |job: JobId| {
            scenario.streams().any(|row| row.region == region && row.job == Some(job) && row.rate.get() > 0.0)
        };
        let does =
            |job: JobId| refusing.iter().any(|outlet| scenario.format(*outlet).is_none_or(|format| format.does(job)));
        let asked: Vec<JobId> = (0..scenario.jobs.len()).map(JobId::from).filter(|job| asks(*job)).collect();
        let none: Vec<JobId> = asked.iter().copied().filter(|job| !does(*job)).collect();
        // Where each type is done by some outlet, but no outlet does them all, all of them are named.
        for job in if none.is_empty() { asked } else { none } {
            lacking.entry(job).or_default().push(id.clone());
        }
    }
    let words = lacking.iter().map(|(job, regions)| {
        format!("no outlet in reach may do `{}`: {}", scenario.jobs[job.at()].id, named(regions))
    });
    let message = words.collect::<Vec<_>>().join("; ");
    (!members.is_empty()).then(|| Finding {
        rule: "format",
        message,
        hint: "let a format in reach do it (`jobs` of formats.csv), or add a candidate whose format does".to_owned(),
        members,
    })
}

fn without_depot(scenario: &Scenario, network: &Network) -> Option<Finding> {
    if scenario.depots.is_empty() {
        return None;
    }
    let outlets = (0..scenario.outlets.len()).map(OutletId::from);
    let usable: Vec<OutletId> = outlets.filter(|outlet| !depots_of(scenario, network, *outlet).is_empty()).collect();
    let needed = |outlet: OutletId| scenario.outlets[outlet.at()].status == Status::Open;
    let cut: Vec<String> = (0..scenario.outlets.len())
        .map(OutletId::from)
        .filter(|outlet| !usable.contains(outlet) && (usable.is_empty() || needed(*outlet)))
        .map(|outlet| scenario.outlets[outlet.at()].id.clone())
        .collect();
    (!cut.is_empty()).then(|| Finding {
        rule: "replenishment",
        message: format!("no depot that may open can replenish {}", named(&cut)),
        hint: "add a lane from a depot to lanes.csv, or let a depot be a candidate".to_owned(),
        members: cut,
    })
}

/// Demand above all that the outlets can do: by hours and by jobs.
pub fn capacity(scenario: &Scenario, network: &Network, load: &Load) -> Option<Finding> {
    let outlets = || scenario.outlets.iter().filter(|outlet| may_open(outlet.status));
    let all = |capacity: &dyn Fn(&crate::scenario::Site) -> Option<f64>| outlets().map(capacity).sum::<Option<f64>>();
    let jobs: f64 = load.jobs.iter().sum();
    let least_hours = |region: RegionId| {
        let open = network.roads(region).filter(|(outlet, _)| may_open(scenario.outlets[outlet.at()].status));
        let least = open.map(|(_, road)| road.hours_per_job).fold(f64::INFINITY, f64::min);
        load.repair_hours[region.at()] + load.journeys[region.at()] * if least.is_finite() { least } else { 0.0 }
    };
    let hours: f64 = regions_with_demand(load).map(least_hours).sum();
    let short = |what: &str, needed: f64, capacity: Option<f64>, column: &str| {
        let capacity = capacity.filter(|capacity| needed > capacity * (1.0 + 1e-9))?;
        Some(Finding {
            rule: "capacity",
            message: format!(
                "all outlets together can do {capacity:.1} {what} a year, but demand needs at least {needed:.1}"
            ),
            hint: format!("raise `{column}` by {:.1} in all, or add candidates", needed - capacity),
            members: Vec::new(),
        })
    };
    short("hours of work", hours, all(&|outlet| outlet.capacity_hours), "capacity_hours_per_year")
        .or_else(|| short("jobs", jobs, all(&|outlet| outlet.capacity_jobs), "capacity_jobs_per_year"))
}

fn contradicting_counts(scenario: &Scenario) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut check = |what: String, count: Count, sites: &mut dyn Iterator<Item = &crate::scenario::Site>| {
        let (mut forced, mut possible) = (0, 0);
        for site in sites {
            forced += usize::from(site.status == Status::Open);
            possible += usize::from(may_open(site.status));
        }
        if possible < count.min {
            findings.push(Finding {
                rule: "limits",
                message: format!("{what} must be at least {}, but only {possible} may open", count.min),
                hint: "add candidates or lower the least number".to_owned(),
                members: Vec::new(),
            });
        }
        if count.max.is_some_and(|max| forced > max) {
            findings.push(Finding {
                rule: "limits",
                message: format!("{what} may be at most {}, but {forced} are open by status", count.max.unwrap_or(0)),
                hint: "raise the greatest number or let a site of status `open` be `existing`".to_owned(),
                members: Vec::new(),
            });
        }
    };
    let limits = &scenario.limits;
    check("open outlets".to_owned(), limits.outlets, &mut scenario.outlets.iter());
    check("open depots".to_owned(), limits.depots, &mut scenario.depots.iter());
    for (country, count) in &limits.outlets_by_country {
        let inside = scenario.outlets.iter().filter(|site| site.country == Some(*country));
        check(format!("open outlets in {}", scenario.countries[country.at()].code), *count, &mut { inside });
    }
    for (country, count) in &limits.depots_by_country {
        let inside = scenario.depots.iter().filter(|site| site.country == Some(*country));
        check(format!("open depots in {}", scenario.countries[country.at()].code), *count, &mut { inside });
    }
    findings
}

/// Hard promises that fail even with every candidate open, every region served over its best lane and every shelf full.
fn impossible_targets(scenario: &Scenario, network: &Network, load: &Load) -> Vec<Finding> {
    let mut findings = Vec::new();
    for target in scenario.targets.iter().filter(|target| target.penalty.is_none()) {
        if target.scope.contains(&Scope::Outlet) || matches!(target.limit, Limit::SpreadAtMost(_)) {
            continue;
        }
        let question = Question::of(target);
        let mut best: BTreeMap<Key, (Tally, Vec<RegionId>)> = BTreeMap::new();
        for region in regions_with_demand(load) {
            let mut own: BTreeMap<Key, (f64, f64)> = BTreeMap::new();
            for (outlet, road) in network.roads(region) {
                let alone = scenario.planning.sourcing == Sourcing::Single;
                let too_much = || alone && work::too_much(scenario, load, region, outlet, &road);
                if !may_open(scenario.outlets[outlet.at()].status) || too_much() {
                    continue;
                }
                let mut sums: BTreeMap<Key, (f64, f64)> = BTreeMap::new();
                for task in question.tasks(load, region) {
                    if let Some((key, reading)) = question.ask(scenario, region, outlet, &road, &task) {
                        let sum = sums.entry(key).or_default();
                        sum.0 += task.rate * at_best(target.metric, &reading);
                        sum.1 += task.rate;
                    }
                }
                for (key, (sum, jobs)) in sums {
                    let kept = own.entry(key).or_insert((sum, jobs));
                    kept.0 = if hours(target.metric) { kept.0.min(sum) } else { kept.0.max(sum) };
                }
            }
            for (key, (sum, jobs)) in own {
                let entry = best.entry(key).or_default();
                entry.0.merge(&Tally { sum, jobs, installed: 0.0 });
                if sum < 0.5 * jobs && !hours(target.metric) {
                    entry.1.push(region);
                }
            }
        }
        for (key, (mut tally, beyond)) in best {
            tally.installed = installed_in(load, scenario, &question, &key);
            let Some(value) = tally.result(target.metric) else { continue };
            let missed = match target.limit {
                Limit::AtLeast(least) => least > value * (1.0 + 1e-9),
                Limit::AtMost(most) => most < value * (1.0 - 1e-9),
                Limit::SpreadAtMost(_) => false,
            };
            if missed {
                findings.push(impossible(scenario, target, key, value, &beyond));
            }
        }
    }
    findings
}

fn impossible(scenario: &Scenario, target: &Target, key: Key, value: f64, beyond: &[RegionId]) -> Finding {
    let number = scenario.targets.iter().position(|own| std::ptr::eq(own, target)).unwrap_or(0);
    let promise =
        crate::service::Promise { target: number, key, computed: value, shortfall: 0.0, kept: false, foremost: None };
    let members: Vec<String> = beyond.iter().map(|region| scenario.regions[region.at()].id.clone()).collect();
    let beyond = if members.is_empty() { String::new() } else { format!("; out of the window: {}", named(&members)) };
    Finding {
        rule: "target",
        message: format!(
            "{}, but with every candidate open and every shelf full it is {value:.4}{beyond}",
            promise.describe(scenario)
        ),
        hint: format!("relax the target to {value:.4}, widen its window, or add candidates near those regions"),
        members,
    }
}

const fn hours(metric: Metric) -> bool {
    matches!(metric, Metric::MeanResponse | Metric::Availability)
}

fn at_best(metric: Metric, reading: &Reading) -> f64 {
    match reading.what {
        What::Nothing | What::Wait => reading.constant,
        What::Filled | What::Within(_) if hours(metric) => reading.constant.min(reading.constant + reading.weight),
        What::Filled | What::Within(_) => reading.constant.max(reading.constant + reading.weight),
    }
}
