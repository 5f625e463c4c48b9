//! The year's course: seasons, and campaigns of check-ups before them.
//!
//! ```text
//! (season)    f_1 … f_12 with mean 1: demand of a month as a multiple of the year's mean, by product and climate
//! (prevented) k_m = Π (1 − reduction) over the campaigns in effect in month m: the `months` after their own
//! (month)     λ → λ·f_m·k_m                        a year at the rates of month m
//! (peak)      λ → λ·max_m f_m·k_m                  each stream at its own greatest month
//! (mean)      λ → λ·(1 − Σ_m f_m·(1 − k_m) / 12)   the year as it is: (season) alone changes nothing
//! (visits)    n·visits a year, in the campaign's month alone: 12 times that many in (month) of it and in (peak), none in
//!             the (month) of another
//! (climate)   tropics: |latitude| < 23.44°; north and south beyond
//! ```
//! Campaigns prevent failures: jobs of the product without a type. Seasons shape all its jobs.
//!
//! The row that says most goes first: product and country, product and hemisphere, product, country, hemisphere, none.
//!
//! **What costs mean.** Outside (mean) every cost that follows from demand is that of a year lived at the rates of the month; a twelfth
//! of it is the month's. Fixed costs, holding and what every plan pays (the visits' own cost among it) are a year's. A plan
//! of (peak) has the sites and shelves that keep their promises in every month, region by region, taking each month as if it
//! lasted; `evaluate` with another month says what the same plan costs and keeps there.
//!
//! Failures come in as large clusters in every month, only in more or fewer of them: the variance-to-mean ratio stays.
//! Latitude of the tropics: the obliquity of the ecliptic, 23.44° (Astronomical Almanac).

use std::collections::BTreeMap;

use crate::aftersales::{Ledger, scaled};
use crate::scenario::{
    Campaign, Cause, Climate, CountryId, Demand, Hemisphere, Month, Place, ProductId, Region, Scenario, Season,
    Seasonal,
};
use crate::units::{Hours, Rate};

/// (climate): the latitude of the tropics \[degrees\].
const TROPIC: f64 = 23.44;

/// (climate): the hemisphere of a place.
pub fn hemisphere(place: Place) -> Hemisphere {
    match place.y {
        latitude if latitude.abs() < TROPIC => Hemisphere::Tropics,
        latitude if latitude > 0.0 => Hemisphere::North,
        _ => Hemisphere::South,
    }
}

/// (season): factors scaled to a mean of 1; `None` where all are nothing.
pub fn normalised(factors: [f64; 12]) -> Option<[f64; 12]> {
    let mean = factors.iter().sum::<f64>() / 12.0;
    (mean > 0.0 && mean.is_finite()).then(|| factors.map(|factor| factor / mean))
}

/// The course of a stream over the year.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Course {
    /// f of (season).
    pub factors: [f64; 12],
    /// k of (prevented).
    pub left: [f64; 12],
}

impl Course {
    /// The demand of a month as a multiple of the year's mean before campaigns.
    pub fn of(&self, month: usize) -> f64 {
        self.factors[month] * self.left[month]
    }

    /// The factor on the stream's rate for what is planned for: (month), (peak) or (mean).
    pub fn at(&self, month: Month) -> f64 {
        match month {
            Month::Of(month) => self.of(month),
            Month::Peak => (0..12).map(|month| self.of(month)).fold(0.0, f64::max),
            Month::Mean => {
                let prevented = self.factors.iter().zip(&self.left).map(|(factor, left)| factor * (1.0 - left));
                (1.0 - prevented.sum::<f64>() / 12.0).max(0.0)
            }
        }
    }
}

/// Is a campaign in effect in a month?
fn in_effect(campaign: &Campaign, month: usize) -> bool {
    let after = (month + 12 - campaign.month) % 12;
    // Twelve months after is the month itself, a year on.
    let after = if after == 0 { 12 } else { after };
    after <= campaign.months
}

/// What the course of a stream follows from: its product, whether it is a failure, its country and hemisphere.
type Kind = (Option<ProductId>, bool, Option<CountryId>, Option<Hemisphere>);

/// Finds the course of a stream.
struct Courses<'a> {
    seasons: BTreeMap<(Option<ProductId>, Climate), &'a Season>,
    campaigns: &'a [Campaign],
    found: BTreeMap<Kind, Course>,
}

impl Courses<'_> {
    fn of(&mut self, demand: &Demand, region: &Region) -> Course {
        let (product, fails) = (demand.product, demand.job.is_none());
        let own = region.place.map(hemisphere);
        let key = (product, fails, region.country, own);
        if let Some(course) = self.found.get(&key) {
            return *course;
        }
        let climates = [region.country.map(Climate::Country), own.map(Climate::Hemisphere), Some(Climate::Everywhere)];
        let products: &[Option<ProductId>] = if product.is_some() { &[product, None] } else { &[None] };
        let mut rows = products.iter().flat_map(|product| {
            climates.iter().flatten().filter_map(|climate| self.seasons.get(&(*product, *climate)))
        });
        let factors = rows.next().map_or([1.0; 12], |season| season.factors);
        let mut left = [1.0; 12];
        let held = |campaign: &&Campaign| {
            fails
                && Some(campaign.product) == product
                && (campaign.country.is_none() || campaign.country == region.country)
        };
        for campaign in self.campaigns.iter().filter(held) {
            for (_, left) in left.iter_mut().enumerate().filter(|(month, _)| in_effect(campaign, *month)) {
                *left *= 1.0 - campaign.reduction;
            }
        }
        let course = Course { factors, left };
        self.found.insert(key, course);
        course
    }
}

