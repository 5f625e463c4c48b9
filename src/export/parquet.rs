//! A table as Parquet: one row group, one column chunk a column, blank cells as nulls.

use std::sync::Arc;

use parquet::basic::{LogicalType, Repetition, Type as Physical};
use parquet::column::writer::ColumnWriter;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use super::table::{Cell, Column, Kind, Table};

/// The bytes of a table.
///
/// # Errors
/// What the writer refused.
pub fn parquet(table: &Table) -> Result<Vec<u8>> {
    let fields = table.columns.iter().map(|column| field(column).map(Arc::new)).collect::<Result<Vec<_>>>()?;
    let schema = Type::group_type_builder(table.name).with_fields(fields).build()?;
    let properties = WriterProperties::builder().set_created_by("sparenet".to_owned()).build();
    let mut writer = SerializedFileWriter::new(Vec::new(), Arc::new(schema), Arc::new(properties))?;
    let mut group = writer.next_row_group()?;
    for number in 0..table.columns.len() {
        let mut column = group
            .next_column()?
            .ok_or_else(|| ParquetError::General("the schema has fewer columns than the table".to_owned()))?;
        let cells: Vec<&Cell> = table.rows.iter().map(|row| &row[number]).collect();
        let given: Vec<i16> = cells.iter().map(|cell| i16::from(**cell != Cell::Blank)).collect();
        let given = Some(given.as_slice());
        match column.untyped() {
            ColumnWriter::ByteArrayColumnWriter(to) => {
                let text = |cell: &&Cell| (**cell != Cell::Blank).then(|| ByteArray::from(cell.to_string().as_str()));
                to.write_batch(&cells.iter().filter_map(text).collect::<Vec<_>>(), given, None)?;
            }
            ColumnWriter::BoolColumnWriter(to) => {
                let truth = |cell: &&Cell| if let Cell::Truth(truth) = cell { Some(*truth) } else { None };
                to.write_batch(&cells.iter().filter_map(truth).collect::<Vec<_>>(), given, None)?;
            }
            ColumnWriter::Int64ColumnWriter(to) => {
                let whole = |cell: &&Cell| if let Cell::Whole(whole) = cell { Some(*whole) } else { None };
                to.write_batch(&cells.iter().filter_map(whole).collect::<Vec<_>>(), given, None)?;
            }
            ColumnWriter::DoubleColumnWriter(to) => {
                let number = |cell: &&Cell| if let Cell::Number(number) = cell { Some(*number) } else { None };
                to.write_batch(&cells.iter().filter_map(number).collect::<Vec<_>>(), given, None)?;
            }
            _ => return Err(ParquetError::General("a column is of a kind that was not asked for".to_owned())),
        }
        column.close()?;
    }
    group.close()?;
    writer.into_inner()
}

fn field(column: &Column) -> Result<Type> {
    let (physical, logical) = match column.kind {
        Kind::Text => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Kind::Truth => (Physical::BOOLEAN, None),
        Kind::Whole => (Physical::INT64, None),
        Kind::Money | Kind::Share | Kind::Measure | Kind::Degrees => (Physical::DOUBLE, None),
    };
    Type::primitive_type_builder(&column.name, physical)
        .with_repetition(Repetition::OPTIONAL)
        .with_logical_type(logical)
        .build()
}
