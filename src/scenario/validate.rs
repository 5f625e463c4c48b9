//! A draft into a checked scenario: each rule of the border in one place.
//!
//! Rules gather faults and go on; a faulty value is replaced by its default, so that one fault does not raise others. The
//! scenario that comes out is used only if no error was found.

mod channels;
pub(crate) mod conditions;
mod countries;
mod fields;
mod formats;
mod guarantees;
mod jobs;
mod keys;
mod lanes;
mod markets;
mod names;
mod options;
mod packaging;
mod places;
mod repairs;
mod satisfaction;
mod seasons;
mod spill_over;
mod tables;
mod targets;
mod tiers;

use std::collections::BTreeMap;

use super::diagnostic::Faults;
use super::draft::Draft;
use super::schema::Table;
use super::source::Span;
use super::{ClassId, Country, CountryId, Metric, Objective, PolicyId, Scenario, Stocking};
use crate::aftersales::{self, AfterSales};
use crate::conditions::{on_demand, on_installed, on_places};
use crate::{demand, exchange};

pub(crate) use fields::Reader;
pub(crate) use names::Names;

/// The names that rows refer to.
#[derive(Debug)]
pub(crate) struct Ids<'a> {
    pub regions: Names<'a>,
    pub products: Names<'a>,
    pub parts: Names<'a>,
    pub outlets: Names<'a>,
    pub depots: Names<'a>,
    pub countries: BTreeMap<&'a str, CountryId>,
    pub policies: BTreeMap<&'a str, PolicyId>,
    pub classes: BTreeMap<&'a str, ClassId>,
    pub jobs: Names<'a>,
    pub formats: Names<'a>,
}

