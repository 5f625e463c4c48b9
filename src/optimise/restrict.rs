//! When a scenario allows no more than another, and nothing in it is cheaper: the other's lower bound holds for it.
//!
//! With P the plans that keep a scenario's promises and c their cost, P' ⊆ P and c' ≥ c − a on P' give min c' ≥ min c − a. Of what
//! may differ, each kind keeps this: a candidate or an existing site that is closed (the closing of an existing one is not paid
//! any more: a), a site that is kept open (what it cost more before, its opening or what it pays now, is not paid: a), greater
//! costs of sites, less capacity, tighter limits, higher wages, harder promises. Whether nothing else differs, the input's digest
//! tells once these are put back. A site that has to open or close is not counted among the openings and closings any more, nor is
//! what it saves part of the budget: such limits have to be tighter by just that.

use crate::cost::site_cost;
use crate::scenario::{Limit, Limits, Objective, Scenario, Site, Status, input_digest};
use crate::units::Money;

/// How much less a plan may cost than the other's bound says, where `scenario` is the other but for what forbids or makes
/// dearer; `None` where it may be anything else.
pub fn restricts(scenario: &Scenario, other: &Scenario) -> Option<f64> {
    if scenario.planning.objective != Objective::Cost || other.planning.objective != Objective::Cost {
        return None;
    }
    let mut back = scenario.clone();
    back.name.clone_from(&other.name);
    back.description.clone_from(&other.description);
    // How long and how closely one searches is no part of what may be planned.
    back.planning = other.planning.clone();
    let (mut less, mut uncounted) = (0.0, [0, 0]);
    for (own, before) in [(&mut back.outlets, &other.outlets), (&mut back.depots, &other.depots)] {
        if own.len() != before.len() {
            return None;
        }
        for (own, before) in own.iter_mut().zip(before) {
            uncounted[0] += usize::from(before.status == Status::Candidate && own.status == Status::Open);
            uncounted[1] += usize::from(before.status == Status::Existing && own.status == Status::Closed);
            less += site(other, own, before)?;
        }
    }
    if back.countries.len() != other.countries.len() || back.targets.len() != other.targets.len() {
        return None;
    }
    for (own, before) in back.countries.iter_mut().zip(&other.countries) {
        if own.labour_cost_per_hour >= before.labour_cost_per_hour {
            own.labour_cost_per_hour = before.labour_cost_per_hour;
        }
    }
    limits(&mut back.limits, &other.limits, uncounted, less)?;
    for (own, before) in back.targets.iter_mut().zip(&other.targets) {
        let harder = match (own.limit, before.limit) {
            (Limit::AtLeast(own), Limit::AtLeast(before)) => own >= before,
            (Limit::AtMost(own), Limit::AtMost(before)) | (Limit::SpreadAtMost(own), Limit::SpreadAtMost(before)) => {
                own <= before
            }
            _ => false,
        };
        if harder {
            own.limit = before.limit;
        }
    }
    (input_digest(&back) == other.input_hash).then_some(less)
}

/// Puts limits back to what they were, where they only became tighter; `None` where openings, closings or savings that they do not
/// count any more make them looser.
fn limits(own: &mut Limits, before: &Limits, uncounted: [usize; 2], less: f64) -> Option<()> {
    let counted = [(own.max_openings, before.max_openings), (own.max_closings, before.max_closings)];
    for ((own, before), uncounted) in counted.into_iter().zip(uncounted) {
        let Some(before) = before else { continue };
        if own? + uncounted > before {
            return None;
        }
    }
    (own.max_openings, own.max_closings) = (before.max_openings, before.max_closings);
    if let Some(most) = before.budget {
        // Rounding of sums is no saving.
        if own.budget?.get() + less > most.get() * (1.0 + 1e-12) {
            return None;
        }
    }
    own.budget = before.budget;
    for (own, before) in [(&mut own.outlets, &before.outlets), (&mut own.depots, &before.depots)] {
        own.min = if own.min >= before.min { before.min } else { own.min };
        if own.max.is_some_and(|own| before.max.is_none_or(|before| own <= before)) {
            own.max = before.max;
        }
    }
    Some(())
}

