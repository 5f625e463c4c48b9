//! An explanation for a terminal.

use comfy_table::{CellAlignment, Table, presets};

use super::compared::{decided, signed};
use super::conditions::{COLUMNS, brief, row};
use super::terminal::{counted, grouped};
use crate::cost::Component;
use crate::explain::{
    Candidate, Changed, CountryExplained, Explanation, Interval, Outcome, PartExplained, PromiseExplained, PromiseLine,
    Questioned, Reason, RegionExplained, Repriced, SiteExplained,
};
use crate::resolve::Begun;
use crate::scenario::{Condition, Objective, Scenario, SiteId};

/// The most rows of a list; what is left out is said, and all of it is in the JSON.
const SHOWN: usize = 10;

/// What an explanation is told in.
struct Money<'a> {
    /// Of what is sought.
    unit: String,
    currency: &'a str,
    objective: f64,
}

/// The explanation: what is so, why, and what would be otherwise.
pub fn explanation(questioned: &Questioned, explanation: &Explanation) -> String {
    let scenario = questioned.scenario;
    let unit = match scenario.planning.objective {
        Objective::Cost => format!("{} a year", scenario.currency),
        Objective::Coverage { .. } => "jobs a year beyond the window".to_owned(),
        Objective::Farthest => "hours".to_owned(),
    };
    let objective = questioned.plan.certificate.objective;
    let money = Money { unit, currency: &scenario.currency, objective };
    match explanation {
        Explanation::Site(own) => site(own, &money),
        Explanation::Region(own) => region(own, &money),
        Explanation::Part(own) => part(own, &money),
        Explanation::Promise(own) => promise(own, &money),
        Explanation::Country(own) => country(questioned, own),
        Explanation::Condition(own) => {
            let condition = &own.condition;
            let is = if condition.on { "holds" } else { "is off" };
            let mut text = format!("Condition `{}` {is}\n\n", condition.id);
            text.push_str(&ledger(scenario, std::slice::from_ref(condition)));
            let verb = if condition.on { "doing without it" } else { "letting it hold" };
            text + &otherwise(&own.otherwise, verb, &money)
        }
    }
}

fn country(questioned: &Questioned, own: &CountryExplained) -> String {
    let scenario = questioned.scenario;
    let row = &scenario.countries[own.country.at()];
    let mut text = format!(
        "Country {}: {} with {} jobs a year, {} of {} open",
        own.code,
        counted(own.regions, "region"),
        grouped(own.jobs),
        own.outlets.0,
        counted(own.outlets.1, "outlet")
    );
    if own.depots.1 > 0 {
        text.push_str(&format!(", {} of {} open", own.depots.0, counted(own.depots.1, "depot")));
    }
    text.push_str(&format!("; its sites cost {} {} a year\n\n", amount(own.cost), scenario.currency));
    let mut facts = table(&["what holds there", "", ""]);
    let mut fact = |what: &str, value: String, unit: &str| {
        facts.add_row(vec![what.to_owned(), value, unit.to_owned()]);
    };
    let wage = row.labour_cost_per_hour.get();
    fact("wage", brief(wage), &format!("{} an hour", scenario.currency));
    if let (Some(rate), Some(currency)) = (row.exchange_rate, &row.currency) {
        fact("exchange rate", brief(rate), &format!("{} for one {currency}", scenario.currency));
    }
    fact("customs", brief(row.customs.get()), "days on average");
    if row.customs_deviation.get() > 0.0 {
        fact("customs, standard deviation", brief(row.customs_deviation.get()), "days");
    }
    fact("duty", brief(100.0 * row.duty_rate.get()), "% of the value");
    for own in &own.service {
        let window = own.within_hours.map_or(String::new(), |hours| format!(" within {} h", brief(hours)));
        fact(&format!("{}{window}", own.metric.name()), format!("{:.4}", own.value), "");
    }
    text.push_str(&format!("{}\n\n", facts.trim_fmt()));
    if own.conditions.is_empty() {
        text.push_str("No condition of the ledger speaks of it\n");
    } else {
        text.push_str(&ledger(scenario, &own.conditions));
        text.push_str("What one of them costs: `explain --condition` with its id solves without it\n");
    }
    text
}

