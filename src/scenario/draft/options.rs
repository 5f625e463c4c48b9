//! The options of choices: `choices/<choice>/<option>.toml`, each a text laid over the folders.
//!
//! An overlay inherits the choices of its base; a file of its own takes the place of the base's option of that name. What an
//! option's `[option]` table says is what taking it costs.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use super::Draft;
use crate::scenario::choice::{Alternative, Choice};
use crate::scenario::diagnostic::{Faults, did_you_mean};
use crate::scenario::hash::hexadecimal_digest;
use crate::scenario::read::{Found, read};
use crate::scenario::schema::OPTION_KEYS;
use crate::scenario::settings::{Entry, Value, check_keys, parse, wrong_kind};
use crate::scenario::source::Span;

/// The folder of choices within a scenario's folder.
const FOLDER: &str = "choices";

/// The texts of options by choice and option, each with the name it is known by.
pub(super) type Texts = BTreeMap<String, BTreeMap<String, (String, String)>>;

/// What the `[option]` table of an option that is taken says.
#[derive(Debug)]
pub(crate) struct Taking {
    /// Its keys.
    pub entries: Vec<Entry>,
}

/// Reads the options of a folder over those of its bases.
pub(super) fn gather(
    folder: &Path,
    prefix: &str,
    texts: &mut Texts,
    draft: &mut Draft,
    faults: &mut Faults,
) -> Result<(), (PathBuf, io::Error)> {
    let above = folder.join(FOLDER);
    for choice in names(&above).map_err(|error| (above.clone(), error))? {
        let inside = above.join(&choice);
        if !inside.is_dir() {
            continue;
        }
        for file in names(&inside).map_err(|error| (inside.clone(), error))? {
            let Some(option) = file.strip_suffix(".toml") else { continue };
            let known = format!("{prefix}{FOLDER}/{choice}/{file}");
            let path = inside.join(&file);
            let mut faulty = |text: String, message: &str, hint: &str| {
                let source = draft.sources.add(known.clone(), text);
                faults.add("E01", Span::whole(source), message.to_owned()).hint(hint);
            };
            match read(&path).map_err(|error| (path.clone(), error))? {
                Found::Text(_) if !is_bare(&choice) || !is_bare(option) => {
                    let message = "the name of a choice or an option is not letters, digits, `-` and `_`";
                    faulty(String::new(), message, "rename the folder or the file");
                }
                Found::Text(text) => {
                    texts.entry(choice.clone()).or_default().insert(option.to_owned(), (known, text));
                }
                Found::Unusable(text, message, hint) => faulty(text, &message, hint),
                Found::Nothing => {}
            }
        }
    }
    Ok(())
}

/// May it stand as a key without quotes?
fn is_bare(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// The names in a folder, in order; none where there is no such folder.
fn names(folder: &Path) -> io::Result<Vec<String>> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        other => other?,
    };
    let mut names: Vec<String> =
        entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect::<io::Result<_>>()?;
    names.sort();
    Ok(names)
}

impl Draft {
    /// Lays the options over the folders that are taken: those that the settings name, else those in `taken`, else the first.
    pub(super) fn lay_options(&mut self, texts: Texts, taken: &[(String, String)], faults: &mut Faults) {
        for (name, options) in texts {
            let names: Vec<&str> = options.keys().map(String::as_str).collect();
            let (at, given) = self.settled(&name, &names, taken, faults);
            let alternative = |(option, (_, text)): (&String, &(String, String))| Alternative {
                name: option.clone(),
                digest: hexadecimal_digest(text.as_bytes()),
            };
            let alternatives = options.iter().map(alternative).collect();
            self.choices.push(Choice { name, options: alternatives, taken: at, given });
            if let Some((known, text)) = options.into_values().nth(at) {
                self.lay_option(&known, text, faults);
            }
        }
    }

    /// The option of a choice that the settings name, else that in `taken`, else the first; do the settings name it? E07: it is one.
    pub(super) fn settled(
        &self,
        name: &str,
        options: &[&str],
        taken: &[(String, String)],
        faults: &mut Faults,
    ) -> (usize, bool) {
        let path = format!("choice.{name}");
        let asked = self.settings.get(&path).map(|setting| (setting.value.clone(), setting.span));
        let given = match asked {
            None => None,
            Some((Value::Text(option), span)) => {
                let found = options.iter().position(|known| *known == option.trim());
                if found.is_none() {
                    let hint = did_you_mean(&option, options.iter().copied())
                        .unwrap_or_else(|| format!("options are {}", options.join(", ")));
                    faults.add("E07", span, format!("`{name}` has no option `{option}`")).hint(hint);
                }
                found
            }
            Some((other, span)) => {
                wrong_kind(&path, crate::scenario::schema::KeyKind::Text, &other, span, faults);
                None
            }
        };
        let earlier = || {
            let option = &taken.iter().find(|(choice, _)| *choice == name)?.1;
            options.iter().position(|known| known == option)
        };
        (given.or_else(earlier).unwrap_or(0), given.is_some())
    }

    fn lay_option(&mut self, known: &str, text: String, faults: &mut Faults) {
        let source = self.sources.add(known.to_owned(), text);
        let Some(entries) = parse(self.sources.whole_text(source), source, 0, faults) else { return };
        let (own, entries): (Vec<Entry>, Vec<Entry>) = entries.into_iter().partition(|entry| entry.key == "option");
        for entry in own {
            match entry.value {
                Value::Table(entries) => {
                    check_keys("[option]", &entries, OPTION_KEYS, faults);
                    self.taking.push(Taking { entries });
                }
                other => {
                    faults.add("E11", entry.span, format!("`option` is a table, not {}", other.words()));
                }
            }
        }
        self.take_text(entries, faults);
    }

    /// E07: a choice that is settled is there.
    pub(super) fn choices_are_known(&self, faults: &mut Faults) {
        for (name, span) in self.settings.keys_under("choice") {
            if self.choices.iter().all(|choice| choice.name != name) {
                let hint = did_you_mean(name, self.choices.iter().map(|choice| choice.name.as_str()))
                    .unwrap_or_else(|| format!("a choice is a folder {FOLDER}/{name} with a file for each option"));
                faults.add("E07", span, format!("there is no choice `{name}`")).hint(hint);
            }
        }
    }
}
