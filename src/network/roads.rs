//! The lanes between regions and outlets: any pair can be measured, and those that matter are listed.
//!
//! A list holds of each lane its outlet and its kilometres; hours and money follow from these, so that a listed lane
//! takes 12 bytes. Lists lie side by side and not in one graph of `petgraph`, which serves the outlets and depots: a
//! `Csr` is made from a list of all its edges, which would hold the lanes three times over while it is made, and no row
//! of it can grow.
//!
//! **Short lists.** Where the lanes of all pairs within `max_hours` would be too many, each region lists its nearest
//! outlets only, as many as it was asked for, and knows a distance \[km\] that no lane off the list undercuts:
//!
//! ```text
//! chord(r, o) ≥ c for every o off the list  ⟹  distance(r, o) ≥ circuity · least_over_ground(c)
//! ```
//!
//! A measured lane is always on the list. Lists grow, region by region, until they hold all there is.

use rayon::prelude::*;

use super::Road;
use super::charge::{Charge, types_of_job};
use super::measure::{Point, least_over_ground};
use super::reach::Reach;
use crate::scenario::{CountryId, Lanes, OutletId, Region, RegionId, Scenario, ServiceLane, Status, Travel};

/// A network of no more pairs of region and outlet than this lists all its lanes.
const FEW_PAIRS: usize = 4_000_000;
/// So does one with no more lanes than about this within `max_hours`: short lists are searched through sooner, but may
/// have to grow.
const MANY_LANES: f64 = 6_000_000.0;
/// Few outlets may be told apart by who they reach, for which all lanes must be known.
const FEW_OUTLETS: usize = 256;
/// The same as [`MANY_LANES`], with few outlets.
const MANY_LANES_OF_FEW: f64 = 24_000_000.0;
/// The first length of short lists, and the least that it falls to where there are very many regions.
const FIRST: usize = 64;
const FEWEST: usize = 12;
/// Short lists begin with no more lanes than this in all, but for the fewest.
const FIRST_IN_ALL: usize = 16_000_000;
/// Regions whose lanes are counted to tell how many there are in all.
const COUNTED: usize = 500;
/// Rounding in the index may put a place this much too near.
const HAIR: f64 = 1e-12;

/// The lanes between regions and outlets.
#[derive(Debug)]
pub struct Roads {
    travel: Travel,
    /// Where a lane can be estimated from.
    regions: Vec<Option<Point>>,
    /// Where a lane can be estimated to: outlets that may open.
    outlets: Vec<Option<Point>>,
    /// What each outlet charges for journeys.
    charges: Vec<Charge>,
    /// The least travel factor of an outlet that may open.
    least_factor: f64,
    /// The types of job that each region asks for, and those that each outlet does, a bit a type; empty where every outlet
    /// does all.
    asked: Vec<u64>,
    done: Vec<u64>,
    /// The lanes that were given, in order of region and outlet.
    measured: Vec<Measured>,
    /// Where those of each region begin, with the end behind; empty where none were given.
    measured_starts: Vec<usize>,
    reach: Reach,
    lists: Vec<List>,
    /// What conditions say of lanes to each region; empty where they say nothing.
    terms: Vec<Terms>,
    /// The country of each outlet, where conditions ask for it.
    countries: Vec<Option<CountryId>>,
}

/// What conditions say of the lanes to a region.
#[derive(Debug, Clone, Copy)]
struct Terms {
    /// Hours in multiples of what they are measured or estimated to be.
    factor: f64,
    /// Only outlets of this country may serve it.
    served_from: Option<CountryId>,
}

impl Terms {
    const FREE: Self = Self { factor: 1.0, served_from: None };
}

/// A lane that was given.
#[derive(Debug, Clone, Copy)]
struct Measured {
    region: RegionId,
    outlet: OutletId,
    /// `None`: it takes longer than a lane may, or the outlet may not serve the region.
    road: Option<Road>,
}

/// The listed lanes of a region.
#[derive(Debug)]
struct List {
    /// In order.
    outlets: Box<[u32]>,
    /// Of each \[km\].
    distances: Box<[f64]>,
    /// No lane off the list is shorter \[km\]; infinite where there is none.
    beyond: f64,
}

