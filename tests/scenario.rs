//! What folders become: demand from its sources, overlays, edits, settings, the digest.

use std::path::Path;

use proptest::prelude::*;
use sparenet::scenario::schema::{KEYS, TABLES, Table};
use sparenet::scenario::{Limit, Loaded, Refused, Scope, Sourcing, Status, Stockout, load};
use tempfile::TempDir;

/// The sound scenario that the tests lay overlays over.
const TOWN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sound/town");

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder for the test");
    for (name, text) in files {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("a file is in a folder")).expect("it can be made");
        std::fs::write(path, text).expect("the test writes");
    }
    folder
}

fn loaded(path: &Path) -> Loaded {
    match load(path, &[]) {
        Ok(loaded) => loaded,
        Err(Refused::Invalid(faults)) => panic!("{}", faults.human(false)),
        Err(other) => panic!("{other}"),
    }
}

/// An overlay of the town.
fn overlay(toml: &str, files: &[(&str, &str)]) -> Loaded {
    let toml = format!("extends = \"{TOWN}\"\n{toml}");
    let mut all = vec![("scenario.toml", toml.as_str())];
    all.extend(files);
    loaded(folder(&all).path())
}

const PLACES: &str = "region,latitude,longitude,population\nA,53.5511,9.9937,300\nB,48.1374,11.5755,100\n";
const OUTLET: &str = "outlet,latitude,longitude,fixed_cost_per_year,supplier_lead_time_days\nO,50.1109,8.6821,1000,7\n";

#[test]
fn a_sound_folder_loads_in_the_order_of_its_files_with_defaults() {
    let Loaded { scenario, warnings, origins } = loaded(Path::new(TOWN));
    assert!(warnings.is_empty(), "{}", warnings.human(false));
    assert_eq!((scenario.name.as_str(), scenario.currency.as_str()), ("town", "EUR"));
    let ids: Vec<&str> = scenario.regions.iter().map(|region| region.id.as_str()).collect();
    assert_eq!(ids, ["NORTH", "SOUTH", "WEST"]);
    let place = scenario.regions[0].place.expect("it has coordinates");
    assert_eq!((place.y, place.x), (53.5511, 9.9937));
    let codes: Vec<&str> = scenario.countries.iter().map(|country| country.code.as_str()).collect();
    assert_eq!(codes, ["DE", "FR"]);
    assert_eq!(scenario.demands[3].part, None);
    assert_eq!(scenario.outlets[0].status, Status::Candidate);
    assert_eq!(scenario.outlets[0].holding_rate.get(), 0.25);
    assert_eq!(scenario.stocking.stockout, Stockout::Backorder);
    assert_eq!(
        (scenario.targets[0].limit, scenario.targets[0].scope.as_slice()),
        (Limit::AtLeast(0.95), [Scope::Network].as_slice())
    );
    assert_eq!((scenario.travel.speed_kmh, scenario.travel.circuity), (50.0, 1.3));
    assert_eq!((scenario.planning.gap, scenario.planning.seed), (1e-6, 1));
    let origin = origins.of(Table::Outlets, 1, "latitude");
    assert_eq!((origin.file.as_str(), origin.line, origin.column), ("outlets.csv", 3, 8));
    assert_eq!(origins.of_target(0).line, 6);
    assert_eq!(origins.of_key("travel.speed_kmh").column, 13);
}

