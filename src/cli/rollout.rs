//! `rollout`: outlets by region and year where they draw customers.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::Value;
use sparenet::report::rolled;
use sparenet::rollout::write::{ROLLOUT_FILE, files, summary};
use sparenet::rollout::{Failure, Ground, Rollout, curve, excesses, read, rollout as plan};

use super::progress::{Progress, catch_interrupts, interrupted};
use super::search::SearchArguments;
use super::telling::{Telling, written};
use super::{Exit, loaded, note};

#[derive(Debug, Args)]
pub struct RolloutArguments {
    /// The scenario folder, with markets.csv
    pub scenario: PathBuf,
    /// A folder with outlets_by_year.csv: its accounts are made and nothing is decided
    #[arg(long, value_name = "DIR")]
    pub plan: Option<PathBuf>,
    /// Numbers of outlets for which the share is drawn, evenly spread and at its best
    #[arg(long, value_name = "N,...", value_delimiter = ',')]
    pub curve: Vec<u32>,
    /// Where rollout.json, years.csv, outlets_by_year.csv, curve.csv and rollout.html go [default: rollouts/<scenario>]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[command(flatten)]
    pub search: SearchArguments,
    #[command(flatten)]
    pub telling: Telling,
}

pub fn rollout(arguments: &RolloutArguments) -> Exit {
    catch_interrupts();
    arguments.search.take_threads();
    let scenario = match loaded(&arguments.scenario, &arguments.search.settings(), None) {
        Ok(loaded) => loaded.scenario,
        Err(exit) => return exit,
    };
    let given = arguments.plan.as_deref().map(|folder| {
        let ground = Ground::of(&scenario).ok_or_else(|| Failure::NoMarkets.to_string())?;
        let course = read::read(folder, &scenario, &ground).map_err(|unread| unread.to_string())?;
        let found = Rollout::of(&ground, course, None);
        Ok::<_, String>((ground, found))
    });
    let progress = Progress::new(&scenario.name, scenario.planning.time_limit_seconds, arguments.telling.silent());
    let found = match given {
        Some(given) => given,
        None => plan(&scenario, &progress).map_err(|failure| failure.to_string()),
    };
    progress.finish();
    let (ground, found) = match found {
        Ok(found) => found,
        Err(message) => {
            note(&format!("error: {message}\n"));
            return if scenario.markets.is_some() && arguments.plan.is_none() {
                Exit::Infeasible
            } else {
                Exit::Invalid
            };
        }
    };
    let points = curve(&ground, 0, &arguments.curve);
    let name = super::solve::folder_name(&arguments.scenario);
    let out = arguments.out.clone().unwrap_or_else(|| Path::new("rollouts").join(name));
    let mut list: Vec<(String, Vec<u8>)> = files(&scenario, &ground, &found, &points)
        .into_iter()
        .map(|(name, content)| (name.to_owned(), content.into_bytes()))
        .collect();
    let page = sparenet::report::html::rollout(&scenario, &ground, &found, &points);
    list.push((ROLLOUT_FILE.replace("json", "html"), page.into_bytes()));
    if let Err(exit) = written(&out, &list) {
        return exit;
    }
    arguments.telling.tell(
        || Value::Object(summary(&scenario, &ground, &found)),
        || format!("{}Written to {}/\n", rolled::rollout(&scenario, &ground, &found, &points), out.display()),
    );
    if !excesses(&ground, &found.books).is_empty() {
        return Exit::Broken;
    }
    match found.gap() {
        None => Exit::Ok,
        Some(gap) if gap <= scenario.planning.gap => Exit::Ok,
        Some(_) if interrupted() => Exit::Interrupted,
        Some(_) => Exit::GapLeft,
    }
}