impl Roads {
    /// Makes pairs measurable; nothing is listed.
    pub fn of(scenario: &Scenario) -> Self {
        let travel = &scenario.travel;
        let estimated = travel.lanes == Lanes::Estimated;
        let point = |place: Option<_>| place.filter(|_| estimated).map(|place| Point::of(travel, place));
        let regions = scenario.regions.iter().map(|region| point(region.place)).collect();
        let outlets: Vec<Option<Point>> = scenario
            .outlets
            .iter()
            .map(|outlet| point(outlet.place.filter(|_| outlet.status != Status::Closed)))
            .collect();
        let charges: Vec<Charge> =
            (0..scenario.outlets.len()).map(|outlet| Charge::of(scenario, OutletId::from(outlet))).collect();
        let open = scenario.outlets.iter().zip(&charges).filter(|(outlet, _)| outlet.status != Status::Closed);
        let least_factor = open.map(|(_, charge)| charge.factor).reduce(f64::min).unwrap_or(1.0);
        let (asked, done) = types_of_job(scenario);
        let placed = outlets.iter().enumerate().filter_map(|(outlet, point)| Some((OutletId::from(outlet), (*point)?)));
        let reach = Reach::of(placed);
        let (measured, measured_starts, lists) = (Vec::new(), Vec::new(), Vec::new());
        let travel = travel.clone();
        let spoken_of = scenario.regions.iter().any(|own| own.travel_factor != 1.0 || own.served_from.is_some());
        let terms = |own: &Region| Terms { factor: own.travel_factor, served_from: own.served_from };
        let terms = scenario.regions.iter().filter(|_| spoken_of).map(terms).collect();
        let countries = scenario.outlets.iter().filter(|_| spoken_of).map(|outlet| outlet.country).collect();
        let mut roads = Self {
            travel,
            regions,
            outlets,
            charges,
            least_factor,
            asked,
            done,
            measured,
            measured_starts,
            reach,
            lists,
            terms,
            countries,
        };
        let mut measured: Vec<Measured> =
            scenario.service_lanes.iter().map(|lane| roads.measured_lane(scenario, lane)).collect();
        measured.par_sort_unstable_by_key(|lane| (lane.region, lane.outlet));
        if !measured.is_empty() {
            let mut starts = vec![0; scenario.regions.len() + 1];
            measured.iter().for_each(|lane| starts[lane.region.at() + 1] += 1);
            (0..scenario.regions.len()).for_each(|region| starts[region + 1] += starts[region]);
            roads.measured_starts = starts;
        }
        roads.measured = measured;
        roads
    }

    /// Lists the lanes of every region: all of them where that is bearable, else the nearest.
    pub fn list(&mut self) {
        let pairs = self.regions.len().saturating_mul(self.outlets.len());
        let many = if self.outlets.len() <= FEW_OUTLETS { MANY_LANES_OF_FEW } else { MANY_LANES };
        let short = pairs > FEW_PAIRS && self.expected() > many;
        let first = (FIRST_IN_ALL / self.regions.len().max(1)).clamp(FEWEST, FIRST);
        self.list_nearest(if short { first } else { usize::MAX });
    }

    /// Lists the given number of nearest outlets of every region, besides the measured lanes.
    pub fn list_nearest(&mut self, most: usize) {
        let regions = (0..self.regions.len()).into_par_iter();
        self.lists = regions.map(|region| self.listed(RegionId::from(region), most)).collect();
    }

    /// Lists twice as many lanes of each of these regions.
    pub fn grow(&mut self, regions: &[RegionId]) {
        let grown: Vec<(RegionId, List)> = regions
            .par_iter()
            .filter(|region| self.beyond(**region).is_finite())
            .map(|&region| {
                let estimated = self.lists[region.at()].outlets.len().saturating_sub(self.measured_of(region).len());
                (region, self.listed(region, (2 * estimated).max(FEWEST)))
            })
            .collect();
        for (region, list) in grown {
            self.lists[region.at()] = list;
        }
    }

    /// About how many lanes there are within `max_hours`.
    fn expected(&self) -> f64 {
        let placed = self.outlets.iter().flatten().count();
        let regions = self.regions.len();
        // A rough count: what conditions say of single regions is left out.
        let Some(chord) = self.longest_chord(1.0) else { return regions as f64 * placed as f64 };
        let step = regions.div_ceil(COUNTED).max(1);
        let counted: Vec<usize> = (0..regions)
            .step_by(step)
            .collect::<Vec<_>>()
            .into_par_iter()
            .map(|region| self.regions[region].map_or(0, |point| self.reach.within(&point, chord).count()))
            .collect();
        counted.iter().sum::<usize>() as f64 * regions as f64 / counted.len().max(1) as f64
    }

