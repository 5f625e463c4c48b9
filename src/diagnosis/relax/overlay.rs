//! A relaxation in the planner's words, and as the text of an overlay.

use serde_json::json;

use super::amount::Amount;
use super::rule::{Capacity, Rule, Sites, sites_of};
use crate::conditions::as_written;
use crate::plan::write::table::Table;
use crate::scenario::{Condition, DistanceMetric, Effect, Limit, Scenario, Scope, Site, Target};
use crate::service::{Key, Promise};

/// A file of an overlay: its name and content.
type File = (&'static str, String);

/// What is relaxed from what to what.
pub fn words(scenario: &Scenario, rule: &Rule, amount: &Amount) -> String {
    let to = match amount {
        Amount::Number(number) => value(rule, *number),
        Amount::Sites(_) | Amount::Whole => String::new(),
    };
    let from = rule.value(scenario).map_or(String::new(), |now| value(rule, now));
    match rule {
        Rule::Level(number) => format!("{}: {from} → {to}", target(scenario, *number)),
        Rule::Window(number) => format!("{}: window {from} → {to}", target(scenario, *number)),
        Rule::Penalty(number) => {
            format!("{}: not hard, but at a penalty of {to} a year for a whole unit missed", target(scenario, *number))
        }
        Rule::Capacity(kind) => {
            let sites = sites_of(scenario, *kind == Capacity::Units);
            let sum: f64 = sites.iter().filter_map(|site| kind.of(site)).sum();
            let now = if let Amount::Number(factor) = amount { factor * sum } else { sum };
            format!("`{}` of every site {to} (together {} → {})", kind.column(), rounded(sum), rounded(now))
        }
        Rule::Servers => format!("`repair_servers` of every site that has any {to}"),
        Rule::Sourcing => "serve a region from several outlets: `planning.sourcing = \"split\"`".to_owned(),
        Rule::Lanes => "estimate lanes that are not listed: `travel.lanes = \"estimated\"`".to_owned(),
        Rule::Closed { depots, sites } => {
            format!("let {} open: status `candidate`", named(sites_of(scenario, *depots), sites, amount))
        }
        Rule::Forced { depots, sites } => {
            format!("let {} close: status `existing`", named(sites_of(scenario, *depots), sites, amount))
        }
        Rule::Added(sites) => {
            let all: Vec<usize> = (0..sites.len()).collect();
            format!("add as candidates {}", named(sites, &all, amount))
        }
        _ => {
            let laws: Vec<String> = laws(scenario, rule).iter().map(|own| format!("`{}`", own.id)).collect();
            let law = if laws.is_empty() { String::new() } else { format!(" (condition {})", laws.join(", ")) };
            format!("`{}` {from} → {to}{law}", key(scenario, rule).unwrap_or_default())
        }
    }
}

/// What is assumed and not given.
pub fn assumption(scenario: &Scenario, rule: &Rule, amount: &Amount) -> Option<String> {
    match rule {
        Rule::Added(sites) => sites.first().map(|site| {
            format!(
                "a fixed cost of {} {} a year, lead time and holding rate of a new outlet are the medians of the outlets",
                rounded(site.fixed_cost.get()),
                scenario.currency
            )
        }),
        Rule::Penalty(_) => match amount {
            Amount::Number(price) => Some(format!(
                "the penalty, {} {} a year, is what the network costs without the promise",
                rounded(*price),
                scenario.currency
            )),
            _ => None,
        },
        _ => None,
    }
}

/// An amount of a rule in words.
pub fn value(rule: &Rule, number: f64) -> String {
    match rule {
        Rule::Window(_) | Rule::Reach => format!("{} h", rounded(number)),
        Rule::Capacity(_) => format!("× {}", rounded(number)),
        Rule::Servers => format!("+ {}", rounded(number)),
        _ => rounded(number),
    }
}

fn rounded(number: f64) -> String {
    let text = format!("{number:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

fn target(scenario: &Scenario, number: usize) -> String {
    let promise =
        Promise { target: number, key: Key::default(), computed: 0.0, shortfall: 0.0, kept: false, foremost: None };
    format!("target {} ({})", number + 1, promise.describe(scenario))
}

fn named(table: &[Site], sites: &[usize], amount: &Amount) -> String {
    let Amount::Sites(chosen) = amount else { return String::new() };
    let name = |place: &usize| {
        let site = &table[sites[*place]];
        if site.id == site.name { format!("`{}`", site.id) } else { format!("`{}` ({})", site.id, site.name) }
    };
    chosen.iter().map(name).collect::<Vec<_>>().join(", ")
}

/// The key of scenario.toml that a rule is, if it is one.
fn key(scenario: &Scenario, rule: &Rule) -> Option<String> {
    let count = |sites: &Sites, end: &str| {
        let what = if sites.depots { "depots" } else { "outlets" };
        match sites.country {
            None => format!("limits.{what}.{end}"),
            Some(own) => format!("limits.{what}.by_country.{}.{end}", scenario.countries[own.at()].code),
        }
    };
    match rule {
        Rule::Reach => Some("travel.max_hours".to_owned()),
        Rule::Most(sites) => Some(count(sites, "max")),
        Rule::Least(sites) => Some(count(sites, "min")),
        Rule::Openings => Some("limits.max_openings".to_owned()),
        Rule::Closings => Some("limits.max_closings".to_owned()),
        Rule::Budget => Some("limits.budget_per_year".to_owned()),
        _ => None,
    }
}

/// The conditions in force that set a limit of a country, beside what `[limits]` says.
fn laws<'a>(scenario: &'a Scenario, rule: &Rule) -> Vec<&'a Condition> {
    let (sites, effects) = match rule {
        Rule::Most(sites) => (sites, [Effect::OutletsAtMost, Effect::DepotsAtMost]),
        Rule::Least(sites) => (sites, [Effect::OutletsAtLeast, Effect::DepotsAtLeast]),
        _ => return Vec::new(),
    };
    let effect = effects[usize::from(sites.depots)];
    let sets = |own: &&Condition| own.on && own.effect == effect && own.holds_for(sites.country, None);
    scenario.conditions.iter().filter(|_| sites.country.is_some()).filter(sets).collect()
}

/// The lines of an overlay that relaxes rules, and its tables.
pub fn overlay(given: &Scenario, relaxed: &Scenario, parts: &[(&Rule, &Amount)]) -> (String, Vec<File>) {
    let (mut keys, mut changes, mut tables, mut targets) = (String::new(), String::new(), Vec::new(), false);
    for (rule, amount) in parts {
        let mut change = |table: &str, rest: String| {
            changes.push_str(&format!("\n[[change]]\ntable = \"{table}\"\n{rest}\n"));
        };
        let table = |depots: bool| if depots { "depots" } else { "outlets" };
        let column = |depots: bool| if depots { "depot" } else { "outlet" };
        match (rule, amount) {
            (Rule::Level(_) | Rule::Window(_) | Rule::Penalty(_), _) => targets = true,
            (Rule::Capacity(kind), Amount::Number(factor)) => {
                change(table(*kind == Capacity::Units), format!("scale = {{ {} = {factor} }}", kind.column()));
            }
            (Rule::Servers, Amount::Number(more)) => {
                for depots in [false, true] {
                    if sites_of(given, depots).iter().any(|site| site.repair_servers.is_some()) {
                        change(table(depots), format!("add = {{ repair_servers = {more} }}"));
                    }
                }
            }
            (Rule::Sourcing, _) => keys.push_str("planning.sourcing = \"split\"\n"),
            (Rule::Lanes, _) => keys.push_str("travel.lanes = \"estimated\"\n"),
            (Rule::Closed { depots, sites } | Rule::Forced { depots, sites }, Amount::Sites(chosen)) => {
                let ids = chosen.iter().map(|place| json!(sites_of(given, *depots)[sites[*place]].id).to_string());
                let ids = ids.collect::<Vec<_>>().join(", ");
                let status = if matches!(rule, Rule::Closed { .. }) { "candidate" } else { "existing" };
                let rest = format!("where = {{ {} = [{ids}] }}\nset = {{ status = \"{status}\" }}", column(*depots));
                change(table(*depots), rest);
            }
            (Rule::Added(sites), Amount::Sites(chosen)) => {
                tables.push(("outlets.csv", rows(given, chosen.iter().map(|place| &sites[*place]))));
            }
            (rule, Amount::Number(number)) => {
                let laws = laws(given, rule);
                if !laws.is_empty() {
                    let ids = laws.iter().map(|own| json!(own.id).to_string()).collect::<Vec<_>>().join(", ");
                    change("conditions", format!("where = {{ condition = [{ids}] }}\nset = {{ value = {number} }}"));
                }
                if let Some(key) = key(given, rule) {
                    keys.push_str(&format!("{key} = {number}\n"));
                }
            }
            _ => {}
        }
    }
    if targets {
        // An overlay's targets replace those of its base, so all are restated.
        relaxed.targets.iter().for_each(|own| keys.push_str(&target_text(relaxed, own)));
    }
    (keys + &changes, tables)
}

fn target_text(scenario: &Scenario, target: &Target) -> String {
    let scope = target.scope.iter().map(|scope| match scope {
        Scope::Network => "\"network\"",
        Scope::Country => "\"country\"",
        Scope::Policy => "\"policy\"",
        Scope::Region => "\"region\"",
        Scope::Outlet => "\"outlet\"",
        Scope::Part => "\"part\"",
        Scope::Class => "\"class\"",
    });
    let scope = scope.collect::<Vec<_>>().join(", ");
    let mut text = format!("\n[[target]]\nmetric = \"{}\"\nscope = [{scope}]\n", target.metric.name());
    text.push_str(&match target.limit {
        Limit::AtLeast(level) => format!("at_least = {level}\n"),
        Limit::AtMost(level) => format!("at_most = {level}\n"),
        Limit::SpreadAtMost(level) => format!("spread_at_most = {level}\n"),
    });
    let mut line = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            text.push_str(&format!("{key} = {value}\n"));
        }
    };
    line("within_hours", target.within.map(|hours| hours.get().to_string()));
    line("country", target.country.map(|own| json!(scenario.countries[own.at()].code).to_string()));
    line("part", target.part.map(|own| json!(scenario.parts[own.at()].id).to_string()));
    line("class", target.class.map(|own| json!(scenario.classes[own.at()]).to_string()));
    line("policy", target.policy.map(|own| json!(scenario.policies[own.at()]).to_string()));
    line("home", target.home.map(|own| json!(scenario.countries[own.at()].code).to_string()));
    line("penalty", target.penalty.map(|penalty| penalty.get().to_string()));
    text
}

