//! The way from one cost to another, step by step, in no order.
//!
//! Every amount of money belongs to one component and one country of its site, so the way from the first plan's cost to
//! the second's is a sum of steps, one for each:
//!
//! (step) Δ(c, k) = C(c, k; B, b) − C(c, k; A, a),  Σ Δ(c, k) = cost of the second − cost of the first.
//!
//! A and B are what was *given* (prices, demand, sites, promises), a and b what was *decided* (open sites, who serves whom,
//! stock). A plan's cost can be had with the other's conditions too: C(B, a) is what the first plan would have cost had
//! nothing been decided anew, C(A, b) the second plan in the first world. Going from (A, a) to (B, b) one may change first
//! what is given and then what is decided, or the other way round, and the two orders charge the same change differently.
//! The mean over both orders is the Shapley value of the two causes, the one split that adds up, treats both alike and
//! depends on no order (Shapley, L. S., A value for n-person games, Contributions to the Theory of Games II, 1953):
//!
//! (given)   ½ [C(B, a) − C(A, a)] + ½ [C(B, b) − C(A, b)]
//! (decided) ½ [C(A, b) − C(A, a)] + ½ [C(B, b) − C(B, a)]
//!
//! It is taken for each component and country alone. What is forbidden has no price: where a change of the rules alone makes
//! a plan move (a site that may not open any more), (given) is nothing and (decided) is all.

use std::collections::BTreeMap;

use crate::cost::{Component, Costs, sums};
use crate::load::Load;
use crate::network::Network;
use crate::plan::Decisions;
use crate::plan::figures::Figures;
use crate::scenario::{OutletId, RegionId, Scenario, Status};

/// Costs by component and country; a blank country is none.
pub type Lines = BTreeMap<(Component, String), f64>;

/// The costs of each plan's decisions under the other's conditions.
#[derive(Debug, Clone, PartialEq)]
pub struct Crossed {
    /// C(B, a): the first plan's decisions under the second's conditions.
    pub first_in_second: Lines,
    /// C(A, b): the second plan's decisions under the first's conditions.
    pub second_in_first: Lines,
    /// How many rules and hard promises of the second's scenario the first plan breaks.
    pub broken: usize,
}

/// The first plan, had nothing been decided anew.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kept {
    /// What it would cost under the second's conditions \[a year\].
    pub cost: f64,
    /// How many rules and hard promises of the second's scenario it breaks.
    pub broken: usize,
}

/// An amount in both plans.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// In the first plan.
    pub from: f64,
    /// In the second.
    pub to: f64,
    /// (given), if it is known.
    pub given: Option<f64>,
}

impl Change {
    /// (step).
    pub fn amount(&self) -> f64 {
        self.to - self.from
    }

    /// (decided), if it is known.
    pub fn decided(&self) -> Option<f64> {
        self.given.map(|given| self.amount() - given)
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What for.
    pub component: Component,
    /// Where; blank where the site has no country.
    pub country: String,
    /// From what to what.
    pub change: Change,
}

/// All steps, in order of component and country.
#[derive(Debug, Clone, PartialEq)]
pub struct Waterfall {
    /// All of them together.
    pub whole: Change,
    /// What keeping the first plan would cost, if it is known.
    pub kept: Option<Kept>,
    /// The steps.
    pub steps: Vec<Step>,
}

impl Waterfall {
    /// The steps of each component together.
    pub fn by_component(&self) -> Vec<(Component, Change)> {
        together(&self.steps, |step| step.component)
    }

