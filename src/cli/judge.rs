//! `evaluate` and `verify`: a given plan judged, nothing optimised.

use serde_json::json;
use sparenet::network::Network;
use sparenet::plan::read::{Unread, read};
use sparenet::plan::write::{files, summary, write};
use sparenet::report::terminal::{self, counted};
use sparenet::verify::{self, Breach};

use super::{EvaluateArguments, Exit, Ready, VerifyArguments, colour, note, ready, say};

pub fn evaluate(arguments: &EvaluateArguments) -> Exit {
    let Ready { scenario, network, load } = match ready(
        &arguments.scenario,
        &arguments.settings.set,
        Some(&arguments.plan),
        arguments.json,
        Network::connect,
    ) {
        Ok(ready) => ready,
        Err(exit) => return exit,
    };
    let decisions = match read(&arguments.plan, &scenario) {
        Ok(decisions) => decisions,
        Err(unread) => return unread_exit(&unread),
    };
    let plan = verify::evaluate(&scenario, &network, &load, decisions);
    let breaches = verify::rules(&scenario, &network, &load, &plan);
    if let Some(out) = &arguments.out
        && let Err(error) = write(out, &files(&scenario, &network, &load, &plan))
    {
        note(&format!("error: cannot write `{}`: {error}\n", out.display()));
        return Exit::FileSystem;
    }
    tell(&breaches);
    if arguments.json {
        let mut object = summary(&scenario, &plan);
        object.insert("breaches".to_owned(), json!(told(&breaches)));
        say(&format!("{:#}\n", serde_json::Value::Object(object)));
    } else {
        say(&terminal::summary(&scenario, &network, &load, &plan));
    }
    if breaches.is_empty() { Exit::Ok } else { Exit::Broken }
}

pub fn verify(arguments: &VerifyArguments) -> Exit {
    let Ready { scenario, network, load } = match ready(
        &arguments.scenario,
        &arguments.settings.set,
        Some(&arguments.plan),
        arguments.json,
        Network::unlisted,
    ) {
        Ok(ready) => ready,
        Err(exit) => return exit,
    };
    let verdict = match verify::verify(&scenario, &network, &load, &arguments.plan) {
        Ok(verdict) => verdict,
        Err(unread) => return unread_exit(&unread),
    };
    if arguments.json {
        let object = json!({
            "holds": verdict.holds(),
            "figures": verdict.figures,
            "promises": verdict.promises,
            "breaches": told(&verdict.breaches),
        });
        say(&format!("{object:#}\n"));
    } else if verdict.holds() {
        let (figures, promises) = (counted(verdict.figures, "figure"), counted(verdict.promises, "promise"));
        say(&format!("the plan holds: {figures} and {promises} recomputed\n"));
    }
    tell(&verdict.breaches);
    if !verdict.holds() && !arguments.json {
        note("hint: if the plan was edited by hand, `sparenet evaluate --out` recomputes its figures\n");
    }
    if verdict.holds() { Exit::Ok } else { Exit::Broken }
}

/// What does not hold, for JSON.
pub fn told(breaches: &[Breach]) -> Vec<serde_json::Value> {
    let object = |breach: &Breach| json!({"file": breach.file, "line": breach.line, "message": breach.message});
    breaches.iter().map(object).collect()
}

/// Prints what does not hold.
pub fn tell(breaches: &[Breach]) {
    note(&broken(breaches));
}

/// What does not hold, a line each.
pub fn broken(breaches: &[Breach]) -> String {
    breaches.iter().map(|breach| format!("broken: {breach}\n")).collect()
}

/// Says why a plan could not be read.
pub fn unread_exit(unread: &Unread) -> Exit {
    match unread {
        Unread::Faulty(faults) => {
            note(&faults.human(colour()));
            Exit::Invalid
        }
        Unread::Unreadable(path, error) => {
            note(&format!("error: cannot read `{path}`: {error}\n"));
            Exit::FileSystem
        }
    }
}
