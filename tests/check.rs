//! Faulty folders give exactly the diagnostics that stand beside them: code, place, text, message and hint.
//!
//! `BLESS=1 cargo test --test check` writes what the loader says now; the difference is then reviewed.

use std::path::{Path, PathBuf};

use sparenet::scenario::{Refused, load};

fn faults() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/faults");
    let entries = std::fs::read_dir(root).expect("the folder of faults is part of the project");
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    folders.sort();
    folders
}

fn diagnosed(folder: &Path) -> String {
    match load(folder, &[]) {
        Ok(loaded) => loaded.warnings.human(false),
        Err(Refused::Invalid(diagnostics)) => diagnostics.human(false),
        Err(Refused::Unreadable { path, error }) => panic!("{}: {error}", path.display()),
    }
}

#[test]
fn every_fault_is_told_with_its_place_and_a_way_to_mend_it() {
    let bless = std::env::var_os("BLESS").is_some();
    let mut wrong = Vec::new();
    for folder in faults() {
        let (told, expected) = (diagnosed(&folder), folder.join("expected.txt"));
        if bless {
            std::fs::write(&expected, &told).expect("it can be written");
        } else if std::fs::read_to_string(&expected).unwrap_or_default() != told {
            wrong.push(format!("{}:\n{told}", folder.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_code_that_is_told_is_a_rule() {
    for folder in faults() {
        let told = diagnosed(&folder);
        for code in told.lines().filter_map(|line| line.strip_prefix("error[").or(line.strip_prefix("warning["))) {
            assert!(sparenet::scenario::RULES.iter().any(|(rule, _)| code.starts_with(rule)), "{code}");
        }
    }
}

#[test]
fn there_are_faults_of_every_rule() {
    let told: String = faults().iter().map(|folder| diagnosed(folder)).collect();
    // The rules of plans, of networks and of sweeps are told by other rooms than the loader; a workbook is no text.
    let elsewhere = ["E20", "E21", "E22", "E23", "E24", "E25", "E26", "W11", "W12"];
    let rules = sparenet::scenario::RULES.iter().filter(|(code, _)| !elsewhere.contains(code));
    let silent: Vec<_> = rules.filter(|(code, _)| !told.contains(&format!("[{code}]"))).collect();
    assert!(silent.is_empty(), "no folder breaks {silent:?}");
}
