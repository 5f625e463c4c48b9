//! Arguments, printing and exit codes: the only place that talks to a user.
//!
//! Data goes to stdout, everything else to stderr. Exit codes: 0 ok · 1 internal · 2 usage · 3 invalid input ·
//! 4 infeasible · 5 stopped at a limit, plan kept, gap above the one asked · 6 stopped, no plan · 7 a promise is broken or
//! verification failed · 8 file system · 130 interrupted, best plan kept.
//! `compare --exit-code` says 1 where something differs, as diff does.

mod check;
mod compare;
mod diagnose;
mod explain;
mod export;
mod frontier;
mod judge;
mod progress;
mod regret;
mod report;
mod rollout;
mod search;
mod serve;
mod setup;
mod simulate;
mod solve;
mod sweep;
mod telling;

use std::io::{self, IsTerminal, Write};
use std::panic;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand};
use search::SearchArguments;
use sparenet::load::Load;
use sparenet::network::Network;
use sparenet::plan::read::options_of;
use sparenet::report::terminal;
use sparenet::run::Exit;
use sparenet::scenario::{Loaded, Refused, Scenario, load_taking};
use telling::Telling;

const EXAMPLES: &str = "\
Examples:
  sparenet solve scenarios/europe-cars             plan a network into plans/europe-cars/
  sparenet solve scenarios/europe-cars --gap 0.5% --time-limit 60s
  sparenet solve scenarios/europe-cars --set stocking.holding_rate_per_year=0.30 --out plans/dear-capital
  sparenet check my-scenario                       every fault with its place and a hint
  sparenet init my-scenario                        a commented template to start from
  sparenet verify scenarios/small --plan plans/small
  sparenet simulate scenarios/small --plan plans/small
  sparenet evaluate scenarios/small --plan edited --out plans/edited
  sparenet compare scenarios/europe-cars scenarios/europe-cars-labour-poland
  sparenet sweep scenarios/small --vary stocking.holding_rate_per_year=0.2,0.25,0.3 --vary target.1.at_least=0.9,0.95
  sparenet frontier scenarios/europe-cars --target on_time --from 0.90 --to 0.99
  sparenet regret plans/europe-cars plans/other --future scenarios/europe-*
  sparenet explain scenarios/small --outlet middle
  sparenet diagnose my-scenario                    why it has no plan, and every way out with its price
  sparenet export plans/europe-cars --format xlsx
  sparenet serve                                   all of it as a page on this machine
  sparenet report scenarios/europe-cars --plan plans/europe-cars";

/// Plans spare-parts supply and repair-outlet networks: which outlets and depots to open, who serves whom, how many of
/// which part to keep where, so that every promise is kept at least cost, with a bound that says how close to the best
/// the plan is.
#[derive(Debug, Parser)]
#[command(version, before_help = EXAMPLES, arg_required_else_help = true, propagate_version = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Plan one or more scenarios; each plan is verified and then written as a folder
    Solve(SolveArguments),
    /// Read a scenario and tell all its faults and warnings at once
    Check(CheckArguments),
    /// Cost and promises of a given (hand-edited) plan; nothing is optimised
    Evaluate(EvaluateArguments),
    /// Recompute every figure of a plan from the scenario and the plan's files
    Verify(VerifyArguments),
    /// Live a plan event by event and tell every promise with a 95 % interval
    Simulate(SimulateArguments),
    /// What was given otherwise, what is decided otherwise and what comes of it: scenarios or plans beside the first
    Compare(compare::CompareArguments),
    /// Solve one scenario in many variants: a grid of keys and changes, one row of figures a run
    Sweep(sweep::SweepArguments),
    /// What every level of a target costs, and where the network changes
    Frontier(frontier::FrontierArguments),
    /// Live plans in futures: what keeping their sites costs there, how much it is regretted, and which plan to pick
    Regret(regret::RegretArguments),
    /// Plan outlets by region and year where they draw customers: shares, accounts, when each country breaks even
    Rollout(rollout::RolloutArguments),
    /// Write a plan as one page: map, charts, tables and certificate, nothing fetched
    Report(report::ReportArguments),
    /// Write plans in the formats of other programs: tables, workbook, map layers, page, ERP file
    Export(export::ExportArguments),
    /// Write a commented template of a scenario
    Init {
        /// The new folder
        folder: PathBuf,
    },
    /// Print the tables, columns and keys of a scenario
    Schema {
        /// One JSON object instead of text
        #[arg(long)]
        json: bool,
    },
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Why an outlet, a depot, a region, a part or a promise is as it is in a plan, proven by solving again
    Explain(explain::ExplainArguments),
    /// Why a scenario has no plan, and the least that has to be relaxed for one, each way with its price and its overlay
    Diagnose(diagnose::DiagnoseArguments),
    /// A page on this machine: list scenarios, edit overlays, solve with progress, see map and comparison
    Serve(serve::ServeArguments),
}

