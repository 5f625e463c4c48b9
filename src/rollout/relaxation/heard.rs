//! The price of trouble that is heard abroad: what good service at home is worth elsewhere, in the bound of a roll-out.
//!
//! With (ill served) and (reputation) of `reputation`, s the share wished, σ the share drawn, κ the adjustment, g = 1 − ρ the share
//! of its wishes that a country loses, h_ct = Σ_j weight_jc·τ_j,t−1 what it hears and h⁺ no less than any h:
//!
//! ```text
//! (lost)      g = min(1, h) ≥ φ·h,   φ = 1 / max(1, h⁺),   g⁻ ≤ g ≤ g⁺ = min(1, h⁺),   g⁻ = 0 but in the first year, when g is known
//! (talked)    τ ≥ ψ·s·(1 − σ/σ̂),   ψ = min(1, quota / s⁺)       sold = min(s, quota) is concave in s; s⁺ ≥ s; ψ = 0 where nobody buys
//! ```
//!
//! The worth of a course is a sum of W·(1 − g)·σ less costs (`relaxation`). For prices θ_rt ≥ 0 of what each area loses it grows by no
//! less than nothing if Σ θ_rt·g_ct − Σ_jt Θ_jt·s_jt·(1 − σ_jt/σ̂_jt) is added, Θ_jt = ψ_jt·Σ_c weight_jc·φ_c,t+1·Σ_{r in c} θ_r,t+1, by
//! (lost) and (talked). Its product of a country's two shares is bounded about a course of reference, with shares σ°, s°:
//!
//! ```text
//! (product)   s·σ ≤ s°·σ + s·σ° − s°·σ° + ½·[(s − s°)² + (σ − σ°)²]                     2·a·b ≤ a² + b²
//! (areas)     (σ − σ°)² ≤ Σ_r part_r·(σ_r − σ°_r)²                                      Jensen's inequality over areas
//! (years)     (s_t − s°_t)² ≤ Σ_{u ≤ t} κ·(1−κ)^{t−u}·Σ_r part_r·(y_ru − y°_ru)²        and over years; y = (1 − g)·σ
//! ```
//!
//! What is left is a sum over areas and years. Each area may now believe what it likes of g:
//!
//! ```text
//! (area)      max over g⁻ ≤ g ≤ g⁺ of  W'·(1−g)·σ + θ·g + A·σ + ½·B·((1−g)·σ − y°)² + ½·C·(σ − σ°)²
//! W'_t = W_t − part·Σ_{u ≥ t} κ·(1−κ)^{u−t}·Θ_u·(1 − σ°_u/σ̂_u)        A_t = part·Θ_t·s°_t/σ̂_t
//! B_t  = part·Σ_{u ≥ t} κ·(1−κ)^{u−t}·Θ_u/σ̂_u                         C_t = part·Θ_t/σ̂_t
//! (constant)  − Θ_t·[ (1 − σ°_t/σ̂_t)·(1−κ)^{t+1}·s_today + s°_t·σ°_t/σ̂_t ]              a market and year
//! ```
//!
//! (area) is convex in g, so its greatest is at an end, and it is a number for each year and number of outlets: `path` finds the
//! best course of the area exactly, and the sum bounds every course whatever θ ≥ 0 and the course of reference are. (product) to (years) are
//! equalities where shares are those of the reference, or differ from them by the same everywhere and always. θ is chosen
//! backwards in time, Θ_t being made of θ_t+1, so that at the reference both ends of (area) are worth the same:
//!
//! ```text
//! (price)     θ = W'·σ° − ½·B·σ°²·(g⁺ + g⁻ − 2·g°),  no less than 0 and no more than W'·σ̂
//! ```

use super::super::account::{Course, accounts};
use super::super::ground::{Area, Ground};
use super::super::response::next_door;
use super::{Shared, worths};

/// What is known of a market in a year before anything is decided.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// σ̂.
    most: f64,
    /// The least and the most of h; both what is known in the first year.
    hears: (f64, f64),
    /// ψ.
    sold: f64,
}

impl Known {
    /// φ.
    fn kept(&self) -> f64 {
        1.0 / self.hears.1.max(1.0)
    }

    /// g⁻ and g⁺.
    fn lost(&self) -> (f64, f64) {
        (self.hears.0.min(1.0), self.hears.1.min(1.0))
    }
}

