//! `report` and `compare --html`: pages that stand alone.

use std::path::Path;
use std::process::Command;

use crate::room::{Room, skipped};

/// A browser that can be run without a screen: `SPARENET_BROWSER`, else one of the usual names.
pub fn browser() -> Option<String> {
    let named = std::env::var("SPARENET_BROWSER").ok();
    let usual = ["chromium", "chromium-browser", "google-chrome", "chrome"].map(str::to_owned);
    let runs = |name: &String| Command::new(name).arg("--version").output().is_ok_and(|output| output.status.success());
    let found = named.into_iter().chain(usual).find(runs);
    if found.is_none() {
        skipped("a browser");
    }
    found
}

/// The page as it stands after its scripts have run, and what they complained of.
fn opened(browser: &str, page: &Path, room: &Room) -> (String, Vec<String>) {
    opened_at(browser, &format!("file://{}", page.display()), room)
}

/// The same of a page at an address.
pub fn opened_at(browser: &str, address: &str, room: &Room) -> (String, Vec<String>) {
    let output = Command::new(browser)
        .args(["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run"])
        .args(["--enable-logging=stderr", "--virtual-time-budget=15000", "--dump-dom"])
        .arg(format!("--user-data-dir={}", room.path("profile").display()))
        // No name leads anywhere, so that whatever is fetched fails and is complained of.
        .arg("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
        .arg(address)
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let complaints = said.lines().filter(|line| line.contains("CONSOLE")).map(str::to_owned).collect();
    (String::from_utf8_lossy(&output.stdout).into_owned(), complaints)
}

/// The template of `init`, solved and reported.
fn round() -> Room {
    let room = Room::new();
    room.run("init round").code(0);
    let ran = room.run("solve round -q");
    assert!([0, 5].contains(&ran.code), "{ran:?}");
    room.run("report round --plan plans/round").code(0);
    room
}

/// Puts a script at the end of a page.
fn with_script(room: &Room, page: &str, script: &str) {
    let text = room.read(page);
    let end = text.rfind("</body>").expect("a page has a body");
    room.write(page, &format!("{}<script>{script}</script>{}", &text[..end], &text[end..]));
}

#[test]
fn a_report_opens_without_a_complaint_draws_its_map_and_charts_and_fetches_nothing() {
    let Some(browser) = browser() else { return };
    let room = round();
    let (page, complaints) = opened(&browser, &room.path("plans/round/report.html"), &room);
    assert_eq!(complaints, Vec::<String>::new());
    let drawn = page.split("data-drawn=\"").nth(1).and_then(|rest| rest.split('"').next());
    assert!(drawn.is_some_and(|drawn| drawn.parse::<usize>().is_ok_and(|drawn| drawn >= 4)), "{drawn:?}");
    let map = page.split("id=\"map\"").nth(1).expect("the page has a place for a map");
    assert!(map.contains("class=\"main-svg\"") && map.contains("scatterlayer"), "the map is drawn");
    let rows = page.split("data-table=\"stock\"").nth(1).and_then(|rest| rest.split("</tbody>").next());
    assert!(rows.is_some_and(|rows| rows.contains("<td")), "the shelves are listed");
    // What cannot fail proves nothing: a complaint is heard, and a fetch is one.
    with_script(
        &room,
        "plans/round/report.html",
        "console.error('heard'); fetch('https://example.org/').catch(() => 0)",
    );
    let (_, complaints) = opened(&browser, &room.path("plans/round/report.html"), &room);
    assert!(complaints.iter().any(|own| own.contains("heard")), "{complaints:?}");
    assert!(complaints.iter().any(|own| own.contains("example.org")), "{complaints:?}");
}

#[test]
fn a_report_listens_to_the_keyboard_the_search_and_the_change_of_light() {
    let Some(browser) = browser() else { return };
    let room = round();
    with_script(
        &room,
        "plans/round/report.html",
        "addEventListener('load', () => { const root = document.documentElement, wait = setInterval(() => {
            if (!root.dataset.drawn) return;
            clearInterval(wait);
            const map = document.getElementById('map'), width = () => map.layout.xaxis.range[1] - map.layout.xaxis.range[0];
            const whole = width();
            map.dispatchEvent(new KeyboardEvent('keydown', { key: '+' }));
            const stock = document.querySelector('[data-table=stock]'), rows = () => stock.querySelectorAll('tbody tr').length;
            const all = rows(), search = stock.querySelector('input');
            search.value = 'no such part'; search.dispatchEvent(new Event('input'));
            document.getElementById('theme').click();
            setTimeout(() => { root.dataset.seen = [width() < whole, all > 0, rows(), root.dataset.theme].join(' '); }, 500);
        }, 50); });",
    );
    let (page, complaints) = opened(&browser, &room.path("plans/round/report.html"), &room);
    assert_eq!(complaints, Vec::<String>::new());
    let seen = page.split("data-seen=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or("nothing");
    assert!(["true true 0 dark", "true true 0 light"].contains(&seen), "{seen}");
}

