//! How regions mix their parts, and what a depot that is dearer than another costs of a mix.
//!
//! ```text
//! (mix)    s_p = rate_p / Σ rate           a region's shares of part demand
//! (dearer) min over mixes, or their mean, of Σ_p s_p·more_p
//! (frame)  s = Σ_k c_k·q_k,  q_k orthonormal, so Σ_p s_p·more_p = Σ_k c_k·(q_k·more)
//! ```
//! Regions that mix a few baskets of parts have as many different mixes as there are regions, but their shares lie in as few
//! dimensions as there are baskets: (frame) by Gram and Schmidt, with a few numbers for each mix instead of one for each part.

use std::collections::{BTreeMap, BTreeSet};

use crate::load::Load;
use crate::scenario::{PartId, RegionId};

/// How regions mix their parts.
pub enum Mixes<'a> {
    /// Each mix that there is.
    Own(Own),
    /// Between which shares of baskets.
    Shared(Shared<'a>),
}

impl Mixes<'_> {
    /// What a unit of part demand pays more at prices than at the least ones, no unit above a cap: its least over all mixes, or
    /// its mean.
    pub(super) fn dearer(&self, prices: &[f64], least: &[f64], relaxed: bool, cap: f64) -> f64 {
        let more: Vec<f64> = prices.iter().zip(least).map(|(price, least)| price.min(cap) - least.min(cap)).collect();
        match self {
            Self::Own(own) => own.dearer(&more, relaxed),
            Self::Shared(shared) => shared.dearer(&more, relaxed),
        }
    }

    /// Prices of a unit of each part as prices of a unit of each shared basket; `None` where none are shared.
    pub(super) fn by_basket(&self, prices: &[f64]) -> Option<Vec<f64>> {
        match self {
            Self::Own(_) => None,
            Self::Shared(shared) => Some((0..shared.units.len()).map(|basket| shared.price(basket, prices)).collect()),
        }
    }

    /// The parts that are asked for.
    pub(super) fn parts(&self) -> BTreeSet<PartId> {
        match self {
            Self::Own(own) => own.mixes.iter().flat_map(|mix| mix.iter().map(|(part, _)| *part)).collect(),
            Self::Shared(Shared { load, units, .. }) => {
                (0..units.len()).flat_map(|basket| load.basket(basket).iter().filter_map(|task| task.part)).collect()
            }
        }
    }
}

/// Every mix that regions have.
pub struct Own {
    /// (mix), in order of part, as regions first show them.
    mixes: Vec<Vec<(PartId, f64)>>,
    /// That of all demand, by part.
    mean: Vec<f64>,
    /// Where the mixes lie in few dimensions.
    frame: Option<Frame>,
}

impl Own {
    /// (dearer).
    fn dearer(&self, more: &[f64], relaxed: bool) -> f64 {
        if !relaxed {
            return self.mean.iter().zip(more).map(|(share, more)| share * more).fold(0.0, |sum, own| sum + own);
        }
        let least = match &self.frame {
            Some(frame) => frame.least(more),
            None => {
                let of = |mix: &Vec<(PartId, f64)>| mix.iter().map(|(part, share)| share * more[part.at()]).sum();
                self.mixes.iter().map(of).fold(f64::INFINITY, f64::min)
            }
        };
        // Mixes are told apart to a billionth; the bound gives that away.
        if least.is_finite() { least - 1e-7 * least.abs() } else { 0.0 }
    }
}

/// (frame).
struct Frame {
    /// q, one after the other.
    directions: Vec<Vec<f64>>,
    /// c, all of a mix after those of the one before.
    coordinates: Vec<f64>,
}

/// In more dimensions than this mixes stay as they are.
const MOST_DIMENSIONS: usize = 16;

/// What of a mix lies outside of the frame \[its length\]; it is given away.
const OUTSIDE: f64 = 1e-9;

impl Frame {
    /// The frame of some mixes; `None` where they need too many dimensions.
    fn of(mixes: &[Vec<(PartId, f64)>], parts: usize) -> Option<Self> {
        let mut directions: Vec<Vec<f64>> = Vec::new();
        let mut all: Vec<Vec<f64>> = Vec::with_capacity(mixes.len());
        for mix in mixes {
            let mut rest = vec![0.0; parts];
            mix.iter().for_each(|(part, share)| rest[part.at()] = *share);
            let mut own = Vec::with_capacity(directions.len() + 1);
            for direction in &directions {
                let along = product(&rest, direction);
                rest.iter_mut().zip(direction).for_each(|(rest, unit)| *rest -= along * unit);
                own.push(along);
            }
            let length = product(&rest, &rest).sqrt();
            if length > OUTSIDE {
                if directions.len() == MOST_DIMENSIONS {
                    return None;
                }
                rest.iter_mut().for_each(|rest| *rest /= length);
                directions.push(rest);
                own.push(length);
            }
            all.push(own);
        }
        let count = directions.len();
        let mut coordinates = vec![0.0; all.len() * count];
        for (mix, own) in all.iter().enumerate() {
            coordinates[mix * count..mix * count + own.len()].copy_from_slice(own);
        }
        Some(Self { directions, coordinates })
    }

