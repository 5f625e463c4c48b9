//! The price of trouble that is heard abroad: what good service at home is worth elsewhere, in the bound of a roll-out.
//!
//! With (ill served) and (reputation) of `reputation`, s the share wished, σ the share drawn, κ the adjustment, g = 1 − ρ the share
//! of its wishes that a country loses, h_ct = Σ_j weight_jc·τ_j,t−1 what it hears and h⁺ no less than any h:
//!
//! ```text
//! (lost)      g = min(1, h),  g ≥ φ·h,  φ = 1 / max(1, h⁺),   0 ≤ g ≤ g⁺ = min(1, h⁺)
//! (talked)    τ ≥ ψ·s·(1 − σ/σ̂),   ψ = min(1, quota / s⁺)       sold = min(s, quota) is concave in s; s⁺ ≥ s
//! ```
//!
//! The worth of a course is a sum of W·(1 − g)·σ less costs (`relaxation`). Its products are bounded about a course of reference, whose
//! shares are σ°, s°, g°, τ°; Δ is what a share differs by, d° = 1 − σ°/σ̂:
//!
//! ```text
//! (heard)     W·(1−g)·σ = W·(1−g°)·σ − θ·(g − g°) − W·Δσ·Δg,   θ = W·σ°, by area                where W > 0
//!             − W·Δσ·Δg ≤ max over 0 ≤ γ ≤ g⁺ of [ − W·Δσ·(γ−g°) − W/(2c)·(γ−g°)² ] + W/(2c)·Δg²   any c > 0: γ may be g
//!             W·(1−g)·σ ≤ W·(1−g⁺)·σ                                                            where W ≤ 0
//! (talk)      − Σ_c θ_c,t+1·g_c,t+1 ≤ − Σ_j Θ_jt·s_jt·(1 − σ_jt/σ̂_jt),  Θ_jt = ψ_jt·Σ_c weight_jc·φ_c,t+1·θ_c,t+1
//! (product)   s·σ ≤ s°·σ + s·σ° − s°·σ° + ½·(Δs² + Δσ²)                                         2·a·b ≤ a² + b²
//! (hearing)   Δg_c,t+1² ≤ Δh² ≤ (Σ_j weight_jc)·Σ_j weight_jc·Δτ_jt²                             Cauchy
//! (telling)   Δτ² ≤ (d°² + d°)·Δs² + (1 + d°)·(s⁺/σ̂)²·Δσ²           Δτ = d°·Δsold − sold·Δσ/σ̂ and (a + b)² ≤ (1+e)·a² + (1+1/e)·b²
//! (years)     Δs_t² ≤ Σ_{u ≤ t} κ·(1−κ)^{t−u}·Δy_u²,  y = (1−g)·σ                                 Jensen's inequality over years
//! (wish)      Δy² ≤ (1 + σ°)·Δσ² + (σ°² + σ°)·Δg²                            Δy = (1−g)·Δσ − σ°·Δg
//! (areas)     Δσ² ≤ Σ_r part_r·Δσ_r²                                                            Jensen's inequality over areas
//! ```
//!
//! Going backwards in time the price of Δg² of a year becomes one of Δτ² of the year before, that one of Δs² and Δσ², that of Δs²
//! one of Δy² of this and all earlier years, and so on: in the first year g is known, and what is left is a sum over areas and years
//!
//! ```text
//! (area)      W'·(1−g°)·σ + θ·g° + max over γ [ … of (heard) ] + part·( Θ·s°/σ̂·σ + D·Δσ² )
//! W'_t = W_t − part·Σ_{u ≥ t} κ·(1−κ)^{u−t}·Θ_u·d°_u
//! E_t = ½·Θ_t/σ̂ + T_t·(d°² + d°),   F_t = Σ_{u ≥ t} κ·(1−κ)^{u−t}·E_u,   T_jt = Σ_c weight_jc·(Σ_k weight_kc)·G_c,t+1
//! D_t = ½·Θ_t/σ̂ + T_t·(1 + d°)·(s⁺/σ̂)² + F_t·(1 + σ°),   G_t = Σ_r W'_r/(2c) + F_t·(σ°² + σ°)
//! (constant)  − Θ_t·[ d°_t·(1−κ)^{t+1}·s_today + s°_t·σ°_t/σ̂_t ]                                a market and year
//! ```
//!
//! which is a number for each year and number of outlets: `path` finds the best course of the area exactly, and the sum bounds every course
//! whatever the course of reference. At the reference all of it is an equality but for (lost) and (talked).

use super::super::account::{Course, accounts};
use super::super::ground::{Area, Ground};
use super::super::response::next_door;
use super::{Shared, worths};

/// c of (heard) for each unit of weight that a market hears by: W/(2c)·Δg² becomes about ½·W·Σ weight²/c·Δσ² elsewhere.
const STIFFNESS: f64 = 2.0;

/// What is known of a market in a year before anything is decided.
#[derive(Debug, Clone, Copy)]
struct Known {
    /// σ̂.
    most: f64,
    /// s⁺.
    wished: f64,
    /// h⁺; in the first year what is heard.
    hears: f64,
    /// ψ.
    sold: f64,
}

