//! The problem laid out for speed: lanes of a customer in order of cost, modes and links in flat arrays.

mod counts;
mod lists;
mod terms;

pub(super) use self::terms::Terms;
use super::surrogate::Needed;
use super::{Problem, Row};

/// No index.
pub(super) const NONE: u32 = u32::MAX;

/// The most pairs of customer and upper for which (through) is priced; beyond, memory matters more.
pub(super) const MOST_THROUGH: usize = 4_000_000;

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
        let (starts, lane) = lists::by_customer(problem, bare);
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
