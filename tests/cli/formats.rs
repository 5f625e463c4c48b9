//! Formats of outlets: what they cost, what they do, and which of several the plan chooses.

use serde_json::Value;

use crate::room::{Room, close, figure};

/// Regions with jobs a year, hours of work a job and a type of job, and outlets with their formats, on a line.
fn write(room: &Room, regions: &[(&str, f64, f64, f64, &str)], outlets: &str, formats: &str) {
    let (mut places, mut demand) = ("region,country,x_km,y_km\n".to_owned(), String::new());
    for (region, km, jobs, hours, job) in regions {
        places.push_str(&format!("{region},AA,{km},0\n"));
        demand.push_str(&format!("{region},{jobs},{hours},{job}\n"));
    }
    for (file, text) in [
        // A job pays 1 a kilometre both ways together; travel takes next to no time.
        (
            "shop/scenario.toml",
            "name = \"shop\"\n[travel]\nmetric = \"planar\"\ncircuity = 1\nspeed_kmh = 1e9\ncost_per_km = 0.5\n\
             [finance]\ndiscount_rate = 0\nsite_life_years = 10\n"
                .to_owned(),
        ),
        ("shop/countries.csv", "country,labour_cost_per_hour\nAA,20\n".to_owned()),
        ("shop/jobs.csv", "job\nfitting\nother\n".to_owned()),
        ("shop/regions.csv", places),
        ("shop/demand.csv", format!("region,units_per_year,repair_hours,job\n{demand}")),
        ("shop/outlets.csv", format!("outlet,country,x_km,y_km,{outlets}")),
        ("shop/formats.csv", formats.to_owned()),
    ] {
        room.write(file, &text);
    }
}

fn solved(room: &Room) -> (f64, Vec<String>, Value) {
    let plan = room.run("solve shop --json --out plan").code(0).json();
    room.run("verify shop --plan plan").code(0);
    let objective = figure(&plan, "objective");
    close(figure(&plan, "lower_bound"), objective, 1e-6);
    let open = plan["open_outlets"].as_array().expect("a list");
    let open = open.iter().filter_map(Value::as_str).map(str::to_owned).collect();
    (objective, open, plan)
}

const ONE: &str = "fixed_cost_per_year,format\nX,AA,0,0,10000,own;partner\n";

#[test]
fn the_plan_chooses_the_format_on_its_side_of_the_break_even() {
    let room = Room::new();
    let formats = "format,ownership,fixed_cost_factor,fee_per_job\nown,own,1,\npartner,partner,0,15\n";
    // 15 a job against 10,000 a year: the two meet at 667 jobs.
    write(&room, &[("r", 0.0, 600.0, 0.0, "")], ONE, formats);
    let (objective, open, plan) = solved(&room);
    close(objective, 9_000.0, 1e-12);
    assert_eq!(open, ["X:partner"]);
    close(figure(&plan["costs"], "fee"), 9_000.0, 1e-12);
    write(&room, &[("r", 0.0, 700.0, 0.0, "")], ONE, formats);
    let (objective, open, plan) = solved(&room);
    close(objective, 10_000.0, 1e-12);
    assert_eq!(open, ["X:own"]);
    assert!(plan["costs"].get("fee").is_none());
    // With one hour of work a job and a fifth of the partner's visits made again its job costs 15 + 20/0.8 against 20: they
    // meet at 500 jobs.
    let formats = "format,fixed_cost_factor,fee_per_job,repeat_share\nown,1,,\npartner,0,15,0.2\n";
    write(&room, &[("r", 0.0, 600.0, 1.0, "")], ONE, formats);
    assert_eq!(solved(&room).1, ["X:own"]);
    write(&room, &[("r", 0.0, 400.0, 1.0, "")], ONE, formats);
    let (objective, open, _) = solved(&room);
    assert_eq!(open, ["X:partner"]);
    close(objective, 400.0 * 40.0, 1e-12);
    // What is made again takes time: 400 / 0.8 hours.
    let hours = room.rows("plan/outlets.csv").into_iter().find(|row| row["outlet"] == "X:partner");
    close(crate::room::number(&hours.expect("it is there"), "load_hours_per_year"), 500.0, 1e-6);
}

#[test]
fn factors_act_on_opening_work_and_journeys() {
    let room = Room::new();
    let outlets = "fixed_cost_per_year,opening_cost,format\nX,AA,0,0,1000,5000,van\n";
    let formats = "format,ownership,fixed_cost_factor,opening_cost_factor,labour_cost_factor,travel_cost_factor,repeat_share\n\
                   van,van,0.5,0.2,1.5,3,0.2\n";
    write(&room, &[("r", 10.0, 100.0, 2.0, "")], outlets, formats);
    let (_, _, plan) = solved(&room);
    let cost = |name: &str| figure(&plan["costs"], name);
    close(cost("outlet_fixed"), 500.0, 1e-12);
    // 5,000 × 0.2 over ten years without interest.
    close(cost("opening"), 100.0, 1e-12);
    // 200 h × 20 × 1.5 / 0.8.
    close(cost("labour"), 7_500.0, 1e-12);
    // 100 × 10 km × 1 × 3 / 0.8; the technician's time on the road is a ten-millionth of it.
    close(cost("travel"), 3_750.0, 1e-6);
}

