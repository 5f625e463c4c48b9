//! The names and places of a plan, from its `network.geojson`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::Value;

use super::super::read::{Reader, Unread};
use super::super::write::MAP_FILE;

/// Names and places by id.
#[derive(Debug, Clone, Default)]
pub struct Map {
    /// Of regions.
    pub regions: BTreeMap<String, Mapped>,
    /// Of outlets.
    pub outlets: BTreeMap<String, Mapped>,
    /// Of depots.
    pub depots: BTreeMap<String, Mapped>,
}

/// What a map says of a region or a site.
#[derive(Debug, Clone, PartialEq)]
pub struct Mapped {
    /// Its name.
    pub name: String,
    /// Its country; blank where it has none.
    pub country: String,
    /// Degrees east.
    pub longitude: f64,
    /// Degrees north.
    pub latitude: f64,
    /// Jobs of a region or outlet, units of a depot \[1/year\].
    pub load: f64,
}

/// Reads the map of a plan folder, if there is one.
pub(super) fn read(reader: &mut Reader, folder: &Path) -> Result<Option<Map>, Unread> {
    let path = folder.join(MAP_FILE);
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(&path).map_err(|error| Unread::Unreadable(path.display().to_string(), error))?;
    let features: Value = match serde_json::from_str(&text) {
        Ok(features) => features,
        Err(error) => {
            reader.fault_at(super::json_origin(MAP_FILE, &text, &error), format!("it is not GeoJSON: {error}"));
            return Ok(None);
        }
    };
    let mut map = Map::default();
    for feature in features["features"].as_array().into_iter().flatten() {
        let about = &feature["properties"];
        let (list, id, load) = match about["kind"].as_str() {
            Some("region") => (&mut map.regions, "region", "jobs_per_year"),
            Some("outlet") => (&mut map.outlets, "outlet", "jobs_per_year"),
            Some("depot") => (&mut map.depots, "depot", "units_per_year"),
            _ => continue,
        };
        let place = &feature["geometry"]["coordinates"];
        let (Some(longitude), Some(latitude)) = (place[0].as_f64(), place[1].as_f64()) else { continue };
        let text = |field: &str| about[field].as_str().unwrap_or_default().to_owned();
        let (id, load) = (text(id), about[load].as_f64().unwrap_or_default());
        let name = if about["name"].is_string() { text("name") } else { id.clone() };
        list.insert(id, Mapped { name, country: text("country"), longitude, latitude, load });
    }
    Ok(Some(map))
}
