//! Batch ordering: one site that orders Q units whenever its inventory position falls to the reorder point r.
//!
//! ```text
//! (position)   IP = what is on hand and on order less what is owed: uniform on r+1 … r+Q, independent of later demand
//! (deficit)    IP = (r+Q) − U,  U uniform on 0 … Q−1
//! (net)        what is on hand less what is owed = (r+Q) − (X + U),  X = demand(λ·L)
//! (fill)       fill rate = P(X + U ≤ r+Q−1)
//! (backorders) EBO = E[(X + U − (r+Q))⁺]
//! (on hand)    r + (Q+1)/2 − E[X] + EBO
//! (orders)     λ/Q a year
//! (cost)       C(r, Q) = [K·λ + Σ_{y=r+1}^{r+Q} G(y)] / Q,   G(y) = h·E[(y−X)⁺] + b·E[(X−y)⁺]
//! (economic)   Q(Q−1) ≤ 2Kλ/h < Q(Q+1): the least K·λ/Q + h·(Q−1)/2
//! ```
//! (position): G. Hadley and T. M. Whitin 1963, Analysis of Inventory Systems, chapter 4. With unit (Poisson) demand this
//! is exact. Where one customer takes several units (negative binomial demand) it is exact when the site orders as many
//! whole batches as bring its position above r. (net) is the base-stock formula with the **maximum** r+Q in place of S
//! and X + U in place of X; so whatever holds of pipelines holds here, waits included. The **minimum** is r.
//!
//! (cost) is least where the Q smallest values of the convex G are taken, and Q grows while the next value is below the
//! average: A. Federgruen and Y.-S. Zheng 1992, Operations Research 40.

pub mod periodic;

use super::distribution::Pmf;

/// Most units of a batch: what an order cost without a holding cost would make infinite.
const MOST_UNITS: f64 = 1e4;

/// When and how much a site orders.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Batches {
    /// r: a batch is ordered when the inventory position falls to it \[units\]; below 0, when so many are owed.
    pub reorder_point: i64,
    /// Q: units of a batch, at least 1.
    pub quantity: u32,
}

impl Batches {
    /// A site that may order batches of `quantity` and holds at most `maximum` units.
    ///
    /// It never orders more than fits under its maximum: Q is the lesser of the two, and 1 where nothing is held. So each
    /// step of the maximum raises the inventory position (in distribution), and more stock never means more backorders.
    pub fn up_to(maximum: u32, quantity: u32) -> Self {
        let quantity = quantity.min(maximum).max(1);
        Self { reorder_point: i64::from(maximum) - i64::from(quantity), quantity }
    }

    /// r + Q \[units\].
    pub fn maximum(&self) -> i64 {
        self.reorder_point + i64::from(self.quantity)
    }

    /// Mean inventory position r + (Q+1)/2 \[units\].
    pub fn mean_position(&self) -> f64 {
        self.reorder_point as f64 + (f64::from(self.quantity) + 1.0) / 2.0
    }

    /// X + U of (net), from the units X demanded in a lead time.
    pub fn deficit(&self, demanded: &Pmf) -> Pmf {
        if self.quantity == 1 { demanded.clone() } else { demanded.plus(&Pmf::uniform(self.quantity)) }
    }

    /// Share of demand met at once, (fill).
    pub fn fill_rate(&self, demanded: &Pmf) -> f64 {
        self.deficit(demanded).at_most(self.maximum() - 1)
    }

    /// Units owed, (backorders).
    pub fn expected_backorders(&self, demanded: &Pmf) -> f64 {
        let deficit = self.deficit(demanded);
        match usize::try_from(self.maximum()) {
            Ok(maximum) => deficit.expected_over(maximum),
            Err(_) => deficit.mean() - self.maximum() as f64,
        }
    }

    /// Mean units on hand, (on hand).
    pub fn on_hand(&self, demanded: &Pmf) -> f64 {
        self.mean_position() - demanded.mean() + self.expected_backorders(demanded)
    }

    /// Orders a year, (orders), of a demand rate \[units/year\].
    pub fn orders(&self, rate: f64) -> f64 {
        rate / f64::from(self.quantity)
    }
}

/// The batch of (economic): for a demand rate \[units/year\], the cost of an order and the yearly cost of holding a unit.
pub fn economic_quantity(rate: f64, order_cost: f64, holding: f64) -> u32 {
    let twice = 2.0 * order_cost * rate / holding;
    if twice.is_nan() || twice <= 0.0 {
        return 1;
    }
    // The positive root of Q(Q−1) = 2Kλ/h, rounded down, and put right where the root was rounded.
    let mut quantity = ((1.0 + (1.0 + 4.0 * twice).sqrt()) / 2.0).min(MOST_UNITS).floor().max(1.0);
    while quantity > 1.0 && quantity * (quantity - 1.0) > twice {
        quantity -= 1.0;
    }
    while quantity < MOST_UNITS && quantity * (quantity + 1.0) <= twice {
        quantity += 1.0;
    }
    quantity as u32
}

/// What a policy pays for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prices {
    /// h: a unit on hand \[money/year\].
    pub holding: f64,
    /// b: a unit owed \[money/year\].
    pub backorder: f64,
    /// K: an order \[money\].
    pub order: f64,
}

impl Prices {
    /// h·E\[on hand\] + b·E\[owed\] at an inventory position, from the units X demanded until a new order arrives.
    fn at(&self, position: i64, demanded: &Pmf) -> f64 {
        let owed = match usize::try_from(position) {
            Ok(position) => demanded.expected_over(position),
            Err(_) => demanded.mean() - position as f64,
        };
        self.holding * (position as f64 - demanded.mean() + owed) + self.backorder * owed
    }

    /// The position with the least of [`at`](Self::at): P(X ≤ y) ≥ b/(b+h) for the first time.
    fn newsvendor(&self, demanded: &Pmf) -> i64 {
        let critical = self.backorder / (self.backorder + self.holding);
        let enough = |y: &usize| demanded.at_most(*y as i64) >= critical;
        (demanded.first()..demanded.last()).find(enough).unwrap_or(demanded.last()) as i64
    }

    /// C(r, Q), (cost), of a demand rate \[units/year\].
    pub fn cost(&self, batches: Batches, rate: f64, demanded: &Pmf) -> f64 {
        self.order * batches.orders(rate)
            + self.holding * batches.on_hand(demanded)
            + self.backorder * batches.expected_backorders(demanded)
    }

    /// The (r, Q) with the least C, and its cost; h and b are positive.
    pub fn least(&self, rate: f64, demanded: &Pmf) -> (Batches, f64) {
        let peak = self.newsvendor(demanded);
        let (mut below, mut above) = (peak - 1, peak + 1);
        let (mut under, mut over) = (self.at(below, demanded), self.at(above, demanded));
        let mut sum = self.order * rate + self.at(peak, demanded);
        let mut quantity = 1;
        while under.min(over) < sum / f64::from(quantity) && quantity < MOST_UNITS as u32 {
            sum += under.min(over);
            if under <= over {
                below -= 1;
                under = self.at(below, demanded);
            } else {
                above += 1;
                over = self.at(above, demanded);
            }
            quantity += 1;
        }
        (Batches { reorder_point: below, quantity }, sum / f64::from(quantity))
    }
}
