//! Reduced-cost fixing: what no plan better than the best known can do.
//!
//! At any prices, forcing a closed item open raises the bound by what it costs to make room for it in its count, and
//! likewise forcing an open item closed. Where the raised bound passes the cutoff, the opposite is settled.

use super::dual::Relaxed;
use super::instance::{Instance, NONE};
use super::state::State;
use super::{Multipliers, Status};

/// What the best exchange within a group would bring.
#[derive(Debug, Clone, Copy)]
struct Margin {
    /// The greatest value among the free items that are open.
    worst_open: f64,
    /// The least value among the free items that are closed.
    best_closed: f64,
    full: bool,
    short: bool,
}

/// Settles whatever cannot be otherwise in a plan cheaper than the cutoff; returns how much was settled.
pub(super) fn fix(
    instance: &Instance,
    state: &mut State,
    relaxed: &Relaxed,
    prices: &Multipliers,
    cutoff: f64,
) -> usize {
    if !cutoff.is_finite() {
        return 0;
    }
    let margins: Vec<Margin> = instance
        .groups
        .iter()
        .map(|group| {
            let free = || group.items.iter().map(|&k| k as usize).filter(|&k| state.item(k) == Status::Free);
            let count = group.items.iter().filter(|&&k| relaxed.open[k as usize]).count();
            Margin {
                worst_open: free()
                    .filter(|&k| relaxed.open[k])
                    .map(|k| relaxed.item_value[k])
                    .fold(f64::NEG_INFINITY, f64::max),
                best_closed: free()
                    .filter(|&k| !relaxed.open[k])
                    .map(|k| relaxed.item_value[k])
                    .fold(f64::INFINITY, f64::min),
                full: count >= group.max,
                short: count <= group.min,
            }
        })
        .collect();
    let mut settled = 0;
    // Decisions all follow from the one relaxed plan, so they are collected against the state as it was.
    let mut decisions: Vec<(usize, Status)> = Vec::new();
    for k in 0..instance.sites + instance.uppers {
        let value = relaxed.item_value[k];
        let group = instance.group_of[k];
        let margin = (group != NONE).then(|| margins[group as usize]);
        // Where the sites must cover all work, the divided cover tells what a change costs.
        let covered =
            instance.needed.as_ref().filter(|_| k < instance.sites).map(|needed| (needed, &relaxed.surrogate));
        let loss = covered.map_or(0.0, |(_, surrogate)| surrogate.value - surrogate.divided);
        let opening = match (covered, margin) {
            (Some((needed, surrogate)), _) => needed.opening(surrogate, k, Status::Free, value, value) - loss,
            (None, None) => value.max(0.0),
            (None, Some(margin)) if margin.full => value - margin.worst_open,
            (None, Some(margin)) => value - margin.worst_open.max(0.0),
        };
        let status = state.item(k);
        if status == Status::Free {
            if !relaxed.open[k] {
                if relaxed.value + opening > cutoff {
                    decisions.push((k, Status::Closed));
                    continue;
                }
            } else {
                let closing = match (covered, margin) {
                    (Some((needed, surrogate)), _) => needed.closing(surrogate, k, value) - loss,
                    (None, None) => -value,
                    (None, Some(margin)) if margin.short => margin.best_closed - value,
                    (None, Some(margin)) => margin.best_closed.min(0.0) - value,
                };
                if relaxed.value + closing > cutoff {
                    decisions.push((k, Status::Open));
                }
            }
        }
        if k < instance.sites && status != Status::Closed {
            // A mode is ruled out when the site cannot afford it even if it is opened for it.
            let opening = if relaxed.open[k] { 0.0 } else { opening.max(0.0) };
            for m in instance.modes_of(k) {
                if !state.mode_off[m] && relaxed.value + opening + (relaxed.mode_value[m] - value) > cutoff {
                    state.mode_off[m] = true;
                    settled += 1;
                }
            }
        }
    }
    settled += decisions.len();
    for (k, status) in decisions {
        state.set_item(k, status);
    }
    if !state.lane_off.is_empty() && !instance.has_lane_rows {
        settled += fix_lanes(instance, state, relaxed, prices, cutoff);
    }
    settled
}

/// Rules out lanes that no plan below the cutoff uses.
///
/// A customer served over one lane has to be taken out of every other site that the relaxed plan puts it in.
fn fix_lanes(instance: &Instance, state: &mut State, relaxed: &Relaxed, prices: &Multipliers, cutoff: f64) -> usize {
    // What a site of another value raises when it has to be open.
    let opening = |state: &State, site: usize, to: f64| {
        let from = relaxed.item_value[site];
        match &instance.needed {
            Some(needed) => needed.opening(&relaxed.surrogate, site, state.site[site], from, to),
            // A closed site must be opened first, which costs at least its value when nothing makes room for it.
            None if relaxed.open[site] || instance.group_of[site] != NONE => to - from,
            None => to - from + from.max(0.0),
        }
    };
    let base = match &instance.needed {
        Some(_) => relaxed.value - relaxed.surrogate.value + relaxed.surrogate.divided,
        None => relaxed.value,
    };
    // What leaving a site raises, for every customer and place it has in the relaxed plan.
    let mut leaving: Vec<(u32, u32, f64)> = Vec::new();
    for &(i, p, _) in &relaxed.served {
        let site = instance.site[p as usize] as usize;
        let without = relaxed.forced(instance, state, prices, (i as usize, p as usize), false);
        let value = relaxed.item_value[site];
        let raised = match (&instance.needed, state.site[site]) {
            (Some(needed), status) => needed.rise(&relaxed.surrogate, site, status, value, without),
            (None, Status::Open) => without - value,
            // It could as well be closed.
            (None, _) if instance.group_of[site] == NONE => without.min(0.0) - value.min(0.0),
            (None, _) => 0.0,
        };
        leaving.push((i, site as u32, raised.max(0.0)));
    }
    leaving.sort_unstable_by_key(|&(i, site, _)| (i, site));
    let mut settled = 0;
    let mut rest = leaving.as_slice();
    for i in 0..instance.customers {
        let (own, others) = rest.split_at(rest.partition_point(|entry| entry.0 as usize == i));
        rest = others;
        let all: f64 = own.iter().map(|entry| entry.2).sum();
        for p in instance.lanes(i) {
            if !state.allows(instance, p) {
                continue;
            }
            let site = instance.site[p] as usize;
            let here = own.iter().find(|entry| entry.1 as usize == site).map_or(0.0, |entry| entry.2);
            let with = relaxed.forced(instance, state, prices, (i, p), true);
            if base + opening(state, site, with).max(0.0) + (all - here) > cutoff {
                state.lane_off[p] = true;
                settled += 1;
            }
        }
    }
    settled
}
