//! How satisfied customers are, by what is known to satisfy them.
//!
//! Of the jobs and contacts of a country, or of all,
//!
//! ```text
//! (response)   m₁ = on_time(window)                                              the share answered in person within the window
//! (fixed)      m₂ = Σ λ·P(part on the outlet's own shelf)·(1 − repeated) / Σ λ    no part: P = 1;  repeated: of the outlet's format
//! (answered)   m₃ = Σ contacts·share answered in time by their desk / Σ contacts  over contacts that somebody answers
//! (index)      Σ_k w_k·m_k / Σ_k w_k                                              over those measures that there is something of
//! ```
//!
//! A proxy of what surveys ask: a weighted mean of the measures that the field holds responsible for it, with weights that are the
//! planner's. The share of a desk is that of all its contacts, whichever country they come from. The network's index is made of the
//! network's measures, so that large countries count for what they ask.

use std::collections::BTreeMap;

use super::country::summed;
use super::{Question, Tallies, Tally};
use crate::contact::answered;
use crate::scenario::{CountryId, Metric, SatisfactionWeights, Scenario};

/// How satisfied the customers of a country are, or all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Satisfaction {
    /// Whose; `None`: all customers.
    pub country: Option<CountryId>,
    /// (index).
    pub index: f64,
    /// (fixed); `None` where there are no jobs.
    pub first_time_fix: Option<f64>,
    /// (answered); `None` where nobody has to answer.
    pub answered: Option<f64>,
    /// (response); `None` where it does not count or there are no jobs.
    pub response: Option<f64>,
}

impl Satisfaction {
    /// Its rows in a table of service: name, window and value.
    pub fn rows(&self) -> impl Iterator<Item = (&'static str, f64)> {
        let rows =
            [(INDEX, Some(self.index)), ("first_time_fix", self.first_time_fix), ("answered_in_time", self.answered)];
        rows.into_iter().filter_map(|(name, value)| Some((name, value?)))
    }
}

/// The index as a metric of `service_by_country.csv`.
pub const INDEX: &str = "satisfaction";

/// The satisfaction of all customers, and then of each country's. The tallies of jobs fixed at once are those beyond the questions.
pub(super) fn satisfaction(
    scenario: &Scenario,
    questions: &[Question],
    first: usize,
    tallies: &Tallies,
) -> Vec<Satisfaction> {
    let Some(weights) = &scenario.satisfaction else { return Vec::new() };
    let response =
        questions.iter().skip(first).position(|own| own.metric == Metric::OnTime && own.within == weights.within);
    let by_country = |number: usize| summed(scenario, tallies, number);
    let fixed = by_country(questions.len());
    let responses =
        response.filter(|_| weights.within.is_some()).map(|number| by_country(first + number)).unwrap_or_default();
    let answers = answered(scenario);
    let share = |sums: &BTreeMap<Option<CountryId>, Tally>, country: &Option<CountryId>| {
        sums.get(country).and_then(|tally| tally.result(Metric::OnTime))
    };
    let countries = (0..scenario.countries.len()).map(|number| Some(CountryId::from(number)));
    let own = |country: Option<CountryId>| {
        let (first_time_fix, response) = (share(&fixed, &country), share(&responses, &country));
        let answered = answers.get(&country).copied();
        let index = index(weights, [response, first_time_fix, answered])?;
        Some(Satisfaction { country, index, first_time_fix, answered, response })
    };
    std::iter::once(None).chain(countries).filter_map(own).collect()
}

/// (index) of the response, the first-time fix and the answers; `None` where nothing that counts is measured.
fn index(weights: &SatisfactionWeights, measures: [Option<f64>; 3]) -> Option<f64> {
    let weights = [weights.response, weights.first_time_fix, weights.answered];
    let (mut sum, mut whole) = (0.0, 0.0);
    for (weight, measure) in weights.into_iter().zip(measures) {
        if let Some(measure) = measure {
            (sum, whole) = (sum + weight * measure, whole + weight);
        }
    }
    (whole > 0.0).then(|| sum / whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_measured_leaves_its_weight_to_the_others() {
        let weights = SatisfactionWeights { response: 0.5, within: None, first_time_fix: 0.3, answered: 0.2 };
        // 0.5·0.9 + 0.3·0.8 + 0.2·0.6 = 0.81; without answers (0.45 + 0.24) / 0.8 = 0.8625.
        let close = |own: Option<f64>, expected: f64| assert!(own.is_some_and(|own| (own - expected).abs() < 1e-12));
        close(index(&weights, [Some(0.9), Some(0.8), Some(0.6)]), 0.81);
        close(index(&weights, [Some(0.9), Some(0.8), None]), 0.8625);
        assert_eq!(index(&weights, [None, None, None]), None);
        let answers = SatisfactionWeights { response: 0.0, within: None, first_time_fix: 0.0, answered: 1.0 };
        assert_eq!(index(&answers, [Some(0.9), Some(0.8), None]), None);
    }
}
