//! `compare`: plans, or scenarios with their plans, beside the first of them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};
use sparenet::compare::attribution::{Crossed, complete, lifted, priced};
use sparenet::compare::{Beyond, Comparison, compare as beside, inputs_json, json as object};
use sparenet::load::Load;
use sparenet::network::Network;
use sparenet::plan::figures::{Figures, figures};
use sparenet::plan::read::read;
use sparenet::plan::write::{PLAN_FILE, write_file};
use sparenet::report::{compared, html};
use sparenet::scenario::{Scenario, differences, load};
use sparenet::verify::{evaluate, rules};

use super::judge::unread_exit;
use super::{Exit, note, refused_exit, say};

#[derive(Debug, Args)]
pub struct CompareArguments {
    /// Scenario folders (their plans are looked for in --plans) or plan folders (their scenarios in --scenarios)
    #[arg(required = true, num_args = 2.., value_name = "FOLDER")]
    pub folders: Vec<PathBuf>,
    /// Where the plans of scenarios lie, each in a folder of its scenario's name
    #[arg(long, value_name = "DIR", default_value = "plans")]
    pub plans: PathBuf,
    /// Where the scenarios of plans lie; one counts only if the plan was made of just that input
    #[arg(long, value_name = "DIR", default_value = "scenarios")]
    pub scenarios: PathBuf,
    /// A page of the comparison, self-contained
    #[arg(long, value_name = "FILE")]
    pub html: Option<PathBuf>,
    /// One JSON object on stdout instead of the tables
    #[arg(long)]
    pub json: bool,
    /// Exit with 1 where anything differs, as diff does, and with 0 where nothing does
    #[arg(long)]
    pub exit_code: bool,
}

/// A scenario or a plan that was named, with what belongs to it.
struct Side {
    name: String,
    plan: Option<(PathBuf, Figures)>,
    scenario: Option<(PathBuf, Scenario)>,
}

pub fn compare(arguments: &CompareArguments) -> Exit {
    let mut sides = Vec::new();
    for folder in &arguments.folders {
        match side(folder, arguments) {
            Ok(side) => sides.push(side),
            Err(exit) => return exit,
        }
    }
    let Some((first, others)) = sides.split_first() else { return Exit::Usage };
    let mut differ = false;
    let mut objects = Vec::new();
    let mut comparisons = Vec::new();
    for other in others {
        let inputs = match (&first.scenario, &other.scenario) {
            (Some((left, _)), Some((right, _))) => match differences(left, right) {
                Ok(differences) => Some(differences),
                Err(refused) => return refused_exit(&refused),
            },
            _ => None,
        };
        let (Some(left), Some(right)) = (&first.plan, &other.plan) else {
            // Without both plans there is only what was given to compare.
            let Some(inputs) = inputs else {
                note("error: neither both plans nor both scenarios are at hand\n");
                return Exit::FileSystem;
            };
            differ |= !inputs.is_empty();
            objects.push(json!({"from": first.name, "to": other.name, "differs": !inputs.is_empty(),
                "inputs": inputs_json(&inputs)}));
            if !arguments.json {
                let told = if inputs.is_empty() {
                    "Given: the same input\n".to_owned()
                } else {
                    format!("Given otherwise\n{}", compared::inputs_text(&inputs))
                };
                say(&format!("{} → {}\n\n{told}\n", first.name, other.name));
            }
            for side in [first, other].into_iter().filter(|side| side.plan.is_none()) {
                note(&format!("`{}` has no plan yet: solve it to compare what comes of it\n", side.name));
            }
            continue;
        };
        let crossed = crossed(first, other);
        let unit_costs = [&first.scenario, &other.scenario]
            .into_iter()
            .flatten()
            .flat_map(|(_, scenario)| scenario.parts.iter().map(|part| (part.id.clone(), part.unit_cost.get())));
        let beyond = Beyond { inputs, crossed, unit_costs: unit_costs.collect::<BTreeMap<_, _>>() };
        let mut comparison = match beside(&left.1, &right.1, beyond) {
            Ok(comparison) => comparison,
            Err(incomparable) => {
                note(&format!("error: {incomparable}\n"));
                return Exit::Invalid;
            }
        };
        (comparison.from, comparison.to) = (first.name.clone(), other.name.clone());
        differ |= comparison.differs();
        objects.push(object(&comparison));
        if !arguments.json {
            say(&compared::comparison(&comparison));
        }
        comparisons.push(comparison);
    }
    if arguments.json {
        let object = match objects.pop() {
            Some(object) if objects.is_empty() => object,
            last => json!({"comparisons": objects.into_iter().chain(last).collect::<Vec<Value>>()}),
        };
        say(&format!("{object:#}\n"));
    }
    if let Some(exit) = page(arguments, &comparisons) {
        return exit;
    }
    // As diff does: 1 says that something differs. It is no failure, so it is asked for.
    if arguments.exit_code && differ { Exit::Internal } else { Exit::Ok }
}

