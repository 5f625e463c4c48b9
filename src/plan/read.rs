//! The decisions of a plan folder.
//!
//! Only decisions are read: which sites are open, who serves and who replenishes whom, the base-stock levels. Other columns
//! are computed from them and may say what they like.

use std::collections::HashMap;
use std::fs;
use std::io;
use std::path::Path;

use serde_json::Value;

use super::write::PLAN_FILE;
use crate::plan::Decisions;
use crate::scenario::{DepotId, Diagnostics, Origin, OutletId, PartId, RegionId, Scenario, SiteId, Taken};

/// Why a plan could not be read.
#[derive(Debug)]
pub enum Unread {
    /// Its tables are faulty.
    Faulty(Diagnostics),
    /// A file that every plan has cannot be read.
    Unreadable(String, io::Error),
}

/// A table of a plan folder: the columns asked for, row by row, with their places.
pub(super) struct Table {
    file: &'static str,
    text: String,
    /// Where each line of the text begins.
    starts: Vec<usize>,
    pub(super) rows: Vec<Row>,
}

/// The fields of a row, in the order of the columns asked for.
pub(super) struct Row {
    line: usize,
    pub(super) fields: Vec<String>,
}

/// Reads the decisions of a plan folder for a scenario.
///
/// # Errors
/// [`Unread`] with all faults at once.
pub fn read(folder: &Path, scenario: &Scenario) -> Result<Decisions, Unread> {
    let outlets = Names::of("outlet", scenario.outlets.iter().map(|site| site.id.as_str()));
    let depots = Names::of("depot", scenario.depots.iter().map(|site| site.id.as_str()));
    let regions = Names::of("region", scenario.regions.iter().map(|region| region.id.as_str()));
    let parts = Names::of("part", scenario.parts.iter().map(|part| part.id.as_str()));
    let mut reader = Reader::default();
    let mut decisions = Decisions::none(scenario);
    if let Some(table) = reader.table(folder, "outlets.csv", &["outlet", "open"], true)? {
        for row in &table.rows {
            let outlet = reader.id::<OutletId>(&table, row, 0, &outlets);
            let open = reader.truth(&table, row, 1);
            if let (Some(outlet), Some(open)) = (outlet, open) {
                decisions.outlet_open[outlet.at()] = open;
            }
        }
    }
    if let Some(table) = reader.table(folder, "depots.csv", &["depot", "open"], !scenario.depots.is_empty())? {
        for row in &table.rows {
            let depot = reader.id::<DepotId>(&table, row, 0, &depots);
            let open = reader.truth(&table, row, 1);
            if let (Some(depot), Some(open)) = (depot, open) {
                decisions.depot_open[depot.at()] = open;
            }
        }
    }
    if let Some(table) = reader.table(folder, "assignments.csv", &["region", "outlet", "share?"], true)? {
        for row in &table.rows {
            let region = reader.id::<RegionId>(&table, row, 0, &regions);
            let outlet = reader.id::<OutletId>(&table, row, 1, &outlets);
            let share = if row.fields[2].is_empty() { Some(1.0) } else { reader.share(&table, row, 2) };
            let (Some(region), Some(outlet), Some(share)) = (region, outlet, share) else { continue };
            let served: &mut Vec<(OutletId, f64)> = &mut decisions.served_by[region.at()];
            match served.binary_search_by_key(&outlet, |entry| entry.0) {
                Ok(_) => reader.fault(&table, row, 1, "E23", "the region and outlet stand here a second time", None),
                Err(place) => served.insert(place, (outlet, share)),
            }
        }
    }
    if let Some(table) = reader.table(folder, "replenishment.csv", &["outlet", "depot"], !scenario.depots.is_empty())? {
        for row in &table.rows {
            let outlet = reader.id::<OutletId>(&table, row, 0, &outlets);
            let depot = reader.id::<DepotId>(&table, row, 1, &depots);
            let (Some(outlet), Some(depot)) = (outlet, depot) else { continue };
            if decisions.replenished_by[outlet.at()].replace(depot).is_some() {
                reader.fault(
                    &table,
                    row,
                    0,
                    "E23",
                    "the outlet stands here a second time",
                    Some("one depot replenishes an outlet"),
                );
            }
        }
    }
    if let Some(table) =
        reader.table(folder, "stock.csv", &["site", "part", "base_stock"], !scenario.parts.is_empty())?
    {
        for row in &table.rows {
            let site = reader.site(&table, row, 0, &outlets, &depots);
            let part = reader.id::<PartId>(&table, row, 1, &parts);
            let level = reader.level(&table, row, 2);
            let (Some(site), Some(part), Some(level)) = (site, part, level) else { continue };
            let levels = match site {
                SiteId::Outlet(outlet) => &mut decisions.outlet_stock[outlet.at()],
                SiteId::Depot(depot) => &mut decisions.depot_stock[depot.at()],
            };
            if level > 0 {
                levels.resize(scenario.parts.len(), 0);
                if levels[part.at()] > 0 {
                    reader.fault(&table, row, 1, "E23", "the site and part stand here a second time", None);
                }
                levels[part.at()] = level;
            }
        }
    }
    reader.end(decisions)
}

