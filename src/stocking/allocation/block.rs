//! Blocks: a depot item with its streams, or a stream without depot. Only the goals join them.

use super::table::{Shelf, Table};
use super::{AllocationProblem, Choice, DepotItem, Goals, TOLERANCE, Unreachable};
use crate::stocking::two_echelon::Depot;

/// One block with the tables it has needed so far.
#[derive(Debug)]
pub(super) struct Block {
    /// Its rows of the problem's items.
    pub(super) items: Vec<usize>,
    pub(super) shelves: Vec<Shelf>,
    depot: Option<DepotRow>,
    /// The tables of its streams by base stock of the depot, made when first asked for.
    layers: Vec<Option<Vec<Table>>>,
    /// The layer chosen last: the next search begins there.
    start: usize,
}

#[derive(Debug)]
struct DepotRow {
    row: usize,
    depot: Depot,
    holding: f64,
    ordering: f64,
}

impl DepotRow {
    /// Cost of holding and ordering with a base stock.
    fn cost(&self, base_stock: usize) -> f64 {
        let batches = self.depot.batches(u32::try_from(base_stock).unwrap_or(u32::MAX));
        self.holding * batches.mean_position() + self.ordering / f64::from(batches.quantity)
    }
}

/// What a block costs at given prices.
#[derive(Debug, Clone)]
pub(super) struct Priced {
    pub(super) value: f64,
    pub(super) choice: Choice,
}

/// How many items give to each goal.
pub(super) fn touching(problem: &AllocationProblem) -> Vec<usize> {
    let mut touching = vec![(0_usize, usize::MAX); problem.goals.len()];
    for (i, item) in problem.items.iter().enumerate() {
        for term in problem.terms[item.terms.clone()].iter().filter(|term| term.weight > 0.0) {
            let (count, last) = &mut touching[term.goal as usize];
            if *last != i {
                (*count, *last) = (*count + 1, i);
            }
        }
    }
    touching.into_iter().map(|(count, _)| count).collect()
}

/// A depot with the demand of its items.
pub(super) fn depot_of(problem: &AllocationProblem, row: usize, items: &[usize]) -> Depot {
    let stream = |&i: &usize| problem.items[i].stream;
    let rate: f64 = items.iter().map(stream).map(|s| s.ordered()).sum();
    // Variances of independent streams add.
    let variance: f64 = items.iter().map(stream).map(|s| s.ordered() * s.variance_to_mean).sum();
    let variance_to_mean = if rate > 0.0 { variance / rate } else { 1.0 };
    let own = &problem.depots[row];
    Depot::new(rate, variance_to_mean, own.lead_time)
        .repairing(own.repair)
        .in_batches(own.quantity)
        .resending(own.resent)
}

/// The blocks of a problem and the goals they share.
pub(super) fn blocks(problem: &AllocationProblem) -> Result<(Vec<Block>, Goals), Unreachable> {
    let touching = touching(problem);
    let origin: Vec<usize> = (0..problem.goals.len()).filter(|&g| touching[g] != 1).collect();
    let mut roles = vec![None; problem.goals.len()];
    origin.iter().enumerate().for_each(|(row, &g)| roles[g] = Some(row));

    let shelf = |i: usize| {
        let item = &problem.items[i];
        Shelf::new(item, &problem.terms[item.terms.clone()], &problem.goals, &roles, problem.stockout)
    };
    let mut under: Vec<Vec<usize>> = vec![Vec::new(); problem.depots.len()];
    let mut alone = Vec::new();
    for (i, item) in problem.items.iter().enumerate() {
        item.depot.map_or(&mut alone, |d| &mut under[d as usize]).push(i);
    }
    let mut blocks = Vec::with_capacity(alone.len() + under.len());
    for (row, items) in under.into_iter().enumerate() {
        let depot = depot_of(problem, row, &items);
        // From here on nothing is ever owed, at no inventory position, and whole batches fit.
        let more = depot.quantity as usize - 1;
        let top = match depot.pipeline().last() {
            _ if items.is_empty() => 0,
            last if more > 0 => last.max(1) + more,
            last => last,
        };
        let shelves = items.iter().map(|&i| shelf(i)).collect();
        let start = depot.mean_pipeline() as usize;
        let DepotItem { holding, ordering, .. } = problem.depots[row];
        let depot = Some(DepotRow { row, depot, holding, ordering });
        blocks.push(Block { items, shelves, depot, layers: empty(top + 1), start });
    }
    for i in alone {
        blocks.push(Block { items: vec![i], shelves: vec![shelf(i)], depot: None, layers: empty(1), start: 0 });
    }
    let goals = goals(problem, &blocks, origin)?;
    Ok((blocks, goals))
}

