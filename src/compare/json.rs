//! A comparison for programs.

use serde_json::{Value, json};

use super::attribution::Change;
use super::{Comparison, Kpi, Moved, SiteChange, SiteChanges};
use crate::scenario::{Differences, Pattern};

/// The object of a comparison.
pub fn json(comparison: &Comparison) -> Value {
    let waterfall = &comparison.waterfall;
    let components: Vec<Value> = waterfall
        .by_component()
        .iter()
        .map(|(component, own)| with("component", component.name(), change(own)))
        .collect();
    let countries: Vec<Value> =
        waterfall.by_country().iter().map(|(country, own)| with("country", country, change(own))).collect();
    let steps: Vec<Value> = waterfall
        .steps
        .iter()
        .map(|step| with("component", step.component.name(), with("country", &step.country, change(&step.change))))
        .collect();
    let stock = &comparison.stock;
    let order = |(units, value): (u64, Option<f64>)| json!({"units": units, "value": value});
    json!({
        "from": comparison.from,
        "to": comparison.to,
        "differs": comparison.differs(),
        "currency": comparison.currency,
        "same_input": comparison.same_input,
        "inputs": comparison.inputs.as_ref().map(inputs),
        "kpis": comparison.kpis.iter().map(kpi).collect::<Vec<_>>(),
        "cost": change(&waterfall.whole),
        "kept": waterfall.kept.map(|kept| json!({"cost": kept.cost, "broken": kept.broken})),
        "cost_by_component": components,
        "cost_by_country": countries,
        "cost_steps": steps,
        "outlets": sites(&comparison.outlets),
        "depots": sites(&comparison.depots),
        "served": comparison.served.iter().map(moved).collect::<Vec<_>>(),
        "replenished": comparison.replenished.iter().map(moved).collect::<Vec<_>>(),
        "service": comparison.service.iter().map(|row| json!({"country": row.country, "measure": row.measure,
            "from": row.from, "to": row.to})).collect::<Vec<_>>(),
        "stock": {
            "buy": order(stock.buy()),
            "move": order(stock.moved()),
            "surplus": order(stock.surplus()),
            "parts": stock.parts.iter().map(|part| json!({"part": part.part, "from": part.from, "to": part.to,
                "buy": part.buy, "move": part.moved, "surplus": part.surplus})).collect::<Vec<_>>(),
            "sites": stock.sites.iter().map(|site| json!({"site": site.site, "shelves": site.shelves,
                "from": site.from, "to": site.to})).collect::<Vec<_>>(),
        },
    })
}

fn with(name: &str, value: &str, mut object: Value) -> Value {
    object[name] = json!(value);
    object
}

fn change(change: &Change) -> Value {
    json!({"from": change.from, "to": change.to, "change": change.amount(), "given": change.given,
        "decided": change.decided()})
}

fn kpi(kpi: &Kpi) -> Value {
    let change = kpi.from.zip(kpi.to).map(|(from, to)| to - from);
    json!({"name": kpi.name, "from": kpi.from, "to": kpi.to, "change": change})
}

fn sites(changes: &SiteChanges) -> Value {
    let list = |sites: &[SiteChange]| -> Vec<Value> {
        let site = |site: &SiteChange| json!({"id": site.id, "name": site.name, "load": site.load, "cost": site.cost});
        sites.iter().map(site).collect()
    };
    json!({"opened": list(&changes.opened), "closed": list(&changes.closed), "kept": changes.kept})
}

fn moved(moved: &Moved) -> Value {
    json!({"id": moved.id, "name": moved.name, "from": moved.from, "to": moved.to, "jobs_per_year": moved.load})
}

/// The object of what was given otherwise.
pub fn inputs(inputs: &Differences) -> Value {
    let pattern = |pattern: &Pattern| match pattern {
        Pattern::Factor(factor) => json!({"scale": factor}),
        Pattern::Amount(amount) => json!({"add": amount}),
        Pattern::Same(from, to) => json!({"from": from, "to": to}),
        Pattern::Various => Value::Null,
    };
    let changed = |changed: &[crate::scenario::Changed]| -> Vec<Value> {
        changed.iter().map(|own| json!({"what": own.what, "from": own.from, "to": own.to})).collect()
    };
    json!({
        "keys": changed(&inputs.keys),
        "targets_gone": inputs.targets_gone,
        "targets_new": inputs.targets_new,
        "columns": inputs.columns.iter().map(|column| json!({"file": column.file, "column": column.column,
            "rows": column.rows, "of": column.of, "all": pattern(&column.pattern), "first": changed(&column.first)}))
            .collect::<Vec<_>>(),
        "rows": inputs.rows.iter().map(|row| json!({"file": row.file, "gone": row.gone, "first_gone": row.first_gone,
            "new": row.new, "first_new": row.first_new})).collect::<Vec<_>>(),
    })
}
