//! Types of job and what policies offer: each changes the cost of the scenario that its README solves by hand, as arithmetic
//! says.

use serde_json::Value;

use crate::room::{Room, close, figure, number};

/// The plan of the scenario `small` in the room; what is decided is verified.
fn solved(room: &Room) -> Value {
    let plan = room.run("solve small --json --out plan").code(0).json();
    room.run("verify small --plan plan").code(0);
    plan
}

fn open(plan: &Value) -> Vec<&str> {
    plan["open_outlets"].as_array().expect("a list").iter().filter_map(Value::as_str).collect()
}

/// `small` with control boards as a type of job of its own.
fn with_boards(room: &Room, jobs: &str) {
    let demand = room.read("small/demand.csv");
    let typed: Vec<String> = demand
        .lines()
        .map(|line| match line {
            head if head.starts_with("region,") => format!("{head},job"),
            board if board.contains(",board,") => format!("{board},wiring"),
            pump => format!("{pump},"),
        })
        .collect();
    room.write("small/demand.csv", &typed.join("\n"));
    room.write("small/jobs.csv", jobs);
}

#[test]
fn every_open_outlet_pays_for_the_equipment_and_the_staff_of_the_jobs_it_does() {
    let room = Room::with("scenarios/small");
    // West and East at 20,000, and 2 × (500 + 100); Middle alone would be 21,400 + 600.
    with_boards(&room, "job,equipment_cost_per_year,training_cost_per_year\nwiring,500,100\n");
    let plan = solved(&room);
    close(figure(&plan, "objective"), 21_200.0, 1e-12);
    close(figure(&plan, "lower_bound"), 21_200.0, 1e-6);
    assert_eq!(open(&plan), ["west", "east"]);
    close(figure(&plan["costs"], "equipment"), 1_000.0, 1e-12);
    close(figure(&plan["costs"], "training"), 200.0, 1e-12);
    let west = &room.rows("plan/outlets.csv")[0];
    assert_eq!((number(west, "equipment"), number(west, "training")), (500.0, 100.0));
    // At 1,500 an outlet the second one is too dear: 21,400 + 1,500 with Middle alone, 20,000 + 3,000 with two.
    room.write("small/jobs.csv", "job,equipment_cost_per_year,training_cost_per_year\nwiring,1000,500\n");
    let plan = solved(&room);
    close(figure(&plan, "objective"), 22_900.0, 1e-12);
    assert_eq!(open(&plan), ["middle"]);
}

#[test]
fn jobs_that_nobody_travels_for_pay_no_journey_and_take_no_time_on_the_road() {
    let room = Room::with("scenarios/small");
    with_boards(&room, "job,travel\nwiring,no\n");
    let plan = solved(&room);
    // Only pumps travel. Middle alone: 2,000 + 2 × (30·50 + 20·10 + 20·20 + 30·50) + 5,000 + 3,600; with West and East it is
    // 6,000 + 2 × (20·40 + 20·30) + 5,000 + 4,800 = 18,600.
    close(figure(&plan, "objective"), 17_800.0, 1e-12);
    assert_eq!(open(&plan), ["middle"]);
    // 250 hours of work, and 2 × 3,600 km at 50 km/h.
    close(number(&room.rows("plan/outlets.csv")[1], "load_hours_per_year"), 250.0 + 144.0, 1e-12);
}

#[test]
fn units_sold_bring_jobs_as_installed_units_do() {
    let room = Room::with("scenarios/small");
    room.write("small/products.csv", "product\nsaw\n");
    room.write("small/jobs.csv", "job\ninstallation\n");
    room.write("small/installed_base.csv", "region,product,units,sales_per_year\nashby,saw,100,20\n");
    let failures = |rates: &str| {
        room.write(
            "small/failures.csv",
            &format!("product,part,failures_per_unit_year,repair_hours,job,jobs_per_sale\nsaw,,{rates}\n"),
        );
        figure(&solved(&room), "objective")
    };
    // 20 × 0.5 jobs of 2 h at 20 an hour, without a part, where West stands.
    close(failures(",2,installation,0.5"), 20_400.0, 1e-12);
    // And 100 × 0.1 more.
    close(failures("0.1,2,installation,0.5"), 20_800.0, 1e-12);
}

