//! The summary of a plan for a terminal.

use comfy_table::{CellAlignment, Table, presets};

use super::conditions::{COLUMNS, row};
use crate::cost::Component;
use crate::demand::{History, pattern::Pattern};
use crate::diagnosis::Diagnosis;
use crate::load::Load;
use crate::network::Network;
use crate::plan::Plan;
use crate::scenario::{Choice, Condition, DepotId, Metric, Objective, OutletId, PartId, Scenario, SiteId};
use crate::service::Promise;

/// The most promises that are shown; the others are in `plan.json`.
const SHOWN_PROMISES: usize = 8;

/// The most conditions that are shown; the others are in the report.
const SHOWN_CONDITIONS: usize = 12;

/// A number with a thin grouping: `1,234,567`.
pub fn grouped(number: f64) -> String {
    let digits = format!("{:.0}", number.abs());
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if number < 0.0 && digits != "0" { format!("-{text}") } else { text }
}

/// A number with as many decimals as its size deserves.
fn measured(number: f64) -> String {
    if number.abs() >= 1000.0 { grouped(number) } else { format!("{number:.2}") }
}

/// A share in percent with the digits it was written with: `0.5`, `0.0001`.
pub fn percent_text(share: f64) -> String {
    // Six decimals of a percent are more than anyone asks for; the zeros behind say nothing.
    let text = format!("{:.6}", 100.0 * share);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A number of things: `1 promise`, `32 promises`.
pub fn counted(number: usize, thing: &str) -> String {
    format!("{} {thing}{}", grouped(number as f64), if number == 1 { "" } else { "s" })
}

/// What was made of a history of demand, on one line.
pub fn history(history: &History) -> String {
    // One series, two series: the word does not change.
    let series = grouped(history.patterns.iter().sum::<usize>() as f64);
    let patterns = Pattern::ALL.iter().zip(history.patterns).filter(|(_, number)| *number > 0);
    let patterns: Vec<String> =
        patterns.map(|(pattern, number)| format!("{} {}", grouped(number as f64), pattern.name())).collect();
    format!(
        "demand history: {} series of {} ({}); forecast {}, distribution {}\n",
        series,
        counted(history.periods, history.period),
        patterns.join(", "),
        history.reading.forecast.method.name(),
        history.reading.distribution.name(),
    )
}

/// The summary: what it costs, what is promised, how close to the best, where the money goes.
pub fn summary(scenario: &Scenario, network: &Network, load: &Load, plan: &Plan) -> String {
    let mut text = heading(scenario, network, load);
    text.push_str(&options(scenario));
    text.push_str(&after_sales(scenario));
    text.push_str(&costs(scenario, plan));
    text.push_str(&certificate(scenario, plan));
    text.push_str(&promises(scenario, plan));
    text.push_str(&satisfaction(scenario, plan));
    text.push_str(&sites(scenario, plan));
    text.push_str(&contacts(scenario));
    text.push_str(&countries(scenario, plan));
    text.push_str(&conditions(scenario));
    text
}

fn heading(scenario: &Scenario, network: &Network, load: &Load) -> String {
    let jobs: f64 = load.jobs.iter().sum();
    let mut parts = vec![
        format!("{} regions", grouped(scenario.regions.len() as f64)),
        format!("{} outlets", grouped(scenario.outlets.len() as f64)),
    ];
    if !scenario.depots.is_empty() {
        parts.push(format!("{} depots", scenario.depots.len()));
    }
    if !scenario.parts.is_empty() {
        parts.push(format!("{} parts", grouped(scenario.parts.len() as f64)));
    }
    parts.push(format!("{} lanes", grouped(network.road_count() as f64)));
    parts.push(format!("{} jobs a year", grouped(jobs)));
    format!("{}: {}\n\n", scenario.name, parts.join(", "))
}

/// The options that the plan takes, on one line; nothing without choices.
fn options(scenario: &Scenario) -> String {
    taken(scenario).map_or(String::new(), |sentence| format!("{sentence}\n\n"))
}

/// The options that the plan takes in a sentence; `None` without choices.
pub(crate) fn taken(scenario: &Scenario) -> Option<String> {
    let taken = |choice: &Choice| format!("{} = {}", choice.name, choice.options[choice.taken].name);
    let words: Vec<String> = scenario.choices.iter().map(taken).collect();
    (!words.is_empty()).then(|| format!("Options: {}", words.join(", ")))
}

/// What the after-sales service comes to.
fn after_sales(scenario: &Scenario) -> String {
    let lines = super::aftersales::sentences(scenario);
    if lines.is_empty() { String::new() } else { format!("{}\n\n", lines.join("\n")) }
}

fn costs(scenario: &Scenario, plan: &Plan) -> String {
    let total = plan.costs.total();
    let lines: Vec<(Component, f64)> = Component::ALL
        .into_iter()
        .map(|component| (component, plan.costs.of(component)))
        .filter(|(_, amount)| *amount != 0.0)
        .collect();
    let mut text = format!("Cost a year [{}] {:>19}\n", scenario.currency, measured(total));
    for (number, (component, amount)) in lines.iter().enumerate() {
        let branch = if number + 1 == lines.len() { "└" } else { "├" };
        let share = if total == 0.0 { 0.0 } else { 100.0 * amount / total };
        text.push_str(&format!(" {branch} {:<14} {:>17} {share:>5.1} %\n", component.name(), measured(*amount)));
    }
    text.push('\n');
    text
}

fn certificate(scenario: &Scenario, plan: &Plan) -> String {
    let unit = match scenario.planning.objective {
        Objective::Cost => format!("{} a year", scenario.currency),
        Objective::Coverage { within } => format!("jobs a year beyond {} h", within.get()),
        Objective::Farthest => "hours, the longest way".to_owned(),
    };
    let objective = plan.certificate.objective;
    if let (None, Some(help)) = (plan.certificate.lower_bound, scenario.help()) {
        return format!("Objective {} {unit}; with {help} no bound is known\n\n", measured(objective));
    }
    let (Some(bound), Some(gap)) = (plan.certificate.lower_bound, plan.certificate.gap()) else {
        return format!("Objective {} {unit}; nothing was optimised, so there is no bound\n\n", measured(objective));
    };
    let percent = 100.0 * gap;
    if gap >= 1.0 {
        let asked = percent_text(scenario.planning.gap);
        return format!(
            "Objective   {} {unit}\nLower bound none: the search ended before anything was proven (asked: {asked} %)\n\n",
            measured(objective)
        );
    }
    format!(
        "Objective   {} {unit}\nLower bound {}: no plan that keeps its promises is better, stock included\nGap         {percent:.3} % (asked: {} %)\n\n",
        measured(objective),
        measured(bound),
        percent_text(scenario.planning.gap)
    )
}

/// How much room a promise has left, smallest first.
fn room(scenario: &Scenario, promise: &Promise) -> f64 {
    match promise.target(scenario).limit {
        crate::scenario::Limit::AtLeast(least) => promise.computed - least,
        crate::scenario::Limit::AtMost(most) | crate::scenario::Limit::SpreadAtMost(most) => {
            (most - promise.computed) / most.max(1e-9)
        }
    }
}

fn promises(scenario: &Scenario, plan: &Plan) -> String {
    let all = &plan.service.promises;
    if all.is_empty() {
        return "No promises were asked for\n\n".to_owned();
    }
    let kept = all.iter().filter(|promise| promise.kept).count();
    let mut text = format!("Promises kept: {kept} of {}", all.len());
    let mut order: Vec<&Promise> = all.iter().collect();
    order
        .sort_by(|left, right| left.kept.cmp(&right.kept).then(room(scenario, left).total_cmp(&room(scenario, right))));
    if all.len() > SHOWN_PROMISES {
        text.push_str(&format!("; the {SHOWN_PROMISES} closest (all are in plan.json):"));
    }
    text.push('\n');
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    let priced = order.iter().take(SHOWN_PROMISES).any(|promise| price(scenario, plan, promise).is_some());
    for promise in order.into_iter().take(SHOWN_PROMISES) {
        let word = match (promise.kept, promise.target(scenario).penalty.is_some()) {
            (true, _) => "kept",
            (false, true) => "missed, penalty paid",
            (false, false) => "BROKEN",
        };
        let mut row = vec![promise.describe(scenario), format!("{:.4}", promise.computed), word.to_owned()];
        if priced {
            row.push(price(scenario, plan, promise).unwrap_or_default());
        }
        table.add_row(row);
    }
    if let Some(column) = table.column_mut(1) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    text.push_str(&format!("{}\n\n", table.trim_fmt()));
    text
}

/// What one more point of a promise costs.
fn price(scenario: &Scenario, plan: &Plan, promise: &Promise) -> Option<String> {
    let price = *plan.points.get(&(promise.target, promise.key))?;
    let point = if promise.target(scenario).metric == Metric::MeanResponse { "hour less" } else { "point more" };
    (price > 0.0).then(|| format!("one {point}: {} a year", measured(price)))
}

fn sites(scenario: &Scenario, plan: &Plan) -> String {
    let decisions = &plan.decisions;
    let outlets = decisions.open_outlets().count();
    let mut text = format!("Open: {outlets} of {} outlets", scenario.outlets.len());
    if !scenario.depots.is_empty() {
        let names: Vec<String> = decisions
            .open_depots()
            .map(|depot| {
                let site = &scenario.depots[depot.at()];
                let drawn = decisions.replenished_by.iter().filter(|own| **own == Some(depot)).count();
                format!("{} ({drawn} outlets)", site.name)
            })
            .collect();
        text.push_str(&format!(", {} of {} depots: {}", names.len(), scenario.depots.len(), names.join(", ")));
    }
    text.push('\n');
    if !scenario.parts.is_empty() {
        let worth = |stock: &[Vec<u32>]| -> (f64, f64) {
            let levels = stock.iter().flat_map(|levels| levels.iter().enumerate());
            levels.fold((0.0, 0.0), |(units, value), (part, level)| {
                let level = f64::from(*level);
                (units + level, value + level * scenario.parts[PartId::from(part).at()].unit_cost.get())
            })
        };
        let (units, value) = worth(&decisions.outlet_stock);
        text.push_str(&format!("Stock: {} units worth {} at outlets", grouped(units), measured(value)));
        if !scenario.depots.is_empty() {
            let (units, value) = worth(&decisions.depot_stock);
            text.push_str(&format!(", {} units worth {} at depots", grouped(units), measured(value)));
        }
        text.push('\n');
    }
    text.push('\n');
    text
}

/// How customers come, who answers, and what is not offered; nothing where no table speaks of it.
/// How satisfied customers are, and where least.
fn satisfaction(scenario: &Scenario, plan: &Plan) -> String {
    let Some((network, countries)) = plan.service.satisfaction.split_first() else { return String::new() };
    let within = scenario.satisfaction.and_then(|weights| weights.within).map_or(0.0, |within| within.get());
    let measures = [
        network.response.map(|share| format!("{:.1} % on time within {within} h", 100.0 * share)),
        network.first_time_fix.map(|share| format!("{:.1} % fixed at the first visit", 100.0 * share)),
        network.answered.map(|share| format!("{:.1} % of contacts answered in time", 100.0 * share)),
    ];
    let measures: Vec<String> = measures.into_iter().flatten().collect();
    let least = countries.iter().min_by(|one, two| one.index.total_cmp(&two.index).then(one.country.cmp(&two.country)));
    let least = least.and_then(|own| Some((&scenario.countries[own.country?.at()].code, own.index)));
    let least = least.map_or(String::new(), |(code, index)| format!("; lowest in {code}: {:.1} %", 100.0 * index));
    format!("Satisfaction {:.1} % ({}){least}\n\n", 100.0 * network.index, measures.join(", "))
}

fn contacts(scenario: &Scenario) -> String {
    let mut text = String::new();
    if !scenario.channels.is_empty() {
        let (mut all, mut solved) = (0.0, 0.0);
        for own in &scenario.contacts {
            (all, solved) = (all + own.rate, solved + own.solved);
        }
        text.push_str(&format!("Contacts: {} a year, {} of them solved there\n", grouped(all), grouped(solved)));
    }
    for own in &scenario.staffing {
        let desk = &scenario.desks[own.desk];
        text.push_str(&format!(
            "Desk {}: {}, {} contacts a year, {:.1} % answered within {} h, {:.1} % come while it is open\n",
            desk.id,
            counted(own.agents as usize, "agent"),
            grouped(own.contacts),
            100.0 * own.in_time,
            desk.answer_within,
            100.0 * own.in_hours
        ));
    }
    if !scenario.offers.is_empty() {
        text.push_str(&format!("Jobs that no policy offers: {} a year\n", grouped(scenario.jobs_not_offered)));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text
}

fn countries(scenario: &Scenario, plan: &Plan) -> String {
    let dearest = plan.costs.by_country(scenario);
    if dearest.is_empty() {
        return String::new();
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(vec!["country", "cost a year", "outlets", "depots"]);
    for (country, cost) in dearest.iter().take(5) {
        let here = |site: SiteId| scenario.site(site).country == Some(*country);
        let decisions = &plan.decisions;
        let outlets = decisions.open_outlets().filter(|outlet: &OutletId| here(SiteId::Outlet(*outlet))).count();
        let depots = decisions.open_depots().filter(|depot: &DepotId| here(SiteId::Depot(*depot))).count();
        let code = scenario.countries[country.at()].code.clone();
        table.add_row(vec![code, measured(*cost), outlets.to_string(), depots.to_string()]);
    }
    for column in 1..4 {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let title = match dearest.len() {
        few if few <= 5 => "Cost by country of the site".to_owned(),
        many => format!("The 5 most expensive of {many} countries with open sites"),
    };
    format!("{title}\n{}\n\n", table.trim_fmt())
}

/// The conditions in force with what each did; nothing without a ledger.
fn conditions(scenario: &Scenario) -> String {
    let on: Vec<&Condition> = scenario.conditions.iter().filter(|own| own.on).collect();
    if scenario.conditions.is_empty() {
        return String::new();
    }
    let off = scenario.conditions.len() - on.len();
    let mut text = format!("Conditions in force: {} of {}", on.len(), scenario.conditions.len());
    if off > 0 {
        text.push_str(&format!(" ({off} off)"));
    }
    if on.len() > SHOWN_CONDITIONS {
        text.push_str(&format!("; the first {SHOWN_CONDITIONS} (all are in the report):"));
    }
    text.push('\n');
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(COLUMNS);
    for condition in on.into_iter().take(SHOWN_CONDITIONS) {
        table.add_row(row(scenario, condition));
    }
    format!("{text}{}\n\n", table.trim_fmt())
}

/// A diagnosis as people read it.
pub fn diagnosis(scenario: &str, diagnosis: &Diagnosis) -> String {
    let mut text = format!("no plan of `{scenario}` keeps every promise within the limits:\n");
    for finding in &diagnosis.findings {
        text.push_str(&format!("  {}: {}\n    hint: {}\n", finding.rule, finding.message, finding.hint));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn numbers_are_grouped_by_thousands() {
        assert_eq!(grouped(0.0), "0");
        assert_eq!(grouped(999.4), "999");
        assert_eq!(grouped(1_234_567.0), "1,234,567");
        assert_eq!(grouped(-12_345.0), "-12,345");
    }
}
