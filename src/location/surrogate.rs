//! The cheapest open sites whose capacities together do all the work: a covering knapsack.
//!
//! ```text
//! min Σ v_j·y_j   s.t.  Σ capacity_j·y_j ≥ work,   y ∈ {0, 1}
//! ```
//!
//! It follows from (serve) and (capacity), so the relaxed plan may keep it; kept whole it is worth more than its price
//! (Klose and Görtz 2007). The sites left closed fill the capacity that is not needed, an ordinary knapsack.

use super::Status;
use super::instance::Instance;
use super::knapsack::{Item, fill};
use super::state::State;

/// The cover that the relaxed plan opens, in values.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Surrogate {
    /// The value of all open sites.
    pub value: f64,
    /// The same if free sites could open in part.
    pub divided: f64,
    /// The price of a unit of capacity when sites open in part, at least 0.
    pub price: f64,
    /// The capacity beyond what is needed if all that may be open is; a site with more has to be open \[work/year\].
    pub spare: f64,
}

/// The work that open sites must be able to do, and what each can do of it.
#[derive(Debug, Clone)]
pub(super) struct Needed {
    /// The work \[work/year\].
    pub work: f64,
    /// The capacity of each site, no more than all the work \[work/year\].
    pub capacity: Vec<f64>,
}

impl Needed {
    /// The change of the divided cover when the value of a site becomes another, given the price.
    pub fn rise(&self, cover: &Surrogate, site: usize, status: Status, from: f64, to: f64) -> f64 {
        let paid = cover.price * self.capacity[site];
        match status {
            Status::Free if self.capacity[site] <= cover.spare => (to - paid).min(0.0) - (from - paid).min(0.0),
            _ => to - from,
        }
    }

    /// The rise of the divided cover when a site has to be open, at another value than its own.
    pub fn opening(&self, cover: &Surrogate, site: usize, status: Status, from: f64, to: f64) -> f64 {
        let paid = cover.price * self.capacity[site];
        match status {
            Status::Free if self.capacity[site] <= cover.spare => to - paid - (from - paid).min(0.0),
            _ => to - from,
        }
    }

    /// The rise of the divided cover when a free site of some value has to be closed.
    pub fn closing(&self, cover: &Surrogate, site: usize, value: f64) -> f64 {
        if self.capacity[site] > cover.spare {
            return f64::INFINITY;
        }
        (cover.price * self.capacity[site] - value).max(0.0)
    }
}

/// Opens the best cover: sets `open` for every site.
pub(super) fn choose(
    instance: &Instance,
    needed: &Needed,
    state: &State,
    value: &[f64],
    open: &mut [bool],
    items: &mut Vec<Item>,
) -> Surrogate {
    items.clear();
    let mut cover = Surrogate::default();
    let mut spare = -needed.work;
    for j in 0..instance.sites {
        open[j] = match state.site[j] {
            Status::Closed => continue,
            Status::Open => true,
            Status::Free => value[j].is_finite(),
        };
        if !open[j] {
            continue;
        }
        spare += needed.capacity[j];
        cover.value += value[j];
        if state.site[j] == Status::Free && value[j] > 0.0 {
            let (number, work) = (j as u32, needed.capacity[j]);
            items.push(Item { value: -value[j], work, position: number, customer: number, share: 0.0 });
        }
    }
    cover.spare = spare.max(0.0);
    let filling = fill(items, cover.spare, true);
    cover.divided = cover.value + filling.divided;
    cover.value += filling.value;
    cover.price = -filling.density;
    for item in items.iter() {
        open[item.position as usize] = item.share < 0.5;
    }
    cover
}
