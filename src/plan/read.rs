//! The decisions of a plan folder.
//!
//! Only decisions are read: which sites are open, who serves and who replenishes whom, the base-stock levels. Other columns
//! are computed from them and may say what they like.

use std::fs;
use std::io;
use std::path::Path;

use crate::plan::Decisions;
use crate::scenario::{DepotId, Diagnostics, Origin, OutletId, PartId, RegionId, Scenario, SiteId};

/// Why a plan could not be read.
#[derive(Debug)]
pub enum Unread {
    /// Its tables are faulty.
    Faulty(Diagnostics),
    /// A file that every plan has cannot be read.
    Unreadable(String, io::Error),
}

/// A table of a plan folder: the columns asked for, row by row, with their places.
struct Table {
    file: &'static str,
    lines: Vec<String>,
    rows: Vec<Row>,
}

struct Row {
    line: usize,
    fields: Vec<String>,
}

/// Reads the decisions of a plan folder for a scenario.
///
/// # Errors
/// [`Unread`] with all faults at once.
pub fn read(folder: &Path, scenario: &Scenario) -> Result<Decisions, Unread> {
    let mut reader = Reader { scenario, faults: Diagnostics::default() };
    let mut decisions = Decisions::none(scenario);
    if let Some(table) = reader.table(folder, "outlets.csv", &["outlet", "open"], true)? {
        for row in &table.rows {
            let outlet = reader.outlet(&table, row, 0);
            let open = reader.truth(&table, row, 1);
            if let (Some(outlet), Some(open)) = (outlet, open) {
                decisions.outlet_open[outlet.at()] = open;
            }
        }
    }
    if let Some(table) = reader.table(folder, "depots.csv", &["depot", "open"], !scenario.depots.is_empty())? {
        for row in &table.rows {
            let depot = reader.depot(&table, row, 0);
            let open = reader.truth(&table, row, 1);
            if let (Some(depot), Some(open)) = (depot, open) {
                decisions.depot_open[depot.at()] = open;
            }
        }
    }
    if let Some(table) = reader.table(folder, "assignments.csv", &["region", "outlet", "share?"], true)? {
        for row in &table.rows {
            let region = reader.region(&table, row, 0);
            let outlet = reader.outlet(&table, row, 1);
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
            let outlet = reader.outlet(&table, row, 0);
            let depot = reader.depot(&table, row, 1);
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
            let site = reader.site(&table, row, 0);
            let part = reader.part(&table, row, 1);
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
    if reader.faults.has_errors() { Err(Unread::Faulty(reader.faults)) } else { Ok(decisions) }
}

struct Reader<'a> {
    scenario: &'a Scenario,
    faults: Diagnostics,
}

impl Reader<'_> {
    /// Reads the named columns of a table; a name that ends in `?` may be missing and is then blank.
    fn table(
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
        let mut table = Table { file, lines: text.lines().map(str::to_owned).collect(), rows: Vec::new() };
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
            let line = text[..offset + skipped].matches('\n').count() + 1;
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

    fn fault(&mut self, table: &Table, row: &Row, field: usize, code: &'static str, message: &str, hint: Option<&str>) {
        let text = table.lines.get(row.line - 1).cloned().unwrap_or_default();
        let sought = row.fields.get(field).map_or("", String::as_str);
        let at = if sought.is_empty() { None } else { text.find(sought) };
        let indent = at.map_or(0, |at| text[..at].chars().count());
        let length = at.map_or(0, |_| sought.chars().count());
        let origin = Origin { file: table.file.to_owned(), line: row.line, column: indent + 1, length, text, indent };
        self.faults.error(code, origin, message.to_owned(), hint.map(str::to_owned));
    }

    fn id<Id: From<usize>>(
        &mut self,
        table: &Table,
        row: &Row,
        field: usize,
        what: &str,
        mut ids: impl Iterator<Item = String> + Clone,
    ) -> Option<Id> {
        let sought = &row.fields[field];
        if let Some(found) = ids.clone().position(|id| id == *sought) {
            return Some(Id::from(found));
        }
        let near = ids
            .by_ref()
            .map(|id| (strsim::jaro_winkler(&id, sought), id))
            .max_by(|left, right| left.0.total_cmp(&right.0))
            .filter(|(likeness, _)| *likeness > 0.8);
        let hint = near.map(|(_, id)| format!("did you mean `{id}`?"));
        self.fault(table, row, field, "E21", &format!("unknown {what} `{sought}`"), hint.as_deref());
        None
    }

    fn outlet(&mut self, table: &Table, row: &Row, field: usize) -> Option<OutletId> {
        self.id(table, row, field, "outlet", self.scenario.outlets.iter().map(|site| site.id.clone()))
    }

    fn depot(&mut self, table: &Table, row: &Row, field: usize) -> Option<DepotId> {
        self.id(table, row, field, "depot", self.scenario.depots.iter().map(|site| site.id.clone()))
    }

    fn region(&mut self, table: &Table, row: &Row, field: usize) -> Option<RegionId> {
        self.id(table, row, field, "region", self.scenario.regions.iter().map(|region| region.id.clone()))
    }

    fn part(&mut self, table: &Table, row: &Row, field: usize) -> Option<PartId> {
        self.id(table, row, field, "part", self.scenario.parts.iter().map(|part| part.id.clone()))
    }

    fn site(&mut self, table: &Table, row: &Row, field: usize) -> Option<SiteId> {
        let sought = &row.fields[field];
        if let Some(depot) = self.scenario.depots.iter().position(|site| site.id == *sought) {
            return Some(SiteId::Depot(DepotId::from(depot)));
        }
        let outlets = self.scenario.outlets.iter().map(|site| site.id.clone());
        self.id(table, row, field, "outlet or depot", outlets).map(SiteId::Outlet)
    }

    fn truth(&mut self, table: &Table, row: &Row, field: usize) -> Option<bool> {
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

    fn level(&mut self, table: &Table, row: &Row, field: usize) -> Option<u32> {
        let text = &row.fields[field];
        let level = text.parse::<u32>().ok();
        if level.is_none() {
            let message = format!("`{text}` is not a base-stock level");
            self.fault(table, row, field, "E22", &message, Some("a base-stock level is a whole number, 0 or more"));
        }
        level
    }
}
