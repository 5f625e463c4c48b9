//! What a site is asked at the prices of a step, and what it answers.

use super::bid::{Bid, Forced, Question, bid};
use super::ground::{Lane, Place};

/// Prices, and how closely sites are asked.
pub(super) struct Asking<'a> {
    /// π by customer.
    pub(super) customers: &'a [f64],
    /// ρ by row.
    pub(super) rows: &'a [f64],
    /// Nothing above this is sought of a site that need not be open.
    pub(super) limit: f64,
    /// A bid may be off by this.
    pub(super) tolerance: f64,
    /// Boxes that a bid may look at.
    pub(super) boxes: usize,
}

impl Asking<'_> {
    /// What a site bids where it and its lanes may be decided; λ and what it takes are those of its last bid, then of this.
    pub(super) fn bid(
        &self,
        place: &Place,
        (open, lanes): (&Option<bool>, &Vec<Option<bool>>),
        lambda: &mut Vec<f64>,
        taken: &mut [bool],
    ) -> Bid {
        if *open == Some(false) {
            taken.fill(false);
            return Bid { least: 0.0, value: 0.0, taken: Vec::new(), forced: Vec::new(), work: 0.0 };
        }
        let mut asked = Question {
            fixed: place.fixed + self.charged(&place.terms),
            values: Vec::new(),
            demands: Vec::new(),
            must: Vec::new(),
            steps: &place.steps,
            limit: if *open == Some(true) { f64::INFINITY } else { self.limit },
            tolerance: self.tolerance,
            boxes: self.boxes,
        };
        let (mut own, mut guess) = (Vec::new(), Vec::new());
        let parts = place.steps.len();
        for (number, (lane, decided)) in place.lanes.iter().zip(lanes).enumerate() {
            let value = self.value(lane);
            if *decided == Some(false) || (decided.is_none() && value <= 0.0) {
                continue;
            }
            own.push(number);
            guess.push(taken[number]);
            asked.values.push(value);
            asked.demands.extend_from_slice(&place.demands[number * parts..(number + 1) * parts]);
            asked.must.push(*decided == Some(true));
        }
        let answer = bid(&asked, lambda, &guess);
        taken.fill(false);
        own.iter().zip(&answer.taken).for_each(|(number, inside)| taken[*number] = *inside);
        // Who costs more than it is worth lifts the bid by that; who may not be taken is not asked for.
        let mut forced: Vec<Forced> = place
            .lanes
            .iter()
            .map(|lane| Forced { with: answer.least - self.value(lane).min(0.0), without: answer.least })
            .collect();
        own.iter().zip(&answer.forced).for_each(|(number, own)| forced[*number] = *own);
        Bid { work: answer.work * place.work(own.len()), forced, ..answer }
    }

    /// v of a lane.
    fn value(&self, lane: &Lane) -> f64 {
        self.customers[lane.customer] - lane.cost - self.charged(&lane.terms)
    }

    fn charged(&self, terms: &[(usize, f64)]) -> f64 {
        terms.iter().map(|(row, own)| self.rows[*row] * own).sum()
    }
}
