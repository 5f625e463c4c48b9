//! `<table>.parquet`: a table as columns of Parquet, with the cargo feature `parquet`.

use std::fs::File;
use std::io;
use std::path::Path;

use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use super::grid::{Cell, Cells, number};

/// The cells of a file, its columns' names as the header; what is wrong with it where it cannot be read.
pub(crate) fn cells(path: &Path) -> io::Result<Result<Cells, String>> {
    let file = File::open(path)?;
    Ok(read(file).map_err(|error| format!("this is no Parquet that can be read: {error}")))
}

fn read(file: File) -> Result<Cells, parquet::errors::ParquetError> {
    let reader = SerializedFileReader::new(file)?;
    let fields = reader.metadata().file_metadata().schema().get_fields();
    let header = fields.iter().enumerate().map(|(column, field)| {
        // A table has a handful of columns.
        ((0, column as u32), Cell::Value(field.name().to_owned()))
    });
    let mut cells: Cells = header.collect();
    for (row, record) in reader.get_row_iter(None)?.enumerate() {
        for (column, (_, field)) in record?.get_column_iter().enumerate() {
            if let Some(cell) = cell(field) {
                cells.push(((row as u32 + 1, column as u32), cell));
            }
        }
    }
    Ok(cells)
}

/// What a field holds, if anything.
fn cell(field: &Field) -> Option<Cell> {
    let text = match field {
        Field::Null => return None,
        Field::Str(text) => text.clone(),
        Field::Float(value) => value.to_string(),
        Field::Double(value) => number(*value),
        Field::Date(days) => date(i64::from(*days)),
        Field::TimestampMillis(millis) => date(millis.div_euclid(86_400_000)),
        Field::TimestampMicros(micros) => date(micros.div_euclid(86_400_000_000)),
        Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) | Field::Bytes(_) => {
            let message = "a field of a table is a text, a number, a truth or a date".to_owned();
            return Some(Cell::Unusable(String::new(), message, "write the column as one of these"));
        }
        other => other.to_string(),
    };
    (!text.trim().is_empty()).then_some(Cell::Value(text))
}

/// The day so many days after 1970-01-01 in the Gregorian calendar, as `2026-01-31`.
///
/// Days are counted in eras of 400 years that begin on 1 March, so that the leap day is the last of its year.
fn date(days: i64) -> String {
    let days = days + 719_468;
    let (era, day_of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_dates_before_and_after_1970_and_in_leap_years() {
        assert_eq!(
            [0, -1, 59, 11_016, 11_017, 20_484].map(date),
            ["1970-01-01", "1969-12-31", "1970-03-01", "2000-02-29", "2000-03-01", "2026-01-31"]
        );
    }
}
