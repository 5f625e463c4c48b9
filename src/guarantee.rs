//! The three guarantees: which claims are repaired, replaced or refunded, and what follows for demand and money.
//!
//! ```text
//! (warranty)  w = s(W) + a·(s(W + E) − s(W)),  s(t) = min(1, t / L)      share of failures in warranty
//! (claims)    C = w·Λ,  Λ all failures of the product in the country [1/year]
//! (split)     min r·c_r + x·c_x + u·c_u   s.t.   r + x + u = 1,  0 ≤ r ≤ R,  x ≥ X,  u ≥ U
//! (optimum)   x = X, u = U;  of the rest m = 1 − X − U: r = min(R, m) if c_r ≤ min(c_x, c_u), else 0;
//!             what then is left goes to the cheaper of x and u
//! (thinning)  a stream of rate λ and variance-to-mean ratio v keeps  p·λ  and  1 + (v − 1)·p,  p = 1 − w·(x + u)
//! (cost)      C·(x·c_x + u·c_u)
//! (contract)  n·a·P / L        n installed units, each of which buys one contract in a life with probability a
//! (returns)   σ·ρ·k            σ units sold a year, ρ of them come back, k lost on each; if not given σ = n / L
//! ```
//! A failure is a job of the product without a type: installations, training and the like are no claims. What channels solve
//! is none either.
//!
//! **(warranty)** A steady base whose units live L years each has ages that are uniform on \[0, L\]: the equilibrium
//! distribution of the age of a renewal process (Cox, Renewal Theory, 1962, section 5.1), here of a constant life. With
//! lives that vary about L the share in warranty is at most s(t), and equal to it where no unit dies in warranty. Failures
//! come at the same rate at every age. A contract goes on for E years after the first W.
//!
//! **(optimum) is the optimum.** Put x = X + x', u = U + u': the problem is to share m among r ≤ R, x' and u' at least cost, all
//! three at a price of their own. If in a plan a share t > 0 lies at a dearer one while a cheaper one has room, moving the
//! lesser of t and the room to it costs less; so a cheapest plan fills the cheapest first, then the next, and x' and u'
//! have no upper limit. The plan exists if and only if X + U ≤ 1. ∎
//!
//! **(thinning)** Each demand is kept with probability p by itself. A count of mean μ and variance v·μ keeps a mean of p·μ and a variance
//! of p²·v·μ + p·(1 − p)·μ = p·μ·(1 + (v − 1)·p). Poisson stays Poisson, and negative binomial (a gamma mixture of
//! Poissons) stays negative binomial.
//!
//! What is left out: a replaced or refunded unit asks for no visit; a replaced one is new and a refunded one gone, and the
//! steady base is thought to hold all the same.

use std::collections::BTreeMap;

use crate::aftersales::{Ledger, scaled};
use crate::scenario::{
    Cause, ClaimCosts, CountryId, Guarantee, Guaranteed, Installed, ProductId, RegionId, Scenario, Split, Statute,
};

/// (warranty): the share of failures in warranty, the first or a contract's.
pub fn in_warranty(guarantee: &Guarantee) -> f64 {
    let share = |years: f64| (years / guarantee.life).min(1.0);
    let first = share(guarantee.warranty);
    first + guarantee.take_up * (share(guarantee.warranty + guarantee.extension) - first)
}

/// (optimum): the split of claims of least cost that the statute allows; `None` where it allows none.
pub fn split(costs: &ClaimCosts, statute: &Statute) -> Option<Split> {
    let (least_replaced, least_refunded) = (statute.replace_at_least, statute.refund_at_least);
    // Shares written with a few digits add up to 1 only within a rounding.
    if least_replaced + least_refunded > 1.0 + 1e-12 {
        return None;
    }
    let rest = (1.0 - least_replaced - least_refunded).max(0.0);
    let repaired =
        if costs.repair <= costs.replacement.min(costs.refund) { rest.min(statute.repair_at_most) } else { 0.0 };
    let left = rest - repaired;
    let (more_replaced, more_refunded) = if costs.replacement <= costs.refund { (left, 0.0) } else { (0.0, left) };
    Some(Split { repaired, replaced: least_replaced + more_replaced, refunded: least_refunded + more_refunded })
}

/// (thinning): the variance-to-mean ratio of a stream of which a share is kept.
pub fn thinned_ratio(variance_to_mean: f64, share: f64) -> f64 {
    1.0 + (variance_to_mean - 1.0) * share
}

/// The guarantee of a product in a country: the row of the country goes before the row of all.
pub(crate) struct Rules<'a>(BTreeMap<(ProductId, Option<CountryId>), &'a Guarantee>);

