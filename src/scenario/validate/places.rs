//! Coordinates: both or none, of the kind that `\[travel\] metric` asks for, and given where a distance must be estimated.

use super::{Reader, asks_for_hours};
use crate::scenario::schema::Table;
use crate::scenario::sheet::Column;
use crate::scenario::source::Cell;
use crate::scenario::{DistanceMetric, Lanes, Place, Scenario, Status, Travel};

/// The two columns of a table that hold its coordinates.
#[derive(Debug)]
pub(crate) struct PlaceColumns<'a> {
    x: Column<'a>,
    y: Column<'a>,
    planar: bool,
    /// The pair that the metric does not use is the one that is filled.
    other_used: bool,
}

impl<'a> PlaceColumns<'a> {
    /// The columns that the metric asks for.
    pub fn of(table: Table, travel: &Travel, reader: &Reader<'a>) -> Self {
        let planar = travel.metric == DistanceMetric::Planar;
        let (globe, plane) = (("longitude", "latitude"), ("x_km", "y_km"));
        let ((x, y), (other, _)) = if planar { (plane, globe) } else { (globe, plane) };
        Self {
            x: reader.column(table, x),
            y: reader.column(table, y),
            planar,
            other_used: reader.column(table, other).is_used(),
        }
    }

    /// E08: the coordinates of a row, both or none. Faulty ones are replaced by some place: they are not missing.
    pub fn read(&self, row: usize, reader: &mut Reader<'_>) -> Option<Place> {
        // A column that is there while the row lacks the field: the row has the wrong shape, which has been told.
        let told = |column: &Column<'_>| column.is_there() && column.cell(row) == Cell::ABSENT;
        let (x_blank, y_blank) = (self.x.text(row).is_empty(), self.y.text(row).is_empty());
        let (x, y) = (reader.number(&self.x, row), reader.number(&self.y, row));
        if x_blank != y_blank && !told(&self.x) && !told(&self.y) {
            let (given, lacking) = if x_blank { (&self.y, &self.x) } else { (&self.x, &self.y) };
            let message = format!("`{}` is given without `{}`", given.schema.name, lacking.schema.name);
            reader.faults.add("E08", given.span(row), message);
        }
        match (x, y) {
            (Some(x), Some(y)) if self.planar => Some(Place { x, y }),
            (Some(longitude), Some(latitude)) => Some(Place::at(latitude, longitude)),
            (None, None) if x_blank && y_blank && !told(&self.x) && !told(&self.y) => None,
            _ => Some(Place::at(0.0, 0.0)),
        }
    }
}

/// E16: a region with demand has coordinates or a lane, a site that may open too, and a lane without hours and distance
/// joins two places if anything asks about hours.
pub(crate) fn all_can_be_reached(scenario: &Scenario, reader: &mut Reader<'_>) {
    if reader.sheet(Table::Lanes).broken {
        return;
    }
    let demanding = scenario.asking();
    let mut region_laned = vec![false; scenario.regions.len()];
    let mut outlet_laned = vec![false; scenario.outlets.len()];
    let mut depot_laned = vec![false; scenario.depots.len()];
    for lane in &scenario.service_lanes {
        region_laned[lane.region.at()] = true;
        outlet_laned[lane.outlet.at()] = true;
    }
    scenario.supply_lanes.iter().for_each(|lane| depot_laned[lane.depot.at()] = true);

    let listed = scenario.travel.lanes == Lanes::Listed;
    for (row, region) in scenario.regions.iter().enumerate() {
        if demanding[row] && !region_laned[row] && (listed || region.place.is_none()) {
            out_of_reach(Table::Regions, "region", row, listed, &scenario.travel, reader);
        }
    }
    // An outlet or depot that reaches nothing is a fault only where the file forgot its coordinates.
    if !listed {
        let outlets = scenario.outlets.iter().map(|site| (site.place.is_some(), site.status)).zip(outlet_laned);
        let depots = scenario.depots.iter().map(|site| (site.place.is_some(), site.status)).zip(depot_laned);
        let unplaced =
            |((placed, status), laned): ((bool, Status), bool)| !placed && !laned && status != Status::Closed;
        let outlets: Vec<bool> = outlets.map(unplaced).collect();
        let depots: Vec<bool> = depots.map(unplaced).collect();
        for (table, what, sites) in [(Table::Outlets, "outlet", outlets), (Table::Depots, "depot", depots)] {
            for row in sites.iter().enumerate().filter(|(_, unplaced)| **unplaced).map(|(row, _)| row) {
                out_of_reach(table, what, row, false, &scenario.travel, reader);
            }
        }
    }
    if asks_for_hours(scenario) {
        lanes_have_hours(scenario, reader);
    }
}

fn out_of_reach(table: Table, what: &str, row: usize, listed: bool, travel: &Travel, reader: &mut Reader<'_>) {
    if reader.sheet(table).unsure {
        return;
    }
    let columns = PlaceColumns::of(table, travel, reader);
    let id = reader.column(table, what).text(row).to_string();
    let span = reader.row(table, row);
    if listed {
        reader
            .faults
            .add("E16", span, format!("no listed lane reaches {what} `{id}`"))
            .hint("with `[travel] lanes = \"listed\"` only the lanes of lanes.csv exist");
        return;
    }
    let (x, y) = (columns.x.schema.name, columns.y.schema.name);
    let hint = match (columns.other_used, columns.planar) {
        (true, false) => "x_km and y_km are used with `[travel] metric = \"planar\"`".to_string(),
        (true, true) => "latitude and longitude are used with `[travel] metric = \"geodesic\"`".to_string(),
        (false, true) => format!("give it {x} and {y}, or list its lanes in lanes.csv"),
        (false, false) => format!("give it {y} and {x}, or list its lanes in lanes.csv"),
    };
    reader.faults.add("E16", span, format!("{what} `{id}` has neither coordinates nor a lane")).hint(hint);
}

fn lanes_have_hours(scenario: &Scenario, reader: &mut Reader<'_>) {
    for lane in scenario.service_lanes.iter().filter(|lane| lane.hours.is_none() && lane.distance.is_none()) {
        let (outlet, region) = (&scenario.outlets[lane.outlet.at()], &scenario.regions[lane.region.at()]);
        if outlet.place.is_some() && region.place.is_some() {
            continue;
        }
        let (from, to) = (reader.column(Table::Lanes, "from"), reader.column(Table::Lanes, "to"));
        let sheet = reader.sheet(Table::Lanes);
        let row = (0..sheet.rows).find(|&row| from.text(row) == outlet.id && to.text(row) == region.id);
        let span = reader.row(Table::Lanes, row.unwrap_or_default());
        let message = format!(
            "the lane `{}` → `{}` has neither hours nor distance, nor coordinates at both ends",
            outlet.id, region.id
        );
        reader.faults.add("E16", span, message).hint("a promise, objective or limit of this scenario asks about hours");
        // One is enough: they come from one omission, and looking the row up is slow.
        return;
    }
}
