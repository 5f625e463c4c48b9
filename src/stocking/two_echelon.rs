//! One part at one outlet, replenished by the supplier or by a depot: who waits, and how long.
//!
//! A share u of the outlet's demand is repaired at the outlet itself in time Tb, the share f = 1 − u is ordered: from the
//! depot with transport O, or where there is no depot from the supplier with lead time L. The depot does the same: a share
//! of what its outlets order it repairs in time Tr, the rest it orders from the supplier in time Ts.
//!
//! ```text
//! (pipeline)   X  = demand(λfL) + R                      one echelon: the supplier is ample
//! (repair)     R  = demand(λuTb), or the outlet's units in its shop (`shop`)
//! (depot)      X0 = demand(λ0·(f0 + v)·Ts) + R0,         λ0 = Σ λjfj: what the outlets order; v of it again (`cost::unit`)
//! (backlog)    B0 = (X0 − S0)⁺                           what the depot owes its outlets, first come first served
//! (echelons)   X  = Bin(B0, q) + demand(λfO) + R         q = λf/λ0: owed by the depot, on the way, in repair here
//! (batch)      J: the units of a demand that are asked for before a unit of it; 0 for Poisson demand (`distribution`)
//! (fill)       fill rate = P(X + J ≤ S−1)                a unit finds what was out before its batch, and its batch before it
//! (backorders) EBO = E[(X−S)⁺],  mean wait = EBO/λ       Little's law
//! (wait)       P(wait ≤ τ) = P(X(τ) + J ≤ S−1) while nothing ordered later can come sooner: τ < O (or L) and τ < Tb;
//!              X(τ) is X with O − τ for O (L − τ for L) and Tb − τ for Tb. Longer windows: `window`
//! (batches)    a site that the supplier replenishes may order Q units at a time: X + U for X, U uniform on 0 … Q−1, and X0 + U
//!              for X0 (`reorder`); outlets under a depot order one for one
//! (loss)       emergency: fill rate = 1 − B(S, λ·(u·Tb + f·(O + E[B0]/λ0))), B of `erlang`, in batches where they come so
//! ```
//! Times are constant, but for a shop's (only windows ask for constancy). For Poisson demand (pipeline) to (wait) are exact:
//! R. M. Simon 1971 (Operations Research 19), S. C. Graves 1985 (Management Science 31), S. Axsäter 1990 for the waits.
//! (backlog) and its thinning are exact for a depot's shop as well: who ordered the last B0 units does not depend on how
//! many the depot lacks, since outlets order in independent Poisson streams. Windows are then a lower bound of the service:
//! the shop is left as it stands at the request (at the outlet), or at the arrival of what was sent at the request (at the
//! depot).
//!
//! With a variance-to-mean ratio above 1 demands come in logarithmic batches (the negative binomial as a compound Poisson
//! process). (fill), (backorders) and (wait) are exact then as well, with a depot too if its outlets have one ratio: what it
//! owes them comes in batches (`debts`). Where a part of the demand is repaired, in a shop or without, batches are split unit
//! by unit, and a unit's own batch is taken to have come in windows longer than the transport.
//!
//! (loss) is exact for Poisson demand without a depot and a shop, and for batches an approximation (`erlang`); with a depot,
//! the depot is evaluated as if it saw the outlet's whole demand, which is a little more than it does, and its wait enters by
//! its mean (the loss formula needs no more of a lead time); with a shop, the shop likewise. (batches) is as exact as the rest: the position was what it
//! was a lead time ago, before the demands that make X, so U and X are independent; and which outlets the depot owes its
//! units to does not depend on U either.
//!
//! At the edge: with L = 0 and S = 0 the shelf is always empty, so the fill rate is 0 by (fill), although no one waits
//! (P(wait ≤ 0) = 1 by (wait)). An overloaded shop has no steady state: its shelf is always empty, its backorders are
//! infinite.

mod debts;
mod depot;
mod method;
mod waits;
mod window;

use super::distribution::Pmf;
use super::erlang::Loss;
use super::reorder::Batches;
use super::shop::Repair;
use crate::customs::Customs;
use crate::scenario::Stockout;

