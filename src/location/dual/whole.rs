//! Undivided service in the relaxed plan: whole fillings where they matter, and what using or leaving a lane costs.

use super::super::Multipliers;
use super::super::instance::{Instance, NONE};
use super::super::state::State;
use super::{Relaxed, collect};

impl Relaxed {
    /// Fills the open sites whole, and chooses again, until every open site is filled so.
    ///
    /// A site left closed at the value of its divided filling would be left closed at its own, which is no less.
    pub(super) fn fill_whole(&mut self, instance: &Instance, state: &State, prices: &Multipliers) {
        if !(instance.exchangeable && instance.needed.is_some()) {
            return;
        }
        loop {
            let mut filled = false;
            for j in 0..instance.sites {
                if !self.open[j] || std::mem::replace(&mut self.whole[j], true) {
                    continue;
                }
                filled = true;
                let entries = &self.bucket[self.bucket_starts[j]..self.bucket_starts[j + 1]];
                for m in instance.modes_of(j).filter(|&m| !state.mode_off[m]) {
                    let rate = self.rate[m];
                    let filling = collect(instance, (j, m), rate, entries, &prices.through, true, &mut self.items);
                    self.mode_value[m] += filling.value - self.filled[m].value;
                    self.filled[m] = filling;
                }
                let best = instance.modes_of(j).min_by(|&a, &b| self.mode_value[a].total_cmp(&self.mode_value[b]));
                self.mode[j] = best.map_or(NONE, |m| m as u32);
                self.item_value[j] = best.map_or(f64::INFINITY, |m| self.mode_value[m]);
            }
            if !filled {
                return;
            }
            self.choose(instance, state);
        }
    }

    /// The least value of a site if a lane of it has to be used, or must not be.
    pub fn forced(
        &self,
        instance: &Instance,
        state: &State,
        prices: &Multipliers,
        (customer, position): (usize, usize),
        used: bool,
    ) -> f64 {
        let site = instance.site[position] as usize;
        let work = instance.work(position);
        let live = instance.modes_of(site).filter(|&m| !state.mode_off[m]);
        live.map(|m| {
            let filling = self.filled.get(m).copied().unwrap_or_default();
            let through = instance.through_price(&prices.through, customer, instance.modes[m].upper);
            let value = instance.cost[position] - prices.serve[customer] + self.rate[m] * instance.load(customer);
            let against = value + through - filling.density * work;
            let lost = if used { against.max(0.0) } else { (-against).max(0.0) };
            self.mode_value[m].max(self.mode_value[m] - filling.value + filling.divided + lost)
        })
        .fold(f64::INFINITY, f64::min)
    }
}
