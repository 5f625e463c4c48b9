//! `sweep`: one scenario in many variants, a row of figures each.

use std::path::{Path, PathBuf};

use clap::Args;
use sparenet::report::runs;
use sparenet::run::{Known, Status};
use sparenet::scenario::Refused;
use sparenet::sweep::{Factor, Faulty, Grid, Misuse, RUNS_FILE, Runs, Sweep, Template, json};

use super::progress::{Bars, catch_interrupts, interrupted};
use super::search::SearchArguments;
use super::telling::Telling;
use super::{Exit, colour, note, refusal};

#[derive(Debug, Args)]
pub struct SweepArguments {
    /// The scenario folder
    pub scenario: PathBuf,
    /// A key of scenario.toml, `target.1.at_least` or the like, or a `$name` of a --change, and the values it takes; several
    /// make a grid of all combinations
    #[arg(long, value_name = "NAME=VALUE,...")]
    pub vary: Vec<String>,
    /// A table of combinations that are run as they stand: its header names what varies
    #[arg(long, value_name = "FILE.csv")]
    pub list: Vec<PathBuf>,
    /// An overlay's scenario.toml in which `$name` stands for what --vary or --list gives
    #[arg(long, value_name = "FILE.toml")]
    pub change: Vec<PathBuf>,
    /// Where runs.csv and the records of the runs lie, from which the sweep goes on when it was interrupted
    /// [default: sweeps/<scenario>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Begin every run from the plan in this folder: what is near it is mended and proven by its bound, the rest is solved
    /// from nothing
    #[arg(long, value_name = "PLAN")]
    pub from: Option<PathBuf>,
    /// Keep the plan of every run too
    #[arg(long)]
    pub plans: bool,
    #[command(flatten)]
    pub search: SearchArguments,
    #[command(flatten)]
    pub telling: Telling,
}

pub fn sweep(arguments: &SweepArguments) -> Exit {
    catch_interrupts();
    arguments.search.take_threads();
    let sweep = match asked(arguments) {
        Ok(sweep) => sweep,
        Err((message, exit)) => {
            note(&message);
            return exit;
        }
    };
    let faults = sweep.faults();
    if faults.has_errors() {
        note(&faults.human(colour()));
        return Exit::Invalid;
    }
    let bars = Bars::new(arguments.telling.silent());
    let jobs = arguments.search.jobs(sweep.grid().rows.len());
    let rows = match sweep.rows(jobs, &bars) {
        Ok(rows) => rows,
        Err(faulty) => return refused(&faulty),
    };
    if interrupted() {
        return Exit::Interrupted;
    }
    let name = super::solve::folder_name(&arguments.scenario);
    let out = arguments.out.clone().unwrap_or_else(|| Path::new("sweeps").join(&name));
    let runs = match sweep.run(&rows, &out, arguments.plans, jobs, &bars) {
        Ok(runs) => runs,
        Err(error) => {
            note(&format!("error: `{}`: {error}\n", out.display()));
            return Exit::FileSystem;
        }
    };
    bars.finish();
    arguments.telling.tell(
        || json(&name.to_string_lossy(), &runs),
        || format!("{}Written to {}\n", runs::sweep(&runs), out.join(RUNS_FILE).display()),
    );
    exit(&runs)
}

/// What the command line asks for.
fn asked(arguments: &SweepArguments) -> Result<Sweep, (String, Exit)> {
    let misused = |misuse: Misuse| (format!("error: {misuse}\n"), Exit::Usage);
    let mut factors = Vec::new();
    for text in &arguments.vary {
        factors.push(Factor::vary(text).map_err(misused)?);
    }
    for file in &arguments.list {
        let text = read(file)?;
        let invalid = |misuse: Misuse| (format!("error: {misuse}\n"), Exit::Invalid);
        factors.push(Factor::list(&file.display().to_string(), &text).map_err(invalid)?);
    }
    if factors.is_empty() {
        return Err(misused(Misuse("nothing varies: say --vary NAME=VALUE,VALUE or --list FILE.csv".to_owned())));
    }
    let templates: Result<Vec<Template>, _> = arguments
        .change
        .iter()
        .map(|file| read(file).map(|text| Template { file: file.display().to_string(), text }))
        .collect();
    let grid = Grid::of(&factors).map_err(misused)?;
    let settings = arguments.search.settings();
    let known = arguments.from.as_deref().map(|plan| {
        Known::read(plan, &arguments.scenario, &settings)
            .map_err(|unknown| (format!("error: `{}`: {unknown}\n", plan.display()), Exit::Invalid))
    });
    let sweep = Sweep::new(arguments.scenario.clone(), settings.clone(), templates?, grid).map_err(misused)?;
    Ok(sweep.beginning_from(known.transpose()?))
}

fn read(file: &Path) -> Result<String, (String, Exit)> {
    std::fs::read_to_string(file)
        .map_err(|error| (format!("error: cannot read `{}`: {error}\n", file.display()), Exit::FileSystem))
}

/// Tells why rows are no scenarios: the first with all its faults, and how many others.
fn refused(faulty: &[Faulty]) -> Exit {
    let Some(first) = faulty.first() else { return Exit::Invalid };
    let (text, exit) = refusal(&first.refused);
    // A folder that is not there is not the row's doing.
    if matches!(first.refused, Refused::Invalid(_)) {
        note(&format!("run {} ({}) is no scenario:\n", first.number, first.label));
    }
    note(&text);
    if faulty.len() > 1 && exit == Exit::Invalid {
        let numbers: Vec<String> = faulty.iter().skip(1).take(8).map(|faulty| faulty.number.to_string()).collect();
        let more = if faulty.len() > 9 { ", …" } else { "" };
        note(&format!("so are the runs {}{more}; nothing was solved\n", numbers.join(", ")));
    }
    exit
}

/// An infeasible run is an answer; one whose gap is too wide, or that found nothing, is less than was asked for.
fn exit(runs: &Runs) -> Exit {
    let code = |run: &sparenet::sweep::Run| match run.outcome.as_ref().map(|outcome| outcome.status) {
        Some(Status::Optimal | Status::Infeasible) => Exit::Ok,
        Some(Status::Feasible) => Exit::GapLeft,
        Some(Status::Unknown) => Exit::NoPlan,
        None => Exit::Interrupted,
    };
    runs.runs.iter().map(code).max().unwrap_or(Exit::Ok)
}
