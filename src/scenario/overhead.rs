//! What every plan pays in a year, wherever its sites are.

use super::CountryId;

/// What an overhead is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// An option that was taken.
    Option,
    /// Profit lost with jobs that a policy does not offer.
    LostProfit,
    /// Contacts over channels.
    Contact,
    /// Agents of desks.
    Desk,
    /// Units in warranty that are replaced or refunded.
    Guarantee,
    /// Contracts for a longer warranty, which are earned.
    Contract,
    /// Goods that come back.
    Returns,
    /// Inspection before units are shipped.
    Inspection,
    /// Check-ups before a season.
    Campaign,
    /// New units in place of failed ones, of the parts whose repair is decided.
    NewUnits,
}

/// An amount that every plan pays: it shifts costs and bounds alike and decides nothing.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Overhead {
    /// What for.
    pub cause: Cause,
    /// The country that it is spent for, if it is one's.
    pub country: Option<CountryId>,
    /// How much, negative where it is earned \[currency/year\].
    pub amount: f64,
}
