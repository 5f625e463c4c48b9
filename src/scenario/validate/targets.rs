//! The `[\[target\]]`s: each asks for something that its metric can answer.

use super::{Ids, Reader};
use crate::scenario::diagnostic::did_you_mean;
use crate::scenario::schema::{KeyKind, TARGET_KEYS};
use crate::scenario::settings::{self, Entry, Value, check_keys, wrong_kind};
use crate::scenario::source::Span;
use crate::scenario::{ClassId, CountryId, Limit, Metric, PartId, PolicyId, Scenario, Scope, Target};
use crate::units::{Hours, Money};

const METRICS: [Metric; 5] =
    [Metric::FillRate, Metric::OnTime, Metric::Coverage, Metric::MeanResponse, Metric::Availability];
const SCOPES: [Scope; 7] =
    [Scope::Network, Scope::Country, Scope::Policy, Scope::Region, Scope::Outlet, Scope::Part, Scope::Class];

/// A hint lists so many names at most.
const MOST_LISTED: usize = 8;

/// Every target that could be read.
pub(crate) fn targets(ids: &Ids<'_>, reader: &mut Reader<'_>) -> Vec<Target> {
    let draft = reader.draft;
    draft.targets.iter().filter_map(|(entries, span)| target(entries, *span, ids, reader)).collect()
}

/// The keys of one target.
struct Given<'t> {
    entries: &'t [Entry],
}

impl<'t> Given<'t> {
    fn get(&self, name: &str) -> Option<&'t Entry> {
        self.entries.iter().find(|entry| entry.key == name)
    }

    fn number(&self, name: &str, reader: &mut Reader<'_>) -> Option<f64> {
        let entry = self.get(name)?;
        settings::number(kind_of(name), name, &entry.value, entry.span, reader.faults)
    }

    /// E07: a name that must be known.
    fn known<T: Copy>(
        &self,
        name: &str,
        broken: bool,
        find: impl Fn(&str) -> Option<T>,
        all: &[&str],
        reader: &mut Reader<'_>,
    ) -> Option<T> {
        let entry = self.get(name)?;
        let Value::Text(text) = &entry.value else {
            wrong_kind(name, KeyKind::Text, &entry.value, entry.span, reader.faults);
            return None;
        };
        let found = find(text.trim());
        if found.is_none() && !broken {
            let hint = did_you_mean(text, all.iter().copied()).or_else(|| listed(all));
            reader.faults.add("E07", entry.span, format!("unknown {name} `{text}`")).hint_if(hint);
        }
        found
    }
}

/// Words as short as A, B and C are near to none but all of them, and a few are soon listed.
fn listed(all: &[&str]) -> Option<String> {
    (1..=MOST_LISTED).contains(&all.len()).then(|| format!("one of {}", all.join(", ")))
}

fn kind_of(name: &str) -> KeyKind {
    TARGET_KEYS.iter().find(|key| key.path == name).expect("only keys of the schema are asked for").kind
}

fn target(entries: &[Entry], span: Span, ids: &Ids<'_>, reader: &mut Reader<'_>) -> Option<Target> {
    check_keys("[[target]]", entries, TARGET_KEYS, reader.faults);
    let given = Given { entries };
    let Some(metric) = given.get("metric") else {
        reader.faults.add("E12", span, "a [[target]] names its `metric`").hint(METRICS.map(Metric::name).join(", "));
        return None;
    };
    let metric_at = settings::choice(kind_of("metric"), "metric", &metric.value, metric.span, reader.faults);
    let scope = scope(given.get("scope"), reader);
    let countries: Vec<&str> = ids.countries.keys().copied().collect();
    let policies: Vec<&str> = ids.policies.keys().copied().collect();
    let classes: Vec<&str> = ids.classes.keys().copied().collect();
    let regions_broken = ids.regions.broken;
    let country: Option<CountryId> =
        given.known("country", regions_broken, |code| ids.countries.get(code).copied(), &countries, reader);
    let part: Option<PartId> =
        given.known("part", ids.parts.broken, |id| ids.parts.row(id).map(PartId), &ids.parts.list, reader);
    let policy: Option<PolicyId> =
        given.known("policy", regions_broken, |name| ids.policies.get(name).copied(), &policies, reader);
    let class: Option<ClassId> =
        given.known("class", ids.parts.broken, |name| ids.classes.get(name).copied(), &classes, reader);
    let penalty = given.number("penalty", reader).and_then(Money::new);
    let home: Option<CountryId> =
        given.known("home", regions_broken, |code| ids.countries.get(code).copied(), &countries, reader);
    let metric = METRICS[metric_at?];
    let name = metric.name();
    let limit = limit(metric, name, span, &given, &scope, reader);
    let within = within(metric, name, span, &given, reader);
    if let Some(entry) = given.get("home")
        && !(matches!(limit, Some(Limit::SpreadAtMost(_))) && scope == [Scope::Country] && country.is_none())
    {
        let message = "home and abroad are compared by the spread over all countries";
        reader.faults.add("E13", entry.key_span, message).hint("scope = \"country\" and spread_at_most = 0.05");
    }
    Some(Target { metric, scope, limit: limit?, within, country, part, policy, penalty, class, home })
}

