//! Small scenarios, solved by trying every assignment.
//!
//! Every way to serve the regions and to replenish the outlets is a leaf. Its location cost, taken from a relaxation,
//! orders the leaves; a leaf's stock costs nothing or more, so that the first leaf whose location alone costs as much as
//! the best plan ends the search. Every leaf before it has had its stock optimised, with a bound.

use crate::load::Load;
use crate::location::Status as Openness;
use crate::network::Network;
use crate::plan::Decisions;
use crate::scenario::{OutletId, Scenario};
use crate::watch::Watch;

use super::decide::Priced;
use super::model::Model;
use super::rounds::tighten;
use super::stock::stock;

/// The most leaves that are tried.
const MOST_LEAVES: f64 = 60_000.0;
/// The stock of a leaf is set again at most so often.
const FLOORS: usize = 6;

/// One assignment: the lane of each customer and the mode of each site that is open.
struct Leaf {
    lanes: Vec<usize>,
    modes: Vec<Option<usize>>,
    cost: f64,
}

/// What the trial of all leaves found.
pub struct Enumerated {
    /// The best plan, if any keeps its promises.
    pub best: Option<Priced>,
    /// No plan costs less.
    pub lower_bound: f64,
}

/// Tries every assignment; `None` where there are too many, or limits that a leaf does not know.
pub fn enumerate(
    scenario: &Scenario,
    network: &Network,
    load: &Load,
    relaxed: &Model,
    watch: &dyn Watch,
) -> Option<Enumerated> {
    let leaves = leaves(relaxed)?;
    let mut found = Enumerated { best: None, lower_bound: f64::INFINITY };
    let mut incumbent = f64::INFINITY;
    for leaf in leaves {
        let least = leaf.cost + relaxed.constant;
        if least >= incumbent {
            break;
        }
        if watch.stop() {
            // The leaves that were not tried cost at least what the first of them does.
            found.lower_bound = found.lower_bound.min(least);
            break;
        }
        let decisions = decisions(scenario, relaxed, &leaf);
        let Ok(stocked) = stock(scenario, network, load, &decisions, &scenario.targets, true, watch) else { continue };
        let mut priced = Priced::of(scenario, network, load, stocked.decisions).with(stocked.points);
        let mut total = priced.costs.total();
        let least_here = stocked.lower_bound.map_or(least, |stock| total - stocked.cost + stock);
        found.lower_bound = found.lower_bound.min(least_here);
        // The stock does not know of parity: where that is broken it is set again with floors.
        let mut targets = scenario.targets.clone();
        for _ in 0..FLOORS {
            if priced.keeps_promises(scenario) || !tighten(scenario, &priced, &mut targets) {
                break;
            }
            let Ok(stocked) = stock(scenario, network, load, &decisions, &targets, false, watch) else { break };
            priced = Priced::of(scenario, network, load, stocked.decisions).with(stocked.points);
            total = priced.costs.total();
        }
        if priced.keeps_promises(scenario) && total < incumbent {
            incumbent = total;
            found.best = Some(priced);
            watch.progress(Some(incumbent), least.min(found.lower_bound));
        }
    }
    found.lower_bound = found.lower_bound.min(incumbent);
    Some(found)
}

fn leaves(model: &Model) -> Option<Vec<Leaf>> {
    let problem = &model.problem;
    let customers = problem.customers.len();
    let options = |customer: usize| problem.lanes.starts[customer]..problem.lanes.starts[customer + 1];
    let modes: f64 = problem.sites.iter().map(|site| site.modes.len().max(1) as f64).product();
    let assignments: f64 = (0..customers).map(|customer| options(customer).len() as f64).product();
    let counted_from_below = problem.counts.iter().any(|count| count.min > 1);
    if !problem.single || assignments * modes > MOST_LEAVES || assignments == 0.0 || counted_from_below {
        return None;
    }
    let mut leaves = Vec::new();
    let mut lanes: Vec<usize> = (0..customers).map(|customer| problem.lanes.starts[customer]).collect();
    loop {
        add_modes(model, &lanes, &mut leaves);
        let mut customer = 0;
        loop {
            if customer == customers {
                leaves.sort_by(|left, right| left.cost.total_cmp(&right.cost));
                return Some(leaves);
            }
            lanes[customer] += 1;
            if lanes[customer] < options(customer).end {
                break;
            }
            lanes[customer] = options(customer).start;
            customer += 1;
        }
    }
}

