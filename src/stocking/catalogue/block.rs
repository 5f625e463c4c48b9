//! One block at given prices: the depot's level and its outlets' that cost least, proven.

use std::ops::Range;

use super::plain::{
    CLASSES, Chosen, LANES, LARGEST_MEAN, Mixture, Moments, OwedMany, Part, Plain, in_time, owed, owed_many,
};
use super::shelf::Shelf;
use crate::scenario::Stockout;
use crate::stocking::allocation::{Goal, Measure, Term};
use crate::stocking::reorder::Batches;
use crate::stocking::two_echelon::{Depot, Stream, Upstream};

/// Windows this close to the lead time (relative) equal it, as in `two_echelon`.
const SAME_TIME: f64 = 1e-12;

/// What the depot owes with less than this probability in all is not told apart.
const DUST: f64 = 1e-14;

/// What a site pays for a part.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Costs {
    /// A unit of mean inventory position, which one-for-one is the base stock \[money/year\].
    pub holding: f64,
    /// Its orders to the supplier, if each were for one unit \[money/year\].
    pub ordering: f64,
    /// All its demands missing the shelf; a plan pays it × (1 − fill rate) \[money/year\].
    pub misses: f64,
}

impl Costs {
    /// Holding and ordering with a maximum of stock, in batches of at most `quantity`.
    pub(super) fn of(&self, maximum: u32, quantity: u32) -> f64 {
        let batches = Batches::up_to(maximum, quantity);
        self.holding * batches.mean_position() + self.ordering / f64::from(batches.quantity)
    }
}

/// So many units further a search near a level looks before it rests.
const RIPPLE: usize = 3;

/// One part under one depot, or under the supplier.
#[derive(Debug, Default)]
pub struct Block {
    depot: Option<(Depot, Costs)>,
    pub(super) entries: Vec<Entry>,
    pub(super) terms: Vec<Term>,
    pub(super) promises: Vec<Own>,
    pub(super) emergency: bool,
}

/// A promise of one outlet alone.
#[derive(Debug, Clone)]
pub(super) struct Own {
    /// What the caller calls it.
    pub(super) name: u32,
    pub(super) goal: Goal,
    pub(super) terms: Range<usize>,
}

/// One outlet of a block.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) stream: Stream,
    pub(super) costs: Costs,
    /// Its terms for shared goals.
    pub(super) terms: Range<usize>,
    /// Its own promises.
    pub(super) promises: Range<usize>,
}

impl Block {
    /// The depot that replenishes the block; its rate is the sum of what its outlets order.
    pub fn under(&mut self, depot: Depot, costs: Costs) {
        self.depot = Some((depot, costs));
    }

    /// What becomes of a demand that finds no stock; `Backorder` unless told.
    pub fn stockout(&mut self, stockout: Stockout) {
        self.emergency = stockout == Stockout::Emergency;
    }

    /// Adds an outlet: its demand, its costs, and what it gives to the shared goals (terms without weight are left out).
    pub fn add(&mut self, stream: Stream, costs: Costs, terms: &[Term]) {
        let (first, promises) = (self.terms.len(), self.promises.len());
        self.terms.extend(terms.iter().filter(|term| useful(term)));
        let terms = first..self.terms.len();
        self.entries.push(Entry { stream, costs, terms, promises: promises..promises });
    }

    /// Adds a promise of the outlet added last, over terms of its own; errors call it by its name.
    pub fn promise(&mut self, name: u32, goal: Goal, terms: &[Term]) {
        let Some(entry) = self.entries.last_mut() else { return };
        let first = self.terms.len();
        self.terms.extend(terms.iter().filter(|term| useful(term)));
        self.promises.push(Own { name, goal, terms: first..self.terms.len() });
        entry.promises.end = self.promises.len();
    }

    fn clear(&mut self) {
        self.depot = None;
        self.emergency = false;
        self.entries.clear();
        self.terms.clear();
        self.promises.clear();
    }

