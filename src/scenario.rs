//! What was given: a checked scenario, every number in its unit and every name an index.
//!
//! A scenario folder (text, with places in files) is a [`draft`](load()); the checked thing is a [`Scenario`]. Nothing
//! unchecked passes this border, and nothing behind it opens a file.

mod change;
mod diagnostic;
mod difference;
pub(crate) mod draft;
mod hash;
mod load;
mod overlay;
mod read;
pub mod schema;
mod settings;
mod sheet;
pub(crate) mod source;
mod split;
mod template;
pub(crate) mod validate;
mod warn;

pub use diagnostic::{Diagnostic, Diagnostics, RULES, Severity};
pub use difference::{Changed, ColumnDifference, Differences, Pattern, RowDifference, differences};
pub use load::{Loaded, Origins, Refused, load};
pub use source::Origin;
pub use template::write_template;

use crate::demand::History;
use crate::units::{Days, Hours, Kilograms, Kilometres, Money, Rate, Share};

/// An index into one table of a scenario.
macro_rules! index {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// The position in the table.
            pub const fn at(self) -> usize {
                self.0 as usize
            }
        }

        impl From<usize> for $name {
            fn from(position: usize) -> Self {
                Self(u32::try_from(position).expect("a table holds fewer than 2^32 rows: the loader refuses more"))
            }
        }
    };
}

index!(
    /// A row of [`Scenario::regions`].
    RegionId
);
index!(
    /// A row of [`Scenario::products`].
    ProductId
);
index!(
    /// A row of [`Scenario::parts`].
    PartId
);
index!(
    /// A row of [`Scenario::outlets`].
    OutletId
);
index!(
    /// A row of [`Scenario::depots`].
    DepotId
);
index!(
    /// A row of [`Scenario::countries`].
    CountryId
);
index!(
    /// A row of [`Scenario::policies`].
    PolicyId
);
index!(
    /// A row of [`Scenario::classes`].
    ClassId
);

/// An outlet or a depot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SiteId {
    /// An outlet.
    Outlet(OutletId),
    /// A depot.
    Depot(DepotId),
}

/// A checked scenario. Tables keep the order of their files.
#[derive(Debug, Clone)]
pub struct Scenario {
    /// The scenario's name, from `scenario.toml`.
    pub name: String,
    /// A sentence about it; empty if none was given.
    pub description: String,
    /// The currency's code, `EUR` if none was given.
    pub currency: String,
    /// SHA-256 of the tables and keys after overlays, in lower-case hexadecimal.
    pub input_hash: String,
    /// Where demand arises.
    pub regions: Vec<Region>,
    /// What is installed.
    pub products: Vec<Product>,
    /// What is stocked.
    pub parts: Vec<Part>,
    /// Every source of demand, one row each.
    pub demands: Vec<Demand>,
    /// Units of a product installed in a region.
    pub installed: Vec<Installed>,
    /// Candidate and existing repair outlets.
    pub outlets: Vec<Site>,
    /// Candidate and existing parts depots.
    pub depots: Vec<Site>,
    /// Every country that any table names, in order of code.
    pub countries: Vec<Country>,
    /// Every service policy that any table names, in order of name.
    pub policies: Vec<String>,
    /// Measured outlet → region lanes.
    pub service_lanes: Vec<ServiceLane>,
    /// Measured depot → outlet lanes.
    pub supply_lanes: Vec<SupplyLane>,
    /// What sites repair where it is not what `parts.csv` says, in order of site and part.
    pub repairs: Vec<SiteRepair>,
    /// Promises.
    pub targets: Vec<Target>,
    /// `\[travel\]`.
    pub travel: Travel,
    /// `\[replenishment\]`.
    pub replenishment: Replenishment,
    /// `\[stocking\]`.
    pub stocking: Stocking,
    /// `\[limits\]`.
    pub limits: Limits,
    /// `\[planning\]`.
    pub planning: Planning,
    /// `\[finance\]`.
    pub finance: Finance,
    /// Lateral supply between outlets.
    pub laterals: Vec<Lateral>,
    /// What was made of `demand_history.csv`, if there is one: its streams are among the demands.
    pub history: Option<History>,
    /// Every class that a part has, in order of name.
    pub classes: Vec<String>,
}

