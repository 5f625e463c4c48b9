//! `serve`: the page, its requests, and who is refused.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::reported::{browser, opened_at};
use crate::room::{Room, close, figure, invented};

/// A server that goes when the test ends.
struct Server {
    child: Child,
    /// `127.0.0.1:PORT`.
    address: String,
    token: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Server {
    /// Serves a folder of the room.
    fn of(room: &Room, words: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_sparenet"));
        command.current_dir(room.path("")).arg("serve").args(words.split_whitespace()).args(["--port", "0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("it is piped")).read_line(&mut line).expect("it says its address");
        let port = line.trim().trim_end_matches('/').rsplit(':').next().unwrap_or_default();
        let mut server = Self { child, address: format!("127.0.0.1:{port}"), token: String::new() };
        let page = server.said("GET / HTTP/1.1", "", "").1;
        let token = page.split("name=\"token\" content=\"").nth(1).and_then(|rest| rest.split('"').next());
        server.token = token.expect("the page holds a token").to_owned();
        server
    }

    /// Status and body of the answer to just these lines; the Host is ours where the lines name none.
    fn said(&self, first: &str, headers: &str, body: &str) -> (u16, String) {
        let host = if headers.contains("Host:") { String::new() } else { format!("Host: {}\r\n", self.address) };
        let length =
            if first.starts_with("POST") { format!("Content-Length: {}\r\n", body.len()) } else { String::new() };
        self.raw(&format!("{first}\r\n{host}{length}{headers}\r\n{body}"))
    }

    fn raw(&self, text: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(&self.address).expect("it listens");
        // The server may have refused before all of it was sent.
        let _ = stream.write_all(text.as_bytes());
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer);
        let answer = String::from_utf8(answer).expect("it speaks UTF-8");
        let (head, body) = answer.split_once("\r\n\r\n").unwrap_or((&answer, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        (status, body.to_owned())
    }

    #[track_caller]
    fn get(&self, path: &str) -> Value {
        let (status, body) = self.said(&format!("GET {path} HTTP/1.1"), "", "");
        assert_eq!(status, 200, "{path}: {body}");
        serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}"))
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let headers = format!("Content-Type: application/json\r\nX-Sparenet-Token: {}\r\n", self.token);
        let (status, body) = self.said(&format!("POST {path} HTTP/1.1"), &headers, &body.to_string());
        (status, serde_json::from_str(&body).unwrap_or_else(|error| panic!("{error}: {body}")))
    }

    /// Asks for a run and gives its id.
    fn begin(&self, asked: &Value) -> String {
        let (status, run) = self.post("/api/solve", asked);
        assert_eq!(status, 202, "{run:#}");
        run["id"].as_str().expect("a run has an id").to_owned()
    }

    /// A run as it stands once something holds of it.
    fn when(&self, id: &str, holds: impl Fn(&Value) -> bool) -> Value {
        let begun = Instant::now();
        loop {
            let run = self.get(&format!("/api/runs/{id}"));
            if holds(&run) {
                return run;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{run:#}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    fn solved(&self, scenario: &str) -> Value {
        let id = self.begin(&json!({"scenario": scenario}));
        self.when(&id, |run| run["done"] == true)
    }
}

fn small() -> (Room, Server) {
    let room = Room::new();
    room.copy(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/small"), "scenarios/small");
    let server = Server::of(&room, "");
    (room, server)
}

/// West closed, 97 %, dearer kilometres.
fn edited(name: &str) -> Value {
    json!({"name": name, "base": "small", "description": "West is not to be had",
        "changes": [{"table": "outlets", "where": {"outlet": "west"}, "set": {"status": "closed"}}],
        "targets": [{"number": 1, "level": 0.97}], "keys": {"travel.cost_per_km": 0.7}})
}

#[test]
fn scenarios_are_listed_edited_solved_shown_and_compared_as_the_commands_do() {
    let (room, server) = small();
    let list = server.get("/api/scenarios");
    assert_eq!(list["scenarios"][0]["name"], "small");
    assert_eq!(list["scenarios"][0]["plan"], Value::Null);
    let small = server.get("/api/scenarios/small");
    assert_eq!(
        small["outlets"][0],
        json!({"id": "west", "name": "West", "country": "XA", "status": "candidate",
        "fixed_cost_per_year": 3000.0})
    );
    assert_eq!((&small["targets"][0]["key"], &small["targets"][0]["level"]), (&json!("at_least"), &json!(0.95)));
    let keys = small["keys"].as_array().expect("keys are a list");
    assert!(keys.iter().any(|key| key["path"] == "travel.cost_per_km" && key["given"] == "0.60"), "{keys:#?}");
    let run = server.solved("small");
    assert_eq!((&run["exit"], &run["summary"]["status"]), (&json!(0), &json!("optimal")));
    // The plan that the README of `small` finds by hand.
    assert_eq!((figure(&run["summary"], "cost_per_year"), figure(&run, "incumbent")), (20_000.0, 20_000.0));
    let (status, saved) = server.post("/api/overlays", &edited("west-closed"));
    assert_eq!(status, 201, "{saved:#}");
    assert_eq!(saved["text"], json!(room.read("scenarios/west-closed/scenario.toml")));
    assert_eq!(room.bytes("scenarios/west-closed").len(), 1);
    let run = server.solved("west-closed");
    assert_eq!(run["summary"]["open_outlets"], json!(["middle", "east"]));
    // The commands find the same, and find it done.
    let told = room.run("solve scenarios/west-closed --json").code(0).json();
    assert_eq!(told["unchanged"], true);
    for (field, value) in run["summary"].as_object().expect("a summary is an object") {
        if !["solve_seconds", "unchanged", "plan"].contains(&field.as_str()) {
            assert_eq!(told[field], *value, "{field}");
        }
    }
    let compared = server.get("/api/compare?of=small&with=west-closed");
    assert_eq!(compared, room.run("compare scenarios/small scenarios/west-closed --json").code(0).json());
    assert_eq!(compared["outlets"]["closed"][0]["id"], "west");
    close(figure(&compared["cost"], "change"), figure(&run["summary"], "cost_per_year") - 20_000.0, 1e-12);
    let id = run["id"].as_str().unwrap_or_default();
    for path in [&format!("/runs/{id}/report.html"), "/scenarios/small/report.html"] {
        let (status, page) = server.said(&format!("GET {path} HTTP/1.1"), "", "");
        assert!(status == 200 && page.contains("id=\"map\""), "{path}: {status}");
    }
    let (status, page) = server.said("GET /compare.html?of=small&with=west-closed HTTP/1.1", "", "");
    assert!(status == 200 && page.contains("id=\"waterfall-0\""));
    assert_eq!(server.get("/api/scenarios")["scenarios"][1]["extends"], "small");
}

#[test]
fn a_run_begins_from_the_plan_of_another_scenario_as_solve_does() {
    let (room, server) = small();
    server.solved("small");
    let closed = json!({"name": "far", "base": "small",
        "changes": [{"table": "outlets", "where": {"outlet": "west"}, "set": {"status": "closed"}}]});
    let (status, told) = server.post("/api/overlays", &closed);
    assert_eq!(status, 201, "{told:#}");
    let asked = |from: &str| json!({"scenario": "far", "gap": 0.3, "force": true, "from": from});
    let id = server.begin(&asked("small"));
    let run = server.when(&id, |run| run["done"] == true);
    assert_eq!(run["exit"], 0, "{run:#}");
    room.run("solve scenarios/far --from plans/small --gap 0.3 --out alone").code(0);
    assert!(room.bytes("plans/far") == room.bytes("alone"), "{run:#}");
    // No name leads to another plan.
    assert_eq!(server.post("/api/solve", &asked("../small")).0, 400);
    assert_eq!(server.post("/api/solve", &asked("nobody")).0, 404);
}

#[test]
fn an_overlay_says_what_was_edited_and_nothing_else() {
    let (room, server) = small();
    let (status, saved) =
        server.post("/api/overlays", &json!({"name": "a", "base": "small", "targets": [{"number": 1, "level": 0.96}]}));
    assert_eq!(status, 201, "{saved:#}");
    let compared = server.get("/api/compare?of=small&with=a");
    let inputs = &compared["inputs"];
    assert_eq!(inputs["targets_new"], json!(["metric = fill_rate, scope = network, at_least = 0.96"]));
    for none in ["keys", "columns", "rows"] {
        assert_eq!(inputs[none], json!([]), "{none}");
    }
    assert!(room.read("scenarios/a/scenario.toml").contains("at_least = 0.96  # 0.95 in the base\n"));
    // Taken back to where it was, nothing differs.
    let back = json!({"name": "b", "base": "a", "targets": [{"number": 1, "level": 0.95}]});
    assert_eq!(server.post("/api/overlays", &back).0, 201);
    assert_eq!(server.get("/api/compare?of=small&with=b")["differs"], false);
}

#[test]
fn what_does_not_come_from_the_page_is_refused() {
    let (room, server) = small();
    let status = |first: &str, headers: &str, body: &str| server.said(first, headers, body).0;
    let list = "GET /api/scenarios HTTP/1.1";
    assert_eq!(status(list, "", ""), 200);
    assert_eq!(status(list, &format!("Origin: http://{}\r\nSec-Fetch-Site: same-origin\r\n", server.address), ""), 200);
    let port = server.address.rsplit(':').next().unwrap_or_default();
    for (host, expected) in [
        ("localhost", 200),
        ("[::1]", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("192.168.1.7", 421),
    ] {
        assert_eq!(status(list, &format!("Host: {host}:{port}\r\n"), ""), expected, "{host}");
    }
    assert_eq!(status(list, &format!("Host: {}\r\nHost: {}\r\n", server.address, server.address), ""), 421);
    assert_eq!(status(list, "Host: 127.0.0.1:1\r\n", ""), 421);
    for origin in ["http://evil.example", "null", "http://127.0.0.1:1"] {
        assert_eq!(status(list, &format!("Origin: {origin}\r\n"), ""), 403, "{origin}");
    }
    for site in ["cross-site", "same-site"] {
        assert_eq!(status("GET / HTTP/1.1", &format!("Sec-Fetch-Site: {site}\r\n"), ""), 403, "{site}");
    }
    let overlay = edited("sneaked").to_string();
    let (kind, token) = ("Content-Type: application/json\r\n", format!("X-Sparenet-Token: {}\r\n", server.token));
    let post = "POST /api/overlays HTTP/1.1";
    assert_eq!(status(post, kind, &overlay), 403);
    assert_eq!(status(post, &format!("{kind}X-Sparenet-Token: {}\r\n", "0".repeat(32)), &overlay), 403);
    for kind in ["", "Content-Type: text/plain\r\n", "Content-Type: application/x-www-form-urlencoded\r\n"] {
        assert_eq!(status(post, &format!("{kind}{token}"), &overlay), 415, "{kind}");
    }
    assert_eq!(status(post, &format!("{kind}{token}Origin: http://evil.example\r\n"), &overlay), 403);
    assert_eq!(status("DELETE /api/scenarios HTTP/1.1", "", ""), 405);
    assert_eq!(status("OPTIONS /api/overlays HTTP/1.1", "", ""), 405);
    assert!(!room.has("scenarios/sneaked"));
    // The very same request from the page is taken.
    assert_eq!(status(post, &format!("{kind}{token}"), &overlay), 201);
}

#[test]
fn no_name_leads_out_of_the_folder() {
    let (room, server) = small();
    room.copy(&room.path("scenarios/small"), "secret");
    for path in ["..", "%2e%2e", "..%2fsecret", "../../secret", "..%5csecret", "%00", "", ".small.new"] {
        let (status, body) = server.said(&format!("GET /api/scenarios/{path} HTTP/1.1"), "", "");
        assert!([400, 404].contains(&status), "{path}: {status} {body}");
        let (status, _) = server.said(&format!("GET /scenarios/{path}/report.html HTTP/1.1"), "", "");
        assert!([400, 404].contains(&status), "{path}: {status}");
        let (status, _) = server.said(&format!("GET /api/compare?of=small&with={path} HTTP/1.1"), "", "");
        assert!([400, 404].contains(&status), "{path}: {status}");
    }
    for name in ["..", "../out", "a/b", "a\\b", "/tmp/out", "", ".hidden", "con", "a b", "é", &"a".repeat(65)] {
        let (status, answer) = server.post("/api/overlays", &edited(name));
        assert_eq!(status, 400, "{name}: {answer}");
    }
    for base in ["../secret", "..", "secret"] {
        let mut overlay = edited("fine");
        overlay["base"] = json!(base);
        assert!([400, 404].contains(&server.post("/api/overlays", &overlay).0), "{base}");
        assert!([400, 404].contains(&server.post("/api/solve", &json!({"scenario": base})).0), "{base}");
    }
    let names = |folder: &str| {
        let entries = std::fs::read_dir(room.path(folder)).expect("it is there").flatten();
        let mut names: Vec<_> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    };
    assert_eq!(
        (names(""), names("scenarios")),
        (vec!["scenarios".to_owned(), "secret".to_owned()], vec!["small".to_owned()])
    );
}

#[test]
fn a_faulty_overlay_is_told_with_its_faults_and_not_written() {
    let (room, server) = small();
    let faulty = |change: &dyn Fn(&mut Value)| {
        let mut overlay = edited("faulty");
        change(&mut overlay);
        let (status, answer) = server.post("/api/overlays", &overlay);
        assert_eq!(status, 422, "{answer:#}");
        answer
    };
    let answer = faulty(&|overlay| overlay["keys"]["travel.cost_per_km"] = json!(-1));
    assert_eq!((&answer["faults"][0]["code"], &answer["faults"][0]["line"]), (&json!("E05"), &json!(5)), "{answer:#}");
    let answer = faulty(&|overlay| overlay["changes"][0]["where"]["outlet"] = json!("wset"));
    assert!(answer["faults"][0]["hint"].as_str().is_some_and(|hint| hint.contains("west")), "{answer:#}");
    faulty(&|overlay| overlay["targets"][0]["number"] = json!(2));
    faulty(&|overlay| overlay["targets"][0]["level"] = json!(1.5));
    faulty(&|overlay| overlay["keys"] = json!({"extends": "../../secret"}));
    faulty(&|overlay| overlay["keys"] = json!({"a\nb": 1}));
    faulty(&|overlay| overlay["unknown"] = json!(1));
    let nothing = json!({"name": "faulty", "base": "small"});
    assert_eq!(server.post("/api/overlays", &nothing).0, 422);
    assert_eq!(std::fs::read_dir(room.path("scenarios")).expect("it is there").count(), 1);
}

#[test]
fn an_overlay_is_replaced_only_when_asked_and_other_work_never() {
    let (room, server) = small();
    let mut overlay = edited("one");
    assert_eq!(server.post("/api/overlays", &overlay).0, 201);
    overlay["keys"] = json!({"travel.cost_per_km": 0.8});
    assert_eq!(server.post("/api/overlays", &overlay).0, 409);
    overlay["replace"] = json!(true);
    assert_eq!(server.post("/api/overlays", &overlay).0, 201);
    assert!(room.read("scenarios/one/scenario.toml").contains("travel.cost_per_km = 0.8\n"));
    // An overlay of the overlay that would become its own base leaves the older text.
    let mut circle = edited("one");
    let two = json!({"name": "two", "base": "one", "keys": {"travel.cost_per_km": 0.9}});
    assert_eq!(server.post("/api/overlays", &two).0, 201);
    (circle["base"], circle["replace"]) = (json!("two"), json!(true));
    assert_eq!(server.post("/api/overlays", &circle).0, 422);
    assert!(room.read("scenarios/one/scenario.toml").contains("travel.cost_per_km = 0.8\n"));
    // A folder with tables or notes of its own is somebody's work.
    room.write("scenarios/one/README.md", "mine");
    assert_eq!(server.post("/api/overlays", &overlay).0, 409);
    let mut whole = edited("small");
    (whole["base"], whole["replace"]) = (json!("one"), json!(true));
    assert_eq!(server.post("/api/overlays", &whole).0, 409);
}

#[test]
fn slow_long_and_broken_requests_keep_nobody_waiting() {
    let (_room, server) = small();
    let head = format!(
        "POST /api/overlays HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\nX-Sparenet-Token: {}\r\n",
        server.address, server.token
    );
    // Clients that say nothing, half a head or half a body, and then wait.
    let halves = ["", "GET / HT", &format!("{head}Content-Length: 1000\r\n\r\n{{")];
    let slow: Vec<TcpStream> = (0..60)
        .map(|number| {
            let mut stream = TcpStream::connect(&server.address).expect("it listens");
            stream.write_all(halves[number % 3].as_bytes()).expect("it is taken");
            stream
        })
        .collect();
    let begun = Instant::now();
    server.get("/api/scenarios");
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    drop(slow);
    let status = |text: &str| server.raw(text).0;
    assert_eq!(status(&format!("{head}Content-Length: {}\r\n\r\n{}", 1 << 21, "x".repeat(1 << 21))), 413);
    assert_eq!(status(&format!("{head}Content-Length: 99999999999999999999999\r\n\r\n")), 400);
    assert_eq!(status(&format!("{head}Content-Length: 2\r\nContent-Length: 3\r\n\r\n{{}}")), 400);
    assert_eq!(status(&format!("{head}Content-Length: -2\r\n\r\n")), 400);
    assert_eq!(status(&format!("{head}\r\n")), 411);
    assert_eq!(status(&format!("{head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")), 411);
    assert_eq!(status(&format!("{head}Content-Length: 5\r\n\r\n{{\"a\":")), 422);
    assert_eq!(status(&format!("GET /{} HTTP/1.1\r\n\r\n", "a".repeat(20_000))), 431);
    assert_eq!(status(&format!("GET / HTTP/1.1\r\n{}\r\n", "A: b\r\n".repeat(100))), 431);
    for nonsense in [
        "\u{0}\u{1}\r\n\r\n",
        "GET / HTTP/9\r\n\r\n",
        "hello\r\n\r\n",
        "GET x HTTP/1.1\r\n\r\n",
        "GET /%ff HTTP/1.1\r\n\r\n",
    ] {
        assert_eq!(status(nonsense), 400, "{nonsense:?}");
    }
    server.get("/api/scenarios");
}

#[test]
fn other_machines_are_let_in_only_when_asked_for() {
    let room = Room::new();
    room.copy(&std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/small"), "scenarios/small");
    for host in ["0.0.0.0", "::", "[::]", "203.0.113.5"] {
        let ran = room.run(&format!("serve --port 0 --host {host}")).code(2);
        assert!(ran.out.is_empty() && ran.err.contains("--allow-remote"), "{}", ran.err);
    }
    room.run("serve nowhere --port 0").code(8);
    let server = Server::of(&room, "--host 0.0.0.0 --allow-remote");
    let port = server.address.rsplit(':').next().unwrap_or_default();
    let status = |host: &str| server.said("GET /api/scenarios HTTP/1.1", &format!("Host: {host}:{port}\r\n"), "").0;
    // An address is no name that somebody could point here.
    assert_eq!((status("192.0.2.7"), status("evil.example")), (200, 421));
}

#[test]
fn a_run_that_is_stopped_or_interrupted_keeps_its_best_plan() {
    let room = Room::new();
    invented(&room, "long", 80, "gap = 0");
    std::fs::create_dir(room.path("scenarios")).expect("the room is ours");
    std::fs::rename(room.path("long"), room.path("scenarios/long")).expect("the room is ours");
    let mut server = Server::of(&room, "scenarios");
    let id = server.begin(&json!({"scenario": "long"}));
    let run = server.when(&id, |run| run["incumbent"].is_number() && run["bound"].is_number());
    assert_eq!((&run["done"], &run["phase"]), (&json!(false), &json!("running")), "it is heard of while it goes on");
    assert!((0.0..1.0).contains(&figure(&run, "gap")) && run["summary"].is_null(), "{run:#}");
    let (status, _) = server.post(&format!("/api/runs/{id}/stop"), &json!({}));
    assert_eq!(status, 202);
    let run = server.when(&id, |run| run["done"] == true);
    assert_eq!((&run["exit"], &run["summary"]["status"]), (&json!(130), &json!("feasible")), "{run:#}");
    room.run("verify scenarios/long --plan plans/long").code(0);
    std::fs::remove_dir_all(room.path("plans")).expect("the room is ours");
    let id = server.begin(&json!({"scenario": "long", "seed": 2}));
    server.when(&id, |run| run["incumbent"].is_number());
    let process = server.child.id().to_string();
    assert!(Command::new("kill").args(["-INT", &process]).status().is_ok_and(|status| status.success()));
    assert_eq!(server.child.wait().expect("it ends").code(), Some(130));
    room.run("verify scenarios/long --plan plans/long --set planning.seed=2").code(0);
}

#[test]
fn a_scenario_without_a_plan_says_why() {
    let (room, server) = small();
    let none = json!({"name": "none", "base": "small", "keys": {"limits.outlets.max": 0}});
    let (status, answer) = server.post("/api/overlays", &none);
    assert_eq!(status, 201, "{answer:#}");
    let run = server.solved("none");
    assert_eq!((&run["exit"], &run["summary"]["status"]), (&json!(4), &json!("infeasible")));
    let told = room.run("solve scenarios/none --json").code(4).json();
    assert_eq!(run["summary"], told);
    let id = run["id"].as_str().unwrap_or_default();
    assert_eq!(server.said(&format!("GET /runs/{id}/report.html HTTP/1.1"), "", "").0, 404);
    assert_eq!(server.said("GET /compare.html?of=small&with=none HTTP/1.1", "", "").0, 404);
    room.write("scenarios/bad/scenario.toml", "name = \"bad\"\n[travel]\nspeed_kmh = 0\n");
    let run = server.solved("bad");
    assert_eq!((&run["exit"], &run["summary"]["status"]), (&json!(3), &json!("invalid")));
    assert!(run["faults"].as_array().is_some_and(|faults| !faults.is_empty()));
    assert_eq!(server.said("GET /api/scenarios/bad HTTP/1.1", "", "").0, 422);
}

#[test]
fn the_page_opens_without_a_complaint_and_shows_the_scenario() {
    let Some(browser) = browser() else { return };
    let (room, server) = small();
    server.solved("small");
    let (page, complaints) = opened_at(&browser, &format!("http://{}/#small", server.address), &room);
    assert_eq!(complaints, Vec::<String>::new());
    assert!(page.contains("data-ready=\"yes\"") && page.contains("aria-current=\"true\""), "{page}");
    for shown in ["20,000 EUR", "type=\"range\"", "Middle (middle)", "travel.cost_per_km"] {
        assert!(page.contains(shown), "no {shown}");
    }
}
