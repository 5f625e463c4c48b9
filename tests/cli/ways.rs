//! Packaging, the way back of defective units, and repair or discard, through the command line.
//!
//! A region asks its outlet for 100 units of p a year (200 each, a tenth of it duty); the depot sends them for 3 each in 2
//! days and orders them from the supplier in 20.

use crate::room::{Room, close, figure, number};

const PARTS: &str = "part,unit_cost,weight_kg";

fn room(parts: &str, settings: &str) -> Room {
    let room = Room::new();
    for (file, text) in [
        ("regions.csv", "region\nr\n"),
        ("countries.csv", "country,duty_rate\nDE,0.1\n"),
        ("demand.csv", "region,part,units_per_year\nr,p,100\n"),
        ("parts.csv", parts),
        ("outlets.csv", "outlet,country,fixed_cost_per_year\no,DE,0\n"),
        ("depots.csv", "depot,country,fixed_cost_per_year,supplier_lead_time_days\nd,DE,0,20\n"),
        ("lanes.csv", "from,to,hours,cost_per_unit,lead_time_days\no,r,0,,\nd,o,,3,2\n"),
        ("packaging.csv", PACKAGING),
    ] {
        room.write(&format!("way/{file}"), text);
    }
    let head = "name = \"way\"\n[travel]\nlanes = \"listed\"\n";
    let target = "[[target]]\nmetric = \"fill_rate\"\nat_least = 0.9\n";
    room.write("way/scenario.toml", &format!("{head}{settings}{target}"));
    room
}

const PACKAGING: &str = "packaging,cost_per_unit,weight_factor,damage_share,omission_share,second_shipment_cost\n\
                         carton,0.5,1.5,0.2,0.04,25\ncrate,4,2,0,0,\n";

fn costs(room: &Room, words: &str) -> serde_json::Value {
    let told = room.run(&format!("solve way --json {words}")).code(0).json();
    close(figure(&told, "lower_bound"), figure(&told, "objective"), 1e-6);
    room.run(&format!("verify way --plan plans/way {words}")).code(0);
    told
}

#[test]
fn what_is_damaged_is_packed_sent_and_paid_duty_for_again() {
    let room = room(&format!("{PARTS}\np,200,1\n"), "[replenishment]\npackaging = \"carton\"\n");
    let told = costs(&room, "");
    // 1 / (1 − 0.2) = 1.25 sendings of each of 100 units.
    close(figure(&told["costs"], "freight"), 375.0, 1e-12);
    // Packing 125 times 0.5; 4 units lack something, 25 each.
    close(figure(&told["costs"], "packaging"), 162.5, 1e-12);
    close(figure(&told["costs"], "damage"), 25.0 * 200.0, 1e-12);
    close(figure(&told["costs"], "duty"), 125.0 * 20.0, 1e-12);
    close(number(&room.rows("plans/way/replenishment.csv")[0], "lead_time_days"), 2.5, 1e-12);
    // The crate loses nothing and leaves nothing out.
    let crate_ = costs(&room, "--set replenishment.packaging=crate");
    close(figure(&crate_["costs"], "packaging"), 400.0, 1e-12);
    close(figure(&crate_["costs"], "freight"), 300.0, 1e-12);
    assert!(crate_["costs"].get("damage").is_none());
    assert!(figure(&crate_, "objective") < figure(&told, "objective"));
}

#[test]
fn a_depot_has_to_be_able_to_send_what_is_damaged_again() {
    let room = room(&format!("{PARTS}\np,200,1\n"), "[replenishment]\npackaging = \"carton\"\n");
    // 100 units arrive, 125 are sent.
    let depot = |most: u32| {
        let row = format!("d,DE,0,20,{most}\n");
        room.write(
            "way/depots.csv",
            &format!("depot,country,fixed_cost_per_year,supplier_lead_time_days,capacity_units_per_year\n{row}"),
        );
    };
    depot(126);
    costs(&room, "");
    close(number(&room.rows("plans/way/depots.csv")[0], "load_units_per_year"), 125.0, 1e-12);
    depot(124);
    room.run("solve way -q --out none").code(4);
    room.run("verify way --plan plans/way").code(7);
}