#[derive(Debug, Args)]
struct SolveArguments {
    /// Scenario folders, or patterns such as "scenarios/europe-*"
    #[arg(required = true, value_name = "SCENARIO")]
    scenarios: Vec<PathBuf>,
    /// The plan's folder; of several scenarios the parent of their plans [default: plans/<scenario>]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    search: SearchArguments,
    /// Solve also what an unchanged plan folder answers already
    #[arg(long)]
    force: bool,
    /// Begin from the plan in this folder, made for a scenario that differs little: what did not change is kept
    #[arg(long, value_name = "DIR")]
    from: Option<PathBuf>,
    #[command(flatten)]
    telling: Telling,
}

#[derive(Debug, Args)]
struct Settings {
    /// A key of scenario.toml that goes before the file's, such as travel.max_hours=3
    #[arg(long = "set", value_name = "KEY=VALUE")]
    set: Vec<String>,
}

#[derive(Debug, Args)]
struct CheckArguments {
    /// The scenario folder
    scenario: PathBuf,
    #[command(flatten)]
    settings: Settings,
    /// One JSON object on stdout
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct EvaluateArguments {
    /// The scenario folder
    scenario: PathBuf,
    /// The folder with the decisions: outlets.csv, depots.csv, assignments.csv, replenishment.csv, stock.csv
    #[arg(long, value_name = "DIR")]
    plan: PathBuf,
    /// Where the recomputed plan is written [default: nowhere]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    settings: Settings,
    /// One JSON object on stdout
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct VerifyArguments {
    /// The scenario folder
    scenario: PathBuf,
    /// The plan's folder
    #[arg(long, value_name = "DIR")]
    plan: PathBuf,
    #[command(flatten)]
    settings: Settings,
    /// One JSON object on stdout
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Args)]
struct SimulateArguments {
    /// The scenario folder
    scenario: PathBuf,
    /// The plan's folder
    #[arg(long, value_name = "DIR")]
    plan: PathBuf,
    /// Where simulation.json, simulation.csv and simulation_stock.csv are written [default: nowhere]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Independent lives of the plan; their spread gives the interval
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u16).range(2..))]
    replications: u16,
    /// Years that count in each replication [default: 20 million jobs in all, at least a year, at most 1000]
    #[arg(long, value_name = "YEARS", value_parser = positive)]
    years: Option<f64>,
    /// Years before them, from full shelves, that count for nothing [default: 5 of the longest lead times, 10 if they vary]
    #[arg(long, value_name = "YEARS", value_parser = not_negative)]
    warm_up: Option<f64>,
    /// How lead times and turnaround times vary around their means
    #[arg(long, value_name = "HOW", value_enum, default_value_t = Variation::Constant)]
    lead_times: Variation,
    /// Threads to use; the outcome is the same for any number [default: all cores]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
    /// Seed of all chance; two plans with the same seed meet the same jobs [default: planning.seed]
    #[arg(long, value_name = "N")]
    seed: Option<u64>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    telling: Telling,
}

/// How lead times vary.
#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Variation {
    /// Not at all
    Constant,
    /// Exponentially
    Exponential,
    /// Uniformly between 0 and twice the mean
    Uniform,
}

/// Reads a number greater than zero.
fn positive(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number > 0.0);
    number.ok_or_else(|| "write a number greater than zero".to_owned())
}

