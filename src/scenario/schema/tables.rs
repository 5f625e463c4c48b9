//! The tables and their columns.

mod after_sales;
mod offered;

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
        keys: 4,
        columns: &[
            filled("region", Kind::Of(Table::Regions), "where the jobs arise"),
            optional("part", Kind::Of(Table::Parts), "part that each job needs; blank: a job without a part"),
            optional("product", Kind::Of(Table::Products), "product that fails"),
            optional("job", Kind::Of(Table::Jobs), JOB),
            filled("units_per_year", AMOUNT, "jobs [jobs/year]"),
            optional("variance_to_mean", RATIO, VARIANCE),
            optional("repair_hours", AMOUNT, "hands-on work of a job [hours] (default 0)"),
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
        keys: 3,
        columns: &[
            filled("product", Kind::Of(Table::Products), "what fails"),
            column(
                "part",
                Need::Named,
                Kind::Of(Table::Parts),
                "part that the job needs; blank: a visit without a part",
            ),
            optional("job", Kind::Of(Table::Jobs), JOB),
            column(
                "failures_per_unit_year",
                Need::Named,
                AMOUNT,
                "jobs of an installed unit [1/year]; blank only where jobs_per_sale is given",
            ),
            optional("repair_hours", AMOUNT, "hands-on work of a job [hours] (default 0)"),
            optional("variance_to_mean", RATIO, VARIANCE),
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
    after_sales::MARKETS,
    after_sales::PERIODS,
    offered::JOBS,
    offered::POLICIES,
    offered::CHANNELS,
    offered::FORMATS,
    offered::DESKS,
    after_sales::GUARANTEES,
    after_sales::PACKAGING,
    after_sales::INSPECTION,
    after_sales::SEASONS,
    after_sales::CAMPAIGNS,
    after_sales::CONDITIONS,
    after_sales::SPILL_OVER,
    offered::TIERS,
];