#[test]
fn a_report_names_its_figures_and_asks_nothing_of_anyone() {
    let room = Room::with("scenarios/small");
    room.run("solve small -q").code(0);
    let ran = room.run("report small --plan plans/small --out pages/small.html").code(0);
    assert_eq!(ran.out, "pages/small.html\n");
    let page = room.read("pages/small.html");
    // The library speaks of many addresses; what is ours names none to load anything from.
    let own: String = page.split("<script").filter(|part| part.len() < 200_000).collect();
    for told in ["20,000", "EUR a year", "2 of 3", "1 of 1", "fill_rate: at least 0.95", "default-src 'none'"] {
        assert!(own.contains(told), "no {told}");
    }
    for lure in ["src=\"http", "href=\"http", "@import", "url(http", "<link rel=\"stylesheet\""] {
        assert!(!own.contains(lure), "{lure}");
    }
    room.run("report small --plan plans/small --out pages/again.html").code(0);
    assert!(page == room.read("pages/again.html"), "the same plan gives the same page");
}

#[test]
fn very_many_regions_are_left_to_the_graphics_card() {
    let room = Room::with("scenarios/small");
    room.run("solve small -q").code(0);
    room.run("report small --plan plans/small --out few.html").code(0);
    let head = |page: &str| room.read(page).split("<style>").next().unwrap_or_default().to_owned();
    assert!(!head("few.html").contains("unsafe-eval"));
    let mut tables = ["region,x_km,y_km\n", "region,units_per_year\n"].map(str::to_owned);
    for number in 0..12_001 {
        tables[0].push_str(&format!("r{number},{},{}\n", number % 100, number / 100));
        tables[1].push_str(&format!("r{number},1\n"));
    }
    room.write("many/scenario.toml", "name = \"many\"\n[travel]\nmetric = \"planar\"\n");
    room.write("many/regions.csv", &tables[0]);
    room.write("many/demand.csv", &tables[1]);
    room.write("many/outlets.csv", "outlet,x_km,y_km,fixed_cost_per_year\nmiddle,50,60,1000\n");
    room.run("solve many -q").code(0);
    room.run("report many --plan plans/many --out many.html").code(0);
    assert!(head("many.html").contains("'unsafe-eval'") && room.read("many.html").contains("\"type\":\"scattergl\""));
    let Some(browser) = browser() else { return };
    let (page, mut complaints) = opened(&browser, &room.path("many.html"), &room);
    // A browser that has no card says so; that is no fault of the page.
    complaints.retain(|own| !own.contains("software WebGL") && !own.contains("GL Driver Message"));
    assert_eq!(complaints, Vec::<String>::new());
    assert!(page.contains("data-drawn="), "the page is drawn, with a graphics card or without one");
}

#[test]
fn a_name_that_is_a_script_stays_a_name() {
    let room = Room::with("scenarios/small");
    room.edit("small/regions.csv", "Ashby", "</script><script>alert(1)</script>");
    room.edit("small/outlets.csv", "West", "<img src=x onerror=alert(2)>");
    room.run("solve small -q").code(0);
    room.run("report small --plan plans/small --out page.html").code(0);
    let page = room.read("page.html");
    assert!(!page.contains("<script>alert") && !page.contains("<img src=x"), "a name has become markup");
}

#[test]
fn a_report_of_a_plan_that_does_not_follow_says_so() {
    let room = Room::with("scenarios/small");
    room.run("solve small -q").code(0);
    room.edit("plans/small/stock.csv", "west,pump,4", "west,pump,3");
    let ran = room.run("report small --plan plans/small").code(7);
    assert!(ran.err.contains("does not follow"), "{}", ran.err);
    assert!(room.read("plans/small/report.html").contains("do not hold"));
    room.run("report small --plan nowhere").code(8);
}

#[test]
fn a_comparison_is_a_page_too() {
    let room = Room::with("scenarios/small");
    room.write("dear/scenario.toml", "extends = \"../small\"\n[travel]\ncost_per_km = 0.7\n");
    room.run("solve small dear -q").code(0);
    room.run("compare small dear --html page.html").code(0);
    let page = room.read("page.html");
    assert!(page.contains("travel.cost_per_km: 0.60 → 0.7") && page.contains("id=\"waterfall-0\""));
    let Some(browser) = browser() else { return };
    let (page, complaints) = opened(&browser, &room.path("page.html"), &room);
    assert_eq!(complaints, Vec::<String>::new());
    assert!(page.contains("class=\"main-svg\""), "the waterfall is drawn");
}

#[test]
fn a_frontier_is_a_page_too() {
    let Some(browser) = browser() else { return };
    let room = Room::with("scenarios/small");
    room.run("frontier small --from 0.9 --to 0.999999 --steps 4 -q").code(0);
    let (page, complaints) = opened(&browser, &room.path("frontiers/small/frontier.html"), &room);
    assert_eq!(complaints, Vec::<String>::new());
    let drawn = page.split("data-drawn=\"").nth(1).and_then(|rest| rest.split('"').next());
    assert_eq!(drawn, Some("2"), "the cost and the price of a point");
    assert!(page.contains("West, East"), "the sites that change stand in the page");
}
