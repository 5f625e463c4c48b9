//! One part at one outlet, replenished by the supplier or by a depot: who waits, and how long.
//!
//! ```text
//! (pipeline)   X  = demand(λ·L)                          one echelon: the supplier is ample
//! (backlog)    B0 = (X0 − S0)⁺,  X0 = demand(λ0·T0)      what the depot owes its outlets, first come first served
//! (echelons)   X  = Bin(B0, λ/λ0) + demand(λ·O)          what the outlet waits for: owed by the depot, and on the way
//! (fill)       fill rate = P(X ≤ S−1)
//! (backorders) EBO = E[(X−S)⁺],  mean wait = EBO/λ       Little's law
//! (wait)       one echelon:  P(wait ≤ τ) = P(demand(λ(L−τ)) ≤ S−1),  1 for τ ≥ L
//!              τ < O:        P(wait ≤ τ) = P(Bin(B0, λ/λ0) + demand(λ(O−τ)) ≤ S−1)
//!              τ ≥ O:        as τ = O with T0 shortened by τ−O; 1 for τ ≥ O+T0;
//!                            and with S = 0: P(demand(λ0(T0−(τ−O))) ≤ S0−1)
//! (loss)       emergency: fill rate = 1 − B(S, λ·(O + E[B0]/λ0)), B of `erlang`
//! ```
//! Lead times T0 and O are constant (only τ > O needs T0 to be). For Poisson demand (backlog) to (wait) are exact: R. M.
//! Simon 1971 (Operations Research 19), S. C. Graves 1985 (Management Science 31), S. Axsäter 1990 for the waits. With a
//! variance-to-mean ratio above 1 they are an approximation: pipelines are negative binomial by two moments, and the
//! backlog is thinned unit by unit as if each owed unit were ours independently, although units come in orders. (loss)
//! is exact without a depot; with one, the depot is evaluated as if it saw the outlet's whole demand, which is a little
//! more than it does, and its wait enters by its mean (the loss formula needs no more of a lead time).
//!
//! At the edge: with L = 0 and S = 0 the shelf is always empty, so the fill rate is 0 by (fill), although no one waits
//! (P(wait ≤ 0) = 1 by (wait)).

use super::distribution::Pmf;
use super::erlang::{erlang_b, next_erlang_b};
use crate::scenario::Stockout;

/// Times that differ by less than this share are the same: they come from hours and days by different roads.
const SAME_TIME: f64 = 1e-12;

/// The demand for one part at one outlet and the time its replenishment is on the way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stream {
    /// Demand rate λ \[units/year\].
    pub rate: f64,
    /// Variance-to-mean ratio of the demand in any period, at least 1.
    pub variance_to_mean: f64,
    /// O: transport from the depot, or L: the supplier's lead time where there is no depot \[years\].
    pub lead_time: f64,
}

/// The demand for one part at one depot and its own lead time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Depot {
    /// λ0: the sum over its outlets \[units/year\].
    pub rate: f64,
    /// Variance-to-mean ratio of that demand.
    pub variance_to_mean: f64,
    /// T0: from order to arrival at the depot \[years\].
    pub lead_time: f64,
}

impl Depot {
    /// B0 with a base stock, (backlog).
    pub fn backlog(&self, base_stock: u32) -> Pmf {
        self.pipeline(self.lead_time).over(base_stock as usize)
    }

    /// X0: the demand of the last `time` \[years\].
    pub fn pipeline(&self, time: f64) -> Pmf {
        Pmf::demand(self.rate * time, self.variance_to_mean)
    }

    /// The depot holding a base stock, evaluated once for all its outlets.
    pub fn holding(self, base_stock: u32) -> Upstream {
        let backlog = self.backlog(base_stock);
        let mean_backlog = backlog.mean();
        Upstream { depot: self, base_stock, backlog, mean_backlog }
    }
}

/// A depot with a base stock of one part: what its outlets need to know of it.
#[derive(Debug, Clone)]
pub struct Upstream {
    depot: Depot,
    base_stock: u32,
    backlog: Pmf,
    mean_backlog: f64,
}

impl Upstream {
    /// The depot.
    pub fn depot(&self) -> Depot {
        self.depot
    }

    /// S0 \[units\].
    pub fn base_stock(&self) -> u32 {
        self.base_stock
    }

    /// B0: units owed to the outlets.
    pub fn backlog(&self) -> &Pmf {
        &self.backlog
    }

    /// Expected backorders E\[B0\] \[units\].
    pub fn expected_backorders(&self) -> f64 {
        self.mean_backlog
    }

    /// Share of the outlets' orders that the depot meets at once: P(X0 ≤ S0−1).
    pub fn fill_rate(&self) -> f64 {
        self.depot.pipeline(self.depot.lead_time).at_most(i64::from(self.base_stock) - 1)
    }

