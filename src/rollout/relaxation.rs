//! The roll-out with prices on what its areas share: an upper bound of every course, and a course for each set of prices.
//!
//! A unit sold in year t is worth V_ct = δ_t·margin_ct + Σ_{u ≥ t} e^{−(u−t)/life}·(δ_u·service_cu − ν_u·jobs_cu / jobs of a
//! technician), where δ discounts and ν_u ≥ 0 is the price of a technician. Prices β_t ≥ 0 of opening money, ω_t ≥ 0 of openings
//! and 0 ≤ μ_ct ≤ V⁺_ct of quotas give, with x_ct the units wished for and min(x_ct, Q_ct) those sold, Q = quota·M,
//!
//! ```text
//! V·min(x, Q) ≤ (V̂ − μ)·x + μ·Q,   V̂ = V where V ≥ 0, quota·V where V < 0
//! worth ≤ Σ_areas max over courses { Σ_t W_t·σ_t(n_t) − δ·fixed·n − (δ·opening + β·opening + ω)·Δ⁺ − δ·closing·Δ⁻ }
//!         + Σ_ct μ_ct·Q_ct + Σ_t β_t·budget_t + ω_t·openings_t + ν_t·technicians_t + what is owed to today's share and installed units
//! W_t = Σ_{u ≥ t} κ·(1−κ)^{u−t}·M_u·(V̂_cu − μ_cu)
//! ```
//!
//! (weak duality; V̂ because for V < 0 the left side is convex in x and below its chord from 0 to M; W_t because a wish heard in t is still heard in u).
//! Where trouble is heard abroad, W_t·σ_t becomes the greatest W_t·ρ·σ_t that a reputation ρ can make of it (`reputation`) or, about a course of reference,
//! what is heard has a price (`heard`). The problem of an area is solved exactly (`path`), so the sum bounds every course that keeps the limits, whatever the prices.

mod heard;

use rayon::prelude::*;

pub use heard::Reference;

use super::account::Course;
use super::ground::{Area, Ground};
use super::path::{Prices, best};
use crate::scenario::Market;

/// The prices of what areas share.
#[derive(Debug, Clone, PartialEq)]
pub struct Shared {
    /// Of money for opening, by year.
    pub budget: Vec<f64>,
    /// Of an opening, by year.
    pub openings: Vec<f64>,
    /// Of a technician, by year.
    pub technicians: Vec<f64>,
    /// Of a unit of quota, by market and year.
    pub quotas: Vec<Vec<f64>>,
}

impl Shared {
    /// Nothing has a price.
    pub fn none(ground: &Ground) -> Self {
        let years = vec![0.0; ground.years];
        Self {
            budget: years.clone(),
            openings: years.clone(),
            technicians: years.clone(),
            quotas: vec![years; ground.lands.len()],
        }
    }
}

/// The shares that an area wishes, by year and number of outlets, as far as another outlet can be worth its cost.
#[derive(Debug)]
pub struct Wishes(Vec<Vec<Vec<f64>>>);

/// What the areas do at given prices.
#[derive(Debug)]
pub struct Answer {
    /// No course is worth more.
    pub bound: f64,
    /// The courses that are best at these prices.
    pub course: Course,
}

impl Wishes {
    /// Of every area. An outlet more than the most here costs more in every year than it ever draws: a course with more of them
    /// is worth less than the same course cut off at that number, whatever the prices; with a course of reference, none of which is
    /// cut off, that is so of what is then bounded.
    pub fn of(ground: &Ground, reference: Option<&Reference>) -> Self {
        let none = Shared::none(ground);
        let values = values(ground, &none.technicians);
        let plain: Vec<Vec<f64>> =
            ground.areas.iter().map(|area| worths(ground, area, &values[area.market], &none)).collect();
        let slopes = reference.map_or_else(|| plain.clone(), |reference| reference.steepest(ground, &plain));
        let own = |(number, (area, slopes)): (usize, (&Area, &Vec<f64>))| {
            let prices = prices(ground, area, &values[area.market], &none);
            // No more than one outlet a square kilometre.
            let most = (area.km2.ceil().max(1.0) as u32).max(area.today);
            let wish = |year: usize, outlets: u32| ground.wish(area, year, outlets);
            let mut worthwhile = reference.map_or(area.today, |reference| reference.most(number).max(area.today));
            for (year, (price, worth)) in prices.iter().zip(slopes).enumerate() {
                let mut before = wish(year, worthwhile);
                // Draws grow and then shrink with the number of outlets: each is asked.
                for outlets in worthwhile + 1..=most {
                    let now = wish(year, outlets);
                    if worth * (now - before) > price.fixed {
                        worthwhile = outlets;
                    } else if worth * (1.0 - before) <= price.fixed {
                        break;
                    }
                    before = now;
                }
            }
            let shares = |year: usize| (0..=worthwhile).map(|outlets| wish(year, outlets)).collect();
            (0..ground.years).map(shares).collect()
        };
        Self(ground.areas.par_iter().zip(&slopes).enumerate().map(own).collect())
    }

    /// The most outlets of an area that can be worth their cost.
    pub fn most(&self, area: usize) -> u32 {
        self.0[area].first().map_or(0, |shares| shares.len() as u32 - 1)
    }

