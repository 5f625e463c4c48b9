//! The moves themselves: weighing a site, opening, closing, swapping, and waking the sites near what changed.

use super::super::Status;
use super::super::heap::Heap;
use super::super::instance::NONE;
use super::Local;
use crate::watch::Watch;

/// Moves between two questions whether to stop.
const LOOK: usize = 64;

impl Local<'_, '_> {
    /// Brings the counts in order, then moves until no move pays or the work is done \[lanes\].
    pub(super) fn search(&mut self, work: u64, watch: &dyn Watch) {
        let until = self.work.saturating_add(work);
        self.close_surplus();
        self.open_greedily(until, watch);
        loop {
            let made = self.journal.len();
            for j in 0..self.instance.sites as u32 {
                self.wake(j);
            }
            self.settle(until, watch);
            // A move changes the worth of swaps farther away than it wakes; a whole round without a move ends it.
            if self.journal.len() == made || self.work >= until || watch.stop() {
                break;
            }
        }
        self.rest();
    }

    /// Weighs the sites in the queue until it is empty or the work is done.
    pub(super) fn settle(&mut self, until: u64, watch: &dyn Watch) {
        let mut looked = 0;
        while let Some(j) = self.queue.pop_front() {
            self.queued[j as usize] = false;
            looked += 1;
            if self.work >= until || looked % LOOK == 0 && watch.stop() {
                break;
            }
            self.try_site(j as usize);
        }
    }

    /// Forgets what was to be weighed.
    pub(super) fn rest(&mut self) {
        for j in self.queue.drain(..) {
            self.queued[j as usize] = false;
        }
    }

    /// Makes the best move that opens a closed site or closes an open one, if it pays.
    fn try_site(&mut self, j: usize) {
        let threshold = self.threshold();
        if self.open[j] {
            if self.may_close(j) && self.loss[j] < -threshold {
                self.apply(j as u32, NONE);
            }
            return;
        }
        if !self.can_be_opened(j) {
            return;
        }
        let gain = self.weigh(j);
        let mut best = if self.may_open(j) { gain } else { f64::NEG_INFINITY };
        let mut closing = NONE;
        for at in 0..self.touched.len() {
            let k = self.touched[at];
            let net = gain + self.back[k as usize] - self.loss[k as usize];
            if net > best && self.may_swap(j, k as usize) {
                (best, closing) = (net, k);
            }
            self.back[k as usize] = 0.0;
        }
        self.touched.clear();
        if gain > best.max(threshold) || closing == NONE {
            self.find_cheapest();
            for &k in self.cheapest.iter().flatten() {
                let net = gain - self.loss[k as usize];
                if net > best && self.may_swap(j, k as usize) {
                    (best, closing) = (net, k);
                }
            }
        }
        if best > threshold {
            self.apply(closing, j as u32);
        }
    }

    /// What opening a site gains; leaves what swaps add back in `back`, for the open sites in `touched`.
    fn weigh(&mut self, j: usize) -> f64 {
        let mut gain = -self.fee[j];
        let rate = self.rate[j];
        let instance = self.instance;
        let at = instance.at(j);
        let begin = at.start;
        let (far, mut farthest) = (self.far[j], f64::NEG_INFINITY);
        for q in at {
            if instance.at_cost[q] > far {
                self.work += (q - begin) as u64;
                break;
            }
            let i = instance.at_customer[q] as usize;
            let cost = match self.extra {
                None => instance.at_cost[q] + rate * instance.load(i),
                Some(extra) => instance.at_cost[q] + rate * instance.load(i) + extra[instance.at_position[q] as usize],
            };
            let second = self.second_cost[i];
            if cost >= second {
                continue;
            }
            farthest = instance.at_cost[q];
            let first = self.first_cost[i];
            gain += (first - cost).max(0.0);
            let k = self.first[i];
            if k != NONE {
                let back = &mut self.back[k as usize];
                if *back == 0.0 {
                    self.touched.push(k);
                }
                *back += second - cost.max(first);
            }
        }
        self.far[j] = farthest;
        gain
    }