    /// No mix pays less.
    fn least(&self, more: &[f64]) -> f64 {
        let prices: Vec<f64> = self.directions.iter().map(|direction| product(direction, more)).collect();
        let mixes = self.coordinates.chunks_exact(prices.len().max(1));
        let least = mixes.map(|mix| product(mix, &prices)).fold(f64::INFINITY, f64::min);
        // What is outside pays no more than its length times that of the prices, and directions are orthogonal but for rounding.
        least - 2.0 * OUTSIDE * product(more, more).sqrt()
    }
}

fn product(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).fold(0.0, |sum, (left, right)| sum + left * right)
}

/// How regions mix baskets that they share: what share of a region's part demand is in a basket.
pub struct Shared<'a> {
    load: &'a Load,
    /// Part demand of a unit of each basket \[units/year\].
    units: Vec<f64>,
    /// The least and the greatest share of each basket in any region, and that in all demand.
    least: Vec<f64>,
    most: Vec<f64>,
    mean: Vec<f64>,
    /// The shares of each mix that there is; empty where these are too many.
    mixes: Vec<Vec<f64>>,
}

/// With more mixes than this only the range of each share is known.
const MANY_MIXES: usize = 6_000;

impl<'a> Shared<'a> {
    fn of(load: &'a Load, regions: &[RegionId]) -> Self {
        let count = load.shared();
        let units = |basket: usize| -> f64 {
            load.basket(basket).iter().filter(|task| task.part.is_some()).map(|task| task.rate).sum()
        };
        let units: Vec<f64> = (0..count).map(units).collect();
        let (least, most, mean) = (vec![f64::INFINITY; count], vec![0.0; count], vec![0.0; count]);
        let mut shared = Self { load, units, least, most, mean, mixes: Vec::new() };
        let mut told: BTreeSet<Vec<u64>> = BTreeSet::new();
        let mut all = 0.0;
        let mut shares = vec![0.0; count];
        for &region in regions.iter().filter(|region| load.units[region.at()] > 0.0) {
            shares.fill(0.0);
            for held in load.held(region) {
                let asked = held.scale * shared.units[held.basket];
                shares[held.basket] = asked / load.units[region.at()];
                shared.mean[held.basket] += asked;
                all += asked;
            }
            for (basket, share) in shares.iter().enumerate() {
                shared.least[basket] = shared.least[basket].min(*share);
                shared.most[basket] = shared.most[basket].max(*share);
            }
            let key = || shares.iter().map(|share| (share * 1e9).round() as u64).collect();
            if told.len() <= MANY_MIXES && told.insert(key()) {
                shared.mixes.push(shares.clone());
            }
        }
        if told.len() > MANY_MIXES {
            shared.mixes.clear();
        }
        shared.mean.iter_mut().for_each(|mean| *mean /= f64::max(all, f64::MIN_POSITIVE));
        shared
    }

    /// What a unit of a basket pays at prices of its parts.
    fn price(&self, basket: usize, prices: &[f64]) -> f64 {
        let tasks = self.load.basket(basket).iter();
        tasks.filter_map(|task| Some(task.rate * prices[task.part?.at()])).fold(0.0, |sum, price| sum + price)
    }

    /// What a unit of part demand pays more: its mean, or its least over all mixes, or where these are too many over all shares s
    /// between those of the regions,
    ///
    /// ```text
    /// (least)  min { Σ_b more_b·s_b : Σ_b s_b = 1, least_b ≤ s_b ≤ most_b }
    /// ```
    /// a continuous knapsack, filled from what is least dear (Dantzig 1957).
    fn dearer(&self, more: &[f64], relaxed: bool) -> f64 {
        let asked: Vec<usize> = (0..self.units.len()).filter(|&basket| self.units[basket] > 0.0).collect();
        let mut more: Vec<(f64, usize)> =
            asked.into_iter().map(|basket| (self.price(basket, more) / self.units[basket], basket)).collect();
        if !relaxed {
            return more.iter().map(|(more, basket)| more * self.mean[*basket]).fold(0.0, |sum, own| sum + own);
        }
        if !self.mixes.is_empty() {
            let of = |mix: &Vec<f64>| more.iter().map(|(more, basket)| more * mix[*basket]).sum::<f64>();
            let least = self.mixes.iter().map(of).fold(f64::INFINITY, f64::min);
            // Mixes are told apart to a billionth of each share.
            return least - 1e-9 * more.iter().map(|(more, _)| more.abs()).sum::<f64>();
        }
        more.sort_by(|one, two| one.0.total_cmp(&two.0).then(one.1.cmp(&two.1)));
        // Shares are rounded; the bound gives that away.
        let (least, most) = (
            |basket: usize| self.least[basket].min(1.0) * (1.0 - 1e-9),
            |basket: usize| self.most[basket] * (1.0 + 1e-9),
        );
        let mut left = 1.0 - more.iter().map(|(_, basket)| least(*basket)).sum::<f64>();
        let mut sum = 0.0;
        for (more, basket) in more {
            let taken = (most(basket) - least(basket)).min(left).max(0.0);
            left -= taken;
            sum += more * (least(basket) + taken);
        }
        sum - 1e-7 * sum.abs()
    }
}

