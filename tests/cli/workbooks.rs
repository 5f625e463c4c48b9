//! Tables that are not CSV: sheets of `tables.xlsx`.

use std::path::Path;

use rust_xlsxwriter::{Formula, Workbook};

use crate::room::{Room, figure};

/// Puts the CSV tables of a folder into its workbook; what reads as a number is one there.
fn into_sheets(room: &Room, folder: &str) {
    let mut workbook = Workbook::new();
    for (name, bytes) in room.bytes_of_files(folder) {
        let Some(table) = name.strip_suffix(".csv") else { continue };
        let sheet = workbook.add_worksheet();
        sheet.set_name(table).expect("a table's name is a sheet's");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes.as_slice());
        for (row, record) in reader.records().enumerate() {
            for (column, field) in record.expect("it is CSV").iter().enumerate() {
                let (row, column, field) = (row as u32, column as u16, field.trim());
                match field.parse::<f64>() {
                    _ if field.is_empty() => continue,
                    // Only what reads back to the same number is one: 00017 is an id.
                    Ok(number) if number.is_finite() && (number.to_string() == field || field.contains('.')) => {
                        sheet.write_number(row, column, number).map(drop)
                    }
                    _ if field == "true" => sheet.write_boolean(row, column, true).map(drop),
                    _ => sheet.write_string(row, column, field).map(drop),
                }
                .expect("a sheet has room for it");
            }
        }
        std::fs::remove_file(room.path(&format!("{folder}/{name}"))).expect("the room is ours");
    }
    workbook.save(room.path(&format!("{folder}/tables.xlsx"))).expect("the room is ours");
}

/// A workbook of one sheet with texts, numbers and formulas: what begins with `=` is what a formula came to.
fn sheet(room: &Room, file: &str, name: &str, rows: &[&[&str]]) {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    sheet.set_name(name).expect("it is a name");
    for (row, fields) in rows.iter().enumerate() {
        for (column, field) in fields.iter().enumerate() {
            let (row, column) = (row as u32, column as u16);
            match (field.strip_prefix('='), field.parse::<f64>()) {
                (Some(result), _) => sheet.write_formula(row, column, Formula::new("=A1").set_result(result)),
                (None, Ok(number)) => sheet.write_number(row, column, number),
                (None, Err(_)) => sheet.write_string(row, column, *field),
            }
            .expect("a sheet has room for it");
        }
    }
    workbook.save(room.path(file)).expect("the room is ours");
}

#[test]
fn a_scenario_of_sheets_has_the_hash_and_the_plan_of_the_one_of_csv() {
    let room = Room::with("scenarios/small");
    room.run("solve small --out csv").code(0);
    into_sheets(&room, "small");
    assert!(!room.has("small/regions.csv") && room.has("small/tables.xlsx"));
    room.run("check small").code(0);
    room.run("solve small --out sheets").code(0);
    assert_eq!(room.bytes("csv"), room.bytes("sheets"));
}

#[test]
fn every_table_can_be_a_sheet() {
    let room = Room::new();
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/sound/everything");
    room.copy(&from, "everything");
    let hash = |folder: &str| {
        let loaded = sparenet::scenario::load(&room.path(folder), &[]).expect("it is sound");
        (loaded.scenario.input_hash, loaded.warnings.len())
    };
    let before = hash("everything");
    into_sheets(&room, "everything");
    assert_eq!(hash("everything"), before);
}

#[test]
fn a_sheet_lies_over_csv_and_csv_over_a_sheet() {
    let room = Room::with("scenarios/small");
    let closed = "outlet,status,fixed_cost_per_year\neast,closed,0\n";
    room.write("text/scenario.toml", "extends = \"../small\"\nname = \"closed\"\n");
    room.write("text/outlets.csv", closed);
    let wanted = room.run("solve text --json").code(0).json();
    room.write("over/scenario.toml", "extends = \"../small\"\nname = \"closed\"\n");
    let rows: [&[&str]; 2] = [&["outlet", "status", "fixed_cost_per_year"], &["east", "closed", "0"]];
    sheet(&room, "over/tables.xlsx", "outlets", &rows);
    assert_eq!(room.run("solve over --json").code(0).json()["input_hash"], wanted["input_hash"]);
    into_sheets(&room, "small");
    let told = room.run("solve text --out again --json").code(0).json();
    assert_eq!(told["input_hash"], wanted["input_hash"]);
    assert_eq!(figure(&told, "objective"), figure(&wanted, "objective"));
}

