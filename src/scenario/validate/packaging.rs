//! Packaging and inspection before shipment, and the way back: `packaging.csv`, `inspection.csv`, columns of `parts.csv`.

use std::collections::BTreeMap;

use super::{Ids, Names, Reader};
use crate::aftersales::AfterSales;
use crate::guarantee::Rules;
use crate::reverse::Undecided;
use crate::scenario::diagnostic::did_you_mean;
use crate::scenario::schema::Table;
use crate::scenario::source::Span;
use crate::scenario::{Inspection, Packaging, PartId, ProductId, Scenario, WayBack};

/// E06, E07: the packaging that `[replenishment] packaging` chooses. W07: there is one to choose, and a way to pack for.
pub(crate) fn packaging(reader: &mut Reader<'_>) -> Option<Packaging> {
    let table = Table::Packaging;
    let ids = Names::of(table, "packaging", reader);
    let column = |name: &str| reader.column(table, name);
    let names = ["cost_per_unit", "weight_factor", "damage_share", "omission_share", "second_shipment_cost"];
    let figures = names.map(column);
    let mut list = Vec::new();
    for (row, id) in ids.list.iter().enumerate() {
        let [cost, weight, damage, omission, second_shipment] =
            figures.each_ref().map(|column| reader.number(column, row));
        list.push(Packaging {
            id: (*id).to_owned(),
            cost: cost.unwrap_or(0.0),
            weight_factor: weight.unwrap_or(1.0),
            damage: damage.unwrap_or(0.0),
            omission: omission.unwrap_or(0.0),
            second_shipment,
        });
    }
    let depots = reader.sheet(Table::Depots);
    let (without_depots, sheet) = (depots.rows == 0 && !depots.broken, reader.sheet(table));
    nothing_is_chosen(table, "replenishment.packaging", "[replenishment] packaging", reader);
    let chosen = reader.draft.settings.text("replenishment.packaging", reader.faults)?;
    let span = reader.draft.settings.get("replenishment.packaging").map(|setting| setting.span)?;
    if without_depots && reader.faults.errors() == 0 {
        let hint = "units are packed for their way from a depot to an outlet, and there are no depots";
        reader.faults.add("W07", span, "`packaging` has no effect").hint(hint);
    }
    let found = list.into_iter().find(|packaging| packaging.id == chosen);
    if found.is_none() && !sheet.broken {
        let hint = did_you_mean(chosen, ids.list.iter().copied())
            .or_else(|| (sheet.source.is_none()).then(|| "there is no packaging.csv".to_owned()));
        reader.faults.add("E07", span, format!("unknown packaging `{chosen}`")).hint_if(hint);
    }
    found
}

/// E06, E07: the rows of the level that `[service] inspection` chooses.
pub(crate) fn inspections<'a>(ids: &Ids<'a>, reader: &mut Reader<'a>) -> Vec<Inspection> {
    let table = Table::Inspection;
    let column = |name: &str| reader.column(table, name);
    let (level, product) = (column("inspection"), column("product"));
    let (cost, escape) = (column("cost_per_unit"), column("escape_factor"));
    let chosen = reader.draft.settings.text("service.inspection", reader.faults).map(str::to_owned);
    let mut first: BTreeMap<(&str, Option<u32>), usize> = BTreeMap::new();
    let mut list = Vec::new();
    for row in 0..reader.sheet(table).rows {
        let found = ids.products.find(&product, row, reader);
        let known = found.is_some() || product.text(row).is_empty();
        let (cost, escape) = (reader.number(&cost, row), reader.number(&escape, row));
        if !known || level.text(row).is_empty() {
            continue;
        }
        if let Some(&before) = first.get(&(level.text(row), found)) {
            let hint = format!("first at {}", reader.line(table, before));
            let message = format!("the inspection `{}` stands twice for the same product", level.text(row));
            reader.faults.add("E06", level.span(row), message).hint(hint);
            continue;
        }
        first.insert((level.text(row), found), row);
        if chosen.as_deref() == Some(level.text(row)) {
            let product = found.map(ProductId);
            list.push(Inspection { product, cost: cost.unwrap_or(0.0), escape: escape.unwrap_or(1.0) });
        }
    }
    nothing_is_chosen(table, "service.inspection", "[service] inspection", reader);
    let span = reader.draft.settings.get("service.inspection").map(|setting| setting.span);
    let sheet = reader.sheet(table);
    if let (Some(chosen), Some(span), true, false) = (chosen, span, list.is_empty(), sheet.broken) {
        let hint = did_you_mean(&chosen, first.keys().map(|(level, _)| *level))
            .or_else(|| (sheet.source.is_none()).then(|| "there is no inspection.csv".to_owned()));
        reader.faults.add("E07", span, format!("unknown inspection `{chosen}`")).hint_if(hint);
    }
    list
}