/// Conditions as a table, those that hold first.
fn ledger(scenario: &Scenario, conditions: &[Condition]) -> String {
    let mut rows = table(&COLUMNS);
    let (on, off): (Vec<&Condition>, Vec<&Condition>) = conditions.iter().partition(|own| own.on);
    for condition in on.iter().chain(&off) {
        let mut cells = row(scenario, condition);
        if !condition.on {
            cells[6] = "(off)".to_owned();
        }
        rows.add_row(cells.to_vec());
    }
    format!("{}\n\n", rows.trim_fmt())
}

fn titled(id: &str, name: &str) -> String {
    if id == name { format!("`{id}`") } else { format!("`{id}` ({name})") }
}

/// An amount with decimals where it is small.
fn amount(number: f64) -> String {
    if number.abs() >= 1000.0 || number == 0.0 { grouped(number) } else { format!("{number:.2}") }
}

fn site(own: &SiteExplained, money: &Money) -> String {
    let (what, whom, way) = match own.site {
        SiteId::Outlet(_) => ("Outlet", ("region", "jobs a year"), "h"),
        SiteId::Depot(_) => ("Depot", ("outlet", "units a year"), "days"),
    };
    let (is, verb) = if own.open { ("open", "closing") } else { ("closed", "opening") };
    let mut text = format!("{what} {} is {is} in the plan: {}\n\n", titled(&own.id, &own.name), codes(&own.reasons));
    text.push_str(&otherwise(&own.otherwise, verb, money));
    if own.open {
        text.push_str(&format!(
            "It serves {} with {} {}; {} worth {} on its shelves",
            counted(own.serves.len(), whom.0),
            grouped(own.load),
            whom.1,
            counted(usize::try_from(own.stock_units).unwrap_or(usize::MAX), "unit"),
            grouped(own.stock_value)
        ));
        if own.utilisation > 0.0 {
            text.push_str(&format!("; {:.0} % of its capacity", 100.0 * own.utilisation));
        }
        text.push('\n');
        let mut rows = table(&["", whom.1, way]);
        for row in own.serves.iter().take(SHOWN) {
            rows.add_row(vec![row.name.clone(), grouped(row.load), format!("{:.2}", row.time)]);
        }
        text.push_str(&finished(rows, own.serves.len()));
        text.push_str(&costs("What is spent there", &own.costs, money));
    }
    text + &promises(&own.promises, after(&own.otherwise))
}

fn region(own: &RegionExplained, money: &Money) -> String {
    let mut text = format!("Region {}: {} jobs a year", titled(&own.id, &own.name), grouped(own.jobs));
    for server in &own.served_by {
        let share = if server.share < 1.0 { format!(" {:.0} % of them", 100.0 * server.share) } else { String::new() };
        let name = titled(&server.id, &server.name);
        text.push_str(&format!("; {name} serves{share}, {:.2} h, {:.0} km", server.hours, server.distance));
    }
    if !own.reasons.is_empty() {
        text.push_str(&format!(": {}", codes(&own.reasons)));
    }
    text.push_str("\n\n");
    if let Some((to, outcome)) = &own.bound {
        let verb = format!("serving it from {}", titled(&to.id, &to.name));
        text.push_str(&format!("Why not {}: {}\n", to.name, codes(&own.proven(money.objective))));
        text.push_str(&otherwise(outcome, &verb, money));
    }
    if !own.candidates.is_empty() {
        let mut rows = table(&["within reach", "h", "km", "change", "why not"]);
        for candidate in own.candidates.iter().take(SHOWN) {
            rows.add_row(candidate_row(candidate));
        }
        text.push_str(&format!(
            "If this region alone were served from elsewhere, all stock as it stands [{} a year]\n",
            money.currency
        ));
        text.push_str(&finished(rows, own.candidates.len()));
        let broken = own.candidates.iter().take(SHOWN).filter_map(|candidate| {
            let moved = candidate.moved.as_ref().filter(|moved| !moved.broken.is_empty())?;
            Some(format!("  {} breaks: {}\n", candidate.name, broken(moved)))
        });
        text.extend(broken);
        text.push('\n');
    }
    text.push_str(&costs(
        "What the plan would save without its demand, sites and stock as they stand",
        &own.costs,
        money,
    ));
    for row in &own.service {
        let within = row.within_hours.map_or(String::new(), |hours| format!(" within {hours} h"));
        text.push_str(&format!("It gets {}{within} {:.4}\n", row.metric.name(), row.value));
    }
    text.push('\n');
    text
}

