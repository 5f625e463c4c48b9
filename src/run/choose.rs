//! Choices: every combination of the options that are the optimiser's is planned, the best of them is the plan.
//!
//! min over plans = min over combinations of (min over plans with that combination), so the least of the combinations' lower
//! bounds is a lower bound of all of them. A combination without a bound leaves the whole without one.

use crate::load::Load;
use crate::network::Network;
use crate::optimise::Failure;
use crate::plan::{Certificate, Plan};
use crate::resolve::{self, Begun};
use crate::scenario::{Choice, Loaded, Refused, Scenario, Taken};
use crate::watch::Watch;

use super::{Known, Unsolved};

/// More combinations are not tried.
pub const MOST_COMBINATIONS: usize = 256;

/// Reads the scenario anew with other options taken.
pub type Again<'a> = dyn Fn(&[(String, String)]) -> Result<Loaded, Refused> + 'a;

/// A scenario, with the options of its choices that are best, and its plan.
pub(super) struct Chosen {
    pub scenario: Scenario,
    pub network: Network,
    pub load: Load,
    pub plan: Plan,
    pub begun: Begun,
}

/// Plans a scenario with each combination of its options.
pub(super) fn chosen(
    scenario: Scenario,
    from: Option<&Known>,
    again: &Again<'_>,
    watch: &dyn Watch,
) -> Result<Chosen, Box<Unsolved>> {
    let combinations = combinations(&scenario.choices).ok_or_else(|| Box::new(Unsolved::TooManyChoices))?;
    if combinations.len() == 1 {
        return planned(scenario, from, watch).map_err(|failure| Box::new(failure.into()));
    }
    let mut best: Option<Chosen> = None;
    let mut lower_bound = Some(f64::INFINITY);
    let mut impossible = None;
    for taken in &combinations {
        if watch.stop() {
            lower_bound = None;
            break;
        }
        let words: Vec<String> = taken.iter().map(|(choice, option)| format!("{choice} = {option}")).collect();
        watch.stage(&words.join(", "));
        let other = again(taken).map_err(|refused| Box::new(Unsolved::Refused(refused)))?.scenario;
        match planned(other, None, watch) {
            Ok(chosen) => {
                let Certificate { objective, lower_bound: own } = chosen.plan.certificate;
                lower_bound = lower_bound.zip(own).map(|(least, own)| least.min(own));
                if best.as_ref().is_none_or(|best| objective < best.plan.certificate.objective) {
                    best = Some(chosen);
                }
            }
            Err(Failure::NothingFound { lower_bound: own }) => {
                lower_bound = lower_bound.zip(own).map(|(least, own)| least.min(own));
            }
            Err(failure @ Failure::Infeasible(_)) => {
                impossible.get_or_insert(failure);
            }
        }
    }
    match (best, impossible) {
        (Some(mut best), _) => {
            let Certificate { objective, .. } = best.plan.certificate;
            best.plan.certificate.lower_bound = lower_bound.map(|bound| bound.min(objective));
            Ok(best)
        }
        (None, Some(failure)) if lower_bound == Some(f64::INFINITY) => Err(Box::new(failure.into())),
        (None, _) => Err(Box::new(Failure::NothingFound { lower_bound }.into())),
    }
}

fn planned(scenario: Scenario, from: Option<&Known>, watch: &dyn Watch) -> Result<Chosen, Failure> {
    let (mut network, load) = (Network::connect(&scenario), Load::of(&scenario));
    let (plan, begun) = resolve::planned(&scenario, &mut network, &load, from.map(Known::from), watch)?;
    Ok(Chosen { scenario, network, load, plan, begun })
}

/// Every combination of options of the choices that are the optimiser's, the last choice varying fastest; one without any
/// options where nothing is to be chosen, `None` where there are too many.
fn combinations(choices: &[Choice]) -> Option<Vec<Taken>> {
    let mut list = vec![Taken::new()];
    for choice in choices.iter().filter(|choice| !choice.given) {
        if list.len() * choice.options.len() > MOST_COMBINATIONS {
            return None;
        }
        let with = |taken: &Taken| {
            let option = |option: &crate::scenario::Alternative| {
                let mut taken = taken.clone();
                taken.push((choice.name.clone(), option.name.clone()));
                taken
            };
            choice.options.iter().map(option).collect::<Vec<_>>()
        };
        list = list.iter().flat_map(with).collect();
    }
    Some(list)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::Alternative;

    #[test]
    fn every_combination_of_the_free_choices_is_tried_once() {
        let choice = |name: &str, options: &[&str], given: bool| Choice {
            name: name.to_owned(),
            options: options
                .iter()
                .map(|name| Alternative { name: (*name).to_owned(), digest: String::new() })
                .collect(),
            taken: 0,
            given,
        };
        let choices =
            [choice("a", &["x", "y"], false), choice("b", &["p", "q"], true), choice("c", &["1", "2", "3"], false)];
        let words = |taken: &Taken| taken.iter().map(|(_, option)| option.as_str()).collect::<String>();
        let all: Vec<String> = combinations(&choices).unwrap_or_default().iter().map(words).collect();
        assert_eq!(all, ["x1", "x2", "x3", "y1", "y2", "y3"]);
        let many: Vec<Choice> = (0..9).map(|number| choice(&number.to_string(), &["x", "y"], false)).collect();
        assert!(combinations(&many).is_none(), "2 to the power of 9 is more than 256");
    }
}
