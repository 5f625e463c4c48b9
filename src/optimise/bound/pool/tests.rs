//! The bound of pools, held against chains and against every plan of small scenarios.

use std::fs;

use proptest::prelude::*;

use crate::load::Load;
use crate::location::Dice;
use crate::network::Network;
use crate::optimise::decide::Priced;
use crate::optimise::optimise;
use crate::plan::Decisions;
use crate::scenario::{DepotId, OutletId, Scenario, load};
use crate::stocking::erlang::Loss;
use crate::stocking::lateral::{Member, shares};
use crate::watch::Nobody;

/// A pool of two or three outlets, some of which ask others.
fn pools() -> impl Strategy<Value = Vec<Member>> {
    let member = (0.0..3.0_f64, 0..4_u32, 0.1..2.0_f64, 0..4_usize);
    proptest::collection::vec(member, 2..4).prop_map(|members| {
        let count = members.len();
        let own = |(number, (rate, base_stock, lead_time, asks)): (usize, (f64, u32, f64, usize))| {
            let suppliers = (1..count).filter(|step| asks & (1 << (step - 1)) != 0).map(|step| (number + step) % count);
            Member { rate, base_stock, lead_time, suppliers: suppliers.collect() }
        };
        members.into_iter().enumerate().map(own).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]
    #[test]
    fn no_pool_loses_less_than_one_shelf_with_all_its_stock(pool in pools()) {
        let rate: f64 = pool.iter().map(|member| member.rate).sum();
        let stock = pool.iter().map(|member| member.base_stock).sum();
        let shortest = pool.iter().map(|member| member.lead_time).fold(f64::INFINITY, f64::min);
        let lost: f64 = pool.iter().zip(shares(&pool).0).map(|(member, own)| member.rate * own.emergency).sum();
        let least = rate * Loss { offered: rate * shortest, variance_to_mean: 1.0 }.with(stock);
        prop_assert!(lost >= least - 1e-9 * rate, "{lost} is less than {least}: {pool:?}");
    }
}

/// Three regions, two outlets that help each other, in some a depot, one part, a promise.
fn scenario(seed: u64) -> Scenario {
    let mut dice = Dice(seed + 1);
    let mut between = |low: f64, high: f64| low + (high - low) * dice.below(1_000) as f64 / 1_000.0;
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).expect("it can be written");
    let promise = match seed % 4 {
        0 => String::new(),
        1 => format!("[[target]]\nmetric = \"on_time\"\nwithin_hours = 4\nat_least = {:.2}\n", between(0.5, 0.9)),
        2 => format!("[[target]]\nmetric = \"mean_response_hours\"\nat_most = {:.1}\n", between(4.0, 12.0)),
        _ => format!("[[target]]\nmetric = \"fill_rate\"\nat_least = {:.2}\npenalty = 3000\n", between(0.6, 0.9)),
    };
    write(
        "scenario.toml",
        format!(
            "name = \"pool\"\n[travel]\nmetric = \"planar\"\nspeed_kmh = 60\ncost_per_km = 0.5\n[replenishment]\ncost_per_shipment = {:.0}\n\
             [stocking]\nstockout = \"emergency\"\nemergency_cost_per_unit = {:.0}\nemergency_hours = 20\n{promise}",
            between(0.0, 20.0),
            between(30.0, 400.0)
        ),
    );
    let mut place = || format!("{:.0},{:.0}", between(0.0, 150.0), between(0.0, 60.0));
    write("regions.csv", format!("region,x_km,y_km\nr0,{}\nr1,{}\nr2,{}\n", place(), place(), place()));
    let (one, other) = (place(), place());
    write(
        "outlets.csv",
        format!(
            "outlet,x_km,y_km,fixed_cost_per_year,supplier_lead_time_days,holding_rate_per_year\n\
             o0,{one},{:.0},{:.0},0.2\no1,{other},{:.0},{:.0},{:.2}\n",
            between(50.0, 900.0),
            between(8.0, 30.0),
            between(50.0, 900.0),
            between(8.0, 30.0),
            between(0.1, 0.3)
        ),
    );
    if seed.is_multiple_of(3) {
        write(
            "depots.csv",
            "depot,x_km,y_km,fixed_cost_per_year,supplier_lead_time_days\nd0,75,30,100,15\n".to_owned(),
        );
    }
    write("parts.csv", format!("part,unit_cost,weight_kg\np0,{:.0},2\n", between(100.0, 2_000.0)));
    let rates = [between(2.0, 20.0), between(2.0, 20.0), between(2.0, 20.0)];
    write(
        "demand.csv",
        format!("region,part,units_per_year\nr0,p0,{}\nr1,p0,{}\nr2,p0,{}\nr0,,5\n", rates[0], rates[1], rates[2]),
    );
    let far = between(1.0, 8.0);
    write(
        "laterals.csv",
        format!("from,to,hours,cost_per_unit\no0,o1,{far:.1},9\no1,o0,{far:.1},{:.0}\n", between(0.0, 30.0)),
    );
    load(folder.path(), &[]).unwrap_or_else(|refused| panic!("seed {seed}: {refused}")).scenario
}

/// The least cost of all plans that keep the promises, with up to three units at each site.
fn least_of_all(scenario: &Scenario, network: &Network, load: &Load) -> Option<f64> {
    let depot = (!scenario.depots.is_empty()).then_some(DepotId(0));
    let mut least: Option<f64> = None;
    for served in 0..8_u32 {
        let by = |region: u32| OutletId(served >> region & 1);
        let mut bare = Decisions::none(scenario);
        for region in 0..3 {
            bare.served_by[region as usize] = vec![(by(region), 1.0)];
            bare.outlet_open[by(region).at()] = true;
        }
        for outlet in 0..2 {
            bare.replenished_by[outlet] = depot.filter(|_| bare.outlet_open[outlet]);
        }
        bare.depot_open.fill(true);
        for levels in 0..4_u32.pow(if depot.is_some() { 3 } else { 2 }) {
            let mut decisions = bare.clone();
            let level = |site: u32| levels / 4_u32.pow(site) % 4;
            if (0..2).any(|outlet| !bare.outlet_open[outlet as usize] && level(outlet) > 0) {
                continue;
            }
            decisions.outlet_stock = vec![vec![level(0)], vec![level(1)]];
            decisions.depot_stock.fill(vec![level(2)]);
            let priced = Priced::of(scenario, network, load, decisions);
            if priced.keeps_promises(scenario) {
                let own = priced.costs.total();
                least = Some(least.map_or(own, |least| least.min(own)));
            }
        }
    }
    least
}

#[test]
fn no_plan_of_outlets_that_help_each_other_costs_less_than_their_bound() {
    let (mut compared, mut near) = (0, 0);
    for seed in 0..24 {
        let scenario = scenario(seed);
        let (mut network, load) = (Network::connect(&scenario), Load::of(&scenario));
        let Ok(plan) = optimise(&scenario, &mut network, &load, &Nobody) else { continue };
        let Some(least) = least_of_all(&scenario, &network, &load) else { continue };
        let bound = plan.certificate.lower_bound.expect("lateral supply alone has a bound");
        assert!(bound <= least * (1.0 + 1e-9), "seed {seed}: the bound {bound} is above the plan of {least}");
        compared += 1;
        near += usize::from(bound >= 0.8 * least);
    }
    assert!(compared >= 16 && 2 * near >= compared, "{near} of {compared} bounds are near");
}
