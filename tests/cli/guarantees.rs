//! The three guarantees and inspection before shipment through the command line.
//!
//! A thousand washers stand in Germany, five hundred in France. A washer needs a pump 0.1 times a year (an hour of work at 50)
//! and a visit without a part 0.02 times. It lives 8 years, 2 of them in warranty: a quarter of failures are claims.

use crate::room::{Room, close, figure, number};

const GUARANTEES: &str = "product,country,life_years,repair_cost_per_claim,replacement_cost,refund_cost,repair_at_most,\
                          refund_at_least,extended_months,extended_take_up,extended_price,return_share_of_sales,return_cost,\
                          salvage_value\n";

/// The scenario `sold` with these rows of guarantees, if any, and these lines at the end of its settings.
fn room(rows: &str, settings: &str) -> Room {
    let room = Room::new();
    for (file, text) in [
        ("regions.csv", "region,country\nr,DE\ns,FR\n"),
        ("countries.csv", "country,labour_cost_per_hour\nDE,50\nFR,60\n"),
        ("outlets.csv", "outlet,country,fixed_cost_per_year,supplier_lead_time_days\no,DE,0,36.5\n"),
        ("parts.csv", "part,unit_cost\npump,100\n"),
        ("products.csv", "product,unit_price,warranty_months\nwasher,400,24\n"),
        ("installed_base.csv", "region,product,units\nr,washer,1000\ns,washer,500\n"),
        (
            "failures.csv",
            "product,part,failures_per_unit_year,repair_hours,variance_to_mean\nwasher,pump,0.1,1,3\nwasher,,0.02,0,1\n",
        ),
        ("lanes.csv", "from,to,hours,cost_per_job\no,r,0,0\no,s,1,10\n"),
    ] {
        room.write(&format!("sold/{file}"), text);
    }
    let head = "name = \"sold\"\n[travel]\nlanes = \"listed\"\n";
    let target = "[[target]]\nmetric = \"fill_rate\"\nat_least = 0.9\n";
    room.write("sold/scenario.toml", &format!("{head}{settings}{target}"));
    if !rows.is_empty() {
        room.write("sold/guarantees.csv", &format!("{GUARANTEES}{rows}"));
    }
    room
}

#[test]
fn a_statute_replaces_and_refunds_what_would_have_been_repaired() {
    // France: at most 0.6 repaired, at least 0.1 refunded; the rest, 0.3, is replaced for 300 and not refunded for 400.
    let free = "washer,,8,90,300,400,,,,,,,,\n";
    let room = room(&format!("{free}washer,FR,8,90,300,400,0.6,0.1,,,,,,\n"), "");
    let told = room.run("solve sold --json").code(0).json();
    // France: 500 × 0.12 = 60 failures, 15 claims: 4.5 × 300 + 1.5 × 400.
    close(figure(&told["costs"], "guarantee"), 1_950.0, 1e-9);
    // 1 − 0.25 × 0.4 = 0.9 of France's jobs are left: 54 journeys of 10, 45 hours; Germany has 100 hours.
    close(figure(&told["costs"], "travel"), 540.0, 1e-9);
    close(figure(&told["costs"], "labour"), 50.0 * 145.0, 1e-9);
    close(figure(&told, "lower_bound"), figure(&told, "objective"), 1e-6);
    let rows = room.rows("plans/sold/guarantees.csv");
    assert_eq!((rows.len(), rows[0]["country"].as_str(), rows[1]["country"].as_str()), (2, "DE", "FR"));
    for (column, wanted) in [
        ("units", 500.0),
        ("failures_per_year", 60.0),
        ("in_warranty_share", 0.25),
        ("claims_per_year", 15.0),
        ("repaired_share", 0.6),
        ("replaced_share", 0.3),
        ("refunded_share", 0.1),
        ("guarantee_cost_per_year", 1_950.0),
        ("cost_per_unit", 3.9),
    ] {
        close(number(&rows[1], column), wanted, 1e-12);
    }
    close(number(&rows[0], "repaired_share"), 1.0, 0.0);
    assert_eq!(number(&rows[0], "guarantee_cost_per_year"), 0.0);
    // Every figure of the file is recomputed.
    room.run("verify sold --plan plans/sold").code(0);
    let told = rows[1]["guarantee_cost_per_year"].clone();
    room.edit("plans/sold/guarantees.csv", &format!(",{told},"), ",1940,");
    let ran = room.run("verify sold --plan plans/sold").code(7);
    assert!(format!("{}{}", ran.out, ran.err).contains("`guarantee_cost_per_year` of `washer,FR` is 1940"), "{ran:?}");
}

#[test]
fn a_thinned_stream_is_planned_like_one_that_is_given_so() {
    let thin = room("washer,,8,90,300,400,0.6,0.1,,,,,,\n", "");
    thin.run("solve sold -q").code(0);
    // 0.9 of the rates; a variance-to-mean ratio of 3 becomes 1 + 2 × 0.9.
    let given = room("", "");
    let failures = "product,part,failures_per_unit_year,repair_hours,variance_to_mean\n\
                    washer,pump,0.09000000000000001,1,2.8\nwasher,,0.018000000000000002,0,1\n";
    given.write("sold/failures.csv", failures);
    given.run("solve sold -q").code(0);
    for (left, right) in thin.rows("plans/sold/stock.csv").iter().zip(&given.rows("plans/sold/stock.csv")) {
        assert_eq!((&left["part"], &left["base_stock"]), (&right["part"], &right["base_stock"]));
        close(number(left, "fill_rate"), number(right, "fill_rate"), 1e-12);
        close(number(left, "expected_backorders"), number(right, "expected_backorders"), 1e-12);
    }
    // Lived, the promise is what was computed.
    let lived = thin.run("simulate sold --plan plans/sold --years 300 --json").code(0).json();
    assert_eq!(lived["promises"][0]["agrees"], true, "{}", lived["promises"][0]);
}

