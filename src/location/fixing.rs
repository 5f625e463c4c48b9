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
        let opening = match margin {
            None => value.max(0.0),
            Some(margin) if margin.full => value - margin.worst_open,
            Some(margin) => value - margin.worst_open.max(0.0),
        };
        let status = state.item(k);
        if status == Status::Free {
            if !relaxed.open[k] {
                if relaxed.value + opening > cutoff {
                    decisions.push((k, Status::Closed));
                    continue;
                }
            } else {
                let closing = match margin {
                    None => -value,
                    Some(margin) if margin.short => margin.best_closed - value,
                    Some(margin) => margin.best_closed.min(0.0) - value,
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

/// Rules out lanes whose reduced cost alone passes the cutoff.
fn fix_lanes(instance: &Instance, state: &mut State, relaxed: &Relaxed, prices: &Multipliers, cutoff: f64) -> usize {
    let mut settled = 0;
    for i in 0..instance.customers {
        let load = instance.load(i);
        for p in instance.lanes(i) {
            let site = instance.site[p] as usize;
            let rise = instance.cost[p] + instance.least_per_load * load - prices.serve[i];
            // A closed site must be opened first, which costs at least its value when nothing makes room for it.
            let opening = if relaxed.open[site] || instance.group_of[site] != NONE {
                0.0
            } else {
                relaxed.item_value[site].max(0.0)
            };
            if !state.lane_off[p] && rise > 0.0 && relaxed.value + rise + opening > cutoff {
                state.lane_off[p] = true;
                settled += 1;
            }
        }
    }
    settled
}
