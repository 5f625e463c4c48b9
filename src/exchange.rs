//! The money of a country in the scenario's currency.
//!
//! ```text
//! (exchange)  amount in the scenario's currency = amount in the country's × exchange rate of the country
//! ```
//!
//! for what is paid in the country: its wage, what its sites cost to be open, to open and to close, and what its market leaves. What crosses
//! borders (the value of parts, freight, express) is written in the scenario's currency everywhere. A currency that gains
//! is thus one number, and everything behind the border sees one currency.

use crate::scenario::{Country, Scenario};
use crate::units::Money;

/// Converts what is written in the currencies of countries.
pub(crate) fn convert(scenario: &mut Scenario) {
    let rates: Vec<Option<f64>> = scenario.countries.iter().map(|country| country.exchange_rate).collect();
    if rates.iter().all(Option::is_none) {
        return;
    }
    for Country { labour_cost_per_hour, exchange_rate, .. } in &mut scenario.countries {
        if let Some(rate) = *exchange_rate {
            *labour_cost_per_hour = exchanged(*labour_cost_per_hour, rate);
        }
    }
    for site in scenario.outlets.iter_mut().chain(&mut scenario.depots) {
        let Some(rate) = site.country.and_then(|country| rates[country.at()]) else { continue };
        for money in [&mut site.fixed_cost, &mut site.opening_cost, &mut site.closing_cost] {
            *money = exchanged(*money, rate);
        }
    }
    for market in scenario.markets.iter_mut().flat_map(|markets| &mut markets.rows) {
        let Some(rate) = rates[market.country.at()] else { continue };
        for money in [
            &mut market.margin_per_unit,
            &mut market.service_margin_per_unit_year,
            &mut market.outlet_cost_per_year,
            &mut market.opening_cost,
            &mut market.closing_cost,
        ] {
            *money = (*money * rate).clamp(f64::MIN, f64::MAX);
        }
    }
}

/// (exchange).
fn exchanged(money: Money, rate: f64) -> Money {
    // No amount that anyone pays leaves the range of numbers; one that does stays the largest of them.
    Money::new((money.get() * rate).min(f64::MAX)).expect("amounts and rates are finite and never negative")
}
