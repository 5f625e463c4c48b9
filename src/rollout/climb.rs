//! Prices of what regions share, by subgradient steps, and the best course met on the way.

use super::Failure;
use super::account::{Account, Course, accounts, excesses, together, worth};
use super::ground::Ground;
use super::relaxation::{Answer, Reference, Shared, Wishes, relax, values};
use super::settle::{improved, settled};
use crate::watch::Watch;

/// Steps of the climb.
const STEPS: usize = 500;
/// Times that every limit of a year has its price set by itself, before the steps.
const SWEEPS: usize = 2;
/// A price that is too low is raised at most so often, and then found by so many halves.
const BRACKET: usize = 30;
const HALVES: usize = 10;
/// Steps between two courses that are improved; where markets hear of one another every change is counted in all of them.
const OFTEN: usize = 25;
const SELDOM: usize = 250;
/// Courses about which what is heard abroad is priced, one after another.
const REFERENCES: usize = 2;
/// The part of the last direction in the next.
const DEFLECTION: f64 = 0.7;
/// Steps without a better bound after which they are halved.
const PATIENCE: usize = 16;

/// The best course found, and a bound that no course exceeds.
pub fn climb(ground: &Ground, gap: f64, watch: &dyn Watch) -> Result<(Course, f64), Failure> {
    watch.stage("pricing limits");
    let wishes = Wishes::of(ground, None);
    let stays: Course = ground.areas.iter().map(|area| vec![area.today; ground.years]).collect();
    // Fewer outlets never need more technicians.
    let none: Course = vec![vec![0; ground.years]; ground.areas.len()];
    let least = settled(ground, &wishes, &stays).or_else(|| settled(ground, &wishes, &none));
    let best = least.ok_or_else(|| Failure::Impossible(broken(ground, &none)))?;
    let best_worth = worth(ground, &accounts(ground, &best));
    let shared = Shared::none(ground);
    let mut climb =
        Climb { ground, wishes, gap, watch, reference: None, shared, bound: f64::INFINITY, best, best_worth };
    climb.phase();
    if ground.is_heard_abroad() {
        // What is heard has a price about the best course that is known.
        for _ in 0..REFERENCES {
            if climb.closed() || watch.stop() {
                break;
            }
            climb.improve();
            let reference = Reference::of(ground, &climb.best);
            climb.wishes = Wishes::of(ground, Some(&reference));
            climb.reference = Some(reference);
            climb.phase();
        }
    }
    climb.improve();
    Ok((climb.best, climb.bound.max(climb.best_worth)))
}

/// A climb under way.
struct Climb<'a> {
    ground: &'a Ground,
    wishes: Wishes,
    gap: f64,
    watch: &'a dyn Watch,
    /// The course about which what is heard abroad has a price.
    reference: Option<Reference>,
    /// The prices of what areas share.
    shared: Shared,
    /// No course is worth more.
    bound: f64,
    best: Course,
    best_worth: f64,
}

