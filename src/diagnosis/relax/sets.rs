//! Several rules relaxed at once, where none suffices alone: (irreducible) by deletion.

use super::least::{Settled, settle};
use super::rule::Rule;
use super::{Laboratory, Relaxation, way};
use crate::resolve::Solved;
use crate::scenario::Scenario;

/// The most sets that are sought, each from another order of deletion.
const SETS: usize = 6;

/// Irreducible sets of rules whose relaxation together gives a plan, each rule by the least amount while the others stand.
pub fn sets(laboratory: &Laboratory, scenario: &Scenario, rules: &[Rule]) -> Vec<Relaxation> {
    // Other forms of a promise are lifted with its level.
    let rules: Vec<&Rule> = rules.iter().filter(|rule| !rule.is_another_form()).collect();
    let all: Vec<usize> = (0..rules.len()).collect();
    if laboratory.any(&lifted(scenario, &rules, &all)).is_none() {
        return Vec::new();
    }
    let mut known: Vec<Vec<usize>> = Vec::new();
    let mut ways = Vec::new();
    // The rule that is last to be deleted stays where it can, so that every rule is tried as part of a set.
    for last in 0..rules.len() {
        if known.len() == SETS || laboratory.watch.stop() {
            break;
        }
        if known.iter().any(|set| set.contains(&last)) {
            continue;
        }
        let order: Vec<usize> = (0..rules.len()).map(|place| (last + 1 + place) % rules.len()).collect();
        let set = irreducible(laboratory, scenario, &rules, &order);
        if known.contains(&set) {
            continue;
        }
        known.push(set.clone());
        ways.extend(settled(laboratory, scenario, &rules, &set));
    }
    ways
}

fn lifted(scenario: &Scenario, rules: &[&Rule], chosen: &[usize]) -> Scenario {
    let mut lifted = scenario.clone();
    chosen.iter().for_each(|own| rules[*own].lift(&mut lifted));
    lifted
}

/// A set of rules, in order, of which none can be left out; relaxations are deleted in the order given.
fn irreducible(laboratory: &Laboratory, scenario: &Scenario, rules: &[&Rule], order: &[usize]) -> Vec<usize> {
    let mut set: Vec<usize> = (0..rules.len()).collect();
    for rule in order {
        let fewer: Vec<usize> = set.iter().copied().filter(|own| own != rule).collect();
        let without = lifted(scenario, rules, &fewer);
        if laboratory.may_exist(&without) && laboratory.any(&without).is_some() {
            set = fewer;
        }
    }
    set
}

/// The rules of a set relaxed by the least amount one after the other.
fn settled(laboratory: &Laboratory, scenario: &Scenario, rules: &[&Rule], set: &[usize]) -> Option<Relaxation> {
    let drafting = Laboratory { drafting: true, ..*laboratory };
    let mut done: Vec<(&Rule, Settled)> = Vec::new();
    for (place, own) in set.iter().enumerate() {
        // Those settled stand at their amounts, those to come are lifted, this one says what it said.
        let mut context = scenario.clone();
        done.iter().for_each(|(rule, settled)| rule.set(&mut context, &settled.amount));
        set[place + 1..].iter().for_each(|other| rules[*other].lift(&mut context));
        done.push((rules[*own], settle(&drafting, &context, rules[*own])?));
    }
    let mut last = scenario.clone();
    done.iter().for_each(|(rule, settled)| rule.set(&mut last, &settled.amount));
    let solved: Solved = laboratory.solve(&last)?;
    let parts: Vec<(&Rule, &Settled)> = done.iter().map(|(rule, settled)| (*rule, settled)).collect();
    Some(way(scenario, &parts, &solved))
}
