//! The laws of windows against a network that is lived through, demand by demand.

use crate::scenario::Stockout;
use crate::stocking::shop::Repair;
use crate::stocking::two_echelon::{Depot, Position, Stream};

/// SplitMix64 (G. L. Steele, D. Lea, C. H. Flood 2014): a few lines are enough for a test.
struct Random(u64);

impl Random {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn exponential(&mut self, rate: f64) -> f64 {
        -(1.0 - self.share()).ln() / rate
    }
}

/// When each of the requests (in order of time) has its unit, first come first served: the n-th when `stock` and what has
/// come are n.
fn served(requests: &[f64], mut arrivals: Vec<f64>, stock: usize) -> Vec<f64> {
    arrivals.sort_by(f64::total_cmp);
    let at = |n: usize| n.checked_sub(stock).map_or(0.0, |k| arrivals.get(k).copied().unwrap_or(f64::INFINITY));
    requests.iter().enumerate().map(|(n, &time)| time.max(at(n))).collect()
}

/// The waits of the demands of every outlet, the first tenth left out.
fn lived(streams: &[Stream], levels: &[usize], depot: Option<(Depot, usize)>, until: f64) -> Vec<Vec<f64>> {
    let mut random = Random(7);
    let mut orders: Vec<(f64, usize)> = Vec::new();
    let mut demands: Vec<Vec<f64>> = vec![Vec::new(); streams.len()];
    let mut arrivals: Vec<Vec<f64>> = vec![Vec::new(); streams.len()];
    for (j, stream) in streams.iter().enumerate() {
        let mut time = random.exponential(stream.rate);
        while time < until {
            demands[j].push(time);
            if random.share() < stream.repair.share {
                arrivals[j].push(time + stream.repair.time);
            } else if depot.is_some() {
                orders.push((time, j));
            } else {
                arrivals[j].push(time + stream.lead_time);
            }
            time += random.exponential(stream.rate);
        }
    }
    if let Some((depot, stock)) = depot {
        orders.sort_by(|left, right| left.0.total_cmp(&right.0));
        let times: Vec<f64> = orders.iter().map(|order| order.0).collect();
        let mut way =
            |time: &f64| time + if random.share() < depot.repair.share { depot.repair.time } else { depot.lead_time };
        let back = times.iter().map(&mut way).collect();
        for ((_, j), sent) in orders.iter().zip(served(&times, back, stock)) {
            arrivals[*j].push(sent + streams[*j].lead_time);
        }
    }
    let waits = |(j, arrivals): (usize, Vec<f64>)| {
        let times = &demands[j];
        let served = served(times, arrivals, levels[j]);
        let waits = times.iter().zip(served).filter(|(time, _)| **time > until / 10.0 && **time < until * 0.95);
        waits.map(|(time, served)| served - time).collect()
    };
    arrivals.into_iter().enumerate().map(waits).collect()
}

/// Compares the shares within windows with those of a life, within five deviations (batches of 100 demands).
fn agree(streams: &[Stream], levels: &[usize], depot: Option<(Depot, usize)>, windows: &[f64]) {
    let upstream = depot.map(|(depot, stock)| depot.holding(stock as u32));
    let rate: f64 = streams.iter().map(|stream| stream.rate).sum();
    let lives = lived(streams, levels, depot, 30_000.0 / rate);
    for ((stream, &level), waits) in streams.iter().zip(levels).zip(&lives) {
        let position = Position::new(*stream, upstream.as_ref(), Stockout::Backorder);
        for &window in windows {
            let exact = position.within(level as u32, window);
            let shares: Vec<f64> = waits
                .chunks_exact(100)
                .map(|batch| batch.iter().filter(|wait| **wait <= window + 1e-9).count() as f64 / 100.0)
                .collect();
            let count = shares.len() as f64;
            let mean = shares.iter().sum::<f64>() / count;
            let variance = shares.iter().map(|share| (share - mean).powi(2)).sum::<f64>() / (count - 1.0);
            // A share near 1 may be lived without a miss.
            let alone = exact * (1.0 - exact) / waits.len() as f64;
            let allowed = 5.0 * (variance / count).max(alone).sqrt() + 1e-6;
            assert!((exact - mean).abs() <= allowed, "window {window}, S {level}: {exact} lived {mean} ± {allowed}");
            let shares = position.waits(window).shares(level as u32 + 3);
            assert!((shares[level] - exact).abs() < 1e-12);
            assert!(shares.windows(2).all(|pair| pair[0] <= pair[1] + 1e-12), "more stock serves no fewer");
        }
    }
}

const WINDOWS: [f64; 9] = [0.0, 0.4, 0.8, 1.0, 1.3, 2.0, 2.4, 3.2, 4.5];

#[test]
fn without_a_depot_a_quick_repair_overtakes_an_order_and_a_slow_one_is_overtaken() {
    for time in [0.6, 2.2] {
        let stream = Stream::new(3.0, 1.0, 1.3).repairing(Repair::ample(0.4, time));
        for level in [0, 2, 4] {
            agree(&[stream], &[level], None, &WINDOWS);
        }
    }
}

#[test]
fn a_depot_that_repairs_and_orders_is_waited_for_as_long_as_the_law_says() {
    let streams = [Stream::new(2.0, 1.0, 1.0), Stream::new(1.0, 1.0, 0.3)];
    let depot = Depot::new(3.0, 1.0, 2.0).repairing(Repair::ample(0.6, 0.7));
    for (stock, levels) in [(0, [1, 0]), (3, [2, 1]), (5, [0, 2])] {
        agree(&streams, &levels, Some((depot, stock)), &WINDOWS);
    }
}

#[test]
fn outlets_that_repair_under_a_depot_are_served_as_the_law_says() {
    for time in [0.5, 1.5, 3.0] {
        let streams = [
            Stream::new(2.0, 1.0, 1.0).repairing(Repair::ample(0.5, time)),
            Stream::new(1.5, 1.0, 0.3).repairing(Repair::ample(0.2, time)),
            Stream::new(1.0, 1.0, 0.8),
        ];
        let rate = streams.iter().map(Stream::ordered).sum();
        let depot = Depot::new(rate, 1.0, 2.0).repairing(Repair::ample(0.3, 0.9));
        for (stock, levels) in [(0, [1, 0, 1]), (4, [2, 1, 0]), (8, [0, 2, 2])] {
            agree(&streams, &levels, Some((depot, stock)), &WINDOWS);
        }
    }
}