    fn is_plain(&self, entry: &Entry) -> bool {
        let Stream { rate, lead_time, .. } = entry.stream;
        let in_transport = |term: &Term| match term.measure {
            Measure::Within(window) => {
                window < lead_time * (1.0 - SAME_TIME) && rate * (lead_time - window) <= LARGEST_MEAN
            }
            Measure::Wait => false,
        };
        let overloaded = self.depot.as_ref().is_some_and(|(depot, _)| depot.repair.overloaded());
        !self.emergency
            && !overloaded
            && entry.stream.repair.share <= 0.0
            && entry.stream.quantity <= 1
            && entry.costs.misses <= 0.0
            && entry.promises.is_empty()
            && self.terms[entry.terms.clone()].iter().all(in_transport)
    }
}

fn useful(term: &Term) -> bool {
    let window = matches!(term.measure, Measure::Within(window) if window.is_nan() || window < 0.0);
    term.weight > 0.0 && !window
}

/// How the depot's level is looked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Search {
    /// Near where it was.
    Near,
    /// Everywhere: what is found is proven up to a slack \[money/year\].
    Proven { slack: f64 },
}

/// The least that a block costs at given prices.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Least {
    /// min V_b.
    pub(super) value: f64,
    /// The depot's level.
    pub(super) layer: u32,
}

/// One outlet at given prices.
#[derive(Debug)]
enum Row {
    /// With its priced terms, and the number of levels that was enough last.
    Plain(Plain, Range<usize>, usize),
    Shelf(Shelf),
}

