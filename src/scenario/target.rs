//! What is promised: the `[[target]]`s.

use std::fmt;

use super::{ClassId, CountryId, PartId, PolicyId};
use crate::units::{Hours, Money};

/// What a promise speaks of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Metric {
    /// Share of part demands met at once from the outlet's shelf (and reached in time, if a window is given).
    FillRate,
    /// Share of jobs whose response time is within the window.
    OnTime,
    /// Share of jobs whose travel time is within the window, stock ignored.
    Coverage,
    /// Mean response time of jobs \[hours\].
    MeanResponse,
    /// Share of installed units that work.
    Availability,
}

impl Metric {
    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FillRate => "fill_rate",
            Self::OnTime => "on_time",
            Self::Coverage => "coverage",
            Self::MeanResponse => "mean_response_hours",
            Self::Availability => "availability",
        }
    }
}

/// One dimension in which a target is spread out: `["outlet", "part"]` means every pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The whole network.
    Network,
    /// Each country of regions.
    Country,
    /// Each service policy.
    Policy,
    /// Each region.
    Region,
    /// Each outlet that serves anyone.
    Outlet,
    /// Each part.
    Part,
    /// Each class of parts.
    Class,
}

/// What a target asks of its metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// At least this (shares).
    AtLeast(f64),
    /// At most this (hours).
    AtMost(f64),
    /// Parity: best (or home) minus worst over the scope is at most this.
    SpreadAtMost(f64),
}

/// A `[\[target\]]`.
#[derive(Clone)]
pub struct Target {
    /// What it speaks of.
    pub metric: Metric,
    /// Over what it is taken; `\[Network\]` if not given.
    pub scope: Vec<Scope>,
    /// What it asks.
    pub limit: Limit,
    /// The window \[hours\]: required by on_time and coverage, optional for fill_rate.
    pub within: Option<Hours>,
    /// Only this country's regions.
    pub country: Option<CountryId>,
    /// Only this part's demand.
    pub part: Option<PartId>,
    /// Only this policy's demand.
    pub policy: Option<PolicyId>,
    /// Soft: yearly cost of one whole unit of shortfall (1 = 100 percentage points; mean_response: 1 hour).
    pub penalty: Option<Money>,
    /// Only the demand for this class's parts.
    pub class: Option<ClassId>,
    /// Parity with this country: the spread is not between best and worst, but from it to the worst.
    pub home: Option<CountryId>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { metric, scope, limit, within, country, part, policy, penalty, class, home } = self;
        let mut shown = f.debug_struct("Target");
        shown.field("metric", metric).field("scope", scope).field("limit", limit).field("within", within);
        shown.field("country", country).field("part", part).field("policy", policy).field("penalty", penalty);
        shown.field("class", class);
        // The digest of a scenario reads this: what was not given leaves the digests of older scenarios as they were.
        if home.is_some() {
            shown.field("home", home);
        }
        shown.finish()
    }
}
