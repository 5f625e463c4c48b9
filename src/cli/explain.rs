//! `explain`: why it is so and what would be otherwise.

use std::path::{Path, PathBuf};

use clap::Args;
use sparenet::explain::{
    Explanation, Questioned, explain_condition, explain_country, explain_part, explain_promise, explain_region,
    explain_site, json, stated,
};
use sparenet::network::Network;
use sparenet::optimise::Failure;
use sparenet::plan::Plan;
use sparenet::plan::figures::figures;
use sparenet::plan::read::options_of;
use sparenet::plan::write::PLAN_FILE;
use sparenet::report::{explained, terminal};
use sparenet::resolve::resolve;
use sparenet::scenario::{Condition, CountryId, DepotId, OutletId, PartId, RegionId, Scenario, SiteId, load_taking};
use sparenet::verify::rules;
use sparenet::watch::Watch;

use super::judge::{tell, unread_exit};
use super::progress::{Progress, catch_interrupts, interrupted};
use super::{Exit, Ready, Settings, note, ready, refused_exit, say};

#[derive(Debug, Args)]
pub struct ExplainArguments {
    /// The scenario folder
    pub scenario: PathBuf,
    /// The plan [default: plans/<scenario> if it was made of this input, else it is solved first]
    #[arg(long, value_name = "DIR")]
    pub plan: Option<PathBuf>,
    #[command(flatten)]
    pub about: About,
    /// With --region: the outlet to bind it to [default: the nearest that does not serve it]
    #[arg(long, value_name = "ID", requires = "region")]
    pub to: Option<String>,
    /// Solve from nothing what is forced, also where the plan at hand could be mended
    #[arg(long)]
    pub afresh: bool,
    #[command(flatten)]
    pub settings: Settings,
    /// One JSON object on stdout
    #[arg(long)]
    pub json: bool,
}

/// What is explained.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub struct About {
    /// Why this outlet is open or closed: it is forced the other way
    #[arg(long, value_name = "ID")]
    pub outlet: Option<String>,
    /// Why this depot is open or closed: it is forced the other way
    #[arg(long, value_name = "ID")]
    pub depot: Option<String>,
    /// Who serves this region and why not another
    #[arg(long, value_name = "ID")]
    pub region: Option<String>,
    /// Where this part is stocked, what it costs, what one unit more or less would do
    #[arg(long, value_name = "ID")]
    pub part: Option<String>,
    /// What the N-th [[target]] costs: the scenario is solved without it
    #[arg(long, value_name = "N")]
    pub promise: Option<usize>,
    /// What holds in this country, from where that is known, and what it does
    #[arg(long, value_name = "CODE")]
    pub country: Option<String>,
    /// What this condition of the ledger costs: the scenario is solved without it (with it, if it is off)
    #[arg(long, value_name = "ID")]
    pub condition: Option<String>,
}

/// What is explained, as the scenario knows it.
enum Asked {
    Site(SiteId),
    Region(RegionId, Option<OutletId>),
    Part(PartId),
    Promise(usize),
    Country(CountryId),
    Condition(usize),
}

pub fn explain(arguments: &ExplainArguments) -> Exit {
    catch_interrupts();
    let folder = &arguments.scenario;
    let settings = &arguments.settings.set;
    let own = arguments.plan.clone().or_else(|| Some(Path::new("plans").join(whole(folder)?.file_name()?)));
    let own = own.as_deref();
    let Ready { scenario, mut network, load } = match ready(folder, settings, own, arguments.json, Network::connect) {
        Ok(ready) => ready,
        Err(exit) => return exit,
    };
    let asked = match asked(&scenario, arguments) {
        Ok(asked) => asked,
        Err(words) => {
            note(&format!("error: {words}\n"));
            return Exit::Usage;
        }
    };
    let progress = Progress::new(&scenario.name, scenario.planning.time_limit_seconds, arguments.json);
    let read = |folder: &Path| stated(&scenario, &network, &load, folder).map_err(|unread| unread_exit(&unread));
    let known = arguments.plan.clone().or_else(|| plan_of(folder, &scenario));
    let plan: Plan = match &known {
        Some(folder) => match read(folder) {
            Ok(plan) => plan,
            Err(exit) => return exit,
        },
        None if scenario.choices.iter().any(|choice| !choice.given) => {
            note("error: solve the scenario first: which of its options are best is not known yet\n");
            return Exit::Usage;
        }
        None => match resolve(scenario.clone(), &load, None, &progress) {
            Ok(solved) => {
                network = solved.network;
                solved.plan
            }
            Err(Failure::Infeasible(diagnosis)) => {
                note(&terminal::diagnosis(&scenario.name, &diagnosis));
                return Exit::Infeasible;
            }
            Err(Failure::NothingFound { .. }) => {
                note(&format!("no plan of `{}` was found to explain\n", scenario.name));
                return Exit::NoPlan;
            }
        },
    };
    if known.is_some() && plan.certificate.lower_bound.is_none() {
        note("warning: the plan has no bound for this very input, so what is proven is proven one way only\n");
    }
    let breaches = rules(&scenario, &network, &load, &plan);
    if !breaches.is_empty() {
        tell(&breaches);
        note("warning: the plan breaks rules of its scenario, so that nothing is proven to cost more than it\n");
    }
    progress.finish();
    // What is solved again has the whole of the time limit for itself.
    let progress = Progress::new(&scenario.name, scenario.planning.time_limit_seconds, arguments.json);
    let (watch, from_plan): (&dyn Watch, bool) = (&progress, !arguments.afresh);
    let questioned = Questioned { scenario: &scenario, network: &network, load: &load, plan: &plan, watch, from_plan };
    let explanation = match asked {
        Asked::Site(site) => Explanation::Site(Box::new(explain_site(&questioned, site))),
        Asked::Region(region, to) => Explanation::Region(Box::new(explain_region(&questioned, region, to))),
        Asked::Part(part) => Explanation::Part(Box::new(explain_part(&questioned, part))),
        Asked::Promise(target) => Explanation::Promise(Box::new(explain_promise(&questioned, target))),
        Asked::Country(country) => Explanation::Country(Box::new(explain_country(&questioned, country))),
        Asked::Condition(number) => {
            let condition = &scenario.conditions[number];
            let taken = known.as_deref().map(options_of).unwrap_or_default();
            match load_taking(folder, &[switched(condition)], settings, &taken) {
                Ok(other) => {
                    let explained = explain_condition(&questioned, condition, other.scenario);
                    Explanation::Condition(Box::new(explained))
                }
                Err(refused) => return refused_exit(&refused),
            }
        }
    };
    progress.finish();
    if arguments.json {
        say(&format!("{:#}\n", json(&questioned, &explanation)));
    } else {
        say(&explained::explanation(&questioned, &explanation));
    }
    if interrupted() { Exit::Interrupted } else { Exit::Ok }
}