#[test]
fn all_sources_of_demand_add_up() {
    let folder = folder(&[
        ("scenario.toml", "name = \"sources\"\n[demand]\ndistribution = \"negative_binomial\"\n"),
        ("regions.csv", PLACES),
        ("outlets.csv", OUTLET),
        ("parts.csv", "part,unit_cost\npump,100\nvalve,10\n"),
        ("products.csv", "product\nvan\n"),
        ("demand.csv", "region,units_per_year\nA,12\n"),
        ("installed_base.csv", "region,product,units\nA,van,200\nB,van,50\n"),
        (
            "failures.csv",
            "product,part,failures_per_unit_year,repair_hours,variance_to_mean\nvan,pump,0.1,2,1.5\nvan,,0.02,1,\n",
        ),
        // Quantities 0, 4, 0, 4 over four months: a chance of 1/2 of a size of 4, 2 a month, 24 a year, s²/mean = 8/3; A has three quarters of the people.
        ("demand_history.csv", "region,part,period,quantity\n,valve,2024-02,4\n,valve,2024-04,4\nA,pump,2024-01,0\n"),
    ]);
    let scenario = loaded(folder.path()).scenario;
    let rows: Vec<(u32, Option<u32>, f64, f64, f64)> = scenario
        .demands
        .iter()
        .map(|d| (d.region.0, d.part.map(|part| part.0), d.rate.get(), d.variance_to_mean, d.repair.get()))
        .collect();
    let ratio = 8.0 / 3.0;
    let expected = [
        (0, None, 12.0, 1.0, 0.0),
        (0, Some(0), 20.0, 1.5, 2.0),
        (0, None, 4.0, 1.0, 1.0),
        (1, Some(0), 5.0, 1.5, 2.0),
        (1, None, 1.0, 1.0, 1.0),
        (0, Some(1), 18.0, ratio, 0.0),
        (1, Some(1), 6.0, ratio, 0.0),
    ];
    assert_eq!(rows.len(), expected.len());
    for (row, expected) in rows.iter().zip(expected) {
        assert_eq!((row.0, row.1, row.4), (expected.0, expected.1, expected.4));
        assert!((row.2 - expected.2).abs() < 1e-12 && (row.3 - expected.3).abs() < 1e-12, "{row:?} {expected:?}");
    }
}

#[test]
fn an_overlay_replaces_rows_by_their_key_and_adds_new_ones() {
    let outlets = "outlet,fixed_cost_per_year,latitude,longitude\nMUC,99000,48.1,11.6\nPAR,130000,48.8566,2.3522\n";
    let Loaded { scenario, origins, .. } = overlay("", &[("outlets.csv", outlets)]);
    let ids: Vec<&str> = scenario.outlets.iter().map(|site| site.id.as_str()).collect();
    assert_eq!(ids, ["HAM", "MUC", "PAR"]);
    let muc = &scenario.outlets[1];
    assert_eq!((muc.fixed_cost.get(), muc.supplier_lead_time.get()), (99_000.0, 14.0), "what it does not name stays");
    assert_eq!(scenario.outlets[2].supplier_lead_time.get(), 0.0);
    assert_eq!(origins.of(Table::Outlets, 1, "fixed_cost_per_year").line, 2);
    assert!(origins.of(Table::Outlets, 0, "outlet").file.ends_with("town/outlets.csv"));
}

#[test]
fn changes_are_applied_in_order_to_the_rows_that_where_picks_out() {
    let toml = r#"
[[change]]
table = "outlets"
where = { country = "DE", fixed_cost_per_year = 120000.0 }
scale = { fixed_cost_per_year = 1.5 }
add = { supplier_lead_time_days = 7 }

[[change]]
table = "outlets"
where = { outlet = ["HAM", "MUC"] }
add = { fixed_cost_per_year = -50000 }
set = { status = "existing" }

[[change]]
table = "demand"
where = { part = "valve" }
remove = true

[[change]]
table = "demand"
where = { part = "" }
scale = { units_per_year = 2 }
"#;
    let scenario = overlay(toml, &[]).scenario;
    let costs: Vec<f64> = scenario.outlets.iter().map(|site| site.fixed_cost.get()).collect();
    assert_eq!(costs, [130_000.0, 100_000.0]);
    assert_eq!(scenario.outlets[0].supplier_lead_time.get(), 21.0);
    assert!(scenario.outlets.iter().all(|site| site.status == Status::Existing));
    let rates: Vec<f64> = scenario.demands.iter().map(|demand| demand.rate.get()).collect();
    assert_eq!(rates, [40.0, 60.0, 160.0]);
}

#[test]
fn an_overlay_has_its_own_name_and_promises_and_inherits_the_rest() {
    let scenario = overlay("description = \"tighter\"\n[travel]\ncircuity = 1.4\n", &[]).scenario;
    assert_ne!(scenario.name, "town");
    assert_eq!((scenario.travel.speed_kmh, scenario.travel.circuity, scenario.targets.len()), (50.0, 1.4, 1));
    let tighter = "[[target]]\nmetric = \"coverage\"\nwithin_hours = 9\nat_least = \"80 %\"\nscope = [\"country\"]\n";
    let scenario = overlay(tighter, &[]).scenario;
    assert_eq!(scenario.targets.len(), 1, "its promises stand in the place of the base's");
    assert_eq!(
        (scenario.targets[0].limit, scenario.targets[0].scope.as_slice()),
        (Limit::AtLeast(0.8), [Scope::Country].as_slice())
    );
}

