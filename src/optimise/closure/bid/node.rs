//! A box of loads in which some customers are decided.

/// Where a box is split.
#[derive(Debug, Clone, Copy)]
pub(super) enum Split {
    /// After a step of a part.
    Part(usize, usize),
    /// With and without a customer.
    Customer(u32),
    /// Nowhere: one set is left.
    Nowhere,
}

/// A box.
#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) bound: f64,
    /// (box) at its λ.
    pub(super) seen: f64,
    /// The first and the last step by part.
    pub(super) ranges: Vec<(usize, usize)>,
    /// Customers not decided.
    pub(super) free: Vec<u32>,
    pub(super) taken: Vec<u32>,
    /// What those taken ask for by part, and their values.
    pub(super) base: Vec<f64>,
    pub(super) gained: f64,
    pub(super) lambda: Vec<f64>,
    pub(super) split: Split,
}

impl Node {
    /// Takes a customer for good.
    pub(super) fn take(&mut self, customer: u32, value: f64, demand: &[f64]) {
        self.taken.push(customer);
        self.gained += value;
        self.base.iter_mut().zip(demand).for_each(|(sum, own)| *sum += own);
    }
}
