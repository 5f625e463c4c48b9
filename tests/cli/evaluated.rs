//! `evaluate`: plans edited by hand.

use crate::room::{Room, close, figure};

fn solved() -> Room {
    let room = Room::with("scenarios/small");
    room.run("solve small -q --out edited").code(0);
    room
}

#[test]
fn a_shelf_lowered_by_one_breaks_the_promise() {
    let room = solved();
    room.edit("edited/stock.csv", "west,pump,4", "west,pump,3");
    let ran = room.run("evaluate small --plan edited").code(7);
    assert!(ran.err.contains("fill_rate") && ran.err.contains("broken"), "{}", ran.err);
    let told = room.run("evaluate small --plan edited --json").code(7).json();
    assert_eq!(told["promises"][0]["kept"], false);
    // e^−1/6 of 50 pumps are no longer met at once: 143.213 − 3.066 = 140.147 of 150.
    let less = (-1.0_f64).exp() / 6.0 * 50.0 / 150.0;
    close(figure(&told["promises"][0], "computed"), 0.954_754_027_559_305_3 - less, 1e-9);
    // A pump fewer is 200 less of holding cost.
    close(figure(&told, "cost_per_year"), 19_800.0, 1e-9);
}

#[test]
fn a_shelf_raised_by_one_costs_its_holding_and_is_verified() {
    let room = solved();
    room.edit("edited/stock.csv", "west,pump,4", "west,pump,5");
    let told = room.run("evaluate small --plan edited --out judged --json").code(0).json();
    close(figure(&told, "cost_per_year"), 20_200.0, 1e-9);
    assert_eq!(told["breaches"], serde_json::json!([]));
    assert_eq!(told["lower_bound"], serde_json::Value::Null, "nothing was optimised, nothing is proven");
    room.run("verify small --plan judged").code(0);
}

#[test]
fn decisions_alone_are_enough_for_an_evaluation() {
    let room = Room::with("scenarios/small");
    room.write("plan/outlets.csv", "outlet,open\nwest,yes\neast,true\n");
    room.write("plan/assignments.csv", "region,outlet\nashby,west\nbarrow,west\ncorby,east\nderby,east\n");
    room.write("plan/stock.csv", "site,part,base_stock\nwest,pump,4\nwest,board,2\neast,pump,4\neast,board,2\n");
    let told = room.run("evaluate small --plan plan --json").code(0).json();
    close(figure(&told, "objective"), 20_000.0, 1e-9);
}

#[test]
fn a_region_without_an_outlet_or_at_a_closed_one_breaks_a_rule() {
    let room = solved();
    room.edit("edited/assignments.csv", "barrow,west", "barrow,middle");
    let ran = room.run("evaluate small --plan edited").code(7);
    assert!(ran.err.contains("barrow") && ran.err.contains("middle") && ran.err.contains("closed"), "{}", ran.err);
    room.edit("edited/assignments.csv", "barrow,middle,1,0.8,40\n", "");
    let ran = room.run("evaluate small --plan edited").code(7);
    assert!(ran.err.contains("barrow"), "{}", ran.err);
}

#[test]
fn unknown_names_and_bad_numbers_are_refused_with_a_hint() {
    let room = solved();
    room.edit("edited/assignments.csv", "barrow,west", "barrow,wets");
    room.edit("edited/stock.csv", "east,pump,4", "east,pump,-4");
    for command in ["evaluate small --plan edited", "evaluate small --plan edited --out judged"] {
        let ran = room.run(command).code(3);
        assert!(ran.err.contains("unknown outlet `wets`") && ran.err.contains("did you mean `west`?"), "{}", ran.err);
        assert!(ran.err.contains("assignments.csv:3:8") && ran.err.contains("stock.csv:4"), "{}", ran.err);
    }
    assert!(!room.has("judged"));
}

#[test]
fn a_plan_that_is_not_there_is_a_matter_of_the_file_system() {
    let room = Room::with("scenarios/small");
    for command in ["evaluate small --plan nowhere", "verify small --plan nowhere"] {
        assert!(room.run(command).code(8).err.contains("nowhere"));
    }
}
