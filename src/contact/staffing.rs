//! Who answers: the fewest agents of each desk, and what they cost.
//!
//! Customers write and ring from 8 to 20 h by their own clock, evenly. By the desk's clock a country's contacts come from 8 − δ
//! to 20 − δ, with δ its clock ahead of the desk's. A day is cut where a country begins or ends and where the desk opens or
//! closes; in a piece s contacts come at a constant rate λ_s \[1/hour\] and keep λ_s·m_s agents busy.
//!
//! ```text
//! (called back)  contacts that come while the desk is closed are handled in its next hours: work per open hour
//!                a₀ = Σ_{s closed} hours_s·λ_s·m_s / open hours
//! (busy)         a_s = λ_s·m_s + a₀                                                   s open
//! (in hours)     a contact of s is answered in time with P(W_s ≤ τ), (wait) at a_s
//! (out of hours) one that comes d before the desk opens with P(W_1 ≤ τ − d) if d ≤ τ, else not; 1 is the first piece after
//! (in time)      Σ of both over the day / all contacts ≥ at_least
//! ```
//! The agents are the fewest for which (in time) holds, the same through all open hours; more agents never answer fewer in
//! time. Each piece is taken as if it lasted (the pointwise stationary approximation; L. Green and P. Kolesar 1991,
//! Management Science 37), handling times as exponential with the mean of all contacts of the desk; who waits at closing
//! time is still answered. All days are alike.
//!
//! A contact of a country none of whose languages the desk speaks takes `foreign_language_factor` as long. A country goes to
//! the desk that names it; else to the first desk without a list that speaks one of its languages, or whose languages or those
//! of the country are not told.

use std::collections::BTreeMap;

use super::erlang_c::ErlangC;
use crate::scenario::{CountryId, Desk, Scenario};
use crate::units::{DAYS_PER_YEAR, HOURS_PER_DAY};

/// When customers begin and cease to write and ring, by their own clock \[hours\].
const WAKING: (f64, f64) = (8.0, 20.0);
/// No desk has more agents than this.
const MOST_AGENTS: u32 = 1 << 20;
const MINUTES_PER_HOUR: f64 = 60.0;
/// Shares that miss what is asked by less are rounding.
const HAIR: f64 = 1e-12;

/// What a desk does in a year.
#[derive(Debug, Clone, PartialEq)]
pub struct Staffing {
    /// The row of [`Scenario::desks`].
    pub desk: usize,
    /// Contacts \[1/year\].
    pub contacts: f64,
    /// Agents while it is open.
    pub agents: u32,
    /// Share of contacts answered in time.
    pub in_time: f64,
    /// Share of contacts that come while it is open.
    pub in_hours: f64,
    /// What the agents cost \[a year\].
    pub cost: f64,
}

/// Why a desk cannot be staffed.
#[derive(Debug, Clone, PartialEq)]
pub enum Unstaffed {
    /// However many agents it has, it answers no more than this share in time.
    Hours {
        /// The row of the desk.
        desk: usize,
        /// The share that any number of agents could answer in time.
        reachable: f64,
        /// The share that comes while it is open.
        in_hours: f64,
    },
    /// It would need more agents than anybody has.
    Agents {
        /// The row of the desk.
        desk: usize,
    },
    /// Nobody answers the contacts of a country.
    Nobody {
        /// Whose; `None`: those of regions without a country.
        country: Option<CountryId>,
        /// How many \[1/year\].
        contacts: f64,
    },
}

/// What comes from one country \[by its own clock\]: contacts and work a day.
#[derive(Debug, Clone, Copy, Default)]
struct Stream {
    /// Its clock ahead of the desk's \[hours\].
    ahead: f64,
    /// Contacts \[1/day\].
    contacts: f64,
    /// Work \[hours/day\].
    work: f64,
}

/// A piece of the day in which nothing changes.
#[derive(Debug, Clone, Copy)]
struct Piece {
    hours: f64,
    /// Contacts \[1/hour\].
    rate: f64,
    /// Work \[hours/hour\].
    work: f64,
    open: bool,
    /// From its end to when the desk opens next \[hours\], where it is closed.
    to_opening: f64,
}

