//! Sweeps: every row is the scenario it says, whatever ended the sweep before it was done.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, SystemTime};

use crate::room::{Room, figure, number};

const WAGE: &str =
    "[[change]]\ntable = \"countries\"\nwhere = { country = \"XA\" }\nscale = { labour_cost_per_hour = $wage }\n";

#[test]
fn a_row_has_the_figures_of_the_scenario_solved_alone() {
    let room = Room::with("scenarios/small");
    room.write("wage.toml", WAGE);
    room.run("sweep small --vary wage=1,1.5 --vary target.1.at_least=0.9,95% --change wage.toml --plans").code(0);
    let rows = room.rows("sweeps/small/runs.csv");
    let varied: Vec<(&str, &str)> =
        rows.iter().map(|row| (row["wage"].as_str(), row["target.1.at_least"].as_str())).collect();
    assert_eq!(varied, [("1", "0.9"), ("1", "95%"), ("1.5", "0.9"), ("1.5", "95%")]);
    for row in &rows {
        let folder = format!("alone-{}", row["run"]);
        // The same as an overlay, written by hand.
        let (wage, level) = (&row["wage"], row["target.1.at_least"].replace("95%", "0.95"));
        room.write(
            &format!("{folder}/scenario.toml"),
            &format!(
                "extends = \"../small\"\nname = \"small\"\n{}\n[[target]]\nmetric = \"fill_rate\"\nscope = \"network\"\nat_least = {level}\n",
                WAGE.replace("$wage", wage)
            ),
        );
        let told = room.run(&format!("solve {folder} --json")).code(0).json();
        assert_eq!(told["input_hash"], row["input_hash"], "it is the same scenario");
        for field in ["objective", "lower_bound", "cost_per_year"] {
            assert_eq!(figure(&told, field), number(row, field), "{field} of {row:?}");
        }
        assert_eq!(told["costs"]["holding"], number(row, "holding"));
        assert_eq!(told["promises"][0]["computed"], number(row, "promise_1_fill_rate"));
        assert_eq!(told["open_outlets"].as_array().map(Vec::len), row["open_outlets"].parse().ok());
        assert!(room.bytes(&format!("sweeps/small/{}", row["plan"])) == room.bytes(&format!("plans/{folder}")));
    }
    // 8 pumps worth 800 and 4 boards worth 3,200, as the README of small says.
    assert_eq!(number(&rows[1], "stock_value"), 19200.0);
}

#[test]
fn a_row_without_a_plan_says_so_and_why() {
    let room = Room::with("scenarios/small");
    let told = room.run("sweep small --vary limits.budget_per_year=19999,20001 --json").code(0).json();
    assert_eq!((&told["runs"][0]["status"], &told["runs"][1]["status"]), (&"infeasible".into(), &"optimal".into()));
    assert!(told["runs"][0]["reason"].as_str().is_some_and(|reason| reason.contains("19999")), "{told:#}");
    let rows = room.rows("sweeps/small/runs.csv");
    assert_eq!((rows[0]["status"].as_str(), rows[0]["objective"].as_str()), ("infeasible", ""));
    assert_eq!(number(&rows[1], "objective"), 20000.0);
}

/// When each record was written.
fn records(room: &Room, sweep: &str) -> BTreeMap<String, SystemTime> {
    let Ok(entries) = std::fs::read_dir(room.path(&format!("{sweep}/runs"))) else { return BTreeMap::new() };
    let entry = |entry: std::fs::DirEntry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        Some((name, entry.metadata().ok()?.modified().ok()?))
    };
    let records = entries.filter_map(|found| entry(found.ok()?));
    records.filter(|(name, _)| !name.starts_with('.')).collect()
}

#[test]
fn a_sweep_of_200_runs_that_is_killed_goes_on_without_loss_and_solves_nothing_twice() {
    let room = Room::with("scenarios/small");
    let rates: Vec<String> = (0..20).map(|step| format!("0.{}", 200 + 5 * step)).collect();
    let words = format!(
        "sweep small -q --vary stocking.holding_rate_per_year={} --vary target.1.at_least=0.9,0.91,0.92,0.93,0.94,0.95,0.96,0.97,0.98,0.99",
        rates.join(",")
    );
    room.run(&format!("{words} --out whole --jobs 3")).code(0);
    for (cut, least) in [("early", 1), ("late", 90)] {
        let mut child = Command::new(assert_cmd::cargo::cargo_bin!("sparenet"))
            .current_dir(room.path("."))
            .args(format!("{words} --out {cut} --jobs 1").split_whitespace())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it starts");
        // The process cannot know that it will be killed: no handler runs.
        while records(&room, cut).len() < least && child.try_wait().expect("it is ours").is_none() {
            sleep(Duration::from_millis(1));
        }
        child.kill().expect("it is ours");
        child.wait().expect("it is ours");
        let before = records(&room, cut);
        assert!(before.len() >= least && before.len() < 200, "{cut}: {} records", before.len());
        assert!(!room.has(&format!("{cut}/runs.csv")), "{cut}: the table comes last");
        let told = room.run(&format!("{} --out {cut} --jobs 2 --json", words.replace(" -q", ""))).code(0).json();
        assert_eq!(told["known_before"], before.len());
        let after = records(&room, cut);
        assert_eq!(after.len(), 200);
        assert!(before.iter().all(|(name, written)| after[name] == *written), "{cut}: a run was made twice");
        assert_eq!(room.read(&format!("{cut}/runs.csv")), room.read("whole/runs.csv"), "{cut}");
    }
    // A record that was torn is made again.
    let torn = records(&room, "early").into_keys().next().expect("there are 200");
    let record = room.read(&format!("early/runs/{torn}"));
    room.write(&format!("early/runs/{torn}"), &record[..record.len() / 2]);
    let told = room.run(&format!("{} --out early --json", words.replace(" -q", ""))).code(0).json();
    assert_eq!(told["known_before"], 199);
    assert_eq!(room.read(&format!("early/runs/{torn}")), record);
    assert_eq!(room.read("early/runs.csv"), room.read("whole/runs.csv"));
}

