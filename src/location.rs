//! The location engine: which sites and uppers to open, in which mode, and who serves whom, at least cost and with a bound.
//!
//! ```text
//! min  Σ_jm f_jm·w_jm + Σ_e (c_e + g_m(j)·a_i)·x_e + Σ_u F_u·z_u
//! s.t. Σ_e∈i x_e = 1                        (serve)  every customer i is served
//!      Σ_m w_jm = y_j                       (mode)   an open site works in exactly one mode
//!      x_e ≤ y_j                            (open)   only an open site serves
//!      w_jm ≤ z_u(m)                        (link)   a mode may need an open upper
//!      Σ_e∈i via u x_e ≤ z_u                (through) implied by the above for whole numbers, not for fractions
//!      Σ_e∈j work_e·x_e ≤ capacity_j·y_j    (capacity)
//!      Σ_e∈u a_i·x_e ≤ capacity_u·z_u       (upper capacity)
//!      least ≤ Σ y + Σ z ≤ most             (count)  among given sites and uppers
//!      Σ l_e·x_e + Σ s_j·y_j + Σ t_u·z_u ≤ b  (row)  coverage, budgets, second capacities
//!      y, z, w ∈ {0, 1};  x ∈ {0, 1} or [0, 1]
//! ```
//!
//! The bound is Lagrangian: (serve), (link), (through), (upper capacity) and (row) are priced, what remains falls apart by
//! site (Geoffrion 1974; for facility location Beasley 1993). The prices climb from a dual ascent (Erlenkotter 1978) by
//! subgradient steps whose reach adapts price by price (`climb`); plans come from a local search with best and second-best
//! bookkeeping (Resende and Werneck 2007), shaken while the prices climb; what the reduced costs leave undecided, the
//! `remainder`, is closed by branch and bound (`tree`). Before that, rows that rule out lanes shorten the lists (`tighten`),
//! customers that rank their lanes alike become one (`merge`), and problems whose customers know few costs are solved as
//! coverings by linear relaxation (`cover`).
//!
//! Lists of lanes may be cut short: a price never rises above what a lane left out could cost, so that the bound holds for
//! those too, and the answer names whom longer lists could help.

mod allot;
mod ascent;
mod assign;
mod check;
mod climb;
mod cover;
mod dual;
mod explore;
mod fixing;
mod granule;
mod heap;
mod instance;
mod knapsack;
mod local;
mod merge;
mod parts;
mod primal;
mod remainder;
mod search;
mod served;
mod shake;
mod state;
mod surrogate;
#[cfg(test)]
mod tests;
mod tighten;
mod transport;
mod tree;
mod undivided;
mod uppers;

use crate::watch::Watch;

pub use shake::Dice;

/// A location problem. Customers are served by open sites; a site open in a mode may need an open upper site.
#[derive(Debug, Clone, Default)]
pub struct Problem {
    /// The load of every customer [units/year]: finite, never negative.
    pub customers: Vec<f64>,
    /// Who can serve whom.
    pub lanes: Lanes,
    /// The sites that serve customers.
    pub sites: Vec<Site>,
    /// The upper sites (depots) that a site's mode may need.
    pub uppers: Vec<Upper>,
    /// Limits on how many are open.
    pub counts: Vec<Count>,
    /// Side constraints.
    pub rows: Vec<Row>,
    /// Whether each customer is served by one site alone; otherwise it may be split in shares.
    pub single: bool,
}

/// The lanes, grouped by customer: those of customer `i` are `starts\[i\]..starts[i + 1]`.
#[derive(Debug, Clone, Default)]
pub struct Lanes {
    /// Where each customer's lanes begin; one more entry than there are customers.
    pub starts: Vec<usize>,
    /// The serving site of each lane.
    pub site: Vec<u32>,
    /// The cost of serving the whole customer over the lane \[currency/year\], of any sign.
    pub cost: Vec<f64>,
    /// The capacity used at the site if it serves the whole customer \[work/year\]; may be empty when no site has one.
    pub work: Vec<f64>,
    /// For every customer a cost that no lane left out of the list undercuts \[currency/year\], infinite when none is left
    /// out; empty when none is for anybody. A lane left out has no negative coefficient in any row.
    pub beyond: Vec<f64>,
}

/// Whether the search may decide about a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Status {
    /// The search decides.
    #[default]
    Free,
    /// It is open and pays.
    Open,
    /// It is closed.
    Closed,
}

