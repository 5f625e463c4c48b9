//! How a command tells what it found: in words, as an object, or not at all.

use std::path::Path;

use clap::Args;
use serde_json::Value;
use sparenet::plan::write::write_folder;

use super::{Exit, note, say};

#[derive(Debug, Args)]
pub struct Telling {
    /// One JSON object on stdout instead of text
    #[arg(long)]
    pub json: bool,
    /// No progress, no warnings, no text
    #[arg(short, long)]
    pub quiet: bool,
}

impl Telling {
    /// Is nothing but data to be told?
    pub const fn silent(&self) -> bool {
        self.json || self.quiet
    }

    /// Tells it.
    pub fn tell(&self, object: impl FnOnce() -> Value, words: impl FnOnce() -> String) {
        if self.json {
            say(&format!("{:#}\n", object()));
        } else if !self.quiet {
            say(&words());
        }
    }
}

/// Writes the files of an answer into a folder.
///
/// # Errors
/// The exit code of what the file system refused, which is told.
pub fn written(out: &Path, files: &[(String, Vec<u8>)]) -> Result<(), Exit> {
    write_folder(out, files).map_err(|error| {
        note(&format!("error: cannot write `{}`: {error}\n", out.display()));
        Exit::FileSystem
    })
}
