//! A plan as one GeoPackage (OGC 12-128r18): layers of regions, outlets, depots and lines, and the other tables beside them.
//!
//! A GeoPackage is an SQLite database with a number in its header (`application_id` "GPKG"), tables that describe its tables,
//! and geometries as blobs: (blob) "GP", version 0, flags 1 (little-endian, no envelope), the reference system 4326, then
//! well-known binary. It names the time of each table's last change; ours is always the same, so that the same plan gives
//! the same bytes.

use rusqlite::types::Value;
use rusqlite::{Connection, params, params_from_iter};

use super::table::{Cell, Kind, Table};
use super::tables::{spots, tables};
use crate::plan::figures::{Figures, Map};

/// "GPKG" as a number, as the standard wants it in the header.
const APPLICATION: i32 = 0x4750_4B47;

/// Version 1.3.0 of the standard.
const VERSION: i32 = 10300;

/// Longitude and latitude on WGS 84.
const WGS_84: i32 = 4326;

/// A last change that no clock told.
const CHANGED: &str = "1980-01-01T00:00:00.000Z";

const DEFINITION: &str = "GEOGCS[\"WGS 84\",DATUM[\"WGS_1984\",SPHEROID[\"WGS 84\",6378137,298.257223563,\
                          AUTHORITY[\"EPSG\",\"7030\"]],AUTHORITY[\"EPSG\",\"6326\"]],PRIMEM[\"Greenwich\",0,\
                          AUTHORITY[\"EPSG\",\"8901\"]],UNIT[\"degree\",0.0174532925199433,\
                          AUTHORITY[\"EPSG\",\"9122\"]],AUTHORITY[\"EPSG\",\"4326\"]]";

const DESCRIPTIONS: &str = "
    CREATE TABLE gpkg_spatial_ref_sys (srs_name TEXT NOT NULL, srs_id INTEGER NOT NULL PRIMARY KEY,
        organization TEXT NOT NULL, organization_coordsys_id INTEGER NOT NULL, definition TEXT NOT NULL,
        description TEXT);
    CREATE TABLE gpkg_contents (table_name TEXT NOT NULL PRIMARY KEY, data_type TEXT NOT NULL, identifier TEXT UNIQUE,
        description TEXT DEFAULT '', last_change DATETIME NOT NULL, min_x DOUBLE, min_y DOUBLE, max_x DOUBLE,
        max_y DOUBLE, srs_id INTEGER, CONSTRAINT fk_gc_r_srs_id FOREIGN KEY (srs_id)
        REFERENCES gpkg_spatial_ref_sys(srs_id));
    CREATE TABLE gpkg_geometry_columns (table_name TEXT NOT NULL, column_name TEXT NOT NULL,
        geometry_type_name TEXT NOT NULL, srs_id INTEGER NOT NULL, z TINYINT NOT NULL, m TINYINT NOT NULL,
        CONSTRAINT pk_geom_cols PRIMARY KEY (table_name, column_name), CONSTRAINT uk_gc_table_name UNIQUE (table_name),
        CONSTRAINT fk_gc_tn FOREIGN KEY (table_name) REFERENCES gpkg_contents(table_name),
        CONSTRAINT fk_gc_srs FOREIGN KEY (srs_id) REFERENCES gpkg_spatial_ref_sys(srs_id));";

/// A GeoPackage of a plan; without a map its tables alone.
///
/// # Errors
/// What SQLite refused, such as memory for a very large plan.
pub fn geopackage(figures: &Figures) -> rusqlite::Result<Vec<u8>> {
    let base = Connection::open_in_memory()?;
    base.pragma_update(None, "application_id", APPLICATION)?;
    base.pragma_update(None, "user_version", VERSION)?;
    base.execute_batch("BEGIN")?;
    base.execute_batch(DESCRIPTIONS)?;
    let systems = [
        ("Undefined cartesian SRS", -1, "NONE", "undefined"),
        ("Undefined geographic SRS", 0, "NONE", "undefined"),
        ("WGS 84 geodetic", WGS_84, "EPSG", DEFINITION),
    ];
    for (name, id, organisation, definition) in systems {
        base.execute(
            "INSERT INTO gpkg_spatial_ref_sys VALUES (?1, ?2, ?3, ?2, ?4, NULL)",
            params![name, id, organisation, definition],
        )?;
    }
    for table in tables(figures).iter().filter(|table| !table.rows.is_empty()) {
        insert(&base, table, figures.map.as_ref().and_then(|map| Geometries::of(table, map)))?;
    }
    base.execute_batch("COMMIT")?;
    Ok(base.serialize("main")?.to_vec())
}

