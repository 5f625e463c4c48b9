//! One part at one outlet whose demand is Poisson: the least that its shelf, its part of the depot's and its late units cost, when the
//! depot makes it wait as long as is best.
//!
//! Count a lead time T of the depot from its beginning on, and let V be what is left of it when the depot's S0-th order of it comes (0
//! where fewer come, T where S0 = 0). What is ordered after that is what the depot owes, and it is independent of V (the
//! S0-th order is a stopping time), so
//!
//! ```text
//! (owed)    B0 given V is Poisson(λ0·V), and what is owed to an outlet that asks for ℓ is Poisson(ℓ·V):  E[B0] = λ0·E[V]
//! (stock)   h0·S0 ≥ h0·(E[X0] − E[B0]) = Σ_o h0·ℓ_o·(T − E[V])
//! (outlet)  h0·S0 + Σ_o [h·S_o + ρℓ_o·late_o] ≥ Σ_o min_S E[ h0·ℓ·(T−V) + h·S + ρℓ·P(Poisson(ℓ·(L+V)) ≥ S) ]
//! (least)   g(ℓ) = min_S min_{0≤w≤T} [ h0·ℓ·(T−w) + h·S + ρℓ·Q_S(ℓ·(L+w)) ],   Q_S(m) = P(Poisson(m) ≥ S)
//! ```
//! for the mean over V is no less than the least over its values. A depot with very many outlets makes everyone wait about w = T − S0/λ0,
//! so nothing more can be said without knowing who shares the depot. Where the depot repairs a share, only the law of X0 counts,
//! which is that of the mean time; where it orders batches of Q, S0 less the batch's own units takes the place of S0 on both sides of (stock).
//!
//! ```text
//! (slope)   Q_S'(m) = P(Poisson(m) = S−1), which grows up to m = S−1 and falls from there on
//! ```
//! so (least) is convex in w and then concave: its least is at an end or where ρℓ·Q_S' = h0 before m = S−1. With Q of a lesser load
//! than what is asked for, (least) is a minimum of straight lines in what is asked for: concave, as (cell) of `shelf` wants it.

use crate::stocking::distribution::Pmf;

/// Steps of Newton's method for (slope); four or five are usual.
const MOST_STEPS: usize = 60;

/// Terms of a tail that are this much smaller than its sum are left out, which lowers it.
const DUST: f64 = 1e-17;

/// What (least) is of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Delay {
    /// h \[money/year and unit\].
    pub(super) holding: f64,
    /// h0 \[money/year and unit\].
    pub(super) behind: f64,
    /// T \[years\].
    pub(super) time: f64,
    /// L: what a window leaves of the transport \[years\].
    pub(super) left: f64,
    /// ρ \[money/unit\].
    pub(super) price: f64,
}

impl Delay {
    /// (least) of what is asked for \[units/year\], with Q of a load that is no greater.
    pub(super) fn least(&self, load: f64, asked: f64) -> f64 {
        let Self { holding, behind, time, left, price } = *self;
        // Nothing is kept: everything is late.
        let all = price * asked;
        if load <= 0.0 {
            return all.min(holding);
        }
        let (fewest, most) = (load * left, load * (left + time));
        // What a unit less in the pipeline costs at the depot.
        let kept = behind * asked / load;
        let (early, tardy) = (tails(fewest), tails(most));
        let tail = |tails: &[f64], level: usize| tails.get(level).copied().unwrap_or(0.0);
        let log_slope = (kept / all).ln();
        let (mut best, mut log_factorial, mut root) = (all, 0.0, fewest);
        for level in 1.. {
            let held = holding * level as f64;
            if held >= best {
                break;
            }
            let ends = (all * tail(&tardy, level)).min(kept * (most - fewest) + all * tail(&early, level));
            best = best.min(held + ends);
            let before = (level - 1) as f64;
            log_factorial += if level > 1 { before.ln() } else { 0.0 };
            // ln(ρℓ·Q') − ln h0, concave and rising up to its top.
            let ahead = |m: f64| before * m.ln() - m - log_factorial - log_slope;
            let top = before.min(most);
            if top <= fewest || ahead(top) <= 0.0 {
                continue;
            }
            // From a point where it is below 0 on tangents come closer and never pass.
            root = if root < top && root > 0.0 && ahead(root) < 0.0 { root } else { fewest };
            if root <= 0.0 {
                // A point far down: Q' = m^(S−1)·e^(−m)/(S−1)! is less than m^(S−1)/(S−1)!.
                root = ((log_slope + log_factorial) / before).exp().min(top);
            }
            if ahead(root) >= 0.0 {
                continue;
            }
            for _ in 0..MOST_STEPS {
                let step = -ahead(root) / (before / root - 1.0);
                root = (root + step).min(top);
                if step <= 1e-12 * root {
                    break;
                }
            }
            // Q_S at the root, where Q_S' = h0/(ρℓ).
            let (mut term, mut sum, mut next) = (kept / all * root / level as f64, 0.0, level as f64);
            while term > DUST * sum {
                sum += term;
                next += 1.0;
                term *= root / next;
            }
            best = best.min(held + kept * (most - root) + all * sum);
        }
        // Rounding must not lift it.
        best * (1.0 - 1e-11)
    }
}

