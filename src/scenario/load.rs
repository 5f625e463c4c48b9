//! A folder into a checked scenario.

use std::io;
use std::path::{Path, PathBuf};

use super::Scenario;
use super::diagnostic::{Diagnostics, Faults};
use super::draft::{Besides, Draft, draft};
use super::hash::digest;
use super::schema::Table;
use super::source::Origin;
use super::validate::validate;

/// A scenario that can be used, what a planner should look at in it, and where its rows stand.
#[derive(Debug)]
pub struct Loaded {
    /// The checked scenario.
    pub scenario: Scenario,
    /// What does not stop anything but deserves a look.
    pub warnings: Diagnostics,
    /// Where the rows stand in their files.
    pub origins: Origins,
}

/// Why a folder gives no scenario.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The input is faulty: everything that is wrong with it.
    #[error("the scenario has faults")]
    Invalid(Diagnostics),
    /// The file system does not give it away.
    #[error("{}: {error}", path.display())]
    Unreadable {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
}

/// Where the rows of a scenario's tables stand in their files, for messages about them.
#[derive(Debug)]
pub struct Origins {
    draft: Draft,
}

impl Origins {
    /// Where the field of a row and column stands; the row's beginning where the file does not have that column.
    pub fn of(&self, table: Table, row: usize, column: &str) -> Origin {
        let sheet = &self.draft.sheets[table as usize];
        let at = sheet.schema.column(column).unwrap_or(0);
        if row >= sheet.rows || !self.keeps(table) {
            return Origin { file: sheet.schema.file.into(), ..Origin::default() };
        }
        let cell = sheet.cell(at, row);
        let cell = if cell == super::source::Cell::ABSENT { sheet.row_start(row) } else { cell };
        self.draft.sources.origin(self.draft.sources.span(cell))
    }

    /// Where a key of `scenario.toml` stands, such as `travel.max_hours`; the file where it is not given.
    pub fn of_key(&self, path: &str) -> Origin {
        let whole = super::source::Span::whole(self.draft.toml);
        self.draft.sources.origin(self.draft.settings.get(path).map_or(whole, |setting| setting.span))
    }

    /// Where the target with that number (from 0) stands.
    pub fn of_target(&self, number: usize) -> Origin {
        let whole = super::source::Span::whole(self.draft.toml);
        self.draft.sources.origin(self.draft.targets.get(number).map_or(whole, |(_, span)| *span))
    }

    /// The value of a key as it stands in a TOML text; `None` where it is not given.
    pub fn key_written(&self, path: &str) -> Option<String> {
        self.draft.settings.get(path).map(|setting| setting.value.toml())
    }

    /// Every target as it was given: its keys in their order, each with its value as it stands in a TOML text.
    pub fn targets_written(&self) -> Vec<Vec<(String, String)>> {
        let written = |entries: &Vec<super::settings::Entry>| {
            entries.iter().map(|entry| (entry.key.clone(), entry.value.toml())).collect()
        };
        self.draft.targets.iter().map(|(entries, _)| written(entries)).collect()
    }

    /// The rows of these tables can be found again; those of the long ones are let go after reading.
    fn keeps(&self, table: Table) -> bool {
        table < Table::Demand
    }
}

/// Loads a scenario folder with its bases; `settings` are keys of `scenario.toml` given elsewhere
/// (`planning.gap=0.01`), which beat those of the file.
pub fn load(folder: &Path, settings: &[String]) -> Result<Loaded, Refused> {
    load_over(folder, &[], settings)
}

/// The same with texts in the form of a `scenario.toml`, each with the name it is known by, laid over the folder: their keys
/// beat those of the folder, their targets stand in the place of its targets, their changes are applied last.
pub fn load_over(folder: &Path, texts: &[(String, String)], settings: &[String]) -> Result<Loaded, Refused> {
    load_taking(folder, texts, settings, &[])
}

/// The same with the options `taken` of those choices that neither the folder nor anything over it settles.
pub fn load_taking(
    folder: &Path,
    texts: &[(String, String)],
    settings: &[String],
    taken: &[(String, String)],
) -> Result<Loaded, Refused> {
    let mut faults = Faults::default();
    let mut draft = draft(folder, Besides { texts, settings, taken }, &mut faults)?;
    let mut scenario = validate(&draft, &mut faults);
    if faults.errors() > 0 {
        return Err(Refused::Invalid(faults.diagnostics(&draft.sources)));
    }
    let warnings = faults.diagnostics(&draft.sources);
    scenario.input_hash = digest(&scenario);
    draft.forget_long_tables();
    Ok(Loaded { scenario, warnings, origins: Origins { draft } })
}

/// The folder that a scenario's folder extends, if it extends one that is there.
pub fn base_of(folder: &Path) -> Option<PathBuf> {
    let text = std::fs::read_to_string(folder.join("scenario.toml")).ok()?;
    let extends = text.parse::<toml::Table>().ok()?.get("extends")?.as_str()?.trim().to_owned();
    folder.join(extends).canonicalize().ok().filter(|base| base.is_dir())
}

impl Draft {
    /// Lets the fields of the tables go that may have millions of rows.
    fn forget_long_tables(&mut self) {
        for sheet in self.sheets.iter_mut().filter(|sheet| sheet.schema.table >= Table::Demand) {
            sheet.columns = vec![None; sheet.columns.len()];
            if let Some(source) = sheet.source {
                drop(self.sources.lend(source));
            }
        }
    }
}
