//! The condition ledger at work: what the conditions of countries make of a scenario's numbers.
//!
//! A condition is a fact of a country with its source (`conditions.csv`), never a line of code. It acts on what the tables
//! say before anything is planned, so that plan, bound, proof and simulation all see the same numbers. With the numbers
//! n that belong to its country (and product) and all conditions on the same thing,
//!
//! ```text
//! (order)     n ← set value, where one is set;  n ← n · Π scale values;  n ← n + Σ add values
//! (quota)     at most: the least of the limits given;  at least: the greatest
//! (barred)    a region whose country bars foreign service has lanes to outlets of its own country alone
//! (travel)    hours of a lane = hours as measured or estimated × factor of the region
//! ```
//!
//! Neither result depends on the order of rows: factors and summands are taken in order of id. A wage and the costs of
//! sites are in the country's currency here and are exchanged afterwards ([`crate::exchange`]).
//!
//! **Stoppages.** A border that is closed e times a year for d days is closed for a share p = e·d/365 of the time. Orders
//! that arrive as a Poisson process see time averages (Wolff, R. W., Poisson Arrivals See Time Averages, Operations
//! Research 30, 1982), and one that meets a closure waits for the rest of it, which is uniform on (0, d): the residual life
//! of renewal theory (Cox, D. R., Renewal Theory, 1962, section 5). Over all orders the wait W has
//!
//! ```text
//! (stoppage)  E W = p·d/2 = e·d²/(2·365),   E W² = p·d²/3 = e·d³/(3·365),   Var W = E W² − (E W)²
//! ```
//!
//! which is added to mean and variance of the country's customs time; of several kinds of stoppage the means and the
//! variances add up, as they do for independent waits. Orders that meet one and the same closure wait together, while the
//! model lets customs times be independent: means are exact, what follows from their spread is not.
//!
//! **Measured lanes.** `lead_time_days` of `lanes.csv` includes the customs of ordinary days. Where conditions change the
//! customs time of a country, measured lanes that enter it over a customs border become longer or shorter by the difference.

use std::collections::BTreeMap;

use crate::network::customs_border;
use crate::scenario::{Condition, Count, CountryId, Done, Effect, Installed, Operation, ProductId, Region, Scenario};
use crate::units::{DAYS_PER_YEAR, Days, Hours, Money, Rate, Share};

/// A condition whose outcome is nonsense: its place in the ledger and why.
pub(crate) type Refusal = (usize, String);

/// A number that conditions may act on, and what it belongs to.
struct Subject {
    country: Option<CountryId>,
    product: Option<ProductId>,
    number: f64,
}

/// The conditions that are on, by what they act on.
struct Ledger<'a> {
    conditions: &'a mut [Condition],
    refusals: Vec<Refusal>,
}

/// Acts on what is installed, before demand is made of it.
pub(crate) fn on_installed(
    conditions: &mut [Condition],
    regions: &[Region],
    installed: &mut [Installed],
) -> Vec<Refusal> {
    let mut ledger = Ledger { conditions, refusals: Vec::new() };
    ledger.act(
        Effect::Installed,
        installed,
        |row| (regions[row.region.at()].country, Some(row.product), row.units),
        |row, units| row.units = units,
    );
    ledger.refusals
}

/// Acts on countries, sites, regions, lanes and limits.
pub(crate) fn on_places(conditions: &mut [Condition], scenario: &mut Scenario) -> Vec<Refusal> {
    let mut ledger = Ledger { conditions, refusals: Vec::new() };
    if ledger.conditions.iter().all(|condition| !condition.on) {
        return ledger.refusals;
    }
    let customs_before: Vec<f64> = scenario.countries.iter().map(|country| country.customs.get()).collect();
    ledger.on_countries(scenario);
    ledger.on_sites(scenario);
    ledger.on_regions(scenario);
    ledger.stoppages(scenario);
    measured_customs(scenario, &customs_before);
    ledger.quotas(scenario);
    ledger.bar(scenario);
    ledger.refusals
}

/// Acts on demand, whatever it was made of.
pub(crate) fn on_demand(conditions: &mut [Condition], scenario: &mut Scenario) -> Vec<Refusal> {
    let mut ledger = Ledger { conditions, refusals: Vec::new() };
    let regions = &scenario.regions;
    let demands = &mut scenario.demands;
    ledger.act(
        Effect::Failures,
        demands,
        |row| (regions[row.region.at()].country, row.product, row.rate.get()),
        |row, rate| row.rate = Rate::new(rate).unwrap_or(row.rate),
    );
    ledger.act(
        Effect::RepairHours,
        demands,
        |row| (regions[row.region.at()].country, row.product, row.repair.get()),
        |row, hours| row.repair = Hours::new(hours).unwrap_or(row.repair),
    );
    ledger.refusals
}