    /// No lane within `max_hours` has a longer chord \[km\], its hours taken by a factor; `None` without such a limit.
    fn longest_chord(&self, factor: f64) -> Option<f64> {
        let hours = self.travel.max_hours?;
        // A chord is no longer than the way over ground, but for what measuring and rounding may err.
        Some(hours.get() / factor * self.travel.speed_kmh / self.travel.circuity * (1.0 + 1e-8) + 1e-5)
    }

    /// The list of a region with at most so many estimated lanes.
    fn listed(&self, region: RegionId, most: usize) -> List {
        let measured = self.measured_of(region);
        let may_serve = |outlet: OutletId| self.does_all(region, outlet);
        let mut lanes: Vec<(u32, f64)> = measured
            .iter()
            .filter(|lane| may_serve(lane.outlet))
            .filter_map(|lane| Some((lane.outlet.0, lane.road?.distance)))
            .collect();
        let mut beyond = f64::INFINITY;
        let terms = self.terms_of(region);
        if let Some(from) = &self.regions[region.at()] {
            let estimated = |(outlet, there): &(OutletId, Point)| -> Option<(u32, f64)> {
                let known = !measured.is_empty() && measured.binary_search_by_key(outlet, |lane| lane.outlet).is_ok();
                let distance = self.distance(from, there);
                let admitted = self.admits(*outlet, terms) && may_serve(*outlet);
                (!known && self.reaches(distance, terms) && admitted).then_some((outlet.0, distance))
            };
            let chord = self.longest_chord(terms.factor);
            if most >= self.outlets.len() {
                lanes.extend(self.reach.within(from, chord.unwrap_or(f64::INFINITY)).filter_map(estimated));
            } else {
                let mut left = most;
                for (there, away) in self.reach.nearest(from) {
                    if chord.is_some_and(|chord| away > chord) {
                        break;
                    }
                    if left == 0 {
                        let least = self.travel.circuity * least_over_ground(self.travel.metric, away * (1.0 - HAIR));
                        beyond = if self.reaches(least, terms) { least } else { f64::INFINITY };
                        break;
                    }
                    if let Some(lane) = estimated(there) {
                        lanes.push(lane);
                        left -= 1;
                    }
                }
            }
            lanes.sort_unstable_by_key(|lane| lane.0);
        }
        let (outlets, distances): (Vec<u32>, Vec<f64>) = lanes.into_iter().unzip();
        List { outlets: outlets.into(), distances: distances.into(), beyond }
    }

    /// The listed lanes of a region, in order of outlet.
    pub fn of_region(&self, region: RegionId) -> impl ExactSizeIterator<Item = (OutletId, Road)> {
        let list = &self.lists[region.at()];
        let mut measured = self.measured_of(region).iter().peekable();
        let factor = self.terms_of(region).factor;
        list.outlets.iter().zip(&list.distances).map(move |(&outlet, &distance)| {
            let outlet = OutletId(outlet);
            while measured.next_if(|lane| lane.outlet < outlet).is_some() {}
            let given = measured.peek().filter(|lane| lane.outlet == outlet).and_then(|lane| lane.road);
            (outlet, given.unwrap_or_else(|| self.road(outlet, self.hours(distance, factor), distance, None)))
        })
    }

    /// The lane between a region and an outlet, listed or not, if there is one.
    pub fn between(&self, region: RegionId, outlet: OutletId) -> Option<Road> {
        self.way(region, outlet).filter(|_| self.does_all(region, outlet))
    }

    /// Does an outlet do every type of job that a region asks for?
    pub fn does_all(&self, region: RegionId, outlet: OutletId) -> bool {
        self.asked.is_empty() || self.asked[region.at()] & !self.done[outlet.at()] == 0
    }

    /// The way between a region and an outlet, whatever jobs there are.
    pub fn way(&self, region: RegionId, outlet: OutletId) -> Option<Road> {
        let measured = self.measured_of(region);
        if let Ok(found) = measured.binary_search_by_key(&outlet, |lane| lane.outlet) {
            return measured[found].road;
        }
        let (from, to) = (self.regions[region.at()].as_ref()?, self.outlets[outlet.at()].as_ref()?);
        let (distance, terms) = (self.distance(from, to), self.terms_of(region));
        let exists = self.reaches(distance, terms) && self.admits(outlet, terms);
        exists.then(|| self.road(outlet, self.hours(distance, terms.factor), distance, None))
    }

