//! Plans in the formats of other programs.

pub mod geojson;