/// The geometries of a layer's rows.
struct Geometries {
    kind: &'static str,
    /// Row by row; a row whose places are not known has none.
    points: Vec<Vec<[f64; 2]>>,
}

impl Geometries {
    /// What a map draws of a table, if anything.
    fn of(table: &Table, map: &Map) -> Option<Self> {
        let kind = match table.name {
            "regions" | "outlets" | "depots" => "POINT",
            "assignments" | "replenishment" => "LINESTRING",
            _ => return None,
        };
        let points = table.rows.iter().map(|row| spots(table.name, row, map)).collect();
        Some(Self { kind, points })
    }

    /// West, south, east, north.
    fn bounds(&self) -> [f64; 4] {
        let none = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
        let widen =
            |box_: [f64; 4], &[x, y]: &[f64; 2]| [box_[0].min(x), box_[1].min(y), box_[2].max(x), box_[3].max(y)];
        self.points.iter().flatten().fold(none, widen)
    }

    /// (blob) of a row.
    fn blob(&self, row: usize) -> Option<Vec<u8>> {
        let points = &self.points[row];
        let mut blob = vec![b'G', b'P', 0, 1];
        blob.extend(WGS_84.to_le_bytes());
        blob.push(1);
        if self.kind == "POINT" {
            blob.extend(1_u32.to_le_bytes());
        } else {
            blob.extend(2_u32.to_le_bytes());
            blob.extend((points.len() as u32).to_le_bytes());
        }
        for [x, y] in points {
            blob.extend(x.to_le_bytes());
            blob.extend(y.to_le_bytes());
        }
        (!points.is_empty()).then_some(blob)
    }
}

fn insert(base: &Connection, table: &Table, geometries: Option<Geometries>) -> rusqlite::Result<()> {
    // Names of tables and columns are ours, never a user's; they are quoted because `open` may mean something to SQL.
    let columns: Vec<String> =
        table.columns.iter().map(|column| format!(", \"{}\" {}", column.name, sql(column.kind))).collect();
    let geometry = geometries.as_ref().map_or(String::new(), |own| format!(", geometry {}", own.kind));
    base.execute_batch(&format!(
        "CREATE TABLE \"{}\" (fid INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL{geometry}{})",
        table.name,
        columns.concat()
    ))?;
    let data_type = if geometries.is_some() { "features" } else { "attributes" };
    let bounds = geometries.as_ref().map(Geometries::bounds).filter(|bounds| bounds[0].is_finite());
    let bound = |side: usize| bounds.map(|bounds| bounds[side]);
    base.execute(
        "INSERT INTO gpkg_contents VALUES (?1, ?2, ?1, '', ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            table.name,
            data_type,
            CHANGED,
            bound(0),
            bound(1),
            bound(2),
            bound(3),
            geometries.as_ref().map(|_| WGS_84)
        ],
    )?;
    if let Some(own) = &geometries {
        base.execute(
            "INSERT INTO gpkg_geometry_columns VALUES (?1, 'geometry', ?2, ?3, 0, 0)",
            params![table.name, own.kind, WGS_84],
        )?;
    }
    let places = table.columns.len() + usize::from(geometries.is_some());
    let marks = vec!["?"; places].join(",");
    let mut statement = base.prepare(&format!("INSERT INTO \"{}\" VALUES (NULL, {marks})", table.name))?;
    for (number, row) in table.rows.iter().enumerate() {
        let blob = geometries.as_ref().map(|own| own.blob(number).map_or(Value::Null, Value::Blob));
        let cells = row.iter().map(|cell| match cell {
            Cell::Blank => Value::Null,
            Cell::Text(text) => Value::Text(text.clone()),
            Cell::Truth(truth) => Value::Integer(i64::from(*truth)),
            Cell::Whole(whole) => Value::Integer(*whole),
            Cell::Number(number) => Value::Real(*number),
        });
        statement.execute(params_from_iter(blob.into_iter().chain(cells)))?;
    }
    Ok(())
}

/// The standard's type of a column.
fn sql(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "TEXT",
        Kind::Truth => "BOOLEAN",
        Kind::Whole => "INTEGER",
        Kind::Money | Kind::Share | Kind::Measure | Kind::Degrees => "DOUBLE",
    }
}
