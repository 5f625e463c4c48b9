//! What a target asks, of whom, and whether it is kept.

use super::pool::Help;
use super::shelf::Shelf;
use crate::load::{Load, Task, Tasks};
use crate::network::Road;
use crate::scenario::{
    ClassId, CountryId, Limit, Metric, OutletId, PartId, PolicyId, RegionId, Scenario, Scope, Stockout, Target,
};
use crate::stocking::Position;
use crate::units::{HOURS_PER_DAY, HOURS_PER_YEAR, Hours};

/// A promise is kept when it is missed by no more than this share of it: the noise of adding floating-point numbers.
pub const TOLERANCE: f64 = 1e-9;

/// A travel time is within a window up to this share of it, so that 2.5 h of driving keep a promise of 2.5 h.
const SAME_TIME: f64 = 1e-12;

/// A metric over a scope, as a target or a report asks for it.
#[derive(Debug, Clone)]
pub struct Question {
    /// What.
    pub metric: Metric,
    /// The window.
    pub within: Option<Hours>,
    /// Spread out over what.
    pub scope: Vec<Scope>,
    /// Only this country's regions.
    pub country: Option<CountryId>,
    /// Only this part's demand.
    pub part: Option<PartId>,
    /// Only this policy's demand.
    pub policy: Option<PolicyId>,
    /// Only the demand for this class's parts.
    pub class: Option<ClassId>,
}

/// Which of a scope's members a number is about: the dimensions that the scope does not name are empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Key {
    /// The country.
    pub country: Option<CountryId>,
    /// The policy.
    pub policy: Option<PolicyId>,
    /// The region.
    pub region: Option<RegionId>,
    /// The outlet.
    pub outlet: Option<OutletId>,
    /// The part.
    pub part: Option<PartId>,
    /// The class of parts.
    pub class: Option<ClassId>,
}

/// What a job counts: `constant + weight × what`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reading {
    /// What it counts whatever the stock.
    pub constant: f64,
    /// What it counts for each unit of `what`.
    pub weight: f64,
    /// What of the stock it depends on.
    pub what: What,
}

/// What a job may depend on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum What {
    /// Nothing: travel alone decides, or the job needs no part.
    Nothing,
    /// The probability that the part is on the shelf.
    Filled,
    /// The probability that the wait is at most this \[years\].
    Within(f64),
    /// The mean wait \[years\].
    Wait,
}

impl Reading {
    const fn constant(constant: f64) -> Self {
        Self { constant, weight: 0.0, what: What::Nothing }
    }

    /// The number where outlets help each other, or the depot in its hours: what the region's job counts with each helper
    /// goes before the express.
    pub fn with_help(&self, help: &Help, direct_hours: f64, supplied: impl Fn(f64) -> f64) -> f64 {
        if self.what != What::Filled {
            return self.constant;
        }
        let helpers = help.from.iter().map(|helper| helper.share * (supplied(helper.hours) - self.constant));
        let delivered = match help.direct > 0.0 {
            true => help.direct * (supplied(direct_hours) - self.constant),
            false => 0.0,
        };
        self.constant + self.weight * help.own + helpers.sum::<f64>() + delivered
    }

    /// The number, given what the part's shelf does.
    pub fn value(&self, stocked: Option<&mut Shelved<'_>>) -> f64 {
        self.constant + stocked.map_or(0.0, |stocked| self.weight * stocked.does(self.what))
    }
}

/// A shelf that is asked about by many regions and questions: each number of it is made once.
#[derive(Debug)]
pub struct Shelved<'a> {
    position: &'a Position<'a>,
    shelf: Shelf,
    /// The last window that was asked for \[years\] and the share of jobs within it.
    last: Option<(f64, f64)>,
}

impl<'a> Shelved<'a> {
    /// A shelf with its position.
    pub fn new(position: &'a Position<'a>, shelf: Shelf) -> Self {
        Self { position, shelf, last: None }
    }

    /// The part it is of.
    pub fn part(&self) -> PartId {
        self.shelf.part
    }

    /// What of the stock a job depends on.
    pub fn does(&mut self, what: What) -> f64 {
        match what {
            What::Nothing => 0.0,
            What::Filled => self.shelf.fill_rate,
            What::Wait => self.shelf.mean_wait,
            What::Within(window) => match self.last {
                Some((last, share)) if last == window => share,
                _ => {
                    let share = self.position.within(self.shelf.base_stock, window);
                    self.last = Some((window, share));
                    share
                }
            },
        }
    }
}

impl Question {
    /// What a target asks.
    pub fn of(target: &Target) -> Self {
        Self {
            metric: target.metric,
            within: target.within,
            scope: target.scope.clone(),
            country: target.country,
            part: target.part,
            policy: target.policy,
            class: target.class,
        }
    }

    /// Does it matter which part a job needs? If not, the tasks of a region may be asked in groups.
    pub fn tells_parts_apart(&self) -> bool {
        let scoped = |scope: &Scope| matches!(scope, Scope::Part | Scope::Class);
        self.part.is_some() || self.class.is_some() || self.scope.iter().any(scoped)
    }

