//! The problem laid out for speed: lanes of a customer in order of cost, modes and links in flat arrays.

use rayon::prelude::*;

use super::primal::slack;
use super::surrogate::Needed;
use super::{Problem, Row, Status};

/// No index.
pub(super) const NONE: u32 = u32::MAX;

/// The most pairs of customer and upper for which (through) is priced; beyond, memory matters more.
pub(super) const MOST_THROUGH: usize = 4_000_000;

/// The customers, or sites, whose lanes one thread puts in order at a time.
const BLOCK: usize = 512;

/// A mode in the flat array of all modes.
#[derive(Debug, Clone, Copy)]
pub(super) struct FlatMode {
    /// The cost of being open in this mode \[currency/year\].
    pub fixed: f64,
    /// The cost of a unit of load \[currency/unit\].
    pub per_load: f64,
    /// The link it uses, or [`NONE`].
    pub link: u32,
    /// The upper it needs, or [`NONE`].
    pub upper: u32,
    /// Its number among the modes of its site.
    pub number: u32,
}

/// A limit on how many items of a group are open; items are the sites, then the uppers.
#[derive(Debug, Clone)]
pub(super) struct Group {
    pub items: Vec<u32>,
    pub min: usize,
    pub max: usize,
}

/// Terms grouped by what they belong to: those of `k` are `starts\[k\]..starts[k + 1]`.
#[derive(Debug, Clone, Default)]
pub(super) struct Terms {
    starts: Vec<usize>,
    terms: Vec<(u32, f64)>,
}

impl Terms {
    /// Turns rows of (index, coefficient) round into (row, coefficient) by index.
    fn turned<'r>(size: usize, rows: impl Iterator<Item = &'r [(u32, f64)]> + Clone) -> Self {
        let mut starts = vec![0; size + 1];
        for &(index, _) in rows.clone().flatten() {
            starts[index as usize + 1] += 1;
        }
        for k in 0..size {
            starts[k + 1] += starts[k];
        }
        let mut next = starts.clone();
        let mut terms = vec![(0, 0.0); starts[size]];
        for (r, row) in rows.enumerate() {
            for &(index, value) in row {
                terms[next[index as usize]] = (r as u32, value);
                next[index as usize] += 1;
            }
        }
        Self { starts, terms }
    }

    /// The (row, coefficient) terms of an index.
    pub fn of(&self, index: usize) -> &[(u32, f64)] {
        &self.terms[self.starts[index]..self.starts[index + 1]]
    }

    /// The coefficients of an index priced.
    pub fn priced(&self, index: usize, price: &[f64]) -> f64 {
        self.of(index).iter().map(|&(r, value)| value * price[r as usize]).sum()
    }
}

/// A problem laid out for the search.
pub(super) struct Instance<'a> {
    pub problem: &'a Problem,
    pub customers: usize,
    pub sites: usize,
    pub uppers: usize,
    /// Positions of each customer's lanes in the three arrays below, cheapest first.
    pub starts: Vec<usize>,
    pub site: Vec<u32>,
    pub cost: Vec<f64>,
    pub lane: Vec<u32>,
    /// The lanes of each site, cheapest first: customer, cost and position; positions only where rows price lanes.
    pub at_starts: Vec<usize>,
    pub at_customer: Vec<u32>,
    pub at_cost: Vec<f64>,
    pub at_position: Vec<u32>,
    /// The greatest cost of a lane, by size.
    pub dearest: f64,
    /// The flat modes of each site.
    pub mode_starts: Vec<usize>,
    pub modes: Vec<FlatMode>,
    /// The upper of every link; a site has one link for each distinct upper of its modes.
    pub link_upper: Vec<u32>,
    /// The least per-load cost of any mode.
    pub least_per_load: f64,
    /// The problem's rows, then the counts that no group holds, last the capacity surrogate if there is one.
    pub rows: Vec<Row>,
    pub lane_rows: Terms,
    pub site_rows: Terms,
    pub upper_rows: Terms,
    pub has_lane_rows: bool,
    /// Counts that the subproblem keeps exactly; no item is in two.
    pub groups: Vec<Group>,
    pub group_of: Vec<u32>,
    pub capacitated: bool,
    /// Whether cheapest service by open sites is always best: no capacity, no row on lanes.
    pub plain: bool,
    /// Whether, besides, there are no uppers: only the prices of (serve) and of rows on sites remain.
    pub direct: bool,
    /// Whether, besides, every site has one mode and no cost per load.
    pub bare: bool,
    /// The number of uppers if (through) is priced for every customer and upper, else 0.
    pub through: usize,
    /// Whether each customer needs the same work on all its lanes.
    pub same_work: bool,
    /// Whether customers, each whole, are limited by the capacities of the sites alone.
    pub exchangeable: bool,
    /// What open sites must be able to do, where the subproblem keeps that exactly.
    pub needed: Option<Needed>,
}

