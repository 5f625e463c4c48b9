//! Allocation: the base-stock levels of a whole network that keep every promise at least cost (the system approach).
//!
//! ```text
//! min  Σ_d h_d·I_d + k_d/Q_d + Σ_i [h_i·I_i + k_i/Q_i + m_i·(1 − fill_i)] + Σ_g penalty_g·short_g
//! s.t. Σ_{terms of g} w·service(S_d, S_i) + short_g ≥ at_least_g      (goal g; short_g = 0 where it is hard)
//!      S integer ≥ 0,  short ≥ 0
//! ```
//! where I is the mean inventory position (S under one-for-one ordering), Q the units of an order, k what ordering every unit
//! by itself would cost (`reorder`), and service is P(wait ≤ τ) or minus the mean wait \[years\] of stream i under depot item d, see `two_echelon`.
//!
//! **Bound.** With a price μ_g ≥ 0 (and ≤ penalty_g) on every goal,
//! ```text
//! (dual)  L(μ) = Σ_g μ_g·at_least_g + Σ_blocks min_{S0} [h0·S0 + Σ_i min_S (cost_i(S) − Σ_g μ_g·service_ig(S0, S))]
//! ```
//! is at most the cost of every plan that keeps its promises: such a plan is one of those the minima run over, and its
//! priced slack Σ μ_g·(at_least_g − service_g) is at most the penalty it pays (weak duality; H. Everett 1963, M. L. Fisher
//! 1981). A block is a depot item with its streams, or a stream without depot; blocks meet only in the goals. The
//! minimum over S is a scan (service is not concave below the mode) that ends where holding alone exceeds the best plus
//! all the service there is. The minimum over S0 skips the levels between a and b when h0·(a+1) − V(b) is no better:
//! service grows with S0, so V(S0) ≤ V(b) there, plus what misses save under a rather than under b where m_i < 0.
//!
//! **Own goals.** A goal that touches a single stream has no price: below the level that keeps it the cost is infinite,
//! or carries the penalty. So per-(outlet, part) promises are exact at once.
//!
//! **Plan.** The minima at the best prices, repaired by the increments that buy most per money, trimmed and swapped. Then
//! every plan whose priced excess over L(μ) stays below the gap is looked at, by labels (`labels`, few shared goals) or one by
//! one (`enumerate`); no other plan can be cheaper than the one in hand, so when that search ends the plan is optimal and
//! the bound is its cost. What no goal and no depot joins is solved apart. The system approach: C. C. Sherbrooke 1968
//! (METRIC, Operations Research 16); G. J. van Houtum and B. Kranenburg 2015, Spare Parts Inventory Control under System
//! Availability Constraints.

mod block;
mod dual;
mod enumerate;
mod improve;
mod labels;
mod large;
mod parts;
mod table;

use std::ops::Range;

use super::shop::Repair;
use super::two_echelon::Stream;
use crate::scenario::Stockout;
use crate::watch::Watch;
use block::Block;
use dual::Prices;

/// Promises are compared with this relative tolerance.
const TOLERANCE: f64 = 1e-12;

/// A fixed network whose base-stock levels are sought.
#[derive(Debug, Clone, PartialEq)]
pub struct AllocationProblem {
    /// Every (outlet, part) with demand.
    pub items: Vec<Item>,
    /// Every (depot, part) with demand under it.
    pub depots: Vec<DepotItem>,
    /// What the items give to the goals.
    pub terms: Vec<Term>,
    /// The promises.
    pub goals: Vec<Goal>,
    /// What happens to a demand that finds no stock.
    pub stockout: Stockout,
}

/// One part at one outlet.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its part, for the caller.
    pub part: u32,
    /// Its outlet, for the caller.
    pub outlet: u32,
    /// The row of [`AllocationProblem::depots`] that replenishes it; `None`: the supplier.
    pub depot: Option<u32>,
    /// All demand for the part at the outlet, and the lead time of its replenishment.
    pub stream: Stream,
    /// Cost of a unit of base stock \[money/year\].
    pub holding: f64,
    /// Cost of its orders to the supplier if each were for one unit \[money/year\].
    pub ordering: f64,
    /// Cost of all demands missing the shelf: a plan pays it × (1 − fill rate) \[money/year\]; negative where a miss saves money.
    pub miss_cost: f64,
    /// Its rows of [`AllocationProblem::terms`].
    pub terms: Range<usize>,
}

