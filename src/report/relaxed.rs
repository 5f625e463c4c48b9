//! The ways out of a scenario without a plan, for a terminal.

use super::terminal::grouped;
use crate::diagnosis::Relaxations;
use crate::scenario::Scenario;

/// The ways out with their prices and overlays, the cheapest first; `base` is what an overlay beside the scenario extends.
pub fn relaxations(scenario: &Scenario, base: &str, found: &Relaxations) -> String {
    let currency = &scenario.currency;
    let mut text = match (found.ways.len(), found.stopped) {
        (0, true) => "stopped before a way out was found\n".to_owned(),
        (0, false) => "no relaxation of these rules was found to give a plan, not even of all together\n".to_owned(),
        (1, _) => "1 way out, solved and checked:\n".to_owned(),
        (many, _) => format!("{many} ways out, each by itself, solved and checked, the cheapest first:\n"),
    };
    for (number, way) in found.ways.iter().enumerate() {
        let words: Vec<&str> = way.steps.iter().map(|step| step.words.as_str()).collect();
        text.push_str(&format!("\n{}. {}\n", number + 1, words.join("\n   and ")));
        let bound = way
            .lower_bound
            .filter(|bound| *bound > 0.0)
            .map_or(String::new(), |bound| format!(" (no plan costs less than {})", grouped(bound)));
        let bound = if way.objective == way.cost { bound } else { String::new() };
        let asked = scenario.planning.gap * way.objective.abs();
        let open = way.lower_bound.is_none_or(|bound| way.objective - bound > asked);
        let bound = if open && found.stopped { format!("{bound}: stopped, there may be a better one") } else { bound };
        text.push_str(&format!("   The plan then costs {} {currency} a year{bound}\n", grouped(way.cost)));
        for step in &way.steps {
            if let Some(short) = &step.short {
                text.push_str(&format!("   {short} gave no plan\n"));
            }
            if let Some(assumption) = &step.assumption {
                text.push_str(&format!("   Assumed: {assumption}\n"));
            }
        }
        text.push_str("   As an overlay beside the scenario:\n");
        let head = format!("name = \"{} relaxed\"\nextends = \"../{base}\"\n", scenario.name);
        for line in head.lines().chain(way.toml.lines()) {
            text.push_str(&if line.is_empty() { "\n".to_owned() } else { format!("     {line}\n") });
        }
        for (file, table) in &way.tables {
            text.push_str(&format!("   with {file}:\n"));
            table.lines().for_each(|line| text.push_str(&format!("     {line}\n")));
        }
    }
    if found.stopped {
        text.push_str("\nstopped before every rule was tried\n");
    }
    if !found.insufficient.is_empty() {
        text.push_str(&format!("\nNot enough alone: {}\n", found.insufficient.join(", ")));
    }
    text
}
