//! A plan in one page of Markdown, for a mail, a ticket or a wiki.

use std::fmt::Write;

use super::tables::by_country;
use crate::cost::{Component, sums};
use crate::plan::figures::{Figures, PromiseFigures, SiteFigures};
use crate::report::terminal::{counted, grouped};

/// The most rows of a list; what is left out is said.
const SHOWN: usize = 12;

/// The page.
pub fn markdown(figures: &Figures) -> String {
    let own = &figures.summary;
    let mut page = format!("# Plan of {}\n\n", cell(&own.scenario));
    let open = |sites: &[SiteFigures]| sites.iter().filter(|site| site.open).count();
    let units: f64 = figures.stock.iter().map(|row| f64::from(row.base_stock)).sum();
    let _ = write!(
        page,
        "**{} {} a year** ({}). {} of {} and {} of {} are open",
        grouped(own.cost_per_year),
        own.currency,
        own.status,
        open(&figures.outlets),
        counted(figures.outlets.len(), "outlet"),
        open(&figures.depots),
        counted(figures.depots.len(), "depot"),
    );
    let shelves = if figures.stock.len() == 1 { "shelf" } else { "shelves" };
    let _ =
        writeln!(page, "; {} units are kept on {} {shelves}.\n", grouped(units), grouped(figures.stock.len() as f64));
    certificate(&mut page, figures);
    costs(&mut page, figures);
    promises(&mut page, &own.promises);
    countries(&mut page, figures);
    depots(&mut page, figures);
    let _ = writeln!(page, "Made by sparenet {}, seed {}, input `{}`.", own.version, own.seed, own.input_hash);
    page
}

/// A text that stays in its cell.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace(['\n', '\r'], " ")
}

fn certificate(page: &mut String, figures: &Figures) {
    let own = &figures.summary;
    let told = match (own.lower_bound, own.gap) {
        (Some(bound), Some(gap)) if gap < 1.0 => format!(
            "No plan that keeps its promises has an objective below {}; this one's is {}: a gap of {:.3} %.",
            measured(bound),
            measured(own.objective),
            100.0 * gap
        ),
        _ => format!("The objective is {}; no lower bound is known.", measured(own.objective)),
    };
    let _ = writeln!(page, "{told}\n");
}

/// A number with as many digits as its size deserves.
fn measured(number: f64) -> String {
    if number.abs() >= 1000.0 { grouped(number) } else { format!("{number:.4}") }
}

fn costs(page: &mut String, figures: &Figures) {
    let spent = sums(figures.costs.iter().map(|row| (row.component, row.amount)));
    let _ = writeln!(page, "| cost a year | {} | share |\n|---|---:|---:|", figures.summary.currency);
    for component in Component::ALL {
        if let Some(amount) = spent.get(&component) {
            let share = 100.0 * amount / figures.summary.cost_per_year;
            let _ = writeln!(page, "| {} | {} | {share:.1} % |", component.name(), grouped(*amount));
        }
    }
    let _ = writeln!(page, "| **together** | **{}** | |\n", grouped(figures.summary.cost_per_year));
}

fn promises(page: &mut String, promises: &[PromiseFigures]) {
    if promises.is_empty() {
        return;
    }
    let kept = promises.iter().filter(|promise| promise.kept).count();
    let _ = writeln!(page, "{kept} of {} kept.\n", counted(promises.len(), "promise"));
    let _ = writeln!(page, "| promise | computed | |\n|---|---:|---|");
    // What is broken comes first.
    let order = promises.iter().filter(|promise| !promise.kept).chain(promises.iter().filter(|promise| promise.kept));
    for promise in order.take(SHOWN) {
        let word = match (promise.kept, promise.hard) {
            (true, _) => "kept",
            (false, true) => "**broken**",
            (false, false) => "missed, penalty paid",
        };
        let _ = writeln!(page, "| {} | {:.4} | {word} |", cell(&promise.target), promise.computed);
    }
    more(page, promises.len());
}

/// Says how many rows are not shown, and ends the list.
fn more(page: &mut String, rows: usize) {
    if rows > SHOWN {
        let _ = writeln!(page, "\n… and {} more.", grouped((rows - SHOWN) as f64));
    }
    page.push('\n');
}

fn countries(page: &mut String, figures: &Figures) {
    let countries = by_country(figures);
    let mut rows: Vec<_> = countries.iter().filter_map(|(country, own)| Some((country.as_ref()?, own))).collect();
    if rows.iter().all(|(country, _)| country.is_empty()) {
        return;
    }
    rows.sort_by(|left, right| right.1.cost.total_cmp(&left.1.cost).then(left.0.cmp(right.0)));
    let _ = writeln!(page, "| country | cost a year | outlets | depots |\n|---|---:|---:|---:|");
    for (country, own) in rows.iter().take(SHOWN) {
        let country = if country.is_empty() { "none" } else { country };
        let _ = writeln!(page, "| {} | {} | {} | {} |", cell(country), grouped(own.cost), own.outlets, own.depots);
    }
    more(page, rows.len());
}

fn depots(page: &mut String, figures: &Figures) {
    let drawn = sums(figures.replenishment.iter().map(|row| (row.depot.as_str(), 1.0)));
    if drawn.is_empty() {
        return;
    }
    let _ = writeln!(page, "| depot | outlets replenished | units a year | cost a year |\n|---|---:|---:|---:|");
    for depot in figures.depots.iter().filter(|depot| depot.open) {
        let name =
            figures.map.as_ref().and_then(|map| map.depots.get(&depot.id)).map_or(&depot.id, |place| &place.name);
        let outlets = drawn.get(depot.id.as_str()).copied().unwrap_or_default();
        let _ = writeln!(page, "| {} | {outlets} | {} | {} |", cell(name), grouped(depot.load), grouped(depot.cost));
    }
    page.push('\n');
}
