//! Seasons and campaigns through the command line.
//!
//! Air conditioners: 1,000 in Madrid (north), 500 in Sydney (south), 200 in Singapore (the tropics), each with an outlet of its
//! own; a compressor fails 0.06 times a year. In the north July asks for three times what other months do, in the south
//! January. With eleven months of 1 and one of 3 the mean is 14/12: July has 18/7 of it, the others 6/7.

use crate::room::{Room, close, figure, number};

const NORTH: &str = "hemisphere,month,factor\nnorth,7,3\n";
const BOTH: &str = "hemisphere,month,factor\nnorth,7,3\nsouth,1,3\n";

fn room(seasons: &str) -> Room {
    let room = Room::new();
    for (file, text) in [
        (
            "regions.csv",
            "region,country,latitude,longitude\nmadrid,ES,40.4,-3.7\nsydney,AU,-33.9,151.2\nsingapore,SG,1.35,103.8\n",
        ),
        ("outlets.csv", "outlet,fixed_cost_per_year,supplier_lead_time_days\no,0,36.5\np,0,36.5\nq,0,36.5\n"),
        ("parts.csv", "part,unit_cost\ncompressor,100\n"),
        ("products.csv", "product\ncooler\n"),
        ("installed_base.csv", "region,product,units\nmadrid,cooler,1000\nsydney,cooler,500\nsingapore,cooler,200\n"),
        ("failures.csv", "product,part,failures_per_unit_year,repair_hours\ncooler,compressor,0.06,1\n"),
        ("lanes.csv", "from,to,hours,cost_per_job\no,madrid,0,7\np,sydney,0,7\nq,singapore,0,7\n"),
        ("seasons.csv", seasons),
        (
            "scenario.toml",
            "name = \"cool\"\n[travel]\nlanes = \"listed\"\n[[target]]\nmetric = \"fill_rate\"\nscope = \"outlet\"\nat_least = 0.95\n",
        ),
    ] {
        room.write(&format!("cool/{file}"), text);
    }
    room
}

/// The travel cost of a plan at a month's rates.
fn travel(room: &Room, month: &str) -> f64 {
    let told = room.run(&format!("solve cool --json --set planning.month={month} --out plans/{month}")).code(0).json();
    close(figure(&told, "lower_bound"), figure(&told, "objective"), 1e-6);
    room.run(&format!("verify cool --set planning.month={month} --plan plans/{month}")).code(0);
    figure(&told["costs"], "travel")
}

#[test]
fn a_month_has_the_rates_of_its_hemisphere_and_the_peak_has_each_region_at_its_own() {
    let room = room(BOTH);
    let (madrid, sydney, singapore) = (60.0 * 7.0, 30.0 * 7.0, 12.0 * 7.0);
    close(travel(&room, "mean"), madrid + sydney + singapore, 1e-12);
    close(travel(&room, "7"), madrid * 18.0 / 7.0 + sydney * 6.0 / 7.0 + singapore, 1e-12);
    close(travel(&room, "1"), madrid * 6.0 / 7.0 + sydney * 18.0 / 7.0 + singapore, 1e-12);
    close(travel(&room, "peak"), (madrid + sydney) * 18.0 / 7.0 + singapore, 1e-12);
    let ran = room.run("evaluate cool --set planning.month=7 --plan plans/7").code(0);
    // (60 × 18/7 + 30 × 6/7 + 12) / 102 = 1.882.
    assert!(ran.out.contains("rates of July, 1.882 times the jobs of the mean"), "{}", ran.out);
    let plan: serde_json::Value = serde_json::from_str(&room.read("plans/7/plan.json")).expect("it is JSON");
    assert_eq!(plan["month"], "7");
}

#[test]
fn seasons_change_nothing_where_no_month_is_chosen() {
    let room = room(BOTH);
    room.run("solve cool -q").code(0);
    let with = room.bytes("plans/cool");
    std::fs::remove_file(room.path("cool/seasons.csv")).expect("it is ours");
    room.run("solve cool -q --out plans/none").code(0);
    for (file, bytes) in room.bytes("plans/none") {
        // The summary names the month, the input and what follows from it.
        if file.ends_with(".csv") {
            assert_eq!(with[&file], bytes, "{file}");
        }
    }
}

