//! `solve`: scenario folders into verified plan folders.

use std::path::{Path, PathBuf};
use std::time::Instant;

use serde_json::{Map, Value, json};
use sparenet::diagnosis::Diagnosis;
use sparenet::network::Network;
use sparenet::optimise::{Failure, optimise};
use sparenet::plan::Plan;
use sparenet::plan::write::{files, summary, write};
use sparenet::report::terminal::{self, counted, percent_text};
use sparenet::verify::verify_files;

use super::judge::tell;
use super::progress::{Progress, catch_interrupts, interrupted};
use super::{Exit, Ready, SolveArguments, note, ready, say};

pub fn solve(arguments: &SolveArguments) -> Exit {
    catch_interrupts();
    if let Some(threads) = arguments.threads {
        // A pool that exists already keeps its size; the plan is the same for any.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
    }
    let mut settings = arguments.settings.set.clone();
    if let Some(gap) = &arguments.gap {
        let quoted = if gap.ends_with('%') { format!("\"{gap}\"") } else { gap.clone() };
        settings.push(format!("planning.gap={quoted}"));
    }
    if let Some(limit) = arguments.time_limit {
        settings.push(format!("planning.time_limit_seconds={limit}"));
    }
    if let Some(seed) = arguments.seed {
        settings.push(format!("planning.seed={seed}"));
    }
    let several = arguments.scenarios.len() > 1;
    let mut worst = Exit::Ok;
    let mut objects = Vec::new();
    for folder in &arguments.scenarios {
        let out = plan_folder(folder, arguments.out.as_deref(), several);
        let (exit, object) = solve_one(folder, &settings, &out, arguments);
        // A caller that asked for JSON hears of every scenario, those without a plan too.
        objects.push(Value::Object(object.unwrap_or_else(|| refused(folder, exit))));
        worst = worst.max(exit);
        if interrupted() {
            break;
        }
    }
    if arguments.json {
        let object = match objects.pop() {
            Some(object) if !several => object,
            last => json!({"plans": objects.into_iter().chain(last).collect::<Vec<_>>()}),
        };
        say(&format!("{object:#}\n"));
    }
    worst
}

/// The folder a scenario's plan is written to.
fn plan_folder(scenario: &Path, out: Option<&Path>, several: bool) -> PathBuf {
    let whole = scenario.canonicalize().unwrap_or_else(|_| scenario.to_path_buf());
    // The scenario may be named by its `scenario.toml`.
    let whole = if whole.is_file() { whole.parent().map_or(whole.clone(), Path::to_path_buf) } else { whole };
    let name = whole.file_name().map_or_else(|| PathBuf::from("plan"), PathBuf::from);
    match out {
        Some(out) if several => out.join(name),
        Some(out) => out.to_path_buf(),
        None => Path::new("plans").join(name),
    }
}

fn solve_one(
    folder: &Path,
    settings: &[String],
    out: &Path,
    arguments: &SolveArguments,
) -> (Exit, Option<Map<String, Value>>) {
    let start = Instant::now();
    let Ready { scenario, mut network, load } =
        match ready(folder, settings, arguments.quiet || arguments.json, Network::connect) {
            Ok(ready) => ready,
            Err(exit) => return (exit, None),
        };
    let quiet = arguments.quiet || arguments.json;
    let progress = Progress::new(&scenario.name, scenario.planning.time_limit_seconds, quiet);
    let found = optimise(&scenario, &mut network, &load, &progress);
    progress.finish();
    let seconds = start.elapsed().as_secs_f64();
    let plan = match found {
        Ok(plan) => plan,
        Err(Failure::Infeasible(diagnosis)) => {
            note(&terminal::diagnosis(&scenario.name, &diagnosis));
            return (Exit::Infeasible, Some(infeasible(&scenario.name, &diagnosis)));
        }
        Err(Failure::NothingFound { lower_bound }) => {
            let why = if interrupted() {
                "interrupted"
            } else if progress.out_of_time() {
                "out of time"
            } else {
                "at the end of its work limit"
            };
            note(&format!("no plan of `{}` was found: the search ended {why}\n", scenario.name));
            let object = json!({"scenario": scenario.name, "status": "unknown", "lower_bound": lower_bound});
            return (Exit::NoPlan, object.as_object().cloned());
        }
    };
    let files = files(&scenario, &network, &load, &plan);
    let verdict = verify_files(&scenario, &network, &load, &plan.decisions, &files);
    if !verdict.holds() {
        tell(&verdict.breaches);
        note("error: the plan did not pass its own verification and was not written\n");
        return (Exit::Broken, None);
    }
    if let Err(error) = write(out, &files) {
        note(&format!("error: cannot write `{}`: {error}\n", out.display()));
        return (Exit::FileSystem, None);
    }
    let mut object = summary(&scenario, &plan);
    object.insert("solve_seconds".to_owned(), json!(seconds));
    object.insert("threads".to_owned(), json!(rayon::current_num_threads()));
    object.insert("plan".to_owned(), json!(out.display().to_string()));
    if !arguments.json && !arguments.quiet {
        say(&terminal::summary(&scenario, &network, &load, &plan));
        let (figures, promises) = (counted(verdict.figures, "figure"), counted(verdict.promises, "promise"));
        say(&format!(
            "Verified: {figures} and {promises} recomputed. Written to {}/ after {seconds:.1} s\n",
            out.display()
        ));
    }
    (outcome(&scenario, &plan, &progress), Some(object))
}

/// What is told of a scenario for which nothing was planned or written; the reason stands on stderr.
fn refused(folder: &Path, exit: Exit) -> Map<String, Value> {
    let status = match exit {
        Exit::Invalid => "invalid",
        Exit::FileSystem => "file_system",
        _ => "failed",
    };
    Map::from_iter([("scenario".to_owned(), json!(folder.display().to_string())), ("status".to_owned(), json!(status))])
}

fn infeasible(name: &str, diagnosis: &Diagnosis) -> Map<String, Value> {
    let findings: Vec<Value> = diagnosis
        .findings
        .iter()
        .map(|finding| {
            json!({"rule": finding.rule, "message": finding.message, "hint": finding.hint, "members": finding.members})
        })
        .collect();
    json!({"scenario": name, "status": "infeasible", "findings": findings}).as_object().cloned().unwrap_or_default()
}

fn outcome(scenario: &sparenet::scenario::Scenario, plan: &Plan, progress: &Progress) -> Exit {
    let proven = plan.certificate.gap().is_some_and(|gap| gap <= scenario.planning.gap);
    if proven {
        return Exit::Ok;
    }
    if interrupted() {
        return Exit::Interrupted;
    }
    if plan.certificate.lower_bound.is_none() {
        let known = format!("no lower bound is known with {}", scenario.help().unwrap_or("these rules"));
        note(&format!("the plan is kept; {known}, so nobody can say how close to the best it is\n"));
        return Exit::GapLeft;
    }
    let why = if progress.out_of_time() { "time limit" } else { "work limit" };
    let asked = percent_text(scenario.planning.gap);
    note(&format!("stopped at the {why}: the plan is kept, its gap is above the {asked} % asked\n"));
    Exit::GapLeft
}
