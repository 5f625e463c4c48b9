//! Where a part is stocked, what it costs, who asks for it, and what one unit more or less would do.

use super::{PromiseLine, Questioned, Reason, Repriced};
use crate::cost::{Component, sums};
use crate::load::Load;
use crate::plan::write::stock_rows;
use crate::scenario::{Metric, PartId, Scenario, SiteId};
use crate::verify::evaluate;

/// The shelves at which one unit more and one less are tried: those with the most stock.
const TRIED: usize = 5;

/// A part on a shelf.
#[derive(Debug, Clone, PartialEq)]
pub struct PartShelf {
    /// The site.
    pub site: SiteId,
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Base-stock level \[units\].
    pub base_stock: u32,
    /// Share of demands met at once.
    pub fill_rate: f64,
    /// Cost of holding it \[a year\].
    pub holding_cost: f64,
}

/// One unit more or less on a shelf.
#[derive(Debug, Clone, PartialEq)]
pub struct UnitChange {
    /// The shelf, by its place among the part's.
    pub shelf: usize,
    /// The level that is tried \[units\].
    pub base_stock: u32,
    /// What follows.
    pub repriced: Repriced,
    /// Why the plan has not this level.
    pub reason: Reason,
}

/// A part explained.
#[derive(Debug, Clone, PartialEq)]
pub struct PartExplained {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Demand \[units/year\].
    pub demand: f64,
    /// Its shelves, the fullest first.
    pub shelves: Vec<PartShelf>,
    /// What the plan would cost less without the part's demand and stock, by component \[a year\]; the jobs that need it go
    /// with it, their travel and labour too.
    pub costs: Vec<(Component, f64)>,
    /// The promises that speak of it.
    pub promises: Vec<PromiseLine>,
    /// One unit more and one less at the fullest shelves.
    pub units: Vec<UnitChange>,
}

/// Explains a part.
pub fn explain_part(questioned: &Questioned, part: PartId) -> PartExplained {
    let Questioned { scenario, load, plan, .. } = *questioned;
    let own = &scenario.parts[part.at()];
    let rows = stock_rows(scenario, plan).into_iter().filter(|row| row.part == part);
    let mut shelves: Vec<PartShelf> = rows
        .map(|row| PartShelf {
            site: row.site,
            id: scenario.site(row.site).id.clone(),
            name: scenario.site(row.site).name.clone(),
            base_stock: row.base_stock,
            fill_rate: row.fill_rate,
            holding_cost: row.holding_cost,
        })
        .collect();
    shelves.sort_by_key(|shelf| (std::cmp::Reverse(shelf.base_stock), shelf.site));
    let tasks = (0..scenario.regions.len()).flat_map(|region| load.tasks(crate::scenario::RegionId::from(region)));
    let demand = tasks.filter(|task| task.part == Some(part)).fold(0.0, |sum, task| sum + task.rate);
    let speaks_of = |line: &PromiseLine| {
        let target = &scenario.targets[line.target - 1];
        target.metric != Metric::Coverage
            && target.part.is_none_or(|named| named == part)
            && target.class.is_none_or(|named| own.class == Some(named))
    };
    let mut units = Vec::new();
    for (number, shelf) in shelves.iter().enumerate().take(TRIED) {
        let fewer = shelf.base_stock.checked_sub(1);
        for base_stock in [Some(shelf.base_stock + 1), fewer].into_iter().flatten() {
            units.push(unit(questioned, part, (number, shelf), base_stock));
        }
    }
    PartExplained {
        id: own.id.clone(),
        name: own.name.clone(),
        demand,
        shelves,
        costs: costs(questioned, part),
        promises: questioned.promises().into_iter().filter(speaks_of).collect(),
        units,
    }
}

/// The plan with another level of a part at a site.
fn unit(questioned: &Questioned, part: PartId, shelf: (usize, &PartShelf), base_stock: u32) -> UnitChange {
    let Questioned { scenario, plan, .. } = *questioned;
    let mut decisions = plan.decisions.clone();
    let stock = match shelf.1.site {
        SiteId::Outlet(outlet) => &mut decisions.outlet_stock[outlet.at()],
        SiteId::Depot(depot) => &mut decisions.depot_stock[depot.at()],
    };
    if stock.len() < scenario.parts.len() {
        stock.resize(scenario.parts.len(), 0);
    }
    stock[part.at()] = base_stock;
    let repriced = questioned.repriced(decisions);
    let reason = match (repriced.broken.is_empty(), repriced.change) {
        (false, _) => Reason::PromiseBinds,
        (true, change) if change < 0.0 => Reason::Cheaper,
        _ => Reason::DearerAsFound,
    };
    UnitChange { shelf: shelf.0, base_stock, repriced, reason }
}

/// What the plan costs, less what it would cost without a part's demand and stock.
fn costs(questioned: &Questioned, part: PartId) -> Vec<(Component, f64)> {
    let Questioned { scenario, network, plan, .. } = *questioned;
    let mut without: Scenario = scenario.clone();
    without.demands.retain(|demand| demand.part != Some(part));
    without.failures.retain(|failure| failure.part != Some(part));
    let mut decisions = plan.decisions.clone();
    for stock in decisions.outlet_stock.iter_mut().chain(&mut decisions.depot_stock) {
        if let Some(level) = stock.get_mut(part.at()) {
            *level = 0;
        }
    }
    // Soft promises are about other jobs then; their penalties are no cost of the part.
    without.targets.clear();
    let other = evaluate(&without, network, &Load::of(&without), decisions);
    let own = plan.costs.lines.iter().map(|line| (line.component, line.amount));
    let gone = other.costs.lines.iter().map(|line| (line.component, -line.amount));
    let noise = 1e-12 * plan.costs.total().abs();
    let costs = sums(own.chain(gone)).into_iter();
    costs.filter(|(component, amount)| *component != Component::Penalty && amount.abs() > noise).collect()
}