/// One part at one depot. Its demand is the sum of its items'.
#[derive(Debug, Clone, PartialEq)]
pub struct DepotItem {
    /// Its part, for the caller.
    pub part: u32,
    /// Its depot, for the caller.
    pub depot: u32,
    /// From order to arrival at the depot \[years\].
    pub lead_time: f64,
    /// Cost of a unit of base stock \[money/year\].
    pub holding: f64,
    /// What the depot repairs itself.
    pub repair: Repair,
    /// Most units of an order to the supplier.
    pub quantity: u32,
    /// Cost of its orders if each were for one unit \[money/year\].
    pub ordering: f64,
    /// Units sent again for each that its outlets order.
    pub resent: f64,
}

/// What an item gives to a goal: weight × measure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Term {
    /// The row of [`AllocationProblem::goals`].
    pub goal: u32,
    /// Its weight, not negative (a negative one counts as 0: service would no longer grow with stock).
    pub weight: f64,
    /// What is measured.
    pub measure: Measure,
}

/// A measure of one item's service; all grow with stock.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Measure {
    /// P(wait ≤ τ), with τ \[years\]; 0 for τ < 0.
    Within(f64),
    /// Minus the mean wait \[years\].
    Wait,
}

/// A promise over the terms that name it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goal {
    /// Σ weight × measure is at least this.
    pub at_least: f64,
    /// `None`: a hard promise; else the cost of one unit of shortfall \[money/year\].
    pub penalty: Option<f64>,
}

/// Base-stock levels with their cost and a bound.
#[derive(Debug, Clone, PartialEq)]
pub struct Allocation {
    /// S of every item \[units\].
    pub base_stock: Vec<u32>,
    /// S0 of every depot item \[units\].
    pub depot_base_stock: Vec<u32>,
    /// Holding, misses and penalties \[money/year\].
    pub cost: f64,
    /// No levels that keep the hard promises cost less \[money/year\].
    pub lower_bound: f64,
    /// The price of a unit of each goal at the bound \[money/year\]; 0 for goals that touch one item.
    pub multipliers: Vec<f64>,
    /// What each goal's terms add up to.
    pub service: Vec<f64>,
}

/// No levels keep this promise.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("no base stock reaches goal {goal}: at best {best}")]
pub struct Unreachable {
    /// The goal.
    pub goal: u32,
    /// The most its terms can add up to.
    pub best: f64,
}

/// How much work an allocation may take.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Effort {
    /// Rounds in which every goal's price is set once.
    pub rounds: usize,
    /// Subgradient steps after the rounds, where there are several shared goals.
    pub steps: usize,
    /// Passes of swaps over the plan.
    pub passes: usize,
    /// Nodes of the closing enumeration.
    pub nodes: usize,
    /// A problem of many items (see `large`) is solved to this gap.
    pub gap: f64,
    /// Is a bound of a problem of many items wanted? Without one its bound is minus infinity.
    pub prove: bool,
}

impl Effort {
    /// For a plan that is kept.
    pub const FULL: Self = Self { rounds: 12, steps: 60, passes: 6, nodes: 300_000, gap: 1e-6, prove: true };
    /// For one of thousands of trials.
    pub const QUICK: Self = Self { rounds: 4, steps: 0, passes: 0, nodes: 0, gap: 1e-3, prove: true };
    /// For a round of planning.
    pub const ROUND: Self = Self { nodes: 0, gap: 1e-4, prove: false, ..Self::FULL };
}

/// With more items times shared goals than this no price is let go to see whether others do without it.
const FEW: usize = 20_000;
/// Up to so many items an allocation with full effort is closed whatever it takes (within reason).
const SMALL: usize = 8;
const NODES_OF_SMALL: usize = 20_000_000;

/// The least-cost base-stock levels that keep every hard promise, with full effort.
pub fn allocate(problem: &AllocationProblem, watch: &dyn Watch) -> Result<Allocation, Unreachable> {
    allocate_with(problem, &Effort::FULL, watch)
}

/// The same with a chosen effort; less effort widens the gap between cost and bound, never their truth.
pub fn allocate_with(
    problem: &AllocationProblem,
    effort: &Effort,
    watch: &dyn Watch,
) -> Result<Allocation, Unreachable> {
    parts::solve_apart(problem, effort, watch).unwrap_or_else(|| solve(problem, effort, watch))
}

