//! What a part's stock costs at one outlet by what it is asked for, step by step, as the bids search it.

use crate::optimise::bound::Floor;

/// Loads this close beyond the end of a step are in it.
const SLACK: f64 = 1e-9;

/// A step: what loads ℓ with from < ℓ ≤ to cost, on a line.
#[derive(Debug, Clone, Copy)]
struct Step {
    from: f64,
    to: f64,
    left: f64,
    right: f64,
}

/// Steps one after the other; the first is no load at no cost.
#[derive(Debug, Clone)]
pub struct Steps {
    steps: Vec<Step>,
    /// Rising levels, ever longer for what they cost more: no line comes nearer to one between two others than to these.
    concave: bool,
}

impl Steps {
    fn of(steps: impl IntoIterator<Item = Step>) -> Self {
        let mut own = vec![Step { from: 0.0, to: 0.0, left: 0.0, right: 0.0 }];
        for step in steps.into_iter().filter(|step| step.to > step.from) {
            // One level over many cells is one step.
            match own.last_mut().filter(|last| last.to > 0.0 && last.left == last.right) {
                Some(last) if step.left == last.right && step.right == last.right => last.to = step.to,
                _ => own.push(step),
            }
        }
        let level = |step: &Step| step.left == step.right;
        let steep = |pair: &[Step]| (pair[1].right - pair[0].right) / (pair[1].to - pair[0].to);
        let slopes: Vec<f64> = own.windows(2).map(steep).collect();
        let flatter = slopes.windows(2).all(|pair| pair[1] <= pair[0]);
        let concave = own.iter().all(level) && flatter && slopes.last().is_none_or(|slope| *slope >= 0.0);
        Self { steps: own, concave }
    }

    /// Those of a floor; beyond its last cell it stays where it ends.
    pub fn below(floor: &Floor) -> Self {
        let cells: Vec<(f64, f64, f64, f64)> = floor.cells().collect();
        let (end, height) = cells.last().map_or((0.0, 0.0), |last| (last.1, last.3));
        let beyond = Step { from: end, to: f64::INFINITY, left: height, right: height };
        Self::of(cells.into_iter().map(|(from, to, left, right)| Step { from, to, left, right }).chain([beyond]))
    }

    /// Free up to a limit and impossible beyond it.
    pub fn up_to(limit: f64) -> Self {
        Self::of([Step { from: 0.0, to: limit, left: 0.0, right: 0.0 }])
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.steps.len()
    }

    /// The step that a load lies in; their number, where it lies beyond the last.
    pub fn place(&self, load: f64) -> usize {
        self.steps.partition_point(|step| step.to + SLACK * (1.0 + step.to.min(1e300)) < load)
    }

    /// What a load costs; infinite beyond the last step.
    pub fn at(&self, load: f64) -> f64 {
        self.steps.get(self.place(load)).map_or(f64::INFINITY, |step| step.at(load))
    }

    /// What the first and the last of some steps differ by.
    pub fn span(&self, (first, last): (usize, usize)) -> f64 {
        self.steps[last].right - self.steps[first].left
    }

    /// min { g(ℓ) − slope·ℓ } over some steps and least ≤ ℓ ≤ most, and where.
    pub fn least(&self, slope: f64, (first, last): (usize, usize), (least, most): (f64, f64)) -> (f64, f64) {
        let mut best = (f64::INFINITY, 0.0);
        // The last may be cut off, so that the one before it is an end, too.
        let between = if self.concave && last > first + 2 { first + 1..last - 1 } else { first..first };
        for step in self.steps[first..between.start].iter().chain(&self.steps[between.end..=last]) {
            let from = step.from.max(least).min(step.to);
            let to = step.to.min(most).max(from);
            for load in [from, to] {
                let value = step.at(load) - slope * load;
                if value < best.0 {
                    best = (value, load);
                }
            }
        }
        best
    }
}

impl Step {
    fn at(&self, load: f64) -> f64 {
        if self.left == self.right {
            return self.left;
        }
        self.left + (self.right - self.left) * ((load - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Level s costs `height`·s and carries up to s², up to five levels.
    pub fn stairs(height: f64) -> Steps {
        Steps::of((1..6).map(|level| {
            let (level, held) = (f64::from(level), height * f64::from(level));
            Step { from: (level - 1.0).powi(2), to: level * level, left: held, right: held }
        }))
    }

    #[test]
    fn no_load_is_the_first_step_and_the_end_of_a_step_is_in_it() {
        let steps = stairs(2.0);
        assert_eq!(
            (steps.count(), steps.place(0.0), steps.place(1.0), steps.place(1.1), steps.place(26.0)),
            (6, 0, 1, 2, 6)
        );
        assert_eq!((steps.at(0.0), steps.at(4.0), steps.at(4.1)), (0.0, 4.0, 6.0));
        assert!(steps.at(26.0).is_infinite());
    }

    #[test]
    fn no_load_of_some_steps_is_below_the_least_line() {
        let steps = stairs(1.0);
        for slope in [-0.3, 0.0, 0.1, 0.25, 0.4, 1.5] {
            let (least, at) = steps.least(slope, (1, 4), (0.5, 11.0));
            assert!((steps.at(at) - slope * at - least).abs() < 1e-9 || at == 0.5);
            for number in 0..=105 {
                let load = 0.5 + 0.1 * f64::from(number);
                assert!(steps.at(load) - slope * load >= least - 1e-9, "{slope} {load}");
            }
        }
    }
}
