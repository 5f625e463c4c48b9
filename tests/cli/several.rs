//! Several scenarios in one command, and those that need not be solved again.

use serde_json::Value;

use crate::room::{Room, invented};

/// Small and two overlays of it.
fn three() -> Room {
    let room = Room::with("scenarios/small");
    room.write("overlays/dear/scenario.toml", "extends = \"../../small\"\n[stocking]\nholding_rate_per_year = 0.3\n");
    room.write("overlays/few/scenario.toml", "extends = \"../../small\"\n[limits]\noutlets = { max = 1 }\n");
    room.write("overlays/README.md", "Overlays of small.\n");
    room
}

fn unchanged(object: &Value) -> bool {
    object["unchanged"].as_bool().unwrap_or_else(|| panic!("{object:#} does not say whether it is unchanged"))
}

#[test]
fn a_pattern_means_the_scenarios_that_match_it_and_one_that_means_nothing_is_2() {
    let room = three();
    let told = room.run("solve overlays/* --json").code(0).json();
    let names: Vec<&str> =
        told["plans"].as_array().into_iter().flatten().filter_map(|plan| plan["scenario"].as_str()).collect();
    assert_eq!(names, ["dear", "few"], "the README is no scenario");
    for pattern in ["nothing/*", "overlays/README*", "overlays/[z]*"] {
        let ran = room.run(&format!("solve small {pattern} --out plans-of-all")).code(2);
        assert!(ran.err.contains(pattern) && ran.out.is_empty(), "{ran:?}");
    }
    assert!(!room.has("plans-of-all"), "nothing is solved before the command line is understood");
}

#[test]
fn two_scenarios_of_one_name_are_refused_and_one_named_twice_is_solved_once() {
    let room = three();
    room.write("other/few/scenario.toml", "extends = \"../../small\"\n");
    let ran = room.run("solve overlays/few other/few").code(2);
    assert!(ran.err.contains("plans/few/") && !room.has("plans"), "{ran:?}");
    let told = room.run("solve small small/scenario.toml --json").code(0).json();
    assert_eq!(told["plans"].as_array().map(Vec::len), Some(1));
}

#[test]
fn the_answer_is_the_same_for_any_number_of_jobs_and_in_the_order_of_the_arguments() {
    let room = three();
    room.write("poor/scenario.toml", "extends = \"../small\"\n[limits]\nbudget_per_year = 1\n");
    // What says how long it took, and the name of the folder, are not compared.
    let plain = |text: &str| -> String { text.lines().filter(|line| !line.starts_with("Verified")).collect() };
    let one = room.run("solve small poor overlays/dear overlays/few --jobs 1 --out one").code(4);
    let many = room.run("solve small poor overlays/dear overlays/few --jobs 4 --threads 3 --out many").code(4);
    assert_eq!((plain(&one.out), one.err), (plain(&many.out), many.err));
    for plan in ["small", "dear", "few"] {
        assert!(room.bytes(&format!("one/{plan}")) == room.bytes(&format!("many/{plan}")), "{plan}");
    }
    let places: Vec<_> = ["small: ", "dear: ", "few: "].iter().map(|name| one.out.find(name)).collect();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "{}", one.out);
}

#[test]
fn an_unchanged_scenario_is_not_solved_again_unless_it_is_forced() {
    let room = three();
    assert!(!unchanged(&room.run("solve small --json").code(0).json()));
    let before = room.bytes("plans/small");
    let told = room.run("solve small --json").code(0).json();
    assert!(unchanged(&told) && told["objective"] == 20000.0, "{told:#}");
    let ran = room.run("solve small").code(0);
    assert!(ran.err.contains("`small` is unchanged") && ran.err.lines().count() == 1 && ran.out.is_empty(), "{ran:?}");
    assert_eq!(room.run("solve small -q").code(0).err, "");
    assert!(!unchanged(&room.run("solve small --json --force").code(0).json()));
    assert!(room.bytes("plans/small") == before);
    // An order of words that means the same is the same input; another input is not.
    room.edit("small/scenario.toml", "circuity = 1", "circuity = 1.0");
    assert!(unchanged(&room.run("solve small --json").code(0).json()));
    assert!(!unchanged(&room.run("solve small --json --set travel.circuity=1.1").code(0).json()));
}

#[test]
fn what_the_input_hash_leaves_out_is_treated_each_by_itself() {
    let room = Room::new();
    invented(&room, "loose", 40, "gap = 0.2");
    let told = room.run("solve loose --json").code(0).json();
    let gap = told["gap"].as_f64().expect("a gap");
    assert!(gap > 1e-4 && gap <= 0.2, "{gap}: with other numbers this test tells nothing");
    // A gap that the plan has already reached asks for nothing new, and the answer speaks of the gap asked now.
    let told = room.run(&format!("solve loose --json --gap {}", gap * 1.01)).code(0).json();
    assert!(unchanged(&told) && told["status"] == "optimal" && told["gap_asked"] == gap * 1.01, "{told:#}");
    assert!(unchanged(&room.run("solve loose --json --time-limit 9s").code(0).json()), "it needed no more time");
    assert!(!unchanged(&room.run("solve loose --json --seed 7").code(0).json()), "another seed, another search");
    assert!(!unchanged(&room.run("solve loose --json").code(0).json()), "and back");
    let told = room.run(&format!("solve loose --json --gap {} --time-limit 0.001s", gap * 0.9)).json();
    assert!(!unchanged(&told), "a smaller gap asks for another search");
}

#[test]
fn a_plan_edited_by_hand_is_not_taken_for_unchanged() {
    for (file, from, to) in [
        ("plan.json", "\"lower_bound\": 20000.0", "\"lower_bound\": 19999.0"),
        ("stock.csv", "west,pump,4", "west,pump,5"),
        ("costs.csv", "3000", "3001"),
    ] {
        let room = Room::with("scenarios/small");
        room.run("solve small -q").code(0);
        let written = room.bytes("plans/small");
        room.edit(&format!("plans/small/{file}"), from, to);
        assert!(!unchanged(&room.run("solve small --json").code(0).json()), "{file}");
        assert!(room.bytes("plans/small") == written, "{file}: the plan is made anew");
        std::fs::remove_file(room.path(&format!("plans/small/{file}"))).expect("the room is ours");
        assert!(!unchanged(&room.run("solve small --json").code(0).json()), "{file} was gone");
    }
    // A plan whose figures fit because `evaluate` made them is not the answer of a search either.
    let room = Room::with("scenarios/small");
    room.run("solve small -q").code(0);
    room.edit("plans/small/stock.csv", "west,pump,4", "west,pump,5");
    room.run("evaluate small --plan plans/small --out plans/small").code(0);
    assert!(!unchanged(&room.run("solve small --json").code(0).json()));
}
