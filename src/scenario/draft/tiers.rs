//! The choices that `tiers.csv` puts: a market with several policies takes one of them.

use super::Draft;
use crate::scenario::choice::{Alternative, Choice};
use crate::scenario::diagnostic::Faults;
use crate::scenario::hash::hexadecimal_digest;
use crate::scenario::schema::Table;

/// What separates policies.
const SEPARATOR: char = ';';

/// The word of a product or a country that is every one.
const EVERY: &str = "all";

impl Draft {
    /// Writes the policy that is taken in the place of several, and keeps the choice by the name `tier-PRODUCT-COUNTRY`.
    pub(super) fn settle_tiers(&mut self, taken: &[(String, String)], faults: &mut Faults) {
        let at = Table::Tiers as usize;
        let column = |name: &str| Table::Tiers.schema().column(name);
        let (Some(product), Some(country), Some(policy)) = (column("product"), column("country"), column("policy"))
        else {
            return;
        };
        for row in 0..self.sheets[at].rows {
            let cell = self.sheets[at].cell(policy, row);
            let written = self.sources.text(cell);
            if !written.contains(SEPARATOR) {
                continue;
            }
            let span = self.sources.span(cell);
            let mut policies: Vec<String> = Vec::new();
            for word in written.split(SEPARATOR).map(str::trim).filter(|word| !word.is_empty()) {
                if !policies.iter().any(|known| known == word) {
                    policies.push(word.to_owned());
                }
            }
            if policies.is_empty() {
                faults
                    .add("E12", span, "no policy stands between the semicolons")
                    .hint("policy = comprehensive;special");
                continue;
            }
            let word = |column: usize| bare(self.sources.text(self.sheets[at].cell(column, row)));
            let name = self.free_name(format!("tier-{}-{}", word(product), word(country)));
            let names: Vec<&str> = policies.iter().map(String::as_str).collect();
            let (option, given) = self.settled(&name, &names, taken, faults);
            if let Some(cell) = self.sources.make(&policies[option], span) {
                self.sheets[at].column_made(policy)[row] = cell;
            }
            if policies.len() > 1 {
                let alternative =
                    |policy: String| Alternative { digest: hexadecimal_digest(policy.as_bytes()), name: policy };
                let options = policies.into_iter().map(alternative).collect();
                self.choices.push(Choice { name, options, taken: option, given });
            }
        }
        self.choices.sort_by(|one, two| one.name.cmp(&two.name));
    }

    /// The name, or the first of the name with a number that no choice has yet.
    fn free_name(&self, name: String) -> String {
        let is_free = |name: &String| self.choices.iter().all(|choice| choice.name != *name);
        let numbered = (2..).map(|number| format!("{name}-{number}"));
        std::iter::once(name.clone()).chain(numbered).find(is_free).unwrap_or(name)
    }
}

/// A name as it may stand as a key without quotes.
fn bare(name: &str) -> String {
    if name.is_empty() {
        return EVERY.to_owned();
    }
    let bare = |own: char| if own.is_ascii_alphanumeric() || matches!(own, '-' | '_') { own } else { '-' };
    name.chars().map(bare).collect()
}
