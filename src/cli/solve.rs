//! `solve`: scenario folders into verified plan folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Map, Value, json};
use sparenet::jobs::side_by_side;
use sparenet::optimise::Failure;
use sparenet::plan::Plan;
use sparenet::plan::read::options_of;
use sparenet::plan::sums::unchanged;
use sparenet::plan::write::{summary, write};
use sparenet::report::terminal::{self, counted, percent_text};
use sparenet::resolve::Begun;
use sparenet::run::{Known, Solved, Unsolved, object, solved};
use sparenet::scenario::{Loaded, Scenario, load_taking};

use super::judge::broken;
use super::progress::{Bars, Progress, catch_interrupts, interrupted};
use super::search::folders;
use super::{Exit, SolveArguments, note, refusal, say, warned};

/// What came of a scenario and what is to be said of it, once those before it have been heard.
struct Told {
    exit: Exit,
    object: Map<String, Value>,
    out: String,
    err: String,
}

pub fn solve(arguments: &SolveArguments) -> Exit {
    catch_interrupts();
    arguments.search.take_threads();
    let scenarios = match folders(&arguments.scenarios, false) {
        Ok(scenarios) => scenarios,
        Err(message) => {
            note(&format!("error: {message}\n"));
            return Exit::Usage;
        }
    };
    let settings = arguments.search.settings();
    let several = scenarios.len() > 1;
    let tasks = match tasks(scenarios, arguments.out.as_deref()) {
        Ok(tasks) => tasks,
        Err(message) => {
            note(&format!("error: {message}\n"));
            return Exit::Usage;
        }
    };
    let bars = Bars::new(arguments.telling.silent());
    let work = |_: usize, (folder, out): &(PathBuf, PathBuf)| solve_one(folder, &settings, out, arguments, &bars);
    let tell = |_: usize, told: &Told| {
        bars.apart(|| {
            note(&told.err);
            say(&told.out);
        });
    };
    let all = side_by_side(&tasks, arguments.search.jobs(tasks.len()), &interrupted, work, tell);
    let all: Vec<Told> = all.into_iter().flatten().collect();
    let worst =
        all.iter().map(|told| told.exit).max().unwrap_or(if interrupted() { Exit::Interrupted } else { Exit::Ok });
    if arguments.telling.json {
        // A caller that asked for JSON hears of every scenario, those without a plan too.
        let mut objects: Vec<Value> = all.into_iter().map(|told| Value::Object(told.object)).collect();
        let object = match objects.pop() {
            Some(object) if !several => object,
            last => json!({"plans": objects.into_iter().chain(last).collect::<Vec<_>>()}),
        };
        say(&format!("{object:#}\n"));
    }
    worst
}

/// Each scenario with the folder of its plan. A scenario named twice is solved once; two that would write to the same folder
/// are refused.
fn tasks(scenarios: Vec<PathBuf>, out: Option<&Path>) -> Result<Vec<(PathBuf, PathBuf)>, String> {
    let several = scenarios.len() > 1;
    let mut taken: BTreeMap<PathBuf, PathBuf> = BTreeMap::new();
    let mut tasks = Vec::new();
    for scenario in scenarios {
        let (whole, plan) = (whole(&scenario), plan_folder(&scenario, out, several));
        match taken.get(&plan) {
            Some(other) if *other == whole => continue,
            Some(other) => {
                let (other, whole, plan) = (other.display(), whole.display(), plan.display());
                return Err(format!("the plans of `{other}` and `{whole}` would both be written to {plan}/"));
            }
            None => taken.insert(plan.clone(), whole),
        };
        tasks.push((scenario, plan));
    }
    Ok(tasks)
}

/// The scenario's folder, which may be named by its `scenario.toml`.
fn whole(scenario: &Path) -> PathBuf {
    let whole = scenario.canonicalize().unwrap_or_else(|_| scenario.to_path_buf());
    if whole.is_file() { whole.parent().map_or(whole.clone(), Path::to_path_buf) } else { whole }
}

/// The name of a scenario's folder.
pub fn folder_name(scenario: &Path) -> PathBuf {
    whole(scenario).file_name().map_or_else(|| PathBuf::from("plan"), PathBuf::from)
}

/// The folder a scenario's plan is written to.
fn plan_folder(scenario: &Path, out: Option<&Path>, several: bool) -> PathBuf {
    let name = folder_name(scenario);
    match out {
        Some(out) if several => out.join(name),
        Some(out) => out.to_path_buf(),
        None => Path::new("plans").join(name),
    }
}