    /// The number of listed lanes.
    pub fn count(&self) -> usize {
        self.lists.iter().map(|list| list.outlets.len()).sum()
    }

    /// The number of listed lanes of a region.
    pub fn count_of(&self, region: RegionId) -> usize {
        self.lists[region.at()].outlets.len()
    }

    /// No lane of a region that is not listed is shorter \[km\]; infinite where all are listed.
    pub fn beyond(&self, region: RegionId) -> f64 {
        self.lists[region.at()].beyond
    }

    /// Are all lanes of all regions listed?
    pub fn complete(&self) -> bool {
        self.lists.iter().all(|list| list.beyond == f64::INFINITY)
    }

    /// What a lane of a length would be between a region and an outlet whose hour costs `wage`, and whose format is in all
    /// else the least.
    pub fn of_length(&self, region: RegionId, distance: f64, wage: f64) -> Road {
        let least = Charge { wage, factor: self.least_factor, visits: 1.0 };
        self.priced(least, self.hours(distance, self.terms_of(region).factor), distance, None)
    }

    fn terms_of(&self, region: RegionId) -> Terms {
        self.terms.get(region.at()).copied().unwrap_or(Terms::FREE)
    }

    /// May an outlet serve a region of these terms?
    fn admits(&self, outlet: OutletId, terms: Terms) -> bool {
        terms.served_from.is_none() || self.countries[outlet.at()] == terms.served_from
    }

    /// Hours of an estimated lane.
    fn hours(&self, distance: f64, factor: f64) -> f64 {
        distance / self.travel.speed_kmh * factor
    }

    fn measured_of(&self, region: RegionId) -> &[Measured] {
        match self.measured_starts.get(region.at()..=region.at() + 1) {
            Some(ends) => &self.measured[ends[0]..ends[1]],
            None => &[],
        }
    }

    fn distance(&self, from: &Point, to: &Point) -> f64 {
        from.kilometres(self.travel.metric, to) * self.travel.circuity
    }

    /// Is an estimated lane of this length within `max_hours`?
    fn reaches(&self, distance: f64, terms: Terms) -> bool {
        self.travel.max_hours.is_none_or(|most| self.hours(distance, terms.factor) <= most.get())
    }

    fn measured_lane(&self, scenario: &Scenario, lane: &ServiceLane) -> Measured {
        let speed = self.travel.speed_kmh;
        let places = (scenario.regions[lane.region.at()].place, scenario.outlets[lane.outlet.at()].place);
        let estimated = || match places {
            (Some(from), Some(to)) => self.distance(&Point::of(&self.travel, from), &Point::of(&self.travel, to)),
            _ => 0.0,
        };
        let (hours, distance) = match (lane.hours, lane.distance) {
            (Some(hours), Some(distance)) => (hours.get(), distance.get()),
            (Some(hours), None) => (hours.get(), hours.get() * speed),
            (None, Some(distance)) => (distance.get() / speed, distance.get()),
            (None, None) => {
                let distance = estimated();
                (distance / speed, distance)
            }
        };
        let terms = self.terms_of(lane.region);
        let hours = hours * terms.factor;
        let within = self.travel.max_hours.is_none_or(|most| hours <= most.get()) && self.admits(lane.outlet, terms);
        let road = || self.road(lane.outlet, hours, distance, lane.cost_per_job.map(|cost| cost.get()));
        Measured { region: lane.region, outlet: lane.outlet, road: within.then(road) }
    }

    fn road(&self, outlet: OutletId, hours: f64, distance: f64, cost_per_job: Option<f64>) -> Road {
        self.priced(self.charges[outlet.at()], hours, distance, cost_per_job)
    }

    /// A lane at what an outlet charges, (travel) of `format`.
    fn priced(&self, charge: Charge, hours: f64, distance: f64, cost_per_job: Option<f64>) -> Road {
        let trips = if self.travel.round_trip { 2.0 } else { 1.0 };
        let Charge { wage, factor, visits } = charge;
        let estimated = trips * (visits * distance * self.travel.cost_per_km.get() + hours * wage);
        let cost_per_job = factor * cost_per_job.map_or(estimated, |cost| visits * cost);
        Road { hours, distance, cost_per_job, hours_per_job: trips * visits * hours }
    }
}