/// The mixes that are told apart to a billionth, in the order in which regions first show them; where all regions share
/// their baskets, between which shares they mix those.
pub fn mixes<'a>(load: &'a Load, regions: &[RegionId], parts: usize) -> Mixes<'a> {
    if load.is_shared() {
        return Mixes::Shared(Shared::of(load, regions));
    }
    let mut seen: BTreeSet<Vec<(PartId, u64)>> = BTreeSet::new();
    let (mut mixes, mut mean, mut all) = (Vec::new(), vec![0.0; parts], 0.0);
    for &region in regions {
        let units = load.units[region.at()];
        if units <= 0.0 {
            continue;
        }
        let mut asked: BTreeMap<PartId, f64> = BTreeMap::new();
        for task in load.tasks(region) {
            if let Some(part) = task.part {
                *asked.entry(part).or_default() += task.rate / units;
            }
        }
        let key = asked.iter().map(|(part, share)| (*part, (share * 1e9).round() as u64)).collect();
        asked.iter().for_each(|(part, share)| mean[part.at()] += share * units);
        all += units;
        if seen.insert(key) {
            mixes.push(asked.into_iter().collect());
        }
    }
    mean.iter_mut().for_each(|mean| *mean /= f64::max(all, f64::MIN_POSITIVE));
    let frame = Frame::of(&mixes, parts);
    Mixes::Own(Own { mixes, mean, frame })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::location::Dice;

    fn some(dice: &mut Dice, count: usize) -> Vec<f64> {
        (0..count).map(|_| dice.below(1_000_000) as f64 / 1e6).collect()
    }

    /// Regions that mix three baskets of twenty parts, in order of part.
    fn mixes_of_three(dice: &mut Dice, count: usize) -> Vec<Vec<(PartId, f64)>> {
        let baskets: Vec<Vec<f64>> = (0..3).map(|_| some(dice, 20)).collect();
        let mix = |scales: Vec<f64>| -> Vec<(PartId, f64)> {
            let asked = |part: usize| scales.iter().zip(&baskets).map(|(scale, own)| scale * own[part]).sum::<f64>();
            let all: f64 = (0..20).map(asked).sum();
            (0..20).map(|part| (PartId::from(part), asked(part) / all)).collect()
        };
        let scales: Vec<Vec<f64>> = (0..count).map(|_| some(dice, 3)).collect();
        scales.into_iter().map(mix).collect()
    }

    #[test]
    fn mixes_of_three_baskets_lie_in_three_dimensions_and_pay_what_they_pay_part_by_part() {
        let mut dice = Dice(5);
        let mixes = mixes_of_three(&mut dice, 200);
        let frame = Frame::of(&mixes, 20).expect("three dimensions are few");
        assert_eq!(frame.directions.len(), 3);
        for _ in 0..50 {
            let more: Vec<f64> = some(&mut dice, 20).into_iter().map(|own| 100.0 * own).collect();
            let of = |mix: &Vec<(PartId, f64)>| mix.iter().map(|(part, share)| share * more[part.at()]).sum::<f64>();
            let least = mixes.iter().map(of).fold(f64::INFINITY, f64::min);
            let found = frame.least(&more);
            assert!(found <= least && least - found < 1e-5, "{found} for {least}");
        }
    }

    #[test]
    fn mixes_with_nothing_in_common_keep_their_parts() {
        let alone = |part: usize| vec![(PartId::from(part), 1.0)];
        assert!(Frame::of(&(0..MOST_DIMENSIONS).map(alone).collect::<Vec<_>>(), 40).is_some());
        assert!(Frame::of(&(0..=MOST_DIMENSIONS).map(alone).collect::<Vec<_>>(), 40).is_none());
    }
}
