//! Outlets and depots, and what they repair: rows of `outlets.csv`, `depots.csv` and `repairs.csv`.

use super::{CountryId, FormatId, PartId, Place, SiteId};
use crate::units::{Days, Money, Share};

/// May a site open, must it, is it open today?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// May open, at its opening cost.
    Candidate,
    /// Stays open, cannot close.
    Open,
    /// May not open.
    Closed,
    /// Open today: may stay at no opening cost or close at its closing cost.
    Existing,
}

/// A row of `outlets.csv` or `depots.csv`.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its id in the files; outlets and depots share one space of ids.
    pub id: String,
    /// Its name; the id if none was given.
    pub name: String,
    /// Its country, if given.
    pub country: Option<CountryId>,
    /// Its coordinates, if given.
    pub place: Option<Place>,
    /// May it open?
    pub status: Status,
    /// Cost of being open \[a year\].
    pub fixed_cost: Money,
    /// Cost of opening a candidate \[once\].
    pub opening_cost: Money,
    /// Cost of closing an existing site \[once\].
    pub closing_cost: Money,
    /// Most hours of work a year (outlets).
    pub capacity_hours: Option<f64>,
    /// Most jobs a year (outlets).
    pub capacity_jobs: Option<f64>,
    /// Most units a year (depots).
    pub capacity_units: Option<f64>,
    /// From order to arrival at this site when the supplier replenishes it \[days\].
    pub supplier_lead_time: Days,
    /// Cost of holding stock, as a share of its value (the site's, else the scenario's) \[1/year\].
    pub holding_rate: Share,
    /// Servers that all repairs at the site share, whose repair times are then exponential; `None`: one is always free.
    pub repair_servers: Option<u32>,
    /// Tools and workshops for the types of job it does, while open \[a year\].
    pub equipment_cost: Money,
    /// Trained staff for them, while open \[a year\].
    pub training_cost: Money,
    /// The format, which its costs have been multiplied by already.
    pub format: Option<FormatId>,
}

impl Site {
    /// Cost of being open, whatever it is for \[a year\].
    pub fn running_cost(&self) -> f64 {
        self.fixed_cost.get() + self.equipment_cost.get() + self.training_cost.get()
    }
}

/// A row of `repairs.csv`: what a site repairs of a part, or of every part.
#[derive(Debug, Clone)]
pub struct SiteRepair {
    /// Where.
    pub site: SiteId,
    /// What; `None`: every part without a row of its own.
    pub part: Option<PartId>,
    /// Share of the site's demand whose failed units it repairs; an outlet orders the others from its depot.
    pub share: Share,
    /// From failure to repaired and back on the site's shelf, the part's where it is not given \[days\].
    pub turnaround: Option<Days>,
}
