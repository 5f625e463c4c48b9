//! What is wrong with an input, all of it at once: where, what, and how to mend it.

mod faults;

use super::source::Origin;

pub(crate) use faults::{Faults, did_you_mean, nearest};

/// How bad a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The scenario cannot be used.
    Error,
    /// The scenario can be used, but a planner should look.
    Warning,
}

impl Severity {
    /// The word for it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One thing that is wrong with an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which rule it breaks: `E07`, `W03` (`RULES` lists them).
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong.
    pub message: String,
    /// Where.
    pub origin: Origin,
    /// How to mend it.
    pub hint: Option<String>,
}

/// The rules by their numbers: what each code means.
pub const RULES: &[(&str, &str)] = &[
    ("E01", "a file is there, is UTF-8 text and is not absurdly large"),
    ("E02", "a table's header names each required column once and none that is unknown"),
    ("E03", "a row has as many fields as the header, its quotes are closed"),
    ("E04", "a value is of its column's kind: a number is a number, a choice one of those listed"),
    ("E05", "a number is within its bounds"),
    ("E06", "an id, or what a row speaks of, stands only once"),
    ("E07", "a name refers to something that exists"),
    ("E08", "a required value is given"),
    ("E09", "scenario.toml is TOML"),
    ("E10", "a key or table of scenario.toml is known"),
    ("E11", "a key's value is of the key's kind"),
    ("E12", "a required key is given"),
    ("E13", "a target asks for something that its metric can answer"),
    ("E14", "a change can be applied and changes something"),
    ("E15", "the base that `extends` names exists and does not extend in a circle"),
    ("E16", "what must be measured or estimated has coordinates or lanes"),
    ("E17", "there are regions, outlets and some demand"),
    ("E18", "a distance or time is no stand-in for `unreachable`"),
    (
        "E19",
        "lateral supply joins two outlets, and direct delivery a depot and its outlets, that express what they lack",
    ),
    ("E20", "a plan's table has the columns of its decisions"),
    ("E21", "a plan speaks of sites, regions and parts of its scenario"),
    ("E22", "a plan's decision is a truth, a share or a whole number"),
    ("E23", "a plan decides each thing once"),
    ("E24", "a plan's figures are numbers, its summary and its map are JSON"),
    ("E25", "a `$name` of a sweep's template has values"),
    ("E26", "a table is given once: as CSV, as a sheet of the workbook or as Parquet"),
    ("E28", "the statutes of guarantees can be kept together, and what is to be decided by itself can be"),
    ("E29", "a desk can keep what it promises, and every contact has one"),
    ("W01", "coordinates are not rounded to a coarse grid"),
    ("W02", "a place lies in the country that its row names"),
    ("W03", "coordinates are not 0, 0"),
    ("W04", "no two rows are the same place under different ids"),
    ("W05", "a region has demand"),
    ("W06", "rows of demand do not repeat"),
    ("W07", "a value has an effect"),
    ("W08", "a country that is named has its row"),
    ("W09", "a table's file in the folder, and a sheet of its workbook, is one that is read"),
    ("W10", "stock is replenished after some lead time"),
    ("W11", "a region with demand has a candidate outlet within reach that does its jobs"),
    ("W12", "all outlets together can do the work, one can do that of each region alone, and all servers the repairs"),
    ("W13", "a country code is one of ISO 3166"),
    ("W14", "a history of demand is long enough"),
];

/// Everything that is wrong with an input, in the order of files, lines and columns.
#[derive(Debug, Clone, Default)]
pub struct Diagnostics {
    list: Vec<Diagnostic>,
    more: usize,
}

impl Diagnostics {
    /// Most diagnostics that are shown.
    pub const SHOWN: usize = 200;

    /// Adds a warning about a place of the input.
    pub fn warn(&mut self, code: &'static str, origin: Origin, message: String, hint: Option<String>) {
        self.list.push(Diagnostic { code, severity: Severity::Warning, message, origin, hint });
    }

    /// Adds an error about a place of the input.
    pub fn error(&mut self, code: &'static str, origin: Origin, message: String, hint: Option<String>) {
        self.list.push(Diagnostic { code, severity: Severity::Error, message, origin, hint });
    }