/// Reads a number, zero or greater.
fn not_negative(text: &str) -> Result<f64, String> {
    let number = text.parse::<f64>().ok().filter(|number| number.is_finite() && *number >= 0.0);
    number.ok_or_else(|| "write a number, zero or greater".to_owned())
}

/// Runs the command line.
pub fn main() -> ExitCode {
    // A panic is a bug; a user hears of it in one sentence and with the code for it.
    panic::set_hook(Box::new(|what| {
        let place = what.location().map(|place| format!(" ({}:{})", place.file(), place.line())).unwrap_or_default();
        let _ = writeln!(io::stderr(), "error: sparenet has a bug and had to stop{place}; please report it");
    }));
    let exit = panic::catch_unwind(|| run(Arguments::parse().command)).unwrap_or(Exit::Internal);
    ExitCode::from(exit as u8)
}

fn run(command: Command) -> Exit {
    match command {
        Command::Solve(arguments) => solve::solve(&arguments),
        Command::Check(arguments) => check::check(&arguments),
        Command::Evaluate(arguments) => judge::evaluate(&arguments),
        Command::Verify(arguments) => judge::verify(&arguments),
        Command::Simulate(arguments) => simulate::simulate(&arguments),
        Command::Compare(arguments) => compare::compare(&arguments),
        Command::Sweep(arguments) => sweep::sweep(&arguments),
        Command::Frontier(arguments) => frontier::frontier(&arguments),
        Command::Rollout(arguments) => rollout::rollout(&arguments),
        Command::Regret(arguments) => regret::regret(&arguments),
        Command::Report(arguments) => report::report(&arguments),
        Command::Export(arguments) => export::export(&arguments),
        Command::Init { folder } => setup::init(&folder),
        Command::Schema { json } => setup::schema(json),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "sparenet", &mut script);
            say(&String::from_utf8_lossy(&script));
            Exit::Ok
        }
        Command::Explain(arguments) => explain::explain(&arguments),
        Command::Diagnose(arguments) => diagnose::diagnose(&arguments),
        Command::Serve(arguments) => serve::serve(&arguments),
    }
}

/// Prints data. A reader that has gone away is no error.
fn say(text: &str) {
    let _ = io::stdout().write_all(text.as_bytes());
    let _ = io::stdout().flush();
}

/// Prints anything else.
fn note(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

/// May stderr be coloured?
fn colour() -> bool {
    io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
}

/// A scenario with its network and load.
struct Ready {
    scenario: Scenario,
    network: Network,
    load: Load,
}

/// Loads and connects a scenario; faults and warnings are told.
fn ready(
    folder: &Path,
    settings: &[String],
    plan: Option<&Path>,
    quiet: bool,
    connect: impl FnOnce(&Scenario) -> Network,
) -> Result<Ready, Exit> {
    let loaded = loaded(folder, settings, plan)?;
    let scenario = loaded.scenario;
    if !quiet {
        note(&warned(folder, loaded.warnings.len()));
    }
    let network = connect(&scenario);
    let load = Load::of(&scenario);
    Ok(Ready { scenario, network, load })
}

/// Loads a scenario with the options that a plan takes, where there is one.
fn loaded(folder: &Path, settings: &[String], plan: Option<&Path>) -> Result<Loaded, Exit> {
    load_taking(folder, &[], settings, &plan.map(options_of).unwrap_or_default())
        .map_err(|refused| refused_exit(&refused))
}

/// A line about the warnings of a scenario; empty where there are none.
fn warned(folder: &Path, warnings: usize) -> String {
    if warnings == 0 {
        return String::new();
    }
    format!("{}, see `sparenet check {}`\n", terminal::counted(warnings, "warning"), folder.display())
}

/// Tells why a folder is no scenario.
fn refused_exit(refused: &Refused) -> Exit {
    let (text, exit) = refusal(refused);
    note(&text);
    exit
}

/// Why a folder is no scenario, in words and as a code.
fn refusal(refused: &Refused) -> (String, Exit) {
    match refused {
        Refused::Invalid(faults) => (faults.human(colour()), Exit::Invalid),
        Refused::Unreadable { path, error } => {
            (format!("error: cannot read `{}`: {error}\n", path.display()), Exit::FileSystem)
        }
    }
}
