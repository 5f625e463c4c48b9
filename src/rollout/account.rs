//! The accounts of a roll-out: the only place where its money and its customers are added up.
//!
//! Year by year, for the market c and its areas r:
//!
//! ```text
//! drawn     σ_ct = Σ_r part_r·σ_t(n_rt),  part_r of the market's sales M_ct are those of r
//! wished    s_ct = s_c,t−1 + κ·(ρ_ct·σ_ct − s_c,t−1),  ρ the reputation (`reputation`), 1 where nothing is heard abroad
//! sold      x_ct = min(M_ct·s_ct, quota_ct·M_ct)
//! installed B_ct = e^(−1/life)·B_c,t−1 + x_ct
//! money     margin_ct·x_ct + service_ct·B_ct − fixed_ct·Σ n_rt − opening_ct·Σ (n_rt − n_r,t−1)⁺ − closing_ct·Σ (n_r,t−1 − n_rt)⁺
//! ```
//!
//! Money of a year counts at its end. Nothing counts after the last year.

use super::ground::{Area, Ground};

/// How many outlets each area has in each year: by area, then by year.
pub type Course = Vec<Vec<u32>>;

/// A market in a year.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Account {
    /// Outlets that are open.
    pub outlets: u32,
    /// Outlets that open.
    pub opened: u32,
    /// Outlets that close.
    pub closed: u32,
    /// Share of the market that is sold.
    pub share: f64,
    /// Share of the market that would be bought without a quota.
    pub wished: f64,
    /// Units sold \[units/year\].
    pub sold: f64,
    /// Installed units at the end of the year.
    pub installed: f64,
    /// Jobs of the year.
    pub jobs: f64,
    /// Technicians at work.
    pub technicians: f64,
    /// What sales leave \[currency\].
    pub margin: f64,
    /// What service leaves \[currency\].
    pub service: f64,
    /// What open outlets cost \[currency\].
    pub fixed: f64,
    /// What opening costs \[currency\].
    pub opening: f64,
    /// What closing costs \[currency\].
    pub closing: f64,
    /// Share of the market that bought and is ill served.
    pub ill_served: f64,
    /// Share of the wishes that is left after what is heard from abroad.
    pub reputation: f64,
}

impl Account {
    /// What is left of the year.
    pub fn net(&self) -> f64 {
        self.margin + self.service - self.fixed - self.opening - self.closing
    }

    /// Adds another market's account; shares are of both markets' sales.
    fn add(&mut self, other: &Self) {
        self.outlets += other.outlets;
        self.opened += other.opened;
        self.closed += other.closed;
        self.sold += other.sold;
        self.installed += other.installed;
        self.jobs += other.jobs;
        self.technicians += other.technicians;
        self.margin += other.margin;
        self.service += other.service;
        self.fixed += other.fixed;
        self.opening += other.opening;
        self.closing += other.closing;
    }
}

/// What the areas of a market do in a year, before the market is closed.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Tally {
    /// Outlets that are open.
    pub outlets: u32,
    /// Outlets that open.
    pub opened: u32,
    /// Outlets that close.
    pub closed: u32,
    /// Share of the market's sales that the outlets draw.
    pub drawn: f64,
}

/// What an area does in each year of its course.
pub fn tally(ground: &Ground, area: &Area, outlets: &[u32]) -> Vec<Tally> {
    let mut before = area.today;
    let year = |(year, outlets): (usize, &u32)| {
        let (opened, closed) = (outlets.saturating_sub(before), before.saturating_sub(*outlets));
        before = *outlets;
        Tally { outlets: *outlets, opened, closed, drawn: area.part * ground.wish(area, year, *outlets) }
    };
    outlets.iter().enumerate().map(year).collect()
}

/// The book of a market whose areas did so much in each year.
struct Book<'a> {
    ground: &'a Ground,
    market: usize,
    tallies: &'a [Tally],
    wished: f64,
    installed: f64,
}

impl Book<'_> {
    fn close(&mut self, year: usize, reputation: f64) -> Account {
        let ground = self.ground;
        let (market, tally) = (&ground.lands[self.market].years[year], &self.tallies[year]);
        let sales = market.sales_per_year;
        self.wished += ground.response.adjustment * (reputation * tally.drawn - self.wished);
        let wished = sales * self.wished;
        let sold = wished.min(market.quota_share.unwrap_or(1.0) * sales);
        self.installed = ground.survival * self.installed + sold;
        let jobs = market.jobs_per_unit_year * self.installed;
        let of_sales = |units: f64| if sales > 0.0 { units / sales } else { 0.0 };
        Account {
            outlets: tally.outlets,
            opened: tally.opened,
            closed: tally.closed,
            share: of_sales(sold),
            wished: of_sales(wished),
            sold,
            installed: self.installed,
            jobs,
            technicians: jobs / ground.jobs_per_technician,
            margin: market.margin_per_unit * sold,
            service: market.service_margin_per_unit_year * self.installed,
            fixed: market.outlet_cost_per_year * f64::from(tally.outlets),
            opening: market.opening_cost * f64::from(tally.opened),
            closing: market.closing_cost * f64::from(tally.closed),
            ill_served: ground.ill_served(self.market, year, of_sales(sold), tally.drawn),
            reputation,
        }
    }
}

