//! What customers are satisfied by: `[satisfaction]`.

use crate::units::Hours;

/// How much each of the things that satisfy customers counts; at least one does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SatisfactionWeights {
    /// The share of jobs that somebody is at, with the part, within the window.
    pub response: f64,
    /// That window \[hours\]; `None` where the response does not count.
    pub within: Option<Hours>,
    /// The share of jobs that the first visit ends.
    pub first_time_fix: f64,
    /// The share of contacts that are answered in time.
    pub answered: f64,
}