    /// The share that an area wishes in a year with so many outlets.
    pub fn share(&self, area: usize, year: usize, outlets: u32) -> f64 {
        self.0[area][year][outlets as usize]
    }
}

/// What a unit sold is worth, by market and year, with a price of technicians.
pub fn values(ground: &Ground, technicians: &[f64]) -> Vec<Vec<f64>> {
    let own = |land: &super::ground::Land| {
        let mut later = 0.0;
        let mut values: Vec<f64> = Vec::with_capacity(ground.years);
        for year in (0..ground.years).rev() {
            let market = &land.years[year];
            let work = market.jobs_per_unit_year / ground.jobs_per_technician;
            later = ground.survival * later + ground.discount[year] * market.service_margin_per_unit_year
                - technicians[year] * work;
            values.push(ground.discount[year] * market.margin_per_unit + later);
        }
        values.reverse();
        values
    };
    ground.lands.iter().map(own).collect()
}

/// V̂: what a unit that is wished for is worth where a loss is not made on more than the quota.
fn sold(value: f64, market: &Market) -> f64 {
    if value < 0.0 { value * market.quota_share.unwrap_or(1.0) } else { value }
}

/// What a wish is worth with the reputation that is best for it, (bounded) of `reputation`.
fn heard(worth: f64, (least, greatest): (f64, f64)) -> f64 {
    if worth < 0.0 { worth * least } else { worth * greatest }
}

/// W_t of an area: what its wish of a year is worth.
fn worths(ground: &Ground, area: &Area, values: &[f64], shared: &Shared) -> Vec<f64> {
    let adjustment = ground.response.adjustment;
    let quotas = &shared.quotas[area.market];
    let mut later = 0.0;
    let mut list = Vec::with_capacity(ground.years);
    for year in (0..ground.years).rev() {
        let market = ground.market(area, year);
        later = (1.0 - adjustment) * later + ground.sales(area, year) * (sold(values[year], market) - quotas[year]);
        list.push(adjustment * later);
    }
    list.reverse();
    list
}

/// The prices of an area's years.
pub fn prices(ground: &Ground, area: &Area, values: &[f64], shared: &Shared) -> Vec<Prices> {
    let mut list = Vec::with_capacity(ground.years);
    for (year, worth) in worths(ground, area, values, shared).into_iter().enumerate() {
        let market = ground.market(area, year);
        let discount = ground.discount[year];
        list.push(Prices {
            wish: heard(worth, ground.reputations(area.market, year)),
            fixed: discount * market.outlet_cost_per_year,
            opening: if year < ground.decided {
                (discount + shared.budget[year]) * market.opening_cost + shared.openings[year]
            } else {
                f64::INFINITY
            },
            closing: if year < ground.decided { discount * market.closing_cost } else { f64::INFINITY },
        });
    }
    list
}

/// Bounds every course and answers the prices; what is heard abroad has a price where there is a course of reference.
pub fn relax(ground: &Ground, wishes: &Wishes, shared: &Shared, reference: Option<&Reference>) -> Answer {
    let values = values(ground, &shared.technicians);
    let yields = reference.map(|reference| reference.yields(ground, &values, shared));
    let own = |(number, (area, wishes)): (usize, (&Area, &Vec<Vec<f64>>))| {
        let prices = prices(ground, area, &values[area.market], shared);
        match &yields {
            None => best(area.today, &prices, wishes, |year, drawn| prices[year].wish * drawn),
            Some(yields) => best(area.today, &prices, wishes, |year, drawn| yields.areas[number][year].worth(drawn)),
        }
    };
    let found: Vec<(f64, Vec<u32>)> = ground.areas.par_iter().zip(&wishes.0).enumerate().map(own).collect();
    let mut bound: f64 = found.iter().map(|(worth, _)| worth).sum();
    bound += yields.as_ref().map_or(0.0, |yields| yields.constant);
    for (market, land) in ground.lands.iter().enumerate() {
        let (mut heard, mut installed) = (land.share_today, land.installed_today);
        for (year, (conditions, value)) in land.years.iter().zip(&values[market]).enumerate() {
            heard *= 1.0 - ground.response.adjustment;
            installed *= ground.survival;
            let price = shared.quotas[market][year];
            // Without a quota nobody sells more than the market buys.
            let quota = conditions.quota_share.unwrap_or(1.0) * conditions.sales_per_year;
            bound += heard * conditions.sales_per_year * (sold(*value, conditions) - price) + price * quota;
            let work = conditions.jobs_per_unit_year / ground.jobs_per_technician;
            bound += installed
                * (ground.discount[year] * conditions.service_margin_per_unit_year - shared.technicians[year] * work);
        }
    }
    for (year, period) in ground.periods.iter().enumerate() {
        let priced =
            |price: f64, most: Option<f64>| if price > 0.0 { price * most.unwrap_or(f64::INFINITY) } else { 0.0 };
        bound += priced(shared.budget[year], period.opening_budget);
        bound += priced(shared.openings[year], period.openings_at_most);
        bound += priced(shared.technicians[year], period.technicians_at_most);
    }
    Answer { bound, course: found.into_iter().map(|(_, course)| course).collect() }
}
