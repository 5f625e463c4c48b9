//! The keys of `scenario.toml`.

use super::tables::{AMOUNT, POSITIVE};
use super::{Bounds, Kind};
use crate::demand::{Distribution, forecast::Method};

/// A key of `scenario.toml`.
#[derive(Debug)]
pub struct Key {
    /// Its path, tables and key joined by dots; `*` stands for any name.
    pub path: &'static str,
    /// What its value is.
    pub kind: KeyKind,
    /// Its default; empty if it has none.
    pub default: &'static str,
    /// What it means, with unit.
    pub doc: &'static str,
}

/// What a key's value is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum KeyKind {
    /// Text.
    Text,
    /// `true` or `false`.
    Switch,
    /// A number.
    Number(Bounds),
    /// A part of a whole: a number such as 0.95, or text such as "95%".
    Share(Bounds),
    /// A whole number that is not negative.
    Count,
    /// One of a few words.
    Choice(&'static [&'static str]),
    /// One or several of a few words.
    Choices(&'static [&'static str]),
    /// A table of columns and values.
    Columns,
}

const fn key(path: &'static str, kind: KeyKind, default: &'static str, doc: &'static str) -> Key {
    Key { path, kind, default, doc }
}

const fn number(kind: Kind) -> KeyKind {
    match kind {
        Kind::Number(bounds) => KeyKind::Number(bounds),
        _ => KeyKind::Text,
    }
}

const OPEN_SHARE: Bounds = Bounds { above: true, ..Bounds::SHARE };
const ANY: KeyKind = KeyKind::Number(Bounds::ANY);
const MONEY: KeyKind = number(AMOUNT);
const SPAN: KeyKind = number(AMOUNT);
const SPEED: KeyKind = number(POSITIVE);