/// Writes the page, if one is asked for.
fn page(arguments: &CompareArguments, comparisons: &[Comparison]) -> Option<Exit> {
    let out = arguments.html.as_ref()?;
    match write_file(out, html::comparison(comparisons).as_bytes()) {
        Ok(()) => None,
        Err(error) => {
            note(&format!("error: cannot write `{}`: {error}\n", out.display()));
            Some(Exit::FileSystem)
        }
    }
}

/// What is at hand of a folder: a scenario with its plan, or a plan with its scenario.
fn side(folder: &Path, arguments: &CompareArguments) -> Result<Side, Exit> {
    let whole = folder.canonicalize().map_err(|error| {
        note(&format!("error: cannot read `{}`: {error}\n", folder.display()));
        Exit::FileSystem
    })?;
    let whole = if whole.is_file() { whole.parent().map_or(whole.clone(), Path::to_path_buf) } else { whole };
    let name = whole.file_name().map_or_else(|| "plan".to_owned(), |name| name.to_string_lossy().into_owned());
    if whole.join("scenario.toml").exists() {
        let scenario = load(&whole, &[]).map_err(|refused| refused_exit(&refused))?.scenario;
        let plan = arguments.plans.join(&name);
        let plan = if plan.join(PLAN_FILE).exists() { Some(read_plan(&plan)?) } else { None };
        if plan.as_ref().is_some_and(|(_, figures)| figures.summary.input_hash != scenario.input_hash) {
            note(&format!("warning: the plan of `{name}` was made of another input than the scenario is now\n"));
        }
        return Ok(Side { name, plan, scenario: Some((whole, scenario)) });
    }
    let plan = read_plan(&whole)?;
    let scenario = scenario_of(&plan.1, &name, &arguments.scenarios);
    Ok(Side { name, plan: Some(plan), scenario })
}

fn read_plan(folder: &Path) -> Result<(PathBuf, Figures), Exit> {
    let figures = figures(folder).map_err(|unread| unread_exit(&unread))?;
    Ok((folder.to_path_buf(), figures))
}

/// The scenario that a plan was made of, where a folder of its name holds just that input.
fn scenario_of(plan: &Figures, name: &str, scenarios: &Path) -> Option<(PathBuf, Scenario)> {
    [name, plan.summary.scenario.as_str()].into_iter().find_map(|name| {
        let folder = scenarios.join(name);
        let scenario = folder.join("scenario.toml").exists().then(|| load(&folder, &[]).ok()).flatten()?.scenario;
        (scenario.input_hash == plan.summary.input_hash).then_some((folder, scenario))
    })
}

/// The costs of each plan's decisions under the other's conditions, where both can be had.
fn crossed(first: &Side, other: &Side) -> Option<Crossed> {
    let (left, right) = (first.scenario.as_ref()?, other.scenario.as_ref()?);
    let (from, to) = (first.plan.as_ref()?, other.plan.as_ref()?);
    let up_to_date = from.1.summary.input_hash == left.1.input_hash && to.1.summary.input_hash == right.1.input_hash;
    if !up_to_date {
        return None;
    }
    let price = |scenario: &Scenario, own: &Scenario, plan: &Path| {
        let decisions = read(plan, scenario).ok()?;
        let lifted = lifted(scenario, own, &decisions);
        let (network, load) = (Network::unlisted(&lifted), Load::of(&lifted));
        if !complete(&lifted, &network, &load, &decisions) {
            return None;
        }
        let plan = evaluate(&lifted, &network, &load, decisions);
        Some((priced(&lifted, &plan.costs), rules(scenario, &network, &load, &plan).len()))
    };
    let (first_in_second, broken) = price(&right.1, &left.1, &from.0)?;
    let (second_in_first, _) = price(&left.1, &right.1, &to.0)?;
    Some(Crossed { first_in_second, second_in_first, broken })
}
