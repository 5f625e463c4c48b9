//! The rows of `conditions.csv`, and what came of them.

use super::tables::{is_country_code, no_country_code};
use super::{Ids, Reader};
use crate::conditions::Refusal;
use crate::scenario::diagnostic::did_you_mean;
use crate::scenario::schema::Table;
use crate::scenario::sheet::Column;
use crate::scenario::{
    Condition, Count, CountryId, Effect, Nature, Operation, PartId, ProductId, Scenario, Site, Status,
};

/// Every condition that could be read, in the order of the file, those that are off among them.
pub(crate) fn conditions<'a>(ids: &Ids<'a>, reader: &mut Reader<'a>) -> Vec<Condition> {
    let table = Table::Conditions;
    let column = |name: &str| -> Column<'a> { reader.column(table, name) };
    let (id, country, kind, factor) = (column("condition"), column("country"), column("kind"), column("factor"));
    let (effect, operation_given, value) = (column("effect"), column("operation"), column("value"));
    let (product, days) = (column("product"), column("days"));
    let (source, date, on) = (column("source"), column("date"), column("on"));
    super::Names::of(table, "condition", reader);
    let mut list = Vec::new();
    for row in 0..reader.sheet(table).rows {
        let code = country.text(row);
        if !code.is_empty() && !is_country_code(code) {
            no_country_code(code, &country, row, reader);
        }
        let nature = reader.choice(&kind, row).map(|at| Nature::ALL[at]);
        let acts_on = reader.choice(&effect, row).map(|at| Effect::ALL[at]);
        let does = reader.choice(&operation_given, row).map(|at| Operation::ALL[at]);
        let number = reader.number(&value, row);
        let named = !product.text(row).is_empty();
        let of = ids.products.find(&product, row, reader).map(ProductId);
        let lasts = reader.days(&days, row);
        let on = reader.choice(&on, row) != Some(1);
        let dated = day(&date, row, reader);
        let (Some(nature), Some(effect), Some(operation), Some(value_given)) = (nature, acts_on, does, number) else {
            continue;
        };
        if named && of.is_none() {
            continue;
        }
        let sound = means_something(effect, operation, [&operation_given, &value], value_given, row, reader);
        for (needless, column) in [(!effect.knows_products(), &product), (effect != Effect::Stoppage, &days)] {
            if needless && !column.text(row).is_empty() {
                let message = format!("`{}` has no effect on `{}`", column.schema.name, effect.name());
                reader.faults.add("W07", column.span(row), message).hint(column.schema.doc);
            }
        }
        if effect == Effect::Stoppage && days.text(row).is_empty() {
            let message = "a stoppage needs the `days` that it lasts";
            reader.faults.add("E08", value.span(row), message).hint("2 closures a year of 14 days: value 2, days 14");
        }
        if !sound {
            continue;
        }
        list.push(Condition {
            id: id.text(row).to_owned(),
            country: code.to_owned(),
            place: ids.countries.get(code).copied(),
            nature,
            factor: factor.text(row).to_owned(),
            effect,
            operation,
            value: value_given,
            product: of.filter(|_| effect.knows_products()),
            days: lasts.unwrap_or_default(),
            source: source.text(row).to_owned(),
            date: dated,
            on,
            done: None,
        });
    }
    set_once(&list, reader);
    list
}

/// E04, E05: the operation is one that the effect knows, and the value one that it can take.
fn means_something(
    effect: Effect,
    operation: Operation,
    [operations, values]: [&Column<'_>; 2],
    value: f64,
    row: usize,
    reader: &mut Reader<'_>,
) -> bool {
    let known = effect.operations();
    if !known.contains(&operation) {
        let words: Vec<&str> = known.iter().map(|own| own.name()).collect();
        let message = format!("`{}` cannot be {}", effect.name(), past(operation));
        reader.faults.add("E04", operations.span(row), message).hint(words.join(", "));
        return false;
    }
    let counted =
        matches!(effect, Effect::OutletsAtMost | Effect::OutletsAtLeast | Effect::DepotsAtMost | Effect::DepotsAtLeast);
    let fault = match operation {
        _ if counted && (value < 0.0 || value.fract() != 0.0) => "a whole number, at least 0".to_owned(),
        Operation::Set if effect == Effect::ForeignService && value != 0.0 && value != 1.0 => {
            "0 (outlets of the country alone) or 1 (any outlet)".to_owned()
        }
        Operation::Set if value < effect.least() => positive(effect),
        Operation::Set if value > effect.most() => format!("at most {}", effect.most()),
        Operation::Scale if value < effect.least() => positive(effect),
        Operation::Add if effect == Effect::Stoppage && value < 0.0 => "at least 0".to_owned(),
        _ => return true,
    };
    let message = format!("the value of `{}` must be {fault}, not {value}", effect.name());
    reader.faults.add("E05", values.span(row), message);
    false
}

fn positive(effect: Effect) -> String {
    if effect.least() > 0.0 { "greater than 0".to_owned() } else { "at least 0".to_owned() }
}

fn past(operation: Operation) -> &'static str {
    match operation {
        Operation::Set => "set",
        Operation::Scale => "scaled",
        Operation::Add => "added to",
    }
}

/// E04: a date is a day of the calendar.
fn day(column: &Column<'_>, row: usize, reader: &mut Reader<'_>) -> Option<String> {
    let text = column.text(row);
    if text.is_empty() {
        return None;
    }
    if is_day(text) {
        return Some(text.to_owned());
    }
    reader
        .faults
        .add("E04", column.span(row), format!("`{text}` is not a date"))
        .hint("year, month and day: 1974-11-30");
    None
}

