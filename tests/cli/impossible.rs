//! Scenarios that no plan can keep: the answer says which rule, which regions, which numbers.

use crate::room::{Room, folders};

/// Folder, rule, and words that the diagnosis must hold.
const CASES: &[(&str, &str, &[&str])] = &[
    ("budget-below-the-least-cost", "budget", &["19000", "20000"]),
    ("capacity-does-not-divide", "capacity", &["capacities of outlets"]),
    ("capacity-short", "capacity", &["120", "150", "capacity_jobs_per_year"]),
    ("no-depot", "replenishment", &["no depot", "`west`"]),
    ("out-of-reach", "reach", &["`barrow`", "0.7 h", "0.8", "`west`"]),
    ("region-too-large", "capacity", &["`derby`", "`east`", "50.0 jobs", "45.0", "split"]),
    ("repairs-beyond-the-servers", "capacity", &["3 servers", "6.16", "repair_servers"]),
    ("response-impossible", "target", &["mean_response_hours", "0.1", "0.1200"]),
    ("target-impossible", "target", &["coverage", "0.9", "0.6000", "`barrow`", "`corby`"]),
    ("too-few-outlets", "limits", &["limits.outlets", "at most 1"]),
];

#[test]
fn a_scenario_without_a_plan_is_told_why_by_rule_name_and_number() {
    let names: Vec<String> = folders("tests/infeasible")
        .iter()
        .map(|folder| folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default())
        .collect();
    assert_eq!(names, CASES.iter().map(|case| case.0).collect::<Vec<_>>(), "each folder has its words and the reverse");
    let room = Room::new();
    let mut wrong = Vec::new();
    for (folder, (name, rule, words)) in folders("tests/infeasible").iter().zip(CASES) {
        let ran = room.run_on("solve", folder);
        let missing: Vec<_> = words.iter().filter(|word| !ran.err.contains(**word)).collect();
        if ran.code != 4 || !missing.is_empty() || !ran.out.is_empty() {
            wrong.push(format!("{name}: code {}, without {missing:?}:\n{}{}", ran.code, ran.err, ran.out));
        }
        let ran = room.run_on("solve --json", folder);
        let object = ran.json();
        let findings = object["findings"].as_array().cloned().unwrap_or_default();
        let found = findings.iter().any(|finding| finding["rule"] == *rule && finding["hint"] != "");
        if ran.code != 4 || object["status"] != "infeasible" || !found {
            wrong.push(format!("{name}: code {}: {object:#}", ran.code));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(room.bytes(".").is_empty(), "nothing is written");
}

#[test]
fn a_check_warns_of_regions_out_of_reach_and_of_capacity_that_is_short() {
    let room = Room::new();
    for (name, code, word) in
        [("out-of-reach", "W11", "`barrow`"), ("capacity-short", "W12", "150"), ("region-too-large", "W12", "`derby`")]
    {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/infeasible").join(name);
        let ran = room.run_on("check", &folder).code(0);
        assert!(ran.err.contains(code) && ran.err.contains(word), "{ran:?}");
    }
}

#[test]
fn an_infeasible_scenario_leaves_an_earlier_plan_as_it_was() {
    let room = Room::with("scenarios/small");
    room.run("solve small -q").code(0);
    let before = room.bytes("plans/small");
    room.run("solve small -q --set limits.budget_per_year=100").code(4);
    assert!(room.bytes("plans/small") == before);
}

#[test]
fn a_region_out_of_reach_is_told_the_hours_of_its_nearest_way_as_measured_and_not_as_the_crow_flies() {
    let room = Room::new();
    // A strait between them: ten minutes in a straight line, five hours round it.
    room.write(
        "strait/scenario.toml",
        "name = \"strait\"\n[travel]\nmetric = \"planar\"\nspeed_kmh = 60\nmax_hours = 2\n",
    );
    room.write("strait/regions.csv", "region,x_km,y_km\nhere,0,0\nover,10,0\n");
    room.write("strait/outlets.csv", "outlet,x_km,y_km,fixed_cost_per_year\nshop,0,0,100\n");
    room.write("strait/demand.csv", "region,units_per_year\nhere,10\nover,10\n");
    room.write("strait/lanes.csv", "from,to,hours\nshop,over,5.01\n");
    let told = room.run("solve strait").code(4).err;
    assert!(told.contains("raise `travel.max_hours` to 5.1: its nearest candidate is `shop`"), "{told}");
}