/// W07: a table is there of which no row is chosen.
fn nothing_is_chosen(table: Table, path: &str, key: &str, reader: &mut Reader<'_>) {
    let sheet = reader.sheet(table);
    if let (Some(source), None) = (sheet.source, reader.draft.settings.get(path)) {
        let fault = reader.faults.add("W07", Span::whole(source), format!("{} has no effect", sheet.schema.file));
        fault.hint(format!("`{key}` chooses a row of it"));
    }
}

/// E12: what inspecting costs is known where units are sold.
pub(crate) fn inspection_has_sales(conditions: &AfterSales, scenario: &Scenario, reader: &mut Reader<'_>) {
    let costly = conditions.inspections.iter().any(|row| row.cost > 0.0);
    let Some(setting) = reader.draft.settings.get("service.inspection").filter(|_| costly) else { return };
    let rules = Rules::of(&conditions.guarantees, scenario);
    let unknown = scenario.installed.iter().find(|row| row.units > 0.0 && rules.sales(scenario, row).is_none());
    if let Some(row) = unknown {
        let product = &scenario.products[row.product.at()].id;
        let message = format!("how many `{product}` are sold and inspected a year is not known");
        let hint = "sales_per_year of installed_base.csv says so, or life_years of guarantees.csv";
        reader.faults.add("E12", setting.span, message).hint(hint);
    }
}

/// E28, W07: what becomes of defective units; those parts of which it is decided stand apart.
pub(crate) fn ways_back(scenario: &Scenario, reader: &mut Reader<'_>) -> (Vec<WayBack>, Vec<PartId>) {
    let table = Table::Parts;
    let column = |name: &str| reader.column(table, name);
    let (share, factor, decision) = (column("return_share"), column("return_cost_factor"), column("repair_decision"));
    let (mut ways, mut decided) = (Vec::new(), Vec::new());
    for row in 0..reader.sheet(table).rows {
        let (back, factor_of) = (reader.number(&share, row), reader.number(&factor, row));
        let decides = reader.choice(&decision, row) == Some(1);
        let part = PartId::from(row);
        if decides {
            if back.is_some() {
                let message = "`return_share` is decided with the repair";
                reader.faults.add("E28", share.span(row), message).hint("leave it blank");
            }
            if scenario.repairs.iter().any(|repair| repair.part.is_none_or(|of| of == part)) {
                let message = "the repair of this part is decided for all sites, and repairs.csv gives it for some";
                reader.faults.add("E28", decision.span(row), message).hint("repair_decision = given");
            }
            decided.push(part);
        } else if back.is_none_or(|back| back <= 0.0) && factor_of.is_some() {
            let fault = reader.faults.add("W07", factor.span(row), "`return_cost_factor` has no effect");
            fault.hint("return_share says how many units go back");
        }
        if back.is_some_and(|back| back > 0.0) && scenario.depots.is_empty() && reader.faults.errors() == 0 {
            let fault = reader.faults.add("W07", share.span(row), "`return_share` has no effect");
            fault.hint("units go back from an outlet to its depot, and there are no depots");
        }
        if decides || back.is_some_and(|back| back > 0.0) {
            let share = back.unwrap_or(0.0);
            ways.push(WayBack { part, share, cost_factor: factor_of.unwrap_or(1.0), repaired: None });
        }
    }
    (ways, decided)
}

/// E28: the parts of which it does not follow whether they are repaired.
pub(crate) fn tell_undecided(undecided: &[(PartId, Undecided)], reader: &mut Reader<'_>) {
    let decision = reader.column(Table::Parts, "repair_decision");
    for (part, why) in undecided {
        let message = match why {
            Undecided::Cost([least, most, new, dearest]) => format!(
                "whether repair pays depends on the site: it costs {least:.2} to {most:.2}, a new unit {new:.2} to {dearest:.2}"
            ),
            Undecided::Pace(turnaround, lead_time) => format!(
                "whether repair pays depends on the stock: it takes {turnaround} days, the supplier {lead_time}, and the cheaper \
                 is the slower"
            ),
            Undecided::Servers(site) => {
                format!("whether repair pays depends on the plan: all repairs at `{site}` share servers")
            }
        };
        let hint = "repair_decision = given; compare a scenario that repairs with one that does not";
        reader.faults.add("E28", decision.span(part.at()), message).hint(hint);
    }
}
