//! Types of job and channels that change nothing.

use super::and_more;
use crate::scenario::schema::Table;
use crate::scenario::validate::Reader;
use crate::scenario::{JobId, Scenario};

/// W07: a type of job that nobody asks for, and a channel for jobs that nobody asks for.
pub(super) fn jobs(scenario: &Scenario, reader: &mut Reader<'_>) {
    let asked = |job: Option<JobId>| scenario.demands.iter().any(|row| row.rate.get() > 0.0 && row.job == job);
    let idle: Vec<usize> = (0..scenario.jobs.len()).filter(|row| !asked(Some(JobId::from(*row)))).collect();
    if let Some(&first) = idle.first() {
        let message = format!("no demand asks for job `{}`{}", scenario.jobs[first].id, and_more(idle.len() - 1));
        let span = reader.column(Table::Jobs, "job").span(first);
        let hint = "the column `job` of failures.csv or demand.csv names it";
        reader.faults.add("W07", span, message).hint(hint);
    }
    let silent: Vec<usize> = (0..scenario.channels.len()).filter(|row| !asked(scenario.channels[*row].job)).collect();
    if let Some(&first) = silent.first() {
        let channel = &scenario.channels[first];
        let of = channel.job.map_or("plain repairs".to_owned(), |job| format!("job `{}`", scenario.jobs[job.at()].id));
        let message =
            format!("no demand asks for {of}: channel `{}` has no effect{}", channel.name, and_more(silent.len() - 1));
        reader.faults.add("W07", reader.column(Table::Channels, "channel").span(first), message);
    }
}
