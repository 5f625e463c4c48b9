//! What is asked for and what answers it.

use std::path::Path;

use serde_json::{Value, json};

use super::overlay::Desk;
use super::runs::{Asked, Runs};
use super::shelf::{Shelf, faults};
use super::wire::{Answer, Head};
use crate::compare::side::{Beside, Side, Trouble, beside};
use crate::load::Load;
use crate::network::Network;
use crate::plan::figures::figures;
use crate::plan::read::Unread;
use crate::report::html::{self, Proof};
use crate::scenario::load;
use crate::verify::verify;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// What the page may do: only what comes from here.
const OWN: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; frame-src 'self'; \
                   img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
/// What a report may do: draw itself, within our page or alone; it is not of our origin, so it can ask for nothing here.
const APART: &str = "sandbox allow-scripts; frame-ancestors 'self'";

/// All that requests are answered from.
#[derive(Debug)]
pub(super) struct Rooms {
    pub shelf: Shelf,
    pub desk: Desk,
    pub runs: Runs,
    /// The secret of the page.
    pub token: String,
}

impl Rooms {
    /// Answers a request that was let in; `body` is empty but for a POST.
    pub fn answer(&self, head: &Head, body: &[u8]) -> Answer {
        let path: Vec<&str> = head.path.iter().map(String::as_str).collect();
        let answered = match (head.method.as_str(), path.as_slice()) {
            ("GET", [""]) => Ok(page("text/html; charset=utf-8", OWN, PAGE.replace("{{token}}", &self.token))),
            ("GET", ["page.css"]) => Ok(page("text/css; charset=utf-8", OWN, format!("{}{STYLE}", html::STYLE))),
            ("GET", ["page.js"]) => Ok(page("text/javascript; charset=utf-8", OWN, SCRIPT.to_owned())),
            ("GET", ["api", "scenarios"]) => Ok(Answer::json(200, &self.shelf.list())),
            ("GET", ["api", "scenarios", name]) => self.shelf.scenario(name).map(|value| Answer::json(200, &value)),
            ("POST", ["api", "overlays"]) => self.desk.save(&self.shelf, body),
            ("POST", ["api", "solve"]) => self.solve(body),
            ("GET", ["api", "runs"]) => Ok(Answer::json(200, &self.runs.list())),
            ("GET", ["api", "runs", id]) => self.runs.find(id).map(|run| Answer::json(200, &run.json())),
            ("POST", ["api", "runs", id, "stop"]) => self.runs.find(id).map(|run| {
                run.stop();
                Answer::json(202, &run.json())
            }),
            ("GET", ["runs", id, "report.html"]) => self.runs.find(id).and_then(|run| {
                if run.has_plan() {
                    self.report(run.scenario())
                } else {
                    Err(Answer::refusal(404, "the run has no plan"))
                }
            }),
            ("GET", ["scenarios", name, "report.html"]) => self.report(name),
            ("GET", ["api", "compare"]) => self.compare(head).map(|both| Answer::json(200, &both.json())),
            ("GET", ["compare.html"]) => self.compare(head).and_then(|both| match both {
                Beside::Planned(comparison) => Ok(report(html::comparison(&[*comparison]))),
                Beside::Given { .. } => Err(Answer::refusal(404, "one of them has no plan yet: solve it first")),
            }),
            ("GET" | "POST", _) => Err(Answer::refusal(404, "there is nothing of that name")),
            _ => Err(Answer::refusal(405, "only GET and POST are answered")),
        };
        answered.unwrap_or_else(|refusal| refusal)
    }

    fn solve(&self, body: &[u8]) -> Result<Answer, Answer> {
        let asked: Asked = serde_json::from_slice(body)
            .map_err(|error| Answer::refusal(422, &format!("this asks for no run: {error}")))?;
        let folder = self.shelf.folder(&asked.scenario)?;
        let plan = self.shelf.plan(&asked.scenario);
        let from = asked.from.as_deref().map(|name| self.shelf.folder(name).map(|_| self.shelf.plan(name)));
        let run = self.runs.begin(asked, folder, &plan, from.transpose()?)?;
        Ok(Answer::json(202, &run.json()))
    }

    /// The page of a scenario's plan.
    fn report(&self, name: &str) -> Result<Answer, Answer> {
        let folder = self.shelf.plan(name);
        let scenario = load(&self.shelf.folder(name)?, &[]).map_err(|refused| faults(&refused))?.scenario;
        let figures = figures(&folder).map_err(|unread| no_plan(&unread))?;
        let (network, load) = (Network::unlisted(&scenario), Load::of(&scenario));
        let proof = match verify(&scenario, &network, &load, &folder) {
            Ok(verdict) if verdict.holds() => Proof::Holds(verdict.figures, verdict.promises),
            Ok(verdict) => Proof::Broken(verdict.breaches.iter().map(ToString::to_string).collect()),
            Err(Unread::Unreadable(path, error)) => Proof::Unknown(format!("cannot read `{path}`: {error}")),
            Err(Unread::Faulty(_)) => Proof::Unknown("its tables are faulty".to_owned()),
        };
        Ok(report(html::plan(&scenario, &figures, &proof)))
    }

    /// Two scenarios with their plans, `with` beside `of`.
    fn compare(&self, head: &Head) -> Result<Beside, Answer> {
        let side = |key: &str| -> Result<Side, Answer> {
            let name = head.asked(key).ok_or_else(|| Answer::refusal(400, "say of=SCENARIO and with=SCENARIO"))?;
            let folder = self.shelf.folder(name)?;
            Side::of(&folder, &self.shelf.plans, &self.shelf.scenarios).map_err(|trouble| not_compared(&trouble))
        };
        beside(&side("of")?, &side("with")?).map_err(|trouble| not_compared(&trouble))
    }
}

fn page(kind: &'static str, policy: &'static str, text: String) -> Answer {
    Answer { status: 200, kind, policy, body: text.into_bytes() }
}

fn report(text: String) -> Answer {
    page("text/html; charset=utf-8", APART, text)
}

fn no_plan(unread: &Unread) -> Answer {
    match unread {
        Unread::Unreadable(path, error) => {
            Answer::refusal(404, &format!("there is no plan: cannot read `{}`: {error}", Path::new(path).display()))
        }
        Unread::Faulty(faults) => {
            Answer::json(422, &json!({"error": "the plan's tables are faulty", "faults": faults.json()}))
        }
    }
}

fn not_compared(trouble: &Trouble) -> Answer {
    let refusal = |status: u16, why: Value| Answer::json(status, &json!({"error": why}));
    match trouble {
        Trouble::Missing(folder, error) => refusal(404, json!(format!("cannot read `{}`: {error}", folder.display()))),
        Trouble::Refused(refused) => faults(refused),
        Trouble::Unread(unread) => no_plan(unread),
        Trouble::Incomparable(incomparable) => refusal(422, json!(incomparable.to_string())),
        Trouble::Nothing => refusal(404, json!("neither both plans nor both scenarios are at hand")),
    }
}
