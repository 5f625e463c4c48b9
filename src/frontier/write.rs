//! A frontier as tables, and as an object.

use std::fmt::Display;

use serde_json::{Map, Value, json};

use super::{Breakpoint, Frontier, Point};
use crate::cost::Component;
use crate::plan::write::table::Table;
use crate::run::Status;
use crate::scenario::SiteId;

/// The file of a frontier's levels.
pub const FRONTIER_FILE: &str = "frontier.csv";
/// The file of a frontier's breakpoints.
pub const BREAKPOINTS_FILE: &str = "breakpoints.csv";

/// The files of a frontier: name and content.
pub fn files(frontier: &Frontier) -> Vec<(String, Vec<u8>)> {
    vec![
        (FRONTIER_FILE.to_owned(), levels(frontier).into_bytes()),
        (BREAKPOINTS_FILE.to_owned(), breakpoints(frontier).into_bytes()),
        ("frontier.json".to_owned(), format!("{:#}\n", json(frontier)).into_bytes()),
        ("frontier.html".to_owned(), crate::report::html::frontier(frontier).into_bytes()),
    ]
}

fn optional(number: Option<f64>) -> String {
    number.map_or(String::new(), |number| number.to_string())
}

fn levels(frontier: &Frontier) -> String {
    let money = Component::ALL.iter().map(|component| component.name());
    let columns: Vec<&str> = ["level", "status", "objective", "lower_bound", "gap", "price_per_point", "cost_per_year"]
        .into_iter()
        .chain(money)
        .chain(["open_outlets", "open_depots", "stock_value", "computed", "found_at", "reason", "begun_from"])
        .collect();
    let mut table = Table::with_header(&columns);
    for point in &frontier.points {
        let outcome = &point.outcome;
        let planned = outcome.objective.is_some();
        let mut fields = vec![point.level.to_string(), outcome.status.name().to_owned()];
        fields.extend([outcome.objective, outcome.lower_bound, outcome.gap, point.price, outcome.cost].map(optional));
        fields.extend((0..Component::ALL.len()).map(|component| optional(outcome.costs.get(component).copied())));
        let counts = [outcome.outlets.to_string(), outcome.depots.to_string(), outcome.stock_value.to_string()];
        fields.extend(if planned { counts } else { Default::default() });
        fields.extend([optional(computed(frontier, point)), optional(point.found_at), outcome.reason.clone()]);
        fields.push(if planned { outcome.begun.name().to_owned() } else { String::new() });
        let fields: Vec<&dyn Display> = fields.iter().map(|field| field as &dyn Display).collect();
        table.row(&fields);
    }
    table.0
}

/// What the plan of a level gives of what is promised.
pub(crate) fn computed(frontier: &Frontier, point: &Point) -> Option<f64> {
    point.outcome.promises.get(frontier.target)?.computed
}

fn breakpoints(frontier: &Frontier) -> String {
    let mut table = Table::with_header(&["from", "to", "opened", "closed", "ends"]);
    let ids = |sites: &[SiteId]| sites.iter().map(|site| frontier.scenario.site(*site).id.as_str()).collect::<Vec<_>>();
    for Breakpoint { from, to, opened, closed, ends } in &frontier.breakpoints {
        table.row(&[from, to, &ids(opened).join(" "), &ids(closed).join(" "), &ends.map_or("", Status::name)]);
    }
    table.0
}

/// A frontier as an object.
pub fn json(frontier: &Frontier) -> Value {
    let ids = |sites: &[SiteId]| -> Vec<&str> {
        sites.iter().map(|site| frontier.scenario.site(*site).id.as_str()).collect()
    };
    let point = |point: &Point| {
        let outcome = &point.outcome;
        let costs: Map<String, Value> = Component::ALL
            .iter()
            .zip(&outcome.costs)
            .map(|(component, amount)| (component.name().to_owned(), json!(amount)))
            .collect();
        json!({
            "level": point.level,
            "status": outcome.status.name(),
            "objective": outcome.objective,
            "lower_bound": outcome.lower_bound,
            "gap": outcome.gap,
            "price_per_point": point.price,
            "cost_per_year": outcome.cost,
            "costs": costs,
            "open": ids(&point.open),
            "stock_value": outcome.stock_value,
            "computed": computed(frontier, point),
            "found_at": point.found_at,
            "promises": outcome.promises,
            "reason": outcome.reason,
            "begun_from": outcome.objective.map(|_| outcome.begun.name()),
        })
    };
    let breakpoint = |own: &Breakpoint| json!({"from": own.from, "to": own.to, "opened": ids(&own.opened), "closed": ids(&own.closed), "ends": own.ends.map(Status::name)});
    json!({
        "scenario": frontier.scenario.name,
        "currency": frontier.scenario.currency,
        "target": frontier.target + 1,
        "title": frontier.title(),
        "tolerance": frontier.tolerance,
        "complete": frontier.complete,
        "points": frontier.points.iter().map(point).collect::<Vec<_>>(),
        "breakpoints": frontier.breakpoints.iter().map(breakpoint).collect::<Vec<_>>(),
    })
}
