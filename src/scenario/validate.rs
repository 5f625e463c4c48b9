//! A draft into a checked scenario: each rule of the border in one place.
//!
//! Rules gather faults and go on; a faulty value is replaced by its default, so that one fault does not raise others. The
//! scenario that comes out is used only if no error was found.

pub(crate) mod conditions;
mod countries;
mod fields;
mod keys;
mod lanes;
mod names;
mod options;
mod places;
mod repairs;
mod tables;
mod targets;

use std::collections::BTreeMap;

use super::diagnostic::Faults;
use super::draft::Draft;
use super::schema::Table;
use super::source::Span;
use super::{ClassId, Country, CountryId, Metric, Objective, PolicyId, Scenario, Stocking};
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
    let mut conditions = conditions::conditions(&ids, &mut reader);
    let mut installed = demand::installed(&ids, &mut reader);
    let refused = on_installed(&mut conditions, &regions, &mut installed);
    conditions::tell(&refused, &conditions, &mut reader);
    let demands = demand::demands(&ids, &installed, &mut reader);
    let repairs = repairs::repairs(&ids, &mut reader);
    let targets = targets::targets(&ids, &mut reader);

    let overheads = options::overheads(&ids, &mut reader);

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
        overheads,
        choices: draft.choices.clone(),
        conditions: Vec::new(),
    };
    let refused = on_places(&mut conditions, &mut scenario);
    conditions::tell(&refused, &conditions, &mut reader);
    exchange::convert(&mut scenario);
    demand::read_history(&ids, &mut scenario, reading, &mut reader);
    let refused = on_demand(&mut conditions, &mut scenario);
    conditions::tell(&refused, &conditions, &mut reader);
    scenario.conditions = conditions;
    conditions::sites_keep_quotas(&scenario, &mut reader);
    there_is_something_to_plan(&scenario, &mut reader);
    targets::targets_can_be_answered(&scenario, &mut reader);
    places::all_can_be_reached(&scenario, &mut reader);
    if reader.faults.errors() == 0 {
        super::warn::warn(&scenario, &mut reader);
    }
    scenario
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
    if scenario.demands.iter().all(|demand| demand.rate.get() <= 0.0) {
        let given = sources.iter().find_map(|&table| reader.sheet(table).source);
        reader
            .faults
            .add("E17", Span::whole(given.unwrap_or(reader.draft.toml)), "there is no demand")
            .hint("demand.csv, or installed_base.csv with failures.csv, or demand_history.csv gives it");
    }
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
