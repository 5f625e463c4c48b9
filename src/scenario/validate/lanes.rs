//! The rows of `lanes.csv`: outlet → region and depot → outlet; and of `laterals.csv`: outlet → outlet.

use std::collections::BTreeMap;

use rayon::slice::ParallelSliceMut;

use super::{Ids, Names, Reader};
use crate::scenario::schema::Table;
use crate::scenario::sheet::Column;
use crate::scenario::{DepotId, Lateral, OutletId, PartId, RegionId, ServiceLane, Stockout, SupplyLane};

/// The columns of `lanes.csv`.
struct Columns<'a> {
    from: Column<'a>,
    to: Column<'a>,
    hours: Column<'a>,
    distance: Column<'a>,
    per_job: Column<'a>,
    per_unit: Column<'a>,
    lead_time: Column<'a>,
}

/// The end of the lane before: files are mostly in order of one end.
#[derive(Default)]
struct Last<'a> {
    id: &'a str,
    row: Option<u32>,
}

impl<'a> Last<'a> {
    fn row(&mut self, id: &'a str, names: &Names<'a>) -> Option<u32> {
        if self.id != id {
            *self = Self { id, row: names.row(id) };
        }
        self.row
    }
}

/// E06, E07, E18: lanes join sites that exist, each pair once, over true distances.
pub(crate) fn lanes<'a>(ids: &Ids<'a>, reader: &mut Reader<'a>) -> (Vec<ServiceLane>, Vec<SupplyLane>) {
    let column = |name: &str| -> Column<'a> { reader.column(Table::Lanes, name) };
    let columns = Columns {
        from: column("from"),
        to: column("to"),
        hours: column("hours"),
        distance: column("distance_km"),
        per_job: column("cost_per_job"),
        per_unit: column("cost_per_unit"),
        lead_time: column("lead_time_days"),
    };
    let rows = reader.sheet(Table::Lanes).rows;
    let (mut service, mut supply) = (Vec::with_capacity(rows), Vec::new());
    let (mut pairs_of_service, mut pairs_of_supply) = (Vec::with_capacity(rows), Vec::new());
    let (mut last_outlet, mut last_depot) = (Last::default(), Last::default());
    for row in 0..rows {
        let (from, to) = (columns.from.text(row), columns.to.text(row));
        if let Some(outlet) = last_outlet.row(from, &ids.outlets) {
            let Some(region) = ids.regions.row(to) else {
                no_region(to, row, &columns, ids, reader);
                continue;
            };
            pairs_of_service.push((outlet, region, row as u32));
            service.push(ServiceLane {
                outlet: OutletId(outlet),
                region: RegionId(region),
                hours: true_number(&columns.hours, row, reader).and_then(crate::units::Hours::new),
                distance: true_number(&columns.distance, row, reader).and_then(crate::units::Kilometres::new),
                cost_per_job: reader.money(&columns.per_job, row),
            });
        } else if let Some(depot) = last_depot.row(from, &ids.depots) {
            let Some(outlet) = ids.outlets.row(to) else {
                ids.outlets.find(&columns.to, row, reader);
                continue;
            };
            pairs_of_supply.push((depot, outlet, row as u32));
            supply.push(SupplyLane {
                depot: DepotId(depot),
                outlet: OutletId(outlet),
                distance: true_number(&columns.distance, row, reader).and_then(crate::units::Kilometres::new),
                cost_per_unit: reader.money(&columns.per_unit, row),
                lead_time: true_number(&columns.lead_time, row, reader).and_then(crate::units::Days::new),
            });
        } else if !from.is_empty() && !ids.outlets.broken && !ids.depots.broken {
            no_site(from, to, row, &columns, ids, reader);
        }
    }
    for (pairs, idle) in [
        (pairs_of_service, [&columns.per_unit, &columns.lead_time].as_slice()),
        (pairs_of_supply, [&columns.hours, &columns.per_job].as_slice()),
    ] {
        idle_columns(&pairs, idle, reader);
        each_pair_once(pairs, &columns, reader);
    }
    (service, supply)
}

fn no_region<'a>(to: &str, row: usize, columns: &Columns<'a>, ids: &Ids<'a>, reader: &mut Reader<'a>) {
    if ids.outlets.row(to).is_some() || ids.depots.row(to).is_some() {
        let message = format!("`{to}` is a site, but an outlet's lane runs to a region");
        reader.faults.add("E07", columns.to.span(row), message).hint("a lane to an outlet comes from a depot");
    } else {
        ids.regions.find(&columns.to, row, reader);
    }
}

fn no_site<'a>(from: &str, to: &str, row: usize, columns: &Columns<'a>, ids: &Ids<'a>, reader: &mut Reader<'a>) {
    let span = columns.from.span(row);
    if ids.regions.row(from).is_some() {
        let swapped = ids.outlets.row(to).is_some();
        let message = format!("`{from}` is a region, but a lane runs from an outlet or a depot");
        reader.faults.add("E07", span, message).hint_if(swapped.then(|| "swap `from` and `to`".into()));
        return;
    }
    let hint = ids.outlets.hint(from, reader).or_else(|| ids.depots.hint(from, reader));
    reader.faults.add("E07", span, format!("unknown outlet or depot `{from}`")).hint_if(hint);
}

