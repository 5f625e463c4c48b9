//! The tables of a folder that are not given as CSV: sheets of its workbook, and columns of Parquet.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

#[cfg(feature = "parquet")]
use crate::scenario::columns::cells;
use crate::scenario::diagnostic::{Faults, nearest};
#[cfg(feature = "parquet")]
use crate::scenario::grid::Grid;
use crate::scenario::schema::{TABLES, Table, TableSchema};
use crate::scenario::source::{Sources, Span};
use crate::scenario::workbook::{WORKBOOK_FILE, Workbook, workbook};

/// The name of a table: of its sheet, and of its file without the ending.
pub(super) fn stem(schema: &TableSchema) -> &'static str {
    schema.file.trim_end_matches(".csv")
}

/// A table that is not CSV.
#[derive(Debug)]
pub(super) struct Given {
    /// Where its text stands.
    pub source: u16,
    /// Where its cells begin of which a fault was told; `None` where all of it could not be read.
    pub told: Option<Vec<u32>>,
}

impl Given {
    fn read((source, unusable): (u16, Vec<u32>)) -> Self {
        Self { source, told: Some(unusable) }
    }
}

/// Reads the tables of a folder that are not CSV; each is a source of its own. `None` where there is a workbook that cannot be
/// read. E26: none is given twice.
pub(super) fn tables(
    folder: &Path,
    prefix: &str,
    sources: &mut Sources,
    faults: &mut Faults,
) -> Result<Option<BTreeMap<Table, Given>>, (PathBuf, io::Error)> {
    let sheets = sheets(folder, prefix, sources, faults).map_err(|error| (folder.join(WORKBOOK_FILE), error))?;
    let Some(mut given) = sheets else { return Ok(None) };
    for schema in TABLES {
        let file = format!("{}.parquet", stem(schema));
        let path = folder.join(&file);
        if !path.exists() {
            continue;
        }
        let own = columns(&path, format!("{prefix}{file}"), sources, faults).map_err(|error| (path, error))?;
        once(&mut given, schema, own, sources, faults);
    }
    Ok(Some(given))
}

/// E26: a table is given once.
fn once(given: &mut BTreeMap<Table, Given>, schema: &TableSchema, own: Given, sources: &Sources, faults: &mut Faults) {
    let source = own.source;
    if let Some(other) = given.insert(schema.table, own) {
        let hint = format!("keep one of the two: it stands in {} too", sources.name(other.source));
        faults.add("E26", Span::whole(source), format!("the table `{}` is given twice", stem(schema))).hint(hint);
    }
}

/// The sheets of the workbook that are tables. W09: every sheet is one.
fn sheets(
    folder: &Path,
    prefix: &str,
    sources: &mut Sources,
    faults: &mut Faults,
) -> io::Result<Option<BTreeMap<Table, Given>>> {
    let table = |name: &str| TABLES.iter().find(|schema| stem(schema) == name.trim());
    let mut given = BTreeMap::new();
    let place = format!("{prefix}{WORKBOOK_FILE}");
    let sheets = match workbook(folder, |name| table(name).is_some())? {
        Workbook::Nothing => return Ok(Some(given)),
        Workbook::Unusable(message, hint) => {
            let source = sources.add(place, String::new());
            faults.add("E01", Span::whole(source), message).hint(hint);
            return Ok(None);
        }
        Workbook::Sheets(sheets) => sheets,
    };
    for (name, grid) in sheets {
        let known = format!("{place}!{name}");
        let Some(schema) = table(&name) else {
            let source = sources.add(known, String::new());
            let meant = nearest(&name, TABLES.iter().map(stem));
            let fault = faults.add("W09", Span::whole(source), "no table is read from this sheet");
            fault.hint_if(meant.map(|meant| format!("did you mean `{meant}`?")));
            continue;
        };
        let own = Given::read(grid.into_source(known, sources, faults));
        once(&mut given, schema, own, sources, faults);
    }
    Ok(Some(given))
}

/// A file of Parquet as a source.
#[cfg(feature = "parquet")]
fn columns(path: &Path, name: String, sources: &mut Sources, faults: &mut Faults) -> io::Result<Given> {
    Ok(match cells(path)? {
        Ok(cells) => Given::read(Grid::of(cells).into_source(name, sources, faults)),
        Err(message) => {
            let source = sources.add(name, String::new());
            faults.add("E01", Span::whole(source), message).hint("write it anew, compressed with snappy or not at all");
            Given { source, told: None }
        }
    })
}

/// A file of Parquet, which this build does not read.
#[cfg(not(feature = "parquet"))]
fn columns(_path: &Path, name: String, sources: &mut Sources, faults: &mut Faults) -> io::Result<Given> {
    let source = sources.add(name, String::new());
    faults
        .add("E01", Span::whole(source), "this build reads no Parquet")
        .hint("build with `--features parquet`, or give the table as CSV or as a sheet of tables.xlsx");
    Ok(Given { source, told: None })
}
