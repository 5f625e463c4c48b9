//! Demand: every source of it into one stream a region, part and cause.
//!
//! Three sources, which add up:
//! * `demand.csv` gives rates directly;
//! * installed base × failures: λ = units of the product in the region × failures of a unit in a year, and units sold in a
//!   year × jobs of a unit sold (installation, commissioning, training);
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
use crate::scenario::sheet::Column;
use crate::scenario::source::{Cell, Span};
use crate::scenario::validate::{Ids, Reader};
use crate::scenario::{Demand, Failure as Factored, Installed, JobId, PartId, ProductId, RegionId};
use crate::units::{Hours, Rate};

/// More streams of installed base × failures than this are not told one by one; fewer are, for the bound knows more of regions' own
/// mixes than of baskets that they share.
const MANY: usize = 1_000_000;

/// The rows of `installed_base.csv`.
pub(crate) fn installed<'a>(ids: &Ids<'a>, reader: &mut Reader<'a>) -> Vec<Installed> {
    let table = Table::InstalledBase;
    let (region, product) = (reader.column(table, "region"), reader.column(table, "product"));
    let (units, sales) = (reader.column(table, "units"), reader.column(table, "sales_per_year"));
    let mut list = Vec::with_capacity(reader.sheet(table).rows);
    for row in 0..reader.sheet(table).rows {
        let (region, product) = (ids.regions.find(&region, row, reader), ids.products.find(&product, row, reader));
        let units = reader.number(&units, row);
        let sales = reader.number(&sales, row).unwrap_or(0.0);
        if let (Some(region), Some(product), Some(units)) = (region, product, units) {
            list.push(Installed { region: RegionId(region), product: ProductId(product), units, sales });
        }
    }
    list
}

/// The streams of `demand.csv`, then those of installed base × failures; where these are many, the failures by themselves.
pub(crate) fn demands<'a>(
    ids: &Ids<'a>,
    installed: &[Installed],
    reader: &mut Reader<'a>,
) -> (Vec<Demand>, Vec<Factored>) {
    let mut list = given(ids, reader);
    let factored = from_failures(ids, installed, &mut list, reader);
    (list, factored)
}

