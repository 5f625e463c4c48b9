//! The condition ledger as people read it: each fact with what it did, where it is known from, and whether it holds.

use crate::scenario::{Condition, Done, Effect, Scenario};

use super::terminal::grouped;

/// The columns of a ledger.
pub const COLUMNS: [&str; 9] =
    ["condition", "country", "kind", "factor", "effect", "before", "after", "source", "date"];

/// A row of the ledger in words, one for each of the [`COLUMNS`].
pub fn row(scenario: &Scenario, condition: &Condition) -> [String; 9] {
    let country = if condition.country.is_empty() { "everywhere" } else { &condition.country };
    let (before, after) = before_and_after(condition);
    [
        condition.id.clone(),
        country.to_owned(),
        condition.nature.name().to_owned(),
        condition.factor.clone(),
        effect(scenario, condition),
        before,
        after,
        condition.source.clone(),
        condition.date.clone().unwrap_or_default(),
    ]
}

/// What a condition does: `wage × 1.2 [currency/hour]`.
fn effect(scenario: &Scenario, condition: &Condition) -> String {
    let Condition { effect, operation, value, product, days, .. } = condition;
    let of = product.map_or(String::new(), |own| format!(" of {}", scenario.products[own.at()].id));
    let unit = match effect {
        Effect::Stoppage => return format!("stoppage {} a year, {} days each", brief(*value), brief(days.get())),
        _ if effect.unit() == "1" => String::new(),
        _ => format!(" [{}]", effect.unit()),
    };
    let does = match operation {
        crate::scenario::Operation::Set => "=",
        crate::scenario::Operation::Scale => "×",
        crate::scenario::Operation::Add => "+",
    };
    format!("{}{of} {does} {}{unit}", effect.name(), brief(*value))
}

/// What it acted on before and after it: the least and the most; blank where it does not hold or acts on nothing.
fn before_and_after(condition: &Condition) -> (String, String) {
    match condition.done {
        Some(done) if done != Done::NOTHING => (range(done.before), range(done.after)),
        _ => (String::new(), String::new()),
    }
}

fn range((least, most): (f64, f64)) -> String {
    if least == most { brief(least) } else { format!("{} to {}", brief(least), brief(most)) }
}

/// A number with no more digits than say something.
pub(crate) fn brief(number: f64) -> String {
    if number.is_infinite() {
        return "any number".to_owned();
    }
    if number.abs() >= 10_000.0 {
        return grouped(number);
    }
    // Four significant digits at least, and no zeros behind.
    let decimals = if number.abs() >= 1.0 || number == 0.0 { 3 } else { 3 + (-number.abs().log10()).ceil() as usize };
    let text = format!("{number:.*}", decimals.min(12));
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::brief;

    #[test]
    fn numbers_are_written_with_the_digits_that_say_something() {
        let written = [0.0, 1.5, 1200.0, 0.0062, 12345.6, 3.0 / 7.0, f64::INFINITY].map(brief);
        assert_eq!(written, ["0", "1.5", "1200", "0.0062", "12,346", "0.4286", "any number"]);
    }
}
