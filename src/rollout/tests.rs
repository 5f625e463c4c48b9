//! Laws of roll-outs, and every course of small ones tried.

mod spill_over;

use super::climb::climb;
use super::*;
use crate::location::Dice;
use crate::scenario::{CountryId, Market, Period, RegionId, Response};

/// A number between two.
fn between(dice: &mut Dice, low: f64, high: f64) -> f64 {
    low + (high - low) * dice.below(1 << 30) as f64 / f64::from(1 << 30)
}

/// A number between two, or nothing.
fn perhaps(dice: &mut Dice, low: f64, high: f64) -> Option<f64> {
    let number = between(dice, low, high);
    (dice.below(2) == 0).then_some(number)
}

/// A few areas in two countries over a few years, with limits of every kind.
fn ground(seed: u64) -> Ground {
    let mut dice = Dice(seed + 1);
    let decided = 1 + dice.below(2);
    // In some a year follows those that are decided.
    let years = decided + usize::from(seed.is_multiple_of(3));
    let areas = 2 + dice.below(2);
    let lands = 2;
    let market = |dice: &mut Dice, country: usize| Market {
        country: CountryId::from(country),
        from_year: 1970,
        sales_per_year: between(dice, 200.0, 2_000.0),
        margin_per_unit: between(dice, -0.3, 2.0),
        service_margin_per_unit_year: between(dice, 0.0, 0.6),
        jobs_per_unit_year: 1.5,
        outlet_cost_per_year: between(dice, 0.0, 60.0),
        opening_cost: between(dice, 0.0, 80.0),
        closing_cost: between(dice, 0.0, 20.0),
        quota_share: perhaps(dice, 0.1, 0.5),
        promise_utility: 0.0,
        competitor_utility: between(dice, -0.5, 0.5),
        outlets_today: 0.0,
        share_today: None,
        installed_today: 0.0,
    };
    let land = |dice: &mut Dice, country: usize| Land {
        country: CountryId::from(country),
        years: (0..years).map(|_| market(dice, country)).collect(),
        share_today: between(dice, 0.0, 0.2),
        installed_today: between(dice, 0.0, 500.0),
    };
    let lands: Vec<Land> = (0..lands).map(|country| land(&mut dice, country)).collect();
    let area = |dice: &mut Dice, number: usize| Area {
        region: RegionId::from(number),
        market: number % 2,
        // At most one outlet a square kilometre: four at most.
        km2: between(dice, 2.0, 4.0),
        part: if number % 2 == 1 || areas == 2 { 1.0 } else { 0.5 },
        today: dice.below(2) as u32,
    };
    let period = |dice: &mut Dice, year: usize| Period {
        year: 1970 + year as u32,
        opening_budget: perhaps(dice, 0.0, 200.0),
        openings_at_most: perhaps(dice, 0.0, 6.0).map(f64::floor),
        technicians_at_most: perhaps(dice, 10.0, 60.0),
    };
    let free = |year: usize| Period {
        year: 1970 + year as u32,
        opening_budget: None,
        openings_at_most: None,
        technicians_at_most: None,
    };
    Ground {
        first_year: 1970,
        years,
        decided,
        areas: (0..areas).map(|number| area(&mut dice, number)).collect(),
        lands,
        periods: (0..years).map(|year| if year < decided { period(&mut dice, year) } else { free(year) }).collect(),
        response: Response {
            utility: 0.4,
            per_km: 1.5,
            spread: 0.5,
            adjustment: if seed.is_multiple_of(2) { 1.0 } else { 0.6 },
        },
        discount: (1..=years as i32).map(|year| 1.1_f64.powi(-year)).collect(),
        survival: 0.9,
        jobs_per_technician: 20.0,
        hears: vec![Vec::new(); 2],
        ill_served_today: vec![0.0; 2],
    }
}

/// The worth of the best of all courses that keep the limits.
fn best_of_all(ground: &Ground) -> Option<f64> {
    let most: Vec<u32> = ground.areas.iter().map(|area| area.km2.ceil() as u32).collect();
    let cells = ground.areas.len() * ground.decided;
    let mut numbers = vec![0_u32; cells];
    let mut best: Option<f64> = None;
    loop {
        let whole = |decided: &[u32]| {
            let mut course = decided.to_vec();
            course.resize(ground.years, decided[ground.decided - 1]);
            course
        };
        let course: Course = numbers.chunks(ground.decided).map(whole).collect();
        let books = accounts(ground, &course);
        if excesses(ground, &books).is_empty() {
            let own = worth(ground, &books);
            best = Some(best.map_or(own, |best| best.max(own)));
        }
        let Some(cell) = (0..cells).find(|cell| numbers[*cell] < most[cell / ground.decided]) else { return best };
        numbers[cell] += 1;
        numbers[..cell].iter_mut().for_each(|number| *number = 0);
    }
}

