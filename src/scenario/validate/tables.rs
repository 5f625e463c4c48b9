//! The rows of countries, regions, products, parts, outlets and depots.

use std::collections::{BTreeMap, BTreeSet};

use super::places::PlaceColumns;
use super::{Ids, Reader};
use crate::scenario::schema::Table;
use crate::scenario::sheet::Column;
use crate::scenario::{ClassId, CountryId, Part, PolicyId, Product, Region, Site, Status, Travel};
use crate::units::{Days, Hours, Kilograms, Money, Share};

/// The tables with a country.
const WITH_COUNTRY: [Table; 6] =
    [Table::Countries, Table::Regions, Table::Outlets, Table::Depots, Table::Markets, Table::Desks];

/// E04: every country that a table names, by its code.
pub(crate) fn country_codes<'a>(reader: &mut Reader<'a>) -> BTreeMap<&'a str, CountryId> {
    let mut codes = BTreeMap::new();
    for table in WITH_COUNTRY {
        let column: Column<'a> = reader.column(table, "country");
        for row in 0..reader.sheet(table).rows {
            let code = column.text(row);
            if code.is_empty() || codes.contains_key(code) {
                continue;
            }
            if is_country_code(code) {
                codes.insert(code, CountryId(0));
            } else {
                no_country_code(code, &column, row, reader);
            }
        }
    }
    for (position, id) in codes.values_mut().enumerate() {
        *id = CountryId::from(position);
    }
    codes
}

pub(super) fn is_country_code(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase()) && !matches!(code, "UK" | "EL")
}

pub(super) fn no_country_code(code: &str, column: &Column<'_>, row: usize, reader: &mut Reader<'_>) {
    let hint = match code {
        "UK" => "the United Kingdom is GB".to_string(),
        "EL" => "Greece is GR".to_string(),
        _ if is_country_code(&code.to_uppercase()) => format!("did you mean `{}`?", code.to_uppercase()),
        _ => "two capital letters such as DE".to_string(),
    };
    let message = format!("`{code}` is not an ISO 3166 alpha-2 country code");
    reader.faults.add("E04", column.span(row), message).hint(hint);
}

/// Every policy that a table names.
pub(crate) fn policy_names<'a>(reader: &mut Reader<'a>) -> BTreeMap<&'a str, PolicyId> {
    words(&[Table::Regions, Table::Products, Table::Policies, Table::Tiers], "policy", reader)
}

/// Every class that a part has.
pub(crate) fn class_names<'a>(reader: &mut Reader<'a>) -> BTreeMap<&'a str, ClassId> {
    words(&[Table::Parts], "class", reader)
}

/// The words of a column that several tables may have, numbered in their order.
fn words<'a, Id: From<usize>>(tables: &[Table], name: &str, reader: &mut Reader<'a>) -> BTreeMap<&'a str, Id> {
    let mut words: BTreeSet<&'a str> = BTreeSet::new();
    for &table in tables {
        let column: Column<'a> = reader.column(table, name);
        words.extend((0..reader.sheet(table).rows).map(|row| column.text(row)).filter(|word| !word.is_empty()));
    }
    words.into_iter().enumerate().map(|(position, word)| (word, Id::from(position))).collect()
}

/// The regions.
pub(crate) fn regions(ids: &Ids<'_>, travel: &Travel, reader: &mut Reader<'_>) -> Vec<Region> {
    let table = Table::Regions;
    let day = || Hours::new(24.0).expect("a day is a time");
    let emergency_hours = hours_key("stocking.emergency_hours", reader).unwrap_or_else(day);
    let emergency_cost = money_key("stocking.emergency_cost_per_unit", reader).unwrap_or_default();
    let direct_hours = hours_key("stocking.direct_hours", reader).unwrap_or_default();
    let direct_cost = money_key("stocking.direct_cost_per_unit", reader).unwrap_or_default();
    let places = PlaceColumns::of(table, travel, reader);
    let (name, country) = (reader.column(table, "name"), reader.column(table, "country"));
    let (population, policy) = (reader.column(table, "population"), reader.column(table, "policy"));
    let hours = reader.column(table, "emergency_hours");
    let cost = reader.column(table, "emergency_cost_per_unit");
    let area = reader.column(table, "area_km2");
    let (own_direct_hours, own_direct_cost) =
        (reader.column(table, "direct_hours"), reader.column(table, "direct_cost_per_unit"));
    let row = |(row, id): (usize, &&str)| Region {
        id: id.to_string(),
        name: reader.text(&name, row).unwrap_or_else(|| id.to_string()),
        country: ids.countries.get(country.text(row)).copied(),
        place: places.read(row, reader),
        population: reader.number(&population, row),
        policy: ids.policies.get(policy.text(row)).copied(),
        emergency_hours: reader.hours(&hours, row).unwrap_or(emergency_hours),
        emergency_cost_per_unit: reader.money(&cost, row).unwrap_or(emergency_cost),
        direct_hours: reader.hours(&own_direct_hours, row).unwrap_or(direct_hours),
        direct_cost_per_unit: reader.money(&own_direct_cost, row).unwrap_or(direct_cost),
        area_km2: reader.number(&area, row),
        travel_factor: 1.0,
        served_from: None,
    };
    ids.regions.list.iter().enumerate().map(row).collect()
}

