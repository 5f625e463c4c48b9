//! Measured connections and lateral supply: rows of `lanes.csv` and `laterals.csv`.

use super::{DepotId, OutletId, PartId, RegionId};
use crate::units::{Days, Hours, Kilometres, Money};

/// A measured outlet → region lane; what is `None` is estimated from the coordinates.
#[derive(Debug, Clone)]
pub struct ServiceLane {
    /// From.
    pub outlet: OutletId,
    /// To.
    pub region: RegionId,
    /// Travel time, one way \[hours\].
    pub hours: Option<Hours>,
    /// Distance, one way \[km\].
    pub distance: Option<Kilometres>,
    /// Travel cost of a job, in place of the one from time and distance.
    pub cost_per_job: Option<Money>,
}

/// A measured depot → outlet lane; what is `None` is estimated from the coordinates.
#[derive(Debug, Clone)]
pub struct SupplyLane {
    /// From.
    pub depot: DepotId,
    /// To.
    pub outlet: OutletId,
    /// Distance, one way \[km\].
    pub distance: Option<Kilometres>,
    /// Freight of a unit, in place of the one from weight and distance.
    pub cost_per_unit: Option<Money>,
    /// Transport time, customs included \[days\].
    pub lead_time: Option<Days>,
}

/// A row of `laterals.csv`: lateral supply from one outlet to another.
#[derive(Debug, Clone)]
pub struct Lateral {
    /// Who gives.
    pub from: OutletId,
    /// Who lacks.
    pub to: OutletId,
    /// Of which part; `None`: of every part that has no row of its own between the two.
    pub part: Option<PartId>,
    /// Time for the part to arrive where it is needed \[hours\].
    pub hours: Hours,
    /// Freight of a unit.
    pub cost_per_unit: Money,
}
