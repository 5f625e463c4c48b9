//! Windows in which something ordered later can come sooner: longer than a transport, or than a repair.
//!
//! A job that comes at time t has its part by t + τ exactly when the demands up to and with it are no more than S and what
//! has come since:
//! ```text
//! (balance)  Z = D(t) − A(t+τ) ≤ S          D: demands up to t,  A: units come by t + τ
//! (in time)  P(wait ≤ τ) = u·P(1[τ<Tb] + R + M ≤ S) + f·P(R + M' ≤ S)
//! (repaired) R = demand(λu(Tb−τ)⁺) − demand(λu(τ−Tb)⁺)
//! (ordered)  no depot: M = demand(λf(L−τ)⁺) − demand(λf(τ−L)⁺),  M' = 1[τ<L] + M
//! (sent)     τ < O:  M = Bin(B0, q) + demand(λf(O−τ)),  M' = 1 + M
//! (late)     τ ≥ O, s = τ − O:  M = ±Bin(|H|, q),  H = max(N − S0, −K2) − K1
//!            N  = demand(λ0·E(T0−s)⁺)       the outlets' orders up to t that the depot still lacks at t + s
//!            K1 = demand(λ0·E(s−T0)⁺)       those of later orders that have come to it already
//!            K2 = demand(λ0·(s − E(s−T0)⁺)) later orders that have not
//!            M' = the same where our own order, the last up to t, is one of N with chance P(T0 > s): N + 1 for N; and
//!                 where H ≥ 1, 1 + Bin(H−1, q), for the last of those who lack a unit are we
//! (batches)  τ ≥ O, demand in batches, nothing repaired: N as in (late), J + 1 the own unit and those of its batch before it;
//!            N ≤ S0:  M' = (N + J + 1 − S0)⁺        N > S0:  M' = owed (`debts`, of a depot with lead time T0 − s) + J + 1
//! ```
//! u = 1 − f is the share repaired at the outlet. Whether the own unit is repaired or ordered, here and at the depot, is
//! drawn like any other's, so the cases are mixed by their shares; the streams are independent. (late): when the depot's
//! units up to t + s fall short, H > 0 of the orders up to t lack theirs, the last ones; when there are more, they go to the
//! first −H of the later orders. Either are ours with chance q each. A shop is left as it stands: at the outlet R = its units
//! at t, at the depot s = 0; both can only make more jobs late.

use super::{Depot, Stream, Upstream, Waits, left};
use crate::stocking::distribution::{Balance, Pmf};

/// How much longer a window is than a time \[years\]; not at all where they are the same.
fn beyond(time: f64, window: f64) -> f64 {
    if left(time, window) > 0.0 || left(window, time) <= 0.0 { 0.0 } else { window - time }
}

/// Who has waited no longer than any window, under a depot with what it owes the stream, or under the supplier.
pub(super) fn longer(stream: &Stream, depot: Option<(&Upstream, &Pmf)>, window: f64) -> Waits {
    let (repaired, ordered) = (stream.repair.share, 1.0 - stream.repair.share);
    let (repair_out, in_repair) = still_in_repair(stream, window);
    let mut cases: Vec<(f64, Balance)> = Vec::new();
    if repaired > 0.0 {
        let units = match depot {
            None => on_order(stream, window),
            Some((upstream, owed)) => sent(stream, upstream, owed, window, false),
        };
        let own = usize::from(repair_out);
        cases.extend(units.into_iter().map(|(chance, units)| (repaired * chance, units.raised(own))));
    }
    if ordered > 0.0 {
        let units = match depot {
            None => {
                let own = usize::from(left(stream.lead_time, window) > 0.0);
                on_order(stream, window).into_iter().map(|(chance, units)| (chance, units.raised(own))).collect()
            }
            Some((upstream, owed)) => sent(stream, upstream, owed, window, true),
        };
        cases.extend(units.into_iter().map(|(chance, units)| (ordered * chance, units)));
    }
    let balance = Balance::mixed(&cases);
    let balance = if repaired > 0.0 { balance.add(&in_repair) } else { balance };
    if balance.most() <= 0 {
        return Waits::Always;
    }
    Waits::Still { pipeline: balance.over(1), bare: balance.at_most(0) }
}

/// Is the own unit still in repair, and R of (repaired)?
fn still_in_repair(stream: &Stream, window: f64) -> (bool, Balance) {
    if stream.repair.shop.is_some() {
        return (true, stream.in_repair().into());
    }
    let rate = stream.repair.share * stream.rate;
    let units = |time: f64| Pmf::demand(rate * time, stream.variance_to_mean);
    let (to_come, over) = (left(stream.repair.time, window), beyond(stream.repair.time, window));
    (to_come > 0.0, Balance::from(units(to_come)).minus(&units(over)))
}

/// M of (ordered).
fn on_order(stream: &Stream, window: f64) -> Vec<(f64, Balance)> {
    let to_come = stream.on_order(left(stream.lead_time, window));
    vec![(1.0, Balance::from(to_come).minus(&stream.on_order(beyond(stream.lead_time, window))))]
}