/// The ids of a table of the scenario.
struct Names<'a> {
    /// What an id is called.
    what: &'static str,
    list: Vec<&'a str>,
    row_of: HashMap<&'a str, usize>,
}

impl<'a> Names<'a> {
    fn of(what: &'static str, ids: impl Iterator<Item = &'a str>) -> Self {
        let list: Vec<&str> = ids.collect();
        let row_of = list.iter().enumerate().map(|(row, id)| (*id, row)).collect();
        Self { what, list, row_of }
    }
}

/// Reads the tables of a plan folder and gathers what is wrong with them.
#[derive(Default)]
pub(super) struct Reader {
    faults: Diagnostics,
}

impl Reader {
    /// What was read, if nothing is wrong with it.
    pub(super) fn end<T>(self, read: T) -> Result<T, Unread> {
        if self.faults.has_errors() { Err(Unread::Faulty(self.faults)) } else { Ok(read) }
    }

    /// E24: a figure cannot be read.
    pub(super) fn fault_at(&mut self, origin: Origin, message: String) {
        self.faults.error("E24", origin, message, None);
    }

    /// Reads the named columns of a table; a name that ends in `?` may be missing and is then blank.
    pub(super) fn table(
        &mut self,
        folder: &Path,
        file: &'static str,
        columns: &[&str],
        needed: bool,
    ) -> Result<Option<Table>, Unread> {
        let path = folder.join(file);
        if !path.exists() && !needed {
            return Ok(None);
        }
        let bytes = fs::read(&path).map_err(|error| Unread::Unreadable(path.display().to_string(), error))?;
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim_start_matches('\u{feff}');
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let starts: Vec<usize> = std::iter::once(0).chain(ends).collect();
        let mut table = Table { file, text: text.to_owned(), starts, rows: Vec::new() };
        let mut records = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .flexible(true)
            .has_headers(false)
            .from_reader(text.as_bytes());
        let mut places: Option<Vec<Option<usize>>> = None;
        for record in records.records() {
            let Ok(record) = record else { continue };
            let offset = record.position().map_or(0, |position| position.byte() as usize).min(text.len());
            // The reader's offset may stand before blank lines and line ends, which belong to no record.
            let skipped = text[offset..].len() - text[offset..].trim_start_matches(['\r', '\n']).len();
            let line = table.starts.partition_point(|start| *start <= offset + skipped);
            let Some(places) = &places else {
                let found: Vec<Option<usize>> = columns
                    .iter()
                    .map(|column| record.iter().position(|field| field == column.trim_end_matches('?')))
                    .collect();
                for (column, place) in columns.iter().zip(&found) {
                    if place.is_none() && !column.ends_with('?') {
                        let row = Row { line, fields: Vec::new() };
                        let hint = format!("the table needs the columns {}", columns.join(", ").replace('?', ""));
                        self.fault(&table, &row, 0, "E20", &format!("column `{column}` is missing"), Some(&hint));
                    }
                }
                if found.iter().zip(columns).any(|(place, column)| place.is_none() && !column.ends_with('?')) {
                    return Ok(None);
                }
                places = Some(found);
                continue;
            };
            let field = |place: &Option<usize>| place.and_then(|place| record.get(place)).unwrap_or("").to_owned();
            table.rows.push(Row { line, fields: places.iter().map(field).collect() });
        }
        Ok(Some(table))
    }

