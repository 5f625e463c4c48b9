//! A plan folder, written whole or not at all.
//!
//! Tables are made in a folder beside the one asked for and put in its place by renaming, so that no reader ever sees
//! half a plan. Numbers are written with the fewest digits that read back to the same number.

mod file;
mod stated;
mod stock;
pub(crate) mod table;

use std::fmt::Display;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use serde_json::{Map, Value, json};

use super::sums::{SUMS_FILE, sums};
use super::{Certificate, Plan};
use crate::cost::Component;
use crate::export::geojson;
use crate::load::Load;
use crate::network::{Network, Supply, customs_vary};
use crate::scenario::{
    Contacts, DepotId, DistanceMetric, Format, OutletId, Packaging, RegionId, Scenario, Site, SiteId,
};
use crate::service::{Promise, Satisfaction, outlet_streams, repaired_shares};
pub use file::{write_file, write_folder};
use stated::stated;
pub use stated::{DESK_COLUMNS, DESKS_FILE, GUARANTEE_COLUMNS, GUARANTEES_FILE, desks, guarantees};
use stock::stock;
pub use stock::{StockRow, stock_rows};
use table::Table;

/// The file of a plan's decisions, costs and promises in one object.
pub const PLAN_FILE: &str = "plan.json";

/// The file of a plan's network for a map.
pub const MAP_FILE: &str = "network.geojson";

/// A file's content, to be written when asked for.
type Writer<'a> = &'a (dyn Fn() -> String + Sync);

/// The files of a plan: name and content.
pub fn files(scenario: &Scenario, network: &Network, load: &Load, plan: &Plan) -> Vec<(&'static str, String)> {
    let (mut files, map) = rayon::join(
        || tables(scenario, network, load, plan),
        || has_map(scenario).then(|| geojson::network(scenario, network, load, plan)),
    );
    files.extend(map.map(|text| (MAP_FILE, text)));
    files
}

/// Has a plan of this scenario a map? A position of GeoJSON is a longitude and a latitude; a plane has neither.
pub fn has_map(scenario: &Scenario) -> bool {
    scenario.travel.metric == DistanceMetric::Geodesic
}

