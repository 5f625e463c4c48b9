//! The pattern of a series: how often it is silent, and how its sizes vary.
//!
//! ```text
//! (adi)      ADI = n / m                 n periods, m of them with demand: the average interval between demands
//! (cv2)      CV² = s² / z̄²               of the sizes of the demand periods, s² with m − 1
//! (classes)            CV² < 0.49     CV² ≥ 0.49
//!            ADI < 1.32   smooth         erratic
//!            ADI ≥ 1.32   intermittent   lumpy
//! ```
//! Source: Syntetos, Boylan and Croston, On the categorization of demand patterns, Journal of the Operational Research
//! Society 56 (2005). A single demand has no variance: its CV² is 0.

/// (classes): from this average interval on demand is intermittent or lumpy.
const LONG_INTERVAL: f64 = 1.32;

/// (classes): from this squared coefficient of variation on demand is erratic or lumpy.
const WIDE_SIZES: f64 = 0.49;

/// How a demand comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pattern {
    /// Often, and much alike.
    Smooth,
    /// Seldom, and much alike.
    Intermittent,
    /// Often, in sizes that vary.
    Erratic,
    /// Seldom, in sizes that vary.
    Lumpy,
    /// Never yet.
    Silent,
}

impl Pattern {
    /// Every pattern, in order.
    pub const ALL: [Self; 5] = [Self::Smooth, Self::Intermittent, Self::Erratic, Self::Lumpy, Self::Silent];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Smooth => "smooth",
            Self::Intermittent => "intermittent",
            Self::Erratic => "erratic",
            Self::Lumpy => "lumpy",
            Self::Silent => "silent",
        }
    }
}

/// What the pattern of a series is told by.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Shape {
    /// n: how many periods there are.
    pub periods: usize,
    /// m: how many of them had demand.
    pub demands: usize,
    /// z̄: mean size of the demand periods \[units\]; 0 without any.
    pub mean_size: f64,
    /// CV² of the sizes, (cv2).
    pub size_variation: f64,
}

impl Shape {
    /// The shape of a series of quantities \[units\].
    pub fn of(series: &[f64]) -> Self {
        let sizes = || series.iter().copied().filter(|&quantity| quantity > 0.0);
        let demands = sizes().count();
        let count = demands as f64;
        let mean_size = if demands > 0 { sizes().sum::<f64>() / count } else { 0.0 };
        let size_variation = if demands > 1 {
            sizes().map(|size| (size / mean_size - 1.0).powi(2)).sum::<f64>() / (count - 1.0)
        } else {
            0.0
        };
        Self { periods: series.len(), demands, mean_size, size_variation }
    }

    /// The average interval between demands, (adi) \[periods\]; infinite without any.
    pub fn average_interval(&self) -> f64 {
        if self.demands == 0 { f64::INFINITY } else { self.periods as f64 / self.demands as f64 }
    }

    /// The class of the series, (classes).
    pub fn pattern(&self) -> Pattern {
        match (self.average_interval() >= LONG_INTERVAL, self.size_variation >= WIDE_SIZES) {
            _ if self.demands == 0 => Pattern::Silent,
            (false, false) => Pattern::Smooth,
            (true, false) => Pattern::Intermittent,
            (false, true) => Pattern::Erratic,
            (true, true) => Pattern::Lumpy,
        }
    }
}
