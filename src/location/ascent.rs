//! Dual ascent: feasible prices for the search to start from (Erlenkotter 1978, widened to modes).
//!
//! The price of a customer rises step by step to the cost of its next lane, as far as every site that would profit from
//! it keeps v_jm ≥ 0 in every mode; so no relaxed site opens at a profit and the sum of the prices is the bound.
//! Capacities and rows are left aside: they only make the start less good, never wrong.

use super::Multipliers;
use super::Status;
use super::instance::{Instance, NONE};
use super::state::State;

/// How far each price typically moves: the scales in which the climb takes its steps.
#[derive(Debug, Clone)]
pub(super) struct Scale {
    pub serve: Vec<f64>,
    pub link: Vec<f64>,
    pub through: Vec<f64>,
    pub upper_load: Vec<f64>,
    pub row: Vec<f64>,
}

/// What dual ascent leaves behind.
pub(super) struct Ascent {
    pub prices: Multipliers,
    pub scale: Scale,
    /// The flat mode in which each site has recovered its cost, or [`NONE`]: the sites to begin a plan from.
    pub tight: Vec<u32>,
}

/// Prices from dual ascent, the scale of each, and the sites that recover their cost; `extra` is what opening a site costs beyond its mode, such as the
/// price of a count.
pub(super) fn ascend(instance: &Instance, state: &State, extra: f64) -> Ascent {
    let mut links_of = vec![0usize; instance.uppers];
    for &u in &instance.link_upper {
        links_of[u as usize] += 1;
    }
    let link: Vec<f64> = instance
        .link_upper
        .iter()
        .map(|&u| match state.upper[u as usize] {
            Status::Open => 0.0,
            _ if instance.through > 0 => 0.0,
            _ => instance.problem.uppers[u as usize].fixed.max(0.0) / links_of[u as usize] as f64,
        })
        .collect();
    let through = share_of_uppers(instance, state);
    let mut slack: Vec<f64> = instance
        .modes
        .iter()
        .map(|mode| extra + mode.fixed + link.get(mode.link as usize).copied().unwrap_or(0.0))
        .collect();
    for j in (0..instance.sites).filter(|&j| state.site[j] == Status::Open) {
        // What is open anyway has no cost left to recover.
        for m in instance.modes_of(j) {
            slack[m] = 0.0;
        }
    }
    slack.iter_mut().for_each(|room| *room = room.max(0.0));
    let least = |i: usize, p: usize| instance.cost[p] + instance.least_per_load * instance.load(i);
    let cost = |i: usize, p: usize, m: usize| {
        let mode = &instance.modes[m];
        instance.cost[p] + mode.per_load * instance.load(i) + instance.through_price(&through, i, mode.upper)
    };
    let mut serve: Vec<f64> = Vec::with_capacity(instance.customers);
    let mut next: Vec<u32> = vec![1; instance.customers];
    for i in 0..instance.customers {
        serve.push(instance.lanes(i).next().map_or(0.0, |p| least(i, p)).min(instance.cap_of(i)));
    }
    let floor = serve.clone();
    let mut live: Vec<u32> = (0..instance.customers as u32).collect();
    // Few live customers gain little in late rounds; the rounds are bounded, the start need not be perfect.
    for _ in 0..400 {
        live.retain(|&i| {
            let i = i as usize;
            let lanes = instance.lanes(i);
            let goal_at = lanes.start + next[i] as usize;
            let cap = instance.cap_of(i);
            let last = goal_at >= lanes.end || least(i, goal_at) >= cap;
            let goal = if last { cap } else { least(i, goal_at) };
            let mut limit = goal - serve[i];
            for p in lanes.clone() {
                if least(i, p) >= serve[i] + limit {
                    break;
                }
                for m in instance.modes_of(instance.site[p] as usize) {
                    let cost = cost(i, p, m);
                    limit = limit.min((cost - serve[i]).max(0.0) + slack[m]);
                }
            }
            if !limit.is_finite() {
                return false;
            }
            let limit = limit.max(0.0);
            let raised = serve[i] + limit;
            for p in lanes.clone() {
                if least(i, p) >= raised {
                    break;
                }
                for m in instance.modes_of(instance.site[p] as usize) {
                    let cost = cost(i, p, m);
                    slack[m] = (slack[m] - (raised - cost.max(serve[i])).max(0.0)).max(0.0);
                }
            }
            serve[i] = raised;
            let arrived = goal.is_finite() && raised >= goal;
            if arrived {
                next[i] += 1;
            }
            (arrived || limit > 0.0) && !(last && arrived)
        });
        if live.is_empty() {
            break;
        }
    }
    let scale = scale(instance, &serve, &floor, &links_of, &through);
    let prices = Multipliers {
        serve,
        link,
        through: through.clone(),
        upper_load: vec![0.0; instance.uppers],
        row: vec![0.0; instance.rows.len()],
    };
    let recovered = |m: &usize| slack[*m] <= 1e-9 * (1.0 + instance.modes[*m].fixed.abs());
    let tight = (0..instance.sites)
        .map(|j| match state.site[j] {
            Status::Closed => NONE,
            _ => instance.modes_of(j).find(|m| !state.mode_off[*m] && recovered(m)).map_or(NONE, |m| m as u32),
        })
        .collect();
    Ascent { prices, scale, tight }
}

