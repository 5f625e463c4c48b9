//! What is heard abroad of customers who are ill served at home.
//!
//! Of the market of c, x_ct / M_ct is sold by this maker. Where outlets lie next door, everybody who could be drawn is; what
//! distance keeps away measures how ill those are served who bought:
//!
//! ```text
//! (ill served)  τ_ct = x_ct / M_ct · (1 − Σ_r part_r·σ_r(n_rt) / σ̂_ct),   σ̂ = 1 / (1 + e^{−(u + promise − competitor)})
//! (reputation)  ρ_ct = max(0, 1 − Σ_j weight_jc·τ_j,t−1)                  heard a year later; in the first year of today's
//! ```
//!
//! and of the wish σ the share ρ·σ is left. 0 ≤ σ ≤ σ̂ because no way is shorter than none, and sold ≤ market, so 0 ≤ τ ≤ 1 and
//!
//! ```text
//! (range)       max(0, 1 − Σ_j weight_jc) ≤ ρ_ct ≤ 1;   ρ_c0 is known before anything is decided
//! (bounded)     W·ρ·σ ≤ max(W·least ρ, W·greatest ρ)·σ    whatever the sign of W, for σ ≥ 0
//! ```
//!
//! (bounded) is how the bound of a roll-out knows it (`relaxation`): each country then hears what is best for it, so the
//! countries stay apart and no course is worth more. That other countries would gain by better service here is left out of
//! the bound and found by the search alone.

use super::ground::Ground;
use super::response::next_door;

impl Ground {
    /// Is anything heard abroad?
    pub fn is_heard_abroad(&self) -> bool {
        self.hears.iter().any(|heard| !heard.is_empty())
    }

    /// Share of a market that bought and is ill served, (ill served): of the share that was sold, and that its outlets draw.
    pub fn ill_served(&self, market: usize, year: usize, sold: f64, drawn: f64) -> f64 {
        let most = next_door(&self.response, &self.lands[market].years[year]);
        sold * (1.0 - drawn / most).clamp(0.0, 1.0)
    }

    /// What is left of a country's wishes where so much of each market is known to be ill served, (reputation).
    pub fn reputation(&self, market: usize, ill_served: &[f64]) -> f64 {
        let heard = self.hears[market].iter().fold(0.0, |sum, (from, weight)| sum + weight * ill_served[*from]);
        (1.0 - heard).max(0.0)
    }

    /// The least and the greatest reputation of a country in a year, (range).
    pub fn reputations(&self, market: usize, year: usize) -> (f64, f64) {
        if year == 0 {
            let own = self.reputation(market, &self.ill_served_today);
            return (own, own);
        }
        let most = self.hears[market].iter().fold(0.0, |sum, (_, weight)| sum + weight);
        ((1.0 - most).max(0.0), 1.0)
    }

    /// Takes down how ill served customers are before the first year.
    pub fn know_today(&mut self) {
        let mut drawn = vec![0.0; self.lands.len()];
        for area in &self.areas {
            drawn[area.market] += area.part * self.wish(area, 0, area.today);
        }
        let lands = self.lands.iter().zip(drawn).enumerate();
        self.ill_served_today =
            lands.map(|(market, (land, drawn))| self.ill_served(market, 0, land.share_today, drawn)).collect();
    }

    /// The same where nobody hears of anybody.
    pub fn unheard(&self) -> Self {
        Self { hears: vec![Vec::new(); self.lands.len()], ..self.clone() }
    }
}
