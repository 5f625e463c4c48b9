//! Whose the units are that a depot owes or that are on their way, (who).

use super::Pool;

/// The weights of (who) of several pools together, by (b, y).
#[derive(Debug, Clone)]
struct Weights {
    most_owed: usize,
    most_away: usize,
    by: Vec<f64>,
}

impl Weights {
    fn none(most_owed: usize, most_away: usize) -> Self {
        Self { most_owed, most_away, by: vec![0.0; (most_owed + 1) * (most_away + 1)] }
    }

    fn at(&self, owed: usize, away: usize) -> f64 {
        self.by[owed * (self.most_away + 1) + away]
    }

    /// With one pool more; what it may have out is told by `own`.
    fn with(&self, own: &Own) -> Self {
        let mut sum = Self::none(self.most_owed, self.most_away);
        for owed in 0..=self.most_owed {
            for away in 0..=self.most_away {
                let before = self.at(owed, away);
                if before <= 0.0 {
                    continue;
                }
                for &(b, y, weight) in &own.0 {
                    if owed + b <= self.most_owed && away + y <= self.most_away {
                        sum.by[(owed + b) * (self.most_away + 1) + away + y] += before * weight;
                    }
                }
            }
        }
        sum
    }
}

/// What a pool may have out: (b, y) and its weight.
#[derive(Debug, Clone, PartialEq)]
struct Own(Vec<(usize, usize, f64)>);

impl Own {
    /// `owed` and `away` are the pool's shares of all that is owed and on the way.
    fn of(stock: u32, owed: f64, away: f64) -> Self {
        let mut pairs = Vec::new();
        let mut weight_owed = 1.0;
        for b in 0..=stock as usize {
            let mut weight = weight_owed;
            for y in 0..=stock as usize - b {
                if weight > 0.0 {
                    pairs.push((b, y, weight));
                }
                weight *= away / (y + 1) as f64;
            }
            weight_owed *= owed / (b + 1) as f64;
        }
        Self(pairs)
    }
}

/// (who), ready to be asked about any (b, y).
#[derive(Debug, Clone)]
pub(super) struct Who {
    stock: Vec<usize>,
    /// For each pool the number of the first that is like it.
    like: Vec<usize>,
    own: Vec<Own>,
    /// All pools but one, for each pool that is the first of its like.
    others: Vec<Option<Weights>>,
    all: Weights,
}

impl Who {
    /// Prepares pools of which `all` units may be owed and `away` be on the way.
    pub(super) fn of(pools: &[Pool], all: usize, away: usize) -> Self {
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        let asked: f64 = pools.iter().map(|pool| pool.rate * pool.ordered).sum();
        let on_the_way: f64 = pools.iter().map(|pool| pool.rate * pool.transport).sum();
        // One pool has all there is out, whatever it asks for.
        let own = |pool: &Pool| match pools.len() {
            1 => Own::of(pool.base_stock, 1.0, 1.0),
            _ => Own::of(
                pool.base_stock,
                share(pool.rate * pool.ordered, asked),
                share(pool.rate * pool.transport, on_the_way),
            ),
        };
        let own: Vec<Own> = pools.iter().map(own).collect();
        let first_like = |number: usize| own.iter().position(|other| *other == own[number]).unwrap_or(number);
        let like: Vec<usize> = (0..own.len()).map(first_like).collect();
        let mut empty = Weights::none(all, away);
        empty.by[0] = 1.0;
        let without = |left_out: usize| {
            let others = own.iter().enumerate().filter(|(number, _)| *number != left_out);
            others.fold(empty.clone(), |sum, (_, own)| sum.with(own))
        };
        let others: Vec<Option<Weights>> =
            like.iter().enumerate().map(|(number, first)| (*first == number).then(|| without(number))).collect();
        let all = own.iter().fold(empty.clone(), |sum, own| sum.with(own));
        let stock = pools.iter().map(|pool| pool.base_stock as usize).collect();
        Self { stock, like, own, others, all }
    }

    /// P(n on hand) of a pool where b are owed and y on the way in all.
    pub(super) fn on_hand(&self, pool: usize, owed: usize, away: usize) -> Vec<f64> {
        let mut on_hand = vec![0.0; self.stock[pool] + 1];
        let total = self.all.at(owed, away);
        let others = self.others[self.like[pool]].as_ref().expect("the first of its like has been prepared");
        for &(b, y, weight) in self.own[pool].0.iter().filter(|(b, y, _)| *b <= owed && *y <= away) {
            on_hand[self.stock[pool] - b - y] += weight * others.at(owed - b, away - y);
        }
        let sum: f64 = on_hand.iter().sum();
        if total > 0.0 && sum > 0.0 {
            on_hand.iter_mut().for_each(|p| *p /= sum);
        } else {
            // Nobody could have that much out: whoever is asked has nothing.
            on_hand[0] = 1.0;
        }
        on_hand
    }

    /// P(a pool holds nothing) where b are owed and y on the way in all.
    pub(super) fn empty(&self, pool: usize, owed: usize, away: usize) -> f64 {
        self.on_hand(pool, owed, away)[0]
    }
}
