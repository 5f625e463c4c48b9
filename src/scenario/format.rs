//! Formats of outlets: rows of `formats.csv`.

use super::JobId;
use crate::units::{Money, Share};

/// Whose an outlet is: no figure follows from it but those that its format states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ownership {
    /// The company's own.
    Own,
    /// A franchise.
    Franchise,
    /// An authorised partner.
    Partner,
    /// A van.
    Van,
    /// Customers mail what is broken.
    MailIn,
}

impl Ownership {
    /// All of them, in the order of the words of the column.
    pub const ALL: [Self; 5] = [Self::Own, Self::Franchise, Self::Partner, Self::Van, Self::MailIn];
}

/// A row of `formats.csv`.
#[derive(Debug, Clone)]
pub struct Format {
    /// Its id in the files.
    pub id: String,
    /// Its name; the id if none was given.
    pub name: String,
    /// Whose it is.
    pub ownership: Ownership,
    /// On the outlet's fixed cost.
    pub fixed_cost_factor: f64,
    /// On the outlet's opening cost.
    pub opening_cost_factor: f64,
    /// On the wage of an hour.
    pub labour_cost_factor: f64,
    /// Paid for each job.
    pub fee_per_job: Money,
    /// Share of visits that must be made again.
    pub repeated: Share,
    /// On what journeys cost.
    pub travel_cost_factor: f64,
    /// The types of job it does besides plain repairs, in order; `None`: every one.
    pub jobs: Option<Vec<JobId>>,
}

impl Format {
    /// Visits until a job is done: each is made again with the same chance, so their number is geometric with mean
    /// 1 / (1 − repeated).
    pub fn visits(&self) -> f64 {
        1.0 / (1.0 - self.repeated.get())
    }

    /// Does it do jobs of a type?
    pub fn does(&self, job: JobId) -> bool {
        self.jobs.as_ref().is_none_or(|jobs| jobs.binary_search(&job).is_ok())
    }
}

/// The id of the candidate that an outlet is in one of its formats.
pub fn candidate_id(outlet: &str, format: &str) -> String {
    format!("{outlet}:{format}")
}
