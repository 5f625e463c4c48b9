//! A comparison for a terminal.

use comfy_table::{CellAlignment, Table, presets};

use super::terminal::{counted, grouped};
use crate::compare::attribution::Change;
use crate::compare::{Comparison, Kpi, Moved, SiteChange, SiteChanges, Unit, same};
use crate::scenario::{Differences, Pattern};

/// The most rows of a list; what is left out is said, and all of it is in the JSON.
const SHOWN: usize = 10;

/// The comparison: what was given otherwise, what comes of it, what the money does, who changes hands, what to order.
pub fn comparison(comparison: &Comparison) -> String {
    let mut text = format!("{} → {}\n\n", comparison.from, comparison.to);
    text.push_str(&given(comparison));
    if !comparison.differs() {
        text.push_str("Nothing differs.\n\n");
        return text;
    }
    text.push_str(&kpis(comparison));
    text.push_str(&decided(comparison));
    text
}

/// What is decided otherwise: what the money does, who opens and closes, who changes hands, what to order.
pub fn decided(comparison: &Comparison) -> String {
    let mut text = money(comparison);
    text.push_str(&sites("outlets", &comparison.outlets));
    text.push_str(&sites("depots", &comparison.depots));
    text.push_str(&hands("region", "served", &comparison.served));
    text.push_str(&hands("outlet", "replenished", &comparison.replenished));
    text.push_str(&service(comparison));
    text.push_str(&stock(comparison));
    text
}

fn given(comparison: &Comparison) -> String {
    match &comparison.inputs {
        Some(inputs) if inputs.is_empty() => "Given: the same input\n\n".to_owned(),
        Some(inputs) => format!("Given otherwise\n{}\n", inputs_text(inputs)),
        None if comparison.same_input => "Given: the same input\n\n".to_owned(),
        None => "Given: another input; name the scenarios to see what differs\n\n".to_owned(),
    }
}

/// What was given otherwise, a line each.
pub fn inputs_text(inputs: &Differences) -> String {
    inputs_lines(inputs).iter().map(|line| format!("  {line}\n")).collect()
}

/// What was given otherwise, in sentences.
pub fn inputs_lines(inputs: &Differences) -> Vec<String> {
    let value = |text: &str| if text.is_empty() { "(not given)".to_owned() } else { text.to_owned() };
    let mut lines = Vec::new();
    for key in &inputs.keys {
        lines.push(format!("{}: {} → {}", key.what, value(&key.from), value(&key.to)));
    }
    lines.extend(inputs.targets_gone.iter().map(|target| format!("target gone: {target}")));
    lines.extend(inputs.targets_new.iter().map(|target| format!("target new: {target}")));
    for column in &inputs.columns {
        let what = match &column.pattern {
            Pattern::Factor(factor) => format!("× {}", digits(*factor)),
            Pattern::Amount(amount) if *amount < 0.0 => digits(*amount),
            Pattern::Amount(amount) => format!("+ {}", digits(*amount)),
            Pattern::Same(from, to) => format!("{} → {}", value(from), value(to)),
            Pattern::Various => "various".to_owned(),
        };
        let one = |changed: &crate::scenario::Changed| {
            if matches!(column.pattern, Pattern::Same(..)) {
                changed.what.clone()
            } else {
                format!("{} {} → {}", changed.what, value(&changed.from), value(&changed.to))
            }
        };
        let shown: Vec<String> = column.first.iter().map(one).collect();
        let more = if column.rows > shown.len() { ", …" } else { "" };
        let rows = format!("{} of {}", grouped(column.rows as f64), counted(column.of, "row"));
        lines.push(format!("{} {}: {what} in {rows} ({}{more})", column.file, column.column, shown.join(", ")));
    }
    for row in &inputs.rows {
        for (count, first, word) in [(row.gone, &row.first_gone, "gone"), (row.new, &row.first_new, "new")] {
            if count > 0 {
                let more = if count > first.len() { ", …" } else { "" };
                lines.push(format!("{}: {} {word} ({}{more})", row.file, counted(count, "row"), first.join(", ")));
            }
        }
    }
    lines
}

