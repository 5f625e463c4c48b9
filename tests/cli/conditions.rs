//! The condition ledger through the command line: each fact acts, off facts do nothing, and the order of rows is nothing.

use std::collections::BTreeMap;

use crate::room::{Room, close, figure, number};

const HEAD: &str = "condition,country,kind,factor,effect,operation,value,product,days,source,date,on\n";

/// Two countries 100 km apart with an outlet and a region each, and a depot in the first. A fan fails 30 times a year in
/// each region; in the second so do 40 coolers of one failure each.
fn two(room: &Room) {
    for (file, text) in [
        (
            "scenario.toml",
            "name = \"two\"\n[travel]\nmetric = \"planar\"\ncircuity = 1\nspeed_kmh = 50\ncost_per_km = 0.5\n\
             [finance]\ndiscount_rate = 0\nsite_life_years = 10\n",
        ),
        ("countries.csv", "country,labour_cost_per_hour,customs_days,duty_rate\nXA,20,0,0\nXB,30,2,0.1\n"),
        ("regions.csv", "region,country,x_km,y_km\nash,XA,0,0\nelm,XB,100,0\n"),
        (
            "outlets.csv",
            "outlet,country,x_km,y_km,fixed_cost_per_year,opening_cost,closing_cost,status\n\
             west,XA,0,0,1000,500,,candidate\neast,XB,100,0,3000,600,,candidate\n",
        ),
        ("depots.csv", "depot,country,x_km,y_km,fixed_cost_per_year,supplier_lead_time_days\nhub,XA,0,0,0,10\n"),
        ("parts.csv", "part,unit_cost\nfan,100\n"),
        ("products.csv", "product\ncooler\nheater\n"),
        ("installed_base.csv", "region,product,units\nelm,cooler,40\nash,heater,30\n"),
        ("failures.csv", "product,part,failures_per_unit_year,repair_hours\ncooler,fan,1,2\nheater,fan,1,2\n"),
    ] {
        room.write(&format!("two/{file}"), text);
    }
    for (file, text) in [
        ("outlets.csv", "outlet,open\nwest,true\neast,true\n"),
        ("depots.csv", "depot,open\nhub,true\n"),
        ("assignments.csv", "region,outlet\nash,west\nelm,east\n"),
        ("replenishment.csv", "outlet,depot\nwest,hub\neast,hub\n"),
        ("stock.csv", "site,part,base_stock\nwest,fan,2\neast,fan,2\nhub,fan,4\n"),
    ] {
        room.write(&format!("given/{file}"), text);
    }
}

/// What the given plan costs and does with these conditions.
struct Judged(Room);

impl Judged {
    fn with(conditions: &str) -> Self {
        let room = Room::new();
        two(&room);
        if !conditions.is_empty() {
            room.write("two/conditions.csv", &format!("{HEAD}{conditions}"));
        }
        room.run("evaluate two --plan given --out judged").code(0);
        room.run("verify two --plan judged").code(0);
        Self(room)
    }

    fn cost(&self, component: &str, site: &str) -> f64 {
        let rows = self.0.rows("judged/costs.csv");
        let found = rows.iter().find(|row| row["component"] == component && row["site"] == site);
        found.map_or(0.0, |row| number(row, "cost_per_year"))
    }

    fn row(&self, file: &str, column: &str, value: &str) -> BTreeMap<String, String> {
        let rows = self.0.rows(&format!("judged/{file}"));
        rows.into_iter().find(|row| row[column] == value).expect("the row is there")
    }

    fn lead_time(&self, outlet: &str) -> f64 {
        number(&self.row("replenishment.csv", "outlet", outlet), "lead_time_days")
    }
}