/// Rows of outlets.csv.
fn rows<'a>(scenario: &Scenario, sites: impl Iterator<Item = &'a Site>) -> String {
    let places = match scenario.travel.metric {
        DistanceMetric::Geodesic => ["latitude", "longitude"],
        DistanceMetric::Planar => ["x_km", "y_km"],
    };
    let columns = ["fixed_cost_per_year", "supplier_lead_time_days", "holding_rate_per_year"];
    let mut table =
        Table::with_header(&["outlet", "name", "country", places[0], places[1], columns[0], columns[1], columns[2]]);
    for site in sites {
        let country = site.country.map_or("", |country| &scenario.countries[country.at()].code);
        let (x, y) = site.place.map_or((0.0, 0.0), |place| (place.x, place.y));
        let (first, second) = if scenario.travel.metric == DistanceMetric::Geodesic { (y, x) } else { (x, y) };
        // A row is read before conditions act on it and money is exchanged.
        let fixed = as_written(scenario, Effect::FixedCost, site.country, site.fixed_cost.get());
        let days = as_written(scenario, Effect::SupplierLeadTime, site.country, site.supplier_lead_time.get());
        let rate = site.holding_rate.get();
        table.row(&[&site.id, &site.name, &country, &first, &second, &fixed, &days, &rate]);
    }
    table.0
}