pub(crate) use debts::ln_gamma;
pub use debts::{Crossing, Debts};
pub use depot::{Depot, Upstream};
pub use method::Method;
pub use waits::Waits;

/// Times that differ by less than this share are the same: they come from hours and days by different roads.
const SAME_TIME: f64 = 1e-12;

/// What of a time is left after a window \[years\]; nothing where they are the same.
fn left(time: f64, window: f64) -> f64 {
    if window >= time * (1.0 - SAME_TIME) { 0.0 } else { time - window }
}

/// The demand for one part at one outlet, the time its replenishment is on the way, and what is repaired at the outlet.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stream {
    /// Demand rate λ \[units/year\].
    pub rate: f64,
    /// Variance-to-mean ratio of the demand in any period, at least 1.
    pub variance_to_mean: f64,
    /// O: transport from the depot, or L: the supplier's lead time where there is no depot \[years\].
    pub lead_time: f64,
    /// Repair at the outlet: its share u and time Tb.
    pub repair: Repair,
    /// Most units of an order to the supplier, (batches); an outlet under a depot orders one for one.
    pub quantity: u32,
    /// What of O varies, each consignment for itself \[years\].
    pub customs: Customs,
}

impl Stream {
    /// A stream that orders all it uses.
    pub fn new(rate: f64, variance_to_mean: f64, lead_time: f64) -> Self {
        Self { rate, variance_to_mean, lead_time, repair: Repair::default(), quantity: 1, customs: Customs::default() }
    }

    /// The same with repair at the outlet.
    pub fn repairing(self, repair: Repair) -> Self {
        Self { repair, ..self }
    }

    /// The same with batches of a quantity \[units\].
    pub fn in_batches(self, quantity: u32) -> Self {
        Self { quantity, ..self }
    }

    /// The same through customs, times in years, that take a part of the lead time.
    pub fn clearing(self, customs: Customs) -> Self {
        Self { customs, ..self }
    }

    /// The window less what of the lead time is constant \[years\], where something ordered later may come sooner because customs vary.
    pub(in crate::stocking) fn beyond_constant(&self, window: f64) -> Option<f64> {
        let constant = (self.lead_time - self.customs.mean).max(0.0);
        (self.customs.vary() && left(constant, window) <= 0.0).then_some((window - constant).max(0.0))
    }

    /// λf: what is ordered from the depot or the supplier \[units/year\].
    pub fn ordered(&self) -> f64 {
        self.rate * (1.0 - self.repair.share)
    }

    /// Mean time until a unit is replaced, ordered or repaired, where orders wait `wait` at the depot \[years\], (loss).
    pub fn mean_lead_time(&self, wait: f64) -> f64 {
        let share = self.repair.share;
        // A stream that orders nothing does not wait for a depot that may have no steady state.
        let ordered = if share < 1.0 { (1.0 - share) * (self.lead_time + wait) } else { 0.0 };
        ordered + if share > 0.0 { share * self.repair.mean_time() } else { 0.0 }
    }

    /// Demand for ordered units over a time \[years\].
    fn on_order(&self, time: f64) -> Pmf {
        Pmf::demand(self.ordered() * time, self.variance_to_mean)
    }

    /// R, (repair).
    fn in_repair(&self) -> Pmf {
        self.repair.units(self.rate, self.variance_to_mean)
    }

    /// J, (batch), added to a number of units.
    fn behind_its_batch(&self, units: Pmf) -> Pmf {
        let dispersed = self.variance_to_mean > 1.0 + 1e-12;
        if dispersed { units.plus(&Pmf::batch_before(self.variance_to_mean)) } else { units }
    }

    /// Of X(τ) + J in (wait), what the depot does not owe; `None` where something ordered later can come sooner.
    pub fn still_out(&self, window: f64) -> Option<Pmf> {
        self.out_before_batch(window).map(|units| self.behind_its_batch(units))
    }

