//! Share against outlets: what a network of so many outlets draws, evenly spread and at its best.
//!
//! At its best: max Σ_r M_r·σ(n_r) with Σ n_r ≤ N. A price π of an outlet takes the areas apart; the price that uses N outlets
//! is found by halving, what is left over goes one by one where it draws most. Σ_r max_n {M_r·σ(n) − π·n} + π·N bounds it.

use rayon::prelude::*;

use super::ground::{Area, Ground, shared_out};
use super::response::access;

/// Halvings of the price of an outlet.
const HALVES: usize = 60;

/// What a number of outlets draws.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    /// Outlets.
    pub outlets: u32,
    /// Mean distance of customers to the nearest, evenly spread over the area \[km\].
    pub access_km: f64,
    /// Share of all markets' sales, evenly spread over the area.
    pub share_even: f64,
    /// The greatest share found.
    pub share_best: f64,
    /// No way to place them draws more.
    pub share_bound: f64,
}

/// The points of so many outlets each, in a year of the roll-out.
pub fn curve(ground: &Ground, year: usize, numbers: &[u32]) -> Vec<Point> {
    let sales: Vec<f64> = ground.areas.iter().map(|area| ground.sales(area, year)).collect();
    let all: f64 = sales.iter().sum();
    let sizes: Vec<f64> = ground.areas.iter().map(|area| area.km2).collect();
    let km2: f64 = sizes.iter().sum();
    let longest = numbers.iter().copied().max().unwrap_or(0);
    let draws = |(area, sales): (&Area, &f64)| -> Vec<f64> {
        let most = longest.min(area.km2.ceil() as u32);
        (0..=most).map(|outlets| sales * ground.wish(area, year, outlets)).collect()
    };
    let draws: Vec<Vec<f64>> = ground.areas.par_iter().zip(&sales).map(draws).collect();
    let drawn = |outlets: &[u32]| -> f64 {
        draws.iter().zip(outlets).map(|(draws, outlets)| draws[(*outlets as usize).min(draws.len() - 1)]).sum()
    };
    let point = |number: &u32| {
        let even = shared_out(*number, &sizes);
        let (best, bound) = placed(&draws, *number);
        let share = |units: f64| if all > 0.0 { units / all } else { 0.0 };
        Point {
            outlets: *number,
            access_km: access(&ground.response, km2, f64::from(*number)),
            share_even: share(drawn(&even)),
            share_best: share(drawn(&best).max(drawn(&even))),
            share_bound: share(bound),
        }
    };
    numbers.iter().map(point).collect()
}

/// The numbers of outlets that draw most together, and a bound of what they draw.
fn placed(draws: &[Vec<f64>], number: u32) -> (Vec<u32>, f64) {
    let answer = |price: f64| -> (Vec<u32>, f64) {
        let own = |draws: &Vec<f64>| {
            let (mut best, mut worth) = (0, draws[0]);
            for (outlets, drawn) in draws.iter().enumerate().skip(1) {
                let own = drawn - price * outlets as f64;
                if own > worth {
                    (best, worth) = (outlets as u32, own);
                }
            }
            (best, worth)
        };
        let found: Vec<(u32, f64)> = draws.par_iter().map(own).collect();
        let bound: f64 = found.iter().map(|(_, worth)| worth).sum();
        (found.into_iter().map(|(outlets, _)| outlets).collect(), bound + price * f64::from(number))
    };
    let steepest = draws.iter().flat_map(|draws| draws.windows(2).map(|two| two[1] - two[0])).fold(0.0, f64::max);
    let (mut low, mut high) = (0.0, steepest);
    let (mut best, mut bound) = answer(high);
    for _ in 0..HALVES {
        let middle = 0.5 * (low + high);
        let (outlets, own) = answer(middle);
        bound = bound.min(own);
        if outlets.iter().map(|outlets| u64::from(*outlets)).sum::<u64>() <= u64::from(number) {
            (high, best) = (middle, outlets);
        } else {
            low = middle;
        }
    }
    if best.iter().map(|outlets| u64::from(*outlets)).sum::<u64>() > u64::from(number) {
        best = vec![0; draws.len()];
    }
    let mut left = u64::from(number) - best.iter().map(|outlets| u64::from(*outlets)).sum::<u64>();
    while left > 0 {
        let gain = |(area, outlets): (usize, &u32)| {
            let at = *outlets as usize;
            let next = draws[area].get(at + 1)?;
            Some((next - draws[area][at], area))
        };
        let next =
            best.iter().enumerate().filter_map(gain).max_by(|one, two| one.0.total_cmp(&two.0).then(two.1.cmp(&one.1)));
        match next {
            Some((gain, area)) if gain > 0.0 => best[area] += 1,
            _ => break,
        }
        left -= 1;
    }
    (best, bound)
}
