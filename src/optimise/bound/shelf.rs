//! One part at one outlet: the least that its stock and its late units cost, and a straight line below that.

use crate::scenario::{PartId, Stockout};
use crate::stocking::{distribution::Pmf, erlang::erlang_b};

/// Points at which G is evaluated in an interval.
const POINTS: usize = 12;

/// One part at one outlet, priced.
pub(super) struct Shelf {
    pub(super) part: PartId,
    pub(super) price: f64,
    pub(super) holding: f64,
    pub(super) lead_time: f64,
    pub(super) window: f64,
    pub(super) ratio: f64,
    pub(super) stockout: Stockout,
}

impl Shelf {
    /// G at a load \[units/year\].
    fn least(&self, load: f64) -> f64 {
        let late: Box<dyn Fn(u32) -> f64> = match self.stockout {
            Stockout::Emergency => Box::new(move |level| erlang_b(level, load * self.lead_time)),
            Stockout::Backorder => {
                let pipeline = Pmf::demand(load * (self.lead_time - self.window).max(0.0), self.ratio);
                // A unit finds its own batch before it, whatever the load.
                let pipeline = pipeline.plus(&Pmf::batch_before(self.ratio));
                let always = self.window >= self.lead_time * (1.0 - 1e-12);
                Box::new(move |level| if always { 0.0 } else { pipeline.more_than(i64::from(level) - 1) })
            }
        };
        let mut least = f64::INFINITY;
        let mut level = 0;
        while f64::from(level) * self.holding < least {
            let cost = f64::from(level) * self.holding + self.price * load * late(level);
            least = least.min(cost);
            if self.holding <= 0.0 {
                // Stock that costs nothing makes nobody wait.
                return 0.0;
            }
            level += 1;
        }
        least
    }

    /// A straight line (at rest, per unit of load) below G on an interval of loads.
    pub(super) fn line(&self, from: f64, to: f64) -> (f64, f64) {
        let from = from.min(to);
        let at = |number: usize| from + (to - from) * number as f64 / POINTS as f64;
        let values: Vec<f64> = (0..=POINTS).map(|number| self.least(at(number))).collect();
        let width = to - from;
        let slope = if width > 0.0 { ((values[POINTS] - values[0]) / width).max(0.0) } else { 0.0 };
        let rest = (0..POINTS).map(|number| values[number] - slope * at(number + 1)).fold(f64::INFINITY, f64::min);
        // Rounding must not lift the line above G.
        (rest - 1e-9 * rest.abs() - 1e-12 * slope * to, slope)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shelf(price: f64) -> Shelf {
        Shelf {
            part: PartId(0),
            price,
            holding: 25.0,
            lead_time: 0.02,
            window: 0.0,
            ratio: 1.0,
            stockout: Stockout::Backorder,
        }
    }

    #[test]
    fn the_line_of_an_interval_lies_below_the_least_cost_of_stock() {
        for price in [1.0, 30.0, 400.0] {
            let shelf = shelf(price);
            for (from, to) in [(0.0, 5.0), (5.0, 40.0), (40.0, 41.0), (100.0, 1000.0)] {
                let (rest, slope) = shelf.line(from, to);
                for step in 0..=200 {
                    let load = from + (to - from) * f64::from(step) / 200.0;
                    assert!(
                        rest + slope * load <= shelf.least(load) * (1.0 + 1e-9) + 1e-9,
                        "{price} {from} {to} {load}"
                    );
                }
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
