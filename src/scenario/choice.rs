//! Choices: alternatives that a planner puts to the optimiser, one option of each to be taken.

/// A choice among options.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Its name: that of its folder under `choices`.
    pub name: String,
    /// Its options, in order of name; at least one.
    pub options: Vec<Alternative>,
    /// The option that this scenario takes, as an index into the options.
    pub taken: usize,
    /// Does the planner say which one to take? Else the optimiser may take another.
    pub given: bool,
}

/// An option of a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// Its name: that of its file without `.toml`.
    pub name: String,
    /// SHA-256 of its text, in lower-case hexadecimal.
    pub digest: String,
}

/// Options by the names of their choices.
pub type Taken = Vec<(String, String)>;
