//! A course that was given: `outlets_by_year.csv` of a roll-out's folder.

use std::collections::HashMap;
use std::path::Path;

use super::write::COURSE_FILE;
use super::{Course, Ground};
use crate::scenario::Scenario;

/// Why a course could not be read: each fault with its line.
#[derive(Debug, thiserror::Error)]
#[error("{}", .0.join("\n"))]
pub struct Unread(pub Vec<String>);

/// A row of the course.
#[derive(Debug, serde::Deserialize)]
struct Row {
    region: String,
    year: u32,
    outlets: u32,
}

/// Reads the course in a folder; a region keeps its outlets in a year that the file does not name.
///
/// # Errors
/// All faults of the file at once.
pub fn read(folder: &Path, scenario: &Scenario, ground: &Ground) -> Result<Course, Unread> {
    let path = folder.join(COURSE_FILE);
    let file = csv::Reader::from_path(&path);
    let mut file = file.map_err(|error| Unread(vec![format!("{}: {error}", path.display())]))?;
    let number = |(number, area): (usize, &super::Area)| (scenario.regions[area.region.at()].id.as_str(), number);
    let numbers: HashMap<&str, usize> = ground.areas.iter().enumerate().map(number).collect();
    let mut given: Vec<Vec<Option<u32>>> = vec![vec![None; ground.years]; ground.areas.len()];
    let mut faults = Vec::new();
    for (row, found) in file.deserialize::<Row>().enumerate() {
        let place = format!("{}:{}", path.display(), row + 2);
        let row = match found {
            Ok(row) => row,
            Err(error) => {
                faults.push(format!("{place}: {error}"));
                continue;
            }
        };
        let year =
            row.year.checked_sub(ground.first_year).map(|year| year as usize).filter(|year| *year < ground.decided);
        match (numbers.get(row.region.as_str()), year) {
            (Some(area), Some(year)) if given[*area][year].is_none() => given[*area][year] = Some(row.outlets),
            (Some(_), Some(_)) => faults.push(format!("{place}: `{}` stands twice for {}", row.region, row.year)),
            (None, _) => faults.push(format!("{place}: no market has the region `{}`", row.region)),
            (_, None) => faults.push(format!("{place}: {} is no year of the roll-out", row.year)),
        }
    }
    if !faults.is_empty() {
        return Err(Unread(faults));
    }
    let kept = |(area, given): (&super::Area, Vec<Option<u32>>)| {
        let mut last = area.today;
        let year = |outlets: Option<u32>| {
            last = outlets.unwrap_or(last);
            last
        };
        given.into_iter().map(year).collect()
    };
    Ok(ground.areas.iter().zip(given).map(kept).collect())
}