impl<'a> Rules<'a> {
    /// Rows by what they speak of.
    pub fn of(rows: &'a [Guarantee], scenario: &Scenario) -> Self {
        let mut rules: BTreeMap<(ProductId, Option<CountryId>), &Guarantee> = BTreeMap::new();
        // What holds in all countries is written down for each, so that a rule is found at the first look.
        let countries = || (0..scenario.countries.len()).map(CountryId::from).map(Some);
        for row in rows.iter().filter(|row| row.country.is_none()) {
            rules.extend(std::iter::once(None).chain(countries()).map(|country| ((row.product, country), row)));
        }
        for row in rows.iter().filter(|row| row.country.is_some()) {
            rules.insert((row.product, row.country), row);
        }
        Self(rules)
    }

    /// The guarantee of a product in a region.
    pub fn find(&self, scenario: &Scenario, product: Option<ProductId>, region: RegionId) -> Option<&'a Guarantee> {
        self.0.get(&(product?, scenario.regions[region.at()].country)).copied()
    }

    /// Units sold a year to a region that has units installed, if it is known.
    pub fn sales(&self, scenario: &Scenario, installed: &Installed) -> Option<f64> {
        if installed.sales > 0.0 {
            return Some(installed.sales);
        }
        let rule = self.find(scenario, Some(installed.product), installed.region)?;
        Some(installed.units * rule.sales)
    }
}

/// What stands of a product in a country.
#[derive(Debug, Clone, Copy, Default)]
struct Base {
    /// Installed units.
    units: f64,
    /// Units sold \[1/year\].
    sold: f64,
    /// Failures \[1/year\].
    failures: f64,
}

