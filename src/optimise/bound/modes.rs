//! The modes of an outlet: straight lines below what all its parts' stock costs, one for each interval of its load.
//!
//! ```text
//! (mode)   cost of stock ≥ a_m + Σ_p (σ_p + τ_m)·ℓ_p      for every load L = Σ_p ℓ_p in the interval m
//! (rest)   a_m = Σ_p min { g_p(ℓ) − (σ_p + τ_m + λ_p)·ℓ : least_p(from) ≤ ℓ ≤ most_p(to) }
//!                + min { Σ_k x_k Σ_p λ_p·r_kp : from ≤ Σ_k u_k·x_k ≤ to, 0 ≤ x ≤ 1 }
//! ```
//! σ_p, the same in all modes, is what a lane's own mix of parts pays; τ_m is by unit of load. Every choice of σ, τ and λ gives a
//! bound: with λ_p the price of ℓ_p = Σ_k r_kp·x_k, the parts fall apart (`floor`), each within what an outlet can be asked for
//! with such a load (`mixes`), and what is left is a continuous knapsack over the lanes k. λ climbs by subgradients, the demand
//! of the knapsack less that of the parts, from what each part's own slope in the interval is more than σ + τ. σ_p is the slope of g_p over what the part can be asked for at a usual load, τ_m that of the whole along the mean mix less σ, both of the
//! least concave function above g, for the slopes of stairs are none.
//!
//! Where lanes price a late unit differently (`span`), stock costs Σ_p δ_p·t_kp·r_kp·x_k besides, with δ of the interval and the
//! depot. Lane k is charged one such sum, the same in all modes; what is above it in a mode is a price of x_k in (rest).

use super::floor::{Floor, Roof};
use super::mixes::Reach;
use crate::scenario::PartId;

/// Slopes of a mode that are tried, as shares of the chord's.
const SLOPES: [f64; 7] = [1.0, 0.85, 0.7, 0.55, 0.4, 0.3, 0.15];

/// λ that are tried, as shares of the chord's slope.
pub(super) const PRICES: [f64; 9] = [0.0, -0.4, -0.2, -0.1, -0.05, 0.05, 0.1, 0.2, 0.4];

/// The first step of λ, as a share of the chord's slope, and how the next ones shrink.
const STRIDE: f64 = 0.3;
const SHRINKS: f64 = 0.85;

/// The parts of an outlet that its stock is bounded by.
pub(super) struct Stock<'a> {
    /// Those parts with a floor.
    floors: Vec<Option<Held>>,
    /// Its lanes, where λ may differ between parts.
    lanes: Vec<Lane<'a>>,
    /// Steps of λ.
    steps: usize,
    /// What it can be asked for, by part.
    reach: &'a [Reach],
    /// The share of each part in all that it can be asked for.
    shares: &'a [f64],
}

/// What the stock of a part costs.
struct Held {
    floor: Floor,
    roof: Roof,
    /// How much more it costs at the greatest price, where lanes' prices differ.
    dearer: Option<Floor>,
}

impl<'a> Stock<'a> {
    /// Of parts with their floors at the least price, and at the greatest where that is another.
    pub(super) fn of(
        floors: Vec<(usize, Floor, Option<Floor>)>,
        reach: &'a [Reach],
        shares: &'a [f64],
        lanes: Vec<Lane<'a>>,
        steps: usize,
    ) -> Self {
        let mut held: Vec<Option<Held>> = reach.iter().map(|_| None).collect();
        for (part, floor, dear) in floors {
            let dearer = dear.map(|dear| floor.below(&dear));
            held[part] = Some(Held { roof: floor.roof(), floor, dearer });
        }
        Self { floors: held, reach, shares, lanes, steps }
    }

    /// What each part costs.
    pub(super) fn floors(&self) -> Vec<Option<Floor>> {
        self.floors.iter().map(|own| Some(own.as_ref()?.floor.clone())).collect()
    }

    fn roofs(&self) -> impl Iterator<Item = (usize, &Roof)> {
        self.floors.iter().enumerate().filter_map(|(part, own)| Some((part, &own.as_ref()?.roof)))
    }

    /// σ by part, for the loads of an interval.
    pub(super) fn slopes(&self, (from, to): (f64, f64)) -> Vec<f64> {
        let mut slopes = vec![0.0; self.shares.len()];
        for (part, roof) in self.roofs() {
            let (least, most) = (self.reach[part].least(from), self.reach[part].most(to));
            if most > least {
                slopes[part] = ((roof.at(most) - roof.at(least)) / (most - least)).max(0.0);
            }
        }
        slopes
    }

    /// Σ_p δ_p·t_p by unit of each lane, for the loads of an interval.
    pub(super) fn beside(&self, (from, to): (f64, f64)) -> Vec<f64> {
        let rate = |(held, reach): (&Option<Held>, &Reach)| {
            let dearer = held.as_ref().and_then(|held| held.dearer.as_ref());
            dearer.map_or(0.0, |dearer| dearer.least_rate(reach.least(from), reach.most(to)))
        };
        let rates: Vec<f64> = self.floors.iter().zip(self.reach).map(rate).collect();
        self.lanes.iter().map(|lane| lane.placed(&rates)).collect()
    }

