//! Two plans: what was given otherwise, what is decided otherwise, and what comes of it.
//!
//! Everything is told by the plans' own figures; a scenario, where it is at hand, adds what was given and splits every cost
//! step (`attribution`). Several plans are each compared with the first.

pub mod attribution;
mod json;
pub mod side;
mod sites;
mod stock;

use std::collections::BTreeMap;

use crate::cost::{Component, sums};
use crate::plan::figures::{Figures, ServiceFigures};
use crate::scenario::Differences;
use attribution::{Crossed, Waterfall, waterfall};
pub use json::{inputs as inputs_json, json};
pub use sites::{Moved, SiteChange, SiteChanges};
pub use stock::{PartOrder, Restocked, StockOrder};

/// Figures are the same within this share of them: two runs on other machines may add in another order.
const SAME: f64 = 1e-9;

/// Are two figures the same?
pub fn same(left: f64, right: f64) -> bool {
    (left - right).abs() <= SAME * left.abs().max(right.abs())
}

/// A figure of both plans.
#[derive(Debug, Clone, PartialEq)]
pub struct Kpi {
    /// What: `cost_per_year`, `open_outlets`, `fill_rate`.
    pub name: String,
    /// What kind of number it is.
    pub unit: Unit,
    /// In the first plan, where it has it.
    pub from: Option<f64>,
    /// In the second.
    pub to: Option<f64>,
}

/// What kind of number a figure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Money \[a year\].
    Money,
    /// Sites, promises, units.
    Count,
    /// A share of one.
    Share,
    /// Hours.
    Hours,
}

/// A metric of a country in both plans.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceChange {
    /// The country; blank: the network.
    pub country: String,
    /// The metric with its window.
    pub measure: String,
    /// In the first plan.
    pub from: Option<f64>,
    /// In the second.
    pub to: Option<f64>,
}

/// All that differs between two plans.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// The first plan.
    pub from: String,
    /// The second.
    pub to: String,
    /// The currency of both.
    pub currency: String,
    /// Were both made of the same input?
    pub same_input: bool,
    /// How the inputs differ, where both scenarios are at hand.
    pub inputs: Option<Differences>,
    /// The figures of both, side by side.
    pub kpis: Vec<Kpi>,
    /// The way from one cost to the other.
    pub waterfall: Waterfall,
    /// Outlets that open and close.
    pub outlets: SiteChanges,
    /// Depots that open and close.
    pub depots: SiteChanges,
    /// Regions that are served by others.
    pub served: Vec<Moved>,
    /// Outlets that are replenished by others.
    pub replenished: Vec<Moved>,
    /// Service by country, the network first.
    pub service: Vec<ServiceChange>,
    /// What it does to the stock.
    pub stock: StockOrder,
}

/// Why two plans cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("one plan counts in {0}, the other in {1}: amounts in different currencies cannot be compared")]
pub struct Incomparable(pub String, pub String);

impl Comparison {
    /// Does anything differ?
    pub fn differs(&self) -> bool {
        let kpi = |kpi: &Kpi| match (kpi.from, kpi.to) {
            (Some(from), Some(to)) => !same(from, to),
            (from, to) => from != to,
        };
        !self.same_input
            || self.inputs.as_ref().is_some_and(|inputs| !inputs.is_empty())
            || self.kpis.iter().any(kpi)
            || self.waterfall.steps.iter().any(|step| !same(step.change.from, step.change.to))
            || self.outlets.any()
            || self.depots.any()
            || !self.served.is_empty()
            || !self.replenished.is_empty()
            || !self.stock.sites.is_empty()
    }
}

/// What is known beyond the plans' own figures.
#[derive(Debug, Default)]
pub struct Beyond {
    /// How the inputs differ.
    pub inputs: Option<Differences>,
    /// The costs of each plan's decisions under the other's conditions.
    pub crossed: Option<Crossed>,
    /// What a unit of each part costs.
    pub unit_costs: BTreeMap<String, f64>,
}

