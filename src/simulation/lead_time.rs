//! How long a replenishment takes.

use super::stream::Stream;

/// How lead times vary around their means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum LeadTimes {
    /// Not at all.
    #[default]
    Constant,
    /// Exponentially.
    Exponential,
    /// Uniformly between 0 and twice the mean.
    Uniform,
}

impl LeadTimes {
    /// Its name in files and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Constant => "constant",
            Self::Exponential => "exponential",
            Self::Uniform => "uniform",
        }
    }
}

/// The lead time of an order: a failed unit is repaired with the repaired share and comes back after its turnaround,
/// else a new one comes from the supplier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LeadTime {
    /// Mean time from the supplier, or of transport \[years\].
    pub supplier: f64,
    /// Mean turnaround of a repair \[years\].
    pub turnaround: f64,
    /// Share of units that are repaired.
    pub repaired: f64,
}

impl LeadTime {
    /// A lead time with this mean and no repair \[years\].
    pub const fn of(mean: f64) -> Self {
        Self { supplier: mean, turnaround: 0.0, repaired: 0.0 }
    }

    /// The one time that all orders take where nothing varies.
    pub fn constant(&self, lead_times: LeadTimes) -> Option<f64> {
        match lead_times {
            LeadTimes::Constant if self.repaired <= 0.0 => Some(self.supplier),
            LeadTimes::Constant if self.repaired >= 1.0 => Some(self.turnaround),
            LeadTimes::Constant if self.supplier == self.turnaround => Some(self.supplier),
            _ if self.longest() == 0.0 => Some(0.0),
            _ => None,
        }
    }

    /// The longer of the two means that occur \[years\].
    pub fn longest(&self) -> f64 {
        let supplier = if self.repaired < 1.0 { self.supplier } else { 0.0 };
        let turnaround = if self.repaired > 0.0 { self.turnaround } else { 0.0 };
        supplier.max(turnaround)
    }

    /// The time that one order takes \[years\].
    pub fn draw(&self, lead_times: LeadTimes, chance: &mut Stream) -> f64 {
        let mean = if self.repaired >= 1.0 || self.repaired > 0.0 && chance.uniform() <= self.repaired {
            self.turnaround
        } else {
            self.supplier
        };
        match lead_times {
            LeadTimes::Constant => mean,
            LeadTimes::Exponential => mean * chance.exponential(),
            LeadTimes::Uniform => 2.0 * mean * chance.uniform(),
        }
    }
}