#[test]
fn of_the_formats_of_one_place_one_is_open_even_where_two_would_be_cheaper() {
    let room = Room::new();
    // Near jobs take ten hours each, far ones none. The own shop works at 20 an hour and pays 100 for a far job; who mails
    // it in pays for no journey but three times for work.
    let regions = [("near", 0.0, 10.0, 10.0, ""), ("far", 100.0, 20.0, 0.0, "")];
    let formats = "format,ownership,labour_cost_factor,travel_cost_factor\nown,own,1,1\nmail,mail_in,3,0\n";
    write(&room, &regions, "fixed_cost_per_year,format\nX,AA,0,0,100,own;mail\n", formats);
    let (objective, open, _) = solved(&room);
    // Own: 100 + 10·10·20 + 20·100; mailed: 100 + 6,000; both, if both could be: 200 + 2,000.
    close(objective, 4_100.0, 1e-6);
    assert_eq!(open, ["X:own"]);
    // Two places next to each other may have one each.
    write(&room, &regions, "fixed_cost_per_year,format\nX,AA,0,0,100,own\nY,AA,0,0,100,mail\n", formats);
    close(solved(&room).0, 2_200.0, 1e-6);
    // A plan made by hand that opens both is not one of the scenario.
    write(&room, &regions, "fixed_cost_per_year,format\nX,AA,0,0,100,own;mail\n", formats);
    room.write("hand/outlets.csv", "outlet,open\nX:own,true\nX:mail,true\n");
    room.write("hand/assignments.csv", "region,outlet\nnear,X:own\nfar,X:mail\n");
    room.write("hand/stock.csv", "site,part,base_stock\n");
    let told = room.run("evaluate shop --plan hand --out judged");
    assert!(format!("{}{}", told.out, told.err).contains("formats of one place"), "{told:?}");
}

#[test]
fn an_existing_outlet_may_be_changed_into_another_format_at_the_price_of_both() {
    let room = Room::new();
    let formats = "format,fixed_cost_factor\nown,1\nfranchise,0.5\n";
    let outlets = |fixed: u32| {
        format!(
            "fixed_cost_per_year,opening_cost,closing_cost,status,format\nX,AA,0,0,{fixed},6000,3000,existing,own;franchise\n"
        )
    };
    // 900 a year over ten years for closing one and opening the other: worth it where half the fixed cost is more.
    write(&room, &[("r", 0.0, 10.0, 0.0, "")], &outlets(1_700), formats);
    let (objective, open, _) = solved(&room);
    assert_eq!(open, ["X:own"]);
    close(objective, 1_700.0, 1e-12);
    write(&room, &[("r", 0.0, 10.0, 0.0, "")], &outlets(1_900), formats);
    let (objective, open, _) = solved(&room);
    assert_eq!(open, ["X:franchise"]);
    close(objective, 950.0 + 900.0, 1e-12);
}

#[test]
fn a_region_is_served_only_by_outlets_that_do_all_its_jobs() {
    let room = Room::new();
    let regions = [("plain", 0.0, 10.0, 0.0, ""), ("fitted", 1.0, 10.0, 0.0, "fitting")];
    let formats = "format,jobs\nkiosk,none\nfull,fitting\n";
    write(&room, &regions, "fixed_cost_per_year,format\nK,AA,0,0,100,kiosk\nF,AA,50,0,100,full\n", formats);
    let (objective, open, _) = solved(&room);
    assert_eq!(open, ["K", "F"]);
    // The region that wants fittings is served from 49 km away, not from one.
    close(objective, 200.0 + 490.0, 1e-6);
    let served = room.read("plan/assignments.csv");
    assert!(served.contains("\nfitted,F,") && served.contains("\nplain,K,"), "{served}");
    let told = room.run("explain shop --region fitted --plan plan --json").code(0).out;
    assert!(told.contains("job-not-in-format"), "{told}");
    // By hand it cannot be otherwise.
    room.write("hand/outlets.csv", "outlet,open\nK,true\nF,true\n");
    room.write("hand/assignments.csv", "region,outlet\nplain,K\nfitted,K\n");
    room.write("hand/stock.csv", "site,part,base_stock\n");
    let told = room.run("evaluate shop --plan hand --out judged");
    assert!(told.code == 7 && format!("{}{}", told.out, told.err).contains("no lane"), "{told:?}");
    // Without the one that does them there is no plan, and which job it is that nobody does is told.
    write(
        &room,
        &regions,
        "fixed_cost_per_year,format\nK,AA,0,0,100,kiosk\nF,AA,50,0,100,kiosk\n",
        "format,jobs\nkiosk,none\n",
    );
    let warned = room.run("check shop").code(0).err;
    assert!(warned.contains("W11") && warned.contains("region `fitted` asks for"), "{warned}");
    let told = room.run("solve shop").code(4).err;
    assert!(told.contains("no outlet in reach may do `fitting`: `fitted`"), "{told}");
    // Equipment is paid only where the job is done.
    room.write("shop/jobs.csv", "job,equipment_cost_per_year\nfitting,40\nother,\n");
    write_formats_again(&room, &regions, formats);
    close(solved(&room).0, 200.0 + 490.0 + 40.0, 1e-6);
}