#[test]
fn every_effect_on_money_is_paid() {
    let plain = Judged::with("");
    // 40 jobs of 2 h at 30 an hour; 3000 a year; 600 over ten years at no interest; a tenth of 40 fans of 100.
    close(plain.cost("labour", "east"), 2400.0, 1e-12);
    close(plain.cost("outlet_fixed", "east"), 3000.0, 1e-12);
    close(plain.cost("opening", "east"), 60.0, 1e-12);
    close(plain.cost("duty", "east"), 400.0, 1e-12);
    let judged = Judged::with(
        "a,XB,soft,economy,wage,scale,1.5,,,Statistics,2024-01-31,yes\n\
         b,XB,soft,economy,wage,add,3,,,Bonus law,,\n\
         c,XB,hard,workshop,fixed_cost,scale,1.1,,,Broker,,\n\
         d,XB,hard,equipment,opening_cost,add,200,,,Quote,,\n\
         e,XB,soft,customs,duty_rate,set,0.3,,,Tariff,,\n",
    );
    // Scaled before it is added to: 30 · 1.5 + 3 = 48 an hour.
    close(judged.cost("labour", "east"), 80.0 * 48.0, 1e-12);
    close(judged.cost("outlet_fixed", "east"), 3300.0, 1e-12);
    close(judged.cost("opening", "east"), 80.0, 1e-12);
    close(judged.cost("duty", "east"), 1200.0, 1e-12);
    for (component, site) in [("labour", "west"), ("outlet_fixed", "west"), ("opening", "west")] {
        assert_eq!(judged.cost(component, site), plain.cost(component, site), "the other country is as it was");
    }
    // 30 · 2 in the country's money, each worth 1.5 of the scenario's.
    let judged = Judged::with(
        "a,XB,soft,economy,wage,scale,2,,,Statistics,,\nb,XB,soft,economy,exchange_rate,set,1.5,,,Bank,,\n",
    );
    close(judged.cost("labour", "east"), 80.0 * 90.0, 1e-12);
    close(judged.cost("outlet_fixed", "east"), 4500.0, 1e-12);
    close(judged.cost("duty", "east"), 400.0, 1e-12);
}

#[test]
fn every_effect_on_work_is_done() {
    // Twice as many coolers, each failing half as often again, each job taking an hour more at 30; heaters stay.
    let judged = Judged::with(
        "a,,hard,product quality,failures,scale,1.5,cooler,,Field reports,,\n\
         b,XB,soft,economy,installed,scale,2,,,Sales,,\n\
         c,XB,hard,staff,repair_hours,add,1,,,School,,\n",
    );
    close(judged.cost("labour", "east"), 40.0 * 2.0 * 1.5 * 3.0 * 30.0, 1e-12);
    close(judged.cost("labour", "west"), 30.0 * 2.0 * 20.0, 1e-12);
    let fans = number(&judged.row("outlets.csv", "outlet", "east"), "load_jobs_per_year");
    close(fans, 120.0, 1e-12);
}

#[test]
fn every_effect_on_time_is_waited_for() {
    let plain = Judged::with("");
    // 100 km at 500 km a day, a day of handling, two of customs; within XA only the handling.
    close(plain.lead_time("east"), 3.2, 1e-12);
    close(plain.lead_time("west"), 1.0, 1e-12);
    let judged = Judged::with(
        "a,XB,soft,customs,customs_days,add,1.5,,,Port,,\n\
         b,XB,soft,politics,stoppage,add,2,,14,Newspaper,,\n\
         c,XA,hard,product quality,supplier_lead_time_days,scale,2,,,Supplier,,\n",
    );
    // A closure of 14 days twice a year keeps a consignment 2 · 14² / (2 · 365) = 0.53699 days on average.
    close(judged.lead_time("east"), 4.7 + 2.0 * 196.0 / 730.0, 1e-12);
    close(judged.lead_time("west"), 1.0, 1e-12);
    let filled = |own: &Judged, site: &str| number(&own.row("stock.csv", "site", site), "fill_rate");
    assert!(filled(&judged, "hub") < filled(&plain, "hub") - 0.05, "the supplier takes twice as long");
    // A lane that was measured includes the two days of ordinary customs, and not what the conditions add to them.
    judged.0.write("two/lanes.csv", "from,to,lead_time_days\nhub,east,4\n");
    judged.0.run("evaluate two --plan given --out judged").code(0);
    close(judged.lead_time("east"), 5.5 + 2.0 * 196.0 / 730.0, 1e-12);
}

