//! What is decided on the way to a proof: sites that are open or closed, lanes that are taken or not.

use super::ground::{Ground, Place};
use crate::location::Status;

/// A site whose share is nearer to 0 or 1 than this is branched on after all lanes: one that is neither keeps all its lanes undecided.
const DECIDED: f64 = 0.01;

/// Plans that agree on some sites and lanes.
#[derive(Debug, Clone)]
pub(super) struct Node {
    /// None of them costs less.
    pub(super) bound: f64,
    /// π of the customers, then ρ of the rows.
    pub(super) prices: Vec<f64>,
    /// Whether a site is open, where decided.
    pub(super) sites: Vec<Option<bool>>,
    /// Whether a lane is taken, where decided, by site.
    pub(super) lanes: Vec<Vec<Option<bool>>>,
    /// λ of the last bids, and what they took.
    pub(super) lambda: Vec<Vec<f64>>,
    pub(super) taken: Vec<Vec<bool>>,
    /// How often sites bid, and how often they took a lane, of late.
    pub(super) open: Vec<f64>,
    pub(super) shares: Vec<Vec<f64>>,
}

impl Node {
    pub(super) fn root(ground: &Ground, prices: Vec<f64>) -> Self {
        let by_lane = |place: &Place| place.lanes.len();
        let status = |place: &Place| match place.status {
            Status::Free => None,
            Status::Open => Some(true),
            Status::Closed => Some(false),
        };
        Self {
            bound: f64::NEG_INFINITY,
            prices,
            sites: ground.places.iter().map(status).collect(),
            lanes: ground.places.iter().map(|place| vec![None; by_lane(place)]).collect(),
            lambda: ground.places.iter().map(|place| vec![0.0; place.steps.len()]).collect(),
            taken: ground.places.iter().map(|place| vec![false; by_lane(place)]).collect(),
            open: vec![0.0; ground.places.len()],
            shares: ground.places.iter().map(|place| vec![0.0; by_lane(place)]).collect(),
        }
    }

    /// Two nodes that share its plans: one site open or closed, else one lane taken or not; `None` where all is decided.
    pub(super) fn children(&self, ground: &Ground) -> Option<[Self; 2]> {
        let unsure = |share: f64| share.min(1.0 - share);
        let free = (0..self.sites.len()).filter(|site| self.sites[*site].is_none());
        let site = free.max_by(|one, two| unsure(self.open[*one]).total_cmp(&unsure(self.open[*two])));
        let mut lane: Option<((f64, f64), usize, usize)> = None;
        for (site, own) in self.shares.iter().enumerate().filter(|(site, _)| self.sites[*site] != Some(false)) {
            for (number, share) in own.iter().enumerate().filter(|(number, _)| self.lanes[site][*number].is_none()) {
                let rank = (unsure(*share), *share);
                if lane.is_none_or(|lane| rank > lane.0) {
                    lane = Some((rank, site, number));
                }
            }
        }
        let by_site = |site: usize| {
            [false, true].map(|open| {
                let mut child = self.clone();
                child.sites[site] = Some(open);
                child
            })
        };
        match (site.map(|site| (unsure(self.open[site]), site)), lane) {
            (Some((share, site)), lane) if share > DECIDED || lane.is_none() => Some(by_site(site)),
            (_, Some((_, site, number))) => Some(self.by_lane(ground, site, number)),
            (_, None) => None,
        }
    }

    /// What follows from what is decided: who has one lane left takes it, and its site is open; false where somebody has none.
    pub(super) fn follow(&mut self, ground: &Ground) -> bool {
        let mut left: Vec<Vec<(usize, usize)>> = vec![Vec::new(); ground.customers];
        let mut given = vec![false; ground.customers];
        for (site, place) in ground.places.iter().enumerate() {
            for (number, lane) in place.lanes.iter().enumerate() {
                let taken = self.lanes[site][number];
                if taken == Some(true) {
                    if given[lane.customer] || self.sites[site] == Some(false) {
                        return false;
                    }
                    given[lane.customer] = true;
                }
                if taken != Some(false) && self.sites[site] != Some(false) {
                    left[lane.customer].push((site, number));
                }
            }
        }
        for (given, left) in given.into_iter().zip(left) {
            if left.is_empty() {
                return false;
            }
            for &(site, number) in &left {
                let taken = self.lanes[site][number] == Some(true);
                if given && !taken {
                    self.lanes[site][number] = Some(false);
                } else if taken || left.len() == 1 {
                    self.lanes[site][number] = Some(true);
                    self.sites[site] = Some(true);
                }
            }
        }
        true
    }

    fn by_lane(&self, ground: &Ground, site: usize, lane: usize) -> [Self; 2] {
        let customer = ground.places[site].lanes[lane].customer;
        let (mut with, mut without) = (self.clone(), self.clone());
        for (other, place) in ground.places.iter().enumerate() {
            for (number, _) in place.lanes.iter().enumerate().filter(|(_, own)| own.customer == customer) {
                with.lanes[other][number] = Some(other == site && number == lane);
            }
        }
        with.sites[site] = Some(true);
        without.lanes[site][lane] = Some(false);
        [with, without]
    }
}
