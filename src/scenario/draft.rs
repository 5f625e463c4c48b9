//! A scenario as it was written: a chain of folders merged, every value still text with its place.

mod given;
mod options;
mod tables;
mod tiers;

use std::io;
use std::path::{Path, PathBuf};

use super::Refused;
use super::change::change;
use super::choice::Choice;
use super::diagnostic::{Faults, nearest};
use super::overlay;
use super::read::{Found, read};
use super::schema::{TABLES, TableSchema};
use super::settings::{Entry, Settings, Value, parse, wrong_kind};
use super::sheet::Sheet;
use super::source::{Cell, Sources, Span};
use super::workbook::WORKBOOK_FILE;

pub(crate) use options::Taking;
use tables::{Given, stem};

/// A scenario as it was written.
#[derive(Debug)]
pub(crate) struct Draft {
    /// The folder's own name.
    pub folder: String,
    pub sources: Sources,
    /// One sheet a table, in the order of the tables.
    pub sheets: Vec<Sheet>,
    pub settings: Settings,
    /// The scenario's `scenario.toml`.
    pub toml: u16,
    pub targets: Vec<(Vec<Entry>, Span)>,
    /// The choices with the options that are taken.
    pub choices: Vec<Choice>,
    /// What the options that are taken say of themselves.
    pub taking: Vec<Taking>,
}

/// One folder of a chain of overlays.
struct Level {
    folder: PathBuf,
    /// What stands before its files' names.
    prefix: String,
    source: u16,
    entries: Vec<Entry>,
}

/// Could the folder and all its bases be read?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Chain {
    Whole,
    Cut,
}

/// Longer chains of bases are refused.
const LONGEST_CHAIN: usize = 32;

/// What is laid over a folder besides its own files.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Besides<'a> {
    /// Texts in the form of a `scenario.toml` with the names they are known by, in the order they are applied.
    pub texts: &'a [(String, String)],
    /// Keys of `scenario.toml`, applied last.
    pub settings: &'a [String],
    /// Options by their choices, for choices that nothing else settles.
    pub taken: &'a [(String, String)],
}

/// Reads a folder and its bases, and merges them.
pub(crate) fn draft(folder: &Path, besides: Besides<'_>, faults: &mut Faults) -> Result<Draft, Refused> {
    // Who names the file means its folder.
    let is_file = folder.file_name().is_some_and(|name| name == "scenario.toml") && folder.is_file();
    let folder = folder.parent().filter(|_| is_file).unwrap_or(folder);
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let failed = |path: &Path, error: io::Error| Refused::Unreadable { path: path.to_path_buf(), error };
    let real = folder.canonicalize().map_err(|error| failed(folder, error))?;
    std::fs::read_dir(&real).map_err(|error| failed(folder, error))?;
    let mut draft = Draft {
        folder: real.file_name().map_or_else(|| "scenario".into(), |name| name.to_string_lossy().into_owned()),
        sources: Sources::default(),
        sheets: TABLES.iter().map(Sheet::absent).collect(),
        settings: Settings::default(),
        toml: 0,
        targets: Vec::new(),
        choices: Vec::new(),
        taking: Vec::new(),
    };
    let (mut levels, cut) = chain(real, &mut draft.sources, faults)?;
    draft.toml = levels.first().map_or(0, |level| level.source);
    if let Chain::Cut = cut {
        // What the missing folders hold is not known: nothing should be called missing.
        draft.sheets.iter_mut().for_each(|sheet| sheet.broken = true);
    }
    let top = levels.first().is_some_and(|level| level.entries.iter().any(|entry| entry.key == "name"));
    let is_overlay = levels.len() > 1 || cut == Chain::Cut;
    let mut options = options::Texts::default();
    while let Some(level) = levels.pop() {
        options::gather(&level.folder, &level.prefix, &mut options, &mut draft, faults)
            .map_err(|(path, error)| failed(&path, error))?;
        draft.lay(level, faults).map_err(|(path, error)| failed(&path, error))?;
    }
    if is_overlay && !top {
        // An overlay is another scenario than its base: it does not inherit the name.
        draft.settings.forget("name");
    } else if draft.settings.get("name").is_none() && !is_overlay {
        let whole = Span::whole(draft.toml);
        faults.add("E12", whole, "the scenario has no `name`").hint(format!("name = \"{}\"", draft.folder));
    }
    // What settles a choice is heard before the options are laid, everything else after them.
    let settles = |setting: &&String| setting.trim_start().starts_with("choice.");
    let (settling, settings): (Vec<&String>, Vec<&String>) = besides.settings.iter().partition(settles);
    besides.texts.iter().for_each(|(_, text)| draft.hear_choices(text));
    draft.set(&settling, faults);
    draft.lay_options(options, besides.taken, faults);
    for (name, text) in besides.texts {
        draft.lay_text(name, text, faults);
    }
    draft.set(&settings, faults);
    draft.settle_tiers(besides.taken, faults);
    draft.choices_are_known(faults);
    Ok(draft)
}