/// The files of a plan that hold its decisions and figures: name and content.
pub fn tables(scenario: &Scenario, network: &Network, load: &Load, plan: &Plan) -> Vec<(&'static str, String)> {
    let writers: [(&str, Writer); 9] = [
        ("assignments.csv", &|| assignments(scenario, network, plan)),
        ("costs.csv", &|| costs(scenario, plan)),
        ("depots.csv", &|| depots(scenario, load, plan)),
        ("outlets.csv", &|| outlets(scenario, network, load, plan)),
        (PLAN_FILE, &|| format!("{:#}\n", Value::Object(summary(scenario, plan)))),
        ("replenishment.csv", &|| replenishment(scenario, network, plan)),
        ("service.csv", &|| service(scenario, plan)),
        ("service_by_country.csv", &|| service_by_country(scenario, plan)),
        ("stock.csv", &|| stock(scenario, plan)),
    ];
    let mut tables: Vec<(&'static str, String)> =
        writers.into_par_iter().map(|(name, write)| (name, write())).collect();
    if !scenario.desks.is_empty() {
        tables.push((DESKS_FILE, stated(&DESK_COLUMNS, &desks(scenario))));
    }
    if !scenario.guaranteed.is_empty() {
        tables.push((GUARANTEES_FILE, stated(&GUARANTEE_COLUMNS, &guarantees(scenario))));
    }
    tables.sort_by_key(|(name, _)| *name);
    tables
}

/// Writes files into a folder that appears whole: an older plan of that name is replaced.
///
/// # Errors
/// What the file system refused. A folder that holds anything but a plan is not touched.
pub fn write(folder: &Path, files: &[(&'static str, String)]) -> io::Result<()> {
    if folder.exists() && !replaceable(folder)? {
        let refusal = format!("`{}` holds something else than a plan; name an empty or a new folder", folder.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, refusal));
    }
    let parent = match folder.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent.to_path_buf(),
        _ => PathBuf::from("."),
    };
    fs::create_dir_all(&parent)?;
    let name = folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let fresh = parent.join(format!(".{name}.{}.new", std::process::id()));
    let former = parent.join(format!(".{name}.{}.old", std::process::id()));
    let written = write_all(&fresh, files).and_then(|()| {
        if folder.exists() {
            fs::rename(folder, &former)?;
        }
        fs::rename(&fresh, folder).inspect_err(|_| {
            // The former plan goes back to its place; if even that fails the first error tells more.
            let _ = fs::rename(&former, folder);
        })
    });
    let _ = fs::remove_dir_all(&fresh);
    let _ = fs::remove_dir_all(&former);
    written
}

fn write_all(folder: &Path, files: &[(&'static str, String)]) -> io::Result<()> {
    fs::create_dir(folder)?;
    files.iter().try_for_each(|(name, content)| fs::write(folder.join(name), content))?;
    fs::write(folder.join(SUMS_FILE), sums(files))
}

/// An empty folder or an older plan may be replaced; anything else is somebody's work.
fn replaceable(folder: &Path) -> io::Result<bool> {
    if !folder.is_dir() {
        return Ok(false);
    }
    let empty = fs::read_dir(folder)?.next().is_none();
    let decided = ["outlets.csv", "assignments.csv", "stock.csv"];
    let scenario = folder.join("scenario.toml").exists();
    Ok(empty
        || (!scenario && (folder.join(PLAN_FILE).exists() || decided.iter().all(|file| folder.join(file).exists()))))
}

/// What `plan.json` and `--json` say of a plan.
pub fn summary(scenario: &Scenario, plan: &Plan) -> Map<String, Value> {
    let Certificate { objective, lower_bound } = plan.certificate;
    let gap = plan.certificate.gap();
    let status = match gap {
        Some(gap) if gap <= scenario.planning.gap => "optimal",
        _ => "feasible",
    };
    let stated = |component: &&Component| !component.is_seldom() || plan.costs.of(**component) != 0.0;
    let costs: Map<String, Value> = Component::ALL
        .iter()
        .filter(stated)
        .map(|component| (component.name().to_owned(), json!(plan.costs.of(*component))))
        .collect();
    let options: Map<String, Value> =
        scenario.choices.iter().map(|choice| (choice.name.clone(), json!(choice.options[choice.taken].name))).collect();
    let open = |sites: &[Site], open: &[bool]| -> Vec<String> {
        sites.iter().zip(open).filter(|(_, open)| **open).map(|(site, _)| site.id.clone()).collect()
    };
    let summary = json!({
        "scenario": scenario.name,
        "status": status,
        "currency": scenario.currency,
        "objective": objective,
        "lower_bound": lower_bound,
        "gap": gap,
        "gap_asked": scenario.planning.gap,
        "cost_per_year": plan.costs.total(),
        "costs": costs,
        "open_outlets": open(&scenario.outlets, &plan.decisions.outlet_open),
        "open_depots": open(&scenario.depots, &plan.decisions.depot_open),
        "promises": plan.service.promises.iter().map(|promise| promised(scenario, plan, promise)).collect::<Vec<_>>(),
        "options": options,
        "seed": plan.seed,
        "version": env!("CARGO_PKG_VERSION"),
        "input_hash": scenario.input_hash,
    });
    let mut fields = match summary {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    if let Some(seasonal) = &scenario.seasonal {
        fields.insert("month".into(), json!(seasonal.month.name()));
    }
    if let Some(satisfaction) = satisfaction(scenario, plan) {
        fields.insert("satisfaction".into(), satisfaction);
    }
    if !scenario.channels.is_empty() {
        let sum = |of: fn(&Contacts) -> f64| scenario.contacts.iter().map(of).fold(0.0, |sum, rate| sum + rate);
        fields.insert("contacts_per_year".into(), json!(sum(|contacts| contacts.rate)));
        fields.insert("solved_remotely_per_year".into(), json!(sum(|contacts| contacts.solved)));
    }
    if !scenario.offers.is_empty() {
        fields.insert("jobs_not_offered_per_year".into(), json!(scenario.jobs_not_offered));
    }
    fields
}

/// The index of satisfaction of the network with what it is made of, and that of each country.
fn satisfaction(scenario: &Scenario, plan: &Plan) -> Option<Value> {
    let (network, countries) = plan.service.satisfaction.split_first()?;
    let code = |own: &Satisfaction| own.country.map(|country| scenario.countries[country.at()].code.clone());
    let by_country: Map<String, Value> =
        countries.iter().filter_map(|own| Some((code(own)?, json!(own.index)))).collect();
    Some(json!({
        "index": network.index,
        "response": network.response,
        "first_time_fix": network.first_time_fix,
        "answered_in_time": network.answered,
        "by_country": by_country,
    }))
}

fn promised(scenario: &Scenario, plan: &Plan, promise: &Promise) -> Value {
    let hard = promise.target(scenario).penalty.is_none();
    json!({
        "target": promise.describe(scenario),
        "computed": promise.computed,
        "kept": promise.kept,
        "shortfall": promise.shortfall,
        "hard": hard,
        "one_more_point_per_year": plan.points.get(&(promise.target, promise.key)),
    })
}

/// The columns of a site's cost lines: every component but those without a site, and the less usual where something is
/// spent on them.
fn site_components(plan: &Plan) -> Vec<Component> {
    let spent = |component: Component| !component.is_seldom() || plan.costs.of(component) != 0.0;
    Component::ALL.into_iter().filter(|component| component.has_site() && spent(*component)).collect()
}

fn site_table(id: &'static str, measures: &[&'static str], components: &[Component]) -> Table {
    let mut columns = vec![id, "open"];
    columns.extend_from_slice(measures);
    columns.extend(components.iter().map(|component| component.name()));
    columns.push("cost_per_year");
    Table::with_header(&columns)
}

fn site_row(table: &mut Table, plan: &Plan, site: (SiteId, &Site, bool), measures: &[f64], components: &[Component]) {
    let (number, site, open) = site;
    let lines: Vec<f64> = components.iter().map(|component| plan.costs.of_at(*component, number)).collect();
    let total = plan.costs.at(number);
    let mut fields: Vec<&dyn Display> = vec![&site.id, &open];
    fields.extend(measures.iter().map(|measure| measure as &dyn Display));
    fields.extend(lines.iter().map(|line| line as &dyn Display));
    fields.push(&total);
    table.row(&fields);
}

/// What an outlet does in a year.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct OutletLoad {
    /// Jobs \[1/year\].
    pub jobs: f64,
    /// Hours of work, journeys included \[1/year\].
    pub hours: f64,
}

/// The yearly load of every outlet.
pub fn outlet_loads(
    scenario: &Scenario,
    network: &Network,
    load: &Load,
    decisions: &super::Decisions,
) -> Vec<OutletLoad> {
    let mut loads = vec![OutletLoad::default(); decisions.outlet_open.len()];
    for (region, outlet, share) in decisions.assignments() {
        let hours_per_job = network.road(region, outlet).map_or(0.0, |road| road.hours_per_job);
        let journeys = load.journeys[region.at()];
        loads[outlet.at()].jobs += share * load.jobs[region.at()];
        let visits = scenario.format(outlet).map_or(1.0, Format::visits);
        loads[outlet.at()].hours += share * (load.repair_hours[region.at()] * visits + journeys * hours_per_job);
    }
    loads
}

/// The yearly units that every depot sends, those included that replace what was damaged on the way.
pub fn depot_loads(scenario: &Scenario, load: &Load, decisions: &super::Decisions) -> Vec<f64> {
    // What is damaged on the way is sent again.
    let sendings = scenario.packaging.as_ref().map_or(1.0, Packaging::sendings);
    let mut units = vec![0.0; scenario.depots.len()];
    for (outlet, parts) in outlet_streams(scenario, load, decisions).iter().enumerate() {
        if let Some(depot) = decisions.replenished_by[outlet] {
            let outlet = OutletId::from(outlet);
            let ordered = |part| 1.0 - repaired_shares(scenario, outlet, Some(depot), part).0;
            units[depot.at()] += sendings * parts.iter().map(|(part, asked)| asked.rate * ordered(*part)).sum::<f64>();
        }
    }
    units
}

/// The fuller of an outlet's capacities; 0 where it has none.
pub fn utilisation(site: &Site, load: &OutletLoad) -> f64 {
    let of = |used: f64, capacity: Option<f64>| capacity.map_or(0.0, |capacity| used / capacity);
    of(load.jobs, site.capacity_jobs).max(of(load.hours, site.capacity_hours))
}

fn outlets(scenario: &Scenario, network: &Network, load: &Load, plan: &Plan) -> String {
    let loads = outlet_loads(scenario, network, load, &plan.decisions);
    let components = site_components(plan);
    let mut table = site_table("outlet", &["load_jobs_per_year", "load_hours_per_year", "utilisation"], &components);
    for (number, site) in scenario.outlets.iter().enumerate() {
        let id = SiteId::Outlet(OutletId::from(number));
        let own = &loads[number];
        let measures = [own.jobs, own.hours, utilisation(site, own)];
        site_row(&mut table, plan, (id, site, plan.decisions.outlet_open[number]), &measures, &components);
    }
    table.0
}

fn depots(scenario: &Scenario, load: &Load, plan: &Plan) -> String {
    let loads = depot_loads(scenario, load, &plan.decisions);
    let components = site_components(plan);
    let mut table = site_table("depot", &["load_units_per_year", "utilisation"], &components);
    for (number, site) in scenario.depots.iter().enumerate() {
        let id = SiteId::Depot(DepotId::from(number));
        let used = site.capacity_units.map_or(0.0, |capacity| loads[number] / capacity);
        let decided = (id, site, plan.decisions.depot_open[number]);
        site_row(&mut table, plan, decided, &[loads[number], used], &components);
    }
    table.0
}

fn assignments(scenario: &Scenario, network: &Network, plan: &Plan) -> String {
    let mut table = Table::with_header(&["region", "outlet", "share", "hours", "distance_km"]);
    for (region, outlet, share) in plan.decisions.assignments() {
        let (hours, distance) = network.road(region, outlet).map_or((0.0, 0.0), |road| (road.hours, road.distance));
        let (region, outlet) = (&scenario.regions[region.at()].id, &scenario.outlets[outlet.at()].id);
        table.row(&[region, outlet, &share, &hours, &distance]);
    }
    table.0
}

fn replenishment(scenario: &Scenario, network: &Network, plan: &Plan) -> String {
    // The time that arrivals can be announced by is told where customs vary; else it is the lead time.
    let vary = customs_vary(scenario);
    let header: &[&str] = &["outlet", "depot", "lead_time_days", "lead_time_days_p90"];
    let mut table = Table::with_header(if vary { header } else { &header[..3] });
    for (number, depot) in plan.decisions.replenished_by.iter().enumerate() {
        let Some(depot) = *depot else { continue };
        let lane = network.supply(OutletId::from(number), depot);
        let days = lane.map_or(0.0, |lane| lane.lead_time.get());
        let promised = lane.map_or(0.0, Supply::promised_lead_time);
        let (outlet, depot) = (&scenario.outlets[number].id, &scenario.depots[depot.at()].id);
        let fields: [&dyn std::fmt::Display; 4] = [outlet, depot, &days, &promised];
        table.row(if vary { &fields } else { &fields[..3] });
    }
    table.0
}

fn costs(scenario: &Scenario, plan: &Plan) -> String {
    let mut table = Table::with_header(&["component", "site", "country", "cost_per_year"]);
    for line in &plan.costs.lines {
        let site = line.site.map(|site| scenario.site(site));
        let country = site.and_then(|site| site.country).map_or("", |country| &scenario.countries[country.at()].code);
        table.row(&[&line.component.name(), &site.map_or("", |site| &site.id), &country, &line.amount]);
    }
    table.0
}

fn service(scenario: &Scenario, plan: &Plan) -> String {
    let mut table = Table::with_header(&["region", "metric", "within_hours", "value"]);
    for row in &plan.service.regions {
        let region: RegionId = row.region;
        let within = row.within_hours.map_or(String::new(), |hours| hours.to_string());
        table.row(&[&scenario.regions[region.at()].id, &row.metric.name(), &within, &row.value]);
    }
    table.0
}

fn service_by_country(scenario: &Scenario, plan: &Plan) -> String {
    let mut table = Table::with_header(&["country", "metric", "within_hours", "value"]);
    for row in &plan.service.countries {
        let country = row.country.map_or("", |country| &scenario.countries[country.at()].code);
        let within = row.within_hours.map_or(String::new(), |hours| hours.to_string());
        table.row(&[&country, &row.metric.name(), &within, &row.value]);
    }
    for own in &plan.service.satisfaction {
        let country = own.country.map_or("", |country| &scenario.countries[country.at()].code);
        own.rows().for_each(|(metric, value)| table.row(&[&country, &metric, &"", &value]));
    }
    table.0
}
