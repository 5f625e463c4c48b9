//! Sweeps, frontiers and regrets for a terminal.

use comfy_table::{CellAlignment, Table, presets};

use super::terminal::{counted, grouped};
use crate::frontier::{Breakpoint, Frontier};
use crate::regret::Regret;
use crate::run::{Outcome, Status};
use crate::scenario::SiteId;
use crate::sweep::Runs;

/// The most rows that are shown; all of them are in the files.
const SHOWN: usize = 40;

/// A sweep: what varied, and what came of it.
pub fn sweep(runs: &Runs) -> String {
    let header =
        runs.names.iter().map(String::as_str).chain(["status", "objective", "gap", "outlets", "depots", "stock"]);
    let mut table = numbers(&header.collect::<Vec<_>>());
    for run in runs.runs.iter().take(SHOWN) {
        table.add_row(run.values.iter().cloned().chain(figures(run.outcome.as_ref())).collect::<Vec<_>>());
    }
    let count = |status: Option<Status>| {
        runs.runs.iter().filter(|run| run.outcome.as_ref().map(|outcome| outcome.status) == status).count()
    };
    let statuses = [Status::Optimal, Status::Feasible, Status::Infeasible, Status::Unknown];
    let words = statuses.iter().map(|status| (count(Some(*status)), status.name()));
    let words: Vec<String> = words
        .chain([(count(None), "not run")])
        .filter(|(number, _)| *number > 0)
        .map(|(number, word)| format!("{} {word}", grouped(number as f64)))
        .collect();
    let known = match runs.known {
        0 => String::new(),
        some => format!("; {} known from before", grouped(some as f64)),
    };
    let (shown, all) = (finished(&table, runs.runs.len()), counted(runs.runs.len(), "run"));
    format!("{shown}{all}: {}{known}\n", words.join(", "))
}

/// A frontier: what each level costs, and where sites change.
pub fn frontier(frontier: &Frontier) -> String {
    let mut table = numbers(&["level", "status", "objective", "gap", "outlets", "depots", "stock", "one point more"]);
    for point in &frontier.points {
        let mut row = vec![point.level.to_string()];
        row.extend(figures(Some(&point.outcome)));
        row.push(point.price.map_or(String::new(), amount));
        table.add_row(row);
    }
    let mut text = format!("{}: {}\n\n{}\n\n", frontier.scenario.name, frontier.title(), table.trim_fmt());
    let names = |sites: &[SiteId]| {
        let names: Vec<&str> = sites.iter().take(10).map(|site| frontier.scenario.site(*site).name.as_str()).collect();
        format!("{}{}", names.join(", "), if sites.len() > 10 { ", …" } else { "" })
    };
    for Breakpoint { from, to, opened, closed, ends } in &frontier.breakpoints {
        let mut what = Vec::new();
        what.extend(ends.map(|status| no_more(status).to_owned()));
        if !opened.is_empty() {
            what.push(format!("{} opens", names(opened)));
        }
        if !closed.is_empty() {
            what.push(format!("{} closes", names(closed)));
        }
        text.push_str(&format!("Between {from} and {to}: {}\n", what.join("; ")));
    }
    if frontier.breakpoints.is_empty() {
        text.push_str("The same sites are open at every level\n");
    }
    text
}

/// What is said where the harder level has no plan.
pub(crate) fn no_more(status: Status) -> &'static str {
    if status == Status::Infeasible { "no plan any more" } else { "none was found any more" }
}

/// Regrets: what each plan costs in each future, how much more than the best there, and the plans to pick.
pub fn regret(regret: &Regret) -> String {
    let futures = regret.futures.iter().map(String::as_str);
    let mut costs = numbers(&std::iter::once("cost").chain(futures.clone()).chain(["mean"]).collect::<Vec<_>>());
    let mut regrets = numbers(&std::iter::once("regret").chain(futures).chain(["greatest"]).collect::<Vec<_>>());
    for (number, plan) in regret.candidates.iter().enumerate() {
        let cells = &regret.cells[number];
        let or_status =
            |number: Option<f64>, outcome: &Outcome| number.map_or(outcome.status.name().to_owned(), amount);
        let last = |number: Option<f64>| number.map_or("–".to_owned(), amount);
        let mut row = vec![plan.clone()];
        row.extend(cells.iter().map(|cell| or_status(cell.outcome.objective, &cell.outcome)));
        row.push(last(regret.mean_cost(number)));
        costs.add_row(row);
        let mut row = vec![plan.clone()];
        row.extend(cells.iter().map(|cell| or_status(cell.regret, &cell.outcome)));
        row.push(last(regret.greatest(number)));
        regrets.add_row(row);
    }
    let free = regret.free.iter().map(|outcome| outcome.objective.map_or(outcome.status.name().to_owned(), amount));
    costs.add_row(std::iter::once("(sites free)".to_owned()).chain(free).collect::<Vec<_>>());
    let mut text = format!("{}\n\n{}\n\n", costs.trim_fmt(), regrets.trim_fmt());
    for (plan, cells) in regret.candidates.iter().zip(&regret.cells) {
        for (future, cell) in regret.futures.iter().zip(cells) {
            let list = |word: &str, sites: &[String]| {
                let more = if sites.len() > 8 { ", …" } else { "" };
                let shown = sites.iter().take(8).map(String::as_str).collect::<Vec<_>>().join(", ");
                if sites.is_empty() { String::new() } else { format!("; {word} {shown}{more}") }
            };
            let reason =
                if cell.outcome.reason.is_empty() { String::new() } else { format!("; {}", cell.outcome.reason) };
            let told = format!("{}{}{reason}", list("without", &cell.lost), list("with", &cell.added));
            if !told.is_empty() {
                text.push_str(&format!("{plan} in {future}{told}\n"));
            }
        }
    }
    let pick = |candidate: Option<usize>, words: &str| match candidate {
        Some(candidate) => format!("{words}: {}\n", regret.candidates[candidate]),
        None => format!("{words}: none; no plan can be kept in every future\n"),
    };
    text.push_str(&pick(regret.min_max, "Least greatest regret"));
    text.push_str(&pick(regret.expected, "Least mean cost"));
    text
}

/// Status, objective, gap, open outlets and depots, and the stock's value.
fn figures(outcome: Option<&Outcome>) -> Vec<String> {
    let Some(outcome) = outcome else {
        return std::iter::once("not run".to_owned()).chain(std::iter::repeat_n(String::new(), 5)).collect();
    };
    let mut row = vec![outcome.status.name().to_owned()];
    match outcome.objective {
        Some(objective) => {
            row.push(amount(objective));
            row.push(outcome.gap.map_or("–".to_owned(), |gap| format!("{:.3} %", 100.0 * gap)));
            row.extend([outcome.outlets.to_string(), outcome.depots.to_string(), grouped(outcome.stock_value)]);
        }
        None => row.extend(std::iter::repeat_n("–".to_owned(), 5)),
    }
    row
}

/// A number with as many decimals as its size deserves.
fn amount(number: f64) -> String {
    if number.abs() >= 1000.0 { grouped(number) } else { format!("{number:.2}") }
}

pub(super) fn numbers(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header.to_vec());
    for column in 0..table.column_count() {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table
}

/// The table's text; says how many rows are not shown.
fn finished(table: &Table, rows: usize) -> String {
    let more = if rows > SHOWN { format!(" … and {} more\n", grouped((rows - SHOWN) as f64)) } else { String::new() };
    format!("{}\n{more}\n", table.trim_fmt())
}
