//! The tables of what is offered, to whom, how and by whom.

use super::{AMOUNT, HOUR, OWNERSHIPS, RATIO, SHARE, YES_NO, filled, optional};
use crate::scenario::schema::{Bounds, Kind, Table, TableSchema};

/// `jobs.csv`
pub(super) const JOBS: TableSchema = TableSchema {
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
};

/// `policies.csv`
pub(super) const POLICIES: TableSchema = TableSchema {
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
};

/// `tiers.csv`
pub(super) const TIERS: TableSchema = TableSchema {
    table: Table::Tiers,
    name: "tiers",
    file: "tiers.csv",
    required: false,
    doc: "the policy under which a market gets service for a product; it goes before those of products.csv and regions.csv",
    keys: 2,
    columns: &[
        optional("product", Kind::Of(Table::Products), "product; blank: every one without a row of its own"),
        optional("country", Kind::Country, "country; blank: every one without a row of its own"),
        filled("policy", Kind::Text, "policy; of several, separated by `;`, the plan takes the one that costs least"),
        optional("note", Kind::Text, "why; nothing is made of it"),
    ],
};

/// `channels.csv`
pub(super) const CHANNELS: TableSchema = TableSchema {
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
};

/// `formats.csv`
pub(super) const FORMATS: TableSchema = TableSchema {
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
};

/// `desks.csv`
pub(super) const DESKS: TableSchema = TableSchema {
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
};
