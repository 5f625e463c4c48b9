//! The one door to good_lp: linear and mixed-integer programs, solved or reported as trouble.
//!
//! `min Σ c_k·v_k  s.t.  rows,  lower_k ≤ v_k ≤ upper_k,  v_k integer where asked`. It knows no parts and no regions.

use good_lp::{Expression, ResolutionError, Solution, SolverModel, Variable, variable, variables};

/// A column: a variable with its cost and bounds.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// The cost of a unit.
    pub cost: f64,
    /// The least value; may be minus infinity.
    pub lower: f64,
    /// The greatest value; may be infinity.
    pub upper: f64,
    /// Whether only whole values are allowed.
    pub integer: bool,
}

/// How a row compares its left side with its right side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sense {
    /// At most the right side.
    AtMost,
    /// Equal to the right side.
    Equal,
    /// At least the right side.
    AtLeast,
}

/// A row `Σ terms (≤ | = | ≥) right`.
#[derive(Debug, Clone)]
pub struct Row {
    /// Columns and their coefficients.
    pub terms: Vec<(usize, f64)>,
    /// How the sides compare.
    pub sense: Sense,
    /// The right-hand side.
    pub right: f64,
}

/// A program to minimise.
#[derive(Debug, Clone, Default)]
pub struct Program {
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A solution.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The value of every column; integer columns are rounded to whole numbers.
    pub values: Vec<f64>,
    /// The cost of the values.
    pub objective: f64,
    /// No solution costs less, as far as the solver proves it.
    pub bound: f64,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// No solution exists.
    #[error("the program has no solution")]
    Infeasible,
    /// Solutions cost as little as one likes.
    #[error("the program has no least cost")]
    Unbounded,
    /// The program itself is malformed, or the solver failed.
    #[error("the solver failed: {0}")]
    Solver(String),
}

impl Program {
    /// Adds a column and returns its number.
    pub fn add(&mut self, column: Column) -> usize {
        self.columns.push(column);
        self.columns.len() - 1
    }

    /// Adds a row.
    pub fn require(&mut self, terms: Vec<(usize, f64)>, sense: Sense, right: f64) {
        self.rows.push(Row { terms, sense, right });
    }

    /// Solves the program to optimality.
    ///
    /// # Errors
    /// [`Trouble`] when there is no solution, no least cost, or the solver fails.
    pub fn solve(&self) -> Result<Answer, Trouble> {
        self.check()?;
        if self.columns.is_empty() {
            return self.constant();
        }
        let mut model = variables!();
        let handles: Vec<Variable> = self
            .columns
            .iter()
            .map(|column| {
                let plain = variable().min(column.lower).max(column.upper);
                model.add(if column.integer { plain.integer() } else { plain })
            })
            .collect();
        let mut cost = Expression::with_capacity(self.columns.len());
        for (column, handle) in self.columns.iter().zip(&handles) {
            cost.add_mul(column.cost, *handle);
        }
        #[cfg(feature = "highs")]
        let mut solver = quiet(model.minimise(cost).using(good_lp::highs));
        #[cfg(not(feature = "highs"))]
        let mut solver = model.minimise(cost).using(good_lp::microlp);
        for row in &self.rows {
            let mut sum = Expression::with_capacity(row.terms.len());
            for &(k, value) in &row.terms {
                sum.add_mul(value, handles[k]);
            }
            solver.add_constraint(match row.sense {
                Sense::AtMost => sum.leq(row.right),
                Sense::Equal => sum.eq(row.right),
                Sense::AtLeast => sum.geq(row.right),
            });
        }
        let solution = solver.solve().map_err(|error| match error {
            ResolutionError::Infeasible => Trouble::Infeasible,
            ResolutionError::Unbounded => Trouble::Unbounded,
            ResolutionError::Other(what) => Trouble::Solver(what.to_string()),
            ResolutionError::Str(what) => Trouble::Solver(what),
        })?;
        let read = |(column, handle): (&Column, &Variable)| {
            let value = solution.value(*handle);
            if column.integer { value.round() } else { value.clamp(column.lower, column.upper) }
        };
        let values: Vec<f64> = self.columns.iter().zip(&handles).map(read).collect();
        if values.iter().any(|value| !value.is_finite()) {
            return Err(Trouble::Solver("a value is not finite".into()));
        }
        let objective = self.columns.iter().zip(&values).map(|(column, value)| column.cost * value).sum();
        Ok(Answer { values, objective, bound: objective })
    }

    /// Numbers that a solver may panic over stop here.
    fn check(&self) -> Result<(), Trouble> {
        let fault = |what: &str| Err(Trouble::Solver(what.into()));
        for column in &self.columns {
            if !column.cost.is_finite() || column.lower.is_nan() || column.upper.is_nan() {
                return fault("a column has a number that is not fit");
            }
            if column.lower > column.upper {
                return Err(Trouble::Infeasible);
            }
        }
        for row in &self.rows {
            if !row.right.is_finite() || row.terms.iter().any(|(k, v)| *k >= self.columns.len() || !v.is_finite()) {
                return fault("a row has a term that is not fit");
            }
        }
        Ok(())
    }

    /// The answer of a program without columns.
    fn constant(&self) -> Result<Answer, Trouble> {
        let kept = self.rows.iter().all(|row| match row.sense {
            Sense::AtMost => row.right >= 0.0,
            Sense::Equal => row.right == 0.0,
            Sense::AtLeast => row.right <= 0.0,
        });
        if kept { Ok(Answer { values: Vec::new(), objective: 0.0, bound: 0.0 }) } else { Err(Trouble::Infeasible) }
    }
}

/// One thread, no output, and no gap: the answer must not depend on the machine.
#[cfg(feature = "highs")]
fn quiet(mut problem: good_lp::solvers::highs::HighsProblem) -> good_lp::solvers::highs::HighsProblem {
    problem.set_verbose(false);
    problem.set_threads(1).set_option("mip_rel_gap", 0.0).set_option("mip_abs_gap", 0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(cost: f64, upper: f64, integer: bool) -> Column {
        Column { cost, lower: 0.0, upper, integer }
    }

    #[test]
    fn a_knapsack_is_solved_to_its_optimum() {
        // Values 10, 9, 7 of work 5, 4, 3 in room 8: the first and third, 17.
        let mut program = Program::default();
        let taken: Vec<usize> = [10.0, 9.0, 7.0].iter().map(|value| program.add(column(-value, 1.0, true))).collect();
        program.require(taken.iter().copied().zip([5.0, 4.0, 3.0]).collect(), Sense::AtMost, 8.0);
        let answer = program.solve().expect("it has a solution");
        assert!((answer.objective + 17.0).abs() < 1e-9);
        assert_eq!(answer.values, vec![1.0, 0.0, 1.0]);
    }

    #[test]
    fn a_contradiction_and_a_missing_bound_are_told_apart() {
        let mut program = Program::default();
        let x = program.add(column(-1.0, f64::INFINITY, false));
        assert_eq!(program.solve().expect_err("it has no least cost"), Trouble::Unbounded);
        program.require(vec![(x, 1.0)], Sense::AtMost, 1.0);
        program.require(vec![(x, 1.0)], Sense::AtLeast, 2.0);
        assert_eq!(program.solve().expect_err("it has no solution"), Trouble::Infeasible);
    }

    #[test]
    fn numbers_that_are_not_fit_are_refused_without_a_panic() {
        let mut program = Program::default();
        program.add(column(f64::NAN, 1.0, false));
        assert!(matches!(program.solve(), Err(Trouble::Solver(_))));
    }
}
