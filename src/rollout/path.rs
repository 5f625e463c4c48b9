//! The best course of one area where its outlets, openings and customers have prices.
//!
//! ```text
//! max  Σ_t w_t(σ_t(n_t)) − F_t·n_t − K_t·(n_t − n_t−1)⁺ − C_t·(n_t−1 − n_t)⁺       n_t = 0, 1, 2, …
//! ```
//!
//! where w is W·σ, or a curve of what is heard abroad (`relaxation`). A dynamic program over the years. Both changes cost in proportion to their size, so the best way to n outlets comes from the
//! best way to one less (or one more): a year costs two passes over the numbers of outlets.

/// The prices of an area's years.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Prices {
    /// Worth of one more point of the wished share, from 0 to 1.
    pub wish: f64,
    /// Cost of an open outlet.
    pub fixed: f64,
    /// Cost of opening one.
    pub opening: f64,
    /// Cost of closing one.
    pub closing: f64,
}

/// The best course from so many outlets today, and what it is worth. `wishes` are the shares wished, by year and number of
/// outlets; today's number is among them. `drawn_worth` tells what a share wished in a year is worth.
pub fn best(
    today: u32,
    prices: &[Prices],
    wishes: &[Vec<f64>],
    drawn_worth: impl Fn(usize, f64) -> f64,
) -> (f64, Vec<u32>) {
    let most = wishes.first().map_or(1, Vec::len);
    let mut worth: Vec<f64> = vec![f64::NEG_INFINITY; most];
    worth[today as usize] = 0.0;
    let mut from: Vec<Vec<u32>> = Vec::with_capacity(prices.len());
    for (year, (price, wishes)) in prices.iter().zip(wishes).enumerate() {
        let mut way: Vec<u32> = (0..most as u32).collect();
        let mut reached = worth.clone();
        for outlets in 1..most {
            let up = reached[outlets - 1] - price.opening;
            if up > reached[outlets] {
                (reached[outlets], way[outlets]) = (up, way[outlets - 1]);
            }
        }
        // Down only from where the year began: up and down again in one year is never worth it.
        let (mut down, mut source) = (f64::NEG_INFINITY, 0);
        for outlets in (0..most).rev() {
            down -= price.closing;
            if down > reached[outlets] {
                (reached[outlets], way[outlets]) = (down, source);
            }
            if worth[outlets] > down {
                (down, source) = (worth[outlets], outlets as u32);
            }
        }
        for (outlets, (value, wish)) in reached.iter_mut().zip(wishes).enumerate() {
            *value += drawn_worth(year, *wish) - price.fixed * outlets as f64;
        }
        worth = reached;
        from.push(way);
    }
    let mut last = 0;
    for outlets in 1..most {
        if worth[outlets] > worth[last] {
            last = outlets;
        }
    }
    let best = worth[last];
    let mut course = vec![0; prices.len()];
    for (year, way) in from.iter().enumerate().rev() {
        course[year] = last as u32;
        last = way[last] as usize;
    }
    (best, course)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same by trying every course.
    fn tried(today: u32, prices: &[Prices], wishes: &[Vec<f64>]) -> f64 {
        let Some((price, prices)) = prices.split_first() else { return 0.0 };
        let worth = |outlets: u32| {
            let (up, down) = (outlets.saturating_sub(today), today.saturating_sub(outlets));
            price.wish * wishes[0][outlets as usize]
                - price.fixed * f64::from(outlets)
                - price.opening * f64::from(up)
                - price.closing * f64::from(down)
                + tried(outlets, prices, &wishes[1..])
        };
        (0..wishes[0].len() as u32).map(worth).fold(f64::NEG_INFINITY, f64::max)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn the_best_course_is_the_best_of_all(
            numbers in proptest::collection::vec((-5.0..40.0_f64, 0.0..3.0_f64, 0.0..6.0_f64, 0.0..4.0_f64), 1..4),
            shares in proptest::collection::vec(0.0..1.0_f64, 15),
            today in 0..5_u32,
        ) {
            let price = |(wish, fixed, opening, closing): &(f64, f64, f64, f64)| {
                Prices { wish: *wish, fixed: *fixed, opening: *opening, closing: *closing }
            };
            let prices: Vec<Prices> = numbers.iter().map(price).collect();
            let wishes: Vec<Vec<f64>> = shares.chunks(5).map(<[f64]>::to_vec).collect();
            let (worth, course) = best(today, &prices, &wishes, |year, drawn| prices[year].wish * drawn);
            prop_assert!((worth - tried(today, &prices, &wishes)).abs() < 1e-9);
            // And the course is worth what is said.
            let mut before = today;
            let mut own = 0.0;
            for ((outlets, price), wishes) in course.iter().zip(&prices).zip(&wishes) {
                own += price.wish * wishes[*outlets as usize] - price.fixed * f64::from(*outlets)
                    - price.opening * f64::from(outlets.saturating_sub(before))
                    - price.closing * f64::from(before.saturating_sub(*outlets));
                before = *outlets;
            }
            prop_assert!((worth - own).abs() < 1e-9);
        }
    }
}
