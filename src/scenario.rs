//! What was given: a checked scenario, every number in its unit and every name an index.
//!
//! A scenario folder (text, with places in files) is a [`draft`](load()); the checked thing is a [`Scenario`]. Nothing
//! unchecked passes this border, and nothing behind it opens a file.

mod change;
mod channel;
mod choice;
#[cfg(feature = "parquet")]
mod columns;
mod condition;
mod country;
mod diagnostic;
mod difference;
pub(crate) mod draft;
mod format;
mod grid;
mod guarantee;
mod hash;
mod index;
mod job;
mod lane;
mod limits;
mod load;
pub(crate) mod market;
mod overhead;
mod overlay;
mod packaging;
mod part;
mod planning;
mod read;
mod region;
mod satisfaction;
pub mod schema;
mod season;
mod settings;
pub(crate) mod sheet;
mod site;
pub(crate) mod source;
mod split;
mod stocking;
mod stream;
mod target;
mod template;
mod travel;
pub(crate) mod validate;
mod warn;
mod workbook;

pub use channel::{Channel, Contacts, Desk};
pub use choice::{Alternative, Choice, Taken};
pub use condition::{Condition, Done, Effect, Nature, Operation};
pub use country::Country;
pub use diagnostic::{Diagnostic, Diagnostics, RULES, Severity};
pub use difference::{Changed, ColumnDifference, Differences, Pattern, RowDifference, differences};
pub use format::{Format, Ownership, candidate_id};
pub use guarantee::{ClaimCosts, Guarantee, Guaranteed, Split, Statute};
pub use hash::{digest as input_digest, hexadecimal_digest};
pub use index::{
    ClassId, CountryId, DepotId, FormatId, JobId, OutletId, PartId, PolicyId, ProductId, RegionId, SiteId,
};
pub use job::{JobType, Offer, Tiers};
pub use lane::{Lateral, ServiceLane, SupplyLane};
pub use limits::{Count, Limits};
pub use load::{Loaded, Origins, Refused, base_of, load, load_over, load_taking};
pub use market::{Market, Markets, Period, Response, SpillOver, Years};
pub use overhead::{Cause, Overhead};
pub use packaging::{Inspection, Packaging, WayBack};
pub use part::{Part, Product};
pub use planning::{Finance, Objective, Planning, Sourcing};
pub use region::{Place, Region};
pub use satisfaction::SatisfactionWeights;
pub use season::{Campaign, Climate, Hemisphere, MONTH_NAMES, Month, Season, Seasonal};
pub use site::{Site, SiteRepair, Status};
pub use source::Origin;
pub use stocking::{Stocking, Stockout};
pub use stream::{Demand, Failure, Installed};
pub use target::{Limit, Metric, Scope, Target};
pub use template::write_template;
pub use travel::{DistanceMetric, Lanes, Replenishment, Travel};

use crate::contact::Staffing;
use crate::demand::History;
use crate::units::{Days, Share};

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
    /// Every source of demand, one row each, but for those of [`Scenario::failures`].
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
    /// What every plan pays, wherever its sites are.
    pub overheads: Vec<Overhead>,
    /// Types of job.
    pub jobs: Vec<JobType>,
    /// What policies offer, in order of policy.
    pub offers: Vec<Offer>,
    /// Jobs that no policy offers to those who would ask for them \[1/year\].
    pub jobs_not_offered: f64,
    /// How customers come.
    pub channels: Vec<Channel>,
    /// What comes over the channels, in order of country and channel.
    pub contacts: Vec<Contacts>,
    /// Who answers them.
    pub desks: Vec<Desk>,
    /// What the desks do, in order of desk.
    pub staffing: Vec<Staffing>,
    /// Formats of outlets.
    pub formats: Vec<Format>,
    /// Outlets that are formats of one place, of which one may be open at most.
    pub formats_of_place: Vec<Vec<OutletId>>,
    /// The choices, in order of name, each with the option that is taken here.
    pub choices: Vec<Choice>,
    /// Markets over years, if a roll-out is to be planned.
    pub markets: Option<Markets>,
    /// How units are packed from depots to outlets, if it is said.
    pub packaging: Option<Packaging>,
    /// What becomes of defective units, in order of part; parts of which nothing goes back and nothing is decided have no row.
    pub ways_back: Vec<WayBack>,
    /// What the guarantees come to, in order of product and country.
    pub guaranteed: Vec<Guaranteed>,
    /// What the year's course makes of the demands, if there are seasons or campaigns.
    pub seasonal: Option<Seasonal>,
    /// The condition ledger in the order of its file: its effects are in the tables already.
    pub conditions: Vec<Condition>,
    /// Trouble in one country's market that is heard in another's, in order of who hears and of whom.
    pub spill_over: Vec<SpillOver>,
    /// The policies of products in markets.
    pub tiers: Tiers,
    /// What customers are satisfied by, if it is said.
    pub satisfaction: Option<SatisfactionWeights>,
    /// Failures of installed units, in order of product, where installed base × failures are too many to be told one by one
    /// and nothing changes a single one of them: regions ask for the product of these rows and the installed base besides.
    pub failures: Vec<Failure>,
}

