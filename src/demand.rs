//! Demand: every source of it into one stream a region, part and cause.
//!
//! Three sources, which add up:
//! * `demand.csv` gives rates directly;
//! * installed base × failures: λ = units of the product in the region × failures of a unit in a year;
//! * a history of past periods gives rates by a forecast and variance-to-mean ratios by an estimate that knows its own
//!   uncertainty (`forecast`, `pattern`, `estimate`).

mod calendar;
pub mod estimate;
pub mod forecast;
mod history;
pub mod pattern;

pub(crate) use history::read_history;
pub use history::{Distribution, History, Reading};

use crate::scenario::schema::Table;
use crate::scenario::source::Span;
use crate::scenario::validate::{Ids, Reader};
use crate::scenario::{Demand, Installed, PartId, ProductId, RegionId};
use crate::units::{Hours, Rate};

/// The rows of `installed_base.csv`.
pub(crate) fn installed<'a>(ids: &Ids<'a>, reader: &mut Reader<'a>) -> Vec<Installed> {
    let table = Table::InstalledBase;
    let (region, product) = (reader.column(table, "region"), reader.column(table, "product"));
    let units = reader.column(table, "units");
    let mut list = Vec::with_capacity(reader.sheet(table).rows);
    for row in 0..reader.sheet(table).rows {
        let (region, product) = (ids.regions.find(&region, row, reader), ids.products.find(&product, row, reader));
        let units = reader.number(&units, row);
        if let (Some(region), Some(product), Some(units)) = (region, product, units) {
            list.push(Installed { region: RegionId(region), product: ProductId(product), units });
        }
    }
    list
}

/// The streams of `demand.csv`, then those of installed base × failures.
pub(crate) fn demands<'a>(ids: &Ids<'a>, installed: &[Installed], reader: &mut Reader<'a>) -> Vec<Demand> {
    let mut list = given(ids, reader);
    from_failures(ids, installed, &mut list, reader);
    list
}

fn given<'a>(ids: &Ids<'a>, reader: &mut Reader<'a>) -> Vec<Demand> {
    let table = Table::Demand;
    let (region, part) = (reader.column(table, "region"), reader.column(table, "part"));
    let (product, rate) = (reader.column(table, "product"), reader.column(table, "units_per_year"));
    let (variance, repair) = (reader.column(table, "variance_to_mean"), reader.column(table, "repair_hours"));
    let rows = reader.sheet(table).rows;
    let mut list = Vec::with_capacity(rows);
    let mut keys = Vec::with_capacity(rows);
    for row in 0..rows {
        let found = ids.regions.find(&region, row, reader);
        let part = ids.parts.find(&part, row, reader);
        let product = ids.products.find(&product, row, reader);
        let rate = reader.rate(&rate, row).unwrap_or_default();
        let variance_to_mean = reader.number(&variance, row).unwrap_or(1.0);
        let repair = reader.hours(&repair, row).unwrap_or_default();
        let Some(found) = found else { continue };
        keys.push((found, part, product, row as u32));
        list.push(Demand {
            region: RegionId(found),
            part: part.map(PartId),
            product: product.map(ProductId),
            rate,
            variance_to_mean,
            repair,
        });
    }
    repeated(keys, table, reader);
    list
}

/// W06: rows that speak of the same add up, which may not be what was meant.
fn repeated<K: Ord + Copy, L: Ord + Copy>(mut keys: Vec<(u32, K, L, u32)>, table: Table, reader: &mut Reader<'_>) {
    if reader.faults.errors() > 0 {
        // A faulty name looks like a blank one here.
        return;
    }
    keys.sort_unstable();
    let mut twice: Vec<(u32, u32)> = keys
        .windows(2)
        .filter(|two| (two[0].0, two[0].1, two[0].2) == (two[1].0, two[1].1, two[1].2))
        .map(|two| (two[1].3, two[0].3))
        .collect();
    twice.sort_unstable();
    let Some(&(row, before)) = twice.first() else { return };
    let more = if twice.len() > 1 { format!(" (and {} more rows)", twice.len() - 1) } else { String::new() };
    let message = format!("this row speaks of the same as {}{more}", reader.line(table, before as usize));
    let span = reader.row(table, row as usize);
    reader.faults.add("W06", span, message).hint("they add up");
}

/// One row of `failures.csv`.
struct Failure {
    product: u32,
    part: Option<PartId>,
    rate: f64,
    variance_to_mean: f64,
    repair: Hours,
}

fn from_failures<'a>(ids: &Ids<'a>, installed: &[Installed], list: &mut Vec<Demand>, reader: &mut Reader<'a>) {
    let table = Table::Failures;
    one_needs_the_other(reader);
    let (product, part) = (reader.column(table, "product"), reader.column(table, "part"));
    let (rate, repair) = (reader.column(table, "failures_per_unit_year"), reader.column(table, "repair_hours"));
    let variance = reader.column(table, "variance_to_mean");
    let mut failures = Vec::new();
    let mut keys = Vec::new();
    for row in 0..reader.sheet(table).rows {
        let product = ids.products.find(&product, row, reader);
        let part = ids.parts.find(&part, row, reader);
        let rate = reader.number(&rate, row).unwrap_or(0.0);
        let variance_to_mean = reader.number(&variance, row).unwrap_or(1.0);
        let repair = reader.hours(&repair, row).unwrap_or_default();
        let Some(product) = product else { continue };
        keys.push((product, part, (), row as u32));
        failures.push(Failure { product, part: part.map(PartId), rate, variance_to_mean, repair });
    }
    repeated(keys, table, reader);
    // Sorted by product, but in the file's order within it: each installed row then finds its failures in one stretch.
    failures.sort_by_key(|failure| failure.product);
    for installed in installed {
        let product = installed.product.0;
        let first = failures.partition_point(|failure| failure.product < product);
        for failure in failures[first..].iter().take_while(|failure| failure.product == product) {
            let Some(rate) = Rate::new(installed.units * failure.rate).filter(|rate| rate.get() > 0.0) else {
                continue;
            };
            list.push(Demand {
                region: installed.region,
                part: failure.part,
                product: Some(installed.product),
                rate,
                variance_to_mean: failure.variance_to_mean,
                repair: failure.repair,
            });
        }
    }
}

/// W07: an installed base without failures gives no demand, nor do failures without an installed base.
fn one_needs_the_other(reader: &mut Reader<'_>) {
    for (one, other) in [(Table::InstalledBase, Table::Failures), (Table::Failures, Table::InstalledBase)] {
        if let (Some(source), None) = (reader.sheet(one).source, reader.sheet(other).source) {
            let message = format!("{} gives no demand without {}", one.schema().file, other.schema().file);
            reader.faults.add("W07", Span::whole(source), message);
        }
    }
}
