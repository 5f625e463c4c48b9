//! A template: the text of an overlay's `scenario.toml` in which `$name` stands for what is varied.
//!
//! ```toml
//! [[change]]
//! table = "countries"
//! where = { country = "PL" }
//! scale = { labour_cost_per_hour = $wage }
//! ```
//!
//! A value is put in as it is written, before the text is read as TOML: a text that is varied stands between quotes,
//! `"$country"`. A `$` before anything but a letter or `_` is a plain `$`.

use crate::scenario::{Diagnostics, Origin};

/// A text with placeholders.
#[derive(Debug, Clone)]
pub struct Template {
    /// The file it was read from.
    pub file: String,
    /// Its text.
    pub text: String,
}

/// A part of a template's text.
enum Piece<'a> {
    Plain(&'a str),
    /// A placeholder without its sign, and where it begins.
    Name(&'a str, usize),
}

impl Template {
    fn pieces(&self) -> Vec<Piece<'_>> {
        let mut pieces = Vec::new();
        let (mut plain, mut from) = (0, 0);
        while let Some(at) = self.text[from..].find('$').map(|at| from + at) {
            let rest = &self.text[at + 1..];
            let end =
                rest.find(|letter: char| !(letter.is_ascii_alphanumeric() || letter == '_')).unwrap_or(rest.len());
            let name = &rest[..end];
            from = at + 1 + end;
            if name.starts_with(|letter: char| letter.is_ascii_alphabetic() || letter == '_') {
                pieces.push(Piece::Plain(&self.text[plain..at]));
                pieces.push(Piece::Name(name, at));
                plain = from;
            }
        }
        pieces.push(Piece::Plain(&self.text[plain..]));
        pieces
    }

    /// Does the text hold this name?
    pub fn holds(&self, name: &str) -> bool {
        self.pieces().iter().any(|piece| matches!(piece, Piece::Name(own, _) if *own == name))
    }

    /// The text with the values of its names in their places.
    pub fn filled(&self, names: &[String], values: &[String]) -> String {
        let value = |name: &str| names.iter().position(|own| own == name).map(|place| values[place].as_str());
        let piece = |piece: &Piece<'_>| match piece {
            Piece::Plain(text) => (*text).to_owned(),
            Piece::Name(name, _) => value(name).map_or_else(|| format!("${name}"), str::to_owned),
        };
        self.pieces().iter().map(piece).collect()
    }

    /// E25: every `$name` of the text is varied.
    pub fn check(&self, names: &[String], faults: &mut Diagnostics) {
        for piece in self.pieces() {
            let Piece::Name(name, at) = piece else { continue };
            if names.iter().any(|own| own == name) {
                continue;
            }
            let start = self.text[..at].rfind('\n').map_or(0, |end| end + 1);
            let line = self.text[start..].lines().next().unwrap_or_default().to_owned();
            let indent = self.text[start..at].chars().count();
            let origin = Origin {
                file: self.file.clone(),
                line: self.text[..at].matches('\n').count() + 1,
                column: indent + 1,
                length: name.chars().count() + 1,
                text: line,
                indent,
            };
            let hint = Some(format!("--vary {name}=VALUE,VALUE, or a column `{name}` of a --list"));
            faults.error("E25", origin, format!("nothing varies `${name}`"), hint);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_filled_in_and_a_dollar_before_a_digit_stays() {
        let text = "set = { a = $wage, b = \"$wage_2\" } # $5, $, $$wage".to_owned();
        let template = Template { file: "change.toml".to_owned(), text };
        let names = ["wage", "wage_2"].map(str::to_owned);
        let values = ["1.5", "x"].map(str::to_owned);
        assert_eq!(template.filled(&names, &values), "set = { a = 1.5, b = \"x\" } # $5, $, $1.5");
        assert!(template.holds("wage_2") && !template.holds("wag"));
    }

    #[test]
    fn a_name_that_nothing_varies_is_told_with_its_place() {
        let template = Template { file: "change.toml".to_owned(), text: "[x]\n  y = $Łódź + $wage".to_owned() };
        let mut faults = Diagnostics::default();
        template.check(&[], &mut faults);
        let told: Vec<_> = faults.iter().map(|fault| (fault.origin.line, fault.origin.column)).collect();
        assert_eq!(told, [(2, 15)], "a placeholder is written in plain letters: {faults:?}");
    }
}
