//! `report`: a plan as one page.

use std::path::PathBuf;

use clap::Args;
use sparenet::network::Network;
use sparenet::plan::figures::figures;
use sparenet::plan::read::Unread;
use sparenet::plan::write::write_file;
use sparenet::report::html::{Proof, plan as page};
use sparenet::verify::verify;

use super::judge::unread_exit;
use super::{Exit, Ready, Settings, note, ready, say};

#[derive(Debug, Args)]
pub struct ReportArguments {
    /// The scenario folder
    pub scenario: PathBuf,
    /// The plan's folder
    #[arg(long, value_name = "DIR")]
    pub plan: PathBuf,
    /// The page [default: report.html in the plan's folder]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub settings: Settings,
}

/// The page's name in a plan folder.
const REPORT_FILE: &str = "report.html";

pub fn report(arguments: &ReportArguments) -> Exit {
    let Ready { scenario, network, load } =
        match ready(&arguments.scenario, &arguments.settings.set, Some(&arguments.plan), true, Network::unlisted) {
            Ok(ready) => ready,
            Err(exit) => return exit,
        };
    let figures = match figures(&arguments.plan) {
        Ok(figures) => figures,
        Err(unread) => return unread_exit(&unread),
    };
    let proof = match verify(&scenario, &network, &load, &arguments.plan) {
        Ok(verdict) if verdict.holds() => Proof::Holds(verdict.figures, verdict.promises),
        Ok(verdict) => Proof::Broken(verdict.breaches.iter().map(ToString::to_string).collect()),
        Err(Unread::Unreadable(path, error)) => Proof::Unknown(format!("cannot read `{path}`: {error}")),
        Err(Unread::Faulty(_)) => Proof::Unknown("its tables are faulty".to_owned()),
    };
    let out = arguments.out.clone().unwrap_or_else(|| arguments.plan.join(REPORT_FILE));
    if let Err(error) = write_file(&out, page(&scenario, &figures, &proof).as_bytes()) {
        note(&format!("error: cannot write `{}`: {error}\n", out.display()));
        return Exit::FileSystem;
    }
    say(&format!("{}\n", out.display()));
    match proof {
        Proof::Holds(..) => Exit::Ok,
        Proof::Broken(_) | Proof::Unknown(_) => {
            note("the plan does not follow from the scenario; the report says what does not hold\n");
            Exit::Broken
        }
    }
}