/// The number of a table's row that conditions in force, and the exchange of a country's money, make this one of: what an
/// overlay has to say for a row to mean it. Nothing makes any other number of one that is set.
pub(crate) fn as_written(scenario: &Scenario, effect: Effect, country: Option<CountryId>, number: f64) -> f64 {
    let money = matches!(effect, Effect::Wage | Effect::FixedCost | Effect::OpeningCost | Effect::ClosingCost);
    let rate = country.and_then(|own| scenario.countries[own.at()].exchange_rate).filter(|_| money);
    let holds = |own: &&Condition| own.on && own.effect == effect && own.holds_for(country, None);
    let mut acting: Vec<&Condition> = scenario.conditions.iter().filter(holds).collect();
    acting.sort_by(|left, right| (right.operation, &right.id).cmp(&(left.operation, &left.id)));
    let number = acting.iter().fold(number / rate.unwrap_or(1.0), |number, own| match own.operation {
        Operation::Add => number - own.value,
        Operation::Scale if own.value > 0.0 => number / own.value,
        Operation::Scale | Operation::Set => number,
    });
    number.max(0.0)
}

impl Ledger<'_> {
    /// The conditions on something that are on, in the order in which they are applied: (order).
    fn on(&self, effect: Effect) -> Vec<usize> {
        let acts = |own: &usize| self.conditions[*own].on && self.conditions[*own].effect == effect;
        let mut acting: Vec<usize> = (0..self.conditions.len()).filter(acts).collect();
        acting.sort_by(|left, right| {
            let key = |own: &usize| (self.conditions[*own].operation, &self.conditions[*own].id);
            key(left).cmp(&key(right))
        });
        acting
    }

    /// Acts on one number of each row.
    fn act<T>(
        &mut self,
        effect: Effect,
        rows: &mut [T],
        number: impl Fn(&T) -> (Option<CountryId>, Option<ProductId>, f64),
        give: impl Fn(&mut T, f64),
    ) {
        let acting = self.on(effect);
        if acting.is_empty() {
            return;
        }
        let subjects = rows.iter().map(|row| {
            let (country, product, number) = number(row);
            Subject { country, product, number }
        });
        let mut subjects: Vec<Subject> = subjects.collect();
        for own in acting {
            let mut done = Done::NOTHING;
            let condition = &mut self.conditions[own];
            let holds = |subject: &&mut Subject| condition.holds_for(subject.country, subject.product);
            for subject in subjects.iter_mut().filter(holds) {
                let before = subject.number;
                subject.number = match condition.operation {
                    Operation::Set => condition.value,
                    Operation::Scale => before * condition.value,
                    Operation::Add => before + condition.value,
                };
                done.saw(before, subject.number);
            }
            if done.numbers > 0 && !(effect.least() <= done.after.0 && done.after.1 <= effect.most()) {
                let number = if done.after.0 < effect.least() { done.after.0 } else { done.after.1 };
                self.refusals
                    .push((own, format!("the condition `{}` makes the {} {number}", condition.id, effect.name())));
            }
            condition.done = Some(done);
        }
        for (row, subject) in rows.iter_mut().zip(subjects) {
            give(row, subject.number);
        }
    }

    fn on_countries(&mut self, scenario: &mut Scenario) {
        let mut list: Vec<(CountryId, _)> =
            scenario.countries.iter_mut().enumerate().map(|(at, own)| (CountryId::from(at), own)).collect();
        let rows = &mut list;
        macro_rules! field {
            ($effect:ident, $field:ident, $kind:ident) => {
                self.act(
                    Effect::$effect,
                    rows,
                    |(id, own)| (Some(*id), None, own.$field.get()),
                    |(_, own), number| own.$field = $kind::new(number).unwrap_or(own.$field),
                );
            };
        }
        field!(Wage, labour_cost_per_hour, Money);
        field!(CustomsDays, customs, Days);
        field!(CustomsDaysDeviation, customs_deviation, Days);
        field!(DutyRate, duty_rate, Share);
        field!(VatRate, vat_rate, Share);
        self.act(
            Effect::ExchangeRate,
            rows,
            |(id, own)| (Some(*id), None, own.exchange_rate.unwrap_or(1.0)),
            |(_, own), rate| {
                if own.exchange_rate.is_some() || rate != 1.0 {
                    own.exchange_rate = Some(rate);
                }
            },
        );
    }

    fn on_sites(&mut self, scenario: &mut Scenario) {
        let mut rows: Vec<_> = scenario.outlets.iter_mut().chain(&mut scenario.depots).collect();
        macro_rules! field {
            ($effect:ident, $field:ident, $kind:ident) => {
                self.act(
                    Effect::$effect,
                    &mut rows,
                    |own| (own.country, None, own.$field.get()),
                    |own, number| own.$field = $kind::new(number).unwrap_or(own.$field),
                );
            };
        }
        field!(FixedCost, fixed_cost, Money);
        field!(OpeningCost, opening_cost, Money);
        field!(ClosingCost, closing_cost, Money);
        field!(SupplierLeadTime, supplier_lead_time, Days);
    }

    fn on_regions(&mut self, scenario: &mut Scenario) {
        let rows = &mut scenario.regions;
        self.act(
            Effect::EmergencyCost,
            rows,
            |own| (own.country, None, own.emergency_cost_per_unit.get()),
            |own, cost| own.emergency_cost_per_unit = Money::new(cost).unwrap_or(own.emergency_cost_per_unit),
        );
        self.act(
            Effect::EmergencyHours,
            rows,
            |own| (own.country, None, own.emergency_hours.get()),
            |own, hours| own.emergency_hours = Hours::new(hours).unwrap_or(own.emergency_hours),
        );
        self.act(
            Effect::TravelHours,
            rows,
            |own| (own.country, None, own.travel_factor),
            |own, factor| own.travel_factor = factor,
        );
    }

    /// (stoppage): what a condition did is told of the mean customs time.
    fn stoppages(&mut self, scenario: &mut Scenario) {
        for own in self.on(Effect::Stoppage) {
            let condition = &mut self.conditions[own];
            let (events, days) = (condition.value, condition.days.get());
            let closed = events * days / DAYS_PER_YEAR;
            if closed > 1.0 {
                let message =
                    format!("the condition `{}` closes the border for {} of 365 days", condition.id, events * days);
                self.refusals.push((own, message));
            }
            let mean = closed * days / 2.0;
            let variance = (closed * days * days / 3.0 - mean * mean).max(0.0);
            let mut done = Done::NOTHING;
            for (at, country) in scenario.countries.iter_mut().enumerate() {
                if !condition.holds_for(Some(CountryId::from(at)), None) {
                    continue;
                }
                let (before, deviation) = (country.customs.get(), country.customs_deviation.get());
                country.customs = Days::new(before + mean).unwrap_or(country.customs);
                country.customs_deviation =
                    Days::new((deviation * deviation + variance).sqrt()).unwrap_or(country.customs_deviation);
                done.saw(before, country.customs.get());
            }
            condition.done = Some(done);
        }
    }

    /// (quota).
    fn quotas(&mut self, scenario: &mut Scenario) {
        let Scenario { limits, countries, .. } = scenario;
        for effect in [Effect::OutletsAtMost, Effect::OutletsAtLeast, Effect::DepotsAtMost, Effect::DepotsAtLeast] {
            let acting = self.on(effect);
            if acting.is_empty() {
                continue;
            }
            let list = match effect {
                Effect::OutletsAtMost | Effect::OutletsAtLeast => &mut limits.outlets_by_country,
                _ => &mut limits.depots_by_country,
            };
            let mut counts: BTreeMap<CountryId, Count> = list.iter().copied().collect();
            for own in acting {
                let condition = &mut self.conditions[own];
                // The value is a whole number of the bounds of its effect.
                let value = condition.value as usize;
                let mut done = Done::NOTHING;
                for country in (0..countries.len()).map(CountryId::from) {
                    if condition.holds_for(Some(country), None) {
                        let count = counts.entry(country).or_default();
                        match effect {
                            Effect::OutletsAtMost | Effect::DepotsAtMost => {
                                let before = count.max.map_or(f64::INFINITY, |most| most as f64);
                                count.max = Some(count.max.map_or(value, |most| most.min(value)));
                                done.saw(before, condition.value.min(before));
                            }
                            _ => {
                                let before = count.min as f64;
                                count.min = count.min.max(value);
                                done.saw(before, count.min as f64);
                            }
                        }
                    }
                }
                condition.done = Some(done);
            }
            *list = counts.into_iter().collect();
        }
    }

    /// (barred): what a condition did is told of the outlets that may serve, 1 for all and 0 for those of the country.
    fn bar(&mut self, scenario: &mut Scenario) {
        for own in self.on(Effect::ForeignService) {
            let condition = &mut self.conditions[own];
            let mut done = Done::NOTHING;
            for region in &mut scenario.regions {
                if region.country.is_some() && condition.holds_for(region.country, None) {
                    let before = if region.served_from.is_some() { 0.0 } else { 1.0 };
                    region.served_from = region.country.filter(|_| condition.value == 0.0);
                    done.saw(before, condition.value);
                }
            }
            condition.done = Some(done);
        }
    }
}

/// Measured lanes over a customs border take on what conditions add to the customs time of the country entered.
fn measured_customs(scenario: &mut Scenario, before: &[f64]) {
    let mut lanes = std::mem::take(&mut scenario.supply_lanes);
    for lane in &mut lanes {
        let (from, to) = (scenario.depots[lane.depot.at()].country, scenario.outlets[lane.outlet.at()].country);
        let (Some(time), Some(country)) = (lane.lead_time, to) else { continue };
        let added = scenario.countries[country.at()].customs.get() - before[country.at()];
        if added != 0.0 && customs_border(scenario, from, to) {
            lane.lead_time = Days::new((time.get() + added).max(0.0));
        }
    }
    scenario.supply_lanes = lanes;
}

impl Effect {
    /// What it acts on is never less than this.
    pub(crate) const fn least(self) -> f64 {
        match self {
            Self::ExchangeRate | Self::TravelHours => f64::MIN_POSITIVE,
            _ => 0.0,
        }
    }

    /// What it acts on is never more than this.
    pub(crate) const fn most(self) -> f64 {
        match self {
            Self::VatRate | Self::ForeignService => 1.0,
            Self::DutyRate => 10.0,
            _ => f64::MAX,
        }
    }
}
