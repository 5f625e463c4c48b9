//! One block at given prices: the depot's level and its outlets' that cost least, proven.

mod level;
mod looked;

use std::ops::Range;

use super::Catalogue;
use super::block::{Block, Entry};
use super::owed::{CLASSES, Owed};
use super::owing::Owing;
use super::plain::{Chosen, LANES, Mixture, Part, Plain, Terms, in_time};
use super::shelf::Shelf;
use crate::stocking::allocation::{Measure, Term};
use crate::stocking::two_echelon::{Stream, Upstream};
pub(super) use level::Search;
use looked::Looked;

/// What the depot owes with less than this probability in all is not told apart.
const DUST: f64 = 1e-14;

/// One outlet at given prices.
#[derive(Debug)]
enum Row {
    /// With its priced terms, and the number of levels that was enough last.
    Plain(Plain, Range<usize>, usize),
    Shelf(Shelf),
}

/// A workplace: the block in hand and room for what is made of it.
#[derive(Debug, Default)]
pub(super) struct Work {
    block: Block,
    /// Its number.
    number: usize,
    looked: Looked,
    rows: Vec<Row>,
    parts: Vec<Part>,
    mixtures: Vec<Mixture>,
    /// The outlets of every class of terms.
    classes: [Vec<u32>; CLASSES.len()],
    /// P(X0 = 0), P(X0 = 1), …, and P(X0 > s).
    pipeline: Vec<f64>,
    tail: Vec<f64>,
    /// What is owed in units.
    owed: Owed,
    /// What is owed in batches, to outlets with at most this share of the depot's demand; `None` where it is owed in units.
    owing: Owing,
    largest_share: Option<f64>,
    /// What the plain outlets' orders cost, whatever their levels.
    fixed: f64,
    floor: Vec<f64>,
    /// What was chosen at the best layer, and at the one being evaluated.
    chosen: Vec<Chosen>,
    tried: Vec<Chosen>,
    /// Layers evaluated.
    pub(super) evaluations: u64,
}

impl Work {
    /// Takes a block in hand.
    pub(super) fn take(&mut self, catalogue: &dyn Catalogue, number: usize) {
        self.block.clear();
        catalogue.tell(number, &mut self.block);
        self.number = number;
        self.looked = Looked::default();
    }

    /// The levels of the outlets found last.
    pub(super) fn levels(&self) -> Vec<u32> {
        self.chosen.iter().map(|chosen| chosen.level).collect()
    }

    /// The cost of a unit of base stock at every outlet \[money/year\].
    pub(super) fn holding(&self) -> f64 {
        self.block.entries.iter().map(|entry| entry.costs.holding).sum()
    }

    /// The first own promise that no level of the outlet keeps under a depot that owes nothing, and the most it can get.
    pub(super) fn broken(&mut self) -> Option<(u32, f64)> {
        let top = self.pipeline.len().saturating_sub(1);
        let upstream = self.upstream(top);
        self.rows.iter().find_map(|row| match row {
            Row::Shelf(shelf) => shelf.broken(upstream.as_ref()),
            Row::Plain(..) => None,
        })
    }

