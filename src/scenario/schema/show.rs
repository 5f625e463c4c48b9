//! The contract as text and as JSON.

use serde_json::{Value, json};

use super::{CHANGE_KEYS, KEYS, Key, KeyKind, Kind, Need, OPTION_KEYS, TABLES, TARGET_KEYS};

impl Kind {
    /// What the values are, in a word or two.
    pub fn words(self) -> String {
        match self {
            Self::Id => "id".into(),
            Self::Of(table) => format!("id in {}", table.schema().file),
            Self::Either(one, other) => format!("id in {} or {}", one.schema().file, other.schema().file),
            Self::Text => "text".into(),
            Self::Country => "country code".into(),
            Self::Period => "period".into(),
            Self::Choice(words) => words.join(" | "),
            Self::Number(bounds) => format!("number, {}", bounds.words()).replace("number, a finite number", "number"),
        }
    }
}

impl KeyKind {
    /// What the value is, in a word or two.
    pub fn words(self) -> String {
        match self {
            Self::Text => "text".into(),
            Self::Switch => "true | false".into(),
            Self::Number(bounds) => format!("number, {}", bounds.words()),
            Self::Share(bounds) => format!("number, {}, or \"…%\"", bounds.words()),
            Self::Count => "whole number".into(),
            Self::Choice(words) => words.join(" | "),
            Self::Choices(words) => format!("one or a list of {}", words.join(" | ")),
            Self::Columns => "{ column = value }".into(),
        }
    }
}

/// The whole contract for people: each table with its columns, each key of `scenario.toml`.
pub fn schema_text() -> String {
    let mut out = String::from("A scenario is a folder. * marks what is required.\n");
    for table in TABLES {
        let star = if table.required { " *" } else { "" };
        out.push_str(&format!("\n{}{star}: {}\n", table.file, table.doc));
        for column in table.columns {
            let star = if column.need == Need::Optional { ' ' } else { '*' };
            out.push_str(&format!("  {star} {:<26} {} ({})\n", column.name, column.doc, column.kind.words()));
        }
    }
    for (title, keys) in
        [("scenario.toml *", KEYS), ("[[target]]", TARGET_KEYS), ("[[change]]", CHANGE_KEYS), ("[option]", OPTION_KEYS)]
    {
        out.push_str(&format!("\n{title}\n"));
        for Key { path, kind, default, doc } in keys {
            let default = if default.is_empty() { String::new() } else { format!("; default {default}") };
            out.push_str(&format!("    {path:<36} {doc} ({}{default})\n", kind.words()));
        }
    }
    out.push_str(OVERLAYS);
    out
}

/// How an overlay meets its base.
const OVERLAYS: &str = "
Overlays
    A folder whose scenario.toml `extends` a base holds only what differs. Of its tables, a row whose key (the first
    columns: an id, or what a row speaks of) the base knows gives that row new values in the columns it names; a row
    with a new key is added. Its keys beat the base's, its targets stand in the place of the base's if it has any, and
    its changes are applied last, in order. It has its own name: `name`, or its folder's.
";

/// The whole contract for programs.
pub fn schema_json() -> Value {
    let tables: Vec<Value> = TABLES
        .iter()
        .map(|table| {
            let columns: Vec<Value> = table
                .columns
                .iter()
                .enumerate()
                .map(|(at, column)| {
                    json!({
                        "name": column.name,
                        "required": column.need != Need::Optional,
                        "key": at < table.keys,
                        "type": column.kind.words(),
                        "doc": column.doc,
                    })
                })
                .collect();
            json!({ "file": table.file, "required": table.required, "doc": table.doc, "columns": columns })
        })
        .collect();
    let keys = |keys: &[Key]| -> Vec<Value> {
        keys.iter()
            .map(|key| {
                let default = (!key.default.is_empty()).then_some(key.default);
                json!({ "path": key.path, "type": key.kind.words(), "default": default, "doc": key.doc })
            })
            .collect()
    };
    json!({ "tables": tables, "keys": keys(KEYS), "target": keys(TARGET_KEYS), "change": keys(CHANGE_KEYS),
        "option": keys(OPTION_KEYS) })
}

#[cfg(test)]
mod tests {
    use super::super::*;

    #[test]
    fn tables_stand_in_the_order_of_their_names() {
        for (at, schema) in TABLES.iter().enumerate() {
            assert_eq!(schema.table as usize, at);
            assert_eq!(schema.file, format!("{}.csv", schema.name));
        }
    }

    #[test]
    fn the_text_names_every_column_and_key() {
        let text = schema_text();
        for column in TABLES.iter().flat_map(|table| table.columns) {
            assert!(text.contains(column.name), "{}", column.name);
        }
        for key in KEYS.iter().chain(TARGET_KEYS).chain(CHANGE_KEYS).chain(OPTION_KEYS) {
            assert!(text.contains(key.path), "{}", key.path);
        }
    }

    #[test]
    fn bounds_hold_what_they_say() {
        assert!(Bounds::SHARE.hold(1.0) && !Bounds::SHARE.hold(1.1) && !Bounds::SHARE.hold(f64::NAN));
        assert!(Bounds::AMOUNT.hold(0.0) && !Bounds::POSITIVE.hold(0.0) && !Bounds::AMOUNT.hold(f64::INFINITY));
        assert_eq!(Bounds::POSITIVE.words(), "greater than 0");
    }
}