/// Checks a draft; the scenario is sound if no error was added to the faults.
pub(crate) fn validate(draft: &Draft, faults: &mut Faults) -> Scenario {
    let mut reader = Reader { draft, faults };
    let travel = keys::travel(&mut reader);
    let replenishment = keys::replenishment(&mut reader);
    let stockout = keys::stockout(&mut reader);
    let stocking = Stocking { stockout, direct: keys::direct(stockout, &mut reader) };
    let planning = keys::planning(&mut reader);
    let finance = keys::finance(&mut reader);
    let reading = keys::demand(&mut reader);

    let countries = tables::country_codes(&mut reader);
    let policies = tables::policy_names(&mut reader);
    let classes = tables::class_names(&mut reader);
    let ids = Ids {
        regions: Names::of(Table::Regions, "region", &mut reader),
        products: Names::of(Table::Products, "product", &mut reader),
        parts: Names::of(Table::Parts, "part", &mut reader),
        outlets: Names::of(Table::Outlets, "outlet", &mut reader),
        depots: Names::of(Table::Depots, "depot", &mut reader),
        countries,
        policies,
        classes,
        jobs: Names::of(Table::Jobs, "job", &mut reader),
        formats: Names::of(Table::Formats, "format", &mut reader),
    };
    names::sites_share_one_space(&ids, &mut reader);
    reader.required_fields_are_filled();

    let countries = countries::countries(&ids, &mut reader);
    let regions = tables::regions(&ids, &travel, &mut reader);
    let products = tables::products(&ids, &mut reader);
    let parts = tables::parts(&ids, &mut reader);
    let outlets = tables::sites(Table::Outlets, &ids, &travel, &mut reader);
    let depots = tables::sites(Table::Depots, &ids, &travel, &mut reader);
    let limits = keys::limits(&ids, &outlets, &depots, &mut reader);
    let (service_lanes, supply_lanes) = lanes::lanes(&ids, &mut reader);
    let laterals = lanes::laterals(&ids, stocking.stockout, &mut reader);
    let mut ledger = conditions::conditions(&ids, &mut reader);
    let mut installed = demand::installed(&ids, &mut reader);
    let refused = on_installed(&mut ledger, &regions, &mut installed);
    conditions::tell(&refused, &ledger, &mut reader);
    let (demands, failures) = demand::demands(&ids, &installed, &mut reader);
    let repairs = repairs::repairs(&ids, &mut reader);
    let targets = targets::targets(&ids, &mut reader);
    let jobs = jobs::jobs(&ids, &mut reader);
    let offers = jobs::offers(&ids, &mut reader);
    let tiers = tiers::tiers(&ids, &mut reader);
    let channels = channels::channels(&ids, &mut reader);
    let desks = channels::desks(&ids, &mut reader);
    let formats = formats::formats(&ids, &mut reader);
    let chosen = formats::of_outlets(&ids, &outlets, &mut reader);

    let markets = markets::markets(&ids, &regions, &mut reader);
    let spill_over = spill_over::spill_over(&ids, &countries, markets.as_ref(), &mut reader);
    let satisfaction = satisfaction::satisfaction(&mut reader);
    let overheads = options::overheads(&ids, &mut reader);
    let packaging = packaging::packaging(&mut reader);
    let mut after_sales = AfterSales {
        guarantees: guarantees::guarantees(&ids, &products, &installed, &mut reader),
        inspections: packaging::inspections(&ids, &mut reader),
        learnt: keys::learnt(&mut reader),
        seasons: seasons::seasons(&ids, &regions, &travel, &mut reader),
        campaigns: seasons::campaigns(&ids, &installed, &mut reader),
        decided: Vec::new(),
    };
    seasons::month_has_an_effect(planning.month, &after_sales.seasons, &after_sales.campaigns, &mut reader);

    let settings = &draft.settings;
    let text = |path: &str, faults: &mut Faults| settings.text(path, faults).map(str::to_string);
    let name = text("name", reader.faults).filter(|name| !name.is_empty()).unwrap_or_else(|| draft.folder.clone());
    let description = text("description", reader.faults).unwrap_or_default();
    let currency = text("currency", reader.faults).unwrap_or_else(|| countries::CURRENCY.into());
    let mut scenario = Scenario {
        name,
        description,
        currency,
        input_hash: String::new(),
        regions,
        products,
        parts,
        demands,
        installed,
        outlets,
        depots,
        countries,
        policies: ids.policies.keys().map(|name| name.to_string()).collect(),
        service_lanes,
        supply_lanes,
        repairs,
        targets,
        travel,
        replenishment,
        stocking,
        limits,
        planning,
        finance,
        laterals,
        history: None,
        classes: ids.classes.keys().map(|name| name.to_string()).collect(),
        jobs,
        offers,
        jobs_not_offered: 0.0,
        channels,
        contacts: Vec::new(),
        desks,
        staffing: Vec::new(),
        formats,
        formats_of_place: Vec::new(),
        overheads,
        choices: draft.choices.clone(),
        markets,
        packaging,
        ways_back: Vec::new(),
        guaranteed: Vec::new(),
        seasonal: None,
        conditions: Vec::new(),
        spill_over,
        tiers,
        satisfaction,
        failures,
    };
    if !(ledger.is_empty() && leaves_demands(&after_sales, &scenario, &reader)) {
        scenario.tell_streams();
    }
    let refused = on_places(&mut ledger, &mut scenario);
    conditions::tell(&refused, &ledger, &mut reader);
    let requests = scenario.demands.len();
    exchange::convert(&mut scenario);
    demand::read_history(&ids, &mut scenario, reading, &mut reader);
    let refused = on_demand(&mut ledger, &mut scenario);
    conditions::tell(&refused, &ledger, &mut reader);
    scenario.conditions = ledger;
    conditions::sites_keep_quotas(&scenario, &mut reader);
    (scenario.ways_back, after_sales.decided) = packaging::ways_back(&scenario, &mut reader);
    packaging::inspection_has_sales(&after_sales, &scenario, &mut reader);
    there_is_something_to_plan(&scenario, &mut reader);
    targets::targets_can_be_answered(&scenario, &mut reader);
    places::all_can_be_reached(&scenario, &mut reader);
    if reader.faults.errors() == 0 {
        super::warn::warn(&scenario, &mut reader);
        let past = scenario.demands.len() - requests;
        aftersales::shape(&after_sales, &mut scenario);
        crate::offer::withdraw(&mut scenario);
        crate::contact::take(&mut scenario, past);
        let troubles = crate::contact::answer(&mut scenario);
        channels::desks_are_staffed(&scenario, &troubles, &mut reader);
        let undecided = aftersales::settle(&after_sales, &mut scenario);
        packaging::tell_undecided(&undecided, &mut reader);
        crate::format::lay_out(&mut scenario, &chosen);
        crate::offer::equip(&mut scenario);
        something_is_left(&scenario, &mut reader);
    }
    scenario
}

