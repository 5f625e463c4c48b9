//! Courses that keep the limits, and better ones from them.

use super::account::{Account, Course, Excess, Tally, accounts, closed, excesses, over, tally, together, worth_of};
use super::ground::Ground;
use super::relaxation::{Shared, Wishes, prices, values};

/// A course that asks for too much is cut back so often by halves.
const HALVES: usize = 30;
/// Passes over all areas and years in search of better courses.
const PASSES: usize = 6;

/// The course nearest to one that keeps the limits of money and openings: year by year those open first whose customers are
/// worth most for the money; what does not fit waits. Technicians limit how far the whole may go. `None` if even a course that
/// opens nothing breaks a limit.
pub fn settled(ground: &Ground, wishes: &Wishes, wanted: &Course) -> Option<Course> {
    let course = affordable(ground, wishes, wanted);
    let lacks = |course: &Course| {
        let list = excesses(ground, &accounts(ground, course));
        list.iter().any(|(_, excess)| matches!(excess, Excess::Technicians(_)))
    };
    if !lacks(&course) {
        return Some(course);
    }
    let cut = |share: f64| -> Course {
        let area = |(area, outlets): (&super::ground::Area, &Vec<u32>)| {
            let scaled = |outlets: &u32| {
                let more = f64::from(outlets.saturating_sub(area.today));
                (*outlets).min(area.today) + (share * more).floor() as u32
            };
            outlets.iter().map(scaled).collect()
        };
        ground.areas.iter().zip(&course).map(area).collect()
    };
    let (mut low, mut high) = (0.0, 1.0);
    if lacks(&cut(low)) {
        return None;
    }
    for _ in 0..HALVES {
        let middle = 0.5 * (low + high);
        if lacks(&cut(middle)) { high = middle } else { low = middle }
    }
    Some(cut(low))
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
            let then = wanted[number][year];
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
        let books = ground.lands.iter().zip(&sums).map(|(land, sums)| closed(ground, land, sums)).collect();
        Self { ground, course, tallies, sums, books }
    }

    /// Gives an area another course if the whole is then worth more and keeps its limits.
    fn improves(&mut self, number: usize, outlets: Vec<u32>) -> bool {
        let area = &self.ground.areas[number];
        let own = tally(self.ground, area, &outlets);
        let mut sums = self.sums[area.market].clone();
        exchanged(&mut sums, &self.tallies[number], &own);
        let book = closed(self.ground, &self.ground.lands[area.market], &sums);
        let before = worth_of(self.ground, &self.books[area.market]);
        if worth_of(self.ground, &book) <= before + 1e-9 * before.abs() {
            return false;
        }
        let old = std::mem::replace(&mut self.books[area.market], book);
        if over(self.ground, &together(self.ground, &self.books)).is_empty() {
            self.sums[area.market] = sums;
            self.tallies[number] = own;
            self.course[number] = outlets;
            return true;
        }
        self.books[area.market] = old;
        false
    }
}

/// Takes one area's doings out of a market's and puts others in.
fn exchanged(sums: &mut [Tally], old: &[Tally], new: &[Tally]) {
    for ((sum, old), new) in sums.iter_mut().zip(old).zip(new) {
        sum.outlets = sum.outlets - old.outlets + new.outlets;
        sum.opened = sum.opened - old.opened + new.opened;
        sum.closed = sum.closed - old.closed + new.closed;
        sum.wished = sum.wished - old.wished + new.wished;
    }
}

/// A course that is worth at least as much: areas have more or fewer outlets from a year on, or up to one.
pub fn improved(ground: &Ground, wishes: &Wishes, course: Course) -> Course {
    let mut standing = Standing::of(ground, course);
    for _ in 0..PASSES {
        let mut any = false;
        for number in 0..ground.areas.len() {
            let most = wishes.most(number);
            for year in 0..ground.years {
                for (from, to) in [(year, ground.years), (0, year + 1), (year, year + 1)] {
                    let now = standing.course[number][year];
                    let mut steps = vec![1, now / 16, now / 4];
                    steps.retain(|step| *step > 0);
                    for up in [true, false] {
                        for step in &steps {
                            let mut outlets = standing.course[number].clone();
                            for own in &mut outlets[from..to] {
                                *own = if up { (*own + step).min(most) } else { own.saturating_sub(*step) };
                            }
                            any |= standing.improves(number, outlets);
                        }
                    }
                }
            }
        }
        if !any {
            break;
        }
    }
    standing.course
}
