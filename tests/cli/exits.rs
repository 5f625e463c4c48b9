//! Exit codes, and where plans are written.

use crate::room::{Room, figure, invented};

#[test]
fn misuse_of_the_command_line_is_2() {
    let room = Room::with("scenarios/small");
    for words in [
        "",
        "plan small",
        "solve",
        "solve small --threads 0",
        "solve small --time-limit soon",
        "solve small --time-limit 0s",
        "solve small --seed one",
        "solve small --no-such-option",
        "verify small",
        "evaluate small",
        "init",
        "completions",
        "completions dos",
    ] {
        let ran = room.run(words).code(2);
        assert!(ran.out.is_empty() && !ran.err.is_empty(), "{words}: {ran:?}");
    }
    assert!(!room.has("plans"));
}

#[test]
fn settings_that_mean_nothing_are_3() {
    let room = Room::with("scenarios/small");
    for (words, told) in [
        ("--gap abc", "planning.gap"),
        ("--gap 150%", "between 0 and 1"),
        ("--set planning.gapp=0.1", "did you mean"),
        ("--set planning", "key=value"),
        ("--set limits.outlets.min=4", "at least 4"),
        ("--set travel.speed_kmh=-5", "greater than 0"),
        ("--set travel.speed_kmh=nan", "travel.speed_kmh"),
    ] {
        let ran = room.run(&format!("solve small {words}")).code(3);
        assert!(ran.err.contains(told) && ran.err.contains("--set"), "{words}: {}", ran.err);
    }
    let object = room.run("solve small --json --gap abc").code(3).json();
    assert_eq!(object["status"], "invalid");
    assert!(!room.has("plans"));
}

#[test]
fn a_plan_with_a_gap_left_is_kept_with_a_bound_that_holds_and_told_by_5() {
    let room = Room::new();
    invented(&room, "hasty", 60, "gap = 0");
    let told = room.run("solve hasty --time-limit 0.001s --json").code(5).json();
    let best = room.run("solve hasty --gap 5% --out best --json").code(0).json();
    assert_eq!(told["status"], "feasible");
    assert!(figure(&told, "lower_bound") <= figure(&best, "objective"), "the bound of the short run still holds");
    assert!(figure(&best, "lower_bound") <= figure(&told, "objective"));
    assert!(figure(&told, "gap") > 0.0);
    room.run("verify hasty --plan plans/hasty").code(0);
    let ran = room.run("solve hasty --time-limit 0.001s").code(5);
    assert!(ran.err.contains("time limit") && ran.out.contains("Verified"), "{ran:?}");
}

#[test]
fn a_plan_found_with_another_gap_seed_or_time_limit_is_verified_all_the_same() {
    let room = Room::with("scenarios/small");
    room.run("solve small -q --gap 10% --seed 7 --time-limit 50s").code(0);
    room.run("verify small --plan plans/small").code(0);
    // What the problem is makes a difference.
    room.run("verify small --plan plans/small --set planning.sourcing=\"split\"").code(7);
}

#[test]
fn a_folder_with_other_things_in_it_is_not_touched_and_told_by_8() {
    let room = Room::with("scenarios/small");
    room.write("mine/thesis.txt", "years of work");
    let ran = room.run("solve small --out mine").code(8);
    assert!(ran.err.contains("something else than a plan"), "{}", ran.err);
    assert_eq!(room.read("mine/thesis.txt"), "years of work");
    assert_eq!(room.bytes("mine").len(), 1);
    // A scenario is somebody's work too.
    let before = room.bytes("small");
    room.run("solve small --out small").code(8);
    assert!(room.bytes("small") == before);
    // A folder cannot lie in a file.
    room.run("solve small --out mine/thesis.txt/plan").code(8);
    room.run("solve small --out mine/thesis.txt").code(8);
    assert_eq!(room.read("mine/thesis.txt"), "years of work");
    // No half-written folder is left behind.
    assert_eq!(std::fs::read_dir(room.path(".")).expect("the room is ours").count(), 2);
}

#[test]
fn a_scenario_that_is_not_there_is_told_by_8() {
    let room = Room::new();
    for words in ["solve nowhere", "check nowhere", "verify nowhere --plan .", "evaluate nowhere --plan ."] {
        assert!(room.run(words).code(8).err.contains("nowhere"));
    }
}

#[test]
fn an_older_plan_is_replaced_whole() {
    let room = Room::with("scenarios/small");
    room.run("solve small -q").code(0);
    let first = room.bytes("plans/small");
    room.write("plans/small/left-over.csv", "from an older version\n");
    room.run("solve small -q --force").code(0);
    assert!(room.bytes("plans/small") == first);
    assert_eq!(std::fs::read_dir(room.path("plans")).expect("it is there").count(), 1, "nothing is left beside it");
}

#[test]
fn several_scenarios_have_a_folder_each_and_the_worst_code() {
    let room = Room::with("scenarios/small");
    room.write("dear/scenario.toml", "extends = \"../small\"\n[stocking]\nholding_rate_per_year = 0.3\n");
    room.write("poor/scenario.toml", "extends = \"../small\"\n[limits]\nbudget_per_year = 1\n");
    room.run("solve small dear -q").code(0);
    assert!(room.has("plans/small/plan.json") && room.has("plans/dear/plan.json"));
    let told = room.run("solve small dear --out both --json").code(0).json();
    assert_eq!(told["plans"].as_array().map(Vec::len), Some(2));
    assert!(room.has("both/small/plan.json") && room.has("both/dear/plan.json"));
    room.run("solve small --out alone -q").code(0);
    assert!(room.has("alone/plan.json"));
    let told = room.run("solve small poor nowhere --out three --json").code(8).json();
    let statuses: Vec<_> = told["plans"].as_array().into_iter().flatten().map(|plan| plan["status"].clone()).collect();
    assert_eq!(statuses, ["optimal", "infeasible", "file_system"]);
    assert!(room.has("three/small") && !room.has("three/poor"));
}

#[test]
fn a_quiet_run_says_nothing_and_a_json_run_one_object() {
    let room = Room::with("scenarios/small");
    let ran = room.run("solve small -q").code(0);
    assert_eq!((ran.out.as_str(), ran.err.as_str()), ("", ""));
    let ran = room.run("solve small --json").code(0);
    assert_eq!(ran.err, "");
    let told = ran.json();
    let fields = ["scenario", "status", "objective", "lower_bound", "gap", "costs", "open_outlets", "open_depots"];
    for field in fields.into_iter().chain(["promises", "seed", "version", "input_hash", "solve_seconds", "threads"]) {
        assert!(!told[field].is_null(), "`{field}` is missing");
    }
    let kept: serde_json::Value = serde_json::from_str(&room.read("plans/small/plan.json")).expect("it is JSON");
    assert_eq!(kept["solve_seconds"], serde_json::Value::Null, "no clock in a plan's files");
    assert_eq!(kept["objective"], told["objective"]);
}