impl Known {
    /// φ.
    fn kept(&self) -> f64 {
        1.0 / self.hears.max(1.0)
    }

    /// g⁺.
    fn most_lost(&self) -> f64 {
        self.hears.min(1.0)
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
            own.push(Known { most, wished, hears: 0.0, sold });
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
                None => heard(&|from| ground.ill_served_today[from]),
                Some(before) => heard(&|from| talked[from][before]),
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
    /// σ°, s°, d° and g° of markets.
    markets: Vec<Vec<(Point, f64)>>,
    /// The most outlets of an area in any year.
    most: Vec<u32>,
}

/// What an area is worth in a year but for its costs, (area).
#[derive(Debug, Clone, Copy)]
pub struct Yield {
    /// W'.
    wish: f64,
    /// σ° and g°.
    reference: (f64, f64),
    /// g⁺, and c of (heard); `None` where g is known or W' is not positive.
    lost: (f64, Option<f64>),
    /// part·Θ·s°/σ̂ and part·D.
    drawn: (f64, f64),
}

impl Yield {
    /// (area) of a share drawn.
    pub fn worth(&self, drawn: f64) -> f64 {
        let (drawn_then, lost_then) = self.reference;
        let more = drawn - drawn_then;
        let heard = match self.lost {
            (most, None) => self.wish * (1.0 - most) * drawn,
            (most, Some(stiffness)) => {
                let lost = (-stiffness * more).clamp(-lost_then, (most - lost_then).max(0.0));
                let apart = -self.wish * lost * (more + lost / (2.0 * stiffness));
                self.wish * ((1.0 - lost_then) * drawn + drawn_then * lost_then) + apart
            }
        };
        heard + self.drawn.0 * drawn + self.drawn.1 * more * more
    }
}

/// What areas are worth at prices, and what is left over.
pub struct Yields {
    /// By area and year.
    pub areas: Vec<Vec<Yield>>,
    /// The sum of (constant).
    pub constant: f64,
}

/// What a market is at the reference in a year.
#[derive(Debug, Clone, Copy)]
struct Point {
    /// σ°.
    drawn: f64,
    /// s°.
    wished: f64,
    /// d°.
    away: f64,
}

/// What is priced of a market in a year.
#[derive(Debug, Clone, Copy)]
struct Told {
    /// Θ.
    price: f64,
    /// Σ_{u ≥ t} κ·(1−κ)^{u−t}·Θ_u·d°_u.
    wishes: f64,
    /// D.
    square: f64,
    /// F.
    follows: f64,
}

/// The prices on their way backwards in time, by market.
struct Backwards<'a> {
    ground: &'a Ground,
    known: &'a [Vec<Known>],
    /// φ·θ and G of the year after.
    heard: Vec<(f64, f64)>,
    wishes: Vec<f64>,
    follows: Vec<f64>,
}

impl<'a> Backwards<'a> {
    fn of(ground: &'a Ground, known: &'a [Vec<Known>]) -> Self {
        let none = vec![0.0; ground.lands.len()];
        Self { ground, known, heard: vec![(0.0, 0.0); none.len()], wishes: none.clone(), follows: none }
    }

    /// All that a market hears of, by weight.
    fn ears(&self, market: usize) -> f64 {
        self.ground.hears[market].iter().fold(0.0, |sum, (_, weight)| sum + weight)
    }

    /// The prices of a year, from those of the year after.
    fn year(&mut self, year: usize, point: impl Fn(usize) -> Point) -> Vec<Told> {
        let adjustment = self.ground.response.adjustment;
        let mut told = vec![(0.0, 0.0); self.known.len()];
        for (market, hears) in self.ground.hears.iter().enumerate() {
            let ((price, square), ears) = (self.heard[market], self.ears(market));
            for (from, weight) in hears {
                told[*from].0 += weight * price * self.known[*from][year].sold;
                told[*from].1 += weight * ears * square;
            }
        }
        let own = |(market, (price, square)): (usize, (f64, f64))| {
            let (Known { most, wished: most_wished, .. }, point) = (self.known[market][year], point(market));
            let even = 0.5 * price / most;
            let wished = even + square * point.away * (1.0 + point.away);
            self.wishes[market] = (1.0 - adjustment) * self.wishes[market] + adjustment * price * point.away;
            self.follows[market] = (1.0 - adjustment) * self.follows[market] + adjustment * wished;
            let follows = self.follows[market];
            let drawn = square * (1.0 + point.away) * (most_wished / most).powi(2);
            Told { price, wishes: self.wishes[market], square: even + drawn + follows * (1.0 + point.drawn), follows }
        };
        told.into_iter().enumerate().map(own).collect()
    }

    /// Takes down what the wishes of a market's areas are worth and the sum of their prices θ, for the year before.
    fn hear(&mut self, year: usize, market: usize, worth: f64, price: f64, told: &Told, drawn: f64) {
        let ears = self.ears(market);
        let square = if ears > 0.0 { 0.5 * worth / (STIFFNESS * ears) } else { 0.0 };
        let kept = self.known[market][year].kept();
        self.heard[market] = (kept * price, square + told.follows * drawn * (1.0 + drawn));
    }
}

