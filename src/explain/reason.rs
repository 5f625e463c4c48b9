//! Why, in one word that programs can rely on.

use crate::diagnosis::Diagnosis;

/// A reason. Its code never changes; what it says is documented here and nowhere else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The scenario says `status = "open"`.
    OpenByStatus,
    /// The scenario says `status = "closed"`.
    ClosedByStatus,
    /// Proven: every plan the other way costs more, by at least the least end of its interval.
    Dearer,
    /// The plan found the other way costs more, but the bounds leave open by whether the best one does.
    DearerAsFound,
    /// The plan found the other way costs no more: where no status forbids it, the questioned plan can be improved.
    Cheaper,
    /// Without it a region has no outlet within reach.
    NoCandidateWithinReach,
    /// Without it, or with the region moved there, a capacity is exceeded.
    CapacityFull,
    /// A limit on the number of sites, openings or closings forbids it.
    CountFull,
    /// The budget forbids it.
    BudgetBinds,
    /// A promise could not be kept, or is broken by the move as the stock stands.
    PromiseBinds,
    /// No depot that may open could replenish it, or the outlets that need it.
    NoDepot,
    /// No single rule forbids it, several do together.
    RulesTogether,
    /// Nothing was found the other way, and nothing is proven.
    Unknown,
    /// The outlet that serves the region in the plan.
    Serves,
    /// The outlet may open but does not in the plan: the price is that of opening it for this region alone.
    NotOpen,
    /// Its way is longer than that of the outlet that serves the region.
    Farther,
    /// The region has no demand: nobody serves it.
    NoDemand,
    /// The outlet's format does not do every type of job that the region asks for, or that of no outlet in reach does.
    JobNotInFormat,
}

impl Reason {
    /// Its code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OpenByStatus => "open-by-status",
            Self::ClosedByStatus => "closed-by-status",
            Self::Dearer => "dearer",
            Self::DearerAsFound => "dearer-as-found",
            Self::Cheaper => "cheaper",
            Self::NoCandidateWithinReach => "no-candidate-within-reach",
            Self::CapacityFull => "capacity-full",
            Self::CountFull => "count-full",
            Self::BudgetBinds => "budget-binds",
            Self::PromiseBinds => "promise-binds",
            Self::NoDepot => "no-depot",
            Self::RulesTogether => "rules-together",
            Self::Unknown => "unknown",
            Self::Serves => "serves",
            Self::NotOpen => "not-open",
            Self::Farther => "farther",
            Self::NoDemand => "no-demand",
            Self::JobNotInFormat => "job-not-in-format",
        }
    }

    /// The reasons that a diagnosis gives, each once, in its order.
    pub fn of(diagnosis: &Diagnosis) -> Vec<Self> {
        let mut reasons = Vec::new();
        for finding in &diagnosis.findings {
            let reason = match finding.rule {
                "reach" => Self::NoCandidateWithinReach,
                "capacity" => Self::CapacityFull,
                "target" => Self::PromiseBinds,
                "budget" => Self::BudgetBinds,
                "replenishment" => Self::NoDepot,
                "limits" => Self::CountFull,
                "format" => Self::JobNotInFormat,
                _ => Self::RulesTogether,
            };
            if !reasons.contains(&reason) {
                reasons.push(reason);
            }
        }
        reasons
    }
}
