//! One part at one outlet: the least that its stock, its share of the depot's stock and its late units cost, and a straight
//! line below that.
//!
//! What a depot holds is charged to its outlets. With X0 on order and B0 = (X0 − S0)⁺ owed, S0 ≥ E[X0] − E[B0], and both are
//! sums over the outlets: of the orders D_o in a lead time of the depot, and of the debt Z_o ≤ D_o. So an outlet pays for its
//! part of h0·S0, whatever the others do,
//!
//! ```text
//! (behind)  h0·S0 + Σ_o [h·S_o + ρℓ·late_o] ≥ Σ_o min_S E[ min_{0≤z≤D} η·(D−z) + h·S + ρℓ·L(S−z) ],   η = min(h, h0)
//! (level)   for z = S − s, 0 ≤ s ≤ S:  η·D + (h−η)·S + η·s + ρℓ·L(s);   beyond, for z = D:  h·S + ρℓ
//! (least)   g(ℓ) = min_S [ η·E[D] + m(S) − η·E[(D − S − κ(S))⁺] ]
//!           m(S) = (h−η)·S + min_{s≤S} [η·s + ρℓ·L(s)],   κ(S) = ((h−η)·S + ρℓ − m(S))/η
//! ```
//! with L(s) = P(Y + J ≥ s) the chance to be late with s units under a depot that owes nothing, and 1 for s ≤ 0: what is owed is
//! independent of Y + J, which is still to come. The inner minimum knows D and takes the best debt for it, which no plan can,
//! and (h−η)·z ≥ 0 is counted. From the S on where m no longer falls nothing is gained. D is a demand over the shortest mean
//! time of any depot; g grows with it and with ℓ (for less demand take the same debt, or all of it).
//!
//! Where demand is Poisson and one way of being late is priced, more is known of what a depot owes: g is that of `delay`.
//!
//! Where stockouts are expressed, a depot makes its outlets wait w on average, 0 ≤ w ≤ T, E[B0] = λ0·w: an outlet pays
//! min_w [h0·ℓ·(T−w) + min_S h·S + ρℓ·lost(S, ℓ·(L+w))], from below on each of a few intervals of w by its ends.
//!
//! ```text
//! (cell)    g(ℓ) ≥ min_S E[ min(η·D(ℓ) + m(S), h·S + ρℓ_i) ]   for ℓ ≥ ℓ_i,  with m of ℓ_i
//! ```
//! is concave in ℓ (the mean of a concave function of a process with independent increments, and a minimum of those), so on a
//! cell ℓ_i … ℓ_{i+1} it lies above the straight line between its ends; the same holds of the minimum over w. Without a depot
//! g(ℓ) ≥ min_S [h·S + ρℓ·L_i(S)], a minimum of straight lines.
//!
//! A unit may be late in two ways with prices of their own, not on the shelf and not within a window: ρ·L is a sum of two. Where
//! every outlet promises a share of its demand from the shelf, h times the least stock that keeps it (`stairs`) is another bound.
//!
//! Without a depot η·D is nothing and g(ℓ) = G(ℓ) of `bound`.

use crate::scenario::{PartId, Stockout};
use crate::stocking::Stairs;
use crate::stocking::distribution::Pmf;

use super::delay::Delay;
use super::floor::{Cell, Floor};
use super::lane::Lateness;
use super::losses::LossFloor;

/// Intervals of a mean wait at a depot, narrow where it is short.
const WAITS: usize = 8;

/// One part at one outlet, priced.
#[derive(Clone, Copy)]
pub(super) struct Shelf<'a> {
    pub(super) part: PartId,
    /// ρ, by how a unit comes too late.
    pub(super) late: Lateness,
    /// The base stock that keeps the share that has to be met from the shelf, where there is one.
    pub(super) required: Option<&'a Stairs>,
    pub(super) holding: f64,
    pub(super) lead_time: f64,
    /// What the window leaves of the lead time \[years\].
    pub(super) left: f64,
    pub(super) ratio: f64,
    pub(super) stockout: Stockout,
    pub(super) behind: Behind,
    /// Where stockouts are expressed.
    pub(super) losses: Option<&'a LossFloor>,
}

/// The least that stands behind a shelf; nothing without a depot.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct Behind {
    /// h0 \[money/year and unit\].
    pub(super) holding: f64,
    /// T, by each unit that the outlet is asked for (of which it may repair some) \[years\].
    pub(super) time: f64,
}

impl Behind {
    /// The least of either.
    pub(super) fn least(self, other: Self) -> Self {
        Self { holding: self.holding.min(other.holding), time: self.time.min(other.time) }
    }
}