    /// Readies the block for prices; the slope G of (left) where it holds.
    pub(super) fn prepare(&mut self, prices: &[f64]) -> Option<f64> {
        self.parts.clear();
        self.rows.clear();
        self.pipeline.clear();
        self.tail.clear();
        let mut rate = 0.0;
        if let Some((depot, _)) = &self.block.depot {
            rate = depot.rate;
            let batch = depot.batches(depot.quantity);
            let pipeline = batch.deficit(&depot.pipeline());
            self.pipeline.resize(pipeline.first(), 0.0);
            self.pipeline.extend_from_slice(pipeline.mass());
            self.tail.resize(self.pipeline.len(), 0.0);
            let mut tail = 0.0;
            for (above, p) in self.tail.iter_mut().zip(&self.pipeline).rev() {
                *above = tail;
                tail += p;
            }
        }
        self.largest_share = self.block.owes_batches().then_some(0.0);
        // With batches the depot's debts are those of (batches) only from a whole batch on.
        let mut slope = self.block.depot.is_none_or(|(depot, _)| depot.quantity <= 1).then_some(0.0);
        self.fixed = 0.0;
        for (place, entry) in self.block.entries.iter().enumerate() {
            if self.mixtures.len() <= place {
                self.mixtures.push(Mixture::default());
            }
            self.mixtures[place].clear();
            let share = if rate > 0.0 { (entry.stream.ordered() / rate).min(1.0) } else { 0.0 };
            if !self.block.is_plain(entry) {
                let shelf = Shelf::new(&self.block, entry, prices);
                // One unit less owed to an outlet is so much less offered load, and Erlang's loss grows no faster than that;
                // of batches that is not known.
                let loss = shelf.simple_loss().filter(|_| entry.stream.variance_to_mean <= 1.0 + 1e-12);
                slope = slope.zip(loss).map(|(slope, total)| slope + share * total);
                self.rows.push(Row::Shelf(shelf));
                continue;
            }
            let Stream { rate: own, variance_to_mean: ratio, lead_time, .. } = entry.stream;
            self.fixed += entry.costs.ordering;
            let first = self.parts.len();
            let mut total = 0.0;
            for term in &self.block.terms[entry.terms.clone()] {
                let weight = term.weight * prices[term.goal as usize];
                if let (Measure::Within(window), true) = (term.measure, weight > 0.0) {
                    self.parts.push(Part { weight, mean: own * (lead_time - window), ratio });
                    total += weight;
                }
            }
            self.largest_share = self.largest_share.map(|largest| largest.max(share));
            slope = slope.map(|slope| slope + share * total);
            let plain = Plain { share, holding: entry.costs.holding, total };
            // About two deviations above the mean, with what the depot owes not counted.
            let mean = own * lead_time;
            let enough = (mean + 2.0 * mean.sqrt()) as usize + 2;
            self.rows.push(Row::Plain(plain, first..self.parts.len(), enough.min(plain.most())));
        }
        slope
    }

    /// Readies the outlets for a base stock of the depot.
    fn make_backlog(&mut self, layer: usize) {
        let Self { block, pipeline, tail, owed, owing, .. } = self;
        match (self.largest_share, &block.depot) {
            (Some(share), Some((depot, _))) => owing.learn(&depot.debts(layer as u32), share),
            _ => owed.learn(|backlog| fill_backlog(block, pipeline, tail, layer, backlog)),
        }
    }

    /// The depot with a layer, for outlets that are not plain.
    fn upstream(&self, layer: usize) -> Option<Upstream> {
        let needed = self.rows.iter().any(|row| matches!(row, Row::Shelf(_)));
        let (depot, _) = self.block.depot.as_ref()?;
        needed.then(|| depot.holding(layer as u32))
    }

    fn depot_cost(&self, layer: u32) -> f64 {
        self.block.depot.as_ref().map_or(0.0, |(depot, costs)| costs.of(layer, depot.quantity))
    }

    /// V_b of a layer; the outlets' levels go to `tried`.
    fn evaluate(&mut self, layer: usize) -> f64 {
        self.evaluations += 1;
        self.make_backlog(layer);
        let upstream = self.upstream(layer);
        let mut value = self.fixed + self.depot_cost(layer as u32);
        self.tried.clear();
        self.tried.resize(self.rows.len(), Chosen { value: 0.0, late: 0.0, level: 0 });
        self.classes.iter_mut().for_each(Vec::clear);
        for place in self.looked.places(self.rows.len()) {
            let chosen = match &mut self.rows[place] {
                Row::Plain(plain, ..) if plain.holding >= plain.total => plain.bare(),
                Row::Plain(plain, parts, count) => {
                    let in_batches = self.largest_share.is_some();
                    let wanted = |limit: usize| CLASSES.iter().position(|class| limit.min(*count) <= *class);
                    match if in_batches { None } else { wanted(self.owed.limit(plain.share)) } {
                        Some(class) => {
                            self.classes[class].push(place as u32);
                            plain.bare()
                        }
                        None => {
                            let owed: &mut dyn Terms = if in_batches { &mut self.owing } else { &mut self.owed };
                            let chosen =
                                plain.least(owed, &self.parts[parts.clone()], &mut self.mixtures[place], *count);
                            *count = (chosen.level as usize + 2).min(plain.most());
                            chosen
                        }
                    }
                }
                Row::Shelf(shelf) => {
                    let (value, level) = shelf.least(upstream.as_ref());
                    Chosen { value, late: 0.0, level }
                }
            };
            self.tried[place] = chosen;
        }
        for class in 0..CLASSES.len() {
            self.evaluate_class(class);
        }
        // Summed in the order of the outlets, whatever class each was in.
        value += self.looked.scale(self.rows.len()) * self.tried.iter().map(|chosen| chosen.value).sum::<f64>();
        value
    }

