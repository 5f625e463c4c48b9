//! The files of a roll-out: `rollout.json`, `years.csv`, `outlets_by_year.csv`, `curve.csv`.

use serde_json::{Map, Value, json};

use super::{Account, Course, Ground, Obligation, Point, Rollout, excesses, obligations, together};
use crate::plan::write::table::Table;
use crate::scenario::Scenario;

/// The summary's file.
pub const ROLLOUT_FILE: &str = "rollout.json";
/// The course's file.
pub const COURSE_FILE: &str = "outlets_by_year.csv";

/// What `rollout.json` and `--json` say.
pub fn summary(scenario: &Scenario, ground: &Ground, rollout: &Rollout) -> Map<String, Value> {
    let all = together(ground, &rollout.books);
    let last = all[ground.decided - 1];
    let status = match rollout.gap() {
        Some(gap) if gap <= scenario.planning.gap => "optimal",
        _ => "feasible",
    };
    let heard = |figure: f64| ground.is_heard_abroad().then_some(figure);
    let countries: Vec<Value> = ground
        .lands
        .iter()
        .zip(rollout.books.iter().zip(&rollout.stays))
        .map(|(land, (book, stays))| {
            let begins = book.iter().position(|account| account.opened > 0);
            let year = |number: Option<usize>| number.map(|number| ground.first_year as usize + number);
            json!({
                "country": scenario.countries[land.country.at()].code,
                "first_opening": year(begins),
                "breaks_even": year(Rollout::breaks_even(ground, book, stays)),
                "worth": super::account::worth_of(ground, book),
                "outlets": book[ground.decided - 1].outlets,
                "share": book[ground.decided - 1].share,
                "ill_served_share": heard(book[ground.decided - 1].ill_served),
                "reputation": heard(book[ground.decided - 1].reputation),
            })
        })
        .collect();
    let summary = json!({
        "scenario": scenario.name,
        "status": status,
        "currency": scenario.currency,
        "worth": rollout.worth,
        "bound": rollout.bound,
        "gap": rollout.gap(),
        "first_year": ground.first_year,
        "years": ground.decided,
        "tail_years": ground.years - ground.decided,
        "outlets": last.outlets,
        "share": last.share,
        "installed": last.installed,
        "breaks_even": Rollout::breaks_even(ground, &all, &together(ground, &rollout.stays)).map(|year| ground.first_year as usize + year),
        "last_buy_cost": obligations(scenario, ground, rollout).iter().map(|own| own.cost).sum::<f64>(),
        "spill_over_cost": rollout.heard,
        "reputation": heard(last.reputation),
        "limits_kept": excesses(ground, &rollout.books).is_empty(),
        "countries": countries,
        "version": env!("CARGO_PKG_VERSION"),
        "input_hash": scenario.input_hash,
    });
    match summary {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// The files: name and content.
pub fn files(scenario: &Scenario, ground: &Ground, rollout: &Rollout, points: &[Point]) -> Vec<(&'static str, String)> {
    vec![
        (ROLLOUT_FILE, format!("{:#}\n", Value::Object(summary(scenario, ground, rollout)))),
        ("years.csv", years(scenario, ground, rollout)),
        (COURSE_FILE, course(scenario, ground, &rollout.course)),
        ("curve.csv", curve(points)),
        ("last_buy.csv", last_buy(scenario, ground, rollout)),
    ]
}

/// A row for each year and market, and one for all markets together.
fn years(scenario: &Scenario, ground: &Ground, rollout: &Rollout) -> String {
    let mut table = Table::with_header(&[
        "year",
        "country",
        "outlets",
        "opened",
        "closed",
        "share",
        "wished_share",
        "sold",
        "installed",
        "jobs",
        "technicians",
        "margin",
        "service_margin",
        "outlet_cost",
        "opening_cost",
        "closing_cost",
        "net",
        "discounted",
        "balance",
        "ill_served_share",
        "reputation",
    ]);
    let all = together(ground, &rollout.books);
    let of_lands = ground.lands.iter().map(|land| scenario.countries[land.country.at()].code.as_str());
    let books: Vec<(&str, &Vec<Account>)> = of_lands.zip(&rollout.books).chain([("", &all)]).collect();
    let mut balances = vec![0.0; books.len()];
    for number in 0..ground.years {
        let year = ground.first_year as usize + number;
        for ((country, book), balance) in books.iter().zip(&mut balances) {
            let own = &book[number];
            let net = own.net();
            let discounted = ground.discount[number] * net;
            *balance += discounted;
            table.row(&[
                &year,
                country,
                &own.outlets,
                &own.opened,
                &own.closed,
                &own.share,
                &own.wished,
                &own.sold,
                &own.installed,
                &own.jobs,
                &own.technicians,
                &own.margin,
                &own.service,
                &own.fixed,
                &own.opening,
                &own.closing,
                &net,
                &discounted,
                balance,
                &own.ill_served,
                &own.reputation,
            ]);
        }
    }
    table.0
}

fn course(scenario: &Scenario, ground: &Ground, course: &Course) -> String {
    let mut table = Table::with_header(&["region", "year", "outlets"]);
    for (area, outlets) in ground.areas.iter().zip(course) {
        for (year, outlets) in outlets.iter().enumerate().take(ground.decided) {
            let region = &scenario.regions[area.region.at()].id;
            table.row(&[region, &(ground.first_year as usize + year), outlets]);
        }
    }
    table.0
}

/// The last orders for the parts owed after the last sale; only the header without an obligation.
fn last_buy(scenario: &Scenario, ground: &Ground, rollout: &Rollout) -> String {
    let mut table = Table::with_header(&["part", "mean_demand", "quantity", "cost"]);
    for Obligation { part, mean_demand, quantity, cost } in obligations(scenario, ground, rollout) {
        table.row(&[&scenario.parts[part.at()].id, &mean_demand, &quantity, &cost]);
    }
    table.0
}

fn curve(points: &[Point]) -> String {
    let mut table = Table::with_header(&["outlets", "access_km", "share_even", "share_best", "share_bound"]);
    for Point { outlets, access_km, share_even, share_best, share_bound } in points {
        table.row(&[outlets, access_km, share_even, share_best, share_bound]);
    }
    table.0
}
