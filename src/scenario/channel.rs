//! How customers come, and who answers: rows of `channels.csv` and `desks.csv`.

use super::{CountryId, JobId};
use crate::units::{HOURS_PER_DAY, Money, Share};

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

/// A row of `desks.csv`: who answers the contacts of channels that need somebody.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Its id in the files.
    pub id: String,
    /// Where it is.
    pub country: CountryId,
    /// When it opens, by its clock \[hours\].
    pub opens: f64,
    /// When it closes, by its clock; after midnight where that is no later than it opens \[hours\].
    pub closes: f64,
    /// ISO 639-1 codes of the languages it speaks; empty: every one.
    pub languages: Vec<String>,
    /// An agent's hour; `None`: the wage of its country, whatever conditions and exchange make of it.
    pub agent_cost: Option<Money>,
    /// In time is what is answered within this \[hours\].
    pub answer_within: f64,
    /// The least share of contacts answered in time.
    pub at_least: f64,
    /// The countries it serves; empty: those that no other desk names and whose language it speaks.
    pub serves: Vec<CountryId>,
    /// How much longer a contact takes in a language that it does not speak.
    pub foreign: f64,
}

impl Desk {
    /// How long it is open \[hours/day\]: the whole day where it closes when it opens.
    pub fn open_hours(&self) -> f64 {
        let hours = (self.closes - self.opens).rem_euclid(HOURS_PER_DAY);
        if hours > 0.0 { hours } else { HOURS_PER_DAY }
    }
}
