//! The remainder of a problem: what reduced costs have left undecided, as a smaller problem with the same sites and customers.

use super::instance::Instance;
use super::state::State;
use super::{Problem, Status};

/// A larger problem is not copied.
const MOST: usize = 5_000_000;

/// The remainder has at most this share of the lanes, else it is not worth a copy.
const SMALL: f64 = 0.7;

/// The problem with what a node has settled written into it, and which lanes are ruled out besides, if any can be.
///
/// None when too little is settled.
pub(super) fn remainder(instance: &Instance, state: &State) -> Option<(Problem, Vec<bool>)> {
    let lanes = instance.site.len();
    let mut kept = 0;
    for i in 0..instance.customers {
        for p in instance.lanes(i) {
            let status = state.site[instance.site[p] as usize];
            kept += usize::from(status != Status::Closed);
            if instance.bare && status == Status::Open {
                break;
            }
        }
    }
    if lanes > MOST || kept as f64 > SMALL * lanes as f64 {
        return None;
    }
    let mut problem = instance.problem.clone();
    for (site, &status) in problem.sites.iter_mut().zip(&state.site) {
        site.status = status;
    }
    for (upper, &status) in problem.uppers.iter_mut().zip(&state.upper) {
        upper.status = status;
    }
    let mut off = Vec::new();
    if !state.lane_off.is_empty() {
        off.resize(problem.lanes.site.len(), false);
        for (&lane, &lane_off) in instance.lane.iter().zip(&state.lane_off) {
            off[lane as usize] = lane_off;
        }
    }
    Some((problem, off))
}
