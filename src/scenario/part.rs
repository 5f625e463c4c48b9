//! What is installed and what is stocked: rows of `products.csv` and `parts.csv`.

use super::{ClassId, PolicyId};
use crate::units::{Days, Kilograms, Money, Share};

/// A row of `products.csv`.
#[derive(Debug, Clone)]
pub struct Product {
    /// Its id in the files.
    pub id: String,
    /// Its name; the id if none was given.
    pub name: String,
    /// Its selling price, if given.
    pub unit_price: Option<Money>,
    /// Its warranty \[months\], if given.
    pub warranty_months: Option<f64>,
    /// Its service policy, if given; it goes before the region's.
    pub policy: Option<PolicyId>,
}

/// A row of `parts.csv`.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its id in the files.
    pub id: String,
    /// Its name; the id if none was given.
    pub name: String,
    /// Its value.
    pub unit_cost: Money,
    /// Its weight, zero if not given.
    pub weight: Kilograms,
    /// The part's own supplier lead time; it goes before the site's \[days\].
    pub supplier_lead_time: Option<Days>,
    /// Time from failure to repaired and back on the shelf of the repairing site \[days\].
    pub repair_turnaround: Days,
    /// Share of failed parts that are repaired, the others are replaced by the supplier.
    pub repair_share: Share,
    /// Cost of one repair.
    pub repair_cost: Money,
    /// Cost of one order to the supplier.
    pub order_cost: Money,
    /// Most units of an order to the supplier, if given.
    pub order_quantity: Option<u32>,
    /// Its class, if given: a word for the parts that promises treat alike, such as A, B, C.
    pub class: Option<ClassId>,
}
