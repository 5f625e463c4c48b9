//! The plan proved by another road: everything is recomputed from the scenario and the plan's files.
//!
//! Decisions are read from the files; the rules of the scenario are checked one by one; service and cost are computed
//! afresh, and every figure of every file is held against them. No decision code is called.

mod figures;
mod rules;

use std::fs;
use std::path::Path;

use crate::load::Load;
use crate::network::Network;
use crate::plan::read::{Unread, read};
use crate::plan::write::{MAP_FILE, PLAN_FILE, has_map, tables};
use crate::plan::{Certificate, Decisions, Plan, Points, objective};
use crate::scenario::Scenario;
use crate::service::assess;

use figures::{compare_summary, compare_table};
pub use rules::{decision_rules, rules};

/// Figures may differ by this share: files may hold rounded or foreign floating-point numbers.
const TOLERANCE: f64 = 1e-9;
/// The most disagreements that are told.
const TOLD: usize = 50;

/// Something that does not hold.
#[derive(Debug, Clone, PartialEq)]
pub struct Breach {
    /// The file it is in, if it is in one.
    pub file: Option<String>,
    /// The line of the file.
    pub line: Option<usize>,
    /// What does not hold.
    pub message: String,
}

impl Breach {
    fn rule(message: String) -> Self {
        Self { file: None, line: None, message }
    }

    fn at(file: &str, line: usize, message: String) -> Self {
        Self { file: Some(file.to_owned()), line: Some(line), message }
    }
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.file, self.line) {
            (Some(file), Some(line)) => write!(f, "{file}:{line}: {}", self.message),
            (Some(file), None) => write!(f, "{file}: {}", self.message),
            _ => write!(f, "{}", self.message),
        }
    }
}

/// What a verification found.
#[derive(Debug, Clone, Default)]
pub struct Verdict {
    /// Everything that does not hold, in the order it was found; empty: the plan is right.
    pub breaches: Vec<Breach>,
    /// How many figures agreed.
    pub figures: usize,
    /// How many promises were recomputed.
    pub promises: usize,
}

impl Verdict {
    /// Does everything hold?
    pub fn holds(&self) -> bool {
        self.breaches.is_empty()
    }
}

/// Evaluates given decisions: service and cost, nothing optimised.
pub fn evaluate(scenario: &Scenario, network: &Network, load: &Load, decisions: Decisions) -> Plan {
    let service = assess(scenario, network, load, &decisions);
    let costs = crate::cost::price(scenario, network, load, &decisions, &service);
    let objective = objective(scenario, network, load, &decisions, costs.total());
    let certificate = Certificate { objective, lower_bound: None };
    Plan { decisions, costs, service, certificate, points: Points::new(), seed: scenario.planning.seed }
}

/// Verifies a plan folder.
///
/// # Errors
/// [`Unread`] where the folder's files cannot be read at all; faulty tables are breaches.
pub fn verify(scenario: &Scenario, network: &Network, load: &Load, folder: &Path) -> Result<Verdict, Unread> {
    let decisions = match read(folder, scenario) {
        Ok(decisions) => decisions,
        Err(Unread::Faulty(faults)) => {
            let breaches =
                faults.iter().map(|fault| Breach::at(&fault.origin.file, fault.origin.line, fault.message.clone()));
            return Ok(Verdict { breaches: breaches.collect(), ..Verdict::default() });
        }
        Err(unreadable) => return Err(unreadable),
    };
    let contents = |name: &'static str| -> Result<(&'static str, String), Unread> {
        let path = folder.join(name);
        let text = fs::read_to_string(&path).map_err(|error| Unread::Unreadable(path.display().to_string(), error))?;
        Ok((name, text))
    };
    let recomputed = Recomputed::of(scenario, network, load, &decisions);
    if has_map(scenario) {
        // The map holds no figure that the tables do not hold; it has to be there.
        let path = folder.join(MAP_FILE);
        fs::File::open(&path).map_err(|error| Unread::Unreadable(path.display().to_string(), error))?;
    }
    let stated = recomputed.tables.iter().map(|(name, _)| contents(name)).collect::<Result<Vec<_>, _>>()?;
    Ok(recomputed.against(scenario, network, load, &stated))
}

/// A plan and its tables computed afresh from its decisions.
#[derive(Debug)]
pub struct Recomputed {
    plan: Plan,
    tables: Vec<(&'static str, String)>,
}

impl Recomputed {
    /// Of decisions, whatever was stated of them.
    pub fn of(scenario: &Scenario, network: &Network, load: &Load, decisions: &Decisions) -> Self {
        let plan = evaluate(scenario, network, load, decisions.clone());
        let tables = tables(scenario, network, load, &plan);
        Self { plan, tables }
    }

    /// Checks every rule of the scenario, and every figure that the tables of a plan state; files that are none of the
    /// tables come last.
    pub fn against(
        &self,
        scenario: &Scenario,
        network: &Network,
        load: &Load,
        stated: &[(&'static str, String)],
    ) -> Verdict {
        let mut verdict = Verdict { breaches: rules(scenario, network, load, &self.plan), ..Verdict::default() };
        verdict.promises = self.plan.service.promises.len();
        for ((name, expected), (_, stated)) in self.tables.iter().zip(stated) {
            if *name == PLAN_FILE {
                compare_summary(expected, stated, &mut verdict);
            } else if name.ends_with(".csv") {
                compare_table(name, expected, stated, &mut verdict);
            }
        }
        verdict.breaches.truncate(TOLD);
        verdict
    }
}
