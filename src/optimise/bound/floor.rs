//! What one part's stock at one outlet costs, from below, as a function of the demand for it, and what straight lines lie below
//! it.
//!
//! ```text
//! (floor)  g(ℓ) ≥ left_i + (right_i − left_i)·(ℓ − ℓ_i)/(ℓ_{i+1} − ℓ_i)   for ℓ_i < ℓ ≤ ℓ_{i+1}
//! (below)  g(ℓ) ≥ s·ℓ + min { g(ℓ') − s·ℓ' : from ≤ ℓ' ≤ to }               for from ≤ ℓ ≤ to and any slope s
//! ```

/// A cell of loads with the floor at its ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cell {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) left: f64,
    pub(super) right: f64,
}

/// (floor): cells one after the other, from no load on.
#[derive(Debug, Clone, Default)]
pub struct Floor {
    cells: Vec<Cell>,
}

impl Floor {
    /// Of cells in order; each begins where the one before ends.
    pub(super) fn of(mut cells: Vec<Cell>) -> Self {
        // Rounding must not lift the floor.
        for cell in &mut cells {
            cell.left -= 1e-9 * cell.left.abs();
            cell.right -= 1e-9 * cell.right.abs();
        }
        Self { cells }
    }

    /// The sum of floors whose cells are in the same proportions, at loads of their own that end at these; a floor without cells
    /// is nothing.
    pub(super) fn sum(ends: &[f64], floors: impl Iterator<Item = Self>) -> Self {
        let mut from = 0.0;
        let cell = |to: &f64| Cell { from: std::mem::replace(&mut from, *to), to: *to, left: 0.0, right: 0.0 };
        let mut cells: Vec<Cell> = ends.iter().map(cell).collect();
        for floor in floors {
            for (sum, own) in cells.iter_mut().zip(&floor.cells) {
                sum.left += own.left;
                sum.right += own.right;
            }
        }
        Self::of(cells)
    }

    /// The greater of two, cell by cell: either floor holds on all of a cell, so the better one in its middle is taken.
    pub(super) fn or(self, other: &Self) -> Self {
        let middle = |cell: &Cell| cell.left + cell.right;
        self.joined(other, |one, two| if middle(&two) >= middle(&one) { two } else { one })
    }

    /// Below both: on a cell where both are lines, the line between their lesser ends.
    pub(super) fn and(self, other: &Self) -> Self {
        self.joined(other, |one, two| Cell { left: one.left.min(two.left), right: one.right.min(two.right), ..one })
    }

    /// What another floor is above it.
    pub(super) fn below(&self, other: &Self) -> Self {
        let above = |one: Cell, two: Cell| Cell { left: two.left - one.left, right: two.right - one.right, ..one };
        Self::of(self.joined(other, above).cells)
    }

    /// min { g(ℓ)/ℓ : from ≤ ℓ ≤ to }, or nothing where that is less; on a cell it is at an end.
    pub(super) fn least_rate(&self, from: f64, to: f64) -> f64 {
        let first = self.cells.partition_point(|cell| cell.to < from);
        let cells = self.cells[first..].iter().take_while(|cell| cell.from <= to).flat_map(|cell| {
            let piece = cell.clipped(from.max(cell.from), to.min(cell.to));
            [(piece.left, piece.from), (piece.right, piece.to)]
        });
        let end = self.cells.last().map_or(0.0, |last| last.right);
        let beyond = self.cells.last().filter(|last| last.to >= to).is_none().then_some((end, to));
        // Where nothing is asked for, what is above nothing is as much as one likes by unit.
        let rate = |(value, load): (f64, f64)| if load > 0.0 { value / load } else { value.min(0.0) * f64::INFINITY };
        let rates = cells.chain(beyond).filter(|(value, load)| *load > 0.0 || *value < 0.0).map(rate);
        rates.reduce(f64::min).unwrap_or(0.0).max(0.0)
    }

