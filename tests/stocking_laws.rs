//! Laws of the inventory theory, on random numbers.

use proptest::prelude::*;
use sparenet::scenario::Stockout;
use sparenet::stocking::distribution::Pmf;
use sparenet::stocking::erlang::erlang_b;
use sparenet::stocking::two_echelon::{Depot, Position, Stream};

fn ratio() -> impl Strategy<Value = f64> {
    prop::sample::select(vec![1.0, 1.0, 1.3, 2.0, 6.0])
}

fn close(x: f64, y: f64) -> bool {
    (x - y).abs() <= 1e-10 * x.abs().max(y.abs()).max(1.0)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_demand_has_the_mean_and_the_variance_it_was_given(mean in 0.0..300.0_f64, ratio in ratio()) {
        let demand = Pmf::demand(mean, ratio);
        prop_assert!(close(demand.mean(), mean));
        prop_assert!(close(demand.variance(), mean * ratio), "{} for {}", demand.variance(), mean * ratio);
    }

    #[test]
    fn more_stock_never_means_more_backorders_nor_a_lower_fill_rate(mean in 0.0..80.0_f64, ratio in ratio()) {
        let pipeline = Pmf::demand(mean, ratio);
        for s in 0..200_usize {
            prop_assert!(pipeline.expected_over(s + 1) <= pipeline.expected_over(s));
            prop_assert!(pipeline.at_most(s as i64) >= pipeline.at_most(s as i64 - 1) - 1e-15);
            // The two sides make one.
            prop_assert!((pipeline.at_most(s as i64) + pipeline.more_than(s as i64) - 1.0).abs() < 1e-13);
        }
    }

    #[test]
    fn thinning_keeps_its_share_of_the_mean_and_two_shares_make_the_whole(mean in 0.0..60.0_f64, q in 0.0..1.0_f64, s in 0..40_usize) {
        let backlog = Pmf::poisson(mean).over(s);
        prop_assert!(close(backlog.thin(q).mean(), q * backlog.mean()));
        // Var of Bin(B, q) = q²·Var B + q(1−q)·E B.
        let variance = q * q * backlog.variance() + q * (1.0 - q) * backlog.mean();
        prop_assert!(close(backlog.thin(q).variance(), variance));
    }

    #[test]
    fn a_thinned_poisson_and_a_sum_of_poissons_are_poisson(x in 0.0..50.0_f64, y in 0.0..50.0_f64, q in 0.0..1.0_f64) {
        let (thinned, sum) = (Pmf::poisson(x).thin(q), Pmf::poisson(x).plus(&Pmf::poisson(y)));
        for n in 0..120 {
            prop_assert!((thinned.exactly(n) - Pmf::poisson(q * x).exactly(n)).abs() < 1e-14);
            prop_assert!((sum.exactly(n) - Pmf::poisson(x + y).exactly(n)).abs() < 1e-14);
        }
    }

    #[test]
    fn a_sum_is_asked_without_its_convolution(x in 0.0..50.0_f64, y in 0.0..50.0_f64, s in 0..30_usize, ratio in ratio()) {
        let (backlog, demand) = (Pmf::poisson(x).over(s), Pmf::demand(y, ratio));
        let sum = backlog.plus(&demand);
        for n in -1..150 {
            prop_assert!((backlog.sum_at_most(&demand, n) - sum.at_most(n)).abs() < 1e-13);
        }
    }

    #[test]
    fn a_depot_without_stock_only_lengthens_the_lead_time(rate in 0.1..20.0_f64, others in 0.0..50.0_f64, transport in 0.0..0.5_f64, t0 in 0.0..0.8_f64) {
        // With S0 = 0 every order waits the whole T0, so the outlet has lead time O + T0 under the supplier.
        let depot = Depot::new(rate + others, 1.0, t0).holding(0);
        let stream = |lead_time| Stream::new(rate, 1.0, lead_time);
        let two = Position::new(stream(transport), Some(&depot), Stockout::Backorder);
        let one = Position::new(stream(transport + t0), None, Stockout::Backorder);
        for s in 0..30 {
            prop_assert!((two.expected_backorders(s) - one.expected_backorders(s)).abs() < 1e-9);
            for window in [0.0, 0.5 * transport, transport + 0.5 * t0, 2.0 * (transport + t0) + 0.1] {
                prop_assert!((two.within(s, window) - one.within(s, window)).abs() < 1e-9);
            }
        }
    }

    #[test]
    fn exact_backorders_are_never_below_metric_and_depot_stock_never_hurts(rate in 0.1..10.0_f64, others in 0.0..30.0_f64, transport in 0.0..0.3_f64, t0 in 0.01..0.5_f64) {
        let depot = Depot::new(rate + others, 1.0, t0);
        let stream = Stream::new(rate, 1.0, transport);
        let mut before: Option<Vec<f64>> = None;
        for s0 in 0..12 {
            let upstream = depot.holding(s0);
            let position = Position::new(stream, Some(&upstream), Stockout::Backorder);
            let metric = Pmf::poisson(rate * (transport + upstream.mean_wait()));
            let all: Vec<f64> = (0..15).map(|s| position.expected_backorders(s)).collect();
            for (s, backorders) in all.iter().enumerate() {
                prop_assert!(*backorders >= metric.expected_over(s) - 1e-12);
                prop_assert!(before.as_ref().is_none_or(|before| *backorders <= before[s] + 1e-12));
            }
            before = Some(all);
        }
    }

    #[test]
    fn a_longer_window_and_more_stock_serve_no_fewer(rate in 0.1..10.0_f64, others in 0.0..30.0_f64, transport in 0.0..0.3_f64, t0 in 0.01..0.5_f64, s0 in 0..10_u32, ratio in ratio()) {
        let upstream = Depot::new(rate + others, ratio, t0).holding(s0);
        let stream = Stream::new(rate, ratio, transport);
        let position = Position::new(stream, Some(&upstream), Stockout::Backorder);
        for s in 0..12 {
            let mut before = 0.0;
            for i in 0..=20 {
                let window = (transport + t0) * f64::from(i) / 19.0;
                let share = position.within(s, window);
                prop_assert!(share >= before - 1e-12 && share <= position.within(s + 1, window) + 1e-12);
                before = share;
            }
            prop_assert_eq!(before, 1.0);
            prop_assert!(transport <= 0.0 || (position.within(s, 0.0) - position.fill_rate(s)).abs() < 1e-14);
        }
    }

    #[test]
    fn a_lost_demand_share_falls_with_stock_and_grows_with_load(load in 0.0..40.0_f64, more in 0.0..5.0_f64, s in 0..60_u32) {
        prop_assert!(erlang_b(s + 1, load) <= erlang_b(s, load));
        prop_assert!(erlang_b(s, load + more) >= erlang_b(s, load) - 1e-15);
    }
}

