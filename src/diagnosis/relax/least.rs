//! The least amount by which a rule has to be relaxed: (alone), (least) and (used).

use super::Laboratory;
use super::amount::{Amount, up};
use super::rule::Rule;
use crate::network::Network;
use crate::resolve::Solved;
use crate::scenario::Scenario;

/// With more sites than this to choose from nobody tries to leave single ones out.
const FEW_SITES: usize = 6;

/// A rule relaxed by the least amount that was found, and the plan that makes possible.
pub struct Settled {
    /// The amount.
    pub amount: Amount,
    /// The greatest amount that was tried and gave no plan.
    pub short: Option<f64>,
    /// The scenario with the rule relaxed, and its plan.
    pub solved: Solved,
}

/// Relaxes a rule by the least amount that suffices; `None` where even lifting it does not.
pub fn settle(laboratory: &Laboratory, scenario: &Scenario, rule: &Rule) -> Option<Settled> {
    let mut lifted = scenario.clone();
    rule.lift(&mut lifted);
    if !laboratory.may_exist(&lifted) {
        return None;
    }
    match rule {
        // Each of these is its lifted form already.
        Rule::Lanes | Rule::Sourcing => {
            let solved = laboratory.solve(&lifted)?;
            Some(Settled { amount: Amount::Whole, short: None, solved })
        }
        Rule::Budget => number(laboratory, scenario, rule, &|| laboratory.solve(&lifted)),
        Rule::Penalty(_) => {
            let solved = laboratory.solve(&lifted)?;
            // A whole unit of shortfall costs as much as the network that need not keep the promise.
            let amount = Amount::Number(up(solved.plan.costs.total(), 0).max(1.0));
            let solved = laboratory.solve(&relaxed(scenario, rule, &amount))?;
            Some(Settled { amount, short: None, solved })
        }
        Rule::Closed { .. } | Rule::Forced { .. } | Rule::Added(_) => {
            sites(laboratory, scenario, rule, laboratory.solve(&lifted)?)
        }
        _ => number(laboratory, scenario, rule, &|| laboratory.any(&lifted)),
    }
}

fn relaxed(scenario: &Scenario, rule: &Rule, amount: &Amount) -> Scenario {
    let mut relaxed = scenario.clone();
    rule.set(&mut relaxed, amount);
    relaxed
}

/// The sites that the plan makes use of, less those that can be left out one after the other.
fn sites(laboratory: &Laboratory, scenario: &Scenario, rule: &Rule, solved: Solved) -> Option<Settled> {
    let mut chosen = rule.sites_used(scenario, &solved);
    // The plan may have been found with more sites than those it uses.
    let mut solved = match rule.takes_all(&chosen) {
        true => solved,
        false => laboratory.solve(&relaxed(scenario, rule, &Amount::Sites(chosen.clone())))?,
    };
    if chosen.len() <= FEW_SITES {
        for site in chosen.clone() {
            let others: Vec<usize> = chosen.iter().copied().filter(|own| *own != site).collect();
            if others.is_empty() {
                break;
            }
            let fewer = relaxed(scenario, rule, &Amount::Sites(others.clone()));
            if laboratory.may_exist(&fewer)
                && laboratory.any(&fewer).is_some()
                && let Some(own) = laboratory.solve(&fewer)
            {
                (chosen, solved) = (others, own);
            }
        }
    }
    Some(Settled { amount: Amount::Sites(chosen), short: None, solved })
}

/// The least relaxed value on the grid that gives a plan; `lifted` plans without the rule.
fn number(
    laboratory: &Laboratory,
    scenario: &Scenario,
    rule: &Rule,
    lifted: &dyn Fn() -> Option<Solved>,
) -> Option<Settled> {
    let network = Network::connect(scenario);
    let at = |value: f64| relaxed(scenario, rule, &Amount::Number(value));
    // What the cheap test rules out is out; what it lets pass is solved.
    let first = |grid: &[f64]| bisect(0, grid.len(), |place| laboratory.may_exist(&at(grid[place])));
    let mut grid = rule.grid(scenario, &network, None);
    let mut place = first(&grid);
    // The first that passes mostly has a plan, if any plan will do. Where it has none, what a plan without the rule uses of it
    // ends the grid.
    let likely = grid.get(place).filter(|_| scenario.limits.budget.is_none());
    let mut met = likely.and_then(|value| laboratory.any(&at(*value)));
    if met.is_none() {
        let end = rule.used(scenario, &lifted()?, laboratory.load);
        grid = rule.grid(scenario, &network, end);
        let from = first(&grid);
        if from == grid.len() {
            return None;
        }
        let mut any = |place: usize| {
            let found = laboratory.any(&at(grid[place]));
            let some = found.is_some();
            // Of a bisection the last that holds is the first of all that do.
            met = found.or_else(|| met.take());
            some
        };
        place = if any(from) { from } else { bisect(from + 1, grid.len(), any) };
    }
    let used = rule.used(scenario, &met?, laboratory.load);
    let less = |value: &f64| match rule.falls(scenario) {
        true => *value > grid[place],
        false => *value < grid[place],
    };
    let short = if place == 0 { None } else { Some(grid[place - 1]) };
    let amounts = [used.filter(less), Some(grid[place])].into_iter().flatten().map(Amount::Number);
    let mut settled = amounts.filter_map(|amount| {
        let solved = laboratory.settled(&relaxed(scenario, rule, &amount))?;
        Some(Settled { amount, short, solved })
    });
    settled.next()
}

/// The first place of a range that holds, if all behind one that holds do; the end where none does.
fn bisect(from: usize, to: usize, mut holds: impl FnMut(usize) -> bool) -> usize {
    let (mut from, mut to) = (from, to);
    while from < to {
        let middle = from + (to - from) / 2;
        if holds(middle) {
            to = middle;
        } else {
            from = middle + 1;
        }
    }
    from
}

#[cfg(test)]
mod tests {
    use super::bisect;

    #[test]
    fn bisection_finds_the_first_that_holds_or_the_end() {
        for first in 0..=10 {
            assert_eq!(bisect(0, 10, |place| place >= first), first);
        }
    }
}
