//! `solve`: scenario folders into verified plan folders.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Map, Value, json};
use sparenet::jobs::side_by_side;
use sparenet::optimise::Failure;
use sparenet::report::terminal::{self, counted, percent_text};
use sparenet::resolve::Begun;
use sparenet::run::{Came, Done, Request, Solved, Unsolved};
use sparenet::scenario::Scenario;

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
    let request = Request { folder, settings, plan: out, from: arguments.from.as_deref(), force: arguments.force };
    let watch = |scenario: &Scenario| bars.add(&scenario.name, scenario.planning.time_limit_seconds);
    let Done { came, exit, object, warnings, unknown, watch } =
        request.solve(watch, interrupted, || start.elapsed().as_secs_f64());
    let out_of_time = watch.as_ref().is_some_and(Progress::out_of_time);
    // Its bar goes before anything is said.
    drop(watch);
    let mut err = if quiet { String::new() } else { warned(folder, warnings) };
    if let (Some(unknown), Some(from)) = (unknown, &arguments.from) {
        err.push_str(&format!("warning: {}: {unknown}\n", from.display()));
    }
    let begun_from_plan = matches!(&came, Came::Written(solved) if solved.begun == Begun::Plan);
    let searched = matches!(came, Came::Written(_) | Came::Unsolved { .. } | Came::Unwritten(_));
    if arguments.from.is_some() && searched && !begun_from_plan {
        err.push_str(
            "the plan to begin from could not be mended and proven as closely as is asked: solved from nothing\n",
        );
    }
    let mut text = String::new();
    match came {
        Came::Unchanged { name } if !quiet => err.push_str(&format!(
            "`{name}` is unchanged since its plan in {}/ was made (--force solves it again)\n",
            out.display()
        )),
        Came::Unchanged { .. } => {}
        Came::Written(solved) => {
            if !quiet {
                text = written(&solved, out, start.elapsed().as_secs_f64());
            }
            err.push_str(&why(exit, &solved, out_of_time));
        }
        Came::Refused(refused) => err = refusal(&refused).0,
        Came::Unsolved { name, unsolved } => err.push_str(&unsolved_words(&name, &unsolved, out_of_time)),
        Came::Unwritten(error) => err.push_str(&format!("error: cannot write `{}`: {error}\n", out.display())),
    }
    Told { exit, object, out: text, err }
}

/// What is said of a plan that was written after so long \[seconds\].
fn written(solved: &Solved, out: &Path, seconds: f64) -> String {
    let Solved { scenario, network, load, plan, verdict, .. } = solved;
    let (figures, promises) = (counted(verdict.figures, "figure"), counted(verdict.promises, "promise"));
    let out = out.display();
    terminal::summary(scenario, network, load, plan)
        + &format!("Verified: {figures} and {promises} recomputed. Written to {out}/ after {seconds:.1} s\n")
}

/// Why there is no plan, or none that may be written.
fn unsolved_words(name: &str, unsolved: &Unsolved, out_of_time: bool) -> String {
    match unsolved {
        Unsolved::Failure(Failure::Infeasible(diagnosis)) => terminal::diagnosis(name, diagnosis),
        Unsolved::Failure(Failure::NothingFound { .. }) => {
            let why = match (interrupted(), out_of_time) {
                (true, _) => "interrupted",
                (false, true) => "out of time",
                (false, false) => "at the end of its work limit",
            };
            format!("no plan of `{name}` was found: the search ended {why}\n")
        }
        Unsolved::Refused(refused) => refusal(refused).0,
        Unsolved::TooManyChoices => format!("error: {unsolved}\n"),
        Unsolved::Broken(breaches) => {
            broken(breaches) + "error: the plan did not pass its own verification and was not written\n"
        }
    }
}

/// Why the code of a plan that was written is not 0.
fn why(exit: Exit, solved: &Solved, out_of_time: bool) -> String {
    let Solved { scenario, plan, .. } = solved;
    match exit {
        Exit::GapLeft if plan.certificate.lower_bound.is_none() => {
            let known = format!("no lower bound is known with {}", scenario.help().unwrap_or("these rules"));
            format!("the plan is kept; {known}, so nobody can say how close to the best it is\n")
        }
        Exit::GapLeft => {
            let why = if out_of_time { "time limit" } else { "work limit" };
            let asked = percent_text(scenario.planning.gap);
            format!("stopped at the {why}: the plan is kept, its gap is above the {asked} % asked\n")
        }
        _ => String::new(),
    }
}