    pub(super) fn fault(
        &mut self,
        table: &Table,
        row: &Row,
        field: usize,
        code: &'static str,
        message: &str,
        hint: Option<&str>,
    ) {
        let start = table.starts.get(row.line - 1).copied().unwrap_or(table.text.len());
        let text = table.text[start..].lines().next().unwrap_or_default().to_owned();
        let sought = row.fields.get(field).map_or("", String::as_str);
        let at = if sought.is_empty() { None } else { text.find(sought) };
        let indent = at.map_or(0, |at| text[..at].chars().count());
        let length = at.map_or(0, |_| sought.chars().count());
        let origin = Origin { file: table.file.to_owned(), line: row.line, column: indent + 1, length, text, indent };
        self.faults.error(code, origin, message.to_owned(), hint.map(str::to_owned));
    }

    fn id<Id: From<usize>>(&mut self, table: &Table, row: &Row, field: usize, names: &Names) -> Option<Id> {
        self.id_called(names.what, table, row, field, names)
    }

    fn id_called<Id: From<usize>>(
        &mut self,
        what: &str,
        table: &Table,
        row: &Row,
        field: usize,
        names: &Names,
    ) -> Option<Id> {
        let sought = row.fields[field].as_str();
        if let Some(found) = names.row_of.get(sought) {
            return Some(Id::from(*found));
        }
        let near = names
            .list
            .iter()
            // Looking for a hint is slow, and no more faults than these are shown.
            .filter(|_| self.faults.len() < Diagnostics::SHOWN)
            .map(|id| (strsim::jaro_winkler(id, sought), id))
            .max_by(|left, right| left.0.total_cmp(&right.0))
            .filter(|(likeness, _)| *likeness > 0.8);
        let hint = near.map(|(_, id)| format!("did you mean `{id}`?"));
        self.fault(table, row, field, "E21", &format!("unknown {what} `{sought}`"), hint.as_deref());
        None
    }

    /// An outlet or a depot, which share one space of ids.
    fn site(&mut self, table: &Table, row: &Row, field: usize, outlets: &Names, depots: &Names) -> Option<SiteId> {
        if let Some(depot) = depots.row_of.get(row.fields[field].as_str()) {
            return Some(SiteId::Depot(DepotId::from(*depot)));
        }
        self.id_called("outlet or depot", table, row, field, outlets).map(SiteId::Outlet)
    }

    pub(super) fn truth(&mut self, table: &Table, row: &Row, field: usize) -> Option<bool> {
        match row.fields[field].to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" | "" => Some(false),
            other => {
                let message = format!("`{other}` is neither true nor false");
                self.fault(table, row, field, "E22", &message, Some("write true or false"));
                None
            }
        }
    }

    fn share(&mut self, table: &Table, row: &Row, field: usize) -> Option<f64> {
        let text = &row.fields[field];
        let share = text.parse::<f64>().ok().filter(|share| share.is_finite() && *share > 0.0 && *share <= 1.0 + 1e-9);
        if share.is_none() {
            let message = format!("`{text}` is not a share");
            self.fault(table, row, field, "E22", &message, Some("a share is above 0 and at most 1"));
        }
        share
    }

    pub(super) fn level(&mut self, table: &Table, row: &Row, field: usize) -> Option<u32> {
        let text = &row.fields[field];
        let level = text.parse::<u32>().ok();
        if level.is_none() {
            let message = format!("`{text}` is not a base-stock level");
            self.fault(table, row, field, "E22", &message, Some("a base-stock level is a whole number, 0 or more"));
        }
        level
    }
}

/// The options that the plan in a folder takes, by their choices; none where its summary does not say.
pub fn options_of(folder: &Path) -> Taken {
    let text = fs::read_to_string(folder.join(PLAN_FILE)).unwrap_or_default();
    let summary: Value = serde_json::from_str(&text).unwrap_or_default();
    let options = summary.get("options").and_then(Value::as_object);
    let taken = |(choice, option): (&String, &Value)| Some((choice.clone(), option.as_str()?.to_owned()));
    options.into_iter().flatten().filter_map(taken).collect()
}
