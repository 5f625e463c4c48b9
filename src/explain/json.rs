//! An explanation for programs.

use serde_json::{Map, Value, json};

use super::{
    Candidate, Changed, CountryExplained, Explanation, Interval, Outcome, PartExplained, PromiseExplained, PromiseLine,
    Questioned, Reason, RegionExplained, Repriced, SiteExplained,
};
use crate::compare;
use crate::cost::Component;
use crate::diagnosis::Diagnosis;
use crate::scenario::{Condition, Effect, Scenario, SiteId, Status};

/// The object of an explanation.
pub fn json(questioned: &Questioned, explanation: &Explanation) -> Value {
    let certificate = &questioned.plan.certificate;
    let mut object = match explanation {
        Explanation::Site(own) => site(own),
        Explanation::Region(own) => region(own, certificate.objective),
        Explanation::Part(own) => part(own),
        Explanation::Promise(own) => promise(own),
        Explanation::Country(own) => country(questioned, own),
        Explanation::Condition(own) => {
            let mut object = json!({"kind": "condition", "otherwise": outcome(&own.otherwise)});
            object["condition"] = condition(questioned.scenario, &own.condition);
            object
        }
    };
    object["scenario"] = json!(questioned.scenario.name);
    object["currency"] = json!(questioned.scenario.currency);
    object["objective"] = json!(certificate.objective);
    object["lower_bound"] = json!(certificate.lower_bound);
    object
}

fn site(own: &SiteExplained) -> Value {
    let serves =
        own.serves.iter().map(|row| json!({"id": row.id, "name": row.name, "load": row.load, "time": row.time}));
    json!({
        "kind": if matches!(own.site, SiteId::Outlet(_)) { "outlet" } else { "depot" },
        "id": own.id, "name": own.name, "open": own.open, "status": status(own.status),
        "reasons": codes(&own.reasons), "load": own.load, "utilisation": own.utilisation, "costs": costs(&own.costs),
        "serves": serves.collect::<Vec<_>>(), "stock_units": own.stock_units, "stock_value": own.stock_value,
        "promises": promises(&own.promises), "otherwise": outcome(&own.otherwise),
    })
}

fn region(own: &RegionExplained, objective: f64) -> Value {
    let served = own.served_by.iter().map(|row| {
        json!({"id": row.id, "name": row.name, "share": row.share, "hours": row.hours, "distance_km": row.distance})
    });
    let service = own
        .service
        .iter()
        .map(|row| json!({"metric": row.metric.name(), "within_hours": row.within_hours, "value": row.value}));
    let bound = own
        .bound
        .as_ref()
        .map(|(to, result)| json!({"to": to.id, "reasons": codes(&own.proven(objective)), "outcome": outcome(result)}));
    json!({
        "kind": "region", "id": own.id, "name": own.name, "jobs_per_year": own.jobs,
        "served_by": served.collect::<Vec<_>>(), "costs": costs(&own.costs), "service": service.collect::<Vec<_>>(),
        "reasons": codes(&own.reasons), "candidates": own.candidates.iter().map(candidate).collect::<Vec<_>>(),
        "promises": promises(&own.promises), "bound_to": bound,
    })
}

fn country(questioned: &Questioned, own: &CountryExplained) -> Value {
    let row = &questioned.scenario.countries[own.country.at()];
    let service = own
        .service
        .iter()
        .map(|row| json!({"metric": row.metric.name(), "within_hours": row.within_hours, "value": row.value}));
    let conditions = own.conditions.iter().map(|own| condition(questioned.scenario, own));
    json!({
        "kind": "country", "code": own.code, "jobs_per_year": own.jobs, "regions": own.regions,
        "outlets": {"open": own.outlets.0, "all": own.outlets.1}, "depots": {"open": own.depots.0, "all": own.depots.1},
        "cost_per_year": own.cost, "service": service.collect::<Vec<_>>(),
        "labour_cost_per_hour": row.labour_cost_per_hour, "customs_days": row.customs,
        "customs_days_deviation": row.customs_deviation, "duty_rate": row.duty_rate, "currency_of_country": row.currency,
        "exchange_rate": row.exchange_rate, "languages": row.languages, "utc_offset_hours": row.utc_offset_hours,
        "conditions": conditions.collect::<Vec<_>>(),
    })
}