/// Does nothing in a scenario ask about, or change, one stream of demand by itself?
fn leaves_demands(after_sales: &AfterSales, scenario: &Scenario, reader: &Reader<'_>) -> bool {
    let AfterSales { guarantees, inspections, learnt, seasons, campaigns, .. } = after_sales;
    let rules = guarantees.is_empty() && inspections.is_empty() && seasons.is_empty() && campaigns.is_empty();
    let offered = scenario.offers.is_empty() && scenario.channels.is_empty() && scenario.jobs.is_empty();
    let places = scenario.formats.is_empty() && scenario.markets.is_none();
    rules && *learnt <= 0.0 && offered && places && reader.sheet(Table::DemandHistory).source.is_none()
}

/// E17: there are regions, outlets and some demand.
fn there_is_something_to_plan(scenario: &Scenario, reader: &mut Reader<'_>) {
    for (table, rows) in [(Table::Regions, scenario.regions.len()), (Table::Outlets, scenario.outlets.len())] {
        let sheet = reader.sheet(table);
        if rows > 0 || sheet.broken {
            continue;
        }
        let file = sheet.schema.file;
        match sheet.source {
            Some(source) => {
                reader.faults.add("E17", Span::whole(source), format!("{file} has no rows"));
            }
            None => reader
                .faults
                .add("E01", Span::whole(reader.draft.toml), format!("{file} is missing"))
                .hint(format!("each row is {}", sheet.schema.doc)),
        }
    }
    let sources = [Table::Demand, Table::InstalledBase, Table::Failures, Table::DemandHistory];
    if sources.iter().any(|&table| reader.sheet(table).broken) || reader.faults.errors() > 0 {
        return;
    }
    if !scenario.asking().contains(&true) {
        let given = sources.iter().find_map(|&table| reader.sheet(table).source);
        reader
            .faults
            .add("E17", Span::whole(given.unwrap_or(reader.draft.toml)), "there is no demand")
            .hint("demand.csv, or installed_base.csv with failures.csv, or demand_history.csv gives it");
    }
}

/// E17: neither channels nor policies leave nothing to do.
fn something_is_left(scenario: &Scenario, reader: &mut Reader<'_>) {
    if scenario.asking().contains(&true) {
        return;
    }
    let made = [Table::Channels, Table::Policies].into_iter().find_map(|table| reader.sheet(table).source);
    reader
        .faults
        .add("E17", Span::whole(made.unwrap_or(reader.draft.toml)), "no job is left for an outlet")
        .hint("what is solved on channels or is in no policy needs no network");
}

/// Does the scenario ask about travel time anywhere?
pub(crate) fn asks_for_hours(scenario: &Scenario) -> bool {
    scenario.travel.max_hours.is_some()
        || scenario.planning.objective != Objective::Cost
        || scenario.targets.iter().any(|target| match target.metric {
            Metric::OnTime | Metric::Coverage | Metric::MeanResponse => true,
            Metric::FillRate => target.within.is_some(),
            Metric::Availability => false,
        })
}

/// A country without a row of its own.
pub(crate) fn bare_country(code: &str) -> Country {
    Country {
        code: code.to_string(),
        labour_cost_per_hour: crate::units::Money::ZERO,
        customs: crate::units::Days::ZERO,
        duty_rate: crate::units::Share::ZERO,
        customs_union: None,
        currency: None,
        exchange_rate: None,
        vat_rate: crate::units::Share::ZERO,
        utc_offset_hours: None,
        languages: Vec::new(),
        customs_deviation: crate::units::Days::ZERO,
    }
}
