//! What a change of plan does to the stock: what to buy, what to move, what is left over.
//!
//! Of a part, let up be the units by which shelves rise and down those by which others fall. Units that leave one shelf may
//! fill another:
//!
//! (move) min(up, down) · (buy) up − move · (surplus) down − move
//!
//! Which unit goes where is not decided here, and what moving costs against buying is the planner's to weigh.

use std::collections::BTreeMap;

use crate::plan::figures::Figures;

/// What to do about a part \[units\].
#[derive(Debug, Clone, PartialEq)]
pub struct PartOrder {
    /// The part.
    pub part: String,
    /// All of it in the first plan.
    pub from: u64,
    /// All of it in the second.
    pub to: u64,
    /// (buy).
    pub buy: u64,
    /// (move).
    pub moved: u64,
    /// (surplus).
    pub surplus: u64,
    /// What a unit costs, where a scenario tells it.
    pub unit_cost: Option<f64>,
}

/// A site whose shelves change.
#[derive(Debug, Clone, PartialEq)]
pub struct Restocked {
    /// The site.
    pub site: String,
    /// How many shelves change.
    pub shelves: usize,
    /// All units in the first plan.
    pub from: u64,
    /// All units in the second.
    pub to: u64,
}

/// What to do about the stock.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StockOrder {
    /// Parts whose stock changes anywhere, in order of part.
    pub parts: Vec<PartOrder>,
    /// Sites whose stock changes, in order of site.
    pub sites: Vec<Restocked>,
}

impl StockOrder {
    /// Units and, where every price is known, value to buy.
    pub fn buy(&self) -> (u64, Option<f64>) {
        self.total(|part| part.buy)
    }

    /// Units and value to move.
    pub fn moved(&self) -> (u64, Option<f64>) {
        self.total(|part| part.moved)
    }

    /// Units and value left over.
    pub fn surplus(&self) -> (u64, Option<f64>) {
        self.total(|part| part.surplus)
    }

    fn total(&self, units: impl Fn(&PartOrder) -> u64) -> (u64, Option<f64>) {
        let value = self.parts.iter().map(|part| Some(part.unit_cost? * units(part) as f64));
        // An empty sum is plain zero.
        (
            self.parts.iter().map(&units).sum(),
            value.collect::<Option<Vec<f64>>>().map(|values| values.iter().fold(0.0, |sum, value| sum + value)),
        )
    }
}

/// What the step from one plan to another does to the stock.
pub(super) fn order(from: &Figures, to: &Figures, unit_costs: &BTreeMap<String, f64>) -> StockOrder {
    let mut shelves: BTreeMap<(&str, &str), (u64, u64)> = BTreeMap::new();
    for row in &from.stock {
        shelves.entry((&row.part, &row.site)).or_default().0 = u64::from(row.base_stock);
    }
    for row in &to.stock {
        shelves.entry((&row.part, &row.site)).or_default().1 = u64::from(row.base_stock);
    }
    let mut parts: BTreeMap<&str, (u64, u64, u64, u64)> = BTreeMap::new();
    let mut sites: BTreeMap<&str, Restocked> = BTreeMap::new();
    for ((part, site), (was, is)) in &shelves {
        let own = parts.entry(part).or_default();
        own.0 += was;
        own.1 += is;
        own.2 += is.saturating_sub(*was);
        own.3 += was.saturating_sub(*is);
        let there =
            sites.entry(site).or_insert_with(|| Restocked { site: (*site).to_owned(), shelves: 0, from: 0, to: 0 });
        there.shelves += usize::from(was != is);
        there.from += was;
        there.to += is;
    }
    let order = |(part, (from, to, up, down)): (&str, (u64, u64, u64, u64))| {
        let moved = up.min(down);
        let unit_cost = unit_costs.get(part).copied();
        PartOrder { part: part.to_owned(), from, to, buy: up - moved, moved, surplus: down - moved, unit_cost }
    };
    StockOrder {
        parts: parts.into_iter().filter(|(_, (_, _, up, down))| up + down > 0).map(order).collect(),
        sites: sites.into_values().filter(|site| site.shelves > 0).collect(),
    }
}
