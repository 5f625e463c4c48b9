//! Keys of `scenario.toml` that the command line gives.

use super::Draft;
use crate::scenario::diagnostic::Faults;
use crate::scenario::settings::{Entry, Value, parse};
use crate::scenario::source::Span;

impl Draft {
    /// Takes the settings of the command line in: `planning.gap=0.01`; text needs no quotes there.
    pub(super) fn set(&mut self, settings: &[&String], faults: &mut Faults) {
        if settings.is_empty() {
            return;
        }
        let source = self
            .sources
            .add("--set".into(), settings.iter().map(|setting| setting.as_str()).collect::<Vec<_>>().join("\n"));
        let mut offset = 0;
        for setting in settings {
            let whole = Span { source, start: offset as u32, end: (offset + setting.len()) as u32 };
            match entries_of(setting, source, offset) {
                None => {
                    faults.add("E09", whole, "a setting is written key=value").hint("--set planning.gap=0.01");
                }
                Some(entries) => {
                    let refused = ["change", "extends"];
                    let (targets, entries): (Vec<Entry>, Vec<Entry>) =
                        entries.into_iter().partition(|entry| entry.key == "target");
                    targets.into_iter().for_each(|entry| self.set_target(entry, faults));
                    match entries.iter().find(|entry| refused.contains(&entry.key.as_str())) {
                        Some(entry) => {
                            let message = format!("`{}` cannot be set on the command line", entry.key);
                            faults
                                .add("E10", entry.key_span, message)
                                .hint("write an overlay: a folder that `extends` this one");
                        }
                        None => self.settings.take(entries, faults),
                    }
                }
            }
            offset += setting.len() + 1;
        }
    }

    /// Sets a key of a target by its number: `target.2.at_least=0.97`.
    fn set_target(&mut self, entry: Entry, faults: &mut Faults) {
        let hint = "--set target.1.at_least=0.97, where 1 is the first [[target]]";
        let Value::Table(numbered) = entry.value else {
            faults.add("E11", entry.span, "a target is named by its number, with a key of it").hint(hint);
            return;
        };
        for Entry { key, key_span, value, span } in numbered {
            let known = self.targets.len();
            let number = key.parse::<usize>().ok().filter(|number| (1..=known).contains(number));
            let Some(number) = number else {
                let message = match known {
                    0 => "the scenario has no [[target]]".to_owned(),
                    1 => format!("there is no target `{key}`: the scenario has one, number 1"),
                    _ => format!("there is no target `{key}`: they are numbered from 1 to {known}"),
                };
                faults.add("E10", key_span, message).hint(hint);
                continue;
            };
            let Value::Table(keys) = value else {
                faults.add("E11", span, format!("`target.{key}` is a table, not {}", value.words())).hint(hint);
                continue;
            };
            let (given, _) = &mut self.targets[number - 1];
            for entry in keys {
                given.retain(|own| own.key != entry.key);
                given.push(entry);
            }
        }
    }
}

/// The entries of `key=value`, where a value that is not TOML is taken as text.
fn entries_of(setting: &str, source: u16, offset: usize) -> Option<Vec<Entry>> {
    let mut silent = Faults::default();
    if let Some(entries) = parse(setting, source, offset, &mut silent).filter(|entries| !entries.is_empty()) {
        return Some(entries);
    }
    let (key, value) = setting.split_once('=')?;
    let entries = parse(&format!("{key}=0"), source, offset, &mut silent).filter(|entries| entries.len() == 1)?;
    let start = (offset + key.len() + 1) as u32;
    let span = Span { source, start, end: start + value.len() as u32 };
    let mut entries = entries;
    let mut place = &mut entries;
    loop {
        let entry = place.first_mut()?;
        match entry.value {
            Value::Table(_) => {}
            _ => {
                (entry.value, entry.span) = (Value::Text(value.trim().to_string()), span);
                break;
            }
        }
        let Value::Table(below) = &mut entry.value else { return None };
        place = below;
    }
    Some(entries)
}
