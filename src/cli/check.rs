//! `check`: everything that is wrong or doubtful about a scenario.

use serde_json::json;
use sparenet::diagnosis::{capacity, out_of_reach, shops};
use sparenet::load::Load;
use sparenet::network::Network;
use sparenet::report::terminal::counted;
use sparenet::scenario::schema::Table;
use sparenet::scenario::{Diagnostics, Loaded, Refused, load};

use super::{CheckArguments, Exit, colour, note, say};

pub fn check(arguments: &CheckArguments) -> Exit {
    let (faults, exit) = match load(&arguments.scenario, &arguments.settings.set) {
        Ok(loaded) => (doubts(loaded), Exit::Ok),
        Err(Refused::Invalid(faults)) => (faults, Exit::Invalid),
        Err(Refused::Unreadable { path, error }) => {
            note(&format!("error: cannot read `{}`: {error}\n", path.display()));
            return Exit::FileSystem;
        }
    };
    if arguments.json {
        let valid = exit == Exit::Ok;
        say(&format!("{:#}\n", json!({"valid": valid, "count": faults.len(), "diagnostics": faults.json()})));
        return exit;
    }
    note(&faults.human(colour()));
    let errors = faults.iter().filter(|fault| fault.code.starts_with('E')).count();
    let warnings = faults.len() - errors;
    let verdict = if exit == Exit::Ok { "can be planned" } else { "cannot be used" };
    let folder = arguments.scenario.display();
    say(&format!("{folder}: {verdict} ({}, {})\n", counted(errors, "error"), counted(warnings, "warning")));
    exit
}

/// The warnings of a scenario and of its network.
fn doubts(loaded: Loaded) -> Diagnostics {
    let Loaded { scenario, mut warnings, origins } = loaded;
    let network = Network::connect(&scenario);
    let load = Load::of(&scenario);
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
    if let Some(finding) = shops(&scenario, &network, &load) {
        let origin = origins.of(Table::Outlets, 0, "repair_servers");
        warnings.warn("W12", origin, finding.message, Some(finding.hint));
    }
    warnings
}
