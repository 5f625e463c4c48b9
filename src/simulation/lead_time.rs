//! How long a replenishment or a repair takes.

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

    /// A time with this mean \[years\]. Where nothing varies no luck is spent.
    #[inline]
    pub(super) fn draw(self, mean: f64, chance: &mut Stream) -> f64 {
        match self {
            Self::Constant => mean,
            Self::Exponential => mean * chance.exponential(),
            Self::Uniform => 2.0 * mean * chance.uniform(),
        }
    }
}
