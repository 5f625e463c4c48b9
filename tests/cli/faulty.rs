//! Faulty scenarios are refused in words, and nothing is written.

use crate::room::{Room, folders};

#[test]
fn faulty_scenarios_are_refused_without_a_plan_and_without_a_panic() {
    let room = Room::new();
    for folder in folders("tests/faults") {
        let told = std::fs::read_to_string(folder.join("expected.txt")).expect("each fault has its words beside it");
        let code = if told.contains("error[") { 3 } else { 0 };
        let ran = room.run_on("check", &folder);
        assert_eq!(ran.code, code, "{}: {ran:?}", folder.display());
        assert!(!ran.err.contains("has a bug"), "{}: {ran:?}", folder.display());
        let object = room.run_on("check --json", &folder).code(code).json();
        assert_eq!(object["valid"], code == 0, "{}", folder.display());
        let diagnostics = object["diagnostics"].as_array().map_or(0, Vec::len);
        assert_eq!(object["count"], diagnostics, "{}", folder.display());
        assert!(diagnostics > 0, "{}", folder.display());
        if code == 3 {
            let ran = room.run_on("solve", &folder).code(3);
            assert!(!ran.err.contains("has a bug") && ran.err.contains("error["), "{}: {ran:?}", folder.display());
            assert_eq!(ran.out, "", "{}", folder.display());
            for command in ["evaluate --plan .", "verify --plan ."] {
                assert_eq!(room.run_on(command, &folder).code, 3, "{command} {}", folder.display());
            }
        }
    }
    assert!(room.bytes(".").is_empty() && !room.has("plans"), "nothing is written");
}
