//! `simulate`: plans lived event by event.

use crate::room::{Room, figure, invented, number};

fn solved() -> Room {
    let room = Room::with("scenarios/small");
    room.run("solve small -q").code(0);
    room
}

#[test]
fn the_plan_of_small_keeps_its_promise_when_lived() {
    let room = solved();
    let words = "simulate small --plan plans/small --years 200";
    let ran = room.run(words).code(0);
    assert!(ran.out.contains("fill_rate: at least 0.95") && ran.out.contains("1 promise:"), "{}", ran.out);
    let told = room.run(&format!("{words} --json")).code(0).json();
    assert_eq!(told["holds"], true);
    let promise = &told["promises"][0];
    assert_eq!(promise["agrees"], true);
    let (low, high) = (figure(promise, "low"), figure(promise, "high"));
    assert!(low < 0.954_754 && 0.954_754 < high, "{promise}");
    assert_eq!(told["stock"], serde_json::json!({"rows": 4, "agreeing": 4}));
}

#[test]
fn a_plan_with_too_little_stock_is_found_broken() {
    let room = solved();
    room.edit("plans/small/stock.csv", "west,pump,4", "west,pump,2");
    let told = room.run("simulate small --plan plans/small --years 100 --json").code(7).json();
    assert_eq!(told["promises"][0]["verdict"], "broken");
    assert_eq!(told["holds"], false);
    let ran = room.run("simulate small --plan plans/small --years 100").code(7);
    assert!(ran.out.contains("BROKEN"), "{}", ran.out);
    // A promise with a penalty may be missed.
    room.edit("small/scenario.toml", "at_least = 0.95", "at_least = 0.95\npenalty = 10000");
    let told = room.run("simulate small --plan plans/small --years 100 --json").code(0).json();
    assert_eq!(told["promises"][0]["verdict"], "broken");
}

#[test]
fn two_runs_and_any_number_of_threads_write_the_same_files_beside_the_plan() {
    let room = Room::new();
    invented(&room, "two-echelons", 40, "gap = 0.5");
    room.run("solve two-echelons -q").code(0);
    let plan = room.bytes("plans/two-echelons");
    let words = "simulate two-echelons --plan plans/two-echelons --years 1 --replications 4 -q --lead-times";
    for how in ["constant", "uniform"] {
        room.run(&format!("{words} {how} --threads 1 --out one"));
        room.run(&format!("{words} {how} --threads 2 --out plans/two-echelons"));
        let (one, two) = (room.bytes("one"), room.bytes("plans/two-echelons"));
        assert_eq!(one.len(), 3);
        for (name, bytes) in &one {
            assert!(*bytes == two[name], "{name} is not the same with two threads");
        }
        for (name, bytes) in &plan {
            assert!(*bytes == two[name], "{name} of the plan was touched");
        }
    }
    room.run("verify two-echelons --plan plans/two-echelons").code(0);
    let rows = room.rows("one/simulation_stock.csv");
    assert!(rows.iter().any(|row| row["site"].starts_with('D') && number(row, "units_per_year") > 0.0));
}

#[test]
fn wrong_folders_and_wrong_words_are_refused() {
    let room = solved();
    assert!(room.run("simulate small --plan nowhere").code(8).err.contains("nowhere"));
    room.edit("plans/small/stock.csv", "west,pump", "wets,pump");
    let ran = room.run("simulate small --plan plans/small").code(3);
    assert!(ran.err.contains("did you mean `west`?"), "{}", ran.err);
    for words in ["--years 0", "--years nan", "--warm-up -1", "--replications 1", "--lead-times normal"] {
        assert!(room.run(&format!("simulate small --plan plans/small {words}")).code(2).err.contains("error"));
    }
}

#[test]
fn a_region_that_nobody_serves_breaks_a_rule_and_the_rest_is_lived() {
    let room = solved();
    room.edit("plans/small/assignments.csv", "barrow,west,1,0.8,40\n", "");
    let ran = room.run("simulate small --plan plans/small --years 10").code(7);
    assert!(ran.err.contains("barrow") && ran.out.contains("fill_rate"), "{}{}", ran.out, ran.err);
    let told = room.run("simulate small --plan plans/small --years 10 --json").code(7).json();
    assert!(told["breaches"][0]["message"].as_str().is_some_and(|text| text.contains("barrow")), "{told}");
}

#[test]
fn repair_shops_batches_and_outlets_that_help_each_other_are_lived() {
    let room = Room::new();
    invented(&room, "repairs", 40, "gap = 0.5");
    room.write("repairs/repairs.csv", "site,part,repair_share,repair_turnaround_days\nD1,,0.5,6\no0,pump,0.4,5\n");
    room.write("repairs/parts.csv", "part,unit_cost,order_quantity\npump,800,\nboard,3200,\nseal,40,6\n");
    room.write(
        "repairs/depots.csv",
        "depot,country,x_km,y_km,fixed_cost_per_year,supplier_lead_time_days,repair_servers\n\
         D1,XA,100,100,20000,20,9\nD2,XA,250,300,18000,20,\n",
    );
    invented(&room, "laterals", 40, "gap = 0.5\n[stocking]\nstockout = \"emergency\"\nemergency_cost_per_unit = 300");
    room.write("laterals/laterals.csv", "from,to,hours\no0,o10,4\no10,o0,4\no20,o0,6\n");
    for scenario in ["repairs", "laterals"] {
        room.run(&format!("solve {scenario} -q"));
        let words = format!("simulate {scenario} --plan plans/{scenario} --years 4 --warm-up 1 --json");
        let told = room.run(&words).json();
        assert_eq!(told["breaches"], serde_json::json!([]), "{scenario}");
        let promise = &told["promises"][0];
        let off = (figure(promise, "computed") - figure(promise, "simulated")).abs();
        assert!(off < 0.02, "{scenario}: {promise}");
    }
}
