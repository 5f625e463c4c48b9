//! Repair at outlets and depots through the command line: who pays for what, and what the output says of its numbers.

use crate::room::{Room, number};

/// A region, an outlet that repairs two fifths of its part itself, and a depot that repairs half of what is ordered.
fn write(room: &Room, servers: &str, ratio: &str) {
    for (file, text) in [
        ("shared/scenario.toml", "name = \"shared\"\n[travel]\nlanes = \"listed\"\n".to_owned()),
        ("shared/regions.csv", "region\nr\n".to_owned()),
        ("shared/countries.csv", "country,duty_rate\nDE,0.1\n".to_owned()),
        ("shared/demand.csv", format!("region,part,units_per_year,variance_to_mean\nr,p,100,{ratio}\nr,q,50,1\n")),
        (
            "shared/parts.csv",
            "part,unit_cost,repair_share,repair_turnaround_days,repair_cost\np,200,0.5,10,10\nq,40,0,,\n".to_owned(),
        ),
        ("shared/outlets.csv", format!("outlet,country,fixed_cost_per_year,repair_servers\no,DE,0,{servers}\n")),
        (
            "shared/depots.csv",
            "depot,country,fixed_cost_per_year,supplier_lead_time_days,capacity_units_per_year\nd,DE,0,20,110\n"
                .to_owned(),
        ),
        ("shared/lanes.csv", "from,to,hours,cost_per_unit,lead_time_days\no,r,0,,\nd,o,,3,2\n".to_owned()),
        ("shared/repairs.csv", "site,part,repair_share,repair_turnaround_days\no,p,0.4,5\no,,0.2,8\n".to_owned()),
        ("plan/outlets.csv", "outlet,open\no,true\n".to_owned()),
        ("plan/depots.csv", "depot,open\nd,true\n".to_owned()),
        ("plan/assignments.csv", "region,outlet\nr,o\n".to_owned()),
        ("plan/replenishment.csv", "outlet,depot\no,d\n".to_owned()),
        ("plan/stock.csv", "site,part,base_stock\no,p,4\nd,p,3\no,q,2\nd,q,3\n".to_owned()),
    ] {
        room.write(file, &text);
    }
}

/// The methods of the outlet's part and of the depot's.
fn methods(room: &Room) -> Vec<String> {
    room.run("evaluate shared --plan plan --out judged").code(0);
    room.run("verify shared --plan judged").code(0);
    let rows = room.rows("judged/stock.csv");
    let of = |site: &str| rows.iter().find(|row| row["site"] == site && row["part"] == "p").expect("it is asked for");
    vec![of("o")["method"].clone(), of("d")["method"].clone()]
}

#[test]
fn repairs_are_paid_where_they_are_done_and_freight_for_what_is_ordered() {
    let room = Room::new();
    write(&room, "", "1");
    assert_eq!(methods(&room), ["exact", "exact"]);
    let costs = room.rows("judged/costs.csv");
    let cost = |component: &str, site: &str| {
        let row = costs.iter().find(|row| row["component"] == component && row["site"] == site);
        row.map_or(0.0, |row| number(row, "cost_per_year"))
    };
    let near = |ours: f64, wanted: f64| assert!((ours - wanted).abs() < 1e-9 * wanted, "{ours} is not {wanted}");
    // Of 100 p a year 40 are repaired at o for 10 each, 30 of the 60 that are ordered at d; q is repaired for nothing.
    near(cost("repair", "o"), 400.0);
    near(cost("repair", "d"), 300.0);
    // 60 p and 40 q are sent for 3 each; 30 new p of 200 and 40 new q of 40 pay a tenth where they enter.
    near(cost("freight", "o"), 300.0);
    near(cost("duty", "d"), 760.0);
    // The depot sends 100 of the 150 units, which its capacity of 110 allows.
    let depots = room.rows("judged/depots.csv");
    near(number(&depots[0], "load_units_per_year"), 100.0);
    let plan = room.run("solve shared --json").code(0).json();
    assert_eq!(plan["status"], "optimal", "{plan}");
    room.run("verify shared --plan plans/shared").code(0);
}

#[test]
fn the_output_says_which_numbers_are_exact() {
    let room = Room::new();
    write(&room, "", "2.5");
    assert_eq!(methods(&room), ["two-moment", "two-moment"]);
    // p takes 5 days and q 8: together on three servers they make a line that no formula gives exactly.
    write(&room, "3", "1");
    assert_eq!(methods(&room), ["approximate", "exact"]);
}