fn condition(scenario: &Scenario, own: &Condition) -> Value {
    // Where nothing was limited before there is no number.
    let range = |(least, most): (f64, f64)| json!([least, most]);
    let country = (!own.country.is_empty()).then_some(&own.country);
    json!({
        "id": own.id, "country": country, "kind": own.nature.name(), "factor": own.factor,
        "effect": own.effect.name(), "operation": own.operation.name(), "value": own.value, "unit": own.effect.unit(),
        "product": own.product.map(|product| &scenario.products[product.at()].id),
        "days": (own.effect == Effect::Stoppage).then_some(own.days.get()),
        "source": own.source, "date": own.date, "on": own.on, "numbers": own.done.map(|done| done.numbers),
        "before": own.done.map(|done| range(done.before)), "after": own.done.map(|done| range(done.after)),
    })
}

fn candidate(own: &Candidate) -> Value {
    json!({"id": own.id, "name": own.name, "open": own.open, "hours": own.hours, "distance_km": own.distance,
        "reasons": codes(&own.reasons), "moved": own.moved.as_ref().map(repriced)})
}

fn part(own: &PartExplained) -> Value {
    let shelves = own.shelves.iter().map(|row| {
        json!({"site": row.id, "name": row.name, "base_stock": row.base_stock, "fill_rate": row.fill_rate,
            "holding_cost_per_year": row.holding_cost})
    });
    let units = own.units.iter().map(|row| {
        json!({"site": own.shelves[row.shelf].id, "base_stock": row.base_stock, "reason": row.reason.code(),
            "repriced": repriced(&row.repriced)})
    });
    json!({
        "kind": "part", "id": own.id, "name": own.name, "units_per_year": own.demand,
        "shelves": shelves.collect::<Vec<_>>(), "costs": costs(&own.costs), "promises": promises(&own.promises),
        "units": units.collect::<Vec<_>>(),
    })
}

fn promise(own: &PromiseExplained) -> Value {
    let worst = own
        .worst
        .iter()
        .map(|row| json!({"region": row.id, "name": row.name, "jobs_per_year": row.jobs, "value": row.value}));
    json!({
        "kind": "promise", "target": own.target, "members": promises(&own.members), "jobs_below": own.jobs_below,
        "worst": worst.collect::<Vec<_>>(), "reasons": codes(&own.reasons), "without": outcome(&own.without),
    })
}

const fn status(status: Status) -> &'static str {
    match status {
        Status::Candidate => "candidate",
        Status::Open => "open",
        Status::Closed => "closed",
        Status::Existing => "existing",
    }
}

fn codes(reasons: &[Reason]) -> Vec<&'static str> {
    reasons.iter().map(|reason| reason.code()).collect()
}

fn costs(costs: &[(Component, f64)]) -> Map<String, Value> {
    costs.iter().map(|(component, amount)| (component.name().to_owned(), json!(amount))).collect()
}

fn promises(lines: &[PromiseLine]) -> Vec<Value> {
    let object = |line: &PromiseLine| {
        json!({"target": line.target, "promise": line.words, "level": line.level, "computed": line.computed,
            "kept": line.kept, "hard": line.hard, "binds": line.binds, "one_more_point_per_year": line.point})
    };
    lines.iter().map(object).collect()
}

fn interval(interval: &Interval) -> Value {
    json!({"at_least": interval.least, "at_most": interval.most})
}

fn repriced(repriced: &Repriced) -> Value {
    json!({"change": repriced.change, "costs": costs(&repriced.components), "broken": repriced.broken})
}

fn outcome(outcome: &Outcome) -> Value {
    match outcome {
        Outcome::Solved(changed) => solved(changed),
        Outcome::Impossible(diagnosis) => json!({"status": "infeasible", "findings": findings(diagnosis)}),
        Outcome::Unknown => json!({"status": "unknown"}),
    }
}

fn solved(changed: &Changed) -> Value {
    json!({"status": "solved", "change": interval(&changed.change), "objective": changed.objective,
        "lower_bound": changed.lower_bound, "begun_from": changed.begun.name(), "promises": promises(&changed.promises),
        "comparison": compare::json(&changed.comparison)})
}

fn findings(diagnosis: &Diagnosis) -> Vec<Value> {
    let object = |finding: &crate::diagnosis::Finding| json!({"rule": finding.rule, "message": finding.message, "hint": finding.hint, "members": finding.members});
    diagnosis.findings.iter().map(object).collect()
}
