//! A plan as one workbook: a sheet that sums it up and one a table, ready to filter.
//!
//! A workbook names the day it was made; ours always names the same one, so that the same plan gives the same bytes.

use rust_xlsxwriter::{Color, DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::table::{Cell, Kind, Table};
use super::tables::tables;
use crate::cost::Component;
use crate::plan::figures::Figures;

/// Rows and columns of a sheet are limited by the file format \[rows\].
const MOST_ROWS: usize = 1_048_575;

/// Columns are never narrower or wider than this \[characters\].
const WIDTHS: (f64, f64) = (8.0, 44.0);

/// The rows from which a column's width is taken: the first tell enough of the others.
const MEASURED_ROWS: usize = 400;

/// Why there is no workbook.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    /// A table is longer than a sheet.
    #[error("the table `{0}` has {1} rows and a sheet at most {MOST_ROWS}; export it as csv")]
    TooLong(&'static str, usize),
    /// The writer of workbooks refused.
    #[error(transparent)]
    Refused(#[from] XlsxError),
}

/// A workbook of a plan.
///
/// # Errors
/// [`Unwritable`] where a table is longer than a sheet.
pub fn xlsx(figures: &Figures) -> Result<Vec<u8>, Unwritable> {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_ymd(1980, 1, 1)?;
    let title = format!("Plan of {}", figures.summary.scenario);
    workbook.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&made));
    summary(workbook.add_worksheet(), figures)?;
    for table in tables(figures) {
        if table.rows.len() > MOST_ROWS {
            return Err(Unwritable::TooLong(table.name, table.rows.len()));
        }
        if !table.rows.is_empty() {
            sheet(workbook.add_worksheet(), &table)?;
        }
    }
    Ok(workbook.save_to_buffer()?)
}

fn header() -> Format {
    Format::new().set_bold().set_background_color(Color::RGB(0x1F_4E_79)).set_font_color(Color::White)
}

/// How the cells of a column are shown.
fn format(kind: Kind) -> Format {
    Format::new().set_num_format(match kind {
        Kind::Text | Kind::Truth => "General",
        Kind::Whole => "#,##0",
        Kind::Money => "#,##0",
        Kind::Share => "0.0%",
        Kind::Measure => "#,##0.00",
        Kind::Degrees => "0.0000",
    })
}

/// What stands in a cell, in characters.
fn shown(cell: &Cell, kind: Kind) -> usize {
    match (cell, kind) {
        (Cell::Text(text), _) => text.chars().count(),
        (Cell::Number(number), Kind::Money | Kind::Measure | Kind::Whole) if number.is_finite() => {
            let digits = number.abs().max(1.0).log10().floor() as usize + 1;
            digits + digits / 3 + if kind == Kind::Measure { 3 } else { 0 }
        }
        _ => 7,
    }
}

fn sheet(sheet: &mut Worksheet, table: &Table) -> Result<(), XlsxError> {
    sheet.set_name(table.name)?;
    let bold = header();
    for (number, column) in table.columns.iter().enumerate() {
        // A table has a handful of columns.
        let at = number as u16;
        sheet.write_string_with_format(0, at, &column.name, &bold)?;
        let format = format(column.kind);
        let mut width = column.name.chars().count() + 3;
        for (line, row) in table.rows.iter().enumerate() {
            let line = line as u32 + 1;
            let cell = &row[number];
            if line as usize <= MEASURED_ROWS {
                width = width.max(shown(cell, column.kind) + 1);
            }
            match cell {
                Cell::Blank => continue,
                Cell::Text(text) => sheet.write_string_with_format(line, at, text, &format)?,
                Cell::Truth(truth) => sheet.write_boolean_with_format(line, at, *truth, &format)?,
                Cell::Whole(whole) => sheet.write_number_with_format(line, at, *whole as f64, &format)?,
                // A sheet knows no infinite number.
                Cell::Number(number) if !number.is_finite() => {
                    sheet.write_string_with_format(line, at, number.to_string(), &format)?
                }
                Cell::Number(number) => sheet.write_number_with_format(line, at, *number, &format)?,
            };
        }
        sheet.set_column_width(at, (width as f64).clamp(WIDTHS.0, WIDTHS.1))?;
    }
    sheet.set_freeze_panes(1, 1)?;
    sheet.autofilter(0, 0, table.rows.len() as u32, table.columns.len() as u16 - 1)?;
    sheet.set_landscape().set_repeat_rows(0, 0)?.set_print_fit_to_pages(1, 0);
    Ok(())
}

/// The first sheet: what the plan costs, how close to the best it is, what it keeps.
fn summary(sheet: &mut Worksheet, figures: &Figures) -> Result<(), XlsxError> {
    let own = &figures.summary;
    sheet.set_name("plan")?;
    let bold = header();
    for (column, title) in [(0, "item"), (1, "value"), (2, "unit")] {
        sheet.write_string_with_format(0, column, title, &bold)?;
    }
    let a_year = format!("{} a year", own.currency);
    let open = |sites: &[crate::plan::figures::SiteFigures]| sites.iter().filter(|site| site.open).count() as i64;
    let spent = |component: Component| {
        let of = |site: &crate::plan::figures::CostFigures| (site.component == component).then_some(((), site.amount));
        crate::cost::sums(figures.costs.iter().filter_map(of)).get(&()).copied()
    };
    let mut rows: Vec<(String, Cell, Kind, &str)> = vec![
        ("scenario".into(), own.scenario.as_str().into(), Kind::Text, ""),
        ("status".into(), own.status.as_str().into(), Kind::Text, ""),
        ("cost_per_year".into(), own.cost_per_year.into(), Kind::Money, &a_year),
        ("objective".into(), own.objective.into(), Kind::Measure, ""),
        ("lower_bound".into(), own.lower_bound.into(), Kind::Measure, ""),
        ("gap".into(), own.gap.into(), Kind::Share, ""),
        ("open_outlets".into(), open(&figures.outlets).into(), Kind::Whole, "outlets"),
        ("open_depots".into(), open(&figures.depots).into(), Kind::Whole, "depots"),
    ];
    for component in Component::ALL {
        if let Some(amount) = spent(component) {
            rows.push((component.name().into(), amount.into(), Kind::Money, &a_year));
        }
    }
    let kept = own.promises.iter().filter(|promise| promise.kept).count() as i64;
    rows.push(("promises".into(), (own.promises.len() as i64).into(), Kind::Whole, "promises"));
    rows.push(("promises_kept".into(), kept.into(), Kind::Whole, "promises"));
    rows.push(("version".into(), own.version.as_str().into(), Kind::Text, ""));
    rows.push(("input_hash".into(), own.input_hash.as_str().into(), Kind::Text, ""));
    for (number, (item, cell, kind, unit)) in rows.iter().enumerate() {
        let line = number as u32 + 1;
        sheet.write_string(line, 0, item)?;
        match cell {
            Cell::Text(text) => sheet.write_string(line, 1, text)?,
            Cell::Whole(whole) => sheet.write_number_with_format(line, 1, *whole as f64, &format(*kind))?,
            Cell::Number(number) if *kind == Kind::Share => {
                sheet.write_number_with_format(line, 1, *number, &Format::new().set_num_format("0.000%"))?
            }
            Cell::Number(number) => sheet.write_number_with_format(line, 1, *number, &format(*kind))?,
            Cell::Truth(_) | Cell::Blank => continue,
        };
        sheet.write_string(line, 2, *unit)?;
    }
    sheet.set_column_width(0, 18)?.set_column_width(1, 26)?.set_column_width(2, 14)?;
    sheet.set_freeze_panes(1, 0)?;
    Ok(())
}