fn candidate_row(own: &Candidate) -> Vec<String> {
    let change = own.moved.as_ref().map_or("–".to_owned(), |moved| signed(moved.change));
    vec![own.name.clone(), format!("{:.2}", own.hours), format!("{:.0}", own.distance), change, codes(&own.reasons)]
}

fn broken(moved: &Repriced) -> String {
    let more = if moved.broken.len() > 2 { format!("; and {} more", moved.broken.len() - 2) } else { String::new() };
    format!("{}{more}", moved.broken.iter().take(2).cloned().collect::<Vec<_>>().join("; "))
}

fn part(own: &PartExplained, money: &Money) -> String {
    let units: u64 = own.shelves.iter().map(|shelf| u64::from(shelf.base_stock)).sum();
    let stocked = own.shelves.iter().filter(|shelf| shelf.base_stock > 0).count();
    let mut text = format!(
        "Part {}: {} units a year are asked for; {} on {}\n\n",
        titled(&own.id, &own.name),
        grouped(own.demand),
        counted(usize::try_from(units).unwrap_or(usize::MAX), "unit"),
        counted(stocked, "shelf").replace("shelfs", "shelves")
    );
    let mut rows = table(&["at", "base stock", "fill rate", "holding a year"]);
    for shelf in own.shelves.iter().take(SHOWN) {
        let (stock, rate) = (shelf.base_stock.to_string(), format!("{:.4}", shelf.fill_rate));
        rows.add_row(vec![shelf.name.clone(), stock, rate, amount(shelf.holding_cost)]);
    }
    text.push_str(&finished(rows, own.shelves.len()));
    text.push_str(&costs("What the plan would save without the jobs that need it", &own.costs, money));
    if !own.units.is_empty() {
        let mut rows = table(&["at", "units", "change", "why not"]);
        for row in &own.units {
            let name = own.shelves[row.shelf].name.clone();
            let change = format!("{:+.2}", row.repriced.change);
            let why = match row.repriced.broken.is_empty() {
                true => row.reason.code().to_owned(),
                false => format!("{}: {}", row.reason.code(), broken(&row.repriced)),
            };
            rows.add_row(vec![name, row.base_stock.to_string(), change, why]);
        }
        text.push_str(&format!("One unit more or less, all else as it stands [{} a year]\n", money.currency));
        text.push_str(&finished(rows, 0));
    }
    text + &promises(&own.promises, None)
}

fn promise(own: &PromiseExplained, money: &Money) -> String {
    let words = own.members.first().map_or("nobody".to_owned(), |line| line.words.clone());
    let mut text = format!("Promise {}: {words}", own.target);
    if own.members.len() > 1 {
        text.push_str(&format!(", and {} more members", own.members.len() - 1));
    }
    text.push_str("\n\n");
    text.push_str(&otherwise(&own.without, "doing without it", money));
    text.push_str(&promises(&own.members, after(&own.without)));
    if !own.worst.is_empty() {
        let mut rows = table(&["the worst regions", "jobs a year", "gets"]);
        for row in own.worst.iter().take(SHOWN) {
            rows.add_row(vec![row.name.clone(), grouped(row.jobs), format!("{:.4}", row.value)]);
        }
        text.push_str(&format!("{} jobs a year get less than the level by themselves\n", grouped(own.jobs_below)));
        text.push_str(&finished(rows, own.worst.len()));
    }
    text
}

/// The promises with something forced, if there is such a plan.
fn after(outcome: &Outcome) -> Option<&[PromiseLine]> {
    match outcome {
        Outcome::Solved(changed) => Some(&changed.promises),
        _ => None,
    }
}

/// What the other way comes to, in words.
fn otherwise(outcome: &Outcome, verb: &str, money: &Money) -> String {
    match outcome {
        Outcome::Solved(changed) => {
            let Changed { change, objective, comparison, begun, .. } = &**changed;
            let found = objective - money.objective;
            let found = match found {
                found if found.abs() <= 1e-9 * money.objective.abs() => "costs as much".to_owned(),
                found if found > 0.0 => format!("costs {} more", amount(found)),
                found => format!("costs {} less", amount(-found)),
            };
            let how = if *begun == Begun::Plan { ", mended from this plan," } else { "" };
            let beside = format!("the plan found that way{how} {found}");
            let sentence = capital(&in_words(change, verb, money));
            format!("{sentence}; {beside}.\n\n{}", decided(comparison))
        }
        Outcome::Impossible(diagnosis) => {
            let mut text = format!("{} leaves no plan:\n", capital(verb));
            for finding in &diagnosis.findings {
                text.push_str(&format!("  {}: {}\n", finding.rule, finding.message));
            }
            text + "\n"
        }
        Outcome::Unknown => format!("{}: no plan was found, and none was proven not to exist\n\n", capital(verb)),
    }
}