/// The folder and its bases, the folder first.
fn chain(folder: PathBuf, sources: &mut Sources, faults: &mut Faults) -> Result<(Vec<Level>, Chain), Refused> {
    let mut levels: Vec<Level> = Vec::new();
    let (mut folder, mut prefix, mut from) = (folder, String::new(), None::<Span>);
    loop {
        let path = folder.join("scenario.toml");
        let found = read(&path).map_err(|error| Refused::Unreadable { path: path.clone(), error })?;
        let text = match found {
            Found::Text(text) => text,
            Found::Nothing => {
                match from {
                    Some(span) => {
                        faults.add("E15", span, "the base has no scenario.toml").hint("extends = \"../base\"")
                    }
                    None => {
                        let source = sources.add("scenario.toml".into(), String::new());
                        faults.add("E01", Span::whole(source), "the file is missing").hint(
                            "a scenario is a folder with scenario.toml, regions.csv, outlets.csv and some demand",
                        );
                    }
                }
                return Ok((levels, Chain::Cut));
            }
            Found::Unusable(text, message, hint) => {
                let source = sources.add(format!("{prefix}scenario.toml"), text);
                faults.add("E01", end_of(source, sources), message).hint(hint);
                return Ok((levels, Chain::Cut));
            }
        };
        let source = sources.add(format!("{prefix}scenario.toml"), text);
        let entries = parse(sources.whole_text(source), source, 0, faults);
        let sound = entries.is_some();
        let entries = entries.unwrap_or_default();
        let base = entries.iter().find(|entry| entry.key == "extends").map(|entry| (entry.value.clone(), entry.span));
        levels.push(Level { folder: folder.clone(), prefix: prefix.clone(), source, entries });
        if !sound {
            return Ok((levels, Chain::Cut));
        }
        let Some((value, span)) = base else { return Ok((levels, Chain::Whole)) };
        let Value::Text(text) = value else {
            wrong_kind("extends", super::schema::KeyKind::Text, &value, span, faults);
            return Ok((levels, Chain::Cut));
        };
        let Ok(next) = folder.join(text.trim()).canonicalize() else {
            faults.add("E15", span, format!("there is no folder `{text}`")).hint("the path is relative to this folder");
            return Ok((levels, Chain::Cut));
        };
        if let Some(first) = levels.iter().position(|level| level.folder == next) {
            let names = levels[first..].iter().map(|level| level.folder.as_path()).chain([next.as_path()]);
            let names: Vec<String> =
                names.map(|path| path.file_name().unwrap_or_default().to_string_lossy().into_owned()).collect();
            faults.add("E15", span, format!("the bases extend in a circle: {}", names.join(" → ")));
            return Ok((levels, Chain::Cut));
        }
        if levels.len() >= LONGEST_CHAIN {
            faults.add("E15", span, format!("more than {LONGEST_CHAIN} bases extend one another"));
            return Ok((levels, Chain::Cut));
        }
        prefix = format!("{prefix}{}/", text.trim().trim_end_matches('/'));
        folder = next;
        from = Some(span);
    }
}

/// The last character of a source.
fn end_of(source: u16, sources: &Sources) -> Span {
    let text = sources.whole_text(source);
    let end = text.len() as u32;
    let last = text.chars().next_back().map_or(0, char::len_utf8) as u32;
    Span { source, start: end - last, end }
}

impl Draft {
    /// Lays one folder over what was read so far.
    fn lay(&mut self, level: Level, faults: &mut Faults) -> Result<(), (PathBuf, io::Error)> {
        let given = tables::tables(&level.folder, &level.prefix, &mut self.sources, faults)?;
        if given.is_none() {
            // What the workbook holds is not known: nothing should be called missing.
            self.sheets.iter_mut().for_each(|sheet| sheet.broken = true);
        }
        let mut given = given.unwrap_or_default();
        for schema in TABLES {
            let path = level.folder.join(schema.file);
            let name = format!("{}{}", level.prefix, schema.file);
            let at = schema.table as usize;
            let found = read(&path).map_err(|error| (path, error))?;
            if let Some(Given { source, told }) = given.remove(&schema.table) {
                let twice = !matches!(found, Found::Nothing);
                match told {
                    Some(told) => self.lay_table(schema, source, &told, faults),
                    None => {
                        self.sheets[at].source = Some(source);
                        self.sheets[at].broken = true;
                    }
                }
                if twice {
                    let other = self.sources.add(name, String::new());
                    faults
                        .add("E26", Span::whole(other), format!("the table `{}` stands here too", stem(schema)))
                        .hint(format!("keep one of the two: it is read from {}", self.sources.name(source)));
                }
                continue;
            }
            match found {
                Found::Nothing => {}
                Found::Unusable(text, message, hint) => {
                    let source = self.sources.add(name, text);
                    faults.add("E01", end_of(source, &self.sources), message).hint(hint);
                    self.sheets[at].source = Some(source);
                    self.sheets[at].broken = true;
                }
                Found::Text(text) => {
                    let source = self.sources.add(name, text);
                    self.lay_table(schema, source, &[], faults);
                }
            }
        }
        self.unread_files(&level, faults).map_err(|error| (level.folder.clone(), error))?;
        self.take(level.entries, faults);
        Ok(())
    }

