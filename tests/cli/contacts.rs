//! Channels and desks: what is solved before anybody travels, who answers, across which clocks and languages.

use serde_json::Value;

use crate::room::{Room, close, figure, number};

#[test]
fn what_is_solved_on_a_channel_needs_no_visit_and_no_part() {
    let room = Room::with("scenarios/small");
    room.run("solve small -q --out plan").code(0);
    room.write("small/channels.csv", "channel,share,solved_share,minutes,cost_per_contact\nphone,0.5,0.4,6,2\n");
    let judged = room.run("evaluate small --plan plan --out judged --json").code(0).json();
    room.run("verify small --plan judged").code(0);
    let costs = &judged["costs"];
    // 75 of 150 requests are rung in at 2 each, 30 of them solved: a fifth less travel and work.
    close(figure(costs, "contact"), 150.0, 1e-12);
    close(figure(costs, "travel"), 0.8 * 4_200.0, 1e-12);
    close(figure(costs, "labour"), 0.8 * 5_000.0, 1e-12);
    close(figure(&judged, "contacts_per_year"), 75.0, 1e-12);
    close(figure(&judged, "solved_remotely_per_year"), 30.0, 1e-12);
    // The pumps at West are asked for 40 times a year, not 50: m = 0.8 and e^−0.8 (1 + 0.8 + 0.32 + 0.08533) with 4.
    let pumps = room.rows("judged/stock.csv").into_iter().find(|row| row["site"] == "west" && row["part"] == "pump");
    let filled = (-0.8_f64).exp() * (1.0 + 0.8 + 0.32 + 0.8_f64.powi(3) / 6.0);
    close(number(&pumps.expect("it is stocked"), "fill_rate"), filled, 1e-12);
    // Who is out of the channel's policy goes straight to an outlet.
    room.edit("small/regions.csv", "y_km\n", "y_km,policy\n");
    for town in ["ashby,Ashby,XA,0,0", "barrow,Barrow,XA,40,0", "corby,Corby,XA,70,0", "derby,Derby,XA,100,0"] {
        room.edit("small/regions.csv", town, &format!("{town},plain"));
    }
    room.write("small/policies.csv", "policy,channels\nplain,none\n");
    let judged = room.run("evaluate small --plan plan --out judged --json").code(0).json();
    close(figure(&judged["costs"], "labour"), 5_000.0, 1e-12);
    assert!(judged["costs"].get("contact").is_none());
}

/// One region of a country whose customers ring 60 times in each of their 12 hours, for five minutes each, and a desk.
fn write(room: &Room, customer: &str, desk: &str) {
    // 60 × 12 × 365 = 262,800 requests, all by phone, nine tenths of them solved there.
    for (file, text) in [
        ("desk/scenario.toml", "name = \"desk\"\n[travel]\nlanes = \"listed\"\n".to_owned()),
        ("desk/regions.csv", "region,country\nr,AA\n".to_owned()),
        (
            "desk/countries.csv",
            format!("country,utc_offset_hours,languages,labour_cost_per_hour\nAA,{customer},0\nBB,1,de,12\n"),
        ),
        ("desk/demand.csv", "region,units_per_year\nr,262800\n".to_owned()),
        ("desk/outlets.csv", "outlet,country,fixed_cost_per_year\no,BB,1000\n".to_owned()),
        ("desk/lanes.csv", "from,to,hours\no,r,0\n".to_owned()),
        ("desk/channels.csv", "channel,share,solved_share,minutes\nphone,1,0.9,5\n".to_owned()),
        (
            "desk/desks.csv",
            format!(
                "desk,country,opens_hour,closes_hour,languages,answer_within_hours,at_least,serves,foreign_language_factor\n\
                 d,BB,{desk}\n"
            ),
        ),
    ] {
        room.write(file, &text);
    }
}

/// Contacts, agents, in time, in hours and cost of the only desk.
fn desk(room: &Room) -> (f64, f64, f64, f64, f64) {
    let plan: Value = room.run("solve desk --json --out plan").code(0).json();
    room.run("verify desk --plan plan").code(0);
    let rows = room.rows("plan/desks.csv");
    let [row] = rows.as_slice() else { panic!("there is one desk: {rows:?}") };
    let cost = number(row, "cost_per_year");
    close(figure(&plan["costs"], "desk"), cost, 1e-12);
    close(figure(&plan, "objective"), 1_000.0 + cost, 1e-9);
    let field = |name: &str| number(row, name);
    (field("contacts_per_year"), field("agents"), field("answered_in_time"), field("in_hours_share"), cost)
}