/// One problem as a whole.
fn solve(problem: &AllocationProblem, effort: &Effort, watch: &dyn Watch) -> Result<Allocation, Unreachable> {
    if problem.items.len() >= large::LARGE {
        return large::solve(problem, effort.gap, effort.prove, watch);
    }
    let small = problem.items.len() <= SMALL && effort.nodes > 0;
    let nodes = if small { effort.nodes.max(NODES_OF_SMALL) } else { effort.nodes };
    let (mut blocks, goals) = block::blocks(problem)?;
    let mut prices = Prices::new(&goals, &blocks);
    prices.raise(&goals, &mut blocks, effort.rounds, watch);
    let mut plan = improve::plan(&goals, &mut blocks, &prices, effort.passes, watch);
    if goals.rows.len() > 1 && prices.polish(&goals, &mut blocks, &plan, effort.steps, watch) {
        let other = improve::plan(&goals, &mut blocks, &prices, effort.passes, watch);
        if other.cost < plan.cost {
            plan = other;
        }
    }
    if goals.rows.len() > 1
        && problem.items.len() * goals.rows.len() <= FEW
        && prices.relieve(&goals, &mut blocks, watch)
    {
        let other = improve::plan(&goals, &mut blocks, &prices, effort.passes, watch);
        if other.cost < plan.cost {
            plan = other;
        }
    }
    let mut bound = prices.bound;
    if nodes > 0 && plan.cost - bound > 1e-9 * plan.cost.abs() {
        let closed = enumerate::close(&goals, &mut blocks, &prices, &mut plan, nodes, watch);
        if closed {
            bound = plan.cost;
        }
    }
    Ok(report(problem, &goals, &blocks, &prices, &plan, bound))
}

/// The shared goals, in order: those that touch two items or more. Goals of one item live in its tables.
struct Goals {
    rows: Vec<Goal>,
    /// The row in the problem.
    origin: Vec<usize>,
    /// The most the terms can add up to.
    ceiling: Vec<f64>,
    /// The blocks that give to the goal.
    touched: Vec<Vec<usize>>,
    /// The streams that give to the goal: block and place in it.
    members: Vec<Vec<(usize, usize)>>,
}

impl Goals {
    /// Promises are compared up to this.
    fn tolerance(&self, g: usize) -> f64 {
        TOLERANCE * self.rows[g].at_least.abs().max(self.ceiling[g].abs())
    }

    /// The highest price of goal g: its penalty, if it has one.
    fn cap(&self, g: usize) -> f64 {
        self.rows[g].penalty.unwrap_or(f64::INFINITY).max(0.0)
    }

    /// How far a service falls short of goal g; 0 within the tolerance.
    fn shortfall(&self, g: usize, service: f64) -> f64 {
        let short = self.rows[g].at_least - service;
        if short > self.tolerance(g) { short } else { 0.0 }
    }

    /// The slope of (dual) in a goal's price: its shortfall, negative for a surplus.
    fn slope(&self, g: usize, service: f64) -> f64 {
        let short = self.rows[g].at_least - service;
        if short.abs() > self.tolerance(g) { short } else { 0.0 }
    }

    /// The penalties of a service, infinite where a hard goal is missed.
    fn penalties(&self, service: &[f64]) -> f64 {
        let price = |g: usize| match self.shortfall(g, service[g]) {
            0.0 => 0.0,
            short => self.rows[g].penalty.map_or(f64::INFINITY, |penalty| penalty * short),
        };
        (0..self.rows.len()).map(price).sum()
    }
}

/// What is chosen in every block, and what it gives.
#[derive(Debug, Clone)]
struct Plan {
    /// Per block: the layer (S0) and the row of every item.
    choices: Vec<Choice>,
    service: Vec<f64>,
    cost: f64,
}

/// What is chosen in one block.
#[derive(Debug, Clone, PartialEq)]
struct Choice {
    layer: usize,
    rows: Vec<u32>,
}

/// The plan in the caller's rows.
fn report(
    problem: &AllocationProblem,
    goals: &Goals,
    blocks: &[Block],
    prices: &Prices,
    plan: &Plan,
    bound: f64,
) -> Allocation {
    let mut base_stock = vec![0; problem.items.len()];
    let mut depot_base_stock = vec![0; problem.depots.len()];
    let mut service = vec![0.0; problem.goals.len()];
    for (block, choice) in blocks.iter().zip(&plan.choices) {
        if let Some(depot) = block.depot_row() {
            depot_base_stock[depot] = choice.layer as u32;
        }
        for ((&i, table), &row) in block.items.iter().zip(block.layer(choice.layer)).zip(&choice.rows) {
            base_stock[i] = table.level(row as usize);
        }
        block.own_service(choice, &mut service);
    }
    let mut multipliers = vec![0.0; problem.goals.len()];
    for (g, &origin) in goals.origin.iter().enumerate() {
        multipliers[origin] = prices.of[g];
        service[origin] = plan.service[g];
    }
    Allocation {
        base_stock,
        depot_base_stock,
        // An empty sum is −0: adding 0 makes it 0.
        cost: plan.cost + 0.0,
        lower_bound: bound.min(plan.cost) + 0.0,
        multipliers,
        service,
    }
}