/// The products.
pub(crate) fn products(ids: &Ids<'_>, reader: &mut Reader<'_>) -> Vec<Product> {
    let table = Table::Products;
    let (name, policy) = (reader.column(table, "name"), reader.column(table, "policy"));
    let (price, warranty) = (reader.column(table, "unit_price"), reader.column(table, "warranty_months"));
    let row = |(row, id): (usize, &&str)| Product {
        id: id.to_string(),
        name: reader.text(&name, row).unwrap_or_else(|| id.to_string()),
        unit_price: reader.money(&price, row),
        warranty_months: reader.number(&warranty, row),
        policy: ids.policies.get(policy.text(row)).copied(),
    };
    ids.products.list.iter().enumerate().map(row).collect()
}

/// The parts.
pub(crate) fn parts(ids: &Ids<'_>, reader: &mut Reader<'_>) -> Vec<Part> {
    let table = Table::Parts;
    let (id, name) = (reader.column(table, "part"), reader.column(table, "name"));
    let (cost, weight) = (reader.column(table, "unit_cost"), reader.column(table, "weight_kg"));
    let supplier = reader.column(table, "supplier_lead_time_days");
    let turnaround = reader.column(table, "repair_turnaround_days");
    let (share, repair_cost) = (reader.column(table, "repair_share"), reader.column(table, "repair_cost"));
    let (order_cost, order_quantity) = (reader.column(table, "order_cost"), reader.column(table, "order_quantity"));
    let class = reader.column(table, "class");
    let rows = reader.sheet(table).rows;
    let row = |row: usize| Part {
        id: id.text(row).to_string(),
        name: reader.text(&name, row).unwrap_or_else(|| id.text(row).to_string()),
        unit_cost: reader.money(&cost, row).unwrap_or_default(),
        weight: reader.kilograms(&weight, row).unwrap_or(Kilograms::ZERO),
        supplier_lead_time: reader.days(&supplier, row),
        repair_turnaround: reader.days(&turnaround, row).unwrap_or(Days::ZERO),
        repair_share: reader.share(&share, row).unwrap_or(Share::ZERO),
        repair_cost: reader.money(&repair_cost, row).unwrap_or(Money::ZERO),
        order_cost: reader.money(&order_cost, row).unwrap_or(Money::ZERO),
        order_quantity: reader.count(&order_quantity, row),
        class: ids.classes.get(class.text(row)).copied(),
    };
    (0..rows).map(row).collect()
}

/// The outlets or the depots.
pub(crate) fn sites(table: Table, ids: &Ids<'_>, travel: &Travel, reader: &mut Reader<'_>) -> Vec<Site> {
    let holding = reader.draft.settings.number("stocking.holding_rate_per_year", &mut Default::default());
    let holding = holding.and_then(Share::new).unwrap_or_else(|| Share::new(0.25).expect("a quarter is a share"));
    let own = if table == Table::Outlets { &ids.outlets } else { &ids.depots };
    let places = PlaceColumns::of(table, travel, reader);
    let column = |name: &str| reader.column(table, name);
    let (name, country, status) = (column("name"), column("country"), column("status"));
    let (fixed, opening, closing) = (column("fixed_cost_per_year"), column("opening_cost"), column("closing_cost"));
    let (supplier, rate) = (column("supplier_lead_time_days"), column("holding_rate_per_year"));
    let outlet =
        (table == Table::Outlets).then(|| (column("capacity_hours_per_year"), column("capacity_jobs_per_year")));
    let depot = (table == Table::Depots).then(|| column("capacity_units_per_year"));
    let servers = column("repair_servers");
    let row = |(row, id): (usize, &&str)| Site {
        id: id.to_string(),
        name: reader.text(&name, row).unwrap_or_else(|| id.to_string()),
        country: ids.countries.get(country.text(row)).copied(),
        place: places.read(row, reader),
        status: match reader.choice(&status, row) {
            Some(1) => Status::Open,
            Some(2) => Status::Closed,
            Some(3) => Status::Existing,
            _ => Status::Candidate,
        },
        fixed_cost: reader.money(&fixed, row).unwrap_or_default(),
        opening_cost: reader.money(&opening, row).unwrap_or_default(),
        closing_cost: reader.money(&closing, row).unwrap_or_default(),
        capacity_hours: outlet.as_ref().and_then(|(hours, _)| reader.number(hours, row)),
        capacity_jobs: outlet.as_ref().and_then(|(_, jobs)| reader.number(jobs, row)),
        capacity_units: depot.as_ref().and_then(|units| reader.number(units, row)),
        supplier_lead_time: reader.days(&supplier, row).unwrap_or_default(),
        holding_rate: reader.share(&rate, row).unwrap_or(holding),
        repair_servers: reader.count(&servers, row),
        equipment_cost: Money::ZERO,
        training_cost: Money::ZERO,
        format: None,
    };
    own.list.iter().enumerate().map(row).collect()
}

fn hours_key(path: &str, reader: &mut Reader<'_>) -> Option<Hours> {
    reader.draft.settings.number(path, reader.faults).and_then(Hours::new)
}

fn money_key(path: &str, reader: &mut Reader<'_>) -> Option<Money> {
    reader.draft.settings.number(path, reader.faults).and_then(Money::new)
}
