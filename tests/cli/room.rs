//! A temporary directory in which the binary runs, and what it said.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

/// A directory that goes when the test ends.
pub struct Room(TempDir);

/// What a run of the binary said.
#[derive(Debug)]
pub struct Ran {
    /// Its exit code.
    pub code: i32,
    /// Its stdout.
    pub out: String,
    /// Its stderr.
    pub err: String,
}

impl Ran {
    /// Its stdout, which is one JSON object and nothing else.
    pub fn json(&self) -> Value {
        let value: Value = serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"));
        assert!(value.is_object(), "{self:?}");
        value
    }

    /// It, if it ended with this code.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }
}

impl Room {
    /// An empty room.
    pub fn new() -> Self {
        Self(TempDir::new().expect("there is a place for temporary files"))
    }

    /// A room with a copy of one of the project's folders under its last name.
    pub fn with(folder: &str) -> Self {
        let room = Self::new();
        room.bring(folder);
        room
    }

    /// Copies one of the project's folders, such as `scenarios/small`, under its last name.
    pub fn bring(&self, folder: &str) {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        self.copy(&from, from.file_name().and_then(|name| name.to_str()).expect("a folder has a name"));
    }

    /// Copies the files of a folder.
    pub fn copy(&self, from: &Path, to: &str) {
        fs::create_dir_all(self.path(to)).expect("the room is ours");
        for entry in fs::read_dir(from).expect("the folder is there") {
            let entry = entry.expect("it can be listed");
            if entry.path().is_file() {
                fs::copy(entry.path(), self.path(to).join(entry.file_name())).expect("it can be copied");
            }
        }
    }

    /// A path in the room.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Writes a file, and the folders above it.
    pub fn write(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it lies in the room")).expect("the room is ours");
        fs::write(path, text).expect("the room is ours");
    }

    /// The text of a file.
    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Replaces text that stands in a file once or more.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = self.read(name);
        assert!(text.contains(from), "{name} does not hold `{from}`:\n{text}");
        self.write(name, &text.replace(from, to));
    }

    /// Adds text at the end of a file.
    pub fn append(&self, name: &str, text: &str) {
        self.write(name, &format!("{}\n{text}", self.read(name)));
    }

    /// Is there such a file or folder?
    pub fn has(&self, name: &str) -> bool {
        self.path(name).exists()
    }

    /// Every file of a folder with its bytes.
    pub fn bytes(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.path(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
        let pair = |path: PathBuf| {
            let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
            (name, fs::read(path).expect("it can be read"))
        };
        entries.map(|entry| pair(entry.expect("it can be listed").path())).collect()
    }

    /// Every file of a folder with its bytes, the folders in it left out.
    pub fn bytes_of_files(&self, folder: &str) -> BTreeMap<String, Vec<u8>> {
        let entries = fs::read_dir(self.path(folder)).unwrap_or_else(|error| panic!("{folder}: {error}"));
        let paths = entries.map(|entry| entry.expect("it can be listed").path()).filter(|path| path.is_file());
        let name =
            |path: &PathBuf| path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        paths.map(|path| (name(&path), fs::read(&path).expect("it can be read"))).collect()
    }

    /// Runs the binary in the room with words parted by blanks.
    pub fn run(&self, words: &str) -> Ran {
        self.run_on(words, Path::new(""))
    }

    /// Runs the binary in the room with words parted by blanks, then a path where it is not empty.
    pub fn run_on(&self, words: &str, path: &Path) -> Ran {
        let mut command = assert_cmd::cargo::cargo_bin_cmd!("sparenet");
        command.current_dir(self.0.path()).args(words.split_whitespace());
        if path != Path::new("") {
            command.arg(path);
        }
        let output = command.output().expect("it starts");
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).expect("it speaks UTF-8"),
            err: String::from_utf8(output.stderr).expect("it speaks UTF-8"),
        }
    }

    /// A table's rows by the names of its columns.
    pub fn rows(&self, file: &str) -> Vec<BTreeMap<String, String>> {
        let text = self.read(file);
        let mut lines = text.lines();
        let header: Vec<&str> = lines.next().unwrap_or_default().split(',').collect();
        let row = |line: &str| {
            let fields = line.split(',').map(str::to_owned);
            header.iter().map(|column| (*column).to_owned()).zip(fields).collect()
        };
        lines.map(row).collect()
    }
}

