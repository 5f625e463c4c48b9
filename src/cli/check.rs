//! `check`: everything that is wrong or doubtful about a scenario.

use serde_json::{Map, Value, json};
use sparenet::demand::{History, pattern::Pattern};
use sparenet::diagnosis::{capacity, out_of_reach, shops, too_large, without_format};
use sparenet::load::Load;
use sparenet::network::Network;
use sparenet::report::terminal::{self, counted};
use sparenet::scenario::schema::Table;
use sparenet::scenario::{Diagnostics, Loaded, Refused, Scenario, load, load_taking};

use super::{CheckArguments, Exit, colour, note, say};

pub fn check(arguments: &CheckArguments) -> Exit {
    let (faults, history, exit) = match load(&arguments.scenario, &arguments.settings.set) {
        Ok(mut loaded) => match other_options(&loaded.scenario, arguments) {
            Some(faults) => (faults, None, Exit::Invalid),
            None => {
                let history = loaded.scenario.history.take();
                (doubts(loaded), history, Exit::Ok)
            }
        },
        Err(Refused::Invalid(faults)) => (faults, None, Exit::Invalid),
        Err(Refused::Unreadable { path, error }) => {
            note(&format!("error: cannot read `{}`: {error}\n", path.display()));
            return Exit::FileSystem;
        }
    };
    if arguments.json {
        let valid = exit == Exit::Ok;
        let mut object = json!({"valid": valid, "count": faults.len(), "diagnostics": faults.json()});
        if let Some(history) = &history {
            object["demand_history"] = history_json(history);
        }
        say(&format!("{object:#}\n"));
        return exit;
    }
    note(&faults.human(colour()));
    let errors = faults.iter().filter(|fault| fault.code.starts_with('E')).count();
    let warnings = faults.len() - errors;
    let verdict = if exit == Exit::Ok { "can be planned" } else { "cannot be used" };
    let folder = arguments.scenario.display();
    say(&format!("{folder}: {verdict} ({}, {})\n", counted(errors, "error"), counted(warnings, "warning")));
    if let Some(history) = &history {
        say(&terminal::history(history));
    }
    exit
}

/// What is wrong with an option that the optimiser may take in place of those taken here; `None`: nothing.
fn other_options(scenario: &Scenario, arguments: &CheckArguments) -> Option<Diagnostics> {
    let mut faults = Diagnostics::default();
    for choice in scenario.choices.iter().filter(|choice| !choice.given) {
        for option in &choice.options {
            let taken = [(choice.name.clone(), option.name.clone())];
            let loaded = load_taking(&arguments.scenario, &[], &arguments.settings.set, &taken);
            if let Err(Refused::Invalid(own)) = loaded {
                faults.extend(own);
            }
        }
    }
    (!faults.is_empty()).then_some(faults)
}

/// What was made of a history of demand, for programs.
fn history_json(history: &History) -> Value {
    let patterns: Map<String, Value> = Pattern::ALL
        .iter()
        .zip(history.patterns)
        .map(|(pattern, number)| (pattern.name().into(), number.into()))
        .collect();
    json!({
        "series": history.patterns.iter().sum::<usize>(),
        "periods": history.periods,
        "period": history.period,
        "patterns": patterns,
        "forecast": history.reading.forecast.method.name(),
        "distribution": history.reading.distribution.name(),
        "drift": history.drift,
    })
}

/// The warnings of a scenario and of its network.
fn doubts(loaded: Loaded) -> Diagnostics {
    let Loaded { scenario, mut warnings, origins } = loaded;
    let network = Network::connect(&scenario);
    let load = Load::of(&scenario);
    if let Some(finding) = without_format(&scenario, &network, &load) {
        for id in &finding.members {
            let row = scenario.regions.iter().position(|region| region.id == *id).unwrap_or(0);
            let message = format!("no outlet within reach does every type of job that region `{id}` asks for");
            warnings.warn("W11", origins.of(Table::Regions, row, "region"), message, Some(finding.hint.clone()));
        }
    }
    if let Some(finding) = out_of_reach(&scenario, &network, &load) {
        for id in &finding.members {
            let row = scenario.regions.iter().position(|region| region.id == *id).unwrap_or(0);
            let message = format!("region `{id}` has demand and no candidate outlet within reach");
            warnings.warn("W11", origins.of(Table::Regions, row, "region"), message, Some(finding.hint.clone()));
        }
    }
    if let Some(finding) = capacity(&scenario, &network, &load) {
        let origin = origins.of(Table::Outlets, 0, "capacity_hours_per_year");
        warnings.warn("W12", origin, finding.message, Some(finding.hint));
    }
    if let Some(finding) = too_large(&scenario, &network, &load) {
        let row = scenario.regions.iter().position(|region| region.id == finding.members[0]).unwrap_or(0);
        let origin = origins.of(Table::Regions, row, "region");
        warnings.warn("W12", origin, finding.message, Some(finding.hint));
    }
    if let Some(finding) = shops(&scenario, &network, &load) {
        let origin = origins.of(Table::Outlets, 0, "repair_servers");
        warnings.warn("W12", origin, finding.message, Some(finding.hint));
    }
    warnings
}
