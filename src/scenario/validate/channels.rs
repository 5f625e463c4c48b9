//! The rows of `channels.csv` and `desks.csv`: how customers come, what is solved there, and who answers.

use std::collections::BTreeMap;

use super::{Ids, Reader, countries};
use crate::contact::Unstaffed;
use crate::scenario::schema::Table;
use crate::scenario::sheet::Column;
use crate::scenario::{Channel, CountryId, Desk, JobId, Scenario};
use crate::units::Share;

/// Shares may add up to this: decimal fractions are not exact.
const ALL: f64 = 1.0 + 1e-9;

/// The channels; E06: a row speaks of each channel and type of job once; E05: the shares of a type are no more than all of it.
pub(crate) fn channels<'a>(ids: &Ids<'a>, reader: &mut Reader<'a>) -> Vec<Channel> {
    let column = |name: &str| -> Column<'a> { reader.column(Table::Channels, name) };
    let (name, job, share) = (column("channel"), column("job"), column("share"));
    let (solved, minutes, cost) = (column("solved_share"), column("minutes"), column("cost_per_contact"));
    let mut first: BTreeMap<(&str, Option<JobId>), usize> = BTreeMap::new();
    let mut taken: BTreeMap<Option<JobId>, f64> = BTreeMap::new();
    let mut channels = Vec::new();
    for row in 0..reader.sheet(Table::Channels).rows {
        let known = ids.jobs.find(&job, row, reader).map(JobId);
        let part = reader.share(&share, row).unwrap_or_default();
        let channel = Channel {
            name: name.text(row).to_owned(),
            job: known,
            share: part,
            solved: reader.share(&solved, row).unwrap_or(Share::ZERO),
            minutes: reader.number(&minutes, row).unwrap_or(0.0),
            cost_per_contact: reader.money(&cost, row).unwrap_or_default(),
        };
        if known.is_none() && !job.text(row).is_empty() {
            continue;
        }
        let of = |job: &str| if job.is_empty() { "plain repairs".to_owned() } else { format!("`{job}`") };
        if let Some(&before) = first.get(&(name.text(row), known)) {
            let line = reader.line(Table::Channels, before);
            let message = format!("channel `{}` for {} stands twice", name.text(row), of(job.text(row)));
            reader.faults.add("E06", name.span(row), message).hint(format!("first at {line}"));
            continue;
        }
        first.insert((name.text(row), known), row);
        let sum = taken.entry(known).or_default();
        let before = *sum;
        *sum += part.get();
        if *sum > ALL && before <= ALL {
            let message = format!("the shares of {} add up to {sum}, more than all of them", of(job.text(row)));
            let hint = "a request comes over one channel first; what is left goes straight to an outlet";
            reader.faults.add("E05", share.span(row), message).hint(hint);
        }
        channels.push(channel);
    }
    channels
}

/// What is answered in time where a desk does not say.
const USUAL_SHARE: f64 = 0.8;