    /// The tasks of a region that give all there is to ask.
    pub fn tasks<'a>(&self, load: &'a Load, region: RegionId) -> Tasks<'a> {
        if self.tells_parts_apart() { load.tasks(region) } else { load.groups(region) }
    }

    /// Under which key a job counts and what it counts; `None` where the question is not about it.
    pub fn ask(
        &self,
        scenario: &Scenario,
        region: RegionId,
        outlet: OutletId,
        road: &Road,
        task: &Task,
    ) -> Option<(Key, Reading)> {
        let country = scenario.regions[region.at()].country;
        let class = task.part.and_then(|part| scenario.parts[part.at()].class);
        let spoken_of = self.country.is_none_or(|own| country == Some(own))
            && self.part.is_none_or(|own| task.part == Some(own))
            && self.policy.is_none_or(|own| task.policy == Some(own))
            && self.class.is_none_or(|own| class == Some(own))
            && !(self.metric == Metric::FillRate && task.part.is_none());
        if !spoken_of {
            return None;
        }
        let mut key = Key::default();
        for scope in &self.scope {
            match scope {
                Scope::Network => {}
                Scope::Country => key.country = Some(country?),
                Scope::Policy => key.policy = Some(task.policy?),
                Scope::Region => key.region = Some(region),
                Scope::Outlet => key.outlet = Some(outlet),
                Scope::Part => key.part = Some(task.part?),
                Scope::Class => key.class = Some(class?),
            }
        }
        Some((key, self.read(scenario, region, road, task)))
    }

    /// What one job of a region counts whose part comes from another outlet, or from outside, in some hours; it is never
    /// met from the shelf.
    pub fn supplied(&self, scenario: &Scenario, road: &Road, task: &Task, hours: f64) -> f64 {
        let dispatch = scenario.travel.dispatch.get();
        let response = dispatch + road.hours.max(hours);
        let window = self.within.map_or(f64::INFINITY, Hours::get);
        let in_window = |time: f64| f64::from(u8::from(time <= window * (1.0 + SAME_TIME)));
        match self.metric {
            Metric::Coverage => in_window(road.hours),
            Metric::FillRate => 0.0,
            Metric::OnTime => in_window(response),
            Metric::MeanResponse => response,
            Metric::Availability => response + task.repair_hours / task.rate,
        }
    }

    /// What one job of a region counts.
    pub fn read(&self, scenario: &Scenario, region: RegionId, road: &Road, task: &Task) -> Reading {
        let dispatch = scenario.travel.dispatch.get();
        let arrival = dispatch + road.hours;
        let emergency = scenario.stocking.stockout == Stockout::Emergency;
        let express = || self.supplied(scenario, road, task, scenario.regions[region.at()].emergency_hours.get());
        let window = self.within.map_or(f64::INFINITY, Hours::get);
        let in_window = |time: f64| time <= window * (1.0 + SAME_TIME);
        match self.metric {
            Metric::Coverage => Reading::constant(f64::from(u8::from(in_window(road.hours)))),
            Metric::FillRate if in_window(arrival) => Reading { constant: 0.0, weight: 1.0, what: What::Filled },
            Metric::FillRate => Reading::constant(0.0),
            Metric::OnTime if !in_window(arrival) => Reading::constant(0.0),
            Metric::OnTime if task.part.is_none() => Reading::constant(1.0),
            Metric::OnTime if emergency => {
                let rescued = express();
                Reading { constant: rescued, weight: 1.0 - rescued, what: What::Filled }
            }
            Metric::OnTime => {
                let wait = (window - arrival).max(0.0) / HOURS_PER_YEAR;
                Reading { constant: 0.0, weight: 1.0, what: What::Within(wait) }
            }
            Metric::MeanResponse | Metric::Availability => {
                let hands_on = if self.metric == Metric::Availability { task.repair_hours / task.rate } else { 0.0 };
                if task.part.is_none() {
                    Reading::constant(arrival + hands_on)
                } else if emergency {
                    let express = express();
                    Reading { constant: express, weight: arrival + hands_on - express, what: What::Filled }
                } else {
                    Reading { constant: arrival + hands_on, weight: HOURS_PER_DAY * 365.0, what: What::Wait }
                }
            }
        }
    }
}

/// The sums behind a metric.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Tally {
    /// Σ rate × reading.
    pub sum: f64,
    /// Σ rate \[jobs/year\].
    pub jobs: f64,
    /// Hours a year in which the installed units should work (availability only).
    pub installed: f64,
}

impl Tally {
    /// Counts jobs \[1/year\] with what each counts.
    pub fn add(&mut self, jobs: f64, value: f64) {
        self.sum += jobs * value;
        self.jobs += jobs;
    }

    /// Adds another tally of the same key.
    pub fn merge(&mut self, other: &Self) {
        self.sum += other.sum;
        self.jobs += other.jobs;
    }

