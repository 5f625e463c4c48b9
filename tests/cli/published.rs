//! Published problems whose optimum is known: capacitated facility location of the OR-Library, split sourcing.

use std::process::Command;

use crate::room::{Room, close, figure, shared, skipped};

#[test]
fn the_or_library_s_capacitated_problems_are_solved_to_their_published_optimum() {
    let Some(shared) = shared() else { return };
    let benchmarks = shared.join("benchmarks");
    let optima = std::fs::read_to_string(benchmarks.join("optima.csv")).expect("the optima are there");
    let room = Room::new();
    for instance in ["cap41", "cap64", "cap82", "cap101", "cap111", "cap124", "cap131", "cap134"] {
        let converted = Command::new("python3")
            .arg(benchmarks.join("to_scenario.py"))
            .arg("orlib-cap")
            .arg(benchmarks.join("orlib-cap").join(instance))
            .arg(room.path(instance))
            .args(["--capacitated", "--split"])
            .output();
        if !converted.is_ok_and(|output| output.status.success()) {
            skipped("python3");
            return;
        }
        let row = format!("orlib-cap,{instance},orlib-cap,--capacitated,");
        let row = optima.lines().find(|line| line.starts_with(&row)).expect("its optimum is published");
        let optimum: f64 = row.split(',').nth(5).and_then(|value| value.parse().ok()).expect("it is a number");
        let told = room.run(&format!("solve {instance} --json")).code(0).json();
        close(figure(&told, "objective"), optimum, 1e-6);
        close(figure(&told, "lower_bound"), optimum, 1e-6);
        room.run(&format!("verify {instance} --plan plans/{instance}")).code(0);
    }
}
