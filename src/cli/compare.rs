//! `compare`: plans, or scenarios with their plans, beside the first of them.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};
use sparenet::compare::Comparison;
use sparenet::compare::side::{Beside, Side, Trouble, beside};
use sparenet::plan::write::write_file;
use sparenet::report::{compared, html};

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

pub fn compare(arguments: &CompareArguments) -> Exit {
    let mut sides = Vec::new();
    for folder in &arguments.folders {
        match Side::of(folder, &arguments.plans, &arguments.scenarios) {
            Ok(side) => {
                if side.stale() {
                    let name = &side.name;
                    note(&format!(
                        "warning: the plan of `{name}` was made of another input than the scenario is now\n"
                    ));
                }
                sides.push(side);
            }
            Err(trouble) => return trouble_exit(&trouble),
        }
    }
    let Some((first, others)) = sides.split_first() else { return Exit::Usage };
    let mut differ = false;
    let mut objects = Vec::new();
    let mut comparisons = Vec::new();
    for other in others {
        let both = match beside(first, other) {
            Ok(both) => both,
            Err(trouble) => return trouble_exit(&trouble),
        };
        differ |= both.differs();
        objects.push(both.json());
        match both {
            Beside::Given { inputs, .. } => {
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
            }
            Beside::Planned(comparison) => {
                if !arguments.json {
                    say(&compared::comparison(&comparison));
                }
                comparisons.push(*comparison);
            }
        }
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

/// Tells why folders cannot be compared.
fn trouble_exit(trouble: &Trouble) -> Exit {
    match trouble {
        Trouble::Missing(folder, error) => {
            note(&format!("error: cannot read `{}`: {error}\n", folder.display()));
            Exit::FileSystem
        }
        Trouble::Refused(refused) => refused_exit(refused),
        Trouble::Unread(unread) => unread_exit(unread),
        Trouble::Incomparable(incomparable) => {
            note(&format!("error: {incomparable}\n"));
            Exit::Invalid
        }
        Trouble::Nothing => {
            note("error: neither both plans nor both scenarios are at hand\n");
            Exit::FileSystem
        }
    }
}
