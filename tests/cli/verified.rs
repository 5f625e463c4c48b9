//! `verify` finds any figure that is wrong.

use crate::room::{Room, invented};

/// Adds one to the numeric fields of a plan's table, one at a time; says which of them `verify` did not find.
fn missed(room: &Room, scenario: &str, plan: &str, table: &str, step: usize) -> Vec<String> {
    let file = format!("{plan}/{table}");
    let text = room.read(&file);
    let mut missed = Vec::new();
    let mut count = 0;
    for (line, row) in text.lines().enumerate().skip(1) {
        for (place, field) in row.split(',').enumerate() {
            let Ok(value) = field.parse::<f64>() else { continue };
            count += 1;
            if count % step != 0 {
                continue;
            }
            let mut fields: Vec<String> = row.split(',').map(str::to_owned).collect();
            fields[place] = (value + 1.0).to_string();
            let mut rows: Vec<String> = text.lines().map(str::to_owned).collect();
            rows[line] = fields.join(",");
            room.write(&file, &format!("{}\n", rows.join("\n")));
            let ran = room.run(&format!("verify {scenario} --plan {plan}"));
            let named = ran.err.contains(&format!("{table}:{}:", line + 1));
            if ran.code != 7 || !named {
                missed.push(format!("{table}:{} field {place}: code {}, {}", line + 1, ran.code, ran.err));
            }
        }
    }
    room.write(&file, &text);
    assert!(count > 0, "{table} holds no number");
    missed
}

#[test]
fn a_plan_as_it_was_written_is_verified() {
    let room = Room::with("scenarios/small");
    room.run("solve small -q").code(0);
    let ran = room.run("verify small --plan plans/small").code(0);
    assert!(ran.out.contains("the plan holds"), "{}", ran.out);
    let told = room.run("verify small --plan plans/small --json").code(0).json();
    assert_eq!(told["holds"], true);
    assert_eq!(told["breaches"], serde_json::json!([]));
}

#[test]
fn any_figure_of_a_small_plan_that_is_changed_is_found_with_its_file_and_line() {
    let room = Room::with("scenarios/small");
    room.run("solve small -q").code(0);
    let tables = ["stock.csv", "assignments.csv", "costs.csv", "outlets.csv", "service.csv"];
    let missed: Vec<String> = tables.iter().flat_map(|table| missed(&room, "small", "plans/small", table, 1)).collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    room.run("verify small --plan plans/small").code(0);
}

#[test]
fn changed_figures_of_a_plan_with_depots_are_found_with_their_file_and_line() {
    let room = Room::new();
    invented(&room, "two-echelons", 40, "gap = 0.5");
    room.run("solve two-echelons -q").code(0);
    let tables = [("stock.csv", 7), ("depots.csv", 5), ("replenishment.csv", 1), ("costs.csv", 3), ("outlets.csv", 13)];
    let plan = "plans/two-echelons";
    let missed: Vec<String> =
        tables.iter().flat_map(|(table, step)| missed(&room, "two-echelons", plan, table, *step)).collect();
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    room.run("verify two-echelons --plan plans/two-echelons").code(0);
}

#[test]
fn changed_figures_of_the_summary_are_found() {
    let room = Room::with("scenarios/small");
    room.run("solve small -q").code(0);
    let edits = [
        ("\"objective\": 20000.0", "\"objective\": 19999.0"),
        ("\"lower_bound\": 20000.0", "\"lower_bound\": 19000.0"),
        ("\"lower_bound\": 20000.0", "\"lower_bound\": 20001.0"),
        ("\"gap\": 0.0", "\"gap\": 0.01"),
        ("\"cost_per_year\": 20000.0", "\"cost_per_year\": 20001.0"),
        ("\"travel\": 4200.0", "\"travel\": 4100.0"),
        ("\"west\"", "\"middle\""),
        ("\"kept\": true", "\"kept\": false"),
    ];
    let text = room.read("plans/small/plan.json");
    for (from, to) in edits {
        room.edit("plans/small/plan.json", from, to);
        let ran = room.run("verify small --plan plans/small").code(7);
        assert!(ran.err.contains("plan.json"), "{from} → {to}: {}", ran.err);
        room.write("plans/small/plan.json", &text);
    }
}

#[test]
fn rows_that_are_missing_or_too_many_are_found() {
    let room = Room::with("scenarios/small");
    room.run("solve small -q").code(0);
    let text = room.read("plans/small/costs.csv");
    let without: Vec<&str> = text.lines().filter(|line| !line.starts_with("labour,east")).collect();
    room.write("plans/small/costs.csv", &format!("{}\n", without.join("\n")));
    let ran = room.run("verify small --plan plans/small").code(7);
    assert!(ran.err.contains("costs.csv") && ran.err.contains("labour,east"), "{}", ran.err);
    room.write("plans/small/costs.csv", &format!("{text}freight,east,XA,12\n"));
    let ran = room.run("verify small --plan plans/small").code(7);
    assert!(ran.err.contains("costs.csv:10:"), "{}", ran.err);
}

#[test]
fn a_plan_of_another_scenario_is_not_verified() {
    let room = Room::with("scenarios/small");
    room.run("solve small -q").code(0);
    let ran = room.run("verify small --plan plans/small --set stocking.holding_rate_per_year=0.3").code(7);
    assert!(ran.err.contains("holding"), "{}", ran.err);
}