impl Scenario {
    /// The row of an outlet or a depot.
    pub fn site(&self, site: SiteId) -> &Site {
        match site {
            SiteId::Outlet(outlet) => &self.outlets[outlet.at()],
            SiteId::Depot(depot) => &self.depots[depot.at()],
        }
    }

    /// Who helps an outlet that lacks a part before it is expressed from outside, in words; `None`: nobody.
    pub fn help(&self) -> Option<&'static str> {
        match (self.laterals.is_empty(), self.stocking.direct) {
            (true, false) => None,
            (false, false) => Some("lateral supply"),
            (true, true) => Some("direct delivery"),
            (false, true) => Some("lateral supply and direct delivery"),
        }
    }

    /// The share of a part's failed units that a site repairs and its turnaround, as far as `repairs.csv` says: the row of
    /// the part goes before the row of every part.
    pub fn repair_at(&self, site: SiteId, part: PartId) -> Option<(Share, Days)> {
        let row = |part: Option<PartId>| {
            let found = self.repairs.binary_search_by_key(&(site, part), |repair| (repair.site, repair.part));
            found.ok().map(|found| &self.repairs[found])
        };
        let repair = row(Some(part)).or_else(|| row(None))?;
        Some((repair.share, repair.turnaround.unwrap_or(self.parts[part.at()].repair_turnaround)))
    }
}

/// A place: degrees (WGS84) or, with `\[travel\] metric = "planar"`, kilometres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Place {
    /// Longitude \[degrees east\], or the first coordinate \[km\].
    pub x: f64,
    /// Latitude \[degrees north\], or the second coordinate \[km\].
    pub y: f64,
}

impl Place {
    /// The place at a latitude and a longitude \[degrees\]: the one spot where the order of the two is written.
    pub const fn at(latitude: f64, longitude: f64) -> Self {
        Self { x: longitude, y: latitude }
    }
}

/// A row of `regions.csv`.
#[derive(Debug, Clone)]
pub struct Region {
    /// Its id in the files.
    pub id: String,
    /// Its name; the id if none was given.
    pub name: String,
    /// Its country, if given.
    pub country: Option<CountryId>,
    /// Its coordinates, if given.
    pub place: Option<Place>,
    /// Its inhabitants, if given.
    pub population: Option<f64>,
    /// Its service policy, if given.
    pub policy: Option<PolicyId>,
    /// Time for an expressed part to reach it (the region's, else the scenario's) \[hours\].
    pub emergency_hours: Hours,
    /// Cost of one expressed part (the region's, else the scenario's).
    pub emergency_cost_per_unit: Money,
    /// Time for a part to reach it directly from a depot (the region's, else the scenario's) \[hours\].
    pub direct_hours: Hours,
    /// Cost of delivering one part directly from a depot (the region's, else the scenario's).
    pub direct_cost_per_unit: Money,
}

/// A row of `products.csv`.
#[derive(Debug, Clone)]
pub struct Product {
    /// Its id in the files.
    pub id: String,
    /// Its name; the id if none was given.
    pub name: String,
    /// Its selling price, if given.
    pub unit_price: Option<Money>,
    /// Its warranty \[months\], if given.
    pub warranty_months: Option<f64>,
    /// Its service policy, if given; it goes before the region's.
    pub policy: Option<PolicyId>,
}

