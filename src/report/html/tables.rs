//! Tables that are searched and sorted in the page, and numbers that fit there.

use serde_json::{Value, json};

use crate::plan::figures::Figures;
use crate::scenario::Scenario;

/// A number with so many decimals at most: a page shows no more, and a file of millions of digits serves nobody.
pub(super) fn rounded(number: f64, decimals: i32) -> Value {
    let scale = 10_f64.powi(decimals);
    let number = (number * scale).round() / scale;
    if number == number.trunc() && number.abs() < 1e15 { json!(number as i64) } else { json!(number) }
}

fn text(title: &str) -> Value {
    json!({"title": title, "number": false})
}

fn number(title: &str, digits: usize, percent: bool) -> Value {
    json!({"title": title, "number": true, "digits": digits, "percent": percent})
}

/// Every shelf.
pub(super) fn stock(scenario: &Scenario, plan: &Figures) -> Value {
    let sites: std::collections::BTreeMap<&str, &str> =
        scenario.outlets.iter().chain(&scenario.depots).map(|site| (site.id.as_str(), site.name.as_str())).collect();
    let parts: std::collections::BTreeMap<&str, &crate::scenario::Part> =
        scenario.parts.iter().map(|part| (part.id.as_str(), part)).collect();
    let rows: Vec<Value> = plan
        .stock
        .iter()
        .map(|row| {
            let part = parts.get(row.part.as_str());
            json!([
                row.site,
                sites.get(row.site.as_str()).copied().unwrap_or_default(),
                row.part,
                part.map_or("", |part| part.name.as_str()),
                row.minimum,
                row.maximum,
                rounded(row.fill_rate, 5),
                rounded(row.expected_backorders, 4),
                rounded(row.holding_cost, 2),
            ])
        })
        .collect();
    let columns = [
        text("site"),
        text("name"),
        text("part"),
        text("part name"),
        number("minimum", 0, false),
        number("maximum", 0, false),
        number("fill rate", 2, true),
        number("backorders", 4, false),
        number("holding a year", 0, false),
    ];
    json!({"columns": columns, "rows": rows})
}

/// Every open site.
pub(super) fn sites(scenario: &Scenario, plan: &Figures) -> Value {
    let named: std::collections::BTreeMap<&str, &crate::scenario::Site> =
        scenario.outlets.iter().chain(&scenario.depots).map(|site| (site.id.as_str(), site)).collect();
    let depot_of: std::collections::BTreeMap<&str, &str> =
        plan.replenishment.iter().map(|row| (row.outlet.as_str(), row.depot.as_str())).collect();
    let both = plan.outlets.iter().map(|site| (site, "outlet")).chain(plan.depots.iter().map(|site| (site, "depot")));
    let rows: Vec<Value> = both
        .filter(|(site, _)| site.open)
        .map(|(site, kind)| {
            let about = named.get(site.id.as_str());
            let country = about.and_then(|about| about.country);
            json!([
                site.id,
                about.map_or("", |about| about.name.as_str()),
                country.map_or("", |country| scenario.countries[country.at()].code.as_str()),
                kind,
                depot_of.get(site.id.as_str()).copied().unwrap_or_default(),
                rounded(site.load, 1),
                rounded(site.utilisation, 4),
                rounded(site.cost, 0),
            ])
        })
        .collect();
    let columns = [
        text("site"),
        text("name"),
        text("country"),
        text("kind"),
        text("replenished by"),
        number("jobs or units a year", 0, false),
        number("of its capacity", 1, true),
        number("cost a year", 0, false),
    ];
    json!({"columns": columns, "rows": rows})
}