    /// The same without J.
    fn out_before_batch(&self, window: f64) -> Option<Pmf> {
        let (ordered, repaired) = (self.repair.share < 1.0, self.repair.share > 0.0);
        let on_order = left(self.lead_time, window);
        if ordered && (on_order <= 0.0 || self.beyond_constant(window).is_some()) {
            return None;
        }
        let ordered = self.on_order(if ordered { on_order } else { 0.0 });
        match self.repair {
            _ if !repaired => Some(ordered),
            Repair { shop: Some(_), .. } => Some(ordered.plus(&self.in_repair())),
            Repair { time, shop: None, .. } => {
                let time = left(time, window);
                let repair = Repair { time, ..self.repair };
                (time > 0.0).then(|| ordered.plus(&repair.units(self.rate, self.variance_to_mean)))
            }
        }
    }
}

/// One part at one outlet, ready to be asked about any base stock and any window.
///
/// Making it costs one thinning and one convolution; what many windows share (the units owed by the depot) is kept.
#[derive(Debug, Clone)]
pub struct Position<'a> {
    stream: Stream,
    stockout: Stockout,
    supply: Supply<'a>,
    method: Method,
}

#[derive(Debug, Clone)]
enum Supply<'a> {
    Supplier {
        pipeline: Pmf,
    },
    /// `before` is what the depot owes and J, which every window and the fill rate share.
    Depot {
        upstream: &'a Upstream,
        owed: Pmf,
        before: Pmf,
        pipeline: Pmf,
    },
    Emergency {
        loss: Loss,
    },
    Overloaded {
        pipeline: Pmf,
    },
}

impl<'a> Position<'a> {
    /// The stream under its depot, or under the supplier where there is none.
    pub fn new(stream: Stream, upstream: Option<&'a Upstream>, stockout: Stockout) -> Self {
        let ordered = 1.0 - stream.repair.share;
        let unsupplied = |upstream: &Upstream| ordered > 0.0 && upstream.depot.repair.overloaded();
        let supply = if stream.repair.overloaded() || upstream.is_some_and(unsupplied) {
            let owed = upstream.map_or(Pmf::constant(0), |upstream| upstream.owed_to(&stream));
            Supply::Overloaded { pipeline: owed.plus(&stream.in_repair()) }
        } else {
            match (stockout, upstream) {
                (Stockout::Emergency, upstream) => {
                    let wait = upstream.map_or(0.0, Upstream::mean_wait);
                    let offered = stream.rate * stream.mean_lead_time(wait);
                    Supply::Emergency { loss: Loss { offered, variance_to_mean: stream.variance_to_mean } }
                }
                (Stockout::Backorder, None) => Supply::Supplier { pipeline: own_pipeline(&stream) },
                (Stockout::Backorder, Some(upstream)) => {
                    let owed = upstream.owed_to(&stream);
                    let pipeline = owed.plus(&own_pipeline(&stream));
                    let before = stream.behind_its_batch(owed.clone());
                    Supply::Depot { upstream, owed, before, pipeline }
                }
            }
        };
        let own = Method::of(&stream.repair, stream.variance_to_mean);
        let above = upstream.filter(|_| ordered > 0.0).map(|upstream| upstream.method_for(&stream, stockout));
        let in_batches = stream.variance_to_mean > 1.0 + 1e-12;
        let inexact_loss =
            own != Method::Exact || in_batches || (stream.repair.share > 0.0 && stream.repair.shop.is_some());
        let method = match stockout {
            Stockout::Emergency if inexact_loss => Method::Approximate,
            _ => above.map_or(own, |above| above.max(own)),
        };
        Self { stream, stockout, supply, method }
    }

    /// How its fill rate and backorders were found.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The stream it is about.
    pub fn stream(&self) -> Stream {
        self.stream
    }

    /// The units on order and in repair, (pipeline) or (echelons); `None` in the emergency model, whose pipeline is cut at
    /// S; many units in an overloaded shop.
    pub fn pipeline(&self) -> Option<&Pmf> {
        match &self.supply {
            Supply::Supplier { pipeline } | Supply::Depot { pipeline, .. } | Supply::Overloaded { pipeline } => {
                Some(pipeline)
            }
            Supply::Emergency { .. } => None,
        }
    }