    /// Mean time an outlet's order waits at the depot, E\[B0\]/λ0 \[years\].
    pub fn mean_wait(&self) -> f64 {
        if self.depot.rate > 0.0 { self.mean_backlog / self.depot.rate } else { 0.0 }
    }

    /// λ/λ0: the chance that a unit owed is owed to this stream.
    pub fn share_of(&self, stream: &Stream) -> f64 {
        if self.depot.rate > 0.0 { (stream.rate / self.depot.rate).clamp(0.0, 1.0) } else { 0.0 }
    }

    /// B0 as it would be with the lead time shortened by `time` \[years\]: what is still owed so much later.
    pub fn backlog_after(&self, time: f64) -> Pmf {
        self.depot.pipeline((self.depot.lead_time - time).max(0.0)).over(self.base_stock as usize)
    }
}

/// One part at one outlet, ready to be asked about any base stock and any window.
///
/// Making it costs one thinning and one convolution; what many windows share (the units owed by the depot) is kept.
#[derive(Debug, Clone)]
pub struct Position<'a> {
    stream: Stream,
    supply: Supply<'a>,
}

#[derive(Debug, Clone)]
enum Supply<'a> {
    Supplier { pipeline: Pmf },
    Depot { upstream: &'a Upstream, owed: Pmf, pipeline: Pmf },
    Emergency { offered: f64 },
}

impl<'a> Position<'a> {
    /// The stream under its depot, or under the supplier where there is none.
    pub fn new(stream: Stream, upstream: Option<&'a Upstream>, stockout: Stockout) -> Self {
        let supply = match (stockout, upstream) {
            (Stockout::Emergency, upstream) => {
                let lead_time = stream.lead_time + upstream.map_or(0.0, Upstream::mean_wait);
                Supply::Emergency { offered: stream.rate * lead_time }
            }
            (Stockout::Backorder, None) => {
                Supply::Supplier { pipeline: Pmf::demand(stream.rate * stream.lead_time, stream.variance_to_mean) }
            }
            (Stockout::Backorder, Some(upstream)) => {
                let owed = upstream.backlog.thin(upstream.share_of(&stream));
                let pipeline = owed.plus(&Pmf::demand(stream.rate * stream.lead_time, stream.variance_to_mean));
                Supply::Depot { upstream, owed, pipeline }
            }
        };
        Self { stream, supply }
    }

    /// The stream it is about.
    pub fn stream(&self) -> Stream {
        self.stream
    }

    /// The units on order, (pipeline) or (echelons); `None` in the emergency model, whose pipeline is cut at S.
    pub fn pipeline(&self) -> Option<&Pmf> {
        match &self.supply {
            Supply::Supplier { pipeline } | Supply::Depot { pipeline, .. } => Some(pipeline),
            Supply::Emergency { .. } => None,
        }
    }

    /// Share of demands met at once from the shelf, (fill) or (loss).
    pub fn fill_rate(&self, base_stock: u32) -> f64 {
        match &self.supply {
            Supply::Supplier { pipeline } | Supply::Depot { pipeline, .. } => {
                pipeline.at_most(i64::from(base_stock) - 1)
            }
            Supply::Emergency { offered } => 1.0 - erlang_b(base_stock, *offered),
        }
    }

    /// Expected jobs waiting for the part \[units\]; none where stockouts are expressed.
    pub fn expected_backorders(&self, base_stock: u32) -> f64 {
        self.pipeline().map_or(0.0, |pipeline| pipeline.expected_over(base_stock as usize))
    }

    /// The least base stock from which no more demands are met at once: everything kept of the pipeline is covered.
    pub fn enough(&self) -> u32 {
        match &self.supply {
            Supply::Supplier { pipeline } | Supply::Depot { pipeline, .. } => {
                u32::try_from(pipeline.last() + 1).unwrap_or(u32::MAX)
            }
            Supply::Emergency { offered } => Waits::Loss { offered: *offered }.enough(),
        }
    }

    /// Mean wait for the part over all demands \[years\], Little's law.
    pub fn mean_wait(&self, base_stock: u32) -> f64 {
        if self.stream.rate > 0.0 { self.expected_backorders(base_stock) / self.stream.rate } else { 0.0 }
    }

    /// Share of demands that have their part within `window` \[years\], (wait); 0 for a negative window.
    ///
    /// Where stockouts are expressed this is the share served from the shelf, whatever the window.
    pub fn within(&self, base_stock: u32, window: f64) -> f64 {
        let Stream { rate, variance_to_mean, lead_time } = self.stream;
        match &self.supply {
            // By far the most frequent question needs no convolution.
            Supply::Depot { owed, .. } if window >= 0.0 && window < lead_time * (1.0 - SAME_TIME) => {
                let on_the_way = Pmf::demand(rate * (lead_time - window), variance_to_mean);
                owed.sum_at_most(&on_the_way, i64::from(base_stock) - 1)
            }
            _ => self.waits(window).within(base_stock),
        }
    }

