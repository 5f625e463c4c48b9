use proptest::prelude::*;

use super::super::steps::{Steps, tests::stairs};
use super::*;

/// (bid) by every set.
fn enumerated(asked: &Question) -> f64 {
    enumerated_where(asked, |_| true)
}

/// (bid) by every set that is wanted.
fn enumerated_where(asked: &Question, wanted: impl Fn(usize) -> bool) -> f64 {
    let count = asked.values.len();
    let sets = (0..1_usize << count).map(|set| {
        let inside = |customer: usize| set >> customer & 1 == 1;
        if !wanted(set) || (0..count).any(|customer| asked.must[customer] && !inside(customer)) {
            return f64::INFINITY;
        }
        let chosen = || (0..count).filter(|customer| inside(*customer));
        let parts = asked.steps.len();
        let load = |part: usize| chosen().map(|customer| asked.demands[customer * parts + part]).sum::<f64>();
        let stock: f64 = asked.steps.iter().enumerate().map(|(part, steps)| steps.at(load(part))).sum();
        asked.fixed + stock - chosen().map(|customer| asked.values[customer]).sum::<f64>()
    });
    sets.fold(f64::INFINITY, f64::min)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn an_outlet_bids_what_the_best_of_all_sets_costs_and_never_more_where_its_boxes_run_out(
        heights in prop::collection::vec(0.2..2.0_f64, 1..4),
        customers in prop::collection::vec((0.0..2.0_f64, prop::collection::vec(0.0..4.0_f64, 3), 0..8_u8), 1..8),
        (fixed, boxes) in (0.0..3.0_f64, 1..12_usize),
    ) {
        let steps: Vec<Steps> = heights.iter().map(|height| stairs(*height)).collect();
        let parts = steps.len();
        let mut asked = Question {
            fixed,
            values: customers.iter().map(|customer| customer.0).collect(),
            demands: customers.iter().flat_map(|customer| customer.1[..parts].to_vec()).collect(),
            must: customers.iter().map(|customer| customer.2 == 0).collect(),
            steps: &steps,
            limit: f64::INFINITY,
            tolerance: 0.0,
            boxes: 100_000,
        };
        let least = enumerated(&asked);
        let guess = vec![false; customers.len()];
        let whole = bid(&asked, &mut vec![0.0; parts], &guess);
        if least.is_infinite() {
            prop_assert!(whole.least.is_infinite() && whole.value.is_infinite());
        } else {
            prop_assert!((whole.least - least).abs() < 1e-6, "{} {least}", whole.least);
            prop_assert!((whole.value - least).abs() < 1e-6);
        }
        for boxes in [100_000, boxes] {
            asked.boxes = boxes;
            let told = bid(&asked, &mut vec![0.0; parts], &guess).forced;
            for (customer, forced) in told.iter().enumerate() {
                let holds = |set: usize| set >> customer & 1 == 1;
                let (with, without) = (enumerated_where(&asked, holds), enumerated_where(&asked, |set| !holds(set)));
                prop_assert!(forced.with <= with + 1e-9, "{} {with}", forced.with);
                prop_assert!(forced.without <= without + 1e-9, "{} {without}", forced.without);
            }
        }
        asked.boxes = boxes;
        prop_assert!(bid(&asked, &mut vec![0.0; parts], &guess).least <= least + 1e-9);
        asked.limit = 0.0;
        prop_assert!(bid(&asked, &mut vec![0.0; parts], &guess).least <= least.min(0.0) + 1e-9);
    }
}
