//! The Lagrangian function: a bound, and a relaxed plan, from prices.
//!
//! ```text
//! L(u, ζ, θ, π, ν) = Σ u_i − Σ ν_r·b_r
//!               + least Σ_j y_j·v_j + Σ_d z_d·t_d  over y, z that keep the grouped counts
//! v_j  = least over modes m of  f_jm + ζ_jd(m) + Σ ν_r·s_rj + least Σ_e r_e·x_e within the site's capacity
//! r_e  = c_e + (g_m + π_d(m))·a_i + θ_id(m) + Σ ν_r·l_re − u_i
//! t_d  = F_d − Σ_j ζ_jd − Σ_i θ_id − π_d·capacity_d + Σ ν_r·t_rd
//! ```

mod walk;
mod whole;

use rayon::prelude::*;

use self::walk::{Entry, Section, each, sections};
use super::instance::{Instance, NONE};
use super::knapsack::{Filling, Item, fill};
use super::primal::slack;
use super::state::State;
use super::surrogate::{self, Surrogate};
use super::{Multipliers, Status};

/// From so many lanes × modes on the sites are shared among threads.
const PARALLEL: usize = 30_000;

/// The relaxed plan at some prices, with room to compute the next.
#[derive(Debug, Clone, Default)]
pub(super) struct Relaxed {
    /// The Lagrangian value: a lower bound.
    pub value: f64,
    /// v_jm of every flat mode; infinite when it is ruled out.
    pub mode_value: Vec<f64>,
    /// The best flat mode of every site.
    pub mode: Vec<u32>,
    /// The value of every item: v_j of a site, t_d of an upper.
    pub item_value: Vec<f64>,
    /// Which items the relaxed plan opens.
    pub open: Vec<bool>,
    /// The customers and lane positions that the relaxed plan uses, with shares.
    pub served: Vec<(u32, u32, f64)>,
    /// The sites opened, where they must cover all work.
    pub surrogate: Surrogate,
    /// Whether undivided service is counted whole at every site, also at those that stay closed.
    pub thorough: bool,
    /// Whether each site was filled whole, as far as its customers are.
    whole: Vec<bool>,
    /// What every mode of a site with a capacity collects.
    filled: Vec<Filling>,
    sections: Vec<Section>,
    bucket: Vec<Entry>,
    bucket_starts: Vec<usize>,
    rate: Vec<f64>,
    base: Vec<f64>,
    items: Vec<Item>,
}

/// How far a relaxed plan is from keeping each priced row: left side less right side, serve with the sign of `1 − Σ x`.
#[derive(Debug, Clone, Default)]
pub(super) struct Slopes {
    pub serve: Vec<f64>,
    pub link: Vec<f64>,
    pub through: Vec<f64>,
    pub upper_load: Vec<f64>,
    pub row: Vec<f64>,
}

impl Slopes {
    /// Moves a part of the way to other slopes.
    pub fn blend(&mut self, to: &Slopes, weight: f64) {
        let lists = [
            (&mut self.serve, &to.serve),
            (&mut self.link, &to.link),
            (&mut self.through, &to.through),
            (&mut self.upper_load, &to.upper_load),
            (&mut self.row, &to.row),
        ];
        for (own, to) in lists {
            own.iter_mut().zip(to).for_each(|(own, to)| *own += weight * (to - *own));
        }
    }
}

impl Relaxed {
    /// Evaluates the Lagrangian function within the decisions of a node.
    pub fn evaluate(&mut self, instance: &Instance, state: &State, prices: &Multipliers) -> f64 {
        self.price_modes(instance, state, prices);
        self.price_uppers(instance, prices);
        self.choose(instance, state);
        self.fill_whole(instance, state, prices);
        let mut value: f64 = prices.serve.iter().sum();
        value -= instance.rows.iter().zip(&prices.row).map(|(row, price)| row.at_most * price).sum::<f64>();
        let (of_sites, first) =
            if instance.needed.is_some() { (self.surrogate.value, instance.sites) } else { (0.0, 0) };
        let opened = self.item_value.iter().zip(&self.open).skip(first).filter(|(_, open)| **open);
        value += of_sites + opened.map(|(v, _)| v).sum::<f64>();
        self.value = value;
        value
    }

