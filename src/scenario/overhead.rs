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
