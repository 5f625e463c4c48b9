//! A first scenario for a new planner: small, commented, sound.

use std::io;
use std::path::{Path, PathBuf};

/// Writes the template.
pub fn write_template(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let _ = folder;
    Ok(Vec::new())
}