/// A site that may serve customers.
#[derive(Debug, Clone, Default)]
pub struct Site {
    /// Whether the search may decide.
    pub status: Status,
    /// The most work the site can do \[work/year\].
    pub capacity: Option<f64>,
    /// The ways it can work; a site without modes cannot open.
    pub modes: Vec<Mode>,
}

/// One way an open site works.
#[derive(Debug, Clone, Copy, Default)]
pub struct Mode {
    /// The upper that must be open, if any.
    pub upper: Option<u32>,
    /// The cost of being open in this mode \[currency/year\], of any sign.
    pub fixed: f64,
    /// The cost of each unit of load served \[currency/unit\].
    pub per_load: f64,
}

/// An upper site (a depot).
#[derive(Debug, Clone, Default)]
pub struct Upper {
    /// Whether the search may decide.
    pub status: Status,
    /// The cost of being open \[currency/year\].
    pub fixed: f64,
    /// The most load that may pass through it \[units/year\].
    pub capacity: Option<f64>,
}

/// A limit on how many of some sites and uppers are open.
#[derive(Debug, Clone, Default)]
pub struct Count {
    /// The sites counted.
    pub sites: Vec<u32>,
    /// The uppers counted.
    pub uppers: Vec<u32>,
    /// The least number open.
    pub min: usize,
    /// The greatest number open.
    pub max: usize,
}

/// A side constraint `Σ lane·x + Σ site·y + Σ upper·z ≤ at_most`, written sparsely.
#[derive(Debug, Clone, Default)]
pub struct Row {
    /// Lanes and their coefficients.
    pub lane: Vec<(u32, f64)>,
    /// Sites and their coefficients.
    pub site: Vec<(u32, f64)>,
    /// Uppers and their coefficients.
    pub upper: Vec<(u32, f64)>,
    /// The right-hand side.
    pub at_most: f64,
}

/// How hard to search, and from where.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The relative gap at which the search may end; 0 asks for a proof.
    pub gap: f64,
    /// The seed of the perturbations.
    pub seed: u64,
    /// The most nodes of branch and bound; 0 stops after the root.
    pub node_limit: usize,
    /// The most dual iterations at the root.
    pub iteration_limit: usize,
    /// A plan and prices to begin from.
    pub start: Option<Start>,
    /// Are plans shaken while the prices climb? Among few sites for very many customers local search alone does.
    pub shakes: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { gap: 0.0, seed: 1, node_limit: 100_000, iteration_limit: 2_000, start: None, shakes: true }
    }
}

/// A warm start; whatever does not fit the problem is ignored.
#[derive(Debug, Clone, Default)]
pub struct Start {
    /// The mode of every site, none when closed.
    pub mode: Vec<Option<u32>>,
    /// Which uppers are open.
    pub upper_open: Vec<bool>,
    /// The prices of an earlier run on a problem of the same shape.
    pub multipliers: Option<Multipliers>,
}

/// The Lagrangian prices at which the bound of the root was found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Multipliers {
    /// The price of (serve) for every customer \[currency/year\].
    pub serve: Vec<f64>,
    /// The price of (link) for each site's distinct uppers, sites in order, uppers as its modes first name them.
    pub link: Vec<f64>,
    /// The price of (through) for every customer and upper, `customer · uppers + upper`; empty where that is too many.
    pub through: Vec<f64>,
    /// The price of (upper capacity) for every upper \[currency/unit\]; 0 without a capacity.
    pub upper_load: Vec<f64>,
    /// The price of every (row) of the problem, followed by those of rows the engine adds.
    pub row: Vec<f64>,
}

/// A plan with its proof.
#[derive(Debug, Clone)]
pub struct Location {
    /// The mode of every site, none when it is closed.
    pub mode: Vec<Option<u32>>,
    /// Which uppers are open.
    pub upper_open: Vec<bool>,
    /// Who serves each customer and with which share; the shares of a customer sum to one.
    pub shares: Vec<Vec<(u32, f64)>>,
    /// The cost of the plan \[currency/year\], summed afresh from the problem.
    pub objective: f64,
    /// No plan costs less \[currency/year\].
    pub lower_bound: f64,
    /// The prices at the root's best bound.
    pub multipliers: Multipliers,
    /// The customers to whom lanes left out of the list may matter, in order: they pay at least what such a lane could
    /// cost, in the plan or in the bound. The bound holds for the lanes left out as well.
    pub pressed: Vec<u32>,
    /// How many nodes branch and bound explored.
    pub nodes: usize,
}