    /// Evaluates the outlets of a class side by side.
    fn evaluate_class(&mut self, class: usize) {
        let terms = CLASSES[class];
        for start in (0..self.classes[class].len()).step_by(LANES) {
            let end = (start + LANES).min(self.classes[class].len());
            let mut shares = [0.0; LANES];
            for (share, &place) in shares.iter_mut().zip(&self.classes[class][start..end]) {
                if let Row::Plain(plain, ..) = &self.rows[place as usize] {
                    *share = plain.share;
                }
            }
            let limits = shares.map(|share| self.owed.limit(share));
            let owed = self.owed.several(class, &shares).as_slice();
            let mut apart = Vec::new();
            for (lane, &place) in self.classes[class][start..end].iter().enumerate() {
                let place = place as usize;
                let Row::Plain(plain, parts, enough) = &mut self.rows[place] else { continue };
                let parts = &self.parts[parts.clone()];
                // Terms that were not made are none, or of levels that are not looked at.
                let count = if limits[lane] <= terms { *enough } else { terms };
                let mixture = self.mixtures[place].up_to(parts, count);
                match plain.scan(|k| owed[k][lane], terms, mixture) {
                    Ok(chosen) => {
                        self.tried[place] = chosen;
                        *enough = (chosen.level as usize + 2).min(plain.most());
                    }
                    Err(()) => apart.push((place, count)),
                }
            }
            for (place, count) in apart {
                let Row::Plain(plain, parts, enough) = &mut self.rows[place] else { continue };
                let chosen =
                    plain.least(&mut self.owed, &self.parts[parts.clone()], &mut self.mixtures[place], 2 * count);
                self.tried[place] = chosen;
                *enough = (chosen.level as usize + 2).min(plain.most());
            }
        }
    }

    /// The true cost of an outlet's level, penalties of shared goals apart; adds its service to the goals. The layer's backlog
    /// has been made.
    fn account_row(&mut self, place: usize, level: u32, upstream: Option<&Upstream>, service: &mut [f64]) -> f64 {
        let entry = &self.block.entries[place];
        match &self.rows[place] {
            Row::Plain(plain, ..) => {
                if level > 0 {
                    let debts: &mut dyn Terms =
                        if self.largest_share.is_some() { &mut self.owing } else { &mut self.owed };
                    let owed = debts.first(plain.share, level as usize);
                    for term in &self.block.terms[entry.terms.clone()] {
                        service[term.goal as usize] += term.weight * share_in_time(entry, term, owed, level);
                    }
                }
                entry.costs.of(level, 1)
            }
            Row::Shelf(shelf) => shelf.account(level, upstream, service),
        }
    }

    /// The true cost of the levels found last, penalties of shared goals apart; adds their service to the goals. Outlets with
    /// one term know what is late of it.
    pub(super) fn account_found(&mut self, layer: u32, service: &mut [f64]) -> f64 {
        self.make_backlog(layer as usize);
        let upstream = self.upstream(layer as usize);
        let (mut own, scale) = (0.0, self.looked.scale(self.rows.len()));
        let before = service.to_vec();
        for place in self.looked.places(self.chosen.len()) {
            let chosen = self.chosen[place];
            let terms = &self.block.terms[self.block.entries[place].terms.clone()];
            own += match (&self.rows[place], terms) {
                (Row::Plain(plain, ..), [term]) => {
                    if chosen.level > 0 {
                        service[term.goal as usize] += term.weight * (1.0 - chosen.late / plain.total);
                    }
                    self.block.entries[place].costs.of(chosen.level, 1)
                }
                _ => self.account_row(place, chosen.level, upstream.as_ref(), service),
            };
        }
        if scale > 1.0 {
            service.iter_mut().zip(before).for_each(|(sum, before)| *sum = before + scale * (*sum - before));
        }
        self.depot_cost(layer) + scale * own
    }