    /// Adds those of others that are not among these.
    pub fn extend(&mut self, others: Self) {
        let new: Vec<Diagnostic> = others.list.into_iter().filter(|other| !self.list.contains(other)).collect();
        self.list.extend(new);
        self.more += others.more;
    }

    /// Each diagnostic, in order.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.list.iter()
    }

    /// How many there are, those beyond what is kept included.
    pub fn len(&self) -> usize {
        self.list.len() + self.more
    }

    /// Is nothing wrong?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Is anything worse than a warning?
    pub fn has_errors(&self) -> bool {
        self.list.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// For people: each with its line and the place in it underlined; `colour` adds terminal colours that carry no meaning.
    pub fn human(&self, colour: bool) -> String {
        let mut out = String::new();
        for diagnostic in self.list.iter().take(Self::SHOWN) {
            diagnostic.human(colour, &mut out);
        }
        match self.len() - self.list.len().min(Self::SHOWN) {
            0 => {}
            more => out.push_str(&format!("… and {more} more\n")),
        }
        out
    }

    /// For programs: one object a diagnostic.
    pub fn json(&self) -> serde_json::Value {
        self.list.iter().take(Self::SHOWN).map(Diagnostic::json).collect()
    }
}

impl Diagnostic {
    /// For programs.
    pub fn json(&self) -> serde_json::Value {
        let place = |number: usize| (self.origin.line > 0).then_some(number);
        serde_json::json!({
            "code": self.code,
            "severity": self.severity.word(),
            "message": self.message,
            "file": self.origin.file,
            "line": place(self.origin.line),
            "column": place(self.origin.column),
            "length": place(self.origin.length),
            "text": place(0).map(|_| self.origin.text.as_str()),
            "hint": self.hint,
        })
    }

    fn human(&self, colour: bool, out: &mut String) {
        let paint = |code: &'static str| if colour { code } else { "" };
        let tone = paint(if self.severity == Severity::Error { "\x1b[1;31m" } else { "\x1b[1;33m" });
        let (bold, dim, plain) = (paint("\x1b[1m"), paint("\x1b[34m"), paint("\x1b[0m"));
        let Origin { file, line, column, length, text, indent } = &self.origin;
        let number = line.to_string();
        let margin = " ".repeat(if *line > 0 { number.len() } else { 1 });
        let mut put = |text: String| out.push_str(&text);
        put(format!("{tone}{}[{}]{plain}{bold}: {}{plain}\n", self.severity.word(), self.code, self.message));
        if *line == 0 {
            put(format!("{dim}{margin}-->{plain} {file}\n"));
        } else {
            let before = text.chars().take(*indent).map(columns).sum();
            let under = text.chars().skip(*indent).take(*length).map(columns).sum::<usize>();
            let (blanks, carets) = (" ".repeat(before), "^".repeat(under.max(1)));
            put(format!("{dim}{margin}-->{plain} {file}:{line}:{column}\n"));
            put(format!("{dim}{number} |{plain} {text}\n"));
            put(format!("{dim}{margin} |{plain} {blanks}{tone}{carets}{plain}\n"));
        }
        if let Some(hint) = &self.hint {
            put(format!("{dim}{margin} ={plain} hint: {hint}\n"));
        }
    }
}

/// Columns of a terminal that a character takes: two for the scripts of East Asia, none for a mark over another letter.
const fn columns(character: char) -> usize {
    match character {
        '\u{300}'..='\u{36f}' => 0,
        '\u{1100}'..='\u{115f}' | '\u{2e80}'..='\u{a4cf}' | '\u{ac00}'..='\u{d7a3}' | '\u{f900}'..='\u{faff}' => 2,
        '\u{fe30}'..='\u{fe6f}' | '\u{ff00}'..='\u{ff60}' | '\u{1f300}'..='\u{1faff}' | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}

impl std::fmt::Display for Diagnostic {
    /// On one line: `lanes.csv:2:5: error[E07]: unknown region (hint: …)`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.origin.file)?;
        if self.origin.line > 0 {
            write!(f, ":{}:{}", self.origin.line, self.origin.column)?;
        }
        write!(f, ": {}[{}]: {}", self.severity.word(), self.code, self.message)?;
        match &self.hint {
            Some(hint) => write!(f, " (hint: {hint})"),
            None => Ok(()),
        }
    }
}