impl<'a> Instance<'a> {
    pub fn new(problem: &'a Problem) -> Self {
        let (customers, sites, uppers) = (problem.customers.len(), problem.sites.len(), problem.uppers.len());
        let lanes = &problem.lanes;
        let capacitated = problem.sites.iter().any(|site| site.capacity.is_some());
        let has_lane_rows = problem.rows.iter().any(|row| !row.lane.is_empty());
        let one_mode = |site: &super::Site| site.modes.len() == 1 && site.modes[0].per_load == 0.0;
        let bare = !capacitated && !has_lane_rows && uppers == 0 && problem.sites.iter().all(one_mode);
        let usable = |j: u32| problem.sites[j as usize].status != Status::Closed;
        let order = |i: usize| {
            let mut list: Vec<u32> =
                (lanes.starts[i]..lanes.starts[i + 1]).filter(|&e| usable(lanes.site[e])).map(|e| e as u32).collect();
            // Ties fall to the lane named first, so that the order is one.
            let less = |a: &u32, b: &u32| lanes.cost[*a as usize].total_cmp(&lanes.cost[*b as usize]).then(a.cmp(b));
            if !list.is_sorted_by(|a, b| less(a, b).is_lt()) {
                list.sort_unstable_by(less);
            }
            // Who has a site that is always open is never served at more than its cost.
            let always = |e: &u32| bare && problem.sites[lanes.site[*e as usize] as usize].status == Status::Open;
            if let Some(k) = list.iter().position(always) {
                list.truncate(k + 1);
            }
            list
        };
        let blocks: Vec<Vec<Vec<u32>>> = (0..customers.div_ceil(BLOCK))
            .into_par_iter()
            .map(|block| (block * BLOCK..((block + 1) * BLOCK).min(customers)).map(order).collect())
            .collect();
        let mut starts = Vec::with_capacity(customers + 1);
        starts.push(0);
        let mut lane: Vec<u32> = Vec::with_capacity(lanes.site.len());
        for list in blocks.into_iter().flatten() {
            lane.extend(list);
            starts.push(lane.len());
        }
        let site = lane.iter().map(|&e| lanes.site[e as usize]).collect();
        let cost = lane.iter().map(|&e| lanes.cost[e as usize]).collect();

        let mut mode_starts = vec![0];
        let mut modes = Vec::new();
        let mut link_upper: Vec<u32> = Vec::new();
        for place in &problem.sites {
            let first = link_upper.len();
            for (number, mode) in place.modes.iter().enumerate() {
                let link = match mode.upper {
                    None => NONE,
                    Some(u) => match link_upper[first..].iter().position(|&known| known == u) {
                        Some(k) => (first + k) as u32,
                        None => {
                            link_upper.push(u);
                            (link_upper.len() - 1) as u32
                        }
                    },
                };
                modes.push(FlatMode {
                    fixed: mode.fixed,
                    per_load: mode.per_load,
                    link,
                    upper: mode.upper.unwrap_or(NONE),
                    number: number as u32,
                });
            }
            mode_starts.push(modes.len());
        }
        let least_per_load = modes.iter().map(|mode| mode.per_load).fold(f64::INFINITY, f64::min);

        let upper_capacitated = problem.uppers.iter().any(|upper| upper.capacity.is_some());
        let mut instance = Self {
            problem,
            customers,
            sites,
            uppers,
            starts,
            site,
            cost,
            lane,
            at_starts: Vec::new(),
            at_customer: Vec::new(),
            at_cost: Vec::new(),
            at_position: Vec::new(),
            dearest: 0.0,
            mode_starts,
            modes,
            link_upper,
            least_per_load: if least_per_load.is_finite() { least_per_load } else { 0.0 },
            rows: problem.rows.clone(),
            lane_rows: Terms::default(),
            site_rows: Terms::default(),
            upper_rows: Terms::default(),
            has_lane_rows,
            groups: Vec::new(),
            group_of: vec![NONE; sites + uppers],
            capacitated,
            plain: !capacitated && !upper_capacitated && !has_lane_rows,
            direct: false,
            bare,
            through: if customers.saturating_mul(uppers) <= MOST_THROUGH { uppers } else { 0 },
            same_work: false,
            exchangeable: problem.single && capacitated && !upper_capacitated && !has_lane_rows,
            needed: None,
        };
        instance.list_by_site();
        instance.direct = instance.plain && uppers == 0;
        instance.same_work = (0..customers).all(|i| {
            let mut works = instance.lanes(i).map(|p| instance.work(p));
            works.next().is_none_or(|first| works.all(|work| work == first))
        });
        instance.place_counts();
        instance.add_surrogate();
        instance.lane_rows = Terms::turned(lanes.site.len(), instance.rows.iter().map(|row| row.lane.as_slice()));
        instance.site_rows = Terms::turned(sites, instance.rows.iter().map(|row| row.site.as_slice()));
        instance.upper_rows = Terms::turned(uppers, instance.rows.iter().map(|row| row.upper.as_slice()));
        instance
    }

