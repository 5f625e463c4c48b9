//! What reaches what, how far, how long.
//!
//! The network is a graph of three layers. A lane leads from a region to each outlet within its reach and from an outlet
//! to each depot that can replenish it:
//!
//! ```text
//! region ──(hours, km, cost of a job)──> outlet ──(days, km)──> depot
//! ```
//!
//! Any pair of region and outlet can be measured ([`Network::road`]). The lanes that a search looks through are listed
//! ([`Network::roads`]); they are found through a spatial index, so that memory grows with the lanes that matter and
//! never with regions × outlets. A measured lane of the scenario goes before an estimated one:
//! kilometres = distance of the coordinates × circuity, hours = kilometres / speed. Conditions of countries may slow the lanes
//! to a region down, or leave it those from outlets of its own country ([`crate::conditions`]).

mod charge;
mod measure;
mod reach;
mod roads;
mod supply;
#[cfg(test)]
mod tests;

use crate::customs::Customs;
use crate::scenario::{CountryId, DepotId, OutletId, RegionId, Scenario};
use crate::units::Days;

pub use measure::kilometres;
use roads::Roads;
pub(crate) use supply::{Supplies, connect_outlets};

/// Times that differ by less than this share are the same.
const SAME_TIME: f64 = 1e-12;

/// A lane between a region and an outlet that may serve it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Road {
    /// Travel time, one way \[hours\].
    pub hours: f64,
    /// Distance, one way \[km\].
    pub distance: f64,
    /// Travel cost of one job, return trip included where the scenario says so.
    pub cost_per_job: f64,
    /// Travel time that one job takes of the outlet's capacity, return trip included \[hours\].
    pub hours_per_job: f64,
}

/// A lane between an outlet and a depot that may replenish it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Supply {
    /// Transport time, customs and sending again what was damaged included \[days\].
    pub lead_time: Days,
    /// Distance, one way \[km\].
    pub distance: f64,
    /// Freight of one unit where it was measured, else by weight and distance.
    pub cost_per_unit: Option<f64>,
    /// Does it cross a customs border?
    pub border: bool,
    /// What part of the transport time customs take, and how that varies.
    pub customs: Customs,
}

impl Supply {
    /// A time \[years\] from which a consignment may have come where customs vary, sooner than one sent before it; infinite
    /// where they do not.
    pub fn soonest(&self) -> f64 {
        if !self.customs.vary() {
            return f64::INFINITY;
        }
        (self.lead_time.in_years() - self.customs.in_years().mean).max(0.0) * (1.0 - SAME_TIME)
    }

    /// The lead time that [`PROMISED`](crate::customs::PROMISED) of all consignments keep \[days\].
    pub fn promised_lead_time(&self) -> f64 {
        let days = self.lead_time.get();
        if self.customs.vary() { days - self.customs.mean + self.customs.promised() } else { days }
    }
}

/// The graph of regions, outlets and depots.
#[derive(Debug)]
pub struct Network {
    roads: Roads,
    supplies: Supplies,
}

impl Network {
    /// Connects a scenario's regions, outlets and depots. All lanes are listed, or where these would be too many, each
    /// region's nearest.
    pub fn connect(scenario: &Scenario) -> Self {
        let mut network = Self::unlisted(scenario);
        network.roads.list();
        network
    }

    /// The same with the given number of nearest lanes listed for each region, besides the measured ones.
    pub fn connect_nearest(scenario: &Scenario, most: usize) -> Self {
        let mut network = Self::unlisted(scenario);
        network.roads.list_nearest(most);
        network
    }

    /// The same with no lane listed between regions and outlets: enough to measure the lanes of a given plan.
    pub fn unlisted(scenario: &Scenario) -> Self {
        Self { roads: Roads::of(scenario), supplies: connect_outlets(scenario) }
    }

    /// The listed lanes to outlets that may serve a region, in order of outlet.
    pub fn roads(&self, region: RegionId) -> impl ExactSizeIterator<Item = (OutletId, Road)> {
        self.roads.of_region(region)
    }

    /// The lane between a region and an outlet, listed or not, if there is one.
    pub fn road(&self, region: RegionId, outlet: OutletId) -> Option<Road> {
        self.roads.between(region, outlet)
    }

    /// The way between a region and an outlet that does not do every type of job the region asks for.
    pub fn refused(&self, region: RegionId, outlet: OutletId) -> Option<Road> {
        if self.roads.does_all(region, outlet) { None } else { self.roads.way(region, outlet) }
    }

    /// The number of listed lanes between regions and outlets.
    pub fn road_count(&self) -> usize {
        self.roads.count()
    }

    /// The number of listed lanes of a region.
    pub fn road_count_of(&self, region: RegionId) -> usize {
        self.roads.count_of(region)
    }

    /// Are all lanes listed?
    pub fn is_complete(&self) -> bool {
        self.roads.complete()
    }

    /// What no lane of a region that is not listed undercuts in length, hours or, at the wage of an hour given, money;
    /// `None` where all are listed.
    pub fn beyond(&self, region: RegionId, wage: f64) -> Option<Road> {
        let distance = self.roads.beyond(region);
        distance.is_finite().then(|| self.roads.of_length(region, distance, wage))
    }

    /// Lists twice as many lanes of each of these regions, as far as there are more.
    pub fn grow(&mut self, regions: &[RegionId]) {
        self.roads.grow(regions);
    }

    /// Lists all lanes of all regions.
    pub fn complete(&mut self) {
        if !self.is_complete() {
            self.roads.list_nearest(usize::MAX);
        }
    }

    /// The depots that may replenish an outlet, in order of depot.
    pub fn supplies(&self, outlet: OutletId) -> impl ExactSizeIterator<Item = (DepotId, &Supply)> {
        let depots = self.supplies.neighbors_slice(outlet.0);
        depots.iter().map(|&depot| DepotId(depot)).zip(self.supplies.edges_slice(outlet.0))
    }

    /// The lane between an outlet and a depot, if there is one.
    pub fn supply(&self, outlet: OutletId, depot: DepotId) -> Option<&Supply> {
        let found = self.supplies.neighbors_slice(outlet.0).binary_search(&depot.0).ok()?;
        Some(&self.supplies.edges_slice(outlet.0)[found])
    }
}

/// Does customs time vary in any country that something may enter?
pub fn customs_vary(scenario: &Scenario) -> bool {
    !scenario.depots.is_empty() && scenario.countries.iter().any(|country| country.customs_deviation > Days::ZERO)
}

/// Must goods pay duty and wait for customs between two countries? An unknown country has no border.
pub fn customs_border(scenario: &Scenario, from: Option<CountryId>, to: Option<CountryId>) -> bool {
    let (Some(from), Some(to)) = (from, to) else { return false };
    let union = |country: CountryId| scenario.countries[country.at()].customs_union.as_deref();
    from != to && (union(from).is_none() || union(from) != union(to))
}