/// Compares two plans.
///
/// # Errors
/// [`Incomparable`] where they count in different currencies.
pub fn compare(from: &Figures, to: &Figures, beyond: Beyond) -> Result<Comparison, Incomparable> {
    let (left, right) = (&from.summary, &to.summary);
    if left.currency != right.currency {
        return Err(Incomparable(left.currency.clone(), right.currency.clone()));
    }
    Ok(Comparison {
        from: from.name.clone(),
        to: to.name.clone(),
        currency: left.currency.clone(),
        same_input: left.input_hash == right.input_hash,
        inputs: beyond.inputs,
        kpis: kpis(from, to),
        waterfall: waterfall(from, to, beyond.crossed.as_ref()),
        outlets: sites::changes(&from.outlets, &to.outlets, from, to),
        depots: sites::changes(&from.depots, &to.depots, from, to),
        served: sites::served(from, to),
        replenished: sites::replenished(from, to),
        service: service(from, to),
        stock: stock::order(from, to, &beyond.unit_costs),
    })
}

fn kpis(from: &Figures, to: &Figures) -> Vec<Kpi> {
    let mut kpis = Vec::new();
    let mut add = |name: &str, unit: Unit, value: &dyn Fn(&Figures) -> Option<f64>| {
        let (from, to) = (value(from), value(to));
        if from.is_some() || to.is_some() {
            kpis.push(Kpi { name: name.to_owned(), unit, from, to });
        }
    };
    add("cost_per_year", Unit::Money, &|plan| Some(plan.summary.cost_per_year));
    for component in Component::ALL {
        add(component.name(), Unit::Money, &|plan| {
            sums(plan.costs.iter().map(|row| (row.component, row.amount))).get(&component).copied()
        });
    }
    add("gap", Unit::Share, &|plan| plan.summary.gap);
    let open = |sites: &[crate::plan::figures::SiteFigures]| sites.iter().filter(|site| site.open).count() as f64;
    add("open_outlets", Unit::Count, &|plan| Some(open(&plan.outlets)));
    add("open_depots", Unit::Count, &|plan| Some(open(&plan.depots)));
    add("jobs_per_year", Unit::Count, &|plan| Some(plan.outlets.iter().map(|site| site.load).sum()));
    add("stock_units", Unit::Count, &|plan| Some(plan.stock.iter().map(|row| f64::from(row.base_stock)).sum()));
    let kept = |plan: &Figures| plan.summary.promises.iter().filter(|promise| promise.kept).count() as f64;
    add("promises", Unit::Count, &|plan| Some(plan.summary.promises.len() as f64));
    add("promises_kept", Unit::Count, &|plan| Some(kept(plan)));
    for row in network_measures(from, to) {
        let unit = if row.metric == "mean_response_hours" { Unit::Hours } else { Unit::Share };
        let of = |plan: &Figures| {
            plan.countries.iter().find(|own| own.of.is_empty() && own.same_measure(&row)).map(|own| own.value)
        };
        add(&row.measure(), unit, &of);
    }
    kpis
}

/// The metrics that either plan tells of its whole network.
fn network_measures(from: &Figures, to: &Figures) -> Vec<ServiceFigures> {
    let mut measures: Vec<ServiceFigures> = Vec::new();
    for row in from.countries.iter().chain(&to.countries).filter(|row| row.of.is_empty()) {
        if !measures.iter().any(|known| known.same_measure(row)) {
            measures.push(row.clone());
        }
    }
    measures
}

fn service(from: &Figures, to: &Figures) -> Vec<ServiceChange> {
    let mut changes: BTreeMap<(&str, String), ServiceChange> = BTreeMap::new();
    for (plan, second) in [(from, false), (to, true)] {
        for row in &plan.countries {
            let measure = row.measure();
            let change = changes.entry((&row.of, measure.clone())).or_insert_with(|| ServiceChange {
                country: row.of.clone(),
                measure,
                from: None,
                to: None,
            });
            *(if second { &mut change.to } else { &mut change.from }) = Some(row.value);
        }
    }
    changes.into_values().collect()
}