impl Reference {
    /// The accounts of a course.
    pub fn of(ground: &Ground, course: &Course) -> Self {
        let draws = |(area, outlets): (&Area, &Vec<u32>)| {
            outlets.iter().enumerate().map(|(year, outlets)| ground.wish(area, year, *outlets)).collect()
        };
        let draws: Vec<Vec<f64>> = ground.areas.iter().zip(course).map(draws).collect();
        let known = known(ground);
        let own = |(account, known): (&super::super::Account, &Known)| {
            let point = Point { drawn: 0.0, wished: account.wished.min(known.wished), away: 1.0 };
            // What is lost is known to be no more than the most.
            (point, (1.0 - account.reputation).min(known.most_lost()))
        };
        let books = accounts(ground, course);
        let mut markets: Vec<Vec<(Point, f64)>> =
            books.iter().zip(&known).map(|(book, known)| book.iter().zip(known).map(own).collect()).collect();
        for (area, draws) in ground.areas.iter().zip(&draws) {
            for (own, drawn) in markets[area.market].iter_mut().zip(draws) {
                own.0.drawn += area.part * drawn;
            }
        }
        for (own, known) in markets.iter_mut().flatten().zip(known.iter().flatten()) {
            own.0.away = (1.0 - own.0.drawn / known.most).clamp(0.0, 1.0);
        }
        let most = course.iter().map(|outlets| outlets.iter().copied().max().unwrap_or(0)).collect();
        Self { known, draws, markets, most }
    }

    /// (area) of every area and year, backwards in time, and (constant).
    pub fn yields(&self, ground: &Ground, values: &[Vec<f64>], shared: &Shared) -> Yields {
        let adjustment = ground.response.adjustment;
        let plain: Vec<Vec<f64>> =
            ground.areas.iter().map(|area| worths(ground, area, &values[area.market], shared)).collect();
        let mut areas: Vec<Vec<Yield>> = vec![Vec::with_capacity(ground.years); ground.areas.len()];
        let (mut constant, mut prices) = (0.0, Backwards::of(ground, &self.known));
        for year in (0..ground.years).rev() {
            let told = prices.year(year, |market| self.markets[market][year].0);
            for ((market, land), told) in ground.lands.iter().enumerate().zip(&told) {
                let Point { drawn, wished, away } = self.markets[market][year].0;
                let today = (1.0 - adjustment).powi(year as i32 + 1) * land.share_today;
                constant -= told.price * (away * today + wished * drawn / self.known[market][year].most);
            }
            let mut sums = vec![(0.0, 0.0); ground.lands.len()];
            for (number, area) in ground.areas.iter().enumerate() {
                let (known, told) = (&self.known[area.market][year], &told[area.market]);
                let ((point, lost_then), drawn_then) = (self.markets[area.market][year], self.draws[number][year]);
                let wish = plain[number][year] - area.part * told.wishes;
                let stiffness = STIFFNESS * prices.ears(area.market);
                let varies = year > 0 && wish > 0.0 && stiffness > 0.0;
                if varies {
                    sums[area.market].0 += wish;
                    sums[area.market].1 += wish * drawn_then;
                }
                areas[number].push(Yield {
                    wish,
                    reference: (drawn_then, lost_then),
                    lost: (known.most_lost(), varies.then_some(stiffness)),
                    drawn: (area.part * told.price * point.wished / known.most, area.part * told.square),
                });
            }
            for (market, (worth, price)) in sums.into_iter().enumerate() {
                prices.hear(year, market, worth, price, &told[market], self.markets[market][year].0.drawn);
            }
        }
        areas.iter_mut().for_each(|years| years.reverse());
        Yields { areas, constant }
    }

    /// No share more in an area and year is worth more than this in (area), whatever the prices: all of it grows with W', and `plain` is W
    /// without prices.
    pub fn steepest(&self, ground: &Ground, plain: &[Vec<f64>]) -> Vec<Vec<f64>> {
        let mut slopes: Vec<Vec<f64>> = vec![Vec::with_capacity(ground.years); ground.areas.len()];
        let mut prices = Backwards::of(ground, &self.known);
        for year in (0..ground.years).rev() {
            let told = prices.year(year, |market| self.markets[market][year].0);
            let mut sums = vec![(0.0, 0.0); ground.lands.len()];
            for (number, area) in ground.areas.iter().enumerate() {
                let (most, told) = (self.known[area.market][year].most, &told[area.market]);
                let wish = plain[number][year].max(0.0);
                sums[area.market].0 += wish;
                sums[area.market].1 += wish * self.draws[number][year];
                let wished = self.markets[area.market][year].0.wished;
                slopes[number].push(wish + area.part * (told.price * wished / most + 2.0 * told.square * most));
            }
            for (market, (worth, price)) in sums.into_iter().enumerate() {
                prices.hear(year, market, worth, price, &told[market], self.markets[market][year].0.drawn);
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