#[test]
fn an_overlay_may_extend_an_overlay() {
    let middle = format!("extends = \"{TOWN}\"\n[[change]]\ntable = \"parts\"\nscale = {{ unit_cost = 2 }}\n");
    let chain = folder(&[
        ("middle/scenario.toml", middle.as_str()),
        ("top/scenario.toml", "extends = \"../middle\"\n[[change]]\ntable = \"parts\"\nadd = { unit_cost = 1 }\n"),
    ]);
    let scenario = loaded(&chain.path().join("top")).scenario;
    assert_eq!(scenario.name, "top");
    let costs: Vec<f64> = scenario.parts.iter().map(|part| part.unit_cost.get()).collect();
    assert_eq!(costs, [441.0, 71.0]);
}

#[test]
fn settings_beat_the_file_and_their_faults_are_told_too() {
    let set = |settings: &[&str]| load(Path::new(TOWN), &settings.iter().map(|s| s.to_string()).collect::<Vec<_>>());
    let scenario = set(&["stocking.holding_rate_per_year=0.2", "planning.objective=cost", "travel.speed_kmh = 60"]);
    let scenario = scenario.expect("the settings are sound").scenario;
    assert_eq!((scenario.outlets[0].holding_rate.get(), scenario.travel.speed_kmh), (0.2, 60.0));
    let Err(Refused::Invalid(faults)) = set(&["travel.sped_kmh=60", "planning.objective=profits", "nonsense"]) else {
        panic!("they are faulty")
    };
    let told: Vec<String> = faults.iter().map(ToString::to_string).collect();
    assert!(told[0].starts_with("--set:1:8: error[E10]"), "{told:?}");
    assert!(told.iter().any(|line| line.starts_with("--set:2:20: error[E04]")), "{told:?}");
    assert!(told.iter().any(|line| line.starts_with("--set:3:1: error[E09]")), "{told:?}");
}

#[test]
fn the_digest_sees_what_is_meant_and_not_how_it_is_written() {
    let base = loaded(Path::new(TOWN)).scenario.input_hash;
    let same = overlay(
        "name = \"town\"\n[stocking]\nholding_rate_per_year = 0.25\n",
        &[("parts.csv", "unit_cost, part\n\"220.0\",pump\n")],
    );
    assert_eq!(same.scenario.input_hash, base);
    let other = overlay("name = \"town\"\n[stocking]\nholding_rate_per_year = 0.26\n", &[]);
    assert_ne!(other.scenario.input_hash, base);
    assert_eq!(base.len(), 64);
}

#[test]
fn a_currency_that_gains_is_one_number() {
    let of = |rate: &str| {
        let countries =
            format!("country,labour_cost_per_hour,currency,exchange_rate\nDE,40,EUR,\nFR,6000,JPY,{rate}\n");
        let outlets =
            "outlet,country,fixed_cost_per_year,opening_cost,closing_cost\nHAM,DE,120000,,\nMUC,FR,1e7,2e7,3e6\n";
        overlay("name = \"town\"\n", &[("countries.csv", &countries), ("outlets.csv", outlets)]).scenario
    };
    // A hundred yen are 0.60, then 0.80 euros; what is written in euros stays.
    for (rate, scale) in [("0.006", 0.006), ("0.008", 0.008)] {
        let scenario = of(rate);
        let wages: Vec<f64> = scenario.countries.iter().map(|country| country.labour_cost_per_hour.get()).collect();
        assert_eq!(wages, [40.0, 6000.0 * scale]);
        let paid = |at: usize| {
            let site = &scenario.outlets[at];
            [site.fixed_cost, site.opening_cost, site.closing_cost].map(|money| money.get())
        };
        assert_eq!(paid(0), [120_000.0, 0.0, 0.0]);
        assert_eq!(paid(1), [1e7 * scale, 2e7 * scale, 3e6 * scale]);
    }
    assert_ne!(of("0.006").input_hash, of("0.008").input_hash);
}