fn empty(layers: usize) -> Vec<Option<Vec<Table>>> {
    std::iter::repeat_with(|| None).take(layers).collect()
}

/// The shared goals, once each goal is known to be within reach.
fn goals(problem: &AllocationProblem, blocks: &[Block], origin: Vec<usize>) -> Result<Goals, Unreachable> {
    let mut ceiling = vec![0.0; origin.len()];
    let mut touched: Vec<Vec<usize>> = vec![Vec::new(); origin.len()];
    let mut members: Vec<Vec<(usize, usize)>> = vec![Vec::new(); origin.len()];
    let unreachable = |g: usize, best: f64| {
        let at_least = problem.goals[g].at_least;
        let short = at_least - best > TOLERANCE * at_least.abs().max(best.abs());
        (short && problem.goals[g].penalty.is_none()).then_some(Unreachable { goal: g as u32, best })
    };
    for (b, block) in blocks.iter().enumerate() {
        for (k, shelf) in block.shelves.iter().enumerate() {
            for slot in shelf.shared() {
                members[slot.goal].push((b, k));
                ceiling[slot.goal] += slot.ceiling;
                if touched[slot.goal].last() != Some(&b) {
                    touched[slot.goal].push(b);
                }
            }
            if let Some(trouble) = shelf.own().iter().find_map(|slot| unreachable(slot.goal, slot.ceiling)) {
                return Err(trouble);
            }
        }
    }
    if let Some(trouble) = origin.iter().zip(&ceiling).find_map(|(&g, &best)| unreachable(g, best)) {
        return Err(trouble);
    }
    let rows = origin.iter().map(|&g| problem.goals[g]).collect();
    Ok(Goals { rows, origin, ceiling, touched, members })
}

impl Block {
    /// The depot's row of the problem.
    pub(super) fn depot_row(&self) -> Option<usize> {
        self.depot.as_ref().map(|depot| depot.row)
    }

    /// The layer chosen last, or one near the depot's pipeline.
    pub(super) fn start(&self) -> usize {
        self.start.min(self.layers.len() - 1)
    }

    /// How many layers (base stocks of the depot) may be useful.
    pub(super) fn layers(&self) -> usize {
        self.layers.len()
    }

    /// The tables of a layer that has been made.
    pub(super) fn layer(&self, layer: usize) -> &[Table] {
        self.layers[layer].as_deref().expect("a layer is made before it is chosen")
    }

    /// The tables of a layer.
    pub(super) fn make(&mut self, layer: usize) -> &[Table] {
        if self.layers[layer].is_none() {
            let upstream = self.depot.as_ref().map(|row| row.depot.holding(layer as u32));
            let tables = self.shelves.iter().map(|shelf| shelf.table(upstream.as_ref())).collect();
            self.layers[layer] = Some(tables);
        }
        self.layer(layer)
    }

    /// Cost of the depot's own stock in a layer, and of its orders.
    pub(super) fn depot_cost(&self, layer: usize) -> f64 {
        self.depot.as_ref().map_or(0.0, |depot| depot.cost(layer))
    }

    /// The least [`depot_cost`](Self::depot_cost) of some layers; with batches it first falls.
    fn least_depot_cost(&self, layers: std::ops::RangeInclusive<usize>) -> f64 {
        let Some(depot) = &self.depot else { return 0.0 };
        if depot.ordering <= 0.0 {
            return depot.cost(*layers.start());
        }
        // Beyond a whole batch there is only more to hold.
        let end = (*layers.end()).min((*layers.start()).max(depot.depot.quantity as usize));
        (*layers.start()..=end).map(|layer| depot.cost(layer)).fold(f64::INFINITY, f64::min)
    }

    /// The cheapest rows of a layer at given prices of the shared goals.
    pub(super) fn priced_layer(&mut self, layer: usize, prices: &[f64]) -> Priced {
        self.make(layer);
        let mut value = self.depot_cost(layer);
        let mut rows = Vec::with_capacity(self.items.len());
        for k in 0..self.items.len() {
            let (least, row) = self.priced_stream(layer, k, prices);
            value += least;
            rows.push(row);
        }
        Priced { value, choice: Choice { layer, rows } }
    }

