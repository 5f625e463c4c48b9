//! The shelves of a plan in the min/max language of an ERP.
//!
//! With r the reorder point and Q the order quantity of a shelf ([`minimum` and `maximum`](crate::plan::write) of
//! `stock.csv` are r and r + Q; one for one r = S − 1 and Q = 1, and both 0 where S = 0):
//!
//! (rule) when stock on hand + on order − owed ≤ `minimum`, order up to `maximum`.
//!
//! An ERP knows no level below zero. Where r < 0 nothing is kept that an order would not take at once: the part is
//! ordered on demand, its `minimum` is written as 0 and `on_demand` is true, as it is where both are 0. Systems that order only *below* their
//! minimum want `minimum` + 1.

use super::table::{Cell, Kind, Table};
use super::tables::site_name;
use crate::plan::figures::Figures;

/// A row a shelf: site, part, minimum, maximum, order quantity.
pub fn min_max(figures: &Figures) -> Table {
    let mut columns = vec![("site", Kind::Text), ("part", Kind::Text), ("minimum", Kind::Whole)];
    columns.extend([("maximum", Kind::Whole), ("order_quantity", Kind::Whole), ("on_demand", Kind::Truth)]);
    if figures.map.is_some() {
        columns.push(("site_name", Kind::Text));
    }
    let mut table = Table::new("min_max", columns.into_iter().map(|(name, kind)| (name.to_owned(), kind)));
    for row in &figures.stock {
        let mut cells: Vec<Cell> = vec![row.site.as_str().into(), row.part.as_str().into()];
        cells.extend([row.minimum.max(0).into(), row.maximum.max(0).into()]);
        let quantity = (row.maximum - row.minimum).max(1);
        cells.extend([Cell::from(quantity), Cell::from(row.minimum < 0 || row.maximum == 0)]);
        if figures.map.is_some() {
            cells.push(site_name(figures.map.as_ref(), &row.site));
        }
        table.rows.push(cells);
    }
    table
}
