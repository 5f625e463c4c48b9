//! The location engine against published and generated instances, and against HiGHS when asked.
//!
//! `cargo bench --bench location [-- WORD...]` runs the published instances of `../shared/benchmarks` whose name holds one
//! of the words (all without a word), and says so when that folder is absent. Other words ask for generated problems
//! or set limits:
//!
//! ```text
//! limit=30            the time an instance gets [seconds]
//! gap=0.001           stop at this relative gap; else at proven optimality
//! trace               print every report of progress
//! peer=120            the same problem by HiGHS on one thread, with this limit [seconds]; needs --features highs
//! two-echelon=6000x400x30x100     customers × sites × uppers × lanes each
//! continent=100000x20000x1600     customers × sites × about so many open [× lanes each, else 150]
//! median=13500x1000   points × p, of a plane [× lanes each, else 150]
//! set=10000x100       regions × sites: all covered by the fewest sites; cost=... at least cost
//! maximal=10000x100x10            regions × sites × p: most weight covered
//! ```
#![allow(clippy::print_stdout, reason = "a bench program prints its table")]

mod generate;
mod peer;
mod read;
mod run;

use generate::Cover;
use run::{Ratios, Wish, heading, run};
use sparenet::location::Problem;

/// The problem a word like `continent=100000x20000x1600` asks for.
fn generated(word: &str) -> Option<Problem> {
    let (kind, sizes) = word.split_once('=')?;
    let sizes: Vec<usize> = sizes.split('x').map(str::parse).collect::<Result<_, _>>().ok()?;
    match (kind, sizes[..].len()) {
        ("two-echelon", 4) => Some(generate::two_echelon(sizes[0], sizes[1], sizes[2], sizes[3])),
        ("continent", 3 | 4) => {
            Some(generate::continent(sizes[0], sizes[1], sizes[2], sizes.get(3).copied().unwrap_or(150)))
        }
        ("median", 2 | 3) => Some(generate::planar_median(sizes[0], sizes[1], sizes.get(2).copied().unwrap_or(150))),
        ("set", 2) => Some(generate::covering(sizes[0], sizes[1], Cover::Fewest)),
        ("cost", 2) => Some(generate::covering(sizes[0], sizes[1], Cover::Cheapest)),
        ("maximal", 3) => Some(generate::covering(sizes[0], sizes[1], Cover::Most(sizes[2]))),
        _ => None,
    }
}

fn main() {
    let words: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let number = |name: &str| words.iter().find_map(|word| word.strip_prefix(name)?.parse::<f64>().ok());
    let wish = Wish {
        limit: number("limit=").unwrap_or(30.0),
        peer: number("peer="),
        gap: number("gap=").unwrap_or(0.0),
        trace: words.iter().any(|word| word == "trace"),
    };
    let mut ratios = Ratios::default();
    heading(&wish);
    let settings = ["limit=", "peer=", "gap="];
    let others: Vec<&String> = words
        .iter()
        .filter(|word| *word != "trace" && !settings.iter().any(|setting| word.starts_with(setting)))
        .collect();
    for word in others.iter().filter(|word| word.contains('=')) {
        let begin = std::time::Instant::now();
        let Some(problem) = generated(word) else {
            println!("`{word}` is not understood");
            continue;
        };
        println!("{word}: {} lanes drawn in {:.1} s", problem.lanes.site.len(), begin.elapsed().as_secs_f64());
        run("generated", word, None, &problem, &wish, &mut ratios);
    }
    let names: Vec<&&String> = others.iter().filter(|word| !word.contains('=')).collect();
    if others.is_empty() || !names.is_empty() {
        published(&names, &wish, &mut ratios);
    }
    ratios.tell();
}

fn published(names: &[&&String], wish: &Wish, ratios: &mut Ratios) {
    let Ok(table) = std::fs::read_to_string(read::shared().join("optima.csv")) else {
        println!("skipped: ../shared is absent");
        return;
    };
    for line in table.lines().skip(1) {
        let fields: Vec<&str> = line.split(',').collect();
        let [library, instance, format, arguments, kind, value, ..] = fields[..] else { continue };
        let name = format!("{library} {instance} {kind} {}", arguments.replace("--capacitated", "").trim());
        if (names.is_empty() || names.iter().any(|word| name.contains(word.as_str())))
            && let Some(problem) = read::build(library, instance, format, arguments)
        {
            run(library, name.trim(), value.parse().ok(), &problem, wish, ratios);
        }
    }
}
