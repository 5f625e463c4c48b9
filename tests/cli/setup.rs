//! Commands for a first day: `init`, `schema`, `completions`, help.

use crate::room::Room;

#[test]
fn a_template_is_checked_without_a_warning_and_solved() {
    let room = Room::new();
    let ran = room.run("init mine").code(0);
    assert!(ran.out.contains("scenario.toml") && ran.out.contains("regions.csv"), "{}", ran.out);
    let checked = room.run("check mine --json").code(0).json();
    assert_eq!(checked["count"], 0, "{checked:#}");
    assert!(room.run("check mine").code(0).out.contains("can be planned"));
    room.run("solve mine").code(0);
    room.run("verify mine --plan plans/mine").code(0);
    // A second time it would overwrite somebody's work.
    room.append("mine/regions.csv", "KRK,Kraków,PL,50.06,19.94,800000");
    let before = room.bytes("mine");
    room.run("init mine").code(8);
    assert!(room.bytes("mine") == before);
}

#[test]
fn the_schema_names_every_table_as_text_and_as_json() {
    let room = Room::new();
    let (text, json) = (room.run("schema").code(0).out, room.run("schema --json").code(0).json().to_string());
    for table in sparenet::scenario::schema::TABLES {
        assert!(text.contains(table.file) && json.contains(table.name), "{}", table.file);
        for column in table.columns {
            assert!(text.contains(column.name) && json.contains(column.name), "{} {}", table.file, column.name);
        }
    }
    for key in sparenet::scenario::schema::KEYS {
        assert!(text.contains(key.path), "{}", key.path);
    }
}

#[test]
fn a_completion_script_is_printed_for_each_shell() {
    let room = Room::new();
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let ran = room.run(&format!("completions {shell}")).code(0);
        assert!(ran.out.contains("sparenet") && ran.out.contains("time-limit") && ran.err.is_empty(), "{shell}");
    }
}

#[test]
fn help_begins_with_examples() {
    let room = Room::new();
    let help = room.run("--help").code(0);
    assert!(help.out.starts_with("Examples:\n  sparenet solve"), "{}", help.out);
    for command in ["solve", "check", "evaluate", "verify", "init", "schema", "completions"] {
        assert!(help.out.contains(&format!("\n  {command} ")), "{command}");
        assert!(room.run(&format!("{command} --help")).code(0).out.contains("Usage: sparenet"), "{command}");
    }
    assert!(room.run("--version").code(0).out.starts_with("sparenet "));
}

#[test]
fn what_is_not_a_terminal_gets_no_colour_and_no_progress() {
    let room = Room::with("scenarios/small");
    room.append("small/regions.csv", "nobody,Nobody,XA,5");
    for words in ["solve small", "check small", "--help"] {
        let ran = room.run(words);
        assert!(!ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'), "{words}: {ran:?}");
    }
}
