//! Same input, same bytes.

use crate::room::{Room, invented};

#[test]
fn two_runs_and_any_number_of_threads_write_the_same_bytes() {
    let room = Room::with("scenarios/small");
    invented(&room, "large", 300, "gap = 0.15\n[stocking]\nstockout = \"emergency\"\nemergency_cost_per_unit = 300");
    invented(&room, "middling", 60, "gap = 0.1");
    invented(&room, "split", 40, "gap = 0.1\nsourcing = \"split\"");
    for scenario in ["small", "large", "middling", "split"] {
        room.run(&format!("solve {scenario} -q --threads 1 --out one")).code(0);
        room.run(&format!("solve {scenario} -q --threads 2 --out two")).code(0);
        room.run(&format!("solve {scenario} -q --threads 2 --out again")).code(0);
        let (one, two, again) = (room.bytes("one"), room.bytes("two"), room.bytes("again"));
        assert_eq!(one.keys().collect::<Vec<_>>(), two.keys().collect::<Vec<_>>());
        for (name, bytes) in &one {
            assert!(*bytes == two[name], "{scenario}/{name} is not the same with two threads");
            assert!(*bytes == again[name], "{scenario}/{name} is not the same the second time");
        }
    }
}