/// An overlay that switches a condition the other way.
fn switched(condition: &Condition) -> (String, String) {
    let text = format!(
        "[[change]]\ntable = \"conditions\"\nwhere = {{ condition = {} }}\nset = {{ on = \"{}\" }}\n",
        serde_json::json!(condition.id),
        if condition.on { "no" } else { "yes" }
    );
    ("--condition".to_owned(), text)
}

/// The plan that `solve` would have written, if it was made of just this input.
fn plan_of(folder: &Path, scenario: &Scenario) -> Option<PathBuf> {
    let plan = Path::new("plans").join(whole(folder)?.file_name()?);
    let own = plan.join(PLAN_FILE).exists().then(|| figures(&plan).ok()).flatten()?;
    (own.summary.input_hash == scenario.input_hash).then_some(plan)
}

/// The scenario's folder, which may be named by its `scenario.toml`.
fn whole(folder: &Path) -> Option<PathBuf> {
    let whole = folder.canonicalize().ok()?;
    if whole.is_file() { Some(whole.parent()?.to_path_buf()) } else { Some(whole) }
}

fn asked(scenario: &Scenario, arguments: &ExplainArguments) -> Result<Asked, String> {
    let about = &arguments.about;
    let outlet = |id: &str| place(id, "outlet", scenario.outlets.iter().map(|site| &site.id)).map(OutletId::from);
    if let Some(id) = &about.outlet {
        return Ok(Asked::Site(SiteId::Outlet(outlet(id)?)));
    }
    if let Some(id) = &about.depot {
        let depot = place(id, "depot", scenario.depots.iter().map(|site| &site.id))?;
        return Ok(Asked::Site(SiteId::Depot(DepotId::from(depot))));
    }
    if let Some(id) = &about.region {
        let region = place(id, "region", scenario.regions.iter().map(|region| &region.id))?;
        let to = arguments.to.as_deref().map(outlet).transpose()?;
        return Ok(Asked::Region(RegionId::from(region), to));
    }
    if let Some(id) = &about.part {
        return place(id, "part", scenario.parts.iter().map(|part| &part.id))
            .map(|part| Asked::Part(PartId::from(part)));
    }
    if let Some(code) = &about.country {
        let country = place(code, "country", scenario.countries.iter().map(|country| &country.code))?;
        return Ok(Asked::Country(CountryId::from(country)));
    }
    if let Some(id) = &about.condition {
        return place(id, "condition", scenario.conditions.iter().map(|own| &own.id)).map(Asked::Condition);
    }
    let number = about.promise.unwrap_or(0);
    match number.checked_sub(1).filter(|target| *target < scenario.targets.len()) {
        Some(target) => Ok(Asked::Promise(target)),
        None => Err(format!("there is no promise {number}: the scenario has {}", scenario.targets.len())),
    }
}

/// The place of an id in its table.
fn place<'a>(id: &str, what: &str, mut ids: impl Iterator<Item = &'a String> + Clone) -> Result<usize, String> {
    let found = ids.clone().position(|own| own == id);
    found.ok_or_else(|| {
        let alike = ids.find(|own| own.eq_ignore_ascii_case(id));
        let hint = alike.map_or(String::new(), |own| format!("; did you mean `{own}`?"));
        format!("there is no {what} `{id}`{hint}")
    })
}