#[test]
fn every_effect_on_regions_is_felt() {
    let room = Room::new();
    two(&room);
    room.write("given/assignments.csv", "region,outlet\nash,west\nelm,west\n");
    let far = |room: &Room| {
        room.run("evaluate two --plan given --out judged").code(0);
        let rows = room.rows("judged/assignments.csv");
        number(rows.iter().find(|row| row["region"] == "elm").expect("it is served"), "hours")
    };
    // 100 km at 50 km/h.
    close(far(&room), 2.0, 1e-12);
    room.write("two/conditions.csv", &format!("{HEAD}a,XB,hard,roads,travel_hours,scale,1.25,,,Survey,,\n"));
    close(far(&room), 2.5, 1e-12);
    room.write("two/lanes.csv", "from,to,hours\nwest,elm,4\n");
    close(far(&room), 5.0, 1e-12);
    // What a lane takes counts against `max_hours` too.
    room.edit("two/scenario.toml", "speed_kmh = 50\n", "speed_kmh = 50\nmax_hours = 4.5\n");
    let told = room.run("evaluate two --plan given --out judged");
    assert!(told.err.contains("no lane between region `elm` and outlet `west`"), "{told:?}");

    let room = Room::new();
    two(&room);
    room.append(
        "two/scenario.toml",
        "[stocking]\nstockout = \"emergency\"\nemergency_hours = 10\nemergency_cost_per_unit = 50\n",
    );
    let express = |room: &Room| {
        room.run("evaluate two --plan given --out judged").code(0);
        let rows = room.rows("judged/costs.csv");
        let sum = |site: &str| -> f64 {
            let own = rows.iter().filter(|row| row["component"] == "emergency" && row["site"] == site);
            own.map(|row| number(row, "cost_per_year")).sum()
        };
        [sum("east"), sum("west")]
    };
    let plain = express(&room);
    let conditions =
        "a,XB,soft,economy,emergency_cost,scale,3,,,Carrier,,\nb,XB,hard,roads,emergency_hours,add,5,,,Carrier,,\n";
    room.write("two/conditions.csv", &format!("{HEAD}{conditions}"));
    let dear = express(&room);
    assert!(plain[0] > 0.0);
    close(dear[0], 3.0 * plain[0], 1e-12);
    close(dear[1], plain[1], 1e-12);
    let hours = room.run("evaluate two --plan given --json").code(0).json();
    assert!(figure(&hours, "objective") > 0.0);
}

#[test]
fn a_country_that_bars_foreign_service_is_served_from_within() {
    let room = Room::new();
    two(&room);
    // Serving elm from the west costs 40 jobs · 2 · (100 km · 0.5 + 2 h · 20) = 7200 a year, an outlet 3060: it is cheaper
    // to be there. With dear premises it is not.
    room.edit("two/outlets.csv", "east,XB,100,0,3000", "east,XB,100,0,30000");
    let open = |room: &Room| -> Vec<String> {
        let solved = room.run("solve two --out plan --json -q").code(0).json();
        room.run("verify two --plan plan").code(0);
        let list = solved["open_outlets"].as_array().cloned().unwrap_or_default();
        list.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect()
    };
    assert_eq!(open(&room), ["west"]);
    room.write("two/conditions.csv", &format!("{HEAD}a,XB,soft,politics,foreign_service,set,0,,,Licence law,,\n"));
    assert_eq!(open(&room), ["west", "east"], "each country's region from an outlet of its own");
    room.write("given/assignments.csv", "region,outlet\nash,west\nelm,west\n");
    let told = room.run("evaluate two --plan given --out judged");
    assert!(
        told.err.contains("region `elm` is served by outlet `west`, but only outlets in XB may serve it"),
        "{told:?}"
    );
    // And where the law lets no outlet open, nothing is left.
    room.append("two/conditions.csv", "b,XB,soft,politics,outlets_at_most,set,0,,,Licence law,,\n");
    room.run("solve two --out none -q").code(4);
}

