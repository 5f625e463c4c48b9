//! `export`: what other programs get of a plan.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use rusqlite::Connection;

use crate::room::{Room, close, number, skipped};

/// `small`, solved: it lies on a plane.
fn flat() -> Room {
    let room = Room::with("scenarios/small");
    room.run("solve small -q").code(0);
    room
}

/// The template of `init`, solved: it lies on the globe.
fn round() -> Room {
    let room = Room::new();
    room.run("init round").code(0);
    let ran = room.run("solve round -q");
    assert!([0, 5].contains(&ran.code), "{ran:?}");
    room
}

#[test]
fn every_format_of_a_plan_on_the_globe_is_written_into_its_folder_and_twice_the_same() {
    let room = round();
    let files = [
        ("csv", "csv"),
        ("xlsx", "plan.xlsx"),
        ("geojson", "plan.geojson"),
        ("kml", "plan.kml"),
        ("gpkg", "plan.gpkg"),
    ];
    let files = files.into_iter().chain([("markdown", "plan.md"), ("erp", "min_max.csv")]);
    for (format, file) in files {
        let out = room.run(&format!("export plans/round --format {format}")).code(0).out;
        assert_eq!(out.trim_end(), Path::new("plans/round").join(file).display().to_string());
        room.run(&format!("export plans/round --format {format} --out again/{file}")).code(0);
        if format == "csv" {
            assert_eq!(room.bytes("plans/round/csv"), room.bytes("again/csv"));
        }
    }
    let (first, again) = (room.bytes_of_files("plans/round"), room.bytes_of_files("again"));
    assert_eq!(again.len(), 6);
    for (file, bytes) in again {
        assert!(first[&file] == bytes, "{file} differs from run to run");
    }
    room.run("verify round --plan plans/round").code(0);
}

#[test]
fn a_plan_on_a_plane_has_every_format_but_those_of_a_map() {
    let room = flat();
    for format in ["csv", "xlsx", "gpkg", "markdown", "erp"] {
        room.run(&format!("export plans/small --format {format}")).code(0);
    }
    for format in ["geojson", "kml"] {
        let ran = room.run(&format!("export plans/small --format {format}")).code(3);
        assert!(ran.err.contains("plane") && !room.has(&format!("plans/small/plan.{format}")), "{}", ran.err);
    }
}

#[test]
fn the_erp_file_speaks_of_small_s_shelves_as_its_readme_does() {
    let room = flat();
    let ran = room.run("export plans/small --format erp --out -").code(0);
    // One for one: order when the position falls to S − 1, up to S, one unit at a time.
    let expected = "site,part,minimum,maximum,order_quantity,on_demand\n\
                    west,pump,3,4,1,false\nwest,board,1,2,1,false\neast,pump,3,4,1,false\neast,board,1,2,1,false\n";
    assert_eq!(ran.out, expected);
}

#[test]
fn a_part_that_is_not_kept_is_ordered_on_demand_and_a_batch_in_its_size() {
    let room = flat();
    let head = "site,part,base_stock,fill_rate,expected_backorders,holding_cost_per_year,method,minimum,maximum\n";
    // S = 0: an order for every demand. r = 2, Q = 5: up to 7.
    room.write(
        "plans/small/stock.csv",
        &format!("{head}west,pump,0,0,0,0,exact,-1,0\neast,pump,7,0.9,0,0,exact,2,7\n"),
    );
    let out = room.run("export plans/small --format erp --out -").code(0).out;
    assert!(out.contains("\nwest,pump,0,0,1,true\neast,pump,2,7,5,false\n"), "{out}");
}

#[test]
fn the_tables_of_an_export_add_up_to_the_plan() {
    let room = round();
    room.run("export plans/round --format csv").code(0);
    let told: serde_json::Value = serde_json::from_str(&room.read("plans/round/plan.json")).expect("it is JSON");
    let cost = told["cost_per_year"].as_f64().expect("every plan has a cost");
    let countries = room.rows("plans/round/csv/countries.csv");
    assert_eq!(countries[0]["country"], "network");
    close(number(&countries[0], "cost_per_year"), cost, 1e-12);
    close(countries[1..].iter().map(|row| number(row, "cost_per_year")).sum(), cost, 1e-9);
    let open = |row: &&BTreeMap<String, String>| row["open"] == "true";
    let outlets = room.rows("plans/round/csv/outlets.csv");
    assert_eq!(number(&countries[0], "open_outlets"), outlets.iter().filter(open).count() as f64);
    // Coverage of a network is the mean of its regions' by jobs; so is the mean response time.
    let regions = room.rows("plans/round/csv/regions.csv");
    let jobs: f64 = regions.iter().map(|row| number(row, "jobs_per_year")).sum();
    let column = "mean_response_hours";
    let mean = regions.iter().map(|row| number(row, "jobs_per_year") * number(row, column)).sum::<f64>() / jobs;
    close(number(&countries[0], column), mean, 1e-9);
}

