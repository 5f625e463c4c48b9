//! The index of satisfaction: response, first visits, answers.

use crate::room::{Room, close, figure, number};

const WEIGHTS: &str =
    "\n[satisfaction]\nresponse_weight = 5\nwithin_hours = 1\nfirst_time_fix_weight = 3\nanswered_weight = 2\n";

#[test]
fn satisfaction_is_the_weighted_mean_of_what_satisfies() {
    let room = Room::with("scenarios/small");
    room.append("small/demand.csv", "ashby,,50,1\n");
    room.run("solve small -q --out plan").code(0);
    let before = room.run("evaluate small --plan plan --out judged --json").code(0).json();
    assert!(before.get("satisfaction").is_none(), "nothing is told unless it is asked for");
    room.append("small/scenario.toml", WEIGHTS);
    let told = room.run("evaluate small --plan plan --out judged --json").code(0).json();
    assert_ne!(told["input_hash"], before["input_hash"]);
    assert_eq!(told["objective"], before["objective"], "it is told, and nothing is paid for it");
    let rows = room.rows("judged/service_by_country.csv");
    let measure = |name: &str, country: &str| {
        let row = rows.iter().find(|row| row["metric"] == name && row["country"] == country);
        number(row.unwrap_or_else(|| panic!("no {name} in {rows:?}")), "value")
    };
    // 150 of the 200 jobs need a part and are ended at once where it is on the shelf, the other 50 are at any rate.
    let filled = figure(&told["promises"][0], "computed");
    close(measure("first_time_fix", ""), (150.0 * filled + 50.0) / 200.0, 1e-12);
    close(figure(&told["satisfaction"], "response"), measure("on_time", ""), 1e-12);
    // Nobody answers anything: that weight is left to the other two.
    let index = (5.0 * measure("on_time", "") + 3.0 * measure("first_time_fix", "")) / 8.0;
    close(figure(&told["satisfaction"], "index"), index, 1e-12);
    close(measure("satisfaction", ""), index, 1e-12);
    // All towns lie in one country.
    close(measure("satisfaction", "XA"), index, 1e-12);
    close(figure(&told["satisfaction"]["by_country"], "XA"), index, 1e-12);
    room.run("verify small --plan judged").code(0);
    room.edit("judged/service_by_country.csv", "XA,satisfaction,,0", "XA,satisfaction,,1");
    let told = room.run("verify small --plan judged").code(7);
    assert!(format!("{told:?}").contains("satisfaction"), "{told:?}");
}

#[test]
fn repeated_visits_and_late_answers_count_against_it() {
    let room = Room::with("scenarios/small");
    room.append("small/scenario.toml", WEIGHTS);
    room.run("solve small -q --out plan").code(0);
    let once = room.run("evaluate small --plan plan --out judged --json").code(0).json();
    // Every fourth visit must be made again: three quarters of what was ended at once is.
    room.write("small/formats.csv", "format,ownership,repeat_share\nshop,own,0.25\n");
    let outlets = room.read("small/outlets.csv");
    let with = outlets.lines().filter(|line| !line.is_empty()).enumerate();
    let with: Vec<String> =
        with.map(|(row, line)| format!("{line},{}", if row == 0 { "format" } else { "shop" })).collect();
    room.write("small/outlets.csv", &with.join("\n"));
    // Half of the customers ring first, nothing is solved there, and a desk answers them.
    room.write("small/channels.csv", "channel,share,solved_share,minutes\nphone,0.5,0,6\n");
    room.write(
        "small/desks.csv",
        "desk,country,opens_hour,closes_hour,answer_within_hours,at_least\nd,XA,8,14,1,0.5\n",
    );
    let again = room.run("evaluate small --plan plan --out judged --json").code(0).json();
    let own = |of: &serde_json::Value, name: &str| figure(&of["satisfaction"], name);
    close(own(&again, "first_time_fix"), 0.75 * own(&once, "first_time_fix"), 1e-12);
    let desk = number(&room.rows("judged/desks.csv")[0], "answered_in_time");
    close(own(&again, "answered_in_time"), desk, 1e-12);
    let index = 0.5 * own(&again, "response") + 0.3 * own(&again, "first_time_fix") + 0.2 * desk;
    close(own(&again, "index"), index, 1e-12);
    let told = room.run("evaluate small --plan plan --out judged").code(0);
    assert!(told.out.contains("fixed at the first visit") && told.out.contains("lowest in XA"), "{told:?}");
}