/// A number with no more digits than it needs.
fn digits(number: f64) -> String {
    let text = format!("{number:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A figure in its unit.
pub fn shown(value: Option<f64>, unit: Unit) -> String {
    match (value, unit) {
        (None, _) => "–".to_owned(),
        (Some(value), Unit::Money | Unit::Count) => grouped(value),
        (Some(value), Unit::Share) => format!("{:.3} %", 100.0 * value),
        (Some(value), Unit::Hours) => format!("{value:.3} h"),
    }
}

/// The difference of two figures in their unit; a sign always stands before it.
pub fn difference(from: Option<f64>, to: Option<f64>, unit: Unit) -> String {
    let (Some(from), Some(to)) = (from, to) else { return String::new() };
    if same(from, to) {
        return "=".to_owned();
    }
    let change = to - from;
    match unit {
        Unit::Money if from != 0.0 => format!("{} ({:+.2} %)", signed(change), 100.0 * change / from.abs()),
        Unit::Money | Unit::Count => signed(change),
        Unit::Share => format!("{:+.3} points", 100.0 * change),
        Unit::Hours => format!("{change:+.3} h"),
    }
}

/// An amount with its sign.
pub fn signed(amount: f64) -> String {
    let text = grouped(amount);
    if amount > 0.0 && text != "0" { format!("+{text}") } else { text }
}

fn kpis(comparison: &Comparison) -> String {
    let mut table = table(&["", &comparison.from, &comparison.to, "change"]);
    for Kpi { name, unit, from, to } in &comparison.kpis {
        let row = [name.clone(), shown(*from, *unit), shown(*to, *unit), difference(*from, *to, *unit)];
        table.add_row(row.to_vec());
    }
    finished("What comes of it", table, 0)
}

fn money(comparison: &Comparison) -> String {
    let waterfall = &comparison.waterfall;
    let known = waterfall.whole.given.is_some();
    let header: &[&str] = if known { &["", "change", "given", "decided"] } else { &["", "change"] };
    let row = |name: &str, change: &Change| {
        let mut row = vec![name.to_owned(), signed(change.amount())];
        if let (Some(given), Some(decided)) = (change.given, change.decided()) {
            row.extend([signed(given), signed(decided)]);
        }
        row
    };
    let moves = |change: &Change| !same(change.from, change.to) || change.given.is_some_and(|given| given.abs() >= 0.5);
    let mut text = String::new();
    let mut components = table(header);
    for (component, change) in waterfall.by_component().iter().filter(|(_, change)| moves(change)) {
        components.add_row(row(component.name(), change));
    }
    components.add_row(row("together", &waterfall.whole));
    let title = format!("Cost steps [{} a year]", comparison.currency);
    let title = if known { format!("{title}: by what was given, and by what is decided") } else { title };
    text.push_str(&finished(&title, components, 0));
    if let Some(words) = kept(comparison) {
        text.push_str(&format!("{words}\n\n"));
    }
    let mut countries = waterfall.by_country();
    countries.retain(|(country, change)| !country.is_empty() && moves(change));
    countries
        .sort_by(|left, right| right.1.amount().abs().total_cmp(&left.1.amount().abs()).then(left.0.cmp(&right.0)));
    if !countries.is_empty() {
        let mut rows = table(header);
        for (country, change) in countries.iter().take(SHOWN) {
            rows.add_row(row(country, change));
        }
        text.push_str(&finished("Cost steps by country of the site", rows, countries.len()));
    }
    text
}

/// What keeping the first plan would have cost, in a sentence.
pub fn kept(comparison: &Comparison) -> Option<String> {
    let own =
        comparison.waterfall.kept.filter(|_| comparison.inputs.as_ref().is_some_and(|inputs| !inputs.is_empty()))?;
    let saved = own.cost - comparison.waterfall.whole.to;
    let (from, to) = (&comparison.from, &comparison.to);
    let beside = if same(own.cost, comparison.waterfall.whole.to) {
        format!("as much as {to}")
    } else if saved > 0.0 {
        format!("{} more than {to}", grouped(saved))
    } else {
        format!("{} less than {to}", grouped(-saved))
    };
    let rules = match own.broken {
        0 => "and keep every promise".to_owned(),
        1 => "and break one rule or promise".to_owned(),
        some => format!("and break {} rules or promises", grouped(some as f64)),
    };
    Some(format!("Kept as it is, the plan of {from} would cost {} a year, {beside}, {rules}", grouped(own.cost)))
}

fn sites(what: &str, changes: &SiteChanges) -> String {
    if !changes.any() && changes.kept == 0 {
        return String::new();
    }
    if !changes.any() {
        return format!("Open {what}: the same {}\n\n", grouped(changes.kept as f64));
    }
    let list = |sites: &[SiteChange]| {
        let names: Vec<&str> = sites.iter().take(SHOWN).map(|site| site.name.as_str()).collect();
        let more = if sites.len() > SHOWN { ", …" } else { "" };
        if sites.is_empty() { String::new() } else { format!(": {}{more}", names.join(", ")) }
    };
    format!(
        "Open {what}: {} in both\n  opened {}{}\n  closed {}{}\n\n",
        grouped(changes.kept as f64),
        changes.opened.len(),
        list(&changes.opened),
        changes.closed.len(),
        list(&changes.closed)
    )
}

fn hands(what: &str, done: &str, moved: &[Moved]) -> String {
    if moved.is_empty() {
        return String::new();
    }
    let loads = moved.iter().any(|own| own.load.is_some());
    let header: &[&str] = if loads { &["", "from", "to", "jobs a year"] } else { &["", "from", "to"] };
    let mut rows = table(header);
    for own in moved.iter().take(SHOWN) {
        let side = |hands: &str| if hands.is_empty() { "–".to_owned() } else { hands.to_owned() };
        let mut row = vec![own.name.clone(), side(&own.from), side(&own.to)];
        if loads {
            row.push(own.load.map_or(String::new(), grouped));
        }
        rows.add_row(row);
    }
    finished(&format!("{} {done} by others", counted(moved.len(), what)), rows, moved.len())
}

fn service(comparison: &Comparison) -> String {
    let mut changed: Vec<_> = comparison
        .service
        .iter()
        .filter_map(|row| Some((row, row.from?, row.to?)))
        .filter(|(row, from, to)| !row.country.is_empty() && !same(*from, *to))
        .collect();
    if changed.is_empty() {
        return String::new();
    }
    // Hours and shares have no common scale, so both are taken as shares of themselves.
    let size = |from: f64, to: f64| (to - from).abs() / from.abs().max(to.abs());
    changed.sort_by(|left, right| {
        let order = size(right.1, right.2).total_cmp(&size(left.1, left.2));
        order.then_with(|| (&left.0.country, &left.0.measure).cmp(&(&right.0.country, &right.0.measure)))
    });
    let mut rows = table(&["", "", "from", "to", "change"]);
    for (row, from, to) in changed.iter().take(SHOWN) {
        let unit = if row.measure.starts_with("mean_response_hours") { Unit::Hours } else { Unit::Share };
        let (from, to) = (Some(*from), Some(*to));
        let change = difference(from, to, unit);
        rows.add_row(vec![row.country.clone(), row.measure.clone(), shown(from, unit), shown(to, unit), change]);
    }
    finished("Service by country, the greatest changes", rows, changed.len())
}

fn stock(comparison: &Comparison) -> String {
    let stock = &comparison.stock;
    if stock.parts.is_empty() {
        return "Stock: the same\n\n".to_owned();
    }
    let order = |(units, value): (u64, Option<f64>)| {
        let worth = value.map_or(String::new(), |value| format!(" worth {}", grouped(value)));
        format!("{}{worth}", counted(usize::try_from(units).unwrap_or(usize::MAX), "unit"))
    };
    let mut text = format!(
        "Stock order: buy {}, move {}, left over {}; {} and {} change\n\n",
        order(stock.buy()),
        order(stock.moved()),
        order(stock.surplus()),
        counted(stock.parts.len(), "part"),
        counted(stock.sites.len(), "site")
    );
    let mut parts: Vec<_> = stock.parts.iter().collect();
    parts.sort_by_key(|part| (std::cmp::Reverse(part.buy + part.moved + part.surplus), part.part.clone()));
    let mut rows = table(&["part", "from", "to", "buy", "move", "left over"]);
    for part in parts.iter().take(SHOWN) {
        let units = [part.from, part.to, part.buy, part.moved, part.surplus].map(|units| grouped(units as f64));
        rows.add_row(std::iter::once(part.part.clone()).chain(units).collect::<Vec<_>>());
    }
    text.push_str(&finished("The parts with the most units", rows, parts.len()));
    text
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header.to_vec());
    table
}

/// A table under its title, its numbers to the right; says how many rows are not shown.
fn finished(title: &str, mut table: Table, rows: usize) -> String {
    for column in 1..table.column_count() {
        if let Some(column) = table.column_mut(column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    let more = if rows > SHOWN { format!(" … and {} more\n", grouped((rows - SHOWN) as f64)) } else { String::new() };
    format!("{title}\n{}\n{more}\n", table.trim_fmt())
}
