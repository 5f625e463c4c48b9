//! `[satisfaction]`: the weights of what satisfies customers.

use super::Reader;
use crate::scenario::SatisfactionWeights;
use crate::scenario::schema::Table;
use crate::units::Hours;

/// Its keys: the weights, and the window.
const WEIGHTS: [&str; 3] =
    ["satisfaction.response_weight", "satisfaction.first_time_fix_weight", "satisfaction.answered_weight"];
const WITHIN: &str = "satisfaction.within_hours";

/// The weights; `None` where nothing counts. E12: a response that counts has a window. W07: a window
/// without a response that counts, answers without a desk.
pub(super) fn satisfaction(reader: &mut Reader<'_>) -> Option<SatisfactionWeights> {
    let settings = &reader.draft.settings;
    let given = WEIGHTS.iter().chain([&WITHIN]).find_map(|name| settings.get(name)).map(|own| own.key_span)?;
    let [response, first_time_fix, answered] =
        WEIGHTS.map(|name| reader.draft.settings.number(name, reader.faults).unwrap_or(0.0));
    let within = reader.draft.settings.number(WITHIN, reader.faults).and_then(Hours::new);
    if response > 0.0 && within.is_none() {
        let span = reader.draft.settings.get(WEIGHTS[0]).map_or(given, |own| own.key_span);
        reader.faults.add("E12", span, "a response that counts needs its window").hint("within_hours = 24");
    }
    if let (Some(own), true) = (reader.draft.settings.get(WITHIN), response <= 0.0) {
        let fault = reader.faults.add("W07", own.key_span, "`within_hours` has no effect");
        fault.hint("it is the window of `response_weight`");
    }
    if let (Some(own), true, None) =
        (reader.draft.settings.get(WEIGHTS[2]), answered > 0.0, reader.sheet(Table::Desks).source)
    {
        let fault = reader.faults.add("W07", own.key_span, "`answered_weight` has no effect");
        fault.hint("desks.csv says who answers; without it this weight is shared out to the others");
    }
    let within = within.filter(|_| response > 0.0);
    (response + first_time_fix + answered > 0.0).then_some(SatisfactionWeights {
        response,
        within,
        first_time_fix,
        answered,
    })
}
