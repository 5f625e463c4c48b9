//! Catalogues of any size: popular and rare parts, cheap and dear ones, large and small outlets, no two alike.

use sparenet::stocking::catalogue::{Block, Catalogue, Costs};
use sparenet::stocking::{Depot, Goal, Measure, Stream, Term};

const DAYS: f64 = 365.0;

/// Parts under one depot with its outlets.
pub struct Generated {
    parts: usize,
    /// Share of the demand and transport \[years\] of every outlet.
    outlets: Vec<(f64, f64)>,
    goals: Vec<Goal>,
    demand: f64,
}

/// A part: demand \[units/year\], holding \[money/year\], lead time of the depot \[years\].
pub struct Made {
    pub rate: f64,
    pub holding: f64,
    pub lead_time: f64,
}

/// A number in [0, 1) for a place (S. Steele's mixing of counters).
fn uniform(place: u64) -> f64 {
    let mut x = place.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((x ^ (x >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
}

/// A normal number for a place (Box and Muller).
fn normal(place: u64) -> f64 {
    let (one, two) = (uniform(2 * place), uniform(2 * place + 1));
    (-2.0 * (1.0 - one).ln()).sqrt() * (std::f64::consts::TAU * two).cos()
}

impl Generated {
    /// So many parts and outlets; this share of all demand has its part within four hours.
    pub fn new(parts: usize, outlets: usize, on_time: f64) -> Self {
        let sizes: Vec<f64> = (0..outlets as u64).map(|outlet| normal(1 << 40 | outlet).exp()).collect();
        let all: f64 = sizes.iter().sum();
        let transport = |outlet: usize| (1.0 + 3.0 * uniform(1 << 41 | outlet as u64)) / DAYS;
        let outlets = sizes.iter().enumerate().map(|(outlet, size)| (size / all, transport(outlet))).collect();
        let mut catalogue = Self { parts, outlets, goals: Vec::new(), demand: 0.0 };
        catalogue.demand = (0..parts).map(|part| catalogue.part(part).rate).sum();
        catalogue.goals.push(Goal { at_least: on_time * catalogue.demand, penalty: None });
        catalogue
    }

    /// A part; half of them sell less than 20 a year in the whole network, one in a hundred more than 650.
    pub fn part(&self, number: usize) -> Made {
        let place = 4 * number as u64;
        Made {
            rate: (3.0 + 1.5 * normal(place)).exp(),
            holding: 0.25 * (3.5 + 1.2 * normal(place + 1)).exp(),
            lead_time: (10.0 + 40.0 * uniform(1 << 42 | place)) / DAYS,
        }
    }

    /// Share of the demand and transport \[years\] of every outlet.
    pub fn outlets(&self) -> &[(f64, f64)] {
        &self.outlets
    }

    /// Demand of all parts \[units/year\].
    pub fn demand(&self) -> f64 {
        self.demand
    }
}

impl Catalogue for Generated {
    fn goals(&self) -> &[Goal] {
        &self.goals
    }

    fn blocks(&self) -> usize {
        self.parts
    }

    fn tell(&self, number: usize, block: &mut Block) {
        let Made { rate, holding, lead_time } = self.part(number);
        let costs = Costs { holding, ..Costs::default() };
        block.under(Depot::new(rate, 1.0, lead_time), costs);
        for &(share, transport) in &self.outlets {
            let own = rate * share;
            let term = Term { goal: 0, weight: own, measure: Measure::Within(4.0 / (24.0 * DAYS)) };
            block.add(Stream::new(own, 1.0, transport), costs, &[term]);
        }
    }
}