fn write_formats_again(room: &Room, regions: &[(&str, f64, f64, f64, &str)], formats: &str) {
    let jobs = room.read("shop/jobs.csv");
    write(room, regions, "fixed_cost_per_year,format\nK,AA,0,0,100,kiosk\nF,AA,50,0,100,full\n", formats);
    room.write("shop/jobs.csv", &jobs);
}

#[test]
fn a_choice_of_formats_is_as_good_as_the_best_of_all_of_them_tried_one_by_one() {
    let formats = "format,fixed_cost_factor,labour_cost_factor,fee_per_job,repeat_share,travel_cost_factor\n\
                   own,1,1,,,1\nfranchise,0.4,0.9,14,0.1,1.2\n";
    let least = |choice: [&str; 3]| {
        let room = Room::with("scenarios/small");
        room.write("small/formats.csv", formats);
        let table = room.read("small/outlets.csv");
        let mut column = ["format"].into_iter().chain(choice);
        let rows: Vec<String> =
            table.lines().map(|line| format!("{line},{}", column.next().unwrap_or_default())).collect();
        room.write("small/outlets.csv", &rows.join("\n"));
        let plan = room.run("solve small --json --out plan").code(0).json();
        room.run("verify small --plan plan").code(0);
        close(figure(&plan, "lower_bound"), figure(&plan, "objective"), 1e-6);
        (figure(&plan, "objective"), plan["open_outlets"].clone())
    };
    let mut best = f64::INFINITY;
    for number in 0..8 {
        let format = |place: u32| if number >> place & 1 == 0 { "own" } else { "franchise" };
        best = best.min(least([format(0), format(1), format(2)]).0);
    }
    let (objective, open) = least(["own;franchise"; 3]);
    close(objective, best, 1e-9);
    // The best is a mixture: neither format is best everywhere.
    assert_eq!(open, serde_json::json!(["west:franchise", "middle:own", "east:franchise"]));
}

#[test]
fn an_overlay_speaks_of_one_format_of_a_place() {
    let room = Room::new();
    // 15 a job against 10,000 a year: with 700 jobs the own shop is 500 cheaper.
    let formats = "format,ownership,fixed_cost_factor,fee_per_job\nown,own,1,\npartner,partner,0,15\n";
    write(&room, &[("r", 0.0, 700.0, 0.0, "")], ONE, formats);
    let solved = |name: &str| -> (f64, Value) {
        let told = room.run(&format!("solve {name} --json --force")).code(0).json();
        room.run(&format!("verify {name} --plan plans/{name}")).code(0);
        (figure(&told, "objective"), told["open_outlets"].clone())
    };
    assert_eq!(solved("shop"), (10_000.0, serde_json::json!(["X:own"])));
    let change = |name: &str, edit: &str| {
        let head = "extends = \"../shop\"\n[[change]]\ntable = \"outlets\"\nwhere = { outlet = \"X:own\" }\n";
        room.write(&format!("{name}/scenario.toml"), &format!("{head}{edit}\n"));
    };
    // Barred by a change, and by a row: the place takes the other format.
    change("barred", "set = { status = \"closed\" }");
    room.write("row/scenario.toml", "extends = \"../shop\"\n");
    room.write("row/outlets.csv", "outlet,status\nX:own,closed\n");
    // A tenth dearer the own shop is beaten; 400 dearer it is not yet.
    change("dearer", "scale = { fixed_cost_per_year = 1.1 }");
    for name in ["barred", "row", "dearer"] {
        assert_eq!(solved(name), (10_500.0, serde_json::json!(["X:partner"])), "{name}");
    }
    change("dear", "add = { fixed_cost_per_year = 400 }");
    assert_eq!(solved("dear"), (10_400.0, serde_json::json!(["X:own"])));
    // A measured lane of one candidate that has a row goes before its outlet's: over it a job pays 1 more.
    room.write("lane/scenario.toml", "extends = \"../shop\"\n");
    room.write("lane/outlets.csv", "outlet\nX:own\n");
    room.write("lane/lanes.csv", "from,to,cost_per_job\nX,r,2\nX:own,r,3\n");
    assert_eq!(solved("lane"), (10_500.0 + 2.0 * 700.0, serde_json::json!(["X:partner"])));
    // A candidate that is not there is no outlet.
    change("nowhere", "remove = true");
    room.edit("nowhere/scenario.toml", "X:own", "X:van");
    assert!(room.run("check nowhere").code(3).err.contains("X:van"));
}
