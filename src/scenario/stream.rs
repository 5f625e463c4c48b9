//! What is asked for: streams of demand and the installed base they come from.

use super::{JobId, PartId, ProductId, RegionId};
use crate::units::{Hours, Rate};

/// One source of demand: jobs of a region that need one unit of a part, or no part.
///
/// From `demand.csv`, or installed base × failures (one row per region, product and failure), or `demand_history.csv`.
#[derive(Debug, Clone)]
pub struct Demand {
    /// Where it arises.
    pub region: RegionId,
    /// The part each job needs; `None`: a job without a part.
    pub part: Option<PartId>,
    /// The product that fails, if known.
    pub product: Option<ProductId>,
    /// Jobs a year.
    pub rate: Rate,
    /// Variance-to-mean ratio of the demand in any period, at least 1 (1 = Poisson).
    pub variance_to_mean: f64,
    /// Hands-on work of a job \[hours\].
    pub repair: Hours,
    /// The type of job; `None`: a plain repair.
    pub job: Option<JobId>,
}

impl Demand {
    /// The product that fails; `None`: it is not known, or the job is of a type, such as an installation.
    pub fn failing(&self) -> Option<ProductId> {
        self.product.filter(|_| self.job.is_none())
    }
}

/// A row of `installed_base.csv`.
#[derive(Debug, Clone)]
pub struct Installed {
    /// Where they are.
    pub region: RegionId,
    /// What is installed.
    pub product: ProductId,
    /// How many.
    pub units: f64,
    /// How many are sold \[1/year\].
    pub sales: f64,
}

/// A row of `failures.csv` whose demands are not told region by region: jobs of an installed unit.
#[derive(Debug, Clone)]
pub struct Failure {
    /// What fails.
    pub product: ProductId,
    /// The part each job needs; `None`: a job without a part.
    pub part: Option<PartId>,
    /// Jobs of an installed unit \[1/year\].
    pub rate: f64,
    /// Variance-to-mean ratio of the demand in any period, at least 1 (1 = Poisson).
    pub variance_to_mean: f64,
    /// Hands-on work of a job \[hours\].
    pub repair: Hours,
    /// The type of job; `None`: a plain repair.
    pub job: Option<JobId>,
}

impl Failure {
    /// The demand of so many units installed in a region; `None` where there is none.
    pub fn demand(&self, region: RegionId, units: f64) -> Option<Demand> {
        let rate = Rate::new(units * self.rate).filter(|rate| rate.get() > 0.0)?;
        Some(Demand {
            region,
            part: self.part,
            product: Some(self.product),
            rate,
            variance_to_mean: self.variance_to_mean,
            repair: self.repair,
            job: self.job,
        })
    }
}
