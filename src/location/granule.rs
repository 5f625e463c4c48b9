//! The step in which costs move when all of them are whole multiples of it.
//!
//! Where everything is decided yes or no and every cost is a multiple of g, so is the cost of every plan: a bound may be
//! raised to the next multiple, and a plan that beats another beats it by g.

use super::instance::Instance;

/// Values beyond this are not known to the unit.
const LARGEST: f64 = 1e12;

/// The step of all plans' costs, and how far a plan's cost may be from a multiple of it by rounding.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Granule {
    /// The step \[currency/year\].
    pub step: f64,
    /// The rounding of a whole plan \[currency/year\].
    pub rounding: f64,
}

impl Granule {
    /// The step of a problem's costs; none when they share no whole number, or when shares may be divided.
    pub fn of(instance: &Instance) -> Option<Self> {
        if !instance.plain && !instance.problem.single {
            return None;
        }
        let mut common: u64 = 0;
        let mut worst: f64 = 0.0;
        let mut take = |value: f64| {
            let whole = value.round();
            worst = worst.max((value - whole).abs());
            if whole.abs() > LARGEST || (value - whole).abs() > 1e-9 * whole.abs().max(1.0) {
                return false;
            }
            common = divisor(common, whole.abs() as u64);
            true
        };
        for i in 0..instance.customers {
            for p in instance.lanes(i) {
                for m in instance.modes_of(instance.site[p] as usize) {
                    if !take(instance.cost[p] + instance.modes[m].per_load * instance.load(i)) {
                        return None;
                    }
                }
            }
        }
        let fixed = instance.modes.iter().map(|mode| mode.fixed);
        for value in fixed.chain(instance.problem.uppers.iter().map(|upper| upper.fixed)) {
            if !take(value) {
                return None;
            }
        }
        let terms = (instance.customers + instance.sites + instance.uppers + 1) as f64;
        let granule = Self { step: common as f64, rounding: 2.0 * terms * worst.max(f64::EPSILON) };
        (common > 0 && granule.rounding < 0.01 * granule.step).then_some(granule)
    }

    /// The bound raised to what a plan can cost.
    pub fn raise(&self, bound: f64) -> f64 {
        if !bound.is_finite() {
            return bound;
        }
        let least = ((bound - self.slack(bound)) / self.step).ceil() * self.step - self.rounding;
        bound.max(least)
    }

    /// What a plan must cost less than this to be better than another.
    pub fn below(&self, cost: f64) -> f64 {
        cost - self.step + self.slack(cost)
    }

    /// The rounding of bounds and costs of a size.
    fn slack(&self, size: f64) -> f64 {
        self.rounding + 1e-9 * size.abs() + 1e-6 * self.step
    }
}

/// The greatest common divisor (Euclid).
fn divisor(mut a: u64, mut b: u64) -> u64 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}
