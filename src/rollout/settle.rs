//! Courses that keep the limits, and better ones from them.

use super::account::{Account, Course, Excess, Tally, accounts, closed, excesses, over, tally, together, worth_of};
use super::ground::{Area, Ground};
use super::relaxation::{Shared, Wishes, prices, values};
use crate::location::Dice;
use crate::watch::Watch;

/// A course that asks for too much is cut back so often by halves.
const HALVES: usize = 30;
/// Passes over all areas and years in search of better courses.
const PASSES: usize = 6;
/// Exchanges of outlets between two areas that a pass tries.
const EXCHANGES: usize = 4_000;

/// The course nearest to one that keeps the limits. Of money and openings: year by year those open first whose customers are worth
/// most for the money; what does not fit waits. Of technicians: the years up to one that lacks them are cut back. `None` if even
/// a course that opens nothing lacks technicians.
pub fn settled(ground: &Ground, wishes: &Wishes, wanted: &Course) -> Option<Course> {
    let first_lack = |course: &Course| {
        let list = excesses(ground, &accounts(ground, course));
        list.into_iter().find(|(_, excess)| matches!(excess, Excess::Technicians(_))).map(|(year, _)| year)
    };
    let mut wanted = wanted.clone();
    for _ in 0..ground.years {
        let course = affordable(ground, wishes, &wanted);
        let Some(year) = first_lack(&course) else { return Some(course) };
        let cut = |share: f64| -> Course {
            let area = |(area, outlets): (&Area, &Vec<u32>)| {
                let scaled = |(own, outlets): (usize, &u32)| {
                    let more = f64::from(outlets.saturating_sub(area.today));
                    if own > year { *outlets } else { (*outlets).min(area.today) + (share * more).floor() as u32 }
                };
                outlets.iter().enumerate().map(scaled).collect()
            };
            ground.areas.iter().zip(&wanted).map(area).collect()
        };
        let lacks = |share: f64| first_lack(&affordable(ground, wishes, &cut(share))).is_some_and(|lack| lack <= year);
        let (mut low, mut high) = (0.0, 1.0);
        if lacks(low) {
            return None;
        }
        for _ in 0..HALVES {
            let middle = 0.5 * (low + high);
            if lacks(middle) { high = middle } else { low = middle }
        }
        wanted = cut(low);
    }
    let course = affordable(ground, wishes, &wanted);
    first_lack(&course).is_none().then_some(course)
}

fn affordable(ground: &Ground, wishes: &Wishes, wanted: &Course) -> Course {
    let none = Shared::none(ground);
    let values = values(ground, &none.technicians);
    let worth: Vec<Vec<f64>> = ground
        .areas
        .iter()
        .map(|area| prices(ground, area, &values[area.market], &none).iter().map(|price| price.wish).collect())
        .collect();
    let mut course: Course = vec![Vec::with_capacity(ground.years); ground.areas.len()];
    for year in 0..ground.years {
        let period = &ground.periods[year];
        let (mut money, mut openings) =
            (period.opening_budget.unwrap_or(f64::INFINITY), period.openings_at_most.unwrap_or(f64::INFINITY).floor());
        let mut queue: Vec<(f64, usize, u32, u32)> = Vec::new();
        for (number, area) in ground.areas.iter().enumerate() {
            let before = if year == 0 { area.today } else { course[number][year - 1] };
            // What follows the years that are decided stays as the last of them.
            let then = if year < ground.decided { wanted[number][year] } else { before };
            if then > before {
                let drawn = wishes.share(number, year, then) - wishes.share(number, year, before);
                let cost = ground.market(area, year).opening_cost.max(1e-9) * f64::from(then - before);
                queue.push((worth[number][year] * drawn / cost, number, before, then));
            }
            course[number].push(before.min(then));
        }
        queue.sort_by(|left, right| right.0.total_cmp(&left.0).then(left.1.cmp(&right.1)));
        for (_, number, before, then) in queue {
            let cost = ground.market(&ground.areas[number], year).opening_cost;
            let fit = if cost > 0.0 { (money / cost).floor() } else { f64::INFINITY };
            let opened = f64::from(then - before).min(fit).min(openings).max(0.0);
            (money, openings) = (money - opened * cost, openings - opened);
            course[number][year] = before + opened as u32;
        }
    }
    course
}

/// A course with the accounts that follow from it, changed area by area.
struct Standing<'a> {
    ground: &'a Ground,
    course: Course,
    tallies: Vec<Vec<Tally>>,
    sums: Vec<Vec<Tally>>,
    books: Vec<Vec<Account>>,
}

impl<'a> Standing<'a> {
    fn of(ground: &'a Ground, course: Course) -> Self {
        let tallies: Vec<Vec<Tally>> =
            ground.areas.iter().zip(&course).map(|(area, outlets)| tally(ground, area, outlets)).collect();
        let mut sums = vec![vec![Tally::default(); ground.years]; ground.lands.len()];
        for (area, own) in ground.areas.iter().zip(&tallies) {
            exchanged(&mut sums[area.market], &vec![Tally::default(); ground.years], own);
        }
        let books = {
            let markets: Vec<(usize, &[Tally])> = sums.iter().map(Vec::as_slice).enumerate().collect();
            closed(ground, &markets)
        };
        Self { ground, course, tallies, sums, books }
    }

