//! Plans in the formats of other programs.

pub mod csv;
pub mod geojson;
pub mod geopackage;
pub mod kml;
pub mod markdown;
pub mod min_max;
#[cfg(feature = "parquet")]
pub mod parquet;
pub mod table;
pub mod tables;
pub mod xlsx;

use crate::plan::figures::Figures;

/// A format that plans are exported in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A folder of tables as CSV.
    Csv,
    /// A workbook with a sheet a table.
    Xlsx,
    /// A feature collection of regions, sites and lines.
    GeoJson,
    /// The same for a globe.
    Kml,
    /// The same with all tables in one database.
    GeoPackage,
    /// One page of text.
    Markdown,
    /// The shelves in the min/max language of an ERP.
    Erp,
    /// A folder of tables as Parquet.
    #[cfg(feature = "parquet")]
    Parquet,
}

/// What an export is made of.
#[derive(Debug)]
pub enum Exported {
    /// One text.
    Text(String),
    /// One file of bytes.
    Bytes(Vec<u8>),
    /// A folder of files: names and contents.
    Folder(Vec<(String, Vec<u8>)>),
}

/// Why a plan cannot be exported.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// A map format asks for longitudes and latitudes.
    #[error("the plan has no network.geojson: on a plane there are no longitudes and latitudes")]
    NoMap,
    /// The workbook cannot be made.
    #[error(transparent)]
    Workbook(#[from] xlsx::Unwritable),
    /// The database cannot be made.
    #[error(transparent)]
    Database(#[from] rusqlite::Error),
    /// The text cannot be made.
    #[error(transparent)]
    Text(#[from] std::io::Error),
    /// The columns cannot be made.
    #[cfg(feature = "parquet")]
    #[error(transparent)]
    Columns(#[from] ::parquet::errors::ParquetError),
}

/// A plan in a format.
///
/// # Errors
/// [`Failure`] where the plan has no map and the format is one, or a table is too long for it.
pub fn export(figures: &Figures, format: Format) -> Result<Exported, Failure> {
    let map = || figures.map.as_ref().ok_or(Failure::NoMap);
    let folder = |ending: &str, content: &dyn Fn(&table::Table) -> Result<Vec<u8>, Failure>| {
        let tables = tables::tables(figures);
        let files = tables.iter().map(|table| Ok((format!("{}.{ending}", table.name), content(table)?)));
        files.collect::<Result<Vec<_>, Failure>>().map(Exported::Folder)
    };
    Ok(match format {
        Format::Csv => folder("csv", &|table| Ok(csv::csv(table).into_bytes()))?,
        Format::Xlsx => Exported::Bytes(xlsx::xlsx(figures)?),
        Format::GeoJson => Exported::Text(geojson::layers(figures, map()?)),
        Format::Kml => Exported::Text(kml::kml(figures, map()?)?),
        Format::GeoPackage => Exported::Bytes(geopackage::geopackage(figures)?),
        Format::Markdown => Exported::Text(markdown::markdown(figures)),
        Format::Erp => Exported::Text(csv::csv(&min_max::min_max(figures))),
        #[cfg(feature = "parquet")]
        Format::Parquet => folder("parquet", &|table| Ok(parquet::parquet(table)?))?,
    })
}