    /// Lists the lanes of each site, where plans are searched that way: not where capacities alone limit service.
    fn list_by_site(&mut self) {
        self.dearest = self.cost.iter().fold(0.0, |a: f64, b| a.max(b.abs()));
        if self.capacitated && !self.has_lane_rows {
            return;
        }
        let mut starts = vec![0; self.sites + 1];
        for &j in &self.site {
            starts[j as usize + 1] += 1;
        }
        for j in 0..self.sites {
            starts[j + 1] += starts[j];
        }
        let mut next = starts.clone();
        let mut lanes = vec![(0.0, 0, 0); self.site.len()];
        for i in 0..self.customers {
            for p in self.lanes(i) {
                let place = &mut next[self.site[p] as usize];
                lanes[*place] = (self.cost[p], i as u32, p as u32);
                *place += 1;
            }
        }
        let mut rest = lanes.as_mut_slice();
        let mut lists = Vec::with_capacity(self.sites);
        for j in 0..self.sites {
            let (own, others) = rest.split_at_mut(starts[j + 1] - starts[j]);
            lists.push(own);
            rest = others;
        }
        let less =
            |a: &(f64, u32, u32), b: &(f64, u32, u32)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)).then(a.2.cmp(&b.2));
        lists.into_par_iter().with_min_len(BLOCK).for_each(|list| list.sort_unstable_by(less));
        self.at_starts = starts;
        self.at_cost = lanes.iter().map(|lane| lane.0).collect();
        self.at_customer = lanes.iter().map(|lane| lane.1).collect();
        if self.has_lane_rows {
            self.at_position = lanes.iter().map(|lane| lane.2).collect();
        }
    }

    /// Keeps counts that share no item inside the subproblem, the widest first; the others become rows.
    fn place_counts(&mut self) {
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
    /// Without counts the subproblem keeps it exactly; with them it is a row to be priced and a least number of sites.
    fn add_surrogate(&mut self) {
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
            let capacity = |place: &super::Site| place.capacity.map_or(0.0, |capacity| capacity.min(work));
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

    /// The price of (serve) up to which lanes left out of the list cannot bring a profit.
    pub fn cap_of(&self, customer: usize) -> f64 {
        let beyond = self.problem.lanes.beyond.get(customer).copied().unwrap_or(f64::INFINITY);
        beyond + self.least_per_load * self.load(customer)
    }

    /// Lowers the prices of (serve) to where lanes left out of the list cannot bring a profit.
    pub fn cap(&self, serve: &mut [f64]) {
        if !self.problem.lanes.beyond.is_empty() {
            for (i, price) in serve.iter_mut().enumerate() {
                *price = price.min(self.cap_of(i));
            }
        }
    }

    /// Whether all lanes of all customers are listed.
    pub fn lists_all(&self) -> bool {
        self.problem.lanes.beyond.iter().all(|beyond| *beyond == f64::INFINITY)
    }

    /// Whether a count limits which of the sites, all alike, are open: the relaxed plan then changes by leaps.
    pub fn is_median(&self) -> bool {
        self.bare && self.groups.iter().any(|group| group.max < group.items.len())
    }

    /// The positions of a customer's lanes, cheapest first.
    pub fn lanes(&self, customer: usize) -> std::ops::Range<usize> {
        self.starts[customer]..self.starts[customer + 1]
    }

    /// Where the lanes of a site stand in the lists by site.
    pub fn at(&self, site: usize) -> std::ops::Range<usize> {
        self.at_starts[site]..self.at_starts[site + 1]
    }

    /// The flat modes of a site.
    pub fn modes_of(&self, site: usize) -> std::ops::Range<usize> {
        self.mode_starts[site]..self.mode_starts[site + 1]
    }

    /// The work of the lane at a position \[work/year\].
    pub fn work(&self, position: usize) -> f64 {
        self.problem.lanes.work.get(self.lane[position] as usize).copied().unwrap_or(0.0)
    }

    /// The price of passing a customer through the upper of a mode.
    pub fn through_price(&self, through: &[f64], customer: usize, upper: u32) -> f64 {
        if upper == NONE || self.through == 0 { 0.0 } else { through[customer * self.through + upper as usize] }
    }

    /// The load of a customer \[units/year\].
    pub fn load(&self, customer: usize) -> f64 {
        self.problem.customers[customer]
    }
}
