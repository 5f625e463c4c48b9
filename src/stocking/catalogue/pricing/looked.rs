//! Some of a block's outlets that stand for all of them, where what is sought is only to be near.

/// About so many outlets stand for all of a block.
const SOME: usize = 64;

/// The outlets of a block that are looked at: every so many-th of them from one on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Looked {
    first: usize,
    every: usize,
}

impl Default for Looked {
    /// All.
    fn default() -> Self {
        Self { first: 0, every: 1 }
    }
}

impl Looked {
    /// Some, others in every block; all where they are few.
    pub(super) fn some(all: usize, number: usize) -> Self {
        let every = (all / SOME).max(1);
        Self { first: number % every, every }
    }

    pub(super) fn places(self, all: usize) -> impl Iterator<Item = usize> {
        (self.first..all).step_by(self.every)
    }

    /// How many outlets each of them stands for.
    pub(super) fn scale(self, all: usize) -> f64 {
        if self.every > 1 { all as f64 / self.places(all).count() as f64 } else { 1.0 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_outlet_is_one_of_those_that_stand_for_a_block_of_some_number() {
        for all in [1, 63, 127, 128, 700, 2_571] {
            let mut seen = vec![false; all];
            for number in 0..all {
                let some = Looked::some(all, number);
                some.places(all).for_each(|place| seen[place] = true);
                let count = some.places(all).count();
                assert!(
                    (some.scale(all) * count as f64 - all as f64).abs() < 1e-9 && count <= 2 * SOME,
                    "{all} {number}"
                );
            }
            assert!(seen.iter().all(|seen| *seen), "{all}");
        }
    }
}
