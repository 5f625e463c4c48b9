//! One part at one depot: what it lacks, and what it owes its outlets.

use super::{Debts, Method, Stream};
use crate::scenario::Stockout;
use crate::stocking::distribution::Pmf;
use crate::stocking::reorder::Batches;
use crate::stocking::shop::Repair;

/// What the outlets order of one part from one depot, and how the depot comes by it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Depot {
    /// λ0: the sum of what its outlets order \[units/year\].
    pub rate: f64,
    /// Variance-to-mean ratio of that demand.
    pub variance_to_mean: f64,
    /// Ts: from order to arrival at the depot \[years\].
    pub lead_time: f64,
    /// Repair at the depot: its share and time Tr.
    pub repair: Repair,
    /// Most units of an order to the supplier, (batches).
    pub quantity: u32,
    /// v: units that it sends again for each that is ordered, because they were damaged on the way; all of them it orders anew.
    pub resent: f64,
}

impl Depot {
    /// A depot that orders all it sends.
    pub fn new(rate: f64, variance_to_mean: f64, lead_time: f64) -> Self {
        Self { rate, variance_to_mean, lead_time, repair: Repair::default(), quantity: 1, resent: 0.0 }
    }

    /// The same with repair at the depot.
    pub fn repairing(self, repair: Repair) -> Self {
        Self { repair, ..self }
    }

    /// The same with batches of a quantity \[units\].
    pub fn in_batches(self, quantity: u32) -> Self {
        Self { quantity, ..self }
    }

    /// The same where units are sent again for each that is ordered.
    pub fn resending(self, resent: f64) -> Self {
        Self { resent, ..self }
    }

    /// f0 + v: units that it orders from the supplier for each that is ordered from it.
    pub fn anew(&self) -> f64 {
        1.0 - self.repair.share + self.resent
    }

    /// How it orders with a base stock.
    pub fn batches(&self, base_stock: u32) -> Batches {
        Batches::up_to(base_stock, self.quantity)
    }

    /// X0, (depot).
    pub fn pipeline(&self) -> Pmf {
        let new = self.anew();
        if self.repair.shop.is_none() {
            // Two independent streams of one ratio add up to a third.
            let time = new * self.lead_time + self.repair.share * self.repair.time;
            return Pmf::demand(self.rate * time, self.variance_to_mean);
        }
        let repaired = self.repair.units(self.rate, self.variance_to_mean);
        Pmf::demand(self.rate * new * self.lead_time, self.variance_to_mean).plus(&repaired)
    }

    /// E\[X0\] \[units\]; infinite in an overloaded shop.
    pub fn mean_pipeline(&self) -> f64 {
        self.rate * self.mean_time()
    }

    /// Mean time until a unit that the depot sent is replaced \[years\]; infinite in an overloaded shop.
    pub fn mean_time(&self) -> f64 {
        let share = self.repair.share;
        let repaired = if share > 0.0 { share * self.repair.mean_time() } else { 0.0 };
        self.anew() * self.lead_time + repaired
    }

    /// B0 with a base stock, (backlog).
    pub fn backlog(&self, base_stock: u32) -> Pmf {
        self.batches(base_stock).deficit(&self.pipeline()).over(base_stock as usize)
    }

    /// The depot holding a base stock, evaluated once for all its outlets.
    pub fn holding(self, base_stock: u32) -> Upstream {
        let pipeline = self.batches(base_stock).deficit(&self.pipeline());
        let fill_rate = pipeline.plus(&Pmf::batch_before(self.variance_to_mean)).at_most(i64::from(base_stock) - 1);
        let backlog = pipeline.over(base_stock as usize);
        let mean_backlog = if self.repair.overloaded() { f64::INFINITY } else { backlog.mean() };
        // A shop's units do not come in the order of the demands: what it makes the depot owe is thinned unit by unit.
        let batches = self.variance_to_mean > 1.0 + 1e-12 && self.repair.shop.is_none();
        let debts = batches.then(|| self.debts(base_stock));
        Upstream { depot: self, base_stock, backlog, debts, mean_backlog, fill_rate }
    }

    /// When it began to owe, for a ratio above 1 and a depot without a shop.
    pub fn debts(&self, base_stock: u32) -> Debts {
        let quantity = self.batches(base_stock).quantity;
        Debts::of(self.mean_pipeline(), self.variance_to_mean, base_stock, quantity)
    }
}

/// A depot with a base stock of one part: what its outlets need to know of it.
#[derive(Debug, Clone)]
pub struct Upstream {
    pub(super) depot: Depot,
    pub(super) base_stock: u32,
    pub(super) backlog: Pmf,
    debts: Option<Debts>,
    mean_backlog: f64,
    fill_rate: f64,
}

impl Upstream {
    /// The depot.
    pub fn depot(&self) -> Depot {
        self.depot
    }

    /// S0 \[units\].
    pub fn base_stock(&self) -> u32 {
        self.base_stock
    }

    /// B0: units owed to the outlets.
    pub fn backlog(&self) -> &Pmf {
        &self.backlog
    }

    /// Expected backorders E\[B0\] \[units\]; infinite in an overloaded shop.
    pub fn expected_backorders(&self) -> f64 {
        self.mean_backlog
    }

    /// Share of the outlets' orders that the depot meets at once: P(X0 + J ≤ S0−1).
    pub fn fill_rate(&self) -> f64 {
        if self.depot.repair.overloaded() { 0.0 } else { self.fill_rate }
    }

    /// Mean time an outlet's order waits at the depot, E\[B0\]/λ0 \[years\].
    pub fn mean_wait(&self) -> f64 {
        if self.depot.rate > 0.0 { self.mean_backlog / self.depot.rate } else { 0.0 }
    }

    /// How its fill rate and backorders were found.
    pub fn method(&self, stockout: Stockout) -> Method {
        match stockout {
            // What is sent again follows what was sent before: not quite a Poisson stream.
            _ if self.depot.resent > 0.0 => Method::Approximate,
            Stockout::Emergency => Method::Approximate,
            Stockout::Backorder => Method::of(&self.depot.repair, self.depot.variance_to_mean),
        }
    }

    /// The same for what it owes to a stream, whose demand may be of another ratio.
    pub(super) fn method_for(&self, stream: &Stream, stockout: Stockout) -> Method {
        let (own, all) = (stream.variance_to_mean, self.depot.variance_to_mean);
        let differs = (own - all).abs() > 1e-9 * all;
        self.method(stockout).max(if differs { Method::TwoMoment } else { Method::Exact })
    }

    /// What it owes to a stream: (backlog) thinned, or in batches (owed).
    pub fn owed_to(&self, stream: &Stream) -> Pmf {
        let share = self.share_of(stream);
        match &self.debts {
            Some(debts) if share < 1.0 => debts.owed_to(share),
            _ => self.backlog.thin(share),
        }
    }

    /// q = λf/λ0: the chance that a unit owed is owed to this stream.
    pub fn share_of(&self, stream: &Stream) -> f64 {
        if self.depot.rate > 0.0 { (stream.ordered() / self.depot.rate).clamp(0.0, 1.0) } else { 0.0 }
    }
}
