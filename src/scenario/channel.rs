//! How customers come: rows of `channels.csv`.

use super::{CountryId, JobId};
use crate::units::{Money, Share};

/// A row of `channels.csv`: a channel and the jobs of a type that are asked for there.
#[derive(Debug, Clone)]
pub struct Channel {
    /// phone, mail, online, …
    pub name: String,
    /// The type of job; `None`: plain repairs.
    pub job: Option<JobId>,
    /// Share of the requests that come this way first.
    pub share: Share,
    /// Share of its contacts that are solved there.
    pub solved: Share,
    /// Handling time of a contact \[minutes\].
    pub minutes: f64,
    /// Cost of a contact, agents apart.
    pub cost_per_contact: Money,
}

/// Contacts of a country that need the same time.
#[derive(Debug, Clone, PartialEq)]
pub struct Contacts {
    /// Whose customers; `None`: those of regions without a country.
    pub country: Option<CountryId>,
    /// The row of [`Scenario::channels`](super::Scenario::channels).
    pub channel: usize,
    /// How many \[1/year\].
    pub rate: f64,
    /// How many of them are solved there \[1/year\].
    pub solved: f64,
}