    /// X + J: what a unit finds before it, (fill); `None` in the emergency model.
    pub fn before_a_unit(&self) -> Option<Pmf> {
        self.pipeline().map(|pipeline| self.stream.behind_its_batch(pipeline.clone()))
    }

    /// How it orders with a base stock: in batches from the supplier, one for one from a depot and where stockouts are
    /// expressed.
    pub fn batches(&self, base_stock: u32) -> Batches {
        let quantity = if matches!(self.supply, Supply::Supplier { .. }) { self.stream.quantity } else { 1 };
        Batches::up_to(base_stock, quantity)
    }

    /// Share of demands met at once from the shelf, (fill) or (loss).
    pub fn fill_rate(&self, base_stock: u32) -> f64 {
        match &self.supply {
            Supply::Supplier { pipeline } => {
                let before = self.stream.behind_its_batch(pipeline.clone());
                self.batches(base_stock).fill_rate(&before)
            }
            Supply::Depot { before, .. } => before.sum_at_most(&own_pipeline(&self.stream), i64::from(base_stock) - 1),
            Supply::Emergency { loss } => 1.0 - loss.with(base_stock),
            Supply::Overloaded { .. } => 0.0,
        }
    }

    /// Share of demands expressed from outside, (loss); none where the job waits.
    pub fn emergency(&self, base_stock: u32) -> f64 {
        match &self.supply {
            Supply::Emergency { loss } => loss.with(base_stock),
            Supply::Overloaded { .. } if self.stockout == Stockout::Emergency => 1.0,
            _ => 0.0,
        }
    }

    /// Expected jobs waiting for the part \[units\]; none where stockouts are expressed, infinite in an overloaded shop.
    pub fn expected_backorders(&self, base_stock: u32) -> f64 {
        match &self.supply {
            Supply::Supplier { pipeline } if self.stream.quantity > 1 => {
                self.batches(base_stock).expected_backorders(pipeline)
            }
            Supply::Supplier { pipeline } | Supply::Depot { pipeline, .. } => {
                pipeline.expected_over(base_stock as usize)
            }
            Supply::Emergency { .. } => 0.0,
            Supply::Overloaded { .. } => f64::INFINITY,
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
        // By far the most frequent question needs no convolution.
        if let Supply::Depot { before, .. } = &self.supply
            && window >= 0.0
            && let Some(still_out) = self.stream.out_before_batch(window)
        {
            return before.sum_at_most(&still_out, i64::from(base_stock) - 1);
        }
        let batches = self.batches(base_stock);
        if batches.quantity > 1 {
            // A mean over the inventory positions, (batches).
            let shares = self.waits(window).shares(base_stock);
            return shares.iter().rev().take(batches.quantity as usize).sum::<f64>() / f64::from(batches.quantity);
        }
        self.waits(window).within(base_stock)
    }

    /// The window's own distribution under one-for-one ordering, for asking about many base stocks.
    pub fn waits(&self, window: f64) -> Waits {
        if window.is_nan() || window < 0.0 {
            return Waits::Never;
        }
        let still_out = || self.stream.still_out(window);
        match &self.supply {
            Supply::Overloaded { .. } => Waits::Never,
            Supply::Emergency { loss } => Waits::Loss { loss: *loss },
            Supply::Supplier { .. } => still_out().map_or_else(
                || window::longer(&self.stream, None, window),
                |pipeline| Waits::Still { pipeline, bare: 0.0 },
            ),
            Supply::Depot { upstream, owed, .. } => still_out().map_or_else(
                || window::longer(&self.stream, Some((upstream, owed)), window),
                |still_out| Waits::Still { pipeline: owed.plus(&still_out), bare: 0.0 },
            ),
        }
    }
}

/// What is on order and in repair, the depot's debts apart.
fn own_pipeline(stream: &Stream) -> Pmf {
    let on_order = stream.on_order(stream.lead_time);
    if stream.repair.share > 0.0 { on_order.plus(&stream.in_repair()) } else { on_order }
}