    /// The metric; `None` where there is nothing to measure it by.
    pub fn result(&self, metric: Metric) -> Option<f64> {
        match metric {
            Metric::Availability => (self.installed > 0.0).then(|| 1.0 - self.sum / self.installed),
            _ => (self.jobs > 0.0).then(|| self.sum / self.jobs),
        }
    }
}

/// A target for one member of its scope, computed.
#[derive(Debug, Clone, PartialEq)]
pub struct Promise {
    /// The target, by its place in the scenario.
    pub target: usize,
    /// The member.
    pub key: Key,
    /// The metric, or its spread.
    pub computed: f64,
    /// By how much the target is missed, zero where it is kept \[1 or hours\].
    pub shortfall: f64,
    /// Is it kept?
    pub kept: bool,
    /// Of a spread: what the member has that the others must not fall behind, home or the best; `None` where nobody does.
    pub foremost: Option<f64>,
}

impl Promise {
    /// The target it belongs to.
    pub fn target<'a>(&self, scenario: &'a Scenario) -> &'a Target {
        &scenario.targets[self.target]
    }

    /// The promise in words: `on_time within 24 h, country DE: at least 0.9`.
    pub fn describe(&self, scenario: &Scenario) -> String {
        let target = self.target(scenario);
        let mut words = target.metric.name().to_owned();
        if let Some(within) = target.within {
            words.push_str(&format!(" within {} h", within.get()));
        }
        let mut member = |dimension: &str, name: Option<&str>| {
            if let Some(name) = name {
                words.push_str(&format!(", {dimension} {name}"));
            }
        };
        let country = self.key.country.or(target.country);
        member("country", country.map(|country| scenario.countries[country.at()].code.as_str()));
        let policy = self.key.policy.or(target.policy);
        member("policy", policy.map(|policy| scenario.policies[policy.at()].as_str()));
        member("region", self.key.region.map(|region| scenario.regions[region.at()].id.as_str()));
        member("outlet", self.key.outlet.map(|outlet| scenario.outlets[outlet.at()].id.as_str()));
        let part = self.key.part.or(target.part);
        member("part", part.map(|part| scenario.parts[part.at()].id.as_str()));
        let class = self.key.class.or(target.class);
        member("class", class.map(|class| scenario.classes[class.at()].as_str()));
        words
            + &match target.limit {
                Limit::AtLeast(least) => format!(": at least {least}"),
                Limit::AtMost(most) => format!(": at most {most}"),
                Limit::SpreadAtMost(most) if target.home.is_some() => {
                    let home = target.home.map_or("", |home| scenario.countries[home.at()].code.as_str());
                    format!(": no country worse than home ({home}) by more than {most}")
                }
                Limit::SpreadAtMost(most) => {
                    let over = if target.scope.contains(&Scope::Region) { "regions" } else { "countries" };
                    format!(": spread between {over} at most {most}")
                }
            }
    }

    /// What missing it costs a year; zero for hard promises.
    pub fn penalty_cost(&self, scenario: &Scenario) -> f64 {
        self.target(scenario).penalty.map_or(0.0, |penalty| penalty.get() * self.shortfall)
    }
}

fn promise(target: usize, key: Key, limit: Limit, computed: f64) -> Promise {
    let (missed, asked) = match limit {
        Limit::AtLeast(least) => (least - computed, least),
        Limit::AtMost(most) | Limit::SpreadAtMost(most) => (computed - most, most),
    };
    let kept = missed <= TOLERANCE * asked.max(TOLERANCE);
    Promise { target, key, computed, shortfall: if kept { 0.0 } else { missed }, kept, foremost: None }
}

/// The promises of one target, given the tallies of its scope in order.
pub fn promises<'a>(number: usize, target: &Target, tallies: impl Iterator<Item = (Key, &'a Tally)>) -> Vec<Promise> {
    let results = tallies.filter_map(|(key, tally)| Some((key, tally.result(target.metric)?)));
    match target.limit {
        Limit::SpreadAtMost(_) => {
            let (mut least, mut most, mut home) = (f64::INFINITY, f64::NEG_INFINITY, None);
            for (key, value) in results {
                least = least.min(value);
                most = most.max(value);
                if target.home.is_some() && key.country == target.home {
                    home = Some(value);
                }
            }
            let lower_is_better = target.metric == Metric::MeanResponse;
            let foremost = match target.home {
                // A home that asks for nothing has no service that others could fall behind.
                Some(_) => home,
                None => Some(if lower_is_better { least } else { most }).filter(|best| best.is_finite()),
            };
            let behind = |foremost: f64| if lower_is_better { most - foremost } else { foremost - least };
            let spread = foremost.map_or(0.0, behind).max(0.0);
            vec![Promise { foremost, ..promise(number, Key::default(), target.limit, spread) }]
        }
        _ => results.map(|(key, value)| promise(number, key, target.limit, value)).collect(),
    }
}
