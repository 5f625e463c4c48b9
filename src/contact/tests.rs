//! Waits and staff against print, against arithmetic and by their laws.

use proptest::prelude::*;

use super::erlang_c::ErlangC;
use crate::scenario::{Scenario, load};

fn close(ours: f64, wanted: f64) {
    assert!((ours - wanted).abs() <= 1e-12 * wanted.abs().max(1.0), "{ours} is not {wanted}");
}

#[test]
fn the_share_that_waits_is_that_of_the_textbooks() {
    // One server: ρ. Two: a²/(2 + a). Three of which two are busy: the eye clinic of D. Gross and C. M. Harris, Fundamentals
    // of Queueing Theory, 1985, section 2.3: 6 patients an hour, 20 minutes each, three doctors; Wq = 4/27 h = C/(cμ − λ), so
    // C = 4/27 · 3 = 4/9.
    close(ErlangC::of(1, 0.3, 1.0).delayed(), 0.3);
    close(ErlangC::of(2, 1.0, 1.0).delayed(), 1.0 / 3.0);
    close(ErlangC::of(3, 2.0, 1.0 / 3.0).delayed(), 4.0 / 9.0);
    // aᶜ/c! · c/(c−a) / (Σ_{k<c} aᵏ/k! + the same) in exact fractions.
    close(ErlangC::of(8, 5.0, 1.0).delayed(), 0.167_266_506_661_756_6);
    close(ErlangC::of(11, 10.0, 1.0).delayed(), 0.682_118_204_689_332_4);
    close(ErlangC::of(110, 100.0, 1.0).delayed(), 0.237_007_500_285_052_74);
    // Five busy, eight agents, five minutes a call: 86.3 % within twenty seconds.
    close(ErlangC::of(8, 5.0, 1.0 / 12.0).answered_within(1.0 / 180.0), 0.863_053_767_036_096_7);
    // A line that grows without end answers nobody.
    assert_eq!(ErlangC::of(5, 5.0, 1.0).answered_within(1e9), 0.0);
    // The mean wait ∫ P(W > t) dt is C·m/(c − a): of the eye clinic 4/27 h.
    let horizon = 20.0;
    close(horizon - ErlangC::of(3, 2.0, 1.0 / 3.0).answered_between(0.0, horizon), 4.0 / 27.0);
}

/// A desk with one country to serve, its customers so many hours ahead.
fn scenario(ahead: f64, rate: f64, variance: f64, desk: &str) -> Scenario {
    let folder = tempfile::tempdir().expect("a folder for the test");
    for (file, text) in [
        ("scenario.toml", "name = \"desk\"\n[travel]\nlanes = \"listed\"\n".to_owned()),
        ("regions.csv", "region,country\nr,AA\n".to_owned()),
        ("countries.csv", format!("country,utc_offset_hours\nAA,{ahead}\nBB,0\n")),
        ("demand.csv", format!("region,units_per_year,variance_to_mean\nr,{rate},{variance}\n")),
        ("outlets.csv", "outlet,country,fixed_cost_per_year\no,BB,0\n".to_owned()),
        ("lanes.csv", "from,to,hours\no,r,0\n".to_owned()),
        ("channels.csv", "channel,share,solved_share,minutes\nphone,0.5,0.4,3\nmail,0.25,0.8,8\n".to_owned()),
        (
            "desks.csv",
            format!(
                "desk,country,opens_hour,closes_hour,answer_within_hours,at_least,agent_cost_per_hour\nd,BB,{desk},10\n"
            ),
        ),
    ] {
        std::fs::write(folder.path().join(file), text).expect("the test writes");
    }
    match load(folder.path(), &[]) {
        Ok(loaded) => loaded.scenario,
        Err(refused) => panic!("{refused}: {refused:?}"),
    }
}