    /// (mode) of an interval, where lanes are charged something besides by unit: a and σ + τ by unit of the mean mix, of those
    /// tried the best in the interval's middle or, below the usual load, towards that, for the mode is on offer to every load.
    pub(super) fn mode(&self, slopes: &[f64], charged: &[f64], usual: f64, (from, to): (f64, f64)) -> (f64, f64) {
        let along = |load: f64| -> f64 { self.roofs().map(|(part, roof)| roof.at(self.shares[part] * load)).sum() };
        let chords = self.slopes((from, to));
        let beside: Vec<f64> =
            self.beside((from, to)).iter().zip(charged).map(|(own, charged)| own - charged).collect();
        let mean: f64 = slopes.iter().zip(self.shares).map(|(slope, share)| slope * share).sum();
        best_line(along, usual, (from, to), |per_load, chord| {
            let slopes: Vec<f64> = slopes.iter().map(|slope| slope + per_load - mean).collect();
            // What a part's own chord is steeper by is the first guess of its price.
            let own: Vec<f64> = chords.iter().zip(&slopes).map(|(chord, slope)| chord - slope).collect();
            let rests = PRICES.iter().map(|price| {
                let prices: Vec<f64> = own.iter().map(|own| own + price * chord).collect();
                (self.rest(&slopes, &prices, &beside, (from, to)).0, prices)
            });
            let best = rests.max_by(|one, two| one.0.total_cmp(&two.0));
            best.map_or(f64::NEG_INFINITY, |(rest, prices)| {
                self.climb((&slopes, &beside), rest, prices, (from, to), chord)
            })
        })
    }

    /// (rest) from prices on upwards.
    fn climb(
        &self,
        (slopes, beside): (&[f64], &[f64]),
        rest: f64,
        mut prices: Vec<f64>,
        ends: (f64, f64),
        chord: f64,
    ) -> f64 {
        let mut best = rest;
        let mut stride = STRIDE * chord;
        for _ in 0..self.steps {
            let (value, ahead) = self.rest(slopes, &prices, beside, ends);
            best = best.max(value);
            let length = ahead.iter().map(|own| own * own).sum::<f64>().sqrt();
            if length <= 0.0 {
                break;
            }
            prices.iter_mut().zip(&ahead).for_each(|(price, own)| *price += stride * own / length);
            stride *= SHRINKS;
        }
        best
    }

    /// (rest) at slopes σ + τ and prices λ, with what lanes pay besides, and by part what the knapsack asks for more than the part
    /// takes.
    fn rest(&self, slopes: &[f64], prices: &[f64], beside: &[f64], (from, to): (f64, f64)) -> (f64, Vec<f64>) {
        let (mut sum, mut ahead) = (0.0, vec![0.0; slopes.len()]);
        for (part, own) in ahead.iter_mut().enumerate() {
            let slope = slopes[part] + prices[part];
            let (least, most) = (self.reach[part].least(from), self.reach[part].most(to));
            let (value, at) = match &self.floors[part] {
                Some(held) => held.floor.least(slope, least, most),
                None if slope > 0.0 => (-slope * most, most),
                None => (-slope * least, least),
            };
            sum += value;
            *own -= at;
        }
        let priced = |lane: &Lane| -> f64 { lane.shares.iter().map(|(part, share)| share * prices[part.at()]).sum() };
        let alike = prices.windows(2).all(|pair| pair[0] == pair[1]) && beside.iter().all(|beside| *beside == 0.0);
        if alike || self.lanes.is_empty() {
            let price = prices.first().copied().unwrap_or(0.0);
            let load = if price > 0.0 { from } else { to };
            // Which lanes are in it is open: the mean mix.
            ahead.iter_mut().zip(self.shares).for_each(|(own, share)| *own += share * load);
            return (sum + price * load, ahead);
        }
        let lanes = self.lanes.iter().zip(beside);
        let mut lanes: Vec<(f64, &Lane)> = lanes.map(|(lane, beside)| (priced(lane) + beside, lane)).collect();
        lanes.sort_by(|left, right| left.0.total_cmp(&right.0));
        let (mut load, mut size) = (0.0, 0.0);
        for (price, lane) in lanes {
            let wanted = if price < 0.0 { to } else { from };
            let taken = lane.units.min(wanted - load).max(0.0);
            load += taken;
            sum += price * taken;
            size += price.abs() * taken;
            lane.shares.iter().for_each(|(part, share)| ahead[part.at()] += share * taken);
        }
        // Rounding must not lift it.
        (sum - 1e-12 * size, ahead)
    }
}

/// Of lines below a stock that costs so much along the mean mix, a and σ + τ of the one that is highest where a mode is judged:
/// `rest` is a at a slope, given it and the chord's.
pub(super) fn best_line(
    along: impl Fn(f64) -> f64,
    usual: f64,
    (from, to): (f64, f64),
    rest: impl Fn(f64, f64) -> f64,
) -> (f64, f64) {
    let chord = if to > from { ((along(to) - along(from)) / (to - from)).max(0.0) } else { 0.0 };
    let middle = 0.5 * (from + to);
    let judged = f64::min(2.0 * middle, 0.5 * (middle + usual)).max(middle);
    // A line below zero at rest pays whoever is open for nothing, so that counts against it.
    let value = |(fixed, per_load): (f64, f64)| fixed + per_load * judged + 2.0 * fixed.min(0.0);
    let tried = SLOPES.iter().map(|part| (rest(part * chord, chord), part * chord));
    tried.max_by(|one, two| value(*one).total_cmp(&value(*two))).unwrap_or_default()
}

/// A lane of an outlet.
pub(super) struct Lane<'a> {
    /// The region's part units \[a year\].
    pub(super) units: f64,
    /// Shares of the parts in them.
    pub(super) shares: &'a [(PartId, f64)],
    /// Where in its part's span its price of a late unit is, by part; empty where all are at its lower end.
    pub(super) places: Vec<f64>,
}

impl Lane<'_> {
    /// Σ_p δ_p·t_p by unit of the lane.
    fn placed(&self, rates: &[f64]) -> f64 {
        let own = self.shares.iter().zip(&self.places);
        own.map(|((part, share), place)| share * place * rates[part.at()]).sum()
    }
}
