//! Types of job, and which of them a service policy offers: rows of `jobs.csv` and `policies.csv`.

use super::{JobId, PolicyId};
use crate::units::Money;

/// A row of `jobs.csv`; a job without a type is a plain repair, which every outlet does and every policy offers.
#[derive(Debug, Clone)]
pub struct JobType {
    /// Its id in the files.
    pub id: String,
    /// Its name; the id if none was given.
    pub name: String,
    /// Tools and workshop of an open outlet that does it \[a year\].
    pub equipment_cost: Money,
    /// Trained staff of an open outlet that does it \[a year\].
    pub training_cost: Money,
    /// Does a technician travel to the region?
    pub travel: bool,
}

/// A row of `policies.csv`: what a policy offers.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The policy.
    pub policy: PolicyId,
    /// The job types it includes besides plain repairs, in order; `None`: every one.
    pub jobs: Option<Vec<JobId>>,
    /// The channels it includes, in order of name; `None`: every one.
    pub channels: Option<Vec<String>>,
    /// Profit lost with each job that it does not offer.
    pub loss_per_job: Money,
}
