//! Roll-outs: outlets by region and year where they draw customers.

use std::path::Path;

use crate::room::{Room, close, figure};

fn stylised() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/europe-cars-1975")
}

/// The column of a CSV text, as numbers.
fn column(text: &str, name: &str) -> Vec<f64> {
    let mut lines = text.lines();
    let at =
        lines.next().and_then(|header| header.split(',').position(|own| own == name)).expect("the column is there");
    lines.map(|line| line.split(',').nth(at).and_then(|field| field.parse().ok()).expect("it is a number")).collect()
}

#[test]
fn the_share_curve_of_networks_that_were_seen_is_drawn_within_a_point() {
    let room = Room::new();
    // With 1,000 outlets 12 %, with 20,000 43 %; by hand, from logit share = a − 0.0734·(√(3.6 million/N)/2):
    let seen =
        [(500, 5.2), (1_000, 12.0), (2_000, 20.6), (5_000, 31.6), (10_000, 38.1), (20_000, 43.0), (40_000, 46.6)];
    let numbers: Vec<String> = seen.iter().map(|(outlets, _)| outlets.to_string()).collect();
    let ran =
        room.run_on(&format!("rollout -q --gap 5% --set rollout.years=1 --curve {}", numbers.join(",")), &stylised());
    assert!(ran.code == 0, "{ran:?}");
    let text = room.read("rollouts/europe-cars-1975/curve.csv");
    let (even, best) = (column(&text, "share_even"), column(&text, "share_best"));
    for (((outlets, percent), even), best) in seen.iter().zip(&even).zip(&best) {
        assert!((100.0 * even - percent).abs() < 1.0, "{outlets}: {even} instead of {percent} %");
        assert!(best >= even, "{outlets}");
    }
}

#[test]
fn a_course_that_was_given_is_accounted_for_and_what_it_breaks_is_told() {
    let room = Room::new();
    let planned = room.run_on("rollout --json", &stylised()).code(0).json();
    assert!(figure(&planned, "gap") <= 0.01 && planned["limits_kept"] == true, "{planned}");
    let again = room.run_on("rollout --json --plan rollouts/europe-cars-1975 --out again", &stylised()).code(0).json();
    close(figure(&again, "worth"), figure(&planned, "worth"), 1e-9);
    assert_eq!(room.read("again/years.csv"), room.read("rollouts/europe-cars-1975/years.csv"));
    // Fifty outlets more in the first year than may open.
    let text = room.read("rollouts/europe-cars-1975/outlets_by_year.csv");
    let first = text.lines().nth(1).expect("there are regions").to_owned();
    let (before, outlets) = first.rsplit_once(',').expect("three columns");
    let more = format!("{before},{}", outlets.parse::<u32>().expect("a number") + 50_000);
    room.write("edited/outlets_by_year.csv", &text.replacen(&first, &more, 1));
    let told = room.run_on("rollout --plan edited --out told", &stylised()).code(7);
    assert!(told.out.contains("more outlets open than may"), "{told:?}");
}

#[test]
fn what_is_wrong_with_markets_is_told_with_its_place() {
    let room = Room::with("scenarios/small");
    assert!(room.run("rollout small").code(3).err.contains("no markets.csv"));
    room.write("small/markets.csv", "country,from_year,sales_per_year\nXA,1980,100\nXA,1980,200\n");
    room.write("small/periods.csv", "year,technicians_at_most\n1970,5\n1970,6\n");
    let told = room.run("check small").code(3);
    for words in [
        "the market of `XA` stands twice",
        "the year 1970 stands twice",
        "markets need the years of a roll-out",
        "markets need [share]",
        "nothing says how many jobs one does",
        "has no area_km2",
        "has no population",
    ] {
        assert!(told.err.contains(words), "{words}: {told:?}");
    }
}

#[test]
fn parts_are_owed_after_the_last_sale() {
    let room = Room::new();
    let told = room.run_on("rollout --json --gap 10% --set rollout.years=1", &stylised()).code(0).json();
    let text = room.read("rollouts/europe-cars-1975/last_buy.csv");
    let (means, quantities) = (column(&text, "mean_demand"), column(&text, "quantity"));
    // Of every unit installed a part is asked for λ·12·(1 − e^(−10/12)) times in ten years: parts differ by their rates alone.
    let rates: Vec<f64> = std::fs::read_to_string(stylised().join("failures.csv"))
        .expect("the scenario is there")
        .lines()
        .skip(1)
        .map(|line| line.split(',').nth(2).and_then(|field| field.parse().ok()).expect("a rate"))
        .collect();
    let whole = figure(&told, "installed") * 12.0 * (1.0 - (-10.0_f64 / 12.0).exp());
    assert_eq!(means.len(), rates.len());
    let mut expected: Vec<f64> = rates.iter().map(|rate| rate * whole).collect();
    let mut found = means.clone();
    expected.sort_by(f64::total_cmp);
    found.sort_by(f64::total_cmp);
    for (one, other) in expected.iter().zip(&found) {
        close(*other, *one, 1e-3);
    }
    // The last order lasts with 95 %: 1.645 deviations above the mean, up to whole units and the skew of few.
    for (mean, quantity) in means.iter().zip(&quantities) {
        assert!((quantity - mean - 1.645 * mean.sqrt()).abs() < 1.0 + 0.01 * mean.sqrt(), "{mean} {quantity}");
    }
}