    /// How many lanes the last evaluation walked.
    pub fn walked(&self) -> u64 {
        self.sections.iter().map(|section| section.walked).sum()
    }

    /// Finds v_jm of every mode, and the best mode of every site.
    fn price_modes(&mut self, instance: &Instance, state: &State, prices: &Multipliers) {
        let count = instance.modes.len();
        self.rate.resize(count, 0.0);
        self.base.resize(count, 0.0);
        for j in 0..instance.sites {
            let on_site = instance.site_rows.priced(j, &prices.row);
            for m in instance.modes_of(j) {
                let mode = &instance.modes[m];
                self.rate[m] = mode.per_load;
                self.base[m] = mode.fixed + on_site;
                if mode.link != NONE {
                    self.rate[m] += prices.upper_load[mode.upper as usize];
                    self.base[m] += prices.link[mode.link as usize];
                }
            }
        }
        self.mode_value.clear();
        self.mode_value
            .extend(self.base.iter().zip(&state.mode_off).map(|(b, off)| if *off { f64::INFINITY } else { *b }));
        if self.sections.is_empty() {
            self.sections = sections(instance);
        }
        let rate = &self.rate;
        each(&mut self.sections, |section| section.gather(instance, state, prices, rate));
        if instance.capacitated {
            self.sort_into_buckets(instance);
            self.fill_modes(instance, state, prices);
        } else {
            for section in &self.sections {
                for (value, collected) in self.mode_value.iter_mut().zip(&section.collected) {
                    *value += collected;
                }
            }
        }
        self.mode.clear();
        self.item_value.clear();
        for j in 0..instance.sites {
            let best = instance.modes_of(j).min_by(|&a, &b| self.mode_value[a].total_cmp(&self.mode_value[b]));
            self.mode.push(best.map_or(NONE, |m| m as u32));
            self.item_value.push(best.map_or(f64::INFINITY, |m| self.mode_value[m]));
        }
    }

    /// Adds to every mode what its site collects; sites are shared among threads, each mode is summed by one.
    fn fill_modes(&mut self, instance: &Instance, state: &State, prices: &Multipliers) {
        self.filled.clear();
        self.filled.resize(instance.modes.len(), Filling::default());
        // Sites that were closed will mostly stay closed: for them the divided filling is bound enough.
        let lazy = instance.exchangeable && instance.needed.is_some() && !self.thorough;
        self.whole.clear();
        self.whole
            .extend((0..instance.sites).map(|j| instance.problem.single && (!lazy || self.open.get(j) == Some(&true))));
        let mut rest = self.filled.as_mut_slice();
        let mut sites: Vec<(usize, &mut [Filling])> = Vec::with_capacity(instance.sites);
        for j in 0..instance.sites {
            let (own, others) = rest.split_at_mut(instance.modes_of(j).len());
            rest = others;
            if state.site[j] != Status::Closed {
                sites.push((j, own));
            }
        }
        let (bucket, starts, rate, whole) = (&self.bucket, &self.bucket_starts, &self.rate, &self.whole);
        let fill_site = |items: &mut Vec<Item>, (j, fillings): (usize, &mut [Filling])| {
            let entries = &bucket[starts[j]..starts[j + 1]];
            for (m, filling) in instance.modes_of(j).zip(fillings) {
                if !state.mode_off[m] {
                    *filling = collect(instance, (j, m), rate[m], entries, &prices.through, whole[j], items);
                }
            }
        };
        if self.bucket.len() * instance.modes.len() / instance.sites.max(1) < PARALLEL {
            sites.into_iter().for_each(|site| fill_site(&mut self.items, site));
        } else {
            sites.into_par_iter().with_min_len(4).for_each_init(Vec::new, fill_site);
        }
        for (value, filling) in self.mode_value.iter_mut().zip(&self.filled) {
            *value += filling.value;
        }
    }