/// An interval in a sentence: `closing it costs at least 600 and at most 800 EUR a year`.
fn in_words(change: &Interval, verb: &str, money: &Money) -> String {
    let it = if verb.contains("it") { verb.to_owned() } else { format!("{verb} it") };
    let unit = &money.unit;
    let nothing = 1e-9 * money.objective.abs();
    let round = |end: f64| if end.abs() <= nothing { 0.0 } else { end };
    match (change.least.map(round), change.most.map(round)) {
        (None, None) => format!("what {it} costs is not proven: no bound is known"),
        (None, Some(most)) => format!("{it} costs at most {} {unit}", amount(most)),
        (Some(least), None) => format!("{it} costs at least {} {unit}; an upper end is not proven", amount(least)),
        (Some(least), Some(most)) if (most - least).abs() <= nothing => match least {
            0.0 => format!("{it} costs nothing, proven"),
            saved if saved < 0.0 => format!("{it} saves exactly {} {unit}, proven", amount(-saved)),
            cost => format!("{it} costs exactly {} {unit}, proven", amount(cost)),
        },
        (Some(least), Some(most)) if most <= 0.0 => {
            format!("{it} saves at least {} and at most {} {unit}", amount(-most), amount(-least))
        }
        (Some(least), Some(most)) if least >= 0.0 => {
            format!("{it} costs at least {} and at most {} {unit}", amount(least), amount(most))
        }
        (Some(least), Some(most)) => {
            format!(
                "{it} may save up to {} or cost up to {} {unit}: the bounds leave it open",
                amount(-least),
                amount(most)
            )
        }
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

fn codes(reasons: &[Reason]) -> String {
    reasons.iter().map(|reason| reason.code()).collect::<Vec<_>>().join(", ")
}

fn costs(title: &str, costs: &[(Component, f64)], money: &Money) -> String {
    if costs.is_empty() {
        return String::new();
    }
    let mut rows = headless();
    for (component, own) in costs {
        rows.add_row(vec![component.name().to_owned(), amount(*own)]);
    }
    let together = costs.iter().fold(0.0, |sum, own| sum + own.1);
    rows.add_row(vec!["together".to_owned(), amount(together)]);
    format!("{title} [{} a year]\n{}", money.currency, finished(rows, 0))
}

fn promises(lines: &[PromiseLine], after: Option<&[PromiseLine]>) -> String {
    let binding: Vec<&PromiseLine> = lines.iter().filter(|line| line.binds || !line.kept).collect();
    if lines.is_empty() {
        return String::new();
    }
    let mut rows = match after {
        Some(_) => table(&["", "plan", "that way", "one more point"]),
        None => table(&["", "plan", "one more point"]),
    };
    for line in binding.iter().take(SHOWN) {
        let mut row = vec![line.words.clone(), format!("{:.4}", line.computed)];
        if let Some(after) = after {
            let other = after.iter().find(|other| other.words == line.words);
            row.push(other.map_or("–".to_owned(), |other| format!("{:.4}", other.computed)));
        }
        row.push(
            line.point.filter(|price| *price > 0.0).map_or(String::new(), |price| format!("{} a year", amount(price))),
        );
        rows.add_row(row);
    }
    if binding.is_empty() {
        return format!("None of {} binds: each has more room than half a point\n\n", counted(lines.len(), "promise"));
    }
    let title = format!("Promises that bind: {} of {}", binding.len(), lines.len());
    format!("{title}\n{}", finished(rows, binding.len()))
}

fn headless() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table
}

fn table(header: &[&str]) -> Table {
    let mut table = headless();
    table.set_header(header.to_vec());
    table
}

/// A table with its numbers to the right; says how many rows are not shown.
fn finished(mut table: Table, rows: usize) -> String {
    for column in 1..table.column_count() {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let more = if rows > SHOWN { format!(" … and {} more\n", grouped((rows - SHOWN) as f64)) } else { String::new() };
    format!("{}\n{more}\n", table.trim_fmt())
}