impl Climb<'_> {
    /// Is the best course as near to the bound as was asked?
    fn closed(&self) -> bool {
        self.bound - self.best_worth <= self.gap * self.best_worth.abs()
    }

    /// A course that keeps the limits is kept if it is worth more than the best.
    fn offer(&mut self, course: Course) {
        let own = worth(self.ground, &accounts(self.ground, &course));
        if own > self.best_worth {
            (self.best, self.best_worth) = (course, own);
        }
    }

    /// Improves the best course.
    fn improve(&mut self) {
        let last = improved(self.ground, &self.wishes, self.best.clone(), self.watch);
        self.offer(last);
    }

    fn relax(&self) -> Answer {
        relax(self.ground, &self.wishes, &self.shared, self.reference.as_ref())
    }

    /// Sets each price by itself, then steps with all together, from the prices at hand; they end where the bound was least.
    fn phase(&mut self) {
        let (ground, watch) = (self.ground, self.watch);
        let mut bound = f64::INFINITY;
        for _ in 0..SWEEPS {
            bound = self.sweep(bound);
        }
        let mut at = self.shared.clone();
        let between = if ground.is_heard_abroad() { SELDOM } else { OFTEN };
        let (mut reach, mut idle, mut drift) = (1.0, 0, Vec::new());
        for step in 0..STEPS {
            let answer = self.relax();
            if answer.bound < bound - 1e-9 * bound.abs() || bound.is_infinite() {
                (bound, at, idle) = (answer.bound, self.shared.clone(), 0);
            } else {
                idle += 1;
            }
            self.bound = self.bound.min(bound);
            if let Some(course) = settled(ground, &self.wishes, &answer.course) {
                // Improving costs more than a step: while prices still move much, a course is improved now and then.
                let course = if step % between == 0 { improved(ground, &self.wishes, course, watch) } else { course };
                self.offer(course);
            }
            // The search of a roll-out is for the most: the watch, which knows costs, hears of losses.
            watch.progress(Some(-self.best_worth), -self.bound);
            if self.closed() || watch.stop() || reach < 1e-4 {
                break;
            }
            if idle >= PATIENCE {
                (reach, idle, self.shared) = (0.5 * reach, 0, at.clone());
                drift.clear();
            }
            let slope = deflected(slopes(ground, &accounts(ground, &answer.course)), &mut drift);
            let length: f64 = slope.iter().map(|(_, slack)| slack * slack).sum();
            if length <= 0.0 {
                break;
            }
            let size = reach * (answer.bound - self.best_worth).max(1e-6 * answer.bound.abs()) / length;
            move_prices(ground, &mut self.shared, &slope, size);
        }
        self.shared = at;
    }

    /// Sets the price of each limit of a year where the bound is least with the others as they are; tells the bound.
    fn sweep(&mut self, bound: f64) -> f64 {
        let ground = self.ground;
        let answer = self.relax();
        let mut bound = bound.min(answer.bound);
        for (limit, slack) in slopes(ground, &accounts(ground, &answer.course)) {
            let Some(price) = self.shared.of(limit).map(|price| *price) else { continue };
            if self.watch.stop() || (slack >= 0.0 && price == 0.0) {
                continue;
            }
            let mut best = (bound, price);
            // How much of the limit is left over where it has another price.
            let mut left = |other: f64| -> f64 {
                if let Some(own) = self.shared.of(limit) {
                    *own = other;
                }
                let answer = self.relax();
                if answer.bound < best.0 {
                    best = (answer.bound, other);
                }
                let slopes = slopes(ground, &accounts(ground, &answer.course));
                slopes.iter().find(|(own, _)| *own == limit).map_or(0.0, |(_, slack)| *slack)
            };
            let (mut low, mut high) = if slack < 0.0 {
                let mut step = (0.5 * price).max(1e-3 * bound.abs() / most(ground, limit));
                let (mut low, mut high) = (price, price + step);
                let mut tries = 0;
                while left(high) < 0.0 && tries < BRACKET {
                    (low, step, tries) = (high, 2.0 * step, tries + 1);
                    high = low + step;
                }
                (low, high)
            } else {
                (0.0, price)
            };
            for _ in 0..HALVES {
                let middle = 0.5 * (low + high);
                if left(middle) < 0.0 { low = middle } else { high = middle }
            }
            bound = best.0;
            if let Some(own) = self.shared.of(limit) {
                *own = best.1;
            }
        }
        bound
    }
}

/// How much a limit of a year allows, no less than one.
fn most(ground: &Ground, limit: Limit) -> f64 {
    let allowed = match limit {
        Limit::Budget(year) => ground.periods[year].opening_budget,
        Limit::Openings(year) => ground.periods[year].openings_at_most,
        Limit::Technicians(year) => ground.periods[year].technicians_at_most,
        Limit::Quota(..) => None,
    };
    allowed.unwrap_or(1.0).max(1.0)
}