#[test]
fn visits_are_thinned_and_their_dispersion_with_them() {
    let scenario = scenario(0.0, 1_000.0, 3.0, "8,20,1,0.5");
    // p = 1 − 0.5·0.4 − 0.25·0.8 = 0.6; v = 1 + 2·0.6.
    close(scenario.demands[0].rate.get(), 600.0);
    close(scenario.demands[0].variance_to_mean, 2.2);
    let contacts: Vec<(f64, f64)> = scenario.contacts.iter().map(|own| (own.rate, own.solved)).collect();
    assert_eq!(contacts, [(500.0, 200.0), (250.0, 200.0)]);
}

#[test]
fn who_comes_before_the_desk_opens_is_answered_in_time_if_it_opens_soon() {
    // Customers four hours ahead ring from 4 to 16 by the desk's clock; it opens at 8. Eight of twelve hours are in hours, and
    // of the two hours before the opening everybody is answered in time if nobody waits: 10/12. Calls take
    // (500·3 + 250·8)/750 minutes; so few of them hardly ever wait.
    let scenario = scenario(4.0, 1_000.0, 1.0, "8,20,2,0.5");
    let own = &scenario.staffing[0];
    close(own.in_hours, 8.0 / 12.0);
    assert_eq!(own.agents, 1);
    // Work: 750 contacts × 14/3 minutes a year are 750·14/180/365 h a day; a third comes while the desk is closed.
    let day = 750.0 * 14.0 / 180.0 / 365.0;
    let (handling, called_back) = (14.0 / 180.0, day / 3.0 / 12.0);
    let busy = day / 12.0 + called_back;
    let slack: f64 = (1.0 - busy) / handling;
    let fading = (-2.0 * slack).exp();
    let open = 8.0 * (1.0 - busy * fading);
    // With one server C = a; the piece before the opening is answered as the first piece after it.
    let before = 2.0 - busy * (1.0 - fading) / slack;
    close(own.in_time, (open + before) / 12.0);
}

proptest! {
    #[test]
    fn more_agents_never_answer_fewer_and_more_contacts_never_more(
        agents in 1..200_u32, share in 0.0..1.3, handling in 0.001..2.0, hours in 0.0..3.0
    ) {
        let offered = share * f64::from(agents);
        let answered = |agents: u32, offered: f64| ErlangC::of(agents, offered, handling).answered_within(hours);
        let own = answered(agents, offered);
        prop_assert!((0.0..=1.0).contains(&own));
        prop_assert!(answered(agents + 1, offered) >= own - 1e-12);
        prop_assert!(answered(agents, 1.1 * offered) <= own + 1e-12);
        // The integral is that of the share: the trapezium's rule errs by less than a third of a step's change.
        let queue = ErlangC::of(agents, offered, handling);
        let steps = 2_000;
        let step = hours / f64::from(steps);
        let share = |number: i32| queue.answered_within(step * f64::from(number));
        let sum = (0..steps).fold(0.0, |sum, number| sum + step * 0.5 * (share(number) + share(number + 1)));
        prop_assert!((queue.answered_between(0.0, hours) - sum).abs() <= step * (share(steps) - share(0)) + 1e-9);
    }

    #[test]
    fn a_desk_has_enough_agents_and_not_one_too_many(
        ahead in -11.0..12.0_f64, rate in 1_000.0..3e6_f64, within in 0.0..2.0, share in 0.1..0.95
    ) {
        // A desk that never closes can keep any promise.
        let scenario = scenario((ahead * 4.0).round() / 4.0, rate, 1.0, &format!("0,24,{within},{share}"));
        let own = &scenario.staffing[0];
        prop_assert!(own.in_time >= share - 1e-9);
        prop_assert!((own.in_hours - 1.0).abs() < 1e-9);
        let waking = rate * 0.75 / 365.0 / 12.0;
        let handling = 14.0 / 180.0;
        let fewer = ErlangC::of(own.agents - 1, waking * handling, handling).answered_within(within);
        prop_assert!(fewer < share, "{} agents would answer {fewer}", own.agents - 1);
    }
}
