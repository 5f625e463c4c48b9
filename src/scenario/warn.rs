//! What does not stop anything but deserves a planner's look.

mod jobs;
mod places;
mod repairs;

use super::schema::Table;
use super::source::Span;
use super::validate::Reader;
use super::validate::conditions::conditions_have_an_effect;
use super::{Scenario, Stockout};
use crate::units::Days;

/// Adds every warning about a scenario that has no errors.
pub(crate) fn warn(scenario: &Scenario, reader: &mut Reader<'_>) {
    places::places(scenario, reader);
    regions_have_demand(scenario, reader);
    countries_have_rows(scenario, reader);
    customs_take_time(scenario, reader);
    conditions_have_an_effect(scenario, reader);
    stock_has_a_lead_time(scenario, reader);
    expressing_has_an_effect(scenario, reader);
    direct_delivery_has_an_effect(scenario, reader);
    batches_have_an_effect(scenario, reader);
    repairs::repairs(scenario, reader);
    jobs::jobs(scenario, reader);
}

/// " (and 3 more rows)", or nothing.
fn and_more(more: usize) -> String {
    match more {
        0 => String::new(),
        1 => " (and 1 more row)".into(),
        more => format!(" (and {more} more rows)"),
    }
}

/// W05: a region without demand costs nothing and decides nothing.
fn regions_have_demand(scenario: &Scenario, reader: &mut Reader<'_>) {
    let asking = scenario.asking();
    let rows: Vec<usize> = (0..asking.len()).filter(|&row| !asking[row]).collect();
    let Some(&first) = rows.first() else { return };
    let message = format!("region `{}` has no demand{}", scenario.regions[first].id, and_more(rows.len() - 1));
    let span = reader.row(Table::Regions, first);
    reader.faults.add("W05", span, message);
}

/// W08: with a table of countries, a country without a row has no wage, customs or duty.
fn countries_have_rows(scenario: &Scenario, reader: &mut Reader<'_>) {
    let sheet = reader.sheet(Table::Countries);
    if sheet.rows == 0 {
        return;
    }
    let rows = reader.column(Table::Countries, "country");
    let known: Vec<&str> = (0..sheet.rows).map(|row| rows.text(row)).collect();
    for country in scenario.countries.iter().filter(|country| !known.contains(&country.code.as_str())) {
        let Some(span) = first_naming(&country.code, reader) else { continue };
        let message = format!("country `{}` has no row in countries.csv", country.code);
        reader.faults.add("W08", span, message).hint("its wage, customs and duty are taken as 0");
    }
}

/// W07: a customs time that is nothing does not deviate from it.
fn customs_take_time(scenario: &Scenario, reader: &mut Reader<'_>) {
    let (codes, column) =
        (reader.column(Table::Countries, "country"), reader.column(Table::Countries, "customs_days_deviation"));
    let idle = |row: &usize| {
        let country = scenario.countries.iter().find(|country| country.code == codes.text(*row));
        country.is_some_and(|country| country.customs_deviation > Days::ZERO && country.customs <= Days::ZERO)
    };
    let rows: Vec<usize> = (0..reader.sheet(Table::Countries).rows).filter(idle).collect();
    let Some(&first) = rows.first() else { return };
    let message = format!("`customs_days_deviation` has no effect{}", and_more(rows.len() - 1));
    reader.faults.add("W07", column.span(first), message).hint("`customs_days` is the mean that it deviates from");
}

/// Where a country is first named.
fn first_naming(code: &str, reader: &Reader<'_>) -> Option<Span> {
    [Table::Countries, Table::Regions, Table::Outlets, Table::Depots, Table::Desks].into_iter().find_map(|table| {
        let column = reader.column(table, "country");
        (0..reader.sheet(table).rows).find(|&row| column.text(row) == code).map(|row| column.span(row))
    })
}