#[test]
fn a_record_counts_for_just_what_it_was_made_of() {
    let room = Room::with("scenarios/small");
    let known = |words: &str| {
        let told = room.run(&format!("sweep small --vary limits.outlets.max=1,2,3 --json {words}")).code(0).json();
        told["known_before"].as_u64().expect("a number")
    };
    assert_eq!((known(""), known("")), (0, 3));
    assert_eq!(known("--vary planning.time_limit_seconds=50,60"), 6, "a search that ends by itself is the same");
    assert_eq!((known("--seed 2"), known("--gap 1%"), known("--plans"), known("--plans")), (0, 0, 0, 3));
    std::fs::remove_dir_all(room.path("sweeps/small/plans")).expect("the room is ours");
    assert_eq!((known("--plans"), known("")), (0, 3), "plans that went are made again");
    // More runs in the grid leave those that are done as they are.
    let told = room.run("sweep small --vary limits.outlets.max=0,1,2,3 --json").code(0).json();
    assert_eq!(told["known_before"], 3);
    room.edit("small/outlets.csv", "3000", "3100");
    assert_eq!(known(""), 0, "another input");
}

#[test]
fn a_list_is_run_as_it_stands_and_a_blank_leaves_a_key_alone() {
    let room = Room::with("scenarios/small");
    room.write("wage.toml", WAGE);
    room.write("list.csv", "wage,limits.outlets.max,stocking.stockout\n1,,\n2,1,backorder\n");
    room.run("sweep small --list list.csv --change wage.toml").code(0);
    let rows = room.rows("sweeps/small/runs.csv");
    assert_eq!(rows.len(), 2);
    assert_eq!(number(&rows[0], "objective"), 20000.0, "wage x 1, any number of outlets: small itself");
    assert_eq!((rows[1]["open_outlets"].as_str(), number(&rows[1], "labour")), ("1", 10000.0));
    room.write("list.csv", "wage\n1,2\n");
    assert!(room.run("sweep small --list list.csv --change wage.toml").code(3).err.contains("list.csv:2"));
}

#[test]
fn nothing_is_solved_before_every_row_is_known_to_be_a_scenario() {
    let room = Room::with("scenarios/small");
    room.write("wage.toml", WAGE);
    room.write("name.toml", "name = \"other\"\ntarget = $x\n");
    for (words, code, told) in [
        ("--vary travel.max_hours=2,-1,0", 3, "run 2 (travel.max_hours=-1)"),
        ("--vary travel.maxhours=2", 3, "did you mean `max_hours`?"),
        ("--vary wage=1 --vary other=2 --change wage.toml", 3, "unknown key `other`"),
        ("--vary travel.max_hours=2 --change wage.toml", 3, "wage.toml:4:34"),
        ("--vary target.2.at_least=0.9", 3, "the scenario has one"),
        ("--vary target.1=0.9", 3, "is a table"),
        ("--vary target=0.9", 3, "named by its number"),
        ("--vary target.1.at_least=1.5", 3, "at_least"),
        ("--vary x=1 --change name.toml", 3, "own folder"),
        ("--vary wage=x --change wage.toml", 3, "wage.toml:4"),
        ("--vary gap=1", 2, "runs.csv already"),
        ("--vary travel.max_hours=1,1", 2, "each value once"),
        ("--vary travel.max_hours=1 --vary travel.max_hours=2", 2, "varied twice"),
        ("", 2, "nothing varies"),
        ("--list nowhere.csv", 8, "nowhere.csv"),
        ("--vary wage=1 --change nowhere.toml", 8, "nowhere.toml"),
        ("--vary travel.max_hours=2 --out small", 8, "somebody's work"),
    ] {
        let ran = room.run(&format!("sweep small {words}")).code(code);
        assert!(ran.err.contains(told) && ran.out.is_empty(), "{words}: {ran:?}");
    }
    assert!(room.run("sweep nowhere --vary travel.max_hours=2").code(8).err.contains("nowhere"));
    assert!(!room.has("sweeps"));
}