    /// Cells that end where those of either floor do, each made of what the two say of it.
    fn joined(&self, other: &Self, made: impl Fn(Cell, Cell) -> Cell) -> Self {
        let mut ends: Vec<f64> = self.cells.iter().chain(&other.cells).map(|cell| cell.to).collect();
        ends.sort_by(f64::total_cmp);
        ends.dedup();
        let mut from = 0.0;
        let cells = ends.into_iter().map(|to| {
            let piece = |floor: &Self| {
                let end = floor.cells.last().map_or(0.0, |last| last.right);
                let beyond = Cell { from, to, left: end, right: end };
                floor.cell_of(to).map_or(beyond, |cell| floor.cells[cell].clipped(from, to))
            };
            let cell = made(piece(self), piece(other));
            from = to;
            cell
        });
        Self { cells: cells.collect() }
    }

    /// min { g(ℓ) − slope·ℓ : from ≤ ℓ ≤ to }, (below), and where; beyond the last cell the floor stays where it ends.
    pub(super) fn least(&self, slope: f64, from: f64, to: f64) -> (f64, f64) {
        let mut least = (f64::INFINITY, from);
        let mut meet = |value: f64, load: f64| {
            let value = value - slope * load;
            if value < least.0 {
                least = (value, load);
            }
        };
        if from <= 0.0 {
            meet(0.0, 0.0);
        }
        let first = self.cells.partition_point(|cell| cell.to < from);
        for cell in self.cells[first..].iter().take_while(|cell| cell.from <= to) {
            let piece = cell.clipped(from.max(cell.from), to.min(cell.to));
            meet(piece.left, piece.from);
            meet(piece.right, piece.to);
        }
        let (last, right) = self.cells.last().map_or((0.0, 0.0), |cell| (cell.to, cell.right));
        if to > last {
            meet(right, from.max(last));
            meet(right, to);
        }
        (least.0 - 1e-12 * (slope * to).abs(), least.1)
    }

    /// The floor at a load.
    pub fn at(&self, load: f64) -> f64 {
        match self.cell_of(load) {
            _ if load <= 0.0 => 0.0,
            Some(cell) => self.cells[cell].clipped(load, load).left,
            None => self.cells.last().map_or(0.0, |last| last.right),
        }
    }

    /// From, to, and the floor at these ends, cell by cell.
    pub fn cells(&self) -> impl Iterator<Item = (f64, f64, f64, f64)> {
        self.cells.iter().map(|cell| (cell.from, cell.to, cell.left, cell.right))
    }

    /// The least concave function above the floor, as corners from no load on; its slopes never grow.
    pub(super) fn roof(&self) -> Roof {
        let ends = self.cells.iter().flat_map(|cell| [(cell.from, cell.left), (cell.to, cell.right)]);
        let mut corners: Vec<(f64, f64)> = vec![(0.0, 0.0)];
        for (load, value) in ends {
            // A corner below the line from the one before it to the next is none.
            while let [.., (x, y), (u, v)] = corners[..]
                && (v - y) * (load - x) <= (value - y) * (u - x)
            {
                corners.pop();
            }
            corners.push((load, value));
        }
        Roof { corners }
    }

    /// The cell that ends at a load or holds it.
    fn cell_of(&self, load: f64) -> Option<usize> {
        let place = self.cells.partition_point(|cell| cell.to < load);
        (place < self.cells.len()).then_some(place)
    }
}

/// A concave function of a load.
pub(super) struct Roof {
    corners: Vec<(f64, f64)>,
}

impl Roof {
    /// Its value; beyond the last corner it stays there.
    pub(super) fn at(&self, load: f64) -> f64 {
        let place = self.corners.partition_point(|corner| corner.0 < load);
        let Some(&(to, right)) = self.corners.get(place) else { return self.corners.last().map_or(0.0, |last| last.1) };
        let Some(&(from, left)) = place.checked_sub(1).and_then(|before| self.corners.get(before)) else {
            return right;
        };
        left + (right - left) * (load - from) / (to - from)
    }
}