impl Location {
    /// The relative distance between the objective and the bound; 0 when proven optimal.
    #[must_use]
    pub fn gap(&self) -> f64 {
        let distance = (self.objective - self.lower_bound).max(0.0);
        if distance == 0.0 { 0.0 } else { distance / self.objective.abs().max(f64::MIN_POSITIVE) }
    }
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Failure {
    /// The problem contradicts its own shape: an index out of range, a NaN.
    #[error("the location problem is malformed: {0}")]
    Malformed(String),
    /// No plan exists.
    #[error("no plan exists: {0}")]
    Infeasible(Reason),
    /// No plan exists over the listed lanes, but not all lanes are listed.
    #[error("no plan exists over the listed lanes; longer lists may hold one")]
    Unlisted,
    /// The search ended at a limit, or was stopped, before it found a plan.
    #[error("no plan was found before the search ended; none costs less than {lower_bound}")]
    NothingFound {
        /// No plan costs less \[currency/year\].
        lower_bound: f64,
    },
}

/// What makes a plan impossible.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Reason {
    /// A customer has no lane from a site that may open.
    #[error("customer {customer} has no lane from a site that may open")]
    Unserved {
        /// The customer.
        customer: usize,
    },
    /// A site must be open but has no mode it can work in.
    #[error("site {site} must be open but has no mode it can work in")]
    NoMode {
        /// The site.
        site: usize,
    },
    /// All sites together cannot do the work.
    #[error("all sites together lack {short} of capacity")]
    CapacityShort {
        /// The missing capacity \[work/year\].
        short: f64,
    },
    /// A count cannot be met with what is forced open or closed.
    #[error("count {count} asks for {min} to {max} open, but {forced} must be and {possible} can be")]
    Count {
        /// Which count.
        count: usize,
        /// The least number it allows.
        min: usize,
        /// The greatest number it allows.
        max: usize,
        /// How many must be open.
        forced: usize,
        /// How many can be open.
        possible: usize,
    },
    /// A side constraint is too much for every choice of lanes.
    #[error("side constraint {row} cannot be kept over any lanes")]
    Row {
        /// Which row.
        row: usize,
    },
    /// The search tried everything.
    #[error("the search has ruled out every choice of sites")]
    Proven,
}

/// Finds a plan of least cost, with a bound.
///
/// Stops at the gap, at a limit, or when the watch says so; the bound holds wherever it stops.
///
/// # Errors
/// [`Failure`] when the problem is malformed or has no plan, or when none was found in time.
pub fn locate(problem: &Problem, settings: &Settings, watch: &dyn Watch) -> Result<Location, Failure> {
    check::shape(problem)?;
    check::possible(problem)?;
    // Lists cut short say nothing of the lanes left out, so nothing can be concluded from what they name.
    if problem.lanes.beyond.iter().any(|cost| cost.is_finite()) {
        return searched(problem, settings, watch);
    }
    match tighten::tighten(problem) {
        None => reduced(problem, settings, watch),
        Some(tightened) => {
            check::possible(&tightened.problem)?;
            let start = settings.start.as_ref().map(|start| tightened.start(start));
            let found = reduced(&tightened.problem, &Settings { start, ..settings.clone() }, watch)?;
            Ok(tightened.expand(found))
        }
    }
}

/// Solves a problem, through that of its groups of customers where they can be merged.
fn reduced(problem: &Problem, settings: &Settings, watch: &dyn Watch) -> Result<Location, Failure> {
    match merge::merge(problem) {
        None => solved(problem, settings, watch),
        Some(merged) => {
            let start = settings.start.as_ref().map(|start| merged.start(start));
            let found = solved(&merged.problem, &Settings { start, ..settings.clone() }, watch)?;
            Ok(merged.expand(found))
        }
    }
}

/// Dual iterations of the general search for a first plan of a covering problem, and the lanes up to which it is worth it.
const FIRST_ITERATIONS: usize = 150;
const FIRST_LANES: usize = 2_000_000;

/// Solves a problem as covering where it is that, else by the general search.
fn solved(problem: &Problem, settings: &Settings, watch: &dyn Watch) -> Result<Location, Failure> {
    let first = || {
        let quick = Settings { node_limit: 0, iteration_limit: FIRST_ITERATIONS, ..settings.clone() };
        (problem.lanes.site.len() <= FIRST_LANES).then(|| searched(problem, &quick, watch).ok()).flatten()
    };
    cover::cover(problem, settings, watch, first).unwrap_or_else(|| searched(problem, settings, watch))
}

fn searched(problem: &Problem, settings: &Settings, watch: &dyn Watch) -> Result<Location, Failure> {
    let instance = instance::Instance::new(problem);
    search::search(&instance, settings, watch)
}
