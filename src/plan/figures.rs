//! Every figure of a plan folder as its files state it: what is exported, and what plans are compared by.
//!
//! No scenario is needed: a plan folder speaks for itself, wherever it was sent. Whether its figures are right is for
//! `verify` to say.

mod fields;
mod made;
mod map;

use std::fs;
use std::path::Path;

use serde::Deserialize;

use super::read::{Reader, Unread};
use super::write::{DESK_COLUMNS, DESKS_FILE, GUARANTEE_COLUMNS, GUARANTEES_FILE, PLAN_FILE};
use crate::cost::Component;
use crate::scenario::Origin;
use fields::{Fields, rows};
pub use map::{Map, Mapped};

/// A plan folder's figures.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// The folder's name.
    pub name: String,
    /// `plan.json`.
    pub summary: Summary,
    /// `outlets.csv`.
    pub outlets: Vec<SiteFigures>,
    /// `depots.csv`.
    pub depots: Vec<SiteFigures>,
    /// `assignments.csv`.
    pub assignments: Vec<AssignmentFigures>,
    /// `replenishment.csv`.
    pub replenishment: Vec<ReplenishmentFigures>,
    /// `stock.csv`.
    pub stock: Vec<StockFigures>,
    /// `costs.csv`.
    pub costs: Vec<CostFigures>,
    /// `service.csv`: of each region.
    pub service: Vec<ServiceFigures>,
    /// `service_by_country.csv`: of each country, and of the network where the country is blank. Empty in plans of older
    /// versions.
    pub countries: Vec<ServiceFigures>,
    /// `network.geojson`, if there is one: a plan on a plane has none.
    pub map: Option<Map>,
    /// `desks.csv`, where the scenario has desks.
    pub desks: Vec<Stated>,
    /// `guarantees.csv`, where it has guarantees.
    pub guarantees: Vec<Stated>,
}

/// `plan.json`.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Summary {
    /// The scenario's name.
    pub scenario: String,
    /// `optimal` or `feasible`.
    pub status: String,
    /// The currency's code.
    pub currency: String,
    /// What was sought: cost a year, jobs a year not covered, or hours.
    pub objective: f64,
    /// No plan that keeps its promises has a smaller objective; `None`: nothing is proven.
    pub lower_bound: Option<f64>,
    /// (objective − bound) / objective.
    pub gap: Option<f64>,
    /// The gap at which the search might end.
    #[serde(default)]
    pub gap_asked: Option<f64>,
    /// All costs together \[a year\].
    pub cost_per_year: f64,
    /// Every promise.
    #[serde(default)]
    pub promises: Vec<PromiseFigures>,
    /// The seed of the search.
    #[serde(default)]
    pub seed: u64,
    /// The version that made the plan.
    #[serde(default)]
    pub version: String,
    /// SHA-256 of the scenario.
    #[serde(default)]
    pub input_hash: String,
}

/// A promise of `plan.json`.
#[derive(Debug, Clone, Deserialize)]
pub struct PromiseFigures {
    /// What was promised, in words.
    pub target: String,
    /// The metric, or its spread; infinite where JSON, which knows no such number, says null.
    #[serde(deserialize_with = "endless")]
    pub computed: f64,
    /// Is it kept?
    pub kept: bool,
    /// Must it be kept, or does missing it cost a penalty?
    #[serde(default = "hard")]
    pub hard: bool,
    /// What one more point of it costs at the margin \[a year\], where it is known.
    #[serde(default)]
    pub one_more_point_per_year: Option<f64>,
}

fn endless<'a, From: serde::Deserializer<'a>>(from: From) -> Result<f64, From::Error> {
    Ok(Option::<f64>::deserialize(from)?.unwrap_or(f64::INFINITY))
}

fn hard() -> bool {
    true
}

/// A row of `outlets.csv` or `depots.csv`.
#[derive(Debug, Clone)]
pub struct SiteFigures {
    /// The site.
    pub id: String,
    /// Is it open?
    pub open: bool,
    /// Jobs of an outlet, units of a depot \[1/year\].
    pub load: f64,
    /// Hours of work of an outlet \[1/year\].
    pub hours: f64,
    /// The fuller of its capacities.
    pub utilisation: f64,
    /// Cost by component, in the order of [`Component::ALL`].
    pub costs: Vec<f64>,
    /// All of it \[a year\].
    pub cost: f64,
}

/// A row of `assignments.csv`.
#[derive(Debug, Clone)]
pub struct AssignmentFigures {
    /// Whom.
    pub region: String,
    /// Who serves.
    pub outlet: String,
    /// Which share of the region's jobs.
    pub share: f64,
    /// Travel, one way \[hours\].
    pub hours: f64,
    /// Distance, one way \[km\].
    pub distance: f64,
}

