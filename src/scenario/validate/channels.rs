//! The rows of `channels.csv`: how customers come, and what is solved there.

use std::collections::BTreeMap;

use super::{Ids, Reader};
use crate::scenario::schema::Table;
use crate::scenario::sheet::Column;
use crate::scenario::{Channel, JobId};
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
