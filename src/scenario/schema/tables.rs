//! The tables and their columns.

use crate::scenario::{Effect, Nature, Operation};

use super::{Bounds, ColumnSchema, Kind, Need, Table, TableSchema};

/// The words of a column that says yes or no.
pub const YES_NO: &[&str] = &["yes", "no"];

/// The words of `ownership`.
pub const OWNERSHIPS: &[&str] = &["own", "franchise", "partner", "van", "mail_in"];

/// The words of `status`.
pub const STATUSES: &[&str] = &["candidate", "open", "closed", "existing"];

/// The words of `hemisphere`.
pub const HEMISPHERES: &[&str] = &["north", "south", "tropics"];

const fn column(name: &'static str, need: Need, kind: Kind, doc: &'static str) -> ColumnSchema {
    ColumnSchema { name, need, kind, doc }
}
const fn filled(name: &'static str, kind: Kind, doc: &'static str) -> ColumnSchema {
    column(name, Need::Filled, kind, doc)
}
const fn optional(name: &'static str, kind: Kind, doc: &'static str) -> ColumnSchema {
    column(name, Need::Optional, kind, doc)
}
pub(super) const AMOUNT: Kind = Kind::Number(Bounds::AMOUNT);
pub(super) const POSITIVE: Kind = Kind::Number(Bounds::POSITIVE);
const SHARE: Kind = Kind::Number(Bounds::SHARE);
const RATIO: Kind = Kind::Number(Bounds::RATIO);
const COUNTED: Kind = Kind::Number(Bounds::COUNTED);
const ANY: Kind = Kind::Number(Bounds::ANY);
const CLOCK: Kind = Kind::Number(Bounds::CLOCK);
const LATITUDE: Kind = Kind::Number(Bounds::LATITUDE);
const LONGITUDE: Kind = Kind::Number(Bounds::LONGITUDE);
const JOB: &str = "type of job; blank: a plain repair, which every outlet does";
const HOUR: Kind = Kind::Number(Bounds::HOUR);
const VARIANCE: &str = "variance-to-mean ratio of the demand in a period, at least 1 (default 1: Poisson)";

/// The columns that outlets and depots share, with their own capacities between.
macro_rules! site_columns {
    ($id:literal, $what:literal, $($capacity:expr),+ $(; $own:expr)?) => {
        &[
            filled($id, Kind::Id, concat!("id of the ", $what, "; outlets and depots share one space of ids")),
            optional("name", Kind::Text, "name (default: the id)"),
            optional("country", Kind::Country, "country"),
            optional("latitude", LATITUDE, "latitude [degrees north]"),
            optional("longitude", LONGITUDE, "longitude [degrees east]"),
            optional("x_km", ANY, "first coordinate [km], for `[travel] metric = \"planar\"`"),
            optional("y_km", ANY, "second coordinate [km]"),
            optional("status", Kind::Choice(STATUSES),
                "candidate: may open; open: stays open; existing: open today, may close; closed: may not open (default candidate)"),
            filled("fixed_cost_per_year", AMOUNT, "cost of being open [currency/year]"),
            optional("opening_cost", AMOUNT, "cost of opening a candidate, once [currency] (default 0)"),
            optional("closing_cost", AMOUNT, "cost of closing an existing one, once [currency] (default 0)"),
            $($capacity,)+
            optional("supplier_lead_time_days", AMOUNT, "from order to arrival from the supplier [days] (default 0)"),
            optional("holding_rate_per_year", SHARE,
                "yearly cost of holding stock as a share of its value [1/year] (default: the scenario's)"),
            optional("repair_servers", COUNTED,
                "servers that all repairs here share, repair times then being exponential (default: one is always free)"),
            $($own,)?
        ]
    };
}

