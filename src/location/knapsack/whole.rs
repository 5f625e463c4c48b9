//! The knapsack of whole items: reduction, then depth first, then dynamic programming.

use super::{Filling, Item};

/// Steps of the depth-first search while dynamic programming could still answer.
const STEPS: usize = 400;

/// Steps of the depth-first search when nothing else could answer.
const LAST_STEPS: usize = 20_000;

/// The most cells of a dynamic programme.
const CELLS: f64 = 2e6;

/// The best filling with whole items, shares set accordingly; none when it would take too long.
///
/// The items come densest first, with the shares of the divided filling.
pub(super) fn undivided(items: &mut [Item], capacity: f64, divided: &Filling) -> Option<f64> {
    let mut best = greedy(items, capacity);
    // What would fall behind the greedy filling when forced the other way keeps its place.
    let mut room = capacity;
    let mut kept = 0.0;
    let mut core: Vec<u32> = Vec::with_capacity(items.len());
    for (k, item) in items.iter().enumerate() {
        let against = item.value - divided.density * item.work;
        let hopeless = divided.divided + against.abs() >= best.value;
        if item.work > capacity || (hopeless && against > 0.0) {
            continue;
        }
        if hopeless && against < 0.0 || item.work <= 0.0 {
            room -= item.work;
            kept += item.value;
            best.always.push(k as u32);
        } else {
            core.push(k as u32);
        }
    }
    let target = best.value - kept;
    let chosen = if room < 0.0 || core.is_empty() && kept >= best.value {
        None
    } else {
        let inner: Vec<(f64, f64)> = core.iter().map(|&k| (items[k as usize].value, items[k as usize].work)).collect();
        let by_table = tabulable(&inner, room);
        let cells = (room + 1.0) * inner.len() as f64;
        let steps = if by_table { (cells as usize / 200).clamp(8, STEPS) } else { LAST_STEPS };
        match depth_first(&inner, room, target, steps) {
            Search::Better(chosen) => Some(chosen),
            Search::Nothing => None,
            Search::Unfinished if by_table => by_dynamic_programming(&inner, room, target),
            Search::Unfinished => return None,
        }
    };
    let taken = match chosen {
        Some(chosen) => best.always.iter().copied().chain(chosen.iter().map(|&k| core[k as usize])).collect(),
        None => best.taken,
    };
    items.iter_mut().for_each(|item| item.share = 0.0);
    let mut sum = 0.0;
    for k in taken {
        items[k as usize].share = 1.0;
        sum += items[k as usize].value;
    }
    Some(sum)
}

/// A filling known, and the items that every better one takes.
struct Known {
    value: f64,
    taken: Vec<u32>,
    always: Vec<u32>,
}

/// Takes whatever fits, densest first.
fn greedy(items: &[Item], capacity: f64) -> Known {
    let mut known = Known { value: 0.0, taken: Vec::with_capacity(items.len()), always: Vec::new() };
    let mut room = capacity;
    for (k, item) in items.iter().enumerate() {
        if item.work <= room {
            room -= item.work;
            known.value += item.value;
            known.taken.push(k as u32);
        }
    }
    known
}

/// How a depth-first search ended.
enum Search {
    /// With the best filling, which beats the target.
    Better(Vec<u32>),
    /// No filling beats the target.
    Nothing,
    /// The steps ran out.
    Unfinished,
}

/// Searches depth first under Dantzig's bound for the best filling below the target.
fn depth_first(items: &[(f64, f64)], capacity: f64, target: f64, most_steps: usize) -> Search {
    let count = items.len();
    let mut best = target;
    let mut best_taken: Option<Vec<u32>> = None;
    let mut taken: Vec<u32> = Vec::new();
    let (mut room, mut value) = (capacity, 0.0);
    let mut next = 0;
    let mut steps = 0;
    loop {
        // Go down: take whatever fits while the bound allows an improvement.
        while next < count {
            steps += 1;
            if steps > most_steps {
                return Search::Unfinished;
            }
            if value + bound(&items[next..], room) >= best - 1e-13 * f64::abs(best) {
                break;
            }
            if items[next].1 <= room {
                room -= items[next].1;
                value += items[next].0;
                taken.push(next as u32);
            }
            next += 1;
        }
        if next == count && value < best {
            best = value;
            best_taken = Some(taken.clone());
        }
        // Go back: leave out the last item taken.
        let Some(last) = taken.pop() else { break };
        room += items[last as usize].1;
        value -= items[last as usize].0;
        next = last as usize + 1;
    }
    best_taken.map_or(Search::Nothing, Search::Better)
}

/// Dantzig's bound: the densest items, the last of them cut.
fn bound(items: &[(f64, f64)], mut room: f64) -> f64 {
    let mut sum = 0.0;
    for &(value, work) in items {
        if work > room {
            return sum + if room > 0.0 { value * room / work } else { 0.0 };
        }
        room -= work;
        sum += value;
    }
    sum
}

/// Whether a table over whole units of room can answer.
fn tabulable(items: &[(f64, f64)], room: f64) -> bool {
    (room + 1.0) * items.len() as f64 <= CELLS && items.iter().all(|item| item.1.fract() == 0.0)
}

/// The best filling below the target by a table over the room used, in whole units (Bellman 1957).
fn by_dynamic_programming(items: &[(f64, f64)], room: f64, target: f64) -> Option<Vec<u32>> {
    let width = room as usize + 1;
    // Row k holds the best value of the first k items for every room.
    let mut rows = vec![0.0_f64; width * (items.len() + 1)];
    for (k, &(value, work)) in items.iter().enumerate() {
        let (before, after) = rows[k * width..(k + 2) * width].split_at_mut(width);
        let reach = (work as usize).min(width);
        after[..reach].copy_from_slice(&before[..reach]);
        for ((best, &without), &with) in after[reach..].iter_mut().zip(&before[reach..]).zip(&*before) {
            let with = with + value;
            *best = if with < without { with } else { without };
        }
    }
    if rows[rows.len() - 1] >= target - 1e-13 * target.abs() {
        return None;
    }
    let mut chosen = Vec::new();
    let mut used = width - 1;
    for (k, item) in items.iter().enumerate().rev() {
        if rows[(k + 1) * width + used] < rows[k * width + used] {
            chosen.push(k as u32);
            used -= item.1 as usize;
        }
    }
    Some(chosen)
}