    /// The cheapest row of one stream in a layer that has been made: priced value and row.
    pub(super) fn priced_stream(&self, layer: usize, k: usize, prices: &[f64]) -> (f64, u32) {
        let (shelf, table) = (&self.shelves[k], &self.layer(layer)[k]);
        let mut local = [0.0; 16];
        let slots = shelf.shared();
        if slots.len() <= local.len() {
            slots.iter().zip(&mut local).for_each(|(slot, price)| *price = prices[slot.goal]);
            table.cheapest(shelf.holding(), &local[..slots.len()], slots)
        } else {
            let local: Vec<f64> = slots.iter().map(|slot| prices[slot.goal]).collect();
            table.cheapest(shelf.holding(), &local, slots)
        }
    }

    /// The cheapest layer and rows at given prices, (dual).
    pub(super) fn cheapest(&mut self, prices: &[f64]) -> Priced {
        let mut best = self.priced_layer(0, prices);
        if self.layers.len() > 1 {
            let mut found = Vec::new();
            self.layers_within(prices, 0.0, &mut found);
            for priced in found {
                if priced.value < best.value || (priced.value == best.value && priced.choice.layer < best.choice.layer)
                {
                    best = priced;
                }
            }
        }
        self.start = best.choice.layer;
        best
    }

    /// Finds all layers whose value is below the least plus `slack` (and the least itself), among others that may be worse.
    pub(super) fn layers_within(&mut self, prices: &[f64], slack: f64, found: &mut Vec<Priced>) {
        let top = self.layers.len() - 1;
        let mut marks = vec![0, self.start(), top];
        marks.dedup();
        let mut least = f64::INFINITY;
        let mut values = Vec::with_capacity(marks.len());
        for &layer in &marks {
            let priced = self.priced_layer(layer, prices);
            least = least.min(priced.value);
            values.push(priced.value);
            found.push(priced);
        }
        let mut open: Vec<_> = (1..marks.len()).map(|i| (marks[i - 1], marks[i], values[i])).collect();
        while let Some((low, high, value_of_high)) = open.pop() {
            // Service grows with the depot's stock: between the two nothing beats high's service at the least cost, but misses
            // that save money may save as much as under low.
            let fuller = self.layer(low).iter().zip(self.layer(high));
            let saved: f64 = fuller.map(|(table, fuller)| table.saves_beyond(fuller)).sum();
            let saving = self.depot_cost(high) - self.least_depot_cost(low + 1..=high) + saved;
            if high - low < 2 || value_of_high - saving >= least + slack {
                continue;
            }
            let middle = (low + high) / 2;
            let priced = self.priced_layer(middle, prices);
            least = least.min(priced.value);
            open.push((middle, high, value_of_high));
            open.push((low, middle, priced.value));
            found.push(priced);
        }
    }

    /// What one stream gives to a shared goal in a row.
    pub(super) fn given(&self, layer: usize, k: usize, row: usize, goal: usize) -> f64 {
        let slot = self.shelves[k].shared().iter().position(|slot| slot.goal == goal);
        slot.map_or(0.0, |slot| self.layer(layer)[k].service(row)[slot])
    }

    /// Adds (or with `sign` −1 takes away) what a choice gives to the shared goals.
    pub(super) fn add_service(&self, choice: &Choice, sign: f64, service: &mut [f64]) {
        for ((shelf, table), &row) in self.shelves.iter().zip(self.layer(choice.layer)).zip(&choice.rows) {
            for (slot, given) in shelf.shared().iter().zip(table.service(row as usize)) {
                service[slot.goal] += sign * given;
            }
        }
    }

    /// Writes what a choice gives to the own goals of its streams, by row of the problem.
    pub(super) fn own_service(&self, choice: &Choice, service: &mut [f64]) {
        for ((shelf, table), &row) in self.shelves.iter().zip(self.layer(choice.layer)).zip(&choice.rows) {
            for (slot, given) in shelf.own().iter().zip(table.own(row as usize)) {
                service[slot.goal] = *given;
            }
        }
    }

    /// The true cost of a choice, penalties of shared goals apart.
    pub(super) fn cost(&self, choice: &Choice) -> f64 {
        let items = self.layer(choice.layer).iter().zip(&choice.rows).map(|(table, &row)| table.cost[row as usize]);
        self.depot_cost(choice.layer) + items.sum::<f64>()
    }

    /// The choice that gives the most there is.
    pub(super) fn fullest(&mut self) -> Choice {
        let layer = self.layers() - 1;
        let rows = self.make(layer).iter().map(|table| table.rows() as u32 - 1).collect();
        Choice { layer, rows }
    }
}
