//! `frontier`: the least cost at every level of a target.

use std::path::{Path, PathBuf};

use clap::Args;
use sparenet::frontier::{Asked, files, frontier as draw, json, levels, title, worst};
use sparenet::report::runs;
use sparenet::run::Status;
use sparenet::scenario::Scenario;

use super::progress::{Bars, catch_interrupts, interrupted};
use super::search::SearchArguments;
use super::telling::{Telling, written};
use super::{Exit, loaded, note, refused_exit};

#[derive(Debug, Args)]
pub struct FrontierArguments {
    /// The scenario folder
    pub scenario: PathBuf,
    /// The target whose level varies: its number from 1, or the beginning of its name, such as on_time [default: the only one]
    #[arg(long, value_name = "N|NAME")]
    pub target: Option<String>,
    /// The first level, such as 0.9 or 90%
    #[arg(long, value_name = "LEVEL", value_parser = level, required_unless_present = "levels", requires = "to")]
    pub from: Option<f64>,
    /// The last level
    #[arg(long, value_name = "LEVEL", value_parser = level, requires = "from")]
    pub to: Option<f64>,
    /// How many levels, both ends included
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(2..=1000))]
    pub steps: u16,
    /// The levels themselves, in place of --from and --to
    #[arg(long, value_name = "LEVEL,...", value_delimiter = ',', value_parser = level, conflicts_with_all = ["from", "to", "steps"])]
    pub levels: Vec<f64>,
    /// Between two levels whose open sites differ others are solved until they are no farther apart than this
    #[arg(long, value_name = "STEP", default_value = "0.001", value_parser = level)]
    pub tolerance: f64,
    /// No more levels are solved than this
    #[arg(long, value_name = "N", default_value_t = 100, value_parser = clap::value_parser!(u16).range(1..))]
    pub most: u16,
    /// Where frontier.csv, breakpoints.csv, frontier.json and frontier.html go [default: frontiers/<scenario>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub search: SearchArguments,
    #[command(flatten)]
    pub telling: Telling,
}

/// Reads `0.95` or `95%`.
fn level(text: &str) -> Result<f64, String> {
    let (number, unit) = text.strip_suffix('%').map_or((text, 1.0), |number| (number, 100.0));
    let number = number.trim().parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    number.map(|number| number / unit).ok_or_else(|| "write a level such as 0.95 or 95%".to_owned())
}

pub fn frontier(arguments: &FrontierArguments) -> Exit {
    catch_interrupts();
    arguments.search.take_threads();
    let settings = arguments.search.settings();
    let scenario = match loaded(&arguments.scenario, &settings, None) {
        Ok(loaded) => loaded.scenario,
        Err(exit) => return exit,
    };
    let target = match target(&scenario, arguments.target.as_deref()) {
        Ok(target) => target,
        Err(message) => {
            note(&format!("error: {message}\n"));
            return Exit::Usage;
        }
    };
    let wanted = match (arguments.from, arguments.to) {
        (Some(from), Some(to)) => levels(from, to, usize::from(arguments.steps)),
        _ => arguments.levels.clone(),
    };
    let bars = Bars::new(arguments.telling.silent());
    let jobs = arguments.search.jobs(wanted.len());
    let asked = Asked { target, levels: wanted, tolerance: arguments.tolerance, most: usize::from(arguments.most) };
    let frontier = match draw(&arguments.scenario, &settings, &asked, jobs, &bars) {
        Ok(frontier) => frontier,
        Err(refused) => return refused_exit(&refused),
    };
    bars.finish();
    let name = super::solve::folder_name(&arguments.scenario);
    let out = arguments.out.clone().unwrap_or_else(|| Path::new("frontiers").join(name));
    if let Err(exit) = written(&out, &files(&frontier)) {
        return exit;
    }
    arguments
        .telling
        .tell(|| json(&frontier), || format!("{}Written to {}/\n", runs::frontier(&frontier), out.display()));
    if !frontier.complete && !interrupted() {
        note(&format!(
            "the levels between which sites change are wider than asked: {} levels were solved\n",
            asked.most
        ));
    }
    match (interrupted(), worst(&frontier)) {
        (true, _) => Exit::Interrupted,
        (false, Some(Status::Unknown)) => Exit::NoPlan,
        (false, Some(Status::Feasible)) => Exit::GapLeft,
        (false, _) => Exit::Ok,
    }
}

/// The target that is meant.
fn target(scenario: &Scenario, named: Option<&str>) -> Result<usize, String> {
    let all = scenario.targets.len();
    let listed =
        || (0..all).map(|target| format!("\n  {}: {}", target + 1, title(scenario, target))).collect::<String>();
    if all == 0 {
        return Err("the scenario has no [[target]]".to_owned());
    }
    let Some(named) = named else {
        return if all == 1 { Ok(0) } else { Err(format!("say which --target is meant:{}", listed())) };
    };
    if let Ok(number) = named.parse::<usize>() {
        let place = number.checked_sub(1).filter(|place| *place < all);
        return place.ok_or_else(|| format!("there is no target {number}; there are:{}", listed()));
    }
    let meant: Vec<usize> = (0..all).filter(|target| title(scenario, *target).starts_with(named)).collect();
    match meant.as_slice() {
        [one] => Ok(*one),
        [] => Err(format!("no target's name begins with `{named}`; there are:{}", listed())),
        _ => Err(format!("the names of several targets begin with `{named}`; say the number:{}", listed())),
    }
}
