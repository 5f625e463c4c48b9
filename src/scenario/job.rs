//! Types of job, which of them a service policy offers, and to whom: rows of `jobs.csv`, `policies.csv` and `tiers.csv`.

use std::collections::BTreeMap;

use super::{CountryId, JobId, PolicyId, ProductId};
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

/// The policies by product and country of `tiers.csv`; `None` stands for every one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tiers(pub BTreeMap<(Option<ProductId>, Option<CountryId>), PolicyId>);

impl Tiers {
    /// The policy of the row that names both, else the product, else the country, else neither.
    pub fn policy(&self, product: Option<ProductId>, country: Option<CountryId>) -> Option<PolicyId> {
        if self.0.is_empty() {
            return None;
        }
        let rows = [(product, country), (product, None), (None, country), (None, None)];
        rows.iter().find_map(|row| self.0.get(row).copied())
    }
}