/// Puts a site back to what it was, where it differs only to forbid or to cost more; tells what may be saved all the same.
fn site(other: &Scenario, own: &mut Site, before: &Site) -> Option<f64> {
    let (open, closed) = site_cost(other, before);
    let (open_now, closed_now) = site_cost(other, own);
    let less = match (before.status, own.status) {
        (one, two) if one == two => 0.0,
        (Status::Candidate, Status::Closed) => 0.0,
        (Status::Candidate | Status::Existing, Status::Open) => (open - open_now).max(0.0),
        (Status::Existing, Status::Closed) => (closed - closed_now).max(0.0),
        _ => return None,
    };
    own.status = before.status;
    let dearer = |own: &mut Money, before: Money| {
        if *own >= before {
            *own = before;
        }
    };
    dearer(&mut own.fixed_cost, before.fixed_cost);
    dearer(&mut own.opening_cost, before.opening_cost);
    dearer(&mut own.closing_cost, before.closing_cost);
    let tighter =
        |own: Option<f64>, before: Option<f64>| own.is_some_and(|own| before.is_none_or(|before| own <= before));
    if tighter(own.capacity_hours, before.capacity_hours) {
        own.capacity_hours = before.capacity_hours;
    }
    if tighter(own.capacity_jobs, before.capacity_jobs) {
        own.capacity_jobs = before.capacity_jobs;
    }
    Some(less)
}

#[cfg(test)]
mod tests {
    use super::super::optimise;
    use super::super::tests::random_scenario;
    use super::*;
    use crate::load::Load;
    use crate::network::Network;
    use crate::units::Money;
    use crate::watch::Nobody;

    fn least(scenario: &Scenario) -> f64 {
        let (mut network, load) = (Network::connect(scenario), Load::of(scenario));
        let plan = optimise(scenario, &mut network, &load, &Nobody);
        plan.map_or(f64::INFINITY, |plan| plan.certificate.objective)
    }

    fn scaled(money: Money, factor: f64) -> Money {
        Money::new(money.get() * factor).expect("it is no less than nothing")
    }

    #[test]
    fn what_only_forbids_or_makes_dearer_never_costs_less_than_the_bound_carried_over() {
        for seed in 0..80 {
            let other = random_scenario(seed);
            let mut own = other.clone();
            let site = seed as usize % own.outlets.len();
            match seed % 4 {
                0 => own.outlets[site].status = Status::Closed,
                1 => own.outlets[site].fixed_cost = scaled(own.outlets[site].fixed_cost, 3.0),
                2 => own.countries.iter_mut().for_each(|country| {
                    country.labour_cost_per_hour = scaled(country.labour_cost_per_hour, 1.5);
                }),
                _ => own.outlets[site].status = Status::Open,
            }
            own.input_hash = input_digest(&own);
            let less = match (seed % 4, other.outlets[site].status) {
                // What must be open stays open: closing it is no restriction. What is closed cannot be opened either.
                (0, Status::Open) | (3, Status::Closed) => {
                    assert_eq!(restricts(&own, &other), None, "seed {seed}");
                    continue;
                }
                _ => restricts(&own, &other).unwrap_or_else(|| panic!("seed {seed}: it only forbids")),
            };
            let (before, now) = (least(&other), least(&own));
            assert!(now >= before - less - 1e-6 * before.abs().min(1e12), "seed {seed}: {now} {before} {less}");
        }
    }

    #[test]
    fn what_allows_more_or_is_cheaper_carries_no_bound() {
        let other = random_scenario(3);
        let change: [fn(&mut Scenario); 4] = [
            |own| own.outlets[0].fixed_cost = scaled(own.outlets[0].fixed_cost, 0.5),
            |own| own.demands[0].rate = crate::units::Rate::new(own.demands[0].rate.get() + 1.0).expect("it is a rate"),
            |own| own.outlets.truncate(1),
            |own| own.stocking.stockout = crate::scenario::Stockout::Emergency,
        ];
        for (number, change) in change.iter().enumerate() {
            let mut own = other.clone();
            change(&mut own);
            assert_eq!(restricts(&own, &other), None, "change {number}");
        }
        assert_eq!(restricts(&other, &other), Some(0.0));
    }
}
