//! `simulate`: a given plan lived event by event.

use std::time::Instant;

use serde_json::{Value, json};
use sparenet::network::Network;
use sparenet::plan::read::read;
use sparenet::report::simulated;
use sparenet::simulation::write::{files, holds, summary, write};
use sparenet::simulation::{Experiment, LeadTimes, findings, simulate as live};
use sparenet::verify;

use super::judge::{tell, told, unread_exit};
use super::progress::Progress;
use super::{Exit, Ready, SimulateArguments, Variation, note, ready};

pub fn simulate(arguments: &SimulateArguments) -> Exit {
    if let Some(threads) = arguments.threads {
        // A pool that exists already keeps its size; the outcome is the same for any.
        let _ = rayon::ThreadPoolBuilder::new().num_threads(usize::from(threads)).build_global();
    }
    let quiet = arguments.telling.silent();
    let Ready { scenario, network, load } =
        match ready(&arguments.scenario, &arguments.settings.set, Some(&arguments.plan), quiet, Network::unlisted) {
            Ok(ready) => ready,
            Err(exit) => return exit,
        };
    let decisions = match read(&arguments.plan, &scenario) {
        Ok(decisions) => decisions,
        Err(unread) => return unread_exit(&unread),
    };
    let experiment = Experiment {
        replications: u32::from(arguments.replications),
        years: arguments.years,
        warm_up: arguments.warm_up,
        seed: arguments.seed.unwrap_or(scenario.planning.seed),
        lead_times: match arguments.lead_times {
            Variation::Constant => LeadTimes::Constant,
            Variation::Exponential => LeadTimes::Exponential,
            Variation::Uniform => LeadTimes::Uniform,
        },
        event_by_event: false,
    };
    let plan = verify::evaluate(&scenario, &network, &load, decisions);
    let breaches = verify::decision_rules(&scenario, &network, &load, &plan);
    let progress = Progress::new(&scenario.name, None, quiet);
    let start = Instant::now();
    let simulation = live(&scenario, &network, &load, &plan.decisions, &experiment, &progress);
    let seconds = start.elapsed().as_secs_f64();
    progress.finish();
    let findings = findings(&scenario, &simulation, &plan.service.promises);
    if let Some(out) = &arguments.out
        && let Err(error) = write(out, &files(&scenario, &plan, &experiment, &simulation, &findings))
    {
        note(&format!("error: cannot write `{}`: {error}\n", out.display()));
        return Exit::FileSystem;
    }
    tell(&breaches);
    let object = || {
        let mut object = summary(&scenario, &plan, &experiment, &simulation, &findings);
        object.insert("breaches".to_owned(), json!(told(&breaches)));
        object.insert("simulate_seconds".to_owned(), json!(seconds));
        object.insert("threads".to_owned(), json!(rayon::current_num_threads()));
        Value::Object(object)
    };
    let pace =
        || format!("Lived in {seconds:.1} s, {:.1} million jobs a second\n", simulation.jobs as f64 / seconds / 1e6);
    let words = || simulated::summary(&scenario, &plan, &experiment, &simulation, &findings) + &pace();
    arguments.telling.tell(object, words);
    if breaches.is_empty() && holds(&scenario, &findings) { Exit::Ok } else { Exit::Broken }
}