#[test]
fn a_desk_pays_the_wage_that_conditions_and_exchange_make() {
    let cost = |conditions: &str, rate: &str| -> f64 {
        let countries = format!(
            "country,labour_cost_per_hour,currency,exchange_rate,utc_offset_hours,languages\nBB,12,BBC,{rate},1,de\nAA,0,,,1,de\n"
        );
        let conditions = format!("condition,country,kind,factor,effect,operation,value,source\n{conditions}");
        let folder = folder(&[
            ("scenario.toml", "name = \"desk\"\n[travel]\nlanes = \"listed\"\n"),
            ("regions.csv", "region,country\nr,AA\n"),
            ("countries.csv", &countries),
            ("demand.csv", "region,units_per_year\nr,262800\n"),
            ("outlets.csv", "outlet,country,fixed_cost_per_year\no,BB,1000\n"),
            ("lanes.csv", "from,to,hours\no,r,0\n"),
            ("channels.csv", "channel,share,solved_share,minutes\nphone,1,0.9,5\n"),
            ("desks.csv", "desk,country,opens_hour,closes_hour,answer_within_hours\nd,BB,8,20,0.1\n"),
            ("conditions.csv", &conditions),
        ]);
        loaded(folder.path()).scenario.staffing[0].cost
    };
    let plain = cost("", "1");
    assert!(plain > 0.0);
    // Half as much again in the country's money, each worth twice as much: three times.
    let dear = cost("a,BB,soft,economy,wage,scale,1.5,Law\n", "2");
    assert!((dear / plain - 3.0).abs() < 1e-12, "{plain} {dear}");
}

#[test]
fn columns_of_countries_that_are_blank_leave_the_digest_as_it_was() {
    let digest = |head: &str, row: &str| {
        let countries = format!("country,labour_cost_per_hour,customs_days{head}\nDE,40,1{row}\nFR,30,1\n");
        let countries = countries.replace("FR,30,1\n", &format!("FR,30,1{}\n", ",".repeat(head.matches(',').count())));
        overlay("name = \"town\"\n", &[("countries.csv", &countries)]).scenario.input_hash
    };
    let bare = digest("", "");
    for (column, value) in [
        ("currency", "EUR"),
        ("exchange_rate", "1"),
        ("vat_rate", "0.19"),
        ("utc_offset_hours", "1"),
        ("languages", "de"),
        ("customs_days_deviation", "0.5"),
    ] {
        assert_eq!(digest(&format!(",{column}"), ","), bare, "{column}");
        assert_ne!(digest(&format!(",{column}"), &format!(",{value}")), bare, "{column}");
    }
}

#[test]
fn a_spreadsheets_habits_change_nothing() {
    let spoilt = tempfile::tempdir().expect("a folder for the test");
    for (name, bytes) in everything() {
        let text = String::from_utf8(bytes).expect("it is text");
        // A byte order mark, returns, blank lines and rows, blanks around the fields, quotes around the ids.
        let table = |line: &str| match line.split_once(',') {
            Some((id, rest)) if !id.contains('"') => format!(" \"{id}\" , {rest} \r\n\r\n ,,\r\n"),
            _ => format!("{line}\r\n"),
        };
        let text = if name.ends_with(".csv") { text.lines().map(table).collect() } else { text.replace('\n', "\r\n") };
        std::fs::write(spoilt.path().join(name), format!("\u{feff}{text}")).expect("the test writes");
    }
    let digest = |path: &Path| loaded(path).scenario.input_hash;
    assert_eq!(digest(spoilt.path()), digest(Path::new(EVERYTHING)));
}

#[test]
fn the_defaults_that_the_schema_names_are_those_that_hold() {
    let defaults: Vec<String> = KEYS
        .iter()
        .filter(|key| !key.default.is_empty() && !key.path.contains('*'))
        .map(|key| format!("{}={}", key.path, key.default))
        .collect();
    assert!(defaults.len() > 15);
    let town =
        [(["travel.speed_kmh=60".to_string()]).to_vec(), defaults].map(|set| match load(Path::new(TOWN), &set) {
            Ok(loaded) => loaded.scenario.input_hash,
            Err(Refused::Invalid(faults)) => panic!("{}", faults.human(false)),
            Err(other) => panic!("{other}"),
        });
    assert_eq!(town[0], town[1]);
}

