//! A history of demand is read, counted and told.

use crate::room::Room;

#[test]
fn a_check_tells_how_a_history_is_read_and_how_its_series_come() {
    let room = Room::with("tests/sound/everything");
    let told = room.run("check everything").code(0).out;
    let expected =
        "demand history: 2 series of 6 weeks (2 intermittent); forecast sba, distribution negative_binomial\n";
    assert!(told.ends_with(expected), "{told}");
    let object = room.run("check everything --json").code(0).json();
    let history = &object["demand_history"];
    assert_eq!((&history["series"], &history["periods"], &history["period"]), (&2.into(), &6.into(), &"week".into()));
    assert_eq!((&history["patterns"]["intermittent"], &history["patterns"]["silent"]), (&2.into(), &0.into()));
    assert_eq!((&history["forecast"], &history["drift"]), (&"sba".into(), &0.0.into()));
    let without = Room::with("scenarios/small").run("check small --json").code(0).json();
    assert!(without.get("demand_history").is_none());
}
