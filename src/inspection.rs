//! Inspection before shipment, and learning from failures: which of them are left, and what inspection costs.
//!
//! ```text
//! (escape)  λ → e·λ for the streams of an inspected product; e < 1: units that would have failed were held back
//! (cost)    units sold a year × cost of inspecting one
//! (learning) λ → λ·(1 − g·f): after a year in which a share f of failures is reported and g of what is reported is learnt
//! ```
//! Failures come in as large clusters as before, only in fewer of them: the variance-to-mean ratio stays. Units sold a year
//! are those of the installed base, else of the guarantee (a steady base sells 1/life of itself); where neither says so the
//! cost is refused at the border.

use std::collections::BTreeMap;

use crate::aftersales::{Ledger, scaled};
use crate::guarantee::Rules;
use crate::scenario::{Cause, Inspection, ProductId, Scenario};

/// Inspects at the level that is chosen.
pub(crate) fn inspect(rows: &[Inspection], rules: &Rules<'_>, scenario: &mut Scenario, ledger: &mut Ledger) {
    let of_all = rows.iter().find(|row| row.product.is_none());
    let by_product: BTreeMap<ProductId, &Inspection> =
        rows.iter().filter_map(|row| Some((row.product?, row))).collect();
    let find = |product: ProductId| by_product.get(&product).copied().or(of_all);
    for installed in &scenario.installed {
        let (Some(row), Some(sold)) = (find(installed.product), rules.sales(scenario, installed)) else { continue };
        let country = scenario.regions[installed.region.at()].country;
        ledger.add(Cause::Inspection, country, sold * row.cost);
    }
    for demand in &mut scenario.demands {
        if let Some(row) = demand.failing().and_then(find).filter(|row| row.escape != 1.0) {
            demand.rate = scaled(demand.rate, row.escape);
        }
    }
}

/// (learning): what is learnt from failures prevents that share of them.
pub(crate) fn learn(learnt: f64, scenario: &mut Scenario) {
    for demand in scenario.demands.iter_mut().filter(|demand| learnt > 0.0 && demand.failing().is_some()) {
        demand.rate = scaled(demand.rate, 1.0 - learnt);
    }
}