/// A row of `replenishment.csv`.
#[derive(Debug, Clone)]
pub struct ReplenishmentFigures {
    /// Whom.
    pub outlet: String,
    /// Who replenishes.
    pub depot: String,
    /// Transport \[days\].
    pub lead_time: f64,
    /// What nine of ten consignments keep \[days\], told where customs times vary.
    pub promised: Option<f64>,
}

/// A row of `stock.csv`.
#[derive(Debug, Clone)]
pub struct StockFigures {
    /// Where.
    pub site: String,
    /// What.
    pub part: String,
    /// Base-stock level \[units\].
    pub base_stock: u32,
    /// Share of demands met at once.
    pub fill_rate: f64,
    /// Expected units or jobs waiting \[units\].
    pub expected_backorders: f64,
    /// Cost of holding it \[a year\].
    pub holding_cost: f64,
    /// How the figures were found.
    pub method: String,
    /// An order is sent when the inventory position falls to it \[units\]; 0, as the maximum, where nothing is replenished.
    pub minimum: i64,
    /// It fills the position up to this \[units\].
    pub maximum: i64,
    /// Share of demands met by other outlets.
    pub lateral: f64,
    /// Share of demands that the depot delivers directly.
    pub direct: f64,
}

/// A row of `costs.csv`.
#[derive(Debug, Clone)]
pub struct CostFigures {
    /// What for.
    pub component: Component,
    /// Where; blank for penalties.
    pub site: String,
    /// The site's country; blank where it has none.
    pub country: String,
    /// How much \[a year\].
    pub amount: f64,
}

/// A row of a table that is passed on as it is stated: names first, then numbers, blank ones where there are none.
#[derive(Debug, Clone, PartialEq)]
pub struct Stated {
    /// Its names.
    pub names: Vec<String>,
    /// Its numbers.
    pub numbers: Vec<Option<f64>>,
}

/// A row of `service.csv` or `service_by_country.csv`.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceFigures {
    /// The region or country; blank: the network.
    pub of: String,
    /// What.
    pub metric: String,
    /// The window \[hours\], where the metric has one.
    pub within_hours: Option<f64>,
    /// How much.
    pub value: f64,
}

impl ServiceFigures {
    /// Do both tell the same metric within the same window?
    pub fn same_measure(&self, other: &Self) -> bool {
        self.metric == other.metric && self.within_hours == other.within_hours
    }

    /// The metric with its window: `on_time within 24 h`.
    pub fn measure(&self) -> String {
        match self.within_hours {
            Some(hours) => format!("{} within {hours} h", self.metric),
            None => self.metric.clone(),
        }
    }
}

/// Reads every figure of a plan folder.
///
/// # Errors
/// [`Unread`] with all faults at once.
pub fn figures(folder: &Path) -> Result<Figures, Unread> {
    let mut reader = Reader::default();
    let whole = folder.canonicalize().unwrap_or_else(|_| folder.to_path_buf());
    let mut figures = Figures {
        name: whole.file_name().map_or_else(|| "plan".to_owned(), |name| name.to_string_lossy().into_owned()),
        summary: summary(&mut reader, folder)?,
        ..Figures::default()
    };
    let read = &mut reader;
    let outlet = ["outlet", "open", "load_jobs_per_year?", "load_hours_per_year?", "utilisation?", "cost_per_year"];
    let depot = ["depot", "open", "load_units_per_year?", "utilisation?", "cost_per_year"];
    figures.outlets = rows(read, folder, "outlets.csv", &with_components(&outlet), true, |fields| site(fields, true))?;
    figures.depots = rows(read, folder, "depots.csv", &with_components(&depot), false, |fields| site(fields, false))?;
    let columns = ["region", "outlet", "share?", "hours?", "distance_km?"].map(str::to_owned);
    figures.assignments = rows(read, folder, "assignments.csv", &columns, true, |fields| AssignmentFigures {
        region: fields.text(),
        outlet: fields.text(),
        share: fields.number_or(1.0),
        hours: fields.number_or(0.0),
        distance: fields.number_or(0.0),
    })?;
    let columns = ["outlet", "depot", "lead_time_days?", "lead_time_days_p90?"].map(str::to_owned);
    figures.replenishment = rows(read, folder, "replenishment.csv", &columns, false, |fields| ReplenishmentFigures {
        outlet: fields.text(),
        depot: fields.text(),
        lead_time: fields.number_or(0.0),
        promised: fields.optional(),
    })?;
    figures.stock = rows(read, folder, "stock.csv", &stock_columns(), false, stock)?;
    let columns = ["component", "site", "country", "cost_per_year"].map(str::to_owned);
    figures.costs = rows(read, folder, "costs.csv", &columns, true, |fields| CostFigures {
        component: fields.component(),
        site: fields.text(),
        country: fields.text(),
        amount: fields.number(),
    })?;
    let service = |fields: &mut Fields| ServiceFigures {
        of: fields.text(),
        metric: fields.text(),
        within_hours: fields.optional(),
        value: fields.wait_or(0.0),
    };
    let columns = |of: &str| [of, "metric", "within_hours", "value"].map(str::to_owned);
    figures.service = rows(read, folder, "service.csv", &columns("region"), false, service)?;
    figures.countries = rows(read, folder, "service_by_country.csv", &columns("country"), false, service)?;
    figures.desks = stated(read, folder, DESKS_FILE, &DESK_COLUMNS, 1)?;
    figures.guarantees = stated(read, folder, GUARANTEES_FILE, &GUARANTEE_COLUMNS, 2)?;
    figures.map = map::read(&mut reader, folder)?;
    reader.end(figures)
}