impl Shared {
    /// The price of a limit of a year; quotas, whose prices are bounded by the worth of a unit, have none here.
    fn of(&mut self, limit: Limit) -> Option<&mut f64> {
        match limit {
            Limit::Budget(year) => self.budget.get_mut(year),
            Limit::Openings(year) => self.openings.get_mut(year),
            Limit::Technicians(year) => self.technicians.get_mut(year),
            Limit::Quota(..) => None,
        }
    }
}

/// Where the steps go: a part of where the last went and the rest of where the slopes point (deflected subgradients: P. M.
/// Camerini, L. Fratta, F. Maffioli 1975, Mathematical Programming Study 3).
fn deflected(mut slopes: Vec<(Limit, f64)>, drift: &mut Vec<f64>) -> Vec<(Limit, f64)> {
    for ((_, slack), last) in slopes.iter_mut().zip(drift.iter()) {
        *slack = (1.0 - DEFLECTION) * *slack + DEFLECTION * last;
    }
    *drift = slopes.iter().map(|(_, slack)| *slack).collect();
    slopes
}

/// What a price is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Limit {
    Budget(usize),
    Openings(usize),
    Technicians(usize),
    Quota(usize, usize),
}

/// How much of each limit is left over, as a share of it.
fn slopes(ground: &Ground, books: &[Vec<Account>]) -> Vec<(Limit, f64)> {
    let mut list = Vec::new();
    for (year, (all, period)) in together(ground, books).iter().zip(&ground.periods).enumerate() {
        let mut slope = |limit: Limit, most: Option<f64>, used: f64| {
            if let Some(most) = most {
                list.push((limit, (most - used) / most.max(1.0)));
            }
        };
        slope(Limit::Budget(year), period.opening_budget, all.opening);
        slope(Limit::Openings(year), period.openings_at_most, f64::from(all.opened));
        slope(Limit::Technicians(year), period.technicians_at_most, all.technicians);
    }
    for (market, (land, book)) in ground.lands.iter().zip(books).enumerate() {
        for (year, (conditions, account)) in land.years.iter().zip(book).enumerate() {
            if let Some(quota) = conditions.quota_share {
                list.push((Limit::Quota(market, year), (quota - account.wished) / quota.max(1e-9)));
            }
        }
    }
    list
}

fn move_prices(ground: &Ground, shared: &mut Shared, slopes: &[(Limit, f64)], size: f64) {
    let stepped = |price: f64, slack: f64, most: f64| (price - size * slack / most.max(1.0)).max(0.0);
    for (limit, slack) in slopes {
        match *limit {
            Limit::Budget(year) => {
                let most = ground.periods[year].opening_budget.unwrap_or(1.0);
                shared.budget[year] = stepped(shared.budget[year], *slack, most);
            }
            Limit::Openings(year) => {
                let most = ground.periods[year].openings_at_most.unwrap_or(1.0);
                shared.openings[year] = stepped(shared.openings[year], *slack, most);
            }
            Limit::Technicians(year) => {
                let most = ground.periods[year].technicians_at_most.unwrap_or(1.0);
                shared.technicians[year] = stepped(shared.technicians[year], *slack, most);
            }
            Limit::Quota(market, year) => {
                let conditions = &ground.lands[market].years[year];
                let most = conditions.quota_share.unwrap_or(1.0) * conditions.sales_per_year;
                shared.quotas[market][year] = stepped(shared.quotas[market][year], *slack, most);
            }
        }
    }
    // A unit of quota is worth no more than a unit sold.
    let values = values(ground, &shared.technicians);
    for (prices, values) in shared.quotas.iter_mut().zip(&values) {
        for (price, value) in prices.iter_mut().zip(values) {
            *price = price.min(value.max(0.0));
        }
    }
}

/// The first limit that a course breaks, in words.
fn broken(ground: &Ground, course: &Course) -> String {
    let first = excesses(ground, &accounts(ground, course)).into_iter().next();
    let Some((year, excess)) = first else { return "none".to_owned() };
    format!("{} in {}", excess.words(), ground.first_year as usize + year)
}
