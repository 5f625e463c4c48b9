//! How regions mix their parts, and how much of a part an outlet can be asked for when it serves a given load.
//!
//! ```text
//! (reach)  the least demand for p with a load of at least ℓ:  min { Σ r_kp·x_k : Σ u_k·x_k ≥ ℓ, 0 ≤ x ≤ 1 }
//!          the greatest with at most ℓ:                        max { Σ r_kp·x_k : Σ u_k·x_k ≤ ℓ, 0 ≤ x ≤ 1 }
//! ```
//! over the lanes k of the outlet, u_k the part units of a region and r_kp those of part p: continuous knapsacks, filled in the
//! order of r/u (Dantzig 1957).

use std::collections::BTreeMap;

use crate::optimise::Search;
use crate::scenario::{PartId, RegionId};

/// Each region's demand by part, as shares of its part demand, and their least and greatest.
pub(super) struct Mixes {
    /// The least and the greatest share of each part in any region.
    least: Vec<f64>,
    most: Vec<f64>,
    /// The shares of each region, by part.
    pub(super) shares: Vec<Vec<(PartId, f64)>>,
    /// All demand for each part \[units/year\].
    pub(super) total: Vec<f64>,
}

impl Mixes {
    pub(super) fn of(search: &Search) -> Self {
        let Search { scenario, load, .. } = *search;
        let parts = scenario.parts.len();
        let (least, most, total) = (vec![f64::INFINITY; parts], vec![0.0; parts], vec![0.0; parts]);
        let mut mixes = Self { least, most, shares: Vec::new(), total };
        for region in (0..scenario.regions.len()).map(RegionId::from) {
            let units = load.units[region.at()];
            let mut own: BTreeMap<PartId, f64> = BTreeMap::new();
            for task in load.tasks(region) {
                if let Some(part) = task.part {
                    *own.entry(part).or_default() += task.rate / units;
                    mixes.total[part.at()] += task.rate;
                }
            }
            if units > 0.0 {
                for part in 0..parts {
                    let share = own.get(&PartId::from(part)).copied().unwrap_or(0.0);
                    mixes.least[part] = mixes.least[part].min(share);
                    mixes.most[part] = mixes.most[part].max(share);
                }
            }
            mixes.shares.push(own.into_iter().collect());
        }
        mixes
    }
}

impl Mixes {
    /// The same of the baskets that regions share, in place of parts, where they ask for nothing else.
    pub(super) fn of_baskets(search: &Search) -> Self {
        let Search { scenario, load, .. } = *search;
        let count = load.shared();
        let part_units = |basket: usize| -> f64 {
            load.basket(basket).iter().filter(|task| task.part.is_some()).map(|task| task.rate).sum()
        };
        let units: Vec<f64> = (0..count).map(part_units).collect();
        let (least, most, total) = (vec![f64::INFINITY; count], vec![0.0; count], vec![0.0; count]);
        let mut mixes = Self { least, most, shares: Vec::with_capacity(scenario.regions.len()), total };
        let mut own = vec![0.0; count];
        for region in (0..scenario.regions.len()).map(RegionId::from) {
            own.fill(0.0);
            let all = load.units[region.at()];
            for held in load.held(region).iter().filter(|held| units[held.basket] > 0.0) {
                own[held.basket] = held.scale * units[held.basket] / all;
                mixes.total[held.basket] += held.scale * units[held.basket];
            }
            if all > 0.0 {
                for (basket, share) in own.iter().enumerate() {
                    mixes.least[basket] = mixes.least[basket].min(*share);
                    mixes.most[basket] = mixes.most[basket].max(*share);
                }
            }
            let shares = own.iter().enumerate().filter(|(_, share)| **share > 0.0);
            mixes.shares.push(shares.map(|(basket, share)| (PartId::from(basket), *share)).collect());
        }
        mixes
    }
}

/// (reach) of one part at one outlet: the knapsack filled from the least share of the part on.
pub(super) struct Reach {
    /// After each lane: the load \[units/year\] and the demand for the part \[units/year\]; from (0, 0) to all there is.
    filled: Vec<(f64, f64)>,
}