#[test]
fn a_folder_that_cannot_be_read_is_no_fault_of_the_input() {
    assert!(matches!(load(Path::new("/no/such/folder"), &[]), Err(Refused::Unreadable { .. })));
    assert!(matches!(load(&Path::new(TOWN).join("parts.csv"), &[]), Err(Refused::Unreadable { .. })));
    assert_eq!(
        loaded(&Path::new(TOWN).join("scenario.toml")).scenario.name,
        "town",
        "who names the file means its folder"
    );
}

#[test]
fn of_very_many_faults_two_hundred_are_shown_and_the_others_counted() {
    let mut demand = String::from("region,units_per_year\nA,1\n");
    (0..100_000).for_each(|row| demand.push_str(&format!("A{row},x\n")));
    let folder = folder(&[
        ("scenario.toml", "name = \"faulty\"\n"),
        ("regions.csv", PLACES),
        ("outlets.csv", OUTLET),
        ("demand.csv", &demand),
    ]);
    let Err(Refused::Invalid(faults)) = load(folder.path(), &[]) else { panic!("it is faulty") };
    assert_eq!(faults.len(), 200_000);
    assert!(faults.human(false).ends_with("… and 199800 more\n"));
    assert_eq!(faults.json().as_array().map(Vec::len), Some(200));
}

#[test]
fn diagnostics_as_json_carry_their_place() {
    let folder = folder(&[("scenario.toml", "name = \"x\"\nnmae = 1\n")]);
    let Err(Refused::Invalid(faults)) = load(folder.path(), &[]) else { panic!("it is faulty") };
    let json = faults.json();
    let unknown =
        json.as_array().and_then(|list| list.iter().find(|fault| fault["code"] == "E10")).expect("it is told");
    assert_eq!((&unknown["line"], &unknown["column"], &unknown["severity"]), (&2.into(), &1.into(), &"error".into()));
    assert!(!faults.human(false).contains('\x1b') && faults.human(true).contains('\x1b'));
}

/// A scenario with every table and key.
const EVERYTHING: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/sound/everything");

#[test]
fn every_table_and_key_is_understood() {
    let Loaded { scenario, warnings, .. } = loaded(Path::new(EVERYTHING));
    assert!(warnings.is_empty(), "{}", warnings.human(false));
    for table in TABLES {
        let text =
            std::fs::read_to_string(Path::new(EVERYTHING).join(table.file)).expect("the scenario has every table");
        let header: Vec<&str> = text.lines().next().unwrap_or_default().split(',').collect();
        let planar = ["x_km", "y_km"];
        for column in table.columns.iter().filter(|column| !planar.contains(&column.name)) {
            assert!(header.contains(&column.name), "{} lacks {}", table.file, column.name);
        }
    }
    assert_eq!(scenario.products[0].name, "Air conditioner \"Breeze\"");
    assert_eq!(scenario.regions[0].name, "Hà Nội, Hoàn Kiếm");
    let hours: Vec<f64> = scenario.regions.iter().map(|region| region.emergency_hours.get()).collect();
    assert_eq!(hours, [20.0, 30.0, 30.0]);
    let direct = |region: &sparenet::scenario::Region| (region.direct_hours.get(), region.direct_cost_per_unit.get());
    assert!(scenario.stocking.direct);
    assert_eq!(scenario.regions.iter().map(direct).collect::<Vec<_>>(), [(15.0, 45.0), (26.0, 45.0), (15.0, 70.0)]);
    assert_eq!(scenario.outlets[0].fixed_cost.get(), 60_000.0 * 1.1);
    let rates: Vec<f64> = scenario.outlets.iter().map(|site| site.holding_rate.get()).collect();
    assert_eq!(rates, [0.22, 0.25, 0.22]);
    assert_eq!((scenario.service_lanes.len(), scenario.supply_lanes.len(), scenario.targets.len()), (2, 2, 6));
    assert_eq!(scenario.limits.outlets_by_country.len(), 1);
    assert_eq!(
        (scenario.planning.gap, scenario.planning.seed, scenario.planning.sourcing),
        (0.005, 7, Sourcing::Split)
    );
    assert_eq!(scenario.policies, ["appropriate", "comprehensive"]);
    assert_eq!(scenario.tiers.0.len(), 2);
    let tier =
        scenario.choices.iter().find(|choice| choice.name == "tier-cooler-VN").expect("a choice of two policies");
    assert_eq!((tier.options.len(), tier.taken, tier.given), (2, 0, false));
    let classes: Vec<_> = scenario.parts.iter().map(|part| part.class.map(|class| class.at())).collect();
    assert_eq!((classes, scenario.classes), (vec![Some(0), None], vec!["electric".to_owned()]));
    // Two rows given, two coolers with two failures each, one fridge with one, installations of the coolers that are sold (the
    // training that comes with a fridge is in no policy), a fan shared over three regions, a board.
    assert_eq!(scenario.demands.len(), 2 + 4 + 1 + 1 + 3 + 1);
    // In April, which has 1.2 of the months' mean of 12.2/12 in Thailand.
    assert!((scenario.jobs_not_offered - 4_000.0 * 0.1 * 1.2 * 12.0 / 12.2).abs() < 1e-9);
    assert_eq!((scenario.jobs.len(), scenario.channels.len(), scenario.staffing.len()), (2, 3, 2));
}