/// The folders in one of the project's folders, in order of name.
pub fn folders(above: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(above)).expect("it is part of the project");
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    folders.retain(|folder| folder.is_dir());
    folders.sort();
    folders
}

/// Says that a test was skipped for want of something.
pub fn skipped(what: &str) {
    let _ = io::Write::write_all(&mut io::stderr(), format!("skipped: {what} is absent\n").as_bytes());
}

/// The folder of published problems and test values beside the project, if it is there; says so if not.
pub fn shared() -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared"));
    if !folder.is_dir() {
        skipped("../shared");
    }
    folder.is_dir().then_some(folder)
}

/// A field of a row as a number.
pub fn number(row: &BTreeMap<String, String>, column: &str) -> f64 {
    row[column].parse().unwrap_or_else(|error| panic!("{column} of {row:?}: {error}"))
}

/// A field of a JSON object as a number.
#[track_caller]
pub fn figure(object: &Value, field: &str) -> f64 {
    object[field].as_f64().unwrap_or_else(|| panic!("no number `{field}` in {object:#}"))
}

/// Are two numbers the same within a share of them?
#[track_caller]
pub fn close(left: f64, right: f64, share: f64) {
    assert!((left - right).abs() <= share * left.abs().max(right.abs()).max(1e-12), "{left} is not {right}");
}

/// An invented network of two countries on a plane of 600 km × 400 km: `regions` towns, an outlet in every tenth, four
/// depots, three parts, split sourcing where asked. Places and rates follow from remainders, so they are the same everywhere.
pub fn invented(room: &Room, name: &str, regions: usize, planning: &str) {
    let country = |x: usize| if x < 300 { "XA" } else { "XB" };
    let place = |number: usize| ((number * 7919 + 13) % 600, (number * 104_729 + 7) % 400);
    let mut tables = ["region,country,x_km,y_km\n", "region,part,units_per_year,repair_hours\n"].map(str::to_owned);
    let mut outlets = "outlet,country,x_km,y_km,fixed_cost_per_year,capacity_jobs_per_year\n".to_owned();
    for number in 0..regions {
        let (x, y) = place(number);
        let _ = writeln!(tables[0], "r{number},{},{x},{y}", country(x));
        for (part, most) in [("pump", 9), ("board", 5), ("seal", 14), ("", 7)] {
            let rate = 1 + (number * 31 + most * 17) % most;
            let _ = writeln!(tables[1], "r{number},{part},{rate},1");
        }
        if number % 10 == 0 {
            let fixed = 9000 + (number * 37) % 4000;
            let _ = writeln!(outlets, "o{number},{},{x},{y},{fixed},600", country(x));
        }
    }
    let depots = "depot,country,x_km,y_km,fixed_cost_per_year,supplier_lead_time_days\n\
                  D1,XA,100,100,20000,20\nD2,XA,250,300,18000,20\nD3,XB,400,150,19000,25\nD4,XB,550,350,15000,25\n";
    let settings = format!(
        "name = \"{name}\"\n[travel]\nmetric = \"planar\"\nmax_hours = 12\ncost_per_km = 0.5\n[planning]\n{planning}\n\
         [[target]]\nmetric = \"fill_rate\"\nat_least = 0.9\n"
    );
    room.write(&format!("{name}/scenario.toml"), &settings);
    room.write(&format!("{name}/countries.csv"), "country,labour_cost_per_hour,customs_days\nXA,20,0\nXB,30,1\n");
    room.write(&format!("{name}/parts.csv"), "part,unit_cost,weight_kg\npump,800,12\nboard,3200,1\nseal,40,0.1\n");
    room.write(&format!("{name}/regions.csv"), &tables[0]);
    room.write(&format!("{name}/demand.csv"), &tables[1]);
    room.write(&format!("{name}/outlets.csv"), &outlets);
    room.write(&format!("{name}/depots.csv"), depots);
}