    /// Finds the cheapest sites to close, unless they are known: one of each group, and one outside all groups.
    fn find_cheapest(&mut self) {
        if self.cheapest.is_some() {
            return;
        }
        let groups = self.instance.groups.len();
        let mut least = vec![NONE; groups + 1];
        for k in 0..self.instance.sites {
            if !self.open[k] || self.state.site[k] != Status::Free {
                continue;
            }
            let group = self.instance.group_of[k];
            let known = &mut least[if group == NONE { groups } else { group as usize }];
            if *known == NONE || self.loss[k] < self.loss[*known as usize] {
                *known = k as u32;
            }
        }
        least.retain(|&k| k != NONE);
        self.cheapest = Some(least);
    }

    /// Closes what a count forbids, the cheapest first.
    fn close_surplus(&mut self) {
        for g in 0..self.instance.groups.len() {
            while self.group_open[g] > self.instance.groups[g].max {
                self.cheapest = None;
                self.find_cheapest();
                let of_group = |k: &&u32| self.instance.group_of[**k as usize] == g as u32;
                let Some(&k) = self.cheapest.iter().flatten().find(of_group) else { break };
                self.apply(k, NONE);
            }
        }
    }

    /// Opens the site of greatest gain again and again, while one pays or a count asks for more.
    ///
    /// Gains only fall while sites open, so a site whose fresh gain is still at the head need not be compared again.
    fn open_greedily(&mut self, until: u64, watch: &dyn Watch) {
        let threshold = self.threshold();
        // A site is ranked by the gain it had when last weighed; among equals the first site comes first.
        let mut hopes = Heap::new();
        for j in 0..self.instance.sites {
            if self.may_open(j) {
                let gain = self.gain(j);
                if gain > threshold || self.is_short(j) {
                    hopes.push(gain, usize::MAX - j, j);
                }
            }
        }
        let mut looked = 0;
        while let Some(j) = hopes.pop() {
            looked += 1;
            if self.work >= until || looked % LOOK == 0 && watch.stop() {
                break;
            }
            if !self.may_open(j) {
                continue;
            }
            let gain = self.gain(j);
            if gain <= threshold && !self.is_short(j) {
                continue;
            }
            if hopes.greatest().is_none_or(|next| gain >= next) {
                self.apply(NONE, j as u32);
            } else {
                hopes.push(gain, usize::MAX - j, j);
            }
        }
    }

    fn gain(&mut self, j: usize) -> f64 {
        let gain = self.weigh(j);
        for k in self.touched.drain(..) {
            self.back[k as usize] = 0.0;
        }
        gain
    }

    /// Closes a site, opens a site, or both; [`NONE`] stands for neither.
    pub(super) fn apply(&mut self, close: u32, open: u32) {
        self.cheapest = None;
        self.journal.push((close, open));
        if close != NONE {
            self.set_open(close as usize, false);
            self.total -= self.fee[close as usize];
        }
        if open != NONE {
            self.set_open(open as usize, true);
            self.total += self.fee[open as usize];
            self.loss[open as usize] = -self.fee[open as usize];
            self.draw_to(open);
        }
        if close != NONE {
            self.send_from(close);
        }
    }

