//! The most negative reduced cost a site with a capacity can collect: a knapsack, divided or whole.
//!
//! ```text
//! min Σ v_k·x_k   s.t.  Σ w_k·x_k ≤ capacity,   0 ≤ x_k ≤ 1,   x whole where asked;   v_k < 0
//! ```
//!
//! The divided optimum takes the densest items first (Dantzig 1957); with the density δ ≤ 0 at which room runs out it
//! equals δ·capacity + Σ min(0, v_k − δ·w_k), so an item forced the other way loses at least |v_k − δ·w_k|. Whole items
//! that would thereby fall behind a greedy filling keep their place (Martello and Toth 1990, chapter 2); the few left are
//! searched depth first, and, should that take long, by dynamic programming where all work is in whole numbers.

mod whole;

/// An item that a site may take: `value` < 0 is what it brings, `work` what it uses.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item {
    pub value: f64,
    pub work: f64,
    /// The lane position.
    pub position: u32,
    /// The customer it serves.
    pub customer: u32,
    /// How much of it is taken, 0 to 1.
    pub share: f64,
}

/// What a filling collects.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Filling {
    /// A value that no filling beats; the best one's own, unless whole items proved too hard.
    pub value: f64,
    /// The value of the divided optimum.
    pub divided: f64,
    /// The value of a unit of room at the divided optimum, at most 0.
    pub density: f64,
}

/// Fills a capacity at best value, fractionally or (when `whole`) with undivided items.
///
/// Sets the shares. When undivided items take too long, the divided filling stands: it is a bound all the same.
pub(super) fn fill(items: &mut [Item], capacity: f64, whole: bool) -> Filling {
    let mut total = 0.0;
    let mut value = 0.0;
    for item in items.iter_mut() {
        item.share = 1.0;
        total += item.work;
        value += item.value;
    }
    if total <= capacity {
        return Filling { value, divided: value, density: 0.0 };
    }
    // Densest first; an item without work comes before all others because its density is minus infinity.
    // Until the filling begins the share holds the density.
    items.iter_mut().for_each(|item| item.share = item.value / item.work);
    items.sort_unstable_by(|a, b| a.share.total_cmp(&b.share).then(a.position.cmp(&b.position)));
    let mut room = capacity;
    let mut divided = 0.0;
    let mut density = 0.0;
    let mut split = false;
    for item in items.iter_mut() {
        item.share = if item.work <= room {
            1.0
        } else if whole && item.work > capacity {
            // It fits no way at all, so its part of a split would only loosen the bound.
            0.0
        } else {
            if density == 0.0 {
                density = item.value / item.work;
            }
            let share = if item.work > 0.0 { room.max(0.0) / item.work } else { 1.0 };
            split |= share > 0.0;
            share
        };
        room -= item.share * item.work;
        divided += item.share * item.value;
    }
    let mut filling = Filling { value: divided, divided, density };
    if whole
        && split
        && let Some(value) = whole::undivided(items, capacity, &filling)
    {
        filling.value = value;
    }
    filling
}

#[cfg(test)]
mod tests {
    use super::*;

    fn items() -> Vec<Item> {
        [(-10.0, 5.0), (-9.0, 4.0), (-7.0, 3.0), (-1.0, 0.0)]
            .iter()
            .enumerate()
            .map(|(k, &(value, work))| Item { value, work, position: k as u32, customer: k as u32, share: 0.0 })
            .collect()
    }

    #[test]
    fn a_divided_filling_takes_the_densest_first() {
        // Densities −2, −2.25, −2.33, −∞: room 8 takes 0 + 3 + 4 and 1/5 of the last: 1 + 7 + 9 + 2 = 19.
        assert!((fill(&mut items(), 8.0, false).value + 19.0).abs() < 1e-12);
    }

    #[test]
    fn an_undivided_filling_is_the_best_subset() {
        // Room 8: {5, 3} brings 17, {4, 3} brings 16; the item without work adds 1.
        let mut items = items();
        assert!((fill(&mut items, 8.0, true).value + 18.0).abs() < 1e-12);
        let used: f64 = items.iter().map(|item| item.share * item.work).sum();
        assert!(used <= 8.0);
    }

    #[test]
    fn an_undivided_filling_beats_every_other_subset() {
        let mut seed: u64 = 7;
        let mut roll = move |n: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % n
        };
        for round in 0..400 {
            // Half of the rounds are in whole numbers with value close to work, the hard kind.
            let count = 1 + roll(12) as usize;
            let part = if round % 2 == 0 { 0.0 } else { 0.37 };
            let mut items: Vec<Item> = (0..count as u32)
                .map(|k| {
                    let work = roll(30) as f64 * (1.0 + part);
                    Item { value: -work - 1.0 - roll(4) as f64, work, position: k, customer: k, share: 0.0 }
                })
                .collect();
            let capacity = roll(120) as f64;
            let best = (0..1u32 << count)
                .map(|set| {
                    let taken = || items.iter().enumerate().filter(|(k, _)| set >> k & 1 == 1).map(|(_, item)| item);
                    let fits = taken().map(|item| item.work).sum::<f64>() <= capacity;
                    if fits { taken().map(|item| item.value).sum::<f64>() } else { 0.0 }
                })
                .fold(0.0, f64::min);
            let filling = fill(&mut items, capacity, true);
            assert!((filling.value - best).abs() < 1e-9, "round {round}: {} is not {best}", filling.value);
            let taken: f64 = items.iter().map(|item| item.share * item.value).sum();
            assert!((taken - best).abs() < 1e-9 && filling.divided <= best + 1e-9);
        }
    }
}
