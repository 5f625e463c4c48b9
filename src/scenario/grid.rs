//! A table of cells that was not written as text, as the text it would be.
//!
//! From here on it is a table like any other: the same header, the same rules, the same hash. Its lines are the rows of the sheet
//! and its fields the cells, so that a fault is told with the row and the column of the cell.

use super::diagnostic::Faults;
use super::source::{Sources, Span};

/// A cell with something in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Cell {
    /// Its value as it would be written.
    Value(String),
    /// It has no value that could be used: what stands there, what is wrong, and how to mend it.
    Unusable(String, String, &'static str),
}

/// Cells by row and column, both from 0, blank ones left out.
pub(crate) type Cells = Vec<((u32, u32), Cell)>;

/// A text and what is wrong with cells of it, by their place in the text.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Grid {
    text: String,
    faults: Vec<(u32, u32, String, &'static str)>,
}

impl Grid {
    /// The text of cells. The first row with something in it is the header; beyond its last cell a row is told to be too long by
    /// one field, however far away that cell stands.
    pub fn of(mut cells: Cells) -> Self {
        cells.sort_by_key(|(place, _)| *place);
        let mut grid = Self::default();
        let Some(&((first, _), _)) = cells.first() else { return grid };
        let header = cells.iter().take_while(|((row, _), _)| *row == first).map(|((_, column), _)| *column);
        let width = header.max().map_or(0, |column| column + 1);
        let (mut row, mut column, mut last) = (0, 0, None);
        for ((own_row, own_column), cell) in cells {
            if own_row > row {
                grid.end_row(row, first, column, width);
                (row, column, last) = (row + 1, 0, None);
                while row < own_row {
                    grid.text.push('\n');
                    row += 1;
                }
            }
            let own_column = own_column.min(width);
            if last.replace(own_column) == Some(own_column) {
                continue;
            }
            while column < own_column {
                grid.text.push(',');
                column += 1;
            }
            grid.put(cell);
        }
        grid.end_row(row, first, column, width);
        grid
    }

    /// Ends a row with the blank fields that it lacks; a row without any cell stays a blank line.
    fn end_row(&mut self, row: u32, first: u32, column: u32, width: u32) {
        if row >= first && !self.text.is_empty() && !self.text.ends_with('\n') {
            (column + 1..width).for_each(|_| self.text.push(','));
        }
        self.text.push('\n');
    }

    fn put(&mut self, cell: Cell) {
        let start = self.text.len() as u32;
        match cell {
            Cell::Value(value) => self.field(&value),
            Cell::Unusable(shown, message, hint) => {
                self.field(&shown);
                self.faults.push((start, self.text.len() as u32, message, hint));
            }
        }
    }

    /// Writes a field as CSV wants it; a line break within a cell is a blank, as every row is a line.
    fn field(&mut self, value: &str) {
        let value = value.replace("\r\n", " ").replace(['\r', '\n'], " ");
        let value = value.trim();
        if value.contains([',', '"']) {
            self.text.push('"');
            self.text.push_str(&value.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(value);
        }
    }

    /// Takes the text in as a source of that name; E04: every cell has a value that can be used. Where those begin that have none,
    /// is given back.
    pub fn into_source(self, name: String, sources: &mut Sources, faults: &mut Faults) -> (u16, Vec<u32>) {
        let source = sources.add_cells(name, self.text);
        let unusable = self.faults.iter().map(|fault| fault.0).collect();
        for (start, end, message, hint) in self.faults {
            faults.add("E04", Span { source, start, end }, message).hint(hint);
        }
        (source, unusable)
    }
}

/// A number as it is written in a table: the fewest digits that read back to it.
pub(crate) fn number(value: f64) -> String {
    value.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cells(list: &[(u32, u32, &str)]) -> Cells {
        list.iter().map(|&(row, column, text)| ((row, column), Cell::Value(text.to_owned()))).collect()
    }

    #[test]
    fn rows_are_lines_and_cells_are_fields_whatever_is_blank() {
        let text = |list: &[(u32, u32, &str)]| Grid::of(cells(list)).text;
        assert_eq!(text(&[(0, 0, "a"), (0, 1, "b"), (1, 0, "1"), (3, 1, "2")]), "a,b\n1,\n\n,2\n");
        assert_eq!(text(&[(2, 1, "a"), (2, 2, "b"), (3, 1, "x")]), "\n\n,a,b\n,x,\n");
        assert_eq!(text(&[(0, 0, "a"), (1, 0, "x, \"y\"\nz")]), "a\n\"x, \"\"y\"\" z\"\n");
        assert_eq!(text(&[]), "");
    }

    #[test]
    fn a_cell_far_to_the_right_makes_its_row_too_long_and_nothing_else() {
        let grid = Grid::of(cells(&[(0, 0, "a"), (0, 1, "b"), (1, 0, "1"), (1, 16_383, "9"), (1, 16_000, "8")]));
        assert_eq!(grid.text, "a,b\n1,,8\n");
    }
}
