//! The rows of `formats.csv`, and the formats that outlets may have.

use std::collections::BTreeMap;

use super::jobs::listed;
use super::{Ids, Reader};
use crate::format::Chosen;
use crate::scenario::schema::Table;
use crate::scenario::sheet::Column;
use crate::scenario::{Format, FormatId, JobId, Ownership, Site, Status, candidate_id};

/// The formats.
pub(crate) fn formats<'a>(ids: &Ids<'a>, reader: &mut Reader<'a>) -> Vec<Format> {
    let column = |name: &str| -> Column<'a> { reader.column(Table::Formats, name) };
    let (name, ownership, jobs) = (column("name"), column("ownership"), column("jobs"));
    let (fixed, opening) = (column("fixed_cost_factor"), column("opening_cost_factor"));
    let (labour, travel) = (column("labour_cost_factor"), column("travel_cost_factor"));
    let (fee, repeated) = (column("fee_per_job"), column("repeat_share"));
    let row = |(row, id): (usize, &&str)| Format {
        id: id.to_string(),
        name: reader.text(&name, row).unwrap_or_else(|| id.to_string()),
        ownership: reader.choice(&ownership, row).map_or(Ownership::Own, |choice| Ownership::ALL[choice]),
        fixed_cost_factor: reader.number(&fixed, row).unwrap_or(1.0),
        opening_cost_factor: reader.number(&opening, row).unwrap_or(1.0),
        labour_cost_factor: reader.number(&labour, row).unwrap_or(1.0),
        fee_per_job: reader.money(&fee, row).unwrap_or_default(),
        repeated: reader.share(&repeated, row).unwrap_or_default(),
        travel_cost_factor: reader.number(&travel, row).unwrap_or(1.0),
        jobs: listed(&jobs, row, &ids.jobs, reader).map(|list| list.into_iter().map(JobId).collect()),
    };
    ids.formats.list.iter().enumerate().map(row).collect()
}

/// The formats of each outlet, in the order given; E07: they exist; E06: each stands once, and no depot is called as a
/// candidate that comes of several; E05: a candidate's own row names no other format; W07: an outlet that cannot open, or not
/// close, has no choice.
pub(crate) fn of_outlets<'a>(ids: &Ids<'a>, outlets: &[Site], reader: &mut Reader<'a>) -> Chosen {
    let column: Column<'a> = reader.column(Table::Outlets, "format");
    let mut lists = Vec::with_capacity(outlets.len());
    let mut rows = BTreeMap::new();
    let mut used = vec![false; ids.formats.list.len()];
    for (row, outlet) in outlets.iter().enumerate() {
        let mut formats: Vec<FormatId> = Vec::new();
        for word in column.text(row).split(';').map(str::trim).filter(|word| !word.is_empty()) {
            match ids.formats.row(word).map(FormatId) {
                Some(format) if formats.contains(&format) => {
                    reader.faults.add("E06", column.span(row), format!("format `{word}` stands twice"));
                }
                Some(format) => {
                    used[format.at()] = true;
                    formats.push(format);
                }
                None if ids.formats.broken => {}
                None => ids.formats.unknown(word, column.span(row), reader),
            }
        }
        if formats.len() > 1 && matches!(outlet.status, Status::Open | Status::Closed) {
            let (first, status) =
                (ids.formats.list[formats[0].at()], if outlet.status == Status::Open { "open" } else { "closed" });
            let message = format!("`{}` has the status {status}: of its formats only `{first}` counts", outlet.id);
            let hint = "candidates and existing outlets have a choice of formats";
            reader.faults.add("W07", column.span(row), message).hint(hint);
            for format in &formats {
                let id = candidate_id(&outlet.id, ids.formats.list[format.at()]);
                if let Some(own) = ids.outlets.row(&id) {
                    let span = reader.row(Table::Outlets, own as usize);
                    let message = format!("`{id}` is a candidate of `{}`, which has no choice", outlet.id);
                    reader.faults.add("E05", span, message).hint("give the outlet a status that leaves it one");
                }
            }
            formats.truncate(1);
        }
        if formats.len() > 1 {
            for format in &formats {
                let name = ids.formats.list[format.at()];
                let id = candidate_id(&outlet.id, name);
                if ids.depots.row(&id).is_some() {
                    let message = format!("`{id}` is an id of its own and that of a candidate");
                    reader.faults.add("E06", column.span(row), message).hint("call one of them otherwise");
                }
                let Some(own) = ids.outlets.row(&id).map(|own| own as usize) else { continue };
                if !column.text(own).is_empty() && column.text(own) != name {
                    let message = format!("`{id}` is the candidate of the format `{name}` and has no other");
                    reader.faults.add("E05", column.span(own), message).hint("leave its format blank");
                }
                rows.insert((row, *format), own);
            }
        }
        lists.push(formats);
    }
    let idle = |row: &usize| !used[*row] && !ids.formats.list[*row].is_empty();
    if let Some(row) = (0..used.len()).find(idle) {
        let message = format!("no outlet has the format `{}`", ids.formats.list[row]);
        let span = reader.column(Table::Formats, "format").span(row);
        reader.faults.add("W07", span, message).hint("the column `format` of outlets.csv names it");
    }
    Chosen { formats: lists, rows }
}