impl Scenario {
    /// The row of an outlet or a depot.
    pub fn site(&self, site: SiteId) -> &Site {
        match site {
            SiteId::Outlet(outlet) => &self.outlets[outlet.at()],
            SiteId::Depot(depot) => &self.depots[depot.at()],
        }
    }

    /// The failures of a product that are not among the demands.
    pub fn failures_of(&self, product: ProductId) -> &[Failure] {
        let first = self.failures.partition_point(|failure| failure.product < product);
        let count = self.failures[first..].partition_point(|failure| failure.product == product);
        &self.failures[first..first + count]
    }

    /// Every source of demand, one after the other, whether it is told by itself or not.
    pub fn streams(&self) -> impl Iterator<Item = Demand> + '_ {
        let told = self.demands.iter().cloned();
        told.chain(self.installed.iter().filter(|_| !self.failures.is_empty()).flat_map(|row| {
            let own = self.failures_of(row.product).iter();
            own.filter_map(|failure| failure.demand(row.region, row.units))
        }))
    }

    /// Tells every source of demand by itself.
    pub(crate) fn tell_streams(&mut self) {
        if !self.failures.is_empty() {
            self.demands = self.streams().collect();
            self.failures.clear();
        }
    }

    /// Does a region ask for anything? By region.
    pub(crate) fn asking(&self) -> Vec<bool> {
        let mut asking = vec![false; self.regions.len()];
        let told = self.demands.iter().filter(|demand| demand.rate.get() > 0.0);
        told.for_each(|demand| asking[demand.region.at()] = true);
        for row in self.installed.iter().filter(|_| !self.failures.is_empty()) {
            let own = || self.failures_of(row.product).iter();
            let asks = asking[row.region.at()] || own().any(|failure| failure.demand(row.region, row.units).is_some());
            asking[row.region.at()] = asks;
        }
        asking
    }

    /// The policy under which a region gets service for a product: its tier's, else the product's, else the region's.
    pub fn policy_of(&self, region: RegionId, product: Option<ProductId>) -> Option<PolicyId> {
        let region = &self.regions[region.at()];
        let own = || product.and_then(|product| self.products[product.at()].policy);
        self.tiers.policy(product, region.country).or_else(own).or(region.policy)
    }

    /// The format of an outlet, if it has one.
    pub fn format(&self, outlet: OutletId) -> Option<&Format> {
        self.outlets[outlet.at()].format.map(|format| &self.formats[format.at()])
    }

    /// What a policy offers; `None`: everything.
    pub fn offer(&self, policy: Option<PolicyId>) -> Option<&Offer> {
        let policy = policy?;
        self.offers.binary_search_by_key(&policy, |offer| offer.policy).ok().map(|found| &self.offers[found])
    }

    /// The options that are taken of choices that are the optimiser's.
    pub fn taken(&self) -> Taken {
        let free = self.choices.iter().filter(|choice| !choice.given);
        free.map(|choice| (choice.name.clone(), choice.options[choice.taken].name.clone())).collect()
    }

    /// What becomes of a part's defective units, if anything does.
    pub fn way_back(&self, part: PartId) -> Option<&WayBack> {
        let found = self.ways_back.binary_search_by_key(&part, |way| way.part).ok()?;
        Some(&self.ways_back[found])
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