/// E18: a number that is not one of those that stand for `unreachable`: nines, the largest integers, a hundred million.
fn true_number(column: &Column<'_>, row: usize, reader: &mut Reader<'_>) -> Option<f64> {
    let number = reader.number(column, row)?;
    if number < 9_999.0 {
        return Some(number);
    }
    let nines = column.text(row).trim_end_matches(".0").bytes().all(|byte| byte == b'9');
    if !nines && number < 1e8 {
        return Some(number);
    }
    let message = format!("{} = {} looks like a stand-in for `unreachable`", column.schema.name, column.text(row));
    reader.faults.add("E18", column.span(row), message).hint("a lane that does not exist is left out");
    None
}

/// W07: a column that says nothing about lanes of this kind.
fn idle_columns(pairs: &[(u32, u32, u32)], columns: &[&Column<'_>], reader: &mut Reader<'_>) {
    for column in columns.iter().filter(|column| column.is_used()) {
        let mut filled = pairs.iter().map(|pair| pair.2 as usize).filter(|&row| !column.text(row).is_empty());
        let Some(first) = filled.next() else { continue };
        let more = filled.count();
        let others = if more > 0 { format!(" (and in {more} more rows)") } else { String::new() };
        let message = format!("`{}` has no effect on this lane{others}", column.schema.name);
        reader.faults.add("W07", column.span(first), message).hint(column.schema.doc);
    }
}

/// E06: each pair has one lane.
fn each_pair_once(mut pairs: Vec<(u32, u32, u32)>, columns: &Columns<'_>, reader: &mut Reader<'_>) {
    if pairs.is_sorted_by(|a, b| (a.0, a.1) < (b.0, b.1)) {
        return;
    }
    pairs.par_sort_unstable();
    for two in pairs.windows(2).filter(|two| (two[0].0, two[0].1) == (two[1].0, two[1].1)) {
        let (first, row) = (two[0].2 as usize, two[1].2 as usize);
        let hint = reader.faults.deserve_hints().then(|| format!("first at {}", reader.line(Table::Lanes, first)));
        let message = format!("the lane `{}` → `{}` stands twice", columns.from.text(row), columns.to.text(row));
        reader.faults.add("E06", columns.from.span(row), message).hint_if(hint);
    }
}

/// E06, E07, E18, E19: lateral supply joins outlets that exist, once for each part, and parts are expressed.
pub(crate) fn laterals<'a>(ids: &Ids<'a>, stockout: Stockout, reader: &mut Reader<'a>) -> Vec<Lateral> {
    let table = Table::Laterals;
    let column = |name: &str| -> Column<'a> { reader.column(table, name) };
    let (from, to, part) = (column("from"), column("to"), column("part"));
    let (hours, cost) = (column("hours"), column("cost_per_unit"));
    let rows = reader.sheet(table).rows;
    if rows > 0 && stockout == Stockout::Backorder {
        let message = "outlets help each other only where parts are expressed";
        let hint = "set `[stocking] stockout = \"emergency\"`, or leave out laterals.csv";
        reader.faults.add("E19", reader.row(table, 0), message).hint(hint);
    }
    let mut first: BTreeMap<(u32, u32, Option<u32>), usize> = BTreeMap::new();
    let mut laterals = Vec::with_capacity(rows);
    for row in 0..rows {
        let (giver, taker) = (ids.outlets.find(&from, row, reader), ids.outlets.find(&to, row, reader));
        let named = !part.text(row).is_empty();
        let of = ids.parts.find(&part, row, reader);
        let time = true_number(&hours, row, reader).and_then(crate::units::Hours::new);
        let cost_per_unit = reader.money(&cost, row).unwrap_or_default();
        let (Some(giver), Some(taker), Some(hours)) = (giver, taker, time) else { continue };
        if named && of.is_none() {
            continue;
        }
        if giver == taker {
            let message = format!("`{}` would help itself", from.text(row));
            reader.faults.add("E19", from.span(row), message).hint("lateral supply joins two outlets");
            continue;
        }
        if let Some(before) = first.insert((giver, taker, of), row) {
            let what = if named { format!(" for `{}`", part.text(row)) } else { String::new() };
            let message = format!("`{}` → `{}` stands twice{what}", from.text(row), to.text(row));
            let hint = reader.faults.deserve_hints().then(|| format!("first at {}", reader.line(table, before)));
            reader.faults.add("E06", from.span(row), message).hint_if(hint);
            continue;
        }
        laterals.push(Lateral {
            from: OutletId(giver),
            to: OutletId(taker),
            part: of.map(PartId),
            hours,
            cost_per_unit,
        });
    }
    laterals
}
