//! Independent problems within a problem: what no goal and no depot joins is solved by itself.

use rayon::prelude::*;

use super::{Allocation, AllocationProblem, Effort, Item, Term, Unreachable, solve};
use crate::watch::Watch;

/// A problem cut out of another, with the rows it came from.
struct Part {
    problem: AllocationProblem,
    items: Vec<usize>,
    depots: Vec<usize>,
    goals: Vec<usize>,
}

/// Solves every independent part, in parallel, and puts the answers together; `None` if there is only one.
pub(super) fn solve_apart(
    problem: &AllocationProblem,
    effort: &Effort,
    watch: &dyn Watch,
) -> Option<Result<Allocation, Unreachable>> {
    let parts = parts(problem)?;
    let answers: Vec<Result<Allocation, Unreachable>> =
        parts.par_iter().map(|part| solve(&part.problem, effort, watch)).collect();
    let mut whole = Allocation {
        base_stock: vec![0; problem.items.len()],
        depot_base_stock: vec![0; problem.depots.len()],
        cost: 0.0,
        lower_bound: 0.0,
        multipliers: vec![0.0; problem.goals.len()],
        service: vec![0.0; problem.goals.len()],
    };
    for (part, answer) in parts.iter().zip(answers) {
        let answer = match answer {
            Ok(answer) => answer,
            Err(trouble) => {
                return Some(Err(Unreachable { goal: part.goals[trouble.goal as usize] as u32, ..trouble }));
            }
        };
        part.items.iter().zip(answer.base_stock).for_each(|(&i, s)| whole.base_stock[i] = s);
        part.depots.iter().zip(answer.depot_base_stock).for_each(|(&d, s)| whole.depot_base_stock[d] = s);
        for (row, &g) in part.goals.iter().enumerate() {
            whole.multipliers[g] = answer.multipliers[row];
            whole.service[g] = answer.service[row];
        }
        whole.cost += answer.cost;
        whole.lower_bound += answer.lower_bound;
    }
    Some(Ok(whole))
}

/// The independent parts, in the order of their first items; `None` if there are fewer than two that goals hold together.
fn parts(problem: &AllocationProblem) -> Option<Vec<Part>> {
    let (items, depots, goals) = (problem.items.len(), problem.depots.len(), problem.goals.len());
    // Nodes of the graph: items, then depots, then goals; every item is joined to its depot and its goals.
    let mut roots = Roots((0..items + depots + goals).collect());
    for (i, item) in problem.items.iter().enumerate() {
        if let Some(depot) = item.depot {
            roots.join(i, items + depot as usize);
        }
        for term in problem.terms[item.terms.clone()].iter().filter(|term| term.weight > 0.0) {
            roots.join(i, items + depots + term.goal as usize);
        }
    }
    // Single items and goals without terms cost nothing to keep together.
    let mut size = vec![0_usize; items + depots + goals];
    (0..items).for_each(|i| size[roots.of(i)] += 1);
    let rest = usize::MAX;
    let mut part_of = vec![rest; items + depots + goals];
    let mut count = 0;
    for node in 0..items + depots + goals {
        let root = roots.of(node);
        if size[root] > 1 && part_of[root] == rest {
            part_of[root] = count;
            count += 1;
        }
    }
    if count < 2 {
        return None;
    }
    let place = |roots: &mut Roots, node: usize| match part_of[roots.of(node)] {
        part if part == rest => count,
        part => part,
    };
    let stockout = problem.stockout;
    let empty =
        || AllocationProblem { items: Vec::new(), depots: Vec::new(), terms: Vec::new(), goals: Vec::new(), stockout };
    let part = || Part { problem: empty(), items: Vec::new(), depots: Vec::new(), goals: Vec::new() };
    let mut parts: Vec<Part> = std::iter::repeat_with(part).take(count + 1).collect();
    let mut rows = vec![0_u32; depots + goals];
    for d in 0..depots {
        let part = &mut parts[place(&mut roots, items + d)];
        rows[d] = part.depots.len() as u32;
        part.depots.push(d);
        part.problem.depots.push(problem.depots[d].clone());
    }
    for g in 0..goals {
        let part = &mut parts[place(&mut roots, items + depots + g)];
        rows[depots + g] = part.goals.len() as u32;
        part.goals.push(g);
        part.problem.goals.push(problem.goals[g]);
    }
    for (i, item) in problem.items.iter().enumerate() {
        let part = &mut parts[place(&mut roots, i)];
        let from = part.problem.terms.len();
        for term in problem.terms[item.terms.clone()].iter().filter(|term| term.weight > 0.0) {
            part.problem.terms.push(Term { goal: rows[depots + term.goal as usize], ..*term });
        }
        let terms = from..part.problem.terms.len();
        let depot = item.depot.map(|d| rows[d as usize]);
        part.items.push(i);
        part.problem.items.push(Item { terms, depot, ..item.clone() });
    }
    Some(parts)
}

/// Disjoint sets with halved paths (R. E. Tarjan 1975).
struct Roots(Vec<usize>);

impl Roots {
    fn of(&mut self, mut node: usize) -> usize {
        while self.0[node] != node {
            self.0[node] = self.0[self.0[node]];
            node = self.0[node];
        }
        node
    }

    fn join(&mut self, x: usize, y: usize) {
        let (x, y) = (self.of(x), self.of(y));
        // The smaller number stays the root: the order of parts is the order of items.
        self.0[x.max(y)] = x.min(y);
    }
}