/// W10: a site that the supplier replenishes at once would never need stock.
fn stock_has_a_lead_time(scenario: &Scenario, reader: &mut Reader<'_>) {
    if scenario.parts.is_empty() || scenario.parts.iter().all(|part| part.supplier_lead_time.is_some()) {
        return;
    }
    let (table, sites) = match scenario.depots.is_empty() {
        true => (Table::Outlets, &scenario.outlets),
        false => (Table::Depots, &scenario.depots),
    };
    let rows: Vec<usize> = (0..sites.len()).filter(|&row| sites[row].supplier_lead_time.get() <= 0.0).collect();
    let Some(&first) = rows.first() else { return };
    let message = format!(
        "the supplier replenishes `{}` at once{}: no stock is needed there",
        sites[first].id,
        and_more(rows.len() - 1)
    );
    let span = reader.row(table, first);
    reader.faults.add("W10", span, message).hint("supplier_lead_time_days, here or in parts.csv, gives the lead time");
}

/// W07: what an expressed part costs matters only where parts are expressed.
fn expressing_has_an_effect(scenario: &Scenario, reader: &mut Reader<'_>) {
    if scenario.stocking.stockout == Stockout::Emergency {
        return;
    }
    let hint = "parts are expressed with `[stocking] stockout = \"emergency\"`";
    for name in ["emergency_hours", "emergency_cost_per_unit"] {
        let column = reader.column(Table::Regions, name);
        let first = (0..reader.sheet(Table::Regions).rows).find(|&row| !column.text(row).is_empty());
        let setting = reader.draft.settings.get(&format!("stocking.{name}")).map(|setting| setting.key_span);
        for span in first.map(|row| column.span(row)).into_iter().chain(setting) {
            reader.faults.add("W07", span, format!("`{name}` has no effect")).hint(hint);
        }
    }
}

/// W07: a region's own direct delivery matters only where depots deliver directly, and a delivery that is slower and no
/// cheaper than expressing from outside nowhere.
fn direct_delivery_has_an_effect(scenario: &Scenario, reader: &mut Reader<'_>) {
    if !scenario.stocking.direct {
        for name in ["direct_hours", "direct_cost_per_unit"] {
            let column = reader.column(Table::Regions, name);
            let first = (0..reader.sheet(Table::Regions).rows).find(|&row| !column.text(row).is_empty());
            if let Some(row) = first {
                let message = format!("`{name}` has no effect");
                reader
                    .faults
                    .add("W07", column.span(row), message)
                    .hint("depots deliver directly with `[stocking] direct_hours`");
            }
        }
        return;
    }
    let useless = |region: &&super::Region| {
        region.direct_hours >= region.emergency_hours && region.direct_cost_per_unit >= region.emergency_cost_per_unit
    };
    let Some(first) = scenario.regions.iter().find(useless) else { return };
    let more = scenario.regions.iter().filter(useless).count() - 1;
    let message = format!(
        "direct delivery to region `{}` is neither quicker nor cheaper than expressing from outside{}",
        first.id,
        and_more(more).replace("row", "region")
    );
    let span = reader.draft.settings.get("stocking.direct_hours").map(|setting| setting.key_span);
    let Some(span) = span else { return };
    reader
        .faults
        .add("W07", span, message)
        .hint("it goes before the express all the same, and takes units that the outlets wait for");
}

/// W07: an outlet orders one for one where what it lacks is expressed, and only depots are left to order batches.
fn batches_have_an_effect(scenario: &Scenario, reader: &mut Reader<'_>) {
    if scenario.stocking.stockout == Stockout::Backorder || !scenario.depots.is_empty() {
        return;
    }
    let column = reader.column(Table::Parts, "order_quantity");
    let many = |row: &usize| scenario.parts[*row].order_quantity.is_some_and(|quantity| quantity > 1);
    let mut rows = (0..scenario.parts.len()).filter(many);
    let Some(first) = rows.next() else { return };
    let message = format!("`order_quantity` has no effect{}", and_more(rows.count()));
    let hint = "outlets that express what they lack order one for one; depots order batches";
    reader.faults.add("W07", column.span(first), message).hint(hint);
}
