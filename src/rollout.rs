//! A roll-out: how many outlets each region has, year by year, so that markets are worth the most.
//!
//! More outlets are nearer to customers, who then wish to buy more (`response`); what is sold is installed and asks for service
//! for its life (`account`). Budgets for opening, openings, technicians and quotas of countries tie the regions together.
//!
//! ```text
//! ground ─relax→ bound and course for prices ─climb→ prices ─settle, improve→ course ─accounts→ plan
//! ```
//!
//! The certificate: no course that keeps the limits is worth more than `bound` (`relaxation`), for this model: outlets of a
//! region lie as `[share] spread` says, at most one a square kilometre, and only what [`accounts`] adds up counts.

mod account;
mod climb;
mod curve;
mod ground;
mod obligation;
mod path;
pub mod read;
mod relaxation;
mod reputation;
mod response;
mod settle;
#[cfg(test)]
mod tests;
pub mod write;

use crate::scenario::Scenario;
use crate::watch::Watch;

pub use account::{Account, Course, Excess, accounts, excesses, together, worth, worth_of};
pub use curve::{Point, curve};
pub use ground::{Area, Ground, Land, shared_out};
pub use obligation::{Obligation, obligations};
pub use response::{access, wish};

/// A roll-out that was planned or given.
#[derive(Debug, Clone)]
pub struct Rollout {
    /// Outlets by area and year.
    pub course: Course,
    /// The accounts, by market and year.
    pub books: Vec<Vec<Account>>,
    /// The accounts of staying as one is.
    pub stays: Vec<Vec<Account>>,
    /// What it is worth before the first year \[currency\].
    pub worth: f64,
    /// No course that keeps the limits is worth more; `None` for a course that was given.
    pub bound: Option<f64>,
    /// What the same course would be worth more if nobody heard of trouble abroad \[currency\]; `None` where nobody does.
    pub heard: Option<f64>,
}

impl Rollout {
    /// A course with its accounts.
    pub fn of(ground: &Ground, course: Course, bound: Option<f64>) -> Self {
        let books = accounts(ground, &course);
        let worth = worth(ground, &books);
        let stays: Course = ground.areas.iter().map(|area| vec![area.today; ground.years]).collect();
        let stays = accounts(ground, &stays);
        let heard = ground.is_heard_abroad().then(|| {
            let unheard = ground.unheard();
            self::worth(&unheard, &accounts(&unheard, &course)) - worth
        });
        Self { course, books, stays, worth, bound, heard }
    }

    /// (bound − worth) / |worth|; `None` without a bound.
    pub fn gap(&self) -> Option<f64> {
        let short = (self.bound? - self.worth).max(0.0);
        Some(if short == 0.0 { 0.0 } else { short / self.worth.abs() })
    }

    /// The first year at whose end, and at that of every later one, the roll-out has left more than staying as one is, of the
    /// accounts of a market or of all; `None`: it never has, or nothing changes.
    pub fn breaks_even(ground: &Ground, book: &[Account], stays: &[Account]) -> Option<usize> {
        let mut sum = 0.0;
        let more = |((account, stays), discount): ((&Account, &Account), &f64)| {
            sum += discount * (account.net() - stays.net());
            sum
        };
        let balance: Vec<f64> = book.iter().zip(stays).zip(&ground.discount).map(more).collect();
        let changes = book.iter().any(|account| account.opened + account.closed > 0);
        let last = balance.iter().rposition(|balance| *balance < 0.0).map_or(0, |last| last + 1);
        (changes && last < balance.len()).then_some(last)
    }
}

/// Why there is no roll-out.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The scenario has no markets.
    #[error("the scenario has no markets.csv")]
    NoMarkets,
    /// Even without outlets a limit is broken.
    #[error("a limit is broken even without outlets: {0}")]
    Impossible(String),
}

/// Plans the roll-out of a scenario with markets.
///
/// # Errors
/// [`Failure`] where there is nothing to plan or no course keeps the limits.
pub fn rollout(scenario: &Scenario, watch: &dyn Watch) -> Result<(Ground, Rollout), Failure> {
    let ground = Ground::of(scenario).ok_or(Failure::NoMarkets)?;
    let (course, bound) = climb::climb(&ground, scenario.planning.gap, watch)?;
    let found = Rollout::of(&ground, course, Some(bound));
    Ok((ground, found))
}
