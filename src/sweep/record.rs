//! The records of a sweep's runs: one file each, written whole or not at all.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::plan::write::{PLAN_FILE, write_file};
use crate::run::{Ending, Outcome};
use crate::scenario::{Scenario, hexadecimal_digest};

/// What determines the figures of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Asked {
    /// SHA-256 of the scenario.
    pub input_hash: String,
    /// The version that solves it.
    pub version: String,
    /// The seed of the search.
    pub seed: u64,
    /// The gap at which it may end.
    pub gap_asked: f64,
    /// The time at which it must end \[seconds\].
    pub time_limit_seconds: Option<f64>,
    /// The digest of the plan that its search begins from, if it begins from one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

impl Asked {
    /// What a scenario asks whose search begins from the plan of that digest, or from nothing.
    pub fn of(scenario: &Scenario, from: Option<&str>) -> Self {
        Self {
            input_hash: scenario.input_hash.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            seed: scenario.planning.seed,
            gap_asked: scenario.planning.gap,
            time_limit_seconds: scenario.planning.time_limit_seconds,
            from: from.map(str::to_owned),
        }
    }

    /// A name for it; the time limit has no part in it, as a search that ends before it is the same with any.
    pub fn key(&self) -> String {
        let Self { input_hash, version, seed, gap_asked, .. } = self;
        let from = self.from.as_ref().map_or(String::new(), |from| format!(" from {from}"));
        let words = format!("{input_hash} {version} {seed} {}{from}", gap_asked.to_bits());
        let mut key = hexadecimal_digest(words.as_bytes());
        // 64 bits tell more runs apart than anyone makes.
        key.truncate(16);
        key
    }
}

/// A run that is done.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    asked: Asked,
    outcome: Outcome,
}

/// The folder of the records.
pub(super) struct Records {
    records: PathBuf,
    plans: Option<PathBuf>,
}

impl Records {
    /// Opens the records of a sweep's folder; what holds a scenario or a plan is somebody's work and is not touched.
    pub(super) fn open(out: &Path, plans: bool) -> io::Result<Self> {
        if ["scenario.toml", PLAN_FILE].iter().any(|file| out.join(file).exists()) {
            let refusal = "it holds a scenario or a plan, which is somebody's work; name an empty or a new folder";
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, refusal));
        }
        let records = out.join("runs");
        fs::create_dir_all(&records)?;
        Ok(Self { records, plans: plans.then(|| out.join("plans")) })
    }

    /// Are the plans kept?
    pub(super) fn keeps_plans(&self) -> bool {
        self.plans.is_some()
    }

    /// The folder of a run's plan.
    pub(super) fn plan(&self, asked: &Asked) -> PathBuf {
        self.plans.as_ref().unwrap_or(&self.records).join(asked.key())
    }

    /// The outcome of a run that was made already; `None` where it must be made: there is no record, it is torn, the clock
    /// ended it sooner than it would now, or its plan is asked for and was not kept.
    pub(super) fn read(&self, asked: &Asked) -> Option<Outcome> {
        let text = fs::read_to_string(self.file(asked)).ok()?;
        let Record { asked: own, outcome } = serde_json::from_str(&text).ok()?;
        let limit = |asked: &Asked| asked.time_limit_seconds.unwrap_or(f64::INFINITY);
        let long_enough = outcome.ending == Ending::Itself || limit(&own) >= limit(asked);
        let same = own.key() == asked.key();
        let kept = outcome.objective.is_none() || !self.keeps_plans() || self.plan(asked).join(PLAN_FILE).exists();
        (same && long_enough && kept).then_some(outcome)
    }

    /// Leaves the record of a run.
    pub(super) fn write(&self, asked: &Asked, outcome: &Outcome) -> io::Result<()> {
        let record = Record { asked: asked.clone(), outcome: outcome.clone() };
        let text = serde_json::to_string_pretty(&record).map_err(io::Error::other)?;
        write_file(&self.file(asked), format!("{text}\n").as_bytes())
    }

    fn file(&self, asked: &Asked) -> PathBuf {
        self.records.join(format!("{}.json", asked.key()))
    }
}