/// A workplace: the block in hand and room for what is made of it.
#[derive(Debug)]
pub(super) struct Work {
    block: Block,
    rows: Vec<Row>,
    parts: Vec<Part>,
    mixtures: Vec<Mixture>,
    /// Room for (owed) of one outlet and of several.
    owed: Vec<f64>,
    owed_many: Box<OwedMany>,
    /// The outlets of every class of terms.
    classes: [Vec<u32>; CLASSES.len()],
    /// P(X0 = 0), P(X0 = 1), …, and P(X0 > s).
    pipeline: Vec<f64>,
    tail: Vec<f64>,
    backlog: Vec<f64>,
    moments: Moments,
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
    /// The block, emptied, to be told.
    pub(super) fn block(&mut self) -> &mut Block {
        self.block.clear();
        &mut self.block
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

    /// The least value of (block); the search begins at a layer. The value is a bound for every layer where it is proven.
    pub(super) fn least(&mut self, prices: &[f64], start: Option<u32>, search: Search) -> Least {
        let slope = self.prepare(prices);
        if self.block.depot.is_none() {
            return self.settle(0);
        }
        match search {
            Search::Near => self.least_near(start),
            Search::Proven { slack } => self.least_proven(start, slope, slack),
        }
    }

    /// The value of a layer and the outlets' levels in it.
    pub(super) fn at(&mut self, prices: &[f64], layer: u32) -> Least {
        self.prepare(prices);
        self.settle(layer as usize)
    }

    fn settle(&mut self, layer: usize) -> Least {
        let value = self.evaluate(layer);
        std::mem::swap(&mut self.chosen, &mut self.tried);
        Least { value, layer: layer as u32 }
    }

    /// The layer of the depot's mean pipeline, where nothing better is known.
    fn first(&self, start: Option<u32>) -> usize {
        let mean = self.tail.iter().sum::<f64>() as usize;
        start.map_or(mean, |start| start as usize).min(self.pipeline.len() - 1)
    }

    /// Steps up and down, halved where they do not help: a good layer, seldom not the best, that proves nothing.
    fn least_near(&mut self, start: Option<u32>) -> Least {
        let top = self.pipeline.len() - 1;
        let mut best = self.settle(self.first(start));
        // A share of the pipeline's deviation, smaller where a good layer is known.
        let deviation = (self.tail.iter().sum::<f64>() + 1.0).sqrt();
        let mut step = (deviation * if start.is_some() { 0.25 } else { 0.5 }).max(1.0) as usize;
        loop {
            let here = best.layer as usize;
            let mut moved = false;
            // Whole units make ripples: before the search rests it looks a little further than one unit.
            let farthest = if step == 1 { RIPPLE } else { 1 };
            let steps = (1..=farthest).flat_map(|times| [here + times * step, here.wrapping_sub(times * step)]);
            for layer in steps {
                if layer > top {
                    continue;
                }
                let value = self.evaluate(layer);
                if value < best.value {
                    best = Least { value, layer: layer as u32 };
                    std::mem::swap(&mut self.chosen, &mut self.tried);
                    moved = true;
                    break;
                }
            }
            if !moved {
                if step == 1 {
                    return best;
                }
                step /= 2;
            }
        }
    }

    /// Every layer evaluated or excluded by (left) or (right), up to a slack.
    fn least_proven(&mut self, start: Option<u32>, slope: Option<f64>, slack: f64) -> Least {
        let top = self.pipeline.len() - 1;
        self.floor.clear();
        self.floor.resize(top + 1, f64::NEG_INFINITY);
        let first = self.first(start);
        let mut best = Least { value: f64::INFINITY, layer: 0 };
        let mut next = top;
        loop {
            let value = self.evaluate(next);
            if value < best.value || (value == best.value && (next as u32) < best.layer) {
                best = Least { value, layer: next as u32 };
                std::mem::swap(&mut self.chosen, &mut self.tried);
            }
            self.learn(next, value, slope);
            if self.floor[first] < f64::INFINITY {
                next = first;
                continue;
            }
            let (layer, floor) =
                self.floor.iter().copied().enumerate().min_by(|x, y| x.1.total_cmp(&y.1)).unwrap_or((0, f64::INFINITY));
            if floor >= best.value - slack {
                return Least { value: best.value.min(floor), ..best };
            }
            next = layer;
        }
    }

    /// Raises the floor under every layer by what one layer's value proves: (left) and (right).
    fn learn(&mut self, at: usize, value: f64, slope: Option<f64>) {
        self.floor[at] = f64::INFINITY;
        let Some((depot, costs)) = self.block.depot else { return };
        let own = |layer: usize| costs.of(layer as u32, depot.quantity);
        let others = value - own(at);
        for (layer, floor) in self.floor[..at].iter_mut().enumerate() {
            *floor = floor.max(others + own(layer));
        }
        let Some(slope) = slope else { return };
        let mut bound = value;
        for (floor, tail) in self.floor[at + 1..].iter_mut().zip(&self.tail[at..]) {
            bound += costs.holding - slope * tail;
            *floor = floor.max(bound);
        }
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
        // With batches the depot's debts are those of (batches) only from a whole batch on.
        let mut slope = self.block.depot.is_none_or(|(depot, _)| depot.quantity <= 1).then_some(0.0);
        self.fixed = 0.0;
        for (place, entry) in self.block.entries.iter().enumerate() {
            if self.mixtures.len() <= place {
                self.mixtures.push(Mixture::default());
            }
            self.mixtures[place].clear();
            if !self.block.is_plain(entry) {
                let shelf = Shelf::new(&self.block, entry, prices);
                // One unit less owed to an outlet is so much less offered load, and Erlang's loss grows no faster than that.
                let share = if rate > 0.0 { (entry.stream.ordered() / rate).min(1.0) } else { 0.0 };
                slope = slope.zip(shelf.simple_loss()).map(|(slope, total)| slope + share * total);
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
            let share = if rate > 0.0 { (own / rate).min(1.0) } else { 0.0 };
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
        self.fill_backlog(layer);
        self.moments = Moments::of(&self.backlog);
    }

    /// B0 with a base stock of the depot, from 0 units on.
    fn fill_backlog(&mut self, layer: usize) {
        self.backlog.clear();
        if self.block.depot.is_none() {
            self.backlog.push(1.0);
            return;
        }
        if let Some((depot, _)) =
            self.block.depot.filter(|(depot, _)| layer < depot.quantity as usize && depot.quantity > 1)
        {
            // Less than a batch is a smaller batch.
            let backlog = depot.backlog(layer as u32);
            self.backlog.resize(backlog.first(), 0.0);
            self.backlog.extend_from_slice(backlog.mass());
            return;
        }
        self.backlog.push(self.pipeline[..=layer].iter().sum());
        let kept = self.tail.iter().skip(layer).take_while(|&&tail| tail > DUST).count();
        self.backlog.extend(self.pipeline[layer + 1..].iter().take(kept));
        // What is left out is counted as the least that it may be, so that nobody is late who may be in time.
        if let (Some(last), Some(left_out)) = (self.backlog.last_mut(), self.tail.get(layer + kept)) {
            *last += left_out;
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
        self.classes.iter_mut().for_each(Vec::clear);
        for (place, row) in self.rows.iter_mut().enumerate() {
            let chosen = match row {
                Row::Plain(plain, ..) if plain.holding >= plain.total => plain.bare(),
                Row::Plain(plain, parts, count) => {
                    let limit = self.moments.limit(plain.share);
                    match CLASSES.iter().position(|class| limit.min(*count) <= *class) {
                        Some(class) => {
                            self.classes[class].push(place as u32);
                            plain.bare()
                        }
                        None => {
                            let room = (&mut self.mixtures[place], &mut self.owed);
                            let parts = &self.parts[parts.clone()];
                            let chosen = plain.least(&self.backlog, limit, parts, room, *count);
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
            self.tried.push(chosen);
        }
        for class in 0..CLASSES.len() {
            self.evaluate_class(class);
        }
        // Summed in the order of the outlets, whatever class each was in.
        value += self.tried.iter().map(|chosen| chosen.value).sum::<f64>();
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
            owed_many(class, &self.backlog, &shares, &mut self.owed_many);
            for (lane, &place) in self.classes[class][start..end].iter().enumerate() {
                let place = place as usize;
                let Row::Plain(plain, parts, enough) = &mut self.rows[place] else { continue };
                let parts = &self.parts[parts.clone()];
                // Terms that were not made are none, or of levels that are not looked at.
                let limit = self.moments.limit(plain.share);
                let count = if limit <= terms { *enough } else { terms };
                let mixture = self.mixtures[place].up_to(parts, count);
                let owed = &self.owed_many;
                self.tried[place] = plain.scan(|k| owed[k][lane], terms, mixture).unwrap_or_else(|()| {
                    let room = (&mut self.mixtures[place], &mut self.owed);
                    plain.least(&self.backlog, limit, parts, room, 2 * count)
                });
                *enough = (self.tried[place].level as usize + 2).min(plain.most());
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
                    let terms = self.moments.limit(plain.share).min(level as usize);
                    owed(&self.backlog, plain.share, terms, &mut self.owed);
                    for term in &self.block.terms[entry.terms.clone()] {
                        service[term.goal as usize] += term.weight * share_in_time(entry, term, &self.owed, level);
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
        let mut cost = self.depot_cost(layer);
        for place in 0..self.chosen.len() {
            let chosen = self.chosen[place];
            let terms = &self.block.terms[self.block.entries[place].terms.clone()];
            cost += match (&self.rows[place], terms) {
                (Row::Plain(plain, ..), [term]) => {
                    if chosen.level > 0 {
                        service[term.goal as usize] += term.weight * (1.0 - chosen.late / plain.total);
                    }
                    self.block.entries[place].costs.of(chosen.level, 1)
                }
                _ => self.account_row(place, chosen.level, upstream.as_ref(), service),
            };
        }
        cost
    }

    /// Adds to each shared goal the service that it gets with everything in time.
    pub(super) fn add_ceiling(&self, ceiling: &mut [f64]) {
        for term in self.block.entries.iter().flat_map(|entry| &self.block.terms[entry.terms.clone()]) {
            if matches!(term.measure, Measure::Within(_)) {
                ceiling[term.goal as usize] += term.weight;
            }
        }
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

impl Default for Work {
    fn default() -> Self {
        Self {
            block: Block::default(),
            rows: Vec::new(),
            parts: Vec::new(),
            mixtures: Vec::new(),
            owed: Vec::new(),
            owed_many: Box::new([[0.0; LANES]; CLASSES[CLASSES.len() - 1]]),
            classes: Default::default(),
            pipeline: Vec::new(),
            tail: Vec::new(),
            moments: Moments::none(),
            fixed: 0.0,
            backlog: Vec::new(),
            floor: Vec::new(),
            chosen: Vec::new(),
            tried: Vec::new(),
            evaluations: 0,
        }
    }
}
