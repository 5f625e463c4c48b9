//! What is varied: factors, and the grid of all their combinations.

use std::collections::BTreeSet;

/// A grid is refused beyond so many runs.
const MOST_RUNS: usize = 100_000;

/// The command line, or a list, varies nothing that could be run.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Misuse(pub String);

/// Names that vary together, and the values they take: one row a combination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Factor {
    /// Keys of `scenario.toml`, or `$name`s of a template without their sign.
    pub names: Vec<String>,
    /// Their values, as written; a blank value of a key leaves the key as the scenario has it.
    pub rows: Vec<Vec<String>>,
}

impl Factor {
    /// A name and its values: `travel.max_hours=2,3,4`.
    ///
    /// # Errors
    /// [`Misuse`] where it is not written so.
    pub fn vary(text: &str) -> Result<Self, Misuse> {
        let misuse = |what: &str| Misuse(format!("`--vary {text}`: {what}, such as travel.max_hours=2,3,4"));
        let (name, values) = text.split_once('=').ok_or_else(|| misuse("write a name and its values"))?;
        let name = name.trim();
        if name.is_empty() {
            return Err(misuse("write a name before its values"));
        }
        let values: Vec<String> = values.split(',').map(|value| value.trim().to_owned()).collect();
        if values.iter().any(String::is_empty) {
            return Err(misuse("write a value between the commas"));
        }
        let distinct: BTreeSet<&String> = values.iter().collect();
        if distinct.len() < values.len() {
            return Err(misuse("write each value once"));
        }
        Ok(Self { names: vec![name.to_owned()], rows: values.into_iter().map(|value| vec![value]).collect() })
    }

    /// The combinations of a table: its header names what varies, every row is one.
    ///
    /// # Errors
    /// [`Misuse`] with file and line where it is no such table.
    pub fn list(file: &str, text: &str) -> Result<Self, Misuse> {
        let text = text.trim_start_matches('\u{feff}');
        let mut reader = csv::ReaderBuilder::new();
        reader.trim(csv::Trim::All).has_headers(false).flexible(true);
        let mut factor = Self { names: Vec::new(), rows: Vec::new() };
        for record in reader.from_reader(text.as_bytes()).records() {
            let record = record.map_err(|error| Misuse(format!("{file}: {error}")))?;
            let offset = record.position().map_or(0, |position| position.byte() as usize).min(text.len());
            // The reader's offset may stand before line ends that belong to no record.
            let skipped = text[offset..].len() - text[offset..].trim_start_matches(['\r', '\n']).len();
            let line = text[..offset + skipped].matches('\n').count() + 1;
            let fields: Vec<String> = record.iter().map(str::to_owned).collect();
            if factor.names.is_empty() {
                if fields.iter().any(String::is_empty) {
                    return Err(Misuse(format!("{file}:{line}: a column has no name")));
                }
                factor.names = fields;
            } else if fields.len() == factor.names.len() {
                factor.rows.push(fields);
            } else {
                let (fields, columns) = (fields.len(), factor.names.len());
                return Err(Misuse(format!("{file}:{line}: {fields} fields where the header names {columns}")));
            }
        }
        if factor.rows.is_empty() {
            return Err(Misuse(format!("{file}: a list has a header and at least one row")));
        }
        Ok(factor)
    }
}

/// All combinations of factors, the last factor changing fastest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grid {
    /// What varies, in the order of the factors.
    pub names: Vec<String>,
    /// The value of every name, a row a run.
    pub rows: Vec<Vec<String>>,
}

impl Grid {
    /// The grid of factors; without any it is one run.
    ///
    /// # Errors
    /// [`Misuse`] where a name is varied twice or the runs are too many.
    pub fn of(factors: &[Factor]) -> Result<Self, Misuse> {
        let mut grid = Self { names: Vec::new(), rows: vec![Vec::new()] };
        for factor in factors {
            for name in &factor.names {
                if grid.names.contains(name) {
                    return Err(Misuse(format!("`{name}` is varied twice")));
                }
                grid.names.push(name.clone());
            }
            let runs = grid.rows.len().saturating_mul(factor.rows.len());
            if runs > MOST_RUNS {
                return Err(Misuse(format!("the grid has more than {MOST_RUNS} runs")));
            }
            let joined = |row: &Vec<String>| {
                let row = row.clone();
                factor.rows.iter().map(move |more| row.iter().chain(more).cloned().collect::<Vec<_>>())
            };
            grid.rows = grid.rows.iter().flat_map(joined).collect();
        }
        Ok(grid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_grid_holds_every_combination_once_and_its_last_factor_changes_fastest() {
        let factors = [
            Factor::vary("a=1,2").expect("it is well written"),
            Factor::list("list.csv", "\u{feff}b,c\r\n\r\nx,\r\n\"y,z\",7\r\n").expect("it is a list"),
        ];
        let grid = Grid::of(&factors).expect("no name comes twice");
        assert_eq!(grid.names, ["a", "b", "c"]);
        assert_eq!(grid.rows, [["1", "x", ""], ["1", "y,z", "7"], ["2", "x", ""], ["2", "y,z", "7"]]);
        assert_eq!(Grid::of(&[]).expect("nothing is wrong with nothing").rows, [Vec::<String>::new()]);
    }

    #[test]
    fn what_cannot_be_varied_is_refused_with_its_place() {
        for text in ["a", "=1", "a=", "a=1,,2", "a=1,1"] {
            assert!(Factor::vary(text).is_err(), "{text}");
        }
        for (text, place) in
            [("", "list.csv: "), ("a,b\n", "list.csv: "), ("a,\n1,2\n", "list.csv:1:"), ("a,b\n\n1\n", "list.csv:3:")]
        {
            let Err(Misuse(message)) = Factor::list("list.csv", text) else { panic!("{text} was taken") };
            assert!(message.starts_with(place), "{message}");
        }
        let factor = |text: &str| Factor::vary(text).expect("it is well written");
        assert!(Grid::of(&[factor("a=1"), factor("a=2")]).is_err());
        let many: String = (0..400).map(|number| format!("{number},")).collect();
        let many = many.trim_end_matches(',');
        assert!(Grid::of(&[factor(&format!("a={many}")), factor(&format!("b={many}"))]).is_err(), "160,000 runs");
    }
}
