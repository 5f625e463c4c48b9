//! The most negative reduced cost a site with a capacity can collect.

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

/// Steps of the exact search before the fractional answer is taken instead.
const STEPS: usize = 2_000;

/// Among more items than this a split one hardly matters: the fractional value is close enough.
const MANY: usize = 40;

/// Fills a capacity at best value, fractionally or (when `whole`) with undivided items; returns a value no filling beats.
///
/// Sets the shares. Whole items are searched depth first under Dantzig's bound; when the steps run out, the fractional
/// value stands: it is a bound all the same.
pub(super) fn fill(items: &mut [Item], capacity: f64, whole: bool) -> f64 {
    let mut total = 0.0;
    let mut value = 0.0;
    for item in items.iter_mut() {
        item.share = 1.0;
        total += item.work;
        value += item.value;
    }
    if total <= capacity {
        return value;
    }
    // Densest first; an item without work comes before all others because its density is minus infinity.
    items.sort_unstable_by(|a, b| (a.value / a.work).total_cmp(&(b.value / b.work)).then(a.position.cmp(&b.position)));
    let mut room = capacity;
    let mut fractional = 0.0;
    let mut split = false;
    for item in items.iter_mut() {
        item.share = if item.work <= room {
            1.0
        } else if whole && item.work > capacity {
            // It fits no way at all, so its part of a split would only loosen the bound.
            0.0
        } else {
            let share = if item.work > 0.0 { room.max(0.0) / item.work } else { 1.0 };
            split |= share > 0.0;
            share
        };
        room -= item.share * item.work;
        fractional += item.share * item.value;
    }
    if !whole || !split || items.len() > MANY {
        return fractional;
    }
    undivided(items, capacity).unwrap_or(fractional)
}

/// The exact filling with undivided items, or none when the steps run out.
fn undivided(items: &mut [Item], capacity: f64) -> Option<f64> {
    let count = items.len();
    let mut best = 0.0;
    let mut best_taken: Vec<u32> = Vec::new();
    let mut taken: Vec<u32> = Vec::new();
    let (mut room, mut value) = (capacity, 0.0);
    let mut next = 0;
    let mut steps = 0;
    loop {
        // Go down: take whatever fits while the bound allows an improvement.
        while next < count {
            steps += 1;
            if steps > STEPS {
                return None;
            }
            if value + bound(&items[next..], room) >= best - 1e-12 * f64::abs(best) {
                break;
            }
            if items[next].work <= room {
                room -= items[next].work;
                value += items[next].value;
                taken.push(next as u32);
            }
            next += 1;
        }
        if next == count && value < best {
            best = value;
            best_taken.clone_from(&taken);
        }
        // Go back: leave out the last item taken.
        let Some(last) = taken.pop() else { break };
        room += items[last as usize].work;
        value -= items[last as usize].value;
        next = last as usize + 1;
    }
    for item in items.iter_mut() {
        item.share = 0.0;
    }
    let mut sum = 0.0;
    for &k in &best_taken {
        items[k as usize].share = 1.0;
        sum += items[k as usize].value;
    }
    Some(sum)
}

/// Dantzig's bound: the densest items, the last of them cut.
fn bound(items: &[Item], mut room: f64) -> f64 {
    let mut value = 0.0;
    for item in items {
        if item.work > room {
            return value + if room > 0.0 { item.value * room / item.work } else { 0.0 };
        }
        room -= item.work;
        value += item.value;
    }
    value
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
        assert!((fill(&mut items(), 8.0, false) + 19.0).abs() < 1e-12);
    }

    #[test]
    fn an_undivided_filling_is_the_best_subset() {
        // Room 8: {5, 3} brings 17, {4, 3} brings 16; the item without work adds 1.
        let mut items = items();
        assert!((fill(&mut items, 8.0, true) + 18.0).abs() < 1e-12);
        let used: f64 = items.iter().map(|item| item.share * item.work).sum();
        assert!(used <= 8.0);
    }
}
