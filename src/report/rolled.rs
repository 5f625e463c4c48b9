//! A roll-out on a terminal.

use comfy_table::Table;

use super::runs::numbers;
use super::terminal::{counted, grouped};
use crate::rollout::{Account, Ground, Obligation, Point, Rollout, excesses, obligations, together};
use crate::scenario::Scenario;

/// Its years, its countries, its curve and its certificate.
pub fn rollout(scenario: &Scenario, ground: &Ground, rollout: &Rollout, points: &[Point]) -> String {
    let all = together(ground, &rollout.books);
    let currency = &scenario.currency;
    let mut text = format!(
        "{}: {} regions in {} countries, {} to {}\n\n",
        scenario.name,
        grouped(ground.areas.len() as f64),
        ground.lands.len(),
        ground.first_year,
        ground.first_year as usize + ground.decided - 1
    );
    text.push_str(&format!("{}\n\n", years(ground, &all).trim_fmt()));
    text.push_str(&format!("{}\n\n", countries(scenario, ground, rollout).trim_fmt()));
    if !points.is_empty() {
        text.push_str(&format!("{}\n\n", curve(points).trim_fmt()));
    }
    text.push_str(&format!("Worth {} {currency} before {}", grouped(rollout.worth), ground.first_year));
    match ground.years - ground.decided {
        0 => {}
        tail => text.push_str(&format!(", {} after the last counted with its outlets", counted(tail, "year"))),
    }
    match (rollout.bound, rollout.gap()) {
        (Some(bound), Some(gap)) => text.push_str(&format!(
            "; no roll-out that keeps the limits is worth more than {} (gap {:.3} %)\n",
            grouped(bound),
            100.0 * gap
        )),
        _ => text.push('\n'),
    }
    if let Some(heard) = rollout.heard {
        text.push_str(&format!("{}\n", spill_over(scenario, ground, rollout, heard)));
    }
    let last: Vec<Obligation> = obligations(scenario, ground, rollout);
    if !last.is_empty() {
        text.push_str(&format!(
            "Parts owed after the last sale: one last order of {} parts, {} units, {} {currency}\n",
            last.len(),
            grouped(last.iter().map(|own| f64::from(own.quantity)).sum()),
            grouped(last.iter().map(|own| own.cost).sum())
        ));
    }
    for (year, excess) in excesses(ground, &rollout.books) {
        text.push_str(&format!("{}: {}\n", ground.first_year as usize + year, excess.words()));
    }
    text
}

/// What trouble that is heard abroad costs, and who hears most, in words.
pub(crate) fn spill_over(scenario: &Scenario, ground: &Ground, rollout: &Rollout, heard: f64) -> String {
    let lowest = |book: &Vec<Account>| book.iter().map(|account| account.reputation).fold(1.0, f64::min);
    let code = |market: usize| scenario.countries[ground.lands[market].country.at()].code.as_str();
    let mut worst: Vec<(f64, usize)> =
        rollout.books.iter().enumerate().map(|(market, book)| (lowest(book), market)).collect();
    worst.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
    let most = match worst.first() {
        Some((reputation, market)) if *reputation < 1.0 => {
            format!("; {} hears most and loses up to {:.1} % of its wishes", code(*market), 100.0 * (1.0 - reputation))
        }
        _ => String::new(),
    };
    format!("Trouble heard abroad costs {} {}{most}", grouped(heard), scenario.currency)
}

fn years(ground: &Ground, all: &[Account]) -> Table {
    let mut table =
        numbers(&["year", "outlets", "opened", "share", "sold", "installed", "technicians", "net", "balance"]);
    let mut balance = 0.0;
    for (year, account) in all.iter().enumerate().take(ground.decided) {
        balance += ground.discount[year] * account.net();
        table.add_row([
            (ground.first_year as usize + year).to_string(),
            grouped(f64::from(account.outlets)),
            grouped(f64::from(account.opened)),
            format!("{:.1} %", 100.0 * account.share),
            grouped(account.sold),
            grouped(account.installed),
            grouped(account.technicians),
            grouped(account.net()),
            grouped(balance),
        ]);
    }
    table
}

fn countries(scenario: &Scenario, ground: &Ground, rollout: &Rollout) -> Table {
    let mut columns = vec!["country", "begins", "outlets", "share", "breaks even", "worth"];
    let heard = ground.is_heard_abroad();
    if heard {
        columns.extend(["ill served", "reputation"]);
    }
    let mut table = numbers(&columns);
    let year = |number: Option<usize>| {
        number.map_or("–".to_owned(), |number| (ground.first_year as usize + number).to_string())
    };
    let mut order: Vec<usize> = (0..ground.lands.len()).collect();
    let begins = |market: &usize| rollout.books[*market].iter().position(|account| account.opened > 0);
    order.sort_by_key(|market| (begins(market).unwrap_or(usize::MAX), *market));
    for market in order {
        let book = &rollout.books[market];
        let last = book[ground.decided - 1];
        let mut row = vec![
            scenario.countries[ground.lands[market].country.at()].code.clone(),
            year(begins(&market)),
            grouped(f64::from(last.outlets)),
            format!("{:.1} %", 100.0 * last.share),
            year(Rollout::breaks_even(ground, book, &rollout.stays[market])),
            grouped(crate::rollout::worth_of(ground, book)),
        ];
        if heard {
            row.extend([format!("{:.1} %", 100.0 * last.ill_served), format!("{:.3}", last.reputation)]);
        }
        table.add_row(row);
    }
    table
}

fn curve(points: &[Point]) -> Table {
    let mut table = numbers(&["outlets", "to the nearest", "share, evenly spread", "share, at best", "at most"]);
    for point in points {
        table.add_row([
            grouped(f64::from(point.outlets)),
            format!("{:.1} km", point.access_km),
            format!("{:.1} %", 100.0 * point.share_even),
            format!("{:.1} %", 100.0 * point.share_best),
            format!("{:.1} %", 100.0 * point.share_bound),
        ]);
    }
    table
}
