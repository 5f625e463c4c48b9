//! Tables that a plan states and decides nothing in: `desks.csv` and `guarantees.csv`.

use std::fmt::Display;

use super::table::Table;
use crate::contact::Staffing;
use crate::plan::figures::Stated;
use crate::scenario::{Guaranteed, Scenario, Split};

/// The file of what desks do, which a plan has where its scenario has desks.
pub const DESKS_FILE: &str = "desks.csv";
/// The file of what the guarantees come to, where there are any.
pub const GUARANTEES_FILE: &str = "guarantees.csv";

/// The columns of [`DESKS_FILE`], the first a name.
pub const DESK_COLUMNS: [&str; 6] =
    ["desk", "contacts_per_year", "agents", "answered_in_time", "in_hours_share", "cost_per_year"];
/// The columns of [`GUARANTEES_FILE`], the first two names.
pub const GUARANTEE_COLUMNS: [&str; 13] = [
    "product",
    "country",
    "units",
    "failures_per_year",
    "in_warranty_share",
    "claims_per_year",
    "repaired_share",
    "replaced_share",
    "refunded_share",
    "guarantee_cost_per_year",
    "contract_revenue_per_year",
    "returns_cost_per_year",
    "cost_per_unit",
];

/// What every desk does.
pub fn desks(scenario: &Scenario) -> Vec<Stated> {
    let row = |own: &Staffing| Stated {
        names: vec![scenario.desks[own.desk].id.clone()],
        numbers: [own.contacts, f64::from(own.agents), own.in_time, own.in_hours, own.cost].map(Some).to_vec(),
    };
    scenario.staffing.iter().map(row).collect()
}

/// A table that is stated as it is.
pub(super) fn stated(columns: &[&str], rows: &[Stated]) -> String {
    let mut table = Table::with_header(columns);
    for row in rows {
        let numbers = row.numbers.iter().map(|number| number.map_or(String::new(), |number| number.to_string()));
        let fields: Vec<String> = row.names.iter().cloned().chain(numbers).collect();
        table.row(&fields.iter().map(|field| field as &dyn Display).collect::<Vec<_>>());
    }
    table.0
}

/// What the guarantees of every product come to in every country.
pub fn guarantees(scenario: &Scenario) -> Vec<Stated> {
    let row = |own: &Guaranteed| {
        let country = own.country.map_or(String::new(), |country| scenario.countries[country.at()].code.clone());
        let Split { repaired, replaced, refunded } = own.split;
        let before = [own.units, own.failures, own.in_warranty, own.claims(), repaired, replaced, refunded];
        let numbers = before.into_iter().chain([own.cost, own.revenue, own.returns]).map(Some);
        let product = scenario.products[own.product.at()].id.clone();
        Stated { names: vec![product, country], numbers: numbers.chain([own.cost_per_unit()]).collect() }
    };
    scenario.guaranteed.iter().map(row).collect()
}