#[test]
fn a_country_s_service_is_that_of_its_promise() {
    let room = Room::with("scenarios/small");
    // Two countries: Ashby and Barrow in XA, Corby and Derby in XB.
    room.edit("small/regions.csv", "Corby,XA", "Corby,XB");
    room.edit("small/regions.csv", "Derby,XA", "Derby,XB");
    room.append("small/countries.csv", "XB,20\n");
    room.append("small/scenario.toml", "[[target]]\nmetric = \"fill_rate\"\nscope = \"country\"\nat_least = 0.1\n");
    let told = room.run("solve small --json").code(0).json();
    let rows = room.rows("plans/small/service_by_country.csv");
    for (country, promise) in [("", 0), ("XA", 1), ("XB", 2)] {
        let row = rows.iter().find(|row| row["country"] == country && row["metric"] == "fill_rate");
        let row = row.unwrap_or_else(|| panic!("{country} has no row in {rows:?}"));
        close(number(row, "value"), told["promises"][promise]["computed"].as_f64().expect("it is a number"), 1e-12);
    }
}

#[test]
fn a_geopackage_is_a_database_whose_points_lie_where_its_columns_say() {
    let room = round();
    room.run("export plans/round --out plan.gpkg").code(0);
    let base = Connection::open(room.path("plan.gpkg")).expect("it is a database");
    let one = |sql: &str| base.query_row(sql, [], |row| row.get::<_, i64>(0)).expect("the query is sound");
    assert_eq!(one("PRAGMA application_id"), 0x4750_4B47);
    let whole: String = base.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("it can be checked");
    assert_eq!(whole, "ok");
    assert_eq!(one("SELECT count(*) FROM stock"), room.rows("plans/round/stock.csv").len() as i64);
    let layers = "SELECT count(*) FROM gpkg_contents JOIN gpkg_geometry_columns USING (table_name)";
    assert!(one(layers) >= 3, "regions, outlets and the lines between them are layers");
    let mut points = base.prepare("SELECT geometry, longitude, latitude FROM outlets").expect("the layer is there");
    let mut points = points.query([]).expect("it can be read");
    let mut seen = 0;
    while let Some(row) = points.next().expect("it can be read") {
        let blob: Vec<u8> = row.get(0).expect("a point");
        // "GP", version, flags, the reference system; then byte order, kind and two numbers.
        assert_eq!(
            (&blob[..4], blob[4..8].to_vec(), blob.len()),
            (&b"GP\0\x01"[..], 4326_i32.to_le_bytes().to_vec(), 29)
        );
        let at = |from: usize| f64::from_le_bytes(blob[from..from + 8].try_into().expect("eight bytes"));
        let (x, y): (f64, f64) = (row.get(1).expect("a number"), row.get(2).expect("a number"));
        assert_eq!((at(13), at(21)), (x, y));
        seen += 1;
    }
    assert_eq!(seen, room.rows("round/outlets.csv").len());
}

#[test]
fn names_that_xml_and_csv_must_quote_come_back_whole() {
    let room = Room::new();
    room.run("init round").code(0);
    let header = room.read("round/outlets.csv").lines().next().unwrap_or_default().to_owned();
    assert!(header.starts_with("outlet,name"), "{header}");
    let text = room.read("round/outlets.csv");
    let name = text.lines().nth(1).and_then(|line| line.split(',').nth(1)).unwrap_or_default().to_owned();
    room.write("round/outlets.csv", &text.replacen(&name, "\"A & B, <\"\"C\"\">\"", 1));
    room.run("solve round -q");
    let kml = room.run("export plans/round --format kml --out -").code(0).out;
    let mut reader = quick_xml::Reader::from_str(&kml);
    let mut texts = String::new();
    loop {
        match reader.read_event().expect("it is XML") {
            quick_xml::events::Event::Eof => break,
            quick_xml::events::Event::Text(text) => texts.push_str(&text),
            quick_xml::events::Event::GeneralRef(name) => match &*name {
                "amp" => texts.push('&'),
                "lt" => texts.push('<'),
                "gt" => texts.push('>'),
                "quot" => texts.push('"'),
                "apos" => texts.push('\''),
                other => panic!("an unknown entity {other}"),
            },
            _ => {}
        }
    }
    assert!(texts.contains("A & B, <\"C\">"), "{texts}");
    room.run("export plans/round --format csv").code(0);
    assert!(room.read("plans/round/csv/outlets.csv").contains("\"A & B, <\"\"C\"\">\""));
}

#[test]
fn a_wait_without_end_is_exported_as_what_it_is() {
    let room = flat();
    let rows = room.rows("plans/small/stock.csv");
    room.edit("plans/small/stock.csv", &rows[0]["expected_backorders"], "inf");
    room.edit("plans/small/plan.json", "\"computed\": 0.95475", "\"computed\": null, \"was\": 0.95475");
    for format in ["csv", "xlsx", "gpkg", "markdown", "erp"] {
        room.run(&format!("export plans/small --format {format}")).code(0);
    }
    assert_eq!(room.rows("plans/small/csv/stock.csv")[0]["expected_backorders"], "inf");
}

