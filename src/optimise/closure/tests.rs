use proptest::prelude::*;

use super::ground::{Ground, Lane, Place};
use super::steps::tests::stairs;
use super::{Ends, close};
use crate::location::Status;
use crate::watch::Nobody;

/// (problem) by every assignment; a site that serves nobody is closed unless it must be open or earns by being open.
fn enumerated(ground: &Ground) -> f64 {
    let sites = ground.places.len();
    let all = (0..sites.pow(ground.customers as u32)).map(|number| {
        let site_of = |customer: usize| number / sites.pow(customer as u32) % sites;
        let mut used: Vec<f64> = ground.rows.iter().map(|limit| -limit).collect();
        let mut cost = ground.constant;
        for (site, place) in ground.places.iter().enumerate() {
            let served: Vec<usize> = (0..ground.customers).filter(|customer| site_of(*customer) == site).collect();
            let way = |customer: usize| place.lanes.iter().position(|lane| lane.customer == customer);
            let ways: Option<Vec<usize>> = served.iter().map(|customer| way(*customer)).collect();
            let Some(ways) = ways.filter(|ways| ways.is_empty() || place.status != Status::Closed) else {
                return f64::INFINITY;
            };
            if ways.is_empty() && place.status != Status::Open {
                continue;
            }
            let parts = place.steps.len();
            let load = |part: usize| ways.iter().map(|way| place.demands[way * parts + part]).sum::<f64>();
            cost += place.fixed + place.steps.iter().enumerate().map(|(part, steps)| steps.at(load(part))).sum::<f64>();
            cost += ways.iter().map(|way| place.lanes[*way].cost).sum::<f64>();
            let terms = ways.iter().flat_map(|way| &place.lanes[*way].terms).chain(&place.terms);
            terms.for_each(|(row, own)| used[*row] += own);
        }
        if used.iter().any(|used| *used > 1e-9) { f64::INFINITY } else { cost }
    });
    all.fold(f64::INFINITY, f64::min)
}

/// A lane: what it asks for of either part, its cost, and whether it is there.
type Way = (f64, f64, f64, u8);

fn grounds() -> impl Strategy<Value = Ground> {
    let site = (0.0..6.0_f64, 0..8_u8, prop::collection::vec((0.0..4.0_f64, 0.0..4.0_f64, 0.0..3.0_f64, 0..6_u8), 5));
    (prop::collection::vec(site, 2..4), 0.3..2.0_f64, 0.3..2.0_f64, 0..3_u8).prop_map(|(sites, one, other, limit)| {
        let place = |(number, (fixed, status, lanes)): (usize, (f64, u8, Vec<Way>))| {
            // The first site reaches all.
            let reached: Vec<_> = lanes.iter().enumerate().filter(|(_, lane)| number == 0 || lane.3 > 0).collect();
            let terms = |work: f64| if limit == 1 { vec![(0, work)] } else { Vec::new() };
            Place {
                fixed,
                status: if status == 0 { Status::Open } else { Status::Free },
                lanes: reached
                    .iter()
                    .map(|(customer, lane)| Lane { customer: *customer, cost: lane.2, terms: terms(lane.2 / 3.0) })
                    .collect(),
                demands: reached.iter().flat_map(|(_, lane)| [lane.0, lane.1]).collect(),
                steps: vec![stairs(one), stairs(other)],
                terms: if limit == 2 { vec![(0, 1.0)] } else { Vec::new() },
            }
        };
        let places = sites.into_iter().enumerate().map(place).collect();
        let rows = [vec![], vec![1.8], vec![2.0]][usize::from(limit)].clone();
        Ground { places, customers: 5, rows, constant: 1.0 }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(120))]
    #[test]
    fn a_closed_gap_ends_at_the_least_cost_and_no_bound_is_above_it(
        ground in grounds(),
        above in 0.0..0.3_f64,
        prices in 0.0..5.0_f64,
    ) {
        let least = enumerated(&ground);
        prop_assume!(least.is_finite());
        let incumbent = least * (1.0 + above);
        let ends = Ends { incumbent, target: incumbent * (1.0 - 1e-7), bound: f64::NEG_INFINITY };
        let closed = close(&ground, &[prices; 5], ends, &Nobody);
        prop_assert!(closed.bound <= least + 1e-6, "{} {least}", closed.bound);
        let found = closed.served.as_ref().map_or(incumbent, |served| served.cost);
        prop_assert!(found >= least - 1e-6, "{found} {least}");
        prop_assert!(found - closed.bound <= 1e-6 * (1.0 + incumbent), "{} to {found}", closed.bound);
    }
}