/// Staffs every desk.
pub fn staff(scenario: &Scenario) -> (Vec<Staffing>, Vec<Unstaffed>) {
    let (streams, mut troubles) = streams(scenario);
    let mut staffed = Vec::new();
    for (number, (desk, streams)) in scenario.desks.iter().zip(&streams).enumerate() {
        let day = Day::of(desk, streams);
        let wage = scenario.countries[desk.country.at()].labour_cost_per_hour;
        match day.least_agents(desk) {
            Ok((agents, in_time)) => {
                let hours = if agents > 0 { f64::from(agents) * desk.open_hours() * DAYS_PER_YEAR } else { 0.0 };
                staffed.push(Staffing {
                    desk: number,
                    contacts: day.contacts * DAYS_PER_YEAR,
                    agents,
                    in_time,
                    in_hours: day.in_hours(),
                    cost: hours * desk.agent_cost.unwrap_or(wage).get(),
                });
            }
            Err(None) => troubles.push(Unstaffed::Agents { desk: number }),
            Err(Some(reachable)) => {
                troubles.push(Unstaffed::Hours { desk: number, reachable, in_hours: day.in_hours() });
            }
        }
    }
    (staffed, troubles)
}

/// The contacts of each desk by country, and those that no desk takes.
fn streams(scenario: &Scenario) -> (Vec<Vec<Stream>>, Vec<Unstaffed>) {
    let mut by_country: BTreeMap<Option<CountryId>, (f64, f64)> = BTreeMap::new();
    for contacts in &scenario.contacts {
        let minutes = scenario.channels[contacts.channel].minutes;
        if minutes > 0.0 {
            let sum = by_country.entry(contacts.country).or_default();
            sum.0 += contacts.rate;
            sum.1 += contacts.rate * minutes / MINUTES_PER_HOUR;
        }
    }
    let mut streams = vec![Vec::new(); scenario.desks.len()];
    let mut troubles = Vec::new();
    for (country, (contacts, work)) in by_country {
        let Some(number) = desk_of(scenario, country) else {
            troubles.push(Unstaffed::Nobody { country, contacts });
            continue;
        };
        let desk = &scenario.desks[number];
        let clock = |country: CountryId| scenario.countries[country.at()].utc_offset_hours;
        let ahead = country.and_then(clock).zip(clock(desk.country)).map_or(0.0, |(own, desk)| own - desk);
        let factor =
            if country.is_some_and(|country| is_foreign(scenario, desk, country)) { desk.foreign } else { 1.0 };
        let (contacts, work) = (contacts / DAYS_PER_YEAR, work * factor / DAYS_PER_YEAR);
        streams[number].push(Stream { ahead, contacts, work });
    }
    (streams, troubles)
}

/// The desk that takes the contacts of a country.
fn desk_of(scenario: &Scenario, country: Option<CountryId>) -> Option<usize> {
    let names = |desk: &Desk| country.is_some_and(|country| desk.serves.contains(&country));
    let speaks =
        |desk: &Desk| desk.serves.is_empty() && country.is_none_or(|country| !is_foreign(scenario, desk, country));
    scenario.desks.iter().position(names).or_else(|| scenario.desks.iter().position(speaks))
}

/// Does the desk speak no language of the country, as far as both are told?
fn is_foreign(scenario: &Scenario, desk: &Desk, country: CountryId) -> bool {
    let spoken = &scenario.countries[country.at()].languages;
    !spoken.is_empty() && !desk.languages.is_empty() && !spoken.iter().any(|own| desk.languages.contains(own))
}

/// A desk's day.
struct Day {
    pieces: Vec<Piece>,
    /// Contacts \[1/day\].
    contacts: f64,
    /// Mean handling time \[hours\].
    handling: f64,
    /// Work of an open hour that came while the desk was closed, a₀ of (called back).
    called_back: f64,
}

impl Day {
    fn of(desk: &Desk, streams: &[Stream]) -> Self {
        let waking = WAKING.1 - WAKING.0;
        // By the desk's clock from its opening on, so that what is closed comes last.
        let since = |hour: f64| (hour - desk.opens).rem_euclid(HOURS_PER_DAY);
        let open = desk.open_hours();
        let mut cuts = vec![0.0, open, HOURS_PER_DAY];
        for stream in streams {
            cuts.extend([since(WAKING.0 - stream.ahead), since(WAKING.1 - stream.ahead)]);
        }
        cuts.sort_by(f64::total_cmp);
        cuts.dedup();
        let mut pieces = Vec::with_capacity(cuts.len());
        for ends in cuts.windows(2) {
            let middle = 0.5 * (ends[0] + ends[1]);
            let awake = |stream: &&Stream| (middle - since(WAKING.0 - stream.ahead)).rem_euclid(HOURS_PER_DAY) < waking;
            let (mut rate, mut work) = (0.0, 0.0);
            for stream in streams.iter().filter(awake) {
                rate += stream.contacts / waking;
                work += stream.work / waking;
            }
            let to_opening = HOURS_PER_DAY - ends[1];
            pieces.push(Piece { hours: ends[1] - ends[0], rate, work, open: middle < open, to_opening });
        }
        let contacts = streams.iter().fold(0.0, |sum, stream| sum + stream.contacts);
        let work = streams.iter().fold(0.0, |sum, stream| sum + stream.work);
        let closed = pieces.iter().filter(|piece| !piece.open).fold(0.0, |sum, piece| sum + piece.hours * piece.work);
        let handling = if contacts > 0.0 { work / contacts } else { 0.0 };
        Self { pieces, contacts, handling, called_back: closed / open }
    }

