//! What each country gets, and the whole network: the sums of its regions, so that no job is asked twice.

use std::collections::BTreeMap;

use super::{Key, Question, Tallies, Tally, installed_in};
use crate::load::Load;
use crate::scenario::{CountryId, Metric, Scenario};

/// One metric of one country's regions, or of all regions.
#[derive(Debug, Clone, PartialEq)]
pub struct CountryService {
    /// Whose; `None`: the whole network's.
    pub country: Option<CountryId>,
    /// What.
    pub metric: Metric,
    /// The window \[hours\], where the metric has one.
    pub within_hours: Option<f64>,
    /// How much.
    pub value: f64,
}

/// What regions tell of a question, added up over the network and each country.
pub(super) fn summed(scenario: &Scenario, tallies: &Tallies, number: usize) -> BTreeMap<Option<CountryId>, Tally> {
    let mut sums: BTreeMap<Option<CountryId>, Tally> = BTreeMap::new();
    for (key, tally) in tallies.range((number, Key::default())..(number + 1, Key::default())) {
        let Some(region) = key.1.region else { continue };
        sums.entry(None).or_default().merge(tally);
        if let Some(country) = scenario.regions[region.at()].country {
            sums.entry(Some(country)).or_default().merge(tally);
        }
    }
    sums
}

/// The metrics of every country and of the network, in order of question, the network before the countries.
pub(super) fn by_country(
    scenario: &Scenario,
    load: &Load,
    questions: &[Question],
    first: usize,
    tallies: &Tallies,
) -> Vec<CountryService> {
    let mut services = Vec::new();
    for (number, question) in questions.iter().enumerate().skip(first) {
        for (country, mut tally) in summed(scenario, tallies, number) {
            if question.metric == Metric::Availability {
                tally.installed = installed_in(load, scenario, question, &Key { country, ..Key::default() });
            }
            if let Some(value) = tally.result(question.metric) {
                let within_hours = question.within.map(|hours| hours.get());
                services.push(CountryService { country, metric: question.metric, within_hours, value });
            }
        }
    }
    services
}
