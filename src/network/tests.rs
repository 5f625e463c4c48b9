//! What is listed and what can be measured.

use std::fs;

use super::*;
use crate::scenario::load;

/// 40 regions and 30 outlets, the first two closed, with a few measured lanes; clustered on the globe or in the plane.
fn scenario(metric: &str, travel: &str) -> Scenario {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let write = |name: &str, text: String| fs::write(folder.path().join(name), text).expect("it can be written");
    let columns = if metric == "planar" { "x_km,y_km" } else { "latitude,longitude" };
    // Multiples of two irrational numbers, brought into a field of 40 × 60.
    let place = |number: usize| {
        let share = |factor: f64| (number as f64 * factor).fract();
        format!("{:.4},{:.4}", 20.0 + 40.0 * share(0.618_033_988_7), 60.0 * share(0.754_877_666_2))
    };
    let head = format!("name = \"few\"\n[travel]\nmetric = \"{metric}\"\ncost_per_km = 0.5\n{travel}");
    write("scenario.toml", head);
    write("regions.csv", (0..40).fold(format!("region,{columns}\n"), |text, r| text + &format!("r{r},{}\n", place(r))));
    write("demand.csv", "region,units_per_year\nr0,1\nr1,1\nr3,1\n".into());
    let status = |outlet: usize| if outlet < 2 { "closed" } else { "candidate" };
    write(
        "outlets.csv",
        (0..30).fold(format!("outlet,{columns},country,status,fixed_cost_per_year\n"), |text, o| {
            let country = ["DE", "PL"][o % 2];
            text + &format!("o{o},{},{country},{},1\n", place(1000 + o), status(o))
        }),
    );
    write("countries.csv", "country,labour_cost_per_hour\nDE,40\nPL,12\n".into());
    write(
        "lanes.csv",
        "from,to,hours,distance_km,cost_per_job\no29,r0,1.5,,\no0,r1,2,77,\no5,r1,900000,,\no7,r3,3,4,5\n".into(),
    );
    load(folder.path(), &[]).unwrap_or_else(|refused| panic!("{refused}")).scenario
}

fn regions() -> impl Iterator<Item = RegionId> {
    (0..40).map(RegionId::from)
}

fn outlets() -> impl Iterator<Item = OutletId> {
    (0..30).map(OutletId::from)
}

#[test]
fn what_is_listed_is_every_pair_that_can_be_measured() {
    for metric in ["planar", "geodesic"] {
        for travel in ["", "max_hours = 20", "lanes = \"listed\""] {
            let (scenario, mut lanes) = (scenario(metric, travel), 0);
            let (network, bare) = (Network::connect(&scenario), Network::unlisted(&scenario));
            for region in regions() {
                let listed: Vec<(OutletId, Road)> = network.roads(region).collect();
                let measured: Vec<(OutletId, Road)> =
                    outlets().filter_map(|outlet| Some((outlet, bare.road(region, outlet)?))).collect();
                assert_eq!(listed, measured, "{metric} {travel} {region:?}");
                lanes += listed.len();
            }
            assert_eq!(network.road_count(), lanes);
            assert!(network.is_complete() && lanes >= 3);
        }
    }
}

#[test]
fn a_measured_lane_goes_before_an_estimated_one() {
    let network = Network::connect(&scenario("planar", "max_hours = 2000"));
    let road = |region: usize, outlet: usize| network.road(RegionId::from(region), OutletId::from(outlet));
    // 1.5 h at 60 km/h; both ways at 0.5 a km and a wage of 12 (an odd number: Poland).
    assert_eq!(road(0, 29), Some(Road { hours: 1.5, distance: 90.0, cost_per_job: 126.0, hours_per_job: 3.0 }));
    // A closed outlet is reached by what is listed alone.
    assert_eq!(road(1, 0), Some(Road { hours: 2.0, distance: 77.0, cost_per_job: 237.0, hours_per_job: 4.0 }));
    assert_eq!(road(2, 0), None);
    assert_eq!(road(1, 5), None, "it takes longer than a lane may");
    assert_eq!(road(3, 7).map(|road| road.cost_per_job), Some(5.0));
}

#[test]
fn a_short_list_holds_the_nearest_and_knows_what_the_others_do_not_undercut() {
    for metric in ["planar", "geodesic"] {
        for travel in ["", "max_hours = 30"] {
            let scenario = scenario(metric, travel);
            let (whole, mut short) = (Network::connect(&scenario), Network::connect_nearest(&scenario, 3));
            assert!(!short.is_complete());
            while !short.is_complete() {
                let mut grown = Vec::new();
                for region in regions() {
                    let listed: Vec<(OutletId, Road)> = short.roads(region).collect();
                    let Some(least) = short.beyond(region, 12.0) else {
                        assert!(listed.into_iter().eq(whole.roads(region)));
                        continue;
                    };
                    assert!(least.hours <= scenario.travel.max_hours.map_or(f64::INFINITY, |hours| hours.get()));
                    for (outlet, road) in whole.roads(region) {
                        let known = listed.iter().find(|lane| lane.0 == outlet);
                        assert!(known.is_none_or(|known| known.1 == road));
                        let beyond = road.distance >= least.distance && road.hours >= least.hours;
                        assert!(known.is_some() || (beyond && road.cost_per_job >= least.cost_per_job));
                    }
                    grown.push(region);
                }
                let before = short.road_count();
                short.grow(&grown);
                assert!(short.is_complete() || short.road_count() > before);
            }
            assert!(regions().all(|region| short.roads(region).eq(whole.roads(region))));
        }
    }
}

#[test]
fn the_bound_beyond_a_short_list_is_nearly_reached() {
    let scenario = scenario("geodesic", "");
    let (whole, short) = (Network::connect(&scenario), Network::connect_nearest(&scenario, 5));
    for region in regions().skip(4) {
        let beyond = short.beyond(region, 0.0).expect("28 outlets are more than 5");
        let mut lengths: Vec<f64> = whole.roads(region).map(|(_, road)| road.distance).collect();
        lengths.sort_by(f64::total_cmp);
        // The fields are a few thousand kilometres wide, over which curvatures differ by less than a percent.
        assert!(beyond.distance <= lengths[5] && beyond.distance > 0.99 * lengths[5]);
    }
}
