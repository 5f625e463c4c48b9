//! The prices of the goals, learnt from pass to pass.
//!
//! ```text
//! (newsvendor) late_g ≈ c / μ_g           so  μ_g ← μ_g · late_g / allowed_g
//! (secant)     one goal: ln(late/allowed) = 0 between a price that is too low and one that is high enough
//! (tangents)   at the end the top of L lies below the meeting point of its tangents there
//! ```

use super::pass::Pass;
use crate::stocking::allocation::Goal;

/// A price changes at most by this factor in a pass.
const LARGEST_STEP: f64 = 20.0;

/// The least step of a price that insists.
const INSISTENCE: f64 = 0.5;

/// From this ratio of the bracket's ends on its tangents are better than its secant.
const NARROW: f64 = 1e-3;

/// A bracket this narrow (relative) is closed where its tangents say so.
const CLOSED: f64 = 1e-9;

/// A first guess takes at least this share of all to be allowed to be late.
const LEAST_ALLOWED: f64 = 0.01;

/// One price tried with what came of it.
#[derive(Debug, Clone, Copy)]
struct Point {
    price: f64,
    /// L, and its slope: late − allowed.
    value: f64,
    slope: f64,
    /// ln(late/allowed).
    excess: f64,
}

/// The prices to be tried next.
#[derive(Debug)]
pub(super) struct Prices {
    of: Vec<f64>,
    caps: Vec<f64>,
    ceilings: Vec<f64>,
    /// With one goal: a price that is too low, and one that is high enough.
    low: Option<Point>,
    high: Option<Point>,
    /// How often in a row the same end of the bracket moved, for the secant (Illinois).
    repeated: (i32, bool),
    turns: usize,
}

impl Prices {
    /// A first guess: what a unit of stock at every outlet costs, for what may be late; rather too high than too low, since
    /// depots that hold much owe little, and that is soon evaluated.
    pub(super) fn new(goals: &[Goal], ceilings: &[f64], holding: f64) -> Self {
        let guess = |(goal, ceiling): (&Goal, &f64)| {
            let scale = ceiling.abs().max(goal.at_least.abs()).max(f64::MIN_POSITIVE);
            let allowed = (ceiling - goal.at_least).clamp(LEAST_ALLOWED * scale, scale);
            let guess = if holding > 0.0 { 0.5 * holding / allowed } else { 1.0 / scale };
            guess.min(goal.penalty.unwrap_or(f64::INFINITY).max(0.0))
        };
        let of = goals.iter().zip(ceilings).map(guess).collect();
        let caps = goals.iter().map(|goal| goal.penalty.unwrap_or(f64::INFINITY).max(0.0)).collect();
        Self { of, caps, ceilings: ceilings.to_vec(), low: None, high: None, repeated: (0, false), turns: 0 }
    }

    /// μ to be tried.
    pub(super) fn of(&self) -> &[f64] {
        &self.of
    }

    /// Keeps the prices and forgets how they were found: what a sample taught does not hold for the whole.
    pub(super) fn forget(&mut self) {
        (self.low, self.high, self.turns) = (None, None, 0);
    }

    /// Learns from a pass; true when nothing better is to be expected, or all lateness is within `precision` of what is
    /// allowed.
    pub(super) fn learn(&mut self, pass: &Pass, precision: f64) -> bool {
        self.turns += 1;
        let points: Vec<Point> = (0..self.of.len()).map(|g| self.point(pass, g)).collect();
        let at_rest = |(g, point): (usize, &Point)| {
            point.excess.abs() <= precision
                || (point.excess < 0.0 && self.of[g] <= 0.0)
                || (point.excess > 0.0 && self.of[g] >= self.caps[g])
        };
        if points.iter().enumerate().all(at_rest) {
            return true;
        }
        match points.as_slice() {
            [point] => self.learn_one(*point),
            _ => {
                for (g, point) in points.iter().enumerate() {
                    // One price moves the others' lateness too: later steps are a little shorter.
                    let damping = if self.turns > 6 { 0.7 } else { 1.0 };
                    self.of[g] = (self.of[g] * step(damping * point.excess)).min(self.caps[g]);
                }
                false
            }
        }
    }

    /// Learns from a pass when no plan has been found for long: what is short gets dearer, nothing gets cheaper. Where many
    /// promises meet few outlets, prices that settle one promise unsettle the next.
    pub(super) fn insist(&mut self, pass: &Pass) {
        for g in 0..self.of.len() {
            let point = self.point(pass, g);
            if point.excess > 0.0 {
                self.of[g] = (self.of[g].max(f64::MIN_POSITIVE) * step(point.excess.max(INSISTENCE))).min(self.caps[g]);
            }
        }
    }

    fn point(&self, pass: &Pass, g: usize) -> Point {
        let (late, allowed) = (pass.late[g], pass.allowed[g]);
        let dust = super::TOLERANCE * self.ceilings[g].abs();
        let excess = match (late <= allowed + dust, late <= dust) {
            (true, _) if allowed <= dust => 0.0,
            (true, true) => -LARGEST_STEP.ln(),
            (true, false) => (late / allowed).ln().min(-1e-15),
            (false, _) if allowed <= dust => LARGEST_STEP.ln(),
            (false, _) => (late / allowed).ln(),
        };
        Point { price: self.of[g], value: pass.value, slope: late - allowed, excess }
    }

    /// One goal: a bracket, its secant, in the end its tangents.
    fn learn_one(&mut self, point: Point) -> bool {
        let is_high = point.excess <= 0.0;
        self.repeated = if self.repeated.1 == is_high { (self.repeated.0 + 1, is_high) } else { (1, is_high) };
        *(if is_high { &mut self.high } else { &mut self.low }) = Some(point);
        let next = match (self.low, self.high) {
            (Some(low), Some(high)) => {
                if high.price <= low.price * (1.0 + 1e-14) {
                    return true;
                }
                if high.price < low.price * (1.0 + NARROW) || low.price <= 0.0 {
                    let meet = (high.value - high.slope * high.price - low.value + low.slope * low.price)
                        / (low.slope - high.slope);
                    let top = low.value + low.slope * (meet - low.price);
                    // Where depots' levels are not proven L is not quite concave, and its tangents may miss each other.
                    let known = low.value.max(high.value);
                    if top - known <= 1e-13 * top.abs() && high.price <= low.price * (1.0 + CLOSED) {
                        return true;
                    }
                    let inside = meet > low.price && meet < high.price;
                    if inside { meet } else { 0.5 * (low.price + high.price) }
                } else {
                    // The end that stays is drawn to the middle when the other moved twice.
                    let halved = |point: Point, stays: bool| {
                        if stays && self.repeated.0 > 1 {
                            point.excess * 0.5_f64.powi(self.repeated.0 - 1)
                        } else {
                            point.excess
                        }
                    };
                    let (above, below) = (halved(low, is_high), halved(high, !is_high).min(-1e-12));
                    let share = above / (above - below);
                    low.price * (high.price / low.price).powf(share.clamp(0.01, 0.99))
                }
            }
            // A little further than the newsvendor says, so that the bracket closes.
            _ if self.turns > 3 => point.price * step(1.5 * point.excess + 0.02 * point.excess.signum()),
            _ => point.price * step(point.excess + 0.01 * point.excess.signum()),
        };
        let settled = next >= self.caps[0] && point.price >= self.caps[0];
        self.of[0] = next.min(self.caps[0]);
        settled
    }
}

/// The factor of a step in the logarithm.
fn step(logarithm: f64) -> f64 {
    logarithm.exp().clamp(1.0 / LARGEST_STEP, LARGEST_STEP)
}