/// Reads what a plan folder's `plan.json` says, and no table.
///
/// # Errors
/// [`Unread`] where there is none, or it is not a plan's summary.
pub fn summary_of(folder: &Path) -> Result<Summary, Unread> {
    let mut reader = Reader::default();
    let summary = summary(&mut reader, folder)?;
    reader.end(summary)
}

/// The columns of a table of sites with those of the components, which older versions had fewer of.
fn with_components(columns: &[&str]) -> Vec<String> {
    let components = Component::ALL.iter().map(|component| format!("{}?", component.name()));
    columns.iter().map(|column| (*column).to_owned()).chain(components).collect()
}

fn site(fields: &mut Fields, outlet: bool) -> SiteFigures {
    SiteFigures {
        id: fields.text(),
        open: fields.truth(),
        load: fields.number_or(0.0),
        hours: if outlet { fields.number_or(0.0) } else { 0.0 },
        utilisation: fields.number_or(0.0),
        cost: fields.number(),
        costs: Component::ALL.iter().map(|_| fields.number_or(0.0)).collect(),
    }
}

/// A table whose first columns are names and the others numbers.
fn stated(
    reader: &mut Reader,
    folder: &Path,
    file: &'static str,
    columns: &[&str],
    names: usize,
) -> Result<Vec<Stated>, Unread> {
    let all: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
    rows(reader, folder, file, &all, false, |fields| Stated {
        names: (0..names).map(|_| fields.text()).collect(),
        numbers: (names..columns.len()).map(|_| fields.optional()).collect(),
    })
}

fn stock_columns() -> [String; 11] {
    [
        "site",
        "part",
        "base_stock",
        "fill_rate?",
        "expected_backorders?",
        "holding_cost_per_year?",
        "method?",
        "minimum?",
        "maximum?",
        "lateral_share?",
        "direct_share?",
    ]
    .map(str::to_owned)
}

fn stock(fields: &mut Fields) -> StockFigures {
    let (site, part, base_stock) = (fields.text(), fields.text(), fields.level());
    StockFigures {
        site,
        part,
        base_stock,
        fill_rate: fields.number_or(0.0),
        expected_backorders: fields.wait_or(0.0),
        holding_cost: fields.number_or(0.0),
        method: fields.text(),
        minimum: fields.whole_or((i64::from(base_stock) - 1).max(0)),
        maximum: fields.whole_or(i64::from(base_stock)),
        lateral: fields.number_or(0.0),
        direct: fields.number_or(0.0),
    }
}

fn summary(reader: &mut Reader, folder: &Path) -> Result<Summary, Unread> {
    let path = folder.join(PLAN_FILE);
    let text = fs::read_to_string(&path).map_err(|error| Unread::Unreadable(path.display().to_string(), error))?;
    Ok(serde_json::from_str(&text).unwrap_or_else(|error| {
        reader.fault_at(json_origin(PLAN_FILE, &text, &error), format!("it is not a plan's summary: {error}"));
        Summary::default()
    }))
}

/// Where a JSON text stops making sense.
fn json_origin(file: &str, text: &str, error: &serde_json::Error) -> Origin {
    let line = text.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
    // A line of a map may be very long; what matters of it is near the place.
    let indent = error.column().saturating_sub(1);
    let shown: String = if line.len() > 120 { String::new() } else { line.to_owned() };
    let indent = if shown.is_empty() { 0 } else { indent };
    Origin {
        file: file.to_owned(),
        line: error.line(),
        column: error.column().max(1),
        length: usize::from(!shown.is_empty()),
        text: shown,
        indent,
    }
}