    /// Adds to each shared goal the service that it gets with everything in time, of the outlets looked at.
    pub(super) fn add_ceiling(&self, ceiling: &mut [f64]) {
        let scale = self.looked.scale(self.block.entries.len());
        let entries = self.looked.places(self.block.entries.len()).map(|place| &self.block.entries[place]);
        for term in entries.flat_map(|entry| &self.block.terms[entry.terms.clone()]) {
            if matches!(term.measure, Measure::Within(_)) {
                ceiling[term.goal as usize] += scale * term.weight;
            }
        }
    }

    /// Looks at some of the outlets from now on, which stand for all; how many, and how many there are.
    pub(super) fn look_at_some(&mut self) -> (usize, usize) {
        let all = self.block.entries.len();
        self.looked = Looked::some(all, self.number);
        (self.looked.places(all).count(), all)
    }

    /// What one unit less at each outlet saves and takes from the shared goals, in order of outlet.
    pub(super) fn reductions(&mut self, layer: u32, levels: &[u32], goals: usize) -> Vec<Reduction> {
        self.make_backlog(layer as usize);
        let upstream = self.upstream(layer as usize);
        let mut found = Vec::new();
        for (outlet, &level) in levels.iter().enumerate().filter(|(_, level)| **level > 0) {
            let (mut full, mut less) = (vec![0.0; goals], vec![0.0; goals]);
            let saving = self.account_row(outlet, level, upstream.as_ref(), &mut full)
                - self.account_row(outlet, level - 1, upstream.as_ref(), &mut less);
            if saving > 0.0 && saving.is_finite() {
                let lost = full.iter().zip(&less).map(|(full, less)| full - less).collect();
                found.push(Reduction { outlet, saving, lost });
            }
        }
        found
    }
}

/// One unit less at one outlet.
#[derive(Debug)]
pub(super) struct Reduction {
    pub(super) outlet: usize,
    /// What it saves \[money/year\].
    pub(super) saving: f64,
    /// What it takes from each shared goal.
    pub(super) lost: Vec<f64>,
}

/// P(wait ≤ window) of a plain outlet with a level.
fn share_in_time(entry: &Entry, term: &Term, owed: &[f64], level: u32) -> f64 {
    let Measure::Within(window) = term.measure else { return 0.0 };
    let Stream { rate, variance_to_mean: ratio, lead_time, .. } = entry.stream;
    let part = Part { weight: 1.0, mean: rate * (lead_time - window), ratio };
    in_time(owed, Mixture::default().up_to(&[part], level as usize))
}

/// B0 of a block's depot with a base stock, from 0 units on.
fn fill_backlog(block: &Block, pipeline: &[f64], tail: &[f64], layer: usize, backlog: &mut Vec<f64>) {
    if block.depot.is_none() {
        backlog.push(1.0);
        return;
    }
    if let Some((depot, _)) = block.depot.filter(|(depot, _)| layer < depot.quantity as usize && depot.quantity > 1) {
        // Less than a batch is a smaller batch.
        let less = depot.backlog(layer as u32);
        backlog.resize(less.first(), 0.0);
        backlog.extend_from_slice(less.mass());
        return;
    }
    backlog.push(pipeline[..=layer].iter().sum());
    let kept = tail.iter().skip(layer).take_while(|&&tail| tail > DUST).count();
    backlog.extend(pipeline[layer + 1..].iter().take(kept));
    // What is left out is counted as the least that it may be, so that nobody is late who may be in time.
    if let (Some(last), Some(left_out)) = (backlog.last_mut(), tail.get(layer + kept)) {
        *last += left_out;
    }
}
