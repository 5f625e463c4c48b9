//! The tables of international after-sales service.

use super::{AMOUNT, ANY, COUNTED, HEMISPHERES, POSITIVE, SHARE, filled, optional};
use crate::scenario::schema::{Bounds, Kind, Table, TableSchema};
use crate::scenario::{Effect, Nature, Operation};

/// `markets.csv`
pub(super) const MARKETS: TableSchema = TableSchema {
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
        optional("outlets_today", AMOUNT, "outlets before the first year, spread over the regions by area (default 0)"),
        optional(
            "share_today",
            SHARE,
            "share of the market before the first year [1] (default: what the outlets of today draw)",
        ),
        optional("installed_today", AMOUNT, "installed units before the first year (default 0)"),
    ],
};

/// `periods.csv`
pub(super) const PERIODS: TableSchema = TableSchema {
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
};

/// `guarantees.csv`
pub(super) const GUARANTEES: TableSchema = TableSchema {
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
};

/// `packaging.csv`
pub(super) const PACKAGING: TableSchema = TableSchema {
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
};

/// `inspection.csv`
pub(super) const INSPECTION: TableSchema = TableSchema {
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
};

/// `seasons.csv`
pub(super) const SEASONS: TableSchema = TableSchema {
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
};

/// `campaigns.csv`
pub(super) const CAMPAIGNS: TableSchema = TableSchema {
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
};

/// `conditions.csv`
pub(super) const CONDITIONS: TableSchema = TableSchema {
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
};

/// `spill_over.csv`
pub(super) const SPILL_OVER: TableSchema = TableSchema {
    table: Table::SpillOver,
    name: "spill_over",
    file: "spill_over.csv",
    required: false,
    doc: "trouble in one country's market that is heard in another's, for `rollout`",
    keys: 2,
    columns: &[
        optional(
            "from",
            Kind::Country,
            "where customers are ill served; blank: every country without a row of its own",
        ),
        optional("to", Kind::Country, "where it is heard; blank: every other country without a row of its own"),
        filled(
            "weight",
            AMOUNT,
            "share of its wishes that the country `to` loses where the whole market of `from` bought and is ill served [1]",
        ),
    ],
};