/// A row of `parts.csv`.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its id in the files.
    pub id: String,
    /// Its name; the id if none was given.
    pub name: String,
    /// Its value.
    pub unit_cost: Money,
    /// Its weight, zero if not given.
    pub weight: Kilograms,
    /// The part's own supplier lead time; it goes before the site's \[days\].
    pub supplier_lead_time: Option<Days>,
    /// Time from failure to repaired and back on the shelf of the repairing site \[days\].
    pub repair_turnaround: Days,
    /// Share of failed parts that are repaired, the others are replaced by the supplier.
    pub repair_share: Share,
    /// Cost of one repair.
    pub repair_cost: Money,
    /// Cost of one order to the supplier.
    pub order_cost: Money,
    /// Most units of an order to the supplier, if given.
    pub order_quantity: Option<u32>,
    /// Its class, if given: a word for the parts that promises treat alike, such as A, B, C.
    pub class: Option<ClassId>,
}

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
}

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

/// A country: its row of `countries.csv`, or only its code.
#[derive(Debug, Clone)]
pub struct Country {
    /// ISO 3166 alpha-2 code.
    pub code: String,
    /// Wage of an hour of work in it.
    pub labour_cost_per_hour: Money,
    /// Added to the lead time of a lane that enters it over a customs border \[days\].
    pub customs: Days,
    /// Share of the value that a part pays when it enters over a customs border.
    pub duty_rate: Share,
    /// Countries that name the same union have no customs border between them.
    pub customs_union: Option<String>,
}

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

/// What a promise speaks of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Metric {
    /// Share of part demands met at once from the outlet's shelf (and reached in time, if a window is given).
    FillRate,
    /// Share of jobs whose response time is within the window.
    OnTime,
    /// Share of jobs whose travel time is within the window, stock ignored.
    Coverage,
    /// Mean response time of jobs \[hours\].
    MeanResponse,
    /// Share of installed units that work.
    Availability,
}

impl Metric {
    /// Its name in files.
    pub const fn name(self) -> &'static str {
        match self {
            Self::FillRate => "fill_rate",
            Self::OnTime => "on_time",
            Self::Coverage => "coverage",
            Self::MeanResponse => "mean_response_hours",
            Self::Availability => "availability",
        }
    }
}

/// One dimension in which a target is spread out: `["outlet", "part"]` means every pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The whole network.
    Network,
    /// Each country of regions.
    Country,
    /// Each service policy.
    Policy,
    /// Each region.
    Region,
    /// Each outlet that serves anyone.
    Outlet,
    /// Each part.
    Part,
    /// Each class of parts.
    Class,
}

/// What a target asks of its metric.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Limit {
    /// At least this (shares).
    AtLeast(f64),
    /// At most this (hours).
    AtMost(f64),
    /// Parity: best minus worst over the scope is at most this.
    SpreadAtMost(f64),
}

/// A `[\[target\]]`.
#[derive(Debug, Clone)]
pub struct Target {
    /// What it speaks of.
    pub metric: Metric,
    /// Over what it is taken; `\[Network\]` if not given.
    pub scope: Vec<Scope>,
    /// What it asks.
    pub limit: Limit,
    /// The window \[hours\]: required by on_time and coverage, optional for fill_rate.
    pub within: Option<Hours>,
    /// Only this country's regions.
    pub country: Option<CountryId>,
    /// Only this part's demand.
    pub part: Option<PartId>,
    /// Only this policy's demand.
    pub policy: Option<PolicyId>,
    /// Soft: yearly cost of one whole unit of shortfall (1 = 100 percentage points; mean_response: 1 hour).
    pub penalty: Option<Money>,
    /// Only the demand for this class's parts.
    pub class: Option<ClassId>,
}

/// How distance is taken from coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DistanceMetric {
    /// Over the ellipsoid, from latitude and longitude.
    Geodesic,
    /// Straight, from `x_km` and `y_km`.
    Planar,
}

/// Which lanes exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lanes {
    /// All within reach, estimated unless listed.
    Estimated,
    /// Only those of `lanes.csv`.
    Listed,
}

/// `\[travel\]`: how an outlet reaches its regions.
#[derive(Debug, Clone)]
pub struct Travel {
    /// Speed on the road \[km/h\], default 60.
    pub speed_kmh: f64,
    /// Road kilometres per kilometre of distance, default 1.3.
    pub circuity: f64,
    /// Cost of a kilometre driven, default 0.
    pub cost_per_km: Money,
    /// Does a job pay both ways? Default yes.
    pub round_trip: bool,
    /// A lane may not take longer, one way \[hours\]; default no limit.
    pub max_hours: Option<Hours>,
    /// Which lanes exist.
    pub lanes: Lanes,
    /// From request to departure \[hours\], default 0.
    pub dispatch: Hours,
    /// How distance is taken.
    pub metric: DistanceMetric,
}

