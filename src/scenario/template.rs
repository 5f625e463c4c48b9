//! A first scenario for a new planner: small, commented, sound.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const FILES: &[(&str, &str)] = &[
    (
        "scenario.toml",
        r#"# A scenario for sparenet. `sparenet schema` lists every table, column and key.
name = "my-network"
description = "Two lands, five cities: which outlets to open, what to stock in them"
currency = "EUR"

# How an outlet reaches its regions. Distances come from the coordinates.
[travel]
speed_kmh = 70
circuity = 1.3         # road kilometres per kilometre of distance
cost_per_km = 0.40
max_hours = 6          # no job is served from farther away, one way
dispatch_hours = 0.5   # from request to departure

# What stock costs, and what happens when it has run out:
# "backorder": the job waits; "emergency": the part is expressed to the region.
[stocking]
holding_rate_per_year = 0.25
stockout = "backorder"

[planning]
gap = "0.5%"           # the search may end when the plan is proven to be this near to the best

# Promises. `at_least = 0.95` may be written "95%"; a `penalty` makes a promise soft.
[[target]]
metric = "fill_rate"   # share of part demands met at once from the shelf
at_least = "95%"

[[target]]
metric = "coverage"    # share of jobs whose travel time is within the window
within_hours = 4
at_least = "90%"
"#,
    ),
    (
        "regions.csv",
        "region,name,country,latitude,longitude,population\n\
         HH,Hamburg,DE,53.5507,9.9930,1890000\n\
         B,Berlin,DE,52.5244,13.4105,3677000\n\
         M,München,DE,48.1374,11.5755,1512000\n\
         WAW,Warszawa,PL,52.2298,21.0118,1863000\n\
         WRO,Wrocław,PL,51.1000,17.0333,674000\n",
    ),
    (
        "outlets.csv",
        "outlet,name,country,latitude,longitude,status,fixed_cost_per_year,opening_cost,supplier_lead_time_days\n\
         OUT-HH,Hamburg-Altona,DE,53.5503,9.9350,existing,140000,,10\n\
         OUT-B,Berlin-Spandau,DE,52.5353,13.2003,candidate,130000,60000,10\n\
         OUT-M,München-Nord,DE,48.2120,11.5710,candidate,150000,60000,10\n\
         OUT-WAW,Warszawa-Wola,PL,52.2361,20.9547,candidate,70000,40000,14\n\
         OUT-WRO,Wrocław-Psie Pole,PL,51.1429,17.1180,candidate,60000,40000,14\n",
    ),
    (
        "parts.csv",
        "part,name,unit_cost,weight_kg\n\
         board,Control board,180,0.4\n\
         motor,Drive motor,95,3.5\n\
         seal,Door seal,12,0.3\n",
    ),
    (
        "products.csv",
        "product,name,unit_price\n\
         washer,Washing machine,620\n\
         dryer,Tumble dryer,540\n",
    ),
    (
        "installed_base.csv",
        "region,product,units\n\
         HH,washer,9000\nHH,dryer,4000\n\
         B,washer,15000\nB,dryer,5000\n\
         M,washer,8000\nM,dryer,4500\n\
         WAW,washer,12000\nWAW,dryer,1500\n\
         WRO,washer,5000\nWRO,dryer,600\n",
    ),
    (
        "failures.csv",
        "product,part,failures_per_unit_year,repair_hours\n\
         washer,board,0.010,1.0\n\
         washer,motor,0.006,1.5\n\
         washer,seal,0.020,0.5\n\
         washer,,0.050,0.5\n\
         dryer,board,0.012,1.0\n\
         dryer,motor,0.008,1.5\n",
    ),
    (
        "countries.csv",
        "country,labour_cost_per_hour,customs_days,duty_rate,customs_union\n\
         DE,43,0,0,EU\n\
         PL,17,0,0,EU\n",
    ),
];

/// Writes a small commented scenario into a folder, which is made if need be; a file that is there already is an error,
/// and nothing is overwritten. Returns the files in the order of writing.
pub fn write_template(folder: &Path) -> io::Result<Vec<PathBuf>> {
    std::fs::create_dir_all(folder)?;
    if let Some(there) = FILES.iter().map(|(name, _)| folder.join(name)).find(|path| path.exists()) {
        let message = format!("{} is there already", there.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    FILES
        .iter()
        .map(|(name, text)| {
            let path = folder.join(name);
            OpenOptions::new().write(true).create_new(true).open(&path)?.write_all(text.as_bytes())?;
            Ok(path)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::load;

    #[test]
    fn the_template_loads_without_a_warning_and_is_never_written_over_anything() {
        let folder = tempfile::tempdir().expect("a folder for the test");
        let inside = folder.path().join("new");
        let files = write_template(&inside).expect("the folder is empty");
        let loaded = load(&inside, &[]).expect("the template is sound");
        assert!(loaded.warnings.is_empty(), "{}", loaded.warnings.human(false));
        assert_eq!((files.len(), loaded.scenario.regions.len(), loaded.scenario.demands.len()), (8, 5, 30));
        let again = write_template(&inside).expect_err("the files are there");
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
    }
}
