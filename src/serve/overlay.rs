//! What a page has edited, as an overlay folder that a human can read and review in a diff.

use std::fs;
use std::sync::{Mutex, PoisonError};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::shelf::{OWN_KEYS, Shelf, faults, is_bare_overlay};
use super::wire::Answer;
use crate::plan::write::write_file;
use crate::scenario::{Limit, Loaded, Scenario, load};

/// A name is no longer.
const LONGEST_NAME: usize = 64;

/// An overlay as the page sends it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Edited {
    /// The name of its folder.
    name: String,
    /// The scenario it is laid over.
    base: String,
    /// A sentence about it.
    #[serde(default)]
    description: String,
    /// Edits of rows, each with the fields of a `[[change]]`.
    #[serde(default)]
    changes: Vec<Map<String, Value>>,
    /// Targets that are moved.
    #[serde(default)]
    targets: Vec<Moved>,
    /// Keys of `scenario.toml` with their values.
    #[serde(default)]
    keys: Map<String, Value>,
    /// May it take the place of an overlay of that name?
    #[serde(default)]
    replace: bool,
}

/// A target with another level.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Moved {
    /// Its number in the base, from 1.
    number: usize,
    /// The level: a share or hours.
    level: f64,
}

/// Saves overlays, one after another.
#[derive(Debug, Default)]
pub(super) struct Desk(Mutex<()>);

impl Desk {
    /// Writes an overlay, unless it is faulty: then nothing is written.
    pub fn save(&self, shelf: &Shelf, body: &[u8]) -> Result<Answer, Answer> {
        let edited: Edited = serde_json::from_slice(body)
            .map_err(|error| Answer::refusal(422, &format!("this is no overlay: {error}")))?;
        let _one_at_a_time = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !may_name(&edited.name) {
            let why =
                "a name has letters, digits, `-` and `_`, begins with a letter or digit and has at most 64 of them";
            return Err(Answer::refusal(400, why));
        }
        let base = shelf.folder(&edited.base)?;
        if edited.base == edited.name {
            return Err(Answer::refusal(409, "an overlay cannot be laid over itself: save it under another name"));
        }
        let folder = shelf.scenarios.join(&edited.name);
        let before = match folder.symlink_metadata() {
            Err(_) => None,
            Ok(_) if !is_bare_overlay(&folder) => {
                return Err(Answer::refusal(409, "that name is taken by a folder with work of its own"));
            }
            Ok(_) if !edited.replace => {
                return Err(Answer::refusal(409, "there is an overlay of that name already"));
            }
            Ok(_) => fs::read(folder.join("scenario.toml")).ok(),
        };
        let loaded = load(&base, &[]).map_err(|refused| faults(&refused))?;
        let text = text(&edited, &loaded)?;
        // It is read where nobody looks for scenarios: a folder whose name begins with a dot is never listed.
        let trial = shelf.scenarios.join(format!(".{}.{}.new", edited.name, std::process::id()));
        let unwritten = |error: std::io::Error| Answer::refusal(500, &format!("cannot write the overlay: {error}"));
        write_file(&trial.join("scenario.toml"), text.as_bytes()).map_err(unwritten)?;
        let warnings = match load(&trial, &[]) {
            Ok(loaded) => loaded.warnings.json(),
            Err(refused) => {
                let _ = fs::remove_dir_all(&trial);
                return Err(faults(&refused));
            }
        };
        let saved = match &before {
            None => fs::rename(&trial, &folder),
            Some(_) => write_file(&folder.join("scenario.toml"), text.as_bytes()),
        };
        // Where the rename took it there is nothing left to take away.
        let _ = fs::remove_dir_all(&trial);
        saved.map_err(unwritten)?;
        if let Some(before) = before
            && let Err(refused) = load(&folder, &[])
        {
            // Its base may extend it: then the older text stays.
            write_file(&folder.join("scenario.toml"), &before).map_err(unwritten)?;
            return Err(faults(&refused));
        }
        Ok(Answer::json(201, &json!({"name": edited.name, "text": text, "warnings": warnings})))
    }
}

/// May a folder be called so, here and on a machine with another file system?
fn may_name(name: &str) -> bool {
    const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
    let small = name.to_ascii_lowercase();
    let device = DEVICES.contains(&small.as_str())
        || small.len() == 4
            && (small.starts_with("com") || small.starts_with("lpt"))
            && small.ends_with(char::is_numeric);
    (1..=LONGEST_NAME).contains(&name.len())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        && name.as_bytes()[0].is_ascii_alphanumeric()
        && !device
}

