//! The conditions of after-sales service: what they make of the demands, and what every plan pays for them.
//!
//! Checked rows come in, a changed scenario goes out, and nothing behind knows that there were rows. In this order:
//!
//! ```text
//! (season)      rates of the month that is planned for, less what campaigns prevent        season
//! (inspection)  failures that escape the inspection, and what it costs                     inspection
//!               (between: what policies do not offer and what channels solve)              offer, contact
//! (guarantee)   claims that are replaced or refunded ask for no repair, and their cost     guarantee
//! (visits)      visits of campaigns, which are jobs and no failures                        season
//! (way back)    repair or discard, and the new units in place of what is discarded         reverse
//! ```
//! Without a table its step changes nothing, not even a bit.

use std::collections::BTreeMap;

use crate::guarantee::{self, Rules};
use crate::inspection;
use crate::reverse::{self, Undecided};
use crate::scenario::{Campaign, Cause, CountryId, Guarantee, Inspection, Overhead, PartId, Scenario, Season};
use crate::season;
use crate::units::Rate;

/// What a scenario says of after-sales service, checked.
#[derive(Debug, Clone, Default)]
pub(crate) struct AfterSales {
    /// `guarantees.csv`.
    pub guarantees: Vec<Guarantee>,
    /// `inspection.csv`, of the level chosen.
    pub inspections: Vec<Inspection>,
    /// Share of failures that a year of learning prevents: what is reported × what can be learnt of it.
    pub learnt: f64,
    /// `seasons.csv`.
    pub seasons: Vec<Season>,
    /// `campaigns.csv`, those that are held.
    pub campaigns: Vec<Campaign>,
    /// The parts of which it is decided whether they are repaired.
    pub decided: Vec<PartId>,
}

/// Gives demands the rates that come of season and inspection: what customers will ask for.
pub(crate) fn shape(conditions: &AfterSales, scenario: &mut Scenario) {
    let mut ledger = Ledger::default();
    season::shape(&conditions.seasons, &conditions.campaigns, scenario);
    let rules = Rules::of(&conditions.guarantees, scenario);
    inspection::inspect(&conditions.inspections, &rules, scenario, &mut ledger);
    inspection::learn(conditions.learnt, scenario);
    scenario.overheads.extend(ledger.overheads());
}

/// Settles what is left for outlets to do: claims, visits, repair or discard. Returns the parts of which cost and lead time
/// do not say together whether they are repaired.
pub(crate) fn settle(conditions: &AfterSales, scenario: &mut Scenario) -> Vec<(PartId, Undecided)> {
    let mut ledger = Ledger::default();
    let rules = Rules::of(&conditions.guarantees, scenario);
    guarantee::keep(&rules, scenario, &mut ledger);
    season::visit(&conditions.campaigns, scenario, &mut ledger);
    let undecided = reverse::decide(&conditions.decided, scenario, &mut ledger);
    scenario.overheads.extend(ledger.overheads());
    undecided
}

/// What every plan pays, added up by cause and country.
#[derive(Debug, Default)]
pub(crate) struct Ledger(BTreeMap<(Cause, Option<CountryId>), f64>);

impl Ledger {
    /// Adds an amount \[currency/year\].
    pub fn add(&mut self, cause: Cause, country: Option<CountryId>, amount: f64) {
        *self.0.entry((cause, country)).or_insert(0.0) += amount;
    }

    fn overheads(self) -> impl Iterator<Item = Overhead> {
        // No amount that anyone pays leaves the range of numbers; one that does stays the largest of them.
        let finite = |amount: f64| if amount.is_nan() { 0.0 } else { amount.clamp(f64::MIN, f64::MAX) };
        let amounts = self.0.into_iter().map(move |(what, amount)| (what, finite(amount)));
        let spent = amounts.filter(|(_, amount)| *amount != 0.0);
        spent.map(|((cause, country), amount)| Overhead { cause, country, amount })
    }
}

/// A rate times a factor that is neither negative nor infinite.
pub(crate) fn scaled(rate: Rate, factor: f64) -> Rate {
    // Two finite numbers may have an infinite product only where nothing real is planned.
    Rate::new(rate.get() * factor).unwrap_or(rate)
}
