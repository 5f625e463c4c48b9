//! The faults found so far, their places still byte ranges.

use std::collections::BTreeMap;

use super::{Diagnostic, Diagnostics, Severity};
use crate::scenario::source::{Sources, Span};

/// A diagnostic whose place is still a span.
#[derive(Debug, Clone)]
pub(crate) struct Fault {
    code: &'static str,
    span: Span,
    message: String,
    hint: Option<String>,
}

impl Fault {
    /// Says how to mend it.
    pub fn hint(&mut self, hint: impl Into<String>) {
        self.hint = Some(hint.into());
    }

    /// Says how to mend it, if that is known.
    pub fn hint_if(&mut self, hint: Option<String>) {
        self.hint = hint;
    }
}

/// The faults found so far; a code says whether it is an error (`E`) or a warning (`W`).
#[derive(Debug, Default)]
pub(crate) struct Faults {
    list: Vec<Fault>,
    counts: BTreeMap<&'static str, usize>,
    dropped: usize,
    /// Takes the hint of a fault that is only counted.
    spare: Option<Fault>,
}

impl Faults {
    /// More than this many of one code are only counted: nobody reads them, and a file may have millions.
    const KEPT: usize = 1_000;

    /// Adds a fault; its hint may be given on what is returned.
    pub fn add(&mut self, code: &'static str, span: Span, message: impl Into<String>) -> &mut Fault {
        let count = self.counts.entry(code).or_default();
        *count += 1;
        let fault = Fault { code, span, message: message.into(), hint: None };
        if *count <= Self::KEPT {
            self.list.push(fault);
            return self.list.last_mut().expect("it was just pushed");
        }
        self.dropped += 1;
        self.spare.insert(fault)
    }

    /// Is there time to look for a hint? Looking for one among many names is slow, and only the first faults are shown.
    pub fn deserve_hints(&self) -> bool {
        self.list.len() < Diagnostics::SHOWN
    }

    /// How many errors there are so far.
    pub fn errors(&self) -> usize {
        self.counts.iter().filter(|(code, _)| code.starts_with('E')).map(|(_, count)| count).sum()
    }

    /// The faults with their places in a reader's terms.
    pub fn diagnostics(mut self, sources: &Sources) -> Diagnostics {
        let by_place = |a: &Fault, b: &Fault| (a.span.source, a.span.start).cmp(&(b.span.source, b.span.start));
        self.list.sort_by(by_place);
        // One change may spoil many rows: it is told once.
        self.list.dedup_by(|b, a| a.code == b.code && a.span == b.span && a.message == b.message);
        let kept = self.list.len().min(1_000);
        let more = self.dropped + self.list.len() - kept;
        // An error must never be cut away by warnings that stand before it.
        let (errors, warnings): (Vec<_>, Vec<_>) = self.list.into_iter().partition(|f| f.code.starts_with('E'));
        let mut list: Vec<Fault> = errors.into_iter().take(kept).collect();
        let room = kept - list.len();
        list.extend(warnings.into_iter().take(room));
        list.sort_by(by_place);
        let list = list
            .into_iter()
            .map(|Fault { code, span, message, hint }| Diagnostic {
                code,
                severity: if code.starts_with('E') { Severity::Error } else { Severity::Warning },
                message,
                origin: sources.origin(span),
                hint,
            })
            .collect();
        Diagnostics { list, more }
    }
}

/// The name nearest to a word, if one is near enough to be a slip of the pen.
pub(crate) fn nearest<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let folded = word.to_lowercase();
    let length = folded.chars().count();
    // Nobody slips in every letter: `C` is not meant for `A`.
    let reach = 1.max(length / 3).min(length.saturating_sub(1));
    let mut best: Option<(usize, &str)> = None;
    for name in names.filter(|name| name.len().abs_diff(word.len()) <= reach + 2) {
        let distance = strsim::osa_distance(&folded, &name.to_lowercase());
        if distance <= reach && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// The hint that goes with [`nearest`].
pub(crate) fn did_you_mean<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    nearest(word, names).map(|name| format!("did you mean `{name}`?"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_underlined_under_wide_letters_too() {
        let mut sources = Sources::default();
        let source = sources.add("regions.csv".into(), "region\n東京,x1\n".into());
        let mut faults = Faults::default();
        faults.add("E04", Span { source, start: 14, end: 16 }, "`x1` is not a number");
        let told = faults.diagnostics(&sources).human(false);
        assert_eq!(told, "error[E04]: `x1` is not a number\n --> regions.csv:2:4\n2 | 東京,x1\n  |      ^^\n");
    }

    #[test]
    fn a_slip_of_the_pen_finds_the_name_meant() {
        let names = || ["outlets", "depots", "lanes"].into_iter();
        assert_eq!(nearest("outlet", names()), Some("outlets"));
        assert_eq!(nearest("LANES", names()), Some("lanes"));
        assert_eq!(nearest("warehouse", names()), None);
        assert_eq!(nearest("C", ["A", "B"].into_iter()), None);
        assert_eq!(nearest("a", ["A", "B"].into_iter()), Some("A"));
    }
}