fn scope(entry: Option<&Entry>, reader: &mut Reader<'_>) -> Vec<Scope> {
    let Some(entry) = entry else { return vec![Scope::Network] };
    let one = [(entry.value.clone(), entry.span)];
    let words = match &entry.value {
        Value::List(words) => words.as_slice(),
        _ => one.as_slice(),
    };
    let mut scopes = Vec::new();
    for (word, span) in words {
        let Some(at) = settings::choice(kind_of("scope"), "scope", word, *span, reader.faults) else { continue };
        if scopes.contains(&SCOPES[at]) {
            reader.faults.add("E13", *span, "the scope names this twice");
        } else {
            scopes.push(SCOPES[at]);
        }
    }
    if scopes.len() > 1 && scopes.contains(&Scope::Network) {
        reader
            .faults
            .add("E13", entry.span, "the scope `network` stands alone")
            .hint("the whole network has no combinations with other scopes");
    }
    if scopes.is_empty() { vec![Scope::Network] } else { scopes }
}

/// E13: exactly one limit, of the kind that the metric has.
fn limit(
    metric: Metric,
    name: &str,
    span: Span,
    given: &Given<'_>,
    scope: &[Scope],
    reader: &mut Reader<'_>,
) -> Option<Limit> {
    let limits: Vec<&Entry> =
        ["at_least", "at_most", "spread_at_most"].iter().filter_map(|name| given.get(name)).collect();
    let in_hours = metric == Metric::MeanResponse;
    let usual = if in_hours { "at_most = 8" } else { "at_least = 0.95" };
    let entry = match limits.as_slice() {
        [] => {
            reader.faults.add("E12", span, format!("the target on {name} says no limit")).hint(usual);
            return None;
        }
        [one] => *one,
        [_, second, ..] => {
            reader
                .faults
                .add("E13", second.key_span, "a target says one limit")
                .hint("write a second [[target]] for the other");
            return None;
        }
    };
    match entry.key.as_str() {
        "at_least" if in_hours => {
            let message = "mean_response_hours is a time: it is kept short with `at_most`";
            reader.faults.add("E13", entry.key_span, message);
            None
        }
        "at_most" if !in_hours => {
            let message = format!("{name} is a share: it is kept high with `at_least`");
            reader.faults.add("E13", entry.key_span, message);
            None
        }
        "at_least" => given.number("at_least", reader).map(Limit::AtLeast),
        "at_most" => given.number("at_most", reader).map(Limit::AtMost),
        _ => {
            if !matches!(scope, [Scope::Country] | [Scope::Region]) {
                reader
                    .faults
                    .add("E13", entry.key_span, "a spread is taken over countries or regions")
                    .hint("scope = \"country\"");
                return None;
            }
            let number = given.number("spread_at_most", reader);
            if let Some(spread) = number.filter(|&spread| !in_hours && spread > 1.0) {
                let message = "the spread of a share must be between 0 and 1";
                reader.faults.add("E05", entry.span, message).hint(format!("{spread} % is written {}", spread / 100.0));
            }
            number.map(Limit::SpreadAtMost)
        }
    }
}

/// E13: a window where the metric has one.
fn within(metric: Metric, name: &str, span: Span, given: &Given<'_>, reader: &mut Reader<'_>) -> Option<Hours> {
    match (metric, given.get("within_hours")) {
        (Metric::OnTime | Metric::Coverage, None) => {
            reader.faults.add("E12", span, format!("the target on {name} says no window")).hint("within_hours = 24");
            None
        }
        (Metric::MeanResponse | Metric::Availability, Some(entry)) => {
            reader.faults.add("E13", entry.key_span, format!("{name} has no window")).hint("leave `within_hours` out");
            None
        }
        (_, Some(_)) => given.number("within_hours", reader).and_then(Hours::new),
        (_, None) => None,
    }
}

/// E13: the tables hold what a target speaks of.
pub(crate) fn targets_can_be_answered(scenario: &Scenario, reader: &mut Reader<'_>) {
    let draft = reader.draft;
    if reader.faults.errors() > 0 || draft.targets.len() != scenario.targets.len() {
        return;
    }
    for ((_, span), target) in draft.targets.iter().zip(&scenario.targets) {
        let lacks = |scope: Scope| target.scope.contains(&scope);
        let (message, hint) = if target.metric == Metric::FillRate && scenario.parts.is_empty() {
            ("a fill rate is about parts, and there are none", "parts.csv lists them")
        } else if target.metric == Metric::Availability && scenario.installed.is_empty() {
            ("availability is about installed units, and none are given", "installed_base.csv gives them")
        } else if lacks(Scope::Country) && scenario.regions.iter().all(|region| region.country.is_none()) {
            ("the scope is `country`, but no region has one", "regions.csv has the column country")
        } else if lacks(Scope::Policy) && scenario.policies.is_empty() {
            ("the scope is `policy`, but nothing has one", "regions.csv and products.csv have the column policy")
        } else if lacks(Scope::Part) && scenario.parts.is_empty() {
            ("the scope is `part`, but there are none", "parts.csv lists them")
        } else if lacks(Scope::Class) && scenario.classes.is_empty() {
            ("the scope is `class`, but no part has one", "parts.csv has the column class")
        } else if let (Some(part), Some(class)) = (target.part, target.class)
            && scenario.parts[part.at()].class != Some(class)
        {
            ("this target's part is not of its class", "leave one of the two out")
        } else if target.country.is_some() && scenario.regions.iter().all(|region| region.country != target.country) {
            ("no region lies in this target's country", "a country of outlets alone has no demand of its own")
        } else if target.home.is_some() && scenario.regions.iter().all(|region| region.country != target.home) {
            ("no region lies in the home country", "parity needs what is served at home")
        } else {
            continue;
        };
        reader.faults.add("E13", *span, message).hint(hint);
    }
}