    /// Groups the entries by site, keeping their order.
    fn sort_into_buckets(&mut self, instance: &Instance) {
        self.bucket_starts.clear();
        self.bucket_starts.resize(instance.sites + 1, 0);
        let entries = || self.sections.iter().flat_map(|section| &section.entries);
        for entry in entries() {
            self.bucket_starts[entry.site as usize + 1] += 1;
        }
        for j in 0..instance.sites {
            self.bucket_starts[j + 1] += self.bucket_starts[j];
        }
        let mut next = self.bucket_starts.clone();
        self.bucket.clear();
        self.bucket.resize(self.bucket_starts[instance.sites], Entry::default());
        for entry in entries() {
            self.bucket[next[entry.site as usize]] = *entry;
            next[entry.site as usize] += 1;
        }
    }

    fn price_uppers(&mut self, instance: &Instance, prices: &Multipliers) {
        let first = instance.sites;
        for (u, upper) in instance.problem.uppers.iter().enumerate() {
            let carried = upper.capacity.map_or(0.0, |capacity| prices.upper_load[u] * capacity);
            self.item_value.push(upper.fixed + instance.upper_rows.priced(u, &prices.row) - carried);
        }
        for (link, &u) in instance.link_upper.iter().enumerate() {
            self.item_value[first + u as usize] -= prices.link[link];
        }
        if instance.through > 0 {
            for of_customer in prices.through.chunks_exact(instance.through) {
                for (value, price) in self.item_value[first..].iter_mut().zip(of_customer) {
                    *value -= price;
                }
            }
        }
    }

    /// Opens the items of negative value, as many as the counts ask for and no more.
    fn choose(&mut self, instance: &Instance, state: &State) {
        let items = instance.sites + instance.uppers;
        self.open.clear();
        self.open.extend((0..items).map(|k| match state.item(k) {
            Status::Open => true,
            Status::Closed => false,
            Status::Free => instance.group_of[k] == NONE && self.item_value[k] < 0.0,
        }));
        if let Some(needed) = &instance.needed {
            self.surrogate =
                surrogate::choose(instance, needed, state, &self.item_value, &mut self.open, &mut self.items);
        }
        for group in &instance.groups {
            let mut free: Vec<u32> = Vec::new();
            let mut open = 0;
            for &k in &group.items {
                match state.item(k as usize) {
                    Status::Free => free.push(k),
                    Status::Open => open += 1,
                    Status::Closed => {}
                }
            }
            free.sort_unstable_by(|&a, &b| {
                self.item_value[a as usize].total_cmp(&self.item_value[b as usize]).then(a.cmp(&b))
            });
            for k in free {
                if open < group.min || (open < group.max && self.item_value[k as usize] < 0.0) {
                    self.open[k as usize] = true;
                    open += 1;
                } else {
                    break;
                }
            }
        }
    }

