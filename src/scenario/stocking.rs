//! What happens when a shelf is empty: `[stocking]`.

/// What happens to a demand that finds no stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stockout {
    /// The job waits for the next unit of its outlet.
    Backorder,
    /// The part is expressed to the region and leaves the outlet's queue.
    Emergency,
}

/// `\[stocking\]`.
#[derive(Debug, Clone)]
pub struct Stocking {
    /// What happens to a demand that finds no stock.
    pub stockout: Stockout,
    /// Does the depot deliver directly what an outlet, and those that help it, lack? Default no.
    pub direct: bool,
}
