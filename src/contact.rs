//! What customers ask for over channels, and what is left for outlets.
//!
//! A request for a job of type j comes over channel c first with probability s_c (Σ s_c ≤ 1) and is solved there with
//! probability ρ_c, each by itself; the rest needs a visit, and its part.
//!
//! ```text
//! (visits)    p = 1 − Σ_c s_c·ρ_c,   λ′ = p·λ
//! (thinning)  v′ = 1 + (v − 1)·p
//! (contacts)  λ·s_c a year over channel c, λ·s_c·ρ_c of them solved
//! ```
//! (thinning): of N requests with mean m and variance v·m, M ~ Bin(N, p) need a visit, so E M = p·m and
//! Var M = E(N)·p(1−p) + Var(N)·p² = p(1−p)·m + p²·v·m = p·m·(1 + (v−1)·p). A thinned Poisson stream stays one (v = 1), and a
//! thinned negative binomial stays negative binomial with the same shape m/(v−1) = pm/(v′−1).
//!
//! A channel that the policy of a product or region does not include takes nothing: those customers go straight to an outlet.
//! Demand that a history gives is what was used on visits, and is left as it is.

pub mod erlang_c;
mod staffing;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use crate::cost::sums;
use crate::scenario::{Cause, Contacts, CountryId, Demand, Overhead, Scenario};
use crate::units::Rate;

pub use staffing::{Staffing, Unstaffed, answered, staff};

/// Takes the requests that channels solve off the demand, and charges the contacts; the last so many streams are visits
/// already.
pub(crate) fn take(scenario: &mut Scenario, visits: usize) {
    if scenario.channels.is_empty() {
        return;
    }
    let requests = scenario.demands.len() - visits;
    let mut demands = std::mem::take(&mut scenario.demands);
    let mut contacts: BTreeMap<(Option<CountryId>, usize), (f64, f64)> = BTreeMap::new();
    for demand in &mut demands[..requests] {
        let country = scenario.regions[demand.region.at()].country;
        let rate = demand.rate.get();
        let mut solved = 0.0;
        for channel in open_to(scenario, demand) {
            let row = &scenario.channels[channel];
            let share = row.share.get();
            let sum = contacts.entry((country, channel)).or_default();
            sum.0 += rate * share;
            sum.1 += rate * share * row.solved.get();
            solved += share * row.solved.get();
        }
        let left = (1.0 - solved).max(0.0);
        demand.rate = Rate::new(rate * left).expect("a share of a rate is one"); // (visits)
        demand.variance_to_mean = 1.0 + (demand.variance_to_mean - 1.0) * left; // (thinning)
    }
    scenario.demands = demands;
    let contacts =
        contacts.into_iter().map(|((country, channel), (rate, solved))| Contacts { country, channel, rate, solved });
    scenario.contacts = contacts.filter(|contacts| contacts.rate > 0.0).collect();
    let cost = |own: &Contacts| (own.country, own.rate * scenario.channels[own.channel].cost_per_contact.get());
    let charged: Vec<Overhead> = sums(scenario.contacts.iter().map(cost))
        .into_iter()
        .filter(|(_, amount)| *amount > 0.0)
        .map(|(country, amount)| Overhead { cause: Cause::Contact, country, amount })
        .collect();
    scenario.overheads.extend(charged);
}

/// Staffs the desks and charges their agents; tells of those that cannot be staffed.
pub(crate) fn answer(scenario: &mut Scenario) -> Vec<Unstaffed> {
    if scenario.desks.is_empty() {
        return Vec::new();
    }
    let (staffing, troubles) = staff(scenario);
    for own in staffing.iter().filter(|own| own.cost > 0.0) {
        let country = Some(scenario.desks[own.desk].country);
        scenario.overheads.push(Overhead { cause: Cause::Desk, country, amount: own.cost });
    }
    scenario.staffing = staffing;
    troubles
}

/// The channels over which the requests of a stream may come.
fn open_to<'a>(scenario: &'a Scenario, demand: &Demand) -> impl Iterator<Item = usize> + 'a {
    let offer = scenario.offer(scenario.policy_of(demand.region, demand.product));
    let included = offer.and_then(|offer| offer.channels.as_ref());
    let job = demand.job;
    let open = move |name: &String| included.is_none_or(|channels| channels.contains(name));
    let rows = scenario.channels.iter().enumerate();
    rows.filter(move |(_, channel)| channel.job == job && open(&channel.name)).map(|(row, _)| row)
}