    /// The share of contacts that come while the desk is open.
    fn in_hours(&self) -> f64 {
        let open = self.pieces.iter().filter(|piece| piece.open).fold(0.0, |sum, piece| sum + piece.hours * piece.rate);
        if self.contacts > 0.0 { open / self.contacts } else { 1.0 }
    }

    /// The share that is answered in time if no agent is ever lacking.
    fn reachable(&self, desk: &Desk) -> f64 {
        let near = |piece: &Piece| {
            // Of a closed piece those count that come no longer than τ before the opening.
            let within = if piece.open { piece.hours } else { desk.answer_within - piece.to_opening };
            within.clamp(0.0, piece.hours) * piece.rate
        };
        if self.contacts > 0.0 {
            self.pieces.iter().map(near).fold(0.0, |sum, own| sum + own) / self.contacts
        } else {
            1.0
        }
    }

    /// The share that so many agents answer in time, (in time).
    fn in_time(&self, desk: &Desk, agents: u32) -> f64 {
        if self.contacts <= 0.0 {
            return 1.0;
        }
        let within = desk.answer_within;
        let queue = |piece: &Piece| ErlangC::of(agents, piece.work + self.called_back, self.handling);
        let first = self.pieces.first().map(queue);
        let answered = |piece: &Piece| {
            if piece.open {
                return piece.hours * piece.rate * queue(piece).answered_within(within);
            }
            let least = (within - piece.to_opening - piece.hours).max(0.0);
            let most = within - piece.to_opening;
            piece.rate * first.map_or(0.0, |first| first.answered_between(least, most))
        };
        self.pieces.iter().map(answered).fold(0.0, |sum, own| sum + own) / self.contacts
    }

    /// The fewest agents that answer as many in time as is asked, and how many they do; how many any could, if that is not
    /// enough; nothing, if so many agents there are not.
    fn least_agents(&self, desk: &Desk) -> Result<(u32, f64), Option<f64>> {
        if self.contacts <= 0.0 {
            return Ok((0, 1.0));
        }
        let reachable = self.reachable(desk);
        if reachable < desk.at_least - HAIR {
            return Err(Some(reachable));
        }
        let busiest = self.pieces.iter().filter(|piece| piece.open).map(|piece| piece.work).fold(0.0, f64::max);
        let busiest = busiest + self.called_back;
        if busiest >= f64::from(MOST_AGENTS) {
            return Err(None);
        }
        let enough = |agents: u32| self.in_time(desk, agents) >= desk.at_least - HAIR;
        // Fewer than are busy at the peak would let its line grow without end.
        let (mut below, mut step) = (busiest.floor() as u32, 1);
        while !enough(below + step) {
            below += step;
            step *= 2;
            if below + step > MOST_AGENTS {
                // Only agents without number reach the share to the last hair.
                return Err(Some(reachable));
            }
        }
        let mut above = below + step;
        while above - below > 1 {
            let middle = below + (above - below) / 2;
            if enough(middle) {
                above = middle;
            } else {
                below = middle;
            }
        }
        Ok((above, self.in_time(desk, above)))
    }
}

/// The share of contacts that are answered in time, of each country and of all (`None`), where somebody has to answer them.
pub fn answered(scenario: &Scenario) -> BTreeMap<Option<CountryId>, f64> {
    let mut sums: BTreeMap<Option<CountryId>, (f64, f64)> = BTreeMap::new();
    for contacts in scenario.contacts.iter().filter(|own| scenario.channels[own.channel].minutes > 0.0) {
        let desk = desk_of(scenario, contacts.country);
        let staffing = desk.and_then(|desk| scenario.staffing.iter().find(|own| own.desk == desk));
        let Some(staffing) = staffing else { continue };
        let whose = [None, contacts.country];
        for whose in &whose[..if contacts.country.is_some() { 2 } else { 1 }] {
            let sum = sums.entry(*whose).or_default();
            *sum = (sum.0 + contacts.rate, sum.1 + contacts.rate * staffing.in_time);
        }
    }
    let shares = sums.into_iter().filter(|(_, (contacts, _))| *contacts > 0.0);
    shares.map(|(country, (contacts, in_time))| (country, in_time / contacts)).collect()
}
