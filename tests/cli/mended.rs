//! What-ifs that begin from a plan at hand.

use crate::room::{Room, close, figure};

/// `small` with its plan, and an overlay in which East is closed: 21,400 a year (`overlays`), where `small` costs 20,000.
fn room() -> Room {
    let room = Room::with("scenarios/small");
    room.run("solve small").code(0);
    room.write(
        "closed/scenario.toml",
        "extends = \"../small\"\n[[change]]\ntable = \"outlets\"\nwhere = { outlet = \"east\" }\n\
         set = { status = \"closed\" }\n",
    );
    room
}

#[test]
fn a_plan_at_hand_is_mended_and_its_bound_carried_over_where_that_is_close_enough() {
    let room = room();
    let told = room.run("solve closed --from plans/small --gap 25% --json").code(0).json();
    // Whatever is planned without East could be planned with it: no plan costs less than 20,000. The best one costs 21,400.
    close(figure(&told, "lower_bound"), 20_000.0, 1e-9);
    assert!(figure(&told, "objective") >= 21_400.0 - 1e-6, "{told}");
    room.run("verify closed --plan plans/closed").code(0);
}

#[test]
fn a_plan_that_cannot_be_proven_as_closely_as_is_asked_is_solved_from_nothing() {
    let room = room();
    let told = room.run("solve closed --from plans/small --json").code(0);
    assert!(told.err.contains("solved from nothing"), "{told:?}");
    close(figure(&told.json(), "objective"), 21_400.0, 1e-9);
    // More demand is no restriction: the bound of the plan at hand says nothing.
    room.write(
        "busier/scenario.toml",
        "extends = \"../small\"\n[[change]]\ntable = \"demand\"\nscale = { units_per_year = 0.5 }\n",
    );
    let told = room.run("solve busier --from plans/small --gap 90%").code(0);
    assert!(told.err.contains("solved from nothing"), "{told:?}");
}

#[test]
fn a_plan_without_its_scenario_is_told_of() {
    let room = room();
    room.edit("small/scenario.toml", "holding_rate_per_year = 0.25", "holding_rate_per_year = 0.26");
    let told = room.run("solve closed --from plans/small").code(0);
    assert!(told.err.contains("holds `small` as it was when the plan was made"), "{told:?}");
}