/// The overlay's `scenario.toml`.
fn text(edited: &Edited, base: &Loaded) -> Result<String, Answer> {
    if edited.changes.is_empty() && edited.targets.is_empty() && edited.keys.is_empty() {
        return Err(Answer::refusal(422, "nothing is changed"));
    }
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let mut text = format!("name = {}\n", quoted(&edited.name));
    if !edited.description.is_empty() {
        text.push_str(&format!("description = {}\n", quoted(&edited.description)));
    }
    text.push_str(&format!("extends = {}\n", quoted(&format!("../{}", edited.base))));
    if !edited.keys.is_empty() {
        text.push('\n');
    }
    for (path, value) in &edited.keys {
        let bare = |piece: &str| {
            !piece.is_empty() && piece.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
        };
        if !path.split('.').all(bare) || OWN_KEYS.contains(&path.as_str()) {
            return Err(Answer::refusal(422, &format!("`{path}` is no key that can be edited here")));
        }
        text.push_str(&format!("{path} = {}\n", value_text(value)?));
    }
    text.push_str(&targets_text(edited, base)?);
    for change in &edited.changes {
        text.push_str("\n[[change]]\n");
        for (field, value) in change {
            if !["table", "where", "set", "scale", "add", "remove"].contains(&field.as_str()) {
                return Err(Answer::refusal(422, &format!("`{field}` is no field of a change")));
            }
            text.push_str(&format!("{field} = {}\n", value_text(value)?));
        }
    }
    Ok(text)
}

/// All targets of the base, those that were moved with their new levels; empty where none was moved.
fn targets_text(edited: &Edited, base: &Loaded) -> Result<String, Answer> {
    let mut targets = base.origins.targets_written();
    if edited.targets.is_empty() {
        return Ok(String::new());
    }
    let known = targets.len();
    for Moved { number, level } in &edited.targets {
        let Some(target) = number.checked_sub(1).and_then(|at| targets.get_mut(at)) else {
            return Err(Answer::refusal(422, &format!("there is no target {number}: the scenario has {known}")));
        };
        let key = limit_key(&base.scenario, number - 1);
        let written = target.iter_mut().filter(|(own, _)| own == key);
        written.for_each(|(_, value)| *value = format!("{level}  # {value} in the base"));
    }
    let mut text =
        "\n# Targets stand in the place of all of the base's, so those that stay as they are stand here too.\n"
            .to_owned();
    for (number, target) in targets.iter().enumerate() {
        text.push_str(if number == 0 { "[[target]]\n" } else { "\n[[target]]\n" });
        target.iter().for_each(|(key, value)| text.push_str(&format!("{key} = {value}\n")));
    }
    Ok(text)
}

/// The key of a target's level.
fn limit_key(scenario: &Scenario, target: usize) -> &'static str {
    match scenario.targets[target].limit {
        Limit::AtLeast(_) => "at_least",
        Limit::AtMost(_) => "at_most",
        Limit::SpreadAtMost(_) => "spread_at_most",
    }
}

/// A JSON value as TOML writes it on one line.
fn value_text(value: &Value) -> Result<String, Answer> {
    let quoted = |text: &str| {
        let text = toml::Value::String(text.to_owned()).to_string();
        if text.contains('\n') { Err(Answer::refusal(422, "a value stands on one line")) } else { Ok(text) }
    };
    match value {
        Value::Null => Err(Answer::refusal(422, "a value is missing")),
        Value::Bool(on) => Ok(on.to_string()),
        Value::Number(number) => Ok(number.to_string()),
        Value::String(text) => quoted(text),
        Value::Array(items) => {
            Ok(format!("[{}]", items.iter().map(value_text).collect::<Result<Vec<_>, _>>()?.join(", ")))
        }
        Value::Object(fields) => {
            let field = |(name, value): (&String, &Value)| {
                let bare =
                    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte));
                let name = if bare { name.clone() } else { quoted(name)? };
                Ok(format!("{name} = {}", value_text(value)?))
            };
            Ok(format!("{{ {} }}", fields.iter().map(field).collect::<Result<Vec<_>, _>>()?.join(", ")))
        }
    }
}