#[test]
fn figures_that_are_none_are_refused_with_their_places() {
    let room = flat();
    room.edit("plans/small/stock.csv", "west,pump,4,", "west,pump,4,NaN");
    room.edit("plans/small/costs.csv", "travel,west", "journeys,west");
    let ran = room.run("export plans/small --format csv").code(3);
    for told in ["E24", "stock.csv:2:13", "`journeys` is not a component", "costs.csv:3:1"] {
        assert!(ran.err.contains(told), "no {told} in {}", ran.err);
    }
    assert!(!room.has("plans/small/csv"));
    room.write("plans/small/plan.json", "{\n  \"scenario\": ,\n}\n");
    assert!(room.run("export plans/small --format csv").code(3).err.contains("plan.json:2"));
}

#[test]
fn what_cannot_be_asked_or_written_is_said() {
    let room = flat();
    assert!(room.run("export plans/small").code(2).err.contains("--format"));
    assert!(room.run("export nowhere --format csv").code(8).err.contains("nowhere"));
    room.write("busy/letter.txt", "mine");
    room.run("export plans/small --format csv --out busy").code(8);
    assert_eq!(room.read("busy/letter.txt"), "mine");
    room.run("export plans/small --format xlsx --out busy").code(8);
    room.run("export plans/small plans/small --format csv --out -").code(2);
    if !cfg!(feature = "parquet") {
        assert!(room.run("export plans/small --format parquet").code(2).err.contains("--features parquet"));
    }
}

#[test]
fn several_plans_are_exported_side_by_side_under_their_names() {
    let room = flat();
    room.run("solve small -q --out plans/other").code(0);
    room.run("export plans/small plans/other --format xlsx --out books").code(0);
    assert!(room.has("books/small.xlsx") && room.has("books/other.xlsx"));
}

/// An interpreter that has the readers: `SPARENET_PYTHON`, else `python3`.
fn python(modules: &str) -> Option<Command> {
    let name = std::env::var("SPARENET_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has = Command::new(&name).args(["-c", &format!("import {modules}")]).output();
    if !has.is_ok_and(|output| output.status.success()) {
        skipped(&format!("a Python with {modules}"));
        return None;
    }
    Some(Command::new(name))
}

#[track_caller]
fn reads(mut python: Command, room: &Room, script: &str) -> String {
    let output = python.current_dir(room.path("")).args(["-c", script]).output().expect("it starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("it speaks UTF-8")
}

#[test]
fn openpyxl_reads_the_workbook() {
    let Some(python) = python("openpyxl") else { return };
    let room = flat();
    room.run("export plans/small --out plan.xlsx").code(0);
    let script = "import openpyxl\nbook = openpyxl.load_workbook('plan.xlsx')\nsheet = book['stock']\n\
                  print(','.join(book.sheetnames))\n\
                  print(sheet['A1'].font.b, sheet.freeze_panes, sheet.auto_filter.ref)\n\
                  print(sheet['A2'].value, sheet['B2'].value, sheet['C2'].value, sheet['F2'].number_format)\n\
                  print(book['plan']['B4'].value)";
    let said = reads(python, &room, script);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines[0], "plan,countries,regions,outlets,assignments,stock,costs,promises,min_max");
    assert_eq!(lines[1], "True B2 A1:K5");
    assert_eq!(lines[2], "west pump 4 0.0%");
    assert!((lines[3].parse::<f64>().expect("a cost") - 20_000.0).abs() < 1e-6);
}

#[test]
fn geopandas_reads_the_layers() {
    let Some(python) = python("geopandas, pyogrio") else { return };
    let room = round();
    for format in ["gpkg", "kml", "geojson"] {
        room.run(&format!("export plans/round --out plan.{format}")).code(0);
    }
    let script = "import geopandas, pyogrio\n\
                  for file in ['plan.gpkg', 'plan.kml', 'plan.geojson']:\n\
                  \x20   for layer, kind in pyogrio.list_layers(file):\n\
                  \x20       frame = geopandas.read_file(file, layer=layer)\n\
                  \x20       if kind is not None:\n\
                  \x20           assert frame.crs.to_epsg() == 4326, layer\n\
                  \x20           print(file, layer, len(frame))";
    let said = reads(python, &room, script);
    let outlets = room.rows("round/outlets.csv").len();
    let open = room.rows("plans/round/outlets.csv").iter().filter(|row| row["open"] == "true").count();
    assert!(said.contains(&format!("plan.gpkg outlets {outlets}\n")), "{said}");
    assert!(said.contains(&format!("plan.kml Open outlets {open}\n")), "{said}");
    assert!(said.contains("plan.geojson "), "{said}");
}

#[cfg(feature = "parquet")]
#[test]
fn pyarrow_reads_the_columns() {
    let Some(python) = python("pyarrow.parquet") else { return };
    let room = flat();
    room.run("export plans/small --format parquet --out tables").code(0);
    let script = "import pyarrow.parquet as parquet\ntable = parquet.read_table('tables/stock.parquet')\n\
                  print(table.num_rows, table['base_stock'].to_pylist(), table.schema.field('part').type)\n\
                  print(parquet.read_table('tables/costs.parquet')['cost_per_year'].to_pandas().sum())";
    let said = reads(python, &room, script);
    assert!(said.starts_with("4 [4, 2, 4, 2] string\n"), "{said}");
}
