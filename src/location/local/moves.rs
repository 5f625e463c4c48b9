//! The moves themselves: open, close, swap, many at once where they do not get in each other's way.

use super::super::Status;
use super::super::instance::NONE;
use super::Local;

impl Local<'_, '_> {
    /// Opens every site that gains by the customers who want it most; such customers are not counted twice.
    pub(super) fn open_pass(&mut self) -> bool {
        let threshold = self.threshold();
        let short = |local: &Self, j: usize| {
            let group = local.instance.group_of[j];
            group != NONE && local.group_open[group as usize] < local.instance.groups[group as usize].min
        };
        let wanted: Vec<bool> = (0..self.instance.sites)
            .map(|j| self.may_open(j) && (self.gain[j] > threshold || short(self, j)))
            .collect();
        if !wanted.contains(&true) {
            return false;
        }
        let mut voted: Vec<f64> = self.fee.iter().map(|fee| -fee).collect();
        for i in 0..self.instance.customers {
            let mut choice: Option<(usize, f64)> = None;
            for p in self.instance.lanes(i) {
                if self.floor(i, p) >= self.first_cost[i] {
                    break;
                }
                let j = self.instance.site[p] as usize;
                let saving = self.first_cost[i] - self.cost(i, p);
                if wanted[j] && saving > 0.0 && choice.is_none_or(|(best, _)| self.gain[j] > self.gain[best]) {
                    choice = Some((j, saving));
                }
            }
            if let Some((j, saving)) = choice {
                voted[j] += saving;
            }
        }
        let mut order: Vec<usize> = (0..self.instance.sites).filter(|&j| wanted[j]).collect();
        order.sort_by(|&a, &b| voted[b].total_cmp(&voted[a]).then(a.cmp(&b)));
        let mut moved = false;
        for j in order {
            let short = short(self, j);
            if self.may_open(j) && (voted[j] > threshold || (short && !moved)) {
                self.set_open(j, true);
                moved = true;
            }
        }
        moved
    }

    /// Closes every site that costs more than it saves, unless its customers would turn to another that closes.
    pub(super) fn close_pass(&mut self) -> bool {
        let threshold = self.threshold();
        let mut closing: Vec<bool> =
            (0..self.instance.sites).map(|j| self.may_close(j) && self.loss[j] < -threshold).collect();
        if !closing.contains(&true) {
            return false;
        }
        for i in 0..self.instance.customers {
            let (a, b) = (self.first[i] as usize, self.second[i] as usize);
            if self.second[i] != NONE && closing[a] && closing[b] {
                let weaker = if (self.loss[a], a) <= (self.loss[b], b) { b } else { a };
                closing[weaker] = false;
            }
        }
        let mut order: Vec<usize> = (0..self.instance.sites).filter(|&j| closing[j]).collect();
        order.sort_by(|&a, &b| self.loss[a].total_cmp(&self.loss[b]).then(a.cmp(&b)));
        let mut moved = false;
        for j in order {
            if self.may_close(j) {
                self.set_open(j, false);
                moved = true;
            }
        }
        moved
    }

    /// Makes the best swaps of an open site for a closed one: many at once while that pays, else the best alone.
    pub(super) fn swap_pass(&mut self) -> bool {
        let mut swaps = self.swaps();
        swaps.sort_by(|a, b| b.0.total_cmp(&a.0).then((a.1, a.2).cmp(&(b.1, b.2))));
        let Some(&(_, j, k)) = swaps.first() else { return false };
        if self.batch > 1 && swaps.len() > 1 {
            let before = self.total();
            let made = self.make_apart(&swaps);
            self.find_two();
            if self.total() <= before - swaps[0].0 {
                self.batch *= 2;
                return true;
            }
            // Together they got in each other's way.
            for (j, k) in made {
                self.set_open(j, false);
                self.set_open(k, true);
            }
            self.batch /= 2;
        }
        self.set_open(k, false);
        self.set_open(j, true);
        true
    }

    /// Makes swaps that touch different sites, up to the batch; returns them.
    fn make_apart(&mut self, swaps: &[(f64, usize, usize)]) -> Vec<(usize, usize)> {
        let mut touched = vec![false; self.instance.sites];
        let mut made = Vec::new();
        for &(_, j, k) in swaps {
            if made.len() >= self.batch {
                break;
            }
            let same = self.instance.group_of[j] == self.instance.group_of[k];
            if touched[j] || touched[k] || !(same || (self.may_open(j) && self.may_close(k))) {
                continue;
            }
            (touched[j], touched[k]) = (true, true);
            self.set_open(k, false);
            self.set_open(j, true);
            made.push((j, k));
        }
        made
    }

    /// The cost of all customers and fees.
    fn total(&self) -> f64 {
        let fees: f64 = self.fee.iter().zip(&self.open).filter(|(_, open)| **open).map(|(fee, _)| fee).sum();
        self.first_cost.iter().sum::<f64>() + fees
    }

    /// The best swap of every open site that gains: (gain, site to open, site to close).
    fn swaps(&self) -> Vec<(f64, usize, usize)> {
        let sites = self.instance.sites;
        let favourite = (0..sites)
            .filter(|&j| self.can_be_opened(j))
            .max_by(|&a, &b| self.gain[a].total_cmp(&self.gain[b]).then(b.cmp(&a)));
        let Some(favourite) = favourite else { return Vec::new() };
        let mut members: Vec<Vec<u32>> = vec![Vec::new(); sites];
        for (i, &first) in self.first.iter().enumerate().filter(|(_, first)| **first != NONE) {
            members[first as usize].push(i as u32);
        }
        let mut back = vec![0.0; sites];
        let mut seen = vec![false; sites];
        let mut touched: Vec<usize> = Vec::new();
        let mut swaps = Vec::new();
        for k in (0..sites).filter(|&k| self.open[k] && self.state.site[k] == Status::Free) {
            seen[favourite] = true;
            touched.push(favourite);
            for i in members[k].iter().map(|&i| i as usize) {
                for p in self.instance.lanes(i) {
                    if self.floor(i, p) >= self.second_cost[i] {
                        break;
                    }
                    let j = self.instance.site[p] as usize;
                    let cost = self.cost(i, p);
                    if cost < self.second_cost[i] && self.can_be_opened(j) {
                        if !std::mem::replace(&mut seen[j], true) {
                            touched.push(j);
                        }
                        back[j] += self.second_cost[i] - cost.max(self.first_cost[i]);
                    }
                }
            }
            let mut best: Option<(f64, usize)> = None;
            for j in touched.drain(..) {
                let net = self.gain[j] - self.loss[k] + back[j];
                let same = self.instance.group_of[j] == self.instance.group_of[k];
                if net > self.threshold()
                    && best.is_none_or(|(known, _)| net > known)
                    && (same || (self.may_open(j) && self.may_close(k)))
                {
                    best = Some((net, j));
                }
                back[j] = 0.0;
                seen[j] = false;
            }
            swaps.extend(best.map(|(net, j)| (net, j, k)));
        }
        swaps
    }
}