#[test]
fn what_a_policy_does_not_offer_is_not_done_and_its_profit_is_lost() {
    let room = Room::with("scenarios/small");
    room.append("small/demand.csv", "");
    let demand = room.read("small/demand.csv").replace("repair_hours\n", "repair_hours,job\n");
    let rows: Vec<String> = demand
        .lines()
        .filter(|line| !line.is_empty())
        .map(|line| if line.starts_with("region,") { line.to_owned() } else { format!("{line},") })
        .collect();
    room.write("small/demand.csv", &format!("{}\nashby,,8,1,training\n", rows.join("\n")));
    room.write("small/jobs.csv", "job,training_cost_per_year\ntraining,50\n");
    let regions = room.read("small/regions.csv").replace("y_km\n", "y_km,policy\n");
    let rows: Vec<String> = regions
        .lines()
        .map(|line| match line {
            head if head.starts_with("region,") => head.to_owned(),
            ashby if ashby.starts_with("ashby,") => format!("{ashby},appropriate"),
            town => format!("{town},"),
        })
        .collect();
    room.write("small/regions.csv", &rows.join("\n"));
    // 8 h of work at 20 where West stands, and 50 at each of two outlets.
    let plan = solved(&room);
    close(figure(&plan, "objective"), 20_000.0 + 160.0 + 100.0, 1e-12);
    assert!(plan.get("jobs_not_offered_per_year").is_none());
    // Not offered: neither work nor training of staff, but 8 × 30 of profit lost.
    room.write("small/policies.csv", "policy,jobs,loss_per_job\nappropriate,none,30\n");
    let plan = solved(&room);
    close(figure(&plan, "objective"), 20_240.0, 1e-12);
    close(figure(&plan, "lower_bound"), 20_240.0, 1e-6);
    close(figure(&plan["costs"], "lost_profit"), 240.0, 1e-12);
    close(figure(&plan, "jobs_not_offered_per_year"), 8.0, 1e-12);
    let summary = room.run("solve small --out other").code(0).out;
    assert!(summary.contains("Jobs that no policy offers: 8 a year"), "{summary}");
    // A policy that names it offers it.
    room.write("small/policies.csv", "policy,jobs,loss_per_job\nappropriate,training,30\n");
    close(figure(&solved(&room), "objective"), 20_260.0, 1e-12);
}

/// `small` where Ashby (XA) and Corby (XB) have a product whose owners ask for training, eight times a year each.
fn with_training() -> Room {
    let room = Room::with("scenarios/small");
    room.edit("small/regions.csv", "corby,Corby,XA", "corby,Corby,XB");
    room.write("small/countries.csv", "country,labour_cost_per_hour\nXA,20\nXB,20\n");
    room.write("small/products.csv", "product\nsaw\n");
    room.write("small/jobs.csv", "job,training_cost_per_year\ntraining,20\n");
    room.write("small/installed_base.csv", "region,product,units\nashby,saw,100\ncorby,saw,100\n");
    room.write("small/failures.csv", "product,part,failures_per_unit_year,repair_hours,job\nsaw,,0.08,1,training\n");
    room.write("small/policies.csv", "policy,jobs,loss_per_job\nfull,training,0\nbare,none,30\n");
    room
}

#[test]
fn a_market_gets_service_for_a_product_under_the_policy_of_its_tier() {
    let room = with_training();
    let cost = |tiers: &str| {
        room.write("small/tiers.csv", &format!("product,country,policy\n{tiers}"));
        figure(&solved(&room), "objective")
    };
    // 8 h at 20 where West stands; 8 h and 8 journeys of 30 km from East to Corby at 60; 20 at each of two outlets.
    let (ashby, corby, trained) = (160.0, 640.0, 40.0);
    close(cost("saw,,full\n"), 20_000.0 + ashby + corby + trained, 1e-12);
    close(cost("saw,XA,bare\nsaw,,full\n"), 20_000.0 + 240.0 + corby + trained, 1e-12);
    // The row that names the product goes before the one that names the country, that before the one that names neither.
    close(cost("saw,,bare\n,XB,full\n"), 20_480.0, 1e-12);
    close(cost(",,bare\n,XB,full\n"), 20_000.0 + 240.0 + corby + trained, 1e-12);
}

#[test]
fn of_several_policies_a_market_gets_the_one_that_costs_least() {
    let room = with_training();
    room.write("small/tiers.csv", "product,country,policy\nsaw,XA,full;bare\nsaw,XB,full; bare\n");
    // At Ashby training costs 160 and 240 of profit if it is not offered, at Corby 640; both without it lose 480.
    let plan = solved(&room);
    close(figure(&plan, "objective"), 20_000.0 + 160.0 + 240.0 + 40.0, 1e-12);
    close(figure(&plan, "lower_bound"), 20_440.0, 1e-6);
    assert_eq!((&plan["options"]["tier-saw-XA"], &plan["options"]["tier-saw-XB"]), (&"full".into(), &"bare".into()));
    room.run("report small --plan plan").code(0);
    assert!(room.read("plan/report.html").contains("Options: tier-saw-XA = full, tier-saw-XB = bare"));
    let settled = room.run("solve small --json --out other --set choice.tier-saw-XB=full").code(0).json();
    close(figure(&settled, "objective"), 20_840.0, 1e-12);
    let told = room.run("solve small --set choice.tier-saw-XC=full").code(3);
    assert!(told.err.contains("there is no choice `tier-saw-XC`") && told.err.contains("tier-saw-XA"), "{told:?}");
}
