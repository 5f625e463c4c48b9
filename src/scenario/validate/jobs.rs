//! The rows of `jobs.csv` and `policies.csv`: types of job, and what a policy offers.

use super::{Ids, Names, Reader};
use crate::scenario::diagnostic::nearest;
use crate::scenario::schema::Table;
use crate::scenario::sheet::Column;
use crate::scenario::{JobId, JobType, Offer};

/// More types of job than this are not told apart.
const MOST_JOBS: usize = 64;
/// The word of an empty list, where a blank field stands for everything.
const NOTHING: &str = "none";

/// The types of job; E05: there are not too many of them.
pub(crate) fn jobs(ids: &Ids<'_>, reader: &mut Reader<'_>) -> Vec<JobType> {
    let column = |name: &str| reader.column(Table::Jobs, name);
    let (name, travel) = (column("name"), column("travel"));
    let (equipment, training) = (column("equipment_cost_per_year"), column("training_cost_per_year"));
    if ids.jobs.list.len() > MOST_JOBS {
        let span = reader.row(Table::Jobs, MOST_JOBS);
        reader
            .faults
            .add("E05", span, format!("jobs.csv has {} rows, it may have {MOST_JOBS}", ids.jobs.list.len()))
            .hint("join types of job that need the same equipment and staff");
    }
    let row = |(row, id): (usize, &&str)| JobType {
        id: id.to_string(),
        name: reader.text(&name, row).unwrap_or_else(|| id.to_string()),
        equipment_cost: reader.money(&equipment, row).unwrap_or_default(),
        training_cost: reader.money(&training, row).unwrap_or_default(),
        travel: reader.choice(&travel, row) != Some(1),
    };
    ids.jobs.list.iter().enumerate().map(row).collect()
}

/// What policies offer; E06: a policy has one row; E07: what it includes exists.
pub(crate) fn offers<'a>(ids: &Ids<'a>, reader: &mut Reader<'a>) -> Vec<Offer> {
    let column = |name: &str| -> Column<'a> { reader.column(Table::Policies, name) };
    let (policy, jobs, channels, loss) = (column("policy"), column("jobs"), column("channels"), column("loss_per_job"));
    let mut first: Vec<Option<usize>> = vec![None; ids.policies.len()];
    let mut offers: Vec<Offer> = Vec::new();
    for row in 0..reader.sheet(Table::Policies).rows {
        let included = listed(&jobs, row, &ids.jobs, reader);
        let channels = channel_names(&channels, row, reader);
        let loss_per_job = reader.money(&loss, row).unwrap_or_default();
        let Some(&id) = ids.policies.get(policy.text(row)) else { continue };
        if let Some(before) = first[id.at()].replace(row) {
            let line = reader.line(Table::Policies, before);
            let message = format!("`{}` stands twice in policies.csv", policy.text(row));
            reader.faults.add("E06", policy.span(row), message).hint(format!("first at {line}"));
            continue;
        }
        let jobs = included.map(|list| list.into_iter().map(JobId).collect());
        offers.push(Offer { policy: id, jobs, channels, loss_per_job });
    }
    offers.sort_by_key(|offer| offer.policy);
    nobody_has(&policy, ids, &offers, reader);
    offers
}

/// The channels that a policy includes; E07: channels.csv has them.
fn channel_names<'a>(column: &Column<'a>, row: usize, reader: &mut Reader<'a>) -> Option<Vec<String>> {
    let names = words(column, row)?;
    let channel = reader.column(Table::Channels, "channel");
    let known: Vec<&str> = (0..reader.sheet(Table::Channels).rows).map(|row| channel.text(row)).collect();
    let unknown = |name: &&String| !known.contains(&name.as_str()) && !reader.sheet(Table::Channels).broken;
    for name in names.iter().filter(unknown).cloned().collect::<Vec<_>>() {
        let meant = nearest(&name, known.iter().copied()).map(|meant| format!("did you mean `{meant}`?"));
        reader.faults.add("E07", column.span(row), format!("unknown channel `{name}`")).hint_if(meant);
    }
    Some(names)
}

/// W07: a policy that no region, no product and no market has decides nothing.
fn nobody_has(policy: &Column<'_>, ids: &Ids<'_>, offers: &[Offer], reader: &mut Reader<'_>) {
    let mut named: Vec<&str> = [Table::Regions, Table::Products, Table::Tiers]
        .into_iter()
        .flat_map(|table| {
            let column = reader.column(table, "policy");
            (0..reader.sheet(table).rows).map(move |row| column.text(row)).collect::<Vec<_>>()
        })
        .collect();
    // One that a market may have in place of the one it has here.
    named.extend(reader.draft.choices.iter().flat_map(|choice| &choice.options).map(|option| option.name.as_str()));
    for row in 0..reader.sheet(Table::Policies).rows {
        let text = policy.text(row);
        let offered = ids.policies.get(text).is_some_and(|id| offers.iter().any(|offer: &Offer| offer.policy == *id));
        if offered && !named.contains(&text) {
            reader
                .faults
                .add("W07", policy.span(row), format!("no region and no product has the policy `{text}`"))
                .hint("the column `policy` of regions.csv, products.csv or tiers.csv names it");
        }
    }
}

/// The words of a list separated by `;`, in order; `None` where the field is blank.
pub(super) fn words(column: &Column<'_>, row: usize) -> Option<Vec<String>> {
    let text = column.text(row);
    if text.is_empty() {
        return None;
    }
    let mut words: Vec<String> =
        text.split(';').map(str::trim).filter(|word| !word.is_empty() && *word != NOTHING).map(str::to_owned).collect();
    words.sort();
    words.dedup();
    Some(words)
}

/// The rows that a list of names separated by `;` speaks of, in order; E07: each exists. `None` where the field is blank.
pub(super) fn listed<'a>(
    column: &Column<'a>,
    row: usize,
    names: &Names<'a>,
    reader: &mut Reader<'a>,
) -> Option<Vec<u32>> {
    let mut rows = Vec::new();
    for word in words(column, row)? {
        match names.row(&word) {
            Some(found) => rows.push(found),
            None if names.broken => {}
            None => names.unknown(&word, column.span(row), reader),
        }
    }
    rows.sort_unstable();
    Some(rows)
}