/// Adds a leaf for every choice of modes of the sites that an assignment uses.
fn add_modes(model: &Model, lanes: &[usize], leaves: &mut Vec<Leaf>) {
    let problem = &model.problem;
    let mut load = vec![0.0; problem.sites.len()];
    let mut work = vec![0.0; problem.sites.len()];
    let mut open: Vec<bool> = problem.sites.iter().map(|site| site.status == Openness::Open).collect();
    for (customer, &lane) in lanes.iter().enumerate() {
        let site = problem.lanes.site[lane] as usize;
        open[site] = true;
        load[site] += problem.customers[customer];
        work[site] += problem.lanes.work.get(lane).copied().unwrap_or(0.0);
    }
    let too_much = |site: usize| problem.sites[site].capacity.is_some_and(|most| work[site] > most * (1.0 + 1e-9));
    if (0..problem.sites.len()).any(|site| open[site] && (too_much(site) || problem.sites[site].modes.is_empty())) {
        return;
    }
    let sites: Vec<usize> = (0..problem.sites.len()).filter(|site| open[*site]).collect();
    let mut choice = vec![0usize; sites.len()];
    loop {
        add_leaf(model, lanes, &sites, &choice, &load, leaves);
        let mut place = 0;
        loop {
            if place == sites.len() {
                return;
            }
            choice[place] += 1;
            if choice[place] < problem.sites[sites[place]].modes.len() {
                break;
            }
            choice[place] = 0;
            place += 1;
        }
    }
}

fn add_leaf(model: &Model, lanes: &[usize], sites: &[usize], choice: &[usize], load: &[f64], leaves: &mut Vec<Leaf>) {
    let problem = &model.problem;
    let mut modes = vec![None; problem.sites.len()];
    let mut upper_open: Vec<bool> = problem.uppers.iter().map(|upper| upper.status == Openness::Open).collect();
    let mut upper_load = vec![0.0; problem.uppers.len()];
    let mut cost: f64 = lanes.iter().map(|lane| problem.lanes.cost[*lane]).sum();
    for (&site, &number) in sites.iter().zip(choice) {
        let mode = problem.sites[site].modes[number];
        modes[site] = Some(number);
        cost += mode.fixed + mode.per_load * load[site];
        if let Some(upper) = mode.upper {
            upper_open[upper as usize] = true;
            upper_load[upper as usize] += load[site];
        }
    }
    let mut feasible = true;
    for (number, upper) in problem.uppers.iter().enumerate() {
        cost += if upper_open[number] { upper.fixed } else { 0.0 };
        feasible &= !(upper_open[number] && upper.status == Openness::Closed);
        feasible &= upper.capacity.is_none_or(|most| upper_load[number] <= most * (1.0 + 1e-9));
    }
    for count in &problem.counts {
        let open = count.sites.iter().filter(|site| modes[**site as usize].is_some()).count()
            + count.uppers.iter().filter(|upper| upper_open[**upper as usize]).count();
        feasible &= open >= count.min && open <= count.max;
    }
    for row in &problem.rows {
        let used: f64 =
            row.lane.iter().filter(|(lane, _)| lanes.contains(&(*lane as usize))).map(|(_, c)| c).sum::<f64>()
                + row.site.iter().filter(|(site, _)| modes[*site as usize].is_some()).map(|(_, c)| c).sum::<f64>()
                + row.upper.iter().filter(|(upper, _)| upper_open[*upper as usize]).map(|(_, c)| c).sum::<f64>();
        feasible &= used <= row.at_most + 1e-9 * (1.0 + row.at_most.abs());
    }
    if feasible {
        leaves.push(Leaf { lanes: lanes.to_vec(), modes, cost });
    }
}

fn decisions(scenario: &Scenario, model: &Model, leaf: &Leaf) -> Decisions {
    let mut decisions = Decisions::none(scenario);
    for (site, mode) in leaf.modes.iter().enumerate() {
        if let Some(mode) = mode {
            decisions.outlet_open[site] = true;
            decisions.replenished_by[site] = model.depots[site][*mode];
        }
    }
    for depot in super::decide::depots_in_use(scenario, &decisions) {
        decisions.depot_open[depot.at()] = true;
    }
    for (region, lane) in model.regions.iter().zip(&leaf.lanes) {
        decisions.served_by[region.at()] = vec![(OutletId(model.problem.lanes.site[*lane]), 1.0)];
    }
    decisions
}
