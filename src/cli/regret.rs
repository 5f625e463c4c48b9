//! `regret`: plans lived in futures.

use std::path::{Path, PathBuf};

use clap::Args;
use sparenet::optimise::Failure;
use sparenet::regret::{Candidate, Future, NoCandidate, Regret, candidates, check, files, json, regret as live};
use sparenet::report::{runs, terminal};
use sparenet::run::{Status, Unsolved};
use sparenet::scenario::load;

use super::judge::{broken, unread_exit};
use super::progress::{Bars, catch_interrupts, interrupted};
use super::search::{SearchArguments, folders};
use super::solve::folder_name;
use super::telling::{Telling, written};
use super::{Exit, note, refused_exit};

#[derive(Debug, Args)]
pub struct RegretArguments {
    /// Plan folders, or scenario folders that are planned first; patterns too
    #[arg(required = true, value_name = "PLAN")]
    pub plans: Vec<PathBuf>,
    /// Scenario folders that may come; patterns too
    #[arg(long = "future", required = true, num_args = 1.., value_name = "SCENARIO")]
    pub futures: Vec<PathBuf>,
    /// How much each future counts in the mean, in their order [default: all the same]
    #[arg(long, value_name = "W,...", value_delimiter = ',', value_parser = super::positive)]
    pub weights: Vec<f64>,
    /// Where the plans of scenarios lie that need not be planned again
    #[arg(long, value_name = "DIR", default_value = "plans")]
    pub made: PathBuf,
    /// Where regret.csv and regret.json go [default: nowhere]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub search: SearchArguments,
    #[command(flatten)]
    pub telling: Telling,
}

pub fn regret(arguments: &RegretArguments) -> Exit {
    catch_interrupts();
    arguments.search.take_threads();
    match regretted(arguments) {
        Ok(exit) | Err(exit) => exit,
    }
}

fn usage(message: &str) -> Exit {
    note(&format!("error: {message}\n"));
    Exit::Usage
}

fn regretted(arguments: &RegretArguments) -> Result<Exit, Exit> {
    let plans = folders(&arguments.plans, true).map_err(|message| usage(&message))?;
    let futures = folders(&arguments.futures, false).map_err(|message| usage(&message))?;
    if !arguments.weights.is_empty() && arguments.weights.len() != futures.len() {
        let (weights, futures) = (arguments.weights.len(), futures.len());
        return Err(usage(&format!("{weights} weights for {futures} futures")));
    }
    let settings = arguments.search.settings();
    let bars = Bars::new(arguments.telling.silent());
    let worlds = worlds(&futures, &settings, &arguments.weights)?;
    let named: Vec<(String, PathBuf)> = names(&plans).into_iter().zip(plans).collect();
    let jobs = arguments.search.jobs(named.len());
    let candidates = known(candidates(&named, &settings, &arguments.made, jobs, &bars))?;
    if let Err(incomparable) = check(&candidates, &worlds) {
        note(&format!("error: {incomparable}\n"));
        return Err(Exit::Invalid);
    }
    let jobs = arguments.search.jobs((candidates.len() + 1) * worlds.len());
    let Some(regret) = live(&candidates, &worlds, jobs, &bars) else { return Err(Exit::Interrupted) };
    bars.finish();
    arguments.out.as_deref().map_or(Ok(()), |out| written(out, &files(&regret)))?;
    let place = arguments.out.as_ref().map_or(String::new(), |out| format!("Written to {}/\n", out.display()));
    arguments.telling.tell(|| json(&regret), || runs::regret(&regret) + &place);
    Ok(exit(&regret))
}

/// The futures.
fn worlds(folders: &[PathBuf], settings: &[String], weights: &[f64]) -> Result<Vec<Future>, Exit> {
    let names = names(folders).into_iter();
    let weights = weights.iter().copied().chain(std::iter::repeat(1.0));
    let future = |((folder, name), weight): ((&PathBuf, String), f64)| {
        let scenario = load(folder, settings).map_err(|refused| refused_exit(&refused))?.scenario;
        Ok(Future { name, scenario, weight })
    };
    folders.iter().zip(names).zip(weights).map(future).collect()
}

/// The last names of folders; where two have the same, the whole paths.
fn names(folders: &[PathBuf]) -> Vec<String> {
    let last = |folder: &PathBuf| folder_name(folder).to_string_lossy().into_owned();
    let name = |folder: &PathBuf| {
        let alike = folders.iter().filter(|other| last(other) == last(folder)).count();
        if alike > 1 { Path::new(folder).display().to_string() } else { last(folder) }
    };
    folders.iter().map(name).collect()
}

/// The plans; tells why one cannot be had.
fn known(found: Vec<Option<Result<Candidate, NoCandidate>>>) -> Result<Vec<Candidate>, Exit> {
    let told = |reason: NoCandidate| match reason {
        NoCandidate::Refused(refused) => refused_exit(&refused),
        NoCandidate::Unread(unread) => unread_exit(&unread),
        NoCandidate::Unsolved(name, unsolved) => match *unsolved {
            Unsolved::Failure(Failure::Infeasible(diagnosis)) => {
                note(&terminal::diagnosis(&name, &diagnosis));
                Exit::Infeasible
            }
            Unsolved::Failure(Failure::NothingFound { .. }) => {
                note(&format!("no plan of `{name}` was found\n"));
                if interrupted() { Exit::Interrupted } else { Exit::NoPlan }
            }
            Unsolved::Refused(refused) => refused_exit(&refused),
            unsolved @ Unsolved::TooManyChoices => {
                note(&format!("error: {unsolved}\n"));
                Exit::Invalid
            }
            Unsolved::Broken(breaches) => {
                note(&broken(&breaches));
                Exit::Broken
            }
        },
    };
    found.into_iter().map(|found| found.ok_or(Exit::Interrupted)?.map_err(told)).collect()
}

/// A plan that cannot be kept in a future is an answer; what was not proven is less than was asked for.
fn exit(regret: &Regret) -> Exit {
    if interrupted() {
        return Exit::Interrupted;
    }
    let cells = regret.cells.iter().flatten().map(|cell| &cell.outcome);
    let code = |status: Status| match status {
        Status::Optimal | Status::Infeasible => Exit::Ok,
        Status::Feasible => Exit::GapLeft,
        Status::Unknown => Exit::NoPlan,
    };
    cells.chain(&regret.free).map(|outcome| code(outcome.status)).max().unwrap_or(Exit::Ok)
}