/// Keeps the guarantees: thins the demands of claims that are not repaired and enters what they cost.
pub(crate) fn keep(rules: &Rules<'_>, scenario: &mut Scenario, ledger: &mut Ledger) {
    if rules.0.is_empty() {
        return;
    }
    let mut bases: BTreeMap<(ProductId, Option<CountryId>), Base> = BTreeMap::new();
    for row in &scenario.installed {
        let base = bases.entry((row.product, scenario.regions[row.region.at()].country)).or_default();
        base.units += row.units;
        base.sold += rules.sales(scenario, row).unwrap_or(0.0);
    }
    for demand in &scenario.demands {
        if let Some(product) = demand.failing() {
            let country = scenario.regions[demand.region.at()].country;
            bases.entry((product, country)).or_default().failures += demand.rate.get();
        }
    }
    let mut kept: BTreeMap<(ProductId, Option<CountryId>), f64> = BTreeMap::new();
    for (key, Base { units, sold, failures }) in bases {
        let Some(rule) = rules.0.get(&key) else { continue };
        let Some(split) = split(&rule.costs, &rule.statute) else { continue };
        let share = in_warranty(rule);
        kept.insert(key, 1.0 - share * (split.replaced + split.refunded));
        let of = |claims: f64, cost: f64| if claims > 0.0 { claims * cost } else { 0.0 };
        let claims = failures * share;
        let row = Guaranteed {
            product: key.0,
            country: key.1,
            units,
            failures,
            in_warranty: share,
            split,
            cost: of(claims * split.replaced, rule.costs.replacement) + of(claims * split.refunded, rule.costs.refund),
            revenue: units * rule.take_up * rule.price / rule.life,
            returns: sold * rule.returned * rule.return_loss,
        };
        ledger.add(Cause::Guarantee, key.1, row.cost);
        ledger.add(Cause::Contract, key.1, -row.revenue);
        ledger.add(Cause::Returns, key.1, row.returns);
        scenario.guaranteed.push(row);
    }
    for demand in &mut scenario.demands {
        let country = scenario.regions[demand.region.at()].country;
        let Some(&share) = demand.failing().and_then(|product| kept.get(&(product, country))) else { continue };
        if share < 1.0 {
            demand.rate = scaled(demand.rate, share);
            demand.variance_to_mean = thinned_ratio(demand.variance_to_mean, share);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FREE: Statute = Statute { repair_at_most: 1.0, replace_at_least: 0.0, refund_at_least: 0.0 };

    fn cost_of(split: &Split, costs: &ClaimCosts) -> f64 {
        split.repaired * costs.repair + split.replaced * costs.replacement + split.refunded * costs.refund
    }

    #[test]
    fn the_cheapest_way_takes_what_the_statute_leaves() {
        let costs = ClaimCosts { repair: 50.0, replacement: 200.0, refund: 300.0 };
        let all = split(&costs, &FREE).expect("nothing is asked");
        assert_eq!(all, Split { repaired: 1.0, replaced: 0.0, refunded: 0.0 });
        // A tenth must be refunded, at most six tenths may be repaired: three tenths are replaced, which is the cheaper of both.
        let statute = Statute { repair_at_most: 0.6, replace_at_least: 0.0, refund_at_least: 0.1 };
        let some = split(&costs, &statute).expect("it can be kept");
        assert!((some.repaired - 0.6).abs() < 1e-15 && (some.replaced - 0.3).abs() < 1e-15);
        assert!((some.refunded - 0.1).abs() < 1e-15);
        // A repair dearer than a new unit is never made.
        let dear = ClaimCosts { repair: 250.0, ..costs };
        assert_eq!(
            split(&dear, &FREE).expect("nothing is asked"),
            Split { repaired: 0.0, replaced: 1.0, refunded: 0.0 }
        );
        let too_much = Statute { replace_at_least: 0.7, refund_at_least: 0.4, ..FREE };
        assert_eq!(split(&costs, &too_much), None);
    }

    #[test]
    fn two_of_eight_years_are_a_quarter_in_warranty_and_a_contract_for_two_more_adds_its_share() {
        let row = Guarantee {
            product: ProductId(0),
            country: None,
            warranty: 2.0,
            life: 8.0,
            extension: 2.0,
            take_up: 0.4,
            price: 100.0,
            costs: ClaimCosts { repair: 0.0, replacement: 1.0, refund: 1.0 },
            statute: FREE,
            returned: 0.0,
            return_loss: 0.0,
            sales: 0.125,
        };
        // 2/8 + 0.4 × (4/8 − 2/8) = 0.35.
        assert!((in_warranty(&row) - 0.35).abs() < 1e-15);
        assert_eq!(in_warranty(&Guarantee { warranty: 9.0, ..row }), 1.0);
    }

    /// The chances of 0, 1, … kept of so many, each kept by itself.
    fn kept(of: usize, share: f64) -> Vec<f64> {
        let mut chances = vec![1.0];
        for _ in 0..of {
            let mut next = vec![0.0; chances.len() + 1];
            for (number, chance) in chances.iter().enumerate() {
                next[number] += chance * (1.0 - share);
                next[number + 1] += chance * share;
            }
            chances = next;
        }
        chances
    }

    fn moments(chances: &[f64]) -> (f64, f64) {
        let mean: f64 = chances.iter().enumerate().map(|(number, chance)| number as f64 * chance).sum();
        let second: f64 = chances.iter().enumerate().map(|(number, chance)| (number as f64).powi(2) * chance).sum();
        (mean, second - mean * mean)
    }

    proptest! {
        #[test]
        fn thinning_keeps_its_share_of_the_mean_and_the_ratio_that_is_stated(
            weights in proptest::collection::vec(0.01..1.0_f64, 2..14),
            share in 0.0..=1.0_f64,
        ) {
            // Any count: its chances are weights over their sum.
            let sum: f64 = weights.iter().sum();
            let chances: Vec<f64> = weights.iter().map(|weight| weight / sum).collect();
            let mut thinned = vec![0.0; chances.len()];
            for (number, chance) in chances.iter().enumerate() {
                for (left, part) in kept(number, share).iter().enumerate() {
                    thinned[left] += chance * part;
                }
            }
            let ((mean, variance), (left, left_variance)) = (moments(&chances), moments(&thinned));
            prop_assert!((left - share * mean).abs() < 1e-12 * mean);
            prop_assert!((left_variance - left * thinned_ratio(variance / mean, share)).abs() < 1e-10);
        }

        #[test]
        fn no_split_that_the_statute_allows_is_cheaper(
            costs in proptest::array::uniform3(0.0..500.0_f64),
            most in 0.0..=1.0_f64,
            least in proptest::array::uniform2(0.0..=0.5_f64),
        ) {
            let costs = ClaimCosts { repair: costs[0], replacement: costs[1], refund: costs[2] };
            let statute = Statute { repair_at_most: most, replace_at_least: least[0], refund_at_least: least[1] };
            let best = split(&costs, &statute).expect("the least shares add up to 1 at most");
            prop_assert!((best.repaired + best.replaced + best.refunded - 1.0).abs() < 1e-12);
            prop_assert!(best.repaired <= most + 1e-12 && best.replaced >= least[0] && best.refunded >= least[1]);
            for repaired in 0..=20 {
                for replaced in 0..=20 - repaired {
                    let (repaired, replaced) = (f64::from(repaired) / 20.0, f64::from(replaced) / 20.0);
                    let other = Split { repaired, replaced, refunded: 1.0 - repaired - replaced };
                    let allowed = repaired <= most && replaced >= least[0] && other.refunded >= least[1];
                    if allowed {
                        prop_assert!(cost_of(&best, &costs) <= cost_of(&other, &costs) + 1e-9);
                    }
                }
            }
        }
    }
}
