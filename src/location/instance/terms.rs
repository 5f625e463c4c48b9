//! The terms of rows, by what they are terms of.

/// Terms grouped by what they belong to: those of `k` are `starts\[k\]..starts[k + 1]`.
#[derive(Debug, Clone, Default)]
pub(in super::super) struct Terms {
    starts: Vec<usize>,
    terms: Vec<(u32, f64)>,
}

impl Terms {
    /// Turns rows of (index, coefficient) round into (row, coefficient) by index.
    pub fn turned<'r>(size: usize, rows: impl Iterator<Item = &'r [(u32, f64)]> + Clone) -> Self {
        let mut starts = vec![0; size + 1];
        for &(index, _) in rows.clone().flatten() {
            starts[index as usize + 1] += 1;
        }
        for k in 0..size {
            starts[k + 1] += starts[k];
        }
        let mut next = starts.clone();
        let mut terms = vec![(0, 0.0); starts[size]];
        for (r, row) in rows.enumerate() {
            for &(index, value) in row {
                terms[next[index as usize]] = (r as u32, value);
                next[index as usize] += 1;
            }
        }
        Self { starts, terms }
    }

    /// The (row, coefficient) terms of an index.
    pub fn of(&self, index: usize) -> &[(u32, f64)] {
        &self.terms[self.starts[index]..self.starts[index + 1]]
    }

    /// The coefficients of an index priced.
    pub fn priced(&self, index: usize, price: &[f64]) -> f64 {
        self.of(index).iter().map(|&(r, value)| value * price[r as usize]).sum()
    }
}