#[test]
fn no_course_is_worth_more_than_the_bound_and_what_is_found_is_near_the_best() {
    let (mut met, mut all) = (0, 0);
    for seed in 0..240 {
        let ground = ground(seed);
        let best = best_of_all(&ground);
        match (climb(&ground, 1e-6, &crate::watch::Nobody), best) {
            (Ok((course, bound)), Some(best)) => {
                let books = accounts(&ground, &course);
                assert!(excesses(&ground, &books).is_empty(), "seed {seed}: a limit is broken");
                let kept = |outlets: &Vec<u32>| {
                    outlets[ground.decided..].iter().all(|own| *own == outlets[ground.decided - 1])
                };
                assert!(course.iter().all(kept), "seed {seed}: outlets change after the last year that is decided");
                let found = worth(&ground, &books);
                let dust = 1e-7 * (1.0 + best.abs());
                assert!(found <= best + dust, "seed {seed}: {found} is more than the best of all, {best}");
                assert!(bound >= best - dust, "seed {seed}: the bound {bound} is below the best of all, {best}");
                all += 1;
                met += usize::from(found >= best - 1e-6 * (1.0 + best.abs()));
            }
            (Err(_), None) => {}
            (Err(failure), Some(_)) => panic!("seed {seed}: {failure}, but a course keeps the limits"),
            (Ok(_), None) => panic!("seed {seed}: a course was found where none keeps the limits"),
        }
    }
    assert!(all >= 100 && met * 10 >= all * 9, "the best of all was met in {met} of {all}");
}

#[test]
fn without_limits_the_course_is_proven_best() {
    for seed in 0..40 {
        let mut ground = ground(seed);
        for (year, period) in ground.periods.iter_mut().enumerate() {
            let year = 1970 + year as u32;
            *period = Period { year, opening_budget: None, openings_at_most: None, technicians_at_most: None };
        }
        for market in ground.lands.iter_mut().flat_map(|land| &mut land.years) {
            (market.quota_share, market.margin_per_unit) = (None, market.margin_per_unit.abs());
        }
        let (course, bound) = climb(&ground, 1e-9, &crate::watch::Nobody).expect("nothing limits it");
        let found = worth(&ground, &accounts(&ground, &course));
        let best = best_of_all(&ground).expect("nothing limits it");
        assert!((found - best).abs() < 1e-9 * (1.0 + best.abs()), "seed {seed}: {found} {best}");
        assert!((bound - best).abs() < 1e-9 * (1.0 + best.abs()), "seed {seed}: {bound} {best}");
    }
}

#[test]
fn the_share_of_networks_that_were_seen_is_met_and_more_outlets_never_draw_less() {
    // logit 12 % = −1.9924, logit 43 % = −0.2819; 30 km and 6.708 km to the nearest of 1,000 and of 20,000 on 3.6 million km².
    let per_km = (1.992_430 - 0.281_851) / (30.0 - 6.708_204);
    let response = Response { utility: -1.992_430 + per_km * 30.0, per_km, spread: 0.5, adjustment: 1.0 };
    let market = Market { competitor_utility: 0.0, ..ground(0).lands[0].years[0].clone() };
    let share = |outlets: f64| wish(&response, &market, 3.6e6, outlets);
    assert!((share(1_000.0) - 0.12).abs() < 1e-5 && (share(20_000.0) - 0.43).abs() < 1e-5);
    let shares: Vec<f64> = (0..40).map(|step| share(f64::from(step * step * 30))).collect();
    assert!(shares.is_sorted());
    assert_eq!(share(0.0), 0.0);
}

#[test]
fn a_year_s_account_is_what_a_pencil_makes_of_it() {
    // One area of 4 km² with one outlet: the nearest is 0.5·√4 = 1 km away, so the wish is 1/(1 + e^(1.5 − 0.4)) = 0.249740.
    let mut ground = ground(1);
    (ground.years, ground.decided) = (1, 1);
    ground.areas.truncate(1);
    ground.lands.truncate(1);
    ground.areas[0] = Area { km2: 4.0, part: 1.0, today: 0, ..ground.areas[0].clone() };
    ground.response.adjustment = 0.5;
    let market = Market {
        sales_per_year: 1_000.0,
        margin_per_unit: 2.0,
        service_margin_per_unit_year: 0.5,
        jobs_per_unit_year: 1.0,
        outlet_cost_per_year: 10.0,
        opening_cost: 7.0,
        closing_cost: 3.0,
        quota_share: Some(0.15),
        competitor_utility: 0.0,
        ..ground.lands[0].years[0].clone()
    };
    ground.lands[0] = Land { years: vec![market], share_today: 0.1, installed_today: 100.0, ..ground.lands[0].clone() };
    ground.discount = vec![0.9];
    let books = accounts(&ground, &vec![vec![1]]);
    let year = books[0][0];
    // Half the way from 10 % to 24.974 % is 17.487 %: 174.87 are wished for, 150 may be sold, 90 + 150 are installed.
    assert!((year.wished - 0.174_870).abs() < 1e-6, "{year:?}");
    assert_eq!((year.sold, year.installed, year.technicians), (150.0, 240.0, 12.0));
    assert_eq!((year.margin, year.service, year.fixed, year.opening), (300.0, 120.0, 10.0, 7.0));
    assert!((worth(&ground, &books) - 0.9 * 403.0).abs() < 1e-9);
}
