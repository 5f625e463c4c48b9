//! Lanes that price a late unit differently.
//!
//! All lanes of an outlet draw on one shelf. With ℓ_r the demand over lane r, L the chance to be late and prices
//! ρ_r ≥ (1−t_r)·ρ + t_r·ρ', where ρ is the least and ρ' the greatest of them, 0 ≤ t_r ≤ 1, whatever the stock of a part is,
//!
//! ```text
//! (span)   holding + Σ_r ρ_r·ℓ_r·L ≥ (1−t)·[holding + ρ·ℓ·L] + t·[holding + ρ'·ℓ·L],   t = Σ_r t_r·ℓ_r / ℓ
//!                                  ≥ g(ℓ) + t·(g'(ℓ) − g(ℓ)) ≥ g(ℓ) + δ·Σ_r t_r·ℓ_r
//! ```
//! with g the bound (`shelf`) at ρ, g' at ρ', and δ the least of (g'(ℓ) − g(ℓ))/ℓ over the loads that are possible.

use super::lane::{LanePrice, Lateness};
use super::modes::Lane;
use crate::scenario::PartId;

/// How what stock costs grows with its load and with the price of a late unit, roughly: what lanes to price together is judged by.
const WITH_LOAD: f64 = 0.75;
const WITH_PRICE: f64 = 0.4;

/// The least and the greatest price of a late unit of a part, by how it comes too late.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    pub(super) least: Lateness,
    pub(super) most: Lateness,
}

impl Span {
    /// Of one price.
    pub(super) fn of(late: Lateness) -> Self {
        Self { least: late, most: late }
    }

    /// With another price in it.
    pub(super) fn with(self, late: Lateness) -> Self {
        Self { least: self.least.least(late), most: self.most.most(late) }
    }

    /// The greatest price, if it is another.
    pub(super) fn dearer(self) -> Option<Lateness> {
        (self.most.total() > self.least.total() * (1.0 + 1e-9)).then_some(self.most)
    }

    /// t: where in the span a price is, of both ways to be late the lesser.
    pub(super) fn place(self, late: Lateness) -> f64 {
        let part = |least: f64, own: f64, most: f64| if most > least { (own - least) / (most - least) } else { 1.0 };
        let off_shelf = part(self.least.off_shelf, late.off_shelf, self.most.off_shelf);
        let beyond = part(self.least.beyond_window, late.beyond_window, self.most.beyond_window);
        let place = off_shelf.min(beyond).clamp(0.0, 1.0);
        if self.dearer().is_some() { place } else { 0.0 }
    }
}

/// The spans of an outlet's parts, and where in them its lanes are.
pub(super) struct Spans<'a> {
    pub(super) parts: Vec<Option<Span>>,
    pub(super) lanes: Vec<Lane<'a>>,
}

/// A lane of an outlet: its region's part units \[a year\] and their shares by part, and what it pays.
pub(super) type Offer<'a, 'p> = (f64, &'a [(PartId, f64)], &'p LanePrice);

impl<'a> Spans<'a> {
    /// Of these lanes, where a part that comes too late saves something; who saves more than he pays for it pays nothing.
    pub(super) fn of(offers: &[Offer<'a, '_>], saved: &[f64]) -> Self {
        let late = |price: &LanePrice, part: usize| {
            let own = price.late[part];
            let off_shelf = own.off_shelf - saved[part];
            if off_shelf < 0.0 { Lateness::default() } else { Lateness { off_shelf, ..own } }
        };
        let mut parts: Vec<Option<Span>> = vec![None; saved.len()];
        for (_, shares, price) in offers {
            for part in shares.iter().map(|(part, _)| part.at()) {
                let own = late(price, part);
                parts[part] = Some(parts[part].map_or(Span::of(own), |span| span.with(own)));
            }
        }
        let differ = parts.iter().flatten().any(|span| span.dearer().is_some());
        let lanes = offers.iter().map(|&(units, shares, price)| {
            let place =
                |(part, _): &(PartId, f64)| parts[part.at()].map_or(0.0, |span| span.place(late(price, part.at())));
            let places = if differ { shares.iter().map(place).collect() } else { Vec::new() };
            Lane { units, shares, places }
        });
        let lanes = lanes.collect();
        Self { parts, lanes }
    }
}

/// How many lanes, dearest first, are best priced together; each has a mean price of a late unit and a load.
pub(super) fn together(lanes: impl Iterator<Item = (f64, f64)>) -> usize {
    let (mut load, mut all, mut dearest, mut best, mut together) = (0.0, 0.0, 0.0, 0.0, 0);
    for (number, (price, units)) in lanes.enumerate() {
        dearest = f64::max(dearest, price);
        load += units;
        all += price * units;
        let place = if dearest > price { (all / load - price) / (dearest - price) } else { 0.0 };
        let worth = (1.0 - place) * price.max(0.0).powf(WITH_PRICE) + place * dearest.powf(WITH_PRICE);
        let value = worth * load.powf(WITH_LOAD);
        if value >= best && price > 0.0 {
            (best, together) = (value, number + 1);
        }
    }
    together
}

#[cfg(test)]
mod tests {
    use super::*;

    fn late(off_shelf: f64, beyond_window: f64) -> Lateness {
        Lateness { off_shelf, beyond_window }
    }

    #[test]
    fn a_price_is_no_less_than_its_place_in_the_span_says() {
        let prices = [late(24.0, 3.0), late(40.0, 0.0), late(31.0, 9.0), late(24.0, 0.0)];
        let span = prices.into_iter().map(Span::of).reduce(|span, own| span.with(own.least)).expect("there are prices");
        assert_eq!((span.least, span.most), (late(24.0, 0.0), late(40.0, 9.0)));
        for price in prices {
            let place = span.place(price);
            assert!(24.0 + 16.0 * place <= price.off_shelf + 1e-12 && 9.0 * place <= price.beyond_window + 1e-12);
        }
        assert_eq!(span.place(span.most), 1.0);
        assert_eq!(Span::of(prices[0]).place(prices[0]), 0.0);
    }

    #[test]
    fn lanes_of_like_prices_are_priced_together_and_those_of_none_are_left_out() {
        assert_eq!(together([(40.0, 5.0), (32.0, 5.0), (24.0, 5.0)].into_iter()), 3);
        assert_eq!(together([(40.0, 5.0), (40.0, 5.0), (0.0, 30.0)].into_iter()), 2);
        assert_eq!(together([(0.0, 5.0)].into_iter()), 0);
    }
}