    /// Lays a table over what was read of it so far; of the cells that begin at `told` a fault was told already.
    fn lay_table(&mut self, schema: &'static TableSchema, source: u16, told: &[u32], faults: &mut Faults) {
        let under = &mut self.sheets[schema.table as usize];
        let mut sheet = Sheet::read(schema, source, under.source.is_some(), &mut self.sources, faults);
        if !told.is_empty() {
            let cells = sheet.columns.iter_mut().flatten().flatten();
            cells.filter(|cell| told.contains(&cell.start)).for_each(|cell| *cell = Cell::ABSENT);
        }
        overlay::lay(under, sheet, &self.sources, faults);
        overlay::fill_candidates(under, &self.sources);
    }

    /// Lays a text over what was read so far that stands in no folder of its own: keys, targets and changes.
    fn lay_text(&mut self, name: &str, text: &str, faults: &mut Faults) {
        let source = self.sources.add(name.to_owned(), text.to_owned());
        let Some(entries) = parse(self.sources.whole_text(source), source, 0, faults) else { return };
        self.take_text(entries, faults);
    }

    /// Takes the entries of a text that stands in no folder of its own.
    fn take_text(&mut self, entries: Vec<Entry>, faults: &mut Faults) {
        let (refused, entries): (Vec<Entry>, Vec<Entry>) =
            entries.into_iter().partition(|entry| ["extends", "name"].contains(&entry.key.as_str()));
        for entry in refused {
            let message = format!("`{}` belongs to a scenario's own folder", entry.key);
            faults.add("E10", entry.key_span, message).hint("leave it out");
        }
        self.take(entries, faults);
    }

    /// Takes of a text only what it says of choices; its faults are told when all of it is taken.
    fn hear_choices(&mut self, text: &str) {
        let mut silent = Faults::default();
        let entries = parse(text, self.toml, 0, &mut silent).unwrap_or_default();
        let choices = entries.into_iter().filter(|entry| entry.key == "choice").collect();
        self.settings.take(choices, &mut silent);
    }

    /// Takes the entries of a `scenario.toml` in.
    fn take(&mut self, entries: Vec<Entry>, faults: &mut Faults) {
        let (mut targets, mut changes, mut keys) = (Vec::new(), Vec::new(), Vec::new());
        for entry in entries {
            match entry.key.as_str() {
                "target" => targets.extend(tables(entry, "target", faults)),
                "change" => changes.extend(tables(entry, "change", faults)),
                _ => keys.push(entry),
            }
        }
        self.settings.take(keys, faults);
        if !targets.is_empty() {
            self.targets = targets;
        }
        for (entries, span) in changes {
            change(&entries, span, &mut self.sheets, &mut self.sources, faults);
        }
    }

    /// W09: a CSV file that nothing reads is probably misspelt.
    fn unread_files(&mut self, level: &Level, faults: &mut Faults) -> io::Result<()> {
        let mut names = Vec::new();
        for entry in std::fs::read_dir(&level.folder)? {
            names.push(entry?.file_name().to_string_lossy().into_owned());
        }
        names.sort();
        let is_table = |name: &String| {
            let lower = name.to_lowercase();
            let workbook = lower.ends_with(".xlsx") && !name.starts_with(['~', '.']) && name != WORKBOOK_FILE;
            lower.ends_with(".csv") || workbook || lower.ends_with(".xls") || lower.ends_with(".parquet")
        };
        for name in names.iter().filter(|name| is_table(name)).take(20) {
            if TABLES.iter().all(|schema| schema.file != name && format!("{}.parquet", stem(schema)) != *name) {
                let source = self.sources.add(format!("{}{name}", level.prefix), String::new());
                let meant = nearest(name, TABLES.iter().map(|schema| schema.file).chain([WORKBOOK_FILE]));
                let fault = faults.add("W09", Span::whole(source), "no table is read from this file");
                fault.hint_if(meant.map(|meant| format!("did you mean `{meant}`?")));
            }
        }
        Ok(())
    }
}

/// The tables of an array of tables.
fn tables(entry: Entry, name: &str, faults: &mut Faults) -> Vec<(Vec<Entry>, Span)> {
    let mut list = Vec::new();
    match entry.value {
        Value::List(items) => {
            for (item, span) in items {
                match item {
                    Value::Table(entries) => list.push((entries, span)),
                    other => {
                        faults.add("E11", span, format!("a {name} is a table, not {}", other.words()));
                    }
                }
            }
        }
        _ => {
            faults
                .add("E11", entry.key_span, format!("there may be several of `{name}`, so it is an array of tables"))
                .hint(format!("write [[{name}]]"));
        }
    }
    list
}