#[test]
fn contracts_earn_and_lengthen_the_warranty_and_returned_goods_cost() {
    let room = room("washer,DE,8,90,300,400,0.5,,12,0.4,80,,,\nwasher,FR,8,90,300,400,,,,,,0.05,60,20\n", "");
    let told = room.run("solve sold --json").code(0).json();
    // 1000 × 0.4 × 80 / 8 a year are earned; 0.25 + 0.4 × 0.125 = 0.3 of 120 failures are claims, half of them replaced.
    close(figure(&told["costs"], "contract"), -4_000.0, 1e-12);
    close(figure(&told["costs"], "guarantee"), 18.0 * 300.0, 1e-9);
    // A steady base of 500 sells 62.5 a year: 0.05 of them come back and lose 40 each.
    close(figure(&told["costs"], "returns"), 125.0, 1e-12);
    let by_country = |code: &str| {
        let rows = room.rows("plans/sold/guarantees.csv");
        let row = rows.iter().find(|row| row["country"] == code).expect("it has a row").clone();
        number(&row, "cost_per_unit")
    };
    close(by_country("DE"), 1.4, 1e-12);
    close(by_country("FR"), 0.25, 1e-12);
    let ran = room.run("evaluate sold --plan plans/sold").code(0);
    assert!(ran.out.contains("Guarantees: 51 claims a year"), "{}", ran.out);
    room.run("report sold --plan plans/sold --out page.html").code(0);
    assert!(room.read("page.html").contains("After-sales service"));
}

#[test]
fn a_repair_that_is_dearer_than_a_new_unit_is_not_made() {
    let cheap = room("washer,,8,90,300,400,,,,,,,,\n", "");
    let dear = room("washer,,8,310,300,400,,,,,,,,\n", "");
    let (cheap, dear) = (cheap.run("solve sold --json").code(0).json(), dear.run("solve sold --json").code(0).json());
    assert!(cheap["costs"].get("guarantee").is_none(), "{}", cheap["costs"]);
    // A quarter of 180 failures: 45 new units of 300.
    close(figure(&dear["costs"], "guarantee"), 13_500.0, 1e-9);
    close(figure(&dear["costs"], "labour"), 0.75 * figure(&cheap["costs"], "labour"), 1e-9);
}

#[test]
fn inspection_costs_what_is_sold_and_halves_what_fails() {
    let inspected = room("washer,,8,90,300,400,,,,,,,,\n", "[service]\ninspection = \"full\"\n");
    inspected.write("sold/inspection.csv", "inspection,product,cost_per_unit,escape_factor\nfull,,2,0.5\nnone,,0,1\n");
    let told = inspected.run("solve sold --json").code(0).json();
    // 1500 / 8 = 187.5 washers are sold a year.
    close(figure(&told["costs"], "inspection"), 375.0, 1e-12);
    close(figure(&told["costs"], "labour"), 50.0 * 75.0, 1e-9);
    let plain = inspected.run("solve sold --json --set service.inspection=none").code(0).json();
    close(figure(&plain["costs"], "labour"), 50.0 * 150.0, 1e-9);
    assert!(plain["costs"].get("inspection").is_none());
    let refused = inspected.run("solve sold --set service.inspection=half").code(3);
    assert!(refused.err.contains("unknown inspection `half`"), "{}", refused.err);
}

#[test]
fn a_tenth_of_what_half_of_the_failures_teach_is_a_twentieth_fewer() {
    let room = room("", "[service]\nfeedback_share = 0.5\nlearning_rate = 0.1\n");
    let told = room.run("solve sold --json").code(0).json();
    // 150 hours of work at 50.
    close(figure(&told["costs"], "labour"), 0.95 * 7_500.0, 1e-12);
}

#[test]
fn a_warranty_is_as_long_as_the_law_asks() {
    let room = room("", "");
    let columns =
        "product,country,life_years,replacement_cost,replace_at_least,warranty_months,statutory_warranty_months\n";
    room.write("sold/guarantees.csv", &format!("{columns}washer,DE,8,300,1,,\nwasher,FR,8,300,1,12,36\n"));
    let checked = room.run("check sold").code(0);
    assert!(checked.err.contains("shorter than the law allows"), "{}", checked.err);
    let told = room.run("solve sold --json").code(0).json();
    // Two of eight years in Germany, three in France: 30 and 22.5 claims.
    close(figure(&told["costs"], "guarantee"), 52.5 * 300.0, 1e-9);
}

#[test]
fn the_optimiser_chooses_the_inspection_that_costs_least_in_all() {
    let room = room("washer,,8,90,300,400,,,,,,,,\n", "");
    room.write(
        "sold/inspection.csv",
        "inspection,cost_per_unit,escape_factor\nfull,2,0.5\nthorough,90,0.4\nnone,0,1\n",
    );
    for level in ["full", "thorough", "none"] {
        let settings = format!("[service]\ninspection = \"{level}\"\n");
        room.write(&format!("sold/choices/inspection/{level}.toml"), &settings);
    }
    let told = room.run("solve sold --json").code(0).json();
    // 375 halve 7,500 of labour and 180 of travel; 16,875 would save a tenth more.
    assert_eq!(told["options"]["inspection"], "full", "{told}");
    close(figure(&told["costs"], "inspection"), 375.0, 1e-12);
}
