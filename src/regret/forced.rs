//! A future whose sites are a plan's.

use std::collections::BTreeSet;

use crate::cost::site_cost;
use crate::scenario::{Scenario, Status};
use crate::units::Money;

/// A future with given sites.
pub(super) struct Forced {
    /// The future, every site of it open or closed by its status. Opening and closing cost nothing in it.
    pub(super) scenario: Scenario,
    /// Sites of the plan that the future closes or does not know.
    pub(super) lost: Vec<String>,
    /// Sites that the future keeps open and the plan does not have.
    pub(super) added: Vec<String>,
    /// Why the sites break a rule of the future, whatever else is decided.
    pub(super) impossible: Option<String>,
}

/// Fixes the sites of a future.
pub(super) fn forced(future: &Scenario, open: &BTreeSet<String>) -> Forced {
    let mut scenario = future.clone();
    let (mut known, mut added) = (BTreeSet::new(), Vec::new());
    let mut lost = Vec::new();
    let (mut opened, mut closed, mut paid) = (0, 0, 0.0);
    for (site, given) in
        scenario.outlets.iter_mut().chain(&mut scenario.depots).zip(future.outlets.iter().chain(&future.depots))
    {
        known.insert(given.id.as_str());
        let (of_open, of_closed) = site_cost(future, given);
        match (given.status, open.contains(&given.id)) {
            (Status::Closed, true) => lost.push(given.id.clone()),
            (Status::Open, false) => added.push(given.id.clone()),
            (Status::Closed, false) | (Status::Open, true) => {}
            (Status::Candidate | Status::Existing, true) => {
                site.status = Status::Open;
                opened += usize::from(given.status == Status::Candidate);
                paid += of_open - site_cost(future, site).0;
            }
            (Status::Candidate | Status::Existing, false) => {
                site.status = Status::Closed;
                closed += usize::from(given.status == Status::Existing);
                paid += of_closed;
            }
        }
    }
    lost.extend(open.iter().filter(|site| !known.contains(site.as_str())).cloned());
    let limits = &mut scenario.limits;
    let mut impossible = None;
    let mut least = |what: &str, done: usize, most: Option<usize>| {
        if let Some(most) = most.filter(|most| done > *most) {
            impossible = Some(format!("{done} sites {what} where {most} may"));
        }
    };
    least("open", opened, limits.max_openings.take());
    least("close", closed, limits.max_closings.take());
    if let Some(budget) = limits.budget {
        limits.budget = Money::new(budget.get() - paid);
        if limits.budget.is_none() {
            impossible = Some(format!("opening and closing sites costs more than the budget of {}", budget.get()));
        }
    }
    Forced { scenario, lost, added, impossible }
}