/// What is known of every market and year.
fn known(ground: &Ground) -> Vec<Vec<Known>> {
    let adjustment = ground.response.adjustment;
    let mut known = Vec::with_capacity(ground.lands.len());
    // The most of τ, by market and year.
    let mut talked = Vec::with_capacity(ground.lands.len());
    for land in &ground.lands {
        let (mut wished, mut own, mut most_talked) = (land.share_today, Vec::new(), Vec::new());
        for conditions in &land.years {
            let most = next_door(&ground.response, conditions);
            let (before, quota) = ((1.0 - adjustment) * wished, conditions.quota_share.unwrap_or(1.0));
            // (before + κ·σ)·(1 − σ/σ̂) is greatest at this σ.
            let worst = (0.5 * (most - before / adjustment)).clamp(0.0, most);
            most_talked.push(quota.min((before + adjustment * worst) * (1.0 - worst / most)));
            wished = before + adjustment * most;
            let sold = if conditions.sales_per_year <= 0.0 { 0.0 } else { (quota / wished).min(1.0) };
            own.push(Known { most, hears: (0.0, 0.0), sold });
        }
        known.push(own);
        talked.push(most_talked);
    }
    for (market, own) in known.iter_mut().enumerate() {
        let heard = |ill_served: &dyn Fn(usize) -> f64| {
            ground.hears[market].iter().fold(0.0, |sum, (from, weight)| sum + weight * ill_served(*from))
        };
        for (year, own) in own.iter_mut().enumerate() {
            own.hears = match year.checked_sub(1) {
                None => {
                    let today = heard(&|from| ground.ill_served_today[from]);
                    (today, today)
                }
                Some(before) => (0.0, heard(&|from| talked[from][before])),
            };
        }
    }
    known
}

/// A course about which the products of a country's shares are bounded.
#[derive(Debug, Clone)]
pub struct Reference {
    known: Vec<Vec<Known>>,
    /// σ° of areas.
    draws: Vec<Vec<f64>>,
    /// σ°, s° and g° of markets.
    markets: Vec<Vec<[f64; 3]>>,
    /// The most outlets of an area in any year.
    most: Vec<u32>,
}

/// What an area is worth in a year but for its costs, (area).
#[derive(Debug, Clone, Copy)]
pub struct Yield {
    /// W', θ and A.
    wish: f64,
    price: f64,
    drawn: f64,
    /// B and C.
    heard_square: f64,
    drawn_square: f64,
    /// g⁻ and g⁺.
    lost: (f64, f64),
    /// y° and σ°.
    reference: (f64, f64),
}

impl Yield {
    /// (area) of a share drawn.
    pub fn worth(&self, drawn: f64) -> f64 {
        let (heard_then, drawn_then) = self.reference;
        let at = |lost: f64| {
            let heard = (1.0 - lost) * drawn;
            self.wish * heard + self.price * lost + 0.5 * self.heard_square * (heard - heard_then).powi(2)
        };
        let apart = 0.5 * self.drawn_square * (drawn - drawn_then).powi(2);
        self.drawn * drawn + apart + at(self.lost.0).max(at(self.lost.1))
    }
}

/// What areas are worth at prices, and what is left over.
pub struct Yields {
    /// By area and year.
    pub areas: Vec<Vec<Yield>>,
    /// The sum of (constant).
    pub constant: f64,
}

/// The prices on their way backwards in time, by market.
struct Backwards<'a> {
    reference: &'a Reference,
    ground: &'a Ground,
    /// φ·Σθ of the year after.
    heard: Vec<f64>,
    /// Θ of the year.
    talked: Vec<f64>,
    /// Σ_{u ≥ t} κ·(1−κ)^{u−t}·Θ_u·(1 − σ°/σ̂), and of Θ_u/σ̂.
    wishes: Vec<f64>,
    squares: Vec<f64>,
}

impl<'a> Backwards<'a> {
    fn of(reference: &'a Reference, ground: &'a Ground) -> Self {
        let none = vec![0.0; ground.lands.len()];
        let (heard, talked, wishes) = (none.clone(), none.clone(), none.clone());
        Self { reference, ground, heard, talked, wishes, squares: none }
    }

    /// The prices of a year, from those of the year after.
    fn year(&mut self, year: usize) {
        let adjustment = self.ground.response.adjustment;
        self.talked.fill(0.0);
        for (hears, price) in self.ground.hears.iter().zip(&self.heard) {
            for (from, weight) in hears {
                self.talked[*from] += weight * price * self.reference.known[*from][year].sold;
            }
        }
        self.heard.fill(0.0);
        for (market, price) in self.talked.iter().enumerate() {
            let (most, [drawn, ..]) = (self.reference.known[market][year].most, self.reference.markets[market][year]);
            let (wishes, squares) = (&mut self.wishes[market], &mut self.squares[market]);
            *wishes = (1.0 - adjustment) * *wishes + adjustment * price * (1.0 - drawn / most);
            *squares = (1.0 - adjustment) * *squares + adjustment * price / most;
        }
    }