    /// The steps of each country together.
    pub fn by_country(&self) -> Vec<(String, Change)> {
        together(&self.steps, |step| step.country.clone())
    }
}

fn together<K: Ord + Clone>(steps: &[Step], of: impl Fn(&Step) -> K) -> Vec<(K, Change)> {
    let column = |value: &dyn Fn(&Change) -> f64| sums(steps.iter().map(|step| (of(step), value(&step.change))));
    let (from, to) = (column(&|change| change.from), column(&|change| change.to));
    let known = steps.iter().all(|step| step.change.given.is_some());
    let given = column(&|change| change.given.unwrap_or_default());
    let change = |key: &K| Change { from: from[key], to: to[key], given: known.then(|| given[key]) };
    from.keys().map(|key| (key.clone(), change(key))).collect()
}

/// The costs of a plan by component and country.
pub fn lines(figures: &Figures) -> Lines {
    sums(figures.costs.iter().map(|row| ((row.component, row.country.clone()), row.amount)))
}

/// The costs of decisions by component and country.
pub fn priced(scenario: &Scenario, costs: &Costs) -> Lines {
    let country = |site: Option<_>| {
        let country = site.and_then(|site| scenario.site(site).country);
        country.map_or(String::new(), |country| scenario.countries[country.at()].code.clone())
    };
    sums(costs.lines.iter().map(|line| ((line.component, country(line.site)), line.amount)))
}

/// A scenario in which the sites that a plan opens may open as they may in the plan's own scenario: what is forbidden has
/// no price, so it is lifted to price the plan.
pub fn lifted(scenario: &Scenario, own: &Scenario, decisions: &Decisions) -> Scenario {
    let mut lifted = scenario.clone();
    let sites = [
        (&mut lifted.outlets, &own.outlets, &decisions.outlet_open),
        (&mut lifted.depots, &own.depots, &decisions.depot_open),
    ];
    for (sites, own, open) in sites {
        let allowed: BTreeMap<&str, Status> = own.iter().map(|site| (site.id.as_str(), site.status)).collect();
        for (site, _) in sites.iter_mut().zip(open).filter(|(site, open)| **open && site.status == Status::Closed) {
            site.status = allowed.get(site.id.as_str()).copied().unwrap_or(site.status);
        }
    }
    lifted
}

/// Do these decisions mean something in a scenario: is every job served on a lane that exists, and every outlet replenished
/// on one? Only then has the other's plan a cost there.
pub fn complete(scenario: &Scenario, network: &Network, load: &Load, decisions: &Decisions) -> bool {
    let served = (0..scenario.regions.len()).map(RegionId::from).all(|region| {
        let outlets = &decisions.served_by[region.at()];
        let share: f64 = outlets.iter().map(|(_, share)| share).sum();
        let whole =
            (share - 1.0).abs() <= 1e-6 && outlets.iter().all(|(outlet, _)| network.road(region, *outlet).is_some());
        load.jobs[region.at()] == 0.0 || whole
    });
    let replenished = decisions
        .replenished_by
        .iter()
        .enumerate()
        .all(|(outlet, depot)| depot.is_none_or(|depot| network.supply(OutletId::from(outlet), depot).is_some()));
    served && replenished
}

/// The way from one plan's cost to another's.
pub fn waterfall(from: &Figures, to: &Figures, crossed: Option<&Crossed>) -> Waterfall {
    let (first, second) = (lines(from), lines(to));
    let mut keys: Vec<&(Component, String)> = first.keys().chain(second.keys()).collect();
    if let Some(crossed) = crossed {
        keys.extend(crossed.first_in_second.keys().chain(crossed.second_in_first.keys()));
    }
    keys.sort();
    keys.dedup();
    let at = |lines: &Lines, key: &(Component, String)| lines.get(key).copied().unwrap_or(0.0);
    let step = |key: &(Component, String)| {
        let (a, b) = (at(&first, key), at(&second, key));
        let given = crossed.map(|crossed| {
            0.5 * (at(&crossed.first_in_second, key) - a) + 0.5 * (b - at(&crossed.second_in_first, key))
        });
        Step { component: key.0, country: key.1.clone(), change: Change { from: a, to: b, given } }
    };
    let steps: Vec<Step> = keys.into_iter().map(step).collect();
    let given = together(&steps, |_| ()).first().and_then(|(_, whole)| whole.given);
    let whole = Change { from: from.summary.cost_per_year, to: to.summary.cost_per_year, given };
    let kept = crossed.map(|crossed| Kept {
        cost: sums(crossed.first_in_second.values().map(|amount| ((), *amount))).get(&()).copied().unwrap_or(0.0),
        broken: crossed.broken,
    });
    Waterfall { whole, kept, steps }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::figures::CostFigures;
    use proptest::prelude::*;

    const COUNTRIES: [&str; 3] = ["", "XA", "XB"];

    fn figures(amounts: &[f64]) -> Figures {
        let mut figures = Figures::default();
        let row = |(number, amount): (usize, &f64)| CostFigures {
            component: Component::ALL[number % 4],
            site: String::new(),
            country: COUNTRIES[number / 4].to_owned(),
            amount: *amount,
        };
        figures.costs = amounts.iter().enumerate().filter(|(_, amount)| **amount != 0.0).map(row).collect();
        figures.summary.cost_per_year = amounts.iter().sum();
        figures
    }

    proptest! {
        #[test]
        fn steps_add_up_split_whole_and_turn_round_with_the_way(
            corners in prop::collection::vec(prop::collection::vec(prop_oneof![Just(0.0), 1.0..1e6], 12), 4)
        ) {
            let plans: Vec<Figures> = corners.iter().map(|amounts| figures(amounts)).collect();
            let crossed = |first: usize, second: usize| Crossed {
                first_in_second: lines(&plans[first]),
                second_in_first: lines(&plans[second]),
                broken: 0,
            };
            let there = waterfall(&plans[0], &plans[1], Some(&crossed(2, 3)));
            let back = waterfall(&plans[1], &plans[0], Some(&crossed(3, 2)));
            let close = |left: f64, right: f64| (left - right).abs() <= 1e-6;
            let given = there.whole.given.expect("both crossed costs are known");
            let decided = there.whole.decided().expect("both crossed costs are known");
            prop_assert!(close(given + decided, there.whole.amount()));
            for parts in [
                there.by_component().into_iter().map(|(_, change)| change).collect::<Vec<_>>(),
                there.by_country().into_iter().map(|(_, change)| change).collect(),
            ] {
                prop_assert!(close(parts.iter().map(Change::amount).sum(), there.whole.amount()));
                prop_assert!(close(parts.iter().filter_map(|change| change.given).sum(), given));
            }
            prop_assert_eq!(there.steps.len(), back.steps.len());
            for (there, back) in there.steps.iter().zip(&back.steps) {
                prop_assert_eq!((there.component, &there.country), (back.component, &back.country));
                prop_assert!(close(there.change.amount(), -back.change.amount()));
                let sum = there.change.given.zip(back.change.given).map(|(there, back)| there + back);
                prop_assert!(sum.is_some_and(|sum| close(sum, 0.0)));
            }
        }
    }
}
