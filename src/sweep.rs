//! A sweep: one scenario in many variants, a row of figures each.
//!
//! **What varies.** A [`Grid`] of keys of `scenario.toml` and of `$name`s in [`Template`]s, which are texts in the form of an
//! overlay's `scenario.toml`. Every variant is a scenario of its own, read and checked like any other; all are checked before the
//! first is solved.
//!
//! **What is kept.** A run that is done leaves a record, written to a temporary name and renamed, under the digest of just what
//! determines its figures: the input, the version, the seed and the gap asked. A sweep that begins again, or that now has more
//! runs, reads the records it finds and solves what has none; whatever ended it before, nothing done is lost, and nothing is
//! solved twice. A sweep may begin from a plan at hand ([`Known`]): what is near it is mended, the rest is solved from nothing, and the
//! plan's digest is part of what determines the figures. The table is made from the records alone, so its bytes do not depend on where a sweep was cut.

mod grid;
mod record;
mod table;
mod template;

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use crate::jobs::side_by_side;
use crate::plan::write::{write, write_file};
use crate::run::{Ending, Known, Outcome, Overseer, Status, Unsolved, solved};
use crate::scenario::{Diagnostics, Loaded, Refused, Scenario, load_taking};
use record::Records;

pub use grid::{Factor, Grid, Misuse};
pub use record::Asked;
pub use table::{json, table};
pub use template::Template;

/// The file of a sweep's table.
pub const RUNS_FILE: &str = "runs.csv";

/// What is varied of which scenario.
#[derive(Debug)]
pub struct Sweep {
    /// The scenario's folder.
    folder: PathBuf,
    /// Keys that all runs have in common.
    settings: Vec<String>,
    /// Texts laid over the scenario.
    templates: Vec<Template>,
    /// What varies.
    grid: Grid,
    /// The plan that every run may begin from.
    from: Option<Known>,
}

/// A run that may begin: its scenario was read and has no faults.
#[derive(Debug, Clone)]
pub struct Row {
    /// The values of what varies, in the order of the grid's names.
    pub values: Vec<String>,
    /// What determines its figures.
    pub asked: Asked,
    /// A name for what determines them.
    key: String,
}

/// A row that is no scenario.
#[derive(Debug)]
pub struct Faulty {
    /// Its number, from 1.
    pub number: usize,
    /// Its values, in words.
    pub label: String,
    /// Why.
    pub refused: Refused,
}

/// A run of a sweep.
#[derive(Debug, Clone)]
pub struct Run {
    /// The values of what varies.
    pub values: Vec<String>,
    /// What determines its figures.
    pub asked: Asked,
    /// What came of it; `None`: it was not begun, or was interrupted.
    pub outcome: Option<Outcome>,
    /// The folder of its plan, if plans are kept.
    pub plan: Option<PathBuf>,
}

/// A sweep that has ended.
#[derive(Debug, Clone)]
pub struct Runs {
    /// What varied.
    pub names: Vec<String>,
    /// Every run, in the grid's order.
    pub runs: Vec<Run>,
    /// How many runs were known from records.
    pub known: usize,
}

impl Sweep {
    /// A sweep of a scenario.
    ///
    /// # Errors
    /// [`Misuse`] where a name is one that the table of runs has already.
    pub fn new(folder: PathBuf, settings: Vec<String>, templates: Vec<Template>, grid: Grid) -> Result<Self, Misuse> {
        match grid.names.iter().find(|name| table::taken(name)) {
            Some(name) => {
                Err(Misuse(format!("`{name}` is a column of {RUNS_FILE} already: name the placeholder otherwise")))
            }
            None => Ok(Self { folder, settings, templates, grid, from: None }),
        }
    }

    /// The same with a plan that every run may begin from.
    pub fn beginning_from(self, known: Option<Known>) -> Self {
        Self { from: known, ..self }
    }

    fn asked(&self, scenario: &Scenario) -> Asked {
        Asked::of(scenario, self.from.as_ref().map(Known::digest))
    }

    /// What varies.
    pub fn grid(&self) -> &Grid {
        &self.grid
    }

    /// Faults of the templates that no scenario would show.
    pub fn faults(&self) -> Diagnostics {
        let mut faults = Diagnostics::default();
        self.templates.iter().for_each(|template| template.check(&self.grid.names, &mut faults));
        faults
    }

    /// What a row varies, in words: `travel.max_hours=3, wage=1.2`.
    pub fn label(&self, values: &[String]) -> String {
        let pairs = self.grid.names.iter().zip(values).map(|(name, value)| format!("{name}={value}"));
        pairs.collect::<Vec<_>>().join(", ")
    }

    /// Reads the scenario of a row.
    fn load(&self, values: &[String], taken: &[(String, String)]) -> Result<Loaded, Refused> {
        let names = &self.grid.names;
        let filled = |template: &Template| (template.file.clone(), template.filled(names, values));
        let texts: Vec<(String, String)> = self.templates.iter().map(filled).collect();
        let in_a_text = |name: &str| self.templates.iter().any(|template| template.holds(name));
        let keys = names.iter().zip(values).filter(|(name, value)| !in_a_text(name) && !value.is_empty());
        let varied = keys.map(|(name, value)| format!("{name}={value}"));
        let settings: Vec<String> = self.settings.iter().cloned().chain(varied).collect();
        load_taking(&self.folder, &texts, &settings, taken)
    }