    /// Gives a newly opened site to the customers for whom it is best or second best.
    fn draw_to(&mut self, site: u32) {
        let instance = self.instance;
        let j = site as usize;
        let at = instance.at(j);
        let begin = at.start;
        for q in at {
            if instance.at_cost[q] > self.far[j] {
                self.work += (q - begin) as u64;
                break;
            }
            let i = instance.at_customer[q] as usize;
            let mut cost = instance.at_cost[q] + self.rate[j] * instance.load(i);
            if let Some(extra) = self.extra {
                cost += extra[instance.at_position[q] as usize];
            }
            if cost >= self.second_cost[i] {
                continue;
            }
            self.wake_near(i);
            let first = self.first[i];
            if first != NONE {
                self.loss[first as usize] -= self.second_cost[i] - self.first_cost[i];
            }
            if cost < self.first_cost[i] {
                self.total += cost - self.first_cost[i];
                (self.second[i], self.second_cost[i]) = (first, self.first_cost[i]);
                (self.first[i], self.first_cost[i]) = (site, cost);
            } else {
                (self.second[i], self.second_cost[i]) = (site, cost);
            }
            self.note(site, i);
            self.loss[self.first[i] as usize] += self.second_cost[i] - self.first_cost[i];
        }
    }

    /// Sends the customers of a closed site to their next best.
    fn send_from(&mut self, site: u32) {
        let customers = std::mem::take(&mut self.near[site as usize]);
        for i in customers.into_iter().map(|i| i as usize) {
            let (first, second) = (self.first[i], self.second[i]);
            if first != site && second != site {
                continue;
            }
            self.total -= self.first_cost[i];
            if first != site {
                self.loss[first as usize] -= self.second_cost[i] - self.first_cost[i];
            }
            self.find_two(i);
            self.total += self.first_cost[i];
            let (new_first, new_second) = (self.first[i], self.second[i]);
            if new_first != NONE {
                self.loss[new_first as usize] += self.second_cost[i] - self.first_cost[i];
            }
            // At the site that stays the customer is listed already.
            for new in [new_first, new_second] {
                if new != NONE && new != first && new != second {
                    self.note(new, i);
                }
            }
            self.wake_near(i);
        }
    }

    /// Wakes the sites that could now be worth more, or less, to a customer.
    fn wake_near(&mut self, i: usize) {
        let lanes = self.instance.lanes(i);
        let begin = lanes.start;
        for p in lanes {
            if self.floor(i, p) >= self.second_cost[i] {
                self.work += (p - begin) as u64;
                break;
            }
            let j = self.instance.site[p];
            let far = &mut self.far[j as usize];
            *far = far.max(self.instance.cost[p]);
            self.wake(j);
        }
    }

    /// Puts a site in the queue.
    pub(super) fn wake(&mut self, j: u32) {
        if !std::mem::replace(&mut self.queued[j as usize], true) {
            self.queue.push_back(j);
        }
    }

    /// What a move must gain at least: more than rounding could feign.
    pub(super) fn threshold(&self) -> f64 {
        1e-9 * self.unserved
    }

    pub(super) fn may_open(&self, site: usize) -> bool {
        let group = self.instance.group_of[site];
        self.can_be_opened(site)
            && (group == NONE || self.group_open[group as usize] < self.instance.groups[group as usize].max)
    }

    /// Whether a site's count asks for more.
    fn is_short(&self, site: usize) -> bool {
        let group = self.instance.group_of[site];
        group != NONE && self.group_open[group as usize] < self.instance.groups[group as usize].min
    }

    pub(super) fn can_be_opened(&self, site: usize) -> bool {
        !self.open[site] && self.candidate[site] != NONE && self.state.site[site] != Status::Closed
    }

    pub(super) fn may_close(&self, site: usize) -> bool {
        let group = self.instance.group_of[site];
        self.open[site]
            && self.state.site[site] == Status::Free
            && (group == NONE || self.group_open[group as usize] > self.instance.groups[group as usize].min)
    }

    /// Whether a closed site may take the place of an open one.
    pub(super) fn may_swap(&self, open: usize, close: usize) -> bool {
        self.state.site[close] == Status::Free
            && (self.instance.group_of[open] == self.instance.group_of[close]
                || self.may_open(open) && self.may_close(close))
    }

    fn set_open(&mut self, site: usize, open: bool) {
        self.open[site] = open;
        let group = self.instance.group_of[site];
        if group != NONE {
            let count = &mut self.group_open[group as usize];
            *count = if open { *count + 1 } else { *count - 1 };
        }
    }
}