/// M (or with `own` M') of (sent) or (late), by case with its chance.
fn sent(stream: &Stream, upstream: &Upstream, owed: &Pmf, window: f64, own: bool) -> Vec<(f64, Balance)> {
    if let Some(rest) = stream.beyond_constant(window) {
        return cleared(stream, owed, rest, own);
    }
    let on_the_way = left(stream.lead_time, window);
    if on_the_way > 0.0 {
        let units = Balance::from(owed.plus(&stream.on_order(on_the_way)));
        return vec![(1.0, units.raised(usize::from(own)))];
    }
    if let Some(units) = late_batches(stream, upstream, window) {
        return units;
    }
    let (depot, q) = (upstream.depot, upstream.share_of(stream));
    let base_stock = upstream.base_stock as usize;
    let demand = |time: f64| Pmf::demand(depot.rate * time, depot.variance_to_mean);
    let late = if depot.repair.shop.is_some() { 0.0 } else { beyond(stream.lead_time, window) };
    let ways = [(depot.anew(), depot.lead_time), (depot.repair.share, depot.repair.time)];
    let mean = |part: fn(f64, f64) -> f64| ways.iter().map(|(share, time)| share * part(*time, late)).sum::<f64>();
    let (lacking, early) = match depot.repair.shop {
        Some(_) => (depot.pipeline(), 0.0),
        None => (demand(mean(left)), mean(beyond)),
    };
    let lacking = depot.batches(upstream.base_stock).deficit(&lacking);
    let lack: f64 = match depot.repair.shop {
        Some(_) => 1.0,
        None => ways.iter().filter(|(_, time)| left(*time, late) > 0.0).map(|(share, _)| share).sum::<f64>().min(1.0),
    };
    let (come, to_come) = (demand(early), demand((late - early).max(0.0)));
    let case = |own_lacks: bool| {
        let short = Balance::from(lacking.clone()).raised(usize::from(own_lacks)).lowered(base_stock);
        // Without repair here nothing of ours comes sooner than what was ordered first: only H > 0 counts.
        let lacking = match stream.repair.share > 0.0 {
            true => short.not_below_minus(&to_come).minus(&come),
            false => Balance::from(short.minus(&come).over(0)),
        };
        lacking.thin(q, own)
    };
    if !own {
        return vec![(1.0, case(false))];
    }
    let cases = [(lack, true), (1.0 - lack, false)];
    cases.into_iter().filter(|(chance, _)| *chance > 0.0).map(|(chance, lacks)| (chance, case(lacks))).collect()
}

/// M or M' of `customs` (window), by case with its chance: customs may take longer or shorter than what the window leaves them. A unit's
/// own batch travels with it.
fn cleared(stream: &Stream, owed: &Pmf, rest: f64, own: bool) -> Vec<(f64, Balance)> {
    let customs = stream.customs;
    let (under_way, overtaken) = (stream.on_order(customs.late(rest)), stream.on_order(customs.early(rest)));
    let units = Balance::from(owed.plus(&under_way)).minus(&overtaken);
    if !own {
        return vec![(1.0, units)];
    }
    let late = customs.beyond(rest);
    let batch = stream.behind_its_batch(Pmf::constant(1));
    vec![(late, units.plus(&batch)), (1.0 - late, units)]
}

/// M' of (batches) by case with its chance, for demand in batches of which nothing is repaired; `None` for other demand.
fn late_batches(stream: &Stream, upstream: &Upstream, window: f64) -> Option<Vec<(f64, Balance)>> {
    let late = beyond(stream.lead_time, window);
    let depot = upstream.depot;
    let time = left(depot.lead_time, late);
    let in_batches = depot.variance_to_mean > 1.0 + 1e-12 && stream.repair.share <= 0.0 && depot.repair.share <= 0.0;
    if !in_batches || time <= 0.0 {
        return None;
    }
    let sooner = Depot { lead_time: time, ..depot };
    let base_stock = upstream.base_stock as usize;
    let lacking = sooner.batches(upstream.base_stock).deficit(&sooner.pipeline());
    let debts = sooner.debts(upstream.base_stock);
    let own = Pmf::batch_before(stream.variance_to_mean).plus(&Pmf::constant(1));
    let enough: f64 = (0..=base_stock).map(|n| lacking.exactly(n)).sum();
    let mut cases = Vec::new();
    if enough > 0.0 {
        let mass = (0..=base_stock).map(|n| lacking.exactly(n) / enough).collect();
        cases.push((enough, Balance::from(Pmf::of(mass).plus(&own).over(base_stock))));
    }
    if debts.clear() < 1.0 {
        let owed = debts.owed_when_short(upstream.share_of(stream));
        cases.push((1.0 - enough.min(1.0), Balance::from(owed.plus(&own))));
    }
    Some(cases)
}

#[cfg(test)]
mod tests;
