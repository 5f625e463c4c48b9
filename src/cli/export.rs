//! `export`: plan folders in the formats of other programs.

use std::io::{self, Write};
use std::path::{Path, PathBuf};

use clap::Args;
use sparenet::export::{Exported, Failure, Format, export as make};
use sparenet::plan::figures::figures;
use sparenet::plan::write::{write_file, write_folder};

use super::judge::unread_exit;
use super::{Exit, note, say};

#[derive(Debug, Args)]
pub struct ExportArguments {
    /// Plan folders; no scenario is needed
    #[arg(required = true, value_name = "PLAN_DIR")]
    pub plans: Vec<PathBuf>,
    /// What is written [default: told by the ending of --out]
    #[arg(long, value_enum, value_name = "FORMAT")]
    pub format: Option<Named>,
    /// The file, or the folder for csv and parquet; `-` is stdout; of several plans the folder above
    /// [default: in the plan's folder: csv/, plan.xlsx, plan.geojson, plan.kml, plan.gpkg, plan.md, min_max.csv, parquet/]
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
}

/// The formats by their names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Named {
    /// A folder of tables: names and places beside the ids
    Csv,
    /// A workbook, a sheet a table
    Xlsx,
    /// Regions, sites and lines with all their figures
    Geojson,
    /// The same for a globe
    Kml,
    /// The same and all tables as a GeoPackage
    Gpkg,
    /// One page that sums the plan up
    Markdown,
    /// The shelves in the min/max language of an ERP
    Erp,
    /// A folder of tables (needs a build with the feature `parquet`)
    Parquet,
}

impl Named {
    /// The file or folder that it is written to where none is named.
    fn file(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Xlsx => "plan.xlsx",
            Self::Geojson => "plan.geojson",
            Self::Kml => "plan.kml",
            Self::Gpkg => "plan.gpkg",
            Self::Markdown => "plan.md",
            Self::Erp => "min_max.csv",
            Self::Parquet => "parquet",
        }
    }

    /// The format of a file's ending.
    fn of(out: &Path) -> Option<Self> {
        Some(match out.extension()?.to_str()? {
            "xlsx" => Self::Xlsx,
            "geojson" | "json" => Self::Geojson,
            "kml" => Self::Kml,
            "gpkg" => Self::Gpkg,
            "md" | "markdown" => Self::Markdown,
            _ => return None,
        })
    }

    fn format(self) -> Option<Format> {
        Some(match self {
            Self::Csv => Format::Csv,
            Self::Xlsx => Format::Xlsx,
            Self::Geojson => Format::GeoJson,
            Self::Kml => Format::Kml,
            Self::Gpkg => Format::GeoPackage,
            Self::Markdown => Format::Markdown,
            Self::Erp => Format::Erp,
            #[cfg(feature = "parquet")]
            Self::Parquet => Format::Parquet,
            #[cfg(not(feature = "parquet"))]
            Self::Parquet => return None,
        })
    }
}

pub fn export(arguments: &ExportArguments) -> Exit {
    let named = arguments.format.or_else(|| arguments.out.as_deref().and_then(Named::of));
    let Some(named) = named else {
        note("error: say `--format`, or an `--out` whose ending tells it\n");
        return Exit::Usage;
    };
    let Some(format) = named.format() else {
        note("error: this build writes no Parquet; build with `--features parquet`\n");
        return Exit::Usage;
    };
    if arguments.out.as_deref() == Some(Path::new("-")) && arguments.plans.len() > 1 {
        note("error: `--out -` takes one plan\n");
        return Exit::Usage;
    }
    let exits = arguments.plans.iter().map(|plan| export_one(plan, arguments, named, format));
    exits.max().unwrap_or(Exit::Ok)
}

fn export_one(plan: &Path, arguments: &ExportArguments, named: Named, format: Format) -> Exit {
    let figures = match figures(plan) {
        Ok(figures) => figures,
        Err(unread) => return unread_exit(&unread),
    };
    let exported = match make(&figures, format) {
        Ok(exported) => exported,
        Err(failure) => {
            note(&format!("error: cannot export `{}`: {failure}\n", plan.display()));
            return if matches!(failure, Failure::NoMap) { Exit::Invalid } else { Exit::Internal };
        }
    };
    let out = match &arguments.out {
        Some(out) if out == Path::new("-") => return stream(exported),
        Some(out) if arguments.plans.len() > 1 => out.join(of_several(&figures.name, named)),
        Some(out) => out.clone(),
        None => plan.join(named.file()),
    };
    let written = match &exported {
        Exported::Text(text) => write_file(&out, text.as_bytes()),
        Exported::Bytes(bytes) => write_file(&out, bytes),
        Exported::Folder(files) => write_folder(&out, files),
    };
    match written {
        Ok(()) => {
            say(&format!("{}\n", out.display()));
            Exit::Ok
        }
        Err(error) => {
            note(&format!("error: cannot write `{}`: {error}\n", out.display()));
            Exit::FileSystem
        }
    }
}

/// The file or folder of one plan among several: its name with the format's ending.
fn of_several(plan: &str, named: Named) -> PathBuf {
    match Path::new(named.file()).extension() {
        // The plan's name may hold a dot of its own, so the ending is added and not put in the place of another.
        Some(ending) => PathBuf::from(format!("{plan}.{}", ending.to_string_lossy())),
        None => PathBuf::from(plan),
    }
}

/// Writes to stdout, which takes one file.
fn stream(exported: Exported) -> Exit {
    match exported {
        Exported::Text(text) => say(&text),
        Exported::Bytes(bytes) => {
            // A reader that has gone away is no error.
            let _ = io::stdout().write_all(&bytes);
        }
        Exported::Folder(_) => {
            note("error: a folder of tables does not go to stdout; name a folder with `--out`\n");
            return Exit::Usage;
        }
    }
    Exit::Ok
}