#[test]
fn a_desk_has_the_fewest_agents_that_answer_in_time() {
    let room = Room::new();
    // Five agents are kept busy; 80 % within 20 seconds. By the formula 7 agents answer 71.6 % in time and 8 answer 86.3 %.
    write(&room, "1,de", "8,20,de,0.005555555555555556,0.8,AA,");
    let (contacts, agents, in_time, in_hours, cost) = desk(&room);
    close(contacts, 262_800.0, 1e-12);
    assert_eq!((agents, in_hours), (8.0, 1.0));
    close(in_time, 0.863_053_767_036, 1e-9);
    // 8 agents for 12 h a day at 12 an hour.
    close(cost, 8.0 * 12.0 * 365.0 * 12.0, 1e-12);
    // In a language that the desk does not speak a contact takes twice as long: ten are kept busy, 13 agents answer 74.2 % in
    // time and 14 answer 84.8 %.
    write(&room, "1,fr", "8,20,de,0.005555555555555556,0.8,AA,2");
    let (_, agents, in_time, ..) = desk(&room);
    assert_eq!(agents, 14.0);
    close(in_time, 0.847_604_377_724, 1e-9);
}

#[test]
fn a_desk_far_to_the_west_hears_few_of_its_customers() {
    let room = Room::new();
    // 8 to 20 h at +9 is 0 to 12 h at +1; the desk opens at 8: four of twelve hours, and half an hour before it opens.
    write(&room, "9,ja", "8,18,de,0.5,0.37,AA,");
    let (_, _, in_time, in_hours, _) = desk(&room);
    close(in_hours, 4.0 / 12.0, 1e-12);
    assert!((0.37..=4.5 / 12.0).contains(&in_time), "{in_time}");
    // Two fifths cannot be answered by any number of agents, and the check says so.
    write(&room, "9,ja", "8,18,de,0.5,0.4,AA,");
    let told = room.run("solve desk").code(3).err;
    assert!(told.contains("E29") && told.contains("33.3 %") && told.contains("37.5 %"), "{told}");
    // Opened at midnight it hears all of them; and so it is by the clock of the next day.
    write(&room, "9,ja", "0,12,de,0.5,0.9,AA,");
    assert_eq!(desk(&room).3, 1.0);
    write(&room, "9,ja", "20,12,de,0.5,0.9,AA,");
    assert_eq!(desk(&room).3, 1.0);
}

#[test]
fn a_country_without_a_desk_that_speaks_its_language_is_told() {
    let room = Room::new();
    write(&room, "1,fr", "8,20,de,0.1,0.8,,");
    let told = room.run("check desk").code(3).err;
    assert!(told.contains("E29") && told.contains("no desk answers the 262800 contacts a year from `AA`"), "{told}");
}

#[test]
fn the_report_and_the_summary_show_the_desks_and_verify_finds_a_changed_figure() {
    let room = Room::new();
    write(&room, "1,de", "8,20,de,0.1,0.8,AA,");
    let summary = room.run("solve desk --out plan").code(0).out;
    assert!(summary.contains("Desk d: ") && summary.contains("262,800 contacts a year"), "{summary}");
    room.run("report desk --plan plan --out page.html").code(0);
    let page = room.read("page.html");
    assert!(page.contains("Come while it is open") && page.contains("262,800"));
    room.edit("plan/desks.csv", "d,262800,", "d,262801,");
    let told = room.run("verify desk --plan plan").code(7);
    assert!(format!("{}{}", told.out, told.err).contains("contacts_per_year"), "{told:?}");
    // Where there is no desk there is no such file.
    room.bring("scenarios/small");
    room.run("solve small --out other -q").code(0);
    assert!(!room.has("other/desks.csv"));
}

#[test]
fn customers_are_told_of_their_delivery_where_that_costs_less_than_their_complaints() {
    let room = Room::with("scenarios/small");
    room.write("small/products.csv", "product\nsaw\n");
    room.write("small/jobs.csv", "job\nnotice\ncomplaint\n");
    room.write("small/installed_base.csv", "region,product,units,sales_per_year\nashby,saw,100,200\n");
    room.write(
        "small/failures.csv",
        "product,part,failures_per_unit_year,repair_hours,job,jobs_per_sale\nsaw,,,0,notice,0\nsaw,,,1,complaint,0.1\n",
    );
    room.write("small/choices/notice/none.toml", "# nobody is told\n");
    room.write(
        "small/choices/notice/each.toml",
        "[[change]]\ntable = \"failures\"\nwhere = { job = \"notice\" }\nset = { jobs_per_sale = 1 }\n\
         [[change]]\ntable = \"failures\"\nwhere = { job = \"complaint\" }\nscale = { jobs_per_sale = 0.5 }\n",
    );
    let solved = |cost: f64| {
        room.write(
            "small/channels.csv",
            &format!("channel,job,share,solved_share,cost_per_contact\nmail,notice,1,1,{cost}\n"),
        );
        room.run("solve small --json").code(0).json()
    };
    // 200 notices and 10 complaints of an hour at 20 where West stands, or 20 complaints.
    let told = solved(0.5);
    assert_eq!(told["options"]["notice"], "each");
    close(figure(&told, "objective"), 20_000.0 + 100.0 + 200.0, 1e-12);
    close(figure(&told["costs"], "contact"), 100.0, 1e-12);
    let told = solved(2.0);
    assert_eq!(told["options"]["notice"], "none");
    close(figure(&told, "objective"), 20_400.0, 1e-12);
}