/// The accounts of some markets whose areas did so much in each year; where something is heard abroad, of all of them.
pub fn closed<'a>(ground: &'a Ground, markets: &[(usize, &'a [Tally])]) -> Vec<Vec<Account>> {
    let open = |(market, tallies): &(usize, &'a [Tally])| {
        let land = &ground.lands[*market];
        Book { ground, market: *market, tallies, wished: land.share_today, installed: land.installed_today }
    };
    let mut books: Vec<Book<'a>> = markets.iter().map(open).collect();
    let mut ill_served = ground.ill_served_today.clone();
    let mut accounts: Vec<Vec<Account>> = vec![Vec::with_capacity(ground.years); books.len()];
    for year in 0..ground.years {
        let mut now = vec![0.0; ground.lands.len()];
        for (book, accounts) in books.iter_mut().zip(&mut accounts) {
            let account = book.close(year, ground.reputation(book.market, &ill_served));
            now[book.market] = account.ill_served;
            accounts.push(account);
        }
        ill_served = now;
    }
    accounts
}

/// The accounts of a course: by market, then by year.
pub fn accounts(ground: &Ground, course: &Course) -> Vec<Vec<Account>> {
    let mut sums = vec![vec![Tally::default(); ground.years]; ground.lands.len()];
    for (area, outlets) in ground.areas.iter().zip(course) {
        for (sum, own) in sums[area.market].iter_mut().zip(tally(ground, area, outlets)) {
            sum.outlets += own.outlets;
            sum.opened += own.opened;
            sum.closed += own.closed;
            sum.drawn += own.drawn;
        }
    }
    let markets: Vec<(usize, &[Tally])> = sums.iter().map(Vec::as_slice).enumerate().collect();
    closed(ground, &markets)
}

/// All markets together in each year.
pub fn together(ground: &Ground, books: &[Vec<Account>]) -> Vec<Account> {
    let mut all = vec![Account::default(); ground.years];
    for (year, account) in all.iter_mut().enumerate() {
        let (mut sales, mut wished, mut ill_served, mut left) = (0.0, 0.0, 0.0, 0.0);
        for (land, book) in ground.lands.iter().zip(books) {
            account.add(&book[year]);
            let own = land.years[year].sales_per_year;
            sales += own;
            wished += own * book[year].wished;
            ill_served += own * book[year].ill_served;
            left += own * book[year].reputation;
        }
        let of_sales = |units: f64| if sales > 0.0 { units / sales } else { 0.0 };
        (account.share, account.wished) = (of_sales(account.sold), of_sales(wished));
        (account.ill_served, account.reputation) = (of_sales(ill_served), of_sales(left));
    }
    all
}

/// What a course is worth before its first year.
pub fn worth(ground: &Ground, books: &[Vec<Account>]) -> f64 {
    books.iter().map(|book| worth_of(ground, book)).sum()
}

/// What the years of a market, or of all, are worth before the first of them.
pub fn worth_of(ground: &Ground, book: &[Account]) -> f64 {
    book.iter().zip(&ground.discount).map(|(account, discount)| discount * account.net()).sum()
}

/// A limit of a year that a course does not keep.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Excess {
    /// More is spent on opening than the budget \[currency\].
    Budget(f64),
    /// More outlets open than may.
    Openings(f64),
    /// More technicians are needed than there are.
    Technicians(f64),
}

impl Excess {
    /// It in words.
    pub fn words(&self) -> String {
        match self {
            Self::Budget(more) => format!("opening costs {more:.0} more than the budget"),
            Self::Openings(more) => format!("{more:.0} more outlets open than may"),
            Self::Technicians(more) => format!("{more:.0} more technicians are needed than there are"),
        }
    }
}

/// The limits that a course does not keep, each with its year.
pub fn excesses(ground: &Ground, books: &[Vec<Account>]) -> Vec<(usize, Excess)> {
    over(ground, &together(ground, books))
}

/// The limits that the years of all markets do not keep.
pub fn over(ground: &Ground, all: &[Account]) -> Vec<(usize, Excess)> {
    const DUST: f64 = 1e-9;
    let mut list = Vec::new();
    for (year, (all, period)) in all.iter().zip(&ground.periods).enumerate() {
        let mut keep = |spent: f64, most: Option<f64>, excess: fn(f64) -> Excess| {
            if let Some(most) = most.filter(|most| spent > most * (1.0 + DUST) + DUST) {
                list.push((year, excess(spent - most)));
            }
        };
        keep(all.opening, period.opening_budget, Excess::Budget);
        keep(f64::from(all.opened), period.openings_at_most, Excess::Openings);
        keep(all.technicians, period.technicians_at_most, Excess::Technicians);
    }
    list
}