/// `\[replenishment\]`: how a depot reaches its outlets.
#[derive(Debug, Clone)]
pub struct Replenishment {
    /// Kilometres a consignment makes in a day, default 500.
    pub speed_km_per_day: f64,
    /// Added to each depot → outlet transport \[days\], default 1.
    pub handling: Days,
    /// Freight of a kilogram over a kilometre, default 0.
    pub cost_per_kg_km: Money,
    /// Freight of a consignment (one unit under one-for-one replenishment), default 0.
    pub cost_per_shipment: Money,
}

/// What happens to a demand that finds no stock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stockout {
    /// The job waits for the next unit of its outlet.
    Backorder,
    /// The part is expressed to the region and leaves the outlet's queue.
    Emergency,
}

/// `\[stocking\]`.
#[derive(Debug, Clone)]
pub struct Stocking {
    /// What happens to a demand that finds no stock.
    pub stockout: Stockout,
    /// Does the depot deliver directly what an outlet, and those that help it, lack? Default no.
    pub direct: bool,
}

/// Least and most of something that is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Count {
    /// At least, default 0.
    pub min: usize,
    /// At most; `None`: any number.
    pub max: Option<usize>,
}

/// `\[limits\]`.
#[derive(Debug, Clone, Default)]
pub struct Limits {
    /// Open outlets.
    pub outlets: Count,
    /// Open outlets of a country, in order of country.
    pub outlets_by_country: Vec<(CountryId, Count)>,
    /// Open depots.
    pub depots: Count,
    /// Open depots of a country, in order of country.
    pub depots_by_country: Vec<(CountryId, Count)>,
    /// Most cost a year.
    pub budget: Option<Money>,
    /// Most candidates (outlets and depots together) that may open.
    pub max_openings: Option<usize>,
    /// Most existing sites (outlets and depots together) that may close.
    pub max_closings: Option<usize>,
}

/// What is sought.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Objective {
    /// The least cost a year.
    Cost,
    /// The fewest jobs farther than the window, given a budget or a count \[jobs/year not covered\].
    Coverage {
        /// The window, one way \[hours\].
        within: Hours,
    },
    /// The least greatest travel time of a region with demand, given a count or a budget \[hours\].
    Farthest,
}

/// From how many outlets may a region be served?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sourcing {
    /// From one.
    Single,
    /// From several, in shares.
    Split,
}

/// `\[planning\]`.
#[derive(Debug, Clone)]
pub struct Planning {
    /// What is sought, default cost.
    pub objective: Objective,
    /// From how many outlets, default single.
    pub sourcing: Sourcing,
    /// (objective − bound) / objective at which the search may end, default 1e-6.
    pub gap: f64,
    /// The search stops after so many seconds; `None`: work limits alone.
    pub time_limit_seconds: Option<f64>,
    /// Seed of every random choice, default 1.
    pub seed: u64,
}

/// `\[finance\]`.
#[derive(Debug, Clone)]
pub struct Finance {
    /// Interest \[1/year\], default 0.08.
    pub discount_rate: f64,
    /// Years over which opening and closing are spread, default 10.
    pub site_life_years: f64,
}

impl Finance {
    /// The share of a one-time cost that a year bears: i(1+i)ⁿ / ((1+i)ⁿ − 1), the capital recovery factor; 1/n without
    /// interest (any textbook of engineering economy).
    pub fn capital_recovery(&self) -> f64 {
        let growth = (1.0 + self.discount_rate).powf(self.site_life_years);
        if growth - 1.0 < 1e-12 { 1.0 / self.site_life_years } else { self.discount_rate * growth / (growth - 1.0) }
    }
}