#[test]
fn damage_lengthens_the_way_as_a_longer_lane_would_and_the_depot_orders_what_it_sends_again() {
    let damaged = room(&format!("{PARTS}\np,200,1\n"), "[replenishment]\npackaging = \"carton\"\n");
    damaged.edit("way/lanes.csv", ",3,2", ",3,20");
    let longer = room(&format!("{PARTS}\np,200,1\n"), "");
    longer.edit("way/lanes.csv", ",3,2", ",3,25");
    // 1.25 × 100 units a year under way from the supplier for 20 days are as many as 100 for 25.
    longer.edit("way/depots.csv", "d,DE,0,20", "d,DE,0,25");
    damaged.run("solve way -q").code(0);
    longer.run("solve way -q").code(0);
    // But for how it was found: sendings of one unit follow one another.
    let found = damaged.read("plans/way/stock.csv");
    assert_eq!(found.replace(",approximate,", ",exact,"), longer.read("plans/way/stock.csv"));
    let lived = damaged.run("simulate way --plan plans/way --years 300 --json").code(0).json();
    assert_eq!(lived["promises"][0]["agrees"], true, "{}", lived["promises"][0]);
}

#[test]
fn the_units_on_order_of_a_depot_are_those_that_it_sends_the_first_time_and_again() {
    let room = room(
        &format!("{PARTS},repair_share,repair_turnaround_days\np,200,1,0.5,10\n"),
        "[replenishment]\npackaging = \"carton\"\n",
    );
    for (file, text) in [
        ("outlets.csv", "outlet,open\no,true\n"),
        ("depots.csv", "depot,open\nd,true\n"),
        ("assignments.csv", "region,outlet\nr,o\n"),
        ("replenishment.csv", "outlet,depot\no,d\n"),
        ("stock.csv", "site,part,base_stock\no,p,1\nd,p,4\n"),
    ] {
        room.write(&format!("given/{file}"), text);
    }
    // Half of what is asked is repaired in 10 days, half ordered in 20, and a quarter is ordered again: 100 × (0.75·20 + 0.5·10) / 365.
    let mean: f64 = 100.0 * 20.0 / 365.0;
    let poisson = |n: i32| (-mean).exp() * mean.powi(n) / (1..=n).fold(1.0, |product, n| product * f64::from(n));
    room.run("evaluate way --plan given --out judged").code(7);
    room.run("verify way --plan judged").code(7);
    let rows = room.rows("judged/stock.csv");
    let of = |site: &str| rows.iter().find(|row| row["site"] == site).expect("the shelf is there");
    close(number(of("d"), "fill_rate"), (0..=3).map(poisson).sum(), 1e-9);
    let owed: f64 = (5..80).map(|n| f64::from(n - 4) * poisson(n)).sum();
    close(number(of("d"), "expected_backorders"), owed, 1e-9);
    // What it owes, and 1.25 × 2 days of transport: all that is out beyond the one on the shelf waits.
    let transport: f64 = 100.0 * 2.5 / 365.0;
    let none_out = (0..=4).map(poisson).sum::<f64>() * (-transport).exp();
    close(number(of("o"), "expected_backorders"), owed + transport - 1.0 + none_out, 1e-9);
}

#[test]
fn a_packed_unit_weighs_more_and_without_a_price_a_second_shipment_is_another_freight() {
    let weighed = "[replenishment]\npackaging = \"carton\"\ncost_per_kg_km = 0.01\ncost_per_shipment = 1\n";
    let room = room(&format!("{PARTS}\np,200,2\n"), weighed);
    room.write("way/lanes.csv", "from,to,hours,distance_km,lead_time_days\no,r,0,0,\nd,o,,100,2\n");
    room.write("way/packaging.csv", "packaging,weight_factor,omission_share\ncarton,1.5,0.1\n");
    let told = costs(&room, "");
    // 2 kg × 1.5 × 100 km × 0.01 + 1 = 4 a unit; a tenth of them lack something.
    close(figure(&told["costs"], "freight"), 400.0, 1e-12);
    close(figure(&told["costs"], "packaging"), 40.0, 1e-12);
}

#[test]
fn half_of_the_units_go_back_at_twice_the_freight() {
    let room = room(&format!("{PARTS},return_share,return_cost_factor\np,200,1,0.5,2\n"), "");
    let told = costs(&room, "");
    close(figure(&told["costs"], "return_freight"), 300.0, 1e-12);
    let outlet = &room.rows("plans/way/outlets.csv")[0];
    close(number(outlet, "return_freight"), 300.0, 1e-12);
    // An outlet that repairs two fifths sends three fifths of them.
    room.write("way/repairs.csv", "site,part,repair_share\no,p,0.4\n");
    let told = costs(&room, "");
    close(figure(&told["costs"], "return_freight"), 180.0, 1e-12);
}