    /// Takes down the price θ of an area of a market, for the year before.
    fn hear(&mut self, year: usize, market: usize, price: f64) {
        self.heard[market] += price * self.reference.known[market][year].kept();
    }
}

impl Reference {
    /// The accounts of a course.
    pub fn of(ground: &Ground, course: &Course) -> Self {
        let draws = |(area, outlets): (&Area, &Vec<u32>)| {
            outlets.iter().enumerate().map(|(year, outlets)| ground.wish(area, year, *outlets)).collect()
        };
        let draws: Vec<Vec<f64>> = ground.areas.iter().zip(course).map(draws).collect();
        let own = |account: &super::super::Account| [0.0, account.wished, 1.0 - account.reputation];
        let mut markets: Vec<Vec<[f64; 3]>> =
            accounts(ground, course).iter().map(|book| book.iter().map(own).collect()).collect();
        for (area, draws) in ground.areas.iter().zip(&draws) {
            for (own, drawn) in markets[area.market].iter_mut().zip(draws) {
                own[0] += area.part * drawn;
            }
        }
        let most = course.iter().map(|outlets| outlets.iter().copied().max().unwrap_or(0)).collect();
        Self { known: known(ground), draws, markets, most }
    }

    /// (area) of every area and year, backwards in time, and (constant).
    pub fn yields(&self, ground: &Ground, values: &[Vec<f64>], shared: &Shared) -> Yields {
        let adjustment = ground.response.adjustment;
        let plain: Vec<Vec<f64>> =
            ground.areas.iter().map(|area| worths(ground, area, &values[area.market], shared)).collect();
        let mut areas: Vec<Vec<Yield>> = vec![Vec::with_capacity(ground.years); ground.areas.len()];
        let (mut constant, mut prices) = (0.0, Backwards::of(self, ground));
        for year in (0..ground.years).rev() {
            prices.year(year);
            for ((market, land), price) in ground.lands.iter().enumerate().zip(&prices.talked) {
                let (most, [drawn, wished, _]) = (self.known[market][year].most, self.markets[market][year]);
                let today = (1.0 - adjustment).powi(year as i32 + 1) * land.share_today;
                constant -= price * ((1.0 - drawn / most) * today + wished * drawn / most);
            }
            for (number, area) in ground.areas.iter().enumerate() {
                let known = &self.known[area.market][year];
                let ([_, wished, lost_then], drawn_then) = (self.markets[area.market][year], self.draws[number][year]);
                let (least, most) = known.lost();
                let wish = plain[number][year] - area.part * prices.wishes[area.market];
                let square = area.part * prices.squares[area.market];
                // (price)
                let even = wish * drawn_then - 0.5 * square * drawn_then.powi(2) * (most + least - 2.0 * lost_then);
                let price = if year == 0 { 0.0 } else { even.clamp(0.0, (wish * known.most).max(0.0)) };
                prices.hear(year, area.market, price);
                let talked = area.part * prices.talked[area.market] / known.most;
                areas[number].push(Yield {
                    wish,
                    price,
                    drawn: talked * wished,
                    heard_square: square,
                    drawn_square: talked,
                    lost: (least, most),
                    reference: ((1.0 - lost_then) * drawn_then, drawn_then),
                });
            }
        }
        areas.iter_mut().for_each(|years| years.reverse());
        Yields { areas, constant }
    }

    /// No share more in an area and year is worth more than this in (area), whatever the prices: (area) is steepest at σ̂, θ is W·σ̂ at most,
    /// and W' is no more than W without prices, which is `plain`.
    pub fn steepest(&self, ground: &Ground, plain: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let mut slopes: Vec<Vec<f64>> = vec![Vec::with_capacity(ground.years); ground.areas.len()];
        let mut prices = Backwards::of(self, ground);
        for year in (0..ground.years).rev() {
            prices.year(year);
            for (number, area) in ground.areas.iter().enumerate() {
                let (most, [_, wished, _]) = (self.known[area.market][year].most, self.markets[area.market][year]);
                let wish = plain[number][year].max(0.0);
                prices.hear(year, area.market, if year == 0 { 0.0 } else { wish * most });
                let talked = area.part * prices.talked[area.market] / most;
                let square = area.part * prices.squares[area.market];
                slopes[number].push(wish + talked * (wished + most) + square * most);
            }
        }
        slopes.iter_mut().for_each(|years| years.reverse());
        slopes
    }

    /// The most outlets that an area has in any year of the reference.
    pub fn most(&self, area: usize) -> u32 {
        self.most[area]
    }
}