    /// Reads and checks the scenario of every row, so that nothing is solved for hours before a fault is told.
    ///
    /// # Errors
    /// The rows that are no scenarios.
    pub fn rows(&self, jobs: usize, overseer: &dyn Overseer) -> Result<Vec<Row>, Vec<Faulty>> {
        let work = |_: usize, values: &Vec<String>| self.load(values, &[]).map(|loaded| self.asked(&loaded.scenario));
        let read = side_by_side(&self.grid.rows, jobs, &|| overseer.stop(), work, |_, _| ());
        let (mut rows, mut faulty) = (Vec::new(), Vec::new());
        for (number, (asked, values)) in read.into_iter().zip(&self.grid.rows).enumerate() {
            match asked {
                Some(Ok(asked)) => rows.push(Row { values: values.clone(), key: asked.key(), asked }),
                Some(Err(refused)) => {
                    faulty.push(Faulty { number: number + 1, label: self.label(values), refused });
                }
                None => {}
            }
        }
        if faulty.is_empty() { Ok(rows) } else { Err(faulty) }
    }

    /// Solves what has no record yet, and writes the table. Rows of the same input are one run.
    ///
    /// # Errors
    /// What the file system refused.
    pub fn run(&self, rows: &[Row], out: &Path, plans: bool, jobs: usize, overseer: &dyn Overseer) -> io::Result<Runs> {
        let records = Records::open(out, plans)?;
        let mut outcomes: BTreeMap<&str, Option<Outcome>> = BTreeMap::new();
        let mut alike: BTreeMap<&str, usize> = BTreeMap::new();
        let mut tasks: Vec<&Row> = Vec::new();
        for row in rows {
            *alike.entry(&row.key).or_default() += 1;
            let outcome = outcomes.entry(&row.key).or_insert_with(|| records.read(&row.asked));
            if outcome.is_none() && alike[row.key.as_str()] == 1 {
                tasks.push(row);
            }
        }
        let known = rows.iter().filter(|row| outcomes[row.key.as_str()].is_some()).count();
        let (done, failed) = (AtomicUsize::new(known), AtomicBool::new(false));
        overseer.done(known, rows.len());
        let work = |_: usize, row: &&Row| {
            let outcome = self.solve(row, &records, overseer);
            failed.fetch_or(outcome.is_err(), Ordering::SeqCst);
            let same = alike[row.key.as_str()];
            overseer.done(done.fetch_add(same, Ordering::SeqCst) + same, rows.len());
            outcome
        };
        let stop = || overseer.stop() || failed.load(Ordering::SeqCst);
        let solved = side_by_side(&tasks, jobs, &stop, work, |_, _| ());
        for (task, outcome) in tasks.iter().zip(solved) {
            outcomes.insert(&task.key, outcome.transpose()?.flatten());
        }
        let run = |row: &Row| {
            let outcome = outcomes[row.key.as_str()].clone();
            let kept = plans && outcome.as_ref().is_some_and(|outcome| outcome.objective.is_some());
            let plan = kept.then(|| records.plan(&row.asked));
            Run { values: row.values.clone(), asked: row.asked.clone(), outcome, plan }
        };
        let runs = Runs { names: self.grid.names.clone(), runs: rows.iter().map(run).collect(), known };
        write_file(&out.join(RUNS_FILE), table(&runs, out).as_bytes())?;
        Ok(runs)
    }

    /// Solves a row and leaves its record; `None`: it was interrupted.
    fn solve(&self, row: &Row, records: &Records, overseer: &dyn Overseer) -> io::Result<Option<Outcome>> {
        let again = |taken: &[(String, String)]| self.load(&row.values, taken);
        let scenario = match again(&[]) {
            Ok(loaded) if self.asked(&loaded.scenario) == row.asked => loaded.scenario,
            _ => return Err(io::Error::other("the scenario was changed while the sweep ran")),
        };
        let watch = overseer.watch(&self.label(&row.values), scenario.planning.time_limit_seconds);
        let found = solved(scenario, self.from.as_ref(), &again, watch.as_ref());
        let ending = if watch.stop() { Ending::TimeLimit } else { Ending::Itself };
        let outcome = Outcome::of(&found, ending);
        if overseer.stop() && !matches!(outcome.status, Status::Optimal | Status::Infeasible) {
            return Ok(None);
        }
        // A plan that is wrong is a bug, and no answer to be remembered.
        if matches!(found.as_ref().map_err(AsRef::as_ref), Err(Unsolved::Broken(_))) {
            return Ok(Some(outcome));
        }
        if let (Ok(solved), true) = (&found, records.keeps_plans()) {
            write(&records.plan(&row.asked), &solved.files)?;
        }
        records.write(&row.asked, &outcome)?;
        // What is told is what is remembered.
        Ok(records.read(&row.asked).or(Some(outcome)))
    }
}