#[test]
fn the_way_back_and_packing_choose_the_depot_and_the_bound_knows_them() {
    // From the far depot a unit costs 1 less on its way out; packing makes no difference, the way back takes it all again.
    let room = room(&format!("{PARTS},return_share,return_cost_factor\np,200,1,0,\n"), "");
    room.write(
        "way/depots.csv",
        "depot,country,fixed_cost_per_year,supplier_lead_time_days\nd,DE,100,20\nfar,DE,0,20\n",
    );
    room.write("way/lanes.csv", "from,to,hours,cost_per_unit,lead_time_days\no,r,0,,\nd,o,,3,2\nfar,o,,3.5,2\n");
    // 100 × 0.5 are less than the 100 of the near depot's rent.
    assert_eq!(costs(&room, "")["open_depots"], serde_json::json!(["far"]));
    // With the way back at three times the freight the near one saves 100 × 0.5 × (1 + 3) = 200.
    room.write("way/parts.csv", &format!("{PARTS},return_share,return_cost_factor\np,200,1,1,3\n"));
    let told = costs(&room, "");
    assert_eq!(told["open_depots"], serde_json::json!(["d"]));
    close(figure(&told["costs"], "return_freight"), 900.0, 1e-12);
    // Damage of four fifths sends everything five times: 100 × 0.5 × 5 = 250.
    room.write("way/parts.csv", &format!("{PARTS}\np,0,1\n"));
    room.write("way/packaging.csv", "packaging,damage_share\nbag,0.8\n");
    assert_eq!(costs(&room, "--set replenishment.packaging=bag")["open_depots"], serde_json::json!(["d"]));
}

/// A part of which four fifths can be repaired for so much in so many days.
fn repairable(cost: u32, days: u32, decision: &str) -> Room {
    let columns = "repair_share,repair_cost,repair_turnaround_days,repair_decision";
    room(&format!("{PARTS},{columns}\np,200,1,0.8,{cost},{days},{decision}\n"), "")
}

#[test]
fn a_cheap_and_quick_repair_is_made_and_a_dear_and_slow_one_is_not() {
    let told = costs(&repairable(30, 10, "decide"), "");
    // 80 repairs of 30, their way back for 3 each; 20 new units of 200 with 20 duty each.
    close(figure(&told["costs"], "repair"), 2_400.0, 1e-12);
    close(figure(&told["costs"], "return_freight"), 240.0, 1e-12);
    close(figure(&told["costs"], "new_units"), 4_000.0, 1e-12);
    close(figure(&told["costs"], "duty"), 400.0, 1e-12);
    let room = repairable(250, 30, "decide");
    let told = costs(&room, "");
    close(figure(&told["costs"], "new_units"), 20_000.0, 1e-12);
    close(figure(&told["costs"], "duty"), 2_000.0, 1e-12);
    for component in ["repair", "return_freight"] {
        assert_eq!(told["costs"].get(component).and_then(serde_json::Value::as_f64).unwrap_or(0.0), 0.0);
    }
    let ran = room.run("evaluate way --plan plans/way").code(0);
    assert!(ran.out.contains("Repair or discard: p discarded"), "{}", ran.out);
}

#[test]
fn the_repair_that_is_decided_is_cheaper_than_its_opposite() {
    // The opposite is given: what it saves in repairs it spends on new units of 200.
    let decided = costs(&repairable(30, 10, "decide"), "");
    let opposite = room(&format!("{PARTS}\np,200,1\n"), "");
    let opposite = figure(&costs(&opposite, ""), "objective") + 100.0 * 200.0;
    assert!(figure(&decided, "objective") < opposite);
    // Dear and slow: repairs of 250, way back not counted, and 20 new units.
    let decided = costs(&repairable(250, 30, "decide"), "");
    let opposite = costs(&repairable(250, 30, "given"), "");
    assert!(figure(&decided, "objective") < figure(&opposite, "objective") + 20.0 * 200.0);
}

#[test]
fn what_cost_and_lead_time_do_not_say_together_is_not_decided() {
    let slow = repairable(30, 30, "decide").run("solve way").code(3);
    assert!(slow.err.contains("E28") && slow.err.contains("30 days, the supplier 20"), "{}", slow.err);
    let quick = repairable(250, 10, "decide").run("solve way").code(3);
    assert!(quick.err.contains("10 days, the supplier 20"), "{}", quick.err);
    // As quick as the supplier: 216 + 3 are less than 200 + 20, and 217 + 3 are not.
    assert!(costs(&repairable(216, 20, "decide"), "")["costs"].get("return_freight").is_some());
    assert!(costs(&repairable(217, 20, "decide"), "")["costs"].get("return_freight").is_none());
    // From one depot the way back costs 3, from the other 50.
    let apart = repairable(180, 10, "decide");
    apart.append("way/depots.csv", "far,DE,0,20");
    apart.append("way/lanes.csv", "far,o,,50,2");
    let told = apart.run("solve way").code(3);
    assert!(told.err.contains("it costs 183.00 to 230.00, a new unit 220.00 to 220.00"), "{}", told.err);
}