fn solve_one(folder: &Path, settings: &[String], out: &Path, arguments: &SolveArguments, bars: &Bars) -> Told {
    let start = Instant::now();
    let quiet = arguments.telling.silent();
    let Loaded { scenario, warnings, .. } = match load_taking(folder, &[], settings, &options_of(out)) {
        Ok(loaded) => loaded,
        Err(refused) => {
            let (err, exit) = refusal(&refused);
            return Told { exit, object: nothing(folder, exit), out: String::new(), err };
        }
    };
    let mut err = if quiet { String::new() } else { warned(folder, warnings.len()) };
    if !arguments.force
        && let Some(mut object) = unchanged(out, &scenario)
    {
        // The plan may have been found for another gap.
        object.insert("status".to_owned(), json!("optimal"));
        object.insert("gap_asked".to_owned(), json!(scenario.planning.gap));
        object::beside(&mut object, out, start.elapsed().as_secs_f64(), true);
        if !quiet {
            let (name, out) = (&scenario.name, out.display());
            err.push_str(&format!(
                "`{name}` is unchanged since its plan in {out}/ was made (--force solves it again)\n"
            ));
        }
        return Told { exit: Exit::Ok, object, out: String::new(), err };
    }
    let progress = bars.add(&scenario.name, scenario.planning.time_limit_seconds);
    let known = arguments.from.as_deref().and_then(|from| match Known::read(from, folder, settings) {
        Ok(known) => Some(known),
        Err(unknown) => {
            err.push_str(&format!("warning: {}: {unknown}\n", from.display()));
            None
        }
    });
    let name = scenario.name.clone();
    let again = |taken: &[(String, String)]| load_taking(folder, &[], settings, taken);
    let found = solved(scenario, known.as_ref(), &again, &progress);
    progress.finish();
    if arguments.from.is_some() && !found.as_ref().is_ok_and(|solved| solved.begun == Begun::Plan) {
        err.push_str(
            "the plan to begin from could not be mended and proven as closely as is asked: solved from nothing\n",
        );
    }
    let told = |exit: Exit, object: Map<String, Value>, out: String, err: String| Told { exit, object, out, err };
    let Solved { scenario, network, load, plan, files, verdict, .. } = match found.map_err(|unsolved| *unsolved) {
        Ok(solved) => solved,
        Err(Unsolved::Failure(Failure::Infeasible(diagnosis))) => {
            err.push_str(&terminal::diagnosis(&name, &diagnosis));
            return told(Exit::Infeasible, object::infeasible(&name, &diagnosis), String::new(), err);
        }
        Err(Unsolved::Failure(Failure::NothingFound { lower_bound })) => {
            let why = if interrupted() {
                "interrupted"
            } else if progress.out_of_time() {
                "out of time"
            } else {
                "at the end of its work limit"
            };
            err.push_str(&format!("no plan of `{name}` was found: the search ended {why}\n"));
            return told(Exit::NoPlan, object::unknown(&name, lower_bound), String::new(), err);
        }
        Err(Unsolved::Refused(refused)) => {
            let (text, exit) = refusal(&refused);
            return told(exit, nothing(folder, exit), String::new(), err + &text);
        }
        Err(unsolved @ Unsolved::TooManyChoices) => {
            err.push_str(&format!("error: {unsolved}\n"));
            return told(Exit::Invalid, nothing(folder, Exit::Invalid), String::new(), err);
        }
        Err(Unsolved::Broken(breaches)) => {
            err.push_str(&broken(&breaches));
            err.push_str("error: the plan did not pass its own verification and was not written\n");
            return told(Exit::Broken, nothing(folder, Exit::Broken), String::new(), err);
        }
    };
    if let Err(error) = write(out, &files) {
        err.push_str(&format!("error: cannot write `{}`: {error}\n", out.display()));
        return told(Exit::FileSystem, nothing(folder, Exit::FileSystem), String::new(), err);
    }
    let mut object = summary(&scenario, &plan);
    object::beside(&mut object, out, start.elapsed().as_secs_f64(), false);
    let mut text = String::new();
    if !quiet {
        text.push_str(&terminal::summary(&scenario, &network, &load, &plan));
        let (figures, promises) = (counted(verdict.figures, "figure"), counted(verdict.promises, "promise"));
        let (out, seconds) = (out.display(), start.elapsed().as_secs_f64());
        text.push_str(&format!(
            "Verified: {figures} and {promises} recomputed. Written to {out}/ after {seconds:.1} s\n"
        ));
    }
    let (exit, why) = outcome(&scenario, &plan, &progress);
    err.push_str(&why);
    told(exit, object, text, err)
}

/// What is told of a scenario for which nothing was planned or written; the reason stands on stderr.
fn nothing(folder: &Path, exit: Exit) -> Map<String, Value> {
    let status = match exit {
        Exit::Invalid => "invalid",
        Exit::FileSystem => "file_system",
        _ => "failed",
    };
    object::nothing(folder, status)
}

/// The code of a plan that was written, and why it is not 0.
fn outcome(scenario: &Scenario, plan: &Plan, progress: &Progress) -> (Exit, String) {
    if plan.certificate.gap().is_some_and(|gap| gap <= scenario.planning.gap) {
        return (Exit::Ok, String::new());
    }
    if interrupted() {
        return (Exit::Interrupted, String::new());
    }
    if plan.certificate.lower_bound.is_none() {
        let known = format!("no lower bound is known with {}", scenario.help().unwrap_or("these rules"));
        let why = format!("the plan is kept; {known}, so nobody can say how close to the best it is\n");
        return (Exit::GapLeft, why);
    }
    let why = if progress.out_of_time() { "time limit" } else { "work limit" };
    let asked = percent_text(scenario.planning.gap);
    (Exit::GapLeft, format!("stopped at the {why}: the plan is kept, its gap is above the {asked} % asked\n"))
}