impl Reach {
    /// Of a part, over lanes to these regions with these loads; where all regions mix alike, two points say it all.
    pub(super) fn of(mixes: &Mixes, part: usize, regions: &[(RegionId, f64)]) -> Self {
        let all: f64 = regions.iter().map(|(_, units)| units).sum();
        if mixes.most[part] - mixes.least[part] <= 1e-12 * mixes.most[part] {
            return Self { filled: vec![(0.0, 0.0), (all, all * mixes.most[part])] };
        }
        let share = |region: RegionId| -> f64 {
            let shares = &mixes.shares[region.at()];
            shares.binary_search_by_key(&PartId::from(part), |entry| entry.0).map_or(0.0, |found| shares[found].1)
        };
        let mut lanes: Vec<(f64, f64)> = regions.iter().map(|(region, units)| (share(*region), *units)).collect();
        lanes.sort_by(|left, right| left.0.total_cmp(&right.0));
        let mut filled = vec![(0.0, 0.0)];
        let (mut load, mut demand) = (0.0, 0.0);
        for (share, units) in lanes {
            load += units;
            demand += share * units;
            filled.push((load, demand));
        }
        Self { filled }
    }

    /// All the demand for the part \[units/year\].
    pub(super) fn all(&self) -> f64 {
        self.filled.last().map_or(0.0, |last| last.1)
    }

    /// The least demand for the part with at least this load \[units/year\].
    pub(super) fn least(&self, load: f64) -> f64 {
        self.at(load) * (1.0 - 1e-12)
    }

    /// The greatest demand for the part with at most this load \[units/year\]: what is left of all by the least of the rest.
    pub(super) fn most(&self, load: f64) -> f64 {
        let (all, demand) = self.filled.last().copied().unwrap_or_default();
        let kept = if load >= all { 0.0 } else { self.at(all - load) };
        (demand - kept).max(0.0) * (1.0 + 1e-12)
    }

    fn at(&self, load: f64) -> f64 {
        let place = self.filled.partition_point(|point| point.0 < load);
        let Some(&(end, most)) = self.filled.get(place) else { return self.filled.last().map_or(0.0, |last| last.1) };
        let Some(&(start, least)) = place.checked_sub(1).and_then(|before| self.filled.get(before)) else {
            return most;
        };
        least + (most - least) * (load - start) / (end - start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mixes(shares: &[f64]) -> Mixes {
        let least = shares.iter().copied().fold(f64::INFINITY, f64::min);
        let most = shares.iter().copied().fold(0.0, f64::max);
        let shares = shares.iter().map(|share| vec![(PartId(0), *share)]).collect();
        Mixes { least: vec![least], most: vec![most], shares, total: vec![1.0] }
    }

    #[test]
    fn an_outlet_is_asked_for_no_less_and_no_more_of_a_part_than_any_choice_of_its_regions_asks_for() {
        let (shares, units) = ([0.1, 0.5, 0.3, 0.0, 0.8], [4.0, 1.0, 7.0, 2.0, 3.0]);
        let regions: Vec<(RegionId, f64)> =
            units.iter().enumerate().map(|(region, units)| (RegionId::from(region), *units)).collect();
        let reach = Reach::of(&mixes(&shares), 0, &regions);
        for choice in 0..32_usize {
            let chosen = || (0..5).filter(|region| choice >> region & 1 == 1);
            let load: f64 = chosen().map(|region| units[region]).sum();
            let demand: f64 = chosen().map(|region| shares[region] * units[region]).sum();
            assert!(reach.least(load) <= demand + 1e-12 && demand <= reach.most(load) + 1e-12, "{choice}");
        }
        // By hand: 2 units of share 0 and 2 of 0.1; 3 of 0.8 and 1 of 0.5.
        assert!((reach.least(4.0) - 0.2).abs() < 1e-9 && (reach.most(4.0) - 2.9).abs() < 1e-9);
    }
}
