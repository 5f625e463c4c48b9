//! Trouble in one country that is heard in others.

use crate::room::{Room, close, figure, number};

/// Two neighbours with a language in common and a third with another, an outlet in each, two years.
fn three(room: &Room) {
    for (name, text) in [
        (
            "scenario.toml",
            "name = \"three\"\n[rollout]\nfirst_year = 2000\nyears = 2\n[share]\nutility = 0.4\nper_km = 1.5\nadjustment = 0.5\n",
        ),
        (
            "regions.csv",
            "region,country,latitude,longitude,population,area_km2\nA,AT,48,16,10,4\nD,DE,50,10,10,4\nF,FR,48,2,10,4\n",
        ),
        ("outlets.csv", "outlet,latitude,longitude,fixed_cost_per_year\nO,48,10,1\n"),
        ("demand.csv", "region,units_per_year\nA,1\nD,1\nF,1\n"),
        ("countries.csv", "country,languages\nAT,de\nDE,de\nFR,fr\n"),
        (
            "markets.csv",
            "country,from_year,sales_per_year,margin_per_unit,outlet_cost_per_year,outlets_today,share_today\n\
             AT,2000,1000,10,1,1,0.1\nDE,2000,1000,10,1,1,0.1\nFR,2000,1000,10,1,1,0.1\n",
        ),
        ("again/outlets_by_year.csv", "region,year,outlets\n"),
    ] {
        let folder = if name.starts_with("again") { String::new() } else { "three/".to_owned() };
        room.write(&format!("{folder}{name}"), text);
    }
}

/// The reputations of AT, DE and FR in the second year of a course that keeps the outlets of today, and their shares.
fn kept(room: &Room, more: &str) -> (Vec<f64>, Vec<f64>) {
    room.run(&format!("rollout three -q --plan again --out kept {more}")).code(0);
    let rows = room.rows("kept/years.csv");
    let own = |column: &'static str| {
        let rows = rows.iter().filter(|row| row["year"] == "2001" && !row["country"].is_empty());
        rows.map(|row| number(row, column)).collect()
    };
    (own("reputation"), own("share"))
}

#[test]
fn trouble_is_heard_where_the_rows_say_and_else_where_the_language_is_understood() {
    let room = Room::new();
    three(&room);
    let (reputations, shares) = kept(&room, "");
    assert_eq!(reputations, [1.0, 1.0, 1.0], "nothing is heard unless it is asked for");
    // Of one outlet on 4 km² 1 − 0.2497399/0.5986877 of the customers that could be drawn are kept away; in the first year
    // 0.1748699 of each market is sold and 0.1019237 of it is ill served.
    let (heard, fewer) = kept(&room, "--set share.spill_over_same_language=0.5");
    close(heard[0], 1.0 - 0.5 * heard_of(0.5), 1e-6);
    close(heard[1], heard[0], 1e-12);
    assert_eq!(heard[2], 1.0);
    assert!(fewer[0] < shares[0] && fewer[2] == shares[2], "{fewer:?} {shares:?}");
    // A row goes before the language: AT hears nothing of DE, FR hears of both.
    room.write("three/spill_over.csv", "from,to,weight\nDE,AT,0\n,FR,2\n");
    let (heard, _) = kept(&room, "--set share.spill_over_same_language=0.5");
    assert_eq!(heard[0], 1.0);
    assert!(heard[1] < 1.0 && heard[2] < heard[1], "{heard:?}");
    // An overlay turns one row up and leaves the other.
    room.write(
        "louder/scenario.toml",
        "extends = \"../three\"\n[[change]]\ntable = \"spill_over\"\nwhere = { to = \"FR\" }\nscale = { weight = 2 }\n",
    );
    let once = room.run("rollout three --json --plan again --out once").code(0).json();
    let twice = room.run("rollout louder --json --plan again --out twice").code(0).json();
    assert!(figure(&twice, "spill_over_cost") > figure(&once, "spill_over_cost"), "{once} {twice}");
    assert_ne!(once["input_hash"], twice["input_hash"]);
}

/// What of a market of the first year is ill served where a country hears its neighbour with a weight: 0.1·0.5828545 is ill
/// served before it, so that 1 − weight·0.0582854 of the wish 0.2497399 is left, and half the way from 0.1 to it is gone.
fn heard_of(weight: f64) -> f64 {
    let left = 1.0 - weight * 0.1 * 0.582_854_4;
    (0.1 + 0.5 * (left * 0.249_739_9 - 0.1)) * 0.582_854_4
}

#[test]
fn a_roll_out_knows_of_it_in_its_accounts_its_bound_and_its_words() {
    let room = Room::new();
    three(&room);
    let deaf = room.run("rollout three --json").code(0).json();
    assert!(deaf["spill_over_cost"].is_null() && deaf["reputation"].is_null(), "{deaf}");
    room.write("three/spill_over.csv", "from,to,weight\n,,1.5\n");
    let heard = room.run("rollout three --json --gap 1").code(0).json();
    assert!(figure(&heard, "worth") < figure(&deaf, "worth"), "{heard} {deaf}");
    assert!(
        figure(&heard, "worth") <= figure(&heard, "bound") && figure(&heard, "bound") <= figure(&deaf, "bound") + 1e-6
    );
    assert!(figure(&heard, "spill_over_cost") > 0.0 && figure(&heard, "reputation") < 1.0, "{heard}");
    let told = room.run("rollout three --gap 1").code(0);
    assert!(told.out.contains("Trouble heard abroad costs") && told.out.contains("reputation"), "{told:?}");
    assert!(room.read("rollouts/three/rollout.html").contains("Trouble heard abroad costs"));
    let again = room.run("rollout three --json --plan rollouts/three --out same").code(0).json();
    close(figure(&again, "worth"), figure(&heard, "worth"), 1e-12);
    assert_eq!(room.read("same/years.csv"), room.read("rollouts/three/years.csv"));
}
