//! The scenarios that are served: the folders just under one folder, and what a page can show and edit of each.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use super::wire::Answer;
use crate::plan::write::PLAN_FILE;
use crate::report::terminal::percent_text;
use crate::scenario::schema::{KEYS, KeyKind};
use crate::scenario::{Limit, Loaded, Metric, Origins, Refused, Scenario, Site, Status, load};

/// Keys that an overlay made here has of its own.
pub(super) const OWN_KEYS: [&str; 3] = ["name", "description", "extends"];

/// Where scenarios and their plans lie.
#[derive(Debug)]
pub(super) struct Shelf {
    /// The folder of scenario folders.
    pub scenarios: PathBuf,
    /// The folder of plan folders.
    pub plans: PathBuf,
}

impl Shelf {
    /// The names of the scenario folders, in order.
    pub fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(&self.scenarios).into_iter().flatten().flatten();
        let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
        let mut names: Vec<String> = names
            .filter(|name| !name.starts_with('.') && self.scenarios.join(name).join("scenario.toml").is_file())
            .collect();
        names.sort();
        names
    }

    /// The folder of a scenario. Only a name that stands in the list leads anywhere, so no name leads out of the folder.
    pub fn folder(&self, name: &str) -> Result<PathBuf, Answer> {
        if name.is_empty() || name.starts_with('.') || name.contains(['/', '\\', '\0']) {
            return Err(Answer::refusal(400, "this is no name of a scenario"));
        }
        if !self.names().iter().any(|own| own == name) {
            return Err(Answer::refusal(404, "there is no scenario of that name"));
        }
        Ok(self.scenarios.join(name))
    }

    /// The folder of a scenario's plan.
    pub fn plan(&self, name: &str) -> PathBuf {
        self.plans.join(name)
    }

    /// What `plan.json` says of a scenario's plan.
    pub fn summary(&self, name: &str) -> Option<Map<String, Value>> {
        serde_json::from_slice(&fs::read(self.plan(name).join(PLAN_FILE)).ok()?).ok()
    }

    /// Every scenario in a few words; none is checked.
    pub fn list(&self) -> Value {
        let told = |name: &String| {
            let text = fs::read_to_string(self.scenarios.join(name).join("scenario.toml")).unwrap_or_default();
            // A faulty text is told of when the scenario is looked at.
            let table = text.parse::<toml::Table>().unwrap_or_default();
            let word = |key: &str| table.get(key).and_then(toml::Value::as_str);
            let base = word("extends").map(|base| base.trim_end_matches('/').rsplit('/').next().unwrap_or(base));
            let plan = self.summary(name).map(|plan| {
                let fields = ["status", "cost_per_year", "currency", "gap"];
                fields
                    .iter()
                    .map(|field| ((*field).to_owned(), plan.get(*field).cloned().into()))
                    .collect::<Map<_, Value>>()
            });
            json!({"name": name, "title": word("name").unwrap_or(name), "description": word("description").unwrap_or_default(),
                "extends": base, "plan": plan})
        };
        json!({"folder": self.scenarios.display().to_string(), "scenarios": self.names().iter().map(told).collect::<Vec<_>>()})
    }

    /// A scenario with all that can be edited of it.
    pub fn scenario(&self, name: &str) -> Result<Value, Answer> {
        let Loaded { scenario, warnings, origins } =
            load(&self.folder(name)?, &[]).map_err(|refused| faults(&refused))?;
        let plan = self.summary(name);
        let hash = plan.as_ref().and_then(|plan| plan.get("input_hash")).and_then(Value::as_str);
        let current = hash == Some(scenario.input_hash.as_str());
        let sites = |sites: &[Site]| sites.iter().map(|own| site(&scenario, own)).collect::<Vec<_>>();
        Ok(json!({
            "name": name,
            "title": scenario.name,
            "description": scenario.description,
            "currency": scenario.currency,
            "input_hash": scenario.input_hash,
            "regions": scenario.regions.len(),
            "parts": scenario.parts.len(),
            "outlets": sites(&scenario.outlets),
            "depots": sites(&scenario.depots),
            "targets": targets(&scenario, &origins),
            "keys": keys(&origins),
            "warnings": warnings.json(),
            "plan": plan,
            "plan_is_current": current,
        }))
    }
}

/// What is wrong with a scenario, as an answer.
pub(super) fn faults(refused: &Refused) -> Answer {
    let object = match refused {
        Refused::Invalid(faults) => json!({"error": "the scenario has faults", "faults": faults.json()}),
        Refused::Unreadable { path, error } => json!({"error": format!("cannot read `{}`: {error}", path.display())}),
    };
    Answer::json(422, &object)
}

fn site(scenario: &Scenario, site: &Site) -> Value {
    let status = match site.status {
        Status::Candidate => "candidate",
        Status::Open => "open",
        Status::Closed => "closed",
        Status::Existing => "existing",
    };
    let country = site.country.map(|country| scenario.countries[country.at()].code.as_str());
    json!({"id": site.id, "name": site.name, "country": country, "status": status, "fixed_cost_per_year": site.fixed_cost.get()})
}

/// Every target with the level that can be moved and the room in which a slider moves it.
fn targets(scenario: &Scenario, origins: &Origins) -> Vec<Value> {
    let written = origins.targets_written();
    let pair = |(number, written): (usize, &Vec<(String, String)>)| {
        let target = &scenario.targets[number];
        let (key, level) = match target.limit {
            Limit::AtLeast(level) => ("at_least", level),
            Limit::AtMost(level) => ("at_most", level),
            Limit::SpreadAtMost(level) => ("spread_at_most", level),
        };
        let hours = target.metric == Metric::MeanResponse;
        let bare = |value: &str| value.replace(['"', '[', ']'], "");
        let rest = written.iter().filter(|(own, _)| own != key).map(|(own, value)| match own.as_str() {
            "metric" => bare(value),
            own => format!("{own} {}", bare(value)),
        });
        let words = rest.collect::<Vec<_>>().join(", ");
        // A share ends at one; hours may be doubled.
        let (most, step) = if hours { ((2.0 * level).max(1.0), 0.1) } else { (1.0, 0.001) };
        let shown = if hours { format!("{level} h") } else { format!("{} %", percent_text(level)) };
        json!({"number": number + 1, "words": words, "metric": target.metric.name(), "key": key, "level": level,
            "shown": shown, "hours": hours, "least": step, "most": most, "step": step, "hard": target.penalty.is_none()})
    };
    written.iter().enumerate().take(scenario.targets.len()).map(pair).collect()
}

/// Every key that is written without a name of one's own, with its value.
fn keys(origins: &Origins) -> Vec<Value> {
    let own = KEYS.iter().filter(|key| !OWN_KEYS.contains(&key.path) && !key.path.contains('*'));
    own.map(|key| {
        let choices: &[&str] = match key.kind {
            KeyKind::Choice(words) => words,
            KeyKind::Switch => &["true", "false"],
            _ => &[],
        };
        let text = matches!(key.kind, KeyKind::Text | KeyKind::Choice(_));
        json!({"path": key.path, "kind": key.kind.words(), "text": text, "choices": choices, "default": key.default,
            "doc": key.doc, "given": origins.key_written(key.path)})
    })
    .collect()
}

/// Is a folder there that was made for nothing but one overlay?
pub(super) fn is_bare_overlay(folder: &Path) -> bool {
    let names: Vec<_> = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.file_name()).collect();
    let text = fs::read_to_string(folder.join("scenario.toml")).unwrap_or_default();
    names.len() == 1 && text.parse::<toml::Table>().is_ok_and(|table| table.contains_key("extends"))
}