#[test]
fn faults_in_cells_are_told_with_sheet_row_and_column() {
    let room = Room::with("scenarios/small");
    std::fs::remove_file(room.path("small/outlets.csv")).expect("the room is ours");
    // Two blank rows before the header, a blank one within, and a cell that lies where no column is.
    let rows: [&[&str]; 7] = [
        &[],
        &[],
        &["outlet", "x_km", "y_km", "fixed_cost_per_year"],
        &["west, or so", "0", "0", "dear"],
        &[],
        &["middle", "50", "0", "=#REF!"],
        &["east", "100", "0", "1", "", "stray"],
    ];
    sheet(&room, "small/tables.xlsx", "outlets", &rows);
    let told = room.run("check small --json").code(3).json();
    let list = told["diagnostics"].as_array().cloned().unwrap_or_default();
    let place = |code: &str| -> Vec<String> {
        let of = list.iter().filter(|own| own["code"] == code && own["file"] == "tables.xlsx!outlets");
        of.map(|own| format!("{}:{}: {}", own["line"], own["column"], own["message"])).collect()
    };
    assert_eq!(
        place("E04"),
        ["4:4: \"`dear` is not a number (`fixed_cost_per_year`)\"", "6:4: \"the cell says #REF!\""],
        "{told:#}"
    );
    assert_eq!(place("E03"), ["7:1: \"5 fields, but the header names 4\""], "{told:#}");
    let text = room.run("check small").code(3);
    assert!(format!("{}{}", text.out, text.err).contains("--> tables.xlsx!outlets:4:4"), "{text:?}");
}

#[test]
fn a_table_that_is_given_twice_is_a_fault_and_a_sheet_that_is_no_table_a_warning() {
    let room = Room::with("scenarios/small");
    sheet(&room, "small/tables.xlsx", "parts", &[&["part", "unit_cost"], &["pump", "1"]]);
    let told = room.run("check small --json").code(3).json();
    let codes = |told: &serde_json::Value| -> Vec<(String, String)> {
        let list = told["diagnostics"].as_array().cloned().unwrap_or_default();
        let word = |own: &serde_json::Value, key: &str| own[key].as_str().unwrap_or_default().to_owned();
        list.iter().map(|own| (word(own, "code"), word(own, "file"))).collect()
    };
    assert!(codes(&told).contains(&("E26".to_owned(), "parts.csv".to_owned())), "{told:#}");
    sheet(&room, "small/tables.xlsx", "part", &[&["what", "ever"]]);
    let told = room.run("check small --json").code(0).json();
    assert_eq!(codes(&told), [("W09".to_owned(), "tables.xlsx!part".to_owned())], "{told:#}");
    room.write("small/tables.xlsx", "this is no workbook");
    let told = room.run("check small --json").code(3).json();
    assert_eq!(codes(&told), [("E01".to_owned(), "tables.xlsx".to_owned())], "{told:#}");
    std::fs::remove_file(room.path("small/tables.xlsx")).expect("the room is ours");
    room.write("small/table.xlsx", "");
    let told = room.run("check small --json").code(0).json();
    assert_eq!(codes(&told), [("W09".to_owned(), "table.xlsx".to_owned())], "{told:#}");
}

#[test]
fn parquet_is_read_or_refused_by_the_build_and_never_passed_over() {
    let room = Room::with("scenarios/small");
    room.run("solve small --out csv").code(0);
    let told = room.run("export csv --format parquet --out columns");
    if told.code == 2 {
        assert!(told.err.contains("--features parquet"), "{told:?}");
        std::fs::rename(room.path("small/parts.csv"), room.path("small/parts.parquet")).expect("the room is ours");
        let refused = room.run("check small").code(3);
        assert!(format!("{}{}", refused.out, refused.err).contains("this build reads no Parquet"), "{refused:?}");
    } else {
        // A plan's table is no scenario's, but its columns are read and told by their names.
        std::fs::copy(room.path("columns/outlets.parquet"), room.path("small/depots.parquet")).expect("it was written");
        let refused = room.run("check small").code(3);
        assert!(format!("{}{}", refused.out, refused.err).contains("depots.parquet:1:"), "{refused:?}");
    }
}