    /// Gives areas other courses if the whole is then worth more and keeps its limits.
    fn improves(&mut self, changes: &[(usize, Vec<u32>)]) -> bool {
        let mut lands: Vec<(usize, Vec<Tally>)> = Vec::new();
        let mut tallies = Vec::with_capacity(changes.len());
        for (number, outlets) in changes {
            let area = &self.ground.areas[*number];
            let own = tally(self.ground, area, outlets);
            let at = lands.iter().position(|(market, _)| *market == area.market).unwrap_or_else(|| {
                lands.push((area.market, self.sums[area.market].clone()));
                lands.len() - 1
            });
            exchanged(&mut lands[at].1, &self.tallies[*number], &own);
            tallies.push(own);
        }
        let mut markets: Vec<(usize, &[Tally])> =
            lands.iter().map(|(market, sums)| (*market, sums.as_slice())).collect();
        if self.ground.is_heard_abroad() {
            // Then what changes in one market is felt in others.
            let changed = |market: usize| lands.iter().any(|(own, _)| *own == market);
            let others = (0..self.sums.len()).filter(|market| !changed(*market));
            markets.extend(others.map(|market| (market, self.sums[market].as_slice())));
        }
        let mut books = closed(self.ground, &markets);
        let markets: Vec<usize> = markets.into_iter().map(|(market, _)| market).collect();
        let worth = |book: &Vec<Account>| worth_of(self.ground, book);
        let before: f64 = markets.iter().map(|market| worth(&self.books[*market])).sum();
        if books.iter().map(worth).sum::<f64>() <= before + 1e-9 * before.abs() {
            return false;
        }
        let mut exchange = |standing: &mut Self| {
            for (market, book) in markets.iter().zip(&mut books) {
                std::mem::swap(&mut standing.books[*market], book);
            }
        };
        exchange(self);
        if !over(self.ground, &together(self.ground, &self.books)).is_empty() {
            exchange(self);
            return false;
        }
        for (market, sums) in lands {
            self.sums[market] = sums;
        }
        for ((number, outlets), own) in changes.iter().zip(tallies) {
            (self.tallies[*number], self.course[*number]) = (own, outlets.clone());
        }
        true
    }

    /// An area's course with more or fewer outlets in some years.
    fn moved(&self, number: usize, years: std::ops::Range<usize>, step: u32, up: bool, most: u32) -> Vec<u32> {
        let mut outlets = self.course[number].clone();
        for own in &mut outlets[years] {
            *own = if up { (*own + step).min(most) } else { own.saturating_sub(step) };
        }
        outlets
    }
}

/// Takes one area's doings out of a market's and puts others in.
fn exchanged(sums: &mut [Tally], old: &[Tally], new: &[Tally]) {
    for ((sum, old), new) in sums.iter_mut().zip(old).zip(new) {
        sum.outlets = sum.outlets - old.outlets + new.outlets;
        sum.opened = sum.opened - old.opened + new.opened;
        sum.closed = sum.closed - old.closed + new.closed;
        sum.drawn = sum.drawn - old.drawn + new.drawn;
    }
}

/// A course that is worth at least as much: areas have more or fewer outlets from a year on, or up to one, or two areas exchange
/// outlets from a year on.
pub fn improved(ground: &Ground, wishes: &Wishes, course: Course, watch: &dyn Watch) -> Course {
    let mut standing = Standing::of(ground, course);
    for _ in 0..PASSES {
        let mut any = false;
        for number in 0..ground.areas.len() {
            if watch.stop() {
                return standing.course;
            }
            let most = wishes.most(number);
            for year in 0..ground.decided {
                for years in [year..ground.years, 0..year + 1, year..year + 1] {
                    // What comes after the years that are decided stays as the last of them.
                    let years = if years.end == ground.decided { years.start..ground.years } else { years };
                    let now = standing.course[number][year];
                    for step in [1, now / 16, now / 4].into_iter().filter(|step| *step > 0) {
                        for up in [true, false] {
                            let outlets = standing.moved(number, years.clone(), step, up, most);
                            any |= standing.improves(&[(number, outlets)]);
                        }
                    }
                }
            }
        }
        any |= exchange(ground, wishes, &mut standing);
        if !any {
            break;
        }
    }
    standing.course
}

/// Lets areas at random exchange outlets from a year on; where limits bind, one area can have more only if another has less.
fn exchange(ground: &Ground, wishes: &Wishes, standing: &mut Standing<'_>) -> bool {
    let mut dice = Dice(1);
    let mut any = false;
    for _ in 0..EXCHANGES {
        let (giver, taker) = (dice.below(ground.areas.len()), dice.below(ground.areas.len()));
        let year = dice.below(ground.decided);
        let most = standing.course[giver][year].min(standing.course[taker][year].max(8));
        if giver == taker || most == 0 {
            continue;
        }
        let step = 1 + dice.below(most.div_ceil(8) as usize) as u32;
        let less = standing.moved(giver, year..ground.years, step, false, wishes.most(giver));
        let more = standing.moved(taker, year..ground.years, step, true, wishes.most(taker));
        any |= standing.improves(&[(giver, less), (taker, more)]);
    }
    any
}