/// The files of that scenario, to be spoilt.
fn everything() -> Vec<(String, Vec<u8>)> {
    let mut files: Vec<(String, Vec<u8>)> = std::fs::read_dir(EVERYTHING)
        .expect("the scenario is part of the project")
        .map(|entry| entry.expect("it can be listed").path())
        .map(|path| {
            (
                path.file_name().unwrap_or_default().to_string_lossy().into_owned(),
                std::fs::read(path).unwrap_or_default(),
            )
        })
        .collect();
    files.sort();
    files
}

fn load_spoilt(files: &[(String, Vec<u8>)]) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().expect("a folder for the test");
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).expect("the test writes");
    }
    match load(folder.path(), &[]) {
        Ok(loaded) => prop_assert!(!loaded.warnings.has_errors()),
        Err(Refused::Invalid(faults)) => prop_assert!(faults.has_errors() && !faults.human(true).is_empty()),
        Err(Refused::Unreadable { error, .. }) => prop_assert!(false, "{error}"),
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn no_spoilt_byte_makes_the_loader_panic(
        spoils in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop_oneof![
            any::<u8>(),
            prop::sample::select(b",\"\n\r;.-9{}[]='# \xEF".to_vec()),
        ], 0..3_u8), 1..4)
    ) {
        let mut files = everything();
        for (file, at, byte, way) in spoils {
            let count = files.len();
            let bytes = &mut files[file.index(count)].1;
            if bytes.is_empty() {
                continue;
            }
            let at = at.index(bytes.len());
            match way {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ => drop(bytes.drain(at..(at + usize::from(byte)).min(bytes.len()))),
            }
        }
        load_spoilt(&files)?;
    }

    #[test]
    fn no_spoilt_field_makes_the_loader_panic(
        spoils in proptest::collection::vec((any::<prop::sample::Index>(), any::<prop::sample::Index>(), prop::sample::select(vec![
            "", "0", "-1", "1e308", "1e-320", "NaN", "inf", "99999999999999999999", "9007199254740993", "HAN", "O-HAN", "x",
            "true", "[]", "{}", "\"\"", "\"network\"", "\"country\"", "\"50%\"", "2024-13", "0000-W00", "9999-W53", "é", "\u{0}",
        ])), 1..4)
    ) {
        let mut files = everything();
        for (file, at, word) in spoils {
            let count = files.len();
            let text = String::from_utf8_lossy(&files[file.index(count)].1).into_owned();
            let breaks = |c: char| matches!(c, ',' | '\n' | '=' | '{' | '}' | '[' | ']');
            let fields: Vec<&str> = text.split(breaks).filter(|field| !field.is_empty()).collect();
            if fields.is_empty() {
                continue;
            }
            let field = fields[at.index(fields.len())];
            let start = field.as_ptr() as usize - text.as_ptr() as usize;
            files[file.index(count)].1 = format!("{}{word}{}", &text[..start], &text[start + field.len()..]).into_bytes();
        }
        load_spoilt(&files)?;
    }
}