    /// The slopes of the Lagrangian function at the evaluated prices; also lists the lanes used.
    pub fn slopes(&mut self, instance: &Instance, prices: &Multipliers, slopes: &mut Slopes) {
        slopes.serve.clear();
        slopes.serve.resize(instance.customers, 1.0);
        slopes.link.clear();
        slopes.link.extend(
            instance.link_upper.iter().map(|&u| if self.open[instance.sites + u as usize] { -1.0 } else { 0.0 }),
        );
        slopes.through.clear();
        for _ in 0..if instance.through > 0 { instance.customers } else { 0 } {
            slopes.through.extend(self.open[instance.sites..].iter().map(|&open| if open { -1.0 } else { 0.0 }));
        }
        slopes.upper_load.clear();
        slopes.upper_load.extend(
            instance
                .problem
                .uppers
                .iter()
                .enumerate()
                .map(|(u, upper)| if self.open[instance.sites + u] { -upper.capacity.unwrap_or(0.0) } else { 0.0 }),
        );
        slopes.row.clear();
        slopes.row.extend(instance.rows.iter().map(|row| -row.at_most));
        self.served.clear();
        if instance.capacitated {
            for j in 0..instance.sites {
                if !self.open[j] {
                    continue;
                }
                let mode = self.mode[j] as usize;
                let entries = &self.bucket[self.bucket_starts[j]..self.bucket_starts[j + 1]];
                let whole = instance.problem.single;
                collect(instance, (j, mode), self.rate[mode], entries, &prices.through, whole, &mut self.items);
                for item in self.items.iter().filter(|item| item.share > 0.0) {
                    self.served.push((item.customer, item.position, item.share));
                }
            }
        } else {
            let chosen = (self.open.as_slice(), self.mode.as_slice(), self.rate.as_slice());
            let mut rest = slopes.serve.as_mut_slice();
            let mut shares = Vec::with_capacity(self.sections.len());
            for section in &mut self.sections {
                let (own, others) = rest.split_at_mut(section.customers.len());
                rest = others;
                shares.push((section, own));
            }
            if shares.len() == 1 {
                shares.into_iter().for_each(|(section, own)| section.serve(instance, prices, chosen, own));
            } else {
                shares.into_par_iter().for_each(|(section, own)| section.serve(instance, prices, chosen, own));
            }
            for section in &self.sections {
                self.served.extend_from_slice(&section.served);
            }
        }
        for j in (0..instance.sites).filter(|&j| self.open[j]) {
            let link = instance.modes[self.mode[j] as usize].link;
            if link != NONE {
                slopes.link[link as usize] += 1.0;
            }
            for &(r, value) in instance.site_rows.of(j) {
                slopes.row[r as usize] += value;
            }
        }
        for u in (0..instance.uppers).filter(|&u| self.open[instance.sites + u]) {
            for &(r, value) in instance.upper_rows.of(u) {
                slopes.row[r as usize] += value;
            }
        }
        for &(customer, position, share) in &self.served {
            slopes.serve[customer as usize] -= share;
            let upper = instance.modes[self.mode[instance.site[position as usize] as usize] as usize].upper;
            if upper != NONE && instance.through > 0 {
                slopes.through[customer as usize * instance.through + upper as usize] += share;
            }
            if upper != NONE && instance.problem.uppers[upper as usize].capacity.is_some() {
                slopes.upper_load[upper as usize] += share * instance.load(customer as usize);
            }
            if instance.has_lane_rows {
                for &(r, value) in instance.lane_rows.of(instance.lane[position as usize] as usize) {
                    slopes.row[r as usize] += share * value;
                }
            }
        }
    }
}

/// Fills a site in a mode as profitably as its capacity allows; leaves the filling in `items`.
fn collect(
    instance: &Instance,
    (site, mode): (usize, usize),
    rate: f64,
    entries: &[Entry],
    through: &[f64],
    whole: bool,
    items: &mut Vec<Item>,
) -> Filling {
    items.clear();
    let upper = instance.modes[mode].upper;
    for entry in entries {
        let customer = entry.customer as usize;
        let value = entry.value + rate * instance.load(customer) + instance.through_price(through, customer, upper);
        if value < 0.0 {
            let position = entry.position;
            let work = instance.work(position as usize);
            items.push(Item { value, work, position, customer: entry.customer, share: 0.0 });
        }
    }
    match instance.problem.sites[site].capacity {
        None => {
            items.iter_mut().for_each(|item| item.share = 1.0);
            let value = items.iter().map(|item| item.value).sum();
            Filling { value, divided: value, density: 0.0 }
        }
        // Undivided service may pass the capacity by the rounding allowed, which can make room for one more.
        Some(capacity) if instance.problem.single => fill(items, capacity + slack(capacity), whole),
        Some(capacity) => fill(items, capacity, false),
    }
}
