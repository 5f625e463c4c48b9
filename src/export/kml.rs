//! A plan as KML 2.2 (OGC 12-007r2): folders of depots, outlets, lines and regions for a globe.

use quick_xml::events::BytesText;
use quick_xml::writer::Writer;
use std::io;

use super::table::{Cell, Table};
use super::tables::{spots, tables};
use crate::plan::figures::{Figures, Map};

type Xml = Writer<Vec<u8>>;

/// Styles by layer: colour as KML writes it (alpha, blue, green, red), scale of a point, width of a line, seen at first?
const LAYERS: [(&str, &str, &str, f64, bool); 5] = [
    ("depots", "Open depots", "ff1c1ce3", 1.2, true),
    ("outlets", "Open outlets", "ffb87d37", 0.8, true),
    ("replenishment", "Depot to outlet", "b01c1ce3", 1.5, true),
    ("assignments", "Outlet to region", "80b87d37", 1.0, false),
    ("regions", "Regions", "ff4daf4a", 0.4, false),
];

/// The text of a plan's KML.
///
/// # Errors
/// None in practice: the text is written into memory.
pub fn kml(figures: &Figures, map: &Map) -> io::Result<String> {
    let mut xml = Writer::new_with_indent(Vec::new(), b' ', 1);
    let tables = tables(figures);
    let kml = xml.create_element("kml").with_attribute(("xmlns", "http://www.opengis.net/kml/2.2"));
    kml.write_inner_content(|xml| {
        xml.create_element("Document").write_inner_content(|xml| {
            text(xml, "name", &figures.summary.scenario)?;
            text(xml, "description", &headline(figures))?;
            for (layer, _, colour, size, _) in LAYERS {
                style(xml, layer, colour, size)?;
            }
            for (layer, title, _, _, seen) in LAYERS {
                if let Some(table) = tables.iter().find(|table| table.name == layer && !table.rows.is_empty()) {
                    folder(xml, table, title, seen, map)?;
                }
            }
            Ok(())
        })?;
        Ok(())
    })?;
    let text = String::from_utf8(xml.into_inner()).expect("what was written are texts");
    Ok(format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n{text}\n"))
}

fn headline(figures: &Figures) -> String {
    let own = &figures.summary;
    let cost = crate::report::terminal::grouped(own.cost_per_year);
    format!("{} plan, {cost} {} a year", own.status, own.currency)
}

fn text(xml: &mut Xml, element: &str, content: &str) -> io::Result<()> {
    xml.create_element(element).write_text_content(BytesText::new(content))?;
    Ok(())
}

fn style(xml: &mut Xml, layer: &str, colour: &str, size: f64) -> io::Result<()> {
    let lines = ["replenishment", "assignments"].contains(&layer);
    xml.create_element("Style").with_attribute(("id", layer)).write_inner_content(|xml| {
        let (element, measure) = if lines { ("LineStyle", "width") } else { ("IconStyle", "scale") };
        xml.create_element(element).write_inner_content(|xml| {
            text(xml, "color", colour)?;
            text(xml, measure, &size.to_string())
        })?;
        Ok(())
    })?;
    Ok(())
}

fn folder(xml: &mut Xml, table: &Table, title: &str, seen: bool, map: &Map) -> io::Result<()> {
    let open = table.column("open");
    let shown = |row: &&Vec<Cell>| open.is_none_or(|column| row[column] == Cell::Truth(true));
    xml.create_element("Folder").write_inner_content(|xml| {
        text(xml, "name", title)?;
        text(xml, "visibility", if seen { "1" } else { "0" })?;
        for row in table.rows.iter().filter(shown) {
            let points = spots(table.name, row, map);
            if !points.is_empty() {
                placemark(xml, table, row, &points, seen)?;
            }
        }
        Ok(())
    })?;
    Ok(())
}

fn placemark(xml: &mut Xml, table: &Table, row: &[Cell], points: &[[f64; 2]], seen: bool) -> io::Result<()> {
    let name = table.column("name").map(|column| row[column].to_string()).filter(|name| !name.is_empty());
    let line = points.len() > 1;
    let name = name.unwrap_or_else(|| if line { format!("{} – {}", row[0], row[1]) } else { row[0].to_string() });
    xml.create_element("Placemark").write_inner_content(|xml| {
        text(xml, "name", &name)?;
        text(xml, "visibility", if seen { "1" } else { "0" })?;
        text(xml, "styleUrl", &format!("#{}", table.name))?;
        xml.create_element("ExtendedData").write_inner_content(|xml| {
            for (column, cell) in table.columns.iter().zip(row).filter(|(_, cell)| **cell != Cell::Blank) {
                let datum = xml.create_element("Data").with_attribute(("name", column.name.as_str()));
                datum.write_inner_content(|xml| text(xml, "value", &cell.to_string()))?;
            }
            Ok(())
        })?;
        let spots: Vec<String> = points.iter().map(|[x, y]| format!("{x},{y}")).collect();
        let geometry = xml.create_element(if line { "LineString" } else { "Point" });
        geometry.write_inner_content(|xml| text(xml, "coordinates", &spots.join(" ")))?;
        Ok(())
    })?;
    Ok(())
}