fn given<'a>(ids: &Ids<'a>, reader: &mut Reader<'a>) -> Vec<Demand> {
    let table = Table::Demand;
    let (region, part) = (reader.column(table, "region"), reader.column(table, "part"));
    let (product, rate) = (reader.column(table, "product"), reader.column(table, "units_per_year"));
    let (variance, repair) = (reader.column(table, "variance_to_mean"), reader.column(table, "repair_hours"));
    let job = reader.column(table, "job");
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
        let job = ids.jobs.find(&job, row, reader).map(JobId);
        let Some(found) = found else { continue };
        keys.push((found, part, (product, job), row as u32));
        list.push(Demand {
            region: RegionId(found),
            part: part.map(PartId),
            product: product.map(ProductId),
            rate,
            variance_to_mean,
            repair,
            job,
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
    job: Option<JobId>,
    /// Jobs of a unit sold.
    per_sale: f64,
}

fn from_failures<'a>(
    ids: &Ids<'a>,
    installed: &[Installed],
    list: &mut Vec<Demand>,
    reader: &mut Reader<'a>,
) -> Vec<Factored> {
    let table = Table::Failures;
    one_needs_the_other(reader);
    let (product, part) = (reader.column(table, "product"), reader.column(table, "part"));
    let (rate, repair) = (reader.column(table, "failures_per_unit_year"), reader.column(table, "repair_hours"));
    let variance = reader.column(table, "variance_to_mean");
    let (job, sold) = (reader.column(table, "job"), reader.column(table, "jobs_per_sale"));
    let mut failures = Vec::new();
    let mut keys = Vec::new();
    for row in 0..reader.sheet(table).rows {
        let product = ids.products.find(&product, row, reader);
        let part = ids.parts.find(&part, row, reader);
        either_is_given(&rate, &sold, row, reader);
        let rate = reader.number(&rate, row).unwrap_or(0.0);
        let per_sale = reader.number(&sold, row).unwrap_or(0.0);
        let variance_to_mean = reader.number(&variance, row).unwrap_or(1.0);
        let repair = reader.hours(&repair, row).unwrap_or_default();
        let job = ids.jobs.find(&job, row, reader).map(JobId);
        let Some(product) = product else { continue };
        keys.push((product, part, job, row as u32));
        failures.push(Failure { product, part: part.map(PartId), rate, variance_to_mean, repair, job, per_sale });
    }
    repeated(keys, table, reader);
    sales_and_their_jobs_meet(installed, &failures, reader);
    // Sorted by product, but in the file's order within it: each installed row then finds its failures in one stretch.
    failures.sort_by_key(|failure| failure.product);
    let mut count = vec![0; reader.sheet(Table::Products).rows];
    failures.iter().for_each(|failure| count[failure.product as usize] += 1);
    let streams: usize = installed.iter().map(|row| count[row.product.at()]).sum();
    if streams > MANY && failures.iter().all(|failure| failure.per_sale <= 0.0) {
        return failures.into_iter().map(Failure::factored).collect();
    }
    for installed in installed {
        let product = installed.product.0;
        let first = failures.partition_point(|failure| failure.product < product);
        for failure in failures[first..].iter().take_while(|failure| failure.product == product) {
            let asked = installed.units * failure.rate + installed.sales * failure.per_sale;
            let Some(rate) = Rate::new(asked).filter(|rate| rate.get() > 0.0) else {
                continue;
            };
            list.push(Demand {
                region: installed.region,
                part: failure.part,
                product: Some(installed.product),
                rate,
                variance_to_mean: failure.variance_to_mean,
                repair: failure.repair,
                job: failure.job,
            });
        }
    }
    Vec::new()
}

impl Failure {
    /// Without what follows sales.
    fn factored(self) -> Factored {
        let Self { product, part, rate, variance_to_mean, repair, job, .. } = self;
        Factored { product: ProductId(product), part, rate, variance_to_mean, repair, job }
    }
}

/// E08: a row of `failures.csv` says how often there is a job.
fn either_is_given(rate: &Column<'_>, per_sale: &Column<'_>, row: usize, reader: &mut Reader<'_>) {
    let blank = rate.is_there() && rate.cell(row) != Cell::ABSENT && rate.text(row).is_empty();
    if blank && per_sale.text(row).is_empty() {
        let hint = "jobs of an installed unit [1/year]; `jobs_per_sale` gives those of a unit sold";
        reader.faults.add("E08", rate.span(row), "`failures_per_unit_year` is blank").hint(hint);
    }
}

/// W07: jobs of sold units need sales, and sales matter only to such jobs.
fn sales_and_their_jobs_meet(installed: &[Installed], failures: &[Failure], reader: &mut Reader<'_>) {
    if reader.faults.errors() > 0 {
        // A faulty number looks like none here.
        return;
    }
    let sells = installed.iter().any(|row| row.sales > 0.0);
    // Guarantees and inspections count what is sold too.
    let counted = [Table::Guarantees, Table::Inspection].iter().any(|table| reader.sheet(*table).source.is_some());
    let serves = failures.iter().any(|row| row.per_sale > 0.0);
    let (table, name, hint) = match (sells, serves) {
        (true, false) if counted => return,
        (true, false) => {
            (Table::InstalledBase, "sales_per_year", "`jobs_per_sale` of failures.csv makes jobs of sales")
        }
        (false, true) => (Table::Failures, "jobs_per_sale", "`sales_per_year` of installed_base.csv says what is sold"),
        _ => return,
    };
    let column = reader.column(table, name);
    let first = (0..reader.sheet(table).rows).find(|&row| !column.text(row).is_empty());
    if let Some(row) = first {
        reader.faults.add("W07", column.span(row), format!("`{name}` has no effect")).hint(hint);
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