/// Is a text `YYYY-MM-DD`, a day that the Gregorian calendar has?
fn is_day(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digits = |at: usize| at == 4 || at == 7 || bytes[at].is_ascii_digit();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' || !(0..10).all(digits) {
        return false;
    }
    let number = |range: std::ops::Range<usize>| text[range].parse::<u32>().unwrap_or(0);
    let (year, month, day) = (number(0..4), number(5..7), number(8..10));
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 0,
    };
    (1..=days).contains(&day)
}

/// E06: no two conditions that hold set one and the same thing.
fn set_once(conditions: &[Condition], reader: &mut Reader<'_>) {
    let ids = reader.column(Table::Conditions, "condition");
    let sets = |own: &&Condition| own.on && own.operation == Operation::Set && !limits(own.effect);
    for (at, own) in conditions.iter().enumerate().filter(|(_, own)| sets(own)) {
        let meets = |other: &&Condition| {
            own.effect == other.effect
                && (own.country == other.country || own.country.is_empty() || other.country.is_empty())
                && (own.product == other.product || own.product.is_none() || other.product.is_none())
        };
        let Some(other) = conditions[..at].iter().filter(sets).find(meets) else { continue };
        let row = row_of(&own.id, reader);
        let whose = if own.country.is_empty() { &other.country } else { &own.country };
        let of = if whose.is_empty() { String::new() } else { format!(" of {whose}") };
        let message = format!("`{}` and `{}` both set the {}{of}", other.id, own.id, own.effect.name());
        reader.faults.add("E06", ids.span(row), message).hint("switch one of them off: on = no");
    }
}

/// Limits do not meet: the tightest holds.
const fn limits(effect: Effect) -> bool {
    matches!(effect, Effect::OutletsAtMost | Effect::OutletsAtLeast | Effect::DepotsAtMost | Effect::DepotsAtLeast)
}

/// E05: what conditions make of a number is one that it can be.
pub(crate) fn tell(refused: &[Refusal], conditions: &[Condition], reader: &mut Reader<'_>) {
    for (own, message) in refused {
        let (row, column) = (row_of(&conditions[*own].id, reader), reader.column(Table::Conditions, "value"));
        reader.faults.add("E05", column.span(row), message.as_str());
    }
}

/// The row of a condition.
fn row_of(id: &str, reader: &Reader<'_>) -> usize {
    let ids = reader.column(Table::Conditions, "condition");
    (0..reader.sheet(Table::Conditions).rows).find(|&row| ids.text(row) == id).unwrap_or(0)
}

/// E05: the sites of a country can keep the limits that its conditions set.
pub(crate) fn sites_keep_quotas(scenario: &Scenario, reader: &mut Reader<'_>) {
    let check = |counts: &[(CountryId, Count)], sites: &[Site], effects: [Effect; 2], reader: &mut Reader<'_>| {
        for (country, count) in counts {
            let here = |status: &dyn Fn(Status) -> bool| {
                sites.iter().filter(|site| site.country == Some(*country) && status(site.status)).count()
            };
            let openable = here(&|status| status != Status::Closed);
            let forced = here(&|status| status == Status::Open);
            let most = count.max.unwrap_or(usize::MAX);
            let code = &scenario.countries[country.at()].code;
            let message = if count.min > most {
                format!("at least {} must be open in {code}, and at most {most} may be", count.min)
            } else if count.min > openable {
                format!("at least {} must be open in {code}, but {openable} may open", count.min)
            } else if forced > most {
                format!("at most {most} may be open in {code}, but {forced} must be, by their status `open`")
            } else {
                continue;
            };
            let sets =
                |own: &&Condition| own.on && effects.contains(&own.effect) && own.holds_for(Some(*country), None);
            let Some(condition) = scenario.conditions.iter().find(sets) else { continue };
            let (row, column) = (row_of(&condition.id, reader), reader.column(Table::Conditions, "value"));
            reader.faults.add("E05", column.span(row), message).hint("a condition holds besides those of `[limits]`");
        }
    };
    let limits = &scenario.limits;
    if scenario.conditions.is_empty() {
        return;
    }
    let of_outlets = [Effect::OutletsAtMost, Effect::OutletsAtLeast];
    check(&limits.outlets_by_country, &scenario.outlets, of_outlets, reader);
    let of_depots = [Effect::DepotsAtMost, Effect::DepotsAtLeast];
    check(&limits.depots_by_country, &scenario.depots, of_depots, reader);
}

/// W07: a condition that holds changes something.
pub(crate) fn conditions_have_an_effect(scenario: &Scenario, reader: &mut Reader<'_>) {
    let own_lead_times = !scenario.parts.is_empty()
        && (0..scenario.parts.len())
            .map(PartId::from)
            .all(|part| scenario.parts[part.at()].supplier_lead_time.is_some());
    for condition in &scenario.conditions {
        let Some(done) = condition.done else { continue };
        let unnamed = !condition.country.is_empty() && condition.place.is_none();
        let masked = condition.effect == Effect::SupplierLeadTime && own_lead_times;
        if !done.is_idle() && !masked {
            continue;
        }
        let hint = match () {
            () if unnamed => did_you_mean(&condition.country, scenario.countries.iter().map(|own| own.code.as_str()))
                .or_else(|| Some(format!("no other table names the country {}", condition.country))),
            () if masked => Some("every part has a `supplier_lead_time_days` of its own in parts.csv".to_owned()),
            () if done.numbers == 0 => Some("there is nothing that it could act on".to_owned()),
            () => Some("it leaves every number as it was".to_owned()),
        };
        let (row, column) = (row_of(&condition.id, reader), reader.column(Table::Conditions, "effect"));
        let message = format!("the condition `{}` has no effect", condition.id);
        reader.faults.add("W07", column.span(row), message).hint_if(hint);
    }
}