/// A price's scale is the distance it has room to move in, so that large and small customers settle alike.
fn scale(instance: &Instance, serve: &[f64], floor: &[f64], links_of: &[usize], through: &[f64]) -> Scale {
    let customers = instance.customers.max(1) as f64;
    let total: f64 = serve.iter().zip(floor).map(|(price, floor)| price - floor).sum();
    let spread: f64 = (0..instance.customers)
        .map(|i| {
            let lanes = instance.lanes(i);
            let reach = (lanes.start + 4).min(lanes.end).max(lanes.start + 1) - 1;
            if lanes.is_empty() { 0.0 } else { instance.cost[reach] - instance.cost[lanes.start] }
        })
        .sum();
    let mean = (total.max(0.2 * spread) / customers).max(1e-9);
    let serve_scale: Vec<f64> = serve.iter().zip(floor).map(|(price, floor)| (price - floor).max(0.2 * mean)).collect();
    let uppers = &instance.problem.uppers;
    let link = instance
        .link_upper
        .iter()
        .map(|&u| {
            let share = uppers[u as usize].fixed.abs() / links_of[u as usize].max(1) as f64;
            if share > 0.0 { 2.0 * share } else { mean }
        })
        .collect();
    let load: f64 = instance.problem.customers.iter().sum::<f64>().max(1e-9);
    let whole: f64 = serve.iter().map(|price| price.abs()).sum::<f64>().max(mean * customers);
    let upper_load = vec![whole / load / customers.sqrt(); instance.uppers];
    // A surrogate that the subproblem keeps exactly needs no price.
    let unpriced = if instance.needed.is_some() { instance.rows.len() - 1 } else { instance.rows.len() };
    let row = instance
        .rows
        .iter()
        .enumerate()
        .map(|(r, row)| {
            let terms = row.lane.iter().chain(&row.site).chain(&row.upper);
            let (sum, count) = terms.fold((0.0, 0usize), |(sum, count), (_, value)| (sum + value.abs(), count + 1));
            if sum > 0.0 && r != unpriced {
                // A row over all lanes counts each customer many times over.
                let average = sum / count as f64;
                let lanes_each = (row.lane.len() as f64 / customers).max(1.0);
                let members = (row.lane.len() as f64 / lanes_each).max((row.site.len() + row.upper.len()) as f64);
                whole / (average * members) / customers.sqrt()
            } else {
                0.0
            }
        })
        .collect();
    let through = through.iter().map(|share| 4.0 * share).collect();
    Scale { serve: serve_scale, link, through, upper_load, row }
}

/// Each upper's cost shared out evenly among the customers who could be served through it.
fn share_of_uppers(instance: &Instance, state: &State) -> Vec<f64> {
    let uppers = instance.through;
    let mut reaches = vec![false; if uppers > 0 { instance.customers * uppers } else { 0 }];
    let mut count = vec![0usize; uppers];
    if uppers > 0 {
        for i in 0..instance.customers {
            for p in instance.lanes(i) {
                for m in instance.modes_of(instance.site[p] as usize) {
                    let upper = instance.modes[m].upper;
                    if upper != NONE && !std::mem::replace(&mut reaches[i * uppers + upper as usize], true) {
                        count[upper as usize] += 1;
                    }
                }
            }
        }
    }
    let share = |k: usize| {
        let u = k % uppers;
        let free = state.upper[u] != Status::Open && reaches[k];
        if free { instance.problem.uppers[u].fixed.max(0.0) / count[u] as f64 } else { 0.0 }
    };
    (0..reaches.len()).map(share).collect()
}