/// P(Poisson(mean) ≥ level) for level = 0, 1, …, summed from the far end.
fn tails(mean: f64) -> Vec<f64> {
    let pipeline = Pmf::demand(mean, 1.0);
    let mut tails = vec![1.0; pipeline.first() + pipeline.mass().len()];
    let mut sum = 0.0;
    for (level, p) in pipeline.mass().iter().enumerate().rev() {
        sum += p;
        tails[pipeline.first() + level] = f64::min(sum, 1.0);
    }
    tails
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Stockout;
    use crate::stocking::two_echelon::{Depot, Position, Stream};

    /// The least of (least) among many waits and all levels that may be worth their cost.
    fn searched(delay: &Delay, load: f64, asked: f64) -> f64 {
        let steps = 250;
        let mut least = delay.price * asked;
        for step in 0..=steps {
            let wait = delay.time * f64::from(step) / f64::from(steps);
            let tails = tails(load * (delay.left + wait));
            for level in 1..200 {
                let held = delay.behind * asked * (delay.time - wait) + delay.holding * level as f64;
                let late = tails.get(level).copied().unwrap_or(0.0);
                least = least.min(held + delay.price * asked * late);
            }
        }
        least
    }

    #[test]
    fn the_best_wait_is_found_whatever_is_dear() {
        for (holding, behind) in [(25.0, 25.0), (25.0, 10.0), (25.0, 40.0)] {
            for price in [0.5, 2.0, 8.0, 60.0] {
                for (load, asked) in [(0.3, 0.3), (4.0, 4.0), (60.0, 60.0), (60.0, 67.0), (400.0, 400.0)] {
                    let delay = Delay { holding, behind, time: 0.08, left: 0.004, price };
                    let (found, searched) = (delay.least(load, asked), searched(&delay, load, asked));
                    let near = found <= searched * (1.0 + 1e-9) && found >= searched * (1.0 - 1e-2);
                    assert!(near, "{holding} {behind} {price} {load}: {found} {searched}");
                }
            }
        }
    }

    #[test]
    fn a_depot_of_many_outlets_costs_each_no_less_and_hardly_more() {
        for (price, load, outlets) in [(3.0, 6.0, 60.0), (30.0, 6.0, 60.0), (300.0, 2.0, 200.0), (30.0, 40.0, 30.0)] {
            let delay = Delay { holding: 25.0, behind: 25.0, time: 0.06, left: 0.006, price };
            let depot = Depot::new(load * outlets, 1.0, delay.time);
            let stream = Stream::new(load, 1.0, delay.left);
            let mut least = f64::INFINITY;
            for central in 0..=(2.0 * depot.mean_pipeline()) as u32 {
                let upstream = depot.holding(central);
                let position = Position::new(stream, Some(&upstream), Stockout::Backorder);
                let own =
                    |level: u32| delay.holding * f64::from(level) + price * load * (1.0 - position.within(level, 0.0));
                let shelf = (0..12).map(own).fold(f64::INFINITY, f64::min);
                least = least.min(delay.behind * f64::from(central) / outlets + shelf);
            }
            let bound = delay.least(load, load);
            assert!(bound <= least * (1.0 + 1e-9) && bound >= 0.85 * least, "{price} {load}: {bound} {least}");
        }
    }
}
