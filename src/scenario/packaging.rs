//! How units are packed and inspected before they are shipped, and what comes back: `packaging.csv`, `inspection.csv`, and
//! the columns of `parts.csv` on the way back.

use super::{PartId, ProductId};

/// A row of `packaging.csv`: the one that is chosen.
#[derive(Debug, Clone, PartialEq)]
pub struct Packaging {
    /// Its id in the files.
    pub id: String,
    /// Packing a unit once \[currency\].
    pub cost: f64,
    /// Weight of a packed unit as a multiple of the part's.
    pub weight_factor: f64,
    /// δ: share of units damaged on the way, below 1.
    pub damage: f64,
    /// Share of units that arrive without an accessory.
    pub omission: f64,
    /// Sending what was left out \[currency\]; `None`: the freight of the way.
    pub second_shipment: Option<f64>,
}

impl Packaging {
    /// 1 / (1 − δ): how often a unit is sent until one arrives undamaged, on average.
    pub fn sendings(&self) -> f64 {
        1.0 / (1.0 - self.damage)
    }
}

/// A row of `inspection.csv` of the level that is chosen.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// What is inspected; `None`: every product without a row.
    pub product: Option<ProductId>,
    /// Inspecting a unit that is sold \[currency\].
    pub cost: f64,
    /// Factor on the failures of the product.
    pub escape: f64,
}

/// What becomes of a part's defective units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WayBack {
    /// What goes back.
    pub part: PartId,
    /// Share of the units an outlet has not repaired that go back to its depot.
    pub share: f64,
    /// Freight of the way back as a multiple of the freight out.
    pub cost_factor: f64,
    /// Was it decided whether they are repaired, and how? `None`: it was given.
    pub repaired: Option<bool>,
}
