//! Stocking: the inventory theory, from one shelf's probabilities to base-stock levels for a whole network.
//!
//! Rates are in \[units/year\], times in \[years\], holding in \[money/year per unit of base stock\]. Every site
//! replenishes one for one (S−1, S): whoever takes a unit orders one, so the units on order are the **pipeline** X and
//! the shelf is empty exactly when X ≥ S.

pub mod allocation;
pub mod catalogue;
pub mod distribution;
pub mod erlang;
pub mod indenture;
pub mod last_buy;
pub mod lateral;
pub mod metric;
pub mod quadrature;
pub mod reorder;
pub mod shop;
pub mod stairs;
pub mod two_echelon;
pub mod undominated;

pub use allocation::{
    Allocation, AllocationProblem, DepotItem, Effort, Goal, Item, Measure, Term, Unreachable, allocate_with,
};
pub use shop::{BUSIEST, Repair, Shop};
pub use stairs::Stairs;
pub use two_echelon::{Depot, Method, Position, Stream, Upstream, Waits};
pub use undominated::{Combination, Menu, undominated};
