//! `stock.csv`: what stands on which shelf, how it is ordered, and how well it does.
//!
//! (rule) when stock on hand + on order − owed ≤ `minimum`, order up to `maximum`. Where nothing is kept and units are ordered one by
//! one as they are asked for, both are 0: nothing is replenished.

use super::table::Table;
use crate::plan::Plan;
use crate::scenario::{DepotId, OutletId, PartId, Scenario, SiteId};
use crate::stocking::Method;

/// A row of `stock.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct StockRow {
    /// Where.
    pub site: SiteId,
    /// What.
    pub part: PartId,
    /// Base-stock level \[units\].
    pub base_stock: u32,
    /// Share of demands met at once.
    pub fill_rate: f64,
    /// Expected units or jobs waiting \[units\].
    pub expected_backorders: f64,
    /// Yearly cost of holding the stock.
    pub holding_cost: f64,
    /// How fill rate and backorders were found.
    pub method: Method,
    /// Reorder point: an order is sent when the inventory position falls to it \[units\]; 0 where nothing is replenished.
    pub minimum: i64,
    /// Share of demands met by other outlets.
    pub lateral: f64,
    /// Share of demands delivered directly by the depot.
    pub direct: f64,
}

/// The `minimum` of a shelf: its reorder point, and 0 for S = 0 one for one, whose −1 an order-up-to-nothing would be.
const fn minimum(reorder_point: i64, base_stock: u32) -> i64 {
    if base_stock == 0 && reorder_point == -1 { 0 } else { reorder_point }
}

/// Every part that a site is asked for or stocks, outlets first, in order of site and part.
pub fn stock_rows(scenario: &Scenario, plan: &Plan) -> Vec<StockRow> {
    let mut rows = Vec::new();
    let holding_cost = |site, part, units: f64| units * crate::cost::holding_cost(scenario, site, part);
    for shelf in &plan.service.shelves {
        let (site, part) = (SiteId::Outlet(shelf.outlet), shelf.part);
        rows.push(StockRow {
            site,
            part,
            base_stock: shelf.base_stock,
            fill_rate: shelf.fill_rate,
            expected_backorders: shelf.expected_backorders,
            holding_cost: holding_cost(site, part, shelf.batches.mean_position()),
            method: shelf.method,
            minimum: minimum(shelf.batches.reorder_point, shelf.base_stock),
            lateral: shelf.lateral,
            direct: shelf.direct,
        });
    }
    for shelf in &plan.service.depot_shelves {
        let (site, part) = (SiteId::Depot(shelf.depot), shelf.part);
        rows.push(StockRow {
            site,
            part,
            base_stock: shelf.base_stock,
            fill_rate: shelf.fill_rate,
            expected_backorders: shelf.expected_backorders,
            holding_cost: holding_cost(site, part, shelf.batches.mean_position()),
            method: shelf.method,
            minimum: minimum(shelf.batches.reorder_point, shelf.base_stock),
            lateral: 0.0,
            direct: 0.0,
        });
    }
    let stocked = |stock: &[Vec<u32>], site: &dyn Fn(usize) -> SiteId| -> Vec<(SiteId, PartId, u32)> {
        let levels = stock.iter().enumerate().flat_map(|(number, levels)| {
            let site = site(number);
            levels.iter().enumerate().map(move |(part, level)| (site, PartId::from(part), *level))
        });
        levels.filter(|entry| entry.2 > 0).collect()
    };
    let mut idle = stocked(&plan.decisions.outlet_stock, &|number| SiteId::Outlet(OutletId::from(number)));
    idle.extend(stocked(&plan.decisions.depot_stock, &|number| SiteId::Depot(DepotId::from(number))));
    let asked: std::collections::BTreeSet<(SiteId, PartId)> = rows.iter().map(|row| (row.site, row.part)).collect();
    for (site, part, base_stock) in idle {
        if !asked.contains(&(site, part)) {
            // Stock that nobody asks for always meets the demand there is.
            rows.push(StockRow {
                site,
                part,
                base_stock,
                fill_rate: 1.0,
                expected_backorders: 0.0,
                holding_cost: holding_cost(site, part, f64::from(base_stock)),
                method: Method::Exact,
                minimum: i64::from(base_stock) - 1,
                lateral: 0.0,
                direct: 0.0,
            });
        }
    }
    rows.sort_by_key(|row| (row.site, row.part));
    rows
}

/// `stock.csv`.
pub(super) fn stock(scenario: &Scenario, plan: &Plan) -> String {
    let columns = [
        "site",
        "part",
        "base_stock",
        "fill_rate",
        "expected_backorders",
        "holding_cost_per_year",
        "method",
        "minimum",
        "maximum",
        "lateral_share",
        "direct_share",
    ];
    let mut table = Table::with_header(&columns);
    for row in stock_rows(scenario, plan) {
        let (site, part) = (&scenario.site(row.site).id, &scenario.parts[row.part.at()].id);
        table.row(&[
            site,
            part,
            &row.base_stock,
            &row.fill_rate,
            &row.expected_backorders,
            &row.holding_cost,
            &row.method.name(),
            &row.minimum,
            &row.base_stock,
            &row.lateral,
            &row.direct,
        ]);
    }
    table.0
}
