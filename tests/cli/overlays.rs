//! Scenarios that extend others.

use crate::room::{Room, close, figure};

#[test]
fn the_overlays_that_come_with_the_project_can_be_planned() {
    let room = Room::new();
    for scenario in ["europe-cars-labour-poland", "europe-cars-depot-closed", "europe-cars", "asia-appliances"] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios").join(scenario);
        let ran = room.run_on("check", &folder).code(0);
        assert!(ran.out.contains("can be planned (0 errors"), "{ran:?}");
    }
}

#[test]
fn a_chain_of_overlays_adds_up() {
    let room = Room::with("scenarios/small");
    // One: wages +10 % are 2 × 0.2/h: 250 h cost 500 more, and the technician's kilometre 0.44: 2 × 0.04 × 2,100 km = 168.
    room.write(
        "one/scenario.toml",
        "extends = \"../small\"\n[[change]]\ntable = \"countries\"\nscale = { labour_cost_per_hour = 1.1 }\n",
    );
    // Two: West costs 100 more a year.
    room.write(
        "two/scenario.toml",
        "extends = \"../one\"\n[[change]]\ntable = \"outlets\"\nwhere = { outlet = \"west\" }\n\
         add = { fixed_cost_per_year = 100 }\n",
    );
    // Three: a table of the overlay gives East's row another value, and the next change sees it.
    room.write(
        "three/scenario.toml",
        "extends = \"../two\"\nname = \"third\"\n[[change]]\ntable = \"outlets\"\nwhere = { outlet = [\"west\", \"east\"] }\n\
         add = { fixed_cost_per_year = 1 }\n",
    );
    room.write("three/outlets.csv", "outlet,fixed_cost_per_year\neast,2950\n");
    for (name, cost) in [("one", 20_668.0), ("two", 20_768.0), ("three", 20_720.0)] {
        let told = room.run(&format!("solve {name} --json")).code(0).json();
        close(figure(&told, "objective"), cost, 1e-9);
        assert_eq!(told["scenario"], if name == "three" { "third" } else { name });
    }
    assert!(room.has("plans/three/plan.json"), "a plan's folder has the name of the scenario's folder");
}

#[test]
fn an_overlay_s_targets_stand_in_the_place_of_the_base_s() {
    let room = Room::with("scenarios/small");
    room.write(
        "softer/scenario.toml",
        "extends = \"../small\"\n[[target]]\nmetric = \"fill_rate\"\nat_least = \"90%\"\n",
    );
    let told = room.run("solve softer --json").code(0).json();
    assert_eq!(told["promises"].as_array().map(Vec::len), Some(1));
    assert!(figure(&told, "objective") < 20_000.0);
}

#[test]
fn a_row_that_is_removed_leaves_the_network() {
    let room = Room::with("scenarios/small");
    room.write(
        "without-east/scenario.toml",
        "extends = \"../small\"\n[[change]]\ntable = \"outlets\"\nwhere = { outlet = \"east\" }\nremove = true\n",
    );
    // The README's least cost without East is that of Middle alone.
    let told = room.run("solve without-east --json").code(0).json();
    close(figure(&told, "objective"), 21_400.0, 1e-9);
}

#[test]
fn an_overlay_speaks_of_one_type_of_job_and_of_one_month() {
    let room = Room::with("scenarios/small");
    room.write("small/jobs.csv", "job\ncheck\n");
    room.write(
        "small/demand.csv",
        "region,part,units_per_year,repair_hours,job\nashby,pump,30,2,\nashby,,40,1,\nashby,,50,1,check\nderby,pump,30,2,\n",
    );
    room.write("small/seasons.csv", "product,month,factor\n,1,2\n,7,3\n");
    room.write("more/scenario.toml", "extends = \"../small\"\n[planning]\nmonth = 7\n");
    room.write("more/demand.csv", "region,part,job,units_per_year\nashby,,check,80\n");
    let jobs = |name: &str| {
        let told = room.run(&format!("solve {name} --json --force")).code(0).json();
        figure(&told["costs"], "labour") / 20.0
    };
    // Labour of a year at 20 EUR/h: 2·30 + 40 + 50 + 2·30 hours; the check-ups alone become 80. July is 12·3/15 of a month's mean.
    close(jobs("small"), 210.0, 1e-9);
    close(jobs("more"), 240.0 * 36.0 / 15.0, 1e-9);
    // July alone gets another factor: 12·1/13.
    room.write("more/seasons.csv", "product,month,factor\n,7,1\n");
    close(jobs("more"), 240.0 * 12.0 / 13.0, 1e-9);
}