/// The values of `planning.month`: a month, the mean of all, or the greatest.
pub const MONTHS: &[&str] = &["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "mean", "peak"];

/// Every key outside of targets and changes.
pub const KEYS: &[Key] = &[
    key("name", KeyKind::Text, "", "name of the scenario (an overlay's default: its folder's name)"),
    key("description", KeyKind::Text, "", "a sentence about it"),
    key("currency", KeyKind::Text, "EUR", "code of the currency"),
    key(
        "extends",
        KeyKind::Text,
        "",
        "folder of the base, relative to this one; this folder then holds only what differs",
    ),
    key("travel.speed_kmh", SPEED, "60", "speed on the road [km/h]"),
    key("travel.circuity", KeyKind::Number(Bounds::RATIO), "1.3", "road kilometres per kilometre of distance"),
    key("travel.cost_per_km", MONEY, "0", "cost of a kilometre driven [currency/km]"),
    key("travel.round_trip", KeyKind::Switch, "true", "does a job pay both ways?"),
    key("travel.max_hours", SPEED, "", "no lane takes longer, one way [hours]"),
    key(
        "travel.lanes",
        KeyKind::Choice(&["estimated", "listed"]),
        "estimated",
        "estimated: all within reach, estimated unless listed; listed: only those of lanes.csv",
    ),
    key("travel.dispatch_hours", SPAN, "0", "from request to departure [hours]"),
    key(
        "travel.metric",
        KeyKind::Choice(&["geodesic", "planar"]),
        "geodesic",
        "geodesic: from latitude and longitude; planar: from x_km and y_km",
    ),
    key("replenishment.speed_km_per_day", SPEED, "500", "kilometres a consignment makes in a day [km/day]"),
    key("replenishment.handling_days", SPAN, "1", "added to each transport from a depot to an outlet [days]"),
    key("replenishment.cost_per_kg_km", MONEY, "0", "freight of a kilogram over a kilometre [currency/(kg km)]"),
    key("replenishment.cost_per_shipment", MONEY, "0", "freight of a consignment [currency]"),
    key(
        "stocking.holding_rate_per_year",
        KeyKind::Share(Bounds::SHARE),
        "0.25",
        "yearly cost of holding stock as a share of its value [1/year]",
    ),
    key(
        "stocking.stockout",
        KeyKind::Choice(&["backorder", "emergency"]),
        "backorder",
        "backorder: the job waits; emergency: the part is expressed to the region",
    ),
    key("stocking.emergency_cost_per_unit", MONEY, "0", "cost of expressing a part [currency]"),
    key("stocking.emergency_hours", SPAN, "24", "time for an expressed part to arrive [hours]"),
    key(
        "stocking.direct_hours",
        SPAN,
        "",
        "time for a part to arrive directly from the outlet's depot [hours]; given, the depot delivers what outlets lack \
         before it is expressed from outside",
    ),
    key("stocking.direct_cost_per_unit", MONEY, "0", "cost of delivering a part directly from a depot [currency]"),
    key("limits.outlets.min", KeyKind::Count, "0", "open outlets, at least"),
    key("limits.outlets.max", KeyKind::Count, "", "open outlets, at most"),
    key("limits.outlets.by_country.*.min", KeyKind::Count, "0", "open outlets of a country, at least"),
    key("limits.outlets.by_country.*.max", KeyKind::Count, "", "open outlets of a country, at most"),
    key("limits.depots.min", KeyKind::Count, "0", "open depots, at least"),
    key("limits.depots.max", KeyKind::Count, "", "open depots, at most"),
    key("limits.depots.by_country.*.min", KeyKind::Count, "0", "open depots of a country, at least"),
    key("limits.depots.by_country.*.max", KeyKind::Count, "", "open depots of a country, at most"),
    key("limits.budget_per_year", MONEY, "", "most cost [currency/year]"),
    key("limits.max_openings", KeyKind::Count, "", "most candidates that open, outlets and depots together"),
    key("limits.max_closings", KeyKind::Count, "", "most existing sites that close, outlets and depots together"),
    key(
        "planning.objective",
        KeyKind::Choice(&["cost", "coverage", "farthest"]),
        "cost",
        "cost: the least; coverage: the most demand within the window; farthest: the least greatest travel time",
    ),
    key("planning.coverage_within_hours", SPEED, "", "window of the coverage objective, one way [hours]"),
    key(
        "planning.sourcing",
        KeyKind::Choice(&["single", "split"]),
        "single",
        "single: each region is served from one outlet; split: from several, in shares",
    ),
    key(
        "planning.gap",
        KeyKind::Share(Bounds::SHARE),
        "0.000001",
        "(objective - bound) / objective at which the search may end",
    ),
    key("planning.time_limit_seconds", SPEED, "", "the search stops after so long [seconds]"),
    key("planning.seed", KeyKind::Count, "1", "seed of every random choice"),
    key("finance.discount_rate", KeyKind::Share(Bounds::SHARE), "0.08", "interest [1/year]"),
    key("finance.site_life_years", SPEED, "10", "years over which opening and closing are spread [years]"),
    key(
        "demand.forecast",
        KeyKind::Choice(Method::NAMES),
        "tsb",
        "rate of a series of demand_history.csv: mean: plain mean; ses: simple exponential smoothing; croston: size over \
         interval, sba and sbj: without its bias; tsb: chance times size",
    ),
    key(
        "demand.distribution",
        KeyKind::Choice(Distribution::NAMES),
        "predictive",
        "poisson; negative_binomial: with the dispersion of the series; predictive: and with the uncertainty of its rate",
    ),
    key(
        "demand.smoothing",
        KeyKind::Share(OPEN_SHARE),
        "0.1",
        "weight of the newest observation in a forecast (sizes, levels and, unless given, intervals and chances)",
    ),
    key(
        "demand.interval_smoothing",
        KeyKind::Share(OPEN_SHARE),
        "",
        "weight of the newest interval or chance (default: `smoothing`)",
    ),
    key(
        "demand.fit_smoothing",
        KeyKind::Switch,
        "false",
        "gives each series the weight, of 0.05, 0.1, 0.15, 0.2 and 0.3, that errs least over the series itself",
    ),
    key("rollout.first_year", KeyKind::Count, "", "first year of a roll-out"),
    key("rollout.years", KeyKind::Count, "", "number of its years"),
    key("rollout.tail_years", KeyKind::Count, "0", "years after them that count too, with the outlets of the last"),
    key("rollout.life_years", SPEED, "10", "mean life of an installed unit [years]"),
    key("rollout.jobs_per_technician_year", SPEED, "", "jobs that a technician does [1/year]"),
    key(
        "rollout.obligation_years",
        SPEED,
        "",
        "years after the last for which parts are promised: their last order [years]",
    ),
    key(
        "rollout.obligation_at_least",
        KeyKind::Share(Bounds::LOSS),
        "0.95",
        "chance with which the last order of a part lasts",
    ),
    key("share.utility", ANY, "", "log-odds of the share of a market with an outlet next door"),
    key("share.per_km", MONEY, "", "log-odds lost with each kilometre to the nearest outlet [1/km]"),
    key("share.few_outlets", SPEED, "", "a network that was seen, in place of utility and per_km: its outlets"),
    key("share.few_share", KeyKind::Share(Bounds::SHARE), "", "its share of the markets"),
    key("share.many_outlets", SPEED, "", "a larger network that was seen: its outlets"),
    key("share.many_share", KeyKind::Share(Bounds::SHARE), "", "its share of the markets"),
    key(
        "share.spread",
        KeyKind::Choice(&["random", "even"]),
        "random",
        "random: outlets lie anywhere in their region, even: as evenly as can be",
    ),
    key(
        "share.adjustment",
        KeyKind::Share(OPEN_SHARE),
        "1",
        "share of the way from the present to the wished share that a year goes",
    ),
    key(
        "share.spill_over_same_language",
        MONEY,
        "0",
        "weight of spill_over.csv between countries that share a language, where no row speaks of them [1]",
    ),
    key(
        "satisfaction.response_weight",
        MONEY,
        "0",
        "weight of the share of jobs that are on time within the window, in an index of satisfaction",
    ),
    key("satisfaction.within_hours", SPAN, "", "that window, from request to technician and part at hand [hours]"),
    key("satisfaction.first_time_fix_weight", MONEY, "0", "weight of the share of jobs that the first visit ends"),
    key("satisfaction.answered_weight", MONEY, "0", "weight of the share of contacts that their desk answers in time"),
    key("choice.*", KeyKind::Text, "", "the option to take of a choice; else the optimiser takes the best"),
    key(
        "replenishment.packaging",
        KeyKind::Text,
        "",
        "id in packaging.csv: how units are packed from depots to outlets",
    ),
    key(
        "service.inspection",
        KeyKind::Text,
        "",
        "id in inspection.csv: how units are inspected before they are shipped",
    ),
    key(
        "service.feedback_share",
        KeyKind::Share(Bounds::SHARE),
        "0",
        "share of failures whose cause is reported to those who design and make the product",
    ),
    key(
        "service.learning_rate",
        KeyKind::Share(Bounds::SHARE),
        "0",
        "share of failures that a year of learning from all of them would prevent [1/year]",
    ),
    key(
        "planning.month",
        KeyKind::Choice(MONTHS),
        "mean",
        "month of seasons.csv at whose rates a year is planned: a number, mean: the year as it is, peak: the greatest month \
         of each stream",
    ),
];

/// The keys of a `[\[target\]]`.
pub const TARGET_KEYS: &[Key] = &[
    key(
        "metric",
        KeyKind::Choice(&["fill_rate", "on_time", "coverage", "mean_response_hours", "availability"]),
        "",
        "fill_rate: share of part demands met at once from the shelf; on_time: share of jobs answered within the window; \
         coverage: share of jobs that travel reaches within the window; mean_response_hours; availability: share of \
         installed units that work",
    ),
    key(
        "scope",
        KeyKind::Choices(&["network", "country", "policy", "region", "outlet", "part", "class"]),
        "network",
        "over what it is taken; a list means every combination",
    ),
    key("at_least", KeyKind::Share(OPEN_SHARE), "", "least value of a share"),
    key("at_most", SPEED, "", "greatest value of mean_response_hours [hours]"),
    key(
        "spread_at_most",
        KeyKind::Share(Bounds::AMOUNT),
        "",
        "parity: greatest difference between best and worst of scope country or region",
    ),
    key("within_hours", SPAN, "", "window [hours]: required by on_time and coverage, optional for fill_rate"),
    key("country", KeyKind::Text, "", "only this country's regions"),
    key("part", KeyKind::Text, "", "only this part's demand"),
    key("policy", KeyKind::Text, "", "only this policy's demand"),
    key(
        "penalty",
        MONEY,
        "",
        "makes it soft: yearly cost of one whole unit of shortfall (100 percentage points, or 1 hour)",
    ),
    key("class", KeyKind::Text, "", "only the demand for this class's parts"),
    key(
        "home",
        KeyKind::Text,
        "",
        "parity between home and abroad: with spread_at_most over countries, none is worse than this one by more than that",
    ),
];

/// The keys of a `[\[change\]]`, an edit of a table's rows.
pub const CHANGE_KEYS: &[Key] = &[
    key("table", KeyKind::Text, "", "the table, by its file's name without .csv"),
    key("where", KeyKind::Columns, "", "which rows: { column = value or [values] }; all if not given"),
    key("set", KeyKind::Columns, "", "gives columns a value: { column = value }"),
    key("scale", KeyKind::Columns, "", "multiplies numbers: { column = factor }"),
    key("add", KeyKind::Columns, "", "adds to numbers: { column = amount }"),
    key("remove", KeyKind::Switch, "false", "takes the rows away"),
];

/// The keys of the `[option]` table of an option.
pub const OPTION_KEYS: &[Key] = &[
    key(
        "cost_per_year",
        number(Kind::Number(Bounds::ANY)),
        "0",
        "what taking it costs, negative where it earns [currency/year]",
    ),
    key("country", KeyKind::Text, "", "the country that it is spent for"),
];
