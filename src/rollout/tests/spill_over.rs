//! Trouble that is heard abroad.

use super::super::relaxation::{Reference, Shared, Wishes, relax};
use super::*;

/// A ground in which countries hear of one another, some of them much.
fn heard(seed: u64) -> Ground {
    let mut ground = super::ground(seed);
    let mut dice = Dice(seed + 1_000);
    ground.hears = vec![
        vec![(1, between(&mut dice, 0.0, 6.0))],
        perhaps(&mut dice, 0.0, 3.0).map(|own| (0, own)).into_iter().collect(),
    ];
    ground.know_today();
    ground
}

#[test]
fn no_course_is_worth_more_than_the_bound_where_trouble_is_heard_abroad() {
    let (mut met, mut all, mut costs) = (0, 0, 0);
    for seed in 0..120 {
        let ground = heard(seed);
        let (Ok((course, bound)), Some(best)) = (climb(&ground, 1e-6, &crate::watch::Nobody), best_of_all(&ground))
        else {
            continue;
        };
        let books = accounts(&ground, &course);
        assert!(excesses(&ground, &books).is_empty(), "seed {seed}: a limit is broken");
        let found = worth(&ground, &books);
        let dust = 1e-7 * (1.0 + best.abs());
        assert!(found <= best + dust, "seed {seed}: {found} is more than the best of all, {best}");
        assert!(bound >= best - dust, "seed {seed}: the bound {bound} is below the best of all, {best}");
        all += 1;
        met += usize::from(found >= best - 1e-6 * (1.0 + best.abs()));
        let rollout = Rollout::of(&ground, course, Some(bound));
        costs += usize::from(rollout.heard.is_some_and(|heard| heard > 0.0));
    }
    assert!(all >= 60 && met * 10 >= all * 9, "the best of all was met in {met} of {all}");
    assert!(costs * 2 > all, "the spill-over costs something in {costs} of {all} only");
}

#[test]
fn about_any_course_no_course_is_worth_more_than_the_bound_and_near_the_best_it_knows_what_is_heard() {
    let (mut known, mut all) = (0, 0);
    for seed in 0..60 {
        let mut ground = heard(seed);
        // No limits: what is left between the bound and the best is what is heard.
        for (year, period) in ground.periods.iter_mut().enumerate() {
            let year = 1970 + year as u32;
            *period = Period { year, opening_budget: None, openings_at_most: None, technicians_at_most: None };
        }
        let best = best_of_all(&ground).expect("nothing limits it");
        let (dust, none) = (1e-7 * (1.0 + best.abs()), Shared::none(&ground));
        let bound =
            |reference: Option<&Reference>| relax(&ground, &Wishes::of(&ground, reference), &none, reference).bound;
        let plain = bound(None);
        let mut dice = Dice(seed + 7);
        let mut least = plain;
        for _ in 0..12 {
            let course: Course = ground
                .areas
                .iter()
                .map(|_| {
                    let mut course: Vec<u32> = (0..ground.years).map(|_| dice.below(4) as u32).collect();
                    let last = course[ground.decided - 1];
                    course[ground.decided..].fill(last);
                    course
                })
                .collect();
            let own = bound(Some(&Reference::of(&ground, &course)));
            assert!(
                own >= best - dust,
                "seed {seed}: the bound {own} about {course:?} is below the best of all, {best}"
            );
            least = least.min(own);
        }
        let lost = plain - best;
        if lost > 1e-3 * best.abs() {
            all += 1;
            known += usize::from(plain - least >= 0.2 * lost);
        }
    }
    assert!(all >= 10 && 3 * known >= all, "{known} of {all} bounds know what is heard");
}

#[test]
fn a_country_whose_neighbour_is_ill_served_sells_what_a_pencil_makes_of_it() {
    // Both countries are one area of 4 km² with one outlet: 1 km away, σ = 1/(1 + e^(1.5 − 0.4)) = 0.2497399; next door to all,
    // σ̂ = 1/(1 + e^−0.4) = 0.5986877. Distance keeps 1 − σ/σ̂ = 0.5828544 of those away who could be drawn.
    let mut ground = super::ground(1);
    (ground.years, ground.decided) = (2, 2);
    ground.areas.truncate(2);
    for (market, area) in ground.areas.iter_mut().enumerate() {
        *area = Area { market, km2: 4.0, part: 1.0, today: 1, ..area.clone() };
    }
    ground.response.adjustment = 0.5;
    let market = Market {
        sales_per_year: 1_000.0,
        quota_share: None,
        competitor_utility: 0.0,
        promise_utility: 0.0,
        ..ground.lands[0].years[0].clone()
    };
    for (land, share) in ground.lands.iter_mut().zip([0.1, 0.0]) {
        *land = Land { years: vec![market.clone(); 2], share_today: share, installed_today: 0.0, ..land.clone() };
    }
    // The second hears twice of the first, the first of nobody.
    ground.hears = vec![Vec::new(), vec![(0, 2.0)]];
    ground.know_today();
    let books = accounts(&ground, &vec![vec![1, 1], vec![1, 1]]);
    let close = |own: f64, expected: f64| assert!((own - expected).abs() < 1e-6, "{own} is not {expected}");
    // Today a tenth of the first market bought: 0.1·0.5828544 = 0.0582854 is ill served, twice that is heard.
    close(books[1][0].reputation, 1.0 - 2.0 * 0.058_285_4);
    // Half the way from nothing to 0.8834291·0.2497399.
    close(books[1][0].share, 0.110_313_7);
    // The first sells 0.1 + 0.5·(0.2497399 − 0.1) = 0.1748699; of it 0.1019237 is ill served, and 1 − 2·0.1019237 is left.
    assert_eq!((books[0][0].reputation, books[0][1].reputation), (1.0, 1.0));
    close(books[0][0].share, 0.174_869_9);
    close(books[0][0].ill_served, 0.101_923_7);
    close(books[1][1].reputation, 0.796_152_5);
    // 0.1103137 + 0.5·(0.7961525·0.2497399 − 0.1103137).
    close(books[1][1].share, 0.154_572_4);
    close(books[1][1].sold, 154.572_4);
}

#[test]
fn the_more_is_heard_of_another_country_the_less_is_sold_and_nothing_is_lost_where_all_are_served() {
    for seed in 0..40 {
        let mut ground = heard(seed);
        let course: Course = ground.areas.iter().map(|area| vec![area.today + 1; ground.years]).collect();
        let sold = |ground: &Ground| -> Vec<f64> { accounts(ground, &course)[0].iter().map(|own| own.sold).collect() };
        let mut before = sold(&ground.unheard());
        for weight in [0.5, 1.0, 2.0, 8.0, 100.0] {
            ground.hears = vec![vec![(1, weight)], Vec::new()];
            let own = sold(&ground);
            assert!(own.iter().zip(&before).all(|(own, before)| own <= before), "seed {seed}: {own:?} {before:?}");
            assert!(own.iter().all(|own| *own >= 0.0), "seed {seed}");
            before = own;
        }
        // Where distance keeps nobody away nobody is ill served.
        ground.response.per_km = 0.0;
        ground.know_today();
        let books = accounts(&ground, &course);
        assert!(books.iter().flatten().all(|own| own.ill_served < 1e-12), "seed {seed}");
    }
}
