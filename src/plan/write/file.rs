//! One file, or a folder of tables, written whole or not at all.

use std::fs;
use std::io;
use std::path::Path;

/// Writes a file under a name of its own and renames it, so that no reader ever sees half of it; the folders above it
/// are made.
///
/// # Errors
/// What the file system refused; the file that was there before is then untouched.
pub fn write_file(path: &Path, content: &[u8]) -> io::Result<()> {
    if path.is_dir() {
        return Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a folder; name a file"));
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(parent)?;
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let fresh = parent.join(format!(".{name}.{}.new", std::process::id()));
    let written = fs::write(&fresh, content).and_then(|()| fs::rename(&fresh, path));
    if written.is_err() {
        // Whatever was begun is of no use to anyone.
        let _ = fs::remove_file(&fresh);
    }
    written
}

/// Writes files into a folder that appears whole; an older one is replaced if it holds nothing but files of these names.
///
/// # Errors
/// What the file system refused. A folder that holds anything else is not touched.
pub fn write_folder(folder: &Path, files: &[(String, Vec<u8>)]) -> io::Result<()> {
    if folder.exists() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() || files.iter().all(|(name, _)| !path.ends_with(name)) {
                let refusal = format!("it holds something else than an export (`{}`)", path.display());
                return Err(io::Error::new(io::ErrorKind::AlreadyExists, refusal));
            }
        }
    }
    let parent = folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(parent)?;
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let fresh = parent.join(format!(".{name}.{}.new", std::process::id()));
    fs::create_dir(&fresh)?;
    let written = files.iter().try_for_each(|(name, content)| fs::write(fresh.join(name), content));
    let written = written.and_then(|()| {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::rename(&fresh, folder)
    });
    if written.is_err() {
        let _ = fs::remove_dir_all(&fresh);
    }
    written
}