impl Shelf<'_> {
    /// g at a load \[units/year\].
    #[cfg(test)]
    fn least(&self, load: f64) -> f64 {
        self.ends(load, load).0
    }

    /// g at the left end of a cell of loads, and (cell) at its right end.
    fn ends(&self, from: f64, to: f64) -> (f64, f64) {
        if self.holding <= 0.0 {
            // Stock that costs nothing makes nobody wait.
            return (0.0, 0.0);
        }
        (self.priced(from, from), self.priced(from, to))
    }

    /// (least) with D of a load of its own; without a depot it is the late units' load instead.
    fn priced(&self, load: f64, ordered: f64) -> f64 {
        match self.stockout {
            Stockout::Emergency if self.behind.time <= 0.0 => self.least_loss(load, ordered, self.lead_time),
            Stockout::Emergency => {
                let wait = |number: usize| self.behind.time * (number as f64 / WAITS as f64).powi(2);
                let pays = |number: usize| {
                    let kept = self.behind.holding * ordered * (self.behind.time - wait(number + 1));
                    kept + self.least_loss(load, load, self.lead_time + wait(number))
                };
                (0..WAITS).map(pays).fold(f64::INFINITY, f64::min)
            }
            Stockout::Backorder => self.least_late(load, ordered),
        }
    }

    /// min_S h·S + ρℓ·lost(S), with the lost shares of a load and the price of another.
    fn least_loss(&self, load: f64, late: f64, lead_time: f64) -> f64 {
        self.losses.map_or(0.0, |losses| losses.least(self.holding, self.late.total() * late, load * lead_time))
    }

    /// Y + J for a time: a unit finds its own batch before it, whatever the load.
    fn before_a_unit(&self, load: f64, time: f64) -> Pmf {
        Pmf::demand(load * time, self.ratio).plus(&Pmf::batch_before(self.ratio))
    }

    /// (least).
    fn least_late(&self, load: f64, ordered: f64) -> f64 {
        let Lateness { off_shelf, mut beyond_window } = self.late;
        if self.left <= 1e-12 * self.lead_time {
            beyond_window = 0.0;
        }
        if (off_shelf + beyond_window) * ordered <= 0.0 {
            return 0.0;
        }
        let plain = self.ratio <= 1.0 + 1e-12 && self.behind.holding > 0.0 && self.behind.time > 0.0;
        if plain && (off_shelf <= 0.0 || beyond_window <= 0.0) {
            let left = if off_shelf > 0.0 { self.lead_time } else { self.left };
            let Behind { holding: behind, time } = self.behind;
            let price = off_shelf + beyond_window;
            return Delay { holding: self.holding, behind, time, left, price }.least(load, ordered);
        }
        let pipeline = |price: f64, time: f64| (price > 0.0).then(|| self.before_a_unit(load, time));
        let waited =
            [(off_shelf, pipeline(off_shelf, self.lead_time)), (beyond_window, pipeline(beyond_window, self.left))];
        let kept = self.holding.min(self.behind.holding);
        let (late_load, ordered) = if self.behind.time > 0.0 && kept > 0.0 {
            (load, Some(Pmf::demand(ordered * self.behind.time, self.ratio)))
        } else {
            (ordered, None)
        };
        let all_late = (off_shelf + beyond_window) * late_load;
        let rest = if ordered.is_some() { self.holding - kept } else { 0.0 };
        let unit = self.holding - rest;
        let (mut least, mut inner) = (f64::INFINITY, f64::INFINITY);
        let mut level = 0_u32;
        // From a unit on that costs more to keep than all there is to gain, the inner minimum stays.
        while f64::from(level) * unit < inner {
            let more = |(price, pipeline): &(f64, Option<Pmf>)| {
                pipeline.as_ref().map_or(0.0, |pipeline| price * pipeline.more_than(i64::from(level) - 1))
            };
            let late: f64 = waited.iter().map(more).sum();
            inner = inner.min(unit * f64::from(level) + late_load * late);
            let held = rest * f64::from(level);
            let value = match &ordered {
                None => inner,
                Some(ordered) => {
                    let deep = f64::from(level) + (all_late - inner) / unit;
                    inner + held + unit * (ordered.mean() - expected_beyond(ordered, deep))
                }
            };
            least = least.min(value);
            level += 1;
        }
        // What is left out of a distribution's ends must not lift the bound.
        least * (1.0 - 1e-12)
    }

    /// g from below in cells that end at these loads, or the stock that the required share needs under a depot that owes nothing.
    pub(super) fn floor(&self, ends: &[f64]) -> Floor {
        let required = self.required.map(|stairs| {
            let mut from = 0.0;
            let cells = stairs.corners().iter().map(|&(on_order, level)| {
                let (to, held) = (on_order / self.lead_time, self.holding * f64::from(level));
                let cell = Cell { from, to, left: held, right: held };
                from = to;
                cell
            });
            Floor::of(if self.lead_time > 0.0 { cells.collect() } else { Vec::new() })
        });
        if self.late.total() <= 0.0 {
            return required.unwrap_or_default();
        }
        let mut from = 0.0;
        let cells = ends.iter().map(|&to| {
            let (left, right) = self.ends(from, to);
            Cell { from: std::mem::replace(&mut from, to), to, left, right }
        });
        let priced = Floor::of(cells.collect());
        required.map_or(priced.clone(), |required| priced.or(&required))
    }
}