#[test]
fn a_law_limits_the_sites_of_a_country_beside_those_of_the_scenario() {
    let room = Room::new();
    two(&room);
    let open = |room: &Room| -> Vec<String> {
        let solved = room.run("solve two --out plan --json -q").code(0).json();
        let list = solved["open_outlets"].as_array().cloned().unwrap_or_default();
        list.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect()
    };
    assert_eq!(open(&room), ["west", "east"]);
    room.write("two/conditions.csv", &format!("{HEAD}a,XB,soft,politics,outlets_at_most,set,0,,,Quota,,\n"));
    assert_eq!(open(&room), ["west"]);
    // The tighter of two limits holds, whoever sets it.
    room.append("two/scenario.toml", "[limits]\noutlets = { by_country = { XB = { max = 1 } } }\n");
    assert_eq!(open(&room), ["west"]);
    room.write("two/conditions.csv", &format!("{HEAD}a,XB,soft,politics,outlets_at_least,set,1,,,Duty to serve,,\n"));
    room.edit("two/outlets.csv", "east,XB,100,0,3000", "east,XB,100,0,30000");
    assert_eq!(open(&room), ["west", "east"]);
}

#[test]
fn what_is_off_does_nothing_and_the_order_of_rows_neither() {
    let facts = [
        "a,XB,soft,economy,wage,set,50,,,Law,",
        "b,XB,soft,economy,wage,scale,1.1,,,Statistics,",
        "c,,soft,economy,wage,scale,1.3,,,Statistics,",
        "d,XB,soft,economy,wage,add,0.7,,,Law,",
        "e,XB,soft,customs,customs_days,add,1,,,Port,",
        "f,XB,soft,politics,stoppage,add,3,,10,Newspaper,",
        "g,,soft,politics,stoppage,add,1,,20,Newspaper,",
    ];
    // The digest in `plan.json` sees the order of rows, as in every table, and what is off; no figure does.
    let figures = |rows: Vec<String>| -> Vec<String> {
        let room = Judged::with(&rows.concat()).0;
        let tables = ["costs.csv", "outlets.csv", "depots.csv", "stock.csv", "service.csv", "replenishment.csv"];
        tables.iter().map(|table| room.read(&format!("judged/{table}"))).collect()
    };
    let row = |fact: &&str, on: &str| format!("{fact},{on}\n");
    let switched = |fact: &&str| row(fact, if fact.starts_with('e') { "no" } else { "yes" });
    let plain = figures(facts.iter().map(switched).collect());
    assert_eq!(figures(facts.iter().rev().map(switched).collect()), plain);
    let others = facts.iter().filter(|fact| !fact.starts_with('e'));
    assert_eq!(figures(others.map(|fact| row(fact, "")).collect()), plain);
    assert_eq!(figures(facts.iter().map(|fact| row(fact, "no")).collect()), figures(Vec::new()));
    assert_ne!(figures(Vec::new()), plain);
}

#[test]
fn an_overlay_turns_a_condition_up_or_off() {
    let judged = Judged::with(
        "strike,XB,soft,politics,stoppage,add,2,,14,Newspaper,,\nwage,XB,soft,economy,wage,scale,2,,,Law,,\n",
    );
    let room = &judged.0;
    room.write("calm/scenario.toml", "extends = \"../two\"\n");
    room.write("calm/conditions.csv", "condition,on\nstrike,no\n");
    room.write(
        "worse/scenario.toml",
        "extends = \"../two\"\n[[change]]\ntable = \"conditions\"\nwhere = { condition = \"strike\" }\nscale = { value = 3 }\n",
    );
    let lead_time = |scenario: &str| {
        room.run(&format!("evaluate {scenario} --plan given --out {scenario}-judged")).code(0);
        let rows = room.rows(&format!("{scenario}-judged/replenishment.csv"));
        number(rows.iter().find(|row| row["outlet"] == "east").expect("it is replenished"), "lead_time_days")
    };
    let closed = 2.0 * 196.0 / 730.0;
    close(lead_time("calm"), 3.2, 1e-12);
    close(lead_time("two"), 3.2 + closed, 1e-12);
    close(lead_time("worse"), 3.2 + 3.0 * closed, 1e-12);
}