impl Cell {
    /// Its part between two loads in it.
    fn clipped(&self, from: f64, to: f64) -> Self {
        let at = |load: f64| {
            let width = self.to - self.from;
            let part = if width > 0.0 { ((load - self.from) / width).clamp(0.0, 1.0) } else { 0.0 };
            self.left + (self.right - self.left) * part
        };
        Self { from, to, left: at(from), right: at(to) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stairs() -> Floor {
        Floor::of((0..5).map(|step| steps(f64::from(step))).collect())
    }

    fn steps(step: f64) -> Cell {
        Cell { from: step * step, to: (step + 1.0) * (step + 1.0), left: step + 1.0, right: step + 1.0 }
    }

    #[test]
    fn a_line_below_stairs_touches_them_at_a_corner() {
        let floor = stairs();
        assert!((floor.at(2.0) - 2.0).abs() < 1e-6 && (floor.at(4.0) - 2.0).abs() < 1e-6 && floor.at(0.0) == 0.0);
        // Among 1 ≤ ℓ ≤ 10 with a slope of 0.2: the corners are (1, 1), (4, 2), (9, 3), and (10, 4) is the end.
        assert!((floor.least(0.2, 1.0, 10.0).0 - 0.8).abs() < 1e-6);
        assert!((floor.least(0.3, 1.0, 10.0).0 - 0.3).abs() < 1e-6);
        // From nothing on there is the point where nothing is asked for; beyond the last cell nothing grows.
        assert!(floor.least(0.0, 0.0, 10.0).0.abs() < 1e-6);
        assert!((floor.least(0.1, 30.0, 40.0).0 - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_a_floor_is_above_another_comes_to_no_less_by_unit_than_the_least_rate_and_to_that_somewhere() {
        let flat = Floor::of(vec![Cell { from: 0.0, to: 30.0, left: 0.5, right: 1.1 }]);
        let above = flat.below(&stairs());
        for (from, to) in [(0.5, 3.0), (2.0, 24.0), (9.0, 9.0), (0.0, 24.0)] {
            let rate = above.least_rate(from, to);
            let loads = (0..=2_400).map(|step| f64::from(step) * 0.01).filter(|load| *load >= from && *load <= to);
            let rates = loads.filter(|load| *load > 0.0).map(|load| (stairs().at(load) - flat.at(load)) / load);
            let least = rates.fold(f64::INFINITY, f64::min);
            assert!(rate <= least + 1e-9 && rate >= 0.99 * least, "{from} {to}: {rate} {least}");
        }
        // Where the other is lower somewhere, nothing is sure to come on top.
        assert_eq!(stairs().below(&flat).least_rate(2.0, 24.0), 0.0);
    }

    #[test]
    fn a_roof_is_concave_and_above_its_floor() {
        let roof = stairs().roof();
        // The upper corners of the stairs are (0, 1), (1, 2), (4, 3), (9, 4), (16, 5).
        for (load, height) in [(0.5, 1.5), (2.5, 2.5), (9.0, 4.0), (16.0, 5.0), (20.0, 5.0)] {
            assert!((roof.at(load) - height).abs() < 1e-6, "{load}: {}", roof.at(load));
        }
    }

    #[test]
    fn a_floor_below_two_is_above_neither() {
        let flat = Floor::of(vec![Cell { from: 0.0, to: 30.0, left: 2.5, right: 2.8 }]);
        let both = stairs().and(&flat);
        for step in 1..249 {
            let load = f64::from(step) * 0.1;
            let lesser = stairs().at(load).min(flat.at(load));
            assert!(both.at(load) <= lesser + 1e-9 && both.at(load) >= 0.99, "{load}");
        }
        assert!((both.at(6.0) - 2.5).abs() < 0.1 && (both.at(0.5) - 1.0).abs() < 1e-6);
    }

    #[test]
    fn the_better_of_two_floors_is_no_better_than_the_greater_of_them() {
        let flat = Floor::of(vec![Cell { from: 0.0, to: 30.0, left: 2.5, right: 2.8 }]);
        let both = stairs().or(&flat);
        for step in 1..300 {
            let load = f64::from(step) * 0.1;
            let greater = stairs().at(load).max(flat.at(load));
            assert!(both.at(load) <= greater + 1e-9 && both.at(load) >= 2.49, "{load}");
        }
    }
}