/// Gives every stream the rate of the month that is planned for.
pub(crate) fn shape(seasons: &[Season], campaigns: &[Campaign], scenario: &mut Scenario) {
    if seasons.is_empty() && campaigns.is_empty() {
        return;
    }
    let month = scenario.planning.month;
    let seasons = seasons.iter().map(|season| ((season.product, season.climate), season)).collect();
    let mut courses = Courses { seasons, campaigns, found: BTreeMap::new() };
    let (mut before, mut by_month, mut planned) = (0.0, [0.0; 12], 0.0);
    for demand in &mut scenario.demands {
        let course = courses.of(demand, &scenario.regions[demand.region.at()]);
        let rate = demand.rate.get();
        before += rate;
        by_month.iter_mut().enumerate().for_each(|(month, sum)| *sum += rate * course.of(month));
        let factor = course.at(month);
        if factor != 1.0 {
            demand.rate = scaled(demand.rate, factor);
        }
        planned += demand.rate.get();
    }
    let relative = |sum: f64| if before > 0.0 { sum / before } else { 1.0 };
    scenario.seasonal = Some(Seasonal { month, relative: by_month.map(relative), planned: relative(planned) });
}

/// (visits): what campaigns cost, and their visits where outlets make them.
pub(crate) fn visit(campaigns: &[Campaign], scenario: &mut Scenario, ledger: &mut Ledger) {
    for campaign in campaigns {
        let often = match scenario.planning.month {
            Month::Mean => 1.0,
            Month::Peak => 12.0,
            Month::Of(month) if month == campaign.month => 12.0,
            Month::Of(_) => 0.0,
        };
        for installed in scenario.installed.iter().filter(|row| row.product == campaign.product) {
            let country = scenario.regions[installed.region.at()].country;
            if campaign.country.is_some() && campaign.country != country {
                continue;
            }
            let visits = installed.units * campaign.visits;
            ledger.add(Cause::Campaign, country, visits * campaign.cost);
            let Some(repair) = campaign.hours.and_then(Hours::new) else { continue };
            if let Some(rate) = Rate::new(visits * often).filter(|rate| rate.get() > 0.0) {
                let product = Some(campaign.product);
                let demand = Demand {
                    region: installed.region,
                    part: None,
                    product,
                    rate,
                    variance_to_mean: 1.0,
                    repair,
                    job: None,
                };
                scenario.demands.push(demand);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn campaign(month: usize, months: usize, reduction: f64) -> Campaign {
        let (id, product) = ("spring".to_owned(), ProductId(0));
        Campaign { id, product, country: None, month, visits: 1.0, cost: 5.0, hours: None, reduction, months }
    }

    #[test]
    fn a_campaign_acts_in_the_months_after_it_over_the_turn_of_the_year() {
        let held = campaign(10, 3, 0.2);
        let months: Vec<usize> = (0..12).filter(|month| in_effect(&held, *month)).collect();
        // From December to February.
        assert_eq!(months, [0, 1, 11]);
        assert_eq!((0..12).filter(|month| in_effect(&campaign(4, 12, 0.1), *month)).count(), 12);
        assert_eq!((0..12).filter(|month| in_effect(&campaign(4, 0, 0.1), *month)).count(), 0);
    }

    #[test]
    fn the_tropics_lie_between_the_tropics() {
        assert_eq!(hemisphere(Place::at(28.6, 77.2)), Hemisphere::North);
        assert_eq!(hemisphere(Place::at(-33.9, 151.2)), Hemisphere::South);
        assert_eq!(hemisphere(Place::at(1.35, 103.8)), Hemisphere::Tropics);
    }

    #[test]
    fn seasons_alone_leave_the_mean_as_it_is_to_the_bit() {
        let factors = normalised([0.1, 0.3, 0.7, 1.1, 1.3, 2.9, 3.1, 2.3, 0.9, 0.7, 0.3, 0.1]).expect("not all are 0");
        assert_eq!(Course { factors, left: [1.0; 12] }.at(Month::Mean), 1.0);
    }

    proptest! {
        #[test]
        fn months_have_the_mean_of_the_year_and_none_is_above_the_peak(
            factors in proptest::array::uniform12(0.0..9.0_f64),
            left in proptest::array::uniform12(0.0..=1.0_f64),
        ) {
            prop_assume!(factors.iter().sum::<f64>() > 0.0);
            let factors = normalised(factors).expect("not all are 0");
            prop_assert!((factors.iter().sum::<f64>() / 12.0 - 1.0).abs() < 1e-12);
            let course = Course { factors, left };
            let months: Vec<f64> = (0..12).map(|month| course.at(Month::Of(month))).collect();
            prop_assert!((months.iter().sum::<f64>() / 12.0 - course.at(Month::Mean)).abs() < 1e-12);
            prop_assert!(months.iter().all(|rate| *rate <= course.at(Month::Peak)));
        }
    }
}