/// The desks; E06: a desk stands once, and no two name the same country; E07: the countries they name exist.
pub(crate) fn desks<'a>(ids: &Ids<'a>, reader: &mut Reader<'a>) -> Vec<Desk> {
    let column = |name: &str| -> Column<'a> { reader.column(Table::Desks, name) };
    let (desk, country, languages, serves) = (column("desk"), column("country"), column("languages"), column("serves"));
    let (opens, closes) = (column("opens_hour"), column("closes_hour"));
    let (cost, within, share) = (column("agent_cost_per_hour"), column("answer_within_hours"), column("at_least"));
    let foreign = column("foreign_language_factor");
    let mut first: BTreeMap<&str, usize> = BTreeMap::new();
    let mut served: BTreeMap<CountryId, usize> = BTreeMap::new();
    let mut desks = Vec::new();
    for row in 0..reader.sheet(Table::Desks).rows {
        let id = desk.text(row);
        if let Some(&before) = first.get(id) {
            let line = reader.line(Table::Desks, before);
            let message = format!("`{id}` stands twice in desks.csv");
            reader.faults.add("E06", desk.span(row), message).hint(format!("first at {line}"));
            continue;
        }
        first.insert(id, row);
        let mut own = Vec::new();
        for code in serves.text(row).split(';').map(str::trim).filter(|code| !code.is_empty()) {
            let Some(&known) = ids.countries.get(code) else {
                let hint = "no region, site or desk is in it";
                reader.faults.add("E07", serves.span(row), format!("unknown country `{code}`")).hint(hint);
                continue;
            };
            if let Some(before) = served.insert(known, row) {
                let line = reader.line(Table::Desks, before);
                let message = format!("two desks serve `{code}`");
                reader.faults.add("E06", serves.span(row), message).hint(format!("the other is at {line}"));
            }
            own.push(known);
        }
        let (opens, closes) = (reader.number(&opens, row).unwrap_or(0.0), reader.number(&closes, row).unwrap_or(0.0));
        let (cost, languages) = (reader.money(&cost, row), countries::spoken(&languages, row, reader));
        let answer_within = reader.number(&within, row).unwrap_or(0.0);
        let at_least = reader.number(&share, row).unwrap_or(USUAL_SHARE);
        let foreign = reader.number(&foreign, row).unwrap_or(1.0);
        let Some(&place) = ids.countries.get(country.text(row)) else { continue };
        desks.push(Desk {
            id: id.to_owned(),
            country: place,
            opens,
            closes,
            languages,
            agent_cost: cost,
            answer_within,
            at_least,
            serves: own,
            foreign,
        });
    }
    desks
}

/// E29: each desk can keep what it promises, and every contact has a desk; W07: a desk has contacts.
pub(crate) fn desks_are_staffed(scenario: &Scenario, troubles: &[Unstaffed], reader: &mut Reader<'_>) {
    let row_of = |desk: usize, reader: &Reader<'_>| {
        let column = reader.column(Table::Desks, "desk");
        let id = scenario.desks[desk].id.as_str();
        (0..reader.sheet(Table::Desks).rows).find(|&row| column.text(row) == id).unwrap_or_default()
    };
    for trouble in troubles {
        match *trouble {
            Unstaffed::Hours { desk, reachable, in_hours } => {
                let row = row_of(desk, reader);
                let own = &scenario.desks[desk];
                let message = format!(
                    "desk `{}` is open for {:.1} % of its contacts, and of all of them {:.1} % can be answered within {} h, \
                     not {:.1} %",
                    own.id,
                    100.0 * in_hours,
                    100.0 * reachable,
                    own.answer_within,
                    100.0 * own.at_least
                );
                let hint = "open it when its customers are awake (8 to 20 h by their clock), let a desk in another time \
                            zone serve some of them, or promise less (`answer_within_hours`, `at_least`)";
                reader.faults.add("E29", reader.column(Table::Desks, "opens_hour").span(row), message).hint(hint);
            }
            Unstaffed::Agents { desk } => {
                let row = row_of(desk, reader);
                let message = format!("desk `{}` would need more agents than there are", scenario.desks[desk].id);
                let hint = "`minutes` of channels.csv are minutes, and rates are a year's";
                reader.faults.add("E29", reader.row(Table::Desks, row), message).hint(hint);
            }
            Unstaffed::Nobody { country, contacts } => {
                let Some(source) = reader.sheet(Table::Desks).source else { continue };
                let whose = country.map_or("of regions without a country".to_owned(), |country| {
                    format!("from `{}`", scenario.countries[country.at()].code)
                });
                let message = format!("no desk answers the {contacts:.0} contacts a year {whose}");
                let hint = "name the country in `serves` of a desk, or add a desk that speaks its language";
                reader.faults.add("E29", crate::scenario::source::Span::whole(source), message).hint(hint);
            }
        }
    }
    for idle in scenario.staffing.iter().filter(|own| own.contacts <= 0.0 && troubles.is_empty()) {
        let row = row_of(idle.desk, reader);
        let message = format!("no contact goes to desk `{}`", scenario.desks[idle.desk].id);
        let hint = "channels.csv says who comes how, with the `minutes` that it takes";
        reader.faults.add("W07", reader.column(Table::Desks, "desk").span(row), message).hint(hint);
    }
}
