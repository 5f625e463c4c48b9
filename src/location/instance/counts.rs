//! How many items are open: the counts given, and what the capacities ask for.

use super::super::primal::slack;
use super::super::surrogate::Needed;
use super::super::{Row, Site, Status};
use super::{Group, Instance, NONE};

impl Instance<'_> {
    /// Keeps counts that share no item inside the subproblem, the widest first; the others become rows.
    pub(super) fn place_counts(&mut self) {
        let mut counts: Vec<Group> = self
            .problem
            .counts
            .iter()
            .map(|count| {
                let uppers = count.uppers.iter().map(|&u| self.sites as u32 + u);
                let mut items: Vec<u32> = count.sites.iter().copied().chain(uppers).collect();
                items.sort_unstable();
                items.dedup();
                Group { min: count.min, max: count.max.min(items.len()), items }
            })
            .filter(|group| group.min > 0 || group.max < group.items.len())
            .collect();
        counts.sort_by_key(|group| std::cmp::Reverse(group.items.len()));
        for group in counts {
            if let Some(same) = self.groups.iter_mut().find(|known| known.items == group.items) {
                same.min = same.min.max(group.min);
                same.max = same.max.min(group.max);
                continue;
            }
            if group.items.iter().all(|&item| self.group_of[item as usize] == NONE) {
                self.add_group(group);
                continue;
            }
            let (sites, uppers): (Vec<u32>, Vec<u32>) =
                group.items.iter().partition(|&&item| (item as usize) < self.sites);
            let row = |sign: f64, at_most: f64| Row {
                lane: Vec::new(),
                site: sites.iter().map(|&j| (j, sign)).collect(),
                upper: uppers.iter().map(|&u| (u - self.sites as u32, sign)).collect(),
                at_most,
            };
            let (above, below) = (row(1.0, group.max as f64), row(-1.0, -(group.min as f64)));
            if group.max < group.items.len() {
                self.rows.push(above);
            }
            if group.min > 0 {
                self.rows.push(below);
            }
        }
    }

    fn add_group(&mut self, group: Group) {
        for &item in &group.items {
            self.group_of[item as usize] = self.groups.len() as u32;
        }
        self.groups.push(group);
    }

    /// Open capacity must cover all work, which the relaxation would lose.
    ///
    /// Undivided service without counts lets the subproblem keep it exactly, so that the row has no price; otherwise it
    /// is a row to be priced, and a least number of open sites where the counts leave room for one.
    pub(super) fn add_surrogate(&mut self) {
        if !self.lists_all() {
            return;
        }
        let usable: Vec<u32> =
            (0..self.sites as u32).filter(|&j| self.problem.sites[j as usize].status != Status::Closed).collect();
        let capacities: Option<Vec<f64>> = usable.iter().map(|&j| self.problem.sites[j as usize].capacity).collect();
        let Some(mut capacities) = capacities.filter(|list| !list.is_empty()) else { return };
        let least = |i: usize| self.lanes(i).map(|p| self.work(p)).fold(f64::INFINITY, f64::min);
        let work: f64 = (0..self.customers).map(least).sum();
        if !(work > 0.0 && work.is_finite()) {
            return;
        }
        let terms = usable.iter().zip(&capacities).map(|(&j, &capacity)| (j, -capacity.min(work))).collect();
        if self.groups.is_empty() && self.problem.single {
            // Plans may pass each capacity by the rounding allowed.
            let rounding: f64 = capacities.iter().map(|&capacity| slack(capacity)).sum();
            let capacity = |place: &Site| place.capacity.map_or(0.0, |capacity| capacity.min(work));
            let capacity = self.problem.sites.iter().map(capacity).collect();
            self.needed = Some(Needed { work: work - rounding, capacity });
        }
        self.rows.push(Row { lane: Vec::new(), site: terms, upper: Vec::new(), at_most: -work });
        if self.needed.is_some() {
            return;
        }
        capacities.sort_unstable_by(|a, b| b.total_cmp(a));
        let mut covered = 0.0;
        // A hair of slack keeps rounding from asking for one site too many.
        let fewest = 1 + capacities
            .iter()
            .take_while(|&&capacity| {
                covered += capacity;
                covered < work * (1.0 - 1e-9)
            })
            .count();
        let items = usable;
        match self.groups.iter_mut().find(|group| group.items == items) {
            Some(group) => group.min = group.min.max(fewest.min(items.len())),
            None if items.iter().all(|&item| self.group_of[item as usize] == NONE) => {
                let max = items.len();
                self.add_group(Group { items, min: fewest.min(max), max });
            }
            None => {}
        }
    }
}
