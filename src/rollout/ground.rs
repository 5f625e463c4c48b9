//! What a roll-out is planned on: areas, their markets year by year, and what a year allows.

use crate::scenario::{CountryId, Market, Markets, Period, RegionId, Response, Scenario, SpillOver};

use super::response::wish;

/// A region of a market.
#[derive(Debug, Clone)]
pub struct Area {
    /// The region.
    pub region: RegionId,
    /// The market, as an index into those of the ground.
    pub market: usize,
    /// Its area \[km²\].
    pub km2: f64,
    /// Its part of the market, by population.
    pub part: f64,
    /// Outlets before the first year.
    pub today: u32,
}

/// The market of a country.
#[derive(Debug, Clone)]
pub struct Land {
    /// The country.
    pub country: CountryId,
    /// Its conditions, a row for each year.
    pub years: Vec<Market>,
    /// Share of the market before the first year.
    pub share_today: f64,
    /// Installed units before the first year.
    pub installed_today: f64,
}

/// All that a roll-out is planned on.
#[derive(Debug, Clone)]
pub struct Ground {
    /// The first year.
    pub first_year: u32,
    /// Its years: how many, those included that follow the last that is decided.
    pub years: usize,
    /// The years that are decided: in those that follow, every region keeps its outlets.
    pub decided: usize,
    /// The regions that have a market.
    pub areas: Vec<Area>,
    /// The markets, in order of country.
    pub lands: Vec<Land>,
    /// What each year allows.
    pub periods: Vec<Period>,
    /// How access draws customers.
    pub response: Response,
    /// Value today of money at the end of each year: (1 + discount rate)^−(year + 1).
    pub discount: Vec<f64>,
    /// Share of the installed units that are there a year later: e^(−1/life).
    pub survival: f64,
    /// Jobs that a technician does \[1/year\]; infinite where technicians are not counted.
    pub jobs_per_technician: f64,
    /// Of whose trouble each market hears, and how much of it counts.
    pub hears: Vec<Vec<(usize, f64)>>,
    /// Share of each market that bought before the first year and is ill served by the outlets of today.
    pub ill_served_today: Vec<f64>,
}

impl Ground {
    /// Of a scenario with markets; `None` without them.
    pub fn of(scenario: &Scenario) -> Option<Self> {
        let Markets { rows, periods, response, years, .. } = scenario.markets.as_ref()?;
        let all = years.count + years.tail;
        let mut lands: Vec<Land> = Vec::new();
        for market in rows {
            if lands.last().is_none_or(|land| land.country != market.country) {
                let own = rows.iter().filter(|row| row.country == market.country);
                let holds = |year: u32| own.clone().rfind(|row| row.from_year <= year).unwrap_or(market).clone();
                lands.push(Land {
                    country: market.country,
                    years: (0..all as u32).map(|number| holds(years.first + number)).collect(),
                    share_today: 0.0,
                    installed_today: market.installed_today,
                });
            }
        }
        let mut areas: Vec<Area> = Vec::new();
        for (number, region) in scenario.regions.iter().enumerate() {
            let Some(country) = region.country else { continue };
            let Ok(market) = lands.binary_search_by(|land| land.country.cmp(&country)) else { continue };
            areas.push(Area {
                region: RegionId::from(number),
                market,
                km2: region.area_km2.unwrap_or(1.0),
                part: region.population.unwrap_or(0.0),
                today: 0,
            });
        }
        for (market, land) in lands.iter_mut().enumerate() {
            let mut own: Vec<&mut Area> = areas.iter_mut().filter(|area| area.market == market).collect();
            let people: f64 = own.iter().map(|area| area.part).sum();
            let sizes: Vec<f64> = own.iter().map(|area| area.km2).collect();
            let today = shared_out(land.years[0].outlets_today.round() as u32, &sizes);
            for (area, today) in own.iter_mut().zip(today) {
                area.part = if people > 0.0 { area.part / people } else { 1.0 / sizes.len() as f64 };
                area.today = today;
            }
            let drawn =
                own.iter().map(|area| area.part * wish(response, &land.years[0], area.km2, f64::from(area.today)));
            land.share_today = land.years[0].share_today.unwrap_or_else(|| drawn.sum());
        }
        let market = |country: CountryId| lands.iter().position(|land| land.country == country);
        let mut hears = vec![Vec::new(); lands.len()];
        for SpillOver { from, to, weight } in &scenario.spill_over {
            if let (Some(from), Some(to)) = (market(*from), market(*to)) {
                hears[to].push((from, *weight));
            }
        }
        let free = |year| Period { year, opening_budget: None, openings_at_most: None, technicians_at_most: None };
        let allowed = |year: u32| periods.iter().find(|period| period.year == year).copied().unwrap_or(free(year));
        let growth = 1.0 + scenario.finance.discount_rate;
        let mut ground = Self {
            first_year: years.first,
            years: all,
            decided: years.count,
            areas,
            lands,
            periods: (0..all as u32).map(|number| allowed(years.first + number)).collect(),
            response: *response,
            discount: (1..=all as i32).map(|year| growth.powi(-year)).collect(),
            survival: (-1.0 / years.life).exp(),
            jobs_per_technician: years.jobs_per_technician.unwrap_or(f64::INFINITY),
            hears,
            ill_served_today: Vec::new(),
        };
        ground.know_today();
        Some(ground)
    }

    /// The conditions of an area's market in a year.
    pub fn market(&self, area: &Area, year: usize) -> &Market {
        &self.lands[area.market].years[year]
    }

    /// Units that all makers sell in an area in a year.
    pub fn sales(&self, area: &Area, year: usize) -> f64 {
        area.part * self.market(area, year).sales_per_year
    }

    /// The share that an area wishes to buy of this maker in a year, once all have heard of its outlets.
    pub fn wish(&self, area: &Area, year: usize, outlets: u32) -> f64 {
        wish(&self.response, self.market(area, year), area.km2, f64::from(outlets))
    }
}

/// A whole number shared out in proportion, by largest remainders (the earlier first among equals).
pub fn shared_out(all: u32, sizes: &[f64]) -> Vec<u32> {
    let whole: f64 = sizes.iter().sum();
    if whole <= 0.0 {
        return vec![0; sizes.len()];
    }
    let exact: Vec<f64> = sizes.iter().map(|size| f64::from(all) * size / whole).collect();
    let mut parts: Vec<u32> = exact.iter().map(|part| part.floor() as u32).collect();
    let mut order: Vec<usize> = (0..sizes.len()).collect();
    order.sort_by(|left, right| exact[*right].fract().total_cmp(&exact[*left].fract()).then(left.cmp(right)));
    let left = all.saturating_sub(parts.iter().sum());
    order.into_iter().cycle().take(left as usize).for_each(|number| parts[number] += 1);
    parts
}