#[test]
fn a_plan_of_the_peak_keeps_its_promises_in_every_month_and_one_of_the_mean_does_not() {
    let room = room(BOTH);
    for month in ["mean", "peak"] {
        room.run(&format!("solve cool -q --set planning.month={month} --out plans/{month}")).code(0);
    }
    for month in 1..=12 {
        let words = format!("evaluate cool --set planning.month={month} --json --plan plans/peak");
        room.run(&words).code(0);
    }
    let broken = room.run("evaluate cool --set planning.month=7 --json --plan plans/mean").code(7).json();
    assert_eq!(broken["promises"][0]["kept"], false);
    // A mean of 6 compressors on order in Madrid, 15.4 in July.
    let level = |month: &str| number(&room.rows(&format!("plans/{month}/stock.csv"))[0], "base_stock");
    assert!(level("peak") > level("mean"));
}

#[test]
fn the_peak_needs_more_work_than_an_outlet_has() {
    let room = room(NORTH);
    room.edit("cool/outlets.csv", "fixed_cost_per_year,", "fixed_cost_per_year,capacity_jobs_per_year,");
    room.edit("cool/outlets.csv", ",0,36.5", ",0,100,36.5");
    room.run("solve cool -q").code(0);
    // 60 × 18/7 = 154 jobs a year are more than 100.
    room.run("solve cool -q --set planning.month=peak").code(4);
    // A sweep gives the plan of each month, July without one.
    room.run("sweep cool --vary planning.month=6,7,8,mean -q").code(0);
    let rows = room.rows("sweeps/cool/runs.csv");
    assert_eq!(rows.len(), 4);
    assert_ne!(rows[0]["status"], rows[1]["status"]);
}

#[test]
fn a_season_of_a_country_or_a_product_goes_before_one_of_a_hemisphere() {
    let room = room("product,country,hemisphere,month,factor\n,,north,7,3\n,ES,,8,3\n");
    close(travel(&room, "8"), 7.0 * (60.0 * 18.0 / 7.0 + 30.0 + 12.0), 1e-12);
    room.write("cool/seasons.csv", "product,country,hemisphere,month,factor\n,ES,,8,3\ncooler,,,9,3\n");
    close(travel(&room, "9"), 7.0 * 102.0 * 18.0 / 7.0, 1e-12);
}

#[test]
fn check_ups_in_spring_prevent_failures_in_summer() {
    let room = room(NORTH);
    let head =
        "campaign,product,country,month,visits_per_unit,cost_per_visit,hours_per_visit,failure_reduction,months,on\n";
    room.write(
        "cool/campaigns.csv",
        &format!("{head}spring,cooler,ES,5,0.5,8,,0.2,2,yes\nautumn,cooler,ES,10,1,8,,0.2,2,no\n"),
    );
    let told = room.run("solve cool --json").code(0).json();
    // Half a visit to each of 1,000 coolers; that of autumn is not held.
    close(figure(&told["costs"], "campaign"), 4_000.0, 1e-12);
    // June and July lose a fifth: 1 − 0.2 × (6/7 + 18/7) / 12 = 1 − 0.2 × 2/7.
    let madrid = 60.0 * (1.0 - 0.4 / 7.0);
    close(figure(&told["costs"], "travel"), 7.0 * (madrid + 42.0), 1e-12);
    close(travel(&room, "7"), 7.0 * (60.0 * 18.0 / 7.0 * 0.8 + 42.0), 1e-12);
    close(travel(&room, "5"), 7.0 * (60.0 * 6.0 / 7.0 + 42.0), 1e-12);
    // With hours the visits are jobs: 500 a year, all of them in May.
    room.write("cool/campaigns.csv", &format!("{head}spring,cooler,ES,5,0.5,8,0.25,0.2,2,yes\n"));
    close(travel(&room, "mean"), 7.0 * (madrid + 42.0 + 500.0), 1e-12);
    close(travel(&room, "5"), 7.0 * (60.0 * 6.0 / 7.0 + 42.0 + 6_000.0), 1e-12);
    close(travel(&room, "7"), 7.0 * (60.0 * 18.0 / 7.0 * 0.8 + 42.0), 1e-12);
    let outlet = &room.rows("plans/mean/outlets.csv")[0];
    close(number(outlet, "load_hours_per_year"), madrid + 500.0 * 0.25, 1e-12);
}
