//! `diagnose`: why there is no plan, and the least that has to be relaxed for one.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use sparenet::diagnosis::{Diagnosis, Finding, relax, relaxations_json};
use sparenet::network::Network;
use sparenet::optimise::Failure;
use sparenet::report::{relaxed, terminal};
use sparenet::resolve::resolve;

use super::progress::{Progress, catch_interrupts, interrupted};
use super::{Exit, Ready, Settings, note, ready, say};

#[derive(Debug, Args)]
pub struct DiagnoseArguments {
    /// The scenario folder
    pub scenario: PathBuf,
    /// The whole search ends after this time, such as 60s, 5m or 90; what was found is told
    #[arg(long, value_name = "TIME", value_parser = super::search::seconds)]
    pub time_limit: Option<f64>,
    #[command(flatten)]
    pub settings: Settings,
    /// One JSON object on stdout
    #[arg(long)]
    pub json: bool,
}

pub fn diagnose(arguments: &DiagnoseArguments) -> Exit {
    catch_interrupts();
    let folder = &arguments.scenario;
    let Ready { scenario, network, load } =
        match ready(folder, &arguments.settings.set, None, arguments.json, Network::connect) {
            Ok(ready) => ready,
            Err(exit) => return exit,
        };
    let progress = Progress::new(&scenario.name, arguments.time_limit, arguments.json);
    let found = resolve(scenario.clone(), &load, None, &progress);
    let diagnosis: Diagnosis = match found {
        Ok(solved) => {
            progress.finish();
            let certificate = solved.plan.certificate;
            let cost = solved.plan.costs.total();
            if arguments.json {
                let object = json!({"scenario": scenario.name, "status": "feasible", "cost_per_year": cost,
                    "objective": certificate.objective, "lower_bound": certificate.lower_bound});
                say(&format!("{object:#}\n"));
            } else {
                let cost = terminal::grouped(cost);
                say(&format!("`{}` has a plan: it costs {cost} {} a year\n", scenario.name, scenario.currency));
            }
            return Exit::Ok;
        }
        Err(Failure::Infeasible(diagnosis)) => diagnosis,
        Err(Failure::NothingFound { lower_bound }) => {
            progress.finish();
            if arguments.json {
                let object = json!({"scenario": scenario.name, "status": "unknown", "lower_bound": lower_bound});
                say(&format!("{object:#}\n"));
            }
            note(&format!("no plan of `{}` was found, and none was proven not to exist\n", scenario.name));
            return if interrupted() { Exit::Interrupted } else { Exit::NoPlan };
        }
    };
    let relaxations = relax(&scenario, &network, &load, &diagnosis, &progress);
    progress.finish();
    if arguments.json {
        let mut object = relaxations_json(&relaxations);
        object["scenario"] = json!(scenario.name);
        object["status"] = json!("infeasible");
        object["currency"] = json!(scenario.currency);
        object["findings"] = json!(findings(&diagnosis));
        say(&format!("{object:#}\n"));
    } else {
        say(&terminal::diagnosis(&scenario.name, &diagnosis));
        say(&format!("\n{}", relaxed::relaxations(&scenario, &name(folder), &relaxations)));
    }
    Exit::Infeasible
}

/// The findings for programs, as `solve --json` tells them.
fn findings(diagnosis: &Diagnosis) -> Vec<serde_json::Value> {
    let object = |finding: &Finding| json!({"rule": finding.rule, "message": finding.message, "hint": finding.hint, "members": finding.members});
    diagnosis.findings.iter().map(object).collect()
}

/// The name of a scenario's folder.
fn name(folder: &Path) -> String {
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let whole = if whole.is_file() { whole.parent().map_or(whole.clone(), Path::to_path_buf) } else { whole };
    whole.file_name().map_or_else(|| "scenario".to_owned(), |name| name.to_string_lossy().into_owned())
}