/// E\[(D − x)⁺\] for any x ≥ 0, summed over the tail.
fn expected_beyond(ordered: &Pmf, x: f64) -> f64 {
    let from = (x.floor() as usize + 1).saturating_sub(ordered.first()).min(ordered.mass().len());
    let beyond = |(i, p): (usize, &f64)| ((ordered.first() + from + i) as f64 - x) * p;
    ordered.mass()[from..].iter().enumerate().rev().map(beyond).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stocking::two_echelon::{Depot, Position, Stream};

    fn shelf(price: f64) -> Shelf<'static> {
        Shelf {
            part: PartId(0),
            late: Lateness { off_shelf: price, beyond_window: 0.0 },
            required: None,
            holding: 25.0,
            lead_time: 0.02,
            left: 0.02,
            ratio: 1.0,
            stockout: Stockout::Backorder,
            behind: Behind::default(),
            losses: None,
        }
    }

    /// What a depot with one outlet costs at the least: every pair of base stocks.
    fn enumerated(shelf: &Shelf, load: f64) -> f64 {
        let Behind { holding, time } = shelf.behind;
        let depot = Depot::new(load, shelf.ratio, time);
        let stream = Stream::new(load, shelf.ratio, shelf.lead_time);
        let mut least = f64::INFINITY;
        for central in 0..40 {
            let upstream = depot.holding(central);
            let position = Position::new(stream, Some(&upstream), shelf.stockout);
            for level in 0..40 {
                let held = holding * f64::from(central) + shelf.holding * f64::from(level);
                least = f64::min(least, held + shelf.late.total() * load * (1.0 - position.within(level, 0.0)));
            }
        }
        least
    }

    #[test]
    fn what_stands_behind_a_shelf_costs_no_less_than_the_bound_says() {
        for stockout in [Stockout::Backorder, Stockout::Emergency] {
            for (holding, ratio) in [(25.0, 1.0), (10.0, 1.0), (40.0, 1.0), (25.0, 2.5)] {
                let losses = LossFloor::of(ratio);
                for price in [2.0, 8.0, 30.0, 400.0] {
                    let behind = Behind { holding, time: 0.1 };
                    let shelf = Shelf { behind, ratio, stockout, losses: Some(&losses), ..shelf(price) };
                    for load in [1.0, 7.0, 40.0, 120.0] {
                        let (bound, least) = (shelf.least(load), enumerated(&shelf, load));
                        assert!(
                            bound <= least * (1.0 + 1e-9),
                            "{stockout:?} {holding} {ratio} {price} {load}: {bound} {least}"
                        );
                        // It is of use: where lateness is dear, all that the depot has on order on average is in it.
                        let alone = Shelf { behind: Behind::default(), ..shelf }.least(load);
                        assert!(bound >= alone * (1.0 - 1e-9), "{price} {load}: {bound} {alone}");
                        if stockout == Stockout::Backorder && price == 400.0 && load >= 7.0 {
                            let on_order = holding.min(shelf.holding) * load * behind.time;
                            assert!(bound >= alone + 0.95 * on_order, "{ratio} {load}: {bound} {alone} {on_order}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn the_floor_lies_below_the_least_cost_of_stock_and_near_it() {
        for price in [1.0, 30.0, 400.0] {
            let shelf = shelf(price);
            let ends: Vec<f64> = (1..=64).map(|end| 300.0 * (f64::from(end) / 64.0).powf(1.5)).collect();
            let floor = shelf.floor(&ends);
            for step in 1..=600 {
                let load = 0.5 * f64::from(step);
                let (below, least) = (floor.at(load), shelf.least(load));
                // Between narrow cells the floor is near; where the load is small, cells are wide for it.
                let near = if load < 10.0 { 0.7 } else { 0.9 };
                assert!(
                    below <= least * (1.0 + 1e-9) + 1e-9 && below >= near * least,
                    "{price} {load}: {below} {least}"
                );
            }
        }
    }

    #[test]
    fn more_load_never_needs_less_stock_and_lateness() {
        let shelf = shelf(60.0);
        let costs: Vec<f64> = (0..300).map(|load| shelf.least(f64::from(load))).collect();
        assert!(costs.windows(2).all(|pair| pair[0] <= pair[1] + 1e-9));
    }
}
