//! What is closed: sites, the customers they may serve, and what the stock of each part costs there.

use super::steps::Steps;
use crate::location::{Problem, Status};
use crate::optimise::bound::Floor;

/// A site.
#[derive(Debug)]
pub struct Place {
    /// What it costs to be open, and its status.
    pub fixed: f64,
    pub status: Status,
    pub lanes: Vec<Lane>,
    /// What each lane asks for by part, and of the site's capacity where it has one, lane after lane.
    pub demands: Vec<f64>,
    /// What each part's stock costs; the capacity, where there is one, comes last.
    pub steps: Vec<Steps>,
    /// Rows that count it, and how.
    pub terms: Vec<(usize, f64)>,
}

/// A lane of a site.
#[derive(Debug)]
pub struct Lane {
    pub customer: usize,
    pub cost: f64,
    /// Rows that it is in, and how.
    pub terms: Vec<(usize, f64)>,
}

/// Sites, customers and rows.
#[derive(Debug)]
pub struct Ground {
    pub places: Vec<Place>,
    pub customers: usize,
    /// e by row, in units in which the greatest coefficient of the row is 1.
    pub rows: Vec<f64>,
    /// The least that is paid for uppers.
    pub constant: f64,
}

impl Ground {
    /// Of a location problem without any allowance for stock, its floors by site and part, and what a customer asks of a site by part.
    /// Of several modes each cost is the least, of the uppers those that must be open, or the cheapest, are paid for: no plan
    /// costs less. `None` where customers may be split or lanes are left out.
    pub fn of(
        problem: &Problem,
        floors: &[&[Option<Floor>]],
        asks: &dyn Fn(usize, usize, usize) -> f64,
    ) -> Option<Self> {
        if !problem.single || !problem.lanes.beyond.is_empty() {
            return None;
        }
        let (rows, terms) = rows(problem);
        let mut places: Vec<Place> = Vec::with_capacity(problem.sites.len());
        for (number, site) in problem.sites.iter().enumerate() {
            let modes = || site.modes.iter();
            let parts = floors[number].iter().flatten();
            places.push(Place {
                fixed: modes().map(|mode| mode.fixed).fold(f64::INFINITY, f64::min),
                status: if site.modes.is_empty() { Status::Closed } else { site.status },
                lanes: Vec::new(),
                demands: Vec::new(),
                steps: parts.map(Steps::below).chain(site.capacity.map(Steps::up_to)).collect(),
                terms: terms.site[number].clone(),
            });
        }
        let lanes = &problem.lanes;
        for (customer, ends) in lanes.starts.windows(2).enumerate() {
            for lane in ends[0]..ends[1] {
                let number = lanes.site[lane] as usize;
                let (site, place) = (&problem.sites[number], &mut places[number]);
                let per_load = site.modes.iter().map(|mode| mode.per_load).fold(f64::INFINITY, f64::min);
                let cost =
                    lanes.cost[lane] + if site.modes.is_empty() { 0.0 } else { per_load * problem.customers[customer] };
                place.lanes.push(Lane { customer, cost, terms: terms.lane[lane].clone() });
                let stocked = floors[number].iter().enumerate().filter(|(_, floor)| floor.is_some());
                place.demands.extend(stocked.map(|(part, _)| asks(customer, number, part)));
                place.demands.extend(site.capacity.map(|_| lanes.work.get(lane).copied().unwrap_or(0.0)));
            }
        }
        Some(Self { places, customers: problem.customers.len(), rows, constant: uppers(problem) })
    }
}

/// Rows and coefficients by lane and by site.
struct Terms {
    lane: Vec<Vec<(usize, f64)>>,
    site: Vec<Vec<(usize, f64)>>,
}

/// Rows and counts of sites, each in units of its greatest coefficient; those that speak of uppers are left out.
fn rows(problem: &Problem) -> (Vec<f64>, Terms) {
    let mut terms =
        Terms { lane: vec![Vec::new(); problem.lanes.site.len()], site: vec![Vec::new(); problem.sites.len()] };
    let mut limits: Vec<f64> = Vec::new();
    for row in problem.rows.iter().filter(|row| row.upper.is_empty()) {
        let greatest = row.lane.iter().chain(&row.site).map(|(_, own)| own.abs()).fold(0.0, f64::max);
        if greatest > 0.0 {
            let number = limits.len();
            limits.push(row.at_most / greatest);
            row.lane.iter().for_each(|(lane, own)| terms.lane[*lane as usize].push((number, own / greatest)));
            row.site.iter().for_each(|(site, own)| terms.site[*site as usize].push((number, own / greatest)));
        }
    }
    for count in problem.counts.iter().filter(|count| count.uppers.is_empty()) {
        let mut limit = |sign: f64, at_most: f64| {
            count.sites.iter().for_each(|site| terms.site[*site as usize].push((limits.len(), sign)));
            limits.push(at_most);
        };
        if count.max < count.sites.len() {
            limit(1.0, count.max as f64);
        }
        if count.min > 0 {
            limit(-1.0, -(count.min as f64));
        }
    }
    (limits, terms)
}

/// The least that any plan pays for uppers: those that must be open, those that earn money so, and where these are none and all
/// modes need one, the cheapest.
fn uppers(problem: &Problem) -> f64 {
    let paid =
        |status: Status| problem.uppers.iter().filter(move |upper| upper.status == status).map(|upper| upper.fixed);
    let forced: f64 = paid(Status::Open).sum();
    let earned: f64 = paid(Status::Free).filter(|fixed| *fixed < 0.0).sum();
    let cheapest = paid(Status::Free).fold(f64::INFINITY, f64::min);
    let needed = problem.sites.iter().flat_map(|site| &site.modes).all(|mode| mode.upper.is_some());
    let none = paid(Status::Open).next().is_none() && earned >= 0.0;
    let least = if none && needed && cheapest.is_finite() && !problem.customers.is_empty() { cheapest } else { earned };
    forced + least
}