    /// The window's own distribution, for asking about many base stocks.
    pub fn waits(&self, window: f64) -> Waits {
        if window.is_nan() || window < 0.0 {
            return Waits::Never;
        }
        let Stream { rate, variance_to_mean, lead_time } = self.stream;
        let slack = SAME_TIME * lead_time;
        match &self.supply {
            Supply::Emergency { offered } => Waits::Loss { offered: *offered },
            Supply::Supplier { .. } if window >= lead_time - slack => Waits::Always,
            Supply::Supplier { .. } => {
                Waits::Still { pipeline: Pmf::demand(rate * (lead_time - window), variance_to_mean), bare: 0.0 }
            }
            Supply::Depot { owed, .. } if window < lead_time - slack => {
                let on_the_way = Pmf::demand(rate * (lead_time - window), variance_to_mean);
                Waits::Still { pipeline: owed.plus(&on_the_way), bare: 0.0 }
            }
            Supply::Depot { upstream, .. } => {
                let late = (window - lead_time).max(0.0);
                let left = upstream.depot.lead_time - late;
                if left <= SAME_TIME * upstream.depot.lead_time {
                    return Waits::Always;
                }
                let pipeline = upstream.backlog_after(late).thin(upstream.share_of(&self.stream));
                let bare = upstream.depot.pipeline(left).at_most(i64::from(upstream.base_stock) - 1);
                Waits::Still { pipeline, bare }
            }
        }
    }
}

/// Who has waited no longer than one window, as a function of the base stock.
#[derive(Debug, Clone)]
pub enum Waits {
    /// No one can: the window is negative.
    Never,
    /// Everyone has.
    Always,
    /// Those for whom what is still on order when the window ends is at most S−1; `bare` is the share with S = 0.
    Still {
        /// Units still on order.
        pipeline: Pmf,
        /// The share without any base stock.
        bare: f64,
    },
    /// Those who found the part on the shelf, (loss).
    Loss {
        /// Offered load \[units\].
        offered: f64,
    },
}

impl Waits {
    /// The share with a base stock.
    pub fn within(&self, base_stock: u32) -> f64 {
        match self {
            Self::Never => 0.0,
            Self::Always => 1.0,
            Self::Still { bare, .. } if base_stock == 0 => *bare,
            Self::Still { pipeline, .. } => pipeline.at_most(i64::from(base_stock) - 1),
            Self::Loss { offered } => 1.0 - erlang_b(base_stock, *offered),
        }
    }

    /// The share that is late with a base stock, summed over the tail.
    pub fn late(&self, base_stock: u32) -> f64 {
        match self {
            Self::Still { pipeline, .. } if base_stock > 0 => pipeline.more_than(i64::from(base_stock) - 1),
            Self::Loss { offered } => erlang_b(base_stock, *offered),
            _ => 1.0 - self.within(base_stock),
        }
    }

    /// The shares with base stocks 0, 1, 2, … `up_to`.
    pub fn shares(&self, up_to: u32) -> Vec<f64> {
        let levels = up_to as usize + 1;
        match self {
            Self::Never => vec![0.0; levels],
            Self::Always => vec![1.0; levels],
            Self::Still { pipeline, bare } => {
                let mut shares = vec![1.0; levels];
                // Above the middle the tail is subtracted from 1, so that shares near 1 keep their digits.
                let mut tail = 0.0;
                for (i, p) in pipeline.mass().iter().enumerate().rev() {
                    let level = pipeline.first() + i;
                    if level + 1 < levels {
                        shares[level + 1] = 1.0 - tail;
                    }
                    tail += p;
                }
                let known = levels.min(pipeline.first() + 1);
                shares[..known].fill(0.0);
                shares[0] = *bare;
                shares
            }
            Self::Loss { offered } => {
                let mut loss = 1.0;
                let mut shares = Vec::with_capacity(levels);
                shares.push(0.0);
                for s in 1..=up_to {
                    loss = next_erlang_b(loss, s, *offered);
                    shares.push(1.0 - loss);
                }
                shares
            }
        }
    }

    /// The least base stock from which the share no longer grows: everything kept of the distribution is covered.
    pub fn enough(&self) -> u32 {
        match self {
            Self::Never | Self::Always => 0,
            Self::Still { pipeline, .. } => u32::try_from(pipeline.last() + 1).unwrap_or(u32::MAX),
            Self::Loss { offered } => {
                let mut loss = 1.0;
                let mut s = 0;
                while loss > 1e-16 {
                    s += 1;
                    loss = next_erlang_b(loss, s, *offered);
                }
                s
            }
        }
    }
}