/// Every table, in the order of [`Table`].
pub const TABLES: &[TableSchema] = &[
    TableSchema {
        table: Table::Countries,
        name: "countries",
        file: "countries.csv",
        required: false,
        doc: "conditions of a country",
        keys: 1,
        columns: &[
            filled("country", Kind::Country, "ISO 3166 alpha-2 code"),
            optional("labour_cost_per_hour", AMOUNT, "wage of an hour of work [currency/hour] (default 0)"),
            optional("customs_days", AMOUNT, "added to a lane that enters over a customs border [days] (default 0)"),
            optional("duty_rate", Kind::Number(Bounds::DUTY), "duty as a share of a part's value [1] (default 0)"),
            optional(
                "customs_union",
                Kind::Text,
                "countries that name the same union have no customs border between them",
            ),
            optional(
                "currency",
                Kind::Text,
                "ISO 4217 code of its currency; one that is not the scenario's needs its rate",
            ),
            optional(
                "exchange_rate",
                POSITIVE,
                "scenario's currency for one unit of its own; its wage and the fixed, opening and closing costs of its sites \
                 are then written in its own (default: they are in the scenario's)",
            ),
            optional("vat_rate", SHARE, "value added tax as a share of a price before tax [1] (default 0)"),
            optional("utc_offset_hours", CLOCK, "its clock ahead of universal time [hours]"),
            optional(
                "languages",
                Kind::Text,
                "ISO 639-1 codes of the languages spoken, separated by semicolons (de;fr)",
            ),
            optional(
                "customs_days_deviation",
                AMOUNT,
                "standard deviation of the customs time, which is gamma distributed about customs_days [days] (default 0)",
            ),
        ],
    },
    TableSchema {
        table: Table::Regions,
        name: "regions",
        file: "regions.csv",
        required: true,
        doc: "a place where demand arises",
        keys: 1,
        columns: &[
            filled("region", Kind::Id, "id of the region"),
            optional("name", Kind::Text, "name (default: the id)"),
            optional("country", Kind::Country, "country"),
            optional("latitude", LATITUDE, "latitude [degrees north]"),
            optional("longitude", LONGITUDE, "longitude [degrees east]"),
            optional("x_km", ANY, "first coordinate [km], for `[travel] metric = \"planar\"`"),
            optional("y_km", ANY, "second coordinate [km]"),
            optional("population", AMOUNT, "inhabitants; shares out a history that names no region"),
            optional("policy", Kind::Text, "service policy (comprehensive, special, appropriate, …)"),
            optional(
                "emergency_hours",
                AMOUNT,
                "time for an expressed part to arrive [hours] (default: the scenario's)",
            ),
            optional(
                "emergency_cost_per_unit",
                AMOUNT,
                "cost of expressing a part [currency] (default: the scenario's)",
            ),
            optional(
                "direct_hours",
                AMOUNT,
                "time for a part to arrive directly from a depot [hours] (default: the scenario's)",
            ),
            optional(
                "direct_cost_per_unit",
                AMOUNT,
                "cost of delivering a part directly from a depot [currency] (default: the scenario's)",
            ),
            optional("area_km2", POSITIVE, "its area, over which a market's outlets lie [km²]"),
        ],
    },
    TableSchema {
        table: Table::Products,
        name: "products",
        file: "products.csv",
        required: false,
        doc: "what is installed",
        keys: 1,
        columns: &[
            filled("product", Kind::Id, "id of the product"),
            optional("name", Kind::Text, "name (default: the id)"),
            optional("unit_price", AMOUNT, "selling price [currency]"),
            optional("warranty_months", AMOUNT, "warranty [months]"),
            optional("policy", Kind::Text, "service policy; it goes before the region's"),
        ],
    },
    TableSchema {
        table: Table::Parts,
        name: "parts",
        file: "parts.csv",
        required: false,
        doc: "what is stocked",
        keys: 1,
        columns: &[
            filled("part", Kind::Id, "id of the part"),
            optional("name", Kind::Text, "name (default: the id)"),
            filled("unit_cost", AMOUNT, "value of a unit [currency]"),
            optional("weight_kg", AMOUNT, "weight of a unit [kg] (default 0)"),
            optional(
                "supplier_lead_time_days",
                AMOUNT,
                "the part's own supplier lead time; it goes before the site's [days]",
            ),
            optional(
                "repair_turnaround_days",
                AMOUNT,
                "from failure to repaired and back on the shelf [days] (default 0)",
            ),
            optional("repair_share", SHARE, "share of failed units that are repaired, not replaced [1] (default 0)"),
            optional("repair_cost", AMOUNT, "cost of repairing a unit [currency] (default 0)"),
            optional(
                "order_cost",
                AMOUNT,
                "cost of an order to the supplier, whatever its size [currency] (default 0)",
            ),
            optional(
                "order_quantity",
                COUNTED,
                "most units of an order to the supplier, a whole number [units] (default: what order cost and holding ask for)",
            ),
            optional("class", Kind::Text, "class of parts that targets treat alike (A, B, C, body, engine, …)"),
            optional(
                "return_share",
                SHARE,
                "share of the defective units an outlet has not repaired that go back to its depot [1] (default 0)",
            ),
            optional(
                "return_cost_factor",
                AMOUNT,
                "freight of the way back as a multiple of the freight out [1] (default 1)",
            ),
            optional(
                "repair_decision",
                Kind::Choice(&["given", "decide"]),
                "given: repair_share are repaired; decide: they are repaired or discarded, whichever is cheaper (default given)",
            ),
        ],
    },
    TableSchema {
        table: Table::Outlets,
        name: "outlets",
        file: "outlets.csv",
        required: true,
        doc: "a repair outlet that exists or may be opened",
        keys: 1,
        columns: site_columns!(
            "outlet",
            "outlet",
            optional("capacity_hours_per_year", POSITIVE, "most hours of work [hours/year] (default: no limit)"),
            optional("capacity_jobs_per_year", POSITIVE, "most jobs [jobs/year] (default: no limit)");
            optional(
                "format",
                Kind::Text,
                "format of formats.csv; several separated by `;`: the plan chooses one of them, and the candidates are called \
                 outlet:format (an existing outlet has the first today)"
            )
        ),
    },
    TableSchema {
        table: Table::Depots,
        name: "depots",
        file: "depots.csv",
        required: false,
        doc: "a parts depot that exists or may be opened",
        keys: 1,
        columns: site_columns!(
            "depot",
            "depot",
            optional("capacity_units_per_year", POSITIVE, "most units of parts [units/year] (default: no limit)")
        ),
    },
    TableSchema {
        table: Table::Demand,
        name: "demand",
        file: "demand.csv",
        required: false,
        doc: "a stream of jobs of a region; all sources of demand add up",
        keys: 3,
        columns: &[
            filled("region", Kind::Of(Table::Regions), "where the jobs arise"),
            optional("part", Kind::Of(Table::Parts), "part that each job needs; blank: a job without a part"),
            optional("product", Kind::Of(Table::Products), "product that fails"),
            filled("units_per_year", AMOUNT, "jobs [jobs/year]"),
            optional("variance_to_mean", RATIO, VARIANCE),
            optional("repair_hours", AMOUNT, "hands-on work of a job [hours] (default 0)"),
            optional("job", Kind::Of(Table::Jobs), JOB),
        ],
    },
    TableSchema {
        table: Table::InstalledBase,
        name: "installed_base",
        file: "installed_base.csv",
        required: false,
        doc: "units of a product installed in a region; with failures.csv a source of demand",
        keys: 2,
        columns: &[
            filled("region", Kind::Of(Table::Regions), "where they are"),
            filled("product", Kind::Of(Table::Products), "what is installed"),
            filled("units", AMOUNT, "how many"),
            optional(
                "sales_per_year",
                AMOUNT,
                "units sold in a year, for jobs_per_sale of failures.csv, for inspection and returned goods [1/year] (default 0)",
            ),
        ],
    },
    TableSchema {
        table: Table::Failures,
        name: "failures",
        file: "failures.csv",
        required: false,
        doc: "how often an installed unit of a product, or one that is sold, needs a job",
        keys: 2,
        columns: &[
            filled("product", Kind::Of(Table::Products), "what fails"),
            column(
                "part",
                Need::Named,
                Kind::Of(Table::Parts),
                "part that the job needs; blank: a visit without a part",
            ),
            column(
                "failures_per_unit_year",
                Need::Named,
                AMOUNT,
                "jobs of an installed unit [1/year]; blank only where jobs_per_sale is given",
            ),
            optional("repair_hours", AMOUNT, "hands-on work of a job [hours] (default 0)"),
            optional("variance_to_mean", RATIO, VARIANCE),
            optional("job", Kind::Of(Table::Jobs), JOB),
            optional(
                "jobs_per_sale",
                AMOUNT,
                "jobs that a sold unit brings: delivery, installation, commissioning, training [jobs/unit] (default 0)",
            ),
        ],
    },
    TableSchema {
        table: Table::DemandHistory,
        name: "demand_history",
        file: "demand_history.csv",
        required: false,
        doc: "demand of a past period; a source of demand rates and their dispersion",
        keys: 3,
        columns: &[
            optional("region", Kind::Of(Table::Regions), "where it arose; blank: shared out by population"),
            filled("part", Kind::Of(Table::Parts), "part that was needed"),
            filled("period", Kind::Period, "YYYY-MM, YYYY-Www, YYYY, or a running number of months"),
            filled(
                "quantity",
                AMOUNT,
                "units asked for in the period, returns not taken off; a period that is not listed had none",
            ),
        ],
    },
    TableSchema {
        table: Table::Lanes,
        name: "lanes",
        file: "lanes.csv",
        required: false,
        doc: "a measured connection, outlet to region or depot to outlet; it beats an estimate",
        keys: 2,
        columns: &[
            filled("from", Kind::Either(Table::Outlets, Table::Depots), "outlet or depot"),
            filled("to", Kind::Either(Table::Regions, Table::Outlets), "region (of an outlet) or outlet (of a depot)"),
            optional("hours", AMOUNT, "travel time outlet to region, one way [hours]"),
            optional("distance_km", AMOUNT, "distance, one way [km]"),
            optional("cost_per_job", AMOUNT, "travel cost of a job, outlet to region [currency]"),
            optional("cost_per_unit", AMOUNT, "freight of a unit, depot to outlet [currency]"),
            optional("lead_time_days", AMOUNT, "transport depot to outlet, customs included [days]"),
        ],
    },
    TableSchema {
        table: Table::Repairs,
        name: "repairs",
        file: "repairs.csv",
        required: false,
        doc: "what a site repairs itself; it goes before parts.csv, which speaks of the site that the supplier replenishes",
        keys: 2,
        columns: &[
            filled("site", Kind::Either(Table::Outlets, Table::Depots), "outlet or depot that repairs"),
            optional("part", Kind::Of(Table::Parts), "what it repairs; blank: every part without a row of its own"),
            filled("repair_share", SHARE, "share of failed units that are repaired here, the others are ordered [1]"),
            optional(
                "repair_turnaround_days",
                AMOUNT,
                "from failure to repaired and back on the shelf [days] (default: the part's)",
            ),
        ],
    },
    TableSchema {
        table: Table::Laterals,
        name: "laterals",
        file: "laterals.csv",
        required: false,
        doc: "an outlet that gives another a part that this one lacks, before it is expressed from outside",
        keys: 3,
        columns: &[
            filled("from", Kind::Of(Table::Outlets), "outlet that gives"),
            filled(
                "to",
                Kind::Of(Table::Outlets),
                "outlet that lacks; it asks the nearest first, then in order of rows",
            ),
            optional("part", Kind::Of(Table::Parts), "part; blank: every part without a row of its own"),
            filled("hours", AMOUNT, "time for the part to arrive where it is needed [hours]"),
            optional("cost_per_unit", AMOUNT, "freight of a unit [currency] (default 0)"),
        ],
    },
    TableSchema {
        table: Table::Markets,
        name: "markets",
        file: "markets.csv",
        required: false,
        doc: "conditions of a country's market from a year on, for `rollout`",
        keys: 2,
        columns: &[
            filled("country", Kind::Country, "country"),
            filled("from_year", COUNTED, "first year that the row holds in; the next row of the country ends it"),
            filled("sales_per_year", AMOUNT, "units that all makers together sell [units/year]"),
            optional(
                "margin_per_unit",
                ANY,
                "what a unit sold leaves before service, negative for a loss [currency/unit] (default 0)",
            ),
            optional(
                "service_margin_per_unit_year",
                ANY,
                "what an installed unit leaves in parts, labour and contracts [currency/unit/year] (default 0)",
            ),
            optional("jobs_per_unit_year", AMOUNT, "jobs of an installed unit [1/year] (default 0)"),
            optional("outlet_cost_per_year", AMOUNT, "cost of an outlet being open [currency/year] (default 0)"),
            optional("opening_cost", AMOUNT, "cost of opening an outlet, once [currency] (default 0)"),
            optional("closing_cost", AMOUNT, "cost of closing an outlet, once [currency] (default 0)"),
            optional("quota_share", SHARE, "no greater share of the market may be sold [1] (default: none)"),
            optional("promise_utility", ANY, "utility that the service promise adds [log-odds] (default 0)"),
            optional("competitor_utility", ANY, "utility of what competitors offer [log-odds] (default 0)"),
            optional(
                "outlets_today",
                AMOUNT,
                "outlets before the first year, spread over the regions by area (default 0)",
            ),
            optional(
                "share_today",
                SHARE,
                "share of the market before the first year [1] (default: what the outlets of today draw)",
            ),
            optional("installed_today", AMOUNT, "installed units before the first year (default 0)"),
        ],
    },
    TableSchema {
        table: Table::Periods,
        name: "periods",
        file: "periods.csv",
        required: false,
        doc: "what a year of a roll-out allows",
        keys: 1,
        columns: &[
            filled("year", COUNTED, "the year"),
            optional("opening_budget", AMOUNT, "most money for opening outlets [currency] (default: no limit)"),
            optional("openings_at_most", AMOUNT, "most outlets that may open (default: no limit)"),
            optional("technicians_at_most", AMOUNT, "most technicians at work (default: no limit)"),
        ],
    },
    TableSchema {
        table: Table::Jobs,
        name: "jobs",
        file: "jobs.csv",
        required: false,
        doc: "a type of job: what an outlet needs to do it",
        keys: 1,
        columns: &[
            filled("job", Kind::Id, "id of the job type (installation, maintenance, training, …)"),
            optional("name", Kind::Text, "name (default: the id)"),
            optional(
                "equipment_cost_per_year",
                AMOUNT,
                "tools and workshop of every open outlet that does such jobs [currency/year] (default 0)",
            ),
            optional(
                "training_cost_per_year",
                AMOUNT,
                "trained staff of every open outlet that does such jobs [currency/year] (default 0)",
            ),
            optional(
                "travel",
                Kind::Choice(YES_NO),
                "does a technician travel to the region? no: the customer comes, or it is done from afar (default yes)",
            ),
        ],
    },
    TableSchema {
        table: Table::Policies,
        name: "policies",
        file: "policies.csv",
        required: false,
        doc: "what a service policy offers; a policy without a row offers everything",
        keys: 1,
        columns: &[
            filled("policy", Kind::Text, "policy, as regions.csv and products.csv name it"),
            optional(
                "jobs",
                Kind::Text,
                "job types it includes besides plain repairs, separated by `;`; `none`: no other; blank: every one",
            ),
            optional(
                "channels",
                Kind::Text,
                "channels it includes, separated by `;`; `none`: no channel; blank: every one",
            ),
            optional(
                "loss_per_job",
                AMOUNT,
                "profit lost with each job that it does not offer, charged as a cost [currency] (default 0)",
            ),
            optional("note", Kind::Text, "why; nothing is made of it"),
        ],
    },
    TableSchema {
        table: Table::Channels,
        name: "channels",
        file: "channels.csv",
        required: false,
        doc: "a way in which customers ask for jobs of a type; what is solved there needs no visit and no part",
        keys: 2,
        columns: &[
            filled("channel", Kind::Text, "phone, mail, online, …"),
            optional("job", Kind::Of(Table::Jobs), "type of job asked for; blank: plain repairs"),
            filled(
                "share",
                SHARE,
                "share of the requests that come this way first; what no channel takes goes straight to an outlet [1]",
            ),
            optional(
                "solved_share",
                SHARE,
                "share of its contacts that are solved there: no visit, no part [1] (default 0)",
            ),
            optional("minutes", AMOUNT, "handling time of a contact [minutes] (default 0: nobody is needed)"),
            optional("cost_per_contact", AMOUNT, "cost of a contact, agents apart [currency] (default 0)"),
        ],
    },
    TableSchema {
        table: Table::Formats,
        name: "formats",
        file: "formats.csv",
        required: false,
        doc: "a format of outlets: whose it is, what it costs, what it does",
        keys: 1,
        columns: &[
            filled("format", Kind::Id, "id of the format"),
            optional("name", Kind::Text, "name (default: the id)"),
            optional("ownership", Kind::Choice(OWNERSHIPS), "whose it is, for reports (default own)"),
            optional("fixed_cost_factor", AMOUNT, "on the outlet's fixed cost [1] (default 1)"),
            optional("opening_cost_factor", AMOUNT, "on the outlet's opening cost [1] (default 1)"),
            optional("labour_cost_factor", AMOUNT, "on the wage of its country, on journeys too [1] (default 1)"),
            optional("fee_per_job", AMOUNT, "paid to whoever runs it for each job [currency] (default 0)"),
            optional(
                "repeat_share",
                Kind::Number(Bounds::REPEATED),
                "share of visits that must be made again, without another part: journeys and work × 1/(1 − it) [1] (default 0)",
            ),
            optional(
                "travel_cost_factor",
                AMOUNT,
                "on what journeys cost; 0 where customers come or mail what is broken [1] (default 1)",
            ),
            optional(
                "jobs",
                Kind::Text,
                "types of job that it does besides plain repairs, separated by `;`; `none`: no other; blank: every one",
            ),
        ],
    },
    TableSchema {
        table: Table::Desks,
        name: "desks",
        file: "desks.csv",
        required: false,
        doc: "a desk whose agents answer the contacts of channels.csv that take time",
        keys: 1,
        columns: &[
            filled("desk", Kind::Id, "id of the desk"),
            filled("country", Kind::Country, "where it is: its clock, and its wage"),
            filled("opens_hour", HOUR, "when it opens, by its clock [hours]"),
            filled("closes_hour", HOUR, "when it closes, by its clock; no later than it opens: the next day [hours]"),
            optional("languages", Kind::Text, "ISO 639-1 codes of the languages it speaks (de;fr); blank: every one"),
            optional("agent_cost_per_hour", AMOUNT, "an agent's hour [currency/hour] (default: the country's wage)"),
            filled("answer_within_hours", AMOUNT, "what is answered within this is answered in time [hours]"),
            optional("at_least", SHARE, "least share of contacts answered in time [1] (default 0.8)"),
            optional(
                "serves",
                Kind::Text,
                "countries it serves (DE;AT); blank: those that no other desk names and whose language it speaks",
            ),
            optional(
                "foreign_language_factor",
                RATIO,
                "how much longer a contact takes in a language that it does not speak [1] (default 1)",
            ),
        ],
    },
    TableSchema {
        table: Table::Guarantees,
        name: "guarantees",
        file: "guarantees.csv",
        required: false,
        doc: "the three guarantees of a product in a country: repair, replacement, refund; with contracts and returned goods",
        keys: 2,
        columns: &[
            filled("product", Kind::Of(Table::Products), "what is guaranteed"),
            optional("country", Kind::Country, "where; blank: every country without a row of its own"),
            optional("warranty_months", AMOUNT, "warranty from the sale on [months] (default: the product's)"),
            filled("life_years", POSITIVE, "life of a unit; the installed base is taken as steady [years]"),
            optional("extended_months", AMOUNT, "warranty of a contract, after the first [months] (default 0)"),
            optional("extended_take_up", SHARE, "share of units sold with a contract [1] (default 0)"),
            optional("extended_price", AMOUNT, "price of a contract, once [currency] (default 0)"),
            optional(
                "repair_cost_per_claim",
                AMOUNT,
                "planning figure of a repair, for the split alone: what repairs cost the plan tells [currency] (default 0)",
            ),
            optional(
                "replacement_cost",
                AMOUNT,
                "a new unit less what the old one is worth [currency] (default: unit_price)",
            ),
            optional(
                "refund_cost",
                AMOUNT,
                "the price given back less what the unit is worth [currency] (default: unit_price)",
            ),
            optional("repair_at_most", SHARE, "statute: greatest share of claims that are repaired [1] (default 1)"),
            optional("replace_at_least", SHARE, "statute: least share of claims that are replaced [1] (default 0)"),
            optional("refund_at_least", SHARE, "statute: least share of claims that are refunded [1] (default 0)"),
            optional("return_share_of_sales", SHARE, "share of units sold that come back as goods [1] (default 0)"),
            optional(
                "return_cost",
                AMOUNT,
                "a unit that comes back: freight, handling, and the price or the unit given for it [currency] (default 0)",
            ),
            optional("salvage_value", AMOUNT, "what a unit that came back is worth [currency] (default 0)"),
            optional(
                "sales_per_unit_year",
                AMOUNT,
                "units sold a year for each installed one, where installed_base.csv does not say how many [1/year] (default: 1 / life_years)",
            ),
            optional(
                "statutory_warranty_months",
                AMOUNT,
                "statute: a shorter warranty is as long as this [months] (default 0)",
            ),
        ],
    },
    TableSchema {
        table: Table::Packaging,
        name: "packaging",
        file: "packaging.csv",
        required: false,
        doc: "a way to pack units from depots to outlets; `[replenishment] packaging` chooses one",
        keys: 1,
        columns: &[
            filled("packaging", Kind::Id, "id of the packaging"),
            optional("cost_per_unit", AMOUNT, "packing a unit once [currency] (default 0)"),
            optional("weight_factor", AMOUNT, "weight of a packed unit as a multiple of the part's [1] (default 1)"),
            optional(
                "damage_share",
                Kind::Number(Bounds::LOSS),
                "share of units damaged on the way, found on arrival and sent again [1] (default 0)",
            ),
            optional("omission_share", SHARE, "share of units that arrive without an accessory [1] (default 0)"),
            optional(
                "second_shipment_cost",
                AMOUNT,
                "sending what was left out [currency] (default: the freight of the way)",
            ),
        ],
    },
    TableSchema {
        table: Table::Inspection,
        name: "inspection",
        file: "inspection.csv",
        required: false,
        doc: "a level of inspection before units are shipped; `[service] inspection` chooses one",
        keys: 2,
        columns: &[
            filled("inspection", Kind::Text, "id of the level"),
            optional("product", Kind::Of(Table::Products), "what is inspected; blank: every product without a row"),
            optional("cost_per_unit", AMOUNT, "inspecting a unit that is sold [currency] (default 0)"),
            optional("escape_factor", AMOUNT, "factor on the failures of the product [1] (default 1)"),
        ],
    },
    TableSchema {
        table: Table::Seasons,
        name: "seasons",
        file: "seasons.csv",
        required: false,
        doc: "demand of a month of the year, relative to the others; `[planning] month` chooses what is planned for",
        keys: 4,
        columns: &[
            optional("product", Kind::Of(Table::Products), "product whose jobs follow it; blank: all without rows"),
            optional(
                "hemisphere",
                Kind::Choice(HEMISPHERES),
                "regions north or south of the tropics, or in them; blank: all without rows",
            ),
            optional("country", Kind::Country, "regions of a country, in place of a hemisphere"),
            filled("month", Kind::Number(Bounds::MONTH), "month, 1 to 12"),
            filled(
                "factor",
                AMOUNT,
                "demand of the month relative to the others, a month not listed being 1; scaled to a mean of 1 [1]",
            ),
        ],
    },
    TableSchema {
        table: Table::Campaigns,
        name: "campaigns",
        file: "campaigns.csv",
        required: false,
        doc: "free check-ups of installed units in a month, before their season",
        keys: 3,
        columns: &[
            filled("campaign", Kind::Text, "id of the campaign"),
            filled("product", Kind::Of(Table::Products), "what is checked"),
            optional("country", Kind::Country, "where; blank: everywhere"),
            filled("month", Kind::Number(Bounds::MONTH), "month of the visits, 1 to 12"),
            optional("visits_per_unit", AMOUNT, "visits to an installed unit [1/year] (default 1)"),
            optional(
                "cost_per_visit",
                AMOUNT,
                "a visit without journey and work, if hours are given [currency] (default 0)",
            ),
            optional("hours_per_visit", AMOUNT, "hands-on work; given, visits are jobs of the outlets [hours]"),
            optional(
                "failure_reduction",
                SHARE,
                "share of failures that do not happen in the months after [1] (default 0)",
            ),
            optional("months", Kind::Number(Bounds::MONTHS), "months of effect after the visits [months] (default 0)"),
            optional("on", Kind::Choice(&["yes", "no"]), "is it held? (default yes)"),
        ],
    },
    TableSchema {
        table: Table::Conditions,
        name: "conditions",
        file: "conditions.csv",
        required: false,
        doc: "a fact of a country that changes what the other tables say, with its source and a switch",
        keys: 1,
        columns: &[
            filled("condition", Kind::Id, "id of the condition"),
            optional("country", Kind::Country, "where it holds; blank: everywhere"),
            filled(
                "kind",
                Kind::Choice(Nature::NAMES),
                "hard: product, workshop, equipment, staff; soft: politics, economy, culture, habits",
            ),
            filled("factor", Kind::Text, "what it is about: product quality, workshop, staff, politics, customs, …"),
            filled(
                "effect",
                Kind::Choice(Effect::NAMES),
                "what it acts on: wage, fixed_cost, opening_cost, closing_cost (in the country's currency), customs_days, \
                 customs_days_deviation, duty_rate, exchange_rate, vat_rate; supplier_lead_time_days of its sites; repair_hours, \
                 failures, installed, travel_hours, emergency_cost, emergency_hours of its regions; outlets_at_most, \
                 outlets_at_least, depots_at_most, depots_at_least; foreign_service: 0 if only outlets in the country may serve \
                 its regions; stoppage: closures of its border a year, each of `days`",
            ),
            filled(
                "operation",
                Kind::Choice(Operation::NAMES),
                "set, scale or add, applied in that order whatever the order of rows; failures, installed and travel_hours are \
                 scaled, limits and foreign_service set, stoppages added",
            ),
            filled("value", ANY, "by how much, in the unit of the effect; a factor where it is scaled"),
            optional("product", Kind::Of(Table::Products), "only for this product: failures, installed, repair_hours"),
            optional("days", AMOUNT, "how long a stoppage lasts [days]"),
            filled("source", Kind::Text, "where it is known from"),
            optional("date", Kind::Text, "day of which it is known, YYYY-MM-DD"),
            optional("on", Kind::Choice(&["yes", "no"]), "no: it stays in the ledger and does nothing (default yes)"),
        ],
    },
];
