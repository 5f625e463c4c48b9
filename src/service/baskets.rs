//! What regions get where they share their baskets and no question tells parts apart.
//!
//! A region's job of a basket counts, on average over the basket's parts,
//!
//! ```text
//! (basket)  Σ_p rate_p·(constant + weight·does_p) = (constant + weight·mean does)·Σ_p rate_p
//! ```
//! where what a shelf does (fill rate, mean wait, share within a window) is the same for all regions but for the window, so
//! that it is added up once an outlet, basket and window.

use std::collections::BTreeMap;

use super::promise::{Key, Question, Shelved, Tally, What};
use crate::load::Load;
use crate::network::Network;
use crate::scenario::{OutletId, RegionId, Scenario};

/// What the shelves of a basket do on average over its parts.
#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    filled: Option<f64>,
    wait: Option<f64>,
    /// The last window and the share within it.
    within: Option<(f64, f64)>,
}

/// Counts what an outlet's regions get, by question and member.
pub(super) fn assess(
    (scenario, network, load, outlet): (&Scenario, &Network, &Load, OutletId),
    served: &[(RegionId, f64)],
    questions: &[Question],
    stocked: &mut [Shelved<'_>],
    tallies: &mut BTreeMap<(usize, Key), Tally>,
) {
    let mut means = vec![Mean::default(); load.shared()];
    for &(region, share) in served {
        let Some(road) = network.road(region, outlet) else { continue };
        for held in load.held(region) {
            for group in load.groups_of(held.basket) {
                for (number, question) in questions.iter().enumerate() {
                    let Some((key, reading)) = question.ask(scenario, region, outlet, &road, group) else { continue };
                    let value = match group.part {
                        Some(_) => {
                            let mean = &mut means[held.basket];
                            let does = match reading.what {
                                What::Nothing => 0.0,
                                What::Filled => {
                                    *mean.filled.get_or_insert_with(|| over(load, held.basket, stocked, reading.what))
                                }
                                What::Wait => {
                                    *mean.wait.get_or_insert_with(|| over(load, held.basket, stocked, reading.what))
                                }
                                What::Within(window) => match mean.within.filter(|(last, _)| *last == window) {
                                    Some((_, share)) => share,
                                    None => {
                                        let share = over(load, held.basket, stocked, reading.what);
                                        mean.within = Some((window, share));
                                        share
                                    }
                                },
                            };
                            reading.constant + reading.weight * does
                        }
                        None => reading.constant,
                    };
                    tallies.entry((number, key)).or_default().add(share * held.scale * group.rate, value);
                }
            }
        }
    }
}

/// The mean over a basket's part demands of what their shelves do.
fn over(load: &Load, basket: usize, stocked: &mut [Shelved<'_>], what: What) -> f64 {
    let (mut sum, mut units) = (0.0, 0.0);
    for task in load.basket(basket) {
        let Some(part) = task.part else { continue };
        let found = stocked.binary_search_by_key(&part, |shelved| shelved.part());
        let shelf = found.expect("every part of a basket that a served region holds has a shelf");
        sum += task.rate * stocked[shelf].does(what);
        units += task.rate;
    }
    sum / units
}