#[test]
fn large_means_do_not_underflow() {
    // A Poisson mean of a hundred thousand: half the probability lies on each side of the mean (within 0.4/√mean).
    for mean in [800.0, 1e4, 1e5] {
        let demand = Pmf::poisson(mean);
        assert!(close(demand.mean(), mean) && close(demand.variance(), mean));
        assert!((demand.at_most(mean as i64) - 0.5).abs() < 0.4 / mean.sqrt());
    }
    let thinned = Pmf::poisson(1e4).over(9_900).thin(0.01);
    assert!(close(thinned.mean(), 0.01 * Pmf::poisson(1e4).expected_over(9_900)));
}

#[test]
fn edges_are_defined_without_lead_time_or_demand() {
    let stream = Stream::new(3.0, 1.0, 0.0);
    let position = Position::new(stream, None, Stockout::Backorder);
    assert_eq!((position.fill_rate(0), position.fill_rate(1)), (0.0, 1.0));
    assert_eq!((position.within(0, 0.0), position.within(0, -1e-9)), (1.0, 0.0));
    let idle = Position::new(Stream { rate: 0.0, ..stream }, None, Stockout::Emergency);
    assert_eq!((idle.fill_rate(0), idle.fill_rate(1), idle.mean_wait(0)), (0.0, 1.0, 0.0));
}
