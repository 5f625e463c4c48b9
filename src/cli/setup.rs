//! `init` and `schema`.

use std::path::Path;

use sparenet::scenario::{schema as description, write_template};

use super::{Exit, note, say};

pub fn init(folder: &Path) -> Exit {
    match write_template(folder) {
        Ok(files) => {
            for file in files {
                say(&format!("{}\n", file.display()));
            }
            note(&format!("now edit the tables, then: sparenet solve {}\n", folder.display()));
            Exit::Ok
        }
        Err(error) => {
            note(&format!("error: cannot write `{}`: {error}\n", folder.display()));
            Exit::FileSystem
        }
    }
}

pub fn schema(json: bool) -> Exit {
    if json {
        say(&format!("{:#}\n", description::schema_json()));
    } else {
        say(&description::schema_text());
    }
    Exit::Ok
}
