//! `small`, solved by hand in its README.

use crate::room::{Room, close, figure, number};

#[test]
fn small_costs_20_000_and_that_is_proven() {
    let room = Room::with("scenarios/small");
    let told = room.run("solve small --json").code(0).json();
    close(figure(&told, "objective"), 20_000.0, 1e-9);
    close(figure(&told, "lower_bound"), 20_000.0, 1e-9);
    assert_eq!(told["status"], "optimal");
    assert_eq!(told["open_outlets"], serde_json::json!(["west", "east"]));
    // The cost lines of the README's first table.
    for (component, cost) in [("outlet_fixed", 6000.0), ("travel", 4200.0), ("labour", 5000.0), ("holding", 4800.0)] {
        close(figure(&told["costs"], component), cost, 1e-9);
    }
    let stock = room.rows("plans/small/stock.csv");
    // λ · fill rate over all four shelves is 143.213 of 150: e^−1 (1+1+1/2+1/6), e^−0.4 · 1.4, e^−0.6 · 1.6.
    let pump = (-1.0_f64).exp() * (1.0 + 1.0 + 0.5 + 1.0 / 6.0);
    let expected = [
        ("west", "pump", 4.0, pump),
        ("west", "board", 2.0, (-0.4_f64).exp() * 1.4),
        ("east", "pump", 4.0, pump),
        ("east", "board", 2.0, (-0.6_f64).exp() * 1.6),
    ];
    assert_eq!(stock.len(), expected.len());
    for (row, (site, part, level, fill)) in stock.iter().zip(expected) {
        assert_eq!((row["site"].as_str(), row["part"].as_str()), (site, part));
        close(number(row, "base_stock"), level, 0.0);
        close(number(row, "fill_rate"), fill, 1e-12);
    }
    let promised = (50.0 * 2.0 * pump + 20.0 * (-0.4_f64).exp() * 1.4 + 30.0 * (-0.6_f64).exp() * 1.6) / 150.0;
    close(figure(&told["promises"][0], "computed"), promised, 1e-12);
}

#[test]
fn each_choice_of_outlets_costs_what_the_readme_of_small_says() {
    let room = Room::with("scenarios/small");
    let table: [(&[&str], f64); 7] = [
        (&["west", "east"], 20_000.0),
        (&["middle", "east"], 20_600.0),
        (&["west", "middle", "east"], 20_800.0),
        (&["middle"], 21_400.0),
        (&["west", "middle"], 21_600.0),
        (&["east"], 25_000.0),
        (&["west"], 28_200.0),
    ];
    for (open, cost) in table {
        let name = open.join("-");
        let mut settings = "extends = \"../small\"\n".to_owned();
        for outlet in ["west", "middle", "east"] {
            let status = if open.contains(&outlet) { "open" } else { "closed" };
            settings.push_str(&format!(
                "[[change]]\ntable = \"outlets\"\nwhere = {{ outlet = \"{outlet}\" }}\nset = {{ status = \"{status}\" }}\n"
            ));
        }
        room.write(&format!("{name}/scenario.toml"), &settings);
        let told = room.run(&format!("solve {name} --json")).code(0).json();
        close(figure(&told, "objective"), cost, 1e-9);
        close(figure(&told, "lower_bound"), cost, 1e-6);
        assert_eq!(told["open_outlets"], serde_json::json!(open), "in the order of outlets.csv");
    }
}

#[test]
fn a_dearer_shelf_is_paid_for_through_a_setting_of_the_command_line() {
    let room = Room::with("scenarios/small");
    let told = room.run("solve small --set stocking.holding_rate_per_year=0.26 --json").code(0).json();
    // West and East hold 19,200 of stock: one more percent of it is 192; Middle and East the same; Middle 14,400: 144.
    close(figure(&told, "objective"), 20_192.0, 1e-9);
}

#[test]
fn within_15_km_one_outlet_covers_50_of_150_jobs_of_small() {
    let room = Room::with("scenarios/small");
    room.write(
        "near/scenario.toml",
        "extends = \"../small\"\n[planning]\nobjective = \"coverage\"\ncoverage_within_hours = 0.3\n\
         [limits]\noutlets = { max = 1 }\n",
    );
    // West covers Ashby's 40, Middle Barrow's 30, East Derby's 50: 100 jobs stay outside, and that is proven.
    let told = room.run("solve near --json").code(0).json();
    close(figure(&told, "objective"), 100.0, 1e-9);
    close(figure(&told, "lower_bound"), 100.0, 1e-9);
    assert_eq!(told["open_outlets"], serde_json::json!(["east"]));
    room.run("verify near --plan plans/near").code(0);
}

#[test]
fn with_two_outlets_the_longest_way_of_small_is_40_km() {
    let room = Room::with("scenarios/small");
    // West and East leave Barrow 40 km and Corby 30 km; Middle with either leaves a town 50 km; so 40 km, 0.8 h.
    room.write(
        "far/scenario.toml",
        "extends = \"../small\"\n[planning]\nobjective = \"farthest\"\n[limits]\noutlets = { max = 2 }\n",
    );
    let told = room.run("solve far --json").code(0).json();
    close(figure(&told, "objective"), 0.8, 1e-9);
    close(figure(&told, "lower_bound"), 0.8, 1e-9);
    assert_eq!(told["open_outlets"], serde_json::json!(["west", "east"]));
}
